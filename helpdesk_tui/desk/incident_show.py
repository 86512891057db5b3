"""War rooms as objects for people and machines."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import masking, runbooks
from helpdesk_tui.desk.forms import Namer
from helpdesk_tui.desk.on_call_who import schedules_of_team
from helpdesk_tui.desk.shapes import Object, Objects, reason, when
from helpdesk_tui.rules.recovery import exposure, recovery_clock
from helpdesk_tui.store.changes import Row
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import ROLES, STAMPS
from helpdesk_tui.vocabulary.kinds import Phase, ref
from helpdesk_tui.vocabulary.levels import Priority, Severity
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

STATES: Final = ("open", "over", "all")
_SCHEDULES: Final = 4
_OVERDUE: Final = ("internal_due_at", "external_due_at")
_COLUMNS: Final = (
    "number", "nature", "severity", *(f"{name}_at" for name in STAMPS), *_OVERDUE, "rto", "rpo", "rto_from",
    "rto_due_at", "last_good_at", "recurrence_of", "document", "version",
)  # fmt: skip
_TICKET: Final = ("kind", "title", "state", "priority", "phase", "service_id", "team_id")
_SELECT: Final = (
    f"SELECT {', '.join(f'i.{c}' for c in _COLUMNS)}, {', '.join(f't.{c}' for c in _TICKET)}"  # sql: constant
    " FROM incident i JOIN ticket t ON t.number = i.number"
)
_ONE: Final = f"{_SELECT} WHERE i.number = ?"  # sql: constant
_LIST: Final = (
    f"{_SELECT} WHERE t.deleted_at IS NULL"  # sql: constant
    " AND (?1 = 'all' OR (t.phase < 3) = (?1 = 'open')) AND (?2 IS NULL OR i.severity = ?2)"
    " ORDER BY t.phase >= 3, CASE WHEN t.phase < 3 THEN i.severity END, i.declared_at DESC, i.number DESC LIMIT ?3"
)
_CHILDREN: Final = (
    "SELECT count(*), count(DISTINCT requester_id), sum(coalesce(affected_users, 0)) FROM ticket"
    " WHERE parent_number = ? AND deleted_at IS NULL"
)
_OWN: Final = "SELECT affected_users FROM ticket WHERE number = ?"
_ROLES: Final = "SELECT role, person_id, offered_at, accepted_at FROM incident_role WHERE number = ? AND ended_at IS NULL ORDER BY id"
_ENTRY: Final = (
    "SELECT id, uid, kind, occurred_at, recorded_at, author_id, source, pinned, struck_at, body, document"
    " FROM incident_entry"
)
_LINES: Final = f"{_ENTRY} WHERE number = ? ORDER BY occurred_at DESC, id DESC LIMIT ?"  # sql: constant
_PINNED: Final = (
    f"{_ENTRY} WHERE number = ? AND pinned AND struck_at IS NULL ORDER BY occurred_at, id LIMIT 20"  # sql: constant
)
_LINE: Final = f"{_ENTRY} WHERE number = ? AND id = ?"  # sql: constant
_TASK: Final = (
    "SELECT id, kind, type, text, owner_id, created_at, due_at, done_at, done_by, result_number FROM incident_task"
)
_TASKS: Final = (
    f"{_TASK} WHERE number = ? ORDER BY done_at IS NOT NULL, due_at IS NULL, due_at, id LIMIT 500"  # sql: constant
)
_ONE_TASK: Final = f"{_TASK} WHERE number = ? AND id = ?"  # sql: constant
_STEP: Final = (
    "SELECT id, plan, stage, position, text, owner_id, role, target, verify, rollback, begun_at, done_at, done_by, skipped,"
    " note FROM incident_step"
)
_STEPS: Final = f"{_STEP} WHERE number = ? ORDER BY plan <> 'recovery', plan, position, id"  # sql: constant
_ONE_STEP: Final = f"{_STEP} WHERE number = ? AND id = ?"  # sql: constant
_FIRING: Final = "SELECT count(*) FROM alert WHERE number = ? AND state = 'firing'"
_ACK: Final = "SELECT state, next_at FROM escalation WHERE number = ? AND ended_at IS NULL ORDER BY id DESC LIMIT 1"
_LINKED: Final = (
    "SELECT number, kind, title FROM ticket WHERE parent_number = ? AND deleted_at IS NULL ORDER BY number LIMIT 50"
)
_REVIEW: Final = "SELECT state, due_at, published_at, waived_at FROM review WHERE number = ?"
_UPDATES: Final = (
    "SELECT id, at, author_id, severity, internal, internal_zh, external, external_zh, document FROM incident_update"
    " WHERE number = ? ORDER BY at DESC, id DESC LIMIT ?"
)


def _head(row: Row, children: tuple[Any, ...], own: int | None) -> Object:
    return {
        "number": row["number"],
        "ref": ref(row["kind"], row["number"]),
        "title": row["title"],
        "nature": row["nature"],
        "severity": Severity(row["severity"]).name,
        "priority": Priority(row["priority"]).code,
        "state": row["state"],
        "stamps": {name: when(row[f"{name}_at"]) for name in STAMPS},
        "internal_due_at": when(row["internal_due_at"]),
        "external_due_at": when(row["external_due_at"]),
        "children": children[0],
        "requesters": children[1],
        "users": max(own or 0, children[2] or 0),
        "version": row["version"],
    }


def _row(found: Iterable[Any]) -> Row:
    return dict(zip((*_COLUMNS, *_TICKET), found, strict=True))


def listed(desk: "Desk", state: str, severity: int | None, limit: int) -> Objects:
    """Incidents that the actor may know of: `{"number", "ref", "title", "nature", "severity", "priority", "state",
    "stamps": {name: instant}, "internal_due_at", "external_due_at", "children", "requesters", "users", "version",
    "commander"}`."""
    if state not in STATES:
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"), field="state", value=state, choices=", ".join(STATES)
        )
    most, store = max(1, min(limit, 10_000)), desk.store
    namer = Namer(desk.store.reader(), masking.veil(desk))
    out: Objects = []
    for found in store.query(_LIST, numbered(state, severity, most)):
        row = _row(found)
        number = row["number"]
        if not (desk.reading.knows(number) and desk.reading.inside(number)):
            continue
        lead = [who for role, who, _at, taken in store.query(_ROLES, (number,)) if role == "commander" and taken]
        head = _head(row, store.query(_CHILDREN, (number,))[0], store.query(_OWN, (number,))[0][0])
        out.append({**head, "commander": namer.person(lead[0]) if lead else None})
    return out


def whole(desk: "Desk", number: int, limit: int = 200, *, checked: bool = True) -> Object:
    """A room: the keys of `listed` without `commander`, and `over` (stretches in which it had been over, `[from, to]`),
    `roles` (`{role: {"person", "offered", "offered_at", "accepted_at"}}`, `offered` who is asked to take it),
    `pinned` and `entries` (`entry`, the oldest first), `tasks` (`task`), `updates` (the latest first), `impact` (as far
    as it was measured: `{"share", "lost", "latest"}`, the part of the users, seconds of data, an instant), `recovery`
    (`clocks`), `steps` (`step`, those of the recovery first), `runbooks` (those that fit and are not taken up yet),
    `paging` (`{"state", "next_at"}`: when the next level is paged, or an acknowledgement lapses; null where nobody is
    paged), `alerts` (how many fire), `linked` (`{"number", "ref", "title"}`), `review` (`{"state", "due_at",
    "published_at", "waived_at"}` or null), `pace` (how much faster than real a drill runs), `on_call` (of the ticket's
    team, while the incident lasts: `{"schedule", "people", "until_at", "next_people"}`).

    Raises NotFound for a ticket that one may not know of, Conflict for one that was not declared. Not `checked`: as a verb
    has just left it, which may have taken it out of sight.
    """
    store = desk.store
    if checked:
        facts = desk.reading.facts(number)
        desk.require_on(Permission.NOTE_READ, facts, "incident.show")
    found = store.query(_ONE, (number,))
    if not found:
        raise Conflict(
            N_("{ref} was not declared an incident; `helpdesk incident declare` does"), ref=ref(facts["kind"], number)
        )
    desk.reading.opened(number)
    row = _row(found[0])
    namer = Namer(desk.store.reader(), masking.veil(desk))
    kept = json.loads(row["document"])
    steps = store.query(_STEPS, (number,))
    taken = {plan for _id, plan, *_rest in steps}
    lines = store.query(_LINES, (number, max(1, min(limit, 10_000))))
    return {
        **_head(row, store.query(_CHILDREN, (number,))[0], store.query(_OWN, (number,))[0][0]),
        "over": [[when(start), when(end)] for start, end in kept.get("over", ())],
        "roles": _roles(namer, store.query(_ROLES, (number,))),
        "pinned": [entry(namer, line) for line in store.query(_PINNED, (number,))],
        "entries": [entry(namer, line) for line in reversed(lines)],
        "tasks": [task(namer, each) for each in store.query(_TASKS, (number,))],
        "updates": [update(namer, each) for each in store.query(_UPDATES, (number, 50))],
        "impact": {
            "share": kept.get("share"),
            "lost": kept.get("lost"),
            "latest": when(kept.get("impact_latest")),
        },
        "recovery": clocks(row, desk.now()),
        "steps": [step(namer, each) for each in steps],
        "runbooks": [book for book in runbooks.fitting(desk, number) if book["code"] not in taken],
        "paging": next(({"state": s, "next_at": when(at)} for s, at in store.query(_ACK, (number,))), None),
        "alerts": store.query(_FIRING, (number,))[0][0],
        "linked": [
            {"number": n, "ref": ref(kind, n), "title": title}
            for n, kind, title in store.query(_LINKED, (number,))
            if desk.reading.knows(n)
        ],
        "review": next((_review(found) for found in store.query(_REVIEW, (number,))), None),
        "pace": max(1, int(kept.get("pace", 1))),
        "on_call": _on_call(desk, row),
    }


def _on_call(desk: "Desk", row: Row) -> Objects:
    """Who is on by the schedules of the ticket's team, as far as the actor may know."""
    if row["team_id"] is None or row["phase"] >= Phase.RESOLVED or desk.scope(Permission.ON_CALL_READ) is Scope.NONE:
        return []
    rows = [row for code in schedules_of_team(desk, row["team_id"])[:_SCHEDULES] for row in desk.on_call.now(code)]
    return [{name: one[name] for name in ("schedule", "people", "until_at", "next_people")} for one in rows]


