"""Systems whose webhooks have one known form, each told by a few keys and read by a map of fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from helpdesk_tui.intake.events.draft import Draft, joined, scalar
from helpdesk_tui.intake.events.generic import parse_mapped
from helpdesk_tui.intake.events.settings import FieldMap, SourceSettings
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.records import Instant


@dataclass(frozen=True, slots=True)
class System:
    """A system: how its body is told from others, and where its fields stand."""

    fields: FieldMap
    told: Callable[[dict[str, Any]], bool]


def _map(**data: Any) -> FieldMap:
    return FieldMap.from_data(data)


def _inner(data: Mapping[str, Any], name: str, *keys: str) -> bool:
    inner = data.get(name)
    return isinstance(inner, dict) and all(key in inner for key in keys)


CLOUDWATCH: Final = _map(
    source="cloudwatch", unpack=["Message"], key=["Message.AlarmName", "Message.Region", "Message.AWSAccountId"],
    summary=["Message.AlarmName", "Subject"], details=["Message.NewStateReason", "Message.AlarmDescription"],
    status="Message.NewStateValue", ci=["Message.Trigger.Dimensions[0].value"], service="Message.Trigger.Namespace",
    at=["Message.StateChangeTime", "Timestamp"], occurrence="MessageId",
    labels={"metric": "Message.Trigger.MetricName", "region": "Message.Region", "account": "Message.AWSAccountId",
            "description": "Message.AlarmDescription", "topic": "TopicArn"},
)  # fmt: skip
_CONFIRMATION: Final = _map(
    source="cloudwatch", key=["TopicArn", "Type"], summary=["Type"], details="Message", at="Timestamp", ci="TopicArn",
    occurrence="MessageId", default_status="note", default_severity="info",
)  # fmt: skip
AXIOM: Final = _map(
    source="axiom", key="event.monitorID", summary="event.title", details=["event.description", "event.body"],
    status="action", at="event.timestamp",
)  # fmt: skip
CORALOGIX: Final = _map(
    source="coralogix", key=[["fields[key=dedupKey].value", "alert_id"]], summary="name", details="description", status="alert_action",
    severity=["fields[key=severity].value", "fields[key=priority].value"],
    ci=["fields[key=computer].value"], service=["service", "fields[key=application].value"],
    at=["fields[key=timestampISO].value", "fields[key=timestampMs].value"],
    labels={"team": "fields[key=team].value", "priority": "fields[key=priority].value", "hits": "fields[key=hitCount].value"},
    urls={"source": "alert_url", "logs": "log_url"}, occurrence="uuid",
)  # fmt: skip
STACKDRIVER: Final = _map(
    source="stackdriver", key=["incident.policy_name", "incident.condition_name", "incident.resource_id"],
    summary=["incident.summary", "incident.condition_name", "incident.policy_name"], details="incident.documentation.content",
    status="incident.state", severity="incident.severity",
    ci=["incident.resource_name", "incident.resource_id"], started="incident.started_at", ended="incident.ended_at",
    occurrence="incident.incident_id", urls={"source": "incident.url"},
    labels={"policy": "incident.policy_name", "condition": "incident.condition_name"},
)  # fmt: skip
GRAYLOG: Final = _map(
    source="graylog", key=["event_definition_id", "event.key"], summary=["event.message", "event_definition_title"],
    details="event_definition_description", severity="event.priority", ci="event.source", at="event.timestamp",
    severities={"1": "info", "2": "warning", "3": "high", "4": "critical"}, label_tables=["event.fields"],
    urls={"replay": "event.replay_info.url"}, occurrence="event.id",
)  # fmt: skip
NEWRELIC: Final = _map(
    source="newrelic", key=["account_id", "condition_id", "targets[0].id"], summary=["condition_name", "details"],
    details="details", status="current_state", severity="severity", ci="targets[0].name", service="policy_name",
    at="timestamp", occurrence="incident_id",
    labels={"policy": "policy_name", "account": "account_name", "product": "targets[0].product"},
    urls={"source": "incident_url", "policy": "policy_url", "runbook": "runbook_url", "violation": "violation_callback_url"},
)  # fmt: skip
PAGERDUTY: Final = _map(
    source="pagerduty", key=[["event.data.incident_key", "event.data.id"]], summary=["event.data.title", "event.data.summary"],
    details="event.data.description", status="event.event_type",
    severity=["event.data.priority.summary", "event.data.urgency"], service="event.data.service.summary",
    at="event.occurred_at", occurrence="event.id",
    statuses={
        **dict.fromkeys((f"incident.{one}" for one in ("triggered", "escalated", "reopened", "delegated",
                         "reassigned", "priority_updated", "urgency_updated")), "firing"),
        "incident.acknowledged": "acknowledged", "incident.unacknowledged": "acknowledged",
        "incident.resolved": "resolved",
        **dict.fromkeys((f"incident.{one}" for one in ("annotated", "status_update_published", "responder.added",
                         "responder.replied", "workflow.started", "workflow.completed", "custom_field_values.updated")),
                        "note"),
        "pagey.ping": "note", "service.updated": "note",
    },
    default_status="note",
    labels={"event_type": "event.event_type", "incident": "event.data.id", "number": "event.data.number"},
    urls={"source": "event.data.html_url"},
)  # fmt: skip
RIEMANN: Final = _map(
    source="riemann", key=["host", "service"], summary=["description", "service"], details="description", status="state",
    severity="state", ci="host", service="service", at="time", severities={"ok": "info", "expired": "unknown"},
    labels={"metric": "metric"},
)  # fmt: skip
THOUSANDEYES: Final = _map(
    source="thousandeyes", key=["alert.ruleId", "alert.testId", "alert.agentId"],
    summary=["alert.ruleName", "alert.testName"], details=["alert.ruleExpression"], status="eventType",
    severity="alert.severity", ci=["alert.hostname", "alert.agentName", "alert.testTargetsDescription[0]"],
    service="alert.testName", started=["alert.dateStartZoned", "alert.dateStart"],
    ended=["alert.dateEndZoned", "alert.dateEnd"], occurrence="alert.alertId",
    statuses={"alert_notification_trigger": "firing", "alert_notification_clear": "resolved",
              "webhook_test": "note"},
    labels={"type": "alert.type", "address": "alert.ipAddress"}, urls={"source": "alert.permalink"},
)  # fmt: skip
UPTIMEKUMA: Final = _map(
    source="uptimekuma", key="monitor.id", summary=["monitor.name", "msg"], details=["msg", "heartbeat.msg"],
    status="heartbeat.status", ci=["monitor.hostname", "monitor.name"],
    statuses={"0": "firing", "1": "resolved", "2": "note", "3": "maintenance"}, default_status="note",
    urls={"source": "monitor.url"}, labels={"type": "monitor.type"},
)  # fmt: skip
WAZUH: Final = _map(
    source="wazuh", summary=["message", "title", "rule.description"], details=["description", "full_log"],
    severity=["severity", "rule.level"], at=["created_at", "timestamp"], ci=["agent.name"], key=["agent.id", "rule.id"],
    severities={
        **dict.fromkeys(map(str, range(7)), "info"), **dict.fromkeys(map(str, range(7, 12)), "warning"),
        **dict.fromkeys(("12", "13", "14"), "high"), "15": "critical", "16": "critical",
    },
)  # fmt: skip
LIBRENMS: Final = _map(
    source="librenms", key=["hostname", ["rule_id", "rule", "title"]], summary=["title", "name"], details=["msg", "faults"],
    status="state", severity="severity", ci=["hostname", "sysName"], at="timestamp", occurrence="alert_id",
    statuses={"0": "resolved", "1": "firing", "2": "acknowledged", "3": "firing", "4": "firing"},
)  # fmt: skip

_ID_LINE: Final = re.compile(r"^(Rule ID|Level|Agent ID|Agent Name|Title)[ \t]{1,4}([^\n]{1,200})$", re.MULTILINE)


def _wazuh_text(data: dict[str, Any]) -> bool:
    text = data.get("description")
    return isinstance(text, str) and "message" in data and "Rule ID" in text[:200] and "Agent" in text[:2000]


SYSTEMS: Final[tuple[System, ...]] = (
    System(CLOUDWATCH, lambda d: "TopicArn" in d and "Type" in d),
    System(PAGERDUTY, lambda d: _inner(d, "event", "event_type", "data")),
    System(AXIOM, lambda d: "action" in d and _inner(d, "event", "monitorID")),
    System(GRAYLOG, lambda d: "event_definition_id" in d and isinstance(d.get("event"), dict)),
    System(STACKDRIVER, lambda d: _inner(d, "incident", "incident_id") and _inner(d, "incident", "policy_name")),
    System(THOUSANDEYES, lambda d: "eventType" in d and "eventId" in d and isinstance(d.get("alert"), dict)),
    System(UPTIMEKUMA, lambda d: {"heartbeat", "monitor", "msg"} <= d.keys()),
    System(CORALOGIX, lambda d: "alert_action" in d and "alert_id" in d),
    System(NEWRELIC, lambda d: "current_state" in d and "condition_name" in d),
    System(LIBRENMS, lambda d: {"alert_id", "state", "hostname"} <= d.keys() and bool({"rule", "title"} & d.keys())),
    System(WAZUH, lambda d: _wazuh_text(d) or (_inner(d, "rule", "id", "level") and isinstance(d.get("agent"), dict))),
    System(RIEMANN, lambda d: {"host", "service", "state"} <= d.keys() and bool({"metric", "ttl"} & d.keys())),
)


def system_of(data: Any) -> System | None:
    """The system that a body is from, or None."""
    return next((one for one in SYSTEMS if one.told(data)), None) if isinstance(data, dict) else None


def parse(data: dict[str, Any], system: System, settings: SourceSettings, now: Instant) -> list[Event]:
    """The event of a body of a known system. Raises Invalid where nothing in it says what it is about."""
    fields = system.fields
    if fields is CLOUDWATCH and data.get("Type") != "Notification":
        events = parse_mapped(data, _CONFIRMATION, settings, now)
        return [_confirmation(one, data, settings, now) for one in events]
    if fields is UPTIMEKUMA:
        return [
            replace(one, **_heartbeat(one, data, settings, now)) for one in parse_mapped(data, fields, settings, now)
        ]
    if fields is WAZUH and _wazuh_text(data):
        return [_wazuh(one) for one in parse_mapped(data, fields, settings, now)]
    events = parse_mapped(data, fields, settings, now)
    if fields is PAGERDUTY and scalar(data["event"].get("event_type")) == "incident.unacknowledged":
        return [replace(one, phase="end", ended_at=one.started_at) for one in events]
    return events


def _confirmation(event: Event, data: dict[str, Any], settings: SourceSettings, now: Instant) -> Event:
    # The address is shown, never opened: whoever can reach the listener could send us anywhere.
    draft = Draft(event.source, settings, now)
    draft.url("subscribe", data.get("SubscribeURL"))
    if "subscribe" in draft.urls:
        draft.warn("event.subscription", url=draft.urls["subscribe"])
    return replace(event, urls={**event.urls, **draft.urls}, warnings=(*event.warnings, *draft.warnings))


def _heartbeat(event: Event, data: dict[str, Any], settings: SourceSettings, now: Instant) -> dict[str, Any]:
    beat = data.get("heartbeat")
    if not isinstance(beat, dict):
        return {}
    draft = Draft(event.source, settings, now)
    local, offset = scalar(beat.get("localDateTime")), scalar(beat.get("timezoneOffset"))
    # `time` is UTC without saying so; the local reading comes with its offset.
    written = (
        f"{local} {offset}" if local and offset else f"{scalar(beat.get('time'))} UTC" if beat.get("time") else None
    )
    at = draft.time(written, "heartbeat.time")
    over = event.status is EventStatus.RESOLVED
    down = event.status is EventStatus.FIRING
    return {
        "started_at": None if over else at,
        "ended_at": at if over else None,
        "severity": EventSeverity.CRITICAL if down else EventSeverity.INFO,
        "warnings": (*event.warnings, *draft.warnings),
    }


def _wazuh(event: Event) -> Event:
    said = {name: value.strip() for name, value in _ID_LINE.findall(event.details)}
    labels = {name.casefold().replace(" ", "_"): value for name, value in said.items()}
    rule, agent = said.get("Rule ID", ""), said.get("Agent ID", "")
    key = joined(agent, rule) if rule else event.key
    warnings = tuple(one for one in event.warnings if not (rule and one.code == "event.key_weak"))
    return replace(
        event, key=key, ci=said.get("Agent Name") or event.ci, labels={**event.labels, **labels}, warnings=warnings
    )
