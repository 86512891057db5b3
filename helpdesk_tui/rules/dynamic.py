"""Dynamic priority: how far the world around a ticket lifts it above what its impact and urgency say, and why.

The rule result (`rules.priority`) stays the ground; this decides whole steps above it, with points, hysteresis and a
hold, so that the same ticket never goes up and down with every alert. Nothing is decided here for a pinned ticket.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register, register_durations
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.rules.policy_dynamic import Dynamic, FromCount

register(
    {
        "dynamic.affected": N_("affected users: {users}, from {limit} on; points: {points}"),
        "dynamic.alerts": N_("alerts that fire: {alerts}, from {limit} on; points: {points}"),
        "dynamic.criticality": N_("service criticality {criticality}; points: {points}"),
        "dynamic.age": N_("open for {open_for} or longer; points: {points}"),
        "dynamic.due": N_("the resolution is due within {due_within}; points: {points}"),
        "dynamic.overdue": N_("the resolution is overdue; points: {points}"),
        "dynamic.freeze": N_("a change freeze is in force; points: {points}"),
        "dynamic.load": N_("the team carries {load} times what it can; points: {points}"),
        "dynamic.raised": N_("points: {points}, lifted from {limit} on: {before} -> {after}"),
        "dynamic.eased": N_("points: {points}, kept up from {limit} on: {before} -> {after}"),
        "dynamic.held": N_("points: {points}; it goes back to {priority}, but not before {until}"),
        "dynamic.kept": N_("points: {points}; it stays up from {limit} on"),
        "dynamic.stays": N_("points: {points}, lifted from {limit} on: it stays {priority}"),
        "dynamic.limit": N_("no higher than {limit} for these reasons"),
        "dynamic.pinned": N_("pinned by hand to {priority}: what happens around it moves nothing"),
        "dynamic.would.more": N_("if the points reach {limit} it would be {priority}"),
        "dynamic.would.fewer": N_("if the points fall below {limit} it would go back to {priority}"),
        "dynamic.would.held": N_(
            "if the points fall below {limit} it would go back to {priority}, but not before {until}"
        ),
        "dynamic.would.time": N_("at {at} it is decided anew, for time alone may change it"),
    }
)
register_durations("open_for", "due_within")
_CRITICALITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class DynamicFacts:
    """What the decision depends on. `base` is the matrix's result, `steps` how far it is lifted now.

    `due_at` is the resolution's due instant, None where no clock runs. `load` is open work by capacity, None without a
    team. `moved_at` is when the steps last changed, `freeze_turns` when a freeze begins or ends next.
    """

    base: Priority
    opened_at: Instant
    steps: int = 0
    moved_at: Instant | None = None
    pinned: Priority | None = None
    criticality: int | None = None
    affected_users: int | None = None
    alerts: int = 0
    due_at: Instant | None = None
    freeze: bool = False
    load: float | None = None
    freeze_turns: Instant | None = None

    def data(self) -> dict[str, Any]:
        """The JSON form that stands in the journal with a move; what is unknown is left out."""
        facts = {
            "base": self.base.code, "opened_at": self.opened_at, "steps": self.steps, "moved_at": self.moved_at,
            "criticality": self.criticality, "affected_users": self.affected_users, "alerts": self.alerts,
            "due_at": self.due_at, "freeze": self.freeze, "load": self.load, "freeze_turns": self.freeze_turns,
        }  # fmt: skip
        return {name: value for name, value in facts.items() if value is not None}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "DynamicFacts":
        """Read the JSON form back."""
        return cls(**{**data, "base": Priority[str(data["base"]).upper()]})


@dataclass(frozen=True, slots=True)
class DynamicDecision:
    """So many steps above the ground, the priority that makes, and every reason; `again_at`: look again then, at the
    latest, for by then time alone may decide otherwise."""

    steps: int
    priority: Priority
    points: int
    reasons: tuple[Reason, ...]
    moved: bool = False
    again_at: Instant | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The JSON form, always in this order of keys; the reasons are its steps, as in every decision."""
        return {
            "priority": self.priority.code,
            "lift": self.steps,
            "points": self.points,
            "moved": self.moved,
            "steps": [reason.data() for reason in self.reasons],
            "again_at": self.again_at,
            "inputs": dict(self.inputs),
        }


