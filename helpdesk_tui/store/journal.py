"""The journal: entries as canonical rows, their hash chain, and the side table that makes erasure possible.

An entry's hash covers everything but the private values themselves; those are covered by commitments
SHA-256(salt || value) inside `ops` and stand, with their salts, in `journal_text`. Erasing a value replaces it
and drops its salt: the chain still verifies, and a replay yields the erased form.
"""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.store.changes import Entry, Row, RowChange, Settled
from helpdesk_tui.vocabulary.records import Instant

# Columns that may hold personal data or free text; everything else is codes, numbers and instants.
PRIVATE: Final[dict[str, frozenset[str]]] = {
    "ticket": frozenset({"title", "description", "cause", "resolution", "external_id"}),
    "comment": frozenset({"body"}),
    "person": frozenset({"name", "email", "phone", "login", "initials", "title"}),
    "attachment": frozenset({"name"}),
    "checklist_item": frozenset({"text"}),
    "time_entry": frozenset({"note"}),
    "ticket_tag": frozenset(),
    "on_call_change": frozenset({"note"}),
    "notification_rule": frozenset({"address"}),
    "alert": frozenset({"summary", "document"}),
    "maintenance_window": frozenset({"title"}),
    "incident_entry": frozenset({"body", "document"}),
    "incident_task": frozenset({"text"}),
    "incident_update": frozenset({"internal", "internal_zh", "external", "external_zh"}),
    "incident_step": frozenset({"note"}),
    "review": frozenset({"document", "waiver"}),
}
GENESIS: Final = bytes(32)
_MARK: Final = "#"
AWAY: Final = "[archived]"
"""What stands where a text was that an archive has taken along."""
COLUMNS: Final = (
    "seq, at, recorded_at, actor_id, on_behalf_of, origin, verb, subject_type, subject, batch, undoes, ops, reasons,"
    " previous, hash"
)
INSERT: Final = f"INSERT INTO journal ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # sql: constant
INSERT_TEXT: Final = "INSERT INTO journal_text (seq, vals) VALUES (?, ?)"


def _encoder() -> Callable[[Any], str]:
    """Canonical JSON: keys sorted, no blanks, no NaN. The C encoder is made once, not once a call."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    quick = make(None, plain.default, json.encoder.encode_basestring, None, ":", ",", True, False, False)
    return lambda value: "".join(quick(value, 0))


_encode = _encoder()


def canonical(value: Any) -> str:
    """The one spelling of a value as JSON in which the journal keeps it."""
    return _encode(value)


@dataclass(slots=True)
class Sealed:
    """An entry ready to be written: its journal row and, where it holds private values, its side row."""

    row: tuple[Any, ...]
    text: tuple[int, str] | None
    hash: bytes


def _commit(salt: bytes, value: str) -> str:
    return hashlib.sha256(salt + value.encode("utf-8", "surrogatepass")).hexdigest()


class _Salts:
    """Random salts of 16 bytes, asked of the kernel many at a time; a process never goes on with its parent's."""

    _MANY: Final = 64

    def __init__(self) -> None:
        self._left: list[bytes] = []
        os.register_at_fork(after_in_child=self._left.clear)

    def one(self) -> bytes:
        try:
            return self._left.pop()
        except IndexError:
            pool = os.urandom(16 * self._MANY)
            self._left.extend(pool[at : at + 16] for at in range(16 * self._MANY - 16, -16, -16))
            return self._left.pop()


_salts = _Salts()


