"""Paging from a ticket's screen: acknowledge, and page by hand with a reason."""

from helpdesk_tui.screens.common.actions import BY_ID, ActionSpec
from helpdesk_tui.screens.common.command_copy import Typed, options
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.kept_form import KeptForm
from helpdesk_tui.screens.ticket.surroundings import Surroundings
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.field_form import FormField


class Paged(Surroundings):
    """What one does where people are paged for the ticket."""

    def why_not(self, spec: ActionSpec) -> str | None:
        if spec.id == "ticket.ack" and (self._data is None or self._data.head.paging is None):
            return super().why_not(spec) or _("nobody is being paged for it")
        return super().why_not(spec)

    def ack_key(self) -> str:
        """The key that acknowledges, for those who may."""
        spec = BY_ID["ticket.ack"]
        return self.key_of(spec.id) if super().why_not(spec) is None else ""

    def do_ticket_ack(self) -> None:
        """You are on it."""
        targets = self._single("ticket.ack")
        if targets is not None:
            told = _("you are on {ref}: nobody else is paged (u takes it back)").format(ref=targets.label)
            self.change(
                "ticket.ack",
                lambda desk, n: desk.paging.ack(n),
                targets=targets,
                typed=Typed("ack", noun="escalation"),
                told=told,
            )

    def do_ticket_page(self) -> None:
        """Ask why and whom, then page."""
        targets = self._single("ticket.page")
        if targets is None or targets.one is None:
            return
        key = DraftKey(self.app.me, targets.one, "page")
        fields = [
            FormField("reason", _("Reason"), required=True, hint=_("why somebody else is needed")),
            FormField("people", _("People"), hint=_("logins; empty: the next level")),
        ]

        def answered(values: dict[str, str] | None) -> None:
            if values is None:
                return
            reason, people = values["reason"], values["people"].replace(",", " ").split()
            words = [word for person in people for word in ("--to", person)]
            self.change(
                "ticket.page",
                lambda desk, n: desk.paging.page(n, reason=reason, people=people or None),
                targets=targets,
                typed=Typed("page", [*words, *options({"reason": reason})], noun="escalation"),
                told=_("{ref}: paged").format(ref=targets.label),
                written=lambda: self.app.drafts.discard(key),
            )

        title = _("Page for {what}").format(what=targets.label)
        self.app.push_screen(KeptForm(title, fields, self.app.drafts, key), answered)
