"""Retention: old closed tickets move into a second file, and back."""

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Numbers, Object, Progress, file
from helpdesk_tui.desk.work import new_batch
from helpdesk_tui.store import archive as archives
from helpdesk_tui.store import driver, shape
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, Machine, NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, parse_duration
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

CHUNK: Final = 100
PREVIEW: Final = 1_000
_YEARS: Final = re.compile(r"\s*([0-9]{1,2})\s*(?:y|yr|years?|年)\s*", re.IGNORECASE)
_MONTHS: Final = re.compile(r"\s*([0-9]{1,3})\s*(?:mo|months?|个月)\s*", re.IGNORECASE)
_PLACE: Final = "archive"
register(
    {
        "archived": N_("moved to the archive; digest {sha256}"),
        "unarchived": N_("brought back from the archive; digest {sha256}"),
    }
)


def age(text: str) -> int:
    """Seconds of an age: `2y`, `18 months`, or what a length of time may be (`400d`). Raises Invalid."""
    for form, days in ((_YEARS, 365), (_MONTHS, 30)):
        found = form.fullmatch(text)
        if found:
            seconds = int(found.group(1)) * days * DAY
            break
    else:
        seconds = parse_duration(text)
    if seconds < DAY:
        raise Invalid(N_("only tickets closed at least a day ago can be archived, and {value} is less"), value=text)
    return seconds


