"""Any JSON that says what, where and how bad: by a declared map of fields, or by the names that senders commonly use."""

from collections.abc import Mapping
from typing import Any, Final

from helpdesk_tui.intake.events.bounds import MAX_DETAILS, counted
from helpdesk_tui.intake.events.draft import Draft, every, hashed, joined, plain, scalar, table
from helpdesk_tui.intake.events.placeholders import given, keep_given
from helpdesk_tui.intake.events.settings import FieldMap, SourceSettings, paths
from helpdesk_tui.intake.events.words import severity_of, status_of
from helpdesk_tui.intake.strict_json import loads
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

# Names in the order of trust; a map of the desk's own is always better.
COMMON: Final = FieldMap(
    key=(),
    fields={
        name: paths(texts, name)
        for name, texts in {
            "summary": ["summary", "title", "subject", "name", "alert_name", "alertname", "monitorname", "check", "rule",
                        "event_name", "message", "msg", "text", "description"],
            "details": ["details", "description", "message", "body", "text", "output", "reason", "msg"],
            "status": ["status", "state", "current_state", "alert_status", "event_type", "action", "event"],
            "severity": ["severity", "priority", "level", "urgency", "criticality", "status", "state"],
            "ci": ["host", "hostname", "host_name", "instance", "node", "device", "resource", "server", "ci", "target", "pod"],
            "service": ["service", "service_name", "application", "app", "job", "component"],
            "started": ["started_at", "startsAt", "start_time", "startTime", "timestamp", "time", "created_at", "date", "at"],
            "ended": ["ended_at", "endsAt", "end_time", "endTime", "resolved_at", "closed_at", "timestamp", "time", "date"],
            "occurrence": ["incident_id", "problem_id", "occurrence_id"],
            "group": ["group", "group_key", "groupKey"],
        }.items()
    },
    label_tables=paths(["labels", "tags", "attributes"], "labels"),
    urls={name: found for name, text in (("source", "url"), ("link", "link"), ("runbook", "runbook_url"))
          for found in paths(text, "urls")},
)  # fmt: skip
_KEYS: Final = paths(["dedup_key", "dedupe_key", "dedupKey", "fingerprint", "alert_id", "alertId", "alert_key", "incident_key",
                      "check_id", "monitor_id", "monitorid", "rule_id"], "key")  # fmt: skip
_LISTS: Final = ("alerts", "events", "items", "problems")


def parse(data: Any, settings: SourceSettings, now: Instant) -> list[Event]:
    """The events of a JSON value by the source's own map, or by common names. Raises Invalid where nothing is said."""
    if settings.fields is not None:
        return parse_mapped(data, settings.fields, settings, now)
    entries: list[Any] = [data]
    if isinstance(data, list):
        entries = data
    elif isinstance(data, dict):
        inner = next((data[name] for name in _LISTS if isinstance(data.get(name), list)), None)
        if inner and all(isinstance(one, dict) for one in inner[:3]) and not _says(data):
            entries = inner
    counted(len(entries), settings.max_alerts)
    return every(entries, lambda one: _event(one, COMMON, settings, now, by_common_names=True))


def _says(data: Mapping[str, Any]) -> bool:
    return any(scalar(path.of(data)) for path in COMMON.fields["summary"])


def parse_mapped(data: Any, fields: FieldMap, settings: SourceSettings, now: Instant) -> list[Event]:
    """The events of a JSON value by a map. Raises Invalid where the list it names is none, or nothing is said."""
    entries: Any = [data]
    if fields.each is not None:
        entries = fields.each.of(data)
        if not isinstance(entries, list):
            raise Invalid(N_("{field} is missing or no list; correct each in the field map"), field=fields.each.text)
    elif isinstance(data, list):
        entries = data
    counted(len(entries), settings.max_alerts)
    return every(entries, lambda one: _event(one, fields, settings, now))


