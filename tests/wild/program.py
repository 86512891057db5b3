"""The console as `helpdesk` runs it, with a wire to the test beside it.

    program.py DESK      with the environment: WILD_WIRE="IN OUT" (handles), WILD_FAULTS=FILE, WILD_TRAP=NAME

A line on the wire is answered with one of JSON once nothing is left to do, or after `PATIENCE`: which screens stand
there, and whether all was done. The program itself is unchanged but for the traps, which are its negative controls.
"""

import asyncio
import faulthandler
import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, Final

from textual.worker import WorkerState

from helpdesk_tui.app import HelpdeskApp, run
from helpdesk_tui.screens.common import base
from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.settings.reading import load

PATIENCE: Final = 3.0
_running: list[HelpdeskApp] = []


def _seen(app: HelpdeskApp) -> dict[str, Any]:
    return {
        "screens": [type(screen).__name__ for screen in app.screen_stack],
        "focused": getattr(app.focused, "id", None) or type(app.focused).__name__,
        "locked": app.locked,
        "touring": app.touring,
        "size": [*app.size],
        "held": len(app._held_keys),
        "busy": [f"{w.group}/{w.name}" for w in app.workers if w.state in (WorkerState.PENDING, WorkerState.RUNNING)],
    }


def _busy(app: HelpdeskApp) -> bool:
    if app._held_keys or app._keys_busy:
        return True
    if any(worker.state in (WorkerState.PENDING, WorkerState.RUNNING) for worker in app.workers):
        return True
    return any(pump.message_queue_size for pump in (app, *app.screen_stack, *([app.focused] if app.focused else [])))


async def _answer(wanted: str) -> dict[str, Any]:
    end, quiet = time.monotonic() + PATIENCE, 0
    while time.monotonic() < end and quiet < 2:
        await asyncio.sleep(0.004)
        quiet = 0 if _running and _busy(_running[-1]) else quiet + 1
    return {"id": wanted, "idle": quiet >= 2, **(_seen(_running[-1]) if _running else {})}


def _serve(coming: int, going: int) -> None:
    with os.fdopen(coming, "r") as asked:
        for line in asked:
            app = _running[-1] if _running else None
            loop = getattr(app, "_loop", None)
            try:
                told = asyncio.run_coroutine_threadsafe(_answer(line.strip()), loop).result(60) if loop else {}
            except Exception as error:  # between two consoles there is no loop
                told = {"error": repr(error)}
            os.write(going, (json.dumps({**told, "id": line.strip()}) + "\n").encode())


def _watch() -> None:
    loaded, refused = HelpdeskApp.on_load, base.Refused.__init__

    def on_load(self: HelpdeskApp) -> None:
        _running.append(self)
        loaded(self)

    def refuse(self: base.Refused, error: Any, *rest: Any) -> None:
        if sys.exc_info()[1] is not None and "unexpected fault" in str(getattr(error, "args", error)):
            _fault(traceback.format_exc())
        refused(self, error, *rest)

    HelpdeskApp.on_load = on_load  # type: ignore[method-assign]
    base.Refused.__init__ = refuse  # type: ignore[method-assign]


def _fault(text: str) -> None:
    """Keep a fault that the console only tells in a toast."""
    with Path(os.environ["WILD_FAULTS"]).open("a") as file:
        file.write(text + "\n")


def _trap(name: str) -> None:
    def crash(_self: DeskScreen) -> None:
        raise ValueError("a fault of the program")

    def hang(_self: DeskScreen) -> None:
        threading.Event().wait()

    def leak(self: DeskScreen) -> None:
        self.app._driver.write("\x1b]0;owned\x07")  # type: ignore[union-attr]

    def quiet(self: DeskScreen) -> None:
        self.ask(lambda: 1 // 0, print, group="trap")

    def copy(self: DeskScreen) -> None:
        self.app.copy_to_clipboard("planted")

    traps = {"crash": crash, "hang": hang, "leak": leak, "fault": quiet, "copy": copy}
    DeskScreen.do_app_redraw = traps[name]  # type: ignore[method-assign]


if __name__ == "__main__":
    _watch()
    # Where it stands, when it answers no more.
    faulthandler.register(signal.SIGUSR1, Path(os.environ["WILD_FAULTS"] + ".stacks").open("w"))  # noqa: SIM115
    wire = [int(handle) for handle in os.environ["WILD_WIRE"].split()]
    threading.Thread(target=_serve, args=wire, daemon=True).start()
    if os.environ.get("WILD_TRAP"):
        _trap(os.environ["WILD_TRAP"])
    settings = load(Path(os.environ["HOME"]) / "helpdesk.toml", {"HELPDESK_LANG": "en"})
    sys.exit(run(Path(sys.argv[1]), None, "en", loaded=settings))
