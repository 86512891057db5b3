"""A player at a console that runs in this process (Textual's pilot)."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from textual import events
from textual.pilot import Pilot
from textual.worker import WorkerState

from bench.stories.furnished import BOB, furnish, opened
from bench.stories.play import Player, Unfinished
from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.drafts import DraftBox

TRIES: Final = 500
"""Looks at the screen before a text counts as missing: what comes by itself comes within a few."""


@dataclass
class AtConsole(Player):
    """Somebody at a console of a given size, its desk and drafts below a folder."""

    folder: Path = field(default_factory=Path)
    size: tuple[int, int] = (120, 40)
    at: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _app: HelpdeskApp | None = None
    _pilot: Pilot[int] | None = None

    @property
    def app(self) -> HelpdeskApp:
        """The program."""
        if self._app is None:
            raise RuntimeError("not started")
        return self._app

    async def start(self) -> None:
        """Start the program on the desk."""
        drafts = DraftBox(self.folder / "drafts", "stories", self.desk.clock)
        self._app = HelpdeskApp(self.desk, drafts, tz="UTC", warm=False)
        self._pilot = await self._stack.enter_async_context(self.app.run_test(size=self.size, notifications=True))
        await self.settle()

    async def stop(self) -> None:
        """End it."""
        await self._stack.aclose()
        self.desk.close()

    async def settle(self) -> None:
        """Wait until nothing is being read or drawn."""
        while self._pilot is not None:
            await self._pilot.pause()
            if not any(w.state in (WorkerState.PENDING, WorkerState.RUNNING) for w in self.app.workers):
                return
            await asyncio.sleep(0.005)

    async def until(self, true: Callable[[], object], *what: object) -> None:
        """Wait for something that comes by itself. Raises Unfinished where it does not."""
        for _try in range(TRIES if self.without is None else 5):
            await self.settle()
            if true():
                return
            await asyncio.sleep(0.02)
        raise Unfinished(*what)

    def screen(self) -> str:
        """What stands on the screen, one line a row."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    # -- what a player does ----------------------------------------------------------------------------------------

    async def key(self, key: str) -> None:
        if self._pilot is not None:
            await self._pilot.press(key)
        await self.settle()

    async def bring(self, text: str) -> None:
        # At once, as a paste: a field makes no difference, and the pilot knows no Chinese keys.
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def look(self, text: str) -> None:
        try:
            await self.until(lambda: text in self.screen())
        except Unfinished:
            raise Unfinished(f"{text!r} is not on the screen:\n{self.screen()}") from None

    async def stand_on(self, title: str, view: str) -> None:
        queue = self.app.queue
        assert queue is not None
        queue.view_tabs.select(view)
        await self.settle()
        self.at = self.number(title)
        queue.tickets.move_to(self.at)
        await self.settle()

    async def colleague(self, deed: Callable[[Desk], object]) -> None:
        with opened(self.folder / "desk.db", BOB) as theirs:
            deed(theirs)

    async def kill(self, kept: str) -> None:
        """What lies on the disk this moment is what the next program finds; how this one ends is not seen any more."""
        drafts, number = self.folder / "drafts", f'"number": "{self.at}"'
        await self.until(lambda: any(kept in path.read_text("utf-8") for path in drafts.glob("*-note.json")), kept)
        await self.until(lambda: any(number in path.read_text("utf-8") for path in drafts.glob("*-seat.json")), number)
        after = Path(tempfile.mkdtemp(prefix="killed-", dir=self.folder.parent))
        # Another process copies: to open and close the desk here would drop this one's locks.
        subprocess.run(["cp", "-a", f"{self.folder}/.", str(after)], check=True)  # noqa: ASYNC221
        await self._stack.aclose()
        self.desk.close()
        shutil.rmtree(self.folder)
        self.folder, self._stack, self._pilot = after, AsyncExitStack(), None
        self.desk = opened(after / "desk.db")
        await self.start()


@asynccontextmanager
async def at_console(
    folder: Path, size: tuple[int, int] = (120, 40), *, without: int | None = None
) -> AsyncIterator[AtConsole]:
    """Somebody at a console on a fresh desk below `folder` (which must be there)."""
    home = folder / "home"
    home.mkdir()
    player = AtConsole(furnish(home), without, folder=home, size=size)
    try:
        await player.start()
        yield player
        await player.settle()
    finally:
        await player.stop()
