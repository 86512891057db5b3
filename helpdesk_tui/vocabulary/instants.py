"""Instants and spans of time as people write and read them.

An `Instant` is a whole number of UTC seconds from 1970 to 9999 (`vocabulary.records`). Reading never looks at a
clock: `now` and the zone are parameters. Full-width digits and signs mean the same as ASCII (NFKC).

Two directions exist for a span without sign or direction word (`4h`): later by default, earlier with `past=True`
(for questions such as "the state two hours ago").
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.records import NEVER, Instant

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400
WEEK: Final = 604_800
# A hundred years: more is a typing error, never a target or a filter.
MAX_DURATION: Final = 36_525 * DAY
MAX_WORKING_DAYS: Final = 36_525
_MAX_TEXT: Final = 64
_MILLIONTHS: Final = 1_000_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)

_UNITS: Final[dict[str, int]] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒", "秒钟"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "时", "小时", "个小时", "钟头", "个钟头"), HOUR),
    **dict.fromkeys(("d", "day", "days", "天", "日"), DAY),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks", "周", "星期", "个星期"), WEEK),
}
_WORKING_DAY_UNITS: Final = frozenset(
    {"wd", "workday", "workdays", "working day", "working days", "个工作日", "工作日"}
)
_WORKING_HOUR_UNITS: Final = frozenset({"wh", "working hour", "working hours", "个工作小时", "工作小时"})

_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]{1,6})?)\s*([a-z]+|[一-鿿]+)\s*")
_WORKING: Final = re.compile(r"([0-9]+(?:\.[0-9]{1,6})?)\s*([a-z]+(?: [a-z]+)?|[一-鿿]+)")
_DAY_WORD: Final = re.compile(r"(today|yesterday|tomorrow|今天|昨天|明天)(?:\s+(?:at\s+)?(\S+))?")
_DAY_OFFSET: Final = {"yesterday": -1, "昨天": -1, "today": 0, "今天": 0, "tomorrow": 1, "明天": 1}
_WEEKDAYS: Final = {
    name: at
    for at, names in enumerate(
        ("mon monday 周一 星期一 礼拜一", "tue tuesday 周二 星期二 礼拜二", "wed wednesday 周三 星期三 礼拜三",
         "thu thursday 周四 星期四 礼拜四", "fri friday 周五 星期五 礼拜五", "sat saturday 周六 星期六 礼拜六",
         "sun sunday 周日 星期日 礼拜日 周天 星期天 礼拜天")
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAY: Final = re.compile(rf"(下|下个)?({'|'.join(_WEEKDAYS)})(?:\s+(?:at\s+)?(\S+))?")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?")
_ISO: Final = re.compile(
    r"""([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})
        (?:[t\s]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?
           \s*(z|utc|[+-][0-9]{2}(?::?[0-9]{2})?)?)?""",
    re.VERBOSE,
)
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})t([0-9]{2})([0-9]{2})([0-9]{2})(z)?")
_EXACT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_EPOCH_TEXT: Final = re.compile(r"@([0-9]{1,12})")
_AGO: Final = re.compile(r"(.+?)\s*(?:ago|earlier|以前|之前|前)")
_LATER: Final = re.compile(r"(.+?)\s*(?:later|from now|以后|之后|后)|in\s+(.+)")
_DASHES: Final = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-"})

_NO_INSTANT: Final = N_(
    "{value} is no date or time; write 2026-11-22, 2026-11-22 14:40, 2026-11-22T14:40:00Z, now, today, 4h, 2d ago"
)
_NO_DURATION: Final = N_("{value} is no length of time; write 90s, 15m, 4h30m, 2d or 1w")
_NO_WORKING: Final = N_("{value} is no working time; write 4h or 8wh for working hours, 2wd for working days")
_OUT_OF_RANGE: Final = N_("{value} lies outside the years 1970 to 9999")
_TOO_LONG: Final = N_("{value} is longer than a hundred years")


class Working(NamedTuple):
    """A target in working time: `n` seconds of opening hours, or `n` whole working days."""

    n: int
    unit: Literal["seconds", "days"]


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name. Raises Invalid for a name that the system's zone tables do not know."""
    try:
        return _zone(name)
    except (ValueError, OSError, LookupError):  # ZoneInfoNotFoundError is a KeyError; paths give the others
        raise Invalid(N_("{value} is no known time zone; write a name such as Asia/Shanghai"), value=name) from None


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    return UTC if name in {"UTC", "Z", "utc"} else ZoneInfo(name)


