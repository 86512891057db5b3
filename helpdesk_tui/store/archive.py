"""The second file of a desk: old closed tickets, whole, searchable, and provably those that left.

The archive holds the tickets' rows, their journal entries and the texts of these; names of people, teams and services
stay in the desk alone (so that erasing a person reaches archived tickets, too) and are read from there. The desk's
chain keeps every entry with its commitments, and of each move an entry with the digest of what moved.

A move is: copy into the archive and mark it pending · take out of the desk in one transaction · clear the mark. A
crash leaves at most the mark, and `settle` reads from the desk which way it was: what the desk still (or again)
has, the archive drops; what it has not, the archive keeps. Nothing is lost, nothing is there twice.
"""

import contextlib
import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.store import driver, index, journal, publish, schema, shape
from helpdesk_tui.store.changes import RowChange
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Busy, Conflict, StoreFault
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

APPLICATION_ID: Final = 0x48647361  # "Hdsa": no desk by itself
OUT: Final = "ticket.archive"
BACK: Final = "ticket.unarchive"
FROZEN: Final = N_("the archive is for reading; bring a ticket back with helpdesk db archive --restore NUMBER")
Progress = Callable[[int, int | None], None]
# What belongs to a ticket, in the order in which it is put in.
PARTS: Final = tuple(
    t for t in shape.BUSINESS
    if t in {
        "ticket", "comment", "attachment", "link", "ticket_tag", "watcher", "checklist_item", "time_entry", "escalation",
        "incident", "incident_entry", "incident_role", "incident_step", "incident_task", "incident_update", "review",
    }
)  # fmt: skip
_ELSEWHERE: Final = tuple(table for table in shape.BUSINESS if table not in PARTS)


def _columns(table: str) -> str:
    return ", ".join(f'"{column}"' for column in shape.COLUMNS[table])


_READ: Final = {
    t: f'SELECT {_columns(t)} FROM "{t}" WHERE number = ? ORDER BY {", ".join(shape.KEYS[t])}'  # sql: names of `shape`
    for t in PARTS
}
_WRITE: Final = {
    t: f'INSERT INTO "{t}" ({_columns(t)}) VALUES ({", ".join("?" * len(shape.COLUMNS[t]))})'  # sql: names of `shape`
    for t in (*PARTS, "journal_text")
}
_ENTRIES: Final = (
    f"SELECT {journal.COLUMNS} FROM journal WHERE subject_type = 'ticket' AND subject = ? ORDER BY seq"  # sql: constant
)
_TEXTS: Final = (
    "SELECT t.seq, t.vals, j.ops FROM journal_text t JOIN journal j ON j.seq = t.seq"
    " WHERE j.subject_type = 'ticket' AND j.subject = ? ORDER BY t.seq"
)
BLOBS: Final = "SELECT b.sha256, b.data FROM blob b WHERE b.sha256 IN (SELECT sha256 FROM attachment WHERE number = ?)"


@dataclass(slots=True)
class Bundle:
    """Everything of one ticket: rows by table, journal entries, texts that may move, and the digest of all of it."""

    number: int
    rows: dict[str, list[tuple[Any, ...]]]
    entries: list[tuple[Any, ...]]
    texts: list[tuple[int, str]]
    digest: str


def bundle(conn: sqlite3.Connection, number: int) -> Bundle:
    """Read one ticket whole, as it stands in a desk or in an archive."""
    rows = {table: [tuple(row) for row in conn.execute(_READ[table], (number,))] for table in PARTS}
    # The `ticket.archive` entries themselves stay with the desk: what moved cannot hold its own digest.
    entries = [tuple(row) for row in conn.execute(_ENTRIES, (number,)) if row[6] != OUT]
    # A text about a person stays in the desk, where erasing that person finds it.
    texts = [(seq, vals) for seq, vals, ops in conn.execute(_TEXTS, (number,)) if '["person",' not in ops]
    plain = [rows, [[v.hex() if isinstance(v, bytes) else v for v in entry] for entry in entries], texts]
    digest = hashlib.sha256(journal.canonical(plain).encode("utf-8", "surrogatepass")).hexdigest()
    return Bundle(number, rows, entries, texts, digest)


def leaving(found: Bundle) -> list[RowChange]:
    """The row changes by which a ticket leaves the desk: children first, without texts (these are in the digest)."""
    return [
        RowChange(table, _key(table, row), _without_texts(table, row), None)
        for table in reversed(PARTS)
        for row in found.rows[table]
    ]


