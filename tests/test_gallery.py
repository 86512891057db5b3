"""Every screen, dialog and state: as it was seen and kept, in every theme, and no label cut in either language."""

from dataclasses import replace
from pathlib import Path

import pytest
from console_desk import Clock, Console, console
from gallery import STATES, State, cut, home, listening
from pictures import LEGEND, EveryTone, difference, drawn, slug, strays, styles_of, text_of, unsent
from test_screens_ticket_parts import furnished
from textual.content import Content
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static
from tui import SIZES, assert_inert

from helpdesk_tui.desk.ticket_around import TicketAround
from helpdesk_tui.settings.reading import load
from helpdesk_tui.settings.schema import THEMES
from helpdesk_tui.widgets.banner import Banner
from helpdesk_tui.widgets.inert import shortened
from helpdesk_tui.widgets.lines import TONES

IN_ALL_THEMES = ("queue, preview", "note", "why", "new ticket, judged", "ticket, timeline", "ticket, sla")
"""Between them every widget that draws tones."""


_LOADED = load(Path("/nowhere/settings.toml"), {})
STILL = replace(_LOADED, settings=replace(_LOADED.settings, tick=0))
"""Settings of a console in which nothing happens by itself."""


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the screens depends on chance: the hashes of the journal are told by their numbers."""
    monkeypatch.setattr(TicketAround, "proofs", lambda self, seqs: {seq: (f"{seq:064x}", True) for seq in seqs})


async def show(c: Console, state: State) -> None:
    """Bring a state about."""
    await home(c)
    await state.play(c)
    c.app.clear_notifications()
    await c.settle()
    assert_inert(c.app)


class Pictures:
    """What stands on the screens in turn, and their styles in every theme."""

    def __init__(self) -> None:
        self.styles = {theme: [LEGEND] for theme in THEMES}
        self.wrong: list[str] = []
        self.names: set[str] = set()

    def compare(self, name: str, text: str) -> None:
        self.names.add(slug(name))
        self.wrong += difference(slug(name), text)

    async def take(self, c: Console, state: State, strips: list[Strip]) -> None:
        text = text_of(strips, str(c.folder))
        self.compare(state.name, text)
        if state.name not in IN_ALL_THEMES:
            return
        for theme in (*THEMES[1:], THEMES[0]):
            strips = await self._in_theme(c, theme)
            self.styles[theme] += ["", f"== {state.name}", *styles_of(strips)]
            if text_of(strips, str(c.folder)) != text:
                self.wrong.append(f"{state.name}: other words in the theme {theme}")

    async def finish(self, c: Console) -> list[str]:
        """The tones of each theme, and all that is not as it was."""
        await home(c)
        tones = EveryTone()
        await c.queue.mount(tones, before=0)
        for theme, lines in self.styles.items():
            await self._in_theme(c, theme)
            lines[1:1] = ["", *(f"{tone:12} {tones.style_of(tone)}" for tone in TONES)]
            self.compare(f"theme {theme}", "\n".join(lines) + "\n")
        return self.wrong + strays(self.names)

    async def _in_theme(self, c: Console, theme: str) -> list[Strip]:
        c.app.theme = theme
        await c.settle()
        return drawn(c.app)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_every_state_in_both_languages(tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Screen, "_compositor_refresh", unsent)
    clipped, pictures = [], Pictures()
    with listening(language) as labels:
        async with console(tmp_path, size=SIZES[0], desk=furnished(tmp_path, Clock()), loaded=STILL) as c:
            for state in STATES:
                labels.clear()
                await show(c, state)
                strips = drawn(c.app)
                clipped += [f"{state.name}: {each}" for each in cut(c.app, labels, strips)]
                if language == "en":
                    await pictures.take(c, state, strips)
                for size in state.sizes:
                    await c.pilot.resize_terminal(*size)
                    await c.settle()
                    clipped += [f"{state.name} at {size}: {each}" for each in cut(c.app, labels)]
                if state.sizes:
                    await c.pilot.resize_terminal(*SIZES[0])
            changed = await pictures.finish(c) if language == "en" else []
    assert not clipped, "\n".join(clipped)
    assert not changed, "\n".join(changed)


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
