"""Rows about incident response: a storm of alerts, what is due, and the war room on a slow line."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from bench import floors
from bench.cold import environment
from bench.corpus import open_desk
from bench.lines import live
from bench.measure import Row, clocked, compared, single
from bench.terminal import Terminal
from bench.writes import Copies
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.records import NEVER

Measure = Callable[[], Row]
STORM: Final = 500
"""Alerts of one body."""
DUE: Final = 200
"""Timers that are due at once."""
FEW, MANY = 1_000, 50_000
"""Timers that are not due yet: what a tick costs must not tell them apart."""
_WRITTEN: Final = (
    "alert", "alert_memory", "alert_group", "event", "ticket", "journal", "journal_text", "timer", "batch",
)  # fmt: skip
_FAR: Final = 10_000_000
"""Numbers that no ticket has."""
_TIMERS: Final = "INSERT INTO timer (subject_type, subject, kind, due_at) VALUES ('ticket', ?, 'wake', ?)"
_CLAIM: Final = "UPDATE timer SET fired_at = ? WHERE subject_type = ? AND subject = ? AND kind = ? AND due_at = ? AND fired_at IS NULL"
_NEXT: Final = "SELECT subject_type, subject, kind, due_at FROM timer WHERE fired_at IS NULL AND due_at <= ? ORDER BY due_at LIMIT 50"
PLAN: Final = 'rto = "1h"\nrpo = "15m"\n[[steps]]\nstage = "restore"\ntext = "Promote the standby"\n'


def measures(copies: Copies, path: Path, folder: Path, rounds: int, quick: bool) -> Iterator[tuple[str, Measure]]:
    """Names and measurements; nothing is copied before the first of them is wanted."""
    yield "event storm", lambda: _storm(copies, rounds)
    yield "tick", lambda: _tick(copies, FEW, rounds)[0]
    yield "tick growth", lambda: _growth(copies, rounds)
    yield "room echo", lambda: _echo(live(path, folder), folder, 2 if quick else 10)
    yield "room idle", lambda: _idle(live(path, folder), folder, 3 if quick else 20)


# -- a storm of alerts -------------------------------------------------------------------------------------------------


def _alerts(turn: int) -> list[dict[str, Any]]:
    return [
        {"source": "alertmanager", "status": "firing", "severity": "critical", "key": f"{turn}-{place}",
         "summary": f"PayApiDown on pay-api-{place:03}", "labels": {"alertname": "PayApiDown", "instance": f"i{place}"}}
        for place in range(STORM)
    ]  # fmt: skip


def _storm(copies: Copies, rounds: int) -> Row:
    """A body of alerts that nobody knew, against the bare insertion of the rows that it left."""
    desk = open_desk(copies.copy("storm-ours.db"))
    raw = floors.connect(copies.copy("storm-floor.db"))
    mine: list[float] = []
    theirs: list[float] = []
    walls: list[float] = []
    for turn in range(rounds + 1):
        before = _places(desk)
        cpu, wall = clocked(lambda turn=turn: desk.events.ingest(_alerts(turn)))  # type: ignore[misc]
        rows = _left(desk, before)
        floor, _wall = clocked(lambda rows=rows: _insert(raw, rows))  # type: ignore[misc]
        if turn:  # the first round of both warms up
            mine.append(cpu)
            theirs.append(floor)
            walls.append(wall)
    incidents = desk.store.query("SELECT count(DISTINCT number) FROM alert WHERE number IS NOT NULL")[0][0]
    desk.close()
    raw.close()
    row = compared(
        "event storm", f"{STORM} new alerts in one body, against inserting the same rows", mine, theirs, most=None
    )
    row.goal, row.met = "≤ 2 s", max(walls) <= 2_000
    row.note = f"{STORM / max(walls) * 1000:,.0f} alerts/s at worst; {rounds + 1} storms opened {incidents} incidents"
    row.more = {"incidents": incidents, "storms": rounds + 1}
    return row


def _places(desk: Desk) -> dict[str, int]:
    return {t: desk.store.query(f"SELECT coalesce(max(rowid), 0) FROM {t}")[0][0] for t in _WRITTEN}  # sql: from above


def _left(desk: Desk, before: dict[str, int]) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: desk.store.query(f"SELECT * FROM {table} WHERE rowid > ?", (before[table],))  # sql: names from above
        for table in _WRITTEN
    }


def _insert(raw: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("BEGIN IMMEDIATE")
    for table, values in rows.items():
        if values:
            places = ", ".join("?" * len(values[0]))
            raw.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", values)  # sql: names from above
    raw.execute("COMMIT")


# -- what is due -------------------------------------------------------------------------------------------------------


def _arm(path: Path, waiting: int, now: int) -> None:
    """So many timers that are not due, and those that are, on the desk of a path."""
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("DELETE FROM timer")
        conn.executemany(_TIMERS, [(_FAR + place, now + 10**7 + place) for place in range(waiting)])
        conn.executemany(_TIMERS, [(2 * _FAR + place, now - 60) for place in range(DUE)])


def _again(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE timer SET fired_at = NULL WHERE subject >= ?", (2 * _FAR,))


def _tick(copies: Copies, waiting: int, rounds: int) -> tuple[Row, list[float]]:
    """What is due is done, against the bare claims of the same rows in as many transactions."""
    ours, floor = copies.copy("tick-ours.db"), copies.copy("tick-floor.db")
    desk = open_desk(ours)
    # No ticket of this desk is late: what is measured is what timers cost.
    with desk.store.write() as tx:
        tx.conn.execute("UPDATE ticket SET warn_at = ? WHERE phase < 3", (NEVER,))
    for path in (ours, floor):
        _arm(path, waiting, desk.now())
    raw = floors.connect(floor)
    mine: list[float] = []
    theirs: list[float] = []
    for turn in range(rounds + 1):
        for path in (ours, floor):
            _again(path)
        cpu, _wall = clocked(lambda: _expect(desk.timers.fire_due()["fired"]))
        bare, _wall = clocked(lambda: _claim(raw, desk.now()))
        if turn:
            mine.append(cpu)
            theirs.append(bare)
    desk.close()
    raw.close()
    what = f"{DUE} timers due among {waiting:,} that are not, against their bare claims"
    return compared("tick", what, mine, theirs, most=None), mine


def _expect(fired: int) -> None:
    if fired != DUE:
        raise RuntimeError(f"{fired} of {DUE} timers fired")


def _claim(raw: sqlite3.Connection, now: int) -> None:
    while rows := raw.execute(_NEXT, (now,)).fetchall():
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(_CLAIM, [(now, *row) for row in rows])
        raw.execute("COMMIT")


def _growth(copies: Copies, rounds: int) -> Row:
    """The same timers due among fifty times as many that are not."""
    few, many = _tick(copies, FEW, rounds)[1], _tick(copies, MANY, rounds)[1]
    what = f"{DUE} timers due among {MANY:,} that are not, against among {FEW:,}"
    return compared("tick growth", what, many, few, most=1.3)


# -- the room on a slow line -------------------------------------------------------------------------------------------


def _idle(path: Path, folder: Path, seconds: int) -> Row:
    """Bytes a second of an open war room whose clocks run: how long it lasts, recovery time, two updates, paging."""
    terminal = _entered(path, folder, _declared(path))
    try:
        idle = terminal.settle(seconds) / seconds
    finally:
        terminal.end()
    return single(
        "room idle", f"bytes a second over {seconds} s of a war room with live clocks", [idle], most=1_024, unit="B"
    )


def _entered(path: Path, folder: Path, number: int) -> Terminal:
    """A console in the war room of an incident."""
    terminal = Terminal([sys.executable, "-m", "helpdesk_tui", "--db", str(path)], environment(folder))
    if not terminal.until("-"):
        raise RuntimeError("the console never came up")
    terminal.quiet(1.5)
    for keys in (b":", str(number).encode(), b"\r"):
        terminal.press(keys)
        terminal.quiet()
    terminal.press(b"W")
    if not terminal.until("Timeline"):
        raise RuntimeError("the war room never came up")
    terminal.quiet(1.5, 5.0)
    return terminal


def _echo(path: Path, folder: Path, times: int) -> Row:
    """How long a line that is sent in one console takes until it stands in another one's room."""
    number = _declared(path)
    writer, reader = _entered(path, folder, number), _entered(path, folder, number)
    took = []
    try:
        for turn in range(times):
            words = f"echo{turn:02}line"
            for keys in (b"i", words.encode()):
                writer.press(keys)
                writer.quiet()
            writer.press(b"\x13")
            start = time.perf_counter()
            if not reader.until(words):
                raise RuntimeError("the line never came")
            took.append((time.perf_counter() - start) * 1000)
            for each in (writer, reader):
                each.quiet()
    finally:
        writer.end()
        reader.end()
    return single(
        "room echo", "a line sent in one console until it stands in another one's room", took, most=1_000, tail=True
    )


def _declared(path: Path) -> int:
    """An incident that was declared twelve minutes ago: two of its clocks show seconds, the others minutes."""
    then = int(time.time()) - 12 * 60
    with Desk.open(path, clock=lambda: then) as desk:
        service = desk.services.list()[0]["code"]
        desk.plans.save(service, PLAN)
        number: int = desk.incidents.declare(
            "Payments API down", service=service, severity="SEV1", impact_started=then - 45 * 60
        )["number"]
        desk.paging.page(number, reason="bench", people=["me"])
    return number
