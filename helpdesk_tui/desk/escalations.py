"""Escalation at work: levels that a ticket's clocks have reached become entries, each level once.

Tickets are looked at from their first warning point on (`[sla] warn`), which the due index finds without reading the
rest; a level that lies before it takes effect then. From there on a timer tells when the next level is reached (`NEVER`:
none will be), so that a ticket that is late is not looked at again and again. Whatever changes a late ticket takes its
timer away, and it is looked at once more.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import derive
from helpdesk_tui.desk.dynamic import ground_of
from helpdesk_tui.desk.history import standing
from helpdesk_tui.desk.messages import tell
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules.escalation import Reached, raised, reached
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import NEVER, Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register({"escalation.pinned": N_("level {level} leaves the priority alone, for it is pinned")})

VERB: Final = "ticket.escalate"
MOST: Final = 50
"""People who are told of one level at most."""
# A clock never breaks quiet hours that only SEV1 may break: paging is for that.
_SEVERITY: Final = {Priority.CRITICAL: 2, Priority.HIGH: 3, Priority.MEDIUM: 4, Priority.LOW: 5}
_WHO: Final = {
    "team": "SELECT person_id FROM team_member WHERE team_id = :team ORDER BY person_id",
    "team_lead": "SELECT person_id FROM team_member WHERE team_id = :team AND lead ORDER BY person_id",
    "service_desk": "SELECT m.person_id FROM team_member m JOIN team t ON t.id = m.team_id WHERE t.code = 'service_desk'"
    " ORDER BY m.person_id",
    "smo": "SELECT r.person_id FROM person_role r JOIN person p ON p.id = r.person_id WHERE r.role = 'smo' AND p.active"
    " ORDER BY r.person_id",
    "watchers": "SELECT person_id FROM watcher WHERE number = :number ORDER BY person_id",
}
SUBJECT: Final = "ticket_level"
LEVEL: Final = "level"
CANDIDATES: Final = (
    "SELECT number FROM ticket WHERE phase < 3 AND deleted_at IS NULL AND sla_run = 'running' AND warn_at <= ?"
    " AND number > ? AND NOT EXISTS (SELECT 1 FROM timer m WHERE m.subject_type = 'ticket_level'"
    " AND m.subject = ticket.number AND m.kind = 'level' AND m.fired_at IS NULL) ORDER BY number LIMIT ?"
)
_AGAIN: Final = "DELETE FROM timer WHERE subject_type = 'ticket_level' AND fired_at IS NULL"


def look_again(work: Work) -> None:
    """Look at every late ticket once more: levels, targets or calendars are others now."""
    work.tx.conn.execute(_AGAIN)


def fire(work: Work, number: int, kind: str, due_at: Instant) -> tuple[str, int] | None:
    """The next level of a ticket is due; what its clocks say is what counts."""
    return ("escalated", number) if escalate(work, number, work.now) else None


def candidates(desk: "Desk", now: Instant, after: int, limit: int) -> list[int]:
    """Tickets past their first warning point whose next level nobody knows yet, by number."""
    return [n for (n,) in desk.store.query(CANDIDATES, (now, after, limit))]


def escalate(work: Work, number: int, now: Instant) -> bool:
    """Put the levels that a ticket has newly reached into a draft; whether there were any."""
    row = work.row("ticket", number)
    if row is None or row["deleted_at"] is not None:
        return False
    entries = standing(list(journal.read(work.tx.conn, journal.OF_SUBJECT, ("ticket", number))))
    levels, coming = _reached(work, row, entries, now)
    done = _done(entries)
    new = [one for one in levels if _mark(one) not in done]
    moves = any(one.level.raise_priority for one in new)
    # Another priority means other targets: then it is looked at once more.
    work.timers[SUBJECT, number] = {} if moves else {LEVEL: NEVER if coming is None else coming}
    if not new:
        return False
    draft = Draft(row, at=now)
    draft.because(*(one.reason() for one in new), *_told(work, draft, new))
    _raise(work, draft, new)
    draft.set(updated_at=max(now, row["updated_at"] + 1))
    work.drafts[number] = draft
    return True


def _reached(
    work: Work, row: dict[str, object], entries: list[Entry], now: Instant
) -> tuple[list[Reached], Instant | None]:
    desk = work.desk
    governing = desk.policies.current()
    facts = derive.plan_facts(desk, row)
    plan = governing.plan(facts)
    if plan is None:
        return [], None
    number = entries[0].subject if entries else 0
    history = derive.events_of(desk, number, entries)
    created = row["created_at"]
    assert isinstance(created, int)
    return reached(governing.policy, facts, history, created, plan.targets, plan.calendar, governing.switches, now)


def _mark(one: Reached) -> tuple[str, str]:
    """What tells one reaching from another: a clock that began anew reaches its levels anew."""
    return one.level.id, iso(one.since)


def _done(entries: list[Entry]) -> set[tuple[str, str]]:
    return {
        (str(reason["level"]), str(reason["since"]))
        for entry in entries
        if entry.verb == VERB
        for reason in entry.reasons
        if reason.get("code") == "escalation.reached"
    }


def _told(work: Work, draft: Draft, new: list[Reached]) -> list[Reason]:
    """Whom to tell of the gravest level of each clock: who works on it first, nobody twice."""
    found: list[Reason] = []
    for clock in dict.fromkeys(one.level.clock for one in new):
        of_clock = [one for one in new if one.level.clock == clock]
        late = any((one.level.at.percent or 0) >= 100 or one.level.at.after is not None for one in of_clock)
        people = _people(work, draft, dict.fromkeys(name for one in of_clock for name in one.level.notify))
        if people:
            what, due = "sla.breach" if late else "sla.warning", draft[f"{clock}_due_at"]
            at = iso(due) if due is not None and due < NEVER else "-"
            found.append(tell(people, what, _SEVERITY[Priority(draft["priority"])], at=at, clock=clock))
    return found


def _people(work: Work, draft: Draft, names: Iterable[str]) -> list[int]:
    """The people whom a policy's words mean for a ticket; `MOST` of them."""
    found: dict[int, None] = {}
    for name in names:
        if name in ("assignee", "requester"):
            person = draft[f"{name}_id"]
            found |= {} if person is None else {person: None}
        else:
            given = {"number": draft.number, "team": draft["team_id"]}
            found |= dict.fromkeys(person for (person,) in work.rows(_WHO[name], given))
    return [*found][:MOST]


def _raise(work: Work, draft: Draft, new: list[Reached]) -> None:
    asking = [one for one in new if one.level.raise_priority]
    if not asking:
        return
    before = Priority(ground_of(draft))
    if draft["pinned"]:
        draft.because(Reason("escalation.pinned", {"level": asking[0].level.id}))
        return
    after = raised(before, asking)
    if after != before:
        draft.ground = int(after)
        draft.set(priority=max(int(after), draft["priority"]), policy_version=work.desk.policies.current().version)
        params = {"level": asking[-1].level.id, "before": before.code, "after": after.code}
        draft.because(Reason("escalation.raised", params))
