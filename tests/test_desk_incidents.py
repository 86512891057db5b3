"""Incidents at the desk: declared, led, written down, told of, taken back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import outbox
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid, NotFound, NotPermitted, Usage
from helpdesk_tui.vocabulary.instants import iso
from tests.desk_fixtures import ANA, START, FixedClock, as_person, by_json, clock, desk

__all__ = ["clock", "desk"]


@pytest.fixture
def bo(desk: Desk) -> Iterator[Desk]:
    with as_person(desk, "bo", "service_desk", agent=True) as other:
        yield other


def room(desk: Desk, title: str = "Payments API down", **more: Any) -> int:
    return int(desk.incidents.declare(title, **more)["number"])


def words(shown: dict[str, Any]) -> list[str]:
    return [one["body"] or one["said"]["sentence"] for one in shown["entries"]]


def test_a_title_is_enough(desk: Desk) -> None:
    shown = by_json(desk, "incident.declare", {"title": "Payments API down"})
    assert (shown["severity"], shown["priority"], shown["nature"], shown["state"]) == (
        "SEV2",
        "critical",
        "real",
        "new",
    )
    assert shown["stamps"]["declared"] == iso(START) and shown["stamps"]["detected"] is None
    assert shown["roles"]["commander"] == {
        "person": "ana", "offered": None, "offered_at": None, "accepted_at": iso(START)
    }  # fmt: skip
    assert (shown["internal_due_at"], shown["external_due_at"]) == (iso(START + 1_800), iso(START + 3_600))
    assert words(shown) == ["declared an incident of SEV2", "ana is commander"]
    ticket = desk.tickets.show(shown["number"])
    assert ticket["kind"] == "incident" and ticket["major"] and ticket["title"] == "Payments API down"
    assert desk.audit.verify()["ok"]


def test_a_ticket_is_declared_by_what_its_priority_means(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("VPN drops", set={"kind": "incident", "impact": "high", "urgency": "high"})["number"]
    clock.forward(600)
    shown = desk.incidents.declare(number=number, impact_started=START - 300)
    assert shown["severity"] == "SEV1" and shown["stamps"]["impact_started"] == iso(START - 300)
    assert (shown["stamps"]["detected"], shown["stamps"]["declared"]) == (iso(START), iso(START + 600))
    with pytest.raises(Conflict, match="already"):
        desk.incidents.declare(number=number)
    desk.undoing.last()
    with pytest.raises(Conflict, match="not declared"):
        desk.incidents.show(number)
    assert desk.tickets.show(number)["major"] is False


def test_an_alert_is_declared_with_its_ticket_or_a_new_one(desk: Desk, clock: FixedClock) -> None:
    event = {"source": "generic", "status": "firing", "severity": "info", "key": "k", "summary": "disk full on db1"}
    desk.events.ingest([event])
    clock.forward(60)
    shown = desk.incidents.declare(alert=1, severity="1")
    assert shown["title"] == "disk full on db1" and shown["stamps"]["detected"] == iso(START)
    assert desk.alerts.show(1)["number"] == shown["number"]
    desk.undoing.last()
    assert desk.alerts.show(1)["number"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        {}, {"title": "x", "number": 1}, {"title": "  "}, {"title": "x", "severity": "SEV6"}, {"title": "x", "nature": "y"},
        {"number": 99}, {"alert": 99}, {"title": "x", "impact_started": START + 1}, {"title": "x", "detected": START + 1},
        {"title": "x", "detected": START - 10, "impact_started": START - 5},
    ],
)  # fmt: skip
def test_what_cannot_be_declared(desk: Desk, arguments: dict[str, Any]) -> None:
    head = desk.store.head()
    with pytest.raises(DeskError):
        desk.incidents.declare(**arguments)
    assert desk.store.head() == head


def test_other_kinds_and_ended_tickets_are_not_declared(desk: Desk) -> None:
    request = desk.tickets.open("A mouse, please", set={"kind": "request"})["number"]
    with pytest.raises(Conflict, match="no incident"):
        desk.incidents.declare(number=request)
    over = desk.tickets.open("Over", set={"kind": "incident"})["number"]
    desk.tickets.take(over)
    desk.tickets.resolve(over, resolution="done", cause="x")
    with pytest.raises(Conflict, match="reopen"):
        desk.incidents.declare(number=over)
    assert desk.incidents.declare(number=over, nature="backfilled")["internal_due_at"] is None


def test_the_severity_leads_priority_and_cadence(desk: Desk, clock: FixedClock) -> None:
    number = room(desk)
    clock.forward(60)
    shown = desk.incidents.severity(number, "sev1", reason="shops are closed")
    assert (shown["severity"], shown["priority"]) == ("SEV1", "critical")
    assert (shown["internal_due_at"], shown["external_due_at"]) == (iso(START + 900), iso(START + 1_800))
    shown = desk.incidents.severity(number, "SEV4")
    assert (shown["severity"], shown["internal_due_at"], shown["external_due_at"]) == ("SEV4", None, None)
    with pytest.raises(Conflict):
        desk.incidents.severity(number, "4")
    desk.undoing.last()
    assert desk.incidents.show(number)["internal_due_at"] == iso(START + 900)


def test_stamps_keep_their_order_and_every_change_is_kept(desk: Desk, clock: FixedClock) -> None:
    number = room(desk)
    clock.forward(3_600)
    desk.incidents.stamp(number, "impact started", START - 600)
    desk.incidents.stamp(number, "engaged", START + 300)
    shown = desk.incidents.stamp(number, "mitigated", reason="failed over")
    assert shown["stamps"]["mitigated"] == iso(START + 3_600)
    for stamp, at in (
        ("detected", START - 601), ("detected", START + 1), ("engaged", START - 1), ("mitigated", START + 299),
        ("resolved", START + 3_599), ("closed", START + 3_601), ("nothing", START), ("declared", START - 601),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            desk.incidents.stamp(number, stamp, at)
    with pytest.raises(Usage):
        desk.incidents.stamp(number, "declared", clear=True)
    assert desk.incidents.stamp(number, "engaged", START + 400)["stamps"]["engaged"] == iso(START + 400)
    assert desk.incidents.stamp(number, "engaged", clear=True)["stamps"]["engaged"] is None
    sentences = [one["said"]["sentence"] for one in desk.incidents.show(number)["entries"] if one["kind"] == "stamp"]
    assert f"engaged: {iso(START + 300)} became {iso(START + 400)}" in sentences
    assert f"engaged: {iso(START + 400)} was taken away" in sentences
    assert desk.audit.verify()["ok"]


def test_a_mitigated_incident_may_speak_half_as_often(desk: Desk, clock: FixedClock) -> None:
    number = room(desk, severity="SEV1")
    clock.forward(600)
    assert desk.incidents.stamp(number, "mitigated")["internal_due_at"] == iso(START + 1_800)
    assert desk.incidents.stamp(number, "mitigated", clear=True)["internal_due_at"] == iso(START + 900)
    assert desk.incidents.stamp(number, "resolved")["internal_due_at"] is None


def test_the_life_of_the_ticket_stamps_the_room(desk: Desk, clock: FixedClock) -> None:
    number = room(desk)
    desk.tickets.take(number)
    clock.forward(600)
    desk.tickets.resolve(number, resolution="restarted", cause="x")
    shown = desk.incidents.show(number)
    assert shown["stamps"]["mitigated"] == shown["stamps"]["resolved"] == iso(START + 600)
    assert shown["internal_due_at"] is None
    clock.forward(300)
    desk.tickets.reopen(number, reason="it is back")
    shown = desk.incidents.show(number)
    assert shown["stamps"]["mitigated"] is None and shown["over"] == [[iso(START + 600), iso(START + 900)]]
    assert shown["internal_due_at"] == iso(START + 900 + 1_800)
    desk.undoing.last()
    shown = desk.incidents.show(number)
    assert shown["stamps"]["resolved"] == iso(START + 600) and shown["over"] == []
    assert desk.audit.verify()["ok"]


def test_an_acknowledged_page_stamps_the_room(desk: Desk, clock: FixedClock, bo: Desk) -> None:
    number = room(desk)
    desk.paging.page(number, reason="now", people=["bo"])
    clock.forward(240)
    bo.paging.ack(number)
    assert desk.incidents.show(number)["stamps"]["acknowledged"] == iso(START + 240)


def test_a_role_is_offered_taken_and_handed_over(desk: Desk, bo: Desk, clock: FixedClock) -> None:
    number = room(desk)
    shown = desk.incidents.offer(number, "commander", "bo")
    assert shown["roles"]["commander"]["person"] == "ana" and shown["roles"]["commander"]["offered"] == "bo"
    clock.forward(30)
    shown = bo.incidents.accept(number)
    assert shown["roles"]["commander"] | {"offered_at": None} == {
        "person": "bo", "offered": None, "offered_at": None, "accepted_at": iso(START + 30)
    }  # fmt: skip
    assert "bo takes over as commander from ana" in words(shown)
    desk.incidents.offer(number, "ops", "bo")
    bo.incidents.accept(number, decline=True)
    assert desk.incidents.show(number)["roles"]["operations"]["person"] is None
    with pytest.raises(Conflict, match="nobody asked"):
        bo.incidents.accept(number)
    assert bo.incidents.offer(number, "scribe")["roles"]["scribe"]["person"] == "bo"
    assert bo.incidents.release(number, "scribe")["roles"]["scribe"]["person"] is None
    with pytest.raises(Conflict):
        bo.incidents.release(number, "scribe")
    for role, person in (("king", "bo"), ("c", "bo"), ("commander", "bo"), ("scribe", "nobody")):
        with pytest.raises(DeskError):
            desk.incidents.offer(number, role, person)
    notified = [r for r in desk.tickets.log(number) for r in r["reasons"] if r["code"] == "notify.people"]
    assert [(r["what"], r["role"]) for r in notified] == [
        ("incident.role", "commander"),
        ("incident.role", "operations"),
    ]


def test_one_holder_of_a_role_at_any_time(desk: Desk, bo: Desk) -> None:
    number = room(desk)
    for _round in range(3):
        desk.incidents.offer(number, "commander", "bo")
        bo.incidents.accept(number, "commander")
        bo.incidents.offer(number, "commander", "ana")
        desk.incidents.accept(number, "commander")
        held = desk.store.query(
            "SELECT count(*) FROM incident_role WHERE role = 'commander' AND accepted_at IS NOT NULL AND ended_at IS NULL"
        )
        assert held == [(1,)]


def test_lines_have_the_time_at_which_it_happened(desk: Desk, clock: FixedClock) -> None:
    number = room(desk)
    clock.forward(3_600)
    made = desk.incidents.note(number, "10m ago failover started")
    assert (made["body"], made["occurred_at"], made["recorded_at"]) == (
        "failover started", iso(START + 3_000), iso(START + 3_600)
    )  # fmt: skip
    assert desk.incidents.note(number, "plain words", at=START + 60)["occurred_at"] == iso(START + 60)
    assert desk.incidents.note(number, "10:55 in Berlin", tz="Europe/Berlin")["occurred_at"] == iso(START + 3_300)
    assert words(desk.incidents.show(number))[2:] == ["plain words", "failover started", "in Berlin"]
    with pytest.raises(Invalid):
        desk.incidents.note(number, "later", at=START + 3_601)
    with pytest.raises(Invalid):
        desk.incidents.note(number, " \n ")
    assert [one["body"] for one in desk.incidents.show(number, limit=1)["entries"]] == ["in Berlin"]


def test_what_a_program_printed_is_masked_and_bounded(desk: Desk) -> None:
    number = room(desk)
    made = desk.incidents.note(number, "10m ago x\npassword=hunter2\n" + "y" * 100_000, capture=True)
    assert made["kind"] == "capture" and made["masked"] == 1 and made["left_out"] > 30_000
    assert made["body"].startswith("10m ago x\npassword=[masked]\n") and len(made["body"]) < 66_000
    assert "hunter2" not in Path(desk.store.path).read_bytes().decode("latin-1")


def test_pins_and_strikes(desk: Desk, bo: Desk) -> None:
    number = room(desk)
    made = [desk.incidents.note(number, f"line {n}", pin=n < 7)["id"] for n in range(8)]
    with pytest.raises(Conflict, match="7"):
        desk.incidents.pin(number, made[7])
    desk.incidents.pin(number, made[0], remove=True)
    desk.incidents.pin(number, made[7])
    assert [one["body"] for one in desk.incidents.show(number)["pinned"]] == [f"line {n}" for n in range(1, 8)]
    struck = desk.incidents.strike(number, made[7])
    assert struck["struck_at"] == iso(START) and not struck["pinned"]
    assert bo.incidents.strike(number, made[6])["struck_at"]
    assert desk.incidents.strike(number, made[6], remove=True)["struck_at"] is None
    other = room(desk, "Another")
    for call in (desk.incidents.pin, desk.incidents.strike):
        with pytest.raises(NotFound):
            call(other, made[0])


def test_things_to_do(desk: Desk, bo: Desk, clock: FixedClock) -> None:
    number = room(desk)
    first = desk.incidents.task(number, "drain pay-api-01", owner="bo")
    action = desk.incidents.task(number, "alert on queue length", owner="bo", due=START + 86_400, action="detect")
    assert (first["kind"], first["owner"], action["kind"], action["action"]) == ("task", "bo", "action", "detect")
    clock.forward(60)
    assert bo.incidents.done(number, first["id"])["done_by"] == "bo"
    assert [one["text"] for one in desk.incidents.show(number)["tasks"]] == [
        "alert on queue length",
        "drain pay-api-01",
    ]
    with pytest.raises(Conflict):
        bo.incidents.done(number, first["id"])
    assert bo.incidents.done(number, first["id"], remove=True)["done_at"] is None
    for wrong in ({"action": "detect"}, {"action": "hope", "owner": "bo", "due": START}, {"owner": "nobody"}):
        with pytest.raises(DeskError):
            desk.incidents.task(number, "x", **wrong)
    with pytest.raises(NotFound):
        desk.incidents.done(room(desk, "Another"), first["id"])


def test_children_and_those_affected_are_counted(desk: Desk) -> None:
    number = room(desk)
    for n in range(3):
        child = desk.tickets.open(f"Cannot pay {n}", requester=f"p{n % 2}@example.org")["number"]
        desk.tickets.edit(child, set={"parent": str(number), "affected_users": "100"})
    shown = desk.incidents.show(number)
    assert (shown["children"], shown["requesters"], shown["users"]) == (3, 2, 300)
    assert desk.incidents.list()[0]["users"] == 300


def test_one_update_answers_all_linked_tickets_in_their_language(desk: Desk, bo: Desk, clock: FixedClock) -> None:
    number = room(desk, severity="SEV1")
    desk.incidents.offer(number, "communications", "bo")
    bo.incidents.accept(number)
    children = {}
    for language in ("en", "zh_CN"):
        address = f"{language}@example.org"
        desk.people.add(language, email=address, language=language)
        children[language] = desk.tickets.open("Cannot pay", requester=address)["number"]
        desk.tickets.edit(children[language], set={"parent": str(number)})
    clock.forward(600)
    texts = {"internal": "standby holds", "external": "We work on it.", "external_zh": "我们正在处理。"}
    rehearsed = desk.incidents.publish(number, **texts, dry_run=True)
    assert rehearsed["update"] is None and rehearsed["people"] == ["bo"]
    assert set(children.values()) < set(rehearsed["tickets"])
    assert desk.incidents.show(number)["updates"] == []
    done = desk.incidents.publish(number, **texts)
    assert done["tickets"] == rehearsed["tickets"] and done["update"]["answered"] == done["tickets"]
    assert (done["internal_due_at"], done["external_due_at"]) == (iso(START + 1_500), iso(START + 2_400))
    said = {language: desk.tickets.comments(child)[-1].body for language, child in children.items()}
    assert said == {"en": "We work on it.", "zh_CN": "我们正在处理。"}
    assert "standby" not in json.dumps([c.body for n in children.values() for c in desk.tickets.comments(n)])
    desk.undoing.last()
    assert all(desk.tickets.comments(child) == [] for child in children.values())
    assert desk.incidents.show(number)["updates"] == []
    with pytest.raises(Usage):
        desk.incidents.publish(number, internal="  ")
    assert desk.audit.verify()["ok"]


def test_a_drill_tells_nobody_outside_and_pages_nobody(desk: Desk) -> None:
    number = room(desk, nature="drill")
    child = desk.tickets.open("Cannot pay", requester="p@example.org")["number"]
    desk.tickets.edit(child, set={"parent": str(number)})
    done = desk.incidents.publish(number, external="only a drill")
    assert done["tickets"] == [] and desk.tickets.comments(child) == []
    assert not any(
        r["code"].startswith(("notify.", "escalation.")) for e in desk.tickets.log(number) for r in e["reasons"]
    )


def test_a_due_update_is_reminded_of_once(desk: Desk, bo: Desk, clock: FixedClock) -> None:
    number = room(desk)
    desk.incidents.offer(number, "communications", "bo")
    bo.incidents.accept(number)
    clock.forward(1_800)
    assert desk.timers.fire_due()["reminded"] == [number]
    assert desk.timers.fire_due().get("reminded") is None
    entry = next(one for one in desk.tickets.log(number) if one["verb"] == "incident.remind")
    told = next(r for r in entry["reasons"] if r["code"] == "notify.people")
    assert (entry["origin"], told["what"], len(told["people"])) == ("timer", "incident.update_due", 2)
    desk.incidents.publish(number, internal="no change")
    clock.forward(1_800)
    assert desk.timers.fire_due()["reminded"] == [number, number], "inside and outside"
    desk.tickets.take(number)
    desk.tickets.resolve(number, resolution="x", cause="x")
    clock.forward(86_400)
    assert desk.timers.fire_due().get("reminded") is None


def test_a_room_is_written_on_elsewhere_and_merged_back(desk: Desk, tmp_path: Path, clock: FixedClock) -> None:
    """Both sides wrote on; each gets the other's lines once, and nothing is lost or doubled."""
    number = room(desk)
    kept = desk.incidents.note(number, "both know this")
    with Desk.open(tmp_path / "away.db", user=ANA, clock=clock) as away:
        there = int(away.incidents.declare("Payments API down")["number"])
        assert away.incidents.merge(there, desk.incidents.export(number))["added"] == 3
        clock.forward(60)
        away.incidents.note(there, "written away")
        desk.incidents.note(number, "written at home")
        desk.incidents.strike(number, kept["id"])
        for _again in range(2):
            back = desk.incidents.merge(number, json.loads(json.dumps(away.incidents.export(there))))
            forth = away.incidents.merge(there, json.loads(json.dumps(desk.incidents.export(number))))
        assert (back["added"], forth["added"]) == (0, 0)
        mine, theirs = desk.incidents.show(number), away.incidents.show(there)
        key = [(one["uid"], one["occurred_at"], one["body"], one["struck_at"]) for one in mine["entries"]]
        assert sorted(key) == sorted((o["uid"], o["occurred_at"], o["body"], o["struck_at"]) for o in theirs["entries"])
        document = away.incidents.export(there)
        document["entries"][-1]["body"] = "other words"
        assert desk.incidents.merge(number, document)["conflicts"] == [document["entries"][-1]["uid"]]
        assert "other words" not in json.dumps(desk.incidents.show(number))


