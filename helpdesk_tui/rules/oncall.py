"""Who is on call: one answer for an instant, for a stretch of time, and when it changes next.

What is on at an instant is decided in this order. A temporary schedule suspends everything else. Otherwise the covers
of the highest priority stand, and without one the layers of the highest priority that has somebody on. Swaps that are
taken put the taker in the requester's place, in their order. Then overrides replace, remove and add; a replacement
does not reach the one who was put in by another. All questions go the same way: a sweep over the spans of every part.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush, merge
from typing import Any, Final, NamedTuple

from helpdesk_tui.rules.oncall_patterns import Span
from helpdesk_tui.rules.oncall_spec import Group, Layer, Override, Period, Schedule
from helpdesk_tui.rules.oncall_wall import known as asked
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

MAX_SPANS: Final = 50_000
HORIZON: Final = 400 * DAY

register(
    {
        "oncall.layer": N_("layer {layer}, priority {priority}"),
        "oncall.turn": N_("layer {layer}, priority {priority}: turn {turn} of {turns}"),
        "oncall.temporary": N_("temporary schedule {ref}"),
        "oncall.cover": N_("override {ref}: covers for everybody"),
        "oncall.replace": N_("override {ref}: in the place of {person}"),
        "oncall.add": N_("override {ref}: in addition"),
        "oncall.swap": N_("swap {ref}: took it over from {person}"),
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on call and why, the layer or override first, what changed it after."""

    name: str
    reasons: tuple[Reason, ...]

    def data(self) -> dict[str, Any]:
        """`{"name", "reasons": [{"code", …}]}`."""
        return {"name": self.name, "reasons": [reason.data() for reason in self.reasons]}


