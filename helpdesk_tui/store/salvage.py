"""A new desk from what is left of a damaged file: row by row from its pages, and from its journal where rows are gone.

Nothing of the damaged file is trusted but what fits: a row must have the shape of its table, a journal entry its own
hash. Where the journal is whole, the rows are made to be what it says, and nothing of them is lost. Where it has
gaps, the rows stand as they were found, and what the journal still knows fills the holes.
"""

import contextlib
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.store import driver, index, journal, pagefile, publish, rowcheck, schema, shape, tokens
from helpdesk_tui.vocabulary.errors import Conflict, StoreFault
from helpdesk_tui.vocabulary.i18n import N_

Progress = Callable[[int, int | None], None]
_NOT_TAKEN: Final = frozenset({"tally", "presence", "person_key", "alembic_version"})
"""Made anew, or of no worth in another file."""
LOST: Final = "[lost]"
_RANGES: Final = 50


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str
    required: bool
    alias: bool


@dataclass(slots=True)
class Report:
    """What came of it. Counts are by table; `gaps` are the journal's lost entries as `[first, last]`."""

    pages: int = 0
    unreadable: int = 0
    found: Counter[str] = field(default_factory=Counter)
    rebuilt: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    cut: int = 0
    unplaced: int = 0
    references: int = 0
    gaps: list[list[int]] = field(default_factory=list)
    texts_lost: int = 0
    blobs: int = 0
    verdict: journal.Verdict | None = None

    @property
    def whole(self) -> bool:
        """Whether the journal is whole, so that every row is as it was."""
        return self.verdict is not None and self.verdict.ok and not self.gaps

    @property
    def complete(self) -> bool:
        """Whether nothing at all is lost."""
        return self.whole and not self.texts_lost and not self.references and not self.blobs

    def data(self) -> dict[str, Any]:
        """For machines."""
        chain = self.verdict
        return {
            "complete": self.complete,
            "pages": self.pages,
            "unreadable": self.unreadable,
            "found": dict(self.found),
            "rebuilt": dict(self.rebuilt),
            "mended": dict(self.mended),
            "dropped": dict(self.dropped),
            "cut": self.cut,
            "unplaced": self.unplaced,
            "references": self.references,
            "lost_entries": self.gaps,
            "lost_texts": self.texts_lost,
            "lost_attachments": self.blobs,
            "chain": chain is not None and chain.ok,
            "first_bad": None if chain is None else chain.first_bad,
            "why": None if chain is None else chain.why,
        }


def salvage(source: Path, target: Path, progress: Progress | None = None) -> Report:
    """Read what is left of `source` into the new desk file `target`. The source is only read.

    Raises Conflict where `target` exists, StoreFault where nothing of a desk is found or writing fails.
    """
    if target.exists() or target.is_symlink():
        raise Conflict(N_("{path} exists already and was left alone; name another file"), path=target)
    try:
        file = pagefile.PageFile(source)
    except OSError as error:
        raise StoreFault(N_("{path} cannot be read: {error}"), path=source, error=error.strerror or error) from error
    try:
        with publish.work_folder(target.parent) as folder, contextlib.closing(file):
            made = folder / "salvaged.db"
            report = _into(file, made, progress)
            if not report.found:
                raise StoreFault(N_("{path} holds nothing of a desk; restore a backup"), path=source)
            publish.publish(made, target)
    except sqlite3.Error as error:
        raise driver.fault(error, target) from error
    return report


def _into(file: pagefile.PageFile, made: Path, progress: Progress | None) -> Report:
    report = Report(pages=file.count)
    with contextlib.closing(driver.connect(made)) as conn:
        schema.create(conn)
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("DELETE FROM journal_head")
        conn.execute("DELETE FROM meta")
        _Rows(file, conn, report, progress).read()
        _sift_journal(conn, report)
        _sift_documents(conn, report)
        _head(conn, report)
        _told(conn, progress)
        _match(conn, report)
        _references(conn, report)
        report.blobs = conn.execute(_WITHOUT_BYTES).fetchone()[0]
        index.rebuild(conn)
        index.recount(conn)
        _counters(conn)
        conn.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('tokeniser', ?)", (tokens.TOKENISER,))
        conn.execute("COMMIT")
        report.verdict = journal.verify(conn)
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        conn.execute("PRAGMA journal_mode = DELETE").fetchone()
    publish.sync(made)
    return report


# -- rows from pages ---------------------------------------------------------------------------------------------


