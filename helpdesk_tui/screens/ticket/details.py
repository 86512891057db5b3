"""The details of a ticket: its fields to be edited where they stand, its checklist, its files, its long texts."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from helpdesk_tui.screens.common.editing import label_of, shown_value
from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.fields import SafeInput
from helpdesk_tui.widgets.inert import cells, wrap
from helpdesk_tui.widgets.lines import Line, Piece, text_line
from helpdesk_tui.widgets.sentences import value_text
from helpdesk_tui.widgets.subject_view import SubjectView

LABEL: Final = 18
TEXT: Final = 65_536
LINE: Final = "line"
CHOICE: Final = "choice"
SEARCH: Final = "search"
LONG: Final = "long"
DEED: Final = "deed"
EDITED: Final[dict[str, str]] = {
    "title": LINE, "external_id": LINE, "kind": CHOICE, "state": DEED, "priority": DEED, "impact": CHOICE,
    "urgency": CHOICE, "severity": CHOICE, "moscow": CHOICE, "category": CHOICE, "service": CHOICE, "ci": SEARCH,
    "requester": SEARCH, "affected_users": LINE, "team": CHOICE, "assignee": SEARCH, "parent": LINE, "tags": LINE,
    "channel": CHOICE, "resolution_code": LINE, "watchers": DEED, "time_spent": DEED, "description": LONG, "cause": LONG, "resolution": LONG,
}  # fmt: skip
"""How a field is edited: on its line, from a list, by searching, as a long text, or by a deed of its own."""
FIELDS: Final = (
    "ref", "title", "kind", "state", "priority", "impact", "urgency", "category", "service", "ci", "requester",
    "organisation", "affected_users", "team", "assignee", "tags", "parent", "merged_into", "severity", "moscow",
    "external_id", "channel", "resolution_code", "pending_until", "response_due_at", "resolution_due_at", "created_at",
    "updated_at", "first_response_at", "resolved_at", "closed_at", "watchers", "time_spent", "pinned", "major", "sensitive",
    "reopen_count", "reassignment_count", "language", "version",
)  # fmt: skip
ALWAYS: Final = frozenset({"category", "service", "ci", "requester", "team", "assignee", "tags", "parent"})
"""Fields that stand there also when they are empty, so that they can be filled."""
TEXTS: Final = ("description", "cause", "resolution")
NEW_STEP: Final = ("step", 0)
NEW_FILE: Final = ("file", 0)


@dataclass(slots=True)
class DetailsData:
    """A ticket's fields in their outward form, its files, and what may be done: `edit` fields and steps, `attach`."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    refs: dict[int, str] = field(default_factory=dict)
    edit: bool = False
    attach: bool = False
    tz: str = "UTC"


