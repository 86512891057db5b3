"""What a verb wants changed: rows before and after, in entries, in one set.

`store.apply(ChangeSet)` is the only way rows of business tables change; undo and replay build the same thing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.records import Instant

Row = dict[str, Any]
Key = tuple[Any, ...]
Subject = tuple[str, int]
"""What a timer belongs to: `("ticket", number)`, `("alert", id)` …"""


class Settled(dict[str, Any]):
    """A reason that many entries share: made once, written to the journal in the one form it was encoded in.

    It must not be changed, and holds no text that a person typed. `encoded` may be given where it was put together
    from parts; then it alone is what the journal keeps, and the dictionary need only say what kind of reason it is.
    """

    __slots__ = ("encoded",)

    def __init__(self, reason: Mapping[str, Any], encoded: str | None = None) -> None:
        super().__init__(reason)
        self.encoded = encoded


@dataclass(slots=True)
class RowChange:
    """One row. Insert: `before` is None and `after` the whole row; delete: the reverse; update: changed columns only.

    An update of a table with a `version` column names the version on both sides (compare-and-set).
    """

    table: str
    key: Key
    before: Row | None
    after: Row | None


@dataclass(slots=True)
class Entry:
    """One journal entry: who did what to which subject, when it is true, why, and the rows it changed."""

    verb: str
    subject_type: str
    subject: int
    at: Instant
    actor_id: int | None = None
    origin: str = Origin.CLI
    rows: list[RowChange] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    on_behalf_of: int | None = None
    batch: str | None = None
    undoes: int | None = None
    seq: int | None = None
    recorded_at: Instant | None = None


@dataclass(slots=True)
class ChangeSet:
    """Entries that become true together. `recorded_at` is when they are written.

    `timers` names, for subjects whose timers changed, what must happen when (operational, not journalled).
    `withheld` gives values that the journal must hold instead of a row's true `before` (a redaction's own entry).
    """

    entries: list[Entry]
    recorded_at: Instant
    timers: dict[Subject, dict[str, Instant]] = field(default_factory=dict)
    withheld: dict[tuple[str, Key, str], Any] = field(default_factory=dict)


def update(table: str, key: Key, old: Mapping[str, Any], new: Mapping[str, Any]) -> RowChange | None:
    """The change from `old` to `new` (a whole or partial row), or None where nothing differs."""
    changed = [column for column, value in new.items() if old[column] != value]
    if not changed:
        return None
    return RowChange(table, key, {c: old[c] for c in changed}, {c: new[c] for c in changed})


def net(changes: Iterable[RowChange]) -> list[RowChange]:
    """Several changes of the same rows, in order, folded to one change a row (for set-based writing)."""
    folded: dict[tuple[str, Key], RowChange] = {}
    for change in changes:
        where = (change.table, change.key)
        seen = folded.get(where)
        if seen is None:
            folded[where] = RowChange(change.table, change.key, change.before, change.after)
        elif seen.before is None and seen.after is not None:  # inserted here
            if change.after is None:
                del folded[where]
            else:
                seen.after = {**seen.after, **change.after}
        elif seen.after is None:  # deleted here, and now inserted again
            old, new = seen.before or {}, change.after or {}
            again = {c: v for c, v in new.items() if old.get(c) != v}
            folded[where] = RowChange(change.table, change.key, {c: old.get(c) for c in again}, again)
        elif change.after is None:
            folded[where] = RowChange(change.table, change.key, {**(change.before or {}), **(seen.before or {})}, None)
        else:
            seen.before = {**(change.before or {}), **(seen.before or {})}
            seen.after = {**seen.after, **change.after}
    return list(folded.values())
