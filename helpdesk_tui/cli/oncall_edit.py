"""`helpdesk oncall`: the commands that change schedules and what is laid over them."""

import json
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.oncall import (
    AnyScheduleArgument,
    ForOption,
    FromOption,
    ScheduleArgument,
    ToOption,
    app,
    minute,
    print_change,
    print_warnings,
    say_zone,
    shift_table,
)
from helpdesk_tui.cli.output import Column, Output, line, print_entity, print_result, print_rows, to_json, write
from helpdesk_tui.vocabulary.errors import Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.kinds import parse_ref
from helpdesk_tui.vocabulary.records import Instant

SCHEDULE_KEYS = ("code", "name", "timezone", "team", "active", "layers", "people", "version")
_SCHEDULES = (
    Column("code", N_("Code")),
    Column("name", N_("Name"), flexible=True),
    Column("team", N_("Team")),
    Column("timezone", N_("Zone"), spare=1),
    Column("layers", N_("Layers"), right=True, spare=2),
    Column("people", N_("People"), right=True),
    Column("active", N_("In use")),
)
_CHANGES = (("start_at", N_("From")), ("end_at", N_("To")))


def change(text: str) -> int:
    """The number of an override or swap that somebody typed: 3 or OC-3. Raises Usage."""
    found = parse_ref(text[3:] if text[:3].casefold() == "oc-" else text)
    if found is None:
        raise Usage(N_("{value} names no override or swap; write 3 or OC-3"), value=text)
    return found


ChangeArgument = Annotated[
    int, typer.Argument(metavar="CHANGE", help=N_("The override or swap, such as OC-3."), parser=change)
]
TakerOption = Annotated[
    str | None, typer.Option("--taker", metavar="PERSON", help=N_("Who takes it over, and has agreed to."))
]
NoteOption = Annotated[str, typer.Option("--note", "-m", metavar="TEXT", help=N_("Why; those concerned see it."))]


def stretch(
    start: str | None, end: str | None, length: str | None, now: Instant, tz: str | None
) -> tuple[Instant, Instant]:
    """The stretch of time that was typed. Raises Usage."""
    if (end is None) == (length is None):
        raise Usage(N_("say when it ends: --to TIME or --for SPAN"))
    if tz is not None:
        shared.check_zone(tz)
    begin = shared.instant(start, now, tz)
    begin = now if begin is None else begin
    over = shared.instant(end, now, tz) if end is not None else shared.instant(length, begin, tz)
    return begin, begin if over is None else over


@command(
    app,
    "schedule",
    N_(
        "The schedules of the desk; one in the form in which it is written; or, with a file, save it (preview it first)."
    ),
    "helpdesk oncall schedule",
    "helpdesk oncall schedule payments on-call.toml --team applications",
    "helpdesk oncall schedule payments --off -o json",
)
def schedule(
    schedule: AnyScheduleArgument = None,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help=N_("TOML or JSON, as oncall simulate reads it; - is standard input.")),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help=N_("What people read."))] = None,
    team: Annotated[str | None, typer.Option("--team", metavar="TEAM", help=N_("Whose schedule it is."))] = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help=N_("In use, or not."))] = None,
    version: shared.VersionOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import document

    text = None if file is None else document(file)
    with context.current().desk() as desk:
        if schedule is None:
            print_rows(
                desk.on_call.schedules(), _SCHEDULES, output=output, columns=columns, keys=SCHEDULE_KEYS,
                empty=_("no schedules"),
            )  # fmt: skip
            return
        if text is None and name is None and team is None and active is None:
            found = desk.on_call.document(schedule)
            if output is Output.TABLE:
                write(to_json(found, indent=2) + "\n")
            else:
                print_result(found, output=output)
            return
        saved = _save(desk, schedule, text, name, team, active, version)
    warnings = saved.pop("warnings")
    print_warnings(warnings)
    if output is Output.TABLE:
        print_rows([saved], _SCHEDULES, output=output, columns=columns, keys=SCHEDULE_KEYS)
    else:
        print_entity({**saved, "warnings": warnings}, output=output, columns=columns)


def _save(
    desk: Any, code: str, text: str | None, name: str | None, team: str | None, active: bool | None, version: int | None
) -> dict[str, Any]:
    """A new schedule where there is none of this code, else a change of it."""
    try:
        desk.on_call.document(code)
    except NotFound:
        if text is None:
            raise
        made: dict[str, Any] = desk.on_call.add(code, text, name=name, team=team)
        return made
    changed: dict[str, Any] = desk.on_call.edit(code, text, name=name, team=team, active=active, version=version)
    return changed


