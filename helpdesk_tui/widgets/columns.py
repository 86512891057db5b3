"""Columns of the ticket list: header, width, and how a row becomes text and tone at an instant.

Colour is never alone: priorities are `C!!`, `H!`, `M`, `L`, a breach says `BR`, a warning `wa`. Columns hold no
emoji and no characters whose width differs between terminals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import age, human_duration
from helpdesk_tui.vocabulary.kinds import PREFIX, Kind, kind_label, state_label
from helpdesk_tui.vocabulary.levels import PRIORITY_GLYPHS, Level, Priority, level_label
from helpdesk_tui.vocabulary.records import NEVER, Instant, QueueRow

SHORT: Final = 15 * 60
"""Seconds before the due time from which the line under the cursor counts in seconds."""

Cell = tuple[str, str]
"""Text and tone of one cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `header` is a catalogue text; widths are cells; `wide` holds from 160 cells on.

    `at` is the list width from which the column is shown by default (None: only by choice); `rank` tells which
    columns give way first (the greatest) when the chosen ones do not fit; `moving` texts change with time.
    """

    code: str
    header: str
    width: int
    draw: Callable[[QueueRow, Instant], Cell]
    wide: int = 0
    at: int | None = 0
    rank: int = 0
    moving: bool = False
    flexible: bool = False
    right: bool = False

    def cells(self, total: int) -> int:
        """The width in a list of `total` cells."""
        return self.wide if self.wide and total >= WIDE else self.width


WIDE: Final = 160
SUMMARY_MIN: Final = 16
GAP: Final = 2
GUTTER: Final = 5


def sla_cell(row: QueueRow, now: Instant, *, seconds: bool = False) -> Cell:
    """The next due time of a ticket: `-00:12 BR`, ` 00:41 wa`, ` 1d 02h`, `paused`; derived, never stored.

    A clock is breached when its due instant has passed, in warning from `warn_at` on. With `seconds`, a clock of
    less than fifteen minutes counts `14:07s`.
    """
    match row.sla_run:
        case "none":
            return " -", "muted"
        case "paused":
            return " " + _("paused"), "muted"
        case "met":
            return " " + _("met"), "plain"
        case "missed":
            return " " + _("missed"), "high"
        case _:
            pass
    if row.due_at >= NEVER:
        return " -", "muted"
    left = row.due_at - now
    if left < 0:
        return f"{human_duration(left)} {_('BR')}", "breached"
    shown = f"{left // 60:02d}:{left % 60:02d}s" if seconds and left < SHORT else human_duration(left)
    if now >= row.warn_at:
        return f" {shown} {_('wa')}", "warning"
    return f" {shown}", "plain"


@lru_cache(maxsize=256)
def _prefix(kind: str) -> str:
    try:
        return PREFIX[Kind(kind)]
    except ValueError:
        return "?"


def number_text(row: QueueRow) -> str:
    """The ticket's number as people say it."""
    return f"{_prefix(row.kind)}-{row.number}"


_PRIORITY_TONES: Final = {4: "critical", 3: "high", 2: "plain", 1: "muted"}


def _number(row: QueueRow, now: Instant) -> Cell:
    return number_text(row), "plain"


def _priority(row: QueueRow, now: Instant) -> Cell:
    try:
        return PRIORITY_GLYPHS[Priority(row.priority)], _PRIORITY_TONES[row.priority]
    except (ValueError, KeyError):
        return "?", "muted"


def _sla(row: QueueRow, now: Instant) -> Cell:
    return sla_cell(row, now)


def _summary(row: QueueRow, now: Instant) -> Cell:
    words = [_("MAJOR")] if row.major else []
    return " ".join([*words, *([_("SENSITIVE")] if row.sensitive else []), row.title]), "plain"


def _text(value: str | None) -> Cell:
    return (value, "plain") if value else ("-", "plain")


def _level(value: int) -> str:
    try:
        return level_label(Level(value))
    except ValueError:
        return "?"


