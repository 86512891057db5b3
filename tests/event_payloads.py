"""Payloads of monitoring systems that several tests send, and the way to send one."""

import json
from typing import Any

from helpdesk_tui.intake.events import SourceSettings, parse
from helpdesk_tui.vocabulary.events import Event
from helpdesk_tui.vocabulary.instants import parse_instant

NOW = parse_instant("2026-11-23T12:00:00Z", 0)
SHANGHAI = SourceSettings(zone="Asia/Shanghai")


def one(source: str, body: Any, **kwargs: Any) -> Event:
    """The single event of a body."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    events = parse(source, payload, now=kwargs.pop("now", NOW), **kwargs)
    assert len(events) == 1
    return events[0]


def codes(event: Event) -> list[str]:
    return [warning.code for warning in event.warnings]


ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "DiskFull", "instance": "db1:9100", "service": "orders", "severity": "critical"},
    "annotations": {"summary": "disk full on db1", "description": "97 %", "runbook_url": "https://wiki/disk"},
    "startsAt": "2026-11-23T11:00:00.123456789+01:00",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prom/graph",
    "fingerprint": "0123456789abcdef",
}


def body(*alerts: Any, **more: Any) -> dict[str, Any]:
    return {"version": "4", "groupKey": '{}:{service="orders"}', "status": "firing", "receiver": "desk",
            "alerts": list(alerts), **more}  # fmt: skip
