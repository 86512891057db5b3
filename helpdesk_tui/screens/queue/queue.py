"""The queue: views as tabs, a filter, the list, a preview, and everything one does to tickets."""

from functools import partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size

from helpdesk_tui.screens.common.actions import QUEUE, bindings
from helpdesk_tui.screens.common.key_line import KeyLine
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.screens.common.writing import Writing
from helpdesk_tui.screens.queue.arranging import Arranging
from helpdesk_tui.screens.queue.names import Names
from helpdesk_tui.screens.queue.previewing import preview_of
from helpdesk_tui.screens.queue.shown import Shown
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.kinds import ref, state_label
from helpdesk_tui.vocabulary.records import QueueRow, ViewTab
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.alive import alive
from helpdesk_tui.widgets.composer import Composer
from helpdesk_tui.widgets.filter_bar import FilterBar
from helpdesk_tui.widgets.inert import shortened, width_of
from helpdesk_tui.widgets.preview import Preview, PreviewData
from helpdesk_tui.widgets.ticket_list import TicketList
from helpdesk_tui.widgets.view_tabs import ViewTabs

WIDE = 120
PAUSE = 0.08
"""Seconds the cursor must rest before the preview is read."""


class QueueScreen(Arranging, Writing):
    """The list of tickets."""

    SCOPE = QUEUE
    # Not in a file: a file's rules would be read after the first ones, and all of them parsed once more.
    DEFAULT_CSS = """
    QueueScreen { layout: vertical; background: $background; }
    QueueScreen > Preview { height: 8; display: none; }
    QueueScreen.-preview > Preview { display: block; }
    QueueScreen.-preview.-tall > Preview { height: 12; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(QUEUE)]

    def __init__(self) -> None:
        super().__init__()
        self._preview_wanted: bool | None = None
        self._drawn = False
        self._walked = False
        self._names = Names()
        self._tabs: list[ViewTab] = []
        self._seat = ""

    def compose(self) -> ComposeResult:
        self._arrange(self.app.size)  # while there is nothing yet to style anew
        yield ViewTabs(_("Queue"))
        yield FilterBar(self._complete)
        yield TicketList(
            now=self.desk.now(),
            empty_text=_(
                "No ticket here. {back} clears the filter, {one} and {other} change the view, {new} opens a ticket."
            ).format(
                back=self.key_of("queue.back"),
                one=self.key_of("queue.previous_view"),
                other=self.key_of("queue.next_view"),
                new=self.key_of("ticket.new"),
            ),
        )
        yield Preview()
        yield Composer()
        yield KeyLine()

    def on_mount(self) -> None:
        self.tickets.focus()
        self.update_keys()
        self._fit(self.app.size)
        self.set_interval(1, self._tick)
        self._tick()
        self.start()

    # -- what is shown ---------------------------------------------------------------------------------------

    @property
    def subject(self) -> int | None:
        return self.tickets.cursor if self.is_attached else None

    def targets(self) -> Targets | None:
        marked, row = self.tickets.marked, self.tickets.cursor_row
        if marked.everything and not self.shown.ranked:
            return Targets(tuple(sorted(marked.numbers)), marked=True, query=self.query_text)
        if marked.everything:
            # The ranking is no filter that could be asked again: what it shows is meant.
            numbers = tuple(sorted(row.number for row in self.tickets.rows if row.number in marked))
            return Targets(numbers, marked=True)
        if marked:
            kind = row.kind if row is not None and row.number in marked.numbers else "incident"
            return Targets(tuple(sorted(marked.numbers)), kind, marked=True)
        return None if row is None else Targets((row.number,), row.kind, row.version)

    def recipients(self) -> str:
        row = self.tickets.cursor_row
        return "" if row is None else row.requester or ""

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)

    def _arrange(self, size: Size) -> None:
        wanted = self._preview_wanted
        if wanted is None:
            wanted = {"on": True, "off": False}.get(self.app.settings.preview)
        shown = size.width >= WIDE if wanted is None else wanted
        self.set_class(shown, "-preview")
        self.set_class(size.height >= 50, "-tall")

    def _fit(self, size: Size) -> None:
        self._arrange(size)
        self._read_preview()

    def _tick(self) -> None:
        if self._walked:
            # Whoever is killed comes back to where they stood, not to where they once began.
            self._walked = False
            self.ask(self.seat.save, lambda _none: None, group="seat", failed=lambda _error: None)
        now = self.desk.now()
        self.tickets.tick(now)
        clock = local(now, self.app.tz)[11:]
        parts = [clock]
        fresh = self.tickets.fresh
        if fresh:
            parts.append(_("{count} new").format(count=fresh))
            parts.append("R")
        if self.app.unread:
            parts.append(self.app.unread)
        status = f"@desk · {' · '.join(parts)} "
        # The line's right half is the status: a long login gives way to what is new.
        room = max(4, min(24, self.app.size.width // 2 - width_of(status + self._seat)))
        self.view_tabs.set_status(f"{self._seat}{shortened(self.app.me, room)}{status}")

    def notices_changed(self) -> None:
        if self.query(ViewTabs):
            self._tick()

    def show_seat(self, demo: bool) -> None:
        """Wear the mark of a demo desk."""
        self._seat = f"{_('DEMO')} · " if demo else ""
        self._tick()

    def _info(self) -> None:
        total, capped = self.total, self.capped
        if total is None:
            text = ""
        else:
            count = f"{total:,}+" if capped else f"{total:,}"
            text = ngettext("{count} ticket", "{count} tickets", total).format(count=count)
        marked = self.tickets.marked
        if marked:
            n = marked.count(None if capped else total)
            told = _("all marked") if n is None else _("{count} marked").format(count=f"{n:,}")
            text = _("{tickets}, {marked}").format(tickets=text, marked=told)
        self.filter_bar.set_info(text)

    def counted(self) -> None:
        self._info()

    def listed(self) -> None:
        self.update_keys()

    def reached(self, last: bool) -> None:
        """A range that was drawn to an end of the list covers what lies between, read or not."""
        start, end = self.tickets.range_start, self.tickets.cursor
        if start is None or end is None:
            return
        app, shown = self.app, self.shown

        def look() -> list[int]:
            numbers = shown.numbers(app.reading)
            if start not in numbers or end not in numbers:
                return []
            low, high = sorted((numbers.index(start), numbers.index(end)))
            return numbers[low : high + 1]

        def got(between: list[int]) -> None:
            if between and shown == self.shown and self.tickets.range_start == start:
                self.tickets.mark_range(between)

        self.ask(look, got, group="range")

    @on(TicketList.FreshChanged)
    def _fresh(self) -> None:
        self._tick()

    @on(TicketList.MarksChanged)
    def _marks(self) -> None:
        self._info()

    # -- views and filter ------------------------------------------------------------------------------------

    @property
    def views(self) -> list[ViewTab]:
        """The views with their codes and labels."""
        return self._tabs

    def set_views(self, tabs: list[ViewTab], first: str | None) -> None:
        """Show the views; on the first start go to `first`."""
        self._tabs = self.with_next(tabs)
        if first is not None:
            self.view_tabs.set_tabs(self._tabs, first)
            self.put_on(self.started_on or Shown(), first)
        else:
            self.view_tabs.set_tabs(self._tabs)
            if self._wanted_tab:
                wanted, self._wanted_tab = self._wanted_tab, ""
                self.view_tabs.select(wanted)

    def show_query(self, query: str) -> None:
        """Show what this filter finds, on the view it belongs to."""
        code = next((tab.code for tab in self._tabs if tab.query == query and query), "")
        self.view_tabs.set_tabs(self._tabs, code)
        self.put_on(Shown(query, self.seat.get("group")), code)
        self._left_at(code, "" if code else query)

    def show_view(self, name: str) -> bool:
        """Go to a view by its code or label; False when there is none."""
        wanted = name.casefold()
        for tab in self._tabs:
            if wanted in (tab.code.casefold(), tab.label.casefold()):
                self.view_tabs.select(tab.code)
                return True
        return False

    @on(ViewTabs.Selected)
    def _view(self, message: ViewTabs.Selected) -> None:
        view = next((tab for tab in self._tabs if tab.code == message.code), None)
        if view is not None:
            self.show_tab(view)
            self.tickets.focus()

    @on(FilterBar.Applied)
    def _filtered(self, message: FilterBar.Applied) -> None:
        self.show_query(message.text)
        self.app.did("queue.filter")

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.tickets.focus()

    async def _complete(self, text: str, position: int) -> Any:
        return await self._names.complete(self, text, position)

    # -- made anew in another language -----------------------------------------------------------------------

    def keep(self) -> tuple[str, TicketList]:
        self.leave_composer()
        return self.view_tabs.selected, self.tickets

    def resume(self, kept: tuple[str, TicketList]) -> None:
        tab, before = kept
        self.tickets.carry_on(before)
        if self.bare and not self.tickets.rows:
            self.teach()
        self.view_tabs.set_tabs(self._tabs, tab)
        self.filter_bar.set_text(self.query_text)
        self.tickets.focus()
        self._info()
        self._fit(self.size)
        self._tick()
        self.read_views()

    def setting_changed(self, key: str) -> None:
        if key == "columns":
            self.tickets.set_columns(self.columns_of(self.view_tabs.selected))
        elif key == "preview":
            self._preview_wanted = None
            self._fit(self.size)

    # -- the cursor ------------------------------------------------------------------------------------------

    @on(TicketList.Highlighted)
    def _highlighted(self) -> None:
        if self.tickets.cursor is not None:
            self._walked = self.seat.put(number=str(self.tickets.cursor)) or self._walked
            self.app.did("list.move")
        self.update_keys()
        self._read_preview()

    def _read_preview(self) -> None:
        if not self.has_class("-preview"):
            return
        number = self.tickets.cursor
        if number is None:
            self.query_one(Preview).show(None, _("Nothing is selected."))
            return
        if not self._drawn:
            # Until the first rows stand on the terminal nothing else is read.
            self._drawn = True
            self.call_after_refresh(self._read_preview)
            return
        soon = partial(self._preview_soon, number)
        self.run_worker(soon, exclusive=True, group="preview-soon")  # type: ignore[arg-type]

    async def _preview_soon(self, number: int) -> None:
        from asyncio import sleep

        await sleep(PAUSE)
        if not alive(self):
            return
        row = self.tickets.cursor_row
        if row is not None and row.number == number:
            self.ask(
                lambda: preview_of(self.desk, row, self.app.tz),
                self._show_preview,
                group="preview",
                failed=lambda _e: None,
            )

    def _show_preview(self, found: tuple[int, PreviewData]) -> None:
        number, data = found
        if number == self.tickets.cursor:
            self.query_one(Preview).show(data)

    @on(TicketList.Opened)
    def _open(self, message: TicketList.Opened) -> None:
        self.app.open_ticket(message.number)

    def after_writing(self) -> None:
        self.tickets.focus()

    # -- live ------------------------------------------------------------------------------------------------

    def desk_moved(self, head: int) -> None:
        # The word may come while the screen is being put together or taken down.
        if self.query(TicketList):
            self.refresh_visible()
            self._read_preview()

    # -- actions ---------------------------------------------------------------------------------------------

    def action_back(self) -> None:
        """One step back: the composer, the filter beyond the view's, then nothing."""
        if self.composer.is_open:
            self.composer.action_leave()
            return
        view = next((tab for tab in self._tabs if tab.code == self.view_tabs.selected), None)
        if view is None and self._tabs:
            self.view_tabs.select(self._tabs[0].code)
        self.tickets.focus()

    def do_queue_back(self) -> None:
        self.action_back()

    def do_queue_quit(self) -> None:
        self.do_app_quit()

    def do_queue_open(self) -> None:
        self.tickets.action_open()

    def do_queue_filter(self) -> None:
        self._names.read(self)
        self.filter_bar.edit()

    def do_queue_next_view(self) -> None:
        self.view_tabs.step(1)

    def do_queue_previous_view(self) -> None:
        self.view_tabs.step(-1)

    def do_queue_refresh(self) -> None:
        self.reload()

    def do_queue_preview(self) -> None:
        self._preview_wanted = not self.has_class("-preview")
        self._fit(self.size)

    def do_queue_preview_down(self) -> None:
        self.query_one(Preview).action_scroll_lines(1)

    def do_queue_preview_up(self) -> None:
        self.query_one(Preview).action_scroll_lines(-1)

    def do_ticket_copy_number(self) -> None:
        targets = self.targets()
        row = self.tickets.cursor_row
        if targets is not None and targets.marked and targets.query is None:
            self.app.copy_text(" ".join(map(str, targets.numbers)))
        elif row is not None:
            self.app.copy_text(ref(row.kind, row.number))

    def do_ticket_copy_line(self) -> None:
        row = self.tickets.cursor_row
        if row is not None:
            self.app.copy_text(line_of(row))


def line_of(row: QueueRow) -> str:
    """A ticket as one line for a message."""
    return f"{ref(row.kind, row.number)} [{state_label(row.state)}] {one_line(row.title, 200)}"
