"""`desk.on_call`: schedules, what is laid over them by hand, and who is on."""

import json
from typing import Any, Final

from helpdesk_tui.desk import fields, on_call_form, on_call_shown
from helpdesk_tui.desk.on_call_shown import Names
from helpdesk_tui.desk.on_call_who import (
    ASKED,
    CHANGE,
    SCHEDULE,
    STANDING,
    SWAP,
    TEMPORARY,
    WITHDRAWN,
    Kept,
    assembled,
    changes_of,
    kept,
    known_then,
    name_of,
    person_text,
    schedule_row,
    schedule_rows,
)
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import NOTHING, Object, Objects, Texts, code, expect, reason, unused, when
from helpdesk_tui.desk.work import Work
from helpdesk_tui.rules.oncall import on_call
from helpdesk_tui.rules.oncall_spec import KINDS
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.store.journal import canonical
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

DAYS: Final = 14
_MOST_DAYS: Final = 400
_LONGEST: Final = 366 * DAY
_MAX_NOTE: Final = 1_000
_ALL_TIME: Final = (-(2**62), 2**62)


class OnCall(Noun):
    """On call."""

    # -- reading -----------------------------------------------------------------------------------------------

    @verb("oncall.now", Permission.ON_CALL_READ, reads=True)
    def now(self, schedule: str | None = None, *, at: Instant | None = None) -> Objects:
        """Who is on, one row a schedule in use (or of the one named), at this instant or another.

        `{"schedule", "name", "timezone", "team", "active", "at", "ids", "people", "names", "gap", "until_at",
        "next_people", "next_names", "reasons", "open_swaps"}`.
        """
        moment, names = self.desk.now() if at is None else at, Names(self.desk)
        if schedule is not None:
            wanted = [schedule_row(self.desk, schedule)]
        else:
            wanted = [row for row in schedule_rows(self.desk) if row["active"]]
        found = []
        for row in wanted:
            laid = changes_of(self.desk, row["id"], moment, _ALL_TIME[1])
            found.append(on_call_shown.now_row(self.desk, assembled(row, laid), moment, names))
        return found

    @verb("oncall.show", Permission.ON_CALL_READ, reads=True)
    def show(self, schedule: str, *, start: Instant | None = None, days: int = DAYS) -> Objects:
        """The shifts and gaps of a schedule, one after another, from now (or `start`) on for 14 days (1 to 400).

        `{"schedule", "start_at", "end_at", "ids", "people", "names", "gap", "changed", "refs", "reasons"}`.
        """
        begin, end = self._stretch(start, days)
        return on_call_shown.shift_rows(kept(self.desk, schedule, begin, end), begin, end, Names(self.desk))

    @verb("oncall.schedules", Permission.ON_CALL_READ, reads=True)
    def schedules(self) -> Objects:
        """All schedules by code: `{"code", "name", "timezone", "team", "active", "layers", "people", "version"}`."""
        return [self._told(row) for row in schedule_rows(self.desk)]

    @verb("oncall.document", Permission.ON_CALL_READ, reads=True)
    def document(self, schedule: str) -> Object:
        """A schedule in the form in which it is written: what `oncall.edit` takes again."""
        return on_call_form.document_of(self.desk, schedule_row(self.desk, schedule))

    @verb("oncall.changes", Permission.ON_CALL_READ, reads=True)
    def changes(self, schedule: str | None = None, *, state: str = "open") -> Objects:
        """Overrides, temporary schedules and swaps that are not over (`open`), or those `asked`, `past`, or `all`.

        `{"id", "ref", "schedule", "kind", "state", "start_at", "end_at", "ids", "people", "names", "removed",
        "removed_name", "note", "author", "version"}`.
        """
        wanted = fold(state)
        if wanted not in ("open", "asked", "past", "all"):
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="state",
                value=state,
                choices="open, asked, past, all",
            )
        now, names, found = self.desk.now(), Names(self.desk), Objects()
        start, end = {"open": (now, _ALL_TIME[1]), "asked": (now, _ALL_TIME[1])}.get(wanted, _ALL_TIME)
        rows = schedule_rows(self.desk) if schedule is None else [schedule_row(self.desk, schedule)]
        for row in rows:
            found += on_call_shown.change_rows(self.desk, row, start, end, names)
        if wanted == "open":
            return [each for each in found if each["state"] in (ASKED, STANDING)]
        return found if wanted == "all" else [each for each in found if each["state"] == wanted]

    @verb("oncall.history", Permission.ON_CALL_READ, reads=True)
    def history(self, schedule: str, at: Instant, *, as_known_now: bool = False) -> Object:
        """Who was on at an instant, by the schedule as the journal knew it then; or as everything is known now.

        What is edited afterwards moves the second answer only. `{"schedule", "at", "known_at", "ids", "people",
        "names", "reasons"}`. Raises NotFound where the schedule was not there yet.
        """
        now = self.desk.now()
        known_at = now if as_known_now else min(at, now)
        row = schedule_row(self.desk, schedule)
        found = (
            kept(self.desk, schedule, at, at + 1)
            if as_known_now
            else known_then(self.desk, row["id"], at, at + 1, known_at)
        )
        on, names = (on_call(found.rule, at) if found.row["active"] else ()), Names(self.desk)
        return {
            "schedule": row["code"],
            "at": when(at),
            "known_at": when(known_at),
            **names.group(on_call_shown.ids(on)),
            "reasons": names.reasons(on),
        }

    @verb("oncall.preview", Permission.ON_CALL_READ, reads=True)
    def preview(self, text: str, schedule: str | None = None, *, start: Instant | None = None) -> Object:
        """What 14 days would look like with this schedule, before it is saved: `{"shifts", "changes", "warnings"}`.

        With the code of a schedule that is kept: what is laid over it counts, and `changes` tells the stretches in which
        others would be on than as it stands. Raises Invalid as `oncall.add` does.
        """
        begin, end = self._stretch(start, DAYS)
        row = None if schedule is None else schedule_row(self.desk, schedule)
        written = on_call_form.read(self.desk, text, row)
        laid = [] if row is None else changes_of(self.desk, row["id"], begin, end)
        would = assembled(
            {"id": 0, "code": row["code"] if row else "-", "tz": written.tz, "active": True,
             "document": canonical(written.document)}, laid,
        )  # fmt: skip
        names = Names(self.desk)
        after = on_call_shown.shifts_of(would, begin, end)
        before = on_call_shown.shifts_of(assembled(row, laid), begin, end) if row is not None else []
        return {
            "shifts": [on_call_shown.shift_row(would, shift, names) for shift in after],
            "changes": on_call_shown.differences(before, after, names) if row is not None else [],
            "warnings": [reason(each) for each in on_call_form.told(self.desk, written, begin)],
        }

    @verb("oncall.brief", Permission.ON_CALL_READ, reads=True)
    def brief(self, schedule: str, *, at: Instant | None = None) -> Object:
        """The hand-over brief for who comes on next (at the instant of the hand-off, or another); see `on_call_brief`."""
        from helpdesk_tui.desk.on_call_brief import brief

        return brief(self.desk, schedule_row(self.desk, schedule), at)

    @verb("oncall.export", Permission.ON_CALL_READ, reads=True)
    def export(
        self,
        schedule: str | None = None,
        *,
        form: str = "ics",
        start: Instant | None = None,
        days: int = DAYS,
    ) -> Object:
        """Shifts as a calendar (`ics`, one schedule) or as a page to print (`text`, names and phone numbers)."""
        from helpdesk_tui.desk.on_call_paper import calendar, page

        begin, end = self._stretch(start, days)
        wanted = fold(form)
        if wanted not in ("ics", "text"):
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field="form", value=form, choices="ics, text"
            )
        if wanted == "ics" and schedule is None:
            raise Usage(N_("name the schedule: a calendar holds one"))
        rows = (
            [r for r in schedule_rows(self.desk) if r["active"]]
            if schedule is None
            else [schedule_row(self.desk, schedule)]
        )
        known = [kept(self.desk, row["code"], begin, end) for row in rows]
        text = calendar(self.desk, known[0], begin, end) if wanted == "ics" else page(self.desk, known, begin, end)
        return {"schedule": schedule, "form": wanted, "text": text}

    # -- schedules ---------------------------------------------------------------------------------------------

    @verb("oncall.add", Permission.ON_CALL_EDIT)
    def add(self, schedule: str, text: str, *, name: str | None = None, team: str | None = None) -> Object:
        """Keep a new schedule under a code, from a text of the form that `oncall simulate` reads (TOML or JSON).

        Its people are logins or addresses. Raises Invalid with line and key; `warnings` tells of gaps and people who are
        not active. Scope team: a schedule of a team of one's own.
        """
        wanted = code("schedule", schedule)
        written = on_call_form.read(self.desk, text)
        row: Row = {
            "code": wanted,
            "name": _name(name or written.name or wanted),
            "tz": written.tz,
            "team_id": self._team(team or written.team),
            "document": canonical(written.document),
        }
        self._require_team(Permission.ON_CALL_EDIT, row["team_id"], "oncall.add")
        from helpdesk_tui.store.apply import new_row

        with self.desk.work("oncall.add") as work:
            unused(work, SCHEDULE, "code", wanted)
            work.entity("oncall.add", SCHEDULE, key := work.next_id(SCHEDULE), None, new_row(SCHEDULE, id=key, **row))
        return self._saved(wanted, written)

    @verb("oncall.edit", Permission.ON_CALL_EDIT)
    def edit(
        self,
        schedule: str,
        text: str | None = None,
        *,
        name: str | None = None,
        team: str | None = None,
        active: bool | None = None,
        version: int | None = None,
    ) -> Object:
        """Change a schedule: another text, name, team (`none`: nobody's), or whether it is in use.

        Whoever is on turn stays so where only the people of a rotation change. Answers about the past stay what they were.
        """
        if text is None and name is None and team is None and active is None:
            raise Usage(N_("nothing to change: give a file, a name, a team, or whether it is in use"))
        found = schedule_row(self.desk, schedule)
        self._require_team(Permission.ON_CALL_EDIT, found["team_id"], "oncall.edit")
        values: Row = {}
        written = None if text is None else on_call_form.read(self.desk, text, found)
        if written is not None:
            values |= {"tz": written.tz, "document": canonical(written.document)}
            name, team = name or written.name, team or written.team
        if name is not None:
            values["name"] = _name(name)
        if team is not None:
            values["team_id"] = self._team(team)
            self._require_team(Permission.ON_CALL_EDIT, values["team_id"], "oncall.edit")
        if active is not None:
            values["active"] = active
        with self.desk.work("oncall.edit") as work:
            row = work.row(SCHEDULE, found["id"]) or {}
            expect(row, version, found["code"])
            work.entity("oncall.edit", SCHEDULE, found["id"], row, {**row, **values})
        return self._saved(found["code"], written)

    # -- what is laid over -------------------------------------------------------------------------------------

    @verb("oncall.override", Permission.ON_CALL_OVERRIDE)
    def override(
        self,
        schedule: str,
        *,
        start: Instant,
        end: Instant,
        kind: str = "cover",
        people: Texts | None = None,
        removed: str | None = None,
        priority: int = 0,
        note: str = "",
    ) -> Object:
        """Let others be on in [start, end): `cover` (in everybody's place), `replace` one, `add`, or `remove` one.

        Of several covers those of the highest priority stand. Scope team: schedules of one's own teams; for one's own
        turns ask for a swap.
        """
        wanted = fold(kind)
        if wanted not in KINDS:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field="kind", value=kind, choices=", ".join(KINDS)
            )
        takes_off = wanted in ("replace", "remove")
        if (wanted == "remove") == bool(people):
            raise Usage(N_("name the people who are on: cover, replace and add need them, remove takes none"))
        if takes_off != (removed is not None):
            raise Usage(N_("name whom it takes off: replace and remove need them, cover and add take none"))
        found, row = self._changing("oncall.override", schedule, start, end)
        document: Object = {}
        if people:
            document["people"] = [person_text(fields.agent(self.desk, text)) for text in people]
        if removed is not None:
            document["removed"] = person_text(self._on_duty(found, removed, start, end))
        if priority:
            document["priority"] = priority
        return self._lay("oncall.override", row, wanted, STANDING, start, end, document, note)

    @verb("oncall.temporary", Permission.ON_CALL_OVERRIDE)
    def temporary(
        self, schedule: str, *, start: Instant, end: Instant, shifts: Objects | None = None, note: str = ""
    ) -> Object:
        """Suspend a schedule in [start, end), gaps and all, in favour of fixed shifts.

        A shift is `{"start", "end", "people"}`: UTC seconds and logins or addresses; without any nobody is on.
        """
        _found, row = self._changing("oncall.temporary", schedule, start, end)
        fixed = [self._fixed(shift, n, start, end) for n, shift in enumerate(shifts or ())]
        return self._lay("oncall.temporary", row, TEMPORARY, STANDING, start, end, {"shifts": fixed}, note)

    @verb("oncall.swap", Permission.ON_CALL_OVERRIDE)
    def swap(
        self,
        schedule: str,
        *,
        start: Instant,
        end: Instant,
        requester: str | None = None,
        taker: str | None = None,
        note: str = "",
    ) -> Object:
        """Ask somebody to take over one's own turns in [start, end); nothing changes until somebody does.

        `requester` asks for another (scope team); a `taker` who is named has agreed already (scope team, too).
        """
        found, row = self._changing("oncall.swap", schedule, start, end, own=True)
        person = self.desk.actor.id if requester is None else fields.agent(self.desk, requester)
        chosen = None if taker is None else fields.agent(self.desk, taker)
        if person != self.desk.actor.id or chosen not in (None, self.desk.actor.id):
            self._require_team(Permission.ON_CALL_OVERRIDE, row["team_id"], "oncall.swap")
        if person == chosen:
            raise Invalid(N_("nobody swaps with themselves"))
        self._on_duty(found, f"#{person}", start, end)
        document: Object = {"requester": person_text(person)}
        if chosen is not None:
            document["taker"] = person_text(chosen)
        return self._lay("oncall.swap", row, SWAP, ASKED if chosen is None else STANDING, start, end, document, note)

    @verb("oncall.take", Permission.ON_CALL_OVERRIDE)
    def take(self, change: int, *, taker: str | None = None, version: int | None = None) -> Object:
        """Take over the turns that somebody offers; `taker` names another who agreed (scope team)."""
        person = self.desk.actor.id if taker is None else fields.agent(self.desk, taker)
        with self.desk.work("oncall.take") as work:
            row, schedule = self._standing(work, change)
            if person != self.desk.actor.id:
                self._require_team(Permission.ON_CALL_OVERRIDE, schedule["team_id"], "oncall.take")
            document = json.loads(row["document"])
            expect(row, version, name_of(change))
            if row["kind"] != SWAP or row["state"] != ASKED:
                raise Conflict(N_("{ref}: there is nothing to take over"), ref=name_of(change))
            if row["end_at"] <= work.now:
                raise Conflict(N_("{ref} is over"), ref=name_of(change))
            if document["requester"] == person_text(person):
                raise Invalid(N_("nobody swaps with themselves"))
            document["taker"] = person_text(person)
            self._record(work, "oncall.take", row, {**row, "state": STANDING, "document": canonical(document)})
        return self._change(change)

    @verb("oncall.withdraw", Permission.ON_CALL_OVERRIDE)
    def withdraw(self, change: int, *, version: int | None = None) -> Object:
        """Withdraw an override, a temporary schedule or a swap; of a swap both sides may. What was on stays so in `history`."""
        with self.desk.work("oncall.withdraw") as work:
            row, schedule = self._standing(work, change)
            document = json.loads(row["document"])
            mine = person_text(self.desk.actor.id) in (document.get("requester"), document.get("taker"))
            if not mine:
                self._require_team(Permission.ON_CALL_OVERRIDE, schedule["team_id"], "oncall.withdraw")
            expect(row, version, name_of(change))
            self._record(work, "oncall.withdraw", row, {**row, "state": WITHDRAWN})
        return self._change(change)

    # -- steps -------------------------------------------------------------------------------------------------

    def _stretch(self, start: Instant | None, days: int) -> tuple[Instant, Instant]:
        if not 1 <= days <= _MOST_DAYS:
            raise Usage(N_("days: write 1 to {most}"), most=_MOST_DAYS)
        begin = self.desk.now() if start is None else start
        return begin, begin + days * DAY

    def _told(self, row: Row) -> Object:
        document = json.loads(row["document"])
        return {
            "code": row["code"],
            "name": row["name"],
            "timezone": row["tz"],
            "team": self.desk.directory.team_code(row["team_id"]),
            "active": bool(row["active"]),
            "layers": len(document.get("layers") or ()),
            "people": len(set(on_call_form.people_in(document))),
            "version": row["version"],
        }

    def _saved(self, code: str, written: on_call_form.Written | None) -> Object:
        row = schedule_row(self.desk, code)
        warnings = [] if written is None else on_call_form.told(self.desk, written, self.desk.now())
        return {**self._told(row), "warnings": [reason(each) for each in warnings]}

    def _team(self, text: str | None) -> int | None:
        return None if text is None or fold(text) in NOTHING else self.desk.directory.team(text).id

    def _mine(self, permission: Permission, team_id: int | None) -> bool:
        """Whether a schedule of this team lies within the actor's scope."""
        scope = self.desk.scope(permission)
        return scope is Scope.ALL or (scope is Scope.TEAM and team_id in self.desk.actor.teams)

    def _require_team(self, permission: Permission, team_id: int | None, name: str) -> None:
        if not self._mine(permission, team_id):
            raise NotPermitted(
                N_("{verb}: your roles give {permission} for schedules of your own teams or your own turns only"),
                verb=name,
                permission=permission.value,
            )

    def _changing(
        self, name: str, schedule: str, start: Instant, end: Instant, *, own: bool = False
    ) -> tuple[Kept, Row]:
        """A schedule to lay something over, checked: within the scope (`own`: or one's own turns), a stretch of time."""
        if not start < end <= start + _LONGEST:
            raise Invalid(N_("the end must come after the start, and within a year"))
        found = kept(self.desk, schedule, start, end)
        if not own:
            self._require_team(Permission.ON_CALL_OVERRIDE, found.row["team_id"], name)
        return found, found.row

    def _on_duty(self, found: Kept, text: str, start: Instant, end: Instant) -> int:
        """The id of somebody who is on at some time in [start, end). Raises Invalid."""
        person = self.desk.directory.require(text, self.desk.actor.id)
        if not any(
            person.id in on_call_shown.ids(shift.people) for shift in on_call_shown.shifts_of(found, start, end)
        ):
            raise Invalid(N_("{who} is not on call then; `helpdesk oncall show` tells who is"), who=person.handle)
        return person.id

    def _fixed(self, shift: Any, n: int, start: Instant, end: Instant) -> Object:
        place = f"shifts[{n}]"
        try:
            low, high = int(shift["start"]), int(shift["end"])
            people = [shift["people"]] if isinstance(shift["people"], str) else [*shift["people"]]
        except (KeyError, TypeError, ValueError):
            raise Invalid(N_("{field}: a shift has start, end and people"), field=place) from None
        if not start <= low < high <= end:
            raise Invalid(N_("{field}: a shift lies within the temporary schedule"), field=place)
        return {"start": low, "end": high, "people": [person_text(fields.agent(self.desk, str(p))) for p in people]}

    def _lay(
        self, name: str, schedule: Row, kind: str, state: str, start: Instant, end: Instant, document: Object, note: str
    ) -> Object:
        from helpdesk_tui.store.apply import new_row

        said = fields.bounded("note", note, _MAX_NOTE).strip()
        with self.desk.work(name) as work:
            key = work.next_id(CHANGE)
            row = new_row(
                CHANGE, id=key, schedule_id=schedule["id"], kind=kind, state=state, start_at=start, end_at=end,
                created_at=work.now, author_id=self.desk.actor.id, note=said, document=canonical(document),
            )  # fmt: skip
            self._record(work, name, None, row)
        return self._change(key)

    @staticmethod
    def _record(work: Work, name: str, before: Row | None, after: Row) -> None:
        """A change of a change, as an entry about its schedule."""
        old, new = before, after
        if before is not None:
            new = {column: value for column, value in after.items() if before[column] != value}
            old = {column: before[column] for column in new} | {"version": before["version"]}
            new["version"] = before["version"] + 1
        rows = [RowChange(CHANGE, (after["id"],), old, new)]
        work.record(Entry(name, SCHEDULE, after["schedule_id"], work.at, rows=rows))

    @staticmethod
    def _standing(work: Work, change: int) -> tuple[Row, Row]:
        """A change that is not withdrawn, and its schedule. Raises NotFound, Conflict."""
        row = work.row(CHANGE, change)
        if row is None:
            raise NotFound(N_("there is no {ref}; `helpdesk oncall changes` shows what there is"), ref=name_of(change))
        if row["state"] == WITHDRAWN:
            raise Conflict(N_("{ref} was withdrawn already"), ref=name_of(change))
        return row, work.row(SCHEDULE, row["schedule_id"]) or {}

    def _change(self, change: int) -> Object:
        row = self.desk.store.query("SELECT schedule_id FROM on_call_change WHERE id = ?", (change,))
        schedule = next(each for each in schedule_rows(self.desk) if each["id"] == row[0][0])
        rows = on_call_shown.change_rows(self.desk, schedule, *_ALL_TIME, Names(self.desk))
        return next(each for each in rows if each["id"] == change)


def _name(text: str) -> str:
    return fields.bounded("name", text, fields.MAX_NAME, empty=False).strip()
