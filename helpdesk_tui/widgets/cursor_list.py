"""A list of tickets of any length that keeps its cursor on its ticket and repaints only what changed."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Final, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.records import Instant, Page, QueueRow
from helpdesk_tui.vocabulary.text import safe_text
from helpdesk_tui.widgets import list_messages
from helpdesk_tui.widgets.columns import GUTTER, Layout, layout
from helpdesk_tui.widgets.inert import wrap
from helpdesk_tui.widgets.lines import ToneWidget, tones
from helpdesk_tui.widgets.row_pieces import group_pieces, header_pieces, moving_texts, row_pieces
from helpdesk_tui.widgets.screen_lines import Heading, ScreenLines
from helpdesk_tui.widgets.window import Window

Anchor = Literal["keep", "first", "last"]
HEADER: Final = 1


class CursorList(ToneWidget, can_focus=True):
    """Virtual list on the line API. It holds a window of rows; who made it feeds it with pages.

    Rows never change places under the cursor: `update_rows` repaints them where they stand, tickets that would
    come in are only counted (`set_fresh`) until the list is read anew with `set_page`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = tones(
        "accent", "blurred", "breached", "critical", "cursor", "error", "high", "muted", "strong", "title", "warning"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", N_("Down"), show=False, id="list.down"),
        Binding("k,up", "move(-1)", N_("Up"), show=False, id="list.up"),
        Binding("g,home", "edge(-1)", N_("First"), show=False, id="list.first"),
        Binding("G,end", "edge(1)", N_("Last"), show=False, id="list.last"),
        Binding("pagedown", "page(1, 1)", N_("Page down"), show=False, id="list.page_down"),
        Binding("pageup", "page(-1, 1)", N_("Page up"), show=False, id="list.page_up"),
        Binding("ctrl+d", "page(1, 2)", N_("Half a page down"), show=False, id="list.half_down"),
        Binding("ctrl+u", "page(-1, 2)", N_("Half a page up"), show=False, id="list.half_up"),
        Binding("enter", "open", N_("Open the ticket"), show=False, id="list.open"),
    ]

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
        super().__init__(name=name, id=id, classes=classes)
        self._window = Window() if limit is None else Window(limit)
        self._chosen = tuple(columns) if columns is not None else None
        self._empty_text = empty_text
        self._note: tuple[str, str] | None = (_("Loading..."), "muted")
        self._now = now
        self._total: int | None = None
        self._top = 0
        self._cursor = 0
        self._waiting = ""
        self._gone: set[int] = set()
        self._fresh: frozenset[int] = frozenset()
        self._layout = Layout()
        self._layout_of: tuple[int, int] = (0, 0)
        self._painted: dict[int, tuple[int, str, tuple[str, ...]]] = {}
        self._lines = ScreenLines()

    # -- what it shows ---------------------------------------------------------------------------------------

    @property
    def cursor(self) -> int | None:
        """Number of the ticket under the cursor."""
        row = self.cursor_row
        return row.number if row else None

    @property
    def cursor_row(self) -> QueueRow | None:
        """The row under the cursor."""
        return self._window.rows[self._cursor] if self._cursor < len(self._window) else None

    @property
    def rows(self) -> Sequence[QueueRow]:
        """The rows held now (a bounded window of the list)."""
        return self._window.rows

    @property
    def fresh(self) -> int:
        """How many tickets would come in on a refresh."""
        return len(self._fresh)

    @property
    def position(self) -> int | None:
        """One-based place of the cursor in the whole list, where it is known."""
        base = self._window.base
        return None if base is None or not self._window else base + self._cursor + 1

    @property
    def visible_numbers(self) -> list[int]:
        """Numbers of the rows in view."""
        seen = self._lines.count(self._window.rows, self._top, self._height)
        return [row.number for row in self._window.rows[self._top : self._top + seen]]

    @property
    def column_codes(self) -> tuple[str, ...]:
        """Codes of the columns shown now."""
        return tuple(column.code for column, width in self._layout.columns)

    @property
    def _height(self) -> int:
        return max(1, self.size.height - HEADER)

    def is_marked(self, number: int) -> bool:
        """Whether a ticket's line wears a mark."""
        return False

    def cursor_moved(self, old: int) -> None:
        """The cursor went from the held row `old` to `_cursor`."""

    # -- feeding it ------------------------------------------------------------------------------------------

    def carry_on(self, before: "CursorList") -> None:
        """Show what another list showed, in its place (the screen was made anew)."""
        self._window, self._total = before._window, before._total
        self._cursor, self._top = before._cursor, before._top
        self._gone, self._fresh = before._gone, before._fresh
        self._note = None if self.rows else (self._empty_text or _("Nothing here."), "muted")
        self._relayout()
        self.refresh()

    def set_page(self, page: Page, *, cursor: int | Anchor = "keep", total: int | None = None) -> None:
        """Hold this page instead of all rows. The cursor goes to a number, an end, or stays on its ticket.

        When its ticket is not among the rows any more, the cursor stays on its line of the screen.
        """
        number, offset, old = self.cursor, self._cursor - self._top, self._cursor
        if total is not None:
            self._total = total
        self._window.replace(page, self._total)
        self._gone.clear()
        self._waiting = ""
        self._note = None if page.rows else (self._empty_text or _("Nothing here."), "muted")
        size = len(self._window)
        if cursor == "first":
            self._cursor, offset = 0, 0
        elif cursor == "last":
            self._cursor, offset = max(0, size - 1), self._height - 1
        else:
            place = self._window.place(number if cursor == "keep" else cursor)
            self._cursor = place if place is not None else max(0, min(old, size - 1))
        self._top = self._clamped(self._cursor - max(0, min(offset, self._height - 1)))
        self._set_fresh(frozenset())
        self._relayout()
        self.refresh()
        if self.cursor != number or not page.rows:
            self._highlighted()
        self._want_more()

    def append_page(self, page: Page) -> None:
        """Add the page that follows the held rows."""
        gone = self._window.append(page)
        self._shift(-gone)

    def prepend_page(self, page: Page) -> None:
        """Add the page that comes before the held rows."""
        self._shift(self._window.prepend(page))

    def _shift(self, by: int) -> None:
        self._waiting = ""
        self._cursor = max(0, min(self._cursor + by, len(self._window) - 1))
        self._top = self._clamped(self._top + by)
        self._relayout()
        self.refresh()
        self._want_more()

    def page_failed(self) -> None:
        """The wanted page could not be read; ask again on the next move."""
        self._waiting = ""

    def update_rows(self, rows: Mapping[int, QueueRow], gone: Collection[int] = ()) -> None:
        """Repaint changed rows in their places; `gone` tickets left the filter and are dimmed until a refresh.

        A ticket may be in both: dimmed, and drawn as it is now.
        """
        indexes = set(self._window.update(rows))  # inert: rows, each cell drawn as cells
        back = (self._gone & rows.keys()) - set(gone)
        lost = {number for number in gone if self._window.place(number) is not None} - self._gone
        self._gone = (self._gone - back) | lost
        for number in back | lost:
            place = self._window.place(number)
            if place is not None:
                indexes.add(place)
        if self._relayout():
            self.refresh()
            return
        for index in indexes:
            self._refresh_row(index)

    def set_total(self, total: int | None) -> None:
        """How many tickets the filter has (None: unknown)."""
        if total != self._total:
            self._total = total

    def set_fresh(self, numbers: Collection[int]) -> None:
        """These tickets would come in on a refresh; those already held do not count."""
        self._set_fresh(frozenset(n for n in numbers if self._window.place(n) is None))

    def _set_fresh(self, numbers: frozenset[int]) -> None:
        if numbers != self._fresh:
            changed = len(numbers) != len(self._fresh)
            self._fresh = numbers
            if changed and self.is_attached:
                self.post_message(list_messages.FreshChanged(self, len(numbers)))

    def show_loading(self, text: str = "") -> None:
        """Say that rows are being read; rows already there stay."""
        self._set_note(text or _("Loading..."), "muted")

    def show_problem(self, text: str) -> None:
        """Say why there are no rows and what to do; rows already there stay."""
        self._waiting = ""
        self._set_note(text, "error")

    def _set_note(self, text: str, tone: str) -> None:
        self._note = (text, tone)
        if not self._window:
            self.refresh()

    def set_columns(self, codes: Sequence[str] | None) -> None:
        """Show these columns (None: what the width suggests)."""
        self._chosen = tuple(codes) if codes is not None else None
        self._layout_of = (0, 0)
        self._relayout()
        self.refresh()

    def set_groups(self, heading: Heading | None) -> None:
        """Put a heading before the first row of each group (None: no groups)."""
        self._lines = ScreenLines(heading)
        self._painted.clear()
        self._keep_in_view()
        self.refresh()

    def tick(self, now: Instant) -> None:
        """The time is `now`: repaint the rows in view whose texts changed with it."""
        self._now = now
        for y, (number, sla, others) in list(self._painted.items()):
            index = self._shown_at(y)
            if not isinstance(index, int) or self._window.rows[index].number != number:
                continue
            new_sla, new_others = self._moving(index)
            if new_others != others:
                self._refresh_row(index)
            elif new_sla != sla:
                self.refresh(Region(0, y + HEADER, self._layout.moving_end, 1))

    # -- the cursor ------------------------------------------------------------------------------------------

    def move_to(self, number: int) -> bool:
        """Put the cursor on a ticket; False when it is not among the held rows."""
        place = self._window.place(number)
        if place is None:
            return False
        self._go(place)
        return True

    def _clamped(self, top: int) -> int:
        return max(0, min(top, self._lines.lowest_top(self._window.rows, self._height)))

    def _shown_at(self, y: int) -> int | str | None:
        """What line `y` below the header shows: a row by its index, a heading, or nothing."""
        return self._lines.shown_at(self._window.rows, self._top, self._height, y)

    def _line_of(self, index: int, top: int | None = None) -> int | None:
        return self._lines.line_of(self._window.rows, self._top if top is None else top, self._height, index)

    def _keep_in_view(self) -> None:
        self._top = self._clamped(self._top)
        if self._window and self._line_of(self._cursor) is None:
            self._top = self._clamped(self._lines.top_for(self._window.rows, self._cursor, self._height))

    def _go(self, index: int, top: int | None = None) -> None:
        size = len(self._window)
        if not size:
            return
        old, index = self._cursor, max(0, min(index, size - 1))
        self._cursor = index
        new_top = self._top if top is None else self._clamped(top)
        if self._line_of(index, new_top) is None:
            # Half a page at once: a repaint of the whole list every half page is far fewer bytes than one per key.
            new_top = self._clamped(self._lines.top_for(self._window.rows, index, self._height))
        if new_top != self._top:
            self._top = new_top
            self.refresh()
        elif index != old:
            self._refresh_row(old)
            self._refresh_row(index)
        if index != old:
            self.cursor_moved(old)
            self._highlighted()
        self._want_more()

    def _highlighted(self) -> None:
        if self.is_attached:
            self.post_message(list_messages.Highlighted(self, self.cursor))

    def _want_more(self) -> None:
        if self._waiting or not self.is_attached:
            return
        window, reach = self._window, 2 * self._height
        if window.more_after and max(self._cursor, self._top) + reach >= len(window):
            self._waiting = "after"
            self.post_message(list_messages.NeedAfter(self, window.last_key))
        elif window.more_before and min(self._cursor, self._top) < reach:
            self._waiting = "before"
            self.post_message(list_messages.NeedBefore(self, window.first_key))

    def action_move(self, by: int) -> None:
        self._go(self._cursor + by)

    def action_page(self, direction: int, part: int) -> None:
        seen = self._lines.count(self._window.rows, self._top, self._height)
        step = direction * max(1, (max(seen, self._height // 2) - 1) // part)
        self._go(self._cursor + step, self._top + step)

    def action_edge(self, direction: int) -> None:
        more = self._window.more_after if direction > 0 else self._window.more_before
        if more:
            self._waiting = "edge"
            self.post_message(list_messages.NeedEdge(self, direction > 0))
        else:
            self._go(len(self._window) - 1 if direction > 0 else 0)

    def action_open(self) -> None:
        if self.cursor is not None:
            self.post_message(list_messages.Opened(self, self.cursor))

    # -- drawing ---------------------------------------------------------------------------------------------

    def _relayout(self) -> bool:
        width = self.size.width
        digits = max((len(str(row.number)) for row in self._window.rows), default=4) + 4
        if (width, digits) == self._layout_of:
            return False
        self._layout_of = (width, digits)
        self._layout = layout(width, self._chosen, digits)
        return True

    def _refresh_row(self, index: int) -> None:
        y = self._line_of(index)
        if y is not None:
            self.refresh(Region(0, y + HEADER, self.size.width, 1))

    def on_resize(self, event: events.Resize) -> None:
        self._relayout()
        self._keep_in_view()
        self._painted.clear()
        self.refresh()
        self._want_more()

    def _moving(self, index: int) -> tuple[str, tuple[str, ...]]:
        return moving_texts(self._window.rows[index], self._layout, self._now, index == self._cursor)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < HEADER:
            return self.strip_of(header_pieces(self._layout), width)
        y -= HEADER
        index = self._shown_at(y)
        if not isinstance(index, int):
            self._painted.pop(y, None)
            return self._note_line(y, width) if index is None else self.strip_of(group_pieces(index), width)
        row, current = self._window.rows[index], index == self._cursor
        self._painted[y] = (row.number, *self._moving(index))
        tone = None
        if current:
            tone = "cursor" if self.has_focus else "blurred"
        pieces = row_pieces(
            row,
            self._layout,
            self._now,
            current=current,
            marked=self.is_marked(row.number),
            gone=row.number in self._gone,
        )
        return self.strip_of(pieces, width, tone=tone)

    def _note_line(self, y: int, width: int) -> Strip:
        if self._window or self._note is None:
            return self.strip_of((), width)
        text, tone = self._note
        lines = wrap(safe_text(text), width - GUTTER - 1, 40)
        shown = lines[y - 1] if 0 < y <= len(lines) else ""
        return self.strip_of(((" " * GUTTER, "plain"), (shown, tone)), width)
