"""What many commands share: parameters, ticket numbers, field assignments, instants, the ticket's table."""

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from helpdesk_tui.cli import choices, context
from helpdesk_tui.cli.output import Column, Output, Row, line, print_result, print_rows
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import parse_instant, zone
from helpdesk_tui.vocabulary.kinds import parse_ref, state_label
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk


def number(text: str) -> int:
    """The ticket number of a word. Raises Usage."""
    found = parse_ref(text)
    if found is None:
        raise Usage(N_("{value} is no ticket number; write 1042, #1042 or INC-1042"), value=text)
    return found


# Read before a desk is opened: a mistyped number makes none.
NumberArgument = Annotated[
    int, typer.Argument(metavar="NUMBER", help=N_("The ticket: 1042, #1042 or INC-1042."), parser=number)
]
NumbersArgument = Annotated[
    list[int], typer.Argument(metavar="NUMBER...", help=N_("Tickets: 1042, #1042 or INC-1042."), parser=number)
]
MessageOption = Annotated[
    str | None, typer.Option("--message", "-m", metavar="TEXT", help=N_("The text; - reads standard input."))
]
DashArgument = Annotated[
    str | None, typer.Argument(metavar="-", help=N_("A single - reads the text from standard input."))
]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help=N_("Why; kept in the journal."))]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help=N_("A field and its value; may be repeated."))
]
TicketSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help=N_("A field and its value; may be repeated."),
        autocompletion=choices.assignments,
    ),
]
ResolutionOption = Annotated[str | None, typer.Option("--resolution", metavar="TEXT", help=N_("What was done."))]
CauseOption = Annotated[str | None, typer.Option("--cause", metavar="TEXT", help=N_("What the cause was."))]
CodeOption = Annotated[str | None, typer.Option("--code", metavar="CODE", help=N_("A resolution code."))]
StateArgument = Annotated[
    str, typer.Argument(metavar="STATE", help=N_("The state's code or name."), autocompletion=choices.states)
]
AssignTeamOption = Annotated[
    str | None, typer.Option("--team", metavar="TEAM", help=N_("The team's code or name; none takes it away."))
]
TagOption = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help=N_("A tag to add; may be repeated."))]
UntagOption = Annotated[
    list[str] | None, typer.Option("--untag", metavar="TAG", help=N_("A tag to take away; may be repeated."))
]
VersionOption = Annotated[
    int | None,
    typer.Option("--if-version", metavar="N", help=N_("Only if nobody changed it since this version (exit code 5).")),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        "-w",
        metavar="QUERY",
        help=N_("Which tickets, in the filter language."),
        autocompletion=choices.filters,
    ),
]
SortOption = Annotated[
    str | None, typer.Option("--sort", metavar="FIELDS", help=N_("The order, such as -priority,due."))
]
LimitOption = Annotated[int | None, typer.Option("--limit", "-n", metavar="N", min=0, help=N_("At most so many."))]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help=N_("As it was then: an instant, or a span such as 2h or 3d ago.")),
]
ArchiveOption = Annotated[bool, typer.Option("--archive", help=N_("Among the tickets in the archive."))]
ZoneOption = Annotated[
    str | None,
    typer.Option("--tz", metavar="ZONE", help=N_("The zone of days and times, such as Asia/Shanghai (UTC).")),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help=N_("Do not ask."))]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help=N_("Only show what would change."))]


def fields(assignments: Sequence[str] | None) -> dict[str, str]:
    """`--set field=value` as a mapping. Raises Usage for one without `=`."""
    out: dict[str, str] = {}
    for text in assignments or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise Usage(N_("--set takes field=value, and {value} is not of that form"), value=text)
        out[name.strip()] = value
    return out


def instant(text: str | None, now: Instant, tz: str | None = None, *, past: bool = False) -> Instant | None:
    """An instant that somebody typed, or None. Raises Usage for a text that is none."""
    if text is None:
        return None
    try:
        return parse_instant(text, now, tz or "UTC", past=past)
    except Invalid as error:
        raise Usage(error.message, **error.params) from error


