"""Priority: impact × urgency, then service criticality, VIP, affected users, severity; each a named step.

Source: ITIL 4 practice (impact × urgency); the further steps are the policy's. The matrix may have any size and states
its direction. A pin by hand replaces the result and is decided by a person: `pinned`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import LEVEL_LABELS, PRIORITY_LABELS, Level, Priority, Severity
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels

if TYPE_CHECKING:
    # The policy's classes stand on Pydantic, which a mere decision need not load.
    from helpdesk_tui.rules.policy_levels import Axis, Matrix, PriorityRules, SeverityMap

CRITICALITIES: Final = ("low", "medium", "high", "critical")

register(
    {
        "priority.matrix": N_("{impact} impact x {urgency} urgency = {priority}"),
        "priority.criticality": N_("service criticality {criticality}: {before} -> {after}"),
        "priority.criticality.limit": N_(
            "service criticality {criticality} raises only from {limit} on: stays {priority}"
        ),
        "priority.vip": N_("requester is a VIP: {before} -> {after}"),
        "priority.vip.limit": N_("requester is a VIP, which raises to {limit} at most: stays {priority}"),
        "priority.affected": N_("{users} affected users, at least {limit}: {before} -> {after}"),
        "priority.severity": N_("severity SEV{severity} means {after}: {before} -> {after}"),
        "priority.pinned": N_("pinned by hand to {priority}: {reason}"),
        "priority.would.impact": N_("with {impact} impact it would be {priority}"),
        "priority.would.urgency": N_("with {urgency} urgency it would be {priority}"),
        "priority.would.criticality": N_("with service criticality {criticality} it would be {priority}"),
        "priority.would.no_service": N_("without a service it would be {priority}"),
        "priority.would.vip": N_("if the requester were a VIP it would be {priority}"),
        "priority.would.no_vip": N_("if the requester were no VIP it would be {priority}"),
        "priority.would.affected": N_("from {users} affected users on it would be {priority}"),
        "priority.would.fewer": N_("with at most {users} affected users it would be {priority}"),
        "priority.would.severity": N_("with severity SEV{severity} it would be {priority}"),
        "priority.would.no_severity": N_("without a severity it would be {priority}"),
        "priority.would.unpinned": N_("without the pin it would be {priority}"),
    }
)
_PRIORITY_WORDS: Final = {p.code: label for p, label in PRIORITY_LABELS.items()}
_LEVEL_WORDS: Final = {lv.code: label for lv, label in LEVEL_LABELS.items()}
for _param in ("priority", "before", "after", "limit", "criticality"):
    register_labels(_param, _PRIORITY_WORDS)
for _param in ("impact", "urgency"):
    register_labels(_param, _LEVEL_WORDS)


class PriorityPolicy(Protocol):
    """The policy sections this module reads."""

    @property
    def matrix(self) -> Matrix: ...
    @property
    def priority(self) -> PriorityRules: ...
    @property
    def severity(self) -> SeverityMap: ...


@dataclass(frozen=True, slots=True)
class PriorityInput:
    """Everything a priority depends on.

    `impact` and `urgency` are names of the matrix (a `Level`'s code where the matrix has the desk's three levels);
    `criticality` of the service is 1 (low) to 4 (critical), None without a service; None means unknown throughout.
    """

    impact: str
    urgency: str
    criticality: int | None = None
    vip: bool = False
    affected_users: int | None = None
    severity: int | None = None

    def data(self) -> dict[str, Any]:
        """The JSON form; what is unknown is left out, for it stands in the journal with every decision."""
        facts = {
            "criticality": self.criticality,
            "vip": self.vip or None,
            "affected_users": self.affected_users,
            "severity": self.severity,
        }
        return {"impact": self.impact, "urgency": self.urgency, **{k: v for k, v in facts.items() if v is not None}}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the JSON form back."""
        return cls(
            impact=str(data["impact"]),
            urgency=str(data["urgency"]),
            criticality=data.get("criticality"),
            vip=bool(data.get("vip", False)),
            affected_users=data.get("affected_users"),
            severity=data.get("severity"),
        )


@dataclass(frozen=True, slots=True)
class PriorityDecision:
    """A priority with its steps in order and the inputs that reproduce it (`reproduce`)."""

    priority: Priority
    steps: tuple[Reason, ...]
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The JSON form, always in this order of keys."""
        return {
            "priority": self.priority.code,
            "steps": [step.data() for step in self.steps],
            "inputs": dict(self.inputs),
        }


def prioritise(
    policy: PriorityPolicy,
    impact: Level | str,
    urgency: Level | str,
    criticality: int | None = None,
    vip: bool = False,
    affected_users: int | None = None,
    severity: Severity | int | None = None,
) -> PriorityDecision:
    """The priority of a ticket, with every step that had a say.

    A `Level` is translated to the matrix's own level of that height; a text is one of the matrix's names. A severity
    (of a declared major incident) decides alone. Raises Invalid for a level the matrix does not have.
    """
    facts = PriorityInput(
        _name(policy.matrix, "impact", impact),
        _name(policy.matrix, "urgency", urgency),
        criticality,
        vip,
        affected_users,
        None if severity is None else int(severity),
    )
    return _decide(policy, facts)


def reproduce(policy: PriorityPolicy, inputs: Mapping[str, Any]) -> PriorityDecision:
    """The decision that these stored inputs lead to under a policy; the same policy gives the same bytes."""
    facts = PriorityInput.from_data(inputs)
    return prioritise(policy, **facts.data())


def pinned(priority: Priority, reason: str) -> PriorityDecision:
    """The decision that a person made by hand. Raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid(N_("a pinned priority needs a reason"))
    inputs = {"pinned": priority.code}
    return PriorityDecision(
        priority, (Reason("priority.pinned", {"priority": priority.code, "reason": reason}),), inputs
    )


