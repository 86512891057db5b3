"""The screen of one ticket: head, timeline and other tabs, composer, and the same actions as the queue."""

from collections.abc import Sequence
from typing import ClassVar, Final
from uuid import uuid4

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from helpdesk_tui.screens.common.actions import TICKET, bindings
from helpdesk_tui.screens.common.key_line import KeyLine
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.screens.common.writing import Writing
from helpdesk_tui.screens.queue.queue import line_of
from helpdesk_tui.screens.ticket.header import TicketHeader
from helpdesk_tui.screens.ticket.panes import AuditPane, DetailsData, DetailsPane, LinksPane
from helpdesk_tui.screens.ticket.reading import TicketData, read_ticket
from helpdesk_tui.vocabulary.errors import DeskError, NotFound
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.records import ViewTab
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.widgets.composer import Composer
from helpdesk_tui.widgets.ledger_view import LedgerView
from helpdesk_tui.widgets.pickers import Choice, Pick
from helpdesk_tui.widgets.timeline import Timeline
from helpdesk_tui.widgets.view_tabs import ViewTabs

TABS: Final = (
    ("timeline", N_("Timeline")),
    ("details", N_("Details")),
    ("sla", N_("SLA")),
    ("links", N_("Links")),
    ("audit", N_("Audit")),
)
PRESENT_EVERY: Final = 30.0
"""Seconds between two signs that this ticket is open here."""


