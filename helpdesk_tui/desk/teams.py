"""`desk.teams`: groups of agents, their members and what those can do."""

from collections import Counter
from typing import Final

from helpdesk_tui.desk import fields, person_rows
from helpdesk_tui.desk.directory import TeamFacts
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, code, expect, split, unused
from helpdesk_tui.rules.routing import STRATEGIES
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.roles import Permission, Scope

_FIELDS: Final = ("name", "strategy", "active")
_MEMBERS: Final = (
    "SELECT p.id, coalesce(p.login, p.email, '#' || p.id), p.name, m.lead, p.active,"
    " EXISTS (SELECT 1 FROM presence x WHERE x.person_id = p.id AND x.number = 0 AND x.activity = 'away'),"
    " (SELECT coalesce(sum(x.n), 0) FROM tally x WHERE x.assignee_id = p.id AND x.phase < 3), p.capacity,"
    " (SELECT group_concat(skill || char(30) || level, char(31)) FROM (SELECT skill, level FROM person_skill x"
    " WHERE x.person_id = p.id ORDER BY skill))"
    " FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = ? ORDER BY m.lead DESC, p.name, p.id"
)


def strategy(text: str) -> str:
    """A strategy of handing out work by its code."""
    folded = fold(text).replace("-", "_").replace(" ", "_")
    if folded not in STRATEGIES:
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"),
            field="strategy",
            value=text,
            choices=", ".join(STRATEGIES),
        )
    return folded


