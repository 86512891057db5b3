"""All keys of a screen, searchable; what cannot be done now says why. Enter does it."""

from typing import TYPE_CHECKING

from helpdesk_tui.screens.common.actions import LIST_KEYS, shown_key
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.pickers import Choice, Pick

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.base import DeskScreen


def choices(screen: "DeskScreen") -> list[Choice]:
    """The actions of a screen as choices: key, word and explanation; impossible ones with their reason."""
    found = []
    for spec in screen.specs():
        reason = screen.why_not(spec)
        key = shown_key(spec.keys[0]) if spec.keys else ""
        hint = (
            _(spec.help) if reason is None else _("{help} (not now: {reason})").format(help=_(spec.help), reason=reason)
        )
        found.append(Choice(spec.id, f"{key:>6}  {_(spec.label)}", hint, disabled=reason is not None))
    found += [Choice("", f"{keys:>6}", _(text), disabled=True) for keys, text in LIST_KEYS]
    return found


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
        done = super().dismiss(result)
        if result:
            self._of.call_later(self._of.action_do, result)
        return done


if TYPE_CHECKING:
    from textual.await_complete import AwaitComplete
