"""The desk as it was: a read-only desk in memory or a temporary file, built by replaying the journal up to an instant."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from helpdesk_tui.store import replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk


_ALL: Final = "SELECT number FROM ticket INDEXED BY ix_ticket_sensitive WHERE sensitive IS NOT NULL"


def _as_secret_as_now(desk: "Desk", store: Store) -> None:
    """What is sensitive today is so in the past, and is not there for those who may not read it today."""
    now = [n for (n,) in desk.store.query(_ALL)]
    if not now and not store.query(_ALL):
        return
    hidden = [n for n in now if not desk.reading.knows(n)]
    with store.write() as tx:
        tx.conn.execute("UPDATE ticket SET sensitive = NULL WHERE sensitive IS NOT NULL")
        tx.conn.executemany("UPDATE ticket SET sensitive = 1 WHERE number = ?", [(n,) for n in now])
        for table in ("comment", "attachment", "link", "ticket_tag", "watcher", "checklist_item", "time_entry"):
            tx.conn.executemany(
                f"DELETE FROM {table} WHERE number = ?", [(n,) for n in hidden]
            )  # sql: names from above
        tx.conn.executemany("DELETE FROM link WHERE other = ?", [(n,) for n in hidden])
        tx.conn.executemany("DELETE FROM ticket WHERE number = ?", [(n,) for n in hidden])


@contextlib.contextmanager
def as_of(desk: "Desk", instant: Instant, progress: Callable[[int], None] | None = None) -> Iterator["Desk"]:
    """A desk for the same actor over everything that was true at `instant`; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-past-") as folder:
        store = Store(Path(folder) / "past.db")
        try:
            replay.replay(desk.store.reader(), store, upto=instant, progress=progress)
            _as_secret_as_now(desk, store)
            store.freeze(N_("the past cannot be changed; leave --at away to work on the desk as it is now"))
            yield desk.elsewhere(store, lambda: instant)
        except sqlite3.Error as error:
            from helpdesk_tui.store.driver import fault

            raise fault(error, store.path) from error
        finally:
            store.close()
