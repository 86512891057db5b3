"""`helpdesk oncall`: who is on call."""

import json
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_rows
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line

app = noun(N_("Who is on call: schedules computed from their cases."))


def _names(value: Any, row: Any = None) -> str:
    """Those on call in one line."""
    return ", ".join(value) or _("nobody")


_ANSWERS = (
    Column("id", N_("Case")),
    Column("at", N_("Instant")),
    Column("people", N_("On call"), _names, flexible=True),
)


@command(
    app,
    "simulate",
    N_(
        "Compute the cases of a file (- is standard input): who is on call at each instant; exit code 6 if one is wrong."
    ),
    "helpdesk oncall simulate on-call.json",
    "helpdesk oncall simulate - -o jsonl < on-call.json",
)
def simulate(
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("JSON: a list of cases, or an object with cases."))],
    output: output.OutputOption = Output.JSON,
) -> None:
    from helpdesk_tui.cli.texts import document
    from helpdesk_tui.desk import computing

    text = document(file)
    try:
        cases = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("{path} is no JSON: {error}"), path=file, error=error) from error
    refused: list[Invalid] = []
    answers = computing.simulate_on_call(cases, refused)
    if output is Output.TABLE:
        print_rows(
            ({"id": found["id"], **row} for found in answers for row in found["answers"]), _ANSWERS, output=output
        )
    else:
        print_rows(answers, (), output=output, keys=("id", "answers"))
    for problem in refused:
        context.say(one_line(str(problem)))
    if refused:
        raise typer.Exit(Invalid.exit_code)
