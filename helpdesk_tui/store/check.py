"""Whether a desk file is sound: its pages, references, chain, rows, search index, and (deep) every search term.

SQLite's own check finds a damaged structure, not a changed letter. The journal finds those: what the rows must be
follows from it (`rowcheck`), and it proves itself by its chain. The file is only read, on a connection of its own and
in one snapshot, so a desk in use can be checked.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.store import driver, journal, rowcheck, schema
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _

Progress = Callable[[int, int | None], None]
MOST: Final = 20
"""Problems told of each part; the rest is counted."""
RESTORE: Final = N_("stop writing to it and restore the last good backup: helpdesk db restore FILE")
REBUILD: Final = N_("the texts themselves are whole; write index and counts anew: helpdesk db reindex")
_AUDIT: Final = N_(
    "keep this file as evidence and compare it with a backup or an anchor: helpdesk audit verify --anchor"
)
_PARTS: Final = ("file", "pages", "references", "journal", "rows", "search", "attachments", "counts", "archive")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which part, where (inert, for machines and people alike), what, and what to do."""

    part: str
    where: str
    what: str
    advice: str
    params: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, str]:
        """For machines, in English."""
        return {
            "part": self.part,
            "where": self.where,
            "what": DeskError(self.what, **self.params).english,
            "advice": self.advice,
        }

    def line(self) -> str:
        """For people, in their language."""
        return f"{self.where}: {DeskError(self.what, **self.params)}; {_(self.advice)}"


@dataclass(slots=True)
class Findings:
    """What a check found. `parts` says of each part that was looked at whether it is sound."""

    deep: bool
    parts: dict[str, bool] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    entries: int = 0
    head: str = ""
    rows: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def add(self, part: str, problems: list[Problem]) -> None:
        """Note a part with what is wrong in it."""
        self.parts[part] = not problems
        self.problems += problems[:MOST]
        if len(problems) > MOST:
            more = N_("and {n} more of this kind")
            self.problems.append(Problem(part, part, more, problems[0].advice, {"n": len(problems) - MOST}))

    def data(self) -> dict[str, Any]:
        """For machines: `{"ok", "deep", one bool a part, "entries", "head", "compared", "problems": [{…}]}`."""
        return {
            "ok": self.ok,
            "deep": self.deep,
            **{part: self.parts[part] for part in _PARTS if part in self.parts},
            "entries": self.entries,
            "head": self.head,
            "compared": self.rows,
            "problems": [p.data() for p in self.problems],
        }


def check(path: Path, *, deep: bool = False, progress: Progress | None = None) -> Findings:
    """Check a desk file. A file that cannot be opened at all is a finding, too; only a missing one raises StoreFault."""
    found = Findings(deep)
    try:
        from helpdesk_tui.store.migrate import look

        state, version = look(path)
        schema.refuse(state, path, version)
    except DeskError as error:
        if not path.exists():
            raise
        found.add("file", [Problem("file", str(path), error.message, RESTORE, error.params)])
        return found
    try:
        conn = driver.connect(path, read_only=True)
    except DeskError as error:
        found.add("file", [Problem("file", str(path), error.message, RESTORE, error.params)])
        return found
    with contextlib.closing(conn):
        _all_parts(conn, found, state is schema.SchemaState.CURRENT, progress)
    return found


