"""Are the rows what the journal says? Without writing them anew, in bounded memory, in one pass over each.

Every value of every row has a digest (over table, key, column and value), and a bucket of rows has the sum of theirs.
Along the journal a change takes the digest of its `before` out of the sum and puts that of its `after` in, so that
at the end the sum is that of the rows as they must be. One changed value always changes the sum of its bucket; only
the rows of buckets that differ are then built from the journal and compared value by value.

Tickets that ever went into an archive are left out of the sums, for their texts may be there: of those that are gone
no row may be left, those that came back are built from the journal.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from helpdesk_tui.store import journal, shape
from helpdesk_tui.store.changes import Row

Progress = Callable[[int, int | None], None]
Place = tuple[str, tuple[Any, ...]]
BUCKETS: Final = 4096
MOST: Final = 64
"""Differing buckets that are looked into, and faults that are named."""
_MARK: Final = "#"
_STREAM: Final = (
    "SELECT j.seq, j.ops, j.reasons, t.vals, j.subject FROM journal j LEFT JOIN journal_text t ON t.seq = j.seq"
    " ORDER BY j.seq"
)
_EVER_AWAY: Final = "SELECT DISTINCT subject FROM journal WHERE subject_type = 'ticket' AND verb = 'ticket.archive'"
_OF_TICKETS: Final = frozenset(t for t in shape.BUSINESS if "number" in shape.COLUMNS[t])
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is not what the journal says: `kind` is missing, extra or differs (then in `columns`)."""

    table: str
    key: tuple[Any, ...]
    kind: str
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Compared:
    """What the comparison found. `more` counts buckets that were not looked into, `odd_texts` entries (journal side)."""

    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    odd_texts: list[int] = field(default_factory=list)


class _Away:
    """The tickets that ever were in an archive (`ever`), those that are back, and what rows of these the journal names."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.ever = {n for (n,) in conn.execute(_EVER_AWAY)}
        self.back = {n for n in self.ever if conn.execute("SELECT 1 FROM ticket WHERE number = ?", (n,)).fetchone()}
        self.named: set[Place] = set()

    def told(self, table: str, key: list[Any], row: Row, subject: int) -> bool:
        """Whether a row change of the journal is about such a ticket."""
        if table not in _OF_TICKETS:
            return False
        if table == "comment":
            number = key[0] >> 20
        elif len(key) > 1 or table == "ticket":
            number = key[0]
        else:
            number = row.get("number", subject)
        if number in self.back:
            self.named.add((table, tuple(key)))
        return number in self.ever


@cache
def _tables() -> dict[str, tuple[tuple[str, ...], tuple[int, ...]]]:
    """The journalled tables: all columns, and where those of the key are among them."""
    out = {}
    for table in shape.BUSINESS:
        columns = tuple(shape.COLUMNS[table])
        out[table] = (columns, tuple(columns.index(key) for key in shape.KEYS[table]))
    return out


def select(table: str) -> str:
    """Reads a whole table in the order of its columns."""
    columns = ", ".join(f'"{column}"' for column in shape.COLUMNS[table])
    return f'SELECT {columns} FROM "{table}"'  # sql: names of `shape`


def _cell(place: int, column: str, value: Any) -> int:
    kind = type(value)
    if kind is str:
        return hash((place, column, value))
    if kind is int or kind is bool:
        # Odd numbers only: -1 and -2 have the same hash in CPython.
        return hash((place, column, 2 * value + 1))
    if value is None:
        return 0
    return hash((place, column, kind.__name__, repr(value)))


def _known(value: Any, texts: list[list[Any]]) -> Any:
    """A value of the journal; None for a text that an archive has taken along."""
    if type(value) is dict:
        index = value[_MARK][0]
        return texts[index][1] if index < len(texts) else None
    return value


def compare(conn: sqlite3.Connection, progress: Progress | None = None) -> Compared:
    """Compare every journalled table with the journal. Raises `sqlite3.Error` or ValueError where either is unreadable."""
    found = Compared()
    sums = {table: [0] * BUCKETS for table in _tables()}
    away = _Away(conn)
    _from_journal(conn, sums, found, progress, away)
    _from_rows(conn, sums, found, progress, away)
    bad = {(table, n) for table, buckets in sums.items() for n, total in enumerate(buckets) if total}
    looked = set(sorted(bad)[:MOST])
    if bad or away.named:
        found.more = len(bad) - len(looked)
        _explain(conn, looked, away.named, found)
    return found


def _spelt(text: list[Any]) -> bool:
    """Whether a text's salt is written as salts are: small digits."""
    return text[0] is None or (type(text[0]) is str and text[0] == text[0].lower())


