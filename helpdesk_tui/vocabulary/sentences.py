"""What a journal entry says to a reader: the verb as a sentence, the changed fields as before and after."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.channels import CHANNEL_LABELS, CommentKind, Origin
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.kinds import PHASE_LABELS, STATE_CODES, Kind, kind_label, state_label
from helpdesk_tui.vocabulary.levels import (
    LEVEL_LABELS,
    MOSCOW_LABELS,
    PRIORITY_LABELS,
    Level,
    Priority,
    level_label,
    priority_label,
)
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import NEVER, TimelineItem
from helpdesk_tui.vocabulary.text import one_line

FieldText = Callable[[str, Any], str | None]
"""A screen's own reading of a field's value (a person's name for an id); None leaves it to `value_text`."""

VERBS: Final[dict[str, str]] = {
    "ticket.open": N_("opened the ticket"),
    "event.ingest": N_("told of alerts"),
    "alert.due": N_("looked after alerts"),
    "alert.ack": N_("acknowledged an alert"),
    "alert.unack": N_("took an acknowledgement back"),
    "alert.resolve": N_("ended an alert"),
    "alert.link": N_("linked an alert"),
    "alert.unlink": N_("unlinked an alert"),
    "maintenance.add": N_("planned a maintenance"),
    "maintenance.end": N_("ended a maintenance"),
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
    "ticket.lift": N_("moved the priority by what happens around the ticket"),
    "ticket.log_time": N_("logged time"),
    "ticket.watch": N_("watches the ticket"),
    "ticket.unwatch": N_("stopped watching the ticket"),
    "ticket.tag": N_("changed the tags"),
    "ticket.link": N_("linked a ticket"),
    "ticket.unlink": N_("removed a link"),
    "ticket.sensitive": N_("changed who reads the ticket"),
    "ticket.read_sensitive": N_("opened the sensitive ticket"),
    "ticket.split": N_("split the ticket"),
    "ticket.merge": N_("merged the ticket"),
    "ticket.unmerge": N_("took the merge apart"),
    "ticket.checklist": N_("changed the checklist"),
    "ticket.checklist.add": N_("added to the checklist"),
    "ticket.checklist.tick": N_("ticked the checklist"),
    "ticket.checklist.remove": N_("shortened the checklist"),
    "ticket.demand": N_("scored the demand"),
    "ticket.attach": N_("attached a file"),
    "attachment.add": N_("attached a file"),
    "attachment.remove": N_("removed a file"),
    "ticket.escalate": N_("escalated the ticket"),
    "escalation.next": N_("paging went on"),
    "escalation.ack": N_("acknowledged"),
    "escalation.unack": N_("took the acknowledgement back"),
    "escalation.page": N_("paged by hand"),
    "escalation.hold": N_("held the paging"),
    "escalation.release": N_("ended the hold"),
    "ticket.sla": N_("an SLA clock moved on"),
    "ticket.archive": N_("moved the ticket to the archive"),
    "ticket.unarchive": N_("brought the ticket back from the archive"),
    "import.tickets": N_("imported the ticket"),
    "import.log": N_("imported a step of the log"),
    "people.erase": N_("erased personal values"),
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
    "lift": N_("what lifts the priority"),
    "impact": N_("impact"),
    "urgency": N_("urgency"),
    "category": N_("category"),
    "service": N_("service"),
    "team": N_("team"),
    "assignee": N_("assignee"),
    "requester": N_("requester"),
    "major": N_("major incident"),
    "sensitive": N_("sensitive"),
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
    | {"reassignment_count", "first_response_at", "comment_kind", "resolved_at", "closed_at", "deleted_at"}
)
"""Bookkeeping that follows from other changes or repeats the entry's time; the audit tab shows it."""
REPEATED: Final = frozenset(
    {"lifecycle.move", "lifecycle.follow", "take", "assign.by_hand", "tags", "tags.added", "tags.removed", "watch",
     "unwatch", "time", "link", "unlink", "merged", "unmerged", "kind.changed", "pend.until", "deleted", "undo",
     "routing.strategy", "routing.manual", "routing.nobody", "sla.recomputed"}
)  # fmt: skip
"""Codes of reasons that say again what the verb and the changed fields of their entry say."""
_BECAUSE: Final = ("priority.", "dynamic.", "routing.", "demand.", "classify.", "given")
_CAME: Final[dict[str, str]] = {
    "tags": N_("tagged {names}"),
    "watchers": N_("followed by {names}"),
    "links": N_("linked with {names}"),
    "checklist": N_("steps added: {names}"),
    "attachments": N_("file added: {names}"),
    "time_spent": N_("{names} of work"),
}
_WENT: Final[dict[str, str]] = {
    "tags": N_("no longer tagged {names}"),
    "watchers": N_("no longer followed by {names}"),
    "links": N_("no longer linked with {names}"),
    "checklist": N_("steps removed: {names}"),
    "attachments": N_("file removed: {names}"),
    "time_spent": N_("{names} of work taken back"),
}
_LEVELS: Final[dict[str, dict[str, str]]] = {
    "priority": {priority.code: label for priority, label in PRIORITY_LABELS.items()},
    "impact": {level.code: label for level, label in LEVEL_LABELS.items()},
    "urgency": {level.code: label for level, label in LEVEL_LABELS.items()},
    "phase": {phase.code: label for phase, label in PHASE_LABELS.items()},
    "channel": {channel.value: label for channel, label in CHANNEL_LABELS.items()},
    "moscow": {moscow.value: label for moscow, label in MOSCOW_LABELS.items()},
}
_ORIGINS: Final[dict[str, str]] = {
    Origin.MAIL: N_("by mail"),
    Origin.API: N_("by a program"),
    Origin.TIMER: N_("by itself"),
    Origin.IMPORT: N_("by import"),
}
_KINDS: Final = frozenset(kind.value for kind in Kind)
_MACHINE: Final = frozenset({Origin.TIMER, Origin.IMPORT, Origin.API})


def verb_text(code: str) -> str:
    """A verb as part of a sentence after the actor's name, a bulk one like that on one ticket; an unknown one as it is."""
    name = code.removeprefix("tickets.")
    if name.startswith("bulk."):
        name = "ticket." + name.removeprefix("bulk.")
    words = VERBS.get(code) or VERBS.get(name)
    return _(words) if words else one_line(code, 60)


def verb_sentence(item: TimelineItem) -> str:
    """What somebody did, after their name. A requester's words are theirs: they do not reply to the requester."""
    if item.by_requester and item.comment_kind == CommentKind.REPLY and item.text:
        return _("wrote") if item.verb.endswith(".reply") else verb_text(item.verb)
    return verb_text(item.verb)


def actor_text(item: TimelineItem) -> str:
    """Who did it, and for whom."""
    who = one_line(item.actor, 40)
    if item.on_behalf_of:
        return _("{actor} for {person}").format(actor=who, person=one_line(item.on_behalf_of, 40))
    return who


def origin_text(origin: str) -> str:
    """By which door an entry came, where that says anything; empty for the console and the command line."""
    if origin in {Origin.TUI, Origin.CLI, ""}:
        return ""
    return _(_ORIGINS[origin]) if origin in _ORIGINS else one_line(origin, 20)


def reason_texts(item: TimelineItem) -> list[str]:
    """The reasons of an entry as sentences, without those that repeat what its changes say."""
    texts = []
    for reason in item.reasons:
        code = str(reason.get("code", ""))
        if code in REPEATED:
            continue
        told = str(reason.get("text", "")) if code == "given" else sentence(reason)
        texts.append(_("because {reason}").format(reason=told) if code.startswith(_BECAUSE) else told)
    return list(dict.fromkeys(texts))


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
        return ", ".join(value_text(name, part, tz, known) for part in value[:20]) or "-"
    text = str(value)
    if name in _LEVELS and text in _LEVELS[name]:
        return _(_LEVELS[name][text])
    if _is_instant(name) and text.endswith("Z"):
        return dates.moment(parse_instant(text, 0), tz)
    if name == "state" and text in STATE_CODES:
        return state_label(text)
    if name == "kind" and text in _KINDS:
        return kind_label(text)
    return one_line(text, 200)


def span_text(seconds: int) -> str:
    """Time worked: `25 min`, `1 h 30 min`; a part of a minute counts as one."""
    hours, minutes = divmod(-(-seconds // 60), 60)
    if not hours:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def _is_instant(name: str) -> bool:
    return name.endswith("_at") or name == "pending_until"


def _number_text(name: str, value: int, tz: str) -> str:
    if name == "time_spent":
        return span_text(value)
    if name in {"links", "parent", "merged_into"}:
        return f"#{value}"
    if _is_instant(name):
        return "-" if not 0 <= value < NEVER else dates.moment(value, tz)
    try:
        if name == "priority":
            return priority_label(Priority(value))
        if name in {"impact", "urgency"}:
            return level_label(Level(value))
    except ValueError:
        pass
    return str(value)


def change_sentences(item: TimelineItem, tz: str, known: FieldText | None = None) -> list[str]:
    """What changed: `state: New -> Assigned`, `tagged vpn`; bookkeeping is left out, and what the words below say."""
    sentences = []
    for name, pair in item.changes.items():
        if name in HIDDEN or len(pair) != 2 or (name == "comment" and item.text is not None):
            continue
        if name in _CAME:
            sentences += _listed(name, pair, tz, known)
            continue
        if name == "comment":
            sentences.append(_comment_text(*pair))
            continue
        before, after = (value_text(name, value, tz, known) for value in pair)
        label = field_label(name)
        shape = _("{field}: {value}") if before == "-" else _("{field}: {before} -> {after}")
        sentences.append(shape.format(field=label, value=after, before=before, after=after))
    return sentences


def _listed(name: str, pair: Sequence[Any], tz: str, known: FieldText | None) -> list[str]:
    went, came = (value if isinstance(value, (list, tuple)) else [] if value is None else [value] for value in pair)
    texts = []
    for template, values in ((_CAME[name], [v for v in came if v not in went]),
                             (_WENT[name], [v for v in went if v not in came])):  # fmt: skip
        if values:
            texts.append(_(template).format(names=value_text(name, values, tz, known)))
    return texts


def _comment_text(before: Any, after: Any) -> str:
    reply = CommentKind.REPLY in (before, after)
    if after is None:
        return _("a reply is gone") if reply else _("a note is gone")
    return _("a public reply") if reply else _("an internal note")


# Reasons that tell of a deed.
_WHY_DEEDS: Final = frozenset({"why.by_hand", "why.by_itself", "why.imported"})


def why_text(reason: dict[str, Any], tz: str) -> str:
    """A reason as a reader wants it: who set a value, in their words and time; the rest as the rules say it."""
    if reason.get("code") in _WHY_DEEDS:
        deed = verb_text(str(reason.get("verb", "")))
        when = dates.moment(parse_instant(str(reason.get("at", "@0")), 0), tz)
        if reason["code"] == "why.by_itself":
            return _("set at {time}, when the desk {deed}").format(deed=deed, time=when)
        return _("set at {time}, when {actor} {deed}").format(
            actor=one_line(str(reason.get("actor", "-")), 60), deed=deed, time=when
        )
    if str(reason.get("code", "")).startswith("dynamic."):
        told = [key for key in ("at", "until") if key in reason]
        return sentence({**reason, **{key: dates.moment(parse_instant(str(reason[key]), 0), tz) for key in told}})
    return sentence(reason)
