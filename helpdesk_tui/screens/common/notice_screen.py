"""The list of notices: what concerns the person, by ticket. Enter opens the ticket, which is having read of it."""

from typing import ClassVar, Final

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.screens.common.noticing import Noticing
from helpdesk_tui.vocabulary.dates import day, short
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.notices import CLOCKS, Notice
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.notice_list import NoticeGroup, NoticeLine, NoticeList
from helpdesk_tui.widgets.pickers import Dialog
from helpdesk_tui.widgets.subject_view import SubjectView

_TIME_FROM: Final = 11


class NoticeScreen(Dialog[int | None]):
    """Answers the number of the ticket to open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("at,fullwidth_commercial_at,q", "back", N_("Back"), show=False, id="notices.back"),
        Binding("r", "read", N_("Read this one"), show=False, id="notices.read"),
        Binding("a", "read_all", N_("Read all"), show=False, id="notices.read_all"),
    ]
    DEFAULT_CSS = "NoticeScreen > Vertical { width: 100; }"
    app = getters.app(Noticing)

    def __init__(self) -> None:
        super().__init__("")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield Static(Content(""), id="notices-since", classes="dialog-hint")
            yield NoticeList()
            keys = _("Enter opens the ticket, r has read it, a has read all, Esc goes back")
            yield Static(Content(keys), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one(NoticeList).focus()
        self.notices_changed()

    def notices_changed(self) -> None:
        """Show what there is now."""
        inbox = self.app.inbox
        if inbox is None or not self.query(NoticeList):
            return
        count = inbox.unread
        text = ngettext("Notices: {count} unread", "Notices: {count} unread", count).format(count=count)
        self.query_one(".dialog-title", Static).update(Content(text))
        line = self.app.since_line or ("" if inbox.notices else _("Nothing has happened that concerns you."))
        since = self.query_one("#notices-since", Static)
        since.update(Content(one_line(line, 200)))
        since.display = bool(line)
        self.query_one(NoticeList).show([self._group(group) for group in inbox.by_ticket()])

    def _group(self, notices: list[Notice]) -> NoticeGroup:
        inbox, now = self.app.inbox, self.app.desk.now()
        assert inbox is not None
        lines = tuple(
            NoticeLine(self._when(each.at, now), self._what(each), inbox.is_unread(each), each.urgent)
            for each in notices
        )
        first = notices[0]
        return NoticeGroup(first.number, first.ref, first.title, lines)

    def _when(self, at: Instant, now: Instant) -> str:
        tz = self.app.tz
        return local(at, tz)[_TIME_FROM:] if day(at, tz) == day(now, tz) else short(at, tz)

    def _what(self, notice: Notice) -> str:
        said = notice.sentence()
        if notice.kind not in CLOCKS:
            return said
        due = self._when(notice.due_at, self.app.desk.now())
        return _("{what}: due {time}").format(what=said, time=due)

    @on(SubjectView.Chosen)
    def _chosen(self, message: SubjectView.Chosen) -> None:
        message.stop()
        if isinstance(message.subject, int):
            self.dismiss(message.subject)

    def action_read(self) -> None:
        subject = self.query_one(NoticeList).subject
        if isinstance(subject, int):
            self.app.notices_read(subject)

    def action_read_all(self) -> None:
        self.app.notices_read()

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self.notices_changed)
