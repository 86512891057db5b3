"""The policy: versions, checking, comparing, trying out, applying."""
# ruff: noqa: F401, F811

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.desk.policy_diff import differences
from helpdesk_tui.rules.policy import PolicyInvalid, parse_policy
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.desk_fixtures import FixedClock, as_person, by_json, clock, desk

EXTRA = """
[[services]]
code = "payroll"
name = "Payroll"
name_zh = "工资"
criticality = "critical"
team = "network"
words = ["payslip"]
weight = 50

[[teams]]
code = "finance_ops"
name = "Finance operations"
name_zh = "财务运维"
"""


def changed_matrix(text: str) -> str:
    """The default policy in which low impact and low urgency are medium priority."""
    changed = text.replace('"low"],     # impact medium', '"medium"],  # impact medium')
    changed = changed.replace('"low",    "low"],     # impact low', '"medium", "medium"],  # impact low')
    assert parse_policy(text).matrix.priority_of("low", "low").code == "low"
    assert parse_policy(changed).matrix.priority_of("low", "low").code == "medium"
    return changed


def test_show_and_list(desk: Desk) -> None:
    shown = by_json(desk, "policy.show", {})
    assert shown["document"] == default_policy_text()
    assert (shown["version"], shown["in_force"], shown["applied_by"], len(shown["sha256"])) == (1, True, "ana", 64)
    assert desk.policy.list() == [{k: v for k, v in shown.items() if k != "document"}]
    with pytest.raises(NotFound):
        desk.policy.show(2)


def test_check(desk: Desk) -> None:
    good = by_json(desk, "policy.check", {"text": default_policy_text()})
    assert good["ok"] and good["problems"] == []
    assert all(w["sentence"] for w in good["warnings"])
    bad = desk.policy.check(default_policy_text() + '\n[nonsense]\nx = "{y}"\n')
    assert not bad["ok"] and bad["problems"][0]["key"] == "nonsense" and bad["problems"][0]["line"] > 100
    broken = desk.policy.check("format = = 1")
    assert broken["problems"][0]["line"] == 1 and broken["problems"][0]["message"]


def test_diff_names_keys(desk: Desk) -> None:
    text = default_policy_text()
    assert desk.policy.diff(text) == [] and desk.policy.diff("1") == []
    added = by_json(desk, "policy.diff", {"text": text + EXTRA})
    assert [(d["key"], d["change"]) for d in added] == [("services[payroll]", "added"), ("teams[finance_ops]", "added")]
    cell = desk.policy.diff(changed_matrix(text))
    assert len(cell) == 1 and cell[0]["change"] == "changed" and cell[0]["key"].startswith("matrix")
    gone = differences(parse_policy(text + EXTRA), parse_policy(text))
    assert [d["change"] for d in gone] == ["removed", "removed"]
    with pytest.raises(NotFound):
        desk.policy.diff("7")
    with pytest.raises(PolicyInvalid):
        desk.policy.diff("format = 1")


def test_a_moved_list_is_told() -> None:
    old = parse_policy(default_policy_text())
    new = old.model_copy(update={"services": (*old.services[1:], old.services[0])})
    found = differences(old, new)
    assert [(d["key"], d["change"]) for d in found] == [("services", "moved")]
    assert found[0]["before"][0] == found[0]["after"][-1]


def test_apply_brings_teams_and_services_and_moves_deadlines(desk: Desk) -> None:
    number = desk.tickets.open("Low", set={"kind": "incident", "impact": "low", "urgency": "low"})["number"]
    text = default_policy_text() + EXTRA
    done = by_json(desk, "policy.apply", {"text": text, "note": "payroll", "version": 1})
    assert (done["version"], done["in_force"], done["note"]) == (2, True, "payroll")
    assert done["brought"] == {"teams": ["finance_ops"], "services": ["payroll"]}
    assert done["recomputed"] == {"batch": None, "matched": 1, "changed": 0}
    assert desk.services.show("payroll")["criticality"] == "critical"
    assert [v["in_force"] for v in desk.policy.list()] == [True, False]
    assert desk.policy.diff("1", 2)[0]["change"] == "removed"
    assert desk.tickets.open("Where is my payslip")["service"] == "payroll"
    assert desk.tickets.show(number)["priority"] == "low"
    with pytest.raises(Conflict, match="already in force"):
        desk.policy.apply(text)
    with pytest.raises(Conflict, match="version 2"):
        desk.policy.apply(default_policy_text(), version=1)
    assert desk.policy.apply(default_policy_text(), recompute=False)["recomputed"] is None
    assert desk.policy.list()[0]["version"] == 3