class Archiving(Noun):
    """Moving old tickets out and back, and reading them where they are."""

    def archive_path(self) -> Path | None:
        """Where this desk's archive lies, or None where it has none."""
        known = self.desk.store.meta(_PLACE)
        return None if known is None else Path(known)

    @contextlib.contextmanager
    def archived(self) -> "Iterator[Desk]":
        """The archive as a desk for reading, with the reader's own rights. Raises NotFound where there is none."""
        path = self.archive_path()
        if path is None or not path.exists():
            raise NotFound(N_("this desk has no archive; helpdesk db archive --older-than 2y makes one"))
        store = self.desk.store
        archives.settle(path, store.reader())
        reading = archives.ArchiveStore(path, store)
        try:
            yield self.desk.elsewhere(reading, self.desk.clock)
        except sqlite3.Error as error:
            raise driver.fault(error, path) from error
        finally:
            reading.close()

    @verb("db.archive", Permission.DESK_ADMIN)
    def archive(
        self, older_than: str, *, path: str | None = None, dry_run: bool = False, progress: Progress | None = None
    ) -> Object:
        """Move tickets that were closed longer ago than an age (`2y`, `18 months`, `400d`) into the archive.

        What hangs together goes together or stays: a ticket tied to one that stays is skipped. `{"archive", "batch",
        "matched", "moved", "skipped": [{number, reason}], "numbers"}`; run again, it goes on where it was cut off.
        """
        desk = self.desk
        place = self._place(path)
        before = desk.now() - age(older_than)
        choice = archives.choose(desk.store.reader(), before)
        numbers = [n for group in choice.groups for n in group]
        skipped = [
            {"number": n, "reason": Machine.of(Conflict(N_("tied to ticket {other}, which stays"), other=other))}
            for n, other in sorted(choice.held.items())
        ]
        result: Object = {
            "archive": str(place), "batch": None, "matched": len(numbers) + len(skipped), "moved": 0,
            "skipped": skipped, "numbers": numbers[:PREVIEW],
        }  # fmt: skip
        if dry_run or not numbers:
            return result
        batch = new_batch()
        with archives.Archive(place, desk.store.reader()) as target:
            self._remember(place)
            for chunk in _chunks(choice.groups):
                moved = self._out(target, chunk, batch)
                result["moved"] += len(moved)
                stayed = sorted(set(chunk) - set(moved))
                skipped += [{"number": n, "reason": Machine.of(Conflict(N_("changed meanwhile")))} for n in stayed]
                if progress is not None:
                    progress(result["moved"], len(numbers))
        result["batch"] = batch if result["moved"] else None
        return result

    def _place(self, path: str | None) -> Path:
        """The archive's file: the one that the desk has, or a new one beside it. Another one is a conflict."""
        known, store = self.archive_path(), self.desk.store
        if path is None:
            return known or archives.default_path(store.path).absolute()
        wanted = file(path).absolute()
        if known is not None and known.exists() and wanted != known:
            raise Conflict(N_("this desk's archive is {path}; a desk has one"), path=known)
        if wanted.exists():
            archives.inspect(wanted, store.reader())
        return wanted

    def _remember(self, place: Path) -> None:
        with self.desk.store.write() as tx:
            tx.conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_PLACE, str(place)))

    def _out(self, target: archives.Archive, numbers: list[int], batch: str) -> list[int]:
        """Move one group of tickets; those that moved (all of them, or none)."""
        reader = self.desk.store.reader()
        found = [archives.bundle(reader, number) for number in numbers]
        target.take(found, lambda number: reader.execute(archives.BLOBS, (number,)).fetchall())
        try:
            with self.desk.work(archives.OUT, batch=batch) as work:
                conn = work.tx.conn
                for each in found:
                    if archives.bundle(conn, each.number).digest != each.digest:
                        raise _ChangedError
                    reason = Reason("archived", {"sha256": each.digest, "entries": len(each.entries)})
                    rows = archives.leaving(each)
                    work.record(Entry(archives.OUT, "ticket", each.number, work.at, rows=rows, reasons=[reason.data()]))
                    work.timers["ticket", each.number] = {}
                work.after_rows.append(lambda: _forget(conn, found))
        except _ChangedError:
            numbers = []
        finally:
            target.settle()
        return numbers

    @verb("db.unarchive", Permission.DESK_ADMIN)
    def unarchive(self, numbers: Numbers, *, dry_run: bool = False) -> Object:
        """Bring tickets back from the archive, with those that hang together with them: `{"batch", "restored"}`.

        Raises NotFound where a ticket is not in the archive.
        """
        place, desk = self.archive_path(), self.desk
        if place is None or not place.exists():
            raise NotFound(N_("this desk has no archive; helpdesk db archive --older-than 2y makes one"))
        batch = None if dry_run else new_batch()
        restored: list[int] = []
        with archives.Archive(place, desk.store.reader()) as source:
            for number in numbers:
                if source.conn.execute("SELECT 1 FROM ticket WHERE number = ?", (number,)).fetchone() is None:
                    raise NotFound(N_("there is no ticket {number} in the archive"), number=number)
            for group in archives.together(source.conn, numbers):
                if batch is not None:
                    self._back(source, group, batch)
                restored += group
        return {"batch": batch, "restored": sorted(restored)}

    def _back(self, source: archives.Archive, numbers: list[int], batch: str) -> None:
        found = [archives.bundle(source.conn, number) for number in numbers]
        blobs = [blob for number in numbers for blob in source.conn.execute(archives.BLOBS, (number,))]
        source.mark(numbers)
        try:
            with self.desk.work(archives.BACK, batch=batch) as work:
                conn = work.tx.conn
                expected = archives.away(conn)
                # Parents and linked ones must be there before what refers to them.
                for each in found:
                    if expected.get(each.number) != each.digest:
                        raise Conflict(
                            N_("ticket {number} is not as it left the desk; helpdesk db check --deep says more"),
                            number=each.number,
                        )
                    reason = Reason("unarchived", {"sha256": each.digest})
                    rows = archives.coming(each)
                    work.record(
                        Entry(archives.BACK, "ticket", each.number, work.at, rows=rows, reasons=[reason.data()])
                    )
                conn.executemany("INSERT OR IGNORE INTO blob (sha256, data) VALUES (?, ?)", blobs)
                conn.executemany(
                    "INSERT OR IGNORE INTO journal_text (seq, vals) VALUES (?, ?)",
                    [t for each in found for t in each.texts],
                )
        finally:
            source.settle()


class _ChangedError(Exception):
    """A ticket was changed between copying and moving."""


def _forget(conn: sqlite3.Connection, found: list[archives.Bundle]) -> None:
    """What moved along with the rows: the texts of the entries, attached bytes that nothing else has, timers."""
    conn.executemany("DELETE FROM journal_text WHERE seq = ?", [(seq,) for each in found for seq, _ in each.texts])
    conn.executemany(
        "DELETE FROM timer WHERE subject_type = 'ticket' AND subject = ?", [(each.number,) for each in found]
    )
    place = tuple(shape.COLUMNS["attachment"]).index("sha256")
    shas = {row[place] for each in found for row in each.rows["attachment"]}
    conn.executemany(
        "DELETE FROM blob WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = ?1)",
        [numbered(sha) for sha in shas],
    )


def _chunks(groups: list[list[int]]) -> Iterator[list[int]]:
    """Groups put together until there are enough tickets for a transaction; a group is never torn."""
    chunk: list[int] = []
    for group in groups:
        chunk += group
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
