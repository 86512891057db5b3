"""Backups of a desk in use: a copy that has proved itself, a manifest beside it, encrypted if wanted.

The copy is made by SQLite's backup interface inside one read transaction, so it is the desk at one instant while
others go on writing. The copy, not the desk, is then checked as `check` does. File and manifest get their names
only when all of it is on the disk, the manifest first; a backup without a manifest was never finished.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from helpdesk_tui import __version__
from helpdesk_tui.store import check, crypt, driver, publish, schema, shape
from helpdesk_tui.vocabulary.errors import Busy, Conflict, Invalid, StoreFault
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import Instant

FORMAT: Final = "helpdesk-backup"
SUFFIX: Final = ".manifest"
_PAGES: Final = 2_000
_MAX_MANIFEST: Final = 1 << 20
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: where it lies and what its manifest says."""

    path: Path
    manifest: Path
    facts: dict[str, Any]


def manifest_path(backup: Path) -> Path:
    """Where a backup's manifest lies."""
    return backup.with_name(backup.name + SUFFIX)


def default_name(desk: Path, at: Instant, *, encrypted: bool) -> str:
    """A name that sorts by time: `desk-20261122T175000Z.db`, with `.enc` where it is encrypted."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    return f"{desk.stem}-{stamp}.db" + (".enc" if encrypted else "")


def place_for(desk: Path, wanted: Path | None, at: Instant, *, encrypted: bool) -> Path:
    """The file that a backup goes to: as named, or a name by time in a folder (`backups` beside the desk if none).

    Raises StoreFault where the folder of a named file does not exist.
    """
    if wanted is None or wanted.is_dir():
        return (wanted or desk.parent / "backups") / default_name(desk, at, encrypted=encrypted)
    if not wanted.parent.is_dir():  # perhaps a disk that is not mounted
        raise StoreFault(N_("there is no folder {path}; nothing was written"), path=wanted.parent)
    return wanted


def backup(
    desk: Path, place: Path, *, at: Instant, secret: crypt.Secret | None = None, progress: Progress | None = None
) -> Made:
    """Back up the desk file `desk` to `place` (which must not exist), with its manifest beside it.

    Raises Conflict where `place` is taken, StoreFault where the copy is not sound (then the desk is not either),
    where there is no room or writing fails; nothing is left behind then.
    """
    if os.path.lexists(place) or os.path.lexists(manifest_path(place)):
        raise Conflict(N_("{path} exists already and was left alone; name another file"), path=place)
    if secret is not None:
        crypt.require()
    publish.room(place.parent, 2 * _size(desk) if secret is None else _size(desk))
    # The plain copy never leaves the desk's own folder where the backup is to be encrypted.
    with publish.work_folder(place.parent) as there:
        if secret is None:
            copy = there / "copy.db"
            facts = _copy_and_prove(desk, copy, at, progress)
            return _publish(copy, there, place, {**facts, "encryption": None})
        with publish.work_folder(desk.parent) as here:
            copy, sealed, again = here / "copy.db", there / "sealed", here / "again.db"
            facts = _copy_and_prove(desk, copy, at, progress)
            with _faults(place):
                header = crypt.encrypt(copy, sealed, secret)
                copy.unlink()
                crypt.decrypt(sealed, again, secret)
            if publish.digest(again) != (facts["database_sha256"], facts["database_bytes"]):
                raise StoreFault(N_("{path} did not come back as it was written; the disk may be failing"), path=place)
            return _publish(sealed, there, place, {**facts, "encryption": header["cipher"], "secret": header["secret"]})


def _size(desk: Path) -> int:
    wal = desk.with_name(desk.name + "-wal")
    return desk.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


@contextlib.contextmanager
def _faults(place: Path) -> Any:
    try:
        yield
    except OSError as error:
        raise StoreFault(N_("{path} cannot be written: {error}"), path=place, error=error.strerror or error) from error
    except sqlite3.Error as error:
        raise driver.fault(error, place) from error


def _copy_and_prove(desk: Path, copy: Path, at: Instant, progress: Progress | None) -> dict[str, Any]:
    with _faults(copy):
        copy_online(desk, copy, progress)
    found = check.check(copy, progress=progress)
    if not found.ok:
        raise StoreFault(
            N_("the copy is not sound, so neither is {path}: {problem}; see helpdesk db check"),
            path=desk,
            problem=found.problems[0].data()["where"] + ": " + found.problems[0].data()["what"],
        )
    sha, size = publish.digest(copy, progress)
    with contextlib.closing(driver.connect(copy, read_only=True)) as conn:
        rows = {
            table: int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in _tables()
        }  # sql: own names
        version = schema.found_version(conn)
    return {
        "format": FORMAT,
        "version": 1,
        "made_at": iso(at),
        "seq": found.entries,
        "hash": found.head,
        "schema": version,
        "database_sha256": sha,
        "database_bytes": size,
        "rows": rows,
        "program": __version__,
        "sqlite": sqlite3.sqlite_version,
    }


def _tables() -> list[str]:
    return [*shape.BUSINESS, "journal", "journal_text", "blob"]


def copy_online(desk: Path, copy: Path, progress: Progress | None = None) -> None:
    """Copy a desk in use to the new file `copy`: one instant of it, one file, on the disk. Raises `sqlite3.Error`.

    The copy stays in the desk's own journal mode, so that looking at it as a desk changes not a byte of it.
    """
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with (
        contextlib.closing(driver.connect(desk, read_only=True)) as source,
        contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        target.execute("PRAGMA synchronous = OFF")  # forced to the disk as a whole before it gets its name
        source.execute("BEGIN")
        # The snapshot begins with the first read: writers go on, and the copy need not start anew after each.
        source.execute("SELECT seq FROM journal_head").fetchone()

        def told(_status: int, remaining: int, total: int) -> None:
            if progress is not None:
                progress(total - remaining, total)

        source.backup(target, pages=_PAGES, progress=told)
        source.execute("ROLLBACK")
    publish.sync(copy)


def _publish(made: Path, folder: Path, place: Path, facts: dict[str, Any]) -> Made:
    sha, size = publish.digest(made)
    facts = {**facts, "file": place.name, "bytes": size, "sha256": sha}
    beside = manifest_path(place)
    written = folder / "manifest"
    with _faults(beside):
        # One line with `seq` and `hash`: the manifest is an anchor, too (`audit verify --anchor`).
        written.write_text(json.dumps(facts, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    publish.publish(written, beside)
    try:
        publish.publish(made, place)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return Made(place, beside, facts)


# -- the way back ------------------------------------------------------------------------------------------------


def read_manifest(backup: Path) -> dict[str, Any] | None:
    """The manifest beside a backup, or None where there is none. Raises StoreFault for one that is no manifest."""
    path = manifest_path(backup)
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_MAX_MANIFEST))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreFault(N_("{path} cannot be read: {error}"), path=path, error=error.strerror or error) from error
    except (ValueError, RecursionError) as error:
        raise StoreFault(N_("{path} is damaged; use another backup"), path=path) from error
    wanted = {"sha256": str, "bytes": int, "database_sha256": str, "database_bytes": int, "seq": int, "hash": str}
    if not isinstance(found, dict) or any(type(found.get(key)) is not kind for key, kind in wanted.items()):
        raise StoreFault(N_("{path} is damaged; use another backup"), path=path)
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that was checked, as a plain file in a private folder. `manifest` is None where there was none."""

    copy: Path
    manifest: dict[str, Any] | None
    found: check.Findings


