"""Writing replies and notes from a screen with a composer: drafts offered, kept, and forgotten once written."""

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from textual import on

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.places import home
from helpdesk_tui.screens.common.command_copy import Typed
from helpdesk_tui.screens.common.deeds import TicketDeeds
from helpdesk_tui.screens.common.drafts import DraftKey, Fields
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import Conflict, DeskError
from helpdesk_tui.vocabulary.i18n import _, language, ngettext
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.composer import LIMIT, Composer
from helpdesk_tui.widgets.pickers import Choice, Confirm, Pick

TEXT = "text"
FILES = "files"


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
            self._show_files(tuple(path for path in kept.get(FILES, "").split("\n") if path))
            self.call_after_refresh(self.composing)
            drafts.watch(key, lambda: _typed(composer))
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
        self.app.drafts.save(key)
        number = targets.one
        if message.kind != CommentKind.REPLY or number is None:
            # A note stays inside, and many tickets are asked about with a preview of their own.
            self._send(key, targets, message.text)
            return
        composer = self.composer

        def known(found: tuple[str | None, list[str]]) -> None:
            who, followers = found[0] or _("nobody: the ticket has no requester"), found[1]
            details = [_("to: {people}").format(people=one_line(who, 200))]
            if followers:
                n = len(followers)
                text = ngettext("and {count} follower: {people}", "and {count} followers: {people}", n)
                details.append(text.format(count=n, people=one_line(", ".join(followers), 200)))
            if composer.files:
                details.append(self._files_told(composer.files))
            details.append(_("recorded, not sent"))
            question = _("Public reply on {ref}").format(ref=targets.label)
            self.app.push_screen(Confirm(question, action=_("send"), details=details), answered)

        def answered(yes: bool | None) -> None:
            if yes and self._writing is not None and self._writing[0] == key:
                self._send(key, self._writing[1], message.text)
            elif self._writing is not None:
                composer.area.focus()

        tickets = self.desk.tickets
        self.ask(lambda: (tickets.show(number)["requester"], tickets.watchers(number)), known, group="pick")

    def _send(self, key: DraftKey, targets: Targets, text: str) -> None:
        reply, paths = key.kind == CommentKind.REPLY, self.composer.files
        if paths and targets.one is None:
            self.composer.show_problem(_("files go with one ticket at a time; take them away with F4"))
            return

        def one(desk: Desk, number: int) -> object:
            from helpdesk_tui.screens.common import files

            # Before anything is written: what cannot be read stops the whole.
            with_it = files.read(paths)
            # A note cannot harm what somebody else wrote meanwhile; a reply should answer what is there now.
            written = (
                desk.tickets.reply(number, text, version=targets.version) if reply else desk.tickets.note(number, text)
            )
            for file in with_it:
                desk.attachments.add(
                    written["number"], file.name, file.data, file.media_type, comment=written["comment"]
                )
            return written

        def many(desk: Desk, numbers: list[int], dry: bool) -> dict[str, object]:
            verb = desk.bulk.reply if reply else desk.bulk.note
            return verb(text, numbers=numbers, dry_run=dry)

        self.change(
            "ticket.reply" if reply else "ticket.note",
            one,
            many,
            targets=targets,
            typed=Typed("reply" if reply else "note", ["-m", text, *attached(paths)]),
            confirm=reply,
            told=self._written_told(reply, len(paths)).format(ref=targets.label, count=len(paths)),
            failed=lambda error: self._not_written(key, targets, error),
            written=lambda: self._written(key),
        )

    @staticmethod
    def _written_told(reply: bool, files: int) -> str:
        if files:
            # Files are entries of their own, so undo takes them back one by one, the last first.
            text = ngettext("{ref}: written with {count} file", "{ref}: written with {count} files", files)
            return text + " " + _("(u takes back one after the other)")
        return _("{ref}: reply recorded (u takes it back)") if reply else _("{ref}: note written (u takes it back)")

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

    # -- templates, mentions, files, the editor --------------------------------------------------------------

    @on(Composer.TemplateWanted)
    def _template(self, message: Composer.TemplateWanted) -> None:
        message.stop()
        if self._writing is None:
            return
        number, desk = self._writing[1].one, self.desk

        def listed(found: list[dict[str, Any]]) -> None:
            # Those in the reader's own language first, as their names are read.
            found = sorted(found, key=lambda t: t["language"] not in (None, language()[:2]))
            choices = [
                Choice(t["code"], one_line(t["name"], 40), " ".join(filter(None, (t["language"], t["code"]))))
                for t in found
            ]
            empty = _("There is no template yet; `helpdesk template save` keeps one.")
            self.app.push_screen(Pick(_("Insert a template"), choices, empty=empty), picked)

        def picked(code: str | None) -> None:
            if code is not None:
                self.ask(lambda: desk.templates.preview(code, number), shown, group="pick")

        self.ask(desk.templates.list, listed, group="pick")

        def shown(found: dict[str, Any]) -> None:
            from helpdesk_tui.desk.templates import filled
            from helpdesk_tui.widgets.template_view import TemplateView

            _text, missing = filled(found["body"], found["values"])
            view = TemplateView(
                one_line(found["name"], 60), missing, lambda typed: filled(found["body"], {**found["values"], **typed})
            )
            self.app.push_screen(view, lambda text: self.composer.insert(text) if text and self._writing else None)

    @on(Composer.MentionTyped)
    def _mention(self, message: Composer.MentionTyped) -> None:
        message.stop()
        beginning, composer = message.beginning, self.composer

        def found(people: list[dict[str, Any]]) -> None:
            composer.offer([Choice(p["login"], p["name"]) for p in people], beginning)

        if beginning:
            self.ask(lambda: self.desk.people.agents(beginning), found, group="mention", failed=lambda _error: None)

    @staticmethod
    def _files_told(paths: tuple[str, ...]) -> str:
        from helpdesk_tui.screens.common import files

        return files.told(paths) if paths else ""

    def _show_files(self, paths: tuple[str, ...]) -> None:
        self.composer.set_files(paths, self._files_told(paths))

    @on(Composer.AttachWanted)
    def _attach_file(self, message: Composer.AttachWanted) -> None:
        message.stop()
        if self._writing is None:
            return
        from helpdesk_tui.screens.common import files

        have = self.composer.files

        def added(path: str | None) -> None:
            if path is None or self._writing is None:
                return
            try:
                files.checked(path)
            except DeskError as error:
                self.composer.show_problem(str(error))
                return
            self._show_files(tuple(dict.fromkeys((*have, path)))[: files.MOST])

        def chosen(value: str | None) -> None:
            if value == "+":
                self.app.push_screen(files.PathPick(), added)
            elif value is not None and self._writing is not None:
                self._show_files(tuple(path for path in have if path != value))

        if not have:
            chosen("+")
            return
        choices = [Choice("+", _("Add a file"))]
        choices += [Choice(path, _("Take away {name}").format(name=one_line(path, 60))) for path in have]
        self.app.push_screen(Pick(_("Files"), choices), chosen)

    @on(Composer.EditorWanted)
    def _editor(self, message: Composer.EditorWanted) -> None:
        message.stop()
        driver = self.app._driver
        if driver is None or not driver.can_suspend:
            self.app.say(_("this terminal cannot open an editor"), bad=True)
            return
        if self._writing is not None:
            # Whatever becomes of the editor, the text as it is now is kept.
            self.app.drafts.save(self._writing[0])
        text, problem = edited(message.text, self.app.suspend, self.app.settings.editor)
        if problem:
            self.app.say(problem, bad=True)
        if text is not None:
            self.composer.set_text(text)
        self.composer.area.focus()
        self.app.refresh(layout=True)


