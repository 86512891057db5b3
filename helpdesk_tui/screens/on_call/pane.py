"""The lines of the on-call screen: schedules with who is on now, what hands laid over them, 14 days of one schedule."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from helpdesk_tui.screens.on_call.reading import DAYS, OnCallData
from helpdesk_tui.vocabulary.dates import short
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.inert import cells, width_of
from helpdesk_tui.widgets.lines import Line, Piece, text_line, tones
from helpdesk_tui.widgets.subject_view import SubjectView

KINDS: Final[dict[str, str]] = {
    "cover": N_("covers"), "replace": N_("in the place of"), "add": N_("in addition"), "remove": N_("taken off"),
    "temporary": N_("temporary schedule"), "swap": N_("swap"),
}  # fmt: skip
STATES: Final[dict[str, str]] = {"asked": N_("asked"), "standing": N_("standing")}
SCHEDULE: Final = "schedule"
CHANGE: Final = "change"
SHIFT: Final = "shift"
_GAP: Final = "  "
_MOST: Final = 24
"""Cells of a column that is as wide as what stands in it."""
_LEAST: Final = 8
"""Cells of a column that takes what room is left."""
_WIDE: Final = 100
_WIDEST: Final = 160

Cell = tuple[str, str]
"""A text and its tone."""


class OnCallPane(SubjectView, can_focus=True):
    """The cursor walks over schedules, changes and shifts: subjects are `("schedule", code)`, `("change", number)`,
    `("shift", start)`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("accent", "good", "muted", "strong", "title", "warning", "error")
    DEFAULT_CSS = "OnCallPane { height: 1fr; }"

    def __init__(self, *, tz: str, me: int) -> None:
        super().__init__()
        self._tz = tz
        self._me = me
        self._data: OnCallData | None = None

    @property
    def data(self) -> OnCallData:
        """What is shown."""
        return self._data or OnCallData()

    def show(self, data: OnCallData) -> None:
        """Show this; the cursor stays on its subject."""
        self._data = data
        self.reflow(keep_top=True)

    def layout_subjects(self, width: int) -> Sequence[Line]:
        data = self._data
        if data is None:
            return [text_line(f" {_('Loading...')}", "muted")]
        if not data.now:
            return [
                text_line(f" {_('no schedule is in use')}", "muted"),
                text_line(
                    f" {_('`helpdesk oncall schedule CODE FILE` makes one; docs/on-call.md shows the file.')}", "muted"
                ),
            ]
        lines = [text_line(f" {_('On call now')}", "title"), *self._now(data, width), Line()]
        lines += [text_line(f" {_('Overrides and swaps')}", "title"), *self._changes(data, width), Line()]
        title = _("{name}: {days} days").format(name=self._title(data), days=DAYS)
        return [*lines, text_line(f" {one_line(title, 200)}", "title"), *self._shifts(data, width)]

    @staticmethod
    def _title(data: OnCallData) -> str:
        return next((str(row["name"]) for row in data.now if row["schedule"] == data.chosen), data.chosen)

    # -- the three tables ------------------------------------------------------------------------------------

    def _now(self, data: OnCallData, width: int) -> list[Line]:
        swaps = any(row["open_swaps"] for row in data.now)
        heads = [_("Schedule"), _("On call"), _("To"), _("Next")]
        rows: list[tuple[Any, list[Cell]]] = []
        for row in data.now:
            tone = "accent" if row["schedule"] == data.chosen else "plain"
            coming = row["next_names"]
            line = [
                (row["schedule"], tone),
                self._people(row),
                (self._at(row["until_at"]), "plain"),
                ("-" if coming is None else self._names(coming), "muted"),
            ]
            if swaps:
                line.append((str(row["open_swaps"] or "-"), "warning" if row["open_swaps"] else "muted"))
            rows.append(((SCHEDULE, row["schedule"]), line))
        if swaps:
            heads.append(_("Open swaps"))
        return self._table(heads, rows, {1, 3}, width)

    def _changes(self, data: OnCallData, width: int) -> list[Line]:
        if not data.changes:
            return [text_line(f" {_('nothing is laid over it')}", "muted")]
        heads = [_("No."), _("Kind"), _("State"), _("From"), _("To"), _("On call")]
        wide = {5}
        if width >= _WIDE:
            heads = [heads[0], _("Schedule"), *heads[1:5], _("Instead of"), heads[5]]
            wide = {6, 7}
        if width >= _WIDEST:
            heads.append(_("Note"))
            wide = {6, 7, 8}
        rows = [((CHANGE, row["id"]), self._change(row, width)) for row in data.changes]
        return self._table(heads, rows, wide, width)

    def _change(self, row: dict[str, Any], width: int) -> list[Cell]:
        """A change by hand; without room for a column of its own, whom it takes off stands before who is on."""
        names, removed = self._names(row["names"]) if row["names"] else "-", row["removed_name"]
        line = [
            (row["ref"], "accent"),
            (_(KINDS.get(row["kind"], row["kind"])), "plain"),
            (_(STATES.get(row["state"], row["state"])), "warning" if row["state"] == "asked" else "plain"),
            (self._at(row["start_at"]), "plain"),
            (self._at(row["end_at"]), "plain"),
        ]
        if width < _WIDE:
            return [*line, (f"{removed} -> {names}" if removed else names, "plain")]
        line = [line[0], (row["schedule"], "plain"), *line[1:], (removed or "-", "plain"), (names, "plain")]
        return [*line, (row["note"] or "-", "muted")] if width >= _WIDEST else line

    def _shifts(self, data: OnCallData, width: int) -> list[Line]:
        heads, wide = [_("From"), _("To"), _("On call"), _("By hand")], {2}
        if width >= _WIDEST:
            heads.append(_("Why"))
            wide = {2, 4}
        rows: list[tuple[Any, list[Cell]]] = []
        for row in data.shifts:
            line = [
                (self._at(row["start_at"]), "plain"),
                (self._at(row["end_at"]), "plain"),
                self._people(row),
                (", ".join(row["refs"]) or "-", "accent" if row["changed"] else "muted"),
            ]
            if width >= _WIDEST:
                line.append(("; ".join(sentence(each) for each in row["reasons"]) or "-", "muted"))
            rows.append(((SHIFT, row["start_at"]), line))
        return self._table(heads, rows, wide, width)

    # -- cells -----------------------------------------------------------------------------------------------

    def _at(self, text: str | None) -> str:
        return short(parse_instant(text, 0), self._tz) if text else "-"

    @staticmethod
    def _names(names: Sequence[str]) -> str:
        return ", ".join(names) if names else _("nobody")

    def _people(self, row: dict[str, Any]) -> Cell:
        """Those who are on: oneself stands out, and so does a gap."""
        tone = "warning" if row["gap"] else "strong" if self._me in row["ids"] else "plain"
        return self._names(row["names"]), tone

    def _table(
        self, heads: Sequence[str], rows: Sequence[tuple[Any, list[Cell]]], wide: set[int], width: int
    ) -> list[Line]:
        """Heads and rows in columns: those of `wide` share what room the others leave."""
        texts = [heads, *([text for text, _tone in line] for _subject, line in rows)]
        sizes = [min(_MOST, max(width_of(one_line(line[n], 200)) for line in texts)) for n in range(len(heads))]
        needed = {n: max(width_of(one_line(line[n], 400)) for line in texts) for n in wide}
        room = width - 1 - len(_GAP) * (len(heads) - 1) - sum(size for n, size in enumerate(sizes) if n not in wide)
        for left, n in enumerate(sorted(wide, key=lambda n: needed[n])):
            sizes[n] = max(_LEAST, min(needed[n], room // (len(wide) - left)))
            room -= sizes[n]
        found = [Line(self._pieces([(head, "muted") for head in heads], sizes))]
        return found + [Line(self._pieces(line, sizes), self.add(subject)) for subject, line in rows]

    @staticmethod
    def _pieces(line: Sequence[Cell], sizes: Sequence[int]) -> tuple[Piece, ...]:
        pieces: list[Piece] = [(" ", "plain")]
        for (text, tone), size in zip(line, sizes, strict=True):
            pieces += [(cells(text, size), tone), (_GAP, "plain")]
        return tuple(pieces[:-1])
