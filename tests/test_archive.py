"""Retention: old tickets move into a second file whole, can be read there and brought back, and nothing is lost or doubled."""

import contextlib
import json
import os
import pwd
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.archiving import age
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import archive as archives
from helpdesk_tui.store import check, driver, journal, replay, shape
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Busy, Conflict, Invalid, NotFound, NotPermitted, StoreFault
from tests.cli_runner import Cli
from tests.desk_fixtures import START, FixedClock, as_person
from tests.faults import runs, traced
from tests.killing import every_step

ANA = OsUser(1000, "ana", "Ana Admin")
DAY = 86_400
LATER = START + 3 * 365 * DAY


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six old closed tickets (1 and 2 linked, 3 tied to the open 7), an open one, and one closed lately."""
    path = tmp_path_factory.mktemp("made") / "desk.db"
    time = FixedClock()
    with Desk.open(path, user=ANA, clock=time) as desk:
        for n in range(6):
            number = desk.tickets.open(
                f"vpn drops {n}",
                description=f"Beschreibung {n} " * 300,
                requester="zoe@example.org",
            )["number"]
            desk.tickets.note(number, f"hush{n} note")
            desk.tickets.reply(number, f"public answer {n}")
            desk.attachments.add(number, "a.txt", b"same bytes for all" if n else b"only on the first")
            desk.tickets.edit(number, add_tags=["old"])
            desk.tickets.checklist_add(number, ["a step"])
            desk.tickets.log_time(number, 600, note="looked")
            desk.tickets.take(number)
            if n == 5:
                desk.incidents.declare(number=number)
                desk.incidents.note(number, "hush line of the room")
                desk.incidents.task(number, "look again")
                desk.paging.page(number, reason="x", people=["ana"])
            desk.tickets.resolve(number, resolution="rebooted", cause="heat")
            desk.tickets.close(number)
            time.forward(3600)
        desk.tickets.open("still open")
        desk.tickets.link(1, 2)
        desk.tickets.link(3, 7)
        time.now = LATER - 30 * DAY
        late = desk.tickets.open("closed lately")["number"]
        desk.tickets.take(late)
        desk.tickets.resolve(late, resolution="x")
        desk.tickets.close(late)
        desk.store.flush()
    return path


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Iterator[Desk]:
    path = Path(shutil.copyfile(made, tmp_path / "desk.db"))
    with Desk.open(path, user=ANA, clock=FixedClock(LATER)) as opened:
        yield opened
        assert journal.verify(opened.store.reader()).ok
        found = opened.upkeep.check(deep=True)
        assert found["ok"], found["problems"]


MOVED = [1, 2, 4, 5, 6]


def parts(path: Path) -> dict[str, list[Any]]:
    """Every row of every ticket in a file, texts of the journal included."""
    conn = sqlite3.connect(path)
    try:
        return {
            t: sorted(conn.execute(f"SELECT * FROM {t}"), key=repr) for t in (*archives.PARTS, "journal_text", "blob")
        }
    finally:
        conn.close()


def both(desk: Path, archive: Path) -> dict[str, list[Any]]:
    """What the two files hold together; bytes that both need count once."""
    one, two = parts(desk), parts(archive)
    return {t: sorted({*one[t], *two[t]} if t == "blob" else [*one[t], *two[t]], key=repr) for t in one}


# ── moving ───────────────────────────────────────────────────────────────────────────────────────
def test_a_dry_run_tells_and_moves_nothing(desk: Desk, tmp_path: Path) -> None:
    head = desk.store.head()
    plan = desk.upkeep.archive("2y", dry_run=True)
    assert plan["numbers"] == MOVED and plan["moved"] == 0 and plan["batch"] is None
    assert plan["skipped"] == [{"number": 3, "reason": "tied to ticket 7, which stays"}]
    assert desk.store.head() == head
    assert not (tmp_path / "desk.archive.db").exists()


def test_old_tickets_leave_whole_and_stay_readable(desk: Desk, tmp_path: Path) -> None:
    before, shown = parts(desk.store.path), {n: desk.tickets.show(n) for n in MOVED}
    logs, talks = {n: desk.tickets.log(n) for n in MOVED}, {n: desk.tickets.comments(n) for n in MOVED}
    done = desk.upkeep.archive("2y")
    assert done["moved"] == 5 and done["matched"] == 6
    place = tmp_path / "desk.archive.db"
    assert Path(done["archive"]) == place and place.stat().st_mode & 0o077 == 0
    assert both(desk.store.path, place) == before
    assert [t["number"] for t in desk.tickets.select()] == [3, 7, 8]
    assert desk.searching.tickets("Beschreibung")[0]["number"] == 3
    with pytest.raises(NotFound):
        desk.tickets.show(1)
    with desk.upkeep.archived() as old:
        assert {n: old.tickets.show(n) for n in MOVED} == shown
        assert {n: old.tickets.comments(n) for n in MOVED} == talks
        assert {n: old.tickets.log(n) for n in MOVED} == logs
        assert sorted(t["number"] for t in old.searching.tickets("vpn drops")) == MOVED
        assert [t["number"] for t in old.searching.tickets("hush4")] == [5]
        assert [t["number"] for t in old.tickets.select("requester:zoe@example.org tag:old sort:-number")] == MOVED[
            ::-1
        ]
        assert old.tickets.links(1)[0]["other"] == 2
        assert old.attachments.read(old.attachments.list(1)[0]["id"]) == b"only on the first"
        with pytest.raises(Conflict, match="--restore"):
            old.tickets.take(1)


def test_a_war_room_goes_with_its_ticket_and_an_alert_keeps_its_own(desk: Desk) -> None:
    room = desk.incidents.show(6)
    with desk.store.write() as tx:
        tx.conn.execute(
            "INSERT INTO alert_group (id, key, number, first_at, last_at, document, version) VALUES (1, 'k', 5, 0, 0, '{}', 1)"
        )
    assert desk.upkeep.archive("2y")["numbers"] == [1, 2, 4, 6]
    with desk.upkeep.archived() as old:
        assert old.incidents.show(6) == room
    desk.upkeep.unarchive([6])
    assert desk.incidents.show(6) == room
    with desk.store.write() as tx:
        tx.conn.execute("DELETE FROM alert_group")


def test_new_numbers_do_not_fill_the_hole(desk: Desk) -> None:
    desk.upkeep.archive("2y")
    assert desk.tickets.open("new")["number"] == 9


def test_names_are_those_of_the_desk_and_an_erased_person_is_erased_there_too(desk: Desk, tmp_path: Path) -> None:
    desk.upkeep.archive("2y")
    for table in ("person", "team", "organisation", "policy_version"):
        conn = sqlite3.connect(tmp_path / "desk.archive.db")
        assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        conn.close()
    desk.people.erase("zoe@example.org")
    assert b"zoe@example.org" not in (tmp_path / "desk.archive.db").read_bytes()
    with desk.upkeep.archived() as old:
        assert "zoe" not in json.dumps(old.tickets.show(1)) + json.dumps(old.tickets.log(1))


def test_there_and_back_again_and_again(desk: Desk, tmp_path: Path) -> None:
    before = parts(desk.store.path)
    shown = {n: desk.tickets.show(n) for n in MOVED}
    for _ in range(3):
        desk.upkeep.archive("2y")
        assert desk.upkeep.unarchive([1, 5])["restored"] == [1, 2, 5]  # 2 hangs on 1
        assert desk.upkeep.check(deep=True)["ok"]
        assert {n: desk.tickets.show(n) for n in (1, 2, 5)} == {n: shown[n] for n in (1, 2, 5)}
        assert desk.searching.tickets("hush4")[0]["number"] == 5
    desk.upkeep.unarchive([4, 6])
    after = parts(desk.store.path)
    assert {t: after[t] for t in archives.PARTS} == {t: before[t] for t in archives.PARTS}
    assert set(before["journal_text"]) < set(after["journal_text"]) and before["blob"] == after["blob"]
    assert parts(tmp_path / "desk.archive.db")["ticket"] == []
    desk.tickets.reopen(1, reason="again")
    desk.tickets.redact(1, "Beschreibung")
    assert "Beschreibung" not in desk.tickets.show(1)["description"]
    assert 1 not in [t["number"] for t in desk.searching.tickets("Beschreibung")]


def test_the_journal_tells_who_moved_what_and_keeps_no_text(desk: Desk) -> None:
    batch = desk.upkeep.archive("2y")["batch"]
    entries = [e for e in desk.audit.log(limit=100, verb="ticket.archive") if e["batch"] == batch]
    assert [e["subject"] for e in entries] == MOVED
    assert {e["actor"] for e in entries} == {"ana"}
    texts = desk.store.query(
        "SELECT count(*) FROM journal_text WHERE seq IN (SELECT seq FROM journal WHERE subject_type = 'ticket' AND subject = 1)"
    )
    assert texts == [(0,)]
    told = next(e for e in desk.audit.log(limit=100, subject="INC-1") if e["verb"] == "ticket.open")
    assert "[archived]" in json.dumps(told) and "vpn drops" not in json.dumps(told)
    with pytest.raises(Conflict):
        desk.undoing.batch(batch)
    assert desk.undoing.last()  # one's last deed before the move


def test_replay_and_the_past_go_on(desk: Desk, tmp_path: Path) -> None:
    desk.upkeep.archive("2y")
    desk.upkeep.unarchive([4])
    with contextlib.closing(Store(tmp_path / "again.db")) as again:
        replay.replay(desk.store.reader(), again)
        for table in shape.BUSINESS:
            assert again.query(f"SELECT * FROM {table} ORDER BY 1, 2") == desk.store.query(
                f"SELECT * FROM {table} ORDER BY 1, 2"
            )
    with desk.at(LATER - DAY) as past:
        assert past.tickets.show(1)["title"] == "[archived]"
        assert past.tickets.show(7)["title"] == "still open"


def test_a_ticket_changed_meanwhile_stays(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the copy and the move somebody reopens one: its group stays, and the archive drops the copy."""
    real = archives.Archive.take

    def meddle(self: Any, bundles: Any, blobs: Any) -> None:
        real(self, bundles, blobs)
        with Desk.open(desk.store.path, user=ANA, clock=FixedClock(LATER)) as other:
            other.tickets.note(1, "wait, it is back")

    monkeypatch.setattr(archives.Archive, "take", meddle)
    done = desk.upkeep.archive("2y")
    assert done["moved"] == 0 and {"number": 1, "reason": "changed meanwhile"} in done["skipped"]
    assert parts(tmp_path / "desk.archive.db")["ticket"] == []
    assert len(desk.tickets.select()) == 8


