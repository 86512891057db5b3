"""How far the write-ahead log is filled, and who of many writers moves it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import driver, logfile
from helpdesk_tui.store import store as store_module

ANA = OsUser(1000, "ana", "Ana Admin")
EVERY = 40


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = driver.connect(tmp_path / "d.db")
    opened.execute("CREATE TABLE t (x)")
    yield opened
    opened.close()


def log_of(conn: sqlite3.Connection) -> Path:
    return Path(conn.execute("PRAGMA database_list").fetchone()[2] + "-wal")


def pages(conn: sqlite3.Connection) -> int:
    """What SQLite itself says of the log. Moves it, too, but lets it lie."""
    return int(conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])


def put(conn: sqlite3.Connection, rows: int) -> None:
    conn.execute("BEGIN IMMEDIATE")
    conn.executemany("INSERT INTO t VALUES (?)", [("x" * 4_000,)] * rows)
    conn.execute("COMMIT")


def test_the_log_is_as_full_as_sqlite_says_also_when_begun_again(conn: sqlite3.Connection) -> None:
    log = log_of(conn)
    for rows in (1, 3, 1, 60, 2, 90, 1, 1):
        put(conn, rows)
        found = logfile.grown(log, 1)[1]
        # Asked after ours: moving the log whole lets the next writer begin it again.
        assert found == pages(conn)
    assert log.stat().st_size > 90 * 4_096, "old frames lie behind the new ones; this shows that the test bites"


def test_each_multiple_is_told_once(conn: sqlite3.Connection) -> None:
    log, told = log_of(conn), 0
    before = pages(conn)
    for rows in (5, 1, 1, 30, 8, 1, 1, 25, 1, 1, 100, 1, 1):
        put(conn, rows)
        crossed, filled = logfile.grown(log, EVERY)
        now = logfile.grown(log, 1)[1]
        assert filled in (0, now)
        assert crossed == (now // EVERY > before // EVERY)
        told, before = told + crossed, now
    assert 2 <= told <= 5 and before > 4 * EVERY


def test_a_log_that_is_short_or_empty_tells_nothing(tmp_path: Path) -> None:
    log = tmp_path / "w"
    for content in (b"", b"x" * 31, b"x" * 500):
        log.write_bytes(content)
        assert logfile.grown(log, EVERY) == (False, 0)
    with pytest.raises(FileNotFoundError):
        logfile.grown(tmp_path / "none", EVERY)


def test_a_log_that_has_once_grown_is_not_moved_with_every_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[str] = []
    real = driver.move_log

    def counted(conn: sqlite3.Connection, pragma: str) -> bool:
        moves.append(pragma)
        return real(conn, pragma)

    path = tmp_path / "desk.db"
    with Desk.open(path, user=ANA) as one, Desk.open(path, user=ANA) as two:
        number = one.tickets.open("talk")["number"]
        monkeypatch.setattr(store_module, "_CHECKPOINT_PAGES", 10 * EVERY)
        for _ in range(2):
            one.tickets.note(number, "long " * 40_000)
        monkeypatch.setattr(store_module, "_CHECKPOINT_PAGES", EVERY)
        one.tickets.note(number, "now it is moved")
        assert (tmp_path / "desk.db-wal").stat().st_size > EVERY * 4_096
        monkeypatch.setattr(driver, "move_log", counted)
        written = 0
        for n in range(30):
            (one, two)[n % 2].tickets.note(number, f"word {n}")
            written += 1
        assert 1 <= len(moves) <= written // 2