def open_backup(backup: Path, folder: Path, secret: crypt.Secret | None, progress: Progress | None = None) -> Opened:
    """Check a backup against its manifest, decrypt or copy it into `folder`, and check what came out.

    Raises StoreFault where anything does not hold, Invalid where a secret is missing, wrong, or not wanted.
    """
    if not backup.is_file():
        raise StoreFault(N_("{path} is no file"), path=backup)
    manifest = read_manifest(backup)
    if manifest is not None and publish.digest(backup, progress) != (manifest["sha256"], manifest["bytes"]):
        raise StoreFault(N_("{path} is not as it was written (its manifest says otherwise); use another"), path=backup)
    copy = folder / "restored.db"
    if crypt.is_encrypted(backup):
        if secret is None:
            raise Invalid(N_("{path} is encrypted; give --passphrase, --passphrase-file or --key-file"), path=backup)
        with _faults(copy):
            crypt.decrypt(backup, copy, secret)
    elif secret is not None:
        raise Invalid(N_("{path} is not encrypted; leave the passphrase or key away"), path=backup)
    else:
        _plain(backup, copy)
    if manifest is not None and publish.digest(copy) != (manifest["database_sha256"], manifest["database_bytes"]):
        raise StoreFault(N_("{path} is not as it was written (its manifest says otherwise); use another"), path=backup)
    found = check.check(copy, progress=progress)
    if not found.ok:
        first = found.problems[0].data()
        raise StoreFault(
            N_("{path} is not sound: {problem}; use another backup, or helpdesk db salvage"),
            path=backup,
            problem=f"{first['where']}: {first['what']}",
        )
    if manifest is not None and (found.entries, found.head) != (manifest["seq"], manifest["hash"]):
        raise StoreFault(N_("{path} is not as it was written (its manifest says otherwise); use another"), path=backup)
    return Opened(copy, manifest, found)


