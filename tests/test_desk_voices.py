"""Who speaks in a ticket's replies."""
# ruff: noqa: F811

from helpdesk_tui.desk.desk import Desk
from tests.desk_fixtures import as_person, clock, desk  # noqa: F401


def said_by_requester(desk: Desk, number: int) -> list[str | None]:
    return [item.text for item in desk.tickets.timeline(number) if item.by_requester and item.comment_kind]


def test_the_requesters_words_are_theirs_and_the_desks_are_not(desk: Desk) -> None:
    with as_person(desk, "zoe", "requester") as zoe:
        number = zoe.tickets.open("my vpn drops")["number"]
        desk.tickets.reply(number, "we look")
        desk.tickets.note(number, "odd")
        zoe.tickets.reply(number, "thank you")
        assert said_by_requester(desk, number) == ["thank you"]
        assert said_by_requester(zoe, number) == ["thank you"]
    desk.tickets.watch(number, person=as_person(desk, "tom", "requester").actor.login or "")
    with as_person(desk, "tom", "requester") as tom:
        tom.tickets.reply(number, "me too")
    assert said_by_requester(desk, number) == ["thank you", "me too"]


def test_an_agent_who_asks_is_the_customer_until_they_work_on_it(desk: Desk) -> None:
    number = desk.tickets.open("my own chair", requester="ana")["number"]
    desk.tickets.reply(number, "it squeaks")
    assert said_by_requester(desk, number) == ["it squeaks"]
    desk.tickets.take(number)
    desk.tickets.reply(number, "oiled it myself")
    assert said_by_requester(desk, number) == ["it squeaks"]
    desk.people.add("Zoe", login="zoe", roles=["requester"])
    desk.tickets.edit(number, set={"requester": "zoe"})
    desk.tickets.reply(number, "yours squeaks too")
    assert said_by_requester(desk, number) == ["it squeaks"]
