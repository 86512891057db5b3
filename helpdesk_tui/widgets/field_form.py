"""A form of labelled fields over a screen: texts, long texts and choices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Static

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.fields import SafeInput, SafeTextArea
from helpdesk_tui.widgets.lines import ALL_TONES, ToneWidget
from helpdesk_tui.widgets.pickers import Choice, Dialog, Pick, Search

LABEL: Final = 16
AROUND: Final = 6
"""Lines of a form that are no fields: the frame, a title of two, what is wrong, the keys."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. With `choices` or `search` it is chosen from a list, with `lines` it is a text of many lines.

    `value` is the stored value; for a searched choice `shown` is its text. `hint` stands under the field.
    """

    name: str
    label: str
    value: str = ""
    choices: Sequence[Choice] = ()
    search: Search | None = None
    shown: str = ""
    required: bool = False
    lines: bool = False
    hint: str = ""

    @property
    def chosen(self) -> bool:
        """Whether the value comes from a list."""
        return bool(self.choices) or self.search is not None


class ChoiceField(ToneWidget, can_focus=True):
    """The value of a choice on one line: left and right change it, Enter opens the list."""

    COMPONENT_CLASSES: ClassVar[set[str]] = ALL_TONES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "pick", N_("Choose"), show=False, id="choice.pick"),
        Binding("right,l", "turn(1)", N_("Next value"), show=False, id="choice.next"),
        Binding("left,h", "turn(-1)", N_("Previous value"), show=False, id="choice.previous"),
        Binding("delete,backspace", "empty", N_("No value"), show=False, id="choice.empty"),
    ]
    DEFAULT_CSS = "ChoiceField { height: 1; width: 1fr; }"

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, field: "ChoiceField") -> None:
            super().__init__()
            self.field = field

    def __init__(self, spec: FormField) -> None:
        super().__init__()
        self.spec = spec
        self._value = spec.value
        self._known = {choice.value: choice.label for choice in spec.choices}
        if spec.value:
            self._known.setdefault(spec.value, spec.shown or spec.value)

    @property
    def value(self) -> str:
        """The chosen value, empty when there is none."""
        return self._value

    def choose(self, value: str, label: str | None = None) -> None:
        """Take this value."""
        if label is not None:
            self._known[value] = label
        if value != self._value:
            self._value = value
            self.post_message(self.Changed(self))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        shown = one_line(self._known.get(self._value, self._value), 200) or "-"
        return self.strip_of(((f"< {shown} >", "plain"),), self.size.width, tone="cursor" if self.has_focus else None)

    def action_turn(self, by: int) -> None:
        values = [choice.value for choice in self.spec.choices if not choice.disabled]
        if values:
            at = values.index(self._value) if self._value in values else (-1 if by > 0 else 0)
            self.choose(values[(at + by) % len(values)])

    def action_empty(self) -> None:
        if not self.spec.required:
            self.choose("")

    def action_pick(self) -> None:
        found: dict[str, str] = {}
        search = self.spec.search

        async def remember(text: str) -> Sequence[Choice]:
            choices = await search(text) if search is not None else ()
            found.update({choice.value: choice.label for choice in choices})
            return choices

        picker = Pick(
            self.spec.label, self.spec.choices, search=remember if search is not None else None, selected=self._value
        )

        def answer(value: str | None) -> None:
            if value is not None:
                self.choose(value, found.get(value))

        self.app.push_screen(picker, answer)

    def on_click(self) -> None:
        self.action_pick()


class Form(Dialog[dict[str, str] | None]):
    """Fields under each other; answers all values by name, or None.

    `check` sees the values and returns what is wrong by field name (the empty name: with the whole).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "send", N_("Save"), id="form.send"),
        Binding("down", "app.focus_next", N_("Next field"), show=False, id="form.next"),
        Binding("up", "app.focus_previous", N_("Previous field"), show=False, id="form.previous"),
    ]
    DEFAULT_CSS = """
    Form > Vertical { width: 84; max-height: 100%; }
    Form VerticalScroll { height: auto; }
    Form Horizontal { height: auto; }
    Form .form-label { width: 17; height: 1; color: $text-muted; }
    Form SafeTextArea { height: 5; }
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        *,
        check: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__(title)
        self._fields = tuple(fields)
        self._check = check
        self._inputs: dict[str, SafeInput | SafeTextArea | ChoiceField] = {}
        self._first: dict[str, tuple[str, str]] = {}

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            with VerticalScroll(can_focus=False):
                for spec in self._fields:
                    with Horizontal():
                        star = "*" if spec.required else ""
                        yield Static(Content(one_line(f"{spec.label}{star}", LABEL)), classes="form-label")
                        yield self._input(spec)
                    if spec.hint:
                        yield Static(Content(f"{' ' * (LABEL + 1)}{one_line(spec.hint, 200)}"), classes="dialog-hint")
            yield self.problem()
            yield Static(Content(_("ctrl+s or F2 saves, Esc goes back, * is needed")), classes="dialog-hint")

    def _input(self, spec: FormField) -> SafeInput | SafeTextArea | ChoiceField:
        made: SafeInput | SafeTextArea | ChoiceField
        if spec.chosen:
            made = ChoiceField(spec)
        elif spec.lines:
            made = SafeTextArea(safe_text(spec.value))
        else:
            made = SafeInput(spec.value)
        self._inputs[spec.name] = made
        self._first[spec.name] = (_text_of(made), spec.value)
        return made

    def on_resize(self, event: events.Resize) -> None:
        """The fields scroll; frame, title, what is wrong and the keys always have their lines."""
        self.query_one(VerticalScroll).styles.max_height = min(30, max(4, event.size.height - AROUND))

    def on_mount(self) -> None:
        if self._fields:
            self._inputs[self._fields[0].name].focus()

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields, by name; a field that shows its first text has the very value it was given.

        (Fields show tabs, line ends and invisible characters made harmless: that alone is no change.)
        """
        found = {}
        for name, field in self._inputs.items():
            text, (shown, given) = _text_of(field), self._first[name]
            found[name] = given if text == shown else text
        return found

    def put(self, name: str, value: str) -> None:
        """Let a field hold this value."""
        field = self._inputs[name]
        if isinstance(field, SafeTextArea):
            field.load_text(value)
        elif isinstance(field, SafeInput):
            field.value = value
        else:
            field.choose(value)
        self._first[name] = (_text_of(field), value)

    @on(SafeInput.Submitted)
    def _next(self, event: SafeInput.Submitted) -> None:
        event.stop()
        last = self._inputs[self._fields[-1].name]
        if event.input is last:
            self.action_send()
        else:
            self.focus_next()

    def action_send(self) -> None:
        values = {name: value.strip() for name, value in self.values.items()}
        for spec in self._fields:
            if spec.required and not values[spec.name]:
                self._refuse(spec.name, _("{field} is needed.").format(field=spec.label))
                return
        wrong = self._check(values) if self._check is not None else {}
        for name, text in wrong.items():
            self._refuse(name, text)
            return
        self.dismiss(values)

    def _refuse(self, name: str, text: str) -> None:
        self.show_problem(text)
        if name in self._inputs:
            self._inputs[name].focus()


def _text_of(field: SafeInput | SafeTextArea | ChoiceField) -> str:
    return field.text if isinstance(field, SafeTextArea) else field.value
