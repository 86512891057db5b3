"""`desk.timers`: what must happen later. `tick` does what is due; any number of programs may run it."""

from collections import defaultdict
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, Protocol

from helpdesk_tui.desk import escalations, heartbeat, outbox
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.errors import Busy, DeskError, StoreFault
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_CHUNK: Final = 50
_KINDS: Final = 8
"""Kinds of timers that one subject has at most."""
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
    "ticket_level": "helpdesk_tui.desk.escalations",
    "escalation": "helpdesk_tui.desk.paging_clock",
    "on_call_schedule": "helpdesk_tui.desk.on_call_clock",
    "alert": "helpdesk_tui.desk.alert_timers",
    "alert_group": "helpdesk_tui.desk.alert_timers",
    "maintenance_window": "helpdesk_tui.desk.alert_timers",
    "incident": "helpdesk_tui.desk.incident_clock",
    "incident_task": "helpdesk_tui.desk.review_clock",
    "review": "helpdesk_tui.desk.review_clock",
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

    @verb("timer.state", Permission.TIMER_RUN, reads=True)
    def state(self) -> Object:
        """Whether what is due is done: `{"due", "late", "stuck": […], "programs": […], "outbox": {state: n}}`.

        `due` counts what waits to be done now, `late` is the age in seconds of the oldest of it, `stuck` names what
        nobody did for five minutes (50 at most): `{"subject_type", "subject", "kind", "due_at"}`. `programs` are those
        that do it, each `{"id", "kind", "started_at", "seen_at", "alive", "fired", "latest"}` (`latest`: seconds).
        """
        count, oldest, stuck = heartbeat.overdue(self.desk)
        return {
            "due": count,
            "late": 0 if oldest is None else self.desk.now() - oldest,
            "stuck": stuck,
            "programs": heartbeat.programs(self.desk),
            "outbox": outbox.standing(self.desk),
        }

    @verb("timer.tick", Permission.TIMER_RUN)
    def fire_due(self, now: Instant | None = None) -> Object:
        """Do what is due, each thing once whoever else runs this: `{"fired": n, "failed": […], "latest": seconds,
        "woken": […], "escalated": […]}`.

        The lists name the tickets that one may know of. What fails holds nothing else up and is tried again next time
        (`failed`: `{"subject_type", "subject", "kind", "due_at", "error"}`); `latest` is how late the latest that
        fired came.
        """
        at = self.desk.now() if now is None else min(now, self.desk.now())
        run = _Run(self.desk, at)
        while run.some():
            pass
        knows = self.desk.reading.knows
        run.told["escalated"] += self._escalate(at)
        return {
            "fired": run.fired,
            "failed": [*run.failed.values()],
            "latest": run.latest,
            "woken": [],
            **{word: [*filter(knows, numbers)] for word, numbers in run.told.items()},
        }

    def _escalate(self, now: Instant) -> list[int]:
        """Let late tickets reach their escalation levels; a level that was reached is not reached again."""
        done: list[int] = []
        after = 0
        while numbers := escalations.candidates(self.desk, now, after, _CHUNK):
            with _DeskWork(self.desk, escalations.VERB, origin=Origin.TIMER) as work:
                done.extend(n for n in numbers if escalations.escalate(work, n, now))
            after = numbers[-1]
        return done


class _Run:
    """One pass over what is due."""

    def __init__(self, desk: "Desk", at: Instant) -> None:
        self.desk, self.at = desk, at
        self.fired = self.latest = 0
        self.told = defaultdict[str, list[int]](list)
        # Subjects one of whose timers failed: the ones that follow it wait, so that the order stays.
        self.failed: dict[tuple[str, int], Object] = {}

    def some(self) -> bool:
        """Do the next few; False where there are none any more."""
        rows = self.desk.store.query(_DUE, (self.at, _CHUNK + len(self.failed) * _KINDS))
        rows = [row for row in rows if (row[0], row[1]) not in self.failed][:_CHUNK]
        if not rows:
            return False
        # What follows one another of one type goes in one transaction.
        together = [*takewhile(lambda row: row[0] == rows[0][0], rows)]
        try:
            self._fire(together)
        except (StoreFault, Busy):
            raise
        except Exception:
            self._one_by_one(together)
        return True

    def _one_by_one(self, rows: list[tuple[Any, ...]]) -> None:
        """Nothing of them was done, because of one: all the others are."""
        for row in rows:
            if (row[0], row[1]) in self.failed:
                continue
            try:
                self._fire([row])
            except (StoreFault, Busy):
                raise
            except Exception as error:
                said = one_line(str(error), 200) if isinstance(error, DeskError) else type(error).__name__
                self.failed[row[0], row[1]] = {
                    "subject_type": row[0], "subject": row[1], "kind": row[2], "due_at": when(row[3]), "error": said,
                }  # fmt: skip

    def _fire(self, rows: list[tuple[Any, ...]]) -> None:
        of = rows[0][0]
        handler: Any = import_module(HANDLERS[of]) if of in HANDLERS else None
        fired, latest, told = 0, 0, []
        with _DeskWork(self.desk, handler.VERB if handler else "timer.tick", origin=Origin.TIMER) as work:
            for _of, subject, kind, due_at in rows:
                # Whoever claims first does it; the claim stands or falls with the entry.
                if not work.tx.conn.execute(_CLAIM, (work.now, of, subject, kind, due_at)).rowcount:
                    continue
                fired, latest = fired + 1, max(latest, work.now - due_at)
                if handler is not None and (done := handler.fire(work, subject, kind, due_at)) is not None:
                    told.append(done)
        self.fired, self.latest = self.fired + fired, max(self.latest, latest)
        for word, number in told:
            self.told[word].append(number)
