"""Questions and answers of plain mode: one line, one of a list, a text of many lines, a yes, a number typed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from helpdesk_tui.cli.confirm import MANY, says_yes
from helpdesk_tui.cli.plain import voice
from helpdesk_tui.cli.plain.reader import Reader
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.drafts import DraftBox, DraftKey, Fields, state_folder
from helpdesk_tui.desk.places import local_zone
from helpdesk_tui.settings.schema import Settings
from helpdesk_tui.vocabulary.errors import DeskError, Invalid
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.text import one_line

TEXT: Final = "text"
"""The field of a draft that the console's composer writes, too."""
_EVERY_LINE: Final = 500
_SELDOM: Final = 50


class Left(Exception):
    """The person left a question; the text says what became of what they had typed."""


class Talk:
    """One person at one desk, and what they are asked."""

    def __init__(self, desk: Desk, settings: Settings, path: Path) -> None:
        self.desk = desk
        self.settings = settings
        self.tz = settings.timezone or local_zone()
        self.drafts = DraftBox(state_folder(), str(path.resolve()), desk.clock)
        self.reader = Reader()
        self.keeping = False
        """Whether something is being written that a draft keeps."""

    @property
    def me(self) -> str:
        """Who is at the desk, as one word."""
        return self.desk.actor.login or self.desk.actor.name

    # -- one line --------------------------------------------------------------------------------------------

    def _answer(self, prompt: str) -> str:
        while True:
            try:
                return self.reader.line(prompt).strip()
            except Invalid as error:
                voice.say(str(error))
            except EOFError:
                if self.reader.terminal:
                    voice.say("")
                raise Left(_("nothing was done")) from None

    def ask(self, label: str, *, hint: str = "", default: str = "", required: bool = True) -> str:
        """One line; an empty one is the default. Raises Left where something is needed and nothing is said."""
        if hint:
            voice.say(hint)
        prompt = _("{label}, Enter for {default}:") if default else _("{label}:")
        told = self._answer(prompt.format(label=label, default=one_line(default, 60))) or default
        if required and not told:
            raise Left(_("nothing was done"))
        return told

    def choose(self, label: str, choices: Sequence[tuple[str, str]], *, default: str = "") -> str:
        """One of `(value, what it is)`, by its number or by itself. Raises Left."""
        for place, (value, told) in enumerate(choices, 1):
            voice.say(
                _("{n}. {value}, {what}").format(n=place, value=value, what=told) if told else f"{place}. {value}"
            )
        while True:
            said = self.ask(label, default=default)
            found = chosen(said, choices)
            if found is not None:
                return found
            voice.say(_("{value} is none of them; type a number from 1 to {n}").format(value=said, n=len(choices)))

    def confirm(self, question: str, details: Sequence[str] = (), count: int = 1) -> None:
        """A yes, and for many tickets their number typed. Raises Left for anything else."""
        for each in details:
            voice.say(each)
        if count > MANY:
            said = self._answer(_("{question} Type {count} to go on:").format(question=question, count=count))
            agreed = said.replace(",", "") == str(count)
        else:
            agreed = says_yes(self._answer(_("{question} yes or no:").format(question=question)))
        if not agreed:
            raise Left(_("nothing was changed"))

    # -- many lines ------------------------------------------------------------------------------------------

    def keep(self, key: DraftKey, fields: Fields) -> None:
        """Write what was typed so far to its draft."""
        self.keeping = True
        self.drafts.write([(key, fields)])

    def kept(self, key: DraftKey) -> None:
        """What was typed is written to the desk."""
        self.drafts.discard(key)
        self.keeping = False

    def write(self, label: str, key: DraftKey, name: str = TEXT, fields: Fields | None = None) -> str:
        """A text, line after line, kept as a draft with the other `fields` of it. Raises Left."""
        others = dict(self.drafts.load(key) if fields is None else fields)
        lines = others.get(name, "").splitlines()
        self.keeping = True
        if lines:
            voice.say(_("your draft is back"))
            voice.block("\n".join(lines))
        voice.say(
            _(
                "{label}, line after line; a full stop alone ends it. .e editor, .d begin anew, .q keep for later"
            ).format(label=label)
        )
        while True:
            try:
                line = self.reader.line("")
            except Invalid as error:
                voice.say(str(error))
                continue
            except EOFError:
                line = ".q"
            match line.strip():
                case "." | "。":
                    text = "\n".join(lines).strip("\n")
                    if not text.strip():
                        raise Left(_("the text is empty; nothing was changed"))
                    self.keep(key, {**others, name: text})
                    return text
                case ".q":
                    self.keep(key, {**others, name: "\n".join(lines)})
                    self.keeping = False
                    raise Left(_("the draft is kept") if lines else _("nothing was done"))
                case ".d":
                    lines = []
                    voice.say(_("begun anew"))
                case ".e":
                    lines = self._edited(lines)
                case other:
                    lines.append("." if other == ".." else line)
            if len(lines) < _EVERY_LINE or not len(lines) % _SELDOM:
                self.keep(key, {**others, name: "\n".join(lines)})

    def _edited(self, lines: list[str]) -> list[str]:
        from helpdesk_tui.cli.texts import edited

        if not self.reader.terminal:
            voice.say(_("this terminal cannot open an editor"))
            return lines
        try:
            lines = edited("\n".join(lines), editor=self.settings.editor).splitlines()
        except DeskError as error:
            voice.say(str(error))
            return lines
        n = len(lines)
        voice.say(
            ngettext("{n} line; a full stop alone ends it", "{n} lines; a full stop alone ends it", n).format(n=n)
        )
        return lines


def chosen(said: str, choices: Sequence[tuple[str, str]]) -> str | None:
    """The choice that somebody means: its number, its value, or the one whose value or name begins so."""
    if said.isdecimal() and 0 < int(said) <= len(choices):
        return choices[int(said) - 1][0]
    asked = said.casefold()
    exact = [value for value, told in choices if asked in (value.casefold(), told.casefold())]
    begun = [
        value for value, told in choices if value.casefold().startswith(asked) or told.casefold().startswith(asked)
    ]
    return exact[0] if exact else begun[0] if len(begun) == 1 else None
