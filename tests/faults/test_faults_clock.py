"""A clock that jumps: no storm of escalations, no entry lost or out of order, work goes on in any year."""

from collections import Counter

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import journal
from tests.desk_fixtures import START, FixedClock, clock, desk
from tests.desk_random import check_replay, check_tally

__all__ = ["clock", "desk"]

HOUR = 3_600


def reached(desk: Desk, number: int) -> Counter[tuple[str, str]]:
    """How often each level was reached by which beginning of its clock."""
    return Counter(
        (reason["level"], str(reason["since"]))
        for item in desk.tickets.timeline(number)
        for reason in item.reasons
        if reason["code"] == "escalation.reached"
    )


def late_tickets(desk: Desk) -> list[int]:
    levels = ("high", "medium", "low")
    return [
        desk.tickets.open(f"VPN down {i}", set={"impact": levels[i % 3], "urgency": levels[i // 3]})["number"]
        for i in range(9)
    ]


@pytest.mark.parametrize("jump", [HOUR, 6 * HOUR, 86_400])
def test_a_clock_that_jumps_to_and_fro_escalates_nothing_twice(desk: Desk, clock: FixedClock, jump: int) -> None:
    numbers = late_tickets(desk)
    entries = []
    for step in range(60):
        clock.now = START + step * 2 * HOUR + (jump if step % 2 else -jump)
        desk.timers.fire_due()
        desk.timers.fire_due()
        entries.append(desk.store.head())
    for number in numbers:
        found = reached(desk, number)
        assert found and set(found.values()) == {1}, number
    # Back in time nothing is escalated that was; every backward step of the walk is quiet once the levels are reached.
    clock.now = max(START, clock.now - jump)
    before = desk.store.head()
    assert desk.timers.fire_due()["escalated"] == []
    assert desk.store.head() == before


def test_an_hour_forward_and_back_escalates_no_more_than_the_hour_holds(desk: Desk, clock: FixedClock) -> None:
    numbers = late_tickets(desk)
    clock.forward(40 * HOUR)
    desk.timers.fire_due()
    told = {number: reached(desk, number) for number in numbers}
    for away in (HOUR, -HOUR, HOUR, -HOUR, HOUR, -HOUR):
        clock.forward(away)
        desk.timers.fire_due()
    for number in numbers:
        new = reached(desk, number) - told[number]
        assert sum(new.values()) <= 1, (number, new)


@pytest.mark.parametrize("away", [-HOUR, HOUR, -86_400 * 400, 86_400 * 365 * 12, 86_400 * 365 * 100])
def test_work_goes_on_in_any_time(desk: Desk, clock: FixedClock, away: int) -> None:
    number = desk.tickets.open("vpn")["number"]
    desk.tickets.take(number)
    desk.tickets.pend(number, until=clock.now + HOUR, reason="waiting")
    clock.forward(away)
    desk.tickets.note(number, "in another time")
    desk.tickets.reply(number, "to whoever asked")
    other = desk.tickets.open("another")["number"]
    desk.timers.fire_due()
    clock.forward(-away)
    desk.tickets.note(number, "back again")
    desk.tickets.resolve(number, resolution="done")
    assert desk.tickets.show(other)["number"] == other
    sequence = [entry.seq for entry in journal.read(desk.store.reader(), journal.ALL)]
    assert sequence == list(range(1, len(sequence) + 1))
    # Shown in the order of their instants, whichever that was.
    assert sorted(c.body for c in desk.tickets.comments(number)) == [
        "back again",
        "in another time",
        "to whoever asked",
    ]
    check_tally(desk)
    check_replay(desk, desk.store.path.parent)


@pytest.mark.parametrize("year", ["1999", "2016 leap second", "2038", "2100"])
def test_a_desk_opens_in_any_year(desk: Desk, clock: FixedClock, year: str) -> None:
    clock.now = {"1999": 915_148_800, "2016 leap second": 1_483_228_799, "2038": 2_147_483_648, "2100": 4_102_444_800}[
        year
    ]
    number = desk.tickets.open("in another age")["number"]
    shown = desk.tickets.show(number)
    assert str(shown["created_at"]).startswith({"2016 leap second": "2016"}.get(year, year))
    assert desk.tickets.page("is:open", limit=5).rows[0].number == number
