"""`desk.kpis`: indicators of incident response, paging, monitoring events and on-call schedules.

What they mean is said in `rules.incident_metrics` and `rules.response_metrics`; here they get their ids, and the facts
that each of them needs are gathered once.
"""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from helpdesk_tui.desk import incident_facts, response_facts
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, Texts
from helpdesk_tui.rules import incident_metrics as metrics
from helpdesk_tui.rules import response_metrics as responses
from helpdesk_tui.rules.figures import Figure
from helpdesk_tui.rules.incident_facts import IncidentFacts, Terms
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.indicators import LABELS
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

T = TypeVar("T")
Figures = dict[str, Figure]
# Those that other programs know by the short name keep it.
_SHORT: Final = (
    "mttd",
    "mtta",
    "mttr.recover",
    "mttr.respond",
    "mttr.repair",
    "mttr.resolve",
    "mttr.net",
    "availability",
)
_OF_ROOMS: Final = ("actions", "actions.age", "cadence", "cadence.outside")
_EVENTS: Final = ("event.alerts_per_incident", "event.short", "event.flapping", "event.dedupe")
_ROSTERS: Final = ("oncall.pages_per_shift", "oncall.uncovered", "oncall.deviation")
_WITH: Final[dict[str, frozenset[str]]] = {
    "severity": frozenset((*metrics.OF_INCIDENTS, *_OF_ROOMS, *responses.OF_CYCLES)),
    "service": frozenset((*metrics.OF_INCIDENTS, *_OF_ROOMS, *responses.OF_CYCLES)),
    "source": frozenset(_EVENTS),
    "schedule": frozenset(_ROSTERS),
}
_NAMES: Final = frozenset((*metrics.OF_INCIDENTS, *_OF_ROOMS, *responses.OF_CYCLES, *_ROSTERS, *_EVENTS))


def _id(name: str) -> str:
    return (
        name if name in _SHORT or name in _EVENTS or name.startswith(("escalation.", "oncall.")) else f"incident.{name}"
    )


IDS: Final = tuple(LABELS)
"""The indicators that there are."""
BY: Final = tuple(_WITH)
"""What they can be told apart by; each by some of these."""
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
        """Indicators of a period (the last 30 days), of what one may know of: `[{"id", "by", "value", "unit", "n", "mean",
        "median", "p90", "excluded", "target", "state", "notes"}]`.

        `ids` may hold `*`; `incident.*` means all of incidents. `by` is `severity` or `service` (of incidents and
        paging), `source` (of events) or `schedule` (of on-call schedules); what cannot be told apart so is left out.
        Times are seconds, rates fractions of 1; a value that nobody can tell is null. Drills count nowhere.
        """
        now = self.desk.now()
        # What has just happened counts, too.
        until = now + 1 if end is None else end
        since = until - 30 * DAY if start is None else start
        if not 0 < until - since <= LONGEST:
            raise Invalid(N_("the period must end after it begins, within ten years"))
        if by is not None and by not in _WITH:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field="by", value=by, choices=", ".join(BY)
            )
        known = None if by is None else {_id(name) for name in _WITH[by]}
        wanted = [name for name in IDS if _asked(name, ids) and (known is None or name in known)]
        if not wanted and by is not None:
            raise Invalid(N_("none of these indicators is told apart by {field}"), field=by)
        told = _Told(self.desk, metrics.Period(since, until, now), by)
        found = [(group, told.of(name)[group]) for name in wanted for group in told.of(name)]
        order = {name: place for place, name in enumerate(wanted)}
        found.sort(key=lambda one: (one[0], order[_id(one[1].id)]))
        return [_shown(figure, None if by is None else group) for group, figure in found]


