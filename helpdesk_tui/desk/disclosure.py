"""Reading a sensitive ticket on which one is not named: an act of its own, told by the journal once a day."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.rules.access import TicketFacts
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register({"sensitive.read": N_("was opened by somebody who is not named on it")})

VERB: Final = "ticket.read_sensitive"
_TOLD: Final = (
    "SELECT 1 FROM journal WHERE subject_type = 'ticket' AND subject = ? AND at >= ? AND verb = ?"
    " AND actor_id = ? AND on_behalf_of IS ? LIMIT 1"
)


def tell(desk: "Desk", number: int) -> None:
    """Write that the actor opened a sensitive ticket, once a person, ticket and day (UTC), into the desk's own journal.

    Where that cannot be written, the ticket cannot be opened: raises what writing raises.
    """
    home, actor = desk.home, desk.actor
    now = home.now()
    who = actor.real_id or actor.id, actor.id if actor.real_id else None
    if not home.store.query(_TOLD, (number, now - now % DAY, VERB, *who)):
        with home.work(VERB) as work:
            work.record(Entry(VERB, "ticket", number, work.at, reasons=[Reason("sensitive.read").data()]))


_FACTS: Final = (
    "SELECT t.sensitive, t.team_id, t.assignee_id, t.requester_id, EXISTS (SELECT 1 FROM watcher w"
    " WHERE w.number = t.number AND w.person_id = ?2) FROM ticket t WHERE t.number = ?1"
)
_EVER: Final = (
    "SELECT 1 FROM journal WHERE subject_type = 'ticket' AND subject = ? AND ops LIKE '%\"sensitive\":%' LIMIT 1"
)


def withheld(desk: "Desk", entry: Entry) -> bool:
    """Whether an entry is about a sensitive ticket that the actor may not read.

    Of a ticket that is there no more (its opening was taken back, it lies in the archive) its last state counts, and
    then nobody is named on it.
    """
    if entry.subject_type != "ticket" or desk.scope(Permission.TICKET_SENSITIVE) is Scope.ALL:
        return False
    number, me = entry.subject, desk.actor.id
    found = desk.store.query(_FACTS, numbered(number, me))
    if found:
        sensitive, team, assignee, requester, watches = found[0]
        facts = TicketFacts(team, assignee, requester, (me,) if watches else (), sensitive is not None)
        return facts.sensitive and not desk.holds(Permission.TICKET_READ, facts)
    if not desk.store.query(_EVER, (number,)):
        return False
    last = None
    for each in journal.read(desk.store.reader(), journal.OF_SUBJECT, ("ticket", number)):
        for change in each.rows:
            if change.table == "ticket" and change.key == (number,):
                row = change.after if change.after is not None else change.before or {}
                last = row.get("sensitive", last if change.before is not None and change.after is not None else None)
    return last is not None
