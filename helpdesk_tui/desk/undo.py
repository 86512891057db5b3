"""Undo and redo: compensating entries, for one entry, for a batch, or for one's own last action."""

from collections.abc import Callable
from typing import Any, Final

from helpdesk_tui.desk import disclosure, dynamic, reversal, undo_plan
from helpdesk_tui.desk.derive import wake_up
from helpdesk_tui.desk.disclosure import withheld
from helpdesk_tui.desk.garbage import no_cycles
from helpdesk_tui.desk.registry import Noun, spec_of, verb
from helpdesk_tui.desk.work import Draft, Work, new_batch
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, NotFound, NotPermitted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission, Scope

CHUNK: Final = undo_plan.CHUNK
# Documents of on-call name people as "#12".
_NAMED: Final = """instr(document, '"#' || ?1 || '"') > 0"""
# What may refer to a row that goes: table, its key, the condition. `journal` keeps who acted.
_REFERENCES: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "person": (
        ("ticket", "number", "requester_id = ?1 OR assignee_id = ?1"),
        ("comment", "id", "author_id = ?1"),
        ("watcher", "number, person_id", "person_id = ?1"),
        ("team_member", "team_id, person_id", "person_id = ?1"),
        ("person_role", "person_id, role", "person_id = ?1"),
        ("person_skill", "person_id, skill", "person_id = ?1"),
        ("time_entry", "id", "person_id = ?1"),
        ("attachment", "id", "author_id = ?1"),
        ("configuration_item", "id", "owner_id = ?1"),
        ("checklist_item", "id", "done_by = ?1"),
        ("saved_view", "id", "owner_id = ?1"),
        ("on_call_change", "id", "author_id = ?1"),
        ("on_call_schedule", "id", _NAMED),
        ("on_call_change", "id", _NAMED),
        ("journal", "seq", "actor_id = ?1"),
    ),
    "team": (
        ("ticket", "number", "team_id = ?1"),
        ("service", "id", "team_id = ?1"),
        ("on_call_schedule", "id", "team_id = ?1"),
        ("team_member", "team_id, person_id", "team_id = ?1"),
    ),
    "service": (
        ("ticket", "number", "service_id = ?1"),
        ("configuration_item", "id", "service_id = ?1"),
    ),
    "organisation": (
        ("person", "id", "organisation_id = ?1"),
        ("ticket", "number", "organisation_id = ?1"),
    ),
    "on_call_schedule": (("on_call_change", "id", "schedule_id = ?1"),),
    "configuration_item": (
        ("ticket", "number", "ci_id = ?1"),
        ("ci_relation", "ci_id, type, other_id", "ci_id = ?1 OR other_id = ?1"),
    ),
}


