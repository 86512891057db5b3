"""`helpdesk incident`: the commands of the recovery and of runbooks."""

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from helpdesk_tui.cli import context, output, shared, texts
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.incident import app, print_room
from helpdesk_tui.cli.output import Output, Row, print_result
from helpdesk_tui.cli.shared import MessageOption, NumberArgument
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.incidents import RECOVERY, ROLE_LABELS, STAGE_LABELS, STAGE_STEPS
from helpdesk_tui.vocabulary.instants import parse_instant, span
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import one_line

SCORED: Final = {
    "acknowledged": N_("acknowledged"),
    "engaged": N_("repair begun"),
    "mitigated": N_("mitigated"),
    "rto": N_("recovery time"),
    "updates": N_("status updates in time"),
    "roles": N_("roles held"),
    "steps": N_("steps gone through"),
}
MARKS: Final = {"open": " ", "begun": ">", "done": "x", "skipped": "-"}


def step_text(step: Row) -> str:
    """What a step asks for, in the reader's language where the desk wrote it."""
    return one_line(step["text"], 300) if step["text"] else _(STAGE_STEPS[str(step["stage"])])


def step_line(step: Row) -> str:
    """A step as a line to read."""
    stage = f"{_(STAGE_LABELS[str(step['stage'])])}  " if step["stage"] else ""
    who = step["owner"] or (_(ROLE_LABELS[str(step["role"])]) if step["role"] else "-")
    target = "" if step["target"] is None else f"  <= {span(int(step['target']))}"
    return f"  [{MARKS[str(step['state'])]}] {step['id']}  {stage}{who}  {step_text(step)}{target}"


