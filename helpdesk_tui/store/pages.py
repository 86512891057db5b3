"""Pages of the queue, one ticket, its comments and counts: SQL on the held connection, slots dataclasses out."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import starmap
from operator import itemgetter
from typing import Any, Final, NamedTuple

from helpdesk_tui.store.conditions import HIDDEN, Sql, at
from helpdesk_tui.store.sorting import Term
from helpdesk_tui.vocabulary.records import CommentRow, Instant, Page, QueueRow

CAP: Final = 9_999
_ROW: Final = (
    "t.number, t.kind, t.state, t.phase, t.priority, substr(t.title, 1, 400), s.code, g.code,"
    " coalesce(a.login, a.name), coalesce(r.name, r.email), t.created_at, t.updated_at, t.due_at, t.warn_at, t.sla_run,"
    " t.major, t.version, t.assignee_id, t.team_id, t.category, t.impact, t.urgency, t.channel, t.pinned,"
    " t.sensitive IS NOT NULL"
)
_FROM: Final = (
    " FROM ticket t LEFT JOIN service s ON s.id = t.service_id LEFT JOIN team g ON g.id = t.team_id"
    " LEFT JOIN person a ON a.id = t.assignee_id LEFT JOIN person r ON r.id = t.requester_id"
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A compiled list: what to show and in which order."""

    condition: Sql
    terms: tuple[Term, ...]
    # The SELECT of its first page and that of its last, once they have been asked for.
    texts: dict[bool, str] = field(default_factory=dict, compare=False, repr=False)

    def at(self, now: Instant) -> "Listing":
        """The same list at an instant."""
        condition = at(self.condition, now)
        return self if condition is self.condition else Listing(condition, self.terms, self.texts)

    @property
    def order_by(self) -> str:
        """The ORDER BY of this list."""
        return ", ".join(f"{t.expression} DESC" if t.descending else t.expression for t in self.terms)

    @property
    def reversed_order(self) -> str:
        """The ORDER BY from the other end."""
        return ", ".join(t.expression if t.descending else f"{t.expression} DESC" for t in self.terms)


def _beyond(terms: Sequence[Term], key: Sequence[Any], forward: bool) -> Sql:
    """Rows after (or before) a key in the order of the terms."""
    if len({t.descending for t in terms}) == 1:
        sign = ">" if forward != terms[0].descending else "<"
        left = ", ".join(t.expression for t in terms)
        right = ", ".join("?" * len(terms))
        return Sql(f"({left}) {sign} ({right})", list(key))
    parts: list[str] = []
    params: list[Any] = []
    for place, term in enumerate(terms):
        sign = ">" if forward != term.descending else "<"
        same = [f"{t.expression} = ?" for t in terms[:place]]
        parts.append("(" + " AND ".join([*same, f"{term.expression} {sign} ?"]) + ")")
        params += [*key[:place], key[place]]
    return Sql("(" + " OR ".join(parts) + ")", params)


def page_sql(
    listing: Listing, *, limit: int, after: Sequence[Any] | None, before: Sequence[Any] | None, last: bool
) -> Sql:
    """The SELECT of one page with its sort keys behind the row's columns."""
    backwards = before is not None or last
    edge = after if after is not None else before
    if edge is not None:
        beyond = _beyond(listing.terms, edge, forward=not backwards)
        text = _select(listing, f"{listing.condition.text} AND {beyond.text}", backwards)
        return Sql(text, [*listing.condition.params, *beyond.params, limit])
    known = listing.texts.get(backwards)
    if known is None:
        known = listing.texts[backwards] = _select(listing, listing.condition.text, backwards)
    return Sql(known, [*listing.condition.params, limit])


def _select(listing: Listing, where: str, backwards: bool) -> str:
    keys = ", ".join(t.expression for t in listing.terms)
    order_by = listing.reversed_order if backwards else listing.order_by
    return (
        f"SELECT {_ROW}, {keys}{_FROM} WHERE {where} ORDER BY {order_by} LIMIT ?"  # sql: compiled parts, values bound
    )


_WIDTH: Final = 25


def page(
    conn: sqlite3.Connection,
    listing: Listing,
    *,
    limit: int = 200,
    after: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
    last: bool = False,
) -> Page:
    """One page: the first, the last, or what follows (`after`) or precedes (`before`) a key of an earlier page."""
    sql = page_sql(listing, limit=limit + 1, after=after, before=before, last=last)
    found = conn.execute(sql.text, sql.params).fetchall()
    more = len(found) > limit
    if more:
        found.pop()
    backwards = before is not None or last
    if backwards:
        found.reverse()
    rows = [QueueRow(*record[:_WIDTH]) for record in found]
    first = found[0][_WIDTH:] if found else None
    end = found[-1][_WIDTH:] if found else None
    if backwards:
        return Page(rows, first, end, more, before is not None)
    return Page(rows, first, end, after is not None, more)


