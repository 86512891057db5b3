"""`helpdesk incident`: declare an incident and lead it; what stands in its war room."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_result, print_rows
from helpdesk_tui.cli.shared import LimitOption, NumberArgument, ReasonOption
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.incidents import ENTRY_LABELS, NATURE_LABELS, ROLE_LABELS, STAMP_LABELS
from helpdesk_tui.vocabulary.instants import local, parse_instant, span
from helpdesk_tui.vocabulary.kinds import parse_ref
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import one_line, safe_text

app = noun(N_("Incidents: declare them, lead them, write down what happens."))
KEYS: Final = (
    "number", "ref", "title", "nature", "severity", "priority", "state", "stamps", "internal_due_at", "external_due_at",
    "children", "requesters", "users", "version", "commander",
)  # fmt: skip
SeverityOption = Annotated[
    str | None, typer.Option("--severity", metavar="SEV", help=N_("SEV1 (the gravest) to SEV5."))
]
ZoneOption = shared.ZoneOption


def _declared(value: Any, row: Row) -> str:
    return str(row["stamps"]["declared"] or "-")[:16].replace("T", " ")


_TABLE: Final = (
    Column("ref", N_("No.")),
    Column("severity", N_("Severity")),
    Column("stamps", N_("Declared (UTC)"), _declared),
    Column("commander", N_("Commander"), lambda value, row: value or "-"),
    Column("children", N_("Linked"), right=True, spare=1),
    Column("users", N_("Users"), right=True, spare=1),
    Column("title", N_("Summary"), flexible=True),
)


def said(entry: Row) -> str:
    """A line's words, in the reader's language where the desk wrote it."""
    return str(entry["body"]) if entry["body"] or not entry["said"] else sentence(entry["said"])


def minute(at: str | None, tz: str | None) -> str:
    """An instant to the minute in a zone."""
    return local(parse_instant(at, 0), tz or "UTC") if at else "-"


def left(at: str, now: Instant) -> str:
    """How long until an instant, or how long it is over."""
    seconds = parse_instant(at, now) - now
    near = span(abs(seconds) // 60 * 60)
    return _("in {span}").format(span=near) if seconds >= 0 else _("{span} overdue").format(span=near)


def room_lines(room: Row, now: Instant, tz: str | None) -> Iterator[str]:
    """A room as lines to read."""
    head = f"{room['ref']}  {room['severity']}  {one_line(room['title'], 200)}"
    yield head if room["nature"] == "real" else f"{head}  [{_(NATURE_LABELS[str(room['nature'])])}]"
    stamps = [f"{_(STAMP_LABELS[name])} {minute(at, tz)}" for name, at in room["stamps"].items() if at]
    yield "  " + " · ".join(stamps) + f"  ({tz or 'UTC'})"
    roles = [
        f"{_(ROLE_LABELS[role])} {one['person'] or '-'}" + (f" ({one['offered']}?)" if one["offered"] else "")
        for role, one in room["roles"].items()
    ]
    yield "  " + " · ".join(roles)
    n = room["children"]
    yield "  " + ngettext("{n} linked ticket, {users} users", "{n} linked tickets, {users} users", n).format(
        n=n, users=room["users"]
    )
    for key, heading in (
        ("internal_due_at", N_("update for people inside")),
        ("external_due_at", N_("update for people outside")),
    ):
        if room[key]:
            yield f"  {_(heading)}: {left(room[key], now)}"
    for one in room["on_call"]:
        who = ", ".join(one["people"]) or _("nobody")
        yield "  " + _("on call ({schedule}): {people}").format(schedule=one_line(one["schedule"], 40), people=who)
    from helpdesk_tui.cli.incident_steps import recovery_lines

    yield from recovery_lines(room, now)
    for entry in room["pinned"]:
        yield f"* {minute(entry['occurred_at'], tz)}  {one_line(said(entry), 300)}"
    for task in room["tasks"]:
        due = f"  {minute(task['due_at'], tz)}" if task["due_at"] else ""
        yield f"  [{'x' if task['done_at'] else ' '}] {task['id']}  {task['owner'] or '-'}  {one_line(task['text'], 300)}{due}"
    for entry in room["entries"]:
        yield from entry_lines(entry, tz)


def entry_lines(entry: Row, tz: str | None) -> list[str]:
    """A line of the timeline; what follows its first line stands under it."""
    first, *rest = safe_text(said(entry)).rstrip("\n").split("\n")
    kind = str(entry["kind"])
    who = entry["author"] or entry["source"] or "-"
    struck = f"  [{_('struck')}]" if entry["struck_at"] else ""
    head = "  ".join([minute(entry["occurred_at"], tz), _(ENTRY_LABELS.get(kind, kind)), who, first])
    return [f"  {head}{struck}", *(f"      {line}" for line in rest)]


def print_room(room: Row, now: Instant, output_: Output, tz: str | None = None) -> None:
    """A room: its lines for people, the whole object for programs."""
    print_result(room, output=output_, lines=[*room_lines(room, now, tz)])


@command(
    app,
    "declare",
    N_("Declare an incident: a title is enough; or a ticket's number, or --alert. Whoever declares it leads it first."),
    "helpdesk incident declare 'Payments API down' --severity SEV1 --service payments",
    "helpdesk incident declare 1043 --impact-started '20m ago' -o json",
)
def declare(
    title: Annotated[
        str | None, typer.Argument(metavar="TITLE", help=N_("What is broken, in a few words; or a ticket's number."))
    ] = None,
    number: Annotated[
        int | None, typer.Option("--number", metavar="NUMBER", help=N_("Declare this ticket."), parser=shared.number)
    ] = None,
    alert: Annotated[int | None, typer.Option("--alert", metavar="NO", help=N_("Declare this alert's ticket."))] = None,
    severity: SeverityOption = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help=N_("What it is about, with a title."))
    ] = None,
    impact_started: Annotated[
        str | None, typer.Option("--impact-started", metavar="TIME", help=N_("Since when users feel it."))
    ] = None,
    detected: Annotated[str | None, typer.Option("--detected", metavar="TIME", help=N_("When it was noticed."))] = None,
    drill: Annotated[bool, typer.Option("--drill", help=N_("Only an exercise: nobody outside is told."))] = False,
    backfilled: Annotated[
        bool, typer.Option("--backfilled", help=N_("It is over, and written down afterwards."))
    ] = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if drill and backfilled:
        raise Usage(N_("--drill and --backfilled exclude each other"))
    if title is not None and number is None and (found := parse_ref(title)) is not None:
        # A title that is a ticket's number means that ticket.
        title, number = None, found
    nature = "drill" if drill else "backfilled" if backfilled else "real"
    with context.current().desk(tz) as desk:
        now = desk.now()
        room = desk.incidents.declare(
            title, number=number, alert=alert, severity=severity, nature=nature, service=service,
            impact_started=shared.instant(impact_started, now, tz, past=True),
            detected=shared.instant(detected, now, tz, past=True),
        )  # fmt: skip
        print_room(room, now, output, tz)


@command(
    app,
    "list",
    N_("List declared incidents, the gravest first."),
    "helpdesk incident list",
    "helpdesk incident list --state over --severity SEV1 -o json",
)
def list_(
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=N_("open, over or all."))] = "open",
    severity: SeverityOption = None,
    limit: LimitOption = 200,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.incidents.list(state, severity=severity, limit=limit or 10_000)
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("no incidents"))


@command(
    app,
    "show",
    N_("A war room: stamps, roles, what is due, tasks, and the last lines of the timeline."),
    "helpdesk incident show 1043",
    "helpdesk incident show INC-1043 --limit 20 --tz Asia/Shanghai -o json",
)
def show(
    number: NumberArgument,
    limit: LimitOption = 200,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        print_room(desk.incidents.show(number, limit=limit or 10_000), desk.now(), output, tz)


@command(
    app,
    "severity",
    N_("Change the severity; priority, paging and the cadence of updates follow."),
    "helpdesk incident severity 1043 SEV1 --reason 'shops are closed'",
    "helpdesk incident severity INC-1043 sev3 -o json",
)
def severity(
    number: NumberArgument,
    severity: Annotated[str, typer.Argument(metavar="SEV", help=N_("SEV1 (the gravest) to SEV5."))],
    reason: ReasonOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_room(desk.incidents.severity(number, severity, reason=reason), desk.now(), output)


@command(
    app,
    "stamp",
    N_(
        "Set a stamp, now or at an instant: impact_started, detected, declared, acknowledged, engaged, mitigated, resolved,"
        " closed. None may contradict another; the journal keeps every change."
    ),
    "helpdesk incident stamp 1043 mitigated",
    "helpdesk incident stamp INC-1043 impact_started --at 2025-09-01 --reason 'seen in the graphs' -o json",
)
def stamp(
    number: NumberArgument,
    stamp: Annotated[str, typer.Argument(metavar="STAMP", help=N_("Which stamp."))],
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help=N_("When; now if not given."))] = None,
    clear: Annotated[bool, typer.Option("--clear", help=N_("Take it away: it has not happened."))] = False,
    reason: ReasonOption = None,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        now = desk.now()
        moment = shared.instant(at, now, tz, past=True)
        print_room(desk.incidents.stamp(number, stamp, moment, clear=clear, reason=reason), now, output, tz)


# The other commands belong to the same noun.
from helpdesk_tui.cli import incident_impact, incident_room, incident_steps  # noqa: E402, F401 - they register themselves
