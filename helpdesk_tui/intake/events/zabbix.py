"""Zabbix: what an administrator's media-type script sends, under the names that public scripts share.

All values are texts; macros that Zabbix could not resolve arrive literally (`{EVENT.RECOVERY.DATE}`, `*UNKNOWN*`) and
count as missing. Dates are the server's local ones, read in the zone of the source. Older scripts send another event id
with the recovery, so a trouble is paired by trigger and host, and the event id is its occurrence.
"""

import re
from typing import Any, Final

from helpdesk_tui.intake.events.draft import Draft, first, joined, scalar, table
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.intake.events.words import severity_of, status_of
from helpdesk_tui.intake.strict_json import loads
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

# A macro as Zabbix writes one; a text around it makes it a sentence, which is kept.
_MACRO: Final = re.compile(r"\{[#$]?[A-Z0-9_.]{1,80}(?::[^{}]{0,80})?\}|\*UNKNOWN\*|\{\{[^{}]{1,80}\}[^{}]{0,80}\}")
_TRIGGER: Final = re.compile(r"[?&]triggerid=(\d{1,20})", re.ASCII)
_EVENT: Final = re.compile(r"[?&]eventid=(\d{1,20})", re.ASCII)
_SEVERITIES: Final = {
    "0": EventSeverity.UNKNOWN, "1": EventSeverity.INFO, "2": EventSeverity.WARNING, "3": EventSeverity.WARNING,
    "4": EventSeverity.HIGH, "5": EventSeverity.CRITICAL, "average": EventSeverity.WARNING,
}  # fmt: skip
_STATUSES: Final = {"1": EventStatus.FIRING, "0": EventStatus.RESOLVED, "true": EventStatus.FIRING}
_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "host": ("host_name", "hostname", "host", "host_host", "event_host", "hostname1", "host_name1"),
    "trigger_id": ("trigger_id", "triggerid", "event_objectid"),
    "event_id": ("event_id", "eventid", "problem_id"),
    "name": ("event_name", "trigger_name", "trigger", "trigger_description", "name", "alert_subject", "subject"),
    "status": ("event_value", "trigger_value", "status", "trigger_status", "event_status"),
    "severity": ("event_nseverity", "trigger_nseverity", "event_severity", "trigger_severity", "severity"),
    "details": ("alert_message", "message", "event_opdata", "opdata", "item"),
    "url": ("url", "link", "trigger_url", "event_url"),
    "update": ("event_update_status",),
    "action": ("event_update_action",),
}
_SOURCES: Final = {"1": "discovery", "2": "autoregistration"}


def _resolved(value: Any) -> str:
    text = scalar(value)
    return "" if _MACRO.fullmatch(text) else text


def parse(data: Any, settings: SourceSettings, now: Instant) -> list[Event]:
    """The event of one notice. Raises Invalid where it names no host, or nothing that went wrong."""
    body = table(data)
    found = {
        "_".join(str(name).casefold().replace(".", "_").replace("-", "_").split()).strip("{}"): value
        for name, value in body.items()
    }
    return [_Notice(found, settings, now).event()]


