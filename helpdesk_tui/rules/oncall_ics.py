"""On-call shifts as a calendar that other programs subscribe to: text in, text out.

One event for each unbroken time of a person, in UTC, so that a reader needs no zone tables. The same shifts always give
the same text and the same UIDs, so that a second import replaces the first. Source: RFC 5545 (lines end with CRLF and
are folded at 75 octets, between characters; commas, semicolons, backslashes and line ends of texts are escaped).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NamedTuple

from helpdesk_tui.rules.oncall import Shift
from helpdesk_tui.vocabulary.records import Instant

_FOLD: Final = 75
_SPECIAL: Final = re.compile(r"([\\;,])")
_LINE_END: Final = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]")


class Duty(NamedTuple):
    """An unbroken time of one person on call, [start, end)."""

    start: Instant
    end: Instant
    name: str


def duties(shifts: Iterable[Shift]) -> list[Duty]:
    """Each person's unbroken times in shifts that follow one another, by start and name."""
    found: list[Duty] = []
    running: dict[str, Instant] = {}
    last = 0
    for shift in shifts:
        gone = running.keys() - set(shift.names)
        found += [Duty(running.pop(name), shift.start, name) for name in gone]
        for name in shift.names:
            running.setdefault(name, shift.start)
        last = shift.end
    found += [Duty(start, last, name) for name, start in running.items()]
    return sorted(found, key=lambda duty: (duty.start, duty.name))


def calendar_text(title: str, shifts: Iterable[Shift], stamp: Instant, key: str) -> str:
    """A calendar of shifts that follow one another. `title` names it, `stamp` is the instant it was made, `key` tells
    this schedule from others in the UIDs."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//helpdesk_tui//on-call//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(title)}",
    ]
    for duty in duties(shifts):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_uid(key, duty)}",
            f"DTSTAMP:{_utc(stamp)}",
            f"DTSTART:{_utc(duty.start)}",
            f"DTEND:{_utc(duty.end)}",
            f"SUMMARY:{escaped(f'{duty.name} ({title})')}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    """A text as the value of a property; control characters are left out."""
    plain = _CONTROL.sub("", _LINE_END.sub("\n", text))
    return _SPECIAL.sub(r"\\\1", plain).replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets of UTF-8, those after the first with a blank before them."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > _FOLD:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part


def _uid(key: str, duty: Duty) -> str:
    digest = sha256(f"{key}\x00{duty.name}\x00{duty.start}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{digest[:32]}@helpdesk"


def _utc(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
