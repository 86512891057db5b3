"""`helpdesk event`: notices of monitoring systems."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from helpdesk_tui.cli import choices, context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, Row, print_entity, print_rows
from helpdesk_tui.cli.shared import LimitOption
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.events import severity_label, status_label
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.intake.events import SourceSettings
    from helpdesk_tui.vocabulary.events import Event

app = noun(N_("Notices of monitoring systems: take them in, look at them, ask what would become of them."))
SOURCES: Final = ("alertmanager", "grafana", "zabbix", "nagios", "cloudevents", "syslog", "generic", "auto")
# How a line of syslog begins: its priority, its length (RFC 6587), or the date of RFC 3164.
_SYSLOG: Final = re.compile(rb"\s*(<\d{1,3}>|\d{1,6} <\d|[A-Z][a-z]{2} [ \d]\d \d\d:)")
_READ: Final = 65_536
_LINE: Final = 1 << 20
KEYS: Final = ("source", "status", "severity", "key", "what", "action", "alert", "number", "summary", "reasons")

SourceOption = Annotated[
    str,
    typer.Option(
        "--source",
        metavar="SOURCE",
        help=N_("alertmanager, grafana, zabbix, nagios, cloudevents, syslog, generic; auto tells by the body."),
        autocompletion=choices.among(list(SOURCES)),
    ),
]
FileArgument = Annotated[str, typer.Argument(metavar="FILE", help=N_("The notice; - is standard input."))]
NagiosOption = Annotated[
    bool, typer.Option("--nagios-env", help=N_("Read the macros of a notification command from the environment."))
]
SettingsOption = Annotated[
    str | None,
    typer.Option("--settings", metavar="FILE", help=N_("What the notices do not say: zone, words, fields (TOML).")),
]
NameOption = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="NAME", help=N_("Which sender of the settings file; by default that of the source.")
    ),
]


def _status(value: Any, row: Row) -> str:
    return status_label(str(value))


def _severity(value: Any, row: Row) -> str:
    return severity_label(str(value))


_WHAT: Final = {
    "opened": N_("opened"),
    "recurred": N_("fires anew"),
    "reopened": N_("fires again"),
    "repeated": N_("repeated"),
    "duplicate": N_("duplicate"),
    "raised": N_("graver"),
    "lowered": N_("milder"),
    "resolved": N_("over"),
    "held": N_("over, flapping"),
    "acknowledged": N_("acknowledged"),
    "unacknowledged": N_("no longer acknowledged"),
    "unmatched": N_("nothing was open"),
    "late": N_("too late"),
    "noted": N_("noted"),
    "ignored": N_("ignored"),
}


def _did(value: Any, row: Row) -> str:
    return _(_WHAT[value]) if value in _WHAT else str(value)


_TABLE = (
    Column("status", N_("Status"), _status),
    Column("severity", N_("Severity"), _severity),
    Column("summary", N_("Summary"), flexible=True),
    Column("what", N_("What it did"), _did),
    Column("alert", N_("Alert"), right=True),
    Column("number", N_("Ticket"), right=True),
    Column("source", N_("Source"), spare=2),
    Column("key", N_("Key"), flexible=True, spare=3),
)
_LISTED = (Column("id", N_("Event"), right=True), Column("received_at", N_("Received")), *_TABLE)
_LIST_KEYS: Final = (
    "id", "received_at", "source", "status", "severity", "what", "alert", "number", "summary", "key",
)  # fmt: skip


def settings_of(path: str | None, name: str | None, source: str) -> "SourceSettings":
    """What the settings file says of a sender, or the defaults. Raises Usage and Invalid."""
    from helpdesk_tui.intake.events import SourceSettings

    if path is None:
        return SourceSettings()
    from helpdesk_tui.intake.http.config import read_file

    known = read_file(Path(path)).senders
    wanted = name or source
    if wanted not in known:
        raise Usage(
            N_("{path} has no sender {value}; it has {known}"), path=path, value=wanted, known=", ".join(known) or "-"
        )
    return known[wanted].settings


def parsed(source: str, body: bytes, settings: "SourceSettings", now: int) -> Any:
    """The events of a body; `auto` tells lines of syslog from JSON by how they begin. Raises Invalid and Usage."""
    from helpdesk_tui.intake.events import parse

    if source == "auto":
        source = "syslog" if _SYSLOG.match(body) else "generic"
    return parse(source, body, settings, now)


def _body(file: str, most: int) -> bytes:
    """A file or standard input, one byte more than is taken at most. Raises Usage for one that cannot be read."""
    if file == "-":
        return sys.stdin.buffer.read(most + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(most + 1)
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) else str(error)
        raise Usage(N_("{path} cannot be read: {error}"), path=file, error=text) from error


def _known(source: str) -> None:
    if source not in SOURCES:
        raise Usage(N_("there is no source {value}; use {known}"), value=source, known=", ".join(SOURCES))


def _events(source: str, file: str, nagios: bool, settings: "SourceSettings", now: int) -> Any:
    if nagios:
        from helpdesk_tui.intake.events import parse

        return parse("nagios", dict(os.environ), settings, now)
    return parsed(source, _body(file, settings.max_body), settings, now)


def _warn(events: "list[Event]") -> None:
    """Tell what of a notice was left out: it may be what somebody waits for."""
    from helpdesk_tui.vocabulary.reasons import sentence

    told = [w for event in events for w in event.warnings if w.code in ("event.part_refused", "event.truncated")]
    for warning in dict.fromkeys(sentence(each.data()) for each in told[:100]):
        context.say(one_line(warning))


@command(
    app,
    "ingest",
    N_(
        "Take in what a monitoring system sent: alerts open, join and calm tickets by the rules of the policy. Lines of"
        " syslog on standard input are taken as they come."
    ),
    "helpdesk event ingest --source alertmanager alert.json",
    "curl -s https://status.example.org/hook | helpdesk event ingest -o json",
    "tail -F /var/log/syslog | helpdesk event ingest --source syslog",
)
def ingest(
    file: FileArgument = "-",
    source: SourceOption = "auto",
    nagios_env: NagiosOption = False,
    settings: SettingsOption = None,
    name: NameOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    _known(source)
    known = settings_of(settings, name, "nagios" if nagios_env else source)
    with context.current().desk() as desk:
        if source == "syslog" and file == "-" and not nagios_env:
            _stream(desk, known, columns, output)
            return
        events = _events(source, file, nagios_env, known, desk.now())
        _warn(events)
        found = desk.events.ingest(events)["events"]
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("the notice holds no event"))


def _stream(desk: Any, settings: "SourceSettings", columns: str | None, output: Output) -> None:
    """Lines of syslog as they come: what is there at once is taken at once; mere repetitions are not shown."""
    refused: list[str] = []

    def told() -> Iterator[Row]:
        for lines in _batches():
            try:
                events = parsed("syslog", lines, settings, desk.now())
            except Invalid as error:
                refused.append(str(error))
                context.say(one_line(str(error)))
                continue
            yield from desk.events.ingest(events)["events"]

    if output is Output.TABLE and columns is None:
        for row in told():
            if row["what"] not in ("repeated", "duplicate"):
                where = f"#{row['number']}" if row["number"] is not None else "-"
                sys.stdout.write(
                    f"{_did(row['what'], row)}  {_severity(row['severity'], row)}  {where}  {one_line(row['summary'], 300)}\n"
                )
                sys.stdout.flush()
    else:
        print_rows(told(), _TABLE, output=output, columns=columns, keys=KEYS)
    if refused:
        raise typer.Exit(Invalid.exit_code)


def _batches() -> Iterator[bytes]:
    """Whole lines of standard input, those that came together together; a line without an end is cut at 1 MiB."""
    rest = b""
    stream: Any = sys.stdin.buffer
    while chunk := stream.read1(_READ):
        head, found, rest = (rest + chunk).rpartition(b"\n")
        if head.strip():
            yield head + found
        if len(rest) > _LINE:
            yield rest
            rest = b""
    if rest.strip():
        yield rest


@command(
    app,
    "explain",
    N_("Say what would become of a notice and why, without taking it in."),
    "helpdesk event explain alert.json",
    "helpdesk event explain --source zabbix - -o json < problem.json",
)
def explain(
    file: FileArgument = "-",
    source: SourceOption = "auto",
    nagios_env: NagiosOption = False,
    settings: SettingsOption = None,
    name: NameOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    _known(source)
    known = settings_of(settings, name, "nagios" if nagios_env else source)
    with context.current().desk() as desk:
        found = desk.events.explain(_events(source, file, nagios_env, known, desk.now()))
    if output is Output.TABLE and columns is None:
        _print_reasons(found)
        return
    print_rows(found, _TABLE, output=output, columns=columns, keys=(*KEYS, "warnings"))


def _print_reasons(found: list[dict[str, Any]]) -> None:
    from helpdesk_tui.cli.output import line
    from helpdesk_tui.vocabulary.reasons import sentence

    if not found:
        context.say(_("the notice holds no event"))
    for one in found:
        line(
            f"{one['source']}  {status_label(one['status'])}  {severity_label(one['severity'])}  {one_line(one['summary'], 300)}"
        )
        for told in (*one["warnings"], *one["reasons"]):
            line(f"  {sentence(told)}")


@command(
    app,
    "list",
    N_("List the latest notices, the newest first."),
    "helpdesk event list",
    "helpdesk event list --source zabbix --what unmatched -o json",
)
def list_(
    source: Annotated[
        str | None, typer.Option("--source", metavar="SOURCE", help=N_("Only those of this sender."))
    ] = None,
    alert: Annotated[int | None, typer.Option("--alert", metavar="ID", help=N_("Only those about this alert."))] = None,
    what: Annotated[
        str | None,
        typer.Option(
            "--what",
            metavar="WHAT",
            help=N_("Only those that did this: opened, repeated, resolved, unmatched ..."),
            autocompletion=choices.among(list(_WHAT)),
        ),
    ] = None,
    limit: LimitOption = None,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.events.list(source, alert=alert, what=what, limit=100 if limit is None else limit)
    print_rows(found, _LISTED, output=output, columns=columns, keys=_LIST_KEYS, empty=_("no events"))


@command(
    app,
    "show",
    N_("Show one notice as it was read."),
    "helpdesk event show 1",
    "helpdesk event show 2 -o json",
)
def show(
    event: Annotated[int, typer.Argument(metavar="ID", help=N_("The event's number in the list."))],
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_entity(desk.events.show(event), output=output, columns=columns)
