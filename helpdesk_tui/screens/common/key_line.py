"""The last line of a screen: its six best keys at the left, the way to all others at the right."""

from collections.abc import Sequence
from typing import ClassVar

from textual.strip import Strip

from helpdesk_tui.widgets.inert import width_of
from helpdesk_tui.widgets.lines import Piece, ToneWidget, tones


class KeyLine(ToneWidget):
    """Shows keys with their words; as many as fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("muted", "strong")
    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; dock: bottom; background: $footer-background; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._keys: tuple[tuple[str, str], ...] = ()
        self._always: tuple[tuple[str, str], ...] = ()

    def show(self, keys: Sequence[tuple[str, str]], always: Sequence[tuple[str, str]] = ()) -> None:
        """Show these keys with their words in this order, and those of `always` at the right end."""
        if (tuple(keys), tuple(always)) != (self._keys, self._always):
            self._keys, self._always = tuple(keys), tuple(always)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        right: list[Piece] = []
        for key, label in self._always:
            right += [(" " if right else "", "muted"), (key, "strong"), (f" {label} ", "muted")]
        room = width - sum(width_of(text) for text, _tone in right) - 1
        pieces: list[Piece] = []
        used = 0
        for key, label in self._keys:
            size = width_of(key) + width_of(label) + 3
            if used + size > room:
                break
            pieces += [(f" {key}", "strong"), (f" {label} ", "muted")]
            used += size
        pieces.append((" " * max(0, room - used + 1), "plain"))
        return self.strip_of(pieces + right if room > 0 else pieces, width)
