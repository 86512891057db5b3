"""A database file read page by page, without SQLite: for files that SQLite no longer opens, or opens only in part.

Format: sqlite.org/fileformat2.html. Only what tables need is read: the b-tree pages of tables (leaf 13, interior 5),
records, overflow pages, and the frames of a write-ahead log. Anything may be damaged, so nothing is believed: what
does not fit is left out.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

LEAF: Final = 13
INTERIOR: Final = 5
_SIZES: Final = tuple(1 << n for n in range(9, 17))
_DEFAULT: Final = 4096
_INTS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_MAX_PAYLOAD: Final = 64 * 1024 * 1024


class Damaged(Exception):
    """This piece cannot be read."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A row as it lies on a leaf: its rowid, the start of its bytes on the page and in the file, and its record.

    `record` is cut where `whole` is false (an overflow page is lost); `pages` are its overflow pages.
    """

    rowid: int
    page: int
    offset: int
    end: int
    record: bytes
    whole: bool
    pages: tuple[int, ...] = ()


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer (as written, unsigned) and where it ends. Raises Damaged."""
    value = 0
    for n in range(9):
        if at + n >= len(data):
            raise Damaged
        byte = data[at + n]
        if n == 8:
            return (value << 8) | byte, at + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, at + n + 1
    raise Damaged


def signed(value: int) -> int:
    """A 64-bit pattern as a signed number."""
    return value - (1 << 64) if value >= 1 << 63 else value


def decode(record: bytes, *, whole: bool = True) -> list[Any]:
    """The values of a record; with `whole` false as many as there are, the last text perhaps cut. Raises Damaged."""
    size, at = varint(record, 0)
    if size > len(record) or size < at:
        raise Damaged
    kinds: list[int] = []
    while at < size:
        kind, at = varint(record, at)
        kinds.append(kind)
    if at != size:
        raise Damaged
    values: list[Any] = []
    for kind in kinds:
        length = _length(kind)
        raw = record[at : at + length]
        if len(raw) < length and (whole or kind < 12):
            if whole:
                raise Damaged
            return values
        values.append(_value(kind, raw))
        at += length
    if whole and at != len(record):
        raise Damaged
    return values


def _length(kind: int) -> int:
    if kind in _INTS:
        return _INTS[kind]
    if kind == 7:
        return 8
    if kind in (0, 8, 9):
        return 0
    if kind in (10, 11) or kind > 2 * _MAX_PAYLOAD:
        raise Damaged
    return (kind - 12) // 2


def _value(kind: int, raw: bytes) -> Any:
    if kind == 0:
        return None
    if kind in (8, 9):
        return kind - 8
    if kind == 7:
        return struct.unpack(">d", raw)[0]
    if kind in _INTS:
        return int.from_bytes(raw, "big", signed=True)
    if kind % 2 == 0:
        return bytes(raw)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


