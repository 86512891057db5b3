"""Prometheus Alertmanager's webhook, versions 3 and 4, and Grafana's unified alerting, which speaks the same with more.

Facts: alertmanager `notify/webhook` and `template/template.go` (2026), Grafana 9 to 12. Trust only the status of each
alert, never the group's; the absence of an alert never means that it is over.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from helpdesk_tui.intake.events.bounds import counted
from helpdesk_tui.intake.events.draft import Draft, around, every, first, hashed, plain, scalar, table
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.intake.events.words import severity_of, status_of
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant

# Labels that change while the trouble stays the same, so that they are no part of what it is.
_CHANGING: Final = frozenset({"severity", "priority", "level", "value", "values", "current_value", "timestamp"})
_HOST: Final = ("instance", "host", "hostname", "node", "nodename", "pod", "device", "server", "container")
_SERVICE: Final = ("service", "job", "app", "application", "app_kubernetes_io_name", "deployment")
_NAME: Final = ("alertname", "rulename", "alert", "name")
_FINGERPRINT: Final = re.compile(r"[0-9a-fA-F]{8,64}", re.ASCII)
_ALERT_KEYS: Final = frozenset(
    {"status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint", "silenceURL", "dashboardURL",
     "panelURL", "imageURL"}
)  # fmt: skip
_BODY_KEYS: Final = frozenset({"alerts", "groupKey", "truncatedAlerts", "externalURL", "version", "status"})


def _picked(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")


def parse(data: Any, settings: SourceSettings, now: Instant, source: str = "alertmanager") -> list[Event]:
    """The events of one webhook body. Raises Invalid where it has no list of alerts, or no alert in it."""
    body = table(data)
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        raise Invalid(
            N_("{field} is missing or no list: this is no webhook of {system}; choose the right --source, or generic"),
            field="alerts",
            system="Alertmanager" if source == "alertmanager" else "Grafana",
        )
    counted(len(alerts), settings.max_alerts)
    rest, warnings = around(body, _BODY_KEYS)
    body_wide = _Body(body, rest, warnings, settings, now, source)
    return every(alerts, body_wide.event)


class _Body:
    """What the alerts of one body share."""

    def __init__(
        self,
        body: dict[str, Any],
        rest: dict[str, Any],
        warnings: list[Reason],
        settings: SourceSettings,
        now: Instant,
        source: str,
    ) -> None:
        self.body, self.rest, self.settings, self.now, self.source = body, rest, settings, now, source
        self.warnings = warnings
        self.group = plain(body.get("groupKey"))
        self.title = scalar(body.get("title"))
        truncated = body.get("truncatedAlerts")
        if isinstance(truncated, int) and not isinstance(truncated, bool) and truncated > 0:
            self.warnings = [*warnings, Reason("event.truncated", {"n": truncated})]

    def event(self, alert: Any) -> Event:
        """One alert. Raises Invalid where nothing in it names what it is about."""
        alert = table(alert)
        draft = Draft(self.source, self.settings, self.now)
        draft.warnings += self.warnings
        labels = draft.texts(alert.get("labels"), "labels")
        if not labels and (common := draft.texts(self.body.get("commonLabels"), "commonLabels")):
            labels = common
            draft.warn("event.no_labels")
        notes = draft.texts(alert.get("annotations"), "annotations")
        draft.labels, draft.annotations = labels, notes
        draft.ci, draft.service = _picked(labels, _HOST), _picked(labels, _SERVICE)
        name = _picked(labels, _NAME)
        self._texts(draft, name)
        fingerprint = scalar(alert.get("fingerprint"))
        if not (draft.summary or fingerprint or labels):
            raise Invalid(N_("the alert has no labels, no fingerprint and no summary: nothing says what it is about"))
        self._key(draft, fingerprint, alert)
        # An unknown word is taken for trouble: better once too often than never.
        draft.status = status_of(scalar(alert.get("status")), {}, EventStatus.FIRING, draft.warnings)
        word = first(
            labels.get("severity"), labels.get("priority"), labels.get("level"),
            notes.get("severity"), notes.get("priority"),
        )  # fmt: skip
        draft.severity = severity_of(word, self.settings.severities, EventSeverity.WARNING, draft.warnings)
        draft.started_at = draft.time(alert.get("startsAt"), "startsAt")
        draft.ended_at = draft.time(alert.get("endsAt"), "endsAt") if draft.status is EventStatus.RESOLVED else None
        draft.occurrence = f"{draft.key}@{iso(draft.started_at)}" if draft.started_at is not None else ""
        self._links(draft, alert)
        draft.group = self.group
        draft.keep(alert, _ALERT_KEYS)
        if self.rest:
            draft.extra["body"] = self.rest
        return draft.done()

    def _texts(self, draft: Draft, name: str) -> None:
        notes = draft.annotations
        named = f"{name}: {draft.ci}" if name and draft.ci else name or draft.ci
        draft.summary = first(notes.get("summary"), notes.get("title"), named, self.title, notes.get("description"))
        draft.details = first(notes.get("description"), notes.get("message"), notes.get("details"))

    def _key(self, draft: Draft, fingerprint: str, alert: dict[str, Any]) -> None:
        if _FINGERPRINT.fullmatch(fingerprint):
            draft.key = fingerprint.lower()
            return
        if fingerprint:
            draft.key = fingerprint
            return
        lasting = {name: value for name, value in draft.labels.items() if name not in _CHANGING}
        if lasting:
            draft.key = hashed(*(part for pair in sorted(lasting.items()) for part in pair))
        else:
            draft.key = hashed(scalar(alert.get("generatorURL")), draft.summary)
            draft.warn("event.key_weak", fields=["generatorURL", "summary"])

    def _links(self, draft: Draft, alert: dict[str, Any]) -> None:
        notes = draft.annotations
        draft.url("source", alert.get("generatorURL"))
        draft.url("silence", alert.get("silenceURL"))
        draft.url("dashboard", first(alert.get("dashboardURL"), notes.get("dashboard_url"), notes.get("dashboard")))
        draft.url("panel", alert.get("panelURL"))
        draft.url("image", alert.get("imageURL"))
        draft.url("runbook", first(notes.get("runbook_url"), notes.get("runbook"), draft.labels.get("runbook_url")))
        # Not what tells senders apart: the two of a pair send the same alert, each with its own address.
        draft.url("system", self.body.get("externalURL"))
