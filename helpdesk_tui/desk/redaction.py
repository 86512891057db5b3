"""Taking a text (a pasted password) out of a ticket: its fields, talk, steps, files' names, and all its journal entries.

What the journal holds in plain, because its chain covers it (tags, category, the reasons' values), and what stands
inside files cannot be rewritten; `remains` says where.
"""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.store import index, journal
from helpdesk_tui.store.changes import RowChange
from helpdesk_tui.store.parameters import numbered

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

REDACTED: Final = "[redacted]"
Clean = Callable[[str], str | None]
"""Gives a value without the text, or None where it does not hold it."""
_ROWS: Final = (
    ("comment", "body", "SELECT id FROM comment WHERE id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575"),
    ("checklist_item", "text", "SELECT id FROM checklist_item WHERE number = ?1"),
    ("time_entry", "note", "SELECT id FROM time_entry WHERE number = ?1"),
    ("attachment", "name", "SELECT id FROM attachment WHERE number = ?1"),
    ("incident_entry", "body", "SELECT id FROM incident_entry WHERE number = ?1"),
    ("incident_entry", "document", "SELECT id FROM incident_entry WHERE number = ?1"),
    ("incident_task", "text", "SELECT id FROM incident_task WHERE number = ?1"),
    ("incident_update", "internal", "SELECT id FROM incident_update WHERE number = ?1"),
    ("incident_update", "internal_zh", "SELECT id FROM incident_update WHERE number = ?1"),
    ("incident_update", "external", "SELECT id FROM incident_update WHERE number = ?1"),
    ("incident_update", "external_zh", "SELECT id FROM incident_update WHERE number = ?1"),
    ("incident_step", "note", "SELECT id FROM incident_step WHERE number = ?1"),
    ("review", "document", "SELECT number FROM review WHERE number = ?1"),
    ("review", "waiver", "SELECT number FROM review WHERE number = ?1"),
)
# What is kept beside the journal: messages, and notices as they arrived. Both are JSON.
_IN_MESSAGES: Final = "UPDATE outbox SET document = replace(document, ?2, ?3) WHERE number = ?1"
_IN_NOTICES: Final = "UPDATE event SET document = replace(document, ?2, ?3) WHERE number = ?1"
_IN_ALERTS: Final = (
    "UPDATE alert_memory SET document = replace(document, ?2, ?3)"
    " WHERE alert_id IN (SELECT id FROM alert WHERE number = ?1)"
)
_ENTRIES: Final = (
    "SELECT j.seq, j.ops, j.reasons, t.vals FROM journal j LEFT JOIN journal_text t ON t.seq = j.seq"
    " WHERE j.subject_type = 'ticket' AND j.subject = ? ORDER BY j.seq"
)
_FILES: Final = "SELECT a.id FROM attachment a JOIN blob b ON b.sha256 = a.sha256 WHERE a.number = ? AND instr(b.data, ?) ORDER BY a.id"
_FIELDS: Final = {"ticket_tag": "tags", "comment": "comments", "watcher": "watchers", "link": "links"}


def redact(work: "Work", draft: "Draft", text: str) -> tuple[int, list[list[Any]]]:
    """Take the text out of a ticket's rows and entries: how many rows held it, and what the entry must announce."""
    clean = _cleaner(work, draft, text)
    places = _columns(draft, clean) + _rows(work, draft, clean)
    erased = [
        mark
        for seq, _ops, _reasons, vals in work.rows(_ENTRIES, (draft.number,))
        if vals is not None
        for mark in journal.erase(work.tx.conn, seq, clean)
    ]
    _withhold_before(work, draft, clean)
    # As JSON may spell it: letters as they are, or escaped.
    for spelled in dict.fromkeys((journal.canonical(text)[1:-1], json.dumps(text)[1:-1])):
        given = numbered(draft.number, spelled, REDACTED)
        work.tx.conn.execute(_IN_MESSAGES, given)
        work.tx.conn.execute(_IN_NOTICES, given)
        work.tx.conn.execute(_IN_ALERTS, given)
    work.after_rows.append(lambda: index.forget(work.tx.conn))
    return places, erased


