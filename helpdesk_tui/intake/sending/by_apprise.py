"""By the library Apprise, where it is installed: DingTalk, Feishu, WeCom, Slack, Teams, SMS and many more, by an address each."""

from importlib import import_module
from typing import Any

from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending.config import Channels
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable


def send(message: Message, _channels: Channels) -> None:
    """Give it to the service that the address names."""
    try:
        library: Any = import_module("apprise")
    except ImportError as error:
        raise Refused("the library is not installed here: pip install apprise") from error
    service = library.Apprise()
    if not service.add(message.address):
        raise Refused("no service has an address like this")
    if not service.notify(title=message.subject, body=message.body, body_format="text"):
        raise Unreachable("the service did not take it")
