"""Next up: which open work one agent should take first, as points with a reason for each.

Points add up from the time to the next due instant, the priority, whoever waits for an answer, and what the agent has
to do with it. The first two fall along the queue's own order (priority, then due), so that whoever gathers candidates
in that order knows with `at_most` when no later one can win.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register, register_durations
from helpdesk_tui.vocabulary.records import NEVER, Instant

if TYPE_CHECKING:
    # The policy's classes stand on Pydantic, which a mere decision need not load.
    from helpdesk_tui.rules.policy_levels import NextUpRules

HOUR: Final = 3600

register(
    {
        "next.breached": N_("overdue for {late}"),
        "next.due": N_("due in {left}"),
        "next.no_due": N_("no due time"),
        "next.priority": N_("{priority}"),
        "next.waiting": N_("an answer is awaited for {waited}"),
        "next.vip": N_("VIP"),
        "next.mine": N_("yours"),
        "next.team": N_("your team's"),
        "next.skill": N_("your skill: {skills}"),
    }
)
register_durations("late", "left", "waited")


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A ticket that could be taken, seen by one agent.

    `waiting_since` is when the words that nobody has answered yet were said (None: nobody waits); `skills` holds the
    agent's levels, 1 to 3, in the skills this ticket wishes for.
    """

    number: int
    priority: Priority
    due_at: Instant = NEVER
    waiting_since: Instant | None = None
    vip: bool = False
    mine: bool = False
    team: bool = False
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rank:
    """What a ticket comes to: its points and where they come from, the most telling first."""

    number: int
    points: int
    due_at: Instant
    parts: tuple[tuple[int, Reason], ...]

    @property
    def key(self) -> tuple[int, Instant, int]:
        """The order of the view: most points, then what is due first, then the older."""
        return (-self.points, self.due_at, self.number)

    def data(self) -> list[dict[str, Any]]:
        """The reasons in their JSON form, each with its points."""
        return [{**reason.data(), "points": points} for points, reason in self.parts]


def at_most(rules: NextUpRules, priority: Priority, due_at: Instant, now: Instant) -> int:
    """The most points that unassigned work of this priority, due then or after, can come to."""
    return _due_points(rules, due_at, now) + rules.points_of(priority) + rules.best_extra


def rank(rules: NextUpRules, work: OpenWork, now: Instant) -> Rank:
    """The points of one ticket at an instant, with reasons."""
    parts = [(_due_points(rules, work.due_at, now), _due_reason(work.due_at, now))]
    parts.append((rules.points_of(work.priority), Reason("next.priority", {"priority": work.priority.code})))
    if work.waiting_since is not None and work.waiting_since <= now:
        waited = now - work.waiting_since
        points = min(rules.waiting_most, rules.waiting_per_hour * waited // HOUR)
        parts.append((points, Reason("next.waiting", {"waited": waited})))
    if work.vip:
        parts.append((rules.vip, Reason("next.vip")))
    if work.mine:
        parts.append((rules.mine, Reason("next.mine")))
    elif work.team:
        parts.append((rules.team, Reason("next.team")))
    if work.skills:
        best = max(work.skills.values())
        parts.append((rules.skill * min(best, 3), Reason("next.skill", {"skills": sorted(work.skills)})))
    parts.sort(key=lambda part: -part[0])
    return Rank(work.number, sum(points for points, _reason in parts), work.due_at, tuple(parts))


def _due_points(rules: NextUpRules, due_at: Instant, now: Instant) -> int:
    """All points once it is overdue, half of `due` at `half_time` before, then ever fewer."""
    if due_at >= NEVER:
        return 0
    left = due_at - now
    if left <= 0:
        return rules.breached
    half = rules.half_time.seconds
    return rules.due * half // (half + left)


def _due_reason(due_at: Instant, now: Instant) -> Reason:
    if due_at >= NEVER:
        return Reason("next.no_due")
    if due_at <= now:
        return Reason("next.breached", {"late": now - due_at})
    return Reason("next.due", {"left": due_at - now})
