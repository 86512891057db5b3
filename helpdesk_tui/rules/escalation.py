"""Escalation: which levels of the policy a ticket's clocks have reached, and what each asks for.

A level is a point on a clock (75 %, 30m before due, +4h after): it is reached at an instant that follows from history,
targets and calendar alone, so it does not matter when or how often one asks. A clock that stands still reaches nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.policy_base import Duration, Mark
from helpdesk_tui.rules.policy_sla import Escalation, EscalationLevel
from helpdesk_tui.rules.sla import clocks
from helpdesk_tui.rules.sla_history import HistoryEvent, Targets, Warn
from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

register(
    {
        "escalation.reached": N_("level {level}: the {clock} clock reached {mark} at {at}; to tell: {notify}"),
        "escalation.raised": N_("level {level} raised the priority from {before} to {after}"),
    }
)


class EscalationPolicy(Protocol):
    """The policy section this module reads."""

    @property
    def escalation(self) -> Escalation: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """A level, the instant at which the clock came to it, and since when that clock runs (a new run counts anew)."""

    level: EscalationLevel
    at: Instant
    since: Instant = 0

    def reason(self) -> Reason:
        """For the journal and for people."""
        return Reason(
            "escalation.reached",
            {
                "level": self.level.id,
                "clock": self.level.clock,
                "mark": self.level.at.text,
                "at": iso(self.at),
                "since": iso(self.since),
                "notify": list(self.level.notify),
            },
        )


def warn_of(mark: Mark) -> Warn:
    """A mark of the policy as the clocks take it."""
    if mark.percent is not None:
        return Warn(percent=mark.percent)
    if mark.after is not None:
        return Warn(offset=mark.after.seconds, days=mark.after.working_days)
    before = mark.before or Duration(0)
    return Warn(offset=-before.seconds, days=-before.working_days)


def reached(
    policy: EscalationPolicy,
    facts: Mapping[str, Any],
    history: Iterable[HistoryEvent],
    created_at: Instant,
    targets: Targets,
    calendar: Calendar,
    switches: SlaSwitches,
    at: Instant,
) -> tuple[list[Reached], Instant | None]:
    """The levels reached by `at`, in the order in which they were reached (at the same instant: of the policy), and when
    the next one will be if nothing happens until then (None: none will)."""
    events = list(history)
    found: list[Reached] = []
    coming: Instant | None = None
    for level in policy.escalation.levels:
        if not level.when.holds(**facts):
            continue
        result = clocks(events, created_at, replace(targets, warn=(warn_of(level.at),)), calendar, switches, at)
        clock = getattr(result, level.clock)
        if clock.run != "running" or clock.warn is None:
            continue
        if clock.warn <= at:
            # A run from creation is the same run, whatever calendar or target a raised priority brings.
            since = created_at if clock.basis == "creation" else clock.started or created_at
            found.append(Reached(level, clock.warn, since))
        elif coming is None or clock.warn < coming:
            coming = clock.warn
    return sorted(found, key=lambda one: one.at), coming


def raised(priority: Priority, levels: Iterable[Reached]) -> Priority:
    """The priority after these levels: one step up for each that asks for it, at most critical."""
    steps = sum(one.level.raise_priority for one in levels)
    return Priority(min(priority + steps, Priority.CRITICAL))
