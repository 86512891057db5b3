"""A file that cannot be used, a disk that is full: one line that says so, and nothing half written."""
# ruff: noqa: F811

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import driver, journal, schema
from helpdesk_tui.store.changes import ChangeSet, Entry, RowChange
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Busy, Conflict, DeskError, StoreFault
from helpdesk_tui.vocabulary.roles import Permission
from tests.desk_fixtures import FixedClock, clock, desk  # noqa: F401

ANA = OsUser(1, "ana", "Ana")


def one_line(error: DeskError) -> str:
    text = str(error)
    assert "\n" not in text
    assert "Traceback" not in text
    assert len(text) < 400
    return text


def test_a_folder_that_does_not_exist_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "desk.db"
    Desk.open(path, user=ANA).close()
    assert path.exists()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["/proc/nowhere/desk.db", "/sys/desk.db", "/dev/null/desk.db"])
def test_a_folder_that_cannot_be_made(place: str) -> None:
    with pytest.raises(StoreFault) as refused:
        Desk.open(place, user=ANA)
    one_line(refused.value)


@pytest.mark.parametrize(
    "content", [b"hello", b"PK\x03\x04" + bytes(5_000), b"SQLite format 3\x00" + b"\xff" * 5_000, b"x" * 100_000]
)
def test_what_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreFault) as refused:
        Desk.open(path, user=ANA)
    assert str(path) in one_line(refused.value)
    assert path.read_bytes() == content


def test_a_folder_is_no_desk(tmp_path: Path) -> None:
    with pytest.raises(StoreFault) as refused:
        Desk.open(tmp_path, user=ANA)
    one_line(refused.value)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    with pytest.raises(StoreFault, match="another program"):
        Desk.open(path, user=ANA)
    assert path.read_bytes() == before


class _Interrupted:
    """A connection between whose questions another program makes its desk."""

    def __init__(self, conn: sqlite3.Connection, meanwhile: Callable[[], object]) -> None:
        self.conn = conn
        self.meanwhile = meanwhile

    @property
    def in_transaction(self) -> bool:
        return self.conn.in_transaction

    def execute(self, sql: str) -> sqlite3.Cursor:
        if "application_id" in sql:
            self.meanwhile()
        return self.conn.execute(sql)


