"""Feeding the list: first pages, more rows, counts, and what other people change, all read in threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import on

from helpdesk_tui.desk.first import DEFAULT_VIEWS
from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.screens.queue.shown import NEXT, Shown
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.records import Instant, Page, QueueRow, ViewTab
from helpdesk_tui.widgets.ticket_list import TicketList
from helpdesk_tui.widgets.window import Key

PAGE: Final = 200
CAP: Final = 9_999
COUNTS_EVERY: Final = 2.0
"""Seconds at least between two countings of the views."""


@dataclass(slots=True)
class Start:
    """What the console opens on: the views, the code of the shown one (empty: a filter of one's own), its first page."""

    tabs: list[ViewTab]
    code: str
    page: Page
    demo: bool
    shown: Shown


_PLACES: Final = {code: place for place, (code, _label, _query) in enumerate(DEFAULT_VIEWS)}


def _default_place(tab: ViewTab) -> int:
    return _PLACES.get(tab.code, len(_PLACES))


class Feed(DeskScreen):
    """The reading half of the queue."""

    shown = Shown()
    total: int | None = None
    capped = False
    _loaded_at: Instant = 0
    _counting = False
    _count_again = False

    @property
    def tickets(self) -> TicketList:
        """The list."""
        return self.query_one(TicketList)

    @property
    def query_text(self) -> str:
        """The filter of the list."""
        return self.shown.query

    def own_version(self, number: int, version: int) -> None:
        for row in self.tickets.rows:
            if row.number == number:
                row.version = max(row.version, version)

    def set_views(self, tabs: list[ViewTab], first: str | None) -> None:
        """The views were read."""

    def show_seat(self, demo: bool) -> None:
        """Whether the desk is a demonstration."""

    def counted(self) -> None:
        """The number of tickets in the filter is known."""

    def listed(self) -> None:
        """Other rows are shown."""

    # -- the start -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open as one left it, else on the first view that is not empty: found by reading a page a view, no counting."""
        app, seat = self.app, self.app.seat
        wanted = app.settings.start_view

        def look() -> Start:
            tabs = [ViewTab(code, _(label), query) for code, label, query in DEFAULT_VIEWS]
            left = seat.read()
            code = wanted or left.get("view", "")
            group = left.get("group", "")
            if not wanted and left.get("query"):
                try:
                    shown = Shown(left["query"], group)
                    page = shown.page(app.reading, limit=PAGE)
                    return Start(tabs, "", page, self._is_demo(), shown)
                except DeskError:
                    pass  # a name in it is gone meanwhile
            if code and code != NEXT and all(tab.code != code for tab in tabs):
                tabs = self.desk.views.tabs()
            tabs.sort(key=lambda tab: tab.code != code)
            first: Start | None = None
            for tab in tabs:
                shown = self.shown_of(tab)
                page = shown.page(app.reading, limit=PAGE)
                if first is None or page.rows:
                    first = Start(tabs, tab.code, page, self._is_demo(), shown)
                if page.rows:
                    break
            assert first is not None
            return first

        self.ask(look, self._started, group="list", failed=self._unreadable)

    def shown_of(self, tab: ViewTab) -> Shown:
        """What a view shows."""
        return Shown(tab.query)

    def _is_demo(self) -> bool:
        return bool(self.desk.store.meta("demo"))

    def _started(self, found: "Start") -> None:
        self._first_page = found.page
        self.started_on = found.shown
        self.show_seat(found.demo)
        self.set_views(sorted(found.tabs, key=_default_place), found.code)
        number = self.app.seat.get("number")
        if number.isdigit() and self.app.seat.get("view") == found.code:
            self.tickets.move_to(int(number))
        if not found.page.rows:
            self.bare = True
            self.teach()
        self.call_after_refresh(self.read_views)  # the rows come first
        self.call_after_refresh(self.app.begin_notices)

    bare = False
    """Whether the desk had no ticket at the start."""

    def teach(self) -> None:
        """Say how a desk without tickets is begun."""
        text = _("This desk is empty: {key} opens the first ticket; `helpdesk demo` shows a filled desk.")
        self.tickets.show_loading(text.format(key=self.key_of("ticket.new")))

    started_on: Shown | None = None
    _first_page: Page | None = None

    def _unreadable(self, error: DeskError) -> None:
        self.tickets.show_problem(str(error))

    # -- pages -----------------------------------------------------------------------------------------------

    def load(self, shown: Shown) -> None:
        """Show this, from its beginning."""
        self.shown = shown
        self.tickets.set_groups(shown.heading)
        self.total, self.capped = None, False
        self.counted()
        ready, self._first_page = self._first_page, None
        if ready is not None:
            self._show(ready, "first", self.desk.now())
            self.call_after_refresh(self.read_total)
        else:
            self._read("first")
            self.read_total()

    def reload(self) -> None:
        """Read the list anew; the cursor stays on its ticket."""
        self._read("keep")
        self.read_total()
        self.read_views()

    def landed(self, number: int) -> None:
        """A ticket was opened from here: read the list anew and go to it where it stands among what is shown."""
        app, shown, at = self.app, self.shown, self.desk.now()
        limit = max(PAGE, min(len(self.tickets.rows), 1_000))

        def got(page: Page) -> None:
            if shown == self.shown and any(row.number == number for row in page.rows):
                self._show(page, "keep", at)
                self.tickets.move_to(number)

        self.ask(lambda: shown.page(app.reading, limit=limit), got, group="list", failed=lambda _error: None)

    def _read(self, cursor: str) -> None:
        app, shown, at = self.app, self.shown, self.desk.now()
        # As many rows as reach the cursor, so that it can stay on its ticket.
        limit = max(PAGE, min(len(self.tickets.rows), 1_000)) if cursor == "keep" else PAGE

        def got(page: Page) -> None:
            if shown == self.shown:
                self._show(page, cursor, at)

        self.ask(
            lambda: shown.page(app.reading, limit=limit),
            got,
            group="list",
            failed=self._unreadable,
            opening=cursor == "first",
        )

    def _show(self, page: Page, cursor: str, at: Instant) -> None:
        self._loaded_at = at
        self.tickets.set_page(page, cursor="first" if cursor == "first" else "keep")
        self.listed()

    @on(TicketList.NeedAfter)
    def _need_after(self, message: TicketList.NeedAfter) -> None:
        self._more(after=message.key)

    @on(TicketList.NeedBefore)
    def _need_before(self, message: TicketList.NeedBefore) -> None:
        self._more(before=message.key)

    def _more(self, after: Key | None = None, before: Key | None = None) -> None:
        app, shown = self.app, self.shown

        def got(page: Page) -> None:
            if shown != self.shown:
                return
            if before is not None:
                self.tickets.prepend_page(page)
            else:
                self.tickets.append_page(page)

        self.ask(
            lambda: shown.page(app.reading, limit=PAGE, after=after, before=before),
            got,
            group="list",
            failed=self._no_more,
        )

    def _no_more(self, error: DeskError) -> None:
        self.tickets.page_failed()
        self.refuse(error)

    @on(TicketList.NeedEdge)
    def _need_edge(self, message: TicketList.NeedEdge) -> None:
        app, shown, last = self.app, self.shown, message.last

        def got(page: Page) -> None:
            if shown == self.shown:
                self.tickets.set_page(page, cursor="last" if last else "first")
                self.reached(last)

        self.ask(lambda: shown.page(app.reading, limit=PAGE, last=last), got, group="list", failed=self._no_more)

    def reached(self, last: bool) -> None:
        """The list was read anew at one of its ends."""

    # -- counts ----------------------------------------------------------------------------------------------

    def read_total(self) -> None:
        """Count the filter (up to 9,999)."""
        app, shown = self.app, self.shown

        def got(count: int) -> None:
            if shown == self.shown:
                self.total, self.capped = min(count, CAP), count > CAP
                self.tickets.set_total(None if self.capped else count)
                self.counted()

        self.ask(lambda: shown.count(app.reading, CAP), got, group="total", failed=lambda _error: None)

    def read_views(self, *, at_once: bool = False) -> None:
        """Read the saved views and their counts; while one reading runs, at most one more is remembered."""
        if self._counting and not at_once:
            self._count_again = True
            return
        self._counting = True

        def got(tabs: Sequence[ViewTab]) -> None:
            self.set_views(list(tabs), None)
            self.set_timer(COUNTS_EVERY, self._counted_views)

        def failed(error: DeskError) -> None:
            self.set_timer(COUNTS_EVERY, self._counted_views)

        self.ask(lambda: self.desk.views.tabs(), got, group="views", failed=failed, exclusive=False)

    def _counted_views(self) -> None:
        self._counting = False
        if self._count_again:
            self._count_again = False
            self.read_views()

    # -- live ------------------------------------------------------------------------------------------------

    def refresh_visible(self) -> None:
        """Somebody changed something: fresh rows in their places, and how many would come in."""
        app, shown, at = self.app, self.shown, self._loaded_at
        tickets = self.tickets
        seen = list(tickets.visible_numbers)
        cursor = tickets.cursor
        if cursor is not None and cursor not in seen:
            seen.append(cursor)
        marked = [n for n in sorted(tickets.marked.numbers)[:200] if n not in seen]
        wanted = seen + marked

        def look() -> tuple[list[QueueRow], list[QueueRow], list[QueueRow]]:
            rows = shown.rows(app.reading, wanted)
            have = {row.number for row in rows}
            # What left the filter stays on its line until a refresh, but as it is now: the next deed is done to that.
            left = [number for number in wanted if number not in have]
            return rows, app.reading.rows(Filter(), left), shown.page(app.reading, limit=PAGE).rows

        def got(found: tuple[list[QueueRow], list[QueueRow], list[QueueRow]]) -> None:
            if shown != self.shown or at != self._loaded_at:
                return
            rows, left, first = found
            fresh = {row.number for row in rows}
            self.tickets.update_rows({row.number: row for row in rows + left}, [n for n in wanted if n not in fresh])
            if not self.tickets.rows:
                if first:
                    self._read("first")
            else:
                # A row that merely moved up from the next page was not changed since this list was read.
                self.tickets.set_fresh([row.number for row in first if row.updated_at >= at])
            self.read_total()
            self.read_views()

        self.ask(look, got, group="live", failed=lambda _error: None)
