"""`helpdesk ticket`: every verb on one ticket. Reading stands here, the rest in modules by subject."""

from typing import Annotated, Any

import typer

from helpdesk_tui.cli import choices, context, labels, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_rows
from helpdesk_tui.cli.shared import (
    AtOption,
    DashArgument,
    LimitOption,
    MessageOption,
    NumberArgument,
    NumbersArgument,
    SortOption,
    TagOption,
    TicketSetOption,
    WhereOption,
    ZoneOption,
)
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import span
from helpdesk_tui.vocabulary.text import one_line, safe_text

app = noun(N_("Open, read and work tickets."))

_HISTORY = (
    Column("at", N_("When (UTC)")),
    Column("actor", N_("Who")),
    Column("verb", N_("Verb")),
    Column("changes", N_("Changes"), lambda value, row: _changes(value), flexible=True),
)
_COMMENTS = (
    Column("at", N_("When (UTC)")),
    Column("author", N_("Who")),
    Column("kind", N_("Kind")),
    Column("text", N_("Text"), flexible=True),
)


def _changes(value: Any) -> str:
    parts = []
    for field, (before, after) in value.items():
        name = labels.label(field)
        old, new = (one_line(output.plain(labels.value(field, side)), 40) for side in (before, after))
        parts.append(f"{name}: {old} -> {new}" if before not in (None, []) else f"{name}: {new}")
    return "; ".join(parts) or "-"


@command(
    app,
    "new",
    N_("Open a ticket. The rules propose what is not given."),
    'helpdesk ticket new "VPN drops every hour" --requester ann@example.org',
    'helpdesk ticket new "打印机卡纸" -m "三楼打印机" --set impact=low --set service=printing -o json',
)
def new(
    title: Annotated[str, typer.Argument(metavar="TITLE", help=N_("One line that says what it is about."))],
    dash: DashArgument = None,
    message: MessageOption = None,
    edit: Annotated[bool, typer.Option("--edit", "-e", help=N_("Write the description in your editor."))] = False,
    requester: Annotated[
        str | None, typer.Option("--requester", "-r", metavar="PERSON", help=N_("Who asks: login, address, or me."))
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help=N_("How it came in."), autocompletion=choices.channels)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help=N_("incident, request, problem, change, improvement or delivery."),
            autocompletion=choices.kinds,
        ),
    ] = None,
    set_: TicketSetOption = None,
    tag: TagOption = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help=N_("When it was reported."))] = None,
    sensitive: Annotated[
        bool, typer.Option("--sensitive", help=N_("Only for those named on it, and the service management office."))
    ] = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import edited
    from helpdesk_tui.cli.texts import message as given

    text = edited(hint=title) if edit else given(message, dash, required=False)
    values = shared.fields(set_)
    if kind is not None:
        values.setdefault("kind", kind)
    if "description" in values and not text:
        text = values.pop("description")
    with context.current().desk(tz) as desk:
        when = shared.instant(at, desk.now(), tz, past=True)
        ticket = desk.tickets.open(
            title,
            description=text,
            requester=requester,
            channel=channel,
            set=values,
            tags=tag or [],
            at=when,
            sensitive=sensitive,
        )
        shared.print_ticket(ticket, output)


