"""Upgrading a desk file: the old schema or the new one at every moment, nothing lost, nothing foreign touched.

Only one schema exists so far, so a second revision is made up here: it rebuilds `team`, which has children.
"""

import contextlib
import fcntl
import os
import re
import shutil
import sqlite3
import stat
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from helpdesk_tui.store import driver, migrate, people_index, schema
from helpdesk_tui.store.migrations.__main__ import draft
from helpdesk_tui.store.schema import APPLICATION_ID, SCHEMA_VERSION, SchemaState
from helpdesk_tui.vocabulary.errors import Busy, StoreFault

SCHEMAS = Path(__file__).with_name("schemas")
CHILDREN = ("team_member", "service", "ticket", "comment", "configuration_item", "link", "journal", "tally")

ADD_BY_BATCH = """
with op.batch_alter_table("team", recreate="always") as batch:
    batch.add_column(sa.Column("note", sa.String(length=64), nullable=False, server_default="none"))
op.execute("UPDATE team SET note = 'kept ' || code")
"""
ORPHANS = """
op.execute("UPDATE team SET code = code || '!'")
op.execute("DELETE FROM team WHERE id = 2")
"""
FAILS_LATE = """
op.execute("ALTER TABLE team ADD COLUMN note VARCHAR(64)")
op.get_bind().commit()
op.execute("UPDATE team SET code = 'same'")
"""
BROKEN_SQL = """
op.execute("ALTER TABLE team ADD COLUMN note VARCHAR(64)")
op.execute("UPDATE absent SET a = 1")
"""
RAISES = """
op.execute("ALTER TABLE team ADD COLUMN note VARCHAR(64)")
op.get_bind().rollback()
raise RuntimeError("half way")
"""

Revisions = Callable[..., Path]


@pytest.fixture
def revisions(tmp_path: Path) -> Revisions:
    """Make a folder with the shipped revisions up to `after` and the given bodies as those that follow."""

    def make(*bodies: str, after: int = 1) -> Path:
        folder = tmp_path / "100% made up" / str(len(list(tmp_path.glob("*/*"))))
        folder.mkdir(parents=True)
        for file in schema.FIRST_FILE.parent.glob("0[0-9]*_*"):
            if int(file.name[:4]) <= after:
                shutil.copy(file, folder)
        for number, body in enumerate(bodies, start=after + 1):
            (folder / f"{number:04d}_made_up.py").write_text(
                "import sqlalchemy as sa\nfrom alembic import op\n"
                "from helpdesk_tui.store.migrations.rebuild import rebuild_table\n"
                f"revision = '{number:04d}'\ndown_revision = '{number - 1:04d}'\n"
                f"def upgrade():\n{textwrap.indent(body, '    ')}\n",
                encoding="utf-8",
            )
        return folder

    return make


def make_desk(path: Path) -> Path:
    """A desk of schema 1 with a few rows, as it was released."""
    with contextlib.closing(driver.connect(path)) as conn:
        conn.execute("BEGIN")
        for name in ("v1.sql", "v1_rows.sql"):
            for statement in schema.statements((SCHEMAS / name).read_text(encoding="utf-8")):
                conn.execute(statement)
        conn.execute("COMMIT")
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desks"
    folder.mkdir()
    return make_desk(folder / "desk.db")


def content(path: Path) -> list[str]:
    """The whole database as text (full text by its shadow tables)."""
    with contextlib.closing(sqlite3.connect(path)) as conn:
        return [line for line in conn.iterdump() if "writable_schema" not in line]


def shape(path: Path) -> tuple[object, ...]:
    """What tells an old desk from a new one, and whether it is sound."""
    with contextlib.closing(sqlite3.connect(path)) as conn:
        return (
            conn.execute("PRAGMA user_version").fetchone()[0],
            conn.execute("SELECT version_num FROM alembic_version").fetchall(),
            [row[1] for row in conn.execute("PRAGMA table_info(team)")],
            conn.execute("SELECT * FROM team ORDER BY id").fetchall(),
            [conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in CHILDREN],
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0],
            conn.execute("PRAGMA integrity_check").fetchall(),
            conn.execute("PRAGMA foreign_key_check").fetchall(),
        )


