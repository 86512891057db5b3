"""What lies under a desk file: the kind of file system, the room on it, and the ballast kept for the day it is full.

The kind comes from `/proc/self/mountinfo` (proc(5)): the mount whose point is the longest prefix of the path. Where
there is no such file (not Linux) nothing is known and nothing is refused.
"""

import contextlib
import enum
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpdesk_tui.vocabulary.errors import StoreFault
from helpdesk_tui.vocabulary.i18n import N_

ALLOW_NETWORK: Final = "HELPDESK_ALLOW_NETWORK"
"""Environment variable: `1` lets a desk lie on a network file system, at one's own risk."""
BALLAST_SIZE: Final = "HELPDESK_BALLAST"
"""Environment variable: size of the ballast in MiB, 0 for none."""

MIB: Final = 1_048_576
DEFAULT_BALLAST: Final = 32 * MIB
BALLAST_FROM: Final = 64 * MIB
"""Size of a desk file from which it gets a ballast by itself; smaller ones have only what they are given."""
_MOUNTS: Final = Path("/proc/self/mountinfo")
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
# fmt: off
_NETWORK: Final = frozenset({
    "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "fhgfs", "gfs", "gfs2", "glusterfs",
    "gpfs", "lustre", "ncpfs", "ncp", "nfs", "nfs4", "nfsd", "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "smb2",
    "smb3", "smbfs", "smb", "vboxsf", "vmhgfs",
})
# fmt: on
# "9p" and "virtiofs" are not among them: they reach the virtual machine's own host, and whole sandboxes live on them.
_HOSTED: Final = frozenset({"9p", "virtiofs"})
# Everything else below "fuse." may be a network (sshfs, rclone, s3fs …) and cannot be told from outside.
_LOCAL_FUSE: Final = frozenset({"fuse.fuse-overlayfs", "fuse.fuse-ext2", "fuse.lxcfs", "fuseblk"})


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a file system is mounted, and its kind as the kernel calls it (`ext4`, `nfs4`, `fuse.sshfs`)."""

    point: str
    kind: str


def mount_of(path: Path, mounts: Path = _MOUNTS) -> Mount | None:
    """The mount that holds `path` (which need not exist yet), or None where the system does not tell."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    wanted = os.path.realpath(path)
    best: Mount | None = None
    for line in lines:
        left, dash, right = line.partition(" - ")
        fields = left.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        inside = wanted == point or wanted.startswith(point if point.endswith("/") else point + "/")
        # Of two mounts at one point the later one lies on top.
        if inside and (best is None or len(point) >= len(best.point)):
            best = Mount(point, right.split(" ", 1)[0])
    return best


def is_network(kind: str) -> bool:
    """Whether a file system of this kind may be shared with other machines, whose locks and memory we do not share."""
    kind = kind.lower()
    if kind in _LOCAL_FUSE:
        return False
    return kind in _NETWORK or kind == "fuse" or kind.startswith("fuse.")


_ELSEWHERE: Final[dict[int, bool]] = {}


def locks_elsewhere(path: Path, device: int, mounts: Path = _MOUNTS) -> bool:
    """Whether locks at `path`, on this device (`st_dev`), may be kept by a server or a host, who knows one kind only.

    True also for what is not refused: the root of a machine that starts from its server. Looked up once a device.
    """
    found = _ELSEWHERE.get(device)
    if found is None:
        mount = mount_of(path, mounts)
        found = mount is not None and (is_network(mount.kind) or mount.kind.lower() in _HOSTED)
        _ELSEWHERE[device] = found
    return found


