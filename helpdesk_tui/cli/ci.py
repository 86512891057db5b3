"""`helpdesk ci`: configuration items, how they hang together, and what a failure reaches."""

import json
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_entity, print_rows
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _

app = noun(N_("Configuration items and how they hang together."))
_KEYS = ("id", "name", "class", "status", "service", "owner", "attributes", "version")
_TABLE = (
    Column("name", N_("Name"), flexible=True),
    Column("class", N_("Class")),
    Column("status", N_("Status")),
    Column("service", N_("Service")),
    Column("owner", N_("Owner")),
    Column("attributes", N_("Attributes"), flexible=True),
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=N_("The item's name."))]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help=N_("The item it hangs on."))]
RelationOption = Annotated[
    str,
    typer.Option(
        "--type",
        help=N_("depends_on, runs_on, uses, part_of or connected_to."),
        autocompletion=choices.among(["depends_on", "runs_on", "uses", "part_of", "connected_to"]),
    ),
]


@command(
    app, "list", N_("List configuration items."), "helpdesk ci list --service email", "helpdesk ci list pay- -o json"
)
def list_(
    text: Annotated[str, typer.Argument(metavar="TEXT", help=N_("Part of a name or class."))] = "",
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help=N_("Only those of this service."))
    ] = None,
    limit: shared.LimitOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.cis.list(text, service=service, limit=limit)
        print_rows(found, _TABLE, output=output, columns=columns, keys=_KEYS, empty=_("no items"))


@command(
    app,
    "show",
    N_("Show an item with its relations, what a failure reaches, and its tickets."),
    "helpdesk ci show pay-api-01",
    "helpdesk ci show pay-api-01 --depth 5 -o json",
)
def show(
    name: NameArgument,
    depth: Annotated[int, typer.Option("--depth", min=0, help=N_("How many steps a failure is followed."))] = 3,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.cis.show(name, depth), output=output, columns=columns)


@command(
    app,
    "add",
    N_("Add a configuration item."),
    "helpdesk ci add pay-api-03 --class server --service payments",
    "helpdesk ci add nb-4711 --class laptop --owner ana.ribeiro --set serial=X1 -o json",
)
def add(
    name: NameArgument,
    class_: Annotated[str, typer.Option("--class", metavar="CLASS", help=N_("What it is."))] = "other",
    status: Annotated[
        str, typer.Option("--status", metavar="STATUS", help=N_("Where it stands in its life."))
    ] = "in_use",
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help=N_("The service it carries."))
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="PERSON", help=N_("Whose it is."))] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=N_("An attribute; may be repeated."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    attributes: dict[str, Any] = dict(shared.fields(set_))
    with context.current().desk() as desk:
        made = desk.cis.add(
            name, ci_class=class_, status=status, service=service, owner=owner, attributes=attributes or None
        )
        print_entity(made, output=output)


@command(
    app,
    "edit",
    N_("Change an item's name, class, status, service, owner or attributes (a JSON object)."),
    "helpdesk ci edit pay-api-02 --set status=retired",
    """helpdesk ci edit git-01 --set 'attributes={"rack": "hh-01"}' -o json""",
)
def edit(
    name: NameArgument,
    set_: shared.SetOption = None,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    values = shared.fields(set_)
    if "attributes" in values:
        try:
            json.loads(values["attributes"])
        except (ValueError, RecursionError) as error:
            raise Usage(N_("attributes is no JSON: {error}"), error=error) from error
    with context.current().desk() as desk:
        print_entity(desk.cis.edit(name, values, version=version), output=output)


@command(
    app,
    "relate",
    N_("Say how an item hangs on another."),
    "helpdesk ci relate pay-api-02 pay-db-02 --type depends_on",
    "helpdesk ci relate git-01 vmh-hh-01 --type runs_on -o json",
)
def relate(
    name: NameArgument,
    other: OtherArgument,
    type_: RelationOption = "depends_on",
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.cis.relate(name, type_, other), output=output)


@command(
    app,
    "unrelate",
    N_("Take a relation away."),
    "helpdesk ci unrelate pay-api-02 pay-db-01 --type depends_on",
    "helpdesk ci unrelate pay-api-01 pay-db-01 --type depends_on -o json",
)
def unrelate(
    name: NameArgument,
    other: OtherArgument,
    type_: RelationOption = "depends_on",
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.cis.unrelate(name, type_, other), output=output)
