"""Open tickets that a call may repeat: shown while it is written, opened or added to with one key."""

import contextlib
from collections.abc import Callable
from typing import Any

from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.duplicates import duplicates
from helpdesk_tui.screens.common.calling import Calling
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, NotPermitted
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.kinds import state_label
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.fields import SafeTextArea
from helpdesk_tui.widgets.inert import shortened
from helpdesk_tui.widgets.pickers import Choice, Pick

Call = tuple[str, str, str | None]
"""A call as the desk takes it: title, description, who."""
Doubles = list[dict[str, Any]]


class Doubling(Calling):
    """The part of the form for a new ticket that looks for what is there already."""

    _sent = False
    _number: int | None = None
    _service: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self._doubles: Doubles = []
        self._warned: set[int] = set()

    @property
    def draft_key(self) -> DraftKey:
        """The draft of the call."""
        return DraftKey(self.app.me, None, "new")

    def double_look(self, call: Call, given: dict[str, str] | None = None) -> Callable[[], Doubles]:
        """Reads the open tickets that this call may repeat; with `given` the service is proposed anew for it."""
        desk, service = self.app.desk, self._service
        person = self._caller["id"] if self._caller is not None else None

        def look() -> Doubles:
            about = service
            if given is not None:
                about = desk.tickets.propose(*call, given)["values"].get("service")
            return duplicates(desk, call[0], call[1], requester=person, service=about)

        return look

    def show_doubles(self, doubles: Doubles) -> None:
        self._doubles = doubles
        shown = self.query_one("#new-double", Static)
        shown.display = bool(doubles)
        wide = max(20, shown.size.width or self.app.size.width - 8)
        lines = []
        for each in doubles[:2]:
            lines.append(shortened(f"! {each['ref']} {state_label(each['state'])}  {each['title']}", wide))
            lines.append(shortened(f"  {sentence(each['reason'])}", wide))
        if doubles:
            lines = lines[: 2 if self.app.size.height < 30 else 4]
            keys = (
                _("F3 opens it, F4 adds this call to it")
                if len(doubles) == 1
                else _("F3 opens one, F4 adds this call to one")
            )
            lines.append(shortened(f"  {keys}", wide))
        shown.update(Content("\n".join(lines)))

    def _with_double(self, then: Callable[[dict[str, Any]], None]) -> None:
        if len(self._doubles) == 1:
            then(self._doubles[0])
        elif self._doubles:
            choices = [
                Choice(str(d["number"]), f"{d['ref']}  {d['title']}", sentence(d["reason"])) for d in self._doubles
            ]
            by_number = {str(d["number"]): d for d in self._doubles}
            self.app.push_screen(Pick(_("Which ticket?"), choices), lambda n: then(by_number[n]) if n else None)

    def action_see_double(self) -> None:
        """Open the similar ticket; what was typed is kept."""

        def see(double: dict[str, Any]) -> None:
            self.app.drafts.save(self.draft_key)
            self.dismiss(None)
            self.app.call_later(self.app.open_ticket, double["number"])

        if self._number is None:
            self._with_double(see)

    def action_join_double(self) -> None:
        """Write the call on the similar ticket instead of opening another."""

        def join(double: dict[str, Any]) -> None:
            text = self.query_one("#new-text", SafeTextArea).text.strip()
            caller, desk, number = self._caller, self.app.desk, double["number"]
            told = _("{name} called").format(name=one_line(caller["name"], 60)) if caller else _("a call")

            def done(found: Any) -> None:
                self._sent = False
                if isinstance(found, DeskError):
                    self.problem(found)
                    return
                self._sent = True
                self.app.drafts.discard(self.draft_key)
                self.app.say(_("{ref}: the call is noted (u takes it back)").format(ref=double["ref"]))
                self.app.nudge()
                self.dismiss(None)
                self.app.call_later(self.app.open_ticket, number)

            self._sent = True
            self.ask(lambda: joined(desk, number, f"{told}:\n{text}", caller), done, "open", failed=True, lasting=True)

        if self._number is None and not self._sent:
            self._with_double(join)


def joined(desk: Desk, number: int, text: str, caller: dict[str, Any] | None) -> dict[str, Any]:
    """Note a call on a ticket, which its caller follows from now on unless they asked for it themselves."""
    if caller is not None and desk.reading.facts(number)["requester_id"] != caller["id"]:
        # Whoever follows it already, or may not be let in by the actor, is told of in the note all the same.
        with contextlib.suppress(Conflict, NotPermitted):
            desk.tickets.watch(number, person=f"#{caller['id']}")
    return desk.tickets.note(number, text)
