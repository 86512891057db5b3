"""Timers that follow from rows: a column that says when something is due is the timer, whatever changed the row.

So an undo, a redo or the removal of a ticket sets and takes away timers without knowing of them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from helpdesk_tui.store.changes import Entry, Subject
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work

# Of a table with one key: the kinds of timer of its rows by the column that tells the instant (null: none).
TIMED: Final[dict[str, dict[str, str]]] = {
    "escalation": {"next_at": "next"},
    "incident": {
        "internal_due_at": "update_inside",
        "external_due_at": "update_outside",
        "rto_warn_at": "rto_near",
        "rto_due_at": "rto_over",
        "drill_at": "drill",
    },
    "incident_task": {"due_at": "action"},
    "review": {"due_at": "review"},
}


def of_rows(work: "Work", entries: Iterable[Entry]) -> None:
    """Put the timers of changed rows into the work."""
    found: dict[Subject, dict[str, Instant | None]] = {}
    entries = [*entries]
    on_call = sorted({entry.subject for entry in entries if entry.subject_type == "on_call_schedule" and entry.rows})
    if on_call:
        from helpdesk_tui.desk.on_call_clock import retime

        retime(work, on_call, entries)
    for entry in entries:
        for change in entry.rows:
            kinds = TIMED.get(change.table)
            if kinds is None:
                continue
            subject = (change.table, change.key[0])
            known = found.get(subject)
            if known is None:
                row = work.row(change.table, *change.key) or {}
                known = {kind: row.get(column) for column, kind in kinds.items()}
            for column, kind in kinds.items():
                if change.after is None:
                    known[kind] = None
                elif column in change.after:
                    known[kind] = change.after[column]
            found[subject] = known
    for subject, known in found.items():
        work.timers[subject] = {kind: at for kind, at in known.items() if at is not None}
