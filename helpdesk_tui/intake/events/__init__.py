"""Monitoring events: what each system sends becomes `vocabulary.events.Event`, whole or with warnings, rarely refused.

`parse` is the one way in, for a body of HTTP, a file, standard input or the environment of a notification command. It
touches no clock, no file and no network.
"""

from collections.abc import Mapping
from typing import Any, Final

from helpdesk_tui.intake.events import alertmanager, cloudevents, generic, grafana, known, nagios, syslog, zabbix
from helpdesk_tui.intake.events.bounds import read_json
from helpdesk_tui.intake.events.settings import FieldMap, SourceSettings, TypeRule
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.events import SOURCE_NAMES, Event
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

# What `--source` takes. Every other known system is told by its body where the source is `generic`.
SOURCES: Final = ("alertmanager", "grafana", "zabbix", "nagios", "cloudevents", "syslog", "generic")
_DEFAULT: Final = SourceSettings()
_ZABBIX: Final = frozenset({"trigger_id", "triggerid", "event_nseverity", "event_value", "event_update_status"})

__all__ = ["SOURCES", "FieldMap", "SourceSettings", "TypeRule", "detect", "parse"]


def parse(
    source: str,
    payload: bytes | Mapping[str, str],
    settings: SourceSettings = _DEFAULT,
    now: Instant = 0,
    headers: Mapping[str, str] | None = None,
) -> list[Event]:
    """The events of one notice.

    `payload` is a body, or for `nagios` an environment. `now` is the instant of arrival (UTC seconds). `headers` are those
    of the HTTP request, which the binary form of CloudEvents needs. With `generic` and no field map of its own, a body of
    a known system is read as that system's.

    Raises Usage for a source that is none, Invalid (one line) for what cannot be an event at all.
    """
    if source not in SOURCES:
        raise Usage(N_("there is no source {value}; use {known}"), value=source, known=", ".join(SOURCES))
    if not isinstance(payload, bytes):
        if source != "nagios":
            raise Invalid(N_("only nagios is read from the environment; send {source} a body"), source=source)
        return nagios.parse_environment(payload, settings, now)
    if source == "syslog":
        return syslog.parse(payload, settings, now)
    if source == "cloudevents":
        return cloudevents.parse_body(payload, headers or {}, settings, now)
    data = read_json(payload, settings.max_body)
    if source != "generic":
        _meant_for(source, data)
    return _PARSERS[source](data, settings, now)


def _generic(data: Any, settings: SourceSettings, now: Instant) -> list[Event]:
    if settings.fields is None:
        found = detect(data)
        if found in _PARSERS and found != "generic":
            return _PARSERS[found](data, settings, now)
        if found == "cloudevents":
            return cloudevents.parse(data, settings, now)
        system = known.system_of(data)
        if system is not None:
            return known.parse(data, system, settings, now)
    return generic.parse(data, settings, now)


_PARSERS: Final = {
    "alertmanager": alertmanager.parse,
    "grafana": grafana.parse,
    "zabbix": zabbix.parse,
    "nagios": nagios.parse,
    "generic": _generic,
}


def detect(data: Any) -> str:
    """The name of the system that a JSON value is from (a key of `SOURCE_NAMES`); `generic` where nothing tells."""
    if isinstance(data, list):
        first = data[0] if data else None
        return "cloudevents" if isinstance(first, dict) and "specversion" in first else "generic"
    if not isinstance(data, dict):
        return "generic"
    if "specversion" in data and "type" in data:
        return "cloudevents"
    if isinstance(data.get("alerts"), list):
        if data.get("version") == "1" or "orgId" in data or "appVersion" in data:
            return "grafana"
        first = data["alerts"][0] if data["alerts"] else None
        named = {"groupLabels", "commonLabels", "groupKey", "receiver"} & data.keys()
        if named or (isinstance(first, dict) and isinstance(first.get("labels"), dict)):
            return "alertmanager"
        return "generic"
    if {"ruleId", "evalMatches"} <= data.keys() or {"ruleId", "ruleName", "state"} <= data.keys():
        return "grafana"
    if nagios.is_checkmk(data) or any(key.startswith(tuple(nagios.PREFIXES)) for key in list(data)[:50]):
        return "nagios"
    keys = {str(key).casefold().replace(".", "_") for key in list(data)[:200]}
    if _ZABBIX & keys or {"trigger", "item", "status"} <= keys:
        return "zabbix"
    system = known.system_of(data)
    return system.fields.source if system else "generic"


def _meant_for(source: str, data: Any) -> None:
    """Refuse a body that clearly is another system's: read as this one's it would say little or something else."""
    found = detect(data)
    family = {"grafana", "alertmanager"}
    if found in ("generic", source) or {found, source} <= family:
        return
    if source == "zabbix" and found == "nagios":
        return
    told = found if found in SOURCES else "generic"
    raise Invalid(
        N_("this is a notice of {found}, not of {source}; send it with --source {right}"),
        found=SOURCE_NAMES.get(found, found),
        source=SOURCE_NAMES.get(source, source),
        right=told,
    )
