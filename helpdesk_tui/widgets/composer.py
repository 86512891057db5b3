"""Writing to a ticket. A public reply and an internal note differ in word, colour and border."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.fields import SafeTextArea

LIMIT: Final = 1_048_576
"""Characters of a text that the desk takes."""


class Composer(Vertical):
    """A text area with a headline that says who will read this. `open` it for a reply or a note.

    It keeps the text until `close` or `clear`; leaving never loses it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "submit", N_("Send"), id="composer.submit"),
        Binding("escape", "leave", N_("Back, draft kept"), id="composer.leave"),
        Binding("ctrl+o", "editor", N_("Open the editor"), id="composer.editor"),
    ]
    DEFAULT_CSS = """
    Composer { height: 10; width: 1fr; background: $background; display: none; }
    Composer.-open { display: block; }
    Composer > Static { height: 1; width: 1fr; }
    Composer > #composer-to { color: $text-muted; }
    Composer > #composer-hint { color: $text-muted; }
    Composer > #composer-text { height: 1fr; background: $background; }
    Composer.-reply { border: double $warning; }
    Composer.-reply > #composer-label { color: $warning; text-style: bold reverse; }
    Composer.-note { border: dashed $secondary; }
    Composer.-note > #composer-label { color: $secondary; text-style: bold; }
    """

    class Submitted(Message):
        """The text is to be written. The composer stays as it is until it is cleared (the save may fail)."""

        def __init__(self, composer: "Composer", kind: str, text: str) -> None:
            super().__init__()
            self.composer = composer
            self.kind = kind
            self.text = text

        @property
        def control(self) -> "Composer":
            return self.composer

    class Left(Message):
        """The writer steps back; the text is a draft."""

        def __init__(self, composer: "Composer", kind: str, text: str) -> None:
            super().__init__()
            self.composer = composer
            self.kind = kind
            self.text = text

        @property
        def control(self) -> "Composer":
            return self.composer

    class DraftChanged(Message):
        """The text changed; who keeps drafts reads `composer.text` at its own pace. Bursts coalesce."""

        def __init__(self, composer: "Composer") -> None:
            super().__init__()
            self.composer = composer

        @property
        def control(self) -> "Composer":
            return self.composer

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Composer.DraftChanged) and message.composer is self.composer

    class EditorWanted(Message):
        """The text is to be edited in the person's own editor; answer with `set_text`."""

        def __init__(self, composer: "Composer", text: str) -> None:
            super().__init__()
            self.composer = composer
            self.text = text

        @property
        def control(self) -> "Composer":
            return self.composer

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._kind = CommentKind.NOTE
        self._loaded = ""

    def compose(self) -> ComposeResult:
        yield Static(Content(""), id="composer-label")
        yield Static(Content(""), id="composer-to")
        yield SafeTextArea(id="composer-text")
        yield Static(Content(""), id="composer-hint")

    @property
    def kind(self) -> str:
        """`reply` or `note`."""
        return self._kind.value

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.area.text

    @property
    def is_open(self) -> bool:
        """Whether the composer is shown."""
        return self.has_class("-open")

    @property
    def area(self) -> SafeTextArea:
        """The text field."""
        return self.query_one("#composer-text", SafeTextArea)

    def open(self, kind: str, *, ref: str = "", draft: str = "", recipients: str = "", delivered: bool = False) -> None:
        """Show the field for a `reply` or `note` with a draft, and focus it.

        `recipients` is the line of who will get a reply; while no channel delivers it the hint says so.
        """
        self._kind = CommentKind(kind)
        reply = self._kind is CommentKind.REPLY
        self.set_class(reply, "-reply")
        self.set_class(not reply, "-note")
        self.add_class("-open")
        about = f" {one_line(ref, 30)} " if ref else " "
        label = _("PUBLIC REPLY") if reply else _("INTERNAL NOTE")
        reader = _("the requester reads this") if reply else _("only the desk reads this")
        self.query_one("#composer-label", Static).update(Content(f" {label}{about}- {reader} "))
        to = self.query_one("#composer-to", Static)
        to.update(Content(" " + _("to: {people}").format(people=one_line(recipients or "-", 300))))
        to.display = reply
        keys = _("ctrl+s or F2 sends, Esc keeps the draft, ctrl+o editor")
        recorded = _("recorded, not sent") + " - " if reply and not delivered else ""
        self.query_one("#composer-hint", Static).update(Content(f" {recorded}{keys}"))
        self.set_text(draft)
        self.area.focus()

    def set_text(self, text: str) -> None:
        """Put a text into the field, made inert; the cursor goes to its end."""
        self._loaded = safe_text(text)
        self.area.load_text(text)
        self.area.move_cursor(self.area.document.end)

    def clear(self) -> None:
        """The text is written: forget it and hide the field."""
        self.set_text("")
        self.close()

    def close(self) -> None:
        """Hide the field; its text stays."""
        self.remove_class("-open")

    def show_problem(self, text: str) -> None:
        """Say in the hint line why the text could not be written."""
        self.query_one("#composer-hint", Static).update(Content(f" {one_line(text, 300)}").stylize("$error"))

    @on(TextArea.Changed, "#composer-text")
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.area.text != self._loaded:
            self._loaded = "\0"
            self.post_message(self.DraftChanged(self))

    def action_submit(self) -> None:
        text = self.text.strip()
        if not text:
            self.show_problem(_("There is nothing to send yet."))
        elif len(text) > LIMIT:
            self.show_problem(_("The text is too long; attach it as a file."))
        else:
            self.post_message(self.Submitted(self, self.kind, text))

    def action_leave(self) -> None:
        self.post_message(self.Left(self, self.kind, self.text))

    def action_editor(self) -> None:
        self.post_message(self.EditorWanted(self, self.text))
