"""The journal: every kind of tampering is found and named; what is erased is gone everywhere, and the chain holds."""
# ruff: noqa: F811

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import journal, replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict, Invalid
from tests.desk_fixtures import FixedClock, clock, desk  # noqa: F401
from tests.desk_random import tables


@pytest.fixture(scope="module")
def once_told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("told") / "told.db"
    with Desk.open(path, user=OsUser(1, "ana", "Ana"), clock=FixedClock()) as opened:
        for title in ("vpn drops", "printer jam", "卡纸"):
            opened.tickets.open(title, description=f"about {title}")
        opened.tickets.take(1)
        opened.tickets.reply(1, "we look into it")
        opened.tickets.note(2, "seems broken")
        opened.tickets.edit(3, set={"title": "打印机卡纸"}, reason="clearer")
    return path


@pytest.fixture
def told(tmp_path: Path, once_told: Path) -> Path:
    """A desk file with some history, closed."""
    shutil.copy(once_told, tmp_path / "told.db")
    return tmp_path / "told.db"


def raw(path: Path) -> sqlite3.Connection:
    """The file as an attacker has it: without our guards."""
    conn = sqlite3.connect(path, isolation_level=None)
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f"DROP TRIGGER {name}")
    return conn


def head(path: Path) -> int:
    with sqlite3.connect(path) as conn:
        return int(conn.execute("SELECT seq FROM journal_head").fetchone()[0])


def verdict(path: Path) -> journal.Verdict:
    store = Store(path)
    try:
        return journal.verify(store.reader())
    finally:
        store.close()


def _swap(conn: sqlite3.Connection, a: int, b: int) -> None:
    conn.execute("UPDATE journal SET seq = -1 WHERE seq = ?", (a,))
    conn.execute("UPDATE journal SET seq = ? WHERE seq = ?", (a, b))
    conn.execute("UPDATE journal SET seq = ? WHERE seq = -1", (b,))


def _insert(conn: sqlite3.Connection, at: int) -> None:
    for seq in range(conn.execute("SELECT max(seq) FROM journal").fetchone()[0], at - 1, -1):
        conn.execute("UPDATE journal SET seq = seq + 1 WHERE seq = ?", (seq,))
    columns = journal.COLUMNS.replace("seq, ", "")
    conn.execute(f"INSERT INTO journal (seq, {columns}) SELECT ?, {columns} FROM journal WHERE seq = 1", (at,))
    conn.execute("UPDATE journal_head SET seq = seq + 1")


def _texts(conn: sqlite3.Connection, seq: int, change: Callable[[list[list[str | None]]], object]) -> None:
    texts = json.loads(conn.execute("SELECT vals FROM journal_text WHERE seq = ?", (seq,)).fetchone()[0])
    change(texts)
    conn.execute("UPDATE journal_text SET vals = ? WHERE seq = ?", (json.dumps(texts), seq))


COLUMNS = [c for c in journal.COLUMNS.split(", ") if c not in ("seq", "ops", "reasons", "previous", "hash")]
TEXTED = 40  # an entry that holds texts; asserted below


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", [7, "x", None, b"\x00"])
def test_an_edited_column_is_found(told: Path, column: str, value: object) -> None:
    conn, seq = raw(told), 5
    if conn.execute(f"SELECT {column} FROM journal WHERE seq = ?", (seq,)).fetchone()[0] == value:
        value = 8
    try:
        conn.execute(f"UPDATE journal SET {column} = ? WHERE seq = ?", (value, seq))
    except sqlite3.IntegrityError:
        return  # the schema itself refuses it
    found = verdict(told)
    assert (found.ok, found.first_bad) == (False, seq)


@pytest.mark.parametrize("column", ["ops", "reasons", "previous", "hash"])
@pytest.mark.parametrize("value", ["[]", "", "nonsense", b"\xff", 5, '[{"code":"redacted","erased":[[1,0,5]]}]'])
def test_edited_contents_are_found(told: Path, column: str, value: object) -> None:
    conn, seq = raw(told), head(told) - 2
    before = conn.execute(f"SELECT {column} FROM journal WHERE seq = ?", (seq,)).fetchone()[0]
    if before == value:
        return
    conn.execute(f"UPDATE journal SET {column} = ? WHERE seq = ?", (value, seq))
    assert (verdict(told).ok, verdict(told).first_bad) == (False, seq)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_deleted_entries_are_found(told: Path, place: str) -> None:
    seq = {"first": 1, "middle": 20, "last": head(told)}[place]
    raw(told).execute("DELETE FROM journal WHERE seq = ?", (seq,))
    assert (verdict(told).ok, verdict(told).first_bad) == (False, seq)


