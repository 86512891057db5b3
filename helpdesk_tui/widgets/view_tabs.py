"""The saved views as tabs with their counts, and the state of the screen at the right end of the line."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.strip import Strip

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.records import ViewTab
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.inert import cells, width_of
from helpdesk_tui.widgets.lines import Piece, ToneWidget, tones

_LABEL = 24


def count_text(tab: ViewTab) -> str:
    """`7`, `9,999+` for a capped count, nothing while it is unknown."""
    if tab.count is None:
        return ""
    return f"{tab.count:,}+" if tab.capped else f"{tab.count:,}"


class ViewTabs(ToneWidget):
    """One line: ` Queue  [Mine 7]  Team 23  ...      ana@desk · 14:32`. The chosen tab is always in view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("accent", "muted", "strong", "title", "warning")
    DEFAULT_CSS = "ViewTabs { height: 1; width: 1fr; }"

    class Selected(Message):
        """Another view was chosen."""

        def __init__(self, view_tabs: "ViewTabs", code: str) -> None:
            super().__init__()
            self.view_tabs = view_tabs
            self.code = code

        @property
        def control(self) -> "ViewTabs":
            return self.view_tabs

    def __init__(
        self,
        title: str = "",
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._title = title
        self._tabs: tuple[ViewTab, ...] = ()
        self._selected = ""
        self._status = ""
        self._spots: list[tuple[int, int, str]] = []
        self._drawn: tuple[Piece, ...] = ()

    @property
    def selected(self) -> str:
        """Code of the chosen view, empty when none is."""
        return self._selected

    def set_tabs(self, tabs: Sequence[ViewTab], selected: str | None = None) -> None:
        """Show these views; a chosen one that is not among them gives way to none."""
        self._tabs = tuple(tabs)
        if selected is not None:
            self._selected = selected
        if all(tab.code != self._selected for tab in self._tabs):
            self._selected = ""
        self._redraw()

    def set_count(self, code: str, count: int | None, *, capped: bool = False) -> None:
        """Show a view's count."""
        for tab in self._tabs:
            if tab.code == code and (tab.count, tab.capped) != (count, capped):
                tab.count, tab.capped = count, capped
                self._redraw()

    def set_status(self, text: str) -> None:
        """What stands at the right end: who, when, `2 new · R`."""
        if text != self._status:
            self._status = text
            self._redraw()

    def select(self, code: str) -> None:
        """Choose a view and tell it with `Selected`; nothing happens when it is the chosen one or unknown."""
        if code != self._selected and any(tab.code == code for tab in self._tabs):
            self._selected = code
            self._redraw()
            self.post_message(self.Selected(self, code))

    def step(self, by: int) -> None:
        """Choose the next or previous view, around the end."""
        if self._tabs:
            codes = [tab.code for tab in self._tabs]
            at = codes.index(self._selected) if self._selected in codes else (-1 if by > 0 else 0)
            self.select(codes[(at + by) % len(codes)])

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        pieces = tuple(self._pieces(self.size.width))
        if pieces != self._drawn:
            self._drawn = pieces
            self.refresh()

    @property
    def status_room(self) -> int:
        """The cells that the status may take: half of the line, or what short tabs leave."""
        width = self.size.width
        used = sum(width_of(label) for label in self._labels()) + width_of(f" {one_line(self._title)} ") + 4
        return max(0, width // 2, width - used)

    def _labels(self) -> list[str]:
        labels = []
        for tab in self._tabs:
            label = one_line(_(tab.label), _LABEL)
            count = count_text(tab)
            text = f"{label} {count}" if count else label
            labels.append(f"[{text}]" if tab.code == self._selected else f" {text} ")
        return labels

    def _pieces(self, width: int) -> list[Piece]:
        status = one_line(self._status)
        title = f" {one_line(self._title)} " if self._title else ""
        status_width = min(width_of(status), self.status_room)
        room = max(0, width - width_of(title) - status_width - 2)
        labels = self._labels()
        first, last = self._stretch([width_of(label) for label in labels], room)
        pieces: list[Piece] = [(title, "strong")]
        x = width_of(title)
        self._spots = []
        if labels:
            pieces.append(("<" if first else " ", "muted"))
            x += 1
        for tab, label in zip(self._tabs[first:last], labels[first:last], strict=True):
            size = min(width_of(label), max(0, room - 2))
            tone = "title" if tab.code == self._selected else "plain"
            pieces.append((cells(label, size), tone))
            self._spots.append((x, x + size, tab.code))
            x += size
        if last < len(labels):
            pieces.append((">", "muted"))
            x += 1
        pieces.append((" " * max(0, width - x - status_width - 1), "plain"))
        pieces.append((cells(status, status_width), "muted"))
        return pieces

    def _stretch(self, sizes: list[int], room: int) -> tuple[int, int]:
        """The longest run of tabs that fits and holds the chosen one, from as far left as possible."""
        chosen = next((i for i, tab in enumerate(self._tabs) if tab.code == self._selected), 0)
        first = 0
        while first < chosen and sum(sizes[first : chosen + 1]) + 2 > room:
            first += 1
        last = first
        while last < len(sizes) and (last == first or sum(sizes[first : last + 1]) + 2 <= room):
            last += 1
        return first, last

    def render_line(self, y: int) -> Strip:
        return self.strip_of(self._drawn if y == 0 else (), self.size.width)

    def on_click(self, event: events.Click) -> None:
        for start, end, code in self._spots:
            if start <= event.x < end:
                event.stop()
                self.select(code)
                return
