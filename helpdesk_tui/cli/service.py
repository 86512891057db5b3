"""`helpdesk service`: services and how critical they are."""

from typing import Annotated

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_entity, print_rows
from helpdesk_tui.vocabulary.i18n import N_, _

app = noun(N_("Services and how critical they are."))
_KEYS = ("code", "name", "criticality", "team", "state", "version")
_TABLE = (
    Column("code", N_("Code")),
    Column("name", N_("Name"), flexible=True),
    Column("criticality", N_("Criticality")),
    Column("team", N_("Team")),
    Column("state", N_("State")),
)
ServiceArgument = Annotated[str, typer.Argument(metavar="SERVICE", help=N_("The service's code or name."))]


@command(
    app,
    "list",
    N_("List services."),
    "helpdesk service list",
    "helpdesk service list --columns code,criticality -o csv",
)
def list_(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_rows(desk.services.list(), _TABLE, output=output, columns=columns, keys=_KEYS, empty=_("no services"))


@command(
    app,
    "show",
    N_("Show a service with its items and open tickets."),
    "helpdesk service show vpn",
    "helpdesk service show email -o json",
)
def show(
    service: ServiceArgument, columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.services.show(service), output=output, columns=columns)


@command(
    app,
    "add",
    N_("Add a service."),
    "helpdesk service add payroll 'Payroll' --criticality high --team applications",
    "helpdesk service add wiki 'Wiki' -o json",
)
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help=N_("A short code; rules and scripts name it."))],
    name: Annotated[str, typer.Argument(metavar="NAME", help=N_("What people read."))],
    criticality: Annotated[
        str, typer.Option("--criticality", help=N_("critical, high, medium or low."), autocompletion=choices.priorities)
    ] = "medium",
    team: Annotated[str | None, typer.Option("--team", metavar="TEAM", help=N_("Who looks after it."))] = None,
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=N_("Where it stands in its life."))] = "live",
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.services.add(code, name, criticality=criticality, team=team, state=state), output=output)


@command(
    app,
    "edit",
    N_("Change a service's name, criticality, team or state."),
    "helpdesk service edit vpn --set criticality=critical",
    "helpdesk service edit website --set team=workplace --set state=retired -o json",
)
def edit(
    service: ServiceArgument,
    set_: shared.SetOption = None,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.services.edit(service, shared.fields(set_), version=version), output=output)
