"""The brief for whoever comes on call: what burns, what is held back, what is due, who was paged while others were on."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.on_call_shown import Names, change_row, ids
from helpdesk_tui.desk.on_call_who import ASKED, STANDING, assembled, changes_of
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.rules.oncall import next_change, on_call
from helpdesk_tui.store.changes import Row
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.kinds import Kind, Phase, ref
from helpdesk_tui.vocabulary.levels import Priority, Severity
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_MOST: Final = 50
_ALWAYS: Final = 2**62
# What was declared an incident and is not over; of what was not, what is critical or high with the schedule's team.
_INCIDENTS: Final = (
    "SELECT t.number, t.kind, t.title, t.state, t.priority, i.severity, p.login, p.id FROM ticket t"
    " LEFT JOIN incident i ON i.number = t.number AND i.nature <> 'drill' LEFT JOIN person p ON p.id = t.assignee_id"
    " WHERE t.phase < ?1 AND t.deleted_at IS NULL AND (i.severity IS NOT NULL"
    " OR (t.kind = ?2 AND t.priority >= ?3 AND t.team_id IS NOT NULL AND t.team_id = ?4))"
    " ORDER BY coalesce(i.severity, 9), t.priority DESC, t.created_at LIMIT 500"
)
_ALERTS: Final = (
    "SELECT a.id, a.summary, a.severity, a.state, s.code, a.opened_at, a.number FROM alert a"
    " LEFT JOIN service s ON s.id = a.service_id WHERE a.state <> 'resolved'"
    " AND (?1 IS NULL OR s.team_id IS NULL OR s.team_id = ?1) ORDER BY a.changed_at DESC LIMIT ?2"
)
_MAINTENANCE: Final = (
    "SELECT id, title, end_at FROM maintenance_window WHERE withdrawn_at IS NULL AND start_at < ?2 AND end_at > ?1"
    " ORDER BY end_at, id LIMIT ?3"
)
_ACTIONS: Final = (
    "SELECT k.id, k.number, k.text, k.owner_id, k.due_at, t.kind FROM incident_task k JOIN ticket t ON t.number = k.number"
    " WHERE k.done_at IS NULL AND k.due_at IS NOT NULL AND k.due_at < ?1 AND t.deleted_at IS NULL"
    " ORDER BY k.due_at, k.id LIMIT 500"
)
_PAGED: Final = (
    "SELECT e.number, t.kind, t.title, e.severity, e.state, e.started_at, e.acknowledged_at FROM escalation e"
    " JOIN ticket t ON t.number = e.number WHERE e.started_at >= ?1 AND e.started_at < ?2 AND t.deleted_at IS NULL"
    " ORDER BY e.started_at DESC LIMIT 500"
)


def brief(desk: "Desk", schedule: Row, at: Instant | None) -> Object:
    """Everything for a hand-off: `at`, or the next one of the schedule (now where none comes within 400 days).

    `{"schedule", "name", "timezone", "at", "until_at", "going", "coming", "staying", "incidents", "alerts",
    "maintenance", "actions", "paged", "changes"}`; lists hold only what the actor may know of.
    """
    now = desk.now()
    around = min(now, at if at is not None else now)
    laid = changes_of(desk, schedule["id"], around - 31 * DAY, _ALWAYS)
    rule = assembled(schedule, laid).rule
    active = bool(schedule["active"])
    then = next_change(rule, now) if active and at is None else None
    moment = then.start if then is not None else now if at is None else at
    before = ids(on_call(rule, moment - 1)) if active else []
    after = ids(on_call(rule, moment)) if active else []
    end = next_change(rule, moment) if active else None
    until = end.start if end is not None else None
    names = Names(desk)
    return {
        "schedule": schedule["code"],
        "name": schedule["name"],
        "timezone": schedule["tz"],
        "at": when(moment),
        "until_at": when(until),
        "going": names.who(each for each in before if each not in after),
        "coming": names.who(each for each in after if each not in before),
        "staying": names.who(each for each in after if each in before),
        "incidents": _incidents(desk, schedule, names),
        "alerts": _alerts(desk, schedule),
        "maintenance": _maintenance(desk, now, until),
        "actions": _actions(desk, until if until is not None else moment + 14 * DAY, names),
        "paged": _paged(desk, now - 7 * DAY, now),
        "changes": [
            change_row(desk, each, schedule["code"], names)
            for each in laid
            if each["end_at"] > moment and each["state"] in (ASKED, STANDING)
        ][:_MOST],
    }


def _incidents(desk: "Desk", schedule: Row, names: Names) -> Objects:
    rows = desk.store.query(
        _INCIDENTS, numbered(int(Phase.RESOLVED), Kind.INCIDENT.value, int(Priority.HIGH), schedule["team_id"])
    )
    knows = desk.reading.knows
    found = [row for row in rows if knows(row[0])][:_MOST]
    return [
        {
            "number": number,
            "ref": ref(kind, number),
            "title": title,
            "state": state,
            "priority": Priority(priority).name.lower(),
            "severity": Severity(severity).name if severity is not None else None,
            "assignee": names.of(assignee)["who"] if assignee is not None else None,
        }
        for number, kind, title, state, priority, severity, _login, assignee in found
    ]


def _alerts(desk: "Desk", schedule: Row) -> Objects:
    if desk.scope(Permission.EVENT_READ) is Scope.NONE:
        return []
    rows = desk.store.query(_ALERTS, numbered(schedule["team_id"], _MOST))
    knows = desk.reading.knows
    return [
        {
            "id": key,
            "summary": summary,
            "severity": severity,
            "state": state,
            "service": service,
            "opened_at": when(opened),
            "number": number if number is not None and knows(number) else None,
        }
        for key, summary, severity, state, service, opened, number in rows
    ]


def _maintenance(desk: "Desk", now: Instant, until: Instant | None) -> Objects:
    """Windows that are open now or open before the turn ends; their end lets held alerts go."""
    if desk.scope(Permission.EVENT_READ) is Scope.NONE:
        return []
    rows = desk.store.query(_MAINTENANCE, numbered(now, until if until is not None else now + 14 * DAY, _MOST))
    return [{"name": f"MW-{key}", "title": title, "end_at": when(end)} for key, title, end in rows]


def _actions(desk: "Desk", until: Instant, names: Names) -> Objects:
    knows = desk.reading.knows
    rows: list[tuple[Any, ...]] = [row for row in desk.store.query(_ACTIONS, numbered(until)) if knows(row[1])]
    return [
        {
            "number": number,
            "ref": ref(kind, number),
            "text": text,
            "owner": names.of(owner)["who"] if owner is not None else None,
            "due_at": when(due),
        }
        for _key, number, text, owner, due, kind in rows[:_MOST]
    ]


def _paged(desk: "Desk", start: Instant, end: Instant) -> Objects:
    """Runs of paging of the last seven days, the latest first."""
    knows = desk.reading.knows
    rows = [row for row in desk.store.query(_PAGED, numbered(start, end + 1)) if knows(row[0])]
    return [
        {
            "number": number,
            "ref": ref(kind, number),
            "title": title,
            "severity": Severity(severity).name,
            "state": state,
            "started_at": when(started),
            "acknowledged_at": when(acknowledged),
        }
        for number, kind, title, severity, state, started, acknowledged in rows[:_MOST]
    ]
