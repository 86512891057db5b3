"""The indicators of incidents: every definition by table, the invariants that must hold of any incidents by property."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules import incident_metrics as metrics
from helpdesk_tui.rules.figures import Figure, quantile
from helpdesk_tui.rules.incident_facts import FLAP, Action, DataSet, IncidentFacts, Terms, recurrences
from helpdesk_tui.rules.incident_metrics import OF_INCIDENTS, Period, updates_due
from helpdesk_tui.rules.spans import Span, length, union, weighted, within, without

H, D = 3_600, 86_400
ALL = Period(0, 100 * D, 100 * D)


def incident(number: int = 1, at: int = D, **values: Any) -> IncidentFacts:
    """An ordinary one: felt at `at`, seen 2 min later, declared at 5, acknowledged at 8, begun at 10, mended at 60."""
    usual: dict[str, Any] = {
        "service": "mail", "impact_started": at, "detected": at + 120, "declared": at + 300, "acknowledged": at + 480,
        "engaged": at + 600, "mitigated": at + H, "resolved": at + 2 * H, "cause": "disk",
    }  # fmt: skip
    return IncidentFacts(number=number, **{**usual, **values})


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("mttd", 120), ("mtta", 180), ("mttr.respond", H - 300), ("mttr.repair", H - 600), ("mttr.recover", H),
        ("mttr.resolve", 2 * H - 300), ("mtbf", 100 * D - H), ("availability", 1 - H / (100 * D)), ("count", 1),
        ("unacked", 0), ("recurrence", 0), ("recurrence.90", 0), ("mttr.net", 2 * H - 300),
    ],
)  # fmt: skip
def test_one_ordinary_incident(id: str, value: float) -> None:  # noqa: A002
    found = OF_INCIDENTS[id]([incident()], ALL)
    assert found.id == id
    assert found.value == pytest.approx(value)
    assert found.n == 1


@pytest.mark.parametrize("id", [*OF_INCIDENTS])
def test_nothing_says_nothing(id: str) -> None:  # noqa: A002
    found = OF_INCIDENTS[id]([], ALL)
    expected = {"count": 0, "availability": 1.0}.get(id)
    assert found.value == expected
    assert found.n == 0
    if id == "mtbf":
        assert found.notes == {"at_least": 100 * D}


@pytest.mark.parametrize(
    ("id", "lacks"),
    [("mttd", "impact_started"), ("mttr.repair", "engaged"), ("mttr.recover", "impact_started")],
)
def test_what_lacks_a_stamp_is_excluded_and_counted(id: str, lacks: str) -> None:  # noqa: A002
    found = OF_INCIDENTS[id]([incident(), incident(2, **dict[str, Any]({lacks: None}))], ALL)
    assert (found.n, found.excluded) == (1, 1)


def test_no_acknowledgement_is_no_time_of_zero() -> None:
    found = metrics.mtta([incident(), incident(2, acknowledged=None)], ALL)
    assert (found.value, found.n, found.notes["unacked"]) == (180, 1, 0.5)
    assert metrics.unacknowledged([incident(2, acknowledged=None)], ALL).value == 1


def test_acknowledgements_after_a_return_stand_apart() -> None:
    twice = incident(acknowledged_again=((3 * D, 3 * D + 60), (4 * D, 4 * D + 120)))
    found = metrics.mtta([twice], ALL)
    assert (found.value, found.n, found.notes["again"]) == (180, 1, 90)
    again = metrics.reack([twice, incident(2)], ALL)
    assert (again.value, again.n, again.median) == (90, 2, 90)
    assert metrics.reack([twice], Period(4 * D, 5 * D, 9 * D)).value == 120


def test_acknowledgements_in_service_hours() -> None:
    found = metrics.mtta_hours([incident(acknowledged_hours=60), incident(2), incident(3, acknowledged=None)], ALL)
    assert (found.value, found.n, found.excluded) == (60, 1, 1)


def test_a_range_of_the_start_counts_with_its_middle() -> None:
    found = metrics.mttd([incident(impact_latest=D + 100)], ALL)
    assert (found.value, found.notes) == (70, {"ranged": 1})


def test_open_again_adds_the_stretches_and_short_ends_are_none() -> None:
    back = D + 2 * H
    assert metrics.mttr_recover([incident(again=((back, back + H),))], ALL).value == 2 * H
    soon = D + H + FLAP - 1
    assert metrics.mttr_recover([incident(again=((soon, soon + H),))], ALL).value == 2 * H + FLAP - 1
    assert metrics.mttr_recover([incident(again=((back, None),))], ALL).n == 0


def test_the_time_of_suppliers_is_shown_both_ways() -> None:
    # Waited for before it was declared, while it was repaired, and once users could work again.
    waits = ((D, D + 300), (D + 900, D + 1_200), (D + H, D + H + 600))
    one = [incident(waits=waits), incident(2, acknowledged=None)]
    shown = {name: OF_INCIDENTS[name](one, ALL) for name in OF_INCIDENTS if name.startswith("mttr")}
    gross = {name: found.value for name, found in shown.items()}
    less = {name: ((gross[name] or 0) - (found.notes["net"] or 0)) * 2 for name, found in shown.items() if found.notes}
    assert less == {"mttr.respond": 300, "mttr.repair": 300, "mttr.recover": 600, "mttr.resolve": 900}
    net = shown["mttr.net"]
    assert (net.value, net.n, net.median) == (gross["mttr.resolve"] - 450, 2, gross["mttr.resolve"] - 450)  # type: ignore[operator]


def test_downtime_is_counted_once_and_planned_work_not_at_all() -> None:
    two = [incident(), incident(2, at=D + H // 2)]
    assert length(metrics.downtime(two, ALL)) == H + H // 2
    assert metrics.mtbf(two, ALL).n == 1
    assert metrics.downtime(two, ALL, planned=[(0, 2 * D)]) == []
    pause = Terms(planned=((D + 600, D + 900),))
    assert (metrics.mtbf(two, ALL, {"mail": pause}).n, metrics.mtbf(two, Period(D + 800, 9 * D, 9 * D)).n) == (1, 0)
    assert metrics.mtbf(two, ALL, {"mail": Terms(planned=((0, 2 * D),))}).notes == {"at_least": 98 * D}


def test_each_service_fails_by_itself() -> None:
    two = [incident(), incident(2, service="web"), incident(3, service=None)]
    found = metrics.mtbf(two, ALL)
    assert (found.n, found.value) == (3, 100 * D - H)
    there = metrics.availability(two, ALL, {"web": Terms(agreed=((D, D + 2 * H),)), "": Terms(agreed=())})
    assert (there.n, there.notes) == (2, {"lost": 2 * H, "agreed": 100 * D + 2 * H})


def test_a_failure_counts_where_it_began() -> None:
    one = [incident(at=D - H // 2)]
    assert metrics.mtbf(one, Period(0, D, 9 * D)).n == 1
    assert metrics.mtbf(one, Period(D, 2 * D, 9 * D)).n == 0
    assert metrics.mtbf([incident(at=D)], Period(D, 2 * D, 9 * D)).n == 1


@pytest.mark.parametrize(
    ("agreed", "planned", "share", "expected"),
    [
        (None, (), 1.0, 1 - 1 / 48), (None, (), 0.5, 1 - 0.5 / 48), ([(D, D + 2 * H)], (), 1.0, 0.5),
        ([(D + H, D + 2 * H)], (), 1.0, 1.0), ([(D, D + 2 * H)], ((D, D + H),), 1.0, 1.0), ([], (), 1.0, None),
        ([(D, D + H)], ((D, D + H),), 1.0, None),
    ],
)  # fmt: skip
def test_availability(
    agreed: list[Span] | None, planned: tuple[Span, ...], share: float, expected: float | None
) -> None:
    terms = Terms(None if agreed is None else tuple(agreed), planned)
    found = metrics.availability([incident(share=share)], Period(0, 2 * D, 9 * D), {"mail": terms})
    assert found.value == (None if expected is None else pytest.approx(expected))


def test_outages_at_once_count_with_the_greatest_share() -> None:
    two = [incident(share=0.25), incident(2, share=0.75)]
    assert metrics.availability(two, Period(D, D + H, 9 * D)).value == pytest.approx(0.25)


def test_an_open_outage_counts_to_now() -> None:
    lasting = [incident(mitigated=None, resolved=None)]
    assert metrics.availability(lasting, Period(D, 2 * D, D + 6 * H)).value == 0
    assert metrics.mtbf(lasting, Period(0, 2 * D, D + 6 * H)).value == D


@pytest.mark.parametrize(
    ("values", "now", "expected"),
    [
        ({"rto": H}, 9 * D, (1, 1)), ({"rto": H - 1}, 9 * D, (0, 1)), ({"rto": None}, 9 * D, (None, 0)),
        ({"rto": H, "rto_from": D + 300}, 9 * D, (1, 1)), ({"rto": H - 120, "impact_started": None}, 9 * D, (1, 1)),
        ({"rto": H - 121, "impact_started": None}, 9 * D, (0, 1)), ({"rto": H, "mitigated": None}, D + H, (None, 0)),
        ({"rto": H, "mitigated": None}, D + H + 1, (0, 1)), ({"rto": H, "nature": "drill"}, 9 * D, (None, 0)),
    ],
)  # fmt: skip
def test_recovery_time_objective(values: dict[str, Any], now: int, expected: tuple[float | None, int]) -> None:
    found = metrics.rto([incident(**values)], Period(0, 100 * D, now))
    assert (found.value, found.n) == expected


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ((DataSet(60, 59),), (1, 1, 0)), ((DataSet(60, 61),), (0, 1, 0)), ((DataSet(60),), (None, 0, 1)),
        ((DataSet(60, 10), DataSet(60, 90)), (0, 1, 0)), ((DataSet(60, 10), DataSet(60)), (None, 0, 1)),
        ((DataSet(60), DataSet(60, 90)), (0, 1, 0)), ((DataSet(60, 90, lost=0),), (1, 1, 0)),
        ((DataSet(60, 10, lost=61),), (0, 1, 0)), ((), (None, 0, 0)),
    ],
)  # fmt: skip
def test_recovery_point_objective(sets: tuple[DataSet, ...], expected: tuple[float | None, int, int]) -> None:
    found = metrics.rpo([incident(data_sets=sets)], ALL)
    assert (found.value, found.n, found.excluded) == expected


def test_recurrence() -> None:
    first, later = incident(), incident(2, at=20 * D)
    assert recurrences([first, later]) == ({2: 1}, set())
    assert recurrences([first, incident(2, at=40 * D)]) == ({}, set())
    assert recurrences([first, replace(later, service="web")]) == ({}, set())
    assert recurrences([first, replace(later, cause=None)]) == ({}, {2})
    assert recurrences([replace(first, keys=frozenset("k")), replace(later, cause=None, keys=frozenset("k"))])[0] == {
        2: 1
    }
    assert recurrences([first, replace(later, cause=None, recurrence_of=1)]) == ({2: 1}, set())
    assert recurrences([replace(first, nature="drill"), later]) == ({}, set())
    found = metrics.recurrence([first, later, incident(3, at=50 * D, cause=None)], ALL)
    assert (found.value, found.n, found.excluded) == (0.5, 2, 1)


def test_reviews_due_in_the_period() -> None:
    due = {"review_due": 5 * D}
    several = [
        incident(1, **due, review_published=5 * D),
        incident(2, **due, review_published=5 * D + 1),
        incident(3, **due),
        incident(4, **due, review_waived=True),
        incident(5, review_due=200 * D),
        incident(6),
    ]
    found = metrics.review(several, ALL)
    assert (found.value, found.n, found.notes) == (1 / 3, 3, {"waived": 1})


@pytest.mark.parametrize(
    ("sent", "intervals", "expected"),
    [
        ((), [(0, 900)], (1, 0)), ((900,), [(0, 900)], (2, 1)), ((900, 1_800, 2_700), [(0, 900)], (4, 3)),
        ((900, 1_800, 2_701), [(0, 900)], (3, 2)), ((), [(0, None)], (0, 0)), ((5,), [(0, None)], (0, 0)),
        # Graver from 600 on: what would be owed at 900 is owed at 600.
        ((600,), [(0, 900), (600, 300)], (2, 1)), ((601,), [(0, 900), (600, 300)], (2, 0)),
        # Milder from 600 on: the next is owed at 1,800.
        ((1_800,), [(0, 900), (600, 1_800)], (2, 1)), ((), [(0, 900), (600, 7_200)], (0, 0)),
        # It had been owed before that.
        ((1_000,), [(0, 900), (950, 7_200)], (1, 0)), ((1_000,), [(0, 900), (950, None)], (1, 0)),
    ],
)  # fmt: skip
def test_cadence(sent: tuple[int, ...], intervals: list[tuple[int, int | None]], expected: tuple[int, int]) -> None:
    assert updates_due(0, 3_600, sent, intervals) == expected
    owed = metrics.updates_owed(0, 3_600, sent, intervals)
    found = metrics.cadence(owed, ALL)
    assert (found.n, found.value) == (expected[0], expected[1] / expected[0] if expected[0] else None)
    parts = [metrics.cadence(owed, Period(a, b, ALL.now)).n for a, b in pairwise((0, 600, 950, 951, 3_600, D))]
    assert sum(parts) == found.n


def test_follow_up_actions() -> None:
    known = [
        Action(1, D, 2 * D, D + 5), Action(1, D, 2 * D, 2 * D + 1), Action(2, D, 2 * D), Action(2, D, None),
        Action(3, D, 99 * D), Action(3, 101 * D, 102 * D),
    ]  # fmt: skip
    closed = metrics.actions(known, Period(0, 90 * D, 100 * D))
    assert (closed.value, closed.n) == (1 / 3, 3)
    aged = metrics.actions_age(known, Period(0, 90 * D, 100 * D))
    assert (aged.value, aged.n, aged.notes) == (89 * D, 3, {"late": 1})
    assert metrics.actions([], ALL).value is None
    assert metrics.actions_age([], ALL).value is None


def test_recurrence_within_thirty_days_and_ninety() -> None:
    two = [incident(), incident(2, at=41 * D)]
    assert metrics.recurrence(two, ALL).value == 0
    assert metrics.recurrence_long(two, ALL).value == 0.5


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.5), (0.9, 3.7), (0, 1), (1, 4)])
def test_quantiles_lie_between_neighbours(share: float, value: float) -> None:
    assert quantile([4, 1, 3, 2], share) == pytest.approx(value)
    assert quantile([7], share) == 7
    assert quantile([], share) is None


# -- of any incidents --------------------------------------------------------------------------------------------------

instants = st.integers(0, 100 * D)
lengths = st.integers(0, 3 * D)


@st.composite
def any_incident(draw: st.DrawFn) -> IncidentFacts:
    """Stamps in their order, any of the optional ones missing."""
    t0 = draw(instants)
    t1 = t0 + draw(lengths)
    t2 = t1 + draw(lengths)
    t5 = t2 + draw(lengths)
    t6 = t5 + draw(lengths)

    def maybe(value: int) -> int | None:
        return value if draw(st.booleans()) else None

    mitigated = maybe(t5)
    return IncidentFacts(
        number=draw(st.integers(1, 10**6)),
        declared=t2,
        service=draw(st.sampled_from(["mail", "web", None])),
        nature=draw(st.sampled_from(["real", "real", "drill", "backfilled"])),
        impact_started=maybe(t0),
        detected=maybe(t1),
        acknowledged=maybe(t2 + draw(lengths)),
        engaged=maybe(t2 + (t5 - t2) // 2),
        mitigated=mitigated,
        resolved=None if mitigated is None else maybe(t6),
        again=() if mitigated is None else draw(st.sampled_from([(), ((t5 + H, t5 + 2 * H),)])),
        acknowledged_again=draw(st.sampled_from([(), ((t6, t6 + H),)])),
        acknowledged_hours=maybe(60),
        waits=draw(st.sampled_from([(), ((t2, t5),), ((t1, t6), (t6 + H, t6 + 2 * H))])),
        share=draw(st.floats(0, 1)),
        rto=maybe(draw(lengths)),
        cause=draw(st.sampled_from(["disk", None])),
        review_due=maybe(t6),
        review_published=maybe(t6 + draw(lengths)),
    )


several = st.lists(any_incident(), max_size=8, unique_by=lambda one: one.number)
# What is a count of cases, each in one period.
PARTED = [name for name in OF_INCIDENTS if name not in ("availability", "mtbf")]


@given(several, st.lists(st.integers(0, 110 * D), max_size=3), st.integers(0, 120 * D))
def test_the_parts_of_a_period_make_the_whole(incidents: list[IncidentFacts], cuts: list[int], now: int) -> None:
    edges = sorted({0, 110 * D, *cuts})
    for name in PARTED:
        whole = OF_INCIDENTS[name](incidents, Period(0, 110 * D, now))
        parts = [OF_INCIDENTS[name](incidents, Period(a, b, now)) for a, b in pairwise(edges)]
        assert sum(part.n for part in parts) == whole.n
        assert sum(part.excluded for part in parts) == whole.excluded
        if whole.mean is not None:
            assert sum((part.mean or 0) * part.n for part in parts) == pytest.approx(whole.mean * whole.n)


@given(several, st.lists(st.integers(0, 110 * D), max_size=3), st.integers(0, 120 * D))
def test_what_was_lost_and_agreed_adds_up(incidents: list[IncidentFacts], cuts: list[int], now: int) -> None:
    terms = {"mail": Terms(tuple((n * D, n * D + 8 * H) for n in range(110)), ((50 * D, 51 * D),))}
    edges = sorted({0, 110 * D, *cuts})
    whole = metrics.availability(incidents, Period(0, 110 * D, now), terms).notes
    parts = [metrics.availability(incidents, Period(a, b, now), terms).notes for a, b in pairwise(edges)]
    for name in ("lost", "agreed"):
        assert sum(part.get(name) or 0 for part in parts) == pytest.approx(whole.get(name) or 0)


def _told(incidents: list[IncidentFacts], period: Period) -> list[Figure]:
    return [indicator(incidents, period) for indicator in OF_INCIDENTS.values()]


@given(several, any_incident(), st.integers(0, 120 * D))
def test_a_drill_changes_nothing(incidents: list[IncidentFacts], drill: IncidentFacts, now: int) -> None:
    drill = replace(drill, number=10**7, nature="drill")
    period = Period(10 * D, 90 * D, now)
    assert _told([*incidents, drill], period) == _told(incidents, period)


@given(several, st.integers(0, 120 * D))
def test_what_is_merged_never_adds(incidents: list[IncidentFacts], now: int) -> None:
    period = Period(0, 100 * D, now)
    merged = [replace(one, merged=True) if place == 0 else one for place, one in enumerate(incidents)]
    assert (metrics.count(merged, period).value or 0) <= (metrics.count(incidents, period).value or 0)
    assert length(metrics.downtime(merged, period)) <= length(metrics.downtime(incidents, period))


@given(several, st.integers(0, 50 * D), lengths, st.integers(0, 120 * D))
def test_downtime_fits_the_window(incidents: list[IncidentFacts], start: int, wide: int, now: int) -> None:
    period = Period(start, start + wide, now)
    assert length(metrics.downtime(incidents, period)) <= wide
    found = metrics.availability(incidents, period).value
    assert found is None or 0 <= found <= 1
    net = metrics.mttr_net(incidents, period).value
    assert net is None or 0 <= net <= (metrics.mttr_resolve(incidents, period).value or 0)
    ran = metrics.mtbf(incidents, period)
    assert (ran.value if ran.value is not None else ran.notes["at_least"] or 0) >= 0


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


@given(spans, spans)
def test_spans_are_sets_of_seconds(some: list[Span], others: list[Span]) -> None:
    def seconds(found: list[Span]) -> set[int]:
        return {second for start, end in found for second in range(start, end)}

    one, two = union(some), union(others)
    assert seconds(one) == seconds(some)
    assert length(one) == len(seconds(one))
    assert seconds(within(one, two)) == seconds(one) & seconds(two)
    assert seconds(without(one, two)) == seconds(one) - seconds(two)
    assert weighted([(span, 1.0) for span in some], two) == len(seconds(one) & seconds(two))
