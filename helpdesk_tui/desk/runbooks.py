"""`desk.runbooks`: checklists for services, categories and severities; an incident takes a copy of what fits."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import plan_steps
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, code, expect
from helpdesk_tui.rules.recovery import Runbook, closeness
from helpdesk_tui.rules.toml_form import parse_form
from helpdesk_tui.store.apply import new_row
from helpdesk_tui.store.changes import Row
from helpdesk_tui.store.journal import canonical
from helpdesk_tui.vocabulary.errors import Invalid, NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import RECOVERY
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

RUNBOOK: Final = "runbook"
_COLUMNS: Final = ("id", "code", "name", "document", "version")
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM runbook"  # sql: names from above
_ONE: Final = f"{_SELECT} WHERE code = ?"  # sql: names from above
_ALL: Final = f"{_SELECT} ORDER BY code"  # sql: names from above
_OF_TICKET: Final = (
    "SELECT s.code, t.category, i.severity FROM ticket t JOIN incident i ON i.number = t.number"
    " LEFT JOIN service s ON s.id = t.service_id WHERE t.number = ?"
)
_HEAD: Final = ("services", "categories", "severities")


def runbook_row(desk: "Desk", code: str) -> Row:
    """A runbook's row. Raises NotFound."""
    found = desk.store.query(_ONE, (code.strip().casefold(),))
    if not found:
        raise NotFound(N_("there is no runbook {code}; `helpdesk runbook list` shows them"), code=code)
    return dict(zip(_COLUMNS, found[0], strict=True))


def fitting(desk: "Desk", number: int) -> Objects:
    """The runbooks that fit a declared incident, the closest first: `{"code", "name", "count"}`."""
    facts = desk.store.query(_OF_TICKET, (number,))
    found = []
    for row in _rows(desk) if facts else ():
        kept: dict[str, Any] = json.loads(row["document"])
        close = closeness(*(kept.get(name, ()) for name in _HEAD), *facts[0])
        if close is not None:
            found.append((-close, row["code"], {"code": row["code"], "name": row["name"], "count": len(kept["steps"])}))
    return [told for _close, _code, told in sorted(found, key=lambda one: one[:2])]


def _rows(desk: "Desk") -> Objects:
    return [dict(zip(_COLUMNS, row, strict=True)) for row in desk.store.query(_ALL)]


class Runbooks(Noun):
    """Runbooks."""

    @verb("runbook.list", Permission.NOTE_READ, reads=True)
    def list(self) -> Objects:
        """All runbooks by code: the keys of `show` without `steps` and `document`, and `count` of the steps."""
        found = []
        for row in _rows(self.desk):
            told = self._told(row)
            count = len(told.pop("steps"))
            del told["document"]
            found.append({**told, "count": count})
        return found

    @verb("runbook.show", Permission.NOTE_READ, reads=True)
    def show(self, code: str) -> Object:
        """One runbook: `{"code", "name", "services", "categories", "severities", "notes", "steps", "version",
        "document"}`; steps as `plan_steps.shown`; `document` is the form in which it is written."""
        return self._told(runbook_row(self.desk, code))

    @verb("runbook.save", Permission.PLAN_EDIT)
    def save(self, code: str, text: str, *, version: int | None = None) -> Object:
        """Keep a runbook, written in TOML. Raises Invalid with line and key."""
        name = _code(code)
        book = parse_form(text, Runbook)
        plan_steps.require_team(self.desk, "runbook.save", self._teams(book.services))
        policy = self.desk.policies.current().policy
        for each in book.categories:
            if policy.category(each) is None:
                raise Invalid(N_("{field}: {value} is not known; use {choices}"), field="categories", value=each,
                              choices=", ".join(one.code for one in policy.categories))  # fmt: skip
        kept = {
            "services": sorted({self.desk.services.service(each).code for each in book.services}),
            "categories": [*book.categories],
            "severities": [*book.severities],
            "notes": book.notes,
            "steps": plan_steps.kept(self.desk, book.steps),
        }
        values = {"name": at_rest(book.name.strip()), "document": at_rest(canonical(kept))}
        with self.desk.work("runbook.save") as work:
            found = work.rows(_ONE, (name,))
            if found:
                row = dict(zip(_COLUMNS, found[0], strict=True))
                expect(row, version, name)
                before = json.loads(row["document"]).get("services", ())
                plan_steps.require_team(self.desk, "runbook.save", self._teams(before))
                work.entity("runbook.save", RUNBOOK, row["id"], row, {**row, **values})
            else:
                key = work.next_id(RUNBOOK)
                work.entity("runbook.save", RUNBOOK, key, None, new_row(RUNBOOK, id=key, code=name, **values))
        return self.show(name)

    @verb("runbook.remove", Permission.PLAN_EDIT)
    def remove(self, code: str) -> Object:
        """Take a runbook away; incidents that go by it keep their steps. The runbook as it was."""
        row = runbook_row(self.desk, code)
        services = json.loads(row["document"]).get("services", ())
        plan_steps.require_team(self.desk, "runbook.remove", self._teams(services))
        told = self._told(row)
        with self.desk.work("runbook.remove") as work:
            work.entity("runbook.remove", RUNBOOK, row["id"], work.row(RUNBOOK, row["id"]), None)
        return told

    # -- inside ------------------------------------------------------------------------------------------------

    def _teams(self, services: Iterable[str]) -> Iterable[int | None]:
        return [self.desk.services.service(each).team_id for each in services]

    def _told(self, row: Row) -> Object:
        kept: dict[str, Any] = json.loads(row["document"])
        steps = plan_steps.shown(self.desk, kept.get("steps", ()))
        head = {"name": row["name"], **{name: kept.get(name, []) for name in _HEAD}, "notes": kept.get("notes", "")}
        return {
            "code": row["code"],
            **head,
            "steps": steps,
            "version": row["version"],
            "document": plan_steps.toml(head, steps),
        }


def _code(text: str) -> str:
    name = code("code", text)
    if name == RECOVERY:
        raise Invalid(N_("{field}: {value} is taken by the desk itself"), field="code", value=name)
    return name
