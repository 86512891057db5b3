"""Nagios and its family (Naemon, Icinga, Checkmk, Centreon): macros of a notification, from the environment or as JSON.

`NAGIOS_…`, `NOTIFY_…` (Checkmk) and `ICINGA_…` mean the same. Of an environment only macros of notifications are read:
whatever else stands there (paths, keys, passwords, macros that hold credentials) is never looked at or kept.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from helpdesk_tui.intake.events.draft import Draft, first, joined, scalar, table
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.intake.events.words import severity_of, status_of
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

PREFIXES: Final = {
    "NAGIOS_": "nagios", "NAEMON_": "nagios", "NOTIFY_": "checkmk", "ICINGA_": "icinga", "CENTREON_": "nagios",
}  # fmt: skip
_MAX_MACRO: Final = 65_536
# Custom variables, arguments and resource macros may hold credentials; people's addresses are nobody's business here.
_SECRET: Final = re.compile(
    r"_.*|ARG\d+|USER\d+|.*(?:PASS|SECRET|TOKEN|COMMUNITY|CREDENTIAL|APIKEY|API_KEY|PRIVATE).*|CONTACT(?:EMAIL|PAGER|ADDRESS).*"
    r"|CONTACT_(?:EMAIL|PAGER)|USEREMAIL|USERPAGER|ADMINEMAIL|ADMINPAGER|PARAMETER.*|CONTEXTS.*|.*FILE|.*PATH",
    re.ASCII,
)
_TYPES: Final = {
    "PROBLEM": (EventStatus.FIRING, ""),
    "RECOVERY": (EventStatus.RESOLVED, ""),
    "ACKNOWLEDGEMENT": (EventStatus.ACKNOWLEDGED, ""),
    "FLAPPINGSTART": (EventStatus.FLAPPING, "start"),
    "FLAPPINGSTOP": (EventStatus.FLAPPING, "end"),
    "FLAPPINGEND": (EventStatus.FLAPPING, "end"),
    "FLAPPINGDISABLED": (EventStatus.FLAPPING, "end"),
    "DOWNTIMESTART": (EventStatus.MAINTENANCE, "start"),
    "DOWNTIMEEND": (EventStatus.MAINTENANCE, "end"),
    "DOWNTIMEREMOVED": (EventStatus.MAINTENANCE, "end"),
    "DOWNTIMECANCELLED": (EventStatus.MAINTENANCE, "end"),
    "CUSTOM": (EventStatus.NOTE, ""),
}
_STATES: Final = {"unknown": EventStatus.FIRING, "0": EventStatus.RESOLVED}
_SEVERITIES: Final = {
    "unreachable": EventSeverity.HIGH, "unknown": EventSeverity.HIGH, "up": EventSeverity.INFO, "ok": EventSeverity.INFO,
}  # fmt: skip
# How the scripts that write JSON name what is a macro elsewhere.
_JSON_NAMES: Final = {
    "HOST": "HOSTNAME", "SERVICE": "SERVICEDESC", "SERVICE_DESCRIPTION": "SERVICEDESC", "HOST_NAME": "HOSTNAME",
    "ALIAS": "HOSTALIAS", "ADDRESS": "HOSTADDRESS", "TYPE": "NOTIFICATIONTYPE", "NOTIFICATION_TYPE": "NOTIFICATIONTYPE",
    "LONG_DATE_TIME": "LONGDATETIME", "SHORT_DATE_TIME": "SHORTDATETIME", "CHECK_COMMAND": "CHECKCOMMAND",
    "CONTACT_NAME": "CONTACTNAME", "COMMENT": "NOTIFICATIONCOMMENT", "AUTHOR": "NOTIFICATIONAUTHOR", "SITE": "OMD_SITE",
}  # fmt: skip
_LABELS: Final = (
    "HOSTALIAS", "HOSTADDRESS", "HOSTGROUPNAMES", "SERVICEGROUPNAMES", "NOTIFICATIONNUMBER", "NOTIFICATIONAUTHOR",
    "NOTIFICATIONAUTHORNAME", "CONTACTNAME", "OMD_SITE", "CHECKCOMMAND", "HOSTATTEMPT", "MAXHOSTATTEMPTS",
    "SERVICEATTEMPT", "MAXSERVICEATTEMPTS", "HOSTDURATION", "SERVICEDURATION",
)  # fmt: skip


def macros(env: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """The macros of an environment by their names without prefix, and the member of the family that has the prefix.

    Names without any prefix count only where none with a prefix is there, as Icinga's own scripts have them.
    """
    found: dict[str, str] = {}
    source = ""
    for prefix, name in PREFIXES.items():
        for key, value in env.items():
            if key.startswith(prefix) and isinstance(value, str):
                source = source or name
                _take(found, key[len(prefix) :], value)
        if found:
            return found, source
    for key in ("NOTIFICATIONTYPE", "HOSTNAME", "SERVICEDESC", "HOSTSTATE", "SERVICESTATE", "HOSTOUTPUT", "SERVICEOUTPUT",
                "HOSTADDRESS", "HOSTALIAS", "LONGDATETIME", "SHORTDATETIME", "TIMET", "NOTIFICATIONAUTHORNAME",
                "NOTIFICATIONCOMMENT", "HOSTSTATETYPE", "SERVICESTATETYPE", "HOSTDISPLAYNAME",
                "SERVICEDISPLAYNAME"):  # fmt: skip
        value = env.get(key)
        if isinstance(value, str):
            _take(found, key, value)
    # A shell sets HOSTNAME too; alone it says nothing.
    has_state = {"NOTIFICATIONTYPE", "HOSTSTATE", "SERVICESTATE"} & set(found)
    return (found, "icinga") if has_state else ({}, "")


def _take(found: dict[str, str], name: str, value: str) -> None:
    name = name.upper()
    if len(name) <= 100 and not _SECRET.fullmatch(name):
        found[name] = at_rest(value[:_MAX_MACRO])


def from_json(data: Mapping[str, Any]) -> dict[str, str]:
    """The macros of a JSON object, whatever the spelling: `notification_type`, `NOTIFY_HOSTNAME`, `host` …"""
    prefixed, _source = macros(data)
    if prefixed and "HOSTNAME" in prefixed:
        return prefixed
    found: dict[str, str] = {}
    for key, value in data.items():
        text = scalar(value)
        if text:
            name = str(key).upper()
            _take(found, _JSON_NAMES.get(name, name), text)
    if found.get("WHAT") == "HOST":
        found.pop("SERVICEDESC", None)
    kind = "SERVICE" if found.get("SERVICEDESC") else "HOST"
    for short, long in (("STATUS", "STATE"), ("STATE", "STATE"), ("OUTPUT", "OUTPUT"), ("LONG_OUTPUT", "OUTPUT")):
        if short in found:
            found.setdefault(("LONG" if short.startswith("LONG") else "") + kind + long, found.pop(short))
    return found


def parse(data: Any, settings: SourceSettings, now: Instant) -> list[Event]:
    """The event of a notification as a JSON object. Raises Invalid where it is none, or names no host."""
    body = table(data)
    _macros, family = macros(body)
    return _events(from_json(body), family or ("checkmk" if is_checkmk(body) else "nagios"), settings, now)


def parse_environment(env: Mapping[str, str], settings: SourceSettings, now: Instant) -> list[Event]:
    """The event of a notification command's environment. Raises Invalid where its macros name no host."""
    return _events(*macros(env), settings, now)


