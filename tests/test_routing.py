"""Who gets the work, and why the others did not."""

import json
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.policy import parse_policy
from helpdesk_tui.rules.policy_work import Route, Routing, When
from helpdesk_tui.rules.routing import (
    STRATEGIES,
    Candidate,
    RouteInput,
    choose_team,
    reproduce,
    route,
)
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import sentence

DEFAULT = parse_policy(files("helpdesk_tui.rules").joinpath("policy.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Routed:
    """The one section that routing reads."""

    routing: Routing


def policy(*rules: Route, strategy: str = "manual") -> Routed:
    return Routed(Routing.model_validate({"default_team": "desk", "strategy": strategy, "rules": rules}))


RULES = policy(
    Route(id="major", when=When(kind=(Kind.INCIDENT,), priority=(Priority.CRITICAL,)), team="platform"),
    Route(id="zh", when=When(language=("zh",), category=("mail",)), team="desk-cn", strategy="least_loaded"),
    Route(id="vpn", when=When(category=("vpn",)), team="network", skills=("vpn", "firewall"), strategy="round_robin"),
    Route(id="bank", when=When(organisation=("First Bank",)), team="bank"),
)


@pytest.mark.parametrize(
    ("facts", "team", "rule"),
    [
        ({"priority": Priority.CRITICAL, "category": "vpn"}, "platform", "major"),
        ({"kind": "request", "priority": Priority.CRITICAL, "category": "vpn"}, "network", "vpn"),
        ({"category": "mail", "language": "zh"}, "desk-cn", "zh"),
        ({"category": "mail", "language": "en"}, "desk", None),
        ({"category": "mail", "service": "mail", "service_team": "mailers"}, "mailers", None),
        ({"organisation": "FIRST bank", "service_team": "mailers"}, "bank", "bank"),
        ({}, "desk", None),
    ],
)
def test_the_team_comes_from_rules_then_the_service_then_the_default(
    facts: dict[str, Any], team: str, rule: str | None
) -> None:
    choice = choose_team(RULES, RouteInput(**{"kind": "incident", **facts}))
    assert (choice.team, choice.rule) == (team, rule)


def test_a_team_that_is_not_active_is_passed_over_and_said() -> None:
    ticket = RouteInput(kind="incident", category="vpn", service="vpn", service_team="platform", teams=frozenset())
    some = replace(ticket, teams=frozenset({"desk", "platform"}))
    choice = choose_team(RULES, some)
    assert choice.team == "platform"
    assert sentence(choice.steps[0].data()).startswith("team network (rule vpn) does not exist")
    nobody = route(RULES, ticket, [])
    assert (nobody.team, nobody.assignee) == (None, None)
    assert nobody.steps[-1].code == "routing.team.none"


def test_the_strategy_is_the_rules_then_the_teams_then_the_default() -> None:
    vpn = RouteInput(kind="incident", category="vpn", strategies={"network": "manual", "desk": "last_handler"})
    assert choose_team(RULES, vpn).strategy == "round_robin"
    assert choose_team(RULES, replace(vpn, category=None)).strategy == "last_handler"
    assert choose_team(RULES, RouteInput(kind="incident")).strategy == "manual"


def person(number: int, **facts: Any) -> Candidate:
    return Candidate(id=number, teams=frozenset({"desk"}), **facts)


def decide(strategy: str, people: list[Candidate], **facts: Any) -> tuple[int | None, dict[int, str], list[str]]:
    decision = route(policy(strategy=strategy), RouteInput(kind="incident", **facts), people)
    lost = {r.params["person"]: r.code.removeprefix("routing.lost.") for r in decision.lost}
    return decision.assignee, lost, [step.code for step in decision.steps]


def test_manual_leaves_it_to_people() -> None:
    assigned, lost, steps = decide("manual", [person(1), person(2)])
    assert (assigned, lost) == (None, {})
    assert steps[-1] == "routing.manual"


@pytest.mark.parametrize(
    ("last", "expected"),
    [(None, 2), (1, 2), (2, 5), (4, 5), (5, 9), (9, 2), (100, 2)],
)
def test_round_robin_goes_on_after_the_last(last: int | None, expected: int) -> None:
    facts = {} if last is None else {"last_assigned": {"desk": last}}
    assigned, lost, _steps = decide("round_robin", [person(9), person(2), person(5)], **facts)
    assert assigned == expected
    assert lost == dict.fromkeys({2, 5, 9} - {expected}, "turn")


def test_a_round_gives_everyone_one_ticket_and_skips_who_is_away() -> None:
    people = [person(n, away=n == 3) for n in range(1, 6)]
    got: list[int] = []
    for _ in range(8):
        last = {"desk": got[-1]} if got else {}
        assigned, _lost, _steps = decide("round_robin", people, last_assigned=last)
        assert assigned is not None
        got.append(assigned)
    assert got == [1, 2, 4, 5, 1, 2, 4, 5]


def test_least_loaded_counts_capacity_and_breaks_ties_by_id() -> None:
    people = [person(1, load=4, capacity=8), person(2, load=1, capacity=2), person(3, load=3, capacity=8)]
    assert decide("least_loaded", people)[:2] == (3, {1: "load", 2: "load"})
    assert decide("least_loaded", people[:2])[:2] == (1, {2: "tie"})


def test_who_cannot_take_it_loses_first() -> None:
    people = [
        person(1, active=False),
        person(2, away=True),
        person(3, load=8),
        person(4, capacity=0),
        person(5, load=7),
        Candidate(id=6, teams=frozenset({"other"})),
    ]
    assigned, lost, _steps = decide("least_loaded", people)
    assert assigned == 5
    assert lost == {1: "inactive", 2: "away", 3: "full", 4: "full"}
    nobody, _lost, steps = decide("least_loaded", people[:4])
    assert nobody is None
    assert steps[-1] == "routing.nobody"


def test_the_last_handler_keeps_the_thread() -> None:
    people = [person(1), person(2, load=5)]
    assert decide("last_handler", people, last_handler=2)[:2] == (2, {1: "handler"})
    assigned, _lost, steps = decide("last_handler", people)
    assert assigned == 1
    assert steps[-2:] == ["routing.handler.unknown", "routing.chosen.least_loaded"]
    assigned, lost, steps = decide("last_handler", [person(1), person(2, away=True)], last_handler=2)
    assert (assigned, lost) == (1, {2: "away"})
    assert "routing.handler.unavailable" in steps


def test_skills_are_preferred_and_their_lack_is_named() -> None:
    def network(number: int, skills: dict[str, int], **facts: Any) -> Candidate:
        return Candidate(id=number, teams=frozenset({"network"}), skills=skills, **facts)

    ticket = RouteInput(kind="incident", category="vpn")
    people = [
        network(1, {"vpn": 3}),
        network(2, {"vpn": 2, "firewall": 1}),
        network(3, {"vpn": 2, "firewall": 3}),
        network(4, {"vpn": 3, "firewall": 3}, away=True),
    ]
    decision = route(RULES, ticket, people)
    assert decision.assignee == 3
    assert [sentence(reason.data()) for reason in decision.lost] == [
        "person 1: lacks the skills firewall",
        "person 2: less practised in vpn, firewall",
        "person 4: away",
    ]
    unskilled = route(RULES, ticket, [network(7, {}), network(8, {"mail": 3})])
    assert unskilled.assignee == 7
    assert "routing.skill.none" in [step.code for step in unskilled.steps]


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        id=st.integers(1, 40),
        teams=st.frozensets(st.sampled_from(["desk", "network", "platform"])),
        skills=st.dictionaries(st.sampled_from(["vpn", "firewall", "mail"]), st.integers(1, 3)),
        active=st.sampled_from([True, True, True, False]),
        away=st.sampled_from([False, False, True]),
        load=st.integers(0, 9),
        capacity=st.integers(0, 9),
    ),
    max_size=12,
    unique_by=lambda c: c.id,
)
TICKETS = st.builds(
    RouteInput,
    kind=st.sampled_from([k.value for k in Kind]),
    category=st.sampled_from([None, "vpn", "mail"]),
    priority=st.sampled_from(Priority),
    language=st.sampled_from([None, "en", "zh"]),
    service_team=st.sampled_from([None, "platform"]),
    teams=st.none() | st.frozensets(st.sampled_from(["desk", "network", "platform"])),
    strategies=st.dictionaries(st.sampled_from(["desk", "platform"]), st.sampled_from(STRATEGIES)),
    last_assigned=st.dictionaries(st.sampled_from(["desk", "network"]), st.integers(1, 40)),
    last_handler=st.none() | st.integers(1, 40),
)


