"""`helpdesk redo`: do again what you undid last."""

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.output import Output
from helpdesk_tui.cli.shared import YesOption
from helpdesk_tui.cli.undo import tell
from helpdesk_tui.vocabulary.i18n import N_

app, _declare = single("redo", N_("Do again what you undid last."), "helpdesk redo", "helpdesk redo --yes -o json")


@_declare
def redo(yes: YesOption = False, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        tell(desk.undoing.redo(), output)
