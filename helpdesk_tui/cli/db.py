"""`helpdesk db`: the desk's file."""

import sys
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Output, print_result
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.errors import told as in_words
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.text import one_line

app = noun(N_("The desk's file."))


def _facts(path: Any, made: bool, before: int) -> dict[str, Any]:
    from helpdesk_tui.desk.upkeep import schema_version

    return {"path": str(path), "made": made, "schema_before": before, "schema": schema_version(path)}


@command(
    app,
    "init",
    N_("Make the desk if there is none; you become its administrator."),
    "helpdesk db init",
    "helpdesk --db /srv/desk/desk.db db init -o json",
)
def init(output: output.OutputOption = Output.TABLE) -> None:
    settings = context.current()
    path = settings.desk_path()
    made = not path.exists()
    with settings.desk() as desk:
        who = desk.actor.login or desk.actor.name
    facts = {**_facts(path, made, 0), "actor": who}
    told = _("made {path}") if made else _("{path} is there already")
    print_result(facts, output=output, lines=[told.format(path=path)])


@command(
    app,
    "upgrade",
    N_("Bring an older desk to this version's schema; a copy is kept beside it."),
    "helpdesk db upgrade",
    "helpdesk --db old.db db upgrade -o json",
)
def upgrade(output: output.OutputOption = Output.TABLE) -> None:
    from helpdesk_tui.desk.upkeep import schema_version

    settings = context.current()
    path = settings.desk_path()
    made, before = not path.exists(), schema_version(path)
    with settings.desk():
        facts = _facts(path, made, before)
    if before == facts["schema"]:
        told = _("{path} has schema {schema} already")
    else:
        told = _("{path} has now schema {schema} (before: {before})")
    print_result(facts, output=output, lines=[told.format(path=path, schema=facts["schema"], before=before)])