def test_new_targets_move_open_tickets(desk: Desk) -> None:
    number = desk.tickets.open("Low", set={"kind": "incident", "impact": "low", "urgency": "low"})["number"]
    plan = desk.sla.explain(number)
    resolution = next(t for t in desk.sla.targets() if t["id"] == plan["target"])["resolution"]
    lines = default_policy_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.strip() == f'id = "{plan["target"]}"')
    where = next(n for n in range(at, at + 12) if lines[n].startswith("resolution"))
    lines[where] = 'resolution = "1m"'
    due = desk.tickets.show(number)["resolution_due_at"]
    tried = desk.policy.backtest("\n".join(lines))
    assert set(tried["fields"]) == {"resolution_due"} and resolution != "1m"
    assert tried["fields"]["resolution_due"]["examples"][0]["before"] == due
    done = desk.policy.apply("\n".join(lines))
    assert done["recomputed"]["changed"] == 1
    now = desk.tickets.show(number)["resolution_due_at"]
    assert now < due and now == tried["fields"]["resolution_due"]["examples"][0]["after"]


def test_apply_refuses(desk: Desk) -> None:
    head = desk.store.head()
    for call, error in (
        (lambda: desk.policy.apply("format = 1"), PolicyInvalid),
        (lambda: desk.policy.apply(default_policy_text()), Conflict),
        (lambda: desk.policy.apply(default_policy_text() + EXTRA, "n" * 4_001), Invalid),
        (lambda: desk.policy.backtest(default_policy_text(), limit=0), Invalid),
    ):
        with pytest.raises(error):
            call()
    assert desk.store.head() == head
    clerk = as_person(desk, "clerk", "service_desk", agent=True)
    with pytest.raises(NotPermitted):
        clerk.policy.apply(default_policy_text() + EXTRA)
    assert clerk.policy.show()["version"] == 1
    clerk.close()


def some_tickets(desk: Desk, clock: FixedClock) -> dict[str, int]:
    number: dict[str, int] = {}
    number["low"] = desk.tickets.open("A", set={"impact": "low", "urgency": "low"})["number"]
    number["pinned"] = desk.tickets.open("B", set={"impact": "low", "urgency": "low"})["number"]
    desk.tickets.pin(number["pinned"], "medium", "the boss asked")
    number["high"] = desk.tickets.open("C", set={"impact": "high", "urgency": "high"})["number"]
    number["payslip"] = desk.tickets.open("My payslip is wrong", requester="x@example.org")["number"]
    clock.forward(600)
    return number


def test_the_policy_in_force_changes_nothing(desk: Desk, clock: FixedClock) -> None:
    some_tickets(desk, clock)
    desk.tickets.edit(1, set={"category": "network"})
    head = desk.store.head()
    assert desk.policy.backtest("1") == {"policy": 1, "tickets": 4, "changed": 0, "fields": {}}
    assert desk.store.head() == head


def test_backtest_tells_what_would_change(desk: Desk, clock: FixedClock) -> None:
    number = some_tickets(desk, clock)
    found = by_json(desk, "policy.backtest", {"text": changed_matrix(default_policy_text())})
    priority = found["fields"]["priority"]
    low = desk.tickets.show(number["low"])["ref"]
    assert {"number": number["low"], "ref": low, "before": "low", "after": "medium"} in priority["examples"]
    assert priority["changes"] == [{"before": "low", "after": "medium", "n": priority["changed"]}]
    assert number["pinned"] not in [e["number"] for e in priority["examples"]]
    assert number["high"] not in [e["number"] for e in priority["examples"]]
    assert "kind" not in found["fields"] and "resolution_due" in found["fields"]


def test_backtest_classifies_and_routes_again(desk: Desk, clock: FixedClock) -> None:
    number = some_tickets(desk, clock)
    text = default_policy_text() + EXTRA
    found = desk.policy.backtest(text, examples=1)
    assert found["changed"] == 1
    example = found["fields"]["service"]["examples"]
    assert [e["number"] for e in example] == [number["payslip"]] and example[0]["after"] == "payroll"
    assert "priority" in found["fields"] or "team" in found["fields"]
    # Set by hand, so no rule would change its priority or team.
    desk.tickets.edit(number["payslip"], set={"service": "vpn"})
    again = desk.policy.backtest(text)
    assert set(again["fields"]) == {"service"}


def test_backtest_of_some_with_progress(desk: Desk, clock: FixedClock) -> None:
    number = some_tickets(desk, clock)
    seen: list[tuple[int, int]] = []
    text = changed_matrix(default_policy_text())
    one = desk.policy.backtest(text, f"number:{number['low']}", progress=lambda n, of: seen.append((n, of)))
    assert (one["tickets"], one["changed"], seen) == (1, 1, [(1, 1)])
    assert desk.policy.backtest(text, limit=2)["tickets"] == 2
    none = desk.policy.backtest(text, examples=0)
    assert none["fields"]["priority"]["examples"] == [] and none["fields"]["priority"]["changed"] >= 1
