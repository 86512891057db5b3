"""Two sums that every SLA clock is made of: seconds counted between instants, and the instant that a count reaches."""

from collections.abc import Iterable

from helpdesk_tui.rules.calendar import Boundary, Calendar
from helpdesk_tui.rules.sla_history import Span
from helpdesk_tui.vocabulary.records import Instant


def counted(calendar: Calendar, start: Instant, end: Instant, stops: Iterable[Span]) -> int:
    """Open seconds in [start, end) outside the stops (sorted, apart; an end of None lasts)."""
    seconds = calendar.elapsed(start, end)
    for begins, ends in stops:
        low, high = max(begins, start), end if ends is None else min(ends, end)
        if high > low:
            seconds -= calendar.elapsed(low, high)
    return seconds


def reach(
    calendar: Calendar, start: Instant, seconds: int, stops: Iterable[Span], boundary: Boundary
) -> Instant | None:
    """The instant at which `seconds` are counted, or None where a lasting stop comes first."""
    at = start
    for begins, ends in stops:
        if ends is not None and ends <= at:
            continue
        if begins > at:
            before = calendar.elapsed(at, begins)
            if before >= seconds:
                return calendar.add(at, seconds, boundary)
            seconds -= before
        if ends is None:
            return None
        at = ends
    return calendar.add(at, seconds, boundary)