class _Told:
    """Gathers what the indicators of one question need, each thing once, and answers."""

    def __init__(self, desk: "Desk", period: metrics.Period, by: str | None) -> None:
        self._desk, self._period, self._by = desk, period, by

    def of(self, name: str) -> Figures:
        """An indicator (by its id), by group."""
        short = name if name in _NAMES else name.removeprefix("incident.")
        if short in responses.OF_CYCLES:
            return {group: responses.OF_CYCLES[short](of, self._period) for group, of in self._cycles.items()}
        if short in _ROSTERS:
            return self._of_rosters(short)
        if short in _EVENTS:
            return self._of_events(short)
        return {group: self._of_incidents(short, of) for group, of in self._incidents.items()}

    # -- incidents ---------------------------------------------------------------------------------------------

    def _of_incidents(self, name: str, of: list[IncidentFacts]) -> Figure:
        period = self._period
        match name:
            case "actions":
                return metrics.actions(incident_facts.actions(self._desk, of), period)
            case "actions.age":
                return metrics.actions_age(incident_facts.actions(self._desk, of), period)
            case "cadence":
                return metrics.cadence(incident_facts.updates(self._desk, of), period)
            case "cadence.outside":
                found = metrics.cadence(incident_facts.updates(self._desk, of, outside=True), period)
                return Figure(name, found.unit, found.value, found.n)
            case "mtbf":
                return metrics.mtbf(of, period, self._terms)
            case "availability":
                return metrics.availability(of, period, self._terms)
        return metrics.OF_INCIDENTS[name](of, period)

    @cached_property
    def _known(self) -> list[IncidentFacts]:
        return incident_facts.facts(self._desk, self._called)

    @cached_property
    def _incidents(self) -> dict[str, list[IncidentFacts]]:
        return self._grouped(self._known, lambda one: Severity(one.severity).name, lambda one: one.service or "")

    @cached_property
    def _terms(self) -> Mapping[str, Terms]:
        return incident_facts.terms(self._desk, self._known, *self._period.span)

    # -- paging ------------------------------------------------------------------------------------------------

    @cached_property
    def _called(self) -> list[responses.Cycle]:
        return response_facts.cycles(self._desk)

    @cached_property
    def _cycles(self) -> dict[str, list[responses.Cycle]]:
        return self._grouped(self._called, lambda one: Severity(one.severity).name, lambda one: one.service or "")

    def _grouped(
        self, known: Iterable[T], severity: Callable[[T], str], service: Callable[[T], str]
    ) -> dict[str, list[T]]:
        if self._by is None:
            return {"": [*known]}
        groups: dict[str, list[T]] = {}
        for one in known:
            groups.setdefault(severity(one) if self._by == "severity" else service(one), []).append(one)
        return groups

    # -- on call -----------------------------------------------------------------------------------------------

    @cached_property
    def _rosters(self) -> list[responses.Roster]:
        if self._desk.scope(Permission.ON_CALL_READ) is Scope.NONE:
            return []
        return response_facts.rosters(self._desk, self._period)

    def _of_rosters(self, name: str) -> Figures:
        groups = {"": self._rosters} if self._by is None else {one.code: [one] for one in self._rosters}
        return {group: self._of_roster(name, of) for group, of in groups.items()}

    def _of_roster(self, name: str, of: list[responses.Roster]) -> Figure:
        match name:
            case "oncall.pages_per_shift":
                return responses.pages_per_shift(of, self._called, self._period)
            case "oncall.uncovered":
                return responses.uncovered(of, self._period)
        return responses.deviation(of, self._period)

    # -- events ------------------------------------------------------------------------------------------------

    @cached_property
    def _fired(self) -> tuple[list[responses.Firing], dict[str, list[tuple[int, Instant]]]]:
        if self._desk.scope(Permission.EVENT_READ) is Scope.NONE:
            return [], {}
        return response_facts.firings(self._desk)

    @cached_property
    def _notices(self) -> dict[str, tuple[int, int]]:
        if self._desk.scope(Permission.EVENT_READ) is Scope.NONE:
            return {}
        return response_facts.notices(self._desk, *self._period.span)

    def _of_events(self, name: str) -> Figures:
        if self._by is None:
            return {"": self._of_source(name, None)}
        sources = sorted({*(one.source for one in self._fired[0]), *self._notices})
        return {source: self._of_source(name, source) for source in sources}

    def _of_source(self, name: str, source: str | None) -> Figure:
        firings = [one for one in self._fired[0] if source in (None, one.source)]
        flaps = [each for of, told in self._fired[1].items() if source in (None, of) for each in told]
        match name:
            case "event.alerts_per_incident":
                return responses.alerts_per_incident(firings, self._period)
            case "event.short":
                return responses.short(firings, self._period)
            case "event.flapping":
                return responses.flapping(flaps, firings, self._period)
        heard = [told for of, told in self._notices.items() if source in (None, of)]
        return responses.dedupe(sum(told for _new, told in heard), sum(new for new, _told in heard))


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
    return fnmatchcase(name, pattern) or (name in _SHORT and fnmatchcase(f"incident.{name}", pattern))


def _shown(figure: Figure, group: str | None) -> Object:
    data: dict[str, Any] = figure.data()
    return {
        "id": _id(figure.id), "by": group,
        **{key: data[key] for key in ("value", "unit", "n", "mean", "median", "p90", "excluded")},
        "target": None, "state": None, "notes": data["notes"],
    }  # fmt: skip