@pytest.mark.parametrize(
    "entries",
    [
        None, [1], [{}], [{"uid": "a" * 65, "kind": "note"}], [{"uid": "a", "kind": "x", "occurred_at": "2026-01-01"}],
        [{"uid": "a", "kind": "note", "occurred_at": "yesterday", "recorded_at": "2026-01-01"}],
        [{"uid": "a", "kind": "note", "occurred_at": "2026-01-01", "recorded_at": "2027-01-01"}],
        [{"uid": "a", "kind": "note", "occurred_at": "2026-01-01", "recorded_at": "2026-01-01", "body": 7}],
        [{"uid": "a", "kind": "note", "occurred_at": 1, "recorded_at": 1}],
    ],
)  # fmt: skip
def test_what_is_no_room_is_refused_whole(desk: Desk, entries: Any) -> None:
    number = room(desk)
    head = desk.store.head()
    with pytest.raises(Invalid):
        desk.incidents.merge(number, {"format": "helpdesk-room", "entries": entries})
    with pytest.raises(Invalid):
        desk.incidents.merge(number, {"entries": []})
    assert desk.store.head() == head


def test_an_incident_is_written_down_afterwards(desk: Desk, clock: FixedClock) -> None:
    number = room(desk, nature="backfilled")
    notes = (
        "2026-03-01 22:00 alarm\n22:05 no such hour yet today\n  its stack\n\n2026-03-01T22:10:00Z back, token=abc123\n"
    )
    assert desk.incidents.backfill(number, notes) == {"added": 3, "masked": 1}
    assert desk.incidents.backfill(number, notes)["added"] == 0
    shown = desk.incidents.show(number)
    assert words(shown)[:3] == ["alarm", "no such hour yet today\n  its stack", "back, token=[masked]"]
    with pytest.raises(Invalid, match="first line"):
        desk.incidents.backfill(number, "no time\n22:00 alarm")