class _Rows:
    """Finds the rows of every table and puts them into the new file."""

    def __init__(
        self, file: pagefile.PageFile, conn: sqlite3.Connection, report: Report, progress: Progress | None
    ) -> None:
        self._file, self._conn, self._report, self._progress = file, conn, report, progress
        self._columns = {table: _columns(conn, table) for table in shape.COLUMNS if table not in _NOT_TAKEN}
        self._cut: list[tuple[str, list[Any]]] = []

    def read(self) -> None:
        """First what the tree still leads to, then pages that nothing leads to, last the rows that are cut."""
        claimed: set[int] = set()
        for table, root in self._roots():
            for page in pagefile.tree(self._file, root):
                if page in claimed:
                    continue
                claimed.add(page)
                if table in self._columns:
                    self._page(page, table, claimed)
        for page in range(1, self._file.count + 1):
            if page not in claimed:
                kind = self._file.kind(page)
                if kind == pagefile.LEAF:
                    self._page(page, None, claimed)
                elif kind not in (0, 2, 5, 10) and len(self._file.page(page)) == self._file.page_size:
                    self._report.unreadable += 1
            if self._progress is not None and page % 500 == 0:
                self._progress(page, self._file.count)
        for table, values in self._cut:
            self._report.cut += self._put(table, values)

    def _roots(self) -> Iterator[tuple[str, int]]:
        """What the list of tables says, as far as it can be read; `""` for what is no table of ours."""
        for page in pagefile.tree(self._file, 1):
            for cell in self._file.leaf(page):
                with contextlib.suppress(pagefile.Damaged, ValueError, TypeError):
                    kind, name, _table, root, _sql = pagefile.decode(cell.record, whole=cell.whole)
                    if kind == "table" and type(root) is int and 1 < root <= self._file.count:
                        yield (name if name in self._columns else ""), root

    def _page(self, page: int, table: str | None, claimed: set[int]) -> None:
        for cell in self._file.leaf(page):
            claimed.update(cell.pages)
            try:
                values = pagefile.decode(cell.record, whole=cell.whole)
            except (pagefile.Damaged, OverflowError):
                continue
            names = self._fitting(cell.rowid, values, table)
            if len(names) != 1:
                self._report.unplaced += len(names) > 1
                continue
            filled = self._filled(names[0], cell.rowid, values)
            if cell.whole:
                self._put(names[0], filled)
            else:
                self._cut.append((names[0], filled))

    def _fitting(self, rowid: int, values: list[Any], table: str | None) -> list[str]:
        """The tables whose shape a record has: of one that the tree named, only that one."""
        names = [table] if table is not None else list(self._columns)
        return [name for name in names if _fits(self._columns[name], rowid, values, strict=table is None)]

    def _filled(self, table: str, rowid: int, values: list[Any]) -> list[Any]:
        columns = self._columns[table]
        row = [rowid if column.alias else value for column, value in zip(columns, values, strict=False)]
        # What a cut row has lost at its end.
        return row + [("" if c.required else None) for c in columns[len(row) :]]

    def _put(self, table: str, row: list[Any]) -> int:
        marks = ", ".join("?" * len(row))
        done = self._conn.execute(f'INSERT OR IGNORE INTO "{table}" VALUES ({marks})', row).rowcount  # sql: our names
        self._report.found[table] += done
        return done


def _columns(conn: sqlite3.Connection, table: str) -> list[_Column]:
    info = [*conn.execute("SELECT name, type, [notnull], pk FROM pragma_table_info(?) ORDER BY cid", (table,))]
    keys = sum(1 for row in info if row[3])
    return [
        _Column(name, kind.partition("(")[0], bool(required), bool(pk and keys == 1 and kind == "INTEGER"))
        for name, kind, required, pk in info
    ]


def _fits(columns: list[_Column], rowid: int, values: list[Any], *, strict: bool) -> bool:
    if len(values) > len(columns) or (strict and len(values) != len(columns)) or not values:
        return False
    for column, value in zip(columns, values, strict=False):
        if column.alias:
            if value not in (None, 0) or rowid < 0:
                return False
        elif value is None:
            if column.required:
                return False
        elif type(value) is not {"INTEGER": int, "BOOLEAN": int, "BLOB": bytes}.get(column.kind, str) or (
            column.kind == "BOOLEAN" and value not in (0, 1)
        ):
            return False
    return True


# -- the journal -------------------------------------------------------------------------------------------------


