"""Recovery plans, runbooks, reviews and what follows from them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.desk import outbox
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.rules import review_text
from helpdesk_tui.rules.recovery import Plan, Runbook, closeness, exposure, recovery_clock, stages_left
from helpdesk_tui.rules.toml_form import parse_form
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid, NotFound
from helpdesk_tui.vocabulary.incidents import STAGES
from helpdesk_tui.vocabulary.instants import iso
from tests.desk_fixtures import START, FixedClock, as_person, clock, desk

__all__ = ["clock", "desk"]
PLAN = """\
rto = "1h"
rpo = "15m"
strategy = "standby"

[[steps]]
stage = "identify"
text = "Which node is down?"
owner = "operations"
target = "5m"

[[steps]]
stage = "restore"
text = "Promote the standby"
verify = "pg_ctl status"
rollback = "pg_ctl demote"
"""
BOOK = 'name = "Failover"\nservices = ["pay"]\nseverities = ["SEV1", "SEV2"]\n[[steps]]\ntext = "Stop writers"\n'
WHOLE = """\
## Summary
Down.
## Impact
All tills.
## Contributing factors
- [technical] disk full (L{line})
## Five whys
1. Why? => nobody looked (L{line})
2. Why was that so? =>
## Actions
- [prevent] rotate logs @ana 2027-01-15
- [process] write it down @ana 2027-01-15
"""


@pytest.fixture
def pay(desk: Desk, clock: FixedClock) -> Desk:
    desk.services.add("pay", "Payments")
    desk.plans.save("pay", PLAN)
    desk.plans.backup("pay", START - 600, source="bk-2")
    desk.runbooks.save("failover", BOOK)
    return desk


def declared(desk: Desk, severity: str = "SEV1", **more: Any) -> int:
    return int(desk.incidents.declare("Payments down", service="pay", severity=severity, **more)["number"])


def steps(desk: Desk, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.incidents.show(number)["steps"]
    return found


# -- plans and runbooks -------------------------------------------------------------------------------------------------


def test_a_plan_comes_back_in_the_form_in_which_it_was_written(pay: Desk) -> None:
    shown = pay.plans.show("pay")
    assert shown["document"] == PLAN and (shown["rto"], shown["rpo"], shown["age"]) == (3_600, 900, 600)
    assert pay.plans.save("pay", shown["document"])["version"] == shown["version"]
    assert [one["count"] for one in pay.plans.list()] == [2]
    book = pay.runbooks.show("failover")
    assert pay.runbooks.save("failover", book["document"])["version"] == book["version"]
    assert pay.audit.verify()["ok"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rto = "1x"', "1: rto: 1x is no duration"),
        ('rto = "2wd"', "real time"),
        (
            '[[steps]]\nstage = "verify"\ntext = "a"\n[[steps]]\nstage = "identify"\ntext = "b"',
            "must follow the stages",
        ),
        ('[[steps]]\nstge = "verify"', "1: steps[1].text: is missing (+2)"),
        ('strategy = "hope"', "1: strategy: 'hope' is not one of"),
        ("rto = ", "1:"),
    ],
)
def test_a_wrong_plan_is_refused_with_line_and_key(pay: Desk, text: str, said: str) -> None:
    before = pay.store.head()
    with pytest.raises(Invalid) as refused:
        pay.plans.save("pay", text)
    assert said in str(refused.value) and pay.store.head() == before


def test_an_owner_must_work_here_and_survives_a_rename(pay: Desk) -> None:
    with pytest.raises(DeskError):
        pay.plans.save("pay", PLAN.replace("operations", "nobody.knows"))
    pay.people.add("Bo", login="bo", agent=True)
    pay.plans.save("pay", PLAN.replace("operations", "bo"))
    pay.people.edit("bo", {"login": "bo.new"})
    assert pay.plans.show("pay")["steps"][0]["owner"] == "bo.new"


def test_a_copy_may_not_be_older_than_the_one_known(pay: Desk) -> None:
    with pytest.raises(Conflict, match="later copy"):
        pay.plans.backup("pay", START - 700)
    with pytest.raises(Invalid, match="not come yet"):
        pay.plans.backup("pay", START + 1)


def test_runbooks_fit_by_service_category_and_severity(pay: Desk) -> None:
    pay.runbooks.save("any", 'name = "Any"\n[[steps]]\ntext = "Breathe"\n')
    number = declared(pay)
    assert [one["code"] for one in pay.incidents.show(number)["runbooks"]] == ["failover", "any"]
    pay.incidents.runbook(number, "failover")
    assert [one["code"] for one in pay.incidents.show(number)["runbooks"]] == ["any"]
    with pytest.raises(Conflict, match="already"):
        pay.incidents.runbook(number, "failover")
    assert [one["code"] for one in pay.incidents.show(declared(pay, "SEV3"))["runbooks"]] == ["any"]
    pay.runbooks.remove("failover")
    assert [one["text"] for one in steps(pay, number) if one["plan"] == "failover"] == ["Stop writers"]


@pytest.mark.parametrize(
    ("names", "facts", "close"),
    [
        (((), (), ()), ("pay", "network.vpn", 1), 0),
        ((("pay",), ("network",), ("SEV1",)), ("pay", "network.vpn", 1), 3),
        (((), ("network",), ()), ("pay", "networks", 1), None),
        ((("pay",), (), ()), (None, None, 3), None),
        (((), (), ("SEV1", "SEV2")), (None, None, 2), 1),
    ],
)
def test_closeness(names: Any, facts: Any, close: int | None) -> None:
    assert closeness(*names, *facts) == close


# -- the recovery -------------------------------------------------------------------------------------------------------


def test_what_is_critical_starts_the_plan_of_its_service_by_itself(pay: Desk, clock: FixedClock) -> None:
    number = declared(pay, impact_started=START - 300, detected=START - 60)
    shown = pay.incidents.show(number)
    assert [one["stage"] for one in shown["steps"]] == [*STAGES]
    assert shown["recovery"] == {
        "rto": 3_600, "rto_from": iso(START - 300), "rto_due_at": iso(START + 3_300), "rto_met": None, "rpo": 900,
        "last_good_at": iso(START - 600), "at_risk": 300, "rpo_met": True,
    }  # fmt: skip
    assert pay.incidents.show(declared(pay, "SEV3"))["steps"] == []
    clock.forward(3_301)
    assert pay.incidents.show(number)["recovery"]["rto_met"] is False


def test_steps_are_ticked_off_in_the_timeline_and_begin_the_repair(pay: Desk, clock: FixedClock) -> None:
    number = declared(pay)
    first, _mobilise, restore, *_rest = steps(pay, number)
    clock.forward(60)
    begun = pay.incidents.step(number, first["id"], "begun")
    assert (begun["state"], begun["owner"]) == ("begun", "ana")
    assert pay.incidents.show(number)["stamps"]["engaged"] is None
    clock.forward(60)
    pay.incidents.step(number, first["id"])
    pay.incidents.step(number, restore["id"], "begun")
    clock.forward(60)
    done = pay.incidents.step(number, restore["id"])
    assert (done["begun_at"], done["done_at"], done["done_by"]) == (iso(START + 120), iso(START + 180), "ana")
    shown = pay.incidents.show(number)
    assert shown["stamps"]["engaged"] == iso(START + 120)
    told = [one["said"]["sentence"] for one in shown["entries"] if one["kind"] == "step"]
    assert told[1:] == [
        "begun: Which node is down?", "done: Which node is down?", "begun: Promote the standby", "done: Promote the standby",
    ]  # fmt: skip
    with pytest.raises(Conflict, match="so already"):
        pay.incidents.step(number, restore["id"])
    with pytest.raises(Invalid, match="why"):
        pay.incidents.step(number, restore["id"], "skipped")
    pay.undoing.last()
    assert next(one for one in steps(pay, number) if one["id"] == restore["id"])["state"] == "begun"
    with pytest.raises(Conflict, match="begun already"):
        pay.incidents.recover(number)
    assert pay.audit.verify()["ok"]


def test_without_a_plan_the_bare_stages_are_gone_through(desk: Desk) -> None:
    number = int(desk.incidents.declare("x")["number"])
    assert desk.incidents.show(number)["steps"] == []
    found = desk.incidents.recover(number)["steps"]
    assert [(one["stage"], one["text"]) for one in found] == [(stage, "") for stage in STAGES]
    desk.incidents.step(number, found[0]["id"])
    assert desk.incidents.show(number)["entries"][-1]["said"]["sentence"] == "identify: done"


def test_those_who_lead_are_told_how_little_time_is_left_and_once(pay: Desk, clock: FixedClock) -> None:
    pay.people.add("Bo", login="bo", agent=True)
    pay.notifying.add("webhook", "https://example.org/", person="bo")
    number = declared(pay)
    pay.incidents.offer(number, "operations", "bo")
    with as_person(pay, "bo2", "service_desk", agent=True):
        pass
    told = []
    for seconds in (2_699, 1, 899, 1, 600):
        clock.forward(seconds)
        pay.timers.fire_due()
        said = [one["said"]["code"] for one in pay.incidents.show(number)["entries"] if one["said"]]
        told.append([code for code in said if code.startswith("incident.rto")])
    assert told[0] == [] and told[1] == ["incident.rto_near"] == told[2]
    assert told[3] == ["incident.rto_near", "incident.rto_over"] == told[4]


def test_the_recovery_time_ends_when_users_can_work_again(pay: Desk, clock: FixedClock) -> None:
    number = declared(pay)
    clock.forward(1_000)
    pay.incidents.stamp(number, "mitigated")
    clock.forward(10_000)
    pay.timers.fire_due()
    shown = pay.incidents.show(number)
    assert shown["recovery"]["rto_met"] is True
    assert not [one for one in shown["entries"] if one["said"] and one["said"]["code"].startswith("incident.rto")]
    pay.tickets.resolve(number, resolution="x", cause="x", code="fixed")
    assert [(one["n"], one["value"]) for one in pay.kpis.show(["incident.rto"])] == [(1, 1.0)]


@given(
    rto=st.one_of(st.none(), st.integers(1, 10**6)),
    began=st.one_of(st.none(), st.integers(0, 10**9)),
    declared_at=st.integers(0, 10**9),
    pace=st.integers(1, 1_000),
)
def test_the_recovery_clock(rto: int | None, began: int | None, declared_at: int, pace: int) -> None:
    found = recovery_clock(rto, {"impact_started": began, "declared": declared_at}, pace=pace)
    if rto is None:
        assert found is None
        return
    assert found is not None and found.begins == (declared_at if began is None else began)
    assert found.begins <= found.near <= found.due and 1 <= found.due - found.begins <= max(1, rto)


def test_what_is_at_risk_is_never_nothing_where_no_copy_is_known() -> None:
    assert exposure(100, None, 200) is None and exposure(100, 40, 200) == 60 and exposure(None, 40, 200) == 160
    assert stages_left([("verify", False), ("identify", True), ("restore", False)]) == ["restore", "verify"]


# -- reviews ------------------------------------------------------------------------------------------------------------


def over(desk: Desk, clock: FixedClock, severity: str = "SEV1") -> int:
    number = declared(desk, severity, impact_started=START - 1_200, detected=START - 60)
    clock.forward(900)
    desk.incidents.note(number, "disk full", pin=True)
    desk.tickets.resolve(number, resolution="freed", cause="log rotation was off", code="fixed")
    return number


def test_a_grave_incident_is_not_closed_without_a_review(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock)
    with pytest.raises(Conflict, match="SEV1: it is closed only with"):
        pay.tickets.close(number)
    skipped = pay.bulk.close(numbers=[number])
    assert skipped["changed"] == 0 and len(skipped["skipped"]) == 1
    owed = pay.reviews.list()
    assert [(one["number"], one["state"], one["owner"]) for one in owed] == [(number, "draft", "ana")]
    pay.reviews.waive(number, "same cause as before")
    assert pay.tickets.close(number)["state"] == "closed"
    assert pay.reviews.show(number)["waived_by"] == "ana"


@pytest.mark.parametrize(("severity", "nature"), [("SEV3", "real"), ("SEV1", "drill")])
def test_smaller_ones_and_drills_are(pay: Desk, clock: FixedClock, severity: str, nature: str) -> None:
    number = declared(pay, severity, nature=nature)
    pay.tickets.resolve(number, resolution="x", cause="x", code="fixed")
    assert pay.tickets.close(number)["state"] == "closed" and pay.reviews.list("all") == []


def test_the_draft_tells_what_the_record_tells(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock)
    review = pay.reviews.draft(number)
    assert review["document"]["factors"][0]["text"] == "log rotation was off"
    assert "SEV1, from " in review["document"]["summary"] and "RTO 1 h: met" in review["document"]["impact"]
    assert any("before anybody knew" in text for text in review["document"]["badly"])
    assert review["missing"] == [] and "disk full" in review["text"]
    with pytest.raises(Conflict, match="begun already"):
        pay.reviews.draft(number)
    assert review_text.read(review["text"]).document["factors"] == review["document"]["factors"]


def test_from_the_edit_to_what_follows(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock)
    pay.reviews.draft(number)
    line = pay.incidents.show(number)["pinned"][0]["id"]
    with pytest.raises(Conflict, match="not approved"):
        pay.reviews.publish(number)
    with pytest.raises(Invalid, match="no line 9999"):
        pay.reviews.edit(number, WHOLE.format(line=9_999))
    edited = pay.reviews.edit(number, WHOLE.format(line=line))
    assert [(one["action"], one["owner"]) for one in edited["actions"]] == [("prevent", "ana"), ("process", "ana")]
    assert pay.reviews.edit(number, edited["text"])["actions"] == edited["actions"]
    pay.reviews.approve(number)
    published = pay.reviews.publish(number)
    results = [one["result"] for one in published["actions"]]
    kinds = [pay.tickets.show(one)["kind"] for one in results]
    assert kinds == ["problem", "improvement"]
    assert "log" in str(pay.tickets.comments(number)[-1].body)
    assert pay.tickets.close(number)["state"] == "closed"
    with pytest.raises(Conflict, match="is published"):
        pay.reviews.edit(number, WHOLE.format(line=line))
    done = pay.incidents.show(number)["tasks"]
    assert [one["done_at"] for one in done] == [None, None]
    pay.tickets.cancel(results[1], reason="not needed")
    assert {one["id"]: one["done_at"] is None for one in pay.incidents.show(number)["tasks"]} == {
        published["actions"][0]["id"]: True, published["actions"][1]["id"]: False,
    }  # fmt: skip
    assert pay.audit.verify()["ok"]


def test_late_reviews_and_actions_are_told_of_and_seen(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock)
    pay.incidents.task(number, "alert on disks", owner="ana", due=clock() + 3_600, action="detect")
    assert pay.reviews.list("overdue") == [] == pay.reviews.actions("overdue")
    clock.forward(8 * 86_400)
    pay.timers.fire_due()
    assert [one["number"] for one in pay.reviews.list("overdue")] == [number]
    assert [one["text"] for one in pay.reviews.actions("overdue")] == ["alert on disks"]
    said = [one["said"]["code"] for one in pay.incidents.show(number)["entries"] if one["said"]]
    assert said.count("review.due") == 1 == said.count("incident.action_due")


def test_a_review_is_due_after_the_last_end(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock)
    first = pay.reviews.show(number)["due_at"]
    pay.tickets.reopen(number, reason="back")
    assert pay.reviews.show(number)["due_at"] is None
    clock.forward(12 * 86_400)
    pay.timers.fire_due()
    said = [one["said"]["code"] for one in pay.incidents.show(number)["entries"] if one["said"]]
    assert "review.due" not in said and pay.reviews.list("overdue") == []
    pay.tickets.resolve(number, resolution="freed", cause="log rotation", code="fixed")
    again = pay.reviews.show(number)["due_at"]
    assert iso(clock()) < again != first
    pay.undoing.last()
    assert pay.reviews.show(number)["due_at"] is None
    pay.undoing.redo()
    assert pay.reviews.show(number)["due_at"] == again and pay.audit.verify()["ok"]


def test_what_turns_out_grave_after_its_end_owes_a_review(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock, "SEV3")
    assert pay.reviews.list() == []
    pay.incidents.severity(number, "SEV1")
    assert [(one["number"], one["state"]) for one in pay.reviews.list()] == [(number, "draft")]
    assert pay.audit.verify()["ok"]


def test_a_task_becomes_a_ticket_of_its_owner(pay: Desk) -> None:
    number = declared(pay)
    task = pay.incidents.task(number, "look at the disks", owner="ana")["id"]
    made = pay.incidents.follow(number, task, kind="change")
    ticket = pay.tickets.show(made["result"])
    assert (ticket["kind"], ticket["assignee"], ticket["title"]) == ("change", "ana", "look at the disks")
    with pytest.raises(Conflict, match="already"):
        pay.incidents.follow(number, task)
    with pytest.raises(NotFound):
        pay.incidents.follow(number, task + 1)
    pay.undoing.last()
    assert pay.incidents.show(number)["tasks"][0]["result"] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "line 1: write below a heading"),
        ("## Nonsense\nx", "line 1: Nonsense is no part"),
        ("## Contributing factors\n- [weather] rain", "line 2: write a factor"),
        ("## Five whys\n1. because", "line 2: write a why"),
        ("## Actions\n- [prevent] x", "line 2: an action needs an owner"),
        ("## Actions\n- [hope] x @ana 2027-01-01", "line 2: write an action"),
        ("## Went well\nall of it", "line 2: begin each entry"),
    ],
)
def test_an_edited_review_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        review_text.read(text)
    assert said in str(refused.value)


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@given(
    factors=st.lists(st.tuples(WORDS, st.lists(st.integers(1, 10**6), max_size=3)), max_size=4),
    whys=st.lists(st.tuples(WORDS, WORDS, st.lists(st.integers(1, 10**6), max_size=3)), max_size=5),
    lists=st.lists(WORDS, max_size=4),
    language=st.sampled_from([None, "en", "zh_CN"]),
)
def test_what_is_written_is_read_again(factors: Any, whys: Any, lists: Any, language: str | None) -> None:
    document = {
        **dict.fromkeys(review_text.TEXTS, "some words"), **dict.fromkeys(review_text.LISTS, lists),
        "factors": [{"category": "process", "text": text, "lines": lines} for text, lines in factors],
        "whys": [{"why": why, "because": because, "lines": lines} for why, because, lines in whys],
    }  # fmt: skip
    assert review_text.read(review_text.write("x", document, [], ["L1 now x: y"], language)).document == document


def test_a_number_that_no_line_can_have_is_words() -> None:
    endless = f"(L{'9' * 5_000})"
    read = review_text.read(f"## Contributing factors\n- [technical] disk full {endless}\n")
    assert read.document["factors"] == [{"category": "technical", "text": f"disk full {endless}", "lines": []}]


def test_documents_are_checked_forms() -> None:
    assert parse_form("", Plan).steps == () and parse_form(BOOK, Runbook).services == ("pay",)


# -- drills -------------------------------------------------------------------------------------------------------------

SCENARIO = """\
title = "Payments database lost"
service = "pay"
pace = 10

