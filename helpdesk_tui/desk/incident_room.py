"""What is written in a war room: lines of the timeline, things to do, and the whole room as one file."""

import json
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields, incident_show, paging
from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.rules import incident_lines as lines
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import ACTION_TYPES, ENTRY_LABELS
from helpdesk_tui.vocabulary.instants import iso, parse_instant
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "incident.task": N_("to do: {text}"),
        "incident.task_done": N_("done: {text}"),
        "incident.task_open": N_("to do after all: {text}"),
    }
)
PINNED: Final = 7
"""Lines that may be pinned at once: more would hide what counts."""
TASKS: Final = 500
ENTRIES: Final = 10_000
"""Lines of one room."""
FORMAT: Final = "helpdesk-room"
_MAX_TASK: Final = 1_000
_MAX_SOURCE: Final = 32
_COUNT: Final = "SELECT count(*) FROM incident_entry WHERE number = ?"
_PINS: Final = "SELECT count(*) FROM incident_entry WHERE number = ? AND pinned AND struck_at IS NULL"
_UIDS: Final = "SELECT uid, id FROM incident_entry WHERE number = ?"
_TASKS: Final = "SELECT count(*) FROM incident_task WHERE number = ?"
_ENTRY: Final = "SELECT 1 FROM incident_entry WHERE id = ? AND number = ?"
_TASK: Final = "SELECT 1 FROM incident_task WHERE id = ? AND number = ?"


