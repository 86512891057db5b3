"""Sending messages: one small adapter a channel. `deliver` gives a message to the one that its channel names."""

from importlib import import_module
from typing import Final

from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending.config import Channels
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable

__all__ = ["Channels", "Refused", "Unreachable", "deliver"]
_MODULES: Final = {"email": "email", "webhook": "webhook", "command": "command", "apprise": "by_apprise"}


def deliver(message: Message, channels: Channels) -> None:
    """Send a message. Raises Unreachable where another try may help, Refused where none will."""
    module = _MODULES.get(message.channel)
    if module is None:
        raise Refused(f"there is no channel {message.channel}")
    import_module(f"helpdesk_tui.intake.sending.{module}").send(message, channels)
