"""By the library Apprise, where it is installed: DingTalk, Feishu, WeCom, Slack, SMS and many more, by an address each.

Everybody says where they want to be told, so an address must not lead the worker into the local network or to programs
of its machine: only services of the file of channels are used, by default those whose hosts nobody can choose.
"""

import logging
from importlib import import_module
from typing import Any, Final

from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending.config import Channels
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable
from helpdesk_tui.vocabulary.text import one_line

SECONDS: Final = 20
"""No request takes longer, whatever an address says."""


def send(message: Message, channels: Channels) -> None:
    """Give it to the service that the address names; one that does not take it is asked again."""
    scheme, found, _rest = (message.address or "").partition("://")
    name = scheme.strip().casefold()
    if not found or name not in channels.apprise:
        raise Refused(
            f"{one_line(scheme, 40)} is none of the services of this worker; [apprise] services in the file of channels"
            " names them"
        )
    try:
        library: Any = import_module("apprise")
    except ImportError as error:
        raise Refused("the library is not installed here: pip install 'helpdesk-tui[notify]'") from error
    # It tells its own log of addresses and answers; what became of a message stands in the outbox.
    logging.getLogger("apprise").disabled = True
    service = library.Apprise(asset=library.AppriseAsset(app_id="helpdesk", async_mode=False, secure_logging=True))
    if not service.add(message.address):
        raise Refused("no service has an address like this")
    for each in service:
        each.socket_connect_timeout = min(each.socket_connect_timeout, SECONDS)
        each.socket_read_timeout = min(each.socket_read_timeout, SECONDS)
    if not service.notify(title=message.subject, body=message.body, body_format="text"):
        raise Unreachable("the service did not take it")
