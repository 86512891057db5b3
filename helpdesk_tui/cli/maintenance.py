"""`helpdesk maintenance`: times in which alerts of some things open nothing."""

from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import choices, context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_entity, print_rows
from helpdesk_tui.cli.shared import LimitOption, ZoneOption, check_zone, instant, number
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import parse_ref

app = noun(N_("Maintenance: times in which alerts of some things are recorded and open nothing."))
STATES: Final = ("open", "current", "planned", "past", "all")
_LABELS: Final = {"current": N_("current"), "planned": N_("planned"), "past": N_("past")}
KEYS: Final = (
    "id", "name", "title", "state", "start_at", "end_at", "services", "cis", "sources", "labels", "change", "author",
    "held", "version",
)  # fmt: skip


def _state(value: Any, row: Row) -> str:
    return _(_LABELS[value]) if value in _LABELS else str(value)


_TABLE = (
    Column("name", N_("Maintenance")),
    Column("state", N_("State"), _state),
    Column("start_at", N_("From")),
    Column("end_at", N_("To")),
    Column("title", N_("Title"), flexible=True),
    Column("change", N_("Change"), right=True),
    Column("held", N_("Held back"), right=True, spare=1),
)


@command(
    app,
    "add",
    N_("Plan a maintenance: alerts that fit all that is named are recorded and open nothing until its end."),
    "helpdesk maintenance add 'Switch in hall 2' --ci 'sw-h2-*' --for 2h",
    "helpdesk maintenance add 'Mail upgrade' --service email --from 2099-05-01T20:00Z --to 2099-05-01T23:00Z -o json",
)
def add(
    title: Annotated[str, typer.Argument(metavar="TITLE", help=N_("What is done."))],
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help=N_("When it begins; by default now."))
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help=N_("When it ends."))] = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="SPAN", help=N_("How long it takes, such as 90m or 4h."))
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="SERVICE", help=N_("A service; may be repeated."))
    ] = None,
    ci: Annotated[
        list[str] | None,
        typer.Option("--ci", metavar="NAME", help=N_("A configuration item; * is anything; may be repeated.")),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="SOURCE", help=N_("A sender; may be repeated."))
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="NAME=VALUE", help=N_("A label of the alert; * is anything; may be repeated.")),
    ] = None,
    change: Annotated[
        int | None, typer.Option("--change", metavar="NUMBER", help=N_("The change it belongs to."), parser=number)
    ] = None,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if (end is None) == (length is None):
        raise Usage(N_("say when it ends: --to TIME or --for SPAN"))
    if tz is not None:
        check_zone(tz)
    labels: dict[str, list[str]] = {}
    for text in label or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise Usage(N_("--label takes name=value, and {value} is not of that form"), value=text)
        labels.setdefault(name.strip(), []).append(value)
    with context.current().desk() as desk:
        begin = instant(start, desk.now(), tz)
        begin = desk.now() if begin is None else begin
        over = instant(end, desk.now(), tz) if end is not None else instant(length, begin, tz)
        found = desk.maintenance.add(
            title,
            start=begin,
            end=over or begin,
            services=service or None,
            cis=ci or None,
            labels=labels or None,
            sources=source or None,
            change=change,
        )
    print_entity(found, output=output)


@command(
    app,
    "list",
    N_("List maintenance that is current or planned, unless another state is named."),
    "helpdesk maintenance list",
    "helpdesk maintenance list --state all -o json",
)
def list_(
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="STATE",
            help=N_("open, current, planned, past or all."),
            autocompletion=choices.among(list(STATES)),
        ),
    ] = "open",
    limit: LimitOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.maintenance.list(state, limit=200 if limit is None else limit)
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("no maintenance"))


def window(text: str) -> int:
    """The number of a window that somebody typed: 3 or MW-3. Raises Usage."""
    found = parse_ref(text[3:] if text[:3].casefold() == "mw-" else text)
    if found is None:
        raise Usage(N_("{value} names no maintenance; write 3 or MW-3"), value=text)
    return found


@command(
    app,
    "end",
    N_("End a maintenance now, or call one off that has not begun; what still fires begins anew."),
    "helpdesk maintenance end MW-1",
    "helpdesk maintenance end 1 -o json",
)
def end(
    maintenance: Annotated[int, typer.Argument(metavar="MAINTENANCE", help=N_("Such as MW-3."), parser=window)],
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.maintenance.end(maintenance), output=output)
