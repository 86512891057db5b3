"""Sensitive tickets (personnel, health and the like): marking them, and taking the mark off."""

from typing import Any

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.moves import given
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, NotPermitted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission, Scope

MAX_REASON = 1_000
register(
    {
        "sensitive.marked": N_("marked sensitive: only those named on it read it, and the service management office"),
        "sensitive.unmarked": N_("no longer marked sensitive"),
        "sensitive.category": N_("tickets of the category {category} are sensitive"),
    }
)
_MERGED = (
    "WITH RECURSIVE kin(n) AS (SELECT ?1 UNION SELECT t.number FROM ticket t JOIN kin ON t.merged_into = kin.n)"
    " SELECT n FROM kin WHERE n <> ?1 ORDER BY n"
)


def mark(work: Work, draft: Draft) -> None:
    """Make a ticket sensitive. Who does it stays on it, as a watcher where nothing else names them."""
    if draft["sensitive"] is not None:
        return
    draft.set(sensitive=True)
    desk, me = work.desk, work.desk.actor.id
    if desk.scope(Permission.TICKET_SENSITIVE) is Scope.ALL or me in (draft["requester_id"], draft["assignee_id"]):
        return
    adds = any(change.table == "watcher" and change.key == (draft.number, me) for change in draft.rows)
    if not adds and work.row("watcher", draft.number, me) is None:
        draft.insert("watcher", (draft.number, me), {"number": draft.number, "person_id": me})


def by_category(work: Work, draft: Draft) -> None:
    """Make a ticket sensitive whose category is, where the policy says so."""
    if draft["sensitive"] is not None or draft["category"] is None:
        return
    for category in work.desk.policies.current().policy.categories:
        if category.code == draft["category"] and category.sensitive:
            mark(work, draft)
            draft.because(Reason("sensitive.category", {"category": category.code}))


def alike(one: Draft, other: Draft) -> None:
    """Refuse to join a sensitive ticket with one that is not: what is said on one reaches those who read the other."""
    if (one["sensitive"] is None) != (other["sensitive"] is None):
        raise Conflict(
            N_("only one of {number} and {other} is marked sensitive; mark both or neither first"),
            number=one.number,
            other=other.number,
        )


class TicketSensitive(Noun):
    """The mark of sensitive tickets."""

    @verb("ticket.sensitive", Permission.TICKET_EDIT)
    def sensitive(
        self, number: int, reason: str, *, remove: bool = False, version: int | None = None
    ) -> dict[str, Any]:
        """Mark a ticket sensitive, or take the mark off (its assignee or the service management office), for a reason.

        From then on only those named on it read it: requester, assignee, watchers; and the service management office.
        What was merged into it goes along.
        """
        text = fields.bounded("reason", reason, MAX_REASON, empty=False)
        with self.desk.work("ticket.sensitive") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT, version)
            if (draft["sensitive"] is not None) != remove:
                told = N_("{ref} is not marked sensitive") if remove else N_("{ref} is marked sensitive already")
                raise Conflict(told, ref=draft.ref)
            if remove:
                self._may_unmark(draft)
            for (member,) in [(number,), *work.rows(_MERGED, numbered(number))]:
                each = draft if member == number else self._with(work, member, remove)
                if each is None:
                    continue
                if remove:
                    each.set(sensitive=None)
                else:
                    mark(work, each)
                each.because(Reason("sensitive.unmarked" if remove else "sensitive.marked"), *given(text))
        return {"number": number, "sensitive": not remove}

    def _may_unmark(self, draft: Draft) -> None:
        if self.desk.scope(Permission.TICKET_SENSITIVE) is Scope.ALL or draft["assignee_id"] == self.desk.actor.id:
            return
        raise NotPermitted(
            N_("{ref} is sensitive: its assignee or the service management office takes the mark off"), ref=draft.ref
        )

    def _with(self, work: Work, member: int, remove: bool) -> Draft | None:
        """A ticket merged into the one that is marked, where it is to change as well and the actor may know of it."""
        row = work.ticket_row(member)
        if row is None or (row["sensitive"] is not None) != remove or row["deleted_at"] is not None:
            return None
        if not self.desk.allows_on(Permission.TICKET_READ, row):
            return None
        draft = work.drafts[member] = Draft(row, at=work.at)
        return draft
