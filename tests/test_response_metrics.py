"""The indicators of paging, events and on-call: by table, and what must hold of any of them."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules import response_metrics as metrics
from helpdesk_tui.rules.figures import Figure
from helpdesk_tui.rules.incident_metrics import Period
from helpdesk_tui.rules.response_metrics import Cycle, Firing, Page, Roster

H, D = 3_600, 86_400
ALL = Period(0, 100 * D, 100 * D)
FIRST = Cycle(1, D, acknowledged=D + 60, level=1, pages=(Page(D, (7,)),))
SECOND = Cycle(
    2, D, acknowledged=D + 600, level=2, pages=(Page(D, (7,)), Page(D + 300, (8, 9), late=4, off_hours=True))
)
AGAIN = Cycle(3, D, acknowledged=D + 900, level=1, pass_no=2, pages=(Page(D + 800, (7,), late=0),))
GIVEN_UP = Cycle(4, D, exhausted=D + 900, pages=(Page(D, (7,), off_hours=True), Page(D + 60, (7,), late=100)))
LASTING = Cycle(5, D, pages=(Page(D, (7,)),))
CYCLES = [FIRST, SECOND, AGAIN, GIVEN_UP, LASTING]


def test_level_1_before_anybody_else() -> None:
    found = metrics.level_1(CYCLES, ALL)
    assert (found.value, found.n) == (0.25, 4)
    assert metrics.level_1([LASTING], ALL).value is None


def test_nobody_answered() -> None:
    found = metrics.exhausted(CYCLES, ALL)
    assert (found.value, found.n) == (1, 4)
    assert (metrics.exhausted([LASTING], ALL).value, metrics.exhausted([FIRST], ALL).value) == (None, 0)


def test_how_late_levels_are_told() -> None:
    found = metrics.lateness(CYCLES, ALL)
    assert (found.n, found.median, found.notes["most"]) == (3, 4, 100)
    assert found.notes["p95"] == pytest.approx(4 + 96 * 0.9)
    assert metrics.lateness([FIRST], ALL).notes == {"p95": None, "most": None}


def test_pages_are_counted_by_people() -> None:
    found = metrics.pages(CYCLES, ALL)
    assert (found.value, found.n) == (8, 5)
    off = metrics.off_hours(CYCLES, ALL)
    assert (off.value, off.n, off.notes) == (1, 3, {"all": 3, "most": 1})
    assert metrics.off_hours([], ALL).value is None


def test_pages_in_a_turn() -> None:
    turns = ((7, (0, 2 * D)), (8, (0, 3 * D)), (7, (5 * D, 6 * D)), (9, (99 * D, 101 * D)))
    found = metrics.pages_per_shift([Roster("a", ALL.span, turns)], CYCLES, ALL)
    assert (found.n, found.median, found.excluded) == (3, 1, 1)
    assert found.value == pytest.approx(7 / 3)
    # Who is on by two schedules at once has one turn.
    both = [Roster("a", ALL.span, ((7, (0, D + 30)),)), Roster("b", ALL.span, ((7, (D, 2 * D)),))]
    assert metrics.pages_per_shift(both, CYCLES, ALL).n == 1
    assert metrics.pages_per_shift(both[1:], CYCLES, ALL).value == 6
    assert metrics.pages_per_shift([], CYCLES, ALL).value is None


def test_how_good_a_schedule_is() -> None:
    one = Roster("a", (0, 10 * D), ((7, (0, 4 * D)), (8, (5 * D, 11 * D))), ((4 * D, 5 * D), (20 * D, 30 * D)))
    period = Period(0, 10 * D, 100 * D)
    found = metrics.uncovered([one, Roster("b", (5 * D, 10 * D))], period)
    assert (found.value, found.n, found.notes) == (1 / 15, 2, {"gap": D, "time": 15 * D})
    far = metrics.deviation([one], period)
    assert (far.value, far.n, far.notes["mean"]) == (D / 2, 2, 4.5 * D)
    assert metrics.uncovered([], period).value is None
    assert metrics.deviation([Roster("b", (0, D))], period).value is None


FIRED = [
    Firing(1, "zabbix", D, D + 299, number=5), Firing(2, "zabbix", D + 9, D + 20, by_hand=True, number=5),
    Firing(1, "zabbix", 2 * D, 2 * D + 300, number=5), Firing(3, "nagios", D, number=6), Firing(4, "nagios", D),
]  # fmt: skip


def test_noise() -> None:
    many = metrics.alerts_per_incident(FIRED, ALL)
    assert (many.value, many.n, many.excluded) == (1.5, 2, 1)
    assert metrics.alerts_per_incident(FIRED, Period(2 * D, 3 * D, 9 * D)).value is None
    short = metrics.short(FIRED, ALL)
    assert (short.value, short.n) == (1 / 3, 3)
    flapped = metrics.flapping([(1, D), (1, D + 1), (9, D)], FIRED, ALL)
    assert (flapped.value, flapped.n) == (2, 5)
    assert metrics.flapping([], [], ALL).value is None
    assert (metrics.dedupe(10, 1).value, metrics.dedupe(0, 0).value) == (0.9, None)


instants = st.integers(0, 20 * D)
pages = st.builds(
    Page,
    at=instants,
    people=st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True).map(tuple),
    late=st.none() | st.integers(0, H),
    off_hours=st.booleans(),
)


@st.composite
def any_cycle(draw: st.DrawFn) -> Cycle:
    """Acknowledged, given up, or neither."""
    started = draw(instants)
    over, how = started + draw(st.integers(0, D)), draw(st.sampled_from(["ack", "exhausted", "open"]))
    return Cycle(
        draw(st.integers(1, 5)), started, acknowledged=over if how == "ack" else None,
        level=draw(st.integers(1, 3)), pass_no=draw(st.integers(1, 2)), exhausted=over if how == "exhausted" else None,
        pages=tuple(draw(st.lists(pages, max_size=4))),
    )  # fmt: skip


cycles = st.lists(any_cycle(), max_size=6)
turns = st.lists(
    st.tuples(st.integers(1, 4), instants, st.integers(1, 5 * D)).map(lambda t: (t[0], (t[1], t[1] + t[2]))), max_size=5
)
cuts = st.lists(st.integers(1, 21 * D), max_size=3).map(lambda at: sorted({0, 22 * D, *at}))


@given(cycles, turns, cuts, st.integers(0, 25 * D))
def test_the_parts_of_a_period_make_the_whole(
    known: list[Cycle], on: list[tuple[int, tuple[int, int]]], edges: list[int], now: int
) -> None:
    rosters = [Roster("a", (0, 22 * D), tuple(on))]
    asked: list[Callable[[Period], Figure]] = [
        lambda period: metrics.level_1(known, period),
        lambda period: metrics.exhausted(known, period),
        lambda period: metrics.lateness(known, period),
        lambda period: metrics.pages_per_shift(rosters, known, period),
    ]
    for ask in asked:
        whole = ask(Period(0, 22 * D, now))
        parts = [ask(Period(a, b, now)) for a, b in pairwise(edges)]
        assert sum(part.n for part in parts) == whole.n
        mean = [(part.mean if part.unit != "rate" else part.value) or 0 for part in parts]
        if whole.n and (whole.mean is not None or whole.unit == "rate"):
            value = whole.value or 0
            assert sum(m * part.n for m, part in zip(mean, parts, strict=True)) == pytest.approx(value * whole.n)
    counted = [metrics.pages(known, Period(a, b, now)).value or 0 for a, b in pairwise(edges)]
    assert sum(counted) == metrics.pages(known, Period(0, 22 * D, now)).value


@given(cycles, turns, st.integers(0, 25 * D))
def test_shares_are_shares_and_no_data_is_no_value(
    known: list[Cycle], on: list[tuple[int, tuple[int, int]]], now: int
) -> None:
    period = Period(0, 22 * D, now)
    rosters = [Roster("a", (0, 22 * D), tuple(on))]
    rates = [metrics.level_1(known, period), metrics.uncovered(rosters, period)]
    assert all(one.value is None or 0 <= one.value <= 1 for one in rates)
    every = [
        *(ask(known, period) for ask in metrics.OF_CYCLES.values()), metrics.pages_per_shift(rosters, known, period),
        metrics.deviation(rosters, period), *rates,
    ]  # fmt: skip
    assert all(one.n > 0 or one.value is None for one in every if one.id != "escalation.pages")
