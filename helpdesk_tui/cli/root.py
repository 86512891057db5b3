"""All commands of the program as one tree, built in the language in force."""

import sys
from typing import Annotated, Any, Final

import typer

from helpdesk_tui.cli import context
from helpdesk_tui.cli.commands import CONTEXT, Command, Entry, LazyGroup, present, settle
from helpdesk_tui.cli.console import can_open, open_console
from helpdesk_tui.vocabulary.i18n import N_, _

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
        ("oncall", "oncall", N_("Who is on call: schedules, overrides, swaps, the hand-over.")),
        ("event", "event", N_("Notices of monitoring systems: take them in, look at them.")),
        ("alert", "alert", N_("Alerts: what monitoring systems tell of.")),
        ("maintenance", "maintenance", N_("Times in which alerts open nothing.")),
        ("incident", "incident", N_("Incidents: declare them, lead them, write down what happens.")),
        ("escalation", "escalation", N_("Paging: who is called for a ticket until somebody acknowledges.")),
        ("ack", "ack", N_("Acknowledge a page.")),
        ("serve", "serve", N_("Listen for events of monitoring systems over HTTP.")),
        ("kpi", "kpi", N_("Indicators of incident response.")),
        ("plan", "plan", N_("Recovery plans of the services.")),
        ("runbook", "runbook", N_("Checklists that incidents take up.")),
        ("review", "review", N_("Post-incident reviews and what follows from them.")),
        ("policy", "policy", N_("The rules of this desk: show, check, compare, put in force.")),
        ("notices", "notices", N_("What concerns you: assigned, mentioned, replied, running out of time.")),
        ("tick", "tick", N_("Do what is due: wake waiting tickets, escalate late ones.")),
        ("worker", "worker", N_("Do what is due and send messages, again and again.")),
        ("notify", "notify", N_("How you are told: channels, quiet hours, messages.")),
        ("batch", "batch", N_("Verbs as JSON lines on standard input.")),
        ("audit", "audit", N_("The journal: read, follow, verify, anchor, export.")),
        ("db", "db", N_("The desk's file.")),
        ("config", "config", N_("Your settings and where they come from.")),
        ("doctor", "doctor", N_("Whether program, terminal, disk and desk are in order.")),
        ("demo", "demo", N_("A believable company to try things on.")),
    )
}


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
    plain: Annotated[
        bool, typer.Option("--plain", help=N_("Plain mode: lines of text only, for screen readers and slow lines."))
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=N_("Show the version and exit."))
    ] = False,
) -> None:
    """The options before the command were read already (`early`); without a command the console opens."""
    if ctx.invoked_subcommand is None:
        console(None)


def console(ticket: int | None) -> None:
    """Open the console or plain mode, at a ticket if one is named. Without a terminal: the help, and exit code 2."""
    if not can_open():
        if ticket is None:
            ctx = click_context()
            sys.stderr.write(ctx.get_help() + "\n")
        context.say(_("the console needs a terminal; `helpdesk ticket list` and `helpdesk ticket show` work without"))
        raise typer.Exit(2)
    raise typer.Exit(open_console(ticket))


def click_context() -> Any:
    """The context of the running command."""
    from typer._click.globals import get_current_context

    return get_current_context()


def _at_ticket(word: str) -> Command | None:
    """`helpdesk 1042`: a number in place of a command opens the console there."""
    from helpdesk_tui.vocabulary.kinds import parse_ref

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
