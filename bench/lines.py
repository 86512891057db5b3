"""Rows about what the console sends down a slow line, counted on a pseudo-terminal of 120 columns and 40 rows."""

import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.cold import environment
from bench.corpus import NOW
from bench.measure import Row, single
from bench.terminal import Terminal

Measure = Callable[[], Row]
KEYS: Final = 20
HELD: Final = 60
# A keyboard repeats about thirty times a second.
REPEAT: Final = 1 / 30
_MOVED: Final = ("due_at", "warn_at", "created_at", "updated_at")


def measures(path: Path, folder: Path, quick: bool) -> Iterator[tuple[str, Measure]]:
    """Names and measurements of the console on a copy of this desk whose clocks run now."""
    found: dict[str, Row] = {}

    def measured(name: str) -> Measure:
        def measure() -> Row:
            found.update(_bytes(live(path, folder), folder, quick))
            return found[name]

        # All come from one run of the program; a row that is asked for again measures again.
        return lambda: found.pop(name) if name in found else measure()

    for name in ("cursor move", "cursor move, preview", "held key", "idle"):
        yield name, measured(name)


def live(path: Path, folder: Path) -> Path:
    """A copy whose due times lie around the present instead of around the bench's own: only then do clocks tick."""
    copy = folder / "live.db"
    for rest in folder.glob(copy.name + "*"):
        rest.unlink()  # the log of a console that was killed belongs to the copy before
    shutil.copyfile(path, copy)
    shift = int(time.time()) - NOW
    with closing(sqlite3.connect(copy)) as conn, conn:
        for column in _MOVED:
            conn.execute(f"UPDATE ticket SET {column} = {column} + ? WHERE phase < 3", (shift,))
    return copy


def _bytes(path: Path, folder: Path, quick: bool) -> dict[str, Row]:
    terminal = Terminal([sys.executable, "-m", "helpdesk_tui", "--db", str(path)], environment(folder))
    try:
        if not terminal.until("-"):
            raise RuntimeError("the console never came up")
        terminal.quiet(1.5)
        shown = _moves(terminal)
        terminal.press(b"p")
        terminal.quiet()
        moves = _moves(terminal)
        held = terminal.hold(b"j", HELD, REPEAT) / HELD
        seconds = 2 if quick else 20
        idle = terminal.settle(seconds) / seconds
    finally:
        terminal.end()
    cursor = single(
        "cursor move", "bytes a key while the cursor stays in view, preview hidden", moves, most=600, unit="B"
    )
    preview = single("cursor move, preview", "the same with another ticket's preview drawn each time", shown, unit="B")
    scrolled = single(
        "held key", f"bytes a key, {HELD} keys at thirty a second, scrolling", [held], most=1500, unit="B"
    )
    quiet = single("idle", f"bytes a second over {seconds} s with running clocks in view", [idle], most=1024, unit="B")
    for row in (cursor, preview, scrolled):
        # A console that sends nothing would pass as well.
        if row.ours is not None and row.ours.median < 20:
            row.met, row.note = False, "nothing moved"
    return {row.name: row for row in (cursor, preview, scrolled, quiet)}


def _moves(terminal: Terminal) -> list[float]:
    """Bytes of each of some keys that move the cursor down and up again, never beyond what stands in view."""
    found = []
    for place in range(KEYS):
        terminal.press(b"j" if place // 5 % 2 == 0 else b"k")
        found.append(float(terminal.quiet()))
    return found
