"""A desk whose disk is full or cannot be written: it goes on for reading, and comes back by itself.

With a ballast (`filesystem.Ballast`) the state is in its length, so that every program at the desk knows it: the first
write that finds no room gives the ballast back, which lets the log be moved into the file and the machine be cleaned
up, and from then on writes are refused until the ballast can be taken again. Without one each write just tries.
"""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from helpdesk_tui.store import filesystem
from helpdesk_tui.store.driver import primary_code
from helpdesk_tui.store.filesystem import MIB, Ballast, BallastState
from helpdesk_tui.vocabulary.errors import StoreFault
from helpdesk_tui.vocabulary.i18n import N_, _

LOW: Final = 64 * MIB
"""Free bytes below which one is warned, where that is also less than a tenth of the disk."""
LONG_LOG: Final = 128 * MIB
"""Bytes of write-ahead log above which one is warned: somebody's unfinished reading keeps it from being emptied."""
_NOTHING_LEFT: Final = 64 * 1024
_FREED: Final = MIB


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong under a desk that is open: `str()` is a translated line. `severe`: nothing can be written."""

    message: str
    params: dict[str, object] = field(default_factory=dict)
    severe: bool = True

    def __str__(self) -> str:
        return _(self.message).format_map(self.params)


class Room:
    """The room of one desk file. Call all but `trouble` under the writers' lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ballast = Ballast(path)
        # Free bytes when the last write found the disk full, while no ballast tells.
        self._full_at: int | None = None

    def admit(self) -> None:
        """Raise StoreFault while the ballast is spent and cannot be taken again; else a write may begin."""
        if self.ballast.state() is BallastState.SPENT and not self.ballast.refill():
            raise self._refusal()

    def found(self, error: sqlite3.Error) -> bool:
        """Whether this error of a write means that the disk is full; if so the ballast has now been given back."""
        primary = primary_code(error)
        if primary == sqlite3.SQLITE_IOERR:
            # Where shared memory cannot grow, SQLite says "I/O error".
            try:
                full = filesystem.free_space(self.path) < _NOTHING_LEFT
            except OSError:
                return False
        else:
            full = primary == sqlite3.SQLITE_FULL
        if full:
            self.ballast.release()
            try:
                self._full_at = filesystem.free_space(self.path)
            except OSError:
                self._full_at = 0
        return full

    def refused(self) -> StoreFault | None:
        """What to say of a write that found no room, where there is more to say than that the disk is full."""
        return self._refusal() if self.ballast.state() is BallastState.SPENT else None

    def written(self) -> None:
        """A write has got through."""
        self._full_at = None

    def grown(self) -> None:
        """Give a desk a ballast once it is large enough to need one."""
        try:
            large = self.path.stat().st_size >= filesystem.BALLAST_FROM
        except OSError:
            return
        if large and self.ballast.state() is BallastState.ABSENT:
            self.ballast.make()

    def _refusal(self) -> StoreFault:
        return StoreFault(
            N_(
                "the disk under {path} is full and the desk is read-only: nothing was changed; free {needed} MiB there and"
                " it goes on by itself"
            ),
            path=self.path,
            needed=self._needed(),
        )

    def _needed(self) -> int:
        """MiB still to be freed before the ballast can be taken again; at least 1."""
        size = filesystem.ballast_wanted()
        try:
            missing = size + size // 4 - filesystem.free_space(self.path)
        except OSError:
            missing = size
        return max(1, -(-missing // MIB))

    def trouble(self) -> Trouble | None:
        """What is wrong now, or None. Four looks at the disk; call it every few seconds, not more."""
        try:
            space = filesystem.space(self.path)
        except OSError as error:
            return Trouble(N_("the desk's disk does not answer ({error})"), {"error": error.strerror or error})
        if space.read_only:
            return Trouble(N_("read-only: the disk under the desk cannot be written; your drafts are kept"))
        if self.ballast.state() is BallastState.SPENT:
            return Trouble(
                N_("read-only: the disk is full; free {needed} MiB and the desk goes on; your drafts are kept"),
                {"needed": self._needed()},
            )
        if self._full_at is not None:
            if space.free < self._full_at + _FREED:
                return Trouble(N_("the disk is full: nothing can be written until there is room; your drafts are kept"))
            self._full_at = None
        if space.free < LOW and space.free * 10 < space.total:
            return Trouble(N_("only {free} MiB are left on the desk's disk"), {"free": space.free // MIB}, severe=False)
        return self._long_log()

    def _long_log(self) -> Trouble | None:
        try:
            size = self.path.with_name(self.path.name + "-wal").stat().st_size
        except OSError:
            return None
        if size < LONG_LOG:
            return None
        return Trouble(
            N_("the desk's log has grown to {size} MiB: some program has been reading without an end"),
            {"size": size // MIB},
            severe=False,
        )
