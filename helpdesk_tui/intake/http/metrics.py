"""What the listener did and how the desk stands, in the text form of Prometheus. Figures only, never a ticket's text."""

import threading
from collections import Counter
from typing import Any, Final

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Counts:
    """Requests by answer and events by sender's source since the listener began. Safe to use from threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._requests: Counter[int] = Counter()
        self._events: Counter[tuple[str, str]] = Counter()

    def request(self, code: int) -> None:
        """A request was answered."""
        with self._guard:
            self._requests[code] += 1

    def events(self, found: list[dict[str, Any]]) -> None:
        """Events were taken in."""
        with self._guard:
            self._events.update((one["source"], one["status"]) for one in found)

    def text(self, gauges: dict[str, Any]) -> str:
        """All figures; `gauges` are those of `desk.events.gauges`."""
        with self._guard:
            requests, events = sorted(self._requests.items()), sorted(self._events.items())
        lines: list[str] = []

        def add(name: str, kind: str, told: str, values: list[tuple[str, Any]]) -> None:
            lines.extend((f"# HELP {name} {told}", f"# TYPE {name} {kind}"))
            lines.extend(f"{name}{labels} {value}" for labels, value in values)

        add("helpdesk_up", "gauge", "Whether the desk answers.", [("", 1)])
        add("helpdesk_tickets_open", "gauge", "Tickets that are not resolved.", [("", gauges["tickets_open"])])
        add(
            "helpdesk_alerts_firing",
            "gauge",
            "Alerts that fire, by severity.",
            _by("severity", gauges["alerts_firing"]),
        )
        add("helpdesk_outbox_messages", "gauge", "Messages by state.", _by("state", gauges["outbox"]))
        add("helpdesk_timers_due", "gauge", "Timers that are due and did not fire.", [("", gauges["timers_due"])])
        add("helpdesk_timers_late_seconds", "gauge", "How late the latest of them is.", [("", gauges["timers_late"])])
        add("helpdesk_events_total", "counter", "Events taken in since the listener began.",
            [(f'{{source="{_label(s)}",status="{_label(w)}"}}', n) for (s, w), n in events])  # fmt: skip
        add("helpdesk_requests_total", "counter", "Requests answered since the listener began.",
            [(f'{{code="{code}"}}', n) for code, n in requests])  # fmt: skip
        return "\n".join(lines) + "\n"


def _by(name: str, values: dict[str, int]) -> list[tuple[str, Any]]:
    return [(f'{{{name}="{_label(key)}"}}', n) for key, n in sorted(values.items())]


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")[:100]