def _plain(backup: Path, copy: Path) -> None:
    """A copy of a plain backup; of any desk file, too, with what stands in its write-ahead log."""
    with _faults(backup):
        with backup.open("rb") as file:
            if file.read(16) != b"SQLite format 3\x00":
                raise StoreFault(N_("{path} is no backup of a desk"), path=backup)
        if backup.with_name(backup.name + "-wal").exists():
            copy_online(backup, copy)
        else:
            shutil.copyfile(backup, copy)
            copy.chmod(0o600)


def replace(made: Path, desk: Path, at: Instant, *, force: bool) -> Path | None:
    """Put a finished file in the place of the desk. Returns where the old desk is kept, or None where there was none.

    At every instant there is a whole desk at `desk`. Raises Conflict where a desk is there and `force` is not given,
    Busy where another program has it open.
    """
    if not desk.exists():
        desk.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with driver.writer_lock(desk), _faults(desk):
            # A log of a desk that was deleted is not the restored one's.
            _logs_aside(desk, _aside(desk, at))
            publish.publish(made, desk)
        return None
    if not force:
        raise Conflict(
            N_("there is a desk at {path}; --force keeps it aside and puts the backup in its place"), path=desk
        )
    with driver.writer_lock(desk), _faults(desk):
        _alone(desk)
        aside = _aside(desk, at)
        _second_name(desk, aside)
        _logs_aside(desk, aside)  # only of a desk too damaged to be closed
        publish.publish(made, desk, replace=True)
    return aside


def _logs_aside(desk: Path, aside: Path) -> None:
    for end in ("-wal", "-shm", "-journal"):
        beside = desk.with_name(desk.name + end)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + end))


def _second_name(desk: Path, aside: Path) -> None:
    try:
        os.link(desk, aside)
    except OSError as error:
        if error.errno not in publish.NO_LINKS:
            raise
        shutil.copyfile(desk, aside)
        aside.chmod(0o600)
    publish.sync(aside)


def _aside(desk: Path, at: Instant) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    n = 0
    while True:
        path = desk.with_name(f"{desk.stem}.replaced-{stamp}{f'-{n}' if n else ''}{desk.suffix or '.db'}")
        if not os.path.lexists(path):
            return path
        n += 1


def _alone(desk: Path) -> None:
    """Move the write-ahead log into the file and see that nobody else has the desk open. Raises Busy.

    A file that is too damaged for that has nobody working on it who could lose anything.
    """
    try:
        driver.open_to_read(desk).close()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return  # and its log must stay as it is
        raise
    conn = sqlite3.connect(desk, isolation_level=None, timeout=1.0)
    try:
        # Every open connection shares the file; the first look in this mode wants it for oneself. (Leaving the
        # write-ahead mode would ask the same, but a kill there leaves a journal that no reader can roll back.)
        conn.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
        conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Busy(N_("another program has {path} open; close it and try again"), path=desk) from error
    except sqlite3.DatabaseError:
        return
    finally:
        conn.close()
