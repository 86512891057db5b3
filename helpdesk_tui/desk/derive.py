"""What follows from a ticket's state, history and policy: due instants, SLA standing, timers. Never decided twice."""

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.history import Life, Ways, beginning, standing
from helpdesk_tui.desk.work import CLOCK_COLUMNS, SHIFT
from helpdesk_tui.rules.lifecycle import pausing_states
from helpdesk_tui.rules.sla import SlaResult, clocks
from helpdesk_tui.rules.sla import columns as clock_columns
from helpdesk_tui.rules.sla_history import HistoryEvent
from helpdesk_tui.store import lives
from helpdesk_tui.store.changes import Entry, Row, RowChange, Subject
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.records import NEVER, Instant

if TYPE_CHECKING:
    import sqlite3

    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.policybox import Governing, Plan
    from helpdesk_tui.desk.work import Draft, Work

# Columns that follow from others; undo derives them again instead of restoring them.
DERIVED: Final = frozenset(
    {"response_due_at", "update_due_at", "resolution_due_at", "due_at", "warn_at", "sla_run", "sla_plan"}
)
# Columns on which timers depend.
TIMER_COLUMNS: Final = frozenset({"pending_until", "phase", "deleted_at"})
_NO_CLOCKS: Final[dict[str, Any]] = {
    "response_due_at": None,
    "update_due_at": None,
    "resolution_due_at": None,
    "due_at": NEVER,
    "warn_at": NEVER,
    "sla_run": "none",
}


def due_anew(draft: "Draft") -> bool:
    """Whether something that a draft's clocks depend on changes."""
    if draft.fresh or draft.restart_clocks or not CLOCK_COLUMNS.isdisjoint(draft.new):
        return True
    return any(_heard(change) for change in draft.rows)


def _heard(change: RowChange) -> bool:
    """Whether this is a word that a clock hears: a note is seen by the desk alone and moves none."""
    row = change.after if change.before is None else change.before
    return change.table == "comment" and (row is None or row.get("kind") != CommentKind.NOTE)


def bears_on_clocks(conn: "sqlite3.Connection", entry: Entry) -> bool:
    """Whether the clocks of its ticket could be other ones had this entry never been made."""
    if entry.undoes is not None:
        return True  # it stands for what another entry did
    for change in entry.rows:
        if change.table == "comment":
            return True
        if change.table != "ticket" or change.before is None or change.after is None:
            continue
        if not CLOCK_COLUMNS.isdisjoint(change.after):
            return True
        if "assignee_id" in change.after:
            # Who speaks for the desk depends on who works on the ticket.
            people = (change.before.get("assignee_id"), change.after["assignee_id"])
            low = entry.subject << SHIFT
            if conn.execute(_SPOKE, (low, low + (1 << SHIFT) - 1, entry.at, *people)).fetchone():
                return True
    return False


_SPOKE: Final = "SELECT 1 FROM comment WHERE id BETWEEN ? AND ? AND created_at >= ? AND author_id IN (?, ?) LIMIT 1"


def derive(work: "Work", draft: "Draft", timers: dict[Subject, dict[str, Instant]], past: "Past | None" = None) -> None:
    """Derive a draft's clocks where something they depend on changes, and its timers.

    `past` holds what the tickets' clocks depend on where it was read for many at once.
    """
    if draft.fresh and not any(c.table == "comment" for c in draft.rows):
        draft.set(**first_columns(work, draft))
    elif due_anew(draft):
        past = past or Past(work, [draft.number])
        history = history_of(work, draft, past)
        draft.set(**columns(work.desk, {**draft.row, **draft.new}, history, max(draft.at, work.now), past.governing))
    if draft.fresh or not TIMER_COLUMNS.isdisjoint(draft.new):
        wanted = wake_up(draft)
        if wanted or not draft.fresh:
            timers["ticket", draft.number] = wanted
    if not draft.fresh and draft.row["warn_at"] <= work.now and work.verb != "ticket.escalate":
        # It is late, and something about it changed: its levels are looked at once more.
        timers["ticket_level", draft.number] = {}


class Past:
    """The histories of several tickets as they stand in a transaction, and the policy under which they are read."""

    __slots__ = ("_conn", "_entries", "governing", "ways")

    def __init__(self, work: "Work", numbers: list[int]) -> None:
        self.governing = work.desk.policies.current()
        self.ways = ways_of(work.desk)
        self._conn = work.tx.conn
        self._entries = dict.fromkeys(numbers, _NO_ENTRIES) | (lives.read(self._conn, numbers) if numbers else {})

    def told(self, number: int) -> list[lives.Told]:
        """What clocks read of a ticket's entries; one that was not among the several is read now."""
        if number not in self._entries:
            self._entries[number] = lives.read(self._conn, [number]).get(number, _NO_ENTRIES)
        return self._entries[number]


_NO_ENTRIES: Final[list[lives.Told]] = []
# What the events of a ticket that was only opened depend on, beside its target.
_begins: Final = itemgetter("kind", "state", "phase", "created_at", "resolved_at", "closed_at", "first_response_at")


