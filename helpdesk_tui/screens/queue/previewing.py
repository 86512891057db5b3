"""What the preview says about a ticket: who, what it concerns, why its priority, the last words."""

from typing import Any

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.kinds import kind_label
from helpdesk_tui.vocabulary.levels import Priority, priority_label
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import QueueRow
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.preview import PreviewData


def preview_of(desk: Desk, row: QueueRow, tz: str) -> tuple[int, PreviewData]:
    """Read a ticket's preview (in a worker)."""
    ticket = desk.reading.show(row.number)
    comments = desk.reading.comments(row.number)
    return row.number, PreviewData(
        ref=ticket["ref"],
        title=ticket["title"][:2_000],
        why=why_line(desk, row),
        facts=facts_of(ticket, row),
        description=ticket["description"] or "",
        comments=tuple(reversed(comments[-3:])),
        tz=tz,
    )


def why_line(desk: Desk, row: QueueRow) -> str:
    """The priority's reason as one sentence."""
    if row.pinned:
        return _("{priority}: pinned by hand").format(priority=priority_label(Priority(row.priority)))
    try:
        found = desk.reading.why(row.number, "priority")
    except DeskError:
        return ""
    reasons = found[0]["reasons"] if found else []
    lift = next((reason for reason in reasons if reason["code"] == "dynamic.since"), None)
    if lift is not None:
        return sentence({**lift, "code": "dynamic.lifted"})  # in a line there is no room for since when
    # What would lift it and does not is no reason of what it is.
    reasons = [reason for reason in reasons if not reason["code"].startswith("dynamic.")]
    return sentence(reasons[-1]) if reasons else ""


def facts_of(ticket: dict[str, Any], row: QueueRow) -> list[str]:
    """Short facts, those that are there."""
    facts = [kind_label(row.kind)]
    if row.requester:
        facts.append(_("requester {name}").format(name=one_line(row.requester, 60)))
    for name, text in (("service", _("service {name}")), ("ci", _("CI {name}")), ("category", _("category {name}"))):
        if ticket.get(name):
            facts.append(text.format(name=one_line(str(ticket[name]), 60)))
    if row.team or row.assignee:
        facts.append(_("with {team} / {assignee}").format(team=row.team or "-", assignee=row.assignee or "-"))
    if ticket["tags"]:
        facts.append(_("tags {names}").format(names=one_line(", ".join(ticket["tags"]), 80)))
    if ticket["reopen_count"]:
        n = ticket["reopen_count"]
        facts.append(ngettext("reopened {count} time", "reopened {count} times", n).format(count=n))
    return facts
