"""One line of the ticket list as pieces: header, row, and the texts that move with time. Pure functions."""

from typing import Final

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.records import Instant, QueueRow
from helpdesk_tui.widgets.columns import GAP, GUTTER, SHORT, Cell, Layout, sla_cell
from helpdesk_tui.widgets.inert import cells
from helpdesk_tui.widgets.lines import Piece

_GAP: Final = " " * GAP


def header_pieces(layout: Layout) -> list[Piece]:
    """The names of the columns."""
    pieces: list[Piece] = [(" " * GUTTER, "muted")]
    for column, width in layout.columns:
        title = _(column.header)
        # Clocks stand one cell to the right, behind the place of their sign.
        pieces.append((cells(f" {title}" if column.code == "sla" else title, width, right=column.right), "muted"))
        pieces.append((_GAP, "muted"))
    return pieces


def group_pieces(heading: str) -> list[Piece]:
    """The line before a group's first row."""
    return [(" " * (GUTTER - 2), "muted"), (f"-- {heading} --", "title")]


def row_sla(row: QueueRow, now: Instant, current: bool) -> Cell:
    """The clock of a row. Seconds only under the cursor: a column of them would send kilobytes a second."""
    return sla_cell(row, now, seconds=current and 0 <= row.due_at - now < SHORT)


def moving_texts(row: QueueRow, layout: Layout, now: Instant, current: bool) -> tuple[str, tuple[str, ...]]:
    """What of a row changes with time: its clock, and the other texts (ages)."""
    sla, others = "", []
    for column, _width in layout.columns:
        if column.code == "sla":
            # With the tone: a clock that turns to warning may keep its digits.
            sla = "".join(row_sla(row, now, current))
        elif column.moving:
            others.append(column.draw(row, now)[0])
    return sla, tuple(others)


def row_pieces(row: QueueRow, layout: Layout, now: Instant, *, current: bool, marked: bool, gone: bool) -> list[Piece]:
    """A row: `>` at the cursor, `*` for a mark, `~` for a ticket that left the filter."""
    mark = "*" if marked else "~" if gone else " "
    pieces: list[Piece] = [(f" {'>' if current else ' '} {mark} ", "plain")]
    for column, width in layout.columns:
        text, tone = row_sla(row, now, current) if column.code == "sla" else column.draw(row, now)
        pieces.append((cells(text, width, right=column.right), "muted" if gone else tone))
        pieces.append((_GAP, "plain"))
    return pieces
