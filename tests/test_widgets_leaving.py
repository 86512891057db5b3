"""A widget that is taken away beneath a dialog is drawn once more before the screen below is laid out anew."""

from typing import Any

import pytest
from textual.app import App
from textual.geometry import Region
from textual.widget import Widget

from helpdesk_tui.widgets.fields import SafeInput, SafeOptions, SafeTextArea
from helpdesk_tui.widgets.view_tabs import ViewTabs


@pytest.mark.parametrize(
    "make",
    [lambda: SafeInput("text"), lambda: SafeTextArea("text"), lambda: SafeOptions("one", "two")],
)
async def test_a_removed_widget_can_still_be_drawn(make: Any) -> None:
    class Small(App[None]):
        def compose(self) -> Any:
            yield make()

    app = Small()
    async with app.run_test(size=(40, 6)) as pilot:
        widget = app.screen.query("*").first(Widget)
        assert widget._component_styles, "else there would be nothing to lose"
        size = widget.size
        await widget.remove()
        await pilot.pause()
        assert not widget._component_styles
        widget._rich_style_cache.clear()
        strips = widget.render_lines(Region(0, 0, size.width, 1))
        assert [strip.cell_length for strip in strips] == [size.width]


async def test_a_removed_widget_of_tones_has_a_style_for_each() -> None:
    class Small(App[None]):
        def compose(self) -> Any:
            yield ViewTabs()

    app = Small()
    async with app.run_test(size=(40, 6)) as pilot:
        widget = app.screen.query_one(ViewTabs)
        await widget.remove()
        await pilot.pause()
        widget._rich_style_cache.clear()
        assert widget.style_of("accent") == widget.rich_style
