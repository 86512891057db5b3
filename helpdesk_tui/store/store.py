"""`Store`: one desk file, read on held connections (one a thread) and written one transaction at a time."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from helpdesk_tui.store import driver, filesystem, logfile, schema
from helpdesk_tui.store.room import Room, Trouble
from helpdesk_tui.vocabulary.errors import Conflict, StoreFault
from helpdesk_tui.vocabulary.i18n import N_

if TYPE_CHECKING:
    from helpdesk_tui.store.changes import ChangeSet

T = TypeVar("T")
_CHECKPOINT_PAGES: Final = 1_000


class Transaction:
    """An open write transaction; it commits when its `with` block ends without an error."""

    __slots__ = ("_held", "conn", "scrub", "wrote")

    def __init__(self, conn: sqlite3.Connection, held: threading.local) -> None:
        self.conn = conn
        self._held = held
        self.wrote = False
        self.scrub = False  # something secret went: empty the write-ahead log too once this is committed

    def apply(self, changes: "ChangeSet") -> list[int]:
        """Make a change set true; the entries' sequence numbers. Raises Conflict where a row changed meanwhile."""
        from helpdesk_tui.store.apply import apply
        from helpdesk_tui.store.journal import ERASURE_VERBS

        self.wrote = True
        self.scrub = self.scrub or any(entry.verb in ERASURE_VERBS for entry in changes.entries)
        self._held.head = None
        return apply(self.conn, changes)

    def next_id(self, table: str) -> int:
        """The next free number of a table."""
        from helpdesk_tui.store.apply import next_id

        return next_id(self.conn, table)


