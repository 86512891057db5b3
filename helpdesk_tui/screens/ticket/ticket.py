"""The screen of one ticket: head, timeline and other tabs, composer, and the same actions as the queue."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import ContentSwitcher

from helpdesk_tui.screens.common.actions import TICKET, bindings
from helpdesk_tui.screens.common.key_line import KeyLine
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.screens.queue.queue import QueueScreen, line_of
from helpdesk_tui.screens.ticket.details import DetailsData, DetailsPane
from helpdesk_tui.screens.ticket.header import TicketHeader
from helpdesk_tui.screens.ticket.knowledge import KnowledgePane
from helpdesk_tui.screens.ticket.links import MORE, LinksPane, ci_of
from helpdesk_tui.screens.ticket.paged import Paged
from helpdesk_tui.screens.ticket.panes import AuditPane
from helpdesk_tui.screens.ticket.reading import TicketData, read_ticket
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import DeskError, NotFound
from helpdesk_tui.vocabulary.filters import quote
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.records import ViewTab
from helpdesk_tui.widgets.composer import Composer
from helpdesk_tui.widgets.ledger_view import LedgerView
from helpdesk_tui.widgets.subject_view import SubjectView
from helpdesk_tui.widgets.timeline import Timeline
from helpdesk_tui.widgets.view_tabs import ViewTabs

TABS: Final = (
    ("timeline", N_("Timeline")),
    ("details", N_("Details")),
    ("sla", N_("SLA")),
    ("links", N_("Links")),
    ("knowledge", N_("Knowledge")),
    ("audit", N_("Audit")),
)
PRESENT_EVERY: Final = 30.0
"""Seconds between two signs that this ticket is open here."""


OF_OTHERS: Final = frozenset({"sla", "links"})
"""Tabs that change with other tickets and with the time: whatever happens, they are read twice a second at most."""
SOON: Final = 0.5
SIDE_FROM: Final = 160
"""Columns from which suggestions stand at the side."""


class TicketScreen(Paged):
    """One ticket; `around` are the numbers it was opened from, for `,` and `.` where no queue is open."""

    SCOPE = TICKET
    CSS_PATH = "ticket.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TICKET)]

    def __init__(self, number: int, around: Sequence[int] = ()) -> None:
        super().__init__(number)
        self._around = tuple(around)
        self._trail: list[int] = []
        self._soon = False
        self._minute = 0
        self._place: int | None = None
        self._lost = self._out = False
        # The first look is at the last entry, whichever of several reads brings it.
        self._follow = True

    def compose(self) -> ComposeResult:
        yield TicketHeader(tz=self.app.tz)
        yield ViewTabs()
        with Horizontal():
            with ContentSwitcher(initial="timeline"):
                yield Timeline(tz=self.app.tz, id="timeline")
                yield DetailsPane(id="details")
                yield LedgerView(id="sla")
                yield LinksPane(id="links")
                yield KnowledgePane(id="knowledge")
                yield AuditPane(id="audit")
            yield KnowledgePane(id="side", brief=True)
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
        now = self.desk.now()
        self.query_one(TicketHeader).tick(now)
        if self.tab == "sla" and now // 60 != self._minute:
            # The clocks go on while nothing happens.
            self._read()
        self._minute = now // 60
        if self.activity != self._present_as:
            self._present()
        else:
            self._look_around()

    def on_resize(self, event: events.Resize) -> None:
        self._arrange(event.size.width)

    def _arrange(self, width: int) -> None:
        side = self.query_one("#side", KnowledgePane)
        side.display = width >= SIDE_FROM and self.tab != "knowledge"
        if side.display:
            self._read_knowledge()

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

    def split_text(self) -> str:
        item = self.query_one(Timeline).cursor if self.tab == "timeline" else None
        return item.text or "" if item is not None and item.comment_kind == CommentKind.REPLY else ""

    # -- reading ---------------------------------------------------------------------------------------------

    def _read(self, *, anew: bool = True) -> None:
        """Read what is shown; not `anew` only where something happened to the ticket since."""
        number, tab = self.number, self.tab
        data = self._data
        # A newer question takes the place of one that is still under way: it must not ask for less.
        stamp = -1 if anew or data is None or data.tab != tab or data.ticket["number"] != number else data.stamp

        def got(data: TicketData | None) -> None:
            if number == self.number and data is not None:
                self._show(data, tab)

        self.ask(
            lambda: read_ticket(self.desk, number, tab, stamp),
            got,
            group="ticket",
            failed=self._gone,
            opening=self._data is None,
        )

    def _gone(self, error: DeskError) -> None:
        self.refuse(error)
        if isinstance(error, NotFound):
            # Somebody deleted it, or an undo removed it: nothing is left to stand on.
            self._lost = True
            self._leave()

    def _leave(self) -> None:
        """Leave a ticket that is gone, once, and not while something stands on top of it: that would go instead."""
        if self.app.screen is self and not self._out:
            self._out = True
            self.leave_composer()
            self.close_line(written=False)
            self.dismiss(None)

    def on_screen_resume(self) -> None:
        if self._lost:
            self.call_after_refresh(self._leave)

    def _show(self, data: TicketData, tab: str) -> None:
        self._data = data
        self.app.notices_read(self.number)
        data.head.others = self._others
        data.head.ack_key = self.ack_key()
        self.query_one(TicketHeader).show(data.head, self.desk.now())
        if tab != self.tab:
            # Another tab was chosen meanwhile; its own answer is on its way.
            self.update_keys()
            return
        if tab == "timeline":
            # A pane without a size lays nothing out; it is filled when it is shown.
            self.query_one(Timeline).set_items(data.timeline, follow=self._follow, refs=data.refs)
            self._follow = False
        elif tab == "details":
            found = DetailsData(data.details, data.files, data.refs, data.edit, data.attach, self.app.tz)
            self.details.show(found)
            self._details_shown()
        elif tab == "sla":
            self.query_one(LedgerView).show(data.clocks, self.app.tz, self.desk.now())
        elif tab == "links" and data.links is not None:
            self.query_one(LinksPane).show(data.links)
        elif tab == "audit":
            self.query_one(AuditPane).show(data.log, data.proofs, self.app.tz)
        if tab == "knowledge" or self.query_one("#side").display:
            self._read_knowledge()
        self._show_place()
        self.update_keys()

    def desk_moved(self, head: int) -> None:
        # The word may come while the screen is being put together or taken down.
        if not self.query(ContentSwitcher):
            return
        if self.tab not in OF_OTHERS:
            self._read(anew=False)
        elif not self._soon:
            self._soon = True
            self.set_timer(SOON, self._read_soon)

    def _read_soon(self) -> None:
        self._soon = False
        self._read()

    def done(self) -> None:
        super().done()
        if self.tab in OF_OTHERS:
            self._read()

    # -- tabs ------------------------------------------------------------------------------------------------

    @on(ViewTabs.Selected)
    def _tab(self, message: ViewTabs.Selected) -> None:
        self.close_line(written=False)
        self.query_one(ContentSwitcher).current = message.code
        self._arrange(self.size.width)
        if not self.composer.is_open:
            self.query_one(f"#{message.code}").focus()
        self._read()

    def show_details(self, subject: tuple[str, Any], then: Callable[[], None]) -> None:
        """Show the details with the cursor on a subject, then go on."""
        self._then = (subject, then)
        if self.tab == "details":
            self._details_shown()
        else:
            # The next keys are meant for what the details will open.
            self.app.await_answer()
            self.query_one(ViewTabs).select("details")

    _then: tuple[tuple[str, Any], Callable[[], None]] | None = None

    def _details_shown(self) -> None:
        if self._then is None or self.tab != "details":
            return
        if self.details.data.fields and not self.details.subjects:
            # Shown just now, it may have no size yet and so nothing to stand on.
            self.details.reflow(keep_top=True)
        if not self.details.subjects:
            self.call_after_refresh(self._details_shown)
        else:
            (subject, then), self._then = self._then, None
            if self.details.move_to(subject):
                then()
            else:
                self.app.say(_("your roles may not edit this ticket"), bad=True)
                self.app.answered()

    def do_ticket_edit(self) -> None:
        """On the details the field under the cursor, elsewhere all fields."""
        subject = self.details.subject if self.tab == "details" and self.details.has_focus else None
        if isinstance(subject, tuple) and subject[0] == "field":
            self.edit_field(subject[1])
        else:
            super().do_ticket_edit()

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

    def _queue(self) -> QueueScreen | None:
        """The queue below."""
        return next((screen for screen in self.app.screen_stack if isinstance(screen, QueueScreen)), None)

    def _numbers(self) -> list[int]:
        """The numbers of the live list as it stands."""
        queue = self._queue()
        listed = [row.number for row in queue.tickets.rows] if queue is not None and queue.is_mounted else []
        return listed or list(self._around)

    def _show_place(self) -> None:
        numbers = self._numbers()
        parts = [self.app.unread] if self.app.unread else []
        if self.number in numbers:
            self._place = numbers.index(self.number)
            parts.append(f"{self._place + 1} / {len(numbers)}")
        self.query_one(ViewTabs).set_status(" · ".join(parts) + " " if parts else "")

    def notices_changed(self) -> None:
        if self.query(ViewTabs):
            self._show_place()

    def _step(self, by: int) -> None:
        numbers = self._numbers()
        if self.number in numbers:
            at = numbers.index(self.number) + by
        elif self._place is not None:
            # It left the list: the one after it stands in its place now.
            at = self._place if by > 0 else self._place - 1
        else:
            self.app.say(_("this ticket was not opened from the queue"), bad=True)
            return
        if not 0 <= at < len(numbers):
            self.app.say(_("that was the last one") if by > 0 else _("that was the first one"))
            return
        self._trail.clear()
        self.go_to(numbers[at])
        queue = self._queue()
        if queue is not None:
            # The list goes along, so that what comes next is there in time.
            queue.tickets.move_to(self.number)

    def follow(self, number: int) -> None:
        """Go to a ticket that this one is tied to; Esc comes back."""
        self._trail.append(self.number)
        self.go_to(number)

    def go_to(self, number: int) -> None:
        """Show another ticket on this screen; what is being written is kept."""
        self.leave_composer()
        self.close_line(written=False)
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
        elif self._trail:
            self.go_to(self._trail.pop())
        else:
            self.do_detail_back()

    def do_detail_escape(self) -> None:
        self.action_back()

    def do_detail_back(self) -> None:
        self.leave_composer()
        self.close_line(written=False)
        self.app.show_queue(None, number=self.number)

    def do_detail_enter(self) -> None:
        """What Enter does in the shown pane."""
        pane = self.query_one(f"#{self.tab}")
        if isinstance(pane, SubjectView):
            pane.action_choose()

    @on(SubjectView.Chosen, "LinksPane")
    def _link_chosen(self, message: SubjectView.Chosen) -> None:
        message.stop()
        subject = message.subject
        if subject == MORE:
            self.query_one(LinksPane).unfold()
        elif isinstance(subject, tuple) and subject[0] == "ticket":
            self.follow(subject[1])
        elif isinstance(subject, tuple):
            self.leave_composer()
            self.app.show_queue(f"ci:{quote(ci_of(subject[1]))} is:open")

    def do_queue_refresh(self) -> None:
        self._read()
        if self.tab == "knowledge" or self.query_one("#side").display:
            self._read_knowledge(anew=True)

    def composing(self) -> None:
        self._present()
        if self.tab == "timeline":
            timeline = self.query_one(Timeline)
            timeline.scroll_top(len(timeline.lines))

    def after_writing(self) -> None:
        self._present()
        self.query_one(f"#{self.tab}").focus()

    def do_ticket_copy_number(self) -> None:
        if self._data is not None:
            self.app.copy_text(ref(self._data.ticket["kind"], self.number))

    def do_ticket_copy_line(self) -> None:
        if self._data is not None:
            self.app.copy_text(line_of(self._data.head.row))
