"""Erasing a person: what stands in their row and everything the journal kept of it."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Row

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work

PERSONAL: Final = tuple(sorted(journal.PRIVATE["person"]))
_MIN_PART: Final = 4


def token(person_id: int) -> str:
    """What stands where a personal value stood. It differs from person to person, so that a replay keeps them apart."""
    return f"[erased {person_id}]"


def candidates(work: "Work", person_id: int, known: list[int], head: int) -> list[tuple[int, bool]]:
    """Entries that may hold values of this person: `(seq, whether the entry is about them)`.

    `known` are entries up to `head` that were found before the write lock was taken.
    """
    about = {s for (s,) in work.rows(_ABOUT, (person_id,))}
    inside = {*known, *(s for (s,) in work.rows(INSIDE + " AND seq > ?", (pattern(person_id), head)))}
    return [(seq, seq in about) for seq in sorted(about | inside)]


_ABOUT: Final = "SELECT seq FROM journal WHERE subject_type = 'person' AND subject = ?"
INSIDE: Final = "SELECT seq FROM journal WHERE ops LIKE ?"


def pattern(person_id: int) -> str:
    """How a change of this person's row begins in the journal's JSON, as a LIKE pattern."""
    return f'%["person",[{person_id}],%'


def _marks(row: Row | None) -> Iterator[int]:
    for value in (row or {}).values():
        if isinstance(value, dict) and "#" in value:
            yield value["#"][0]


def erase(work: "Work", person_id: int, row: Row, entries: list[tuple[int, bool]]) -> list[list[Any]]:
    """Replace the person's values in these entries; what the erasing entry must announce."""
    instead = token(person_id)
    values = {row[c] for c in PERSONAL if row[c]}
    places: dict[int, set[int]] = {}
    for seq, _about in entries:
        ops, vals = work.rows(
            "SELECT j.ops, t.vals FROM journal j LEFT JOIN journal_text t ON t.seq = j.seq WHERE j.seq = ?", (seq,)
        )[0]
        texts = json.loads(vals) if vals else []
        places[seq] = {
            index
            for table, key, before, after in json.loads(ops)
            if table == "person" and key == [person_id]
            for side in (before, after)
            for index in _marks(side)
        }
        values |= {texts[index][1] for index in places[seq]}
    values.discard(instead)
    parts = sorted((v for v in values if len(v) >= _MIN_PART), key=len, reverse=True)
    erased: list[list[Any]] = []
    for seq, about in entries:
        erased += journal.erase(work.tx.conn, seq, _Replace(places[seq], parts if about else [], instead))
    return erased


class _Replace:
    """Called for each text of an entry in turn: the person's own values go whole, elsewhere their occurrences do."""

    def __init__(self, wanted: set[int], parts: list[str], instead: str) -> None:
        self._wanted = wanted
        self._parts = parts
        self._instead = instead
        self._index = -1

    def __call__(self, value: str) -> str | None:
        self._index += 1
        if self._index in self._wanted:
            return self._instead if value != self._instead else None
        text = value
        for part in self._parts:
            text = text.replace(part, self._instead)
        return text if text != value else None