class _Vault:
    """Collects the private values of one entry and hands out their commitments."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: list[list[str]] = []

    def keep(self, value: str) -> dict[str, list[Any]]:
        salt = _salts.one()
        self.values.append([salt.hex(), value])
        return {_MARK: [len(self.values) - 1, _commit(salt, value)]}

    def side(self, table: str, row: Row | None) -> Row | None:
        if row is None:
            return None
        out = {column: value for column, value in row.items() if value is not None}
        private = PRIVATE.get(table)
        if private:
            for column in [c for c in out if c in private]:
                if out[column] != "":
                    out[column] = self.keep(out[column])
        return out


def _ops(entry: Entry, vault: _Vault) -> str:
    """`[[table, key, before, after], …]`. In an insert or delete a missing column is null; an update keeps its nulls."""
    out: list[Any] = []
    for change in entry.rows:
        before, after = vault.side(change.table, change.before), vault.side(change.table, change.after)
        if change.before is not None and change.after is not None and before is not None and after is not None:
            for column in change.after:
                before.setdefault(column, None)
                after.setdefault(column, None)
        out.append([change.table, list(change.key), before, after])
    return _encode(out)


def _reasons(entry: Entry, vault: _Vault) -> str:
    """Reasons as they are; a text that a person typed (key `text`) is private."""
    if not entry.reasons:
        return "[]"
    parts: list[str] = []
    for reason in entry.reasons:
        if isinstance(reason, Settled):
            if reason.encoded is None:
                reason.encoded = _encode(reason)
            parts.append(reason.encoded)
        elif isinstance(reason.get("text"), str) and reason["text"]:
            parts.append(_encode({**reason, "text": vault.keep(reason["text"])}))
        else:
            parts.append(_encode(reason))
    return f"[{','.join(parts)}]"


def digest(previous: bytes, fields: tuple[Any, ...], ops: str, reasons: str) -> bytes:
    """The hash of an entry over the previous hash and all of its fields, each with its length."""
    named = _encode(list(fields)).encode("utf-8", "surrogatepass")
    told, why = ops.encode("utf-8", "surrogatepass"), reasons.encode("utf-8", "surrogatepass")
    return hashlib.sha256(
        b"".join((
            previous, len(named).to_bytes(8, "big"), named, len(told).to_bytes(8, "big"), told,
            len(why).to_bytes(8, "big"), why,
        ))
    ).digest()  # fmt: skip


def seal(entry: Entry, seq: int, recorded_at: Instant, previous: bytes) -> Sealed:
    """Close an entry into the chain."""
    vault = _Vault()
    ops, reasons = _ops(entry, vault), _reasons(entry, vault)
    fields = (
        seq,
        entry.at,
        recorded_at,
        entry.actor_id,
        entry.on_behalf_of,
        str(entry.origin),
        entry.verb,
        entry.subject_type,
        entry.subject,
        entry.batch,
        entry.undoes,
    )
    value = digest(previous, fields, ops, reasons)
    text = (seq, _encode(vault.values)) if vault.values else None
    return Sealed((*fields, ops, reasons, previous, value), text, value)


def _open(value: Any, texts: list[list[Any]]) -> Any:
    if isinstance(value, dict) and _MARK in value:
        place = value[_MARK][0]
        return texts[place][1] if place < len(texts) else AWAY
    return value


def _open_row(row: Row | None, texts: list[list[Any]]) -> Row | None:
    return None if row is None else {column: _open(value, texts) for column, value in row.items()}


def parse(record: tuple[Any, ...]) -> Entry:
    """A row of SELECT (COLUMNS, vals) as an entry with its private values in place."""
    texts: list[list[Any]] = json.loads(record[15]) if record[15] else []
    ops = json.loads(record[11])
    reasons = json.loads(record[12]) if record[12] != "[]" else []
    return Entry(
        verb=record[6],
        subject_type=record[7],
        subject=record[8],
        at=record[1],
        actor_id=record[3],
        origin=record[5],
        rows=[RowChange(t, tuple(k), _open_row(b, texts), _open_row(a, texts)) for t, k, b, a in ops],
        reasons=[{k: _open(v, texts) for k, v in r.items()} for r in reasons],
        on_behalf_of=record[4],
        batch=record[9],
        undoes=record[10],
        seq=record[0],
        recorded_at=record[2],
    )


SELECT: Final = (
    "SELECT j.seq, j.at, j.recorded_at, j.actor_id, j.on_behalf_of, j.origin, j.verb, j.subject_type, j.subject,"
    " j.batch, j.undoes, j.ops, j.reasons, j.previous, j.hash, t.vals"
    " FROM journal j LEFT JOIN journal_text t ON t.seq = j.seq "
)
OF_SUBJECT: Final = SELECT + "WHERE j.subject_type = ? AND j.subject = ? ORDER BY j.at, j.seq"
OF_BATCH: Final = SELECT + "WHERE j.batch = ? ORDER BY j.seq"
ONE: Final = SELECT + "WHERE j.seq = ?"
SINCE: Final = SELECT + "WHERE j.seq > ? ORDER BY j.seq LIMIT ?"
ALL: Final = SELECT + "ORDER BY j.seq"
UP_TO: Final = SELECT + "WHERE j.at <= ? ORDER BY j.at, j.seq"


_CHANGES: Final = "SELECT j.ops, t.vals FROM journal j LEFT JOIN journal_text t ON t.seq = j.seq "
CHANGES: Final = _CHANGES + "ORDER BY j.seq"
CHANGES_UP_TO: Final = _CHANGES + "WHERE j.at <= ? ORDER BY j.at, j.seq"


def changes(conn: sqlite3.Connection, sql: str, params: Iterable[Any] = ()) -> Iterator[list[RowChange]]:
    """The row changes of each entry, private values in place, and nothing else of it: what a replay needs, as a stream."""
    decode = json.loads
    for ops, vals in conn.execute(sql, tuple(params)):
        found = decode(ops)
        if vals or MARKED in ops:
            open_ops(found, vals)
        yield [RowChange(table, tuple(key), before, after) for table, key, before, after in found]


MARKED: Final = f'{{"{_MARK}":['
"""How a private value's place begins: entries without it hold none."""


