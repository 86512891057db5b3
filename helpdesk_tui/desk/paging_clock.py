"""What is due to a run of paging: the next level, the warning before an acknowledgement lapses, the end of a hold."""

from typing import Final

from helpdesk_tui.desk import paging_runs as runs
from helpdesk_tui.desk.paging import draft_of
from helpdesk_tui.desk.work import Work
from helpdesk_tui.rules import paging as rules
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant

VERB: Final = "escalation.next"
NEXT: Final = "next"


def fire(work: Work, subject: int, kind: str, due_at: Instant) -> tuple[str, int] | None:
    """Do what is due to a run: one step, however late; `("paged", number)` where somebody was told or something moved.

    Where only the time has moved (somebody worked on the ticket) the timer is set anew and nothing is written.
    """
    row = work.row(runs.TABLE, subject)
    if kind != NEXT or row is None or row["ended_at"] is not None:
        return None
    ticket = work.row("ticket", row["number"])
    if ticket is None or ticket["deleted_at"] is not None:
        return None
    run = runs.run_of(row)
    held = run.state == rules.HELD
    after, effects = rules.step(run, rules.Due(), work.now, runs.facts(work, ticket, run))
    if not effects and after.state == run.state:
        if after.next_at is not None:
            work.timers[runs.TABLE, subject] = {NEXT: after.next_at}
        return None
    draft = draft_of(work, row["number"])
    if held:
        draft.because(Reason("escalation.released"))
    runs.put(draft, row, after, [*runs.history_of(row), *runs.tell(work, draft, after, effects)])
    return "paged", row["number"]
