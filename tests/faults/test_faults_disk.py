"""A disk that is full or cannot be written: the desk is for reading, says so, loses nothing, and comes back by itself."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import driver, filesystem, journal
from helpdesk_tui.store import store as store_module
from helpdesk_tui.store.filesystem import MIB, Ballast, BallastState, Mount, Space
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import DeskError, StoreFault
from tests.faults.deeds import ANA, place
from tests.faults.disks import Disk, small_disk
from tests.faults.judge import Found, judge

LONG = "lorem ipsum " * 2_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path, 12) as made:
        yield made


def write_until_refused(desk: Desk) -> tuple[int, str]:
    """Note on ticket 1 until that is refused: how many were kept, and what was said."""
    for kept in range(2_000):
        try:
            desk.tickets.note(1, LONG)
        except StoreFault as refused:
            line = str(refused)
            assert "\n" not in line
            assert len(line) < 400
            return kept, line
    raise AssertionError("it never became full")


def helpdesk(desk: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A command as a process of its own, by the user who runs the tests."""
    return subprocess.run(
        [sys.executable, "-m", "helpdesk_tui", "--db", str(desk), *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


# -- full ------------------------------------------------------------------------------------------------------------


def test_a_full_disk_makes_the_desk_read_only_until_there_is_room(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_BALLAST", "1")
    path = place(disk.point)
    with Desk.open(path, user=ANA) as desk, Desk.open(path, user=ANA) as other:
        assert desk.store.trouble() is None
        assert Ballast(path).make()
        filler = disk.fill(leave=MIB)
        kept, line = write_until_refused(desk)
        assert kept > 2
        assert "read-only" in line and "MiB" in line and str(path) in line
        assert len(desk.tickets.comments(1)) == kept
        # The room is given back, but not for writing on: that is for cleaning up. Every program at the desk knows.
        assert Ballast(path).state() is BallastState.SPENT
        assert disk.free() > MIB // 2
        disk.fill(leave=MIB)
        for one in (desk, other):
            with pytest.raises(StoreFault, match="read-only"):
                one.tickets.note(1, "short")
            told = one.store.trouble()
            assert told is not None and told.severe and "read-only" in str(told)
            assert len(one.tickets.comments(1)) == kept
        filler.unlink()
        assert other.tickets.note(1, "goes on") is not None
        assert Ballast(path).state() is BallastState.HELD
        assert desk.store.trouble() is None
        assert len(desk.tickets.comments(1)) == kept + 1
        assert journal.verify(desk.store.reader()).ok
    assert judge(path, None).found is Found.SOUND


def test_a_full_disk_without_a_ballast(disk: Disk) -> None:
    path = place(disk.point)
    with Desk.open(path, user=ANA) as desk:
        filler = disk.fill(leave=MIB)
        kept, line = write_until_refused(desk)
        assert "is full" in line and "free some space" in line
        told = desk.store.trouble()
        assert told is not None and told.severe and "full" in str(told)
        assert len(desk.tickets.comments(1)) == kept
        filler.unlink()
        assert desk.store.trouble() is None
        desk.tickets.note(1, "goes on")
    assert judge(path, None).found is Found.SOUND


def test_a_desk_on_a_disk_without_a_byte_left(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening needs room for shared memory; the ballast gives it, and without one the line says what to do."""
    monkeypatch.setenv("HELPDESK_BALLAST", "1")
    path = place(disk.point)
    Desk.open(path, user=ANA).close()
    filler = disk.fill()
    with pytest.raises(StoreFault, match=r"is full: nothing was changed; free some space"):
        Desk.open(path, user=ANA)
    filler.unlink()
    assert Ballast(path).make()
    disk.fill()
    with Desk.open(path, user=ANA) as desk:
        assert desk.tickets.show(1)["number"] == 1
        with pytest.raises(StoreFault, match="read-only"):
            desk.tickets.note(1, "no")
    filler.unlink()
    with Desk.open(path, user=ANA) as desk:
        desk.tickets.note(1, "yes")


def test_a_small_desk_on_a_full_disk_is_read_with_64_kib_or_beside_another(disk: Disk) -> None:
    path = place(disk.point)
    Desk.open(path, user=ANA).close()
    filler = disk.fill(leave=64 * 1024)
    with Desk.open(path, user=ANA) as desk:
        assert desk.tickets.show(1)["number"] == 1
    filler.unlink()
    with Desk.open(path, user=ANA) as desk:
        disk.fill()
        with Desk.open(path, user=ANA) as other:
            assert other.tickets.show(1)["number"] == 1
        assert len(desk.tickets.page("", limit=3).rows) == 3


@pytest.mark.skipif(os.getuid() != 0, reason="a disk of its own needs root")
def test_commands_on_a_full_disk(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_BALLAST", "1")
    path = disk.point / "desk.db"
    assert helpdesk(path, "ticket", "new", "vpn down").returncode == 0
    assert Ballast(path).make()
    disk.fill()
    shown = helpdesk(path, "ticket", "list")
    assert (shown.returncode, "vpn down" in shown.stdout) == (0, True), shown.stderr
    refused = helpdesk(path, "ticket", "note", "1", "-m", LONG[:500])
    assert refused.returncode == 1
    assert refused.stderr.startswith("helpdesk: the disk under")
    assert "free" in refused.stderr and refused.stderr.count("\n") == 1
    assert "vpn down" in helpdesk(path, "ticket", "show", "1").stdout


def test_a_desk_gets_its_ballast_when_it_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_BALLAST", "1")
    monkeypatch.setattr(store_module, "_CHECKPOINT_PAGES", 20)
    path = place(tmp_path)
    with Desk.open(path, user=ANA) as desk:
        desk.tickets.note(1, LONG * 5)
        desk.tickets.note(1, LONG * 5)
        assert Ballast(path).state() is BallastState.ABSENT
        monkeypatch.setattr(filesystem, "BALLAST_FROM", 4096)
        desk.tickets.note(1, LONG * 5)
        assert Ballast(path).state() is BallastState.HELD


def test_a_limit_of_pages_is_a_full_disk(tmp_path: Path) -> None:
    path = place(tmp_path)
    with Desk.open(path, user=ANA) as desk:
        pages = desk.store.query("PRAGMA page_count")[0][0]
        desk.store.reader().execute(f"PRAGMA max_page_count = {pages + 20}")
        kept, line = write_until_refused(desk)
        assert "is full" in line
        assert desk.store.trouble() is not None
        desk.store.reader().execute("PRAGMA max_page_count = 1000000")
        desk.tickets.note(1, "goes on")
        assert desk.store.trouble() is None
        assert len(desk.tickets.comments(1)) == kept + 1


def test_a_limit_of_the_file_size(tmp_path: Path) -> None:
    path = place(tmp_path)
    ended = os.fork()
    if ended == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with Desk.open(path, user=ANA) as desk:
                resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, resource.RLIM_INFINITY))
                kept, line = write_until_refused(desk)
                seen = len(desk.tickets.comments(1))
                told = "limit of the file size" in line or "last step" in line
                code = 0 if kept == seen and told else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(ended, 0)[1]) == 0
    assert judge(path, None, goes_on=True).found is Found.SOUND


@pytest.mark.parametrize(
    ("free", "total", "severe", "words"),
    [(50 * MIB, 1_000 * MIB, False, "only 50 MiB"), (50 * MIB, 400 * MIB, None, ""), (900 * MIB, 100_000 * MIB, None, "")],
)  # fmt: skip
def test_a_disk_that_is_getting_full_is_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, total: int, severe: bool | None, words: str
) -> None:
    with Desk.open(place(tmp_path), user=ANA) as desk:
        monkeypatch.setattr(filesystem, "space", lambda _path: Space(free, total, False))
        told = desk.store.trouble()
        assert (None if told is None else told.severe) == severe
        assert words in str(told or "")


def test_a_disk_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_path: Path) -> Space:
        raise OSError(5, "Input/output error")

    with Desk.open(place(tmp_path), user=ANA) as desk:
        monkeypatch.setattr(filesystem, "space", gone)
        assert "does not answer (Input/output error)" in str(desk.store.trouble())


# -- for reading only --------------------------------------------------------------------------------------------------


def test_a_desk_on_a_disk_for_reading_only(disk: Disk) -> None:
    path = place(disk.point)
    before = path.read_bytes()
    disk.read_only()
    with Desk.open(path, user=ANA) as desk:
        assert desk.tickets.count("", None) == 4
        assert journal.verify(desk.store.reader()).ok
        with pytest.raises(StoreFault, match="can be read, nothing can be changed"):
            desk.tickets.note(1, "no")
        with pytest.raises(StoreFault, match="can be read, nothing can be changed"):
            desk.tickets.open("no")
        told = desk.store.trouble()
        assert told is not None and told.severe and "read-only" in str(told)
    assert path.read_bytes() == before
    shown, refused = helpdesk(path, "ticket", "list"), helpdesk(path, "ticket", "new", "no")
    assert "vpn" in shown.stdout or shown.returncode == 4  # whoever runs the tests may be unknown to this desk
    assert refused.returncode in (1, 4)
    assert refused.stderr.count("\n") == 1


def test_a_log_that_was_left_is_read_not_passed_over(disk: Disk) -> None:
    """After a kill the newest entries are in the log alone; reading only the file would show an older desk."""
    path = place(disk.point)
    child = os.fork()
    if child == 0:
        desk = Desk.open(path, user=ANA)
        desk.tickets.note(1, "the newest")
        os._exit(0)
    os.waitpid(child, 0)
    assert path.with_name("desk.db-wal").stat().st_size
    disk.read_only()
    with Desk.open(path, user=ANA) as desk:
        assert [c.body for c in desk.tickets.comments(1)] == ["the newest"]
    disk.read_only(False)
    path.with_name("desk.db-shm").unlink()
    disk.read_only()
    with pytest.raises(StoreFault):
        Desk.open(path, user=ANA)  # cannot be read whole, so not at all
    disk.read_only(False)
    assert judge(path, None, goes_on=True).found is Found.SOUND


def test_a_disk_that_turns_read_only_under_an_open_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel does it after an error of the disk."""

    def refused(*_arguments: object) -> int:
        raise OSError(30, "Read-only file system")

    with Desk.open(place(tmp_path), user=ANA) as desk:
        desk.tickets.note(1, "one")
        with monkeypatch.context() as patch:
            patch.setattr(filesystem, "space", lambda _path: Space(MIB, MIB, True))
            patch.setattr(os, "open", refused)
            with pytest.raises(StoreFault, match="cannot be written: Read-only file system"):
                desk.tickets.note(1, "two")
            assert "read-only" in str(desk.store.trouble())
        assert len(desk.tickets.comments(1)) == 1
        desk.tickets.note(1, "three")
        assert desk.store.trouble() is None


def test_an_older_desk_for_reading_only_is_refused(disk: Disk) -> None:
    from tests.test_migrations import make_desk

    path = make_desk(disk.point / "desk.db")
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA user_version = 0")
        conn.execute("PRAGMA application_id = 7")
    conn.close()
    disk.read_only()
    with pytest.raises(StoreFault, match="another program"):
        Store(path)


# -- network -----------------------------------------------------------------------------------------------------------


def test_a_desk_on_a_network_disk_is_neither_made_nor_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place(tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(filesystem, "mount_of", lambda _path, _mounts: Mount("/home", "nfs4"))
    for name in (path, tmp_path / "new" / "desk.db"):
        with pytest.raises(StoreFault, match=r"network file system \(nfs4\)"):
            Desk.open(name, user=ANA)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["desk.db"]
    monkeypatch.setenv("HELPDESK_ALLOW_NETWORK", "1")
    Desk.open(path, user=ANA).close()


# -- the log -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_log(monkeypatch: pytest.MonkeyPatch) -> int:
    """The log is moved after 100 pages; the bytes from which it is also cut."""
    monkeypatch.setattr(store_module, "_CHECKPOINT_PAGES", 100)
    return 4 * 100 * 4096


def wal_size(path: Path) -> int:
    return path.with_name(path.name + "-wal").stat().st_size


def test_an_idle_reader_does_not_let_the_log_grow(tmp_path: Path, small_log: int) -> None:
    path, largest = place(tmp_path), 0
    with Desk.open(path, user=ANA) as idle, Desk.open(path, user=ANA) as desk:
        assert idle.tickets.count("", None) == 4
        idle.tickets.page("is:open", limit=2)
        for i in range(160):
            desk.tickets.note(1, f"{i} {LONG[:8_000]}")
            largest = max(largest, wal_size(path))
        assert largest < small_log
        assert len(idle.tickets.comments(1)) == 160


def test_an_unfinished_reader_slows_nobody_and_is_named(
    tmp_path: Path, small_log: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place(tmp_path)
    waits: list[int] = []
    monkeypatch.setattr("helpdesk_tui.store.room.LONG_LOG", 2 * small_log)
    with Desk.open(path, user=ANA) as desk:
        reader = driver.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ticket").fetchone()
        real = driver.move_log

        def watched(conn: sqlite3.Connection, pragma: str) -> bool:
            seen: list[str] = []
            conn.set_trace_callback(seen.append)
            try:
                return real(conn, pragma)
            finally:
                conn.set_trace_callback(None)
                # What SQLite would wait for the reader, with every other writer behind us.
                at = next(i for i, sql in enumerate(seen) if "checkpoint" in sql)
                waits.append(int([sql for sql in seen[:at] if "busy_timeout =" in sql][-1].split("=")[1]))

        monkeypatch.setattr(driver, "move_log", watched)
        for i in range(90):
            desk.tickets.note(1, f"{i} {LONG[:20_000]}" * 4)
        assert waits and set(waits) == {0}
        assert wal_size(path) > 2 * small_log, "the reader holds it; this shows that the test bites"
        assert "some program has been reading without an end" in str(desk.store.trouble())
        reader.execute("COMMIT")
        for i in range(3):
            desk.tickets.note(1, f"after {i}")
        assert wal_size(path) < small_log
        assert desk.store.trouble() is None
        assert desk.store.query("PRAGMA busy_timeout") == [(5_000,)]
        reader.close()


def test_every_error_of_the_disk_is_one_line(tmp_path: Path) -> None:
    for made in (driver.full(tmp_path), driver.doubtful(sqlite3.OperationalError("disk I/O error"), tmp_path)):
        assert isinstance(made, DeskError)
        assert "\n" not in str(made)
        assert str(tmp_path) in str(made)