def first_columns(work: "Work", draft: "Draft", row: Row | None = None) -> dict[str, Any]:
    """The derived columns of a ticket that is opened and nothing more: tickets opened at one instant share them.

    `row`: as it would be, where that is not the draft's own.
    """
    row, at = {**draft.row, **draft.new} if row is None else row, max(draft.at, work.now)
    governing = work.desk.policies.current()
    plan = governing.plan(plan_facts(work.desk, row))
    key = ("first", plan.id if plan else None, at, row["deleted_at"], *_begins(row))
    known: dict[str, Any] | None = governing.memo.get(key)
    if known is None:
        first = beginning(row, _pauses(governing, row["kind"], row["state"]))
        known = governing.remember(key, _columns(plan, row, first, at, governing))
    return known


def _pauses(governing: "Governing", kind: str, state: str) -> bool:
    key = ("pausing", kind)
    states: frozenset[str] | None = governing.memo.get(key)
    if states is None:
        states = governing.remember(key, pausing_states(governing.policy, Kind(kind)))
    return state in states


def wake_up(row: "Row | Draft") -> dict[str, Instant]:
    """What must happen to a ticket later, given its row."""
    waits = row["pending_until"] is not None and row["phase"] == Phase.PENDING and row["deleted_at"] is None
    return {"wake": row["pending_until"]} if waits else {}


def history_of(work: "Work", draft: "Draft", past: Past | None = None) -> list[HistoryEvent]:
    """A ticket's events as they will stand once this draft is written."""
    past = past or Past(work, [] if draft.fresh else [draft.number])
    fresh = draft.fresh
    pending: list[_Row] = [
        ("ticket", draft.number, None, {**draft.row, **draft.new})
        if fresh
        else ("ticket", draft.number, {c: draft.row[c] for c in draft.new}, draft.new)
    ]
    pending += [(change.table, change.key[0], change.before, change.after) for change in draft.rows]
    life = Life(draft.number, past.ways)
    # What undoes all that another entry did stands for nothing itself.
    undone = None if any(reason.get("code") == "undo.kept" for reason in draft.reasons) else draft.undoes
    waiting = undone is None
    for one in lives.standing([] if fresh else past.told(draft.number), undone):
        if waiting and one.at > draft.at:
            waiting = _take(life, pending, draft.at)
        for table, key, was, now in one.rows():
            life.take(table, key[0], was, now, one.at)
    if waiting:
        _take(life, pending, draft.at)
    return life.events


_Row = tuple[str, Any, Row | None, Row | None]


def _take(life: Life, rows: list[_Row], at: Instant) -> bool:
    for table, key, before, after in rows:
        life.take(table, key, before, after, at)
    return False


def events_told(number: int, told: list[lives.Told], ways: Ways) -> list[HistoryEvent]:
    """The events of a ticket that `lives.read` has read."""
    life = Life(number, ways)
    for one in lives.standing(told):
        for table, key, before, after in one.rows():
            life.take(table, key[0], before, after, one.at)
    return life.events


def ways_of(desk: "Desk") -> Ways:
    """What the lives of this desk's tickets have in common under the policy in force."""
    return Ways(desk.policies.current().policy, lambda who: is_agent(desk, who))


def events_of(desk: "Desk", number: int, entries: list[Entry], ways: Ways | None = None) -> list[HistoryEvent]:
    """The events that the standing ones of these entries tell."""
    life = Life(number, ways or ways_of(desk))
    for entry in standing(entries):
        life.read(entry)
    return life.events


def is_agent(desk: "Desk", person_id: int) -> bool:
    """Whether a person works at the desk."""
    person = desk.directory.person(person_id)
    return person is not None and person.agent


def plan_facts(desk: "Desk", row: Row) -> dict[str, Any]:
    """The facts by which a service-level target is chosen."""
    requester = desk.directory.person(row["requester_id"])
    return {
        "kind": row["kind"],
        "category": row["category"],
        "service": desk.directory.service_code(row["service_id"]),
        "priority": row["priority"],
        "organisation": requester.organisation if requester else None,
        "organisation_kind": requester.organisation_kind if requester else None,
        "channel": row["channel"],
        "language": row["language"],
        "vip": bool(requester and requester.vip),
    }


def columns(
    desk: "Desk", row: Row, history: list[HistoryEvent], at: Instant, governing: "Governing | None" = None
) -> dict[str, Any]:
    """The derived columns of a ticket row given its history (under the policy in force, unless another is given)."""
    governing = governing or desk.policies.current()
    return _columns(governing.plan(plan_facts(desk, row)), row, history, at, governing)


def _columns(
    plan: "Plan | None", row: Row, history: list[HistoryEvent], at: Instant, governing: "Governing"
) -> dict[str, Any]:
    if plan is None or row["deleted_at"] is not None:
        return {**_NO_CLOCKS, "sla_plan": None}
    stored = clock_columns(
        clocks(history, row["created_at"], plan.targets, plan.calendar, governing.switches, at, brief=True)
    )
    return {
        "response_due_at": stored.response_due_at,
        "update_due_at": stored.update_due_at,
        "resolution_due_at": stored.resolution_due_at,
        "due_at": stored.due_at,
        "warn_at": stored.warn_at,
        "sla_run": stored.sla_run,
        "sla_plan": plan.id,
    }


def measure(
    desk: "Desk", governing: "Governing", row: Row, history: list[HistoryEvent], at: Instant
) -> tuple[str, SlaResult] | None:
    """The matching target's id and all clocks of a ticket at an instant; None where no target matches."""
    plan = governing.plan(plan_facts(desk, row))
    if plan is None or row["deleted_at"] is not None:
        return None
    return plan.id, clocks(history, row["created_at"], plan.targets, plan.calendar, governing.switches, at)
