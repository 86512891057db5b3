"""`desk.services`: the catalogue of services, with criticality and owning team."""

from typing import Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.directory import ServiceFacts
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import NOTHING, Object, Objects, code, expect, unused
from helpdesk_tui.rules.priority import CRITICALITIES
from helpdesk_tui.store.changes import Row
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission, Scope

STATES: Final = ("planned", "live", "retired")
_FIELDS: Final = ("name", "criticality", "team", "state")


def _one_of(field: str, value: str, choices: tuple[str, ...]) -> int:
    folded = fold(value)
    if folded not in choices:
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"), field=field, value=value, choices=", ".join(choices)
        )
    return choices.index(folded)


class Services(Noun):
    """Services."""

    def service(self, text: str) -> ServiceFacts:
        """The service of a code or name. Raises NotFound."""
        wanted = text.strip().casefold()
        for service in self.desk.directory.services().values():
            if wanted in (service.code.casefold(), service.name.casefold()):
                return service
        known = ", ".join(sorted(s.code for s in self.desk.directory.services().values()))
        raise NotFound(N_("there is no service {text}; known are: {known}"), text=text, known=known)

    def _parse(self, values: dict[str, str]) -> Row:
        out: Row = {}
        for field, value in values.items():
            if field == "name":
                out[field] = fields.bounded(field, value, fields.MAX_NAME, empty=False).strip()
            elif field == "criticality":
                out[field] = _one_of(field, value, CRITICALITIES) + 1
            elif field == "team":
                out["team_id"] = None if fold(value) in NOTHING else self.desk.directory.team(value).id
            elif field == "state":
                out[field] = STATES[_one_of(field, value, STATES)]
            else:
                raise Invalid(N_("{field} cannot be set; fields are: {known}"), field=field, known=", ".join(_FIELDS))
        return out

    @verb("service.show", Permission.PEOPLE_READ, reads=True)
    def show(self, service: str) -> Object:
        """One service: its object, its configuration items, and open tickets by priority as far as one may see them."""
        found = self.service(service)
        row = next(r for r in self.list() if r["code"] == found.code)
        only = None if self.desk.scope(Permission.PEOPLE_READ) is Scope.ALL else self.desk.actor.id
        items = self.desk.store.query(
            "SELECT name FROM configuration_item WHERE service_id = ?1 AND (?2 IS NULL OR owner_id = ?2) ORDER BY name",
            numbered(found.id, only),
        )
        counts: dict[str, int] | None = None
        if self.desk.scope(Permission.TICKET_READ) is not Scope.NONE:
            query = f'service:"{found.code}" is:open'
            counts = {p: self.desk.reading.count(f"{query} priority:{p}", None) for p in reversed(CRITICALITIES)}
        return {
            **row,
            "cis": [name for (name,) in items],
            "open_tickets": None if counts is None else sum(counts.values()),
            "open_by_priority": counts,
        }

    @verb("service.add", Permission.SERVICE_EDIT)
    def add(
        self, code: str, name: str, *, criticality: str = "medium", team: str | None = None, state: str = "live"
    ) -> Object:
        """Add a service; criticality is low, medium, high or critical."""
        from helpdesk_tui.store.apply import new_row

        values = self._parse({"name": name, "criticality": criticality, "state": state, "team": team or ""})
        wanted = _code(code)
        with self.desk.work("service.add") as work:
            unused(work, "service", "code", wanted)
            key = work.next_id("service")
            work.entity("service.add", "service", key, None, new_row("service", id=key, code=wanted, **values))
        return self.show(wanted)

    @verb("service.edit", Permission.SERVICE_EDIT)
    def edit(self, service: str, set: dict[str, str], *, version: int | None = None) -> Object:  # noqa: A002
        """Change a service's name, criticality, team or state. The code stays: rules and scripts name it."""
        if not set:
            raise Usage(N_("nothing to change: give --set field=value"))
        found = self.service(service)
        values = self._parse(set)
        with self.desk.work("service.edit") as work:
            row = work.row("service", found.id) or {}
            expect(row, version, found.code)
            work.entity("service.edit", "service", found.id, row, {**row, **values})
        return self.show(found.code)

    @verb("service.list", Permission.PEOPLE_READ, reads=True)
    def list(self) -> Objects:
        """Services by code: `{"code", "name", "criticality", "team", "state", "version"}`."""
        rows = self.desk.store.query(
            "SELECT s.code, s.name, s.criticality, g.code, s.state, s.version FROM service s"
            " LEFT JOIN team g ON g.id = s.team_id ORDER BY s.code"
        )
        names = ("code", "name", "criticality", "team", "state", "version")
        return [{**dict(zip(names, r, strict=True)), "criticality": CRITICALITIES[r[2] - 1]} for r in rows]


def _code(text: str) -> str:
    return code("code", text)
