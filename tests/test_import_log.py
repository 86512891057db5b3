"""Event logs become tickets with their history: every step at its own instant, the last row's columns as facts."""
# ruff: noqa: F401, F811

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.intake.eventlog import EventLog, load_map
from helpdesk_tui.intake.limits import Source
from helpdesk_tui.intake.spreadsheet import Table
from helpdesk_tui.store import journal
from helpdesk_tui.store.tables import business_tables
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.levels import level
from tests.desk_fixtures import FixedClock, as_person, clock, desk

MAP = """
[log]
id = "id"
at = "at"
by = "by"
missing = ["?"]
title = ["what", "where"]
[columns]
state = "state"
created_at = "opened"
resolved_at = "resolved"
closed_at = "closed"
priority = "prio"
team = "group"
assignee = "who"
requester = "caller"
reopen_count = "reopens"
[description]
Place = "where"
[values.state]
New = "new"
Work = "in_progress"
Wait = "awaiting_user"
Done = "resolved"
Shut = "closed"
Odd = ""
[values.priority]
1 = "critical"
3 = "medium"
"""
HEADER = "id,at,by,state,opened,resolved,closed,prio,group,who,caller,reopens,what,where"
A = [
    "A,2020-01-01 10:05,Eva,New,2020-01-01 10:00,2020-01-03 09:00,?,3,?,?,Carl,0,Mail,Rome",
    "A,2020-01-01 11:00,Eva,Work,2020-01-01 10:00,2020-01-03 09:00,?,3,Ops,Rita,Carl,0,Mail,Rome",
    "A,2020-01-01 12:00,Eva,Wait,2020-01-01 10:00,2020-01-03 09:00,?,1,Ops,Rita,Carl,0,Mail,Rome",
    "A,2020-01-02 08:00,Rita,Odd,2020-01-01 10:00,2020-01-03 09:00,?,1,Ops,Rita,Carl,0,Mail,Rome",
    "A,2020-01-02 09:00,Rita,Done,2020-01-01 10:00,2020-01-03 09:00,?,1,Ops,Rita,Carl,0,Mail,Rome",
    "A,2020-01-02 10:00,Carl,Work,2020-01-01 10:00,2020-01-03 09:00,?,1,Net,?,Carl,1,Mail,Rome",
    "A,2020-01-03 10:00,Rita,Shut,2020-01-01 10:00,2020-01-03 09:00,?,1,Net,?,Carl,1,Mail,Rome",
]
B = "B,2020-01-01 10:30,Eva,New,2020-01-01 10:30,?,?,1,?,?,Dora,0,Disk,?"


@pytest.fixture(autouse=True)
def quick(desk: Desk) -> None:
    desk.importing.breathe = lambda seconds: None


