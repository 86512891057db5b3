"""The settings that people change often: each is in force at once, and kept in the person's file."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as Line

from helpdesk_tui.screens.common.host import LANGUAGE_NAMES, DeskApp
from helpdesk_tui.settings.reading import from_text
from helpdesk_tui.settings.schema import OPTIONS
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _, language, ngettext
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.fields import SafeOptions
from helpdesk_tui.widgets.inert import cells
from helpdesk_tui.widgets.pickers import Ask, Choice, Dialog, Pick

_LABELS: Final = {
    "lang": N_("Language"),
    "dates": N_("Dates"),
    "theme": N_("Colours"),
    "keymap": N_("Keys"),
    "mouse": N_("Mouse"),
    "bell": N_("Bell"),
    "idle_lock": N_("Idle lock"),
    "preview": N_("Preview"),
}
_VALUES: Final = {
    "auto": N_("automatic"),
    "on": N_("on"),
    "off": N_("off"),
    "visual": N_("shown"),
    "urgent": N_("shown, heard when urgent"),
    "sound": N_("shown and heard"),
    "default": N_("default"),
    "arrows": N_("arrows and F keys"),
    "vim": N_("vim"),
    "iso": "2026-11-22",
    "words": N_("22 Nov 2026"),
}
COLUMNS_RESET: Final = "columns"
_MINUTES: Final = (0, 5, 10, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    label: str
    value: str
    help: str


def _value_label(key: str, value: Any) -> str:
    """A value as people read it."""
    if key == "lang":
        return LANGUAGE_NAMES[language()]
    if key == "idle_lock":
        never = _("never")
        return never if not value else ngettext("{count} minute", "{count} minutes", value).format(count=value)
    return _(_VALUES[value]) if value in _VALUES else str(value)


class SettingsScreen(Dialog[None]):
    """Up and down choose a setting, left and right turn its value, Enter lists all values."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", N_("Next value"), show=False, id="settings.next"),
        Binding("left", "turn(-1)", N_("Previous value"), show=False, id="settings.previous"),
        Binding("delete,backspace", "reset", N_("As by default"), show=False, id="settings.reset"),
    ]
    DEFAULT_CSS = """
    SettingsScreen > Vertical { width: 84; }
    SettingsScreen OptionList { max-height: 20; }
    SettingsScreen #settings-help { height: 2; color: $text-muted; }
    """
    app = getters.app(DeskApp)

    def __init__(self) -> None:
        super().__init__("")
        self._at = 0

    def compose(self) -> ComposeResult:
        self._dialog_title = _("Settings")
        with Vertical():
            yield self.head()
            yield SafeOptions(compact=True, markup=False)
            yield Static(Content(""), id="settings-help")
            keys = _("Left and Right turn the value, Enter lists all, Del takes the default, Esc goes back")
            yield Static(Content(f"{keys}\n{self._place()}"), classes="dialog-hint")

    def _place(self) -> str:
        loaded = self.app.loaded
        return "" if loaded is None else _("kept in {path}").format(path=one_line(str(loaded.path), 200))

    def on_mount(self) -> None:
        self._show()

    def rows(self) -> list[_Row]:
        """What is shown: name, value and explanation of each setting."""
        settings = self.app.settings
        found = [
            _Row(key, _(_LABELS[key]), _value_label(key, getattr(settings, key)), _(option.help))
            for key, option in OPTIONS.items()
            if option.often
        ]
        count = len(settings.columns)
        chosen = ngettext("chosen in {count} view", "chosen in {count} views", count).format(count=count)
        text = _("Enter shows the columns by default again, in every view.")
        found.append(_Row(COLUMNS_RESET, _("Columns"), chosen if count else _("default"), text))
        return found

    def _show(self) -> None:
        options = self.query_one(OptionList)
        lines = [Line(Content(f"{cells(row.label, 18)} {row.value}"), id=row.key) for row in self.rows()]
        options.clear_options()
        options.add_options(lines)
        options.highlighted = self._at
        options.focus()

    async def relabel(self) -> None:
        """Make everything anew, in the language in force."""
        await self.recompose()
        self._show()

    @property
    def key(self) -> str:
        """The setting under the cursor."""
        return self.rows()[self._at].key

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._at = event.option_index
        self.query_one("#settings-help", Static).update(Content(self.rows()[self._at].help))

    def _change(self, key: str, value: Any) -> None:
        if value != getattr(self.app.settings, key):
            self.app.change_setting(key, value)
        self._show()

    @staticmethod
    def _values(key: str) -> list[Any]:
        option = OPTIONS[key]
        return list(_MINUTES) if option.kind == "number" else list(option.choices)

    def action_turn(self, by: int) -> None:
        key = self.key
        if key == COLUMNS_RESET:
            return
        values = self._values(key)
        now = language() if key == "lang" else getattr(self.app.settings, key)
        if now in values:
            at = (values.index(now) + by) % len(values)
        else:
            at = min(range(len(values)), key=lambda n: abs(values[n] - now))
        self._change(key, values[at])

    def action_reset(self) -> None:
        key = self.key
        self._change(key, {} if key == COLUMNS_RESET else OPTIONS[key].default)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        key = self.key
        if key == COLUMNS_RESET:
            self._change(key, {})
        elif OPTIONS[key].kind == "number":
            self._ask(key)
        else:
            self._pick(key)

    def _ask(self, key: str) -> None:
        def check(text: str) -> str | None:
            try:
                from_text(key, text)
            except DeskError as error:
                return str(error)
            return None

        def answered(text: str | None) -> None:
            if text is not None:
                self._change(key, from_text(key, text))

        now = str(getattr(self.app.settings, key))
        self.app.push_screen(Ask(_(_LABELS[key]), value=now, hint=_(OPTIONS[key].help), check=check), answered)

    def _pick(self, key: str) -> None:
        def label(value: str) -> str:
            return LANGUAGE_NAMES[value] if key == "lang" else _value_label(key, value)

        def chosen(value: str | None) -> None:
            if value is not None:
                self._change(key, value)

        choices = [Choice(value, label(value), value if label(value) != value else "") for value in self._values(key)]
        now = language() if key == "lang" else str(getattr(self.app.settings, key))
        self.app.push_screen(Pick(_(_LABELS[key]), choices, selected=now), chosen)
