"""`helpdesk team`: teams, their members and skills."""

from typing import Annotated

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_entity, print_rows
from helpdesk_tui.cli.people import PersonArgument
from helpdesk_tui.vocabulary.i18n import N_, _

app = noun(N_("Teams and their members."))
_KEYS = ("code", "name", "strategy", "active", "members", "open")
_TABLE = (
    Column("code", N_("Code")),
    Column("name", N_("Name"), flexible=True),
    Column("strategy", N_("Strategy")),
    Column("active", N_("Active")),
    Column("members", N_("Members"), right=True),
    Column("open", N_("Open tickets"), right=True),
)
TeamArgument = Annotated[str, typer.Argument(metavar="TEAM", help=N_("The team's code or name."))]
_STRATEGIES = choices.among(["round_robin", "least_loaded", "last_handler", "manual"])


@command(app, "list", N_("List teams with their open tickets."), "helpdesk team list", "helpdesk team list -o json")
def list_(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_rows(desk.teams.list(), _TABLE, output=output, columns=columns, keys=_KEYS, empty=_("no teams"))


@command(
    app, "show", N_("Show a team with its members."), "helpdesk team show network", "helpdesk team show network -o json"
)
def show(team: TeamArgument, columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(desk.teams.show(team), output=output, columns=columns)


@command(
    app,
    "add",
    N_("Add a team."),
    "helpdesk team add storage 'Storage and backup'",
    "helpdesk team add field 'Field service' --strategy least_loaded -o json",
)
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help=N_("A short code; rules and scripts name it."))],
    name: Annotated[str, typer.Argument(metavar="NAME", help=N_("What people read."))],
    strategy: Annotated[
        str,
        typer.Option(
            "--strategy", help=N_("round_robin, least_loaded, last_handler or manual."), autocompletion=_STRATEGIES
        ),
    ] = "manual",
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.teams.add(code, name, strategy), output=output)


@command(
    app,
    "edit",
    N_("Change a team's name, strategy or whether it is active."),
    "helpdesk team edit network --set strategy=round_robin",
    "helpdesk team edit facilities --set strategy=manual -o json",
)
def edit(
    team: TeamArgument,
    set_: shared.SetOption = None,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.teams.edit(team, shared.fields(set_), version=version), output=output)


@command(
    app,
    "member",
    N_("Let agents belong to a team, or take them out."),
    "helpdesk team member network ben.fischer wang.fang",
    "helpdesk team member network shi.lei --lead",
)
def member(
    team: TeamArgument,
    people: Annotated[list[str], typer.Argument(metavar="PERSON...", help=N_("Logins or addresses."))],
    lead: Annotated[bool, typer.Option("--lead", help=N_("As its lead."))] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help=N_("Take them out; the tickets they work on stay theirs."))
    ] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        for person in people:
            if remove:
                desk.teams.remove_member(team, person)
            else:
                desk.teams.add_member(team, person, lead=lead)
        print_entity(desk.teams.show(team), output=output)


@command(
    app,
    "skill",
    N_("Say what an agent can do: 1 knows, 2 practised, 3 expert; 0 takes the skill away."),
    "helpdesk team skill ben.fischer vpn 3",
    "helpdesk team skill ben.fischer vpn 0 -o json",
)
def skill(
    person: PersonArgument,
    name: Annotated[str, typer.Argument(metavar="SKILL", help=N_("The skill."))],
    level: Annotated[int, typer.Argument(metavar="LEVEL", min=0, max=3, help=N_("0 to 3."))] = 2,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.teams.set_skill(person, name, level), output=output)
