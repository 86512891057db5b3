"""An event in the making: every value is coerced to text, bounded, and what had to give way is said in a warning."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from helpdesk_tui.intake.events.bounds import (
    MAX_AROUND,
    MAX_DETAILS,
    MAX_EXTRA,
    MAX_KEY,
    MAX_LABELS,
    MAX_NAME,
    MAX_SUMMARY,
    MAX_URL,
    MAX_VALUE,
)
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.intake.events.times import read_time
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus, canonical
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

# Warnings of one event; a notice that is odd in more ways is odd enough.
MAX_WARNINGS: Final = 20
_URL_STARTS: Final = ("http://", "https://")
_DEEPEST: Final = 32


def plain(value: Any) -> str:
    """A JSON value as text: texts as they are (trimmed), numbers and truth as JSON writes them, the rest as JSON."""
    if isinstance(value, str):
        return at_rest(value).strip()
    if value is None:
        return ""
    return at_rest(canonical(value))


def scalar(value: Any) -> str:
    """Text of a text, a number or a truth value; a table or list is none."""
    return "" if isinstance(value, dict | list) else plain(value)


def first(*values: Any) -> str:
    """The first of the values that has some text."""
    return next((text for value in values if (text := scalar(value))), "")


def hashed(*parts: str) -> str:
    """A key made of things that are too long or too many to be read: 64 hexadecimal digits."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def joined(*parts: str) -> str:
    """One key of several parts: `host|service`; different parts never give the same key. Too long, it is hashed."""
    text = "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)
    return text if len(text) <= MAX_KEY else "sha256:" + hashed(*parts)


class Draft:
    """Collects one event. Setters bound what they take; `done` gives the frozen event."""

    def __init__(self, source: str, settings: SourceSettings, now: Instant) -> None:
        self.source = source
        self.settings = settings
        self.now = now
        self.status = EventStatus.FIRING
        self.severity = EventSeverity.UNKNOWN
        self.phase = ""
        self.key = ""
        self.occurrence = ""
        self.summary = ""
        self.details = ""
        self.instance = settings.instance
        self.ci = ""
        self.service = ""
        self.group = ""
        self.started_at: Instant | None = None
        self.ended_at: Instant | None = None
        self.labels: dict[str, str] = {}
        self.annotations: dict[str, str] = {}
        self.urls: dict[str, str] = {}
        self.extra: dict[str, Any] = {}
        self.warnings: list[Reason] = []

    def warn(self, code: str, **params: Any) -> None:
        """Remember something odd."""
        self.warnings.append(Reason(code, params))

    def time(self, value: Any, field: str) -> Instant | None:
        """An instant of the sender, or None."""
        return read_time(value, field, self.settings.zone, self.now, self.warnings)

    def cut(self, text: str, most: int, field: str) -> str:
        """The text, at most so long."""
        if len(text) <= most:
            return text
        self.warn("event.text_cut", field=field, length=len(text), kept=most)
        return text[: most - 3] + "..."

    def texts(self, value: Any, field: str) -> dict[str, str]:
        """A table of texts: label names and values bounded, nested values as JSON."""
        if value is None or value == []:
            return {}
        if not isinstance(value, Mapping):
            self.warn("event.type_odd", field=field, wanted="a table")
            return {}
        found: dict[str, str] = {}
        for name, one in value.items():
            if len(found) == MAX_LABELS:
                self.warn("event.more_cut", field=field, length=len(value), kept=MAX_LABELS)
                break
            found[self.cut(at_rest(str(name)), MAX_NAME, field)] = self.cut(
                plain(one), MAX_VALUE, f"{field}.{name}"[:80]
            )
        return found

    def url(self, name: str, value: Any) -> None:
        """A link; what is no web address is kept among the further keys."""
        text = scalar(value)
        if not text:
            return
        if text.lower().startswith(_URL_STARTS) and len(text) <= MAX_URL and not any(c.isspace() for c in text):
            self.urls[name] = text
        else:
            self.extra.setdefault(f"{name}_url", text)

    def keep(self, data: Mapping[str, Any], used: Iterable[str]) -> None:
        """Keep the keys of a table that found no place."""
        gone = frozenset(used)
        self.extra.update((name, value) for name, value in data.items() if name not in gone and value is not None)

    def done(self) -> Event:
        """The event."""
        summary = self.cut(" ".join(self.summary.split()), MAX_SUMMARY, "summary")
        details = self.cut(self.details, MAX_DETAILS, "details")
        extra = fitting(self.extra, MAX_EXTRA, self.warn)
        ci, service = self.cut(self.ci, MAX_NAME, "ci"), self.cut(self.service, MAX_NAME, "service")
        key = self.key if len(self.key) <= MAX_KEY else "sha256:" + hashed(self.key)
        occurrence = self.occurrence if len(self.occurrence) <= MAX_KEY else "sha256:" + hashed(self.occurrence)
        return Event(
            source=self.source,
            instance=self.instance[:MAX_NAME],
            status=self.status,
            phase=self.phase,
            severity=self.severity,
            key=at_rest(key),
            occurrence=at_rest(occurrence),
            summary=summary,
            details=details,
            ci=ci or None,
            service=service or None,
            started_at=self.started_at,
            ended_at=self.ended_at,
            received_at=self.now,
            group=self.cut(self.group, MAX_VALUE, "group"),
            labels=dict(sorted(self.labels.items())),
            annotations=dict(sorted(self.annotations.items())),
            urls=dict(sorted(self.urls.items())),
            extra=extra,
            warnings=tuple(self.warnings[:MAX_WARNINGS]),
        )


