"""`desk.cis`: configuration items, how they hang together, and what a failure of one reaches."""

import json
from typing import Any, Final

from helpdesk_tui.desk import fields, masking
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import NOTHING, Object, Objects, expect, like
from helpdesk_tui.desk.work import Work
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.roles import Permission, Scope

# Relation → which way a failure travels: `back` from the second to the first (a depends on b: b fails, a suffers),
# `forth` from the first to the second, `both`.
RELATIONS: Final = {
    "depends_on": "back",
    "runs_on": "back",
    "uses": "back",
    "part_of": "forth",
    "connected_to": "both",
}
STATUSES: Final = ("planned", "in_use", "in_stock", "in_repair", "retired")
MAX_DEPTH: Final = 10
_FIELDS: Final = ("name", "class", "status", "service", "owner", "attributes")
_COLUMNS: Final = (
    "c.id, c.name, c.ci_class, c.status, s.code, coalesce(o.login, o.email, o.name), c.attributes, c.version, c.owner_id"
    " FROM configuration_item c LEFT JOIN service s ON s.id = c.service_id LEFT JOIN person o ON o.id = c.owner_id"
)
_ONE: Final = f"SELECT {_COLUMNS} WHERE c.name = ? COLLATE NOCASE"  # sql: constant
_LIST: Final = (
    f"SELECT {_COLUMNS} WHERE (?1 = '' OR c.name LIKE ?1 ESCAPE '\\' OR c.ci_class LIKE ?1 ESCAPE '\\')"  # sql: constant
    " AND (?2 IS NULL OR s.code = ?2) AND (?4 IS NULL OR c.owner_id = ?4) ORDER BY c.name LIMIT ?3"
)
_OUT: Final = (
    "SELECT r.type, c.name, c.ci_class FROM ci_relation r JOIN configuration_item c ON c.id = r.other_id"
    " WHERE r.ci_id = ? ORDER BY r.type, c.name"
)
_IN: Final = (
    "SELECT r.type, c.name, c.ci_class FROM ci_relation r JOIN configuration_item c ON c.id = r.ci_id"
    " WHERE r.other_id = ? ORDER BY r.type, c.name"
)
# Every item that a failure reaches, with the least number of steps. UNION (not ALL) with the depth ends cycles.
_IMPACT: Final = (
    "WITH RECURSIVE reached(id, depth) AS ("
    " SELECT ?1, 0 UNION"
    " SELECT r.ci_id, reached.depth + 1 FROM reached JOIN ci_relation r ON r.other_id = reached.id"
    " WHERE r.type IN ('depends_on', 'runs_on', 'uses', 'connected_to') AND reached.depth < ?2 UNION"
    " SELECT r.other_id, reached.depth + 1 FROM reached JOIN ci_relation r ON r.ci_id = reached.id"
    " WHERE r.type IN ('part_of', 'connected_to') AND reached.depth < ?2)"
    " SELECT c.name, c.ci_class, s.code, min(reached.depth) FROM reached JOIN configuration_item c ON c.id = reached.id"
    " LEFT JOIN service s ON s.id = c.service_id WHERE c.id <> ?1 GROUP BY c.id ORDER BY min(reached.depth), c.name"
)


def _choice(field: str, value: str, choices: "tuple[str, ...] | list[str]") -> str:
    folded = fold(value).replace("-", "_").replace(" ", "_")
    if folded not in choices:
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"), field=field, value=value, choices=", ".join(choices)
        )
    return folded


def _attributes(value: str) -> str | None:
    """A JSON object of plain values, in canonical form."""
    if fold(value) in NOTHING:
        return None
    try:
        data = json.loads(fields.bounded("attributes", value, 65_536), object_pairs_hook=_once)
        # What JSON cannot say (NaN, endless numbers) is refused here.
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        data = text = None
    if not isinstance(data, dict):
        raise Invalid(N_("attributes must be a JSON object"))
    return text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


