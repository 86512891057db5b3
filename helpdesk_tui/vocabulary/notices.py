"""What a person is told without having asked: the kinds of notices, how pressing each is, and its words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import state_label
from helpdesk_tui.vocabulary.records import NEVER, Instant


class NoticeKind(StrEnum):
    """Why somebody is told of a ticket, the most pressing first."""

    PAGED = "paged"
    BREACHED = "breached"
    WARNING = "warning"
    DUE = "update_due"
    OFFERED = "role_offered"
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    REPLIED = "replied"
    MERGED = "merged"
    REOPENED = "reopened"
    FINISHED = "finished"
    QUEUED = "queued"


URGENT: Final = frozenset(
    {
        NoticeKind.PAGED, NoticeKind.BREACHED, NoticeKind.WARNING, NoticeKind.DUE, NoticeKind.OFFERED, NoticeKind.ASSIGNED,
        NoticeKind.MENTIONED,
    }
)  # fmt: skip
"""What cannot wait until somebody looks at the list."""
QUIET: Final = frozenset({NoticeKind.QUEUED})
"""What is counted and listed, but interrupts nobody."""
CLOCKS: Final = frozenset({NoticeKind.BREACHED, NoticeKind.WARNING})
"""What time alone brings, without an entry in the journal."""

_SAID: Final[dict[NoticeKind, str]] = {
    NoticeKind.PAGED: N_("you are paged"),
    NoticeKind.BREACHED: N_("its time ran out"),
    NoticeKind.WARNING: N_("its time is running out"),
    NoticeKind.DUE: N_("a status update is due"),
    NoticeKind.OFFERED: N_("{who} asks you to take a role"),
    NoticeKind.ASSIGNED: N_("{who} assigned it to you"),
    NoticeKind.MENTIONED: N_("{who} mentioned you"),
    NoticeKind.REPLIED: N_("{who} replied"),
    NoticeKind.MERGED: N_("{who} merged it into another ticket"),
    NoticeKind.REOPENED: N_("{who} opened it again"),
    NoticeKind.FINISHED: N_("{who} set it to {state}"),
    NoticeKind.QUEUED: N_("{who} put it into your team's queue"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a person is told of one ticket.

    `seq` is the journal's sequence number, 0 for what time alone brought; `who` did it (None: the desk itself), `state`
    is the code of the state it was brought to, `due_at` when the clock's time ends.
    """

    kind: NoticeKind
    at: Instant
    number: int
    ref: str
    title: str
    who: str | None = None
    seq: int = 0
    state: str = ""
    due_at: Instant = NEVER

    @property
    def key(self) -> str:
        """What tells it from any other of the same person, also at another start of the program."""
        return str(self.seq) if self.seq else f"{self.kind.value[0]}{self.number}@{self.at}"

    @property
    def urgent(self) -> bool:
        """Whether it cannot wait."""
        return self.kind in URGENT

    @property
    def quiet(self) -> bool:
        """Whether it interrupts nobody."""
        return self.kind in QUIET

    def sentence(self) -> str:
        """What happened, in the reader's language; the ticket is not named."""
        who = self.who or _("the desk")
        return _(_SAID[self.kind]).format(who=who, state=state_label(self.state) if self.state else "")
