"""The application under its person's settings: put into force while it runs, and kept in their file."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.settings.reading import Problem
from helpdesk_tui.settings.schema import Settings, Terminal, terminal
from helpdesk_tui.vocabulary.dates import set_date_style
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _, language_from_environment, set_language

_COLOURLESS: Final = ("NO_COLOR", "HELPDESK_NO_COLOR")


def theme_of(settings: Settings, environ: Mapping[str, str]) -> str:
    """The theme: without colour when the environment asks so, else the one of the settings."""
    return "mono" if any(environ.get(name) for name in _COLOURLESS) else settings.theme


def use_fps(fps: int) -> None:
    """Draw at most so many pictures a second."""
    from textual import constants
    from textual import screen as screens

    constants.MAX_FPS = fps  # type: ignore[misc]
    screens.UPDATE_PERIOD = 1 / fps  # type: ignore[misc]


class Configured(DeskApp):
    """Changes settings."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unkept: list[tuple[str, Any]] = []
        self._keeping = threading.Lock()

    @property
    def line(self) -> Terminal:
        """What the settings mean on this line."""
        return terminal(self.settings, self.surroundings)

    def change_setting(self, key: str, value: Any, *, keep: bool = True) -> None:
        change: dict[str, Any] = {key: value}
        self.settings = replace(self.settings, **change)
        apply = self._appliers().get(key)
        if apply is not None:
            apply()
        for screen in self.screen_stack:
            changed = getattr(screen, "setting_changed", None)
            if changed is not None:
                changed(key)
        if keep:
            self._keep_setting(key, value)

    def _appliers(self) -> dict[str, Callable[[], None]]:
        return {
            "theme": self._use_theme,
            "lang": self._use_language,
            "keymap": self._use_keymap,
            "keys": self._use_keymap,
            "mouse": self._use_line,
            "animation": self._use_line,
            "remote": self._use_line,
            "fps": self._use_line,
            "dates": self._use_dates,
        }

    def _keep_setting(self, key: str, value: Any) -> None:
        """Write it to the file in a thread, one change after the other."""
        loaded = self.loaded
        if loaded is None:
            return
        origin = loaded.origins.get(key)
        if origin in ("environment", "command line"):
            text = _(
                "{key} is kept; where the program starts with another one typed or in its environment, that one counts"
            )
            self.say(text.format(key=key))
        self._unkept.append((key, value))

        def write() -> None:
            from helpdesk_tui.settings.editing import change

            with self._keeping:
                while self._unkept:
                    name, what = self._unkept.pop(0)
                    try:
                        change(loaded.path, name, what)
                    except DeskError as error:
                        self.call_from_thread(self.say, str(error), bad=True)

        self.run_worker(write, thread=True, group="settings", exit_on_error=False)

    # -- putting into force ----------------------------------------------------------------------------------

    def _use_theme(self) -> None:
        self.theme = self.settings.theme

    def _use_language(self) -> None:
        set_language(self.settings.lang or language_from_environment(dict(self.surroundings)))
        self.redraw_all()

    def _use_dates(self) -> None:
        set_date_style(self.settings.dates)
        self.redraw_all()

    def _use_keymap(self) -> None:
        self.use_keys(whole=self.settings.keymap != Settings().keymap)
        self.redraw_all()

    def _use_line(self) -> None:
        line = self.line
        self.animation_level = "full" if line.animation else "none"
        use_fps(line.fps)
        driver: Any = self._driver
        with suppress(AttributeError):
            if line.mouse:
                driver._mouse = True
                driver._enable_mouse_support()
            else:
                driver._disable_mouse_support()
                driver._mouse = False

    def complete_keys(self) -> None:
        """After the first rows are shown: the keymap of every widget there is, and what is wrong with one's own keys."""
        settings = self.settings
        if settings.keymap == Settings().keymap and not settings.keys:
            return

        def look() -> None:
            from helpdesk_tui.screens.common.keymaps import check, defaults

            defaults()
            problems = check(self.loaded) if self.loaded is not None and settings.keys else []
            self.call_from_thread(completed, problems)

        def completed(problems: list[Problem]) -> None:
            self.use_keys(whole=True)
            for problem in problems:
                self.say(str(problem.told()), bad=True)

        self.run_worker(look, thread=True, group="keys", exit_on_error=False)

    def redraw_all(self) -> None:
        """Make what every screen shows anew, in the language and form in force."""

        for screen in self.screen_stack:
            relabel = getattr(screen, "relabel", None)
            if relabel is not None:
                # By the screen itself: what it is told meanwhile waits until its widgets are there again.
                screen.call_later(relabel)
