"""Taking back what an entry did, column by column: what was edited later is kept and reported, never overwritten."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.derive import DERIVED, bears_on_clocks
from helpdesk_tui.desk.dynamic import again
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import STATES, Kind
from helpdesk_tui.vocabulary.reasons import register

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "undo": N_("takes back entry {seq} ({verb})"),
        "undo.kept": N_("kept because it was edited later: {fields}"),
    }
)

# Columns that only ever go forward; undoing never sets them back by hand, nor what follows from others in a ticket.
_FORWARD: Final = frozenset({"version", "updated_at", "comment_seq"})
_OF_TICKET: Final = _FORWARD | DERIVED
NOT_UNDOABLE: Final = frozenset(
    {
        "ticket.redact", "people.erase", "people.grant", "people.revoke", "policy.apply", "desk.init",
        "people.unmask", "db.backup", "db.restore", "db.salvage", "db.reindex", "ticket.archive", "ticket.unarchive",
        "ticket.read_sensitive", "escalation.next", "event.ingest", "alert.ack", "alert.unack", "alert.resolve", "alert.link", "alert.unlink",
        "alert.due", "maintenance.add", "maintenance.end", "oncall.handoff",
    }
)  # fmt: skip


# What keeps the file and changes nothing on the desk: "my last action" means the one before.
HOUSEKEEPING: Final = frozenset(
    {
        "desk.init",
        "db.backup",
        "db.restore",
        "db.salvage",
        "db.reindex",
        "ticket.archive",
        "ticket.unarchive",
        "ticket.read_sensitive",
    }
)


@dataclass(slots=True)
class Kept:
    """What an undo left as it is, because it was changed later: fields of one row."""

    table: str
    key: tuple[Any, ...]
    fields: list[str] = field(default_factory=list)

    def text(self) -> str:
        """For the reason: `table.field`."""
        return ", ".join(f"{self.table}.{name}" for name in self.fields) or self.table


# Rows as they will stand after the reversals made so far in the same work; None where a row will be gone.
Ahead = dict[tuple[str, tuple[Any, ...]], Row | None]


def look_ahead(work: "Work", ahead: Ahead, change: RowChange) -> None:
    """Remember what a reversal will leave."""
    where = (change.table, change.key)
    current = ahead[where] if where in ahead else work.row(change.table, *change.key)
    ahead[where] = None if change.after is None else {**(current or {}), **change.after}


def reverse_row(work: "Work", change: RowChange, ahead: Ahead | None = None) -> tuple[RowChange | None, Kept | None]:
    """The change that takes this one back as far as nobody edited the row since, and what is kept."""
    where = (change.table, change.key)
    current = ahead[where] if ahead and where in ahead else work.row(change.table, *change.key)
    if change.before is None:  # it was inserted
        if current is None:
            return None, None
        later = [c for c, v in (change.after or {}).items() if current.get(c) != v and c not in _forward(change.table)]
        if later:
            return None, Kept(change.table, change.key, later)
        return RowChange(change.table, change.key, current, None), None
    if change.after is None:  # it was removed
        if current is not None:
            return None, Kept(change.table, change.key)
        from helpdesk_tui.store.apply import new_row

        again = new_row(change.table, **_known(change.table, change.before))
        lost = _lost(work, change.table, again, ahead)
        if lost:
            return None, Kept(change.table, change.key, lost)
        return RowChange(change.table, change.key, None, again), None
    if current is None:
        return None, Kept(change.table, change.key, sorted(change.after))
    back, later = _columns(change, current)
    for column in _lost(work, change.table, back, ahead):
        del back[column]
        later.append(column)
    kept = Kept(change.table, change.key, later) if later else None
    if not back:
        return None, kept
    before = {c: current[c] for c in back}
    if "version" in current:
        before["version"], back["version"] = current["version"], current["version"] + 1
    return RowChange(change.table, change.key, before, back), kept


def _forward(table: str) -> frozenset[str]:
    return _OF_TICKET if table == "ticket" else _FORWARD


def _known(table: str, row: Row) -> Row:
    from helpdesk_tui.store.apply import columns

    names = set(columns(table))
    return {c: v for c, v in row.items() if c in names}


# Rows whose columns tell one thing together: they go back whole or not at all.
_WHOLE: Final = frozenset({"escalation"})


def _columns(change: RowChange, current: Row) -> tuple[Row, list[str]]:
    back: Row = {}
    later: list[str] = []
    for column, value in (change.after or {}).items():
        if column in _forward(change.table):
            continue
        if current.get(column) == value:
            back[column] = (change.before or {}).get(column)
        elif current.get(column) != (change.before or {}).get(column):
            later.append(column)
    return ({} if later and change.table in _WHOLE else back), later


def _lost(work: "Work", table: str, values: Row, ahead: Ahead | None = None) -> list[str]:
    """Columns whose value names a row that is gone, or a value that another row has taken meanwhile."""
    from helpdesk_tui.store.shape import REFERENCES

    out = []
    for column, target in REFERENCES.get(table, {}).items():
        if values.get(column) is None:
            continue
        where = (target, (values[column],))
        if (ahead[where] if ahead and where in ahead else work.row(where[0], values[column])) is None:
            out.append(column)
    for (owner, column), sql in _TAKEN.items():
        if owner == table and values.get(column) is not None and work.rows(sql, (values[column],)):
            out.append(column)
    return out


_TAKEN: Final = {
    ("ticket", "external_id"): "SELECT 1 FROM ticket WHERE external_id = ?",
    ("person", "email"): "SELECT 1 FROM person WHERE email IS NOT NULL AND lower(email) = lower(?)",
    ("person", "login"): "SELECT 1 FROM person WHERE login = ?",
    ("team", "code"): "SELECT 1 FROM team WHERE code = ?",
    ("service", "code"): "SELECT 1 FROM service WHERE code = ?",
    ("organisation", "name"): "SELECT 1 FROM organisation WHERE name = ?",
    ("configuration_item", "name"): "SELECT 1 FROM configuration_item WHERE name = ?",
    ("saved_view", "code"): "SELECT 1 FROM saved_view WHERE code = ?",
    ("template", "code"): "SELECT 1 FROM template WHERE code = ?",
    ("on_call_schedule", "code"): "SELECT 1 FROM on_call_schedule WHERE code = ?",
}
# What must fit together: a state belongs to a kind and has one phase.
_STATE: Final = ("kind", "state", "phase")


def _whole_state(current: Row, back: Row, later: list[str]) -> None:
    """Take kind, state and phase back together or not at all."""
    then: Row = {column: back.get(column, current[column]) for column in _STATE}
    known = {s.code: s.phase for s in STATES[Kind(then["kind"])]}
    if known.get(then["state"]) == then["phase"]:
        return
    for column in _STATE:
        if column in back:
            del back[column]
            later.append(column)


def _whole_lift(back: Row, later: list[str]) -> None:
    """Take a priority and what lifts it back together or not at all."""
    pair = {"priority", "lift"}
    if pair & set(later):
        for column in sorted(pair & back.keys()):
            del back[column]
            later.append(column)


# Columns that tie a ticket to another one; the chain must end, and end at a ticket.
_TIES: Final = ("parent_number", "merged_into")


def _fits(work: "Work", number: int, column: str, other: int) -> bool:
    """Whether tying a ticket to another (again) leads to a ticket, and not back to itself."""
    seen = {number}
    at: int | None = other
    while at is not None:
        if at in seen:
            return False
        seen.add(at)
        row = work.row("ticket", at)
        if row is None:
            return False
        at = row[column]
    return True


def reverse_ticket(work: "Work", draft: "Draft", entry: Entry) -> list[Kept]:
    """Take an entry on a ticket back within its draft; what was edited later is returned and named in the reasons."""
    kept: list[Kept] = []
    for change in reversed(entry.rows):
        if change.table == "ticket" and change.key == (draft.number,):
            back, later = _columns(change, {**draft.row, **draft.new})
            _whole_state({**draft.row, **draft.new}, back, later)
            _whole_lift(back, later)
            for column in _lost(work, "ticket", back):
                del back[column]
                later.append(column)
            for column in _TIES:
                if back.get(column) is not None and not _fits(work, draft.number, column, back[column]):
                    del back[column]
                    later.append(column)
            draft.set(**back)
            if again(draft):
                later = [column for column in later if column not in ("priority", "lift")]
            if later:
                kept.append(Kept("ticket", change.key, later))
            continue
        reverse, left = reverse_row(work, change)
        if reverse is not None:
            draft.rows.append(reverse)
        if left is not None:
            kept.append(left)
    draft.restart_clocks = bears_on_clocks(work.tx.conn, entry)
    if kept:
        draft.because({"code": "undo.kept", "fields": [k.text() for k in kept]})
    return kept