def test_the_list_shows_the_gravest_first(desk: Desk, clock: FixedClock) -> None:
    numbers = []
    for severity in ("SEV3", "SEV1", "SEV2"):
        numbers.append(room(desk, severity, severity=severity))
        clock.forward(1)
    desk.tickets.take(numbers[2])
    desk.tickets.resolve(numbers[2], resolution="x", cause="x")
    assert [one["title"] for one in desk.incidents.list()] == ["SEV1", "SEV3"]
    assert [one["title"] for one in desk.incidents.list("over")] == ["SEV2"]
    assert [one["title"] for one in desk.incidents.list("all", severity="SEV1")] == ["SEV1"]
    assert desk.incidents.list(limit=1)[0]["commander"] == "ana"
    with pytest.raises(Invalid):
        desk.incidents.list("closed")


def test_requesters_see_no_room(desk: Desk) -> None:
    number = room(desk)
    with as_person(desk, "caller", "requester") as caller:
        for call in (
            lambda: caller.incidents.show(number), lambda: caller.incidents.note(number, "x"),
            lambda: caller.incidents.declare("x"), lambda: caller.incidents.list(),
        ):  # fmt: skip
            with pytest.raises((NotPermitted, NotFound)):
                call()


def test_who_is_paged_or_asked_is_told_in_the_console(desk: Desk, bo: Desk, clock: FixedClock) -> None:
    """Also where they had nothing to do with the ticket before; and nobody else is."""
    number = room(desk)
    clock.forward(10)
    desk.paging.page(number, reason="now", people=["bo"])
    clock.forward(10)
    desk.incidents.offer(number, "scribe", "bo")
    assert [(one["kind"], one["who"]) for one in bo.notices.list()] == [("role_offered", "ana"), ("paged", "ana")]
    with as_person(desk, "cy", "service_desk", agent=True) as cy:
        assert cy.notices.list() == []


