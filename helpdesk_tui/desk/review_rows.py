"""When a review is owed, and that what is grave is not closed without one."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.store.apply import new_row
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Conflict
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

REVIEW: Final = "review"
OWED: Final = Severity.SEV2
"""Incidents of this severity and graver are not closed without a review or a waiver."""
DAYS: Final = 5
"""Working days from the end of the incident to its review."""
DRAFT, APPROVED, PUBLISHED, WAIVED = "draft", "approved", "published", "waived"
STATES: Final = (DRAFT, APPROVED, PUBLISHED, WAIVED)
_LEADER: Final = (
    "SELECT person_id FROM incident_role WHERE number = ? AND role = 'commander' AND accepted_at IS NOT NULL"
    " ORDER BY ended_at IS NOT NULL, ended_at DESC, id DESC LIMIT 1"
)


def owed(row: Row) -> bool:
    """Whether an incident needs a review before it is closed; drills and what is written afterwards do not."""
    return bool(row["severity"] <= OWED and row["nature"] == "real")


def due_at(work: "Work", since: Instant) -> Instant:
    """Five working days after the end, at the end of that day, by the first calendar of the policy that ever closes:
    people meet in office hours, whatever hours the service has."""
    known = [*work.desk.policies.current().calendars.values()]
    office = next((one for one in known if one.elapsed(since, since + 7 * DAY) < 7 * DAY), known[0])
    return office.add_days(since, DAYS, end_of_day=True)


def owner_of(work: "Work", draft: "Draft") -> int | None:
    """Whoever led the incident last, else whoever it is assigned to."""
    found = work.rows(_LEADER, (draft.number,))
    person: int | None = found[0][0] if found else draft["assignee_id"]
    return person


def make(work: "Work", draft: "Draft", since: Instant) -> Row:
    """The row of a ticket's review, made where there is none."""
    known = rows.standing(work, draft, REVIEW, draft.number)
    if known is not None:
        return known
    row = new_row(
        REVIEW, number=draft.number, owner_id=owner_of(work, draft), created_at=work.now,
        due_at=due_at(work, since),
    )  # fmt: skip
    draft.insert(REVIEW, (draft.number,), row)
    return row


def ended(work: "Work", draft: "Draft", incident: Row, since: Instant, *, newly: bool) -> None:
    """An incident is over: a grave one owes a review from now on, and one that was begun is due from this end on where
    it ended `newly`."""
    if draft["merged_into"] is not None:
        return
    known = rows.standing(work, draft, REVIEW, draft.number)
    if known is None:
        if owed(incident):
            make(work, draft, since)
    elif newly and known["state"] in (DRAFT, APPROVED):
        rows.put(draft, REVIEW, known, {"due_at": due_at(work, since)})


def reopened(work: "Work", draft: "Draft") -> None:
    """An incident is open again: nobody is asked for its review before it has ended."""
    known = rows.standing(work, draft, REVIEW, draft.number)
    if known is not None and known["state"] in (DRAFT, APPROVED):
        rows.put(draft, REVIEW, known, {"due_at": None})


def gate(work: "Work", draft: "Draft", phase: int) -> None:
    """Raise Conflict where a ticket is to be closed whose incident was grave and has neither review nor waiver."""
    if phase < Phase.CLOSED or draft["phase"] >= Phase.CLOSED or draft["kind"] != Kind.INCIDENT:
        return
    row = rows.incident(work, draft)
    if row is None or not owed(row):
        return
    review = rows.standing(work, draft, REVIEW, draft.number)
    if review is None or review["state"] not in (PUBLISHED, WAIVED):
        raise Conflict(
            N_(
                "{ref} was {severity}: it is closed only with a published review or a waiver; `helpdesk review draft"
                " {number}` begins one"
            ),
            ref=draft.ref, severity=Severity(row["severity"]).name, number=draft.number,
        )  # fmt: skip


def merging(work: "Work", source: "Draft", target: "Draft") -> None:
    """Raise Conflict where a grave incident would end in a ticket that owes no review: merging is no way round one."""
    other = rows.incident(work, target)
    if other is None or not owed(other):
        gate(work, source, Phase.CLOSED)
