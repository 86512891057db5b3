"""A desk, an application on it and a pilot for the tests of the screens; as a program, the console on a pty."""

import asyncio
import functools
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot
from textual.worker import WorkerState

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.drafts import DraftBox
from helpdesk_tui.screens.queue.queue import QueueScreen
from helpdesk_tui.screens.ticket.ticket import TicketScreen
from helpdesk_tui.vocabulary.channels import Origin

START = 1_760_000_000
ANA = OsUser(1000, "ana", "Ana Admin")


@dataclass
class Clock:
    """A clock that only tests move."""

    now: int = START

    def __call__(self) -> int:
        return self.now


TITLES = (
    ("Payments API down for all branches", "nobody can pay", "zhang.wei@example.org"),
    ("VPN drops every ten minutes", "cannot work from home", "zoe@example.org"),
    ("新员工开通邮箱和门禁", "下周一入职", "li.lei@example.org"),
    ("Printer jam on the third floor", "paper stuck", "zoe@example.org"),
    ("Laptop battery swollen", "", "omar@example.org"),
)


def make_desk(folder: Path, clock: Clock, tickets: int = 5) -> Desk:
    """A desk with a few believable tickets, five minutes apart."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk.db").write_bytes(_made(clock.now, tickets))
    clock.now += 300 * tickets
    return Desk.open(folder / "desk.db", user=ANA, clock=clock, origin=Origin.TUI)


@functools.cache
def _made(now: int, tickets: int) -> bytes:
    """The file of such a desk: made once a process."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-console-") as folder:
        clock, path = Clock(now), Path(folder) / "desk.db"
        with Desk.open(path, user=ANA, clock=clock, origin=Origin.TUI) as desk:
            for index in range(tickets):
                title, text, who = TITLES[index % len(TITLES)]
                desk.tickets.open(title if index < len(TITLES) else f"{title} {index}", description=text, requester=who)
                clock.now += 300
            desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return path.read_bytes()


def second_desk(folder: Path, clock: Clock) -> Desk:
    """The same desk as another process would open it."""
    return Desk.open(folder / "desk.db", user=ANA, clock=clock, origin=Origin.CLI)


def make_app(desk: Desk, folder: Path, **options: object) -> HelpdeskApp:
    """The console on a desk, its drafts below `folder`."""
    drafts = DraftBox(folder / "drafts", "test", desk.clock)
    app = HelpdeskApp(desk, drafts, tz="UTC", warm=False, **options)  # type: ignore[arg-type]
    app.NOTIFICATION_TIMEOUT = 600  # a slow machine must not lose what was said before it is looked at
    return app


@dataclass
class Console:
    """A running console."""

    app: HelpdeskApp
    pilot: Pilot[int]
    desk: Desk
    clock: Clock
    folder: Path

    @property
    def queue(self) -> QueueScreen:
        queue = self.app.queue
        assert queue is not None
        return queue

    @property
    def ticket(self) -> TicketScreen:
        screen = self.app.screen
        assert isinstance(screen, TicketScreen), screen
        return screen

    @property
    def toasts(self) -> list[str]:
        return [notification.message for notification in self.app._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before has had its effect."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text without waiting between its letters."""
        for char in text:
            await self.pilot.press("space" if char == " " else char)
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is being read or drawn."""
        for _ in range(2_000):
            await self.pilot.pause()
            if not any(w.state in (WorkerState.PENDING, WorkerState.RUNNING) for w in self.app.workers):
                await self.pilot.pause()
                if not any(w.state in (WorkerState.PENDING, WorkerState.RUNNING) for w in self.app.workers):
                    return
            await asyncio.sleep(0.005)
        raise AssertionError(f"still busy: {list(self.app.workers)}")

    async def until(self, true: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something is true."""
        for _ in range(int(seconds / 0.02)):
            await self.pilot.pause()
            if true():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it did not happen")


@asynccontextmanager
async def console(
    folder: Path,
    *,
    size: tuple[int, int] = (120, 40),
    tickets: int = 5,
    desk: Desk | None = None,
    view: str | None = "open",
    **options: object,
) -> AsyncIterator[Console]:
    """A console on a fresh desk (or on `desk`), settled."""
    clock = Clock()
    if desk is None:
        desk = make_desk(folder, clock, tickets)
    app = make_app(desk, folder, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        running = Console(app, pilot, desk, clock, folder)
        await running.settle()
        if view is not None:
            running.queue.view_tabs.select(view)
            await running.settle()
        yield running
        await running.settle()
    desk.close()


if __name__ == "__main__":
    # The console as `helpdesk` runs it, on the desk of the given path.
    from helpdesk_tui.app import run

    sys.exit(run(Path(sys.argv[1]), None, os.environ.get("HELPDESK_LANG", "en")))
