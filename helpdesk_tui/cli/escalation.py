"""`helpdesk escalation`: who is paged for a ticket, level after level, until somebody acknowledges."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from helpdesk_tui.cli import choices, context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_result, print_rows
from helpdesk_tui.cli.shared import LimitOption, NumberArgument, ReasonOption
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.paging import KIND_LABELS, LIVE, STATE_LABELS, run_text

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

app = noun(N_("Paging: who is called for a ticket, level after level, until somebody acknowledges."))
KEYS: Final = (
    "number", "ref", "title", "severity", "policy", "state", "level", "levels", "pass", "passes", "started_at",
    "next_at", "told", "acknowledged_at", "acknowledged_by", "missing", "ended_at", "nobody_on",
)  # fmt: skip
_WHAT: Final[dict[str, str]] = {
    "paged": N_("level {level} paged: {people}"),
    "by_hand": N_("paged by hand: {people}"),
    "skipped": N_("level {level} skipped: nobody is on"),
    "alone": N_("no level has anybody; told: {people}"),
    "acked": N_("acknowledged by {people}"),
    "ack_soon": N_("warned that it lapses: {people}"),
    "lapsed": N_("the acknowledgement of {people} lapsed"),
    "exhausted": N_("nobody answered; told: {people}"),
    "waits": N_("waits for service hours"),
}
ByHandReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=N_("Why; kept in the journal."))]


def _state(value: Any, row: Row) -> str:
    return _(STATE_LABELS[value]) if value in STATE_LABELS else str(value)


def _level(value: Any, row: Row) -> str:
    return f"{value}/{row['levels']}" + (f" ({row['pass']}/{row['passes']})" if row["pass"] > 1 else "")


def _minute(value: Any, row: Row) -> str:
    return str(value)[:16].replace("T", " ") if value else "-"


_TABLE = (
    Column("ref", N_("No.")),
    Column("severity", N_("Severity")),
    Column("state", N_("State"), _state),
    Column("level", N_("Level"), _level),
    Column("told", N_("Paged")),
    Column("acknowledged_by", N_("Acknowledged by"), spare=2),
    Column("next_at", N_("Next (UTC)"), _minute, spare=1),
    Column("title", N_("Summary"), flexible=True),
)


def print_run(desk: "Desk", run: Mapping[str, Any], output_: Output) -> None:
    """A run as a verb left it: one line for people, the whole object for programs."""
    print_result(run, output=output_, lines=[f"{run['ref']}  {run['severity']}  {run_text(run, desk.now())}"])


def _step(step: Mapping[str, Any]) -> str:
    acks = " " + _("({n} acknowledgements)").format(n=step["need_acks"]) if step["need_acks"] > 1 else ""
    minutes = "-" if step["delay"] is None else _("{n} min").format(n=step["delay"] // 60)
    return f"  {step['level']}  {_(KIND_LABELS[step['kind']])}  {', '.join(step['targets']) or '-'}{acks}  {minutes}"


def _past(one: Mapping[str, Any]) -> str:
    said = _(_WHAT[one["what"]]).format(level=one["level"], people=", ".join(map(str, one["people"])) or "-")
    return f"  {one['at'][:16].replace('T', ' ')}  {said}"


@command(
    app,
    "list",
    N_("List what is being paged for: what nobody answered first, then by what comes next."),
    "helpdesk escalation list",
    "helpdesk escalation list --state exhausted -o json",
)
def list_(
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help=N_("running, acknowledged, held or exhausted; may be repeated."),
            autocompletion=choices.among(list(LIVE)),
        ),
    ] = None,
    limit: LimitOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.paging.list(state, limit=200 if limit is None else limit)
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("nobody is being paged"))


@command(
    app,
    "show",
    N_("Show who was paged for a ticket and when, who acknowledged, what comes next."),
    "helpdesk escalation show 1042",
    "helpdesk escalation show INC-1042 -o json",
)
def show(number: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        run = desk.paging.show(number)
        lines = [f"{run['ref']}  {run['severity']}  {run_text(run, desk.now())}"]
    policy = run["policy"] or _("by hand")
    lines.append(_("Levels ({policy}, policy version {version}):").format(policy=policy, version=run["policy_version"]))
    lines += [_step(step) for step in run["steps"]]
    lines.append(_("So far (UTC):"))
    lines += [_past(one) for one in run["history"]]
    print_result(run, output=output, lines=lines)


@command(
    app,
    "ack",
    N_("Say that you are on it: nobody else is paged. Saying it again keeps it from lapsing."),
    "helpdesk escalation ack 1042",
    "helpdesk escalation ack INC-1042 -o json",
)
def ack(number: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_run(desk, desk.paging.ack(number), output)


@command(
    app,
    "unack",
    N_("Take an acknowledgement back: paging begins again at level 1."),
    "helpdesk escalation unack 1042 --reason 'my line is down'",
    "helpdesk escalation unack INC-1042 -o json",
)
def unack(number: NumberArgument, reason: ReasonOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_run(desk, desk.paging.unack(number, reason=reason), output)


@command(
    app,
    "page",
    N_("Page now: the next level, another level, or people; also after an acknowledgement."),
    "helpdesk escalation page 1042 --to ben.fischer --reason 'needs a network engineer'",
    "helpdesk escalation page INC-1042 --reason 'one pair of hands is not enough' -o json",
)
def page(
    number: NumberArgument,
    reason: ByHandReason,
    level: Annotated[int | None, typer.Option("--level", metavar="N", min=1, help=N_("This level."))] = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="PERSON", help=N_("This person; may be repeated.")),
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_run(desk, desk.paging.page(number, reason=reason, level=level, people=to), output)


@command(
    app,
    "hold",
    N_("Page nobody for a ticket until then, a week at most; afterwards paging begins afresh."),
    "helpdesk escalation hold 1042 --until 2h --reason 'planned restart'",
    "helpdesk escalation hold INC-1042 --until 90m --reason 'planned restart' -o json",
)
def hold(
    number: NumberArgument,
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help=N_("Until when: an instant, or a span such as 2h."))
    ],
    reason: ByHandReason,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        at = shared.instant(until, desk.now())
        assert at is not None
        print_run(desk, desk.paging.hold(number, at, reason=reason), output)


@command(
    app,
    "release",
    N_("End a hold: paging begins afresh at level 1."),
    "helpdesk escalation release 1042",
    "helpdesk escalation release INC-1042 -o json",
)
def release(number: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_run(desk, desk.paging.release(number), output)
