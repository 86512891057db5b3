"""Calendars and SLA clocks equal a reference that steps from minute to minute: 27 zones, all changes of clocks 2000-2040.

`make soak` compares more than 100,000 random intervals, around every single change; `make test` some of each zone.
"""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.sla import Clock, HistoryEvent, SlaSwitches, Target, Targets, Warn, clocks
from tests.dates_reference import DAY, MINUTE, Minutes, Plan, Span, changes

ZONES = [
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Moscow", "Atlantic/Azores", "Africa/Cairo", "Africa/Casablanca",
    "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Asuncion", "America/Havana",
    "America/Caracas", "Asia/Shanghai", "Asia/Kolkata", "Asia/Tehran", "Asia/Gaza", "Asia/Beirut", "Asia/Pyongyang", "Australia/Sydney",
    "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll",
]  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLANS, INTERVALS = 3, 22  # a change of clocks in the soak
BEFORE, AFTER = 4 * DAY, 14 * DAY


def plain_days(zone: str) -> list[int]:
    """Some instants of every zone far from any change, and the ends of what clocks can count."""
    pick = random.Random(zone)
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2000, 2041))
    return [951_782_400, 2_147_483_640, *(pick.randrange(first, last, MINUTE) for _ in range(10))]


def written(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def calendar_of(plan: Plan) -> Calendar:
    """The plan as an administrator writes it."""
    return Calendar.from_data(
        {
            "tz": plan.zone,
            "hours": {
                name: [[written(a), written(b)] for a, b in spans]
                for name, spans in zip(WEEKDAYS, plan.hours, strict=True)
            },
            "holidays": list(plan.holidays),
            "workdays": list(plan.workdays),
            "workday_like": plan.workday_like,
        }
    )


def some_plan(pick: random.Random, zone: str, centre: int) -> Plan:
    """Office hours, nights over midnight, always, or anything; edges like to lie where the clocks change."""
    where = ZoneInfo(zone)
    before, after = (datetime.fromtimestamp(centre + step, where) for step in (-MINUTE, 0))
    near = [(local.hour * 60 + local.minute + more) % 1441 for local in (before, after) for more in (-30, 0, 1, 30, 60)]
    kind = pick.choice(["office", "night", "always", "any", "any", "near", "near"])

    def day(weekday: int) -> tuple[tuple[int, int], ...]:
        if kind == "always":
            return ((0, 1440),)
        if kind == "office":
            return ((480, 720), (765, 1050)) if weekday < 5 else ()
        if kind == "night":
            return ((0, 360), (1320, 1440))
        edges = near if kind == "near" else [pick.randrange(1441) for _ in range(6)]
        chosen = sorted({pick.choice([*edges, 0, 1440]) for _ in range(pick.choice([2, 2, 4]))})
        return tuple(zip(chosen[::2], chosen[1::2], strict=False))

    hours = tuple(day(weekday) for weekday in range(7))
    if sum(map(bool, hours)) < 4:
        hours = tuple(spans or ((60, 1439),) for spans in hours)
    today = after.date()

    def near_day() -> date:
        return today + timedelta(days=pick.randint(-4, 4))

    plan = Plan(zone, hours)
    holidays, workdays = [], []
    for _ in range(pick.choice([0, 0, 1, 2])):
        one = near_day()
        other = one + timedelta(days=pick.randint(0, 2))
        holidays.append(
            pick.choice([f"{one}", one.strftime("--%m-%d"), f"{one}/{other}", f"{one:--%m-%d}/{other:--%m-%d}"])
        )
    for _ in range(pick.choice([0, 0, 1])):
        workdays.append(f"{near_day()}")
    # The weekday of a make-up day's hours must have some itself.
    like = pick.choice([weekday for weekday in range(7) if hours[weekday]])
    return replace(plan, holidays=tuple(holidays), workdays=tuple(workdays), workday_like=like)


def compare_calendar(pick: random.Random, calendar: Calendar, minutes: Minutes, start: int, end: int) -> None:
    counted = minutes.windows(start, end)
    seconds = sum(b - a for a, b in counted)
    assert calendar.elapsed(start, end) == seconds
    assert list(calendar.windows(start, end)) == counted
    assert calendar.is_open(start) == minutes.is_open(start)
    assert calendar.next_open(start) == minutes.next_open(start)
    if seconds:
        wanted = pick.randint(1, seconds)
        assert calendar.add(start, seconds) == counted[-1][1]
        due = minutes.reach(start, wanted)
        assert due is not None
        assert calendar.add(start, wanted) == due
        assert calendar.add(start, wanted, "open") == minutes.next_open(due)
        assert calendar.subtract(end, wanted) == minutes.back(end, wanted)
    if pick.random() < 0.25:
        assert calendar.wall_clock().elapsed(start, end) == minutes.wall_count(start, end)
    days, last = pick.randint(1, 3), pick.random() < 0.5
    try:
        wanted = minutes.add_days(start, days, last)
        closing = minutes.end_of_day(start)
    except IndexError:  # not so many working days in sight
        return
    assert calendar.add_days(start, days, last) == wanted
    assert calendar.end_of_day(start) == closing


def some_story(pick: random.Random, start: int, length: int) -> tuple[list[HistoryEvent], int]:
    """Pauses, an answer, perhaps an end and a reopening; and when the clocks are read."""
    cut = pick.choice([1, MINUTE])
    times = sorted({start + pick.randrange(length) // cut * cut for _ in range(pick.randint(0, 7))})
    events: list[HistoryEvent] = []
    closed = False
    for at in times:
        if closed:
            events.append(HistoryEvent(at, "reopen", None, False))
            closed = False
            continue
        kind = pick.choice(["pause", "pause", "go", "agent_message", "customer_message", "close"])
        if kind == "close":
            closed = True
            events.append(HistoryEvent(at, "close"))
        elif kind in ("pause", "go"):
            events.append(HistoryEvent(at, "state", None, kind == "pause"))
        else:
            events.append(HistoryEvent(at, kind))  # type: ignore[arg-type]
    return events, start + length + pick.randrange(DAY)


def standstills(events: list[HistoryEvent]) -> tuple[list[Span], int | None]:
    """When the clocks stand still (paused, or closed and opened again), and the end where there is one."""
    spans: list[Span] = []
    since, closed = None, None
    for event in events:
        if since is not None and (event.kind == "close" or event.pausing is False):
            spans.append((since, event.at))
            since = None
        if event.kind == "close":
            closed = event.at
        elif event.kind == "reopen" and closed is not None:
            spans.append((closed, event.at))
            closed = None
        elif event.pausing:
            since = event.at if since is None else since
    if since is not None:
        spans.append((since, None))
    return spans, closed


def compare_clock(
    clock: Clock,
    minutes: Minutes,
    start: int,
    finished: int | None,
    spans: list[Span],
    closed: int | None,
    at: int,
    opening: bool,
) -> None:
    target = clock.target
    assert target is not None
    end = closed if finished is None else finished
    measured = at if end is None else end
    if target.days:
        goal = minutes.count(start, minutes.add_days(start, target.days, target.end_of_day))
        promised: int | None = minutes.add_days(start, target.days, target.end_of_day)
        for begins, ends in spans:
            assert promised is not None
            if begins < promised:
                if ends is None:
                    promised = None
                    break
                held = minutes.count(begins, ends)
                if held:
                    promised = minutes.reach(promised, held)
                    assert promised is not None
                    promised = minutes.end_of_day(promised) if target.end_of_day else promised
    else:
        goal = target.seconds
        promised = minutes.reach(start, goal, spans)
        if promised is not None and opening:
            promised = minutes.next_open(promised)
    elapsed = minutes.count(start, measured, spans)
    missed = promised is not None and measured > promised
    paused = end is None and bool(spans) and spans[-1][1] is None
    assert (clock.elapsed, clock.goal, clock.left) == (elapsed, goal, goal - elapsed)
    assert (clock.promised, clock.missed, clock.paused) == (promised, missed, paused)
    if end is None:
        assert clock.run == ("paused" if paused else "running")
        assert clock.due == (None if paused else promised)
        if clock.due is not None and not target.days:
            part = goal * 75 // 100
            warned = minutes.reach(start, part, spans) if part else start
            assert warned is not None
            assert clock.warn == min(warned, clock.due)
    else:
        assert clock.due is None
        assert clock.run == ("missed" if missed else "met" if finished is not None else "none")


def compare_sla(pick: random.Random, calendar: Calendar, minutes: Minutes, start: int, end: int) -> None:
    events, at = some_story(pick, start, max(end - start, 2))
    spans, closed = standstills(events)
    answered = next((event.at for event in events if event.kind == "agent_message"), None)
    room = minutes.count(start, start + 3 * DAY, [span for span in spans if span[1] is not None])
    if not room:
        return
    targets = [Target(pick.randint(1, room)) for _ in range(2)]
    if pick.random() < 0.3:
        targets[pick.randrange(2)] = Target(days=pick.randint(1, 2), end_of_day=pick.random() < 0.5)
    boundary = pick.choice(["close", "open"])
    found = clocks(
        events,
        start,
        Targets(targets[0], None, targets[1], warn=(Warn(percent=75),)),
        calendar,
        SlaSwitches(boundary=boundary),  # type: ignore[arg-type]
        at,
    )
    try:
        compare_clock(found.response, minutes, start, answered, spans, closed, at, boundary == "open")
        compare_clock(found.resolution, minutes, start, closed, spans, closed, at, boundary == "open")
    except IndexError:
        assert max(target.days for target in targets), "only whole days may lie out of sight"


def compare(zone: str, centres: list[int], plans: int, intervals: int) -> int:
    """Compare random intervals around each centre; how many."""
    done = 0
    for centre in centres:
        for number in range(plans):
            pick = random.Random(f"{zone} {centre} {number}")
            plan = some_plan(pick, zone, centre)
            middle = centre - centre % MINUTE
            minutes, calendar = Minutes(plan, middle - BEFORE, middle + AFTER), calendar_of(plan)
            for _ in range(intervals):
                cut = pick.choice([1, MINUTE])
                start = centre + pick.randint(-3 * DAY, DAY) // cut * cut
                end = start + int(2 * DAY * pick.random() ** 2) // cut * cut
                try:
                    compare_calendar(pick, calendar, minutes, start, end)
                    compare_sla(pick, calendar, minutes, start, end)
                except AssertionError as wrong:
                    local = datetime.fromtimestamp(start, ZoneInfo(zone)).isoformat()
                    wrong.add_note(f"{plan}; change {centre}; {start} ({local}) to {end}")
                    raise
                done += 1
    return done


@pytest.mark.parametrize("zone", ZONES)
def test_intervals_near_some_changes_equal_the_minute_by_minute_reference(zone: str) -> None:
    pick = random.Random(zone)
    known = changes(zone)
    centres = [*pick.sample(known, min(len(known), 4)), *plain_days(zone)[:1]]
    assert compare(zone, centres, 1, 6) == len(centres) * 6


@pytest.mark.soak
@pytest.mark.parametrize("zone", ZONES)
def test_intervals_near_every_change_equal_the_minute_by_minute_reference(zone: str) -> None:
    centres = [*changes(zone), *plain_days(zone)]
    assert compare(zone, centres, PLANS, INTERVALS) == len(centres) * PLANS * INTERVALS


@pytest.mark.soak
def test_the_soak_compares_a_hundred_thousand_intervals_and_meets_every_kind_of_change() -> None:
    known = {zone: changes(zone) for zone in ZONES}
    assert sum(len(found) + len(plain_days(zone)) for zone, found in known.items()) * PLANS * INTERVALS >= 100_000
    assert sum(1 for found in known.values() if found) >= 20
    assert {len(known[zone]) for zone in ("Europe/Berlin", "America/New_York", "Australia/Sydney")} == {82}


def test_the_reference_bites() -> None:
    """A calendar that is an hour off after a change does not equal it."""
    centre = changes("Europe/Berlin")[0]
    plan = Plan("Europe/Berlin", (((480, 1020),),) * 7)
    minutes = Minutes(plan, centre - BEFORE, centre + AFTER)
    wrong = Calendar("Etc/GMT-1", dict.fromkeys(range(7), ((480 * 60, 1020 * 60),)))
    right = calendar_of(plan)
    span = (centre - DAY, centre + 3 * DAY)
    assert list(right.windows(*span)) == minutes.windows(*span) != list(wrong.windows(*span))
