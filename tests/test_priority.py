"""Priority: matrix of any size, named steps, what would change it."""

import json
from dataclasses import dataclass
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from helpdesk_tui.rules.policy import Policy, parse_policy
from helpdesk_tui.rules.policy_levels import AffectedStep, CriticalitySteps, Matrix, PriorityRules, SeverityMap
from helpdesk_tui.rules.priority import pinned, prioritise, reproduce, unpinned, what_would_change
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.levels import Level, Priority, Severity
from helpdesk_tui.vocabulary.reasons import sentence

DEFAULT: Policy = parse_policy(files("helpdesk_tui.rules").joinpath("policy.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Graded:
    """The three sections that priority reads."""

    matrix: Matrix
    priority: PriorityRules
    severity: SeverityMap = SeverityMap()


# iTop's 3 x 4 matrix (rows impact, columns urgency, 1 = critical): its shape catches a transposed reading, which a
# symmetric matrix never would. Fact from Combodo/iTop, itop-incident-mgmt-itil, ComputePriority.
ITOP = ["critical critical high low", "critical high medium low", "high medium medium low"]
ITOP_IMPACT = ("department", "service", "person")
ITOP_URGENCY = ("now", "today", "this week", "some day")


def oblong(**changes: object) -> Matrix:
    data: dict[str, object] = {
        "rows": "impact",
        "columns": "urgency",
        "order": "high_first",
        "impact": ITOP_IMPACT,
        "urgency": ITOP_URGENCY,
        "table": [line.split() for line in ITOP],
    }
    return Matrix.model_validate({**data, **changes})


PLAIN = PriorityRules(criticality=CriticalitySteps(critical=0), vip_steps=0)


@pytest.mark.parametrize(
    ("impact", "urgency", "expected"),
    [
        (impact, urgency, ITOP[row].split()[column])
        for row, impact in enumerate(ITOP_IMPACT)
        for column, urgency in enumerate(ITOP_URGENCY)
    ],
)
def test_an_oblong_matrix_is_read_in_its_stated_direction(impact: str, urgency: str, expected: str) -> None:
    turned = oblong(rows="urgency", columns="impact", table=list(zip(*(r.split() for r in ITOP), strict=True)))
    rising = oblong(
        order="low_first",
        impact=ITOP_IMPACT[::-1],
        urgency=ITOP_URGENCY[::-1],
        table=[line.split()[::-1] for line in ITOP[::-1]],
    )
    for matrix in (oblong(), turned, rising):
        assert prioritise(Graded(matrix, PLAIN), impact, urgency).priority.code == expected


def test_a_transposed_matrix_is_refused() -> None:
    with pytest.raises(ValidationError, match="4 rows|3 rows"):
        oblong(rows="urgency", columns="impact")
    with pytest.raises(ValidationError):
        oblong(table=list(zip(*(r.split() for r in ITOP), strict=True)))
    with pytest.raises(ValidationError, match="order"):
        oblong(order="low_first")


def test_a_level_of_another_matrix_is_refused_by_name() -> None:
    policy = Graded(oblong(), PLAIN)
    with pytest.raises(Invalid, match="urgency: department .* now"):
        prioritise(policy, "department", "department")
    with pytest.raises(Invalid, match="impact: now"):
        prioritise(policy, "now", "now")


@pytest.mark.parametrize(
    ("impact", "urgency", "expected"),
    [
        ("high", "high", "critical"),
        ("high", "medium", "high"),
        ("medium", "high", "high"),
        ("high", "low", "medium"),
        ("medium", "medium", "medium"),
        ("low", "high", "medium"),
        ("medium", "low", "low"),
        ("low", "medium", "low"),
        ("low", "low", "low"),
    ],
)
def test_the_default_matrix(impact: str, urgency: str, expected: str) -> None:
    decision = prioritise(DEFAULT, Level[impact.upper()], Level[urgency.upper()])
    assert decision.priority.code == expected
    (step,) = decision.data()["steps"]
    assert sentence(step, english=True) == f"{impact} impact x {urgency} urgency = {expected}"


RULES = PriorityRules(
    criticality=CriticalitySteps(critical=1, low=-1),
    criticality_from=Priority.MEDIUM,
    vip_steps=1,
    vip_at_most=Priority.HIGH,
    affected=(
        AffectedStep(users=10, at_least=Priority.HIGH),
        AffectedStep(users=100, at_least=Priority.CRITICAL),
    ),
)
SQUARE = Matrix.model_validate(
    {
        "rows": "impact",
        "columns": "urgency",
        "order": "high_first",
        "impact": ["high", "medium", "low"],
        "urgency": ["high", "medium", "low"],
        "table": [["critical", "high", "medium"], ["high", "medium", "low"], ["medium", "low", "low"]],
    }
)
STEPS = Graded(SQUARE, RULES)


@pytest.mark.parametrize(
    ("facts", "expected", "codes"),
    [
        ({}, "medium", ["matrix"]),
        ({"criticality": 4}, "high", ["matrix", "criticality"]),
        ({"criticality": 3}, "medium", ["matrix"]),
        ({"criticality": 1}, "low", ["matrix", "criticality"]),
        ({"impact": Level.LOW, "criticality": 4}, "low", ["matrix", "criticality.limit"]),
        ({"vip": True}, "high", ["matrix", "vip"]),
        ({"criticality": 4, "vip": True}, "high", ["matrix", "criticality", "vip.limit"]),
        ({"impact": Level.HIGH, "urgency": Level.HIGH, "vip": True}, "critical", ["matrix"]),
        ({"affected_users": 9}, "medium", ["matrix"]),
        ({"affected_users": 10}, "high", ["matrix", "affected"]),
        ({"vip": True, "affected_users": 500}, "critical", ["matrix", "vip", "affected"]),
        ({"severity": Severity.SEV1}, "critical", ["matrix", "severity"]),
        ({"severity": Severity.SEV2}, "critical", ["matrix", "severity"]),
        ({"severity": Severity.SEV3}, "high", ["matrix", "severity"]),
        ({"severity": Severity.SEV4, "vip": True}, "medium", ["matrix", "vip", "severity"]),
        ({"severity": 5}, "low", ["matrix", "severity"]),
    ],
)
def test_each_step_is_named(facts: dict[str, object], expected: str, codes: list[str]) -> None:
    given_facts = {"impact": Level.MEDIUM, "urgency": Level.MEDIUM, **facts}
    decision = prioritise(STEPS, **given_facts)  # type: ignore[arg-type]
    assert decision.priority.code == expected
    assert [step.code.removeprefix("priority.") for step in decision.steps] == codes
    for step in decision.data()["steps"]:
        assert "{" not in sentence(step)
        if "before" in step and step["code"] != "priority.severity":
            assert step["before"] != step["after"]


LEVELS = st.sampled_from(Level)
FACTS = st.fixed_dictionaries(
    {
        "impact": LEVELS,
        "urgency": LEVELS,
        "criticality": st.none() | st.integers(1, 4),
        "vip": st.booleans(),
        "affected_users": st.none() | st.integers(0, 300),
        "severity": st.none() | st.integers(1, 5),
    }
)
POLICIES = st.sampled_from([STEPS, DEFAULT, Graded(oblong(), RULES)])


@given(POLICIES, FACTS)
def test_a_graver_impact_or_urgency_never_lowers_the_priority(policy: Graded, facts: dict[str, object]) -> None:
    for axis in ("impact", "urgency"):
        row = [prioritise(policy, **{**facts, axis: level}).priority for level in sorted(Level)]  # type: ignore[arg-type]
        assert row == sorted(row)


@given(POLICIES, FACTS, st.integers(0, 300))
def test_more_affected_users_never_lower_it(policy: Graded, facts: dict[str, object], more: int) -> None:
    users = (facts["affected_users"] or 0) + more  # type: ignore[operator]
    wider = prioritise(policy, **{**facts, "affected_users": users})  # type: ignore[arg-type]
    assert wider.priority >= prioritise(policy, **facts).priority  # type: ignore[arg-type]


@given(POLICIES, FACTS)
def test_stored_inputs_give_the_same_bytes(policy: Graded, facts: dict[str, object]) -> None:
    decision = prioritise(policy, **facts)  # type: ignore[arg-type]
    stored = json.loads(json.dumps(decision.data()))
    assert json.dumps(reproduce(policy, stored["inputs"]).data()) == json.dumps(decision.data())


@given(POLICIES, FACTS)
def test_the_last_step_holds_the_result(policy: Graded, facts: dict[str, object]) -> None:
    decision = prioritise(policy, **facts)  # type: ignore[arg-type]
    last = decision.steps[-1].params
    assert last.get("after", last.get("priority")) == decision.priority.code


@given(POLICIES, FACTS)
def test_every_change_that_is_promised_comes_true(policy: Graded, facts: dict[str, object]) -> None:
    decision = prioritise(policy, **facts)  # type: ignore[arg-type]
    for reason in what_would_change(policy, decision):
        changed = dict(decision.inputs)
        match reason.code.removeprefix("priority.would."):
            case "impact" | "urgency" | "severity" as name:
                changed[name] = reason.params[name]
            case "criticality":
                changed["criticality"] = ["low", "medium", "high", "critical"].index(reason.params["criticality"]) + 1
            case "no_service":
                changed["criticality"] = None
            case "no_severity":
                changed["severity"] = None
            case "vip" | "no_vip":
                changed["vip"] = not changed.get("vip", False)
            case _:
                changed["affected_users"] = reason.params["users"]
        assert reproduce(policy, changed).priority.code == reason.params["priority"] != decision.priority.code


def test_what_would_change_a_medium_ticket() -> None:
    found = what_would_change(STEPS, prioritise(STEPS, Level.MEDIUM, Level.MEDIUM, affected_users=3))
    said = [sentence(reason.data(), english=True) for reason in found]
    assert "with high impact it would be high" in said
    assert "with low urgency it would be low" in said
    assert "if the requester were a VIP it would be high" in said
    assert "from 10 affected users on it would be high" in said
    assert "with severity SEV1 it would be critical" in said
    assert not any("medium" in line for line in said)


def test_a_pin_needs_a_reason_and_stands_alone() -> None:
    decision = pinned(Priority.CRITICAL, "the board is watching")
    assert decision.priority is Priority.CRITICAL
    assert sentence(decision.data()["steps"][0]) == "pinned by hand to critical: the board is watching"
    assert what_would_change(STEPS, decision) == []
    rule = unpinned(STEPS, prioritise(STEPS, Level.LOW, Level.LOW).inputs)
    assert sentence(rule.data()) == "without the pin it would be low"
    with pytest.raises(Invalid, match="needs a reason"):
        pinned(Priority.LOW, "  ")
