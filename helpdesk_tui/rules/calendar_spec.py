"""How a working calendar is written down: times of day, weekly hours and sets of days.

Pure text to numbers. A time of day is seconds since local midnight (0 to 86,400), a day is the number of days
since 1970-01-01, a weekday 0 (Monday) to 6 (Sunday).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

DAY: Final = 86_400
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Spans = tuple[tuple[int, int], ...]
ALWAYS: Final[dict[int, Spans]] = dict.fromkeys(range(7), ((0, DAY),))

_EPOCH: Final = date(1970, 1, 1).toordinal()
_TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)
_YEARLY: Final = re.compile(r"--([0-9]{2})-([0-9]{2})", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(day + _EPOCH)


def parse_time_of_day(text: str) -> int:
    """Seconds since midnight of `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day. Raises Invalid."""
    match = _TIME.fullmatch(text)
    if match:
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        seconds = hour * 3600 + minute * 60 + second
        if minute < 60 and second < 60 and seconds <= DAY:
            return seconds
    raise Invalid(N_("{value} is no time of day; write HH:MM, or 24:00 for the end of the day"), value=text)


def normalise_spans(spans: Iterable[tuple[int, int]]) -> Spans:
    """The open spans of one day, sorted and joined where they touch. Raises Invalid for an empty or backward one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not 0 <= start < end <= DAY:
            raise Invalid(
                N_(
                    "opening hours {start} to {end}: the end must follow the start on the same day (two spans cross it)"
                ),
                start=format_time_of_day(start),
                end=format_time_of_day(end),
            )
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def format_time_of_day(seconds: int) -> str:
    """`HH:MM`, with seconds only where there are any."""
    hour, rest = divmod(seconds, 3600)
    minute, second = divmod(rest, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}" if second else f"{hour:02d}:{minute:02d}"


def parse_hours(hours: Mapping[str, Iterable[Iterable[str]]]) -> dict[int, Spans]:
    """Weekly hours `{"mon": [["08:00", "12:00"], …], …}`; a weekday that is not named is closed. Raises Invalid."""
    found: dict[int, Spans] = {}
    for name, spans in hours.items():
        if name not in WEEKDAYS:
            raise Invalid(N_("{value} is no weekday; use mon tue wed thu fri sat sun"), value=name)
        pairs: list[tuple[int, int]] = []
        for span in spans:
            edges = [span] if isinstance(span, str) else list(span)
            if len(edges) != 2 or not all(isinstance(edge, str) for edge in edges):
                raise Invalid(N_("{value} is no span of opening hours; write [from, to]"), value=edges)
            pairs.append((parse_time_of_day(edges[0]), parse_time_of_day(edges[1])))
        found[WEEKDAYS.index(name)] = normalise_spans(pairs)
    return found


@dataclass(frozen=True, slots=True)
class DaySet:
    """A set of days: single days, ranges, days of every year, ranges of every year (they may cross New Year)."""

    singles: frozenset[int] = frozenset()
    ranges: tuple[tuple[int, int], ...] = ()
    yearly: frozenset[tuple[int, int]] = frozenset()
    yearly_ranges: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()

    def __contains__(self, day: int) -> bool:
        if day in self.singles or any(first <= day <= last for first, last in self.ranges):
            return True
        if self.yearly or self.yearly_ranges:
            on = date_of(day)
            key = (on.month, on.day)
            if key in self.yearly:
                return True
            for first, last in self.yearly_ranges:
                if (first <= key <= last) if first <= last else (key >= first or key <= last):
                    return True
        return False

    def __bool__(self) -> bool:
        return bool(self.singles or self.ranges or self.yearly or self.yearly_ranges)


def parse_days(texts: Iterable[str]) -> DaySet:
    """A set of days from `YYYY-MM-DD`, `--MM-DD` (every year) and `A/B` (a range of either). Raises Invalid."""
    singles: set[int] = set()
    ranges: list[tuple[int, int]] = []
    yearly: set[tuple[int, int]] = set()
    yearly_ranges: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for text in texts:
        first, slash, last = text.partition("/")
        if first.startswith("--"):
            if slash:
                yearly_ranges.append((_parse_yearly(first, text), _parse_yearly(last, text)))
            else:
                yearly.add(_parse_yearly(first, text))
        elif slash:
            start, end = _parse_date(first, text), _parse_date(last, text)
            if end < start:
                raise Invalid(N_("{value} ends before it starts"), value=text)
            ranges.append((start, end))
        else:
            singles.add(_parse_date(first, text))
    return DaySet(frozenset(singles), tuple(sorted(ranges)), frozenset(yearly), tuple(yearly_ranges))


def _no_day(text: str) -> Invalid:
    return Invalid(N_("{value} is no day; write YYYY-MM-DD, --MM-DD for every year, or A/B for a range"), value=text)


def _parse_date(part: str, text: str) -> int:
    if not _DATE.fullmatch(part):
        raise _no_day(text)
    try:
        return day_number(date.fromisoformat(part))
    except ValueError:
        raise _no_day(text) from None


def _parse_yearly(part: str, text: str) -> tuple[int, int]:
    match = _YEARLY.fullmatch(part)
    if not match:
        raise _no_day(text)
    month, day = int(match[1]), int(match[2])
    try:
        date(2000, month, day)  # a leap year, so that 29 February may be named
    except ValueError:
        raise _no_day(text) from None
    return month, day
