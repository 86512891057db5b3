"""What one writes, judges, merges and takes back in plain mode."""

import shlex
from collections.abc import Callable

from helpdesk_tui.cli.confirm import MANY
from helpdesk_tui.cli.plain import voice
from helpdesk_tui.cli.plain.deeds import Aim, Deeds, options_of
from helpdesk_tui.cli.plain.talk import TEXT, Left
from helpdesk_tui.desk.drafts import DraftKey
from helpdesk_tui.desk.undone import named
from helpdesk_tui.vocabulary.actions import BY_ID
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.levels import LEVEL_LABELS
from helpdesk_tui.vocabulary.text import one_line


class MoreDeeds(Deeds):
    """Writes texts, and everything that is no move from state to state."""

    # -- talking ---------------------------------------------------------------------------------------------

    def do_note(self, rest: str) -> None:
        """An internal note: on the same line, or line after line."""
        aim, text = self.aim(rest, named=False)
        key, desk = DraftKey(self.me, aim.numbers[0] if aim.single else 0, "note"), self.desk
        text, written = self._worded(text, _("Internal note on {ref}").format(ref=aim.label), key)
        self.change(
            "ticket.note",
            aim,
            # A note cannot harm what somebody else wrote meanwhile.
            lambda n, _version: desk.tickets.note(n, text),
            lambda ns, dry: desk.bulk.note(text, numbers=ns, dry_run=dry),
            words=shlex.join(["-m", text]),
            told=_("{ref}: note written (u takes it back)").format(ref=aim.label) if aim.single else "",
            written=written,
        )

    def do_reply(self, rest: str) -> None:
        """A public reply; who reads it is said before it is written."""
        aim, text = self.aim(rest, named=False)
        key, desk = DraftKey(self.me, aim.numbers[0] if aim.single else 0, "reply"), self.desk
        text, written = self._worded(text, _("Public reply on {ref}").format(ref=aim.label), key)
        if aim.single:
            self.confirm(_("Public reply on {ref}").format(ref=aim.label) + ".", self._readers(aim.numbers[0]))
        self.change(
            "ticket.reply",
            aim,
            lambda n, version: desk.tickets.reply(n, text, version=version),
            lambda ns, dry: desk.bulk.reply(text, numbers=ns, dry_run=dry),
            words=shlex.join(["-m", text]),
            told=_("{ref}: reply recorded (u takes it back)").format(ref=aim.label) if aim.single else "",
            written=written,
        )

    def _worded(self, typed: str, label: str, key: DraftKey) -> tuple[str, Callable[[], None] | None]:
        """A text typed on the line or line after line, and what is done once it is written.

        What was typed on the line is kept, too, until it is written, but never in place of another draft.
        """
        if not typed:
            return self.write(label, key), lambda: self.kept(key)
        if self.drafts.load(key):
            return typed, None
        self.keep(key, {TEXT: typed})
        return typed, lambda: self.kept(key)

    def _readers(self, number: int) -> list[str]:
        who = self.desk.tickets.show(number)["requester"] or _("nobody: the ticket has no requester")
        lines = [_("to: {people}").format(people=one_line(who, 200))]
        followers = self.desk.tickets.watchers(number)
        if followers:
            n = len(followers)
            text = ngettext("and {count} follower: {people}", "and {count} followers: {people}", n)
            lines.append(text.format(count=n, people=one_line(", ".join(followers), 200)))
        return [*lines, _("recorded, not sent")]

    # -- judging ---------------------------------------------------------------------------------------------

    def do_edit(self, rest: str) -> None:
        """Change fields: `edit service=vpn`."""
        aim, text = self.aim(rest)
        text = text or self.ask(_("Field and value"), hint=_("for instance: service=vpn, title=..., category=network"))
        name, equals, value = text.replace("＝", "=").partition("=")
        if not equals or not name.strip():
            raise Usage(N_("write field=value; {value} is not of that form"), value=text)
        given, desk = {name.strip(): value.strip()}, self.desk
        self.change(
            "ticket.edit",
            aim,
            lambda n, version: desk.tickets.edit(n, set=given, version=version),
            lambda ns, dry: desk.bulk.edit(numbers=ns, set=given, dry_run=dry),
            words=shlex.join(["--set", f"{name.strip()}={value.strip()}"]),
        )

    def do_priority(self, rest: str) -> None:
        """Impact and urgency: `priority high medium`."""
        aim, text = self.aim(rest)
        given = dict(zip(("impact", "urgency"), text.split(), strict=False))
        if not aim.single:
            raise Left(_("{action} works on one ticket at a time").format(action=_(BY_ID["ticket.priority"].label)))
        now = self.desk.tickets.show(aim.numbers[0])
        levels = [(level.code, _(name)) for level, name in LEVEL_LABELS.items()]
        for name in ("impact", "urgency"):
            if name not in given:
                given[name] = self.choose(self.label(name), levels, default=str(now[name]))
        self.change(
            "ticket.priority",
            aim,
            lambda n, version: self.desk.tickets.prioritise(n, version=version, **given),
            words=shlex.join(options_of(given)),
        )
        self.last_command = self.last_command.replace(" priority ", " prioritise ", 1)

    def do_merge(self, rest: str) -> None:
        """Merge the ticket into another, which is named before it is done."""
        number = self.the_ticket()
        other = self.row_number(rest or self.ask(_("Merge {what} into ticket").format(what=self.ref)))
        if other is None:
            raise Left(_("that is no ticket number"))
        into = self.desk.tickets.show(other)
        told = f"{into['ref']}, {one_line(into['title'], 80)}"
        self.confirm(_("Merge {what} into {other}?").format(what=self.ref, other=told))
        self.change(
            "ticket.merge",
            Aim((number,), self.ref, True),
            lambda n, _version: self.desk.tickets.merge(n, other),
            words=str(other),
        )

    # -- undo ------------------------------------------------------------------------------------------------

    def do_undo(self, _rest: str = "") -> None:
        """Take back one's own last action."""
        what = named(self.desk, self.desk.undoing.describe())
        if what["entries"] > MANY:
            question = _("Undo {deed}: {count} entries?").format(deed=what["deed"], count=what["entries"])
            self.confirm(question, what["on"], what["entries"])
        result = self.desk.undoing.target(what["target"])
        text = _("Undone: {deed} on {subjects} (U does it again)").format(
            deed=what["deed"], subjects=", ".join(what["on"])
        )
        voice.say(text)
        if result["conflicts"]:
            voice.say(_("later edits that were kept: {count}").format(count=len(result["conflicts"])))
        self.last_command = f"helpdesk undo {what['target']}" + (" --yes" if what["entries"] > MANY else "")
        self._reread()

    def do_redo(self, _rest: str = "") -> None:
        """Do again what was taken back last."""
        n = self.desk.undoing.redo()["undone"]
        voice.say(ngettext("Done again: {count} change", "Done again: {count} changes", n).format(count=n))
        self.last_command = "helpdesk redo"
        self._reread()

    def _reread(self) -> None:
        """Our own step back is no news; a ticket whose opening was taken back is gone."""
        if self.current is not None:
            if self.desk.reading.knows(self.current):
                self.version = self._version_now(self.current)
            else:
                voice.say(_("{ref} is gone").format(ref=self.ref))
                self.leave_ticket()
