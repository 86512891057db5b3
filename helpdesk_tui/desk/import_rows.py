"""Rows as an import receives them: plain values under the ticket's JSON keys, with the line they stand on."""

from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.desk.forms import KEYS
from helpdesk_tui.vocabulary.errors import DeskError

# Facts of a row beyond the ticket's JSON keys.
MORE: Final = (
    "sensitive",
    "comments",
    "tag",
    "severity",
    "affected_users",
    "cause",
    "resolution",
    "resolution_code",
    "pending_until",
)
TAKEN: Final = frozenset((*KEYS, *MORE))


@dataclass(slots=True)
class Incoming:
    """One row of a file: its line, its values by key, or why it cannot be read."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    problem: DeskError | None = None


@dataclass(slots=True)
class LogStep:
    """One row of an event log, in its own words (codes of ours already, people and teams by name)."""

    line: int
    at: int
    by: str | None
    values: dict[str, Any]


@dataclass(slots=True)
class LogCase:
    """Everything that a log says about one ticket, in the order of the file; or why it cannot be read."""

    external_id: str
    line: int
    rows: int
    steps: list[LogStep] = field(default_factory=list)
    problem: DeskError | None = None
