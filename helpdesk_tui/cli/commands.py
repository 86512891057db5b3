"""How commands are declared: translated help with worked examples, sub-commands that load when named, quick parameters.

Typer builds a command anew for each run, after the language is known; texts are declared with `N_` and translated then.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, TypeVar, get_args, get_origin

import typer
from typer._click.formatting import HelpFormatter
from typer._click.shell_completion import CompletionItem
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import cell_width, fit
from helpdesk_tui.vocabulary.wrapping import wrapped

F = TypeVar("F", bound=Callable[..., Any])
CONTEXT: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
N_("Install completion for the current shell.")
N_("Show completion for the current shell, to copy it or customize the installation.")


class _Quick:
    """Turns the words of a command line into the plain types our commands use, without loading a validator library."""

    def __init__(self, annotation: Any, info: Any) -> None:
        self._low, self._high = getattr(info, "min", None), getattr(info, "max", None)
        self._parser: Callable[[str], Any] | None = getattr(info, "parser", None)
        self._many = get_origin(annotation) is list
        self._type = get_args(annotation)[0] if self._many else annotation

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._many:
            return tuple(self._one(item, param, ctx) for item in value)
        return self._one(value, param, ctx)

    def _one(self, value: Any, param: Any, ctx: Any) -> Any:
        if isinstance(value, self._type):
            return value
        if self._parser is not None:
            return self._parser(value)
        try:
            return self._bounded(self._type(value), param, ctx)
        except ValueError:
            if issubclass(self._type, Enum):
                known = ", ".join(str(item.value) for item in self._type)
                text = _("{value} is not known; use {choices}").format(value=value, choices=known)
            else:
                text = _("{value} is no whole number").format(value=value)
            raise typer.BadParameter(text, ctx=ctx, param=param) from None

    def _bounded(self, value: Any, param: Any, ctx: Any) -> Any:
        if self._low is not None and value < self._low:
            text = _("{value} is less than {limit}").format(value=value, limit=self._low)
        elif self._high is not None and value > self._high:
            text = _("{value} is more than {limit}").format(value=value, limit=self._high)
        else:
            return value
        raise typer.BadParameter(text, ctx=ctx, param=param)


def _quicken(param: Any) -> None:
    """Give a parameter of a plain type our own reader of values; anything else keeps Typer's."""
    descriptor = getattr(param, "type_descriptor", None)
    annotation = getattr(descriptor, "annotation", None)
    plain = get_args(annotation)[0] if get_origin(annotation) is list else annotation
    if isinstance(plain, type) and (plain in (str, int, bool) or issubclass(plain, Enum)):
        param._runtime_param = _Quick(annotation, descriptor.parameter_info if descriptor is not None else None)


def settle(command: Any) -> None:
    """Put the chosen language into a command that was just built."""
    command.help = _(command.help or "")
    command.short_help = _(command.short_help or "") or None
    for param in command.params:
        if getattr(param, "help", None):
            param.help = _(param.help)
        _quicken(param)


def _quickened(params: list[Any]) -> list[Any]:
    """All parameters of a command, `--help` too, which is made anew at each question."""
    for param in params:
        if getattr(param, "_runtime_param", False) is None:
            _quicken(param)
    return params


def _definitions(formatter: HelpFormatter, heading: str, rows: list[tuple[str, str]]) -> None:
    """Names on the left, what they are on the right; a long name takes a line of its own."""
    if not rows:
        return
    formatter.write(f"\n{heading}:\n")
    left = min(30, max(cell_width(name) for name, _text in rows))
    for name, text in rows:
        first, *rest = wrapped(text, max(20, formatter.width - left - 4)) or [""]
        if cell_width(name) > left:
            formatter.write(f"  {name}\n")
            name = ""
        formatter.write(f"  {fit(name, left)}  {first}".rstrip() + "\n")
        for line in rest:
            formatter.write(" " * (left + 4) + line + "\n")


def _placeholder(argument: Any) -> str:
    """How an argument stands in the usage line: `NUMBER`, or `[FIELD]` where it may be left out."""
    name = _named(argument)
    return name if argument.required else f"[{name}]"


def _named(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper()).strip("[]")


def _option(param: Any, name: str, text: str) -> tuple[str, str]:
    """An option for the help: what its value is called, and what it is for, in the reader's language."""
    if "--help" in param.opts:
        return name, _("Show this message and exit.")
    name = re.sub("<int( range)?>", "N", name.replace("<str>", param.name.rstrip("_").upper()))
    return name, text.replace("[default: ", _("[default: ")).replace("[required]", _("[required]"))