def write(folder: Path, lines: list[str], map_text: str = MAP) -> EventLog:
    (folder / "log.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    (folder / "map.toml").write_text(map_text)
    return EventLog(Table(Source(folder / "log.csv")), load_map(str(folder / "map.toml")))


def tables(desk: Desk) -> dict[str, list[Any]]:
    return {name: desk.store.query(f"SELECT * FROM {name} ORDER BY 1, 2") for name in business_tables()}


def test_a_life_is_told_at_its_own_instants(desk: Desk, tmp_path: Path) -> None:
    before = tables(desk)
    # B stands between the rows of A.
    answer = desk.importing.log(write(tmp_path, [*A[:2], B, *A[2:]]).cases())
    assert (answer["read"], answer["created"], answer["skipped"], answer["errors"]) == (8, 2, 0, [])
    number = next(t["number"] for t in desk.tickets.select() if t["external_id"] == "A")
    log = desk.tickets.log(number)
    assert [(entry["at"][:16], entry["verb"]) for entry in log] == [
        ("2020-01-01T10:00", "ticket.open"),
        ("2020-01-01T10:05", "ticket.edit"),
        ("2020-01-01T11:00", "ticket.state"),
        ("2020-01-01T12:00", "ticket.pend"),
        ("2020-01-02T08:00", "ticket.edit"),
        ("2020-01-02T09:00", "ticket.resolve"),
        ("2020-01-02T10:00", "ticket.reopen"),
        ("2020-01-03T10:00", "ticket.close"),
    ]
    assert log[2]["changes"]["team"] == [None, "ops"]
    assert log[2]["changes"]["assignee"] == [None, "Rita"]
    assert log[3]["changes"]["priority"] == ["medium", "critical"]
    assert all(entry["origin"] == "import" and entry["actor"] == "ana" for entry in log)
    assert "Rita" in str(log[5]["reasons"])
    ticket = desk.tickets.show(number)
    expected = {
        "title": "Mail / Rome", "description": "Place: Rome", "state": "closed", "priority": "critical", "team": "net", "assignee": None,
        "requester": "Carl", "reopen_count": 1, "created_at": "2020-01-01T10:00:00Z", "updated_at": "2020-01-03T10:00:00Z",
        "resolved_at": "2020-01-03T09:00:00Z", "closed_at": None,
    }  # fmt: skip
    assert {key: ticket[key] for key in expected} == expected
    with desk.at(_instant("2020-01-01 13:00")) as past:
        then = past.tickets.show(number)
        assert (then["state"], then["sla_state"], then["assignee"]) == ("awaiting_user", "paused", "Rita")
    assert {p["name"]: p["agent"] for p in desk.people.list() if p["login"] is None} == {
        "Carl": False,
        "Rita": True,
        "Dora": False,
    }
    assert desk.undoing.batch(answer["batch"])["conflicts"] == []
    assert tables(desk) == before


def _instant(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp())


def test_again_the_same_log_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.importing.log(write(tmp_path, [*A, B]).cases())
    before = tables(desk)
    again = desk.importing.log(write(tmp_path, [*A, B]).cases())
    assert (again["batch"], again["created"], again["skipped"], again["read"]) == (None, 0, 2, 8)
    assert tables(desk) == before


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("B,soon,Eva,New,2020-01-01 10:30,?,?,1,?,?,Dora,0,Disk,?", "no date or time"),
        ("B,2020-01-01 10:30,Eva,Lost,2020-01-01 10:30,?,?,1,?,?,Dora,0,Disk,?", "does not know Lost"),
        ("B,2020-01-01 10:30,Eva,New,2020-01-01 10:30,?,?,9,?,?,Dora,0,Disk,?", "does not know 9"),
        ("B,2020-01-01 10:30,Eva,New,2020-01-01 10:30,?,?,1,?,?,Dora,x,Disk,?", "reopen_count"),
        ("?,2020-01-01 10:30,Eva,New,2020-01-01 10:30,?,?,1,?,?,Dora,0,Disk,?", "there is no id"),
        ("B,?,Eva,New,2020-01-01 10:30,?,?,1,?,?,Dora,0,Disk,?", "there is no at"),
    ],
)
def test_a_ticket_with_a_bad_row_is_left_out_whole(desk: Desk, tmp_path: Path, line: str, why: str) -> None:
    answer = desk.importing.log(write(tmp_path, [B, line, *A] if line[0] == "B" else [line, *A]).cases())
    assert (answer["created"], answer["skipped"]) == (1, 1)
    assert [(e["line"], why in e["reason"]) for e in answer["errors"]] == [(3 if line[0] == "B" else 2, True)]
    assert [t["external_id"] for t in desk.tickets.select()] == ["A"]


def test_a_step_back_in_time_keeps_its_instant(desk: Desk, tmp_path: Path) -> None:
    steps = [B, B.replace("10:30,Eva,New", "12:00,Eva,Work"), B.replace("10:30,Eva,New", "11:00,Eva,Wait")]
    desk.importing.log(write(tmp_path, steps).cases())
    assert [(e["at"][11:16], e["changes"].get("state")) for e in desk.tickets.log(1)][1:] == [
        ("11:00", ["in_progress", "awaiting_user"]),
        ("12:00", ["new", "in_progress"]),
    ]
    assert desk.tickets.show(1)["state"] == "awaiting_user"  # the last row of the file
    assert desk.tickets.show(1)["updated_at"] == "2020-01-01T12:00:00Z"


