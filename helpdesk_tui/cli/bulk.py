"""`helpdesk bulk`: one change on many tickets, previewed, confirmed, undone as one batch."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk_tui.cli import context, labels, output, shared
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.confirm import MANY, confirm
from helpdesk_tui.cli.output import Column, Output, print_rows
from helpdesk_tui.cli.shared import (
    AssignTeamOption,
    CauseOption,
    CodeOption,
    DryRunOption,
    MessageOption,
    ReasonOption,
    StateArgument,
    TagOption,
    TicketSetOption,
    UntagOption,
    WhereOption,
    YesOption,
    ZoneOption,
)
from helpdesk_tui.vocabulary.errors import Usage, told
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.bulk import Bulk

app = noun(N_("Change many tickets at once, as one batch."))

WhichArgument = Annotated[
    str | None, typer.Argument(metavar="-", help=N_("A single - reads ticket numbers from standard input."))
]
Act = Callable[["Bulk", list[int], bool], dict[str, Any]]
_PREVIEW = (
    Column("ref", N_("No.")),
    Column("field", N_("Field"), lambda value, row: labels.label(str(value))),
    Column("before", N_("Before"), lambda value, row: output.plain(labels.value(row["field"], value)), flexible=True),
    Column("after", N_("After"), lambda value, row: output.plain(labels.value(row["field"], value)), flexible=True),
    Column("title", N_("Summary"), flexible=True),
)


def _run(
    act: Act, which: str | None, where: str | None, dry_run: bool, yes: bool, tz: str | None, output_: Output
) -> None:
    """Find the tickets, ask where they are many, change them, and print what became of it."""
    from helpdesk_tui.cli.progress import Progress

    numbers = _typed(which, where)
    with context.current().desk(tz) as desk:
        wanted = desk.bulk.matched(where, numbers)
        if not dry_run and len(wanted) > MANY:
            confirm(_("Change {n} tickets?").format(n=len(wanted)), yes)
        with Progress(_("tickets")) as bar:
            desk.bulk.progress = bar
            try:
                result = act(desk.bulk, wanted, dry_run)
            except KeyboardInterrupt:
                context.say(_("interrupted: what was changed so far is one batch, and `helpdesk undo` takes it back"))
                raise
        _print(result, dry_run, output_)


def _typed(which: str | None, where: str | None) -> list[int] | None:
    if which is not None and which != "-":
        raise Usage(
            N_("{value}: name tickets with --where QUERY, or give their numbers on standard input and -"), value=which
        )
    if which == "-" and where is not None:
        raise Usage(N_("give --where or -, not both"))
    if which is None and where is None:
        raise Usage(N_("say which tickets: --where QUERY, or - for their numbers on standard input"))
    return shared.numbers_from_stdin() if which == "-" else None


def _print(result: dict[str, Any], dry_run: bool, output_: Output) -> None:
    if output_ is not Output.TABLE:
        output.print_result(result, output=output_)
        return
    if dry_run:
        rows = [
            {"ref": item["ref"], "field": field, "before": before, "after": after, "title": item["title"]}
            for item in result["preview"]
            for field, (before, after) in item["changes"].items()
        ]
        print_rows(rows, _PREVIEW, output=Output.TABLE)
    for skipped in result["skipped"]:
        context.say(_("{number}: {reason}").format(number=skipped["number"], reason=one_line(told(skipped["reason"]))))
    n = result["changed"]
    tickets = ngettext("{n} of {m} ticket", "{n} of {m} tickets", n).format(n=n, m=result["matched"])
    if dry_run:
        output.line(_("{tickets} would change; nothing was changed").format(tickets=tickets))
    elif result["batch"] is None:
        output.line(_("{tickets} changed").format(tickets=tickets))
    else:
        batch = result["batch"]
        output.line(
            _("{tickets} changed; batch {batch}; `helpdesk undo {batch}` takes it back").format(
                tickets=tickets, batch=batch
            )
        )


@command(
    app,
    "edit",
    N_("Change fields and tags of many tickets."),
    "helpdesk bulk edit --where 'service:email is:open' --set urgency=high --dry-run",
    "helpdesk ticket list -w 'tag:vpn' --columns number -o csv | helpdesk bulk edit - --tag network --yes",
)
def edit(
    which: WhichArgument = None,
    where: WhereOption = None,
    set_: TicketSetOption = None,
    tag: TagOption = None,
    untag: UntagOption = None,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    values = shared.fields(set_)
    if not (values or tag or untag):
        raise Usage(N_("nothing to change: give --set field=value, --tag or --untag"))

    def act(bulk: "Bulk", numbers: list[int], dry: bool) -> dict[str, Any]:
        return bulk.edit(
            numbers=numbers, set=values, add_tags=tag or [], remove_tags=untag or [], reason=reason, dry_run=dry
        )

    _run(act, which, where, dry_run, yes, tz, output)


@command(
    app,
    "assign",
    N_("Hand many tickets to a person, a team or both."),
    "helpdesk bulk assign --where 'assignee:ben.fischer is:open' --assignee wang.fang --reason 'Ben is on leave'",
    "echo 1042 1043 | helpdesk bulk assign - --team network --dry-run",
)
def assign(
    which: WhichArgument = None,
    where: WhereOption = None,
    assignee: Annotated[
        str | None, typer.Option("--assignee", metavar="PERSON", help=N_("Login, address, me, or none."))
    ] = None,
    team: AssignTeamOption = None,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    def act(bulk: "Bulk", numbers: list[int], dry: bool) -> dict[str, Any]:
        return bulk.assign(numbers=numbers, team=team, assignee=assignee, reason=reason, dry_run=dry)

    _run(act, which, where, dry_run, yes, tz, output)


@command(
    app,
    "take",
    N_("Take many tickets."),
    "helpdesk bulk take --where 'is:unassigned team:mine'",
    "echo 1042 1043 | helpdesk bulk take -",
)
def take(
    which: WhichArgument = None,
    where: WhereOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    _run(lambda bulk, numbers, dry: bulk.take(numbers=numbers, dry_run=dry), which, where, dry_run, yes, tz, output)


@command(
    app,
    "state",
    N_("Move many tickets to a state; those that cannot go there are reported."),
    "helpdesk bulk state in_progress --where 'state:assigned assignee:me'",
    "helpdesk bulk state on_hold --where 'tag:move' --reason 'until the move is over' --dry-run",
)
def state(
    to: StateArgument,
    which: WhichArgument = None,
    where: WhereOption = None,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    def act(bulk: "Bulk", numbers: list[int], dry: bool) -> dict[str, Any]:
        return bulk.state(to, numbers=numbers, reason=reason, dry_run=dry)

    _run(act, which, where, dry_run, yes, tz, output)


@command(
    app,
    "resolve",
    N_("Resolve many tickets with the same cause and resolution."),
    "helpdesk bulk resolve --where 'parent:1042' -m 'mail works again' --cause 'disk full'",
    "echo 1042 1043 | helpdesk bulk resolve - -m 'restarted'",
)
def resolve(
    which: WhichArgument = None,
    where: WhereOption = None,
    message: Annotated[
        str | None, typer.Option("--message", "-m", "--resolution", metavar="TEXT", help=N_("What was done."))
    ] = None,
    cause: CauseOption = None,
    code: CodeOption = None,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    def act(bulk: "Bulk", numbers: list[int], dry: bool) -> dict[str, Any]:
        return bulk.resolve(numbers=numbers, resolution=message, cause=cause, code=code, reason=reason, dry_run=dry)

    _run(act, which, where, dry_run, yes, tz, output)


def _simple(name: str, summary: str, *examples: str) -> None:
    """Declare a verb that takes nothing but a reason."""

    @command(app, name, summary, *examples)
    def verb(
        which: WhichArgument = None,
        where: WhereOption = None,
        reason: ReasonOption = None,
        dry_run: DryRunOption = False,
        yes: YesOption = False,
        tz: ZoneOption = None,
        output: output.OutputOption = Output.TABLE,
    ) -> None:
        def act(bulk: "Bulk", numbers: list[int], dry: bool) -> dict[str, Any]:
            result: dict[str, Any] = getattr(bulk, name)(numbers=numbers, reason=reason, dry_run=dry)
            return result

        _run(act, which, where, dry_run, yes, tz, output)


_simple(
    "close",
    N_("Close many tickets."),
    "helpdesk bulk close --where 'phase:resolved updated:>7d'",
    "echo 1042 1043 | helpdesk bulk close - --dry-run",
)
_simple(
    "reopen",
    N_("Open many tickets again."),
    "helpdesk bulk reopen --where 'service:email resolved:<4h' --reason 'mail is down again'",
    "echo 1042 1043 | helpdesk bulk reopen - --dry-run",
)
_simple(
    "cancel",
    N_("Cancel many tickets."),
    "helpdesk bulk cancel --where 'tag:test' --reason 'a test'",
    "echo 1042 1043 | helpdesk bulk cancel - --dry-run",
)
_simple(
    "delete",
    N_("Delete many tickets softly."),
    "helpdesk bulk delete --where 'tag:spam' --dry-run",
    "echo 1042 1043 | helpdesk bulk delete - --reason 'spam' --yes",
)


def _talk(name: str, summary: str, *examples: str) -> None:
    """Declare a verb that writes the same text on many tickets."""

    @command(app, name, summary, *examples)
    def verb(
        which: WhichArgument = None,
        where: WhereOption = None,
        message: MessageOption = None,
        dry_run: DryRunOption = False,
        yes: YesOption = False,
        tz: ZoneOption = None,
        output: output.OutputOption = Output.TABLE,
    ) -> None:
        from helpdesk_tui.cli.texts import message as given

        if message == "-" and which == "-":
            raise Usage(N_("standard input cannot be both the numbers and the text"))
        if message is None and which == "-":
            raise Usage(N_("there is no text: give it with -m TEXT"))
        text = given(message, None)

        def act(bulk: "Bulk", numbers: list[int], dry: bool) -> dict[str, Any]:
            result: dict[str, Any] = getattr(bulk, name)(text, numbers=numbers, dry_run=dry)
            return result

        _run(act, which, where, dry_run, yes, tz, output)


_talk(
    "note",
    N_("Write the same internal note on many tickets."),
    "helpdesk bulk note --where 'parent:1042' -m 'waiting for the vendor'",
    "echo 1042 1043 | helpdesk bulk note - -m 'seen'",
)
_talk(
    "reply",
    N_("Write the same public reply on many tickets."),
    "helpdesk bulk reply --where 'parent:1042' -m 'Mail works again.'",
    "helpdesk bulk reply --where 'tag:outage' -m - --yes < news.txt",
)