@pytest.fixture
def old_and_new(tmp_path: Path, revisions: Revisions) -> tuple[tuple[object, ...], tuple[object, ...]]:
    path = make_desk(tmp_path / "reference.db")
    old = shape(path)
    migrate.upgrade(path, target=2, versions=revisions(ADD_BY_BATCH))
    return old, shape(path)


def copies(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if "backup" in p.name)


# ── the numbers ─────────────────────────────────────────────────────────────────────────────────


def test_revision_numbers_are_schema_versions() -> None:
    names = sorted(p.name for p in schema.FIRST_FILE.parent.glob("[0-9]*.py"))
    assert [int(n[:4]) for n in names] == list(range(1, SCHEMA_VERSION + 1))
    for name in names:
        text = (schema.FIRST_FILE.parent / name).read_text(encoding="utf-8")
        assert re.search(rf'^revision = ["\']{name[:4]}["\']$', text, re.MULTILINE)


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_every_released_schema_upgrades_to_the_present_one(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.db"
    with contextlib.closing(driver.connect(path)) as conn:
        for statement in schema.statements((SCHEMAS / f"v{version}.sql").read_text(encoding="utf-8")):
            conn.execute(statement)
    migrate.upgrade(path)
    with contextlib.closing(driver.connect(path)) as conn, contextlib.closing(driver.connect(":memory:")) as fresh:
        schema.create(fresh)
        names = "SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2"
        assert conn.execute(names).fetchall() == fresh.execute(names).fetchall()
        for (table,) in fresh.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            assert conn.execute(f"PRAGMA table_info({table})").fetchall() == (
                fresh.execute(f"PRAGMA table_info({table})").fetchall()
            )
        assert schema.inspect(conn) is SchemaState.CURRENT


# ── an upgrade ──────────────────────────────────────────────────────────────────────────────────


def test_an_upgrade_keeps_children_and_makes_a_copy(desk: Path, revisions: Revisions) -> None:
    before, whole = shape(desk), content(desk)
    lines: list[str] = []
    copy = migrate.upgrade(desk, say=lines.append, target=2, versions=revisions(ADD_BY_BATCH))
    after = shape(desk)
    assert after[0] == 2
    assert after[1] == [("0002",)]
    assert after[2] == [*before[2], "note"]  # type: ignore[misc]
    assert after[3] == [(*row, f"kept {row[1]}") for row in before[3]]  # type: ignore[attr-defined]
    assert after[4:] == before[4:]
    assert after[6:] == ([("ok",)], [])
    assert copy == desk.with_name("desk.backup-v1-1.db")
    assert copies(desk) == [copy.name]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert content(copy) == whole
    assert shape(copy) == before
    assert len(lines) == 3
    assert str(copy) in lines[-1]


def test_foreign_keys_hold_again_after_an_upgrade(desk: Path, revisions: Revisions) -> None:
    migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH))
    with contextlib.closing(driver.connect(desk)) as conn:
        with pytest.raises(sqlite3.IntegrityError):
            conn.execute("DELETE FROM team WHERE id = 2")
        assert conn.execute("PRAGMA foreign_key_list(team_member)").fetchall()


def test_the_copy_holds_what_is_only_in_the_log(desk: Path, revisions: Revisions, tmp_path: Path) -> None:
    with contextlib.closing(driver.connect(desk)) as conn:
        conn.execute("INSERT INTO meta (key, value) VALUES ('late', 'yes')")
        assert desk.with_name("desk.db-wal").stat().st_size
        copy = migrate.upgrade(
            desk, backup_dir=tmp_path / "elsewhere" / "copies", target=2, versions=revisions(ADD_BY_BATCH)
        )
    assert copy is not None
    assert copy.parent == tmp_path / "elsewhere" / "copies"
    with contextlib.closing(sqlite3.connect(f"{copy.as_uri()}?immutable=1", uri=True)) as conn:
        assert conn.execute("SELECT value FROM meta WHERE key = 'late'").fetchall() == [("yes",)]
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_copies_are_numbered_and_never_overwritten(desk: Path, revisions: Revisions) -> None:
    first = migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH))
    assert first is not None
    kept = first.read_bytes()
    for side in ("", "-wal", "-shm"):
        desk.with_name(desk.name + side).unlink(missing_ok=True)
    shutil.copy(first, desk)
    second = migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH))
    assert second == desk.with_name("desk.backup-v1-2.db")
    assert first.read_bytes() == kept


