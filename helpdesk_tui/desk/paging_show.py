"""Runs of paging as objects for people and machines."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import masking
from helpdesk_tui.desk import paging_runs as runs
from helpdesk_tui.desk.forms import Namer
from helpdesk_tui.desk.shapes import Object, Objects, Texts, when
from helpdesk_tui.rules import paging as rules
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Invalid, NotFound, ticket_not_found
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.paging import LIVE
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

# A timer knows better than the row when it is next looked at: what happens on the ticket moves it.
_COLUMNS: Final = (
    "e.id, e.number, e.policy, e.severity, e.state, e.level, e.pass_no, e.started_at, e.next_at, e.acknowledged_at,"
    " e.activity_at, e.ended_at, e.document, (SELECT t.due_at FROM timer t WHERE t.subject_type = 'escalation'"
    " AND t.subject = e.id AND t.kind = 'next' AND t.fired_at IS NULL), k.kind, k.title"
)
_NAMES: Final = (
    "id", "number", "policy", "severity", "state", "level", "pass_no", "started_at", "next_at", "acknowledged_at",
    "activity_at", "ended_at", "document", "timer_at", "kind", "title",
)  # fmt: skip
_ONE: Final = f"SELECT {_COLUMNS} FROM escalation e JOIN ticket k ON k.number = e.number WHERE e.number = ? ORDER BY e.id DESC LIMIT 1"  # sql: constant
_ALL: Final = (
    f"SELECT {_COLUMNS} FROM escalation e JOIN ticket k ON k.number = e.number WHERE e.ended_at IS NULL"  # sql: constant
    " ORDER BY e.state <> 'exhausted', e.state <> 'running', coalesce(e.next_at, e.started_at), e.number"
)


def latest(desk: "Desk", number: int) -> Row | None:
    """The row of a ticket's latest run, with `timer_at`, `kind` and `title`; None where nobody was ever paged."""
    found = desk.store.query(_ONE, (number,))
    return dict(zip(_NAMES, found[0], strict=True)) if found else None


def _line(row: Row, namer: Namer) -> Object:
    run = runs.run_of(row)
    return {
        "number": row["number"],
        "ref": ref(row["kind"], row["number"]),
        "title": row["title"],
        "severity": Severity(row["severity"]).name,
        "policy": row["policy"] or None,
        "state": row["state"],
        "level": row["level"],
        "levels": len(run.plan.levels),
        "pass": row["pass_no"],
        "passes": run.plan.passes,
        "started_at": when(row["started_at"]),
        "next_at": when(row["timer_at"] if row["timer_at"] is not None else row["next_at"]),
        "told": _handles(namer, run.told),
        "acknowledged_at": when(row["acknowledged_at"]),
        "acknowledged_by": _handles(namer, run.acks),
        "missing": max(0, run.needed - len(run.acks)) if row["state"] == rules.RUNNING and run.told else 0,
        "ended_at": when(row["ended_at"]),
        "nobody_on": run.alone,
    }


def _handles(namer: Namer, people: Iterable[int]) -> list[Any]:
    return [namer.person(person) for person in people]


def whole(desk: "Desk", number: int) -> Object:
    """The latest run of a ticket. Raises NotFound where nobody was ever paged for it.

    `number ref title severity policy state level levels pass passes started_at next_at told acknowledged_at
    acknowledged_by missing ended_at nobody_on policy_version steps history`; `steps` are the policy's levels:
    `{"level", "kind", "targets", "delay" (seconds), "need_acks"}`, `history` what happened: `{"at", "what", "level",
    "pass", "people"}`.
    """
    desk.require_on(Permission.NOTE_READ, desk.reading.facts(number), "escalation.show")
    row = latest(desk, number)
    if row is None:
        raise NotFound(N_("nobody has been paged for ticket {number}"), number=number)
    desk.reading.opened(number)
    namer = Namer(desk.store.reader(), masking.veil(desk))
    plan = runs.run_of(row).plan
    return {
        **_line(row, namer),
        "policy_version": plan.version,
        "steps": [
            {
                "level": place,
                "kind": level.kind,
                "targets": [*level.targets],
                "delay": plan.delay(place, row["severity"]),
                "need_acks": level.need_acks,
            }
            for place, level in enumerate(plan.levels, 1)
        ],
        "history": [
            {**one, "at": when(one["at"]), "people": _handles(namer, one["people"])} for one in runs.history_of(row)
        ],
    }


def living(desk: "Desk", number: int) -> Object | None:
    """The live run of a ticket: the keys of `whole` up to `nobody_on`."""
    if not _inside(desk, number):
        raise ticket_not_found(number)
    row = latest(desk, number)
    if row is None or row["ended_at"] is not None:
        return None
    return _line(row, Namer(desk.store.reader(), masking.veil(desk)))


def _inside(desk: "Desk", number: int) -> bool:
    return desk.reading.knows(number) and desk.reading.inside(number)


def listed(desk: "Desk", states: Texts | None, limit: int) -> Objects:
    """The live runs of tickets that the actor may know of: the keys of `whole` up to `nobody_on`."""
    for state in states or ():
        if state not in LIVE:
            raise Invalid(N_("there is no state {state}; there are {known}"), state=state, known=", ".join(LIVE))
    namer = Namer(desk.store.reader(), masking.veil(desk))
    rows = (dict(zip(_NAMES, found, strict=True)) for found in desk.store.query(_ALL))
    out: Objects = []
    for row in rows:
        if len(out) >= max(0, limit):
            break
        if (not states or row["state"] in states) and _inside(desk, row["number"]):
            out.append(_line(row, namer))
    return out
