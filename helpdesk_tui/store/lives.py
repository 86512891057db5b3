"""The histories of many tickets as far as their clocks read them, at the price of few.

What tells a clock nothing (texts, reasons, most columns' changes) is not even decoded; private values stand as their
commitments.
"""

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import Final

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
_decode: Final = json.JSONDecoder().raw_decode


def read(conn: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, list[Entry]]:
    """Entries by ticket in time order, as far as they bear on the clocks; reasons only of those that undo another.

    An entry that names nothing of the kind is left out; every one that undoes another is there. Of an entry that opens
    a ticket only the columns are there that a clock reads.
    """
    found: dict[int, list[Entry]] = {}
    for number, seq, at, verb, undoes, ops, first, reasons in conn.execute(_HISTORIES, (json.dumps(list(numbers)),)):
        if first is not None:
            values = zip(_FIRST, _decode(first)[0], strict=True)
            rows = [RowChange("ticket", (number,), None, {c: v for c, v in values if v is not None})]
        elif undoes is None and _telling(ops) is None:
            continue
        else:
            rows = [RowChange(table, tuple(key), before, after) for table, key, before, after in _decode(ops)[0]]
        entry = Entry(verb, "ticket", number, at, rows=rows, undoes=undoes, seq=seq)
        if reasons is not None:
            entry.reasons = json.loads(reasons)
        if number in found:
            found[number].append(entry)
        else:
            found[number] = [entry]
    return found
