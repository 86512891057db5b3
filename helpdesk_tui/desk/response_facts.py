"""Paging, alerts and on-call turns as the facts from which indicators are worked out; drills have no part in them."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.on_call_who import kept, person_id, schedule_rows
from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.incident_metrics import Period
from helpdesk_tui.rules.oncall import Shift, shifts
from helpdesk_tui.rules.response_metrics import Cycle, Firing, Page, Roster
from helpdesk_tui.rules.spans import Span
from helpdesk_tui.store import lives
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.instants import DAY, parse_instant
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Priority, Severity
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

BACK: Final = 92 * DAY
"""So far back before a period turns are looked for that end in it."""
_DRILLS: Final = "SELECT number FROM incident WHERE nature = 'drill'"
_PAGED: Final = (
    "SELECT j.subject, j.seq, j.at, j.undoes, j.verb, j.reasons FROM journal j WHERE j.subject_type = 'ticket'"
    " AND j.subject IN (SELECT number FROM escalation) AND (j.undoes IS NOT NULL OR instr(j.reasons, '\"escalation.'))"
    " ORDER BY j.subject, j.at, j.seq"
)
_SERVICES: Final = (
    "SELECT t.number, s.code FROM ticket t JOIN service s ON s.id = t.service_id WHERE t.number IN"
    " (SELECT number FROM escalation)"
)
_RANG: Final = (
    "SELECT j.subject, j.verb, j.at, j.reasons FROM journal j WHERE j.subject_type = 'alert' AND"
    " instr(j.reasons, '\"alert.') ORDER BY j.subject, j.at, j.seq"
)
_ALERTS: Final = "SELECT id, source, number FROM alert"
_MERGED: Final = "SELECT number, merged_into FROM ticket WHERE merged_into IS NOT NULL"
_NOTICES: Final = (
    "SELECT source, sum(what NOT IN ('repeated', 'duplicate')), count(*) FROM event WHERE status = 'firing'"
    " AND what <> 'ignored' AND received_at >= ? AND received_at < ?"
    f" AND coalesce(number, 0) NOT IN ({_DRILLS}) GROUP BY source"  # sql: constant
)
_MADE: Final = "SELECT min(at) FROM journal WHERE subject_type = 'on_call_schedule' AND subject = ?"
_BEGINS: Final = frozenset({"escalation.began", "escalation.again"})
_ANEW: Final = frozenset({"escalation.lapsed", "escalation.unacked", "escalation.released"})
_TOLD: Final = frozenset({"escalation.paged", "escalation.paged_late", "escalation.paged_by_hand", "escalation.alone"})
_FIRES: Final = frozenset({"alert.opened", "alert.reopened", "alert.recurred"})
_DUE: Final = "escalation.next"


def drills(desk: "Desk") -> set[int]:
    """The tickets of exercises."""
    return {number for (number,) in desk.store.query(_DRILLS)}


def working_hours(desk: "Desk") -> Calendar | None:
    """When people are at work: the calendar of `[paging]`, else that of the target of incidents of low priority."""
    governing = desk.policies.current()
    named = governing.policy.paging.calendar
    if named is not None and named in governing.calendars:
        return governing.calendars[named]
    asked = dict.fromkeys(("category", "service", "organisation", "organisation_kind", "channel", "language"))
    plan = governing.plan({**asked, "kind": Kind.INCIDENT.value, "priority": int(Priority.LOW), "vip": False})
    return None if plan is None else plan.calendar


# -- paging ------------------------------------------------------------------------------------------------------------


def cycles(desk: "Desk") -> list[Cycle]:
    """Every calling of people for a ticket that the actor may know of, as the journal tells it."""
    services = dict(desk.store.query(_SERVICES))
    hours, out = working_hours(desk), set(drills(desk))
    found: list[Cycle] = []
    for number, entries in _by_subject(desk.store.query(_PAGED)).items():
        if number not in out and desk.reading.knows(number):
            story = _Story(number, services.get(number), hours)
            told = [lives.Told(seq, at, undoes, False, "", None) for seq, at, undoes, *_rest in entries]
            stand = {one.seq for one in lives.standing(told)}
            for seq, at, _undoes, verb, reasons in entries:
                story.read(at, verb, json.loads(reasons), stands=seq in stand)
            found += story.over()
    return found


class _Story:
    """Reads the entries of a ticket, one after another, into callings."""

    def __init__(self, number: int, service: str | None, hours: Calendar | None) -> None:
        self._number, self._service, self._hours = number, service, hours
        self._severity, self._pass = 3, 1
        self._now: Cycle | None = None
        self._found: list[Cycle] = []

    def over(self) -> list[Cycle]:
        """The callings that were read."""
        self._close()
        return self._found

    def read(self, at: Instant, verb: str, reasons: list[dict[str, Any]], *, stands: bool) -> None:
        """Take in an entry. One that was taken back has still paged people, but nobody has answered by it."""
        for reason in reasons:
            code = reason.get("code", "")
            if code in _BEGINS or code in _ANEW:
                self._severity = int(Severity[reason["severity"]]) if code in _BEGINS else self._severity
                self._open(at)
            elif code == "escalation.severity":
                self._severity = int(Severity[reason["after"]])
            elif code in _TOLD:
                self._paged(at, verb, reason)
            elif code == "escalation.acked" and stands:
                self._acknowledged(at, reason)
            elif code == "escalation.exhausted":
                self._paged(at, "", reason)
                if self._now is not None and self._now.acknowledged is None:
                    self._now = replace(self._now, exhausted=at)
            elif code == "escalation.ended":
                self._close()

    def _open(self, at: Instant) -> Cycle:
        self._close()
        self._pass = 1
        self._now = Cycle(self._number, at, self._severity, self._service)
        return self._now

    def _close(self) -> None:
        if self._now is not None:
            self._found.append(self._now)
        self._now = None

    def _paged(self, at: Instant, verb: str, reason: dict[str, Any]) -> None:
        now = self._now
        # Who is called although somebody answered, or nobody did in all passes, is called anew.
        if now is None or now.acknowledged is not None or now.exhausted is not None:
            now = self._open(at)
        self._pass = reason.get("pass", self._pass)
        late = reason.get("late") if verb == _DUE else None
        off = self._hours is not None and not self._hours.is_open(at)
        people = tuple(reason.get("people", ()))
        if people:
            self._now = replace(now, pages=(*now.pages, Page(at, people, late, off)))

    def _acknowledged(self, at: Instant, reason: dict[str, Any]) -> None:
        now = self._now
        if now is not None and now.acknowledged is None and now.exhausted is None:
            self._now = replace(now, acknowledged=at, level=reason["level"], pass_no=self._pass)


def _by_subject(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for subject, *rest in rows:
        found.setdefault(subject, []).append(tuple(rest))
    return found


# -- alerts ------------------------------------------------------------------------------------------------------------


def firings(desk: "Desk") -> tuple[list[Firing], dict[str, list[tuple[int, Instant]]]]:
    """Every stretch in which an alert fired, and by source when which alert was seen to flap."""
    merged = dict(desk.store.query(_MERGED))
    out, of = drills(desk), {key: (source, number) for key, source, number in desk.store.query(_ALERTS)}
    found: list[Firing] = []
    flaps: dict[str, list[tuple[int, Instant]]] = {}
    for alert, entries in _by_subject(desk.store.query(_RANG)).items():
        source, number = of.get(alert, ("", None))
        while number in merged:
            number = merged[number]
        if number in out:
            continue
        lasting: Firing | None = None
        for verb, at, reasons in entries:
            for reason in json.loads(reasons):
                code = reason.get("code", "")
                if code in _FIRES and lasting is None:
                    lasting = Firing(alert, source, _instant(reason, at), number=number)
                elif code == "alert.resolved" and lasting is not None:
                    ended = max(lasting.began, _instant(reason, at))
                    found.append(replace(lasting, ended=ended, by_hand=verb == "alert.resolve"))
                    lasting = None
                elif code == "alert.flapping":
                    flaps.setdefault(source, []).append((alert, at))
        if lasting is not None:
            found.append(lasting)
    return found, flaps


def _instant(reason: dict[str, Any], at: Instant) -> Instant:
    told = reason.get("at")
    return parse_instant(told, at) if isinstance(told, str) else at


def notices(desk: "Desk", start: Instant, end: Instant) -> dict[str, tuple[int, int]]:
    """By source: how many notices of trouble arrived that told something new, and how many in all; old ones are gone."""
    return {source: (new, told) for source, new, told in desk.store.query(_NOTICES, (start, end))}


# -- on call -----------------------------------------------------------------------------------------------------------


def rosters(desk: "Desk", period: Period) -> list[Roster]:
    """The schedules in use as they were lived in a period, by what stands in them now."""
    start, end = period.span
    found: list[Roster] = []
    for row in schedule_rows(desk):
        if not row["active"] or end <= start:
            continue
        low, high = max(0, start - BACK), end + 1
        try:
            lived = shifts(kept(desk, row["code"], low, high).rule, low, high)
        except Invalid:
            # More hand-offs than anybody counts.
            continue
        made = desk.store.query(_MADE, (row["id"],))[0][0]
        first = next((shift.start for shift in lived if shift.people), high)
        since = max(start, min(made if made is not None else first, first))
        gaps = tuple((shift.start, shift.end) for shift in lived if not shift.people)
        found.append(Roster(row["code"], (since, max(since, end)), tuple(_turns(lived)), gaps))
    return found


def _turns(lived: Iterable[Shift]) -> Iterable[tuple[int, Span]]:
    """Who was on, from when to when without a break."""
    since: dict[int, Instant] = {}
    last = 0
    for shift in lived:
        on = {person_id(name) for name in shift.names}
        for person in [one for one in since if one not in on]:
            yield person, (since.pop(person), shift.start)
        for person in on:
            since.setdefault(person, shift.start)
        last = shift.end
    for person, began in since.items():
        yield person, (began, last)
