"""Whose turn it is among those who wait for a desk: first come, first served, whatever the machine's scheduler does.

A kernel's lock goes to whoever asks first after it was freed. That is mostly the one who has just freed it and still
runs, not the one who sleeps and must be woken, so on a busy machine some wait for seconds. Here everybody who wants
the lock holds one byte of a file that nobody reads, its place the time they came, and then asks for all bytes before
it: those come free when everybody who came earlier has been served, or is dead. No byte is ever written.

The turn is a courtesy, not the lock: two who have it at once still meet at the lock itself.
"""

import fcntl
import os
import struct
import time
from pathlib import Path
from typing import Final

from helpdesk_tui.store.filesystem import ALLOW_NETWORK, locks_elsewhere

_SET: Final[int | None] = getattr(fcntl, "F_OFD_SETLK", None)
_WAIT: Final[int | None] = getattr(fcntl, "F_OFD_SETLKW", None)


def _lock(handle: int, command: int, start: int, length: int) -> None:
    # struct flock of Linux on 64 bits; the last field must be 0 for locks of an open file.
    fcntl.fcntl(handle, command, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, start, length, 0))


def come(handle: int, path: Path) -> int | None:
    """Stand in line; the place, or None where there are no lines. It is left when the open file is closed."""
    # A network file system makes one and the same lock of `flock` and of bytes: who waits would hold up who is served.
    if _SET is None or os.environ.get(ALLOW_NETWORK) == "1" or locks_elsewhere(path, os.fstat(handle).st_dev):
        return None
    for _ in range(3):
        place = time.monotonic_ns()
        try:
            _lock(handle, _SET, place, 1)
        except BlockingIOError:
            continue  # somebody came in the same nanosecond, or was served while we looked at the clock
        except OSError:
            return None
        return place
    return None


def mine(handle: int, place: int | None) -> bool:
    """Whether nobody who came earlier waits."""
    if place is None or _SET is None:
        return True
    try:
        _lock(handle, _SET, 0, place)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def wait(handle: int, place: int | None) -> None:
    """Wait until all who came earlier have been served."""
    if place is not None and _WAIT is not None:
        try:
            _lock(handle, _WAIT, 0, place)
        except OSError:
            return
