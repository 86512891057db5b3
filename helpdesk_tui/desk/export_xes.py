"""Tickets as an event log in XES (IEEE 1849-2016): a trace a ticket, an event for everything that happened to it.

`concept:name` of an event is the state it led to, or the verb where the state stayed; `lifecycle:transition` follows the
standard's transactional model. What was undone never happened.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import masking
from helpdesk_tui.desk.history import standing
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Phase

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value=""/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value=""/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
\t\t<string key="lifecycle:transition" value="complete"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
\t<classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>
\t<string key="lifecycle:model" value="standard"/>
"""
_TAIL: Final = "</log>\n"
# Facts of a ticket that its trace bears, with the XES type.
_FACTS: Final = (
    ("kind", "string"), ("priority", "string"), ("impact", "string"), ("urgency", "string"), ("category", "string"),
    ("service", "string"), ("team", "string"), ("channel", "string"), ("external_id", "string"), ("created_at", "date"),
    ("resolved_at", "date"), ("closed_at", "date"), ("reopen_count", "int"), ("reassignment_count", "int"),
)  # fmt: skip
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def escaped(text: str) -> str:
    """A text as the value of an XML attribute; characters that XML forbids become U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text).translate(_ESCAPES)


def _attribute(indent: str, kind: str, key: str, value: Any) -> str:
    return f'{indent}<{kind} key="{key}" value="{escaped(str(value))}"/>\n'


def log(desk: "Desk", tickets: Iterable[Mapping[str, Any]], veil: masking.Veil | None) -> Iterator[str]:
    """The document, a trace a piece. Under a veil people's names are masked, but one's own."""
    names: dict[int | None, str | None] = {None: None}
    yield _HEAD
    for ticket in tickets:
        yield _trace(desk, ticket, names, veil)
    yield _TAIL


def _trace(
    desk: "Desk", ticket: Mapping[str, Any], names: dict[int | None, str | None], veil: masking.Veil | None
) -> str:
    parts = ["\t<trace>\n", _attribute("\t\t", "string", "concept:name", ticket["ref"])]
    parts += [
        _attribute("\t\t", kind, f"helpdesk:{key}", ticket[key]) for key, kind in _FACTS if ticket[key] is not None
    ]
    phase = int(Phase.NEW)
    entries = list(journal.read(desk.store.reader(), journal.OF_SUBJECT, ("ticket", ticket["number"])))
    number = ticket["number"]
    told = None if desk.reading.inside(number) else {item.seq for item in desk.tickets.timeline(number)}
    for entry in standing(entries):
        if told is not None and entry.seq not in told:
            continue
        event, phase = _event(desk, entry, ticket["number"], phase, names, veil)
        parts.append(event)
    parts.append("\t</trace>\n")
    return "".join(parts)


def _event(
    desk: "Desk", entry: Entry, number: int, was: int, names: dict[int | None, str | None], veil: masking.Veil | None
) -> tuple[str, int]:
    after: dict[str, Any] = {}
    opened = handed = False
    for change in entry.rows:
        if change.table == "ticket" and change.key == (number,) and change.after is not None:
            after.update(change.after)
            before = change.before or {}
            opened = opened or change.before is None
            handed = handed or before.get("assignee_id") is not None or before.get("team_id") is not None
    phase: int = after.get("phase", was)
    name = str(after["state"]) if "state" in after else entry.verb
    who = _resource(desk, entry, names, veil)
    tab = "\t\t\t"
    parts = [
        "\t\t<event>\n",
        _attribute(tab, "string", "concept:name", name),
        _attribute(tab, "date", "time:timestamp", iso(entry.at)),
        _attribute(tab, "string", "lifecycle:transition", _transition(opened, handed, was, phase, after)),
    ]
    if who:
        parts.append(_attribute(tab, "string", "org:resource", who))
    parts.append(_attribute(tab, "string", "helpdesk:verb", entry.verb))
    parts.append("\t\t</event>\n")
    return "".join(parts), phase


def _transition(opened: bool, handed: bool, was: int, phase: int, after: Mapping[str, Any]) -> str:
    """The transition of the standard's transactional life cycle."""
    if opened:
        return "schedule"
    if phase == Phase.PENDING and was != Phase.PENDING:
        return "suspend"
    if was == Phase.PENDING and phase < Phase.PENDING:
        return "resume"
    if "state" not in after and ("assignee_id" in after or "team_id" in after):
        return "reassign" if handed else "assign"
    if phase == Phase.OPEN and was == Phase.NEW:
        return "start"
    return "complete"


def _resource(desk: "Desk", entry: Entry, names: dict[int | None, str | None], veil: masking.Veil | None) -> str | None:
    """Who did it: the one whom an imported log names, else the actor."""
    for reason in entry.reasons:
        if reason.get("code") == "log.by":
            named = str(reason.get("text"))
            return named if veil is None else masking.name(named)
    if entry.actor_id not in names:
        person = desk.directory.person(entry.actor_id)
        found = person.login or person.name if person else None
        names[entry.actor_id] = found if veil is None else veil.person(entry.actor_id, found)
    return names[entry.actor_id]
