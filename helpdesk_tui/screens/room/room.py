"""The war room: keys write lines, updates, tasks and stamps, change severity and roles; the clocks stand in the top line."""

from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from helpdesk_tui.screens.common.actions import ROOM, ActionSpec, bindings
from helpdesk_tui.screens.common.command_copy import on_desk
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.key_line import KeyLine
from helpdesk_tui.screens.room.clocks import clocks
from helpdesk_tui.screens.room.deeds import ToDo
from helpdesk_tui.screens.room.pane import ENTRY, STEP, TASK, RoomPane
from helpdesk_tui.screens.room.recovering import Recovering
from helpdesk_tui.screens.room.updating import Updating
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.incidents import ROLE_LABELS, ROLES, STAMP_LABELS, STAMPS
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.records import ViewTab
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.inert import width_of
from helpdesk_tui.widgets.pickers import Choice, Pick
from helpdesk_tui.widgets.subject_view import SubjectView
from helpdesk_tui.widgets.view_tabs import ViewTabs

EVERY: Final = 1.0
WIDE: Final = 110
"""Columns from which on what is to be done stands beside the timeline."""
LINES: Final = 500
"""Lines of the timeline that are read."""


class RoomScreen(Recovering, Updating):
    """The war room of one incident."""

    SCOPE = ROOM
    DEFAULT_CSS = """
    RoomScreen { layout: vertical; background: $background; }
    RoomScreen > Horizontal { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ROOM)]

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._shown = ""

    def compose(self) -> ComposeResult:
        yield ViewTabs(_("Room"))
        with Horizontal():
            yield RoomPane(tz=self.app.tz)
            yield ToDo(tz=self.app.tz)
        yield KeyLine()

    def on_mount(self) -> None:
        self.main.focus()
        self.update_keys()
        self.set_interval(EVERY, self._tick)
        self._read(opening=True)

    def on_resize(self, event: events.Resize) -> None:
        wide = event.size.width >= WIDE
        beside, main = self.query_one(ToDo), self.main
        if main.whole != (not wide) or beside.display != wide:
            if beside.has_focus:
                main.focus()
            main.whole, beside.display = not wide, wide
            main.reflow(keep_top=True)

    # -- reading ---------------------------------------------------------------------------------------------

    def _show(self, room: dict[str, Any]) -> None:
        self.query_one(ViewTabs).set_tabs([ViewTab("room", f"{room['ref']} {room['severity']}", "")], "room")
        super()._show(room)
        self._tick()
        self.update_keys()

    def _tick(self) -> None:
        """The clocks; what has not changed since is not drawn again."""
        room = self.pane.room if self.query(RoomPane) else None
        if room is None:
            return
        tabs = self.query_one(ViewTabs)
        unread = f"{self.app.unread} · " if self.app.unread else ""
        told = unread + clocks(room, self.desk.now(), tabs.status_room - width_of(unread) - 2) + " "
        if told != self._shown:
            self._shown = told
            tabs.set_status(told)

    def desk_moved(self, head: int) -> None:
        # The word may come while the screen is being put together or taken down.
        if self.query(RoomPane):
            self._read()

    def notices_changed(self) -> None:
        self._tick()

    def keep(self) -> Any:
        return self.pane.subject

    def resume(self, kept: Any) -> None:
        self.pane.focus()
        self._read()

    def why_not(self, spec: ActionSpec) -> str | None:
        reason = super().why_not(spec)
        room = self.pane.room if self.query(RoomPane) else None
        if reason is None and spec.id == "room.done" and not (room and (room["tasks"] or room["steps"])):
            return _("nothing is to be done")
        return reason

    def do_queue_refresh(self) -> None:
        self._read()

    def do_room_whole_ticket(self) -> None:
        self.app.open_ticket(self.number)

    def do_desk_copy_command(self) -> None:
        if self.app.last_command:
            self.app.copy_text(on_desk(self.app.last_command, self.app.desk_words()))
        else:
            self.app.say(_("nothing was done yet in this session"), bad=True)

    # -- deeds -----------------------------------------------------------------------------------------------

    def do_room_note(self) -> None:
        """Write a line of the timeline."""
        number, tz = self.number, self.app.tz
        hint = _("it may begin with a time: 10m ago, 14:05")

        def write(values: dict[str, str], key: DraftKey) -> None:
            text = values["text"]
            self._deed(
                "room.note", lambda: self.desk.incidents.note(number, text, tz=tz),
                ["incident", "note", str(number), "-m", text], _("noted"), key,
            )  # fmt: skip

        self._form("note", [FormField("text", _("Note"), required=True, lines=True, hint=hint)], write)

    def do_room_severity(self) -> None:
        """Choose another severity."""
        number = self.number
        room = self.pane.room or {}

        def chosen(value: str | None) -> None:
            if value is not None and value != room.get("severity"):
                self._deed(
                    "room.severity", lambda: self.desk.incidents.severity(number, value),
                    ["incident", "severity", str(number), value], _("severity {severity}").format(severity=value),
                )  # fmt: skip

        choices = [Choice(one.name, one.name) for one in Severity]
        self.app.push_screen(Pick(_("Severity"), choices, selected=room.get("severity")), chosen)

    def do_room_stamp(self) -> None:
        """Set a stamp, now."""
        number = self.number
        known = (self.pane.room or {}).get("stamps", {})

        def chosen(value: str | None) -> None:
            if value is not None:
                self._deed(
                    "room.stamp", lambda: self.desk.incidents.stamp(number, value),
                    ["incident", "stamp", str(number), value], _(STAMP_LABELS[value]),
                )  # fmt: skip

        choices = [Choice(name, _(STAMP_LABELS[name]), "x" if known.get(name) else "") for name in STAMPS]
        self.app.push_screen(Pick(_("What happens now?"), choices), chosen)

    def do_room_role(self) -> None:
        """Take a role, or ask somebody to take it."""
        roles = (self.pane.room or {}).get("roles", {})

        def chosen(role: str | None) -> None:
            if role is not None:
                self.ask(self._people, lambda people: self._ask_person(role, people), group="pick")

        choices = [Choice(role, _(ROLE_LABELS[role]), str(roles.get(role, {}).get("person") or "-")) for role in ROLES]
        self.app.push_screen(Pick(_("Which role?"), choices), chosen)

    def _people(self) -> list[dict[str, Any]]:
        may = self.desk.scope(Permission.PEOPLE_READ) is not Scope.NONE
        return [person for person in self.desk.people.list(agents_only=True) if person["active"]] if may else []

    def _ask_person(self, role: str, people: list[dict[str, Any]]) -> None:
        number = self.number

        def chosen(who: str | None) -> None:
            if who is not None:
                self._deed(
                    "room.role", lambda: self.desk.incidents.offer(number, role, who),
                    ["incident", "role", str(number), role, "--to", who],
                    _("{role}: {person}").format(role=_(ROLE_LABELS[role]), person=who),
                )  # fmt: skip

        choices = [Choice("me", _("Myself"))]
        for person in people:
            who = str(person["login"] or person["email"] or f"#{person['id']}")
            choices.append(Choice(who, one_line(person["name"], 60), one_line(who, 40)))
        self.app.push_screen(Pick(_(ROLE_LABELS[role]), choices), chosen)

    def do_room_accept(self) -> None:
        """Take the role that one was asked to take."""
        number = self.number
        self._deed(
            "room.accept", lambda: self.desk.incidents.accept(number), ["incident", "accept", str(number)],
            _("the role is yours"),
        )  # fmt: skip

    def do_room_todo(self) -> None:
        """Something to do."""
        number = self.number
        fields = [
            FormField("text", _("Task"), required=True),
            FormField("owner", _("Who"), hint=_("a login; may stay empty")),
        ]

        def write(values: dict[str, str], key: DraftKey) -> None:
            text, owner = values["text"], values["owner"].strip() or None
            words = ["incident", "task", str(number), text, *(["--owner", owner] if owner else [])]
            call = lambda: self.desk.incidents.task(number, text, owner=owner)  # noqa: E731
            self._deed("room.todo", call, words, _("noted"), key)

        self._form("todo", fields, write)

    def do_room_page(self) -> None:
        """Page the next level, or people, with the reason."""
        number = self.number
        fields = [
            FormField("reason", _("Reason"), required=True, hint=_("why somebody else is needed")),
            FormField("people", _("People"), hint=_("logins; empty: the next level")),
        ]

        def write(values: dict[str, str], key: DraftKey) -> None:
            reason, people = values["reason"], values["people"].replace(",", " ").split()
            words = [word for person in people for word in ("--to", person)]
            self._deed(
                "room.page", lambda: self.desk.paging.page(number, reason=reason, people=people or None),
                ["escalation", "page", str(number), *words, "--reason", reason], _("paged"), key,
            )  # fmt: skip

        self._form("page", fields, write)

    def do_room_ack(self) -> None:
        """You are on it."""
        number = self.number
        self._deed(
            "room.ack", lambda: self.desk.paging.ack(number), ["escalation", "ack", str(number)],
            _("nobody else is paged"),
        )  # fmt: skip

    @on(SubjectView.Chosen)
    def _chosen_line(self, message: SubjectView.Chosen) -> None:
        message.stop()
        if isinstance(message.subject, tuple) and message.subject[0] in (TASK, STEP):
            self.do_room_done()

    def do_room_done(self) -> None:
        """The task under the cursor is done, or not after all; a step goes from open to begun to done."""
        subject = self.pane.subject
        if isinstance(subject, tuple) and subject[0] == STEP:
            step = self.pane.part(STEP, subject[1])
            if step is not None:
                self.step(step)
            return
        task = self._under(TASK, "room.done")
        if task is None:
            return
        number, key, again = self.number, task["id"], task["done_at"] is not None
        words = ["incident", "done", str(number), str(key), *(["--off"] if again else [])]
        call = lambda: self.desk.incidents.done(number, key, remove=again)  # noqa: E731
        self._deed("room.done", call, words, _("to do again") if again else _("done"))

    def do_room_pin(self) -> None:
        """Pin the line under the cursor above the timeline, or take the pin away."""
        entry = self._under(ENTRY, "room.pin")
        if entry is None:
            return
        number, key, off = self.number, entry["id"], bool(entry["pinned"])
        words = ["incident", "pin", str(number), str(key), *(["--off"] if off else [])]
        call = lambda: self.desk.incidents.pin(number, key, remove=off)  # noqa: E731
        self._deed("room.pin", call, words, _("pin taken away") if off else _("pinned"))

    def refuse(self, error: DeskError) -> None:
        """Say what went wrong, and look again: somebody may have been faster."""
        super().refuse(error)
        if self.query(RoomPane) and self.pane.room is not None:
            self._read()
