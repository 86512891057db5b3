"""Rows about writing: one verb, a bulk change and its undo."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bench import floors
from bench.corpus import NOW, open_desk
from bench.measure import Row, clocked, compared, pairs, together
from helpdesk_tui.desk import bulk, undo
from helpdesk_tui.desk.desk import Desk

Measure = Callable[[], Row]
BULK: Final = 1_000
_PLAIN: Final = frozenset({"updated_at", "version"})


class Copies:
    """A desk that may be written to and the floor's own, both copies of one that is only read elsewhere."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path, self.folder = path, folder

    def copy(self, name: str) -> Path:
        """A copy under this name; an older one goes."""
        target = self.folder / name
        for each in self.folder.glob(name + "*"):
            each.unlink()
        shutil.copyfile(self.path, target)
        return target

    @cached_property
    def ours(self) -> Path:
        """The file of the desk."""
        return self.copy("write-ours.db")

    @cached_property
    def desk(self) -> Desk:
        """The desk."""
        return open_desk(self.ours)

    @cached_property
    def raw(self) -> sqlite3.Connection:
        """The floor's connection."""
        return floors.connect(self.copy("write-floor.db"))

    def close(self) -> None:
        """Close what was opened."""
        for opened in ("desk", "raw"):
            if opened in self.__dict__:
                getattr(self, opened).close()


def measures(copies: Copies, rounds: int) -> Iterator[tuple[str, Measure]]:
    """Names and measurements; nothing is copied before the first of them is wanted."""
    yield "one reply", lambda: _reply(copies.desk, copies.raw, rounds * 10)
    yield from _both(copies, "assign", rounds)
    yield from _both(copies, "urgency", rounds)


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
    together(change_row, undo_row)
    return change_row, undo_row


def _both(copies: Copies, kind: str, n: int) -> Iterator[tuple[str, Measure]]:
    """The change and its undo as two rows of one measurement."""
    undone: list[Row] = []

    def change() -> Row:
        row, back = _bulk(copies.desk, copies.raw, kind, n)
        undone[:] = [back]
        return row

    yield f"bulk {kind}", change
    yield f"bulk {kind}, undo", lambda: undone.pop() if undone else _bulk(copies.desk, copies.raw, kind, n)[1]
