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


def differing(desk: "Desk", rows: list[Row], at: Instant) -> list[tuple[Row, Row]]:
    """Of these tickets, those whose derived columns are not what policy and history give now: row, columns as due."""
    past = journal.outlines(desk.store.reader(), [row["number"] for row in rows])
    out: list[tuple[Row, Row]] = []
    for row in rows:
        number = row["number"]
        found: dict[str, Any] = columns(desk, row, events_of(desk, number, past.get(number, [])), at)
        different = {c: v for c, v in found.items() if row[c] != v}
        if different:
            out.append((row, different))
    return out


def recompute(desk: "Desk", numbers: list[int], batch: str, progress: Progress | None = None) -> Object:
    """Derive these tickets' clocks again; only those that differ get an entry. Short transactions, one batch.

    What differs is found without the write lock; under it only tickets that changed since are looked at again.
    """
    changed = 0
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        governing = desk.policies.current()
        stale = differing(desk, _open(desk.store.reader(), chunk), desk.now())
        if stale:
            with desk.work(VERB, batch=batch) as work:
                changed += _correct(work, stale, same_rules=work.desk.policies.current() is governing)
        if progress is not None:
            progress(min(start + CHUNK, len(numbers)), len(numbers))
    return {"batch": batch if changed else None, "matched": len(numbers), "changed": changed}


def _open(conn: "sqlite3.Connection", numbers: list[int]) -> list[Row]:
    from helpdesk_tui.store.apply import fetch_tickets

    found = fetch_tickets(conn, numbers)
    rows = [found[n] for n in numbers if n in found]
    return [row for row in rows if row["phase"] < Phase.RESOLVED and row["deleted_at"] is None]


def _correct(work: "Work", stale: list[tuple[Row, Row]], *, same_rules: bool) -> int:
    """Record what differs. A ticket has a new version after every change, its talk included."""
    now = {row["number"]: row for row in _open(work.tx.conn, [row["number"] for row, _ in stale])}
    keep = [(row, d) for row, d in stale if same_rules and now.get(row["number"], row)["version"] == row["version"]]
    kept = {row["number"] for row, _ in keep if row["number"] in now}
    again = [row for number, row in now.items() if number not in kept]
    found = [(row, d) for row, d in keep if row["number"] in kept] + differing(work.desk, again, work.now)
    reasons = [Reason("sla.recomputed", {"policy": work.desk.policies.current().version}).data()]
    for row, different in found:
        # Nobody worked on the ticket, so `updated_at` stays.
        before = {**{c: row[c] for c in different}, "version": row["version"]}
        after = {**different, "version": row["version"] + 1}
        change = RowChange("ticket", (row["number"],), before, after)
        work.record(Entry(VERB, "ticket", row["number"], work.at, rows=[change], reasons=list(reasons)))
    return len(found)
