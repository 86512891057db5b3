"""Days, weeks and months as plain numbers: what rotations and recurrences of on-call schedules count in.

A day is the number of days since 1970-01-01, a weekday 0 (Monday) to 6 (Sunday), a month the number of months since
January of the year 0. A duration is whole months and seconds on the clock on the wall.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, HOUR, MINUTE, WEEK

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ALL_DAYS: Final = frozenset(range(7))
MAX_DURATION: Final = 366 * DAY
_EPOCH: Final = date(1970, 1, 1).toordinal()
_NUMBER: Final = r"([0-9]{1,9}(?:[.,][0-9]{1,9})?)"
_DURATION: Final = re.compile(
    rf"P(?:([0-9]{{1,4}})Y)?(?:([0-9]{{1,4}})M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.ASCII,
)


def weekday(day: int) -> int:
    """The weekday of a day."""
    return (day + 3) % 7  # 1970-01-01 was a Thursday


def month_of(day: int) -> int:
    """The month that a day lies in."""
    found = date.fromordinal(day + _EPOCH)
    return found.year * 12 + found.month - 1


def first_of(month: int) -> int:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1).toordinal() - _EPOCH


def length_of(month: int) -> int:
    """How many days a month has."""
    return first_of(month + 1) - first_of(month)


def day_of_month(day: int) -> int:
    """1 to 31."""
    return date.fromordinal(day + _EPOCH).day


def pinned(month: int, day: int) -> int:
    """The day of a month with this number, its last one where it is shorter."""
    return first_of(month) + min(day, length_of(month)) - 1


def add_months(wall: int, months: int, number: int = 0) -> int:
    """The same wall time so many months later, on the last day where that month is shorter.

    `number` is the day of the month that is meant where `wall` itself may already lie on such a last day.
    """
    day, time_of_day = divmod(wall, DAY)
    return pinned(month_of(day) + months, number or day_of_month(day)) * DAY + time_of_day


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time on the wall: months first, then seconds."""

    seconds: int
    months: int = 0

    def __post_init__(self) -> None:
        if self.longest <= 0:
            raise Invalid(N_("a shift must be longer than nothing"))
        if self.longest > MAX_DURATION:
            raise Invalid(N_("a shift is no longer than 366 days"))

    @property
    def longest(self) -> int:
        """At most so many seconds on the wall."""
        # Twelve months in a row are 366 days at most, fewer of them 31 each at most.
        return (self.months * 31 - (6 if self.months >= 12 else 0)) * DAY + self.seconds

    def after(self, wall: int, number: int = 0) -> int:
        """The wall time at which what starts at `wall` ends; `number` as for `add_months`."""
        return (add_months(wall, self.months, number) if self.months else wall) + self.seconds


def parse_duration(text: str) -> Duration:
    """A duration of ISO 8601: `PT12H`, `P1D`, `P1W`, `P1M`, `P1DT12H`. Raises Invalid."""
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None or text.strip()[-1:] in "PpTt":
        raise Invalid(N_("{value} is no duration; write PT12H, P1D or P1W"), value=text)
    years, months, *parts = match.groups()
    seconds = sum(
        Fraction(part.replace(",", ".")) * size
        for part, size in zip(parts, (WEEK, DAY, HOUR, MINUTE, 1), strict=True)
        if part
    )
    return Duration(int(seconds), int(years or 0) * 12 + int(months or 0))


@dataclass(frozen=True, slots=True)
class DayRule:
    """Which days of a month or week count: `byday` pairs (n, weekday), n 0 for every one, -1 for the month's last;
    `bymonthday` 1 to 31 or -1 (last) to -31. Both empty: every day; both given: the days that are in both."""

    byday: tuple[tuple[int, int], ...] = ()
    bymonthday: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for nth, _day in self.byday:
            if abs(nth) > 5:
                raise Invalid(N_("{value} is no weekday of a month; a month has five of one at most"), value=nth)
        for number in self.bymonthday:
            if not 1 <= abs(number) <= 31:
                raise Invalid(N_("{value} is no day of a month; write 1 to 31, or -1 for the last"), value=number)

    def __bool__(self) -> bool:
        return bool(self.byday or self.bymonthday)

    @property
    def weekly(self) -> bool:
        """Whether the weekday alone decides."""
        return not self.bymonthday and all(nth == 0 for nth, _day in self.byday)

    @property
    def in_every_month(self) -> bool:
        """Whether no month is without such a day, however short."""
        if self.byday and self.bymonthday:
            return False
        return any(abs(nth) <= 4 for nth, _day in self.byday) or any(abs(n) <= 28 for n in self.bymonthday)

    def matches(self, day: int) -> bool:
        """Whether a day counts."""
        if not self.byday and not self.bymonthday:
            return True
        if self.weekly:
            return any(weekday(day) == of for _nth, of in self.byday)
        number, length = day_of_month(day), length_of(month_of(day))
        if self.bymonthday and not any(number == (n if n > 0 else length + 1 + n) for n in self.bymonthday):
            return False
        if not self.byday:
            return True
        # The how many-th of its weekday it is, counted from the front and from the back.
        counts = {0, (number - 1) // 7 + 1, -((length - number) // 7 + 1)}
        return any(weekday(day) == of and nth in counts for nth, of in self.byday)

    def among(self, days: Iterable[int]) -> tuple[int, ...]:
        """Those of the days that count."""
        return tuple(day for day in days if self.matches(day))
