"""`desk.plans`: how each service is brought back, within what time, and how old its last good copy is."""

import json
from typing import Any, Final

from helpdesk_tui.desk import fields, plan_steps
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, expect, when
from helpdesk_tui.rules.recovery import Plan
from helpdesk_tui.rules.toml_form import parse_form
from helpdesk_tui.store.apply import new_row
from helpdesk_tui.store.changes import Row
from helpdesk_tui.store.journal import canonical
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import at_rest, one_line

PLAN: Final = "recovery_plan"
_COLUMNS: Final = (
    "id", "service_id", "rto", "rpo", "strategy", "last_good_at", "last_good_source", "document", "version",
)  # fmt: skip
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM recovery_plan"  # sql: names from above
_ONE: Final = f"{_SELECT} WHERE service_id = ?"  # sql: names from above
_ALL: Final = f"{_SELECT} ORDER BY service_id"  # sql: names from above


class Plans(Noun):
    """Recovery plans."""

    @verb("plan.list", Permission.NOTE_READ, reads=True)
    def list(self) -> Objects:
        """All plans, by service: the keys of `show` without `steps` and `document`, and `count` of the steps."""
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in self.desk.store.query(_ALL)]
        found = []
        for row in rows:
            told = self._told(row)
            count = len(told.pop("steps"))
            del told["document"]
            found.append({**told, "count": count})
        return sorted(found, key=lambda one: str(one["service"]))

    @verb("plan.show", Permission.NOTE_READ, reads=True)
    def show(self, service: str) -> Object:
        """A service's plan: `{"service", "name", "rto", "rpo", "strategy", "notes", "last_good_at", "last_good_source",
        "age", "steps", "version", "document"}`.

        `rto`, `rpo` and `age` (of the last good copy, null where none is known) are seconds; steps as `plan_steps.shown`;
        `document` is the form in which it is written.
        """
        return self._told(self._row(service))

    @verb("plan.save", Permission.PLAN_EDIT)
    def save(self, service: str, text: str, *, version: int | None = None) -> Object:
        """Keep a service's plan, written in TOML. Raises Invalid with line and key."""
        known = self.desk.services.service(service)
        plan_steps.require_team(self.desk, "plan.save", [known.team_id])
        plan = parse_form(text, Plan)
        document = canonical({"notes": plan.notes, "steps": plan_steps.kept(self.desk, plan.steps)})
        values: Row = {
            "rto": None if plan.rto is None else plan.rto.seconds,
            "rpo": None if plan.rpo is None else plan.rpo.seconds,
            "strategy": plan.strategy,
            "document": at_rest(document),
        }
        with self.desk.work("plan.save") as work:
            found = work.rows(_ONE, (known.id,))
            if found:
                row = dict(zip(_COLUMNS, found[0], strict=True))
                expect(row, version, known.code)
                work.entity("plan.save", PLAN, row["id"], row, {**row, **values})
            else:
                key = work.next_id(PLAN)
                work.entity("plan.save", PLAN, key, None, new_row(PLAN, id=key, service_id=known.id, **values))
        return self.show(service)

    @verb("plan.remove", Permission.PLAN_EDIT)
    def remove(self, service: str) -> Object:
        """Take a service's plan away; incidents that go by it keep their steps. The plan as it was."""
        row = self._row(service)
        plan_steps.require_team(self.desk, "plan.remove", [self.desk.services.service(service).team_id])
        told = self._told(row)
        with self.desk.work("plan.remove") as work:
            work.entity("plan.remove", PLAN, row["id"], work.row(PLAN, row["id"]), None)
        return told

    @verb("plan.backup", Permission.EVENT_INGEST)
    def backup(self, service: str, at: Instant | None = None, *, source: str = "") -> Object:
        """Tell that a good copy of a service's data was made (now, or at `at`), by or where in `source`:
        `{"service", "last_good_at", "last_good_source", "version"}`.

        Raises Conflict for one that is older than the one known, Invalid for one that has not come yet.
        """
        row = self._row(service)
        words = one_line(fields.bounded("source", source, fields.MAX_NAME), fields.MAX_NAME)
        with self.desk.work("plan.backup") as work:
            moment = work.now if at is None else at
            if moment > work.now:
                raise Invalid(N_("{at} has not come yet"), at=iso(moment))
            fresh = work.row(PLAN, row["id"])
            assert fresh is not None
            known = fresh["last_good_at"]
            if known is not None and known > moment:
                raise Conflict(N_("a later copy is known already: {at}"), at=iso(known))
            work.entity(
                "plan.backup", PLAN, row["id"], fresh,
                {**fresh, "last_good_at": moment, "last_good_source": at_rest(words)},
            )  # fmt: skip
        row = self._row(service)
        return {
            "service": self.desk.services.service(service).code,
            "last_good_at": when(row["last_good_at"]),
            "last_good_source": row["last_good_source"],
            "version": row["version"],
        }

    # -- inside ------------------------------------------------------------------------------------------------

    def _row(self, service: str) -> Row:
        known = self.desk.services.service(service)
        found = self.desk.store.query(_ONE, (known.id,))
        if not found:
            raise NotFound(
                N_("{service} has no recovery plan; `helpdesk plan save` keeps one from a file"), service=known.code
            )
        return dict(zip(_COLUMNS, found[0], strict=True))

    def _told(self, row: Row) -> Object:
        service = self.desk.directory.services()[row["service_id"]]
        kept: dict[str, Any] = json.loads(row["document"])
        steps = plan_steps.shown(self.desk, kept.get("steps", ()))
        head = {
            "rto": plan_steps.span_text(row["rto"]), "rpo": plan_steps.span_text(row["rpo"]),
            "strategy": row["strategy"], "notes": kept.get("notes", ""),
        }  # fmt: skip
        last = row["last_good_at"]
        return {
            "service": service.code,
            "name": service.name,
            "rto": row["rto"],
            "rpo": row["rpo"],
            "strategy": row["strategy"],
            "notes": kept.get("notes", ""),
            "last_good_at": when(last),
            "last_good_source": row["last_good_source"],
            "age": None if last is None else max(0, self.desk.now() - last),
            "steps": steps,
            "version": row["version"],
            "document": plan_steps.toml(head, steps),
        }
