"""Every screen, dialog and state: no label cut in either language at three sizes, and every theme draws them."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console
from gallery import STATES, State, cut, home, listening
from test_screens_ticket_parts import furnished
from textual.content import Content
from textual.widgets import Static
from tui import SIZES, assert_inert, screen_text

from helpdesk_tui.settings.reading import load
from helpdesk_tui.settings.schema import THEMES
from helpdesk_tui.widgets.banner import Banner
from helpdesk_tui.widgets.inert import shortened

IN_ALL_THEMES = (
    "queue, preview", "note", "help", "why", "priority", "conflict", "new ticket, judged", "ticket, timeline",
    "ticket, sla",
)  # fmt: skip
"""Between them every widget and every tone."""


STILL = load(Path("/nowhere/settings.toml"), {}, {"tick": "0"})
"""Settings of a console in which nothing happens by itself."""


async def show(c: Console, state: State) -> None:
    """Bring a state about."""
    await home(c)
    await state.play(c)
    c.app.clear_notifications()
    await c.settle()
    assert_inert(c.app)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_every_state_in_both_languages(tmp_path: Path, language: str) -> None:
    clipped = []
    with listening(language) as labels:
        async with console(tmp_path, size=SIZES[0], desk=furnished(tmp_path, Clock()), loaded=STILL) as c:
            for state in STATES:
                labels.clear()
                await show(c, state)
                for size in SIZES if state.wide else SIZES[:1]:
                    if size != tuple(c.app.size):
                        await c.pilot.resize_terminal(*size)
                        await c.settle()
                    clipped += [f"{state.name} at {size}: {each}" for each in cut(c.app, labels)]
                if state.wide:
                    await c.pilot.resize_terminal(*SIZES[0])
    assert not clipped, "\n".join(clipped)


@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme != "dark"])
async def test_every_theme_draws_the_screens(tmp_path: Path, theme: str) -> None:
    async with console(tmp_path, size=SIZES[0], desk=furnished(tmp_path, Clock()), loaded=STILL, theme=theme) as c:
        for state in STATES:
            if state.name in IN_ALL_THEMES:
                await show(c, state)
                assert screen_text(c.app).strip()
        assert c.app.theme == theme


async def test_what_is_cut_is_found(tmp_path: Path) -> None:
    whole = "the desk is very full and cannot be written any more"
    async with console(tmp_path, size=SIZES[0]) as c:
        for text, found in ((whole, False), (", ".join([whole] * 4), True)):
            shown = Banner(text)
            await c.queue.mount(shown, before=0)
            await c.settle()
            assert bool(cut(c.app, {text})) is found
            await shown.remove()
        for width, found in ((60, False), (20, True)):
            for text in (whole, shortened(whole, width)):
                label = Static(Content(text))
                label.styles.width, label.styles.text_wrap, label.styles.text_overflow = width, "nowrap", "clip"
                await c.queue.mount(label, before=0)
                await c.settle()
                assert bool(cut(c.app, {whole})) is found, text
                await label.remove()