@command(
    app,
    "stats",
    N_("Say what the desk holds and how large it is."),
    "helpdesk db stats",
    "helpdesk db stats -o json",
)
def stats(output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        print_result(desk.upkeep.stats(), output=output)


@command(
    app,
    "check",
    N_("Check pages, references, journal, rows and search index; exit code 1 if something is wrong."),
    "helpdesk db check",
    "helpdesk --db copy.db db check --deep -o json",
)
def check(
    deep: Annotated[
        bool, typer.Option("--deep", help=N_("Every term of the search index, attachments and counts, too."))
    ] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.progress import Progress
    from helpdesk_tui.desk import upkeep
    from helpdesk_tui.vocabulary.errors import StoreFault

    settings = context.current()
    path = settings.desk_path()
    with Progress(_("rows")) as bar:
        try:
            with settings.desk() as desk:
                found = desk.upkeep.look(deep=deep, progress=bar)
        except StoreFault:
            # Too damaged to know who asks: whoever may read the file may know what is wrong with it.
            found = upkeep.look_at(path, deep=deep, progress=bar)
    told = [_("the desk is sound")] if found.ok else [problem.line() for problem in found.problems]
    print_result(found.data(), output=output, lines=told)
    if not found.ok:
        raise typer.Exit(1)


@command(
    app,
    "reindex",
    N_("Write the search index and the counts anew from the tickets."),
    "helpdesk db reindex",
    "helpdesk db reindex -o json",
)
def reindex(output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        done = desk.upkeep.reindex()
        print_result(done, output=output, lines=[_("texts in the index: {n}").format(n=done["documents"])])


# -- backups -----------------------------------------------------------------------------------------------------

PassphraseOption = Annotated[
    bool, typer.Option("--passphrase", help=N_("Ask for a passphrase on the terminal (AES-256)."))
]
PassphraseFileOption = Annotated[
    str | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", help=N_("Its first line is the passphrase; - is standard input.")
    ),
]
KeyFileOption = Annotated[
    str | None, typer.Option("--key-file", metavar="FILE", help=N_("32 random bytes, or 64 hexadecimal digits."))
]


def _secret(ask: bool, passphrase_file: str | None, key_file: str | None, *, twice: bool) -> Any:
    """What encrypts or opens a backup, or None."""
    from helpdesk_tui.desk import upkeep

    if sum((ask, passphrase_file is not None, key_file is not None)) > 1:
        raise Usage(N_("give a passphrase or a key file, not both"))
    if ask:
        return upkeep.passphrase(_asked(twice=twice))
    if passphrase_file == "-":  # noqa: S105 - the name of a file
        return upkeep.passphrase(sys.stdin.readline(4096).rstrip("\r\n"))
    return upkeep.secret_of(passphrase_file, key_file)


def _asked(*, twice: bool) -> str:
    from getpass import getpass

    if not sys.stdin.isatty():
        raise Usage(N_("there is no terminal to ask on: give --passphrase-file or --key-file"))
    typed = getpass(_("Passphrase: "), sys.stderr)
    if twice and getpass(_("Once more: "), sys.stderr) != typed:
        raise Usage(N_("the two are not the same; nothing was written"))
    return typed


@command(
    app,
    "backup",
    N_("Copy the desk while it is in use, prove the copy, and write a manifest beside it."),
    "helpdesk db backup /media/usb",
    "helpdesk db backup desk.enc --key-file /etc/helpdesk/backup.key -o json",
)
def backup(
    dest: Annotated[
        str | None,
        typer.Argument(metavar="[DEST]", help=N_("A new file, or a folder; backups beside the desk if not given.")),
    ] = None,
    passphrase: PassphraseOption = False,
    passphrase_file: PassphraseFileOption = None,
    key_file: KeyFileOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.cli.progress import Progress

    secret = _secret(passphrase, passphrase_file, key_file, twice=True)
    with context.current().desk() as desk:
        with Progress(_("backup")) as bar:
            made = desk.upkeep.backup(dest, secret=secret, progress=bar)
        if not made["journalled"]:
            context.say(_("the backup is whole, but the desk could not note it; see helpdesk doctor"))
        told = _("{path}: {entries} entries, proved; SHA-256 {sha256}").format(
            path=made["path"], entries=made["seq"], sha256=made["sha256"]
        )
        print_result(made, output=output, lines=[told])


@command(
    app,
    "restore",
    N_("Check a backup and put it in the place of the desk; a desk that stands there is kept aside."),
    "helpdesk db restore /media/usb/desk-20261122T020000Z.db",
    "helpdesk db restore desk.enc --key-file /etc/helpdesk/backup.key --force -o json",
)
def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("The backup; its manifest lies beside it."))],
    force: Annotated[
        bool, typer.Option("--force", help=N_("Replace a desk that stands there; it is kept aside."))
    ] = False,
    passphrase: PassphraseOption = False,
    passphrase_file: PassphraseFileOption = None,
    key_file: KeyFileOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    import time

    from helpdesk_tui.cli.progress import Progress
    from helpdesk_tui.desk import upkeep

    settings = context.current()
    path = settings.desk_path()
    login = upkeep.ask_leave(path, settings.actor, "db.restore")
    secret = _secret(passphrase, passphrase_file, key_file, twice=False)
    with Progress(_("restore")) as bar:
        done = upkeep.restore(file, path, now=int(time.time()), login=login, secret=secret, force=force, progress=bar)
    if not done["manifest"]:
        context.say(_("there is no manifest beside it: that its end was not cut off cannot be seen"))
    told = [_("{path} is restored up to entry {seq}").format(path=done["path"], seq=done["seq"])]
    if done["kept"]:
        told.append(_("the desk that stood there is kept in {path}").format(path=done["kept"]))
    print_result(done, output=output, lines=told)


@command(
    app,
    "salvage",
    N_("Make a new desk of what is left of a damaged file, and say what was lost (then exit code 6)."),
    "helpdesk db salvage damaged.db salvaged.db",
    "helpdesk db salvage /srv/desk/desk.db /srv/desk/salvaged.db -o json",
)
def salvage(
    file: Annotated[str, typer.Argument(metavar="FILE", help=N_("The damaged file; it is only read."))],
    out: Annotated[str, typer.Argument(metavar="OUT", help=N_("The new file."))],
    output: output.OutputOption = Output.TABLE,
) -> None:
    import time

    from helpdesk_tui.cli.progress import Progress
    from helpdesk_tui.desk import upkeep
    from helpdesk_tui.desk.actor import os_user

    with Progress(_("pages")) as bar:
        done = upkeep.salvage(file, out, now=int(time.time()), login=os_user().login, progress=bar)
    print_result(done, output=output, lines=_salvaged(done))
    if not done["complete"]:
        raise typer.Exit(6)


def _salvaged(done: dict[str, Any]) -> list[str]:
    """What came of a salvage, for people."""
    lines = [
        _("{path}: {tickets} tickets, {comments} comments, {entries} journal entries found").format(
            path=done["out"],
            tickets=done["found"].get("ticket", 0),
            comments=done["found"].get("comment", 0),
            entries=done["found"].get("journal", 0),
        )
    ]
    for key, text in (
        ("rebuilt", N_("made again from the journal: {what}")),
        ("mended", N_("put right by the journal: {what}")),
        ("dropped", N_("left out: {what}")),
    ):
        if done[key]:
            lines.append(_(text).format(what=", ".join(f"{table} {n}" for table, n in done[key].items() if n)))
    if done["lost_entries"]:
        gaps = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in done["lost_entries"])
        lines.append(_("lost journal entries: {gaps}").format(gaps=gaps))
    if done["lost_texts"]:
        lines.append(_("lost texts, shown as [lost]: {n}").format(n=done["lost_texts"]))
    if done["lost_attachments"]:
        lines.append(_("attachments whose bytes are lost: {n}").format(n=done["lost_attachments"]))
    if done["references"]:
        lines.append(_("references to lost rows, now empty: {n}").format(n=done["references"]))
    if done["policy_made"]:
        lines.append(_("the policy is lost; the default one is in force"))
    if done["administrator"]:
        lines.append(_("nobody was left to run the desk; {who} is its administrator").format(who=done["administrator"]))
    if done["complete"]:
        lines.append(_("nothing is lost and the journal's chain holds"))
    elif done["chain"]:
        lines.append(_("the journal's chain holds as far as it goes"))
    else:
        told = _("the journal's chain breaks at entry {seq} ({why}); new work goes on from the last entry")
        lines.append(told.format(seq=done["first_bad"], why=done["why"]))
    return lines


