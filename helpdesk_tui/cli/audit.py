"""`helpdesk audit`: the journal, read and proved."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, inert_json, print_result, print_rows, write
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

app = noun(N_("The journal: read, follow, verify, anchor, export."))
_KEYS = (
    "seq", "at", "recorded_at", "actor", "on_behalf_of", "origin", "verb", "subject_type", "subject", "batch", "undoes",
    "rows", "reasons", "hash",
)  # fmt: skip
_TABLE = (
    Column("seq", N_("Seq"), right=True),
    Column("at", N_("When (UTC)")),
    Column(
        "actor", N_("Who"), lambda value, row: f"{value} ({row['on_behalf_of']})" if row["on_behalf_of"] else str(value)
    ),
    Column("origin", N_("Door"), spare=2),
    Column("verb", N_("Verb")),
    Column("subject", N_("Subject"), lambda value, row: f"{row['subject_type']} {value}"),
    Column("batch", N_("Batch"), spare=1),
)
_POLL = 0.25


@command(
    app,
    "log",
    N_("List journal entries, the latest ones; --follow waits for more."),
    "helpdesk audit log --subject INC-1042 -o jsonl",
    "helpdesk audit log --follow --verb ticket",
)
def log(
    follow: Annotated[bool, typer.Option("--follow", "-f", help=N_("Wait for new entries until interrupted."))] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help=N_("At most so many."))] = 100,
    since: Annotated[
        int | None, typer.Option("--since", metavar="SEQ", help=N_("Those after this sequence number."))
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="WHAT", help=N_("A ticket, or person:3, policy_version."))
    ] = None,
    verb: Annotated[str | None, typer.Option("--verb", metavar="VERB", help=N_("A verb, or its first part."))] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="PERSON", help=N_("Who did it."))] = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        wanted: dict[str, Any] = {"subject": subject, "verb": verb, "actor": actor}
        first = desk.audit.log(limit=limit, since=since, **wanted)
        if not follow:
            print_rows(first, _TABLE, output=output, columns=columns, keys=_KEYS, empty=_("no entries"))
            return
        if output not in (Output.TABLE, Output.JSONL):
            raise Usage(N_("--follow prints a table or jsonl"))
        for entry in _tail(desk, first, wanted):
            if output is Output.JSONL:
                write(output_json(entry))
            else:
                write("  ".join(column.cell(entry) for column in _TABLE) + "\n")
            shared.flush()


def output_json(entry: dict[str, Any]) -> str:
    """An entry as one line of JSON."""
    return output.to_json(entry) + "\n"


def _tail(desk: "Desk", first: list[dict[str, Any]], wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries given, then new ones as they come."""
    yield from first
    last = desk.store.head() if not first else int(first[-1]["seq"])
    seen = None
    while True:
        version = desk.store.data_version()
        if version != seen:
            seen = version
            for entry in desk.audit.log(limit=1000, since=last, **wanted):
                last = int(entry["seq"])
                yield entry
        time.sleep(_POLL)


@command(
    app,
    "verify",
    N_("Prove that no entry of the journal was changed; exit code 1 if one was."),
    "helpdesk audit verify",
    "helpdesk audit verify --anchor /media/usb/anchor.jsonl -o json",
)
def verify(
    anchor: Annotated[
        str | None, typer.Option("--anchor", metavar="FILE", help=N_("Compare with the heads written there."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.progress import Progress

    with context.current().desk() as desk:
        with Progress(_("entries")) as bar:
            found = desk.audit.verify(anchor, progress=bar)
        if found["ok"]:
            told = _("{entries} entries, all in order; head {head}").format(
                entries=found["entries"], head=found["head"]
            )
            if anchor is None:
                context.say(_("without --anchor a cut-off end of the journal cannot be seen"))
        else:
            told = _("entry {seq} is not as it was written: {why}").format(
                seq=found["first_bad"], why=desk.audit.why() or "-"
            )
        print_result(found, output=output, lines=[told])
        if not found["ok"]:
            raise typer.Exit(1)


@command(
    app,
    "anchor",
    N_("Write the journal's head to the end of a file outside the desk."),
    "helpdesk audit anchor /media/usb/anchor.jsonl",
    "helpdesk audit anchor /var/log/helpdesk-anchor.jsonl -o json",
)
def anchor(
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("Where those who can change the desk cannot write."))],
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        mark = desk.audit.anchor(file)
        print_result(
            mark, output=output, lines=[_("entry {seq} is anchored in {path}").format(seq=mark["seq"], path=file)]
        )


@command(
    app,
    "export",
    N_("Print every entry as one line of JSON, with its hash and the one before."),
    "helpdesk audit export --out journal.jsonl",
    "helpdesk audit export --since 1000 | gzip > journal.jsonl.gz",
)
def export(
    since: Annotated[
        int, typer.Option("--since", metavar="SEQ", min=0, help=N_("Those after this sequence number."))
    ] = 0,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help=N_("Where to; standard output if not given."))
    ] = None,
) -> None:
    from helpdesk_tui.cli.progress import Progress

    with context.current().desk() as desk, Progress(_("entries")) as bar:
        lines = desk.audit.export(since=since, progress=bar)
        if out is None or out == "-":
            for text in lines:
                write(inert_json(text) + "\n")
            return
        with Path(out).open("x", encoding="utf-8") as file:
            file.writelines(inert_json(text) + "\n" for text in lines)
