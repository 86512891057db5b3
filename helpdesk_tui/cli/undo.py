"""`helpdesk undo`: take back an action, a batch or one journal entry; with `--redo` do it again."""

from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.confirm import MANY, confirm
from helpdesk_tui.cli.output import Output
from helpdesk_tui.cli.shared import YesOption
from helpdesk_tui.vocabulary.errors import Conflict, Usage
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext

app, _declare = single(
    "undo",
    N_("Take back your last action, a batch, or one journal entry. Later edits are kept and reported as conflicts."),
    "helpdesk undo",
    "helpdesk undo b1f3a2c9 --yes -o json",
)


@_declare
def undo(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="BATCH|SEQ", help=N_("A batch id or a journal sequence number; your last action if not given.")
        ),
    ] = None,
    redo: Annotated[bool, typer.Option("--redo", help=N_("Do again what you undid last."))] = False,
    yes: YesOption = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if redo and target is not None:
        raise Usage(N_("--redo does again what you undid last; it takes no batch"))
    with context.current().desk() as desk:
        if redo:
            tell(desk.undoing.redo(), output)
            return
        plan = desk.undoing.describe(target)
        if plan["entries"] > MANY:
            confirm(_("Take back {n} journal entries ({verb})?").format(n=plan["entries"], verb=plan["verb"]), yes)
        tell(desk.undoing.target(target) if target is not None else desk.undoing.last(), output)


def tell(result: dict[str, Any], output_: Output) -> None:
    """Print what was taken back; exit code 5 where nothing could be."""
    n = result["undone"]
    lines = [ngettext("{n} entry taken back", "{n} entries taken back", n).format(n=n)]
    for conflict in result["conflicts"]:
        what = conflict.get("number") or conflict.get("subject")
        kept = ", ".join(conflict["fields"]) or "-"
        lines.append(
            _("kept as it is: {what} ({fields}): {reason}").format(what=what, fields=kept, reason=conflict["reason"])
        )
    output.print_result(result, output=output_, lines=lines)
    if not n and result["conflicts"]:
        raise typer.Exit(Conflict.exit_code)
