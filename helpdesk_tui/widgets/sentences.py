"""What a journal entry says to a reader: the verb as a sentence, the changed fields as before and after."""

from collections.abc import Callable
from typing import Any, Final

from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.kinds import STATE_CODES, Kind, kind_label, state_label
from helpdesk_tui.vocabulary.levels import Level, Priority, level_label, priority_label
from helpdesk_tui.vocabulary.records import NEVER, TimelineItem
from helpdesk_tui.vocabulary.text import one_line

FieldText = Callable[[str, Any], str | None]
"""A screen's own reading of a field's value (a person's name for an id); None leaves it to `value_text`."""

VERBS: Final[dict[str, str]] = {
    "ticket.open": N_("opened the ticket"),
    "ticket.edit": N_("edited the ticket"),
    "ticket.classify": N_("classified the ticket"),
    "ticket.take": N_("took the ticket"),
    "ticket.assign": N_("assigned the ticket"),
    "ticket.reply": N_("replied to the requester"),
    "ticket.note": N_("wrote an internal note"),
    "ticket.state": N_("changed the state"),
    "ticket.pend": N_("put the ticket on hold"),
    "ticket.resume": N_("resumed the ticket"),
    "ticket.resolve": N_("resolved the ticket"),
    "ticket.close": N_("closed the ticket"),
    "ticket.reopen": N_("reopened the ticket"),
    "ticket.cancel": N_("cancelled the ticket"),
    "ticket.delete": N_("deleted the ticket"),
    "ticket.redact": N_("redacted a text"),
    "ticket.prioritise": N_("set the priority"),
    "ticket.pin": N_("pinned the priority"),
    "ticket.unpin": N_("released the priority"),
    "ticket.log_time": N_("logged time"),
    "ticket.watch": N_("watches the ticket"),
    "ticket.unwatch": N_("stopped watching the ticket"),
    "ticket.tag": N_("changed the tags"),
    "ticket.link": N_("linked a ticket"),
    "ticket.unlink": N_("removed a link"),
    "ticket.split": N_("split the ticket"),
    "ticket.merge": N_("merged the ticket"),
    "ticket.unmerge": N_("took the merge apart"),
    "ticket.checklist": N_("changed the checklist"),
    "ticket.attach": N_("attached a file"),
    "ticket.escalate": N_("escalated the ticket"),
    "ticket.sla": N_("an SLA clock moved on"),
    "bulk.edit": N_("edited many tickets"),
    "undo": N_("undid an action"),
    "redo": N_("did an action again"),
}

FIELDS: Final[dict[str, str]] = {
    "kind": N_("kind"),
    "title": N_("title"),
    "description": N_("description"),
    "state": N_("state"),
    "phase": N_("phase"),
    "priority": N_("priority"),
    "impact": N_("impact"),
    "urgency": N_("urgency"),
    "category": N_("category"),
    "service": N_("service"),
    "team": N_("team"),
    "assignee": N_("assignee"),
    "requester": N_("requester"),
    "major": N_("major incident"),
    "pinned": N_("priority pinned"),
    "tags": N_("tags"),
    "due_at": N_("due"),
    "response_due_at": N_("response due"),
    "resolution_due_at": N_("resolution due"),
    "resolved_at": N_("resolved at"),
    "closed_at": N_("closed at"),
    "external_id": N_("external id"),
    "severity": N_("severity"),
    "moscow": N_("moscow"),
    "organisation": N_("organisation"),
    "affected_users": N_("affected users"),
    "parent": N_("parent"),
    "channel": N_("channel"),
    "language": N_("language"),
    "created_at": N_("created at"),
    "updated_at": N_("updated at"),
    "first_response_at": N_("first response at"),
    "pending_until": N_("pending until"),
    "reopen_count": N_("reopen count"),
    "reassignment_count": N_("reassignment count"),
    "watchers": N_("watchers"),
    "time_spent": N_("time spent"),
    "resolution_code": N_("resolution code"),
    "version": N_("version"),
    "cause": N_("cause"),
    "resolution": N_("resolution"),
    "links": N_("links"),
    "checklist": N_("checklist"),
    "attachments": N_("attachments"),
    "reason": N_("reason"),
    "merged_into": N_("merged into"),
    "deleted_at": N_("deleted at"),
    "comment": N_("comment"),
    "sla": N_("sla"),
}

HIDDEN: Final = frozenset(
    {"version", "updated_at", "phase", "warn_at", "sla_run", "due_at", "update_due_at", "reopen_count", "body"}
    | {"reassignment_count", "first_response_at", "comment_kind"}
)
"""Bookkeeping that follows from other changes; the audit tab shows it."""
_KINDS: Final = frozenset(kind.value for kind in Kind)
_MACHINE: Final = frozenset({Origin.TIMER, Origin.IMPORT, Origin.API})


def verb_sentence(item: TimelineItem) -> str:
    """The entry's verb as part of a sentence after the actor's name; an unknown verb stands as it is."""
    sentence = VERBS.get(item.verb) or VERBS.get(item.verb.removeprefix("tickets."))
    return _(sentence) if sentence else one_line(item.verb, 60)


def is_machine(item: TimelineItem) -> bool:
    """Whether nobody typed this: a timer, an import or a program did it, and it says nothing in words."""
    return item.origin in _MACHINE and item.comment_kind is None and not item.text


def field_label(name: str) -> str:
    """A field's name in the reader's language."""
    for tried in (name, name.removesuffix("_id")):
        if tried in FIELDS:
            return _(FIELDS[tried])
    return one_line(name, 40).replace("_", " ")


def value_text(name: str, value: Any, tz: str, known: FieldText | None = None) -> str:
    """A field's value on one line, in the reader's language and time zone."""
    if known is not None and (text := known(name, value)) is not None:
        return one_line(text, 200)
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return _number_text(name, value, tz)
    if isinstance(value, (list, tuple)):
        return ", ".join(value_text(name, part, tz) for part in value[:20]) or "-"
    text = str(value)
    if name == "state" and text in STATE_CODES:
        return state_label(text)
    if name == "kind" and text in _KINDS:
        return kind_label(text)
    return one_line(text, 200)


def _number_text(name: str, value: int, tz: str) -> str:
    if name.endswith("_at"):
        return "-" if not 0 <= value < NEVER else local(value, tz)
    try:
        if name == "priority":
            return priority_label(Priority(value))
        if name in {"impact", "urgency"}:
            return level_label(Level(value))
    except ValueError:
        pass
    return str(value)


def change_sentences(item: TimelineItem, tz: str, known: FieldText | None = None) -> list[str]:
    """The changed fields as `state: New -> Assigned`; bookkeeping fields are left out."""
    sentences = []
    for name, pair in item.changes.items():
        if name in HIDDEN or len(pair) != 2:
            continue
        before, after = (value_text(name, value, tz, known) for value in pair)
        label = field_label(name)
        sentences.append(f"{label}: {after}" if before == "-" else f"{label}: {before} -> {after}")
    return sentences
