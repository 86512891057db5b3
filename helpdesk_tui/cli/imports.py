"""`helpdesk import`: tickets from spreadsheets and JSON, tickets with their history from event logs."""

from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, print_result, print_rows
from helpdesk_tui.cli.progress import Progress
from helpdesk_tui.vocabulary.errors import Invalid, told
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.intake.columns import Plan
    from helpdesk_tui.intake.spreadsheet import Table

app = noun(N_("Bring tickets and event logs in."))
_SHOWN_ERRORS: Final = 20


class OnError(StrEnum):
    """What becomes of an import at a bad row."""

    SKIP = "skip"
    STOP = "stop"


class Form(StrEnum):
    """The form of a file."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"


FileArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help=N_("CSV, TSV, JSON or JSON lines, packed with gzip or not; - is standard input.")
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help=N_("Check every row and write nothing."))]
OnErrorOption = Annotated[OnError, typer.Option("--on-error", help=N_("Leave bad rows out, or stop at the first."))]
ResumeOption = Annotated[
    str | None, typer.Option("--resume", metavar="BATCH", help=N_("Go on where this interrupted import stopped."))
]
FormOption = Annotated[
    Form | None, typer.Option("--format", "-f", help=N_("The form, where the name does not tell it."))
]
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help=N_("The encoding, such as gb18030; found out if not given.")),
]
_PREVIEW: Final = (
    Column("line", N_("Line"), right=True),
    Column("kind", N_("Kind")),
    Column("state", N_("State")),
    Column("priority", N_("Priority")),
    Column("category", N_("Category")),
    Column("service", N_("Service")),
    Column("team", N_("Team")),
    Column("title", N_("Summary"), flexible=True),
)


def _table(file: str, form: Form | None, encoding: str | None) -> "Table":
    from helpdesk_tui.intake.limits import Source
    from helpdesk_tui.intake.spreadsheet import Table

    table = Table(Source(file), form=form.value if form else None, encoding=encoding)
    if table.encoding.guessed:
        context.say(_("read as {encoding}; name another with --encoding").format(encoding=table.encoding.name))
    return table


@command(
    app,
    "tickets",
    N_(
        "Open a ticket for each row of a file. Rows whose external id is known change that ticket; bad rows are reported."
    ),
    "helpdesk import tickets tickets.csv --dry-run",
    "helpdesk import tickets tickets.jsonl.gz --map map.toml -o json",
)
def tickets(
    file: FileArgument,
    map_: Annotated[
        Path | None,
        typer.Option("--map", metavar="MAP.toml", help=N_("Which column is which field; guessed if not given.")),
    ] = None,
    dry_run: DryRunOption = False,
    on_error: OnErrorOption = OnError.SKIP,
    resume: ResumeOption = None,
    form: FormOption = None,
    encoding: EncodingOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.intake import columns

    table = _table(file, form, encoding)
    plan = columns.guess(islice(table.rows(), columns.SAMPLE))
    if map_ is not None:
        plan = columns.with_map(plan, columns.read_map(map_), str(map_))
    _tell_plan(plan, dry_run)
    with context.current().desk() as desk:
        answer = _run(
            desk, "import.tickets", table, resume,
            lambda source: desk.importing.tickets(
                plan.stream(table.rows()), dry_run=dry_run, on_error=on_error.value, resume=resume, source=source
            ),
        )  # fmt: skip
    _answer(answer, plan if dry_run else None, output)


@command(
    app,
    "log",
    N_("Rebuild tickets with their history from an event log that has one row for each update."),
    "helpdesk import log incident_event_log.csv.gz --map servicenow",
    "helpdesk import log export.csv --map my_desk.toml --dry-run",
)
def log(
    file: FileArgument,
    map_: Annotated[
        str, typer.Option("--map", metavar="NAME|MAP.toml", help=N_("How to read the log: servicenow, or a file."))
    ] = "servicenow",
    dry_run: DryRunOption = False,
    on_error: OnErrorOption = OnError.SKIP,
    resume: ResumeOption = None,
    form: FormOption = None,
    encoding: EncodingOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.intake.eventlog import EventLog, load_map

    table = _table(file, form, encoding)
    cases = EventLog(table, load_map(map_))
    with context.current().desk() as desk:
        answer = _run(
            desk, "import.log", table, resume,
            lambda source: desk.importing.log(
                cases.cases(), dry_run=dry_run, on_error=on_error.value, resume=resume, source=source
            ),
        )  # fmt: skip
    _answer(answer, None, output)


def _run(desk: "Desk", name: str, table: "Table", resume: str | None, work: Any) -> dict[str, Any]:
    """Do it with a progress bar; an interruption says how to go on."""
    source = table.source.digest
    if resume is None:
        left = desk.importing.unfinished(name, source)
        if left is not None:
            context.say(
                _("an import of this file was interrupted; --resume {batch} goes on with it").format(batch=left)
            )
    with Progress(_("importing")) as bar:
        desk.importing.progress = bar
        try:
            answer: dict[str, Any] = work(source)
        except KeyboardInterrupt:
            batch = desk.importing.unfinished(name, source)
            if batch is not None:
                context.say(_("stopped; what was read so far is kept: --resume {batch} goes on").format(batch=batch))
            raise
        finally:
            table.source.close()
    # Not the batch of another import of the same file, which may be running beside this one.
    if answer["batch"] is not None and desk.importing.unfinished(name, source) == answer["batch"]:
        context.say(_("stopped; what was read so far is kept: --resume {batch} goes on").format(batch=answer["batch"]))
    return answer


def _tell_plan(plan: "Plan", dry_run: bool) -> None:
    """Which column becomes which field, on standard error."""
    for column, why in plan.left_out.items():
        context.say(one_line(_("column {column} is left out: {why}").format(column=column, why=_(why))))
    if dry_run:
        for column, name in plan.columns.items():
            context.say(one_line(f"{column} -> {name}"))


def _answer(answer: dict[str, Any], plan: "Plan | None", output: Output) -> None:
    if output is Output.TABLE:
        if answer.get("preview"):
            print_rows(answer["preview"], _PREVIEW, output=output)
        for error in answer["errors"][:_SHOWN_ERRORS]:
            context.say(
                _("line {line}: {reason}").format(line=error["line"], reason=one_line(told(error["reason"]), 300))
            )
        more = len(answer["errors"]) - _SHOWN_ERRORS
        if more > 0:
            context.say(ngettext("and {n} more", "and {n} more", more).format(n=more))
    shown = dict(answer)
    if plan is not None:
        shown["columns"] = plan.columns
    text = _("{read} read, {created} created, {updated} updated, {skipped} skipped").format(**answer)
    lines = [text if answer["batch"] is None else _("{text}; batch {batch}").format(text=text, batch=answer["batch"])]
    print_result(shown, output=output, lines=lines)
    if answer["errors"]:
        n = len(answer["errors"])
        raise Invalid(N_("invalid rows: {n}; no other row is touched by that"), n=n)
