"""`desk.people`: contacts and agents, their roles and organisations."""

from typing import Any, Final

from helpdesk_tui.desk import erasure, fields, person_rows
from helpdesk_tui.desk.directory import PersonFacts
from helpdesk_tui.desk.moves import given
from helpdesk_tui.desk.people_search import PeopleSearch
from helpdesk_tui.desk.registry import verb
from helpdesk_tui.desk.shapes import Object, Objects, Texts, expect, like
from helpdesk_tui.desk.work import Work
from helpdesk_tui.rules import access
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.channels import OrganisationKind
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase, parse_ref
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission, Scope

register(
    {
        "people.granted": N_("roles granted: {roles}"),
        "people.revoked": N_("roles revoked: {roles}"),
        "people.unmasked": N_("was shown plainly to somebody who sees people masked"),
        "erased": N_("personal values were erased from the row and from {places} places of the journal"),
    }
)

MAX_REASON: Final = 1_000


class People(PeopleSearch):
    """People and organisations."""

    # -- reading -----------------------------------------------------------------------------------------------

    def person(self, who: str) -> PersonFacts:
        """The person of a login, address, `#id` or name, within what the actor may know. Raises NotFound."""
        desk = self.desk
        desk.refresh()
        facts = desk.directory.person(desk.actor.id) if who.strip().casefold() == "me" else desk.directory.find(who)
        scope = desk.scope(Permission.PEOPLE_READ)
        # A masked value answers to nobody, or asking would tell it.
        if facts is not None and facts.id != desk.actor.id and not person_rows.plainly(desk) and who.strip()[:1] != "#":
            facts = None
        if facts is None or not access.person_scope_allows(scope, desk.actor.id, facts.id):
            raise NotFound(N_("nobody is known as {who}; `helpdesk people list` shows everyone"), who=who)
        return facts

    def _json(self, person_id: int) -> Object:
        rows = self.desk.store.query(person_rows.BY_ID, (person_id,))
        return person_rows.shown(self.desk, [person_rows.person_json(rows[0])])[0]

    @verb("people.show", Permission.PEOPLE_READ, reads=True)
    def show(self, person: str) -> Object:
        """One person: the person's object, and how many open tickets they asked for and work on."""
        found = self.person(person)
        load = self.desk.store.query(
            "SELECT coalesce(sum(n), 0) FROM tally WHERE assignee_id = ? AND phase < 3", (found.id,)
        )
        theirs = [t for t in self.desk.reading.hidden() if t["assignee_id"] == found.id and t["phase"] < Phase.RESOLVED]
        assigned = int(load[0][0]) - len(theirs)
        return {**self._json(found.id), "open_tickets": self.open_requests(found.id), "assigned": assigned}

    # -- making and editing ------------------------------------------------------------------------------------

    @verb("people.add", Permission.PEOPLE_EDIT)
    def add(
        self,
        name: str,
        *,
        email: str | None = None,
        login: str | None = None,
        phone: str | None = None,
        organisation: str | None = None,
        title: str | None = None,
        initials: str | None = None,
        language: str | None = None,
        agent: bool = False,
        vip: bool = False,
        capacity: int = 8,
        roles: Texts | None = None,
        teams: Texts | None = None,
        skills: dict[str, int] | None = None,
    ) -> Object:
        """Add a contact or an agent; roles need the right to grant, teams and skills the right to edit teams."""
        from helpdesk_tui.store.apply import new_row

        typed = {"name": name, "email": email, "login": login, "phone": phone, "organisation": organisation,
                 "title": title, "initials": initials, "language": language, "capacity": str(capacity)}  # fmt: skip
        values = person_rows.parse(self.desk, {k: v for k, v in typed.items() if v is not None})
        values.setdefault("initials", person_rows.initials_of(values["name"]))
        if roles:
            self.desk.require(Permission.ROLE_GRANT, "people.add")
        if teams or skills:
            self.desk.require(Permission.TEAM_EDIT, "people.add")
        if teams and not agent:
            raise Invalid(N_("only agents belong to teams; add {who} as an agent"), who=values["name"])
        with self.desk.work("people.add") as work:
            person_rows.unique(work, values)
            key = work.next_id("person")
            row = new_row("person", id=key, **values, agent=agent, vip=vip)
            rows = [RowChange("person", (key,), None, row)]
            rows += [_role(key, r.value) for r in person_rows.roles_of(roles or [])]
            rows += [_member(self.desk.directory.team(t).id, key) for t in dict.fromkeys(teams or [])]
            rows += [_skill(key, *person_rows.skill_level(s, level)) for s, level in (skills or {}).items()]
            work.record(Entry("people.add", "person", key, work.at, rows=rows))
        return self._json(key)

    @verb("people.edit", Permission.PEOPLE_EDIT)
    def edit(self, person: str, set: dict[str, str], *, version: int | None = None) -> Object:  # noqa: A002
        """Change fields of a person by name; `none` takes an optional one away.

        The login decides who may come in as this person, so for a holder of roles it needs the right to grant.
        """
        if not set:
            raise Usage(N_("nothing to change: give --set field=value"))
        found = self.person(person)
        values = person_rows.parse(self.desk, set)
        with self.desk.work("people.edit") as work:
            row = self._row(work, found.id)
            expect(row, version, found.handle)
            if "login" in values and values["login"] != row["login"]:
                self._guard(work, found.id, "people.edit")
                if values["login"] is None and self._is_administrator(work, found.id):
                    person_rows.keep_an_administrator(work, found.id)
            person_rows.unique(work, values, found.id)
            if (
                "name" in values
                and "initials" not in values
                and row["initials"] == person_rows.initials_of(row["name"])
            ):
                values["initials"] = person_rows.initials_of(values["name"])
            work.entity("people.edit", "person", found.id, row, {**row, **values})
        return self._json(found.id)

    @staticmethod
    def _row(work: Work, person_id: int) -> Row:
        row = work.row("person", person_id)
        if row is None:
            raise NotFound(N_("nobody is known as {who}; `helpdesk people list` shows everyone"), who=f"#{person_id}")
        return row

    def _guard(self, work: Work, person_id: int, name: str) -> None:
        """Who may come in with which roles is decided by those who grant roles only."""
        if work.rows("SELECT 1 FROM person_role WHERE person_id = ? LIMIT 1", (person_id,)):
            self.desk.require(Permission.ROLE_GRANT, name)

    @staticmethod
    def _is_administrator(work: Work, person_id: int) -> bool:
        return work.row("person_role", person_id, "administrator") is not None

    # -- roles -------------------------------------------------------------------------------------------------

    def _may_grant(self, person_id: int) -> None:
        actor = self.desk.actor
        for who in (actor.id, actor.real_id):
            if who is not None:
                access.check_grant(actor.roles, who, person_id)

    @verb("people.grant", Permission.ROLE_GRANT)
    def grant(self, person: str, roles: Texts) -> Object:
        """Give roles to a person; nobody changes their own."""
        found = self.person(person)
        wanted = person_rows.roles_of(roles)
        self._may_grant(found.id)
        with self.desk.work("people.grant") as work:
            new = [r.value for r in wanted if work.row("person_role", found.id, r.value) is None]
            if not new:
                raise Conflict(N_("{who} already has these roles"), who=found.handle)
            rows = [_role(found.id, r) for r in new]
            reasons = [Reason("people.granted", {"roles": new}).data()]
            work.record(Entry("people.grant", "person", found.id, work.at, rows=rows, reasons=reasons))
        return self._json(found.id)

    @verb("people.revoke", Permission.ROLE_GRANT)
    def revoke(self, person: str, roles: Texts) -> Object:
        """Take roles from a person; nobody changes their own, and one active administrator stays."""
        found = self.person(person)
        wanted = person_rows.roles_of(roles)
        self._may_grant(found.id)
        with self.desk.work("people.revoke") as work:
            gone = [r.value for r in wanted if work.row("person_role", found.id, r.value) is not None]
            if not gone:
                raise Conflict(N_("{who} has none of these roles"), who=found.handle)
            if "administrator" in gone:
                person_rows.keep_an_administrator(work, found.id)
            rows = [_reverse(_role(found.id, r)) for r in gone]
            reasons = [Reason("people.revoked", {"roles": gone}).data()]
            work.record(Entry("people.revoke", "person", found.id, work.at, rows=rows, reasons=reasons))
        return self._json(found.id)

    @verb("people.activate", Permission.PEOPLE_EDIT)
    def activate(self, person: str) -> Object:
        """Let a person act at the desk again."""
        return self._active(person, True)

    @verb("people.deactivate", Permission.PEOPLE_EDIT)
    def deactivate(self, person: str) -> Object:
        """Shut a person out without touching their history; one active administrator stays."""
        return self._active(person, False)

    def _active(self, person: str, active: bool) -> Object:
        name = "people.activate" if active else "people.deactivate"
        found = self.person(person)
        with self.desk.work(name) as work:
            row = self._row(work, found.id)
            if bool(row["active"]) == active:
                text = N_("{who} is already active") if active else N_("{who} is already inactive")
                raise Conflict(text, who=found.handle)
            self._guard(work, found.id, name)
            if not active and self._is_administrator(work, found.id):
                person_rows.keep_an_administrator(work, found.id)
            work.entity(name, "person", found.id, row, {**row, "active": active})
        return self._json(found.id)

    # -- unmasking ---------------------------------------------------------------------------------------------

    @verb("people.unmask", Permission.PEOPLE_UNMASK)
    def unmask(self, person: str, reason: str) -> Object:
        """Show one masked person plainly, for a reason: `#id`, or a ticket's reference for the one who asked for it.

        The journal keeps who looked at whom and why. Raises Conflict where nothing is masked. The person's object.
        """
        text = fields.bounded("reason", reason, MAX_REASON, empty=False)
        desk, number = self.desk, parse_ref(person) if person.strip()[:1].isalpha() else None
        if number is not None:
            requester = desk.reading.facts(number)["requester_id"]
            if requester is None:
                raise NotFound(N_("nobody asked for ticket {number}"), number=number)
            person = f"#{requester}"
        found = self.person(person)
        if found.id == desk.actor.id or person_rows.plainly(desk):
            raise Conflict(N_("you see {who} plainly already"), who=found.handle)
        with desk.work("people.unmask") as work:
            self._row(work, found.id)
            reasons = [Reason("people.unmasked").data(), *given(text)]
            work.record(Entry("people.unmask", "person", found.id, work.at, reasons=reasons))
        return person_rows.person_json(desk.store.query(person_rows.BY_ID, (found.id,))[0])

    # -- erasing -----------------------------------------------------------------------------------------------

    @verb("people.erase", Permission.PEOPLE_ERASE)
    def erase(self, person: str) -> Object:
        """Erase a person's data: name, addresses, login, roles, teams, skills, here and in the journal.

        Their tickets stay, as those of nobody in particular. Cannot be undone. `{"id", "name", "places"}`.
        """
        found = self.person(person)
        desk = self.desk
        if found.id in (desk.actor.id, desk.actor.real_id):
            raise Conflict(N_("nobody erases themselves; ask another administrator"))
        head = desk.store.head()
        known = [s for (s,) in desk.store.query(erasure.INSIDE + " AND seq <= ?", (erasure.pattern(found.id), head))]
        instead = erasure.token(found.id)
        with desk.work("people.erase") as work:
            row = self._row(work, found.id)
            if row["name"] == instead:
                raise Conflict(N_("person #{id} is already erased"), id=found.id)
            self._guard(work, found.id, "people.erase")
            if self._is_administrator(work, found.id):
                person_rows.keep_an_administrator(work, found.id)
            erased = erasure.erase(work, found.id, row, erasure.candidates(work, found.id, known, head))
            after: Row = dict.fromkeys(erasure.PERSONAL)
            after |= {"name": instead, "active": False}
            before = {c: row[c] for c in after}
            before["version"], after["version"] = row["version"], row["version"] + 1
            work.withheld |= {("person", (found.id,), c): instead for c in erasure.PERSONAL if row[c]}
            rows = [RowChange("person", (found.id,), before, after), *_belongings(work, found.id)]
            reasons: list[dict[str, Any]] = [{"code": "erased", "places": len(erased), "erased": erased}]
            work.record(Entry("people.erase", "person", found.id, work.at, rows=rows, reasons=reasons))
            work.tx.conn.execute("DELETE FROM presence WHERE person_id = ?", (found.id,))
        desk.store.flush()
        return {"id": found.id, "name": instead, "places": len(erased)}

    # -- organisations -----------------------------------------------------------------------------------------

    @verb("people.organisations", Permission.PEOPLE_READ, reads=True)
    def organisations(self) -> Objects:
        """Organisations by name: `{"id", "name", "kind", "people", "version"}`."""
        if self.desk.scope(Permission.PEOPLE_READ) is not Scope.ALL:
            return []
        rows = self.desk.store.query(
            "SELECT o.id, o.name, o.kind, count(p.id), o.version FROM organisation o"
            " LEFT JOIN person p ON p.organisation_id = o.id GROUP BY o.id ORDER BY o.name"
        )
        return [dict(zip(("id", "name", "kind", "people", "version"), r, strict=True)) for r in rows]

    @verb("people.add_organisation", Permission.PEOPLE_EDIT)
    def add_organisation(self, name: str, kind: str = "internal") -> Object:
        """Add a company or department: `internal`, `customer` or `partner`."""
        from helpdesk_tui.store.apply import new_row

        text = " ".join(fields.bounded("name", name, fields.MAX_NAME, empty=False).split())
        known = [k.value for k in OrganisationKind]
        if kind not in known:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field="kind", value=kind, choices=", ".join(known)
            )
        with self.desk.work("people.add_organisation") as work:
            if work.rows("SELECT 1 FROM organisation WHERE name = ? COLLATE NOCASE", (text,)):
                raise Conflict(N_("{field} {value} is already taken"), field="name", value=text)
            key = work.next_id("organisation")
            work.entity(
                "people.add_organisation",
                "organisation",
                key,
                None,
                new_row("organisation", id=key, name=text, kind=kind),
            )
        return {"id": key, "name": text, "kind": kind, "people": 0, "version": 1}

    # -- last, because it hides the builtin in what follows ------------------------------------------------------

    @verb("people.list", Permission.PEOPLE_READ, reads=True)
    def list(self, text: str = "", *, agents_only: bool = False, limit: int | None = None) -> Objects:
        """People by id: those whose name, address, login or organisation contains the text; without one, all."""
        own = None if self.desk.scope(Permission.PEOPLE_READ) is Scope.ALL else self.desk.actor.id
        most = -1 if limit is None else limit
        if text.strip() and not person_rows.plainly(self.desk):
            return person_rows.matching(self.list(agents_only=agents_only), text)[
                : None if limit is None else max(0, limit)
            ]
        wanted = f"%{like(text.strip())}%" if text.strip() else ""
        rows = self.desk.store.query(person_rows.LISTED, numbered(agents_only, own, wanted, most))
        return person_rows.shown(self.desk, [person_rows.person_json(r) for r in rows])


