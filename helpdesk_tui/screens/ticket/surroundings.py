"""What stands around a ticket on its screen: what is known about such tickets, and who else has it open."""

from typing import Any, Final
from uuid import uuid4

from textual import on

from helpdesk_tui.screens.common.command_copy import Typed, settings
from helpdesk_tui.screens.common.conflict import ConflictScreen
from helpdesk_tui.screens.ticket.header import TicketHeader
from helpdesk_tui.screens.ticket.knowledge import CATEGORY, KnowledgeData, KnowledgePane
from helpdesk_tui.screens.ticket.reading import TicketData, read_knowledge
from helpdesk_tui.screens.ticket.steps_files import StepsAndFiles
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.widgets.composer import Composer
from helpdesk_tui.widgets.field_form import Form
from helpdesk_tui.widgets.subject_view import SubjectView

_DOING: Final = {
    "replying": N_("replying"),
    "noting": N_("writing a note"),
    "editing": N_("editing"),
}


class Surroundings(StepsAndFiles):
    """Adds knowledge and presence to a screen of one ticket."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._data: TicketData | None = None
        self._knowledge: KnowledgeData | None = None
        self._known_for: tuple[Any, ...] | None = None
        self._session = uuid4().hex[:16]
        self._others: list[str] = []
        self._present_as = ""

    def follow(self, number: int) -> None:
        """Go to a ticket that this one is tied to."""

    # -- what is known about such tickets --------------------------------------------------------------------

    def _read_knowledge(self, *, anew: bool = False) -> None:
        """Look for tickets like this one, once for its words: what others write meanwhile changes little."""
        if self._data is None:
            return
        number, ticket = self.number, self._data.ticket
        wanted = (number, ticket["title"], ticket["description"], ticket["category"], ticket["state"])
        if wanted == self._known_for and not anew:
            self._show_knowledge()
            return
        if self._known_for is None or self._known_for[0] != number:
            self._knowledge = None
            self._show_knowledge()
        self._known_for = wanted

        def got(found: KnowledgeData) -> None:
            if number == self.number:
                self._knowledge = found
                self._show_knowledge()

        self.ask(lambda: read_knowledge(self.desk, number), got, group="knowledge")

    def _show_knowledge(self) -> None:
        found = self._knowledge or KnowledgeData()
        for pane in self.query(KnowledgePane):
            if pane.display and pane.data is not found:
                pane.show(found)

    @on(SubjectView.Chosen, "KnowledgePane")
    def _known_chosen(self, message: SubjectView.Chosen) -> None:
        message.stop()
        subject = message.subject
        if subject == CATEGORY and self._knowledge is not None and self._knowledge.likely is not None:
            values = {"category": self._knowledge.likely["category"]}
            targets = self.targets()
            version = None if targets is None else targets.version
            self.change(
                "ticket.edit",
                lambda desk, n: desk.tickets.edit(n, set=values, version=version),
                typed=Typed("edit", settings(values)),
            )
        elif isinstance(subject, tuple) and subject[0] == "ticket":
            self.follow(subject[1])

    # -- who else is here ------------------------------------------------------------------------------------

    @property
    def activity(self) -> str:
        """What one does here, as others see it."""
        if not self.query(Composer):
            return "viewing"
        if self.composer.is_open and self._writing is not None:
            return "noting" if self._writing[0].kind == CommentKind.NOTE else "replying"
        typing = self.details.editor is not None or isinstance(self.app.screen, (Form, ConflictScreen))
        return "editing" if typing else "viewing"

    def _present(self) -> None:
        """Say that this ticket is open here, and what is being done."""
        if self.desk.scope(Permission.PRESENCE) is Scope.NONE:
            return
        number, session, activity = self.number, self._session, self.activity
        self._present_as = activity
        self.ask(
            lambda: _others(self.desk.presence.enter(number, session, activity)),
            self._seen,
            group="presence",
            failed=lambda _error: None,
        )

    def _look_around(self) -> None:
        """Who else is here now. Presence is no part of the journal, so nothing tells of it."""
        if self.desk.scope(Permission.PRESENCE) is Scope.NONE or self._data is None:
            return
        number, me = self.number, self.desk.actor.id
        self.ask(
            lambda: _others([each for each in self.desk.presence.who(number) if each["id"] != me]),
            self._seen,
            group="presence",
            failed=lambda _error: None,
        )

    def _seen(self, others: list[str]) -> None:
        if others == self._others:
            return
        self._others = others
        if self._data is not None:
            self._data.head.others = others
            self.query_one(TicketHeader).show(self._data.head, self.desk.now())

    def on_unmount(self) -> None:
        self.app.gone_from(self._session)


def _others(found: list[dict[str, Any]]) -> list[str]:
    """Who else is here, and what they are doing where it is more than looking."""
    return [
        f"{each['who']} ({_(_DOING[each['activity']])})" if each["activity"] in _DOING else str(each["who"])
        for each in found
    ]