def test_a_desk_restored_from_before_a_move_meets_its_archive(made: Path, tmp_path: Path) -> None:
    """What is there in the same form moves again; another form is for a person to decide."""
    path = Path(shutil.copyfile(made, tmp_path / "desk.db"))
    _run(path, "out")
    shutil.copyfile(made, path)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    with Desk.open(path, user=ANA, clock=FixedClock(LATER)) as desk:
        assert {t["number"] for t in desk.tickets.select()} == set(range(1, 9))
        desk.tickets.note(6, "written on the restored desk")
        with pytest.raises(Conflict, match="another form of ticket 6"):
            desk.upkeep.archive("2y")
        assert {t["number"] for t in desk.tickets.select()} == set(range(1, 9))
        (tmp_path / "desk.archive.db").rename(tmp_path / "aside.db")
        assert desk.upkeep.archive("2y")["moved"] == 5
        assert desk.upkeep.check(deep=True)["ok"]
    shutil.copyfile(made, path)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    (tmp_path / "aside.db").replace(tmp_path / "desk.archive.db")
    with Desk.open(path, user=ANA, clock=FixedClock(LATER)) as desk:
        assert desk.upkeep.archive("2y")["moved"] == 5
        assert desk.upkeep.check(deep=True)["ok"]


def _lived(path: Path, *, away: bool) -> list[Any]:
    """A ticket with a pause, replies of both sides and a reopening; in between it may have been in the archive."""
    time = FixedClock()
    with Desk.open(path, user=ANA, clock=time) as desk:
        desk.people.add("Zoe", login="zoe", email="zoe@example.org", roles=["requester"])
        desk.tickets.open("vpn", requester="zoe@example.org")
        for act in (
            lambda: desk.tickets.take(1),
            lambda: desk.tickets.reply(1, "looking"),
            lambda: desk.tickets.pend(1, reason="part", until=time() + 100_000),
            lambda: desk.acting_as("zoe").tickets.reply(1, "any news?"),
            lambda: desk.tickets.resolve(1, resolution="done"),
            lambda: desk.tickets.close(1),
        ):
            time.forward(1_800)
            act()
        time.now = LATER
        if away:
            desk.upkeep.archive("2y")
            desk.upkeep.unarchive([1])
        seen = [desk.sla.explain(1)]
        time.forward(60)
        desk.tickets.reopen(1, reason="again")
        seen += [desk.sla.explain(1), desk.tickets.show(1)]
        time.forward(600)
        desk.undoing.last()
        seen.append(desk.tickets.show(1))
        told = [e for e in desk.tickets.log(1) if e["verb"] in (archives.OUT, archives.BACK)]
        assert [e["verb"] for e in told] == ([archives.OUT, archives.BACK] if away else [])
        assert all(e["changes"] == {} for e in told)
    return [{k: v for k, v in each.items() if k not in ("version", "updated_at")} for each in seen]


