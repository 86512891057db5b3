"""How the list is arranged: order, columns, groups, the next work, and filters kept as views."""

import shlex
from typing import Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.seat import Seat
from helpdesk_tui.screens.queue.feed import Feed
from helpdesk_tui.screens.queue.shown import GROUPS, NEXT, NEXT_COLUMNS, Shown
from helpdesk_tui.vocabulary.filters import FilterProblem, format_node, parse_filter
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.records import ViewTab
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.widgets.columns import COLUMNS
from helpdesk_tui.widgets.filter_bar import FilterBar
from helpdesk_tui.widgets.pickers import Ask, Choice, Pick
from helpdesk_tui.widgets.view_tabs import ViewTabs

DEFAULT: Final = "default"
_ORDERS: Final = (
    ("-priority,due", N_("Priority, then due")),
    ("due", N_("Due first")),
    ("-updated", N_("Last changed first")),
    ("-created", N_("Newest first")),
    ("created", N_("Oldest first")),
    ("number", N_("Number")),
    ("-number", N_("Number, greatest first")),
)
_SORTABLE: Final = (
    "state",
    "kind",
    "service",
    "category",
    "team",
    "assignee",
    "requester",
    "impact",
    "urgency",
    "channel",
)


# Columns whose header is too short to choose by.
_NAMES: Final = {"number": N_("Number"), "priority": N_("Priority"), "updated": N_("Updated")}


