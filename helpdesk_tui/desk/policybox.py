"""The policy in force, parsed and compiled once a version, with the calendars of the desk's rows."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.classify import CompiledPolicy, compile_policy
from helpdesk_tui.rules.escalation import warn_of
from helpdesk_tui.rules.policy import Policy, parse_policy
from helpdesk_tui.rules.policy_base import Duration
from helpdesk_tui.rules.policy_sla import WEEKDAYS, CalendarRules
from helpdesk_tui.rules.policy_work import When
from helpdesk_tui.rules.sla_history import Target, Targets
from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

T = TypeVar("T")
_REMEMBERED: Final = 5_000
_LONG: Final = 20  # twelve days, as a power of two of seconds
_IN_FORCE: Final = "SELECT version FROM policy_version ORDER BY version DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Plan:
    """A service-level target ready to run: for which tickets, how long, on which calendar."""

    id: str
    when: When
    targets: Targets
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Governing:
    """One version of the policy, ready to decide."""

    version: int
    policy: Policy
    compiled: CompiledPolicy
    calendars: dict[str, Calendar]
    plans: tuple[Plan, ...]
    switches: SlaSwitches
    # Answers of pure functions of this policy, by their inputs; see `remember`.
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def plan(self, facts: dict[str, Any]) -> Plan | None:
        """The first target whose facts hold."""
        asked = self.memo.get("asked")
        if asked is None:
            asked = self.remember("asked", _asked(self.plans))
        key: list[Any] = ["plan"]
        for name, named in asked:
            value = facts.get(name)
            if name == "organisation" and value is not None:
                value = value.casefold()
            key.append(value if value in named else None)
        answer = tuple(key)
        if answer in self.memo:
            found: Plan | None = self.memo[answer]
            return found
        return self.remember(answer, next((plan for plan in self.plans if plan.when.holds(**facts)), None))

    def remember(self, key: Any, answer: T) -> T:
        """Keep an answer under its inputs (a tuple that begins with what was asked); the same answer."""
        if len(self.memo) >= _REMEMBERED:
            self.memo.clear()
        self.memo[key] = answer
        return answer


def _asked(plans: Iterable[Plan]) -> list[tuple[str, frozenset[Any]]]:
    """The facts that any of these targets asks for, with the values that make a difference."""
    named: dict[str, set[Any]] = {}
    for plan in plans:
        for name in type(plan.when).model_fields:
            wanted = getattr(plan.when, name)
            if isinstance(wanted, tuple):
                named.setdefault(name, set()).update(
                    value.casefold() if name == "organisation" else value for value in wanted
                )
            elif wanted is not None:
                named.setdefault(name, set()).update((True, False))
    return [(name, frozenset(values)) for name, values in named.items() if values]


def _target(value: Duration | None) -> Target | None:
    return None if value is None else Target(value.seconds, value.working_days)


def calendar_of(rules: CalendarRules, closed: Iterable[str], worked: Iterable[str]) -> Calendar:
    """A calendar of the policy with the desk's holiday and make-up rows."""
    holidays = [
        *closed,
        *(f"--{month:02d}-{day:02d}" for month, day in rules.yearly),
        *(d.isoformat() for d in rules.closed),
    ]
    workdays = [*worked, *(d.isoformat() for d in rules.makeup)]
    return Calendar(rules.tz, rules.hours(), holidays, workdays, WEEKDAYS.index(rules.makeup_hours_of))


class PolicyBox:
    """Gives the policy in force (or an older version). Shared by the desks of one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: dict[tuple[int, int], Governing] = {}
        self._days = (-1, 0)
        self._in_force: tuple[int, Governing] | None = None
        self._guard = threading.Lock()

    def current(self) -> Governing:
        """The version in force. Raises NotFound where the desk has none."""
        head = self._store.head()
        kept = self._in_force
        if kept is not None and kept[0] == head:
            return kept[1]
        rows = self._store.query(_IN_FORCE)
        if not rows:
            raise NotFound(N_("this desk has no policy yet; `helpdesk db init` makes one"))
        found = self.version(int(rows[0][0]))
        self._in_force = (head, found)
        return found

    def ready(self, at: Instant) -> None:
        """Read, compile and count on ahead what a decision at this instant will ask, so that nobody waits for it.

        Raises NotFound where the desk has no policy.
        """
        found = self.current()
        key = ("ready", at >> _LONG)
        if key not in found.memo:
            for calendar in {id(plan.calendar): plan.calendar for plan in found.plans}.values():
                (calendar if found.switches.dst == "elapsed" else calendar.wall_clock()).add(at, 1)
            found.remember(key, True)

    def version(self, number: int) -> Governing:
        """A version by its number. Raises NotFound."""
        stamp = self._calendar_stamp()
        with self._guard:
            found = self._made.get((number, stamp))
            if found is None:
                # A version never changes: where only days of the calendars did, it is read and compiled already.
                known = next((made for (version, _), made in self._made.items() if version == number), None)
                if known is not None:
                    found = self.prepare(number, known.policy, known.compiled)
                else:
                    rows = self._store.query("SELECT document FROM policy_version WHERE version = ?", (number,))
                    if not rows:
                        raise NotFound(N_("there is no policy version {version}"), version=number)
                    found = self.prepare(number, parse_policy(rows[0][0]))
                self._made = {k: v for k, v in self._made.items() if k[1] == stamp}
                self._made[(number, stamp)] = found
            return found

    def prepare(self, number: int, policy: Policy, compiled: CompiledPolicy | None = None) -> Governing:
        """Compile a policy (unless that was done) against the desk's calendar rows (also a candidate not stored)."""
        days = self._store.query("SELECT calendar, day, kind FROM calendar_day")
        calendars = {}
        for name, rules in policy.calendars.items():
            closed = [str(d) for c, d, kind in days if c == name and kind == "holiday"]
            worked = [str(d) for c, d, kind in days if c == name and kind == "workday"]
            calendars[name] = calendar_of(rules, closed, worked)
        plans = tuple(
            Plan(
                target.id,
                target.when,
                Targets(
                    _target(target.response),
                    _target(target.update),
                    _target(target.resolution),
                    warn=tuple(warn_of(mark) for mark in (target.warn or policy.sla.warn)),
                ),
                calendars[target.calendar],
            )
            for target in policy.sla.targets
        )
        switches = SlaSwitches.parse(policy.sla.switches)
        return Governing(number, policy, compiled or compile_policy(policy), calendars, plans, switches)

    def _calendar_stamp(self) -> int:
        """The sequence number of the last change of calendar rows."""
        head = self._store.head()
        if head != self._days[0]:
            rows = self._store.query("SELECT max(seq) FROM journal WHERE subject_type = 'calendar'")
            self._days = (head, int(rows[0][0] or 0))
        return self._days[1]
