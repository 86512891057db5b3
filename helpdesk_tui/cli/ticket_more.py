"""`helpdesk ticket`: other tickets, followers, checklist, time, files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.output import Column, Output, print_rows
from helpdesk_tui.cli.shared import DashArgument, MessageOption, NumberArgument, ReasonOption, VersionOption
from helpdesk_tui.cli.ticket import app
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import parse_duration, span

_MAX_FILE = 25 * 1024 * 1024
_STEPS = (
    Column("item", N_("Step"), right=True),
    Column("done_at", N_("Done"), lambda value, row: "x" if value else ""),
    Column("text", N_("Text"), flexible=True),
    Column("done_by", N_("Who")),
)
_FILES = (
    Column("id", N_("No."), right=True),
    Column("name", N_("Name"), flexible=True),
    Column("size", N_("Bytes"), right=True),
    Column("media_type", N_("Type")),
)
_SIMILAR = (
    Column("ref", N_("No.")),
    Column("likeness", N_("Like"), lambda value, row: f"{round(value * 100)}%", right=True),
    Column("state", N_("State")),
    Column("category", N_("Category")),
    Column("title", N_("Title"), flexible=True),
    Column("resolution", N_("Resolution"), flexible=True),
)
OtherArgument = Annotated[int, typer.Argument(metavar="OTHER", help=N_("The other ticket."), parser=shared.number)]


@command(
    app,
    "merge",
    N_("Merge a duplicate into the ticket that lives on; later replies to it reach the survivor."),
    "helpdesk ticket merge 1043 1042",
    "helpdesk ticket merge INC-1043 INC-1042 --reason 'same outage'",
)
def merge(
    number: NumberArgument,
    into: Annotated[
        int, typer.Argument(metavar="SURVIVOR", help=N_("The ticket that lives on."), parser=shared.number)
    ],
    reason: ReasonOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        result = desk.tickets.merge(number, into, reason=reason, version=version)
        told = _("{number} is merged into {other}").format(number=result["number"], other=result["merged_into"])
        shared.print_done(result, output, told)


@command(
    app,
    "unmerge",
    N_("Take a merge back: the ticket stands as it stood before."),
    "helpdesk ticket unmerge 1043",
    "helpdesk ticket unmerge INC-1043 --reason 'another outage after all'",
)
def unmerge(number: NumberArgument, reason: ReasonOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        result = desk.tickets.unmerge(number, reason=reason)
        shared.print_done(result, output, _("{number} stands on its own again").format(number=result["number"]))


@command(
    app,
    "split",
    N_("Open a new ticket for a second matter found in this one."),
    'helpdesk ticket split 1042 "Printer also jams" -m "second part of the call"',
    'helpdesk ticket split INC-1042 "Order a dock" --reason "a second matter" -o json',
)
def split(
    number: NumberArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help=N_("What the new ticket is about."))],
    dash: DashArgument = None,
    message: MessageOption = None,
    comment: Annotated[
        int | None, typer.Option("--comment", metavar="ID", help=N_("Take the text of this reply or note."))
    ] = None,
    reason: ReasonOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import message as given

    text = given(message, dash, required=False) or None
    with context.current().desk() as desk:
        ticket = desk.tickets.split(number, title, text=text, comment=comment, reason=reason)
        shared.print_ticket(ticket, output)


@command(
    app,
    "link",
    N_("Tie a ticket to another, or untie it."),
    "helpdesk ticket link 1042 1040 --type caused_by",
    "helpdesk ticket link INC-1042 INC-1040 --type caused_by --remove",
)
def link(
    number: NumberArgument,
    other: OtherArgument,
    type_: Annotated[
        str, typer.Option("--type", help=N_("relates, duplicates, blocks or caused_by."), autocompletion=choices.links)
    ] = "relates",
    remove: Annotated[bool, typer.Option("--remove", help=N_("Untie them."))] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        result = desk.tickets.link(number, other, type=type_, remove=remove)
        told = _("no longer: {number} {type} {other}") if remove else _("{number} {type} {other}")
        shared.print_done(result, output, told.format(**result))


@command(
    app,
    "similar",
    N_("Show tickets whose words are like this one's, the most alike first, and how they were solved."),
    "helpdesk ticket similar 1042",
    "helpdesk ticket similar INC-1042 --limit 3 -o json",
)
def similar(
    number: NumberArgument,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=60, help=N_("At most so many."))] = 8,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        rows = desk.tickets.similar(number, limit)
        print_rows(rows, _SIMILAR, output=output, columns=columns, empty=_("no ticket like this one is known"))


@command(
    app,
    "watch",
    N_("Follow a ticket, let another follow it, or stop; --list shows who follows."),
    "helpdesk ticket watch 1042",
    "helpdesk ticket watch INC-1042 --person ben.fischer --remove",
)
def watch(
    number: NumberArgument,
    person: Annotated[
        str, typer.Option("--person", metavar="PERSON", help=N_("Login or address; yourself if not given."))
    ] = "me",
    remove: Annotated[bool, typer.Option("--remove", help=N_("Stop following."))] = False,
    list_: Annotated[bool, typer.Option("--list", help=N_("Only list who follows."))] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        if list_:
            rows = [{"number": number, "person": who} for who in desk.tickets.watchers(number)]
            print_rows(rows, (Column("person", N_("Who")),), output=output, keys=("number", "person"))
            return
        result = desk.tickets.watch(number, person=person, remove=remove)
        told = _("{person} follows {number} no more") if remove else _("{person} follows {number}")
        shared.print_done(result, output, told.format(person=result["person"], number=number))


@command(
    app,
    "sensitive",
    N_(
        "Mark a ticket sensitive: only those named on it read it, and the service management office; or take the mark off."
    ),
    "helpdesk ticket sensitive INC-1042 --reason 'an illness is spoken of'",
    "helpdesk ticket sensitive 1042 --off --reason 'marked by mistake'",
)
def sensitive(
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=N_("Why; kept in the journal."))],
    off: Annotated[
        bool, typer.Option("--off", help=N_("Take the mark off (its assignee or the service management office)."))
    ] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        result = desk.tickets.sensitive(number, reason, remove=off)
        told = _("{number} is no longer marked sensitive") if off else _("{number} is marked sensitive")
        shared.print_done(result, output, told.format(number=number))


@command(
    app,
    "checklist",
    N_("Show a ticket's checklist; add, tick off or remove steps."),
    'helpdesk ticket checklist 1042 --add "order laptop" --add "create mailbox"',
    "helpdesk ticket checklist REQ-1043 -o json",
)
def checklist(
    number: NumberArgument,
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="TEXT", help=N_("A step to add; may be repeated."))
    ] = None,
    tick: Annotated[int | None, typer.Option("--tick", metavar="STEP", help=N_("Tick a step off."))] = None,
    untick: Annotated[int | None, typer.Option("--untick", metavar="STEP", help=N_("Take a tick away."))] = None,
    remove: Annotated[
        int | None, typer.Option("--remove", metavar="STEP", help=N_("Take a step off the list."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        tickets = desk.tickets
        if add:
            tickets.checklist_add(number, add)
        if tick is not None:
            tickets.checklist_tick(number, tick)
        if untick is not None:
            tickets.checklist_tick(number, untick, done=False)
        if remove is not None:
            tickets.checklist_remove(number, remove)
        print_rows(
            tickets.checklist(number), _STEPS, output=output, keys=("item", "position", "text", "done_at", "done_by"),
            empty=_("the checklist is empty"),
        )  # fmt: skip


@command(
    app,
    "time",
    N_("Record time worked on a ticket; without a time, show the sum."),
    'helpdesk ticket time 1042 30m -m "looked through the logs"',
    "helpdesk ticket time INC-1042 1h30m --at 'today 14:00' -o json",
)
def time(
    number: NumberArgument,
    spent: Annotated[str | None, typer.Argument(metavar="TIME", help=N_("How long, such as 30m or 1h30m."))] = None,
    note: Annotated[str, typer.Option("--message", "-m", metavar="TEXT", help=N_("What was done."))] = "",
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help=N_("When it was."))] = None,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        if spent is None:
            result = {"number": number, "total": desk.tickets.time_spent(number)}
        else:
            try:
                seconds = parse_duration(spent)
            except Invalid as error:
                raise Usage(error.message, **error.params) from error
            when = shared.instant(at, desk.now(), tz, past=True)
            result = desk.tickets.log_time(number, seconds, note=note, at=when)
        told = _("{total} worked on {number}").format(total=span(result["total"]), number=number)
        shared.print_done(result, output, told)


@command(
    app,
    "attach",
    N_("Attach files to a ticket."),
    "helpdesk ticket attach 1042 screenshot.png",
    "helpdesk ticket attach INC-1042 log.txt trace.pcap -o json",
)
def attach(
    number: NumberArgument,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help=N_("Files of at most 25 MiB each."))],
    comment: Annotated[
        int | None, typer.Option("--comment", metavar="ID", help=N_("Attach to this reply or note."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        made = [desk.attachments.add(number, *read_file(name), comment=comment) for name in files]
        print_rows(made, _FILES, output=output)


def read_file(name: str) -> tuple[str, bytes, str | None]:
    """Name, bytes and media type of a file. Raises Usage where it cannot be read, Invalid where it is too large."""
    import mimetypes

    path = Path(name)
    return path.name, _bytes(path), mimetypes.guess_type(path.name)[0]


def _bytes(path: Path) -> bytes:
    """A file's bytes. Raises Usage where it cannot be read, Invalid where it is too large."""
    try:
        if path.stat().st_size > _MAX_FILE:
            raise Invalid(N_("{path} is larger than {limit} bytes"), path=path, limit=_MAX_FILE)
        return path.read_bytes()
    except OSError as error:
        raise Usage(N_("{path} cannot be read: {error}"), path=path, error=error.strerror) from error


@command(
    app,
    "attachments",
    N_("List a ticket's files, save one, or take one off."),
    "helpdesk ticket attachments 1042",
    "helpdesk ticket attachments INC-1042 --get 1 --out copy.png",
)
def attachments(
    number: NumberArgument,
    get: Annotated[int | None, typer.Option("--get", metavar="ID", help=N_("Write this file to --out."))] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help=N_("Where to; its own name if not given, - is standard output.")),
    ] = None,
    remove: Annotated[
        int | None, typer.Option("--remove", metavar="ID", help=N_("Take this file off the ticket."))
    ] = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        if remove is not None:
            desk.attachments.remove(remove)
        if get is not None:
            _save(desk.attachments.read(get), out or str(desk.attachments.get(get)["save_as"]))
            return
        print_rows(desk.attachments.list(number), _FILES, output=output, columns=columns, empty=_("no files"))


def _save(data: bytes, out: str) -> None:
    """Write an attachment where it was asked for; raw bytes never reach a terminal, and no file is overwritten."""
    if out == "-" and sys.stdout.isatty():
        raise Usage(N_("say where to with --out FILE"))
    if out == "-":
        sys.stdout.buffer.write(data)
        return
    with Path(out).open("xb") as file:
        file.write(data)
