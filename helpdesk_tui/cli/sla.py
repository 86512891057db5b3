"""`helpdesk sla`: why a clock stands as it stands, cases computed, targets, calendars, holidays."""

import json
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, line, print_result, print_rows
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import exact
from helpdesk_tui.vocabulary.text import one_line

app = noun(N_("Service levels: clocks, targets, calendars, holidays."))
_WORDS = {
    "response": N_("Response"), "update": N_("Update"), "resolution": N_("Resolution"),
    "counted": N_("counted"), "closed": N_("outside hours"), "holiday": N_("holiday"), "paused": N_("paused"),
    "not_started": N_("before the start"), "after": N_("after the end"),
    "none": N_("not running"), "running": N_("running"), "met": N_("met"), "missed": N_("missed"),
}  # fmt: skip


def _word(value: Any, row: Any = None) -> str:
    """A clock, its state or the kind of a window in the reader's language."""
    return _(_WORDS.get(str(value), str(value)))


_LEDGER = (
    Column("clock", N_("Clock"), _word),
    Column("from", N_("From (UTC)")),
    Column("to", N_("To (UTC)")),
    Column("kind", N_("Counts as"), _word),
    Column("seconds", N_("Time"), lambda value, row: exact(int(value)), right=True),
)
_TARGETS = (
    Column("id", N_("Target")),
    Column("when", N_("For"), flexible=True),
    Column("response", N_("Response")),
    Column("update", N_("Update")),
    Column("resolution", N_("Resolution")),
    Column("calendar", N_("Calendar")),
)
_CALENDARS = (
    Column("code", N_("Calendar")),
    Column("tz", N_("Zone")),
    Column("open_now", N_("Open now")),
    Column("hours", N_("Hours"), flexible=True),
    Column("regions", N_("Holidays of")),
    Column("days", N_("Days"), lambda value, row: str(len(value)), right=True),
)
STATUS_KEYS = (
    "team", "open", "breached", "due_1h", "due_4h", "due_24h", "resolved_per_day", "forecast", "clear_at", "next",
)  # fmt: skip


def _next(value: Any, row: Any) -> str:
    return ", ".join(f"{one['ref']} {one['due_at'][5:16].replace('T', ' ')}" for one in value) or "-"


_STATUS = (
    Column("team", N_("Team"), lambda value, row: value or "-"),
    Column("open", N_("Open"), right=True),
    Column("breached", N_("Breached"), right=True),
    Column("due_1h", N_("1 h"), right=True),
    Column("due_4h", N_("4 h"), right=True),
    Column("due_24h", N_("24 h"), right=True),
    Column("resolved_per_day", N_("Solved a day"), right=True),
    Column("forecast", N_("Will be late"), right=True),
    Column("next", N_("Next (UTC)"), _next, flexible=True),
)
CalendarArgument = Annotated[str, typer.Argument(metavar="CALENDAR", help=N_("A calendar of the policy."))]


