"""`helpdesk kpi`: indicators of a period."""

from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_rows
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.indicators import LABELS
from helpdesk_tui.vocabulary.instants import span

app = noun(N_("Indicators of incidents, paging, alerts and on-call, each with how many cases made it."))
KEYS: Final = (
    "id", "by", "value", "unit", "n", "mean", "median", "p90", "excluded", "target", "state", "notes",
)  # fmt: skip


# What the further numbers of indicators are, by their names.
_UNITS: Final = {
    **dict.fromkeys(("again", "net", "at_least", "lost", "agreed", "p95", "gap", "time", "mean"), "s"),
    **dict.fromkeys(("unacked", "share"), "rate"),
}


def _told(value: float, unit: str) -> str:
    if unit == "s":
        return span(int(value))
    return f"{value:.1%}" if unit == "rate" else f"{value:,g}"


def _figure(value: Any, row: Row) -> str:
    return "-" if value is None else _told(value, str(row["unit"]))


def _notes(notes: Any, row: Row) -> str:
    """The further numbers, by the names that machines know them by, too; `most` is of the indicator's own unit."""
    units = {**_UNITS, "most": str(row["unit"])}
    return "  ".join(f"{name} {_told(n, units.get(name, 'count'))}" for name, n in notes.items() if n is not None)


_LIST: Final = (Column("id", N_("Indicator")), Column("label", N_("What it tells"), lambda value, row: _(value)))
_TABLE: Final = (
    Column("id", N_("Indicator")),
    Column("by", N_("Of"), lambda value, row: value or "-"),
    Column("value", N_("Value"), _figure, right=True),
    Column("n", N_("Cases"), right=True),
    Column("median", N_("Median"), _figure, right=True),
    Column("p90", N_("90 %"), _figure, right=True),
    Column("excluded", N_("Left out"), right=True),
    Column("notes", N_("Besides"), _notes, spare=1),
)


@command(
    app,
    "list",
    N_("List the indicators and what each tells."),
    "helpdesk kpi list",
    "helpdesk kpi list -o json",
)
def list_(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    rows = [{"id": name, "label": label} for name, label in LABELS.items()]
    print_rows(rows, _LIST, output=output, columns=columns, keys=("id", "label"), empty="")


@command(
    app,
    "show",
    N_("Show indicators of a period, by default of the last 30 days; drills count nowhere."),
    "helpdesk kpi show 'incident.*'",
    "helpdesk kpi show 'oncall.*' --by schedule",
    "helpdesk kpi show mtta mttr.recover --from 2025-10-01 --to 2025-11-01 --by severity -o json",
)
def show(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help=N_("Which; * stands for anything; all if not given."))
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=N_("Since then."))] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help=N_("Until then; now if not given."))] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="FIELD", help=N_("Apart by severity, service, source (of alerts) or schedule (on call).")
        ),
    ] = None,
    tz: shared.ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        now = desk.now()
        found = desk.kpis.show(
            ids, start=shared.instant(start, now, tz, past=True), end=shared.instant(end, now, tz, past=True), by=by
        )
    # Without groups there is nothing to tell apart.
    table = [column for column in _TABLE if column.key != "by" or by is not None]
    print_rows(found, table, output=output, columns=columns, keys=KEYS, empty=_("nothing in this period"))
