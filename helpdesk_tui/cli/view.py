"""`helpdesk view`: saved filters."""

from typing import Annotated

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_entity, print_rows
from helpdesk_tui.vocabulary.i18n import N_, _

app = noun(N_("Saved filters."))
_KEYS = ("code", "label", "shared", "query", "position", "version")
_TABLE = (
    Column("code", N_("Code")),
    # The default views' names are texts of the catalogue; a name of one's own is shown as it is.
    Column("label", N_("Name"), lambda value, row: _(str(value))),
    Column("shared", N_("Shared")),
    Column("query", N_("Filter"), flexible=True),
)
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help=N_("The view's code."), autocompletion=choices.views)]


@command(app, "list", N_("List shared views and your own."), "helpdesk view list", "helpdesk view list -o json")
def list_(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_rows(desk.views.list(), _TABLE, output=output, columns=columns, keys=_KEYS, empty=_("no views"))


@command(app, "show", N_("Show a view."), "helpdesk view show breached", "helpdesk view show mine -o json")
def show(code: CodeArgument, columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(desk.views.show(code), output=output, columns=columns)


@command(
    app,
    "save",
    N_("Keep a filter under a code: new, or in place of the view of that code."),
    "helpdesk view save vpn 'is:open service:vpn sort:-priority'",
    "helpdesk view save vpn 'is:open service:vpn' --label 'VPN now' --shared",
)
def save(
    code: Annotated[str, typer.Argument(metavar="CODE", help=N_("A short code to call it by."))],
    query: Annotated[str, typer.Argument(metavar="QUERY", help=N_("The filter."), autocompletion=choices.filters)],
    label: Annotated[
        str | None, typer.Option("--label", metavar="TEXT", help=N_("What people read; the code if not given."))
    ] = None,
    shared_: Annotated[bool | None, typer.Option("--shared/--own", help=N_("For everybody, or for yourself."))] = None,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.views.save(code, label or code, query, shared=shared_, version=version), output=output)


@command(app, "delete", N_("Take a view away."), "helpdesk view delete vpn", "helpdesk view delete vpn -o json")
def delete(code: CodeArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        result = desk.views.delete(code)
        shared.print_done(
            result, output, _("the view {code} is gone; `helpdesk undo` brings it back").format(code=result["code"])
        )


@command(
    app,
    "run",
    N_("List the tickets of a view."),
    "helpdesk view run mine",
    "helpdesk view run breached --sort due --limit 20 -o json",
)
def run(
    code: CodeArgument,
    sort: shared.SortOption = None,
    limit: shared.LimitOption = None,
    at: shared.AtOption = None,
    tz: shared.ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with shared.desk_at(at, tz) as desk:
        query = str(desk.views.show(code)["query"])
        rows = desk.reading.stream(query, sort=sort, limit=limit)
        shared.print_tickets(rows, output, columns, empty=_("no ticket meets this filter"))