def test_swapped_inserted_and_renumbered_entries_are_found(told: Path) -> None:
    _swap(raw(told), 10, 11)
    assert (verdict(told).ok, verdict(told).first_bad) == (False, 10)


def test_an_inserted_entry_is_found(told: Path) -> None:
    _insert(raw(told), 12)
    assert (verdict(told).ok, verdict(told).first_bad) == (False, 12)


@pytest.mark.parametrize("seq_of_head", ["kept", "moved"])
def test_a_cut_off_tail(told: Path, tmp_path: Path, seq_of_head: str) -> None:
    """Cutting the tail shows at once where the head was left; where it was moved along, only against an anchor."""
    anchor, last = tmp_path / "anchor.jsonl", head(told)
    with Desk.open(told, user=OsUser(1, "ana", "Ana"), clock=FixedClock()) as opened:
        opened.audit.anchor(str(anchor))
    conn = raw(told)
    conn.execute("DELETE FROM journal WHERE seq > ?", (last - 3,))
    if seq_of_head == "kept":
        assert (verdict(told).ok, verdict(told).first_bad) == (False, last - 2)
        return
    conn.execute(
        "UPDATE journal_head SET seq = :at, hash = (SELECT hash FROM journal WHERE seq = :at)", {"at": last - 3}
    )
    assert verdict(told).ok
    with Desk.open(told, user=OsUser(1, "ana", "Ana"), clock=FixedClock()) as opened:
        found = opened.audit.verify(anchor=str(anchor))
    assert not found["ok"]
    assert found["first_bad"] == last


def test_a_rewritten_chain_is_found_by_its_anchor(told: Path, tmp_path: Path) -> None:
    """Who recomputes every hash after a change is still betrayed by a head kept elsewhere."""
    anchor = tmp_path / "anchor.jsonl"
    with Desk.open(told, user=OsUser(1, "ana", "Ana"), clock=FixedClock()) as opened:
        opened.audit.anchor(str(anchor))
    conn = raw(told)
    conn.execute("UPDATE journal SET actor_id = 99 WHERE seq = 30")
    previous = journal.GENESIS
    for record in conn.execute(f"SELECT {journal.COLUMNS} FROM journal ORDER BY seq").fetchall():
        value = journal.digest(previous, tuple(record[:11]), record[11], record[12])
        conn.execute("UPDATE journal SET previous = ?, hash = ? WHERE seq = ?", (previous, value, record[0]))
        previous = value
    conn.execute("UPDATE journal_head SET hash = ?", (previous,))
    assert verdict(told).ok
    with Desk.open(told, user=OsUser(1, "ana", "Ana"), clock=FixedClock()) as opened:
        assert not opened.audit.verify(anchor=str(anchor))["ok"]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (lambda t: t[0].__setitem__(1, "another text"), "commitment"),
        (lambda t: t[0].__setitem__(0, "00" * 16), "commitment"),
        (lambda t: t[0].__setitem__(0, None), "without an erasure entry"),
        (lambda t: t[0].__setitem__(0, "no hex"), "damaged"),
        (lambda t: t[0].__setitem__(1, None), "damaged"),
        (lambda t: t[0].pop(), "damaged"),
        (lambda t: t.clear(), "missing"),
        (lambda t: t.__setitem__(0, 5), "damaged"),
    ],
)
def test_edited_texts_are_found(told: Path, how: Callable[[list[list[str | None]]], object], why: str) -> None:
    conn = raw(told)
    seq = conn.execute("SELECT max(seq) FROM journal_text").fetchone()[0]
    _texts(conn, seq, how)
    found = verdict(told)
    assert (found.ok, found.first_bad) == (False, seq)
    assert why in (found.why or "")


@pytest.mark.parametrize("value", ["", "{}", "not json", "5", "null", '["a"]'])
def test_damaged_texts_are_found(told: Path, value: str) -> None:
    conn = raw(told)
    seq = conn.execute("SELECT max(seq) FROM journal_text").fetchone()[0]
    conn.execute("UPDATE journal_text SET vals = ? WHERE seq = ?", (value, seq))
    assert (verdict(told).ok, verdict(told).first_bad) == (False, seq)
    conn.execute("DELETE FROM journal_text WHERE seq = ?", (seq,))
    assert (verdict(told).ok, verdict(told).first_bad) == (False, seq)


