"""The console: opens a desk, shows its queue, and ends cleanly however it is ended."""

import asyncio
import contextlib
import os
import shutil
import signal
import threading
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final

from rich.text import Text
from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import Screen

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common import fault
from helpdesk_tui.screens.common.actions import APP_KEYS
from helpdesk_tui.screens.common.base import DeskMoved, DeskScreen
from helpdesk_tui.screens.common.configured import theme_of, use_fps
from helpdesk_tui.screens.common.drafts import EVERY, DraftBox, state_folder
from helpdesk_tui.screens.common.live import LiveDesk
from helpdesk_tui.screens.common.locking import Locking
from helpdesk_tui.screens.common.palette import Actions, Palette
from helpdesk_tui.screens.common.suspending import end_now, hear_suspension, own_suspension
from helpdesk_tui.screens.common.touring import TOUR_FILE, Touring, first_time, seated
from helpdesk_tui.screens.common.writing import Writing
from helpdesk_tui.screens.queue.queue import QueueScreen
from helpdesk_tui.settings.reading import Loaded, load
from helpdesk_tui.settings.schema import LOCAL_FPS
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.dates import set_date_style
from helpdesk_tui.vocabulary.i18n import _, set_language
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import safe_text
from helpdesk_tui.widgets.themes import register_themes

LAST_MOMENT: Final = 1.5
"""Seconds that an ending by a signal may take before the process is ended without further ado."""
IDLE: Final = 10.0
"""Seconds without a key after which what writing needs is loaded; whoever only looks on pays nothing at the start."""
LOOK: Final = 5.0
"""Seconds between two looks at the disk under the desk."""


class Troubled(Message):
    """What was found wrong under the desk, or None: nothing any more. `severe`: it cannot be written."""

    def __init__(self, text: str | None, severe: bool) -> None:
        super().__init__()
        self.text = text
        self.severe = severe


class Faulted(Message):
    """A write of this program has just failed in the file: look why."""

    bubble = False


_APP_ACTIONS: Final = {
    "app.leave": "leave",
    "app.palette": "command_palette",
    "tour.skip": "skip_step",
    "app.interrupted": "interrupted",
}


