"""`helpdesk ticket`: editing, talking, and a ticket's way through its life."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.output import Output
from helpdesk_tui.cli.shared import (
    AssignTeamOption,
    CauseOption,
    CodeOption,
    DashArgument,
    MessageOption,
    NumberArgument,
    ReasonOption,
    ResolutionOption,
    StateArgument,
    TagOption,
    TicketSetOption,
    UntagOption,
    VersionOption,
    YesOption,
)
from helpdesk_tui.cli.ticket import app
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_, _

if TYPE_CHECKING:
    from helpdesk_tui.desk.tickets import Tickets

UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help=N_("When it wakes up: an instant, or a span such as 2d."))
]


def _work(output_: Output, act: Any) -> None:
    """Do something to a ticket and print how it stands then."""
    with context.current().desk() as desk:
        shared.print_ticket(act(desk.tickets), output_)


@command(
    app,
    "edit",
    N_("Change fields and tags of a ticket."),
    "helpdesk ticket edit 1042 --set impact=high --set service=vpn",
    "helpdesk ticket edit INC-1042 --tag vpn --untag new --if-version 3",
)
def edit(
    number: NumberArgument,
    set_: TicketSetOption = None,
    tag: TagOption = None,
    untag: UntagOption = None,
    reason: ReasonOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    def act(tickets: "Tickets") -> dict[str, Any]:
        return tickets.edit(
            number, set=shared.fields(set_), add_tags=tag or [], remove_tags=untag or [],
            reason=reason, version=version,
        )  # fmt: skip

    _work(output, act)


@command(
    app,
    "take",
    N_("Take a ticket: it becomes yours and work on it begins."),
    "helpdesk ticket take 1042",
    "helpdesk ticket take INC-1042 -o json",
)
def take(number: NumberArgument, version: VersionOption = None, output: output.OutputOption = Output.TABLE) -> None:
    _work(output, lambda tickets: tickets.take(number, version=version))


@command(
    app,
    "assign",
    N_("Hand a ticket to a person, a team or both."),
    "helpdesk ticket assign 1042 ben.fischer",
    "helpdesk ticket assign INC-1042 none --team network --reason 'needs a router'",
)
def assign(
    number: NumberArgument,
    person: Annotated[str | None, typer.Argument(metavar="PERSON", help=N_("Login, address, me, or none."))] = None,
    team: AssignTeamOption = None,
    reason: ReasonOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    def act(tickets: "Tickets") -> dict[str, Any]:
        return tickets.assign(number, team=team, assignee=person, reason=reason, version=version)

    _work(output, act)


def _talk(name: str, told: str, summary: str, *examples: str) -> None:
    """Declare a verb that writes a text on a ticket."""

    @command(app, name, summary, *examples)
    def verb(
        number: NumberArgument,
        dash: DashArgument = None,
        message: MessageOption = None,
        attach: Annotated[
            list[str] | None,
            typer.Option("--attach", metavar="FILE", help=N_("A file to go with it; may be repeated.")),
        ] = None,
        output: output.OutputOption = Output.TABLE,
    ) -> None:
        from helpdesk_tui.cli.texts import message as given
        from helpdesk_tui.cli.ticket_more import read_file

        files = [read_file(path) for path in attach or ()]  # what cannot be read stops the whole
        text = given(message, dash, hint=_("Write the text above. Lines that begin with # are dropped."))
        with context.current().desk() as desk:
            result = getattr(desk.tickets, name)(number, text)
            for file in files:
                desk.attachments.add(result["number"], *file, comment=result["comment"])
            shared.print_done(result, output, _(told).format(number=result["number"]))


_talk(
    "reply",
    N_("a reply on {number}"),
    N_("Write a public reply; on a merged ticket it reaches the survivor."),
    'helpdesk ticket reply 1042 -m "We look into it." --attach screenshot.png',
    "helpdesk template render received --ticket 1042 | helpdesk ticket reply INC-1042 -",
)
_talk(
    "note",
    N_("a note on {number}"),
    N_("Write an internal note."),
    'helpdesk ticket note 1042 -m "failing over to the standby"',
    "dmesg | tail | helpdesk ticket note INC-1042 -",
)


@command(
    app,
    "state",
    N_("Move a ticket to another state of its kind; what the move requires may be given along."),
    "helpdesk ticket state 1042 in_progress",
    "helpdesk ticket state INC-1042 awaiting_user --reason 'asked for the serial number' --until 2d",
)
def state(
    number: NumberArgument,
    to: StateArgument,
    reason: ReasonOption = None,
    until: UntilOption = None,
    resolution: ResolutionOption = None,
    cause: CauseOption = None,
    code: CodeOption = None,
    tz: shared.ZoneOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        when = shared.instant(until, desk.now(), tz)
        ticket = desk.tickets.state(
            number,
            to,
            reason=reason,
            until=when,
            resolution=resolution,
            cause=cause,
            code=code,
            version=version,
        )
        shared.print_ticket(ticket, output)


@command(
    app,
    "pend",
    N_("Put a ticket on hold, with the time it wakes up and the reason."),
    "helpdesk ticket pend 1042 --until 'tomorrow 09:00' --reason 'part is ordered'",
    "helpdesk ticket pend INC-1042 --to awaiting_vendor --until 2d --reason 'case 77 at the vendor'",
)
def pend(
    number: NumberArgument,
    until: UntilOption = None,
    reason: ReasonOption = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="STATE", help=N_("A waiting state other than on hold."), autocompletion=choices.states
        ),
    ] = None,
    tz: shared.ZoneOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        when = shared.instant(until, desk.now(), tz)
        shared.print_ticket(desk.tickets.pend(number, until=when, reason=reason, to=to, version=version), output)


@command(
    app,
    "resolve",
    N_("Resolve a ticket: what the cause was and what was done."),
    'helpdesk ticket resolve 1042 -m "replaced the cable" --cause "broken cable"',
    "helpdesk ticket resolve INC-1042 - < what-was-done.txt",
)
def resolve(
    number: NumberArgument,
    dash: DashArgument = None,
    message: MessageOption = None,
    resolution: ResolutionOption = None,
    cause: CauseOption = None,
    code: CodeOption = None,
    reason: ReasonOption = None,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import message as given

    text = given(message, dash, required=False) if message is not None or dash is not None else resolution

    def act(tickets: "Tickets") -> dict[str, Any]:
        return tickets.resolve(number, resolution=text, cause=cause, code=code, reason=reason, version=version)

    _work(output, act)


def _step(name: str, summary: str, *examples: str) -> None:
    """Declare a move that takes nothing but a reason."""

    @command(app, name, summary, *examples)
    def verb(
        number: NumberArgument,
        reason: ReasonOption = None,
        version: VersionOption = None,
        output: output.OutputOption = Output.TABLE,
    ) -> None:
        _work(output, lambda tickets: getattr(tickets, name)(number, reason=reason, version=version))


_step(
    "close",
    N_("Close a resolved ticket for good."),
    "helpdesk ticket close 1042",
    "helpdesk ticket close INC-1042 --reason 'confirmed by phone' -o json",
)
_step(
    "reopen",
    N_("Open a resolved or closed ticket again."),
    "helpdesk ticket reopen 1042 --reason 'it is back'",
    "helpdesk ticket reopen INC-1042 --reason 'not solved' -o json",
)
_step(
    "cancel",
    N_("Cancel a ticket that will not be worked on."),
    "helpdesk ticket cancel 1042 --reason 'asked for twice'",
    "helpdesk ticket cancel REQ-1043 --reason 'no longer wanted' -o json",
)


@command(
    app,
    "delete",
    N_("Delete a ticket softly: it leaves every list; undo brings it back."),
    "helpdesk ticket delete 1042 --yes",
    "helpdesk ticket delete INC-1042 --reason 'a test' --yes",
)
def delete(
    number: NumberArgument,
    reason: ReasonOption = None,
    yes: YesOption = False,
    version: VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        result = desk.tickets.delete(number, reason=reason, version=version)
        shared.print_done(
            result, output, _("{number} is deleted; `helpdesk undo` brings it back").format(number=number)
        )


@command(
    app,
    "redact",
    N_(
        "Remove a text (a pasted password) everywhere: fields, talk, search, journal. Cannot be undone; exit code 6 if it still stands in tags or inside files."
    ),
    "helpdesk ticket redact 1042 - < secret.txt",
    "helpdesk ticket redact INC-1042 --yes -m 's3cret'",
)
def redact(
    number: NumberArgument,
    dash: DashArgument = None,
    message: MessageOption = None,
    yes: YesOption = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.confirm import confirm
    from helpdesk_tui.cli.texts import message as given

    text = given(message, dash)
    if not (message == "-" or dash == "-"):
        confirm(_("Redact this text from {number} for ever?").format(number=number), yes)
    with context.current().desk() as desk:
        result = desk.tickets.redact(number, text)
    shared.print_done(result, output, _("removed from {n} places").format(n=result["places"] + result["journal"]))
    if result["remains"]:
        from helpdesk_tui.desk.redaction import where

        context.say(_("it still stands where it cannot go: {where}").format(where=where(result["remains"])))
        raise typer.Exit(Invalid.exit_code)
