"""Runs of paging as rows of a ticket: read, moved a step by the rules, and written back with everything that follows."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import derive
from helpdesk_tui.rules import paging as rules
from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.paging_plan import Plan
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Row, RowChange
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.paging import KIND_LABELS
from helpdesk_tui.vocabulary.reasons import Reason, register, register_durations, register_labels
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "escalation.began": N_("paging begins: policy {policy} of version {version}, {severity}, because of {cause}"),
        "escalation.again": N_("paging begins again: {severity}, because of {cause}"),
        "escalation.paged": N_("level {level} of {levels}, pass {pass}, {kind}: {people} paged ({targets})"),
        "escalation.paged_late": N_(
            "level {level} of {levels}, pass {pass}, {kind}: {people} paged ({targets}), {late} late"
        ),
        "escalation.paged_by_hand": N_("{people} paged by hand"),
        "escalation.skipped": N_("level {level} has nobody now ({targets}); the next one follows at once"),
        "escalation.alone": N_("no level has anybody; {people} told to find somebody"),
        "escalation.ack_soon": N_("the acknowledgement lapses at {at} unless something happens; {people} warned"),
        "escalation.lapsed": N_("nothing happened since {people} acknowledged; paging begins again"),
        "escalation.acked": N_("{who} acknowledged level {level}"),
        "escalation.acked_partly": N_("{who} acknowledged level {level}; {missing} more needed"),
        "escalation.unacked": N_("the acknowledgement is taken back; paging begins again"),
        "escalation.exhausted": N_("nobody answered in {passes} passes; {people} told"),
        "escalation.waits": N_("paging waits for service hours, until {until}"),
        "escalation.severity": N_("severity {before} became {after}: the next level is due at {at}"),
        "escalation.held": N_("nobody is paged until {until}"),
        "escalation.released": N_("the hold is over; paging begins afresh"),
        "escalation.ended": N_("paging ends: {why}"),
    }
)
register_durations("late")
WHY: Final[dict[str, str]] = {
    "resolved": N_("the ticket is resolved"),
    "closed": N_("the ticket is closed"),
    "deleted": N_("the ticket is deleted"),
    "merged": N_("the ticket was merged"),
    "severity": N_("nobody is paged for this severity"),
    "by_hand": N_("somebody asked for it"),
    "alert": N_("an alert"),
    "declared": N_("the incident was declared"),
    "reopened": N_("the ticket was opened again"),
    "maintenance": N_("maintenance"),
}
register_labels("why", WHY)
register_labels("cause", WHY)
register_labels("kind", KIND_LABELS)

TABLE: Final = "escalation"
_LIVE: Final = "SELECT id FROM escalation WHERE number = ? AND ended_at IS NULL"
_LAST: Final = "SELECT max(id) FROM escalation WHERE number = ?"
_ACTIVITY: Final = (
    "SELECT max(j.at) FROM journal j JOIN person p ON p.id = j.actor_id WHERE j.subject_type = 'ticket'"
    " AND j.subject = ? AND j.at >= ? AND p.agent AND j.origin NOT IN ('timer', 'import')"
)
_KEPT: Final = ("fired_at", "told", "acks", "first", "warned", "alone")
_COLUMNS: Final = (
    "severity", "state", "level", "pass_no", "started_at", "next_at", "acknowledged_at", "activity_at", "ended_at",
)  # fmt: skip
HISTORY: Final = 60
"""So many steps of a run are kept in its document; the journal has them all."""


# -- rows --------------------------------------------------------------------------------------------------------------


def run_of(row: Row) -> rules.Run:
    """The run that a row tells."""
    kept = json.loads(row["document"])
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    for name in _KEPT:
        if name in kept:
            values[name] = tuple(kept[name]) if isinstance(kept[name], list) else kept[name]
    return rules.Run(Plan.from_data(kept["plan"]), **values)


def columns_of(run: rules.Run, history: list[dict[str, Any]]) -> Row:
    """The columns of a run's row."""
    kept = {name: value for name in _KEPT if (value := getattr(run, name)) not in (None, (), False)}
    document = {"plan": run.plan.data(), "history": history[-HISTORY:], **kept}
    return {
        **{name: getattr(run, name) for name in _COLUMNS},
        "policy": run.plan.id,
        "document": journal.canonical(document),
    }


def _ahead(draft: "Draft", key: int) -> RowChange | None:
    """What a draft already does to this row."""
    return next((c for c in draft.rows if c.table == TABLE and c.key == (key,) and c.after is not None), None)


def _standing(work: "Work", draft: "Draft", key: int) -> Row | None:
    """A run's row as it will stand after the draft."""
    change = _ahead(draft, key)
    row = work.row(TABLE, key)
    if change is None or change.after is None:
        return row
    return {**(row or {}), **change.after}


def live(work: "Work", draft: "Draft") -> Row | None:
    """The row of a ticket's live run, with what the draft does to it."""
    keys = {key for (key,) in work.rows(_LIVE, (draft.number,))}
    keys |= {c.key[0] for c in draft.rows if c.table == TABLE and c.after is not None}
    found = (_standing(work, draft, key) for key in sorted(keys, reverse=True))
    return next((row for row in found if row is not None and row["ended_at"] is None), None)


