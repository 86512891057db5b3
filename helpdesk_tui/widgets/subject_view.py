"""A pane of prepared lines over which a cursor walks: it stands on subjects (a field, a ticket, a file), not on lines."""

from collections.abc import Hashable, Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.widgets.lines import Line, LineView

_SIGN: Final = 1
"""Cells at the left edge of every line, where the cursor's sign stands."""


class SubjectView(LineView):
    """Lines begin with a blank; those that belong to one subject have its index in `subjects` as their `subject`.

    `layout_lines` fills `subjects` with what the lines are about; the cursor stays on its subject when lines change.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", N_("Down"), show=False, id="subjects.down"),
        Binding("k,up", "step(-1)", N_("Up"), show=False, id="subjects.up"),
        Binding("enter", "choose", N_("Open"), show=False, id="subjects.choose"),
    ]

    class Chosen(Message):
        """Enter on a subject, or a click on the one under the cursor."""

        def __init__(self, view: "SubjectView", subject: Hashable) -> None:
            super().__init__()
            self.view = view
            self.subject = subject

        @property
        def control(self) -> "SubjectView":
            return self.view

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self.subjects: list[Hashable] = []
        self._cursor = 0
        self._spots: list[tuple[int, int]] = []

    @property
    def subject(self) -> Hashable | None:
        """What the cursor stands on."""
        return self.subjects[self._cursor] if self._cursor < len(self.subjects) else None

    def add(self, subject: Hashable) -> int:
        """While laying out: the index of a new subject."""
        self.subjects.append(subject)
        return len(self.subjects) - 1

    def layout_subjects(self, width: int) -> Sequence[Line]:
        """Make the lines, calling `add` for each subject. Subclasses fill it."""
        return ()

    def layout_lines(self, width: int) -> Sequence[Line]:
        kept = self.subject
        self.subjects = []
        lines = self.layout_subjects(width)
        spots: dict[int, tuple[int, int]] = {}
        for index, line in enumerate(lines):
            if line.subject is not None:
                first, _count = spots.get(line.subject, (index, 0))
                spots[line.subject] = (first, index - first + 1)
        self._spots = [spots.get(index, (0, 0)) for index in range(len(self.subjects))]
        if kept in self.subjects:
            self._cursor = self.subjects.index(kept)
        self._cursor = max(0, min(self._cursor, len(self.subjects) - 1))
        return lines

    def reflow(self, *, keep_top: bool = False) -> None:
        before = self._sign_line()
        super().reflow(keep_top=keep_top)
        # The subject may have moved to another line of the same words.
        for line in {before, self._sign_line()} if before != self._sign_line() else ():
            self._refresh_sign(line)

    def _sign_line(self) -> int:
        return self._spots[self._cursor][0] if self._cursor < len(self._spots) else 0

    def move_to(self, subject: Hashable) -> bool:
        """Put the cursor on a subject; False where it is not there."""
        if subject not in self.subjects:
            return False
        self._go(self.subjects.index(subject))
        return True

    def spot_of(self, subject: Hashable) -> int | None:
        """Index of the first line of a subject."""
        return self._spots[self.subjects.index(subject)][0] if subject in self.subjects else None

    def render_line(self, y: int) -> Strip:
        index = self._top + y
        if self.has_focus and index < len(self._lines) and self._spots and self._spots[self._cursor][0] == index:
            pieces = self._lines[index].pieces
            first = pieces[0] if pieces else (" ", "plain")
            rest = ((first[0][_SIGN:], first[1]), *pieces[1:])
            return self.strip_of(((">", "strong"), *rest), self.size.width)
        return super().render_line(y)

    def on_focus(self) -> None:
        """The cursor shows where the keys go."""
        self._turn_sign()

    def on_blur(self) -> None:
        self._turn_sign()

    def _turn_sign(self) -> None:
        if self._spots:
            self._refresh_sign(self._spots[self._cursor][0])

    # -- keys ------------------------------------------------------------------------------------------------

    def action_step(self, by: int) -> None:
        """To the next or previous subject; what lies between them is read by half pages."""
        height = max(1, self.size.height)
        target = self._cursor + by
        if not 0 <= target < len(self.subjects):
            self.scroll_top(self._top + by * max(1, height // 2))
            return
        first, count = self._spots[target]
        if by > 0 and first >= self._top + height + height // 2:
            self.scroll_top(self._top + height // 2)
        elif by < 0 and first + min(count, height) <= self._top - height // 2:
            self.scroll_top(self._top - height // 2)
        else:
            self._go(target)

    def _go(self, target: int) -> None:
        old, self._cursor = self._cursor, target
        first, count = self._spots[target]
        height = max(1, self.size.height)
        if first < self._top or first + min(count, height) > self._top + height:
            lead = 0 if target == 0 else height // 3
            self.scroll_top(first - (lead if target >= old else height // 2))
        self._refresh_sign(self._spots[old][0])
        self._refresh_sign(first)

    def _refresh_sign(self, line: int) -> None:
        y = line - self._top
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, _SIGN, 1))

    def action_scroll_edge(self, direction: int) -> None:
        if self.subjects:
            self._go(0 if direction < 0 else len(self.subjects) - 1)
        super().action_scroll_edge(direction)

    def action_scroll_page(self, direction: int) -> None:
        """A page on; the cursor goes to the first subject in view."""
        super().action_scroll_page(direction)
        seen = [i for i, (first, _count) in enumerate(self._spots) if self._top <= first < self._top + self.size.height]
        if seen and self._cursor not in seen:
            old, self._cursor = self._cursor, seen[0]
            self._refresh_sign(self._spots[old][0])
            self._refresh_sign(self._spots[self._cursor][0])

    def action_choose(self) -> None:
        if self.subject is not None:
            self.post_message(self.Chosen(self, self.subject))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, on the cursor's subject it chooses it."""
        line = self._top + event.y
        for index, (first, count) in enumerate(self._spots):
            if first <= line < first + count:
                event.stop()
                if index == self._cursor:
                    self.action_choose()
                else:
                    self._go(index)
                return