def _unpacked(data: dict[str, Any], fields: FieldMap, draft: Draft) -> dict[str, Any]:
    """The body with those texts opened that hold JSON themselves. Only first-level texts are; the body is not changed."""
    for path in fields.unpack:
        text, name = path.of(data), path.root
        if isinstance(text, str) and name is not None and len(path.steps) == 1:
            try:
                data = {**data, name: loads(text)}
            except Invalid:
                draft.warn("event.data_unread", field=name)
    return data


def _event(
    data: Any, fields: FieldMap, settings: SourceSettings, now: Instant, *, by_common_names: bool = False
) -> Event:
    draft = Draft(fields.source, settings, now)
    data = _unpacked(table(data), fields, draft)

    def one(name: str) -> str:
        return next((text for path in fields.fields.get(name, ()) if (text := given(path.of(data)))), "")

    def raw(name: str) -> Any:
        return next((value for path in fields.fields.get(name, ()) if given(value := path.of(data))), None)

    draft.ci, draft.service, draft.group = one("ci"), one("service"), one("group")
    draft.summary, draft.details = one("summary"), one("details")[: MAX_DETAILS * 2]
    if not draft.summary and not draft.ci:
        raise Invalid(
            N_("neither a summary nor a host is there; name their places in the field map of the source (summary, ci)")
        )
    _state(draft, fields, one("status"), one("severity"))
    _key(draft, fields, data)
    draft.occurrence = one("occurrence")
    started = draft.time(raw("at") if raw("started") is None else raw("started"), "started")
    if draft.status is EventStatus.RESOLVED:
        ended = raw("at") if raw("ended") is None else raw("ended")
        draft.ended_at = draft.time(ended, "ended") if ended is not None else None
        # One and the same instant is when the notice was true: the end, not also the beginning.
        draft.started_at = started if started != draft.ended_at else None
    else:
        draft.started_at = started
    for path in fields.label_tables:
        if isinstance(found := path.of(data), dict):
            draft.labels.update(draft.texts(found, path.text))
    for name, path in fields.labels.items():
        if text := given(path.of(data)):
            draft.labels[name] = draft.cut(text, 4096, name)
    for name, path in fields.urls.items():
        draft.url(name, given(path.of(data)))
    if not draft.summary:
        draft.summary = draft.ci
    used = {path.root for places in fields.fields.values() for path in places if len(path.steps) == 1}
    if by_common_names:
        # What stands under several common names is told once, by the first of them; the others are kept.
        used = _taken(data, fields)
    draft.extra.update(keep_given(data, {*used, *(path.root for path in fields.label_tables if len(path.steps) == 1)}))
    return draft.done()


def _taken(data: dict[str, Any], fields: FieldMap) -> set[str | None]:
    taken: set[str | None] = set()
    for places in fields.fields.values():
        taken.add(next((path.root for path in places if path.root in data and given(path.of(data))), None))
    return taken


def _state(draft: Draft, fields: FieldMap, status: str, severity: str) -> None:
    own = {**fields.severities, **draft.settings.severities}
    if "status" not in fields.fields:
        draft.status = fields.status
    else:
        draft.status = status_of(status, fields.statuses, fields.status, draft.warnings)
    # A status is looked at for a severity only where it is a word for one.
    quiet: list[Any] = []
    draft.severity = severity_of(severity, own, fields.severity, quiet if severity == status else draft.warnings)


def _key(draft: Draft, fields: FieldMap, data: Any) -> None:
    named = ((next((text for path in part if (text := given(path.of(data)))), "")) for part in fields.key or (_KEYS,))
    parts = [text for text in named if text]
    if parts:
        draft.key = joined(*parts)
        return
    draft.warn("event.key_weak", fields=["summary", "ci", "service"])
    draft.key = joined(draft.ci, draft.service, draft.summary)
    if len(draft.summary) > 200:
        draft.key = joined(draft.ci, draft.service, hashed(plain(draft.summary)))
