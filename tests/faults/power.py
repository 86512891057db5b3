"""Power loss, replayed: every write and sync of a run is recorded, then disks are built as a cut would have left them.

What was synced is there. Of what was not, a disk may have kept nothing, all, any subset, or single sectors of 512
bytes; names of files (made, renamed, removed) are kept in their order up to some point, and surely only once their
folder was synced. Shared memory (`-shm`) does not outlive a power cut. An acknowledgement counts from the moment its
line was written to the ledger.
"""

import enum
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults import traced
from tests.faults.deeds import Ack, read_ledger
from tests.faults.judge import Verdict, judge

SECTOR: Final = 512
_TRACE: Final = "trace=openat,pwrite64,write,ftruncate,fallocate,fdatasync,fsync,unlink,rename"
_LINE: Final = re.compile(r"(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_FD: Final = re.compile(r"\d+<([^>]*)>")
_QUOTED: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Kind(enum.Enum):
    """What a program did to the disk."""

    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    MAKE = "make"
    REMOVE = "remove"
    RENAME = "rename"
    SYNC_FOLDER = "sync the folder"
    ACK = "acknowledge"


@dataclass(frozen=True, slots=True)
class Event:
    """One of them: on which file, where, with what."""

    kind: Kind
    name: str = ""
    offset: int = 0
    data: bytes = b""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """The files of a folder before a run, all that it did to them, and what it acknowledged."""

    before: dict[str, bytes]
    events: tuple[Event, ...]
    acks: tuple[Ack, ...]


class Cut(enum.Enum):
    """What the disk kept of what was not synced."""

    NOTHING = "nothing"
    ALL = "all"
    SOME = "some writes"
    SECTORS = "some sectors"
    PREFIX = "the first writes"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _name(text: str) -> str:
    return _bytes(text).decode("utf-8", "surrogateescape")


def record(work: traced.Work, desk: Path, ledger: Path) -> Recording:
    """Run `work` on the desk `desk` and write down what it does in that folder. The ledger lies elsewhere."""
    folder = desk.parent
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as log:
        assert traced.run(work, "-o", log.name, "-y", "-xx", "-s", "1000000", "-e", _TRACE) == 0
        events = tuple(_events(log, folder, ledger))
    return Recording(before, events, read_ledger(ledger).acks)


def _events(log: "Iterator[str]", folder: Path, ledger: Path) -> Iterator[Event]:
    for line in log:
        found = _LINE.match(line)
        if found is None or int(found[3]) < 0:
            continue
        call, rest = found[1], found[2]
        handles = [_name(text) for text in _FD.findall(rest)]
        texts = _QUOTED.findall(rest)
        if call in ("unlink", "rename"):
            paths = [Path(_name(text)) for text in texts]
            if paths[0].parent == folder and not paths[0].name.endswith("-shm"):
                kind = Kind.REMOVE if call == "unlink" else Kind.RENAME
                yield Event(kind, paths[0].name, other=paths[-1].name)
            continue
        if call == "openat":
            # O_CREAT where the file is there already changes nothing, and the replay knows which are.
            path = Path(_name(texts[0]))
            if "O_CREAT" in rest and path.parent == folder and not path.name.endswith("-shm"):
                yield Event(Kind.MAKE, path.name)
            continue
        path = Path(handles[0]) if handles else Path()
        if path == ledger:
            if call == "write" and b'"seq"' in _bytes(texts[0]):
                yield Event(Kind.ACK)
        elif path == folder:
            yield Event(Kind.SYNC_FOLDER)
        elif path.parent == folder and not path.name.endswith("-shm"):
            yield from _on_file(call, path.name, rest, texts)


def _on_file(call: str, name: str, rest: str, texts: list[str]) -> Iterator[Event]:
    numbers = [part.strip() for part in rest.rsplit(",", 2)]
    if call == "pwrite64":
        yield Event(Kind.WRITE, name, int(numbers[-1]), _bytes(texts[0]))
    elif call in ("fdatasync", "fsync"):
        yield Event(Kind.SYNC, name)
    elif call == "ftruncate":
        yield Event(Kind.TRUNCATE, name, int(numbers[-1]))
    elif call == "write" and texts[0]:
        raise AssertionError(f"{name} was written without an offset; the replay does not know where")


@dataclass(slots=True)
class _File:
    """A file on the disk: what is surely there, and what was done since."""

    sure: bytearray = field(default_factory=bytearray)
    since: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.since:
            _apply(self.sure, event)
        self.since.clear()


def _apply(content: bytearray, event: Event) -> None:
    if event.kind is Kind.TRUNCATE:
        if event.offset < len(content):
            del content[event.offset :]
        else:
            content.extend(bytes(event.offset - len(content)))
        return
    end = event.offset + len(event.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[event.offset : end] = event.data


class Disk:
    """The disk as a run goes on. With `lies` it says of each sync that it was done, and did nothing."""

    def __init__(self, recording: Recording, *, lies: bool = False) -> None:
        self.recording = recording
        self.lies = lies
        self.names: dict[str, _File] = {name: _File(bytearray(data)) for name, data in recording.before.items()}
        self.sure_names = dict(self.names)
        self.moves: list[Event] = []
        self._made: list[_File | None] = []
        self.acked = 0

    def do(self, event: Event) -> None:
        """Let the next event happen."""
        match event.kind:
            case Kind.ACK:
                self.acked += 1
            case Kind.MAKE:
                if event.name not in self.names:
                    self.names[event.name] = _File()
                    self._move(event, self.names[event.name])
            case Kind.REMOVE:
                self.names.pop(event.name, None)
                self._move(event, None)
            case Kind.RENAME:
                self.names[event.other] = self.names.pop(event.name)
                self._move(event, None)
            case Kind.SYNC_FOLDER:
                if not self.lies:
                    for move, file in zip(self.moves, self._made, strict=True):
                        _rename(self.sure_names, move, file)
                    self.moves.clear()
                    self._made.clear()
            case Kind.SYNC:
                if not self.lies:
                    self.names[event.name].sync()
            case _:
                # strace names a removed file "… (deleted)"; what is written there is lost with it.
                if event.name in self.names:
                    self.names[event.name].since.append(event)

    def _move(self, event: Event, file: _File | None) -> None:
        self.moves.append(event)
        self._made.append(file)

    def cut(self, how: Cut, chance: random.Random) -> dict[str, bytes]:
        """The files that are found when the power comes back."""
        kept = {Cut.NOTHING: 0, Cut.ALL: len(self.moves)}.get(how, chance.randint(0, len(self.moves)))
        names = dict(self.sure_names)
        for move, file in zip(self.moves[:kept], self._made[:kept], strict=True):
            _rename(names, move, file)
        return {name: _left(file, how, chance) for name, file in names.items()}

    @property
    def last_ack(self) -> Ack | None:
        """The last acknowledgement that was given by now."""
        return self.recording.acks[self.acked - 1] if self.acked else None


def _rename(names: dict[str, _File], move: Event, file: _File | None) -> None:
    if move.kind is Kind.MAKE:
        assert file is not None
        names[move.name] = file
    elif move.kind is Kind.REMOVE:
        names.pop(move.name, None)
    elif move.name in names:
        names[move.other] = names.pop(move.name)


def _left(file: _File, how: Cut, chance: random.Random) -> bytes:
    if not file.since or how is Cut.NOTHING:
        return bytes(file.sure)
    content = bytearray(file.sure)
    keep = chance.random()  # how much this disk kept: all shares are met
    stop = chance.randrange(len(file.since) + 1)
    for place, event in enumerate(file.since):
        if how is Cut.PREFIX and place > stop:
            break
        if how is Cut.SOME and chance.random() > keep:
            continue
        torn = how is Cut.SECTORS or (how is Cut.PREFIX and place == stop)
        if not torn or event.kind is Kind.TRUNCATE:
            _apply(content, event)
            continue
        for start in range(0, len(event.data), SECTOR):
            if chance.random() <= keep:
                part = event.data[start : start + SECTOR]
                _apply(content, Event(Kind.WRITE, event.name, event.offset + start, part))
    return bytes(content)


def images(
    recording: Recording, count: int, seed: int, *, lies: bool = False
) -> Iterator[tuple[str, dict[str, bytes], Ack | None]]:
    """`count` disks after cuts spread evenly over the run: what was done last and how it was cut, files, last ack."""
    chance = random.Random(seed)
    disk = Disk(recording, lies=lies)
    events = recording.events
    cuts = sorted(chance.randrange(len(events) + 1) for _ in range(count))
    place = 0
    for number, cut in enumerate(cuts):
        while place < cut:
            disk.do(events[place])
            place += 1
        how = list(Cut)[number % len(Cut)]
        done = f"{events[place - 1].kind.value} {events[place - 1].name}" if place else "the start"
        yield f"after {place} of {len(events)} ({done}), kept {how.value}", disk.cut(how, chance), disk.last_ack


def judged(
    recording: Recording, count: int, seed: int, folder: Path, name: str, *, lies: bool = False
) -> Iterator[tuple[str, Verdict]]:
    """Build `count` disks of a run in `folder` one after another and judge the desk `name` on each."""
    for what, files, ack in images(recording, count, seed, lies=lies):
        for path in folder.iterdir():
            path.unlink()
        for file, data in files.items():
            (folder / file).write_bytes(data)
        yield what, judge(folder / name, ack)
