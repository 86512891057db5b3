"""What the on-call screen shows, read in one go."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

DAYS: Final = 14
"""Days of a schedule that are shown."""


@dataclass(frozen=True, slots=True)
class OnCallData:
    """Rows as `desk.on_call` gives them: schedules in use with who is on now, shifts of the `chosen` one, open changes."""

    now: list[dict[str, Any]] = field(default_factory=list)
    chosen: str = ""
    shifts: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The schedules in use."""
        return [row["schedule"] for row in self.now]

    def change(self, number: int) -> dict[str, Any] | None:
        """An open override or swap by its number."""
        return next((row for row in self.changes if row["id"] == number), None)

    def shift(self, start: str) -> dict[str, Any] | None:
        """The shift that starts at an instant (as written in the rows)."""
        return next((row for row in self.shifts if row["start_at"] == start), None)


def read_on_call(desk: "Desk", chosen: str = "") -> OnCallData:
    """Everything for the screen; without a schedule `chosen` that is in use, one's own turn's, else the first (reads the desk)."""
    now = desk.on_call.now()
    codes = [row["schedule"] for row in now]
    if chosen not in codes:
        mine = (row["schedule"] for row in now if desk.actor.id in row["ids"])
        chosen = next(mine, codes[0] if codes else "")
    shifts = desk.on_call.show(chosen, days=DAYS) if chosen else []
    return OnCallData(now, chosen, shifts, desk.on_call.changes())
