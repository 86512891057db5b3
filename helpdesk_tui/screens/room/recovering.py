"""What the keys of a war room do for the recovery: plan, runbooks, steps, what follows from it, and its end."""

from typing import Any, Final

from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.room.deeds import RoomDeeds
from helpdesk_tui.screens.room.pane import STEP, TASK
from helpdesk_tui.vocabulary.errors import DeskError, NotFound
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.incidents import ACTION_LABELS, RECOVERY
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.kinds import KIND_LABELS, Kind, ref
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.pickers import Choice, Pick

_NEXT: Final = {"open": "begun", "begun": "done", "done": "open", "skipped": "open"}
_TOLD: Final = {"begun": N_("begun"), "done": N_("done"), "open": N_("open again")}
_FLAGS: Final[dict[str, list[str]]] = {"begun": ["--begun"], "done": [], "open": ["--off"]}
_PLAN: Final = "plan:"
_LAST_GOOD: Final = "last good"
_KINDS: Final = (Kind.PROBLEM, Kind.CHANGE, Kind.REQUEST, Kind.IMPROVEMENT)


class Recovering(RoomDeeds):
    """Deeds on the steps of a room, what follows from it, and its end."""

    def do_room_recovery(self) -> None:
        """Begin the recovery by the plan of the service, take a runbook up, or say how old the last good copy is."""
        room = self.pane.room or {"steps": [], "runbooks": []}
        choices = []
        if all(step["state"] == "open" for step in room["steps"] if step["plan"] == RECOVERY):
            choices.append(Choice(RECOVERY, _("Recovery by the plan of the service")))
        for book in room["runbooks"]:
            count = ngettext("{n} step", "{n} steps", book["count"]).format(n=book["count"])
            choices.append(Choice(f"{_PLAN}{book['code']}", one_line(book["name"], 60), f"{book['code']}, {count}"))
        choices.append(Choice(_LAST_GOOD, _("Last good copy of the data")))

        def chosen(value: str | None) -> None:
            number = self.number
            if value == RECOVERY:
                self._deed(
                    "room.recovery", lambda: self.desk.incidents.recover(number),
                    ["incident", "recover", str(number)], _("the recovery has begun"),
                )  # fmt: skip
            elif value == _LAST_GOOD:
                self._last_good()
            elif value is not None:
                code = value.removeprefix(_PLAN)
                self._deed(
                    "room.recovery", lambda: self.desk.incidents.runbook(number, code),
                    ["incident", "runbook", str(number), code], _("the runbook is in the room"),
                )  # fmt: skip

        self.app.push_screen(Pick(_("Recovery"), choices), chosen)

    def _last_good(self) -> None:
        number, tz = self.number, self.app.tz

        def check(values: Any) -> dict[str, str]:
            try:
                parse_instant(values["at"], self.desk.now(), tz)
            except DeskError as error:
                return {"at": str(error)}
            return {}

        def write(values: dict[str, str], key: DraftKey) -> None:
            at = parse_instant(values["at"], self.desk.now(), tz)
            self._deed(
                "room.recovery", lambda: self.desk.incidents.last_good(number, at),
                ["incident", "recover", str(number), "--last-good", values["at"]], _("noted"), key,
            )  # fmt: skip

        hint = _("for instance: 02:00, 3h ago, 2026-12-01 02:00")
        self._form("recovery", [FormField("at", _("When"), required=True, hint=hint)], write, check=check)

    def step(self, step: dict[str, Any]) -> None:
        """The step under the cursor goes on: open, begun, done, and open again."""
        number, key, to = self.number, step["id"], _NEXT[step["state"]]
        self._deed(
            "room.done", lambda: self.desk.incidents.step(number, key, to),
            ["incident", "step", str(number), str(key), *_FLAGS[to]], _(_TOLD[to]),
        )  # fmt: skip

    def do_room_skip_step(self) -> None:
        """Leave the step under the cursor out, and say why."""
        step = self._under(STEP, "room.skip_step")
        if step is None:
            return
        number, which = self.number, step["id"]

        def write(values: dict[str, str], key: DraftKey) -> None:
            why = values["note"]
            self._deed(
                "room.skip_step", lambda: self.desk.incidents.step(number, which, "skipped", note=why),
                ["incident", "step", str(number), str(which), "--skip", "-m", why], _("left out"), key,
            )  # fmt: skip

        self._form("skip_step", [FormField("note", _("Why"), required=True)], write)

    def do_room_copy_check(self) -> None:
        """Copy the command that shows whether the step worked; the desk never runs it."""
        step = self._under(STEP, "room.copy_check")
        if step is None:
            return
        if step["verify"]:
            self.app.copy_text(step["verify"])
        else:
            self.app.say(_("this step names no command"), bad=True)

    def do_room_follow_up(self) -> None:
        """Make a ticket of the task under the cursor; elsewhere, write down what is to be done after the incident."""
        subject = self.pane.subject
        task = self.pane.part(TASK, subject[1]) if isinstance(subject, tuple) and subject[0] == TASK else None
        if task is None:
            self._action()
        elif task["result"] is not None:
            self.app.open_ticket(task["result"])
        else:
            self._become(task)

    def _become(self, task: dict[str, Any]) -> None:
        number, key = self.number, task["id"]

        def chosen(kind: str | None) -> None:
            if kind is not None:
                self._deed(
                    "room.follow_up", lambda: self.desk.incidents.follow(number, key, kind=kind),
                    ["incident", "follow", str(number), str(key), "--as", kind],
                    lambda made: _("it is {ref} now").format(ref=ref(kind, made["result"])),
                )  # fmt: skip

        choices = [Choice(kind.value, _(KIND_LABELS[kind])) for kind in _KINDS]
        self.app.push_screen(Pick(_("What does it become?"), choices), chosen)

    def _action(self) -> None:
        number, tz = self.number, self.app.tz
        fields = [
            FormField("text", _("Action"), required=True, hint=_("what is to be done after the incident")),
            FormField("owner", _("Who"), value="me", required=True, hint=_("a login")),
            FormField("due", _("Until"), value="7d", required=True, hint=_("for instance: 7d, friday, 2026-12-01")),
            FormField(
                "action", _("For"), value="prevent",
                choices=[Choice(code, _(label)) for code, label in ACTION_LABELS.items()],
            ),
        ]  # fmt: skip

        def check(values: Any) -> dict[str, str]:
            try:
                parse_instant(values["due"], self.desk.now(), tz)
            except DeskError as error:
                return {"due": str(error)}
            return {}

        def write(values: dict[str, str], key: DraftKey) -> None:
            text, owner, due, kind = values["text"], values["owner"], values["due"], values["action"] or "prevent"
            at = parse_instant(due, self.desk.now(), tz)
            words = ["incident", "task", str(number), text, "--action", kind, "--owner", owner, "--due", due]
            call = lambda: self.desk.incidents.task(number, text, owner=owner, due=at, action=kind)  # noqa: E731
            self._deed("room.follow_up", call, words, _("noted"), key)

        self._form("follow_up", fields, write, check=check)

    def do_room_resolve(self) -> None:
        """The incident is over: what was wrong, and what was done."""
        number = self.number
        fields = [
            FormField("cause", _("Cause"), lines=True, hint=_("what was wrong")),
            FormField("resolution", _("Resolution"), lines=True, required=True,
                      hint=_("what was done; the requester may read it")),
            FormField("code", _("Resolution code"), hint=_("for instance: fixed, workaround, duplicate")),
        ]  # fmt: skip

        def write(values: dict[str, str], key: DraftKey) -> None:
            given: dict[str, Any] = {name: text for name, text in values.items() if text.strip()}
            words = [word for name, text in given.items() for word in (f"--{name}", text)]
            words = ["-m" if word == "--resolution" else word for word in words]
            call = lambda: self.desk.tickets.resolve(number, **given)  # noqa: E731
            self._deed("room.resolve", call, ["ticket", "resolve", str(number), *words], _("resolved"), key)

        self._form("resolve", fields, write)

    def do_room_report(self) -> None:
        """The review of the incident: read it, draft it, edit it, approve and publish it."""
        from helpdesk_tui.screens.room.review import ReviewScreen

        number, tz = self.number, self.app.tz

        def found() -> dict[str, Any] | None:
            try:
                review: dict[str, Any] = self.desk.reviews.show(number, tz=tz)
            except NotFound:
                return None
            return review

        self.ask(
            found, lambda review: self.app.push_screen(ReviewScreen(self, number, review)), group="review", opening=True
        )