@command(
    app,
    "explain",
    N_("Explain a ticket's clocks: target, due times, and a ledger of what was counted, skipped and paused."),
    "helpdesk sla explain 1042",
    "helpdesk sla explain INC-1042 --at 'yesterday 17:00' -o json",
)
def explain(
    number: shared.NumberArgument,
    at: shared.AtOption = None,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        found = desk.sla.explain(number, shared.instant(at, desk.now(), tz, past=True))
        if output is Output.TABLE:
            _print_explained(found)
        else:
            print_result(found, output=output)


def _print_explained(found: dict[str, Any]) -> None:
    from helpdesk_tui.vocabulary.reasons import sentence

    line(f"{found['ref']}  {_word(found['run'])}  {found['at']}")
    for reason in found["reasons"]:
        line(f"  {sentence(reason)}")
    print_rows(found["ledger"], _LEDGER, output=Output.TABLE)


@command(
    app,
    "status",
    N_("What breaches next, team by team, and how many more will be late at the pace of the last two weeks."),
    "helpdesk sla status",
    "helpdesk sla status --team network -o json",
)
def status(
    team: Annotated[str | None, typer.Option("--team", metavar="TEAM", help=N_("Only this team."))] = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.sla.status(team)
    print_rows(found, _STATUS, output=output, columns=columns, keys=STATUS_KEYS, empty=_("no open tickets"))


@command(
    app,
    "simulate",
    N_(
        "Compute the cases of a file (- is standard input): due times, working time, ledgers; exit code 6 if one is wrong."
    ),
    "helpdesk sla simulate cases.json",
    "helpdesk sla simulate - -o jsonl < cases.json",
)
def simulate(
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("JSON: a list of cases, or an object with cases."))],
    output: output.OutputOption = Output.JSON,
) -> None:
    from helpdesk_tui.cli.texts import document
    from helpdesk_tui.desk import computing

    text = document(file)
    try:
        cases = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("{path} is no JSON: {error}"), path=file, error=error) from error
    refused: list[Invalid] = []
    print_rows(computing.simulate(cases, refused), (), output=output, keys=("id", "result", "ledger"))
    for problem in refused:
        context.say(one_line(str(problem)))
    if refused:
        raise typer.Exit(Invalid.exit_code)


@command(
    app,
    "targets",
    N_("List the targets in the order of decision."),
    "helpdesk sla targets",
    "helpdesk sla targets -o json",
)
def targets(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_rows(desk.sla.targets(), _TARGETS, output=output, columns=columns, empty=_("the policy has no targets"))


@command(
    app,
    "calendars",
    N_("List the calendars with their hours and the days kept in the desk."),
    "helpdesk sla calendars",
    "helpdesk sla calendars --columns code,days -o json",
)
def calendars(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_rows(desk.sla.calendars(), _CALENDARS, output=output, columns=columns)


@command(
    app,
    "holidays",
    N_("Import the public holidays and make-up days of a region into a calendar, or set a day by hand."),
    "helpdesk sla holidays import office --region CN --year 2026",
    "helpdesk sla holidays add office --day 2026-12-24 --name 'Office party'",
)
def holidays(
    action: Annotated[
        str,
        typer.Argument(
            metavar="import|add|remove",
            autocompletion=choices.among(["import", "add", "remove"]),
        ),
    ],
    calendar: CalendarArgument,
    region: Annotated[
        str | None,
        typer.Option(
            "--region", metavar="REGION", help=N_("Such as CN, DE or US-CA; those of the policy if not given.")
        ),
    ] = None,
    year: Annotated[
        list[int] | None,
        typer.Option("--year", metavar="YEAR", help=N_("May be repeated; this one and the next if not given.")),
    ] = None,
    day: Annotated[str | None, typer.Option("--day", metavar="DATE", help=N_("The day to set or to free."))] = None,
    workday: Annotated[bool, typer.Option("--workday", help=N_("A make-up working day, no holiday."))] = False,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help=N_("What the day is called."))] = "",
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.vocabulary.errors import Usage

    if action not in ("import", "add", "remove"):
        raise Usage(N_("{value} is not known; use {choices}"), value=action, choices="import, add, remove")
    if (action == "import") == (day is not None):
        raise Usage(N_("import takes --region and --year, add and remove take --day"))
    with context.current().desk() as desk:
        if action == "import":
            result = desk.sla.import_holidays(calendar, region, year or None)
        elif action == "add":
            result = desk.sla.add_day(calendar, day or "", "workday" if workday else "holiday", name)
        else:
            result = desk.sla.remove_day(calendar, day or "")
        print_result(result, output=output)


@command(
    app,
    "recompute",
    N_("Derive the clocks of open tickets again, after a change of policy or calendar."),
    "helpdesk sla recompute",
    "helpdesk sla recompute --where 'service:email' -o json",
)
def recompute(where: shared.WhereOption = None, output: output.OutputOption = Output.TABLE) -> None:
    from helpdesk_tui.cli.progress import Progress

    with context.current().desk() as desk, Progress(_("tickets")) as bar:
        print_result(desk.sla.recompute(where or "", progress=bar), output=output)
