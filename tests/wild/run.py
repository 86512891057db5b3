"""Random keys on the real program: `python -m tests.wild --keys 10000 [--screen NAME] [--seed 1] [--jobs 2]`.

Every screen is gone to, over and over, and gets its keys; after each bout of them the program must still answer and
show it, have sent nothing that a console does not send, and have told of no fault; after its end the terminal must be
as it was, the journal must tell of every change, and the desk must be sound. What fails is made as short as it still
fails, and printed with its seed. `--play "WORDS"` plays such a list again.
"""

import contextlib
import json
import os
import random
import re
import select
import shutil
import signal
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyte

from tests.terminal import Terminal
from tests.wild import desk
from tests.wild.keys import PASTE, Step, keys
from tests.wild.sent import ENTERS, LEAVES, Strict, not_restored, of_console

PROGRAM: Final = Path(__file__).with_name("program.py")
AGAIN: Final = 40
"""Keys after which the screen is gone to again: they lead away from it."""
BOUT: Final = 240
"""Keys after which everything is looked at."""
ANSWER: Final = 30.0
_BACK: Final = PASTE[1] + b"\x1b[27u" * 10
"""Whatever is open: the end of a paste, and Esc as the newer keyboard protocol sends it, which needs no pause behind."""
_TICKET: Final = ":{n}\r"
SCREENS: Final[dict[str, str]] = {
    "queue": "", "filter": "/", "command": ":", "palette": "\x10", "help": ":help\r", "settings": ":settings\r",
    "new": ":new\r", "note": _TICKET + ":note\r", "reply": _TICKET + ":reply\r", "resolve": _TICKET + ":resolve\r",
    "timeline": _TICKET, "details": _TICKET + "]", "sla": _TICKET + "]]", "links": _TICKET + "]]]",
    "knowledge": _TICKET + "]]]]", "audit": _TICKET + "]]]]]", "edit": _TICKET + ":edit\r", "assign": ":assign\r",
    "state": ":state\r", "priority": ":priority\r", "sort": ":sort\r", "columns": ":columns\r", "why": _TICKET + ":why\r",
    "steps": _TICKET + ":checklist\r", "files": _TICKET + ":attach\r", "view": ":save_view\r",
    "on call": ":on_call\r", "room": _TICKET + ":room\r\r",
    "review": _TICKET + ":room\r\r:report\r",
}  # fmt: skip
"""How to reach a screen from the queue, under every keymap and in every language."""


class Failure(Exception):
    """The program did what it must not do."""


@dataclass
class Played:
    """One run of the program: where its keys began, and which they were."""

    screen: str
    steps: list[Step] = field(default_factory=list)


