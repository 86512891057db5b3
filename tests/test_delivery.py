"""When messages go out: quiet hours in any zone, back-off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.delivery import FIRST_WAIT, HOLD, LONGEST_WAIT, MINUTES, TRIES, Quiet, due, wait
from helpdesk_tui.vocabulary.instants import local, parse_instant

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/St_Johns")


def at(text: str) -> int:
    return parse_instant(text, 0)


@pytest.mark.parametrize(
    ("created", "severity", "quiet", "expected"),
    [
        ("2026-03-02T12:00:00Z", 5, None, "2026-03-02T12:00:05Z"),
        ("2026-03-02T12:00:00Z", 5, Quiet(22 * 60, 7 * 60, "UTC"), "2026-03-02T12:00:05Z"),
        ("2026-03-02T23:00:00Z", 5, Quiet(22 * 60, 7 * 60, "UTC"), "2026-03-03T07:00:00Z"),
        ("2026-03-02T03:00:00Z", 5, Quiet(22 * 60, 7 * 60, "UTC"), "2026-03-02T07:00:00Z"),
        ("2026-03-02T23:00:00Z", 1, Quiet(22 * 60, 7 * 60, "UTC"), "2026-03-02T23:00:05Z"),
        ("2026-03-02T23:00:00Z", 2, Quiet(22 * 60, 7 * 60, "UTC", severity=2), "2026-03-02T23:00:05Z"),
        ("2026-03-02T23:00:00Z", 3, Quiet(22 * 60, 7 * 60, "UTC", severity=2), "2026-03-03T07:00:00Z"),
        ("2026-03-02T21:59:54Z", 5, Quiet(22 * 60, 7 * 60, "UTC"), "2026-03-02T21:59:59Z"),
        ("2026-03-02T21:59:55Z", 5, Quiet(22 * 60, 7 * 60, "UTC"), "2026-03-03T07:00:00Z"),
        ("2026-03-02T12:00:00Z", 5, Quiet(600, 600, "UTC"), "2026-03-02T12:00:05Z"),
        # The night in which clocks go on has 23 hours, the one in which they go back 25.
        ("2026-03-28T23:00:00Z", 5, Quiet(22 * 60, 7 * 60, "Europe/Berlin"), "2026-03-29T05:00:00Z"),
        ("2026-10-24T22:00:00Z", 5, Quiet(22 * 60, 7 * 60, "Europe/Berlin"), "2026-10-25T06:00:00Z"),
        ("2026-03-02T15:00:00Z", 4, Quiet(22 * 60, 7 * 60, "Asia/Shanghai"), "2026-03-02T23:00:00Z"),
    ],
)
def test_when_a_message_goes_out(created: str, severity: int, quiet: Quiet | None, expected: str) -> None:
    assert due(at(created), severity, quiet) == at(expected)


@given(
    created=st.integers(at("2020-01-01T00:00:00Z"), at("2035-01-01T00:00:00Z")),
    start=st.integers(0, MINUTES - 1),
    end=st.integers(0, MINUTES - 1),
    tz=st.sampled_from(ZONES),
)
def test_a_message_never_goes_out_in_quiet_hours_and_never_waits_longer_than_them(
    created: int, start: int, end: int, tz: str
) -> None:
    quiet = Quiet(start, end, tz)
    out = due(created, 5, quiet)
    assert out >= created + HOLD
    assert out - created <= (MINUTES + 120) * 60
    if quiet.covers(created + HOLD):
        # It ends at the wall clock's end, or, where the wall clock skips that, right after the gap.
        assert not quiet.covers(out) or local(out, tz)[11:16] >= f"{end // 60:02}:{end % 60:02}"
    else:
        assert out == created + HOLD


def test_the_waits_double_up_to_half_an_hour_and_end() -> None:
    waits = [wait(n) for n in range(1, TRIES + 1)]
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] is None and wait(TRIES + 5) is None
    given_ = [each for each in waits if each is not None]
    assert given_ == sorted(given_) and max(given_) <= LONGEST_WAIT and len(given_) == TRIES - 1
