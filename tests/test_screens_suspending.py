"""A console that ends leaves the terminal alone, whatever it is told."""

import asyncio
import os
import signal
from typing import Any

import pytest
from textual.app import App

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.screens.common import suspending


class Driver:
    """What Textual's driver does, told instead of done."""

    _must_signal_resume = False

    def __init__(self) -> None:
        self.told: list[str] = []
        self.fileno = os.open(os.devnull, os.O_RDONLY)

    def _sigtstp_application(self, *_: object) -> None:
        self.told.append("stopped")

    def _sigcont_application(self, *_: object) -> None:
        self.told.append("continued")

    def suspend_application_mode(self) -> None:
        self.told.append("given back")


class Program:
    """As much of a console as signals meet."""

    def __init__(self, *, ending: bool) -> None:
        self._driver, self._exit = Driver(), ending

    def refresh(self) -> None:
        self._driver.told.append("drawn")


@pytest.mark.parametrize(
    ("running", "ending", "expected"),
    [
        (True, False, ["stopped", "drawn"]),
        (True, True, ["halted"]),
        (False, False, ["halted"]),
        (False, True, ["halted"]),
    ],
)
def test_stop_and_go_on(monkeypatch: pytest.MonkeyPatch, running: bool, ending: bool, expected: list[str]) -> None:
    program: Any = Program(ending=ending)
    monkeypatch.setattr(os, "kill", lambda _pid, _number: program._driver.told.append("halted"))
    loop = asyncio.new_event_loop()

    async def meet() -> None:
        for number in (signal.SIGTSTP, signal.SIGCONT):
            handler: Any = signal.getsignal(number)
            handler(number, None)
        await asyncio.sleep(0)

    before = [signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)]
    try:
        with suspending.own_suspension():
            suspending.hear_suspension(program, loop)
            assert [signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)] != before
            if running:
                loop.run_until_complete(meet())
            else:
                asyncio.run(meet())
    finally:
        loop.close()
        os.close(program._driver.fileno)
    assert program._driver.told == expected
    assert [signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)] == before


def test_nothing_is_heard_once_a_console_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """No new window size reaches a loop that is closed."""

    async def ended(*_args: object, **_options: object) -> None:
        signal.signal(signal.SIGWINCH, lambda _number, _frame: None)

    before = signal.getsignal(signal.SIGWINCH)
    monkeypatch.setattr(App, "run_async", ended)
    with suspending.own_suspension():
        asyncio.run(HelpdeskApp.run_async(object.__new__(HelpdeskApp)))
        assert signal.getsignal(signal.SIGWINCH) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGWINCH) == before
