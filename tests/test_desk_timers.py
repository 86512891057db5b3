"""Timers: waking once, at the right instant, whoever ticks."""
# ruff: noqa: F401, F811

import sys
import threading
from pathlib import Path

import pytest

from helpdesk_tui.desk import timers
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.work import Work
from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.instants import iso
from tests.desk_fixtures import ANA, START, FixedClock, as_person, by_json, clock, desk

NOTHING = {"fired": 0, "failed": [], "latest": 0, "woken": [], "escalated": []}


def waiting(desk: Desk, clock: FixedClock, hours: int = 4) -> int:
    number = desk.tickets.open("Waits", set={"kind": "incident"})["number"]
    desk.tickets.take(number)
    clock.forward(60)
    desk.tickets.state(number, "awaiting_user", until=START + hours * 3600, reason="asked the user")
    return int(number)


def test_a_ticket_wakes_where_it_was(desk: Desk, clock: FixedClock) -> None:
    number = waiting(desk, clock)
    assert desk.timers.due() == [] and desk.timers.fire_due() == NOTHING
    due = START + 4 * 3600
    clock.now = due + 1_000
    assert desk.timers.due() == [{"number": number, "kind": "wake", "due_at": iso(due)}]
    assert desk.timers.fire_due(due - 1)["woken"] == []
    assert by_json(desk, "timer.tick", {}) == {
        **NOTHING, "fired": 1, "latest": 1_000, "woken": [number],
    }  # fmt: skip
    assert desk.tickets.show(number)["state"] == "in_progress"
    last = desk.tickets.log(number)[-1]
    assert (last["verb"], last["origin"], last["actor"]) == ("ticket.wake", "timer", "desk")
    assert (last["at"], last["recorded_at"]) == (iso(due), iso(due + 1_000))
    assert last["reasons"][0]["sentence"].endswith("it goes on in in_progress")
    assert desk.tickets.facts(number)["pending_until"] is None
    assert desk.timers.fire_due() == NOTHING


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


def test_one_that_fails_holds_no_other_up_and_keeps_the_order_of_its_own(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a failed one is written; what follows it for the same subject waits for it."""
    told: list[tuple[int, str]] = []
    broken = {(2, "a")}

    class Handler:
        VERB = "timer.tick"

        @staticmethod
        def fire(work: Work, subject: int, kind: str, due_at: int) -> tuple[str, int] | None:
            if (subject, kind) in broken:
                raise KeyError("anything")
            told.append((subject, kind))
            return None

    monkeypatch.setitem(timers.HANDLERS, "test", "tests.a_handler")
    monkeypatch.setitem(sys.modules, "tests.a_handler", Handler)
    with desk.store.write() as tx:
        rows = [("test", subject, kind, START + at) for subject in (1, 2, 3) for at, kind in enumerate("ab")]
        tx.conn.executemany("INSERT INTO timer (subject_type, subject, kind, due_at) VALUES (?, ?, ?, ?)", rows)
    clock.forward(600)
    done = desk.timers.fire_due()
    assert done["fired"] == 4
    assert done["failed"] == [
        {"subject_type": "test", "subject": 2, "kind": "a", "due_at": iso(START), "error": "KeyError"}
    ]
    state = desk.timers.state()
    assert (state["due"], state["late"]) == (2, 600)
    assert [(one["subject"], one["kind"]) for one in state["stuck"]] == [(2, "a"), (2, "b")]
    broken.clear()
    told.clear()
    assert desk.timers.fire_due() == {**NOTHING, "fired": 2, "latest": 600}
    assert told == [(2, "a"), (2, "b")]


def test_many_tickers_with_clocks_that_jump_fire_each_once_and_in_order(desk: Desk, clock: FixedClock) -> None:
    """Eight programs at once, each with a clock of its own that jumps by up to an hour back and forth between ticks."""
    numbers = [waiting(desk, clock, hours=1 + n % 3) for n in range(24)]
    head = desk.store.head()
    programs = 8
    faults: list[BaseException] = []

    def run(program: int) -> None:
        try:
            own = FixedClock(START + 86_400)
            with Desk.open(desk.store.path, user=ANA, clock=own) as other:
                for jump in (0, 3_600, -3_600, -86_400, 90_000):
                    own.forward(jump * (1 if program % 2 else -1))
                    other.timers.fire_due()
                own.now = START + 2 * 86_400
                other.timers.fire_due()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    woken = [
        row[0]
        for row in desk.store.query("SELECT subject FROM journal WHERE verb = 'ticket.wake' AND seq > ?", (head,))
    ]
    assert sorted(woken) == numbers
    assert desk.audit.verify()["ok"]
