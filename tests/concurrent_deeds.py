"""What the processes of `test_concurrency` do; run as a program so that each stands alone.

    python -m tests.concurrent_deeds MODE PATH LOGIN COUNT

Prints one JSON object: how often what happened.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import driver
from helpdesk_tui.vocabulary.errors import Busy, Conflict, DeskError


def patiently(deed: Callable[[], object]) -> None:
    """Do it, again where a machine under load kept it waiting too long: nothing has happened then."""
    while True:
        with contextlib.suppress(Busy):
            deed()
            return


def write(desk: Desk, count: int) -> Counter[str]:
    """Open tickets, and note on ticket 1 between them."""
    seen: Counter[str] = Counter()
    for i in range(count):
        try:
            patiently(lambda: desk.tickets.note(1, f"{desk.actor.login} {i}"))  # noqa: B023 - called at once
            patiently(lambda: desk.tickets.open(f"ticket {i} of {desk.actor.login}"))  # noqa: B023
            seen["done"] += 1
        except DeskError as error:
            seen[type(error).__name__] += 1
    return seen


def take(desk: Desk, count: int) -> Counter[str]:
    """Take tickets as they are seen, new and at the version seen: who comes second must lose."""
    seen: Counter[str] = Counter()
    for number in range(1, count + 1):
        try:
            version = desk.tickets.show(number)["version"]
            if version > 1:
                seen["late"] += 1
                continue
            desk.tickets.take(number, version=version)
            seen["taken"] += 1
        except Conflict:
            seen["Conflict"] += 1
        except DeskError as error:
            seen[type(error).__name__] += 1
    return seen


def read(desk: Desk, count: int) -> Counter[str]:
    """Read pages, tickets and searches while others write."""
    seen: Counter[str] = Counter()
    for _ in range(count):
        try:
            page = desk.tickets.page("is:open sort:-priority,due", limit=50)
            desk.tickets.comments(1)
            desk.searching.ranked("ticket", limit=5)
            total = desk.tickets.count("", None)
            assert total >= len(page.rows)
            seen["read"] += 1
        except DeskError as error:
            seen[type(error).__name__] += 1
    return seen


def hold(path: Path) -> None:
    """Hold the writers' lock until killed."""
    handle = os.open(driver.lock_path(path), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    signal.pause()


def hang(desk: Desk) -> None:
    """Write half a transaction, then wait to be killed."""
    with desk.work("ticket.note") as work:
        work.tx.conn.execute("UPDATE ticket SET title = 'half written', version = version + 1")
        work.tx.conn.execute("UPDATE journal_head SET seq = seq + 100")
        sys.stdout.write("half\n")
        sys.stdout.flush()
        signal.pause()


def main(mode: str, path: str, login: str, count: str) -> None:
    if mode == "hold":
        hold(Path(path))
    with Desk.open(path, user=OsUser(1, login)) as desk:
        if mode == "hang":
            hang(desk)
        seen = {"write": write, "take": take, "read": read}[mode](desk, int(count))
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