def _sift_journal(conn: sqlite3.Connection, report: Report) -> None:
    """Leave out entries that are not what their hash says, and find the gaps."""
    for statement in ("DROP TRIGGER journal_no_delete", "DROP TRIGGER journal_no_update"):
        conn.execute(statement)
    expected, damaged = 1, []
    for record in conn.execute(f"SELECT {journal.COLUMNS} FROM journal ORDER BY seq"):  # sql: constant
        try:
            good = journal.digest(record[13], tuple(record[:11]), record[11], record[12]) == record[14]
        except (TypeError, ValueError):
            good = False
        if not good:
            damaged.append(record[0])
            continue
        if record[0] > expected:
            _gap(report, expected, record[0] - 1)
        expected = record[0] + 1
    for seq in damaged:
        conn.execute("DELETE FROM journal WHERE seq = ?", (seq,))
        report.dropped["journal"] += 1
    conn.execute("DELETE FROM journal_text WHERE seq NOT IN (SELECT seq FROM journal)")
    bad = []
    for seq, vals in conn.execute("SELECT seq, vals FROM journal_text"):
        try:
            if not all(len(text) == 2 and type(text[1]) is str for text in json.loads(vals)):
                bad.append(seq)
        except (ValueError, TypeError):
            bad.append(seq)
    conn.executemany("DELETE FROM journal_text WHERE seq = ?", [(seq,) for seq in bad])
    from helpdesk_tui.store import extras

    for statement in extras.GUARD[:2]:
        conn.execute(statement)


def _sift_documents(conn: sqlite3.Connection, report: Report) -> None:
    """Leave out policies and attached bytes that are not what their digest says; the journal may still have the first."""
    for table, key, sql in (
        ("policy_version", "version", "SELECT version, document, sha256 FROM policy_version"),
        ("blob", "sha256", "SELECT sha256, data, sha256 FROM blob"),
    ):
        for name, content, sha in conn.execute(sql).fetchall():
            raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
            if hashlib.sha256(raw).hexdigest() != sha:
                report.dropped[table] += conn.execute(
                    f'DELETE FROM "{table}" WHERE "{key}" = ?', (name,)
                ).rowcount  # sql: our names


def _gap(report: Report, first: int, last: int) -> None:
    if len(report.gaps) < _RANGES:
        report.gaps.append([first, last])
    else:
        report.gaps[-1][1] = last


def _head(conn: sqlite3.Connection, report: Report) -> None:
    """The head is the last entry there is; one that the old head knew beyond it is lost."""
    known = conn.execute("SELECT max(seq) FROM journal_head WHERE id = 1").fetchone()[0] or 0
    last = conn.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone() or (0, journal.GENESIS)
    if last[0] < known < last[0] + 1_000_000:
        _gap(report, last[0] + 1, known)
    conn.execute("DELETE FROM journal_head")
    conn.execute("INSERT INTO journal_head (id, seq, hash) VALUES (1, ?, ?)", last)


# -- rows from the journal ---------------------------------------------------------------------------------------

_STREAM: Final = "SELECT j.ops, t.vals FROM journal j LEFT JOIN journal_text t ON t.seq = j.seq ORDER BY j.seq"


def _told(conn: sqlite3.Connection, progress: Progress | None) -> None:
    """What the journal says of every row, in a temporary table: its last state as JSON, null where it was removed."""
    conn.execute("CREATE TEMP TABLE told (tbl TEXT, key TEXT, row TEXT, PRIMARY KEY (tbl, key)) WITHOUT ROWID")
    for n, (ops, vals) in enumerate(conn.execute(_STREAM)):
        texts = json.loads(vals) if vals else []
        for table, key, before, after in json.loads(ops):
            if table not in shape.BUSINESS:
                continue
            place = (table, json.dumps(key))
            if after is None:
                state = None
            else:
                row = {column: _value(value, texts) for column, value in after.items()}
                if before is not None:
                    known = conn.execute("SELECT row FROM told WHERE tbl = ? AND key = ?", place).fetchone()
                    row = {**(json.loads(known[0]) if known and known[0] else {}), **row}
                state = json.dumps(row)
            conn.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", (*place, state))
        if progress is not None and n % 1_000 == 0:
            progress(n, None)


def _value(value: Any, texts: list[list[Any]]) -> Any:
    if type(value) is dict:
        place = value["#"][0]
        return texts[place][1] if place < len(texts) else LOST
    return value


