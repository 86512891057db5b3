"""Files that come into being whole: made in a private folder beside their place, forced to the disk, then renamed.

A run that was killed leaves its folder behind; the next one in the same place removes it. Nothing here ever
replaces a file unless it is told to.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from helpdesk_tui.vocabulary.errors import Conflict, StoreFault
from helpdesk_tui.vocabulary.i18n import N_

_MARK: Final = ".helpdesk-work-"
_BLOCK: Final = 1 << 20
NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
Progress = Callable[[int, int | None], None]


@contextlib.contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """A folder for unfinished files in `beside` (made if missing), readable by its owner only, gone at the end.

    Raises StoreFault where it cannot be made.
    """
    try:
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(beside)
        folder = Path(tempfile.mkdtemp(prefix=_MARK, dir=beside))
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreFault(N_("{path} cannot be written: {error}"), path=beside, error=error.strerror or error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # says to others that somebody still works here
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sweep(beside: Path) -> None:
    """Remove what killed runs have left."""
    for folder in beside.glob(_MARK + "*"):
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def leftovers(place: Path) -> list[Path]:
    """Logs beside `place` that a database of this name would take for its own."""
    return [p for end in ("-wal", "-journal") if os.path.lexists(p := place.with_name(place.name + end))]


def publish(made: Path, place: Path, *, replace: bool = False) -> None:
    """Give a finished file its name: all of it is on the disk before the name is.

    Mode 0600; a file that replaces another has that one's owner, group and mode, as far as we may give them.

    Raises Conflict where `place` is taken (and `replace` is not given) or a log of another database lies beside it,
    StoreFault where it cannot be written.
    """
    for stray in leftovers(place):
        raise Conflict(
            N_("{path} belongs to a file that is gone, and would damage a new one; move it away"), path=stray
        )
    try:
        made.chmod(0o600)
        if replace:
            _as(made, place.stat())
        sync(made)
        if replace:
            made.replace(place)
            sync(place.parent)
        else:
            _claim(made, place)
            try:
                sync(place.parent)
            except OSError:
                place.unlink()  # a name that may be gone tomorrow is no name
                raise
    except FileExistsError as error:
        raise Conflict(N_("{path} exists already and was left alone; name another file"), path=place) from error
    except OSError as error:
        raise StoreFault(N_("{path} cannot be written: {error}"), path=place, error=error.strerror or error) from error


def _as(made: Path, like: os.stat_result) -> None:
    """A desk that a group shares stays shared; one of another user stays theirs."""
    with contextlib.suppress(PermissionError):
        os.chown(made, like.st_uid, like.st_gid)
    now = made.stat()
    if (now.st_uid, now.st_gid) == (like.st_uid, like.st_gid):
        made.chmod(like.st_mode & 0o777)


def _claim(made: Path, place: Path) -> None:
    """Rename without replacing. Some file systems of removable disks know no second name for a file."""
    try:
        os.link(made, place)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if os.path.lexists(place):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        made.rename(place)
    else:
        made.unlink()


def digest(path: Path, progress: Progress | None = None) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes of a file. Raises StoreFault where it cannot be read."""
    hasher, done = hashlib.sha256(), 0
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                hasher.update(block)
                done += len(block)
                if progress is not None:
                    progress(done, size)
    except OSError as error:
        raise StoreFault(N_("{path} cannot be read: {error}"), path=path, error=error.strerror or error) from error
    return hasher.hexdigest(), done


def room(folder: Path, needed: int) -> None:
    """Raise StoreFault where fewer than `needed` bytes are free in a folder (or the nearest one above that exists)."""
    there = next((p for p in (folder, *folder.parents) if p.is_dir()), Path("/"))
    try:
        free = shutil.disk_usage(there).free
    except OSError:
        return  # it will show at the first write
    if free < needed:
        raise StoreFault(
            N_("{path} has {free} bytes free and {needed} are needed; nothing was written"),
            path=there,
            free=free,
            needed=needed,
        )
