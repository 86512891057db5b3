"""`helpdesk`: reads the language and the settings, then runs one command and turns how it ended into an exit code."""

import gc
import io
import os
import shlex
import sys
from typing import Final

from helpdesk_tui.cli import context
from helpdesk_tui.cli.console import can_open, open_console
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import language_from_environment, normalise_language, set_language

COLLECT_AFTER: Final = 50_000
"""Objects made before the interpreter looks for garbage among them."""
_VALUED: Final = {"--db": "database", "--as": "actor", "--lang": "lang", "--config": "config"}
_PLAIN: Final = "--plain"


def early(argv: list[str]) -> dict[str, str]:
    """The global options of a command line, read before anything is translated; stops at the command."""
    typed: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _VALUED:
            given = value if equals else next(words, None)
            if given is not None:
                typed[_VALUED[name]] = given
        elif name == _PLAIN:
            typed["plain"] = "on"
        elif not word.startswith("-"):
            break
    return typed


def bare(argv: list[str]) -> bool:
    """Whether a command line names no command and nothing but settings, so that the console is wanted."""
    words = iter(argv)
    for word in words:
        if word == _PLAIN:
            continue
        name, equals, _value = word.partition("=")
        if name not in _VALUED or (not equals and next(words, "-").startswith("-")):
            return False
    return "_HELPDESK_COMPLETE" not in os.environ


def _completed() -> list[str]:
    """The words of the line that a shell wants completed (without the program's name); none otherwise."""
    if "_HELPDESK_COMPLETE" not in os.environ:
        return []
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    try:
        return shlex.split(line)[1:]
    except ValueError:  # a quote that is still open
        return line.split()[1:]


def run(argv: list[str]) -> int:
    """Run one command line (without the program's name); the exit code. Prints on standard output and error."""
    settings = context.Context(typed=early(_completed() or argv))
    context.use(settings)
    set_language(normalise_language(settings.typed.get("lang")) or language_from_environment())
    _streams()
    try:
        _speak(settings, argv)
        if bare(argv) and can_open():
            return open_console(None)
        # The command tree and its library load only where there is a command.
        from helpdesk_tui.cli.root import root

        ended = root().main(args=argv, prog_name="helpdesk", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException as error:
        from helpdesk_tui.cli import errors

        code = errors.exit_code(error)
        try:
            sys.stdout.flush()
        except OSError:
            errors.hush()
        return code
    return ended if isinstance(ended, int) else 0


def _speak(settings: context.Context, argv: list[str]) -> None:
    """Switch to the language of the settings. Help, and what mends the settings, work with broken ones too."""
    try:
        set_language(settings.language())
    except Usage:
        if not {"--help", "-h", "--version", "config"} & set(argv):
            raise


def _streams() -> None:
    """Programs read UTF-8 from us whatever the locale; a terminal that cannot show a letter gets its escape.

    A standard stream that was closed reads and writes nothing. Its number is taken too, so that no file of ours gets
    it and is written to as if it were the terminal.
    """
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        while os.open(os.devnull, os.O_RDWR) < 3:
            pass
        sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def main() -> None:
    """The entry point of `helpdesk`."""
    # Starting makes many objects and no garbage: looking for cycles at every 700 of them takes a tenth of the time.
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])
    sys.exit(run(sys.argv[1:]))
