"""What will be late if the work goes on as it did: tickets done one after another, the next due first, at a known pace."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.records import NEVER, Instant


@dataclass(frozen=True, slots=True)
class Forecast:
    """`late` tickets that are in time now will be over their time before it is their turn; `clear_at` is when the last
    one is done (None: never at this pace)."""

    late: int
    clear_at: Instant | None


def forecast(dues: Sequence[Instant], per_day: float, now: Instant) -> Forecast:
    """The forecast for open tickets by when they are due (NEVER: they are not), at a pace of so many a day.

    Those that are late already take their turn, but are not counted again.
    """
    if not dues:
        return Forecast(0, now)
    waiting = sorted(dues)
    if per_day <= 0:
        return Forecast(sum(now < due < NEVER for due in waiting), None)
    each = DAY / per_day
    late = sum(now < due < now + each * turn for turn, due in enumerate(waiting, 1))
    return Forecast(late, now + round(each * len(waiting)))
