"""The queue: a list of tickets with marks, ranges and the mouse."""

from collections.abc import Sequence
from typing import ClassVar, Final, TypeAlias

from textual import events
from textual.binding import Binding, BindingType

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.widgets import list_messages
from helpdesk_tui.widgets.columns import GUTTER
from helpdesk_tui.widgets.cursor_list import HEADER, Anchor, CursorList
from helpdesk_tui.widgets.keys import with_full_width
from helpdesk_tui.widgets.window import Marked

__all__ = ["HEADER", "WHEEL", "Anchor", "TicketList"]

WHEEL: Final = 3


class TicketList(CursorList):
    """Lines that can be marked: one by one, in a range, or all in the filter; the mouse works too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(with_full_width("space"), "mark", N_("Mark"), show=False, id="list.mark"),
        Binding("v", "range", N_("Mark a range"), show=False, id="list.range"),
        Binding("V", "mark_all", N_("Mark all in the filter"), show=False, id="list.mark_all"),
        Binding("shift+down", "extend(1)", N_("Mark down"), show=False, id="list.extend_down"),
        Binding("shift+up", "extend(-1)", N_("Mark up"), show=False, id="list.extend_up"),
        Binding("escape", "unmark", N_("Clear marks"), show=False, id="list.unmark"),
    ]
    DEFAULT_CSS = "TicketList { height: 1fr; width: 1fr; }"
    NeedAfter: TypeAlias = list_messages.NeedAfter
    NeedBefore: TypeAlias = list_messages.NeedBefore
    NeedEdge: TypeAlias = list_messages.NeedEdge
    Highlighted: TypeAlias = list_messages.Highlighted
    Opened: TypeAlias = list_messages.Opened
    MarksChanged: TypeAlias = list_messages.MarksChanged
    FreshChanged: TypeAlias = list_messages.FreshChanged

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        empty_text: str = "",
        now: Instant = 0,
        limit: int | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(
            columns=columns, empty_text=empty_text, now=now, limit=limit, name=name, id=id, classes=classes
        )
        self._marked = Marked()
        self._anchor: int | None = None
        self._range_base = Marked()
        self._sticky = False

    @property
    def marked(self) -> Marked:
        """The marks."""
        return self._marked

    def is_marked(self, number: int) -> bool:
        # All of the filter does not mean what has left it.
        return number in self._marked and not (self._marked.everything and number in self._gone)

    def carry_on(self, before: CursorList) -> None:
        if isinstance(before, TicketList):
            self._marked, self._anchor = before._marked, before._anchor
            self._range_base, self._sticky = before._range_base, before._sticky
        super().carry_on(before)

    def cursor_moved(self, old: int) -> None:
        self._follow_range(old)

    def set_total(self, total: int | None) -> None:
        changed = total != self._total
        super().set_total(total)
        if changed and self._marked.everything:
            self._marks_changed()

    # -- the cursor ------------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        self._end_loose_range()
        super().action_move(by)

    def action_page(self, direction: int, part: int) -> None:
        self._end_loose_range()
        super().action_page(direction, part)

    def action_edge(self, direction: int) -> None:
        self._end_loose_range()
        super().action_edge(direction)

    # -- marks -----------------------------------------------------------------------------------------------

    def set_marked(self, marked: Marked) -> None:
        """Mark these tickets; rows in view that differ are repainted."""
        old, self._marked = self._marked, marked
        for index in range(self._top, min(self._top + self._height, len(self._window))):
            number = self._window.rows[index].number
            if (number in old) is not (number in marked):
                self._refresh_row(index)
        if marked != old:
            self._marks_changed()

    def clear_marks(self) -> bool:
        """Forget marks and range; True when there was anything to forget."""
        had = bool(self._marked) or self._anchor is not None
        self._anchor = None
        self.set_marked(Marked())
        return had

    @property
    def range_start(self) -> int | None:
        """The ticket from which a range is being drawn, None while there is none."""
        return self._anchor

    def mark_range(self, numbers: Sequence[int]) -> None:
        """The range drawn now covers these: it reaches beyond the rows that are held."""
        self.set_marked(self._range_base.with_all(numbers))

    def _marks_changed(self) -> None:
        if self.is_attached:
            self.post_message(self.MarksChanged(self, self._marked, self._marked.count(self._total)))

    def action_mark(self) -> None:
        """Turn the mark of the line and go on to the next, as in k9s."""
        if self.cursor is None:
            return
        self._anchor = None
        self.set_marked(self._marked.toggled(self.cursor))
        self._go(self._cursor + 1)

    def action_mark_all(self) -> None:
        self._anchor = None
        self.set_marked(Marked() if self._marked.everything else Marked(everything=True))

    def action_range(self) -> None:
        if self._anchor is not None and self._sticky:
            self._anchor = None
        else:
            self._start_range(sticky=True)

    def action_extend(self, by: int) -> None:
        if self._anchor is None:
            self._start_range(sticky=False)
        self._go(self._cursor + by)

    def action_unmark(self) -> None:
        self.clear_marks()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc belongs to the screen while there is nothing to unmark."""
        if action == "unmark":
            return bool(self._marked) or self._anchor is not None
        return True

    def _start_range(self, *, sticky: bool) -> None:
        if self.cursor is not None:
            self._anchor, self._range_base, self._sticky = self.cursor, self._marked, sticky
            self.set_marked(self._marked.with_all((self.cursor,)))

    def _end_loose_range(self) -> None:
        if self._anchor is not None and not self._sticky:
            self._anchor = None

    def _follow_range(self, old: int) -> None:
        if self._anchor is None:
            return
        start = self._window.place(self._anchor)
        if start is None:
            # The anchor's page was let go: what is marked stays, the range goes on from here.
            start = old
            self._anchor, self._range_base = self._window.rows[old].number, self._marked
        low, high = sorted((start, self._cursor))
        self.set_marked(self._range_base.with_all(row.number for row in self._window.rows[low : high + 1]))

    # -- mouse -----------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, on the cursor's line it opens, in the gutter it marks."""
        index = self._shown_at(event.y - HEADER) if event.y >= HEADER else None
        if not isinstance(index, int):
            return
        event.stop()
        if event.x < GUTTER:
            self._go(index)
            self.set_marked(self._marked.toggled(self._window.rows[index].number))
        elif index == self._cursor:
            self.action_open()
        else:
            self.action_move(index - self._cursor)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-WHEEL)

    def _scroll(self, by: int) -> None:
        top = self._clamped(self._top + by)
        if top != self._top:
            self._top = top
            self.refresh()
        self._want_more()
