"""Running a piece of the program in a child process under strace: what it asks of the kernel, and a fault at the N-th.

The child is forked from a process that has everything loaded, stops itself, is taken hold of by strace and goes on:
a run costs tens of milliseconds instead of a start of the program. `strace` counts each kind of call by itself.
"""

import ctypes
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

CALLS: Final = ("openat", "pread64", "pwrite64", "write", "ftruncate", "fdatasync", "fsync", "unlink", "fcntl", "flock", "mmap", "close")  # fmt: skip
"""What a desk asks of the kernel while it reads and writes its files."""
WRITES: Final = ("pwrite64", "ftruncate", "fdatasync", "fsync", "unlink", "write", "openat")
_FAILED: Final = 99
_PR_SET_PTRACER: Final = 0x59616D61
_GRACE: Final = 20.0

Work = Callable[..., None]


class Untraceable(Exception):
    """strace is missing or may not trace here."""


def run(work: Work, *options: str) -> int:
    """Run `work` in a child under strace with these options. Its exit code: 0, or minus the signal that ended it.

    Raises Untraceable, and AssertionError with the trace where `work` itself raised.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise Untraceable("strace is not installed")
    with tempfile.TemporaryFile() as told:
        pid = _stopped_child(work, told.fileno())
        tracer = subprocess.Popen(
            [strace, "-qq", "-p", str(pid), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            _await_tracer(pid, tracer)
            os.kill(pid, signal.SIGCONT)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            tracer.communicate()
        if code == _FAILED:
            told.seek(0)
            raise AssertionError(told.read().decode("utf-8", "replace"))
        return code


def _stopped_child(work: Work, told: int) -> int:
    pid = os.fork()
    if pid:
        os.waitpid(pid, os.WUNTRACED)
        return pid
    code = _FAILED
    try:
        # Where only one's own children may be traced, say that strace may.
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        work()
        code = 0
    except BaseException:
        os.write(told, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _await_tracer(pid: int, tracer: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _GRACE
    while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text("utf-8"):
        if tracer.poll() is not None:
            assert tracer.stderr is not None
            raise Untraceable(tracer.stderr.read().decode("utf-8", "replace").strip())
        if time.monotonic() > end:
            tracer.kill()
            raise Untraceable("strace does not take hold")
        time.sleep(0.0005)  # real time: another program takes hold of ours


@functools.cache
def why_not() -> str | None:
    """Why nothing can be traced here, or None."""
    if not sys.platform.startswith("linux"):
        return "strace is a Linux program"
    try:
        run(lambda: None)
    except Untraceable as error:
        return str(error)
    return None


def counted(work: Work, calls: Sequence[str] = CALLS, *paths: Path) -> Counter[str]:
    """How often `work` makes each of these calls (on these files, which need not exist, if any are named)."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as log:
        assert run(work, "-o", log.name, *_only(paths), "-e", f"trace={','.join(calls)}", "-s", "0") == 0
        return Counter(line.partition("(")[0] for line in log if "(" in line)


def _only(paths: Sequence[Path]) -> list[str]:
    return [word for path in paths for word in ("-P", str(path))]


def killed(work: Work, call: str, when: int) -> bool:
    """Run `work` and kill it at the `when`-th `call`; whether it came so far."""
    code = run(work, "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}")
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def failing(work: Work, call: str, when: str, error: str, *paths: Path) -> int:
    """Run `work` while the `when`-th `call` (`7`, or `7+` for all from there) on these files fails; its exit code."""
    return run(
        work, "-o", os.devnull, *_only(paths), "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"
    )
