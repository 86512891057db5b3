"""A new ticket while the caller speaks: the person first, one free text, then proposals with their reasons.

Nothing is written until it is accepted; what is typed is a draft like any other. Open tickets that this one may repeat
are shown before, with a key to each.
"""

import shlex
from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import OptionList, Static, TextArea

from helpdesk_tui.screens.common.command_copy import options, settings
from helpdesk_tui.screens.common.doubles import Call, Doubles, Doubling
from helpdesk_tui.screens.common.editing import choices_of
from helpdesk_tui.vocabulary.calls import split_text
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.alive import alive
from helpdesk_tui.widgets.field_form import ChoiceField, FormField
from helpdesk_tui.widgets.fields import SafeInput, SafeOptions, SafeTextArea
from helpdesk_tui.widgets.inert import shortened
from helpdesk_tui.widgets.lines import ToneWidget, tones
from helpdesk_tui.widgets.pickers import Choice
from helpdesk_tui.widgets.sentences import field_label, value_text

PAUSE: Final = 0.25
"""Seconds without a key after which the desk is asked for proposals."""
WIDE: Final = 110
"""Columns from which what is known of the caller stands beside the form."""
BROAD: Final = 150
JUDGED: Final = ("kind", "category", "service", "impact", "urgency", "priority", "team")
LETTERS_OF: Final = dict(zip("kcsiupt", JUDGED, strict=True))
"""Letters that lead to a field from the line that opens the ticket."""
_WHY_OF: Final = {"kind": "category", "service": "category", "impact": "category", "urgency": "category"}


