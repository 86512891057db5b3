"""`helpdesk notices`: what others did that concerns one, and one's clocks that ran out or soon will."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.output import Column, Output, print_rows
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.notices import Notice, NoticeKind

_SHOWN = 100
_KEYS = ("at", "kind", "number", "ref", "title", "who", "state", "seq", "due_at")
_TABLE = (
    Column("at", N_("When")),
    Column("ref", N_("No.")),
    Column("kind", N_("What"), lambda value, row: _said(row)),
    Column("title", N_("Summary"), flexible=True),
)


def _said(row: Mapping[str, Any]) -> str:
    who, state = row["who"], row["state"]
    notice = Notice(NoticeKind(str(row["kind"])), 0, 0, "", "", who, 0, state or "")
    return notice.sentence()


app, _declare = single(
    "notices",
    N_("What others did that concerns you, and your clocks that ran out or soon will; the newest first."),
    "helpdesk notices",
    "helpdesk notices --since 4h -o json",
)


@_declare
def notices(
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help=N_("From then on: an instant, or a span such as 4h or 3d (1d).")),
    ] = None,
    limit: shared.LimitOption = None,
    tz: shared.ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if tz is not None:
        shared.check_zone(tz)
    with context.current().desk(tz) as desk:
        after = shared.instant(since, desk.now(), tz, past=True)
        found = desk.notices.list(after, _SHOWN if limit is None else limit)
        print_rows(found, _TABLE, output=output, columns=columns, keys=_KEYS, empty=_("nothing concerns you"))
