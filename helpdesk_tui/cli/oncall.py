"""`helpdesk oncall`: who is on call, and what hands do to it."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_entity, print_result, print_rows, write
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import local, parse_instant
from helpdesk_tui.vocabulary.text import one_line, safe_text

app = noun(N_("Who is on call: schedules, overrides, swaps, the hand-over."))
NOW_KEYS: Final = (
    "schedule", "name", "timezone", "team", "active", "at", "ids", "people", "names", "gap", "until_at", "next_people",
    "next_names", "reasons", "open_swaps",
)  # fmt: skip
SHIFT_KEYS: Final = (
    "schedule", "start_at", "end_at", "ids", "people", "names", "gap", "changed", "refs", "reasons",
)  # fmt: skip
CHANGE_KEYS: Final = (
    "id", "ref", "schedule", "kind", "state", "start_at", "end_at", "ids", "people", "names", "removed", "removed_name",
    "note", "author", "version",
)  # fmt: skip
KINDS: Final[dict[str, str]] = {
    "cover": N_("covers"), "replace": N_("in the place of"), "add": N_("in addition"), "remove": N_("taken off"),
    "temporary": N_("temporary schedule"), "swap": N_("swap"),
}  # fmt: skip
STATES: Final[dict[str, str]] = {
    "asked": N_("asked"), "standing": N_("standing"), "withdrawn": N_("withdrawn"), "past": N_("over"),
}  # fmt: skip

ScheduleArgument = Annotated[str, typer.Argument(metavar="SCHEDULE", help=N_("The schedule's code or name."))]
AnyScheduleArgument = Annotated[
    str | None, typer.Argument(metavar="SCHEDULE", help=N_("The schedule's code or name; all if not given."))
]
FromOption = Annotated[str | None, typer.Option("--from", metavar="TIME", help=N_("When it begins; by default now."))]
ToOption = Annotated[str | None, typer.Option("--to", metavar="TIME", help=N_("When it ends."))]
ForOption = Annotated[
    str | None, typer.Option("--for", metavar="SPAN", help=N_("How long it takes, such as 90m or 4h."))
]
InstantOption = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help=N_("At this instant, such as 2026-11-22 14:40 or 4h; now."))
]
DaysOption = Annotated[int, typer.Option("--days", metavar="N", min=1, max=400, help=N_("So many days."))]


def people(value: Any, row: Any = None) -> str:
    """Those on call in one line."""
    return ", ".join(value) if value else _("nobody")


def minute(tz: str | None) -> Any:
    """Shows an instant to the minute in a zone."""

    def show(value: Any, row: Row) -> str:
        return local(parse_instant(value, 0), tz or "UTC") if value else "-"

    return show


def say_zone(tz: str | None, output: Output) -> None:
    """Tell the reader of a table which clock it shows."""
    if output is Output.TABLE:
        context.say(_("times in {zone}").format(zone=tz or "UTC"))


def _by_hand(value: Any, row: Row) -> str:
    return ", ".join(row["refs"]) if row["refs"] else "-"


def shift_table(tz: str | None) -> Sequence[Column]:
    """Shifts for people."""
    return (
        Column("start_at", N_("From"), minute(tz)),
        Column("end_at", N_("To"), minute(tz)),
        Column("names", N_("On call"), people, flexible=True),
        Column("changed", N_("By hand"), _by_hand, spare=1),
    )


def change_table(tz: str | None) -> Sequence[Column]:
    """Overrides and swaps for people."""
    return (
        Column("ref", N_("No.")),
        Column("schedule", N_("Schedule"), spare=2),
        Column("kind", N_("Kind"), lambda value, row: _(KINDS.get(value, value))),
        Column("state", N_("State"), lambda value, row: _(STATES.get(value, value))),
        Column("start_at", N_("From"), minute(tz)),
        Column("end_at", N_("To"), minute(tz)),
        Column("removed_name", N_("Instead of"), spare=1),
        Column("names", N_("On call"), flexible=True),
    )


def print_change(change: Row, output: Output) -> None:
    """One override or swap: a line for people, a whole object for programs."""
    if output is Output.TABLE:
        print_rows([change], change_table(None), output=output)
        say_zone(None, output)
    else:
        print_entity(change, output=output)


def print_warnings(warnings: Sequence[Row]) -> None:
    """What is worth knowing about a schedule, on standard error."""
    from helpdesk_tui.vocabulary.reasons import sentence

    for each in warnings:
        context.say(one_line(sentence(each), 300))


@command(
    app,
    "now",
    N_("Who is on call, schedule by schedule: now or at another instant, until when, and who is next."),
    "helpdesk oncall now",
    "helpdesk oncall now payments --at '2099-01-01 03:00' --tz Europe/Berlin -o json",
)
def now(
    schedule: AnyScheduleArgument = None,
    at: InstantOption = None,
    tz: shared.ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    table = (
        Column("schedule", N_("Schedule")),
        Column("names", N_("On call"), people, flexible=True),
        Column("until_at", N_("To"), minute(tz)),
        Column("next_names", N_("Next"), lambda value, row: people(value) if value is not None else "-", flexible=True),
        Column("open_swaps", N_("Open swaps"), right=True, spare=1),
    )
    with context.current().desk(tz) as desk:
        found = desk.on_call.now(schedule, at=shared.instant(at, desk.now(), tz))
    print_rows(found, table, output=output, columns=columns, keys=NOW_KEYS, empty=_("no schedule is in use"))
    if found:
        say_zone(tz, output)


@command(
    app,
    "show",
    N_("The shifts of a schedule for 14 days, one after another, gaps and changes by hand marked."),
    "helpdesk oncall show payments",
    "helpdesk oncall show payments --at yesterday --days 3 --tz Asia/Shanghai -o csv",
)
def show(
    schedule: ScheduleArgument,
    at: InstantOption = None,
    days: DaysOption = 14,
    tz: shared.ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        found = desk.on_call.show(schedule, start=shared.instant(at, desk.now(), tz, past=True), days=days)
    print_rows(found, shift_table(tz), output=output, columns=columns, keys=SHIFT_KEYS)
    say_zone(tz, output)


@command(
    app,
    "changes",
    N_("Overrides, temporary schedules and swaps that are not over; asked ones wait for somebody to take them."),
    "helpdesk oncall changes",
    "helpdesk oncall changes payments --state asked -o json",
)
def changes(
    schedule: AnyScheduleArgument = None,
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=N_("open, asked, past or all."))] = "open",
    tz: shared.ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        found = desk.on_call.changes(schedule, state=state)
    print_rows(
        found, change_table(tz), output=output, columns=columns, keys=CHANGE_KEYS, empty=_("nothing is laid over it")
    )
    if found:
        say_zone(tz, output)


@command(
    app,
    "history",
    N_("Who was on call at an instant, as everything was known then: what is edited afterwards does not move it."),
    "helpdesk oncall history payments --at '3h ago'",
    "helpdesk oncall history payments --at yesterday --as-known-now -o json",
)
def history(
    schedule: ScheduleArgument,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help=N_("The instant."))],
    as_known_now: Annotated[
        bool, typer.Option("--as-known-now", help=N_("With everything that was written since."))
    ] = False,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.vocabulary.reasons import sentence

    with context.current().desk(tz) as desk:
        moment = shared.instant(at, desk.now(), tz, past=True) or 0
        found = desk.on_call.history(schedule, moment, as_known_now=as_known_now)
    said = _("{at} ({zone}): {people}").format(
        at=local(moment, tz or "UTC"), zone=tz or "UTC", people=people(found["names"])
    )
    print_result(
        found, output=output, lines=[said, *(f"  {each['who']}: {sentence(each)}" for each in found["reasons"])]
    )


@command(
    app,
    "brief",
    N_("The hand-over brief for whoever comes on: incidents, alerts, maintenance, actions, who was paged."),
    "helpdesk oncall brief payments",
    "helpdesk oncall brief payments --at tomorrow -o json",
)
def brief(
    schedule: ScheduleArgument,
    at: InstantOption = None,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        found = desk.on_call.brief(schedule, at=shared.instant(at, desk.now(), tz))
    print_result(found, output=output, lines=brief_lines(found, tz))


def brief_lines(found: Row, tz: str | None) -> list[str]:
    """A brief as lines to read."""
    when = minute(tz)
    until = when(found["until_at"], found) if found["until_at"] else _("further notice")
    lines = [
        _("{name}: hand-over {at} ({zone}), until {until}").format(
            name=found["name"], at=when(found["at"], found), zone=tz or "UTC", until=until
        ),
        _("going: {going}; coming: {coming}; staying: {staying}").format(
            going=", ".join(found["going"]) or "-",
            coming=", ".join(found["coming"]) or "-",
            staying=", ".join(found["staying"]) or "-",
        ),
    ]
    parts: tuple[tuple[str, str, Callable[[Row], str]], ...] = (
        ("incidents", N_("Open incidents"), lambda r: f"{r['ref']}  {r['severity'] or r['priority']}  {r['title']}"),
        ("alerts", N_("Alerts"), lambda r: f"{r['severity']}  {r['state']}  {r['summary']}"),
        ("maintenance", N_("Maintenance that ends"), lambda r: f"{r['name']}  {when(r['end_at'], r)}  {r['title']}"),
        (
            "actions",
            N_("Actions due"),
            lambda r: f"{r['ref']}  {when(r['due_at'], r)}  {r['owner'] or '-'}  {r['text']}",
        ),
        (
            "paged",
            N_("Paged in the last seven days"),
            lambda r: f"{r['ref']}  {when(r['started_at'], r)}  {r['title']}",
        ),
        (
            "changes",
            N_("Overrides and swaps to come"),
            lambda r: (
                f"{r['ref']}  {when(r['start_at'], r)} - {when(r['end_at'], r)}  {_(KINDS[r['kind']])}"
                f" {r['removed'] or ''} {', '.join(r['people'])} ({_(STATES[r['state']])})"
            ),
        ),
    )
    for key, heading, tell in parts:
        rows = found[key]
        lines.append(f"{_(heading)}: {len(rows) or _('none')}")
        lines += [f"  {tell(row)}" for row in rows]
    return lines


@command(
    app,
    "export",
    N_("Take the shifts along: a calendar (iCalendar), or a page with names and phone numbers to print."),
    "helpdesk oncall export payments > on-call.ics",
    "helpdesk oncall export --form text --days 14",
)
def export(
    schedule: AnyScheduleArgument = None,
    form: Annotated[str, typer.Option("--form", metavar="FORM", help=N_("ics (a calendar) or text (a page)."))] = "ics",
    at: InstantOption = None,
    days: DaysOption = 14,
) -> None:
    with context.current().desk() as desk:
        found = desk.on_call.export(schedule, form=form, start=shared.instant(at, desk.now(), past=True), days=days)
    write(found["text"] if found["form"] == "ics" else safe_text(found["text"]))


_ANSWERS = (
    Column("id", N_("Case")),
    Column("at", N_("Instant")),
    Column("people", N_("On call"), people, flexible=True),
)


@command(
    app,
    "simulate",
    N_(
        "Compute the cases of a file (- is standard input): who is on call at each instant; exit code 6 if one is wrong."
    ),
    "helpdesk oncall simulate on-call.json",
    "helpdesk oncall simulate - -o jsonl < on-call.json",
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
    answers = computing.simulate_on_call(cases, refused)
    if output is Output.TABLE:
        print_rows(
            ({"id": found["id"], **row} for found in answers for row in found["answers"]), _ANSWERS, output=output
        )
    else:
        print_rows(answers, (), output=output, keys=("id", "answers"))
    for problem in refused:
        context.say(one_line(str(problem)))
    if refused:
        raise typer.Exit(Invalid.exit_code)


# The commands that change something belong to the same noun.
from helpdesk_tui.cli import oncall_edit  # noqa: E402, F401 - they register themselves
