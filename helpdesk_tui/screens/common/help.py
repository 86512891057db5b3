"""All keys of a screen, searchable; what cannot be done now says why. Enter does it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpdesk_tui.screens.common.actions import APP_KEYS, BY_ID
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.inert import cells, width_of
from helpdesk_tui.widgets.keys import shown_key
from helpdesk_tui.widgets.pickers import Choice, Pick

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.base import DeskScreen


def choices(screen: "DeskScreen") -> list[Choice]:
    """The actions of a screen as choices: key, word and explanation; impossible ones with their reason.

    Then the keys that its widgets answer to, and those of the application.
    """
    found = []
    app = screen.app
    specs = [spec for spec in screen.specs() if spec.listed]
    rows = [(_keys(app.keys_of(spec)), spec, screen.why_not(spec)) for spec in specs]
    others = [(_keys(keys), text) for keys, text in widget_keys(screen)]
    others += [(_keys(app.keys_of(spec)), _(spec.help)) for spec in APP_KEYS]
    wide = min(14, max(width_of(keys) for keys in [*(row[0] for row in rows), *(other[0] for other in others)]))
    for keys, spec, reason in rows:
        hint = (
            _(spec.help) if reason is None else _("{help} (not now: {reason})").format(help=_(spec.help), reason=reason)
        )
        found.append(Choice(spec.id, f"{cells(keys, wide)}  {_(spec.label)}", hint, disabled=reason is not None))
    found += [Choice("", cells(keys, wide), text, disabled=True) for keys, text in others if keys]
    return found


def _keys(keys: Sequence[str]) -> str:
    """The first keys of an action, without the full-width forms that stand for the same."""
    return " ".join(shown_key(key) for key in keys if "_" not in shown_key(key) and shown_key(key).isascii())


def widget_keys(screen: "DeskScreen") -> list[tuple[tuple[str, ...], str]]:
    """What the widgets of a screen answer to themselves: keys under this person's keymap, and what they do."""
    found: dict[str, tuple[list[str], str]] = {}
    for widget in screen.query("*"):
        if not widget.can_focus or not widget.display:
            continue
        for key, binding in widget._bindings:
            if binding.id and binding.description and binding.id not in BY_ID:
                found.setdefault(binding.id, ([], _(binding.description)))[0].append(key)
    return [(screen.app.keys_by_id(name, tuple(keys)), text) for name, (keys, text) in found.items()]


class HelpScreen(Pick):
    """The help of one screen."""

    DEFAULT_CSS = """
    HelpScreen > Vertical { width: 100; }
    HelpScreen OptionList { max-height: 30; }
    """

    def __init__(self, screen: "DeskScreen") -> None:
        super().__init__(_("Keys (type to search, Enter does it)"), choices(screen))
        self._of = screen

    def dismiss(self, result: str | None = None) -> "AwaitComplete":
        standing = self.app.screen is self
        done = super().dismiss(result)
        if result and standing:
            self._of.call_later(self._of.action_do, result)
        return done


if TYPE_CHECKING:
    from textual.await_complete import AwaitComplete
