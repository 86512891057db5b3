"""Services: catalogue, criticality, open tickets."""
# ruff: noqa: F401, F811

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.desk_fixtures import as_person, by_json, clock, desk


def test_add_show_edit(desk: Desk) -> None:
    made = desk.services.add("Payroll", "Payroll", criticality="critical", team="network")
    assert made == {
        "code": "payroll", "name": "Payroll", "criticality": "critical", "team": "network", "state": "live",
        "version": 1, "cis": [], "open_tickets": 0,
        "open_by_priority": {"critical": 0, "high": 0, "medium": 0, "low": 0},
    }  # fmt: skip
    desk.tickets.open("No salary", set={"service": "payroll", "impact": "high", "urgency": "high"})
    low = desk.tickets.open("Wrong font", set={"service": "payroll", "impact": "low", "urgency": "low"})["number"]
    desk.tickets.cancel(low, reason="no fault")
    desk.cis.add("pay-db-01", ci_class="database", service="payroll")
    shown = desk.services.show("payroll")
    assert (shown["open_tickets"], shown["open_by_priority"]["critical"], shown["cis"]) == (1, 1, ["pay-db-01"])
    changed = by_json(
        desk, "service.edit", {"service": "payroll", "set": {"criticality": "low", "team": "none", "state": "retired"}}
    )
    assert (changed["criticality"], changed["team"], changed["state"], changed["version"]) == (
        "low",
        None,
        "retired",
        2,
    )
    assert desk.services.list()[-1]["code"] >= desk.services.list()[0]["code"]


def test_refusals(desk: Desk) -> None:
    head = desk.store.head()
    for call, error in (
        (lambda: desk.services.add("vpn", "Again"), Conflict),
        (lambda: desk.services.add("x", "X", criticality="huge"), Invalid),
        (lambda: desk.services.add("x", "X", team="nobody"), Invalid),
        (lambda: desk.services.edit("vpn", {"colour": "red"}), Invalid),
        (lambda: desk.services.edit("vpn", {"name": "V"}, version=7), Conflict),
        (lambda: desk.services.show("nothing"), NotFound),
    ):
        with pytest.raises(error):
            call()
    assert desk.store.head() == head


def test_counts_follow_what_one_may_see(desk: Desk) -> None:
    desk.tickets.open("VPN down", requester="a@example.org", set={"service": "vpn"})
    caller = as_person(desk, "caller", "requester")
    assert caller.services.show("vpn")["open_tickets"] == 0
    with pytest.raises(NotPermitted):
        caller.services.edit("vpn", {"name": "Mine"})
    caller.close()
    keeper = as_person(desk, "keeper", "administrator")
    assert keeper.services.show("vpn")["open_tickets"] is None
    keeper.close()
