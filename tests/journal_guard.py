"""A test-only watch over the business tables: every row change is recorded by triggers, so that a test can ask
whether the journal tells of each, value by value.

    install(conn)                      after the schema is made, before anything is written
    assert unjournalled(conn) == []    whenever nothing is being written

The triggers stand in the file itself, so changes of other connections and processes are recorded too, and a
rollback takes its records with it.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from helpdesk_tui.store.journal import ERASURE_VERBS
from helpdesk_tui.store.tables import business_tables, metadata

_RECORD: Final = "test_change_"
_EXISTS: Final = " exists"  # no column has a blank in its name
_MARK: Final = "#"

Where = tuple[str, tuple[Any, ...]]
Row = dict[str, Any]
Change = tuple[str, tuple[Any, ...], Row | None, Row | None]
Deltas = dict[Where, dict[str, tuple[Any, Any]]]


class _Erased:
    """Equal to anything: a text that an erasure has replaced in the journal."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "(erased)"


def _columns(table: str) -> list[str]:
    return [c.name for c in metadata.tables[table].columns]


def install(conn: sqlite3.Connection) -> None:
    """Start recording every insert, update and delete of a business table."""
    for table in business_tables():
        names = _columns(table)
        # Plain columns, no JSON: an untrusted schema may not call JSON functions from a trigger.
        stored = [f'"{side}_{name}"' for side in ("old", "new") for name in names]
        conn.execute(
            f"CREATE TABLE IF NOT EXISTS {_RECORD}{table} (n INTEGER PRIMARY KEY, head, event, {', '.join(stored)})"
        )
        for event, sides in (("INSERT", {"new"}), ("UPDATE", {"old", "new"}), ("DELETE", {"old"})):
            values = [f'{side}."{n}"' if side in sides else "NULL" for side in ("old", "new") for n in names]
            conn.execute(
                f"CREATE TRIGGER IF NOT EXISTS test_{table}_{event.lower()} AFTER {event} ON {table} BEGIN"
                f" INSERT INTO {_RECORD}{table} (head, event, {', '.join(stored)})"
                f" VALUES ((SELECT seq FROM journal_head WHERE id = 1), '{event}', {', '.join(values)}); END"
            )


def recorded(conn: sqlite3.Connection) -> int:
    """How many row changes have been seen; a test that sees none proves nothing."""
    return sum(int(conn.execute(f"SELECT count(*) FROM {_RECORD}{t}").fetchone()[0]) for t in business_tables())


def unjournalled(conn: sqlite3.Connection) -> list[str]:
    """What the rows did and the journal does not say, or the reverse; one line a column, empty if they agree.

    A transaction writes its rows while the head still shows the entry before it, so all changes recorded at one
    head belong to the entries up to the next recorded head.
    """
    heads = sorted({h for t in business_tables() for (h,) in conn.execute(f"SELECT DISTINCT head FROM {_RECORD}{t}")})
    lines: list[str] = []
    if heads:
        lines += _compare({}, _told(conn, 0, heads[0]), heads[0])
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        lines += _compare(_done(conn, head), _told(conn, head, following), head)
    return lines


def _done(conn: sqlite3.Connection, head: int) -> Deltas:
    def changes() -> Iterator[Change]:
        for table in business_tables():
            names, keys = _columns(table), [c.name for c in metadata.tables[table].primary_key.columns]
            for record in conn.execute(f"SELECT * FROM {_RECORD}{table} WHERE head = ? ORDER BY n", (head,)):
                event, values = record[2], record[3:]
                before = None if event == "INSERT" else dict(zip(names, values, strict=False))
                after = None if event == "DELETE" else dict(zip(names, values[len(names) :], strict=True))
                row = after or before or {}
                yield table, tuple(row[k] for k in keys), before, after

    return _fold(changes())


def _told(conn: sqlite3.Connection, after: int, until: int | None) -> Deltas:
    def changes() -> Iterator[Change]:
        rows = conn.execute(
            "SELECT j.ops, t.vals, j.verb FROM journal j LEFT JOIN journal_text t ON t.seq = j.seq"
            " WHERE j.seq > ? AND j.seq <= ifnull(?, j.seq) ORDER BY j.seq",
            (after, until),
        )
        for ops, vals, verb in rows:
            texts = json.loads(vals) if vals else []
            for table, key, before, now in json.loads(ops):
                old = _open(before, texts)
                if old is not None and verb in ERASURE_VERBS:
                    # An erasing entry must not keep what it erases, so its `before` is not what stood there.
                    old = {column: _Erased() if isinstance(value, str) else value for column, value in old.items()}
                yield table, tuple(key), old, _open(now, texts)

    return _fold(changes())


def _open(row: dict[str, Any] | None, texts: list[list[Any]]) -> dict[str, Any] | None:
    def value(held: Any) -> Any:
        if isinstance(held, dict) and _MARK in held:
            salt, text = texts[held[_MARK][0]]
            return _Erased() if salt is None else text
        return held

    return None if row is None else {column: value(held) for column, held in row.items()}


def _fold(changes: Iterator[Change]) -> Deltas:
    """Per row and column the first old and the last new value, where they differ."""
    folded: Deltas = {}
    for table, key, before, after in changes:
        row = folded.setdefault((table, key), {})
        old = {_EXISTS: before is not None, **(before or {})}
        new = {_EXISTS: after is not None, **(after or {})}
        for column in old.keys() | new.keys():
            first = row[column][0] if column in row else old.get(column)
            row[column] = (first, new.get(column))
    kept = {where: {c: d for c, d in row.items() if d[0] != d[1] or _erased(d)} for where, row in folded.items()}
    return {where: row for where, row in kept.items() if row}


def _erased(delta: tuple[Any, Any]) -> bool:
    return isinstance(delta[0], _Erased) or isinstance(delta[1], _Erased)


def _compare(done: Deltas, told: Deltas, head: int) -> list[str]:
    lines = []
    for where in sorted(done.keys() | told.keys(), key=repr):
        did, says = done.get(where, {}), told.get(where, {})
        for column in sorted(did.keys() | says.keys()):
            if did.get(column) != says.get(column) and not (column not in did and _erased(says[column])):
                lines.append(
                    f"after entry {head}: {where[0]} {list(where[1])} {column.strip()}:"
                    f" the row did {did.get(column)}, the journal says {says.get(column)}"
                )
    return lines