def test_an_untouched_journal_holds(told: Path) -> None:
    found = verdict(told)
    assert (found.ok, found.first_bad, found.entries) == (True, None, head(told))


def test_the_journal_refuses_changes(desk: Desk) -> None:
    desk.tickets.open("vpn")
    for statement in (
        "UPDATE journal SET at = 1",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 1",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            desk.store.reader().execute(statement)


# -- erasing ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Desk]:
    """A desk without the watch over its rows, which keeps copies of them."""
    with Desk.open(tmp_path / "bare.db", user=OsUser(1000, "ana", "Ana Admin"), clock=FixedClock()) as opened:
        yield opened


SECRET = "hunter2-ZQX-geheim"


def _everywhere(desk: Desk, number: int) -> None:
    """Put the secret wherever a text can go."""
    desk.tickets.edit(
        number,
        set={"title": f"cannot log in, password {SECRET}", "description": f"my password is {SECRET}!"},
        reason=f"he said {SECRET}",
    )
    desk.tickets.reply(number, f"please never send {SECRET} by mail")
    desk.tickets.note(number, f"user sent {SECRET}")
    desk.tickets.checklist_add(number, [f"change {SECRET}"])
    desk.tickets.log_time(number, 60, note=f"reset {SECRET}")
    desk.tickets.resolve(number, resolution=f"changed from {SECRET}", cause=f"leaked {SECRET}")
    desk.tickets.reopen(number, reason=f"{SECRET} again")
    desk.tickets.pin(number, "high", f"since {SECRET} leaked")
    desk.undoing.last()
    desk.undoing.redo()


def files_of(path: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in path.parent.glob(path.name + "*")}


@pytest.mark.parametrize("opened_with_it", [False, True])
def test_redaction_leaves_nothing(bare: Desk, tmp_path: Path, opened_with_it: bool) -> None:
    desk = bare
    words = f"login fails {SECRET}" if opened_with_it else "login fails"
    number = desk.tickets.open(words, description=f"see {SECRET}" if opened_with_it else "")["number"]
    _everywhere(desk, number)
    assert any(SECRET.encode() in data for data in files_of(desk.store.path).values())
    assert desk.searching.ranked(SECRET, limit=5)

    told = desk.tickets.redact(number, SECRET)
    assert told["places"] >= 7
    for table in (
        "ticket",
        "comment",
        "checklist_item",
        "time_entry",
        "journal",
        "journal_text",
        "search_text_data",
        "search_note_data",
    ):
        for row in desk.store.query(f"SELECT * FROM {table}"):
            assert SECRET not in repr(row), table
            assert SECRET.encode() not in b"".join(v for v in row if isinstance(v, bytes)), table
    assert desk.searching.ranked("hunter2", limit=5) == []
    assert "geheim" not in [t for (t,) in desk.store.query("SELECT term FROM search_text_terms")]
    # Not a byte of it in the file or its log, without any VACUUM.
    for name, data in files_of(desk.store.path).items():
        for part in (SECRET.encode(), b"hunter2", b"geheim"):
            assert part not in data, name

    assert journal.verify(desk.store.reader()).ok
    assert journal.verify(desk.store.reader()).erased >= 7
    shown = desk.tickets.show(number)
    assert shown["title"] == "cannot log in, password [redacted]"
    assert shown["description"] == "my password is [redacted]!"
    assert [c.body for c in desk.tickets.comments(number)] == [
        "please never send [redacted] by mail",
        "user sent [redacted]",
    ]
    assert SECRET not in json.dumps(desk.tickets.log(number))
    assert desk.searching.ranked("password", limit=5)
    copy = Store(tmp_path / "copy.db")
    replay.replay(desk.store.reader(), copy)
    assert tables(copy.reader()) == tables(desk.store.reader())
    copy.close()


def test_redaction_leaves_the_rest(desk: Desk) -> None:
    one, two = (desk.tickets.open(f"{n} {SECRET}", description="a long story 很长")["number"] for n in ("one", "two"))
    desk.tickets.redact(one, SECRET)
    assert desk.tickets.show(two)["title"] == f"two {SECRET}"
    assert desk.tickets.show(one)["description"] == "a long story 很长"
    assert {n for n, _ in desk.searching.ranked("很长", limit=5)} == {two, one}


def test_an_external_id_is_redacted_and_stays_one_of_its_kind(bare: Desk, tmp_path: Path) -> None:
    desk = bare
    one, two = (desk.tickets.open("a", set={"external_id": f"{SECRET}{n}"})["number"] for n in ("", "x"))
    for number in (one, two):
        desk.tickets.edit(number, set={"title": f"call {SECRET}"})
        told = desk.tickets.redact(number, SECRET)
        assert told["remains"] == []
    assert desk.tickets.show(one)["external_id"] == f"[redacted {one}]"
    assert desk.tickets.show(two)["external_id"] == f"[redacted {two}]"
    assert desk.tickets.show(one)["title"] == "call [redacted]"
    for name, data in files_of(desk.store.path).items():
        assert SECRET.encode() not in data, name
    assert journal.verify(desk.store.reader()).ok
    with contextlib.closing(Store(tmp_path / "copy.db")) as copy:
        replay.replay(desk.store.reader(), copy)
        assert tables(copy.reader()) == tables(desk.store.reader())


def test_a_redaction_says_where_the_text_cannot_go(bare: Desk) -> None:
    desk = bare
    number = desk.tickets.open("a", description=f"tag {SECRET}", tags=["geheim"])["number"]
    tagged = desk.store.query("SELECT max(seq) FROM journal")[0][0]
    file = desk.attachments.add(number, "log.txt", b"password geheim", "text/plain")["id"]
    told = desk.tickets.redact(number, "geheim")
    assert told["places"] and told["journal"]
    assert {"entry": tagged, "fields": ["reasons", "tags"]} in told["remains"] or {
        "entry": tagged,
        "fields": ["tags"],
    } in told["remains"]
    assert {"attachment": file} in told["remains"]
    with pytest.raises(Invalid, match=rf"only where it cannot go: entry {tagged} \(.*tags\), attachment {file}"):
        desk.tickets.redact(number, "geheim")
    assert journal.verify(desk.store.reader()).ok


def test_redacting_twice_and_undoing_around_it(desk: Desk) -> None:
    number = desk.tickets.open("a", description=f"alpha-11 {SECRET} beta-22")["number"]
    desk.tickets.edit(number, set={"description": f"alpha-11 {SECRET} beta-22 more"})
    desk.tickets.redact(number, SECRET)
    desk.tickets.redact(number, "alpha-11")
    assert journal.verify(desk.store.reader()).ok
    with pytest.raises(Conflict, match="cannot be undone"):
        desk.undoing.last()
    edit = desk.store.query("SELECT max(seq) FROM journal WHERE verb = 'ticket.edit'")[0][0]
    desk.undoing.entry(edit)
    assert desk.tickets.show(number)["description"] == "[redacted] [redacted] beta-22"
    with pytest.raises(Invalid):
        desk.tickets.redact(number, SECRET)
    with pytest.raises(Invalid):
        desk.tickets.redact(number, "ab")
    assert journal.verify(desk.store.reader()).ok


def test_an_erased_text_cannot_be_exchanged_later(desk: Desk) -> None:
    number = desk.tickets.open("a", description=SECRET)["number"]
    desk.tickets.redact(number, SECRET)
    conn = desk.store.reader()
    seq, vals = next(
        (s, v) for s, v in conn.execute("SELECT seq, vals FROM journal_text ORDER BY seq") if "[redacted]" in v
    )
    conn.execute("UPDATE journal_text SET vals = ? WHERE seq = ?", (vals.replace("[redacted]", "[all fine]"), seq))
    assert journal.verify(conn).first_bad == seq
    conn.execute("UPDATE journal_text SET vals = ? WHERE seq = ?", (vals, seq))


def test_an_erased_person_leaves_nothing(bare: Desk) -> None:
    desk = bare
    desk.people.add("Wilhelmina Unverwechselbar", login="wilhelm1na", email="unverwechselbar@example.org", agent=True)
    number = desk.tickets.open("vpn", requester="wilhelm1na")["number"]
    desk.tickets.assign(number, assignee="wilhelm1na")
    desk.tickets.watch(number, person="wilhelm1na")
    desk.people.erase("wilhelm1na")
    for part in ("Wilhelmina", "wilhelm1na", "nverwechselbar"):
        assert part not in json.dumps(desk.tickets.log(number))
        for name, data in files_of(desk.store.path).items():
            assert part.encode() not in data, (part, name)
    assert journal.verify(desk.store.reader()).ok


def test_no_salt_is_given_twice_and_a_child_has_its_own(desk: Desk) -> None:
    for number in range(40):
        desk.tickets.open(f"printer {number}", description="jam")
    salts = [s for (vals,) in desk.store.query("SELECT vals FROM journal_text") for s, _ in json.loads(vals)]
    assert len(salts) > 80
    assert len(set(salts)) == len(salts)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, journal._salts.one())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 16) not in [journal._salts.one() for _ in range(200)]
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("past", [False, True])
def test_a_replay_asks_for_no_ticket_alone(desk: Desk, tmp_path: Path, past: bool) -> None:
    desk.importing.tickets(iter([{"title": f"printer {n}"} for n in range(120)]))
    desk.bulk.edit(where="kind:incident", set={"urgency": "high"})
    copy = Store(tmp_path / "copy.db")
    asked: list[str] = []
    copy.reader().set_trace_callback(asked.append)
    n = replay.replay(desk.store.reader(), copy, upto=desk.now() if past else None)
    copy.reader().set_trace_callback(None)
    assert n > 240
    # Of some tables there is a row or two from the beginning; tickets are read together or not at all.
    assert len([sql for sql in asked if sql.startswith("SELECT") and " FROM ticket" in sql.replace("\\n", " ")]) <= 4
    same = "SELECT number, title, urgency, priority, version FROM ticket ORDER BY number"
    assert copy.query(same) == desk.store.query(same)
    copy.close()


