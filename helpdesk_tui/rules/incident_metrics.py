"""The indicators of incident response: definitions, edge cases and exclusions in one place.

A case counts in the period in which its last needed stamp lies, so the parts of a period add up to the whole. A mean is
always given with n, median and p90; what lacks a stamp is excluded and counted, never taken for 0. Drills and merged
incidents enter none of them. How often and how long something was away is reckoned service by service and then added
up; incidents of no service stand for one of their own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from helpdesk_tui.rules import figures
from helpdesk_tui.rules.figures import Figure
from helpdesk_tui.rules.incident_facts import (
    RECURS_LONG,
    RECURS_WITHIN,
    Action,
    IncidentFacts,
    Terms,
    counted,
    recurrences,
)
from helpdesk_tui.rules.spans import Span, length, union, weighted, within, without
from helpdesk_tui.vocabulary.records import Instant


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end) as seen at `now`; nothing after now has happened."""

    start: Instant
    end: Instant
    now: Instant

    def holds(self, at: Instant | None) -> bool:
        """Whether an instant lies in it and has come."""
        return at is not None and self.start <= at < self.end and at <= self.now

    @property
    def span(self) -> Span:
        """What of it has passed."""
        return self.start, max(self.start, min(self.end, self.now))


Stamp = Callable[[IncidentFacts], Instant | None]


def _spans(
    known: Sequence[IncidentFacts], period: Period, start: Stamp, end: Stamp
) -> tuple[list[tuple[IncidentFacts, Span]], int]:
    """From where to where something took, of those for which it ended in the period, and how many lack a stamp."""
    found: list[tuple[IncidentFacts, Span]] = []
    excluded = 0
    for one in known:
        began, ended = start(one), end(one)
        if ended is None or not period.holds(ended):
            continue
        if began is None or began > ended:
            excluded += 1
        else:
            found.append((one, (began, ended)))
    return found, excluded


def _times(id: str, known: Sequence[IncidentFacts], period: Period, start: Stamp, end: Stamp) -> Figure:  # noqa: A002
    found, excluded = _spans(known, period, start, end)
    return figures.of_times(id, [float(length([span])) for _one, span in found], excluded)


def _net(one: IncidentFacts, spans: Sequence[Span]) -> float:
    """Seconds of these without those in which a supplier was waited for."""
    return float(length(without(union(spans), union(one.waits))))


def _both_ways(id: str, known: Sequence[IncidentFacts], period: Period, start: Stamp, end: Stamp) -> Figure:  # noqa: A002
    """As `_times`; `net` is the mean without the time for which suppliers were waited for."""
    found, excluded = _spans(known, period, start, end)
    net = [_net(one, [span]) for one, span in found]
    figure = figures.of_times(id, [float(length([span])) for _one, span in found], excluded)
    return replace(figure, notes={"net": fmean(net) if net else None})