class PageFile:
    """The pages of a database file, those of a write-ahead log beside it laid over them. Close it after use."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("rb")
        self._log: IO[bytes] | None = None
        self._frames: dict[int, int] = {}
        head = self._file.read(100)
        self.header_ok = head[:16] == b"SQLite format 3\x00"
        size = int.from_bytes(head[16:18], "big")
        size = 65536 if size == 1 else size
        self.page_size = size if self.header_ok and size in _SIZES else self._guess(path)
        reserved = head[20] if self.header_ok and len(head) > 20 else 0
        self.usable = self.page_size - reserved if reserved <= 32 else self.page_size
        self.count = -(-path.stat().st_size // self.page_size)
        log = path.with_name(path.name + "-wal")
        if log.exists():
            self._log = log.open("rb")
            self._read_log(self._log)

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._log is not None:
            self._log.close()

    def _guess(self, path: Path) -> int:
        """The page size: the least under which pages begin, nearly as often as under any, as tables and indexes do.

        Under twice the true size every page still begins where a page does, under half of it every other one.
        """
        total = path.stat().st_size
        scores = {}
        for size in _SIZES:
            places = range(size, min(total, 512 * size), size)
            good = 0
            for start in places:
                self._file.seek(start)
                good += self._file.read(1) in (b"\x02", b"\x05", b"\x0a", b"\x0d")
            scores[size] = good / len(places) if places else 0.0
        best = max(scores.values())
        return next(size for size, score in scores.items() if score >= 0.75 * best) if best else _DEFAULT

    def _read_log(self, log: IO[bytes]) -> None:
        """Which frame holds the last committed form of each page."""
        head = log.read(32)
        if len(head) < 32 or int.from_bytes(head[8:12], "big") != self.page_size:
            return
        salts, at, waiting = head[16:24], 32, {}
        end = log.seek(0, 2)
        log.seek(at)
        # A frame that was not written to its end was never committed, nor anything after it.
        while at + 24 + self.page_size <= end and (frame := log.read(24))[8:16] == salts:
            page, commit = struct.unpack(">II", frame[:8])
            waiting[page] = at + 24
            if commit:
                self._frames.update(waiting)
                self.count = max(self.count, commit)
                waiting = {}
            at += 24 + self.page_size
            log.seek(at)

    def page(self, n: int) -> bytes:
        """The bytes of page `n` (from 1), short or empty where the file ends."""
        if self._log is not None and n in self._frames:
            self._log.seek(self._frames[n])
            return self._log.read(self.page_size)
        self._file.seek((n - 1) * self.page_size)
        return self._file.read(self.page_size)

    def kind(self, n: int) -> int:
        """What the first byte of a page says it is."""
        data, start = self.page(n), 100 if n == 1 else 0
        return data[start] if len(data) > start else 0

    def children(self, n: int) -> list[int]:
        """The pages below an interior page, as far as they can be read."""
        data, start = self.page(n), 100 if n == 1 else 0
        if len(data) < start + 12:
            return []
        cells = int.from_bytes(data[start + 3 : start + 5], "big")
        found = []
        for place in range(start + 12, min(start + 12 + 2 * cells, len(data) - 1), 2):
            at = int.from_bytes(data[place : place + 2], "big")
            if at + 4 <= len(data):
                found.append(int.from_bytes(data[at : at + 4], "big"))
        found.append(int.from_bytes(data[start + 8 : start + 12], "big"))
        return [page for page in found if 1 <= page <= self.count]

    def leaf(self, n: int) -> Iterator[Cell]:
        """The rows of a leaf of a table, as far as they can be read."""
        data, start = self.page(n), 100 if n == 1 else 0
        if len(data) < start + 8 or data[start] != LEAF:
            return
        cells = int.from_bytes(data[start + 3 : start + 5], "big")
        for place in range(start + 8, min(start + 8 + 2 * cells, len(data) - 1), 2):
            at = int.from_bytes(data[place : place + 2], "big")
            if start + 8 <= at < len(data):
                try:
                    yield self._cell(n, data, at)
                except Damaged:
                    continue

    def _cell(self, n: int, data: bytes, start: int) -> Cell:
        payload, at = varint(data, start)
        if not 0 < payload <= _MAX_PAYLOAD:
            raise Damaged
        rowid, at = varint(data, at)
        local = self._local(payload)
        if at + local > len(data):
            raise Damaged
        record = data[at : at + local]
        end = at + local
        if local == payload:
            return Cell(signed(rowid), n, start, end, record, True)
        rest, pages = self._overflow(int.from_bytes(data[end : end + 4], "big"), payload - local)
        whole = len(rest) == payload - local
        return Cell(signed(rowid), n, start, end + 4, record + rest, whole, pages)

    def _local(self, payload: int) -> int:
        """How many bytes of a record lie on the leaf itself."""
        most = self.usable - 35
        if payload <= most:
            return payload
        least = (self.usable - 12) * 32 // 255 - 23
        wanted = least + (payload - least) % (self.usable - 4)
        return wanted if wanted <= most else least

    def _overflow(self, page: int, wanted: int) -> tuple[bytes, tuple[int, ...]]:
        out = bytearray()
        pages: list[int] = []
        while wanted > len(out) and 1 < page <= self.count and page not in pages[-64:]:
            data = self.page(page)
            if len(data) < self.usable:
                break
            pages.append(page)
            out += data[4 : min(self.usable, 4 + wanted - len(out))]
            page = int.from_bytes(data[:4], "big")
        return bytes(out), tuple(pages)


def tree(file: PageFile, root: int) -> Iterator[int]:
    """The pages of a table's b-tree, its root first, as far as they can be reached."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        kind = file.kind(page)
        if kind == INTERIOR:
            waiting += reversed(file.children(page))
        if kind in (INTERIOR, LEAF):
            yield page
