"""Maintenance windows as the rules read them. Their `document` holds `services`, `cis`, `sources`, `labels`."""

import json
import sqlite3
from typing import Any, Final

from helpdesk_tui.rules.event_groups import Window
from helpdesk_tui.vocabulary.records import Instant

_AT: Final = (
    "SELECT id, start_at, end_at, change_number, document FROM maintenance_window"
    " WHERE start_at <= ?1 AND end_at > ?1 AND withdrawn_at IS NULL ORDER BY id"
)


def at(conn: sqlite3.Connection, now: Instant) -> list[Window]:
    """The windows that are open at an instant."""
    return [window(*row) for row in conn.execute(_AT, {"1": now})]


def window(key: int, start: Instant, end: Instant, change: int | None, document: str) -> Window:
    """A row as the rules read it; its id is what people call it, `MW-3`."""
    scope: dict[str, Any] = json.loads(document)
    return Window(
        f"MW-{key}",
        start,
        end,
        services=tuple(scope.get("services", ())),
        cis=tuple(scope.get("cis", ())),
        sources=tuple(scope.get("sources", ())),
        labels={name: tuple(globs) for name, globs in scope.get("labels", {}).items()},
        change=change,
    )