class Store:
    """A desk on disk (or in memory, for previews and tests). Safe to share between threads.

    Opening creates an empty file's schema and upgrades an older one; a newer or foreign file raises StoreFault.
    """

    def __init__(self, path: Path | str, *, say: Callable[[str], None] | None = None) -> None:
        self.path = Path(path)
        self.in_memory = str(path) == ":memory:"
        self._log = self.path.with_name(self.path.name + "-wal")
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._guard = threading.RLock()
        self._shared: sqlite3.Connection | None = None
        self._frozen: str | None = None
        self._room = Room(self.path)
        self.read_only = False  # the file system cannot be written
        # Called, in the thread that wrote, when a write failed in the file (not for what the desk refused).
        self.on_fault: Callable[[], object] | None = None
        if self.in_memory:
            self._shared = self._open()
            schema.create(self._shared)
            return
        self._prepare(say)

    def _prepare(self, say: Callable[[str], None] | None) -> None:
        filesystem.refuse_network(self.path)
        try:
            unwritable = self.path.is_file() and filesystem.space(self.path).read_only
        except OSError as error:
            raise StoreFault(
                N_("{path} cannot be read: {error}"), path=self.path, error=error.strerror or error
            ) from error
        if unwritable:
            self._prepare_to_read()
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreFault(
                N_("{path} cannot be made: {error}"), path=self.path.parent, error=error.strerror
            ) from error
        if self.path.exists() and not self.path.is_file():
            raise StoreFault(N_("{path} is no desk file; name another with --db"), path=self.path)
        if self.path.exists() and self.path.stat().st_size:
            # Look before anything is opened for writing: a foreign file must not change by a byte.
            from helpdesk_tui.store import migrate

            state, found = self._despite_full(lambda: migrate.look(self.path))
            schema.refuse(state, self.path, found)
        else:
            with driver.writer_lock(self.path):
                self.path.touch(mode=0o600, exist_ok=True)
        conn = self.reader()
        state = self._state(conn)
        if state is schema.SchemaState.EMPTY:
            with driver.writer_lock(self.path):
                if self._state(conn) is schema.SchemaState.EMPTY:
                    self._create(conn)
        elif state is schema.SchemaState.OLDER:
            from helpdesk_tui.store import migrate

            self.close()
            migrate.upgrade(self.path, say=say or (lambda _: None))
        else:
            schema.refuse(state, self.path, schema.found_version(conn))

    def _prepare_to_read(self) -> None:
        """Open a desk on a file system that cannot be written: everything can be read, nothing changed."""
        from helpdesk_tui.store import migrate

        self.read_only = True
        state, _found = migrate.look(self.path)
        if state is not schema.SchemaState.CURRENT:
            migrate.refuse(self.path, state)

    def _create(self, conn: sqlite3.Connection) -> None:
        try:
            schema.create(conn)
        except sqlite3.Error as error:
            raise driver.fault(error, self.path) from error
        driver.sync_folder(self.path)

    def _state(self, conn: sqlite3.Connection) -> schema.SchemaState:
        try:
            return schema.inspect(conn)
        except sqlite3.Error as error:
            raise driver.fault(error, self.path) from error

    def _open(self) -> sqlite3.Connection:
        if self.in_memory:
            conn = driver.connect(":memory:")
        else:
            conn = self._despite_full(lambda: driver.connect(self.path, read_only=self.read_only))
        with self._guard:
            self._all.append(conn)
        return conn

    def _despite_full(self, call: Callable[[], T]) -> T:
        """Open something; a disk so full that there is no room for shared memory is given the ballast's."""
        try:
            return call()
        except StoreFault as refused:
            cause = refused.__cause__
            if not isinstance(cause, sqlite3.Error) or not self._room.found(cause):
                raise
            if self._room.refused() is None:
                raise driver.full(self.path) from cause
            return call()

    def reader(self) -> sqlite3.Connection:
        """This thread's held connection. Read on it; never leave a statement half-fetched."""
        if self._shared is not None:
            return self._shared
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = self._local.conn = self._open()
        return conn

    @contextlib.contextmanager
    def write(self) -> Iterator[Transaction]:
        """One short write transaction under the writers' lock. Rolls back on any error; SQLite's become ours."""
        if self._frozen is not None:
            raise Conflict(self._frozen)
        if self.read_only:
            raise StoreFault(
                N_("{path} lies on a disk that cannot be written: it can be read, nothing can be changed"),
                path=self.path,
            )
        with self._guard if self.in_memory else driver.writer_lock(self.path):
            conn = self.reader()
            held = self._local
            transaction, committing = Transaction(conn, held), False
            try:
                if not self.in_memory:
                    self._room.admit()
                conn.execute("BEGIN IMMEDIATE")
                self._same_schema(conn)
                # Nobody else can move the head now, and a bulk change asks for it with every look-up.
                held.head = self.head()
                yield transaction
                committing = True
                conn.execute("COMMIT")
            except BaseException as error:
                self._undo(conn)
                told = self._fault(conn, error, committing=committing) if isinstance(error, sqlite3.Error) else error
                if isinstance(told, StoreFault) and self.on_fault is not None:
                    self.on_fault()
                if told is error:
                    raise
                raise told from error
            finally:
                held.head = None
            self._room.written()
            if transaction.wrote and not self.in_memory:
                self._checkpoint(conn, scrub=transaction.scrub)

    @contextlib.contextmanager
    def rehearse(self) -> Iterator[Transaction]:
        """A read transaction in the shape of a write one; nothing can be kept."""
        conn = self.reader()
        try:
            conn.execute("BEGIN")
            yield Transaction(conn, self._local)
        except sqlite3.Error as error:
            raise driver.fault(error, self.path) from error
        finally:
            self._undo(conn)

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Many reads of one moment; as nothing moves meanwhile, the journal's head is asked for once."""
        conn, held = self.reader(), self._local
        if self.in_memory or conn.in_transaction:
            yield
            return
        try:
            conn.execute("BEGIN")
            held.head = self.head()
            yield
        except sqlite3.Error as error:
            raise driver.fault(error, self.path) from error
        finally:
            held.head = None
            self._undo(conn)

    def freeze(self, why: str) -> None:
        """Refuse every write from now on with a Conflict that says why."""
        self._frozen = why

    def _same_schema(self, conn: sqlite3.Connection) -> None:
        """Refuse to write into a file that a newer program has upgraded while this one had it open."""
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        if version != schema.SCHEMA_VERSION:
            raise StoreFault(
                N_("{path} was upgraded by another program meanwhile (schema {found}); restart this one"),
                path=self.path,
                found=version,
            )

    @staticmethod
    def _undo(conn: sqlite3.Connection) -> None:
        if conn.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                conn.execute("ROLLBACK")

    def _fault(self, conn: sqlite3.Connection, error: sqlite3.Error, *, committing: bool) -> Exception:
        """The desk's word for what went wrong in a write; where the disk is full, room is made for cleaning up."""
        if self.in_memory:
            return driver.fault(error, self.path)
        full, emptied = self._room.found(error), False
        # A commit whose sync failed stands whole in the log, and would count if the machine stopped right now.
        doubtful = committing and driver.primary_code(error) == sqlite3.SQLITE_IOERR
        if full or doubtful:
            with contextlib.suppress(sqlite3.Error):
                emptied = driver.move_log(conn, "PRAGMA wal_checkpoint(TRUNCATE)")
        if doubtful and not emptied:
            return driver.doubtful(error, self.path)
        if full:
            return self._room.refused() or driver.full(self.path)
        return driver.fault(error, self.path)

    def _checkpoint(self, conn: sqlite3.Connection, *, scrub: bool) -> None:
        """Move the write-ahead log into the file when it has grown; still under the writers' lock."""
        try:
            if scrub:
                conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return
            crossed, pages = logfile.grown(self._log, _CHECKPOINT_PAGES)
            long = pages > 4 * _CHECKPOINT_PAGES
            if crossed or long:
                driver.move_log(conn, "PRAGMA wal_checkpoint(PASSIVE)")
                if long:
                    driver.move_log(conn, "PRAGMA wal_checkpoint(TRUNCATE)")
                self._room.grown()
        except (OSError, sqlite3.Error):
            # The commit stands; a later writer will move the log.
            return

    def trouble(self) -> Trouble | None:
        """What is wrong with the disk under this desk now, or None. Looks at the disk."""
        return None if self.in_memory else self._room.trouble()

    def flush(self) -> None:
        """Move the write-ahead log into the file and empty it, so that nothing that was erased lingers there."""
        if self.in_memory:
            return
        with driver.writer_lock(self.path), contextlib.suppress(sqlite3.Error):
            self.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def data_version(self) -> int:
        """Changes whenever another connection has committed; cheap enough to ask four times a second."""
        return int(self.reader().execute("PRAGMA data_version").fetchone()[0])

    def head(self) -> int:
        """The last journal sequence number."""
        held: int | None = getattr(self._local, "head", None)
        if held is not None:
            return held
        found = self.reader().execute("SELECT seq FROM journal_head WHERE id = 1").fetchone()
        return int(found[0]) if found else 0

    def meta(self, key: str) -> str | None:
        """A fact about this desk file."""
        found = self.reader().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def query(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        """All rows of a read. SQLite's errors become StoreFault or Busy; Usage for a value that no store can hold."""
        try:
            return self.reader().execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise driver.fault(error, self.path) from error
        except (OverflowError, UnicodeEncodeError) as error:
            raise driver.unfit(error) from error

    def close(self) -> None:
        """Close every connection of every thread (no other thread may be using one)."""
        with self._guard:
            for conn in self._all:
                with contextlib.suppress(sqlite3.Error):
                    conn.close()
            self._all.clear()
            self._local = threading.local()
            self._shared = None