def coming(found: Bundle) -> list[RowChange]:
    """The row changes by which a ticket comes back, whole."""
    return [
        RowChange(table, _key(table, row), None, dict(zip(shape.COLUMNS[table], row, strict=True)))
        for table in PARTS
        for row in found.rows[table]
    ]


def _key(table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    named = dict(zip(shape.COLUMNS[table], row, strict=True))
    return tuple(named[key] for key in shape.KEYS[table])


def _without_texts(table: str, row: tuple[Any, ...]) -> dict[str, Any]:
    private = journal.PRIVATE.get(table, frozenset())
    return {c: None if c in private else v for c, v in zip(shape.COLUMNS[table], row, strict=True)}


# -- what may go -------------------------------------------------------------------------------------------------

# An alert stays with the desk, which knows it again when it fires anew, and with it the ticket that it belongs to.
_OLD: Final = (
    "SELECT number FROM ticket WHERE phase = 4 AND deleted_at IS NULL AND closed_at < ?"
    " AND number NOT IN (SELECT number FROM alert WHERE number IS NOT NULL"
    " UNION ALL SELECT number FROM alert_group WHERE number IS NOT NULL) ORDER BY number"
)
_TIES: Final = (
    "SELECT number, parent_number FROM ticket WHERE parent_number IS NOT NULL"
    " UNION ALL SELECT number, merged_into FROM ticket WHERE merged_into IS NOT NULL"
    " UNION ALL SELECT number, other FROM link"
)


@dataclass(slots=True)
class Choice:
    """Which tickets go: groups that hang together, and those that stay with what holds them."""

    groups: list[list[int]] = field(default_factory=list)
    held: dict[int, int] = field(default_factory=dict)


def choose(conn: sqlite3.Connection, before: Instant) -> Choice:
    """Tickets closed before an instant. What hangs together (parent, link, merge) goes together or stays together."""
    old = [n for (n,) in conn.execute(_OLD, (before,))]
    going, ties = set(old), _ties(conn)
    choice = Choice()
    waiting = [n for n in old if any(other not in going for other in ties[n])]
    while waiting:
        number = waiting.pop()
        if number not in going:
            continue
        choice.held[number] = next(other for other in ties[number] if other not in going)
        going.discard(number)
        waiting += [other for other in ties[number] if other in going]
    choice.groups = _groups(sorted(going), ties)
    return choice


def together(conn: sqlite3.Connection, numbers: Iterable[int]) -> list[list[int]]:
    """Groups of tickets that hang together with these, as they stand in an archive."""
    return _groups(sorted(set(numbers)), _ties(conn))


def _ties(conn: sqlite3.Connection) -> dict[int, set[int]]:
    ties: dict[int, set[int]] = defaultdict(set)
    for one, other in conn.execute(_TIES):
        ties[one].add(other)
        ties[other].add(one)
    return ties


def _groups(numbers: list[int], ties: dict[int, set[int]]) -> list[list[int]]:
    groups, seen = [], set()
    for number in numbers:
        if number in seen:
            continue
        group, waiting = [], [number]
        seen.add(number)
        while waiting:
            one = waiting.pop()
            group.append(one)
            for other in ties.get(one, ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        groups.append(sorted(group))
    return groups


# -- the file ----------------------------------------------------------------------------------------------------


def identity(conn: sqlite3.Connection) -> str:
    """What tells one desk from all others: the hash of its first entry."""
    found = conn.execute("SELECT hash FROM journal WHERE seq = 1").fetchone()
    return bytes(found[0]).hex() if found else ""


def default_path(desk: Path) -> Path:
    """Where the archive of a desk lies if nobody says otherwise."""
    return desk.with_name(f"{desk.stem}.archive{desk.suffix or '.db'}")


class Archive:
    """An archive open for writing, locked for oneself until it is closed. Made where there is none.

    Raises StoreFault for a file that is no archive, Conflict for that of another desk, Busy where another move is
    under way.
    """

    def __init__(self, path: Path, desk: sqlite3.Connection) -> None:
        self.path = path
        self._desk = desk
        if not path.exists():
            _create(path, identity(desk))
        self._lock = contextlib.ExitStack()
        self._lock.enter_context(driver.writer_lock(path, 5.0))
        try:
            inspect(path, desk)
            self.conn = driver.connect(path)
            self.conn.execute("PRAGMA foreign_keys = OFF")  # people and teams stand in the desk
            self.settle()
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        """Leave one file, complete by itself, as far as readers allow."""
        with contextlib.suppress(sqlite3.Error):
            self.conn.execute("PRAGMA busy_timeout = 0")
            self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self.conn.close()
        self._lock.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self.conn.execute("BEGIN IMMEDIATE")
            yield
            self.conn.execute("COMMIT")
        except BaseException as error:
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise driver.fault(error, self.path) from error
            raise

    def pending(self) -> list[int]:
        """The tickets of a move that was not finished."""
        found = self.conn.execute("SELECT value FROM meta WHERE key = 'pending'").fetchone()
        return list(json.loads(found[0])) if found else []

    def settle(self) -> list[int]:
        """Finish a move that was cut off; its tickets. What the desk has, the archive drops."""
        numbers = self.pending()
        if numbers:
            here = [n for n in numbers if self._desk.execute("SELECT 1 FROM ticket WHERE number = ?", (n,)).fetchone()]
            with self._transaction():
                self._drop(here)
                self._clear()
        return numbers

    def take(self, bundles: list[Bundle], blobs: Callable[[int], Iterable[tuple[str, bytes]]]) -> None:
        """Copy tickets in and mark them pending, in one transaction that is on the disk when this returns."""
        with self._transaction():
            for found in bundles:
                if self._holds(found):
                    continue
                for table in PARTS:
                    self.conn.executemany(_WRITE[table], found.rows[table])
                self.conn.executemany(journal.INSERT, found.entries)
                self.conn.executemany(_WRITE["journal_text"], found.texts)
                self.conn.executemany("INSERT OR IGNORE INTO blob VALUES (?, ?)", blobs(found.number))
                self._index(found)
            self._mark([found.number for found in bundles])

    def _holds(self, found: Bundle) -> bool:
        """Whether a ticket is here already, as it is there: the desk was restored from a backup before its move.

        Raises Conflict where it is here in another form, which nobody but a person can choose between.
        """
        if self.conn.execute("SELECT 1 FROM ticket WHERE number = ?", (found.number,)).fetchone() is None:
            return False
        if bundle(self.conn, found.number).digest != found.digest:
            raise Conflict(
                N_("the archive {path} holds another form of ticket {number}; move that file away and begin a new one"),
                path=self.path,
                number=found.number,
            )
        return True

    def mark(self, numbers: list[int]) -> None:
        """Mark tickets pending that are about to go back."""
        with self._transaction():
            self._mark(numbers)

    def _mark(self, numbers: list[int]) -> None:
        self.conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('pending', ?)", (json.dumps(numbers),))

    def _clear(self) -> None:
        self.conn.execute("DELETE FROM meta WHERE key = 'pending'")

    def _index(self, found: Bundle) -> None:
        for table in ("ticket", "comment"):
            names = tuple(shape.COLUMNS[table])
            index.add(self.conn, table, [dict(zip(names, row, strict=True)) for row in found.rows[table]])

    def _drop(self, numbers: list[int]) -> None:
        for statement in ("DROP TRIGGER IF EXISTS journal_no_delete", "DROP TRIGGER IF EXISTS journal_no_update"):
            self.conn.execute(statement)
        for number in numbers:
            gone = [
                RowChange(t, _key(t, r), None, None)
                for t in ("ticket", "comment")
                for r in self.conn.execute(_READ[t], (number,))
            ]
            with index.reindex(self.conn, gone):
                self.conn.execute(
                    "DELETE FROM journal_text WHERE seq IN (SELECT seq FROM journal WHERE subject_type = 'ticket' AND subject = ?)",
                    (number,),
                )
                self.conn.execute("DELETE FROM journal WHERE subject_type = 'ticket' AND subject = ?", (number,))
                for table in reversed(PARTS):
                    self.conn.execute(f'DELETE FROM "{table}" WHERE number = ?', (number,))  # sql: our names
        self.conn.execute("DELETE FROM blob WHERE sha256 NOT IN (SELECT sha256 FROM attachment)")


def _create(path: Path, desk: str) -> None:
    with publish.work_folder(path.parent) as folder:
        made = folder / "archive.db"
        with contextlib.closing(driver.connect(made)) as conn:
            schema.create(conn)
            conn.execute("INSERT INTO meta (key, value) VALUES ('archive_of', ?)", (desk,))
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        publish.publish(made, path)


def inspect(path: Path, desk: sqlite3.Connection) -> None:
    """Raise StoreFault where a file is no archive this program can read, Conflict where it is that of another desk."""
    try:
        with contextlib.closing(driver.open_to_read(path)) as conn:
            application = conn.execute("PRAGMA application_id").fetchone()[0]
            version = schema.found_version(conn)
            if application != APPLICATION_ID:
                raise StoreFault(N_("{path} is no archive and was left alone"), path=path)
            if version != schema.SCHEMA_VERSION:
                raise StoreFault(
                    N_("the archive {path} has schema {found}; this program reads {known}"),
                    path=path, found=version, known=schema.SCHEMA_VERSION,
                )  # fmt: skip
            owner = conn.execute("SELECT value FROM meta WHERE key = 'archive_of'").fetchone()
            if owner is None or owner[0] != identity(desk):
                raise Conflict(N_("{path} is the archive of another desk"), path=path)
    except sqlite3.Error as error:
        raise driver.fault(error, path) from error


class ArchiveStore(Store):
    """An archive for reading: its tickets, with people, teams and services as the desk knows them now."""

    def __init__(self, path: Path, desk: Store) -> None:
        self._desk = desk.path
        inspect(path, desk.reader())
        super().__init__(path)
        self.freeze(FROZEN)

    def _prepare(self, say: Callable[[str], None] | None) -> None:
        """Nothing to make or to upgrade."""

    def _open(self) -> sqlite3.Connection:
        conn = driver.connect(self.path, read_only=True)
        conn.execute("ATTACH ? AS desk", (self._desk.resolve().as_uri() + "?mode=ro",))
        for table in _ELSEWHERE:
            conn.execute(f'CREATE TEMP VIEW "{table}" AS SELECT * FROM desk."{table}"')  # sql: names of `shape`
        with self._guard:
            self._all.append(conn)
        return conn


def settle(path: Path, desk: sqlite3.Connection) -> None:
    """Finish a move that was cut off, if nobody else is at it; otherwise it is theirs to finish."""
    with contextlib.closing(driver.open_to_read(path)) as conn:
        if conn.execute("SELECT 1 FROM meta WHERE key = 'pending'").fetchone() is None:
            return
    with contextlib.suppress(Busy), Archive(path, desk):
        return


# -- proof -------------------------------------------------------------------------------------------------------

_MOVES: Final = (
    "SELECT subject, verb, reasons FROM journal WHERE verb IN ('ticket.archive', 'ticket.unarchive') ORDER BY seq"
)


def away(conn: sqlite3.Connection) -> dict[int, str]:
    """The tickets that the desk's journal says are in the archive, with the digest of what went."""
    out: dict[int, str] = {}
    for number, name, reasons in conn.execute(_MOVES):
        if name == OUT:
            out[number] = next((r.get("sha256", "") for r in json.loads(reasons)), "")
        else:
            out.pop(number, None)
    return out


def verify(path: Path, desk: sqlite3.Connection, progress: Progress | None = None) -> list[tuple[int, StoreFault]]:
    """`(ticket, what is wrong)`: every ticket that left must be in the archive as it left, and nothing else.

    Number 0 stands for the file. Raises what `inspect` raises.
    """
    inspect(path, desk)
    wrong: list[tuple[int, StoreFault]] = []
    with contextlib.closing(driver.connect(path, read_only=True)) as conn:
        conn.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        wrong += [
            (0, StoreFault(N_("{error}"), error=row[0]))
            for row in conn.execute("PRAGMA integrity_check(20)")
            if row[0] != "ok"
        ]
        expected = away(desk)
        pending = conn.execute("SELECT value FROM meta WHERE key = 'pending'").fetchone()
        moving = set(json.loads(pending[0])) if pending else set()
        here = [n for (n,) in conn.execute("SELECT number FROM ticket ORDER BY number")]
        for done, number in enumerate(here):
            if number in moving:
                continue
            if number not in expected:
                wrong.append((number, StoreFault(N_("the desk knows of no such move"))))
            elif bundle(conn, number).digest != expected[number]:
                wrong.append((number, StoreFault(N_("it is not as it left the desk"))))
            if progress is not None and done % 100 == 0:
                progress(done, len(here))
        wrong += [(number, StoreFault(N_("it is missing"))) for number in sorted(set(expected) - set(here) - moving)]
        for sha, data in conn.execute("SELECT sha256, data FROM blob"):
            if hashlib.sha256(data).hexdigest() != sha:
                wrong.append((0, StoreFault(N_("attachment {sha} is not as it was"), sha=sha)))
    return wrong
