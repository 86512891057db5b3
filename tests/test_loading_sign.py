"""While a read takes long the screen says so: the read waits at a gate that the test holds shut."""

import threading
from pathlib import Path
from typing import Any

import pytest
from console_desk import Clock, Console, console, make_desk
from tui import screen_text

from helpdesk_tui.desk.ticket_reading import TicketReading


class Gate:
    """Lets a method through only when it is open."""

    def __init__(self, patch: pytest.MonkeyPatch, name: str) -> None:
        self.open = threading.Event()
        self.reached = threading.Event()
        real = getattr(TicketReading, name)

        def held(reading: TicketReading, *arguments: Any, **options: Any) -> Any:
            self.reached.set()
            self.open.wait(30)
            return real(reading, *arguments, **options)

        patch.setattr(TicketReading, name, held)


async def shown(running: Console, gate: Gate) -> str:
    await running.until(gate.reached.is_set)
    await running.pilot.pause()
    return screen_text(running.app)


async def test_a_ticket_that_is_being_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make_desk(tmp_path, Clock())
    async with console(tmp_path, desk=desk) as running:
        gate = Gate(monkeypatch, "show")
        try:
            running.app.open_ticket(2)
            assert "Loading..." in await shown(running, gate)
        finally:
            gate.open.set()
        await running.settle()
        assert "Loading..." not in screen_text(running.app)
        assert "VPN drops" in screen_text(running.app)
