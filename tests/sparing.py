"""What thousands of tests would do again and again with the same result is done once in a process.

Every desk of a test reads and compiles the same default policy (a tenth of a second): pure functions of an immutable
document, so their answers are kept. Textual's pilot takes a program for idle when its processor rests for 20 ms, twice
or more for each key: here it is idle when nothing is left to do, which is both sooner and surer.
"""

import asyncio
import functools
import heapq
import os
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

_KEPT: Final = 64
_SOAK: Final = os.environ.get("HELPDESK_HYPOTHESIS") == "soak"
_SOON: Final = 0.02
"""Seconds: what is due within this time is waited for, as the pilot does."""


def examples(few: int) -> int:
    """How many examples a property gets that is content with few: those, and thirty times as many in a soak."""
    return few * 30 if _SOAK else few


def _keep_policies() -> None:
    from helpdesk_tui.rules import policy, policy_compile

    policy.parse_policy = functools.lru_cache(_KEPT)(policy.parse_policy)
    compile_policy: Callable[[Any], Any] = policy_compile.compile_policy
    compiled: dict[int, tuple[Any, Any]] = {}

    @functools.wraps(compile_policy)
    def kept(document: Any) -> Any:
        if id(document) not in compiled:
            if len(compiled) >= _KEPT:
                compiled.clear()
            compiled[id(document)] = (document, compile_policy(document))  # held, so that its id stays its own
        return compiled[id(document)][1]

    policy_compile.compile_policy = kept


def _busy_threads(loop: Any) -> bool:
    """Whether a thread of the loop's pool is at work."""
    pool = loop._default_executor
    if pool is None:
        return False
    return bool(pool._work_queue.qsize() or pool._idle_semaphore._value < len(pool._threads))


def _due_in(loop: Any) -> float:
    """Seconds until the next timer of the loop."""
    coming = [handle._when for handle in heapq.nsmallest(8, loop._scheduled) if not handle._cancelled]
    return float(coming[0] - loop.time()) if coming else 1e9


def _draws(app: Any) -> bool:
    """Draw at once what the screen would draw at its next tick; whether there was anything."""
    if app is None or not app._running or not app._screen_stack:
        return False
    screen = app.screen
    if screen._update_timer is None or not screen._update_timer._active.is_set():
        return False
    screen._on_timer_update()
    return True


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait until nothing is ready to run or to draw, no thread works and no timer is due soon; at most `max_sleep` seconds."""
    from textual._context import active_app

    loop = asyncio.get_running_loop()
    app = active_app.get(None)
    begun = monotonic()
    quiet = 0
    while quiet < 2 and monotonic() - begun < max_sleep:
        await asyncio.sleep(0)
        if loop._ready:  # type: ignore[attr-defined]
            quiet = 0
        elif _busy_threads(loop):
            quiet = 0
            await asyncio.sleep(0.001)
        elif _draws(app):
            quiet = 0
        elif monotonic() - begun < _SOON and (soon := _due_in(loop)) < _SOON:
            quiet = 0
            await asyncio.sleep(max(0, soon))
        else:
            quiet += 1


def _be_idle_when_nothing_is_left() -> None:
    from textual import _wait

    _wait.wait_for_idle = wait_for_idle  # before the pilot and the application take it by name


def install() -> None:
    """Put both in place; once, before the modules that use them are imported."""
    _keep_policies()
    _be_idle_when_nothing_is_left()