def open_ops(ops: list[Any], vals: str | None) -> None:
    """Put the private values of an entry into its decoded row changes."""
    texts = json.loads(vals) if vals else []
    for _table, _key, before, after in ops:
        for row in (before, after):
            if row:
                open_row(row, texts)


def open_row(row: Row, texts: list[list[Any]]) -> None:
    """Put private values into a row; `texts` are those of its entry."""
    for column in [c for c, value in row.items() if type(value) is dict and _MARK in value]:
        row[column] = _open(row[column], texts)


def read(conn: sqlite3.Connection, sql: str, params: Iterable[Any] = ()) -> Iterator[Entry]:
    """Entries of one of the SELECTs above, as a stream."""
    for record in conn.execute(sql, tuple(params)):
        yield parse(record)


@dataclass(slots=True)
class Verdict:
    """What `verify` found. `first_bad` is the first sequence number that does not hold, `why` a short English cause."""

    ok: bool
    entries: int
    head: str
    first_bad: int | None = None
    why: str | None = None
    erased: int = 0


def verify(conn: sqlite3.Connection, progress: Callable[[int], None] | None = None) -> Verdict:
    """Walk the whole chain: sequence without gaps, hashes, commitments, head. Names the first bad entry."""
    previous, expected, erased = GENESIS, 1, 0
    announced = _announced(conn)
    for record in conn.execute(ALL):
        seq = record[0]
        if seq != expected:
            return Verdict(False, expected - 1, previous.hex(), expected, "entry is missing")
        if record[13] != previous:
            return Verdict(False, expected - 1, previous.hex(), seq, "previous hash does not match")
        try:
            same = digest(previous, tuple(record[:11]), record[11], record[12]) == record[14]
        except (TypeError, ValueError, AttributeError):
            same = False  # not even of the types that an entry has
        if not same:
            return Verdict(False, expected - 1, previous.hex(), seq, "hash does not match")
        if f'{{"{_MARK}":[' in record[11] or f'{{"{_MARK}":[' in record[12]:
            bad, gone = _check_texts(record, announced.get(seq, {}))
            if bad and not (record[15] is None and _moved(conn, record)):
                return Verdict(False, expected - 1, previous.hex(), seq, bad)
            erased += gone
        previous, expected = record[14], expected + 1
        if progress is not None and expected % 10_000 == 0:
            progress(expected)
    head = conn.execute("SELECT seq, hash FROM journal_head WHERE id = 1").fetchone()
    if head is None or head[0] != expected - 1 or (head[0] and head[1] != previous):
        return Verdict(False, expected - 1, previous.hex(), expected, "the head does not match the last entry")
    return Verdict(True, expected - 1, previous.hex(), erased=erased)


