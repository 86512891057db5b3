"""What one does with a ticket's checklist and files from its details."""

import mimetypes
from pathlib import Path
from typing import Any, Final

from textual import on

from helpdesk_tui.desk.attachments import MAX_SIZE
from helpdesk_tui.desk.places import home
from helpdesk_tui.screens.common.command_copy import Typed
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.ticket.details import NEW_FILE, NEW_STEP, DetailsPane, size_text
from helpdesk_tui.screens.ticket.field_edits import FieldEdits
from helpdesk_tui.screens.ticket.file_text import READ, FileText, text_of
from helpdesk_tui.vocabulary.errors import DeskError, Invalid
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.pickers import Ask, Confirm
from helpdesk_tui.widgets.subject_view import SubjectView

_COPIES: Final = 1_000


class StepsAndFiles(FieldEdits):
    """Adds checklist and files."""

    _saved_to = ""

    @on(SubjectView.Chosen, "DetailsPane")
    def _detail_chosen(self, message: SubjectView.Chosen) -> None:
        message.stop()
        subject = message.subject
        if not isinstance(subject, tuple):
            return
        kind, key = subject
        if kind == "field":
            self.edit_field(key)
        elif subject == NEW_STEP:
            self.add_step()
        elif kind == "step":
            self.details.action_tick()
        elif subject == NEW_FILE:
            self.attach_file()
        else:
            self.read_file(key)

    # -- checklist -------------------------------------------------------------------------------------------

    def add_step(self) -> None:
        """Type a step at the end of the list."""
        targets = self.targets()
        if targets is not None:
            self.open_line(NEW_STEP, "", DraftKey(self.app.me, targets.numbers[0], "step"))

    def step_typed(self, text: str) -> None:
        if not text.strip():
            self.close_line(written=True)
            return

        def failed(error: DeskError) -> None:
            self.details.refuse(NEW_STEP, str(error))

        def written() -> None:
            # Steps come in lists: the line stays open for the next one, and no key falls between two.
            self.renew_line()

        self.change(
            "ticket.checklist",
            lambda desk, n: desk.tickets.checklist_add(n, [text]),
            typed=Typed("checklist", ["--add", text]),
            told=_("step added (u takes it back)"),
            failed=failed,
            written=written,
        )

    @on(DetailsPane.Ticked)
    def _ticked(self, message: DetailsPane.Ticked) -> None:
        message.stop()
        item, done = message.item, message.done
        self.change(
            "ticket.checklist",
            lambda desk, n: desk.tickets.checklist_tick(n, item, done=done),
            typed=Typed("checklist", ["--tick" if done else "--untick", str(item)]),
            told=_("step done (u takes it back)") if done else _("step open again (u takes it back)"),
        )

    @on(DetailsPane.Removed)
    def _removed(self, message: DetailsPane.Removed) -> None:
        message.stop()
        kind, key = message.subject
        if kind == "step":
            self.change(
                "ticket.checklist",
                lambda desk, n: desk.tickets.checklist_remove(n, key),
                typed=Typed("checklist", ["--remove", str(key)]),
                told=_("step taken off the list (u takes it back)"),
            )
            return
        file = self.details.file(key)
        if file is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.change(
                    "ticket.attach",
                    lambda desk, _n: desk.attachments.remove(key),
                    typed=Typed("attachments", ["--remove", str(key)]),
                    told=_("file taken off (u takes it back)"),
                )

        question = _("Take {name} off the ticket?").format(name=one_line(file["name"], 80))
        self.app.push_screen(Confirm(question, action=_("take off")), answered)

    # -- files -----------------------------------------------------------------------------------------------

    def read_file(self, key: int) -> None:
        """Show the text of a file here; what is no text can be saved."""
        file = self.details.file(key)
        if file is None:
            return
        name = file["name"]

        def got(data: bytes) -> None:
            text = text_of(data)
            if text is None:
                self.app.say(_("{name} is no text; o saves it").format(name=one_line(name, 80)))
            else:
                self.app.push_screen(FileText(f"{name}  {size_text(len(data))}", text, cut=len(data) > READ))

        self.ask(lambda: self.desk.attachments.read(key), got, group="pick")

    @on(DetailsPane.SaveWanted)
    def _save_wanted(self, message: DetailsPane.SaveWanted) -> None:
        message.stop()
        file = self.details.file(message.file)
        targets = self.targets()
        if file is None or targets is None:
            return
        number = targets.numbers[0]

        def saved(path: Path) -> None:
            line = Typed("attachments", ["--get", str(file["id"]), "--out", str(path)])
            self.app.last_command = line.on_one(number)
            self.app.say(_("saved as {path}").format(path=path))

        def answered(folder: str | None) -> None:
            if folder is not None:
                self._saved_to = folder
                self.ask(
                    lambda: save_file(self.desk.attachments.read(file["id"]), _folder(folder), file["save_as"]),
                    saved,
                    group="file",
                    exclusive=False,
                )

        title = _("Save {name} to folder").format(name=one_line(file["name"], 60))
        self.app.push_screen(Ask(title, value=self._saved_to or str(Path.cwd()), check=folder_problem), answered)

    def attach_file(self) -> None:
        """Ask for a file of this machine and put it on the ticket."""
        targets = self.targets()
        if targets is None:
            return

        def answered(text: str | None) -> None:
            if text is None:
                return
            path = _folder(text)
            self.change(
                "ticket.attach",
                lambda desk, n: desk.attachments.add(
                    n, path.name, read_bytes(path), mimetypes.guess_type(path.name)[0]
                ),
                targets=targets,
                typed=Typed("attach", [str(path)]),
                told=_("{name} attached (u takes it back)").format(name=one_line(path.name, 80)),
            )

        title = _("Attach which file to {what}?").format(what=targets.label)
        hint = _("a path on this machine; at most 25 MiB")
        self.app.push_screen(Ask(title, hint=hint, check=file_problem), answered)

    def do_ticket_checklist(self) -> None:
        """Go to the checklist and type a step."""
        self.show_details(NEW_STEP, self.add_step)

    def do_ticket_attach(self) -> None:
        """Attach a file from wherever one is on the ticket."""
        self.attach_file()

    def show_details(self, subject: tuple[str, Any], then: Any) -> None:
        """Show the details with the cursor on a subject, then go on."""


def _folder(text: str) -> Path:
    return home(text.strip())


def folder_problem(text: str) -> str | None:
    """What is wrong with a folder to save into; None where nothing is."""
    try:
        return None if _folder(text).is_dir() else _("there is no such folder")
    except (OSError, ValueError) as error:
        return str(error)


def file_problem(text: str) -> str | None:
    """What is wrong with a file to attach; None where nothing is."""
    try:
        path = _folder(text)
        if not path.is_file():
            return _("there is no such file")
        if path.stat().st_size > MAX_SIZE:
            return _("the file is larger than 25 MiB")
    except (OSError, ValueError) as error:
        return str(error)
    return None


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises Invalid where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(N_("{path} cannot be read: {error}"), path=path, error=error.strerror or error) from error


def save_file(data: bytes, folder: Path, name: str) -> Path:
    """Write a file under its name, or one with a number where that is taken: nothing is overwritten. Raises Invalid."""
    stem, suffix = Path(name).stem, Path(name).suffix
    for count in range(1, _COPIES):
        path = folder / (name if count == 1 else f"{stem} ({count}){suffix}")
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            continue
        except OSError as error:
            raise Invalid(N_("{path} cannot be written: {error}"), path=path, error=error.strerror or error) from error
        return path
    raise Invalid(N_("{path} cannot be written: {error}"), path=folder / name, error=_("the name is taken"))
