"""`desk.templates`: texts with `{{name}}` fields. Filling one in only looks names up in a fixed list."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from helpdesk_tui.desk import fields, masking
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, code, expect
from helpdesk_tui.store.changes import Row
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.kinds import kind_label, state_label
from helpdesk_tui.vocabulary.levels import priority, priority_label
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import one_line

# The values of one rendering, read when a text first asks for them.
Facts = Mapping[str, Any]
_FIELD: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.]{0,63})\s*\}\}")


def _first_name(name: str | None) -> str | None:
    if not name:
        return name
    words = name.split()
    # Names in Han characters have no first word to take; the whole name is polite.
    return words[0] if name.isascii() or len(words) > 1 else name


FIELDS: Final[dict[str, Callable[[Facts], str | None]]] = {
    "requester.name": lambda f: f["requester"].get("name"),
    "requester.first_name": lambda f: _first_name(f["requester"].get("name")),
    "requester.email": lambda f: f["requester"].get("email"),
    "requester.phone": lambda f: f["requester"].get("phone"),
    "requester.organisation": lambda f: f["requester"].get("organisation"),
    "ticket.number": lambda f: _text(f["ticket"].get("number")),
    "ticket.ref": lambda f: f["ticket"].get("ref"),
    "ticket.title": lambda f: one_line(f["ticket"]["title"]) if f["ticket"] else None,
    "ticket.kind": lambda f: kind_label(f["ticket"]["kind"]) if f["ticket"] else None,
    "ticket.state": lambda f: state_label(f["ticket"]["state"]) if f["ticket"] else None,
    "ticket.priority": lambda f: priority_label(priority(f["ticket"]["priority"])) if f["ticket"] else None,
    "ticket.created": lambda f: _stamp(f, "created_at"),
    "ticket.due": lambda f: _stamp(f, "resolution_due_at"),
    "service": lambda f: f["service"],
    "team": lambda f: f["team"],
    "agent.name": lambda f: f["agent"],
    "agent.first_name": lambda f: _first_name(f["agent"]),
    "desk.name": lambda f: f["desk"],
    "now.date": lambda f: local(f["now"], f["tz"])[:10],
    "now.time": lambda f: local(f["now"], f["tz"])[11:],
}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _stamp(facts: Facts, key: str) -> str | None:
    from helpdesk_tui.vocabulary.instants import parse_instant

    value = facts["ticket"].get(key)
    return None if value is None else local(parse_instant(value, 0), facts["tz"])


def fill(body: str, facts: Facts) -> tuple[str, "list[str]", "list[str]"]:
    """A text with its fields filled in, in one pass: what a value contains is never looked at again.

    Unknown names stay as they were typed. Returns the text, the unknown names, and the known ones without a value
    (left empty).
    """
    unknown: list[str] = []
    empty: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        reader = FIELDS.get(name.lower())
        if reader is None:
            unknown.append(name)
            return match.group(0)
        found = reader(facts)
        if not found:
            empty.append(name.lower())
        return found or ""

    text = _FIELD.sub(value, body)
    return text, [*dict.fromkeys(unknown)], [*dict.fromkeys(empty)]


def filled(body: str, values: Mapping[str, str]) -> tuple[str, "list[str]"]:
    """A text with these values in its fields, in one pass, and the names of the fields that have none (left visible)."""
    missing: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        name = match.group(1).lower()
        if not values.get(name):
            missing[name] = None
        return values.get(name) or match.group(0)

    return _FIELD.sub(value, body), list(missing)


class Templates(Noun):
    """Templates."""

    def _find(self, name: str) -> Row:
        rows = self.desk.store.query(
            "SELECT id, code, name, language, body, version FROM template WHERE code = ?", (name.strip().casefold(),)
        )
        if not rows:
            raise NotFound(N_("there is no template {name}; `helpdesk template list` shows them"), name=name)
        return dict(zip(("id", "code", "name", "language", "body", "version"), rows[0], strict=True))

    @verb("template.show", Permission.TICKET_READ, reads=True)
    def show(self, code: str) -> Object:
        """One template: `{"code", "name", "language", "body", "version"}`."""
        row = self._find(code)
        return {k: row[k] for k in ("code", "name", "language", "body", "version")}

    @verb("template.save", Permission.TEMPLATE_EDIT)
    def save(
        self, code: str, body: str, *, name: str | None = None, language: str | None = None, version: int | None = None
    ) -> Object:
        """Keep a text under a code: new, or in place of the template of that code. The template and `unknown` fields."""
        from helpdesk_tui.store.apply import new_row

        key_code = _code(code)
        text = fields.bounded("body", body, fields.MAX_TEXT, empty=False)
        values: Row = {"body": text}
        if name is not None:
            values["name"] = fields.bounded("name", name, fields.MAX_NAME, empty=False).strip()
        if language is not None:
            values["language"] = fields.bounded("language", language, 16).strip() or None
        with self.desk.work("template.save") as work:
            found = work.rows("SELECT id FROM template WHERE code = ?", (key_code,))
            row = work.row("template", found[0][0]) if found else None
            if row is None:
                key = work.next_id("template")
                values.setdefault("name", key_code)
                work.entity(
                    "template.save", "template", key, None, new_row("template", id=key, code=key_code, **values)
                )
            else:
                expect(row, version, key_code)
                work.entity("template.save", "template", row["id"], row, {**row, **values})
        unknown = [*dict.fromkeys(n for n in _FIELD.findall(text) if n.lower() not in FIELDS)]
        return {**self.show(key_code), "unknown": unknown}

    @verb("template.delete", Permission.TEMPLATE_EDIT)
    def delete(self, code: str) -> Object:
        """Take a template away."""
        found = self._find(code)
        with self.desk.work("template.delete") as work:
            row = work.row("template", found["id"])
            if row is None:
                raise NotFound(N_("there is no template {name}; `helpdesk template list` shows them"), name=code)
            work.entity("template.delete", "template", found["id"], row, None)
        return {"code": found["code"], "deleted": True}

    @verb("template.render", Permission.TICKET_READ, reads=True)
    def render(self, code: str, number: int | None = None) -> Object:
        """A template filled in for a ticket (or for none): `{"code", "text", "unknown", "empty"}`.

        Unknown fields stay visible in the text and are listed; fields without a value are left empty and listed.
        """
        row = self._find(code)
        text, unknown, empty = fill(row["body"], self._facts(number))
        return {"code": row["code"], "text": text, "unknown": unknown, "empty": empty}

    def preview(self, code: str, number: int | None = None) -> Object:
        """A template before it is filled in: `{"code", "name", "body", "values"}`, `values` what its fields say now.

        Fields without a value and unknown ones are not among them; `filled` takes what a person adds.
        """
        self.desk.require(Permission.TICKET_READ, "template.render")
        row = self._find(code)
        facts = self._facts(number)
        names = {name.lower() for name in _FIELD.findall(row["body"])}
        found = {name: FIELDS[name](facts) for name in sorted(names) if name in FIELDS}
        values = {name: value for name, value in found.items() if value}
        return {"code": row["code"], "name": row["name"], "body": row["body"], "values": values}

    def _facts(self, number: int | None) -> dict[str, Any]:
        desk = self.desk
        ticket: Object = {}
        requester: Object = {}
        names: dict[str, str | None] = {"service": None, "team": None}
        if number is not None:
            ticket = desk.reading.show(number)
            row = desk.reading.facts(number)
            person = desk.directory.person(row["requester_id"])
            if person is not None:
                requester = self._requester(person.id, row)
            service = desk.directory.services().get(row["service_id"])
            team = desk.directory.teams().get(row["team_id"])
            names = {"service": service.name if service else None, "team": team.name if team else None}
        policy = desk.policies.current().policy
        return {
            "ticket": ticket,
            "requester": requester,
            **names,
            "agent": desk.actor.name,
            "desk": policy.desk.name,
            "now": desk.now(),
            "tz": policy.desk.timezone,
        }

    def _requester(self, person_id: int, ticket: Row) -> Object:
        rows = self.desk.store.query(
            "SELECT p.id, p.name, p.email, p.login, p.phone, o.name FROM person p"
            " LEFT JOIN organisation o ON o.id = p.organisation_id WHERE p.id = ?",
            (person_id,),
        )
        found = dict(zip(("id", "name", "email", "login", "phone", "organisation"), rows[0], strict=True))
        if person_id == self.desk.actor.id or self.desk.sees_plainly(ticket):
            return found
        return masking.person({**found, "initials": None, "title": None})

    @staticmethod
    def fields() -> "list[str]":
        """The names that a template may use."""
        return sorted(FIELDS)

    @verb("template.list", Permission.TICKET_READ, reads=True)
    def list(self, language: str | None = None) -> Objects:
        """Templates by code, of one language (or none of its own) if given; without their bodies."""
        rows = self.desk.store.query(
            "SELECT code, name, language, version FROM template WHERE ?1 IS NULL OR language IS NULL OR language = ?1"
            " ORDER BY code",
            numbered(language),
        )
        return [dict(zip(("code", "name", "language", "version"), r, strict=True)) for r in rows]


def _code(text: str) -> str:
    return code("code", text)
