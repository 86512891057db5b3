"""The engine of long imports: a batch of short transactions that yield to people, stopped and resumed at any row.

Rows are read and understood before the writers' lock is taken; a transaction takes as many as fit into its time.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from helpdesk_tui.desk.work import Work, new_batch
from helpdesk_tui.store import batches
from helpdesk_tui.store.batches import BatchRow
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Machine, NotFound
from helpdesk_tui.vocabulary.i18n import N_

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

# How long one transaction may hold the lock, in seconds of work or in twice as many by the clock: on a busy machine
# everything takes longer, and short transactions would make it busier. Others wait about twice as long at worst.
HOLD: Final = 0.04
_FEWEST: Final = 8
_MOST: Final = 500
_FIRST: Final = 32
# After each transaction, so that whoever waits for the lock gets it.
_BREATH: Final = 0.001
MAX_ERRORS: Final = 10_000

T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What an import did. `skipped` counts the rows that neither made nor changed a ticket; `errors` tells why some did not."""

    read: int = 0
    created: int = 0
    updated: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def refuse(self, line: int, error: DeskError) -> None:
        """Report a bad row; beyond ten thousand they are only counted."""
        self.refused += 1
        if len(self.errors) < MAX_ERRORS:
            self.errors.append({"line": line, "reason": Machine.of(error)})

    def answer(self, batch: str | None) -> dict[str, Any]:
        """The answer that programs read."""
        return {
            "batch": batch if self.created or self.updated else None,
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "skipped": self.read - self.created - self.updated,
            "errors": self.errors,
        }


class Engine(Generic[T]):
    """Runs a step over a stream of rows, for one batch. Raises NotFound, Conflict where a batch cannot be resumed."""

    def __init__(
        self,
        desk: "Desk",
        verb: str,
        *,
        source: str,
        dry_run: bool,
        resume: str | None,
        monotonic: Callable[[], float] = time.monotonic,
        busy: Callable[[], float] = time.thread_time,
        breathe: Callable[[float], None] = time.sleep,
        hold: float = HOLD,
    ) -> None:
        self.desk = desk
        self._verb = verb
        self._dry_run = dry_run
        self._monotonic = monotonic
        self._busy = busy
        self._breathe = breathe
        self._hold = hold
        self.batch = self._begin(source, resume)

    def _begin(self, source: str, resume: str | None) -> BatchRow:
        conn = self.desk.store.reader()
        if resume is None:
            return BatchRow(new_batch(), self._verb, self.desk.now(), None, 0, source)
        found = batches.find(conn, resume)
        if found is None or found.verb != self._verb:
            raise NotFound(N_("there is no import {batch} to resume"), batch=resume)
        if found.finished_at is not None:
            raise Conflict(N_("import {batch} is finished"), batch=resume)
        if found.source != source:
            raise Conflict(N_("import {batch} read another file, or this one has changed since"), batch=resume)
        if self.desk.store.query("SELECT 1 FROM journal WHERE batch = ? AND undoes IS NULL AND EXISTS"
                                 " (SELECT 1 FROM journal u WHERE u.undoes = journal.seq) LIMIT 1", (resume,)):  # fmt: skip
            raise Conflict(N_("import {batch} was taken back; begin it anew"), batch=resume)
        return found

    def _work(self) -> Work:
        if self._dry_run:
            work = self.desk.rehearsal("ticket.open")
            work.origin = Origin.IMPORT
            return work
        return self.desk.work("ticket.open", batch=self.batch.id, origin=Origin.IMPORT)

    def run(
        self, items: Iterator[T], step: Callable[[Work, Sequence[T]], int], weigh: Callable[[T], int], start: int
    ) -> None:
        """Hand items, some at a time, to `step` inside a transaction. It returns how many it took; -1 stops it all."""
        # What stands now (the program, the policy) outlives the import: looking for garbage among it costs, again and again.
        gc.freeze()
        try:
            self._run(items, step, weigh, start)
        finally:
            gc.unfreeze()

    def _run(
        self, items: Iterator[T], step: Callable[[Work, Sequence[T]], int], weigh: Callable[[T], int], start: int
    ) -> None:
        size, cursor = _FIRST, start
        waiting: list[T] = []
        while True:
            waiting.extend(islice(items, max(0, size - len(waiting))))
            if not waiting:
                return
            chunk = waiting[:size]
            stopped = False
            with self._work() as work:
                began, worked = self._monotonic(), self._busy()
                taken = step(work, chunk)
                stopped, taken = taken < 0, abs(taken)
                cursor += sum(weigh(item) for item in chunk[:taken])
                if not self._dry_run:
                    self.batch = replace(self.batch, cursor=cursor)
                    work.after_rows.append(_advancing(work, self.batch))
            spent = max(self._busy() - worked, (self._monotonic() - began) / 2)
            del waiting[:taken]
            if stopped:
                return
            if taken == len(chunk):
                size = _next_size(size, spent, self._hold)
            if not self._dry_run:
                self._breathe(_BREATH)

    def finish(self) -> None:
        """Mark the batch as finished."""
        if self._dry_run:
            return
        self.batch = replace(self.batch, finished_at=self.desk.now())
        with self.desk.store.write() as tx:
            batches.advance(tx.conn, self.batch)


def _advancing(work: Work, row: BatchRow) -> Callable[[], None]:
    return lambda: batches.advance(work.tx.conn, row)


def _next_size(size: int, spent: float, hold: float) -> int:
    """As many rows as should fit into the time, growing carefully."""
    fits = int(size * hold / spent) if spent > 0 else size * 2
    return max(_FEWEST, min(_MOST, size * 2, fits))
