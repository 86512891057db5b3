"""Line-by-line drawing: tones (what a piece means) become theme styles; a scrollable pane of such lines.

Every segment carries its full style, neighbours of one style are one segment: on a slow line each segment costs
some forty bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.inert import LINE_LIMIT, width_of

TONES: Final = (
    "plain",
    "muted",
    "strong",
    "title",
    "accent",
    "critical",
    "high",
    "warning",
    "breached",
    "good",
    "reply",
    "note",
    "error",
    "cursor",
    "blurred",
)
"""What a piece of a line means; the theme says how it looks, a glyph or word beside it says it without colour."""

_STYLED: Final = frozenset(TONES[1:])

Piece = tuple[str, str]
"""A text and its tone. The text is made inert when it is drawn."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pane: pieces from left to right; `subject` is what the keys act on when the cursor stands here."""

    pieces: tuple[Piece, ...] = ()
    subject: int | None = None


def text_line(text: str, tone: str = "plain") -> Line:
    """A line of one piece."""
    return Line(((text, tone),))


def tones(*names: str) -> set[str]:
    """The component classes of a widget that uses these tones; the plain one is the widget's own look."""
    return {f"tone--{name}" for name in names}


ALL_TONES: Final = tones(*TONES[1:])


class ToneWidget(Widget):
    """Base of the widgets that draw strips themselves; gives `style_of(tone)` and `strip_of(pieces, width)`.

    Each tone is styled anew with its widget: an heir names those it uses (`tones`), or takes `ALL_TONES`.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ToneWidget {
        color: $foreground;
        background: $background;
        & .tone--muted { color: $text-muted; }
        & .tone--strong { text-style: bold; }
        & .tone--title { color: $accent; text-style: bold; }
        & .tone--accent { color: $accent; }
        & .tone--critical { color: $error; text-style: bold; }
        & .tone--high { color: $warning; }
        & .tone--warning { color: $warning; }
        & .tone--breached { color: $error; text-style: bold; }
        & .tone--good { color: $success; }
        & .tone--reply { color: $warning; }
        & .tone--note { color: $secondary; }
        & .tone--error { color: $error; text-style: bold; }
        & .tone--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        & .tone--blurred {
            color: $block-cursor-blurred-foreground;
            background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
    }
    ToneWidget:ansi {
        & .tone--muted { color: ansi_default; text-style: dim; }
        & .tone--blurred { text-style: reverse; }
    }
    """

    def style_of(self, tone: str) -> Style:
        """The theme's style for a tone, with foreground and background."""
        if tone not in _STYLED:
            return self.rich_style
        # A widget that is being taken away has no styles of its parts any more, and may still be drawn below a dialog.
        return self.get_component_rich_style(f"tone--{tone}", default=self.rich_style)

    def strip_of(self, pieces: Iterable[Piece], width: int, *, tone: str | None = None) -> Strip:
        """Pieces as one strip of exactly `width` cells; `tone` overrides every piece (a cursor line)."""
        segments: list[Segment] = []
        text_so_far = ""
        style_now: Style | None = None
        left = width
        for text, piece_tone in pieces:
            if left <= 0:
                break
            shown = one_line(text[:LINE_LIMIT] if len(text) > LINE_LIMIT else text)
            size = width_of(shown)
            if size > left:
                shown = set_cell_size(shown, left)
                size = left
            left -= size
            style = self.style_of(tone or piece_tone)
            if not shown:
                continue
            # Colour of blanks is invisible unless the tone has its own background or reverses.
            if style == style_now or (style_now is not None and shown.isspace() and _same_ground(style, style_now)):
                text_so_far += shown
                continue
            if style_now is not None:
                segments.append(Segment(text_so_far, style_now))
            text_so_far, style_now = shown, style
        if left > 0:
            pad = self.style_of(tone or "plain")
            if style_now is not None and _same_ground(pad, style_now):
                text_so_far += " " * left
            else:
                if style_now is not None:
                    segments.append(Segment(text_so_far, style_now))
                text_so_far, style_now = " " * left, pad
        if style_now is not None:
            segments.append(Segment(text_so_far, style_now))
        return Strip(segments, width)


def _same_ground(one: Style, other: Style) -> bool:
    return (
        one.bgcolor == other.bgcolor
        and not (one.reverse or other.reverse)
        and not (one.underline or other.underline)
        and not (one.strike or other.strike)
    )


class LineView(ToneWidget, can_focus=True):
    """A scrollable pane of prepared lines. Scrolls by half pages, so that reading over a slow line stays cheap."""

    COMPONENT_CLASSES: ClassVar[set[str]] = ALL_TONES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_lines(1)", N_("Down"), show=False, id="lines.down"),
        Binding("k,up", "scroll_lines(-1)", N_("Up"), show=False, id="lines.up"),
        Binding("pagedown,ctrl+d", "scroll_page(1)", N_("Page down"), show=False, id="lines.page_down"),
        Binding("pageup,ctrl+u", "scroll_page(-1)", N_("Page up"), show=False, id="lines.page_up"),
        Binding("g,home", "scroll_edge(-1)", N_("First"), show=False, id="lines.first"),
        Binding("G,end", "scroll_edge(1)", N_("Last"), show=False, id="lines.last"),
    ]
    SCROLL_STEP: ClassVar[int] = 3

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self._lines: Sequence[Line] = ()
        self._top = 0

    @property
    def lines(self) -> Sequence[Line]:
        """What is drawn, from the first line on."""
        return self._lines

    @property
    def top(self) -> int:
        """Index of the first visible line."""
        return self._top

    def layout_lines(self, width: int) -> Sequence[Line]:
        """Make the lines for this width; called on every change of width. Subclasses fill it."""
        return self._lines

    def reflow(self, *, keep_top: bool = False) -> None:
        """Make the lines again (data or width changed) and repaint those that differ."""
        old, top = self._lines, self._top
        if self.size.width:
            self._lines = self.layout_lines(self.size.width)
        self._top = self._clamped(self._top) if keep_top else 0
        if self._top != top or len(old) != len(self._lines):
            self.refresh()
            return
        for y, index in enumerate(range(top, min(len(old), top + self.size.height))):
            if old[index] != self._lines[index]:
                self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self, event: events.Resize) -> None:
        self._lines = self.layout_lines(event.size.width)
        self._top = self._clamped(self._top)
        self.refresh()

    def _clamped(self, top: int) -> int:
        return max(0, min(top, len(self._lines) - max(1, self.size.height)))

    def scroll_top(self, top: int) -> None:
        """Show the lines from `top` on."""
        new = self._clamped(top)
        if new != self._top:
            self._top = new
            self.refresh()

    def render_line(self, y: int) -> Strip:
        index = self._top + y
        width = self.size.width
        if index >= len(self._lines):
            return self.strip_of((), width)
        return self.strip_of(self._lines[index].pieces, width)

    def refresh_rows(self, first: int, count: int = 1) -> None:
        """Repaint only these lines, if they are visible."""
        y1 = max(0, first - self._top)
        y2 = min(self.size.height, first - self._top + count)
        if y2 > y1:
            self.refresh(Region(0, y1, self.size.width, y2 - y1))

    def action_scroll_lines(self, direction: int) -> None:
        self.scroll_top(self._top + direction * self.SCROLL_STEP)

    def action_scroll_page(self, direction: int) -> None:
        self.scroll_top(self._top + direction * max(1, self.size.height - 2))

    def action_scroll_edge(self, direction: int) -> None:
        self.scroll_top(0 if direction < 0 else len(self._lines))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_top(self._top + self.SCROLL_STEP)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_top(self._top - self.SCROLL_STEP)