_MOVE: Final = (
    "SELECT verb FROM journal WHERE subject_type = 'ticket' AND subject = ? AND seq > ?"
    " AND verb IN ('ticket.archive', 'ticket.unarchive') ORDER BY seq DESC LIMIT 1"
)


def _moved(conn: sqlite3.Connection, record: tuple[Any, ...]) -> bool:
    """Whether the texts of an entry went into the archive with its ticket, and are there still."""
    if record[7] != "ticket":
        return False
    found = conn.execute(_MOVE, (record[8], record[0])).fetchone()
    return found is not None and found[0] == "ticket.archive"


ERASURE_VERBS: Final = ("ticket.redact", "people.erase")


def _announced(conn: sqlite3.Connection) -> dict[int, dict[int, str]]:
    """Erasures that the chain itself announces: seq → {index: SHA-256 of what stands there now}."""
    out: dict[int, dict[int, str]] = {}
    for (reasons,) in conn.execute("SELECT reasons FROM journal WHERE verb IN (?, ?) ORDER BY seq", ERASURE_VERBS):
        try:
            for reason in json.loads(reasons):
                for seq, index, sha in reason.get("erased", ()):
                    out.setdefault(seq, {})[index] = sha
        except (TypeError, ValueError, AttributeError):
            continue  # damaged: the entry's own hash says so
    return out


def _marks(value: Any) -> Iterator[tuple[int, str]]:
    if isinstance(value, dict):
        if _MARK in value:
            yield value[_MARK][0], value[_MARK][1]
        else:
            for inner in value.values():
                yield from _marks(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _marks(inner)


_ONE_MARK: Final = re.compile(re.escape(MARKED) + r'([0-9]{1,9}),"([0-9a-f]{64})"\]\}')


def _marked(text: str) -> list[tuple[int, str]]:
    """Places and commitments of the private values in canonical JSON, in their order.

    A string of JSON holds no bare quotation mark, so what looks like a mark is one; any of another form is decoded.
    """
    if MARKED not in text:
        return []
    found = [(int(place), commitment) for place, commitment in _ONE_MARK.findall(text)]
    return found if len(found) == text.count(MARKED) else list(_marks(json.loads(text)))


def _check_texts(record: tuple[Any, ...], announced: dict[int, str]) -> tuple[str | None, int]:
    try:
        return _compare_texts(record, json.loads(record[15]) if record[15] else [], announced)
    except (TypeError, ValueError, AttributeError):
        return "its texts are damaged", 0


def _compare_texts(
    record: tuple[Any, ...], texts: list[list[Any]], announced: dict[int, str]
) -> tuple[str | None, int]:
    gone = 0
    for index, commitment in (*_marked(record[11]), *_marked(record[12])):
        if index >= len(texts):
            return "a text is missing", gone
        salt, value = texts[index]
        if salt is None:
            if announced.get(index) != hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest():
                return "a text was replaced without an erasure entry", gone
            gone += 1
        elif _commit(bytes.fromhex(salt), value) != commitment:
            return "a text does not match its commitment", gone
    return None, gone


def erase(conn: sqlite3.Connection, seq: int, replace: Callable[[str], str | None]) -> list[list[Any]]:
    """Replace private values of one entry and drop their salts.

    `replace` gives the new value, or None to leave it. Returns `[[seq, index, sha256 of the new value], …]`, which
    the erasing entry must announce. Only to be called inside the transaction of that entry.
    """
    found = conn.execute("SELECT vals FROM journal_text WHERE seq = ?", (seq,)).fetchone()
    if found is None:
        return []
    texts = json.loads(found[0])
    done: list[list[Any]] = []
    for index, (_, value) in enumerate(texts):
        new = replace(value)
        if new is not None:
            texts[index] = [None, new]
            done.append([seq, index, hashlib.sha256(new.encode("utf-8", "surrogatepass")).hexdigest()])
    if done:
        conn.execute("UPDATE journal_text SET vals = ? WHERE seq = ?", (_encode(texts), seq))
    return done
