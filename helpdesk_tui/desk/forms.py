"""The outward forms of tickets: the JSON keys of `cli.md`, and values from text to columns and back.

Machine forms never depend on the language: codes, whole seconds, instants as ISO 8601 with `Z`.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from helpdesk_tui.desk import masking
from helpdesk_tui.desk.masking import Veil
from helpdesk_tui.desk.reason_homes import ensure
from helpdesk_tui.store.conditions import Sql, knowable
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import PREFIX, Phase
from helpdesk_tui.vocabulary.levels import Level, Priority
from helpdesk_tui.vocabulary.records import NEVER, Instant

MOST: Final = 2**63 - 1
"""The largest number that SQLite takes."""
KEYS: Final = (
    "number", "ref", "external_id", "kind", "title", "description", "channel", "state", "phase", "priority", "impact",
    "urgency", "moscow", "category", "service", "ci", "requester", "team", "assignee", "parent", "tags", "language",
    "major", "created_at", "updated_at", "first_response_at", "resolved_at", "closed_at", "response_due_at",
    "resolution_due_at", "sla_state", "reopen_count", "reassignment_count", "version",
)  # fmt: skip

_COLUMNS: Final = (
    "t.number, t.external_id, t.kind, t.title, t.description, t.channel, t.state, t.phase, t.priority, t.impact,"
    " t.urgency, t.moscow, t.category, s.code, c.name,"
    " coalesce(r.email, r.login, r.name), g.code, coalesce(a.login, a.email, a.name), t.parent_number,"
    " (SELECT group_concat(tag, char(31)) FROM (SELECT tag FROM ticket_tag x WHERE x.number = t.number ORDER BY tag)),"
    " t.language, t.major, t.sensitive, t.created_at, t.updated_at, t.first_response_at, t.resolved_at, t.closed_at,"
    " t.response_due_at, t.resolution_due_at, t.sla_run, t.due_at, t.warn_at, t.reopen_count, t.reassignment_count,"
    " t.version"
)
_FROM: Final = (
    " FROM ticket t LEFT JOIN service s ON s.id = t.service_id LEFT JOIN configuration_item c ON c.id = t.ci_id"
    " LEFT JOIN person r ON r.id = t.requester_id LEFT JOIN person a ON a.id = t.assignee_id"
    " LEFT JOIN team g ON g.id = t.team_id"
)
WIDTH: Final = 36
"""How many columns a ticket's object is made of.

Behind them `ONE` has the ids of team, assignee and requester, and the journal's head. It finds no sensitive ticket for
those not named on it, and then reads nothing of it: bound are its number, whether every one may be seen, and who asks.
"""
_HEAD: Final = "(SELECT seq FROM journal_head WHERE id = 1)"
ONE: Final = (
    f"SELECT {_COLUMNS}, t.team_id, t.assignee_id, t.requester_id, {_HEAD}{_FROM}"  # sql: constant
    f" WHERE t.number = ?1 AND {knowable('t', '?2', '?3')}"
)
# Looked up in tables: an enumeration's own call costs as much as reading the column.
_PHASES: Final[dict[int, str]] = {p.value: p.code for p in Phase}
_PRIORITIES: Final[dict[int, str]] = {p.value: p.code for p in Priority}
_LEVELS: Final[dict[int, str]] = {v.value: v.code for v in Level}
_PREFIXES: Final[dict[str, str]] = {kind.value: prefix for kind, prefix in PREFIX.items()}


def sla_state(run: str, due_at: Instant, warn_at: Instant, now: Instant) -> str:
    """Where the clocks stand at `now`: `running` becomes ok, warning or breached; the rest is stored."""
    if run != "running":
        return run
    if due_at <= now:
        return "breached"
    return "warning" if warn_at <= now else "ok"


def _when(value: Instant | None) -> str | None:
    return None if value is None or value >= NEVER else iso(value)


def ticket_json(r: tuple[Any, ...], now: Instant) -> dict[str, Any]:
    """A row of the SELECT above as the ticket's JSON object, keys in the order of `KEYS`; a sensitive one says so behind them."""
    found = {
        "number": r[0],
        "ref": f"{_PREFIXES[r[2]]}-{r[0]}",
        "external_id": r[1],
        "kind": r[2],
        "title": r[3],
        "description": r[4],
        "channel": r[5],
        "state": r[6],
        "phase": _PHASES[r[7]],
        "priority": _PRIORITIES[r[8]],
        "impact": _LEVELS[r[9]],
        "urgency": _LEVELS[r[10]],
        "moscow": r[11],
        "category": r[12],
        "service": r[13],
        "ci": r[14],
        "requester": r[15],
        "team": r[16],
        "assignee": r[17],
        "parent": r[18],
        "tags": r[19].split("\x1f") if r[19] else [],
        "language": r[20],
        "major": bool(r[21]),
        "created_at": _when(r[23]),
        "updated_at": _when(r[24]),
        "first_response_at": _when(r[25]),
        "resolved_at": _when(r[26]),
        "closed_at": _when(r[27]),
        "response_due_at": _when(r[28]),
        "resolution_due_at": _when(r[29]),
        "sla_state": sla_state(r[30], r[31], r[32], now),
        "reopen_count": r[33],
        "reassignment_count": r[34],
        "version": r[35],
    }
    if r[22] is not None:
        found["sensitive"] = True
    return found


def one(conn: sqlite3.Connection, number: int, now: Instant) -> dict[str, Any] | None:
    """The JSON object of one ticket, deleted or not, whoever asks; None where there is none."""
    found = conn.execute(ONE, numbered(number, True, None)).fetchone()
    return None if found is None else ticket_json(found, now)


