"""The working calendar: which seconds count.

An instant is open when its local wall-clock time lies within the hours of its local date. Durations are real
elapsed seconds, also on the days when clocks change. The open windows are built once per block of time (about
388 days) for each stretch of constant offset from UTC, with running sums, so that every question is a binary search.

Sources: RFC 5545 (spans are half-open), the IANA time zone database for offsets.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from helpdesk_tui.rules.calendar_spec import DAY, Spans, normalise_spans, parse_days, parse_hours
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

Boundary = Literal["close", "open"]
EARLIEST: Final[Instant] = -5_364_662_400  # 1800-01-01
LATEST: Final[Instant] = 13_569_465_600  # 2400-01-01
_SHIFT: Final = 25
_BLOCK: Final = 1 << _SHIFT
_IDLE_BLOCKS: Final = 10  # more than ten years without an open second
_IDLE_DAYS: Final = 3_660
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)


class _Block:
    """The open windows of one block, `sums[i]` = open seconds before window i, and its holidays."""

    __slots__ = ("ends", "holiday_ends", "holiday_starts", "many", "starts", "sums", "total")

    def __init__(self, windows: list[tuple[int, int]], holidays: list[tuple[int, int]]) -> None:
        self.starts = [start for start, _ in windows]
        self.ends = [end for _, end in windows]
        self.sums = [0]
        for start, end in windows:
            self.sums.append(self.sums[-1] + end - start)
        self.total = self.sums[-1]
        self.many = len(windows)
        self.holiday_starts = [start for start, _ in holidays]
        self.holiday_ends = [end for _, end in holidays]

    def used(self, at: Instant) -> int:
        """Open seconds of this block before an instant."""
        i = bisect_right(self.ends, at)
        if i == self.many:
            return self.total
        start = self.starts[i]
        return self.sums[i] + at - start if at > start else self.sums[i]


def _join(into: list[tuple[int, int]], start: int, end: int) -> None:
    if into and into[-1][1] == start:
        into[-1] = (into[-1][0], end)
    else:
        into.append((start, end))


class Calendar:
    """Weekly hours in a time zone, minus holidays, plus make-up working days.

    `hours`: weekday (0 = Monday) to open spans in seconds of the local day. `holidays` and `workdays`: days as
    text (see `calendar_spec.parse_days`). A make-up working day wins over a holiday; it has its own weekday's hours
    or, where that weekday is closed, those of `workday_like`. Raises Invalid for an unknown zone or wrong hours.
    """

    def __init__(
        self,
        tz: str,
        hours: Mapping[int, Iterable[tuple[int, int]]],
        holidays: Iterable[str] = (),
        workdays: Iterable[str] = (),
        workday_like: int = 0,
    ) -> None:
        self.tz = tz
        self._zone = _zone(tz)
        self._hours: tuple[Spans, ...] = tuple(normalise_spans(hours.get(weekday, ())) for weekday in range(7))
        self._holidays = parse_days(holidays)
        self._workdays = parse_days(workdays)
        self._makeup = tuple(spans or self._hours[workday_like] for spans in self._hours)
        self._plain = not self._holidays and not self._workdays
        self._blocks: dict[int, _Block] = {}
        self._days: dict[int, Spans] = {}
        self._closings: dict[int, Instant | None] = {}
        self._wall: Calendar | None = None
        # The offset of a UTC day that has only one; None where clocks change on it.
        self._offsets: dict[int, int | None] = {}
        # The same of local dates.
        self._whole: dict[int, int | None] = {}
        # (local day, working days on) → the day found and its last closing.
        self._found: dict[tuple[int, int], tuple[int, Instant]] = {}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Calendar":
        """A calendar from `{tz, hours {mon: [[from, to]]}, holidays, workdays, workday_like}`. Raises Invalid."""
        hours = data.get("hours")
        return cls(
            str(data.get("tz", "UTC")),
            parse_hours(hours) if hours is not None else dict.fromkeys(range(7), ((0, DAY),)),
            data.get("holidays") or (),
            data.get("workdays") or (),
            int(data.get("workday_like") or 0),
        )

    # -- questions -------------------------------------------------------------------------------------------------

    def is_open(self, at: Instant) -> bool:
        """Whether this second counts."""
        block = self._block(at >> _SHIFT)
        i = bisect_right(block.ends, at)
        return i < len(block.ends) and block.starts[i] <= at

    def is_holiday(self, at: Instant) -> bool:
        """Whether the local date of this instant is a holiday (and no make-up working day)."""
        day = (at + self._offset(at)) // DAY
        return day in self._holidays and day not in self._workdays

    def next_open(self, at: Instant) -> Instant:
        """The first open second at or after an instant. Raises Invalid if there is none within ten years."""
        k = at >> _SHIFT
        for _ in range(_IDLE_BLOCKS + 1):
            block = self._block(k)
            i = bisect_right(block.ends, at)
            if i < len(block.ends):
                return max(at, block.starts[i])
            k += 1
        raise self._never_open()

    def elapsed(self, start: Instant, end: Instant) -> int:
        """Open seconds in [start, end); 0 where the end is not after the start."""
        if end <= start:
            return 0
        k, last = start >> _SHIFT, end >> _SHIFT
        if k == last:
            block = self._blocks.get(k) or self._block(k)
            return block.used(end) - block.used(start)
        counted = -self._block(k).used(start)
        while k < last:
            counted += self._block(k).total
            k += 1
        return counted + self._block(last).used(end)

    def add(self, start: Instant, seconds: int, boundary: Boundary = "close") -> Instant:
        """The first instant at which `seconds` open seconds have passed since `start`.

        Where that is a closing time, `boundary="open"` gives the next opening instead. Negative seconds go back.
        Raises Invalid where the calendar is not open for ten years.
        """
        if seconds < 0:
            return self.subtract(start, -seconds)
        if seconds == 0:
            return self.next_open(start) if boundary == "open" else start
        k = start >> _SHIFT
        block = self._blocks.get(k) or self._block(k)
        wanted = block.used(start) + seconds
        idle = 0
        while wanted > block.total:
            wanted -= block.total
            idle = 0 if block.total else idle + 1
            if idle > _IDLE_BLOCKS:
                raise self._never_open()
            k += 1
            block = self._block(k)
        i = bisect_left(block.sums, wanted)
        found = block.ends[i - 1] - (block.sums[i] - wanted)
        return self.next_open(found) if boundary == "open" else found

    def subtract(self, end: Instant, seconds: int) -> Instant:
        """The last instant from which `seconds` open seconds pass until `end`. Raises Invalid as `add` does."""
        if seconds <= 0:
            return end if seconds == 0 else self.add(end, -seconds)
        k = end >> _SHIFT
        block = self._blocks.get(k) or self._block(k)
        # Counted from the start of the block: the open second that must come first.
        wanted = block.used(end) - seconds
        idle = 0
        while wanted < 0:
            k -= 1
            block = self._block(k)
            wanted += block.total
            idle = 0 if block.total else idle + 1
            if idle > _IDLE_BLOCKS:
                raise self._never_open()
        i = bisect_right(block.sums, wanted) - 1
        return block.starts[i] + wanted - block.sums[i]

    def windows(self, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
        """The open windows within [start, end), in order, touching ones joined."""
        return self._clipped(start, end, holidays=False)

    def holidays(self, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
        """The holidays within [start, end) as spans of time, in order, neighbouring days joined."""
        return self._clipped(start, end, holidays=True)

    # -- whole working days ----------------------------------------------------------------------------------------

    def add_days(self, start: Instant, days: int, end_of_day: bool = False) -> Instant:
        """So many working days after (or before) the local date of `start`, at the same local time of day.

        The start's own day is not counted. A time after the last closing of the day found becomes that closing;
        `end_of_day` always means the last closing. A working day is a date with an open second. Raises Invalid where
        none comes within ten years. Source: the day unit of service levels in GLPI.
        """
        day, time_of_day = divmod(start + self._offset(start), DAY)
        found = self._found.get((day, days))
        if found is None:
            found = self._found[(day, days)] = self._working_day(day, days)
        day, closing = found
        return closing if end_of_day else min(self._instant(day, time_of_day), closing)

    def _working_day(self, day: int, days: int) -> tuple[int, Instant]:
        """The local date so many working days on, and its last closing."""
        step, left = (1, days) if days >= 0 else (-1, -days)
        idle = 0
        closing = self._closing(day)
        while left or closing is None:
            day += step
            closing = self._closing(day)
            if closing is not None:
                left, idle = max(0, left - 1), 0
            else:
                idle += 1
            if idle > _IDLE_DAYS or not EARLIEST <= day * DAY < LATEST:
                raise self._never_open()
        return day, closing

    def end_of_day(self, at: Instant) -> Instant:
        """The last closing of the local date of an instant, or of the next working day where it has none."""
        return self.add_days(at, 0, end_of_day=True)

    def wall_clock(self) -> "Calendar":
        """The same calendar counting wall-clock hours: a day always has 24 of them, also when clocks change."""
        if self._wall is None:
            from helpdesk_tui.rules.calendar_wall import WallCalendar

            self._wall = WallCalendar(self)
        return self._wall

    # -- inside ----------------------------------------------------------------------------------------------------

    def _block(self, k: int) -> _Block:
        block = self._blocks.get(k)
        if block is None:
            block = self._blocks[k] = self._build(k << _SHIFT, (k + 1) << _SHIFT)
        return block

    def _build(self, first: Instant, last: Instant) -> _Block:
        if first < EARLIEST - _BLOCK or last > LATEST + _BLOCK:
            raise Invalid(N_("working time is known from 1800 to 2400 only"))
        windows: list[tuple[int, int]] = []
        holidays: list[tuple[int, int]] = []
        for start, end, offset in self._segments(first, last):
            for day in range((start + offset) // DAY, (end + offset - 1) // DAY + 1):
                midnight = day * DAY - offset
                for opens, closes in self._spans(day):
                    low, high = max(midnight + opens, start), min(midnight + closes, end)
                    if low < high:
                        _join(windows, low, high)
                if not self._plain and day in self._holidays and day not in self._workdays:
                    _join(holidays, max(midnight, start), min(midnight + DAY, end))
        return _Block(windows, holidays)

    def _spans(self, day: int) -> Spans:
        weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
        if self._plain:
            return self._hours[weekday]
        found = self._days.get(day)
        if found is None:
            if day in self._workdays:
                found = self._makeup[weekday]
            else:
                found = () if day in self._holidays else self._hours[weekday]
            self._days[day] = found
        return found

    def _offset(self, at: Instant) -> int:
        day = at // DAY
        found = self._offsets.get(day)
        if found is not None:
            return found
        offset = self._ask_offset(at)
        if day not in self._offsets:
            first, last = self._ask_offset(day * DAY), self._ask_offset((day + 1) * DAY)
            self._offsets[day] = first if first == last == offset else None
        return offset

    def _ask_offset(self, at: Instant) -> int:
        if not EARLIEST - 2 * _BLOCK < at < LATEST + 2 * _BLOCK:
            raise Invalid(N_("working time is known from 1800 to 2400 only"))
        delta = datetime.fromtimestamp(at, self._zone).utcoffset()
        return 0 if delta is None else delta.days * DAY + delta.seconds

    def _segments(self, first: Instant, last: Instant) -> Iterator[tuple[Instant, Instant, int]]:
        """Stretches of constant offset from UTC. Zones never change twice within a day."""
        start, offset, at = first, self._offset(first), first
        while at < last:
            then = min(at + DAY, last)
            changed = self._offset(then)
            if changed != offset:
                low, high = at, then
                while high - low > 1:
                    middle = (low + high) // 2
                    if self._offset(middle) == offset:
                        low = middle
                    else:
                        high = middle
                if high < last:
                    yield start, high, offset
                    start, offset = high, changed
            at = then
        yield start, last, offset

    def _closing(self, day: int) -> Instant | None:
        """The last closing of a local date; None where it has no open second, as where clocks skip its hours.

        Found among the stretches of constant offset, since the written closing time may not exist, or exist twice.
        """
        if day not in self._closings:
            found, spans = None, self._spans(day)
            if spans:
                midnight = day * DAY
                for start, end, offset in Calendar._segments(self, midnight - DAY, midnight + 2 * DAY):
                    for opens, closes in spans:
                        high = min(midnight - offset + closes, end)
                        if max(midnight - offset + opens, start) < high:
                            found = high
            self._closings[day] = found
        return self._closings[day]

    def _instant(self, day: int, time_of_day: int) -> Instant:
        """The instant of a local time, the first where it happens twice; one that clocks skip is so much after them."""
        if day not in self._whole:
            # Every instant of a local date lies on its UTC day or on one of the two beside it.
            around = {self._offset(d * DAY) for d in (day - 1, day, day + 1)}
            known = None not in (self._offsets[d] for d in (day - 1, day, day + 1))
            self._whole[day] = around.pop() if known and len(around) == 1 else None
        offset = self._whole[day]
        if offset is not None:
            return day * DAY + time_of_day - offset
        local = _NAIVE_EPOCH + timedelta(days=day, seconds=time_of_day)
        return int(local.replace(tzinfo=self._zone).timestamp())

    def _clipped(self, start: Instant, end: Instant, *, holidays: bool) -> Iterator[tuple[Instant, Instant]]:
        pending: tuple[int, int] | None = None
        for k in range(start >> _SHIFT, (end - 1 >> _SHIFT) + 1 if end > start else start >> _SHIFT):
            block = self._block(k)
            starts = block.holiday_starts if holidays else block.starts
            ends = block.holiday_ends if holidays else block.ends
            for i in range(bisect_right(ends, start), len(ends)):
                low, high = max(starts[i], start), min(ends[i], end)
                if low >= end:
                    break
                if pending and pending[1] == low:
                    pending = (pending[0], high)
                else:
                    if pending:
                        yield pending
                    pending = (low, high)
        if pending:
            yield pending

    def _never_open(self) -> Invalid:
        return Invalid(N_("the calendar has no open hour within ten years; check its hours and holidays"))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise Invalid(N_("{value} is no time zone; write a name such as Asia/Shanghai"), value=name) from None
