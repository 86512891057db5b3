"""The life of an alert: what notices about one thing, in whatever order they come, say about its state.

An alert keeps the last notices as marks in the order of what they say, not of their arrival, and its state is worked out
from them anew each time. So the same notice twice changes nothing, and late ones find their place: the state depends on
which notices came (of the last `MAX_MARKS`), never on the order in which they did.

Rules: a firing of an alert that is open says nothing new; acknowledged stays acknowledged until it is over; an end
without a beginning opens nothing; what fires again within `reopen` of its end is the same trouble; an alert that changed
too often flaps, and its end is believed only after a while.
"""

import hashlib
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason, register, register_durations
from helpdesk_tui.vocabulary.records import Instant

# Notices that an alert remembers one by one; older ones are summed up and can no longer be overtaken.
MAX_MARKS: Final = 32
_MAX_CHANGES: Final = 16

register(
    {
        "alert.opened": N_("the alert fires since {at}"),
        "alert.recurred": N_("the alert fires anew since {at}; its last trouble ended {ended}"),
        "alert.reopened": N_("the alert fires again since {at}, soon after its end {ended}: the same trouble"),
        "alert.repeated": N_("the alert still fires; the notice was counted"),
        "alert.raised": N_("the alert became graver: {event_before} to {event_after}"),
        "alert.lowered": N_("the alert became milder: {event_before} to {event_after}"),
        "alert.resolved": N_("the alert is over since {at}"),
        "alert.held": N_("the alert flaps: that it is over is believed from {until} on"),
        "alert.acknowledged": N_("the alert was acknowledged at {at}"),
        "alert.unacknowledged": N_("the acknowledgement was taken back at {at}"),
        "alert.unmatched": N_("the sender says it is over, but no alert was open"),
        "alert.duplicate": N_("the same notice came again; it was counted"),
        "alert.late": N_("the notice is older than what is known; it changes nothing"),
        "alert.noted": N_("the notice was recorded; it changes no state"),
        "alert.flapping": N_("the state changed {n} times within {flap_within}: the alert flaps"),
    }
)
register_durations("flap_within")


