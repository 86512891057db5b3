"""What all deeds of a war room stand on: its panes, reading it, asking with a form, writing and saying so."""

import shlex
from collections.abc import Callable
from typing import Any, Final

from helpdesk_tui.screens.common.actions import BY_ID
from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.kept_form import KeptForm
from helpdesk_tui.screens.room.pane import STEP, TASK, RoomPane
from helpdesk_tui.vocabulary.errors import DeskError, NotFound
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.field_form import FormField

LINES: Final = 500
"""Lines of the timeline that are read."""


class ToDo(RoomPane):
    """What is to be done, beside the timeline."""

    DEFAULT_CSS = "ToDo { width: 52; border-left: solid $panel; }"

    def __init__(self, *, tz: str) -> None:
        super().__init__(tz=tz, beside=True)


class RoomDeeds(DeskScreen):
    """The room of one incident, its panes, and the ways to ask and to write."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._lost = self._left = False

    @property
    def pane(self) -> RoomPane:
        """The lines, or those beside them where the keys go there."""
        beside = self.query_one(ToDo)
        return beside if beside.has_focus else self.main

    @property
    def main(self) -> RoomPane:
        """The lines with the timeline."""
        return self.query("RoomPane").exclude("ToDo").only_one(RoomPane)

    def _read(self, *, opening: bool = False) -> None:
        number = self.number
        self.ask(
            lambda: self.desk.incidents.show(number, limit=LINES),
            self._show,
            group="room",
            failed=self._gone,
            opening=opening,
        )

    def _gone(self, error: DeskError) -> None:
        """It cannot be read: nothing is left to stand on where the ticket is gone, or one's role in the room is."""
        super().refuse(error)
        if isinstance(error, NotFound):
            self._lost = True
            self.do_room_back()

    def on_screen_resume(self) -> None:
        # It was found out while something was being written on top of it.
        if self._lost:
            self.call_after_refresh(self.do_room_back)

    def do_room_back(self) -> None:
        # Several reads may find out at once that nothing is left.
        if self.app.screen is self and not self._left:
            self._left = True
            self.dismiss(None)

    def _show(self, room: dict[str, Any]) -> None:
        """Show what was read."""
        now = self.desk.now()
        self.main.show(room, now)
        self.query_one(ToDo).show(room, now)

    def _deed(
        self,
        action_id: str,
        call: Callable[[], Any],
        words: list[str],
        told: str | Callable[[Any], str],
        key: DraftKey | None = None,
    ) -> None:
        """Write something; say it, and keep its command line for copying."""

        def done(value: Any) -> None:
            self.app.last_command = shlex.join(["helpdesk", *words])
            self.app.say(told if isinstance(told, str) else told(value))
            self.app.did(action_id)
            if key is not None:
                self.app.drafts.discard(key)
            self.app.nudge()
            self._read()

        self.ask(call, done, group="deed", exclusive=False, opening=True)

    def _form(
        self, what: str, fields: list[FormField], then: Callable[[dict[str, str], DraftKey], None], **more: Any
    ) -> None:
        key = DraftKey(self.app.me, self.number, f"room-{what}")

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                then(values, key)

        self.app.push_screen(KeptForm(_(BY_ID[f"room.{what}"].label), fields, self.app.drafts, key, **more), answered)

    def _under(self, kind: str, action_id: str) -> dict[str, Any] | None:
        """The task or line under the cursor; without one say so."""
        subject = self.pane.subject
        found = self.pane.part(kind, subject[1]) if isinstance(subject, tuple) and subject[0] == kind else None
        if found is None:
            reason = {
                TASK: _("put the cursor on a step or a task"),
                STEP: _("put the cursor on a step"),
            }.get(kind, _("put the cursor on a line of the timeline"))
            self.app.say(_("{action}: {reason}").format(action=_(BY_ID[action_id].label), reason=reason), bad=True)
        return found