def attached(paths: Sequence[str]) -> list[str]:
    """The words of a command for files that go with a text."""
    return [word for path in paths for word in ("--attach", str(home(path).absolute()))]


def _typed(composer: Composer) -> Fields | None:
    """What stands in the composer, as a draft."""
    if not composer.children:
        return None
    files = {FILES: "\n".join(composer.files)} if composer.files else {}
    return {TEXT: composer.text, **files}


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """ctrl+c and ctrl+\\ are for the editor while it has the terminal; to us they would be the end."""
    kept: dict[int, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGQUIT):
            # A handler, as what is ignored the editor would ignore as well. Not in the main thread none hears it.
            with contextlib.suppress(ValueError):
                kept[number] = signal.signal(number, lambda *_: None)
        yield
    finally:
        for heard, handler in kept.items():
            signal.signal(heard, handler)


def edited(text: str, suspend: Callable[[], AbstractContextManager[None]], editor: str = "") -> tuple[str | None, str]:
    """A text after the person's editor (`VISUAL`, `EDITOR`, else vi), or None where it stays, and what went wrong.

    The program is suspended meanwhile. An editor that ends with a failure has written nothing that counts.
    """
    command = editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    handle, name = tempfile.mkstemp(prefix="helpdesk-", suffix=".txt")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        with suspend(), _deaf():
            code = subprocess.run([*shlex.split(command), name], check=False).returncode
        if code:
            return None, _("the editor {name} ended with {code}; the text is as it was").format(name=command, code=code)
        if path.stat().st_size > LIMIT * 4:
            return None, _("The text is too long; attach it as a file.")
        return path.read_text("utf-8", errors="replace").rstrip("\n"), ""
    except (OSError, ValueError) as error:
        return None, _("the editor {name} did not start: {error}").format(name=command, error=error)
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
