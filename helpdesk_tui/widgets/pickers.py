"""Small questions over a screen: choose, confirm, one text. Each is a modal screen that answers when dismissed.

`answer = await self.app.push_screen_wait(Confirm(...))` in a worker, or `push_screen(..., callback)`. Esc answers
None (False for a confirmation).
"""

import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.alive import alive
from helpdesk_tui.widgets.fields import SafeInput, SafeOptions, SafeTextArea
from helpdesk_tui.widgets.inert import cells, line, width_of
from helpdesk_tui.widgets.pointed import Pointed

T = TypeVar("T")
TYPED_FROM: Final = 20
"""More rows than this need their number typed."""
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: what is answered, what is shown, and a hint beside it."""

    value: str
    label: str
    hint: str = ""
    disabled: bool = False


Search = Callable[[str], Awaitable[Sequence[Choice]]]
"""Finds choices for a typed text (people by three letters)."""


def fold(text: str) -> str:
    """Full-width and ASCII forms alike, without regard to case."""
    return unicodedata.normalize("NFKC", text).casefold()


def matching(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """The choices that hold every typed word in value, label or hint; those that begin with the text come first."""
    words = fold(typed).split()
    found = [c for c in choices if all(word in fold(f"{c.label} {c.hint} {c.value}") for word in words)]
    start = fold(typed.strip())
    return sorted(found, key=lambda c: not fold(c.label).startswith(start)) if start else found


class Dialog(Pointed, ModalScreen[T]):
    """Frame of all questions: a box in the middle, Esc goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", N_("Back"), id="dialog.back")]
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog:ansi { background: transparent; }
    Dialog > Vertical {
        width: 72; max-width: 95%; height: auto; max-height: 90%; padding: 0 1; background: $panel;
        border: solid $accent;
    }
    Dialog .dialog-title { text-style: bold; color: $accent; height: auto; }
    Dialog .dialog-text { height: auto; }
    Dialog .dialog-hint { color: $text-muted; height: auto; }
    Dialog .dialog-problem { color: $error; height: auto; display: none; }
    Dialog OptionList { height: auto; max-height: 16; border: none; background: $panel; padding: 0; }
    Dialog SafeInput { width: 1fr; background: $background; }
    Dialog SafeTextArea { height: 8; background: $background; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._dialog_title = title

    def head(self) -> Static:
        """The title line."""
        return Static(Content(one_line(self._dialog_title, 200)), classes="dialog-title")

    def problem(self) -> Static:
        """The line for what is wrong, hidden until there is something."""
        return Static(Content(""), classes="dialog-problem")

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the answer."""
        shown = self.query_one(".dialog-problem", Static)
        shown.update(line(text, 400))
        shown.display = bool(text)

    def action_back(self) -> None:
        self.dismiss(None)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Go away with an answer; what has gone, or lies under another screen, takes no screen away."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()


class Pick(Dialog[str | None]):
    """Choose one of a list, typing filters it; with `search` the list is found anew for every text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "walk(1)", N_("Next"), show=False, id="pick.down"),
        Binding("up", "walk(-1)", N_("Previous"), show=False, id="pick.up"),
        Binding("pagedown", "walk(10)", N_("Page down"), show=False, id="pick.page_down"),
        Binding("pageup", "walk(-10)", N_("Page up"), show=False, id="pick.page_up"),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice] = (),
        *,
        search: Search | None = None,
        selected: str | None = None,
        empty: str = "",
    ) -> None:
        super().__init__(title)
        self._choices = tuple(choices)
        self._search = search
        self._first = selected
        self._empty = empty
        self._shown: list[Choice] = []
        self._answered_to = ""
        self._enter_waits = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield SafeInput(placeholder=_("type to filter"), max_length=200)
            options = SafeOptions(compact=True, markup=False)
            options.can_focus = False
            yield options
            yield Static(Content(_("Enter chooses, Esc goes back")), classes="dialog-hint")

    def on_mount(self) -> None:
        self._fill(self._choices)
        values = [choice.value for choice in self._shown]
        if self._first in values:
            self.query_one(OptionList).highlighted = values.index(self._first)
        self.query_one(SafeInput).focus()

    def _fill(self, choices: Sequence[Choice]) -> None:
        self._shown = list(choices[:SHOWN])
        options = self.query_one(OptionList)
        options.clear_options()
        if not self._shown:
            options.add_option(Option(Content(one_line(self._empty or _("Nothing matches."), 100)), disabled=True))
            return
        wide = min(40, max(width_of(one_line(choice.label, 60)) for choice in self._shown))
        options.add_options([Option(self._prompt(choice, wide), disabled=choice.disabled) for choice in self._shown])
        more = len(choices) - len(self._shown)
        if more > 0:
            text = _("... {count} more; type to narrow").format(count=more)
            options.add_option(Option(Content(text), disabled=True))
        options.highlighted = next((i for i, choice in enumerate(self._shown) if not choice.disabled), None)

    @staticmethod
    def _prompt(choice: Choice, wide: int) -> Content:
        label = one_line(choice.label, 200)
        if not choice.hint:
            return Content(label)
        return Content(cells(label, wide)) + Content(f"  {one_line(choice.hint, 200)}").stylize("dim")

    @on(SafeInput.Changed)
    def _typed(self, event: SafeInput.Changed) -> None:
        event.stop()
        self._enter_waits = False
        if self._search is None:
            self._fill(matching(self._choices, event.value))
        else:
            self.run_worker(self._find(event.value), exclusive=True, group="pick")

    async def _find(self, text: str) -> None:
        if self._search is None:
            return
        try:
            found = await self._search(text) if text.strip() else self._choices
        except DeskError as error:
            self._empty, found = str(error), ()
        if alive(self) and text == self.query_one(SafeInput).value:
            self._answered_to = text
            self._fill(found)
            if self._enter_waits:
                self._enter_waits = False
                self._answer(self.query_one(OptionList).highlighted)

    def action_walk(self, by: int) -> None:
        options = self.query_one(OptionList)
        allowed = [i for i, choice in enumerate(self._shown) if not choice.disabled]
        if not allowed:
            return
        now = allowed.index(options.highlighted) if options.highlighted in allowed else 0
        options.highlighted = allowed[max(0, min(now + by, len(allowed) - 1))]

    def meant(self, text: str) -> str | None:
        """The answer that a typed text names by itself, listed or not; None where it only searches."""
        return None

    def _answer(self, index: int | None) -> None:
        if index is not None and index < len(self._shown) and not self._shown[index].disabled:
            self.dismiss(self._shown[index].value)

    @on(SafeInput.Submitted)
    def _submitted(self, event: SafeInput.Submitted) -> None:
        event.stop()
        meant = self.meant(event.value)
        if meant is not None:
            self.dismiss(meant)
        elif self._search is not None and self._answered_to != event.value:
            # Typed faster than the search: what is listed yet is not what is meant.
            self._enter_waits = True
        else:
            self._answer(self.query_one(OptionList).highlighted)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._answer(event.option_index)


