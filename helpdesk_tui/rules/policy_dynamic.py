"""Policy section of dynamic priority: what moves a ticket's priority while the world around it changes."""

import contextlib
import datetime
from typing import Annotated, Any, Self

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from helpdesk_tui.rules.policy_base import Code, Duration, DurationText, Name, PriorityCode, Section, refuse
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.records import NEVER, Instant

Points = Annotated[int, Field(ge=-10, le=10)]


def _as_instant(value: Any) -> Instant:
    """Of TOML's own date and time, or of a text in the same form; always with its offset, for a freeze has no zone."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = datetime.datetime.fromisoformat(value)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        found = int(value.timestamp())
        if 0 <= found < NEVER:
            return found
    raise refuse(N_("{value} is no instant; write 2026-12-18T18:00:00+01:00"), value=value)


InstantText = Annotated[Instant, PlainValidator(_as_instant), PlainSerializer(iso, return_type=str)]


class FromCount(Section):
    """Points from a number on; of several steps the one with the greatest number that is reached counts."""

    at_least: Annotated[int, Field(ge=1, le=10_000_000)]
    points: Points


class FromTime(Section):
    """Points from a length of time on."""

    time: DurationText
    points: Points


class FromLoad(Section):
    """Points from a load of the team on: open tickets by what its members can carry; 1.0 is full."""

    load: Annotated[float, Field(ge=0, le=100)]
    points: Points


class CriticalityPoints(Section):
    """Points by the criticality of the service."""

    critical: Points = 1
    high: Points = 0
    medium: Points = 0
    low: Points = 0

    def of(self, criticality: int | None) -> int:
        """Of 1 (low) to 4 (critical); nothing without a service."""
        return 0 if criticality is None else (self.low, self.medium, self.high, self.critical)[criticality - 1]


class Freeze(Section):
    """A change freeze: from one instant until (not at) another; of some services, or of all where it names none."""

    name: Name
    from_: Annotated[InstantText, Field(alias="from")]
    until: InstantText
    service: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.until <= self.from_:
            raise refuse(N_("a freeze must end after it begins"))
        return self

    def concerns(self, service: str | None) -> bool:
        """Whether it is about tickets of this service."""
        return not self.service or service in self.service


class Dynamic(Section):
    """Dynamic priority: points of the world around a ticket lift it above what the matrix says, one step or two.

    It never sinks below the matrix's result, and never moves against a pin. It goes back only when the points have
    fallen by `ease` below what lifted it, and not before `hold` after its last move: so it never flaps.
    """

    active: bool = False
    kinds: tuple[Kind, ...] = (Kind.INCIDENT, Kind.REQUEST)
    # One step up from so many points on, two from so many (0: never two).
    raise_at: Annotated[int, Field(ge=1, le=100)] = 3
    raise_two_at: Annotated[int, Field(ge=0, le=100)] = 6
    at_most: PriorityCode = Priority.CRITICAL
    ease: Annotated[int, Field(ge=0, le=100)] = 1
    hold: DurationText = Duration(60 * 60)
    criticality: CriticalityPoints = CriticalityPoints()
    affected_users: Annotated[tuple[FromCount, ...], Field(max_length=20)] = (
        FromCount(at_least=10, points=1),
        FromCount(at_least=100, points=2),
    )
    # Alerts that fire and are linked to the ticket.
    alerts: Annotated[tuple[FromCount, ...], Field(max_length=20)] = (
        FromCount(at_least=1, points=1),
        FromCount(at_least=10, points=2),
    )
    # Open for so long, in real time.
    age: Annotated[tuple[FromTime, ...], Field(max_length=20)] = (
        FromTime(time=Duration(72 * 3_600), points=1),
        FromTime(time=Duration(240 * 3_600), points=2),
    )
    # So long before the resolution is due, in real time, or later.
    due_within: Annotated[tuple[FromTime, ...], Field(max_length=20)] = (
        FromTime(time=Duration(3_600), points=1),
        FromTime(time=Duration(0), points=2),
    )
    # While a change freeze is in force nothing that waits for a change gets on by itself.
    freeze: Points = 1
    freezes: Annotated[tuple[Freeze, ...], Field(max_length=200)] = ()
    # A team that is full does not get further on because everything is raised.
    load: Annotated[tuple[FromLoad, ...], Field(max_length=20)] = (FromLoad(load=1.5, points=-1),)

    def frozen(self, service: str | None, now: Instant) -> tuple[bool, Instant | None]:
        """Whether a change freeze is in force for a ticket of this service, and when one begins or ends next."""
        spans = [one for one in self.freezes if one.concerns(service)]
        turns = [at for one in spans for at in (one.from_, one.until) if at > now]
        return any(one.from_ <= now < one.until for one in spans), min(turns, default=None)

    def most(self) -> int:
        """The points of a ticket for which everything speaks that gives any."""
        steps = (self.affected_users, self.alerts, self.age, self.due_within, self.load)
        service = max(self.criticality.of(one) for one in (None, 1, 2, 3, 4))
        freeze = max(0, self.freeze) if self.freezes else 0
        return service + freeze + sum(max((0, *(step.points for step in one))) for one in steps)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.raise_two_at and self.raise_two_at <= self.raise_at:
            raise refuse(N_("raise_two_at must be above raise_at, or 0"))
        if self.ease >= self.raise_at:
            raise refuse(N_("ease must be below raise_at, or nothing would ever go back"))
        for name in ("age", "due_within"):
            if any(step.time.working_days for step in getattr(self, name)):
                raise refuse(N_("{key}: this is real time and knows no working days; write hours"), key=name)
        if self.hold.working_days:
            raise refuse(N_("{key}: this is real time and knows no working days; write hours"), key="hold")
        return self