class Accept(ToneWidget, can_focus=True):
    """The line on which Enter opens the ticket, and later the opened one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("cursor", "strong")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "accept", N_("Open the ticket"), show=False)]

    class Pressed(Message):
        """The ticket is to be opened."""

    def render_line(self, y: int) -> Strip:
        text = _("[ Enter: open the ticket like this ]   ctrl+s or F2 from anywhere")
        return self.strip_of(((text, "strong"),), self.size.width, tone="cursor" if self.has_focus else None)

    def action_accept(self) -> None:
        self.post_message(self.Pressed())

    def on_click(self) -> None:
        self.action_accept()


class Opened(ToneWidget, can_focus=True):
    """What became of the call: the number to tell the caller, and the way on."""

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("strong")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.show_opened", N_("Open"), show=False),
        Binding("n", "screen.clear", N_("Begin anew"), show=False),
        Binding("q,space", "screen.back", N_("Back"), show=False),
    ]
    told: tuple[str, ...] = ()

    def render_line(self, y: int) -> Strip:
        text = self.told[y] if y < len(self.told) else ""
        return self.strip_of(((f" {text}", "strong" if y == 0 else "plain"),), self.size.width)


class NewTicketScreen(Doubling):
    """Answers the number of the new ticket, or None."""

    CSS_PATH = "new_ticket.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False, id="new.back"),
        Binding("ctrl+s,f2", "accept", show=False, id="new.accept"),
        Binding("f3", "see_double", show=False, id="new.see_double"),
        Binding("f4", "join_double", show=False, id="new.join_double"),
        Binding("f8", "clear", show=False, id="new.clear"),
        Binding("down", "app.focus_next", show=False, id="new.next"),
        Binding("up", "app.focus_previous", show=False, id="new.previous"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._by_hand: set[str] = set()
        self._choices: dict[str, ChoiceField] = {}
        self._judged: Call | None = None
        self._whys: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(_("New ticket")), id="new-title")
            with Horizontal(id="new-body"):
                with Vertical(id="new-main"):
                    ask = _("Who is calling? (letters, pinyin, mail or phone digits)")
                    yield Static(Content(ask), classes="new-label")
                    yield SafeInput(id="new-caller", max_length=255)
                    people = SafeOptions(id="new-people", compact=True, markup=False)
                    people.can_focus = False
                    yield people
                    yield Static(Content(""), id="new-caller-info")
                    ask = _("What do they say? (the first line becomes the title)")
                    yield Static(Content(ask), classes="new-label")
                    yield SafeTextArea(id="new-text")
                    yield Static(Content(""), id="new-double")
                    yield Accept(id="new-accept")
                    with Vertical(id="new-fields"):
                        for letter, name in LETTERS_OF.items():
                            with Horizontal():
                                label = f"{letter} {field_label(name).capitalize()}"
                                yield Static(Content(label), classes="new-label")
                                yield self._choice(name)
                                yield Static(Content(""), id=f"new-why-{name}", classes="new-why")
                yield Static(Content(""), id="new-side")
            yield Opened(id="new-opened")
            yield Static(Content(""), id="new-problem")
            yield Static(Content(""), id="new-keys", classes="new-label")

    def _choice(self, name: str) -> ChoiceField:
        field = ChoiceField(FormField(name, field_label(name).capitalize(), choices=(Choice("", "-"),)))
        self._choices[name] = field
        return field

    def on_mount(self) -> None:
        self._fit(self.app.size.width)
        self._say_keys()
        self._show_card(None)
        self.query_one("#new-caller", SafeInput).focus()
        kept = self.app.drafts.load(self.draft_key)
        if kept:
            self._restore(kept)
        self.app.drafts.watch(self.draft_key, self._typed)
        self.ask(lambda: choices_of(self.app.desk), self._known_choices, "choices")

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width >= BROAD, "-broad")
        self.call_after_refresh(self._show_whys)
        if self._about is not None:
            self._show_card(self._about)

    def _say_keys(self) -> None:
        if self._number is not None:
            keys = _("Enter opens it, n next call, Esc goes back")
        else:
            keys = _("Esc keeps the draft · F8 anew · Tab, then a field's letter, corrects it")
        self.query_one("#new-keys", Static).update(Content(keys))

    def on_unmount(self) -> None:
        if not self._sent:
            self.app.drafts.forget(self.draft_key)

    # -- drafts ----------------------------------------------------------------------------------------------

    def _typed(self) -> dict[str, str] | None:
        if not self.children or self._sent:
            return None
        by_hand = {name: self._choices[name].value for name in sorted(self._by_hand)}
        caller = self.query_one("#new-caller", SafeInput).value
        who = {"person": f"#{self._caller['id']}"} if self._caller is not None else {}
        return {"caller": caller, "text": self.query_one("#new-text", SafeTextArea).text, **who, **by_hand}

    def _restore(self, kept: dict[str, str]) -> None:
        self._quiet = kept.get("caller", "")
        self.query_one("#new-caller", SafeInput).value = kept.get("caller", "")
        self.query_one("#new-text", SafeTextArea).load_text(kept.get("text", ""))
        for name in JUDGED:
            if kept.get(name):
                self._by_hand.add(name)
                self._choices[name].choose(kept[name], kept[name])
        self.app.say(_("your draft is back (F8 begins anew)"))
        desk, person = self.app.desk, kept.get("person")
        if person:
            self.ask(lambda: desk.people.show(person), self.choose, "people")
        elif kept.get("caller"):
            self._look_up(kept["caller"], settle=True)
        self.changed()

    def action_clear(self) -> None:
        """Begin anew."""
        self._by_hand.clear()
        self._caller, self._number, self._sent, self._judged = None, None, False, None
        self._warned.clear()
        self._show_opened(None)
        self.query_one("#new-caller", SafeInput).value = ""
        self.query_one("#new-text", SafeTextArea).load_text("")
        self._show_card(None)
        self.show_doubles([])
        self.problem("")
        for name in JUDGED:
            self._fill(name, "", "")
            self._whys[name] = ""
        self._show_whys()
        self.app.drafts.watch(self.draft_key, self._typed)
        self.query_one("#new-caller", SafeInput).focus()

    def action_back(self) -> None:
        """Away; the draft is kept."""
        people = self.query_one("#new-people", OptionList)
        if people.display:
            people.display = False
            return
        if self._number is None:
            self.app.drafts.save(self.draft_key)
        self.dismiss(self._number)

    # -- proposals -------------------------------------------------------------------------------------------

    @on(TextArea.Changed, "#new-text")
    def _text_typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.changed()

    @on(ChoiceField.Changed)
    def _corrected(self, event: ChoiceField.Changed) -> None:
        event.stop()
        name = event.field.spec.name
        if event.field.value:
            self._by_hand.add(name)
        else:
            self._by_hand.discard(name)
        self.changed()

    def on_key(self, event: events.Key) -> None:
        """A field's letter leads to it while nothing is being written."""
        super().on_key(event)
        name = LETTERS_OF.get(event.character or "")
        if name is not None and isinstance(self.focused, Accept | ChoiceField):
            self._choices[name].focus()
            event.stop()

    def _known_choices(self, choices: dict[str, list[Choice]]) -> None:
        for name, field in self._choices.items():
            field.spec = FormField(name, field.spec.label, choices=choices[name])
            field._known.update({choice.value: choice.label for choice in choices[name]})
            field.refresh()

    def _given(self) -> dict[str, str]:
        return {
            name: self._choices[name].value for name in JUDGED if name in self._by_hand and self._choices[name].value
        }

    def _call(self) -> Call:
        """What the call is, as the desk takes it: title, description, who."""
        return (*split_text(self.query_one("#new-text", SafeTextArea).text), self.handle())

    def changed(self) -> None:
        """Look for proposals when nothing was typed for a moment; what was wrong before may be right now."""
        self.problem("")
        self.run_worker(self._propose_soon, exclusive=True, group="propose-soon")  # type: ignore[arg-type]

    async def _propose_soon(self) -> None:
        from asyncio import sleep

        await sleep(PAUSE)
        if not alive(self):
            return
        call = self._call()
        if call[0] and self._number is None and not self._sent:
            given, desk = self._given(), self.app.desk
            self.ask(lambda: desk.tickets.propose(*call, given), lambda found: self._proposed(found, call), "propose")

    def _proposed(self, found: dict[str, Any], call: Call) -> None:
        for name in JUDGED:
            value = found["values"].get(name)
            if name in self._by_hand:
                why = _("by hand (Delete gives it back to the rules)")
            else:
                self._fill(name, "" if value is None else str(value), value_text(name, value, self.app.tz))
                why = self._why(name, found["reasons"])
            self._whys[name] = why
        self._show_whys()
        self._service = found["values"].get("service")
        look = self.double_look(call)

        def looked(doubles: Doubles) -> None:
            self._judged = call
            self.show_doubles(doubles)

        self.ask(look, looked, "doubles")

    def _show_whys(self) -> None:
        """The reasons, each cut to the room beside its value."""
        for name, why in self._whys.items():
            shown = self.query_one(f"#new-why-{name}", Static)
            shown.update(Content(shortened(why, max(8, shown.size.width))))

    @staticmethod
    def _why(name: str, reasons: dict[str, list[dict[str, Any]]]) -> str:
        told = reasons.get(_WHY_OF.get(name, name), [])
        if name in _WHY_OF or name == "category":
            told = [reason for reason in told if reason.get("field") == name]
        return sentence(told[-1] if name == "priority" else told[0]) if told else ""

    def _fill(self, name: str, value: str, label: str) -> None:
        field = self._choices[name]
        with self.prevent(ChoiceField.Changed):
            field._known.setdefault(value, label)
            field.choose(value)

    # -- opening ---------------------------------------------------------------------------------------------

    @on(Accept.Pressed)
    def _pressed(self, event: Accept.Pressed) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        """Open the ticket; what it may repeat is shown first."""
        if self._sent:
            return
        if self._looking:
            self._enter_waits = self._accept_waits = True
            return
        call = self._call()
        if not call[0]:
            self.problem(_("Write what it is about first; one line is enough."))
            self.query_one("#new-text").focus()
            return
        self.app.drafts.save(self.draft_key)
        self._sent = True
        if self._judged == call:
            self._open_unless_double(call, self._doubles)
            return

        def looked(doubles: Any) -> None:
            if isinstance(doubles, DeskError):
                self._sent = False
                self.problem(doubles)
                return
            self._judged = call
            self.show_doubles(doubles)
            self._open_unless_double(call, doubles)

        self.ask(self.double_look(call, self._given()), looked, "open", failed=True, lasting=True)

    def _open_unless_double(self, call: Call, doubles: Doubles) -> None:
        """Open it; where it may repeat tickets, only when these were said to be looked at first."""
        found = {each["number"] for each in doubles[:2]}
        if found <= self._warned:
            self._open(call)
            return
        self._warned |= found
        self._sent = False
        self.problem(_("There is a similar open ticket: look at it first. The same key again opens a new one."))
        self.query_one(Accept).focus()

    def _open(self, call: Call) -> None:
        (title, description, who), given, desk = call, self._given(), self.app.desk

        def opened(found: Any) -> None:
            if isinstance(found, DeskError):
                self._sent = False
                self.problem(found)
                return
            self.app.drafts.discard(self.draft_key)
            words = [*options({"channel": "phone", "requester": who or "", "message": description}), *settings(given)]
            self.app.last_command = shlex.join(["helpdesk", "ticket", "new", *words, "--", title])
            self.app.did("ticket.new")
            self.app.nudge()
            self._show_opened(found)

        call_desk: Callable[[], Any] = lambda: desk.tickets.open(  # noqa: E731
            title, description=description, requester=who, set=given or None
        )
        self.ask(call_desk, opened, "open", failed=True, lasting=True)

    def _show_opened(self, found: dict[str, Any] | None) -> None:
        """What the caller is told, in place of the form; None: the form again."""
        shown = self.query_one(Opened)
        self._number = None if found is None else int(found["number"])
        self.set_class(found is not None, "-opened")
        if found is not None:
            number = ref(found["kind"], int(found["number"]))
            about = [f"{field_label(name).capitalize()}: {value_text(name, found.get(name), self.app.tz)}"
                     for name in ("priority", "service", "team", "assignee") if found.get(name)]  # fmt: skip
            due = [f"{field_label(name).capitalize()}: {value_text(name, found[name], self.app.tz)}"
                   for name in ("response_due_at", "resolution_due_at") if found.get(name)]  # fmt: skip
            shown.told = (
                _("{ref} is open (u takes it back)").format(ref=number),
                one_line(found["title"], 200),
                " · ".join(about),
                " · ".join(due),
            )
            self.problem("")
            shown.focus()
            shown.refresh()
        self._say_keys()

    def action_show_opened(self) -> None:
        """To the ticket that was opened."""
        number = self._number
        self.dismiss(number)
        if number is not None:
            self.app.call_later(self.app.open_ticket, number)
