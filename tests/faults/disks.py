"""Small disks of their own: full, for reading only; they need root, and a kernel that lets us mount."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A mounted file system in memory."""

    def __init__(self, point: Path) -> None:
        self.point = point

    def free(self) -> int:
        """Bytes that may still be written."""
        found = os.statvfs(self.point)
        return found.f_bavail * found.f_frsize

    def fill(self, leave: int = 0) -> Path:
        """Take all room but `leave` bytes; the file that takes it."""
        path = self.point / "filler"
        with path.open("ab", buffering=0) as file:
            size = max(0, self.free() - leave)
            os.posix_fallocate(file.fileno(), path.stat().st_size, size) if size else None
        return path

    def read_only(self, on: bool = True) -> None:
        """Let it be for reading only, or for writing again."""
        _mount("-o", f"remount,{'ro' if on else 'rw'}", str(self.point))


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk of its own: {done.stderr.strip()}")


@contextmanager
def small_disk(folder: Path, mib: float) -> Iterator[Disk]:
    """A disk of `mib` MiB mounted in `folder`; skips the test where that cannot be done."""
    if os.getuid() != 0:
        pytest.skip("a disk of its own needs root")
    point = folder / "disk"
    point.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={int(mib * 1024)}k,mode=755", "none", str(point))
    try:
        yield Disk(point)
    finally:
        subprocess.run(["umount", "-l", str(point)], check=False)
