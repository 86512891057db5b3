"""Working time and SLA clocks against an independent reference that looks at every single minute."""

import contextlib
import itertools
import random
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.ledger import ledger_of
from helpdesk_tui.rules.sla import HistoryEvent, SlaResult, Target, Targets, Warn, clocks, columns
from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.vocabulary.errors import Invalid
from tests.sparing import examples

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Lisbon",
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Caracas",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
]
MINUTE, DAY = 60, 86_400
Hours = dict[int, tuple[tuple[int, int], ...]]


@lru_cache
def changes(zone: str) -> tuple[int, ...]:
    """Days (their noon) of 2000 to 2040 around which the zone's offset changes, and some plain ones."""
    where, found, day = ZoneInfo(zone), [], datetime(2000, 1, 1, 12, tzinfo=UTC)
    before = day.astimezone(where).utcoffset()
    while day.year < 2041:
        now = day.astimezone(where).utcoffset()
        if now != before:
            found.append(int(day.timestamp()))
        before, day = now, day + timedelta(days=1)
    return (*found, 951_782_400, 1_780_300_800, 2_147_483_640 // DAY * DAY)


def reference(zone: ZoneInfo, hours: Hours, closed: set[str], at: int) -> bool:
    """Whether a minute counts, by its local reading alone."""
    local = datetime.fromtimestamp(at, zone)
    if local.strftime("%Y-%m-%d") in closed:
        return False
    minute = local.hour * 3600 + local.minute * 60 + local.second
    return any(start <= minute < end for start, end in hours[local.weekday()])


@st.composite
def weekly(draw: st.DrawFn) -> Hours:
    spans = st.lists(st.integers(0, 96), min_size=0, max_size=4, unique=True).map(
        lambda edges: tuple((a * 900, b * 900) for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
    )
    hours = {day: draw(spans) for day in range(7)}
    return hours if any(hours.values()) else {**hours, 2: ((0, DAY),)}


@st.composite
def stretches(draw: st.DrawFn) -> tuple[str, Hours, set[str], int, int]:
    """A zone, hours, a holiday, and a stretch of up to three days near a change of clocks."""
    zone = draw(st.sampled_from(ZONES))
    centre = draw(st.sampled_from(changes(zone))) // MINUTE * MINUTE
    start = centre + draw(st.integers(-3 * 1440, 1440)) * MINUTE
    length = draw(st.integers(0, 3 * 1440)) * MINUTE
    closed = {datetime.fromtimestamp(centre, ZoneInfo(zone)).strftime("%Y-%m-%d")} if draw(st.booleans()) else set()
    return zone, draw(weekly()), closed, start, start + length


@settings(max_examples=examples(75), deadline=None)
@given(stretches())
def test_elapsed_equals_the_count_of_open_minutes(case: tuple[str, Hours, set[str], int, int]) -> None:
    zone, hours, closed, start, end = case
    calendar, where = Calendar(zone, hours, closed), ZoneInfo(zone)
    minutes = [at for at in range(start, end, MINUTE) if reference(where, hours, closed, at)]
    assert calendar.elapsed(start, end) == len(minutes) * MINUTE
    assert sum(b - a for a, b in calendar.windows(start, end)) == len(minutes) * MINUTE
    assert calendar.is_open(start) == reference(where, hours, closed, start)
    if minutes:
        assert calendar.next_open(start) == minutes[0]
        wanted = len(minutes) // 2 + 1
        assert calendar.add(start, wanted * MINUTE) == minutes[wanted - 1] + MINUTE
        assert calendar.subtract(end, len(minutes) * MINUTE) == minutes[0]


@settings(max_examples=examples(150), deadline=None)
@given(stretches(), st.integers(1, 400_000))
def test_adding_and_counting_agree(case: tuple[str, Hours, set[str], int, int], seconds: int) -> None:
    zone, hours, closed, start, _ = case
    calendar = Calendar(zone, hours, closed)
    due = calendar.add(start, seconds)
    assert calendar.elapsed(start, due) == seconds
    assert calendar.elapsed(start, due - 1) == seconds - 1
    opening = calendar.add(start, seconds, "open")
    assert opening >= due
    assert calendar.is_open(opening)
    assert calendar.elapsed(due, opening) == 0
    back = calendar.subtract(due, seconds)
    assert back >= start
    assert calendar.elapsed(back, due) == seconds
    assert calendar.elapsed(start, back) == 0
    middle = (start + due) // 2
    assert calendar.elapsed(start, middle) + calendar.elapsed(middle, due) == seconds
    windows = list(calendar.windows(start, due))
    assert all(a < b for a, b in windows)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(windows))


EVENTS = st.tuples(
    st.integers(0, 3 * 1440),
    st.sampled_from(
        ["customer_message", "agent_message", "agent_contact", "first_response", "state", "state", "close", "reopen"]
    ),
    st.booleans(),
)
SWITCHES = st.builds(
    SlaSwitches,
    boundary=st.sampled_from(["close", "open"]),
    seconds=st.sampled_from(["keep", "truncate", "round_up"]),
    pause_unit=st.sampled_from(["clock", "real"]),
    due_while_paused=st.sampled_from(["hidden", "sliding", "stale"]),
    sliding_lead=st.sampled_from([0, 240]),
    pause_response=st.booleans(),
    pause_extends=st.booleans(),
    reopen=st.sampled_from(["pause", "restart", "keep"]),
    update_clock=st.sampled_from(["customer_waiting", "keep_in_loop", "both"]),
    update_from_creation=st.booleans(),
    response_clock=st.sampled_from(["first", "unanswered"]),
    out_of_hours_extra=st.sampled_from([0, 1800]),
)
TARGET = st.one_of(
    st.none(),
    st.builds(Target, seconds=st.integers(1, 200_000)),
    st.builds(Target, seconds=st.sampled_from([0, 3600]), days=st.integers(1, 4), end_of_day=st.booleans()),
)


def history(start: int, events: list[tuple[int, str, bool]]) -> list[HistoryEvent]:
    return [
        HistoryEvent(start + minute * 60 + 7, kind, None, pausing if kind == "state" else None)  # type: ignore[arg-type]
        for minute, kind, pausing in events
    ]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(stretches(), st.lists(EVENTS, max_size=9), SWITCHES, TARGET, TARGET, TARGET, st.randoms(use_true_random=False))
def test_ledgers_sum_and_order_does_not_matter(
    case: tuple[str, Hours, set[str], int, int],
    events: list[tuple[int, str, bool]],
    switches: SlaSwitches,
    response: Target | None,
    update: Target | None,
    resolution: Target | None,
    shuffle: random.Random,
) -> None:
    zone, hours, closed, start, end = case
    calendar = Calendar(zone, hours, closed)
    targets = Targets(response, update, resolution, warn=(Warn(percent=75), Warn(offset=-1800)))
    story = sorted(history(start, events), key=lambda event: event.at)
    result = clocks(story, start, targets, calendar, switches, end)
    assert columns(clocks(story, start, targets, calendar, switches, end, brief=True)) == columns(result)
    for clock in result.clocks:
        book = ledger_of(result, clock)
        assert book.balances, (clock, book)
        assert book.counted <= calendar.elapsed(start, max(end, clock.due or 0))
        if clock.due is not None:
            assert clock.warn is not None
            assert clock.warn <= clock.due
    if len({event.at for event in story}) == len(story):
        shuffle.shuffle(story)
        assert clocks(story, start, targets, calendar, switches, end) == result


@settings(max_examples=100, deadline=None, derandomize=True)
@given(stretches(), st.lists(st.tuples(st.integers(0, 1440), st.booleans()), max_size=6), st.integers(1, 900))
def test_due_equals_the_minute_that_a_reference_finds(
    case: tuple[str, Hours, set[str], int, int], states: list[tuple[int, bool]], target: int
) -> None:
    zone, hours, closed, start, _ = case
    where = ZoneInfo(zone)
    changes_at = sorted(dict(states).items())
    changes_at.append((1441, False))
    events = [HistoryEvent(start + minute * 60, "state", None, pausing) for minute, pausing in changes_at]
    result = clocks(
        events,
        start,
        Targets(resolution=Target(target * 60)),
        Calendar(zone, hours, closed),
        SlaSwitches(),
        events[-1].at,
    )
    paused, left, at, waiting = False, target, start, list(changes_at)
    while left and at < start + 6 * DAY:
        while waiting and start + waiting[0][0] * 60 <= at:
            paused = waiting.pop(0)[1]
        left -= not paused and reference(where, hours, closed, at)
        at += MINUTE
    if left == 0:
        assert result.resolution.due == at
    else:
        assert result.resolution.due is not None
        assert result.resolution.due > start + 6 * DAY - MINUTE


@settings(max_examples=100, deadline=None, derandomize=True)
@given(stretches(), st.lists(EVENTS, max_size=8), st.lists(st.integers(0, 5 * 1440), min_size=2, max_size=2))
def test_a_due_time_does_not_depend_on_when_it_is_asked(
    case: tuple[str, Hours, set[str], int, int], events: list[tuple[int, str, bool]], delays: list[int]
) -> None:
    zone, hours, closed, start, _ = case
    calendar, story = Calendar(zone, hours, closed), history(start, events)
    targets = Targets(Target(7200), Target(10_800), Target(90_000), warn=(Warn(percent=80),))
    last = max([start, *(event.at for event in story)])

    def ask(minutes: int) -> SlaResult:
        return clocks(story, start, targets, calendar, SlaSwitches(), last + minutes * 60)

    first, second = ask(delays[0]), ask(delays[1])
    for a, b in zip(first.clocks, second.clocks, strict=True):
        assert (a.due, a.promised, a.warn, a.started, a.finished_at, a.run) == (
            b.due,
            b.promised,
            b.warn,
            b.started,
            b.finished_at,
            b.run,
        )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.text(max_size=5), st.one_of(st.none(), st.integers(), st.text(max_size=12), st.lists(st.text(max_size=6)))
    )
)
def test_any_calendar_object_is_read_or_refused(data: dict[str, object]) -> None:
    with contextlib.suppress(Invalid):
        Calendar.from_data({"tz": data.get("tz", "UTC"), "hours": {}, "holidays": list(data)})
