"""Many small objects at once: counting references frees them, looking for cycles among them only costs time."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def no_cycles() -> Iterator[None]:
    """Let the search for cycles of unused objects rest while this block runs, which makes many objects and no cycles.

    For short blocks, or for a process that does nothing else. Where it rests already, it goes on resting.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
