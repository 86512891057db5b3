"""Choose several of a list and their order: what is chosen stands first, in the order in which it will be shown."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.fields import SafeOptions
from helpdesk_tui.widgets.keys import with_full_width
from helpdesk_tui.widgets.pickers import Choice, Dialog


class ChooseSome(Dialog[tuple[str, ...] | None]):
    """Answers the chosen values in their order; an empty answer means: as it comes. Esc changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(with_full_width("space"), "in_or_out", N_("In or out"), show=False, id="some.toggle"),
        Binding("j,down", "walk(1)", N_("Down"), show=False, id="some.down"),
        Binding("k,up", "walk(-1)", N_("Up"), show=False, id="some.up"),
        Binding("J,shift+down", "shift(1)", N_("Move down"), show=False, id="some.later"),
        Binding("K,shift+up", "shift(-1)", N_("Move up"), show=False, id="some.sooner"),
        Binding("r", "reset", N_("As it comes"), show=False, id="some.reset"),
        Binding("enter", "accept", N_("Accept"), show=False, id="some.accept"),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], chosen: Sequence[str]) -> None:
        super().__init__(title)
        known = {choice.value: choice for choice in choices}
        first = [known[value] for value in dict.fromkeys(chosen) if value in known]
        self._items = [*first, *(choice for choice in choices if choice not in first)]
        self._in = {choice.value for choice in first}

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield SafeOptions(compact=True, markup=False)
            hint = _("space in or out, K J move up and down, r as it comes, Enter accepts, Esc goes back")
            yield Static(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        self._draw(0)
        self.query_one(OptionList).focus()

    def _draw(self, at: int) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(choice)) for choice in self._items])
        options.highlighted = max(0, min(at, len(self._items) - 1))

    def _line(self, choice: Choice) -> Content:
        mark = "[x]" if choice.value in self._in else "[ ]"
        return Content(f"{mark} {one_line(choice.label, 60)}")

    @property
    def _at(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    def action_walk(self, by: int) -> None:
        self.query_one(OptionList).highlighted = max(0, min(self._at + by, len(self._items) - 1))

    def action_in_or_out(self) -> None:
        if self._items[self._at].disabled:
            return
        self._in ^= {self._items[self._at].value}
        self._draw(self._at)

    def action_shift(self, by: int) -> None:
        old, new = self._at, max(0, min(self._at + by, len(self._items) - 1))
        self._items.insert(new, self._items.pop(old))
        self._draw(new)

    def action_reset(self) -> None:
        self.dismiss(())

    def action_accept(self) -> None:
        self.dismiss(tuple(choice.value for choice in self._items if choice.value in self._in))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_accept()
