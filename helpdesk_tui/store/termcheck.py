"""Does the search index say what the texts say? It is made anew in a temporary file and both are read side by side.

The index holds no texts, so only its terms can be compared: each with its document, column and place, in order.
"""

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from helpdesk_tui.store import extras, index

Progress = Callable[[int, int | None], None]
_BUNCH: Final = 5_000
_SOURCES: Final = (
    ("ticket", "SELECT number, title, description FROM ticket ORDER BY number"),
    ("comment", "SELECT id, kind, body FROM comment ORDER BY id"),
)
_NAMES: Final = {"ticket": ("number", "title", "description"), "comment": ("id", "kind", "body")}
_INDEXES: Final = ("search_text", "search_note")
_OPEN: Final = {
    name: f"CREATE VIRTUAL TABLE temp.{name}_places USING fts5vocab(main, {name}, instance)"  # sql: constants
    for name in _INDEXES
}
_READ: Final = {name: f"SELECT term, doc, col, offset FROM temp.{name}_places" for name in _INDEXES}  # sql: constants
MOST: Final = 20


def compare(conn: sqlite3.Connection, progress: Progress | None = None) -> Iterator[tuple[str, str, int]]:
    """`(index, term, document)` of the first places where the two differ; nothing where they agree."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-check-") as folder:
        fresh = sqlite3.connect(Path(folder) / "index.db", isolation_level=None)
        with contextlib.closing(fresh):
            _make(conn, fresh, progress)
            for name in _INDEXES:
                for each in (conn, fresh):
                    each.execute(_OPEN[name])
                try:
                    yield from _differences(name, conn, fresh)
                finally:
                    conn.execute(f"DROP TABLE temp.{name}_places")  # sql: constants


def _make(conn: sqlite3.Connection, fresh: sqlite3.Connection, progress: Progress | None) -> None:
    fresh.execute("PRAGMA journal_mode = OFF").fetchone()
    fresh.execute("PRAGMA synchronous = OFF")
    for statement in extras.SEARCH:
        fresh.execute(statement)
    fresh.execute("BEGIN")
    n = 0
    for table, sql in _SOURCES:
        cursor = conn.execute(sql)
        while bunch := cursor.fetchmany(500):
            index.add(fresh, table, [dict(zip(_NAMES[table], row, strict=True)) for row in bunch])
            n += len(bunch)
            if progress is not None:
                progress(n, None)
    fresh.execute("COMMIT")


def _differences(name: str, conn: sqlite3.Connection, fresh: sqlite3.Connection) -> Iterator[tuple[str, str, int]]:
    """Bunch by bunch while they are the same; where they are not, the first places of that bunch are named."""
    here, there = conn.execute(_READ[name]), fresh.execute(_READ[name])
    while True:
        ours, theirs = here.fetchmany(_BUNCH), there.fetchmany(_BUNCH)
        if ours != theirs:
            odd = sorted(set(ours) ^ set(theirs), key=repr)[:MOST]
            yield from ((name, str(term), int(document)) for term, document, *_place in odd)
            return
        if not ours:
            return