class _Notice:
    def __init__(self, data: dict[str, Any], settings: SourceSettings, now: Instant) -> None:
        self.data, self.used = data, set[str]()
        self.draft = Draft("zabbix", settings, now)

    def get(self, what: str) -> str:
        """The first resolved value under one of the names."""
        for name in _ALIASES.get(what, (what,)):
            if name in self.data:
                self.used.add(name)
                if text := _resolved(self.data[name]):
                    return text
        return ""

    def event(self) -> Event:
        draft = self.draft
        kind = self.get("event_source")
        if kind in _SOURCES:
            raise Invalid(
                N_("the notice is about {kind}, not about a problem; leave such actions out in Zabbix"),
                kind=_SOURCES[kind],
            )
        host, name, link = self.get("host"), self.get("name"), self.get("url")
        # Service problems (source 4) belong to no host.
        service = self.get("service_name") if kind == "4" else ""
        if not host and not service and kind != "4":
            raise Invalid(N_("no host is named: let the script send {field}"), field="host_name ({HOST.NAME})")
        if not (trigger := self.get("trigger_id")) and (match := _TRIGGER.search(link)):
            trigger = match[1]
        occurrence = self.get("event_id") or (match[1] if (match := _EVENT.search(link)) else "")
        if not (trigger or name or service):
            raise Invalid(
                N_("nothing says what is wrong: let the script send {field}"), field="event_name ({EVENT.NAME})"
            )
        draft.ci = host or self.get("host_ip")
        draft.key = joined(trigger or name, host or service)
        if not trigger and not service:
            draft.warn("event.key_weak", fields=["event_name", "host_name"])
        draft.occurrence = occurrence
        draft.summary, draft.details = name or f"trigger {trigger}", self.get("details")
        self._tags()
        draft.service = draft.labels.get("service", "") or service
        self._state()
        draft.url("source", link)
        self._keep()
        return draft.done()

    def _state(self) -> None:
        draft = self.draft
        draft.status = status_of(self.get("status"), _STATUSES, EventStatus.FIRING, draft.warnings)
        own = {**_SEVERITIES, **draft.settings.severities}
        draft.severity = severity_of(self.get("severity"), own, EventSeverity.UNKNOWN, draft.warnings)
        draft.started_at = self._instant("event_date", "event_time", "event_timestamp")
        if draft.status is EventStatus.RESOLVED:
            draft.ended_at = self._instant("event_recovery_date", "event_recovery_time", "event_recovery_timestamp")
        if self.get("update") == "1" and draft.status is EventStatus.FIRING:
            self._update()

    def _update(self) -> None:
        # An update of an open problem is none of its own: somebody took it, said something or graded it anew.
        draft = self.draft
        action = self.get("action").casefold()
        updated = self._instant("event_update_date", "event_update_time", "event_update_timestamp")
        if "unacknowledged" in action:
            draft.status, draft.phase, draft.started_at = EventStatus.ACKNOWLEDGED, "end", updated
        elif "acknowledged" in action or (not action and self.get("event_ack_status").casefold() in ("yes", "1")):
            draft.status, draft.started_at = EventStatus.ACKNOWLEDGED, updated
        elif "severity" not in action:
            draft.status, draft.started_at = EventStatus.NOTE, updated
        draft.details = self.get("event_update_message") or draft.details

    def _instant(self, date: str, clock: str, stamp: str) -> Instant | None:
        if epoch := self.get(stamp):
            return self.draft.time(epoch, stamp)
        day, time = self.get(date), self.get(clock)
        if not day and not time:
            return None
        found = self.draft.time(f"{day} {time}".strip(), date)
        # Its dates never name a zone; the setting of the source is their zone, which is nothing to warn of.
        self.draft.warnings = [one for one in self.draft.warnings if one.code != "event.time_no_zone"]
        return found

    def _tags(self) -> None:
        draft = self.draft
        value = next((self.data[name] for name in ("event_tagsjson", "event_tags_json", "tags", "event_tags")
                      if self.data.get(name)), None)  # fmt: skip
        if isinstance(value, str):
            value = self._tag_text(value)
        if isinstance(value, list):
            pairs = ((scalar(one.get("tag")), scalar(one.get("value"))) for one in value if isinstance(one, dict))
            value = {name: text for name, text in pairs if name}
        self.used |= {"event_tagsjson", "event_tags_json", "tags", "event_tags"}
        draft.labels = draft.texts(value, "tags")

    def _tag_text(self, text: str) -> Any:
        if not (text := _resolved(text)):
            return None
        if text[0] in "[{":
            try:
                return loads(text)
            except Invalid:
                self.draft.warn("event.data_unread", field="tags")
                return {"tags": text}
        # {EVENT.TAGS}: name:value, name, name:value
        parts = (part.strip().partition(":") for part in text[:8192].split(","))
        return {name.strip(): value.strip() for name, _colon, value in parts if name.strip()}

    def _keep(self) -> None:
        rest = {name: value for name, value in self.data.items() if name not in self.used}
        self.draft.keep(
            {name: value for name, value in rest.items() if not isinstance(value, str) or _resolved(value)}, ()
        )
        address = first(self.draft.extra.get("host_ip"))
        if address and not _MACRO.fullmatch(address):
            self.draft.labels.setdefault("address", address[:255])
