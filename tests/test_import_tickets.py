"""Importing tickets from rows: facts kept, gaps decided, bad rows reported, resumed and undone."""
# ruff: noqa: F401, F811

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk import decisions
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.import_rows import Incoming
from helpdesk_tui.intake import columns
from helpdesk_tui.intake.limits import Source
from helpdesk_tui.intake.spreadsheet import Table
from helpdesk_tui.store import journal
from helpdesk_tui.store.replay import replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.store.tables import business_tables
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from tests.desk_fixtures import START, FixedClock, as_person, by_json, clock, desk


class Watch:
    """A stop-watch that advances by a fixed step at each look."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture(autouse=True)
def quick(desk: Desk) -> None:
    desk.importing.monotonic = Watch(0.001)
    desk.importing.busy = lambda: 0.0
    desk.importing.breathe = lambda seconds: None


def tables(desk: Desk) -> dict[str, list[Any]]:
    return {name: desk.store.query(f"SELECT * FROM {name} ORDER BY 1, 2") for name in business_tables()}


def rows(n: int, **more: Any) -> list[dict[str, Any]]:
    return [{"title": f"printer {i} is on fire", **more} for i in range(n)]


def test_the_answer_and_what_is_decided(desk: Desk) -> None:
    answer = desk.importing.tickets([{"title": "VPN drops", "description": "cannot work from home"}])
    assert set(answer) == {"batch", "read", "created", "updated", "skipped", "errors"}
    assert (answer["read"], answer["created"], answer["updated"], answer["skipped"], answer["errors"]) == (
        1,
        1,
        0,
        0,
        [],
    )
    ticket = desk.tickets.show(1)
    told = desk.tickets.open("VPN drops", description="cannot work from home")
    same = ("kind", "category", "service", "impact", "urgency", "priority", "team", "language", "response_due_at")
    assert {k: ticket[k] for k in same} == {k: told[k] for k in same}
    assert ticket["channel"] == "import"
    assert [d["field"] for d in desk.tickets.why(1) if not d["reproduced"]] == ["moscow"]  # nobody asked for it


def test_given_facts_are_kept(desk: Desk) -> None:
    row = {
        "title": "t", "kind": "problem", "state": "known_error", "impact": "low", "urgency": "low", "priority": "critical",
        "created_at": "2025-01-02T03:04:05Z", "updated_at": "2025-02-02T00:00:00Z", "category": "Strange Thing", "team": "network",
        "first_response_at": "2025-01-02T04:00:00Z", "reopen_count": 2, "reassignment_count": "3", "channel": "phone",
        "tags": ["b", "A"], "external_id": "X-1", "major": True, "language": "de",
    }  # fmt: skip
    assert desk.importing.tickets([row])["created"] == 1
    ticket = desk.tickets.show(1)
    expected = {**row, "category": "strange thing", "tags": ["a", "b"], "reassignment_count": 3, "phase": "open"}
    assert {key: ticket[key] for key in expected} == expected
    entry = desk.tickets.log(1)[0]
    assert (entry["at"], entry["verb"], entry["origin"]) == ("2025-01-02T03:04:05Z", "ticket.open", "import")


def test_a_text_without_a_title_gets_its_first_words(desk: Desk) -> None:
    text = "\n  connection with icon icon dear please setup icon per icon engineers please let other details needed thanks lead"
    desk.importing.tickets([{"description": text}])
    title = desk.tickets.show(1)["title"]
    assert " ".join(text.split()).startswith(title)
    assert 40 <= len(title) <= 80
    assert not title.endswith(" ")


def test_unknown_requesters_become_contacts_once(desk: Desk) -> None:
    desk.importing.tickets(
        [*rows(3, requester="Zoe@Example.org"), *rows(1, requester="zoe@example.org"), *rows(2, requester="Bo Li")]
    )
    people = [p for p in desk.people.list() if p["login"] != "ana"]
    assert [(p["name"], p["email"], p["agent"]) for p in people] == [
        ("Zoe", "Zoe@Example.org", False),
        ("Bo Li", None, False),
    ]
    assert desk.tickets.show(4)["requester"] == "Zoe@Example.org"


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "neither a title"),
    ({"title": " ", "description": "\n"}, "neither a title"),
    ({"title": "x" * 10_001}, "10001 characters"),
    ({"title": "t", "priority": "blue"}, "priority"),
    ({"title": "t", "team": "nobody"}, "no team"),
    ({"title": "t", "service": "nothing"}, "no service"),
    ({"title": "t", "assignee": "nobody"}, "nobody"),
    ({"title": "t", "state": "gone"}, "state"),
    ({"title": "t", "kind": "problem", "state": "fulfilled"}, "no state"),
    ({"title": "t", "created_at": "soon"}, "created_at"),
    ({"title": "t", "created_at": "31-31-2020"}, "created_at"),
    ({"title": "t", "tags": ["x" * 65]}, "tag"),
    ({"title": "t", "comments": [{"body": "", "kind": "reply"}]}, "comments"),
    ({"title": "t", "comments": [{"body": "b", "kind": "shout"}]}, "comments"),
    ({"title": ["a"]}, "title"),
    ({"title": "t", "colour": "red"}, "colour"),
    ({"title": "t", "reopen_count": -1}, "reopen_count"),
]


def test_bad_rows_are_told_and_nothing_of_them_stays(desk: Desk) -> None:
    before = tables(desk)
    bad = [{**row, "requester": f"new{i}@example.org"} for i, (row, _) in enumerate(BAD)]
    answer = desk.importing.tickets(bad)
    assert (answer["batch"], answer["read"], answer["created"], answer["skipped"]) == (None, len(BAD), 0, len(BAD))
    assert [e["line"] for e in answer["errors"]] == list(range(1, len(BAD) + 1))
    for error, (_, word) in zip(answer["errors"], BAD, strict=True):
        assert word in error["reason"], error
    assert tables(desk) == before


def test_good_rows_around_bad_ones_are_numbered_without_gaps(desk: Desk) -> None:
    answer = desk.importing.tickets(
        [{"title": "a"}, {"title": "b", "kind": "problem", "state": "fulfilled"}, 7, {"title": "c"}]
    )
    assert (answer["created"], [e["line"] for e in answer["errors"]]) == (2, [2, 3])
    assert [t["title"] for t in desk.tickets.select()] == ["a", "c"]


def test_stop_keeps_what_came_before_and_goes_on_when_resumed(desk: Desk) -> None:
    data = [*rows(5), {"title": ""}, *rows(4)]
    first = desk.importing.tickets(data, on_error="stop", source="s")
    assert (first["read"], first["created"], len(first["errors"])) == (6, 5, 1)
    assert desk.importing.unfinished("import.tickets", "s") == first["batch"]
    second = desk.importing.tickets(data, resume=first["batch"], source="s")
    assert (second["read"], second["created"], second["batch"]) == (4, 4, first["batch"])
    with pytest.raises(Conflict, match="finished"):
        desk.importing.tickets(data, resume=first["batch"], source="s")


def test_an_interruption_leaves_whole_rows_and_can_be_resumed(desk: Desk) -> None:
    data = rows(300, requester="z@example.org", tags=["fire"])

    def broken() -> Iterator[dict[str, Any]]:
        for place, row in enumerate(data):
            if place == 170:
                raise KeyboardInterrupt
            yield row

    with pytest.raises(KeyboardInterrupt):
        desk.importing.tickets(broken(), source="digest")
    batch = desk.importing.last_batch
    assert batch is not None
    done = desk.tickets.count("", None)
    assert 0 < done < 170
    assert desk.store.query("SELECT count(*) FROM ticket_tag") == [(done,)]
    with pytest.raises(Conflict, match="another file"):
        desk.importing.tickets(data, resume=batch, source="other")
    answer = desk.importing.tickets(data, resume=batch, source="digest")
    assert answer["created"] == 300 - done
    assert [t["title"] for t in desk.tickets.select()] == [row["title"] for row in data]
    assert desk.undoing.batch(batch)["conflicts"] == []
    assert desk.tickets.count("", None) == 0


def test_resuming_what_never_was_or_was_taken_back(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.importing.tickets(rows(1), resume="b00000000")
    first = desk.importing.tickets([*rows(2), {"title": ""}, *rows(2)], on_error="stop")
    desk.undoing.batch(first["batch"])
    with pytest.raises(Conflict, match="taken back"):
        desk.importing.tickets(rows(5), resume=first["batch"])


def test_short_transactions_by_time(desk: Desk) -> None:
    held: list[int] = []
    desk.on_commit = lambda numbers: held.append(len(numbers))
    desk.importing.monotonic = Watch(0.2)  # every transaction seems to take two and a half times as long as it may
    desk.importing.tickets(rows(120))
    assert held[0] == 32
    assert sum(held) == 120
    assert held[1:4] == [12, 8, 8]
    # Work counts at once, time that others took from it by half.
    desk.importing.monotonic, desk.importing.busy = Watch(0.001), Watch(0.08)
    held.clear()
    desk.importing.tickets(rows(60, title="scanner"))
    assert held == [32, 16, 8, 4]
    pauses: list[float] = []
    desk.importing.breathe = pauses.append
    desk.importing.monotonic, desk.importing.busy = Watch(0.01), lambda: 0.0
    held.clear()
    desk.importing.tickets(rows(400))
    assert held == [32, 64, 128, 176]
    assert len(pauses) == len(held)
    assert all(p > 0 for p in pauses)


def test_the_same_external_id_updates_once_and_then_is_unchanged(desk: Desk, clock: FixedClock) -> None:
    row = {"external_id": "E1", "title": "a", "priority": "high", "tags": ["x"], "comments": ["hello"]}
    first = desk.importing.tickets([row, {"title": "b", "external_id": "E2"}])
    again = desk.importing.tickets([row, {"title": "b", "external_id": "E2"}])
    assert (again["batch"], again["created"], again["updated"], again["skipped"]) == (None, 0, 0, 2)
    clock.forward(60)
    changed = {
        **row,
        "title": "a2",
        "priority": "low",
        "tags": ["y"],
        "state": "resolved",
        "comments": ["hello", "more"],
    }
    third = desk.importing.tickets([changed])
    assert (third["created"], third["updated"], third["skipped"]) == (0, 1, 0)
    ticket = desk.tickets.show(1)
    assert (ticket["title"], ticket["priority"], ticket["tags"], ticket["phase"]) == ("a2", "low", ["y"], "resolved")
    assert [c["body"] for c in map(_plain, desk.tickets.comments(1))] == ["hello", "more"]
    before = desk.tickets.show(2)
    assert desk.undoing.batch(third["batch"])["undone"] == 1
    assert desk.tickets.show(1)["title"] == "a"
    assert desk.tickets.show(2) == before
    assert first["created"] == 2


def _plain(comment: Any) -> dict[str, Any]:
    return comment if isinstance(comment, dict) else {"body": comment.body, "kind": comment.kind}


def test_one_external_id_twice_in_a_file(desk: Desk) -> None:
    answer = desk.importing.tickets([{"external_id": "E", "title": "first"}, {"external_id": "E", "title": "second"}])
    assert (answer["read"], answer["created"], answer["updated"]) == (2, 1, 1)
    assert [t["title"] for t in desk.tickets.select()] == ["second"]
    dry = desk.importing.tickets([{"external_id": "F", "title": "1"}, {"external_id": "F", "title": "2"}], dry_run=True)
    assert (dry["created"], dry["updated"]) == (1, 1)


def test_a_dry_run_checks_everything_and_writes_nothing(desk: Desk) -> None:
    before, head = tables(desk), desk.store.head()
    answer = desk.importing.tickets([*rows(30, requester="x@example.org"), {"title": ""}], dry_run=True)
    assert (answer["batch"], answer["created"], len(answer["errors"])) == (None, 30, 1)
    assert len(answer["preview"]) == 10
    assert answer["preview"][0]["title"] == "printer 0 is on fire"
    assert (tables(desk), desk.store.head()) == (before, head)
    assert desk.store.query("SELECT count(*) FROM batch") == [(0,)]


def test_parents_are_named_by_their_number_in_the_file(desk: Desk) -> None:
    desk.tickets.open("something older")
    answer = desk.importing.tickets(
        [
            {"number": 7, "title": "child", "parent": 9},
            {"number": 8, "title": "other child", "parent": 7},
            {"number": 9, "title": "mother"},
            {"number": 10, "title": "orphan", "parent": 1},
        ]
    )
    assert [t["parent"] for t in desk.tickets.select()] == [None, 4, 2, None, None]
    assert [e["line"] for e in answer["errors"]] == [4]


def test_comments_come_with_kind_time_and_author(desk: Desk, clock: FixedClock) -> None:
    remarks = [
        {"body": "help!", "author": "z@example.org", "created_at": "2026-01-02T10:00:00Z"},
        {"body": "on it", "author": "ana", "created_at": "2026-01-02T10:30:00Z"},
        {"body": "secret 密码", "kind": "note", "author": "ana"},
    ]
    desk.importing.tickets(
        [{"title": "t", "requester": "z@example.org", "created_at": "2026-01-02T09:00:00Z", "comments": remarks}]
    )
    assert desk.tickets.show(1)["first_response_at"] == "2026-01-02T10:30:00Z"
    assert [(c["body"], c["kind"]) for c in map(_plain, desk.tickets.comments(1))] == [
        ("help!", "reply"), ("on it", "reply"), ("secret 密码", "note"),
    ]  # fmt: skip
    assert [hit["number"] for hit in desk.searching.tickets("密码")] == [1]


def test_imports_need_their_permission(desk: Desk) -> None:
    with as_person(desk, "tom", "technical_support", agent=True) as tom, pytest.raises(NotPermitted):
        tom.importing.tickets(rows(1))


def test_by_name_as_other_programs_call_it(desk: Desk) -> None:
    answer = by_json(desk, "import.tickets", {"rows": [{"title": "a"}, {"title": ""}], "on_error": "skip"})
    assert (answer["created"], answer["skipped"]) == (1, 1)
    with pytest.raises(Usage):
        desk.importing.tickets([], on_error="explode")
    with pytest.raises(Usage):
        by_json(desk, "import.log", {"cases": [{"title": "a"}]})


def test_undo_of_an_import_and_replay(desk: Desk, tmp_path: Path) -> None:
    before = tables(desk)
    answer = desk.importing.tickets(
        [*rows(40, requester="x@example.org", tags="a,b", comments=["c"]), *rows(3, assignee="ana")]
    )
    copy = Store(tmp_path / "copy.db")
    replay(desk.store.reader(), copy)
    for name in business_tables():
        assert copy.query(f"SELECT * FROM {name} ORDER BY 1, 2") == tables(desk)[name], name
    copy.close()
    assert desk.undoing.batch(answer["batch"])["conflicts"] == []
    assert tables(desk) == before


KEPT = (
    "kind", "title", "description", "channel", "state", "phase", "priority", "impact", "urgency", "moscow", "category", "service",
    "requester", "team", "assignee", "tags", "language", "major", "created_at", "first_response_at", "resolved_at", "closed_at",
    "reopen_count", "reassignment_count", "external_id",
)  # fmt: skip
texts = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["=1+1", "'=1", "''@x", "\t=2", "＝1", "\ufeff+1", "a\r\nb", '"', ";", "-1"]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            texts.filter(lambda t: t.strip() and "\0" not in t), texts.filter(lambda t: "\0" not in t), st.booleans()
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["csv", "jsonl"]),
)
def test_an_export_imported_again_is_the_same(
    desk: Desk, tmp_path: Path, made: list[tuple[str, str, bool]], form: str
) -> None:
    for title, description, closed in made:
        number = desk.tickets.open(title, description=description, tags=["red"], requester="z@example.org")["number"]
        if closed:
            desk.tickets.take(number)
            desk.tickets.resolve(number, resolution="done", code="fixed", cause="x")
    first = desk.tickets.select()
    path = tmp_path / f"out.{form}"
    path.write_text("".join(desk.exporting.stream("tickets", form)), encoding="utf-8", newline="")
    other = Desk.open(tmp_path / "other.db", user=_ana(), clock=desk.clock)
    table = Table(Source(path))
    plan = columns.guess(itertools.islice(table.rows(), columns.SAMPLE))
    answer = other.importing.tickets(plan.stream(table.rows()))
    assert answer["errors"] == []
    again = other.tickets.select()
    other.close()
    for name in ("other.db", "other.db-wal", "other.db-shm", "other.db.lock"):
        (tmp_path / name).unlink(missing_ok=True)
    assert [{k: t[k] for k in KEPT} for t in again] == [{k: t[k] for k in KEPT} for t in first]
    for ticket in first:
        desk.tickets.delete(ticket["number"])
    assert journal.verify(desk.store.reader()).ok


def _ana() -> Any:
    from helpdesk_tui.desk.actor import OsUser

    return OsUser(1000, "ana", "Ana Admin")


def real(test_data: Path, name: str, n: int | None) -> Iterator[Incoming]:
    table = Table(Source(test_data / "tickets" / name))
    plan = columns.guess(itertools.islice(table.rows(), columns.SAMPLE))
    return itertools.islice(plan.stream(table.rows()), n)


@pytest.mark.parametrize("name", ["itsm_topic.train.jsonl.gz", "endava_subset.train.jsonl.gz"])
def test_real_tickets(desk: Desk, test_data: Path, name: str) -> None:
    before = tables(desk)
    answer = desk.importing.tickets(real(test_data, name, 1_500))
    assert (answer["read"], answer["created"], answer["errors"]) == (1_500, 1_500, [])
    assert desk.tickets.page("is:open sort:-priority,due", limit=50).rows
    assert desk.searching.tickets("printer")
    assert journal.verify(desk.store.reader()).ok
    assert desk.undoing.batch(answer["batch"])["conflicts"] == []
    assert tables(desk) == before


@pytest.mark.soak
def test_all_real_tickets(desk: Desk, test_data: Path) -> None:
    before = tables(desk)
    batches = []
    for name, n in (("itsm_topic.train.jsonl.gz", 38_269), ("endava_subset.train.jsonl.gz", 3_492)):
        answer = desk.importing.tickets(real(test_data, name, None))
        assert (answer["read"], answer["created"], answer["errors"]) == (n, n, [])
        batches.append(answer["batch"])
    for batch in reversed(batches):
        assert desk.undoing.batch(batch)["conflicts"] == []
    assert tables(desk) == before


# -- what is judged before the lock is taken -------------------------------------------------------------------------


def test_rows_are_classified_while_nobody_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    locked: list[bool] = []
    judge = decisions.judge

    def watching(*asked: Any, **how: Any) -> decisions.Judged:
        locked.append(desk.store.reader().in_transaction)
        return judge(*asked, **how)

    monkeypatch.setattr(decisions, "judge", watching)
    rows = [
        {"external_id": f"X{n}", "title": f"printer {n} jams", "requester": f"p{n % 7}@example.org"} for n in range(90)
    ]
    desk.importing.tickets(iter(rows))
    assert locked == [False] * 90
    # Rows that are known open nothing, and are not judged once that is seen.
    desk.importing.tickets(iter([{**row, "title": "scanner"} for row in rows]))
    assert len(locked) < 90 + 40


def test_what_was_foreseen_wrongly_is_judged_anew(desk: Desk) -> None:
    desk.people.add("Chief", email="chief@example.org", vip=True)
    rows = [{"title": "I cannot open the report", "requester": "chief@example.org"} for _ in range(50)]
    desk.importing.tickets(iter(rows))
    alone = desk.tickets.open("I cannot open the report", requester="chief@example.org", channel="import")["number"]
    told = [
        next(r for r in json.loads(reasons) if r.get("decision") == "classification")
        for (reasons,) in desk.store.query("SELECT reasons FROM journal WHERE verb = 'ticket.open' ORDER BY seq")
    ]
    assert len(told) == 51
    assert all(reason == told[-1] and reason["inputs"]["requester_vip"] for reason in told)
    assert desk.tickets.show(1)["category"] == desk.tickets.show(alone)["category"]
