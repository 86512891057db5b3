"""Where the rows of a list stand on the screen: one a line, with a heading before the first row of each group."""

from collections.abc import Callable, Sequence

from helpdesk_tui.vocabulary.records import QueueRow

Heading = Callable[[QueueRow], str]
"""The group of a row, as it is read."""
Rows = Sequence[QueueRow]


class ScreenLines:
    """Lines of a screen from a list's row `top` on. Without headings a row's line is its distance from the top."""

    def __init__(self, heading: Heading | None = None) -> None:
        self.heading = heading

    def visible(self, rows: Rows, top: int, height: int) -> list[int | str]:
        """What each line shows: the index of a row, or a heading. The group of the top row is always named."""
        if self.heading is None:
            return list(range(top, min(top + height, len(rows))))
        lines: list[int | str] = []
        named: str | None = None
        for index in range(top, len(rows)):
            if len(lines) >= height:
                break
            group = self.heading(rows[index])
            if group != named:
                lines.append(group)
                named = group
            lines.append(index)
        return lines[:height]

    def shown_at(self, rows: Rows, top: int, height: int, y: int) -> int | str | None:
        """What stands on line `y`, None below the last row."""
        if self.heading is None:
            return top + y if top + y < len(rows) else None
        lines = self.visible(rows, top, height)
        return lines[y] if y < len(lines) else None

    def line_of(self, rows: Rows, top: int, height: int, index: int) -> int | None:
        """The line of a row, None where it is out of view."""
        if self.heading is None:
            return index - top if top <= index < top + height else None
        lines = self.visible(rows, top, height)
        return lines.index(index) if index in lines else None

    def count(self, rows: Rows, top: int, height: int) -> int:
        """How many rows are in view."""
        if self.heading is None:
            return max(0, min(height, len(rows) - top))
        return sum(1 for line in self.visible(rows, top, height) if isinstance(line, int))

    def lowest_top(self, rows: Rows, height: int) -> int:
        """The greatest top with which the last row still closes the screen."""
        if self.heading is None:
            return max(0, len(rows) - height)
        top = len(rows)
        while top > 0 and self.line_of(rows, top - 1, height, len(rows) - 1) is not None:
            top -= 1
        return top if top < len(rows) else max(0, len(rows) - 1)

    def top_for(self, rows: Rows, index: int, height: int) -> int:
        """A top that brings a row to about the middle of the screen."""
        top = max(0, index - height // 2)
        while top < index and self.line_of(rows, top, height, index) is None:
            top += 1
        return top