def _review(found: tuple[Any, ...]) -> Object:
    state, due, published, waived = found
    return {"state": state, "due_at": when(due), "published_at": when(published), "waived_at": when(waived)}


def clocks(row: Row, now: Instant) -> Object:
    """What the recovery runs against: `{"rto", "rto_from", "rto_due_at", "rto_met", "rpo", "last_good_at", "at_risk",
    "rpo_met"}`; lengths are seconds. `at_risk` is the time whose data are lost at worst, null where nobody knows of a
    copy; the two `_met` are null while that is open or unknown."""
    kept = json.loads(row["document"])
    stamps = {name: row[f"{name}_at"] for name in STAMPS}
    clock = recovery_clock(row["rto"], stamps, row["rto_from"], max(1, int(kept.get("pace", 1))))
    over = kept["over"][0][0] if kept.get("over") else stamps["mitigated"]
    met: bool | None = None
    if clock is not None:
        met = (over if over is not None else now) <= clock.due if over is not None or now > clock.due else None
    risk = exposure(stamps["impact_started"], row["last_good_at"], now if over is None else over)
    return {
        "rto": row["rto"],
        "rto_from": None if clock is None else when(clock.begins),
        "rto_due_at": None if clock is None else when(clock.due),
        "rto_met": met,
        "rpo": row["rpo"],
        "last_good_at": when(row["last_good_at"]),
        "at_risk": risk,
        "rpo_met": None if risk is None or row["rpo"] is None else risk <= row["rpo"],
    }


