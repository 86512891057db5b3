"""`helpdesk notify`: how you are told of what concerns you, and what became of the messages."""

from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_entity, print_result, print_rows
from helpdesk_tui.cli.shared import LimitOption
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext

app = noun(N_("How you are told of pages, incidents and service levels: channels, quiet hours, messages."))
RULE_KEYS: Final = (
    "id", "who", "channel", "address", "severity", "quiet", "quiet_severity", "tz", "active",
)  # fmt: skip
MESSAGE_KEYS: Final = (
    "id", "created_at", "due_at", "sent_at", "state", "channel", "who", "number", "severity", "attempts", "error",
    "subject",
)  # fmt: skip
_STATES: Final[dict[str, str]] = {
    "waiting": N_("waiting"), "sent": N_("sent"), "failed": N_("failed"), "withdrawn": N_("withdrawn"),
}  # fmt: skip
_RULES: Final = (
    Column("id", N_("No."), right=True),
    Column("who", N_("Who"), spare=1),
    Column("channel", N_("Channel")),
    Column("address", N_("Address"), lambda value, row: value or "-", flexible=True),
    Column("severity", N_("From")),
    Column("quiet", N_("Quiet"), lambda value, row: f"{value} {row['tz']}" if value else "-"),
    Column("quiet_severity", N_("Breaks it"), lambda value, row: value if row["quiet"] else "-", spare=1),
)


def _minute(value: Any, row: Row) -> str:
    return str(value)[:16].replace("T", " ") if value else "-"


_MESSAGES: Final = (
    Column("id", N_("No."), right=True),
    Column("created_at", N_("Made (UTC)"), _minute),
    Column("state", N_("State"), lambda value, row: _(_STATES.get(value, value))),
    Column("channel", N_("Channel")),
    Column("who", N_("Who")),
    Column("severity", N_("Severity"), spare=1),
    Column("attempts", N_("Tries"), right=True, spare=2),
    Column("subject", N_("Summary"), lambda value, row: value or "-", flexible=True),
    Column("error", N_("Fault"), lambda value, row: value or "-", spare=1),
)
PersonOption = Annotated[
    str | None, typer.Option("--person", metavar="PERSON", help=N_("Somebody else, if you may; yourself if not given."))
]


@command(
    app,
    "list",
    N_("How you are told (the console tells you in any case); with --person all everybody's, if you may."),
    "helpdesk notify list",
    "helpdesk notify list -o json",
)
def list_(
    person: PersonOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.notifying.rules(person)
    print_rows(found, _RULES, output=output, columns=columns, keys=RULE_KEYS, empty=_("only the console tells you"))


@command(
    app,
    "add",
    N_(
        "Be told by a channel too: email (your own address if none is given), webhook (a URL), command (its name in the"
        " file of channels, with an argument), apprise (an address of that library)."
    ),
    "helpdesk notify add email --address ana@example.org --severity SEV3 --quiet 22:00-07:00 --tz Europe/Berlin",
    "helpdesk notify add webhook --address https://chat.example.org/hooks/abc --severity SEV2 -o json",
)
def add(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help=N_("email, webhook, command or apprise."))],
    address: Annotated[str | None, typer.Option("--address", metavar="ADDRESS", help=N_("Where to."))] = None,
    severity: Annotated[
        str, typer.Option("--severity", metavar="SEV", help=N_("Only what is at least as grave: SEV1 to SEV5."))
    ] = "SEV5",
    quiet: Annotated[
        str | None, typer.Option("--quiet", metavar="HOURS", help=N_("Wait during these hours, such as 22:00-07:00."))
    ] = None,
    quiet_severity: Annotated[
        str, typer.Option("--breaks-quiet", metavar="SEV", help=N_("What is as grave breaks quiet hours."))
    ] = "SEV1",
    tz: Annotated[str, typer.Option("--tz", metavar="ZONE", help=N_("The zone of the quiet hours."))] = "UTC",
    person: PersonOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        made = desk.notifying.add(
            channel, address, severity=severity, quiet=quiet, quiet_severity=quiet_severity, tz=tz, person=person
        )
    _print_rule(made, output)


@command(
    app,
    "remove",
    N_("Be told in this way no longer."),
    "helpdesk notify remove 1",
    "helpdesk notify remove 2 -o json",
)
def remove(
    rule: Annotated[int, typer.Argument(metavar="NO", help=N_("Its number in the list."))],
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        _print_rule(desk.notifying.remove(rule), output)


@command(
    app,
    "test",
    N_("Send yourself a message by every channel you have; `helpdesk worker` sends it."),
    "helpdesk notify test",
    "helpdesk notify test -o json",
)
def try_it(person: PersonOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        done = desk.notifying.test(person)
    told = _("{who} is told by: {channels}").format(who=done["who"], channels=", ".join(done["channels"]))
    print_result(done, output=output, lines=[told])


@command(
    app,
    "outbox",
    N_("Messages and what became of them, the newest first: your own; everybody's, if you may."),
    "helpdesk notify outbox",
    "helpdesk notify outbox --state failed --limit 20 -o json",
)
def outbox(
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help=N_("waiting, sent, failed or withdrawn."))
    ] = None,
    limit: LimitOption = 100,
    person: PersonOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.notifying.outbox(state, limit or 10_000, person)
    print_rows(found, _MESSAGES, output=output, columns=columns, keys=MESSAGE_KEYS, empty=_("no messages"))


@command(
    app,
    "retry",
    N_("Send failed messages again: one, or all of yours."),
    "helpdesk notify retry",
    "helpdesk notify retry -o json",
)
def retry(
    message: Annotated[int | None, typer.Argument(metavar="NO", help=N_("Its number in the outbox."))] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        done = desk.notifying.retry(message)
    n = done["retried"]
    print_result(
        done, output=output, lines=[ngettext("{n} message to send again", "{n} messages to send again", n).format(n=n)]
    )


def _print_rule(rule: Row, output_: Output) -> None:
    if output_ is Output.TABLE:
        print_rows([rule], _RULES, output=output_, keys=RULE_KEYS)
    else:
        print_entity(rule, output=output_)
