"""The ledger of an SLA clock: every stretch of time from creation on, and why it counted or not.

Its windows follow one another without gaps, and the counted seconds sum to the clock's figure: the whole target for
a running clock, the time used for one that has ended or stands still.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.sla import Clock, SlaResult
from helpdesk_tui.rules.sla_history import Span
from helpdesk_tui.rules.sla_time import counted, reach
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import Instant

WindowKind = Literal["counted", "closed", "holiday", "paused", "not_started", "after"]


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch [start, end). `seconds`: open seconds for `counted`, real length otherwise."""

    start: Instant
    end: Instant
    kind: WindowKind
    seconds: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The windows of one clock, in order, and the figure that the counted ones sum to."""

    clock: str
    figure: int
    windows: tuple[Window, ...]

    @property
    def counted(self) -> int:
        """The sum of the counted windows."""
        return sum(window.seconds for window in self.windows if window.kind == "counted")

    @property
    def balances(self) -> bool:
        """Whether the counted windows sum to the figure and the windows leave no gap."""
        edges = all(before.end == after.start for before, after in zip(self.windows, self.windows[1:], strict=False))
        return edges and all(w.end > w.start for w in self.windows) and self.counted == self.figure

    def data(self) -> list[dict[str, Any]]:
        """The JSON form: one object a window."""
        return [
            {"clock": self.clock, "from": iso(w.start), "to": iso(w.end), "kind": w.kind, "seconds": w.seconds}
            for w in self.windows
        ]


def ledger_of(result: SlaResult, clock: Clock) -> Ledger:
    """The ledger of one clock of a result: from creation to its due time or end, and on to the result's instant."""
    if clock.target is None:
        return Ledger(clock.name, 0, ())
    calendar, created, at = result.calendar, result.created_at, result.at
    if clock.started is None:
        return Ledger(clock.name, 0, _whole(created, at, "not_started"))
    start = clock.started
    if clock.ended_at is not None:
        until, figure = max(clock.ended_at, start), clock.elapsed
    elif clock.due is not None:
        until, figure = clock.due, clock.goal
        if clock.target.days or clock.target.end_of_day:
            figure = max(0, counted(calendar, start, until, clock.stops) - clock.deducted)
    else:
        until, figure = max(at, start), clock.elapsed
    # Pauses known only as a sum have no place in time: they are shown at the end, where they moved the due time.
    base = reach(calendar, start, figure, clock.stops, "close") if figure else start
    rest: WindowKind = "paused" if clock.deducted else "after"
    windows = [
        *_whole(min(created, start), start, "not_started"),
        *_walk(calendar, start, until, clock.stops, until if base is None else base, rest),
        *_whole(until, at, "after"),
    ]
    return Ledger(clock.name, figure, tuple(windows))


def window_ledger(calendar: Calendar, start: Instant, end: Instant, stops: Iterable[Span]) -> Ledger:
    """The ledger of a plain stretch of working time without pauses (sorted, apart)."""
    spans = tuple(stops)
    end = max(start, end)
    return Ledger(
        "window", counted(calendar, start, end, spans), tuple(_walk(calendar, start, end, spans, end, "after"))
    )


def _whole(start: Instant, end: Instant, kind: WindowKind) -> tuple[Window, ...]:
    return (Window(start, end, kind, end - start),) if end > start else ()


def _walk(
    calendar: Calendar, start: Instant, end: Instant, stops: Iterable[Span], base: Instant, rest: WindowKind
) -> Iterator[Window]:
    at = start
    for begins, ends in stops:
        low, high = max(begins, at), end if ends is None else min(ends, end)
        if high > low:
            yield from _running(calendar, at, low, base, rest)
            yield Window(low, high, "paused", high - low)
            at = high
    yield from _running(calendar, at, end, base, rest)


def _running(calendar: Calendar, start: Instant, end: Instant, base: Instant, rest: WindowKind) -> Iterator[Window]:
    at = start
    for opens, closes in calendar.windows(start, end):
        yield from _shut(calendar, at, opens)
        edge = min(max(base, opens), closes)
        if edge > opens:
            yield Window(opens, edge, "counted", calendar.elapsed(opens, edge))
        yield from _whole(edge, closes, rest)
        at = closes
    yield from _shut(calendar, at, end)


def _shut(calendar: Calendar, start: Instant, end: Instant) -> Iterator[Window]:
    at = start
    for begins, ends in calendar.holidays(start, end):
        yield from _whole(at, begins, "closed")
        yield from _whole(begins, ends, "holiday")
        at = ends
    yield from _whole(at, end, "closed")