def _normal(text: str) -> str:
    """Lower-case ASCII signs and digits, single blanks; at most a line's worth (longer text is no time)."""
    if len(text) > _MAX_TEXT:
        return ""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    return " ".join(plain.split())


def _bounded(instant: int, text: str) -> Instant:
    if not 0 <= instant <= NEVER:
        raise Invalid(_OUT_OF_RANGE, value=text)
    return instant


def _from_local(naive: datetime, tz: tzinfo) -> int:
    """UTC seconds of a local reading.

    A reading that occurs twice (clocks set back) is the first of the two; one that does not occur (clocks set
    forward) is counted with the offset before the change, as PEP 495 has it for fold=0.
    """
    seconds = (naive - _NAIVE_EPOCH) // timedelta(seconds=1)
    offset = naive.replace(tzinfo=tz).utcoffset() or timedelta(0)
    return seconds - offset // timedelta(seconds=1)


def _local_date(now: Instant, tz: tzinfo) -> date:
    return datetime.fromtimestamp(now, tz).date()


def _offset_seconds(text: str) -> int:
    """Seconds east of UTC for `z`, `utc`, `+08`, `+0800`, `-03:30`. Raises ValueError beyond 24 hours."""
    if text in {"z", "utc"}:
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    seconds = hours * HOUR + minutes * MINUTE
    return -seconds if text[0] == "-" else seconds


def _weekday_offset(plain: str, today: date, *, past: bool) -> tuple[int, str | None] | None:
    """Days from today to the day that a weekday's name means, and the time behind it; None where it is no weekday.

    The next such day, never today itself; looking back the last one, today included. 下周一 is Monday of the next
    calendar week.
    """
    match = _WEEKDAY.fullmatch(plain)
    if match is None or (match.group(1) and match.group(2).isascii()):
        return None
    wanted, here = _WEEKDAYS[match.group(2)], today.weekday()
    if match.group(1):
        return 7 - here + wanted, match.group(3)
    if past:
        return -((here - wanted) % 7), match.group(3)
    return (wanted - here - 1) % 7 + 1, match.group(3)


def _absolute(plain: str, now: Instant, tz: tzinfo, *, past: bool = False) -> int | None:
    """UTC seconds of a date, a date with time, a time of a named day or `@seconds`; None where it is none of these."""
    match = _ISO.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if match:
        year, month, day, hour, minute, second = (int(g or 0) for g in match.groups()[:6])
        naive = datetime(year, month, day, hour, minute, second)
        offset = match.group(7)
        if offset:
            return (naive - _NAIVE_EPOCH) // timedelta(seconds=1) - _offset_seconds(offset)
        return _from_local(naive, tz)
    match = _EPOCH_TEXT.fullmatch(plain)
    if match:
        return int(match.group(1))
    today = _local_date(now, tz)
    match = _DAY_WORD.fullmatch(plain)
    if match:
        offset_days, clock = _DAY_OFFSET[match.group(1)], match.group(2)
    else:
        offset_days, clock = _weekday_offset(plain, today, past=past) or (0, plain)
    time = _CLOCK.fullmatch(clock or "0:00")
    if time is None:
        return None
    day_there = today + timedelta(days=offset_days)
    hour, minute, second = (int(g or 0) for g in time.groups())
    return _from_local(datetime(day_there.year, day_there.month, day_there.day, hour, minute, second), tz)


