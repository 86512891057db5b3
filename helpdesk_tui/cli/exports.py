"""`helpdesk export`: tickets, people, teams, services and configuration items as files for other programs."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from helpdesk_tui.cli import context, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import inert_json
from helpdesk_tui.cli.progress import Progress
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import safe_text

app = noun(N_("Take tickets and people out."))


class Form(StrEnum):
    """The form of an export."""

    CSV = "csv"
    JSONL = "jsonl"
    XES = "xes"


class Plain(StrEnum):
    """The form of an export of anything but tickets."""

    CSV = "csv"
    JSONL = "jsonl"


OutOption = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="FILE", help=N_("Write to this file, whole or not at all; - or nothing is standard output.")
    ),
]
RawOption = Annotated[
    bool,
    typer.Option("--raw", help=N_("Leave CSV cells as they are, also those that a spreadsheet would run as formulas.")),
]


@command(
    app,
    "tickets",
    N_("Tickets by number: CSV, JSON lines, or an XES event log with everything that happened to them."),
    'helpdesk export tickets --format csv --where "is:open" --out open.csv',
    "helpdesk export tickets --format xes --out desk.xes",
)
def tickets(
    form: Annotated[Form, typer.Option("--format", "-f", help=N_("The form."))] = Form.JSONL,
    where: shared.WhereOption = None,
    out: OutOption = None,
    raw: RawOption = False,
    tz: shared.ZoneOption = None,
) -> None:
    if tz is not None:
        shared.check_zone(tz)
    _export("tickets", form.value, out, where or "", raw, tz)


def _declare(what: str, summary: str) -> None:
    @command(
        app,
        what,
        summary,
        f"helpdesk export {what} --format csv --out {what}.csv",
        f"helpdesk export {what} --format jsonl",
    )
    def export(
        form: Annotated[Plain, typer.Option("--format", "-f", help=N_("The form."))] = Plain.JSONL,
        out: OutOption = None,
        raw: RawOption = False,
    ) -> None:
        _export(what, form.value, out, "", raw, None)


_declare("people", N_("People by id: CSV or JSON lines."))
_declare("teams", N_("Teams: CSV or JSON lines."))
_declare("services", N_("Services: CSV or JSON lines."))
_declare("cis", N_("Configuration items: CSV or JSON lines."))


def _export(what: str, form: str, out: str | None, where: str, raw: bool, tz: str | None) -> None:
    with context.current().desk(tz) as desk:
        pieces = desk.exporting.stream(what, form, where=where, raw=raw)
        if out is None or out == "-":
            # A terminal gets what is inert, a file or a pipe the data as they are.
            inert = (inert_json if form == Form.JSONL else safe_text) if sys.stdout.isatty() else str
            for piece in pieces:
                sys.stdout.write(inert(piece))
            return
        with Progress(_("exporting")) as bar:
            write_whole(Path(out), _counted(pieces, bar))


def _counted(pieces: Iterator[str], bar: Progress) -> Iterator[str]:
    lines = 0
    for piece in pieces:
        lines += piece.count("\n")
        bar(lines)
        yield piece


def write_whole(path: Path, pieces: Iterator[str]) -> None:
    """Write a file beside its place and put it there when it is whole; a half one is never seen. Raises Usage."""
    if path.exists() and not path.is_file():
        _write_through(path, pieces)
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise Usage(N_("{path} cannot be written: {error}"), path=path, error=error.strerror) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)  # noqa: PTH101 - a name, not a path
        os.replace(name, path)  # noqa: PTH105 - as above
    except OSError as error:
        raise Usage(N_("{path} cannot be written: {error}"), path=path, error=error.strerror) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - as above


def _write_through(path: Path, pieces: Iterator[str]) -> None:
    """Into a device or a pipe, as it is: a file put in its place would be the end of /dev/null. Raises Usage."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            for piece in pieces:
                file.write(piece)
    except OSError as error:
        raise Usage(N_("{path} cannot be written: {error}"), path=path, error=error.strerror) from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
