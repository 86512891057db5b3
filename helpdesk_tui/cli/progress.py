"""A progress bar on standard error, where that is a terminal."""

import sys
import time
from types import TracebackType

from helpdesk_tui.cli import context
from helpdesk_tui.vocabulary.text import fit


class Progress:
    """Call it with (done, total); shows nothing in the first half second, nor where nobody looks."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._shown = False
        # Plain mode never goes back on a line.
        self._on = sys.stderr.isatty() and not context.current().plain
        self._next = time.monotonic() + 0.5

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show how far it is; at most ten times a second."""
        now = time.monotonic()
        if not self._on or now < self._next:
            return
        self._next = now + 0.1
        self._shown = True
        if total:
            part = min(1.0, done / total)
            bar = "#" * int(part * 30)
            text = f"{self._label} [{bar:<30}] {done:,}/{total:,}"
        else:
            text = f"{self._label} {done:,}"
        sys.stderr.write("\r" + fit(text, 78))
        sys.stderr.flush()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 78 + "\r")
            sys.stderr.flush()
