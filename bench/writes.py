"""Rows about writing: one verb, a bulk change and its undo, clocks derived again, an import."""

import json
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench import floors
from bench.corpus import NOW, SEED, open_desk
from bench.measure import Row, clocked, compared, figure, pairs
from bench.words import Words
from helpdesk_tui.desk import bulk, undo
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.instants import iso

Measure = Callable[[], Row]
BULK: Final = 1_000
# Rows of one transaction of the floor; the desk chooses its own by the clock.
CHUNK: Final = 250
_PLAIN: Final = frozenset({"updated_at", "version"})


def measures(path: Path, folder: Path, pairs_of_bulk: int) -> Iterator[tuple[str, Measure]]:
    """Names and measurements on copies of a desk that is only read elsewhere."""
    ours, floor = folder / "write-ours.db", folder / "write-floor.db"
    for copy in (ours, floor):
        shutil.copyfile(path, copy)
    desk = open_desk(ours)
    raw = floors.connect(floor)
    yield "sla recompute", lambda: _recompute(folder, path)
    yield "one reply", lambda: _reply(desk, raw, pairs_of_bulk * 10)
    yield from _both(desk, raw, "assign", pairs_of_bulk)
    yield from _both(desk, raw, "urgency", pairs_of_bulk)
    raw.close()
    desk.close()


def imports(folder: Path, size: int, times: int) -> Iterator[tuple[str, Measure]]:
    """The import of a fresh desk against inserting the very rows it made."""
    yield "import", lambda: _import(folder, size, times)


def _incoming(size: int) -> list[dict[str, Any]]:
    words = Words(SEED)
    rows = []
    for number in range(1, size + 1):
        title, body, _ = words.ticket(number)
        rows.append(
            {"external_id": f"X-{number}", "title": title, "description": body, "requester": f"p{number % 2_000}@example.org",
             "created_at": iso(NOW - (size - number) * 60), "channel": "email"}
        )  # fmt: skip
    return rows


