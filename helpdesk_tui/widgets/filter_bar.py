"""The filter over a list: typed with completion, shown as removable chips, mistakes marked where they stand."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.filters import FilterProblem, chips, parse_filter, remove_chip
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.alive import alive
from helpdesk_tui.widgets.fields import SafeInput, SafeOptions
from helpdesk_tui.widgets.inert import cells, line, shortened, width_of
from helpdesk_tui.widgets.lines import Piece, ToneWidget, tones

PROMPT: Final = " / "
SHOWN: Final = 8
_LEAST: Final = 8
"""Cells below which the beginning of a chip says nothing."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A proposal: `text` takes the place of the characters `start` to `end` of the filter; `hint` explains it."""

    text: str
    start: int
    end: int
    hint: str = ""


Complete = Callable[[str, int], Awaitable[Sequence[Completion]]]
"""Proposals for a filter text and a cursor position (characters)."""


class _Chips(ToneWidget):
    """The filter in force, one chip per term, with a cross to take it away."""

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("accent", "muted")

    class Removed(Message):
        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__(id="filter-chips")
        self._texts: list[str] = []
        self._spots: list[tuple[int, int]] = []
        self.nothing = _("everything (/ filters)")

    def show(self, text: str) -> None:
        try:
            self._texts = [one_line(chip.text, 60) for chip in chips(parse_filter(text))] if text else []
        except FilterProblem:
            self._texts = [one_line(text, 200)]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        pieces: list[Piece] = []
        self._spots = []
        x = 0
        # A cell stays free before what stands at the right end.
        room = self.size.width - 1
        for index, text in enumerate(self._texts):
            width = width_of(text)
            more = 4 if index < len(self._texts) - 1 else 0
            if x + width + 2 + more > room:
                # No place for it and its cross: what is left of the line says that it goes on.
                left = max(0, room - x)
                begun = shortened(text, left - 1).removesuffix("~") if left >= _LEAST else ""
                pieces.append((f"{begun}~"[:left], "accent"))
                break
            self._spots.append((x + width + 1, x + width + 2))
            pieces += [(text, "accent"), (" x", "muted"), ("   ", "plain")]
            x += width + 5
        if not pieces:
            pieces.append((self.nothing, "muted"))
        return self.strip_of(pieces if y == 0 else (), self.size.width)

    def on_click(self, event: events.Click) -> None:
        for index, (start, end) in enumerate(self._spots):
            if start <= event.x <= end:
                event.stop()
                self.post_message(self.Removed(index))
                return


