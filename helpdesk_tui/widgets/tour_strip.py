"""Two lines at the bottom edge: what to try now, and how it stands. It takes no keys."""

from textual.content import Content
from textual.widget import Widget

from helpdesk_tui.vocabulary.text import one_line


class TourStrip(Widget):
    """A line of the tour, or its offer. `docked`: over a screen that has no place of its own for it."""

    DEFAULT_CSS = """
    TourStrip { width: 100%; height: auto; max-height: 4; padding: 0 1; background: $panel; color: $foreground; }
    TourStrip.-docked { dock: bottom; }
    TourStrip.-beneath { visibility: hidden; }
    """

    def __init__(self, lead: str, text: str, below: str = "", *, docked: bool = False) -> None:
        super().__init__(classes="-docked" if docked else None)
        self._shown = (lead, text, below)

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(filter(None, (" ".join(filter(None, self._shown[:2])), self._shown[2])))

    def show(self, lead: str, text: str, below: str = "") -> None:
        """Say something else."""
        if (lead, text, below) != self._shown:
            self._shown = (lead, text, below)
            self.refresh(layout=True)

    def render(self) -> Content:
        lead, text, below = (one_line(part, 400) for part in self._shown)
        said = Content(f"{lead} " if lead else "").stylize("bold") + Content(text)
        return said + Content(f"\n{below}").stylize("dim") if below else said
