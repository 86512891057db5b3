"""The application's part of notices: reads them when the desk moves or a clock is due, counts, says and rings."""

import contextlib
from typing import TYPE_CHECKING, Final

from textual.message import Message

from helpdesk_tui.screens.common.configured import Configured
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.records import NEVER, Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from textual.timer import Timer

    from helpdesk_tui.desk.notices import Concerns
    from helpdesk_tui.screens.common.inbox import Inbox
    from helpdesk_tui.vocabulary.notices import Notice

EVERY: Final = 0.5
"""Seconds at least between two readings, however fast the desk moves."""
LONGEST: Final = 600
"""Seconds at most until the next look at the clocks: a machine may have slept."""
TOASTS: Final = 3
"""New notices that are said one by one; of more the sum is said."""
APART: Final = 5
"""Seconds at least between two sayings, and between two rings."""
SHOWN_FOR: Final = 8
SINCE_FOR: Final = 20
MOST: Final = 99
"""Unread notices that are counted in the top line."""


class Noticed(Message):
    """The desk has answered what concerns the person; `first`: it is the first answer of this start."""

    bubble = False

    def __init__(self, told: "Concerns", inbox: "Inbox", first: bool) -> None:
        super().__init__()
        self.told = told
        self.inbox = inbox
        self.first = first