def _role(person_id: int, role: str) -> RowChange:
    return RowChange("person_role", (person_id, role), None, {"person_id": person_id, "role": role})


def _member(team_id: int, person_id: int) -> RowChange:
    row = {"team_id": team_id, "person_id": person_id, "lead": False}
    return RowChange("team_member", (team_id, person_id), None, row)


def _skill(person_id: int, skill: str, level: int) -> RowChange:
    row = {"person_id": person_id, "skill": skill, "level": level}
    return RowChange("person_skill", (person_id, skill), None, row)


def _reverse(change: RowChange) -> RowChange:
    return RowChange(change.table, change.key, change.after, None)


def _belongings(work: Work, person_id: int) -> "list[RowChange]":
    """Roles, teams and skills of a person, to be taken away."""
    rows = [
        _reverse(_role(person_id, r))
        for (r,) in work.rows("SELECT role FROM person_role WHERE person_id = ?", (person_id,))
    ]
    for team, lead in work.rows("SELECT team_id, lead FROM team_member WHERE person_id = ?", (person_id,)):
        row = {"team_id": team, "person_id": person_id, "lead": lead}
        rows.append(RowChange("team_member", (team, person_id), row, None))
    for skill, level in work.rows("SELECT skill, level FROM person_skill WHERE person_id = ?", (person_id,)):
        rows.append(_reverse(_skill(person_id, skill, level)))
    return rows
