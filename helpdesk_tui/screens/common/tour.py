"""The tour: some ten things to do by the real keys, each noticed when it was done.

Screens know nothing of it; they tell the application what was done (`DeskApp.did`), and the tour looks whether it was
that. The keys are those of the reader's own keymap.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.screens.common.actions import APP_KEYS, BY_ID
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.widgets.keys import shown_key

MOVED: Final = "list.move"
"""What is told when the cursor of a list stands on another ticket."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: what is told when it was done, the words, and the bindings whose keys they name.

    `begun`: it counts as soon as it opens, there is nothing to finish. `scope`: the screen that has it, if not every one.
    """

    event: str
    text: str
    keys: Mapping[str, str]
    begun: bool = False
    scope: str = ""


STEPS: Final = (
    Step(MOVED, N_("{down} and {up} move through the list. Try it."), {"down": "list.down", "up": "list.up"}),
    Step(
        "queue.open",
        N_("{open} opens the ticket under the cursor, {back} leads back to the list."),
        {"open": "list.open", "back": "detail.escape"},
    ),
    Step(
        "ticket.why",
        N_("{why} tells why: the rule behind every value. {close} closes it."),
        {"why": "ticket.why", "close": "dialog.back"},
        begun=True,
    ),
    Step("ticket.take", N_("{take} takes the ticket: it becomes yours."), {"take": "ticket.take"}),
    Step(
        "ticket.note",
        N_("{note} writes a note that only the desk reads. Some words, then {send}."),
        {"note": "ticket.note", "send": "composer.submit"},
    ),
    Step(
        "ticket.state",
        N_("{state} changes the state: only what is possible is listed, with what it asks."),
        {"state": "ticket.state"},
    ),
    Step("desk.undo", N_("{undo} takes back what you did last, whatever it was."), {"undo": "desk.undo"}),
    Step(
        "queue.filter",
        N_("{filter} filters the list: type service:vpn and Enter."),
        {"filter": "queue.filter"},
        scope="queue",
    ),
    Step(
        "app.palette",
        N_("{palette} finds every action by its name. {close} closes it."),
        {"palette": "app.palette", "close": "dialog.back"},
        begun=True,
    ),
    Step(
        "app.help",
        N_("{help} lists all keys of a screen; typing searches. {close} closes it."),
        {"help": "app.help", "close": "dialog.back"},
        begun=True,
    ),
    Step(
        "ticket.new",
        N_("The phone rings: {new}, three letters of a name (zha), Enter, what they say, {send}."),
        {"new": "ticket.new", "send": "new.accept"},
    ),
)
_APP: Final = {spec.id: spec for spec in APP_KEYS}


@dataclass(frozen=True, slots=True)
class Said:
    """What the strip shows: where the tour is, what to do, and the line below."""

    lead: str
    text: str
    below: str


class Tour:
    """Where somebody is on the tour."""

    def __init__(self, keys_by_id: Callable[[str, tuple[str, ...]], tuple[str, ...]]) -> None:
        self._keys = keys_by_id
        self._at = 0
        self._done: set[str] = set()
        self._last = ""
        self._touched = False

    @property
    def step(self) -> Step | None:
        """What is to be done now; None at the end."""
        return STEPS[self._at] if self._at < len(STEPS) else None

    def touched(self) -> None:
        """A key was pressed: a list that moves now was moved by somebody."""
        self._touched = True

    def did(self, event: str, *, begun: bool) -> bool:
        """Notice what was done; True where the tour goes on. What was done ahead of its turn is not asked for again."""
        found = next((step for step in STEPS if step.event == event and step.begun == begun), None)
        if found is None or event in self._done or not self._touched:
            return False
        self._done.add(event)
        if found is not self.step:
            return False
        self._last = event
        self._forward()
        return True

    def skip(self) -> None:
        """Go on without it."""
        self._last = ""
        if self.step is not None:
            self._forward()

    def _forward(self) -> None:
        self._at += 1
        while self.step is not None and self.step.event in self._done:
            self._at += 1

    # -- what it says ----------------------------------------------------------------------------------------

    def key(self, name: str) -> str:
        """The key of an action or a widget's binding as this person presses it; without one the word to type."""
        spec = BY_ID.get(name) or _APP.get(name)
        keys = self._keys(name, spec.keys if spec is not None else _bound()[name])
        if keys:
            return shown_key(keys[0])
        return f":{spec.word}" if spec is not None else shown_key("enter")

    def said(self, scope: str) -> Said:
        """What to show on a screen of this scope (empty: a dialog)."""
        step, leave = self.step, self.key("app.leave")
        done = _("Done: {what}.").format(what=_(BY_ID[self._last].label)) if self._last in BY_ID else ""
        done = done or (_("Done.") if self._last else "")
        if step is None:
            text = _("That was the tour. Go on playing; nothing of this is kept.")
            return Said(_("Tour"), text, _("{done} {leave} leads back.").format(done=done, leave=leave).strip())
        text = _(step.text).format_map({name: self.key(binding) for name, binding in step.keys.items()})
        if step.scope and scope and scope != step.scope:
            text = _("{back} to the list; then: {text}").format(back=self.key("detail.back"), text=text)
        below = _("{done} {skip} skips this step, {leave} ends the tour.").format(
            done=done, skip=self.key("tour.skip"), leave=leave
        )
        lead = _("Tour {step}/{steps}").format(step=self._at + 1, steps=len(STEPS))
        return Said(lead, text, below.strip())


def _bound() -> dict[str, tuple[str, ...]]:
    """The default keys of the widgets' bindings that the steps name."""
    from textual.binding import Binding

    from helpdesk_tui.screens.common.new_ticket import NewTicketScreen
    from helpdesk_tui.widgets.composer import Composer
    from helpdesk_tui.widgets.cursor_list import CursorList
    from helpdesk_tui.widgets.pickers import Dialog

    return {
        binding.id: tuple(binding.key.split(","))
        for owner in (CursorList, Composer, Dialog, NewTicketScreen)
        for binding in owner.BINDINGS
        if isinstance(binding, Binding) and binding.id
    }