def refuse_network(path: Path, mounts: Path = _MOUNTS) -> None:
    """Raise StoreFault where a desk at `path` would lie on a network file system and nobody has allowed that.

    Locks across machines are not reliable there and the write-ahead log needs shared memory: two machines at one file
    damage it (sqlite.org/wal.html, sqlite.org/howtocorrupt.html §2.1).
    """
    mount = mount_of(path, mounts)
    # The root of a machine or a container is its own, whatever carries it.
    if mount is None or mount.point == "/" or not is_network(mount.kind) or os.environ.get(ALLOW_NETWORK) == "1":
        return
    raise StoreFault(
        N_(
            "{path} lies on a network file system ({kind}), where a desk would be damaged; put it on a local disk, or set"
            " {variable}=1 if no other machine ever opens it"
        ),
        path=path,
        kind=mount.kind,
        variable=ALLOW_NETWORK,
    )


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes on a file system: free for us and in all; whether it is mounted for reading only."""

    free: int
    total: int
    read_only: bool


def space(path: Path) -> Space:
    """The room under `path`, or under the nearest folder above it that exists. Raises OSError."""
    for place in (path, *path.absolute().parents):
        try:
            found = os.statvfs(place)
        except FileNotFoundError:
            continue
        read_only = bool(found.f_flag & os.ST_RDONLY)
        return Space(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize, read_only)
    raise FileNotFoundError(str(path))


def free_space(path: Path) -> int:
    """Bytes that we may still write under `path`. Raises OSError."""
    return space(path).free


# -- ballast -------------------------------------------------------------------------------------------------------


class BallastState(enum.Enum):
    """What the ballast says."""

    ABSENT = "absent"
    """There is none: the desk is small or nobody wants one."""
    HELD = "held"
    """Its room is taken, to be given back when the disk is full."""
    SPENT = "spent"
    """Its room was given back: the desk is for reading until it can be taken again."""


def ballast_wanted() -> int:
    """The size of a ballast in bytes: `HELPDESK_BALLAST` in MiB, else 32 MiB. What is no number counts as not said."""
    text = os.environ.get(BALLAST_SIZE, "").strip()
    return int(text) * MIB if text.isascii() and text.isdigit() and len(text) < 7 else DEFAULT_BALLAST


@dataclass(frozen=True, slots=True)
class Ballast:
    """The file `<desk>.ballast`: room held so that a full disk can be cleaned up. Change it under the writers' lock.

    Its length is the desk's state for every program at it: none, held, or (length 0) spent.
    """

    desk: Path

    @property
    def path(self) -> Path:
        """The ballast's file."""
        return self.desk.with_name(self.desk.name + ".ballast")

    def state(self) -> BallastState:
        """What it is now."""
        try:
            return BallastState.HELD if self.path.stat().st_size else BallastState.SPENT
        except OSError:
            return BallastState.ABSENT

    def make(self, size: int | None = None) -> bool:
        """Take the room, where there is five times as much; whether it is held now. Without a size the wanted one."""
        size = ballast_wanted() if size is None else size
        if self.state() is BallastState.HELD:
            return True
        if size <= 0:
            return False
        try:
            if free_space(self.desk) < 5 * size:
                return False
            return self._take(size)
        except OSError:
            return False

    def refill(self) -> bool:
        """Take the room again once a quarter more than that is free; whether it is held now (or no longer wanted)."""
        size = ballast_wanted()
        try:
            if size <= 0:
                self.path.unlink(missing_ok=True)
                return True
            return free_space(self.desk) >= size + size // 4 and self._take(size)
        except OSError:
            return False

    def release(self) -> bool:
        """Give the room back; whether there was any."""
        if self.state() is not BallastState.HELD:
            return False
        try:
            os.truncate(self.path, 0)
        except OSError:
            return False
        return True

    def _take(self, size: int) -> bool:
        existed = self.path.exists()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with contextlib.suppress(OSError):
                os.fchmod(handle, self.desk.stat().st_mode & 0o666)
            os.posix_fallocate(handle, 0, size)
        except OSError:
            os.truncate(handle, 0)
            if not existed:  # an empty file would say "spent"
                self.path.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)
        return True


def beside(path: Path) -> tuple[Path, ...]:
    """Every file that belongs to a desk beside it: log, shared memory, lock, ballast (they need not exist)."""
    return tuple(path.with_name(path.name + end) for end in ("-wal", "-shm", ".lock", ".ballast"))