def mttd(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Mean time to detect: T1 - T0. A range of T0 counts with its middle (`ranged` tells how many)."""
    known = counted(incidents)
    found = _times("mttd", known, period, lambda one: one.began, lambda one: one.detected)
    ranged = sum(1 for one in known if one.impact_latest is not None and period.holds(one.detected))
    return replace(found, notes={"ranged": ranged})


def mtta(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Mean time to acknowledge: T3 - T2, of the first cycle. `unacked` is the share that was resolved without one.

    Cycles of paging after that stand apart (`again`, their mean; see `reack`), for they say something else.
    """
    known = counted(incidents)
    found = _times("mtta", known, period, lambda one: one.declared, lambda one: one.acknowledged)
    ended = [one for one in known if period.holds(one.resolved)]
    unacked = sum(1 for one in ended if one.acknowledged is None)
    notes: dict[str, float | None] = {
        "unacked": unacked / len(ended) if ended else None,
        "again": reack(known, period).value,
    }
    return replace(found, notes=notes)


def mtta_hours(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Mean time to acknowledge in service hours; those of which no calendar is known are excluded."""
    held = [one for one in counted(incidents) if period.holds(one.acknowledged)]
    seconds = [float(one.acknowledged_hours) for one in held if one.acknowledged_hours is not None]
    return figures.of_times("mtta.hours", seconds, len(held) - len(seconds))


def reack(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Mean time until somebody answered again: cycles of paging after the first acknowledgement."""
    spans = [span for one in counted(incidents) for span in one.acknowledged_again if period.holds(span[1])]
    return figures.of_times("reack", [float(length([span])) for span in spans])


def mttr_respond(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """From the alert to restored: T5 - T2; `net` without waiting for suppliers."""
    return _both_ways("mttr.respond", counted(incidents), period, lambda one: one.declared, lambda one: one.mitigated)


def mttr_repair(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Hands on, tests included: T5 - T4; `net` without waiting for suppliers."""
    return _both_ways("mttr.repair", counted(incidents), period, lambda one: one.engaged, lambda one: one.mitigated)


def mttr_recover(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The outage as users felt it, the sum of its open stretches; counted when the last of them ended.

    `net` is the mean without the time for which suppliers were waited for.
    """
    seconds: list[float] = []
    net: list[float] = []
    excluded = 0
    for one in counted(incidents):
        ends = [one.mitigated, *(end for _, end in one.again)]
        if any(end is None for end in ends):
            continue
        if not period.holds(max(end for end in ends if end is not None)):
            continue
        if one.began is None:
            excluded += 1
        else:
            seconds.append(float(length(one.downtime(period.now))))
            net.append(_net(one, one.downtime(period.now)))
    return replace(figures.of_times("mttr.recover", seconds, excluded), notes={"net": fmean(net) if net else None})


def mttr_resolve(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Until the fix was verified: T6 - T2; `net` is the mean without the time for which suppliers were waited for."""
    return _both_ways("mttr.resolve", counted(incidents), period, lambda one: one.declared, lambda one: one.resolved)


def mttr_net(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Until the fix was verified, without the time for which suppliers were waited for."""
    found, excluded = _spans(counted(incidents), period, lambda one: one.declared, lambda one: one.resolved)
    return figures.of_times("mttr.net", [_net(one, [span]) for one, span in found], excluded)


# -- how often, how long ------------------------------------------------------------------------------------------------


NOBODY: Final = ""
"""The service of incidents that name none."""


def by_service(incidents: Iterable[IncidentFacts]) -> dict[str, list[IncidentFacts]]:
    """Those that count, by the service that they hit; where there are none at all, one nameless service without any."""
    found: dict[str, list[IncidentFacts]] = {}
    for one in counted(incidents):
        found.setdefault(one.service or NOBODY, []).append(one)
    return dict(sorted(found.items())) or {NOBODY: []}


def downtime(incidents: Iterable[IncidentFacts], period: Period, planned: Sequence[Span] = ()) -> list[Span]:
    """When anything was down in what has passed of the period, without what was planned."""
    felt = union(span for one in counted(incidents) for span in one.downtime(period.now))
    return without(within(felt, [period.span]), union(planned))


def mtbf(incidents: Iterable[IncidentFacts], period: Period, terms: Mapping[str, Terms] = {}) -> Figure:
    """Mean time between failures: what the services ran, by the number of their failures.

    A failure is a stretch of downtime of one service that begins in the period: incidents of it that overlap are one.
    Planned maintenance is neither. Without any failure there is no mean; `at_least` tells how long they ran.
    """
    ran, failures = 0.0, 0
    start, end = period.span
    for service, known in by_service(incidents).items():
        planned = terms.get(service, Terms()).planned
        down = downtime(known, period, planned)
        ran += end - start - length(within(union(planned), [period.span])) - length(down)
        felt = union(span for one in known for span in one.downtime(period.now))
        # One that goes on after a planned pause is still the same.
        begun = (next(iter(without([span], union(planned))), None) for span in felt)
        failures += sum(1 for span in begun if span is not None and start <= span[0] < end)
    if not failures:
        return Figure("mtbf", "s", None, notes={"at_least": ran})
    return Figure("mtbf", "s", ran / failures, failures, notes={"at_least": None})


def availability(
    incidents: Iterable[IncidentFacts],
    period: Period,
    terms: Mapping[str, Terms] = {},
) -> Figure:
    """The share of the agreed time in which the services were there; a partial outage counts by its share of the users.

    `terms` are by service what was agreed for it. Incidents of one service that overlap count once, with the greatest
    share; one that lasts counts to now. `lost` and `agreed` are seconds, added up over the services that ever had an
    incident. Without agreed time there is no value.
    """
    lost, total, n = 0.0, 0, 0
    for service, known in by_service(incidents).items():
        mine = terms.get(service, Terms())
        hours = [period.span] if mine.agreed is None else within(union(mine.agreed), [period.span])
        hours = without([span for span in hours if span[1] > span[0]], union(mine.planned))
        felt = [((span, min(1.0, max(0.0, one.share))), one) for one in known for span in one.downtime(period.now)]
        total += length(hours)
        lost += weighted((each for each, _one in felt), hours)
        n += len({one.number for (span, _share), one in felt if within([span], hours)})
    if not total:
        return Figure("availability", "rate", None, n)
    return Figure("availability", "rate", max(0.0, 1 - lost / total), n, notes={"lost": lost, "agreed": float(total)})


# -- promises kept ------------------------------------------------------------------------------------------------------


def rto(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The share of incidents with a recovery time objective that kept it; one that is past it and still open missed it."""
    met = of = 0
    for one in counted(incidents):
        if one.rto is None:
            continue
        known = (one.rto_from, one.began, one.detected, one.declared)
        deadline = next(at for at in known if at is not None) + one.rto
        if one.mitigated is None:
            if deadline < period.now and period.holds(deadline):
                of += 1
        elif period.holds(one.mitigated):
            of += 1
            met += one.mitigated <= deadline
    return figures.of_rate("rto", met, of)


def rpo(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The share of incidents that lost no more data than they may; the worst data set decides. Unknown is excluded."""
    met = of = unknown = 0
    for one in counted(incidents):
        if not one.data_sets or not period.holds(one.declared):
            continue
        each = [data.met for data in one.data_sets]
        if False in each:
            of += 1
        elif None in each:
            unknown += 1
        else:
            of += 1
            met += 1
    return figures.of_rate("rpo", met, of, unknown)


def recurrence(incidents: Iterable[IncidentFacts], period: Period, window: int = RECURS_WITHIN) -> Figure:
    """The share of incidents that are the return of one resolved within `window` before (30 days); of which nobody can
    say are excluded."""
    known = [*incidents]
    found, unknown = recurrences(known, window)
    declared = [one.number for one in counted(known) if period.holds(one.declared)]
    told = [number for number in declared if number not in unknown]
    return figures.of_rate("recurrence", sum(number in found for number in told), len(told), len(declared) - len(told))


def recurrence_long(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """As `recurrence`, of 90 days."""
    return replace(recurrence(incidents, period, RECURS_LONG), id="recurrence.90")


def review(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The share of reviews due in the period that were published by then; `waived` ones stand apart."""
    met = of = waived = 0
    for one in counted(incidents):
        if one.review_due is None or not period.holds(one.review_due):
            continue
        if one.review_waived:
            waived += 1
            continue
        of += 1
        met += one.review_published is not None and one.review_published <= one.review_due
    return figures.of_rate("review", met, of, waived=waived)


def actions(known: Iterable[Action], period: Period) -> Figure:
    """The share of follow-up actions due in the period that were done by then."""
    due = [one for one in known if one.due is not None and period.holds(one.due)]
    met = sum(one.done is not None and one.due is not None and one.done <= one.due for one in due)
    return figures.of_rate("actions", met, len(due))


def actions_age(known: Iterable[Action], period: Period) -> Figure:
    """How old the follow-up actions are that stood open at the end of the period; `late` counts those past their day."""
    end = period.span[1]
    open_then = (one for one in known if one.created < period.end and one.created <= period.now)
    still = [one for one in open_then if one.done is None or one.done >= period.end or one.done > period.now]
    late = sum(one.due is not None and one.due < end for one in still)
    return figures.of_times("actions.age", [float(end - one.created) for one in still], late=float(late))


def unacknowledged(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The share of incidents resolved in the period that nobody had acknowledged."""
    ended = [one for one in counted(incidents) if period.holds(one.resolved)]
    return figures.of_rate("unacked", sum(one.acknowledged is None for one in ended), len(ended))


def count(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """How many were declared."""
    return figures.of_count("count", sum(period.holds(one.declared) for one in counted(incidents)))


# -- cadence ------------------------------------------------------------------------------------------------------------


Owed = tuple[Instant, bool]
"""An update that was owed, and whether it came in time: when it came, or by when it should have."""


def updates_owed(
    start: Instant, end: Instant, sent: Sequence[Instant], intervals: Sequence[tuple[Instant, int | None]]
) -> list[Owed]:
    """The status updates that were due in [start, end], in their order.

    `intervals` tell from when on how many seconds may pass between two (None: none is owed); the first counts from the
    start. Each update, late or not, begins the next interval; an update that is missing at the end is due if its time
    came before the end. A change of the interval takes effect at once: what is owed then is owed from the last update on.
    """
    found: list[Owed] = []
    last = start
    pending = sorted(at for at in sent if start <= at <= end)
    changes = sorted(intervals, key=lambda one: one[0])
    while True:
        at = next(iter(pending), None)
        deadline = _deadline(last, changes, end if at is None else at)
        if at is None:
            if deadline is not None and deadline <= end:
                found.append((deadline, False))
            return found
        pending.pop(0)
        if deadline is not None:
            found.append((min(at, deadline), at <= deadline))
        last = at


def updates_due(
    start: Instant, end: Instant, sent: Sequence[Instant], intervals: Sequence[tuple[Instant, int | None]]
) -> tuple[int, int]:
    """How many status updates were due in [start, end], and how many of these came in time; see `updates_owed`."""
    owed = updates_owed(start, end, sent, intervals)
    return len(owed), sum(met for _at, met in owed)


def _deadline(last: Instant, changes: Sequence[tuple[Instant, int | None]], until: Instant) -> Instant | None:
    """When the next update was owed, as things stood at `until`, or had become owed before a change took it away."""
    deadline: Instant | None = None
    for place, (since, seconds) in enumerate(changes):
        if since > until:
            break
        ends = changes[place + 1][0] if place + 1 < len(changes) else None
        deadline = None if seconds is None else max(since, last + seconds) if since > last else last + seconds
        if deadline is not None and ends is not None and deadline <= ends and deadline <= until:
            return deadline
    return deadline


def cadence(owed: Iterable[Owed], period: Period) -> Figure:
    """The share of the status updates owed in the period that came in time."""
    told = [met for at, met in owed if period.holds(at)]
    return figures.of_rate("cadence", sum(told), len(told))


OF_INCIDENTS: Final[dict[str, Callable[[Iterable[IncidentFacts], Period], Figure]]] = {
    "count": count, "mttd": mttd, "mtta": mtta, "mtta.hours": mtta_hours, "reack": reack, "unacked": unacknowledged,
    "mttr.recover": mttr_recover, "mttr.respond": mttr_respond, "mttr.repair": mttr_repair, "mttr.resolve": mttr_resolve,
    "mttr.net": mttr_net, "mtbf": mtbf, "availability": availability, "rto": rto, "rpo": rpo, "recurrence": recurrence,
    "recurrence.90": recurrence_long, "review": review,
}  # fmt: skip
"""The indicators that need incidents and a period alone."""
