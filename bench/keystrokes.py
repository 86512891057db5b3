"""How many keys a day's work takes: `python -m bench.keystrokes [--language zh_CN] [--size 80x24] [--only WORD]`.

Plays the ten stories of `bench.stories` on the real console by keys alone; each fails where it does not reach its end.
What is counted are the keys beyond the text that the person has to say anyway; the letters by which one looks somebody
up count as keys. Beside each stands the best peer that can be argued for, counted by the rules of `bench.stories.peers`.
"""

import argparse
import asyncio
import sys
import tempfile
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.stories import STORIES, Story
from bench.stories.console import at_console
from bench.stories.peers import PEERS, Peer
from bench.stories.play import TEXT, played
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.widgets.keys import shown_key

SIZE: Final = (120, 40)
WIDE: Final = 116


@dataclass(frozen=True, slots=True)
class Count:
    """What a story took (keys, characters of text, acts: keys and look-ups), and its best peer."""

    story: Story
    keys: tuple[str, ...]
    written: int
    acts: int
    steps: tuple[str, ...]

    @property
    def peer(self) -> Peer:
        """The peer it is held against."""
        return PEERS[self.story.name]

    @property
    def holds(self) -> bool:
        """Whether it takes no more keys than it may, and than the peer."""
        return len(self.keys) <= min(self.story.most, self.peer.keys)

    @property
    def row(self) -> str:
        """The story's line in docs/desk-staff.md: its keys in order, how many, and the peer's."""
        steps = " ".join("…" if step == TEXT else f"`{shown_key(step)}`" for step in self.steps)
        return f"| {self.story.name} | {steps} | {len(self.keys)} | {self.peer.name} {self.peer.keys} |"


async def count(told: Story, folder: Path, size: tuple[int, int] = SIZE) -> Count:
    """Play a story on a fresh desk below `folder` and count its keys. Raises Unfinished where it fails."""
    async with at_console(folder, size) as player:
        await played(told, player)
        return Count(told, tuple(player.pressed), player.written, player.acts, tuple(player.steps))


def table(counts: Iterable[Count]) -> str:
    """One line a story: its keys beyond the text, the peer's, and the keys themselves; then how the peers were counted."""
    counts = list(counts)
    lines = [f"{'story':<24} {'keys':>4} {'peer':>4}  {'best peer':<15} {'text':>4}  keys pressed"]
    for one in counts:
        shown = " ".join(one.keys)
        lines.append(
            f"{one.story.name:<24} {len(one.keys):>4} {one.peer.keys:>4}  {one.peer.name:<15} {one.written:>4}  {shown}"
        )
    lines.append("")
    for one in counts:
        peer = one.peer
        text = f"{one.story.name}: {peer.name}, {', '.join(peer.steps)}. {peer.source}."
        text += f" {peer.note[:1].upper()}{peer.note[1:]}." if peer.note else ""
        lines += textwrap.wrap(text, WIDE, subsequent_indent="  ")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Play the stories and print the table; 1 where one takes more keys than it may or than its peer."""
    parser = argparse.ArgumentParser(prog="python -m bench.keystrokes", description="Keys that a day's work takes.")
    parser.add_argument("--language", default="en", help="language of the console (default en)")
    parser.add_argument("--size", default="120x40", help="columns and rows of the console (default 120x40)")
    parser.add_argument("--only", default="", metavar="WORD", help="only stories whose name holds this")
    args = parser.parse_args(argv)
    set_language(args.language)
    columns, _x, rows = args.size.partition("x")
    counts = []
    for one in STORIES.values():
        if args.only in one.name:
            with tempfile.TemporaryDirectory(prefix="helpdesk-keys-") as folder:
                counts.append(asyncio.run(count(one, Path(folder), (int(columns), int(rows)))))
    sys.stdout.write(table(counts) + "\n")
    return int(not all(one.holds for one in counts))


if __name__ == "__main__":
    raise SystemExit(main())