def _events(found: dict[str, str], family: str, settings: SourceSettings, now: Instant) -> list[Event]:
    host = found.get("HOSTNAME", "").strip()
    if not host:
        raise Invalid(
            N_(
                "no host is named: run it from a notification command with NAGIOS_, NOTIFY_ or ICINGA_ macros in its environment"
            )
        )
    return [_Notice(found, host, Draft(family, settings, now)).event()]


def is_checkmk(data: Mapping[str, Any]) -> bool:
    """Whether a JSON object is what Checkmk's scripts write."""
    return {"notification_type", "what", "host"} <= data.keys()


class _Notice:
    def __init__(self, macros: dict[str, str], host: str, draft: Draft) -> None:
        self.all, self.host, self.draft = macros, host, draft
        what = macros.get("WHAT", "").strip().upper()
        self.service = "" if what == "HOST" else macros.get("SERVICEDESC", "").strip()
        self.kind = "SERVICE" if self.service else "HOST"
        self.used = {"HOSTNAME", "SERVICEDESC", "WHAT"}

    def get(self, *names: str) -> str:
        """The first of these macros that has a value; `$NAME$` that was not expanded is none."""
        self.used.update(names)
        for name in names:
            value = self.all.get(name, "").strip()
            if value and not (value.startswith("$") and value.endswith("$") and " " not in value):
                return value
        return ""

    def event(self) -> Event:
        draft, kind = self.draft, self.kind
        draft.ci, draft.service = self.host, self.service
        draft.key = joined(self.host, self.service) if self.service else joined(self.host)
        state = self.get(f"{kind}STATE")
        self._status(state)
        own = {**_SEVERITIES, **draft.settings.severities}
        draft.severity = severity_of(state or self.get("SEVERITY"), own, EventSeverity.UNKNOWN, draft.warnings)
        output = _lines(self.get(f"{kind}OUTPUT"))
        about = f"{self.host} / {self.service}" if self.service else self.host
        first_line = output.split("\n", 1)[0]
        draft.summary = (
            f"{about}: {first_line}"
            if first_line
            else first(self.get("SUMMARY"), f"{about}: {state}" if state else about)
        )
        # The CUSTOM notice is what somebody wrote; it comes before the output.
        draft.details = "\n".join(
            part
            for part in (_lines(self.get("NOTIFICATIONCOMMENT")), output, _lines(self.get(f"LONG{kind}OUTPUT")))
            if part
        )
        number = self.get(f"{kind}PROBLEMID")
        last = self.get(f"LAST{kind}PROBLEMID")
        draft.occurrence = number if number.strip("0") else last if last.strip("0") else ""
        self._time()
        for name in _LABELS:
            if value := self.get(name):
                draft.labels[name.casefold()] = draft.cut(value, 4096, name)
        draft.url("source", self.get(f"{kind}ACTIONURL", "URL"))
        draft.url("notes", self.get(f"{kind}NOTESURL"))
        draft.keep({name: value for name, value in self.all.items() if value.strip()}, self._gone())
        return draft.done()

    def _gone(self) -> Iterable[str]:
        # A notice about a service carries the macros of its host too; the desk needs them once.
        return self.used

    def _status(self, state: str) -> None:
        draft = self.draft
        # Checkmk writes `DOWNTIMESTART (…)`, `ACKNOWLEDGEMENT (…)`.
        kind = self.get("NOTIFICATIONTYPE").upper().split("(")[0].replace(" ", "").replace("_", "")
        kind = {"ACK": "ACKNOWLEDGEMENT", "FLAPPING": "FLAPPINGSTART", "DOWNTIME": "DOWNTIMESTART"}.get(kind, kind)
        if kind in _TYPES:
            draft.status, draft.phase = _TYPES[kind]
        else:
            # An event handler has no type of notification, only the state.
            draft.status = status_of(state, _STATES, EventStatus.NOTE, draft.warnings)
        if self.get(f"{self.kind}STATETYPE").upper() == "SOFT" and draft.status in (
            EventStatus.FIRING,
            EventStatus.RESOLVED,
        ):
            draft.status = EventStatus.NOTE
            draft.labels["statetype"] = "SOFT"
            draft.warn("event.soft_state")

    def _time(self) -> None:
        draft = self.draft
        micro = self.get("MICROTIME")
        stamp = self.get("TIMET") or (micro if len(micro) == 16 else "")
        written = self.get("LONGDATETIME"), self.get("SHORTDATETIME")
        at = draft.time(stamp, "TIMET") if stamp else None
        if at is None:
            at = next(
                (found for text in written if text and (found := draft.time(text, "LONGDATETIME")) is not None), None
            )
        if draft.status is EventStatus.RESOLVED:
            draft.ended_at = at
        else:
            draft.started_at = at


def _lines(text: str) -> str:
    """Plug-ins write the ends of lines as backslash and n."""
    return text.replace("\\n", "\n").strip()