def test_several_revisions_are_one_step(desk: Path, revisions: Revisions) -> None:
    second = 'op.execute("CREATE TABLE extra (a INTEGER)")'
    copy = migrate.upgrade(desk, target=3, versions=revisions(ADD_BY_BATCH, second))
    assert copy is not None
    assert shape(desk)[:2] == (3, [("0003",)])
    old = make_desk(desk.with_name("other.db"))
    before = content(old)
    with pytest.raises(StoreFault):
        migrate.upgrade(old, target=3, versions=revisions(ADD_BY_BATCH, RAISES))
    assert content(old) == before


def test_a_current_desk_is_left_alone(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = migrate.upgrade(desk)
    assert copy is not None
    copy.unlink()
    before = desk.read_bytes()
    monkeypatch.setattr(migrate, "connect", None)  # not even opened for writing
    assert migrate.upgrade(desk) is None
    assert desk.read_bytes() == before
    assert copies(desk) == []


def test_an_empty_file_becomes_a_desk(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    path.touch()
    assert migrate.upgrade(path) is None
    assert migrate.look(path) == (SchemaState.CURRENT, SCHEMA_VERSION)


def test_rebuilding_a_table_loses_nothing_that_hangs_on_it(desk: Path, revisions: Revisions) -> None:
    with contextlib.closing(sqlite3.connect(desk)) as conn:
        made = str(conn.execute("SELECT sql FROM sqlite_master WHERE name = 'ticket'").fetchone()[0])
        rows = conn.execute("SELECT * FROM ticket ORDER BY number").fetchall()
        names = conn.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name <> 'ticket' ORDER BY 1, 2"
        ).fetchall()
        tally = conn.execute("SELECT * FROM tally ORDER BY 1, 2, 3").fetchall()
    made = made.replace("title VARCHAR NOT NULL", "title VARCHAR NOT NULL, heat INTEGER NOT NULL")
    body = f"rebuild_table(op.get_bind(), 'ticket', {made!r}, {{'heat': 'priority * 10'}})"
    migrate.upgrade(desk, target=2, versions=revisions(body))
    with contextlib.closing(driver.connect(desk)) as conn:
        assert conn.execute("SELECT number, heat FROM ticket").fetchall() == [(1, 40), (2, 20), (3, 20)]
        place = [row[1] for row in conn.execute("PRAGMA table_info(ticket)")].index("heat")
        after = conn.execute("SELECT * FROM ticket ORDER BY number").fetchall()
        assert [(*row[:place], *row[place + 1 :]) for row in after] == rows
        assert (
            conn.execute("SELECT type, name, sql FROM sqlite_master WHERE name <> 'ticket' ORDER BY 1, 2").fetchall()
            == names
        )
        assert conn.execute("SELECT * FROM tally ORDER BY 1, 2, 3").fetchall() == tally
        with pytest.raises(sqlite3.IntegrityError):
            conn.execute("UPDATE ticket SET priority = 9")
        conn.execute("UPDATE ticket SET phase = 2 WHERE number = 2")
        assert conn.execute("SELECT n FROM tally WHERE team_id = 1 AND phase = 2").fetchall() == [(1,)]
        plan = conn.execute(
            "EXPLAIN QUERY PLAN SELECT number FROM ticket WHERE phase < 3 AND deleted_at IS NULL"
            " ORDER BY -priority, due_at, number"
        ).fetchall()
        assert "ix_ticket_queue" in plan[0][3]


# ── failures ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (ORPHANS, r"would point to nothing in team"),
        (FAILS_LATE, r"could not be upgraded to schema 2 and is as it was: UNIQUE"),
        (BROKEN_SQL, r"is as it was: no such table: absent"),
        (RAISES, r"is as it was: half way"),
        ("import nothing_of_this_name", r"is as it was: No module"),
    ],
)
def test_a_revision_that_fails_leaves_the_old_desk(desk: Path, revisions: Revisions, body: str, told: str) -> None:
    before = content(desk)
    with pytest.raises(StoreFault, match=told) as caught:
        migrate.upgrade(desk, target=2, versions=revisions(body))
    assert str(desk) in str(caught.value)
    assert content(desk) == before
    assert copies(desk) == [], "a copy of what did not change is litter"
    assert migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH)) is not None