def decide(rules: "Dynamic", facts: DynamicFacts, now: Instant) -> DynamicDecision:
    """The steps of a ticket at `now`. The same facts at the same instant give the same bytes."""
    if facts.pinned is not None:
        reason = Reason("dynamic.pinned", {"priority": facts.pinned.code})
        return DynamicDecision(0, facts.pinned, 0, (reason,), inputs=facts.data())
    found = [*_points(rules, facts, now)]
    points = sum(amount for amount, _ in found)
    reasons = [reason for _, reason in found]
    room = max(0, rules.at_most - facts.base)
    held = min(facts.steps, room)
    wanted = min(_steps(rules, points), room)
    again = _again(rules, facts, now)
    if _steps(rules, points) > room and wanted == held:
        reasons.append(Reason("dynamic.limit", {"limit": rules.at_most.code}))
    if wanted < held:
        wanted, reason, until = _back(rules, facts, now, points, wanted, held)
        reasons.append(reason)
        again = min((at for at in (again, until) if at is not None), default=None)
    elif wanted > held:
        params = {"points": points, "limit": _limit(rules, wanted), **_move(facts.base, held, wanted)}
        reasons.append(Reason("dynamic.raised", params))
    elif not held and room:
        stays = Priority(facts.base).code
        reasons.append(Reason("dynamic.stays", {"points": points, "limit": rules.raise_at, "priority": stays}))
    return DynamicDecision(
        wanted, lifted(facts.base, wanted), points, tuple(reasons), wanted != facts.steps, again, facts.data()
    )


def pinned_to(facts: DynamicFacts, priority: Priority) -> DynamicFacts:
    """The same facts of a ticket that somebody pinned."""
    return replace(facts, pinned=priority)


def reproduce(rules: "Dynamic", inputs: Mapping[str, Any], now: Instant) -> DynamicDecision:
    """The decision that these stored inputs lead to at an instant; the same policy gives the same bytes."""
    return decide(rules, DynamicFacts.from_data(inputs), now)


def lifted(base: Priority | int, steps: int) -> Priority:
    """The priority so many steps above the ground, at most critical."""
    return Priority(min(base + steps, Priority.CRITICAL))


def what_would_change(rules: "Dynamic", found: DynamicDecision, now: Instant) -> list[Reason]:
    """What lifts a ticket further, what lets it go back, and when time alone may."""
    if found.reasons and found.reasons[0].code == "dynamic.pinned":
        return []
    base = Priority[str(found.inputs["base"]).upper()]
    out: list[Reason] = []
    room, steps = max(0, rules.at_most - base), found.steps
    following = next((n for n in (1, 2) if n > steps and _limit(rules, n)), None)
    if following is not None and following <= room:
        limit = _limit(rules, following)
        out.append(Reason("dynamic.would.more", {"limit": limit, "priority": lifted(base, following).code}))
    if steps:
        back: dict[str, Any] = {"limit": _limit(rules, steps) - rules.ease, "priority": lifted(base, steps - 1).code}
        until = None if found.moved else found.inputs.get("moved_at")
        if until is not None and now < until + rules.hold.seconds:
            out.append(Reason("dynamic.would.held", {**back, "until": iso(until + rules.hold.seconds)}))
        else:
            out.append(Reason("dynamic.would.fewer", back))
    if found.again_at is not None:
        out.append(Reason("dynamic.would.time", {"at": iso(found.again_at)}))
    return out


