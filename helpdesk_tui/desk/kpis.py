"""`desk.kpis`: indicators. Those of incident response, by the definitions of `rules.incident_metrics`."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Final

from helpdesk_tui.desk import incident_facts
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, Texts
from helpdesk_tui.rules import incident_metrics as metrics
from helpdesk_tui.rules.figures import Figure
from helpdesk_tui.rules.incident_facts import IncidentFacts
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

# Those that other programs know by the short name keep it.
_SHORT: Final = ("mttd", "mtta", "mttr.recover", "mttr.respond", "mttr.repair", "mttr.resolve", "availability")
IDS: Final = tuple(name if name in _SHORT else f"incident.{name}" for name in (*metrics.OF_INCIDENTS, "cadence"))
"""The indicators that there are."""
BY: Final[dict[str, Callable[[IncidentFacts], str]]] = {
    "severity": lambda one: Severity(one.severity).name,
    "service": lambda one: one.service or "",
}
LONGEST: Final = 10 * 366 * DAY


class Kpis(Noun):
    """Indicators."""

    @verb("kpi.show", Permission.NOTE_READ, reads=True)
    def show(
        self,
        ids: Texts | None = None,
        *,
        start: Instant | None = None,
        end: Instant | None = None,
        by: str | None = None,
    ) -> Objects:
        """Indicators of a period (the last 30 days), of incidents that one may know of: `[{"id", "by", "value", "unit",
        "n", "mean", "median", "p90", "excluded", "target", "state", "notes"}]`.

        `ids` may hold `*`; `incident.*` means all of incident response. `by` is `severity` or `service`. Times are
        seconds, rates fractions of 1; a value that nobody can tell is null. Drills count nowhere.
        """
        now = self.desk.now()
        # What has just happened counts, too.
        until = now + 1 if end is None else end
        since = until - 30 * DAY if start is None else start
        if not 0 < until - since <= LONGEST:
            raise Invalid(N_("the period must end after it begins, within ten years"))
        if by is not None and by not in BY:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field="by", value=by, choices=", ".join(BY)
            )
        wanted = [name for name in IDS if _asked(name, ids)]
        period = metrics.Period(since, until, now)
        known = incident_facts.facts(self.desk)
        groups = {"": known} if by is None else _grouped(known, BY[by])
        return [
            _told(self._figure(name, of, period), name, group if by is not None else None)
            for group, of in sorted(groups.items())
            for name in wanted
        ]

    def _figure(self, name: str, known: list[IncidentFacts], period: metrics.Period) -> Figure:
        if name == "incident.cadence":
            return metrics.cadence(incident_facts.updates(self.desk, known, period.start, period.end))
        return metrics.OF_INCIDENTS[name.removeprefix("incident.")](known, period)


def _asked(name: str, ids: Texts | None) -> bool:
    if not ids:
        return True
    found = False
    for text in ids:
        pattern = text.strip().casefold()
        if not any(_meets(each, pattern) for each in IDS):
            raise Invalid(N_("there is no indicator {id}; there are {known}"), id=text, known=", ".join(IDS))
        found = found or _meets(name, pattern)
    return found


def _meets(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(f"incident.{name}", pattern)


def _grouped(known: list[IncidentFacts], of: Callable[[IncidentFacts], str]) -> dict[str, list[IncidentFacts]]:
    groups: dict[str, list[IncidentFacts]] = {}
    for one in known:
        groups.setdefault(of(one), []).append(one)
    return groups


def _told(figure: Figure, name: str, group: str | None) -> Object:
    data = figure.data()
    return {
        "id": name, "by": group, **{key: data[key] for key in ("value", "unit", "n", "mean", "median", "p90", "excluded")},
        "target": None, "state": None, "notes": data["notes"],
    }  # fmt: skip
