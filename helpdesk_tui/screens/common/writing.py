"""Writing replies and notes from a screen with a composer: drafts offered, kept, and forgotten once written."""

import contextlib
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual import on

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.command_copy import Typed
from helpdesk_tui.screens.common.deeds import TicketDeeds
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import Conflict, DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.composer import Composer

TEXT = "text"


class Writing(TicketDeeds):
    """Adds the composer's part: open, keep, write."""

    _writing: tuple[DraftKey, Targets] | None = None

    @property
    def composer(self) -> Composer:
        """The screen's composer."""
        return self.query_one(Composer)

    def recipients(self) -> str:
        """Who would read a public reply, as one line."""
        return ""

    def composing(self) -> None:
        """The composer is open and takes its room: what was said last should stay in view."""

    def after_writing(self) -> None:
        """The composer is closed: focus belongs elsewhere."""

    def do_ticket_reply(self) -> None:
        self._write(CommentKind.REPLY)

    def do_ticket_note(self) -> None:
        self._write(CommentKind.NOTE)

    def _write(self, kind: CommentKind) -> None:
        targets = self.targets()
        if targets is None:
            return
        self.leave_composer()
        key = DraftKey(self.app.me, targets.one or 0, kind.value)
        readers = self.recipients() if targets.one is not None else _("the requester of each ticket")
        self._writing = (key, targets)
        drafts = self.app.drafts

        def opened(kept: dict[str, str]) -> None:
            if self._writing != (key, targets):
                return
            composer = self.composer
            composer.open(kind.value, ref=targets.label, draft=kept.get(TEXT, ""), recipients=readers)
            self.call_after_refresh(self.composing)
            drafts.watch(key, lambda: {TEXT: composer.text} if composer.children else None)
            if kept.get(TEXT):
                self.app.say(_("your draft is back"))

        self.ask(lambda: drafts.load(key), opened, group="draft")

    def leave_composer(self) -> bool:
        """Put the composer away, its text kept; False when it was not open."""
        if self._writing is None:
            return False
        key, _targets = self._writing
        self._writing = None
        self.app.drafts.unwatch(key)
        self.composer.close()
        return True

    @on(Composer.Left)
    def _left(self, message: Composer.Left) -> None:
        message.stop()
        if self.leave_composer() and message.text.strip():
            self.app.say(_("the draft is kept"))
        self.after_writing()

    @on(Composer.Submitted)
    def _submitted(self, message: Composer.Submitted) -> None:
        message.stop()
        if self._writing is None:
            return
        key, targets = self._writing
        text = message.text
        reply = message.kind == CommentKind.REPLY

        def one(desk: Desk, number: int) -> object:
            # A note cannot harm what somebody else wrote meanwhile; a reply should answer what is there now.
            return (
                desk.tickets.reply(number, text, version=targets.version) if reply else desk.tickets.note(number, text)
            )

        def many(desk: Desk, numbers: list[int], dry: bool) -> dict[str, object]:
            verb = desk.bulk.reply if reply else desk.bulk.note
            return verb(text, numbers=numbers, dry_run=dry)

        self.app.drafts.save(key)
        self.change(
            "ticket.reply" if reply else "ticket.note",
            one,
            many,
            targets=targets,
            typed=Typed("reply" if reply else "note", ["-m", text]),
            confirm=reply,
            told=_("{ref}: reply recorded (u takes it back)").format(ref=targets.label)
            if reply
            else _("{ref}: note written (u takes it back)").format(ref=targets.label),
            failed=lambda error: self._not_written(key, targets, error),
            written=lambda: self._written(key),
        )

    def _written(self, key: DraftKey) -> None:
        self.app.drafts.discard(key)
        if self._writing is not None and self._writing[0] == key:
            self._writing = None
            self.composer.clear()
            self.after_writing()

    def _not_written(self, key: DraftKey, targets: Targets, error: DeskError) -> None:
        """The text stays. Where the ticket changed meanwhile, the next attempt is made on what is shown then."""
        number = targets.one
        if self._writing is None or self._writing[0] != key:
            self.refuse(error)
            return
        if not isinstance(error, Conflict) or number is None:
            self.composer.show_problem(str(error))
            return

        def seen(version: int) -> None:
            if self._writing is None or self._writing[0] != key:
                return
            if version == targets.version:
                self.composer.show_problem(str(error))
                return
            self._writing = (key, Targets((number,), targets.kind, version))
            self.composer.show_problem(_("somebody changed the ticket meanwhile; read it above, then send again"))
            self.done()

        self.ask(lambda: int(self.desk.tickets.show(number)["version"]), seen, group="draft")

    @on(Composer.EditorWanted)
    def _editor(self, message: Composer.EditorWanted) -> None:
        message.stop()
        command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        driver = self.app._driver
        if driver is None or not driver.can_suspend:
            self.app.say(_("this terminal cannot open an editor"), bad=True)
            return
        handle, name = tempfile.mkstemp(prefix="helpdesk-", suffix=".txt")
        path = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(message.text)
            with self.app.suspend():
                subprocess.run([*shlex.split(command), name], check=False)
            self.composer.set_text(path.read_text("utf-8", errors="replace").rstrip("\n"))
        except (OSError, ValueError) as error:
            self.app.say(_("the editor {name} did not start: {error}").format(name=command, error=error), bad=True)
        finally:
            with contextlib.suppress(OSError):
                path.unlink()
        self.composer.area.focus()
        self.app.refresh(layout=True)