class Session:
    """The program on a terminal, and all that is watched of it."""

    def __init__(self, path: Path, home: Path, *, trap: str = "", **environ: str) -> None:
        ours, theirs = os.pipe(), os.pipe()
        self._home = home
        self._faults = home / "faults.txt"
        self.terminal = Terminal(
            path, home, (120, 40), program=PROGRAM, handles=(ours[0], theirs[1]), WILD_WIRE=f"{ours[0]} {theirs[1]}",
            WILD_FAULTS=str(self._faults), WILD_TRAP=trap, EDITOR="true", HELPDESK_LANG="en",
            PYTHONPATH=os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]), **environ,
        )  # fmt: skip
        os.close(ours[0])
        os.close(theirs[1])
        os.set_blocking(self.terminal.master, False)
        self._going, self._coming = ours[1], theirs[0]
        self._heard, self._asked, self._looked = b"", 0, 0
        self.waited = 0.0
        self.strict = Strict(desk.PLANTED)
        self._away = False
        self._until_shown()

    def _until_shown(self) -> None:
        end = time.monotonic() + ANSWER * 2
        while (told := self.ask()) is None or not told.get("screens"):
            if self.ended or time.monotonic() > end:
                raise Failure(f"it does not start: {bytes(self.terminal.bytes[-2_000:])!r}")
            time.sleep(0.05)  # real time: the program runs beside the test

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.terminal.close()
        for handle in (self._going, self._coming):
            os.close(handle)

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self.terminal.process.poll() is not None

    def ask(self, seconds: float = ANSWER) -> dict[str, Any] | None:
        """What stands there once all keys have had their effect; None where the program has ended or does not answer."""
        self._asked += 1
        mine, end = str(self._asked), time.monotonic() + seconds
        try:
            os.write(self._going, (mine + "\n").encode())
        except BrokenPipeError:
            return None
        while time.monotonic() < end:
            if select.select([self._coming], [], [], 0.05)[0]:
                heard = os.read(self._coming, 65_536)
                if not heard:
                    # It is ending: what it still does then is seen at its end.
                    while not self.ended and time.monotonic() < end:
                        self._continue()
                        time.sleep(0.01)  # real time: the program runs beside the test
                    return None
                self._heard += heard
                *lines, self._heard = self._heard.split(b"\n")
                for line in lines:
                    told: dict[str, Any] = json.loads(line)
                    if told["id"] == mine:
                        return told
            elif self.ended:
                return None
            else:
                self._continue()
        return None

    def _continue(self) -> None:
        """What a shell does with `fg`: under an editor ctrl+z stops the program."""
        with contextlib.suppress(OSError):
            if "State:\tT" in Path(f"/proc/{self.terminal.process.pid}/status").read_text():
                self.terminal.process.send_signal(signal.SIGCONT)

    def write(self, data: bytes) -> None:
        """Type. Raises Failure where the program takes no more."""
        end = time.monotonic() + ANSWER
        while data and not self.ended:
            try:
                data = data[os.write(self.terminal.master, data) :]
            except BlockingIOError:
                self._continue()
                time.sleep(0.005)  # real time: the program runs beside the test
            if time.monotonic() > end:
                raise Failure("it reads no more keys")

    def play(self, step: Step) -> None:
        """Let one thing happen."""
        if step.kind == "size":
            self.terminal.resize(*step.size)
        elif step.kind == "pause":
            time.sleep(0.15)  # real time: longer than an Esc waits for what follows
        else:
            self.write(step.bytes)
        if step.settle:
            self.ask()

    def go_to(self, screen: str, number: int) -> None:
        """From wherever it is to a screen."""
        self.write(_BACK + SCREENS[screen].format(n=number).encode())

    # -- looking ---------------------------------------------------------------------------------------------

    def look(self) -> None:
        """After a bout of keys. Raises Failure."""
        self.write(_BACK)
        told = None if self.ended else self.ask()
        if told is None and not self.ended:
            raise Failure(f"it does not answer: {self._stacks()}")
        if told is not None and told.get("locked"):
            self.write(b"\r" + _BACK)
        if not self.ended:
            self._show()
        self._read()
        if self.ended:
            self.check_end()

    def _stacks(self) -> str:
        """Where every thread of the program stands."""
        self.terminal.process.send_signal(signal.SIGUSR1)
        self.terminal.quiet(0.5)
        return self._faults.with_name(self._faults.name + ".stacks").read_text()[-4_000:]

    def _show(self) -> None:
        """A new size makes it draw everything: all of it must be there, and what is typed now, too."""
        seen = pyte.Screen(100, 30)
        stream = pyte.ByteStream(seen)
        self.terminal.resize(101, 31)
        self.ask()
        start = len(self.terminal.bytes)
        self.terminal.resize(100, 30)
        self.ask()
        word = f"zq{self._asked}x"
        self.write(_BACK + b":" + word.encode())
        end = time.monotonic() + ANSWER
        while not self.ended:
            new = len(self.terminal.bytes)
            stream.feed(bytes(self.terminal.bytes[start:new]))
            start = new
            shown = [line.rstrip() for line in displayed(seen)]
            if any(word in line for line in shown) and sum(map(bool, shown)) >= 4:
                break
            if time.monotonic() > end:
                raise Failure("\n".join(["what is typed is not shown, or nothing else", str(self.ask(5)), *shown]))
            time.sleep(0.02)  # real time: the program runs beside the test
        self.write(_BACK)
        self.ask()

    def _read(self) -> None:
        new = len(self.terminal.bytes)
        fresh = bytes(self.terminal.bytes[self._looked : new])
        # What comes after its end, or under an editor, may come in another portion.
        sent = (LEAVES if self._away else b"") + fresh
        self._away = sent.rfind(LEAVES) > sent.rfind(ENTERS)
        self.strict.feed(of_console(sent))
        if found := re.search(rb"Traceback.{0,3}\(|was never retrieved", fresh):
            self.terminal.quiet(1)
            start = self._looked + found.start()
            around = bytes(self.terminal.bytes[max(0, start - 200) : start + 8_000])
            raise Failure(f"a trace on the terminal: {around.decode('utf-8', 'replace')}")
        self._looked = new
        if self.strict.wrong:
            raise Failure(f"bytes that a console has no reason to send: {self.strict.wrong[:5]}")
        if self._faults.exists():
            raise Failure(f"a fault that it only told: {self._faults.read_text()[-4_000:]}")

    def leave(self) -> None:
        """End it as people do, and look at how it ends. Raises Failure."""
        end = time.monotonic() + ANSWER * 2
        while not self.ended:
            if time.monotonic() > end:
                raise Failure(f"it does not end: {self._stacks()}")
            self.write(PASTE[1] + b"\x11")
            for _ in range(100):
                if self.ended:
                    break
                time.sleep(0.02)  # real time: the program runs beside the test
        self.check_end()

    def check_end(self) -> None:
        """How it has ended. Raises Failure."""
        self.terminal.quiet(0.1)
        self._read()
        code = self.terminal.process.returncode
        if code != 0:
            report = self._home / "state" / "helpdesk" / "fault.txt"
            said = (
                report.read_text("utf-8")
                if report.exists()
                else bytes(self.terminal.bytes[-3_000:]).decode("utf-8", "replace")
            )
            raise Failure(f"it ended with {code}: {said}")
        if left := not_restored(bytes(self.terminal.bytes)):
            raise Failure(f"not given back: {left}")
        if termios.tcgetattr(self.terminal.slave) != self.terminal.before:
            raise Failure("the terminal is not as it was")


