"""The schema of a new desk: one definition, made whole or not at all, and what its triggers hold."""

import contextlib
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import journal_guard
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.store import driver, migrate, schema, shape
from helpdesk_tui.store.schema import APPLICATION_ID, SCHEMA_VERSION, SchemaState
from helpdesk_tui.vocabulary.errors import StoreFault

SCHEMAS = Path(__file__).with_name("schemas")


def run_script(conn: sqlite3.Connection, name: str) -> None:
    for statement in schema.statements((SCHEMAS / name).read_text(encoding="utf-8")):
        conn.execute(statement)


def master(conn: sqlite3.Connection) -> set[tuple[str, str, str, str]]:
    """What the database is made of, without differences of blanks and quotes."""
    rows = conn.execute("SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_master")
    return {(kind, name, table, re.sub(r"\s+", " ", sql).replace('"', "")) for kind, name, table, sql in rows}


@pytest.fixture
def desk() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(driver.connect(":memory:")) as conn:
        schema.create(conn)
        yield conn


@pytest.fixture
def filled(desk: sqlite3.Connection) -> sqlite3.Connection:
    run_script(desk, "v1_rows.sql")
    return desk


# ── one definition ──────────────────────────────────────────────────────────────────────────────


def test_the_committed_script_is_what_the_tables_give() -> None:
    assert schema.SCHEMA_FILE.read_text(encoding="utf-8") == schema.rendered(), (
        "run `python -m helpdesk_tui.store.schema --write`"
    )


def test_the_committed_shape_is_what_the_tables_give() -> None:
    assert schema.SHAPE_FILE.read_text(encoding="utf-8") == schema.shape(), (
        "run `python -m helpdesk_tui.store.schema --write`"
    )


def test_the_shape_is_that_of_a_desk_as_it_lies_on_disk(desk: sqlite3.Connection) -> None:
    for table, columns in shape.COLUMNS.items():
        found = desk.execute(f"PRAGMA table_info({table})").fetchall()
        assert [row[1] for row in found] == list(columns)
        assert tuple(row[1] for row in sorted(found, key=lambda row: row[5]) if row[5]) == shape.KEYS[table]
        refers = {row[3]: (row[2], row[4]) for row in desk.execute(f"PRAGMA foreign_key_list({table})")}
        expected = {c: (other, *shape.KEYS[other]) for c, other in shape.REFERENCES.get(table, {}).items()}
        assert refers == expected
    places = {table: place for place, table in enumerate(shape.BUSINESS)}
    for table, references in shape.REFERENCES.items():
        assert all(places[other] <= places[table] for other in references.values() if table in places)


def test_the_revisions_lead_to_the_same_schema(desk: sqlite3.Connection) -> None:
    with contextlib.closing(driver.connect(":memory:")) as other:
        other.execute("BEGIN IMMEDIATE")
        migrate.run_revisions(other)
        assert other.in_transaction, "the migration library ended a transaction that is not its own"
        other.execute("COMMIT")
        assert master(other) == master(desk)
        for table in ("alembic_version", "meta", "journal_head"):
            assert (
                other.execute(f"SELECT * FROM {table}").fetchall() == desk.execute(f"SELECT * FROM {table}").fetchall()
            )
        assert other.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_the_first_revision_is_as_it_was_released() -> None:
    assert schema.FIRST_FILE.read_text(encoding="utf-8") == (SCHEMAS / "v1.sql").read_text(encoding="utf-8")


def test_a_new_desk_holds_its_first_rows(desk: sqlite3.Connection) -> None:
    assert desk.execute("SELECT id, seq, hash FROM journal_head").fetchall() == [(1, 0, bytes(32))]
    assert desk.execute("SELECT key, value FROM meta").fetchall() == [("tokeniser", "1")]
    assert desk.execute("SELECT version_num FROM alembic_version").fetchall() == [(f"{SCHEMA_VERSION:04d}",)]
    assert desk.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert desk.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_making_a_desk_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from helpdesk_tui.store import driver, migrate, schema;"
        "p = Path(sys.argv[1]); c = driver.connect(p); schema.create(c); c.close();"
        "assert migrate.upgrade(p) is None;"
        "print([m for m in ('sqlalchemy', 'sqlmodel', 'alembic', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "desk.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_writing_and_taking_back_load_no_table_classes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from helpdesk_tui.desk.desk import Desk\n"
        "with Desk.open(Path(sys.argv[1])) as desk:\n"
        "    number = desk.tickets.open('the printer burns')['number']\n"
        "    desk.tickets.note(number, 'it is out')\n"
        "    desk.undoing.last()\n"
        "print([m for m in ('sqlalchemy', 'sqlmodel', 'alembic') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "desk.db")], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr


