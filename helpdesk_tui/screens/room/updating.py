"""Status updates from a war room: begun with a template, said inside and outside, in both languages."""

from dataclasses import replace
from typing import Any

from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.room.deeds import RoomDeeds
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.incident_texts import PRESET_LABELS
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.pickers import Choice, Pick


class Updating(RoomDeeds):
    """Saying how it stands."""

    def do_room_update(self) -> None:
        """Say how it stands, inside and outside, in both languages; it may begin with a template."""
        number, tz = self.number, self.app.tz

        def pick(read: tuple[list[dict[str, Any]], dict[str, Any]]) -> None:
            by_code, reached = {one["template"]: one for one in read[0]}, read[1]

            def chosen(code: str | None) -> None:
                if code is not None:
                    self._say_how_it_stands(by_code.get(code, {}), reached)

            choices = [Choice("", _("with my own words"))]
            choices += [Choice(code, code, _(PRESET_LABELS.get(code, ""))) for code in by_code]
            self.app.push_screen(Pick(_("Status update"), choices), chosen)

        def read() -> tuple[list[dict[str, Any]], dict[str, Any]]:
            known = self.desk.incidents.templates(number, tz=tz)
            return known, self.desk.incidents.publish(number, internal="-", external="-", dry_run=True)

        self.ask(read, pick, group="pick", opening=True)

    def _say_how_it_stands(self, begun: dict[str, Any], reached: dict[str, Any]) -> None:
        """The form of an update, which says whom it reaches."""
        number, n = self.number, len(reached["tickets"])
        inside = _("for watchers, roles and the assignee")
        if reached["people"]:
            inside += ": " + one_line(", ".join(reached["people"]), 200)
        outside = ngettext("answers {n} ticket", "answers {n} tickets", n).format(n=n)
        fields = [
            FormField("internal", _("Inside"), lines=True, hint=inside),
            FormField("internal_zh", _("Inside, Chinese"), lines=True),
            FormField("external", _("Outside"), lines=True, hint=outside),
            FormField("external_zh", _("Outside, Chinese"), lines=True),
        ]
        fields = [replace(field, value=str(begun.get(field.name, ""))) for field in fields]

        def check(values: Any) -> dict[str, str]:
            return {} if any(text.strip() for text in values.values()) else {"internal": _("the text is empty")}

        def write(values: dict[str, str], key: DraftKey) -> None:
            words = [
                word for name, text in values.items() if text.strip() for word in (f"--{name.replace('_', '-')}", text)
            ]
            self._deed(
                "room.update", lambda: self.desk.incidents.publish(
                    number, internal=values["internal"], internal_zh=values["internal_zh"], external=values["external"],
                    external_zh=values["external_zh"],
                ),
                ["incident", "update", str(number), *words],
                lambda made: ngettext(
                    "the update is out, {n} ticket answered", "the update is out, {n} tickets answered", len(made["tickets"])
                ).format(n=len(made["tickets"])), key,
            )  # fmt: skip

        self._form("update", fields, write, check=check)