class HelpdeskApp(Locking, Touring):
    """The console on one desk."""

    TITLE = "helpdesk"
    CSS = """
    Toast { padding: 0 1; max-width: 60; width: auto; margin: 0; }
    ToastRack { margin: 0 0 1 0; padding: 0; }
    .-tour ToastRack { margin: 0 0 4 0; }
    CommandPalette.-tour CommandList { max-height: 60vh; }
    CommandPalette { background: transparent; }
    CommandPalette SearchIcon { display: none; }
    """
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {Actions}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            ",".join(spec.keys), _APP_ACTIONS[spec.id], show=False, priority=spec.id != "app.interrupted", id=spec.id
        )
        for spec in APP_KEYS
    ]

    def __init__(
        self,
        desk: Desk,
        drafts: DraftBox,
        *,
        tz: str | None = None,
        ticket: int | None = None,
        theme: str | None = None,
        loaded: Loaded | None = None,
        warm: bool = True,
    ) -> None:
        super().__init__(desk, drafts, tz=tz, loaded=loaded)
        self._first_ticket = ticket
        self._theme_wanted = theme or self.settings.theme
        self._warm_wanted = warm
        self._live = LiveDesk(desk, self._desk_moved)
        self.ended_by: int | None = None
        self._trouble: Troubled | None = None

    def get_default_screen(self) -> QueueScreen:
        """The queue is what the console opens on."""
        return QueueScreen()

    def on_load(self) -> None:
        # Before anything is drawn: a theme set later styles every widget anew.
        register_themes(self)
        self.theme = self._theme_wanted

    def on_mount(self) -> None:
        self.set_interval(EVERY, self._keep_drafts)
        self.set_interval(LOOK, self._look)
        self.begin_lock()
        if self.settings.tick and self.desk.scope(Permission.TIMER_RUN) is not Scope.NONE:
            self.set_interval(self.settings.tick, self._tick)
        self.call_after_refresh(self.complete_keys)
        self.desk.store.on_fault = lambda: self.post_message(Faulted())
        self._look()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            # Not in the main thread (a test) there are no signals to hear.
            with contextlib.suppress(RuntimeError, ValueError, NotImplementedError):
                loop.add_signal_handler(number, self._signalled, number)
        with contextlib.suppress(ValueError, AttributeError):
            hear_suspension(self, loop)
        self._live.start()
        if self._first_ticket is not None:
            self.open_ticket(self._first_ticket)
        if self.touring or self.offering:
            self.call_after_refresh(self.begin_tour if self.touring else self.dress)
        if self._warm_wanted:
            self.set_timer(IDLE, self._warm)

    def on_unmount(self) -> None:
        self.desk.store.on_fault = None
        self._live.stop()

    def _tick(self) -> None:
        """Do what is due, as `helpdesk tick` does: whoever comes first does it, once."""

        def tick() -> None:
            with contextlib.suppress(Exception):
                self.desk.timers.fire_due()

        if self._running and not self._exit:
            self.run_worker(tick, thread=True, group="tick", exit_on_error=False)

    # -- ending ----------------------------------------------------------------------------------------------

    def _signalled(self, number: int) -> None:
        """The connection is lost or the machine goes down: keep everything typed, then end."""
        if self.ended_by is not None:
            return
        self.ended_by = number
        self.drafts.save()
        # A stuck write or a terminal that takes nothing any more must not keep the process alive.
        last = threading.Timer(LAST_MOMENT, lambda: end_now(self._driver))
        last.daemon = True
        last.start()
        self._live.stop()
        self.leave()

    def line_lost(self) -> None:
        """The terminal is gone, whether or not SIGHUP came: the same ending."""
        self._signalled(signal.SIGHUP)

    def _handle_exception(self, error: Exception) -> None:
        """A fault of ours ends the console as a lost line does: all that was typed is kept, and one line tells."""
        self._return_code = 1
        if self._exception is not None:
            return
        self._exception = error
        self._exception_event.set()
        with contextlib.suppress(Exception):
            self.drafts.save()
        kept = fault.keep(error, self.drafts.folder.parent, self.desk.now())
        self._exit_renderables.append(Text(safe_text(fault.sentence(kept))))
        self._close_messages_no_wait()

    async def run_async(self, *args: Any, **options: Any) -> None:
        """Run to the end. A signal after it (a ctrl+z or a new window size too late) finds no loop that is being closed."""
        try:
            await super().run_async(*args, **options)
        finally:
            # Not in the main thread (a test) there are none.
            with contextlib.suppress(ValueError):
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGWINCH, signal.SIG_DFL)

    def action_leave(self) -> None:
        """Quit; drafts are kept."""
        self.leave()

    def action_interrupted(self) -> None:
        """ctrl+c copies a selection; else it says how to quit."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_text(selected)
        else:
            self.say(_("ctrl+q or :q quits; what you were typing is kept"))

    def _keep_drafts(self) -> None:
        if self.drafts.look():
            self.run_worker(self.drafts.flush, thread=True, group="drafts", exit_on_error=False)

    # -- the desk --------------------------------------------------------------------------------------------

    def _desk_moved(self, head: int) -> None:
        self.post_message(DeskMoved(head))

    def on_desk_moved(self, message: DeskMoved) -> None:
        """Every screen that is open, not only the one on top, stays true."""
        self.desk_has_moved(message.head)

    def tell_screens(self, head: int) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.desk_moved(head)

    # -- the disk under it -----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask, in a thread, whether the desk can be written."""

        def look() -> None:
            with contextlib.suppress(Exception):
                found = self.desk.store.trouble()
                self.post_message(Troubled(None if found is None else str(found), found is not None and found.severe))

        if self._running and not self._exit:
            self.run_worker(look, thread=True, group="disk", exclusive=True, exit_on_error=False)

    def on_faulted(self, _message: Faulted) -> None:
        """Say so now, not with the next look."""
        self._look()

    def on_troubled(self, message: Troubled) -> None:
        """Every screen of the desk says so while it lasts."""
        if message.text is None and self._trouble is None:
            return
        self._trouble = None if message.text is None else message
        self._show_banners()

    def _show_banners(self) -> None:
        from helpdesk_tui.widgets.banner import Banner

        for screen in self.screen_stack:
            if not isinstance(screen, DeskScreen):
                continue
            shown = next(iter(screen.query(Banner)), None)
            if self._trouble is None or self._trouble.text is None:
                if shown is not None:
                    shown.remove()
            elif shown is None:
                screen.mount(Banner(self._trouble.text, severe=self._trouble.severe), before=0)
            else:
                shown.show(self._trouble.text, severe=self._trouble.severe)

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a screen over the others; it says, too, what is wrong with the desk."""
        pushed = super().push_screen(*arguments, **options)
        if self._trouble is not None:
            self.call_later(self._show_banners)
        return pushed

    def nudge(self) -> None:
        self._live.nudge()

    def gone_from(self, session: str) -> None:
        """A ticket's screen was closed: others need not see us there."""

        def leave() -> None:
            with contextlib.suppress(Exception):
                self.desk.presence.leave(session)

        if self._running and not self._exit:
            self.run_worker(leave, thread=True, group="presence-leave", exit_on_error=False)

    async def on_event(self, event: events.Event) -> None:
        if self._warm_wanted and isinstance(event, events.Key):
            self._warm()
        await super().on_event(event)

    def _warm(self) -> None:
        """Once, with the first key or after a while: load what the first deed would otherwise wait for."""
        if not self._warm_wanted:
            return
        self._warm_wanted = False

        def load() -> None:
            with contextlib.suppress(Exception):
                self.desk.policies.current()
                import_module("helpdesk_tui.desk.tickets")
                import_module("helpdesk_tui.store.apply")

        self.run_worker(load, thread=True, group="warm", exit_on_error=False)

    # -- going places ----------------------------------------------------------------------------------------

    @property
    def queue(self) -> QueueScreen | None:
        """The queue's screen at the bottom of the stack."""
        return next((screen for screen in self.screen_stack if isinstance(screen, QueueScreen)), None)

    def open_ticket(self, number: int) -> None:
        """Show a ticket: on the ticket screen if it is open, else on a new one over the queue."""
        from helpdesk_tui.screens.ticket.ticket import TicketScreen

        self.did("queue.open")
        for screen in self.screen_stack:
            if isinstance(screen, TicketScreen):
                self._pop_to(screen)
                screen.go_to(number)
                return
        queue = self.queue
        around = [row.number for row in queue.tickets.rows] if queue is not None and queue.is_mounted else []
        self.push_screen(TicketScreen(number, around))

    def show_queue(self, query: str | None, number: int | None = None) -> None:
        """Show the queue, with another filter if one is given, the cursor on a ticket if it is there."""
        queue = self.queue
        if queue is None:
            return
        self._pop_to(queue)
        if number is not None:
            queue.tickets.move_to(number)
        if query is not None:
            queue.filter_bar.apply(query)

    def show_view(self, name: str) -> None:
        """Show a saved view."""
        queue = self.queue
        if queue is not None:
            self._pop_to(queue)
            if not queue.show_view(name):
                self.say(_("there is no view {name}").format(name=name), bad=True)

    def show_room(self, number: int) -> None:
        """Show the war room of an incident, over what is open."""
        from helpdesk_tui.screens.room.room import RoomScreen

        opened = next((s for s in self.screen_stack if isinstance(s, RoomScreen) and s.number == number), None)
        if opened is None:
            self.push_screen(RoomScreen(number))
        else:
            self._pop_to(opened)

    def show_on_call(self) -> None:
        """Show who is on call, over what is open."""
        from helpdesk_tui.screens.on_call.on_call import OnCallScreen

        opened = next((screen for screen in self.screen_stack if isinstance(screen, OnCallScreen)), None)
        if opened is None:
            self.push_screen(OnCallScreen())
        else:
            self._pop_to(opened)

    def _pop_to(self, screen: Screen[Any]) -> None:
        while self.screen is not screen and len(self.screen_stack) > 1:
            if isinstance(self.screen, Writing):
                self.screen.leave_composer()
            self.pop_screen()

    def action_command_palette(self) -> None:
        """Show what can be done here, searchable."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(placeholder=_("find an action"), id="--command-palette"))
            self.did("app.palette", begun=True)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Nothing beyond our own actions in the palette."""
        return ()


