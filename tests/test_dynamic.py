"""Dynamic priority: what gives points, when it moves, and that it never flaps."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from helpdesk_tui.rules.dynamic import DynamicFacts, decide, reproduce, what_would_change
from helpdesk_tui.rules.policy import check_policy, parse_policy
from helpdesk_tui.rules.policy_dynamic import Dynamic
from helpdesk_tui.rules.policy_lint import lint
from helpdesk_tui.vocabulary.levels import Priority
from tests.policy_text import changed, default_policy, line_with

H, D = 3_600, 86_400
RULES = Dynamic(active=True)
CALM = DynamicFacts(Priority.MEDIUM, opened_at=0)


@pytest.mark.parametrize(
    ("values", "at", "points"),
    [
        ({}, 0, 0), ({"affected_users": 9}, 0, 0), ({"affected_users": 10}, 0, 1), ({"affected_users": 100}, 0, 2),
        ({"alerts": 1}, 0, 1), ({"alerts": 10}, 0, 2), ({"criticality": 4}, 0, 1), ({"criticality": 3}, 0, 0),
        ({}, 3 * D - 1, 0), ({}, 3 * D, 1), ({}, 10 * D, 2), ({"due_at": 2 * H}, H - 1, 0), ({"due_at": 2 * H}, H, 1),
        ({"due_at": 2 * H}, 2 * H, 2), ({"due_at": 2 * H}, 9 * H, 2), ({"freeze": True}, 0, 1), ({"load": 1.4}, 0, 0),
        ({"load": 1.5}, 0, -1), ({"load": None}, 0, 0),
        ({"affected_users": 100, "alerts": 10, "criticality": 4, "freeze": True, "load": 2.0}, 0, 5),
    ],
)  # fmt: skip
def test_points(values: dict[str, Any], at: int, points: int) -> None:
    found = decide(RULES, replace(CALM, **values), at)
    assert found.points == points
    told = [reason for reason in found.reasons if reason.code not in ("dynamic.stays", "dynamic.raised")]
    assert sum(int(reason.params["points"]) for reason in told) == points


@pytest.mark.parametrize(
    ("base", "alerts", "users", "steps", "priority"),
    [
        (Priority.LOW, 10, None, 0, Priority.LOW), (Priority.LOW, 10, 10, 1, Priority.MEDIUM),
        (Priority.CRITICAL, 10, 100, 0, Priority.CRITICAL),
    ],
)  # fmt: skip
def test_a_step_up(base: Priority, alerts: int, users: int | None, steps: int, priority: Priority) -> None:
    found = decide(RULES, DynamicFacts(base, 0, alerts=alerts, affected_users=users), 0)
    assert (found.steps, found.priority, found.moved) == (steps, priority, steps > 0)


def test_two_steps_up_and_no_further() -> None:
    grave = DynamicFacts(Priority.LOW, 0, alerts=10, affected_users=100, criticality=4, due_at=0)
    assert decide(RULES, grave, H).priority is Priority.HIGH
    assert decide(RULES, replace(grave, base=Priority.HIGH), H).priority is Priority.CRITICAL
    capped = Dynamic(active=True, at_most=Priority.MEDIUM)
    found = decide(capped, grave, H)
    assert (found.steps, found.priority) == (1, Priority.MEDIUM)
    assert decide(capped, replace(grave, steps=1), H).reasons[-1].code == "dynamic.limit"
    assert decide(capped, replace(grave, base=Priority.HIGH), H).priority is Priority.HIGH


def test_back_only_far_enough_and_not_too_soon() -> None:
    lifted = replace(CALM, steps=1, moved_at=0)
    two = replace(lifted, alerts=10)
    kept = decide(RULES, two, 9 * H)
    assert (kept.points, kept.steps, kept.reasons[-1].code) == (2, 1, "dynamic.kept")
    early = decide(RULES, lifted, H - 1)
    assert (early.steps, early.reasons[-1].code, early.again_at) == (1, "dynamic.held", H)
    back = decide(RULES, lifted, H)
    assert (back.steps, back.priority, back.reasons[-1].code, back.moved) == (0, Priority.MEDIUM, "dynamic.eased", True)


def test_never_against_a_pin() -> None:
    found = decide(RULES, replace(CALM, pinned=Priority.LOW, alerts=10, affected_users=100, due_at=0), D)
    assert (found.priority, found.steps, found.moved) == (Priority.LOW, 0, False)
    assert [reason.code for reason in found.reasons] == ["dynamic.pinned"]


def test_the_next_look() -> None:
    assert decide(RULES, CALM, 0).again_at == 3 * D
    assert decide(RULES, replace(CALM, due_at=5 * H), 0).again_at == 4 * H
    assert decide(RULES, replace(CALM, due_at=5 * H), 4 * H).again_at == 5 * H
    assert decide(RULES, CALM, 10 * D).again_at is None


@pytest.mark.parametrize(
    "values",
    [
        {"raise_at": 3, "raise_two_at": 3}, {"raise_at": 1, "ease": 1}, {"hold": "1wd"},
        {"age": [{"time": "1wd", "points": 1}]}, {"age": [{"time": "1h", "points": 11}]}, {"misspelt": 1},
    ],
)  # fmt: skip
def test_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Dynamic(**values)


FREEZES = """
[[dynamic.freezes]]
name = "year's end"
from = 2026-12-18T18:00:00+01:00
until = 2027-01-04T06:00:00+01:00

