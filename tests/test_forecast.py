"""What will be late at the present pace."""

from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.forecast import Forecast, forecast
from helpdesk_tui.vocabulary.records import NEVER

HOUR = 3_600


def test_tickets_take_their_turn_by_when_they_are_due() -> None:
    # 24 a day: one an hour.
    dues = [2 * HOUR, HOUR // 2, 3 * HOUR, 3 * HOUR, NEVER, -HOUR]
    assert forecast(dues, 24, 0) == Forecast(4, 6 * HOUR)
    assert forecast(dues, 48, 0) == Forecast(1, 3 * HOUR)
    assert forecast(dues, 0, 0) == Forecast(4, None)
    assert forecast([], 0, 7) == Forecast(0, 7)


dues_ = st.lists(st.integers(-10 * HOUR, 100 * HOUR) | st.just(NEVER), max_size=30)


@given(dues_, st.floats(0.5, 200), st.floats(0.5, 200))
def test_a_faster_pace_is_never_later(dues: list[int], one: float, other: float) -> None:
    slow, fast = forecast(dues, min(one, other), 0), forecast(dues, max(one, other), 0)
    assert fast.late <= slow.late <= sum(0 < due < NEVER for due in dues)
    assert fast.clear_at is not None and slow.clear_at is not None and fast.clear_at <= slow.clear_at


@given(dues_, st.integers(-10 * HOUR, 100 * HOUR), st.floats(0.5, 200))
def test_more_work_makes_nothing_better(dues: list[int], more: int, pace: float) -> None:
    assert forecast([*dues, more], pace, 0).late >= forecast(dues, pace, 0).late
