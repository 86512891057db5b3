"""`helpdesk db`: the desk's file."""

from typing import Any

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Output, print_result
from helpdesk_tui.vocabulary.i18n import N_, _

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
    from helpdesk_tui.desk import upkeep

    with context.current().desk() as desk:
        print_result(upkeep.stats(desk), output=output)


@command(
    app,
    "check",
    N_("Check the file, its references and the journal's chain; exit code 1 if something is wrong."),
    "helpdesk db check",
    "helpdesk --db copy.db db check -o json",
)
def check(output: output.OutputOption = Output.TABLE) -> None:
    from helpdesk_tui.desk import upkeep

    with context.current().desk() as desk:
        found = upkeep.check(desk)
        told = [_("the desk is sound")] if found["ok"] else found["problems"]
        print_result(found, output=output, lines=told)
        if not found["ok"]:
            raise typer.Exit(1)
