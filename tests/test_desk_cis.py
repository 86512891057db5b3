"""Configuration items: relations, impact, who may edit."""
# ruff: noqa: F401, F811

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from tests.desk_fixtures import as_person, by_json, clock, desk


def test_add_edit_list(desk: Desk) -> None:
    made = desk.cis.add(
        "pay-db-01", ci_class="Database", service="vpn", owner="me", attributes={"ram": 64, "os": "Debian"}
    )
    assert made == {
        "id": 1, "name": "pay-db-01", "class": "database", "status": "in_use", "service": "vpn", "owner": "ana",
        "attributes": {"os": "Debian", "ram": 64}, "version": 1, "relations": {"out": [], "in": []}, "impact": [],
        "tickets": [],
    }  # fmt: skip
    changed = by_json(
        desk, "ci.edit", {"name": "PAY-DB-01", "set": {"name": "pay-db-1", "status": "retired", "owner": "none"}}
    )
    assert (changed["name"], changed["status"], changed["owner"], changed["version"]) == (
        "pay-db-1",
        "retired",
        None,
        2,
    )
    desk.cis.add("web-100%")
    assert [c["name"] for c in desk.cis.list("%")] == ["web-100%"]
    assert [c["name"] for c in desk.cis.list("DATABASE")] == ["pay-db-1"]
    assert [c["name"] for c in desk.cis.list(service="vpn")] == ["pay-db-1"]
    assert len(desk.cis.list(limit=1)) == 1


def test_impact_goes_the_way_a_failure_goes(desk: Desk) -> None:
    for name in ("disk", "server", "app", "cluster", "switch", "island"):
        desk.cis.add(name, service="vpn" if name == "app" else None)
    desk.cis.relate("disk", "part_of", "server")
    desk.cis.relate("app", "runs_on", "server")
    desk.cis.relate("cluster", "depends-on", "app")
    desk.cis.relate("server", "connected_to", "switch")
    # A circle must end.
    desk.cis.relate("server", "uses", "cluster")

    def impact(name: str, depth: int = 3) -> dict[str, int]:
        return {i["name"]: i["depth"] for i in desk.cis.show(name, depth)["impact"]}

    assert impact("disk") == {"server": 1, "app": 2, "switch": 2, "cluster": 3}
    assert impact("disk", 1) == {"server": 1}
    assert impact("disk", 0) == {}
    assert impact("switch") == {"server": 1, "app": 2, "cluster": 3}
    assert impact("cluster", 99) == {"server": 1, "app": 2, "switch": 2}
    assert impact("island") == {}
    shown = desk.cis.show("server")
    assert shown["relations"]["out"] == [
        {"type": "connected_to", "name": "switch", "class": "other"}, {"type": "uses", "name": "cluster", "class": "other"},
    ]  # fmt: skip
    assert [r["name"] for r in shown["relations"]["in"]] == ["disk", "app"]
    assert desk.cis.show("disk")["impact"][1]["service"] == "vpn"
    desk.cis.unrelate("disk", "part_of", "server")
    assert impact("disk") == {}


def test_tickets_of_an_item(desk: Desk) -> None:
    desk.cis.add("printer-7")
    number = desk.tickets.open("Paper jam", requester="a@example.org", set={"ci": "printer-7"})["number"]
    assert desk.cis.show("printer-7")["tickets"] == [
        {"number": number, "ref": desk.tickets.show(number)["ref"], "state": "new", "title": "Paper jam"}
    ]
    caller = as_person(desk, "caller", "requester")
    with pytest.raises(NotFound):
        caller.cis.show("printer-7")
    desk.cis.edit("printer-7", {"owner": "caller"})
    assert caller.cis.show("printer-7")["tickets"] == []
    caller.close()


def test_refusals(desk: Desk) -> None:
    desk.cis.add("a")
    desk.cis.add("b")
    desk.cis.relate("a", "uses", "b")
    head = desk.store.head()
    for call, error in (
        (lambda: desk.cis.add("A"), Conflict),
        (lambda: desk.cis.add("c", status="lost"), Invalid),
        (lambda: desk.cis.add("c", service="nothing"), Invalid),
        (lambda: desk.cis.edit("a", {}), Usage),
        (lambda: desk.cis.edit("a", {"name": "B"}), Conflict),
        (lambda: desk.cis.edit("a", {"attributes": "[1]"}), Invalid),
        (lambda: desk.cis.edit("a", {"attributes": "{"}), Invalid),
        (lambda: desk.cis.edit("a", {"status": "retired"}, version=5), Conflict),
        (lambda: desk.cis.relate("a", "uses", "a"), Invalid),
        (lambda: desk.cis.relate("a", "uses", "b"), Conflict),
        (lambda: desk.cis.relate("a", "loves", "b"), Invalid),
        (lambda: desk.cis.relate("a", "uses", "z"), NotFound),
        (lambda: desk.cis.unrelate("b", "uses", "a"), Conflict),
        (lambda: desk.cis.show("z"), NotFound),
    ):
        with pytest.raises(error):
            call()
    assert desk.store.head() == head


def test_technical_support_edits_what_its_teams_keep(desk: Desk) -> None:
    desk.services.edit("vpn", {"team": "network"})
    desk.cis.add("theirs", service="vpn")
    desk.cis.add("other")
    tech = as_person(desk, "tech", "technical_support", agent=True, teams=["network"])
    assert tech.cis.edit("theirs", {"status": "in_repair"})["status"] == "in_repair"
    assert tech.cis.add("own", owner="tech")["owner"] == "tech"
    for call in (
        lambda: tech.cis.edit("other", {"status": "retired"}),
        lambda: tech.cis.edit("theirs", {"service": "none"}),
        lambda: tech.cis.add("stray"),
        lambda: tech.cis.relate("other", "uses", "theirs"),
    ):
        with pytest.raises(NotPermitted):
            call()
    tech.close()
