"""Pages of a list in groups: by team, priority or service, one group after the other, each in the list's own order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.vocabulary.filter_problem import quote
from helpdesk_tui.vocabulary.filters import Filter, Node, both, parse_filter
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.records import Page

if TYPE_CHECKING:
    from helpdesk_tui.desk.ticket_reading import TicketReading

GROUPS: Final = ("team", "priority", "service")
_NONE: Final = "none"
_DEFAULT_SORT: Final = "sort:-priority,due"


def groups(reading: "TicketReading", by: str) -> list[str]:
    """The groups in their order, as values of the filter field; tickets without one come last."""
    directory = reading.desk.directory
    if by == "priority":
        return [priority.code for priority in reversed(Priority)]
    if by == "team":
        return [*sorted(team.code for team in directory.teams().values()), _NONE]
    return [*sorted(service.code for service in directory.services().values()), _NONE]


def grouped_page(
    reading: "TicketReading",
    query: str,
    by: str,
    *,
    limit: int = 200,
    after: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
    last: bool = False,
) -> Page:
    """A page of a query in groups; its keys name the group and continue there. Raises FilterProblem.

    Each group is read along the index of its field, so that a page costs what its rows cost, whatever the desk holds.
    """
    asked = parse_filter(query)
    order = asked.sort or parse_filter(_DEFAULT_SORT).sort
    names = groups(reading, by)
    backwards = before is not None or last
    key = before if before is not None else after
    inner: Sequence[Any] | None = None
    ahead = names[::-1] if backwards else names
    if key is not None:
        # A group that is gone meanwhile: from the beginning rather than nowhere.
        ahead = ahead[ahead.index(key[0]) :] if key[0] in ahead else ahead
        inner = key[1:] if key[0] == ahead[0] else None
    found: list[tuple[str, Page]] = []
    left = limit
    for place, name in enumerate(ahead):
        if left <= 0:
            break
        one = Filter(both(asked.where, _in(by, name)), order)
        page = reading.page(
            one,
            limit=left,
            after=None if backwards or place else inner,
            before=inner if backwards and not place else None,
            last=backwards and (place > 0 or inner is None),
        )
        if page.rows:
            found.append((name, page))
            left -= len(page.rows)
    return _joined(reading, asked, by, found[::-1] if backwards else found, names)


def grouped_numbers(reading: "TicketReading", query: str, by: str) -> list[int]:
    """The numbers of all tickets of a query in the order of its groups."""
    asked = parse_filter(query)
    order = asked.sort or parse_filter(_DEFAULT_SORT).sort
    return [
        number
        for name in groups(reading, by)
        for number in reading.numbers(Filter(both(asked.where, _in(by, name)), order))
    ]


def _joined(reading: "TicketReading", asked: Filter, by: str, found: list[tuple[str, Page]], names: list[str]) -> Page:
    if not found:
        return Page([], None, None, False, False)
    (first_name, first), (last_name, end) = found[0], found[-1]
    rows = [row for _name, page in found for row in page.rows]
    before = first.more_before or _any(reading, asked, by, names[: names.index(first_name)])
    after = end.more_after or _any(reading, asked, by, names[names.index(last_name) + 1 :])
    return Page(rows, (first_name, *(first.first or ())), (last_name, *(end.last or ())), before, after)


def _in(by: str, name: str) -> Node | None:
    return parse_filter(f"{by}:{name if name == _NONE else quote(name)}").where


def _any(reading: "TicketReading", asked: Filter, by: str, names: Sequence[str]) -> bool:
    """Whether one of these groups holds a ticket."""
    return any(reading.page(Filter(both(asked.where, _in(by, name)), ()), limit=1).rows for name in names)