def rows_of(conn: sqlite3.Connection, condition: Sql, numbers: Sequence[int]) -> list[QueueRow]:
    """The rows of these tickets that (still) meet a condition, in no order."""
    if not numbers:
        return []
    marks = ", ".join("?" * len(numbers))
    text = f"SELECT {_ROW}{_FROM} WHERE {condition.text} AND t.number IN ({marks})"  # sql: compiled parts, values bound
    return [QueueRow(*record) for record in conn.execute(text, [*condition.params, *numbers])]


def numbers(conn: sqlite3.Connection, listing: Listing, limit: int | None = None) -> list[int]:
    """The numbers of a list in its order."""
    text = f"SELECT t.number FROM ticket t WHERE {listing.condition.text} ORDER BY {listing.order_by} LIMIT ?"  # sql: compiled parts
    return [n for (n,) in conn.execute(text, [*listing.condition.params, -1 if limit is None else limit])]


_AROUND: Final = (
    f"WITH hidden(n) AS MATERIALIZED (SELECT count(*) FROM ({HIDDEN}) o CROSS JOIN ticket t ON t.number = o.number"
    " WHERE {where}) SELECT (SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE {where}"
    " LIMIT CASE WHEN ? < 0 THEN -1 ELSE ? + (SELECT n FROM hidden) END)) - (SELECT n FROM hidden)"  # sql: constant
)


def count(conn: sqlite3.Connection, condition: Sql, cap: int | None = CAP) -> int:
    """How many tickets meet a condition; counting stops one beyond `cap`."""
    if condition.around is not None:
        # All of them less those that are hidden and would meet it: few, and an index is counted as it lies.
        around = condition.around
        text = _AROUND.format(where=around.text)  # sql: compiled parts
        hidden = [condition.person] * 3
        most = -1 if cap is None else cap + 1
        found = conn.execute(text, [*hidden, *around.params, *around.params, most, most])
    elif cap is None:
        text = f"SELECT count(*) FROM ticket t WHERE {condition.text}"  # sql: compiled parts
        found = conn.execute(text, condition.params)
    else:
        text = f"SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE {condition.text} LIMIT ?)"  # sql: compiled parts
        found = conn.execute(text, [*condition.params, cap + 1])
    return int(found.fetchone()[0])


Line = tuple[Any, ...]
# One statement for a ticket's own line (who may read it, whether anything was merged into it, the journal's head) and
# its comments; the own line stands at the beginning of time, so that sorting by time and id puts it first.
_FIRST: Final = -(2**62)
TALK: Final = (
    f"SELECT NULL, requester_id, sensitive, team_id, assignee_id, {_FIRST},"
    " EXISTS (SELECT 1 FROM ticket m WHERE m.merged_into = ?1), (SELECT seq FROM journal_head WHERE id = 1)"
    " FROM ticket WHERE number = ?1"
    " UNION ALL SELECT c.id, c.number, c.kind, c.author_id, coalesce(p.name, p.login), c.created_at, c.body, c.channel"
    " FROM comment c LEFT JOIN person p ON p.id = c.author_id"
    " WHERE c.id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575"
)  # sql: constant
IN_TIME: Final = itemgetter(5, 0)


class Head(NamedTuple):
    """What stands above a ticket's talk: who may read it, whether there is more in merged tickets, the journal's head."""

    requester_id: int | None
    team_id: int | None
    assignee_id: int | None
    has_merged: bool
    journal: int | None
    sensitive: bool


def talk(lines: list[Line]) -> tuple[list[Line], Head | None]:
    """The rows of `TALK` as comments in time order and the ticket's own line; None where there is no such ticket."""
    lines.sort(key=IN_TIME)
    if not lines or lines[0][0] is not None:
        return [], None
    own = lines.pop(0)
    return lines, Head(own[1], own[3], own[4], bool(own[6]), own[7], own[2] is not None)


def comments(lines: list[Line], *, notes: bool) -> list[CommentRow]:
    """Replies, and with `notes` notes, as records."""
    return list(starmap(CommentRow, lines if notes else [line for line in lines if line[2] != "note"]))