def many(
    conn: sqlite3.Connection, condition: Sql, order_by: str, now: Instant, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The JSON objects of a list, as a stream."""
    text = f"SELECT {_COLUMNS}{_FROM} WHERE {condition.text} ORDER BY {order_by} LIMIT ?"  # sql: compiled parts, bound
    for record in conn.execute(text, [*condition.params, -1 if limit is None else min(limit, MOST)]):
        yield ticket_json(record, now)


# Columns whose changes people read, by the name that JSON gives them; the rest is bookkeeping.
SHOWN: Final[dict[str, str]] = {
    "kind": "kind", "state": "state", "phase": "phase", "priority": "priority", "impact": "impact",
    "urgency": "urgency", "title": "title", "description": "description", "category": "category",
    "service_id": "service", "ci_id": "ci", "requester_id": "requester", "organisation_id": "organisation",
    "team_id": "team", "assignee_id": "assignee", "parent_number": "parent", "moscow": "moscow", "major": "major",
    "sensitive": "sensitive", "severity": "severity", "channel": "channel", "language": "language", "pinned": "pinned",
    "affected_users": "affected_users", "pending_until": "pending_until", "cause": "cause",
    "resolution": "resolution", "resolution_code": "resolution_code", "external_id": "external_id",
    "first_response_at": "first_response_at", "resolved_at": "resolved_at", "closed_at": "closed_at",
    "reopen_count": "reopen_count", "reassignment_count": "reassignment_count", "merged_into": "merged_into",
    "deleted_at": "deleted_at", "response_due_at": "response_due_at", "update_due_at": "update_due_at",
    "resolution_due_at": "resolution_due_at", "created_at": "created_at",
}  # fmt: skip
_INSTANTS: Final = frozenset(
    {"pending_until", "first_response_at", "resolved_at", "closed_at", "deleted_at", "response_due_at",
     "update_due_at", "resolution_due_at", "created_at"}
)  # fmt: skip


PEOPLE_IN_REASONS: Final = ("person", "last", "who", "assignee")
# Reasons whose text is a person's name, as an imported log has it.
NAMED_BY_LOGS: Final = frozenset({"log.by", "log.resolved_by"})


class Namer:
    """Turns column values into the names that people and scripts use (ids into codes, levels into words)."""

    def __init__(self, conn: sqlite3.Connection, veil: Veil | None = None) -> None:
        self._conn = conn
        self._veil = veil
        self._people: dict[int, str] = {}
        self._codes: dict[tuple[str, int], str] = {}

    def person(self, person_id: int | None) -> str | None:
        """Login, else name, of a person's id; `desk` for nobody's acts; `#id` where the person is gone."""
        if person_id is None:
            return None
        name = self._people.get(person_id)
        if name is None:
            row = self._conn.execute("SELECT coalesce(login, name) FROM person WHERE id = ?", (person_id,)).fetchone()
            name = row[0] if row else f"#{person_id}"
            name = self._people[person_id] = name if self._veil is None else self._veil.person(person_id, name) or name
        return name

    _LOOK_UP: Final = {
        "team_id": "SELECT code FROM team WHERE id = ?",
        "service_id": "SELECT code FROM service WHERE id = ?",
        "ci_id": "SELECT name FROM configuration_item WHERE id = ?",
        "organisation_id": "SELECT name FROM organisation WHERE id = ?",
    }

    def value(self, column: str, value: Any) -> Any:
        """One column's value in its outward form."""
        if column == "sensitive":
            return bool(value)
        if value is None:
            return None
        if column in ("assignee_id", "requester_id", "person_id", "author_id"):
            return self.person(value)
        if column in self._LOOK_UP:
            key = (column, value)
            if key not in self._codes:
                row = self._conn.execute(self._LOOK_UP[column], (value,)).fetchone()
                self._codes[key] = row[0] if row else f"#{value}"
            return self._codes[key]
        if column == "priority":
            return Priority(value).code
        if column in ("impact", "urgency"):
            return Level(value).code
        if column == "phase":
            return Phase(value).code
        if column in ("major", "pinned"):
            return bool(value)
        if column in _INSTANTS:
            return _when(value)
        return value

    def reasons(self, reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Reasons with the names of the people they speak of, who stand in them as ids so that they can be erased."""
        shown = []
        for reason in reasons:
            ensure(reason.get("code"))
            people: dict[str, Any] = {
                k: self.person(reason[k]) for k in PEOPLE_IN_REASONS if isinstance(reason.get(k), int)
            }
            many = reason.get("people")
            if isinstance(many, list):
                people["people"] = [self.person(one) if isinstance(one, int) else one for one in many]
            if self._veil is not None and reason.get("code") in NAMED_BY_LOGS:
                people["text"] = masking.name(str(reason.get("text")))
            shown.append({**reason, **people} if people else reason)
        return shown

    def changes(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, list[Any]]:
        """`{field: [before, after]}` of one ticket change."""
        columns: Iterable[str] = (after if after is not None else before) or ()
        out: dict[str, list[Any]] = {}
        for column in SHOWN:
            if column in columns:
                old = self.value(column, before.get(column)) if before else None
                new = self.value(column, after.get(column)) if after else None
                if old != new and not (before is None and new in (0, False, "")):
                    out[SHOWN[column]] = [old, new]
        return out


def pick(rows: Iterable[dict[str, Any]], columns: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    """Only these keys of each object, in this order."""
    for row in rows:
        yield row if columns is None else {c: row.get(c) for c in columns}
