"""Long pieces of work: how far each came, in the same transactions as the work itself."""

import sqlite3
from dataclasses import dataclass

from helpdesk_tui.vocabulary.records import Instant


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A long piece of work. `cursor` counts what is behind it, `source` is the digest of what it works through."""

    id: str
    verb: str
    started_at: Instant
    finished_at: Instant | None
    cursor: int
    source: str


def find(conn: sqlite3.Connection, batch: str) -> BatchRow | None:
    """A batch by its name."""
    row = conn.execute(
        "SELECT id, verb, started_at, finished_at, cursor, source FROM batch WHERE id = ?", (batch,)
    ).fetchone()
    return None if row is None else BatchRow(*row)


def unfinished(conn: sqlite3.Connection, verb: str, source: str) -> BatchRow | None:
    """The last batch of this verb over this source that did not come to its end."""
    row = conn.execute(
        "SELECT id, verb, started_at, finished_at, cursor, source FROM batch"
        " WHERE verb = ? AND source = ? AND finished_at IS NULL AND cursor > 0 ORDER BY started_at DESC, id LIMIT 1",
        (verb, source),
    ).fetchone()
    return None if row is None else BatchRow(*row)


def advance(conn: sqlite3.Connection, row: BatchRow) -> None:
    """Remember how far a batch came (inside the transaction that brought it there)."""
    conn.execute(
        "INSERT INTO batch (id, verb, started_at, finished_at, cursor, source) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET finished_at = excluded.finished_at, cursor = excluded.cursor",
        (row.id, row.verb, row.started_at, row.finished_at, row.cursor, row.source),
    )
