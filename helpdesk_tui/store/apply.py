"""The one writing path: row changes, journal entries, search index and counters in one transaction.

Verbs, imports, undo and replay all come through `apply`; nothing else writes a business table.
"""

import contextlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final

from helpdesk_tui.store import journal, shape
from helpdesk_tui.store.changes import ChangeSet, Key, Row, RowChange, Subject, net
from helpdesk_tui.store.index import reindex
from helpdesk_tui.vocabulary.errors import Conflict
from helpdesk_tui.vocabulary.i18n import N_

_ORDER: Final = {name: place for place, name in enumerate(shape.BUSINESS)}


def _named(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _matched(names: Iterable[str]) -> str:
    return " AND ".join(f'"{name}" = ?' for name in names)


# Statements are put together from names of `shape` alone; every value is bound.
_TICKETS: Final = (
    f"SELECT {_named(shape.COLUMNS['ticket'])} FROM ticket"  # sql: the table's own columns
    " WHERE number IN (SELECT value FROM json_each(?))"
)


@cache
def columns(table: str) -> tuple[str, ...]:
    """All columns of a table in their order."""
    return tuple(shape.COLUMNS[table])


def key_columns(table: str) -> tuple[str, ...]:
    """The primary key's columns."""
    return shape.KEYS[table]


def defaults(table: str) -> dict[str, Any]:
    """The value a new row has in each column that is not named: the model's default, or None."""
    return shape.COLUMNS[table]


def new_row(table: str, **values: Any) -> Row:
    """A whole row of a table, its defaults filled in. Raises TypeError for a column that does not exist."""
    row = {**defaults(table), **values}
    if len(row) != len(columns(table)):
        raise TypeError(f"{table} has no column {sorted(set(row) - set(columns(table)))}")
    return row


@cache
def _insert(table: str) -> str:
    names = columns(table)
    return f'INSERT INTO "{table}" ({_named(names)}) VALUES ({", ".join("?" * len(names))})'  # sql: names of `shape`


@cache
def _update(table: str, changed: tuple[str, ...], versioned: bool) -> str:
    """Its parameters: the new values in the order of `changed`, the key, the old version where that is compared."""
    if not set(changed) <= set(columns(table)):
        raise TypeError(f"{table} has no column {sorted(set(changed) - set(columns(table)))}")
    new = ", ".join(f'"{column}" = ?' for column in changed)
    where = _matched((*key_columns(table), "version") if versioned else key_columns(table))
    return f'UPDATE "{table}" SET {new} WHERE {where}'  # sql: names of `shape`


@cache
def _delete(table: str) -> str:
    return f'DELETE FROM "{table}" WHERE {_matched(key_columns(table))}'  # sql: names of `shape`


def _conflict(table: str, key: Key) -> Conflict:
    if table == "ticket":
        return Conflict(
            N_("ticket {number} was changed by somebody else meanwhile; look again and repeat"), number=key[0]
        )
    return Conflict(
        N_("{table} {key} was changed by somebody else meanwhile; look again and repeat"), table=table, key=key[0]
    )


def _run(conn: sqlite3.Connection, sql: str, rows: list[tuple[Any, ...]], changes: list[RowChange]) -> None:
    """One statement over many rows; where a row did not take (gone, or another version) that row is the conflict."""
    done = conn.executemany(sql, rows).rowcount
    if done == len(rows):
        return
    for change in changes:
        found = _current(conn, change)
        if found is None or any(found.get(c) != v for c, v in (change.after or {}).items()):
            raise _conflict(change.table, change.key)
    raise _conflict(changes[0].table, changes[0].key)


def _current(conn: sqlite3.Connection, change: RowChange) -> Row | None:
    return fetch(conn, change.table, change.key)


@cache
def _select(table: str) -> str:
    return (
        f'SELECT {_named(columns(table))} FROM "{table}" WHERE {_matched(key_columns(table))}'  # sql: names of `shape`
    )


def fetch(conn: sqlite3.Connection, table: str, key: Key) -> Row | None:
    """A whole row by its key, or None."""
    found = conn.execute(_select(table), key).fetchone()
    return None if found is None else dict(zip(columns(table), found, strict=True))


def fetch_tickets(conn: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, Row]:
    """Whole ticket rows by their numbers, as far as they exist, in one read."""
    names = columns("ticket")
    found = conn.execute(_TICKETS, (json.dumps(list(numbers)),))
    return {row[0]: dict(zip(names, row, strict=True)) for row in found}


def write_rows(conn: sqlite3.Connection, changes: Iterable[RowChange]) -> None:
    """Make the net row changes, set by set: deletes children first, then inserts parents first, then updates.

    Raises Conflict where a row is gone or has another version than the change names.
    """
    inserts: dict[str, list[RowChange]] = defaultdict(list)
    deletes: dict[str, list[RowChange]] = defaultdict(list)
    updates: dict[tuple[str, tuple[str, ...], bool], list[RowChange]] = defaultdict(list)
    for change in changes:
        if change.before is None:
            inserts[change.table].append(change)
        elif change.after is None:
            deletes[change.table].append(change)
        elif change.after:
            versioned = "version" in change.before and "version" in columns(change.table)
            updates[(change.table, tuple(sorted(change.after)), versioned)].append(change)
    for table in sorted(inserts, key=_ORDER.__getitem__):
        conn.executemany(_insert(table), _values(columns(table), inserts[table]))
    for (table, changed, versioned), group in updates.items():
        pick = _picker(changed)
        rows: list[tuple[Any, ...]] = []
        for change in group:
            assert change.before is not None
            old = (change.before["version"],) if versioned else ()
            rows.append((*pick(change.after), *change.key, *old))
        _run(conn, _update(table, changed, versioned), rows, group)
    for table in sorted(deletes, key=_ORDER.__getitem__, reverse=True):
        _run_deletes(conn, _delete(table), deletes[table])


def _picker(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Takes the values of these columns out of a row, in this order."""
    if len(names) == 1:
        return lambda row, only=names[0]: (row[only],)  # type: ignore[misc]
    return itemgetter(*names)


def _values(order: Sequence[str], changes: list[RowChange]) -> list[tuple[Any, ...]]:
    """New rows in the order of a statement; a column that a row does not name is null."""
    rows = [c.after for c in changes if c.after is not None]
    pick = _picker(order)
    with contextlib.suppress(KeyError):
        return [pick(row) for row in rows]
    blank = dict.fromkeys(order)
    return [pick({**blank, **row}) if len(order) > 1 else (row.get(order[0]),) for row in rows]


def _run_deletes(conn: sqlite3.Connection, sql: str, group: list[RowChange]) -> None:
    if conn.executemany(sql, [c.key for c in group]).rowcount != len(group):
        raise _conflict(group[0].table, group[0].key)


_COUNT: Final = (
    "INSERT INTO counter (name, value) VALUES (?, ?)"
    " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)"
)


def count(conn: sqlite3.Connection, changes: Iterable[RowChange]) -> None:
    """Remember the greatest number ever given in each table, so that none is given twice."""
    greatest: dict[str, int] = {}
    for change in changes:
        if (
            change.before is None
            and len(change.key) == 1
            and isinstance(change.key[0], int)
            and change.table != "comment"
        ):
            greatest[change.table] = max(greatest.get(change.table, 0), change.key[0])
    keep_greatest(conn, greatest)


def keep_greatest(conn: sqlite3.Connection, greatest: dict[str, int]) -> None:
    """Numbers that were given, by table: the next ones are greater."""
    conn.executemany(_COUNT, list(greatest.items()))


def next_id(conn: sqlite3.Connection, table: str) -> int:
    """The next free number of a table (only inside a write transaction)."""
    found = conn.execute("SELECT value FROM counter WHERE name = ?", (table,)).fetchone()
    return (found[0] if found else 0) + 1


def apply_rows(conn: sqlite3.Connection, changes: list[RowChange]) -> None:
    """Rows, index and counters without journal entries: the half that a replay repeats."""
    folded = net(changes) if len(changes) > 1 else changes
    with reindex(conn, folded):
        write_rows(conn, folded)
    count(conn, folded)


def _set_timers(conn: sqlite3.Connection, timers: Mapping[Subject, Mapping[str, int]]) -> None:
    """Replace what is still to fire; what has fired for the same instant does not fire again."""
    conn.executemany("DELETE FROM timer WHERE subject_type = ? AND subject = ? AND fired_at IS NULL", list(timers))
    conn.executemany(
        "INSERT INTO timer (subject_type, subject, kind, due_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (subject_type, subject, kind)"
        " DO UPDATE SET due_at = excluded.due_at, fired_at = NULL WHERE due_at <> excluded.due_at",
        [(*subject, kind, due) for subject, by_kind in timers.items() for kind, due in by_kind.items()],
    )


def apply(conn: sqlite3.Connection, changes: ChangeSet) -> list[int]:
    """Make everything of a change set true inside the open transaction. Returns the entries' sequence numbers.

    Raises Conflict where a row changed meanwhile; the caller rolls the transaction back.
    """
    apply_rows(conn, [row for entry in changes.entries for row in entry.rows])
    head = conn.execute("SELECT seq, hash FROM journal_head WHERE id = 1").fetchone()
    seq, previous = (head[0], head[1]) if head else (0, journal.GENESIS)
    if not seq:
        previous = journal.GENESIS
    rows, texts, numbers = [], [], []
    for entry in changes.entries:
        seq += 1
        for change in entry.rows if changes.withheld else ():
            for column in change.before or ():
                instead = changes.withheld.get((change.table, change.key, column))
                if instead is not None and change.before is not None:
                    change.before[column] = instead
        sealed = journal.seal(entry, seq, changes.recorded_at, previous)
        entry.seq, entry.recorded_at = seq, changes.recorded_at
        previous = sealed.hash
        rows.append(sealed.row)
        numbers.append(seq)
        if sealed.text is not None:
            texts.append(sealed.text)
    _set_timers(conn, changes.timers)
    conn.executemany(journal.INSERT, rows)
    conn.executemany(journal.INSERT_TEXT, texts)
    conn.execute(
        "INSERT INTO journal_head (id, seq, hash) VALUES (1, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        (seq, previous),
    )
    return numbers
