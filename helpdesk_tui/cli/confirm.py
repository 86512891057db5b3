"""Questions before something large or final."""

import sys

from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _

MANY = 20


def confirm(question: str, yes: bool) -> None:
    """Ask a yes-or-no question on the terminal; `yes` answers it. Raises Usage without a terminal, or on a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Usage(N_("{question} There is no terminal to ask on: repeat with --yes"), question=question)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if not says_yes(sys.stdin.readline()):
        raise Usage(N_("nothing was changed"))


def says_yes(answer: str) -> bool:
    """Whether an answer is a yes, in either language."""
    return answer.strip().casefold() in {"y", "yes", _("yes").casefold(), "是", "好"}
