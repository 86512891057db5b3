"""Paging follows the life of its ticket: it ends with it, and goes on when it is opened again."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.vocabulary.kinds import Phase

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

_LIVE: Final = "SELECT number FROM escalation WHERE ended_at IS NULL"
_EVER: Final = "SELECT 1 FROM escalation WHERE number = ? LIMIT 1"
# Whoever takes something back gets the run back as it was with the rest of the entry.
_TAKING_BACK: Final = frozenset({"undo", "redo"})


def follow(work: "Work", drafts: "list[Draft]") -> None:
    """End the runs of tickets that are over by these drafts, and begin those of tickets that are opened again."""
    over = {draft.number: draft for draft in drafts if _over(draft)}
    if over:
        from helpdesk_tui.desk.paging import stop
        from helpdesk_tui.desk.paging_runs import TABLE

        # Few runs live at any time, however many tickets are closed at once.
        live = {number for (number,) in work.rows(_LIVE)}
        for number, draft in over.items():
            if number in live or any(change.table == TABLE for change in draft.rows):
                stop(work, number, why=_why(draft))
    for draft in drafts:
        again = "phase" in draft.new and draft["phase"] < Phase.RESOLVED <= draft.row["phase"]
        if again and work.verb not in _TAKING_BACK and work.rows(_EVER, (draft.number,)):
            from helpdesk_tui.desk.paging import begin, severity_of

            begin(work, draft, severity_of(draft), cause="reopened")


def _over(draft: "Draft") -> bool:
    return bool(draft["phase"] >= Phase.RESOLVED) or draft["deleted_at"] is not None


def _why(draft: "Draft") -> str:
    if draft["deleted_at"] is not None:
        return "deleted"
    if draft["merged_into"] is not None:
        return "merged"
    return "resolved" if draft["phase"] == Phase.RESOLVED else "closed"