class Teams(Noun):
    """Teams."""

    def team(self, text: str) -> TeamFacts:
        """The team of a code or name. Raises NotFound."""
        wanted = text.strip().casefold()
        for team in self.desk.directory.teams().values():
            if wanted in (team.code.casefold(), team.name.casefold()):
                return team
        known = ", ".join(sorted(t.code for t in self.desk.directory.teams().values()))
        raise NotFound(N_("there is no team {text}; known are: {known}"), text=text, known=known)

    @verb("team.show", Permission.PEOPLE_READ, reads=True)
    def show(self, team: str) -> Object:
        """One team with its members (only for those who may read the directory): load, skills, presence."""
        found = self.team(team)
        row = next(r for r in self.list() if r["code"] == found.code)
        waiting = self.desk.store.query(
            "SELECT coalesce(sum(n), 0) FROM tally WHERE team_id = ? AND assignee_id = 0 AND phase < 3", (found.id,)
        )
        version = self.desk.store.query("SELECT version FROM team WHERE id = ?", (found.id,))
        hidden = sum(1 for t in self._hidden() if t["team_id"] == found.id and t["assignee_id"] is None)
        return {
            **row,
            "unassigned": int(waiting[0][0]) - hidden if self._inside() else None,
            "people": self._members(found.id),
            "version": version[0][0],
        }

    def _inside(self) -> bool:
        """Whether the actor may know how busy teams are: those who read the whole directory."""
        return self.desk.scope(Permission.PEOPLE_READ) is Scope.ALL

    def _hidden(self) -> Objects:
        """Open tickets that the tally counts and the actor may not know of."""
        return [t for t in self.desk.reading.hidden() if t["phase"] < Phase.RESOLVED]

    def _members(self, team_id: int) -> Objects:
        if not self._inside():
            return []
        rows = self.desk.store.query(_MEMBERS, (team_id,))
        plain = self.desk.plain_scope(Permission.PEOPLE_READ) is Scope.ALL
        hidden = Counter(t["assignee_id"] for t in self._hidden())
        return [
            {
                "id": r[0],
                "who": r[1] if plain else f"#{r[0]}",
                "name": r[2] if plain else f"#{r[0]}",
                "lead": bool(r[3]),
                "active": bool(r[4]),
                "away": bool(r[5]),
                "load": int(r[6]) - hidden[r[0]],
                "capacity": r[7],
                "skills": {s: int(n) for s, n in (pair.split("\x1e") for pair in split(r[8]))},
            }
            for r in rows
        ]

    @verb("team.add", Permission.TEAM_EDIT)
    def add(self, code: str, name: str, strategy: str = "manual") -> Object:
        """Add a team."""
        from helpdesk_tui.store.apply import new_row

        row = {"code": _code(code), "name": _name(name), "strategy": _strategy(strategy)}
        with self.desk.work("team.add") as work:
            unused(work, "team", "code", row["code"])
            key = work.next_id("team")
            work.entity("team.add", "team", key, None, new_row("team", id=key, **row))
        return self.show(row["code"])

    @verb("team.edit", Permission.TEAM_EDIT)
    def edit(self, team: str, set: dict[str, str], *, version: int | None = None) -> Object:  # noqa: A002
        """Change a team's name, strategy or whether it is active. The code stays: rules and scripts name it."""
        if not set:
            raise Usage(N_("nothing to change: give --set field=value"))
        found = self.team(team)
        values: Row = {}
        for field, value in set.items():
            if field not in _FIELDS:
                raise Invalid(N_("{field} cannot be set; fields are: {known}"), field=field, known=", ".join(_FIELDS))
            parse = {"name": _name, "strategy": _strategy}.get(field)
            values[field] = parse(value) if parse else fields.flag(field, value)
        with self.desk.work("team.edit") as work:
            row = work.row("team", found.id) or {}
            expect(row, version, found.code)
            work.entity("team.edit", "team", found.id, row, {**row, **values})
        return self.show(found.code)

    @verb("team.add_member", Permission.TEAM_EDIT)
    def add_member(self, team: str, person: str, *, lead: bool = False) -> Object:
        """Let an agent belong to a team, or make a member lead (or no longer)."""
        found, who = self.team(team), self.desk.people.person(person)
        if not who.agent or not who.active:
            raise Invalid(N_("{who} cannot belong to a team: not an active agent"), who=who.handle)
        row = {"team_id": found.id, "person_id": who.id, "lead": lead}
        key = (found.id, who.id)
        with self.desk.work("team.add_member") as work:
            old = work.row("team_member", *key)
            if old is not None and bool(old["lead"]) == lead:
                raise Conflict(N_("{who} already belongs to {team}"), who=who.handle, team=found.code)
            change = (
                RowChange("team_member", key, None, row)
                if old is None
                else RowChange("team_member", key, {"lead": old["lead"]}, {"lead": lead})
            )
            work.record(Entry("team.add_member", "team", found.id, work.at, rows=[change]))
        return self.show(found.code)

    @verb("team.remove_member", Permission.TEAM_EDIT)
    def remove_member(self, team: str, person: str) -> Object:
        """Take somebody out of a team; the tickets they work on stay theirs."""
        found, who = self.team(team), self.desk.people.person(person)
        with self.desk.work("team.remove_member") as work:
            old = work.row("team_member", found.id, who.id)
            if old is None:
                raise Conflict(N_("{who} does not belong to {team}"), who=who.handle, team=found.code)
            change = RowChange("team_member", (found.id, who.id), old, None)
            work.record(Entry("team.remove_member", "team", found.id, work.at, rows=[change]))
        return self.show(found.code)

    @verb("team.set_skill", Permission.TEAM_EDIT)
    def set_skill(self, person: str, skill: str, level: int = 2) -> Object:
        """Say what an agent can do: 1 knows, 2 practised, 3 expert; 0 takes the skill away. The person's object."""
        who = self.desk.people.person(person)
        text, wanted = person_rows.skill_level(skill, level or 1)
        key = (who.id, text)
        with self.desk.work("team.set_skill") as work:
            old = work.row("person_skill", *key)
            change: RowChange | None = None
            if level == 0:
                if old is None:
                    raise Conflict(N_("{who} does not have the skill {skill}"), who=who.handle, skill=text)
                change = RowChange("person_skill", key, old, None)
            elif old is None:
                row = {"person_id": who.id, "skill": text, "level": wanted}
                change = RowChange("person_skill", key, None, row)
            elif old["level"] != wanted:
                change = RowChange("person_skill", key, {"level": old["level"]}, {"level": wanted})
            if change is not None:
                work.record(Entry("team.set_skill", "person", who.id, work.at, rows=[change]))
        return self.desk.people.show(f"#{who.id}")

    @verb("team.list", Permission.PEOPLE_READ, reads=True)
    def list(self) -> Objects:
        """Teams by code: `{"code", "name", "strategy", "active", "members", "open"}` (`open` null for requesters)."""
        rows = self.desk.store.query(
            "SELECT g.code, g.name, g.strategy, g.active, (SELECT count(*) FROM team_member m WHERE m.team_id = g.id),"
            " (SELECT coalesce(sum(x.n), 0) FROM tally x WHERE x.team_id = g.id AND x.phase < 3), g.id"
            " FROM team g ORDER BY g.code"
        )
        names = ("code", "name", "strategy", "active", "members", "open")
        inside, hidden = self._inside(), Counter(t["team_id"] for t in self._hidden())
        return [
            {**dict(zip(names, r, strict=False)), "active": bool(r[3]), "open": r[5] - hidden[r[6]] if inside else None}
            for r in rows
        ]


_strategy = strategy


def _code(text: str) -> str:
    return code("code", text)


def _name(text: str) -> str:
    return fields.bounded("name", text, fields.MAX_NAME, empty=False).strip()
