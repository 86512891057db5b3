"""`desk.reviews`: post-incident reviews, from the draft that the record gives to what is published or waived."""

import json
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields, incident_follow, masking, review_draft
from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.forms import Namer
from helpdesk_tui.desk.moves import given
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.review_rows import APPROVED, DRAFT, PUBLISHED, REVIEW, STATES, WAIVED, make
from helpdesk_tui.desk.shapes import Object, Objects, expect, when
from helpdesk_tui.desk.ticket_talk import add_comment
from helpdesk_tui.rules import review_text
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Row
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound
from helpdesk_tui.vocabulary.i18n import N_, _, language
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.reviews import SECTIONS
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import at_rest, one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "review.drafted": N_("review drafted"),
        "review.edited": N_("review edited"),
        "review.approved": N_("review approved"),
        "review.published": N_("review published: {actions} actions became tickets"),
        "review.waived": N_("closed without a review: {text}"),
    }
)
LIST_STATES: Final = ("open", "overdue", *STATES, "all")
_MAX_WAIVER: Final = 1_000
_DIGITS: Final = 16
_COLUMNS: Final = (
    "r.number, r.state, r.owner_id, r.created_at, r.due_at, r.approved_at, r.approved_by, r.published_at, r.waived_at,"
    " r.waived_by, r.waiver, r.document, r.version, t.kind, t.title, i.severity, i.nature"
)
_FROM: Final = (
    f"SELECT {_COLUMNS} FROM review r JOIN ticket t ON t.number = r.number"  # sql: names from above
    " JOIN incident i ON i.number = r.number"
)
_ONE: Final = f"{_FROM} WHERE r.number = ?"  # sql: names from above
_LIST: Final = (
    f"{_FROM} WHERE t.deleted_at IS NULL AND t.merged_into IS NULL AND (?1 = 'all' OR r.state = ?1"  # sql: names from above
    " OR (?1 IN ('open', 'overdue') AND r.state IN ('draft', 'approved') AND (?1 = 'open' OR r.due_at < ?2)))"
    " ORDER BY r.due_at IS NULL, r.due_at, r.number LIMIT ?3"
)
_ENTRIES: Final = "SELECT id FROM incident_entry WHERE number = ?"
_OPEN_ACTIONS: Final = "SELECT id FROM incident_task WHERE number = ? AND kind = 'action' AND result_number IS NULL AND done_at IS NULL ORDER BY id"
_ACTIONS: Final = (
    "SELECT k.id, k.number, k.type, k.text, k.owner_id, k.due_at, k.done_at, k.result_number, t.kind, t.title"
    " FROM incident_task k JOIN ticket t ON t.number = k.number WHERE k.kind = 'action' AND t.deleted_at IS NULL"
    " AND (?1 = 'all' OR (k.done_at IS NULL AND (?1 = 'open' OR k.due_at < ?2)))"
    " ORDER BY k.done_at IS NOT NULL, k.due_at IS NULL, k.due_at, k.id LIMIT ?3"
)


