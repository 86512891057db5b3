"""Ticket kinds, their states, and the five phases that every kind shares (ITIL 4 practices)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from helpdesk_tui.vocabulary.i18n import N_, _


class Kind(StrEnum):
    """What a piece of work is; all kinds share one queue and one set of verbs."""

    INCIDENT = "incident"
    REQUEST = "request"
    PROBLEM = "problem"
    CHANGE = "change"
    IMPROVEMENT = "improvement"
    DELIVERY = "delivery"


class Phase(IntEnum):
    """The common life of a ticket. Open work is `phase < Phase.RESOLVED`."""

    NEW = 0
    OPEN = 1
    PENDING = 2
    RESOLVED = 3
    CLOSED = 4

    @property
    def code(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class State:
    """One state of a kind: its code, the phase it belongs to, and its label (a catalogue text)."""

    code: str
    phase: Phase
    label: str


PREFIX: Final[dict[Kind, str]] = {
    Kind.INCIDENT: "INC",
    Kind.REQUEST: "REQ",
    Kind.PROBLEM: "PRB",
    Kind.CHANGE: "CHG",
    Kind.IMPROVEMENT: "IMP",
    Kind.DELIVERY: "DLV",
}

KIND_LABELS: Final[dict[Kind, str]] = {
    Kind.INCIDENT: N_("Incident"),
    Kind.REQUEST: N_("Service request"),
    Kind.PROBLEM: N_("Problem"),
    Kind.CHANGE: N_("Change"),
    Kind.IMPROVEMENT: N_("Improvement"),
    Kind.DELIVERY: N_("Delivery"),
}

PHASE_LABELS: Final[dict[Phase, str]] = {
    Phase.NEW: N_("New"),
    Phase.OPEN: N_("Open"),
    Phase.PENDING: N_("Pending"),
    Phase.RESOLVED: N_("Resolved"),
    Phase.CLOSED: N_("Closed"),
}

_NEW = State("new", Phase.NEW, N_("New"))
_CLOSED = State("closed", Phase.CLOSED, N_("Closed"))
_CANCELLED = State("cancelled", Phase.CLOSED, N_("Cancelled"))
_RESOLVED = State("resolved", Phase.RESOLVED, N_("Resolved"))
_ON_HOLD = State("on_hold", Phase.PENDING, N_("On hold"))

STATES: Final[dict[Kind, tuple[State, ...]]] = {
    Kind.INCIDENT: (
        _NEW,
        State("assigned", Phase.OPEN, N_("Assigned")),
        State("in_progress", Phase.OPEN, N_("In progress")),
        State("awaiting_user", Phase.PENDING, N_("Awaiting user")),
        State("awaiting_vendor", Phase.PENDING, N_("Awaiting vendor")),
        State("awaiting_problem", Phase.PENDING, N_("Awaiting problem")),
        State("awaiting_evidence", Phase.PENDING, N_("Awaiting evidence")),
        _ON_HOLD,
        _RESOLVED,
        _CLOSED,
        _CANCELLED,
    ),
    Kind.REQUEST: (
        _NEW,
        State("approval", Phase.PENDING, N_("Awaiting approval")),
        State("approved", Phase.OPEN, N_("Approved")),
        State("in_fulfilment", Phase.OPEN, N_("In fulfilment")),
        State("awaiting_user", Phase.PENDING, N_("Awaiting user")),
        State("awaiting_vendor", Phase.PENDING, N_("Awaiting vendor")),
        _ON_HOLD,
        State("fulfilled", Phase.RESOLVED, N_("Fulfilled")),
        State("rejected", Phase.CLOSED, N_("Rejected")),
        _CLOSED,
        _CANCELLED,
    ),
    Kind.PROBLEM: (
        _NEW,
        State("under_investigation", Phase.OPEN, N_("Under investigation")),
        State("root_cause_known", Phase.OPEN, N_("Root cause known")),
        State("known_error", Phase.OPEN, N_("Known error")),
        State("awaiting_change", Phase.PENDING, N_("Awaiting change")),
        _ON_HOLD,
        _RESOLVED,
        _CLOSED,
        _CANCELLED,
    ),
    Kind.CHANGE: (
        _NEW,
        State("assessment", Phase.OPEN, N_("Assessment")),
        State("approval", Phase.PENDING, N_("Awaiting approval")),
        State("scheduled", Phase.PENDING, N_("Scheduled")),
        State("implementation", Phase.OPEN, N_("Implementation")),
        State("review", Phase.RESOLVED, N_("Review")),
        State("rejected", Phase.CLOSED, N_("Rejected")),
        _CLOSED,
        _CANCELLED,
    ),
    Kind.IMPROVEMENT: (
        _NEW,
        State("analysis", Phase.OPEN, N_("Analysis")),
        State("planned", Phase.OPEN, N_("Planned")),
        State("in_progress", Phase.OPEN, N_("In progress")),
        _ON_HOLD,
        State("measuring", Phase.RESOLVED, N_("Measuring effect")),
        State("rejected", Phase.CLOSED, N_("Rejected")),
        _CLOSED,
        _CANCELLED,
    ),
    Kind.DELIVERY: (
        _NEW,
        State("confirmed", Phase.OPEN, N_("Requirement confirmed")),
        State("designed", Phase.OPEN, N_("Designed")),
        State("deployed", Phase.OPEN, N_("Deployed")),
        State("delivered", Phase.OPEN, N_("Delivered")),
        State("monitored", Phase.OPEN, N_("Monitored")),
        _ON_HOLD,
        State("accepted", Phase.RESOLVED, N_("Accepted")),
        State("reviewed", Phase.CLOSED, N_("Reviewed")),
        _CLOSED,
        _CANCELLED,
    ),
}

_BY_CODE: Final = {(kind, s.code): s for kind, states in STATES.items() for s in states}
_LABEL_OF_CODE: Final = {s.code: s.label for states in STATES.values() for s in states}
STATE_CODES: Final[tuple[str, ...]] = tuple(dict.fromkeys(_LABEL_OF_CODE))


def state(kind: Kind, code: str) -> State:
    """The state of a kind by its code. Raises KeyError where the kind has no such state."""
    return _BY_CODE[(kind, code)]


def phase_of(kind: Kind, code: str) -> Phase:
    """The common phase of a kind's state. Raises KeyError where the kind has no such state."""
    return _BY_CODE[(kind, code)].phase


def kind_label(kind: Kind | str) -> str:
    """The kind in the viewer's language."""
    return _(KIND_LABELS[Kind(kind)])


def state_label(code: str) -> str:
    """The state in the viewer's language; an unknown code is shown as it is."""
    return _(_LABEL_OF_CODE.get(code, code))


def phase_label(phase: Phase | int) -> str:
    """The phase in the viewer's language."""
    return _(PHASE_LABELS[Phase(phase)])


def ref(kind: Kind | str, number: int) -> str:
    """The number as people say it: `INC-1042`."""
    return f"{PREFIX[Kind(kind)]}-{number}"


_REF: Final = re.compile(r"(?:#|(?:INC|REQ|PRB|CHG|IMP|DLV)-?)?(\d{1,12})", re.IGNORECASE)


def parse_ref(text: str) -> int | None:
    """The number in `1042`, `#1042` or `INC-1042` (full-width forms too), or None.

    The prefix is a courtesy to the reader, never a check: `REQ-1042` finds ticket 1042.
    """
    match = _REF.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return int(match.group(1)) if match else None
