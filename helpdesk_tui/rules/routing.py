"""Routing: first the team (rules, the service's team, the default), then the person by the team's strategy.

Every person considered stands in the decision with the reason why they were not chosen. People appear by id only:
names are personal and must stay erasable, and the journal keeps these reasons for ever; the desk puts names in when
it shows them. The order in which candidates are handed in never matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import lcm
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels

if TYPE_CHECKING:
    # The policy's classes stand on Pydantic, which a mere decision need not load.
    from helpdesk_tui.rules.policy_work import Route, Routing

ROUND_ROBIN: Final = "round_robin"
LEAST_LOADED: Final = "least_loaded"
LAST_HANDLER: Final = "last_handler"
MANUAL: Final = "manual"
STRATEGIES: Final = (ROUND_ROBIN, LEAST_LOADED, LAST_HANDLER, MANUAL)
STRATEGY_LABELS: Final = {
    ROUND_ROBIN: N_("round robin"),
    LEAST_LOADED: N_("least loaded"),
    LAST_HANDLER: N_("last handler"),
    MANUAL: N_("by hand"),
}

register(
    {
        "routing.team.rule": N_("rule {rule} sends it to team {team}"),
        "routing.team.service": N_("service {service} belongs to team {team}"),
        "routing.team.default": N_("no rule and no service names a team: the default team {team}"),
        "routing.team.inactive": N_("team {team} ({source}) does not exist on this desk or is not active: passed over"),
        "routing.team.none": N_("no active team could be found"),
        "routing.strategy": N_("strategy of team {team}: {strategy}"),
        "routing.manual": N_("the team hands out its work by hand"),
        "routing.nobody": N_("nobody in team {team} can take it now"),
        "routing.skill.none": N_("nobody who is free has the skills {skills}; it goes by the strategy alone"),
        "routing.chosen.round_robin": N_("person {person}: next in turn after person {last}"),
        "routing.chosen.first": N_("person {person}: first in turn"),
        "routing.chosen.least_loaded": N_("person {person}: least loaded, {load} of {capacity}"),
        "routing.chosen.last_handler": N_("person {person}: handled this requester's last such ticket"),
        "routing.handler.unknown": N_("nobody handled such a ticket of this requester before: least loaded instead"),
        "routing.handler.unavailable": N_("person {person} handled it last but cannot take it: least loaded instead"),
        "routing.lost.inactive": N_("person {person}: no longer active"),
        "routing.lost.away": N_("person {person}: away"),
        "routing.lost.full": N_("person {person}: full, {load} of {capacity}"),
        "routing.lost.skill": N_("person {person}: lacks the skills {missing}"),
        "routing.lost.level": N_("person {person}: less practised in {skills}"),
        "routing.lost.turn": N_("person {person}: comes later in turn"),
        "routing.lost.load": N_("person {person}: more loaded, {load} of {capacity}"),
        "routing.lost.tie": N_("person {person}: equally loaded, {load} of {capacity}, but comes later"),
        "routing.lost.handler": N_("person {person}: did not handle this requester's last such ticket"),
    }
)
register_labels("strategy", STRATEGY_LABELS)


class RoutingPolicy(Protocol):
    """The policy section this module reads."""

    @property
    def routing(self) -> Routing: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent as routing sees them: `load` counts open tickets of any team, `capacity` is how many they can hold.

    `skills` maps a skill's code to its level, 1 (knows) to 3 (expert).
    """

    id: int
    teams: frozenset[str]
    skills: Mapping[str, int] = field(default_factory=dict)
    active: bool = True
    away: bool = False
    load: int = 0
    capacity: int = 8

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "id": self.id,
            "teams": sorted(self.teams),
            "skills": dict(sorted(self.skills.items())),
            "active": self.active,
            "away": self.away,
            "load": self.load,
            "capacity": self.capacity,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the JSON form back."""
        return cls(**{**data, "teams": frozenset(data["teams"]), "skills": dict(data["skills"])})


@dataclass(frozen=True, slots=True)
class RouteInput:
    """The ticket's facts and the desk's: codes throughout, None where unknown.

    `service_team` is the team of the ticket's service; `teams` the codes of the desk's active teams (None: every code
    counts); `strategies` the strategy of each team that has one; `last_assigned` who got each team's last ticket;
    `last_handler` who last handled a ticket of this requester in the same category or service.
    """

    kind: str
    category: str | None = None
    service: str | None = None
    service_team: str | None = None
    priority: Priority = Priority.MEDIUM
    organisation: str | None = None
    organisation_kind: str | None = None
    channel: str | None = None
    language: str | None = None
    vip: bool = False
    teams: frozenset[str] | None = None
    strategies: Mapping[str, str] = field(default_factory=dict)
    last_assigned: Mapping[str, int] = field(default_factory=dict)
    last_handler: int | None = None

    def facts(self) -> dict[str, Any]:
        """The ticket's facts as the conditions of the policy take them."""
        return {
            "kind": self.kind,
            "category": self.category,
            "service": self.service,
            "priority": self.priority,
            "organisation": self.organisation,
            "organisation_kind": self.organisation_kind,
            "channel": self.channel,
            "language": self.language,
            "vip": self.vip,
        }

    def data(self) -> dict[str, Any]:
        """The JSON form; what is unknown or empty is left out, for it stands in the journal with every decision."""
        data = {
            **self.facts(),
            "priority": self.priority.code,
            "service_team": self.service_team,
            "strategies": dict(sorted(self.strategies.items())),
            "last_assigned": dict(sorted(self.last_assigned.items())),
            "last_handler": self.last_handler,
        }
        found = {key: value for key, value in data.items() if value not in (None, False, {})}
        # No active team at all is something else than not knowing which are.
        return found if self.teams is None else {**found, "teams": sorted(self.teams)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the JSON form back."""
        teams = data.get("teams")
        return cls(
            **{
                **data,
                "priority": Priority[str(data["priority"]).upper()],
                "teams": None if teams is None else frozenset(teams),
            }
        )


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """The team (None: there is none), the strategy and the skills that count, and the steps that led there."""

    team: str | None
    rule: str | None
    strategy: str
    skills: tuple[str, ...]
    steps: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """Team code and person id (each may be None), the steps in order, who lost and why, and the inputs."""

    team: str | None
    assignee: int | None
    strategy: str
    steps: tuple[Reason, ...]
    lost: tuple[Reason, ...]
    inputs: Mapping[str, Any]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Steps, then who lost."""
        return (*self.steps, *self.lost)

    def data(self) -> dict[str, Any]:
        """The JSON form, always in this order of keys; people in the order of their ids."""
        return {
            "team": self.team,
            "assignee": self.assignee,
            "strategy": self.strategy,
            "steps": [step.data() for step in self.steps],
            "lost": [reason.data() for reason in self.lost],
            "inputs": dict(self.inputs),
        }


def choose_team(policy: RoutingPolicy, ticket: RouteInput) -> TeamChoice:
    """The team for a ticket: the first rule that holds, else the service's team, else the default; only active ones."""
    steps: list[Reason] = []
    for team, source, reason, route in _teams(policy.routing, ticket):
        if ticket.teams is not None and team not in ticket.teams:
            steps.append(Reason("routing.team.inactive", {"team": team, "source": source}))
            continue
        strategy = (route.strategy if route else None) or ticket.strategies.get(team) or policy.routing.strategy
        steps += [reason, Reason("routing.strategy", {"team": team, "strategy": strategy})]
        return TeamChoice(
            team, route.id if route else None, strategy, tuple(route.skills) if route else (), tuple(steps)
        )
    steps.append(Reason("routing.team.none"))
    return TeamChoice(None, None, MANUAL, (), tuple(steps))


def _teams(routing: Routing, ticket: RouteInput) -> Iterable[tuple[str, str, Reason, Route | None]]:
    """Teams in the order in which they may decide: (code, where from, reason, route)."""
    facts = ticket.facts()
    for route in routing.rules:
        if route.when.holds(**facts):
            reason = Reason("routing.team.rule", {"rule": route.id, "team": route.team})
            yield route.team, f"rule {route.id}", reason, route
    if ticket.service_team is not None:
        params = {"service": ticket.service, "team": ticket.service_team}
        yield ticket.service_team, f"service {ticket.service}", Reason("routing.team.service", params), None
    default = routing.default_team
    yield default, "default_team", Reason("routing.team.default", {"team": default}), None


def choose_person(
    choice: TeamChoice, ticket: RouteInput, candidates: Iterable[Candidate]
) -> tuple[int | None, list[Reason], list[Reason]]:
    """Who of the team gets the ticket: (id or None, steps, who lost and why).

    People outside the team are not considered. Away, inactive and full people lose first, then who has fewer of the
    wished skills (a wish nobody fulfils is dropped, and said), then the strategy decides.
    """
    if choice.team is None:
        return None, [], []
    if choice.strategy == MANUAL:
        return None, [Reason("routing.manual")], []
    team = choice.team
    members = sorted((c for c in candidates if team in c.teams), key=lambda c: c.id)
    lost: dict[int, Reason] = {}
    free = [c for c in members if _is_free(c, lost)]
    steps: list[Reason] = []
    skilled = _by_skill(free, choice.skills, lost, steps)
    if not skilled:
        return None, [*steps, Reason("routing.nobody", {"team": team})], _in_order(lost)
    chosen = _by_strategy(choice.strategy, skilled, team, ticket, lost, steps)
    return chosen.id, steps, _in_order(lost)


def _in_order(lost: Mapping[int, Reason]) -> list[Reason]:
    return [lost[person] for person in sorted(lost)]


def _is_free(person: Candidate, lost: dict[int, Reason]) -> bool:
    if not person.active:
        lost[person.id] = Reason("routing.lost.inactive", {"person": person.id})
    elif person.away:
        lost[person.id] = Reason("routing.lost.away", {"person": person.id})
    elif person.load >= person.capacity:
        lost[person.id] = Reason("routing.lost.full", _loaded(person))
    return person.id not in lost


def _loaded(person: Candidate) -> dict[str, Any]:
    return {"person": person.id, "load": person.load, "capacity": person.capacity}


def _by_skill(
    free: Sequence[Candidate], skills: Sequence[str], lost: dict[int, Reason], steps: list[Reason]
) -> list[Candidate]:
    """Who has most of the wished skills, and among those the highest sum of levels."""
    if not skills or not free:
        return list(free)

    def grade(person: Candidate) -> tuple[int, int]:
        levels = [person.skills.get(skill, 0) for skill in skills]
        return sum(level > 0 for level in levels), sum(levels)

    best = max(grade(person) for person in free)
    if best[0] == 0:
        steps.append(Reason("routing.skill.none", {"skills": list(skills)}))
        return list(free)
    kept: list[Candidate] = []
    for person in free:
        have = grade(person)
        if have == best:
            kept.append(person)
        elif have[0] < best[0]:
            missing = [skill for skill in skills if person.skills.get(skill, 0) == 0]
            lost[person.id] = Reason("routing.lost.skill", {"person": person.id, "missing": missing})
        else:
            lost[person.id] = Reason("routing.lost.level", {"person": person.id, "skills": list(skills)})
    return kept


def _by_strategy(
    strategy: str,
    people: Sequence[Candidate],
    team: str,
    ticket: RouteInput,
    lost: dict[int, Reason],
    steps: list[Reason],
) -> Candidate:
    if strategy == ROUND_ROBIN:
        return _round_robin(people, ticket.last_assigned.get(team), lost, steps)
    if strategy == LAST_HANDLER:
        handler = next((person for person in people if person.id == ticket.last_handler), None)
        if handler is not None:
            steps.append(Reason("routing.chosen.last_handler", {"person": handler.id}))
            for person in people:
                if person is not handler:
                    lost[person.id] = Reason("routing.lost.handler", {"person": person.id})
            return handler
        if ticket.last_handler is None:
            steps.append(Reason("routing.handler.unknown"))
        else:
            steps.append(Reason("routing.handler.unavailable", {"person": ticket.last_handler}))
    return _least_loaded(people, lost, steps)


def _round_robin(
    people: Sequence[Candidate], last: int | None, lost: dict[int, Reason], steps: list[Reason]
) -> Candidate:
    """The first id after the last assigned one, else the lowest; `people` are in the order of their ids."""
    chosen = next((person for person in people if last is not None and person.id > last), people[0])
    if last is None:
        steps.append(Reason("routing.chosen.first", {"person": chosen.id}))
    else:
        steps.append(Reason("routing.chosen.round_robin", {"person": chosen.id, "last": last}))
    for person in people:
        if person is not chosen:
            lost[person.id] = Reason("routing.lost.turn", {"person": person.id})
    return chosen


def _least_loaded(people: Sequence[Candidate], lost: dict[int, Reason], steps: list[Reason]) -> Candidate:
    """The smallest share of capacity in use; the lower id where equal. Only people with room come here."""
    whole = lcm(*(person.capacity for person in people))
    share = {person.id: person.load * (whole // person.capacity) for person in people}
    chosen = min(people, key=lambda person: (share[person.id], person.id))
    steps.append(Reason("routing.chosen.least_loaded", _loaded(chosen)))
    for person in people:
        if person is not chosen:
            code = "routing.lost.tie" if share[person.id] == share[chosen.id] else "routing.lost.load"
            lost[person.id] = Reason(code, _loaded(person))
    return chosen


def route(policy: RoutingPolicy, ticket: RouteInput, candidates: Collection[Candidate]) -> RouteDecision:
    """Team and person for a ticket, with every reason. The same facts give the same bytes, in whatever order."""
    choice = choose_team(policy, ticket)
    # Of the other teams nothing counts: the inputs stay small on a desk of many.
    ticket = replace(
        ticket,
        strategies={t: s for t, s in ticket.strategies.items() if t == choice.team},
        last_assigned={t: p for t, p in ticket.last_assigned.items() if t == choice.team},
    )
    person, steps, lost = choose_person(choice, ticket, candidates)
    # Only whom the decision considered: the inputs stay small on a desk of many agents.
    considered = sorted((c for c in candidates if choice.team in c.teams), key=lambda c: c.id)
    inputs = {"ticket": ticket.data(), "candidates": [c.data() for c in considered]}
    return RouteDecision(choice.team, person, choice.strategy, (*choice.steps, *steps), tuple(lost), inputs)


def reproduce(policy: RoutingPolicy, inputs: Mapping[str, Any]) -> RouteDecision:
    """The decision that these stored inputs lead to under a policy; the same policy gives the same bytes."""
    candidates = [Candidate.from_data(data) for data in inputs["candidates"]]
    return route(policy, RouteInput.from_data(inputs["ticket"]), candidates)
