"""CloudEvents 1.0: one event as JSON (structured), in headers with a body of its own (binary), or a list (batch).

The standard has neither status nor severity: rules per type (`SourceSettings.types`) give them, else it is a note.
Attributes that are null count as absent; extensions are kept as labels.
"""

import base64
import binascii
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from helpdesk_tui.intake.events.bounds import MAX_DETAILS, counted, read_json
from helpdesk_tui.intake.events.draft import Draft, every, joined, plain, scalar, table
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.intake.strict_json import loads
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus, canonical
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

_KNOWN: Final = frozenset(
    {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "data", "data_base64"}
)
_JSON_TYPE: Final = re.compile(r"(?:application|text)/(?:[a-z0-9.+-]{1,80}\+)?json(?:;.*)?", re.ASCII | re.DOTALL)
_MAX_HEADER: Final = 8_192


def parse_body(body: bytes, headers: Mapping[str, str], settings: SourceSettings, now: Instant) -> list[Event]:
    """The events of an HTTP message: binary where `ce-` headers name one, else structured or batch. Raises Invalid."""
    folded = {name.casefold(): value for name, value in headers.items()}
    if "ce-id" in folded or "ce-specversion" in folded:
        return [_event(_from_headers(folded, body, settings), settings, now)]
    return parse(read_json(body, settings.max_body), settings, now)


def parse(data: Any, settings: SourceSettings, now: Instant) -> list[Event]:
    """The events of a JSON value: an object is one, an array a batch, which may be empty. Raises Invalid."""
    if isinstance(data, list):
        counted(len(data), settings.max_alerts)
        return every(data, lambda one: _event(one, settings, now)) if data else []
    return [_event(data, settings, now)]


def _from_headers(headers: Mapping[str, str], body: bytes, settings: SourceSettings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in headers.items():
        if name.startswith("ce-") and len(value) <= _MAX_HEADER:
            found[name[3:]] = urllib.parse.unquote(value, errors="replace").strip('"')
    kind = headers.get("content-type", "")
    if kind:
        found["datacontenttype"] = kind[:255]
    if not body:
        return found
    if len(body) > settings.max_body:
        raise Invalid(
            N_("the body is larger than {size} KiB; send fewer alerts at a time (max_alerts)"),
            size=settings.max_body >> 10,
        )
    if _JSON_TYPE.fullmatch(kind.casefold().strip()):
        found["data"] = read_json(body, settings.max_body)
    else:
        found["data"] = body.decode("utf-8", "replace")
    return found


def _event(data: Any, settings: SourceSettings, now: Instant) -> Event:
    given = {name: value for name, value in table(data).items() if value is not None}
    for field in ("id", "source", "type"):
        if not scalar(given.get(field)):
            raise Invalid(
                N_("the CloudEvent has no {field}, which the standard requires; send id, source, type and specversion"),
                field=field,
            )
    draft = Draft("cloudevents", settings, now)
    version = scalar(given.get("specversion"))
    if version != "1.0":
        draft.warn("event.version_odd", field="specversion", value=version[:40], known="1.0")
    kind, source, subject = (scalar(given.get(name)) for name in ("type", "source", "subject"))
    draft.key = joined(kind, source, subject) if subject else joined(kind, source)
    draft.occurrence = joined(source, scalar(given["id"]))
    rule = next((one for one in settings.types if one.fits(kind)), None)
    draft.status = rule.status if rule else EventStatus.NOTE
    draft.severity = rule.severity if rule else EventSeverity.INFO
    draft.ci, draft.summary = subject or source, kind
    at = draft.time(given.get("time"), "time")
    draft.started_at, draft.ended_at = (None, at) if draft.status is EventStatus.RESOLVED else (at, None)
    extensions = {name: value for name, value in given.items() if name not in _KNOWN}
    draft.labels = {
        "type": draft.cut(kind, 4096, "type"),
        "source": draft.cut(source, 4096, "source"),
        **draft.texts(
            {name: value for name, value in extensions.items() if not isinstance(value, dict | list)}, "extensions"
        ),
    }
    draft.keep({name: value for name, value in extensions.items() if isinstance(value, dict | list)}, ())
    draft.url("schema", given.get("dataschema"))
    _data(draft, given)
    return draft.done()


def _data(draft: Draft, given: Mapping[str, Any]) -> None:
    kind = scalar(given.get("datacontenttype"))
    if kind:
        draft.extra["datacontenttype"] = kind
    value = given.get("data")
    if value is None and "data_base64" in given:
        text = plain(given["data_base64"])
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            # The standard's own examples hold prose here.
            draft.warn("event.data_unread", field="data_base64")
            draft.extra["data_base64"] = text
            return
        if not _JSON_TYPE.fullmatch(kind.casefold()):
            draft.extra["data_base64"] = text
            return
        try:
            value = loads(raw.decode("utf-8"))
        except (Invalid, UnicodeDecodeError):
            draft.warn("event.data_unread", field="data_base64")
            draft.extra["data_base64"] = text
            return
    if value is None:
        return
    draft.extra["data"] = value
    draft.details = value if isinstance(value, str) else canonical(value)[: MAX_DETAILS * 2]
    if isinstance(value, dict):
        said = next(
            (scalar(value.get(name)) for name in ("summary", "message", "title") if scalar(value.get(name))), ""
        )
        draft.summary = said or draft.summary
