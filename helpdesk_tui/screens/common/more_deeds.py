"""Deeds on a single ticket that ask for a little more: a day to wait for, followers, time worked, a second matter."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.asking import asked_label, hint_of
from helpdesk_tui.screens.common.command_copy import Typed, options
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.kept_form import KeptForm
from helpdesk_tui.screens.common.marking import Marking
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.errors import Conflict, DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import iso, parse_duration, parse_instant
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.pickers import Choice, Pick, matching

FOUND: Final = 20
"""People that a search offers at once."""
_STOPS: Final = "-"


class MoreDeeds(Marking):
    """Puts off, follows, counts time and splits."""

    def _single(self, action_id: str) -> Targets | None:
        targets = self.targets()
        return targets if targets is not None and self.single(action_id, targets) else None

    # -- the war room ----------------------------------------------------------------------------------------

    def do_ticket_room(self) -> None:
        """Open the war room; declare the incident first, if it was not yet."""
        targets = self._single("ticket.room")
        number = None if targets is None else targets.one
        if targets is None or number is None:
            return

        def choose(error: DeskError) -> None:
            if not isinstance(error, Conflict):
                self.refuse(error)
                return
            choices = [Choice(one.name, one.name) for one in Severity]
            title = _("Declare {ref} an incident: how grave is it?").format(ref=targets.label)
            self.app.push_screen(Pick(title, choices, selected=Severity.SEV2.name), declare)

        def declare(severity: str | None) -> None:
            if severity is not None:
                self.change(
                    "ticket.room",
                    lambda desk, n: desk.incidents.declare(number=n, severity=severity),
                    targets=targets,
                    typed=Typed("declare", ["--severity", severity], noun="incident"),
                    told=_("{ref} is an incident now").format(ref=targets.label),
                    written=lambda: self.app.show_room(number),
                )

        self.ask(
            lambda: self.desk.incidents.show(number, limit=1),
            lambda _room: self.app.show_room(number),
            group="room",
            failed=choose,
            opening=True,
        )

    # -- putting off -----------------------------------------------------------------------------------------

    def do_ticket_pend(self) -> None:
        """Put the ticket on hold until a day, with the reason."""
        targets = self._single("ticket.pend")
        if targets is None or targets.one is None:
            return
        key = DraftKey(self.app.me, targets.one, "pend")
        until = "pending_until"
        fields = [
            FormField(until, asked_label(until), required=True, hint=hint_of(until)),
            FormField("reason", _("Reason"), required=True),
        ]

        def check(values: Mapping[str, str]) -> dict[str, str]:
            try:
                parse_instant(values[until], self.desk.now(), self.app.tz)
            except DeskError as error:
                return {until: str(error)}
            return {}

        def answered(values: dict[str, str] | None) -> None:
            if values is None:
                return
            at, reason = parse_instant(values[until], self.desk.now(), self.app.tz), values["reason"]
            self.change(
                "ticket.pend",
                lambda desk, n: desk.tickets.pend(n, until=at, reason=reason, version=targets.version),
                targets=targets,
                typed=Typed("pend", options({"until": iso(at), "reason": reason})),
                told=_("{ref} waits until {day} (u takes it back)").format(
                    ref=targets.label, day=dates.moment(at, self.app.tz)
                ),
                written=lambda: self.app.drafts.discard(key),
            )

        title = _("Put {what} on hold").format(what=targets.label)
        self.app.push_screen(KeptForm(title, fields, self.app.drafts, key, check=check), answered)

    # -- following -------------------------------------------------------------------------------------------

    def do_ticket_watch(self) -> None:
        """Follow the ticket, or stop."""
        targets = self._single("ticket.watch")
        if targets is None or targets.one is None:
            return
        number = targets.one

        def read() -> bool:
            return _mine(self.desk) in self.desk.tickets.watchers(number)

        self.ask(read, lambda watching: self._watch(targets, "me", remove=watching), group="pick")

    def _watch(self, targets: Targets, who: str, *, remove: bool) -> None:
        if who == "me":
            told = (
                _("you follow {ref} no more (u takes it back)") if remove else _("you follow {ref} (u takes it back)")
            )
        else:
            told = _("{who} follows {ref} no more (u takes it back)")
            told = told if remove else _("{who} follows {ref} (u takes it back)")
        words = [*options({} if who == "me" else {"person": who}), *(["--remove"] if remove else [])]
        self.change(
            "ticket.watch",
            lambda desk, n: desk.tickets.watch(n, person=who, remove=remove),
            targets=targets,
            typed=Typed("watch", words),
            told=told.format(who=one_line(who, 60), ref=targets.label),
        )

    def do_ticket_watchers(self) -> None:
        """Let somebody follow the ticket, or take one of its followers off."""
        targets = self._single("ticket.watchers")
        if targets is None or targets.one is None:
            return
        number = targets.one

        def read() -> tuple[list[str], list[dict[str, Any]]]:
            may = self.desk.scope(Permission.PEOPLE_READ) is not Scope.NONE
            agents = self.desk.people.list(agents_only=True) if may else []
            return self.desk.tickets.watchers(number), [person for person in agents if person["active"]]

        def found(answer: tuple[list[str], list[dict[str, Any]]]) -> None:
            self._pick_follower(targets, *answer)

        self.ask(read, found, group="pick")

    def _pick_follower(self, targets: Targets, following: list[str], agents: list[dict[str, Any]]) -> None:
        leave = [Choice(_STOPS + who, one_line(who, 40), _("follows; Enter takes them off")) for who in following]
        known = [*leave, *(_person(person) for person in agents if _handle(person) not in following)]

        async def search(text: str) -> Sequence[Choice]:
            near = matching(known, text)
            if self.desk.scope(Permission.PEOPLE_READ) is Scope.NONE:
                return near
            people = await asyncio.to_thread(self.desk.people.search, text, FOUND)
            have = {choice.value.removeprefix(_STOPS) for choice in near} | set(following)
            return [*near, *(_person(person) for person in people if _handle(person) not in have)]

        def picked(value: str | None) -> None:
            if value is not None:
                self._watch(targets, value.removeprefix(_STOPS), remove=value.startswith(_STOPS))

        title = _("Who follows {what}").format(what=targets.label)
        self.app.push_screen(Pick(title, known, search=search, empty=_("Type a name to find somebody.")), picked)

    # -- time worked -----------------------------------------------------------------------------------------

    def do_ticket_time(self) -> None:
        """Record time worked on the ticket."""
        targets = self._single("ticket.time")
        if targets is None or targets.one is None:
            return
        key = DraftKey(self.app.me, targets.one, "time")
        fields = [
            FormField("time", _("Time"), required=True, hint=_("for instance: 20m, 1h30m, 0.5h")),
            FormField("note", _("What was done")),
        ]

        def answered(values: dict[str, str] | None) -> None:
            if values is None:
                return
            seconds, note = parse_duration(values["time"]), values["note"]
            self.change(
                "ticket.time",
                lambda desk, n: desk.tickets.log_time(n, seconds, note=note),
                targets=targets,
                typed=Typed("time", [values["time"], *options({"message": note})]),
                told=_("{time} on {ref} recorded (u takes it back)").format(
                    time=one_line(values["time"], 20), ref=targets.label
                ),
                written=lambda: self.app.drafts.discard(key),
            )

        title = _("Time worked on {what}").format(what=targets.label)
        self.app.push_screen(KeptForm(title, fields, self.app.drafts, key, check=_check_time), answered)

    # -- a second matter -------------------------------------------------------------------------------------

    def split_text(self) -> str:
        """The words that a second matter may begin with: a public entry under the cursor."""
        return ""

    def do_ticket_split(self) -> None:
        """Open a ticket of its own for a second matter in this one."""
        targets = self._single("ticket.split")
        if targets is None or targets.one is None:
            return
        key = DraftKey(self.app.me, targets.one, "split")
        fields = [
            FormField("title", _("Title"), required=True, hint=_("what the new ticket is about")),
            FormField("text", _("Description"), self.split_text(), lines=True, hint=_("the requester reads it")),
            FormField("reason", _("Reason")),
        ]

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                self._split(targets, values, key)

        title = _("Split a second matter off {what}").format(what=targets.label)
        self.app.push_screen(KeptForm(title, fields, self.app.drafts, key), answered)

    def _split(self, targets: Targets, values: dict[str, str], key: DraftKey) -> None:
        title, text, reason = values["title"], values["text"], values["reason"]
        made: list[dict[str, Any]] = []

        def one(desk: Desk, number: int) -> None:
            made.append(desk.tickets.split(number, title, text=text or None, reason=reason or None))

        def written() -> None:
            self.app.drafts.discard(key)
            told = _("{new} is split off {ref} (u takes it back)")
            self.app.say(told.format(new=ref(made[0]["kind"], made[0]["number"]), ref=targets.label))

        # A title that begins like an option stands behind the sign that ends them.
        self.change(
            "ticket.split",
            one,
            targets=targets,
            typed=Typed("split", [*options({"message": text, "reason": reason}), "--", title]),
            quiet=True,
            written=written,
        )


def _mine(desk: Desk) -> str:
    """How the one at the desk stands in a list of followers."""
    who = desk.directory.person(desk.actor.id)
    return desk.actor.login or (who.email if who is not None else None) or desk.actor.name


def _handle(person: Mapping[str, Any]) -> str:
    return str(person["login"] or person["email"] or f"#{person['id']}")


def _person(person: Mapping[str, Any]) -> Choice:
    return Choice(_handle(person), one_line(_handle(person), 40), one_line(person["name"], 60))


def _check_time(values: Mapping[str, str]) -> dict[str, str]:
    try:
        parse_duration(values["time"])
    except DeskError as error:
        return {"time": str(error)}
    return {}
