"""Which entries an undo takes back, and in which order: sequence numbers only, so that a batch may be of any size.

The order is made by SQLite on a connection of its own, which spills to disk; entries are read when their turn comes.
"""

import contextlib
import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.store import driver, journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.store.parameters import numbered

if TYPE_CHECKING:
    from helpdesk_tui.store.store import Store

CHUNK: Final = 200
_AGAIN: Final = 0  # stands before a group about the subject of the group before it

# Canonical JSON: none of these pieces can stand inside a string, where a quote is escaped. The last two columns are
# only hints (a bracket needs no escape); whoever gets one reads the entry.
_ORDERED: Final = (
    'SELECT seq, verb, actor_id, subject_type, subject, undoes, instr(reasons, \'"code":"contact.made"\') > 0,'
    " instr(ops, '[\"ticket\",[' || subject || '],null,{') > 0, instr(ops, '],null,{') > 0, instr(ops, '},null]') > 0,"
    " max(seq) OVER (PARTITION BY subject_type, subject) AS newest"
    " FROM journal WHERE (batch = ?1 OR seq = ?2) AND seq NOT IN (SELECT value FROM json_each(?3))"
    " ORDER BY newest DESC, seq DESC"
)
_OF_BATCH: Final = _ORDERED.replace("(batch = ?1 OR seq = ?2)", "batch = ?1 AND ?2 IS NULL")
_OF_ENTRY: Final = _ORDERED.replace("(batch = ?1 OR seq = ?2)", "?1 IS NULL AND seq = ?2")
_SOME: Final = journal.SELECT + "WHERE j.seq IN (SELECT value FROM json_each(?))"


@dataclass(slots=True)
class Plan:
    """Groups of sequence numbers in three ranks: what comes back, tickets, what goes away after them.

    In each array a group begins with its newest entry, negated. `others` are the standing entries about something else
    than tickets, by what decides about their permission: `(verb, what it takes back, whether a ticket brought it)`.
    """

    entries: int = 0
    actors: set[int | None] = field(default_factory=set)
    others: dict[tuple[str, int | None, bool], int] = field(default_factory=dict)
    ranks: tuple["array[int]", "array[int]", "array[int]"] = field(
        default_factory=lambda: (array("q"), array("q"), array("q"))
    )

    def chunks(self) -> Iterator[list[list[int]]]:
        """Some groups a transaction, which holds at most one about a subject."""
        for numbers in self.ranks:
            chunk: list[list[int]] = []
            for number in numbers:
                if number == _AGAIN or (number < 0 and len(chunk) == CHUNK):
                    if chunk:
                        yield chunk
                    chunk = []
                if number < 0:
                    chunk.append([-number])
                elif number:
                    chunk[-1].append(number)
            if chunk:
                yield chunk


@contextlib.contextmanager
def _beside(store: "Store") -> Iterator[sqlite3.Connection]:
    """A connection whose sorting may go to disk."""
    if store.in_memory:
        yield store.reader()
        return
    conn = driver.connect(store.path, read_only=True)
    try:
        conn.execute("PRAGMA temp_store = FILE")
        yield conn
    finally:
        conn.close()


def plan(store: "Store", batch: str | None, seq: int | None, gone: Iterable[int]) -> Plan:
    """The plan for a batch or one entry, without those that are `gone` (undone already).

    Entries of one ticket that its own batch opened stay together, as do those of anything else; otherwise each entry
    is a group.
    """
    made = Plan()
    with _beside(store) as conn:
        rows = conn.execute(_OF_ENTRY if batch is None else _OF_BATCH, numbered(batch, seq, json.dumps(list(gone))))
        for (kind, _subject), found in groupby(rows, key=lambda row: (row[3], row[4])):
            group = list(found)
            made.entries += len(group)
            made.actors.update(row[2] for row in group)
            numbers = [row[0] for row in group]
            if kind != "ticket":
                for row in group:
                    made.others.setdefault((row[1], row[5], bool(row[6])), row[0])
                back = any(row[9] and _removes(conn, row[0]) for row in group)
                _put(made.ranks[0 if back else 2], numbers)
            elif group[-1][7] or (group[-1][8] and _opens(conn, numbers[-1])):
                _put(made.ranks[1], numbers)
            else:
                for place, number in enumerate(numbers):
                    if place:
                        made.ranks[1].append(_AGAIN)
                    _put(made.ranks[1], [number])
    return made


def _put(rank: "array[int]", numbers: list[int]) -> None:
    rank.append(-numbers[0])
    rank.extend(numbers[1:])


def _ops(conn: sqlite3.Connection, seq: int) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(conn.execute("SELECT ops FROM journal WHERE seq = ?", (seq,)).fetchone()[0])
    return found


def _removes(conn: sqlite3.Connection, seq: int) -> bool:
    return any(after is None for _table, _key, _before, after in _ops(conn, seq))


def _opens(conn: sqlite3.Connection, seq: int) -> bool:
    return any(table == "ticket" and before is None for table, _key, before, _after in _ops(conn, seq))


def load(conn: sqlite3.Connection, chunk: list[list[int]]) -> list[list[Entry]]:
    """The entries of some groups, as they are grouped."""
    wanted = json.dumps([seq for group in chunk for seq in group])
    found = {entry.seq: entry for entry in journal.read(conn, _SOME, (wanted,))}
    return [[found[seq] for seq in group] for group in chunk]


def gone(store: "Store", batch: str | None, seq: int | None, stands: Callable[[int], bool]) -> list[int]:
    """Those entries that an undo has taken back; what nobody ever undid is seen at once."""
    if batch is None:
        return [] if stands(seq or 0) else [seq or 0]
    questioned = store.query(
        "SELECT DISTINCT undoes FROM journal WHERE undoes IN (SELECT seq FROM journal WHERE batch = ?)", (batch,)
    )
    return [number for (number,) in questioned if not stands(number)]