def test_the_clocks_of_a_ticket_that_came_back_tell_the_same(tmp_path: Path) -> None:
    assert _lived(tmp_path / "a.db", away=True) == _lived(tmp_path / "b.db", away=False)


# ── crashes ──────────────────────────────────────────────────────────────────────────────────────
def _run(path: Path, what: str) -> None:
    with Desk.open(path, user=ANA, clock=FixedClock(LATER)) as desk:
        if what == "out":
            desk.upkeep.archive("2y")
        else:
            desk.upkeep.unarchive([4, 5])


class _Bench:
    """One move, begun again and again from the same two files, and what must hold whenever it was cut off."""

    def __init__(self, made: Path, folder: Path, what: str) -> None:
        self.what, self.start, self.work = what, folder / "start", folder / "work"
        self.path, self.place = self.work / "desk.db", self.work / "desk.archive.db"
        self.start.mkdir()
        shutil.copyfile(made, self.start / "desk.db")
        self.whole = parts(self.start / "desk.db")
        if what == "back":
            _run(self.start / "desk.db", "out")

    def reset(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.start, self.work)
        with (
            Desk.open(self.path, user=ANA) as desk,
            desk.store.write() as tx,
        ):  # the archive's place moves with the test
            tx.conn.execute("UPDATE meta SET value = ? WHERE key = 'archive'", (str(self.place),))

    def run(self) -> None:
        _run(self.path, self.what)

    def judge(self, *, goes_on: bool = True) -> None:
        with Desk.open(self.path, user=ANA, clock=FixedClock(LATER)) as desk:
            if desk.upkeep.archive_path() is not None and self.place.exists():
                with desk.upkeep.archived() as old:  # whoever reads settles it
                    there = {t["number"] for t in old.tickets.select()}
                here = {t["number"] for t in desk.tickets.select()}
                assert not there & here and there | here == set(range(1, 9))
                together = both(self.path, self.place)
                assert {t: together[t] for t in archives.PARTS} == {t: self.whole[t] for t in archives.PARTS}
                assert set(self.whole["journal_text"]) <= set(together["journal_text"])
            assert desk.upkeep.check(deep=True)["ok"]
            if goes_on and self.what == "out":  # and it goes on where it was cut off
                self.run()
                assert len(desk.tickets.select()) == 3