class Undo(Noun):
    """Taking back."""

    @verb("undo.last", Permission.UNDO)
    def last(self) -> dict[str, Any]:
        """Take back your own last action (a whole batch if it was one)."""
        entry = self._own(
            lambda e: e.undoes is None and e.verb not in reversal.HOUSEKEEPING and not self._touched(e.seq or 0)
        )
        if entry is None:
            raise NotFound(N_("there is nothing of yours to undo"))
        return self.batch(entry.batch) if entry.batch else self.entry(entry.seq or 0)

    @verb("redo.last", Permission.UNDO)
    def redo(self) -> dict[str, Any]:
        """Do again what you undid last."""
        entry = self._own(lambda e: e.verb != "redo" and e.verb not in reversal.HOUSEKEEPING - {"desk.init"})
        if entry is None or entry.undoes is None or entry.verb != "undo":
            raise NotFound(N_("there is nothing of yours to redo"))
        return self._batch(entry.batch, "redo") if entry.batch else self._entry(entry.seq or 0, "redo")

    @verb("undo.target", Permission.UNDO)
    def target(self, target: str) -> dict[str, Any]:
        """Take back a batch by its name, or one entry by its sequence number."""
        if target.isdecimal() and len(target) < 16:
            return self.entry(int(target))
        return self.batch(target)

    @verb("undo.entry", Permission.UNDO)
    def entry(self, seq: int) -> dict[str, Any]:
        """Take back one journal entry by its sequence number."""
        return self._entry(seq, "undo")

    @verb("undo.batch", Permission.UNDO)
    def batch(self, batch: str) -> dict[str, Any]:
        """Take back a whole batch; later edits are kept and reported as conflicts."""
        return self._batch(batch, "undo")

    def describe(self, target: str | None = None) -> dict[str, Any]:
        """What an undo would take back, without doing it: verb, how many entries, the first subjects."""
        self.desk.require(Permission.UNDO, "undo.target")
        if target is None:
            entry = self._own(
                lambda e: e.undoes is None and e.verb not in reversal.HOUSEKEEPING and not self._touched(e.seq or 0)
            )
            if entry is None:
                raise NotFound(N_("there is nothing of yours to undo"))
            target = entry.batch or str(entry.seq)
        if target.isdecimal() and len(target) < 19:
            entries, count = list(journal.read(self.desk.store.reader(), journal.ONE, (int(target),))), 1
        else:
            count = self.desk.store.query("SELECT count(*) FROM journal WHERE batch = ?", (target,))[0][0]
            entries = list(journal.read(self.desk.store.reader(), journal.OF_BATCH + " LIMIT 5", (target,)))
        known = [e for e in entries if not withheld(self.desk, e)]
        if not known:
            raise NotFound(N_("there is no batch or entry {target}"), target=target)
        entries, count = known, count - (len(entries) - len(known))
        subjects = [f"{e.subject_type} {e.subject}" for e in entries]
        return {"target": target, "verb": entries[0].verb, "entries": count, "subjects": subjects}

    # -- finding -----------------------------------------------------------------------------------------------

    def _stands(self, seq: int) -> bool:
        found = self.desk.store.query("SELECT seq FROM journal WHERE undoes = ?", (seq,))
        return not any(self._stands(s) for (s,) in found if not self._partial(s))

    def _touched(self, seq: int) -> bool:
        """Whether an undo has already taken back as much of an entry as could be."""
        return any(
            self._stands(s) for (s,) in self.desk.store.query("SELECT seq FROM journal WHERE undoes = ?", (seq,))
        )

    def _partial(self, seq: int) -> bool:
        entries = list(journal.read(self.desk.store.reader(), journal.ONE, (seq,)))
        return any(r.get("code") == "undo.kept" for e in entries for r in e.reasons)

    def _own(self, wanted: Callable[[Entry], bool]) -> Entry | None:
        """The actor's latest entry that stands and is wanted, of what they may read now; nobody's deeds but one's own."""
        actor = self.desk.actor.real_id or self.desk.actor.id
        before = self.desk.store.head() + 1
        for _ in range(500):
            rows = self.desk.store.query(
                "SELECT seq FROM journal WHERE actor_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1", (actor, before)
            )
            if not rows:
                return None
            before = rows[0][0]
            entry = next(journal.read(self.desk.store.reader(), journal.ONE, (before,)))
            if wanted(entry) and not withheld(self.desk, entry) and self._stands(before):
                return entry
        return None

    # -- doing -------------------------------------------------------------------------------------------------

    def _entry(self, seq: int, name: str) -> dict[str, Any]:
        found = next(journal.read(self.desk.store.reader(), journal.ONE, (seq,)), None)
        if found is None or withheld(self.desk, found):
            raise NotFound(N_("there is no journal entry {seq}"), seq=seq)
        return self._run(None, seq, name)

    def _batch(self, batch: str, name: str) -> dict[str, Any]:
        if not self.desk.store.query("SELECT 1 FROM journal WHERE batch = ? LIMIT 1", (batch,)):
            raise NotFound(N_("there is no batch {batch}"), batch=batch)
        return self._run(batch, None, name)

    def _run(self, target: str | None, seq: int | None, name: str) -> dict[str, Any]:
        """Take back a batch (under a batch of its own) or one entry, some groups of entries a transaction."""
        store = self.desk.store
        for (verb_name,) in store.query(
            "SELECT DISTINCT verb FROM journal WHERE seq = ?"
            if target is None
            else "SELECT DISTINCT verb FROM journal WHERE batch = ?",
            (seq if target is None else target,),
        ):
            if verb_name in reversal.NOT_UNDOABLE:
                raise Conflict(N_("{verb} cannot be undone"), verb=verb_name)
        plan = undo_plan.plan(store, target, seq, undo_plan.gone(store, target, seq, self._stands))
        if not plan.entries:
            raise Conflict(N_("that is already undone"))
        mine = self.desk.actor.real_id or self.desk.actor.id
        if plan.actors != {mine} and self.desk.scope(Permission.UNDO) is not Scope.ALL:
            raise NotPermitted(N_("that was done by somebody else; your roles let you undo your own actions only"))
        for number in plan.others.values():
            entry = next(journal.read(store.reader(), journal.ONE, (number,)))
            if (needed := self._needed(entry)) is not None:
                self.desk.require(needed, entry.verb)
        batch = None if target is None else new_batch()
        undone = 0
        conflicts: list[dict[str, Any]] = []
        chunks, before = plan.chunks(), -1
        while undone > before:
            before = undone
            tied: list[list[int]] = []
            for chunk in chunks:
                done, kept = self._chunk(undo_plan.load(store.reader(), chunk), name, batch)
                undone += done
                tied += [conflict["tied"] for conflict in kept if "tied" in conflict]
                conflicts += kept
            if not tied or undone == before:
                break
            # What hung on these tickets may have gone meanwhile.
            chunks = iter([tied[start : start + CHUNK] for start in range(0, len(tied), CHUNK)])
            conflicts = [conflict for conflict in conflicts if "tied" not in conflict]
        for conflict in conflicts:
            conflict.pop("tied", None)
        return {"undone": undone, "conflicts": conflicts, "batch": batch}

    def _needed(self, entry: Entry) -> Permission | None:
        """The permission of the verb that an entry (or what it takes back) came from; None where it has none."""
        while entry.undoes is not None:
            before = next(journal.read(self.desk.store.reader(), journal.ONE, (entry.undoes,)), None)
            if before is None:
                break
            entry = before
        if any(reason.get("code") == "contact.made" for reason in entry.reasons):
            return None  # it came along with a ticket
        found = spec_of(entry.verb)
        return None if found is None else found.permission

    def _chunk(self, groups: list[list[Entry]], name: str, batch: str | None) -> tuple[int, list[dict[str, Any]]]:
        """One short transaction: groups of entries, each about one subject, newest entry first."""
        undone, conflicts = 0, []
        ahead: reversal.Ahead = {}
        with no_cycles(), self.desk.work(name, batch=batch) as work:
            work.load({e.subject for group in groups for e in group if e.subject_type == "ticket"})
            for group in groups:
                kept = self._group(work, group, ahead)
                conflicts.extend(kept)
                undone += 0 if kept and all(k.get("whole") for k in kept) else len(group)
        for conflict in conflicts:
            conflict.pop("whole", None)
        return undone, conflicts

    def _group(self, work: Work, group: list[Entry], ahead: reversal.Ahead) -> list[dict[str, Any]]:
        first = group[-1]
        opened = any(c.table == "ticket" and c.before is None and c.key == (first.subject,) for c in first.rows)
        if first.subject_type == "ticket" and opened:
            return self._remove_ticket(work, group)
        if first.subject_type == "ticket" and not any(
            c.table == "ticket" and c.after is None for e in group for c in e.rows
        ):
            return self._edit_ticket(work, group[0])
        return self._reverse_plain(work, group, ahead)

    def _edit_ticket(self, work: Work, entry: Entry) -> list[dict[str, Any]]:
        row = work.ticket_row(entry.subject)
        if row is None or not self._there(work, row):
            return [{"number": entry.subject, "fields": [], "reason": "gone", "whole": True}]
        self._may(work, row, entry)
        draft = Draft(row, at=work.at)
        draft.undoes = entry.seq
        work.drafts[draft.number] = draft
        draft.because({"code": "undo", "seq": entry.seq, "verb": entry.verb})
        kept = reversal.reverse_ticket(work, draft, entry)
        whole = not draft.changed
        return [{"number": entry.subject, "fields": k.fields, "reason": "edited later", "whole": whole} for k in kept]

    @staticmethod
    def _there(work: Work, row: Row) -> bool:
        """Whether a ticket is there for the actor: one that has become sensitive meanwhile may be for others."""
        return row["sensitive"] is None or work.desk.allows_on(Permission.TICKET_READ, row)

    def _may(self, work: Work, row: Row, entry: Entry) -> None:
        """Taking back needs what doing needed, on the ticket as it stands or as it stood before (one may have handed it on)."""
        needed = self._needed(entry) or Permission.TICKET_EDIT
        before: Row = {}
        for change in entry.rows:
            if change.table == "ticket" and change.key == (entry.subject,):
                before = change.before or {}
        if not work.desk.allows_on(needed, {**row, **before}):
            work.desk.require_on(needed, row, work.verb)

    def _remove_ticket(self, work: Work, group: list[Entry]) -> list[dict[str, Any]]:
        """Take back an opening: every row that this batch made for the ticket goes, unless it was worked on since."""
        number = group[0].subject
        mine = {e.seq for e in group}
        later = [
            seq
            for (seq,) in work.rows(
                "SELECT seq FROM journal WHERE subject_type = 'ticket' AND subject = ? AND seq > ?",
                (number, min(s or 0 for s in mine)),
            )
            if seq not in mine and self._counts(seq, mine)
        ]
        current = work.row("ticket", number)
        if current is None or not self._there(work, current):
            return [{"number": number, "fields": [], "reason": "gone", "whole": True}]
        if later:
            return [{"number": number, "fields": [], "reason": "edited later", "whole": True}]
        if self._tied(work, number, mine):
            tied = [entry.seq for entry in group]
            return [{"number": number, "fields": [], "reason": "edited later", "whole": True, "tied": tied}]
        self._may(work, current, group[-1])
        rows = self._made_rows(work, group)
        work.timers["ticket", number] = {}
        entry = Entry("undo", "ticket", number, work.at, rows=rows, undoes=group[-1].seq,
                      reasons=[{"code": "undo", "seq": group[-1].seq, "verb": group[-1].verb}])  # fmt: skip
        entry.verb = work.verb
        work.record(entry)
        return []

    def _counts(self, seq: int, mine: set[int | None]) -> bool:
        entry = next(journal.read(self.desk.store.reader(), journal.ONE, (seq,)))
        return entry.undoes is None and entry.verb != disclosure.VERB and self._stands(seq)

    @staticmethod
    def _tied(work: Work, number: int, mine: set[int | None]) -> bool:
        """Whether other tickets hang on this one."""
        return bool(
            work.rows(
                "SELECT 1 FROM ticket WHERE parent_number = ?1 OR merged_into = ?1 UNION ALL"
                " SELECT 1 FROM link WHERE other = ?1 LIMIT 1",
                numbered(number),
            )
        )

    @staticmethod
    def _made_rows(work: Work, group: list[Entry]) -> list[RowChange]:
        seen: set[tuple[str, tuple[Any, ...]]] = set()
        rows: list[RowChange] = []
        for entry in group:
            for change in reversed(entry.rows):
                where = (change.table, change.key)
                if change.before is None and where not in seen:
                    seen.add(where)
                    current = work.row(change.table, *change.key)
                    if current is not None:
                        rows.append(RowChange(change.table, change.key, current, None))
                elif change.after is not None and change.table != "ticket" and where not in seen:
                    # What it changed of something else, such as whose an alert is.
                    back, _kept = reversal.reverse_row(work, change)
                    if back is not None:
                        rows.append(back)
        return rows

    def _reverse_plain(self, work: Work, group: list[Entry], ahead: reversal.Ahead) -> list[dict[str, Any]]:
        """Take back entries about something else (or the removal of a ticket), one after another."""
        conflicts: list[dict[str, Any]] = []
        for entry in group:
            rows: list[RowChange] = []
            left: list[reversal.Kept] = []
            then = dict(ahead)
            for change in reversed(entry.rows):
                reverse, kept = reversal.reverse_row(work, change, then)
                if reverse is not None and reverse.after is None and self._referred(work, reverse, then):
                    reverse, kept = None, reversal.Kept(change.table, change.key, ["in use"])
                if reverse is not None:
                    rows.append(reverse)
                    reversal.look_ahead(work, then, reverse)
                if kept is not None:
                    left.append(kept)
                    if (change.table, change.key) == (entry.subject_type, (entry.subject,)) and None in (
                        change.before,
                        change.after,
                    ):
                        # What it made stays (or cannot come back), and with it all that belongs to it.
                        rows, left = [], [kept]
                        break
            conflicts += [
                {"subject": f"{k.table} {k.key[0]}", "fields": k.fields, "reason": "edited later", "whole": not rows}
                for k in left
            ]
            if rows:
                ahead.update(then)
                for r in rows:
                    if r.table == "ticket" and r.before is None and r.after is not None:
                        work.timers["ticket", r.key[0]] = wake_up(r.after)
                        dynamic.soon(work, r.after)
                reasons: list[dict[str, Any]] = [{"code": "undo", "seq": entry.seq, "verb": entry.verb}]
                if left:
                    reasons.append({"code": "undo.kept", "fields": [k.text() for k in left]})
                work.record(
                    Entry(
                        work.verb,
                        entry.subject_type,
                        entry.subject,
                        work.at,
                        rows=rows,
                        undoes=entry.seq,
                        reasons=reasons,
                    )
                )
        return conflicts

    @staticmethod
    def _referred(work: Work, change: RowChange, ahead: reversal.Ahead) -> bool:
        """Whether a row that goes is still referred to, by others than those that go with it."""
        for table, key, condition in _REFERENCES.get(change.table, ()):
            going = {k for (t, k), row in ahead.items() if t == table and row is None}
            sql = (
                f"SELECT {key} FROM {table} WHERE {condition} LIMIT {len(going) + 1}"  # sql: names from the table above
            )
            if any(tuple(found) not in going for found in work.rows(sql, numbered(*change.key))):
                return True
        return False
