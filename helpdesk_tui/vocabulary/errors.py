"""Everything that can go wrong for a user, as types. The CLI maps them to exit codes, screens to toasts.

A message is a catalogue text with `{name}` fields and the values that fill it; `str(error)` is the
translated, inert line. Say what, where, and what to do next.
"""

from dataclasses import dataclass
from typing import ClassVar

from helpdesk_tui.vocabulary.i18n import N_, _


def _shown(value: object) -> str:
    from helpdesk_tui.vocabulary.text import one_line

    return one_line(str(value), 200)


@dataclass(frozen=True, slots=True)
class Labels:
    """Codes with their catalogue labels as one parameter of an error: translated only when the error is shown."""

    pairs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ", ".join(f"{_(label)} ({code})" for code, label in self.pairs)

    @property
    def english(self) -> str:
        """The untranslated list, for machine output."""
        return ", ".join(f"{label} ({code})" for code, label in self.pairs)


class DeskError(Exception):
    """Base of all expected failures."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "failed"

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self._fill(_(self.message))

    @property
    def english(self) -> str:
        """The untranslated line, for machine output."""
        return self._fill(self.message)

    def _fill(self, template: str) -> str:
        # Labels and errors inside follow the sentence: an untranslated one has them untranslated.
        english = template == self.message
        return template.format_map(
            {
                key: _shown(value.english if english and isinstance(value, Labels | DeskError) else value)
                for key, value in self.params.items()
            }
        )


class Machine(str):
    """A failure's English line, as machines get it; `told` says it in the reader's language."""

    __slots__ = ("error",)
    error: DeskError

    @classmethod
    def of(cls, error: DeskError) -> "Machine":
        """The line of an error."""
        line = cls(error.english)
        line.error = error
        return line


def told(reason: str) -> str:
    """A reason of a result for people: translated where it still knows how, else as it is."""
    return str(reason.error) if isinstance(reason, Machine) else reason


class Usage(DeskError):
    """The call itself is wrong (arguments, an unanswerable question)."""

    exit_code = 2
    code = "usage"


class NotFound(DeskError):
    """No such ticket, person, view … (also where one may not know that it exists)."""

    exit_code = 3
    code = "not_found"


class NotPermitted(DeskError):
    """The actor's roles do not allow this."""

    exit_code = 4
    code = "not_permitted"


class Conflict(DeskError):
    """Somebody changed the thing meanwhile, or its state does not allow the move."""

    exit_code = 5
    code = "conflict"


class Invalid(DeskError):
    """A value is refused; `field` and the reason are in the message."""

    exit_code = 6
    code = "invalid"


class Busy(DeskError):
    """Another program holds the desk for longer than one should wait."""

    code = "busy"


class StoreFault(DeskError):
    """The file cannot be used: full, damaged, read-only, of a newer program."""

    code = "store"


def ticket_not_found(number: object) -> NotFound:
    """The one way to say that a ticket does not exist."""
    return NotFound(N_("there is no ticket {number}; `helpdesk ticket list` shows what there is"), number=number)
