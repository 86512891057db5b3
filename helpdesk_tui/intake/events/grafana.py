"""Grafana: unified alerting (9 to 12: Alertmanager's form with more in it) and the legacy dashboard alerts.

Legacy notices have no version, no times and, on `ok`, no matches; they are paired by their rule.
"""

from typing import Any, Final

from helpdesk_tui.intake.events import alertmanager
from helpdesk_tui.intake.events.draft import Draft, first, joined, plain, scalar, table
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.intake.events.words import severity_of, status_of
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

_USED: Final = frozenset({"message", "ruleId", "ruleName", "ruleUrl", "imageUrl", "title", "state", "tags"})
_STATES: Final = {"pending": EventStatus.NOTE, "paused": EventStatus.MAINTENANCE, "keep_state": EventStatus.NOTE}
_MATCHES: Final = 20


def parse(data: Any, settings: SourceSettings, now: Instant) -> list[Event]:
    """The events of one webhook body. Raises Invalid where it is neither of the two forms."""
    body = table(data)
    if "alerts" in body:
        return alertmanager.parse(body, settings, now, "grafana")
    if "ruleId" not in body and "ruleName" not in body:
        raise Invalid(
            N_(
                "neither {field} nor {other} is there: this is no webhook of {system}; choose the right --source, or generic"
            ),
            field="alerts",
            other="ruleId",
            system="Grafana",
        )
    return [_legacy(body, settings, now)]


def _legacy(body: dict[str, Any], settings: SourceSettings, now: Instant) -> Event:
    draft = Draft("grafana", settings, now)
    rule, name = scalar(body.get("ruleId")), scalar(body.get("ruleName"))
    draft.labels = draft.texts(body.get("tags"), "tags")
    matches = body.get("evalMatches")
    for match in matches[:_MATCHES] if isinstance(matches, list) else ():
        if isinstance(match, dict) and isinstance(match.get("tags"), dict):
            for label, value in draft.texts(match["tags"], "evalMatches.tags").items():
                draft.labels.setdefault(label, value)
    draft.key = joined(*(scalar(body.get(part)) for part in ("orgId", "dashboardId", "panelId") if scalar(body.get(part))),
                       rule or name)  # fmt: skip
    if not draft.key.strip("|"):
        raise Invalid(N_("neither {field} nor {other} says what the notice is about"), field="ruleId", other="ruleName")
    if name:
        draft.labels.setdefault("alertname", name[:255])
    draft.summary = first(name, body.get("title"), body.get("message"))
    draft.details = plain(body.get("message"))
    draft.status = status_of(scalar(body.get("state")), _STATES, EventStatus.FIRING, draft.warnings)
    word = first(draft.labels.get("severity"), draft.labels.get("priority"))
    draft.severity = severity_of(word, settings.severities, EventSeverity.WARNING, draft.warnings)
    draft.ci = first(*(draft.labels.get(one) for one in ("instance", "host", "hostname", "node", "pod")))
    draft.service = first(*(draft.labels.get(one) for one in ("service", "job", "app")))
    draft.url("source", body.get("ruleUrl"))
    draft.url("image", body.get("imageUrl"))
    draft.keep(body, _USED)
    return draft.done()
