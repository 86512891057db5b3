"""Paging as a state machine: one run of an escalation policy for a ticket, moved by one event at a time.

`step(run, event, at, facts)` gives the run after the event and what is to be done. It asks nobody: who is on call is
asked of `facts.who` for a level at the moment it is due, and what is late is done once, one level at a time, with the
next one counted from now. The policy is a snapshot (`Plan`), so an edit of it leaves a run alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.paging_plan import Level, Plan
from helpdesk_tui.vocabulary.records import Instant

RUNNING: Final = "running"
ACKNOWLEDGED: Final = "acknowledged"
HELD: Final = "held"
EXHAUSTED: Final = "exhausted"
ENDED: Final = "ended"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `level` counts from 1 (0: none was told yet), `pass_no` too; `told` are those told last.

    `first` are told first at the next level that comes: who acknowledged before. `alone`: no level had anybody.
    """

    plan: Plan
    severity: int
    state: str = RUNNING
    level: int = 0
    pass_no: int = 1
    started_at: Instant = 0
    next_at: Instant | None = None
    fired_at: Instant | None = None
    acknowledged_at: Instant | None = None
    activity_at: Instant | None = None
    ended_at: Instant | None = None
    told: tuple[int, ...] = ()
    acks: tuple[int, ...] = ()
    first: tuple[int, ...] = ()
    warned: bool = False
    alone: bool = False

    @property
    def live(self) -> bool:
        """Whether it may still page anybody or be acknowledged."""
        return self.state != ENDED

    @property
    def needed(self) -> int:
        """How many have to acknowledge what was told last."""
        wanted = self.plan.levels[self.level - 1].need_acks if 0 < self.level <= len(self.plan.levels) else 1
        return max(1, min(wanted, len(self.told)))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step may ask: the people of a target now, the calendar of service hours (None: never closed), when
    somebody last did something on the ticket, and who leads its team."""

    who: Callable[[str], Sequence[int]]
    calendar: Calendar | None = None
    activity_at: Instant | None = None
    lead: tuple[int, ...] = ()


# -- events ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """The ticket asks for people now. `first` are told first, besides those of the level."""

    first: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """The instant of `next_at` has come, or it is looked whether it has."""


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody says that they are on it."""

    person: int


@dataclass(frozen=True, slots=True)
class Unack:
    """Whoever was on it is so no more: all begins again at level 1."""


@dataclass(frozen=True, slots=True)
class Graver:
    """Another severity; with a plan where another policy applies to it."""

    severity: int
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody pages by hand: these people, or a level (None: the next one), also what is acknowledged or given up."""

    level: int | None = None
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Nobody is paged until then."""

    until: Instant


@dataclass(frozen=True, slots=True)
class Release:
    """The hold is over: all begins afresh."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The trouble is over, or the ticket is."""


Event = Start | Due | Ack | Unack | Graver | Page | Hold | Release | Stop


# -- effects -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paged:
    """A level (0: people named by hand, or nobody's level) is to be told; `late` seconds after it was due."""

    level: int
    pass_no: int
    people: tuple[int, ...]
    kind: str
    targets: tuple[str, ...] = ()
    late: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A level has nobody, so the next one was taken at once."""

    level: int
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alone:
    """No level has anybody: the team's lead, else the duty manager is told."""

    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AckSoon:
    """The acknowledgement lapses then unless something happens on the ticket."""

    people: tuple[int, ...]
    at: Instant


@dataclass(frozen=True, slots=True)
class Lapsed:
    """The acknowledgement lapsed; level 1 follows."""

    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Acked:
    """An acknowledgement; `missing` more are needed before it stops."""

    person: int
    level: int
    missing: int


@dataclass(frozen=True, slots=True)
class Exhausted:
    """Nobody answered in all passes: the duty manager is told. Nothing is closed."""

    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """The run waits for service hours."""

    until: Instant


Effect = Paged | Skipped | Alone | AckSoon | Lapsed | Acked | Exhausted | Waits
Stepped = tuple[Run, tuple[Effect, ...]]


# -- the machine -------------------------------------------------------------------------------------------------------


def started(plan: Plan, severity: int, at: Instant) -> Run:
    """A run before its first event, which is `Start`."""
    return Run(plan, severity, started_at=at)


