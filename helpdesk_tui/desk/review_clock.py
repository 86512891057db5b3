"""What time does to reviews and follow-up actions: whoever owns one is told once it is due."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.messages import tell
from helpdesk_tui.desk.review_rows import APPROVED, DRAFT, REVIEW, owner_of
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work

VERB: Final = "incident.remind"
SEVERITY: Final = 4
"""How grave it is that paperwork is late: nobody is woken for it."""
register(
    {
        "review.due": N_("the review was due at {at}"),
        "incident.action_due": N_("the follow-up action was due at {at}: {text}"),
    }
)


def fire(work: "Work", subject: int, kind: str, due_at: Instant) -> tuple[str, int] | None:
    """Tell the owner of a review (by its ticket's number) or of a task (by its own), if it is still due."""
    from helpdesk_tui.desk.paging import draft_of

    review = work.row(REVIEW, subject) if kind == "review" else None
    task = work.row(rows.TASK, subject) if kind == "action" else None
    row = review or task
    if row is None or row["due_at"] != due_at:
        return None
    if review is not None and review["state"] not in (DRAFT, APPROVED):
        return None
    if task is not None and (task["done_at"] is not None or task["kind"] != "action"):
        return None
    draft = draft_of(work, row["number"])
    if draft["deleted_at"] is not None or draft["merged_into"] is not None:
        return None
    if review is not None:
        said, code, params = Reason("review.due", {"at": iso(due_at)}), "review.due", {"at": iso(due_at)}
    else:
        said = Reason("incident.action_due", {"at": iso(due_at), "text": row["text"]})
        code, params = "action.due", {"text": row["text"]}
    owner = row["owner_id"] if row["owner_id"] is not None else owner_of(work, draft)
    draft.because(said)
    if owner is not None:
        draft.because(tell([owner], code, SEVERITY, **params))
    rows.say(work, draft, "review" if review is not None else "task", said)
    return "reminded", draft.number
