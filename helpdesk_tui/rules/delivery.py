"""When a message goes out: quiet hours, what breaks them, and how long to wait before it is tried again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from helpdesk_tui.vocabulary.instants import zone
from helpdesk_tui.vocabulary.records import Instant

HOLD: Final = 5
"""Seconds that a message waits, so that an undo can withdraw it."""
TRIES: Final = 8
"""Times that a message is tried; then it has failed, and the board says so."""
FIRST_WAIT: Final = 15
LONGEST_WAIT: Final = 1_800
LEASE: Final = 120
"""Seconds after which what a worker took and never told of is free again: it died, or its line hangs."""
BURST: Final = 6
"""Messages to one address within a minute; what comes beyond is told in one."""
KEEP: Final = 30 * 86_400
"""How long sent messages are kept to be looked at."""
MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours: minutes of the local day, [start, end), over midnight where the end is not after the start.

    What is as grave as `severity` (1 is the gravest) or graver breaks them.
    """

    start: int
    end: int
    tz: str
    severity: int = 1

    def covers(self, at: Instant) -> bool:
        """Whether an instant lies in them."""
        local = datetime.fromtimestamp(at, UTC).astimezone(zone(self.tz))
        minute = local.hour * 60 + local.minute
        if self.start == self.end:
            return False
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def ends(self, at: Instant) -> Instant:
        """When the quiet hours end in which an instant lies: the first instant after it that is outside of them."""
        local = datetime.fromtimestamp(at, UTC).astimezone(zone(self.tz))
        end = local.replace(hour=self.end // 60, minute=self.end % 60, second=0, microsecond=0, fold=0)
        found = int(end.astimezone(UTC).timestamp())
        if found <= at:
            # Wall time of the next day; real days may have 23 or 25 hours.
            following = (end + timedelta(days=1)).replace(fold=0)
            found = int(following.astimezone(UTC).timestamp())
        return found


def due(created: Instant, severity: int, quiet: Quiet | None) -> Instant:
    """When a message may go out."""
    at = created + HOLD
    if quiet is None or severity <= quiet.severity or not quiet.covers(at):
        return at
    return quiet.ends(at)


def wait(attempts: int) -> int | None:
    """Seconds until the next try after so many; None where it has failed for good. Doubles, up to half an hour."""
    if attempts >= TRIES:
        return None
    return min(FIRST_WAIT << max(0, attempts - 1), LONGEST_WAIT)
