"""MoSCoW from risk and value."""

import json
from dataclasses import dataclass
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.demand import INPUTS, assess, reproduce, what_would_change
from helpdesk_tui.rules.policy import parse_policy
from helpdesk_tui.rules.policy_levels import DemandRules, RiskWeights, ValueWeights
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.levels import Moscow
from helpdesk_tui.vocabulary.reasons import sentence

DEFAULT = parse_policy(files("helpdesk_tui.rules").joinpath("policy.toml").read_text("utf-8"))
RANK = {Moscow.WONT: 0, Moscow.COULD: 1, Moscow.SHOULD: 2, Moscow.MUST: 3}


@dataclass(frozen=True)
class Demanding:
    """The one section that demand reads."""

    demand: DemandRules = DemandRules()


PLAIN = Demanding(
    DemandRules(
        risk=RiskWeights(business_impact=60, likelihood=40),
        value=ValueWeights(benefit=45, reach=35, effort=20),
        risk_share=50,
        must=75,
        should=55,
        could=30,
        must_risk=85,
    )
)


@pytest.mark.parametrize(
    ("inputs", "risk", "value", "score", "moscow"),
    [
        ((1, 1, 1, 1, 5), 0, 0, 0, Moscow.WONT),
        ((5, 5, 5, 5, 1), 100, 100, 100, Moscow.MUST),
        ((3, 3, 3, 3, 3), 50, 50, 50, Moscow.COULD),
        ((4, 3, 4, 3, 2), 65, 66, 66, Moscow.SHOULD),
        ((4, 5, 4, 4, 2), 85, 75, 80, Moscow.MUST),
        # A grave risk alone is a must, whatever it is worth: 0.6 * 100 + 0.4 * 75 = 90.
        ((5, 4, 1, 1, 5), 90, 0, 45, Moscow.MUST),
        # 1 of 4 steps of effort: 20 * 1 / 4 = 5; half of it rounds up to 3.
        ((1, 1, 1, 1, 4), 0, 5, 3, Moscow.WONT),
    ],
)
def test_scores_and_class(inputs: tuple[int, ...], risk: int, value: int, score: int, moscow: Moscow) -> None:
    decision = assess(PLAIN, *inputs)
    assert (decision.risk, decision.value, decision.score, decision.moscow) == (risk, value, score, moscow)


def test_both_scores_are_shown_with_their_inputs() -> None:
    decision = assess(PLAIN, 4, 3, 4, 3, 2)
    said = [sentence(step, english=True) for step in decision.data()["steps"]]
    assert said == [
        "risk 65: business impact 4 of 5 (weight 60), likelihood of harm 3 of 5 (weight 40)",
        "value 66: benefit 4 of 5 (weight 45), reach 3 of 5 (weight 35), effort 2 of 5, less is better (weight 20)",
        "50 % risk 65 + 50 % value 66 = 66",
        "score 66 reaches 55: should",
    ]


@pytest.mark.parametrize("bad", [0, 6, -1, True, 3.0, "3", None])
def test_inputs_outside_1_to_5_are_refused_by_name(bad: object) -> None:
    for name in INPUTS:
        with pytest.raises(Invalid, match=name):
            assess(PLAIN, **{**dict.fromkeys(INPUTS, 3), name: bad})  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="reach is missing"):
        reproduce(PLAIN, {name: 3 for name in INPUTS if name != "reach"})


INPUT = st.integers(1, 5)
VALUES = st.fixed_dictionaries(dict.fromkeys(INPUTS, INPUT))
WEIGHT = st.integers(0, 100)


@st.composite
def rules(draw: st.DrawFn) -> Demanding:
    thresholds = sorted(draw(st.tuples(*[st.integers(0, 100)] * 3)), reverse=True)
    return Demanding(
        DemandRules(
            risk=RiskWeights(business_impact=draw(st.integers(1, 100)), likelihood=draw(WEIGHT)),
            value=ValueWeights(benefit=draw(st.integers(1, 100)), reach=draw(WEIGHT), effort=draw(WEIGHT)),
            risk_share=draw(st.integers(0, 100)),
            must=thresholds[0],
            should=thresholds[1],
            could=thresholds[2],
            must_risk=draw(st.integers(0, 100)),
        )
    )


@given(rules(), VALUES, st.sampled_from(INPUTS))
def test_more_of_an_input_never_lowers_the_class_but_effort_does(
    policy: Demanding, values: dict[str, int], name: str
) -> None:
    ranks = [RANK[reproduce(policy, {**values, name: value}).moscow] for value in range(1, 6)]
    assert ranks == sorted(ranks, reverse=name == "effort")


@given(rules(), VALUES, st.sampled_from(INPUTS), st.integers(0, 50))
def test_more_weight_on_the_best_input_never_lowers_the_class(
    policy: Demanding, values: dict[str, int], name: str, more: int
) -> None:
    part = "risk" if name in ("business_impact", "likelihood") else "value"
    section = getattr(policy.demand, part)
    weight = min(100, getattr(section, name) + more)
    heavier = Demanding(policy.demand.model_copy(update={part: section.model_copy(update={name: weight})}))
    best = {**values, name: 1 if name == "effort" else 5}
    worst = {**values, name: 5 if name == "effort" else 1}
    assert RANK[reproduce(heavier, best).moscow] >= RANK[reproduce(policy, best).moscow]
    assert RANK[reproduce(heavier, worst).moscow] <= RANK[reproduce(policy, worst).moscow]


@given(rules(), VALUES)
def test_stored_inputs_give_the_same_bytes_and_scores_stay_in_range(policy: Demanding, values: dict[str, int]) -> None:
    decision = reproduce(policy, values)
    stored = json.loads(json.dumps(decision.data()))
    assert json.dumps(reproduce(policy, stored["inputs"]).data()) == json.dumps(decision.data())
    assert all(0 <= score <= 100 for score in (decision.risk, decision.value, decision.score))


@given(rules(), VALUES)
def test_every_change_that_is_promised_comes_true(policy: Demanding, values: dict[str, int]) -> None:
    decision = reproduce(policy, values)
    for reason in what_would_change(policy, decision):
        other = {**values, reason.params["input"]: reason.params["value"]}
        assert reproduce(policy, other).moscow.value == reason.params["moscow"] != decision.moscow.value


def test_the_default_policy_gives_every_class() -> None:
    found = {
        assess(DEFAULT, *inputs).moscow
        for inputs in [(1, 1, 1, 1, 5), (3, 3, 3, 3, 3), (4, 4, 3, 3, 3), (5, 5, 5, 5, 1)]
    }
    assert found == set(Moscow)
