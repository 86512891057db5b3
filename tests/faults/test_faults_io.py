"""A disk that fails or has no room, at any write: a line that says so, nothing half, and the work goes on."""

import pytest

from tests.faults import runs, traced
from tests.faults.deeds import Variant


@pytest.fixture(autouse=True)
def _traceable() -> None:
    reason = traced.why_not()
    if reason is not None:
        pytest.skip(f"no failing system call: {reason}")


@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "EDQUOT", "EFBIG"])
def test_a_write_that_fails_changes_nothing(error: str) -> None:
    tally = runs.fail(1, 7, error)
    assert tally.problems == []
    assert tally.met >= 2, "a failure was told"


@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "EROFS"])
def test_a_disk_that_goes_on_failing(error: str) -> None:
    tally = runs.fail(2, 4, error, lasting=True)
    assert tally.problems == []
    assert tally.refused > tally.met >= 2


def test_a_refused_change_is_not_there_when_the_program_dies_at_once() -> None:
    """A sync that fails after the whole commit was written: it must be taken out of the log again."""
    tally = runs.fail(1, 12, "EIO", stop=True, calls=("fdatasync",))
    assert tally.problems == []
    assert tally.met >= 4
    assert runs.fail(1, 12, "EIO", stop=True, calls=("fdatasync",), variant=Variant.FORGETFUL).problems
