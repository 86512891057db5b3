"""The indicators of incident response: definitions, edge cases and exclusions in one place.

A case counts in the period in which its last needed stamp lies, so the parts of a period add up to the whole. A mean is
always given with n, median and p90; what lacks a stamp is excluded and counted, never taken for 0. Drills and merged
incidents enter none of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from helpdesk_tui.rules import figures
from helpdesk_tui.rules.figures import Figure
from helpdesk_tui.rules.incident_facts import IncidentFacts, counted, recurrences
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


def _times(id: str, known: Sequence[IncidentFacts], period: Period, start: Stamp, end: Stamp) -> Figure:  # noqa: A002
    seconds: list[float] = []
    excluded = 0
    for one in known:
        began, ended = start(one), end(one)
        if ended is None or not period.holds(ended):
            continue
        if began is None or began > ended:
            excluded += 1
        else:
            seconds.append(float(ended - began))
    return figures.of_times(id, seconds, excluded)


def mttd(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Mean time to detect: T1 - T0. A range of T0 counts with its middle (`ranged` tells how many)."""
    known = counted(incidents)
    found = _times("mttd", known, period, lambda one: one.began, lambda one: one.detected)
    ranged = sum(1 for one in known if one.impact_latest is not None and period.holds(one.detected))
    return replace(found, notes={"ranged": ranged})


