"""Bits that flip: where the rows of a table lie in a file, and the file with one bit changed.

Read from the file itself (sqlite.org/fileformat2.html §1.6): the leaf pages of a table's tree, each cell's payload
that lies on its page; not what overflows to other pages, nor free space, whose bits mean nothing.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

_LEAF: Final = 0x0D
_INNER: Final = 0x05


def flip(data: bytes, at: int, bit: int) -> bytes:
    """The same bytes but for one bit."""
    out = bytearray(data)
    out[at] ^= 1 << bit
    return bytes(out)


def cells(path: Path, table: str) -> list[tuple[int, int]]:
    """Where the payloads of a table's rows lie: byte offsets `(from, to)` in the file."""
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as conn:
        root = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        size = conn.execute("PRAGMA page_size").fetchone()[0]
    data, out, pages = path.read_bytes(), [], [root]
    while pages:
        number = pages.pop()
        start = (number - 1) * size
        head = start + (100 if number == 1 else 0)
        count = int.from_bytes(data[head + 3 : head + 5], "big")
        inner = data[head] == _INNER
        pointers = head + (12 if inner else 8)
        for i in range(count):
            at = start + int.from_bytes(data[pointers + 2 * i : pointers + 2 * i + 2], "big")
            if inner:
                pages.append(int.from_bytes(data[at : at + 4], "big"))
                continue
            length, body = _varint(data, at)
            _rowid, body = _varint(data, body)
            out.append((body, body + _local(length, size)))
        if inner:
            pages.append(int.from_bytes(data[head + 8 : head + 12], "big"))
        else:
            assert data[head] == _LEAF, data[head]
    return out


def _local(length: int, size: int) -> int:
    """Bytes of a payload that lie on the page itself."""
    most, least = size - 35, (size - 12) * 32 // 255 - 23
    if length <= most:
        return length
    left = least + (length - least) % (size - 4)
    return left if left <= most else least


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for i in range(9):
        byte = data[at + i]
        if i == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + i + 1
    raise AssertionError
