"""Salvage: a desk from a damaged file, and the truth about what was lost."""
# ruff: noqa: F811

import contextlib
import io
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.desk import upkeep
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import check, pagefile, salvage, shape
from helpdesk_tui.vocabulary.errors import Conflict, StoreFault
from tests.cli_runner import Cli
from tests.desk_fixtures import START, FixedClock, clock, desk  # noqa: F401
from tests.test_check import _one_file

ANA = OsUser(1000, "ana", "Ana Admin")
PAGE = 4096


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "desk.db"
    time = FixedClock()
    with Desk.open(path, user=ANA, clock=time) as desk:
        for n in range(60):
            time.forward(60)
            number = desk.tickets.open(
                f"vpn drops {n} 证书", description="long " * (50 if n % 5 else 3000), requester=f"p{n}@example.org"
            )["number"]
            desk.tickets.note(number, f"a note {n} " * 20)
            desk.tickets.edit(number, add_tags=[f"t{n % 7}"]) if n % 2 else desk.tickets.take(number)
        desk.tickets.redact(1, "drops")
        desk.tickets.link(3, 4)
        desk.attachments.add(3, "a.txt", b"hello" * 3000)
        desk.tickets.delete(5)
    _one_file(path)
    return path


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(made, tmp_path / "damaged.db"))


def everything(path: Path) -> dict[str, list[Any]]:
    conn = sqlite3.connect(path)
    try:
        tables = [*shape.BUSINESS, "journal", "journal_text", "blob"]
        return {t: sorted(conn.execute(f"SELECT * FROM {t}"), key=repr) for t in tables}
    finally:
        conn.close()


def pages_of(path: Path, table: str) -> list[int]:
    conn = sqlite3.connect(path)
    root = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    conn.close()
    file = pagefile.PageFile(path)
    found = [*pagefile.tree(file, root)]
    file.close()
    return found


def wipe(path: Path, *pages: int, what: bytes = b"\0") -> None:
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE)
            file.write(what * PAGE if len(what) == 1 else what)


def sound(path: Path) -> check.Findings:
    return check.check(path, deep=True)


def opens(path: Path) -> None:
    with Desk.open(path, user=ANA, clock=FixedClock(START + 10**6)) as desk:
        number = desk.tickets.open("new work goes on")["number"]
        assert number > 60
        desk.tickets.note(number, "x")
        assert desk.searching.tickets("goes on", limit=5)[0]["number"] == number


def test_a_sound_file_comes_out_the_same(copy: Path, tmp_path: Path) -> None:
    before = copy.read_bytes()
    report = salvage.salvage(copy, tmp_path / "out.db")
    assert report.complete and report.verdict is not None and report.verdict.ok
    assert everything(tmp_path / "out.db") == everything(copy)
    assert sound(tmp_path / "out.db").ok
    assert copy.read_bytes() == before
    opens(tmp_path / "out.db")


@pytest.mark.parametrize("table", ["ticket", "comment", "person", "ticket_tag", "link", "person_role", "attachment"])
def test_every_page_of_a_table_may_be_lost_while_the_journal_is_whole(copy: Path, tmp_path: Path, table: str) -> None:
    whole = everything(copy)
    wipe(copy, *pages_of(copy, table))
    report = salvage.salvage(copy, tmp_path / "out.db")
    assert report.complete, report.data()
    assert report.rebuilt[table] == len(whole[table]) > 0
    assert everything(tmp_path / "out.db") == whole
    assert sound(tmp_path / "out.db").ok
    opens(tmp_path / "out.db")


def test_without_the_first_page_nothing_is_lost(copy: Path, tmp_path: Path) -> None:
    whole = everything(copy)
    wipe(copy, 1)
    with pytest.raises(sqlite3.DatabaseError):
        everything(copy)
    report = salvage.salvage(copy, tmp_path / "out.db")
    assert report.complete, report.data()
    assert everything(tmp_path / "out.db") == whole
    opens(tmp_path / "out.db")


def test_without_any_page_that_leads_to_others(copy: Path, tmp_path: Path) -> None:
    whole, file = everything(copy), pagefile.PageFile(copy)
    inner = [page for page in range(1, file.count + 1) if file.kind(page) == pagefile.INTERIOR]
    file.close()
    assert len(inner) > 1
    wipe(copy, *inner)
    report = salvage.salvage(copy, tmp_path / "out.db")
    assert report.complete, report.data()
    assert everything(tmp_path / "out.db") == whole


