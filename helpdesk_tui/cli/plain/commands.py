"""The program's own command lines inside plain mode: in this process, on this desk, and the deeds that are made of them."""

import contextlib
import re
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC
from typing import Final

from helpdesk_tui.cli import context
from helpdesk_tui.cli.plain.calls import Calls
from helpdesk_tui.cli.plain.talk import Left
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.actions import ActionSpec
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import zone
from helpdesk_tui.vocabulary.kinds import parse_ref

_PLACE: Final = re.compile(r"[A-Z]{3,}|20m")
_ASKED: Final[dict[str, tuple[str, str]]] = {
    "NUMBER": (N_("The other ticket"), N_("its number, for instance 1042")),
    "PERSON": (N_("Person"), N_("a login or an address")),
    "FILE": (N_("File"), N_("where it lies on this machine")),
    "TITLE": (N_("Title"), ""),
    "TEXT": (N_("Text"), ""),
    "CODE": (N_("The view's code"), ""),
    "QUERY": (N_("Filter"), ""),
    "20m": (N_("Time"), N_("for instance: 20m, 1h30m, 0.5h")),
}
"""What the words of a command line ask for where they stand for something."""


class OneDesk(context.Context):
    """The settings of this run, with the desk that is open already."""

    __slots__ = ("_session",)

    def __init__(self, settings: context.Context, desk: Desk) -> None:
        super().__init__(typed=settings.typed, environment=settings.environment, plain=True)
        self._session = desk

    @contextlib.contextmanager
    def desk(self, tz: str | None = None) -> Iterator[Desk]:
        """The session's desk, left open."""
        desk = self._session
        before = desk.tz
        desk.tz = zone(tz) if tz else UTC
        try:
            yield desk
        finally:
            desk.tz = before


class Commands(Calls):
    """Runs command lines."""

    def command_words(self) -> frozenset[str]:
        """The commands of the program."""
        from helpdesk_tui.cli.root import COMMANDS

        return frozenset(COMMANDS)

    def run_line(self, line: str) -> None:
        """Run a command line without `helpdesk`; what goes wrong is said, and nothing ends."""
        try:
            words = shlex.split(line)
        except ValueError:
            raise Left(_("a quote is still open")) from None
        self.run_words(words[1:] if words[:1] == ["helpdesk"] else words)

    def run_words(self, words: list[str]) -> None:
        """Run the words of a command."""
        if not words:
            return
        number = parse_ref(words[0])
        if number is not None and len(words) == 1:
            self.open_ticket(number)
            return
        if words[0].startswith("-") and words[0] not in ("--help", "-h", "--version"):
            raise Left(
                _("options before a command are given at the start: helpdesk --plain {option} ...").format(
                    option=words[0]
                )
            )
        if words[0] == "demo":
            raise Left(_("the demo desk is a desk of its own: leave, and start with helpdesk --plain demo"))
        outer = context.current()
        context.use(OneDesk(outer, self.desk))
        try:
            self._run(words)
        finally:
            context.use(outer)
            sys.stdout.flush()
            sys.stderr.flush()
        if self.current is not None and self.desk.reading.knows(self.current):
            self.version = self._version_now(self.current)

    @staticmethod
    def _run(words: list[str]) -> None:
        from helpdesk_tui.cli import errors
        from helpdesk_tui.cli.root import root

        try:
            root().main(args=words, prog_name="helpdesk", standalone_mode=False)
        except SystemExit:
            pass
        except BrokenPipeError:
            raise
        except BaseException as error:
            errors.exit_code(error)

    # -- deeds that are one command --------------------------------------------------------------------------

    def by_command(self, spec: ActionSpec, rest: str) -> None:
        """Do an action with its command: what stands behind its word first, then a question for each word that is missing."""
        typed: list[str] = [rest] if rest else []
        words: list[str] = []
        for word in spec.cli.split()[1:]:
            if word == "{numbers}":
                words.append(str(self.the_ticket()))
            elif _PLACE.fullmatch(word):
                words.append(self._placed(word, typed))
            elif word.startswith("FIELD"):
                words.append(self._placed("TEXT", typed))
            else:
                words.append(word)
        if spec.id == "ticket.watch" and not rest:
            words += ["--remove"] if self._watching() else []
        self.last_command = shlex.join(["helpdesk", *words])
        self.run_words(words)

    def _watching(self) -> bool:
        person = self.desk.directory.person(self.desk.actor.id)
        mine = self.desk.actor.login or (person.email if person else None) or self.desk.actor.name
        return mine in self.desk.tickets.watchers(self.the_ticket())

    def _placed(self, name: str, typed: list[str]) -> str:
        label, hint = _ASKED.get(name, _ASKED["TEXT"])
        said = typed.pop() if typed else self.ask(_(label), hint=_(hint) if hint else "")
        number = self.row_number(said) if name == "NUMBER" else None
        return said if number is None else str(number)
