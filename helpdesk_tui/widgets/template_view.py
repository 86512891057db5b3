"""A template before it is inserted: the text as it will be, with a line for each field that has no value yet."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.fields import SafeInput
from helpdesk_tui.widgets.inert import plain
from helpdesk_tui.widgets.pickers import Dialog

ASKED: Final = 6
"""Fields without a value that are asked for; more stay visible in the text."""


class TemplateView(Dialog[str | None]):
    """Answers the text to insert, or None. `fill` gives the text and the names left, for values by field name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "send", N_("Insert"), id="template.send"),
        Binding("enter", "send", show=False),
    ]
    DEFAULT_CSS = """
    TemplateView > Vertical { width: 84; max-height: 100%; }
    TemplateView VerticalScroll { height: auto; max-height: 50vh; background: $background; }
    TemplateView VerticalScroll > Static { height: auto; }
    TemplateView Horizontal { height: 1; }
    TemplateView .template-field { width: 26; color: $text-muted; }
    """

    def __init__(
        self,
        title: str,
        missing: Sequence[str],
        fill: Callable[[Mapping[str, str]], tuple[str, Sequence[str]]],
    ) -> None:
        super().__init__(title)
        self._missing = tuple(missing[:ASKED])
        self._fill = fill

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            with VerticalScroll(can_focus=not self._missing):
                yield Static(Content(""), id="template-text")
            for number, name in enumerate(self._missing):
                with Horizontal():
                    yield Static(Content(one_line(name, 25)), classes="template-field")
                    yield SafeInput(id=f"template-{number}", max_length=500)
            yield Static(
                Content(_("Enter on the last line, ctrl+s or F2 inserts; Esc goes back")), classes="dialog-hint"
            )

    def on_mount(self) -> None:
        self._show()
        (self.query_one("#template-0") if self._missing else self.query_one(VerticalScroll)).focus()

    @property
    def text(self) -> str:
        """The text as it would be inserted now."""
        typed = {
            name: self.query_one(f"#template-{n}", SafeInput).value.strip() for n, name in enumerate(self._missing)
        }
        return self._fill(typed)[0]

    def _show(self) -> None:
        self.query_one("#template-text", Static).update(plain(self.text))

    @on(SafeInput.Changed)
    def _typed(self, event: SafeInput.Changed) -> None:
        event.stop()
        self._show()

    @on(SafeInput.Submitted)
    def _next(self, event: SafeInput.Submitted) -> None:
        event.stop()
        if event.input.id == f"template-{len(self._missing) - 1}":
            self.action_send()
        else:
            self.focus_next()

    def action_send(self) -> None:
        self.dismiss(self.text)
