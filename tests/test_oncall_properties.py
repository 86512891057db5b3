"""On-call schedules of all forms against a walk in steps, and what no change of clocks may break."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.rules.oncall import Shift, next_change, on_call, shifts
from helpdesk_tui.rules.oncall_form import parse_schedule
from helpdesk_tui.rules.oncall_wall import wall_of
from tests.dates_reference import changes
from tests.oncall_reference import DAYS, STEP, Form, Walk, stamp

DAY = 86_400
ZONES = (
    "America/Chicago", "America/St_Johns", "America/Santiago", "America/Havana", "America/Sao_Paulo",
    "America/Asuncion", "Europe/London", "Europe/Berlin", "Europe/Dublin", "Atlantic/Azores", "Africa/Casablanca",
    "Africa/Cairo", "Asia/Tehran", "Asia/Beirut", "Asia/Jerusalem", "Australia/Sydney", "Australia/Lord_Howe",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Antarctica/Troll", "Asia/Shanghai",
)  # fmt: skip
QUARTERS = st.integers(0, 95)


def points(zone: str) -> list[int]:
    """Changes of clocks on a quarter of an hour since 2011 (with the day that Apia left out), and one quiet day."""
    return [at for at in changes(zone) if at % STEP == 0 and at > 1_300_000_000] or [1_700_000_100 // STEP * STEP]


def wall(zone: str, instant: int) -> str:
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def clock(quarter: int) -> str:
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"


@st.composite
def moments(draw: st.DrawFn, around: int, days: int) -> int:
    """A quarter of an hour within so many days, often beside the change itself."""
    reach = draw(st.sampled_from((8, 8, days * 96)))
    return around + draw(st.integers(-reach, reach)) * STEP


def phase(draw: st.DrawFn, zone: str, around: int) -> str:
    """A wall time near a change, such as one that clocks skip: hand-offs are most likely to go wrong there."""
    far = timedelta(days=draw(st.integers(-3, 3)))
    local = datetime.fromtimestamp(around - DAY, ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=1) + far
    return (local + timedelta(minutes=15 * draw(st.integers(-8, 8)))).strftime("%Y-%m-%dT%H:%M")


@st.composite
def rotations(draw: st.DrawFn, zone: str, around: int, users: list[Any]) -> Form:
    unit = draw(st.sampled_from(("hour", "hour", "day", "week", "month")))
    first = draw(st.sampled_from(users))
    return {
        "unit": unit,
        "length": draw(st.integers(1, 30 if unit == "hour" else 3 if unit == "day" else 1)),
        "start": phase(draw, zone, around),
        "anchor": {
            "at": stamp(draw(moments(around - DAY, 5))),
            "user": first[0] if isinstance(first, list) else first,
        },
    }


@st.composite
def windows(draw: st.DrawFn) -> Form:
    days = draw(st.sets(st.sampled_from(DAYS), min_size=1))
    start, end = draw(st.sampled_from((8, 9, 10, 32))), draw(QUARTERS)
    if draw(st.booleans()):
        start, end = end, start
    return {"days": sorted(days), "start": clock(start), "end": clock(end)}


@st.composite
def recurrences(draw: st.DrawFn, zone: str, around: int) -> Form:
    freq = draw(st.sampled_from(("hourly", "daily", "weekly", "monthly")))
    recur: Form = {"freq": freq, "interval": draw(st.integers(1, 5 if freq == "hourly" else 2))}
    if draw(st.booleans()):
        some = st.sets(st.sampled_from(DAYS), min_size=1, max_size=3)
        recur["byday"] = sorted(draw(some))
        if freq == "monthly" and draw(st.booleans()):
            recur["byday"] = [f"{draw(st.sampled_from((1, 2, 4, 5, -1, -5)))}{day}" for day in recur["byday"]]
    if draw(st.integers(0, 3)) == 0:
        numbers = st.sampled_from((1, 2, 15, 28, 29, 30, 31, -1, -2, -31))
        recur["bymonthday"] = sorted(draw(st.sets(numbers, min_size=1, max_size=6)))
    hours = draw(st.sampled_from((1, 2, 3, 8, 12, 24, 40)))
    form: Form = {"recur": recur, "start_local": phase(draw, zone, around - 8 * DAY), "duration": f"PT{hours}H"}
    if draw(st.booleans()):
        form["rotation_start"] = stamp(draw(moments(around, 5)))
    if draw(st.booleans()):
        form["until"] = stamp(draw(moments(around, 12)))
    if draw(st.booleans()):
        form["week_start"] = draw(st.sampled_from(DAYS))
    return form


@st.composite
def layers(draw: st.DrawFn, zone: str, around: int) -> Form:
    names = draw(st.permutations("ABCDE"))[: draw(st.integers(1, 4))]
    users: list[Any] = [[name, "G"] if name == "E" else name for name in names]
    layer: Form = {"users": users, "priority": draw(st.integers(0, 1))}
    kind = draw(st.sampled_from(("rotation", "recur", "window", "always")))
    if kind == "rotation":
        layer["rotation"] = draw(rotations(zone, around, users))
    elif kind == "recur":
        layer |= draw(recurrences(zone, around))
    elif kind == "always":
        layer["always"] = True
    if kind == "window" or draw(st.integers(0, 2)) == 0:
        layer["window"] = draw(windows())
    return layer


@st.composite
def spans(draw: st.DrawFn, around: int) -> Form:
    start = draw(moments(around, 6))
    return {"start": stamp(start), "end": stamp(start + draw(st.integers(0, 300)) * STEP)}


@st.composite
def forms(draw: st.DrawFn) -> tuple[Form, int]:
    """A schedule in its written form, and the change of clocks that it is about."""
    zone = draw(st.sampled_from(ZONES))
    around = draw(st.sampled_from(points(zone)))
    name, priority = st.sampled_from("ABCDEX"), st.integers(0, 1)
    overrides = draw(
        st.lists(
            st.one_of(
                st.fixed_dictionaries({"kind": st.just("cover"), "user": name}, optional={"priority": priority}),
                st.fixed_dictionaries({"kind": st.just("replace"), "remove": name, "add": name}),
                st.fixed_dictionaries({"kind": st.just("add"), "add": name}),
                st.fixed_dictionaries({"kind": st.just("remove"), "remove": name}),
            ),
            max_size=4,
        )
    )
    swaps = draw(st.lists(st.fixed_dictionaries({"requester": name, "taker": st.none() | name}), max_size=2))
    form: Form = {
        "timezone": zone,
        "layers": draw(st.lists(layers(zone, around), min_size=1, max_size=3)),
        "overrides": [{**override, **draw(spans(around))} for override in overrides],
        "swaps": [{**swap, **draw(spans(around))} for swap in swaps],
        "temporary": [],
    }
    if draw(st.integers(0, 3)) == 0:
        inside = [{"user": draw(name), **draw(spans(around))} for _ in range(draw(st.integers(0, 2)))]
        form["temporary"] = [{**draw(spans(around)), "shifts": inside}]
    return form, around


def check_order(found: list[Shift], start: int, end: int) -> None:
    """They fill the time, one behind the other, and neighbours differ."""
    assert found[0].start == start
    assert found[-1].end == end
    for one, other in pairwise(found):
        assert one.end == other.start
        assert one.names != other.names
    assert all(shift.start < shift.end for shift in found)


@settings(max_examples=120)
@given(forms())
def test_every_form_agrees_with_a_walk_in_steps(case: tuple[Form, int]) -> None:
    form, around = case
    schedule = parse_schedule(form)
    start, end = around - 6 * DAY, around + 6 * DAY
    # Anchors lie at most six days before the change.
    walk = Walk(form, start - 3 * DAY, end)
    found = shifts(schedule, start, end)
    check_order(found, start, end)
    for shift in found:
        assert shift.start % STEP == 0
        for instant in range(shift.start, shift.end, STEP):
            assert frozenset(shift.names) == walk.on[instant], (stamp(instant), wall(form["timezone"], instant))


@settings(max_examples=60)
@given(forms(), st.data())
def test_all_three_questions_have_one_answer(case: tuple[Form, int], data: st.DataObject) -> None:
    form, around = case
    schedule = parse_schedule(form)
    start = around - 5 * DAY + data.draw(st.integers(0, 3 * DAY))
    end = start + data.draw(st.integers(1, 6 * DAY))
    found = shifts(schedule, start, end)
    check_order(found, start, end)
    for shift in found[:40]:
        for at in {shift.start, min(shift.start + 1, shift.end - 1), shift.end - 1}:
            people = on_call(schedule, at)
            assert tuple(person.name for person in people) == shift.names
            if at == shift.start:
                assert people == shift.people
            assert all(person.reasons for person in people)
    follows = next_change(schedule, start, end - start)
    assert (None if follows is None else (follows.start, follows.people)) == (
        None if len(found) == 1 else (found[1].start, found[1].people)
    )


@settings(max_examples=80)
@given(st.data())
def test_round_the_clock_rotations_leave_no_gap_and_never_overlap(data: st.DataObject) -> None:
    """In every zone, over every change: always exactly one on call, everybody in turn, nobody for no time."""
    zone = data.draw(st.sampled_from(ZONES))
    around = data.draw(st.sampled_from(points(zone)))
    names = [*"ABCDEFG"[: data.draw(st.integers(2, 7))]]
    rotation = data.draw(rotations(zone, around, [*names]))
    rotation["anchor"]["at"] = stamp(around - data.draw(st.integers(8 * DAY, 4_000 * DAY)))
    schedule = parse_schedule({"timezone": zone, "layers": [{"users": names, "rotation": rotation}]})
    found = shifts(schedule, around - 8 * DAY, around + 8 * DAY)
    check_order(found, around - 8 * DAY, around + 8 * DAY)
    assert all(len(shift.people) == 1 for shift in found)
    for one, other in pairwise(found):
        assert names[(names.index(one.names[0]) + 1) % len(names)] == other.names[0]


@settings(max_examples=60)
@given(st.data())
def test_wall_times_happen_when_the_clock_first_shows_them(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ZONES))
    around, clocks = data.draw(st.sampled_from(points(zone))), wall_of(zone)
    at = around + data.draw(st.integers(-2 * DAY, 2 * DAY))
    assert clocks.instant(clocks.reading(at)) <= at
    assert clocks.instant(clocks.reading(at) + 1) > at
    assert clocks.reading(at) >= clocks.reading(at - 1)
    here = datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None)
    assert clocks.local(at) == (here - datetime(1970, 1, 1)) // timedelta(seconds=1)  # noqa: DTZ001