@contextlib.contextmanager
def desk_at(at: str | None, tz: str | None = None, *, archive: bool = False) -> "Iterator[Desk]":
    """The desk of this run, or (read-only) the desk as it was at an instant, or its archive."""
    if tz is not None:
        check_zone(tz)
    if archive and at is not None:
        raise Usage(N_("give --at or --archive, not both: the archive has no past"))
    with context.current().desk(tz) as desk:
        if archive:
            with desk.upkeep.archived() as old:
                old.tz = desk.tz
                yield old
            return
        moment = instant(at, desk.now(), tz, past=True)
        if moment is None:
            yield desk
            return
        from helpdesk_tui.cli.progress import Progress
        from helpdesk_tui.desk.past import as_of

        with Progress(_("reading the journal")) as bar, as_of(desk, moment, bar) as past:
            past.tz = desk.tz
            yield past


def check_zone(tz: str) -> None:
    """Raise Usage for a time zone that nobody knows."""
    try:
        zone(tz)
    except Invalid as error:
        raise Usage(error.message, **error.params) from error


def numbers_from_stdin() -> list[int]:
    """Ticket numbers on standard input: one or more a line, or the first column of a CSV, or JSON lines. Raises Usage."""
    import json

    from helpdesk_tui.cli.texts import standard_input

    found: list[int] = []
    for place, text in enumerate(standard_input().splitlines(), 1):
        words = text.replace(",", " ").split()
        if not words or (place == 1 and words[0].casefold() in ("number", "ref", "no.")):
            continue
        if text.lstrip().startswith("{"):
            try:
                words = [str(json.loads(text)["number"])]
            except (ValueError, KeyError, TypeError, RecursionError):
                raise Usage(N_("line {line} on standard input is no ticket"), line=place) from None
        for word in words:
            parsed = parse_ref(word)
            if parsed is None:
                raise Usage(N_("line {line} on standard input: {value} is no ticket number"), line=place, value=word)
            found.append(parsed)
    return found


# -- tickets as tables -------------------------------------------------------------------------------------------


def _state(value: Any, row: Row) -> str:
    return state_label(str(value))


def _priority(value: Any, row: Row) -> str:
    from helpdesk_tui.vocabulary.levels import PRIORITY_GLYPHS, priority, priority_label

    level = priority(value)
    return f"{PRIORITY_GLYPHS[level]} {priority_label(level)}"


def _sla(value: Any, row: Row) -> str:
    from helpdesk_tui.vocabulary.channels import SLA_LABELS, SlaState

    return "-" if value == "none" else _(SLA_LABELS[SlaState(value)])


def _minute(value: Any, row: Row) -> str:
    return str(value)[:16].replace("T", " ") if value else "-"


TICKETS: Final = (
    Column("ref", N_("No.")),
    Column("priority", N_("Priority"), _priority),
    Column("state", N_("State"), _state),
    Column("sla_state", N_("SLA"), _sla, spare=3),
    Column("service", N_("Service"), spare=5),
    Column("team", N_("Team"), spare=4),
    Column("assignee", N_("Assignee"), spare=2),
    Column("created_at", N_("Opened (UTC)"), _minute, spare=6),
    Column("title", N_("Summary"), flexible=True),
)


def print_tickets(
    rows: Iterable[Row], output: Output, columns: str | None = None, *, empty: str = "", more: tuple[str, ...] = ()
) -> int:
    """Print whole tickets as a list; how many there were."""
    from helpdesk_tui.desk.forms import KEYS

    return print_rows(rows, TICKETS, output=output, columns=columns, keys=(*KEYS, *more), empty=empty)


def print_ticket(ticket: Row, output: Output) -> None:
    """Print the ticket that a verb left behind: one line for people, a list of one whole object for programs."""
    if output is Output.TABLE:
        line(
            f"{ticket['ref']}  {state_label(str(ticket['state']))}  {_priority(ticket['priority'], ticket)}  {ticket['title']}"
        )
    else:
        print_tickets([ticket], output)


def print_done(result: Row, output: Output, text: str) -> None:
    """Print what a verb answered that is no ticket: a sentence for people, the object for programs."""
    print_result(result, output=output, lines=[text])


def flush() -> None:
    """Let a reader see the lines printed so far."""
    sys.stdout.flush()
