"""Policy section of paging: who is told of a ticket at which level, how long each level has, when a run comes back."""

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from helpdesk_tui.rules.policy_base import Code, Duration, Section, parse_duration, refuse
from helpdesk_tui.rules.policy_events import SeverityCode
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.roles import Role

_TARGET: Final = re.compile(r"(schedule|person|team|lead|role):(\S{1,200})")
_SHORTEST: Final = 60
_LONGEST: Final = 9_000 * 60
NONE: Final = "none"


def _as_target(value: Any) -> str:
    match = _TARGET.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise refuse(
            N_("{value} names nobody; write schedule:CODE, person:LOGIN, team:CODE, lead:TEAM or role:ROLE"),
            value=value,
        )
    if match[1] == "role" and match[2] not in [role.value for role in Role]:
        raise refuse(N_("there is no role {role}; there are {known}"), role=match[2], known=", ".join(Role))
    return match[0]


def _as_wait(value: Any) -> Duration | None:
    """A stretch of real time between a minute and 9,000, or none."""
    if value is None or value == NONE:
        return None
    found = value if isinstance(value, Duration) else parse_duration(value) if isinstance(value, str) else None
    if found is None or found.working_days or not _SHORTEST <= found.seconds <= _LONGEST:
        raise refuse(N_("{value}: write a time like 5m or 1h30m, from 1m to 150h, or none"), value=value)
    return found


def _wait_text(value: Duration | None) -> str:
    return NONE if value is None else value.text


Target = Annotated[str, PlainValidator(_as_target), PlainSerializer(str, return_type=str)]
Wait = Annotated[Duration | None, PlainValidator(_as_wait), PlainSerializer(_wait_text, return_type=str)]
Targets = Annotated[tuple[Target, ...], Field(min_length=1, max_length=20)]


def _minutes(count: int) -> Duration:
    return Duration(count * 60)


class PagingWhen(Section):
    """Facts about a ticket that must hold, all of them; an empty list asks nothing. One value of a list is enough."""

    kind: tuple[Kind, ...] = ()
    service: tuple[Code, ...] = ()
    team: tuple[Code, ...] = ()
    severity: tuple[SeverityCode, ...] = ()

    def holds(self, *, kind: str, service: str | None, team: str | None, severity: int) -> bool:
        """Whether a ticket of these facts is meant; severity is 1 to 5."""
        return (
            (not self.kind or kind in self.kind)
            and (not self.service or service in self.service)
            and (not self.team or team in self.team)
            and (not self.severity or f"sev{severity}" in self.severity)
        )

    def covers(self, other: "PagingWhen") -> bool:
        """Whether this holds wherever `other` does, so that nothing is left for `other` behind it."""
        for name in ("kind", "service", "team", "severity"):
            mine, others = getattr(self, name), getattr(other, name)
            if mine and not (others and set(others) <= set(mine)):
                return False
        return True


class PagingLevel(Section):
    """Who is told at one level, and how long they have before the next one is."""

    targets: Targets
    # Overrules the delay of the severity.
    delay: Wait = None
    # So many of them have to acknowledge (all of them, where they are fewer).
    need_acks: Annotated[int, Field(ge=1, le=20)] = 1
    # To those who know more (functional) or to those who may decide more (hierarchical).
    kind: Literal["functional", "hierarchical"] = "functional"


class PagingPolicy(Section):
    """The levels for the tickets of which `when` holds; the first policy that holds decides."""

    id: Code
    note: str = ""
    when: PagingWhen = PagingWhen()
    levels: Annotated[tuple[PagingLevel, ...], Field(min_length=1, max_length=20)]


class _BySeverity(Section):
    """A time for each severity, or none."""

    sev1: Wait = None
    sev2: Wait = None
    sev3: Wait = None
    sev4: Wait = None
    sev5: Wait = None

    def of(self, severity: int) -> Duration | None:
        """The time for a severity of 1 to 5."""
        found: Duration | None = getattr(self, Severity(severity).name.lower())
        return found

    @model_validator(mode="after")
    def _rising(self) -> Self:
        known = [found.seconds if (found := self.of(s)) is not None else _LONGEST + 1 for s in Severity]
        if known != sorted(known):
            raise refuse(N_("a graver severity must not wait longer than a lesser one; SEV1 is the gravest"))
        return self


class PagingDelays(_BySeverity):
    """How long a level has to acknowledge; none: nobody is paged for tickets of this severity."""

    sev1: Wait = _minutes(5)
    sev2: Wait = _minutes(10)
    sev3: Wait = _minutes(15)
    sev4: Wait = _minutes(30)


class AckTimeouts(_BySeverity):
    """How long an acknowledgement holds while nothing happens on the ticket; none: for good."""

    sev1: Wait = _minutes(30)
    sev2: Wait = _minutes(60)
    sev3: Wait = _minutes(240)


class ReopenWindows(_BySeverity):
    """How long after its end a run goes on when the ticket is opened again; later a new one begins."""

    sev1: Wait = _minutes(30)
    sev2: Wait = _minutes(30)
    sev3: Wait = _minutes(120)
    sev4: Wait = _minutes(120)
    sev5: Wait = _minutes(120)


class Paging(Section):
    """Paging of people. All lengths of time are real time, but for the severities that wait for service hours."""

    delay: PagingDelays = PagingDelays()
    # These page within service hours only: of this calendar, else of the ticket's service-level target.
    hours_only: tuple[SeverityCode, ...] = ("sev4",)
    calendar: Code | None = None
    ack_timeout: AckTimeouts = AckTimeouts()
    # Who acknowledged is warned so long before it lapses.
    ack_warning: Wait = _minutes(5)
    reopen: ReopenWindows = ReopenWindows()
    # How often all levels are gone through before the run is given up.
    passes: Annotated[int, Field(ge=1, le=6)] = 2
    # Who is told where nobody answered, or no level has anybody: the duty manager.
    duty: Targets = (f"role:{Role.SMO.value}",)
    policy: Annotated[tuple[PagingPolicy, ...], Field(max_length=500)] = ()

    @model_validator(mode="after")
    def _warned(self) -> Self:
        warning = self.ack_warning
        for severity in Severity:
            timeout = self.ack_timeout.of(severity)
            if warning is not None and timeout is not None and timeout.seconds <= warning.seconds:
                raise refuse(N_("ack_warning must be shorter than every ack_timeout"))
        return self

    def choose(self, *, kind: str, service: str | None, team: str | None, severity: int) -> PagingPolicy | None:
        """The policy for a ticket of these facts; None where none holds or this severity pages nobody."""
        if self.delay.of(severity) is None:
            return None
        facts: dict[str, Any] = {"kind": kind, "service": service, "team": team, "severity": severity}
        return next((policy for policy in self.policy if policy.when.holds(**facts)), None)
