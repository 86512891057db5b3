"""People: directory, roles, erasure."""
# ruff: noqa: F401, F811

import sqlite3
from pathlib import Path

import pytest

from helpdesk_tui.desk import person_rows
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from tests.desk_fixtures import FixedClock, as_person, by_json, clock, desk


def test_add_show_and_list(desk: Desk) -> None:
    desk.people.add_organisation("ACME", "customer")
    made = desk.people.add(
        "Bob  Builder", email="Bob@Example.org", login="bob", phone="+86 10 6552 9988", organisation="acme",
        agent=True, vip=True, roles=["technical-support"], teams=["network"], skills={"VPN": 3},
    )  # fmt: skip
    assert made == {
        "id": 2, "name": "Bob Builder", "email": "Bob@Example.org", "login": "bob", "phone": "+86 10 6552 9988",
        "initials": "bb", "title": None, "organisation": "ACME", "language": None, "vip": True, "agent": True,
        "active": True, "capacity": 8, "roles": ["technical_support"], "teams": ["network"], "skills": {"vpn": 3},
        "version": 1,
    }  # fmt: skip
    assert desk.people.show("bob@example.ORG") == {**made, "open_tickets": 0, "assigned": 0}
    assert [p["login"] for p in desk.people.list()] == ["ana", "bob"]
    assert [p["login"] for p in desk.people.list("acme")] == ["bob"]
    assert desk.people.organisations() == [{"id": 1, "name": "ACME", "kind": "customer", "people": 1, "version": 1}]
    assert by_json(desk, "people.list", {"text": "bob", "agents_only": True}) == [made]


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Admin", "aa"),
        ("Jean-Luc Picard", "jlp"),
        ("Øyvind Åse", "øå"),
        ("王小明", None),
        ("- -", None),
        ("3 Com", "c"),
    ],
)
def test_initials(name: str, initials: str | None) -> None:
    assert person_rows.initials_of(name) == initials