def test_interrupted_and_resumed(desk: Desk, tmp_path: Path) -> None:
    lines = [B.replace("B,", f"N{i},") for i in range(60)]
    log = write(tmp_path, lines)

    def broken() -> Iterator[Any]:
        for place, case in enumerate(log.cases()):
            if place == 40:
                raise KeyboardInterrupt
            yield case

    # Without time passing, chunks grow as on a machine that is never too slow.
    desk.importing.monotonic = desk.importing.busy = lambda: 0.0
    with pytest.raises(KeyboardInterrupt):
        desk.importing.log(broken(), source="s")
    done = desk.tickets.count("", None)
    assert 0 < done < 40
    answer = desk.importing.log(log.cases(), source="s", resume=desk.importing.last_batch)
    assert answer["created"] == 60 - done
    assert [t["external_id"] for t in desk.tickets.select()] == [f"N{i}" for i in range(60)]


def test_a_dry_run_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    before, head = tables(desk), desk.store.head()
    answer = desk.importing.log(write(tmp_path, [*A, B]).cases(), dry_run=True)
    assert (answer["batch"], answer["created"]) == (None, 2)
    assert (tables(desk), desk.store.head()) == (before, head)


@pytest.mark.parametrize(
    "text",
    ["[log]\nid='id'", "[log]\nid='id'\nat='at'\nkind='dream'", "[log]\nid='id'\nat='at'\n[columns]\ncolour='x'",
     "[lag]\nid='id'", "[log]\nid='id'\nat='at'\ntimezone='Mars/X'"],
)  # fmt: skip
def test_maps_are_checked(tmp_path: Path, text: str) -> None:
    with pytest.raises(Usage):
        write(tmp_path, [B], text)


def test_a_file_without_the_needed_columns_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="nowhere"):
        desk.importing.log(write(tmp_path, [B], "[log]\nid='id'\nat='nowhere'").cases())
    with pytest.raises(Usage, match="there is no map"):
        load_map("remedy")


def uci(test_data: Path) -> dict[str, list[dict[str, str]]]:
    cases: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(test_data / "tickets" / "uci_incident_event_log_head.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cases[row["number"]].append(row)
    return cases


def moment(text: str) -> str | None:
    return None if text == "?" else iso(int(datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC).timestamp()))


def test_the_real_log(desk: Desk, test_data: Path) -> None:
    before = tables(desk)
    source = Source(test_data / "tickets" / "uci_incident_event_log_head.csv.gz")
    answer = desk.importing.log(EventLog(Table(source), load_map("servicenow")).cases(), source=source.digest)
    assert (answer["read"], answer["created"], answer["skipped"], answer["errors"]) == (5_998, 890, 0, [])
    cases = uci(test_data)
    matrix = desk.policies.current().policy.matrix
    tickets = {t["external_id"]: t for t in desk.tickets.select()}
    assert set(tickets) == set(cases)
    words = {"1 - Critical": "critical", "2 - High": "high", "3 - Moderate": "medium", "4 - Low": "low"}
    for number, steps in cases.items():
        ticket, last = tickets[number], steps[-1]
        decided = matrix.priority(level(ticket["impact"]), level(ticket["urgency"])).code
        assert ticket["priority"] == decided == words[last["priority"]], number
        assert ticket["reopen_count"] == int(last["reopen_count"]), number
        assert ticket["reassignment_count"] == int(last["reassignment_count"]), number
        assert (ticket["created_at"], ticket["resolved_at"], ticket["closed_at"]) == (
            moment(last["opened_at"]), moment(last["resolved_at"]), moment(last["closed_at"]),
        ), number  # fmt: skip
        assert ticket["phase"] == ("closed" if last["incident_state"] == "Closed" else ticket["phase"])
        told = [entry["at"] for entry in desk.tickets.log(ticket["number"])]
        wanted = sorted(str(moment(step["sys_updated_at"])) for step in steps)
        # One entry a row, and the opening before them where that was at another instant.
        assert sorted(told) in (wanted, sorted([min(ticket["created_at"], wanted[0]), *wanted])), number
    assert journal.verify(desk.store.reader()).ok
    assert desk.undoing.batch(answer["batch"])["conflicts"] == []
    assert tables(desk) == before