def mtta(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Mean time to acknowledge: T3 - T2, of the first cycle. `unacked` is the share that was resolved without one.

    Cycles after a re-opening stand apart (`again`, their mean), for they say something else.
    """
    known = counted(incidents)
    found = _times("mtta", known, period, lambda one: one.declared, lambda one: one.acknowledged)
    ended = [one for one in known if period.holds(one.resolved)]
    unacked = sum(1 for one in ended if one.acknowledged is None)
    again = [float(s) for one in known if period.holds(one.acknowledged) for s in one.acknowledged_again]
    notes: dict[str, float | None] = {
        "unacked": unacked / len(ended) if ended else None,
        "again": sum(again) / len(again) if again else None,
    }
    return replace(found, notes=notes)


def mttr_respond(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """From the alert to restored: T5 - T2."""
    return _times("mttr.respond", counted(incidents), period, lambda one: one.declared, lambda one: one.mitigated)


def mttr_repair(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Hands on, tests included: T5 - T4."""
    return _times("mttr.repair", counted(incidents), period, lambda one: one.engaged, lambda one: one.mitigated)


def mttr_recover(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The outage as users felt it, the sum of its open stretches; counted when the last of them ended."""
    seconds: list[float] = []
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
    return figures.of_times("mttr.recover", seconds, excluded)


def mttr_resolve(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """Until the fix was verified: T6 - T2; `net` is the mean without the time for which suppliers were waited for."""
    known = counted(incidents)
    found = _times("mttr.resolve", known, period, lambda one: one.declared, lambda one: one.resolved)
    net = [
        float(max(0, one.resolved - one.declared - one.waited))
        for one in known
        if one.resolved is not None and period.holds(one.resolved) and one.declared <= one.resolved
    ]
    return replace(found, notes={"net": sum(net) / len(net) if net else None})


# -- how often, how long ------------------------------------------------------------------------------------------------


def downtime(incidents: Iterable[IncidentFacts], period: Period, planned: Sequence[Span] = ()) -> list[Span]:
    """When anything was down in what has passed of the period, without what was planned."""
    felt = union(span for one in counted(incidents) for span in one.downtime(period.now))
    return without(within(felt, [period.span]), union(planned))


def mtbf(incidents: Iterable[IncidentFacts], period: Period, planned: Sequence[Span] = ()) -> Figure:
    """Mean time between failures: what the service ran, by the number of its failures.

    Failures are stretches of downtime that begin in the period: incidents that overlap are one. Without any there is no
    mean; `at_least` tells how long it ran.
    """
    down = downtime(incidents, period, planned)
    start, end = period.span
    ran = float(end - start - length(within(union(planned), [period.span])) - length(down))
    failures = sum(1 for span in down if span[0] > start or _begins(incidents, span[0]))
    if not failures:
        return Figure("mtbf", "s", None, notes={"at_least": ran})
    return Figure("mtbf", "s", ran / failures, failures, notes={"at_least": None})


def _begins(incidents: Iterable[IncidentFacts], at: Instant) -> bool:
    return any(at == span[0] for one in counted(incidents) for span in one.downtime(at + 1))


def availability(
    incidents: Iterable[IncidentFacts],
    period: Period,
    agreed: Sequence[Span] | None = None,
    planned: Sequence[Span] = (),
) -> Figure:
    """The share of the agreed time in which the service was there; a partial outage counts by its share of the users.

    `agreed` are the agreed service hours in the period (all of it where None); `planned` is maintenance under an approved
    change. Incidents that overlap count once, with the greatest share. Without agreed time there is no value.
    """
    hours = [period.span] if agreed is None else within(union(agreed), [period.span])
    hours = without([span for span in hours if span[1] > span[0]], union(planned))
    total = length(hours)
    known = counted(incidents)
    if not total:
        return Figure("availability", "rate", None, len(known))
    lost = weighted(
        ((span, min(1.0, max(0.0, one.share))) for one in known for span in one.downtime(period.now)), hours
    )
    return Figure(
        "availability", "rate", max(0.0, 1 - lost / total), len(known), notes={"lost": lost, "agreed": float(total)}
    )


# -- promises kept ------------------------------------------------------------------------------------------------------


def rto(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The share of incidents with a recovery time objective that kept it; one that is past it and still open missed it."""
    met = of = 0
    for one in counted(incidents):
        start = one.began if one.rto_from is None else one.rto_from
        if one.rto is None or start is None:
            continue
        deadline = start + one.rto
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


def recurrence(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The share of incidents that are the return of an earlier one; of which nobody can say are excluded."""
    known = [*incidents]
    found, unknown = recurrences(known)
    declared = [one.number for one in counted(known) if period.holds(one.declared)]
    told = [number for number in declared if number not in unknown]
    return figures.of_rate("recurrence", sum(number in found for number in told), len(told), len(declared) - len(told))


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


def unacknowledged(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """The share of incidents resolved in the period that nobody had acknowledged."""
    ended = [one for one in counted(incidents) if period.holds(one.resolved)]
    return figures.of_rate("unacked", sum(one.acknowledged is None for one in ended), len(ended))


def count(incidents: Iterable[IncidentFacts], period: Period) -> Figure:
    """How many were declared."""
    return figures.of_count("count", sum(period.holds(one.declared) for one in counted(incidents)))


# -- cadence ------------------------------------------------------------------------------------------------------------


def updates_due(
    start: Instant, end: Instant, sent: Sequence[Instant], intervals: Sequence[tuple[Instant, int | None]]
) -> tuple[int, int]:
    """How many status updates were due in [start, end], and how many of these came in time.

    `intervals` tell from when on how many seconds may pass between two (None: none is owed); the first counts from the
    start. Each update, late or not, begins the next interval; an update that is missing at the end is due if its time
    came before the end. A change of the interval takes effect at once: what is owed then is owed from the last update on.
    """
    due = met = 0
    last = start
    pending = sorted(at for at in sent if start <= at <= end)
    changes = sorted(intervals, key=lambda one: one[0])
    while True:
        at = next(iter(pending), None)
        deadline = _deadline(last, changes, end if at is None else at)
        if at is None:
            if deadline is not None and deadline <= end:
                due += 1
            return due, met
        pending.pop(0)
        if deadline is not None:
            due += 1
            met += at <= deadline
        last = at


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


def cadence(rooms: Iterable[tuple[int, int]]) -> Figure:
    """The share of status updates that came in time; `rooms` are the answers of `updates_due`."""
    pairs = [*rooms]
    return figures.of_rate("cadence", sum(met for _, met in pairs), sum(due for due, _ in pairs))


OF_INCIDENTS: Final[dict[str, Callable[[Iterable[IncidentFacts], Period], Figure]]] = {
    "count": count, "mttd": mttd, "mtta": mtta, "mttr.recover": mttr_recover, "mttr.respond": mttr_respond,
    "mttr.repair": mttr_repair, "mttr.resolve": mttr_resolve, "mtbf": mtbf, "availability": availability, "rto": rto,
    "rpo": rpo, "recurrence": recurrence, "review": review, "unacked": unacknowledged,
}  # fmt: skip
"""The indicators that need incidents and a period alone."""