class FilterBar(Vertical):
    """One line with the filter, or with its input while one types; a second line only for a mistake.

    Enter applies, Tab takes the proposal, Esc closes the proposals, then clears the filter, then leaves.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "proposal(1)", N_("Next proposal"), show=False, id="filter.next"),
        Binding("up", "proposal(-1)", N_("Previous proposal"), show=False, id="filter.previous"),
        Binding("tab", "take", N_("Take the proposal"), show=False, id="filter.take"),
        Binding("escape", "back", N_("One step back"), show=False, id="filter.back"),
    ]
    DEFAULT_CSS = """
    FilterBar { height: auto; width: 1fr; background: $background; }
    FilterBar > #filter-line { height: 1; }
    FilterBar #filter-prompt { width: 3; color: $accent; text-style: bold; }
    FilterBar #filter-chips { width: 1fr; height: 1; }
    FilterBar #filter-input { width: 1fr; display: none; background: $background; }
    FilterBar #filter-info { width: auto; max-width: 50%; color: $text-muted; padding: 0 1; }
    FilterBar > #filter-error { height: auto; max-height: 3; color: $error; display: none; }
    FilterBar > #filter-proposals {
        display: none; overlay: screen; constrain: inside inside; width: 60; max-width: 80%; height: auto;
        max-height: 8; margin-left: 3; border: none; background: $panel;
    }
    FilterBar.-editing #filter-input { display: block; }
    FilterBar.-editing #filter-chips { display: none; }
    """

    class Applied(Message):
        """The list is to show what this valid filter finds (empty: everything)."""

        def __init__(self, filter_bar: "FilterBar", text: str) -> None:
            super().__init__()
            self.filter_bar = filter_bar
            self.text = text

        @property
        def control(self) -> "FilterBar":
            return self.filter_bar

    class Left(Message):
        """The reader is done here: focus belongs to the list again."""

        def __init__(self, filter_bar: "FilterBar") -> None:
            super().__init__()
            self.filter_bar = filter_bar

        @property
        def control(self) -> "FilterBar":
            return self.filter_bar

    def __init__(
        self,
        complete: Complete | None = None,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._complete = complete
        self._applied = ""
        self._proposals: list[Completion] = []
        # What the program put into the input last: that change is not somebody typing.
        self._quiet = ""
        self._error: tuple[str, int | None] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-line"):
            yield Static(Content(PROMPT), id="filter-prompt")
            yield _Chips()
            field = SafeInput(id="filter-input", max_length=4_000, placeholder=_("state:open team:network words"))
            # While it is hidden neither Tab nor the first focus of a screen may find it.
            field.can_focus = False
            yield field
            yield Static(Content(""), id="filter-info")
        yield Static(Content(""), id="filter-error")

    @property
    def text(self) -> str:
        """The filter in force."""
        return self._applied

    @property
    def editing(self) -> bool:
        """Whether the input is open."""
        return self.has_class("-editing")

    @property
    def input(self) -> SafeInput:
        """The input field."""
        return self.query_one("#filter-input", SafeInput)

    @property
    def _list(self) -> OptionList:
        """The proposals, made when some are shown for the first time."""
        found = self.query_one_optional("#filter-proposals", OptionList)
        if found is None:
            found = SafeOptions(id="filter-proposals", compact=True, markup=False)
            found.can_focus = False
            self.mount(found)
        return found

    def set_nothing(self, text: str = "") -> None:
        """What stands there while there is no filter (empty: that it is everything)."""
        chips = self.query_one(_Chips)
        chips.nothing = text or _("everything (/ filters)")
        chips.refresh()

    def set_text(self, text: str) -> None:
        """Show another filter (a chosen view's) without applying it."""
        self._applied = text
        self._set_value(text)
        self.query_one(_Chips).show(text)
        self.clear_error()

    def set_info(self, text: str) -> None:
        """What stands at the right end: `812 tickets, 3 marked`."""
        self.query_one("#filter-info", Static).update(line(text, 80))

    def edit(self) -> None:
        """Open the input with the filter in force and put the cursor behind it, where the next word begins."""
        self.add_class("-editing")
        self._set_value(f"{self._applied} " if self._applied and not self._applied.endswith(" ") else self._applied)
        self.input.can_focus = True
        self.input.focus()

    def show_error(self, message: str, position: int | None = None) -> None:
        """Say what is wrong, with a mark under the character `position`."""
        self._error = (one_line(message, 400), position)
        self._draw_error()
        # The input may just have been opened: only after its layout is known where the character stands.
        self.call_after_refresh(self._draw_error)

    def _draw_error(self) -> None:
        if self._error is None:
            return
        shown, position = self._error
        if position is not None:
            at = width_of(one_line(self.input.value[:position])) - round(self.input.scroll_offset.x)
            at += len(PROMPT)
            room = self.size.width - at - 2
            if at >= 0 and width_of(shown) <= room:
                shown = f"{' ' * at}^ {shown}"
            elif 0 <= at < self.size.width:
                shown = f"{' ' * at}^\n{' ' * len(PROMPT)}{shown}"
        error = self.query_one("#filter-error", Static)
        error.update(Content(shown))
        error.display = True

    def clear_error(self) -> None:
        """Take the message away."""
        self._error = None
        self.query_one("#filter-error", Static).display = False

    def _set_value(self, text: str) -> None:
        # The change that this makes must not ask for proposals.
        self._quiet = one_line(text)
        self.input.value = text
        self.input.cursor_position = len(self.input.value)
        self._close()

    # -- proposals -------------------------------------------------------------------------------------------

    @on(SafeInput.Changed, "#filter-input")
    def _typed(self, event: SafeInput.Changed) -> None:
        event.stop()
        if event.value == self._quiet or event.value != self.input.value:
            # Set by the program, or overtaken by a later change.
            return
        self._quiet = "\0"
        self.clear_error()
        if self._complete is not None and self.editing:
            self.run_worker(self._propose(event.value, self.input.cursor_position), exclusive=True, group="complete")

    async def _propose(self, text: str, position: int) -> None:
        if self._complete is None:
            return
        try:
            found = await self._complete(text, position)
        except DeskError:
            found = ()
        if not alive(self) or text != self.input.value or not self.editing:
            return
        self._close()
        if not found:
            return
        self._proposals = list(found[:SHOWN])
        self._list.clear_options()
        wide = min(30, max(width_of(one_line(proposal.text, 30)) for proposal in self._proposals))
        self._list.add_options(
            [Option(Content(f"{cells(p.text, wide)}  {one_line(p.hint, 60)}".rstrip())) for p in self._proposals]
        )
        self._list.highlighted = None
        self._list.display = True

    @property
    def _open(self) -> bool:
        return bool(self._proposals) and self._list.display

    def _close(self) -> None:
        if self._proposals:
            self._list.display = False
        self._proposals = []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the proposals are the screen's while none are shown."""
        if action in {"proposal", "take"}:
            return self._open
        return True

    def action_proposal(self, by: int) -> None:
        now = self._list.highlighted
        count = len(self._proposals)
        self._list.highlighted = (0 if by > 0 else count - 1) if now is None else (now + by) % count

    def action_take(self) -> None:
        index = self._list.highlighted or 0
        proposal = self._proposals[index]
        value = self.input.value
        new = value[: proposal.start] + proposal.text + value[proposal.end :]
        self._set_value(new)
        self.input.cursor_position = proposal.start + len(proposal.text)
        if self._complete is not None and proposal.text.endswith(":"):
            self.run_worker(
                self._propose(self.input.value, self.input.cursor_position), exclusive=True, group="complete"
            )

    @on(OptionList.OptionSelected, "#filter-proposals")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._list.highlighted = event.option_index
        self.action_take()

    # -- applying --------------------------------------------------------------------------------------------

    @on(SafeInput.Submitted, "#filter-input")
    def _submitted(self, event: SafeInput.Submitted) -> None:
        event.stop()
        if self._open and self._list.highlighted is not None:
            self.action_take()
            return
        self._close()
        if self.apply(event.value.strip()):
            self._leave()

    def apply(self, text: str) -> bool:
        """Apply a filter: True and an `Applied` message, or False and the mistake shown."""
        try:
            parse_filter(text)
        except FilterProblem as problem:
            self.show_error(str(problem), problem.start)
            return False
        self.set_text(text)
        self.post_message(self.Applied(self, text))
        return True

    @on(_Chips.Removed)
    def _removed(self, event: _Chips.Removed) -> None:
        event.stop()
        try:
            self.apply(remove_chip(self._applied, event.index))
        except (FilterProblem, IndexError):
            self.apply("")

    def action_back(self) -> None:
        """Esc, one step at a time."""
        if self._open:
            self._close()
        elif self.input.value.strip() != self._applied.strip():
            # What was typed goes; what the list shows does not.
            self.set_text(self._applied)
        else:
            self._leave()

    def _leave(self) -> None:
        self._hide()
        if self.input.has_focus:
            self.screen.set_focus(None)
        self.post_message(self.Left(self))

    def _hide(self) -> None:
        self.remove_class("-editing")
        self.input.can_focus = False
        self._close()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Focus went elsewhere: the chips say what is in force; what was typed and not applied is dropped."""
        if self.editing:
            self._hide()
            self.set_text(self._applied)

    def on_click(self, event: events.Click) -> None:
        if not self.editing:
            event.stop()
            self.edit()
