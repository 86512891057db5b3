"""Replaying the journal: into an empty store for proof, or up to an instant for a look back.

Row changes go through the same statements that wrote them first; nothing else makes the tables. What only follows
from rows (indexes, counts, the search index) is made once at the end, in one sorted pass each.
"""

import contextlib
import gc
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from operator import itemgetter
from typing import Final

from helpdesk_tui.store import extras, index, journal, shape
from helpdesk_tui.store.apply import count, fetch, fetch_tickets, keep_greatest, write_rows
from helpdesk_tui.store.changes import Row, RowChange
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict
from helpdesk_tui.vocabulary.records import Instant

CHUNK: Final = 4_000
"""Entries folded together before they are written."""
WEIGHT: Final = 4_000_000
"""Characters of entries at which they are written, however few they are."""
_READ: Final = 250
# Two rows that never met in the desk need not agree in a past that is told in the order of truth.
_UNIQUE: Final = frozenset({"uq_person_email", "uq_person_login", "uq_ticket_external"})
_DROPPED_TRIGGERS: Final = ("ticket_tally_insert", "ticket_tally_delete", "ticket_tally_update")
_INDEXES: Final = (
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    " AND tbl_name IN (SELECT value FROM json_each(?)) ORDER BY rowid"
)
# A store that is only now being filled has nothing to lose. Sorting for an index may take a disk's room, not memory.
_LOOSE: Final = (
    "PRAGMA foreign_keys = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA secure_delete = OFF",
    "PRAGMA temp_store = FILE",
    "PRAGMA journal_mode = MEMORY",
)
_FIRM: Final = (
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

Record = tuple[str, str | None]


def replay(
    source: sqlite3.Connection,
    target: Store,
    *,
    upto: Instant | None = None,
    search: bool = True,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Make in `target` (empty) what the journal of `source` tells, up to an instant. Returns the number of entries.

    Without an instant entries follow their sequence; with one they follow what was true when (`at`, then sequence).
    `search`: index the texts, too. Memory stays bounded: a chunk of entries is folded and written at a time. Nothing
    is synced to disk, and a target whose replay failed is to be thrown away.
    """
    n = 0
    with _resting_gc(), _filling(target, unique=upto is None):
        for done in _folded(source, target) if upto is None else _in_order_of_truth(source, target, upto):
            n += done
            if progress is not None:
                progress(n)
        if search:
            _search(target)
    return n


@contextlib.contextmanager
def _resting_gc() -> Iterator[None]:
    """Decoded entries hold no cycles; looking for some in millions of them only costs time."""
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()


@contextlib.contextmanager
def _filling(target: Store, *, unique: bool) -> Iterator[None]:
    """A store without what each row would have to keep up; at the end everything stands as in any other."""
    conn = target.reader()
    for pragma in _LOOSE:
        conn.execute(pragma).fetchone()
    with target.write() as tx:
        made = tx.conn.execute(_INDEXES, (json.dumps(shape.BUSINESS),)).fetchall()
        for name, _sql in made:
            tx.conn.execute(f'DROP INDEX "{name}"')  # sql: a name of the schema
        for name in _DROPPED_TRIGGERS:
            tx.conn.execute(f"DROP TRIGGER {name}")  # sql: constants
    yield
    for name, sql in made:
        if unique or name not in _UNIQUE:
            with target.write() as tx:
                tx.conn.execute(sql)  # sql: the schema's own
    with target.write() as tx:
        index.recount(tx.conn)
        for statement in extras.TALLY:
            tx.conn.execute(statement)
    if not target.in_memory:
        conn.execute("PRAGMA journal_mode = WAL").fetchone()
    for pragma in _FIRM:
        conn.execute(pragma)


# Terms kept in memory before they are written as one piece; fewer pieces are merged less often.
_PIECE: Final = 8 << 20


def _search(target: Store) -> None:
    """Index all texts at once."""
    with target.write() as tx:
        for table in _SEARCHED:
            tx.conn.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('hashsize', ?)", (_PIECE,))  # sql: constants
        index.rebuild(tx.conn)
        for table in _SEARCHED:  # the desk's own writes are small
            tx.conn.execute(f"DELETE FROM {table}_config WHERE k = 'hashsize'")  # sql: constants


_SEARCHED: Final = ("search_text", "search_note")


# -- in sequence -------------------------------------------------------------------------------------------------------


def _folded(source: sqlite3.Connection, target: Store) -> Iterator[int]:
    """Write the whole journal chunk by chunk, many changes of a row as one; yields how many entries each had."""
    rows: dict[tuple[object, ...], RowChange] = {}
    greatest: dict[str, int] = {}
    records: list[Record] = []
    weight = 0
    cursor = source.execute(journal.CHANGES)
    while read := cursor.fetchmany(_READ):
        records += read
        weight += _fold(read, rows, greatest)
        if len(records) >= CHUNK or weight >= WEIGHT:
            _write(target, records, rows.values(), greatest)
            yield len(records)
            rows, greatest, records, weight = {}, {}, [], 0
    if records:
        _write(target, records, rows.values(), greatest)
        yield len(records)


def _fold(read: list[Record], rows: dict[tuple[object, ...], RowChange], greatest: dict[str, int]) -> int:
    """Add the changes of some entries to what is to be written; returns how many characters they had."""
    joined = ",".join(map(_OPS, read))
    sides = ",".join([vals for _, vals in read if vals])
    texts = iter(json.loads(f"[{sides}]"))
    for found, (ops, vals) in zip(json.loads(f"[{joined}]"), read, strict=True):
        if journal.MARKED in ops:
            told = next(texts) if vals else _NOTHING
            for change in found:
                if change[3] is not None:
                    journal.open_row(change[3], told)
        elif vals:
            next(texts)  # of its reasons alone
        for table, key, before, after in found:
            where = (table, *key)
            seen = rows.get(where)
            if before is None and len(key) == 1 and table != "comment":
                given = key[0]
                if type(given) is int and given > greatest.get(table, 0):
                    greatest[table] = given
            if seen is None:
                rows[where] = RowChange(table, tuple(key), before, after)
            elif after is None or seen.after is None:
                _turn(rows, where, seen, before, after)
            else:
                seen.after.update(after)
                if seen.before is not None and before is not None:
                    seen.before = {**before, **seen.before}
    return len(joined) + len(sides)


_OPS: Final = itemgetter(0)
_NOTHING: Final[list[list[str]]] = []


def _turn(
    rows: dict[tuple[object, ...], RowChange],
    where: tuple[object, ...],
    seen: RowChange,
    before: Row | None,
    after: Row | None,
) -> None:
    """A row that was written in this chunk already is removed now, or one that was removed is there again."""
    if after is None:
        if seen.before is None:
            del rows[where]
        else:
            seen.before, seen.after = {**(before or {}), **seen.before}, None
        return
    # It still stands in the store: as a change of every column, a whole new row needs no knowledge of the old one.
    old = seen.before or {}
    seen.before = {"version": old["version"]} if "version" in old else {}
    seen.after = {column: after.get(column) for column in shape.COLUMNS[seen.table]}


def _write(target: Store, records: list[Record], rows: Iterable[RowChange], greatest: dict[str, int]) -> None:
    try:
        with target.write() as tx:
            write_rows(tx.conn, rows)
            keep_greatest(tx.conn, greatest)
    except Conflict:
        # Folded together, a value may be wanted by a row before another has let it go: step by step, then.
        with target.write() as tx:
            for record in records:
                alone: dict[tuple[object, ...], RowChange] = {}
                _fold([record], alone, greatest)
                write_rows(tx.conn, alone.values())
            keep_greatest(tx.conn, greatest)


# -- in the order of truth ---------------------------------------------------------------------------------------------


def _in_order_of_truth(source: sqlite3.Connection, target: Store, upto: Instant) -> Iterator[int]:
    """Write what was true until then; yields how many entries each chunk had."""
    entries = journal.changes(source, journal.CHANGES_UP_TO, (upto,))
    while chunk := list(islice(entries, CHUNK)):
        try:
            _write_tolerant(target, [list(chain.from_iterable(chunk))])
        except Conflict:
            _write_tolerant(target, chunk)
        yield len(chunk)


def _write_tolerant(target: Store, steps: list[list[RowChange]]) -> None:
    with target.write() as tx:
        for changes in steps:
            write_rows(tx.conn, _tolerant(tx.conn, changes))
            count(tx.conn, changes)


def _tolerant(conn: sqlite3.Connection, changes: list[RowChange]) -> list[RowChange]:
    """Changes in the order of truth rather than of writing: each brings its values, whatever stood before."""
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
