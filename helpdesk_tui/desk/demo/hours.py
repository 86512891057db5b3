"""Office hours of the three sites: when people write, and how long work takes on the clock."""

from bisect import bisect_right
from typing import Final

from helpdesk_tui.vocabulary.records import Instant

DAY: Final = 86_400
_CHINA: Final = ((9 * 3600, 12 * 3600), (13 * 3600, 18 * 3600))
_HAMBURG: Final = ((8 * 3600 + 1800, 12 * 3600), (12 * 3600 + 1800, 17 * 3600))
# How much of a day's mail comes in by hour of the local day, and by day of the week.
_BY_HOUR: Final = {8: 10, 9: 15, 10: 19, 11: 13, 12: 4, 13: 9, 14: 13, 15: 11, 16: 8, 17: 4}
_BY_WEEKDAY: Final = (13, 11, 10, 10, 8)


def weekday(at: Instant, site: str) -> int:
    """The local day of the week, Monday 0."""
    return ((at + offset(at, site)) // DAY + 3) % 7


def _last_sunday(year_day: int) -> int:
    return year_day - (year_day + 4) % 7


def _days_to_year(year: int) -> int:
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 - 719_162


def offset(at: Instant, site: str) -> int:
    """Seconds east of UTC: China all year, Hamburg by the rule of the European Union (Directive 2000/84/EC)."""
    if site != "hh":
        return 8 * 3600
    year = 1970 + int(at / 31_556_952)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    first = _days_to_year(year) + leap
    spring = _last_sunday(first + 89) * DAY + 3600
    autumn = _last_sunday(first + 303) * DAY + 3600
    return 7200 if spring <= at < autumn else 3600


class Hours:
    """The open spans of one site between two instants; outside of them nothing moves."""

    def __init__(self, site: str, start: Instant, end: Instant) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sums: list[int] = [0]
        self.slots: list[Instant] = []
        self.weights: list[int] = []
        spans = _HAMBURG if site == "hh" else _CHINA
        day = (start + offset(start, site)) // DAY
        while True:
            midnight = day * DAY - offset(day * DAY, site)
            if midnight > end:
                break
            which = (day + 3) % 7
            day += 1
            if which > 4:
                continue
            for opens, closes in spans:
                self.starts.append(midnight + opens)
                self.ends.append(midnight + closes)
                self.sums.append(self.sums[-1] + closes - opens)
            for hour, weight in _BY_HOUR.items():
                self.slots.append(midnight + hour * 3600)
                self.weights.append(weight * _BY_WEEKDAY[which])

    def elapsed(self, at: Instant) -> int:
        """Open seconds from the beginning to `at`."""
        i = bisect_right(self.starts, at) - 1
        if i < 0:
            return 0
        return self.sums[i] + min(at, self.ends[i]) - self.starts[i]

    def add(self, at: Instant, seconds: float) -> Instant:
        """The instant that lies so many open seconds after `at`; the next opening where `at` is closed."""
        wanted = self.elapsed(at) + int(seconds)
        i = bisect_right(self.sums, wanted) - 1
        if i >= len(self.starts):
            return self.ends[-1] + wanted - self.sums[-1]
        return self.starts[i] + wanted - self.sums[i]