@command(
    app,
    "preview",
    N_("What 14 days would look like with the schedule in a file, and what would change; nothing is saved."),
    "helpdesk oncall preview on-call.toml payments",
    "helpdesk oncall preview - -o json < on-call.toml",
)
def preview(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=N_("TOML or JSON, as oncall simulate reads it; - is standard input."))
    ],
    schedule: Annotated[
        str | None, typer.Argument(metavar="SCHEDULE", help=N_("The schedule that it would take the place of."))
    ] = None,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import document

    text = document(file)
    with context.current().desk(tz) as desk:
        found = desk.on_call.preview(text, schedule)
    if output is not Output.TABLE:
        print_result(found, output=output)
        return
    print_rows(found["shifts"], shift_table(tz), output=output)
    if schedule is not None:
        n = len(found["changes"])
        line(ngettext("{n} change against now", "{n} changes against now", n).format(n=n))
        table = (
            *(Column(key, heading, minute(tz)) for key, heading in _CHANGES),
            Column("before", N_("Now")),
            Column("after", N_("Then"), flexible=True),
        )
        print_rows(found["changes"], table, output=output)
    say_zone(tz, output)
    print_warnings(found["warnings"])


@command(
    app,
    "override",
    N_("Let others be on for a while: instead of everybody, instead of one, in addition, or take one off."),
    "helpdesk oncall override payments --person ren.yuan --for 4h -m 'training'",
    "helpdesk oncall override payments --person ren.yuan --add --from tomorrow --for 8h --tz Asia/Shanghai -o json",
)
def override(
    schedule: ScheduleArgument,
    person: Annotated[
        list[str] | None, typer.Option("--person", metavar="PERSON", help=N_("Who is on then; may be repeated."))
    ] = None,
    instead_of: Annotated[
        str | None, typer.Option("--instead-of", metavar="PERSON", help=N_("Only in the place of this one."))
    ] = None,
    add: Annotated[bool, typer.Option("--add", help=N_("In addition to those who are on."))] = False,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="PERSON", help=N_("Take this one off, without anybody else."))
    ] = None,
    start: FromOption = None,
    end: ToOption = None,
    length: ForOption = None,
    note: NoteOption = "",
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if sum((instead_of is not None, add, remove is not None)) > 1:
        raise Usage(N_("--instead-of, --add and --remove exclude each other"))
    kind = "replace" if instead_of is not None else "add" if add else "remove" if remove is not None else "cover"
    with context.current().desk(tz) as desk:
        begin, over = stretch(start, end, length, desk.now(), tz)
        found = desk.on_call.override(
            schedule, start=begin, end=over, kind=kind, people=person or None, removed=instead_of or remove, note=note
        )
    print_change(found, output)


@command(
    app,
    "temporary",
    N_("Suspend a schedule for a while, gaps and all, in favour of the shifts in a file."),
    "helpdesk oncall temporary payments shifts.json --from 2099-05-01 --to 2099-05-03",
    "echo '[]' | helpdesk oncall temporary payments - --for 1h -m 'the system is off' -o json",
)
def temporary(
    schedule: ScheduleArgument,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help=N_("JSON: a list of start, end and people; - is standard input.")),
    ],
    start: FromOption = None,
    end: ToOption = None,
    length: ForOption = None,
    note: NoteOption = "",
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import document

    text = document(file)
    with context.current().desk(tz) as desk:
        begin, over = stretch(start, end, length, desk.now(), tz)
        shifts = _shifts(text, file, desk.now(), tz)
        found = desk.on_call.temporary(schedule, start=begin, end=over, shifts=shifts, note=note)
    print_change(found, output)


def _shifts(text: str, path: str, now: Instant, tz: str | None) -> list[dict[str, Any]]:
    """The shifts of a file, their times as people write them. Raises Invalid."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("{path} is no JSON: {error}"), path=path, error=error) from error
    try:
        return [
            {**shift, **{key: shared.instant(str(shift[key]), now, tz) for key in ("start", "end")}} for shift in found
        ]
    except (KeyError, TypeError):
        raise Invalid(N_("{path}: write a list of shifts, each with start, end and people"), path=path) from None


@command(
    app,
    "swap",
    N_("Ask somebody to take over your turns for a while; nothing changes until somebody does (oncall take)."),
    "helpdesk oncall swap payments --from 2099-05-01 --to 2099-05-08 --requester li.mingzhe -m 'wedding'",
    "helpdesk oncall swap payments --for 4w --requester li.mingzhe --taker ren.yuan -o json",
)
def swap(
    schedule: ScheduleArgument,
    start: FromOption = None,
    end: ToOption = None,
    length: ForOption = None,
    requester: Annotated[
        str | None, typer.Option("--requester", metavar="PERSON", help=N_("Whose turns; your own if not given."))
    ] = None,
    taker: TakerOption = None,
    note: NoteOption = "",
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        begin, over = stretch(start, end, length, desk.now(), tz)
        found = desk.on_call.swap(schedule, start=begin, end=over, requester=requester, taker=taker, note=note)
    print_change(found, output)


@command(
    app,
    "take",
    N_("Take over the turns that somebody offers."),
    "helpdesk oncall take OC-2",
    "helpdesk oncall take 2 --taker ren.yuan -o json",
)
def take(
    change: ChangeArgument,
    taker: TakerOption = None,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_change(desk.on_call.take(change, taker=taker, version=version), output)


@command(
    app,
    "withdraw",
    N_("Withdraw an override, a temporary schedule or a swap."),
    "helpdesk oncall withdraw OC-1",
    "helpdesk oncall withdraw 2 -o json",
)
def withdraw(
    change: ChangeArgument,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_change(desk.on_call.withdraw(change, version=version), output)
