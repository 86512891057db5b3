"""Why: every automatic value names its decision, and the stored inputs lead to it again byte for byte."""
# ruff: noqa: F811

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.desk.why import FIELDS
from helpdesk_tui.vocabulary.errors import Invalid
from tests import desk_random as world
from tests.desk_fixtures import FixedClock, clock, desk  # noqa: F401
from tests.desk_random import DEEDS, Pick, attempt

_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
PHRASES = (
    "vpn",
    "cannot work",
    "everyone",
    "printer",
    "打印机",
    "卡纸",
    "password reset",
    "新员工入职",
    "security breach",
    "slow",
    "\n",
    "urgent!!",
    "mail server down",
    "[/",
    "\u202e",
)


def all_hold(desk: Desk, number: int) -> None:
    told = desk.tickets.why(number)
    assert [w["field"] for w in told] == list(FIELDS)
    for w in told:
        assert w["reproduced"] is not False, w
        assert w["reasons"], w
        assert all(r["sentence"] for r in w["reasons"])
    json.dumps(told, allow_nan=False)


@settings(max_examples=60, suppress_health_check=_SLOW)
@given(
    title=st.lists(st.sampled_from(PHRASES), min_size=1, max_size=4).map(" ".join) | st.text(min_size=1, max_size=60),
    description=st.lists(st.sampled_from(PHRASES), max_size=12).map(" ".join) | st.text(max_size=200),
    fields=st.fixed_dictionaries(
        {},
        optional={
            "impact": st.sampled_from(("low", "high")),
            "service": st.just("vpn"),
            "affected_users": st.sampled_from(("3", "900")),
            "kind": st.just("request"),
        },
    ),
)
def test_any_text_is_decided_reproducibly(desk: Desk, title: str, description: str, fields: dict[str, str]) -> None:
    if not title.strip():
        return
    number = desk.tickets.open(title, description=description, set=fields, requester="zoe@example.org")["number"]
    all_hold(desk, number)
    decided = {w["field"]: w for w in desk.tickets.why(number)}
    assert decided["priority"]["value"] == desk.tickets.show(number)["priority"]
    assert decided["priority"]["reproduced"] is True
    assert decided["kind"]["reproduced"] is True


@pytest.mark.parametrize("seed", range(6))
def test_after_a_long_life(seed: int) -> None:
    """Edits, undone edits, merges and classifications in any order: the decisions that stand still follow from their inputs."""
    import random

    dice = random.Random(seed)
    with world.fresh_desk() as (cast, clock):
        desk = cast["ana"]
        for _ in range(3):
            DEEDS["open"](desk, Pick([dice.randrange(999) for _ in range(8)]))
        for _ in range(60):
            deed = dice.choice(
                (
                    "edit",
                    "classify",
                    "prioritise",
                    "pin",
                    "demand",
                    "open",
                    "assign",
                    "undo",
                    "redo",
                    "undo any",
                    "split",
                    "state",
                )
            )
            numbers = Pick([dice.randrange(999) for _ in range(8)])
            if deed == "undo":
                attempt(desk.undoing.last)
            elif deed == "redo":
                attempt(desk.undoing.redo)
            elif deed == "undo any":
                attempt(lambda: desk.undoing.entry(dice.randrange(40, desk.store.head() + 1)))
            else:
                attempt(lambda: DEEDS[deed](desk, numbers))  # noqa: B023 - called at once
            clock.forward(60)
        for (number,) in desk.store.query("SELECT number FROM ticket WHERE deleted_at IS NULL"):
            all_hold(desk, number)


def test_classifying_after_an_edit_that_was_taken_back(desk: Desk) -> None:
    number = desk.tickets.open("printer jam")["number"]
    desk.tickets.edit(number, set={"title": "vpn drops"})
    edit = desk.store.head()
    desk.tickets.classify(number)
    assert desk.tickets.show(number)["category"] == "network"
    desk.undoing.entry(edit)
    told = desk.tickets.why(number, "category")[0]
    assert told["reproduced"] is True  # the text that was classified is the one that stood then
    desk.tickets.classify(number, set={"title": "password reset please"})
    assert desk.tickets.why(number, "category")[0]["reproduced"] is True


def test_what_was_set_by_hand_says_so(desk: Desk) -> None:
    number = desk.tickets.open("vpn drops")["number"]
    desk.tickets.assign(number, team="applications")
    told = desk.tickets.why(number, "team")[0]
    assert told["reasons"][0]["code"] == "why.by_hand"
    assert "ticket.assign by ana" in told["reasons"][0]["sentence"]
    assert told["value"] == "applications"
    desk.undoing.last()
    assert desk.tickets.why(number, "team")[0]["reasons"][0]["code"] != "why.by_hand"
    with pytest.raises(Invalid):
        desk.tickets.why(number, "title")


