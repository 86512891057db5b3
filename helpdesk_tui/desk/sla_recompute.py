"""Deriving the clocks of open tickets again after the policy or a calendar has changed."""

import json
from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk.derive import columns, events_told, ways_of
from helpdesk_tui.desk.garbage import no_cycles
from helpdesk_tui.desk.shapes import Object, Progress
from helpdesk_tui.store import lives
from helpdesk_tui.store.changes import Entry, Row, RowChange, Settled
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    import sqlite3

    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.work import Work

register({"sla.recomputed": N_("derived again under version {policy} of the policy")})
VERB: Final = "sla.recompute"
# Tickets of one transaction: the lock is held for some hundredths of a second.
CHUNK: Final = 500


_CLOCKS: Final = ("response_due_at", "update_due_at", "resolution_due_at", "due_at", "warn_at", "sla_run", "sla_plan")
_READ: Final = (
    "number", "version", "created_at", "deleted_at", "kind", "category", "service_id", "priority", "requester_id",
    "channel", "language", *_CLOCKS,
)  # fmt: skip
_OPEN: Final = (
    f"SELECT {', '.join(_READ)} FROM ticket"  # sql: the names above
    " WHERE number IN (SELECT value FROM json_each(?)) AND phase < 3 AND deleted_at IS NULL ORDER BY number"
)


def _open(conn: "sqlite3.Connection", numbers: list[int]) -> list[Row]:
    """Those of the tickets that have clocks, as far as these read them."""
    return [dict(zip(_READ, row, strict=True)) for row in conn.execute(_OPEN, (json.dumps(numbers),))]


def differing(desk: "Desk", numbers: list[int], at: Instant) -> list[tuple[Row, Row]]:
    """Of these tickets, those whose derived columns are not what policy and history give now: row, columns as due."""
    conn, governing, ways = desk.store.reader(), desk.policies.current(), ways_of(desk)
    past = lives.read(conn, numbers)
    out: list[tuple[Row, Row]] = []
    for row in _open(conn, numbers):
        history = events_told(row["number"], past.get(row["number"], []), ways)
        found = columns(desk, row, history, at, governing)
        different = {c: v for c, v in found.items() if row[c] != v}
        if different:
            out.append((row, different))
    return out


def recompute(desk: "Desk", numbers: list[int], batch: str, progress: Progress | None = None) -> Object:
    """Derive these tickets' clocks again; only those that differ get an entry. Short transactions, one batch.

    What differs is found without the write lock; under it only tickets that changed since are looked at again.
    """
    from helpdesk_tui.desk import escalations

    changed = 0
    with desk.work(VERB) as work:
        escalations.look_again(work)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        with no_cycles(), desk.store.still():
            governing = desk.policies.current()
            stale = differing(desk, chunk, desk.now())
        if stale:
            with no_cycles(), desk.work(VERB, batch=batch) as work:
                changed += _correct(work, stale, same_rules=work.desk.policies.current() is governing)
        if progress is not None:
            progress(min(start + CHUNK, len(numbers)), len(numbers))
    return {"batch": batch if changed else None, "matched": len(numbers), "changed": changed}


_VERSIONS: Final = (
    "SELECT number, version FROM ticket"
    " WHERE number IN (SELECT value FROM json_each(?)) AND phase < 3 AND deleted_at IS NULL"
)


def _correct(work: "Work", stale: list[tuple[Row, Row]], *, same_rules: bool) -> int:
    """Record what differs. A ticket has a new version after every change, its talk included."""
    now = dict(work.rows(_VERSIONS, (json.dumps([row["number"] for row, _ in stale]),)))
    found = [(row, d) for row, d in stale if same_rules and now.get(row["number"]) == row["version"]]
    kept = {row["number"] for row, _ in found}
    again = [number for number in now if number not in kept]
    if again:
        found += differing(work.desk, again, work.now)
    reasons = [Settled(Reason("sla.recomputed", {"policy": work.desk.policies.current().version}).data())]
    for row, different in found:
        # Nobody worked on the ticket, so `updated_at` stays.
        before = {**{c: row[c] for c in different}, "version": row["version"]}
        after = {**different, "version": row["version"] + 1}
        change = RowChange("ticket", (row["number"],), before, after)
        work.record(Entry(VERB, "ticket", row["number"], work.at, rows=[change], reasons=[*reasons]))
    return len(found)
