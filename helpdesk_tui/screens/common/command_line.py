"""The command line: `:1042`, `:inc 1042`, `:queue sla:breached`, `:view mine`, `:assign ana`, `:theme light`, `:take`, `:q`."""

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.screens.common.actions import BY_WORD, by_word
from helpdesk_tui.screens.common.completing import COMMANDS, TICKET_WORDS, Known, complete
from helpdesk_tui.screens.common.history import History
from helpdesk_tui.settings.reading import from_text, list_from_text, nearest
from helpdesk_tui.settings.schema import OPTIONS
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.filter_complete import Completion
from helpdesk_tui.vocabulary.i18n import N_, _, normalise_language
from helpdesk_tui.vocabulary.kinds import parse_ref, ref
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.fields import SafeInput, SafeOptions
from helpdesk_tui.widgets.inert import cells
from helpdesk_tui.widgets.pickers import Dialog

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.screens.common.base import DeskScreen

SHOWN: Final = 8


def words_of(screen: "DeskScreen") -> dict[str, str]:
    """The words of a screen with what they do; actions that cannot be done now are left out."""
    found = {word: _(text) for word, text in COMMANDS.items() if word not in BY_WORD or _possible(screen, word)}
    for spec in screen.specs():
        if spec.listed and screen.why_not(spec) is None:
            found.setdefault(spec.word, _(spec.help))
    return found


def _possible(screen: "DeskScreen", word: str) -> bool:
    spec = by_word(word, screen.SCOPE)
    return spec is not None and screen.why_not(spec) is None


def known_of(screen: "DeskScreen") -> Known:
    """What is known without asking the desk: words, states of the ticket's kind, tickets and views of the queue."""
    from helpdesk_tui.screens.queue.queue import QueueScreen
    from helpdesk_tui.vocabulary.kinds import STATE_CODES, state_label

    queue = next((each for each in screen.app.screen_stack if isinstance(each, QueueScreen)), None)
    rows = queue.tickets.rows if queue is not None and queue.is_mounted else ()
    tickets = [(str(row.number), f"{ref(row.kind, row.number)} {row.title}") for row in rows[:500]]
    views = [(tab.code, _(tab.label)) for tab in queue.views] if queue is not None else []
    states = [(code, state_label(code)) for code in STATE_CODES]
    return Known(words=words_of(screen), views=views, states=states, tickets=tickets)


def asked_of(desk: "Desk", number: int | None) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """The names of the desk, and where a ticket can go (reads the desk)."""
    from helpdesk_tui.screens.queue.names import names_of

    moves = [] if number is None else [(str(move["to"]), _(move["label"])) for move in desk.tickets.moves(number)]
    return names_of(desk), moves


