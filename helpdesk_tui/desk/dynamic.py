"""Dynamic priority at work: what happens around a ticket lifts it, within the transaction in which it happens.

A ticket's column `lift` keeps how far (`steps`), above what (`ground`, the priority that matrix, escalation or an import
gave it) and since when; it is null where nothing lifts it. Whoever else sets a priority sets the ground. What time alone
may change is looked at again by a timer of the ticket.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from helpdesk_tui.desk import decisions
from helpdesk_tui.desk.derive import Past, columns, due_anew, first_columns, history_of, wake_up
from helpdesk_tui.desk.shapes import Object, Progress
from helpdesk_tui.desk.work import Draft
from helpdesk_tui.rules.dynamic import DynamicDecision, DynamicFacts, decide
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    import sqlite3

    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.policybox import Governing
    from helpdesk_tui.desk.work import Work

register({"dynamic.off": N_("nothing lifts it by the policy any more: {before} -> {after}")})

VERB: Final = "ticket.lift"
LOOK: Final = "look"
"""The kind of the timer at which a ticket is looked at again."""
DYNAMIC: Final = "dynamic"
"""The name of the decision in the journal."""
CHUNK: Final = 100
_ASKED: Final = "dynamic"
# Columns that give points, beside those that clocks depend on.
_INPUTS: Final = decisions.PRIORITY_COLUMNS | {"team_id", "pinned"}
_FIRING: Final = "SELECT count(*) FROM alert WHERE number = ? AND state <> 'resolved'"
_WERE: Final = "SELECT id, number, state FROM alert WHERE id IN (SELECT value FROM json_each(?))"
_OPEN_OF: Final = "SELECT coalesce(sum(n), 0) FROM tally WHERE team_id = ? AND phase < 3"
_CARRIES: Final = (
    "SELECT coalesce(sum(p.capacity), 0) FROM team_member m JOIN person p ON p.id = m.person_id"
    " WHERE m.team_id = ? AND p.active"
)
_OPEN: Final = "SELECT number FROM ticket WHERE phase < 3 AND deleted_at IS NULL ORDER BY number"


class Lift(NamedTuple):
    """How far a ticket is lifted, above which priority, since when."""

    ground: int
    steps: int
    moved_at: Instant

    def text(self) -> str:
        """As the column keeps it."""
        return decisions.canonical(self._asdict())


def lift_of(row: "Row | Draft") -> Lift | None:
    """What a ticket's column says; None where nothing lifts it."""
    return None if row["lift"] is None else Lift(**json.loads(row["lift"]))


def ground_of(row: "Row | Draft") -> int:
    """The priority of a ticket without what lifts it."""
    lift = lift_of(row)
    return int(row["priority"]) if lift is None else lift.ground


def concerned(governing: "Governing", row: "Row | Draft") -> bool:
    """Whether the policy lifts such a ticket: an open one of these kinds that is not pinned."""
    rules = governing.policy.dynamic
    return rules.active and not row["pinned"] and Kind(row["kind"]) in rules.kinds and _lives(row)


def _lives(row: "Row | Draft") -> bool:
    return bool(row["phase"] < Phase.RESOLVED and row["deleted_at"] is None)


# -- facts ---------------------------------------------------------------------------------------------------------


class Around:
    """What happens around tickets, asked of one state of the desk; what a team carries is asked once."""

    def __init__(
        self, desk: "Desk", governing: "Governing", conn: "sqlite3.Connection", alerts: Counter[int] | None = None
    ) -> None:
        self.desk, self.governing, self._conn = desk, governing, conn
        # Alerts by ticket that this work lets fire or ends, and that the store does not count yet.
        self._alerts = alerts if alerts is not None else Counter()
        self._loads: dict[int, float | None] = {}

    def facts(
        self, row: "Row | Draft", ground: int, lift: Lift | None, due: Instant | None, now: Instant
    ) -> DynamicFacts:
        """Everything that a ticket's decision depends on. `due`: when its resolution is due with the ground's priority."""
        service = self.desk.directory.services().get(row["service_id"])
        frozen, turns = self.governing.policy.dynamic.frozen(service.code if service else None, now)
        return DynamicFacts(
            base=Priority(ground),
            opened_at=row["created_at"],
            steps=lift.steps if lift else 0,
            moved_at=lift.moved_at if lift else None,
            criticality=service.criticality if service else None,
            affected_users=row["affected_users"],
            alerts=self._firing(row["number"]),
            due_at=due,
            freeze=frozen,
            load=self._load(row["team_id"]),
            freeze_turns=turns,
        )

    def _firing(self, number: int) -> int:
        if not self.governing.policy.dynamic.alerts:
            return 0
        return int(self._conn.execute(_FIRING, (number,)).fetchone()[0]) + self._alerts[number]

    def _load(self, team: int | None) -> float | None:
        """Open tickets of a team by what its active people can hold; None where nobody can hold any."""
        if team is None or not self.governing.policy.dynamic.load:
            return None
        if team not in self._loads:
            carries = self._conn.execute(_CARRIES, (team,)).fetchone()[0]
            self._loads[team] = (
                round(self._conn.execute(_OPEN_OF, (team,)).fetchone()[0] / carries, 2) if carries else None
            )
        return self._loads[team]