class TicketScreen(Writing):
    """One ticket; `around` are the numbers of the queue it was opened from, for `,` and `.`."""

    SCOPE = TICKET
    CSS_PATH = "ticket.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TICKET)]

    def __init__(self, number: int, around: Sequence[int] = ()) -> None:
        super().__init__()
        self.number = number
        self._around = tuple(around)
        self._data: TicketData | None = None
        self._session = uuid4().hex[:16]
        self._others: list[str] = []
        # The first look is at the last entry, whichever of several reads brings it.
        self._follow = True

    def compose(self) -> ComposeResult:
        yield TicketHeader(tz=self.app.tz)
        yield ViewTabs()
        with ContentSwitcher(initial="timeline"):
            yield Timeline(tz=self.app.tz, id="timeline")
            yield DetailsPane(id="details")
            yield LedgerView(id="sla")
            yield LinksPane(id="links")
            yield AuditPane(id="audit")
        yield Composer()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(ViewTabs).set_tabs([ViewTab(code, _(label), "") for code, label in TABS], "timeline")
        self.query_one(Timeline).focus()
        self.update_keys()
        self.set_interval(1, self._tick)
        self.set_interval(PRESENT_EVERY, self._present)
        self._read()
        self._present()

    def _tick(self) -> None:
        self.query_one(TicketHeader).tick(self.desk.now())

    @property
    def tab(self) -> str:
        """The code of the shown tab."""
        return self.query_one(ContentSwitcher).current or "timeline"

    @property
    def subject(self) -> int | None:
        return self.number

    def targets(self) -> Targets | None:
        data = self._data
        if data is None:
            return None
        return Targets((self.number,), data.ticket["kind"], data.ticket["version"])

    def own_version(self, number: int, version: int) -> None:
        if self._data is not None and number == self.number:
            self._data.ticket["version"] = max(self._data.ticket["version"], version)

    def recipients(self) -> str:
        return "" if self._data is None else self._data.head.row.requester or ""

    # -- reading ---------------------------------------------------------------------------------------------

    def _read(self) -> None:
        number, tab = self.number, self.tab

        def got(data: TicketData) -> None:
            if number == self.number:
                self._show(data, tab)

        self.ask(
            lambda: read_ticket(self.desk, number, tab),
            got,
            group="ticket",
            failed=self._gone,
            opening=self._data is None,
        )

    def _gone(self, error: DeskError) -> None:
        self.refuse(error)
        if isinstance(error, NotFound) and self.is_current:
            # Somebody deleted it, or an undo removed it: nothing is left to stand on.
            self.leave_composer()
            self.dismiss(None)

    def _show(self, data: TicketData, tab: str) -> None:
        self._data = data
        data.head.others = self._others
        self.query_one(TicketHeader).show(data.head, self.desk.now())
        if self.tab == "timeline":
            # A pane without a size lays nothing out; it is filled when it is shown.
            self.query_one(Timeline).set_items(data.timeline, follow=self._follow)
            self._follow = False
        if tab == "details":
            self.query_one(DetailsPane).show(DetailsData(data.details, self.app.tz))
        elif tab == "sla":
            self.query_one(LedgerView).show(data.clocks, self.app.tz)
        elif tab == "links":
            self.query_one(LinksPane).show(self.number, data.links, data.children, data.ticket["parent"])
        elif tab == "audit":
            self.query_one(AuditPane).show(data.log, self.app.tz)
        self.update_keys()

    def desk_moved(self, head: int) -> None:
        # The word may come while the screen is being put together or taken down.
        if self.query(ContentSwitcher):
            self._read()

    # -- who else is here ------------------------------------------------------------------------------------

    def _present(self) -> None:
        if self.desk.scope(Permission.PRESENCE) is Scope.NONE:
            return
        number, session = self.number, self._session
        activity = "replying" if self.composer.is_open else "viewing"

        def sign() -> list[str]:
            return [str(person["who"]) for person in self.desk.presence.enter(number, session, activity)]

        self.ask(sign, self._seen, group="presence", failed=lambda _error: None)

    def _seen(self, others: list[str]) -> None:
        self._others = others
        if self._data is not None:
            self._data.head.others = others
            self.query_one(TicketHeader).show(self._data.head, self.desk.now())

    def on_unmount(self) -> None:
        self.app.gone_from(self._session)

    # -- tabs ------------------------------------------------------------------------------------------------

    @on(ViewTabs.Selected)
    def _tab(self, message: ViewTabs.Selected) -> None:
        self.query_one(ContentSwitcher).current = message.code
        if not self.composer.is_open:
            self.query_one(f"#{message.code}").focus()
        self._read()

    def do_detail_next_tab(self) -> None:
        self.query_one(ViewTabs).step(1)

    def do_detail_previous_tab(self) -> None:
        self.query_one(ViewTabs).step(-1)

    # -- made anew in another language -----------------------------------------------------------------------

    def keep(self) -> str:
        self.leave_composer()
        return self.tab

    def resume(self, kept: str) -> None:
        self.query_one(ViewTabs).set_tabs([ViewTab(code, _(label), "") for code, label in TABS], kept)
        self.query_one(ContentSwitcher).current = kept
        self.query_one(f"#{kept}").focus()
        self._follow = True
        self._read()

    # -- moving between tickets ------------------------------------------------------------------------------

    def do_detail_next(self) -> None:
        self._step(1)

    def do_detail_previous(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.number not in self._around:
            self.app.say(_("this ticket was not opened from the queue"), bad=True)
            return
        at = self._around.index(self.number) + by
        if not 0 <= at < len(self._around):
            self.app.say(_("that was the last one") if by > 0 else _("that was the first one"))
            return
        self.go_to(self._around[at])

    def go_to(self, number: int) -> None:
        """Show another ticket on this screen; what is being written is kept."""
        self.leave_composer()
        self.number = number
        self._data = None
        self._others = []
        self._follow = True
        self._read()
        self._present()
        self.query_one(f"#{self.tab}").focus()

    def action_back(self) -> None:
        """To the queue; an open composer is put away first, its text kept."""
        if self.composer.is_open:
            self.composer.action_leave()
        else:
            self.do_detail_back()

    def do_detail_escape(self) -> None:
        self.action_back()

    def do_detail_enter(self) -> None:
        self.action_enter()

    def do_detail_back(self) -> None:
        self.leave_composer()
        self.app.show_queue(None, number=self.number)

    def action_enter(self) -> None:
        """On the links tab open one of them."""
        if self.tab == "links":
            tied = self.query_one(LinksPane).tied
            if tied:
                choices = [Choice(str(number), f"#{number}", text) for number, text in tied]
                self.app.push_screen(
                    Pick(_("Open which ticket?"), choices), lambda n: self.go_to(int(n)) if n else None
                )

    def do_queue_refresh(self) -> None:
        self._read()

    def composing(self) -> None:
        if self.tab == "timeline":
            timeline = self.query_one(Timeline)
            timeline.scroll_top(len(timeline.lines))

    def after_writing(self) -> None:
        self.query_one(f"#{self.tab}").focus()

    def do_ticket_copy_number(self) -> None:
        if self._data is not None:
            self.app.copy_text(ref(self._data.ticket["kind"], self.number))

    def do_ticket_copy_line(self) -> None:
        if self._data is not None:
            self.app.copy_text(line_of(self._data.head.row))