def recovery_lines(room: Row, now: Instant) -> Iterator[str]:
    """The clocks and the steps of a room as lines to read."""
    clock = room["recovery"]
    told = []
    if clock["rto_due_at"]:
        left = parse_instant(clock["rto_due_at"], now) - now
        if clock["rto_met"] is True:
            told.append(_("RTO {rto} met").format(rto=span(clock["rto"])))
        elif clock["rto_met"] is False:
            told.append(_("RTO {rto} missed").format(rto=span(clock["rto"])))
        else:
            told.append(_("RTO {rto}, {left} left").format(rto=span(clock["rto"]), left=span(max(0, left) // 60 * 60)))
    if clock["rpo"] is not None:
        risk = _("not known") if clock["at_risk"] is None else span(clock["at_risk"] // 60 * 60)
        told.append(_("RPO {rpo}, data at risk: {risk}").format(rpo=span(clock["rpo"]), risk=risk))
    if told:
        yield "  " + " · ".join(told)
    plan = ""
    for step in room["steps"]:
        if step["plan"] != plan:
            plan = str(step["plan"])
            yield "  " + (_("Recovery") if plan == RECOVERY else _("Runbook {runbook}").format(runbook=plan))
        yield step_line(step)
    if room["runbooks"]:
        codes = ", ".join(book["code"] for book in room["runbooks"])
        yield "  " + _("runbooks that fit: {codes}").format(codes=codes)


@command(
    app,
    "recover",
    N_(
        "Begin the recovery by the plan of the service: identify, mobilise, restore, verify, confirm, against its recovery"
        " time. --last-good says how old the last good copy of the data is."
    ),
    "helpdesk incident recover 1043",
    "helpdesk incident recover INC-1043 --last-good '2025-09-01 02:00' -o json",
)
def recover(
    number: NumberArgument,
    last_good: Annotated[
        str | None, typer.Option("--last-good", metavar="TIME", help=N_("When the last good copy was made."))
    ] = None,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        now = desk.now()
        at = shared.instant(last_good, now, tz, past=True)
        begun = any(
            step["plan"] == RECOVERY and step["state"] != "open" for step in desk.incidents.show(number)["steps"]
        )
        if at is None or not begun:
            desk.incidents.recover(number)
        room = desk.incidents.show(number) if at is None else desk.incidents.last_good(number, at)
        print_room(room, now, output, tz)


@command(
    app,
    "runbook",
    N_("Take a runbook's checklist into the room."),
    "helpdesk incident runbook 1043 database-failover",
    "helpdesk incident runbook INC-1043 database-failover -o json",
)
def runbook(
    number: NumberArgument,
    code: Annotated[str, typer.Argument(metavar="CODE", help=N_("The runbook's code."))],
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_room(desk.incidents.runbook(number, code), desk.now(), output)


@command(
    app,
    "step",
    N_("Tick a step off: it is done; or --begun, --skip with the reason in -m, --off (not done after all)."),
    "helpdesk incident step 1043 1",
    "helpdesk incident step INC-1043 2 --skip -m 'the standby was up already' -o json",
)
def step(
    number: NumberArgument,
    step: Annotated[int, typer.Argument(metavar="STEP", help=N_("The step's number."))],
    begun: Annotated[bool, typer.Option("--begun", help=N_("Somebody is at it."))] = False,
    skip: Annotated[bool, typer.Option("--skip", help=N_("It is left out; -m says why."))] = False,
    off: Annotated[bool, typer.Option("--off", help=N_("Take it back."))] = False,
    message: MessageOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if begun + skip + off > 1:
        raise Usage(N_("--begun, --skip and --off exclude each other"))
    to = "begun" if begun else "skipped" if skip else "open" if off else "done"
    with context.current().desk() as desk:
        made = desk.incidents.step(number, step, to, note=message or "")
    print_result(made, output=output, lines=[step_line(made)])


@command(
    app,
    "follow",
    N_("Make a ticket of a task or a follow-up action: a problem, a change, a request, an improvement."),
    "helpdesk incident follow 1043 1 --as problem",
    "helpdesk incident follow INC-1043 1 -o json",
)
def follow(
    number: NumberArgument,
    task: Annotated[int, typer.Argument(metavar="TASK", help=N_("The task's number."))],
    kind: Annotated[
        str | None, typer.Option("--as", metavar="KIND", help=N_("problem, change, request or improvement."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        made = desk.incidents.follow(number, task, kind=kind)
    said = _("task {task} is ticket {number}").format(task=made["id"], number=made["result"])
    print_result(made, output=output, lines=[said])


@command(
    app,
    "drill",
    N_(
        "Begin a drill from a scenario file: its events are played faster than real, nobody outside is told, no indicator"
        " counts it, and it is scored."
    ),
    "helpdesk incident drill scenario.toml",
    "helpdesk incident drill - --pace 10 -o json < scenario.toml",
)
def drill(
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("The scenario (TOML); - is standard input."))],
    pace: Annotated[
        int | None, typer.Option("--pace", metavar="N", help=N_("How many minutes pass in a real one (1 to 1000)."))
    ] = None,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    text = texts.document(file)
    with context.current().desk(tz) as desk:
        print_room(desk.incidents.drill(text, pace=pace), desk.now(), output, tz)


@command(
    app,
    "score",
    N_("How a drill was answered: acknowledgement, recovery, updates, roles and steps against its targets."),
    "helpdesk incident score 1043",
    "helpdesk incident score INC-1043 -o json",
)
def score(number: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        found = desk.incidents.score(number)
    percent = _("nothing to score yet") if found["percent"] is None else f"{found['percent']} %"
    played = _("{played} of {events} events played").format(played=found["played"], events=found["events"])
    lines = [f"{percent}  ({played})"]
    lines += [
        f"  {part['points']:>3}/{part['of']:<3} {_(SCORED[part['what']])}{_against(part)}" for part in found["parts"]
    ]
    print_result(found, output=output, lines=lines)


def _against(part: Row) -> str:
    if part["what"] in ("updates", "steps", "roles"):
        return f"  {part['actual']}/{part['target']}"
    took = "-" if part["actual"] is None else span(part["actual"])
    return f"  {took} <= {span(part['target'])}" if part["what"] != "rto" else f"  <= {span(part['target'])}"
