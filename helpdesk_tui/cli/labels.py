"""What people read in place of a key or a code. Machine output never comes here."""

import re
from typing import Any, Final

from helpdesk_tui.vocabulary.channels import CHANNEL_LABELS, SLA_LABELS, Channel, SlaState
from helpdesk_tui.vocabulary.filter_fields import FIELDS
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import KIND_LABELS, PHASE_LABELS, Phase, state_label
from helpdesk_tui.vocabulary.levels import LEVEL_LABELS, MOSCOW_LABELS, PRIORITY_LABELS, Level, Moscow, Priority

_MORE: Final[dict[str, str]] = {
    "number": N_("Number"), "name": N_("Name"), "email": N_("E-mail"), "login": N_("Login"), "phone": N_("Telephone"),
    "initials": N_("Initials"), "agent": N_("Agent"), "vip": N_("VIP"), "active": N_("Active"),
    "capacity": N_("Capacity"), "roles": N_("Roles"), "teams": N_("Teams"), "skills": N_("Skills"),
    "open_tickets": N_("Open tickets"), "assigned": N_("Working on"), "code": N_("Code"), "label": N_("Name"),
    "shared": N_("Shared"), "query": N_("Filter"), "position": N_("Position"), "body": N_("Text"), "text": N_("Text"),
    "unknown": N_("Unknown fields"), "strategy": N_("Strategy"), "members": N_("Members"), "open": N_("Open tickets"),
    "unassigned": N_("Unassigned"), "people": N_("People"), "criticality": N_("Criticality"),
    "cis": N_("Configuration items"), "open_by_priority": N_("Open by priority"), "class": N_("Class"),
    "status": N_("Status"), "owner": N_("Owner"), "attributes": N_("Attributes"), "relations": N_("Relations"),
    "tickets": N_("Tickets"), "path": N_("File"), "size": N_("Bytes"), "wal": N_("Bytes of the log"),
    "schema": N_("Schema"), "entries": N_("Journal entries"), "deleted": N_("Deleted"), "comments": N_("Comments"),
    "attachments": N_("Attachments"), "agents": N_("Agents"), "services": N_("Services"), "items": N_("Items"),
    "policy": N_("Policy version"), "demo": N_("Demo"), "batch": N_("Batch"), "matched": N_("Matched"),
    "changed": N_("Changed"), "skipped": N_("Skipped"), "calendar": N_("Calendar"), "regions": N_("Regions"),
    "years": N_("Years"), "holidays": N_("Holidays"), "workdays": N_("Make-up days"), "added": N_("Added"),
    "removed": N_("Removed"), "provisional": N_("Not announced yet"), "recomputed": N_("Computed again"),
    "day": N_("Day"), "source": N_("Source"), "watchers": N_("Followers"), "time_spent": N_("Time worked"),
}  # fmt: skip
_FIELD_LABELS: Final = {
    name: field.label for field in FIELDS if field.name != "age" for name in (field.key, field.name)
}
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_CODES: Final[dict[str, dict[str, str]]] = {
    "kind": {kind.value: label for kind, label in KIND_LABELS.items()},
    "phase": {Phase(phase).code: label for phase, label in PHASE_LABELS.items()},
    "channel": {Channel(channel).value: label for channel, label in CHANNEL_LABELS.items()},
    "sla_state": {SlaState(state).value: label for state, label in SLA_LABELS.items()},
    "moscow": {Moscow(moscow).value: label for moscow, label in MOSCOW_LABELS.items()},
    "priority": {Priority(level).code: label for level, label in PRIORITY_LABELS.items()},
    "impact": {Level(level).code: label for level, label in LEVEL_LABELS.items()},
    "urgency": {Level(level).code: label for level, label in LEVEL_LABELS.items()},
}


def label(key: str) -> str:
    """The key of an object in the reader's language; an unknown key is shown as it is."""
    found = _FIELD_LABELS.get(key) or _MORE.get(key)
    return _(found) if found else key


def value(key: str, given: Any) -> Any:
    """A code in the reader's language and an instant to the minute; everything else as it is."""
    if not isinstance(given, str):
        return given
    if key == "state":
        return state_label(given)
    if key in _CODES and given in _CODES[key]:
        return _(_CODES[key][given])
    if _INSTANT.fullmatch(given):
        return given[:16].replace("T", " ") + "Z"
    return given