class Noticing(Configured):
    """Tells what concerns the person."""

    inbox: "Inbox | None" = None
    """What concerns them; None until the desk was asked first."""
    since_line = ""
    """What happened between the last start and this one, in one line."""
    _asking = False
    _ask_again = False
    _due: "Timer | None" = None
    _waiting: "tuple[Notice, ...]" = ()
    _said_at: Instant = 0
    _rang_at: Instant = 0
    _saying = False

    # -- reading ---------------------------------------------------------------------------------------------

    def begin_notices(self) -> None:
        """Take up where the person left (once the first rows are shown)."""
        if self.inbox is None and not self._asking:
            self.read_notices(first=True)

    def read_notices(self, *, first: bool = False) -> None:
        """Ask the desk what is new; one question at a time, and not more than two a second."""
        if self.desk.scope(Permission.TICKET_READ) is Scope.NONE or not self._running or self._exit:
            return
        if self._asking or (self.inbox is None and not first):
            self._ask_again = True
            return
        self._asking, self._ask_again = True, False

        def ask() -> None:
            from helpdesk_tui.screens.common.inbox import Inbox

            with contextlib.suppress(Exception):
                inbox = self.inbox
                if inbox is None:
                    inbox = Inbox()
                    start = inbox.take_up(self.seat.read())
                    since = self.desk.store.head() if start is None else start
                else:
                    start = since = inbox.head
                told = self.desk.notices.since(since)
                if start is None:
                    inbox.begin(told)
                self.post_message(Noticed(told, inbox, first))
                return
            self.call_from_thread(self._asked)

        self.run_worker(ask, thread=True, group="notices", exit_on_error=False)

    def on_noticed(self, message: Noticed) -> None:
        """Count, say, ring; then wait for the next clock."""
        inbox = self.inbox = message.inbox
        before = inbox.unread
        fresh = inbox.take(message.told)
        self._wait_for(message.told.next_at)
        self.set_timer(EVERY, self._asked)
        if fresh and message.first:
            self._welcome(fresh)
        elif fresh:
            self._tell(fresh)
        if fresh or inbox.unread != before:
            self.notices_changed()

    def _asked(self) -> None:
        self._asking = False
        if self._ask_again:
            self.read_notices(first=self.inbox is None)

    def _wait_for(self, next_at: Instant) -> None:
        """One timer: to the next instant at which a clock has something to tell."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        if next_at < NEVER:
            seconds = max(1, min(next_at - self.desk.now(), LONGEST))
            self._due = self.set_timer(seconds, self.read_notices)

    # -- saying ----------------------------------------------------------------------------------------------

    @property
    def holds_back(self) -> bool:
        """Whether nothing may be said now."""
        return False

    def _welcome(self, fresh: "list[Notice]") -> None:
        """What happened while the person was away, in one line."""
        from helpdesk_tui.screens.common.inbox import summary
        from helpdesk_tui.vocabulary.dates import day, short
        from helpdesk_tui.vocabulary.instants import local

        inbox = self.inbox
        if inbox is None:
            return
        today = day(inbox.left_at, self.tz) == day(self.desk.now(), self.tz)
        since = local(inbox.left_at, self.tz)[-5:] if today else short(inbox.left_at, self.tz)
        self.since_line = _("since {time}: {what}").format(time=since, what=summary(fresh))
        if inbox.more:
            self.since_line = _("{what}, and more").format(what=self.since_line)
        if self.settings.bell != "off":
            self._show(_("{what} · {key} shows them").format(what=self.since_line, key=self.notices_key()), SINCE_FOR)

    def notices_key(self) -> str:
        """How to open the list of notices, as this person presses it."""
        from helpdesk_tui.vocabulary.actions import BY_ID
        from helpdesk_tui.widgets.keys import shown_key

        keys = self.keys_of(BY_ID["app.notices"])
        return shown_key(keys[0]) if keys else ":notices"

    def _tell(self, fresh: "list[Notice]") -> None:
        here = self._here()
        if self.settings.bell != "off":
            self._waiting = (*fresh, *self._waiting)
            self._ring(fresh)
            self._say_soon()
        inbox = self.inbox
        if inbox is not None and here is not None and not self.holds_back:
            # What happens to the ticket that is open is seen as it happens.
            inbox.read(here)

    def _here(self) -> int | None:
        """The ticket that is open on the screen."""
        from helpdesk_tui.vocabulary.actions import TICKET

        return getattr(self.screen, "subject", None) if getattr(self.screen, "SCOPE", "") == TICKET else None

    def _say_soon(self) -> None:
        wait = self._said_at + APART - self.desk.now()
        if 0 < wait <= APART:
            if not self._saying:
                self._saying = True
                self.set_timer(wait, self._say_waiting)
        else:
            self._say_waiting()

    def _say_waiting(self) -> None:
        from helpdesk_tui.screens.common.inbox import told

        self._saying = False
        if self.holds_back:
            return
        waiting, self._waiting = self._waiting, ()
        lines = told(waiting, TOASTS)
        if lines:
            self._said_at = self.desk.now()
        if len(lines) == 1 and len(waiting) > 1:
            lines = [_("{what} · {key} shows them").format(what=lines[0], key=self.notices_key())]
        for text in lines:
            self._show(text, SHOWN_FOR)

    def _show(self, text: str, seconds: float) -> None:
        from helpdesk_tui.vocabulary.text import one_line

        self.notify(one_line(text, 116), markup=False, timeout=seconds)

    def _ring(self, fresh: "list[Notice]") -> None:
        """The terminal's bell, as the person wants it: for what cannot wait, or for all that interrupts."""
        wanted = self.settings.bell
        loud = [notice for notice in fresh if notice.urgent or (wanted == "sound" and not notice.quiet)]
        now = self.desk.now()
        if wanted not in ("urgent", "sound") or not loud or 0 <= now - self._rang_at < APART:
            return
        self._rang_at = now
        self.bell()

    # -- counting --------------------------------------------------------------------------------------------

    @property
    def unread(self) -> str:
        """The unread notices for the top line: `@3`, `@99+`, nothing where there are none."""
        count = 0 if self.inbox is None else self.inbox.unread
        return "" if not count else f"@{count}" if count <= MOST else f"@{MOST}+"

    def notices_read(self, number: int | None = None) -> None:
        """The person has seen all about a ticket, or everything."""
        if self.inbox is not None and self.inbox.read(number):
            self.notices_changed()

    def notices_changed(self) -> None:
        """Show another count, and keep what is read."""
        for screen in self.screen_stack:
            changed = getattr(screen, "notices_changed", None)
            if changed is not None:
                changed()
        self._keep_notices()

    def _keep_notices(self) -> None:
        if self.inbox is not None and self.seat.put(**self.inbox.remember(self.desk.now())) and self._running:
            self.run_worker(self._save_seat, thread=True, group="seat", exit_on_error=False)

    def _save_seat(self) -> None:
        with contextlib.suppress(Exception):
            self.seat.save()

    def leave(self, code: int = 0) -> None:
        if self.inbox is not None:
            self.seat.put(**self.inbox.remember(self.desk.now()))
        super().leave(code)

    def show_notices(self) -> None:
        """The list of notices over the screen."""
        from helpdesk_tui.screens.common.notice_screen import NoticeScreen

        def chosen(number: int | None) -> None:
            if number is not None:
                self.open_ticket(number)

        self.push_screen(NoticeScreen(), chosen)

    def open_ticket(self, number: int) -> None:
        self.notices_read(number)
        super().open_ticket(number)
