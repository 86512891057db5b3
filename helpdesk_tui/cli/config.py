"""`helpdesk config`: your settings and where they come from."""

from pathlib import Path
from typing import Annotated

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, line, print_rows
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_, _

app = noun(N_("Your settings and where they come from."))
_TABLE = (Column("key", N_("Setting")), Column("value", N_("Value"), flexible=True))
_ORIGIN = Column("origin", N_("Comes from"))


@command(
    app,
    "show",
    N_("Show the settings in force."),
    "helpdesk config show --origin",
    "helpdesk --db /srv/desk.db config show --origin -o json",
)
def show(
    origin: Annotated[bool, typer.Option("--origin", help=N_("Say where each comes from."))] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    settings = context.current()
    found = [settings.get(key) for key in context.VARIABLES]
    found.append(settings.config_path())
    rows = [{"key": s.key, "value": s.value, **({"origin": s.origin} if origin else {})} for s in found]
    print_rows(rows, (*_TABLE, _ORIGIN) if origin else _TABLE, output=output)


@command(
    app,
    "validate",
    N_("Check a config file: yours, or the one named; exit code 6 if it is wrong."),
    "helpdesk config validate",
    "helpdesk config validate new-config.toml",
)
def validate(
    file: Annotated[str | None, typer.Argument(metavar="FILE", help=N_("The file; yours if not given."))] = None,
) -> None:
    path = Path(file or context.current().config_path().value or "").expanduser()
    if file is not None and not path.exists():
        raise Usage(N_("{path} does not exist"), path=path)
    try:
        found = context.read_config(path)
        if "database" in found:
            context.database_path(found["database"])
    except Usage as error:
        raise Invalid(error.message, **error.params) from error
    told = _("{path} is in order") if path.exists() else _("{path} does not exist, which counts as empty")
    line(told.format(path=path))


@command(
    app,
    "path",
    N_("Print where the config file is, whether it exists or not."),
    "helpdesk config path",
    '"$EDITOR" "$(helpdesk config path)"',
)
def path() -> None:
    line(context.current().config_path().value or "")
