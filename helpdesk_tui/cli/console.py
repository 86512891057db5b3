"""The way from the command line to the console."""

import sys

from helpdesk_tui.cli import context


def has_terminal() -> bool:
    """Whether there is a terminal to draw on and to type at."""
    return sys.stdin.isatty() and sys.stdout.isatty()


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
    from helpdesk_tui.app import run as run_console

    return run_console(path, settings.actor, settings.language(), ticket, loaded)
