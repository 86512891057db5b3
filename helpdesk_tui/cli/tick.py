"""`helpdesk tick`: do once what is due by now."""

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.output import Output, print_result
from helpdesk_tui.vocabulary.i18n import N_, _

app, _declare = single(
    "tick",
    N_("Do what is due: wake waiting tickets, escalate late ones. Each thing happens once, whoever else runs this."),
    "helpdesk tick",
    "helpdesk tick -o json",
)


@_declare
def tick(output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        done = desk.timers.fire_due()
    told = [
        sentence.format(numbers=", ".join(map(str, numbers)))
        for sentence, numbers in (
            (_("woken: {numbers}"), done["woken"]),
            (_("escalated: {numbers}"), done["escalated"]),
        )
        if numbers
    ]
    print_result(done, output=output, lines=told or [_("nothing was due")])