def resting(value: Any, depth: int = 0) -> Any:
    """A JSON value whose texts may be stored, cut at their bounds. Deeper than 32 levels it becomes text."""
    if isinstance(value, str):
        text = at_rest(value)
        return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 3] + "..."
    if isinstance(value, dict):
        if depth == _DEEPEST:
            return plain(value)[:MAX_VALUE]
        return {at_rest(str(name))[:MAX_NAME]: resting(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return plain(value)[:MAX_VALUE] if depth == _DEEPEST else [resting(one, depth + 1) for one in value]
    return value


def fitting(data: Mapping[str, Any], most: int, warn: Callable[..., None]) -> dict[str, Any]:
    """As many keys, in order, as stay within so many characters of JSON; what is left out is said."""
    kept: dict[str, Any] = {}
    left: list[str] = []
    size = 0
    for name, value in sorted(data.items()):
        rested = resting(value)
        length = len(name) + len(canonical(rested)) + 4
        if size + length > most:
            left.append(at_rest(str(name))[:40])
            continue
        size += length
        kept[at_rest(str(name))[:MAX_NAME]] = rested
    if left:
        warn("event.extra_cut", most=most, keys=left[:10])
    return kept


def around(data: Mapping[str, Any], used: Iterable[str]) -> tuple[dict[str, Any], list[Reason]]:
    """What stands around the alerts of a body and found no place, once for all of them, and the warnings about it."""
    gone = frozenset(used)
    warnings: list[Reason] = []
    rest = {name: value for name, value in data.items() if name not in gone and value not in (None, "", [], {})}
    return fitting(rest, MAX_AROUND, lambda code, **params: warnings.append(Reason(code, params))), warnings


def every(entries: list[Any], make: Callable[[Any], Event]) -> list[Event]:
    """The events of a body's entries. One that is none is left out and said with the first that is; all, and it is refused.

    Raises Invalid with the first entry's cause where nothing is left.
    """
    events: list[Event] = []
    refused: list[tuple[int, Invalid]] = []
    for number, entry in enumerate(entries, 1):
        try:
            events.append(make(entry))
        except Invalid as error:
            refused.append((number, error))
    if not events:
        if not refused:
            raise Invalid(N_("the body holds no alert; send at least one"))
        if len(entries) == 1:
            raise refused[0][1]
        raise Invalid(N_("none of {n} entries is an alert; the first: {why}"), n=len(entries), why=refused[0][1])
    if refused:
        said = tuple(
            Reason("event.part_refused", {"number": number, "total": len(entries), "why": error.english})
            for number, error in refused[:MAX_WARNINGS]
        )
        events[0] = _with_warnings(events[0], said)
    return events


def _with_warnings(event: Event, more: tuple[Reason, ...]) -> Event:
    return replace(event, warnings=(event.warnings + more)[:MAX_WARNINGS])


def table(value: Any) -> dict[str, Any]:
    """A table, refused where it is something else. Raises Invalid."""
    if not isinstance(value, dict):
        raise Invalid(
            N_("a JSON object is expected here, not {kind}; send what the system sends, unchanged"), kind=kind_of(value)
        )
    return value


def kind_of(value: Any) -> str:
    """What a JSON value is, in JSON's words."""
    if value is None:
        return "null"
    names = {bool: "boolean", str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), type(value).__name__)