def step(run: Run, event: Event, at: Instant, facts: Facts) -> Stepped:
    """The run after an event, and what is to be done. What an event cannot change stays as it is, with no effect."""
    if not run.live and not isinstance(event, Start):
        return run, ()
    match event:
        case Start(first):
            return _begin(replace(run, ended_at=None), at, facts, first)
        case Due():
            return _due(run, at, facts)
        case Ack(person):
            return _ack(run, person, at)
        case Unack():
            return _begin(run, at, facts, run.acks) if run.state == ACKNOWLEDGED else (run, ())
        case Graver(severity, plan):
            return _severity(run, severity, plan, at, facts)
        case Page(level, people):
            return _by_hand(run, level, people, at, facts)
        case Hold(until):
            return replace(run, state=HELD, next_at=max(until, at)), ()
        case Release():
            return _begin(run, at, facts, ()) if run.state == HELD else (run, ())
        case Stop():
            return replace(run, state=ENDED, ended_at=at, next_at=None), ()


def reopens(run: Run, at: Instant) -> bool:
    """Whether a run that ended goes on when its ticket is opened again at this instant; else a new one begins."""
    window = run.plan.reopen[run.severity - 1]
    return run.ended_at is not None and window is not None and at - run.ended_at <= window


def _begin(run: Run, at: Instant, facts: Facts, first: Iterable[int]) -> Stepped:
    """All from level 1 of the first pass, at once where service hours allow it."""
    anew = replace(
        run, state=RUNNING, level=0, pass_no=1, next_at=at, fired_at=None, acknowledged_at=None, activity_at=None,
        told=(), acks=(), first=tuple(dict.fromkeys(first)), warned=False, alone=False,
    )  # fmt: skip
    return _due(anew, at, facts)


def _due(run: Run, at: Instant, facts: Facts) -> Stepped:
    if run.next_at is None or at < run.next_at:
        return run, ()
    if run.state == HELD:
        return _begin(run, at, facts, ())
    if run.state == ACKNOWLEDGED:
        return _lapse(run, at, facts)
    return _next_level(run, at, facts) if run.state == RUNNING else (run, ())


def _hours(run: Run, facts: Facts) -> Calendar | None:
    """The calendar that paging of this severity keeps to."""
    return facts.calendar if run.severity in run.plan.hours_only else None


def _after(run: Run, start: Instant, level: int, facts: Facts) -> Instant | None:
    """When the level after this one is due that was told at `start`; None where this severity pages nobody."""
    delay = run.plan.delay(level, run.severity)
    if delay is None:
        return None
    hours = _hours(run, facts)
    return start + delay if hours is None else hours.add(start, delay, "open")


def _next_level(run: Run, at: Instant, facts: Facts) -> Stepped:
    """Tell the next level that has anybody; what lies between is skipped at once."""
    hours = _hours(run, facts)
    if hours is not None and not hours.is_open(at):
        until = hours.next_open(at)
        return replace(run, next_at=until), (Waits(until),)
    late = at - run.next_at if run.next_at is not None else 0
    levels, passes = run.plan.levels, run.plan.passes
    effects: list[Effect] = []
    level, pass_no = run.level, run.pass_no
    # Each level is asked once, from the next one on, round into the next pass.
    for _ in levels:
        if level >= len(levels):
            level, pass_no = 0, pass_no + 1
        if pass_no > passes:
            break
        one = levels[level]
        level += 1
        people = _people(one, facts, run.first)
        if people:
            fired = _told(run, level, pass_no, people, at, facts)
            return fired, (*effects, Paged(level, pass_no, people, one.kind, one.targets, late))
        effects.append(Skipped(level, one.targets))
    if pass_no > passes:
        return _give_up(run, effects, facts)
    return _nobody(replace(run, pass_no=pass_no), at, facts, effects)


def _people(level: Level, facts: Facts, first: Iterable[int] = ()) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*first, *(person for target in level.targets for person in facts.who(target)))))


def _told(run: Run, level: int, pass_no: int, people: tuple[int, ...], at: Instant, facts: Facts) -> Run:
    return replace(
        run, state=RUNNING, level=level, pass_no=pass_no, fired_at=at, told=people, acks=(), first=(), alone=False,
        acknowledged_at=None, warned=False, next_at=_after(run, at, level, facts),
    )  # fmt: skip


def _duty(run: Run, facts: Facts) -> tuple[int, ...]:
    return tuple(dict.fromkeys(person for target in run.plan.duty for person in facts.who(target)))


def _give_up(run: Run, effects: list[Effect], facts: Facts) -> Stepped:
    done = replace(run, state=EXHAUSTED, next_at=None)
    return done, (*effects, Exhausted(_duty(run, facts)))


