"""Teams: members, load, skills."""
# ruff: noqa: F401, F811

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from tests.desk_fixtures import as_person, by_json, clock, desk


def test_the_policy_brings_teams_and_the_first_user_belongs_to_one(desk: Desk) -> None:
    teams = {t["code"]: t for t in desk.teams.list()}
    assert {"service_desk", "network"} <= teams.keys()
    assert sum(t["members"] for t in teams.values()) == 1


def test_members_load_and_skills(desk: Desk) -> None:
    made = desk.teams.add("Field.Ops", "Field operations", "least-loaded")
    assert made == {
        "code": "field.ops", "name": "Field operations", "strategy": "least_loaded", "active": True, "members": 0,
        "open": 0, "unassigned": 0, "people": [], "version": 1,
    }  # fmt: skip
    desk.people.add("Bob Builder", login="bob", agent=True, capacity=5)
    desk.people.add("Zoe Lead", login="zoe", agent=True)
    desk.teams.add_member("field.ops", "bob")
    desk.teams.add_member("Field operations", "zoe", lead=True)
    desk.teams.set_skill("bob", "Fibre Optics", 3)
    first = desk.tickets.open("A", set={"team": "field.ops", "assignee": "bob"})["number"]
    desk.tickets.open("B", set={"team": "field.ops"})
    shown = desk.teams.show("field.ops")
    assert [p["who"] for p in shown["people"]] == ["zoe", "bob"]
    assert shown["people"][1] == {
        "id": 2, "who": "bob", "name": "Bob Builder", "lead": False, "active": True, "away": False, "load": 1,
        "capacity": 5, "skills": {"fibre-optics": 3},
    }  # fmt: skip
    assert (shown["open"], shown["unassigned"], shown["members"]) == (2, 1, 2)
    desk.tickets.cancel(first, reason="a mistake")
    assert desk.teams.show("field.ops")["open"] == 1
    assert desk.teams.remove_member("field.ops", "bob")["members"] == 1
    assert desk.teams.set_skill("bob", "fibre-optics", 0)["skills"] == {}


def test_refusals(desk: Desk) -> None:
    desk.people.add("Contact", email="c@example.org")
    desk.people.add("Bob", login="bob", agent=True)
    desk.teams.add_member("network", "bob")
    head = desk.store.head()
    for call, error in (
        (lambda: desk.teams.add("network", "Again"), Conflict),
        (lambda: desk.teams.add("a team", "Blank"), Invalid),
        (lambda: desk.teams.add("x", " "), Invalid),
        (lambda: desk.teams.add("x", "X", "by magic"), Invalid),
        (lambda: desk.teams.show("nothing"), NotFound),
        (lambda: desk.teams.add_member("network", "c@example.org"), Invalid),
        (lambda: desk.teams.add_member("network", "bob"), Conflict),
        (lambda: desk.teams.add_member("network", "nobody"), NotFound),
        (lambda: desk.teams.remove_member("network", "ana"), Conflict),
        (lambda: desk.teams.set_skill("bob", "vpn", 4), Invalid),
        (lambda: desk.teams.set_skill("bob", "vpn", 0), Conflict),
        (lambda: desk.teams.edit("network", {}), Usage),
        (lambda: desk.teams.edit("network", {"code": "x"}), Invalid),
        (lambda: desk.teams.edit("network", {"name": "N"}, version=9), Conflict),
    ):
        with pytest.raises(error):
            call()
    assert desk.store.head() == head


def test_edit_and_undo(desk: Desk) -> None:
    before = desk.teams.show("network")
    after = by_json(
        desk, "team.edit", {"team": "network", "set": {"name": "Netz", "active": "no", "strategy": "manual"}}
    )
    assert (after["name"], after["active"], after["strategy"]) == ("Netz", False, "manual")
    desk.undoing.last()
    assert {**desk.teams.show("network"), "version": 1} == before


def test_only_those_who_may_edit_teams(desk: Desk) -> None:
    clerk = as_person(desk, "clerk", "service_desk", agent=True)
    assert clerk.teams.show("network")["people"] == []
    with pytest.raises(NotPermitted):
        clerk.teams.add("x", "X")
    with pytest.raises(NotPermitted):
        clerk.teams.add_member("network", "clerk")
    clerk.close()
    caller = as_person(desk, "caller", "requester")
    desk.teams.add_member("network", "ana")
    assert caller.teams.show("network")["people"] == []
    caller.close()
