"""Paging: the escalation of a ticket to the people who are on call. What the other verbs call when something happens.

A ticket has at most one live run. Nobody is paged for a ticket to which no paging policy applies.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work


def begin(work: "Work", ticket: "Draft | int", severity: int, *, cause: str) -> None:
    """Start the escalation that the policy names for a ticket of this severity (1 to 5); nothing where none applies.

    Where a run lives already its severity changes instead. `cause` is a code (`declared`, `alert`, `reopened`,
    `by_hand` …) that the journal keeps.
    """


def stop(work: "Work", number: int, *, why: str) -> None:
    """End the live run of a ticket, if there is one; `why` is a code (`resolved`, `merged` …) that the journal keeps."""


def severity_changed(work: "Work", number: int, before: int, after: int) -> None:
    """Tell a ticket's run of its new severity: graver takes the faster of both timers, lesser keeps the level."""


def activity(work: "Work", number: int) -> None:
    """Somebody did something on the ticket: the time after which an acknowledgement lapses begins anew."""
