"""Recurring shifts: hourly, daily, weekly or monthly, with an interval and days, each turn one group's.

Turns advance where there are shifts. Hourly and daily ones advance with each shift; daily ones with a choice of days
keep a group on for `interval` shifts in a row. Weekly ones advance with each week that has shifts, monthly ones with
each such month, so that all shifts of that week or month are the same group's. The first turn is that of `start`;
`rotation_start` hides what is before it, turns passed by until then are gone; `until` ends everything.
Times are reckoned on the wall, starts and ends alike. Source of the rules of days and weeks: RFC 5545, section 3.3.10.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import Final, Literal

from helpdesk_tui.rules.oncall_days import DayRule, Duration, day_of_month, first_of, month_of, pinned, weekday
from helpdesk_tui.rules.oncall_patterns import Span
from helpdesk_tui.rules.oncall_wall import Wall
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, HOUR, WEEK
from helpdesk_tui.vocabulary.records import Instant

Frequency = Literal["hourly", "daily", "weekly", "monthly"]
FREQUENCIES: Final[tuple[Frequency, ...]] = ("hourly", "daily", "weekly", "monthly")
MAX_INTERVAL: Final = 9_000
# So many shifts of one layer run at the same time at most.
MAX_ABREAST: Final = 400
EVERY_DAY: Final = DayRule()


@dataclass(frozen=True)
class Recurrence:
    """Shifts that come again, from the wall time `start` on.

    `since` is the instant before which nothing is on (the start itself, or a later start of the rotation), `until` the
    one from which nothing is. `freq` None is a single shift, which is everybody's. Raises Invalid for an interval outside 1 to 9000, for
    shifts that overlap without measure, and for days that the frequency does not know.
    """

    freq: Frequency | None
    start: int
    duration: Duration
    groups: int
    since: Instant
    until: Instant | None = None
    interval: int = 1
    days: DayRule = EVERY_DAY
    week_start: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.interval <= MAX_INTERVAL:
            raise Invalid(N_("{value} is no interval; write 1 to {most}"), value=self.interval, most=MAX_INTERVAL)
        if self.freq != "monthly" and any(nth for nth, _day in self.days.byday):
            raise Invalid(N_("a numbered weekday such as 1MO or -1FR goes with monthly only"))
        if self.freq == "hourly" and self.duration.longest > MAX_ABREAST * self.interval * HOUR:
            raise Invalid(N_("more than {most} shifts would run at the same time"), most=MAX_ABREAST)

    def spans(self, wall: Wall, start: Instant, end: Instant) -> Iterator[Span]:
        """The shifts, cut to [start, end), with the place of their group. They may overlap if they are that long."""
        start = max(start, self.since)
        end = end if self.until is None else min(end, self.until)
        if start >= end or not self.groups:
            return
        first = wall.reading(start) - self.duration.longest + 1
        # Months that follow a start on the 31st are whole ones, also where the shift begins on the 28th.
        meant = day_of_month(self.start // DAY) if self.freq == "monthly" and not self.days else 0
        for begins, turn in self._shifts(first, wall.reading(end - 1) + 1):
            low = max(wall.instant(begins), start)
            high = min(wall.instant(self.duration.after(begins, meant)), end)
            if low < high:
                yield Span(low, high, None if self.freq is None else turn % self.groups)

    def _shifts(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """The wall times in [first, end) at which shifts start, with the number of their turn."""
        if self.freq is None:
            if first <= self.start < end:
                yield self.start, 0
        elif self.freq in ("hourly", "daily"):
            yield from self._steps.shifts(first, end)
        else:
            yield from self._periods.shifts(first, end)

    @cached_property
    def _steps(self) -> "_Steps":
        if self.freq == "hourly":
            return _Steps(self.start, self.interval * HOUR, 1, self.days)
        if self.days:
            return _Steps(self.start, DAY, self.interval, self.days)
        return _Steps(self.start, self.interval * DAY, 1, self.days)

    @cached_property
    def _periods(self) -> "_Periods":
        return _Periods(self)


class _Steps:
    """Shifts at equal distances on the wall, those on days that do not count left out."""

    def __init__(self, start: int, step: int, per_turn: int, days: DayRule) -> None:
        self._start, self._step, self._per_turn, self._days = start, step, per_turn, days
        self._cycle = lcm(step, WEEK) // step
        self._before: list[int] = []  # counting shifts before each of a cycle
        if days and days.weekly:
            seen = 0
            for n in range(self._cycle):
                self._before.append(seen)
                seen += days.matches((start + n * step) // DAY)
            self._before.append(seen)
        self._first_month = month_of(start // DAY)
        self._months: list[int] = [0]  # counting shifts before each month, by days of the month

    def shifts(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        n = self._at(first)
        while (begins := self._start + n * self._step) < end:
            day = begins // DAY
            if self._days.matches(day):
                yield begins, self._count(n) // self._per_turn
                n += 1
            else:
                n = self._at((day + 1) * DAY)

    def _at(self, wall_time: int) -> int:
        """The first shift at or after a wall time, counted from 0, days left out included."""
        return max(0, -((self._start - wall_time) // self._step))

    def _count(self, n: int) -> int:
        """How many of the first n shifts are on days that count."""
        if not self._days:
            return n
        if self._days.weekly:
            return n // self._cycle * self._before[-1] + self._before[n % self._cycle]
        month = month_of((self._start + n * self._step) // DAY)
        while len(self._months) <= month - self._first_month:
            last = self._first_month + len(self._months) - 1
            self._months.append(self._months[-1] + self._in_month(last, self._at(first_of(last + 1) * DAY)))
        return self._months[month - self._first_month] + self._in_month(month, n)

    def _in_month(self, month: int, n: int) -> int:
        days = self._days.among(range(first_of(month), first_of(month + 1)))
        return sum(max(0, min(n, self._at((day + 1) * DAY)) - self._at(day * DAY)) for day in days)


class _Periods:
    """Shifts on days of every so many-th week or month."""

    def __init__(self, rule: Recurrence) -> None:
        self._weekly = rule.freq == "weekly"
        self._interval = rule.interval
        self._day, self._time = divmod(rule.start, DAY)
        self._rule, self._week_start = rule.days, rule.week_start
        if self._weekly and not rule.days.byday:
            self._rule = DayRule(((0, weekday(self._day)),), rule.days.bymonthday)
        self._first = self._number(self._day)
        # Whether every week or month after the first has a shift, so that turns need no counting.
        self._full = self._rule.weekly if self._weekly else not self._rule or self._rule.in_every_month
        self._turns: list[int] = [0]  # weeks or months with shifts before each

    def shifts(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        period = max(0, (self._number(first // DAY) - self._first) // self._interval)
        last = (self._number((end - 1) // DAY) - self._first) // self._interval
        while period <= last:
            days = self._days(period)
            if days:
                turn = self._turn(period)
                for day in days:
                    if first <= day * DAY + self._time < end:
                        yield day * DAY + self._time, turn
            period += 1

    def _number(self, day: int) -> int:
        """The week (from its first day on) or month that a day lies in."""
        return (day + 3 - self._week_start) // 7 if self._weekly else month_of(day)

    def _days(self, period: int) -> tuple[int, ...]:
        number = self._first + period * self._interval
        if self._weekly:
            monday = number * 7 - 3 + self._week_start
            days = self._rule.among(range(monday, monday + 7))
        elif self._rule:
            days = self._rule.among(range(first_of(number), first_of(number + 1)))
        else:
            days = (pinned(number, day_of_month(self._day)),)
        return tuple(day for day in days if day >= self._day) if period == 0 else days

    def _turn(self, period: int) -> int:
        if self._full:
            return period if self._days(0) else period - 1
        while len(self._turns) <= period:
            self._turns.append(self._turns[-1] + bool(self._days(len(self._turns) - 1)))
        return self._turns[period]
