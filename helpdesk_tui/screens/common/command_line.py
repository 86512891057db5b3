"""The command line: `:1042`, `:inc 1042`, `:queue sla:breached`, `:view mine`, `:take`, `:q`."""

import unicodedata
from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.screens.common.actions import BY_WORD
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import PREFIX, parse_ref
from helpdesk_tui.widgets.fields import SafeInput
from helpdesk_tui.widgets.inert import cells
from helpdesk_tui.widgets.pickers import Dialog
from helpdesk_tui.widgets.themes import THEME_NAMES

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.base import DeskScreen

COMMANDS: Final[dict[str, str]] = {
    "queue": N_("the queue with a filter: queue sla:breached"),
    "view": N_("a saved view: view mine"),
    "inc": N_("a ticket by its number: inc 1042"),
    "theme": N_("the colours: theme light"),
    "help": N_("all keys"),
    "q": N_("quit"),
}
_PREFIXES: Final = frozenset(prefix.lower() for prefix in PREFIX.values()) | {"ticket", "t"}
SHOWN: Final = 8


def proposals(screen: "DeskScreen", typed: str) -> list[tuple[str, str]]:
    """Commands that begin with what is typed, with their explanation."""
    start = unicodedata.normalize("NFKC", typed).strip().casefold()
    known = dict(COMMANDS)
    for spec in screen.specs():
        if screen.why_not(spec) is None:
            known.setdefault(spec.word, spec.help)
    return [(word, _(text)) for word, text in known.items() if word.startswith(start) and word != start][:SHOWN]


class CommandLine(Dialog[str | None]):
    """One line at the bottom of the screen; Tab takes the first proposal, Enter obeys."""

    BINDINGS = [("tab", "take", "")]
    DEFAULT_CSS = """
    CommandLine { align: left bottom; background: transparent; }
    CommandLine > Vertical { width: 100%; max-width: 100%; border: none; padding: 0; height: auto; }
    CommandLine Static { width: 2; color: $accent; text-style: bold; }
    CommandLine OptionList { max-height: 8; color: $text-muted; }
    CommandLine SafeInput { border-left: outer $accent; }
    """

    def __init__(self, screen: "DeskScreen") -> None:
        super().__init__("")
        self._of = screen
        self._words: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            options = OptionList(compact=True, markup=False)
            options.can_focus = False
            yield options
            yield SafeInput(placeholder=_("a number, queue FILTER, view NAME, or an action"), max_length=4_000)
            yield Static("", classes="dialog-title", markup=False)

    def on_mount(self) -> None:
        self.query_one(Static).display = False
        self._propose("")
        self.query_one(SafeInput).focus()

    def _propose(self, typed: str) -> None:
        found = proposals(self._of, typed) if " " not in typed.strip() else []
        self._words = [word for word, _text in found]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(Content(f" {cells(word, 16)} {text}")) for word, text in found])
        options.display = bool(found)

    @on(SafeInput.Changed)
    def _typed(self, event: SafeInput.Changed) -> None:
        event.stop()
        self._propose(event.value)

    @on(SafeInput.Submitted)
    def _submitted(self, event: SafeInput.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip() or None)

    def action_take(self) -> None:
        if self._words:
            field = self.query_one(SafeInput)
            field.value = f"{self._words[0]} "
            field.cursor_position = len(field.value)


def obey(screen: "DeskScreen", text: str) -> None:
    """Do what a command line says; a word that is none says which there are."""
    app = screen.app
    line = text.strip().lstrip(":：").strip()
    word, _blank, rest = line.partition(" ")
    word, rest = unicodedata.normalize("NFKC", word).casefold(), rest.strip()
    number = parse_ref(line) or (parse_ref(rest) if word in _PREFIXES else None)
    if number is not None:
        app.open_ticket(number)
    elif word in ("q", "quit", "exit"):
        app.leave()
    elif word in ("queue", "list"):
        app.show_queue(rest)
    elif word == "view" and rest:
        app.show_view(rest)
    elif word == "theme" and rest in THEME_NAMES:
        app.theme = rest
    elif word == "help":
        screen.action_do("app.help")
    elif word in BY_WORD and not rest:
        screen.action_do(BY_WORD[word].id)
    elif word == "theme":
        known = ", ".join(THEME_NAMES)
        app.say(_("there is no theme {name}; known are: {known}").format(name=rest, known=known), bad=True)
    elif word in COMMANDS:
        app.say(f"{word}: {_(COMMANDS[word])}", bad=True)
    elif word in BY_WORD:
        app.say(_("nothing may follow {word}; it is about the ticket under the cursor").format(word=word), bad=True)
    else:
        known = ", ".join([*COMMANDS, *sorted({spec.word for spec in screen.specs()})])
        app.say(_("there is no command {word}; known are: {known}").format(word=word, known=known), bad=True)
