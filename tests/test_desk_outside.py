"""What a requester sees of a ticket: what was said in public, its states and public fields; never what is internal.

The log, the timeline, the fields, filters, search, counts and exports draw the same line.
"""
# ruff: noqa: F811

import json
from typing import Any

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.outside import FIELDS
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401

SECRET = "zebrasecret"


@pytest.fixture
def told(desk: Desk, clock: FixedClock) -> int:
    """A ticket of rita's on which the desk did everything it can do with words."""
    with as_person(desk, "rita", "requester") as rita:
        number = int(rita.tickets.open("vpn drops", description="every ten minutes")["number"])
    desk.people.add("Bo", login="bo", agent=True, roles=["service_desk"])
    deeds: list[Any] = [
        lambda: desk.tickets.assign(number, assignee="bo", reason=f"{SECRET} assign"),
        lambda: desk.tickets.edit(number, set={"urgency": "high"}, add_tags=["laptop"], reason=f"{SECRET} edit"),
        lambda: desk.tickets.pin(number, "critical", f"{SECRET} pin"),
        lambda: desk.tickets.note(number, f"{SECRET} note"),
        lambda: desk.tickets.checklist_add(number, [f"{SECRET} step", f"{SECRET} other"]),
        lambda: desk.tickets.checklist_tick(number, desk.tickets.checklist(number)[0]["item"]),
        lambda: desk.tickets.log_time(number, 600, note=f"{SECRET} time"),
        lambda: desk.tickets.watch(number, person="bo"),
        lambda: desk.tickets.pend(number, until=clock.now + 90_000, reason=f"{SECRET} pend"),
        lambda: desk.tickets.reply(number, "we look at it"),
        lambda: desk.tickets.resolve(number, cause=f"{SECRET} cause", resolution="a new cable"),
    ]
    for deed in deeds:
        clock.forward(60)
        deed()
    return number


def everything(desk: Desk, number: int) -> str:
    """All that a reader can get of a ticket, as one text."""
    reads = desk.tickets
    parts = [
        reads.show(number), reads.log(number), reads.timeline(number), reads.why(number), reads.comments(number),
        reads.facts(number), reads.details(number), reads.checklist(number), reads.watchers(number),
        reads.time_spent(number), reads.select(""), desk.searching.tickets(SECRET), desk.sla.explain(number),
        desk.exporting.tickets(), desk.exporting.tickets(form="csv"), desk.exporting.tickets(form="xes"),
    ]  # fmt: skip
    return "\n".join(map(repr, parts))


def test_a_requester_reads_no_word_meant_for_the_desk(desk: Desk, told: int) -> None:
    assert everything(desk, told).count(SECRET) > 10, "the desk itself reads them"
    with as_person(desk, "rita", "requester") as rita:
        seen = everything(rita, told)
        assert SECRET not in seen
        for public in ("we look at it", "a new cable", "every ten minutes", "laptop"):
            assert public in seen, public


def test_a_requester_sees_moves_and_public_fields(desk: Desk, told: int) -> None:
    with as_person(desk, "rita", "requester") as rita:
        log = rita.tickets.log(told)
        assert json.dumps(log)
        states = [entry["changes"]["state"][1] for entry in log if "state" in entry["changes"]]
        assert states == [e["changes"]["state"][1] for e in desk.tickets.log(told) if "state" in e["changes"]]
        assert {name for entry in log for name in entry["changes"]} <= FIELDS
        assert not any(reason["code"] in ("given", "decision") for entry in log for reason in entry["reasons"])
        verbs = [entry["verb"] for entry in log]
        assert not {"ticket.note", "ticket.checklist.add", "ticket.log_time", "ticket.watch"} & set(verbs)
        assert verbs == [item.verb for item in rita.tickets.timeline(told)]
        assert any(e["changes"].get("priority") == ["medium", "critical"] or "priority" in e["changes"] for e in log)


def test_the_log_the_timeline_and_the_event_log_tell_the_same_entries(desk: Desk, told: int) -> None:
    with as_person(desk, "rita", "requester") as rita:
        seqs = [entry["seq"] for entry in rita.tickets.log(told)]
        assert seqs == [item.seq for item in rita.tickets.timeline(told)]
        assert rita.exporting.tickets(form="xes").count("<event>") == len(seqs)
    assert desk.exporting.tickets(form="xes").count("<event>") > len(seqs)


@pytest.mark.parametrize(
    "query",
    [f"cause:{SECRET}", "has:checklist", "is:pinned", "pinned:yes", "watcher:bo", SECRET, f'"{SECRET} note"'],
)
def test_no_filter_tells_what_is_internal(desk: Desk, told: int, query: str) -> None:
    assert desk.tickets.count(query) == 1
    with as_person(desk, "rita", "requester") as rita:
        assert rita.tickets.count(query) == 0
        assert rita.tickets.select(query) == []
        assert rita.tickets.count("") == 1


def test_a_file_on_a_note_counts_for_the_desk_only(desk: Desk, told: int) -> None:
    note = next(c.id for c in desk.tickets.comments(told) if c.kind == "note")
    desk.attachments.add(told, "private.txt", b"x", comment=note)
    with as_person(desk, "rita", "requester") as rita:
        assert desk.tickets.count("has:attachment") == 1
        assert rita.tickets.count("has:attachment") == 0
        assert rita.attachments.list(told) == []
        desk.attachments.add(told, "public.txt", b"x")
        assert rita.tickets.count("has:attachment") == 1


def test_ties_count_as_far_as_they_are_known(desk: Desk, told: int) -> None:
    other = desk.tickets.open("of somebody else", requester="other@example.org")["number"]
    desk.tickets.link(told, other)
    desk.tickets.edit(other, set={"parent": str(told)})
    with as_person(desk, "rita", "requester") as rita:
        for query in ("has:link", "has:child"):
            assert desk.tickets.count(query) >= 1
            assert rita.tickets.count(query) == 0
        assert not any("links" in entry["changes"] for entry in rita.tickets.log(told))
        desk.tickets.watch(other, person="rita")
        assert rita.tickets.count("has:link") == 2
        assert rita.tickets.count("has:child") == 1
        assert [entry["changes"]["links"][1] for entry in rita.tickets.log(told) if "links" in entry["changes"]]


def test_ones_own_reason_one_may_read_again(desk: Desk, told: int) -> None:
    with as_person(desk, "rita", "requester") as rita:
        rita.tickets.reopen(told, reason="it drops again")
        assert "it drops again" in repr(rita.tickets.log(told))
    with as_person(desk, "wendy", "requester") as wendy:
        desk.tickets.watch(told, person="wendy")
        assert "it drops again" not in repr(wendy.tickets.log(told))
        assert "watchers" in wendy.tickets.log(told)[-1]["changes"]
        assert wendy.tickets.watchers(told) == ["wendy"]


def test_why_tells_a_requester_no_rule_and_nobodys_rank(desk: Desk, told: int) -> None:
    with as_person(desk, "rita", "requester") as rita:
        for answer in rita.tickets.why(told):
            assert answer["reasons"]
            assert answer["would_change"] == []
            assert not any(
                reason["code"].startswith(("classify.", "routing.", "priority.vip", "given"))
                for reason in answer["reasons"]
            ), answer
