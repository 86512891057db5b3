"""How many keys a piece of work takes: `python -m bench.keystrokes [--language zh_CN] [--only WORD]`.

A story drives the real console by keys alone on a small made-up desk and fails where it does not reach its end. What is
counted are the keys beyond the text that the person has to say anyway; the letters by which one looks somebody up
count as keys. Add a story as a coroutine under `@story(...)`; each gets a desk of its own (`furnish`).
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from textual import events
from textual.pilot import Pilot
from textual.worker import WorkerState

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.drafts import DraftBox
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import set_language

NOON: Final = 1_760_000_000
SIZE: Final = (120, 40)


@dataclass
class Keys:
    """Somebody at the console whose keys are counted."""

    app: HelpdeskApp
    pilot: Pilot[int]
    desk: Desk
    pressed: list[str] = field(default_factory=list)
    written: int = 0

    async def press(self, *keys: str) -> None:
        """Press keys (Textual's names, or single characters), each when the one before has had its effect."""
        for key in keys:
            self.pressed.append(key)
            await self.pilot.press(key)
            await self.settle()

    async def look_up(self, text: str) -> None:
        """Type letters that stand for something and are not kept: each counts."""
        self.pressed += text
        await self._bring(text)

    async def write(self, text: str) -> None:
        """Type what is to be said; its characters do not count."""
        self.written += len(text)
        await self._bring(text)

    async def _bring(self, text: str) -> None:
        # At once, as a paste: a field makes no difference, and Pilot knows no Chinese keys.
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is being read or drawn."""
        while True:
            await self.pilot.pause()
            busy = [w for w in self.app.workers if w.state in (WorkerState.PENDING, WorkerState.RUNNING)]
            if not busy:
                return
            await asyncio.sleep(0.005)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for something that comes by itself. Raises AssertionError where it does not within ten seconds."""
        for _ in range(500):
            await self.settle()
            if true():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it did not happen")


Play = Callable[[Keys], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Story:
    """A piece of work: what is done, and with how many keys at most."""

    name: str
    told: str
    most: int
    play: Play


STORIES: Final[dict[str, Story]] = {}


def story(name: str, told: str, most: int) -> Callable[[Play], Play]:
    """Register a story under a name; it takes at most so many keys beyond its text."""

    def add(play: Play) -> Play:
        STORIES[name] = Story(name, told, most, play)
        return play

    return add


def furnish(folder: Path) -> Desk:
    """A small desk with callers, devices, agents and tickets; its clock stands still."""
    desk = Desk.open(folder / "desk.db", user=OsUser(1000, "ana", "Ana Admin"), clock=lambda: NOON, origin=Origin.TUI)
    people, tickets = desk.people, desk.tickets
    people.add("张伟", email="zhang.wei@lanhai.example", phone="+86 755 5550 2101")
    people.add("Priya Nair", email="priya.nair@lanhai.example", phone="+49 40 5550 2155")
    people.add("Bob Builder", login="bob", agent=True, roles=["technical_support"], teams=["network"])
    desk.cis.add("LT-0042", ci_class="laptop", owner="zhang.wei@lanhai.example")
    tickets.open("Printer jam on the third floor", description="paper stuck", requester="priya.nair@lanhai.example")
    tickets.open("Cannot open the payroll export", requester="zhang.wei@lanhai.example")
    tickets.open("Payroll export does not open", requester="zhang.wei@lanhai.example")
    return desk


@dataclass(frozen=True, slots=True)
class Count:
    """What a story took."""

    story: Story
    keys: tuple[str, ...]
    written: int


async def count(told: Story, folder: Path, size: tuple[int, int] = SIZE) -> Count:
    """Play a story on a fresh desk below `folder` and count its keys. Raises AssertionError where it fails."""
    desk = furnish(folder)
    app = HelpdeskApp(desk, DraftBox(folder / "drafts", "keystrokes", desk.clock), tz="UTC", warm=False)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            keys = Keys(app, pilot, desk)
            await keys.settle()
            await told.play(keys)
            await keys.settle()
    finally:
        desk.close()
    return Count(told, tuple(keys.pressed), keys.written)


# -- stories ---------------------------------------------------------------------------------------------------------


@story("log a call", "a known caller with a common fault becomes a classified, prioritised, routed ticket", 25)
async def log_a_call(keys: Keys) -> None:
    """From the queue and back to it."""
    before = keys.desk.store.query("SELECT max(number) FROM ticket", ())[0][0]
    await keys.press("n")
    await keys.look_up("zhangw")
    await keys.press("enter")
    await keys.write("the vpn drops every ten minutes since this morning")
    await keys.press("ctrl+s")
    # The number to tell the caller stands there, and Enter would open it.
    assert keys.app.focused is not None and keys.app.focused.id == "new-opened"
    await keys.press("escape")
    ticket = keys.desk.tickets.show(before + 1)
    assert ticket["requester"] == "zhang.wei@lanhai.example", ticket
    assert ticket["service"] == "vpn" and ticket["category"] and ticket["priority"] and ticket["team"] == "network", (
        ticket
    )
    assert keys.app.screen is keys.app.queue


# -- the table -------------------------------------------------------------------------------------------------------


def table(counts: Iterable[Count]) -> str:
    """One line a story: its keys beyond the text, how many it may take, and the keys themselves."""
    lines = [f"{'story':<24} {'keys':>5} {'most':>5} {'text':>5}  keys pressed"]
    for one in counts:
        shown = " ".join(one.keys)
        lines.append(f"{one.story.name:<24} {len(one.keys):>5} {one.story.most:>5} {one.written:>5}  {shown}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Play the stories and print the table; 1 where one takes more keys than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.keystrokes", description="Keys that a piece of work takes.")
    parser.add_argument("--language", default="en", help="language of the console (default en)")
    parser.add_argument("--only", default="", metavar="WORD", help="only stories whose name holds this")
    args = parser.parse_args(argv)
    set_language(args.language)
    counts = []
    for one in STORIES.values():
        if args.only in one.name:
            with tempfile.TemporaryDirectory(prefix="helpdesk-keys-") as folder:
                counts.append(asyncio.run(count(one, Path(folder))))
    sys.stdout.write(table(counts) + "\n")
    return int(any(len(one.keys) > one.story.most for one in counts))


if __name__ == "__main__":
    raise SystemExit(main())
