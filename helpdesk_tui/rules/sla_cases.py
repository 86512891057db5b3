"""SLA cases as other programs write them: one JSON object with calendar, life and targets in, the clocks' answers out.

The form is that of a collection of facts about seven help-desk systems; each system's own choices follow from the
case's `source` and `tags`. See `helpdesk sla simulate`.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.calendar_spec import ALWAYS
from helpdesk_tui.rules.ledger import ledger_of, window_ledger
from helpdesk_tui.rules.sla import Clock, SlaResult, clocks
from helpdesk_tui.rules.sla_history import EventKind, HistoryEvent, Span, Story, Target, Targets, Warn, tell
from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.rules.sla_time import counted
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import Instant

KINDS: Final = ("due", "due_days", "due_while_paused", "working_time", "starts", "is_open", "is_holiday", "sla_state")
RESULT_KEYS: Final = (
    "first_response_due",
    "update_due",
    "solution_due",
    "next_due",
    "warn_due",
    "warn2_due",
    "starts",
    "is_open",
    "is_holiday",
    "working_seconds",
    "paused_working_seconds",
    "first_response_in_min",
    "first_response_left_min",
    "first_response_late_seconds",
    "update_in_min",
    "update_left_min",
    "solution_in_min",
    "solution_left_min",
    "solution_late_seconds",
)
_EVENT_KINDS: Final = frozenset(
    {
        "customer_message",
        "agent_message",
        "customer_contact",
        "agent_contact",
        "first_response",
        "take",
        "close",
        "reopen",
        "sla_replaced",
        "sla_no_longer_matches",
    }
)
_CLOSED_STATES: Final = re.compile(
    r"(auto-)?(closed|resolved|solved|merged|removed|rejected|deleted|cancell?ed|completed|fulfilled|done)\b.*",
    re.IGNORECASE,
)
_WARN: Final = re.compile(r"warn(2?):([+-]?[0-9]{1,9})(%?)", re.ASCII)
_TARGET_KEYS: Final = ("first_response", "update", "solution", "keep_in_loop", "working_days", "end_of_day")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def listed(cases: Any) -> Sequence[Any]:
    """The cases of a list, or of a document with a list `cases`. Raises Invalid."""
    found = cases.get("cases") if isinstance(cases, Mapping) else cases
    if not isinstance(found, Sequence) or isinstance(found, (str, bytes)):
        raise Invalid(N_('there is no list of cases; write [{{…}}, …] or {{"cases": […]}}'))
    return found


def simulate(cases: Any) -> list[dict[str, Any]]:
    """The answers to a list of cases (or a document with a list `cases`), in its order. Raises Invalid."""
    return [simulate_case(case) for case in listed(cases)]


def simulate_case(case: Any) -> dict[str, Any]:
    """The answer to one case: `{"id", "result": {…}, "ledger": […]}`.

    The result always has every key of `RESULT_KEYS`, None where there is nothing; instants are ISO 8601 with `Z`.
    Raises Invalid naming the case and the key.
    """
    return _Case(case).answer()


def switches_for(source: str, tags: Sequence[str], kind: str) -> SlaSwitches:
    """The choices of the system that a case comes from, as its source and tags tell."""
    switches = SlaSwitches()
    known = source.lower()
    if "zammad" in known:
        # The first close stays; in 2019 the update clock also ran since the last word of the desk.
        switches = replace(switches, reopen="keep")
        if "2019" in known or "zammad-2019" in tags:
            switches = replace(switches, update_clock="both")
    elif "glpi" in known:
        switches = replace(switches, pause_response=False, due_while_paused="stale")
    elif "bestpractical" in known:
        switches = replace(switches, response_clock="first" if kind == "due" else "unanswered")
    elif "frappe" in known:
        switches = replace(switches, pause_response=False, due_while_paused="stale")
    elif "znuny" in known or "otobo" in known:
        lead = 240 if "rotheross/otobo" in known or any("quirk" in tag for tag in tags) else 0
        switches = replace(switches, update_clock="both", due_while_paused="sliding", sliding_lead=lead)
    elif "osticket" in known:
        switches = replace(switches, reopen="restart")
    if kind == "due_while_paused" and switches.due_while_paused == "hidden":
        switches = replace(switches, due_while_paused="sliding")
    for tag in tags:
        change = _TAGGED.get(tag)
        if change is not None:
            switches = change(switches)
    return switches


_TAGGED: Final[dict[str, Callable[[SlaSwitches], SlaSwitches]]] = {
    "boundary:next-opening": lambda s: replace(s, boundary="open"),
    "boundary:closing-time": lambda s: replace(s, boundary="close"),
    "wall-clock": lambda s: replace(s, dst="wall"),
    "real-elapsed": lambda s: replace(s, dst="elapsed"),
    "seconds-truncated": lambda s: replace(s, seconds="truncate"),
    "seconds-rounded-up": lambda s: replace(s, seconds="round_up"),
    "pause-in-real-time": lambda s: replace(s, pause_unit="real"),
    "pause-hides-but-does-not-extend": lambda s: replace(s, pause_extends=False),
    "closed-pauses": lambda s: replace(s, reopen="pause"),
    "restart-at-reopen": lambda s: replace(s, reopen="restart"),
    "update-clock-starts-at-creation": lambda s: replace(s, update_from_creation=True),
    "agent-status-change-is-first-response": lambda s: replace(s, first_response="state_change"),
    "response-clock-restarts": lambda s: replace(s, response_clock="unanswered"),
    "from-assignment": lambda s: replace(s, swap="assignment"),
}


class _Case:
    """One case, read with care: it comes from outside."""

    def __init__(self, case: Any) -> None:
        self.id = "?"
        if not isinstance(case, Mapping):
            raise self._bad("id", N_("case {case}: {key}: a case must be an object"))
        self.case = case
        self.id = str(case.get("id", "?"))
        self.kind = str(case.get("kind", ""))
        if self.kind not in KINDS:
            raise self._bad("kind", N_("case {case}: {key}: {value} is none of {choices}"), self.kind, KINDS)
        self.tags = [str(tag) for tag in self._list(case, "tags")]
        self.switches = switches_for(str(case.get("source", "")), self.tags, self.kind)
        self.calendar = self._calendar()
        self.created = self._instant(case, "created_at")
        start = case.get("clock_start")
        self.start = self.created if start is None else self._instant(case, "clock_start")
        self.history = self._history()
        self.paused_total = self._seconds("paused_total_seconds")
        self.targets = self._targets()
        expected = case.get("expect")
        stated = [
            self._instant(where, "evaluated_at")
            for where in (case, expected)
            if isinstance(where, Mapping) and where.get("evaluated_at") is not None
        ]
        self.at = max([self.created, self.start, *(event.at for event in self.history), *stated])

    def answer(self) -> dict[str, Any]:
        """The result with all its keys, and the ledgers of all clocks (or of the window)."""
        try:
            result, ledger = self._answer()
        except Invalid as error:
            if "case" in error.params:
                raise
            raise self._bad("calendar", _PROBLEM, error) from error
        return {"id": self.id, "result": result, "ledger": ledger}

    def _answer(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        found: dict[str, Any] = dict.fromkeys(RESULT_KEYS)
        ledger: list[dict[str, Any]] = []
        calendar = self.calendar if self.switches.dst == "elapsed" else self.calendar.wall_clock()
        found["is_open"] = calendar.is_open(self.created)
        found["is_holiday"] = calendar.is_holiday(self.created)
        try:
            found["starts"] = iso(calendar.next_open(self.created))
        except Invalid:
            if self.kind not in ("is_open", "is_holiday", "working_time"):
                raise
        story = tell(self.history, self.created, self.at, self.switches)
        if self.kind == "working_time":
            ledger = self._working_time(found, calendar, story)
        else:
            paused = self._paused(calendar, story, self.start, self.at)
            found["paused_working_seconds"] = paused
            result = clocks(
                self.history,
                self.created,
                self.targets,
                self.calendar,
                self.switches,
                self.at,
                clock_start=self.start,
                paused_total=self.paused_total or 0,
            )
            self._clocks(found, result)
            for clock, name in zip(result.clocks, ("first_response", "update", "solution"), strict=True):
                ledger += [{**row, "clock": name} for row in ledger_of(result, clock).data()]
        return found, ledger

    def _clocks(self, found: dict[str, Any], result: SlaResult) -> None:
        for clock, name in zip(result.clocks, ("first_response", "update", "solution"), strict=True):
            found[f"{name}_due"] = None if clock.due is None else iso(clock.due)
            elapsed = clock.worst if clock.name == "update" or clock.worst is not None else clock.elapsed
            if clock.target is None or elapsed is None or (clock.worst is None and clock.finished_at is None):
                continue
            minutes = elapsed // 60
            found[f"{name}_in_min"] = minutes
            found[f"{name}_left_min"] = self._goal(clock) // 60 - minutes
            late = elapsed - self._goal(clock)
            if late > 0 and f"{name}_late_seconds" in found:
                found[f"{name}_late_seconds"] = late
        found["next_due"] = None if result.next_due is None else iso(result.next_due)
        for clock in sorted((c for c in result.clocks if c.due is not None), key=_due)[:1]:
            first, second = clock.warn, clock.warn2
            if self._warns("2") and not self._warns(""):
                first, second = None, clock.warn
            found["warn_due"] = None if first is None else iso(first)
            found["warn2_due"] = None if second is None else iso(second)

    def _goal(self, clock: Clock) -> int:
        target = self.targets.update if clock.name == "update" else clock.target
        return clock.goal if target is None or target.days else target.seconds

    def _working_time(self, found: dict[str, Any], calendar: Calendar, story: Story) -> list[dict[str, Any]]:
        window = self.case.get("window")
        if not isinstance(window, Mapping):
            raise self._bad("window", N_("case {case}: {key} is missing"))
        start, end = self._instant(window, "from"), self._instant(window, "to")
        if "window-clamped-to-ticket-life" in self.tags:
            start = max(start, self.created)
        if story.closed:
            end = min(end, story.closings[-1][0])
        stops = self._stops(story)
        end = max(start, end)
        found["working_seconds"] = max(0, counted(calendar, start, end, stops) - (self.paused_total or 0))
        found["paused_working_seconds"] = self._paused(calendar, story, start, end)
        return window_ledger(calendar, start, end, stops).data()

    def _stops(self, story: Story) -> list[Span]:
        return story.pauses if self.switches.pause_extends else []

    def _paused(self, calendar: Calendar, story: Story, start: Instant, end: Instant) -> int | None:
        if not story.pauses and self.paused_total is None:
            return None
        seconds = self.paused_total or 0
        for begins, ends in story.pauses:
            seconds += calendar.elapsed(max(begins, start), end if ends is None else min(ends, end))
        return seconds

    # -- reading ---------------------------------------------------------------------------------------------------

    def _calendar(self) -> Calendar:
        data = self.case.get("calendar")
        if data is None:
            return Calendar("UTC", ALWAYS)
        if not isinstance(data, Mapping):
            raise self._bad("calendar", N_("case {case}: {key} must be an object"))
        hours = data.get("hours")
        if hours is not None and (
            not isinstance(hours, Mapping) or not all(isinstance(spans, list) for spans in hours.values())
        ):
            raise self._bad("calendar.hours", N_("case {case}: {key} must be an object of lists"))
        for spans in (hours or {}).values():
            if not all(isinstance(span, list) for span in spans):
                raise self._bad("calendar.hours", N_("case {case}: {key} must be an object of lists"))
        for key in ("holidays", "workdays"):
            if not all(isinstance(day, str) for day in self._list(data, key, f"calendar.{key}")):
                raise self._bad(f"calendar.{key}", N_("case {case}: {key} must be a list of days"))
        try:
            return Calendar.from_data(data)
        except Invalid as error:
            raise self._bad("calendar", _PROBLEM, error) from error

    def _history(self) -> list[HistoryEvent]:
        events: list[HistoryEvent] = []
        for number, event in enumerate(self._list(self.case, "events")):
            key = f"events[{number}]"
            if not isinstance(event, Mapping):
                raise self._bad(key, N_("case {case}: {key} must be an object"))
            kind, state, pausing = event.get("kind"), event.get("to"), event.get("pausing")
            if kind is not None and kind not in _EVENT_KINDS:
                raise self._bad(f"{key}.kind", N_("case {case}: {key}: {value} is no kind of event"), kind)
            if pausing is not None and not isinstance(pausing, bool):
                raise self._bad(f"{key}.pausing", N_("case {case}: {key} must be true or false"))
            if pausing is None and kind is None:
                pausing = False
            at = self._instant(event, "at", f"{key}.at")
            events.append(
                HistoryEvent(at, cast(EventKind, kind or "state"), None if state is None else str(state), pausing)
            )
        return self._with_reopenings(events)

    def _with_reopenings(self, events: list[HistoryEvent]) -> list[HistoryEvent]:
        """The form has no reopening: a change to a state that is not closed, after a close, is one."""
        closed_at: Instant | None = None
        found: list[HistoryEvent] = []
        for event in sorted(events, key=_at):
            if event.kind == "close":
                closed_at = event.at
            elif (
                closed_at is not None
                and event.at > closed_at
                and event.kind == "state"
                and event.state is not None
                and not _CLOSED_STATES.fullmatch(event.state)
            ):
                closed_at, event = None, event._replace(kind="reopen")
            found.append(event)
        return found

    def _targets(self) -> Targets:
        data = self.case.get("targets_min")
        if data is None:
            data = {}
        if not isinstance(data, Mapping):
            raise self._bad("targets_min", N_("case {case}: {key} must be an object"))
        for key in data:
            if key not in _TARGET_KEYS:
                raise self._bad(
                    f"targets_min.{key}", N_("case {case}: {key} is no target; use {choices}"), key, _TARGET_KEYS
                )
        warns = tuple(warn for number in ("", "2") for warn in self._warns(number))
        return Targets(
            self._minutes(data, "first_response"),
            self._minutes(data, "update"),
            self._days(data) or self._minutes(data, "solution"),
            self._minutes(data, "keep_in_loop"),
            warns,
        )

    def _minutes(self, data: Mapping[str, Any], key: str) -> Target | None:
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self._bad(f"targets_min.{key}", N_("case {case}: {key}: {value} is no number"), value)
        seconds = round(value * 60)
        return Target(seconds, end_of_day=data.get("end_of_day") is True) if seconds > 0 else None

    def _days(self, data: Mapping[str, Any]) -> Target | None:
        value = data.get("working_days")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 100_000:
            raise self._bad("targets_min.working_days", N_("case {case}: {key}: {value} is no number of days"), value)
        return Target(days=value, end_of_day=data.get("end_of_day") is True)

    def _warns(self, number: str) -> list[Warn]:
        for tag in self.tags:
            match = _WARN.fullmatch(tag)
            if match and match[1] == number:
                amount = int(match[2])
                return [Warn(percent=amount) if match[3] else Warn(offset=amount * 60)]
        return []

    def _seconds(self, key: str) -> int | None:
        value = self.case.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e10:
            raise self._bad(key, N_("case {case}: {key}: {value} is no number"), value)
        return round(value)

    def _list(self, data: Mapping[str, Any], key: str, shown: str | None = None) -> list[Any]:
        value = data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._bad(shown or key, N_("case {case}: {key} must be a list"))
        return value

    def _instant(self, data: Mapping[str, Any], key: str, shown: str | None = None) -> Instant:
        value = data.get(key)
        if value is None:
            raise self._bad(shown or key, N_("case {case}: {key} is missing"))
        try:
            when = datetime.fromisoformat(value)
            if when.tzinfo is None:
                when = when.replace(tzinfo=UTC)
            return (when - _EPOCH) // timedelta(seconds=1)
        except (TypeError, ValueError, OverflowError):
            raise self._bad(shown or key, N_("case {case}: {key}: {value} is no instant"), value) from None

    def _bad(self, key: str, message: str, value: object = None, choices: Sequence[str] = ()) -> Invalid:
        return Invalid(message, case=self.id, key=key, value=value, choices=", ".join(choices))


_PROBLEM: Final = N_("case {case}: {key}: {value}")


def _at(event: HistoryEvent) -> Instant:
    return event.at


def _due(clock: Clock) -> Instant:
    return clock.due or 0