def _from_journal(
    conn: sqlite3.Connection, sums: dict[str, list[int]], found: Compared, progress: Progress | None, away: _Away
) -> None:
    decode, encode = json.loads, journal.canonical
    for n, (seq, ops, reasons, vals, subject) in enumerate(conn.execute(_STREAM)):
        texts: list[list[Any]] = []
        if vals:
            texts = decode(vals)
            marks = ops.count('{"#":[') + (reasons.count('{"#":[') if reasons != "[]" else 0)
            # The chain holds the texts by their commitments, which take a salt in any spelling.
            if encode(texts) != vals or len(texts) != marks or not all(map(_spelt, texts)):
                found.odd_texts.append(seq)
        for table, key, before, after in decode(ops):
            if away.ever and away.told(table, key, after or before or {}, subject):
                continue
            buckets = sums[table]
            place = hash((table, *key))
            slot, total = place % BUCKETS, 0
            if before:
                for column, value in before.items():
                    total -= _cell(place, column, _known(value, texts))
            if after:
                for column, value in after.items():
                    total += _cell(place, column, _known(value, texts))
            buckets[slot] += total
        if progress is not None and n % 5_000 == 0:
            progress(n, None)


def _from_rows(
    conn: sqlite3.Connection, sums: dict[str, list[int]], found: Compared, progress: Progress | None, away: _Away
) -> None:
    for table, (columns, keys) in _tables().items():
        buckets = sums[table]
        number = columns.index("number") if away.ever and table in _OF_TICKETS else None
        for row in conn.execute(select(table)):
            if number is not None and row[number] in away.ever:
                key = tuple(row[k] for k in keys)
                if row[number] not in away.back or (table, key) not in away.named:
                    found.faults.append(Fault(table, key, "extra"))
                found.rows += 1
                continue
            place = hash((table, *(row[k] for k in keys)))
            buckets[place % BUCKETS] -= sum(
                _cell(place, column, value) for column, value in zip(columns, row, strict=True) if value is not None
            )
            found.rows += 1
            if progress is not None and found.rows % 5_000 == 0:
                progress(found.rows, None)


def _explain(conn: sqlite3.Connection, bad: set[tuple[str, int]], named: set[Place], found: Compared) -> None:
    """Build the rows of some buckets, and some named ones, from the journal and compare them one by one."""

    def wanted(table: str, key: tuple[Any, ...]) -> bool:
        return (table, hash((table, *key)) % BUCKETS) in bad or (table, key) in named

    expected = fold(conn, wanted)
    concerned = {name for name, _slot in bad} | {name for name, _key in named}
    for table, (columns, keys) in _tables().items():
        if table not in concerned:
            continue
        for row in conn.execute(select(table)):
            key = tuple(row[k] for k in keys)
            if not wanted(table, key):
                continue
            told = expected.pop((table, key), None)
            if told is None:
                if not any(f.table == table and f.key == key for f in found.faults):
                    found.faults.append(Fault(table, key, "extra"))
                continue
            differing = tuple(
                column for column, value in zip(columns, row, strict=True) if not same(value, told.get(column))
            )
            if differing:
                found.faults.append(Fault(table, key, "differs", differing))
    found.faults += [Fault(table, key, "missing") for table, key in expected]
    del found.faults[MOST:]


def same(value: Any, told: Any) -> bool:
    """Whether a stored value is the one that the journal tells, in type and all."""
    if isinstance(told, bool):
        told = int(told)
    return told is _MISSING or (type(value) is type(told) and value == told)


def fold(conn: sqlite3.Connection, wanted: Callable[[str, tuple[Any, ...]], bool]) -> dict[Place, Row]:
    """The rows that the journal makes of the wanted keys, those only that are still there."""
    rows: dict[Place, Row] = {}
    for table, key, _before, after, texts in _changes(conn):
        if not wanted(table, key):
            continue
        where = (table, key)
        if after is None:
            rows.pop(where, None)
        else:
            opened = {c: _opened(v, texts) for c, v in after.items()}
            rows[where] = {**rows.get(where, {}), **opened}
    return rows


def _opened(value: Any, texts: list[list[Any]]) -> Any:
    if type(value) is dict:
        index = value[_MARK][0]
        return texts[index][1] if index < len(texts) else _MISSING
    return value


def _changes(
    conn: sqlite3.Connection,
) -> Iterator[tuple[str, tuple[Any, ...], Row | None, Row | None, list[list[Any]]]]:
    for _seq, ops, _reasons, vals, _subject in conn.execute(_STREAM):
        texts = json.loads(vals) if vals else []
        for table, key, before, after in json.loads(ops):
            yield table, tuple(key), before, after, texts