def test_a_missing_revision_is_said(desk: Path, revisions: Revisions) -> None:
    before = content(desk)
    with pytest.raises(StoreFault, match="could not be upgraded"):
        migrate.upgrade(desk, target=2, versions=revisions())
    assert content(desk) == before


def test_header_and_revision_must_agree(desk: Path, revisions: Revisions) -> None:
    with contextlib.closing(driver.connect(desk)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0007'")
    with pytest.raises(StoreFault, match="schema 1 and revision 0007"):
        migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH))


def test_a_damaged_desk_is_not_upgraded(desk: Path, revisions: Revisions) -> None:
    with contextlib.closing(driver.connect(desk)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        root = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_ticket_created'").fetchone()[0]
    with desk.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x0a" + b"\xff" * 200)
    damaged = desk.read_bytes()
    with pytest.raises(StoreFault):
        migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH))
    assert desk.read_bytes() == damaged
    assert copies(desk) == []


def test_no_copy_no_upgrade(desk: Path, revisions: Revisions, tmp_path: Path) -> None:
    before = content(desk)
    (tmp_path / "a file").touch()
    with pytest.raises(StoreFault, match="no copy could be made"):
        migrate.upgrade(desk, backup_dir=tmp_path / "a file", target=2, versions=revisions(ADD_BY_BATCH))
    assert content(desk) == before


def test_a_newer_desk_is_refused(desk: Path) -> None:
    with contextlib.closing(driver.connect(desk)) as conn:
        conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 6}")
    line = (
        f"this desk was written by a newer program (schema {SCHEMA_VERSION + 6}, this program knows {SCHEMA_VERSION});"
        " update the program"
    )
    with pytest.raises(StoreFault) as caught:
        migrate.upgrade(desk)
    assert str(caught.value) == line
    with pytest.raises(StoreFault) as caught:
        migrate.refuse(desk, SchemaState.NEWER)
    assert str(caught.value) == line


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE bookmarks (a)")
    before = path.read_bytes()
    with pytest.raises(StoreFault, match=r"places\.sqlite is a database of another program") as caught:
        migrate.upgrade(path)
    assert "--db" in str(caught.value)
    with pytest.raises(StoreFault, match="another program"):
        migrate.refuse(path, SchemaState.FOREIGN)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "junk",
    [
        b"x",
        b"Dear desk,\n",
        b"\x00" * 4096,
        bytes(range(256)) * 64,
        b"SQLite format 2\x00" + bytes(5000),
        b"%PDF-1.7\n" * 900,
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(junk)
    with pytest.raises(StoreFault, match=r"letter\.txt is no desk file"):
        migrate.upgrade(path)
    assert path.read_bytes() == junk
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_nothing_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="there is no desk at"):
        migrate.upgrade(tmp_path / "none.db")
    with pytest.raises(StoreFault, match="is no desk file"):
        migrate.upgrade(tmp_path)
    assert list(tmp_path.iterdir()) == []


# ── at the same time ────────────────────────────────────────────────────────────────────────────


