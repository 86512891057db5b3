"""Replaying the journal: into an empty store for proof, or up to an instant for a look back.

Row changes go through the same function that wrote them first; nothing else makes the tables.
"""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Final

from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import RowChange
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict
from helpdesk_tui.vocabulary.records import Instant

CHUNK: Final = 2_000
_UNIQUE: Final = ("uq_person_email", "uq_person_login", "uq_ticket_external")


def replay(
    source: sqlite3.Connection,
    target: Store,
    *,
    upto: Instant | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Make in `target` (empty) what the journal of `source` tells, up to an instant. Returns the number of entries.

    Without an instant entries follow their sequence; with one they follow what was true when (`at`, then sequence).
    Memory stays bounded: a chunk of entries is folded and written at a time.
    """
    from helpdesk_tui.store.apply import apply_rows

    sql, params = (journal.CHANGES, ()) if upto is None else (journal.CHANGES_UP_TO, (upto,))
    n = 0
    # What was recorded late may speak of rows that another entry has not made yet at that time.
    target.reader().execute("PRAGMA foreign_keys = OFF")
    if upto is not None:
        for index in _UNIQUE:  # nor do two rows that never met in the desk have to agree then
            target.reader().execute(f"DROP INDEX IF EXISTS {index}")  # sql: constants
    for chunk in _chunks(journal.changes(source, sql, params)):
        try:
            with target.write() as tx:
                changes = list(chain.from_iterable(chunk))
                apply_rows(tx.conn, changes if upto is None else _tolerant(tx.conn, changes))
        except Conflict:
            # Folded together, a value may be wanted by a row before another has let it go: step by step, then.
            with target.write() as tx:
                for rows in chunk:
                    apply_rows(tx.conn, rows if upto is None else _tolerant(tx.conn, rows))
        n += len(chunk)
        if progress is not None:
            progress(n)
    target.reader().execute("PRAGMA foreign_keys = ON")
    return n


def _chunks(entries: Iterator[list[RowChange]]) -> Iterator[list[list[RowChange]]]:
    while chunk := list(islice(entries, CHUNK)):
        yield chunk


def _tolerant(conn: sqlite3.Connection, changes: list[RowChange]) -> list[RowChange]:
    """Changes in the order of truth rather than of writing: each brings its values, whatever stood before."""
    from helpdesk_tui.store.apply import fetch, fetch_tickets

    tickets = fetch_tickets(conn, {change.key[0] for change in changes if change.table == "ticket"})
    rows: dict[tuple[str, tuple[object, ...]], dict[str, object] | None] = {}
    first: dict[tuple[str, tuple[object, ...]], dict[str, object] | None] = {}
    for change in changes:
        where = (change.table, change.key)
        if where not in rows:
            known = tickets.get(change.key[0]) if change.table == "ticket" else fetch(conn, change.table, change.key)
            rows[where] = first[where] = known
        current = rows[where]
        if change.after is None:
            rows[where] = None
        elif change.before is None:
            rows[where] = dict(change.after)
        elif current is not None:
            rows[where] = {**current, **change.after}
    out: list[RowChange] = []
    for where, after in rows.items():
        before = first[where]
        if before is not None and after is not None:
            changed = {c: v for c, v in after.items() if before.get(c) != v}
            if changed:
                out.append(RowChange(where[0], where[1], {c: before.get(c) for c in changed}, changed))
        elif before != after:
            out.append(RowChange(where[0], where[1], before, after))
    return out