def test_changes_alone_are_those_of_the_entries(desk: Desk) -> None:
    number = desk.tickets.open("a", description=SECRET)["number"]
    desk.tickets.reply(number, "hello")
    desk.tickets.edit(number, set={"description": ""})
    desk.undoing.last()
    conn = desk.store.reader()
    entries = [entry.rows for entry in journal.read(conn, journal.ALL)]
    assert list(journal.changes(conn, journal.CHANGES)) == entries
    late = [entry.rows for entry in journal.read(conn, journal.UP_TO, (desk.now() - 1,))]
    assert list(journal.changes(conn, journal.CHANGES_UP_TO, (desk.now() - 1,))) == late


@pytest.mark.parametrize("chunk", [1, 3, 4_000])
def test_a_replay_in_pieces_leaves_an_ordinary_desk(
    bare: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """Whatever is folded together: the same rows, counts, search index, indexes, triggers and settings."""
    desk = bare
    one, two = (desk.tickets.open(f"printer {n}", tags=["red"], description="卡纸")["number"] for n in (1, 2))
    desk.tickets.link(one, two)
    for _ in range(2):  # gone and back again
        desk.tickets.link(one, two, remove=True)
        desk.tickets.link(one, two)
        desk.tickets.edit(one, remove_tags=["red"])
        desk.tickets.edit(one, add_tags=["red"])
    desk.tickets.note(two, "toner")
    desk.undoing.last()
    monkeypatch.setattr(replay, "CHUNK", chunk)
    monkeypatch.setattr(replay, "_READ", 2)
    with contextlib.closing(Store(tmp_path / "copy.db")) as copy:
        seen: list[int] = []
        assert replay.replay(desk.store.reader(), copy, progress=seen.append) == seen[-1] == desk.store.head()
        assert tables(copy.reader()) == tables(desk.store.reader())
        for sql in (
            "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2",
            "SELECT team_id, assignee_id, phase, n FROM tally WHERE n > 0 ORDER BY 1, 2, 3",
            "SELECT name, value FROM counter ORDER BY 1",
            "SELECT term, doc, cnt FROM search_text_terms ORDER BY 1",
            "SELECT k, v FROM search_text_config ORDER BY 1",
            *(f"PRAGMA {p}" for p in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")),
        ):
            assert copy.query(sql) == desk.store.query(sql), sql
    with contextlib.closing(Store(tmp_path / "plain.db")) as plain:
        replay.replay(desk.store.reader(), plain, search=False)
        assert plain.query("SELECT count(*) FROM search_text") == [(0,)]
        assert tables(plain.reader()) == tables(desk.store.reader())