def test_uniqueness_is_a_conflict_and_nothing_is_written(desk: Desk) -> None:
    desk.people.add("Bob", email="bob@example.org", login="bob")
    head = desk.store.head()
    for values in ({"email": "BOB@example.org"}, {"login": "bob"}):
        with pytest.raises(Conflict, match="already belongs"):
            desk.people.add("Other", **values)
    with pytest.raises(Conflict):
        desk.people.edit("ana", {"email": "bob@example.org"})
    assert desk.store.head() == head


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"email": "no address"}, Invalid),
        ({"name": " "}, Invalid),
        ({"vip": "perhaps"}, Invalid),
        ({"colour": "red"}, Invalid),
        ({"organisation": "nobody"}, Invalid),
        ({"login": "a b"}, Invalid),
        ({"phone": "1" * 65}, Invalid),
        ({}, Usage),
    ],
)
def test_edit_refuses(desk: Desk, values: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        desk.people.edit("ana", values)


def test_edit_bumps_the_version_and_follows_the_name(desk: Desk) -> None:
    desk.people.add("Bob Builder", login="bob")
    changed = desk.people.edit("bob", {"name": "Robert Smith", "phone": "12345"}, version=1)
    assert (changed["initials"], changed["phone"], changed["version"]) == ("rs", "12345", 2)
    with pytest.raises(Conflict):
        desk.people.edit("bob", {"phone": "none"}, version=1)
    assert desk.people.edit("bob", {"phone": "none"})["phone"] is None
    head = desk.store.head()
    desk.people.edit("bob", {"name": "Robert Smith"})
    assert desk.store.head() == head
    with pytest.raises(NotFound):
        desk.people.edit("nobody", {"phone": "1"})


def test_nobody_changes_their_own_roles_and_an_administrator_stays(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        desk.people.grant("ana", ["quality"])
    with pytest.raises(NotPermitted):
        desk.people.revoke("ana", ["auditor"])
    with pytest.raises(Conflict, match="administrator"):
        desk.people.deactivate("ana")
    with pytest.raises(Conflict, match="administrator"):
        desk.people.edit("ana", {"login": "none"})
    other = as_person(desk, "eve", "administrator")
    assert desk.people.show("eve")["roles"] == ["administrator"]
    assert other.people.revoke("ana", ["auditor", "administrator"])["roles"] == ["service_desk", "smo"]
    with pytest.raises(Conflict, match="administrator"):
        other.people.deactivate("eve")
    other.close()


def test_grant_and_revoke(desk: Desk) -> None:
    desk.people.add("Bob", login="bob")
    assert desk.people.grant("bob", ["quality", "auditor"])["roles"] == ["auditor", "quality"]
    with pytest.raises(Conflict):
        desk.people.grant("bob", ["quality"])
    with pytest.raises(Invalid, match="roles are"):
        desk.people.grant("bob", ["king"])
    assert desk.people.revoke("bob", ["auditor", "smo"])["roles"] == ["quality"]
    with pytest.raises(Conflict):
        desk.people.revoke("bob", ["smo"])


def test_editing_people_is_no_way_to_more_rights(desk: Desk) -> None:
    clerk = as_person(desk, "clerk", "service_desk", agent=True)
    with pytest.raises(NotPermitted):
        clerk.people.add("Puppet", login="puppet", roles=["administrator"])
    with pytest.raises(NotPermitted):
        clerk.people.edit("ana", {"login": "mallory"})
    with pytest.raises(NotPermitted):
        clerk.people.deactivate("ana")
    with pytest.raises(NotPermitted):
        clerk.people.add("Mate", agent=True, teams=["network"])
    with pytest.raises(NotPermitted):
        clerk.people.erase("ana")
    assert clerk.people.add("Caller", email="caller@example.org")["roles"] == []
    clerk.close()


def test_requesters_see_themselves_only_and_auditors_see_masks(desk: Desk) -> None:
    desk.people.add("Bob Builder", email="bob@example.org", phone="12345678", title="Boss")
    caller = as_person(desk, "caller", "requester")
    assert [p["login"] for p in caller.people.list()] == ["caller"]
    assert caller.people.search("bob") == []
    assert caller.people.organisations() == []
    with pytest.raises(NotFound):
        caller.people.show("bob@example.org")
    caller.close()
    auditor = as_person(desk, "aud", "auditor")
    seen = {p["id"]: p for p in auditor.people.list()}
    assert seen[2] | {"id": 2, "roles": []} == seen[2]
    assert (seen[2]["name"], seen[2]["email"], seen[2]["phone"], seen[2]["title"]) == (
        "B***",
        "b***@example.org",
        "***78",
        None,
    )
    assert seen[auditor.actor.id]["login"] == "aud"
    auditor.close()


def test_search_ranks_and_counts(desk: Desk) -> None:
    desk.people.add("王小明", email="xm.wang@example.cn", phone="+86 (10) 6552-9988", initials="WXM")
    desk.people.add("Anna Bergström", email="anna@example.org", phone="0151/44 55 66")
    desk.people.add("Bergmann, Till", login="till")
    desk.people.add("100% Sure", login="sure")
    desk.tickets.open("Printer on fire", requester="xm.wang@example.cn")

    def found(text: str) -> list[str]:
        return [p["name"] for p in desk.people.search(text)]

    assert found("小明") == ["王小明"]
    assert found("wxm") == ["王小明"]
    assert found("65529988") == ["王小明"]
    assert found("6552 99") == ["王小明"]
    assert found("berg") == ["Bergmann, Till", "Anna Bergström"]
    assert found("445566") == ["Anna Bergström"]
    assert found("till") == ["Bergmann, Till"]
    assert found("100% s") == ["100% Sure"]
    assert found("") == [] and found("'; DROP TABLE person; --") == []
    assert desk.people.search("wxm")[0]["open_tickets"] == 1
    desk.people.deactivate("till")
    assert found("till") == []


def _everything(path: Path) -> bytes:
    conn = sqlite3.connect(path)
    # The test's own watch over the rows keeps what the desk forgot.
    out = "\n".join(line for line in conn.iterdump() if "test_change_" not in line).encode()
    conn.close()
    return out


def test_erase_removes_every_trace_and_the_chain_still_holds(desk: Desk, tmp_path: Path) -> None:
    desk.people.add("Zacharias Quux", email="zq@example.org", phone="0047112233", title="Clown", agent=True, teams=["network"],
                    roles=["technical_support"], skills={"vpn": 2})  # fmt: skip
    desk.people.edit("zq@example.org", {"email": "zq2@example.org", "name": "Zacharias Quuux"})
    number = desk.tickets.open("His phone is broken", requester="zq2@example.org")["number"]
    assert b"Zacharias" in _everything(desk.store.path)
    done = desk.people.erase("zq2@example.org")
    assert done["name"] == "[erased 2]" and done["places"] > 5
    dump = _everything(desk.store.path)
    for secret in (b"Zacharias", b"zq@", b"zq2@", b"0047112233", b"Clown"):
        assert secret not in dump
    gone = desk.people.show("#2")
    assert (gone["name"], gone["email"], gone["roles"], gone["teams"], gone["skills"], gone["active"]) == (
        "[erased 2]", None, [], [], {}, False,
    )  # fmt: skip
    assert desk.tickets.show(number)["requester"] == "[erased 2]"
    assert desk.audit.verify()["ok"]
    with pytest.raises(Conflict):
        desk.people.erase("#2")
    with pytest.raises(Conflict):
        desk.undoing.last()


def test_several_erased_people_replay(desk: Desk, tmp_path: Path) -> None:
    for login in ("one", "two"):
        desk.people.add(f"Name {login}", login=login, email=f"{login}@example.org")
        desk.people.erase(login)
    again = Store(tmp_path / "again.db")
    replay.replay(desk.store.reader(), again)
    assert again.query("SELECT * FROM person ORDER BY id") == desk.store.query("SELECT * FROM person ORDER BY id")
    again.close()


def test_erase_spares_others(desk: Desk, clock: FixedClock) -> None:
    desk.people.add("Bob", login="bob", email="bob@example.org")
    desk.people.add("Bobby", login="bobby", email="bobby@example.org")
    desk.people.erase("bob")
    assert desk.people.show("bobby")["name"] == "Bobby"
    with pytest.raises(Conflict, match="themselves"):
        desk.people.erase("ana")


def test_the_files_themselves_forget(tmp_path: Path) -> None:
    with Desk.open(tmp_path / "desk.db", user=OsUser(1, "ana", "Ana"), clock=FixedClock()) as opened:
        opened.people.add("Zacharias Quux", email="zq@example.org", phone="0047112233")
        opened.people.erase("zq@example.org")
        held = b"".join(f.read_bytes() for f in tmp_path.iterdir())
        assert b"[erased 2]" in held
        for secret in (b"Zacharias", b"zq@example.org", b"0047112233"):
            assert secret not in held
