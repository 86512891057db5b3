"""Working time counted in wall-clock hours, as some systems do: the hour lost in spring counts, the one won does not.

A calendar on the naive axis of local time: every instant is moved there, the question is asked, the answer moved back.
"""

from collections.abc import Iterator

from helpdesk_tui.rules.calendar import Boundary, Calendar
from helpdesk_tui.rules.calendar_spec import DAY
from helpdesk_tui.vocabulary.records import Instant


class WallCalendar(Calendar):
    """The wall-clock reading of a calendar. Same questions; seconds are differences of local times."""

    def __init__(self, calendar: Calendar) -> None:
        self.__dict__.update(calendar.__dict__)
        self._blocks = {}

    def _segments(self, first: Instant, last: Instant) -> Iterator[tuple[Instant, Instant, int]]:
        yield first, last, 0

    def _local(self, at: Instant) -> Instant:
        return at + self._offset(at)

    def _back(self, local: Instant) -> Instant:
        day, time_of_day = divmod(local, DAY)
        return self._instant(day, time_of_day)

    def is_open(self, at: Instant) -> bool:
        return super().is_open(self._local(at))

    def next_open(self, at: Instant) -> Instant:
        local = self._local(at)
        found = super().next_open(local)
        return at if found == local else self._back(found)

    def elapsed(self, start: Instant, end: Instant) -> int:
        return super().elapsed(self._local(start), self._local(end)) if end > start else 0

    def add(self, start: Instant, seconds: int, boundary: Boundary = "close") -> Instant:
        if seconds < 0:
            return self.subtract(start, -seconds)
        found = self._back(super().add(self._local(start), seconds)) if seconds else start
        return self.next_open(found) if boundary == "open" else found

    def subtract(self, end: Instant, seconds: int) -> Instant:
        if seconds <= 0:
            return end if seconds == 0 else self.add(end, -seconds)
        return self._back(super().subtract(self._local(end), seconds))

    def windows(self, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
        for low, high in super().windows(self._local(start), self._local(end)):
            yield max(start, self._back(low)), min(end, self._back(high))

    def holidays(self, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
        for low, high in super().holidays(self._local(start), self._local(end)):
            yield max(start, self._back(low)), min(end, self._back(high))
