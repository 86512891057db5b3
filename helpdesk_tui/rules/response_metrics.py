"""The indicators of what leads to an incident and calls for help: paging, monitoring events, on-call schedules.

As with incidents a case counts in the period in which it was decided, and what nobody can tell is no value, never 0.
Pages and alerts of drills are left out by whoever gathers the facts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.rules import figures
from helpdesk_tui.rules.figures import Figure
from helpdesk_tui.rules.incident_metrics import Period
from helpdesk_tui.rules.spans import Span, length, union, within
from helpdesk_tui.vocabulary.records import Instant

SHORT: Final = 5 * 60
"""An alert that is over by itself in less was none for people."""
LATE_SHARE: Final = 0.95


# -- paging ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """People who were told at an instant; `late` seconds after that was due (None: by hand, due at no time)."""

    at: Instant
    people: tuple[int, ...]
    late: int | None = None
    off_hours: bool = False


@dataclass(frozen=True, slots=True)
class Cycle:
    """One calling of people for a ticket, from the first page until somebody answers or nobody does.

    `level` and `pass_no` are those at which it was acknowledged. A cycle that was neither acknowledged nor given up
    (the trouble was over, or it lasts) is not decided.
    """

    number: int
    started: Instant
    severity: int = 3
    service: str | None = None
    acknowledged: Instant | None = None
    level: int = 0
    pass_no: int = 1
    exhausted: Instant | None = None
    pages: tuple[Page, ...] = ()


def level_1(cycles: Iterable[Cycle], period: Period) -> Figure:
    """The share of callings that the people of the first level acknowledged before anybody else was called."""
    decided = [one for one in cycles if period.holds(one.acknowledged) or period.holds(one.exhausted)]
    met = sum(one.acknowledged is not None and (one.level, one.pass_no) == (1, 1) for one in decided)
    return figures.of_rate("escalation.level1", met, len(decided))


def exhausted(cycles: Iterable[Cycle], period: Period) -> Figure:
    """How many callings nobody answered in all passes; n are those that were decided."""
    known = [*cycles]
    given_up = sum(period.holds(one.exhausted) for one in known)
    acknowledged = sum(one.exhausted is None and period.holds(one.acknowledged) for one in known)
    decided = given_up + acknowledged
    return figures.of_count("escalation.exhausted", given_up if decided else None, decided)


def lateness(cycles: Iterable[Cycle], period: Period) -> Figure:
    """How long after it was due a level was told; `p95` and `most` are seconds."""
    late = [float(page.late) for one in cycles for page in one.pages if page.late is not None and period.holds(page.at)]
    return figures.of_times(
        "escalation.lateness", late, p95=figures.quantile(late, LATE_SHARE), most=max(late, default=None)
    )


def pages(cycles: Iterable[Cycle], period: Period) -> Figure:
    """How often anybody was paged: a page to three people counts three times; n are the callings that paged."""
    told = [(one, page) for one in cycles for page in one.pages if period.holds(page.at)]
    return figures.of_count(
        "escalation.pages",
        sum(len(page.people) for _one, page in told),
        len({(one.number, one.started) for one, _page in told}),
    )


def off_hours(cycles: Iterable[Cycle], period: Period) -> Figure:
    """How often those who were paged at all were paged outside of working hours; `all` is the sum of it."""
    of: dict[int, int] = {}
    for one in cycles:
        for page in one.pages:
            if period.holds(page.at):
                for person in page.people:
                    of[person] = of.get(person, 0) + page.off_hours
    counts = [float(n) for n in of.values()]
    return figures.of_numbers(
        "oncall.off_hours_pages", counts, all=sum(counts) if counts else None, most=max(counts, default=None)
    )


OF_CYCLES: Final[dict[str, Callable[[Iterable[Cycle], Period], Figure]]] = {
    "escalation.level1": level_1, "escalation.exhausted": exhausted, "escalation.lateness": lateness,
    "escalation.pages": pages, "oncall.off_hours_pages": off_hours,
}  # fmt: skip
"""The indicators that need callings and a period alone."""


# -- on call -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Roster:
    """A schedule as it was lived in a stretch of time: who was on when (without overlap, by person), and the gaps.

    `span` is the part of the period in which there was the schedule at all. `turns` may reach beyond it on both sides.
    """

    code: str
    span: Span
    turns: tuple[tuple[int, Span], ...] = ()
    gaps: tuple[Span, ...] = ()


def turns_of(rosters: Iterable[Roster]) -> list[tuple[int, Span]]:
    """Everybody's turns: who is on by several schedules at once has one."""
    of: dict[int, list[Span]] = {}
    for roster in rosters:
        for person, span in roster.turns:
            of.setdefault(person, []).append(span)
    return [(person, span) for person, spans in sorted(of.items()) for span in union(spans)]


