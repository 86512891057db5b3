"""The notices of one person at one console: which are unread, what was told already, and how a start takes it up again.

Nothing here knows of a screen, a clock or a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from helpdesk_tui.desk.notices import Concerns
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.notices import CLOCKS, Notice, NoticeKind
from helpdesk_tui.vocabulary.records import Instant

KEPT: Final = 500
"""Notices that are held; the oldest go first."""
REMEMBERED: Final = 100
"""Unread notices that the next start takes up again."""
SEEN: Final = "seen"
SEEN_AT: Final = "seen_at"
UNREAD: Final = "unread"


class Inbox:
    """Takes in what the desk tells and says what of it is new."""

    def __init__(self) -> None:
        self._notices: dict[str, Notice] = {}
        self._unread: set[str] = set()
        self._late: set[str] = set()
        self._old: frozenset[str] | None = None
        self.head = 0
        self.left_at: Instant = 0
        self.more = False

    # -- from one start to the next --------------------------------------------------------------------------

    def take_up(self, kept: Mapping[str, str]) -> int | None:
        """Go on from what `remember` gave at the last start: after which sequence number to ask; None at the first one."""
        seen, at = kept.get(SEEN, ""), kept.get(SEEN_AT, "")
        if not (seen.isdecimal() and at.isdecimal() and len(seen) < 16 and len(at) < 16):
            return None
        self.head, self.left_at = int(seen), int(at)
        self._old = frozenset(kept.get(UNREAD, "").split())
        entries = [int(key) for key in self._old if key.isdecimal() and len(key) < 16]
        return min([self.head, *(key - 1 for key in entries)])

    def remember(self, now: Instant) -> dict[str, str]:
        """What the next start needs to know."""
        unread = [notice.key for notice in self.notices if notice.key in self._unread][:REMEMBERED]
        return {SEEN: str(self.head), SEEN_AT: str(now), UNREAD: " ".join(unread)}

    # -- taking in -------------------------------------------------------------------------------------------

    def begin(self, told: Concerns) -> None:
        """The first start of a person: from here on things are new."""
        self.head = told.head
        self._late = {notice.key for notice in told.late}

    def take(self, told: Concerns) -> list[Notice]:
        """Take in an answer of the desk. What is new, the newest first; what was unread when one left is so again."""
        old, self._old = self._old, None
        fresh = []
        handed = {notice.number: notice.at for notice in told.news if notice.kind is NoticeKind.ASSIGNED}
        for notice in (*told.news, *told.late):
            key = notice.key
            if key in self._notices or key in self._late:
                continue
            if notice.kind in CLOCKS and notice.at <= handed.get(notice.number, -1):
                # Who is handed a late ticket is told that it is theirs, not twice.
                continue
            new = old is None or self._since(notice)
            if not new and old is not None and key not in old:
                continue
            self._notices[key] = notice
            self._unread.add(key)
            if new:
                fresh.append(notice)
        self.head = max(self.head, told.head)
        self.more = told.more
        self._settle({notice.key for notice in told.late})
        fresh.sort(key=_newest, reverse=True)
        return [notice for notice in fresh if notice.key in self._notices]

    def _since(self, notice: Notice) -> bool:
        return notice.seq > self.head if notice.seq else notice.at > self.left_at

    def _settle(self, late: set[str]) -> None:
        """Clocks that were met, paused or handed on are nobody's trouble any more; then the oldest give way."""
        self._late = late
        for key in [k for k, notice in self._notices.items() if notice.kind in CLOCKS and k not in late]:
            self._drop(key)
        for notice in self.notices[KEPT:]:
            self._drop(notice.key)

    def _drop(self, key: str) -> None:
        del self._notices[key]
        self._unread.discard(key)

    # -- what there is ---------------------------------------------------------------------------------------

    @property
    def notices(self) -> list[Notice]:
        """All that are held, the newest first."""
        return sorted(self._notices.values(), key=_newest, reverse=True)

    @property
    def unread(self) -> int:
        """How many are unread."""
        return len(self._unread)

    def is_unread(self, notice: Notice) -> bool:
        """Whether nobody has looked at it yet."""
        return notice.key in self._unread

    def by_ticket(self) -> list[list[Notice]]:
        """The notices of each ticket together; the ticket with the newest unread one comes first."""
        groups: dict[int, list[Notice]] = {}
        for notice in self.notices:
            groups.setdefault(notice.number, []).append(notice)
        return sorted(groups.values(), key=lambda group: any(n.key in self._unread for n in group), reverse=True)

    def read(self, number: int | None = None) -> bool:
        """The person has seen all about a ticket, or (without one) everything. Whether anything was unread."""
        gone = {key for key in self._unread if number is None or self._notices[key].number == number}
        self._unread -= gone
        return bool(gone)


def _newest(notice: Notice) -> tuple[Instant, int]:
    return notice.at, notice.seq


def counted(kind: NoticeKind, count: int) -> str:
    """How many of a kind, in words."""
    match kind:
        case NoticeKind.PAGED:
            text = ngettext("{count} page", "{count} pages", count)
        case NoticeKind.DUE:
            text = ngettext("{count} status update due", "{count} status updates due", count)
        case NoticeKind.OFFERED:
            text = ngettext("{count} role offered", "{count} roles offered", count)
        case NoticeKind.BREACHED:
            text = ngettext("{count} out of time", "{count} out of time", count)
        case NoticeKind.WARNING:
            text = ngettext("{count} soon out of time", "{count} soon out of time", count)
        case NoticeKind.ASSIGNED:
            text = ngettext("{count} assigned to you", "{count} assigned to you", count)
        case NoticeKind.MENTIONED:
            text = ngettext("{count} mention", "{count} mentions", count)
        case NoticeKind.REPLIED:
            text = ngettext("{count} reply", "{count} replies", count)
        case NoticeKind.MERGED:
            text = ngettext("{count} merged", "{count} merged", count)
        case NoticeKind.REOPENED:
            text = ngettext("{count} reopened", "{count} reopened", count)
        case NoticeKind.FINISHED:
            text = ngettext("{count} finished", "{count} finished", count)
        case NoticeKind.QUEUED:
            text = ngettext("{count} in your team's queue", "{count} in your team's queue", count)
    return text.format(count=f"{count:,}")


def summary(notices: Iterable[Notice]) -> str:
    """Many notices in one line: `3 assigned to you, 1 mention, 2 replies`."""
    counts: dict[NoticeKind, int] = {}
    for notice in notices:
        counts[notice.kind] = counts.get(notice.kind, 0) + 1
    return _(", ").join(counted(kind, counts[kind]) for kind in NoticeKind if kind in counts)


def told(notices: Sequence[Notice], each: int) -> list[str]:
    """What to say of new notices that interrupt: one line for each of a few, one for all of many."""
    loud = [notice for notice in notices if not notice.quiet]
    if len(loud) > each:
        return [summary(loud)]
    return [
        _("{ref}: {what} · {title}").format(ref=notice.ref, what=notice.sentence(), title=notice.title)
        for notice in reversed(loud)
    ]
