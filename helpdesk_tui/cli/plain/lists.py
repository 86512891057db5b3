"""The current list of plain mode: numbered rows, a page at a time, and the rows that somebody means."""

import re
import unicodedata
from typing import Any, Final

from helpdesk_tui.cli.plain import voice
from helpdesk_tui.cli.plain.spoken import row_text
from helpdesk_tui.cli.plain.talk import Left, Talk
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.kinds import parse_ref
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import QueueRow

PAGE: Final = 10
"""Rows that are read out at once: about ten seconds at 1,200 baud."""
MOST: Final = 200
"""Rows of a search or a ranking."""
_ROWS: Final = re.compile(r"\d{1,12}(-\d{1,12})?(,\d{1,12}(-\d{1,12})?)*")
_ALL: Final = ("all", "全部")


class Lists(Talk):
    """Holds one list."""

    rows: list[QueueRow]
    """What was read of the list so far."""
    query: str | None = None
    """The filter; None for a list that is no filter's (a search, a ranking)."""
    title = ""
    start = 0
    marked: tuple[int, ...] = ()
    marked_all = False
    _after: tuple[Any, ...] | None = None
    _view = ""

    # -- making a list ---------------------------------------------------------------------------------------

    def begin_list(self) -> None:
        """Open on the wanted view, else on the first one that is not empty."""
        tabs = self.desk.views.tabs()
        wanted = [tab for tab in tabs if tab.code == self.settings.start_view]
        shown = next(iter([*wanted, *(tab for tab in tabs if tab.count), *tabs]), None)
        if shown is None:
            self.show_query("is:open", _("Open tickets"))
        else:
            self.show_query(shown.query, shown.label)

    def show_query(self, query: str, title: str) -> None:
        """Make the tickets of a filter the list, and read its first page out. Raises FilterProblem."""
        page = self.desk.reading.page(query, limit=PAGE)
        self.query, self.title, self._view = query, title, query
        self._put(page.rows, page.last if page.more_after else None)
        count = self.desk.reading.count(query)
        self.say_list(ngettext("{title}: {n} ticket", "{title}: {n} tickets", count).format(title=title, n=count))

    def show_rows(self, rows: list[QueueRow], title: str) -> None:
        """Make these tickets the list."""
        self.query, self.title = None, title
        self._put(rows, None)
        n = len(rows)
        self.say_list(ngettext("{title}: {n} ticket", "{title}: {n} tickets", n).format(title=title, n=n))

    def _put(self, rows: list[QueueRow], after: tuple[Any, ...] | None) -> None:
        self.rows, self._after, self.start = rows, after, 0
        self.leave_ticket()
        self.unmark()

    def leave_ticket(self) -> None:
        """A list is made: what is done next is not about the ticket that was open."""

    def say_list(self, head: str = "") -> None:
        """Read the page out."""
        if head:
            voice.say(head)
        now = self.desk.now()
        shown = self.rows[self.start : self.start + PAGE]
        for place, row in enumerate(shown, self.start + 1):
            mark = _("marked, ") if row.number in self.marked or self.marked_all else ""
            voice.say(f"{place}. {mark}{row_text(row, now)}")
        if self._after is not None or len(self.rows) > self.start + PAGE:
            voice.say(_("n for more"))

    # -- paging ----------------------------------------------------------------------------------------------

    def do_next_page(self, _rest: str = "") -> None:
        """The next page."""
        if len(self.rows) <= self.start + PAGE:
            self.read_on()
        if len(self.rows) <= self.start + PAGE:
            voice.say(_("that is the end of the list"))
            return
        self.start += PAGE
        self._say_again()

    def read_on(self) -> None:
        """Read the next page of the filter behind what was read."""
        if self._after is not None and self.query is not None:
            page = self.desk.reading.page(self.query, limit=PAGE, after=self._after)
            known = {row.number for row in self.rows}
            self.rows += [row for row in page.rows if row.number not in known]
            self._after = page.last if page.more_after else None

    def do_previous_page(self, _rest: str = "") -> None:
        """The page before."""
        if not self.start:
            voice.say(_("that is the beginning of the list"))
            return
        self.start -= PAGE
        self._say_again()

    def _say_again(self) -> None:
        """Read the page out as it is now; the rows keep their places."""
        numbers = [row.number for row in self.rows[self.start : self.start + PAGE]]
        fresh = {row.number: row for row in self.desk.reading.rows(Filter(), numbers)}
        for place in range(self.start, min(len(self.rows), self.start + PAGE)):
            old = self.rows[place]
            new = fresh.get(old.number, old)
            new.reason = old.reason
            self.rows[place] = new
        self.say_list()

    def do_again(self, _rest: str = "") -> None:
        """Read the list anew."""
        if self.query is None:
            self._say_again()
        else:
            self.show_query(self.query, self.title)

    # -- filters, views, searches ----------------------------------------------------------------------------

    def do_queue(self, rest: str) -> None:
        """The list, with another filter if one is given."""
        if rest:
            self.show_query(rest, _("Filter {query}").format(query=rest))
        else:
            self.do_again()

    def do_filter(self, rest: str) -> None:
        """Filter; an empty filter shows the open tickets."""
        self.show_query(rest or "is:open", _("Filter {query}").format(query=rest) if rest else _("Open tickets"))

    def do_views(self, _rest: str = "") -> None:
        """The views with their counts."""
        for tab in self.desk.views.tabs():
            count = _("unknown") if tab.count is None else f"{tab.count}+" if tab.capped else str(tab.count)
            voice.say(_("{code}: {label}, tickets: {count}").format(code=tab.code, label=tab.label, count=count))

    def do_view(self, rest: str) -> None:
        """Show a view by its code; without one say which there are."""
        if not rest:
            self.do_views()
            return
        found = self.desk.views.show(rest)
        label = next((tab.label for tab in self.desk.views.tabs() if tab.code == found["code"]), str(found["label"]))
        self.show_query(str(found["query"]), label)

    def step_view(self, by: int) -> None:
        """To another view, by its place."""
        tabs = self.desk.views.tabs()
        at = next((n for n, tab in enumerate(tabs) if tab.query == self._view), -by)
        if tabs:
            tab = tabs[(at + by) % len(tabs)]
            self.show_query(tab.query, tab.label)

    def do_search(self, rest: str) -> None:
        """Find by any words; nothing in them is a filter."""
        text = rest or self.ask(_("Words"))
        self.show_rows(self.desk.searching.rows(text, limit=MOST), _("Found"))

    def do_next_up(self, _rest: str = "") -> None:
        """What to take next, and why."""
        found = self.desk.tickets.next_up(PAGE)
        rows = []
        for item in found:
            item.row.reason = _(", ").join(sentence(reason) for reason in item.rank.data())
            rows.append(item.row)
        self.show_rows(rows, _("Next up"))

    # -- rows that somebody means ----------------------------------------------------------------------------

    def row_number(self, text: str) -> int | None:
        """The ticket that a number means: a row of the list, else a ticket's own number."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain.isdecimal() and 0 < int(plain) <= len(self.rows):
            return self.rows[int(plain) - 1].number
        return parse_ref(text)

    def meant(self, word: str) -> list[int] | None:
        """The tickets of `3`, `1-4`, `1,3`, `INC-1042`, `all` (of the filter); None where a word is none of these."""
        plain = unicodedata.normalize("NFKC", word).casefold()
        if plain in _ALL:
            return [row.number for row in self.rows] if self.query is None else self.desk.reading.numbers(self.query)
        if not _ROWS.fullmatch(plain):
            number = parse_ref(word)
            return None if number is None else [number]
        found: list[int] = []
        for part in plain.split(","):
            first, _dash, last = part.partition("-")
            if not last:
                number = self.row_number(first)
                found += [] if number is None else [number]
            elif not 0 < int(first) <= int(last) <= len(self.rows):
                raise Left(_("there are no rows {rows}; the list has {n}").format(rows=part, n=len(self.rows)))
            else:
                found += [row.number for row in self.rows[int(first) - 1 : int(last)]]
        return list(dict.fromkeys(found))

    def unmark(self) -> None:
        """Forget the marks."""
        self.marked, self.marked_all = (), False

    def do_mark(self, rest: str) -> None:
        """Mark rows (`mark 1-4`, `mark all`); what is done next is done to them."""
        word = rest or self.ask(_("Rows"), hint=_("for instance: 3, 1-4, 1,3 or all"))
        found = self.meant(word)
        if found is None:
            raise Left(_("{value} names no rows; for instance: 3, 1-4, 1,3 or all").format(value=word))
        self.marked_all = word.casefold() in _ALL
        self.marked = tuple(found) if self.marked_all else tuple(dict.fromkeys((*self.marked, *found)))
        n = len(self.marked)
        voice.say(ngettext("{count} ticket marked", "{count} tickets marked", n).format(count=n))

    def do_unmark(self, _rest: str = "") -> None:
        """Take all marks away."""
        self.unmark()
        voice.say(_("no ticket is marked"))
