"""`helpdesk ack`: what one types at three in the morning, short for `helpdesk escalation ack`."""

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.escalation import print_run
from helpdesk_tui.cli.output import Output
from helpdesk_tui.cli.shared import NumberArgument
from helpdesk_tui.vocabulary.i18n import N_

app, _declare = single(
    "ack",
    N_("Acknowledge a page: you are on it, and nobody else is paged (short for escalation ack)."),
    "helpdesk ack 1042",
    "helpdesk ack INC-1042 -o json",
)


@_declare
def ack(number: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_run(desk, desk.paging.ack(number), output)