def in_child(work: Callable[[], int]) -> int:
    """Run `work` in a forked child; the child's exit code is its result, 99 for an exception."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    return pid


def ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_of_two_migrators_one_works_and_one_finds_it_done(desk: Path, revisions: Revisions) -> None:
    versions = revisions(ADD_BY_BATCH)
    gate, open_gate = os.pipe()

    def work() -> int:
        os.close(open_gate)
        os.read(gate, 1)  # returns for all when the parent lets go
        return 10 if migrate.upgrade(desk, target=2, versions=versions) else 11

    children = [in_child(work) for _ in range(3)]
    os.close(gate)
    os.close(open_gate)
    assert sorted(ended(child) for child in children) == [10, 11, 11]
    assert shape(desk)[0] == 2
    assert copies(desk) == ["desk.backup-v1-1.db"]


def test_a_migrator_waits_for_writers_and_then_gives_up(
    desk: Path, revisions: Revisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_LOCK_SECONDS", 0.05)
    before = content(desk)
    with driver.lock_path(desk).open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Busy):
            migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH))
    assert content(desk) == before
    assert migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH)) is not None


def test_a_reader_sees_the_old_desk_until_it_looks_again(desk: Path, revisions: Revisions) -> None:
    with contextlib.closing(driver.connect(desk)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM team").fetchone()
        migrate.upgrade(desk, target=2, versions=revisions(ADD_BY_BATCH))
        assert reader.execute("PRAGMA user_version").fetchone() == (1,)
        reader.execute("COMMIT")
        assert reader.execute("PRAGMA user_version").fetchone() == (2,)


# ── killed ──────────────────────────────────────────────────────────────────────────────────────


def _fresh(desk: Path) -> Iterator[Path]:
    for n in range(100_000):
        path = desk.with_name(f"run{n}.db")
        yield make_desk(path)
        for file in desk.parent.glob(f"run{n}.*"):
            file.unlink()


def test_killed_at_every_statement(
    desk: Path,
    revisions: Revisions,
    old_and_new: tuple[tuple[object, ...], tuple[object, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions, (old, new) = revisions(ADD_BY_BATCH), old_and_new
    seen: list[tuple[object, ...]] = []
    for n, path in enumerate(_fresh(desk), start=1):

        def dying(name: Path, n: int = n) -> sqlite3.Connection:
            conn = driver.connect(name)
            left = [n]

            def count(_sql: str) -> None:
                left[0] -= 1
                if left[0] == 0:
                    os._exit(9)

            conn.set_trace_callback(count)
            return conn

        def work(path: Path = path, dying: Callable[[Path], sqlite3.Connection] = dying) -> int:
            monkeypatch.setattr(migrate, "connect", dying)
            migrate.upgrade(path, target=2, versions=versions)
            return 0

        code = ended(in_child(work))
        assert code in (0, 9)
        seen.append(shape(path))
        assert seen[-1] in (old, new), f"killed at statement {n}"
        if code == 0:
            break
        # What was killed can be done again, from either.
        if n % 10 == 0:
            migrate.upgrade(path, target=2, versions=versions)
            assert shape(path) == new
    assert len(seen) > 30
    assert seen[0] == old
    assert seen[-1] == new
    assert seen == sorted(seen, key=lambda s: s[0] != 1), "once new, always new"


def test_interrupted_inside_statements(desk: Path, revisions: Revisions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The progress hook stops SQLite after a number of its instructions; the error comes out as ours, all undone."""
    versions = revisions(ADD_BY_BATCH)
    whole = content(desk)
    failures = 0
    for limit in (1, 2, 3, 5, 8, 12, 20, 40, 100, 1000):
        left = [limit]

        def stopping(name: Path, left: list[int] = left) -> sqlite3.Connection:
            conn = driver.connect(name)

            def stop() -> int:
                left[0] -= 1
                return int(left[0] <= 0 and conn.in_transaction)

            conn.set_progress_handler(stop, 40)
            return conn

        monkeypatch.setattr(migrate, "connect", stopping)
        try:
            migrate.upgrade(desk, target=2, versions=versions)
        except StoreFault:
            failures += 1
            assert content(desk) == whole
            assert copies(desk) == []
        else:
            break
    assert failures >= 5
    assert shape(desk)[0] == 2


# ── drafting the next one ───────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning", "ignore::UserWarning")
def test_tables_and_newest_revision_do_not_differ(revisions: Revisions) -> None:
    folder = revisions(after=SCHEMA_VERSION)
    text = draft("nothing", folder).read_text(encoding="utf-8")
    assert "op." not in text.replace("from alembic import op", ""), "the tables have changed: a revision is missing"
    assert f"revision = '{SCHEMA_VERSION + 1:04d}'" in text


