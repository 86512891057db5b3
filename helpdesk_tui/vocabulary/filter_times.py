"""Times as people write them in a filter, kept symbolic until the filter is evaluated.

A saved view says `today` or `<4h`: what that means is decided by the `now` and the zone of each evaluation
(`span`). Instants are whole UTC seconds; spans are half-open `[start, end)`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.instants import parse_duration
from helpdesk_tui.vocabulary.records import Instant

YEARS: Final = (1970, 9998)  # one year of room for the end of the last


@dataclass(frozen=True, slots=True)
class Relative:
    """A duration in seconds: that long ago on past fields, that far ahead (negative: overdue) on due fields."""

    seconds: int

    def __str__(self) -> str:
        return duration_text(self.seconds)


@dataclass(frozen=True, slots=True)
class Now:
    """The instant of evaluation."""

    def __str__(self) -> str:
        return "now"


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day counted from today in the viewer's zone: -1 yesterday, 0 today, 1 tomorrow."""

    offset: int

    def __str__(self) -> str:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[self.offset]


@dataclass(frozen=True, slots=True)
class Date:
    """A whole day, or a whole month (day 0), or a whole year (month 0), in the viewer's zone."""

    year: int
    month: int = 0
    day: int = 0

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"] + [f"{n:02d}" for n in (self.month, self.day) if n]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A point of the clock: a minute or a second; without `offset` (minutes east of UTC) in the viewer's zone."""

    local: datetime
    offset: int | None
    seconds: bool

    def __str__(self) -> str:
        text = self.local.strftime("%Y-%m-%dT%H:%M:%S" if self.seconds else "%Y-%m-%dT%H:%M")
        if self.offset is None:
            return text
        if self.offset == 0:
            return text + "Z"
        sign = "-" if self.offset < 0 else "+"
        return f"{text}{sign}{abs(self.offset) // 60:02d}:{abs(self.offset) % 60:02d}"


When = Relative | Now | Day | Date | Stamp

_DATE: Final = re.compile(r"([0-9]{4})(?:[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?)?")
_STAMP: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})[tT ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r" ?([zZ]|[+-][0-9]{2}:?[0-9]{2})?"
)
_WORDS: Final[dict[str, When]] = {
    "now": Now(),
    "现在": Now(),
    "today": Day(0),
    "今天": Day(0),
    "yesterday": Day(-1),
    "昨天": Day(-1),
    "tomorrow": Day(1),
    "明天": Day(1),
}


def duration_text(seconds: int) -> str:
    """A duration as the filter language writes it: `1d12h`, `90s` as `1m30s`, `0s`."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        n, rest = divmod(rest, size)
        if n:
            parts.append(f"{n}{unit}")
    return sign + "".join(parts) if parts else "0s"


def _relative(text: str) -> Relative | None:
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text)
    try:
        return Relative(sign * parse_duration(rest))
    except Invalid:
        return None


def _parse_stamp(text: str) -> Stamp | None:
    match = _STAMP.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute = (int(match.group(n)) for n in range(1, 6))
    second, zone = match.group(6), match.group(7)
    offset: int | None = None
    if zone:
        digits = zone[1:].replace(":", "")
        offset = 0 if zone in "zZ" else int(digits[:2]) * 60 + int(digits[2:])
        if offset >= 24 * 60 or (digits and int(digits[2:]) > 59):
            return None
        offset = -offset if zone.startswith("-") else offset
    try:
        # Its zone is that of each evaluation, or `offset`.
        local = datetime(year, month, day, hour, minute, int(second or 0))  # noqa: DTZ001
    except ValueError:
        return None
    return Stamp(local, offset, second is not None) if YEARS[0] <= year <= YEARS[1] else None


def parse_when(text: str) -> When | None:
    """A time in a filter, or None: a duration, `now`, `today`, a date, month, year or instant (ISO 8601)."""
    text = text.strip()
    word = _WORDS.get(text.lower())
    if word is not None:
        return word
    match = _DATE.fullmatch(text)
    if match:
        year, month, day = (int(group or 0) for group in match.groups())
        try:
            date(year, month if match.group(2) else 1, day if match.group(3) else 1)
        except ValueError:
            return None
        return Date(year, month, day) if YEARS[0] <= year <= YEARS[1] else None
    stamp = _parse_stamp(text)
    if stamp is not None:
        return stamp
    return _relative(text)


def _start(day: date, tz: tzinfo) -> Instant:
    return int(datetime(day.year, day.month, day.day, tzinfo=tz).timestamp())


def span(when: Now | Day | Date | Stamp, now: Instant, tz: tzinfo = UTC) -> tuple[Instant, Instant]:
    """The seconds that a point or a stretch of the clock covers, as `[start, end)`, in the zone `tz`."""
    if isinstance(when, Now):
        return now, now + 1
    if isinstance(when, Stamp):
        zone = tz if when.offset is None else timezone(timedelta(minutes=when.offset))
        at = int(when.local.replace(tzinfo=zone).timestamp())
        return at, at + (1 if when.seconds else 60)
    if isinstance(when, Day):
        first = datetime.fromtimestamp(now, tz).date() + timedelta(days=when.offset)
        return _start(first, tz), _start(first + timedelta(days=1), tz)
    first = date(when.year, when.month or 1, when.day or 1)
    if when.day:
        after = first + timedelta(days=1)
    elif when.month:
        after = date(when.year + when.month // 12, when.month % 12 + 1, 1)
    else:
        after = date(when.year + 1, 1, 1)
    return _start(first, tz), _start(after, tz)
