"""Anything anybody does, in any order: what must hold still holds."""

import os
import random
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests import desk_random as world
from tests.desk_random import DEEDS, LOGINS, Pick, attempt

NUMBERS = st.lists(st.integers(0, 999), min_size=6, max_size=6)
WHO = st.sampled_from(LOGINS)
WHAT = st.sampled_from(sorted(DEEDS))


class DeskMachine(RuleBasedStateMachine):
    """Four people at one desk."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.cast, self.clock = self.stack.enter_context(world.fresh_desk())
        self.desk = self.cast["ana"]
        self.later = 0

    @initialize(numbers=NUMBERS)
    def begin(self, numbers: list[int]) -> None:
        for place in range(3):
            DEEDS["open"](self.desk, Pick([n + place for n in numbers]))

    @rule(who=WHO, what=WHAT, numbers=NUMBERS)
    def act(self, who: str, what: str, numbers: list[int]) -> None:
        attempt(lambda: DEEDS[what](self.cast[who], Pick(numbers)))

    @rule(who=st.sampled_from(("ana", "sue")), what=WHAT, numbers=NUMBERS)
    def act_and_take_back(self, who: str, what: str, numbers: list[int]) -> None:
        """Undoing right after is as if nothing had been done; redoing as if it had not been undone."""
        desk = self.cast[who]
        before, head = self.rows(), desk.store.head()
        if attempt(lambda: DEEDS[what](desk, Pick(numbers))) is not None or desk.store.head() == head:
            assert self.rows() == before
            return
        after = self.rows()
        assert desk.undoing.last()["conflicts"] == []
        assert self.rows() == before, what
        assert desk.undoing.redo()["conflicts"] == []
        assert self.rows() == after, what
        if numbers[0] % 2:
            assert desk.undoing.last()["conflicts"] == []
            assert self.rows() == before, what

    @rule(who=WHO)
    def undo_last(self, who: str) -> None:
        attempt(self.cast[who].undoing.last)

    @rule(who=WHO)
    def redo_last(self, who: str) -> None:
        attempt(self.cast[who].undoing.redo)

    @rule(who=WHO, number=st.integers(0, 999))
    def undo_any_entry(self, who: str, number: int) -> None:
        seqs = [s for (s,) in self.desk.store.query("SELECT seq FROM journal WHERE verb NOT LIKE 'desk.%'")]
        attempt(lambda: self.cast[who].undoing.entry(seqs[number % len(seqs)]))

    @rule(who=WHO, number=st.integers(0, 999))
    def undo_any_batch(self, who: str, number: int) -> None:
        batches = [
            b
            for (b,) in self.desk.store.query(
                "SELECT DISTINCT batch FROM journal WHERE batch IS NOT NULL AND verb <> 'desk.init'"
            )
        ]
        if batches:
            attempt(lambda: self.cast[who].undoing.batch(batches[number % len(batches)]))

    @rule(seed=st.integers(0, 1 << 32))
    def a_busy_hour(self, seed: int) -> None:
        """Many steps drawn evenly: Hypothesis alone repeats itself too much to get far into a ticket's life."""
        dice = random.Random(seed)
        for _ in range(15):
            who, numbers = dice.choice(("ana", "ana", "ana", *LOGINS)), [dice.randrange(1_000) for _ in range(8)]
            step = dice.randrange(20)
            if step < 10:
                self.act(who, dice.choice(sorted(DEEDS)), numbers)
            elif step < 14:
                self.act_and_take_back(dice.choice(("ana", "sue")), dice.choice(sorted(DEEDS)), numbers)
            elif step == 14:
                self.undo_last(who)
            elif step == 15:
                self.redo_last(who)
            elif step == 16:
                self.undo_any_entry(who, numbers[0])
            elif step == 17:
                self.undo_any_batch(who, numbers[0])
            elif step == 18:
                self.clock.forward(dice.choice((0, 300, 9_000, 90_000)))
            else:
                self.timers_fire()

    @rule(seconds=st.sampled_from((1, 60, 1_700, 4 * 3_600, 86_400)))
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds)

    @rule()
    def timers_fire(self) -> None:
        attempt(self.desk.timers.fire_due)

    @rule(seconds=st.integers(0, 40 * 86_400))
    def look_later(self, seconds: int) -> None:
        self.later = seconds

    @invariant()
    def counts_are_right(self) -> None:
        world.check_tally(self.desk)
        world.check_timers(self.desk)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        return world.tables(self.desk.store.reader(), world.BOOKKEEPING)

    def teardown(self) -> None:
        try:
            world.check_everything(self.desk, self.desk.store.path.parent, self.later)
        finally:
            self.stack.close()


# Explaining a failure traces every line, which takes longer than anybody waits.
_PHASES = [Phase.explicit, Phase.generate] + ([] if os.environ.get("HELPDESK_UNSHRUNK") else [Phase.shrink])
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize(
    "seed",
    [
        seed if seed < 12 else pytest.param(seed, marks=pytest.mark.soak)
        for seed in range(int(os.environ.get("HELPDESK_SEEDS", "24")))
    ],
)
def test_busy_days(seed: int) -> None:
    """Long lives of few tickets, evenly drawn."""
    machine = DeskMachine()
    machine.begin([seed * 7 + i for i in range(6)])
    machine.later = seed * 99_733 % 3_000_000
    try:
        for hour in range(8):
            machine.a_busy_hour(seed * 1_000 + hour)
    except BaseException:
        machine.stack.close()
        raise
    machine.teardown()


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=int(os.environ.get("HELPDESK_EXAMPLES", "12")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=_SLOW,
    phases=_PHASES,
)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_anything_for_long() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        DeskMachine,
        settings=settings(
            max_examples=400, stateful_step_count=60, deadline=None, suppress_health_check=_SLOW, phases=_PHASES
        ),
    )
