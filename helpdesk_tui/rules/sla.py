"""SLA clocks: response, update and resolution, recomputed from a ticket's history.

A clock counts open seconds of a working calendar from its start, without its pauses, towards a target. Everything
here is pure: the same history, targets, calendar, switches and instant give the same result, whenever it is asked.
The rules follow the tests of seven help-desk systems; where those disagree, `SlaSwitches` decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.sla_history import HistoryEvent, Span, Story, Target, Targets, Warn, tell
from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.rules.sla_time import counted, reach
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import NEVER, Instant

__all__ = [
    "Clock",
    "HistoryEvent",
    "SlaColumns",
    "SlaResult",
    "SlaSwitches",
    "Target",
    "Targets",
    "Warn",
    "clocks",
    "columns",
]

_NO_SPANS: Final[tuple[Span, ...]] = ()


@dataclass(slots=True)
class Clock:
    """One clock at an instant. Seconds are open seconds of the calendar.

    `run`: `none` (no target, or nothing to wait for yet), `running`, `paused`, `met` or `missed`; the last two only
    once it has ended. `due` is what to show and store: None while paused (unless a switch says otherwise), ended or
    not started; `promised` is where the due time lies or lay, as far as that is known. `left` is negative when late.
    `missed` is true as soon as the promise is broken, whatever `run` says. `basis`: `creation`, `agreement`,
    `reopening`, `customer_waiting` or `keep_in_loop`. For clocks of exchanges, `worst` is the longest answered one.
    """

    name: str
    target: Target | None = None
    run: str = "none"
    basis: str = "creation"
    started: Instant | None = None
    due: Instant | None = None
    promised: Instant | None = None
    warn: Instant | None = None
    warn2: Instant | None = None
    finished_at: Instant | None = None
    ended_at: Instant | None = None
    goal: int = 0
    elapsed: int = 0
    left: int | None = None
    late: int = 0
    paused: bool = False
    missed: bool = False
    worst: int | None = None
    stops: tuple[Span, ...] = ()
    deducted: int = 0


@dataclass(slots=True)
class SlaResult:
    """All clocks of a ticket at an instant. `run`: none, running, paused, met or missed.

    `next_due` and `next_warn`: the earliest of the running clocks; of two warning points the earlier one after the
    start counts.
    """

    at: Instant
    created_at: Instant
    response: Clock
    update: Clock
    resolution: Clock
    next_due: Instant | None
    next_warn: Instant | None
    run: str
    closed: bool
    matches: bool
    pauses: tuple[Span, ...]
    calendar: Calendar

    @property
    def clocks(self) -> tuple[Clock, Clock, Clock]:
        """Response, update, resolution."""
        return (self.response, self.update, self.resolution)


@dataclass(slots=True)
class SlaColumns:
    """What a ticket stores of its clocks; `due_at` and `warn_at` are NEVER where nothing runs."""

    response_due_at: Instant | None
    update_due_at: Instant | None
    resolution_due_at: Instant | None
    due_at: Instant
    warn_at: Instant
    sla_run: str


def clocks(
    history: Iterable[HistoryEvent],
    created_at: Instant,
    targets: Targets,
    calendar: Calendar,
    switches: SlaSwitches,
    at: Instant,
    *,
    clock_start: Instant | None = None,
    paused_total: int = 0,
    brief: bool = False,
) -> SlaResult:
    """The clocks of a ticket at `at`; later events are not looked at.

    The history's order does not matter. A message that opens the ticket is an event like any other: pass a
    `customer_message` at creation where the customer wrote it. `clock_start`: the clocks start there instead of at
    creation. `paused_total`: working seconds of pause known only as a sum. `brief`: only what `columns` reads is asked
    for; the rest is not to be read. Raises Invalid where the calendar never opens, or where a target is unset and the
    switch `unset_target` forbids that.
    """
    story = tell(history, created_at, at, switches)
    desk = _Desk(story, targets, calendar if switches.dst == "elapsed" else calendar.wall_clock(), switches, at)
    desk.paused_total = paused_total
    start, basis = created_at if clock_start is None else clock_start, "creation"
    if switches.swap == "assignment" and story.swapped_at is not None:
        start, basis = story.swapped_at, "agreement"
    if story.matches:
        if switches.unset_target == "error" and None in (targets.response, targets.update, targets.resolution):
            raise Invalid(N_("the SLA has no target for every clock (response, update, resolution)"))
        reopened = _reopened(story) if switches.reopen == "restart" else None
        if reopened is not None:
            start, basis = reopened, "reopening"
    desk.brief = desk.going = brief
    desk.straight = not story.pauses and not story.closings and not paused_total
    response, update, resolution = desk.three(start, basis)
    run = _overall((response.run, update.run, resolution.run))
    if brief and run not in ("running", "paused"):
        # How the ended ones ended matters only where none goes on.
        desk.going = False
        response, update, resolution = desk.three(start, basis)
        run = _overall((response.run, update.run, resolution.run))
    three = (response, update, resolution)
    dues = [clock.due for clock in three if clock.due is not None]
    warns = [_warning(clock, clock.warn) for clock in three if clock.warn is not None]
    return SlaResult(
        at,
        created_at,
        response,
        update,
        resolution,
        min(dues, default=None),
        min(warns, default=None),
        run,
        story.closed,
        story.matches,
        tuple(story.pauses),
        desk.calendar,
    )


def _warning(clock: Clock, warn: Instant) -> Instant:
    """The first warning point. One that would lie before the start (30m before a target of 15m) gives way to another."""
    second, start = clock.warn2, clock.started
    if second is None:
        return warn
    if start is None or (warn > start) == (second > start):
        return min(warn, second)
    return max(warn, second)


def columns(result: SlaResult) -> SlaColumns:
    """The columns that a ticket stores."""
    return SlaColumns(
        result.response.due,
        result.update.due,
        result.resolution.due,
        NEVER if result.next_due is None else result.next_due,
        NEVER if result.next_warn is None else result.next_warn,
        result.run,
    )


def _overall(runs: tuple[str, ...]) -> str:
    for run in ("running", "paused", "missed", "met"):
        if run in runs:
            return run
    return "none"


def _reopened(story: Story) -> Instant | None:
    for _, reopened in reversed(story.closings):
        if reopened is not None:
            return reopened
    return None


class _Desk:
    """What the three clocks of one ticket share."""

    __slots__ = (
        "at",
        "brief",
        "calendar",
        "closed_at",
        "going",
        "paused_total",
        "story",
        "straight",
        "switches",
        "targets",
    )  # fmt: skip

    def __init__(self, story: Story, targets: Targets, calendar: Calendar, switches: SlaSwitches, at: Instant) -> None:
        self.story = story
        self.targets = targets
        self.calendar = calendar
        self.switches = switches
        self.at = at
        self.paused_total = 0
        self.brief = False  # only due times, warning points and how things stand are asked for
        self.going = False  # only of clocks that have not ended
        self.closed_at = story.closings[-1][0] if story.closed else None
        self.straight = False  # nothing has ever stopped a clock

    def three(self, start: Instant, basis: str) -> tuple[Clock, Clock, Clock]:
        """Response, update and resolution, counted from this start."""
        story, targets, switches = self.story, self.targets, self.switches
        if not story.matches:
            return Clock("response"), Clock("update"), Clock("resolution")
        if switches.response_clock == "unanswered":
            response = self.exchanges("response", targets.response, start, basis)
        else:
            response = self.single("response", targets.response, start, basis, story.responded)
        ended = story.closings[0][0] if switches.reopen == "keep" and story.closings else self.closed_at
        return (
            response,
            self.exchanges("update", targets.update, start, basis),
            self.single("resolution", targets.resolution, start, basis, ended),
        )

    def single(self, name: str, target: Target | None, start: Instant, basis: str, finished: Instant | None) -> Clock:
        """A clock that runs once, from its start to its end."""
        if target is None:
            return Clock(name)
        clock = Clock(name, target, basis=basis, started=start, finished_at=finished)
        self._measure(clock, start, finished)
        return clock

    def exchanges(self, name: str, target: Target | None, start: Instant, basis: str) -> Clock:
        """A clock that runs again for each unanswered word: the running exchange, else the longest answered one."""
        story, mode = self.story, "customer_waiting" if name == "response" else self.switches.update_clock
        loop = self.targets.keep_in_loop if name == "update" else None
        if mode != "customer_waiting" and loop is None:
            loop = target
        if target is None and loop is None:
            return Clock(name)
        clock = Clock(name, target)
        if target is not None and not self.going:
            self._worst(clock, target)
        waiting = story.waiting_since
        if waiting is not None and self.closed_at is not None and waiting >= self.closed_at:
            # Thanks for the solution: nobody waits for an answer to it.
            waiting = None
        if waiting is None and name == "update" and self.switches.update_from_creation and not story.contacted:
            waiting = start
        if waiting is not None and target is not None and mode != "keep_in_loop":
            clock.started, clock.basis = (waiting, "customer_waiting") if waiting > start else (start, basis)
            if story.contacted:
                clock.basis = "customer_waiting"
            self._measure(clock, clock.started, None)
        elif loop is not None and (waiting is None or mode == "keep_in_loop") and not story.closed:
            since = story.last_agent
            if since is None and waiting is not None and mode == "keep_in_loop":
                since = waiting
            if since is not None:
                clock.target, clock.started, clock.basis = loop, max(since, start), "keep_in_loop"
                self._measure(clock, clock.started, None)
        ended, promised = clock.ended_at, clock.promised
        if target is not None and clock.missed and ended is not None and promised is not None and ended <= promised:
            # The end came in time, an answer before it did not: that one is shown.
            clock.target = target
            self._worst(clock, target)
        return clock

    def _worst(self, clock: Clock, target: Target) -> None:
        """Judge the answered exchanges; a later running one writes over all but `worst` and `missed`."""
        missed, worst, shown = False, -1, (False, -1)
        for began, answered in self.story.exchanges:
            trial = Clock(clock.name, target, started=began, finished_at=answered, basis="customer_waiting")
            self._measure(trial, began, answered)
            missed = missed or trial.missed
            worst = max(worst, trial.elapsed)
            if (trial.missed, trial.elapsed) > shown:
                shown = trial.missed, trial.elapsed
                for field in ("started", "finished_at", "ended_at", "promised", "goal", "elapsed", "left", "late"):
                    setattr(clock, field, getattr(trial, field))
                clock.stops, clock.deducted, clock.basis = trial.stops, trial.deducted, trial.basis
        if worst >= 0:
            clock.worst, clock.missed, clock.run = worst, missed, "missed" if missed else "met"

    def _measure(self, clock: Clock, start: Instant, finished: Instant | None) -> None:
        """Fill in everything that follows from target, start and end."""
        switches, calendar, target = self.switches, self.calendar, clock.target
        assert target is not None
        end = finished if finished is not None else self.closed_at
        if self.going:
            if end is not None:
                return
            if self.straight:
                self._run(clock, target, start)
                return
        paused = self._pauses(clock.name) and self.story.paused and end is None
        measured = self.at if end is None else end
        stops, deducted = self._stops(clock.name, start, measured)
        clock.goal, whole = self._goal(target, start)
        clock.stops, clock.deducted, clock.paused = stops, deducted, paused
        if not self.brief:
            clock.elapsed = max(0, counted(calendar, start, measured, stops) - deducted)
            clock.left = clock.goal - clock.elapsed
            clock.late = max(0, -clock.left)
        clock.finished_at, clock.ended_at = finished, end
        showing = stops
        if paused and switches.due_while_paused != "hidden":
            lasting = bool(stops) and stops[-1][1] is None
            if lasting:
                shown = ((stops[-1][0], self.at),) if switches.due_while_paused == "sliding" else _NO_SPANS
                showing = (*stops[:-1], *shown)
        promised = self._promise(clock, target, start, showing, whole)
        if promised is not None and paused and switches.due_while_paused == "sliding":
            promised = calendar.add(promised, switches.sliding_lead)
            clock.deducted += switches.sliding_lead
        if paused and switches.due_while_paused != "hidden":
            clock.stops = showing
        clock.promised = promised
        if promised is not None and measured > promised:
            clock.missed = True
        if end is not None:
            if finished is not None or clock.missed:
                clock.run = "missed" if clock.missed else "met"
            return
        clock.run = "paused" if paused else "running"
        if promised is not None and not (paused and switches.due_while_paused == "hidden"):
            clock.due = promised
            self._warn(clock, start, showing)

    def _run(self, clock: Clock, target: Target, start: Instant) -> None:
        """What `_measure` finds of a running clock that has never stood still."""
        clock.goal, whole = self._goal(target, start)
        promised = self._promise(clock, target, start, _NO_SPANS, whole)
        clock.run = "running"
        if promised is not None:
            clock.promised = clock.due = promised
            clock.missed = self.at > promised
            self._warn(clock, start, _NO_SPANS)

    def _goal(self, target: Target, start: Instant) -> tuple[int, tuple[Instant, int] | None]:
        """Open seconds until the target; for whole working days also the instant they end at and the seconds to there."""
        calendar, switches = self.calendar, self.switches
        whole: tuple[Instant, int] | None = None
        if target.days and switches.day_target == "working_days":
            ends = calendar.add_days(start, target.days, target.end_of_day)
            whole = ends, calendar.elapsed(start, ends)
            seconds = whole[1] + target.seconds
        else:
            seconds = target.days * 86_400 + target.seconds
        if switches.out_of_hours_extra and not calendar.is_open(start):
            seconds = max(0, seconds + switches.out_of_hours_extra)
        return seconds, whole

    def _promise(
        self, clock: Clock, target: Target, start: Instant, stops: tuple[Span, ...], whole: tuple[Instant, int] | None
    ) -> Instant | None:
        calendar, switches = self.calendar, self.switches
        due: Instant | None
        if whole is not None:
            due, open_seconds = whole
            extra = clock.goal - open_seconds
            if extra > 0:
                due = calendar.add(due, extra)
            for begins, ends in stops:
                if begins < due:
                    if ends is None:
                        return None
                    due = self._later(due, calendar.elapsed(max(begins, start), ends), target)
            due = self._later(due, clock.deducted, target)
        else:
            due = reach(calendar, start, clock.goal + clock.deducted, stops, switches.boundary)
            if due is not None and target.end_of_day:
                due = calendar.end_of_day(due)
        if due is not None and switches.seconds == "round_up":
            due += -due % 60
        return due

    def _later(self, due: Instant, seconds: int, target: Target) -> Instant:
        if seconds <= 0:
            return due
        due = self.calendar.add(due, seconds)
        return self.calendar.end_of_day(due) if target.end_of_day else due

    def _pauses(self, name: str) -> bool:
        switches = self.switches
        if name == "response":
            return switches.pause_response
        return switches.pause_update if name == "update" else switches.pause_resolution

    def _stops(self, name: str, start: Instant, measured: Instant) -> tuple[tuple[Span, ...], int]:
        """The spans in which the clock stands still, and seconds of pause that have no place in time."""
        story, switches = self.story, self.switches
        if not self._pauses(name) or not switches.pause_extends:
            return _NO_SPANS, 0
        if not story.pauses and not story.closings:
            return _NO_SPANS, self.paused_total
        stops: list[Span] = [span for span in story.pauses if span[1] is None or span[1] > start]
        if story.closings:
            stops = _merged(stops, [span for span in story.closings if span[1] is not None and span[1] > start])
        if switches.pause_unit == "clock":
            return tuple(stops), self.paused_total
        real = 0
        for begins, ends in stops:
            real += max(0, (measured if ends is None else min(ends, measured)) - max(begins, start))
        return _NO_SPANS, real + self.paused_total

    def _warn(self, clock: Clock, start: Instant, stops: tuple[Span, ...]) -> None:
        warns = self.targets.warn
        if warns:
            clock.warn = self._point(warns[0], clock, start, stops)
            if len(warns) > 1:
                clock.warn2 = self._point(warns[1], clock, start, stops)

    def _point(self, warn: Warn, clock: Clock, start: Instant, stops: tuple[Span, ...]) -> Instant:
        calendar, due = self.calendar, clock.promised
        assert due is not None
        assert clock.target is not None
        if warn.percent is not None:
            offset = -(clock.goal - clock.goal * warn.percent // 100)
        else:
            offset = warn.offset
            if warn.days:
                due = (
                    max(start, calendar.add_days(due, warn.days))
                    if warn.days < 0
                    else calendar.add_days(due, warn.days)
                )
                return calendar.add(due, offset) if offset else due
        if self.switches.warn_through == "plain":
            return due + offset
        if offset >= 0:
            return calendar.add(due, offset)
        if clock.target.days:
            return max(start, calendar.subtract(due, -offset))
        if clock.goal + offset <= 0:
            return start
        found = reach(calendar, start, clock.goal + clock.deducted + offset, stops, "close")
        return due if found is None else min(found, due)


def _merged(stops: list[Span], closings: list[Span]) -> list[Span]:
    """Both lists in order and apart (edges cut to the minute may overlap)."""
    merged: list[Span] = []
    for begins, ends in sorted(stops + closings, key=_begin):
        before = merged[-1][1] if merged else None
        low = begins if before is None else max(begins, before)
        if ends is None or ends > low:
            merged.append((low, ends))
    return merged


def _begin(span: Span) -> Instant:
    return span[0]
