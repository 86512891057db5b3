"""Presence: who is at a ticket, who is away; never a journal entry."""
# ruff: noqa: F401, F811

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Invalid, NotFound, NotPermitted
from tests.desk_fixtures import FixedClock, as_person, by_json, clock, desk


def test_enter_who_leave(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("One")["number"]
    head = desk.store.head()
    other = as_person(desk, "eve", "service_desk", agent=True)
    assert desk.presence.enter(number, "s1") == []
    assert [p["who"] for p in other.presence.enter(number, "s2", "replying")] == ["ana"]
    assert [(p["who"], p["activity"]) for p in desk.presence.who(number)] == [("eve", "replying"), ("ana", "viewing")]
    desk.presence.enter(number, "s3", "editing")
    assert len(desk.presence.who(number)) == 2
    clock.forward(50)
    other.presence.enter(number, "s2", "replying")
    clock.forward(20)
    assert [p["who"] for p in desk.presence.who(number)] == ["eve"]
    assert other.presence.leave("s2") == {"left": 1}
    assert desk.presence.who(number) == []
    assert desk.store.head() == head + 1  # only eve herself was journalled
    other.close()


def test_a_fresh_sign_of_life_is_not_written_again(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("One")["number"]

    def seen() -> list[tuple[int]]:
        return desk.store.query("SELECT seen_at FROM presence")

    desk.presence.enter(number, "s")
    first = seen()
    clock.forward(5)
    desk.presence.enter(number, "s")
    assert seen() == first
    clock.forward(10)
    desk.presence.enter(number, "s")
    assert seen() != first
    clock.forward(2 * 86_400)
    desk.presence.enter(desk.tickets.open("Two")["number"], "t")
    assert len(seen()) == 1


def test_away_people_get_nothing(desk: Desk) -> None:
    team = next(t["code"] for t in desk.teams.list() if t["members"])
    assert desk.presence.away() == {"away": True} and desk.presence.is_away()
    assert desk.teams.show(team)["people"][0]["away"] is True
    desk.presence.leave("any")
    assert desk.presence.is_away()
    desk.presence.away(False)
    assert not desk.presence.is_away()


def test_refusals(desk: Desk) -> None:
    number = desk.tickets.open("One")["number"]
    for call, error in (
        (lambda: desk.presence.enter(99, "s"), NotFound),
        (lambda: desk.presence.enter(number, "s" * 65), Invalid),
        (lambda: desk.presence.enter(number, "s", "away"), Invalid),
        (lambda: desk.presence.who(99), NotFound),
    ):
        with pytest.raises(error):
            call()
    caller = as_person(desk, "caller", "requester")
    with pytest.raises(NotPermitted):
        caller.presence.who(number)
    caller.close()