@pytest.mark.parametrize("what", ["out", "back"])
def test_killed_at_any_step_nothing_is_lost_and_nothing_is_there_twice(made: Path, tmp_path: Path, what: str) -> None:
    bench = _Bench(made, tmp_path, what)
    kills = 0
    for _n in every_step(bench.run, bench.reset):
        kills += 1
        bench.judge()
    assert kills > 8


def _killed_at_calls(bench: _Bench, count: int) -> int:
    """Kill the move at so many of its system calls, chosen at random; how many were met."""
    if (reason := traced.why_not()) is not None:
        pytest.skip(f"no fault at a system call: {reason}")
    bench.reset()
    known = runs.points(traced.counted(bench.run, traced.WRITES))
    met = 0
    for call, when in random.Random(20260302).sample(known, min(count, len(known))):
        bench.reset()
        met += traced.killed(bench.run, call, when)
        bench.judge(goes_on=False)
    return met


@pytest.mark.parametrize("what", ["out", "back"])
def test_killed_at_a_system_call(made: Path, tmp_path: Path, what: str) -> None:
    assert _killed_at_calls(_Bench(made, tmp_path, what), 12) >= 9


@pytest.mark.soak
@pytest.mark.parametrize("what", ["out", "back"])
def test_killed_at_every_system_call(made: Path, tmp_path: Path, what: str) -> None:
    assert _killed_at_calls(_Bench(made, tmp_path, what), 5_000) > 100