# ── whole or not at all ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at", [0, 1, 2, 40, 70, 75])
def test_a_failure_while_making_leaves_the_file_empty(tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    script = schema.statements(schema.SCHEMA_FILE.read_text(encoding="utf-8"))
    assert at < len(script)
    monkeypatch.setattr(schema, "statements", lambda _: [*script[:at], "SELECT nothing FROM nowhere", *script[at:]])
    path = tmp_path / "desk.db"
    with contextlib.closing(driver.connect(path)) as conn:
        with pytest.raises(sqlite3.OperationalError):
            schema.create(conn)
        assert not conn.in_transaction
        assert schema.inspect(conn) is SchemaState.EMPTY
        monkeypatch.undo()
        schema.create(conn)
        assert schema.inspect(conn) is SchemaState.CURRENT


def test_making_a_desk_twice_changes_nothing(filled: sqlite3.Connection) -> None:
    before = "\n".join(filled.iterdump())
    schema.create(filled)
    assert "\n".join(filled.iterdump()) == before


@pytest.mark.parametrize(
    ("application", "version", "table", "state"),
    [
        (0, 0, False, SchemaState.EMPTY),
        (0, 0, True, SchemaState.FOREIGN),
        (0, 1, False, SchemaState.FOREIGN),
        (APPLICATION_ID, 0, False, SchemaState.FOREIGN),
        (1234, 0, False, SchemaState.FOREIGN),
        (1234, 1, True, SchemaState.FOREIGN),
        (APPLICATION_ID, 4, True, SchemaState.OLDER),
        (APPLICATION_ID, 5, True, SchemaState.CURRENT),
        (APPLICATION_ID, 6, True, SchemaState.NEWER),
    ],
)
def test_states(application: int, version: int, table: bool, state: SchemaState) -> None:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        if table:
            conn.execute("CREATE TABLE t (a)")
        conn.execute(f"PRAGMA application_id = {application}")
        conn.execute(f"PRAGMA user_version = {version}")
        assert schema.inspect(conn, known=5) is state


@pytest.mark.parametrize(("application", "version"), [(APPLICATION_ID, SCHEMA_VERSION + 1), (77, 0)])
def test_no_desk_is_made_in_a_newer_or_foreign_file(application: int, version: int) -> None:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        conn.execute(f"PRAGMA application_id = {application}")
        conn.execute(f"PRAGMA user_version = {version}")
        conn.execute("CREATE TABLE theirs (a)")
        with pytest.raises(StoreFault):
            schema.create(conn)
        assert not conn.in_transaction
        assert conn.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


# ── what the triggers hold ──────────────────────────────────────────────────────────────────────

_INSERT = (
    "INSERT INTO ticket (number, kind, state, phase, priority, impact, urgency, title, team_id, assignee_id,"
    " created_at, updated_at, due_at, warn_at, sla_run, major, version, channel, pinned, deleted_at,"
    " reopen_count, reassignment_count, comment_seq, description)"
    " VALUES (?, 'request', 'new', ?, 2, 2, 2, 't', ?, ?, 0, 0, 0, 0, 'none', 0, 1, 'cli', 0, ?, 0, 0, 0, '')"
)
_PEOPLE = st.sampled_from([None, 1, 2])
_FACTS = st.tuples(st.integers(0, 4), _PEOPLE, _PEOPLE, st.sampled_from([None, 9]))
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 5), _FACTS),
        st.tuples(st.just("drop"), st.integers(1, 5), st.none()),
        st.tuples(st.just("back"), st.none(), st.none()),
    ),
    max_size=30,
)


@given(steps=_STEPS)
@settings(max_examples=150, deadline=None)
def test_the_tally_always_counts_the_tickets(steps: list[tuple[str, int | None, tuple[object, ...] | None]]) -> None:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        schema.create(conn)
        conn.execute("BEGIN")
        conn.execute("SAVEPOINT s")
        for what, number, facts in steps:
            if what == "back":
                conn.execute("ROLLBACK TO s")
            elif what == "drop":
                conn.execute("DELETE FROM ticket WHERE number = ?", (number,))
            elif facts is not None:
                if conn.execute("SELECT 1 FROM ticket WHERE number = ?", (number,)).fetchone():
                    conn.execute(
                        "UPDATE ticket SET phase = ?, team_id = ?, assignee_id = ?, deleted_at = ? WHERE number = ?",
                        (*facts, number),
                    )
                else:
                    conn.execute(_INSERT, (number, *facts))
            counted = conn.execute(
                "SELECT ifnull(team_id, 0), ifnull(assignee_id, 0), phase, count(*) FROM ticket"
                " WHERE deleted_at IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            ).fetchall()
            kept = conn.execute(
                "SELECT team_id, assignee_id, phase, n FROM tally WHERE n <> 0 ORDER BY 1, 2, 3"
            ).fetchall()
            assert kept == counted


def test_an_edit_of_other_columns_leaves_the_tally_alone(filled: sqlite3.Connection) -> None:
    before = filled.total_changes
    filled.execute("UPDATE ticket SET title = 'x', team_id = team_id, phase = phase")
    assert filled.total_changes - before == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET at = 5",
        "UPDATE journal SET hash = zeroblob(32) WHERE seq = 1",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE seq = 1",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 1",
    ],
)
def test_the_journal_is_append_only(filled: sqlite3.Connection, statement: str) -> None:
    before = filled.execute("SELECT * FROM journal").fetchall()
    assert before
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        filled.execute(statement)
    assert filled.execute("SELECT * FROM journal").fetchall() == before