class CommandLine(Dialog[str | None]):
    """One line at the bottom of the screen. Tab takes the next proposal, Up and Down walk what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take(1)", N_("Take the proposal"), show=False, id="command.take"),
        Binding("shift+tab", "take(-1)", N_("Take the proposal before"), show=False, id="command.take_back"),
        Binding("up", "walk(-1)", N_("What was typed before"), show=False, id="command.older"),
        Binding("down", "walk(1)", N_("What was typed after"), show=False, id="command.newer"),
    ]
    DEFAULT_CSS = """
    CommandLine { align: left bottom; background: transparent; }
    CommandLine > Vertical { width: 100%; max-width: 100%; border: none; padding: 0; height: auto; }
    CommandLine Static { width: 2; color: $accent; text-style: bold; }
    CommandLine OptionList { max-height: 8; color: $text-muted; }
    CommandLine SafeInput { border-left: outer $accent; }
    """

    def __init__(self, screen: "DeskScreen", history: History) -> None:
        super().__init__("")
        self._of = screen
        self._known = known_of(screen)
        self._history = history
        self._lines: list[str] = []
        self._back = 0
        self._stem = ""
        self._found: list[Completion] = []
        self._base = ("", 0)
        self._taken = -1
        self._filled = ""

    def compose(self) -> ComposeResult:
        with Vertical():
            options = SafeOptions(compact=True, markup=False)
            options.can_focus = False
            yield options
            yield SafeInput(placeholder=_("a number, queue FILTER, view NAME, or an action"), max_length=4_000)
            yield Static("", classes="dialog-title", markup=False)

    def on_mount(self) -> None:
        self.query_one(Static).display = False
        self._propose()
        self.query_one(SafeInput).focus()
        self.run_worker(self._read, thread=True, group="history", exit_on_error=False)
        self._of.ask(self._ask, self._named, group="names", failed=lambda _error: None)

    def _read(self) -> None:
        lines = self._history.read()
        self.app.call_from_thread(self._lines.extend, lines)

    def _ask(self) -> Any:
        return asked_of(self._of.desk, self._of.subject)

    def _named(self, found: tuple[dict[str, list[str]], list[tuple[str, str]]]) -> None:
        names, moves = found
        known = self._known
        self._known = Known(known.words, known.views, moves or known.states, known.tickets, names)
        if self.is_attached and self._taken < 0:
            self._propose()

    # -- proposals -------------------------------------------------------------------------------------------

    def _propose(self) -> None:
        field = self.query_one(SafeInput)
        self._base, self._taken = (field.value, field.cursor_position), -1
        self._found = complete(*self._base, self._known)
        self._draw()

    def _draw(self) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        first = max(0, min(self._taken - SHOWN // 2, len(self._found) - SHOWN))
        shown = self._found[first : first + SHOWN]
        options.add_options([Option(Content(f" {cells(each.text, 24)} {each.help}")) for each in shown])
        options.highlighted = self._taken - first if self._taken >= 0 else None
        options.display = bool(shown)

    @on(SafeInput.Changed)
    def _typed(self, event: SafeInput.Changed) -> None:
        event.stop()
        if event.value != self._filled:
            self._filled, self._back = "", 0
            self._propose()

    def _fill(self, text: str, cursor: int) -> None:
        """Put a text into the field: that is nobody typing."""
        field = self.query_one(SafeInput)
        self._filled = field.value = text
        field.cursor_position = cursor

    def action_take(self, by: int) -> None:
        if not self._found:
            return
        only = len(self._found) == 1
        self._taken = (
            (self._taken + by) % len(self._found) if self._taken >= 0 else (0 if by > 0 else -1) % len(self._found)
        )
        chosen, text = self._found[self._taken], self._base[0]
        behind = text[chosen.end :]
        gap = "" if chosen.text.endswith(":") or behind else " "
        self._fill(f"{text[: chosen.start]}{chosen.text}{gap}{behind}", chosen.start + len(chosen.text) + len(gap))
        if only:
            self._propose()
        else:
            self._draw()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._taken = event.option_index - 1
        self.action_take(1)
        self.query_one(SafeInput).focus()

    # -- what was typed before -------------------------------------------------------------------------------

    def action_walk(self, by: int) -> None:
        """To an older or newer line that begins like what is typed."""
        field = self.query_one(SafeInput)
        if not self._back:
            self._stem = field.value
        lines = [line for line in self._lines if line.startswith(self._stem) and line != self._stem]
        back = min(max(0, self._back - by), len(lines))
        if back != self._back:
            self._back = back
            text = lines[-back] if back else self._stem
            self._fill(text, len(text))
            self._found = []
            self._draw()

    @on(SafeInput.Submitted)
    def _submitted(self, event: SafeInput.Submitted) -> None:
        event.stop()
        text = one_line(event.value.strip())
        if text:
            # The application's worker: this screen goes now.
            self.app.run_worker(lambda: self._history.add(text), thread=True, group="history", exit_on_error=False)
        self.dismiss(text or None)


def obey(screen: "DeskScreen", text: str) -> None:
    """Do what a command line says; a word that is none says which is nearest."""
    app = screen.app
    line = text.strip().lstrip(":：").strip()
    word, _blank, rest = line.partition(" ")
    word, rest = unicodedata.normalize("NFKC", word).casefold(), rest.strip()
    number = parse_ref(line) or (parse_ref(rest) if word in TICKET_WORDS - {"link", "merge"} else None)
    if number is not None:
        app.open_ticket(number)
    elif word in ("q", "quit", "exit"):
        app.leave()
    elif word in ("queue", "list"):
        app.show_queue(rest)
    elif word == "view" and rest:
        app.show_view(rest)
    elif word in _ARGUED and rest:
        _ARGUED[word](screen, rest)
    elif word == "help":
        screen.action_do("app.help")
    elif (spec := by_word(word, screen.SCOPE)) is not None and not rest:
        screen.action_do(spec.id)
    elif word in COMMANDS:
        app.say(f"{word}: {_(COMMANDS[word])}", bad=True)
    elif word in BY_WORD:
        app.say(_("nothing may follow {word}; it is about the ticket under the cursor").format(word=word), bad=True)
    else:
        near = nearest(word, words_of(screen))
        told = _("there is no command {word}; did you mean {nearest}?") if near else _("there is no command {word}")
        app.say(told.format(word=word, nearest=near), bad=True)


def _set(screen: "DeskScreen", rest: str) -> None:
    """`set KEY VALUE`: in force and in the file."""
    key, _blank, value = rest.partition(" ")
    name, _dot, inner = key.partition(".")
    option = OPTIONS.get(name)
    try:
        if option is not None and option.kind == "lists" and inner:
            lists = {**getattr(screen.app.settings, name), inner: list_from_text(key, value)}
            screen.app.change_setting(name, lists)
        else:
            found = from_text(key, value.strip())
            screen.app.change_setting(key, normalise_language(found) if key == "lang" else found)
    except DeskError as error:
        screen.refuse(error)


def _named(key: str) -> Callable[["DeskScreen", str], None]:
    return lambda screen, rest: _set(screen, f"{key} {rest}")


def _assign(screen: "DeskScreen", rest: str) -> None:
    kind, colon, name = rest.replace("：", ":").partition(":")
    given = {kind: name.strip()} if colon and kind in ("team", "assignee") else {"assignee": rest}
    screen.do_argued("ticket.assign", given)


_ARGUED: Final[dict[str, Callable[["DeskScreen", str], None]]] = {
    "theme": _named("theme"),
    "language": _named("lang"),
    "keymap": _named("keymap"),
    "set": _set,
    "assign": _assign,
    "state": lambda screen, rest: screen.do_argued("ticket.state", {"to": rest.casefold().replace(" ", "_")}),
    "link": lambda screen, rest: screen.do_argued("ticket.link", {"other": rest}),
    "merge": lambda screen, rest: screen.do_argued("ticket.merge", {"other": rest}),
}
"""Words that something may follow."""
