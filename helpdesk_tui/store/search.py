"""Ranked full-text search: all words first, then any of them; best 20 by bm25 with the title counting most.

Ranking looks at a bounded number of documents, the newest, so that a common word costs the same on a million
tickets; the plan and its bound are measured in `bench/`.
"""

import sqlite3
from typing import Final

from helpdesk_tui.store.conditions import Sql
from helpdesk_tui.store.tokens import query_terms

TITLE_WEIGHT: Final = 4.0
# How many of the newest matching documents are ranked.
POOL: Final = 2_000
_TEXT: Final = (
    "SELECT rowid >> 20, -bm25(search_text, 4.0, 1.0) FROM search_text WHERE search_text MATCH ?"
    " AND rowid >= coalesce((SELECT rowid FROM search_text WHERE search_text MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?), 0)"
)
_NOTE: Final = (
    "SELECT rowid >> 20, -bm25(search_note) FROM search_note WHERE search_note MATCH ?"
    " AND rowid >= coalesce((SELECT rowid FROM search_note WHERE search_note MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?), 0)"
)


def seen(conn: sqlite3.Connection, visible: Sql, number: int) -> bool:
    """Whether this ticket exists and meets the viewer's condition."""
    text = f"SELECT 1 FROM ticket t WHERE t.number = ? AND {visible.text}"  # sql: compiled parts, values bound
    return conn.execute(text, [number, *visible.params]).fetchone() is not None


def ranked(
    conn: sqlite3.Connection, text: str, visible: Sql, *, notes: bool, limit: int, pool: int = POOL
) -> list[tuple[int, float]]:
    """`(number, score)` best first. Tickets that hold every word come before those that hold some."""
    terms = query_terms(text)
    if not terms:
        return []
    found: dict[int, float] = {}
    _collect(conn, " AND ".join(terms), notes, pool, found, 1_000.0)
    best = _visible(conn, found, visible, limit)
    if len(best) < limit and len(terms) > 1:
        _collect(conn, " OR ".join(terms), notes, pool, found, 0.0)
        best = _visible(conn, found, visible, limit)
    return best


def _collect(
    conn: sqlite3.Connection, match: str, notes: bool, pool: int, found: dict[int, float], bonus: float
) -> None:
    for sql in (_TEXT, _NOTE) if notes else (_TEXT,):
        for number, score in conn.execute(sql, (match, match, pool)):
            value = score + bonus
            if value > found.get(number, 0.0):
                found[number] = value


def _visible(conn: sqlite3.Connection, found: dict[int, float], visible: Sql, limit: int) -> list[tuple[int, float]]:
    """The best of what the viewer may see, asked for in bunches from the top."""
    ordered = sorted(found.items(), key=lambda hit: (-hit[1], -hit[0]))
    out: list[tuple[int, float]] = []
    for start in range(0, len(ordered), 200):
        bunch = ordered[start : start + 200]
        marks = ", ".join("?" * len(bunch))
        text = f"SELECT t.number FROM ticket t WHERE {visible.text} AND t.number IN ({marks})"  # sql: compiled parts
        may = {n for (n,) in conn.execute(text, [*visible.params, *(n for n, _ in bunch)])}
        out.extend(hit for hit in bunch if hit[0] in may)
        if len(out) >= limit:
            return out[:limit]
    return out