class Room(Noun):
    """The timeline and the things to do."""

    @verb("incident.note", Permission.INCIDENT_RESPOND)
    def note(
        self,
        number: int,
        text: str,
        *,
        at: Instant | None = None,
        tz: str = "UTC",
        capture: bool = False,
        pin: bool = False,
    ) -> Object:
        """Write a line; `{"entry", "masked", "left_out", …}`: see `incident_show.entry`.

        A line that begins with a time (`10m ago`, `14:05`, in `tz`) happened then. `capture`: what a program printed:
        no time is looked for, what looks like a secret is masked, and of more than 64 KiB the beginning and the end stay.
        """
        words = fields.bounded("text", text, fields.MAX_TEXT, empty=False)
        with self.desk.work("incident.note") as work:
            draft = self._room(work, number, 1)
            happened, said = (
                (None, words) if capture or at is not None else lines.split(words.strip("\n"), work.now, tz)
            )
            said, left_out = lines.bounded(said)
            said, masked = lines.masked(said)
            moment = at if at is not None else happened
            self._not_ahead(moment, work.now)
            made = rows.say(
                work, draft, "capture" if capture else "note", said, at=moment, author_id=self.desk.actor.id
            )
            if pin:
                self._pin(work, draft, made, pinned=True)
            draft.set(updated_at=max(work.now, draft.row["updated_at"] + 1))
            paging.activity(work, number)
        return {**incident_show.one_entry(self.desk, number, made["id"]), "masked": masked, "left_out": left_out}

    @verb("incident.backfill", Permission.INCIDENT_RESPOND)
    def backfill(self, number: int, text: str, *, tz: str = "UTC") -> Object:
        """Write down afterwards what happened: each line begins with its time, one without belongs to the line above.

        `{"added": n, "masked": n}`. A line that stands there already, to the second and the letter, is not added again.
        """
        fields.bounded("text", text, fields.MAX_TEXT, empty=False)
        told: list[tuple[Instant, str]] = []
        for line in text.splitlines():
            at, words = lines.split(line, self.desk.now(), tz) if line[:1].strip() else (None, line)
            if at is not None:
                told.append((at, words))
            elif told:
                told[-1] = (told[-1][0], f"{told[-1][1]}\n{line}")
            elif line.strip():
                raise Invalid(N_("the first line does not begin with a time: {line}"), line=line[:60])
        if not told:
            raise Usage(N_("the text is empty"))
        added = hidden = 0
        with self.desk.work("incident.backfill") as work:
            draft = self._room(work, number, len(told))
            known = set(work.rows("SELECT occurred_at, body FROM incident_entry WHERE number = ?", (number,)))
            for at, words in told:
                said, masked = lines.masked(lines.bounded(words.rstrip())[0])
                if (at, at_rest(said)) in known:
                    continue
                known.add((at, at_rest(said)))
                rows.say(work, draft, "note", said, at=at, author_id=self.desk.actor.id, source="backfill")
                added, hidden = added + 1, hidden + masked
        return {"added": added, "masked": hidden}

    @verb("incident.pin", Permission.INCIDENT_RESPOND)
    def pin(self, number: int, entry: int, *, remove: bool = False) -> Object:
        """Pin a line above the timeline, or take the pin away. Seven at most."""
        with self.desk.work("incident.pin") as work:
            draft = self._room(work, number)
            self._pin(work, draft, self._entry(work, draft, entry), pinned=not remove)
        return incident_show.one_entry(self.desk, number, entry)

    @verb("incident.strike", Permission.INCIDENT_RESPOND)
    def strike(self, number: int, entry: int, *, remove: bool = False) -> Object:
        """Strike a line that is wrong; it stays, marked. One's own; anybody's for who may lead the incident."""
        with self.desk.work("incident.strike") as work:
            draft = self._room(work, number)
            row = self._entry(work, draft, entry)
            if row["author_id"] != self.desk.actor.id:
                self.desk.require_on(Permission.INCIDENT_COMMAND, draft.row, "incident.strike")
            rows.put(draft, rows.ENTRY, row, {"struck_at": None if remove else work.now, "pinned": False})
        return incident_show.one_entry(self.desk, number, entry)

    @verb("incident.task", Permission.INCIDENT_RESPOND)
    def task(
        self,
        number: int,
        text: str,
        *,
        owner: str | None = None,
        due: Instant | None = None,
        action: str | None = None,
    ) -> Object:
        """Something to do: during the incident, or after it, where `action` says what it is for (`prevent`, `detect`,
        `mitigate`, `process`): that needs an owner and a day. See `incident_show.task`."""
        words = fields.bounded("text", text, _MAX_TASK, empty=False).strip()
        if action is not None and action not in ACTION_TYPES:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="action", value=action, choices=", ".join(ACTION_TYPES),
            )  # fmt: skip
        if action is not None and (owner is None or due is None):
            raise Usage(N_("a follow-up action needs an owner and a day by which it is done"))
        with self.desk.work("incident.task") as work:
            draft = self._room(work, number)
            if work.rows(_TASKS, (number,))[0][0] >= TASKS:
                raise Conflict(
                    N_("{ref}: more than {most} things to do are a project of their own"), ref=draft.ref, most=TASKS
                )
            who = None if owner is None else fields.agent(self.desk, owner)
            made = rows.add(
                work, draft, rows.TASK, kind="task" if action is None else "action", type=action or "", text=words,
                owner_id=who, created_at=work.now, due_at=due,
            )  # fmt: skip
            self._tell_task(work, draft, "incident.task", words)
        return incident_show.one_task(self.desk, number, made["id"])

    @verb("incident.done", Permission.INCIDENT_RESPOND)
    def done(self, number: int, task: int, *, remove: bool = False) -> Object:
        """Something is done, or (`remove`) was not after all."""
        with self.desk.work("incident.done") as work:
            draft = self._room(work, number)
            if not work.rows(_TASK, (task, number)):
                raise NotFound(N_("{ref} has no task {task}"), ref=draft.ref, task=task)
            row = work.row(rows.TASK, task)
            assert row is not None
            if (row["done_at"] is None) == remove:
                raise Conflict(N_("task {task} is so already"), task=task)
            values = (
                {"done_at": None, "done_by": None} if remove else {"done_at": work.now, "done_by": self.desk.actor.id}
            )
            rows.put(draft, rows.TASK, row, values)
            self._tell_task(work, draft, "incident.task_open" if remove else "incident.task_done", row["text"])
        return incident_show.one_task(self.desk, number, task)

    # -- the room as a file ------------------------------------------------------------------------------------

    @verb("incident.export", Permission.NOTE_READ, reads=True)
    def export(self, number: int) -> Object:
        """The whole room as one document, for the day on which the desk itself cannot be reached: it can be written on
        (`entries`: `{"uid", "kind", "occurred_at", "recorded_at", "author", "body", …}`) and taken in again."""
        return {"format": FORMAT, "version": 1, **incident_show.whole(self.desk, number, ENTRIES)}

    @verb("incident.merge", Permission.INCIDENT_RESPOND)
    def merge(self, number: int, document: dict[str, Any]) -> Object:
        """Take in a room's document: lines that are not there yet are added, by their `uid`; what was struck or pinned
        there is so here. `{"added": n, "known": n, "conflicts": [uid]}`; a line whose words differ is left as it is.

        Raises Invalid for a document that is none, naming what is wrong.
        """
        if document.get("format") != FORMAT or not isinstance(document.get("entries"), list):
            raise Invalid(N_("this is no room of a desk: {format} is needed"), format=FORMAT)
        told = [_read(place, one, self.desk.now()) for place, one in enumerate(document["entries"])]
        added, known, conflicts = 0, 0, list[str]()
        with self.desk.work("incident.merge") as work:
            draft = self._room(work, number, len(told))
            have = dict(work.rows(_UIDS, (number,)))
            for one in told:
                if one["uid"] in have:
                    row = work.row(rows.ENTRY, have[one["uid"]]) or {}
                    same = row["body"] == at_rest(one["body"]) and row["occurred_at"] == one["occurred_at"]
                    known += 1
                    if not same:
                        conflicts.append(one["uid"])
                    values: dict[str, Any] = {}
                    if one["struck_at"] is not None and row["struck_at"] is None:
                        values["struck_at"] = one["struck_at"]
                    if values:
                        rows.put(draft, rows.ENTRY, row, values)
                    continue
                author = None if one["author"] is None else self.desk.directory.find(one["author"])
                rows.add(
                    work, draft, rows.ENTRY, uid=one["uid"], kind=one["kind"], occurred_at=one["occurred_at"],
                    recorded_at=one["recorded_at"], author_id=None if author is None else author.id,
                    source=one["source"] or ("" if author else (one["author"] or "")[:_MAX_SOURCE]), body=one["body"],
                    struck_at=one["struck_at"], document=one["document"],
                )  # fmt: skip
                have[one["uid"]] = -1
                added += 1
        return {"added": added, "known": known, "conflicts": conflicts}

    # -- inside ------------------------------------------------------------------------------------------------

    def _room(self, work: "Work", number: int, more: int = 0) -> "Draft":
        """The draft of a ticket with a room that has place for so many lines more."""
        draft = work.ticket(number, Permission.INCIDENT_RESPOND)
        rows.declared(work, draft)
        if more and work.rows(_COUNT, (number,))[0][0] + more > ENTRIES:
            raise Conflict(N_("{ref}: a room holds {most} lines at most"), ref=draft.ref, most=ENTRIES)
        return draft

    @staticmethod
    def _not_ahead(at: Instant | None, now: Instant) -> None:
        if at is not None and at > now:
            raise Invalid(N_("{at} has not come yet"), at=iso(at))

    def _entry(self, work: "Work", draft: "Draft", entry: int) -> dict[str, Any]:
        if not work.rows(_ENTRY, (entry, draft.number)):
            raise NotFound(N_("{ref} has no line {entry}"), ref=draft.ref, entry=entry)
        row = work.row(rows.ENTRY, entry)
        assert row is not None
        return row

    def _pin(self, work: "Work", draft: "Draft", row: dict[str, Any], *, pinned: bool) -> None:
        if pinned and not row["pinned"] and work.rows(_PINS, (draft.number,))[0][0] >= PINNED:
            raise Conflict(N_("{ref}: {most} lines are pinned; take one away first"), ref=draft.ref, most=PINNED)
        rows.put(draft, rows.ENTRY, row, {"pinned": pinned})

    def _tell_task(self, work: "Work", draft: "Draft", code: str, text: str) -> None:
        said = Reason(code, {"text": text})
        draft.because(said)
        rows.say(work, draft, "task", said, author_id=self.desk.actor.id)


