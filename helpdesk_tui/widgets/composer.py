"""Writing to a ticket. A public reply and an internal note differ in word, colour and border."""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.fields import SafeOptions, SafeTextArea
from helpdesk_tui.widgets.inert import cells
from helpdesk_tui.widgets.pickers import Choice

LIMIT: Final = 1_048_576
"""Characters of a text that the desk takes."""
OFFERED: Final = 4
"""People that are offered at once for a mention."""
_MENTION: Final = re.compile(r"(?:^|[^A-Za-z0-9_.@＠-])[@＠]([\w.-]{1,40})$")


class _Area(SafeTextArea):
    """The text, of which a few keys answer the offered mentions while there are any."""

    async def _on_key(self, event: events.Key) -> None:
        composer = self.parent
        if isinstance(composer, Composer) and composer.answers(event.key):
            event.stop()
            event.prevent_default()


class Composer(Vertical):
    """A text area with a headline that says who will read this. `open` it for a reply or a note.

    It keeps the text until `close` or `clear`; leaving never loses it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "submit", N_("Send"), id="composer.submit"),
        Binding("escape", "leave", N_("Back, draft kept"), id="composer.leave"),
        Binding("ctrl+o", "editor", N_("Open the editor"), id="composer.editor"),
        Binding("f3", "template", N_("Insert a template"), id="composer.template"),
        Binding("f4", "attach", N_("Add a file"), id="composer.attach"),
    ]
    DEFAULT_CSS = """
    Composer { height: 10; width: 1fr; background: $background; display: none; }
    Composer.-open { display: block; }
    Composer > Static { height: 1; width: 1fr; }
    Composer > #composer-to { color: $text-muted; }
    Composer > #composer-hint { color: $text-muted; }
    Composer > #composer-text { height: 1fr; background: $background; }
    Composer > #composer-files { color: $accent; display: none; }
    Composer > #composer-people {
        height: auto; max-height: 4; border: none; padding: 0; background: $panel; display: none;
    }
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

    class TemplateWanted(Message):
        """A template is to be inserted; answer with `insert`."""

    class AttachWanted(Message):
        """A file is to be added or taken away; answer with `set_files`."""

    class MentionTyped(Message):
        """The beginning of a name after an at sign, or nothing any more; answer with `offer`."""

        def __init__(self, beginning: str) -> None:
            super().__init__()
            self.beginning = beginning

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
        self._offered: list[Choice] = []
        self._files: tuple[str, ...] = ()
        self._keys = ""

    def _parts(self) -> Iterator[Widget]:
        """What is in it once it is opened; who only reads does not wait for it."""
        yield Static(Content(""), id="composer-label")
        yield Static(Content(""), id="composer-to")
        yield _Area(id="composer-text")
        people = SafeOptions(id="composer-people", compact=True, markup=False)
        people.can_focus = False
        yield people
        yield Static(Content(""), id="composer-files")
        yield Static(Content(""), id="composer-hint")

    @property
    def kind(self) -> str:
        """`reply` or `note`."""
        return self._kind.value

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.area.text if self.children else ""

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
        if not self.children:
            self.mount(*self._parts())
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
        recorded = " - " + _("recorded, not sent") if reply and not delivered else ""
        to.update(Content(" " + _("to: {people}").format(people=one_line(recipients or "-", 300)) + recorded))
        to.display = reply
        self._keys = _("F2 or ctrl+s sends, Esc keeps, F3 template, F4 file, @ name, ctrl+o editor")
        self.query_one("#composer-hint", Static).update(Content(f" {self._keys}"))
        self.set_files(())
        self.offer((), "")
        self.set_text(draft)
        self.area.focus()

    def set_text(self, text: str) -> None:
        """Put a text into the field, made inert; the cursor goes to its end."""
        self._loaded = safe_text(text)
        self.area.load_text(text)
        self.area.move_cursor(self.area.document.end)

    def insert(self, text: str) -> None:
        """Put a text where the cursor is, whole and made inert."""
        self.area.insert(safe_text(text), maintain_selection_offset=False)
        self.area.focus()

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files that go with the text."""
        return self._files

    def set_files(self, paths: Sequence[str], told: str = "") -> None:
        """These files go with the text; `told` is how they are shown."""
        self._files = tuple(paths)
        shown = self.query_one("#composer-files", Static)
        shown.update(Content(" " + one_line(told, 300)))
        shown.display = bool(paths)

    # -- mentions --------------------------------------------------------------------------------------------

    def offer(self, people: Sequence[Choice], beginning: str) -> None:
        """Offer people (login, name) for the name that is being typed, unless it was typed on meanwhile."""
        self._offered = list(people[:OFFERED]) if beginning and beginning == self._beginning() else []
        shown = self.query_one("#composer-people", OptionList)
        shown.clear_options()
        for choice in self._offered:
            label = cells(one_line("@" + choice.value, 30), 24)
            shown.add_option(Option(Content(f" {label}  {one_line(choice.label, 60)}")))
        shown.display = bool(self._offered)
        if self._offered:
            shown.highlighted = 0

    def _beginning(self) -> str:
        row, column = self.area.cursor_location
        found = _MENTION.search(self.area.document.get_line(row)[:column])
        return found.group(1) if found else ""

    def answers(self, key: str) -> bool:
        """Whether this key chooses among the offered people, which it has then done."""
        if not self._offered or key not in ("up", "down", "tab", "enter", "escape"):
            return False
        shown = self.query_one("#composer-people", OptionList)
        at = shown.highlighted or 0
        if key in ("up", "down"):
            shown.highlighted = (at + (1 if key == "down" else -1)) % len(self._offered)
            return True
        if key != "escape":
            row, column = self.area.cursor_location
            start = column - len(self._beginning())
            self.area.replace(
                f"{self._offered[at].value} ", (row, start), (row, column), maintain_selection_offset=False
            )
        self.offer((), "")
        return True

    def clear(self) -> None:
        """The text is written: forget it and hide the field."""
        if self.children:
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
        beginning = self._beginning()
        if beginning or self._offered:
            self.post_message(self.MentionTyped(beginning))
        if not beginning:
            self.offer((), "")

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

    def action_template(self) -> None:
        self.post_message(self.TemplateWanted())

    def action_attach(self) -> None:
        self.post_message(self.AttachWanted())