def test_a_pasted_secret_goes_from_the_room_and_from_the_messages(desk: Desk, clock: FixedClock, bo: Desk) -> None:
    secret = 'swörd"fish'
    number = room(desk, f"the secret is {secret}")
    desk.notifying.add("webhook", "https://example.org/", person="bo")
    desk.incidents.note(number, f"it was {secret}")
    desk.incidents.task(number, f"change {secret}")
    desk.incidents.publish(number, internal=f"{secret} is known", internal_zh=secret)
    desk.paging.page(number, reason="x", people=["bo"])
    outbox.collect(desk)
    desk.tickets.redact(number, secret)
    for told in (desk.incidents.show(number), desk.notifying.outbox(), desk.tickets.log(number)):
        text = json.dumps(told, ensure_ascii=False)
        assert "fish" not in text, [part for part in text.split("{") if "fish" in part]
    for table in ("outbox", "incident_entry", "incident_task", "incident_update", "journal_text"):
        assert "fish" not in str(desk.store.query(f"SELECT * FROM {table}")), table
    assert desk.audit.verify()["ok"]


def test_what_was_paged_before_it_was_declared_was_alerted_then(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("Payments API down", set={"kind": "incident"})["number"]
    clock.forward(60)
    desk.paging.page(number, people=["ana"], reason="x")
    clock.forward(90)
    desk.paging.ack(number)
    clock.forward(150)
    shown = desk.incidents.declare(number=number, severity="SEV1")
    stamps = shown["stamps"]
    assert (stamps["declared"], stamps["acknowledged"]) == (iso(START + 60), iso(START + 150))
    assert shown["internal_due_at"] == iso(START + 300 + 900)
    clock.forward(900)
    desk.incidents.publish(number, internal="still looking")
    found = {one["id"]: (one["n"], one["value"]) for one in desk.kpis.show(["mtta", "incident.cadence"])}
    assert found == {"mtta": (1, 90), "incident.cadence": (1, 1.0)}
