"""Keys in the order in which they were typed, however many arrive at once.

Textual hands a key to the focused widget and goes on; over a slow line `:1042` and Enter arrive together, and all but
the first would reach the screen that the first one is about to cover. Here each key waits until the one before it has
had its effect: a new screen has its focus, a list that is being read for a choice has come.
"""

import asyncio
import time
from collections import deque
from typing import Any, Final
from weakref import WeakSet

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

LOST: Final = 0.25
"""Seconds after which a key counts as done although nothing came back (its widget went away)."""
UNREADY: Final = 0.5
"""Seconds for which a new screen may be without focus."""
STEP: Final = 0.01


ROUNDS: Final = 2
"""A key may have its effect through a message of its own (a field that is submitted): the second round follows that."""


class KeyDone(Message):
    """Follows a key on its way from the focused widget up to the application."""

    def __init__(self, target: MessagePump, serial: int, rounds: int = ROUNDS) -> None:
        super().__init__()
        self.target = target
        self.serial = serial
        self.rounds = rounds


class TypeAhead(App[int]):
    """An application that loses no key to what the key before it opens."""

    _held_keys: deque[events.Event]
    _keys_busy = 0
    _keys_serial = 0
    _keys_retrying = False
    _keys_wait_until = 0.0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._held_keys = deque()
        self._screens_seen: WeakSet[Screen[Any]] = WeakSet()
        self._screen_since: tuple[int, float] = (0, 0.0)

    def get_driver_class(self) -> type[Driver]:
        """The driver of this platform; on terminals the one that outlives any byte."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from helpdesk_tui.screens.common.keyboard import Keyboard

        return Keyboard

    def line_lost(self) -> None:
        """The terminal is gone: end."""
        self.exit()

    def await_answer(self, seconds: float = 2.0) -> None:
        """Something that was asked for will take the next keys: hold them, at most so long."""
        self._keys_wait_until = time.monotonic() + seconds

    def answered(self) -> None:
        """It is here: let the keys go on."""
        self._keys_wait_until = 0.0

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self._held_keys.append(event)
            await self._next_key()
        else:
            await super().on_event(event)

    def _takes_keys(self) -> bool:
        """Whether the screen on top can take a key."""
        now = time.monotonic()
        if now < self._keys_wait_until:
            return False
        screen = self.screen
        if screen in self._screens_seen:
            return True
        if self._screen_since[0] != id(screen):
            self._screen_since = (id(screen), now)
        if screen.focused is not None or now - self._screen_since[1] > UNREADY:
            self._screens_seen.add(screen)
            return True
        return False

    async def _next_key(self) -> None:
        if self._keys_busy or not self._held_keys or self._exit:
            return
        if not self._takes_keys():
            if not self._keys_retrying:
                self._keys_retrying = True
                asyncio.get_running_loop().call_later(STEP, self._retry_keys)
            return
        event = self._held_keys.popleft()
        self._keys_serial += 1
        self._keys_busy = serial = self._keys_serial
        target = self.focused or self.screen
        await super().on_event(event)
        if target.post_message(KeyDone(target, serial)):
            asyncio.get_running_loop().call_later(LOST, self._key_overdue, serial)
        else:
            await self._key_done()

    def _retry_keys(self) -> None:
        self._keys_retrying = False
        self.call_later(self._next_key)

    def _key_overdue(self, serial: int) -> None:
        if self._keys_busy == serial:
            self.call_later(self._key_done)

    async def _key_done(self) -> None:
        self._keys_busy = 0
        await self._next_key()

    async def on_key_done(self, message: KeyDone) -> None:
        """The key before has gone its way; on the last round it has had its effect."""
        if message.serial != self._keys_busy:
            return
        rounds = message.rounds - 1
        if not rounds or not message.target.post_message(KeyDone(message.target, message.serial, rounds)):
            await self._key_done()