def _relative(plain: str, *, past: bool) -> int | None:
    """Signed seconds from now, or None where the text is no span."""
    sign = -1 if past else 1
    if plain[0] in "+-":
        sign, plain = (-1 if plain[0] == "-" else 1), plain[1:].strip()
    elif match := _AGO.fullmatch(plain):
        sign, plain = -1, match.group(1)
    elif match := _LATER.fullmatch(plain):
        sign, plain = 1, match.group(1) or match.group(2)
    seconds = _span(plain)
    return None if seconds is None else sign * seconds


def _exact(text: str) -> Instant | None:
    """The form in which machines write an instant, which long files are made of; None for any other, and for what is none."""
    if _EXACT.fullmatch(text) is None:
        return None
    try:
        found = int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        return None
    return found if 0 <= found <= NEVER else None


def parse_instant(text: str, now: Instant, tz: str = "UTC", *, past: bool = False) -> Instant:
    """Read an instant.

    Forms: ISO 8601 dates and times with `Z`, an offset, or none (then in `tz`); `14:40` (today); `now`, `today`,
    `yesterday`, `tomorrow` or a weekday (`monday`, `周一`: the next one, with `past` the last one; `下周一`: next week's),
    each with a time if wanted; spans from now such as `4h`, `-30m`, `2d ago`, `in 2h`,
    `10分钟前`; `@1700000000`. A day alone is its first second in `tz`. Days and weeks in spans are 24 and 168 real
    hours. Fractions of a second are cut.

    Raises Invalid when the text is none of these, or outside 1970 to 9999.
    """
    where = zone(tz)
    found = _exact(text)
    if found is not None:
        return found
    plain = _normal(text)
    if not plain:
        raise Invalid(_NO_INSTANT, value=text)
    if plain in {"now", "现在", "刚才"}:
        return _bounded(now, text)
    span = _relative(plain, past=past)
    if span is not None:
        if abs(span) > MAX_DURATION:
            raise Invalid(_TOO_LONG, value=text)
        return _bounded(now + span, text)
    try:
        found = _absolute(plain, now, where, past=past)
    except OverflowError:
        raise Invalid(_OUT_OF_RANGE, value=text) from None
    except ValueError:  # a thirteenth month, a 30th of February, an hour 25
        raise Invalid(N_("{value} does not exist in the calendar"), value=text) from None
    if found is None:
        raise Invalid(_NO_INSTANT, value=text)
    return _bounded(found, text)


def _span(plain: str) -> int | None:
    """Whole seconds of `1h 30m` in normal form, each unit at most once; None where it is no span."""
    total = 0
    seen: set[int] = set()
    at = 0
    while at < len(plain):
        part = _PART.match(plain, at)
        if part is None:
            return None
        unit = _UNITS.get(part.group(2))
        if unit is None or unit in seen:
            return None
        seen.add(unit)
        total += _times(part.group(1), unit)
        at = part.end()
    return total // _MILLIONTHS if seen else None


def _times(number: str, size: int) -> int:
    """`1.5` times a size, in millionths (exact: no more than six decimals are read)."""
    whole, _dot, part = number.partition(".")
    return (int(whole) * _MILLIONTHS + int(part.ljust(6, "0") or 0)) * size


def parse_duration(text: str) -> int:
    """Seconds of a length of time: `90s`, `15m`, `4h30m`, `1h 30m`, `1.5h`, `2d`, `1w`, `2小时`, `30分钟`, `1天`.

    Raises Invalid without a unit, with a sign, or beyond a hundred years.
    """
    seconds = _span(_normal(text))
    if seconds is None:
        raise Invalid(_NO_DURATION, value=text)
    if seconds > MAX_DURATION:
        raise Invalid(_TOO_LONG, value=text)
    return seconds


