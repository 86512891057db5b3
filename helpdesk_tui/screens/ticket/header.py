"""The head of a ticket: number, state, priority with its reason, the clocks, who it is with and who has it open.

Where people are paged for it a fourth line says who, and what comes next.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from textual.strip import Strip

from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import age, local
from helpdesk_tui.vocabulary.kinds import kind_label, state_label
from helpdesk_tui.vocabulary.levels import PRIORITY_GLYPHS, Priority, priority_label
from helpdesk_tui.vocabulary.paging import ACKNOWLEDGED, EXHAUSTED, HELD, run_text
from helpdesk_tui.vocabulary.records import NEVER, Instant, QueueRow
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.columns import number_text, sla_cell
from helpdesk_tui.widgets.inert import cells, shortened, width_of
from helpdesk_tui.widgets.lines import ALL_TONES, Piece, ToneWidget

_LEAST = 16
"""Cells of a reason below which it is left out."""
_TONES = {4: "critical", 3: "high", 2: "plain", 1: "muted"}


@dataclass(slots=True)
class HeadData:
    """Plain values of a head. `merged` is the reference of the ticket that this one was merged into.

    `paging` is the live run of its paging (an object of `escalation.show`).
    """

    row: QueueRow
    title: str
    why: str = ""
    clocks: list[tuple[str, Instant | None]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    merged: str = ""
    paging: dict[str, Any] | None = None
    ack_key: str = ""


class TicketHeader(ToneWidget):
    """Three lines, four where people are paged."""

    COMPONENT_CLASSES: ClassVar[set[str]] = ALL_TONES
    DEFAULT_CSS = "TicketHeader { height: 3; width: 1fr; }"

    def __init__(self, *, tz: str) -> None:
        super().__init__()
        self._data: HeadData | None = None
        self._tz = tz
        self._now: Instant = 0
        self._drawn: list[tuple[Piece, ...]] = []

    def show(self, data: HeadData, now: Instant) -> None:
        """Show a ticket's head at an instant."""
        self._data = data
        self.styles.height = 3 if data.paging is None else 4
        self.tick(now)

    def tick(self, now: Instant) -> None:
        """The time is `now`; repaint where that changes a text."""
        self._now = now
        drawn = self._lines(self.size.width)
        if drawn != self._drawn:
            self._drawn = drawn
            self.refresh()

    def on_resize(self) -> None:
        self._drawn = self._lines(self.size.width)
        self.refresh()

    def _lines(self, width: int) -> list[tuple[Piece, ...]]:
        data = self._data
        if data is None:
            return [((f" {_('Loading...')}", "muted"),)]
        row = data.row
        clock = one_line(local(self._now, self._tz)[11:])
        number = f" {number_text(row)}  "
        room = max(0, width - width_of(number) - width_of(clock) - 2)
        first: tuple[Piece, ...] = ((number, "strong"), (cells(data.title, room), "strong"), (f" {clock} ", "muted"))
        sla, tone = sla_cell(row, self._now)
        try:
            priority = Priority(row.priority)
            glyph, word = PRIORITY_GLYPHS[priority], priority_label(priority)
        except ValueError:
            glyph, word = "?", "?"
        second: list[Piece] = [
            (f" {_('SENSITIVE')}" if row.sensitive else "", "warning"),
            (f" {kind_label(row.kind)} · ", "plain"),
            (state_label(row.state), "strong"),
            (f", {_('merged into {ref}').format(ref=data.merged)}" if data.merged else "", "accent"),
            (" · ", "plain"),
            (f"{glyph} {word}", _TONES.get(row.priority, "plain")),
            (f" · {_('SLA')} ", "plain"),
            (sla.strip(), tone),
        ]
        for name, due in data.clocks:
            text = "" if due is None or due >= NEVER else f" · {name} {dates.short(due, self._tz)}"
            if sum(width_of(part) for part, _tone in second) + width_of(text) <= width:
                second.append((text, "muted"))
        facts = [
            _("with {team} / {assignee}").format(team=row.team or "-", assignee=row.assignee or "-"),
            _("from {name}").format(name=one_line(row.requester or "-", 60)),
            _("{age} old").format(age=age(self._now - row.created_at)),
        ]
        # What is cut shows it; who else is here is never cut away by the reason.
        here = _("also here: {people}").format(people=one_line(", ".join(data.others), 60)) if data.others else ""
        room = max(0, width - 1 - (width_of(here) + 3 if here else 0))
        third: list[Piece] = [(" " + shortened(" · ".join(one_line(fact, 80) for fact in facts), room), "plain")]
        if here:
            third.append((" · " + here, "warning"))
        room = width - sum(width_of(text) for text, _tone in third)
        hint = _("(w: why)")
        if data.why and room >= width_of(hint) + _LEAST:
            why = shortened(one_line(data.why, 200), room - width_of(hint) - 4)
            third.append((f" · {why} {hint}", "muted"))
        lines = [first, tuple(second), tuple(third)]
        return lines if data.paging is None else [*lines, self._paging(data, width)]

    def _paging(self, data: HeadData, width: int) -> tuple[Piece, ...]:
        """Who is paged, and what comes next."""
        run = data.paging or {}
        hint = _("{key}: ack").format(key=data.ack_key) if data.ack_key else ""
        room = max(0, width - 2 - (width_of(hint) + 3 if hint else 0))
        text = shortened(one_line(run_text(run, self._now), 300), room)
        loud = run["state"] == EXHAUSTED or run["nobody_on"]
        tone = "breached" if loud else "muted" if run["state"] in (ACKNOWLEDGED, HELD) else "warning"
        return ((f" {text}", tone), (f" · {hint}" if hint else "", "plain"))

    def render_line(self, y: int) -> Strip:
        return self.strip_of(self._drawn[y] if y < len(self._drawn) else (), self.size.width)
