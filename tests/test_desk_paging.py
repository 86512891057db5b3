"""Paging at the desk: runs as rows, timers and journal entries; who is told, who may acknowledge, what an undo does."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import paging
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.desk.work import Work
from helpdesk_tui.store import journal, replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from helpdesk_tui.vocabulary.instants import iso
from tests import journal_guard
from tests.desk_fixtures import ANA, FixedClock, fresh_desk

MIN = 60
POLICY = (
    default_policy_text()
    + """
[[paging.policy]]
id = "net"
when = { team = ["network"], kind = ["incident"] }
levels = [
  { targets = ["person:bo"] },
  { targets = ["person:nobody", "team:security"] },
  { targets = ["person:cy", "person:bo"], need_acks = 2 },
  { targets = ["lead:network"], kind = "hierarchical", delay = "2m" },
]

[[paging.policy]]
id = "sec"
when = { team = ["security"] }
levels = [{ targets = ["team:security"] }]
"""
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paging") / "desk.db"
    path.write_bytes(fresh_desk())
    with Desk.open(path, user=ANA, clock=FixedClock()) as desk:
        for name in ("bo", "cy", "lea", "dee"):
            desk.people.add(name.title(), login=name, agent=True, roles=["technical_support"])
        desk.people.add("Req", email="req@example.org", login="req", roles=["requester"])
        desk.teams.add_member("network", "lea", lead=True)
        desk.policy.apply(POLICY)
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return path


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def desk(made: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Desk]:
    shutil.copyfile(made, tmp_path / "desk.db")
    with Desk.open(tmp_path / "desk.db", user=ANA, clock=clock) as opened:
        yield opened
        assert journal_guard.unjournalled(opened.store.reader()) == []
        assert journal.verify(opened.store.reader()).ok


def enter(desk: Desk, login: str) -> Desk:
    return Desk.open(desk.store.path, user=OsUser(2000, login), clock=desk.clock)


def incident(desk: Desk, team: str = "network") -> int:
    number: int = desk.tickets.open("Router down", requester="req@example.org", set={"kind": "incident"})["number"]
    desk.tickets.assign(number, team=team, assignee="none")
    return number


def begun(desk: Desk, severity: int = 1, team: str = "network") -> int:
    number = incident(desk, team)
    with desk.work("ticket.edit") as work:
        paging.begin(work, number, severity, cause="declared")
    return number


def timer(desk: Desk) -> list[int]:
    rows = desk.store.query("SELECT due_at FROM timer WHERE subject_type = 'escalation' AND fired_at IS NULL")
    return [due for (due,) in rows]


def tick(desk: Desk, clock: FixedClock, seconds: int) -> dict[str, Any]:
    clock.forward(seconds)
    return desk.timers.fire_due()


def told(desk: Desk, number: int) -> list[tuple[str, list[str], int]]:
    """The messages about paging that the journal asks for, in order."""
    people = dict(desk.store.query("SELECT id, login FROM person"))
    return [
        (reason["what"], [people[one] for one in reason["people"]], reason["severity"])
        for entry in desk.tickets.entries(number)
        for reason in entry.reasons
        if reason["code"] == "notify.people" and reason["what"].startswith("page")
    ]


def codes(desk: Desk, number: int) -> list[str]:
    return [
        r["code"]
        for entry in desk.tickets.entries(number)
        for r in entry.reasons
        if r["code"].startswith("escalation.")
    ]


# -- the way of a run --------------------------------------------------------------------------------------------------


def test_a_run_begins_with_level_1_and_its_timer(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    shown = desk.paging.show(number)
    assert {key: shown[key] for key in ("state", "level", "levels", "pass", "severity", "policy", "told")} == {
        "state": "running", "level": 1, "levels": 4, "pass": 1, "severity": "SEV1", "policy": "net", "told": ["bo"],
    }  # fmt: skip
    assert shown["next_at"] == iso(clock.now + 5 * MIN)
    assert timer(desk) == [clock.now + 5 * MIN]
    assert told(desk, number) == [("page", ["bo"], 1)]
    assert codes(desk, number) == ["escalation.began", "escalation.paged"]
    assert shown["steps"][0]["targets"] == ["person:bo"]


def test_nobody_is_paged_where_no_policy_applies(desk: Desk) -> None:
    for team, severity in (("workplace", 1), ("network", 5)):
        with pytest.raises(NotFound):
            desk.paging.show(begun(desk, severity, team))
    assert timer(desk) == []


def test_a_second_begin_is_a_change_of_severity(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk, 3)
    with desk.work("ticket.edit") as work:
        paging.begin(work, number, 1, cause="alert")
    assert desk.store.query("SELECT count(*) FROM escalation") == [(1,)]
    assert timer(desk) == [clock.now + 5 * MIN]
    assert codes(desk, number)[-1] == "escalation.severity"


def test_ticks_walk_the_levels_and_give_up_with_the_duty_manager(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    walked = []
    for seconds in (5 * MIN, 5 * MIN, 2 * MIN, 5 * MIN, 5 * MIN, 2 * MIN):
        assert tick(desk, clock, seconds)["paged"] == [number]
        shown = desk.paging.show(number)
        walked.append((shown["pass"], shown["level"], shown["told"], shown["state"]))
    # Level 2 has nobody, so 3 follows at once; the second pass ends with the duty manager and closes nothing.
    assert walked == [
        (1, 3, ["cy", "bo"], "running"), (1, 4, ["lea"], "running"), (2, 1, ["bo"], "running"),
        (2, 3, ["cy", "bo"], "running"), (2, 4, ["lea"], "running"), (2, 4, ["lea"], "exhausted"),
    ]  # fmt: skip
    assert told(desk, number)[-1] == ("page.exhausted", ["ana"], 1)
    assert timer(desk) == []
    assert desk.tickets.show(number)["phase"] == "open"
    assert [run["number"] for run in desk.paging.list(["exhausted"])] == [number]


def test_a_tick_too_early_does_nothing(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    head = desk.store.head()
    assert "paged" not in tick(desk, clock, 5 * MIN - 1)
    assert desk.store.head() == head
    assert desk.paging.show(number)["level"] == 1


def test_what_is_late_is_done_once_with_its_lateness(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    assert tick(desk, clock, 3 * 3600)["paged"] == [number]
    entry = next(entry for entry in desk.tickets.entries(number) if entry.verb == "escalation.next")
    late = [r["late"] for r in entry.reasons if r["code"] == "escalation.paged_late"]
    assert (late, desk.paging.show(number)["level"]) == ([3 * 3600 - 5 * MIN], 3)
    assert (entry.actor_id, entry.origin, entry.verb) == (None, "timer", "escalation.next")
    assert "paged" not in desk.timers.fire_due()
    assert timer(desk) == [clock.now + 5 * MIN]


def test_who_is_on_is_asked_when_the_level_is_due(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.teams.add_member("security", "dee")
    desk.people.deactivate("cy")
    tick(desk, clock, 5 * MIN)
    assert desk.paging.show(number)["told"] == ["dee"]
    tick(desk, clock, 5 * MIN)
    assert desk.paging.show(number)["told"] == ["bo"]


def test_a_run_keeps_the_policy_it_began_with(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.policy.apply(POLICY.replace('{ targets = ["person:cy", "person:bo"], need_acks = 2 },', ""))
    tick(desk, clock, 5 * MIN)
    assert desk.paging.show(number)["told"] == ["cy", "bo"]


# -- acknowledging -----------------------------------------------------------------------------------------------------


def test_whoever_is_paged_reads_and_acknowledges_the_ticket_of_another_team(desk: Desk, clock: FixedClock) -> None:
    number = incident(desk)
    with enter(desk, "bo") as bo, pytest.raises(NotFound):
        bo.tickets.show(number)
    with desk.work("ticket.edit") as work:
        paging.begin(work, number, 1, cause="declared")
    clock.forward(90)
    with enter(desk, "bo") as bo:
        assert bo.tickets.show(number)["number"] == number
        shown = bo.paging.ack(number)
    assert (shown["state"], shown["acknowledged_by"], shown["acknowledged_at"]) == (
        "acknowledged",
        ["bo"],
        iso(clock.now),
    )
    assert timer(desk) == [clock.now + 25 * MIN]
    with enter(desk, "dee") as dee, pytest.raises(NotFound):
        dee.paging.ack(number)


def test_an_acknowledgement_lapses_after_a_warning(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.paging.ack(number)
    tick(desk, clock, 25 * MIN)
    assert told(desk, number)[-1] == ("page.ack_soon", ["ana"], 1)
    tick(desk, clock, 5 * MIN)
    shown = desk.paging.show(number)
    assert (shown["state"], shown["level"], shown["told"]) == ("running", 1, ["ana", "bo"])
    assert codes(desk, number)[-2:] == ["escalation.lapsed", "escalation.paged"]


def test_work_on_the_ticket_keeps_an_acknowledgement(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.paging.ack(number)
    clock.forward(20 * MIN)
    desk.tickets.note(number, "looking at the core switch")
    tick(desk, clock, 5 * MIN)
    assert timer(desk) == [clock.now + 20 * MIN]
    assert "escalation.next" not in [entry.verb for entry in desk.tickets.entries(number)]
    assert desk.paging.show(number)["next_at"] == iso(clock.now + 20 * MIN)
    # What somebody says who does not work on it is no work on it.
    clock.forward(19 * MIN)
    with enter(desk, "req") as requester:
        requester.tickets.reply(number, "still down?")
    tick(desk, clock, MIN)
    assert codes(desk, number)[-1] == "escalation.ack_soon"


def test_activity_moves_the_timer_at_once(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.paging.ack(number)
    clock.forward(10 * MIN)
    with desk.work("ticket.edit") as work:
        paging.activity(work, number)
    assert timer(desk) == [clock.now + 25 * MIN]


def test_undo_of_an_acknowledgement_pages_on(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    due = timer(desk)
    clock.forward(MIN)
    desk.paging.ack(number)
    desk.undoing.last()
    shown = desk.paging.show(number)
    assert (shown["state"], shown["acknowledged_at"], shown["acknowledged_by"]) == ("running", None, [])
    assert timer(desk) == due
    desk.undoing.redo()
    assert desk.paging.show(number)["state"] == "acknowledged"
    assert timer(desk) == [clock.now + 25 * MIN]


def test_what_went_on_meanwhile_is_not_torn_apart_by_an_undo(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.paging.ack(number)
    seq = desk.store.head()
    tick(desk, clock, 25 * MIN)
    before = desk.paging.show(number)
    assert desk.undoing.entry(seq)["conflicts"]
    assert desk.paging.show(number) == before


def test_several_acknowledgements(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    tick(desk, clock, 5 * MIN)
    with enter(desk, "cy") as cy:
        assert (cy.paging.ack(number)["missing"], timer(desk)) == (1, [clock.now + 5 * MIN])
    assert codes(desk, number)[-1] == "escalation.acked_partly"
    assert desk.paging.ack(number)["state"] == "acknowledged"


def test_taking_it_back_begins_at_level_1(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    tick(desk, clock, 5 * MIN)
    with pytest.raises(Conflict):
        desk.paging.unack(number)
    with enter(desk, "cy") as cy:
        cy.paging.ack(number)
        with enter(desk, "bo") as bo:
            bo.paging.ack(number)
        shown = cy.paging.unack(number, reason="my line is down, too")
    assert (shown["level"], shown["pass"], shown["told"]) == (1, 1, ["cy", "bo"])


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_paging_by_hand(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.paging.ack(number)
    with pytest.raises(Usage):
        desk.paging.page(number, reason=" ")
    with pytest.raises(Invalid):
        desk.paging.page(number, reason="x", level=5)
    assert desk.paging.page(number, reason="alone with it")["told"] == ["cy", "bo"]
    shown = desk.paging.page(number, reason="needs Dee", people=["dee"])
    assert (shown["level"], shown["told"], shown["state"]) == (3, ["dee"], "running")
    assert desk.paging.page(number, reason="the lead", level=4)["told"] == ["lea"]
    with pytest.raises(Invalid):
        desk.paging.page(number, reason="x", people=["req@example.org"])


def test_people_are_paged_without_any_policy(desk: Desk, clock: FixedClock) -> None:
    number = incident(desk, "workplace")
    with pytest.raises(Conflict):
        desk.paging.page(number, reason="x")
    shown = desk.paging.page(number, reason="x", people=["dee", "bo"])
    assert (shown["policy"], shown["level"], shown["told"]) == (None, 0, ["dee", "bo"])
    tick(desk, clock, 2 * 3600)
    shown = desk.paging.show(number)
    assert (shown["nobody_on"], shown["told"]) == (True, ["ana"])


def test_a_hold_ends_by_itself_and_begins_afresh(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    with pytest.raises(Invalid):
        desk.paging.hold(number, clock.now + 8 * 86_400, reason="x")
    assert desk.paging.hold(number, clock.now + 3600, reason="planned work")["state"] == "held"
    assert timer(desk) == [clock.now + 3600]
    tick(desk, clock, 3600)
    assert (desk.paging.show(number)["state"], desk.paging.show(number)["level"]) == ("running", 1)
    desk.paging.hold(number, clock.now + 3600, reason="more of it")
    assert desk.paging.release(number)["told"] == ["bo"]
    with pytest.raises(Conflict):
        desk.paging.release(number)


# -- the ticket's life -------------------------------------------------------------------------------------------------


def test_a_run_ends_with_its_ticket_and_goes_on_with_it(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    with enter(desk, "bo") as bo:
        bo.paging.ack(number)
    desk.tickets.take(number)
    desk.tickets.resolve(number, resolution="cable", cause="x", code="fixed")
    shown = desk.paging.show(number)
    assert (shown["state"], shown["ended_at"], timer(desk)) == ("ended", iso(clock.now), [])
    with pytest.raises(Conflict):
        desk.paging.ack(number)
    clock.forward(30 * MIN)
    desk.tickets.reopen(number, reason="down again")
    shown = desk.paging.show(number)
    assert (shown["state"], shown["level"], shown["told"], shown["ended_at"]) == ("running", 1, ["bo"], None)
    assert desk.store.query("SELECT count(*) FROM escalation") == [(1,)]
    assert codes(desk, number)[-2:] == ["escalation.again", "escalation.paged"]


def test_after_the_window_another_run_begins(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    desk.tickets.take(number)
    desk.tickets.resolve(number, resolution="cable", cause="x", code="fixed")
    clock.forward(3 * 3600)
    desk.tickets.reopen(number, reason="down again")
    assert desk.store.query("SELECT count(*) FROM escalation") == [(2,)]
    assert desk.paging.show(number)["state"] == "running"


def test_undo_of_a_resolution_brings_the_run_back(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    due = timer(desk)
    desk.tickets.take(number)
    before = desk.paging.show(number)
    desk.tickets.resolve(number, resolution="cable", cause="x", code="fixed")
    desk.undoing.last()
    assert desk.paging.show(number) == before
    assert timer(desk) == due


def test_deleting_and_merging_end_it(desk: Desk) -> None:
    one, two, three = begun(desk), begun(desk), incident(desk)
    desk.tickets.delete(one)
    desk.tickets.merge(two, three)
    assert desk.store.query("SELECT state FROM escalation") == [("ended",), ("ended",)]
    assert codes(desk, two)[-1] == "escalation.ended"
    assert timer(desk) == []


def test_many_at_once_end_theirs(desk: Desk) -> None:
    numbers = [begun(desk), begun(desk), incident(desk)]
    desk.bulk.resolve(numbers=numbers, resolution="power is back")
    assert {state for (state,) in desk.store.query("SELECT state FROM escalation")} == {"ended"}


def test_severity_up_and_down(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk, 3)
    clock.forward(MIN)
    with desk.work("ticket.edit") as work:
        paging.severity_changed(work, number, 3, 1)
    assert timer(desk) == [clock.now + 4 * MIN]
    with desk.work("ticket.edit") as work:
        paging.severity_changed(work, number, 1, 2)
    assert timer(desk) == [clock.now + 9 * MIN]
    with desk.work("ticket.edit") as work:
        paging.severity_changed(work, number, 2, 5)
    assert (desk.paging.show(number)["state"], timer(desk)) == ("ended", [])
    with desk.work("ticket.edit") as work:
        paging.severity_changed(work, number, 5, 2)
    assert desk.paging.show(number)["state"] == "running"


def test_several_changes_in_one_work_are_one_change_of_the_row(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk, 3)
    with desk.work("ticket.edit") as work:
        paging.severity_changed(work, number, 3, 2)
        paging.stop(work, number, why="by_hand")
        paging.begin(work, number, 1, cause="reopened")
        paging.hold(work, number, until=clock.now + 600)
    shown = desk.paging.show(number)
    assert (shown["state"], shown["severity"]) == ("held", "SEV1")
    assert timer(desk) == [clock.now + 600]
    desk.undoing.last()
    shown = desk.paging.show(number)
    assert (shown["state"], shown["severity"], shown["level"]) == ("running", "SEV3", 1)


# -- together ----------------------------------------------------------------------------------------------------------


def test_several_tickers_tell_each_level_once(desk: Desk, clock: FixedClock) -> None:
    numbers = [begun(desk, 2) for _ in range(6)]
    clock.forward(10 * MIN)
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def ticker() -> None:
        try:
            with Desk.open(desk.store.path, user=ANA, clock=clock) as mine:
                barrier.wait()
                for _ in range(3):
                    mine.timers.fire_due()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ticker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for number in numbers:
        assert told(desk, number) == [("page", ["bo"], 2), ("page", ["cy", "bo"], 2)]
    assert timer(desk) == [clock.now + 10 * MIN] * 6


def test_who_dies_between_claim_and_commit_loses_nothing(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(desk)
    clock.forward(5 * MIN)

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(Work, "_finish", die)
    with pytest.raises(Killed):
        desk.timers.fire_due()
    monkeypatch.undo()
    assert desk.paging.show(number)["level"] == 1
    assert desk.timers.fire_due()["paged"] == [number]
    assert len(told(desk, number)) == 2


def test_a_replay_gives_the_same_rows(desk: Desk, clock: FixedClock, tmp_path: Path) -> None:
    number = begun(desk)
    tick(desk, clock, 5 * MIN)
    desk.paging.ack(number)
    again = Store(tmp_path / "again.db")
    replay.replay(desk.store.reader(), again)
    sql = "SELECT * FROM escalation ORDER BY id"
    assert again.query(sql) == desk.store.query(sql)
    again.close()


# -- reading -----------------------------------------------------------------------------------------------------------


def test_lists_show_what_one_may_know_of_the_gravest_first(desk: Desk, clock: FixedClock) -> None:
    first, second = begun(desk), begun(desk, 3)
    desk.paging.ack(first)
    assert [run["number"] for run in desk.paging.list()] == [second, first]
    assert [run["number"] for run in desk.paging.list(["acknowledged"], limit=5)] == [first]
    assert json.dumps(desk.paging.list())
    with pytest.raises(Invalid):
        desk.paging.list(["asleep"])
    with enter(desk, "dee") as dee:
        assert dee.paging.list() == []
    with enter(desk, "req") as requester, pytest.raises(NotPermitted):
        requester.paging.list()


def test_the_log_says_who_was_paged_and_why(desk: Desk, clock: FixedClock) -> None:
    number = begun(desk)
    sentences = [r["sentence"] for line in desk.tickets.log(number) for r in line["reasons"]]
    assert "level 1 of 4, pass 1, functional: bo paged (person:bo)" in sentences
    assert any(s.startswith("paging begins: policy net of version 2, SEV1") for s in sentences)