@dataclass(frozen=True, slots=True)
class Shift:
    """The people on call in [start, end), by name, with the reasons of its first second; nobody is a gap."""

    start: Instant
    end: Instant
    people: tuple[Person, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Who is on, each once, in the order of their names."""
        return tuple(person.name for person in self.people)


def on_call(schedule: Schedule, at: Instant) -> tuple[Person, ...]:
    """Who is on at an instant, each once, in the order of their names, with the reasons. Raises Invalid."""
    return next(_sweep(schedule, asked(at), at + 1)).people


def shifts(schedule: Schedule, start: Instant, end: Instant) -> list[Shift]:
    """Who is on in [start, end): shifts and gaps that follow one another without gap or overlap; neighbours differ.

    The cost grows with the hand-offs inside, not with the time since the schedule began. Raises Invalid where there
    are more than 50,000.
    """
    found: list[Shift] = []
    for n, span in enumerate(_sweep(schedule, asked(start), asked(end))):
        if n >= MAX_SPANS:
            raise Invalid(N_("there are more than {n} hand-offs; ask for a shorter time"), n=MAX_SPANS)
        if found and found[-1].names == span.names:
            found[-1] = replace(found[-1], end=span.end)
        else:
            found.append(span)
    return found


def next_change(schedule: Schedule, at: Instant, within: int = HORIZON) -> Shift | None:
    """The shift (or gap) that follows the one at `at`, its end unknown beyond the first hand-off of any part.

    None where the same people are on for `within` seconds (400 days if not given). Raises Invalid.
    """
    spans = _sweep(schedule, asked(at), at + within)
    now = next(spans).names
    return next((span for span in spans if span.names != now), None)


def ends(schedule: Schedule, at: Instant, names: Iterable[str], within: int = HORIZON) -> dict[str, Instant]:
    """When each of these people, who are on call at an instant, no longer is, whoever comes and goes beside them.

    Who stays for `within` seconds (400 days if not given) is left out. Raises Invalid.
    """
    staying, found = {*names}, dict[str, Instant]()
    for span in _sweep(schedule, asked(at), at + within):
        gone = staying.difference(span.names)
        found |= dict.fromkeys(gone, span.start)
        staying -= gone
        if not staying:
            break
    return found


# -- the sweep ---------------------------------------------------------------------------------------------------------


# The kinds of parts. What is active is known by kind and number in the schedule, with the places of groups or shifts.
_LAYER, _WINDOW, _OVERRIDE, _SWAP, _TEMPORARY, _FIXED = range(6)
_Active = dict[tuple[int, int], list[int | None]]
_Duty = dict[str, tuple[Reason, ...]]


class _Part(NamedTuple):
    """A stretch in which one part of the schedule has something to say."""

    start: Instant
    end: Instant
    order: tuple[int, int]
    place: int | None

    def key(self) -> tuple[Instant, tuple[int, int]]:
        return self.start, self.order


def _parts(schedule: Schedule, start: Instant, end: Instant) -> Iterator[_Part]:
    streams: list[Iterator[_Part]] = []
    for number, layer in enumerate(schedule.layers):
        streams.append(_of_spans(layer.pattern.spans(schedule.wall, start, end), (_LAYER, number)))
        if layer.window is not None:
            streams.append(_of_spans(layer.window.spans(schedule.wall, start, end), (_WINDOW, number)))
    laid: list[_Part] = []
    for kind, periods in ((_OVERRIDE, schedule.overrides), (_SWAP, schedule.swaps), (_TEMPORARY, schedule.temporary)):
        for number, period in enumerate(periods):
            _lay(laid, period, (kind, number), start, end)
    for number, temporary in enumerate(schedule.temporary):
        if temporary.start < end and temporary.end > start:
            for place, shift in enumerate(temporary.shifts):
                low, high = max(start, temporary.start), min(end, temporary.end)
                _lay(laid, shift, (_FIXED, number), low, high, place)
    laid.sort(key=_Part.key)
    return merge(*streams, laid, key=_Part.key)


def _of_spans(spans: Iterator[Span], order: tuple[int, int]) -> Iterator[_Part]:
    return (_Part(span.start, span.end, order, span.place) for span in spans)


def _lay(
    laid: list[_Part], period: Period, order: tuple[int, int], start: Instant, end: Instant, place: int | None = None
) -> None:
    low, high = max(period.start, start), min(period.end, end)
    if low < high:
        laid.append(_Part(low, high, order, place))


def _sweep(schedule: Schedule, start: Instant, end: Instant) -> Iterator[Shift]:
    """Stretches of [start, end) in which nothing begins or ends, each with who is on; at least one."""
    if end <= start:
        raise Invalid(N_("the end is before the start"))
    parts = _parts(schedule, start, end)
    coming = next(parts, None)
    ending: list[_Part] = []
    active: _Active = {}
    at = start
    while at < end:
        while ending and ending[0].start <= at:
            gone = heappop(ending)
            active[gone.order].remove(gone.place)
            if not active[gone.order]:
                del active[gone.order]
        while coming is not None and coming.start <= at:
            active.setdefault(coming.order, []).append(coming.place)
            # In the heap of what ends, the end stands first.
            heappush(ending, coming._replace(start=coming.end))
            coming = next(parts, None)
        then = min(end, ending[0].start if ending else end, coming.start if coming else end)
        yield Shift(at, then, _decide(schedule, active))
        at = then


def _decide(schedule: Schedule, active: _Active) -> tuple[Person, ...]:
    parts = sorted(active)
    duty: _Duty = {}
    if any(kind == _TEMPORARY for kind, _number in parts):
        for kind, number in parts:
            if kind == _FIXED:
                temporary = schedule.temporary[number]
                for place in active[kind, number]:
                    if place is not None:
                        _put(
                            duty, temporary.shifts[place].people, (Reason("oncall.temporary", {"ref": temporary.ref}),)
                        )
    else:
        overrides = [schedule.overrides[number] for kind, number in parts if kind == _OVERRIDE]
        covers = [override for override in overrides if override.kind == "cover"]
        if covers:
            highest = max(override.priority for override in covers)
            for override in covers:
                if override.priority == highest:
                    _put(duty, override.people, (Reason("oncall.cover", {"ref": override.ref}),))
        else:
            duty = _layers(schedule, active, parts)
        for kind, number in parts:
            if kind == _SWAP:
                swap = schedule.swaps[number]
                if swap.taker is not None and swap.requester in duty:
                    why = Reason("oncall.swap", {"ref": swap.ref, "person": swap.requester})
                    _put(duty, (swap.taker,), (*duty.pop(swap.requester), why))
        duty = _overridden(duty, [override for override in overrides if override.kind != "cover"])
    return tuple(Person(name, duty[name]) for name in sorted(duty))


def _layers(schedule: Schedule, active: _Active, parts: list[tuple[int, int]]) -> _Duty:
    """Those of the highest priority that has somebody on."""
    highest, duty = 0, _Duty()
    for kind, number in parts:
        layer = schedule.layers[number] if kind == _LAYER else None
        if layer is None or (layer.window is not None and (_WINDOW, number) not in active):
            continue
        for place in active[kind, number]:
            people = layer.people(place)
            if people and (not duty or layer.priority > highest):
                highest, duty = layer.priority, {}
            if layer.priority == highest:
                _put(duty, people, (_turn(layer, place),))
    return duty


def _turn(layer: Layer, place: int | None) -> Reason:
    where = {"layer": layer.name, "priority": layer.priority}
    if place is None or len(layer.groups) == 1:
        return Reason("oncall.layer", where)
    return Reason("oncall.turn", {**where, "turn": place + 1, "turns": len(layer.groups)})


def _overridden(duty: _Duty, overrides: list[Override]) -> _Duty:
    """Everybody's own replacements and removals at once, so that nobody who was put in is replaced in turn."""
    if not overrides:
        return duty
    found: _Duty = {}
    off = {override.removed for override in overrides if override.kind != "add"}
    for name, reasons in duty.items():
        if name not in off:
            _put(found, (name,), reasons)
        for override in overrides:
            if override.kind == "replace" and override.removed == name:
                why = Reason("oncall.replace", {"ref": override.ref, "person": name})
                _put(found, override.people, (*reasons, why))
    for override in overrides:
        if override.kind == "add":
            _put(found, override.people, (Reason("oncall.add", {"ref": override.ref}),))
    return found


def _put(duty: _Duty, people: Group, reasons: tuple[Reason, ...]) -> None:
    for name in people:
        known = duty.get(name)
        duty[name] = reasons if known is None else (*known, *(reason for reason in reasons if reason not in known))
