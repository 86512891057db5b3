"""`helpdesk`: reads the language and the settings, then runs one command and turns how it ended into an exit code."""

import contextlib
import io
import sys
from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, errors
from helpdesk_tui.cli.commands import CONTEXT, Command, Entry, LazyGroup, present, settle
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _, language_from_environment, normalise_language, set_language
from helpdesk_tui.vocabulary.kinds import parse_ref

_HERE: Final = "helpdesk_tui.cli"
COMMANDS: Final[dict[str, Entry]] = {
    name: Entry(f"{_HERE}.{module}", summary)
    for name, module, summary in (
        ("ticket", "ticket", N_("Open, read and work tickets.")),
        ("bulk", "bulk", N_("Change many tickets at once, as one batch.")),
        ("undo", "undo", N_("Take back your last action, a batch, or one journal entry.")),
        ("redo", "redo", N_("Do again what you undid last.")),
        ("search", "search", N_("Find tickets by any words.")),
        ("view", "view", N_("Saved filters.")),
        ("template", "template", N_("Texts with {{fields}} for replies, notes and new tickets.")),
        ("import", "imports", N_("Bring tickets and event logs in.")),
        ("export", "exports", N_("Take tickets and people out.")),
        ("people", "people", N_("Contacts, agents and their roles.")),
        ("team", "team", N_("Teams and their members.")),
        ("service", "service", N_("Services and how critical they are.")),
        ("ci", "ci", N_("Configuration items and how they hang together.")),
        ("sla", "sla", N_("Service levels: clocks, targets, calendars, holidays.")),
        ("policy", "policy", N_("The rules of this desk: show, check, compare, put in force.")),
        ("batch", "batch", N_("Verbs as JSON lines on standard input.")),
        ("audit", "audit", N_("The journal: read, follow, verify, anchor, export.")),
        ("db", "db", N_("The desk's file.")),
        ("config", "config", N_("Your settings and where they come from.")),
        ("demo", "demo", N_("A believable company to try things on.")),
    )
}
_VALUED: Final = {"--db": "database", "--as": "actor", "--lang": "lang", "--config": "config"}


def early(argv: list[str]) -> dict[str, str]:
    """The global options of a command line, read before anything is translated; stops at the command."""
    typed: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _VALUED:
            given = value if equals else next(words, None)
            if given is not None:
                typed[_VALUED[name]] = given
        elif not word.startswith("-"):
            break
    return typed


def _version(wanted: bool) -> None:
    if wanted:
        from helpdesk_tui import __version__

        typer.echo(f"helpdesk {__version__}")
        raise typer.Exit


def _root(
    ctx: typer.Context,
    db: Annotated[
        str | None, typer.Option("--db", metavar="PATH", help=N_("The desk's file (HELPDESK_DATABASE)."))
    ] = None,
    act_as: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help=N_("Act for this person, if you may (HELPDESK_ACTOR)."))
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="en|zh_CN", help=N_("The language to speak (HELPDESK_LANG)."))
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help=N_("Your settings (HELPDESK_CONFIG)."))
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=N_("Show the version and exit."))
    ] = False,
) -> None:
    """The options before the command were read already (`early`); without a command the console opens."""
    if ctx.invoked_subcommand is None:
        console(None)


def console(ticket: int | None) -> None:
    """Open the console, at a ticket if one is named. Without a terminal: the help, and exit code 2."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        if ticket is None:
            ctx = click_context()
            sys.stderr.write(ctx.get_help() + "\n")
        context.say(_("the console needs a terminal; `helpdesk ticket list` and `helpdesk ticket show` work without"))
        raise typer.Exit(2)
    settings = context.current()
    if ticket is not None:
        with settings.desk() as desk:
            desk.tickets.readable(ticket)
    from helpdesk_tui.app import run as run_console

    raise typer.Exit(run_console(settings.desk_path(), settings.actor, settings.language(), ticket))


def click_context() -> Any:
    """The context of the running command."""
    from typer._click.globals import get_current_context

    return get_current_context()


def _at_ticket(word: str) -> Command | None:
    """`helpdesk 1042`: a number in place of a command opens the console there."""
    number = parse_ref(word)
    return None if number is None else Command(word, callback=lambda: console(number), rich_markup_mode=None)


class Root(LazyGroup):
    """All commands of the program."""

    entries = present(COMMANDS)
    otherwise = staticmethod(_at_ticket)


def root() -> Any:
    """The command tree, built in the language in force."""
    app = typer.Typer(
        cls=Root,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings=CONTEXT,
    )
    app.callback(
        cls=Root,
        invoke_without_command=True,
        context_settings=CONTEXT,
        help=N_(
            "A service desk in a terminal: tickets, rules, SLA clocks and an audit trail. Without a command it opens the console."
        ),
        epilog='helpdesk ticket new "VPN drops every hour"\nhelpdesk ticket list --where "state:new,open priority:high.." -o json',
    )(_root)
    tree = typer.main.get_command(app)
    settle(tree)  # once more, for the options that Typer itself has added
    return tree


def run(argv: list[str]) -> int:
    """Run one command line (without the program's name); the exit code. Prints on standard output and error."""
    settings = context.Context(typed=early(argv))
    context.use(settings)
    set_language(normalise_language(settings.typed.get("lang")) or language_from_environment())
    _streams()
    try:
        _speak(settings, argv)
        ended = root().main(args=argv, prog_name="helpdesk", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException as error:
        code = errors.exit_code(error)
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.flush()
        return code
    return ended if isinstance(ended, int) else 0


def _speak(settings: context.Context, argv: list[str]) -> None:
    """Switch to the language of the settings. Help, and what mends the settings, work with broken ones too."""
    try:
        set_language(settings.language())
    except Usage:
        if not {"--help", "-h", "--version", "config"} & set(argv):
            raise


def _streams() -> None:
    """Programs read UTF-8 from us whatever the locale; a terminal that cannot show a letter gets its escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def main() -> None:
    """The entry point of `helpdesk`."""
    sys.exit(run(sys.argv[1:]))
