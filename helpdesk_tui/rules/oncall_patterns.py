"""What puts people on call within a layer: rotations, windows, and what is always on.

A pattern answers `spans(wall, start, end)`: half-open spans within [start, end) in the order of their starts, none
empty, each with the place of the group that is on (0 for the first; None where everybody is). Rotations and windows
never overlap themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from helpdesk_tui.rules.oncall_days import ALL_DAYS, add_months, month_of, weekday
from helpdesk_tui.rules.oncall_wall import Wall
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, HOUR, WEEK
from helpdesk_tui.vocabulary.records import Instant

Unit = Literal["hour", "day", "week", "month"]
UNITS: Final[tuple[Unit, ...]] = ("hour", "day", "week", "month")
MAX_LENGTH: Final = 9_000
_SECONDS: Final = {"hour": HOUR, "day": DAY, "week": WEEK}


class Span(NamedTuple):
    """[start, end) with the place of the group on call; None for everybody."""

    start: Instant
    end: Instant
    place: int | None = None


class Always:
    """Everybody of the layer, at all times."""

    def spans(self, wall: Wall, start: Instant, end: Instant) -> Iterator[Span]:
        """The whole of [start, end)."""
        if start < end:
            yield Span(start, end)


@dataclass(frozen=True)
class Rotation:
    """Groups taking turns of `length` units from the instant `anchor` on, at which the group `first` is on.

    `start` is a wall time and fixes only the phase: hand-offs are at `start` plus any number of lengths, on the wall
    (a day is 23 or 25 hours when clocks change, an hour that clocks skip is nobody's). From a start on the 29th to 31st
    shorter months hand off on their last day. Before the anchor nobody is on. Raises Invalid for a length outside
    1 to 9000.
    """

    unit: Unit
    length: int
    start: int
    anchor: Instant
    groups: int
    first: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.length <= MAX_LENGTH:
            raise Invalid(N_("{value} is no length of a turn; write 1 to {most}"), value=self.length, most=MAX_LENGTH)

    def begins(self, slot: int) -> int:
        """The wall time of a hand-off; slot 0 begins at `start`."""
        if self.unit == "month":
            return add_months(self.start, slot * self.length)
        return self.start + slot * self.length * _SECONDS[self.unit]

    def slot(self, wall_time: int) -> int:
        """The slot that a wall time lies in."""
        if self.unit != "month":
            return (wall_time - self.start) // (self.length * _SECONDS[self.unit])
        found = (month_of(wall_time // DAY) - month_of(self.start // DAY)) // self.length
        return found if self.begins(found) <= wall_time else found - 1

    def turns(self, wall: Wall, at: Instant) -> int:
        """How many hand-offs have happened after the anchor, up to an instant; those that coincide are one."""
        found = self.slot(wall.reading(at)) - self.slot(wall.reading(self.anchor))
        # Only what clocks skip can hold two hand-offs, and they skip a day at most.
        if self.unit in _SECONDS and self.length * _SECONDS[self.unit] <= DAY:
            for change in wall.skips(self.anchor, at):
                skipped = self.slot(wall.reading(change.at)) - self.slot(wall.reading(change.at - 1))
                found -= max(0, skipped - 1)
        return found

    def spans(self, wall: Wall, start: Instant, end: Instant) -> Iterator[Span]:
        """The turns, cut to [start, end)."""
        at = max(start, self.anchor)
        if at >= end or not self.groups:
            return
        if self.groups == 1:
            yield Span(at, end, 0)
            return
        turn, slot = self.first + self.turns(wall, at), self.slot(wall.reading(at))
        while at < end:
            slot += 1
            then = wall.instant(self.begins(slot))
            if then > at:
                yield Span(at, min(then, end), turn % self.groups)
                at, turn = then, turn + 1


@dataclass(frozen=True)
class Window:
    """Hours of local days: from `start` to `end` (seconds of the day) on the days (0 = Monday) on which it starts.

    An end that is not after the start lies on the next day, so equal ones are 24 hours.
    """

    start: int
    end: int
    days: frozenset[int] = ALL_DAYS

    def spans(self, wall: Wall, start: Instant, end: Instant) -> Iterator[Span]:
        """The hours, cut to [start, end)."""
        if not self.days or start >= end:
            return
        length = self.end - self.start + (DAY if self.end <= self.start else 0)
        day = wall.reading(start) // DAY - 1
        while True:
            if weekday(day) in self.days:
                opens = wall.instant(day * DAY + self.start)
                if opens >= end:
                    return
                low, high = max(opens, start), min(wall.instant(day * DAY + self.start + length), end)
                if low < high:
                    yield Span(low, high)
            day += 1
