"""Alerts as rows: what their documents hold, and what is shown of them.

An alert's `document` (canonical JSON) holds `notices` (the marks of `rules.events.Alert`), `event` (the notice that last
changed its state, in the form of `vocabulary.events.Event`, without further keys), and where they apply `held` (the
maintenance window), `flapping`, `hold_until` (when an end is believed), `acknowledged_by` (a person's id).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.rules import events as rules
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus, canonical
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

MAX_EVENT: Final = 65_536
"""Characters of a notice that are kept."""
_DETAILS: Final = 4_000
_LABELS: Final = 60
_TEXTS: Final = {"source": 32, "instance": 255, "key": 1_000, "summary": 500, "occurrence": 1_000, "group": 1_000}
_LONG: Final = {"details": 16_384, "phase": 16, "ci": 255, "service": 255}
_INSTANTS: Final = ("started_at", "ended_at", "received_at")
_TABLES: Final = ("labels", "annotations", "urls")
_KNOWN: Final = frozenset(
    {*_TEXTS, *_LONG, *_INSTANTS, *_TABLES, "status", "severity", "extra", "warnings"}
)  # fmt: skip
FLAGS: Final = ("held", "flapping", "hold_until", "acknowledged_by")
"""Keys of the document that belong to the state: a change of one is journalled."""


@dataclass(slots=True)
class Slot:
    """An alert at work: its row as it stands (None: it is new), what becomes of it, and what it remembers.

    `material` are the columns whose change is worth an entry; all else only counts.
    """

    id: int
    row: Row | None
    alert: rules.Alert
    event: dict[str, Any]
    new: Row
    flags: dict[str, Any] = field(default_factory=dict)
    was: dict[str, Any] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    remembered: bool = False
    told: int = 0
    last_at: Instant = 0

    @property
    def number(self) -> int | None:
        """The ticket it belongs to."""
        found: int | None = self.new["number"]
        return found

    @property
    def changed(self) -> bool:
        """Whether its state differs from the row's."""
        if self.row is None:
            return True
        row, new = self.row, self.new
        return self.flags != self.was or any(row[name] != new[name] for name in MATERIAL)

    def document(self) -> str:
        """The document as it will stand."""
        return at_rest(canonical({"notices": notices(self.alert), "event": self.event, **self.flags}))


MATERIAL: Final = ("state", "severity", "number", "group_id", "opened_at", "resolved_at")


def notices(alert: rules.Alert) -> dict[str, Any]:
    """An alert's marks without its identity, which the row has."""
    return {name: value for name, value in alert.data().items() if name != "identity"}


def alert_of(identity: str, data: Mapping[str, Any]) -> rules.Alert:
    """The marks read back."""
    return rules.Alert.from_data({"identity": identity, **data})


def brief(event: Event) -> dict[str, Any]:
    """What an alert keeps of a notice."""
    data = event.data()
    for name in ("extra", "warnings", "annotations"):
        data.pop(name, None)
    if len(data.get("details", "")) > _DETAILS:
        data["details"] = data["details"][:_DETAILS]
    if len(data.get("labels", ())) > _LABELS:
        data["labels"] = dict(list(data["labels"].items())[:_LABELS])
    return data


def kept(event: Event) -> tuple[str, str]:
    """The digest of a notice (as `Event.digest`), and it as the desk keeps it for a while.

    It is whole where it is not too long, else without what is least needed.
    """
    data = event.data()
    said = {name: value for name, value in data.items() if name not in ("received_at", "warnings")}
    digest = hashlib.sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()
    for least in ((), ("extra",), ("annotations",), ("details", "labels", "urls")):
        for name in least:
            if name in data:
                data[name] = "" if name == "details" else {}
                data["cut"] = True
        text = at_rest(canonical(data))
        if len(text) <= MAX_EVENT:
            return digest, text
    least_of_all = {"source": event.source, "key": event.key[:1_000], "summary": event.summary[:500], "cut": True}
    return digest, at_rest(canonical(least_of_all))


def event_from(data: Mapping[str, Any]) -> Event:
    """An alert's kept notice as an event."""
    return Event.from_data({name: value for name, value in data.items() if name in _KNOWN})


def read_event(data: Mapping[str, Any], now: Instant) -> Event:
    """An event from JSON of `Event.data()`. Raises Invalid naming the field; one without an arrival arrives now."""
    for name in data:
        if name not in _KNOWN:
            raise Invalid(N_("an event has no field {key}"), key=name)
    for name in ("source", "status", "severity"):
        if not isinstance(data.get(name), str) or not data[name]:
            raise Invalid(N_("an event needs {field}"), field=name)
    for name, most in (*_TEXTS.items(), *_LONG.items()):
        value = data.get(name, "")
        if value is not None and (not isinstance(value, str) or len(value) > most):
            raise Invalid(N_("{field}: write a text of at most {most} characters"), field=name, most=most)
    for name in _INSTANTS:
        value = data.get(name)
        if value is not None and (type(value) is not int or not 0 <= value < 253_402_300_800):
            raise Invalid(N_("{field}: {value} is no instant"), field=name, value=value)
    for name in _TABLES:
        table = data.get(name, {})
        if not isinstance(table, Mapping) or not all(
            isinstance(key, str) and isinstance(value, str) for key, value in table.items()
        ):
            raise Invalid(N_("{field}: write a table of texts"), field=name)
    for name, kind in (("status", EventStatus), ("severity", EventSeverity)):
        if data[name] not in [one.value for one in kind]:
            known = ", ".join(one.value for one in kind)
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field=name, value=data[name], choices=known
            )
    if not isinstance(data.get("extra", {}), Mapping) or not isinstance(data.get("warnings", []), list | tuple):
        raise Invalid(N_("{field}: write a table of texts"), field="extra")
    warnings = [w for w in data.get("warnings", ()) if isinstance(w, Mapping) and isinstance(w.get("code"), str)]
    arrived = data.get("received_at")
    given = {name: value for name, value in data.items() if value is not None}
    return Event.from_data(
        {**given, "warnings": warnings, "received_at": now if arrived is None else min(int(arrived), now)}
    )


# -- what is shown -----------------------------------------------------------------------------------------------------

COLUMNS: Final = (
    "a.id, a.source, a.instance, a.key, a.state, a.severity, a.summary, s.code, c.name, a.number, a.opened_at,"
    " a.resolved_at, a.changed_at, coalesce(m.told, 1), coalesce(m.last_at, a.changed_at), a.document, a.version,"
    " a.group_id"
    " FROM alert a LEFT JOIN service s ON s.id = a.service_id LEFT JOIN configuration_item c ON c.id = a.ci_id"
    " LEFT JOIN alert_memory m ON m.alert_id = a.id"
)
KEYS: Final = (
    "id", "source", "instance", "key", "state", "severity", "summary", "service", "ci", "number", "opened_at",
    "resolved_at", "changed_at", "told", "last_at",
)  # fmt: skip


def shown(record: tuple[Any, ...]) -> dict[str, Any]:
    """A row of `COLUMNS` as its keys, instants as they are; `document` is decoded under its own key."""
    found = dict(zip(KEYS, record, strict=False))
    document = json.loads(record[15])
    found["service"] = found["service"] or document.get("event", {}).get("service")
    found["ci"] = found["ci"] or document.get("event", {}).get("ci")
    return {
        **found,
        "flapping": bool(document.get("flapping")),
        "held": document.get("held"),
        "version": record[16],
        "document": document,
        "group": record[17],
    }
