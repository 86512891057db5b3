"""How a run ends: every failure as one inert line on standard error and its exit code."""

import contextlib
import errno
import os
import re
import sys
import time
import traceback
from typing import Any, Final

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError

from helpdesk_tui.cli.commands import PipeClosed
from helpdesk_tui.cli.context import say
from helpdesk_tui.desk.places import state_dir
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line, safe_text

INTERRUPTED = 130
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG, errno.EBADF})


def exit_code(error: BaseException) -> int:
    """Tell the user what went wrong and return the program's exit code."""
    if isinstance(error, DeskError):
        return _desk_error(error)
    if isinstance(error, NoArgsIsHelpError):
        sys.stderr.write(safe_text(error.format_message()) + "\n")
        return 2
    if isinstance(error, UsageError):
        _usage(error)
        return 2
    if isinstance(error, ClickException):
        say(one_line(error.format_message()))
        return int(error.exit_code)
    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        say(_("interrupted"))
        return INTERRUPTED
    if isinstance(error, BrokenPipeError | PipeClosed):
        hush()
        return 0
    if isinstance(error, OSError) and error.filename is not None:
        say(one_line(f"{error.filename}: {error.strerror}"))
        return 1
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        say(_("the output cannot be written: {error}").format(error=error.strerror))
        return 1
    return _fault(error)


def _desk_error(error: DeskError) -> int:
    from helpdesk_tui.vocabulary.filter_problem import FilterProblem

    if isinstance(error, FilterProblem):
        say(str(error))
        sys.stderr.write("".join(f"  {line}\n" for line in error.marked().splitlines()))
    else:
        say(one_line(str(error)))
    return error.exit_code


# What the parser of the command line says, as far as it may be translated: its own words, with what stands in them.
_PARSER: Final = tuple(
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(text))), text)
    for text in (
        N_("Missing command."),
        N_("No such command '{name}'. Did you mean '{near}'?"),
        N_("No such command '{name}'."),
        N_("No such option: {name} Did you mean {near}?"),
        N_("No such option: {name} (Possible options: {near})"),
        N_("No such option: {name}"),
        N_("Missing argument '{name}'."),
        N_("Missing option '{name}'."),
        N_("Got unexpected extra argument(s) ({rest})"),
        N_("Option '{name}' requires an argument."),
        N_("Option '{name}' does not take a value."),
        N_("Invalid value for {name}: {problem}"),
    )
)


def parser_says(text: str) -> str:
    """A message of the command line's parser in the reader's language; one that is not known as it is."""
    for pattern, template in _PARSER:
        found = pattern.fullmatch(text)
        if found is not None:
            return _(template).format(**found.groupdict())
    return text


def _usage(error: UsageError) -> None:
    say(one_line(parser_says(error.format_message())))
    context: Any = error.ctx
    if context is not None:
        sys.stderr.write(_("Try `{command} --help`.").format(command=context.command_path) + "\n")


def _fault(error: BaseException) -> int:
    """An error of ours: the details go to a file, the user gets one line that names it."""
    name = type(error).__name__
    try:
        path = log(error)
    except OSError:
        say(_("something went wrong inside ({name}): {error}").format(name=name, error=one_line(str(error), 200)))
        return 1
    say(_("something went wrong inside ({name}); the details are in {path}").format(name=name, path=path))
    return 1


def log(error: BaseException) -> str:
    """Append the trace of an unexpected error to the log of faults; its path. Raises OSError."""
    folder = state_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "errors.log"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{stamp} {' '.join(sys.argv[1:2])}\n{''.join(traceback.format_exception(error))}\n")
    return str(path)


def hush() -> None:
    """The reader of our output has gone: write the rest nowhere, so that Python says nothing at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
