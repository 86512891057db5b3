"""Paging as a state machine: every row of the rule's table, and what holds for any course of events."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.paging import (
    ACKNOWLEDGED,
    ENDED,
    EXHAUSTED,
    HELD,
    RUNNING,
    Ack,
    Acked,
    AckSoon,
    Alone,
    Due,
    Effect,
    Event,
    Exhausted,
    Facts,
    Graver,
    Hold,
    Lapsed,
    Page,
    Paged,
    Release,
    Run,
    Skipped,
    Start,
    Stop,
    Unack,
    Waits,
    reopens,
    started,
    step,
)
from helpdesk_tui.rules.paging_plan import Level, Plan, plan_of
from helpdesk_tui.rules.policy_paging import Paging, PagingPolicy

NOW = 1_790_000_000  # Monday 2026-09-21 14:13:20 UTC
MIN = 60
ANA, BO, CY, DUTY, LEAD = 1, 2, 3, 8, 9
ON: dict[str, tuple[int, ...]] = {
    "schedule:a": (ANA,), "schedule:b": (BO, CY), "lead:x": (CY,), "schedule:none": (), "role:smo": (DUTY,),
}  # fmt: skip


def plan(*levels: Level, **values: Any) -> Plan:
    given = levels or (Level(("schedule:a",)), Level(("schedule:b",)), Level(("lead:x",), kind="hierarchical"))
    return replace(plan_of(Paging(), 7, PagingPolicy.model_validate({"id": "p", "levels": [{"targets": ["team:t"]}]})),
                   levels=given, **values)  # fmt: skip


def facts(on: dict[str, tuple[int, ...]] | None = None, **values: Any) -> Facts:
    return Facts((on or ON).__getitem__, **values)


def begun(made: Plan | None = None, severity: int = 1, at: int = NOW, with_: Facts | None = None) -> Run:
    run, effects = step(started(made or plan(), severity, at), Start(), at, with_ or facts())
    assert effects
    return run


def walk(run: Run, *events: tuple[Event, int], with_: Facts | None = None) -> tuple[Run, list[Effect]]:
    found: list[Effect] = []
    for event, at in events:
        run, effects = step(run, event, at, with_ or facts())
        found += effects
    return run, found


def due(run: Run) -> int:
    assert run.next_at is not None
    return run.next_at


# -- the rows of the table ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "minutes"), [(1, 5), (2, 10), (3, 15), (4, 30)])
def test_a_level_has_the_time_of_its_severity(severity: int, minutes: int) -> None:
    assert due(begun(severity=severity)) == NOW + minutes * MIN


def test_sev5_pages_nobody() -> None:
    assert Paging().choose(kind="incident", service=None, team=None, severity=5) is None


def test_a_level_may_have_its_own_time() -> None:
    assert due(begun(plan(Level(("schedule:a",), delay=7 * MIN), Level(("schedule:b",))))) == NOW + 7 * MIN


OFFICE = Calendar("UTC", dict.fromkeys(range(5), ((9 * 3600, 17 * 3600),)), [])


def test_sev4_waits_for_service_hours() -> None:
    evening = NOW + 6 * 3600
    run, effects = step(started(plan(), 4, evening), Start(), evening, facts(calendar=OFFICE))
    opening = OFFICE.next_open(evening)
    assert effects == (Waits(opening),)
    assert (run.level, run.next_at) == (0, opening)
    run, effects = step(run, Due(), opening, facts(calendar=OFFICE))
    assert effects == (Paged(1, 1, (ANA,), "functional", ("schedule:a",)),)
    assert run.next_at == opening + 30 * MIN


def test_what_is_late_does_not_page_outside_of_service_hours() -> None:
    run = begun(severity=4, with_=facts(calendar=OFFICE))
    night = NOW + 12 * 3600
    after, effects = step(run, Due(), night, facts(calendar=OFFICE))
    assert effects == (Waits(OFFICE.next_open(night)),)
    assert after.level == 1


def test_delays_of_service_hours_end_within_them() -> None:
    before_closing = NOW + 2 * 3600 + 36 * MIN + 40  # ten to five
    assert OFFICE.is_open(before_closing)
    run = begun(severity=4, at=before_closing, with_=facts(calendar=OFFICE))
    assert OFFICE.is_open(due(run))
    assert OFFICE.elapsed(before_closing, due(run)) == 30 * MIN


def test_two_passes_then_the_duty_manager_and_nothing_is_closed() -> None:
    run, told = begun(), []
    while run.next_at is not None:
        run, effects = step(run, Due(), due(run), facts())
        told += effects
    assert [(one.pass_no, one.level) for one in told if isinstance(one, Paged)] == [
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 2),
        (2, 3),
    ]
    assert told[-1] == Exhausted((DUTY,))
    assert (run.state, run.live) == (EXHAUSTED, True)


def test_who_is_on_is_asked_when_a_level_is_due() -> None:
    run = begun()
    _, effects = step(run, Due(), due(run), facts({**ON, "schedule:b": (ANA,)}))
    assert effects == (Paged(2, 1, (ANA,), "functional", ("schedule:b",)),)


def test_a_run_keeps_its_snapshot_through_its_json_form() -> None:
    made = plan()
    assert Plan.from_data(made.data()) == made
    assert made.version == 7


def test_an_empty_level_is_skipped_at_once() -> None:
    made = plan(Level(("schedule:none",)), Level(("schedule:b",)))
    run, effects = step(started(made, 1, NOW), Start(), NOW, facts())
    assert effects == (Skipped(1, ("schedule:none",)), Paged(2, 1, (BO, CY), "functional", ("schedule:b",)))
    assert due(run) == NOW + 5 * MIN


EMPTY = plan(Level(("schedule:none",)), Level(("schedule:none",)))


def test_without_anybody_the_lead_is_told_and_a_flag_is_raised() -> None:
    run, effects = step(started(EMPTY, 1, NOW), Start(), NOW, facts(lead=(LEAD,)))
    assert effects[-1] == Alone((LEAD,))
    assert run.alone


def test_without_a_lead_the_duty_manager_is_told_and_the_end_comes() -> None:
    run, effects = step(started(EMPTY, 1, NOW), Start(), NOW, facts())
    assert effects[-1] == Alone((DUTY,))
    told: list[Effect] = []
    while run.next_at is not None:
        run, more = step(run, Due(), due(run), facts())
        told += more
    assert [type(one) for one in told if not isinstance(one, Skipped)] == [Alone, Exhausted]


def test_an_acknowledgement_stops() -> None:
    run, effects = walk(begun(), (Ack(ANA), NOW + MIN))
    assert effects == [Acked(ANA, 1, 0)]
    assert (run.state, run.acknowledged_at, run.acks) == (ACKNOWLEDGED, NOW + MIN, (ANA,))
    assert walk(run, (Due(), NOW + 5 * MIN))[1] == []


def test_a_level_may_need_several() -> None:
    run, effects = walk(begun(plan(Level(("schedule:b",), need_acks=2))), (Ack(BO), NOW + 1), (Ack(BO), NOW + 2))
    assert effects == [Acked(BO, 1, 1), Acked(BO, 1, 1)]
    assert run.state == RUNNING
    run, effects = walk(run, (Ack(CY), NOW + 3))
    assert (run.state, effects) == (ACKNOWLEDGED, [Acked(CY, 1, 0)])


def test_no_more_are_needed_than_were_told() -> None:
    assert walk(begun(plan(Level(("schedule:a",), need_acks=3))), (Ack(ANA), NOW + 1))[0].state == ACKNOWLEDGED


@pytest.mark.parametrize(("severity", "minutes"), [(1, 30), (2, 60), (3, 240)])
def test_an_acknowledgement_lapses_without_activity(severity: int, minutes: int) -> None:
    run, _ = walk(begun(severity=severity), (Ack(ANA), NOW))
    assert due(run) == NOW + (minutes - 5) * MIN
    run, effects = walk(run, (Due(), due(run)))
    assert effects == [AckSoon((ANA,), NOW + minutes * MIN)]
    other = {**ON, "schedule:a": (BO,)}
    run, effects = walk(run, (Due(), due(run)), with_=facts(other))
    # Level 1 as it is now, and whoever acknowledged before.
    assert effects == [Lapsed((ANA,)), Paged(1, 1, (ANA, BO), "functional", ("schedule:a",))]
    assert (run.state, run.acks) == (RUNNING, ())


@pytest.mark.parametrize("severity", [4])
def test_other_acknowledgements_hold(severity: int) -> None:
    assert walk(begun(severity=severity), (Ack(ANA), NOW))[0].next_at is None


def test_activity_begins_the_time_anew() -> None:
    run, _ = walk(begun(), (Ack(ANA), NOW))
    run, effects = walk(run, (Due(), due(run)), with_=facts(activity_at=NOW + 10 * MIN))
    assert (effects, run.next_at) == ([], NOW + 35 * MIN)
    run, effects = walk(run, (Due(), due(run)), with_=facts(activity_at=NOW + 10 * MIN))
    assert effects == [AckSoon((ANA,), NOW + 40 * MIN)]
    run, effects = walk(run, (Due(), due(run)), with_=facts(activity_at=NOW + 38 * MIN))
    assert (effects, run.next_at, run.warned) == ([], NOW + 63 * MIN, False)


def test_who_is_warned_too_late_still_has_the_time_of_the_warning() -> None:
    run, _ = walk(begun(), (Ack(ANA), NOW))
    late = NOW + 3 * 3600
    run, effects = walk(run, (Due(), late))
    assert effects == [AckSoon((ANA,), late + 5 * MIN)]
    assert run.next_at == late + 5 * MIN


def test_acknowledging_again_counts_as_activity() -> None:
    run, _ = walk(begun(), (Ack(ANA), NOW), (Ack(BO), NOW + 20 * MIN))
    assert (run.acks, run.acknowledged_at, run.next_at) == ((ANA, BO), NOW, NOW + 45 * MIN)


def test_taking_an_acknowledgement_back_begins_at_level_1() -> None:
    run = begun()
    run, _ = walk(run, (Due(), due(run)), (Ack(CY), NOW + 6 * MIN))
    run, effects = walk(run, (Unack(), NOW + 7 * MIN))
    assert effects == [Paged(1, 1, (CY, ANA), "functional", ("schedule:a",))]
    assert (run.state, run.level, run.pass_no) == (RUNNING, 1, 1)
    assert walk(run, (Unack(), NOW + 8 * MIN))[1] == []


@pytest.mark.parametrize(("severity", "minutes"), [(1, 30), (2, 30), (3, 120), (4, 120)])
def test_the_same_run_goes_on_within_its_window(severity: int, minutes: int) -> None:
    run, _ = walk(begun(severity=severity), (Ack(CY), NOW), (Stop(), NOW + MIN))
    assert (run.state, run.ended_at, run.next_at) == (ENDED, NOW + MIN, None)
    last = NOW + MIN + minutes * MIN
    assert reopens(run, last)
    assert not reopens(run, last + 1)
    again, effects = walk(run, (Start(run.acks), last))
    assert effects == [Paged(1, 1, (CY, ANA), "functional", ("schedule:a",))]
    assert (again.state, again.ended_at) == (RUNNING, None)


def test_what_ended_hears_nothing_but_a_new_beginning() -> None:
    run, _ = walk(begun(), (Stop(), NOW))
    events: list[Event] = [Due(), Ack(1), Unack(), Graver(1), Page(), Hold(NOW), Release(), Stop()]
    assert all(step(run, event, NOW + 10, facts()) == (run, ()) for event in events)


def test_by_hand_the_next_level_comes_now() -> None:
    run, effects = walk(begun(), (Page(), NOW + MIN))
    assert effects == [Paged(2, 1, (BO, CY), "functional", ("schedule:b",))]
    assert run.next_at == NOW + 6 * MIN


def test_by_hand_works_from_an_acknowledged_run() -> None:
    run, effects = walk(begun(), (Ack(ANA), NOW), (Page(level=3), NOW + MIN))
    assert effects[-1] == Paged(3, 1, (CY,), "hierarchical", ("lead:x",))
    assert (run.state, run.acks) == (RUNNING, ())


def test_by_hand_people_are_told_and_the_run_goes_on() -> None:
    run, effects = walk(begun(), (Page(people=(BO,)), NOW + MIN))
    assert effects == [Paged(0, 1, (BO,), "hand")]
    assert (run.level, run.told, run.next_at) == (1, (BO,), NOW + 6 * MIN)


def test_people_by_hand_without_a_policy_lead_to_somebody_who_answers() -> None:
    run, effects = walk(started(plan_of(Paging(), 1), 2, NOW), (Page(people=(BO,)), NOW))
    assert effects == [Paged(0, 1, (BO,), "hand")]
    run, effects = walk(run, (Due(), due(run)), with_=facts(lead=(LEAD,)))
    assert effects[-1] == Alone((LEAD,))


def test_by_hand_what_was_given_up_begins_again() -> None:
    run = begun()
    while run.next_at is not None:
        run, _ = step(run, Due(), due(run), facts())
    run, effects = walk(run, (Page(), NOW + 10_000))
    assert isinstance(effects[0], Paged)
    assert (run.state, run.level) == (RUNNING, 1)


def test_a_hold_tells_nobody_and_its_end_begins_afresh() -> None:
    run = begun()
    run, _ = walk(run, (Due(), due(run)), (Hold(NOW + 3600), NOW + 6 * MIN))
    assert (run.state, run.next_at) == (HELD, NOW + 3600)
    assert walk(run, (Due(), NOW + 3599))[1] == []
    for event in (Due(), Release()):
        after, effects = walk(run, (event, NOW + 3600))
        assert effects == [Paged(1, 1, (ANA,), "functional", ("schedule:a",))]
        assert (after.state, after.pass_no) == (RUNNING, 1)


def test_a_graver_severity_takes_the_faster_of_both_timers() -> None:
    run = begun(severity=3)
    up, effects = walk(run, (Graver(1), NOW + MIN))
    assert (effects, up.next_at) == ([], NOW + 5 * MIN)
    up, effects = walk(run, (Graver(1), NOW + 6 * MIN))
    assert effects == [Paged(2, 1, (BO, CY), "functional", ("schedule:b",), MIN)]


def test_a_lesser_severity_keeps_the_level_and_slows_down() -> None:
    run = begun()
    run, _ = walk(run, (Due(), due(run)))
    down, effects = walk(run, (Graver(3), NOW + 6 * MIN))
    assert (effects, down.level, down.next_at) == ([], 2, NOW + 20 * MIN)
    assert walk(run, (Graver(5), NOW + 6 * MIN))[0].state == ENDED


def test_a_graver_severity_shortens_an_acknowledgement() -> None:
    run, _ = walk(begun(severity=3), (Ack(ANA), NOW), (Graver(1), NOW + MIN))
    assert run.next_at == NOW + 25 * MIN
    run, _ = walk(run, (Graver(2), NOW + 2 * MIN))
    assert run.next_at == NOW + 55 * MIN


def test_another_policy_for_a_graver_severity_begins_at_level_1() -> None:
    other = replace(plan(Level(("lead:x",))), id="grave")
    run, effects = walk(begun(severity=3), (Graver(1, other), NOW + MIN))
    assert effects == [Paged(1, 1, (CY,), "functional", ("lead:x",))]
    assert run.plan.id == "grave"
    kept, _ = walk(begun(severity=1), (Graver(3, other), NOW + MIN))
    assert kept.plan.id == "p"


def test_what_is_late_is_made_up_for_one_level_at_a_time() -> None:
    late = NOW + 24 * 3600
    run, effects = walk(begun(), (Due(), late), (Due(), late), (Due(), late + 4 * MIN))
    assert effects == [Paged(2, 1, (BO, CY), "functional", ("schedule:b",), 24 * 3600 - 5 * MIN)]
    assert run.next_at == late + 5 * MIN


# -- any course of events ----------------------------------------------------------------------------------------------

PEOPLE = st.lists(st.integers(1, 6), max_size=3).map(tuple)
LEVELS = st.builds(
    Level,
    st.sampled_from([("schedule:a",), ("schedule:b",), ("schedule:a", "schedule:b"), ("lead:x",)]),
    st.sampled_from([None, 60, 600]),
    st.integers(1, 3),
)
PLANS = st.builds(
    lambda levels, passes: plan(*levels, passes=passes), st.lists(LEVELS, min_size=1, max_size=5), st.integers(1, 4)
)
WHO = st.fixed_dictionaries(dict.fromkeys(ON, PEOPLE))


@settings(max_examples=100, deadline=None)
@given(PLANS, WHO, st.integers(1, 4), st.lists(st.integers(0, 2_000), min_size=1, max_size=60))
def test_alone_it_ends_and_no_level_comes_twice_nor_early(
    made: Plan, on: dict[str, tuple[int, ...]], severity: int, waits: list[int]
) -> None:
    at, told = NOW, []
    run, effects = step(started(made, severity, at), Start(), at, facts(on))
    told += [one for one in effects if isinstance(one, Paged)]
    steps = 0
    while run.next_at is not None:
        before = run
        at = due(run) + waits[steps % len(waits)] - 500
        run, effects = step(run, Due(), at, facts(on))
        if at < due(before):
            assert (run, effects) == (before, ())
            at = due(before)
            run, effects = step(run, Due(), at, facts(on))
        paged = [one for one in effects if isinstance(one, Paged)]
        assert len(paged) <= 1
        assert all(one.late == at - due(before) for one in paged)
        assert run.next_at is None or run.next_at > at
        told += paged
        steps += 1
        assert steps <= len(made.levels) * made.passes + made.passes
    assert run.state == EXHAUSTED
    places = [(one.pass_no, one.level) for one in told]
    assert len(set(places)) == len(places)
    assert places == sorted(places)
    assert all(one.people for one in told)


EVENTS = st.one_of(
    st.builds(Due),
    st.builds(Ack, st.integers(1, 6)),
    st.builds(Unack),
    st.builds(Graver, st.integers(1, 5)),
    st.builds(Page, st.none(), PEOPLE),
    st.builds(Hold, st.integers(NOW, NOW + 20_000)),
    st.builds(Release),
    st.builds(Stop),
)


@settings(max_examples=200, deadline=None)
@given(PLANS, WHO, st.lists(st.tuples(EVENTS, st.integers(0, 4_000)), max_size=30), st.booleans())
def test_whatever_happens_a_run_stays_sound(
    made: Plan, on: dict[str, tuple[int, ...]], course: list[tuple[Event, int]], hours: bool
) -> None:
    with_ = facts(on, calendar=OFFICE if hours else None)
    at = NOW
    run, _ = step(started(made, 2, at), Start(), at, with_)
    for event, wait in course:
        at += wait
        before = run
        run, effects = step(run, event, at, with_)
        assert 0 <= run.level <= len(made.levels)
        assert 1 <= run.pass_no <= made.passes
        assert (run.state == ENDED) == (run.ended_at is not None)
        assert sum(isinstance(one, Paged) for one in effects) <= 1
        assert run.next_at is None or run.state not in (EXHAUSTED, ENDED)
        # What runs and pages at all goes on by itself.
        assert run.state not in (RUNNING, HELD) or run.next_at is not None
        if isinstance(event, Ack) and before.live and len({*before.acks, event.person}) >= before.needed:
            assert run.state == ACKNOWLEDGED
        if isinstance(event, Due) and (before.next_at is None or at < before.next_at):
            assert (run, effects) == (before, ())
        if before.state == ENDED:
            assert run == before


@settings(max_examples=100, deadline=None)
@given(PLANS, WHO, st.integers(1, 3), st.integers(0, 10_000))
def test_a_catch_up_tells_one_level_however_late(
    made: Plan, on: dict[str, tuple[int, ...]], severity: int, late: int
) -> None:
    run, _ = step(started(made, severity, NOW), Start(), NOW, facts(on))
    at = due(run) + late
    once, _ = step(run, Due(), at, facts(on))
    again, effects = step(once, Due(), at, facts(on))
    assert (again, effects) == (once, ())