def test_a_move_without_the_mark_would_be_seen(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a program that forgets what is pending leaves tickets twice, and the judgement says so."""
    monkeypatch.setattr(archives.Archive, "_mark", lambda *_: None)
    bench, seen = _Bench(made, tmp_path, "out"), 0
    for _n in every_step(bench.run, bench.reset):
        try:
            bench.judge(goes_on=False)
        except AssertionError:
            seen += 1
    assert seen > 0


def test_a_disk_that_fails_between_the_two_files(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parts(desk.store.path)

    def fail(*_: Any, **__: Any) -> None:
        raise StoreFault("no")

    with monkeypatch.context() as patch:
        patch.setattr(type(desk), "work", fail)
        with pytest.raises(StoreFault):
            desk.upkeep.archive("2y")
    assert parts(desk.store.path) == before
    assert parts(tmp_path / "desk.archive.db")["ticket"] == []
    assert desk.upkeep.archive("2y")["moved"] == 5


def test_two_moves_at_once(desk: Desk) -> None:
    with archives.Archive(archives.default_path(desk.store.path).absolute(), desk.store.reader()):
        with pytest.raises(Busy), driver.writer_lock(archives.default_path(desk.store.path), 0.05):
            pass


# ── proof ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("UPDATE ticket SET title = 'else' WHERE number = 4", "ticket 4"),
        ("UPDATE ticket SET impact = 1 + impact % 3 WHERE number = 4", "ticket 4"),
        ("UPDATE comment SET body = '' WHERE number = 4", "ticket 4"),
        ("DELETE FROM comment WHERE number = 4", "ticket 4"),
        (
            "UPDATE journal_text SET vals = '[]' WHERE seq = (SELECT max(t.seq) FROM journal_text t JOIN journal j ON j.seq = t.seq WHERE j.subject = 4)",
            "ticket 4",
        ),
        ("INSERT INTO ticket_tag VALUES (4, 'x')", "ticket 4"),
        ("UPDATE ticket SET number = 99 WHERE number = 4", "ticket 99"),
        ("UPDATE blob SET data = x'00'", "desk.archive.db"),
    ],
)
def test_what_is_wrong_in_the_archive_is_found(made: Path, tmp_path: Path, sql: str, where: str) -> None:
    path = Path(shutil.copyfile(made, tmp_path / "desk.db"))
    _run(path, "out")
    conn = sqlite3.connect(tmp_path / "desk.archive.db", isolation_level=None)
    assert conn.execute(sql).rowcount > 0
    conn.close()
    with Desk.open(path, user=ANA, clock=FixedClock(LATER)) as desk:
        found = desk.upkeep.check(deep=True)
        assert found["archive"] is False and any(p["where"].endswith(where) for p in found["problems"])
        if where == "ticket 4":
            with pytest.raises(Conflict, match="not as it left"):
                desk.upkeep.unarchive([4])
            assert {t["number"] for t in desk.tickets.select()} == {3, 7, 8}


def test_a_missing_archive_is_found(made: Path, tmp_path: Path) -> None:
    path = Path(shutil.copyfile(made, tmp_path / "desk.db"))
    _run(path, "out")
    (tmp_path / "desk.archive.db").unlink()
    with Desk.open(path, user=ANA, clock=FixedClock(LATER)) as desk:
        assert desk.upkeep.check()["ok"]
        problems = desk.upkeep.check(deep=True)["problems"]
        assert [p["part"] for p in problems] == ["archive"] and "5 tickets" in problems[0]["what"]
        with pytest.raises(NotFound), desk.upkeep.archived():
            pass


def test_texts_that_vanish_without_a_move_are_still_found(desk: Desk) -> None:
    """Only an archived ticket's texts may be absent."""
    desk.upkeep.archive("2y")
    desk.upkeep.unarchive([4])
    conn = desk.store.reader()
    seq, vals = conn.execute(
        "SELECT t.seq, t.vals FROM journal_text t JOIN journal j ON j.seq = t.seq WHERE j.subject_type = 'ticket' AND j.subject = 4"
    ).fetchone()
    conn.execute("DELETE FROM journal_text WHERE seq = ?", (seq,))
    assert journal.verify(conn).why == "a text is missing"
    conn.execute("INSERT INTO journal_text VALUES (?, ?)", (seq, vals))


def test_rows_of_a_ticket_that_came_back_are_watched_too(desk: Desk) -> None:
    desk.upkeep.archive("2y")
    desk.upkeep.unarchive([4])
    conn = desk.store.reader()
    for sql, back in (
        (
            "UPDATE ticket SET title = 'else' WHERE number = 4",
            "UPDATE ticket SET title = 'vpn drops 3' WHERE number = 4",
        ),
        ("INSERT INTO ticket_tag VALUES (4, 'x')", "DELETE FROM ticket_tag WHERE tag = 'x'"),
        (
            "INSERT INTO comment VALUES (1048577, 1, 'reply', NULL, 0, 'cli', '')",
            "DELETE FROM comment WHERE number = 1",
        ),
    ):
        conn.execute(sql)
        assert "rows" in {p["part"] for p in check.check(desk.store.path).data()["problems"]}, sql
        conn.execute(back)


# ── who, which file ──────────────────────────────────────────────────────────────────────────────
def test_moving_is_for_who_runs_the_desk_and_reading_for_who_reads_tickets(desk: Desk) -> None:
    with as_person(desk, "sam", "service_desk") as sam:
        for call in (lambda: sam.upkeep.archive("2y"), lambda: sam.upkeep.unarchive([1])):
            with pytest.raises(NotPermitted):
                call()
        desk.upkeep.archive("2y")
        with sam.upkeep.archived() as old:
            assert len(old.tickets.select()) == 5
    with as_person(desk, "rita", "requester") as rita, rita.upkeep.archived() as old:
        assert old.tickets.select() == [] and old.searching.tickets("vpn") == []
        with pytest.raises(NotFound):
            old.tickets.show(1)
    with as_person(desk, "adm", "administrator") as adm, adm.upkeep.archived() as old, pytest.raises(NotPermitted):
        old.tickets.show(1)


def test_a_file_that_is_no_archive_of_this_desk_is_left_alone(desk: Desk, made: Path, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"hello")
    other = Path(shutil.copyfile(made, tmp_path / "desk2.db"))
    with pytest.raises((StoreFault, Conflict)):
        desk.upkeep.archive("2y", path=str(tmp_path / "x.db"))
    with pytest.raises(StoreFault):
        desk.upkeep.archive("2y", path=str(other))
    with Desk.open(tmp_path / "new.db", user=ANA, clock=FixedClock(START)) as stranger:
        with archives.Archive(tmp_path / "theirs.db", stranger.store.reader()):
            pass
    with pytest.raises(Conflict, match="another desk"):
        desk.upkeep.archive("2y", path=str(tmp_path / "theirs.db"))
    assert len(desk.tickets.select()) == 8
    desk.upkeep.archive("2y", path=str(tmp_path / "mine.db"))
    with pytest.raises(Conflict, match=r"mine\.db"):
        desk.upkeep.archive("2y", path=str(tmp_path / "second.db"))
    with pytest.raises(StoreFault):  # and an archive is no desk
        Desk.open(tmp_path / "mine.db", user=ANA)
    with pytest.raises(NotFound):
        desk.upkeep.unarchive([7])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2y", 730 * DAY),
        ("1 year", 365 * DAY),
        ("18months", 540 * DAY),
        ("6 mo", 180 * DAY),
        ("400d", 400 * DAY),
        ("2年", 730 * DAY),
    ],
)
def test_ages(text: str, seconds: int) -> None:
    assert age(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "x", "-2y", "0y", "1h", "0d", "200y" * 50])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(Invalid):
        age(text)


