"""Upgrading a desk file to the schema of this program, so that a kill at any write leaves the old or the new one.

One migrator at a time (the writers' lock), a verified copy first, then every revision in one transaction that
is ours: the migration library runs on our connection and its commits and rollbacks do nothing. Foreign keys are
off while tables are rebuilt (SQLite allows the switch only outside a transaction) and checked before the commit.

Importing this module is cheap; SQLAlchemy and Alembic are loaded by `upgrade` only, when there is work.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from helpdesk_tui.store.driver import connect, fault, move_log, open_to_read, primary_code, writer_lock
from helpdesk_tui.store.schema import SCHEMA_VERSION, SchemaState, create, found_version, inspect
from helpdesk_tui.store.schema import refuse as _refuse_state
from helpdesk_tui.vocabulary.errors import DeskError, StoreFault
from helpdesk_tui.vocabulary.i18n import N_, _

__all__ = ["SCHEMA_VERSION", "SchemaState", "inspect", "look", "refuse", "run_revisions", "upgrade"]

_LOCK_SECONDS: Final = 30.0
_SMALLEST: Final = 512  # bytes of a page at least (sqlite.org/fileformat.html)
# Alembic keeps the running migration in module globals.
_one_in_this_process: Final = threading.Lock()


def look(path: Path, known: int = SCHEMA_VERSION) -> tuple[SchemaState, int]:
    """What the file at `path` is, and the schema version in it, without changing a byte of it.

    Raises StoreFault where there is no file, it cannot be read or it is no database.
    """
    if not path.exists():
        raise StoreFault(N_("there is no desk at {path}; `helpdesk db init` makes one"), path=path)
    try:
        if not path.is_file() or not _may_be_a_database(path):
            raise StoreFault(N_("{path} is no desk file; name another with --db"), path=path)
        with contextlib.closing(open_to_read(path)) as conn:
            return inspect(conn, known), found_version(conn)
    except OSError as error:
        raise StoreFault(N_("{path} cannot be read: {error}"), path=path, error=error.strerror or error) from error
    except sqlite3.Error as error:
        raise fault(error, path) from error


def _may_be_a_database(path: Path) -> bool:
    """Whether it is empty or as long as SQLite's files are at least (SQLite itself takes a file of one byte for empty).

    Never opened here: closing a handle would drop the locks that this process holds on a desk it has open, and then
    the next process that closes the desk takes away the log into which we go on writing.
    """
    size = path.stat().st_size
    return size == 0 or size >= _SMALLEST


def refuse(path: Path, state: SchemaState) -> NoReturn:
    """Raise the StoreFault that says why this file cannot be used, and what to do."""
    _refuse_state(state, path, look(path)[1])
    raise StoreFault(N_("{path} holds an older schema; run `helpdesk db upgrade`"), path=path)


def upgrade(
    path: Path,
    *,
    backup_dir: Path | None = None,
    say: Callable[[str], None] = lambda _line: None,
    target: int = SCHEMA_VERSION,
    versions: Path | None = None,
) -> Path | None:
    """Bring the desk at `path` to schema `target`. Returns the copy made before, or None where nothing was older.

    An empty file becomes a desk. `say` hears one translated line a step; `versions` is another folder of revisions
    than the shipped one. Raises StoreFault (no database, foreign, newer, a revision failed: then the file is as
    it was) and Busy where the writers' lock is not free within 30 s.
    """
    state, found = look(path, target)
    _refuse_state(state, path, found, target)
    if state is SchemaState.CURRENT:
        return None
    with _one_in_this_process, writer_lock(path, _LOCK_SECONDS), contextlib.closing(connect(path)) as conn:
        try:
            # Somebody else may have upgraded while we waited.
            state, found = inspect(conn, target), found_version(conn)
            _refuse_state(state, path, found, target)
            if state is SchemaState.CURRENT:
                return None
            if state is SchemaState.EMPTY:
                create(conn)
                return None
            say(_("making a copy of {path} first").format(path=path))
            copy = _backup(conn, path, backup_dir or path.parent, found)
            say(_("upgrading from schema {found} to {target}").format(found=found, target=target))
            try:
                _upgrade_in_one_transaction(conn, path, found, target, versions)
            except BaseException as error:
                with contextlib.suppress(sqlite3.Error):
                    # Where the commit did not happen, the copy says nothing that the desk does not. One whose sync
                    # failed stands whole in the log until that is emptied.
                    unsure = isinstance(error, sqlite3.Error) and primary_code(error) == sqlite3.SQLITE_IOERR
                    emptied = unsure and move_log(conn, "PRAGMA wal_checkpoint(TRUNCATE)")
                    if found_version(conn) == found and (emptied or not unsure):
                        copy.unlink(missing_ok=True)
                raise
            with contextlib.suppress(sqlite3.Error):
                # As far as readers allow, without waiting for them: the commit stands.
                conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            raise fault(error, path) from error
    say(_("done; the desk as it was is kept in {copy}").format(copy=copy))
    return copy


def _upgrade_in_one_transaction(
    conn: sqlite3.Connection, path: Path, found: int, target: int, versions: Path | None
) -> None:
    conn.execute("PRAGMA foreign_keys = OFF")
    try:
        conn.execute("BEGIN IMMEDIATE")
        try:
            if found_version(conn) != found:
                raise StoreFault(N_("{path} changed while it was being upgraded; try again"), path=path)
            _same_revision(conn, path, found)
            run_revisions(conn, target, versions)
            _same_revision(conn, path, target)
            _check_references(conn, path)
            conn.execute(f"PRAGMA user_version = {target:d}")
            conn.execute("COMMIT")
        except BaseException as error:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            if not isinstance(error, Exception) or isinstance(error, DeskError | sqlite3.Error):
                raise
            cause = getattr(error, "orig", None)  # SQLAlchemy wraps the driver's errors
            if isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in _NOT_THE_REVISION:
                raise fault(cause, path) from error
            raise StoreFault(
                N_("{path} could not be upgraded to schema {target} and is as it was: {error}"),
                path=path,
                target=target,
                error=cause or error,
            ) from error
    finally:
        conn.execute("PRAGMA foreign_keys = ON")


# The disk or another program, not what the revision did with the data.
_NOT_THE_REVISION: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)


def _same_revision(conn: sqlite3.Connection, path: Path, version: int) -> None:
    """The header and the revision table must tell the same; otherwise somebody else's hand was in the file."""
    rows = [str(row[0]) for row in conn.execute("SELECT version_num FROM alembic_version")]
    if rows != [f"{version:04d}"]:
        raise StoreFault(
            N_("{path} says schema {version} and revision {revision}; restore a backup"),
            path=path,
            version=version,
            revision=", ".join(rows) or "-",
        )


