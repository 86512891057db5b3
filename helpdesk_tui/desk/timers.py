"""`desk.timers`: what must happen later. `tick` does what is due; any number of programs may run it."""

from collections import defaultdict
from importlib import import_module
from typing import Any, Final, Protocol

from helpdesk_tui.desk import escalations
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

_CHUNK: Final = 50
_DUE: Final = (
    "SELECT t.subject_type, t.subject, t.kind, t.due_at FROM timer t WHERE t.fired_at IS NULL AND t.due_at <= ?"
    " ORDER BY t.due_at, t.subject_type, t.subject, t.kind LIMIT ?"
)
_CLAIM: Final = (
    "UPDATE timer SET fired_at = ? WHERE subject_type = ? AND subject = ? AND kind = ? AND due_at = ?"
    " AND fired_at IS NULL"
)
# Who knows what is to happen to a subject, by its type: a module with a verb's name and `fire`.
HANDLERS: Final = {
    "ticket": "helpdesk_tui.desk.waking",
    "escalation": "helpdesk_tui.desk.paging_clock",
    "on_call_schedule": "helpdesk_tui.desk.on_call_clock",
    "alert": "helpdesk_tui.desk.alert_timers",
    "alert_group": "helpdesk_tui.desk.alert_timers",
    "maintenance_window": "helpdesk_tui.desk.alert_timers",
}


class Handler(Protocol):
    """A module that does what is due to one type of subject.

    `fire` puts into the work what follows, and returns a word of what it did and the ticket that it did it to (None:
    nothing any more). It runs within the transaction that claims the timer: it must not wait for anything outside.
    """

    VERB: str

    @staticmethod
    def fire(work: Work, subject: int, kind: str, due_at: Instant) -> tuple[str, int] | None: ...


class _DeskWork(Work):
    """Work of the desk itself: the entries name nobody."""

    def _entry(self, draft: Draft) -> Entry:
        entry = super()._entry(draft)
        entry.actor_id = entry.on_behalf_of = None
        return entry

    def record(self, entry: Entry) -> Entry:
        super().record(entry)
        entry.actor_id = entry.on_behalf_of = None
        return entry


class Timers(Noun):
    """Timers."""

    @verb("timer.due", Permission.TICKET_TRANSITION, reads=True)
    def due(self, now: Instant | None = None, limit: int = 1_000) -> Objects:
        """What is due to tickets and has not happened: `[{"number", "kind", "due_at"}]`, the longest overdue first.

        Of the first `limit` those that one may know of.
        """
        rows = self.desk.store.query(_DUE, (self.desk.now() if now is None else now, limit))
        knows = self.desk.reading.knows
        return [
            {"number": n, "kind": kind, "due_at": when(at)} for of, n, kind, at in rows if of == "ticket" and knows(n)
        ]

    @verb("timer.tick", Permission.TIMER_RUN)
    def fire_due(self, now: Instant | None = None) -> Object:
        """Do what is due, each thing once whoever else runs this: `{"fired": n, "woken": […], "escalated": […]}`.

        The lists name the tickets that one may know of.
        """
        at = self.desk.now() if now is None else min(now, self.desk.now())
        fired, told = 0, defaultdict[str, list[int]](list)
        while rows := self.desk.store.query(_DUE, (at, _CHUNK)):
            # What follows one another of one type goes in one transaction.
            of = rows[0][0]
            handler: Any = import_module(HANDLERS[of]) if of in HANDLERS else None
            with _DeskWork(self.desk, handler.VERB if handler else "timer.tick", origin=Origin.TIMER) as work:
                for subject_type, subject, kind, due_at in rows:
                    if subject_type != of:
                        break
                    # Whoever claims first does it; the claim stands or falls with the entry.
                    if not work.tx.conn.execute(_CLAIM, (work.now, of, subject, kind, due_at)).rowcount:
                        continue
                    fired += 1
                    if handler is not None and (done := handler.fire(work, subject, kind, due_at)) is not None:
                        told[done[0]].append(done[1])
        knows = self.desk.reading.knows
        told["escalated"] += self._escalate(at)
        return {"fired": fired, "woken": [], **{word: [*filter(knows, numbers)] for word, numbers in told.items()}}

    def _escalate(self, now: Instant) -> list[int]:
        """Let late tickets reach their escalation levels; a level that was reached is not reached again."""
        done: list[int] = []
        after = 0
        while numbers := escalations.candidates(self.desk, now, after, _CHUNK):
            with _DeskWork(self.desk, escalations.VERB, origin=Origin.TIMER) as work:
                done.extend(n for n in numbers if escalations.escalate(work, n, now))
            after = numbers[-1]
        return done