def _match(conn: sqlite3.Connection, report: Report) -> None:
    """Bring rows and journal together: the journal decides where it is whole, else what was found does."""
    whole = (
        not report.gaps and not report.dropped["journal"] and journal.verify(conn).why in (None, "a text is missing")
    )
    for table in shape.BUSINESS:
        columns, keys = tuple(shape.COLUMNS[table]), shape.KEYS[table]
        here = {json.dumps([row[columns.index(k)] for k in keys]) for row in conn.execute(rowcheck.select(table))}
        for key, state in conn.execute("SELECT key, row FROM told WHERE tbl = ?", (table,)).fetchall():
            told = None if state is None else {c: json.loads(state).get(c) for c in columns}
            if key not in here:
                if told is not None and all(told[k] is not None for k in keys):
                    report.rebuilt[table] += _insert(conn, table, told, report)
                continue
            here.discard(key)
            if told is None and whole:
                report.dropped[table] += _remove(conn, table, key)
            elif told is not None and whole:
                _mend(conn, table, key, told, report)
        if whole:
            for key in here:
                report.dropped[table] += _remove(conn, table, key)


def _where(table: str) -> str:
    return " AND ".join(f'"{key}" = ?' for key in shape.KEYS[table])


def _insert(conn: sqlite3.Connection, table: str, row: dict[str, Any], report: Report) -> int:
    report.texts_lost += sum(value == LOST for value in row.values())
    filled = [
        shape.COLUMNS[table][c] if v is None and shape.COLUMNS[table][c] is not None else v for c, v in row.items()
    ]
    marks = ", ".join("?" * len(filled))
    return conn.execute(f'INSERT OR IGNORE INTO "{table}" VALUES ({marks})', filled).rowcount  # sql: our names


def _remove(conn: sqlite3.Connection, table: str, key: str) -> int:
    return conn.execute(f'DELETE FROM "{table}" WHERE {_where(table)}', json.loads(key)).rowcount  # sql: our names


def _mend(conn: sqlite3.Connection, table: str, key: str, told: dict[str, Any], report: Report) -> None:
    """Make a row what a whole journal says; a text that only the row has kept stays."""
    columns = tuple(shape.COLUMNS[table])
    row = conn.execute(f"{rowcheck.select(table)} WHERE {_where(table)}", json.loads(key)).fetchone()  # sql: our names
    wrong = [c for c, v in zip(columns, row, strict=True) if told[c] != LOST and not rowcheck.same(v, told[c])]
    for column in wrong:
        with contextlib.suppress(sqlite3.IntegrityError):
            sql = f'UPDATE "{table}" SET "{column}" = ? WHERE {_where(table)}'  # sql: our names
            conn.execute(sql, (told[column], *json.loads(key)))
    report.mended[table] += bool(wrong)


# -- what must hold in a desk ------------------------------------------------------------------------------------


def _references(conn: sqlite3.Connection, report: Report) -> None:
    """A reference to a row that is lost becomes empty; a row that is nothing without it goes."""
    for _round in range(len(shape.BUSINESS)):
        broken = conn.execute("PRAGMA foreign_key_check").fetchall()
        if not broken:
            return
        for table, rowid, _parent, place in broken:
            link = next(
                r for r in conn.execute("SELECT id, [from] FROM pragma_foreign_key_list(?)", (table,)) if r[0] == place
            )
            column = next(c for c in _columns(conn, table) if c.name == link[1])
            if column.required:
                report.dropped[table] += conn.execute(
                    f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,)
                ).rowcount  # sql: our names
            else:
                sql = f'UPDATE "{table}" SET "{column.name}" = NULL WHERE rowid = ?'  # sql: our names
                report.references += conn.execute(sql, (rowid,)).rowcount


_WITHOUT_BYTES: Final = "SELECT count(*) FROM attachment WHERE sha256 NOT IN (SELECT sha256 FROM blob)"


def _counters(conn: sqlite3.Connection) -> None:
    """No number is ever given twice: the greatest that is known anywhere."""
    for table in shape.BUSINESS:
        keys = shape.KEYS[table]
        if len(keys) != 1 or table == "comment":
            continue
        greatest = conn.execute(f'SELECT max("{keys[0]}") FROM "{table}"').fetchone()[0]  # sql: our names
        told = conn.execute(
            "SELECT max(CAST(trim(key, '[]') AS INTEGER)) FROM told WHERE tbl = ?", (table,)
        ).fetchone()[0]
        value = max(v for v in (greatest, told, 0) if type(v) is int)
        if value:
            conn.execute(
                "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
                (table, value),
            )
