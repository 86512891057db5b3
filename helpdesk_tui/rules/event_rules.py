"""What becomes of a monitoring event: an incident, a part of one, a note, or nothing; by rule, with the reasons.

What is over or acknowledged never opens anything, and what maintenance holds back is noted only. Then the first rule of
the policy that holds decides, else the severity does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from helpdesk_tui.rules.event_groups import GroupTimes, Window, held, like_any
from helpdesk_tui.rules.events import AlertTimes
from helpdesk_tui.rules.matcher import Matcher
from helpdesk_tui.rules.patterns import Pattern, clipped, compile_pattern
from helpdesk_tui.rules.words import fold, parse_term
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import Priority, Severity
from helpdesk_tui.vocabulary.reasons import Reason, register

if TYPE_CHECKING:
    # The policy's classes stand on Pydantic, which a mere decision need not load.
    from helpdesk_tui.rules.policy_events import EventRule, EventRules, EventWhen
    from helpdesk_tui.rules.policy_levels import SeverityMap

register(
    {
        "event.rule": N_("event rule {rule} holds: {action}"),
        "event.lost": N_("event rule {rule} does not hold: {why}"),
        "event.default.open": N_("no event rule holds; it fires with severity {event_severity}: open"),
        "event.default.note": N_("no event rule holds; severity {event_severity} opens nothing: note"),
        "event.not_firing": N_("a notice of status {event_status} opens nothing"),
        "event.attached": N_("its group has the open ticket {ticket}: attach"),
        "event.attach_nowhere": N_("there is no open ticket to attach it to: note"),
        "event.severity.rule": N_("event rule {rule} says {severity}, which is priority {priority}"),
        "event.severity.map": N_("event severity {event_severity} means {severity}, which is priority {priority}"),
        "event.service.rule": N_("event rule {rule} says service {service}"),
        "event.service.named": N_("the event names service {service}"),
        "event.service.unknown": N_("the event names {service}, which is no service of this desk"),
        "event.team.rule": N_("event rule {rule} says team {team}"),
    }
)

OPEN: Final = "open"
ATTACH: Final = "attach"
IGNORE: Final = "ignore"
NOTE: Final = "note"


class EventPolicy(Protocol):
    """The policy sections this module reads."""

    @property
    def event(self) -> EventRules: ...
    @property
    def severity(self) -> SeverityMap: ...


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: EventRule
    any: frozenset[int] = frozenset()
    all: frozenset[int] = frozenset()
    none: frozenset[int] = frozenset()
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CompiledEvents:
    """What `decide` needs of a policy. Immutable by convention; keep it as long as the policy is in force."""

    rules: tuple[_Compiled, ...]
    matcher: Matcher
    worded: bool
    alert_times: AlertTimes
    group_times: GroupTimes
    group_by: tuple[str, ...]
    section: EventRules
    severities: SeverityMap


@dataclass(frozen=True, slots=True)
class EventDecision:
    """What becomes of an event. Severity, priority and kind are None where nothing is opened or attached."""

    action: str
    rule: str | None
    kind: str | None = None
    severity: Severity | None = None
    priority: Priority | None = None
    service: str | None = None
    team: str | None = None
    ticket: int | None = None
    steps: tuple[Reason, ...] = ()
    lost: tuple[Reason, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Steps, then the rules that did not hold."""
        return (*self.steps, *self.lost)

    def data(self) -> dict[str, Any]:
        """The JSON form, always in this order of keys."""
        return {
            "action": self.action,
            "rule": self.rule,
            "kind": self.kind,
            "severity": self.severity.name if self.severity is not None else None,
            "priority": self.priority.code if self.priority is not None else None,
            "service": self.service,
            "team": self.team,
            "ticket": self.ticket,
            "steps": [step.data() for step in self.steps],
            "lost": [reason.data() for reason in self.lost],
            "inputs": dict(self.inputs),
        }


def compile_events(policy: EventPolicy) -> CompiledEvents:
    """Prepare a policy for `decide`. Raises PatternRefused or BadTerm for what `parse_policy` would have refused."""
    section = policy.event
    matcher = Matcher()
    numbers: dict[str, int] = {}

    def terms(texts: Collection[str]) -> frozenset[int]:
        for text in texts:
            if text not in numbers:
                numbers[text] = len(numbers)
                matcher.add(numbers[text], parse_term(text))
        return frozenset(numbers[text] for text in texts)

    rules = tuple(
        _Compiled(
            rule, terms(rule.any), terms(rule.all), terms(rule.none), tuple(compile_pattern(one) for one in rule.regex)
        )
        for rule in section.rule
    )
    return CompiledEvents(
        rules=rules,
        matcher=matcher,
        worded=bool(numbers),
        alert_times=AlertTimes(
            repeat=section.repeat.seconds,
            reopen=section.reopen.seconds,
            flap_changes=section.flapping.changes,
            flap_within=section.flapping.within.seconds,
            flap_hold=section.flapping.hold.seconds,
            quiet=section.quiet.seconds,
        ),
        group_times=GroupTimes(section.wait.seconds, section.window.seconds, section.attach.seconds),
        group_by=section.group_by,
        section=section,
        severities=policy.severity,
    )