class AlertState(StrEnum):
    """The state of an alert; one of which only an end is known is resolved."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class AlertTimes:
    """Lengths in seconds; see the policy's section.

    `redelivery`: so long after an end an older notice may still arrive, or one arrive again, and mean nothing.
    """

    repeat: int = 600
    reopen: int = 1800
    flap_changes: int = 3
    flap_within: int = 1800
    flap_hold: int = 900
    quiet: int = 3600
    redelivery: int = 900


DEFAULT_TIMES: Final = AlertTimes()


class Mark(NamedTuple):
    """One notice, as far as the state depends on it. The order of marks is that of what they say."""

    at: Instant
    received_at: Instant
    rank: int
    status: str
    phase: str
    severity: str
    occurrence: str
    timed: bool
    # When it arrived last; `received_at` is when it did first.
    again_at: Instant

    @property
    def said(self) -> tuple[Any, ...]:
        """What makes two notices the same, whenever they arrived."""
        return (self.at, self.status, self.phase, self.severity, self.occurrence)


# At one instant a beginning comes before what can only follow it.
_RANK: Final = {
    status: n
    for n, status in enumerate(("firing", "no_data", "flapping", "maintenance", "note", "acknowledged", "resolved"))
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What marks say about an alert. `opened_at` is None where nothing ever fired; `changes` are the last instants at
    which it went over or came back; `troubles` counts the times it began anew."""

    state: AlertState = AlertState.RESOLVED
    severity: EventSeverity = EventSeverity.UNKNOWN
    opened_at: Instant | None = None
    acknowledged_at: Instant | None = None
    resolved_at: Instant | None = None
    last_at: Instant | None = None
    occurrence: str = ""
    troubles: int = 0
    changes: tuple[Instant, ...] = ()
    sender_flapping: bool = False
    sender_maintenance: bool = False
    no_data: bool = False

    @property
    def open(self) -> bool:
        """Whether it fires, acknowledged or not."""
        return self.state is not AlertState.RESOLVED

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "state": self.state.value,
            "severity": self.severity.value,
            "opened_at": self.opened_at,
            "acknowledged_at": self.acknowledged_at,
            "resolved_at": self.resolved_at,
            "last_at": self.last_at,
            "occurrence": self.occurrence,
            "troubles": self.troubles,
            "changes": list(self.changes),
            "sender_flapping": self.sender_flapping,
            "sender_maintenance": self.sender_maintenance,
            "no_data": self.no_data,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the JSON form back."""
        return cls(
            **{
                **data,
                "state": AlertState(data["state"]),
                "severity": EventSeverity(data["severity"]),
                "changes": tuple(data["changes"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Alert:
    """The alert of one identity: what is summed up, up to `floor`, and the marks since."""

    identity: str
    base: Standing = Standing()
    floor: Instant = -1
    marks: tuple[Mark, ...] = ()

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "identity": self.identity,
            "base": self.base.data(),
            "floor": self.floor,
            "marks": [list(mark) for mark in self.marks],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the JSON form back."""
        return cls(
            data["identity"],
            Standing.from_data(data["base"]),
            data["floor"],
            tuple(Mark(*mark) for mark in data["marks"]),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What a notice did. `told` says whether it is worth a line; `what` is the last part of the reason's code."""

    what: str
    told: bool
    reasons: tuple[Reason, ...]
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """An alert as it is to be seen at an instant: a held end still fires. `hold_until` is when to look again."""

    state: AlertState
    flapping: bool
    hold_until: Instant | None


def identity(event: Event) -> str:
    """What notices about the same thing share: 64 hexadecimal digits of source, instance and key."""
    parts = "\x1f".join((event.source, event.instance, event.key))
    return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()


def mark_of(event: Event) -> Mark:
    """The mark of an event."""
    status = event.status.value
    stamp = event.stamp
    return Mark(
        event.at, event.received_at, _RANK[status], status, event.phase, event.severity.value, event.occurrence,
        stamp is not None and stamp <= event.received_at, event.received_at,
    )  # fmt: skip


def standing(alert: Alert, times: AlertTimes = DEFAULT_TIMES) -> Standing:
    """The state of an alert: its marks in their order on what is summed up."""
    found = alert.base
    for mark in _with_returns(alert.marks, times):
        found = _after(found, mark, times)
    return found


def _with_returns(marks: tuple[Mark, ...], times: AlertTimes) -> list[Mark]:
    """The marks, and for each trouble that is still told of long after its end one more: it fires again.

    A sender that lost sight of a trouble says that it is over, and later sends the very notice of before: its beginning
    is still the same. Only the arrival tells that from a notice that was under way for long.
    """
    ends = [mark for mark in marks if mark.status == EventStatus.RESOLVED]
    if not ends:
        return list(marks)
    found: list[Mark] = []
    for mark in marks:
        arrivals = (mark.received_at, mark.again_at) if mark.status == EventStatus.FIRING else ()
        late = {at for at in arrivals if _long_over(ends, mark.at, at, times)}
        if mark.received_at not in late:
            found.append(mark)
        found += [mark._replace(at=at, received_at=at, occurrence="", timed=False) for at in sorted(late)]
    return sorted(found)


def _long_over(ends: list[Mark], at: Instant, arrived: Instant, times: AlertTimes) -> bool:
    """Whether what began at `at` had been told to be over for long when a notice of it arrived."""
    told = [end.received_at for end in ends if end.at >= at and end.received_at <= arrived]
    return bool(told) and arrived > max(told) + times.redelivery


def _after(now: Standing, mark: Mark, times: AlertTimes) -> Standing:
    last = mark.at if now.last_at is None else max(now.last_at, mark.at)
    if mark.status == EventStatus.FIRING:
        return replace(_fired(now, mark, times), last_at=last)
    if mark.status == EventStatus.RESOLVED:
        return replace(_ended(now, mark), last_at=last)
    if mark.status == EventStatus.ACKNOWLEDGED:
        return replace(_acknowledged(now, mark), last_at=last)
    if mark.status == EventStatus.FLAPPING:
        return replace(now, sender_flapping=mark.phase != "end", last_at=last)
    if mark.status == EventStatus.MAINTENANCE:
        return replace(now, sender_maintenance=mark.phase != "end", last_at=last)
    return replace(now, no_data=mark.status == EventStatus.NO_DATA or now.no_data, last_at=last)


def _fired(now: Standing, mark: Mark, times: AlertTimes) -> Standing:
    severity = EventSeverity(mark.severity)
    if now.open:
        return replace(now, severity=severity, no_data=False)
    over = now.resolved_at
    # A notice without an instant of its own may be one that was sent long ago and comes again.
    known = not mark.timed and mark.occurrence and mark.occurrence == now.occurrence
    if known and over is not None and mark.at <= over + times.redelivery:
        return now
    anew = now.opened_at is None or over is None or mark.at > over + times.reopen
    return replace(
        now,
        state=AlertState.FIRING,
        severity=severity,
        opened_at=mark.at if anew else now.opened_at,
        acknowledged_at=None,
        resolved_at=None,
        occurrence=mark.occurrence or now.occurrence,
        troubles=now.troubles + anew,
        changes=_changed(now, mark.at) if now.opened_at is not None else (),
        no_data=False,
    )


def _ended(now: Standing, mark: Mark) -> Standing:
    if not now.open:
        # An end without a beginning: what it ends may still come, late.
        known = now.opened_at is not None
        return now if known else replace(now, resolved_at=mark.at, occurrence=mark.occurrence, no_data=False)
    return replace(
        now,
        state=AlertState.RESOLVED,
        resolved_at=mark.at,
        occurrence=mark.occurrence or now.occurrence,
        changes=_changed(now, mark.at),
        no_data=False,
    )


def _acknowledged(now: Standing, mark: Mark) -> Standing:
    if mark.phase == "end":
        back = now.state is AlertState.ACKNOWLEDGED
        return replace(now, state=AlertState.FIRING, acknowledged_at=None) if back else now
    if now.state is AlertState.FIRING:
        return replace(now, state=AlertState.ACKNOWLEDGED, acknowledged_at=mark.at)
    return now


def _changed(now: Standing, at: Instant) -> tuple[Instant, ...]:
    return (*now.changes, at)[-_MAX_CHANGES:]


def flaps(found: Standing, at: Instant, times: AlertTimes = DEFAULT_TIMES) -> bool:
    """Whether the alert flaps at an instant: the sender says so, or it changed often enough just before."""
    recent = sum(1 for change in found.changes if at - times.flap_within < change <= at)
    return found.sender_flapping or recent >= times.flap_changes


def seen(found: Standing, now: Instant, times: AlertTimes = DEFAULT_TIMES) -> View:
    """The alert as it is to be seen at `now`."""
    flapping = flaps(found, now, times)
    over = found.resolved_at
    if not found.open and over is not None and found.opened_at is not None and flaps(found, over, times):
        until = over + times.flap_hold
        if now < until:
            return View(AlertState.FIRING, True, until)
    return View(found.state, flapping, None)


def quiet_at(found: Standing, times: AlertTimes = DEFAULT_TIMES) -> Instant | None:
    """When an alert of a sender that never says that it is over ends by being quiet; None where it is not open."""
    return found.last_at + times.quiet if found.open and found.last_at is not None else None


def apply(alert: Alert | None, event: Event, times: AlertTimes = DEFAULT_TIMES) -> tuple[Alert, Step]:
    """Take a notice: the alert after it, and what it did.

    Raises ValueError for a notice about another alert.
    """
    mine = alert or Alert(identity(event))
    if mine.identity != identity(event):
        raise ValueError("the event is about another alert")
    mark = mark_of(event)
    same = next((one for one in mine.marks if one.said == mark.said), None)
    before = standing(mine, times)
    marks = list(mine.marks)
    if same is not None:
        # The first and the last arrival count, whichever is read first.
        marks.remove(same)
        both = same._replace(
            received_at=min(same.received_at, mark.received_at),
            again_at=max(same.again_at, mark.again_at),
            timed=same.timed or mark.timed,
        )
        insort(marks, both)
        mark = mark._replace(at=mark.received_at)
    elif mark.at <= mine.floor:
        if not _returns(before, mark, times):
            return mine, Step("late", False, (Reason("alert.late"),))
        mark = mark._replace(at=mark.received_at, occurrence="", timed=False)
        insort(marks, mark)
    else:
        insort(marks, mark)
    found = _summed(replace(mine, marks=tuple(marks)), times)
    after = standing(found, times)
    if same is not None and after.open == before.open:
        return found, Step("duplicate", False, (Reason("alert.duplicate"),))
    return found, _step(before, after, mark, times)


def _returns(now: Standing, mark: Mark, times: AlertTimes) -> bool:
    """Whether a firing that is older than all that is remembered comes so late that it must have come back."""
    over = now.resolved_at
    return mark.status == EventStatus.FIRING and over is not None and mark.received_at > over + times.redelivery


def _summed(alert: Alert, times: AlertTimes) -> Alert:
    if len(alert.marks) <= MAX_MARKS:
        return alert
    first, *rest = alert.marks
    return Alert(alert.identity, _after(alert.base, first, times), first.at, tuple(rest))


def _step(before: Standing, after: Standing, mark: Mark, times: AlertTimes) -> Step:
    what, params, told = _what(before, after, mark, times)
    reasons = [Reason(f"alert.{what}", params)]
    flapping = flaps(after, mark.at, times)
    if flapping and not flaps(before, mark.at, times) and not after.sender_flapping:
        reasons.append(Reason("alert.flapping", {"n": times.flap_changes, "flap_within": times.flap_within}))
    view = seen(after, mark.received_at, times)
    if what == "resolved" and view.hold_until is not None:
        what = "held"
        reasons[0] = Reason("alert.held", {"until": iso(view.hold_until)})
    return Step(what, told, tuple(reasons), flapping)


def _what(before: Standing, after: Standing, mark: Mark, times: AlertTimes) -> tuple[str, dict[str, Any], bool]:
    at = {"at": iso(mark.at)}
    if after.open and not before.open:
        ended = {**at, "ended": iso(before.resolved_at)} if before.resolved_at is not None else at
        if before.opened_at is None:
            return "opened", at, True
        return ("recurred" if after.troubles > before.troubles else "reopened"), ended, True
    if before.open and not after.open:
        return "resolved", {"at": iso(after.resolved_at if after.resolved_at is not None else mark.at)}, True
    if before.state is not after.state:
        return ("acknowledged" if after.state is AlertState.ACKNOWLEDGED else "unacknowledged"), at, True
    if mark.status == EventStatus.FIRING:
        if not after.open:
            return "late", {}, False
        if before.severity is not after.severity:
            words = {"event_before": before.severity.value, "event_after": after.severity.value}
            return ("raised" if after.severity.rank > before.severity.rank else "lowered"), words, True
        recent = before.last_at is not None and mark.at <= before.last_at + times.repeat
        return "repeated", {}, not recent
    if mark.status == EventStatus.RESOLVED:
        return ("unmatched", {}, False) if after.opened_at is None else ("late", {}, False)
    if mark.status == EventStatus.ACKNOWLEDGED:
        return "late", {}, False
    return "noted", {}, mark.status != EventStatus.NOTE