class Arranging(Feed):
    """Changes how the list is shown, and keeps it for the next start."""

    _tabs: list[ViewTab]

    @property
    def filter_bar(self) -> FilterBar:
        """The filter."""
        return self.query_one(FilterBar)

    @property
    def view_tabs(self) -> ViewTabs:
        """The views."""
        return self.query_one(ViewTabs)

    @property
    def seat(self) -> Seat:
        """How the person left the console."""
        found: Seat = self.app.seat
        return found

    # -- what is shown ---------------------------------------------------------------------------------------

    def with_next(self, tabs: list[ViewTab]) -> list[ViewTab]:
        """The views, and after one's own the next work, for those who may take any."""
        desk: Desk = self.desk
        reads = desk.scope(Permission.TICKET_READ), desk.scope(Permission.TICKET_ASSIGN)
        if Scope.NONE in reads or Scope.OWN in reads or any(tab.code == NEXT for tab in tabs):
            return tabs
        return [*tabs[:1], ViewTab(NEXT, _("Next up"), ""), *tabs[1:]]

    def shown_of(self, tab: ViewTab) -> Shown:
        """What a view shows, in the order and groups in which it was left."""
        if tab.code == NEXT:
            return Shown(ranked=True)
        order = self.seat.get(f"sort:{tab.code}")
        return Shown(sorted_by(tab.query, order) if order else tab.query, self.seat.get("group"))

    def show_tab(self, tab: ViewTab) -> None:
        """Go to a view."""
        self.put_on(self.shown_of(tab), tab.code)
        self._left_at(tab.code, "")

    def put_on(self, shown: Shown, code: str) -> None:
        """Show this, with the columns of a view."""
        self.filter_bar.set_text(shown.query)
        ranked = _("yours or nobody's, most pressing first (/ filters)")
        self.filter_bar.set_nothing(ranked if shown.ranked else "")
        self.tickets.clear_marks()
        self.tickets.set_columns(self.columns_of(code))
        self.load(shown)

    def columns_of(self, code: str) -> tuple[str, ...] | None:
        """The columns a view was given, else those for all views, else what the width suggests."""
        chosen = self.app.settings.columns
        found = chosen.get(code) or (NEXT_COLUMNS if code == NEXT else chosen.get(DEFAULT))
        return tuple(found) if found else None

    def _left_at(self, view: str, query: str) -> None:
        self.keep_seat(view=view, query=query)

    def keep_seat(self, **texts: str) -> None:
        """Keep how the console is left, in the background."""
        seat = self.seat
        if seat.put(**texts):
            self.ask(seat.save, lambda _none: None, group="seat", failed=lambda _error: None)

    # -- actions ---------------------------------------------------------------------------------------------

    def do_queue_next_up(self) -> None:
        self.view_tabs.select(NEXT)

    def do_queue_sort(self) -> None:
        choices = [Choice(code, _(label), code) for code, label in _ORDERS]
        for name in _SORTABLE:
            header = _(COLUMNS[name].header)
            choices.append(Choice(name, header, name))
            choices.append(Choice(f"-{name}", _("{column}, from the end").format(column=header), f"-{name}"))
        self.app.push_screen(Pick(_("Order of the list"), choices), self._sort)

    def _sort(self, order: str | None) -> None:
        if order is None:
            return
        if self.shown.ranked:
            self.app.say(_("the next work has its own order; choose another view to sort it"), bad=True)
            return
        code = self.view_tabs.selected
        self.filter_bar.set_text(sorted_by(self.query_text, order))
        self.load(Shown(sorted_by(self.query_text, order), self.shown.group))
        if code:
            self.keep_seat(**{f"sort:{code}": order})

    def do_queue_group(self) -> None:
        choices = [Choice(code or "-", _(label)) for code, label in GROUPS.items()]
        self.app.push_screen(
            Pick(_("Groups of the list"), choices, selected=self.seat.get("group") or "-"), self._group_by
        )

    def _group_by(self, group: str | None) -> None:
        if group is None:
            return
        name = "" if group == "-" else group
        self.keep_seat(group=name)
        if self.shown.ranked:
            self.app.say(_("the next work has its own order; the groups hold for the other views"))
        else:
            self.load(Shown(self.query_text, name))

    def do_queue_columns(self) -> None:
        from helpdesk_tui.widgets.chooser import ChooseSome

        code = self.view_tabs.selected or DEFAULT
        choices = [
            Choice(column.code, _(_NAMES.get(column.code, column.header)))
            for column in COLUMNS.values()
            if column.code != "why" or code == NEXT
        ]
        title = _("Columns of the view {view}").format(view=self._label(code))
        self.app.push_screen(
            ChooseSome(title, choices, self.tickets.column_codes), lambda got: self._columns(code, got)
        )

    def _label(self, code: str) -> str:
        return next((_(tab.label) for tab in self._tabs if tab.code == code), _("every view"))

    def _columns(self, code: str, chosen: tuple[str, ...] | None) -> None:
        if chosen is None:
            return
        kept = {view: tuple(codes) for view, codes in self.app.settings.columns.items() if view != code}
        self.app.change_setting("columns", {**kept, code: chosen} if chosen else kept)
        self.tickets.set_columns(self.columns_of(code))

    def do_queue_save_view(self) -> None:
        """Ask for a name and keep the filter under it."""
        if self.shown.ranked:
            self.app.say(_("the next work is a view already"), bad=True)
            return
        query = self.query_text
        title = _("Keep this filter as a view")

        def named(label: str | None) -> None:
            if label:
                self._sharing(label.strip(), query)

        self.app.push_screen(Ask(title, hint=query or _("everything")), named)

    def _sharing(self, label: str, query: str) -> None:
        own = Choice("own", _("for yourself"))
        shared = Choice("shared", _("for everybody"), disabled=self.desk.scope(Permission.VIEW_SHARE) is Scope.NONE)

        def chosen(who: str | None) -> None:
            if who is None:
                return
            code = code_of(label, [tab.code for tab in self._tabs])

            def kept(view: dict[str, object]) -> None:
                self.app.last_command = shlex.join(
                    [
                        "helpdesk",
                        "view",
                        "save",
                        "--label",
                        label,
                        *(["--shared"] if who == "shared" else []),
                        "--",
                        str(view["code"]),
                        query,
                    ]
                )
                self.app.say(_("kept as the view {view}").format(view=label))
                self._group_kept(str(view["code"]))

            self.ask(
                lambda: self.desk.views.save(code, label, query, shared=who == "shared"),
                kept,
                group="view",
                exclusive=False,
            )

        self.app.push_screen(Pick(_("Who sees the view?"), [own, shared]), chosen)

    def _group_kept(self, code: str) -> None:
        self._wanted_tab = code
        self.read_views(at_once=True)

    _wanted_tab = ""

    def do_queue_delete_view(self) -> None:
        """Take one of the saved views away."""
        views = [Choice(tab.code, _(tab.label), tab.query) for tab in self._tabs if tab.code != NEXT]

        def chosen(code: str | None) -> None:
            if code is not None:
                self.ask(lambda: self.desk.views.delete(code), self._view_gone, group="view", exclusive=False)

        self.app.push_screen(Pick(_("Take a view away"), views), chosen)

    def _view_gone(self, _view: dict[str, object]) -> None:
        self.app.say(_("the view is gone"))
        self.read_views(at_once=True)


def sorted_by(query: str, order: str) -> str:
    """A filter's text in another order."""
    try:
        where = parse_filter(query).where
    except FilterProblem:
        return query
    text = format_node(where) if where is not None else ""
    return f"{text} sort:{order}".strip()


def code_of(label: str, taken: list[str]) -> str:
    """A short code for a view's name; names without Latin letters get a number."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in label.casefold()).strip("-")
    base = "-".join(part for part in letters.split("-") if part)[:40]
    if not base or not base[0].isalpha():
        base = f"view-{base}".strip("-")
    code, n = base, 2
    while code in taken:
        code, n = f"{base}-{n}", n + 1
    return code
