"""A child that dies at its N-th step on the file system: what a power switch or `kill -9` leaves behind.

Steps are what Python's audit events tell: files opened, made, linked, renamed, removed, databases opened; and, told by
a wrapper, every `fsync`. The child is forked, so what it works on must be closed in the parent.
"""

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

_STEPS = frozenset(
    {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "sqlite3.connect",
     "shutil.copyfile", "fcntl.flock"}
)  # fmt: skip
DIED = 9


def died_at(n: int, action: Callable[[], Any]) -> bool:
    """Run `action` in a child that dies before its n-th step (from 1). Whether it died; a failure of its own raises."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _arm(n)
            action()
            code = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, DIED), status
    return status == DIED


def _arm(n: int) -> None:
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == n:
            os._exit(DIED)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _STEPS and not (event == "open" and _is_code(arguments)):
            step()

    real = os.fsync

    def fsync(handle: Any) -> None:
        step()
        real(handle)

    os.fsync = fsync
    sys.addaudithook(hook)


def _is_code(arguments: tuple[Any, ...]) -> bool:
    return str(arguments[0]).endswith((".py", ".pyc", ".so", ".mo", ".toml", ".sql"))


def every_step(action: Callable[[], Any], reset: Callable[[], Any], most: int = 400) -> Iterator[int]:
    """Kill `action` at its first step, its second … until it survives; `reset` runs before each. Yields each N."""
    for n in range(1, most):
        reset()
        if not died_at(n, action):
            return
        yield n
    raise AssertionError(f"more than {most} steps")
