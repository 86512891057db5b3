"""Indicators of incident response, from incidents as they were lived at the desk."""

from typing import Any

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Invalid
from tests.desk_fixtures import START, FixedClock, by_json, clock, desk

__all__ = ["clock", "desk"]


def figures(desk: Desk, *ids: str, **more: Any) -> dict[str, Any]:
    return {one["id"]: one for one in desk.kpis.show([*ids] or None, **more)}


def lived(desk: Desk, clock: FixedClock, *, after: int = 0, severity: str = "SEV1", nature: str = "real") -> int:
    """Declared 5 minutes after it was felt, acknowledged 4 minutes later, mitigated after 47 minutes, resolved after 60."""
    began = clock.forward(after)
    clock.forward(300)
    number = int(
        desk.incidents.declare("down", severity=severity, impact_started=began, detected=began + 240, nature=nature)[
            "number"
        ]
    )
    clock.forward(240)
    desk.incidents.stamp(number, "acknowledged")
    clock.forward(360)
    desk.incidents.publish(number, internal="we look")
    clock.forward(47 * 60 - 900)
    desk.incidents.stamp(number, "mitigated")
    clock.forward(13 * 60)
    desk.tickets.take(number)
    desk.tickets.resolve(number, resolution="x", cause="x")
    return number


def test_an_incident_is_measured_to_the_second(desk: Desk, clock: FixedClock) -> None:
    number = lived(desk, clock)
    found = figures(desk)
    times = {name: found[name]["value"] for name in ("mttd", "mtta", "mttr.respond", "mttr.recover", "mttr.resolve")}
    assert times == {
        "mttd": 240,
        "mtta": 240,
        "mttr.respond": 42 * 60,
        "mttr.recover": 47 * 60,
        "mttr.resolve": 55 * 60,
    }
    assert found["incident.count"]["value"] == 1
    assert (found["mttr.repair"]["value"], found["mttr.repair"]["excluded"]) == (None, 1)
    # Due after 15 minutes, and (the update came after ten) 15 and 30 minutes later; then users could work again.
    assert (found["incident.cadence"]["n"], found["incident.cadence"]["value"]) == (2, 0.5)
    assert found["availability"]["notes"]["lost"] == 47 * 60
    before = figures(desk)
    lived(desk, clock, after=60, nature="drill")
    later = figures(desk)
    assert {k: v["n"] for k, v in before.items()} == {k: v["n"] for k, v in later.items()}
    clock.forward(600)
    desk.tickets.reopen(number, reason="back")
    clock.forward(1_800)
    assert figures(desk, "availability")["availability"]["notes"]["lost"] == 47 * 60 + 1_800


def test_by_severity_and_chosen_ids(desk: Desk, clock: FixedClock) -> None:
    for severity in ("SEV1", "SEV3"):
        lived(desk, clock, severity=severity)
    found = by_json(desk, "kpi.show", {"ids": ["mtta", "incident.count"], "by": "severity"})
    assert [(one["id"], one["by"], one["n"]) for one in found] == [
        ("incident.count", "SEV1", 1), ("mtta", "SEV1", 1), ("incident.count", "SEV3", 1), ("mtta", "SEV3", 1),
    ]  # fmt: skip
    assert set(figures(desk, "incident.*")) == set(figures(desk))
    assert set(figures(desk, "mttr.*")) == {"mttr.recover", "mttr.respond", "mttr.repair", "mttr.resolve"}
    assert figures(desk, start=START - 100, end=START)["incident.count"]["value"] == 0


@pytest.mark.parametrize(
    "given", [{"ids": ["nothing"]}, {"by": "day"}, {"start": START, "end": START}, {"start": 0, "end": 9**10}]
)
def test_what_is_no_question(desk: Desk, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        desk.kpis.show(**given)
