"""Who is mentioned follows the ticket, in one entry with the words, and finds the place again."""
# ruff: noqa: F401, F811

import pytest

from helpdesk_tui.desk import mentions
from helpdesk_tui.desk.desk import Desk
from tests.desk_fixtures import as_person, clock, desk


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob look", ["bob"]),
        ("ask @bob.b, @zoe. And @bob.b!", ["bob.b", "zoe"]),
        ("请@bob看一下，＠zoe也看", ["bob", "zoe"]),
        ("@李雷 看", ["李雷"]),
        ("mail a@b.example or x@@bob", []),
        ("@ @- @. @@", []),
        (" ".join(f"@p{n}" for n in range(90)), [f"p{n}" for n in range(20)]),
    ],
)
def test_names_after_an_at_sign(text: str, names: list[str]) -> None:
    assert mentions.handles(text) == names


def test_a_mention_follows_and_is_found_again_and_undone_in_one(desk: Desk) -> None:
    number = desk.tickets.open("VPN drops")["number"]
    bob = as_person(desk, "bob", "technical_support", agent=True, teams=["network"])
    caller = as_person(desk, "caller", "requester")
    head = desk.store.head()
    desk.tickets.note(number, "@bob and @caller and @nobody: look, please; @ana too")
    assert desk.store.head() == head + 1
    assert desk.tickets.watchers(number) == ["bob"]
    found = mentions.of_me(bob)
    assert [(m["number"], m["by"], m["title"]) for m in found] == [(number, "ana", "VPN drops")]
    assert mentions.of_me(bob, since=found[0]["seq"]) == [] and mentions.of_me(caller) == []
    assert {"code": "mention", "who": bob.actor.id} in [r for e in desk.tickets.entries(number) for r in e.reasons]
    desk.tickets.reply(number, "once more @bob")
    assert desk.tickets.watchers(number) == ["bob"] and len(mentions.of_me(bob)) == 2
    assert bob.tickets.count("watcher:me", None) == 1
    desk.undoing.last()
    assert desk.tickets.watchers(number) == ["bob"]
    desk.undoing.last()
    assert desk.tickets.watchers(number) == []
    bob.close(), caller.close()


def test_who_may_not_let_others_follow_mentions_nobody(desk: Desk) -> None:
    bob = as_person(desk, "bob", "technical_support", agent=True, teams=["network"])
    caller = as_person(desk, "caller", "requester")
    number = caller.tickets.open("Printer jam")["number"]
    caller.tickets.reply(number, "@bob do something")
    assert desk.tickets.watchers(number) == [] and mentions.of_me(bob) == []
    bob.close(), caller.close()
