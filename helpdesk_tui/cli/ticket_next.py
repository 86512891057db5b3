"""`helpdesk ticket next`: what to take next, and why."""

from typing import Any

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.output import Column, Output, print_rows
from helpdesk_tui.cli.ticket import app
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.reasons import sentence

_SHOWN = 20
_TABLE = (
    Column("ref", N_("No.")),
    Column("points", N_("Points"), right=True),
    Column("reasons", N_("Why"), lambda value, row: why(value)),
    Column("title", N_("Summary"), flexible=True),
)


def why(reasons: list[dict[str, Any]]) -> str:
    """The reasons of one line in the reader's language."""
    return ", ".join(sentence(reason) for reason in reasons)


@command(
    app,
    "next",
    N_("Rank open work that is yours or nobody's: time to breach, priority, who waits, your skills; with the reasons."),
    "helpdesk ticket next --limit 5",
    "helpdesk ticket next -o json",
)
def next_(
    limit: shared.LimitOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.tickets.next(_SHOWN if limit is None else limit)
        print_rows(found, _TABLE, output=output, columns=columns, empty=_("nothing is waiting for you"))
