"""Stopping and going on (ctrl+z, SIGSTOP, SIGCONT), and the last moment of a console whose terminal takes nothing more."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any

from textual.app import App


def hear_suspension(app: App[Any], loop: asyncio.AbstractEventLoop) -> None:
    """Go on after SIGSTOP and SIGCONT with one reader of the keys, and leave the terminal alone once the end has begun.

    Textual starts another reader at every SIGCONT, also where it was not suspended by ctrl+z: two readers then take
    each other's keys, and the raw terminal counts as the state to restore at the end. A ctrl+z typed while the console
    ends reaches a terminal that is already given back; taking it again would need a loop that runs no more.

    Raises ValueError outside of the main thread, AttributeError with a driver that has no terminal.
    """
    driver: Any = app._driver
    stop, again = driver._sigtstp_application, driver._sigcont_application

    def ending() -> bool:
        return app._exit or not loop.is_running()

    def stopped(number: int, frame: object) -> None:
        if ending():
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            stop(number, frame)

    def continued(number: int, frame: object) -> None:
        if ending():
            return
        if not driver._must_signal_resume:
            if _is_raw(driver.fileno):
                loop.call_soon_threadsafe(app.refresh)
                return
            # A shell took the terminal back meanwhile.
            driver.suspend_application_mode()
        again(number, frame)

    signal.signal(signal.SIGTSTP, stopped)
    signal.signal(signal.SIGCONT, continued)


@contextlib.contextmanager
def own_suspension() -> Iterator[None]:
    """Whoever runs a console has its own ways to stop and go on again afterwards."""
    heard = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
    before = {number: signal.getsignal(number) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            # Not in the main thread (a test) nothing was heard.
            with contextlib.suppress(ValueError):
                signal.signal(number, handler)


def end_now(driver: Any) -> None:
    """Give the terminal back as far as it can be, and end the process without further ado."""
    attrs = getattr(driver, "attrs_before", None)
    with contextlib.suppress(Exception):
        import termios

        os.write(2, b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[?25h")
        if attrs is not None:
            termios.tcsetattr(getattr(driver, "fileno", 0), termios.TCSANOW, attrs)
    os._exit(0)


def _is_raw(handle: int) -> bool:
    """Whether the terminal still gives us each key as it is typed."""
    import termios

    try:
        return not termios.tcgetattr(handle)[3] & (termios.ICANON | termios.ECHO)
    except termios.error:
        return True
