"""Syslog lines: RFC 5424, and RFC 3164 with what is really sent under that name.

RFC 3164 names neither year nor zone: the zone is a setting of the source, the year the latest one in which the reading
does not lie more than a day ahead. There is no sign that a trouble is over; an alert of syslog ends by being quiet.
Lines fire up to the setting's severity (4, warning), milder ones are notes. One key per host, program and message id.
"""

import re
from calendar import isleap
from datetime import datetime, timedelta
from typing import Final

from helpdesk_tui.intake.events.bounds import counted, sized
from helpdesk_tui.intake.events.draft import Draft, joined
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.intake.events.times import SKEW, in_zone
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

MAX_LINE: Final = 8_192
_MAX_PARAMS: Final = 100
SEVERITIES: Final = ("emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug")
FACILITIES: Final = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
_GRADES: Final = (
    EventSeverity.CRITICAL, EventSeverity.CRITICAL, EventSeverity.CRITICAL, EventSeverity.HIGH, EventSeverity.WARNING,
    EventSeverity.INFO, EventSeverity.INFO, EventSeverity.INFO,
)  # fmt: skip
_DEFAULT: Final = 13  # user.notice
_PRIORITY: Final = re.compile(r"<(\d{1,3})>", re.ASCII)
_NEW: Final = re.compile(r"1 (\S{1,64}) (\S{1,255}) (\S{1,255}) (\S{1,128}) (\S{1,255}) ?", re.ASCII)
_OLD_TIME: Final = re.compile(
    r"[*.:]?\s{0,2}(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s{1,2}(?P<day>\d{1,2})\s{1,2}"
    r"(?:(?P<year>\d{4})\s{1,2})?(?P<clock>\d{2}:\d{2}:\d{2})(?:[.,]\d{1,9})?(?:\s[A-Z]{3,4}(?=:))?:?\s{1,2}",
    re.ASCII | re.IGNORECASE,
)
_ISO_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2}[T ]\S{8,32})\s{1,2}", re.ASCII)
_TAG: Final = re.compile(r"([^\s:\[\]]{1,128})(?:\[([^\]\s]{1,64})\])?:\s?", re.ASCII)
_HOST: Final = re.compile(r"([A-Za-z0-9_.:%-]{1,255})\s{1,2}", re.ASCII)
_MONTHS: Final = {
    name: n
    for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_COUNT: Final = re.compile(rb"([1-9]\d{0,6}) (?=<)")
# A line with something in it; blanks around it are no part of what is looked for.
_FULL_LINE: Final = re.compile(rb"[^\s\0][^\n]*+")
_SD_NAME: Final = re.compile(r"[^\s=\"\]]{1,64}", re.ASCII)
_PARAM: Final = re.compile(r' ([^\s="\]]{1,64})="((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_NIL: Final = "-"


def parse(body: bytes, settings: SourceSettings, now: Instant) -> list[Event]:
    """The events of one or more lines (ended by a line feed or counted, RFC 6587). Raises Invalid for an empty body."""
    lines = _frames(sized(body, settings.max_body), settings.max_alerts)
    counted(len(lines), settings.max_alerts)
    if not lines:
        raise Invalid(N_("the body is empty; send the notice of the monitoring system"))
    return [_line(line, settings, now) for line in lines]


def _frames(body: bytes, most: int) -> list[bytes]:
    """The lines that are not blank, or one more than `most` of them: what is refused is not cut up whole."""
    frames: list[bytes] = []
    at = 0
    while len(frames) <= most and (match := _COUNT.match(body, at)):
        start = match.end()
        frames.append(body[start : start + int(match[1])])
        at = start + int(match[1])
        while body[at : at + 1] in (b"\n", b"\r"):
            at += 1
    for match in _FULL_LINE.finditer(body, at):
        if len(frames) > most:
            break
        frames.append(match[0])
    return frames


def _line(raw: bytes, settings: SourceSettings, now: Instant) -> Event:
    draft = Draft("syslog", settings, now)
    if len(raw) > MAX_LINE:
        draft.warn("event.text_cut", field="line", length=len(raw), kept=MAX_LINE)
        raw = raw[:MAX_LINE]
    try:
        line = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        line = raw.decode("utf-8", "replace")
        if len(raw) < MAX_LINE:
            draft.warn("event.not_utf8")
    line = at_rest(line.rstrip("\r\n\0"))
    priority = _DEFAULT
    match = _PRIORITY.match(line)
    if match and int(match[1]) <= 191:
        priority, line = int(match[1]), line[match.end() :]
    else:
        draft.warn("event.no_priority")
    facility, grade = divmod(priority, 8)
    draft.severity = _GRADES[grade]
    draft.status = EventStatus.FIRING if grade <= settings.firing_severity else EventStatus.NOTE
    draft.labels = {"facility": FACILITIES[facility], "severity": SEVERITIES[grade]}
    new = _NEW.match(line)
    if new:
        _rfc5424(draft, new, line)
    else:
        _rfc3164(draft, line)
    app, message_id = draft.labels.get("app", ""), draft.labels.get("msgid", "")
    draft.service = app
    if draft.settings.severities:
        draft.severity = draft.settings.severities.get(SEVERITIES[grade], draft.severity)
    draft.key = joined(draft.ci, app, message_id)
    if not (draft.ci or app or message_id):
        draft.key = joined("", "", draft.summary)
        draft.warn("event.key_weak", fields=["message"])
    if not draft.summary:
        draft.summary = " ".join(part for part in (draft.ci, app, message_id) if part) or SEVERITIES[grade]
    return draft.done()


def _rfc5424(draft: Draft, match: re.Match[str], line: str) -> None:
    stamp, host, app, process, message_id = match.groups()
    if stamp != _NIL:
        draft.started_at = draft.time(stamp, "timestamp")
    draft.ci = "" if host == _NIL else host
    for name, value in (("app", app), ("procid", process), ("msgid", message_id)):
        if value != _NIL:
            draft.labels[name] = value
    rest = _structured(draft, line[match.end() :])
    _message(draft, rest.removeprefix(" ").removeprefix("\ufeff"))


def _structured(draft: Draft, text: str) -> str:
    """Read the structured data into labels `id.name`; give back what stands behind it."""
    if text.startswith(_NIL) and text[1:2] in ("", " "):
        return text[1:]
    at = params = 0
    while text[at : at + 1] == "[":
        name = _SD_NAME.match(text, at + 1)
        if name is None:
            break
        here = name.end()
        found: dict[str, str] = {}
        while param := _PARAM.match(text, here):
            here = param.end()
            params += 1
            if params <= _MAX_PARAMS:
                value = re.sub(r'\\([\\"\]])', r"\1", param[2])
                found[f"{name[0].split('@')[0]}.{param[1]}"] = value
        if text[here : here + 1] != "]":
            draft.warn("event.data_unread", field="structured data")
            break
        draft.labels.update(found)
        at = here + 1
    return text[at:]


def _rfc3164(draft: Draft, line: str) -> None:
    match = _OLD_TIME.match(line)
    if match:
        line = line[match.end() :]
        draft.started_at = _old_time(draft, match)
    elif iso_match := _ISO_TIME.match(line):
        line = line[iso_match.end() :]
        draft.started_at = draft.time(iso_match[1], "timestamp")
    # Without a time there is no header: a program's own line, which may still begin with its tag.
    host = _HOST.match(line) if match or draft.started_at is not None else None
    if host and not host[1].endswith(":"):
        draft.ci = host[1]
        line = line[host.end() :]
    tag = _TAG.match(line)
    if tag:
        draft.labels["app"] = tag[1]
        if tag[2]:
            draft.labels["procid"] = tag[2]
        line = line[tag.end() :]
    _message(draft, line)


def _old_time(draft: Draft, match: re.Match[str]) -> Instant | None:
    written = match[0].strip(" *.:")
    month, day = _MONTHS[match["month"].casefold()], int(match["day"])
    hour, minute, second = (int(part) for part in match["clock"].split(":"))
    year = int(match["year"]) if match["year"] else None
    local_year = datetime(1970, 1, 1) + timedelta(seconds=draft.now)  # noqa: DTZ001 - only its year is taken
    # The latest year in which the reading does not lie ahead: at New Year a line of December is last year's.
    candidates = [year] if year else [local_year.year + 1 - back for back in range(10)]
    for candidate in candidates:
        if month == 2 and day == 29 and not isleap(candidate):
            continue
        try:
            reading = datetime(candidate, month, day, hour, minute, min(second, 59))  # noqa: DTZ001
        except ValueError:
            break
        seconds = (reading - datetime(1970, 1, 1)) // timedelta(seconds=1)  # noqa: DTZ001
        found = in_zone(seconds, draft.settings.zone, draft.now)
        if found is not None and found <= draft.now + SKEW:
            if year is None and candidate != local_year.year:
                draft.warn("event.year_guessed", value=written, at=iso(found))
            return found
    draft.warn("event.time_unread", field="timestamp", value=written)
    return None


def _message(draft: Draft, text: str) -> None:
    draft.summary = text.strip()[:1000].split("\n", 1)[0]
    draft.details = text.strip()