@command(
    app,
    "archive",
    N_("Move tickets closed long ago into a second file that stays searchable (--archive), or bring some back."),
    "helpdesk db archive --older-than 2y --dry-run",
    "helpdesk db archive --older-than 18months --yes -o json",
    "helpdesk db archive --restore 1042",
)
def archive(
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help=N_("Closed longer ago than this: 2y, 18months, 400d.")),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FILE",
            help=N_("Where to make the archive, at the first move; beside the desk if not given."),
        ),
    ] = None,
    restore: Annotated[
        list[str] | None,
        typer.Option("--restore", metavar="NUMBER", help=N_("Bring this ticket back; may be repeated.")),
    ] = None,
    dry_run: shared.DryRunOption = False,
    yes: shared.YesOption = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if (older_than is None) == (restore is None):
        raise Usage(N_("give --older-than AGE, or --restore NUMBER"))
    with context.current().desk() as desk:
        if restore is not None:
            done = desk.upkeep.unarchive([shared.number(text) for text in restore], dry_run=dry_run)
            listed = ", ".join(map(str, done["restored"]))
            text = _("would come back: {numbers}") if dry_run else _("back on the desk: {numbers}")
            print_result(done, output=output, lines=[text.format(numbers=listed)])
            return
        _move_out(desk, older_than or "", to, dry_run, yes, output)


def _move_out(desk: Any, older_than: str, to: str | None, dry_run: bool, yes: bool, output: Output) -> None:
    from helpdesk_tui.cli.confirm import confirm
    from helpdesk_tui.cli.progress import Progress

    plan = desk.upkeep.archive(older_than, path=to, dry_run=True)
    count = plan["matched"] - len(plan["skipped"])
    if not dry_run and count:
        question = ngettext("Move {n} ticket to {path}?", "Move {n} tickets to {path}?", count)
        confirm(question.format(n=count, path=one_line(plan["archive"])), yes)
        with Progress(_("tickets")) as bar:
            plan = desk.upkeep.archive(older_than, path=to, progress=bar)
    done = plan["moved"]
    told = [
        ngettext("{n} ticket would move to {path}", "{n} tickets would move to {path}", count).format(
            n=count, path=plan["archive"]
        )
        if dry_run
        else ngettext("{n} ticket moved to {path}", "{n} tickets moved to {path}", done).format(
            n=done, path=plan["archive"]
        )
    ]
    told += [
        _("ticket {number} stays: {reason}").format(number=each["number"], reason=in_words(each["reason"]))
        for each in plan["skipped"][:20]
    ]
    print_result(plan, output=output, lines=told)
