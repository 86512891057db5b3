"""`helpdesk plan`: how each service is brought back."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_result, print_rows, write
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.incidents import ROLE_LABELS, STAGE_LABELS, STRATEGY_LABELS
from helpdesk_tui.vocabulary.instants import local, parse_instant, span
from helpdesk_tui.vocabulary.text import one_line

app = noun(N_("Recovery plans: how a service is brought back, within what time, from which copy of its data."))
KEYS: Final = (
    "service", "name", "rto", "rpo", "strategy", "notes", "last_good_at", "last_good_source", "age", "version", "count",
)  # fmt: skip
ServiceArgument = Annotated[str, typer.Argument(metavar="SERVICE", help=N_("The service's code or name."))]
FileArgument = Annotated[str, typer.Argument(metavar="FILE", help=N_("The document (TOML); - is standard input."))]
DocumentOption = Annotated[
    bool, typer.Option("--document", help=N_("In the form in which it is written (TOML), to be edited and saved."))
]


def _span(value: Any, row: Row) -> str:
    return "-" if value is None else span(int(value))


def _age(value: Any, row: Row) -> str:
    return _("not known") if value is None else span(int(value) // 60 * 60)


_TABLE: Final = (
    Column("service", N_("Service")),
    Column("rto", N_("RTO"), _span, right=True),
    Column("rpo", N_("RPO"), _span, right=True),
    Column("strategy", N_("Strategy"), lambda value, row: _(STRATEGY_LABELS[str(value)])),
    Column("age", N_("Last good copy"), _age, right=True),
    Column("count", N_("Steps"), right=True),
    Column("name", N_("Name"), flexible=True),
)


def step_lines(steps: list[Row]) -> Iterator[str]:
    """The steps of a plan or runbook as lines to read."""
    for place, step in enumerate(steps, 1):
        stage = f"{_(STAGE_LABELS[str(step['stage'])])}  " if step["stage"] else ""
        owner = _(ROLE_LABELS.get(str(step["owner"]), str(step["owner"]))) if step["owner"] else "-"
        target = "" if step["target"] is None else f"  <= {span(int(step['target']))}"
        yield f"  {place:>2}  {stage}{owner}  {one_line(step['text'], 300)}{target}"
        for name, heading in (("verify", N_("verify")), ("rollback", N_("take back"))):
            if step[name]:
                yield f"        {_(heading)}: {one_line(step[name], 300)}"


def _print(plan: Row, output_: Output) -> None:
    age = _("not known") if plan["age"] is None else span(int(plan["age"]) // 60 * 60)
    last = f"{local(parse_instant(plan['last_good_at'], 0), 'UTC')} UTC, {age}" if plan["last_good_at"] else age
    source = f" ({one_line(plan['last_good_source'], 100)})" if plan["last_good_source"] else ""
    lines = [
        f"{plan['service']}  {one_line(plan['name'], 100)}",
        f"  RTO {_span(plan['rto'], plan)} · RPO {_span(plan['rpo'], plan)} · {_(STRATEGY_LABELS[str(plan['strategy'])])}",
        f"  {_('last good copy')}: {last}{source}",
        *([f"  {line}" for line in str(plan["notes"]).splitlines()]),
        *step_lines(plan["steps"]),
    ]
    print_result(plan, output=output_, lines=lines)


@command(
    app,
    "list",
    N_("List the recovery plans of the services."),
    "helpdesk plan list",
    "helpdesk plan list -o json",
)
def list_(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        found = desk.plans.list()
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("no recovery plans"))


@command(
    app,
    "show",
    N_("The recovery plan of a service, and how old its last good copy is."),
    "helpdesk plan show payments",
    "helpdesk plan show payments --document > payments.toml",
)
def show(
    service: ServiceArgument, document: DocumentOption = False, output: output.OutputOption = Output.TABLE
) -> None:
    with context.current().desk() as desk:
        plan = desk.plans.show(service)
    if document:
        write(plan["document"])
    else:
        _print(plan, output)


@command(
    app,
    "save",
    N_("Keep the recovery plan of a service from a file: rto, rpo, strategy, and [[steps]] by stage."),
    "helpdesk plan save payments plan.toml",
    "helpdesk plan save payments - -o json < plan.toml",
)
def save(
    service: ServiceArgument,
    file: FileArgument,
    version: shared.VersionOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import document

    text = document(file)
    with context.current().desk() as desk:
        _print(desk.plans.save(service, text, version=version), output)


@command(
    app,
    "remove",
    N_("Take a service's plan away; incidents that go by it keep their steps."),
    "helpdesk plan remove payments",
    "helpdesk plan remove payments -o json",
)
def remove(service: ServiceArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        _print(desk.plans.remove(service), output)


@command(
    app,
    "backup",
    N_("Tell that a good copy of a service's data was made: the last line of a backup script."),
    "helpdesk plan backup payments --source 'pg_basebackup on bk-2'",
    "helpdesk plan backup payments --at '10m ago' -o json",
)
def backup(
    service: ServiceArgument,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help=N_("When; now if not given."))] = None,
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help=N_("Where it lies, or what made it."))] = "",
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        moment = shared.instant(at, desk.now(), None, past=True)
        made = desk.plans.backup(service, moment, source=source)
    when = local(parse_instant(made["last_good_at"], 0), "UTC")
    print_result(made, output=output, lines=[f"{made['service']}  {_('last good copy')}: {when} UTC"])


def counted(n: int) -> str:
    """How many steps, in words."""
    return ngettext("{n} step", "{n} steps", n).format(n=n)