def _back(
    rules: "Dynamic", facts: DynamicFacts, now: Instant, points: int, wanted: int, held: int
) -> tuple[int, Reason, Instant | None]:
    """Down from `held`: only where the points have fallen far enough, and not too soon after the last move."""
    keeps = held
    while keeps > wanted and points < _limit(rules, keeps) - rules.ease:
        keeps -= 1
    if keeps == held:
        limit = _limit(rules, held) - rules.ease
        return held, Reason("dynamic.kept", {"points": points, "limit": limit}), None
    until = None if facts.moved_at is None else facts.moved_at + rules.hold.seconds
    if until is not None and now < until:
        params = {"points": points, "priority": lifted(facts.base, keeps).code, "until": iso(until)}
        return held, Reason("dynamic.held", params), until
    params = {"points": points, "limit": _limit(rules, held) - rules.ease, **_move(facts.base, held, keeps)}
    return keeps, Reason("dynamic.eased", params), None


def _steps(rules: "Dynamic", points: int) -> int:
    if rules.raise_two_at and points >= rules.raise_two_at:
        return 2
    return 1 if points >= rules.raise_at else 0


def _limit(rules: "Dynamic", steps: int) -> int:
    return rules.raise_two_at if steps == 2 else rules.raise_at


def _move(base: Priority, before: int, after: int) -> dict[str, str]:
    return {"before": lifted(base, before).code, "after": lifted(base, after).code}


def _reached(steps: "tuple[FromCount, ...]", count: int | None) -> "FromCount | None":
    return max((step for step in steps if (count or 0) >= step.at_least), key=lambda one: one.at_least, default=None)


def _points(rules: "Dynamic", facts: DynamicFacts, now: Instant) -> Iterator[tuple[int, Reason]]:
    """Each fact that gives points, with its reason."""
    if (step := _reached(rules.affected_users, facts.affected_users)) is not None and step.points:
        params = {"users": facts.affected_users, "limit": step.at_least, "points": step.points}
        yield step.points, Reason("dynamic.affected", params)
    if (step := _reached(rules.alerts, facts.alerts)) is not None and step.points:
        yield (
            step.points,
            Reason("dynamic.alerts", {"alerts": facts.alerts, "limit": step.at_least, "points": step.points}),
        )
    if points := rules.criticality.of(facts.criticality):
        name = _CRITICALITIES[(facts.criticality or 1) - 1]
        yield points, Reason("dynamic.criticality", {"criticality": name, "points": points})
    aged = [step for step in rules.age if now - facts.opened_at >= step.time.seconds]
    if aged and (oldest := max(aged, key=lambda one: one.time.seconds)).points:
        yield oldest.points, Reason("dynamic.age", {"open_for": oldest.time.seconds, "points": oldest.points})
    if facts.due_at is not None:
        near = [step for step in rules.due_within if facts.due_at - now <= step.time.seconds]
        if near and (nearest := min(near, key=lambda one: one.time.seconds)).points:
            seconds = nearest.time.seconds
            code = "dynamic.due" if seconds else "dynamic.overdue"
            params = {"due_within": seconds, "points": nearest.points} if seconds else {"points": nearest.points}
            yield nearest.points, Reason(code, params)
    if facts.freeze and rules.freeze:
        yield rules.freeze, Reason("dynamic.freeze", {"points": rules.freeze})
    if facts.load is not None:
        full = [step for step in rules.load if facts.load >= step.load]
        if full and (fullest := max(full, key=lambda one: one.load)).points:
            yield fullest.points, Reason("dynamic.load", {"load": round(facts.load, 2), "points": fullest.points})


def _again(rules: "Dynamic", facts: DynamicFacts, now: Instant) -> Instant | None:
    """The next instant at which time alone gives or takes points."""
    instants = [facts.opened_at + step.time.seconds for step in rules.age]
    if facts.due_at is not None:
        instants += [facts.due_at - step.time.seconds for step in rules.due_within]
    if facts.freeze_turns is not None:
        instants.append(facts.freeze_turns)
    return min((at for at in instants if at > now), default=None)