def displayed(screen: pyte.Screen) -> list[str]:
    """The lines of a screen; a combining mark alone in a cell, which pyte's own `display` falls over, is left as it is."""
    return ["".join(screen.buffer[y][x].data for x in range(screen.columns)) for y in range(screen.lines)]


@dataclass
class Report:
    """What came of the keys of a screen."""

    screen: str
    keys: int = 0
    bouts: int = 0
    starts: int = 0
    seconds: float = 0
    failed: str = ""
    steps: list[Step] = field(default_factory=list)


class Place:
    """A folder with the hostile desk, from which programs are started."""

    def __init__(self, folder: Path, hostile: Sequence[str]) -> None:
        self.folder, self.hostile = folder, hostile
        self._made = desk.made(folder, hostile)
        self.path = folder / "desk.db"
        self.home = folder / "home"
        self.fresh()

    def fresh(self) -> None:
        """The desk as it was made, and an empty home."""
        desk.copy(self._made, self.path)
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()

    def start(self, **options: str) -> Session:
        """The program on the desk."""
        return Session(self.path, self.home, **options)

    def sound(self) -> None:
        """Raises Failure where the desk is not."""
        if found := [*desk.problems(self.path)]:
            raise Failure("; ".join(found))


def pound(place: Place, screen: str, count: int, seed: int, *, trap: str = "", bout: int = BOUT) -> Report:
    """So many random keys on a screen; the report says what failed, with the keys since the program was started."""
    chance = random.Random(f"{seed} {screen}")
    report, began = Report(screen), time.monotonic()
    place.fresh()
    session: Session | None = None
    try:
        while report.keys < count:
            if session is None or session.ended:
                if session is not None:
                    session.__exit__(None, None, None)
                session, report.steps = place.start(trap=trap), []
                report.starts += 1
            for step in keys(chance, min(bout, count - report.keys), place.hostile):
                if session.ended:
                    break
                if report.keys % AGAIN == 0:
                    number = chance.randrange(1, len(place.hostile) + 1)
                    way = _BACK + SCREENS[screen].format(n=number).encode()
                    report.steps.append(Step("send", way, settle=True))
                    session.play(report.steps[-1])
                report.steps.append(step)
                report.keys += 1
                session.play(step)
            report.bouts += 1
            session.look()
        if session is not None and not session.ended:
            session.leave()
        place.sound()
    except Failure as failure:
        report.failed = str(failure)
    finally:
        if session is not None:
            session.__exit__(None, None, None)
    report.seconds = time.monotonic() - began
    return report


def replay(place: Place, steps: Sequence[Step], *, trap: str = "") -> str:
    """Play steps on the fresh desk; what failed, or nothing."""
    place.fresh()
    try:
        with place.start(trap=trap) as session:
            for step in steps:
                if session.ended:
                    break
                session.play(step)
            session.look()
            if not session.ended:
                session.leave()
        place.sound()
    except Failure as failure:
        return str(failure)
    return ""


def shrink(place: Place, steps: Sequence[Step], *, trap: str = "", tries: int = 16) -> tuple[list[Step], str]:
    """The shortest list found that still fails, and how; the whole list where it does not fail a second time."""
    best, how, budget = list(steps), "", tries
    for last in (BOUT // 2, BOUT + 10, len(best)):
        if how := replay(place, best[-last:], trap=trap):
            best = best[-last:]
            break
    if not how:
        return best, ""
    pieces = 2
    while len(best) > 1 and budget > 0:
        size = -(-len(best) // pieces)
        for start in range(0, len(best), size):
            fewer = best[:start] + best[start + size :]
            budget -= 1
            if fewer and (failed := replay(place, fewer, trap=trap)):
                best, how, pieces = fewer, failed, max(2, pieces - 1)
                break
            if budget <= 0:
                break
        else:
            if size == 1:
                break
            pieces = min(len(best), pieces * 2)
    return best, how


def told(report: Report, seed: int, best: Sequence[Step] = (), how: str = "") -> Iterator[str]:
    """A report in lines."""
    rate = report.keys / report.seconds if report.seconds else 0
    yield (
        f"{report.screen:<10} {report.keys:>6} keys in {report.bouts} bouts and {report.starts} starts,"
        f" {report.seconds:.0f} s ({rate:.0f}/s): {'FAILED' if report.failed else 'sound'}"
    )
    if report.failed:
        yield f"  seed {seed}: {report.failed}"
        if how:
            yield f"  then: {how}"
        if best:
            yield f"  shortest ({len(best)}{'' if how else ', not failing again'}): {' '.join(s.told() for s in best)}"


def one(screen: str, count: int, seed: int) -> tuple[bool, str]:
    """A screen from its start to its lines: whether it is sound, and what to print."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-wild-") as folder:
        place = Place(Path(folder), desk.texts())
        report = pound(place, screen, count, seed)
        if report.failed:
            print("\n".join(told(report, seed)), flush=True)
        best, how = shrink(place, report.steps) if report.failed else ([], "")
        return not report.failed, "\n".join(told(report, seed, best, how))