def last(work: "Work", draft: "Draft") -> Row | None:
    """The row of a ticket's latest run."""
    key = work.rows(_LAST, (draft.number,))[0][0]
    return None if key is None else _standing(work, draft, key)


def put(draft: "Draft", before: Row, run: rules.Run, history: list[dict[str, Any]]) -> None:
    """Write a run that went on into the draft of its ticket."""
    new = columns_of(run, history)
    change = _ahead(draft, before["id"])
    if change is not None and change.after is not None:
        if change.before is not None:
            change.before.update({c: before[c] for c in new if c not in change.after and before[c] != new[c]})
            new = {c: v for c, v in new.items() if c in change.after or before[c] != v}
        change.after.update(new)
        return
    changed = {c: v for c, v in new.items() if before[c] != v}
    if changed:
        old = {c: before[c] for c in changed}
        version = before["version"]
        draft.rows.append(
            RowChange(TABLE, (before["id"],), {**old, "version": version}, {**changed, "version": version + 1})
        )


def make(work: "Work", draft: "Draft", run: rules.Run, history: list[dict[str, Any]]) -> None:
    """Write a new run into the draft of its ticket."""
    from helpdesk_tui.store.apply import new_row

    key = work.next_id(TABLE)
    draft.insert(TABLE, (key,), new_row(TABLE, id=key, number=draft.number, **columns_of(run, history)))


# -- facts -------------------------------------------------------------------------------------------------------------


_OF_TEAM: Final = (
    "SELECT p.id FROM team t JOIN team_member m ON m.team_id = t.id JOIN person p ON p.id = m.person_id"
    " WHERE t.code = ? AND p.active AND p.agent AND (m.lead OR NOT ?) ORDER BY p.id"
)
_OF_ROLE: Final = (
    "SELECT p.id FROM person_role r JOIN person p ON p.id = r.person_id WHERE r.role = ? AND p.active ORDER BY p.id"
)
_PERSON: Final = "SELECT id FROM person WHERE login = ? AND active"
_LEADS: Final = (
    "SELECT p.id FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = ? AND m.lead AND p.active"
    " ORDER BY p.id"
)


def people_of(desk: "Desk", target: str, at: Instant) -> tuple[int, ...]:
    """The people whom a target of the policy means at an instant; nobody for one that the desk does not know."""
    kind, _, name = target.partition(":")
    if kind == "schedule":
        from helpdesk_tui.desk.on_call_who import people_at

        try:
            on = people_at(desk, name, at)
        except DeskError:
            return ()
        return tuple(person for person in on if (who := desk.directory.person(person)) is not None and who.active)
    if kind == "person":
        rows = desk.store.query(_PERSON, (name,))
    elif kind == "role":
        rows = desk.store.query(_OF_ROLE, (name,))
    else:
        rows = desk.store.query(_OF_TEAM, (name, kind == "lead"))
    return tuple(row[0] for row in rows)


def facts(work: "Work", ticket: "Row | Draft", run: rules.Run) -> rules.Facts:
    """What a step of this ticket's run may ask, as of now."""
    desk = work.desk
    asked: dict[str, tuple[int, ...]] = {}

    def who(target: str) -> Sequence[int]:
        if target not in asked:
            asked[target] = people_of(desk, target, work.now)
        return asked[target]

    activity = None
    if run.state == rules.ACKNOWLEDGED:
        activity = work.rows(_ACTIVITY, (ticket["number"], run.acknowledged_at or 0))[0][0]
    lead = tuple(row[0] for row in desk.store.query(_LEADS, (ticket["team_id"],)))
    return rules.Facts(who, _calendar(work, ticket, run), activity, lead)


def _calendar(work: "Work", ticket: "Row | Draft", run: rules.Run) -> Calendar | None:
    if not run.plan.hours_only:
        return None
    governing = work.desk.policies.current()
    if run.plan.calendar is not None and run.plan.calendar in governing.calendars:
        return governing.calendars[run.plan.calendar]
    names = ("requester_id", "kind", "category", "service_id", "priority", "channel", "language")
    plan = governing.plan(derive.plan_facts(work.desk, {name: ticket[name] for name in names}))
    return None if plan is None else plan.calendar


# -- steps -------------------------------------------------------------------------------------------------------------


def history_of(row: Row) -> list[dict[str, Any]]:
    """The steps of a run that its document keeps: `{"at", "what", "level", "pass", "people"}`."""
    found: list[dict[str, Any]] = json.loads(row["document"]).get("history", [])
    return found


def move(
    work: "Work", draft: "Draft", row: Row, event: rules.Event, *, of: rules.Run | None = None
) -> tuple[rules.Run, tuple[rules.Effect, ...]]:
    """Let an event happen to the run of a row and put what follows into the draft. The run as it is then."""
    run = of if of is not None else run_of(row)
    after, effects = rules.step(run, event, work.now, facts(work, draft, run))
    put(draft, row, after, [*history_of(row), *tell(work, draft, after, effects)])
    return after, effects