def step(namer: Namer, row: tuple[Any, ...]) -> Object:
    """A step: `{"id", "plan", "stage", "position", "text", "owner", "role", "target", "verify", "rollback", "state",
    "begun_at", "done_at", "done_by", "note"}`; `state` is `open`, `begun`, `done` or `skipped`. A step without a text is
    what its stage asks for."""
    key, plan, stage, position, text, owner, role, target, verify, rollback, begun, done, by, skipped, note = row
    state = ("skipped" if skipped else "done") if done is not None else "open" if begun is None else "begun"
    return {
        "id": key,
        "plan": plan,
        "stage": stage or None,
        "position": position,
        "text": text,
        "owner": None if owner is None else namer.person(owner),
        "role": role or None,
        "target": target,
        "verify": verify,
        "rollback": rollback,
        "state": state,
        "begun_at": when(begun),
        "done_at": when(done),
        "done_by": None if by is None else namer.person(by),
        "note": note,
    }


def one_step(desk: "Desk", number: int, key: int) -> Object:
    """One step of a room, as `step`."""
    return step(Namer(desk.store.reader(), masking.veil(desk)), desk.store.query(_ONE_STEP, (number, key))[0])


def _roles(namer: Namer, found: list[tuple[Any, ...]]) -> Object:
    out: Object = {role: {"person": None, "offered": None, "offered_at": None, "accepted_at": None} for role in ROLES}
    for role, person, offered_at, accepted_at in found:
        place = out.get(role)
        if place is None:
            continue
        if accepted_at is not None:
            place |= {"person": namer.person(person), "accepted_at": when(accepted_at)}
        else:
            place |= {"offered": namer.person(person), "offered_at": when(offered_at)}
    return out


