"""`desk.timers`: what must happen later. `tick` wakes waiting tickets and escalates late ones; any number may run it."""

from typing import Any, Final

from helpdesk_tui.desk import escalations
from helpdesk_tui.desk.history import standing
from helpdesk_tui.desk.moves import set_state
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

register({"timer.wake": N_("the time until which it waited has come; it goes on in {to}")})
WAKE: Final = "wake"
_CHUNK: Final = 50
_DUE: Final = (
    "SELECT t.number, t.kind, t.due_at FROM timer t WHERE t.fired_at IS NULL AND t.due_at <= ?"
    " ORDER BY t.due_at, t.number LIMIT ?"
)
_CLAIM: Final = "UPDATE timer SET fired_at = ? WHERE number = ? AND kind = ? AND due_at = ? AND fired_at IS NULL"


class _DeskWork(Work):
    """Work of the desk itself: the entries name nobody."""

    def _entry(self, draft: Draft) -> Entry:
        entry = super()._entry(draft)
        entry.actor_id = entry.on_behalf_of = None
        return entry


class Timers(Noun):
    """Timers."""

    @verb("timer.due", Permission.TICKET_TRANSITION, reads=True)
    def due(self, now: Instant | None = None, limit: int = 1_000) -> Objects:
        """What is due and has not happened: `[{"number", "kind", "due_at"}]`, the longest overdue first.

        Of the first `limit` those that one may know of.
        """
        rows = self.desk.store.query(_DUE, (self.desk.now() if now is None else now, limit))
        knows = self.desk.reading.knows
        return [{"number": n, "kind": kind, "due_at": when(at)} for n, kind, at in rows if knows(n)]

    @verb("timer.tick", Permission.TICKET_TRANSITION)
    def fire_due(self, now: Instant | None = None) -> Object:
        """Do what is due, each thing once whoever else runs this: `{"fired": n, "woken": […], "escalated": […]}`.

        The lists name the tickets that one may know of.
        A ticket wakes at the instant until which it waited, not when somebody noticed, so its clocks count right.
        """
        at = self.desk.now() if now is None else min(now, self.desk.now())
        fired, woken = 0, []
        while rows := self.desk.store.query(_DUE, (at, _CHUNK)):
            with _DeskWork(self.desk, "ticket.wake", origin=Origin.TIMER) as work:
                for number, kind, due_at in rows:
                    # Whoever claims first does it; the claim stands or falls with the entry.
                    if work.tx.conn.execute(_CLAIM, (work.now, number, kind, due_at)).rowcount:
                        fired += 1
                        if kind == WAKE and self._wake(work, number, due_at):
                            woken.append(number)
        knows = self.desk.reading.knows
        escalated = self._escalate(at)
        return {"fired": fired, "woken": [*filter(knows, woken)], "escalated": [*filter(knows, escalated)]}

    def _escalate(self, now: Instant) -> list[int]:
        """Let late tickets reach their escalation levels; a level that was reached is not reached again."""
        done: list[int] = []
        after = 0
        while numbers := escalations.candidates(self.desk, now, after, _CHUNK):
            with _DeskWork(self.desk, escalations.VERB, origin=Origin.TIMER) as work:
                done.extend(n for n in numbers if escalations.escalate(work, n, now))
            after = numbers[-1]
        return done

    def _wake(self, work: Work, number: int, due_at: Instant) -> bool:
        """Let a ticket go on that still waits for this instant."""
        row = work.row("ticket", number)
        if (
            row is None
            or row["deleted_at"] is not None
            or row["phase"] != Phase.PENDING
            or row["pending_until"] != due_at
        ):
            return False
        draft = Draft(row, at=due_at)
        target = self._target(work, row)
        if target is None:
            draft.set(pending_until=None)
        else:
            set_state(draft, target, due_at)
            draft.because(Reason("timer.wake", {"to": target}))
        work.drafts[number] = draft
        return target is not None

    def _target(self, work: Work, row: dict[str, Any]) -> str | None:
        """The state it came from if a move leads back there, else where the policy resumes or takes work up."""
        policy = self.desk.policies.current().policy
        kind = Kind(row["kind"])
        moves = {m.to for m in lifecycle.allowed_moves(policy, kind, row["state"])}
        wished = [self._came_from(work, row["number"], row["state"])]
        wished += [lifecycle.target_of(policy, kind, "resume"), lifecycle.target_of(policy, kind, "take")]
        return next((state for state in wished if state in moves), None)

    @staticmethod
    def _came_from(work: Work, number: int, state: str) -> str | None:
        entries = standing([*journal.read(work.tx.conn, journal.OF_SUBJECT, ("ticket", number))])
        for entry in reversed(entries):
            for change in entry.rows:
                before, after = change.before or {}, change.after or {}
                if change.table == "ticket" and change.key == (number,) and after.get("state") == state:
                    phase = before.get("phase", Phase.PENDING)
                    return before.get("state") if phase in (Phase.NEW, Phase.OPEN) else None
        return None