@command(
    app,
    "list",
    N_("List tickets, closed ones too unless a filter says otherwise."),
    'helpdesk ticket list --where "is:open priority:high.. due:<4h" --sort -priority,due',
    'helpdesk ticket list --where "service:email created:>=2026-01-01" --columns number,title,state -o csv',
)
def list_(
    where: WhereOption = None,
    view: Annotated[
        str | None, typer.Option("--view", metavar="CODE", help=N_("A saved view."), autocompletion=choices.views)
    ] = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    at: AtOption = None,
    archive: shared.ArchiveOption = False,
    tz: ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with shared.desk_at(at, tz, archive=archive) as desk:
        query = where or ""
        if view is not None:
            if where:
                raise Usage(N_("give --where or --view, not both"))
            query = str(desk.views.show(view)["query"])
        shared.print_tickets(
            desk.reading.stream(query, sort=sort, limit=limit), output, columns, empty=_("no ticket meets this filter")
        )


@command(
    app,
    "show",
    N_("Show tickets whole; as a table with their talk, ties, checklist and time."),
    "helpdesk ticket show 1042",
    "helpdesk ticket show INC-1042 REQ-1043 -o json --at 2h",
)
def show(
    numbers: NumbersArgument,
    at: AtOption = None,
    archive: shared.ArchiveOption = False,
    tz: ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with shared.desk_at(at, tz, archive=archive) as desk:
        tickets = [desk.reading.show(number) for number in numbers]
        if output is Output.TABLE and columns is None:
            for ticket in tickets:
                _print_whole(desk, ticket)
        else:
            shared.print_tickets(tickets, output, columns)


def _print_whole(desk: Any, ticket: Row) -> None:
    """One ticket for people: its fields, its texts, and what hangs on it."""
    number = ticket["number"]
    output.line(f"{ticket['ref']}  {ticket['title']}")
    facts = {key: value for key, value in ticket.items() if key not in ("number", "ref", "title", "description")}
    facts = {key: value for key, value in facts.items() if value not in (None, [], "")}
    row = desk.reading.facts(number)
    facts |= {key: row[key] for key in ("cause", "resolution", "resolution_code", "merged_into") if row.get(key)}
    spent = desk.reading.time_spent(number)
    facts |= {"watchers": desk.reading.watchers(number)} if desk.reading.watchers(number) else {}
    facts |= {"time_spent": span(spent)} if spent else {}
    output.print_facts(facts)
    if ticket["description"]:
        output.write("\n" + safe_text(ticket["description"]).rstrip() + "\n")
    for link in desk.reading.links(number):
        output.line(f"[{link['number']} {link['type']} {link['other']}] {link['title']}")
    for item in desk.reading.checklist(number):
        output.line(f"[{'x' if item['done_at'] else ' '}] {item['item']}  {item['text']}")
    for comment in _comments(desk, number):
        output.write(
            f"\n--- {comment['at'][:16].replace('T', ' ')}  {one_line(str(comment['author']))}  {comment['kind']}\n"
        )
        output.write(safe_text(comment["text"]).rstrip() + "\n")


def _comments(desk: Any, number: int) -> list[dict[str, Any]]:
    from helpdesk_tui.vocabulary.instants import iso

    return [
        {
            "id": c.id,
            "number": c.number,
            "at": iso(c.created_at),
            "author": c.author,
            "kind": c.kind,
            "channel": c.channel,
            "text": c.body,
        }
        for c in desk.reading.comments(number)
    ]


@command(
    app,
    "comments",
    N_("List the replies and notes of a ticket."),
    "helpdesk ticket comments 1042",
    "helpdesk ticket comments INC-1042 -o jsonl",
)
def comments(
    number: NumberArgument,
    at: AtOption = None,
    archive: shared.ArchiveOption = False,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with shared.desk_at(at, archive=archive) as desk:
        keys = ("id", "number", "at", "author", "kind", "channel", "text")
        print_rows(_comments(desk, number), _COMMENTS, output=output, columns=columns, keys=keys)


@command(
    app,
    "log",
    N_("List everything that happened to a ticket, in time order, with the reasons."),
    "helpdesk ticket log 1042",
    "helpdesk ticket log INC-1042 -o json --at 2026-11-20T12:00:00Z",
)
def log(
    number: NumberArgument,
    at: AtOption = None,
    archive: shared.ArchiveOption = False,
    tz: ZoneOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    keys = ("seq", "at", "recorded_at", "actor", "origin", "verb", "changes", "reasons")
    with shared.desk_at(None, tz, archive=archive) as desk:
        found = desk.reading.log(number)
        until = shared.instant(at, desk.now(), tz, past=True)
        if until is not None:
            from helpdesk_tui.vocabulary.instants import iso

            found = [entry for entry in found if entry["at"] <= iso(until)]
        print_rows(found, _HISTORY, output=output, columns=columns, keys=keys)


@command(
    app,
    "why",
    N_("Explain every automatic value of a ticket, or one: policy, rule, inputs, what would change it."),
    "helpdesk ticket why 1042",
    "helpdesk ticket why INC-1042 priority -o json",
)
def why(
    number: NumberArgument,
    field: Annotated[
        str | None, typer.Argument(metavar="FIELD", help=N_("One value, such as priority or team."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.reading.why(number, field)
        if output is Output.TABLE:
            _print_why(found)
        else:
            print_rows(found, (), output=output)


def _print_why(found: list[dict[str, Any]]) -> None:
    from helpdesk_tui.vocabulary.reasons import sentence

    for item in found:
        head = f"{item['field']}: {output.plain(item.get('value'))}"
        if item.get("policy") is not None:
            head += "  (" + _("policy version {version}").format(version=item["policy"]) + ")"
        output.line(head)
        for reason in item.get("reasons", []):
            output.line(f"  {sentence(reason)}")
        for reason in item.get("would_change", []):
            output.line(f"  ? {sentence(reason)}")


# The verbs that change a ticket add themselves to `app`.
from helpdesk_tui.cli import ticket_life, ticket_more, ticket_next, ticket_rules  # noqa: E402, F401
