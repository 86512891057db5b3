"""`helpdesk search`: any words find tickets; nothing in them is ever read as a filter."""

from typing import Annotated

import typer

from helpdesk_tui.cli import output, shared
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.output import Output
from helpdesk_tui.vocabulary.i18n import N_, _

app, _declare = single(
    "search",
    N_(
        "Find tickets by any words in number, title, description, replies and (where you may read them) notes, best first."
    ),
    "helpdesk search vpn drops",
    'helpdesk search "证书 过期" -o json --limit 5',
    "helpdesk search -- -17 degrees",
)


@_declare
def search(
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT...", help=N_("Any words; - reads them from standard input."))
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help=N_("At most so many."))] = 20,
    at: shared.AtOption = None,
    archive: shared.ArchiveOption = False,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import standard_input

    words = standard_input() if text == ["-"] else " ".join(text)
    with shared.desk_at(at, archive=archive) as desk:
        found = desk.searching.tickets(words, limit=limit)
        shared.print_tickets(found, output, columns, empty=_("nothing was found"), more=("score",))
