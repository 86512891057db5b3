"""Plain values that cross rooms: what the store reads, the desk returns and the screens draw.

Instants are whole seconds since 1970 in UTC (`Instant`); `NEVER` stands for "no due time" where a column
must sort. Names here are the domain's; JSON forms are made by the desk (`ticket_json`).
"""

from dataclasses import dataclass, field
from typing import Any, Final

Instant = int
NEVER: Final[Instant] = 253402300799  # 9999-12-31T23:59:59Z


@dataclass(slots=True)
class QueueRow:
    """One line of a ticket list; everything the queue can show, nothing more."""

    number: int
    kind: str
    state: str
    phase: int
    priority: int
    title: str
    service: str | None
    team: str | None
    assignee: str | None
    requester: str | None
    created_at: Instant
    updated_at: Instant
    due_at: Instant
    warn_at: Instant
    sla_run: str
    major: bool
    version: int
    assignee_id: int | None
    team_id: int | None
    category: str | None = None
    impact: int = 1
    urgency: int = 1
    channel: str = ""
    pinned: bool = False
    sensitive: bool = False
    # Why it stands where it does, in a list that ranks (the reader's language).
    reason: str = ""


@dataclass(slots=True)
class Page:
    """A stretch of a sorted list. Keys are opaque; hand them back to continue on either side."""

    rows: list[QueueRow]
    first: tuple[Any, ...] | None
    last: tuple[Any, ...] | None
    more_before: bool
    more_after: bool


@dataclass(slots=True)
class CommentRow:
    """A public reply or an internal note."""

    id: int
    number: int
    kind: str
    author_id: int | None
    author: str | None
    created_at: Instant
    body: str
    channel: str


@dataclass(slots=True)
class TimelineItem:
    """One thing that happened to a ticket, in the order (`at`, `seq`). `by_requester`: its words speak for the requester.

    `of` names the ticket it happened to, where that is one merged into the ticket whose story is told.
    """

    seq: int
    at: Instant
    recorded_at: Instant
    actor: str
    origin: str
    verb: str
    changes: dict[str, list[Any]] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    text: str | None = None
    comment_kind: str | None = None
    batch: str | None = None
    undone_by: int | None = None
    undoes: int | None = None
    on_behalf_of: str | None = None
    by_requester: bool = False
    of: str | None = None


@dataclass(slots=True)
class ViewTab:
    """A saved view as the queue shows it."""

    code: str
    label: str
    query: str
    count: int | None = None
    capped: bool = False
