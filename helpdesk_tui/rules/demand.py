"""Demand: a MoSCoW class from a risk score and a value score (handbook: priority assessment).

Five inputs run from 1 (least) to 5 (most). Risk weighs business impact and likelihood of harm; value weighs benefit,
reach and effort, where little effort is good. Each score is a weighted mean brought to 0…100 and rounded half up; the
mix of the two rounded scores is compared with the thresholds, so that a reader can follow it with the figures shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import MOSCOW_LABELS, Moscow
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels

if TYPE_CHECKING:
    # The policy's classes stand on Pydantic, which a mere decision need not load.
    from helpdesk_tui.rules.policy_levels import DemandRules

INPUTS: Final = ("business_impact", "likelihood", "benefit", "reach", "effort")
INPUT_LABELS: Final = {
    "business_impact": N_("business impact"),
    "likelihood": N_("likelihood of harm"),
    "benefit": N_("benefit"),
    "reach": N_("reach"),
    "effort": N_("effort"),
}
LEAST: Final = 1
MOST: Final = 5

register(
    {
        "demand.risk": N_(
            "risk {score}: business impact {business_impact} of 5 (weight {impact_weight}), "
            "likelihood of harm {likelihood} of 5 (weight {likelihood_weight})"
        ),
        "demand.value": N_(
            "value {score}: benefit {benefit} of 5 (weight {benefit_weight}), reach {reach} of 5 (weight "
            "{reach_weight}), effort {effort} of 5, less is better (weight {effort_weight})"
        ),
        "demand.mix": N_("{risk_share} % risk {risk} + {value_share} % value {value} = {score}"),
        "demand.must_risk": N_("risk {risk} reaches {threshold}: {moscow}, whatever the value"),
        "demand.threshold": N_("score {score} reaches {threshold}: {moscow}"),
        "demand.below": N_("score {score} stays below {threshold}: {moscow}"),
        "demand.would": N_("with {input} {value} it would be: {moscow}"),
    }
)
register_labels("moscow", {m.value: label for m, label in MOSCOW_LABELS.items()})
register_labels("input", INPUT_LABELS)


class DemandPolicy(Protocol):
    """The policy section this module reads."""

    @property
    def demand(self) -> DemandRules: ...


@dataclass(frozen=True, slots=True)
class DemandDecision:
    """A MoSCoW class with both scores (0…100), their mix, the steps, and the inputs that reproduce it."""

    moscow: Moscow
    risk: int
    value: int
    score: int
    steps: tuple[Reason, ...]
    inputs: Mapping[str, int]

    def data(self) -> dict[str, Any]:
        """The JSON form, always in this order of keys."""
        return {
            "moscow": self.moscow.value,
            "risk": self.risk,
            "value": self.value,
            "score": self.score,
            "steps": [step.data() for step in self.steps],
            "inputs": dict(self.inputs),
        }


def _rounded(above: int, below: int) -> int:
    """above / below, rounded half up, for whole numbers of zero or more."""
    return (2 * above + below) // (2 * below)


def _score(parts: list[tuple[int, int]]) -> int:
    """The weighted mean of (input − 1) in percent of the widest span; `parts` are (weight, distance from worst)."""
    return _rounded(
        100 * sum(weight * distance for weight, distance in parts),
        (MOST - LEAST) * sum(weight for weight, _distance in parts),
    )


def assess(
    policy: DemandPolicy, business_impact: int, likelihood: int, benefit: int, reach: int, effort: int
) -> DemandDecision:
    """The MoSCoW class of a demand. Every input is 1 to 5; raises Invalid otherwise."""
    values = dict(zip(INPUTS, (business_impact, likelihood, benefit, reach, effort), strict=True))
    for name, given in values.items():
        if type(given) is not int or not LEAST <= given <= MOST:
            raise Invalid(N_("{field}: {value} is not a whole number from 1 to 5"), field=name, value=given)
    rules = policy.demand
    weights = rules.risk, rules.value
    risk = _score([(weights[0].business_impact, business_impact - LEAST), (weights[0].likelihood, likelihood - LEAST)])
    value = _score(
        [
            (weights[1].benefit, benefit - LEAST),
            (weights[1].reach, reach - LEAST),
            (weights[1].effort, MOST - effort),
        ]
    )
    score = _rounded(rules.risk_share * risk + (100 - rules.risk_share) * value, 100)
    moscow, verdict = _verdict(rules, risk, score)
    steps = (
        Reason(
            "demand.risk",
            {
                "score": risk,
                "business_impact": business_impact,
                "impact_weight": weights[0].business_impact,
                "likelihood": likelihood,
                "likelihood_weight": weights[0].likelihood,
            },
        ),
        Reason(
            "demand.value",
            {
                "score": value,
                "benefit": benefit,
                "benefit_weight": weights[1].benefit,
                "reach": reach,
                "reach_weight": weights[1].reach,
                "effort": effort,
                "effort_weight": weights[1].effort,
            },
        ),
        Reason(
            "demand.mix",
            {
                "risk_share": rules.risk_share,
                "risk": risk,
                "value_share": 100 - rules.risk_share,
                "value": value,
                "score": score,
            },
        ),
        verdict,
    )
    return DemandDecision(moscow, risk, value, score, steps, values)


def _verdict(rules: DemandRules, risk: int, score: int) -> tuple[Moscow, Reason]:
    for moscow, threshold in ((Moscow.MUST, rules.must), (Moscow.SHOULD, rules.should), (Moscow.COULD, rules.could)):
        if score >= threshold:
            return moscow, Reason("demand.threshold", {"score": score, "threshold": threshold, "moscow": moscow.value})
        if moscow is Moscow.MUST and risk >= rules.must_risk:
            return moscow, Reason(
                "demand.must_risk", {"risk": risk, "threshold": rules.must_risk, "moscow": moscow.value}
            )
    wont = Moscow.WONT
    return wont, Reason("demand.below", {"score": score, "threshold": rules.could, "moscow": wont.value})


def reproduce(policy: DemandPolicy, inputs: Mapping[str, int]) -> DemandDecision:
    """The decision that these stored inputs lead to under a policy. Raises Invalid where one is missing."""
    for name in INPUTS:
        if name not in inputs:
            raise Invalid(N_("{field} is missing"), field=name)
    return assess(policy, **{name: inputs[name] for name in INPUTS})


def what_would_change(policy: DemandPolicy, decision: DemandDecision) -> list[Reason]:
    """Which single input, set to which value, would lead to another class (the nearest value for each class)."""
    found: list[Reason] = []
    for name in INPUTS:
        have = decision.inputs[name]
        seen = {decision.moscow}
        for value in sorted(range(LEAST, MOST + 1), key=lambda v: (abs(v - have), v)):
            moscow = reproduce(policy, {**decision.inputs, name: value}).moscow
            if moscow not in seen:
                seen.add(moscow)
                found.append(Reason("demand.would", {"input": name, "value": value, "moscow": moscow.value}))
    return found
