"""`helpdesk review`: post-incident reviews and what follows from them."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output, shared, texts
from helpdesk_tui.cli.commands import command, noun
from helpdesk_tui.cli.incident import minute
from helpdesk_tui.cli.output import Column, Output, Row, print_result, print_rows, write
from helpdesk_tui.cli.shared import LimitOption, NumberArgument, ZoneOption
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _, language, set_language
from helpdesk_tui.vocabulary.reviews import SECTIONS, STATE_LABELS
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

app = noun(N_("Post-incident reviews: draft, edit, approve, publish; what follows from them, and what is overdue."))
KEYS: Final = (
    "number", "ref", "title", "severity", "nature", "state", "owner", "created_at", "due_at", "overdue", "approved_at",
    "approved_by", "published_at", "waived_at", "waived_by", "waiver", "version",
)  # fmt: skip
ACTION_KEYS: Final = (
    "id", "number", "ref", "title", "action", "text", "owner", "due_at", "done_at", "overdue", "result",
)  # fmt: skip


def _state(value: Any, row: Row) -> str:
    return _(STATE_LABELS[str(value)]) + (f" ({_('overdue')})" if row["overdue"] else "")


def _day(value: Any, row: Row) -> str:
    return str(value or "-")[:10] + (f" ({_('overdue')})" if row.get("overdue") and "text" in row else "")


_TABLE: Final = (
    Column("ref", N_("No.")),
    Column("severity", N_("Severity")),
    Column("state", N_("State"), _state),
    Column("owner", N_("Owner"), lambda value, row: value or "-"),
    Column("due_at", N_("Due"), _day),
    Column("title", N_("Summary"), flexible=True),
)
_ACTIONS: Final = (
    Column("id", N_("Action"), right=True),
    Column("ref", N_("No.")),
    Column("action", N_("For"), lambda value, row: value or "-"),
    Column("owner", N_("Owner"), lambda value, row: value or "-"),
    Column("due_at", N_("Due"), _day),
    Column("result", N_("Ticket"), lambda value, row: "-" if value is None else str(value), right=True),
    Column("text", N_("Text"), flexible=True),
)


def _print(desk: "Desk", review: Row, output_: Output, tz: str | None = None) -> None:
    if output_ is not Output.TABLE:
        # Headings are for people; programs read the same ones whoever asks.
        spoken = language()
        set_language("en")
        try:
            review = desk.reviews.show(review["number"], tz=tz or "UTC")
        finally:
            set_language(spoken)
    state = _state(review["state"], review)
    lines = [
        f"{review['ref']}  {review['severity']}  {one_line(review['title'], 200)}",
        f"  {state} · {_('owner')} {review['owner'] or '-'} · {_('due')} {minute(review['due_at'], tz)}",
    ]
    if review["missing"] and review["state"] == "draft":
        lines.append(
            "  " + _("still lacks: {parts}").format(parts=", ".join(_(SECTIONS[n]) for n in review["missing"]))
        )
    if review["waiver"]:
        lines.append(f"  {review['waived_by']}: {one_line(review['waiver'], 300)}")
    print_result(review, output=output_, lines=[*lines, "", *review["text"].rstrip().splitlines()])


@command(
    app,
    "list",
    N_("List reviews: open, overdue, draft, approved, published, waived or all."),
    "helpdesk review list",
    "helpdesk review list --state overdue -o json",
)
def list_(
    state: Annotated[
        str,
        typer.Option("--state", metavar="STATE", help=N_("open, overdue, draft, approved, published, waived or all.")),
    ] = "open",
    limit: LimitOption = 200,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.reviews.list(state, limit=limit or 10_000)
    print_rows(found, _TABLE, output=output, columns=columns, keys=KEYS, empty=_("no reviews"))


@command(
    app,
    "actions",
    N_("List the follow-up actions of all incidents: open, overdue or all."),
    "helpdesk review actions",
    "helpdesk review actions --state overdue -o json",
)
def actions(
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=N_("open, overdue or all."))] = "open",
    limit: LimitOption = 200,
    columns: output.ColumnsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        found = desk.reviews.actions(state, limit=limit or 10_000)
    print_rows(found, _ACTIONS, output=output, columns=columns, keys=ACTION_KEYS, empty=_("no follow-up actions"))


@command(
    app,
    "draft",
    N_("Begin the review of an incident with what its record tells; --again throws away what was written."),
    "helpdesk review draft 1043",
    "helpdesk review draft INC-1043 --again --owner ben.fischer -o json",
)
def draft(
    number: NumberArgument,
    again: Annotated[bool, typer.Option("--again", help=N_("Begin anew."))] = False,
    owner: Annotated[str | None, typer.Option("--owner", metavar="PERSON", help=N_("Who sees to it."))] = None,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        _print(desk, desk.reviews.draft(number, again=again, owner=owner, tz=tz or "UTC"), output, tz)


@command(
    app,
    "show",
    N_("The review of an incident; --markdown only its text, as it is edited and published."),
    "helpdesk review show 1043",
    "helpdesk review show INC-1043 --markdown > review.md",
)
def show(
    number: NumberArgument,
    markdown: Annotated[bool, typer.Option("--markdown", help=N_("Only the text."))] = False,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk(tz) as desk:
        review = desk.reviews.show(number, tz=tz or "UTC")
        if markdown:
            write(review["text"])
        else:
            _print(desk, review, output, tz)


@command(
    app,
    "edit",
    N_(
        "Edit a review in your editor, or take it from a file; - is standard input. One that was approved is a draft again."
    ),
    "helpdesk review edit 1043 review.md",
    "helpdesk review edit INC-1043 - -o json < review.md",
)
def edit(
    number: NumberArgument,
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help=N_("The text (Markdown); - is standard input."))
    ] = None,
    version: shared.VersionOption = None,
    tz: ZoneOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    zone = tz or "UTC"
    with context.current().desk(tz) as desk:
        known = desk.reviews.show(number, tz=zone)
        if file is None and not texts.interactive():
            raise Usage(N_("there is no text: give it with -m TEXT, or with - from standard input"))
        text = texts.edited(known["text"]) if file is None else texts.document(file)
        _print(desk, desk.reviews.edit(number, text, version=version or known["version"], tz=zone), output, tz)


@command(
    app,
    "approve",
    N_("Approve a review that is whole."),
    "helpdesk review approve 1043",
    "helpdesk review approve INC-1043 -o json",
)
def approve(number: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        _print(desk, desk.reviews.approve(number), output)


@command(
    app,
    "publish",
    N_("Publish an approved review: its follow-up actions become problems, changes and improvements."),
    "helpdesk review publish 1043",
    "helpdesk review publish INC-1043 -o json",
)
def publish(number: NumberArgument, output: output.OutputOption = Output.TABLE) -> None:
    with context.current().desk() as desk:
        _print(desk, desk.reviews.publish(number), output)


@command(
    app,
    "waive",
    N_("Sign that an incident may be closed without a review, and why."),
    "helpdesk review waive 1043 --reason 'same cause as INC-1040, reviewed there'",
    "helpdesk review waive INC-1043 --reason 'false alarm' -o json",
)
def waive(
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=N_("Why; kept with your name."))],
    output: output.OutputOption = Output.TABLE,
) -> None:
    with context.current().desk() as desk:
        _print(desk, desk.reviews.waive(number, reason), output)