def _cleaner(work: "Work", draft: "Draft", text: str) -> Clean:
    """An external id must stay one of its kind, also in a replay: it goes as a whole, for a word with the number."""
    entries = journal.read(work.tx.conn, journal.OF_SUBJECT, ("ticket", draft.number))
    rows = [c.after or {} for entry in entries for c in entry.rows if c.table == "ticket"]
    ids = dict.fromkeys(v for row in (draft.row, *rows) if isinstance(v := row.get("external_id"), str) and text in v)
    instead = {v: f"[redacted {draft.number}{f'-{n}' if n else ''}]" for n, v in enumerate(ids)}

    # Some columns are JSON, which spells quotes and line ends its own way.
    spelled = journal.canonical(text)[1:-1]

    def clean(value: str) -> str | None:
        if text not in value and spelled not in value:
            return None
        return instead.get(value, value.replace(text, REDACTED).replace(spelled, REDACTED))

    return clean


def _columns(draft: "Draft", clean: Clean) -> int:
    found = {c: clean(draft[c]) for c in sorted(journal.PRIVATE["ticket"]) if draft[c]}
    draft.set(**{column: value for column, value in found.items() if value is not None})
    return sum(value is not None for value in found.values())


def _rows(work: "Work", draft: "Draft", clean: Clean) -> int:
    from helpdesk_tui.store.apply import fetch

    n = 0
    changes: dict[tuple[str, int], RowChange] = {}
    for table, column, select in _ROWS:
        for (key,) in work.rows(select, numbered(draft.number)):
            row = fetch(work.tx.conn, table, (key,))
            after = clean(row[column] or "") if row is not None else None
            if row is not None and after is not None:
                change = changes.setdefault((table, key), RowChange(table, (key,), {}, {}))
                assert change.before is not None and change.after is not None
                change.before[column], change.after[column] = row[column], after
                n += 1
    draft.rows += changes.values()
    return n


def _withhold_before(work: "Work", draft: "Draft", clean: Clean) -> None:
    """The redacting entry itself must not carry the secret as its `before`."""
    changed = [("ticket", (draft.number,), {c: draft.row[c] for c in draft.new})]
    changed += [(change.table, change.key, change.before or {}) for change in draft.rows]
    for table, key, before in changed:
        for column, value in before.items():
            instead = clean(value) if isinstance(value, str) else None
            if instead is not None:
                work.withheld[(table, key, column)] = instead


def remains(work: "Work", number: int, text: str) -> list[dict[str, Any]]:
    """Where the text still stands, and why it cannot go.

    `[{"entry": seq, "fields": ["tags"]}]` for what the journal holds in plain, `[{"attachment": id}]` for files.
    """
    found: list[dict[str, Any]] = []
    needle = journal.canonical(text)[1:-1]
    for seq, ops, reasons, _vals in work.rows(_ENTRIES, (number,)):
        if needle in ops or needle in reasons:
            fields = {*_plain(json.loads(ops), text), *(["reasons"] if _told(json.loads(reasons), text) else [])}
            found += [{"entry": seq, "fields": sorted(fields)}] if fields else []
    found += [{"attachment": key} for (key,) in work.rows(_FILES, (number, text.encode("utf-8", "surrogatepass")))]
    return found


def where(found: list[dict[str, Any]]) -> str:
    """What `remains` found, for a message: `entry 12 (tags), attachment 3`."""
    return ", ".join(
        f"attachment {one['attachment']}"
        if "attachment" in one
        else f"entry {one['entry']} ({', '.join(one['fields'])})"
        for one in found[:20]
    )


def _told(value: Any, text: str) -> bool:
    """Whether the text stands in the values of reasons (their codes are ours)."""
    if isinstance(value, dict):
        return any(_told(inner, text) for key, inner in value.items() if key != "code")
    return (
        any(_told(inner, text) for inner in value)
        if isinstance(value, list)
        else isinstance(value, str) and text in value
    )


def _plain(ops: list[Any], text: str) -> Iterator[str]:
    for table, key, before, after in ops:
        if any(isinstance(part, str) and text in part for part in key):
            yield _FIELDS.get(table, table)
        for column, value in (*(before or {}).items(), *(after or {}).items()):
            if isinstance(value, str) and text in value:
                yield _FIELDS.get(table, column)
