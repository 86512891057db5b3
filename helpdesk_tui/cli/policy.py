"""`helpdesk policy`: the rules of the desk as one document, by version."""

from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, line, print_entity, print_result, print_rows, write
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.text import one_line, safe_text

app = noun(N_("The rules of this desk: show, check, compare, put in force."))
_VERSIONS = (
    Column("version", N_("Version"), right=True),
    Column("in_force", N_("In force")),
    Column("applied_at", N_("When (UTC)")),
    Column("applied_by", N_("Who")),
    Column("note", N_("Note"), flexible=True),
)
_DIFF = (
    Column("key", N_("Key"), flexible=True),
    Column("change", N_("Change")),
    Column("before", N_("Before"), flexible=True),
    Column("after", N_("After"), flexible=True),
)
_CHANGES = (
    Column("field", N_("Field")),
    Column("before", N_("Before")),
    Column("after", N_("After")),
    Column("n", N_("Tickets"), right=True),
    Column("examples", N_("For example"), flexible=True),
)
FileArgument = Annotated[str, typer.Argument(metavar="FILE", help=N_("The document; - is standard input."))]
CandidateArgument = Annotated[
    str, typer.Argument(metavar="FILE|VERSION", help=N_("A document, or the number of a version."))
]


@command(
    app, "list", N_("List the versions, the newest first."), "helpdesk policy list", "helpdesk policy list -o json"
)
def list_(columns: output.ColumnsOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_rows(desk.policy.list(), _VERSIONS, output=output, columns=columns)


@command(
    app,
    "show",
    N_("Print the policy in force, or an older version, as its document."),
    "helpdesk policy show > policy.toml",
    "helpdesk policy show 1 -o json",
)
def show(
    version: Annotated[
        int | None, typer.Argument(metavar="VERSION", help=N_("A version; the one in force if not given."))
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.policy.show(version)
        if output is Output.TABLE:
            write(safe_text(found["document"]).rstrip("\n") + "\n")
        else:
            print_entity(found, output=output)


@command(
    app,
    "check",
    N_("Say what is wrong with a document, with line and key; exit code 6 if something is."),
    "helpdesk policy check policy.toml",
    "helpdesk policy check - -o json < policy.toml",
)
def check(file: FileArgument, output: output.OutputOption = Output.TABLE) -> None:
    from helpdesk_tui.cli.texts import document
    from helpdesk_tui.desk import computing

    found = computing.check_policy(document(file))
    print_result(found, output=output, lines=_remarks(file, found))
    if not found["ok"]:
        raise typer.Exit(Invalid.exit_code)


def _remarks(file: str, found: dict[str, Any]) -> list[str]:
    """Problems and warnings, one a line, as compilers print them."""
    from helpdesk_tui.vocabulary.reasons import sentence

    lines = [f"{file}:{p['line'] or 1}: {p['key']}: {p['message']}" for p in found["problems"]]
    lines += [_("{file}: note: {text}").format(file=file, text=sentence(w)) for w in found["warnings"]]
    if found["ok"]:
        lines.append(_("{file} is in order").format(file=file))
    return lines


@command(
    app,
    "diff",
    N_("Say what differs in a document, or an older version, from the policy in force."),
    "helpdesk policy diff policy.toml",
    "helpdesk policy diff policy.toml --against 1 -o json",
)
def diff(
    candidate: CandidateArgument,
    against: Annotated[
        int | None, typer.Option("--against", metavar="VERSION", help=N_("Compare with this version."))
    ] = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    text = _candidate(candidate)
    with context.current().desk() as desk:
        found = desk.policy.diff(text, against)
        keys = ("key", "change", "before", "after")
        print_rows(found, _DIFF, output=output, columns=columns, keys=keys, empty=_("nothing differs"))


def _candidate(text: str) -> str:
    """A version's number as it is, else the contents of a file."""
    from helpdesk_tui.cli.texts import document

    return text if text.isascii() and text.isdecimal() else document(text)


@command(
    app,
    "apply",
    N_("Put a document in force as a new version. Take it back by applying an older one."),
    "helpdesk policy apply policy.toml -m 'mail is critical now'",
    "helpdesk policy show 1 | helpdesk policy apply - -m 'back to version 1'",
)
def apply(
    file: FileArgument,
    note: Annotated[str, typer.Option("--message", "-m", metavar="TEXT", help=N_("Why."))] = "",
    version: Annotated[
        int | None,
        typer.Option("--if-version", metavar="N", help=N_("Only if this version is in force (exit code 5).")),
    ] = None,
    recompute: Annotated[
        bool, typer.Option("--recompute/--no-recompute", help=N_("Derive open tickets' clocks again."))
    ] = True,
    yes: shared.YesOption = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.texts import document
    from helpdesk_tui.desk import computing

    text = document(file)
    found = computing.check_policy(text)
    if not found["ok"]:
        for remark in _remarks(file, found):
            context.say(one_line(remark))
        raise Invalid(N_("{path} is not applied: it has mistakes"), path=file)
    with context.current().desk() as desk:
        made = desk.policy.apply(text, note, version=version, recompute=recompute)
        told = [_("version {version} is in force").format(version=made["version"])]
        if made["recomputed"]:
            told.append(_("open tickets with new due times: {n}").format(n=made["recomputed"]["changed"]))
        if made["moved"]:
            told.append(_("open tickets whose priority moved: {n}").format(n=made["moved"]["changed"]))
        print_result(made, output=output, lines=told)


@command(
    app,
    "backtest",
    N_("Replay stored tickets through a candidate and say what would have changed. Nothing is written."),
    "helpdesk policy backtest policy.toml --where 'created:>30d'",
    "helpdesk policy backtest 1 --limit 1000 --examples 10 -o json",
)
def backtest(
    candidate: CandidateArgument,
    where: shared.WhereOption = None,
    limit: shared.LimitOption = None,
    examples: Annotated[int, typer.Option("--examples", metavar="N", min=0, help=N_("Examples of each change."))] = 5,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.progress import Progress

    text = _candidate(candidate)
    with context.current().desk(tz) as desk, Progress(_("tickets")) as bar:
        found = desk.policy.backtest(text, where or "", limit=limit, examples=examples, progress=bar)
    if output is not Output.TABLE:
        print_result(found, output=output)
        return
    n = found["tickets"]
    line(
        ngettext("{changed} of {n} ticket would be different", "{changed} of {n} tickets would be different", n).format(
            changed=found["changed"], n=n
        )
    )
    print_rows(_changed(found), _CHANGES, output=Output.TABLE)


def _changed(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "field": field,
            **change,
            "examples": [
                e["ref"]
                for e in part["examples"]
                if field.endswith("_due") or (e["before"], e["after"]) == (change["before"], change["after"])
            ],
        }
        for field, part in found["fields"].items()
        for change in part["changes"]
    ]
