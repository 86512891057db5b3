"""`helpdesk incident`: the commands that write in a war room."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output, shared, texts
from helpdesk_tui.cli.commands import command
from helpdesk_tui.cli.incident import app, entry_lines, left, print_room
from helpdesk_tui.cli.output import Column, Output, line, print_result, print_rows, to_json, write
from helpdesk_tui.cli.shared import DashArgument, MessageOption, NumberArgument
from helpdesk_tui.vocabulary.errors import Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.incident_texts import PARTS
from helpdesk_tui.vocabulary.text import one_line

EntryArgument = Annotated[int, typer.Argument(metavar="LINE", help=N_("The line's number (see -o json)."))]
TaskArgument = Annotated[int, typer.Argument(metavar="TASK", help=N_("The task's number."))]
RoleArgument = Annotated[
    str, typer.Argument(metavar="ROLE", help=N_("commander, deputy, operations, communications or scribe."))
]
OffOption = Annotated[bool, typer.Option("--off", help=N_("Take it back."))]
_TEMPLATES = (Column("template", N_("Template")), *(Column(part, part) for part in PARTS))


def _print_entry(entry: dict[str, Any], output_: Output, tz: str | None = None) -> None:
    print_result(entry, output=output_, lines=entry_lines(entry, tz))


@command(
    app,
    "note",
    N_(
        "Write a line of the timeline. A text that begins with a time (10m ago, 14:05) happened then. From standard input"
        " what a program printed is taken in, secrets masked."
    ),
    "helpdesk incident note 1043 -m '10m ago failing over to the standby' --pin",
    "dmesg | helpdesk incident note INC-1043 - -o json",
)
def note(
    number: NumberArgument,
    dash: DashArgument = None,
    message: MessageOption = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help=N_("When it happened; now if not given."))
    ] = None,
    pin: Annotated[bool, typer.Option("--pin", help=N_("Pin it above the timeline."))] = False,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    capture = dash == "-" or message == "-"
    text = texts.message(message, dash)
    with context.current().desk(tz) as desk:
        moment = shared.instant(at, desk.now(), tz, past=True)
        made = desk.incidents.note(number, text, at=moment, tz=tz or "UTC", capture=capture, pin=pin)
    _print_entry(made, output, tz)
    if made["masked"]:
        n = made["masked"]
        context.say(ngettext("{n} secret masked", "{n} secrets masked", n).format(n=n))
    if made["left_out"]:
        context.say(_("{n} characters of the middle left out").format(n=made["left_out"]))


@command(
    app,
    "backfill",
    N_("Write down afterwards what happened, from a file of lines that begin with their times; - is standard input."),
    "helpdesk incident backfill 1043 notes.md --tz Europe/Berlin",
    "helpdesk incident backfill INC-1043 - -o json < notes.md",
)
def backfill(
    number: NumberArgument,
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("The notes; - is standard input."))],
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    text = texts.document(file)
    with context.current().desk(tz) as desk:
        done = desk.incidents.backfill(number, text, tz=tz or "UTC")
    n = done["added"]
    print_result(done, output=output, lines=[ngettext("{n} line added", "{n} lines added", n).format(n=n)])


@command(
    app,
    "pin",
    N_("Pin a line above the timeline, or take the pin away."),
    "helpdesk incident pin 1043 3",
    "helpdesk incident pin INC-1043 3 --off -o json",
)
def pin(
    number: NumberArgument, entry: EntryArgument, off: OffOption = False, output: output.OutputOption = Output.TABLE
) -> None:
    with context.current().desk() as desk:
        _print_entry(desk.incidents.pin(number, entry, remove=off), output)


@command(
    app,
    "strike",
    N_("Strike a line that is wrong: it stays, marked."),
    "helpdesk incident strike 1043 3",
    "helpdesk incident strike INC-1043 3 --off -o json",
)
def strike(
    number: NumberArgument, entry: EntryArgument, off: OffOption = False, output: output.OutputOption = Output.TABLE
) -> None:
    with context.current().desk() as desk:
        _print_entry(desk.incidents.strike(number, entry, remove=off), output)


@command(
    app,
    "role",
    N_("Take a role, or ask somebody to take it: they accept it (incident accept) or not."),
    "helpdesk incident role 1043 scribe",
    "helpdesk incident role INC-1043 communications --to ben.fischer -o json",
)
def role(
    number: NumberArgument,
    role: RoleArgument,
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help=N_("Whom to ask; yourself if not given."))] = "me",
    release: Annotated[bool, typer.Option("--release", help=N_("Give the role back."))] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        room = desk.incidents.release(number, role) if release else desk.incidents.offer(number, role, to)
        print_room(room, desk.now(), output)


@command(
    app,
    "accept",
    N_("Take the role that you were asked to take, or decline it."),
    "helpdesk incident accept 1043",
    "helpdesk incident accept INC-1043 scribe --decline -o json",
)
def accept(
    number: NumberArgument,
    role: Annotated[str | None, typer.Argument(metavar="ROLE", help=N_("Which, where there are several."))] = None,
    decline: Annotated[bool, typer.Option("--decline", help=N_("Say that you cannot."))] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        print_room(desk.incidents.accept(number, role, decline=decline), desk.now(), output)


@command(
    app,
    "task",
    N_("Something to do now; or, with --action, something to do after it, with an owner and a day."),
    "helpdesk incident task 1043 'drain pay-api-01' --owner ben.fischer",
    "helpdesk incident task INC-1043 'alert on queue length' --action detect --owner ben.fischer --due 7d -o json",
)
def task(
    number: NumberArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=N_("What is to be done."))],
    owner: Annotated[str | None, typer.Option("--owner", metavar="PERSON", help=N_("Who does it."))] = None,
    due: Annotated[str | None, typer.Option("--due", metavar="TIME", help=N_("By when."))] = None,
    action: Annotated[
        str | None,
        typer.Option("--action", metavar="TYPE", help=N_("What it is for: prevent, detect, mitigate, process.")),
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        until = shared.instant(due, desk.now())
        made = desk.incidents.task(number, text, owner=owner, due=until, action=action)
    print_result(
        made, output=output, lines=[f"[ ] {made['id']}  {made['owner'] or '-'}  {one_line(made['text'], 300)}"]
    )


@command(
    app,
    "done",
    N_("A task is done, or (--off) was not after all."),
    "helpdesk incident done 1043 1",
    "helpdesk incident done INC-1043 1 -o json",
)
def done(
    number: NumberArgument, task: TaskArgument, off: OffOption = False, output: output.OutputOption = Output.TABLE
) -> None:
    with context.current().desk() as desk:
        made = desk.incidents.done(number, task, remove=off)
    mark = "x" if made["done_at"] else " "
    print_result(made, output=output, lines=[f"[{mark}] {made['id']}  {one_line(made['text'], 300)}"])


@command(
    app,
    "update",
    N_(
        "Say how it stands: one text for people inside, another for those outside, who are answered on all linked"
        " tickets, each in their language. --dry-run only tells who would be reached."
    ),
    "helpdesk incident update 1043 --internal 'standby holds' --external 'We work on it.' --external-zh '我们正在处理。'",
    "helpdesk incident update INC-1043 --template monitoring --external 'Payments work again.' --dry-run -o json",
)
def update(
    number: NumberArgument,
    internal: Annotated[str, typer.Option("--internal", metavar="TEXT", help=N_("For people inside."))] = "",
    internal_zh: Annotated[str, typer.Option("--internal-zh", metavar="TEXT", help=N_("The same in Chinese."))] = "",
    external: Annotated[str, typer.Option("--external", metavar="TEXT", help=N_("For people outside."))] = "",
    external_zh: Annotated[str, typer.Option("--external-zh", metavar="TEXT", help=N_("The same in Chinese."))] = "",
    template: Annotated[
        str | None,
        typer.Option("--template", metavar="NAME", help=N_("Begin with these texts (see incident templates).")),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Only tell who would be reached."))] = False,
    tz: shared.ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    said = {"internal": internal, "internal_zh": internal_zh, "external": external, "external_zh": external_zh}
    with context.current().desk(tz) as desk:
        if template is not None:
            known = {one["template"]: one for one in desk.incidents.templates(number, tz=tz or "UTC")}
            if template not in known:
                raise NotFound(
                    N_("there is no template {name}; there are {known}"), name=template, known=", ".join(known)
                )
            said = {part: text or known[template][part] for part, text in said.items()}
        told = desk.incidents.publish(number, **said, dry_run=dry_run)
        now = desk.now()
    n = len(told["tickets"])
    lines = [
        _("people inside: {people}").format(people=", ".join(told["people"]) or "-"),
        ngettext("{n} ticket answered", "{n} tickets answered", n).format(n=n)
        if not dry_run
        else ngettext("{n} ticket would be answered", "{n} tickets would be answered", n).format(n=n),
    ]
    if told["internal_due_at"] and not dry_run:
        lines.append(_("the next one is due {when}").format(when=left(told["internal_due_at"], now)))
    print_result(told, output=output, lines=lines)


@command(
    app,
    "templates",
    N_("Texts that a status update may begin with, filled in: those of the desk and its own (NAME.external ...)."),
    "helpdesk incident templates 1043",
    "helpdesk incident templates INC-1043 --tz Asia/Shanghai -o json",
)
def templates(number: NumberArgument, tz: shared.ZoneOption = None, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk(tz) as desk:
        found = desk.incidents.templates(number, tz=tz or "UTC")
    if output is not Output.TABLE:
        print_rows(found, _TEMPLATES, output=output, keys=("template", *PARTS, "missing"))
        return
    for one in found:
        line(one["template"])
        for part in PARTS:
            if one[part]:
                line(f"  {part}: {one_line(one[part], 1_000)}")


@command(
    app,
    "page",
    N_(
        "Write the static status page (status.html and status.md) into a folder: published texts, services and times alone;"
        " drills and sensitive tickets are never on it."
    ),
    "helpdesk incident page --out /tmp",
    "helpdesk incident page -o json",
)
def page(
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FOLDER", help=N_("Write both files there; else Markdown is printed.")),
    ] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        made = desk.incidents.page()
    if out is None:
        if output is Output.TABLE:
            write(made["markdown"])
        else:
            print_result(made, output=output)
        return
    folder = Path(out)
    for name, text in (("status.html", made["html"]), ("status.md", made["markdown"])):
        try:
            # A reader never meets half a page.
            part = folder / f".{name}.{os.getpid()}"
            part.write_text(text, "utf-8")
            part.replace(folder / name)
        except OSError as error:
            raise Usage(
                N_("{path} cannot be written: {error}"), path=folder / name, error=error.strerror or error
            ) from error
    n = made["incidents"]
    told = ngettext("{n} incident on the page", "{n} incidents on the page", n).format(n=n)
    print_result({"incidents": n}, output=output, lines=[told])


@command(
    app,
    "export",
    N_("The whole room as one file (JSON), to be written on where the desk cannot be reached."),
    "helpdesk incident export 1043 > room.json",
    "helpdesk incident export INC-1043 --out room.json",
)
def export(
    number: NumberArgument,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help=N_("Write it there."))] = None,
) -> None:
    with context.current().desk() as desk:
        text = to_json(desk.incidents.export(number), indent=2) + "\n"
    if out is None:
        write(text)
        return
    try:
        Path(out).write_text(text, "utf-8")
    except OSError as error:
        raise Usage(N_("{path} cannot be written: {error}"), path=out, error=error.strerror or error) from error


@command(
    app,
    "merge",
    N_("Take in a room's file: lines that are not there yet are added; what is there stays as it is."),
    "helpdesk incident merge 1043 room.json",
    "helpdesk incident merge INC-1043 - -o json < room.json",
)
def merge(
    number: NumberArgument,
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("The file; - is standard input."))],
    output: output.OutputOption = Output.TABLE,
) -> None:
    text = texts.document(file)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("{path} is no JSON: {error}"), path=file, error=error) from error
    if not isinstance(document, dict):
        raise Invalid(N_("this is no room of a desk: {format} is needed"), format="helpdesk-room")
    with context.current().desk() as desk:
        done = desk.incidents.merge(number, document)
    said = _("{added} lines added, {known} were there already").format(added=done["added"], known=done["known"])
    lines = [said, *(_("differs here and there: line {uid}").format(uid=uid) for uid in done["conflicts"])]
    print_result(done, output=output, lines=lines)