def parse_working(text: str) -> Working:
    """Read a target in working time: `2wd`, `2 working days`, `2个工作日` are days; everything else is seconds.

    `8wh`, `8 working hours` and plain durations (`4h30m`; `2d` is 48 hours) are seconds of opening hours.
    Raises Invalid for anything else, and for parts of a working day.
    """
    plain = _normal(text)
    match = _WORKING.fullmatch(plain)
    if match and match.group(2) in _WORKING_DAY_UNITS:
        days, rest = divmod(_times(match.group(1), 1), _MILLIONTHS)
        if rest or days > MAX_WORKING_DAYS:
            raise Invalid(_NO_WORKING, value=text)
        return Working(days, "days")
    if match and match.group(2) in _WORKING_HOUR_UNITS:
        seconds: int | None = _times(match.group(1), HOUR) // _MILLIONTHS
    else:
        seconds = _span(plain)
    if seconds is None:
        raise Invalid(_NO_WORKING, value=text)
    if seconds > MAX_DURATION:
        raise Invalid(_TOO_LONG, value=text)
    return Working(seconds, "seconds")


def iso(instant: Instant) -> str:
    """The machine form `2026-11-22T14:40:00Z`. Raises Invalid outside 1970 to 9999."""
    days, rest = divmod(instant if 0 <= instant <= NEVER else _bounded(instant, str(instant)), DAY)
    minutes, second = divmod(rest, MINUTE)
    return f"{_day(days)}T{_TWO[minutes // 60]}:{_TWO[minutes % 60]}:{_TWO[second]}Z"


# A page of tickets holds hundreds of instants of a few days: a calendar date is worked out once a day.
_TWO: Final = tuple(f"{n:02d}" for n in range(60))


@lru_cache(maxsize=4_096)
def _day(days: int) -> str:
    return (_NAIVE_EPOCH + timedelta(days)).date().isoformat()


def local(instant: Instant, tz: str = "UTC", *, seconds: bool = False) -> str:
    """The reader's form `2026-11-22 14:40` in a zone (with `seconds`: `14:40:05`).

    The last hours of the year 9999 cannot be moved east; they are shown in UTC.
    """
    where = zone(tz)
    try:
        moment = datetime.fromtimestamp(_bounded(instant, str(instant)), where)
    except (OverflowError, ValueError):
        moment = datetime.fromtimestamp(instant, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def human_duration(seconds: int) -> str:
    """Time left or passed for a column, at most six cells: `-00:12`, `01:41`, `1d 02h`, `13d`, `3w`, `2y`.

    Hours and minutes below a day, days and hours below ten days. Cut toward zero, so a clock never shows more
    time than there is.
    """
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    if rest < DAY:
        return f"{sign}{rest // HOUR:02d}:{rest % HOUR // MINUTE:02d}"
    if rest < 10 * DAY:
        return f"{sign}{rest // DAY}d{'' if sign else ' '}{rest % DAY // HOUR:02d}h"
    return sign + _coarse(rest)


def exact(seconds: int) -> str:
    """Hours, minutes and seconds, `12:04:30`: a ledger is there to be added up."""
    return f"{seconds // HOUR}:{seconds // MINUTE % 60:02d}:{seconds % MINUTE:02d}"


def span(seconds: int) -> str:
    """A length of time inside a sentence, to the second: `4 h 20 min`, `44 s`. Never days, which may be working days."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    sizes = ((_("{n} h"), rest // HOUR), (_("{n} min"), rest % HOUR // MINUTE), (_("{n} s"), rest % MINUTE))
    return sign + (" ".join(text.format(n=n) for text, n in sizes if n) or sizes[2][0].format(n=0))


def age(seconds: int) -> str:
    """How long ago, at most five cells: `12m`, `2h`, `5d`, `3w`, `2y`; what lies ahead is `0m`."""
    if seconds < HOUR:
        return f"{max(0, seconds) // MINUTE}m"
    if seconds < DAY:
        return f"{seconds // HOUR}h"
    return _coarse(seconds)


def _coarse(seconds: int) -> str:
    days = seconds // DAY
    if days < 14:
        return f"{days}d"
    if days < 730:
        return f"{days // 7}w"
    return f"{min(9999, days // 365)}y"
