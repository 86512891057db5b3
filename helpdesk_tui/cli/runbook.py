"""`helpdesk runbook`: checklists that incidents take up."""

from typing import Annotated, Final

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_result, print_rows, write
from helpdesk_tui.cli.plan import DocumentOption, FileArgument, counted, step_lines
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line

app = noun(N_("Runbooks: checklists for services, categories and severities, which incidents take up."))
KEYS: Final = ("code", "name", "services", "categories", "severities", "notes", "version", "count")
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help=N_("The runbook's code."))]
_FITS: Final = ("services", "categories", "severities")


def _all(value: object, row: Row) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) and value else _("all")


_TABLE: Final = (
    Column("code", N_("Code")),
    Column("services", N_("Services"), _all),
    Column("categories", N_("Categories"), _all),
    Column("severities", N_("Severity"), _all),
    Column("count", N_("Steps"), right=True),
    Column("name", N_("Name"), flexible=True),
)


def _print(book: Row, output_: Output) -> None:
    lines = [
        f"{book['code']}  {one_line(book['name'], 200)}",
        "  " + " · ".join((*(_all(book[name], book) for name in _FITS), counted(len(book["steps"])))),
        *(f"  {line}" for line in str(book["notes"]).splitlines()),
        *step_lines(book["steps"]),
    ]
    print_result(book, output=output_, lines=lines)


@command(app, "list", N_("List the runbooks."), "helpdesk runbook list", "helpdesk runbook list -o json")
def list_(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        found = desk.runbooks.list()
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("no runbooks"))


@command(
    app,
    "show",
    N_("One runbook with its steps."),
    "helpdesk runbook show database-failover",
    "helpdesk runbook show database-failover --document > database-failover.toml",
)
def show(code: CodeArgument, document: DocumentOption = False, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        book = desk.runbooks.show(code)
    if document:
        write(book["document"])
    else:
        _print(book, output)


@command(
    app,
    "save",
    N_("Keep a runbook from a file: name, services, categories, severities, and [[steps]]."),
    "helpdesk runbook save database-failover runbook.toml",
    "helpdesk runbook save database-failover - -o json < runbook.toml",
)
def save(
    code: CodeArgument,
    file: FileArgument,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import document

    text = document(file)
    with context.current().desk() as desk:
        _print(desk.runbooks.save(code, text, version=version), output)


@command(
    app,
    "remove",
    N_("Take a runbook away; incidents that go by it keep their steps."),
    "helpdesk runbook remove database-failover",
    "helpdesk runbook remove database-failover -o json",
)
def remove(code: CodeArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        _print(desk.runbooks.remove(code), output)
