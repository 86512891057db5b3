"""One round of sending: whatever is due, each channel in a lane of its own, so that a dead mail server holds no page up."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from helpdesk_tui.desk import outbox
from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending import deliver
from helpdesk_tui.intake.sending.config import Channels
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

MOST = 500
"""Messages that a lane sends in one round at most."""
Send = Callable[[Message, Channels], None]


def send_due(desk: "Desk", channels: Channels, worker: str, send: Send = deliver, most: int = MOST) -> dict[str, int]:
    """Make messages of what the journal says, and send what is due: `{"sent": n, "waiting": n, "failed": n}`.

    `waiting` counts those that could not be sent and are tried again. Channels that are not set up here are left to
    whoever has them. `worker` names this program; no other does so meanwhile.
    """
    outbox.collect(desk)
    done: Counter[str] = Counter({"sent": 0, "waiting": 0, "failed": 0})
    if lanes := [*filter(channels.serves, outbox.waiting(desk))]:
        with ThreadPoolExecutor(len(lanes)) as pool:
            for lane in pool.map(lambda channel: _lane(desk, channels, worker, channel, send, most), lanes):
                done.update(lane)
    return dict(done)


def _lane(desk: "Desk", channels: Channels, worker: str, channel: str, send: Send, most: int) -> Counter[str]:
    done: Counter[str] = Counter()
    # One at a time: a lease is as long as one message may take.
    while done.total() < most and (taken := outbox.take(desk, worker, channel)):
        error, final = _sent(taken[0], channels, send)
        done[outbox.settle(desk, worker, taken[0], error, final=final)] += 1
    return done


def _sent(message: Message, channels: Channels, send: Send) -> tuple[str | None, bool]:
    """What went wrong (None: nothing), and whether for good."""
    try:
        send(message, channels)
    except Refused as error:
        return str(error) or "refused", True
    except Unreachable as error:
        return str(error) or "unreachable", False
    except Exception as error:
        return type(error).__name__, False
    return None, False
