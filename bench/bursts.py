"""Rows about a colleague's burst: what a console costs while another process changes many tickets a second.

`python -m bench.bursts PATH SECONDS RATE NUMBER…` is that process: it says `ready`, waits for a line, commits so many
changes a second, every other one of them to one of the tickets named (those in view), and answers with their count.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pyte

from bench.cold import environment
from bench.corpus import SEED, USER, open_desk
from bench.lines import live
from bench.measure import Row, figure
from bench.terminal import SIZE, Terminal
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import DeskError

Measure = Callable[[], Row]
ROOM: Final = Path(__file__).resolve().parents[1]
RATE: Final = 50
SECONDS: Final = 20
DOWN: Final = 6
"""Lines that the cursor goes down before: it must stay there, not at the top."""
MOST: Final = 20
LOOKS: Final = 0.25
_VIEWS: Final = ("is:mine is:open", "is:team is:open", "is:open")
_TICK: Final = 1000 / os.sysconf("SC_CLK_TCK")


def measures(path: Path, folder: Path, quick: bool) -> Iterator[tuple[str, Measure]]:
    """Names and measurements of the console beside a writer, on a copy of this desk."""
    found: dict[str, Row] = {}

    def measured(name: str) -> Measure:
        def measure() -> Row:
            found.update(_beside(live(path, folder), folder, 2 if quick else SECONDS))
            return found[name]

        # All come from one run of the program; a row that is asked for again measures again.
        return lambda: found.pop(name) if name in found else measure()

    for name in ("burst", "burst, cursor", "burst, bytes"):
        yield name, measured(name)


class Picture:
    """What stands on a console's terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._screen = pyte.Screen(SIZE[1], SIZE[0])
        self._stream = pyte.ByteStream(self._screen)
        self._read = 0

    def cursor(self) -> tuple[int, str]:
        """The line of the ticket under the cursor and its number; (-1, "") where there is none."""
        sent = self._terminal.sent
        self._stream.feed(bytes(sent[self._read :]))
        self._read = len(sent)
        cells = self._screen.buffer
        for place in range(self._screen.lines):
            # Not pyte's own `display`, which falls over half a wide letter: a look may come while one is being drawn.
            line = "".join(cells[place][x].data for x in range(self._screen.columns))
            words = line.split()
            if line.lstrip().startswith(">") and len(words) > 1 and "-" in words[1]:
                return place, words[1]
        return -1, ""


def _cpu(terminal: Terminal) -> float:
    """CPU milliseconds so far, of threads that have ended, too."""
    fields = Path(f"/proc/{terminal.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


def _beside(path: Path, folder: Path, seconds: int) -> dict[str, Row]:
    with open_desk(path) as desk:
        pages = (desk.tickets.page(f"{view} sort:-priority,due", limit=20).rows for view in _VIEWS)
        seen = [row.number for row in next(page for page in pages if page)]
    argv = [sys.executable, "-m", "bench.bursts", str(path), str(seconds), str(RATE), *map(str, seen)]
    writer = subprocess.Popen(argv, cwd=ROOM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    terminal = Terminal([sys.executable, "-m", "helpdesk_tui", "--db", str(path)], environment(folder))
    try:
        assert writer.stdout is not None and writer.stdin is not None
        if not terminal.until(str(seen[0])):
            raise RuntimeError("the console never came up")
        writer.stdout.readline()
        terminal.quiet(1.5)
        for _ in range(DOWN):
            terminal.press(b"j")
            terminal.quiet()
        picture = Picture(terminal)
        before = picture.cursor()
        looks, moved, sent = 0, 0, 0
        cpu, began = _cpu(terminal), time.monotonic()
        writer.stdin.write("go\n")
        writer.stdin.flush()
        while time.monotonic() - began < seconds:
            sent += terminal.settle(LOOKS)
            looks += 1
            moved += picture.cursor() != before
        wall = time.monotonic() - began
        cpu = _cpu(terminal) - cpu
        after = picture.cursor()
        out, _ = writer.communicate(timeout=seconds + 60)
        done: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    finally:
        terminal.end()
        if writer.poll() is None:
            writer.kill()
            writer.wait()
    cost = figure(
        "burst", f"CPU of a console beside {RATE} changes a second, of a core", cpu / wall / 10, "%", most=MOST
    )
    cost.note = f"{done['done']} changes in {done['seconds']:.1f} s, {done['refused']} refused"
    if done["done"] < RATE * seconds * 0.8 or sent < 100:
        cost.met, cost.note = False, f"no burst: {cost.note}; {sent} bytes came"
    still = figure("burst, cursor", f"looks of {looks} at which the cursor stood elsewhere", moved, "", most=0)
    if before[0] < 0:
        still.met, still.note = False, "no cursor was seen"
    still.more = {"before": before, "after": after}
    return {
        row.name: row for row in (cost, still, figure("burst, bytes", "bytes a second meanwhile", sent / wall, "B"))
    }


# -- the colleague ---------------------------------------------------------------------------------------------------


def _change(desk: Desk, number: int, place: int) -> None:
    """One commit: talk, urgency, hands."""
    match place % 3:
        case 0:
            desk.tickets.note(number, f"looked at it again, {place}")
        case 1:
            desk.tickets.edit(number, set={"urgency": ("low", "medium", "high")[place // 3 % 3]})
        case _:
            desk.tickets.assign(number, team=None, assignee=desk.actor.login)


def main(path: Path, seconds: float, rate: float, seen: list[int]) -> None:
    """Be that colleague."""
    chance = random.Random(SEED)
    done = refused = 0
    with Desk.open(path, user=USER) as desk:
        others = [n for (n,) in desk.store.query("SELECT number FROM ticket WHERE phase < 3 LIMIT 5000", ())]
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        for place in range(int(seconds * rate)):
            try:
                _change(desk, chance.choice(seen if place % 2 else others), place)
                done += 1
            except DeskError:
                refused += 1
            time.sleep(max(0.0, began + (place + 1) / rate - time.monotonic()))
        spent = time.monotonic() - began
    print(json.dumps({"done": done, "refused": refused, "seconds": spent}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), [*map(int, sys.argv[4:])])
