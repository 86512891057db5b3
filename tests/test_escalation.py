"""Escalation levels: a table of clocks and marks, and what holds for all of them."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.escalation import Reached, raised, reached
from helpdesk_tui.rules.policy_sla import Escalation, EscalationLevel
from helpdesk_tui.rules.sla_history import HistoryEvent, Target, Targets
from helpdesk_tui.rules.sla_switches import DEFAULT
from helpdesk_tui.vocabulary.levels import Priority

MONDAY = 1_736_150_400  # 2025-01-06T08:00:00Z
DAY = dict.fromkeys(range(5), ((8 * 3600, 18 * 3600),))
OFFICE = Calendar("UTC", DAY)
TARGETS = Targets(response=Target(3600), resolution=Target(8 * 3600))
FACTS = {"kind": "incident", "priority": Priority.HIGH}


def level(name: str, clock: str, at: str, **more: object) -> EscalationLevel:
    return EscalationLevel.model_validate({"id": name, "clock": clock, "at": at, "notify": ["team"], **more})


def levels_at(at: int, *levels: EscalationLevel, history: tuple[HistoryEvent, ...] = (), **facts: object) -> list[str]:
    policy = SimpleNamespace(escalation=Escalation(levels=levels))
    opened = HistoryEvent(MONDAY, "customer_message")
    found, _coming = reached(policy, {**FACTS, **facts}, (opened, *history), MONDAY, TARGETS, OFFICE, DEFAULT, at)
    return [one.level.id for one in found]


HALF = level("half", "resolution", "50%")
SOON = level("soon", "resolution", "1h")
LATE = level("late", "resolution", "+2h", raise_priority=True)
ANSWER = level("answer", "response", "100%")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0.9, []),
        (1, ["answer"]),
        (4, ["answer", "half"]),
        (7, ["answer", "half", "soon"]),
        # Due is 16:00; two working hours more is closing time.
        (9.9, ["answer", "half", "soon"]),
        (10, ["answer", "half", "soon", "late"]),
        (30, ["answer", "half", "soon", "late"]),
    ],
)
def test_levels_are_reached_through_the_calendar(hours: float, expected: list[str]) -> None:
    assert levels_at(MONDAY + int(hours * 3600), HALF, SOON, LATE, ANSWER) == expected


def test_a_paused_clock_reaches_nothing_and_goes_on_afterwards() -> None:
    pause = HistoryEvent(MONDAY + 3 * 3600, "state", "on_hold", True)
    resume = HistoryEvent(MONDAY + 6 * 3600, "state", "in_progress", False)
    assert levels_at(MONDAY + 5 * 3600, HALF, history=(pause,)) == []
    assert levels_at(MONDAY + 6 * 3600 + 3599, HALF, history=(pause, resume)) == []
    assert levels_at(MONDAY + 7 * 3600, HALF, history=(pause, resume)) == ["half"]


def test_what_is_finished_no_longer_escalates() -> None:
    answered = HistoryEvent(MONDAY + 1800, "agent_message")
    assert levels_at(MONDAY + 7200, ANSWER, history=(answered,)) == []


def test_a_level_asks_for_its_facts() -> None:
    only = level("only", "resolution", "50%", when={"priority": ["critical"]})
    assert levels_at(MONDAY + 5 * 3600, only) == []
    assert levels_at(MONDAY + 5 * 3600, only, priority=Priority.CRITICAL) == ["only"]


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_what_was_reached_stays_reached(first: int, more: int) -> None:
    early = levels_at(MONDAY + first, HALF, SOON, LATE, ANSWER)
    assert early == levels_at(MONDAY + first + more, HALF, SOON, LATE, ANSWER)[: len(early)]


def test_priority_rises_a_step_a_level_and_stops_at_critical() -> None:
    one = Reached(LATE, MONDAY)
    assert raised(Priority.MEDIUM, [one]) is Priority.HIGH
    assert raised(Priority.HIGH, [one, one, one]) is Priority.CRITICAL
    assert raised(Priority.LOW, [Reached(HALF, MONDAY)]) is Priority.LOW


def test_the_next_level_is_foretold_and_nothing_more_is_reached_before_it() -> None:
    policy = SimpleNamespace(escalation=Escalation(levels=(HALF, SOON, LATE, ANSWER)))
    opened = (HistoryEvent(MONDAY, "customer_message"),)
    at, seen = MONDAY, []
    for _step in range(10):
        found, coming = reached(policy, FACTS, opened, MONDAY, TARGETS, OFFICE, DEFAULT, at)
        seen.append([one.level.id for one in found])
        if coming is None:
            break
        assert coming > at
        assert [
            one.level.id for one in reached(policy, FACTS, opened, MONDAY, TARGETS, OFFICE, DEFAULT, coming - 1)[0]
        ] == seen[-1]
        at = coming
    assert seen[0] == [] and len(seen[-1]) == 4 and coming is None
    assert all(set(before) < set(after) for before, after in pairwise(seen))