@given(TICKETS, CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_of_candidates_never_matters(ticket: RouteInput, people: list[Candidate], chance: Any) -> None:
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert json.dumps(route(RULES, ticket, people).data()) == json.dumps(route(RULES, ticket, shuffled).data())


@given(TICKETS, CANDIDATES)
def test_a_decision_is_sound_explained_and_reproducible(ticket: RouteInput, people: list[Candidate]) -> None:
    decision = route(RULES, ticket, people)
    stored = json.loads(json.dumps(decision.data()))
    assert json.dumps(reproduce(RULES, stored["inputs"]).data()) == json.dumps(decision.data())
    members = {c.id: c for c in people if decision.team in c.teams}
    lost = [reason.params["person"] for reason in decision.lost]
    if decision.assignee is not None:
        chosen = members[decision.assignee]
        assert chosen.active
        assert not chosen.away
        assert chosen.load < chosen.capacity
    if decision.strategy != "manual" and decision.team is not None:
        assert sorted([*lost, *([decision.assignee] if decision.assignee else [])]) == sorted(members)
    assert all("{" not in sentence(reason.data()) for reason in decision.reasons)


@given(TICKETS, CANDIDATES)
def test_the_default_policy_routes_everything(ticket: RouteInput, people: list[Candidate]) -> None:
    codes = {team.code for team in DEFAULT.teams}
    decision = route(DEFAULT, replace(ticket, teams=None, service_team=None), people)
    assert decision.team in codes
