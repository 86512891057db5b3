"""The same stories on a real terminal: the program is killed (SIGKILL), started again, and nothing of the work is lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyte
import pytest
from test_console_pty import home, terminals

from bench.stories import STORIES, Player, Unfinished
from bench.stories.furnished import BOB, furnish, opened
from bench.stories.play import played
from helpdesk_tui.desk.actor import os_user
from helpdesk_tui.desk.desk import Desk
from tests.terminal import Terminal

__all__ = ["home", "terminals"]
BYTES = {"enter": "\r", "tab": "\t", "ctrl+s": "\x13", "escape": "\x1b", "slash": "/", "colon": ":", "down": "\x1b[B"}


@dataclass
class AtTerminal(Player):
    """Somebody at a terminal of 120 by 40."""

    path: Path = field(default_factory=Path)
    home: Path = field(default_factory=Path)
    terminals: list[Terminal] = field(default_factory=list)
    cursor: int = 0

    @property
    def terminal(self) -> Terminal:
        return self.terminals[-1]

    def start(self) -> None:
        self.terminals.append(Terminal(self.path, self.home, (120, 40)))
        self.terminal.see("INC-")
        self.terminal.quiet()

    def screen(self) -> list[str]:
        """What the terminal shows, drawn from every byte it was sent."""
        drawn = pyte.Screen(120, 40)
        pyte.ByteStream(drawn).feed(bytes(self.terminal.bytes))
        return [line.rstrip() for line in drawn.display]

    async def key(self, key: str) -> None:
        self.terminal.send(BYTES.get(key, key))
        self.terminal.quiet()

    async def bring(self, text: str) -> None:
        self.terminal.send(text)
        self.terminal.quiet()

    async def look(self, text: str) -> None:
        try:
            self.terminal.wait_for(lambda: any(text in line for line in self.screen()), text)
        except AssertionError as error:
            raise Unfinished(text, "\n".join(self.screen())) from error

    async def stand_on(self, title: str, view: str) -> None:
        await self.key("colon")
        await self.bring(f"view {view}")
        await self.key("enter")
        self.cursor = self.number(title)
        for _row in range(40):
            if any(line.startswith(" > ") and f"-{self.cursor} " in line for line in self.screen()):
                return
            await self.key("down")
        raise Unfinished(title, "\n".join(self.screen()))

    async def colleague(self, deed: Callable[[Desk], object]) -> None:
        with opened(self.path, BOB) as theirs:
            deed(theirs)

    def kept(self, text: str) -> bool:
        """Whether a file of the person's own state holds this."""
        return any(text in path.read_text("utf-8") for path in (self.home / "state").rglob("*.json"))

    async def kill(self, kept: str) -> None:
        self.terminal.wait_for(lambda: self.kept(kept) and self.kept(f'"number": "{self.cursor}"'), kept)
        self.terminal.process.kill()
        assert self.terminal.end() == -9
        self.start()


@pytest.mark.parametrize("name", [
    "recover after a kill",
    *(pytest.param(name, marks=pytest.mark.soak) for name in ("hand over", "merge and unmerge", "build and share a view")),
])  # fmt: skip
def test_a_story_on_a_real_terminal(name: str, tmp_path: Path, home: Path, terminals: list[Terminal]) -> None:
    with furnish(tmp_path) as desk:
        # The program is whoever runs it.
        who = os_user()
        desk.people.add(who.full_name, login=who.login, agent=True, roles=["administrator", "service_desk"])
    player = AtTerminal(opened(tmp_path / "desk.db"), path=tmp_path / "desk.db", home=home, terminals=terminals)
    try:
        player.start()
        asyncio.run(played(STORIES[name], player))
    finally:
        player.desk.close()
    assert len(player.pressed) <= STORIES[name].most
