"""What every policy section stands on: the frozen base, level and duration types, refusals with a catalogue text."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import Level, Priority

CODE_PATTERN: Final = r"^[a-z][a-z0-9_.-]{0,63}$"


class Section(BaseModel):
    """A part of the policy: immutable, and an unknown key is an error (a misspelt key must not pass silently)."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, arbitrary_types_allowed=True)


def refuse(template: str, **params: object) -> PydanticCustomError:
    """The error a validator raises: `template` is a catalogue text whose fields are `params`."""
    shown = {key: str(value) for key, value in params.items()}
    return PydanticCustomError("policy", "{text}", {"text": template.format_map(shown), "template": template, **shown})


def _as_level(value: Any) -> Level:
    if isinstance(value, Level):
        return value
    if isinstance(value, str) and value.upper() in Level.__members__:
        return Level[value.upper()]
    raise refuse(N_("{value} is no level; use {known}"), value=value, known="low, medium, high")


def _as_priority(value: Any) -> Priority:
    if isinstance(value, Priority):
        return value
    if isinstance(value, str) and value.upper() in Priority.__members__:
        return Priority[value.upper()]
    raise refuse(N_("{value} is no priority; use {known}"), value=value, known="low, medium, high, critical")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in a policy: seconds through the calendar, or whole working days, or both (`1wd 2h`).

    `seconds` are seconds of open time of the calendar that measures (real seconds on a calendar that never closes).
    """

    seconds: int
    working_days: int = 0

    @property
    def text(self) -> str:
        """The shortest way to write it: `2wd`, `1h30m`, `45s`."""
        parts = [f"{self.working_days}wd"] if self.working_days else []
        rest = self.seconds
        for unit, size in (("h", 3600), ("m", 60), ("s", 1)):
            amount, rest = divmod(rest, size)
            if amount:
                parts.append(f"{amount}{unit}")
        return "".join(parts) or "0m"

    def __str__(self) -> str:
        return self.text


_DURATION: Final = re.compile(r"\s*(\d{1,6})\s*(wd|h|m|s)")
_UNITS: Final = {"h": 3600, "m": 60, "s": 1}


def parse_duration(text: str) -> Duration | None:
    """Read `15m`, `4h`, `1h30m`, `2wd`, `90s`; None where it is no duration. Each unit stands once, at least one."""
    seconds = days = at = 0
    seen: set[str] = set()
    while match := _DURATION.match(text, at):
        amount, unit = int(match[1]), match[2]
        if unit in seen:
            return None
        seen.add(unit)
        if unit == "wd":
            days = amount
        else:
            seconds += amount * _UNITS[unit]
        at = match.end()
    return Duration(seconds, days) if seen and not text[at:].strip() else None


def _as_duration(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    found = parse_duration(value) if isinstance(value, str) else None
    if found is None:
        raise refuse(N_("{value} is no duration; write 15m, 4h, 1h30m or 2wd (working days)"), value=value)
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the way to a due instant: a share of the target (`percent`), or a distance from the due instant.

    `before` is a Duration before the due instant, `after` one behind it; exactly one of the three is set.
    """

    percent: int | None = None
    before: Duration | None = None
    after: Duration | None = None

    @property
    def text(self) -> str:
        """As written in a policy: `75%`, `30m` (before due), `+1h` (after due)."""
        if self.percent is not None:
            return f"{self.percent}%"
        return f"+{self.after.text}" if self.after is not None else f"{self.before.text if self.before else '0m'}"

    def __str__(self) -> str:
        return self.text


def parse_mark(text: str) -> Mark | None:
    """Read `75%`, `30m` or `-30m` (before due), `+1h` (after due); None where it is none of them."""
    text = text.strip()
    if text.endswith("%"):
        number = text[:-1].strip()
        return Mark(percent=int(number)) if number.isascii() and number.isdigit() and 0 < int(number) <= 1000 else None
    found = parse_duration(text.lstrip("+-"))
    if found is None:
        return None
    return Mark(after=found) if text.startswith("+") else Mark(before=found)


def _as_mark(value: Any) -> Mark:
    if isinstance(value, Mark):
        return value
    found = parse_mark(value) if isinstance(value, str) else None
    if found is None:
        raise refuse(
            N_("{value} is no point in time of a target; write 75%, 30m (before due) or +1h (after)"), value=value
        )
    return found


def _code_of(value: Level | Priority) -> str:
    return value.code


LevelCode = Annotated[Level, BeforeValidator(_as_level), PlainSerializer(_code_of, return_type=str)]
PriorityCode = Annotated[Priority, BeforeValidator(_as_priority), PlainSerializer(_code_of, return_type=str)]
DurationText = Annotated[Duration, PlainValidator(_as_duration), PlainSerializer(str, return_type=str)]
MarkText = Annotated[Mark, PlainValidator(_as_mark), PlainSerializer(str, return_type=str)]
Code = Annotated[str, Field(pattern=CODE_PATTERN)]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Term = Annotated[str, Field(min_length=1, max_length=100)]
