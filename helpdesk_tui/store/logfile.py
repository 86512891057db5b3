"""How far a desk's write-ahead log is filled: asked by its writers, who move it into the file when it has grown.

The file's length does not tell: SQLite starts a log that was moved again at its beginning and leaves the rest lying.
A frame counts where it carries the salts of the log's head (sqlite.org/fileformat2.html, section 4.1); those that do
come first.
"""

import os
from pathlib import Path
from typing import Final

_HEAD: Final = 32
_FRAME: Final = 24
_SALTS: Final = 8


def grown(path: Path, every: int) -> tuple[bool, int]:
    """Whether the last commit filled the log up to or past a multiple of `every` pages, and how many it holds now.

    `path` is the log. To be asked under the writers' lock after a commit: of many writers only one is told so for
    each multiple. Nothing is read of a log that is too short. Raises OSError.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        head = os.pread(handle, _HEAD, 0) if size >= _HEAD + every * _FRAME else b""
        if len(head) < _HEAD:
            return False, 0
        step = _FRAME + int.from_bytes(head[8:12], "big")
        filled = _filled(handle, head[16:24], step, (size - _HEAD) // step)
        return _crossed(handle, step, filled, every), filled
    finally:
        os.close(handle)


def _filled(handle: int, salts: bytes, step: int, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if os.pread(handle, _SALTS, _HEAD + middle * step + 8) == salts:
            low = middle + 1
        else:
            high = middle
    return low


def _crossed(handle: int, step: int, filled: int, every: int) -> bool:
    """Whether the commit that the log ends with began below the last multiple of `every` pages."""
    last = filled - filled % every
    if not last:
        return False
    for frame in range(filled - 1, last - 1, -1):
        # A frame that ends a commit says how large the file is after it; the others say 0.
        if os.pread(handle, 4, _HEAD + (frame - 1) * step + 4) != b"\0\0\0\0":
            return False
    return True