def _read(place: int, one: Any, now: Instant) -> Object:
    """One line of a document, with care: it comes from outside. Raises Invalid."""

    def wrong(key: str) -> Invalid:
        return Invalid(N_("entries[{place}].{key} is missing or no value of its kind"), place=place, key=key)

    if not isinstance(one, dict):
        raise wrong("uid")
    texts = {"uid": 64, "kind": 16, "author": 255, "source": _MAX_SOURCE, "body": lines.MOST + 100}
    out: Object = {}
    for key, most in texts.items():
        value = one.get(key)
        if value is None and key in ("author", "source", "body"):
            value = None if key == "author" else ""
        elif not isinstance(value, str) or len(value) > most or (key in ("uid", "kind") and not value):
            raise wrong(key)
        out[key] = value
    if out["kind"] not in ENTRY_LABELS:
        raise wrong("kind")
    for key in ("occurred_at", "recorded_at", "struck_at"):
        value = one.get(key)
        if value is None and key == "struck_at":
            out[key] = None
            continue
        try:
            out[key] = parse_instant(value, now) if isinstance(value, str) and value[:1].isdigit() else None
        except Invalid:
            out[key] = None
        if out[key] is None or (key != "occurred_at" and out[key] > now):
            raise wrong(key)
    out["body"] = lines.masked(out["body"])[0]
    said = one.get("said")
    out["document"] = "{}"
    if isinstance(said, dict) and isinstance(said.get("code"), str) and len(json.dumps(said)) < 4_000:
        out["document"] = journal.canonical({k: v for k, v in said.items() if k != "sentence"})
    return out
