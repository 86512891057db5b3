"""Toasts that outlive a slow moment."""

from typing import Final

from textual.notifications import Notification

SHORTEST: Final = 0.1
"""Seconds. A timer of Textual for less than none turns the event loop for ever, and one for next to none never rings."""


class Told(Notification):
    """A notification whose toast is taken away in any case, however late it came to be shown."""

    @property
    def time_left(self) -> float:
        """Seconds until its toast goes."""
        return max(super().time_left, SHORTEST)

    @property
    def has_expired(self) -> bool:
        """Whether it need not be shown again."""
        return super().time_left <= 0
