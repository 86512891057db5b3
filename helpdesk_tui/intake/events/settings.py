"""What the desk knows about a sender that its notices do not say: its zone, its words, where its fields stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from helpdesk_tui.intake.events.bounds import MAX_ALERTS, MAX_BODY
from helpdesk_tui.intake.events.paths import Path, parse_path
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import zone

Paths = tuple[Path, ...]
# The fields of an event that a map may fill from one place (the first that has something).
ONE: Final = (
    "summary",
    "details",
    "status",
    "severity",
    "ci",
    "service",
    "started",
    "ended",
    "at",
    "occurrence",
    "group",
)
_MOST_ENTRIES: Final = 100
_MOST_PARTS: Final = 8


def paths(value: Any, where: str) -> Paths:
    """One path or a list of them. Raises Invalid."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or len(texts) > _MOST_ENTRIES:
        raise Invalid(N_("{field}: write a path such as alert.host, or a list of them"), field=where)
    return tuple(parse_path(text, where) for text in texts)


def _parts(value: Any) -> tuple[Paths, ...]:
    """The parts of a key: a path, a list of paths, and in it lists of alternatives. Raises Invalid."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or len(parts) > _MOST_PARTS:
        raise Invalid(N_("{field}: write a path such as alert.host, or a list of them"), field="key")
    return tuple(paths(part, "key") for part in parts)


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where a sender's JSON keeps what an event needs. Of alternatives the first that holds something counts.

    `each` is the list of alerts in the body (None: the body is one). `unpack` are texts that hold JSON themselves.
    `key` is joined of parts, each of which may have alternatives. `statuses` and `severities` translate the sender's words
    (folded) before the common ones do. `labels` and `urls` are named paths; `label_tables` are tables taken whole.
    """

    source: str = "generic"
    each: Path | None = None
    unpack: Paths = ()
    key: tuple[Paths, ...] = ()
    fields: Mapping[str, Paths] = field(default_factory=dict)
    statuses: Mapping[str, EventStatus] = field(default_factory=dict)
    severities: Mapping[str, EventSeverity] = field(default_factory=dict)
    # What a notice without a (known) word is.
    status: EventStatus = EventStatus.FIRING
    severity: EventSeverity = EventSeverity.UNKNOWN
    labels: Mapping[str, Path] = field(default_factory=dict)
    label_tables: Paths = ()
    urls: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read a declared map (of a settings file). Raises Invalid naming the key."""
        known = {"source", "each", "unpack", "key", "statuses", "severities", "default_status", "default_severity",
                 "labels", "label_tables", "urls", *ONE}  # fmt: skip
        for name in data:
            if name not in known:
                raise Invalid(
                    N_("the field map has no key {key}; it has {known}"), key=name, known=", ".join(sorted(known))
                )
        return cls(
            source=_source(data.get("source", "generic")),
            each=parse_path(data["each"], "each") if data.get("each") else None,
            unpack=paths(data.get("unpack", ()), "unpack"),
            key=_parts(data.get("key", ())),
            fields={name: paths(data[name], name) for name in ONE if name in data},
            statuses={_word(k, "statuses"): status(v, "statuses") for k, v in _table(data, "statuses").items()},
            severities={
                _word(k, "severities"): severity(v, "severities") for k, v in _table(data, "severities").items()
            },
            status=status(data.get("default_status", "firing"), "default_status"),
            severity=severity(data.get("default_severity", "unknown"), "default_severity"),
            labels={name: parse_path(text, "labels") for name, text in _table(data, "labels").items()},
            label_tables=paths(data.get("label_tables", ()), "label_tables"),
            urls={name: parse_path(text, "urls") for name, text in _table(data, "urls").items()},
        )


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, Mapping) or len(value) > _MOST_ENTRIES:
        raise Invalid(N_("{field}: write a table of at most {most} entries"), field=name, most=_MOST_ENTRIES)
    return value


def _source(value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.replace("_", "").replace("-", "").isalnum() and len(text) <= 64):
        raise Invalid(N_("{value} is no name of a source; use letters, digits, - and _"), value=text)
    return text


def _word(value: Any, where: str) -> str:
    text = str(value).strip().casefold()
    if not text or len(text) > 64:
        raise Invalid(N_("{field}: {value} is no word"), field=where, value=str(value))
    return text


def status(value: Any, where: str) -> EventStatus:
    """The status of a code. Raises Invalid."""
    try:
        return EventStatus(value)
    except ValueError:
        raise Invalid(
            N_("{field}: {value} is no status; use {known}"), field=where, value=value, known=", ".join(EventStatus)
        ) from None


def severity(value: Any, where: str) -> EventSeverity:
    """The severity of a code. Raises Invalid."""
    try:
        return EventSeverity(value)
    except ValueError:
        raise Invalid(
            N_("{field}: {value} is no severity; use {known}"), field=where, value=value, known=", ".join(EventSeverity)
        ) from None


@dataclass(frozen=True, slots=True)
class TypeRule:
    """What a CloudEvent of a type means, which the standard does not say. `type` may end in `*`."""

    type: str
    status: EventStatus = EventStatus.FIRING
    severity: EventSeverity = EventSeverity.WARNING

    def fits(self, name: str) -> bool:
        """Whether the rule is about this type."""
        return name.startswith(self.type[:-1]) if self.type.endswith("*") else name == self.type


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One sender. `zone` is where times without a zone are read; `instance` tells two senders of a kind apart.

    `severities` translates its words first (folded); `types` is for CloudEvents, `fields` for the generic form.
    `firing_severity` is the syslog severity (0 to 7) up to which a line fires, graver ones included.
    """

    zone: str = "UTC"
    instance: str = ""
    severities: Mapping[str, EventSeverity] = field(default_factory=dict)
    fields: FieldMap | None = None
    types: tuple[TypeRule, ...] = ()
    firing_severity: int = 4
    max_body: int = MAX_BODY
    max_alerts: int = MAX_ALERTS

    def __post_init__(self) -> None:
        zone(self.zone)  # raises Invalid
        if not 0 <= self.firing_severity <= 7:
            raise Invalid(N_("firing_severity: {value} is not between 0 and 7"), value=self.firing_severity)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read declared settings. Raises Invalid naming the key."""
        known = ("zone", "instance", "severities", "fields", "types", "firing_severity", "max_body", "max_alerts")
        for name in data:
            if name not in known:
                raise Invalid(N_("a source has no setting {key}; it has {known}"), key=name, known=", ".join(known))
        declared = data.get("fields")
        if declared is not None and not isinstance(declared, Mapping):
            raise Invalid(N_("{field}: write a table of at most {most} entries"), field="fields", most=_MOST_ENTRIES)
        return cls(
            zone=str(data.get("zone", "UTC")),
            instance=str(data.get("instance", ""))[:255],
            severities={
                _word(k, "severities"): severity(v, "severities") for k, v in _table(data, "severities").items()
            },
            fields=FieldMap.from_data(declared) if declared is not None else None,
            types=tuple(_type_rule(one) for one in _list(data, "types")),
            firing_severity=_number(data, "firing_severity", 4, 7),
            max_body=_number(data, "max_body", MAX_BODY, MAX_BODY),
            max_alerts=_number(data, "max_alerts", MAX_ALERTS, MAX_ALERTS),
        )


def _number(data: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = data.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Invalid(N_("{field}: {value} is not between 0 and {most}"), field=name, value=value, most=most)
    return value


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name, [])
    if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
        raise Invalid(N_("{field}: write a list of at most {most} entries"), field=name, most=_MOST_ENTRIES)
    return value


def _type_rule(data: Any) -> TypeRule:
    if not isinstance(data, Mapping) or not isinstance(data.get("type"), str) or not data["type"]:
        raise Invalid(N_("types: every entry names a type, such as com.example.alarm or com.example.*"))
    return TypeRule(
        data["type"][:255],
        status(data.get("status", "firing"), "types"),
        severity(data.get("severity", "warning"), "types"),
    )
