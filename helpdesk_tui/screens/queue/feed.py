"""Feeding the list: first pages, more rows, counts, and what other people change, all read in threads."""

from collections.abc import Sequence
from typing import Final

from textual import on

from helpdesk_tui.desk.first import DEFAULT_VIEWS
from helpdesk_tui.screens.common.base import DeskScreen
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


class Feed(DeskScreen):
    """The reading half of the queue."""

    query_text = ""
    total: int | None = None
    capped = False
    _loaded_at: Instant = 0
    _counting = False
    _count_again = False

    @property
    def tickets(self) -> TicketList:
        """The list."""
        return self.query_one(TicketList)

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
        """Open on the first view that is not empty: it is found by reading one page a view, no counting."""
        app = self.app

        def look() -> tuple[list[ViewTab], str, Page, bool]:
            tabs = [ViewTab(code, _(label), query) for code, label, query in DEFAULT_VIEWS]
            found: tuple[str, Page] | None = None
            for tab in tabs:
                page = app.reading.page(tab.query, limit=PAGE)
                if page.rows:
                    found = (tab.code, page)
                    break
            code, page = found or (tabs[0].code, Page([], None, None, False, False))
            return tabs, code, page, bool(self.desk.store.meta("demo"))

        self.ask(look, self._started, group="list", failed=self._unreadable)

    def _started(self, found: tuple[list[ViewTab], str, Page, bool]) -> None:
        tabs, code, page, demo = found
        self._first_page = page
        self.show_seat(demo)
        self.set_views(tabs, code)
        if not page.rows:
            self.tickets.show_loading(
                _("This desk is empty: n opens the first ticket; `helpdesk demo` shows a filled desk.")
            )
        self.call_after_refresh(self.read_views)  # the rows come first

    _first_page: Page | None = None

    def _unreadable(self, error: DeskError) -> None:
        self.tickets.show_problem(str(error))

    # -- pages -----------------------------------------------------------------------------------------------

    def load(self, query: str) -> None:
        """Show what this filter finds, from its beginning."""
        self.query_text = query
        self.total, self.capped = None, False
        self.counted()
        ready, self._first_page = self._first_page, None
        if ready is not None:
            self._show(ready, "first", self.desk.now())
            self.call_after_refresh(self.read_total)
        else:
            self._read(query, "first")
            self.read_total()

    def reload(self) -> None:
        """Read the list anew; the cursor stays on its ticket."""
        self._read(self.query_text, "keep")
        self.read_total()
        self.read_views()

    def landed(self, number: int) -> None:
        """A ticket was opened from here: read the list anew and go to it where it stands among what is shown."""
        app, query, at = self.app, self.query_text, self.desk.now()
        limit = max(PAGE, min(len(self.tickets.rows), 1_000))

        def got(page: Page) -> None:
            if query == self.query_text and any(row.number == number for row in page.rows):
                self._show(page, "keep", at)
                self.tickets.move_to(number)

        self.ask(lambda: app.reading.page(query, limit=limit), got, group="list", failed=lambda _error: None)

    def _read(self, query: str, cursor: str) -> None:
        app, at = self.app, self.desk.now()
        # As many rows as reach the cursor, so that it can stay on its ticket.
        limit = max(PAGE, min(len(self.tickets.rows), 1_000)) if cursor == "keep" else PAGE

        def shown(page: Page) -> None:
            if query == self.query_text:
                self._show(page, cursor, at)

        self.ask(
            lambda: app.reading.page(query, limit=limit),
            shown,
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
        app, query = self.app, self.query_text

        def got(page: Page) -> None:
            if query != self.query_text:
                return
            if before is not None:
                self.tickets.prepend_page(page)
            else:
                self.tickets.append_page(page)

        self.ask(
            lambda: app.reading.page(query, limit=PAGE, after=after, before=before),
            got,
            group="list",
            failed=self._no_more,
        )

    def _no_more(self, error: DeskError) -> None:
        self.tickets.page_failed()
        self.refuse(error)

    @on(TicketList.NeedEdge)
    def _need_edge(self, message: TicketList.NeedEdge) -> None:
        app, query, last = self.app, self.query_text, message.last

        def got(page: Page) -> None:
            if query == self.query_text:
                self.tickets.set_page(page, cursor="last" if last else "first")

        self.ask(lambda: app.reading.page(query, limit=PAGE, last=last), got, group="list", failed=self._no_more)

    # -- counts ----------------------------------------------------------------------------------------------

    def read_total(self) -> None:
        """Count the filter (up to 9,999)."""
        app, query = self.app, self.query_text

        def got(count: int) -> None:
            if query == self.query_text:
                self.total, self.capped = min(count, CAP), count > CAP
                self.tickets.set_total(None if self.capped else count)
                self.counted()

        self.ask(lambda: app.reading.count(query, CAP), got, group="total", failed=lambda _error: None)

    def read_views(self) -> None:
        """Read the saved views and their counts; while one reading runs, at most one more is remembered."""
        if self._counting:
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
        app, query, at = self.app, self.query_text, self._loaded_at
        tickets = self.tickets
        seen = list(tickets.visible_numbers)
        cursor = tickets.cursor
        if cursor is not None and cursor not in seen:
            seen.append(cursor)
        marked = [n for n in sorted(tickets.marked.numbers)[:200] if n not in seen]
        wanted = seen + marked

        def look() -> tuple[list[QueueRow], list[QueueRow], list[QueueRow]]:
            rows = app.reading.rows(query, wanted)
            have = {row.number for row in rows}
            # What left the filter stays on its line until a refresh, but as it is now: the next deed is done to that.
            left = [number for number in wanted if number not in have]
            return rows, app.reading.rows(Filter(), left), app.reading.page(query, limit=PAGE).rows

        def got(found: tuple[list[QueueRow], list[QueueRow], list[QueueRow]]) -> None:
            if query != self.query_text or at != self._loaded_at:
                return
            rows, left, first = found
            fresh = {row.number for row in rows}
            self.tickets.update_rows({row.number: row for row in rows + left}, [n for n in wanted if n not in fresh])
            if not self.tickets.rows:
                if first:
                    self._read(query, "first")
            else:
                # A row that merely moved up from the next page was not changed since this list was read.
                self.tickets.set_fresh([row.number for row in first if row.updated_at >= at])
            self.read_total()
            self.read_views()

        self.ask(look, got, group="live", failed=lambda _error: None)
