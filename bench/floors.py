"""The floor: the same file and pragmas, hand-written SQL, plain tuples; nothing but `sqlite3` and what a proof needs.

Each function does what one measured piece of the desk does and no more: same rows read, same rows written, the same
journal entries with the same canonical JSON and hash chain, transactions of the same size.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PRAGMAS: Final = (
    "foreign_keys = ON", "recursive_triggers = ON", "synchronous = FULL", "wal_autocheckpoint = 0", "journal_size_limit = 67108864", "trusted_schema = OFF",
    "cell_size_check = ON", "secure_delete = ON", "mmap_size = 0", "cache_size = -16384", "temp_store = MEMORY",
)  # fmt: skip
# Bytes of the log beyond which a writer moves it, as the desk's own do.
LOG: Final = 1_000 * 4096
ROW: Final = (
    "t.number, t.kind, t.state, t.phase, t.priority, substr(t.title, 1, 400), s.code, g.code, coalesce(a.login, a.name),"
    " coalesce(r.name, r.email), t.created_at, t.updated_at, t.due_at, t.warn_at, t.sla_run, t.major, t.version,"
    " t.assignee_id, t.team_id, t.category, t.impact, t.urgency, t.channel, t.pinned"
)
FROM: Final = (
    " FROM ticket t LEFT JOIN service s ON s.id = t.service_id LEFT JOIN team g ON g.id = t.team_id"
    " LEFT JOIN person a ON a.id = t.assignee_id LEFT JOIN person r ON r.id = t.requester_id WHERE "
)
OPEN: Final = "t.phase < 3 AND t.deleted_at IS NULL"
QUEUE: Final = " ORDER BY -t.priority, t.due_at, t.number LIMIT ?"


def connect(path: Path) -> sqlite3.Connection:
    """A raw connection with the desk's own pragmas."""
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        conn.execute(f"PRAGMA {pragma}")
    return conn


