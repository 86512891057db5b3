"""Screens whose parts may go while the pointer is on them."""

from typing import TYPE_CHECKING, Any

from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget

if TYPE_CHECKING:
    _Screen = Screen[Any]
else:
    _Screen = object


class Pointed(_Screen):
    """What was taken away is no longer beneath the pointer, though it is drawn until the next layout; Textual would look
    for what it stands in."""

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        widget, offset = super().get_widget_and_offset_at(x, y)
        if widget is not None and widget.parent is None:
            return None, None
        return widget, offset