def tell(work: "Work", draft: "Draft", run: rules.Run, effects: Iterable[rules.Effect]) -> list[dict[str, Any]]:
    """Give the draft the reasons and messages of what a step did. The steps for the run's document."""
    return [_HOW[type(effect)](work, draft, run, effect) | {"at": work.now} for effect in effects]


def _message(draft: "Draft", run: rules.Run, what: str, people: tuple[int, ...], **params: Any) -> None:
    from helpdesk_tui.desk.messages import tell as message

    if people:
        draft.because(message(list(people), what, run.severity, **params))


def _let_follow(work: "Work", draft: "Draft", people: tuple[int, ...]) -> None:
    """Whoever is paged follows the ticket from then on: those of another team read and acknowledge it only so."""
    known = {c.key[1] for c in draft.rows if c.table == "watcher" and c.after is not None}
    for person in people:
        if person not in known and work.row("watcher", draft.number, person) is None:
            row = {"number": draft.number, "person_id": person}
            draft.insert("watcher", (draft.number, person), row)


def _paged(work: "Work", draft: "Draft", run: rules.Run, effect: rules.Paged) -> dict[str, Any]:
    levels = len(run.plan.levels)
    said: dict[str, Any] = {"people": list(effect.people)}
    if effect.kind == "hand":
        draft.because(Reason("escalation.paged_by_hand", said))
    else:
        said |= {"level": effect.level, "levels": levels, "pass": effect.pass_no, "kind": effect.kind}
        said["targets"] = list(effect.targets)
        code = "escalation.paged_late" if effect.late >= 60 else "escalation.paged"
        draft.because(Reason(code, {**said, "late": effect.late}))
    _let_follow(work, draft, effect.people)
    _message(draft, run, "page", effect.people, level=effect.level, levels=levels, ref=draft.ref)
    what = "by_hand" if effect.kind == "hand" else "paged"
    return {"what": what, "level": effect.level, "pass": effect.pass_no, "people": list(effect.people)}


def _skipped(work: "Work", draft: "Draft", run: rules.Run, effect: rules.Skipped) -> dict[str, Any]:
    draft.because(Reason("escalation.skipped", {"level": effect.level, "targets": list(effect.targets)}))
    return {"what": "skipped", "level": effect.level, "pass": run.pass_no, "people": []}


def _alone(work: "Work", draft: "Draft", run: rules.Run, effect: rules.Alone) -> dict[str, Any]:
    draft.because(Reason("escalation.alone", {"people": list(effect.people)}))
    _let_follow(work, draft, effect.people)
    _message(draft, run, "page", effect.people, level=0, levels=len(run.plan.levels), ref=draft.ref)
    return {"what": "alone", "level": 0, "pass": run.pass_no, "people": list(effect.people)}


def _ack_soon(work: "Work", draft: "Draft", run: rules.Run, effect: rules.AckSoon) -> dict[str, Any]:
    draft.because(Reason("escalation.ack_soon", {"people": list(effect.people), "at": iso(effect.at)}))
    _message(draft, run, "page.ack_soon", effect.people, at=iso(effect.at), ref=draft.ref)
    return {"what": "ack_soon", "level": run.level, "pass": run.pass_no, "people": list(effect.people)}


def _lapsed(work: "Work", draft: "Draft", run: rules.Run, effect: rules.Lapsed) -> dict[str, Any]:
    draft.because(Reason("escalation.lapsed", {"people": list(effect.people)}))
    return {"what": "lapsed", "level": run.level, "pass": run.pass_no, "people": list(effect.people)}


def _acked(work: "Work", draft: "Draft", run: rules.Run, effect: rules.Acked) -> dict[str, Any]:
    code = "escalation.acked_partly" if effect.missing else "escalation.acked"
    draft.because(Reason(code, {"who": effect.person, "level": effect.level, "missing": effect.missing}))
    return {"what": "acked", "level": effect.level, "pass": run.pass_no, "people": [effect.person]}


def _exhausted(work: "Work", draft: "Draft", run: rules.Run, effect: rules.Exhausted) -> dict[str, Any]:
    draft.because(Reason("escalation.exhausted", {"people": list(effect.people), "passes": run.plan.passes}))
    _let_follow(work, draft, effect.people)
    _message(draft, run, "page.exhausted", effect.people, ref=draft.ref)
    return {"what": "exhausted", "level": run.level, "pass": run.pass_no, "people": list(effect.people)}


def _waits(work: "Work", draft: "Draft", run: rules.Run, effect: rules.Waits) -> dict[str, Any]:
    draft.because(Reason("escalation.waits", {"until": iso(effect.until)}))
    return {"what": "waits", "level": run.level, "pass": run.pass_no, "people": []}


_HOW: Final[dict[type, Callable[..., dict[str, Any]]]] = {
    rules.Paged: _paged,
    rules.Skipped: _skipped,
    rules.Alone: _alone,
    rules.AckSoon: _ack_soon,
    rules.Lapsed: _lapsed,
    rules.Acked: _acked,
    rules.Exhausted: _exhausted,
    rules.Waits: _waits,
}
