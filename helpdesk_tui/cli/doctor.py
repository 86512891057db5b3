"""`helpdesk doctor`: what this machine and this desk need, and what to do about it."""

import os
import shutil
import sys
import time
from pathlib import Path

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.output import Column, Output, print_rows
from helpdesk_tui.desk.places import home
from helpdesk_tui.vocabulary.errors import DeskError, Usage
from helpdesk_tui.vocabulary.i18n import N_

app, _declare = single(
    "doctor",
    N_("Look at program, terminal, disk and desk, and say what to do; exit code 1 if something is wrong."),
    "helpdesk doctor",
    "helpdesk --db /srv/desk/desk.db doctor -o json",
)
_TABLE = (
    Column("check", N_("What")),
    Column("state", N_("State")),
    Column("value", N_("Found"), flexible=True),
    Column("advice", N_("What to do"), flexible=True),
)


@_declare
def doctor(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    from helpdesk_tui.desk import doctor as rounds

    settings = context.current()
    config = settings.config_path()
    window = shutil.get_terminal_size((80, 24))
    found: Path | DeskError
    try:
        found = settings.desk_path()
    except Usage as error:
        found = error
    lines = rounds.examine(
        found,
        now=int(time.time()),
        config_path=home(config.value or ""),
        config_named=config.origin != "default",
        read_config=context.read_config,
        environment=os.environ,
        is_terminal=sys.stdin.isatty() and sys.stdout.isatty(),
        size=(window.columns, window.lines),
        encoding=sys.stdout.encoding,
    )
    shown = [line.shown() if output is Output.TABLE else line.data() for line in lines]
    print_rows(shown, _TABLE, output=output, columns=columns)
    if any(line.state is rounds.State.FAIL for line in lines):
        raise typer.Exit(1)