[targets]
acknowledged = "5m"
mitigated = "40m"

[[events]]
text = "PayDbDown on pay-db-01"

[[events]]
at = "10m"
text = "PayApiErrors at 80 %"

[[events]]
at = "15m"
kind = "note"
text = "the shop calls: nobody can pay"
"""


def heard(desk: Desk, number: int) -> list[tuple[str, str]]:
    return [(one["kind"], one["body"]) for one in desk.incidents.show(number)["entries"] if one["source"] == "scenario"]


def test_a_drill_plays_its_scenario_faster_than_real(pay: Desk, clock: FixedClock) -> None:
    shown = pay.incidents.drill(SCENARIO)
    number = shown["number"]
    assert shown["title"].startswith("DRILL") and (shown["nature"], shown["pace"]) == ("drill", 10)
    assert shown["recovery"]["rto_due_at"] == iso(START + 360) and shown["internal_due_at"] == iso(START + 90)
    assert heard(pay, number) == [("alert", "PayDbDown on pay-db-01")]
    clock.forward(59)
    pay.timers.fire_due()
    assert len(heard(pay, number)) == 1
    clock.forward(1_000)
    pay.timers.fire_due()
    pay.timers.fire_due()
    entries = [one for one in pay.incidents.show(number)["entries"] if one["source"] == "scenario"]
    assert [one["occurred_at"] for one in entries] == [iso(START), iso(START + 60), iso(START + 90)]
    assert pay.audit.verify()["ok"]


def test_a_drill_tells_nobody_outside_and_counts_nowhere(pay: Desk, clock: FixedClock) -> None:
    pay.notifying.add("webhook", "https://example.org/", person="ana")
    before = {one["id"]: one["n"] for one in pay.kpis.show(["mtt*", "incident.*"])}
    number = pay.incidents.drill(SCENARIO)["number"]
    pay.paging.page(number, people=["ana"], reason="x")
    pay.incidents.publish(number, external="down", internal="down")
    clock.forward(3_600)
    pay.timers.fire_due()
    pay.tickets.resolve(number, resolution="x", cause="x", code="fixed")
    outbox.collect(pay)
    found = pay.store.query("SELECT DISTINCT channel FROM outbox WHERE number = ?", (number,))
    assert found == [("console",)]
    assert {one["id"]: one["n"] for one in pay.kpis.show(["mtt*", "incident.*"])} == before


def test_a_drill_is_scored_in_the_time_of_its_scenario(pay: Desk, clock: FixedClock) -> None:
    number = pay.incidents.drill(SCENARIO)["number"]
    parts = {one["what"]: one["points"] for one in pay.incidents.score(number)["parts"]}
    assert parts == {"steps": 0, "roles": 3}
    pay.paging.page(number, people=["ana"], reason="x")
    clock.forward(24)
    pay.paging.ack(number)
    for step in pay.incidents.show(number)["steps"]:
        pay.incidents.step(number, step["id"])
    for role in ("operations", "communications"):
        pay.incidents.offer(number, role, "me")
    clock.forward(216)
    pay.incidents.publish(number, internal="up again")
    pay.incidents.stamp(number, "mitigated")
    found = pay.incidents.score(number)
    told = {one["what"]: (one["points"], one["actual"]) for one in found["parts"]}
    assert told == {
        "acknowledged": (20, 240), "mitigated": (20, 2_400), "rto": (20, None), "updates": (0, 0), "steps": (10, 5),
        "roles": (10, 3),
    }  # fmt: skip
    assert found["percent"] == 80 * 100 // 95 and found["pace"] == 10
    with pytest.raises(Conflict, match="no drill"):
        pay.incidents.score(declared(pay))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "title: is missing"),
        ('title = "x"\npace = 0', "2: pace"),
        ('title = "x"\n[[events]]\nat = "2m"\ntext = "a"\n[[events]]\nat = "1m"\ntext = "b"', "order of their times"),
        ('title = "x"\nservice = "nonsuch"', "nonsuch"),
    ],
)
def test_a_wrong_scenario_is_refused(pay: Desk, text: str, said: str) -> None:
    with pytest.raises(DeskError) as refused:
        pay.incidents.drill(text)
    assert said in str(refused.value)


def test_merging_is_no_way_round_a_review(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock)
    plain = pay.tickets.open("the tills again", set={"kind": "incident"})["number"]
    with pytest.raises(Conflict, match="SEV1: it is closed only with"):
        pay.tickets.merge(number, plain)
    grave = declared(pay, "SEV2")
    pay.tickets.merge(number, grave)
    assert pay.reviews.list("all") == [] and pay.tickets.show(number)["state"] == "closed"


def test_what_is_at_risk_stands_still_once_users_can_work_again(pay: Desk, clock: FixedClock) -> None:
    number = declared(pay)
    clock.forward(100)
    pay.incidents.stamp(number, "mitigated")
    before = pay.incidents.show(number)["recovery"]
    clock.forward(86_400)
    assert pay.incidents.show(number)["recovery"] == before and before["at_risk"] == 700


def test_the_line_of_a_known_action_changes_it(pay: Desk, clock: FixedClock) -> None:
    number = over(pay, clock)
    pay.people.add("Bo", login="bo", agent=True)
    task = pay.incidents.task(number, "alert on disks", owner="ana", due=clock() + 86_400, action="detect")["id"]
    text = pay.reviews.draft(number)["text"]
    assert pay.reviews.edit(number, text)["actions"][0]["text"] == "alert on disks"
    line = next(line for line in text.splitlines() if line.startswith(f"- #{task} "))
    changed = pay.reviews.edit(number, text.replace(line, f"- #{task} [prevent] rotate logs @bo 2027-02-03"))["actions"]
    found = [(one["id"], one["action"], one["text"], one["owner"], one["due_at"][:10]) for one in changed]
    assert found == [(task, "prevent", "rotate logs", "bo", "2027-02-03")]
    with pytest.raises(NotFound, match="no task 999"):
        pay.reviews.edit(number, text.replace(line, "- #999 [prevent] x"))
    with pytest.raises(NotFound):
        pay.reviews.edit(number, text.replace(line, f"- #{'9' * 60} [prevent] x"))
    became = pay.incidents.follow(number, task)["result"]
    again = pay.reviews.edit(number, pay.reviews.show(number)["text"])["actions"]
    assert [(one["text"], one["result"]) for one in again] == [("rotate logs", became)]
    assert pay.audit.verify()["ok"]
