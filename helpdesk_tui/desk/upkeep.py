"""The desk's file: how much it holds, and whether it is sound."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.store import journal, migrate
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_COUNTS: Final = {
    "tickets": "SELECT count(*) FROM ticket WHERE deleted_at IS NULL",
    "open": "SELECT coalesce(sum(n), 0) FROM tally WHERE phase < 3",
    "deleted": "SELECT count(*) FROM ticket WHERE deleted_at IS NOT NULL",
    "comments": "SELECT count(*) FROM comment",
    "attachments": "SELECT count(*) FROM attachment",
    "people": "SELECT count(*) FROM person",
    "agents": "SELECT count(*) FROM person WHERE agent = 1 AND active = 1",
    "teams": "SELECT count(*) FROM team",
    "services": "SELECT count(*) FROM service",
    "items": "SELECT count(*) FROM configuration_item",
    "policy": "SELECT coalesce(max(version), 0) FROM policy_version",
}


def schema_version(path: Path) -> int:
    """The schema of a desk file as it lies there, without opening it for writing; 0 where there is none."""
    if not path.exists() or not path.stat().st_size:
        return 0
    return migrate.look(path)[1]


def stats(desk: "Desk") -> dict[str, Any]:
    """What the desk holds: path, size in bytes, schema, journal entries, and counts by table."""
    desk.require(Permission.TICKET_READ, "db.stats")
    path = desk.store.path
    beside = path.with_name(path.name + "-wal")
    return {
        "path": str(path),
        "size": path.stat().st_size,
        "wal": beside.stat().st_size if beside.exists() else 0,
        "schema": int(desk.store.query("PRAGMA user_version")[0][0]),
        "entries": desk.store.head(),
        **{name: int(desk.store.query(sql)[0][0]) for name, sql in _COUNTS.items()},
        "demo": desk.store.meta("demo") is not None,
    }


def check(desk: "Desk") -> dict[str, Any]:
    """Whether the file is sound: `{"ok", "pages", "references", "journal", "problems"}`.

    `pages` is SQLite's own check of the file, `references` whether every reference leads somewhere, `journal` whether
    the chain of hashes holds.
    """
    desk.require(Permission.AUDIT_VERIFY, "db.check")
    pages = [str(row[0]) for row in desk.store.query("PRAGMA integrity_check(20)")]
    broken = desk.store.query("PRAGMA foreign_key_check")
    chain = journal.verify(desk.store.reader())
    problems = [text for text in pages if text != "ok"]
    problems += [f"{table} row {row} refers to a missing {parent}" for table, row, parent, _ in broken[:20]]
    if not chain.ok:
        problems.append(f"journal entry {chain.first_bad}: {chain.why}")
    return {
        "ok": not problems,
        "pages": pages == ["ok"],
        "references": not broken,
        "journal": chain.ok,
        "problems": problems,
    }
