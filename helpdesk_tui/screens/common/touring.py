"""The application's part of the tour: it offers it once, makes its desk, and shows the strip on every screen.

The tour has a demo desk of its own in a folder that goes when it ends; no other desk is touched by it.
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.screen import ModalScreen

from helpdesk_tui.screens.common.actions import BY_ID, TICKET
from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.screens.common.configured import Configured
from helpdesk_tui.screens.common.drafts import DraftBox, DraftKey
from helpdesk_tui.screens.common.key_line import KeyLine
from helpdesk_tui.settings.reading import Loaded
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _

if TYPE_CHECKING:
    from textual.screen import Screen

    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.screens.common.tour import Tour
    from helpdesk_tui.widgets.tour_strip import TourStrip

TOUR_FILE: Final = "tour.db"
TICKETS: Final = 600
"""Tickets of the tour's desk: every kind of them, made in a second."""
FIRST_VIEW: Final = "unassigned"
_WATCHED: Final = frozenset({"list.move"})


class Touring(Configured):
    """Leads round."""

    tour: "Tour | None" = None
    touring = False
    """Whether this is the desk of a tour."""
    offering = False
    """Whether the tour is offered; True at the first start of somebody."""
    ended_by: int | None = None
    """The signal that ended the application."""
    left_ticket: int | None = None
    """The ticket that was open when one left for the tour."""
    tour_folder: Path | None = None
    """Where the desk of a tour lies that was asked for; whoever started the application goes there and clears it away."""
    _making = False

    # -- what was done ---------------------------------------------------------------------------------------

    def did(self, event: str, *, begun: bool = False) -> None:
        if self.tour is not None:
            if self.tour.did(event, begun=begun):
                self.call_later(self.dress)
        elif self.offering and event not in _WATCHED:
            # Somebody works already: the offer was seen, and makes room.
            self.offering = False
            self.call_later(self.dress)

    async def on_event(self, event: Any) -> None:
        if self.tour is not None and hasattr(event, "key"):
            self.tour.touched()
        await super().on_event(event)

    # -- the strip -------------------------------------------------------------------------------------------

    def dress(self) -> None:
        """Show on every screen what the tour says now; on those beneath another one its place stays empty."""
        if self.tour is None and not self.offering and not self._strips():
            return
        for screen in self.screen_stack:
            self._dress(screen)

    def _strips(self) -> "list[TourStrip]":
        from helpdesk_tui.widgets.tour_strip import TourStrip

        return [strip for screen in self.screen_stack for strip in screen.query(TourStrip)]

    def _dress(self, screen: "Screen[Any]") -> None:
        from helpdesk_tui.widgets.tour_strip import TourStrip

        shown = next(iter(screen.query(TourStrip)), None)
        scope = screen.SCOPE if isinstance(screen, DeskScreen) else ""
        screen.set_class(self.tour is not None, "-tour")
        if self.tour is not None:
            said = self.tour.said(scope)
            words = (said.lead, said.text, said.below)
        elif self.offering and not isinstance(screen, ModalScreen):
            words = ("", offer_text(), "")
        else:
            if shown is not None:
                shown.remove()
            return
        if shown is None and screen.is_attached:
            line = next(iter(screen.query(KeyLine)), None)
            if line is None and scope:
                # It is being put together; its last line is still to come.
                screen.call_after_refresh(self.dress)
                return
            shown = TourStrip(*words, docked=line is None)
            screen.mount(shown, before=line) if line is not None else screen.mount(shown)
        elif shown is not None:
            shown.show(*words)
        if shown is not None:
            shown.set_class(screen is not self.screen, "-beneath")

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a screen over the others."""
        pushed = super().push_screen(*arguments, **options)
        self._dress_soon()
        return pushed

    def pop_screen(self) -> Any:
        """Take the screen on top away."""
        popped = super().pop_screen()
        self._dress_soon()
        return popped

    def _dress_soon(self) -> None:
        if self.tour is not None or self.offering:
            self.call_later(self.dress)

    def redraw_all(self) -> None:
        super().redraw_all()
        if self.tour is not None or self.offering:
            for screen in self.screen_stack:
                # Behind what makes the screen anew, in its own order.
                screen.call_later(self.call_later, self.dress)

    # -- on the tour -----------------------------------------------------------------------------------------

    def begin_tour(self) -> None:
        """This application is on the tour's desk: lead round."""
        from helpdesk_tui.screens.common.tour import Tour

        self.tour = Tour(self.keys_by_id)
        self.dress()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "skip_step":
            return self.tour is not None
        return super().check_action(action, parameters)

    def action_skip_step(self) -> None:
        """Go on without doing this step."""
        if self.tour is not None:
            self.tour.skip()
            self.dress()

    # -- to the tour -----------------------------------------------------------------------------------------

    def start_tour(self) -> None:
        """Make the desk of the tour, then leave for it; whoever started this application leads there and back."""
        if self.tour is not None:
            leave = self.tour.key("app.leave")
            self.say(_("you are on the tour; {leave} leads back").format(leave=leave))
            return
        if self._making:
            return
        self._making = True
        self.say(_("making a demo desk for the tour; your own desk is left as it is ..."))

        def make() -> None:
            folder = Path(tempfile.mkdtemp(prefix="helpdesk-tour-"))
            try:
                make_desk(folder)
            except (DeskError, OSError) as error:
                shutil.rmtree(folder, ignore_errors=True)
                self.call_from_thread(self._not_made, str(error))
                return
            self.call_from_thread(self._made, folder)

        self.run_worker(make, thread=True, group="tour", exit_on_error=False)

    def _made(self, folder: Path) -> None:
        self.tour_folder = folder
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen) and screen.SCOPE == TICKET:
                self.left_ticket = screen.subject
        self.leave()

    @property
    def loaded_now(self) -> Loaded:
        """The settings as they are in force, for the next run."""
        assert self.loaded is not None
        return replace(self.loaded, settings=self.settings)

    def _not_made(self, problem: str) -> None:
        self._making = False
        self.say(problem, bad=True)


def make_desk(folder: Path) -> Path:
    """Make the desk of a tour in an empty folder; the path of its file. Raises DeskError, OSError."""
    from helpdesk_tui.desk.demoing import build_demo

    path = folder / TOUR_FILE
    build_demo(path, tickets=TICKETS)
    return path


def seated(desk: "Desk", folder: Path) -> DraftBox:
    """The drafts of a tour, beside its desk, with a seat before work that is anybody's."""
    from helpdesk_tui.screens.common.seat import Seat

    drafts = DraftBox(folder / "state" / "drafts", str(desk.store.path), desk.clock)
    seat = Seat(drafts, desk.actor.login or desk.actor.name)
    seat.put(view=FIRST_VIEW)
    seat.save()
    return drafts


def offer_text() -> str:
    """The offer, in one line."""
    return _("New here? :{tour} shows the console in two minutes, on a demo desk of its own.").format(
        tour=BY_ID["app.tour"].word
    )


def first_time(desk: "Desk", folder: Path) -> bool:
    """Whether this person never started the console before, on any desk; from now on they have (a small file)."""
    box = DraftBox(folder, "any desk", desk.clock)
    key = DraftKey(desk.actor.login or desk.actor.name, None, "tour-seat")
    if box.load(key):
        return False
    box.write([(key, {"offered": "yes"})])
    return True