def run(path: Path, act_as: str | None, language: str, ticket: int | None = None, loaded: Loaded | None = None) -> int:
    """Open the console on a desk file and return its exit code; without `loaded` the settings are the environment's.

    Raises DeskError (StoreFault, NotPermitted, NotFound) when the desk cannot be entered, before the screen changes;
    Usage where the settings are wrong.
    """
    set_language(language)
    environ = dict(os.environ)
    loaded = loaded or load(Path(os.devnull), environ)
    settings = loaded.require()
    set_date_style(settings.dates)
    # Textual would only grey what it sends; the mono theme sends no colour at all.
    os.environ.pop("NO_COLOR", None)
    app = _visit(path, act_as, loaded, environ, ticket=ticket)
    while app.tour_folder is not None and app.ended_by is None:
        try:
            toured = _visit(app.tour_folder / TOUR_FILE, None, app.loaded_now, environ, tour=app.tour_folder)
        finally:
            shutil.rmtree(app.tour_folder, ignore_errors=True)
        if toured.ended_by is not None:
            return toured.return_code or 0
        app = _visit(path, act_as, toured.loaded_now, environ, ticket=app.left_ticket)
    return app.return_code or 0


def _visit(
    path: Path,
    act_as: str | None,
    loaded: Loaded,
    environ: dict[str, str],
    *,
    ticket: int | None = None,
    tour: Path | None = None,
) -> HelpdeskApp:
    """One run of the console on a desk, or on a `tour`'s desk in its folder. Raises DeskError as `run` does."""
    with Desk.open(path, act_as=act_as, origin=Origin.TUI) as desk:
        drafts = DraftBox(state_folder(), str(path.resolve()), desk.clock) if tour is None else seated(desk, tour)
        app = HelpdeskApp(desk, drafts, ticket=ticket, theme=theme_of(loaded.settings, environ), loaded=loaded)
        app.touring = tour is not None
        app.offering = tour is None and first_time(desk, drafts.folder)
        app.surroundings = environ
        line = app.line
        if not line.animation:
            app.animation_level = "none"
        if line.fps != LOCAL_FPS and "TEXTUAL_FPS" not in environ:
            use_fps(line.fps)
        with own_suspension():
            app.run(mouse=line.mouse)
        return app


def key_problems(loaded: Loaded) -> list[Any]:
    """What is wrong with the keys of a settings file (`settings.reading.Problem`s)."""
    from helpdesk_tui.screens.common.keymaps import check

    return list(check(loaded))
