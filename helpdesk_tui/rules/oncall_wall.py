"""The clock on the wall of a zone, as on-call schedules read it.

A wall time is the number of seconds that a clock without zone shows since 1970-01-01 00:00. Two rules settle the days
on which clocks change: a time that clocks skip happens at the first instant after them, a time that happens twice
happens the first time. Both say the same thing: a wall time happens when the clock first shows it or more. `instant`
therefore never decreases, and spans that meet on the wall meet in time, without gap and without overlap.

Offsets come from the IANA time zone database; the changes of a zone are looked up once for each block of about 388 days.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, zone
from helpdesk_tui.vocabulary.records import Instant

EARLIEST: Final[Instant] = -2_208_988_800  # 1900-01-01
LATEST: Final[Instant] = 13_569_465_600  # 2400-01-01
_SHIFT: Final = 25
# No offset reaches a day, and no zone is in two changes at once for longer than that.
_AROUND: Final = 2 * DAY


class Change(NamedTuple):
    """An instant at which the offset from UTC changes, with the offsets before and from it on (seconds)."""

    at: Instant
    before: int
    after: int


class Wall:
    """The readings of a zone's clocks. Raises Invalid for an unknown zone; instants lie between 1900 and 2400."""

    def __init__(self, tz: str) -> None:
        self.tz = tz
        self._zone = zone(tz)
        self._blocks: dict[int, tuple[Change, ...]] = {}

    def offset(self, at: Instant) -> int:
        """Seconds by which local time is ahead of UTC."""
        delta = datetime.fromtimestamp(at, self._zone).utcoffset()
        return 0 if delta is None else delta.days * DAY + delta.seconds

    def local(self, at: Instant) -> int:
        """The wall time that is shown at an instant."""
        return at + self.offset(at)

    def reading(self, at: Instant) -> int:
        """The latest wall time that has been shown up to an instant: `instant(w) <= at` exactly if `w <= reading(at)`."""
        found = self.local(at)
        for change in self.changes(at - _AROUND, at):
            found = max(found, change.at - 1 + change.before)
        return found

    def instant(self, wall: int) -> Instant:
        """When a wall time happens; before 1900 and after 2400 the end of what is known."""
        low, high = wall - _AROUND, wall + _AROUND
        if low < EARLIEST or high > LATEST:
            return EARLIEST if low < EARLIEST else LATEST
        start, offset = low, self.offset(low)
        for change in self.changes(low, high):
            at = max(start, wall - offset)
            if at < change.at:
                return at
            start, offset = change.at, change.after
        return max(start, wall - offset)

    def changes(self, after: Instant, until: Instant) -> Iterator[Change]:
        """The changes in (after, until], in their order."""
        for block in range(after >> _SHIFT, (until >> _SHIFT) + 1):
            found = self._blocks.get(block)
            if found is None:
                found = self._blocks[block] = tuple(self._search(block << _SHIFT, (block + 1) << _SHIFT))
            for change in found:
                if after < change.at <= until:
                    yield change

    def skips(self, after: Instant, until: Instant) -> Iterator[Change]:
        """The changes in (after, until] at which clocks go forward."""
        return (change for change in self.changes(after, until) if change.after > change.before)

    def _search(self, first: Instant, end: Instant) -> Iterator[Change]:
        # Zones never change twice within a day and go back to what they were.
        at, offset = first - 1, self.offset(first - 1)
        while at < end - 1:
            then = min(at + DAY, end - 1)
            changed = self.offset(then)
            if changed != offset:
                low, high = at, then
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if self.offset(middle) == offset else (low, middle)
                changed = self.offset(high)
                yield Change(high, offset, changed)
                then = high
            at, offset = then, changed


@lru_cache(maxsize=64)
def wall_of(tz: str) -> Wall:
    """The wall clock of a zone; what it has looked up serves every schedule. Raises Invalid."""
    return Wall(tz)


def known(at: Instant) -> Instant:
    """An instant that schedules can be asked for. Raises Invalid outside 1900 to 2400."""
    if not EARLIEST + _AROUND <= at <= LATEST - _AROUND:
        raise Invalid(N_("on-call schedules are reckoned from 1900 to 2400 only"))
    return at
