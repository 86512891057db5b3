"""Rows and a small application for the widget tests and for the byte test (run as a program on a pty)."""

import sys
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding

from helpdesk_tui.vocabulary.records import NEVER, Page, QueueRow
from helpdesk_tui.widgets.themes import register_themes
from helpdesk_tui.widgets.ticket_list import TicketList

NOW = 1_750_000_000
DONE = "\x1b]777;done\x07"
"""What the small application writes for F6, when everything before has been drawn."""
TITLES = (
    "Payments API down for all branches",
    "VPN drops every ten minutes",
    "新员工开通邮箱和门禁",
    "打印机卡纸，三楼财务室无法打印报销单，急",
    "Laptop battery swollen",
    "会议室投影 HDMI no signal",
)
KINDS = ("incident", "incident", "request", "incident", "request", "problem")
STATES = ("in_progress", "awaiting_user", "new", "assigned", "in_fulfilment", "known_error")


def row(number: int, title: str | None = None, **changes: Any) -> QueueRow:
    """A believable row; everything follows from its number."""
    n = number % 6
    due = NOW + (number % 97 - 6) * 1_300
    values: dict[str, object] = {
        "number": number,
        "kind": KINDS[n],
        "state": STATES[n],
        "phase": (1, 2, 0, 1, 1, 1)[n],
        "priority": 4 - number % 4,
        "title": TITLES[n] if title is None else title,
        "service": ("payments", "vpn", "onboarding", "printing", None, "meetings")[n],
        "team": ("platform", "network", "desk", "desk", "hardware", None)[n],
        "assignee": ("ana", None, "li", "王小明", "bo", None)[n],
        "requester": ("Zhang Wei", "Dana Fox", "李雷", "韩梅梅", "Omar", "Ines")[n],
        "created_at": NOW - (number % 50) * 5_000 - 60,
        "updated_at": NOW - (number % 9) * 700,
        "due_at": NEVER if n == 5 else due,
        "warn_at": NEVER if n == 5 else due - 3_600,
        "sla_run": ("running", "running", "running", "paused", "running", "none")[n],
        "major": number % 60 == 0,
        "version": 1,
        "assignee_id": None,
        "team_id": None,
        "category": "network.vpn",
        "impact": 1 + number % 3,
        "urgency": 1 + number % 2,
        "channel": "phone",
    }
    values.update(changes)
    return QueueRow(**values)  # type: ignore[arg-type]


def page(first: int, count: int, last: int = 100_000) -> Page:
    """Rows `first`, `first + 1`, ... of a list of tickets 1 to `last`, keyed by number."""
    stop = min(first + count, last + 1)
    rows = [row(number) for number in range(first, stop)]
    return Page(rows, (first,), (stop - 1,), first > 1, stop <= last)


def page_of(rows: Sequence[QueueRow]) -> Page:
    """A list that is complete on one page."""
    return Page(list(rows), None, None, False, False)


class ListApp(App[None]):
    """A ticket list alone, fed with pages of 200 out of `last` tickets."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [Binding("f5", "second_passes"), Binding("f6", "say_done")]

    def __init__(self, last: int = 100_000, theme: str = "dark", limit: int | None = None) -> None:
        super().__init__()
        self.last = last
        self.chosen_theme = theme
        self.limit = limit
        self.now = NOW
        self.messages: list[tuple[str, Any]] = []
        self.reads: list[str] = []

    def compose(self) -> ComposeResult:
        yield TicketList(
            now=NOW, limit=self.limit, empty_text="No ticket matches. Esc clears the filter, n opens a new ticket."
        )

    @property
    def list(self) -> TicketList:
        return self.query_one(TicketList)

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = self.chosen_theme
        self.animation_level = "none"
        self.screen.query_one(TicketList).focus()
        if self.last:
            self.screen.query_one(TicketList).set_page(page(1, 200, self.last), total=self.last)

    def action_second_passes(self) -> None:
        self.now += 1
        self.screen.query_one(TicketList).tick(self.now)

    def action_say_done(self) -> None:
        """Write a sign to the terminal when everything before this key has been drawn."""
        self.screen.query_one(TicketList).call_later(self._say_done)

    def _say_done(self, sure: bool = False) -> None:
        if self.screen.query_one(TicketList)._repaint_required or self.screen._dirty_widgets:
            self.set_timer(0.01, self._say_done)
        elif not sure:
            # What the list asked to repaint is on its way to the screen, before this.
            self.screen.call_later(self._say_done, True)
        else:
            assert self._driver is not None
            self._driver.write(DONE)
            self._driver.flush()

    def on_ticket_list_need_after(self, message: TicketList.NeedAfter) -> None:
        assert message.key is not None
        self.reads.append("after")
        message.ticket_list.append_page(page(message.key[0] + 1, 200, self.last))

    def on_ticket_list_need_before(self, message: TicketList.NeedBefore) -> None:
        assert message.key is not None
        self.reads.append("before")
        first = max(1, message.key[0] - 200)
        message.ticket_list.prepend_page(page(first, message.key[0] - first, self.last))

    def on_ticket_list_need_edge(self, message: TicketList.NeedEdge) -> None:
        self.reads.append("last" if message.last else "first")
        if message.last:
            message.ticket_list.set_page(page(self.last - 199, 200, self.last), cursor="last")
        else:
            message.ticket_list.set_page(page(1, 200, self.last), cursor="first")

    def on_ticket_list_highlighted(self, message: TicketList.Highlighted) -> None:
        self.messages.append(("highlighted", message.number))

    def on_ticket_list_opened(self, message: TicketList.Opened) -> None:
        self.messages.append(("opened", message.number))

    def on_ticket_list_marks_changed(self, message: TicketList.MarksChanged) -> None:
        self.messages.append(("marks", message.count))

    def on_ticket_list_fresh_changed(self, message: TicketList.FreshChanged) -> None:
        self.messages.append(("fresh", message.count))


if __name__ == "__main__":
    ListApp(theme=sys.argv[1]).run()
