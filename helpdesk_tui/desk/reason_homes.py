"""Where the words of reasons live: a journal tells of what modules did that this program has not loaded."""

from importlib import import_module
from typing import Final

from helpdesk_tui.vocabulary import reasons

HOMES: Final[dict[str, tuple[str, ...]]] = {
    "alert": ("alerts", "event_intake"),
    "alerts": ("event_tickets",),
    "dynamic": ("dynamic",),
    "escalation": ("escalations", "paging_runs"),
    "event": ("event_intake",),
    "group": ("event_intake",),
    "incident": ("incidents", "incident_clock", "review_clock"),
    "maintenance": ("maintenance",),
    "review": ("reviews", "review_clock"),
}
"""First part of a reason's code → modules of this room that register it, or load who does."""


def ensure(code: object) -> None:
    """Load the words of a reason, once; nothing for a code that nobody here has."""
    if isinstance(code, str) and not reasons.known(code):
        for module in HOMES.get(code.partition(".")[0], ()):
            import_module(f"helpdesk_tui.desk.{module}")
