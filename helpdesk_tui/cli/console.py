"""The way from the command line to the console, or to plain mode where that is wanted."""

import sys
from pathlib import Path

from helpdesk_tui.cli import context


def has_terminal() -> bool:
    """Whether there is a terminal to draw on and to type at."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def plain_wanted() -> bool:
    """Whether plain mode is wanted: by `--plain` or the setting, else by a terminal that can do nothing (TERM=dumb)."""
    settings = context.current()
    loaded = settings.loaded()
    if loaded.origins["plain"] != "default":
        return loaded.settings.plain
    return settings.environment.get("TERM") == "dumb" and has_terminal()


def can_open() -> bool:
    """Whether the program can be worked with here: on a terminal, and in plain mode through pipes, too."""
    return has_terminal() or plain_wanted()


def open_console(ticket: int | None) -> int:
    """Open the console on the desk of this run, at a ticket if one is named; its exit code. Raises DeskError."""
    settings = context.current()
    loaded = settings.loaded()
    loaded.require()
    path = settings.desk_path()
    if ticket is not None or not path.exists():
        # A desk that is made now is told of before the screen changes; the line stands there afterwards.
        with settings.desk() as desk:
            if ticket is not None:
                desk.reading.readable(ticket)
    return enter(path, ticket)


def enter(path: Path, ticket: int | None = None) -> int:
    """Open the console or plain mode on a desk's file; its exit code. Raises DeskError."""
    settings = context.current()
    if plain_wanted():
        from helpdesk_tui.cli.plain import run as run_plain

        return run_plain(path, ticket)
    from helpdesk_tui.app import run as run_console

    return run_console(path, settings.actor, settings.language(), ticket, settings.loaded())
