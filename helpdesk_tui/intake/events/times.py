"""The ways in which monitoring systems write an instant, read without refusing any of them.

Seen in the wild: RFC 3339 with up to nine decimals and any offset; the same without colon, with a dot (`+01.00`), with a
blank, without a zone; Go's `2025-02-15 14:59:03 +0000 UTC`; `2025/02/15`, `2025.02.15`; `Sat Oct 26 23:20:39 UTC 2024`
and `Mon, 02 Mar 2026 10:00:00 +0000`; seconds, milli-, micro- and nanoseconds since 1970 as number or text.
Go's zero time (year 1) means unset. Everything is cut to whole seconds.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.instants import iso, parse_instant
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import NEVER, Instant

MAX_TIME: Final = 80
# A sender's clock may be this much ahead of ours before its word is doubted.
SKEW: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - readings of a clock, counted without a zone
_DAY_NAME: Final = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s{1,3}"
_MONTHS: Final = {
    name: n for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}  # fmt: skip
_CLOCK: Final = r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d{1,12})?)?"
_OFFSET: Final = r"(?:\s{0,3}(?P<off>z|utc|gmt|[+-]\d{2}(?:[:.]?\d{2})?)(?:\s{1,3}(?:utc|gmt|[a-z]{2,5}))?)?"
_NUMERIC: Final = re.compile(
    rf"(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}})(?:(?:t|\s{{1,3}}){_CLOCK}{_OFFSET})?",
    re.ASCII,
)
_CHINESE: Final = re.compile(rf"(?P<y>\d{{4}})年(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日?(?:\s{{0,3}}{_CLOCK})?", re.ASCII)
_COMPACT: Final = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})t(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})(?:[.,]\d{1,12})?(?P<off>z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
# date(1): Sat Oct 26 23:20:39 UTC 2024
_UNIX: Final = re.compile(
    rf"(?:{_DAY_NAME})?(?P<mon>[a-z]{{3}})[a-z]{{0,6}}\s{{1,3}}(?P<d>\d{{1,2}})\s{{1,3}}{_CLOCK}\s{{1,3}}"
    r"(?:(?P<off>z|utc|gmt|[+-]\d{4}|[a-z]{2,5})\s{1,3})?(?P<y>\d{4})",
    re.ASCII,
)
# RFC 5322: Mon, 02 Mar 2026 10:00:00 +0000
_MAIL: Final = re.compile(
    rf"(?:{_DAY_NAME})?(?P<d>\d{{1,2}})[\s-](?P<mon>[a-z]{{3}})[a-z]{{0,6}}[\s-](?P<y>\d{{4}})(?:,?\s{{1,3}}{_CLOCK}{_OFFSET})?",
    re.ASCII,
)
# American: October 26, 2024 23:20
_ENGLISH: Final = re.compile(
    rf"(?P<mon>[a-z]{{3}})[a-z]{{0,6}}\s{{1,3}}(?P<d>\d{{1,2}}),?\s{{1,3}}(?P<y>\d{{4}})(?:,?\s{{1,3}}(?:at\s{{1,3}})?{_CLOCK}{_OFFSET})?",
    re.ASCII,
)
_FORMS: Final = (_NUMERIC, _COMPACT, _UNIX, _MAIL, _ENGLISH, _CHINESE)
_NUMBER: Final = re.compile(r"(\d{9,19})(?:\.\d{1,9})?", re.ASCII)


def read_time(value: object, field: str, tz: str, now: Instant, warnings: list[Reason]) -> Instant | None:
    """The instant that a sender wrote, or None where it wrote none (or Go's zero time).

    `tz` is where readings without a zone are meant. What cannot be read, lies before 1970 or more than a day ahead of
    `now` is None too, with a warning.
    """
    if value is None or value is False or value is True or value in ("", 0, "0"):
        return None
    if isinstance(value, int | float):
        return _checked(_epoch(value), value, field, now, warnings)
    if not isinstance(value, str):
        warnings.append(Reason("event.type_odd", {"field": field, "wanted": "a time"}))
        return None
    text = value.strip()
    plain = text.casefold() if len(text) <= MAX_TIME else ""
    if plain in ("", "none", "null", "n/a", "never", "-") and len(text) <= MAX_TIME:
        return None
    if number := _NUMBER.fullmatch(plain):
        return _checked(_epoch(int(number[1])), text, field, now, warnings)
    match = next((fits for form in _FORMS if (fits := form.fullmatch(plain))), None)
    seconds, offset = _reading(match) if match else (None, None)
    if seconds is None:
        warnings.append(Reason("event.time_unread", {"field": field, "value": text[:MAX_TIME]}))
        return None
    if seconds < _FIRST:  # year 1 is how Go writes "unset"
        return None
    if offset is None:
        found = in_zone(seconds, tz, now)
        if found is not None:
            warnings.append(Reason("event.time_no_zone", {"field": field, "value": text, "zone": tz}))
    else:
        found = seconds - offset
        if match and "." in match["off"] and 0 <= found <= NEVER:
            warnings.append(Reason("event.time_odd", {"field": field, "value": text, "at": iso(found)}))
    return _checked(found, text, field, now, warnings)


_FIRST: Final = (datetime(2, 1, 1) - _EPOCH) // timedelta(seconds=1)  # noqa: DTZ001


def _reading(match: re.Match[str]) -> tuple[int | None, int | None]:
    """Seconds of the reading as if it were UTC, and the offset it names (None: it names none)."""
    parts = match.groupdict()
    month = int(parts["m"]) if parts.get("m") else _MONTHS.get(str(parts.get("mon")), 0)
    second = int(parts.get("S") or 0)
    try:
        # A leap second is the last ordinary one, as clocks without leap seconds have it.
        moment = datetime(  # noqa: DTZ001
            int(parts["y"]), month, int(parts["d"]), int(parts.get("H") or 0), int(parts.get("M") or 0), min(second, 59)
        )
    except ValueError:
        return None, None
    if second > 60:
        return None, None
    return (moment - _EPOCH) // timedelta(seconds=1), _offset(parts.get("off"))


def _offset(text: str | None) -> int | None:
    if not text:
        return None
    if text in ("z", "utc", "gmt"):
        return 0
    if text[0] not in "+-":
        return None  # letters of a zone mean different things in different places
    digits = text[1:].replace(":", "").replace(".", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds


def in_zone(seconds: int, tz: str, now: Instant) -> Instant | None:
    """The instant of a local reading, given as seconds as if it were UTC; None outside 1970 to 9999."""
    reading = _EPOCH + timedelta(seconds=seconds)
    try:
        return parse_instant(reading.strftime("%Y-%m-%d %H:%M:%S") if reading.year >= 1000 else "", now, tz)
    except Invalid:
        return None


def _epoch(value: float) -> int | None:
    """Seconds since 1970 of a number in seconds, milli-, micro- or nanoseconds, told apart by its size."""
    if not 0 < value < 1e19:
        return None
    number = int(value)
    for limit, size in ((100_000_000_000, 1), (100_000_000_000_000, 1_000), (100_000_000_000_000_000, 1_000_000)):
        if number < limit:
            return number // size
    return number // 1_000_000_000


def _checked(found: int | None, value: object, field: str, now: Instant, warnings: list[Reason]) -> Instant | None:
    if found is None or not 0 <= found <= NEVER:
        warnings.append(Reason("event.time_unread", {"field": field, "value": str(value)[:MAX_TIME]}))
        return None
    if found > now + SKEW:
        warnings.append(Reason("event.time_future", {"field": field, "value": str(value)[:MAX_TIME]}))
        return None
    return found
