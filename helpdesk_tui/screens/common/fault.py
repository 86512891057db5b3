"""A fault of the program itself: kept in a file for whoever mends it, told in one line to whoever meets it."""

import contextlib
import os
import traceback
from pathlib import Path
from typing import Final

from textual.worker import WorkerFailed

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import Instant

MOST: Final = 65_536
"""Characters of a report: enough for any trace, and never a disk full of them."""
NAME: Final = "fault.txt"


def keep(error: BaseException, folder: Path, now: Instant) -> Path | None:
    """Write where a fault came from, without any value of anybody's; the file, or None where it cannot be written.

    One file, its latest fault: nobody has to sweep it.
    """
    # Of a worker of Textual's what it failed of is worth more than that it failed.
    cause = error.error if isinstance(error, WorkerFailed) else error
    told = "".join(traceback.format_exception(cause))[-MOST:]
    path = folder / NAME
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{iso(now)}\n{told}")
        return path
    return None


def sentence(path: Path | None) -> str:
    """What the person is told."""
    if path is None:
        return _("an unexpected fault ended the console; what you typed is kept, open it again")
    return _("an unexpected fault ended the console; what you typed is kept, open it again. Report: {path}").format(
        path=path
    )
