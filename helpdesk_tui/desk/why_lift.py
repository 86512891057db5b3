"""Why a priority is above what its impact and urgency say: what lifts it, since when, and what would let it go back."""

from typing import TYPE_CHECKING, Any

from helpdesk_tui.desk import decisions, derive, dynamic
from helpdesk_tui.rules import dynamic as rules
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register, sentence
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register(
    {
        "dynamic.since": N_("lifted since {at} by what happens around it: {before} -> {after}"),
        "dynamic.lifted": N_("lifted by what happens around it: {before} -> {after}"),
    }
)
_SETS: frozenset[str] = frozenset({"escalation.raised", "priority.pinned"})


def only_lifts(entry: Entry) -> bool:
    """Whether an entry moved a priority by what happens around the ticket alone: it says nothing of the ground."""
    found = False
    for reason in entry.reasons:
        code, decision = reason.get("code"), reason.get("decision")
        if decision == decisions.PRIORITY or code in _SETS:
            return False
        found = found or decision == dynamic.DYNAMIC or code == "dynamic.off"
    return found


def told(desk: "Desk", entries: list[Entry], row: Row) -> dict[str, Any] | None:
    """What moves a ticket's priority beside its rules; None where nothing does and nothing would.

    `{"ground", "steps", "points", "moved_at", "again_at", "policy", "decided": {"at", "policy", "reasons"} of the last
    move, "reasons": now, "would_change", "reproduced"}`. `entries` are those that stand.
    """
    lift, governing, now = dynamic.lift_of(row), desk.policies.current(), desk.now()
    rows = {**row, "pinned": False}
    if lift is None and not dynamic.concerned(governing, rows):
        return None
    ground = dynamic.ground_of(row)
    last = _decided(desk, entries)
    reasons: list[Reason] = []
    if lift is not None:
        after = rules.lifted(ground, lift.steps)
        since = {"at": iso(lift.moved_at), "before": Priority(ground).code, "after": after.code}
        reasons.append(Reason("dynamic.since", since))
    found = None
    if dynamic.concerned(governing, rows):
        facts = dynamic.Around(desk, governing, desk.store.reader()).facts(
            row, ground, lift, _due(desk, entries, row, ground, lift, now), now
        )
        if row["pinned"]:
            facts = rules.pinned_to(facts, Priority(row["priority"]))
        found = rules.decide(governing.policy.dynamic, facts, now)
        reasons += found.reasons
    would = [] if found is None else rules.what_would_change(governing.policy.dynamic, found, now)
    return {
        "ground": Priority(ground).code,
        "steps": lift.steps if lift else 0,
        "points": found.points if found and not row["pinned"] else None,
        "moved_at": iso(lift.moved_at) if lift else None,
        "again_at": iso(found.again_at) if found and found.again_at is not None else None,
        "policy": governing.version,
        "decided": last,
        "reasons": _sentences([reason.data() for reason in reasons]),
        "would_change": _sentences([reason.data() for reason in would]),
        "reproduced": None if last is None else last.pop("reproduced"),
    }


def above(desk: "Desk", would: list[dict[str, Any]], steps: int) -> list[dict[str, Any]]:
    """What would change the ground, as it would change a priority that is lifted so far above it."""
    at_most = desk.policies.current().policy.dynamic.at_most
    out = []
    for reason in would:
        base = Priority[str(reason["priority"]).upper()]
        after = rules.lifted(base, min(steps, max(0, at_most - base)))
        out.append({**reason, "priority": after.code})
    return out


def _sentences(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**reason, "sentence": sentence(reason, english=True)} for reason in reasons]


def _decided(desk: "Desk", entries: list[Entry]) -> dict[str, Any] | None:
    """The last move that was decided, and whether its stored inputs still lead to it byte for byte."""
    for entry in reversed(entries):
        for kept in entry.reasons:
            if kept.get("code") == "decision" and kept.get("decision") == dynamic.DYNAMIC:
                outcome = kept["outcome"]
                section = desk.policies.version(kept["policy"]).policy.dynamic
                again = rules.reproduce(section, outcome["inputs"], kept["inputs"]["at"])
                same = decisions.canonical(again.data()) == decisions.canonical(outcome)
                told = {"at": iso(entry.at), "policy": kept["policy"], "reasons": _sentences(outcome["steps"])}
                return {**told, "reproduced": same}
    return None


def _due(
    desk: "Desk", entries: list[Entry], row: Row, ground: int, lift: dynamic.Lift | None, now: Instant
) -> Instant | None:
    if lift is None:
        due: Instant | None = row["resolution_due_at"]
        return due
    history = derive.events_of(desk, row["number"], entries)
    found: Instant | None = derive.columns(desk, {**row, "priority": ground}, history, now)["resolution_due_at"]
    return found