@pytest.mark.parametrize("seed", range(6))
def test_a_lost_page_loses_only_what_it_held(copy: Path, tmp_path: Path, seed: int) -> None:
    """Any page but the journal's: nothing. One of the journal: those entries, named; every ticket stands."""
    whole = everything(copy)
    journal_pages = {*pages_of(copy, "journal"), *pages_of(copy, "journal_text")}
    file = pagefile.PageFile(copy)
    spilled = {p for page in [*journal_pages] for cell in file.leaf(page) for p in cell.pages}
    count = file.count
    file.close()
    held = journal_pages | spilled
    chance = random.Random(seed)
    others = [page for page in range(2, count + 1) if page not in held]
    wipe(copy, *chance.sample(others, 5), what=chance.randbytes(PAGE))
    first = salvage.salvage(copy, tmp_path / "a.db")
    assert first.whole and everything(tmp_path / "a.db")["ticket"] == whole["ticket"]
    page = chance.choice([p for p in journal_pages if file_kind(copy, p) == pagefile.LEAF])
    wipe(copy, page)
    second = salvage.salvage(copy, tmp_path / "b.db")
    opens(tmp_path / "b.db")
    lost = {n for a, b in second.gaps for n in range(a, b + 1)}
    kept = {row[0] for row in everything(tmp_path / "b.db")["journal"] if row[0] <= len(whole["journal"])}
    assert lost == {row[0] for row in whole["journal"]} - kept
    assert second.verdict is not None and second.verdict.ok is (
        not lost and not _texts_missing(tmp_path / "b.db", whole)
    )


def file_kind(path: Path, page: int) -> int:
    file = pagefile.PageFile(path)
    kind = file.kind(page)
    file.close()
    return kind


def _texts_missing(path: Path, whole: dict[str, list[Any]]) -> bool:
    return len([r for r in everything(path)["journal_text"] if r[0] <= len(whole["journal"])]) < len(
        whole["journal_text"]
    )


def test_a_lost_end_of_the_journal_is_told(copy: Path, tmp_path: Path) -> None:
    """The rows of what the lost entries did are still there; the gap is named from the old head."""
    whole = everything(copy)
    last = [p for p in pages_of(copy, "journal") if file_kind(copy, p) == pagefile.LEAF][-1]
    wipe(copy, last)
    report = salvage.salvage(copy, tmp_path / "out.db")
    assert report.gaps[-1][1] == len(whole["journal"])
    assert not report.complete and not report.whole
    assert everything(tmp_path / "out.db")["ticket"] == whole["ticket"]
    found = upkeep.salvage(str(copy), str(tmp_path / "again.db"), now=START, login="ana")
    assert found["complete"] is False and found["lost_entries"] == report.gaps


def test_a_changed_row_is_put_right_by_the_journal(copy: Path, tmp_path: Path) -> None:
    whole = everything(copy)
    conn = sqlite3.connect(copy)
    conn.execute("UPDATE ticket SET title = 'else', phase = 4 WHERE number = 7")
    conn.execute("DELETE FROM comment WHERE number = 8")
    conn.execute("INSERT INTO ticket_tag VALUES (9, 'never')")
    conn.commit()
    conn.close()
    report = salvage.salvage(copy, tmp_path / "out.db")
    assert (report.mended["ticket"], report.rebuilt["comment"], report.dropped["ticket_tag"]) == (1, 1, 1)
    assert everything(tmp_path / "out.db") == whole


def test_what_stands_only_in_the_log_is_found(made: Path, tmp_path: Path) -> None:
    """A desk that was killed: its last words are in the write-ahead log. Without its first page, too."""
    live = Path(shutil.copyfile(made, tmp_path / "live.db"))
    with Desk.open(live, user=ANA, clock=FixedClock(START + 10**5)) as desk:
        desk.tickets.open("only in the log")
        for end in ("", "-wal"):
            shutil.copyfile(f"{live}{end}", tmp_path / f"killed.db{end}")
    assert (tmp_path / "killed.db-wal").stat().st_size > PAGE
    report = salvage.salvage(tmp_path / "killed.db", tmp_path / "out.db")
    assert report.complete
    assert any(row[7] == "only in the log" for row in everything(tmp_path / "out.db")["ticket"])
    log = (tmp_path / "killed.db-wal").read_bytes()
    (tmp_path / "killed.db-wal").write_bytes(log[: len(log) - 100])  # the last commit was torn
    torn = salvage.salvage(tmp_path / "killed.db", tmp_path / "torn.db")
    assert everything(tmp_path / "torn.db") == everything(made)
    assert torn.complete


@pytest.mark.parametrize("cut", [5_000, 100_000, 300_000])
def test_a_file_cut_short(copy: Path, tmp_path: Path, cut: int) -> None:
    with copy.open("r+b") as file:
        file.truncate(copy.stat().st_size - cut)
    report = salvage.salvage(copy, tmp_path / "out.db")
    opens(tmp_path / "out.db")
    found = check.check(tmp_path / "out.db")
    assert found.parts["pages"] and found.parts["references"]
    assert report.verdict is not None