class FieldEditor(SafeInput):
    """The one line that is being edited, in its place in the pane."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("Back"), show=False, id="field.leave"),
        Binding("ctrl+s,f2", "submit", N_("Save"), show=False, id="field.save"),
        Binding("f8", "anew", N_("Begin anew"), show=False, id="field.anew"),
    ]
    DEFAULT_CSS = "FieldEditor { position: absolute; height: 1; background: $panel; padding: 0; }"

    class Left(Message):
        """The field was left without saving."""

    def __init__(self, subject: Hashable, value: str, given: str, began: str) -> None:
        super().__init__(value)
        self.subject = subject
        self.given = given
        self.began = began
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_anew(self) -> None:
        self.began = self.given
        self.value = one_line(self.given)
        self.cursor_position = len(self.value)


class DetailsPane(SubjectView):
    """Every field with its value, the checklist, the files, the long texts. The screen does what is chosen.

    Subjects are `("field", name)`, `("step", id)`, `("file", id)`; id 0 is the line that adds one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", N_("Tick a step off"), show=False, id="details.tick"),
        Binding("plus,fullwidth_plus_sign", "add_step", N_("Add a step"), show=False, id="details.add_step"),
        Binding("minus,delete", "remove", N_("Take a step or file away"), show=False, id="details.remove"),
        Binding("o", "save_file", N_("Save the file"), show=False, id="details.save_file"),
    ]

    class Ticked(Message):
        """A step is to be ticked off (or not any more)."""

        def __init__(self, item: int, done: bool) -> None:
            super().__init__()
            self.item = item
            self.done = done

    class Removed(Message):
        """A step or a file is to be taken away."""

        def __init__(self, subject: tuple[str, int]) -> None:
            super().__init__()
            self.subject = subject

    class SaveWanted(Message):
        """A file is to be saved."""

        def __init__(self, file: int) -> None:
            super().__init__()
            self.file = file

    class Edited(Message):
        """A line was edited in its place: a field or a new step."""

        def __init__(self, subject: tuple[str, Any], value: str) -> None:
            super().__init__()
            self.subject = subject
            self.value = value

    class EditorLeft(Message):
        """Editing in place ended without saving."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._data = DetailsData()
        self._problem: tuple[Hashable, str] | None = None

    @property
    def data(self) -> DetailsData:
        """What is shown."""
        return self._data

    @property
    def editor(self) -> FieldEditor | None:
        """The line that is being edited."""
        return next(iter(self.query(FieldEditor)), None)

    def show(self, data: DetailsData) -> None:
        """Show these fields; the place and the cursor stay."""
        self._data = data
        self.reflow(keep_top=True)
        self._place_editor()

    # -- layout ----------------------------------------------------------------------------------------------

    def layout_subjects(self, width: int) -> Sequence[Line]:
        data = self._data
        if not data.fields:
            return [text_line(" " + _("Loading..."), "muted")]
        lines: list[Line] = []
        for name in FIELDS:
            lines += self._field(name, width)
        lines += self._steps(width)
        lines += self._files(width)
        for name in TEXTS:
            lines += self._text(name, width)
        return lines

    def _field(self, name: str, width: int) -> list[Line]:
        data = self._data
        value = data.fields.get(name)
        editable = data.edit and name in EDITED
        if value in (None, "", [], False) and not (editable and name in ALWAYS):
            return []
        subject = self.add(("field", name))
        text = data.refs.get(value) if name in ("parent", "merged_into") and isinstance(value, int) else None
        parts = wrap(text or value_text(name, value, data.tz), width - LABEL - 3, 5) or [""]
        label = f" {cells(label_of(name), LABEL)}"
        lines = [Line(((label, "muted"), (parts[0], "plain" if editable or not data.edit else "muted")), subject)]
        lines += [Line(((" " * (LABEL + 1) + part, "plain"),), subject) for part in parts[1:]]
        return lines + self._problem_lines(("field", name), subject, width)

    def _problem_lines(self, key: Hashable, subject: int, width: int) -> list[Line]:
        if self._problem is None or self._problem[0] != key:
            return []
        parts = wrap(one_line(self._problem[1], 400), width - LABEL - 5, 3)
        return [Line(((" " * (LABEL + 1) + ("! " if not i else "  ") + part, "error"),), subject)
                for i, part in enumerate(parts)]  # fmt: skip

    def _steps(self, width: int) -> list[Line]:
        steps = self._data.fields.get("checklist") or ()
        if not steps and not self._data.edit:
            return []
        done = sum(1 for step in steps if step["done_at"])
        head: list[Piece] = [(f" {label_of('checklist')}", "title")]
        if steps:
            head.append((f"  {_progress(done, len(steps))}  ", "plain"))
            head.append((_("{done} of {count} done").format(done=done, count=len(steps)), "muted"))
        lines = [Line(), Line(tuple(head))]
        for step in steps:
            subject = self.add(("step", step["item"]))
            who = ""
            if step["done_at"]:
                who = f"  {one_line(step['done_by'] or '', 40)} {dates.short(_instant(step['done_at']), self._data.tz)}"
            tone = "muted" if step["done_at"] else "plain"
            parts = wrap(one_line(step["text"], 1_000), width - 7, 3) or [""]
            for index, part in enumerate(parts):
                lead = f"  [{'x' if step['done_at'] else ' '}] " if not index else " " * 6
                tail: tuple[Piece, ...] = ((who, "muted"),) if index == len(parts) - 1 else ()
                lines.append(Line(((lead + part, tone), *tail), subject))
            lines += self._problem_lines(("step", step["item"]), subject, width)
        if self._data.edit:
            subject = self.add(NEW_STEP)
            lines.append(Line((("  [+] ", "accent"), (_("add a step"), "muted")), subject))
            lines += self._problem_lines(NEW_STEP, subject, width)
        return lines

    def _files(self, width: int) -> list[Line]:
        files = self._data.files
        if not files and not self._data.attach:
            return []
        lines = [Line(), text_line(f" {label_of('attachments')}", "title")]
        for file in files:
            subject = self.add(("file", file["id"]))
            at = dates.moment(_instant(file["created_at"]), self._data.tz)
            facts = f"{size_text(file['size'])}  {one_line(file['media_type'], 40)}  {one_line(file['author'] or '-', 40)} {at}"
            name = cells(one_line(file["name"], 200), max(12, min(48, width - 30)))
            lines.append(Line(((f"  {name}  ", "strong"), (facts, "muted")), subject))
        if self._data.attach:
            lines.append(Line((("  [+] ", "accent"), (_("attach a file"), "muted")), self.add(NEW_FILE)))
        return lines

    def _text(self, name: str, width: int) -> list[Line]:
        text = self._data.fields.get(name)
        if not text and not (name == "description" and self._data.edit):
            return []
        subject = self.add(("field", name))
        lines = [Line(), Line(((f" {label_of(name)}", "title"),), subject)]
        lines += [text_line(f" {part}") for part in wrap(safe_text(str(text or "-")[:TEXT]), width - 2)]
        if text and len(text) > TEXT:
            lines.append(text_line(" " + _("... cut here; export shows all"), "muted"))
        return lines

    # -- editing in place ------------------------------------------------------------------------------------

    def edit(self, subject: tuple[str, Any], value: str, given: str, began: str) -> None:
        """Open the line of a subject with a value; `given` is what F8 begins anew with.

        `began` is what stood there when the value's writer began: with a draft that came back, as it was then.
        """
        if self.editor is not None:
            return
        self._problem = None
        self.move_to(subject)
        editor = FieldEditor(subject, value, given, began)
        self.mount(editor)
        self._place_editor(editor)
        editor.focus()

    def refuse(self, subject: tuple[str, Any], text: str) -> None:
        """Say at the field what is wrong with what was typed; it stays open."""
        self._problem = (subject, text) if text else None
        self.reflow(keep_top=True)
        self._place_editor()

    def close_editor(self) -> None:
        """Editing ended; the pane has the keys again."""
        editor = self.editor
        self._problem = None
        if editor is not None:
            self.focus()
            editor.remove()
        self.reflow(keep_top=True)

    def _place_editor(self, editor: FieldEditor | None = None) -> None:
        editor = editor or self.editor
        if editor is None:
            return
        spot = self.spot_of(editor.subject)
        if spot is None:
            self.post_message(self.EditorLeft())
            return
        if not self._top <= spot < self._top + max(1, self.size.height):
            super().scroll_top(spot - self.size.height // 3)
        left = LABEL + 1 if editor.subject[0] == "field" else 6  # type: ignore[index]
        editor.styles.offset = (left, spot - self._top)
        editor.styles.width = max(8, self.size.width - left - 1)

    def scroll_top(self, top: int) -> None:
        super().scroll_top(top)
        self._place_editor()

    def on_resize(self, event: Any) -> None:
        super().on_resize(event)
        self._place_editor()

    @on(SafeInput.Submitted)
    def _submitted(self, event: SafeInput.Submitted) -> None:
        event.stop()
        if isinstance(event.input, FieldEditor):
            self.post_message(self.Edited(event.input.subject, event.value))  # type: ignore[arg-type]

    @on(FieldEditor.Left)
    def _left(self, event: FieldEditor.Left) -> None:
        event.stop()
        self.post_message(self.EditorLeft())

    # -- keys ------------------------------------------------------------------------------------------------

    def step(self, item: int) -> dict[str, Any] | None:
        """A step of the checklist by its number."""
        return next((step for step in self._data.fields.get("checklist") or () if step["item"] == item), None)

    def file(self, number: int) -> dict[str, Any] | None:
        """A file by its number."""
        return next((file for file in self._data.files if file["id"] == number), None)

    def action_tick(self) -> None:
        subject = self.subject
        if isinstance(subject, tuple) and subject[0] == "step" and subject != NEW_STEP:
            step = self.step(subject[1])
            if step is not None:
                self.post_message(self.Ticked(step["item"], not step["done_at"]))
        else:
            self.action_choose()

    def action_add_step(self) -> None:
        if self.move_to(NEW_STEP):
            self.action_choose()

    def action_remove(self) -> None:
        subject = self.subject
        if isinstance(subject, tuple) and subject[0] in ("step", "file") and subject[1]:
            self.post_message(self.Removed((subject[0], subject[1])))

    def action_save_file(self) -> None:
        subject = self.subject
        if isinstance(subject, tuple) and subject[0] == "file" and subject[1]:
            self.post_message(self.SaveWanted(subject[1]))


def given_value(fields: dict[str, Any], name: str) -> str:
    """A field as one types it."""
    return shown_value(fields, name)


def size_text(size: int) -> str:
    """Bytes as people say them: `812 B`, `1.4 MB`."""
    if size < 1_000:
        return f"{size} B"
    for unit in ("kB", "MB"):
        size_of = size / (1_000 if unit == "kB" else 1_000_000)
        if size_of < 1_000:
            return f"{size_of:.1f} {unit}"
    return f"{size / 1_000_000_000:.1f} GB"


def _progress(done: int, count: int, width: int = 10) -> str:
    full = done * width // count if count else 0
    return "[" + "#" * full + "." * (width - full) + "]"


def _instant(text: Any) -> Instant:
    return text if isinstance(text, int) else parse_instant(str(text), 0)
