"""Working time found by looking at every minute: what the calendar and the clocks of the SLA are held against.

Nothing here knows of the rules under test. A minute is read as a clock on the wall would show it, and counts where that
reading lies within the hours of its date. Whatever follows (counts, due times, working days) is found by stepping from
minute to minute; seconds matter only at the two ends and where a pause begins or ends.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE, DAY = 60, 86_400
Reading = tuple[date, int]
Span = tuple[int, int | None]


@dataclass(frozen=True)
class Plan:
    """A working calendar in its written form. Hours: minutes of the local day by weekday, Monday first."""

    zone: str
    hours: tuple[tuple[tuple[int, int], ...], ...]
    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()
    workday_like: int = 0

    def spans(self, day: date) -> tuple[tuple[int, int], ...]:
        """The hours of one date."""
        if any(_names(text, day) for text in self.workdays):
            return self.hours[day.weekday()] or self.hours[self.workday_like]
        if any(_names(text, day) for text in self.holidays):
            return ()
        return self.hours[day.weekday()]


def _names(text: str, day: date) -> bool:
    """Whether a written day or range means this date."""
    first, _, last = text.partition("/")
    if first.startswith("--"):
        here, begins, ends = day.strftime("--%m-%d"), first, last or first
        return begins <= here <= ends if begins <= ends else (here >= begins or here <= ends)
    return first <= day.isoformat() <= (last or first)


@lru_cache(maxsize=2)
def readings(zone: str, start: int, end: int) -> list[Reading]:
    """What the clock on the wall shows at each minute of [start, end): date, and minutes since its midnight."""
    where, found = ZoneInfo(zone), []
    day = date.min
    for at in range(start, end, MINUTE):
        local = datetime.fromtimestamp(at, where)
        if (local.year, local.month, local.day) != (day.year, day.month, day.day):
            day = local.date()
        found.append((day, local.hour * 60 + local.minute))
    return found


@lru_cache(maxsize=64)
def changes(zone: str) -> tuple[int, ...]:
    """The first minute of every new offset from UTC, 2000 to 2040."""
    where, found = ZoneInfo(zone), []
    at, stop = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2000, 2041))

    def offset(instant: int) -> timedelta | None:
        return datetime.fromtimestamp(instant, where).utcoffset()

    known = offset(at)
    while at < stop:
        then = at + DAY
        if (new := offset(then)) != known:
            low, high = at // MINUTE, then // MINUTE
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle * MINUTE) == known else (low, middle)
            found.append(high * MINUTE)
        at, known = then, new
    return tuple(found)


@dataclass
class Minutes:
    """Some days of a plan, minute by minute. Instants outside [start, end) are an IndexError: look at more days."""

    plan: Plan
    start: int
    end: int
    open: list[bool] = field(init=False)
    closings: dict[date, int] = field(init=False)

    def __post_init__(self) -> None:
        self.open, self.closings = [], {}
        known: date | None = None
        spans: tuple[tuple[int, int], ...] = ()
        for place, (day, minute) in enumerate(readings(self.plan.zone, self.start, self.end)):
            if day is not known:
                known, spans = day, self.plan.spans(day)
            counts = False
            for first, last in spans:
                if first <= minute < last:
                    counts = True
                    self.closings[day] = self.start + (place + 1) * MINUTE
            self.open.append(counts)

    def at(self, instant: int) -> int:
        """The place of an instant's minute."""
        if not self.start <= instant < self.end:
            raise IndexError(instant)
        return (instant - self.start) // MINUTE

    def is_open(self, instant: int) -> bool:
        return self.open[self.at(instant)]

    def pieces(self, start: int, end: int | None = None, pauses: Iterable[Span] = ()) -> Iterator[tuple[int, int]]:
        """The counted stretches of each minute from `start` on, none longer than a minute."""
        stops = sorted(pauses)
        at, place = start, self.at(start)
        while end is None or at < end:
            then = at - at % MINUTE + MINUTE
            if end is not None and then > end:
                then = end
            if self.open[place]:
                low = at
                for begins, ends in stops:
                    if begins >= then:
                        break
                    if ends is None or ends > low:
                        if begins > low:
                            yield low, begins
                        low = then if ends is None else min(ends, then)
                if low < then:
                    yield low, then
            at, place = then, place + 1

    def count(self, start: int, end: int, pauses: Iterable[Span] = ()) -> int:
        """Counted seconds."""
        return sum(b - a for a, b in self.pieces(start, end, pauses))

    def reach(self, start: int, seconds: int, pauses: Iterable[Span] = ()) -> int | None:
        """The instant at which so many (at least one) seconds are counted; None after a pause that does not end."""
        lasting = any(ends is None for _, ends in pauses)
        try:
            for low, high in self.pieces(start, None, pauses):
                seconds -= high - low
                if seconds <= 0:
                    return high + seconds
        except IndexError:
            if not lasting:
                raise
        return None

    def back(self, end: int, seconds: int) -> int:
        """The last instant from which so many (at least one) seconds are counted until `end`."""
        at = end
        while True:
            then = (at - 1) - (at - 1) % MINUTE
            if self.is_open(at - 1):
                seconds -= at - then
                if seconds <= 0:
                    return then - seconds
            at = then

    def next_open(self, instant: int) -> int:
        """The first open second at or after an instant."""
        while not self.is_open(instant):
            instant += MINUTE - instant % MINUTE
        return instant

    def windows(self, start: int, end: int) -> list[tuple[int, int]]:
        """Counted stretches, touching ones joined."""
        found: list[tuple[int, int]] = []
        for low, high in self.pieces(start, end):
            if found and found[-1][1] == low:
                found[-1] = (found[-1][0], high)
            else:
                found.append((low, high))
        return found

    # -- whole working days ----------------------------------------------------------------------------------------

    def add_days(self, start: int, days: int, end_of_day: bool = False) -> int:
        """So many working days (at least one) later at the same local time, at the latest at the day's last closing.

        A working day is a local date with an open minute. A local time that does not exist is read with the offset
        that ends there (RFC 5545), one that exists twice is the first.
        """
        wall = readings(self.plan.zone, self.start, self.end)
        place = self.at(start)
        today, minute = wall[place]
        day = sorted(day for day in self.closings if day > today)[days - 1]
        if end_of_day:
            return self.closings[day]
        while wall[place] < (day, minute):
            place += 1
        if wall[place] != (day, minute):
            # Nothing shows that time: so long after the last minute that showed less.
            before_day, before_minute = wall[place - 1]
            place += (day - before_day).days * 1440 + minute - before_minute - 1
        return min(self.start + place * MINUTE + start % MINUTE, self.closings[day])

    def end_of_day(self, instant: int) -> int:
        """The last closing of the instant's local date, or of the next working day."""
        today, _ = readings(self.plan.zone, self.start, self.end)[self.at(instant)]
        later = [day for day in self.closings if day >= today]
        if not later:
            raise IndexError(instant)
        return self.closings[min(later)]

    # -- hours as the wall shows them ------------------------------------------------------------------------------

    def wall_count(self, start: int, end: int) -> int:
        """Counted seconds where a day always has 24 hours: from the one reading to the other, along the wall alone."""
        where = ZoneInfo(self.plan.zone)
        at, until = (datetime.fromtimestamp(instant, where).replace(tzinfo=None) for instant in (start, end))
        seconds, known = 0, date.min
        spans: tuple[tuple[int, int], ...] = ()
        while at < until:
            then = min(at.replace(second=0) + timedelta(minutes=1), until)
            if at.date() != known:
                known = at.date()
                spans = self.plan.spans(known)
            minute = at.hour * 60 + at.minute
            if any(first <= minute < last for first, last in spans):
                seconds += (then - at).seconds
            at = then
        return seconds
