"""How far one actor sees tickets: worked out once from their roles, since lists and tickets ask for every line."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk_tui.desk import masking
from helpdesk_tui.desk.actor import Actor
from helpdesk_tui.rules.access import TicketFacts, ticket_scope_allows
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Sight:
    """The scopes of reading tickets, notes and sensitive ones, and the veil over people (None: they stand plainly)."""

    actor: Actor
    keyboard: Actor
    read: Scope
    notes: Scope
    sensitive: Scope
    plain: Scope
    veil: masking.Veil | None

    # Every ticket, its notes and its people as they are: the rule for those who work the desk, and then nothing is asked
    # (but of a sensitive ticket).
    plainly: bool

    @property
    def all_sensitive(self) -> bool:
        """Whether sensitive tickets are like any other to the actor."""
        return self.sensitive is Scope.ALL

    def veil_on(self, facts: TicketFacts) -> masking.Veil | None:
        """The veil for one ticket; None where the actor's roles work on it. Following one lifts no veil: anybody may."""
        known = TicketFacts(facts.team_id, facts.assignee_id, facts.requester_id)
        if self.veil is None or ticket_scope_allows(self.plain, self.actor.id, self.actor.teams, known):
            return None
        return self.veil


class Eyes:
    """Hands out the sight of whoever acts at a desk now.

    A change of roles, teams or names gives the desk another actor object (`Desk.refresh`), and so another sight.
    """

    __slots__ = ("_desk", "_sight")

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._sight: Sight | None = None

    def now(self) -> Sight:
        """The sight of the present actor."""
        desk, kept = self._desk, self._sight
        if kept is not None and kept.actor is desk.actor and kept.keyboard is desk.keyboard:
            return kept
        read, notes, veil = desk.scope(Permission.TICKET_READ), desk.scope(Permission.NOTE_READ), masking.veil(desk)
        plain = desk.plain_scope(Permission.TICKET_READ)
        plainly = read is Scope.ALL and notes is Scope.ALL and veil is None
        sensitive = desk.scope(Permission.TICKET_SENSITIVE)
        self._sight = Sight(desk.actor, desk.keyboard, read, notes, sensitive, plain, veil, plainly)
        return self._sight