@pytest.mark.parametrize("seed", range(4))
def test_noise_over_a_third_of_the_file_still_gives_a_desk(copy: Path, tmp_path: Path, seed: int) -> None:
    """Even where the policy and everybody who runs the desk are lost."""
    chance = random.Random(seed)
    count = copy.stat().st_size // PAGE
    for page in chance.sample(range(1, count + 1), count // 3):
        wipe(copy, page, what=chance.randbytes(PAGE))
    done = upkeep.salvage(str(copy), str(tmp_path / "out.db"), now=START + 10**5, login="ana")
    assert not done["complete"]
    opens(tmp_path / "out.db")
    found = check.check(tmp_path / "out.db")
    assert found.parts["pages"] and found.parts["references"] and found.parts["search"]


def test_a_desk_that_has_lost_its_policy_and_its_people_can_be_used(copy: Path, tmp_path: Path) -> None:
    """Without the journal's first entries nothing knows them any more; what is put in their place is journalled."""
    leaves = [p for p in pages_of(copy, "journal") if file_kind(copy, p) == pagefile.LEAF]
    wipe(
        copy, *leaves[:2], *pages_of(copy, "person_role"), *pages_of(copy, "policy_version"), *pages_of(copy, "person")
    )
    done = upkeep.salvage(str(copy), str(tmp_path / "out.db"), now=START + 10**5, login="eve")
    assert done["policy_made"] and done["administrator"] == "eve"
    with Desk.open(tmp_path / "out.db", user=OsUser(7, "eve"), clock=FixedClock(START + 10**6)) as desk:
        desk.people.add("Ana", login="ana2", roles=["service_desk"])
        assert desk.tickets.open("new work")["number"] > 60
        entry = desk.audit.log(verb="db.salvage")[0]
        assert {row["table"] for row in entry["rows"]} == {"person", "person_role", "policy_version"}


@pytest.mark.parametrize("content", [b"", b"hello", bytes(50_000), b"SQLite format 3\x00" + b"\xff" * 50_000])
def test_what_holds_nothing_of_a_desk_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(StoreFault):
        salvage.salvage(tmp_path / "x", tmp_path / "out.db")
    assert not (tmp_path / "out.db").exists()
    with pytest.raises(StoreFault):
        salvage.salvage(tmp_path / "none", tmp_path / "out.db")


def test_nothing_is_replaced(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "out.db").write_text("mine")
    with pytest.raises(Conflict):
        salvage.salvage(copy, tmp_path / "out.db")
    assert (tmp_path / "out.db").read_text() == "mine"


# ── the reader of pages ──────────────────────────────────────────────────────────────────────────
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_record_or_damaged(raw: bytes, whole: bool) -> None:
    with contextlib.suppress(pagefile.Damaged):
        assert isinstance(pagefile.decode(raw, whole=whole), list)


@given(
    st.lists(
        st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text(), st.binary(), st.floats(allow_nan=False)),
        min_size=1,
        max_size=6,
    )
)
def test_the_reader_agrees_with_sqlite(values: list[Any]) -> None:
    conn = sqlite3.connect(":memory:")
    conn.execute(f"CREATE TABLE t ({', '.join(f'c{n}' for n in range(len(values)))})")
    try:
        conn.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(values))})", values)
    except UnicodeEncodeError:
        return
    conn.commit()
    file = pagefile.PageFile.__new__(pagefile.PageFile)
    raw = conn.serialize()
    conn.close()
    file._file, file._log, file._frames = io.BytesIO(raw), None, {}
    file.page_size = file.usable = PAGE
    file.count = len(raw) // PAGE
    (cell,) = file.leaf(2)
    assert cell.whole and pagefile.decode(cell.record) == values


# ── the command ──────────────────────────────────────────────────────────────────────────────────
def test_the_command(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = Path(shutil.copyfile(made, tmp_path / "damaged.db"))
    cli = Cli(tmp_path / "out.db", monkeypatch)
    wipe(damaged, 1)
    ended = cli("db", "salvage", str(damaged), str(tmp_path / "out.db"))
    assert "nothing is lost" in ended.out and "60 tickets" in ended.out
    cli("db", "salvage", str(damaged), str(tmp_path / "out.db"), ok=5)
    wipe(damaged, *pages_of(made, "journal"))
    ended = cli("db", "salvage", str(damaged), str(tmp_path / "two.db"), "-o", "json", ok=6)
    assert ended.json["complete"] is False and ended.json["found"]["ticket"] == 60
    told = cli("db", "salvage", str(damaged), str(tmp_path / "three.db"), ok=6).out
    assert "lost journal entries" in told and "chain" in told
    conn = sqlite3.connect(tmp_path / "out.db")
    assert conn.execute("SELECT verb FROM journal ORDER BY seq DESC LIMIT 1").fetchone() == ("db.salvage",)
    conn.close()
