"""Who is calling: found by three letters, shown with what they have open and what they own, made when unknown."""

from collections.abc import Callable
from typing import Any, Final

from textual import events, getters, on
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.screens.common.kept_form import KeptForm
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.kinds import ref, state_label
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.fields import SafeInput
from helpdesk_tui.widgets.inert import cells, line, shortened
from helpdesk_tui.widgets.pickers import Choice
from helpdesk_tui.widgets.pointed import Pointed

LETTERS: Final = 2
"""Letters from which people are looked up; a Chinese name needs but one."""
FOUND: Final = 6
"""People that are offered at once; more letters narrow."""
LISTED: Final = 8
"""Open tickets and devices of a caller that are read."""


class Answer(Message):
    """What the desk answered a question, for the one who asked."""

    bubble = False

    def __init__(self, then: Callable[[Any], None], value: Any) -> None:
        super().__init__()
        self.then = then
        self.value = value


class Calling(Pointed, ModalScreen[int | None]):
    """The caller's half of the form for a new ticket."""

    app = getters.app(DeskApp)
    _caller: dict[str, Any] | None = None
    _nobody = ""
    _quiet = ""
    _looking = False
    _enter_waits = False
    _accept_waits = False
    _about: tuple[dict[str, Any], list[str], list[str]] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._people: list[dict[str, Any]] = []

    def changed(self) -> None:
        """Another caller, so perhaps another proposal."""

    def action_accept(self) -> None:
        """Open the ticket."""

    # -- asking the desk -------------------------------------------------------------------------------------

    def ask(
        self,
        call: Callable[[], Any],
        then: Callable[[Any], None],
        group: str,
        *,
        failed: bool = False,
        lasting: bool = False,
    ) -> None:
        """Run a desk call in a thread; a newer one of the group supersedes it unless it is `lasting` (writes).

        `then` takes the answer; with `failed` also a refusal, which is otherwise shown.
        """

        def work() -> None:
            worker = get_current_worker()
            try:
                value: Any = call()
            except DeskError as error:
                value = error
            if lasting or not worker.is_cancelled:
                self.post_message(Answer(then if failed or not isinstance(value, DeskError) else self.problem, value))

        self.run_worker(work, thread=True, exclusive=not lasting, group=group, exit_on_error=False)

    @on(Answer)
    def _answered(self, message: Answer) -> None:
        if self.is_attached:
            message.then(message.value)

    def problem(self, text: object) -> None:
        """Say what is wrong; an empty text takes it away."""
        shown = self.query_one("#new-problem", Static)
        shown.update(line(str(text), 400))
        shown.display = bool(str(text))

    # -- looking up ------------------------------------------------------------------------------------------

    @on(SafeInput.Changed, "#new-caller")
    def _caller_typed(self, event: SafeInput.Changed) -> None:
        event.stop()
        if event.value == self._quiet:
            return
        self._quiet = "\0"
        self._caller = None
        self._enter_waits = self._looking = False
        self._show_card(None)
        text = event.value.strip()
        may = self.app.desk.scope(Permission.PEOPLE_READ) is not Scope.NONE
        if may and (len(text) >= LETTERS or (text and not text.isascii())):
            self._look_up(text)
        else:
            self._show_people([])

    def _look_up(self, text: str, *, settle: bool = False) -> None:
        """Find people for a typed text; `settle` takes the one that it names whole (a draft that came back)."""

        def found(people: list[dict[str, Any]]) -> None:
            self._looking = False
            if settle:
                exact = [p for p in people if text in (p["email"], p["login"], p["name"])]
                if exact:
                    self.choose(exact[0])
            else:
                self._show_people(people, text)
                if self._enter_waits:
                    self._chosen(0)
            self._enter_waits = False
            if self._accept_waits:
                self._accept_waits = False
                self.action_accept()

        self._looking = True
        self.ask(lambda: self.app.desk.people.search(text, FOUND + 1), found, "people")

    def _show_people(self, people: list[dict[str, Any]], asked: str = "") -> None:
        self._people = people[:FOUND]
        self._nobody = asked if asked and not people and self._may_add() else ""
        options = self.query_one("#new-people", OptionList)
        options.clear_options()
        wide = max(20, self.size.width - 4)
        for person in self._people:
            vip = " VIP" if person["vip"] else ""
            about = "  ".join(
                one_line(str(value), 60)
                for value in (person["organisation"], person["email"] or person["phone"])
                if value
            )
            n = person["open_tickets"]
            told = ngettext("{count} open", "{count} open", n).format(count=n) if n else ""
            text = f" {cells(one_line(person['name']) + vip, 28)} {cells(told, 12)} {about}"
            options.add_option(Option(Content(shortened(text, wide))))
        if len(people) > FOUND:
            options.add_option(Option(Content(_(" ... and more: type on")), disabled=True))
        elif self._nobody:
            text = _(" nobody found - Enter makes {name} a new caller").format(name=one_line(asked, 60))
            options.add_option(Option(Content(shortened(text, wide))))
        elif asked and not people:
            options.add_option(Option(Content(_(" nobody found; a mail address becomes a contact")), disabled=True))
        options.display = bool(options.option_count)
        if self._people or self._nobody:
            options.highlighted = 0

    def _may_add(self) -> bool:
        return self.app.desk.scope(Permission.PEOPLE_EDIT) is not Scope.NONE

    def on_key(self, event: events.Key) -> None:
        """Up, down and Tab walk the found people while they are shown."""
        options = self.query_one("#new-people", OptionList)
        if not options.display or not self.query_one("#new-caller").has_focus or not (self._people or self._nobody):
            return
        if event.key in ("down", "up"):
            now, many = options.highlighted or 0, len(self._people) or 1
            options.highlighted = (now + (1 if event.key == "down" else -1)) % many
            event.stop()
        elif event.key == "tab" and self._people:
            self._chosen(options.highlighted or 0)
            event.stop()
            event.prevent_default()

    @on(SafeInput.Submitted, "#new-caller")
    def _caller_chosen(self, event: SafeInput.Submitted) -> None:
        event.stop()
        options = self.query_one("#new-people", OptionList)
        if self._looking:
            # Typed faster than the desk answered: Enter means the first who is found.
            self._enter_waits = True
        elif options.display and (self._people or self._nobody):
            self._chosen(options.highlighted or 0)
            return
        else:
            self._show_people([])
        self.query_one("#new-text").focus()

    @on(OptionList.OptionSelected, "#new-people")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._chosen(event.option_index)

    def _chosen(self, index: int) -> None:
        if index < len(self._people):
            self.choose(self._people[index])
        elif self._nobody and "@" not in self._nobody:
            self._new_caller(self._nobody)
        elif self._nobody:
            # An address is enough: the desk makes a contact of it with the ticket.
            self._show_people([])
            self.query_one("#new-text").focus()
            self.changed()

    def choose(self, person: dict[str, Any]) -> None:
        """This is who calls."""
        self._caller = person
        shown = one_line(person["name"])
        self._quiet = shown
        self.query_one("#new-caller", SafeInput).value = shown
        self._show_people([])
        if self.query_one("#new-caller").has_focus:
            self.query_one("#new-text").focus()
        desk = self.app.desk
        self.ask(lambda: (person, *belongings(desk, person)), self._known, "caller")
        self.changed()

    def _known(self, found: tuple[dict[str, Any], list[str], list[str]]) -> None:
        if self._caller is not None and found[0]["id"] == self._caller["id"]:
            self._show_card(found)

    def handle(self) -> str | None:
        """Who is calling, as the desk knows people: a chosen one, or whatever was typed."""
        if self._caller is not None:
            return self._caller["login"] or self._caller["email"] or f"#{self._caller['id']}"
        return self.query_one("#new-caller", SafeInput).value.strip() or None

    # -- what is known of them -------------------------------------------------------------------------------

    def _show_card(self, found: tuple[dict[str, Any], list[str], list[str]] | None) -> None:
        """Beside the form where there is room, else in a few lines under the caller."""
        self._about = found
        if found is None:
            self.query_one("#new-caller-info", Static).update(Content(""))
            hint = f"{_('Open tickets')} · {_('Devices')}"
            self.query_one("#new-side", Static).update(Content(hint).stylize("dim"))
            return
        person, tickets, devices = found
        about = [one_line(person["name"], 60)]
        if person["vip"]:
            about.append("VIP")
        about += [one_line(str(person[name]), 60) for name in ("title", "organisation", "phone") if person[name]]
        n = person["open_tickets"]
        opened = "" if n is None else ngettext("{count} open ticket", "{count} open tickets", n).format(count=n)
        wide = max(20, min(self.size.width, 160) - 8)
        lines = [shortened(" · ".join([*about, *filter(None, (opened,))]), wide)]
        lines += [shortened(f"  {each}", wide) for each in tickets[:2]]
        if devices:
            lines.append(shortened("  " + _("owns: {devices}").format(devices=", ".join(devices)), wide))
        self.query_one("#new-caller-info", Static).update(Content("\n".join(lines)))
        side = [Content("\n".join(about) + "\n").stylize("bold")]
        side.append(Content("\n" + (opened or _("Open tickets")) + "\n").stylize("dim"))
        side.append(Content("".join(f"{shortened(each, SIDE - 4)}\n" for each in tickets) or "-\n"))
        side.append(Content("\n" + _("Devices") + "\n").stylize("dim"))
        side.append(Content("".join(f"{shortened(each, SIDE - 4)}\n" for each in devices) or "-\n"))
        self.query_one("#new-side", Static).update(Content("").join(side))

    # -- a new one -------------------------------------------------------------------------------------------

    def _new_caller(self, typed: str, *, again: str = "") -> None:
        key = DraftKey(self.app.me, None, "caller")
        desk = self.app.desk

        def known(names: list[str]) -> None:
            digits = sum(c.isdecimal() for c in typed)
            phone = typed if digits >= 3 and not any(c.isalpha() for c in typed) else ""
            fields = (
                FormField("name", _("Name"), value="" if phone else typed, required=True),
                FormField("phone", _("Phone"), value=phone),
                FormField("email", _("Mail"), hint=_("known by it when they write; may stay empty")),
                FormField("organisation", _("Organisation"), choices=[Choice("", "-"), *(Choice(n, n) for n in names)]),
            )
            form = KeptForm(_("A new caller"), fields, self.app.drafts, key, again=bool(again))
            self.app.push_screen(form, filled)
            if again:
                self.app.say(again, bad=True)

        def filled(values: dict[str, str] | None) -> None:
            if values is None:
                self.app.drafts.discard(key)
                self.query_one("#new-caller").focus()
                return
            given: dict[str, Any] = {name: text for name, text in values.items() if text}
            name = given.pop("name")
            self.ask(
                lambda: desk.people.add(name, **given),
                lambda made: self._made(made, typed, key),
                "caller-add",
                failed=True,
                lasting=True,
            )

        self.ask(lambda: [one_line(o["name"], 60) for o in desk.people.organisations()], known, "caller-form")

    def _made(self, made: dict[str, Any] | DeskError, typed: str, key: DraftKey) -> None:
        if isinstance(made, DeskError):
            self._new_caller(typed, again=str(made))
            return
        self.app.drafts.discard(key)
        self.app.say(_("{name} is a caller now").format(name=one_line(made["name"], 60)))
        self.query_one("#new-text").focus()
        self.choose({**made, "open_tickets": 0})


SIDE: Final = 44
"""Columns of the pane beside the form."""


def belongings(desk: Desk, person: dict[str, Any]) -> tuple[list[str], list[str]]:
    """A caller's latest open tickets and the devices they own, a line each (reads the desk)."""
    page = desk.tickets.page(f"requester:#{person['id']} is:open sort:-updated", limit=LISTED)
    tickets = [f"{ref(row.kind, row.number)} {state_label(row.state)}  {one_line(row.title, 80)}" for row in page.rows]
    devices = [
        " ".join(filter(None, (one_line(d["name"], 40), one_line(d["class"], 20), one_line(d["service"] or "", 20))))
        for d in desk.people.devices(person["id"], LISTED)
    ]
    return tickets, devices