def pages_per_shift(rosters: Iterable[Roster], cycles: Iterable[Cycle], period: Period) -> Figure:
    """How often somebody was paged in a turn on call; a turn counts where it ends, and is excluded while it lasts."""
    told = [(page.at, person) for one in cycles for page in one.pages for person in page.people]
    turns = [(person, span) for person, span in turns_of(rosters) if span[0] < period.span[1]]
    over = [(person, span) for person, span in turns if period.holds(span[1])]
    lasting = sum(span[1] > period.now for _person, span in turns)
    counts = [float(sum(who == person and span[0] <= at < span[1] for at, who in told)) for person, span in over]
    return figures.of_numbers("oncall.pages_per_shift", counts, lasting)


def uncovered(rosters: Iterable[Roster], period: Period) -> Figure:
    """The share of the time of schedules in which nobody was on; `gap` and `time` are seconds, n are schedules."""
    known = [one for one in rosters if one.span[1] > one.span[0]]
    whole = sum(length(within([one.span], [period.span])) for one in known)
    gap = sum(length(within(within(union(one.gaps), [one.span]), [period.span])) for one in known)
    if not whole:
        return Figure("oncall.uncovered", "rate", None)
    return Figure("oncall.uncovered", "rate", gap / whole, len(known), notes={"gap": float(gap), "time": float(whole)})


def deviation(rosters: Iterable[Roster], period: Period) -> Figure:
    """How far the hours of whoever was on most, or least, lie from the mean; n are people.

    `mean` is seconds, `share` the deviation as a part of it.
    """
    hours: dict[int, float] = {}
    for person, span in turns_of(rosters):
        seconds = length(within([span], [period.span]))
        if seconds:
            hours[person] = hours.get(person, 0) + seconds
    if not hours:
        return Figure("oncall.deviation", "s", None)
    mean = sum(hours.values()) / len(hours)
    far = max(abs(value - mean) for value in hours.values())
    return Figure("oncall.deviation", "s", far, len(hours), notes={"mean": mean, "share": far / mean})


# -- monitoring events -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Firing:
    """One stretch in which an alert fired. `by_hand`: a person ended it. `number` is the ticket that it belongs to."""

    alert: int
    source: str
    began: Instant
    ended: Instant | None = None
    by_hand: bool = False
    number: int | None = None


def alerts_per_incident(firings: Sequence[Firing], period: Period) -> Figure:
    """How many alerts an incident has that has any; it counts where the first of them began. Alerts that began in the
    period and belong to none are excluded."""
    of: dict[int, set[int]] = {}
    first: dict[int, Instant] = {}
    for one in firings:
        if one.number is not None:
            of.setdefault(one.number, set()).add(one.alert)
            first[one.number] = min(one.began, first.get(one.number, one.began))
    counts = [float(len(alerts)) for number, alerts in of.items() if period.holds(first[number])]
    alone = {one.alert for one in firings if one.number is None and period.holds(one.began)}
    return figures.of_numbers("event.alerts_per_incident", counts, len(alone))


def short(firings: Sequence[Firing], period: Period) -> Figure:
    """The share of firings that were over by themselves in less than five minutes."""
    over = [one for one in firings if one.ended is not None and period.holds(one.ended)]
    met = sum(not one.by_hand and one.ended is not None and one.ended - one.began < SHORT for one in over)
    return figures.of_rate("event.short", met, len(over))


def flapping(flaps: Iterable[tuple[int, Instant]], firings: Sequence[Firing], period: Period) -> Figure:
    """How many alerts flapped; n are those that fired. `flaps` are alerts and when each was seen to flap."""
    found = {alert for alert, at in flaps if period.holds(at)}
    fired = {one.alert for one in firings if period.holds(one.began)}
    known = found | fired
    return figures.of_count("event.flapping", len(found) if known else None, len(known))


def dedupe(told: int, new: int) -> Figure:
    """The share of notices of trouble that told nothing new."""
    return figures.of_rate("event.dedupe", told - new, told)
