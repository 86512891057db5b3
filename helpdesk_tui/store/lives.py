"""The histories of many tickets as far as their clocks read them, at the price of few.

What tells a clock nothing (texts, reasons, most columns' changes) is not even decoded; private values stand as their
commitments.
"""

import json
import sqlite3
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final, NamedTuple

# Columns of a new ticket that its clocks read; an entry that only opens a ticket is told by them alone.
_FIRST: Final = (
    "kind", "state", "phase", "created_at", "resolved_at", "closed_at", "first_response_at", "requester_id",
    "assignee_id",
)  # fmt: skip
_PATHS: Final = "'$[0][1][0]', " + ", ".join(f"'$[0][3].{column}'" for column in _FIRST)
_OPENS: Final = (
    "substr(ops, 1, 12) = '[[\"ticket\",[' AND instr(substr(ops, 1, 50), '],null,{') AND json_array_length(ops) = 1"
)
_HISTORIES: Final = (
    "SELECT subject, seq, at, undoes,"
    f" CASE WHEN {_OPENS} THEN NULL ELSE ops END, CASE WHEN {_OPENS} THEN json_extract(ops, {_PATHS}) END,"
    " CASE WHEN undoes IS NULL THEN NULL ELSE reasons END FROM journal"
    " WHERE subject_type = 'ticket' AND subject IN (SELECT value FROM json_each(?)) ORDER BY subject, at, seq"
)  # sql: constants of this module


# An entry that names none of these moves no clock: states, who speaks for whom, what was said.
def _telling(ops: str) -> bool:
    return (
        '"state"' in ops
        or '"comment"' in ops
        or '"phase"' in ops
        or '"kind"' in ops
        or '"requester_id"' in ops
        or '"assignee_id"' in ops
    )


_decode: Final[Any] = json.scanner.make_scanner(json.JSONDecoder())  # type: ignore[attr-defined]


class Told(NamedTuple):
    """An entry as far as clocks read it. `kept`: an undo that left something as it was edited after the undone entry."""

    seq: int
    at: int
    undoes: int | None
    kept: bool
    ops: str
    first: str | None

    def rows(self) -> list[Any]:
        """Its row changes, `[table, key, before, after]` each."""
        if self.first is None:
            return _decode(self.ops, 0)[0]  # type: ignore[no-any-return]
        key, *values = _decode(self.first, 0)[0]
        return [["ticket", [key], None, {c: v for c, v in zip(_FIRST, values, strict=True) if v is not None}]]


def read(conn: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, list[Told]]:
    """What clocks read of these tickets' entries, in time order; nothing is decoded yet.

    An entry that names nothing of the kind is left out; every one that undoes another is there. Of an entry that opens
    a ticket only the columns are there that a clock reads.
    """
    found: dict[int, list[Told]] = {}
    last: int | None = None
    told: list[Told] = []
    make = tuple.__new__
    for number, seq, at, undoes, ops, first, reasons in conn.execute(_HISTORIES, (json.dumps(list(numbers)),)):
        if undoes is None and first is None and not _telling(ops):
            continue
        if number != last:
            last, told = number, []
            found[number] = told
        told.append(make(Told, (seq, at, undoes, reasons is not None and _kept(reasons), ops, first)))
    return found


def _kept(reasons: str) -> bool:
    return '"undo.kept"' in reasons and any(reason.get("code") == "undo.kept" for reason in json.loads(reasons))


def standing(told: list[Told], undone: int | None = None) -> list[Told]:
    """Those of a ticket's entries that count, in time order: without undone ones, without the undoing ones.

    `undone`: the entry that is being undone right now. The same as `desk.history.standing` for whole entries.
    """
    if undone is None and all(one.undoes is None for one in told):
        return told
    gone = set() if undone is None else {undone}
    out: list[Told] = []
    for one in sorted(told, key=_seq, reverse=True):
        if one.seq in gone:
            continue
        if one.undoes is not None and not one.kept:
            gone.add(one.undoes)
        else:
            out.append(one)
    out.sort(key=_in_time)
    return out


_seq: Final = attrgetter("seq")
_in_time: Final = attrgetter("at", "seq")
