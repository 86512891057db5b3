"""SQLite itself: how a connection is opened, and the one lock that every writer holds.

All engine-specific settings live here. The lock is an advisory `flock` on a file beside the desk, taken in turn (fair
under many writers, where SQLite's own sleep-and-retry is not), and since every write and every checkpoint holds it, the
WAL-reset fault of SQLite < 3.51.3 cannot be met.
"""

import _thread
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from helpdesk_tui.store import turns
from helpdesk_tui.vocabulary.errors import Busy, Conflict, StoreFault, Usage
from helpdesk_tui.vocabulary.i18n import N_

_BUSY_MS: Final = 5_000
_WAIT_SECONDS: Final = 30.0
_PRAGMAS: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
)


def connect(path: Path | str, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a connection in explicit-transaction mode with the desk's settings.

    Raises StoreFault where the file cannot be opened or is no database.
    """
    name = str(path)
    try:
        if read_only:
            conn = open_to_read(Path(path))
        else:
            conn = sqlite3.connect(name, isolation_level=None, timeout=_BUSY_MS / 1000, check_same_thread=False)
        for pragma in _PRAGMAS:
            conn.execute(pragma)
        if not read_only and name != ":memory:":
            mode = conn.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":
                conn.execute("PRAGMA journal_mode = WAL")
        else:
            conn.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        raise fault(error, name) from error
    conn.create_function("folded", 1, _folded, deterministic=True)
    conn.create_function("has_words", 3, _has_words, deterministic=True)
    if hasattr(conn, "setlimit"):
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024)
        conn.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)
        conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 2)
    return conn


def open_to_read(path: Path) -> sqlite3.Connection:
    """A bare connection that cannot write a byte. Raises sqlite3.Error.

    A desk that was closed cleanly has no log, and on a file system that cannot be written SQLite cannot make one, nor
    its shared memory: then, as nobody can write there, the file is read as one that does not change.
    """
    try:
        return _opened(path, "?mode=ro")
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        if code == _READONLY_ROLLBACK and _begun_by_us(path):
            with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=_BUSY_MS / 1000)) as conn:
                conn.execute("PRAGMA schema_version").fetchone()
            return _opened(path, "?mode=ro")
        log = path.with_name(path.name + "-wal")
        if (
            code & 0xFF != sqlite3.SQLITE_CANTOPEN
            or not _unwritable(path)
            # Reading past a log that holds something would show an older desk as if it were the present one.
            or (log.exists() and log.stat().st_size)
        ):
            raise
        return _opened(path, "?mode=ro&immutable=1")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    conn = sqlite3.connect(
        path.resolve().as_uri() + how,
        uri=True,
        isolation_level=None,
        timeout=_BUSY_MS / 1000,
        check_same_thread=False,
    )
    try:
        conn.execute("PRAGMA schema_version").fetchone()
    except BaseException:
        conn.close()
        raise
    return conn


_READONLY_ROLLBACK: Final = sqlite3.SQLITE_READONLY | 3 << 8


def _begun_by_us(path: Path) -> bool:
    """Whether what is to be rolled back is the making of a desk that was cut off: not a page, or our mark in its head.

    Before its first entry a new file is switched to the write-ahead log, by way of SQLite's older journal.
    """
    with path.open("rb") as file:
        head = file.read(4097)
    return len(head) <= 4096 or head[68:72] == b"Hdsk"


def _unwritable(path: Path) -> bool:
    from helpdesk_tui.store.filesystem import space

    try:
        return space(path).read_only
    except OSError:
        return False


def _folded(text: object) -> str | None:
    from helpdesk_tui.vocabulary.filter_fields import fold

    return fold(text) if isinstance(text, str) else None


def _has_words(text: object, wanted: str, phrase: int) -> bool:
    from helpdesk_tui.vocabulary.filter_predicate import text_has

    return isinstance(text, str) and text_has(text, wanted, phrase=bool(phrase))


def move_log(conn: sqlite3.Connection, pragma: str) -> bool:
    """Move the log as far as readers allow, without waiting for them: all other writers wait for us meanwhile.

    `pragma` is a `PRAGMA wal_checkpoint(…)`. Returns whether it went all the way. Raises sqlite3.Error.
    """
    wait = conn.execute("PRAGMA busy_timeout").fetchone()[0]
    conn.execute("PRAGMA busy_timeout = 0")
    try:
        return bool(conn.execute(pragma).fetchone()[0] == 0)  # sql: a constant of the caller
    finally:
        conn.execute(f"PRAGMA busy_timeout = {wait:d}")


def primary_code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code of an error (sqlite.org/rescode.html), None where it has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def fault(error: sqlite3.Error, path: object) -> StoreFault | Busy | Conflict:
    """The desk's word for an SQLite error: what happened to which file, and what to do."""
    primary = primary_code(error)
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(N_("the desk {path} is busy with other writers; try again in a moment"), path=path)
    if primary == sqlite3.SQLITE_FULL:
        return full(path)
    if primary == sqlite3.SQLITE_READONLY:
        return StoreFault(
            N_("{path} cannot be written; check who owns it and whether the disk is read-only"), path=path
        )
    if primary == sqlite3.SQLITE_CANTOPEN:
        return StoreFault(N_("{path} cannot be opened; check that its folder exists and is yours"), path=path)
    if primary == sqlite3.SQLITE_NOTADB:
        return StoreFault(N_("{path} is no desk file; name another with --db"), path=path)
    if primary == sqlite3.SQLITE_CORRUPT:
        return StoreFault(N_("{path} is damaged; stop writing to it and restore a backup"), path=path)
    if primary == sqlite3.SQLITE_CONSTRAINT:
        return Conflict(N_("this contradicts what the desk holds, so nothing was changed ({error})"), error=error)
    if primary == sqlite3.SQLITE_IOERR:
        return StoreFault(
            N_(
                "the disk under {path} failed: nothing was changed ({error}); look for a quota, a limit of the file size and"
                " the system's log, then try again"
            ),
            path=path,
            error=error,
        )
    return StoreFault(N_("{path}: {error}"), path=path, error=error)


def full(path: object) -> StoreFault:
    """The desk's word for a write that found no room."""
    return StoreFault(
        N_("the disk under {path} is full: nothing was changed; free some space and try again"), path=path
    )


def doubtful(error: sqlite3.Error, path: object) -> StoreFault:
    """The desk's word for a commit that the disk did not confirm and that could not be taken out of the log again."""
    return StoreFault(
        N_(
            "the disk under {path} failed at the last step ({error}): check the disk, then look whether this was kept before"
            " you repeat it"
        ),
        path=path,
        error=error,
    )


def unfit(error: OverflowError | UnicodeEncodeError) -> Usage:
    """The desk's word for a value that SQLite cannot take."""
    if isinstance(error, OverflowError):
        return Usage(N_("a number is too large: the desk counts to 9223372036854775807"))
    return Usage(N_("a text holds half a character (a lone surrogate), which cannot be looked up"))


def sync_folder(path: Path) -> None:
    """Put the names of the files beside `path` on the disk: a new file's own sync need not do that (fsync(2))."""
    with contextlib.suppress(OSError):
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def lock_path(path: Path) -> Path:
    """The file whose lock every writer holds."""
    return path.with_name(path.name + ".lock")


def _as_open_as(handle: int, path: Path) -> None:
    """Let whoever may write the desk take its lock, too (a desk shared by a group)."""
    with contextlib.suppress(OSError):
        wanted = path.stat().st_mode & 0o666
        if os.fstat(handle).st_mode & 0o777 != wanted:
            os.fchmod(handle, wanted)


@contextlib.contextmanager
def writer_lock(path: Path, timeout: float = _WAIT_SECONDS) -> Iterator[None]:
    """Hold the writers' lock of this desk. Waiters are served in order. Raises Busy after `timeout` seconds."""
    try:
        handle = os.open(lock_path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _as_open_as(handle, path)
    except OSError as error:
        raise StoreFault(N_("{path} cannot be written: {error}"), path=path, error=error.strerror) from error
    try:
        place = turns.come(handle, path)
        try:
            if not turns.mine(handle, place):
                raise BlockingIOError
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _wait(handle, place, path, timeout)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, place: int | None, path: Path, timeout: float) -> None:
    """Queue in the kernel from a helper thread, so that a stuck holder cannot hang the caller for ever."""
    duplicate = os.dup(handle)
    # The barest thread and lock there are: every other writer waits while this one is being woken.
    got = _thread.allocate_lock()
    got.acquire()

    def queue() -> None:
        try:
            turns.wait(duplicate, place)
            fcntl.flock(duplicate, fcntl.LOCK_EX)
        finally:
            # The lock belongs to the open file, shared with `handle`: it is freed when both are closed.
            os.close(duplicate)
        got.release()

    _thread.start_new_thread(queue, ())
    if not got.acquire(timeout=timeout):
        raise Busy(
            N_("another program has been writing to {path} for {seconds} s; try again"), path=path, seconds=int(timeout)
        )
