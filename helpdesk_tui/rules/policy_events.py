"""Policy section of monitoring events: when notices are one alert, alerts one incident, and what becomes of each."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from helpdesk_tui.rules.policy_base import Code, Duration, DurationText, Name, Section, Term, refuse
from helpdesk_tui.vocabulary.events import EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Severity

SeverityCode = Literal["sev1", "sev2", "sev3", "sev4", "sev5"]
Action = Literal["open", "attach", "ignore", "note"]
Grouping = Literal["source", "instance", "service", "ci", "group", "severity"]
# `*` stands for any run of characters; case does not matter.
Glob = Annotated[str, Field(min_length=1, max_length=255)]


class EventWhen(Section):
    """Facts about an event that must hold, all of them; an empty list asks nothing. One value of a list is enough."""

    source: tuple[Glob, ...] = ()
    instance: tuple[Glob, ...] = ()
    status: tuple[EventStatus, ...] = ()
    severity: tuple[EventSeverity, ...] = ()
    # This severity or a graver one.
    severity_from: EventSeverity | None = None
    service: tuple[Glob, ...] = ()
    ci: tuple[Glob, ...] = ()
    group: tuple[Glob, ...] = ()
    labels: dict[Name, tuple[Glob, ...]] = {}

    @property
    def empty(self) -> bool:
        """Whether this asks nothing and so always holds."""
        return self == EventWhen()


class EventRule(Section):
    """What becomes of events for which all of it holds; the first rule that holds decides.

    `any`, `all`, `none` and `regex` look at summary and details, as classification rules do.
    """

    id: Code
    note: str = ""
    when: EventWhen = EventWhen()
    any: tuple[Term, ...] = ()
    all: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    regex: tuple[str, ...] = ()
    action: Action
    kind: Kind = Kind.INCIDENT
    # Overrules the severity that the event's own means.
    severity: SeverityCode | None = None
    team: Code | None = None
    service: Code | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        given = self.severity or self.team or self.service or self.kind is not Kind.INCIDENT
        if self.action in ("ignore", "note") and given:
            raise refuse(N_("rule {id} opens nothing, so kind, severity, team and service say nothing"), id=self.id)
        return self


class EventSeverities(Section):
    """The severity of an incident that an event's own severity means."""

    critical: SeverityCode = "sev2"
    high: SeverityCode = "sev3"
    warning: SeverityCode = "sev4"
    unknown: SeverityCode = "sev4"
    info: SeverityCode = "sev5"

    @model_validator(mode="after")
    def _falling(self) -> Self:
        if not self.critical <= self.high <= self.warning <= self.info:
            raise refuse(N_("a graver event must not mean a lesser incident; SEV1 is the gravest"))
        return self

    def of(self, severity: EventSeverity) -> Severity:
        """The incident's severity for an event's."""
        code: str = getattr(self, severity.value)
        return Severity[code.upper()]


class Flapping(Section):
    """An alert whose state changed `changes` times within `within` flaps: its end is believed only after `hold`."""

    changes: Annotated[int, Field(ge=2, le=16)] = 3
    within: DurationText = Duration(30 * 60)
    hold: DurationText = Duration(15 * 60)


class EventRules(Section):
    """Monitoring events. All lengths of time are real time, on every calendar."""

    # A notice that repeats an alert within this time of its last one is counted and not told.
    repeat: DurationText = Duration(10 * 60)
    # What fires again within this time of its end is the same trouble; later it is another one.
    reopen: DurationText = Duration(30 * 60)
    # Alerts that agree in all of these are one incident. It opens with the first of them, or waits so long for company …
    group_by: Annotated[tuple[Grouping, ...], Field(max_length=6)] = ("source", "instance", "service")
    wait: DurationText = Duration(0)
    # … takes in what comes within this time of the first, …
    window: DurationText = Duration(5 * 60)
    # … and what comes later is attached while no longer than this passes between two.
    attach: DurationText = Duration(60 * 60)
    flapping: Flapping = Flapping()
    # An alert of a sender that never says that it is over ends after being quiet for so long.
    quiet: DurationText = Duration(60 * 60)
    quiet_sources: tuple[Name, ...] = ("syslog",)
    severity: EventSeverities = EventSeverities()
    # Where no rule holds, what fires with this severity or a graver one opens an incident.
    open_from: EventSeverity = EventSeverity.WARNING
    # How long notices are kept as they arrived; what became of them is kept for good.
    keep: DurationText = Duration(30 * 86_400)
    rule: Annotated[tuple[EventRule, ...], Field(max_length=500)] = ()

    @model_validator(mode="after")
    def _times(self) -> Self:
        for name in ("repeat", "reopen", "wait", "window", "attach", "quiet", "keep"):
            value: Duration = getattr(self, name)
            if value.working_days:
                raise refuse(N_("{key}: machines know no working days; write hours or minutes"), key=name)
        for name in ("within", "hold"):
            if getattr(self.flapping, name).working_days:
                raise refuse(N_("{key}: machines know no working days; write hours or minutes"), key=name)
        if self.wait.seconds > self.window.seconds:
            raise refuse(N_("wait must not be longer than window"))
        if not self.flapping.within.seconds or not self.quiet.seconds:
            raise refuse(N_("within and quiet must be longer than nothing"))
        return self
