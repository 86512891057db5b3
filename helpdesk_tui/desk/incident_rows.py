"""The rows of a war room within a work: read as they will stand, changed through the draft of their ticket."""

import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Row, RowChange
from helpdesk_tui.vocabulary.errors import Conflict
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import STAMPS
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

INCIDENT: Final = "incident"
ENTRY: Final = "incident_entry"
ROLE: Final = "incident_role"
TASK: Final = "incident_task"
UPDATE: Final = "incident_update"
STEP: Final = "incident_step"


def ahead(draft: "Draft", table: str, key: int) -> RowChange | None:
    """What a draft already does to a row of its ticket."""
    return next((c for c in draft.rows if c.table == table and c.key == (key,) and c.after is not None), None)


def standing(work: "Work", draft: "Draft", table: str, key: int) -> Row | None:
    """A row as it will stand after the draft."""
    change = ahead(draft, table, key)
    row = work.row(table, key)
    if change is None or change.after is None:
        return row
    return {**(row or {}), **change.after}


def incident(work: "Work", draft: "Draft") -> Row | None:
    """The incident of a ticket as it will stand; None where none was declared."""
    return standing(work, draft, INCIDENT, draft.number)


def declared(work: "Work", draft: "Draft") -> Row:
    """The incident of a ticket. Raises Conflict where none was declared."""
    found = incident(work, draft)
    if found is None:
        raise Conflict(N_("{ref} was not declared an incident; `helpdesk incident declare` does"), ref=draft.ref)
    return found


def put(draft: "Draft", table: str, row: Row, values: Mapping[str, Any]) -> Row:
    """Change a row that stands already; as it is then. A row with a version gets the next one, once in a work."""
    new = {c: at_rest(v) if isinstance(v, str) else v for c, v in values.items() if row[c] != v}
    key = row["id"] if "id" in row else row["number"]
    if not new:
        return row
    change = ahead(draft, table, key)
    if change is not None and change.after is not None:
        if change.before is not None:
            change.before.update({c: row[c] for c in new if c not in change.after})
        change.after.update(new)
    else:
        if "version" in row:
            new["version"] = row["version"] + 1
        draft.rows.append(RowChange(table, (key,), {c: row[c] for c in new}, new))
    return {**row, **new}


def add(work: "Work", draft: "Draft", table: str, **values: Any) -> Row:
    """Add a row of the room; as it will stand."""
    from helpdesk_tui.store.apply import new_row

    key = work.next_id(table)
    plain = {c: at_rest(v) if isinstance(v, str) else v for c, v in values.items()}
    row = new_row(table, id=key, number=draft.number, **plain)
    draft.insert(table, (key,), row)
    return row


def say(
    work: "Work",
    draft: "Draft",
    kind: str,
    said: Reason | str,
    *,
    at: Instant | None = None,
    author_id: int | None = None,
    source: str = "",
    uid: str | None = None,
) -> Row:
    """Add a line to the timeline: somebody's words, or a reason that every reader sees in their language."""
    words = said if isinstance(said, str) else ""
    document = "{}" if isinstance(said, str) else journal.canonical(said.data())
    return add(
        work, draft, ENTRY, uid=uid or secrets.token_hex(16), kind=kind, occurred_at=work.at if at is None else at,
        recorded_at=work.now, author_id=author_id, source=source, body=words, document=document,
    )  # fmt: skip


def stamps_of(row: Row) -> dict[str, Instant | None]:
    """The stamps of an incident's row."""
    return {name: row[f"{name}_at"] for name in STAMPS}


def pace_of(row: Row) -> int:
    """How much faster than real the clocks of an incident run: 1, but for a drill that is played faster."""
    return max(1, int(json.loads(row["document"]).get("pace", 1)))
