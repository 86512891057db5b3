"""Timers: waking once, at the right instant, whoever ticks."""
# ruff: noqa: F401, F811

from pathlib import Path

import pytest

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.instants import iso
from tests.desk_fixtures import START, FixedClock, as_person, by_json, clock, desk


def waiting(desk: Desk, clock: FixedClock, hours: int = 4) -> int:
    number = desk.tickets.open("Waits", set={"kind": "incident"})["number"]
    desk.tickets.take(number)
    clock.forward(60)
    desk.tickets.state(number, "awaiting_user", until=START + hours * 3600, reason="asked the user")
    return int(number)


def test_a_ticket_wakes_where_it_was(desk: Desk, clock: FixedClock) -> None:
    number = waiting(desk, clock)
    assert desk.timers.due() == [] and desk.timers.fire_due() == {"fired": 0, "woken": [], "escalated": []}
    due = START + 4 * 3600
    clock.now = due + 1_000
    assert desk.timers.due() == [{"number": number, "kind": "wake", "due_at": iso(due)}]
    assert desk.timers.fire_due(due - 1)["woken"] == []
    assert by_json(desk, "timer.tick", {}) == {"fired": 1, "woken": [number], "escalated": []}
    assert desk.tickets.show(number)["state"] == "in_progress"
    last = desk.tickets.log(number)[-1]
    assert (last["verb"], last["origin"], last["actor"]) == ("ticket.wake", "timer", "desk")
    assert (last["at"], last["recorded_at"]) == (iso(due), iso(due + 1_000))
    assert last["reasons"][0]["sentence"].endswith("it goes on in in_progress")
    assert desk.tickets.facts(number)["pending_until"] is None
    assert desk.timers.fire_due() == {"fired": 0, "woken": [], "escalated": []}


def test_the_clocks_do_not_care_when_the_tick_comes(tmp_path: Path) -> None:
    due: list[str] = []
    for late in (0, 7_200, 3 * 86_400):
        clock = FixedClock()
        with Desk.open(tmp_path / f"{late}.db", user=OsUser(1, "ana", "Ana"), clock=clock) as desk:
            number = waiting(desk, clock)
            clock.now = START + 4 * 3_600
            assert desk.sla.explain(number)["run"] == "paused"
            clock.forward(late)
            desk.timers.fire_due()
            due.append(desk.tickets.show(number)["resolution_due_at"])
    assert due == [due[0]] * 3 and due[0] is not None


def test_a_wake_that_was_undone_does_not_come_back(desk: Desk, clock: FixedClock) -> None:
    number = waiting(desk, clock)
    clock.now = START + 4 * 3_600
    desk.timers.fire_due()
    desk.undoing.entry(desk.store.query("SELECT seq FROM journal WHERE verb = 'ticket.wake'")[0][0])
    assert desk.tickets.show(number)["state"] == "awaiting_user"
    assert desk.timers.fire_due()["woken"] == []


def test_what_changed_meanwhile_is_left_alone(desk: Desk, clock: FixedClock) -> None:
    resumed, gone, later = (waiting(desk, clock) for _ in range(3))
    desk.tickets.state(resumed, "in_progress")
    desk.tickets.delete(gone)
    desk.tickets.state(later, "in_progress")
    desk.tickets.state(later, "awaiting_user", until=START + 9 * 3600, reason="asked again")
    clock.now = START + 5 * 3600
    before = [desk.tickets.show(n)["state"] for n in (resumed, later)]
    assert desk.timers.fire_due()["woken"] == []
    assert [desk.tickets.show(n)["state"] for n in (resumed, later)] == before
    clock.now = START + 9 * 3600
    assert desk.timers.fire_due()["woken"] == [later]


def test_two_consoles_tick_once(desk: Desk, clock: FixedClock) -> None:
    numbers = [waiting(desk, clock) for _ in range(60)]
    clock.now = START + 8 * 3600
    other = as_person(desk, "eve", "service_desk", agent=True)
    done = [*desk.timers.fire_due()["woken"], *other.timers.fire_due()["woken"]]
    assert sorted(done) == numbers
    assert len(desk.store.query("SELECT 1 FROM journal WHERE verb = 'ticket.wake'")) == 60
    other.close()
    caller = as_person(desk, "caller", "requester")
    with pytest.raises(NotPermitted):
        caller.timers.fire_due()
    caller.close()


def test_nobody_wakes_before_work_was_taken_up(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("Fresh", set={"kind": "request"})["number"]
    desk.tickets.state(number, "approval", until=START + 3_600, reason="needs approval")
    clock.now = START + 3_600
    fired = desk.timers.fire_due()
    shown = desk.tickets.show(number)
    assert fired["fired"] == 1
    assert (shown["state"] != "approval") == (number in fired["woken"])
    assert desk.timers.due() == []