class ConfigurationItems(Noun):
    """Configuration items. Who may read no other person of the directory sees the items they own, and nothing around."""

    def _inside(self) -> bool:
        return self.desk.scope(Permission.PEOPLE_READ) is Scope.ALL

    def _find(self, name: str) -> tuple[Any, ...]:
        found = self.desk.store.query(_ONE, (name.strip(),))
        if not found or not (self._inside() or found[0][8] == self.desk.actor.id):
            raise NotFound(N_("there is no configuration item {name}; `helpdesk ci list` shows them"), name=name)
        return found[0]

    def _json(self, r: tuple[Any, ...]) -> Object:
        plain = r[8] == self.desk.actor.id or self.desk.plain_scope(Permission.PEOPLE_READ) is Scope.ALL
        return {
            "id": r[0],
            "name": r[1],
            "class": r[2],
            "status": r[3],
            "service": r[4],
            "owner": r[5] if plain else masking.email(r[5]),
            "attributes": json.loads(r[6]) if r[6] else {},
            "version": r[7],
        }

    @verb("ci.show", Permission.PEOPLE_READ, reads=True)
    def show(self, name: str, depth: int = 3) -> Object:
        """One item: its object, relations in both directions, impact within `depth` steps, related tickets.

        `relations` `{"out": [{"type", "name", "class"}], "in": […]}`; `impact` `[{"name", "class", "service", "depth"}]`
        is what a failure reaches; `tickets` those one may see that name the item, newest first (at most 50).
        """
        row = self._find(name)
        steps = max(0, min(depth, MAX_DEPTH))
        names = ("type", "name", "class")
        if not self._inside():
            alone: Object = {"relations": {"out": [], "in": []}, "impact": []}
            return {**self._json(row), **alone, "tickets": self._tickets(row[0])}
        return {
            **self._json(row),
            "relations": {
                "out": [dict(zip(names, r, strict=True)) for r in self.desk.store.query(_OUT, (row[0],))],
                "in": [dict(zip(names, r, strict=True)) for r in self.desk.store.query(_IN, (row[0],))],
            },
            "impact": [
                {"name": r[0], "class": r[1], "service": r[2], "depth": r[3]}
                for r in self.desk.store.query(_IMPACT, numbered(row[0], steps))
            ],
            "tickets": self._tickets(row[0]),
        }

    def _tickets(self, ci_id: int) -> Objects:
        rows = self.desk.store.query(
            "SELECT number, kind, state, title, team_id, assignee_id, requester_id, sensitive FROM ticket"
            " WHERE ci_id = ? AND deleted_at IS NULL ORDER BY number DESC LIMIT 50",
            (ci_id,),
        )
        names = ("number", "kind", "state", "title", "team_id", "assignee_id", "requester_id", "sensitive")
        seen = [dict(zip(names, r, strict=True)) for r in rows]
        return [
            {"number": t["number"], "ref": ref(t["kind"], t["number"]), "state": t["state"], "title": t["title"]}
            for t in seen
            if self.desk.allows_on(Permission.TICKET_READ, t)
        ]

    # -- editing -----------------------------------------------------------------------------------------------

    def _parse(self, values: dict[str, str]) -> Row:
        out: Row = {}
        for field, value in values.items():
            if field == "name":
                out[field] = " ".join(fields.bounded(field, value, fields.MAX_NAME, empty=False).split())
            elif field == "class":
                out["ci_class"] = fields.tag(value)
            elif field == "status":
                out[field] = _choice(field, value, STATUSES)
            elif field == "service":
                out["service_id"] = None if fold(value) in NOTHING else self.desk.directory.service(value).id
            elif field == "owner":
                out["owner_id"] = (
                    None if fold(value) in NOTHING else self.desk.directory.require(value, self.desk.actor.id).id
                )
            elif field == "attributes":
                out[field] = _attributes(value)
            else:
                raise Invalid(N_("{field} cannot be set; fields are: {known}"), field=field, known=", ".join(_FIELDS))
        return out

    def _may(self, row: Row, verb_name: str) -> None:
        """Technical support edits the items of its teams' services, and those it owns."""
        if self.desk.require(Permission.CI_EDIT, verb_name) is Scope.ALL:
            return
        service = self.desk.directory.services().get(row["service_id"])
        mine = service is not None and service.team_id in self.desk.actor.teams
        if not mine and row["owner_id"] != self.desk.actor.id:
            raise NotPermitted(N_("your roles let you edit the items of your teams' services and your own only"))

    @staticmethod
    def _free(work: Work, name: str, but: int | None = None) -> None:
        sql = "SELECT 1 FROM configuration_item WHERE name = ? COLLATE NOCASE AND id IS NOT ?"
        if work.rows(sql, (name, but)):
            raise Conflict(N_("{field} {value} is already taken"), field="name", value=name)

    @verb("ci.add", Permission.CI_EDIT)
    def add(
        self,
        name: str,
        *,
        ci_class: str = "other",
        status: str = "in_use",
        service: str | None = None,
        owner: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> Object:
        """Add a configuration item."""
        from helpdesk_tui.store.apply import new_row

        typed = {"name": name, "class": ci_class, "status": status, "service": service or "", "owner": owner or ""}
        values = self._parse({**typed, "attributes": json.dumps(attributes) if attributes else ""})
        with self.desk.work("ci.add") as work:
            self._free(work, values["name"])
            key = work.next_id("configuration_item")
            row = new_row("configuration_item", id=key, **values)
            self._may(row, "ci.add")
            work.entity("ci.add", "configuration_item", key, None, row)
        return self.show(values["name"])

    @verb("ci.edit", Permission.CI_EDIT)
    def edit(self, name: str, set: dict[str, str], *, version: int | None = None) -> Object:  # noqa: A002
        """Change an item's name, class, status, service, owner or attributes (a JSON object)."""
        if not set:
            raise Usage(N_("nothing to change: give --set field=value"))
        found = self._find(name)
        values = self._parse(set)
        with self.desk.work("ci.edit") as work:
            row = work.row("configuration_item", found[0]) or {}
            expect(row, version, found[1])
            self._may(row, "ci.edit")
            if "name" in values:
                self._free(work, values["name"], found[0])
            after = {**row, **values}
            self._may(after, "ci.edit")
            work.entity("ci.edit", "configuration_item", found[0], row, after)
        return self.show(values.get("name", found[1]))

    @verb("ci.relate", Permission.CI_EDIT)
    def relate(self, name: str, type: str, other: str) -> Object:  # noqa: A002 - the field's own word
        """Say how an item hangs on another: depends_on, runs_on, uses, part_of, connected_to."""
        return self._relation("ci.relate", name, type, other, add=True)

    @verb("ci.unrelate", Permission.CI_EDIT)
    def unrelate(self, name: str, type: str, other: str) -> Object:  # noqa: A002 - the field's own word
        """Take a relation away."""
        return self._relation("ci.unrelate", name, type, other, add=False)

    def _relation(self, verb_name: str, name: str, kind: str, other: str, *, add: bool) -> Object:
        one, two = self._find(name), self._find(other)
        relation = _choice("type", kind, tuple(RELATIONS))
        if one[0] == two[0]:
            raise Invalid(N_("{name} cannot hang on itself"), name=one[1])
        key = (one[0], relation, two[0])
        row = {"ci_id": one[0], "type": relation, "other_id": two[0]}
        with self.desk.work(verb_name) as work:
            self._may(work.row("configuration_item", one[0]) or {}, verb_name)
            exists = work.row("ci_relation", *key) is not None
            if exists == add:
                text = N_("{name} {type} {other} is already known") if add else N_("{name} {type} {other} is not known")
                raise Conflict(text, name=one[1], type=relation, other=two[1])
            change = RowChange("ci_relation", key, None, row) if add else RowChange("ci_relation", key, row, None)
            work.record(Entry(verb_name, "configuration_item", one[0], work.at, rows=[change]))
        return self.show(one[1])

    @verb("ci.list", Permission.PEOPLE_READ, reads=True)
    def list(self, text: str = "", *, service: str | None = None, limit: int | None = None) -> Objects:
        """Items by name, those whose name or class contains the text, of one service if given."""
        wanted = f"%{like(text.strip())}%" if text.strip() else ""
        code = None if service is None else self.desk.services.service(service).code
        only = None if self._inside() else self.desk.actor.id
        rows = self.desk.store.query(_LIST, numbered(wanted, code, -1 if limit is None else limit, only))
        return [self._json(r) for r in rows]
