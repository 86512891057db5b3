"""A line over the whole screen for what everybody must know now: the desk cannot be written, its disk is running full."""

from textual.content import Content
from textual.widget import Widget

from helpdesk_tui.vocabulary.text import safe_text

_SIGN = "! "


class Banner(Widget):
    """One sentence at the top edge; two lines where it is longer than the screen is wide."""

    DEFAULT_CSS = """
    Banner {
        dock: top; width: 100%; height: auto; max-height: 2; padding: 0 1;
        background: $warning; color: $background; text-style: bold;
    }
    Banner.-severe { background: $error; }
    """

    def __init__(self, text: str, *, severe: bool = True) -> None:
        super().__init__(classes="-severe" if severe else None)
        self._text = text

    @property
    def text(self) -> str:
        """The sentence that is shown."""
        return self._text

    def show(self, text: str, *, severe: bool = True) -> None:
        """Show another sentence."""
        if text != self._text:
            self._text = text
            self.refresh(layout=True)
        self.set_class(severe, "-severe")

    def render(self) -> Content:
        return Content(_SIGN + safe_text(self._text))
