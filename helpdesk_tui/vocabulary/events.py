"""Monitoring events in one form, whatever system sent them.

An `Event` is what one notice of a monitoring system says about one thing: it fires, it is over, somebody took it … It is
frozen and canonical: the same notice gives byte-identical JSON (`canonical`). Texts are kept as they arrived, bounded;
they are made inert when shown (`vocabulary.text`). What had no place in the form stands in `extra`; what was odd about
it stands in `warnings`.

A monitoring event is never an incident (监控事件, not 事件): rules decide what becomes of it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.records import Instant


class EventStatus(StrEnum):
    """What a notice says about its thing."""

    FIRING = "firing"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    FLAPPING = "flapping"
    MAINTENANCE = "maintenance"
    # The system cannot tell: neither well nor ill.
    NO_DATA = "no_data"
    NOTE = "note"


class EventSeverity(StrEnum):
    """How grave the sender finds it; `rank` grows with the gravity, the unknown lies below a warning."""

    CRITICAL = "critical"
    HIGH = "high"
    WARNING = "warning"
    UNKNOWN = "unknown"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 (information) to 4 (critical)."""
        return _RANKS[self]


_RANKS: Final = {
    EventSeverity.INFO: 0,
    EventSeverity.UNKNOWN: 1,
    EventSeverity.WARNING: 2,
    EventSeverity.HIGH: 3,
    EventSeverity.CRITICAL: 4,
}

STATUS_LABELS: Final[dict[EventStatus, str]] = {
    EventStatus.FIRING: N_("Firing"),
    EventStatus.RESOLVED: N_("Resolved"),
    EventStatus.ACKNOWLEDGED: N_("Acknowledged"),
    EventStatus.FLAPPING: N_("Flapping"),
    EventStatus.MAINTENANCE: N_("Maintenance"),
    EventStatus.NO_DATA: N_("No data"),
    EventStatus.NOTE: N_("Note"),
}
SEVERITY_LABELS: Final[dict[EventSeverity, str]] = {
    EventSeverity.CRITICAL: N_("Critical"),
    EventSeverity.HIGH: N_("High"),
    EventSeverity.WARNING: N_("Warning"),
    EventSeverity.UNKNOWN: N_("Unknown"),
    EventSeverity.INFO: N_("Information"),
}
# States of an alert (`rules.events.AlertState`).
ALERT_STATE_LABELS: Final[dict[str, str]] = {
    "firing": N_("Firing"),
    "acknowledged": N_("Acknowledged"),
    "resolved": N_("Resolved"),
}
# The names of the senders; they are the same in every language.
SOURCE_NAMES: Final[dict[str, str]] = {
    "alertmanager": "Alertmanager",
    "axiom": "Axiom",
    "checkmk": "Checkmk",
    "cloudevents": "CloudEvents",
    "cloudwatch": "AWS CloudWatch",
    "coralogix": "Coralogix",
    "generic": "Webhook",
    "grafana": "Grafana",
    "graylog": "Graylog",
    "icinga": "Icinga",
    "librenms": "LibreNMS",
    "nagios": "Nagios",
    "newrelic": "New Relic",
    "pagerduty": "PagerDuty",
    "riemann": "Riemann",
    "stackdriver": "GCP Monitoring",
    "syslog": "Syslog",
    "thousandeyes": "ThousandEyes",
    "uptimekuma": "Uptime Kuma",
    "wazuh": "Wazuh",
    "zabbix": "Zabbix",
}

register(
    {
        "event.time_unread": N_("{field}: {value} is no time that could be read; it was left out"),
        "event.time_no_zone": N_("{field}: {value} names no zone; it was read in {zone}"),
        "event.time_odd": N_("{field}: {value} is written in no standard form; it was read as {at}"),
        "event.time_future": N_("{field}: {value} lies ahead of this desk's clock; the time of arrival counts"),
        "event.year_guessed": N_("{value} names no year; it was read as {at}"),
        "event.status_unread": N_("status {value} is not known; it counts as {event_status}"),
        "event.status_missing": N_("no status was given; it counts as {event_status}"),
        "event.severity_unread": N_("severity {value} is not known; it counts as {event_severity}"),
        "event.text_cut": N_("{field} had {length} characters; {kept} were kept"),
        "event.more_cut": N_("{field} had {length} entries; {kept} were kept"),
        "event.extra_cut": N_("further keys were larger than {most} characters; these were left out: {keys}"),
        "event.no_labels": N_("the alert has no labels of its own; the labels of its group stand in"),
        "event.key_weak": N_("the notice names nothing to pair it by; {fields} stand in"),
        "event.truncated": N_("the sender left out {n} further alerts; what is missing here is not resolved"),
        "event.part_refused": N_("entry {number} of {total} was left out: {why}"),
        "event.data_unread": N_("{field} could not be decoded; it was kept as it came"),
        "event.soft_state": N_("the state is soft: the check will be tried again, so nothing changes yet"),
        "event.version_odd": N_("{field} says {value}; it was read as {known}"),
        "event.subscription": N_("the sender asks to confirm a subscription; open {url} yourself if you trust it"),
        "event.not_utf8": N_("the text is not UTF-8; what could not be read became U+FFFD"),
        "event.no_priority": N_("the line has no priority; it was read as user.notice"),
        "event.type_odd": N_("{field} should be {wanted}; it was left out"),
    }
)


