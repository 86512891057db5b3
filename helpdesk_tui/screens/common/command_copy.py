"""The command line that does what was just done on a screen, to run as it is copied."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.widgets.pickers import TYPED_FROM

_EXCLUDED = 50
_PROGRAM: Final = re.compile(r"((?:printf '%s\\n' [\d ]+\| )?helpdesk) ")


@dataclass(frozen=True, slots=True)
class Typed:
    """A deed in the words of the commands: `NOUN VERB NUMBER words`, and on many `bulk VERB words`.

    `many` is the verb and words of the bulk command where they differ from those on one ticket.
    """

    verb: str
    words: Sequence[str] = ()
    many: Sequence[str] = field(default_factory=tuple)
    noun: str = "ticket"

    def on_one(self, number: int) -> str:
        """`helpdesk ticket take 1042`."""
        return shlex.join(["helpdesk", self.noun, self.verb, str(number), *self.words])

    def on_many(self, targets: Targets, numbers: Sequence[int]) -> str:
        """The numbers through a pipe, or the filter; `--yes` where the command would ask and nobody could answer."""
        line = ["helpdesk", "bulk", *(self.many or (self.verb, *self.words))]
        yes = ["--yes"] if len(numbers) > TYPED_FROM else []
        if targets.query is not None and len(targets.numbers) <= _EXCLUDED:
            but = f" -number:{','.join(map(str, targets.numbers))}" if targets.numbers else ""
            return shlex.join([*line, "--where", targets.query + but, *yes])
        return f"printf '%s\\n' {' '.join(map(str, numbers))} | {shlex.join([*line, *yes, '-'])}"


def options(given: Mapping[str, str]) -> list[str]:
    """`--name value` for each that has a value."""
    return [word for name, value in given.items() if value for word in (f"--{name}", value)]


def settings(given: Mapping[str, str]) -> list[str]:
    """`--set field=value` for each."""
    return [word for name, value in given.items() for word in ("--set", f"{name}={value}")]


def on_desk(line: str, words: Sequence[str]) -> str:
    """A copied line with global options (`--db PATH`) behind the program's name; any other text as it is."""
    begin = _PROGRAM.match(line) if words else None
    return line if begin is None else f"{begin[1]} {shlex.join(words)} {line[begin.end() :]}"