[[dynamic.freezes]]
name = "closing of the books"
from = "2027-01-10T00:00:00Z"
until = "2027-01-12T00:00:00Z"
service = ["erp"]
"""


def test_a_freeze_by_service_and_when_it_turns() -> None:
    rules = parse_policy(changed("# [[dynamic.freezes]]", FREEZES + "\n#")).dynamic
    begins, ends, books, over = 1_797_613_200, 1_799_038_800, 1_799_539_200, 1_799_712_000
    for service, at, told in [
        (None, begins - 1, (False, begins)), (None, begins, (True, ends)), ("vpn", ends, (False, None)),
        ("erp", ends, (False, books)), ("erp", books, (True, over)), ("erp", over, (False, None)),
    ]:  # fmt: skip
        assert rules.frozen(service, at) == told, (service, at)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("2026-12-18T18:00:00+01:00", "2026-12-18T18:00:00", "instant"), ("2026-12-18T18:00:00+01:00", "2026-12-18", "instant"),
        ("2026-12-18T18:00:00+01:00", "2027-02-01T00:00:00Z", "must end"), ('["erp"]', '["erpp"]', "erpp"),
        ('service = ["erp"]', 'servise = ["erp"]', "servi"),
    ],
)  # fmt: skip
def test_a_freeze_that_is_refused_with_its_line(old: str, new: str, word: str) -> None:
    assert old in FREEZES
    text = changed("# [[dynamic.freezes]]", FREEZES.replace(old, new, 1) + "\n#")
    policy, problems = check_policy(text)
    assert policy is None
    assert [word in problem.message.format_map(problem.params) for problem in problems] == [True]
    assert problems[0].line in (line_with(text, new), line_with(text, 'name = "year\'s end"') - 1)


def test_as_shipped_it_is_switched_off_and_says_what_the_program_means() -> None:
    assert default_policy().dynamic == Dynamic()
    assert not default_policy().dynamic.active


@pytest.mark.parametrize(
    ("lines", "warned"),
    [
        ("active = true", []), ("active = true\nraise_at = 9\nraise_two_at = 0", []),
        ("active = true\nraise_at = 10\nraise_two_at = 0", [(9, 10)]), ("raise_at = 10\nraise_two_at = 0", []),
    ],
)  # fmt: skip
def test_advice_about_one_that_lifts_nothing(lines: str, warned: list[tuple[int, int]]) -> None:
    text = changed("[dynamic]\nactive = false", "[dynamic]\n" + lines)
    for line in ("raise_at = 3 ", "raise_two_at = 6 "):
        if line.partition(" ")[0] in lines:
            text = text.replace(line, "# " + line, 1)
    found = [reason for reason in lint(parse_policy(text)) if reason.code == "lint.dynamic_never"]
    assert [(reason.params["points"], reason.params["limit"]) for reason in found] == warned


@pytest.mark.parametrize(
    ("base", "values", "codes"),
    [
        (Priority.LOW, {}, ["more", "time"]), (Priority.MEDIUM, {"alerts": 10, "affected_users": 10}, ["more", "fewer", "time"]),
        (Priority.CRITICAL, {}, ["time"]), (Priority.HIGH, {"alerts": 10, "affected_users": 10}, ["fewer", "time"]),
    ],
)  # fmt: skip
def test_what_would_change(base: Priority, values: dict[str, Any], codes: list[str]) -> None:
    found = decide(RULES, replace(CALM, base=base, **values), 0)
    told = what_would_change(RULES, found, 0)
    assert [reason.code.rpartition(".")[2] for reason in told] == codes
    for reason in told:
        limit = reason.params.get("limit")
        if reason.code == "dynamic.would.more":
            assert limit == (6 if found.steps else 3)
        elif reason.code == "dynamic.would.fewer":
            assert (limit, reason.params["priority"]) == (2, base.code)
    held = decide(RULES, replace(CALM, steps=1, moved_at=0, alerts=10, affected_users=10), 60)
    assert [one.params for one in what_would_change(RULES, held, 60) if one.code == "dynamic.would.held"] == [
        {"limit": 2, "priority": "medium", "until": "1970-01-01T01:00:00Z"}
    ]
    assert "dynamic.would.fewer" in [one.code for one in what_would_change(RULES, held, H)]


facts = st.builds(
    DynamicFacts,
    base=st.sampled_from(Priority),
    opened_at=st.integers(0, 20 * D),
    steps=st.integers(0, 2),
    moved_at=st.none() | st.integers(0, 20 * D),
    criticality=st.none() | st.integers(1, 4),
    affected_users=st.none() | st.integers(0, 500),
    alerts=st.integers(0, 20),
    due_at=st.none() | st.integers(0, 40 * D),
    freeze=st.booleans(),
    load=st.none() | st.floats(0, 5),
    freeze_turns=st.none() | st.integers(0, 40 * D),
)


@given(facts, st.integers(0, 50 * D))
def test_never_below_the_ground_never_above_the_top_and_reproduced(some: DynamicFacts, now: int) -> None:
    found = decide(RULES, some, now)
    assert found.priority >= some.base
    assert 0 <= found.steps <= 2
    assert found.priority - some.base == min(found.steps, Priority.CRITICAL - some.base)
    assert reproduce(RULES, found.inputs, now) == found


@given(facts, st.integers(0, 50 * D))
def test_nothing_moves_by_time_alone_before_it_is_looked_at_again(some: DynamicFacts, now: int) -> None:
    settled = replace(some, steps=decide(RULES, some, now).steps, moved_at=now)
    found = decide(RULES, settled, now)
    until = found.again_at if found.again_at is not None else now + 100 * D
    assert decide(RULES, settled, until - 1).steps == found.steps


@given(facts, st.lists(st.tuples(st.integers(0, 20), st.integers(1, 4 * H)), min_size=1, max_size=60))
def test_it_never_flaps(some: DynamicFacts, alerts: list[tuple[int, int]]) -> None:
    """However alerts come and go, a move down is never within the hold of the move before it."""
    now = some.opened_at
    state, moves = replace(some, steps=0, moved_at=None), []
    for count, later in alerts:
        now += later
        found = decide(RULES, replace(state, alerts=count), now)
        if found.moved:
            moves.append((now, found.steps - state.steps))
            state = replace(state, steps=found.steps, moved_at=now)
    for (before, _), (after, step) in pairwise(moves):
        assert step > 0 or after - before >= RULES.hold.seconds