def test_a_desk_that_is_just_being_made_is_no_foreign_file(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    looking, making = driver.connect(path), driver.connect(path)
    between = _Interrupted(looking, lambda: schema.create(making))
    assert schema.inspect(between) is schema.SchemaState.EMPTY  # type: ignore[arg-type]
    assert schema.inspect(looking) is schema.SchemaState.CURRENT
    looking.close()
    making.close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    Desk.open(path, user=ANA).close()
    with sqlite3.connect(path) as conn:
        conn.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    with pytest.raises(StoreFault, match="newer program"):
        Desk.open(path, user=ANA)


def test_a_file_upgraded_under_an_open_desk(desk: Desk) -> None:
    """An older program must not write into what a newer one has changed meanwhile."""
    number = desk.tickets.open("vpn")["number"]
    with sqlite3.connect(desk.store.path) as conn:
        conn.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    with pytest.raises(StoreFault, match="restart"):
        desk.tickets.note(number, "x")
    assert desk.tickets.comments(number) == []
    with sqlite3.connect(desk.store.path) as conn:
        conn.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")


_AS_NOBODY = """
import os, sys
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import StoreFault
with Desk.open(sys.argv[2], user=OsUser(1, "ana")) as other:  # loads everything that a verb needs
    other.tickets.open("elsewhere")
os.setgid(65534); os.setuid(65534)
try:
    desk = Desk.open(sys.argv[1], user=OsUser(1, "ana"))
    desk.tickets.open("never written")
    print("written")
except StoreFault as error:
    print("refused:", error)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="becoming another user needs root")
def test_a_file_of_somebody_else(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with Desk.open(path, user=ANA) as desk:
        head = desk.store.head()
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    told = []
    for mode in (0o600, 0o644):
        for file in tmp_path.glob("desk.db*"):
            file.chmod(mode)
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(path), str(tmp_path / f"other-{mode}.db")],
            capture_output=True,
            text=True,
            check=False,
        )
        told.append(done.stdout)
        assert done.stdout.startswith("refused:"), done.stderr
        assert done.stdout.count("\n") == 1
    with Desk.open(path, user=ANA) as desk:
        assert desk.store.head() == head


# -- no room ------------------------------------------------------------------------------------------------------------


def fill_until_full(desk: Desk) -> tuple[int, DeskError]:
    """Open tickets with long texts until it fails: how many were acknowledged, and what was said."""
    for done in range(400):
        try:
            desk.tickets.open(f"ticket {done}", description="lorem " * 4_000)
        except DeskError as error:
            return done, error
    raise AssertionError("it never became full")


def test_a_full_database(desk: Desk) -> None:
    pages = desk.store.query("PRAGMA page_count")[0][0]
    desk.store.reader().execute(f"PRAGMA max_page_count = {pages + 60}")
    done, error = fill_until_full(desk)
    assert isinstance(error, StoreFault)
    assert "full" in one_line(error)
    assert desk.tickets.count("", None) == done
    assert journal.verify(desk.store.reader()).ok
    desk.store.reader().execute("PRAGMA max_page_count = 1000000")
    assert desk.tickets.open("there is room again")["number"] == done + 1


_LIMITED = """
import resource, signal, sys
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import StoreFault
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
desk = Desk.open(sys.argv[1], user=OsUser(1, "ana"))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
done = 0
try:
    while done < 400:
        desk.tickets.open("ticket", description="lorem " * 4000)
        done += 1
except StoreFault as error:
    print(done, desk.tickets.count("", None), error, sep="|")
"""


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    Desk.open(path, user=ANA).close()
    done = subprocess.run([sys.executable, "-c", _LIMITED, str(path)], capture_output=True, text=True, check=False)
    told, seen, line = done.stdout.strip().split("|")
    assert int(told) == int(seen) > 0
    assert "nothing was changed" in line
    with Desk.open(path, user=ANA) as desk:
        assert desk.tickets.count("", None) == int(told)
        assert journal.verify(desk.store.reader()).ok
        assert desk.store.query("PRAGMA integrity_check") == [("ok",)]


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with Desk.open(path, user=ANA) as desk:
        for i in range(40):
            desk.tickets.open(f"ticket {i}", description="words " * 200)
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    for place in range(8 * 4096, len(data), 4096):
        data[place : place + 200] = b"\xff" * 200
    path.write_bytes(bytes(data))
    with pytest.raises(StoreFault) as refused, Desk.open(path, user=ANA) as desk:
        desk.tickets.select()
    assert "damaged" in one_line(refused.value)


# -- one transaction ----------------------------------------------------------------------------------------------------


def test_an_error_in_the_middle_leaves_nothing(desk: Desk) -> None:
    number = desk.tickets.open("vpn")["number"]
    before = (
        desk.store.head(),
        desk.tickets.show(number),
        desk.store.query("SELECT name, value FROM counter ORDER BY name"),
    )

    class Oops(Exception):
        pass

    def fail() -> None:
        raise Oops

    def half() -> None:
        with desk.work("ticket.note") as work:
            work.ticket(number, Permission.TICKET_EDIT).set(title="half")
            work.after_rows.append(fail)  # after everything was written, before it is committed

    with pytest.raises(Oops):
        half()
    assert (
        desk.store.head(),
        desk.tickets.show(number),
        desk.store.query("SELECT name, value FROM counter ORDER BY name"),
    ) == before
    assert desk.searching.ranked("half", limit=5) == []
    desk.tickets.edit(number, set={"title": "goes on"})


def test_what_somebody_else_changed_is_not_overwritten(desk: Desk) -> None:
    number = desk.tickets.open("vpn")["number"]
    change = RowChange("ticket", (number,), {"title": "vpn", "version": 1}, {"title": "mine", "version": 2})
    with desk.store.write() as tx:
        tx.apply(ChangeSet([Entry("test", "ticket", number, desk.now(), rows=[change])], desk.now()))
    late = RowChange("ticket", (number,), {"title": "vpn", "version": 1}, {"title": "theirs", "version": 2})
    with pytest.raises(Conflict), desk.store.write() as tx:
        tx.apply(ChangeSet([Entry("test", "ticket", number, desk.now(), rows=[late])], desk.now()))
    for verb in (
        lambda: desk.tickets.edit(number, set={"title": "x"}, version=1),
        lambda: desk.tickets.take(number, version=1),
        lambda: desk.tickets.reply(number, "x", version=1),
        lambda: desk.tickets.delete(number, version=7),
    ):
        with pytest.raises(Conflict, match="since version"):
            verb()
    assert desk.tickets.show(number)["title"] == "mine"


def test_values_that_must_be_unique_are_a_conflict(desk: Desk) -> None:
    desk.tickets.open("one", set={"external_id": "SN-1"})
    with pytest.raises(Conflict, match="SN-1 already belongs to ticket 1"):
        desk.tickets.open("two", set={"external_id": "SN-1"})
    desk.tickets.open("three")
    told = desk.bulk.edit(where="", set={"external_id": "SN-9"})
    assert (told["changed"], len(told["skipped"])) == (1, 1)
    assert "already belongs" in told["skipped"][0]["reason"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(sqlite3.SQLITE_BUSY, Busy), (sqlite3.SQLITE_LOCKED, Busy), (sqlite3.SQLITE_FULL, StoreFault), (sqlite3.SQLITE_READONLY, StoreFault),
     (sqlite3.SQLITE_CANTOPEN, StoreFault), (sqlite3.SQLITE_NOTADB, StoreFault), (sqlite3.SQLITE_CORRUPT, StoreFault),
     (sqlite3.SQLITE_IOERR | 3 << 8, StoreFault), (sqlite3.SQLITE_CONSTRAINT | 8 << 8, Conflict), (sqlite3.SQLITE_ERROR, StoreFault), (None, StoreFault)],
)  # fmt: skip
def test_every_fault_of_sqlite_is_a_line(code: int | None, kind: type[DeskError]) -> None:
    error = sqlite3.OperationalError("some detail")
    if code is not None:
        error.sqlite_errorcode = code
    found = driver.fault(error, "/tmp/desk.db")
    assert type(found) is kind
    one_line(found)


def test_a_store_in_memory() -> None:
    store = Store(":memory:")
    with store.write() as tx:
        tx.apply(ChangeSet([Entry("test", "ticket", 1, 0)], 0))
    assert store.head() == 1
    assert journal.verify(store.reader()).ok
    store.close()


def test_rehearsals_keep_nothing(desk: Desk, clock: FixedClock) -> None:
    desk.tickets.open("vpn")
    head = desk.store.head()
    told = desk.bulk.edit(where="", set={"title": "x"}, dry_run=True)
    assert (told["changed"], told["batch"], told["preview"][0]["changes"]) == (1, None, {"title": ["vpn", "x"]})
    assert desk.store.head() == head
    assert not desk.store.reader().in_transaction
