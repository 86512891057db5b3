"""What is said of a desk file after a fault: sound, or what is wrong with it."""

import enum
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk_tui.store import journal, replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import DeskError
from tests.desk_random import tables
from tests.faults.deeds import ANA, Ack


class Found(enum.Enum):
    """The verdict."""

    SOUND = "sound"
    ABSENT = "absent, as it was never acknowledged"
    LOST = "an acknowledged entry is missing"
    TORN = "half of a change is there"
    CORRUPT = "damaged"
    CLOSED = "cannot be opened"

    @property
    def good(self) -> bool:
        return self in (Found.SOUND, Found.ABSENT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict, what told it, and how many entries the journal holds."""

    found: Found
    detail: str = ""
    head: int = 0


def judge(path: Path, acked: Ack | None, *, goes_on: bool = False) -> Verdict:
    """Open a desk as the program does and look at everything: pages, references, chain, acknowledged entry, rows.

    With `goes_on` one more ticket must be possible.
    """
    if not path.exists():
        return Verdict(Found.ABSENT) if acked is None else Verdict(Found.LOST, "there is no file")
    try:
        store = Store(path)
    except (DeskError, sqlite3.Error) as error:
        return Verdict(Found.CLOSED, str(error))
    try:
        verdict = _judge(store, acked)
    except sqlite3.Error as error:
        verdict = Verdict(Found.CORRUPT, f"{type(error).__name__}: {error}")
    except DeskError as error:
        verdict = Verdict(Found.TORN, str(error))
    finally:
        store.close()
    if verdict.found is Found.SOUND and goes_on:
        verdict = _one_more(path, verdict)
    return verdict


def _one_more(path: Path, verdict: Verdict) -> Verdict:
    from helpdesk_tui.desk.desk import Desk

    try:
        with Desk.open(path, user=ANA) as desk:
            number = desk.tickets.open("one more")["number"]
            assert desk.tickets.show(number)["title"] == "one more"
    except DeskError as error:
        return Verdict(Found.TORN, f"nothing can be added: {error}")
    return verdict


def _judge(store: Store, acked: Ack | None) -> Verdict:
    conn = store.reader()
    pages = conn.execute("PRAGMA integrity_check(3)").fetchall()
    if pages != [("ok",)]:
        return Verdict(Found.CORRUPT, str(pages[0][0]))
    for table in ("search_text", "search_note"):
        conn.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 0)")
    chain = journal.verify(conn)
    if not chain.ok:
        return Verdict(Found.TORN, f"entry {chain.first_bad}: {chain.why}", chain.entries)
    if acked is not None:
        row = conn.execute("SELECT hash FROM journal WHERE seq = ?", (acked.seq,)).fetchone()
        if row is None:
            return Verdict(Found.LOST, f"entry {acked.seq}: the journal ends at {chain.entries}", chain.entries)
        if row[0].hex() != acked.hash:
            return Verdict(Found.LOST, f"entry {acked.seq} is another one", chain.entries)
    if (broken := conn.execute("PRAGMA foreign_key_check").fetchone()) is not None:
        return Verdict(Found.TORN, f"a row of {broken[0]} points to nothing", chain.entries)
    wrong = _differs(conn)
    return Verdict(Found.TORN, wrong, chain.entries) if wrong else Verdict(Found.SOUND, "", chain.entries)


def _differs(conn: sqlite3.Connection) -> str:
    """Where the tables differ from what the journal tells (a replay into an empty desk), and the counts from a count."""
    counted = "SELECT team_id, assignee_id, phase, n FROM tally WHERE n <> 0 ORDER BY 1, 2, 3"
    fresh = (
        "SELECT ifnull(team_id, 0), ifnull(assignee_id, 0), phase, count(*) FROM ticket WHERE deleted_at IS NULL"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    if conn.execute(counted).fetchall() != conn.execute(fresh).fetchall():
        return "the counts are not those of the tickets"
    copy = Store(":memory:")
    try:
        replay.replay(conn, copy)
        ours, theirs = tables(conn), tables(copy.reader())
        different: list[Any] = [name for name, rows in ours.items() if theirs[name] != rows]
        return f"{different[0]} is not what the journal tells" if different else ""
    finally:
        copy.close()