# ── the commands ─────────────────────────────────────────────────────────────────────────────────
def test_the_commands(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(shutil.copyfile(made, tmp_path / "desk.db"))
    login = pwd.getpwuid(os.geteuid()).pw_name
    with Desk.open(path, user=ANA, clock=FixedClock(LATER)) as desk:
        desk.people.add("Me", login=login, roles=["administrator", "smo", "auditor"], agent=True)
    cli = Cli(path, monkeypatch)
    cli("search", "vpn", "--archive", ok=3)
    assert "stays" in cli("db", "archive", "--older-than", "1d", "--dry-run").out
    cli("db", "archive", "--older-than", "1d", ok=2)  # asks, and there is no terminal
    cli("db", "archive", ok=2)
    cli("db", "archive", "--older-than", "1d", "--restore", "1", ok=2)
    assert "5 tickets moved" in cli("db", "archive", "--older-than", "1d", "--yes").out
    assert {t["number"] for t in cli("search", "vpn drops", "--archive", "-o", "json").json} == set(MOVED)
    assert cli("ticket", "show", "1", "--archive", "-o", "json").json[0]["title"] == "vpn drops 0"
    assert "hush0" in cli("ticket", "show", "1", "--archive").out
    assert cli("ticket", "log", "1", "--archive", "-o", "json").json
    assert cli("ticket", "comments", "1", "--archive", "-o", "json").json
    assert len(cli("ticket", "list", "--archive", "-o", "json").json) >= 5
    cli("ticket", "show", "1", ok=3)
    cli("ticket", "show", "1", "--archive", "--at", "1d", ok=2)
    assert cli("db", "check", "--deep", "-o", "json").json["archive"] is True
    assert cli("db", "archive", "--restore", "1", "--dry-run", "-o", "json").json == {"batch": None, "restored": [1, 2]}
    assert cli("db", "archive", "--restore", "INC-1").out == "back on the desk: 1, 2\n"
    assert cli("ticket", "show", "1", "-o", "json").json[0]["number"] == 1
    assert cli("audit", "verify").code == 0