def page(conn: sqlite3.Connection, where: str, order: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    """A page of rows."""
    return conn.execute(f"SELECT {ROW}{FROM}{where}{order}", tuple(params)).fetchall()


_TICKET: Final = (
    "SELECT t.*, s.code, c.name, coalesce(r.email, r.login, r.name), g.code, coalesce(a.login, a.email, a.name) FROM ticket t"
    " LEFT JOIN service s ON s.id = t.service_id LEFT JOIN configuration_item c ON c.id = t.ci_id"
    " LEFT JOIN person r ON r.id = t.requester_id LEFT JOIN person a ON a.id = t.assignee_id LEFT JOIN team g ON g.id = t.team_id WHERE t.number = ?"
)
_TAGS: Final = "SELECT tag FROM ticket_tag WHERE number = ? ORDER BY tag"
_TALK: Final = (
    "SELECT c.id, c.number, c.kind, c.author_id, coalesce(p.name, p.login), c.created_at, c.body, c.channel"
    " FROM comment c LEFT JOIN person p ON p.id = c.author_id WHERE c.id BETWEEN ? AND ? ORDER BY c.id"
)


def ticket(conn: sqlite3.Connection, number: int) -> tuple[Any, ...]:
    """One ticket, its tags and its comments."""
    row = conn.execute(_TICKET, (number,)).fetchone()
    tags = conn.execute(_TAGS, (number,)).fetchall()
    low = number << 20
    return row, tags, conn.execute(_TALK, (low, low + (1 << 20) - 1)).fetchall()


_POOLED: Final = (
    "SELECT rowid >> 20, -bm25({0}{1}) FROM {0} WHERE {0} MATCH :match AND rowid >="
    " coalesce((SELECT rowid FROM {0} WHERE {0} MATCH :match ORDER BY rowid DESC LIMIT 1 OFFSET :pool), 0)"
)
_TEXT: Final = _POOLED.format("search_text", ", 4.0, 1.0")
_NOTE: Final = _POOLED.format("search_note", "")
_FULL: Final = "SELECT rowid >> 20, -bm25(search_text, 4.0, 1.0) FROM search_text WHERE search_text MATCH ?"


def _best(found: dict[int, float], hits: Iterable[tuple[int, float]], bonus: float) -> None:
    for number, score in hits:
        if score + bonus > found.get(number, 0.0):
            found[number] = score + bonus


def search(conn: sqlite3.Connection, matches: list[tuple[str, float]], pool: int, limit: int) -> list[int]:
    """The desk's own plan: rank the newest `pool` documents of replies and notes, all words first, then any."""
    found: dict[int, float] = {}
    out: list[int] = []
    for match, bonus in matches:
        for sql in (_TEXT, _NOTE):
            _best(found, conn.execute(sql, {"match": match, "pool": pool}), bonus)
        top = sorted(found, key=lambda n: (-found[n], -n))
        bunch = top[:200]
        marks = ",".join("?" * len(bunch))
        may = {
            n
            for (n,) in conn.execute(
                f"SELECT number FROM ticket WHERE deleted_at IS NULL AND number IN ({marks})", bunch
            )
        }
        out = [n for n in bunch if n in may][:limit]
        if len(out) == limit:
            break
    return out


def full_ranking(conn: sqlite3.Connection, match: str, limit: int) -> list[int]:
    """The best by bm25 over every matching document, however many: what the bounded plan is compared with."""
    found: dict[int, float] = {}
    _best(found, conn.execute(_FULL, (match,)), 0.0)
    _best(
        found,
        conn.execute(
            _FULL.replace("search_text, 4.0, 1.0", "search_note").replace("search_text", "search_note"), (match,)
        ),
        0.0,
    )
    return sorted(found, key=lambda n: (-found[n], -n))[:limit]


# -- writing -------------------------------------------------------------------------------------------------------

_JOURNAL: Final = (
    "INSERT INTO journal (seq, at, recorded_at, actor_id, on_behalf_of, origin, verb, subject_type, subject, batch,"
    " undoes, ops, reasons, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_HEAD: Final = "UPDATE journal_head SET seq = ?, hash = ? WHERE id = 1"


def _sealed(
    seq: int, now: int, subject: int, verb: str, batch: str, undoes: int | None, ops: Any, reasons: Any, previous: bytes
) -> tuple[Any, ...]:
    fields = (seq, now, now, 1, None, "cli", verb, "ticket", subject, batch, undoes)
    texts = [
        json.dumps(x, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for x in (list(fields), ops, reasons)
    ]
    hasher = hashlib.sha256(previous)
    for text in texts:
        raw = text.encode()
        hasher.update(len(raw).to_bytes(8, "big"))
        hasher.update(raw)
    return (*fields, texts[1], texts[2], previous, hasher.digest())


@dataclass(slots=True)
class Planned:
    """What becomes of one ticket: the columns it gets, the reasons given, the entry taken back."""

    number: int
    after: dict[str, Any]
    reasons: list[dict[str, Any]]
    undoes: int | None = None


def change(conn: sqlite3.Connection, plan: list[Planned], verb: str, now: int, batch: str, chunk: int) -> list[Planned]:
    """Make planned changes, `chunk` a transaction: read what stands, update by version, one journal entry each.

    What a bulk change cannot do without, whoever decided it. Returns the plan that takes everything back.
    """
    back: list[Planned] = []
    for start in range(0, len(plan), chunk):
        part = plan[start : start + chunk]
        conn.execute("BEGIN IMMEDIATE")
        columns = sorted({c for p in part for c in p.after} | {"version"})
        marks = ",".join("?" * len(part))
        sql = f"SELECT number, {', '.join(columns)} FROM ticket WHERE number IN ({marks})"
        stood = {r[0]: dict(zip(columns, r[1:], strict=True)) for r in conn.execute(sql, [p.number for p in part])}
        seq, previous = conn.execute("SELECT seq, hash FROM journal_head WHERE id = 1").fetchone()
        updates: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        entries = []
        for p in part:
            seq += 1
            row = stood[p.number]
            after = {**p.after, "updated_at": now, "version": row["version"] + 1}
            before = {c: row.get(c) for c in after}
            entry = _sealed(
                seq, now, p.number, verb, batch, p.undoes, [["ticket", [p.number], before, after]], p.reasons, previous
            )
            previous = entry[-1]
            entries.append(entry)
            updates.setdefault(tuple(after), []).append((*after.values(), p.number, row["version"]))
            old = {c: row[c] for c in p.after}
            back.append(Planned(p.number, old, [{"code": "undo", "seq": seq, "verb": verb}], seq))
        for names, rows in updates.items():
            sets = ", ".join(f"{n} = ?" for n in names)
            conn.executemany(f"UPDATE ticket SET {sets} WHERE number = ? AND version = ?", rows)
        conn.executemany(_JOURNAL, entries)
        conn.execute(_HEAD, (seq, previous))
        conn.execute("COMMIT")
    return back


class Copier:
    """Writes what an import left in a desk into another one of the same schema: an import with nothing to decide.

    Given are the rows with their values and the reasons as texts. Everything else that nobody could leave out is done
    and timed: what the desk must read first, every row of every table under the same foreign keys, the texts in the
    index's form, the entry's canonical JSON with commitments and salts, the hash chain, counters, head and batch, in
    as many transactions. Tally rows come from the schema's own triggers, as they do for the desk.
    """

    ORDER: Final = ("organisation", "person", "person_role", "ticket", "comment", "ticket_tag", "link")
    TABLES: Final = (*ORDER, "journal", "journal_text", "timer")

    def __init__(self, source: sqlite3.Connection, after: int) -> None:
        """Plan everything that the journal of `source` tells beyond the entry `after`."""
        from helpdesk_tui.store import journal

        self.first = after
        self.batch = source.execute("SELECT * FROM batch ORDER BY rowid DESC LIMIT 1").fetchone()
        self.private = journal.PRIVATE
        self.keys: dict[int, list[tuple[Any, ...]]] = {}
        for key in source.execute("SELECT * FROM person_key ORDER BY key, person_id"):
            self.keys.setdefault(key[1], []).append(key)
        self.columns = {t: [c[1] for c in source.execute(f"PRAGMA table_info({t})")] for t in self.ORDER}
        self.plan: list[tuple[tuple[Any, ...], list[tuple[str, list[Any], dict[str, Any]]], str]] = []
        told = journal.read(source, journal.SINCE, (after, -1))
        whys = source.execute("SELECT reasons FROM journal WHERE seq > ? ORDER BY seq", (after,))
        for e, (why,) in zip(told, whys, strict=True):
            assert all(r.before is None and r.after is not None for r in e.rows), "an import only adds"
            rows = [(r.table, list(r.key), {c: (r.after or {}).get(c) for c in self.columns[r.table]}) for r in e.rows]
            fields = (
                e.at, e.recorded_at, e.actor_id, e.on_behalf_of, e.origin, e.verb, e.subject_type, e.subject, e.batch,
                e.undoes,
            )  # fmt: skip
            self.plan.append((fields, rows, why))

    def write(self, conn: sqlite3.Connection, chunks: int) -> None:
        """Insert everything in this many transactions."""
        for part in range(chunks):
            low, high = len(self.plan) * part // chunks, len(self.plan) * (part + 1) // chunks
            if high > low:
                conn.execute("BEGIN IMMEDIATE")
                self._look(conn, low, high)
                self._rows(conn, low, high)
                self._entries(conn, low, high)
                conn.execute(_BATCH, self.batch)
                conn.execute("COMMIT")
            wal = Path(conn.execute("PRAGMA database_list").fetchone()[2] + "-wal")
            if wal.stat().st_size > LOG:
                conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _look(self, conn: sqlite3.Connection, low: int, high: int) -> None:
        """What must be known before a row is written: is the ticket here already, is the person, which numbers are free."""
        conn.execute("SELECT name, value FROM counter").fetchall()
        for _, rows, _ in self.plan[low:high]:
            for table, _, row in rows:
                if table == "ticket":
                    conn.execute("SELECT number FROM ticket WHERE external_id = ?", (row["external_id"],)).fetchall()
                elif table == "person":
                    conn.execute(_BY_ADDRESS, (row["email"],)).fetchall()

    def _rows(self, conn: sqlite3.Connection, low: int, high: int) -> None:
        from helpdesk_tui.store.tokens import index_text

        by_table: dict[str, list[dict[str, Any]]] = {}
        for _, rows, _ in self.plan[low:high]:
            for table, _, row in rows:
                by_table.setdefault(table, []).append(row)
        for table in self.ORDER:
            if table in by_table:
                sql = f"INSERT INTO {table} VALUES ({', '.join('?' * len(self.columns[table]))})"
                conn.executemany(sql, [tuple(row.values()) for row in by_table[table]])
        keys = [key for person in by_table.get("person", ()) for key in self.keys.get(person["id"], ())]
        conn.executemany("INSERT INTO person_key VALUES (?, ?)", keys)
        for table, key in (("ticket", "number"), ("person", "id")):
            if table in by_table:
                conn.execute(_COUNTED, (table, by_table[table][-1][key]))
        texts = [
            (t["number"] << 20, index_text(t["title"]), index_text(t["description"]))
            for t in by_table.get("ticket", ())
        ]
        talk = by_table.get("comment", ())
        texts += [(c["id"], "", index_text(c["body"])) for c in talk if c["kind"] != "note"]
        notes = [(c["id"], index_text(c["body"])) for c in talk if c["kind"] == "note"]
        conn.executemany("INSERT INTO search_text (rowid, title, body) VALUES (?, ?, ?)", texts)
        conn.executemany("INSERT INTO search_note (rowid, body) VALUES (?, ?)", notes)

    def _entries(self, conn: sqlite3.Connection, low: int, high: int) -> None:
        seq, previous = conn.execute("SELECT seq, hash FROM journal_head WHERE id = 1").fetchone()
        entries, texts = [], []
        for fields, rows, why in self.plan[low:high]:
            seq += 1
            kept: list[list[str]] = []
            ops = [[table, key, None, self._covered(table, row, kept)] for table, key, row in rows]
            named, told = _dumps([seq, *fields]).encode(), _dumps(ops)
            hasher = hashlib.sha256(previous)
            for raw in (named, told.encode(), why.encode()):
                hasher.update(len(raw).to_bytes(8, "big"))
                hasher.update(raw)
            entries.append((seq, *fields, told, why, previous, hasher.digest()))
            previous = entries[-1][-1]
            if kept:
                texts.append((seq, _dumps(kept)))
        conn.executemany(_JOURNAL, entries)
        conn.executemany("INSERT INTO journal_text (seq, vals) VALUES (?, ?)", texts)
        conn.execute(_HEAD, (seq, previous))

    def _covered(self, table: str, row: dict[str, Any], kept: list[list[str]]) -> dict[str, Any]:
        """A row as the journal shows it: no nulls, commitments for texts, which are kept aside with their salts."""
        out = {column: value for column, value in row.items() if value is not None}
        for column in self.private.get(table, ()):
            value = out.get(column)
            if value:
                salt = os.urandom(16)
                out[column] = {"#": [len(kept), hashlib.sha256(salt + value.encode()).hexdigest()]}
                kept.append([salt.hex(), value])
        return out


_dumps: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_BY_ADDRESS: Final = "SELECT id FROM person WHERE email IS NOT NULL AND lower(email) = lower(?)"
_COUNTED: Final = "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)"
_BATCH: Final = (
    "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET finished_at = excluded.finished_at,"
    " cursor = excluded.cursor"
)
