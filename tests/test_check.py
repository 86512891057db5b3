"""`db check`: every bit that flips in a ticket's or a journal entry's row is found, and where it is."""
# ruff: noqa: F811

import json
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import check, journal, pagefile, rowcheck
from helpdesk_tui.vocabulary.errors import NotPermitted, StoreFault
from tests.cli_runner import Cli
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401

ANA = OsUser(1000, "ana", "Ana Admin")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with long and short texts, notes, files, a redaction and an erased person; one file, not in use."""
    path = tmp_path_factory.mktemp("made") / "desk.db"
    time = FixedClock()
    with Desk.open(path, user=ANA, clock=time) as desk:
        for n in range(12):
            time.forward(60)
            number = desk.tickets.open(
                f"vpn drops {n} 证书", description="long " * (20 if n % 4 else 3000), requester=f"p{n}@example.org"
            )["number"]
            desk.tickets.note(number, f"a note {n}")
            desk.tickets.reply(number, f"reply {n} " * 40)
        desk.tickets.take(1)
        desk.tickets.redact(1, "drops")
        desk.people.erase("p2@example.org")
        desk.tickets.link(3, 4)
        desk.tickets.delete(5)
    _one_file(path)
    return path


def _one_file(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.execute("PRAGMA journal_mode = DELETE")
    conn.close()


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(made, tmp_path / "copy.db"))


def cells(path: Path, *tables: str) -> list[pagefile.Cell]:
    conn = sqlite3.connect(path)
    roots = [conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (t,)).fetchone()[0] for t in tables]
    conn.close()
    file = pagefile.PageFile(path)
    found = [cell for root in roots for page in pagefile.tree(file, root) for cell in file.leaf(page)]
    file.close()
    return found


def bits(path: Path, *tables: str) -> list[int]:
    """Every bit (its place in the file) of the rows of these tables that means something, overflow pages included."""
    out: list[int] = []
    raw = path.read_bytes()
    for cell in cells(path, *tables):
        start = (cell.page - 1) * 4096
        _payload, at = pagefile.varint(raw, start + cell.offset)
        _rowid, at = pagefile.varint(raw, at)
        _size, first = pagefile.varint(raw, at)
        # A row's number stands in its key and, in its first column, as an empty value; whether that is empty or
        # nought no reader can see.
        assert raw[first] == 0
        out += set(range((start + cell.offset) * 8, (start + cell.end) * 8)) - {first * 8 + 3}
        left = len(cell.record) - (cell.end - cell.offset)
        for page in cell.pages:
            out += range((page - 1) * 4096 * 8, ((page - 1) * 4096 + min(4096, max(4, left))) * 8)
            left -= 4092
    return out


def flip(path: Path, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))


def test_a_sound_desk_is_sound(made: Path) -> None:
    found = check.check(made, deep=True)
    assert found.ok, found.problems
    assert list(found.parts) == ["pages", "references", "journal", "rows", "search", "attachments", "counts"]
    assert found.rows > 40


@pytest.mark.parametrize("tables", [("ticket",), ("journal",), ("journal_text",), ("comment",), ("person",)])
def test_every_bit_flip_in_a_row_is_found(copy: Path, tables: tuple[str, ...]) -> None:
    places = bits(copy, *tables)
    assert len(places) > 2_000
    missed = []
    for bit in random.Random(20260302).sample(places, 120):
        flip(copy, bit)
        if check.check(copy).ok:
            missed.append(bit)
        flip(copy, bit)
    assert missed == []
    assert check.check(copy).ok


@pytest.mark.soak
@pytest.mark.parametrize("table", ["ticket", "journal", "journal_text", "comment"])
def test_very_many_bit_flips(copy: Path, table: str) -> None:
    places = bits(copy, table)
    for bit in random.Random(1).sample(places, min(len(places), 10_000)):
        flip(copy, bit)
        assert not check.check(copy).ok, bit
        flip(copy, bit)


def test_sqlites_own_check_would_miss_most(copy: Path) -> None:
    """The control: without the journal the same flips are not seen."""
    seen, places = 0, random.Random(7).sample(bits(copy, "ticket", "journal"), 100)
    for bit in places:
        flip(copy, bit)
        conn = sqlite3.connect(copy)
        try:
            seen += conn.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok"
        except sqlite3.DatabaseError:
            seen += 1
        conn.close()
        flip(copy, bit)
    assert seen < 60


def change(path: Path, sql: str, *params: Any) -> None:
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("DROP TRIGGER IF EXISTS journal_no_update")
    conn.execute("DROP TRIGGER IF EXISTS journal_no_delete")
    conn.execute("PRAGMA recursive_triggers = ON")
    assert conn.execute(sql, params).rowcount > 0
    conn.close()


@pytest.mark.parametrize(
    ("sql", "part", "where", "what"),
    [
        ("UPDATE ticket SET title = 'other' WHERE number = 3", "rows", "ticket 3", "title"),
        ("UPDATE ticket SET affected_users = -1, moscow = '' WHERE number = 3", "rows", "ticket 3", "affected_users"),
        ("UPDATE ticket SET impact = impact % 3 + 1 WHERE number = 3", "rows", "ticket 3", "impact"),
        ("UPDATE person SET vip = 1 WHERE id = 2", "rows", "person 2", "vip"),
        ("DELETE FROM comment WHERE number = 4 AND kind = 'note'", "rows", "comment 4194305", "missing"),
        ("INSERT INTO ticket_tag VALUES (3, 'x')", "rows", "ticket_tag 3, x", "no such row"),
        ("UPDATE journal SET verb = 'x' WHERE seq = 40", "journal", "journal entry 40", "hash"),
        ("DELETE FROM journal WHERE seq = 40", "journal", "journal entry 40", "missing"),
        ("UPDATE journal_text SET vals = upper(vals) WHERE seq = 40", "journal", "journal entry 40", ""),
        ("INSERT INTO journal_text VALUES (99999, '[]')", "journal", "journal entry 99999", "without"),
        ("UPDATE ticket SET service_id = 999 WHERE number = 3", "references", "ticket row 3", "service"),
    ],
)
def test_what_is_wrong_is_named(copy: Path, sql: str, part: str, where: str, what: str) -> None:
    change(copy, sql)
    found = check.check(copy)
    hits = [p.data() for p in found.problems if p.part == part and p.where == where]
    assert hits, found.data()
    assert what in hits[0]["what"]
    assert "helpdesk" in hits[0]["advice"]
    assert found.data()[part] is False
    assert json.loads(json.dumps(found.data())) == found.data()


def test_a_salt_in_another_spelling_is_no_salt(copy: Path) -> None:
    """The commitment takes either case of a digit; one flipped bit must be seen all the same."""
    conn = sqlite3.connect(copy)
    seq, vals = next(
        r for r in conn.execute("SELECT seq, vals FROM journal_text") if any(c in r[1][3:30] for c in "abcdef")
    )
    conn.close()
    place = next(n for n, c in enumerate(vals) if n > 2 and c in "abcdef")
    change(
        copy,
        "UPDATE journal_text SET vals = ? WHERE seq = ?",
        vals[:place] + vals[place].upper() + vals[place + 1 :],
        seq,
    )
    conn = sqlite3.connect(copy)
    assert journal.verify(conn).ok
    conn.close()
    assert [p.where for p in check.check(copy).problems] == [f"journal entry {seq}"]


@pytest.mark.parametrize(
    ("sql", "deep"),
    [
        ("DELETE FROM search_text_docsize WHERE id = 3 << 20", False),
        ("INSERT INTO search_note_docsize VALUES (77, x'01')", False),
        ("INSERT INTO search_text (search_text, rowid, title, body) VALUES ('delete', 3 << 20, 'vpn', '')", False),
        ("INSERT INTO search_text (rowid, title, body) VALUES (3 << 20, 'stray', '')", True),
    ],
)
def test_the_search_index_must_say_what_the_texts_say(copy: Path, sql: str, deep: bool) -> None:
    change(copy, sql)
    assert check.check(copy).ok is deep
    found = check.check(copy, deep=True)
    assert {p.part for p in found.problems} == {"search"}
    assert "reindex" in found.problems[0].advice
    with Desk.open(copy, user=ANA, clock=FixedClock()) as desk:
        desk.upkeep.reindex()
        assert desk.upkeep.check(deep=True)["ok"]


def test_attachments_and_counts(desk: Desk) -> None:
    number = desk.tickets.open("vpn")["number"]
    desk.attachments.add(number, "a.txt", b"hello")
    conn = sqlite3.connect(desk.store.path, isolation_level=None)
    conn.execute("UPDATE blob SET data = x'00'")
    conn.execute("UPDATE tally SET n = n + 1")
    found = desk.upkeep.check(deep=True)
    assert {p["part"] for p in found["problems"]} == {"attachments", "counts"}
    conn.execute("UPDATE blob SET data = x'68656c6c6f'")
    conn.close()
    desk.upkeep.reindex()
    assert desk.upkeep.check(deep=True)["ok"]


def test_a_check_writes_nothing_and_needs_its_permission(desk: Desk) -> None:
    desk.tickets.open("vpn")
    head, version = desk.store.head(), desk.store.data_version()
    assert desk.upkeep.check(deep=True)["ok"]
    assert (desk.store.head(), desk.store.data_version()) == (head, version)
    with as_person(desk, "rita", "requester") as rita, pytest.raises(NotPermitted):
        rita.upkeep.check()


def test_a_desk_in_use_is_checked_at_one_instant(desk: Desk) -> None:
    """Writes that come in between are not taken for damage."""
    desk.tickets.open("vpn")
    calls = []

    def more(_done: int, _total: int | None) -> None:
        calls.append(desk.tickets.open(f"more {len(calls)}")["number"])

    found = check.check(desk.store.path, deep=True, progress=more)
    assert found.ok, found.problems
    assert len(calls) >= 2


@pytest.mark.parametrize("size", [0, 1, 50, 100, 5000])
def test_what_is_cut_short_is_a_finding(copy: Path, size: int) -> None:
    with copy.open("r+b") as file:
        file.truncate(size)
    if size == 0:
        pytest.skip("an empty file is a desk to be made")
    found = check.check(copy)
    assert not found.ok
    assert "restore" in found.problems[0].advice


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreFault):
        check.check(tmp_path / "none.db")


# ── the sums ─────────────────────────────────────────────────────────────────────────────────────
VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=8), st.binary(max_size=8), st.floats())


@given(VALUES, VALUES)
def test_different_values_have_different_digests(one: Any, other: Any) -> None:
    same = type(one) is type(other) and (one == other or repr(one) == repr(other))
    assert (rowcheck._cell(1, "x", one) == rowcheck._cell(1, "x", other)) == same


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 62))
def test_one_bit_of_a_number_always_shows(value: int, bit: int) -> None:
    assert rowcheck._cell(5, "x", value) != rowcheck._cell(5, "x", value ^ 1 << bit)


# ── the command ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    runner = Cli(tmp_path / "cli.db", monkeypatch)
    runner("db", "init")
    return runner


def test_the_command(cli: Cli) -> None:
    cli.new("vpn drops")
    assert cli("db", "check").out == "the desk is sound\n"
    assert cli("db", "check", "--deep", "-o", "json").json["counts"] is True
    conn = sqlite3.connect(cli.db)
    conn.execute("UPDATE ticket SET title = 'evil \x1b[31m'")
    conn.commit()
    conn.close()
    ended = cli("db", "check", ok=1)
    assert "ticket 1" in ended.out and "title" in ended.out and "restore" in ended.out
    assert "\x1b" not in ended.out
    assert cli("db", "check", "-o", "json", ok=1).json["problems"][0]["where"] == "ticket 1"


def test_a_file_too_damaged_to_open_is_reported_the_same_way(cli: Cli) -> None:
    with cli.db.open("r+b") as file:
        file.seek(0)
        file.write(b"not a header any more")
    cli.db.with_name(cli.db.name + "-wal").unlink(missing_ok=True)
    ended = cli("db", "check", "-o", "json", ok=1)
    assert ended.json["ok"] is False
    assert ended.json["problems"][0]["part"] == "file"


def test_the_one_bit_that_nothing_reads(copy: Path) -> None:
    """A row's number stands in its key; the empty value in its first column may be a nought, and no query can tell."""

    def everything() -> list[Any]:
        conn = sqlite3.connect(copy)
        try:
            return [*conn.execute("SELECT *, typeof(number), rowid FROM ticket")]
        finally:
            conn.close()

    before, raw = everything(), copy.read_bytes()
    for cell in cells(copy, "ticket"):
        at = (cell.page - 1) * 4096 + cell.offset
        first = pagefile.varint(raw, pagefile.varint(raw, pagefile.varint(raw, at)[1])[1])[1]
        flip(copy, first * 8 + 3)
    assert copy.read_bytes() != raw
    assert everything() == before
