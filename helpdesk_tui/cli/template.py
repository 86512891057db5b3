"""`helpdesk template`: texts with `{{name}}` fields."""

from typing import Annotated

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_entity, print_result, print_rows
from helpdesk_tui.cli.shared import DashArgument, MessageOption
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import safe_text

app = noun(N_("Texts with {{fields}} for replies, notes and new tickets."))
_TABLE = (
    Column("code", N_("Code")),
    Column("name", N_("Name"), flexible=True),
    Column("language", N_("Language")),
)
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help=N_("The template's code."))]


@command(app, "list", N_("List templates."), "helpdesk template list", "helpdesk template list --language zh -o json")
def list_(
    language: Annotated[
        str | None, typer.Option("--language", metavar="LANG", help=N_("Only those of this language."))
    ] = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_rows(
            desk.templates.list(language), _TABLE, output=output, columns=columns,
            keys=("code", "name", "language", "version"), empty=_("no templates; `helpdesk template save` makes one"),
        )  # fmt: skip


@command(
    app,
    "show",
    N_("Show a template as it is written."),
    "helpdesk template show received",
    "helpdesk template show received -o json",
)
def show(code: CodeArgument, columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(desk.templates.show(code), output=output, columns=columns)


@command(
    app,
    "save",
    N_("Keep a text under a code: new, or in place of the template of that code."),
    "helpdesk template save welcome -m 'Hello {{requester.name}}, we look into {{ticket.ref}}.'",
    "helpdesk template save closing --name 'At the end' --language en - < closing.txt",
)
def save(
    code: Annotated[str, typer.Argument(metavar="CODE", help=N_("A short code to call it by."))],
    dash: DashArgument = None,
    message: MessageOption = None,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help=N_("What people read."))] = None,
    language: Annotated[str | None, typer.Option("--language", metavar="LANG", help=N_("The text's language."))] = None,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import message as given

    with context.current().desk() as desk:
        body = given(message, dash, hint=" ".join("{{" + field + "}}" for field in desk.templates.fields()))
        saved = desk.templates.save(code, body, name=name, language=language, version=version)
        if saved.get("unknown"):
            context.say(_("unknown fields stay as they are: {fields}").format(fields=output_line(saved["unknown"])))
        print_entity(saved, output=output)


def output_line(names: list[str]) -> str:
    """Names as one inert line."""
    return safe_text(", ".join(names)).replace("\n", " ")


@command(
    app,
    "delete",
    N_("Take a template away."),
    "helpdesk template delete outage",
    "helpdesk template delete outage -o json",
)
def delete(code: CodeArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        result = desk.templates.delete(code)
        shared.print_done(
            result, output, _("the template {code} is gone; `helpdesk undo` brings it back").format(code=code)
        )


@command(
    app,
    "render",
    N_("Print a template filled in for a ticket."),
    "helpdesk template render received --ticket 1042",
    "helpdesk template render received --ticket INC-1042 | helpdesk ticket reply INC-1042 -",
)
def render(
    code: CodeArgument,
    ticket: Annotated[
        int | None,
        typer.Option("--ticket", "-t", metavar="NUMBER", help=N_("The ticket it is for."), parser=shared.number),
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        made = desk.templates.render(code, ticket)
        for told, key in (
            (_("unknown fields stay as they are: {fields}"), "unknown"),
            (_("fields without a value: {fields}"), "empty"),
        ):
            if made[key]:
                context.say(told.format(fields=output_line(made[key])))
        if output is Output.TABLE:
            from helpdesk_tui.cli.output import write

            write(safe_text(made["text"]).rstrip("\n") + "\n")
        else:
            print_result(made, output=output)