def test_a_decision_belongs_to_its_version_of_the_policy(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("VPN drops for everyone", set={"impact": "high", "urgency": "medium"})["number"]
    before = {w["field"]: w for w in desk.tickets.why(number)}
    document = default_policy_text()
    assert 'vip_at_most = "high"' in document
    changed = document.replace('vip_at_most = "high"', 'vip_at_most = "medium"')
    start = changed.index("[[classification") if "[[classification" in changed else changed.index("[[rules")
    assert start
    changed = changed.replace('"vpn"', '"vpnx"')
    assert changed != document
    desk.policy.apply(changed, note="another")
    assert desk.policies.current().version == 2
    clock.forward(600)
    for w in desk.tickets.why(number):
        if w["field"] != "sla":
            assert w["policy"] in (1, None)
            assert w["reproduced"] == before[w["field"]]["reproduced"]
            assert w["reasons"] == before[w["field"]]["reasons"]
    again = desk.tickets.open("VPN drops for everyone", set={"impact": "high", "urgency": "medium"})["number"]
    decided = {w["field"]: w for w in desk.tickets.why(again)}
    assert decided["kind"]["policy"] == decided["priority"]["policy"] == 2
    all_hold(desk, number)
    all_hold(desk, again)


def test_an_erased_text_is_admitted(desk: Desk) -> None:
    number = desk.tickets.open("vpn drops since hunter2secret")["number"]
    desk.tickets.redact(number, "vpn drops")
    told = desk.tickets.why(number, "category")[0]
    assert told["reproduced"] is False
    assert told["reasons"][-1]["code"] == "why.changed_since"


def why_of(desk: Desk, number: int) -> dict[str, dict[str, object]]:
    return {w["field"]: w for w in desk.tickets.why(number)}


def codes(told: dict[str, object]) -> list[str]:
    reasons = told["reasons"]
    assert isinstance(reasons, list)
    return [reason["code"] for reason in reasons]


def test_each_field_is_told_its_own_reasons(desk: Desk) -> None:
    """A decision is about several fields; the why of one never speaks of another."""
    number = desk.tickets.open("VPN drops for everyone", set={"kind": "incident"})["number"]
    told = why_of(desk, number)
    for field in ("kind", "category", "service", "impact", "urgency", "language"):
        for reason in told[field]["reasons"]:  # type: ignore[attr-defined]
            assert reason.get("field", field) == field
            assert all(v.startswith(f"{field}=") for v in reason.get("votes", ()))
    assert not any(code.startswith("routing.team") for code in codes(told["assignee"]))
    assert all(code.startswith("routing.team") for code in codes(told["team"]))


def test_what_was_set_otherwise_is_not_told_as_decided(desk: Desk, clock: FixedClock) -> None:
    """A value given at opening, set later, taken, pinned: the reason is that deed, with the words given for it."""
    number = desk.tickets.open("vpn drops", set={"impact": "low"})["number"]
    told = why_of(desk, number)["impact"]
    assert (told["value"], codes(told), told["policy"]) == ("low", ["why.by_hand"], None)
    clock.forward(60)
    desk.tickets.edit(number, set={"impact": "high"}, reason="the whole floor")
    told = why_of(desk, number)["impact"]
    assert (told["value"], codes(told)) == ("high", ["why.by_hand", "given"])
    assert "low" not in repr(told["reasons"])
    assert told["set"] == {
        "seq": desk.store.head(), "at": "2026-03-02T09:01:00Z", "actor": "ana", "verb": "ticket.edit", "origin": "cli",
    }  # fmt: skip
    desk.tickets.take(number)
    assert codes(why_of(desk, number)["assignee"]) == ["why.by_hand"]
    desk.tickets.pin(number, "critical", "the board is watching")
    told = why_of(desk, number)["priority"]
    assert [r["sentence"] for r in told["reasons"]] == ["pinned by hand to critical: the board is watching"]  # type: ignore[attr-defined]
    desk.tickets.prioritise(number)
    assert codes(why_of(desk, number)["priority"]) == ["priority.matrix"]
    assert why_of(desk, number)["priority"]["would_change"]


def test_the_rules_own_value_comes_back_with_their_reasons(desk: Desk) -> None:
    number = desk.tickets.open("vpn drops")["number"]
    before = why_of(desk, number)["category"]
    desk.tickets.edit(number, set={"category": "printing"})
    assert codes(why_of(desk, number)["category"]) == ["why.by_hand"]
    desk.undoing.last()
    assert why_of(desk, number)["category"] == before
    desk.tickets.edit(number, set={"category": "printing"})
    desk.tickets.classify(number, set={"category": "hardware"})
    told = why_of(desk, number)["category"]
    assert (told["value"], codes(told)) == ("hardware", ["why.by_hand"]), "given by hand beside the rules' proposal"
    desk.tickets.classify(number)
    assert why_of(desk, number)["category"]["reasons"] == before["reasons"]
