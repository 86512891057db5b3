"""`helpdesk ticket`: what the rules judge, and setting it by hand: priority, classification, demand, tags."""

from typing import Annotated

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.output import Output
from helpdesk_tui.cli.shared import NumberArgument, TicketSetOption, VersionOption
from helpdesk_tui.cli.ticket import app
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_

ImpactOption = Annotated[
    str | None, typer.Option("--impact", help=N_("high, medium or low."), autocompletion=choices.levels)
]
UrgencyOption = Annotated[
    str | None, typer.Option("--urgency", help=N_("high, medium or low."), autocompletion=choices.levels)
]
Score = Annotated[int, typer.Option(metavar="N", help=N_("1 to 5."))]


@command(
    app,
    "prioritise",
    N_("Set impact and urgency and let the matrix decide the priority; takes a pin away."),
    "helpdesk ticket prioritise 1042 --impact high --urgency medium",
    "helpdesk ticket prioritise INC-1042 -o json",
)
def prioritise(
    number: NumberArgument,
    impact: ImpactOption = None,
    urgency: UrgencyOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        ticket = desk.tickets.prioritise(number, impact=impact, urgency=urgency, version=version)
        shared.print_ticket(ticket, output)


@command(
    app,
    "pin",
    N_("Fix the priority by hand, with the reason; the rules leave it alone from then on."),
    "helpdesk ticket pin 1042 critical --reason 'the board meets at ten'",
    "helpdesk ticket pin INC-1042 low --reason 'a test system' -o json",
)
def pin(
    number: NumberArgument,
    priority: Annotated[
        str,
        typer.Argument(
            metavar="PRIORITY", help=N_("critical, high, medium or low."), autocompletion=choices.priorities
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=N_("Why; kept in the journal."))],
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        shared.print_ticket(desk.tickets.pin(number, priority, reason, version=version), output)


@command(
    app,
    "classify",
    N_("Let the rules classify a ticket again; fields given by hand win."),
    "helpdesk ticket classify 1042",
    "helpdesk ticket classify INC-1042 --set category=network",
)
def classify(
    number: NumberArgument,
    set_: TicketSetOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        ticket = desk.tickets.classify(number, set=shared.fields(set_), version=version)
        shared.print_ticket(ticket, output)


@command(
    app,
    "demand",
    N_("Score a demand: risk and value decide its MoSCoW class."),
    "helpdesk ticket demand 1042 --business-impact 4 --likelihood 3 --benefit 5 --reach 4 --effort 2",
    "helpdesk ticket demand CHG-1043 --business-impact 1 --likelihood 1 --benefit 2 --reach 1 --effort 5 -o json",
)
def demand(
    number: NumberArgument,
    business_impact: Score,
    likelihood: Score,
    benefit: Score,
    reach: Score,
    effort: Score,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        ticket = desk.tickets.demand(
            number, business_impact=business_impact, likelihood=likelihood, benefit=benefit,
            reach=reach, effort=effort, version=version,
        )  # fmt: skip
        shared.print_ticket(ticket, output)


@command(
    app,
    "tag",
    N_("Add tags to a ticket, or take them away."),
    "helpdesk ticket tag 1042 vpn onboarding",
    "helpdesk ticket tag INC-1042 --remove vpn",
)
def tag(
    number: NumberArgument,
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG...", help=N_("Tags to add."))] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="TAG", help=N_("A tag to take away; may be repeated."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if not tags and not remove:
        raise Usage(N_("name tags to add, or --remove TAG"))
    with context.current().desk() as desk:
        ticket = desk.tickets.edit(number, add_tags=tags or [], remove_tags=remove or [])
        shared.print_ticket(ticket, output)
