"""The words with which monitoring systems say status and severity, in one table each; case and blanks do not matter."""

from collections.abc import Mapping
from typing import Final

from helpdesk_tui.vocabulary.events import EventSeverity, EventStatus
from helpdesk_tui.vocabulary.reasons import Reason

_S: Final = EventStatus
_G: Final = EventSeverity

STATUSES: Final[Mapping[str, EventStatus]] = {
    **dict.fromkeys(
        ("firing", "fired", "problem", "alerting", "alert", "alarm", "open", "opened", "active", "activated", "trigger",
         "triggered", "down", "unreachable", "critical", "crit", "warning", "warn", "error", "major", "minor", "fail",
         "failed", "failing", "failure", "bad", "breached", "unhealthy", "degraded", "outage", "offline", "escalated",
         "reopened", "new", "create", "created", "start", "started", "故障", "问题", "告警", "报警"), _S.FIRING),
    **dict.fromkeys(
        ("resolved", "resolve", "ok", "recovery", "recovered", "recover", "closed", "close", "normal", "up", "clear",
         "cleared", "inactive", "healthy", "success", "succeeded", "passed", "passing", "pass", "online", "good", "fixed",
         "end", "ended", "deactivated", "恢复", "已恢复", "正常", "已解决"), _S.RESOLVED),
    **dict.fromkeys(("acknowledged", "acknowledge", "acknowledgement", "acknowledgment", "ack", "acked", "确认", "已确认"),
                    _S.ACKNOWLEDGED),
    **dict.fromkeys(("flapping", "flappingstart", "unstable"), _S.FLAPPING),
    **dict.fromkeys(("maintenance", "downtime", "downtimestart", "suppressed", "silenced", "paused", "维护"), _S.MAINTENANCE),
    **dict.fromkeys(("no_data", "no data", "nodata", "insufficient_data", "insufficient data", "unknown", "expired", "stale"),
                    _S.NO_DATA),
    **dict.fromkeys(("note", "info", "custom", "comment", "test", "pending", "update", "updated"), _S.NOTE),
}  # fmt: skip

SEVERITIES: Final[Mapping[str, EventSeverity]] = {
    **dict.fromkeys(
        ("critical", "crit", "disaster", "fatal", "emergency", "emerg", "alert", "panic", "blocker", "page", "p0", "p1",
         "s1", "sev0", "sev1", "sev-1", "down", "灾难", "紧急", "致命"), _G.CRITICAL),
    **dict.fromkeys(
        ("high", "major", "error", "err", "severe", "serious", "urgent", "p2", "s2", "sev2", "sev-2", "unreachable",
         "严重", "重要"), _G.HIGH),
    **dict.fromkeys(
        ("warning", "warn", "minor", "medium", "moderate", "average", "p3", "s3", "sev3", "sev-3", "警告", "一般严重",
         "一般", "次要"), _G.WARNING),
    **dict.fromkeys(
        ("info", "information", "informational", "notice", "low", "debug", "trivial", "ok", "normal", "none", "up",
         "clear", "cleared", "resolved", "p4", "p5", "s4", "s5", "sev4", "sev5", "sev-4", "sev-5", "信息", "提示", "通知"),
        _G.INFO),
    **dict.fromkeys(("unknown", "not classified", "not_classified", "undefined", "indeterminate", "未分类", "未知"),
                    _G.UNKNOWN),
}  # fmt: skip


def folded(word: str) -> str:
    """The form in which words are looked up."""
    return " ".join(word[:64].casefold().split())


def status_of(word: str, own: Mapping[str, EventStatus], default: EventStatus, warnings: list[Reason]) -> EventStatus:
    """The status that a word means: the sender's own table first. What is not known is `default`, with a warning."""
    if not word:
        warnings.append(Reason("event.status_missing", {"event_status": default.value}))
        return default
    plain = folded(word)
    found = own.get(plain) or STATUSES.get(plain)
    if found is None:
        warnings.append(Reason("event.status_unread", {"value": word[:64], "event_status": default.value}))
        return default
    return found


def severity_of(
    word: str, own: Mapping[str, EventSeverity], default: EventSeverity, warnings: list[Reason]
) -> EventSeverity:
    """The severity that a word means: the sender's own table first. None given is `default` without more ado."""
    if not word:
        return default
    plain = folded(word)
    found = own.get(plain) or SEVERITIES.get(plain)
    if found is None:
        warnings.append(Reason("event.severity_unread", {"value": word[:64], "event_severity": default.value}))
        return default
    return found
