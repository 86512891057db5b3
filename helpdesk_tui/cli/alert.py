"""`helpdesk alert`: what monitoring systems tell of."""

from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import choices, context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.event import _severity
from helpdesk_tui.cli.output import Column, Output, Row, print_entity, print_rows
from helpdesk_tui.cli.shared import LimitOption, NumberArgument, number
from helpdesk_tui.vocabulary.events import ALERT_STATE_LABELS
from helpdesk_tui.vocabulary.i18n import N_, _

app = noun(N_("Alerts: what monitoring systems tell of, and the tickets it belongs to."))
KEYS: Final = (
    "id", "source", "instance", "key", "state", "severity", "summary", "service", "ci", "number", "opened_at",
    "resolved_at", "changed_at", "told", "last_at", "flapping", "held", "version",
)  # fmt: skip


def _state(value: Any, row: Row) -> str:
    more = f" ({_('flapping')})" if row.get("flapping") else f" ({row['held']})" if row.get("held") else ""
    return (_(ALERT_STATE_LABELS[value]) if value in ALERT_STATE_LABELS else str(value)) + more


_TABLE = (
    Column("id", N_("Alert"), right=True),
    Column("state", N_("State"), _state),
    Column("severity", N_("Severity"), _severity),
    Column("summary", N_("Summary"), flexible=True),
    Column("ci", N_("Host"), spare=1),
    Column("service", N_("Service"), spare=2),
    Column("number", N_("Ticket"), right=True),
    Column("opened_at", N_("Since"), spare=3),
    Column("told", N_("Told"), right=True, spare=4),
)
AlertArgument = Annotated[int, typer.Argument(metavar="ALERT", help=N_("The alert's number in the list."))]
STATES: Final = ("open", "firing", "acknowledged", "resolved", "all")


@command(
    app,
    "list",
    N_("List alerts: those that fire, unless another state is named."),
    "helpdesk alert list",
    "helpdesk alert list --state all --service vpn -o json",
)
def list_(
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="STATE",
            help=N_("open, firing, acknowledged, resolved or all."),
            autocompletion=choices.among(list(STATES)),
        ),
    ] = "open",
    ticket: Annotated[
        int | None, typer.Option("--ticket", metavar="NUMBER", help=N_("Only those of this ticket."), parser=number)
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help=N_("Only those of this service."))
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="SOURCE", help=N_("Only those of this sender."))
    ] = None,
    limit: LimitOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.alerts.list(
            state, ticket=ticket, service=service, source=source, limit=200 if limit is None else limit
        )
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("no alerts"))


@command(
    app,
    "show",
    N_("Show an alert with its labels and what happened to it."),
    "helpdesk alert show 1",
    "helpdesk alert show 1 -o json",
)
def show(
    alert: AlertArgument, columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE
) -> None:
    with context.current().desk() as desk:
        print_entity(_readable(desk.alerts.show(alert), output), output=output, columns=columns)


def _readable(found: dict[str, Any], output: Output) -> dict[str, Any]:
    """For people the log is sentences, one a line."""
    from helpdesk_tui.vocabulary.reasons import sentence
    from helpdesk_tui.vocabulary.sentences import verb_text

    if output is not Output.TABLE:
        return found
    lines = [
        f"{entry['at']} {entry['actor']} {verb_text(entry['verb'])}: " + "; ".join(map(sentence, entry["reasons"]))
        for entry in found["log"]
    ]
    return {**found, "log": "\n".join(lines)}


@command(
    app,
    "ack",
    N_("Acknowledge an alert that fires: until it is over its repetitions are only counted."),
    "helpdesk alert ack 1",
    "helpdesk alert ack 1 -o json",
)
def ack(alert: AlertArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(_readable(desk.alerts.ack(alert), output), output=output)


@command(
    app,
    "unack",
    N_("Take the acknowledgement of an alert back."),
    "helpdesk alert unack 1",
    "helpdesk alert unack 1 -o json",
)
def unack(alert: AlertArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(_readable(desk.alerts.unack(alert), output), output=output)


@command(
    app,
    "resolve",
    N_("End an alert by hand; where its sender still tells of it after a while, it fires again."),
    "helpdesk alert resolve 1",
    "helpdesk alert resolve 1 -o json",
)
def resolve(alert: AlertArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(_readable(desk.alerts.resolve(alert), output), output=output)


@command(
    app,
    "link",
    N_("Make an alert one of a ticket's; it leaves the one it was linked to."),
    "helpdesk alert link 1 1042",
    "helpdesk alert link 1 INC-1042 -o json",
)
def link(alert: AlertArgument, ticket: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(_readable(desk.alerts.link(alert, ticket), output), output=output)


@command(
    app,
    "unlink",
    N_("Take an alert away from its ticket."),
    "helpdesk alert unlink 1",
    "helpdesk alert unlink 1 -o json",
)
def unlink(alert: AlertArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_entity(_readable(desk.alerts.unlink(alert), output), output=output)
