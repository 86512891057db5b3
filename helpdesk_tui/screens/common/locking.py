"""The idle lock: after some time without a key nothing of the desk is drawn any more, whatever screens do meanwhile.

The wall stands before the terminal, not among the screens: a screen that opens, answers or changes behind it sends
not one byte, and is as it should be when one comes back. Whoever sits here is known by the operating system, so there
is no password to ask; `docs/security.md` says what this protects from.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from textual import events

from helpdesk_tui.screens.common.noticing import Noticing
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.widgets.inert import shortened, width_of

if TYPE_CHECKING:
    from textual.screen import Screen

LOOK: Final = 15.0
"""Seconds between two looks at how long nobody has typed."""
_GOES_ON: Final = frozenset({"enter"})
_LEAVES: Final = frozenset({"ctrl+q"})
_CLEAR: Final = "\x1b[0m\x1b[?25l\x1b[2J"


def picture(width: int, height: int, unread: int) -> list[tuple[int, int, str]]:
    """What a locked console shows: texts with the row and column (from 1) where each begins. Nothing of the desk."""
    lines = [_("This console is locked."), _("Enter goes on. What you were typing is kept.")]
    if unread:
        lines += ["", ngettext("{count} unread notice", "{count} unread notices", unread).format(count=unread)]
    top = max(0, (height - len(lines)) // 2)
    shown = [shortened(line, width) for line in lines[:height]]
    return [(top + y + 1, (width - width_of(text)) // 2 + 1, text) for y, text in enumerate(shown) if text]


class Locking(Noticing):
    """Hides the desk."""

    idle_clock: Callable[[], float] = staticmethod(time.time)
    """Seconds that also pass while the machine sleeps; tests have their own."""
    locked = False
    _typed_at = 0.0
    _moved_to: int | None = None

    def begin_lock(self) -> None:
        """From now on look for idleness."""
        self._typed_at = self.idle_clock()
        self.set_interval(LOOK, self.lock_if_idle)

    @property
    def idle(self) -> bool:
        """Whether nobody has typed for as long as the settings say."""
        minutes = self.settings.idle_lock
        since = self.idle_clock() - self._typed_at
        if since < 0:
            # The clock was set back: count from here.
            self._typed_at += since
        return minutes > 0 and since >= minutes * 60

    def lock_if_idle(self) -> None:
        """Lock when it is time."""
        if not self.locked and self.idle:
            self.lock()

    # -- locking and unlocking -------------------------------------------------------------------------------

    def lock(self) -> None:
        """Hide everything; what is being typed stays where it is, and is kept in its file now."""
        if self.locked or not self._running or self._exit:
            return
        self.locked = True
        self._keep_drafts()
        self._paint_lock()

    def unlock(self) -> None:
        """Show everything again, as it is now."""
        self.locked = False
        self._typed_at = self.idle_clock()
        self.refresh(layout=True)
        moved, self._moved_to = self._moved_to, None
        if moved is not None:
            self.tell_screens(moved)
        self._say_waiting()

    def _keep_drafts(self) -> None:
        """Write what was typed since the last look."""

    def _paint_lock(self) -> None:
        driver = self._driver
        if driver is None or self.is_headless or self._exit:
            return
        unread = 0 if self.inbox is None else self.inbox.unread
        parts = [f"\x1b[{row};{column}H{text}" for row, column, text in picture(*self.size, unread)]
        driver.write(_CLEAR + "".join(parts))
        driver.flush()

    # -- what comes in ---------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent) and not event.is_forwarded:
            if self.locked or self.idle:
                # The machine may have slept past the time: then the first key finds the screen locked.
                self._behind(event)
                return
            self._typed_at = self.idle_clock()
        await super().on_event(event)

    def _behind(self, event: events.InputEvent) -> None:
        key = event.key if isinstance(event, events.Key) else ""
        if not self.locked:
            self.lock()
        elif key in _GOES_ON:
            self.unlock()
        elif key in _LEAVES:
            self.leave()

    def on_resize(self, _event: events.Resize) -> None:
        """The lock fits the terminal, too."""
        if self.locked:
            self.call_later(self._paint_lock)

    def tell_screens(self, head: int) -> None:
        """Tell every screen that the desk has moved."""

    def desk_has_moved(self, head: int) -> None:
        """Screens hear of it when they are seen; notices are read in any case."""
        if self.locked:
            self._moved_to = head
        else:
            self.tell_screens(head)
        self.read_notices()

    # -- what goes out ---------------------------------------------------------------------------------------

    def _display(self, screen: "Screen[Any]", renderable: Any) -> None:
        if not self.locked:
            super()._display(screen, renderable)

    def refresh(self, *arguments: Any, **options: Any) -> Any:
        """Draw everything anew: while locked that is the lock."""
        if self.locked:
            self._paint_lock()
            return self
        return super().refresh(*arguments, **options)

    @property
    def holds_back(self) -> bool:
        return self.locked

    def notices_changed(self) -> None:
        super().notices_changed()
        if self.locked:
            self._paint_lock()
