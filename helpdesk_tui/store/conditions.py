"""Conditions on `ticket t`: the pieces that filters are compiled to. Values are always bound; names come from here."""

import enum
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.records import Instant


@dataclass(slots=True)
class Sql:
    """A condition and its bound values, in order.

    `around` is the same but that it lets hidden tickets through (see `unhidden`), for `person`: what is counted is this
    without them, so that an index is counted as it lies.
    """

    text: str
    params: list[Any] = field(default_factory=list)
    around: "Sql | None" = None
    person: int = 0


class Moment(enum.Enum):
    """Stands among bound values for the present instant, so that a compiled filter can be asked again later."""

    NOW = "now"


def at(sql: Sql, now: Instant) -> Sql:
    """A compiled condition at an instant."""
    if Moment.NOW not in sql.params:
        return sql
    around = None if sql.around is None else at(sql.around, now)
    return Sql(sql.text, [now if value is Moment.NOW else value for value in sql.params], around, sql.person)


COLUMN: Final[dict[str, str]] = {
    "number": "t.number",
    "kind": "t.kind",
    "phase": "t.phase",
    "priority": "t.priority",
    "impact": "t.impact",
    "urgency": "t.urgency",
    "severity": "t.severity",
    "team": "t.team_id",
    "assignee": "t.assignee_id",
    "requester": "t.requester_id",
    "organisation": "t.organisation_id",
    "service": "t.service_id",
    "ci": "t.ci_id",
    "category": "t.category",
    "due": "t.due_at",
    "response_due": "t.response_due_at",
    "update_due": "t.update_due_at",
    "resolution_due": "t.resolution_due_at",
    "pending_until": "t.pending_until",
    "created": "t.created_at",
    "updated": "t.updated_at",
    "first_response": "t.first_response_at",
    "resolved": "t.resolved_at",
    "closed": "t.closed_at",
    "age": "t.created_at",
    "channel": "t.channel",
    "moscow": "t.moscow",
    "major": "t.major",
    "pinned": "t.pinned",
    "title": "t.title",
    "description": "t.description",
    "cause": "t.cause",
    "resolution": "t.resolution",
    "resolution_code": "t.resolution_code",
    "external_id": "t.external_id",
    "language": "t.language",
    "parent": "t.parent_number",
    "merged_into": "t.merged_into",
    "affected_users": "t.affected_users",
    "reopen_count": "t.reopen_count",
    "reassignment_count": "t.reassignment_count",
    "version": "t.version",
    "state": "t.state",
    "sensitive": "(t.sensitive IS NOT NULL)",
}


def named(alias: str, place: str = "?") -> str:
    """Whether somebody is on a ticket: as requester, assignee or watcher. Their id is bound at `place`, three times."""
    return (
        f"({alias}.requester_id = {place} OR {alias}.assignee_id = {place}"
        f" OR EXISTS (SELECT 1 FROM watcher x WHERE x.number = {alias}.number AND x.person_id = {place}))"
    )  # sql: names of callers


# One's own tickets.
OWN: Final = named("t")
HIDDEN: Final = (
    "SELECT h.number FROM ticket h INDEXED BY ix_ticket_sensitive WHERE h.sensitive IS NOT NULL"
    " AND h.requester_id IS NOT ? AND h.assignee_id IS NOT ?"
    " AND NOT EXISTS (SELECT 1 FROM watcher x WHERE x.number = h.number AND x.person_id = ?)"
)
"""The sensitive tickets that somebody (an id, three times) is not named on.

Asked once a statement, off an index of the few there are: what runs over an index alone still does.
"""


_STANDS: Final = (
    "FROM incident_role r JOIN incident i ON i.number = r.number JOIN ticket k ON k.number = r.number"
    " WHERE r.ended_at IS NULL AND i.closed_at IS NULL AND k.phase < 4 AND k.deleted_at IS NULL AND k.merged_into IS NULL"
)
ROOM_OF: Final = (
    "SELECT group_concat(DISTINCT CASE WHEN r.accepted_at IS NULL THEN 'asked' ELSE r.role END)"
    f" {_STANDS} AND r.number = ?1 AND r.person_id = ?2"  # sql: constant
)
"""How somebody (?2) stands in the room of a ticket (?1) while its incident is live: roles with commas between, `asked`."""


def in_rooms(me: int) -> Sql:
    """Tickets in whose live war room somebody has a role, or was asked to take one; never sensitive ones."""
    return Sql(f"(t.sensitive IS NULL AND t.number IN (SELECT r.number {_STANDS} AND r.person_id = ?))", [me])


def unhidden(me: int, column: str = "t.number") -> Sql:
    """Leave out the sensitive tickets on which somebody is not named."""
    return Sql(f"{column} NOT IN ({HIDDEN})", [me] * 3)  # sql: constants and names of callers


def knowable(alias: str, everything: str, me: str) -> str:
    """Whether a ticket is not sensitive, or every one may be seen (bound at `everything`), or one (`me`) is named on it."""
    return f"({alias}.sensitive IS NULL OR {everything} OR {named(alias, me)})"  # sql: names of callers


