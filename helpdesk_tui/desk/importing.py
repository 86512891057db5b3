"""`desk.importing`: tickets from rows, and tickets with their history from event logs.

What a row states is a fact and kept as it is; what it leaves open is decided by the rules. Nobody is given work by an
import: a team is chosen, a person only where the row names one.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.import_engine import Engine, Tally
from helpdesk_tui.desk.import_log import LogWriter
from helpdesk_tui.desk.import_rows import Incoming, LogCase
from helpdesk_tui.desk.import_tickets import Understood, Writer, understand
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.desk.work import Work
from helpdesk_tui.store import batches
from helpdesk_tui.vocabulary.errors import DeskError, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission

ON_ERROR: Final = ("skip", "stop")
PREVIEW: Final = 10
MAX_SOURCE: Final = 4_096
_TICKETS: Final = "import.tickets"
_LOG: Final = "import.log"


class Importing(Noun):
    """Bringing tickets in."""

    # For tests: the clocks that measure how long the lock is held, and the pause between two transactions.
    monotonic: Callable[[], float] = staticmethod(time.monotonic)
    busy: Callable[[], float] = staticmethod(time.thread_time)
    breathe: Callable[[float], None] = staticmethod(time.sleep)
    # Called with the rows behind (the whole is not known); and the batch that was being written last.
    progress: Callable[[int, int | None], None] | None = None
    last_batch: str | None = None

    @verb(_TICKETS, Permission.IMPORT)
    def tickets(
        self,
        rows: Iterable[Any],
        *,
        dry_run: bool = False,
        on_error: str = "skip",
        resume: str | None = None,
        source: str = "",
    ) -> Object:
        """Open a ticket for each row: `{"batch", "read", "created", "updated", "skipped", "errors": [{line, reason}]}`.

        Rows are objects under the ticket's JSON keys (or `Incoming`, with their line). A row whose `external_id` a
        ticket has changes that ticket where it differs. `skipped` counts rows that did neither: bad ones (told in
        `errors`) and those already here as they are. `source` (a digest) lets `resume` tell that it is the same file.
        A dry run checks everything, writes nothing and adds `preview`. Raises Usage, NotFound, Conflict.
        """
        self._check(on_error)
        engine: Engine[Understood] = self._engine(_TICKETS, source, dry_run, resume)
        tally = Tally()
        writer = Writer(self.desk, tally, stop=on_error == "stop", dry_run=dry_run)
        incoming = islice(_incoming(rows), engine.batch.cursor, None)
        self._run(engine, understand(self.desk, incoming, writer.foresee), writer.chunk, lambda item: 1, tally)
        if not writer.stopped:
            writer.tie_parents(engine)
            engine.finish()
        answer = tally.answer(None if dry_run else engine.batch.id)
        if dry_run:
            answer["preview"] = writer.preview
        return answer

    @verb(_LOG, Permission.IMPORT)
    def log(
        self,
        cases: Iterable[Any],
        *,
        dry_run: bool = False,
        on_error: str = "skip",
        resume: str | None = None,
        source: str = "",
    ) -> Object:
        """Rebuild tickets with their history from an event log; the answer is that of `tickets`.

        `cases` are `LogCase` objects. Each step becomes an entry at its own instant; nothing is judged anew. `read`
        counts rows of the log, `created` tickets, `skipped` the cases that made none: already here, or bad.
        """
        self._check(on_error)
        engine: Engine[LogCase] = self._engine(_LOG, source, dry_run, resume)
        tally = Tally()
        writer = LogWriter(self.desk, tally, stop=on_error == "stop")
        behind = engine.batch.cursor
        self._run(engine, _after(cases, behind), writer.chunk, lambda case: case.rows, tally)
        if not writer.stopped:
            engine.finish()
        return {**tally.answer(None if dry_run else engine.batch.id), "skipped": writer.skipped}

    def unfinished(self, verb_name: str, source: str) -> str | None:
        """The batch of an interrupted import of the same file, or None."""
        found = batches.unfinished(self.desk.store.reader(), verb_name, source)
        return found.id if found else None

    @staticmethod
    def _check(on_error: str) -> None:
        if on_error not in ON_ERROR:
            raise Usage(N_("{value} is not known; use {choices}"), value=on_error, choices=", ".join(ON_ERROR))

    def _engine(self, verb_name: str, source: str, dry_run: bool, resume: str | None) -> Engine[Any]:
        fields.bounded("source", source, MAX_SOURCE)
        engine: Engine[Any] = Engine(
            self.desk, verb_name, source=source, dry_run=dry_run, resume=resume,
            monotonic=self.monotonic, busy=self.busy, breathe=self.breathe,
        )  # fmt: skip
        self.last_batch = None if dry_run else engine.batch.id
        return engine

    def _run(
        self,
        engine: Engine[Any],
        items: Iterator[Any],
        chunk: Callable[[Work, Sequence[Any]], int],
        weigh: Callable[[Any], int],
        tally: Tally,
    ) -> None:
        def step(work: Work, items: Sequence[Any]) -> int:
            taken = chunk(work, items)
            if self.progress is not None:
                self.progress(tally.read, None)
            return taken

        engine.run(items, step, weigh, engine.batch.cursor)


def _incoming(rows: Iterable[Any]) -> Iterator[Incoming]:
    for line, row in enumerate(rows, 1):
        if isinstance(row, Incoming):
            yield row
        elif isinstance(row, dict):
            yield Incoming(line, row)
        else:
            yield Incoming(line, problem=_no_object())


def _no_object() -> DeskError:
    from helpdesk_tui.vocabulary.errors import Invalid

    return Invalid(N_("a row must be an object with named values"))


def _after(cases: Iterable[Any], behind: int) -> Iterator[LogCase]:
    """The cases beyond those whose rows are behind."""
    for case in cases:
        if not isinstance(case, LogCase):
            raise Usage(N_("an event log is imported from a file: `helpdesk import log FILE --map MAP`"))
        if behind > 0:
            behind -= case.rows
            continue
        yield case
