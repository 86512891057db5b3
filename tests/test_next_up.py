"""Next up: the points, and that a bounded look finds what a look at everything finds."""
# ruff: noqa: F401, F811

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.desk import ticket_next
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.rules.next_up import HOUR, OpenWork, at_most, rank
from helpdesk_tui.rules.policy_levels import NextUpRules
from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import NEVER
from tests.cli_runner import Cli, make_desk
from tests.desk_fixtures import START, FixedClock, as_person, clock, desk

RULES = NextUpRules()
NOW = START


@pytest.mark.parametrize(
    ("work", "points", "reasons"),
    [
        (OpenWork(1, Priority.LOW), 0, ["no due time", "low"]),
        (OpenWork(1, Priority.CRITICAL, NOW - 120), 1400, ["overdue for 120 s", "critical"]),
        (OpenWork(1, Priority.LOW, NOW + 4 * HOUR), 400, ["due in 14400 s", "low"]),
        (OpenWork(1, Priority.LOW, NOW), 1000, ["overdue for 0 s", "low"]),
        (OpenWork(1, Priority.HIGH, waiting_since=NOW - 3 * HOUR), 310, ["high", "an answer is awaited for 10800 s", "no due time"]),
        (OpenWork(1, Priority.LOW, waiting_since=NOW - 999 * HOUR), 200, ["an answer is awaited for 3596400 s", "no due time", "low"]),
        (OpenWork(1, Priority.LOW, waiting_since=NOW + 60), 0, ["no due time", "low"]),
        (OpenWork(1, Priority.LOW, vip=True, mine=True, team=True), 200, ["yours", "VIP", "no due time", "low"]),
        (OpenWork(1, Priority.LOW, team=True), 100, ["your team's", "no due time", "low"]),
        (OpenWork(1, Priority.LOW, skills={"vpn": 1, "dns": 3}), 120, ["your skill: dns, vpn", "no due time", "low"]),
    ],
)  # fmt: skip
def test_points_and_reasons(work: OpenWork, points: int, reasons: list[str]) -> None:
    found = rank(RULES, work, NOW)
    assert found.points == points == sum(part["points"] for part in found.data())
    assert [sentence(part, english=True) for part in found.data()] == reasons


dues = st.one_of(st.just(NEVER), st.integers(NOW - 10**6, NOW + 10**7))
works = st.builds(
    OpenWork,
    st.integers(1, 99),
    st.sampled_from(Priority),
    dues,
    waiting_since=st.one_of(st.none(), st.integers(NOW - 10**7, NOW + 10)),
    vip=st.booleans(),
    team=st.booleans(),
    skills=st.dictionaries(st.sampled_from("abc"), st.integers(1, 3)),
)


@given(works, dues)
def test_nothing_further_down_can_come_to_more_than_said(work: OpenWork, due: int) -> None:
    seen = min(due, work.due_at)
    assert rank(RULES, work, NOW).points <= at_most(RULES, work.priority, seen, NOW)


def _many(desk: Desk, clock: FixedClock) -> None:
    for n, (impact, urgency) in enumerate(product(("high", "medium", "low"), repeat=2)):
        for _again in range(4):
            clock.forward(700)
            who = f"u{n}@example.org"
            desk.tickets.open(
                f"Printer {n}", requester=who, set={"impact": impact, "urgency": urgency, "team": "network"}
            )
    numbers = desk.tickets.numbers("is:open sort:number")
    for number in numbers[::5]:
        desk.tickets.take(number)
    for number in numbers[::4]:
        desk.tickets.reply(number, "We are looking")
    desk.tickets.assign(numbers[1], assignee="ana")
    desk.tickets.pend(numbers[1], reason="waiting", until=clock.now + 86_400)


def test_a_bounded_look_finds_the_same(desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    _many(desk, clock)
    clock.forward(5 * HOUR)
    everything = [(item.row.number, item.rank.points) for item in desk.tickets.next_up(500)]
    open_work = set(desk.tickets.numbers("is:open -state:pending"))
    assert {number for number, _points in everything} == open_work and len(everything) > 30
    looked: list[int] = []
    real = ticket_next.rank
    monkeypatch.setattr(ticket_next, "_CHUNK", 3)
    monkeypatch.setattr(
        ticket_next, "rank", lambda rules, work, now: (looked.append(work.number), real(rules, work, now))[1]
    )
    assert [(item.row.number, item.rank.points) for item in desk.tickets.next_up(4)] == everything[:4]
    assert len(looked) < len(everything)
    assert [points for _number, points in everything] == sorted((p for _n, p in everything), reverse=True)


def test_others_work_and_pending_work_are_not_next(desk: Desk, clock: FixedClock) -> None:
    free, taken, waiting = (desk.tickets.open(title)["number"] for title in ("Free", "Taken", "Waiting"))
    with as_person(desk, "bo", "service_desk", agent=True) as bo:
        bo.tickets.take(taken)
    desk.tickets.take(waiting)
    desk.tickets.pend(waiting, reason="parts", until=clock.now + 86_400)
    assert [item.row.number for item in desk.tickets.next_up()] == [free]


def test_who_waits_is_who_spoke_last(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("No mail", requester="a@example.org")["number"]
    codes = lambda: [part["code"] for part in desk.tickets.next()[0]["reasons"]]  # noqa: E731
    assert "next.waiting" in codes()
    desk.tickets.reply(number, "Looking into it")
    assert "next.waiting" not in codes()
    clock.forward(HOUR)
    with as_person(desk, "caller", "requester") as caller:
        mine = caller.tickets.open("No mail either")["number"]
        desk.tickets.reply(mine, "Looking")
        clock.forward(HOUR)
        caller.tickets.reply(mine, "Still broken")
    clock.forward(2 * HOUR)
    found = next(line for line in desk.tickets.next() if line["number"] == mine)
    assert [p["waited"] for p in found["reasons"] if p["code"] == "next.waiting"] == [2 * HOUR]


def test_skills_that_the_routing_wishes_for_count(desk: Desk) -> None:
    text = default_policy_text()
    rule = '\n[[routing.rules]]\nid = "next"\nteam = "network"\nskills = ["juggling"]\nwhen = { kind = ["request"] }\n'
    desk.policy.apply(text.replace("\n[[routing.rules]]", rule + "\n[[routing.rules]]", 1))
    desk.tickets.open("Balls", set={"kind": "request"})
    assert all(p["code"] != "next.skill" for p in desk.tickets.next()[0]["reasons"])
    desk.teams.set_skill("ana", "juggling", 3)
    assert {
        "code": "next.skill",
        "skills": ["juggling"],
        "points": 120,
        "text": "your skill: juggling",
    } in desk.tickets.next()[0]["reasons"]


def test_requesters_have_no_next(desk: Desk) -> None:
    with as_person(desk, "caller", "requester") as caller, pytest.raises(NotPermitted):
        caller.tickets.next()


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = Cli(make_desk(tmp_path), monkeypatch)
    cli("ticket", "new", "Printer on fire", "--set", "impact=high", "--set", "urgency=high")
    found = cli("ticket", "next", "-o", "json").json
    assert found[0]["priority"] == "critical" and found[0]["reasons"][-1]["text"]
    assert "Printer on fire" in cli("ticket", "next").out
