"""The histories of many tickets as far as their clocks read them, at the price of few.

What tells a clock nothing (texts, reasons, most columns' changes) is not even decoded; private values stand as their
commitments.
"""

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import Any, Final

from helpdesk_tui.store.changes import Entry, RowChange

# Columns of a new ticket that its clocks read; an entry that only opens a ticket is told by them alone.
_FIRST: Final = (
    "kind", "state", "phase", "created_at", "resolved_at", "closed_at", "first_response_at", "requester_id",
    "assignee_id",
)  # fmt: skip
_PATHS: Final = ", ".join(f"'$[0][3].{column}'" for column in _FIRST)
_OPENS: Final = (
    "substr(ops, 1, 12) = '[[\"ticket\",[' AND instr(substr(ops, 1, 50), '],null,{') AND json_array_length(ops) = 1"
)
_HISTORIES: Final = (
    "SELECT subject, seq, at, verb, undoes,"
    f" CASE WHEN {_OPENS} THEN NULL ELSE ops END, CASE WHEN {_OPENS} THEN json_extract(ops, {_PATHS}) END,"
    " CASE WHEN undoes IS NULL THEN NULL ELSE reasons END FROM journal"
    " WHERE subject_type = 'ticket' AND subject IN (SELECT value FROM json_each(?)) ORDER BY subject, at, seq"
)  # sql: constants of this module
# An entry that names none of these moves no clock: states, who speaks for whom, what was said.
_telling: Final = re.compile(r'"(?:state|phase|kind|requester_id|assignee_id|comment)"').search
_decode: Final[Any] = json.scanner.make_scanner(json.JSONDecoder())  # type: ignore[attr-defined]


Told = tuple[int, int, str, int | None, list[Any], str | None]
"""An entry as far as clocks read it: seq, at, verb, undoes, row changes `[table, key, before, after]`, reasons as JSON."""


def tell(conn: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, list[Told]]:
    """What clocks read of these tickets' entries, in time order; reasons only of those that undo another.

    An entry that names nothing of the kind is left out; every one that undoes another is there. Of an entry that opens
    a ticket only the columns are there that a clock reads.
    """
    found: dict[int, list[Told]] = {}
    last: int | None = None
    told: list[Told] = []
    for number, seq, at, verb, undoes, ops, first, reasons in conn.execute(_HISTORIES, (json.dumps(list(numbers)),)):
        if first is not None:
            values = zip(_FIRST, _decode(first, 0)[0], strict=True)
            rows = [["ticket", (number,), None, {c: v for c, v in values if v is not None}]]
        elif undoes is None and _telling(ops) is None:
            continue
        else:
            rows = _decode(ops, 0)[0]
        if number != last:
            last, told = number, []
            found[number] = told
        told.append((seq, at, verb, undoes, rows, reasons))
    return found


def entry(number: int, told: Told) -> Entry:
    """The same as an entry of this ticket."""
    seq, at, verb, undoes, rows, reasons = told
    changes = [RowChange(table, tuple(key), before, after) for table, key, before, after in rows]
    why = [] if reasons is None else json.loads(reasons)
    return Entry(verb, "ticket", number, at, rows=changes, reasons=why, undoes=undoes, seq=seq)


def read(conn: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, list[Entry]]:
    """Like `tell`, as entries."""
    return {number: [entry(number, one) for one in told] for number, told in tell(conn, numbers).items()}
