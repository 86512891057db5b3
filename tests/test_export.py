"""Exports: in number order, defused, whole files; the event log in XES."""
# ruff: noqa: F401, F811

import csv
import io
import json
import os
import stat
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from helpdesk_tui.cli.exports import write_whole
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.forms import KEYS
from helpdesk_tui.vocabulary.errors import NotPermitted, Usage
from helpdesk_tui.vocabulary.filter_problem import FilterProblem
from tests.desk_fixtures import FixedClock, as_person, by_json, clock, desk

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\u200b=1",
    "＝1",
    "'=1",
    "plain; text",
    'say "hi"',
    "<a>&b",
    "\x1b]52;c;x\x07",
    "line",
]
XES = "{http://www.xes-standard.org/}"


@pytest.fixture
def filled(desk: Desk) -> Desk:
    for title in HOSTILE:
        desk.tickets.open(title, tags=["b", "a"])
    return desk


def test_csv_is_defused_and_complete(filled: Desk) -> None:
    text = "".join(filled.exporting.stream("tickets", "csv"))
    header, *rows = list(csv.reader(io.StringIO(text)))
    assert tuple(header) == KEYS
    assert [int(row[0]) for row in rows] == list(range(1, len(HOSTILE) + 1))
    titles = [row[header.index("title")] for row in rows]
    assert titles == ["'" + t if t[0] in "=+-@＝\u200b'" else t for t in HOSTILE]
    assert {row[header.index("tags")] for row in rows} == {"a,b"}
    raw = "".join(filled.exporting.stream("tickets", "csv", raw=True))
    assert [row[4] for row in csv.reader(io.StringIO(raw))][1:] == HOSTILE


def test_json_lines_are_the_tickets(filled: Desk) -> None:
    lines = "".join(filled.exporting.stream("tickets", "jsonl")).splitlines()
    assert [json.loads(line) for line in lines] == filled.tickets.select()
    assert by_json(filled, "export.tickets", {"where": "title:plain"}).count("\n") == 1


def test_filters_choose(filled: Desk) -> None:
    filled.tickets.cancel(3, reason="no")
    some = "".join(filled.exporting.stream("tickets", "jsonl", where="-is:open"))
    assert [json.loads(line)["number"] for line in some.splitlines()] == [3]
    with pytest.raises(FilterProblem):
        filled.exporting.stream("tickets", "csv", where="stat:new")


def test_nothing_exports_as_a_header_or_nothing(desk: Desk) -> None:
    assert "".join(desk.exporting.stream("tickets", "jsonl")) == ""
    assert "".join(desk.exporting.stream("tickets", "csv")).count("\n") == 1


def test_an_event_log_has_a_trace_a_ticket(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("a\x01<b>&\"c'\ud800", set={"impact": "high"})["number"]
    clock.forward(60)
    desk.tickets.take(number)
    clock.forward(60)
    desk.tickets.pend(number, until=clock.now + 3600, reason="vendor")
    clock.forward(60)
    desk.tickets.state(number, "in_progress")
    desk.tickets.edit(number, set={"title": "undone"})
    desk.undoing.last()
    clock.forward(60)
    desk.tickets.resolve(number, resolution="done", code="fixed", cause="x")
    desk.tickets.open("second")
    root = ET.fromstring("".join(desk.exporting.stream("tickets", "xes")))
    assert root.get("xes.version") == "1849.2016"
    traces = root.findall(f"{XES}trace")
    assert len(traces) == 2
    events = [{c.get("key"): c.get("value") for c in event} for event in traces[0].findall(f"{XES}event")]
    assert events[0]["concept:name"] == "new"
    assert [e["lifecycle:transition"] for e in events] == ["schedule", "start", "suspend", "resume", "complete"]
    assert events[-1]["concept:name"] == "resolved"
    assert [e["time:timestamp"] for e in events] == sorted(str(e["time:timestamp"]) for e in events)
    assert {e["org:resource"] for e in events} == {"ana"}


def test_other_things(desk: Desk) -> None:
    for what in ("people", "teams", "services", "cis"):
        assert "".join(desk.exporting.stream(what, "csv")).count("\n") >= (0 if what == "cis" else 2), what
        for line in "".join(desk.exporting.stream(what, "jsonl")).splitlines():
            assert isinstance(json.loads(line), dict)
    for wrong in (("people", "xes", ""), ("people", "csv", "is:open"), ("dreams", "csv", ""), ("tickets", "xlsx", "")):
        with pytest.raises(Usage):
            desk.exporting.stream(wrong[0], wrong[1], where=wrong[2])


def test_who_may_export_what(desk: Desk) -> None:
    mine = desk.tickets.open("for network", set={"team": "network"}, requester="zoe@example.org")["number"]
    desk.tickets.open("for others", set={"team": "workplace"})
    with as_person(desk, "tom", "technical_support", agent=True) as tom, pytest.raises(NotPermitted):
        tom.exporting.stream("tickets", "csv")
    with as_person(desk, "sam", "service_desk", agent=True, teams=["network"]) as sam:
        assert [json.loads(line)["number"] for line in sam.exporting.tickets().splitlines()] == [mine]
    with as_person(desk, "quinn", "quality", agent=True) as quinn:
        assert json.loads(quinn.exporting.tickets().splitlines()[0])["requester"] == "z***@example.org"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def broken() -> "list[str]":
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(target, (piece for piece in [*["a"] * 3, *broken()]))
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    write_whole(target, iter(["a", "b"]))
    assert target.read_text() == "ab"
    with pytest.raises(Usage):
        write_whole(tmp_path / "no" / "where.csv", iter(["a"]))


def test_a_pipe_is_written_through_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, iter(["one\n", "two\n"]))
        assert os.read(reader, 100) == b"one\ntwo\n"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]