def test_people_of_an_old_desk_are_found_as_they_are_typed(desk: Path) -> None:
    migrate.upgrade(desk)
    with contextlib.closing(driver.connect(desk)) as conn:
        people = conn.execute("SELECT count(*) FROM person").fetchone()[0]
        assert people and people_index.differing(conn) == []
        assert conn.execute("SELECT count(DISTINCT person_id) FROM person_key").fetchone()[0] == people


def test_tickets_of_an_old_desk_can_be_marked_sensitive(desk: Path, tmp_path: Path) -> None:
    """Nothing of it was; what its journal tells of each row still is the row, and a replay makes the same."""
    before = content_of(desk, "ticket")
    migrate.upgrade(desk)
    with contextlib.closing(driver.connect(desk)) as conn:
        names = [row[1] for row in conn.execute("PRAGMA table_info(ticket)")]
        assert names[-2:] == ["sensitive", "lift"]
        rows = conn.execute("SELECT * FROM ticket ORDER BY number").fetchall()
        assert rows and [row[:-2] for row in rows] == before
        assert {row[-2:] for row in rows} == {(None, None)}
        conn.execute("UPDATE ticket SET sensitive = 1 WHERE number = ?", (rows[0][0],))
        sql = "SELECT number FROM ticket INDEXED BY ix_ticket_sensitive WHERE sensitive IS NOT NULL"
        assert conn.execute(sql).fetchall() == [(rows[0][0],)]


def content_of(path: Path, table: str) -> list[tuple[object, ...]]:
    with contextlib.closing(driver.connect(path)) as conn:
        return conn.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def test_a_desk_made_between_two_schemas_upgrades_too(desk: Path) -> None:
    """Its index of people was made before it was part of a schema, and may be out of date."""
    with contextlib.closing(driver.connect(desk)) as conn:
        conn.execute('CREATE TABLE person_key ("key" VARCHAR(64) NOT NULL, person_id INTEGER NOT NULL)')
        conn.execute("CREATE INDEX ix_person_key_person_id ON person_key (person_id)")
        conn.execute("INSERT INTO person_key VALUES ('nobody', 1)")
    migrate.upgrade(desk)
    with contextlib.closing(driver.connect(desk)) as conn:
        assert people_index.differing(conn) == []
        assert schema.inspect(conn) is SchemaState.CURRENT


def test_timers_of_an_old_desk_stay_those_of_their_tickets(desk: Path) -> None:
    """What was to happen happens at the same instant, what has happened does not happen again."""
    with contextlib.closing(driver.connect(desk)) as conn:
        conn.execute("DELETE FROM timer")
        numbers = [n for (n,) in conn.execute("SELECT number FROM ticket ORDER BY number LIMIT 2")]
        conn.executemany(
            "INSERT INTO timer (number, kind, due_at, fired_at) VALUES (?, 'wake', ?, ?)",
            [(numbers[0], 4_000_000_000, None), (numbers[1], 1_700_000_000, 1_700_000_005)],
        )
    migrate.upgrade(desk)
    assert content_of(desk, "timer") == [
        ("ticket", numbers[0], "wake", 4_000_000_000, None),
        ("ticket", numbers[1], "wake", 1_700_000_000, 1_700_000_005),
    ]


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning", "ignore::UserWarning")
def test_a_draft_speaks_of_plain_types(revisions: Revisions) -> None:
    folder = revisions()
    (folder / "0001_first.py").write_text(
        "revision = '0001'\ndown_revision = None\ndef upgrade():\n    pass\n", "utf-8"
    )
    text = draft("all of it", folder).read_text(encoding="utf-8")
    assert "sqlmodel" not in text.lower()
    assert "sa.Column('code', sa.String(length=64), nullable=False)" in text
    assert "op.create_table('team'" in text


def test_constants_of_the_header() -> None:
    assert APPLICATION_ID.to_bytes(4, "big") == b"Hdsk"


def test_a_revision_refuses_the_way_back() -> None:
    first = import_module("helpdesk_tui.store.migrations.versions.0001_first")
    with pytest.raises(StoreFault, match="no way back"):
        first.downgrade()