_HAS: Final[dict[str, str]] = {
    "attachment": "EXISTS (SELECT 1 FROM attachment x WHERE x.number = t.number)",
    "checklist": "EXISTS (SELECT 1 FROM checklist_item x WHERE x.number = t.number)",
    "link": "EXISTS (SELECT 1 FROM link x WHERE x.number = t.number OR x.other = t.number)",
    "parent": "t.parent_number IS NOT NULL",
    "child": "EXISTS (SELECT 1 FROM ticket x WHERE x.parent_number = t.number)",
    "tag": "EXISTS (SELECT 1 FROM ticket_tag x WHERE x.number = t.number)",
}
# The tickets that one is tied to.
_TIED: Final[dict[str, str]] = {
    "child": "SELECT c.number FROM ticket c WHERE c.parent_number = t.number",
    "link": (
        "SELECT l.other AS number FROM link l WHERE l.number = t.number"
        " UNION ALL SELECT l.number FROM link l WHERE l.other = t.number"
    ),
}


def being(code: str, me: int) -> Sql:
    """`is:code` for a viewer with this id."""
    fixed = {
        "open": "t.phase < 3",
        "done": "t.phase >= 3",
        "new": "t.phase = 0",
        "pending": "t.phase = 2",
        "resolved": "t.phase = 3",
        "closed": "t.phase = 4",
        "unassigned": "t.assignee_id IS NULL",
        "assigned": "t.assignee_id IS NOT NULL",
        "major": "t.major",
        "paused": "t.sla_run = 'paused'",
        "pinned": "t.pinned",
        "vip": "EXISTS (SELECT 1 FROM person x WHERE x.id = t.requester_id AND x.vip)",
        "merged": "t.merged_into IS NOT NULL",
        "deleted": "t.deleted_at IS NOT NULL",
    }
    if code == "mine":
        return Sql("t.assignee_id = ?", [me])
    if code == "watched":
        return Sql("EXISTS (SELECT 1 FROM watcher x WHERE x.number = t.number AND x.person_id = ?)", [me])
    if code == "overdue":
        return Sql("(t.due_at <= ? AND t.phase < 3)", [Moment.NOW])
    return Sql(fixed[code])


def having(code: str, me: int | None, blind: int | None = None) -> Sql:
    """`has:code`; with `me` only what somebody may know of who sees nothing but their own tickets.

    With `blind` no tie to a sensitive ticket on which that person is not named.
    """
    if me is None and blind is not None and code in _TIED:
        seen = unhidden(blind, "o.number")
        return Sql(f"EXISTS (SELECT 1 FROM ({_TIED[code]}) o WHERE {seen.text})", seen.params)  # sql: constants
    if me is None:
        return Sql(_HAS[code])
    if code == "checklist":
        return Sql("0")
    if code == "attachment":
        return Sql(
            "EXISTS (SELECT 1 FROM attachment x LEFT JOIN comment c ON c.id = x.comment_id"
            " WHERE x.number = t.number AND c.kind IS NOT 'note')"
        )
    if code not in ("link", "child"):
        return Sql(_HAS[code])
    tied = (
        "EXISTS (SELECT 1 FROM link x WHERE (x.number = t.number AND x.other = o.number)"
        " OR (x.number = o.number AND x.other = t.number))"
        if code == "link"
        else "o.parent_number = t.number"
    )
    known = OWN.replace("t.", "o.")
    text = f"EXISTS (SELECT 1 FROM ticket o WHERE o.deleted_at IS NULL AND {known} AND {tied})"  # sql: constants
    return Sql(text, [me] * 3)


def sla(code: str) -> Sql:
    """`sla:code`: where the clocks stand at the present."""
    now = Moment.NOW
    if code == "breached":
        return Sql("(t.sla_run = 'running' AND t.due_at <= ?)", [now])
    if code == "warning":
        return Sql("(t.sla_run = 'running' AND t.due_at > ? AND t.warn_at <= ?)", [now, now])
    if code == "ok":
        return Sql("(t.sla_run = 'running' AND t.due_at > ? AND t.warn_at > ?)", [now, now])
    return Sql("t.sla_run = ?", [code])


def join(parts: list[Sql], word: str) -> Sql:
    """Conditions joined by AND or OR; none at all is false."""
    if not parts:
        return Sql("0")
    if len(parts) == 1:
        return parts[0]
    return Sql("(" + f" {word} ".join(p.text for p in parts) + ")", [v for p in parts for v in p.params])


def marks(n: int) -> str:
    """Places for so many bound values."""
    return ", ".join("?" * n)


def one_of(column: str, values: list[Any], none: bool = False) -> Sql:
    """A column that is one of these values or, with `none`, nothing."""
    parts = []
    if len(values) == 1:
        parts.append(Sql(f"{column} = ?", values))
    elif values:
        parts.append(Sql(f"{column} IN ({marks(len(values))})", values))
    if none:
        parts.append(Sql(f"{column} IS NULL"))
    return join(parts, "OR")


def same(column: str, text: str) -> Sql:
    """Equal but for case, width and outer blanks. Plain letters are compared by SQLite, signs without case as they are."""
    wanted = fold(text)
    if wanted.isascii():
        return Sql(f"{column} = ? COLLATE NOCASE", [wanted])
    if wanted == text and text.upper() == text.lower():
        return Sql(f"{column} = ?", [text])
    return Sql(f"folded({column}) = ?", [wanted])
