"""Hearing of other people's commits: one thread asks the desk file four times a second whether it has moved."""

import threading
from collections.abc import Callable
from typing import Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import DeskError

EVERY: Final = 0.25
"""Seconds between two questions."""


class LiveDesk:
    """Calls `moved(head)` from its own thread whenever the journal of the desk has grown, by whomever.

    `PRAGMA data_version` belongs to one connection, so the thread (and with it the connection) is held.
    """

    def __init__(self, desk: Desk, moved: Callable[[int], None], every: float = EVERY) -> None:
        self._desk = desk
        self._moved = moved
        self._every = every
        self._stop = threading.Event()
        self._nudged = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-live", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; waits for the thread for at most a second."""
        self._stop.set()
        self._nudged.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def nudge(self) -> None:
        """Something was just written here: ask at once."""
        self._nudged.set()

    def _run(self) -> None:
        version = head = -1
        while not self._stop.is_set():
            try:
                now = self._desk.store.data_version()
                if now != version:
                    version = now
                    new = self._desk.store.head()
                    if new != head:
                        first, head = head < 0, new
                        if not first:
                            self._moved(new)
            except DeskError:
                version = -1
            except Exception:
                if self._stop.is_set():
                    return
                version = -1
            self._nudged.wait(self._every)
            self._nudged.clear()
