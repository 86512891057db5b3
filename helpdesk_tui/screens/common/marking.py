"""Marking a ticket sensitive, and taking the mark off, from the console."""

from helpdesk_tui.screens.common.changing import Changing
from helpdesk_tui.screens.common.command_copy import Typed, options
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.pickers import Ask


class Marking(Changing):
    """The mark of a single ticket."""

    def do_ticket_sensitive(self) -> None:
        """Ask for the reason, then mark the ticket or, where it is marked, take the mark off."""
        targets = self.targets()
        if targets is None or targets.one is None or not self.single("ticket.sensitive", targets):
            return
        number = targets.one

        def found(marked: bool) -> None:
            title = _("Take the mark off {what}") if marked else _("Mark {what} sensitive")
            question = Ask(title.format(what=targets.label), hint=_("the reason"))
            self.app.push_screen(question, lambda text: go(marked, text))

        def go(marked: bool, text: str | None) -> None:
            if text:
                self.change(
                    "ticket.sensitive",
                    lambda desk, n: desk.tickets.sensitive(n, text, remove=marked, version=targets.version),
                    targets=targets,
                    typed=Typed("sensitive", [*(["--off"] if marked else []), *options({"reason": text})]),
                )

        self.ask(lambda: "sensitive" in self.desk.tickets.show(number), found, group="pick")
