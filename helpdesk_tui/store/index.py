"""Full-text index upkeep. The index holds no texts of its own (contentless), so what leaves it must be named again.

A ticket's title and description are document `number << 20`; a comment is its own document under its id.
Replies lie in `search_text`, notes in `search_note`, which needs a permission to ask.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from helpdesk_tui.store import people_index
from helpdesk_tui.store.changes import Row, RowChange
from helpdesk_tui.store.tokens import index_text
from helpdesk_tui.vocabulary.channels import CommentKind

SHIFT: Final = 20
_ADD_TEXT: Final = "INSERT INTO search_text (rowid, title, body) VALUES (?, ?, ?)"
_DROP_TEXT: Final = "INSERT INTO search_text (search_text, rowid, title, body) VALUES ('delete', ?, ?, ?)"
_ADD_NOTE: Final = "INSERT INTO search_note (rowid, body) VALUES (?, ?)"
_DROP_NOTE: Final = "INSERT INTO search_note (search_note, rowid, body) VALUES ('delete', ?, ?)"

Text = tuple[int, str, str]
Note = tuple[int, str]


def _documents(table: str, rows: Iterable[Row]) -> tuple[list[Text], list[Note]]:
    texts: list[Text] = []
    notes: list[Note] = []
    for row in rows:
        if table == "ticket":
            body = index_text(row["description"] or "")
            texts.append((row["number"] << SHIFT, index_text(row["title"]), body))
        elif row["kind"] == CommentKind.NOTE:
            notes.append((row["id"], index_text(row["body"] or "")))
        else:
            texts.append((row["id"], "", index_text(row["body"] or "")))
    return texts, notes


_SELECT: Final = {
    "ticket": "SELECT number, title, description FROM ticket WHERE number = ?",
    "comment": "SELECT id, kind, body FROM comment WHERE id = ?",
}
_COLUMNS: Final = {"ticket": ("number", "title", "description"), "comment": ("id", "kind", "body")}


def _stored(conn: sqlite3.Connection, table: str, keys: Iterable[tuple[int, ...]]) -> list[Row]:
    out: list[Row] = []
    for key in keys:
        found = conn.execute(_SELECT[table], key).fetchone()
        if found is not None:
            out.append(dict(zip(_COLUMNS[table], found, strict=True)))
    return out


def _touches(change: RowChange) -> bool:
    """Whether an update changes what is indexed."""
    return change.after is not None and any(c in change.after for c in ("title", "description", "body", "kind"))


@contextlib.contextmanager
def reindex(conn: sqlite3.Connection, changes: list[RowChange]) -> Iterator[None]:
    """Keep the index in step with the rows that the body of this block writes (same transaction)."""
    updated: dict[str, list[tuple[int, ...]]] = {"ticket": [], "comment": []}
    gone: dict[str, list[Row]] = {"ticket": [], "comment": []}
    added: dict[str, list[Row]] = {"ticket": [], "comment": []}
    people: list[RowChange] = []
    for change in changes:
        if change.table == "person":
            people.append(change)
        if change.table not in updated:
            continue
        if change.before is None and change.after is not None:
            added[change.table].append(change.after)
        elif change.after is None or _touches(change):
            gone_key = change.key
            gone[change.table].extend(_stored(conn, change.table, [gone_key]))
            if change.after is not None:
                updated[change.table].append(gone_key)
    yield
    if people:
        people_index.update(conn, people)
    for table in ("ticket", "comment"):
        texts, notes = _documents(table, gone[table])
        conn.executemany(_DROP_TEXT, texts)
        conn.executemany(_DROP_NOTE, notes)
        texts, notes = _documents(table, [*added[table], *_stored(conn, table, updated[table])])
        conn.executemany(_ADD_TEXT, texts)
        conn.executemany(_ADD_NOTE, notes)


def add(conn: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """Index rows of `ticket` or `comment` that the index does not hold yet."""
    texts, notes = _documents(table, rows)
    conn.executemany(_ADD_TEXT, texts)
    conn.executemany(_ADD_NOTE, notes)


def rebuild(conn: sqlite3.Connection) -> int:
    """Index everything again from the tables (inside a write transaction). Returns the number of documents."""
    n = 0
    for statement in (
        "INSERT INTO search_text (search_text) VALUES ('delete-all')",
        "INSERT INTO search_note (search_note) VALUES ('delete-all')",
    ):
        conn.execute(statement)
    for table, sql in (
        ("ticket", "SELECT number, title, description FROM ticket"),
        ("comment", "SELECT id, kind, body FROM comment"),
    ):
        cursor = conn.execute(sql)
        while batch := cursor.fetchmany(500):
            texts, notes = _documents(table, [dict(zip(_COLUMNS[table], row, strict=True)) for row in batch])
            conn.executemany(_ADD_TEXT, texts)
            conn.executemany(_ADD_NOTE, notes)
            n += len(texts) + len(notes)
    people_index.rebuild(conn)
    return n


def forget(conn: sqlite3.Connection) -> None:
    """Rewrite the index so that terms of removed documents are really gone (after a redaction)."""
    conn.execute("INSERT INTO search_text (search_text) VALUES ('optimize')")
    conn.execute("INSERT INTO search_note (search_note) VALUES ('optimize')")


_RECOUNT: Final = (
    "DELETE FROM tally",
    (
        "INSERT INTO tally (team_id, assignee_id, phase, n) SELECT ifnull(team_id, 0), ifnull(assignee_id, 0), phase,"
        " count(*) FROM ticket WHERE deleted_at IS NULL GROUP BY 1, 2, 3"
    ),
)


def recount(conn: sqlite3.Connection) -> None:
    """Count the tickets of each team, person and phase anew (inside a write transaction)."""
    for statement in _RECOUNT:
        conn.execute(statement)
