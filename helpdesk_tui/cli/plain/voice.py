"""What plain mode says: lines, one after the other, that can be read aloud; nothing ever goes back on the screen."""

import shutil
import sys

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.vocabulary.wrapping import wrapped

NARROWEST = 20


def _lines(text: str) -> list[str]:
    """A line in pieces that fit the terminal, broken at blanks; whole where nobody measures."""
    if not sys.stdout.isatty():
        return [text]
    # One column stays free: a full line would make some terminals begin another, empty one.
    width = shutil.get_terminal_size((80, 24)).columns - 1
    return wrapped(text, max(NARROWEST, width)) or [""]


def say(text: str) -> None:
    """One line."""
    sys.stdout.write("\n".join(_lines(one_line(text))) + "\n")


def block(text: str) -> None:
    """A text of several lines."""
    for each in safe_text(text).rstrip().splitlines():
        sys.stdout.write("\n".join(_lines(each)) + "\n")


def fact(label: str, value: str) -> None:
    """`Label: value`; a value of several lines stands below its label."""
    told = safe_text(value).rstrip()
    if "\n" in told:
        say(_("{label}:").format(label=label))
        block(told)
    elif told:
        say(_("{label}: {value}").format(label=label, value=told))