def entry(namer: Namer, row: tuple[Any, ...]) -> Object:
    """A line: `{"id", "uid", "kind", "occurred_at", "recorded_at", "author", "source", "pinned", "struck_at", "body",
    "said"}`; `said` is a reason (code, parameters, English sentence) where the desk wrote the line, else null."""
    key, uid, kind, occurred, recorded, author, source, pinned, struck, body, document = row
    said = json.loads(document)
    return {
        "id": key,
        "uid": uid,
        "kind": kind,
        "occurred_at": when(occurred),
        "recorded_at": when(recorded),
        "author": None if author is None else namer.person(author),
        "source": source,
        "pinned": bool(pinned),
        "struck_at": when(struck),
        "body": body,
        "said": reason(namer.reasons([said])[0]) if said else None,
    }


def task(namer: Namer, row: tuple[Any, ...]) -> Object:
    """Something to do: `{"id", "kind", "action", "text", "owner", "created_at", "due_at", "done_at", "done_by",
    "result"}`; `result` is the ticket that it became."""
    key, kind, action, text, owner, created, due, done, by, result = row
    return {
        "id": key,
        "kind": kind,
        "action": action or None,
        "text": text,
        "owner": None if owner is None else namer.person(owner),
        "created_at": when(created),
        "due_at": when(due),
        "done_at": when(done),
        "done_by": None if by is None else namer.person(by),
        "result": result,
    }


def update(namer: Namer, row: tuple[Any, ...]) -> Object:
    """A status update: `{"id", "at", "author", "severity", "internal", "internal_zh", "external", "external_zh",
    "answered"}`; `answered` are the tickets whose requesters were told."""
    key, at, author, severity, internal, internal_zh, external, external_zh, document = row
    return {
        "id": key,
        "at": when(at),
        "author": None if author is None else namer.person(author),
        "severity": Severity(severity).name,
        "internal": internal,
        "internal_zh": internal_zh,
        "external": external,
        "external_zh": external_zh,
        "answered": json.loads(document).get("answered", []),
    }


def one_entry(desk: "Desk", number: int, key: int) -> Object:
    """One line of a room, as `entry`."""
    return entry(Namer(desk.store.reader(), masking.veil(desk)), desk.store.query(_LINE, (number, key))[0])


def one_task(desk: "Desk", number: int, key: int) -> Object:
    """One thing to do, as `task`."""
    return task(Namer(desk.store.reader(), masking.veil(desk)), desk.store.query(_ONE_TASK, (number, key))[0])