def test_full_text_works_under_the_desks_settings(filled: sqlite3.Connection) -> None:
    assert filled.execute("PRAGMA trusted_schema").fetchone() == (0,)
    found = filled.execute("SELECT rowid FROM search_text WHERE search_text MATCH '\"berlin\"'").fetchall()
    assert found == [(1 << 20,)]
    terms = filled.execute("SELECT term, doc FROM search_text_terms WHERE term >= 'vp' AND term < 'vq'").fetchall()
    assert terms == [("vpn", 1)]
    assert filled.execute("SELECT count(*) FROM search_note WHERE search_note MATCH 'berlin'").fetchone() == (0,)


def test_checks_refuse_what_no_level_is(filled: sqlite3.Connection) -> None:
    for assignment in ("phase = 5", "priority = 0", "impact = 4", "urgency = 0", "title = printf('%10001c', 'x')"):
        with pytest.raises(sqlite3.IntegrityError):
            filled.execute(f"UPDATE ticket SET {assignment} WHERE number = 1")
    with pytest.raises(sqlite3.IntegrityError):
        filled.execute("UPDATE comment SET number = 2")


# ── the watch that other tests use ──────────────────────────────────────────────────────────────


def _entry(conn: sqlite3.Connection, seq: int, ops: str, vals: str | None = None) -> None:
    conn.execute(
        "INSERT INTO journal (seq, at, recorded_at, origin, verb, subject_type, subject, ops, reasons, previous, hash)"
        " VALUES (?, 0, 0, 'cli', 'test', 'team', 1, ?, '[]', zeroblob(32), zeroblob(32))",
        (seq, ops),
    )
    if vals:
        conn.execute("INSERT INTO journal_text (seq, vals) VALUES (?, ?)", (seq, vals))
    conn.execute("UPDATE journal_head SET seq = ?", (seq,))


_TEAM = '{"id":1,"code":"a","name":"A","strategy":"manual","active":true,"version":1}'


@pytest.fixture
def watched(desk: sqlite3.Connection) -> sqlite3.Connection:
    journal_guard.install(desk)
    desk.execute("BEGIN")
    desk.execute("INSERT INTO team (id, code, name, strategy, active, version) VALUES (1, 'a', 'A', 'manual', 1, 1)")
    _entry(desk, 1, f'[["team",[1],null,{_TEAM}]]')
    desk.execute("COMMIT")
    return desk


def test_the_watch_is_content_with_what_is_journalled(watched: sqlite3.Connection) -> None:
    watched.execute("UPDATE team SET name = 'B', version = 2")
    _entry(watched, 2, '[["team",[1],{"name":"A","version":1},{"name":"B","version":2}]]')
    watched.execute("DELETE FROM team")
    gone = _TEAM.replace('"A"', '{"#":[0,"commitment"]}').replace(":1}", ":2}")
    _entry(watched, 3, f'[["team",[1],{gone},null]]', '[["00","B"]]')
    assert journal_guard.recorded(watched) == 3
    assert journal_guard.unjournalled(watched) == []
    watched.execute("UPDATE journal_text SET vals = '[[null,\"(erased)\"]]' WHERE seq = 3")
    assert journal_guard.unjournalled(watched) == []


@pytest.mark.parametrize(
    ("statement", "ops", "told"),
    [
        ("UPDATE team SET name = 'B'", None, "name"),
        ("UPDATE team SET name = 'B', strategy = 'x'", '[["team",[1],{"name":"A"},{"name":"B"}]]', "strategy"),
        ("UPDATE team SET name = 'B'", '[["team",[1],{"name":"A"},{"name":"C"}]]', "name"),
        ("UPDATE team SET name = 'B'", '[["team",[2],{"name":"A"},{"name":"B"}]]', "name"),
        ("DELETE FROM team", None, "exists"),
        ("SELECT 1", '[["team",[1],{"name":"A"},{"name":"B"}]]', "name"),
        ("INSERT INTO ticket_tag (number, tag) SELECT 1, 'x'", None, "ticket_tag"),
    ],
)
def test_the_watch_bites(watched: sqlite3.Connection, statement: str, ops: str | None, told: str) -> None:
    watched.execute("PRAGMA foreign_keys = OFF")
    watched.execute(statement)
    if ops:
        _entry(watched, 2, ops)
    lines = journal_guard.unjournalled(watched)
    assert lines
    assert any(told in line for line in lines)


def test_the_watch_forgets_what_was_rolled_back(watched: sqlite3.Connection) -> None:
    watched.execute("BEGIN")
    watched.execute("DELETE FROM team")
    watched.execute("ROLLBACK")
    assert journal_guard.recorded(watched) == 1
    assert journal_guard.unjournalled(watched) == []