def _moved_alerts(work: "Work") -> Counter[int]:
    """By ticket, how many more (or fewer) of its alerts fire once this work is written; only tickets that differ."""
    after: dict[int, Row] = {}
    for entry in work.entries:
        for change in entry.rows:
            if change.table == "alert" and change.after is not None:
                after.setdefault(change.key[0], {}).update(change.after)
    found: Counter[int] = Counter()
    if not after:
        return found
    before = {key: (number, state) for key, number, state in work.rows(_WERE, (json.dumps([*after]),))}
    for key, new in after.items():
        number, state = before.get(key, (None, "resolved"))
        if number is not None and state != "resolved":
            found[number] -= 1
        number, state = new.get("number", number), new.get("state", state)
        if number is not None and state != "resolved":
            found[number] += 1
    return Counter({number: count for number, count in found.items() if count})


# -- within a work -------------------------------------------------------------------------------------------------


def ask(work: "Work", number: int) -> None:
    """Let a ticket be decided anew when the work ends, whether anything of it changes or not."""
    work.shared.setdefault(_ASKED, set()).add(number)


def weigh(work: "Work") -> None:
    """Decide within a rehearsal, which ends without writing, what the drafts would come to."""
    looks = Looks(work)
    if looks.drafts:
        looks.decide(Past(work, looks.lives))


def soon(work: "Work", row: Row) -> None:
    """Let the next tick decide about a ticket that was written whole, whatever it came through before."""
    if concerned(work.desk.policies.current(), row):
        work.timers["ticket", row["number"]] = {**wake_up(row), LOOK: work.now}


def again(draft: Draft) -> bool:
    """Whether an undo changes what the priority follows from, so that it is decided anew and not set back."""
    if draft["pinned"] or not decisions.PRIORITY_COLUMNS & draft.new.keys():
        return False
    return draft["lift"] is not None or draft.row["lift"] is not None