def _import(folder: Path, size: int, times: int) -> Row:
    """Rows a CPU second, validation, classification, priority, route, clocks, journal and index included."""
    rows = _incoming(size)
    mine: list[float] = []
    theirs: list[float] = []
    memory: list[float] = []
    for turn in range(times):
        path, other = folder / f"import-{turn}.db", folder / f"import-floor-{turn}.db"
        for fresh in (path, other):
            open_desk(fresh).close()
        desk = open_desk(path)
        marks = {t: desk.store.query(f"SELECT coalesce(max(rowid), 0) FROM {t}")[0][0] for t in floors.Copier.TABLES}
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cpu, _ = clocked(partial(desk.importing.tickets, iter(rows)))
        memory.append((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
        made = desk.store.query("SELECT count(*) FROM ticket")[0][0]
        assert made == size, f"{made} of {size} imported"
        copier = floors.Copier(desk.store.reader(), marks, 1)
        raw = floors.connect(other)
        floor, _ = clocked(partial(copier.write, raw, max(1, size // CHUNK)))
        for table in ("ticket", "journal", "search_text", "tally"):
            sql = f"SELECT count(*) FROM {table}"
            assert raw.execute(sql).fetchone()[0] == desk.store.query(sql)[0][0], table
        raw.close()
        desk.close()
        mine.append(size / cpu * 1000)
        theirs.append(size / floor * 1000)
        path.unlink()
        other.unlink()
    row = compared("import", f"{size:,} rows: rows a CPU second", mine, theirs, most=None)
    row.unit = "rows/s"
    row.goal, row.met = "≥ 0.6 × floor", row.ratio is not None and row.ratio.median >= 0.6
    row.more = {"peak_growth_mib": memory}
    return row


def _reply(desk: Desk, raw: sqlite3.Connection, n: int) -> Row:
    number = desk.store.query("SELECT number FROM ticket WHERE phase = 1 LIMIT 1")[0][0]
    return pairs(
        "one reply", "a reply on an open ticket, against one update with its entry",
        lambda: desk.tickets.reply(number, "We are looking into it."),
        lambda: floors.change(raw, [floors.Planned(number, {"comment_seq": 1}, [])], "ticket.reply", NOW, "b", 1),
        n,
    )  # fmt: skip


def _numbers(desk: Desk) -> list[int]:
    """Open tickets in somebody's hands whose kind lets them be handed on without a change of state."""
    sql = "SELECT number FROM ticket WHERE phase = 1 AND assignee_id IS NOT NULL AND state IN ('assigned', 'in_progress', 'in_fulfilment') ORDER BY number LIMIT ?"
    return [n for (n,) in desk.store.query(sql, (BULK,))]


def _change(desk: Desk, kind: str, numbers: list[int]) -> str:
    if kind == "assign":
        done = desk.bulk.assign(
            numbers=numbers,
            team=str(desk.store.query("SELECT code FROM team ORDER BY id LIMIT 1")[0][0]),
            assignee=desk.actor.login,
        )
    else:
        done = desk.bulk.edit(numbers=numbers, set={"urgency": "high"})
    return str(done["batch"])


def _plan(desk: Desk, batch: str) -> list[floors.Planned]:
    """What a batch of the desk did, as the floor shall do it."""
    plan = []
    for subject, ops, reasons in desk.store.query(
        "SELECT subject, ops, reasons FROM journal WHERE batch = ? ORDER BY seq", (batch,)
    ):
        after: dict[str, Any] = json.loads(ops)[0][3]
        plan.append(floors.Planned(subject, {c: v for c, v in after.items() if c not in _PLAIN}, json.loads(reasons)))
    return plan


def _bulk(desk: Desk, raw: sqlite3.Connection, kind: str, n: int) -> tuple[Row, Row]:
    """The change and its undo, each against the floor doing the same rows; both desks stand as before afterwards."""
    numbers = _numbers(desk)
    warm = _change(desk, kind, numbers)
    plan = _plan(desk, warm)
    desk.undoing.batch(warm)
    did: dict[str, list[float]] = {"ours": [], "floor": [], "undo": [], "floor undo": []}
    walls: list[float] = []

    def ours() -> None:
        batch = ""

        def change() -> None:
            nonlocal batch
            batch = _change(desk, kind, numbers)

        cpu, wall = clocked(change)
        did["ours"].append(cpu)
        walls.append(wall)
        did["undo"].append(clocked(lambda: desk.undoing.batch(batch))[0])

    def floor() -> None:
        back: list[floors.Planned] = []

        def change() -> None:
            back.extend(floors.change(raw, plan, f"bulk.{kind}", NOW, "bfloor", bulk.CHUNK))

        did["floor"].append(clocked(change)[0])
        did["floor undo"].append(clocked(lambda: floors.change(raw, back, "undo", NOW, "bundo", undo.CHUNK))[0])

    for i in range(n):
        for side in (ours, floor) if i % 2 == 0 else (floor, ours):
            side()
    what = {"assign": "hand over", "urgency": "set urgency: priority and clocks decided again"}[kind]
    change_row = compared(f"bulk {kind}", f"{what}, {len(plan)} tickets", did["ours"], did["floor"], most=2)
    if kind == "urgency":
        change_row.note = "the floor decides nothing; histories grow by two entries a round"
    change_row.more = {"tickets": len(plan), "wall_ms": walls}
    undo_row = compared(f"bulk {kind}, undo", "against the change itself", did["undo"], did["ours"], most=2)
    undo_row.more = {"against_raw_undo": [round(a / b, 2) for a, b in zip(did["undo"], did["floor undo"], strict=True)]}
    return change_row, undo_row


def _both(desk: Desk, raw: sqlite3.Connection, kind: str, n: int) -> Iterator[tuple[str, Measure]]:
    """The change and its undo as two rows of one measurement."""
    undone: list[Row] = []

    def change() -> Row:
        row, back = _bulk(desk, raw, kind, n)
        undone[:] = [back]
        return row

    yield f"bulk {kind}", change
    yield f"bulk {kind}, undo", lambda: undone[0] if undone else _bulk(desk, raw, kind, n)[1]


def _recompute(folder: Path, path: Path) -> Row:
    """Clocks of all open tickets derived again, most of them differing from what the corpus put there."""
    copy = folder / "write-clocks.db"
    shutil.copyfile(path, copy)
    desk = open_desk(copy)
    desk.sla.recompute("number:1")
    count = desk.store.query("SELECT count(*) FROM ticket WHERE phase < 3 AND deleted_at IS NULL")[0][0]
    told: dict[str, Any] = {}
    cpu, _wall = clocked(lambda: told.update(desk.sla.recompute()))
    row = figure(
        "sla recompute", "open tickets, CPU seconds for 100,000", cpu / 1000 * 100_000 / count, "s per 100k", most=10
    )
    row.more = {"tickets": count, "changed": told["changed"], "cpu_ms": cpu}
    row.note = f"{told['changed']:,} of {count:,} differed and were written"
    desk.close()
    return row
