"""`helpdesk incident impact`: how far an incident reached."""

from typing import Annotated

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.incident import app, print_room
from helpdesk_tui.cli.output import Output
from helpdesk_tui.cli.shared import NumberArgument
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import parse_duration


@command(
    app,
    "impact",
    N_(
        "Say how far an incident reached, as it was measured: the share of the users, the data lost, by when it began at the"
        " latest. Availability, recovery point and times to detect reckon with it."
    ),
    "helpdesk incident impact 1043 --percent 30",
    "helpdesk incident impact INC-1043 --lost 5m -o json",
)
def impact(
    number: NumberArgument,
    percent: Annotated[
        int | None, typer.Option("--percent", metavar="N", help=N_("How many of a hundred users it hit."))
    ] = None,
    lost: Annotated[
        str | None,
        typer.Option("--lost", metavar="SPAN", help=N_("For how long data were lost, such as 5m; 0m: none.")),
    ] = None,
    latest: Annotated[
        str | None, typer.Option("--latest", metavar="TIME", help=N_("By when the impact had begun at the latest."))
    ] = None,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        now = desk.now()
        room = desk.incidents.impact(
            number, percent=percent, lost=None if lost is None else parse_duration(lost),
            latest=shared.instant(latest, now, tz, past=True),
        )  # fmt: skip
        print_room(room, now, output, tz)
