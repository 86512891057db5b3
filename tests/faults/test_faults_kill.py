"""Killed at any system call: what was acknowledged is there, whole; and the test sees a program that does it wrong."""

from pathlib import Path

import pytest

from tests.faults import deeds, runs, traced
from tests.faults.deeds import Ack, Variant
from tests.faults.judge import Found, judge


@pytest.fixture(autouse=True)
def _traceable() -> None:
    reason = traced.why_not()
    if reason is not None:
        pytest.skip(f"no fault at a system call: {reason}")


def test_a_killed_desk_keeps_what_it_acknowledged() -> None:
    tally = runs.kill(seed=1, count=20)
    assert tally.problems == []
    assert tally.met >= 17


def test_a_first_start_that_is_killed_can_be_repeated() -> None:
    tally = runs.kill(seed=2, count=8, deeds_each=2, first=True)
    assert tally.problems == []
    assert tally.met >= 6


def test_a_writer_without_a_transaction_is_seen() -> None:
    tally = runs.kill(seed=1, count=12, variant=Variant.BARE, calls=("pwrite64",))
    assert tally.found[Found.TORN] >= 2, tally


def test_a_count_is_what_the_injection_counts(tmp_path: Path) -> None:
    """The last call of each kind is met, the one after it is not."""
    desk, ledger = deeds.place(tmp_path), tmp_path / "ledger"

    def work() -> None:
        deeds.work(desk, ledger, 5, 3)

    before = desk.read_bytes()
    many = traced.counted(work)["fdatasync"]
    assert many > 3
    for when, dies in ((many, True), (many + 1, False)):
        for path in tmp_path.iterdir():
            path.unlink()
        desk.write_bytes(before)
        assert traced.killed(work, "fdatasync", when) is dies
        assert deeds.read_ledger(ledger).ended is not dies


def test_what_goes_wrong_in_the_child_is_told(tmp_path: Path) -> None:
    def work() -> None:
        raise ValueError("as expected")

    with pytest.raises(AssertionError, match="as expected"):
        traced.counted(work)


def test_the_judge_sees_what_is_missing(tmp_path: Path) -> None:
    desk, ledger = deeds.place(tmp_path), tmp_path / "ledger"
    assert judge(desk, None).found is Found.SOUND
    with (
        runs.workplace() as folder,
        runs.run_of(folder, 1, 3, first=False, variant=Variant.PROPER) as (work, other, told),
    ):
        traced.counted(work)
        acks = deeds.read_ledger(told).acks
        assert judge(other, acks[-1], goes_on=True).found is Found.SOUND
        assert judge(other, Ack(acks[-1].seq, acks[0].hash)).found is Found.LOST
    assert judge(desk, acks[-1]).found is Found.LOST, "the desk on which nothing was done"
    assert judge(tmp_path / "none.db", None).found is Found.ABSENT
    assert judge(tmp_path / "none.db", acks[0]).found is Found.LOST
    assert not ledger.exists()
