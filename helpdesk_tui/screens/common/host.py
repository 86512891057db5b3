"""What screens know of the application: the desk, the drafts, the time zone, and the wall before the terminal."""

import contextlib
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text
from textual.notifications import Notify

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.places import local_zone
from helpdesk_tui.screens.common.actions import ActionSpec
from helpdesk_tui.screens.common.drafts import DraftBox
from helpdesk_tui.screens.common.seat import Seat
from helpdesk_tui.screens.common.toasts import Told
from helpdesk_tui.screens.common.typeahead import TypeAhead
from helpdesk_tui.screens.common.wall import clean
from helpdesk_tui.settings.reading import Loaded
from helpdesk_tui.settings.schema import Settings
from helpdesk_tui.vocabulary.text import safe_text

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from helpdesk_tui.desk.ticket_reading import TicketReading
    from helpdesk_tui.screens.common.clipboard import Clipboard

LANGUAGE_NAMES: Final = {"en": "English", "zh_CN": "简体中文"}
"""The languages by their codes, each in its own words."""


class DeskApp(TypeAhead):
    """An application on one desk. Screens use its desk, drafts and zone; it lets no harmful text out."""

    surroundings: Mapping[str, str] = {}
    """The environment that settings are read beside; tests have none."""

    def __init__(self, desk: Desk, drafts: DraftBox, *, tz: str | None = None, loaded: Loaded | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.drafts = drafts
        self.seat = Seat(drafts, desk.actor.login or desk.actor.name)
        self.loaded = loaded
        self.settings: Settings = Settings() if loaded is None else loaded.settings
        self.tz = tz or self.settings.timezone or local_zone()
        self.last_command = ""
        self._copying: Clipboard | None = None
        self._keys: dict[str, tuple[str, ...]] = {}
        self.use_keys()

    # -- settings --------------------------------------------------------------------------------------------

    def use_keys(self, *, whole: bool = False) -> None:
        """Put the keymap of the settings into force; with `whole` for widgets, too, that are not loaded yet."""
        if self.settings.keymap == Settings().keymap and not self.settings.keys:
            self._keys = {}
            self.set_keymap({})
            return
        from helpdesk_tui.screens.common.keymaps import for_textual, resolve

        self._keys, _problems = resolve(self.settings.keymap, self.settings.keys, whole=whole)
        self.set_keymap(for_textual(self._keys))

    def keys_of(self, spec: ActionSpec) -> tuple[str, ...]:
        """The keys of an action under this person's keymap."""
        return self._keys.get(spec.id, spec.keys)

    def keys_by_id(self, name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
        """The keys of a widget's binding, `keys` by default, under this person's keymap."""
        return self._keys.get(name, keys)

    def change_setting(self, key: str, value: Any, *, keep: bool = True) -> None:
        """Put a setting into force, and with `keep` into the person's file."""

    @property
    def reading(self) -> "TicketReading":
        """The reading verbs alone: they load a tenth of what all verbs load (call it in a worker)."""
        return self.desk.reading

    @property
    def me(self) -> str:
        """Who is at the desk, as one word."""
        return self.desk.actor.login or self.desk.actor.name

    def did(self, event: str, *, begun: bool = False) -> None:
        """An action was done (its id), or only `begun` (its dialog is open); for whoever watches."""

    def start_tour(self) -> None:
        """Show the console to somebody new."""

    @property
    def unread(self) -> str:
        """How many notices are unread, for the top line; empty where there are none."""
        return ""

    def begin_notices(self) -> None:
        """The first rows are shown: ask for what concerns the person."""

    def show_notices(self) -> None:
        """Show what concerns the person."""

    def notices_read(self, number: int | None = None) -> None:
        """The person has seen all about a ticket, or (without one) everything."""

    def lock(self) -> None:
        """Hide the screen."""

    def nudge(self) -> None:
        """Something was written: look for what moved at once."""

    def leave(self, code: int = 0) -> None:
        """Keep what is typed and end."""
        self.drafts.save()
        self.seat.save()
        if not self.is_headless:
            # The terminal is given back before the desk is closed: a ctrl+\ typed too late is not for us any more.
            with contextlib.suppress(ValueError):
                signal.signal(signal.SIGQUIT, signal.SIG_IGN)
        self.exit(code, return_code=code)

    def desk_words(self) -> list[str]:
        """The options that a command needs to mean this desk and this actor: none on the default desk as oneself."""
        from helpdesk_tui.desk.places import data_dir

        words = []
        path = Path(self.desk.store.path)
        if path.resolve() != (data_dir() / "desk.db").resolve():
            words += ["--db", str(path.absolute())]
        if self.settings.actor:
            words += ["--as", self.settings.actor]
        return words

    def copy_text(self, text: str) -> None:
        """Put a text on the clipboard of the terminal (OSC 52), and show it: not every terminal lets us."""
        if self._copying is None:
            from helpdesk_tui.screens.common.clipboard import Clipboard

            self._copying = Clipboard(self)
        self._copying.copy(text)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: "SeverityLevel" = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a toast; its text is never markup unless asked for."""
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        self.post_message(Notify(Told(message, title, severity, seconds, markup=markup)))

    def say(self, text: str, *, bad: bool = False) -> None:
        """A toast of inert text."""
        self.notify(
            safe_text(text[:2_000]), markup=False, severity="error" if bad else "information", timeout=8 if bad else 4
        )

    # -- the last wall ---------------------------------------------------------------------------------------

    def _display(self, screen: "Screen[Any]", renderable: Any) -> None:
        super()._display(screen, clean(renderable))

    def _fatal_error(self) -> None:
        """A fault of ours: keep what was typed, and print where it happened without anybody's data."""
        import traceback

        self.drafts.save()
        self.bell()
        told = safe_text(traceback.format_exc(limit=-12))
        self._exit_renderables.append(Text(told))
        self._close_messages_no_wait()

    # -- going places ----------------------------------------------------------------------------------------

    def open_ticket(self, number: int) -> None:
        """Show a ticket."""

    def show_queue(self, query: str | None, number: int | None = None) -> None:
        """Show the queue, with another filter if one is given."""

    def show_view(self, name: str) -> None:
        """Show a saved view."""

    def show_on_call(self) -> None:
        """Show who is on call."""

    def show_room(self, number: int) -> None:
        """Show the war room of an incident."""

    def gone_from(self, session: str) -> None:
        """A ticket's screen was closed."""