class Confirm(Dialog[bool]):
    """A question about something that is hard to take back. States the count; above twenty it must be typed.

    `details` are lines of data (recipients, the first tickets); `action` is the word of the deed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,Y", "yes", N_("Yes"), show=False, id="confirm.yes"),
        Binding("n,N", "back", N_("No"), show=False, id="confirm.no"),
    ]
    # However long the details are, the answer has its line.
    DEFAULT_CSS = """
    Confirm .dialog-text { max-height: 55vh; }
    """

    def __init__(self, question: str, *, action: str, count: int = 1, details: Sequence[str] = ()) -> None:
        super().__init__(question)
        self._action = action
        self._count = count
        self._details = tuple(details)
        self._typed = count > TYPED_FROM

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            shown = [one_line(detail, 300) for detail in self._details[:10]]
            if len(self._details) > len(shown):
                shown.append(_("... and {count} more").format(count=len(self._details) - len(shown)))
            if shown:
                yield Static(Content("\n".join(shown)), classes="dialog-text")
            if self._typed:
                text = _("This concerns {count}. Type the number to go on.").format(count=self._count)
                yield Static(Content(text), classes="dialog-hint")
                yield SafeInput(max_length=12)
                yield self.problem()
            else:
                no = Option(Content(_("No, go back (n)")), id="no")
                yes = Option(Content(_("Yes: {action} (y)").format(action=one_line(self._action, 100))), id="yes")
                yield SafeOptions(no, yes, compact=True, markup=False)

    def on_mount(self) -> None:
        self.query_one(SafeInput if self._typed else OptionList).focus()

    def action_back(self) -> None:
        self.dismiss(False)

    def action_yes(self) -> None:
        if not self._typed:
            self.dismiss(True)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id == "yes")

    @on(SafeInput.Submitted)
    def _submitted(self, event: SafeInput.Submitted) -> None:
        event.stop()
        if fold(event.value).replace(",", "").strip() == str(self._count):
            self.dismiss(True)
        else:
            self.show_problem(_("That is not {count}; nothing was done.").format(count=self._count))


class Ask(Dialog[str | None]):
    """Ask for one text. `check` returns what is wrong with it, or None; `lines` gives a field of many lines."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,f2", "send", N_("Done"), id="ask.send")]

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        hint: str = "",
        lines: bool = False,
        required: bool = True,
        check: Callable[[str], str | None] | None = None,
    ) -> None:
        super().__init__(title)
        self._value = value
        self._hint = hint
        self._lines = lines
        self._required = required
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield SafeTextArea(self._value) if self._lines else SafeInput(self._value)
            yield self.problem()
            keys = _("ctrl+s or F2 is done, Esc goes back") if self._lines else _("Enter is done, Esc goes back")
            yield Static(Content(f"{safe_text(self._hint)}\n{keys}" if self._hint else keys), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one(SafeTextArea if self._lines else SafeInput).focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        field = self.query(SafeInput)
        if field:
            field.first().cursor_position = len(field.first().value)

    @on(SafeInput.Submitted)
    def _submitted(self, event: SafeInput.Submitted) -> None:
        event.stop()
        self.action_send()

    def action_send(self) -> None:
        text = self.query_one(SafeTextArea).text if self._lines else self.query_one(SafeInput).value
        text = text.strip()
        wrong = _("This is needed.") if self._required and not text else self._check(text) if self._check else None
        if wrong:
            self.show_problem(wrong)
        else:
            self.dismiss(text)
