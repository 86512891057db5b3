"""What one does to tickets, the same on the queue's row, on marked tickets and on the ticket's own screen."""

from collections.abc import Callable
from typing import Any, Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.actions import BY_ID
from helpdesk_tui.screens.common.asking import ASKED, LONG, PARAMETER, asked_label, assignable, choice_of, hint_of
from helpdesk_tui.screens.common.command_copy import Typed, on_desk, options
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.more_deeds import MoreDeeds
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.screens.common.undone import named
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.instants import iso, parse_instant
from helpdesk_tui.vocabulary.kinds import parse_ref
from helpdesk_tui.widgets.pickers import TYPED_FROM, Ask, Choice, Confirm, Pick
from helpdesk_tui.widgets.sentences import field_label

One = Callable[[Desk, int], Any]
Many = Callable[[Desk, list[int], bool], dict[str, Any]]
AHEAD: Final = 5


class TicketDeeds(MoreDeeds):
    """Actions on tickets."""

    # -- taking, handing over, moving ------------------------------------------------------------------------

    def do_ticket_take(self) -> None:
        version = self._version()
        self.change(
            "ticket.take",
            lambda desk, n: desk.tickets.take(n, version=version),
            lambda desk, ns, dry: desk.bulk.take(numbers=ns, dry_run=dry),
        )

    def _version(self) -> int | None:
        targets = self.targets()
        return targets.version if targets is not None else None

    def do_ticket_assign(self) -> None:
        targets = self.targets()
        if targets is None:
            return

        def picked(value: str | None) -> None:
            if value is not None:
                kind, _colon, who = value.partition(":")
                self._assign(targets, {kind: who} if kind else {"assignee": "none"})

        def found(choices: list[Choice]) -> None:
            self.app.push_screen(Pick(_("Assign {what} to").format(what=targets.label), choices), picked)

        self.ask(lambda: assignable(self.desk), found, group="pick")

    def _assign(self, targets: Targets, given: dict[str, str]) -> None:
        self.change(
            "ticket.assign",
            lambda desk, n: desk.tickets.assign(n, version=targets.version, **given),
            lambda desk, ns, dry: desk.bulk.assign(numbers=ns, dry_run=dry, **given),
            targets=targets,
            typed=Typed(
                "assign", options(given) if "team" in given else [given["assignee"]], ("assign", *options(given))
            ),
        )

    def do_argued(self, action_id: str, given: dict[str, str]) -> None:
        """Do an action with what was typed behind its word: `assign ana`, `state in_progress`, `merge 1040`."""
        targets, spec = self.targets(), BY_ID[action_id]
        reason = self.why_not(spec)
        if reason is not None or targets is None:
            self.app.say(
                _("{action}: {reason}").format(action=_(spec.label), reason=reason or _("there is no ticket here")),
                bad=True,
            )
        elif action_id == "ticket.assign":
            self._assign(targets, given)
        elif action_id == "ticket.state":
            self._state_to(targets, given["to"])
        else:
            other = parse_ref(given["other"])
            if other is None:
                self.app.say(_("that is no ticket number"), bad=True)
            elif self.single(action_id, targets):
                self._tie(action_id, targets, other)

    def _state_to(self, targets: Targets, to: str) -> None:
        number = targets.numbers[0] if targets.numbers and targets.query is None else self.subject
        if number is None:
            return

        def found(moves: list[dict[str, Any]]) -> None:
            move = next((each for each in moves if each["to"] == to), None)
            if move is not None and targets.one is None and ASKED.intersection(move["requires"]):
                self.app.say(choice_of(move, many=True).hint, bad=True)
            elif move is not None:
                self._move(targets, move)
            else:
                known = ", ".join(str(each["to"]) for each in moves) or "-"
                self.app.say(
                    _("no move leads to {state}; possible are: {known}").format(state=to, known=known), bad=True
                )

        self.ask(lambda: self.desk.tickets.moves(number), found, group="pick")

    def do_ticket_state(self) -> None:
        targets = self.targets()
        if targets is None or self.subject is None:
            return
        number = targets.numbers[0] if targets.numbers and targets.query is None else self.subject

        def picked(moves: list[dict[str, Any]], to: str | None) -> None:
            move = next((m for m in moves if m["to"] == to), None)
            if move is not None:
                self._move(targets, move)

        def found(moves: list[dict[str, Any]]) -> None:
            choices = [choice_of(m, many=targets.one is None) for m in moves]
            empty = _("No move leads on from here with your roles.")
            self.app.push_screen(
                Pick(_("State of {what}").format(what=targets.label), choices, empty=empty),
                lambda to: picked(moves, to),
            )

        self.ask(lambda: self.desk.tickets.moves(number), found, group="pick")

    def _move(self, targets: Targets, move: dict[str, Any]) -> None:
        asked = [name for name in move["requires"] if name in ASKED]
        if not asked and not move["reason"]:
            self._moved(targets, move["to"], {})
            return
        from helpdesk_tui.screens.common.kept_form import KeptForm
        from helpdesk_tui.widgets.field_form import FormField

        fields = [
            FormField(name, asked_label(name), required=True, lines=name in LONG, hint=hint_of(name)) for name in asked
        ]
        if move["reason"]:
            fields.append(FormField("reason", _("Reason"), required=True))
        key = DraftKey(self.app.me, targets.numbers[0] if targets.one is not None else 0, f"state-{move['to']}")
        title = f"{targets.label}: {_(move['label'])}"

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                self._moved(targets, move["to"], values, key)

        self.app.push_screen(KeptForm(title, fields, self.app.drafts, key, check=self._check_until), answered)

    def _check_until(self, values: Any) -> dict[str, str]:
        text = values.get("pending_until")
        if text:
            try:
                parse_instant(text, self.desk.now(), self.app.tz)
            except DeskError as error:
                return {"pending_until": str(error)}
        return {}

    def _moved(self, targets: Targets, to: str, values: dict[str, str], key: DraftKey | None = None) -> None:
        given: dict[str, Any] = {PARAMETER[name]: text for name, text in values.items() if name in PARAMETER}
        if values.get("pending_until"):
            given["until"] = parse_instant(values["pending_until"], self.desk.now(), self.app.tz)
        bulk = {name: text for name, text in given.items() if name == "reason"}
        told = {name: iso(value) if name == "until" else str(value) for name, value in given.items()}

        def many(desk: Desk, numbers: list[int], dry: bool) -> dict[str, Any]:
            return desk.bulk.state(to, numbers=numbers, dry_run=dry, **bulk)

        self.change(
            "ticket.state",
            lambda desk, n: desk.tickets.state(n, to, version=targets.version, **given),
            many,
            targets=targets,
            typed=Typed("state", [to, *options(told)], ("state", to, *options(bulk))),
            written=None if key is None else lambda: self.app.drafts.discard(key),
        )

    def do_ticket_resolve(self) -> None:
        targets = self.targets()
        if targets is None:
            return
        from helpdesk_tui.screens.common.kept_form import KeptForm
        from helpdesk_tui.widgets.field_form import FormField

        fields = [
            FormField("cause", _("Cause"), lines=True, hint=_("what was wrong")),
            FormField(
                "resolution",
                field_label("resolution").capitalize(),
                lines=True,
                required=True,
                hint=_("what was done; the requester may read it"),
            ),
            FormField("code", _("Resolution code"), hint=_("for instance: fixed, workaround, duplicate")),
        ]
        key = DraftKey(self.app.me, targets.one or 0, "resolve")

        def answered(values: dict[str, str] | None) -> None:
            if values is None:
                return
            given = {name: text for name, text in values.items() if text}
            self.change(
                "ticket.resolve",
                lambda desk, n: desk.tickets.resolve(n, version=targets.version, **given),
                lambda desk, ns, dry: desk.bulk.resolve(numbers=ns, dry_run=dry, **given),
                targets=targets,
                typed=Typed("resolve", options(given)),
                written=lambda: self.app.drafts.discard(key),
            )

        title = _("Resolve {what}").format(what=targets.label)
        self.app.push_screen(KeptForm(title, fields, self.app.drafts, key), answered)

    def do_ticket_close(self) -> None:
        self._simple("ticket.close", _("Close"), "close", reason=False)

    def do_ticket_reopen(self) -> None:
        self._simple("ticket.reopen", _("Reopen"), "reopen", reason=True)

    def do_ticket_cancel(self) -> None:
        self._simple("ticket.cancel", _("Cancel the ticket"), "cancel", reason=True)

    def _simple(self, action_id: str, title: str, verb: str, *, reason: bool) -> None:
        """A deed that asks for its reason, if any, and for a yes."""
        targets = self.targets()
        if targets is None:
            return

        def go(text: str | None) -> None:
            if text is None:
                return
            given = {"reason": text} if text else {}
            self.change(
                action_id,
                lambda desk, n: getattr(desk.tickets, verb)(n, version=targets.version, **given),
                lambda desk, ns, dry: getattr(desk.bulk, verb)(numbers=ns, dry_run=dry, **given),
                targets=targets,
                typed=Typed(verb, options(given)),
                confirm=True,
            )

        if reason:
            self.app.push_screen(Ask(f"{title}: {targets.label}", hint=_("the reason")), go)
        else:
            self.app.push_screen(
                Confirm(f"{title}: {targets.label}?", action=title), lambda yes: go("" if yes else None)
            )

    # -- judging ---------------------------------------------------------------------------------------------

    def do_ticket_classify(self) -> None:
        version = self._version()
        self.change("ticket.classify", lambda desk, n: desk.tickets.classify(n, version=version))

    def do_ticket_priority(self) -> None:
        from helpdesk_tui.screens.common.editing import priority_form

        priority_form(self)

    def do_ticket_edit(self) -> None:
        from helpdesk_tui.screens.common.editing import edit_form

        edit_form(self)

    def do_ticket_link(self) -> None:
        self._other("ticket.link", _("Link {what} to ticket"))

    def do_ticket_merge(self) -> None:
        self._other("ticket.merge", _("Merge {what} into ticket"))

    def _tie(self, action_id: str, targets: Targets, other: int) -> None:
        word = BY_ID[action_id].word
        self.change(
            action_id,
            lambda desk, n: getattr(desk.tickets, word)(n, other),
            targets=targets,
            typed=Typed(word, [str(other)]),
        )

    def _other(self, action_id: str, question: str) -> None:
        targets = self.targets()
        if targets is None or not self.single(action_id, targets) or targets.one is None:
            return
        from helpdesk_tui.screens.common.other_ticket import ask_other

        def picked(other: int) -> None:
            self._tie(action_id, targets, other)

        title = question.format(what=targets.label)
        ask_other(self, title, targets.one, picked, merging=action_id == "ticket.merge")

    def do_ticket_why(self) -> None:
        from helpdesk_tui.screens.common.why import WhyScreen

        number = self.subject
        if number is None:
            return
        self.ask(
            lambda: (self.desk.tickets.show(number)["ref"], self.desk.tickets.why(number)),
            lambda found: self.app.push_screen(WhyScreen(*found, tz=self.app.tz)),
            group="pick",
        )

    def do_ticket_new(self) -> None:
        from helpdesk_tui.screens.common.new_ticket import NewTicketScreen

        self.app.push_screen(NewTicketScreen(), self._opened)

    def _opened(self, number: int | None) -> None:
        if number is not None:
            self.done()
            self.landed(number)

    # -- undo, copy ------------------------------------------------------------------------------------------

    def do_desk_undo(self) -> None:
        def described(what: dict[str, Any]) -> None:
            if what["entries"] > TYPED_FROM:
                question = _("Undo {deed}: {count} entries?").format(deed=what["deed"], count=what["entries"])
                confirm = Confirm(question, action=_("undo"), count=what["entries"], details=what["on"])
                self.app.push_screen(confirm, lambda yes: self._undo(what) if yes else None)
            else:
                self._undo(what)

        self.ask(lambda: named(self.desk, self.desk.undoing.describe()), described, group="look", exclusive=False)

    def _undo(self, what: dict[str, Any]) -> None:
        self.ask(
            lambda: self.desk.undoing.target(what["target"]),
            lambda result: self._undone(what, result),
            group="deed",
            exclusive=False,
        )

    def _undone(self, what: dict[str, Any], result: dict[str, Any]) -> None:
        text = _("Undone: {deed} on {subjects} (U does it again)").format(
            deed=what["deed"], subjects=", ".join(what["on"])
        )
        if result["conflicts"]:
            text += "\n" + _("later edits that were kept: {count}").format(count=len(result["conflicts"]))
        yes = " --yes" if what["entries"] > TYPED_FROM else ""
        self.app.last_command = f"helpdesk undo {what['target']}{yes}"
        self.app.did("desk.undo")
        self.app.say(text)
        self.done()

    def do_desk_redo(self) -> None:
        def redone(result: dict[str, Any]) -> None:
            self.app.last_command = "helpdesk redo"
            n = result["undone"]
            self.app.say(ngettext("Done again: {count} change", "Done again: {count} changes", n).format(count=n))
            self.done()

        self.ask(lambda: self.desk.undoing.redo(), redone, group="deed", exclusive=False)

    def do_desk_copy_command(self) -> None:
        if self.app.last_command:
            self.app.copy_text(on_desk(self.app.last_command, self.app.desk_words()))
        else:
            self.app.say(_("nothing was done yet in this session"), bad=True)
