"""Editing one field of a ticket where it stands: a line in its place, a list, a search, a long text."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from textual import on

from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.editing import changes_of, choices_of, label_of, refused, resolve_conflict, write_edit
from helpdesk_tui.screens.common.kept_form import WAS, KeptForm
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.screens.common.writing import TEXT, Writing
from helpdesk_tui.screens.ticket.details import CHOICE, DEED, EDITED, LINE, LONG, DetailsPane, given_value
from helpdesk_tui.vocabulary.channels import CHANNEL_LABELS
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid, NotFound, NotPermitted
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.levels import MOSCOW_LABELS, Severity
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.pickers import Choice, Pick

FOUND = 50
NOTHING = "none"
DEEDS: Final = {
    "state": "ticket.state",
    "priority": "ticket.priority",
    "watchers": "ticket.watchers",
    "time_spent": "ticket.time",
}


class FieldEdits(Writing):
    """Adds the editing of single fields. A screen has a `DetailsPane` and says which ticket it shows."""

    _field_draft: DraftKey | None = None

    @property
    def details(self) -> DetailsPane:
        """The pane of the fields."""
        return self.query_one(DetailsPane)

    def edit_field(self, name: str) -> None:
        """Edit one field as its kind asks for."""
        data, targets = self.details.data, self.targets()
        if targets is None or not data.fields:
            return
        if not data.edit or name not in EDITED:
            text = _("{field} follows from what happens to the ticket; it is not typed")
            self.app.say(text.format(field=label_of(name)) if data.edit else _("your roles may not edit this ticket"))
            return
        how = EDITED[name]
        if how == LINE:
            self._edit_line(targets, name)
        elif how == DEED:
            self.action_do(DEEDS[name])
        elif how == LONG:
            self._edit_long(targets, name)
        elif how == CHOICE:
            self._edit_choice(targets, name)
        else:
            self._edit_search(targets, name)

    def _key(self, targets: Targets, name: str) -> DraftKey:
        return DraftKey(self.app.me, targets.numbers[0], f"field-{name}")

    # -- on its line -----------------------------------------------------------------------------------------

    def _edit_line(self, targets: Targets, name: str) -> None:
        self.open_line(("field", name), given_value(self.details.data.fields, name), self._key(targets, name))

    def open_line(self, subject: tuple[str, Any], given: str, key: DraftKey) -> None:
        """Open a line of the pane for typing, with the draft that was kept of it."""
        pane, drafts = self.details, self.app.drafts

        def opened(kept: dict[str, str]) -> None:
            value = kept.get(TEXT, given)
            pane.edit(subject, value, given, kept.get(WAS + TEXT, given))
            editor = pane.editor
            if editor is None:
                return
            self._field_draft = key
            first = one_line(given)

            def typed() -> dict[str, str] | None:
                if not editor.is_attached:
                    return None
                if editor.value == first:
                    return {}
                return {TEXT: editor.value} | ({WAS + TEXT: editor.began} if subject[0] == "field" else {})

            drafts.watch(key, typed)
            if value != given:
                self.app.say(_("your draft is back (F8 begins anew)"))

        self.ask(lambda: drafts.load(key), opened, group="draft")

    def renew_line(self) -> None:
        """What was typed on the line is written; it is empty for the next."""
        key, editor = self._field_draft, self.details.editor
        if key is None or editor is None:
            return
        drafts = self.app.drafts
        drafts.discard(key)
        editor.value = ""
        self.details.refuse(("", ""), "")
        drafts.watch(key, lambda: {TEXT: editor.value} if editor.is_attached and editor.value else None)

    def close_line(self, *, written: bool) -> None:
        """The line is put away; its draft goes once it is written."""
        key, self._field_draft = self._field_draft, None
        if key is not None and written:
            self.app.drafts.discard(key)
        elif key is not None:
            self.app.drafts.unwatch(key)
        if self.query(DetailsPane):
            self.details.close_editor()

    @on(DetailsPane.EditorLeft)
    def _line_left(self, message: DetailsPane.EditorLeft) -> None:
        message.stop()
        editor = self.details.editor
        kept = editor is not None and editor.value.strip() and editor.value != one_line(editor.given)
        self.close_line(written=not kept)
        if kept:
            self.app.say(_("the draft is kept"))

    @on(DetailsPane.Edited)
    def _line_edited(self, message: DetailsPane.Edited) -> None:
        message.stop()
        kind, name = message.subject
        targets, editor = self.targets(), self.details.editor
        if targets is None:
            return
        if kind == "field":
            began = None if editor is None else editor.began
            self.write_field(targets, str(name), message.value.strip(), began, in_place=True)
        else:
            self.step_typed(message.value)

    def step_typed(self, text: str) -> None:
        """A new step of the checklist was typed."""

    # -- from a list, by searching, as a text ----------------------------------------------------------------

    def _edit_choice(self, targets: Targets, name: str) -> None:
        fields = self.details.data.fields

        def found(choices: dict[str, list[Choice]]) -> None:
            offered = list(choices.get(name, ()))
            if fields.get(name) and name in _EMPTIED:
                offered.append(Choice(NOTHING, _("none"), _("take the value away")))
            now = given_value(fields, name)
            picker = Pick(label_of(name), offered, selected=f"sev{now}" if name == "severity" else now)
            self.app.push_screen(picker, lambda value: self._picked(targets, name, value))

        self.ask(lambda: {**choices_of(self.desk), **_coded()}, found, group="pick")

    def _edit_search(self, targets: Targets, name: str) -> None:
        fields = self.details.data.fields
        find: Callable[[str], list[Choice]] = self._find_ci if name == "ci" else self._find_person
        first = [Choice(NOTHING, _("none"), _("take the value away"))] if fields.get(name) else []
        if name == "assignee":
            find = self._find_agent
            first.insert(0, Choice("me", _("me"), one_line(self.desk.actor.name, 60)))

        async def search(text: str) -> Sequence[Choice]:
            return await asyncio.to_thread(find, text)

        picker = Pick(
            label_of(name), first, search=search, empty=_("Type a part of the name; three letters are enough.")
        )
        self.app.push_screen(picker, lambda value: self._picked(targets, name, value))

    def _find_person(self, text: str) -> list[Choice]:
        return [_person(person) for person in self.desk.people.search(text, FOUND)]

    def _find_agent(self, text: str) -> list[Choice]:
        return [_person(person) for person in self.desk.people.search(text, FOUND) if person["agent"]]

    def _find_ci(self, text: str) -> list[Choice]:
        return [
            Choice(ci["name"], one_line(ci["name"], 60), one_line(f"{ci['class']}  {ci['service'] or ''}", 60))
            for ci in self.desk.cis.list(text, limit=FOUND)
        ]

    def _picked(self, targets: Targets, name: str, value: str | None) -> None:
        if value is not None:
            self.write_field(targets, name, value)

    def _edit_long(self, targets: Targets, name: str) -> None:
        from helpdesk_tui.widgets.field_form import FormField

        key = self._key(targets, name)
        given = given_value(self.details.data.fields, name)
        title = f"{targets.label}: {label_of(name)}"
        form = KeptForm(title, [FormField(name, label_of(name), given, lines=True)], self.app.drafts, key, based=True)

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                self.write_field(targets, name, values[name], form.began[name])

        self.app.push_screen(form, answered)

    # -- writing ---------------------------------------------------------------------------------------------

    def write_field(
        self, targets: Targets, name: str, value: str, began: str | None = None, *, in_place: bool = False
    ) -> None:
        """Write one field. What others changed elsewhere on the ticket meanwhile is no matter; the field itself is.

        `began` is what stood in the field when its writer began, where that may be a while ago.
        """
        ticket = dict(self.details.data.fields)
        key = self._key(targets, name)
        given = given_value(ticket, name)
        if in_place and value == one_line(given).strip():
            # A line shows tabs and invisible characters made harmless: that alone is no change.
            value = given.strip()
        elif began is not None and value == (one_line(began) if in_place else began).strip():
            # As it stood when it was begun: what others wrote meanwhile stays.
            value = given.strip()
        stored = "" if value == NOTHING and name in _EMPTIED else value
        changes = changes_of({name: given}, {name: stored})
        if not changes:
            if in_place:
                self.close_line(written=True)
            return
        if stored != value:
            changes["set"] = {name: NOTHING}
        if began is not None and began != given:
            # The draft is older than somebody else's word on the same field.
            if in_place:
                self.close_line(written=False)
            old = ticket | {name: _as_held(name, began)}
            resolve_conflict(self, targets, old, ticket, {name: stored}, key, lambda _now: self.do_queue_refresh())
            return

        def written() -> None:
            if in_place:
                self.close_line(written=True)

        def failed(error: DeskError) -> None:
            if isinstance(error, Conflict):
                self.ask(
                    lambda: self.desk.tickets.details(ticket["number"]), lambda now: quicker(error, now), group="pick"
                )
            elif in_place and isinstance(error, Invalid | NotFound | NotPermitted):
                self.details.refuse(("field", name), str(error))
            else:
                self.refuse(error)

        def quicker(error: DeskError, now: dict[str, Any]) -> None:
            if now["version"] != ticket["version"] and given_value(now, name) == given_value(ticket, name):
                # Somebody changed something else: this field is as it was when it was read.
                ticket["version"] = now["version"]
                write_edit(self, targets, now["version"], changes, key, failed, written)
                return
            if in_place:
                self.close_line(written=False)
            refused(self, targets, ticket, {name: stored}, key, error, lambda _now: self.do_queue_refresh())

        write_edit(self, targets, ticket["version"], changes, key, failed, written)

    def do_queue_refresh(self) -> None:
        """Read anew what is shown."""


_EMPTIED = frozenset({"category", "service", "ci", "requester", "team", "assignee", "severity", "moscow"})
"""Fields whose value can be taken away."""


def _as_held(name: str, text: str) -> str | list[str]:
    """A field's text as the ticket's object holds it."""
    return [tag for tag in text.split(", ") if tag] if name == "tags" else text


def _coded() -> dict[str, list[Choice]]:
    """The choices of fields whose values are codes of the vocabulary."""
    return {
        "severity": [Choice(each.name.lower(), each.name) for each in Severity],
        "moscow": [Choice(each.value, _(label)) for each, label in MOSCOW_LABELS.items()],
        "channel": [Choice(each.value, _(label)) for each, label in CHANNEL_LABELS.items()],
    }


def _person(person: dict[str, Any]) -> Choice:
    handle = person["login"] or person["email"] or f"#{person['id']}"
    hint = "  ".join(str(person[name]) for name in ("email", "organisation", "phone") if person.get(name))
    return Choice(handle, one_line(person["name"], 60), one_line(hint, 80))