def _write_help(command: Any, ctx: Any, formatter: HelpFormatter) -> None:
    """Usage, what it does, arguments, options, sub-commands, examples."""
    pieces = [_placeholder(p) if p.param_type_name == "argument" else "" for p in command.get_params(ctx)]
    pieces = ["[OPTIONS]", *filter(None, pieces), *(["COMMAND ..."] if isinstance(command, Group) else [])]
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage: "))
    formatter.write("\n" + "".join(f"  {line}\n" for line in wrapped(command.help, formatter.width - 2)))
    arguments: list[tuple[str, str]] = []
    options: list[tuple[str, str]] = []
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            if param.param_type_name == "argument":
                # That it is required shows in the usage line.
                arguments.append((_named(param), record[1].removesuffix("[required]").rstrip()))
            else:
                options.append(_option(param, *record))
    _definitions(formatter, _("Arguments"), arguments)
    _definitions(formatter, _("Options"), options)
    if isinstance(command, Group):
        _definitions(formatter, _("Commands"), command.summaries())
    if command.epilog:
        formatter.write("\n" + _("Examples") + ":\n")
        for line in command.epilog.splitlines():
            formatter.write(f"  {line}\n")


class PipeClosed(Exception):
    """Whoever read our output has gone."""


class Command(TyperCommand):
    """A command with translated help and worked examples."""

    def invoke(self, ctx: Any) -> Any:
        """Run it; a closed pipe is told apart here, for Typer would make a failure of it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise PipeClosed from None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settle(self)

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, each with our reader of values."""
        return _quickened(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: HelpFormatter) -> None:
        """Write the help in our order."""
        _write_help(self, ctx, formatter)


class Group(TyperGroup):
    """A noun with its verbs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settle(self)

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, each with our reader of values."""
        return _quickened(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: HelpFormatter) -> None:
        """Write the help in our order."""
        _write_help(self, ctx, formatter)

    def summaries(self) -> list[tuple[str, str]]:
        """The verbs with their first sentence."""
        return [(name, _sentence(command.help or "")) for name, command in self.commands.items()]


def _sentence(text: str) -> str:
    """The first sentence of a help text, in either script."""
    return re.split(r"(?<=[.。])(?:\s|(?<=。)|$)", text.strip(), maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of the first level: its module (`app` in it), what it is for, and whether it may be missing."""

    module: str
    summary: str


class LazyGroup(Group):
    """The root: knows the names and summaries of its commands and loads one only when it is called."""

    entries: dict[str, Entry] = {}
    # What a word that is no command may still be; returns a command or None.
    otherwise: Callable[[str], Any] | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one command."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return self.otherwise(cmd_name) if self.otherwise is not None else None
        command = get_command(import_module(entry.module).app)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command of a word, or say which is nearest."""
        names: Any = dict.fromkeys(self.entries)  # only the keys are read, for suggestions
        self.commands = names
        return super().resolve_command(ctx, args)

    def summaries(self) -> list[tuple[str, str]]:
        """All commands with what they are for, without loading any."""
        return [(name, _(entry.summary)) for name, entry in self.entries.items()]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[CompletionItem]:
        """Names that begin so, then the options."""
        found = [CompletionItem(n, help=_(e.summary)) for n, e in self.entries.items() if n.startswith(incomplete)]
        if incomplete.startswith("-"):
            found.extend(super(TyperGroup, self).shell_complete(ctx, incomplete))
        return found


def present(entries: dict[str, Entry]) -> dict[str, Entry]:
    """The entries whose module is installed."""
    return {name: entry for name, entry in entries.items() if find_spec(entry.module) is not None}


def noun(summary: str) -> typer.Typer:
    """A noun to which verbs are added with `command`."""
    app = typer.Typer(
        cls=Group,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=False,
        context_settings=CONTEXT,
    )
    app.callback(cls=Group, help=summary, context_settings=CONTEXT)(_nothing)
    return app


def _nothing() -> None:
    return None


def command(app: typer.Typer, name: str, summary: str, *examples: str) -> Callable[[F], F]:
    """Declare a verb: its name, what it does (a text marked with `N_`), and at least two worked examples."""
    return app.command(
        name, cls=Command, help=summary, epilog="\n".join(examples), context_settings={**CONTEXT}, no_args_is_help=False
    )


def single(name: str, summary: str, *examples: str) -> tuple[typer.Typer, Callable[[F], F]]:
    """An app of one command that needs no noun (`undo`, `search`)."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    return app, command(app, name, summary, *examples)
