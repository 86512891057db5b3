"""Deriving the clocks of open tickets again after the policy or a calendar has changed."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.derive import columns, events_of
from helpdesk_tui.desk.shapes import Object, Progress
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    import sqlite3

    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.work import Work

register({"sla.recomputed": N_("derived again under version {policy} of the policy")})
VERB: Final = "sla.recompute"
CHUNK: Final = 100


def differing(desk: "Desk", conn: "sqlite3.Connection", row: Row, at: Instant) -> Row:
    """The derived columns of a ticket row that are not what policy and history give now."""
    entries = [*journal.read(conn, journal.OF_SUBJECT, ("ticket", row["number"]))]
    found: dict[str, Any] = columns(desk, row, events_of(desk, row["number"], entries), at)
    return {c: v for c, v in found.items() if row[c] != v}


def recompute(desk: "Desk", numbers: list[int], batch: str, progress: Progress | None = None) -> Object:
    """Derive these tickets' clocks again; only those that differ get an entry. Short transactions, one batch.

    What differs is found without the write lock, and checked again under it.
    """
    changed = 0
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        stale = [row for n in chunk if (row := _open(desk.store.reader(), n)) is not None]
        stale = [row for row in stale if differing(desk, desk.store.reader(), row, desk.now())]
        if stale:
            with desk.work(VERB, batch=batch) as work:
                changed += sum(_correct(work, row["number"]) for row in stale)
        if progress is not None:
            progress(min(start + CHUNK, len(numbers)), len(numbers))
    return {"batch": batch if changed else None, "matched": len(numbers), "changed": changed}


def _open(conn: "sqlite3.Connection", number: int) -> Row | None:
    from helpdesk_tui.store.apply import fetch

    row = fetch(conn, "ticket", (number,))
    return row if row is not None and row["phase"] < Phase.RESOLVED and row["deleted_at"] is None else None


def _correct(work: "Work", number: int) -> bool:
    row = _open(work.tx.conn, number)
    different = differing(work.desk, work.tx.conn, row, work.now) if row is not None else {}
    if row is None or not different:
        return False
    # Nobody worked on the ticket, so `updated_at` stays.
    before = {**{c: row[c] for c in different}, "version": row["version"]}
    after = {**different, "version": row["version"] + 1}
    reasons = [Reason("sla.recomputed", {"policy": work.desk.policies.current().version}).data()]
    work.record(
        Entry(VERB, "ticket", number, work.at, rows=[RowChange("ticket", (number,), before, after)], reasons=reasons)
    )
    return True
