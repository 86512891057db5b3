"""Escalation at work: levels that a ticket's clocks have reached become entries, each level once.

Tickets are looked at from their first warning point on (`[sla] warn`), which the due index finds without reading the
rest; a level that lies before it takes effect then.
"""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import derive
from helpdesk_tui.desk.history import standing
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules.escalation import Reached, raised, reached
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register({"escalation.pinned": N_("level {level} leaves the priority alone, for it is pinned")})

VERB: Final = "ticket.escalate"
CANDIDATES: Final = (
    "SELECT number FROM ticket WHERE phase < 3 AND deleted_at IS NULL AND sla_run = 'running' AND warn_at <= ?"
    " AND number > ? ORDER BY number LIMIT ?"
)


def candidates(desk: "Desk", now: Instant, after: int, limit: int) -> list[int]:
    """Tickets past their first warning point, by number."""
    return [n for (n,) in desk.store.query(CANDIDATES, (now, after, limit))]


def escalate(work: Work, number: int, now: Instant) -> bool:
    """Put the levels that a ticket has newly reached into a draft; whether there were any."""
    row = work.row("ticket", number)
    if row is None or row["deleted_at"] is not None:
        return False
    entries = standing(list(journal.read(work.tx.conn, journal.OF_SUBJECT, ("ticket", number))))
    new = [one for one in _reached(work, row, entries, now) if _mark(one) not in _done(entries)]
    if not new:
        return False
    draft = Draft(row, at=now)
    draft.because(*(one.reason() for one in new))
    _raise(work, draft, new)
    draft.set(updated_at=max(now, row["updated_at"] + 1))
    work.drafts[number] = draft
    return True


def _reached(work: Work, row: dict[str, object], entries: list[Entry], now: Instant) -> list[Reached]:
    desk = work.desk
    governing = desk.policies.current()
    facts = derive.plan_facts(desk, row)
    plan = governing.plan(facts)
    if plan is None:
        return []
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


def _raise(work: Work, draft: Draft, new: list[Reached]) -> None:
    asking = [one for one in new if one.level.raise_priority]
    if not asking:
        return
    before = Priority(draft["priority"])
    if draft["pinned"]:
        draft.because(Reason("escalation.pinned", {"level": asking[0].level.id}))
        return
    after = raised(before, asking)
    if after != before:
        draft.set(priority=int(after), policy_version=work.desk.policies.current().version)
        params = {"level": asking[-1].level.id, "before": before.code, "after": after.code}
        draft.because(Reason("escalation.raised", params))
