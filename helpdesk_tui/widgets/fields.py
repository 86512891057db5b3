"""Text fields whose contents are inert: what is pasted or loaded can hold no control or direction character.

Textual draws the text of an `Input` or `TextArea` as it is; a pasted escape sequence would reach the terminal.
"""

from typing import TYPE_CHECKING, Any

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Input, OptionList, TextArea

from helpdesk_tui.vocabulary.text import one_line, safe_text


def _pasted(text: str) -> str:
    """A paste with lines that end as ours do: terminals send the Enter key's CR for the end of a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


if TYPE_CHECKING:
    from textual.widget import Widget as _Widget
else:
    # Textual takes styles and parts from the first base that is a widget: what only overrides a method must be none.
    _Widget = object


class Leaving(_Widget):
    """A widget that is taken away beneath a dialog: until the screen below is laid out anew it is still drawn, without
    the styles of its parts, which Textual takes for a fault of the program."""

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._get_component_classes() and not self._component_styles:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)


class SafeOptions(Leaving, OptionList):
    """A list to choose from. In a window without room for a line there is no page to move by (Textual looks for one)."""

    def action_page_up(self) -> None:
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]


class SafeInput(Leaving, Input):
    """A one-line field. Pasted lines are joined by blanks (Textual keeps the first line only)."""

    def __init__(self, value: str = "", **options: Any) -> None:
        options.setdefault("compact", True)
        options.setdefault("select_on_focus", False)
        super().__init__(one_line(value), **options)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        return one_line(value)

    def _on_paste(self, event: events.Paste) -> None:
        # Textual calls the handlers of all classes of a widget: the base one must not insert the text again.
        event.prevent_default()
        event.stop()
        text = one_line(_pasted(event.text).strip("\n"))
        if text:
            self.replace(text, *self.selection)


class SafeTextArea(Leaving, TextArea):
    """A text of many lines."""

    DEFAULT_CSS = "SafeTextArea { padding: 0; }"

    def __init__(self, text: str = "", **options: Any) -> None:
        options.setdefault("compact", True)
        options.setdefault("highlight_cursor_line", False)
        super().__init__(safe_text(text), **options)
        self.cursor_blink = False

    def load_text(self, text: str) -> None:
        super().load_text(safe_text(text))

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if self.read_only:
            return
        if result := self._replace_via_keyboard(safe_text(_pasted(event.text)), *self.selection):
            self.move_cursor(result.end_location)
