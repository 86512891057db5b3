"""What others do to a war room: stamps that follow from their doing, and lines of its timeline.

Both do nothing where the ticket was not declared an incident.
"""

import json
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.rules import incident_stamps as rules
from helpdesk_tui.rules.recovery import recovery_clock
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import STAMP_LABELS
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "incident.stamped": N_("{stamp}: {at}"),
        "incident.stamp_moved": N_("{stamp}: {before} became {at}"),
        "incident.stamp_gone": N_("{stamp}: {before} was taken away"),
        "incident.open_again": N_("open again; it was {stamp}"),
    }
)
register_labels("stamp", STAMP_LABELS)
_HAVE: Final = "SELECT number FROM incident WHERE number IN (SELECT value FROM json_each(?))"
# Whoever takes something back gets the room back as it was with the rest of the entry.
_TAKING_BACK: Final = frozenset({"undo", "redo"})


def stamp(work: "Work", number: int, name: str, at: Instant, *, only_first: bool = True) -> None:
    """Set a stamp of a ticket's incident; `only_first`: one that is set already stays. It is fitted into the order."""
    from helpdesk_tui.desk.paging import draft_of

    draft = draft_of(work, number)
    row = rows.incident(work, draft)
    if row is None or (only_first and row[f"{name}_at"] is not None):
        return
    put_stamp(work, draft, row, name, rules.fitted(rows.stamps_of(row), name, at))


def put_stamp(work: "Work", draft: "Draft", row: Row, name: str, at: Instant | None) -> Row:
    """Set a stamp, or take it away (None), with its line of the timeline and the timers that hang on it."""
    before = row[f"{name}_at"]
    if before == at:
        return row
    values: dict[str, Any] = {f"{name}_at": at}
    if name == "mitigated" and (before is None) != (at is None):
        values |= cadence(row, mitigated=at is not None)
    if name == "resolved" and at is not None:
        values |= {"internal_due_at": None, "external_due_at": None}
    row = rows.put(draft, rows.INCIDENT, row, values)
    row = rows.put(draft, rows.INCIDENT, row, recovery_columns(row))
    if at is None:
        said = Reason("incident.stamp_gone", {"stamp": name, "before": iso(before)})
    elif before is None:
        said = Reason("incident.stamped", {"stamp": name, "at": iso(at)})
    else:
        said = Reason("incident.stamp_moved", {"stamp": name, "before": iso(before), "at": iso(at)})
    draft.because(said)
    rows.say(work, draft, "stamp", said, at=work.at if at is None else at, author_id=work.desk.actor.id)
    return row


def cadence(row: Row, *, mitigated: bool, last: Instant | None = None) -> dict[str, Any]:
    """When updates are due now, after the last one (by default the one that the timers were set by, else declared)."""
    if row["nature"] == "backfilled" or row["resolved_at"] is not None:
        return {"internal_due_at": None, "external_due_at": None}
    known, pace = json.loads(row["document"]), rows.pace_of(row)
    base = last if last is not None else known.get("updated_at", row["declared_at"])
    outside = last if last is not None else known.get("published_at", row["declared_at"])
    inside_due = rules.due(row["severity"], base, mitigated=mitigated, pace=pace)[0]
    outside_due = rules.due(row["severity"], outside, mitigated=mitigated, pace=pace)[1]
    return {"internal_due_at": inside_due, "external_due_at": outside_due}


def recovery_columns(row: Row) -> dict[str, Any]:
    """When little of the recovery time is left, and when it has run out; nothing once users can work again."""
    clock = None
    if row["mitigated_at"] is None and row["nature"] != "backfilled":
        clock = recovery_clock(row["rto"], rows.stamps_of(row), row["rto_from"], rows.pace_of(row))
    return {
        "rto_warn_at": None if clock is None else clock.near,
        "rto_due_at": None if clock is None else clock.due,
    }


def entry(
    work: "Work",
    number: int,
    kind: str,
    body: str,
    *,
    at: Instant | None = None,
    author_id: int | None = None,
    source: str = "",
) -> None:
    """Add a line to the timeline of a ticket's war room, if it has one."""
    from helpdesk_tui.desk.paging import draft_of

    draft = work.drafts.get(number)
    if draft is None and work.row(rows.INCIDENT, number) is None:
        return
    draft = draft_of(work, number)
    if rows.incident(work, draft) is not None:
        rows.say(work, draft, kind, body, at=at, author_id=author_id, source=source)


def follow(work: "Work", drafts: "list[Draft]") -> None:
    """Stamp the rooms of tickets that are resolved, closed or opened again by these drafts; what became a ticket is done
    with it, and a grave incident owes a review from now on."""
    from helpdesk_tui.desk import incident_follow, review_rows

    moved = [d for d in drafts if "phase" in d.new and d["phase"] != d.row["phase"]]
    if not moved or work.verb in _TAKING_BACK:
        return
    incident_follow.settle(work, moved)
    have = {number for (number,) in work.rows(_HAVE, (json.dumps([d.number for d in moved]),))}
    for draft in moved:
        if draft.number not in have:
            continue
        before, after = draft.row["phase"], draft["phase"]
        if after >= Phase.RESOLVED:
            for name in ("mitigated", "resolved", *(("closed",) if after > Phase.RESOLVED else ())):
                stamp(work, draft.number, name, draft.at)
            row = rows.incident(work, draft)
            if row is not None:
                review_rows.ended(work, draft, row, draft.at, newly=before < Phase.RESOLVED)
        elif before >= Phase.RESOLVED:
            _again(work, draft)
            review_rows.reopened(work, draft)


def _again(work: "Work", draft: "Draft") -> None:
    """It is open once more: users are without it again. The stretch that had been over stays known."""
    row = rows.incident(work, draft)
    if row is None or row["mitigated_at"] is None:
        return
    kept = json.loads(row["document"])
    kept["over"] = [*kept.get("over", ()), [row["mitigated_at"], draft.at]][-50:]
    was = "closed" if row["closed_at"] is not None else "resolved"
    row = rows.put(
        draft, rows.INCIDENT, row,
        {"mitigated_at": None, "resolved_at": None, "closed_at": None, "document": journal.canonical(kept)},
    )  # fmt: skip
    row = rows.put(draft, rows.INCIDENT, row, cadence(row, mitigated=False, last=draft.at))
    rows.put(draft, rows.INCIDENT, row, recovery_columns(row))
    rows.say(work, draft, "stamp", Reason("incident.open_again", {"stamp": was}), author_id=work.desk.actor.id)