def _all_parts(conn: sqlite3.Connection, found: Findings, current: bool, progress: Progress | None) -> None:
    # A damaged text must come as what it is, not as an error of the reader.
    conn.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    parts: list[tuple[str, str, Callable[[], list[Problem]]]] = [
        ("pages", RESTORE, lambda: _pages(conn)),
        ("references", RESTORE, lambda: _references(conn)),
        ("journal", _AUDIT, lambda: _journal(conn, found, progress)),
    ]
    if current:
        parts += [
            ("rows", RESTORE, lambda: _rows(conn, found, progress)),
            ("search", REBUILD, lambda: _search(conn, found.deep, progress)),
        ]
    if current and found.deep:
        parts += [
            ("attachments", RESTORE, lambda: _attachments(conn)),
            ("counts", REBUILD, lambda: _counts(conn)),
        ]
    with contextlib.suppress(sqlite3.Error):
        conn.execute("BEGIN")
    for part, advice, look in parts:
        try:
            found.add(part, look())
        except (sqlite3.Error, ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            found.add(part, [Problem(part, part, N_("cannot be read: {error}"), advice, {"error": error})])


def _pages(conn: sqlite3.Connection) -> list[Problem]:
    rows = [str(row[0]) for row in conn.execute("PRAGMA integrity_check(100)")]
    return [Problem("pages", "file", N_("{error}"), RESTORE, {"error": text}) for text in rows if text != "ok"]


def _references(conn: sqlite3.Connection) -> list[Problem]:
    return [
        Problem("references", f"{table} row {row}", N_("it refers to a missing {parent}"), RESTORE, {"parent": parent})
        for table, row, parent, _constraint in conn.execute("PRAGMA foreign_key_check")
    ]


_ORPHANS: Final = (
    "SELECT seq FROM journal_text t WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.seq = t.seq) LIMIT 100"
)


def _journal(conn: sqlite3.Connection, found: Findings, progress: Progress | None) -> list[Problem]:
    verdict = journal.verify(conn, None if progress is None else lambda n: progress(n, None))
    found.entries, found.head = verdict.entries, verdict.head
    problems = [
        Problem("journal", f"journal entry {seq}", N_("texts without an entry"), _AUDIT)
        for (seq,) in conn.execute(_ORPHANS)
    ]
    if not verdict.ok:
        what = N_("it is not as it was written: {why}")
        problems.insert(0, Problem("journal", f"journal entry {verdict.first_bad}", what, _AUDIT, {"why": verdict.why}))
    return problems


def _rows(conn: sqlite3.Connection, found: Findings, progress: Progress | None) -> list[Problem]:
    compared = rowcheck.compare(conn, progress)
    found.rows = compared.rows
    problems = [
        Problem("journal", f"journal entry {seq}", N_("its texts are not as they were written"), _AUDIT)
        for seq in compared.odd_texts
    ]
    for fault in compared.faults:
        where = f"{fault.table} {', '.join(map(str, fault.key))}"
        if fault.kind == "missing":
            problems.append(Problem("rows", where, N_("the row is missing"), RESTORE))
        elif fault.kind == "extra":
            problems.append(Problem("rows", where, N_("the journal knows no such row"), RESTORE))
        else:
            what = N_("the row differs from the journal in {columns}")
            problems.append(Problem("rows", where, what, RESTORE, {"columns": ", ".join(fault.columns)}))
    if compared.more:
        what = N_("and at least {n} more of this kind")
        problems.append(Problem("rows", "rows", what, RESTORE, {"n": compared.more}))
    return problems


# -- the search index --------------------------------------------------------------------------------------------

# The index's own list of documents, against the rows that must be documents.
_UNLISTED: Final = (
    (
        "ticket",
        "SELECT number FROM ticket WHERE NOT EXISTS (SELECT 1 FROM search_text_docsize d WHERE d.id = number << 20)",
    ),
    (
        "comment",
        "SELECT id FROM comment WHERE kind <> 'note' AND NOT EXISTS (SELECT 1 FROM search_text_docsize d WHERE d.id = comment.id)",
    ),
    (
        "comment",
        "SELECT id FROM comment WHERE kind = 'note' AND NOT EXISTS (SELECT 1 FROM search_note_docsize d WHERE d.id = comment.id)",
    ),
)
_SURPLUS: Final = (
    (
        "search_text",
        (
            "SELECT id FROM search_text_docsize d WHERE CASE WHEN id & 1048575 THEN"
            " NOT EXISTS (SELECT 1 FROM comment c WHERE c.id = d.id AND c.kind <> 'note')"
            " ELSE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.number = d.id >> 20) END"
        ),
    ),
    (
        "search_note",
        "SELECT id FROM search_note_docsize d WHERE NOT EXISTS (SELECT 1 FROM comment c WHERE c.id = d.id AND c.kind = 'note')",
    ),
)


def _search(conn: sqlite3.Connection, deep: bool, progress: Progress | None) -> list[Problem]:
    problems = [
        Problem("search", f"{table} {key}", N_("it cannot be found: the search index does not list it"), REBUILD)
        for table, sql in _UNLISTED
        for (key,) in conn.execute(sql)
    ]
    problems += [
        Problem("search", f"{table} {key}", N_("the search index lists what is not there"), REBUILD)
        for table, sql in _SURPLUS
        for (key,) in conn.execute(sql)
    ]
    if deep and not problems:
        from helpdesk_tui.store import people_index, termcheck

        problems += [
            Problem("search", f"person {key}", N_("people are looked up by what no longer stands in the row"), REBUILD)
            for key in people_index.differing(conn)
        ]

        for table, term, document in termcheck.compare(conn, progress):
            what = N_("the search index differs from the texts at {term}")
            problems.append(Problem("search", f"{table} {document}", what, REBUILD, {"term": term}))
    return problems


# -- what only the deep form looks at ----------------------------------------------------------------------------

_ORPHANED: Final = (
    "SELECT id, name, sha256 FROM attachment a WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = a.sha256)"
)


def _attachments(conn: sqlite3.Connection) -> list[Problem]:
    problems = [
        Problem("attachments", f"attachment {key}", N_("its bytes are missing"), RESTORE)
        for key, _name, _sha in conn.execute(_ORPHANED)
    ]
    for sha, data in conn.execute("SELECT sha256, data FROM blob"):
        if not isinstance(data, bytes) or hashlib.sha256(data).hexdigest() != sha:
            problems.append(
                Problem("attachments", f"blob {sha}", N_("its bytes are not those that were attached"), RESTORE)
            )
    return problems


_TALLIES: Final = (
    "SELECT team, assignee, phase FROM (SELECT team_id AS team, assignee_id AS assignee, phase, n FROM tally"
    " UNION ALL SELECT ifnull(team_id, 0), ifnull(assignee_id, 0), phase, -1 FROM ticket WHERE deleted_at IS NULL)"
    " GROUP BY team, assignee, phase HAVING sum(n) <> 0"
)


def _counts(conn: sqlite3.Connection) -> list[Problem]:
    problems = [
        Problem("counts", f"tally {team}/{assignee}/{phase}", N_("the count differs from the tickets"), REBUILD)
        for team, assignee, phase in conn.execute(_TALLIES)
    ]
    for name, greatest in _greatest(conn):
        row = conn.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
        if greatest and (row is None or not isinstance(row[0], int) or row[0] < greatest):
            problems.append(
                Problem(
                    "counts", f"counter {name}", N_("numbers up to {n} are given out already"), RESTORE, {"n": greatest}
                )
            )
    return problems


_GREATEST: Final = {
    "ticket": "SELECT max(number) FROM ticket",
    "person": "SELECT max(id) FROM person",
    "attachment": "SELECT max(id) FROM attachment",
    "team": "SELECT max(id) FROM team",
    "service": "SELECT max(id) FROM service",
}


def _greatest(conn: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    for name, sql in _GREATEST.items():
        yield name, conn.execute(sql).fetchone()[0] or 0


def check_archive(path: Path, archive: Path | None, found: Findings, progress: Progress | None = None) -> None:
    """Add to the findings of a desk whether everything that it moved into its archive is there as it left."""
    from helpdesk_tui.store import archive as archives

    try:
        with contextlib.closing(driver.connect(path, read_only=True)) as conn:
            if archive is None and not archives.away(conn):
                return
            if archive is None or not archive.exists():
                what = N_("the archive is missing, and {n} tickets are in it")
                number = {"n": len(archives.away(conn))}
                found.add("archive", [Problem("archive", str(archive or "-"), what, _BRING, number)])
                return
            wrong = archives.verify(archive, conn, progress)
    except (DeskError, sqlite3.Error, ValueError, TypeError) as error:
        cannot = N_("cannot be read: {error}")
        found.add("archive", [Problem("archive", str(archive), cannot, _BRING, {"error": error})])
        return
    found.add(
        "archive",
        [Problem("archive", f"ticket {n}" if n else str(archive), w.message, _BRING, w.params) for n, w in wrong],
    )


_BRING: Final = N_("put a good copy of the archive file in its place, then look again: helpdesk db check --deep")
