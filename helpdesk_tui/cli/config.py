"""`helpdesk config`: your settings and where they come from."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.output import Column, Output, line, print_rows
from helpdesk_tui.desk.places import home
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_, _

app = noun(N_("Your settings and where they come from."))
_TABLE = (Column("key", N_("Setting")), Column("value", N_("Value"), flexible=True))
_ORIGIN = Column("origin", N_("Comes from"))
_PROBLEMS = (
    Column("line", N_("Line")), Column("key", N_("Setting")), Column("problem", N_("Problem"), flexible=True),
    Column("nearest", N_("Nearest")),
)  # fmt: skip


def _keys(incomplete: str) -> list[str]:
    from helpdesk_tui.settings.schema import OPTIONS

    return [key for key in OPTIONS if key.startswith(incomplete)]


@command(
    app,
    "show",
    N_("Show the settings in force."),
    "helpdesk config show --origin",
    "helpdesk --db /srv/desk.db config show --origin -o json",
)
def show(
    origin: Annotated[bool, typer.Option("--origin", help=N_("Say where each comes from."))] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.settings.schema import OPTIONS

    settings = context.current()
    loaded = settings.loaded()
    loaded.require()
    found: list[tuple[str, Any, str]] = []
    for key in OPTIONS:
        if key in context.VARIABLES:
            setting = settings.get(key)
            found.append((key, setting.value, setting.origin))
        else:
            value = getattr(loaded.settings, key)
            found.append((key, dict(value) if isinstance(value, Mapping) else value, loaded.origins[key]))
    path = settings.config_path()
    found.append((path.key, path.value, path.origin))
    table = output is Output.TABLE
    rows = [
        {"key": key, "value": _shown(value) if table else value, **({"origin": where} if origin else {})}
        for key, value, where in found
    ]
    print_rows(rows, (*_TABLE, _ORIGIN) if origin else _TABLE, output=output)


def _shown(value: Any) -> Any:
    from helpdesk_tui.settings.toml_lines import written

    return value if value is None or isinstance(value, str) else written(value) if value != {} else None


@command(
    app,
    "validate",
    N_("Check a config file: yours, or the one named; exit code 6 if it is wrong."),
    "helpdesk config validate",
    "helpdesk config validate new-config.toml -o json",
)
def validate(
    file: Annotated[str | None, typer.Argument(metavar="FILE", help=N_("The file; yours if not given."))] = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    from helpdesk_tui.settings.reading import Problem, load

    path = home(file) if file is not None else context.current().file_path()
    if file is not None and not path.exists():
        raise Usage(N_("{path} does not exist"), path=path)
    loaded = load(path, {})
    problems = list(loaded.problems)
    try:
        if loaded.settings.database:
            context.database_path(loaded.settings.database)
    except Usage as error:
        problems.append(Problem(str(path), loaded.line_of("database"), "database", error))
    if loaded.settings.keys:
        from helpdesk_tui.app import key_problems

        problems = sorted([*problems, *key_problems(loaded)], key=lambda problem: problem.line or 0)
    if output is not Output.TABLE:
        print_rows([problem.data() for problem in problems], _PROBLEMS, output=output)
    if problems:
        context.say(*(str(problem.told()) for problem in problems))
        raise typer.Exit(Invalid.exit_code)
    if output is Output.TABLE:
        told = _("{path} is in order") if path.exists() else _("{path} does not exist, which counts as empty")
        line(told.format(path=path))


@command(
    app,
    "schema",
    N_("Print a JSON Schema of the config file, for editors that complete and check by one."),
    "helpdesk config schema > helpdesk.schema.json",
    "helpdesk config schema | jq '.properties | keys'",
)
def schema() -> None:
    import json

    from helpdesk_tui.settings.json_schema import json_schema

    line(json.dumps(json_schema(), indent=2))


@command(
    app,
    "set",
    N_("Put a setting into the config file; comments and everything else in it stay."),
    "helpdesk config set theme light",
    "helpdesk config set keys.ticket.take T,f6",
)
def set_(
    key: Annotated[str, typer.Argument(metavar="KEY", help=N_("Its name."), autocompletion=_keys)],
    value: Annotated[str, typer.Argument(metavar="VALUE", help=N_("The value; a list with commas."))],
) -> None:
    from helpdesk_tui.settings.reading import from_text, list_from_text
    from helpdesk_tui.settings.schema import OPTIONS

    name, dot, _rest = key.partition(".")
    option = OPTIONS.get(name)
    listed = bool(dot) and option is not None and option.kind == "lists"
    _change(key, list_from_text(key, value) if listed else from_text(key, value))


@command(
    app,
    "unset",
    N_("Take a setting out of the config file, so that the default holds."),
    "helpdesk config unset theme",
    "helpdesk config unset columns.mine",
)
def unset(key: Annotated[str, typer.Argument(metavar="KEY", help=N_("Its name."), autocompletion=_keys)]) -> None:
    from helpdesk_tui.settings.reading import from_text
    from helpdesk_tui.settings.schema import OPTIONS

    if key.partition(".")[0] not in OPTIONS:
        from_text(key, "")  # tells which is nearest
    _change(key, None)


def _change(key: str, value: Any) -> None:
    from helpdesk_tui.settings.editing import change

    path = context.current().file_path()
    change(path, key, value)
    context.say(_("{path} is written").format(path=path))


@command(
    app,
    "path",
    N_("Print where the config file is, whether it exists or not."),
    "helpdesk config path",
    '"$EDITOR" "$(helpdesk config path)"',
)
def path() -> None:
    line(context.current().config_path().value or "")