class Reviews(Noun):
    """Post-incident reviews."""

    # -- reading -----------------------------------------------------------------------------------------------

    @verb("review.list", Permission.NOTE_READ, reads=True)
    def list(self, state: str = "open", *, limit: int = 200) -> Objects:
        """Reviews that one may know of, the longest due first: the head's keys (`show` without `document`, `actions`,
        `missing` and `text`). `state` is `open`, `overdue`, `draft`, `approved`, `published`, `waived` or `all`."""
        if state not in LIST_STATES:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="state", value=state, choices=", ".join(LIST_STATES),
            )  # fmt: skip
        found = self.desk.store.query(_LIST, numbered(state, self.desk.now(), max(1, min(limit, 10_000))))
        namer = self._namer()
        return [
            self._head(namer, row)
            for row in found
            if self.desk.reading.knows(row[0]) and self.desk.reading.inside(row[0])
        ]

    @verb("review.actions", Permission.NOTE_READ, reads=True)
    def actions(self, state: str = "open", *, limit: int = 200) -> Objects:
        """Follow-up actions of all incidents that one may know of, the longest due first: `{"id", "number", "ref",
        "title", "action", "text", "owner", "due_at", "done_at", "overdue", "result"}`. `state`: `open`, `overdue`, `all`."""
        if state not in ("open", "overdue", "all"):
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="state", value=state, choices="open, overdue, all",
            )  # fmt: skip
        now, namer = self.desk.now(), self._namer()
        out = []
        for row in self.desk.store.query(_ACTIONS, numbered(state, now, max(1, min(limit, 10_000)))):
            key, number, of_type, words, owner, due, done, result, kind, title = row
            if not (self.desk.reading.knows(number) and self.desk.reading.inside(number)):
                continue
            out.append(
                {
                    "id": key, "number": number, "ref": ref(kind, number), "title": title, "action": of_type or None,
                    "text": words, "owner": None if owner is None else namer.person(owner), "due_at": when(due),
                    "done_at": when(done), "overdue": done is None and due is not None and due < now, "result": result,
                }
            )  # fmt: skip
        return out

    @verb("review.show", Permission.NOTE_READ, reads=True)
    def show(self, number: int, *, tz: str = "UTC") -> Object:
        """One review: `{"number", "ref", "title", "severity", "nature", "state", "owner", "created_at", "due_at",
        "overdue", "approved_at", "approved_by", "published_at", "waived_at", "waived_by", "waiver", "version",
        "document", "actions", "missing", "text"}`.

        `document` holds the parts (`vocabulary.reviews.SECTIONS`), `actions` are as `incident_show.task`, `missing` what it
        still lacks, and `text` is all of it as Markdown, in which it is edited. Raises NotFound where there is none.
        """
        facts = self.desk.reading.facts(number)
        self.desk.require_on(Permission.NOTE_READ, facts, "review.show")
        found = self.desk.store.query(_ONE, (number,))
        if not found:
            raise NotFound(
                N_("{ref} has no review; `helpdesk review draft {number}` begins one"),
                ref=ref(facts["kind"], number), number=number,
            )  # fmt: skip
        room = self.desk.incidents.show(number, limit=10_000)
        head = self._head(self._namer(), found[0])
        document = json.loads(found[0][11])
        tasks = [one for one in room["tasks"] if one["kind"] == "action"]
        title = _("Review of {ref}: {title}").format(ref=head["ref"], title=one_line(head["title"], 200))
        text = review_text.write(
            title, document, [review_draft.action_line(one) for one in tasks], review_draft.timeline(room, tz),
            language(),
        )  # fmt: skip
        return {**head, "document": document, "actions": tasks, "missing": review_text.missing(document), "text": text}

    # -- writing -----------------------------------------------------------------------------------------------

    @verb("review.draft", Permission.INCIDENT_RESPOND)
    def draft(self, number: int, *, again: bool = False, owner: str | None = None, tz: str = "UTC") -> Object:
        """Begin the review with what the incident's record tells; `again`: throw away what was written, and begin anew.

        Raises Conflict where one was begun already, or it is published or waived.
        """
        room = self.desk.incidents.show(number, limit=10_000)
        document = review_draft.draft(self.desk, number, room, tz)
        who = None if owner is None else fields.agent(self.desk, owner)
        with self.desk.work("review.draft") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            incident = rows.declared(work, draft)
            since = incident["resolved_at"] if incident["resolved_at"] is not None else work.now
            row = make(work, draft, since)
            self._changeable(draft, row)
            if json.loads(row["document"]) and not again:
                raise Conflict(N_("{ref}: the review was begun already; --again throws it away"), ref=draft.ref)
            values: dict[str, Any] = {"document": at_rest(journal.canonical(document)), "state": DRAFT}
            if who is not None:
                values["owner_id"] = who
            rows.put(draft, REVIEW, row, values)
            self._say(work, draft, Reason("review.drafted"))
        return self.show(number, tz=tz)

    @verb("review.edit", Permission.INCIDENT_RESPOND)
    def edit(self, number: int, text: str, *, version: int | None = None, tz: str = "UTC") -> Object:
        """Take in a review that somebody edited as Markdown (see `review_text`); one that was approved is a draft again.

        New actions become tasks of the room; those with a number are changed where their line is, unless they are done or
        a ticket. Raises Invalid with the line that cannot be understood, or a line of the
        timeline that is cited and not there.
        """
        fields.bounded("text", text, fields.MAX_TEXT, empty=False)
        found = review_text.read(text)
        with self.desk.work("review.edit") as work:
            draft, row = self._review(work, number, Permission.INCIDENT_RESPOND)
            self._changeable(draft, row)
            expect(row, version, draft.ref)
            known = {key for (key,) in work.rows(_ENTRIES, (number,))}
            cited = {line for part in ("factors", "whys") for one in found.document[part] for line in one["lines"]}
            if not cited <= known:
                raise Invalid(N_("{ref} has no line {entry}"), ref=draft.ref, entry=min(cited - known))
            rows.put(
                draft, REVIEW, row, {"document": at_rest(journal.canonical(found.document)), "state": DRAFT,
                                     "approved_at": None, "approved_by": None},
            )  # fmt: skip
            for action in found.actions:
                if "id" in action:
                    self._revise(work, draft, action)
                    continue
                due = parse_instant(action["due"], work.now)
                rows.add(
                    work, draft, rows.TASK, kind="action", type=action["type"], text=action["text"][:1_000],
                    owner_id=fields.agent(self.desk, action["owner"]), created_at=work.now, due_at=due,
                )  # fmt: skip
            self._say(work, draft, Reason("review.edited"))
        return self.show(number, tz=tz)

    @verb("review.approve", Permission.REVIEW_APPROVE)
    def approve(self, number: int) -> Object:
        """Approve a review that is whole. Raises Conflict with what it lacks."""
        with self.desk.work("review.approve") as work:
            draft, row = self._review(work, number, Permission.REVIEW_APPROVE)
            self._changeable(draft, row)
            if row["state"] == APPROVED:
                raise Conflict(N_("{ref}: its review is approved already"), ref=draft.ref)
            lacking = review_text.missing(json.loads(row["document"]))
            if lacking:
                names = ", ".join(_(SECTIONS[name]) for name in lacking)
                raise Conflict(N_("{ref}: its review still lacks: {parts}"), ref=draft.ref, parts=names)
            rows.put(
                draft, REVIEW, row, {"state": APPROVED, "approved_at": work.now, "approved_by": self.desk.actor.id}
            )
            self._say(work, draft, Reason("review.approved"))
        return self.show(number)

    @verb("review.publish", Permission.REVIEW_APPROVE)
    def publish(self, number: int) -> Object:
        """Publish an approved review: it is put on the ticket as a note, so that it is found by its words, and every
        follow-up action without a ticket becomes one (prevent: a problem; detect, mitigate: a change; process: an
        improvement)."""
        text = self.show(number)["text"]
        with self.desk.work("review.publish") as work:
            draft, row = self._review(work, number, Permission.REVIEW_APPROVE)
            self._changeable(draft, row)
            if row["state"] != APPROVED:
                raise Conflict(N_("{ref}: its review is not approved yet"), ref=draft.ref)
            tasks = [key for (key,) in work.rows(_OPEN_ACTIONS, (number,))]
            for key in tasks:
                task = work.row(rows.TASK, key)
                assert task is not None
                incident_follow.become(work, draft, task, incident_follow.BY_TYPE[task["type"] or "process"])
            rows.put(draft, REVIEW, row, {"state": PUBLISHED, "published_at": work.now})
            add_comment(work, draft, CommentKind.NOTE, text[: fields.MAX_TEXT], self.desk.actor.id)
            self._say(work, draft, Reason("review.published", {"actions": len(tasks)}))
        return self.show(number)

    @verb("review.waive", Permission.REVIEW_APPROVE)
    def waive(self, number: int, reason: str) -> Object:
        """Sign that an incident may be closed without a review, and why; by name, and kept."""
        words = fields.bounded("reason", reason, _MAX_WAIVER, empty=False).strip()
        with self.desk.work("review.waive") as work:
            draft = work.ticket(number, Permission.REVIEW_APPROVE)
            incident = rows.declared(work, draft)
            row = make(work, draft, incident["resolved_at"] if incident["resolved_at"] is not None else work.now)
            self._changeable(draft, row)
            rows.put(
                draft, REVIEW, row,
                {"state": WAIVED, "waived_at": work.now, "waived_by": self.desk.actor.id, "waiver": words},
            )  # fmt: skip
            draft.because(*given(words))
            rows.say(work, draft, "review", Reason("review.waived", {"text": words}), author_id=self.desk.actor.id)
        return self.show(number)

    # -- inside ------------------------------------------------------------------------------------------------

    def _namer(self) -> Namer:
        return Namer(self.desk.store.reader(), masking.veil(self.desk))

    def _review(self, work: "Work", number: int, permission: Permission) -> "tuple[Draft, Row]":
        draft = work.ticket(number, permission)
        rows.declared(work, draft)
        row = rows.standing(work, draft, REVIEW, number)
        if row is None:
            raise NotFound(
                N_("{ref} has no review; `helpdesk review draft {number}` begins one"), ref=draft.ref, number=number
            )
        return draft, row

    def _revise(self, work: "Work", draft: "Draft", action: dict[str, str]) -> None:
        """Change an action that is known as its line says; what is done or became a ticket is changed there."""
        key = int(action["id"]) if len(action["id"]) < _DIGITS else -1
        row = work.row(rows.TASK, key)
        if row is None or row["number"] != draft.number:
            raise NotFound(N_("{ref} has no task {task}"), ref=draft.ref, task=action["id"][:_DIGITS])
        if row["done_at"] is not None or row["result_number"] is not None:
            return
        values: dict[str, Any] = {}
        if action["text"] != one_line(row["text"], 300):
            values["text"] = action["text"][:1_000]
        if action["type"] != (row["type"] or "process"):
            values["type"] = action["type"]
        owner = self.desk.directory.person(row["owner_id"])
        if action.get("owner", "-") not in ("-", None if owner is None else owner.handle):
            values["owner_id"] = fields.agent(self.desk, action["owner"])
        if "due" in action and action["due"] != (when(row["due_at"]) or "")[:10]:
            values["due_at"] = parse_instant(action["due"], work.now)
        rows.put(draft, rows.TASK, row, values)

    @staticmethod
    def _changeable(draft: "Draft", row: Row) -> None:
        if row["state"] == PUBLISHED:
            raise Conflict(N_("{ref}: its review is published"), ref=draft.ref)
        if row["state"] == WAIVED:
            raise Conflict(N_("{ref}: its review was waived"), ref=draft.ref)

    def _say(self, work: "Work", draft: "Draft", said: Reason) -> None:
        draft.because(said)
        rows.say(work, draft, "review", said, author_id=self.desk.actor.id)

    def _head(self, namer: Namer, row: tuple[Any, ...]) -> Object:
        (number, state, owner, created, due, approved, approver, published, waived, waiver, why, _document, version,
         kind, title, severity, nature) = row  # fmt: skip

        def name(person: int | None) -> Any:
            return None if person is None else namer.person(person)

        return {
            "number": number,
            "ref": ref(kind, number),
            "title": title,
            "severity": Severity(severity).name,
            "nature": nature,
            "state": state,
            "owner": name(owner),
            "created_at": when(created),
            "due_at": when(due),
            "overdue": state in (DRAFT, APPROVED) and due is not None and due < self.desk.now(),
            "approved_at": when(approved),
            "approved_by": name(approver),
            "published_at": when(published),
            "waived_at": when(waived),
            "waived_by": name(waiver),
            "waiver": why,
            "version": version,
        }