register_labels("alert_state", ALERT_STATE_LABELS)
register_labels("event_status", {status.value: label for status, label in STATUS_LABELS.items()})
for _param in ("event_severity", "event_before", "event_after"):
    register_labels(_param, {severity.value: label for severity, label in SEVERITY_LABELS.items()})


def status_label(status: EventStatus | str) -> str:
    """The status in the viewer's language."""
    return _(STATUS_LABELS[EventStatus(status)])


def severity_label(severity: EventSeverity | str) -> str:
    """The severity in the viewer's language."""
    return _(SEVERITY_LABELS[EventSeverity(severity)])


def _sorted(values: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(values.items()))


def canonical(value: Any) -> str:
    """JSON without blanks and with sorted keys: the same value is the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Event:
    """One notice about one thing.

    `key` is what notices about the same thing share within a source and its instance; `occurrence` tells one trouble
    of that thing from the next. `phase` is `end` where flapping, maintenance or an acknowledgement is over.
    `ci` is the name of the configuration item as the sender calls it (host, node, pod …), `service` likewise; neither
    is known to exist here. `started_at` and `ended_at` are the sender's instants, None where it gave none that can be
    trusted; `received_at` is this desk's. `group` is the sender's own grouping.
    """

    source: str
    status: EventStatus
    severity: EventSeverity
    key: str
    summary: str
    received_at: Instant
    occurrence: str = ""
    details: str = ""
    instance: str = ""
    phase: str = ""
    ci: str | None = None
    service: str | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    group: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Reason, ...] = ()

    @property
    def stamp(self) -> Instant | None:
        """The sender's instant of what the notice says, or None."""
        if self.status is EventStatus.RESOLVED:
            return self.ended_at
        return self.ended_at if self.phase == "end" and self.ended_at is not None else self.started_at

    @property
    def at(self) -> Instant:
        """When what it says became true: the sender's instant, else that of arrival; never ahead of arrival."""
        stamp = self.stamp
        return self.received_at if stamp is None else min(stamp, self.received_at)

    @property
    def source_name(self) -> str:
        """The sender as people call it."""
        return SOURCE_NAMES.get(self.source, self.source)

    def data(self) -> dict[str, Any]:
        """The JSON form, keys always in this order; what is empty is left out."""
        full = {
            "source": self.source,
            "instance": self.instance,
            "status": self.status.value,
            "phase": self.phase,
            "severity": self.severity.value,
            "key": self.key,
            "occurrence": self.occurrence,
            "summary": self.summary,
            "details": self.details,
            "ci": self.ci,
            "service": self.service,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "received_at": self.received_at,
            "group": self.group,
            "labels": _sorted(self.labels),
            "annotations": _sorted(self.annotations),
            "urls": _sorted(self.urls),
            "extra": dict(self.extra),
            "warnings": [warning.data() for warning in self.warnings],
        }
        return {name: value for name, value in full.items() if value not in ("", None, {}, [])}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the JSON form back."""
        read: dict[str, Any] = dict(data)
        read["status"] = EventStatus(read["status"])
        read["severity"] = EventSeverity(read["severity"])
        read["warnings"] = tuple(
            Reason(str(one["code"]), {name: value for name, value in one.items() if name != "code"})
            for one in data.get("warnings", ())
        )
        # An empty key or summary is left out in JSON and still is one.
        return cls(**{"key": "", "summary": "", **read})

    @property
    def digest(self) -> str:
        """SHA-256 of what the sender said (not of when it arrived): the same notice sent twice has the same."""
        said = {name: value for name, value in self.data().items() if name not in ("received_at", "warnings")}
        return hashlib.sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()