def decide(
    compiled: CompiledEvents,
    event: Event,
    *,
    services: Mapping[str, str] | None = None,
    window: Window | None = None,
    ticket: int | None = None,
) -> EventDecision:
    """What becomes of an event.

    `services` maps folded names and codes of the desk's services to their codes; `window` is the maintenance that holds
    the event; `ticket` the open ticket of its alert or group.
    """
    inputs = _inputs(event, window, ticket)
    if event.status in (EventStatus.RESOLVED, EventStatus.ACKNOWLEDGED):
        step = Reason("event.not_firing", {"event_status": event.status.value})
        return EventDecision(NOTE, None, ticket=ticket, steps=(step,), inputs=inputs)
    if window is not None:
        return EventDecision(NOTE, None, ticket=ticket, steps=(held(window),), inputs=inputs)
    rule, lost = _first(compiled, event)
    action, steps = _action(compiled, event, rule)
    if action == OPEN and ticket is not None:
        action = ATTACH
        steps.append(Reason("event.attached", {"ticket": ticket}))
    elif action == ATTACH and ticket is None:
        action = NOTE
        steps.append(Reason("event.attach_nowhere"))
    if action not in (OPEN, ATTACH):
        kept = ticket if action == NOTE else None
        return EventDecision(
            action, rule.id if rule else None, ticket=kept, steps=tuple(steps), lost=lost, inputs=inputs
        )
    severity, priority = _graded(compiled, event, rule, steps)
    service = _service(event, rule, services or {}, steps)
    if rule is not None and rule.team is not None:
        steps.append(Reason("event.team.rule", {"rule": rule.id, "team": rule.team}))
    return EventDecision(
        action=action,
        rule=rule.id if rule else None,
        kind=rule.kind.value if rule else "incident",
        severity=severity,
        priority=priority,
        service=service,
        team=rule.team if rule else None,
        ticket=ticket,
        steps=tuple(steps),
        lost=lost,
        inputs=inputs,
    )


def _inputs(event: Event, window: Window | None, ticket: int | None) -> dict[str, Any]:
    facts = {
        "source": event.source,
        "instance": event.instance,
        "status": event.status.value,
        "severity": event.severity.value,
        "service": event.service,
        "ci": event.ci,
        "group": event.group,
        "digest": event.digest,
        "window": window.id if window else None,
        "ticket": ticket,
    }
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _action(compiled: CompiledEvents, event: Event, rule: EventRule | None) -> tuple[str, list[Reason]]:
    if rule is not None:
        return rule.action, [Reason("event.rule", {"rule": rule.id, "action": rule.action})]
    if event.status is not EventStatus.FIRING:
        return NOTE, [Reason("event.not_firing", {"event_status": event.status.value})]
    params = {"event_severity": event.severity.value}
    # What says nothing of its gravity may be grave.
    grave = event.severity is EventSeverity.UNKNOWN or event.severity.rank >= compiled.section.open_from.rank
    return (OPEN, [Reason("event.default.open", params)]) if grave else (NOTE, [Reason("event.default.note", params)])


def _graded(
    compiled: CompiledEvents, event: Event, rule: EventRule | None, steps: list[Reason]
) -> tuple[Severity, Priority]:
    if rule is not None and rule.severity is not None:
        severity = Severity[rule.severity.upper()]
        code, params = "event.severity.rule", {"rule": rule.id}
    else:
        severity = compiled.section.severity.of(event.severity)
        code, params = "event.severity.map", {"event_severity": event.severity.value}
    priority = compiled.severities.priority(severity)
    steps.append(Reason(code, {**params, "severity": severity.name, "priority": priority.code}))
    return severity, priority


def _service(event: Event, rule: EventRule | None, services: Mapping[str, str], steps: list[Reason]) -> str | None:
    if rule is not None and rule.service is not None:
        steps.append(Reason("event.service.rule", {"rule": rule.id, "service": rule.service}))
        return rule.service
    if not event.service:
        return None
    found = services.get(event.service.casefold())
    code = "event.service.named" if found else "event.service.unknown"
    steps.append(Reason(code, {"service": found or event.service}))
    return found


def _first(compiled: CompiledEvents, event: Event) -> tuple[EventRule | None, tuple[Reason, ...]]:
    """The first rule that holds, and why those before it do not."""
    text: str | None = None
    hits: set[int] = set()
    data = b""
    lost: list[Reason] = []
    for one in compiled.rules:
        why = _unmet(one.rule.when, event)
        if why is None and (one.any or one.all or one.none or one.patterns):
            if text is None:
                # Read once, and only where a rule with words comes into question.
                text = f"{event.summary}\n{event.details}"
                hits = compiled.matcher.find(fold(text)) if compiled.worded else set()
                data = clipped(text.encode("utf-8", "replace"))
            why = _unsaid(one, hits, data)
        if why is None:
            return one.rule, tuple(lost)
        lost.append(Reason("event.lost", {"rule": one.rule.id, "why": why}))
    return None, tuple(lost)


def _unmet(when: EventWhen, event: Event) -> str | None:
    """The name of the first condition that does not hold, or None."""
    if when.status and event.status not in when.status:
        return "status"
    # Where a rule does not ask for a status, it is about what fires.
    if not when.status and event.status is not EventStatus.FIRING:
        return "status"
    if when.severity and event.severity not in when.severity:
        return "severity"
    if when.severity_from is not None and event.severity.rank < when.severity_from.rank:
        return "severity_from"
    for name in ("source", "instance", "service", "ci", "group"):
        globs = getattr(when, name)
        if globs and not like_any(getattr(event, name), globs):
            return name
    for label, globs in when.labels.items():
        if not like_any(event.labels.get(label), globs):
            return f"labels.{label}"
    return None


def _unsaid(one: _Compiled, hits: set[int], data: bytes) -> str | None:
    if (one.any or one.patterns) and not (
        not one.any.isdisjoint(hits) or any(pattern.found_in(data) for pattern in one.patterns)
    ):
        return "any" if one.any else "regex"
    if not one.all <= hits:
        return "all"
    return "none" if not one.none.isdisjoint(hits) else None
