"""`desk.audit`: the journal for auditors: reading it, proving it, anchoring it outside, handing it on."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk.disclosure import withheld
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, reason, when
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import DeskError, Invalid, StoreFault
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import parse_ref
from helpdesk_tui.vocabulary.roles import Permission, Scope

MASK: Final = "***"
_CHUNK: Final = 500
MAX_ENTRIES: Final = 10_000
# Parameters of reasons that name a person, or say what a ticket says.
_NAMES: Final = frozenset({"text", "who", "assignee", "email", "name", "added", "removed"})
# A tag is part of what a ticket says, and stands in the row and its key.
_TAGS: Final = "ticket_tag"
_SUBJECTS: Final = frozenset(
    {"ticket", "person", "team", "service", "organisation", "configuration_item", "saved_view", "template",
     "policy_version", "calendar"}
)  # fmt: skip
_PICK: Final = (
    "SELECT seq FROM journal WHERE seq > ?1 AND (?2 IS NULL OR subject_type = ?2) AND (?3 IS NULL OR subject = ?3)"
    " AND (?4 IS NULL OR verb = ?4 OR verb LIKE ?4 || '.%') AND (?5 IS NULL OR actor_id = ?5 OR on_behalf_of = ?5) "
)
_FORWARD: Final = _PICK + "ORDER BY seq LIMIT ?6"
_BACKWARD: Final = _PICK + "ORDER BY seq DESC LIMIT ?6"
_OF_SUBJECT: Final = (
    "SELECT seq FROM journal WHERE subject_type = ?2 AND subject = ?3 AND seq > ?1"
    " AND (?4 IS NULL OR verb = ?4 OR verb LIKE ?4 || '.%') AND (?5 IS NULL OR actor_id = ?5 OR on_behalf_of = ?5)"
    " ORDER BY seq DESC LIMIT ?6"
)


def subject_of(text: str) -> tuple[str, int | None]:
    """`INC-1042`, `1042`, `ticket:1042`, `person:3` or `policy_version` as type and number (None: all of the type)."""
    number = parse_ref(text)
    if number is not None:
        return "ticket", number
    kind, _, rest = text.strip().casefold().replace(" ", ":").partition(":")
    kind = {"ci": "configuration_item", "view": "saved_view", "policy": "policy_version"}.get(kind, kind)
    if kind not in _SUBJECTS or (rest and not (rest.isascii() and rest.isdecimal() and len(rest) < 16)):
        raise Invalid(N_("{value} names no subject; write INC-1042, person:3 or team"), value=text)
    return kind, int(rest) if rest else None


class Audit(Noun):
    """The audit trail."""

    def _plain(self) -> bool:
        return self.desk.scope(Permission.AUDIT_READ) is Scope.ALL

    @verb("audit.log", Permission.AUDIT_VERIFY, reads=True)
    def log(
        self,
        *,
        limit: int = 100,
        since: int | None = None,
        subject: str | None = None,
        verb: str | None = None,
        actor: str | None = None,
    ) -> Objects:
        """Journal entries in their sequence: the last ones, or with `since` those after that sequence number.

        To follow the trail, ask again with the `seq` of the last entry. `verb` takes a whole name or its first part.
        Each is `{"seq", "at", "recorded_at", "actor", "on_behalf_of", "origin", "verb", "subject_type", "subject",
        "batch", "undoes", "rows": [{"table", "key", "before", "after"}], "reasons", "withheld", "hash"}`; without the
        right to read the audit trail, texts and personal values show as `***`. Of a sensitive ticket that one may not
        read its entries tell no more than that they are there (`withheld`): neither rows nor reasons.
        """
        kind, number = subject_of(subject) if subject else (None, None)
        who = None if actor is None else self.desk.directory.require(actor, self.desk.actor.id).id
        most = max(1, min(limit, MAX_ENTRIES))
        backwards = since is None
        sql = _FORWARD if not backwards else _OF_SUBJECT if number is not None else _BACKWARD
        found = [s for (s,) in self.desk.store.query(sql, numbered(since or 0, kind, number, verb, who, most))]
        return [self._json(seq) for seq in (reversed(found) if backwards else found)]

    def _json(self, seq: int) -> Object:
        entry = next(iter([*journal.read(self.desk.store.reader(), journal.ONE, (seq,))]))
        proof = self.desk.store.query("SELECT hash FROM journal WHERE seq = ?", (seq,))[0][0]
        return {**self._entry(entry, self._plain()), "hash": bytes(proof).hex()}

    def _who(self, person_id: int | None) -> str | None:
        person = self.desk.directory.person(person_id)
        return None if person_id is None else person.login or f"#{person_id}" if person else f"#{person_id}"

    def _entry(self, entry: Entry, plain: bool) -> Object:
        hidden = withheld(self.desk, entry)
        return {
            "seq": entry.seq,
            "at": when(entry.at),
            "recorded_at": when(entry.recorded_at),
            "actor": self._who(entry.actor_id) or "desk",
            "on_behalf_of": self._who(entry.on_behalf_of),
            "origin": entry.origin,
            "verb": entry.verb,
            "subject_type": entry.subject_type,
            "subject": entry.subject,
            "batch": entry.batch,
            "undoes": entry.undoes,
            "rows": [
                {
                    "table": c.table,
                    "key": [*c.key] if plain or c.table != _TAGS else [c.key[0], MASK],
                    "before": _row(c.table, c.before, plain),
                    "after": _row(c.table, c.after, plain),
                }
                for c in (() if hidden else entry.rows)
            ],
            "reasons": [] if hidden else [reason(r if plain else _masked(r)) for r in entry.reasons],
            "withheld": hidden,
        }

    # -- proof -------------------------------------------------------------------------------------------------

    @verb("audit.verify", Permission.AUDIT_VERIFY, reads=True)
    def verify(self, anchor: str | None = None, *, progress: Callable[[int], None] | None = None) -> Object:
        """Prove the chain: `{"ok", "entries", "head", "first_bad"}`, nothing else.

        With the path of an anchor file every head written there must still be in the chain, so that a cut-off or
        rewritten tail shows. Without one, a cut-off tail cannot be seen.
        """
        found = journal.verify(self.desk.store.reader(), progress)
        ok, first_bad = found.ok, found.first_bad
        if anchor is not None:
            broken = self._against(Path(anchor))
            if broken is not None:
                ok, first_bad = False, broken if first_bad is None else min(first_bad, broken)
        return {"ok": ok, "entries": found.entries, "head": found.head, "first_bad": first_bad}

    def why(self) -> str | None:
        """For people: what is wrong with the first bad entry, in English; None where all is well."""
        self.desk.require(Permission.AUDIT_VERIFY, "audit.verify")
        return journal.verify(self.desk.store.reader()).why

    def _against(self, path: Path) -> int | None:
        """The least sequence number whose hash is not what an anchor says."""
        bad: list[int] = []
        for line, text in enumerate(_lines(path), 1):
            try:
                mark = json.loads(text)
                seq, digest = int(mark["seq"]), str(mark["hash"])
            except (ValueError, TypeError, KeyError, RecursionError):
                raise Invalid(N_("{path}: line {line} is no anchor"), path=path, line=line) from None
            if seq == 0:
                continue
            found = self.desk.store.query("SELECT hash FROM journal WHERE seq = ?", (seq,))
            if not found or bytes(found[0][0]).hex() != digest:
                bad.append(seq)
        return min(bad, default=None)

    @verb("audit.anchor", Permission.AUDIT_VERIFY)
    def anchor(self, path: str) -> Object:
        """Write the head of the chain to the end of a file outside the desk: `{"seq", "hash", "at", "path"}`.

        Keep the file where those who can change the desk cannot; `verify` compares the chain with it. Refuses where
        the chain no longer holds what the file says.
        """
        file = Path(path)
        if _exists(file):
            broken = self._against(file)
            if broken is not None:
                raise StoreFault(N_("the journal differs from {path} at entry {seq}"), path=path, seq=broken)
        row = self.desk.store.query("SELECT seq, hash FROM journal_head WHERE id = 1")[0]
        mark = {"seq": row[0], "hash": bytes(row[1]).hex(), "at": when(self.desk.now())}
        try:
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(mark) + "\n")
        except (OSError, ValueError) as error:
            text = error.strerror if isinstance(error, OSError) else error
            raise StoreFault(N_("{path} cannot be written: {error}"), path=path, error=text) from error
        return {**mark, "path": str(path)}

    def export(self, *, since: int = 0, progress: Callable[[int], None] | None = None) -> Iterator[str]:
        """Every entry as one line of JSON, in sequence, with `previous` and `hash`; masked like `log`."""
        self.desk.require(Permission.AUDIT_VERIFY, "audit.export")
        plain = self._plain()
        last = since
        while True:
            entries = [*journal.read(self.desk.store.reader(), journal.SINCE, (last, _CHUNK))]
            if not entries:
                return
            proofs = dict(self._proofs(last, entries[-1].seq or last))
            for entry in entries:
                last = entry.seq or last
                previous, digest = proofs[last]
                line = {**self._entry(entry, plain), "previous": previous, "hash": digest}
                yield json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            if progress is not None:
                progress(last)

    def _proofs(self, after: int, until: int) -> Iterator[tuple[int, tuple[str, str]]]:
        sql = "SELECT seq, previous, hash FROM journal WHERE seq > ? AND seq <= ?"
        for seq, previous, digest in self.desk.store.query(sql, (after, until)):
            yield seq, (bytes(previous).hex(), bytes(digest).hex())


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) else error
        raise StoreFault(N_("{path} cannot be read: {error}"), path=path, error=text) from error


def _lines(path: Path) -> "list[str]":
    try:
        return [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) else "NUL" if "\0" in str(path) else "UTF-8"
        problem: DeskError = StoreFault(N_("{path} cannot be read: {error}"), path=path, error=text)
        raise problem from error


def _row(table: str, row: Row | None, plain: bool) -> Row | None:
    if row is None or plain:
        return row
    private = {"tag"} if table == _TAGS else journal.PRIVATE.get(table, frozenset())
    return {column: MASK if column in private and value else value for column, value in row.items()}


def _masked(data: dict[str, Any]) -> dict[str, Any]:
    return {key: MASK if key in _NAMES and value else value for key, value in data.items()}