def _kind(row: QueueRow, now: Instant) -> Cell:
    return (kind_label(row.kind) if row.kind in PREFIX else row.kind), "plain"


COLUMNS: Final[dict[str, Column]] = {
    column.code: column
    for column in (
        Column("number", N_("No."), 8, _number, rank=0),
        Column("priority", N_("P"), 3, _priority, rank=1),
        Column("sla", N_("SLA"), 10, _sla, rank=2, moving=True),
        Column("kind", N_("Kind"), 11, _kind, at=None, rank=40),
        Column("state", N_("State"), 13, lambda r, now: _text(state_label(r.state)), wide=16, at=100, rank=20),
        Column("summary", N_("Summary"), 0, _summary, rank=0, flexible=True),
        Column("requester", N_("Requester"), 12, lambda r, now: _text(r.requester), wide=14, at=160, rank=31),
        Column("service", N_("Service"), 11, lambda r, now: _text(r.service), wide=16, at=120, rank=23),
        Column("category", N_("Category"), 12, lambda r, now: _text(r.category), wide=16, at=180, rank=33),
        Column("team", N_("Team"), 10, lambda r, now: _text(r.team), wide=14, at=120, rank=22),
        Column("assignee", N_("Assignee"), 9, lambda r, now: _text(r.assignee), wide=12, rank=3),
        Column("impact", N_("Impact"), 8, lambda r, now: _text(_level(r.impact)), at=220, rank=34),
        Column("urgency", N_("Urgency"), 8, lambda r, now: _text(_level(r.urgency)), at=220, rank=35),
        Column("why", N_("Why next"), 34, lambda r, now: (r.reason, "plain"), wide=60, at=None, rank=5),
        Column("channel", N_("Channel"), 10, lambda r, now: _text(r.channel), at=None, rank=41),
        Column(
            "updated",
            N_("Upd."),
            4,
            lambda r, now: (age(now - r.updated_at), "plain"),
            at=160,
            rank=32,
            moving=True,
            right=True,
        ),
        Column(
            "age",
            N_("Age"),
            4,
            lambda r, now: (age(now - r.created_at), "plain"),
            at=100,
            rank=21,
            moving=True,
            right=True,
        ),
    )
}
"""Every column a list can show, in their order."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a list at one width, with their cells; `moving_end` is the cell after the SLA column."""

    columns: tuple[tuple[Column, int], ...] = field(default_factory=tuple)
    moving_end: int = 0
    late_moving: bool = False


def layout(total: int, chosen: Sequence[str] | None = None, number_width: int = 8) -> Layout:
    """Choose and size the columns for a list of `total` cells.

    Without `chosen` the width decides; chosen columns keep their order and give way by rank until the
    summary has room. Unknown codes are ignored; number and summary are always there.
    """
    if chosen is None:
        columns = [c for c in COLUMNS.values() if c.at is not None and total >= c.at]
    else:
        columns = [COLUMNS[code] for code in dict.fromkeys(chosen) if code in COLUMNS]
        if COLUMNS["summary"] not in columns:
            columns.append(COLUMNS["summary"])
        if COLUMNS["number"] not in columns:
            columns.insert(0, COLUMNS["number"])

    def size(column: Column) -> int:
        return max(number_width, column.width) if column.code == "number" else column.cells(total)

    def rest() -> int:
        return total - GUTTER - GAP * (len(columns) - 1) - sum(size(c) for c in columns if not c.flexible)

    while rest() < SUMMARY_MIN and any(c.rank for c in columns):
        columns.remove(max(columns, key=lambda c: c.rank))
    summary = max(0, rest())
    sized = tuple((c, summary if c.flexible else size(c)) for c in columns)
    x, end, late = GUTTER, 0, False
    for column, width in sized:
        if column.code == "sla":
            end = x + width
        elif column.moving:
            late = True
        x += width + GAP
    return Layout(sized, end, late)
