"""What the indicators of incidents are worked out from: one incident as it stands, in instants and codes.

The stamps: impact started (T0), detected (T1), declared or alerted (T2), acknowledged by a person (T3), repair begun (T4),
mitigated, that is: restored to users (T5), resolved (T6), closed (T7). All are optional but for T2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.rules.spans import Span, union
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.records import Instant

FLAP: Final = 15 * 60
"""An end that holds for less than this was none: the stretches on both sides are one."""
RECURS_WITHIN: Final = 30 * DAY
RECURS_LONG: Final = 90 * DAY


@dataclass(frozen=True, slots=True)
class DataSet:
    """One set of data of a service: how old its last good copy may be, and how old it was when the impact began.

    `lost` is the loss that was measured; it overrules the estimate. None: not known.
    """

    limit: int
    exposure: int | None = None
    lost: int | None = None

    @property
    def met(self) -> bool | None:
        """Whether no more was lost than may be; None where nobody knows."""
        known = self.exposure if self.lost is None else self.lost
        return None if known is None else known <= self.limit


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """One incident. `impact_latest` makes the start of the impact a range; `share` is the affected part of the users.

    `again` are stretches in which it was open once more after it had been mitigated (end None: still).
    `acknowledged_again` are the cycles of paging after the first acknowledgement, from when people were called again to
    when one answered. `acknowledged_hours` are the service hours (seconds) between declared and acknowledged. `waits` is
    when a supplier was waited for. `keys` are the identities of its alerts and of what is known to have caused it.
    """

    number: int
    declared: Instant
    severity: int = 3
    service: str | None = None
    nature: str = "real"
    merged: bool = False
    impact_started: Instant | None = None
    impact_latest: Instant | None = None
    detected: Instant | None = None
    acknowledged: Instant | None = None
    engaged: Instant | None = None
    mitigated: Instant | None = None
    resolved: Instant | None = None
    closed: Instant | None = None
    again: tuple[tuple[Instant, Instant | None], ...] = ()
    acknowledged_again: tuple[Span, ...] = ()
    acknowledged_hours: int | None = None
    waits: tuple[Span, ...] = ()
    share: float = 1.0
    rto: int | None = None
    rto_from: Instant | None = None
    data_sets: tuple[DataSet, ...] = ()
    cause: str | None = None
    keys: frozenset[str] = frozenset()
    recurrence_of: int | None = None
    review_due: Instant | None = None
    review_published: Instant | None = None
    review_waived: bool = False

    @property
    def counts(self) -> bool:
        """Whether it enters any indicator: drills and what was merged into another one never do."""
        return self.nature != "drill" and not self.merged

    @property
    def felt(self) -> Instant:
        """When its downtime began, as far as anybody knows."""
        first = self.began if self.began is not None else self.detected
        return self.declared if first is None else min(first, self.declared)

    @property
    def began(self) -> Instant | None:
        """When users began to feel it: the middle of a range, None where nobody knows."""
        if self.impact_started is None or self.impact_latest is None:
            return self.impact_started
        return (self.impact_started + max(self.impact_started, self.impact_latest)) // 2

    def downtime(self, now: Instant) -> list[Span]:
        """When users felt it, until now where it lasts; short ends between are no ends."""
        end = now if self.mitigated is None else self.mitigated
        spans = [(self.felt, end), *((a, now if b is None else b) for a, b in self.again)]
        return union(spans, joined=FLAP)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service was promised for: its agreed hours (None: always), less maintenance under an approved change."""

    agreed: tuple[Span, ...] | None = None
    planned: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A follow-up action of an incident: when it was agreed, when it is due, when it was done."""

    number: int
    created: Instant
    due: Instant | None = None
    done: Instant | None = None


def counted(incidents: Iterable[IncidentFacts]) -> list[IncidentFacts]:
    """Those that enter indicators, by number."""
    return sorted((one for one in incidents if one.counts), key=lambda one: one.number)


def recurrences(incidents: Iterable[IncidentFacts], within: int = RECURS_WITHIN) -> tuple[dict[int, int], set[int]]:
    """Which incident is the return of which earlier one, and those of which nobody can say (no cause, no alert).

    The same service with the same cause, or an alert that both had, where the earlier one was resolved no longer than
    `within` before. A title never tells. What was linked by hand counts whatever else is so.
    """
    known = counted(incidents)
    found: dict[int, int] = {}
    unknown: set[int] = set()
    for one in known:
        if one.recurrence_of is not None:
            found[one.number] = one.recurrence_of
            continue
        earlier = [
            other
            for other in known
            if other.number != one.number
            and other.resolved is not None
            and 0 <= one.declared - other.resolved <= within
            and (
                (one.cause and one.service and (one.cause, one.service) == (other.cause, other.service))
                or not one.keys.isdisjoint(other.keys)
            )
        ]
        if earlier:
            found[one.number] = max(earlier, key=lambda other: (other.resolved or 0, other.number)).number
        elif not one.cause and not one.keys:
            unknown.add(one.number)
    return found, unknown