def _check_references(conn: sqlite3.Connection, path: Path) -> None:
    broken = conn.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise StoreFault(
            N_("{path} was not upgraded and is as it was: row {row} of {table} would point to nothing in {parent}"),
            path=path,
            row=broken[1],
            table=broken[0],
            parent=broken[2],
        )


class _Held:
    """Our connection as the migration library sees it: it may run statements, but not end the transaction."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def commit(self) -> None:
        """Ours to do."""

    def rollback(self) -> None:
        """Ours to do."""

    def close(self) -> None:
        """Ours to do."""


@contextlib.contextmanager
def _library_connection(conn: sqlite3.Connection) -> Iterator[Any]:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", creator=lambda: _Held(conn), poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextlib.contextmanager
def configuration(versions: Path | None = None) -> Iterator[Any]:
    """Alembic's configuration for the shipped revisions, or those in `versions`; no ini file is read."""
    from importlib.resources import as_file, files

    from alembic.config import Config

    with as_file(files("helpdesk_tui.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("path_separator", "newline")
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("version_locations", str(versions or folder / "versions").replace("%", "%%"))
        yield config


def run_revisions(conn: sqlite3.Connection, target: int = SCHEMA_VERSION, versions: Path | None = None) -> None:
    """Run the revisions up to `target` on `conn`, inside the caller's transaction, which stays open."""
    from alembic import command

    with configuration(versions) as config, _library_connection(conn) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, f"{target:04d}")


def _backup(conn: sqlite3.Connection, path: Path, folder: Path, version: int) -> Path:
    """Copy the desk to `<stem>.backup-v<version>-<n>.db` in `folder`; checked, on disk, for its owner only."""
    part = folder / f"{path.stem}.backup-v{version}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)  # of a migrator that was killed
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(conn, part, version)
        _sync(part)
        n = 1
        while (name := folder / f"{path.stem}.backup-v{version}-{n}.db").exists():
            n += 1
        part.rename(name)
        _sync(folder)
    except OSError as error:
        raise StoreFault(
            N_("no copy could be made in {path} before the upgrade: {error}"),
            path=folder,
            error=error.strerror or error,
        ) from error
    except sqlite3.Error as error:
        raise fault(error, part) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return name


def _copy(conn: sqlite3.Connection, part: Path, version: int) -> None:
    with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy:
        conn.backup(copy)
        # One file, complete by itself: no write-ahead log beside it.
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok" or found_version(copy) != version:
            raise StoreFault(
                N_("the desk failed its check and was left alone ({verdict}); restore a backup"), verdict=verdict
            )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
