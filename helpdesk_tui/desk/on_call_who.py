"""Who is on call: the one answer that everybody asks, from the schedules of the desk and what is laid over them.

A schedule's document is written like the file that `oncall simulate` reads, its people as `#12` (ids, so that a rename
or an erasure keeps who was on); so are the documents of changes. The journal's entries about a schedule and its changes
have the schedule as their subject, which is what answers about the past are computed from.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.history import fold
from helpdesk_tui.rules.oncall import on_call
from helpdesk_tui.rules.oncall_form import parse_schedule
from helpdesk_tui.rules.oncall_spec import KINDS, Fixed, Override, Schedule, Swap, Temporary
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.errors import NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

SCHEDULE: Final = "on_call_schedule"
CHANGE: Final = "on_call_change"
STANDING, ASKED, WITHDRAWN = "standing", "asked", "withdrawn"
TEMPORARY, SWAP = "temporary", "swap"
_COLUMNS: Final = ("id", "code", "name", "tz", "team_id", "active", "document", "version")
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM on_call_schedule"  # sql: names from above
_OF_CHANGE: Final = (
    "id",
    "schedule_id",
    "kind",
    "state",
    "start_at",
    "end_at",
    "author_id",
    "note",
    "document",
    "version",
)
_CHANGES: Final = (
    f"SELECT {', '.join(_OF_CHANGE)} FROM on_call_change"  # sql: names from above
    " WHERE schedule_id = ? AND end_at > ? AND start_at < ? ORDER BY id"
)
_LIVE_OF_TEAM: Final = "SELECT code FROM on_call_schedule WHERE team_id = ? AND active ORDER BY code"
_HISTORY: Final = journal.SELECT + "WHERE j.subject_type = ? AND j.subject = ? ORDER BY j.seq"


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule as it stands (or stood): its row, the rows of changes that may bear on it, and both as one rule."""

    row: Row
    changes: tuple[Row, ...]
    rule: Schedule

    @property
    def id(self) -> int:
        """The schedule's number."""
        return int(self.row["id"])

    def on(self, at: Instant) -> list[int]:
        """Who is on at an instant, by their ids; nobody where the schedule is switched off."""
        return [person_id(person.name) for person in on_call(self.rule, at)] if self.row["active"] else []


def people_at(desk: "Desk", code: str, at: Instant, known_at: Instant | None = None) -> list[int]:
    """The ids of those on call at an instant: layers, overrides, temporary schedules and swaps together.

    `known_at` computes it from the schedule as the journal knew it then: later edits do not move it. Raises NotFound for
    a schedule that is not (or was not then) there.
    """
    return sorted(kept(desk, code, at, at + 1, known_at).on(at))


def schedules_of_team(desk: "Desk", team_id: int) -> list[str]:
    """Codes of the schedules in use that belong to a team."""
    return [code for (code,) in desk.store.query(_LIVE_OF_TEAM, (team_id,))]


# -- schedules ---------------------------------------------------------------------------------------------------------


def schedule_rows(desk: "Desk") -> list[Row]:
    """All schedules by code."""
    return [_row(found) for found in desk.store.query(f"{_SELECT} ORDER BY code")]  # sql: constant


def schedule_row(desk: "Desk", code: str) -> Row:
    """A schedule by its code or name, in any case. Raises NotFound naming those there are."""
    wanted = code.strip().casefold()
    rows = schedule_rows(desk)
    for row in rows:
        if wanted in (row["code"].casefold(), row["name"].casefold()):
            return row
    raise NotFound(
        N_("there is no on-call schedule {text}; known are: {known}"),
        text=code,
        known=", ".join(row["code"] for row in rows) or "-",
    )


def changes_of(desk: "Desk", schedule_id: int, start: Instant, end: Instant) -> list[Row]:
    """Changes of a schedule, withdrawn and asked ones too, that reach into [start, end)."""
    rows = desk.store.query(_CHANGES, (schedule_id, start, end))
    return [dict(zip(_OF_CHANGE, row, strict=True)) for row in rows]


def kept(desk: "Desk", code: str, start: Instant, end: Instant, known_at: Instant | None = None) -> Kept:
    """A schedule with the changes that bear on [start, end), now or as the journal knew it at an instant."""
    row = schedule_row(desk, code)
    if known_at is None:
        return assembled(row, changes_of(desk, row["id"], start, end))
    return known_then(desk, row["id"], start, end, known_at)


def known_then(desk: "Desk", schedule_id: int, start: Instant, end: Instant, known_at: Instant) -> Kept:
    """A schedule as everything written until `known_at` told it. Raises NotFound where there was none yet."""
    entries: list[Entry] = []
    for entry in journal.read(desk.store.reader(), _HISTORY, (SCHEDULE, schedule_id)):
        if entry.recorded_at is not None and entry.recorded_at > known_at:
            break
        entries.append(entry)
    rows = fold(entries)
    row = rows.get((SCHEDULE, (schedule_id,)))
    if row is None:
        raise NotFound(N_("the desk did not know this on-call schedule yet"))
    found = [
        {**dict.fromkeys(_OF_CHANGE), **change}
        for (table, _key), change in sorted(rows.items(), key=lambda item: item[0])
        if table == CHANGE and change["end_at"] > start and change["start_at"] < end
    ]
    return assembled({**dict.fromkeys(_COLUMNS), **row}, found)


def assembled(row: Mapping[str, Any], changes: Iterable[Mapping[str, Any]]) -> Kept:
    """A schedule's row and rows of changes as one rule; those that do not stand have no part in it."""
    rule = parse_schedule({**json.loads(row["document"] or "{}"), "timezone": row["tz"]})
    laid = [dict(change) for change in changes]
    overrides, temporary, swaps = list(rule.overrides), list(rule.temporary), list(rule.swaps)
    for change in laid:
        if change["state"] != STANDING:
            continue
        part = part_of(change)
        if isinstance(part, Override):
            overrides.append(part)
        elif isinstance(part, Temporary):
            temporary.append(part)
        else:
            swaps.append(part)
    whole = replace(rule, overrides=tuple(overrides), temporary=tuple(temporary), swaps=tuple(swaps))
    return Kept(dict(row), tuple(laid), whole)


def part_of(change: Mapping[str, Any]) -> Override | Temporary | Swap:
    """A row of a change as the rules read it."""
    start, end, ref = change["start_at"], change["end_at"], name_of(change["id"])
    document = json.loads(change["document"] or "{}")
    kind = change["kind"]
    if kind == SWAP:
        return Swap(start, end, document["requester"], document.get("taker"), ref)
    if kind == TEMPORARY:
        shifts = tuple(Fixed(s["start"], s["end"], tuple(s["people"])) for s in document.get("shifts", ()))
        return Temporary(start, end, shifts, ref)
    return Override(
        start, end, next(known for known in KINDS if known == kind), tuple(document.get("people", ())),
        document.get("removed", ""), document.get("priority", 0), ref,
    )  # fmt: skip


def _row(found: tuple[Any, ...]) -> Row:
    return dict(zip(_COLUMNS, found, strict=True))


# -- people ------------------------------------------------------------------------------------------------------------


def person_text(person: int) -> str:
    """How documents and rules name a person."""
    return f"#{person}"


def person_id(text: str) -> int:
    """The id that `person_text` made a text of."""
    return int(text[1:])


def name_of(change: int) -> str:
    """How people name a change: `OC-7`."""
    return f"OC-{change}"
