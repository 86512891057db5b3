"""Escalation at work: each level once, whoever ticks and how often."""

import pytest

from helpdesk_tui.desk import escalations
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.desk.work import Work
from tests.desk_fixtures import FixedClock, clock, desk

__all__ = ["clock", "desk"]


def levels(desk: Desk, number: int) -> list[str]:
    """The levels that the journal says were reached."""
    return [
        reason["level"]
        for item in desk.tickets.timeline(number)
        for reason in item.reasons
        if reason["code"] == "escalation.reached"
    ]


def test_a_late_ticket_reaches_each_level_once(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("VPN down", set={"impact": "high", "urgency": "medium"})["number"]
    other = desk.tickets.open("fresh")["number"]
    assert desk.tickets.show(number)["priority"] in ("high", "critical")
    seen: list[str] = []
    for _ in range(40):
        clock.forward(3600)
        desk.timers.fire_due()
        desk.timers.fire_due()
        now = levels(desk, number)
        assert now[: len(seen)] == seen
        seen = now
    assert {"response-late", "warn-assignee", "breach", "long-breach"} <= set(seen)
    resolution = [one for one in seen if one != "response-late"]
    assert len(resolution) == len(set(resolution))
    assert other != number


def test_a_level_that_raises_names_the_step_and_leaves_a_pin_alone(desk: Desk, clock: FixedClock) -> None:
    free = desk.tickets.open("mail slow", set={"impact": "medium", "urgency": "high"})["number"]
    pinned = desk.tickets.open("mail slow too", set={"impact": "medium", "urgency": "high"})["number"]
    desk.tickets.pin(pinned, "high", "agreed with the customer")
    assert desk.tickets.show(free)["priority"] == "high"
    clock.forward(14 * 86_400)
    assert set(desk.timers.fire_due()["escalated"]) == {free, pinned}
    assert desk.tickets.show(free)["priority"] == "critical"
    assert desk.tickets.show(pinned)["priority"] == "high"
    codes = [r["code"] for item in desk.tickets.timeline(pinned) for r in item.reasons]
    assert "escalation.pinned" in codes


def test_waiting_tickets_do_not_escalate(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("printer", set={"impact": "low", "urgency": "low"})["number"]
    desk.tickets.take(number)
    desk.tickets.reply(number, "which one?")
    desk.tickets.pend(number, to="awaiting_user", reason="asked")
    clock.forward(30 * 86_400)
    assert desk.timers.fire_due()["escalated"] == []
    assert levels(desk, number) == []


def test_those_whom_the_policy_names_are_told_once(desk: Desk, clock: FixedClock) -> None:
    for login in ("bo", "cy", "di"):
        desk.people.add(login, login=login, agent=True, roles=["service_desk"])
    desk.teams.add_member("service_desk", "bo")
    desk.teams.add_member("service_desk", "cy", lead=True)
    number = desk.tickets.open("VPN down", set={"impact": "high", "urgency": "medium"})["number"]
    desk.tickets.assign(number, team="service_desk", assignee="bo")
    told = []
    for _ in range(40):
        clock.forward(3600)
        desk.timers.fire_due()
    for item in desk.tickets.timeline(number):
        told += [reason for reason in item.reasons if reason["code"] == "notify.people"]
    assert told, "a late ticket tells somebody"
    assert all("di" not in reason["people"] for reason in told)
    assert {"sla.warning", "sla.breach"} == {reason["what"] for reason in told}
    late = next(reason for reason in told if reason["what"] == "sla.breach" and len(reason["people"]) > 1)
    assert {"bo", "cy"} <= set(late["people"]) and late["at"].endswith("Z")


def test_what_breaches_next_by_team(desk: Desk, clock: FixedClock) -> None:
    late, soon = (desk.tickets.open(title, set={"kind": "incident"})["number"] for title in ("late", "soon"))
    desk.tickets.assign(soon, team="network", assignee="none")
    clock.now = desk.tickets.facts(late)["due_at"] - 1_800
    found = {one["team"]: one for one in desk.sla.status()}
    assert [(one["open"], one["breached"], one["due_1h"]) for one in found.values()] == [(1, 0, 1), (1, 0, 1)]
    assert found["network"]["next"][0]["ref"] == f"INC-{soon}"
    assert found["network"]["forecast"] == 1 and found["network"]["clear_at"] is None
    clock.forward(3_600)
    assert desk.sla.status("network")[0]["breached"] == 1
    for _ in range(28):
        solved = desk.tickets.open("x", set={"kind": "incident"})["number"]
        desk.tickets.assign(solved, team="network", assignee="ana")
        desk.tickets.resolve(solved, resolution="x", cause="x")
    (network,) = desk.sla.status("network")
    assert network["resolved_per_day"] == 2.0 and network["clear_at"] is not None


def test_a_late_ticket_is_looked_at_when_its_next_level_is_due_or_it_changed(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    really = escalations.escalate

    def counting(work: Work, number: int, now: int) -> bool:
        looked.append(number)
        return really(work, number, now)

    monkeypatch.setattr(escalations, "escalate", counting)
    number = desk.tickets.open("VPN down", set={"kind": "incident", "impact": "high", "urgency": "high"})["number"]
    desk.timers.fire_due()
    assert looked == []
    clock.forward(30 * 86_400)
    for _tick in range(3):
        desk.timers.fire_due()
    # The level that raised its priority brought other targets: twice.
    assert looked == [number] * 2
    looked.clear()
    desk.tickets.edit(number, set={"title": "VPN is down"})
    for _tick in range(3):
        desk.timers.fire_due()
        clock.forward(60)
    assert looked == [number]
    desk.policy.apply(default_policy_text() + "\n# another version\n")
    desk.timers.fire_due()
    assert looked == [number] * 2
    # Two tickets: the one whose next level is still to come waits for its timer.
    second = desk.tickets.open("Mail slow", set={"kind": "incident", "impact": "high", "urgency": "high"})["number"]
    due = desk.store.query("SELECT warn_at FROM ticket WHERE number = ?", (second,))[0][0]
    clock.forward(max(0, due - clock()))
    desk.timers.fire_due()
    assert looked[-1] == second
    coming = desk.store.query("SELECT due_at FROM timer WHERE subject_type = 'ticket_level' AND subject = ?", (second,))
    assert coming[0][0] > clock()
    desk.timers.fire_due()
    clock.forward(coming[0][0] - clock())
    assert desk.timers.fire_due()["escalated"] == [second] and looked.count(second) == 2