class Looks:
    """The tickets that a work decides anew, if any: made when it ends, before anything is derived."""

    def __init__(self, work: "Work") -> None:
        self.work = work
        self.drafts: dict[int, Draft] = {}
        self._again: dict[int, Instant | None] = {}
        touched = [d for d in work.drafts.values() if d.changed and _touched(d)]
        alerts = any(change.table == "alert" for entry in work.entries for change in entry.rows)
        asked: set[int] = work.shared.get(_ASKED, set())
        if not (touched or alerts or asked):
            return
        governing = work.desk.policies.current()
        active = governing.policy.dynamic.active
        self.drafts = {d.number: d for d in touched if active or d["lift"] is not None or d.row["lift"] is not None}
        moved = _moved_alerts(work) if active and alerts else Counter()
        for number in (*sorted(asked), *sorted(moved)):
            if number not in self.drafts and (draft := self._draft(number)) is not None:
                self.drafts[number] = draft
        if self.drafts:
            self.around = Around(work.desk, governing, work.tx.conn, moved)

    def _draft(self, number: int) -> Draft | None:
        known = self.work.drafts.get(number)
        row = known.row if known is not None else self.work.ticket_row(number)
        if row is None:
            return None
        return known if known is not None else Draft(row, at=self.work.now)

    @property
    def lives(self) -> list[int]:
        """Tickets whose clocks are asked for what would be due without the lift."""
        return [n for n, d in self.drafts.items() if not d.fresh and d["lift"] is not None and _lives(d)]

    def decide(self, past: Past) -> None:
        """Decide each, and put what moves into the work."""
        for number, draft in self.drafts.items():
            whole = draft.changed
            self._again[number] = self._one(draft, past)
            if draft.changed and not whole:
                draft.subject_verb = VERB
                draft.by_desk = True
                self.work.drafts.setdefault(number, draft)

    def timers(self) -> None:
        """Set when each is looked at again."""
        if not self.drafts or not self.around.governing.policy.dynamic.active:
            return
        for number, draft in self.drafts.items():
            wanted, at = wake_up(draft), self._again[number]
            if at is not None:
                wanted[LOOK] = at
            if wanted or not draft.fresh:
                self.work.timers["ticket", number] = wanted

    def _one(self, draft: Draft, past: Past) -> Instant | None:
        """Decide one; when it is to be looked at again."""
        governing, now = self.around.governing, max(draft.at, self.work.now)
        if draft.undoes is not None and again(draft):
            decisions.prioritise(self.work, draft)
        lift, ground, given = lift_of(draft), ground_of(draft), draft.ground
        if given is None and lift is not None and "priority" in draft.new and "lift" not in draft.new:
            given = draft["priority"]  # somebody set it who knows of no lift
        ground = ground if given is None else given
        if not concerned(governing, draft):
            self._leave(draft, lift, ground, given)
            return None
        if self.work.origin == Origin.IMPORT:
            # History is written here, step by step; what it comes to is decided when all of it stands.
            if given is not None:
                draft.set(lift=None)
            return now
        found = decide(
            governing.policy.dynamic,
            self.around.facts(draft, ground, lift, self._due(draft, ground, lift, past), now),
            now,
        )
        # Who takes a lift back does not get it again at once: it is decided anew when something else changes.
        if draft.undoes is None or given is not None or _INPUTS & draft.new.keys():
            self._put(draft, found, lift, ground, now)
        return found.again_at

    def _leave(self, draft: Draft, lift: Lift | None, ground: int, given: int | None) -> None:
        """What is not lifted by the policy keeps no lift; what is over or pinned keeps its priority."""
        if lift is None:
            return
        if draft["pinned"] or given is not None:
            draft.set(lift=None)
        elif _lives(draft):
            params = {"before": Priority(draft["priority"]).code, "after": Priority(ground).code}
            draft.set(lift=None, priority=ground)
            draft.because(Reason("dynamic.off", params))

    def _put(self, draft: Draft, found: DynamicDecision, lift: Lift | None, ground: int, now: Instant) -> None:
        moved_at = now if lift is None or found.moved else lift.moved_at
        new = Lift(ground, found.steps, moved_at) if found.steps else None
        if not found.moved and new == lift and draft["priority"] == found.priority:
            return
        version = self.around.governing.version
        draft.set(lift=new.text() if new else None, priority=int(found.priority), policy_version=version)
        draft.because(decisions.kept(DYNAMIC, version, found.data(), {"at": now}))

    def _due(self, draft: Draft, ground: int, lift: Lift | None, past: Past) -> Instant | None:
        """When the resolution would be due without the lift: what a lift brings nearer must not lift any further."""
        row = {**draft.row, **draft.new, "priority": ground}
        due: Instant | None
        if draft.fresh and not any(change.table == "comment" for change in draft.rows):
            due = first_columns(self.work, draft, row)["resolution_due_at"]
        elif lift is None and ground == draft.row["priority"] and not due_anew(draft):
            due = draft["resolution_due_at"]
        else:
            history = history_of(self.work, draft, past)
            at = max(draft.at, self.work.now)
            due = columns(self.work.desk, row, history, at, past.governing)["resolution_due_at"]
        return due


def _touched(draft: Draft) -> bool:
    return draft.ground is not None or due_anew(draft) or not _INPUTS.isdisjoint(draft.new)


# -- all open tickets ----------------------------------------------------------------------------------------------


def look_again(
    desk: "Desk", batch: str, numbers: Iterable[int] | None = None, progress: Progress | None = None
) -> Object:
    """Decide open tickets anew (these, or all) after a change of the policy: `{"batch", "matched", "changed"}`.

    Short transactions, one batch; only tickets that move get an entry.
    """
    found = [n for (n,) in desk.store.query(_OPEN)]
    if numbers is not None:
        wanted = set(numbers)
        found = [n for n in found if n in wanted]
    changed = 0
    for start in range(0, len(found), CHUNK):
        chunk = found[start : start + CHUNK]
        with desk.work(VERB, batch=batch) as work:
            work.load(chunk)
            for number in chunk:
                ask(work, number)
        changed += len(work.sequence)
        if progress is not None:
            progress(min(start + CHUNK, len(found)), len(found))
    return {"batch": batch if changed else None, "matched": len(found), "changed": changed}
