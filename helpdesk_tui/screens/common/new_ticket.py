"""A new ticket while the caller speaks: the person first, one free text, then proposals with their reasons.

Nothing is written until it is accepted; what is typed is a draft like any other.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.editing import choices_of
from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import ChoiceField, FormField
from helpdesk_tui.widgets.fields import SafeInput, SafeTextArea
from helpdesk_tui.widgets.inert import cells, line
from helpdesk_tui.widgets.lines import ToneWidget
from helpdesk_tui.widgets.pickers import Choice
from helpdesk_tui.widgets.sentences import field_label, value_text

LETTERS: Final = 3
"""Letters from which people are looked up; a Chinese name needs but one."""
PAUSE: Final = 0.25
TITLE: Final = 200
JUDGED: Final = ("kind", "category", "service", "impact", "urgency", "priority", "team")
_WHY_OF: Final = {"kind": "category", "service": "category", "impact": "category", "urgency": "category"}


class _Answer(Message):
    bubble = False

    def __init__(self, then: Callable[[Any], None], value: Any) -> None:
        super().__init__()
        self.then = then
        self.value = value


class Accept(ToneWidget, can_focus=True):
    """The line on which Enter opens the ticket."""

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


def split_text(text: str) -> tuple[str, str]:
    """A free text as title (its first line, bounded) and description (all of it when there is more)."""
    body = text.strip()
    first, _newline, rest = body.partition("\n")
    title = first.strip()[:TITLE].rstrip()
    return title, body if rest.strip() or len(first.strip()) > TITLE else ""


class NewTicketScreen(ModalScreen[int | None]):
    """Answers the number of the new ticket, or None."""

    CSS_PATH = "new_ticket.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False, id="new.back"),
        Binding("ctrl+s,f2", "accept", show=False, id="new.accept"),
        Binding("f8", "clear", show=False, id="new.clear"),
    ]
    app = getters.app(DeskApp)

    def __init__(self) -> None:
        super().__init__()
        self._people: list[dict[str, Any]] = []
        self._caller: dict[str, Any] | None = None
        self._quiet = ""
        self._by_hand: set[str] = set()
        self._filling = False
        self._looking = False
        self._enter_waits = False
        self._sent = False
        self._choices: dict[str, ChoiceField] = {}

    @property
    def _key(self) -> DraftKey:
        return DraftKey(self.app.me, None, "new")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(_("New ticket")), id="new-title")
            yield Static(
                Content(_("Who is calling? (three letters, a mail address, digits of a phone)")), classes="new-label"
            )
            yield SafeInput(id="new-caller", max_length=255)
            people = OptionList(id="new-people", compact=True, markup=False)
            people.can_focus = False
            yield people
            yield Static(Content(""), id="new-caller-info")
            yield Static(Content(_("What do they say? (the first line becomes the title)")), classes="new-label")
            yield SafeTextArea(id="new-text")
            yield Accept(id="new-accept")
            with Vertical(id="new-fields"):
                for name in JUDGED:
                    with Horizontal():
                        yield Static(Content(field_label(name).capitalize()), classes="new-label")
                        yield self._choice(name)
                        yield Static(Content(""), id=f"new-why-{name}", classes="new-why")
            yield Static(Content(""), id="new-problem")
            keys = _("Esc back, draft kept · F8 anew · Tab, then Left, Right or Enter correct")
            yield Static(Content(keys), classes="new-label")

    def _choice(self, name: str) -> ChoiceField:
        field = ChoiceField(FormField(name, field_label(name).capitalize(), choices=(Choice("", "-"),)))
        self._choices[name] = field
        return field

    def on_mount(self) -> None:
        self.query_one("#new-caller", SafeInput).focus()
        kept = self.app.drafts.load(self._key)
        if kept:
            self._restore(kept)
        self.app.drafts.watch(self._key, self._typed)
        self._ask(lambda: choices_of(self.app.desk), self._known, "choices")

    def on_unmount(self) -> None:
        if not self._sent:
            self.app.drafts.forget(self._key)

    # -- drafts ----------------------------------------------------------------------------------------------

    def _typed(self) -> dict[str, str] | None:
        if not self.children:
            return None
        by_hand = {name: self._choices[name].value for name in sorted(self._by_hand)}
        return {
            "caller": self.query_one("#new-caller", SafeInput).value,
            "text": self.query_one("#new-text", SafeTextArea).text,
            **by_hand,
        }

    def _restore(self, kept: dict[str, str]) -> None:
        self._quiet = kept.get("caller", "")
        self.query_one("#new-caller", SafeInput).value = kept.get("caller", "")
        self.query_one("#new-text", SafeTextArea).load_text(kept.get("text", ""))
        for name in JUDGED:
            if kept.get(name):
                self._by_hand.add(name)
                self._choices[name].choose(kept[name], kept[name])
        self.app.say(_("your draft is back (F8 begins anew)"))
        if kept.get("caller"):
            self._look_up(kept["caller"], settle=True)
        self._propose()

    def action_clear(self) -> None:
        """Begin anew."""
        self._by_hand.clear()
        self._caller = None
        self.query_one("#new-caller", SafeInput).value = ""
        self.query_one("#new-text", SafeTextArea).load_text("")
        self.query_one("#new-caller-info", Static).update(Content(""))
        for name in JUDGED:
            self._fill(name, "", "")
            self.query_one(f"#new-why-{name}", Static).update(Content(""))
        self.query_one("#new-caller", SafeInput).focus()

    def action_back(self) -> None:
        """Away; the draft is kept."""
        people = self.query_one("#new-people", OptionList)
        if people.display:
            people.display = False
            return
        self.app.drafts.save(self._key)
        self.dismiss(None)

    # -- asking the desk -------------------------------------------------------------------------------------

    def _ask(self, call: Callable[[], Any], then: Callable[[Any], None], group: str) -> None:
        def work() -> None:
            worker = get_current_worker()
            try:
                value: Any = call()
            except DeskError as error:
                value = error
            if not worker.is_cancelled:
                self.post_message(_Answer(then, value))

        self.run_worker(work, thread=True, exclusive=True, group=group, exit_on_error=False)

    @on(_Answer)
    def _answered(self, message: _Answer) -> None:
        if not self.is_attached:
            return
        if isinstance(message.value, DeskError):
            self._problem(str(message.value))
        else:
            message.then(message.value)

    def _problem(self, text: str) -> None:
        shown = self.query_one("#new-problem", Static)
        shown.update(line(text, 400))
        shown.display = bool(text)

    # -- the caller ------------------------------------------------------------------------------------------

    @on(SafeInput.Changed, "#new-caller")
    def _caller_typed(self, event: SafeInput.Changed) -> None:
        event.stop()
        if event.value == self._quiet:
            return
        self._quiet = "\0"
        self._caller = None
        self._enter_waits = False
        text = event.value.strip()
        if len(text) >= LETTERS or (text and not text.isascii()):
            self._look_up(text)
        else:
            self._show_people([])

    def _look_up(self, text: str, *, settle: bool = False) -> None:
        def found(people: list[dict[str, Any]]) -> None:
            if settle:
                exact = [p for p in people if text in (p["email"], p["login"], p["name"])]
                if exact:
                    self._choose(exact[0])
            else:
                self._show_people(people)
                if self._enter_waits and people:
                    self._choose(people[0])
            self._looking = self._enter_waits = False

        self._looking = True
        self._ask(lambda: self.app.desk.people.search(text, 20), found, "people")

    def _show_people(self, people: list[dict[str, Any]]) -> None:
        self._people = people[:6]
        options = self.query_one("#new-people", OptionList)
        options.clear_options()
        for person in self._people:
            vip = " VIP" if person["vip"] else ""
            text = f" {cells(one_line(person['name']) + vip, 28)}  {cells(one_line(person['organisation'] or ''), 20)}"
            options.add_option(Option(Content(f"{text}  {one_line(person['email'] or person['phone'] or '', 40)}")))
        options.display = bool(self._people)
        if self._people:
            options.highlighted = 0

    def on_key(self, event: Any) -> None:
        """Up, down and Tab walk the found people while they are shown."""
        options = self.query_one("#new-people", OptionList)
        if not options.display or not self.query_one("#new-caller").has_focus or not self._people:
            return
        if event.key in ("down", "up"):
            now = options.highlighted or 0
            options.highlighted = (now + (1 if event.key == "down" else -1)) % len(self._people)
            event.stop()
        elif event.key == "tab":
            self._choose(self._people[options.highlighted or 0])
            event.stop()
            event.prevent_default()

    @on(SafeInput.Submitted, "#new-caller")
    def _caller_chosen(self, event: SafeInput.Submitted) -> None:
        event.stop()
        options = self.query_one("#new-people", OptionList)
        if self._looking:
            # Typed faster than the desk answered: Enter means the first who is found.
            self._enter_waits = True
        elif options.display and self._people:
            self._choose(self._people[options.highlighted or 0])
            return
        else:
            self._show_people([])
        self.query_one("#new-text").focus()

    @on(OptionList.OptionSelected, "#new-people")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(self._people[event.option_index])

    def _choose(self, person: dict[str, Any]) -> None:
        self._caller = person
        shown = one_line(person["email"] or person["login"] or person["name"])
        self._quiet = shown
        self.query_one("#new-caller", SafeInput).value = shown
        self._show_people([])
        if self.query_one("#new-caller").has_focus:
            self.query_one("#new-text").focus()
        self._ask(lambda: (person, open_tickets(self.app.desk, person)), self._known_caller, "caller")
        self._propose()

    def _known_caller(self, found: tuple[dict[str, Any], list[str]]) -> None:
        person, tickets = found
        about = [one_line(person["name"], 60)]
        if person["vip"]:
            about.append("VIP")
        about += [one_line(str(person[name]), 40) for name in ("title", "organisation", "phone") if person[name]]
        n = person["open_tickets"]
        if n is not None:
            about.append(ngettext("{count} open ticket", "{count} open tickets", n).format(count=n))
        text = "\n".join([" · ".join(about), *(f"  {each}" for each in tickets[:2])])
        self.query_one("#new-caller-info", Static).update(Content(text))

    # -- proposals -------------------------------------------------------------------------------------------

    @on(TextArea.Changed, "#new-text")
    def _text_typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._propose()

    @on(ChoiceField.Changed)
    def _corrected(self, event: ChoiceField.Changed) -> None:
        event.stop()
        if self._filling:
            return
        name = event.field.spec.name
        if event.field.value:
            self._by_hand.add(name)
        else:
            self._by_hand.discard(name)
        self._propose()

    def _known(self, choices: dict[str, list[Choice]]) -> None:
        for name, field in self._choices.items():
            field.spec = FormField(name, field.spec.label, choices=choices[name])
            field._known.update({choice.value: choice.label for choice in choices[name]})
            field.refresh()

    def _given(self) -> dict[str, str]:
        return {name: self._choices[name].value for name in self._by_hand if self._choices[name].value}

    def _propose(self) -> None:
        self.run_worker(self._propose_soon, exclusive=True, group="propose-soon")  # type: ignore[arg-type]

    async def _propose_soon(self) -> None:
        from asyncio import sleep

        await sleep(PAUSE)
        title, description = split_text(self.query_one("#new-text", SafeTextArea).text)
        if title:
            given, who = self._given(), self._handle()
            call = self.app.desk.tickets
            self._ask(lambda: call.propose(title, description, who, given), self._proposed, "propose")

    def _proposed(self, found: dict[str, Any]) -> None:
        self._problem("")
        for name in JUDGED:
            value = found["values"].get(name)
            if name in self._by_hand:
                why = _("by hand (Delete gives it back to the rules)")
            else:
                self._fill(name, "" if value is None else str(value), value_text(name, value, self.app.tz))
                why = self._why(name, found["reasons"])
            self.query_one(f"#new-why-{name}", Static).update(line(why, 200))

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

    def _handle(self) -> str | None:
        """Who is calling, as the desk knows people: a chosen one, or whatever was typed."""
        if self._caller is not None:
            return self._caller["login"] or self._caller["email"] or f"#{self._caller['id']}"
        return self.query_one("#new-caller", SafeInput).value.strip() or None

    @on(Accept.Pressed)
    def _pressed(self, event: Accept.Pressed) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        """Open the ticket."""
        title, description = split_text(self.query_one("#new-text", SafeTextArea).text)
        if not title:
            self._problem(_("Write what it is about first; one line is enough."))
            self.query_one("#new-text").focus()
            return
        if self._sent:
            return
        self.app.drafts.save(self._key)
        self._sent = True
        given, who, desk = self._given(), self._handle(), self.app.desk
        self._ask_open(lambda: desk.tickets.open(title, description=description, requester=who, set=given or None))

    def _ask_open(self, call: Callable[[], dict[str, Any]]) -> None:
        def work() -> None:
            try:
                value: Any = call()
            except DeskError as error:
                value = error
            self.post_message(_Answer(self._opened, (value,)))

        self.run_worker(work, thread=True, group="open", exit_on_error=False)

    def _opened(self, answer: tuple[Any]) -> None:
        (found,) = answer
        if isinstance(found, DeskError):
            self._sent = False
            self._problem(str(found))
            return
        self.app.drafts.discard(self._key)
        number = int(found["number"])
        self.app.last_command = f"helpdesk ticket show {number}"
        self.app.say(_("{ref} is open (u takes it back)").format(ref=ref(found["kind"], number)))
        self.dismiss(number)


def open_tickets(desk: Desk, person: dict[str, Any]) -> list[str]:
    """A caller's latest open tickets, a line each (reads the desk)."""
    page = desk.tickets.page(f"requester:#{person['id']} is:open sort:-updated", limit=2)
    return [f"{ref(row.kind, row.number)}  {one_line(row.title, 80)}" for row in page.rows]
