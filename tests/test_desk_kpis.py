"""Indicators of incident response, from incidents as they were lived at the desk."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.desk.kpis import IDS
from helpdesk_tui.desk.shapes import when
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from tests.desk_fixtures import START, FixedClock, by_json, clock, desk
from tools.closure import ROOT

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
    others = ("escalation.", "oncall.", "event.")
    assert set(figures(desk, "incident.*")) == {one for one in figures(desk) if not one.startswith(others)}
    assert set(figures(desk, "mttr.*")) == {
        "mttr.recover", "mttr.respond", "mttr.repair", "mttr.resolve", "mttr.net",
    }  # fmt: skip
    assert figures(desk, start=START - 100, end=START)["incident.count"]["value"] == 0


def test_nothing_happened_yet(desk: Desk) -> None:
    found = figures(desk)
    assert tuple(found) == IDS
    page = (ROOT / "docs/indicators.md").read_text()
    assert [name for name in IDS if f"| `{name}` |" not in page] == []
    counted = {name: one["value"] for name, one in found.items() if one["value"] is not None}
    assert counted == {"incident.count": 0, "availability": 1, "escalation.pages": 0}


POLICY = """
[[paging.policy]]
id = "all"
levels = [{ targets = ["schedule:duty"] }, { targets = ["person:ana"] }]
"""


def paged(desk: Desk, clock: FixedClock) -> int:
    """Ana pages herself by a schedule; the second level is told a minute late, then she answers; and once more."""
    desk.policy.apply(default_policy_text() + POLICY)
    layers = [{"users": ["ana"], "always": True}]
    desk.on_call.add("duty", json.dumps({"layers": layers}))
    clock.forward(3_600)
    number = int(desk.incidents.declare("down", severity="SEV1", service="email")["number"])
    clock.forward(360)
    desk.timers.fire_due()
    clock.forward(60)
    desk.paging.ack(number)
    clock.forward(300)
    desk.paging.unack(number)
    clock.forward(30)
    desk.paging.ack(number)
    return number


def test_paging_is_measured(desk: Desk, clock: FixedClock) -> None:
    number = paged(desk, clock)
    found = figures(desk, "escalation.*", "oncall.*", "mtta", "incident.reack")
    assert (found["mtta"]["value"], found["incident.reack"]["value"]) == (420, 30)
    level = found["escalation.level1"]
    assert (level["value"], level["n"]) == (0.5, 2)
    assert (found["escalation.exhausted"]["value"], found["escalation.exhausted"]["n"]) == (0, 2)
    late = found["escalation.lateness"]
    assert (late["value"], late["n"], late["notes"]["p95"]) == (60, 1, 60)
    assert (found["escalation.pages"]["value"], found["escalation.pages"]["n"]) == (3, 2)
    assert (found["oncall.pages_per_shift"]["value"], found["oncall.pages_per_shift"]["excluded"]) == (None, 1)
    assert found["oncall.off_hours_pages"]["notes"] == {"all": 0, "most": 0}
    assert (found["oncall.uncovered"]["value"], found["oncall.uncovered"]["n"]) == (0, 1)
    # An answer that is taken back was none; the page before it rang all the same.
    desk.undoing.last()
    after = figures(desk, "escalation.*")
    assert (after["escalation.level1"]["n"], after["escalation.pages"]["value"]) == (1, 3)
    assert set(figures(desk, "*", by="service")) >= {"escalation.level1"}
    assert {one["by"] for one in desk.kpis.show(["escalation.*"], by="severity")} == {"SEV1"}
    assert {one["by"] for one in desk.kpis.show(by="schedule")} == {"duty"}
    assert desk.store.query("SELECT nature FROM incident WHERE number = ?", (number,)) == [("real",)]


def test_a_turn_on_call_that_ended_has_its_pages(desk: Desk, clock: FixedClock) -> None:
    paged(desk, clock)
    desk.people.add("Bo", login="bo", agent=True, roles=["technical_support"])
    begins = desk.now()
    desk.on_call.override("duty", people=["bo"], start=begins, end=begins + 7_200)
    clock.forward(86_400)
    found = figures(desk, "oncall.*")
    turns = found["oncall.pages_per_shift"]
    assert (turns["n"], turns["value"], turns["excluded"]) == (2, 1.5, 1)
    far = found["oncall.deviation"]
    assert (far["n"], far["value"]) == (2, far["notes"]["mean"] - 7_200)


def alarm(key: str, status: str = "firing") -> dict[str, Any]:
    return {"source": "generic", "status": status, "severity": "critical", "key": key, "summary": key}


def test_noise_is_measured(desk: Desk, clock: FixedClock) -> None:
    for one in ("a", "b", "a"):
        desk.events.ingest([alarm(one)])
        clock.forward(10)
    desk.events.ingest([alarm("a", "resolved")])
    clock.forward(600)
    desk.events.ingest([alarm("b", "resolved")])
    found = figures(desk, "event.*")
    assert (found["event.alerts_per_incident"]["value"], found["event.alerts_per_incident"]["n"]) == (2, 1)
    assert (found["event.short"]["value"], found["event.short"]["n"]) == (0.5, 2)
    assert (found["event.flapping"]["value"], found["event.flapping"]["n"]) == (0, 2)
    assert (found["event.dedupe"]["value"], found["event.dedupe"]["n"]) == (pytest.approx(1 / 3), 3)
    assert {one["by"] for one in desk.kpis.show(["event.*"], by="source")} == {"generic"}
    alert = desk.alerts.list("all")[0]["number"]
    desk.incidents.declare(number=alert, severity="SEV3", nature="drill")
    assert {one["n"] for one in desk.kpis.show(["event.*"])} == {0}


def test_suppliers_service_hours_and_planned_work(desk: Desk, clock: FixedClock) -> None:
    change = desk.tickets.open("Move the mail server", set={"kind": "change"})["number"]
    for state in ("assessment", "approval", "scheduled"):
        desk.tickets.state(change, state)
    began = desk.now()
    desk.maintenance.add("mail", start=began + 300, end=began + 1_500, services=["email"])
    number = int(desk.incidents.declare("down", severity="SEV3", service="email", impact_started=began)["number"])
    desk.tickets.take(number)
    clock.forward(600)
    desk.tickets.state(number, "awaiting_vendor", reason="they look")
    clock.forward(900)
    desk.tickets.state(number, "in_progress")
    clock.forward(300)
    desk.tickets.resolve(number, resolution="x", cause="disk")
    found = figures(desk, by=None)
    assert (found["mttr.resolve"]["value"], found["mttr.resolve"]["notes"]["net"]) == (1_800, 900)
    assert (found["mttr.net"]["value"], found["mttr.net"]["median"]) == (900, 900)
    assert found["availability"]["notes"]["lost"] == 1_800
    # The same maintenance, now under a change that was approved.
    began = clock.forward(300)
    desk.maintenance.add("mail", start=began + 300, end=began + 900, services=["email"], change=change)
    second = int(desk.incidents.declare("again", severity="SEV3", service="email", impact_started=began)["number"])
    clock.forward(1_200)
    desk.tickets.take(second)
    desk.tickets.resolve(second, resolution="x", cause="Disk ")
    found = figures(desk)
    assert found["availability"]["notes"]["lost"] == 1_800 + 600
    assert (found["incident.recurrence"]["value"], found["incident.recurrence"]["n"]) == (0.5, 2)
    assert found["incident.mtbf"]["n"] == 2
    desk.tickets.state(change, "cancelled", reason="no")
    assert figures(desk)["availability"]["notes"]["lost"] == 1_800 + 1_200


def test_what_was_measured_of_the_impact(desk: Desk, clock: FixedClock) -> None:
    number = lived(desk, clock)
    began = desk.now() - 60 * 60
    desk.incidents.impact(number, percent=25, lost=0)
    shown = desk.incidents.impact(number, latest=began + 60)
    assert shown["impact"] == {"share": 0.25, "lost": 0, "latest": when(began + 60)}
    assert [one["said"]["code"] for one in shown["entries"]][-3:] == [
        "incident.impact_share", "incident.impact_lost", "incident.impact_latest",
    ]  # fmt: skip
    found = figures(desk, "availability", "mttd")
    assert found["availability"]["notes"]["lost"] == (47 * 60 - 30) / 4
    assert (found["mttd"]["value"], found["mttd"]["notes"]["ranged"]) == (210, 1)
    desk.undoing.last()
    assert figures(desk, "mttd")["mttd"]["value"] == 240


@pytest.mark.parametrize(
    "given", [{}, {"percent": 101}, {"percent": -1}, {"lost": -1}, {"latest": START + 9_999}, {"latest": 5}]
)
def test_an_impact_that_cannot_be(desk: Desk, clock: FixedClock, given: dict[str, int]) -> None:
    number = lived(desk, clock)
    with pytest.raises((Invalid, Usage)):
        desk.incidents.impact(number, **given)


def test_nobody_waits_for_updates_between_an_end_and_a_return(desk: Desk, clock: FixedClock) -> None:
    number = lived(desk, clock)
    before = figures(desk, "incident.cadence*")
    clock.forward(86_400)
    assert figures(desk, "incident.cadence*") == before
    desk.tickets.reopen(number, reason="back")
    clock.forward(600)
    desk.incidents.publish(number, internal="again", external="again")
    clock.forward(1_000)
    # One in time after ten minutes, one owed a quarter of an hour after it; outside half an hour.
    found = figures(desk, "incident.cadence*")
    for name, more in (("incident.cadence", 2), ("incident.cadence.outside", 1)):
        assert found[name]["n"] == before[name]["n"] + more
        assert found[name]["value"] * found[name]["n"] == before[name]["value"] * before[name]["n"] + 1


def test_follow_up_actions_are_closed_in_time(desk: Desk, clock: FixedClock) -> None:
    number = lived(desk, clock)
    due = desk.now() + 3_600
    made = [desk.incidents.task(number, text, owner="ana", due=due, action="prevent")["id"] for text in "abc"]
    desk.incidents.done(number, made[0])
    clock.forward(7_200)
    desk.incidents.done(number, made[1])
    found = figures(desk, "incident.actions*")
    assert (found["incident.actions"]["value"], found["incident.actions"]["n"]) == (pytest.approx(1 / 3), 3)
    aged = found["incident.actions.age"]
    assert (aged["value"], aged["n"], aged["notes"]["late"]) == (7_200, 1, 1)


def test_a_drill_and_a_merge_never_raise_a_number_of_cases(desk: Desk, clock: FixedClock) -> None:
    paged(desk, clock)
    first, second = (lived(desk, clock, after=60, severity="SEV3") for _ in range(2))
    before = {name: one["n"] for name, one in figures(desk).items()}
    drill = int(desk.incidents.declare("exercise", severity="SEV1", nature="drill")["number"])
    desk.paging.page(drill, reason="x", people=["ana"])
    desk.paging.ack(drill)
    desk.incidents.task(drill, "x", owner="ana", due=desk.now() + 60, action="detect")
    clock.forward(600)
    desk.tickets.resolve(drill, resolution="x", cause="x")
    after = {name: one["n"] for name, one in figures(desk).items()}
    assert after == {name: before[name] for name in after}
    desk.tickets.reopen(first, reason="x")
    before = {name: one["n"] for name, one in figures(desk).items()}
    desk.tickets.merge(first, second)
    merged = figures(desk)
    assert merged["incident.count"]["n"] == before["incident.count"] - 1
    assert {name: (one["n"], before[name]) for name, one in merged.items() if one["n"] > before[name]} == {}


def test_numbers_know_no_display_zone(desk: Desk, clock: FixedClock) -> None:
    paged(desk, clock)
    lived(desk, clock, after=60)
    told = set()
    for zone in ("UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        desk.tz = ZoneInfo(zone)
        told.add(json.dumps([desk.kpis.show(by=by) for by in (None, "severity", "service", "schedule")]))
    assert len(told) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"ids": ["event.*"], "by": "severity"},
        {"ids": ["nothing"]},
        {"by": "day"},
        {"start": START, "end": START},
        {"start": 0, "end": 9**10},
    ],
)
def test_what_is_no_question(desk: Desk, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        desk.kpis.show(**given)
