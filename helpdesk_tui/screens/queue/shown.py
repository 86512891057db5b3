"""What the list shows: a filter, a filter in groups, or the ranking of the work that is next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import age
from helpdesk_tui.vocabulary.levels import PRIORITY_LABELS, Priority
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import Page, QueueRow
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.ticket_reading import TicketReading

NEXT = "next"
"""The code of the view of next work."""
RANKED = 200
GROUPS: dict[str, str] = {"": N_("no groups"), "team": N_("Team"), "priority": N_("Priority"), "service": N_("Service")}
NEXT_COLUMNS = ("number", "priority", "sla", "why", "summary", "team", "assignee")


@dataclass(frozen=True, slots=True)
class Shown:
    """A filter, the field its list is grouped by (empty: none), or with `ranked` the next work (then no filter)."""

    query: str = ""
    group: str = ""
    ranked: bool = False

    def page(self, reading: "TicketReading", *, limit: int, **where: Any) -> Page:
        """A page of it (reads the desk). The ranking is one page."""
        if self.ranked:
            if any(where.values()):
                return Page([], None, None, False, False)
            return Page(ranked_rows(reading), None, None, False, False)
        if self.group:
            from helpdesk_tui.desk.grouping import grouped_page

            return grouped_page(reading, self.query, self.group, limit=limit, **where)
        return reading.page(self.query, limit=limit, **where)

    def rows(self, reading: "TicketReading", numbers: list[int]) -> list[QueueRow]:
        """Fresh rows of these tickets as far as they still belong to it (reads the desk)."""
        if self.ranked:
            wanted = set(numbers)
            return [row for row in ranked_rows(reading) if row.number in wanted]
        return reading.rows(self.query, numbers)

    def numbers(self, reading: "TicketReading") -> list[int]:
        """The numbers of all its tickets in its order (reads the desk)."""
        if self.ranked:
            return [row.number for row in ranked_rows(reading)]
        if self.group:
            from helpdesk_tui.desk.grouping import grouped_numbers

            return grouped_numbers(reading, self.query, self.group)
        return reading.numbers(self.query)

    def count(self, reading: "TicketReading", cap: int) -> int:
        """How many tickets it has, at most one beyond `cap` (reads the desk)."""
        return len(ranked_rows(reading)) if self.ranked else reading.count(self.query, cap)

    @property
    def heading(self) -> Callable[[QueueRow], str] | None:
        """How the groups' headings read."""
        return _HEADINGS.get(self.group)


def ranked_rows(reading: "TicketReading") -> list[QueueRow]:
    """The next work with the reasons as texts of the reader's language."""
    found = reading.desk.tickets.next_up(RANKED)
    return [replace(item.row, reason=", ".join(filter(None, map(_brief, item.rank.data())))) for item in found]


_BRIEF: dict[str, str] = {
    "next.breached": N_("overdue {late}"),
    "next.due": N_("due in {left}"),
    "next.waiting": N_("waits {waited}"),
    # The priority and a missing due time stand in columns of their own.
    "next.priority": "",
    "next.no_due": "",
}


def _brief(part: dict[str, Any]) -> str:
    """A reason in few words, for a column."""
    template = _BRIEF.get(part["code"])
    if template is None:
        return sentence(part)
    spans = {name: age(part[name]) for name in ("late", "left", "waited") if name in part}
    return _(template).format(**spans) if template else ""


def _named(text: str | None, nothing: str) -> str:
    return one_line(text, 60) if text else _(nothing)


def _priority(row: QueueRow) -> str:
    return _(PRIORITY_LABELS[Priority(row.priority)])


_HEADINGS: dict[str, Callable[[QueueRow], str]] = {
    "team": lambda row: _named(row.team, N_("no team")),
    "service": lambda row: _named(row.service, N_("no service")),
    "priority": _priority,
}
