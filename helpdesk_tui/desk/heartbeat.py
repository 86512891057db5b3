"""Who does what is due: each program that does so leaves a sign of life, and what is overdue shows when nobody does."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

EVERY: Final = 30
"""Seconds between two signs of life of one program."""
SILENT: Final = 120
"""Seconds after which a program that gave no sign counts as gone."""
STUCK: Final = 300
"""Seconds after which a timer that has not fired counts as stuck."""
_KEEP: Final = 7 * 86_400
_BEAT: Final = (
    "INSERT INTO heartbeat (id, kind, started_at, seen_at, fired, latest) VALUES (?1, ?2, ?3, ?3, ?4, ?5)"
    " ON CONFLICT (id) DO UPDATE SET seen_at = ?3, fired = fired + ?4, latest = max(latest, ?5)"
)
_FORGET: Final = "DELETE FROM heartbeat WHERE seen_at < ?"
_ALL: Final = "SELECT id, kind, started_at, seen_at, fired, latest FROM heartbeat ORDER BY seen_at DESC, id"
_DUE: Final = "SELECT count(*), min(due_at) FROM timer WHERE fired_at IS NULL AND due_at <= ?"
_STUCK: Final = (
    "SELECT subject_type, subject, kind, due_at FROM timer WHERE fired_at IS NULL AND due_at <= ?"
    " ORDER BY due_at, subject_type, subject, kind LIMIT 50"
)


def beat(desk: "Desk", name: str, kind: str, fired: int = 0, latest: int = 0) -> None:
    """Give a sign of life: so many timers fired since the last one, the latest of them so many seconds late."""
    from helpdesk_tui.store.parameters import numbered

    with desk.store.write() as tx:
        now = desk.now()
        tx.conn.execute(_BEAT, numbered(name, kind, now, fired, latest))
        tx.conn.execute(_FORGET, (now - _KEEP,))


def programs(desk: "Desk") -> Objects:
    """Those that gave a sign lately: `[{"id", "kind", "started_at", "seen_at", "alive", "fired", "latest"}]`."""
    now = desk.now()
    return [
        {
            "id": name, "kind": kind, "started_at": when(started), "seen_at": when(seen),
            "alive": now - seen < SILENT, "fired": fired, "latest": latest,
        }
        for name, kind, started, seen, fired, latest in desk.store.query(_ALL)
    ]  # fmt: skip


def overdue(desk: "Desk") -> tuple[int, Instant | None, Objects]:
    """How many timers are due, the oldest of them, and those that are stuck."""
    now = desk.now()
    count, oldest = desk.store.query(_DUE, (now,))[0]
    rows = desk.store.query(_STUCK, (now - STUCK,)) if oldest is not None and oldest <= now - STUCK else []
    stuck: list[Object] = [
        {"subject_type": of, "subject": subject, "kind": kind, "due_at": when(at)} for of, subject, kind, at in rows
    ]
    return count, oldest, stuck
