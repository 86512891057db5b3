"""`helpdesk demo`: a believable company on a desk of its own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.console import can_open, enter
from helpdesk_tui.cli.output import Output
from helpdesk_tui.desk.places import data_dir
from helpdesk_tui.vocabulary.i18n import N_, _

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

SHOWN = 25
app, _declare = single(
    "demo",
    N_("Build a believable company with about 2,000 tickets and open it; your own desk is never touched."),
    "helpdesk demo",
    "helpdesk --db /tmp/demo.db demo --seed 8 -o json",
)


def demo_path() -> Path:
    """The desk to use: the one that `--db` or HELPDESK_DATABASE names, else one beside your own."""
    setting = context.current().get("database")
    if setting.origin in ("command line", "environment"):
        return context.current().desk_path()
    return data_dir() / "demo.db"


@_declare
def demo(
    seed: Annotated[int, typer.Option("--seed", metavar="N", help=N_("Another number tells another story."))] = 7,
    tickets: Annotated[
        int, typer.Option("--tickets", metavar="N", min=20, max=200000, help=N_("About how many tickets."))
    ] = 2000,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.desk.demoing import build_demo, is_demo
    from helpdesk_tui.desk.desk import Desk

    settings = context.current()
    path = demo_path()
    ready = False
    if path.exists() and path.stat().st_size:
        with Desk.open(path) as desk:
            ready = is_demo(desk.store)
    if not ready:
        if not path.exists():
            context.say(_("building the demo desk {path}").format(path=path))
        build_demo(path, seed=seed, tickets=tickets)
    if output is Output.TABLE and can_open():
        raise typer.Exit(enter(path))
    with Desk.open(path, act_as=settings.actor) as desk:
        _print(desk, output)


def _print(desk: "Desk", output_: Output) -> None:
    """Some of the queue, one ticket a line."""
    found = desk.tickets.select("is:open", sort="-priority,due", limit=SHOWN)
    if len(found) < SHOWN:
        found = desk.tickets.select("", sort="-priority,due", limit=SHOWN)
    if output_ is not Output.TABLE:
        shared.print_tickets(found, output_)
        return
    for ticket in found:
        shared.print_ticket(ticket, output_)