def _nobody(run: Run, at: Instant, facts: Facts, effects: list[Effect]) -> Stepped:
    """No level has anybody: somebody who can find somebody is told, and the pass counts as made."""
    people = facts.lead or _duty(run, facts)
    last = len(run.plan.levels)
    found = _told(run, last, run.pass_no, people, at, facts)
    return replace(found, alone=True), (*effects, Alone(people))


def _lapse(run: Run, at: Instant, facts: Facts) -> Stepped:
    """The time of an acknowledgement is nearly over, or over; what happened on the ticket begins it anew."""
    timeout = run.plan.ack_timeout[run.severity - 1]
    if timeout is None:
        return replace(run, next_at=None), ()
    since = max(moment for moment in (run.acknowledged_at, run.activity_at, facts.activity_at) if moment is not None)
    warned = run.warned and since <= (run.activity_at or 0)
    ends, warning = since + timeout, run.plan.ack_warning
    if at < ends - warning:
        return replace(run, activity_at=since, warned=False, next_at=ends - warning), ()
    if not warned and warning:
        # Who is warned late still has the time of the warning.
        ends = max(ends, at + warning)
        return replace(run, activity_at=since, warned=True, next_at=ends), (AckSoon(run.acks, ends),)
    begun, effects = _begin(run, at, facts, run.acks)
    return begun, (Lapsed(run.acks), *effects)


def _ack(run: Run, person: int, at: Instant) -> Stepped:
    acks = tuple(dict.fromkeys((*run.acks, person)))
    known = replace(run, acks=acks)
    missing = run.needed - len(acks) if run.state != ACKNOWLEDGED else 0
    if missing > 0:
        return known, (Acked(person, run.level, missing),)
    timeout = run.plan.ack_timeout[run.severity - 1]
    ends = None if timeout is None else at + timeout - run.plan.ack_warning
    first = run.acknowledged_at if run.state == ACKNOWLEDGED and run.acknowledged_at is not None else at
    done = replace(
        known, state=ACKNOWLEDGED, acknowledged_at=first, activity_at=at, next_at=ends, warned=False, alone=False
    )
    return done, (Acked(person, run.level, 0),)


def _severity(run: Run, severity: int, plan: Plan | None, at: Instant, facts: Facts) -> Stepped:
    """Graver: look again now, and the faster of both timers. Lesser: the level stays, the timer slows down."""
    graver = severity < run.severity
    other = plan is not None and plan.id != run.plan.id
    changed = replace(run, severity=severity, plan=plan if plan is not None and other and graver else run.plan)
    if changed.plan.delays[severity - 1] is None:
        return step(changed, Stop(), at, facts)
    if run.state == ACKNOWLEDGED:
        if not graver:
            changed = replace(changed, warned=False)
        return _due(replace(changed, next_at=_ack_timer(changed, run.next_at if graver else None)), at, facts)
    if run.state == HELD:
        return changed, ()
    if graver and (other or run.state == EXHAUSTED):
        return _begin(changed, at, facts, run.first)
    if run.state == EXHAUSTED:
        return changed, ()
    if run.fired_at is None:
        again = at if graver else run.next_at
    else:
        again = _after(changed, run.fired_at, run.level, facts)
        if graver and again is not None and run.next_at is not None:
            again = min(again, run.next_at)
    return _due(replace(changed, next_at=again), at, facts)


def _ack_timer(run: Run, before: Instant | None) -> Instant | None:
    """When an acknowledgement is looked at under the run's severity; no later than `before`."""
    timeout = run.plan.ack_timeout[run.severity - 1]
    if timeout is None:
        return before
    since = max(moment for moment in (run.acknowledged_at, run.activity_at, 0) if moment is not None)
    due = since + timeout - (0 if run.warned else run.plan.ack_warning)
    return due if before is None else min(due, before)


def _by_hand(run: Run, level: int | None, people: tuple[int, ...], at: Instant, facts: Facts) -> Stepped:
    """These people or this level are told now, whatever the state; unless acknowledged, the run goes on from there."""
    levels = run.plan.levels
    if people:
        told = _told(run, run.level, run.pass_no, people, at, facts)
        return told, (Paged(0, told.pass_no, people, "hand"),)
    wanted = level if level is not None else run.level % len(levels) + 1
    effects: list[Effect] = []
    for number in range(wanted, len(levels) + 1):
        one = levels[number - 1]
        found = _people(one, facts)
        if found:
            told = _told(run, number, run.pass_no, found, at, facts)
            return told, (*effects, Paged(number, told.pass_no, found, one.kind, one.targets))
        effects.append(Skipped(number, one.targets))
    return _nobody(run, at, facts, effects)
