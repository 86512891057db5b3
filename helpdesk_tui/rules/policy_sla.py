"""Policy sections about time: calendars, SLA targets, escalation levels, indicator targets."""

import datetime
import itertools
import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from helpdesk_tui.rules.policy_base import Code, DurationText, MarkText, Name, Section, refuse
from helpdesk_tui.rules.policy_work import When
from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.vocabulary.i18n import N_

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Clock = Literal["response", "update", "resolution"]
Interval = tuple[int, int]

_INTERVAL: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*-\s*(\d{1,2}):(\d{2})(?::(\d{2}))?")
_YEARLY: Final = re.compile(r"(?:--)?(\d{2})-(\d{2})")


def _as_interval(value: Any) -> Interval:
    match = _INTERVAL.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        numbers = [int(part or 0) for part in match.groups()]
        start, end = (h * 3600 + m * 60 + s for h, m, s in (numbers[:3], numbers[3:]))
        if start < end <= 86400 and all(n < 60 for n in (*numbers[1:3], *numbers[4:])):
            return start, end
    raise refuse(N_("{value} is no stretch of a day; write 09:00-17:30, at most 00:00-24:00"), value=value)


def _interval_text(value: Interval) -> str:
    def clock(seconds: int) -> str:
        text = f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
        return f"{text}:{seconds % 60:02d}" if seconds % 60 else text

    return f"{clock(value[0])}-{clock(value[1])}"


def _as_yearly(value: Any) -> tuple[int, int]:
    match = _YEARLY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        try:
            # 2000 was a leap year, so 29 February is a day.
            day = datetime.date(2000, int(match[1]), int(match[2]))
        except ValueError:
            pass
        else:
            return day.month, day.day
    raise refuse(N_("{value} is no day of the year; write 12-25 (month-day)"), value=value)


def _yearly_text(value: tuple[int, int]) -> str:
    return f"{value[0]:02d}-{value[1]:02d}"


def _as_date(value: Any) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise refuse(N_("{value} is no date; write 2026-12-24"), value=value)


IntervalText = Annotated[Interval, PlainValidator(_as_interval), PlainSerializer(_interval_text, return_type=str)]
YearlyDay = Annotated[tuple[int, int], PlainValidator(_as_yearly), PlainSerializer(_yearly_text, return_type=str)]
DateText = Annotated[datetime.date, PlainValidator(_as_date), PlainSerializer(datetime.date.isoformat, return_type=str)]
Intervals = tuple[IntervalText, ...]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class CalendarRules(Section):
    """When a desk works. Intervals are seconds of the local day, sorted, apart from each other."""

    tz: Name
    mon: Intervals = ()
    tue: Intervals = ()
    wed: Intervals = ()
    thu: Intervals = ()
    fri: Intervals = ()
    sat: Intervals = ()
    sun: Intervals = ()
    # Regions whose public holidays and make-up days are imported into the desk's rows (`sla holidays import`).
    holidays: tuple[Region, ...] = ()
    # Days closed every year (month, day) and on one date, besides the imported ones.
    yearly: tuple[YearlyDay, ...] = ()
    closed: tuple[DateText, ...] = ()
    # Days open although they would not be, with the hours of `makeup_hours_of`.
    makeup: tuple[DateText, ...] = ()
    makeup_hours_of: Weekday = "mon"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, intervals in zip(WEEKDAYS, self.week(), strict=True):
            for before, after in itertools.pairwise(intervals):
                if after[0] < before[1]:
                    raise refuse(N_("{day}: the intervals must follow one another without overlap"), day=name)
        if not any(self.week()):
            raise refuse(N_("the calendar is never open"))
        both = set(self.closed) & set(self.makeup)
        if both:
            raise refuse(N_("{day} is both closed and a make-up day"), day=min(both).isoformat())
        return self

    def week(self) -> tuple[tuple[Interval, ...], ...]:
        """The intervals of Monday to Sunday."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)

    def hours(self) -> dict[int, tuple[Interval, ...]]:
        """The intervals by weekday, 0 = Monday."""
        return dict(enumerate(self.week()))


class SlaTarget(Section):
    """Targets for the tickets of which `when` holds; the first target that holds decides. An unset clock never runs."""

    id: Code
    when: When = When()
    calendar: Code
    response: DurationText | None = None
    update: DurationText | None = None
    resolution: DurationText | None = None
    # Overrules the warning points of `[sla]`.
    warn: tuple[MarkText, ...] = ()

    @model_validator(mode="after")
    def _positive(self) -> Self:
        for name in ("response", "update", "resolution"):
            value = getattr(self, name)
            if value is not None and not (value.seconds or value.working_days):
                raise refuse(N_("target {id}: {clock} is 0; leave it out for no clock"), id=self.id, clock=name)
        return self


SwitchValue = bool | int | str


class Sla(Section):
    """Service levels: switches of the clocks, warning points, targets in the order of decision."""

    # Names and values are those of `SlaSwitches`; checked with the references of the document.
    switches: dict[str, SwitchValue] = {}
    # Share of the target, or time before due, at which a clock warns (through the calendar).
    warn: tuple[MarkText, ...] = ()
    targets: tuple[SlaTarget, ...] = ()

    def clock_switches(self) -> SlaSwitches:
        """The switches as the SLA engine takes them; unnamed ones stand at their advised values."""
        return SlaSwitches.parse(self.switches)


class EscalationLevel(Section):
    """What happens when a clock reaches a point: who is told, and whether the priority rises a step."""

    id: Code
    clock: Clock
    at: MarkText
    when: When = When()
    notify: Annotated[
        tuple[Literal["assignee", "team", "team_lead", "service_desk", "smo", "requester", "watchers"], ...],
        Field(min_length=1),
    ]
    raise_priority: bool = False


class Escalation(Section):
    """Levels of escalation."""

    levels: tuple[EscalationLevel, ...] = ()


class Indicator(Section):
    """The target of one indicator of the library."""

    code: Code
    name: Name
    name_zh: Name
    unit: Literal["percent", "minutes", "hours", "count", "score"]
    better: Literal["higher", "lower"]
    target: float
    # A more ambitious figure.
    stretch: float | None = None
