"""The desk as it was: a read-only desk in memory or a temporary file, built by replaying the journal up to an instant."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk_tui.store import replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk


@contextlib.contextmanager
def as_of(desk: "Desk", instant: Instant, progress: Callable[[int], None] | None = None) -> Iterator["Desk"]:
    """A desk for the same actor over everything that was true at `instant`; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-past-") as folder:
        store = Store(Path(folder) / "past.db")
        try:
            replay.replay(desk.store.reader(), store, upto=instant, progress=progress)
            store.freeze(N_("the past cannot be changed; leave --at away to work on the desk as it is now"))
            yield desk.elsewhere(store, lambda: instant)
        except sqlite3.Error as error:
            from helpdesk_tui.store.driver import fault

            raise fault(error, store.path) from error
        finally:
            store.close()