def _name(matrix: Matrix, axis: Axis, value: Level | str) -> str:
    if isinstance(value, Level):
        return matrix.name_of(axis, value)
    known = matrix.levels(axis)
    if value not in known:
        raise Invalid(
            N_("{field}: {value} is no level of the matrix; use {known}"),
            field=axis,
            value=value,
            known=", ".join(known),
        )
    return value


def _shift(priority: Priority, steps: int) -> Priority:
    return Priority(min(max(priority + steps, Priority.LOW), Priority.CRITICAL))


def _decide(policy: PriorityPolicy, facts: PriorityInput) -> PriorityDecision:
    now = policy.matrix.priority_of(facts.impact, facts.urgency)
    steps = [Reason("priority.matrix", {"impact": facts.impact, "urgency": facts.urgency, "priority": now.code})]
    for apply in (_criticality, _vip, _affected, _severity):
        now, reason = apply(policy, facts, now)
        if reason is not None:
            steps.append(reason)
    return PriorityDecision(now, tuple(steps), facts.data())


_Step = tuple[Priority, Reason | None]


def _criticality(policy: PriorityPolicy, facts: PriorityInput, now: Priority) -> _Step:
    if facts.criticality is None:
        return now, None
    steps = policy.priority.criticality.steps(facts.criticality)
    name = CRITICALITIES[min(max(facts.criticality, 1), 4) - 1]
    if steps > 0 and now < policy.priority.criticality_from:
        limit = policy.priority.criticality_from.code
        return now, Reason("priority.criticality.limit", {"criticality": name, "limit": limit, "priority": now.code})
    after = _shift(now, steps)
    if after is now:
        return now, None
    return after, Reason("priority.criticality", {"criticality": name, "before": now.code, "after": after.code})


def _vip(policy: PriorityPolicy, facts: PriorityInput, now: Priority) -> _Step:
    rules = policy.priority
    if not facts.vip or not rules.vip_steps or now is Priority.CRITICAL:
        return now, None
    after = max(now, min(_shift(now, rules.vip_steps), rules.vip_at_most))
    if after is now:
        return now, Reason("priority.vip.limit", {"limit": rules.vip_at_most.code, "priority": now.code})
    return after, Reason("priority.vip", {"before": now.code, "after": after.code})


def _affected(policy: PriorityPolicy, facts: PriorityInput, now: Priority) -> _Step:
    if facts.affected_users is None:
        return now, None
    least = policy.priority.affected_minimum(facts.affected_users)
    if least is None or least <= now:
        return now, None
    params = {"users": facts.affected_users, "limit": least.code, "before": now.code, "after": least.code}
    return least, Reason("priority.affected", params)


def _severity(policy: PriorityPolicy, facts: PriorityInput, now: Priority) -> _Step:
    if facts.severity is None:
        return now, None
    after = policy.severity.priority(Severity(facts.severity))
    return after, Reason("priority.severity", {"severity": facts.severity, "before": now.code, "after": after.code})


def _alternatives(policy: PriorityPolicy, facts: PriorityInput) -> Iterator[tuple[str, dict[str, Any], PriorityInput]]:
    """Every input changed alone: (reason code, its parameters, the changed inputs)."""
    for name in policy.matrix.levels("impact"):
        yield "priority.would.impact", {"impact": name}, replace(facts, impact=name)
    for name in policy.matrix.levels("urgency"):
        yield "priority.would.urgency", {"urgency": name}, replace(facts, urgency=name)
    for number, name in enumerate(CRITICALITIES, 1):
        yield "priority.would.criticality", {"criticality": name}, replace(facts, criticality=number)
    if facts.criticality is not None:
        yield "priority.would.no_service", {}, replace(facts, criticality=None)
    yield ("priority.would.no_vip" if facts.vip else "priority.would.vip"), {}, replace(facts, vip=not facts.vip)
    have = facts.affected_users or 0
    for users in sorted({step.users for step in policy.priority.affected}):
        if users > have:
            yield "priority.would.affected", {"users": users}, replace(facts, affected_users=users)
        else:
            yield "priority.would.fewer", {"users": users - 1}, replace(facts, affected_users=users - 1)
    if facts.severity is not None:
        yield "priority.would.no_severity", {}, replace(facts, severity=None)
    for severity in Severity:
        yield "priority.would.severity", {"severity": int(severity)}, replace(facts, severity=int(severity))


def what_would_change(policy: PriorityPolicy, decision: PriorityDecision) -> list[Reason]:
    """Which single change of an input would lead to another priority, and to which one.

    A pinned decision changes only with its pin; its inputs hold nothing else.
    """
    if "pinned" in decision.inputs:
        return []
    facts = PriorityInput.from_data(decision.inputs)
    found: list[Reason] = []
    for code, params, other in _alternatives(policy, facts):
        if other == facts:
            continue
        priority = _decide(policy, other).priority
        if priority is not decision.priority:
            found.append(Reason(code, {**params, "priority": priority.code}))
    return found


def unpinned(policy: PriorityPolicy, facts: Mapping[str, Any]) -> Reason:
    """What a pinned ticket's priority would be by the rules, as a reason for the `why` line."""
    return Reason("priority.would.unpinned", {"priority": reproduce(policy, facts).priority.code})
