"""The text of an attached file, read inside the console: inert, and never more of it than one can read."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.inert import wrap
from helpdesk_tui.widgets.lines import Line, LineView, text_line
from helpdesk_tui.widgets.pickers import Dialog

READ: Final = 262_144
"""Bytes of a file that are shown."""
MOST_LINES: Final = 5_000
_SNIFFED: Final = 8_192


def text_of(data: bytes) -> str | None:
    """The beginning of a file as text (UTF-8, UTF-16 with its mark, GB 18030, else Latin-1); None for what is no text."""
    part = data[:READ]
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        return part.decode("utf-16", "replace")
    if b"\0" in part[:_SNIFFED]:
        return None
    for name in ("utf-8-sig", "gb18030"):
        try:
            return part.decode(name)
        except UnicodeDecodeError as error:
            # The limit may have cut the last character in two.
            if len(data) > READ and error.start >= len(part) - 4:
                return part[: error.start].decode(name, "replace")
    control = sum(1 for byte in part[:_SNIFFED] if byte < 32 and byte not in b"\t\n\r\f\x1b")
    return None if control * 20 > len(part[:_SNIFFED]) else part.decode("latin-1")


class TextPane(LineView):
    """The lines of a text."""

    DEFAULT_CSS = "TextPane { height: 1fr; width: 1fr; background: $panel; }"

    def __init__(self, text: str, *, cut: bool) -> None:
        super().__init__()
        self._text = text
        self._cut = cut

    def set_text(self, text: str) -> None:
        """Show another text, from its beginning."""
        self._text = text
        self.reflow()

    def layout_lines(self, width: int) -> Sequence[Line]:
        parts = wrap(safe_text(self._text.replace("\r\n", "\n")), width - 1, MOST_LINES)
        lines = [text_line(part) for part in parts[:MOST_LINES]]
        if self._cut or len(parts) > MOST_LINES:
            lines.append(text_line(_("... cut here; save the file to read on"), "muted"))
        return lines


class FileText(Dialog[None]):
    """A file's text over the screen; Esc goes back."""

    BINDINGS = [("q,enter", "back", "")]
    DEFAULT_CSS = """
    FileText > Vertical { width: 112; height: 90%; }
    """

    def __init__(self, name: str, text: str, *, cut: bool) -> None:
        super().__init__(one_line(name, 200))
        self._pane = TextPane(text, cut=cut)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield self._pane
            yield Static(Content(_("j k scroll, Esc goes back")), classes="dialog-hint")

    def on_mount(self) -> None:
        self._pane.focus()
