"""`desk.views`: saved filters, and the tabs of the queue with their counts."""

from collections.abc import Collection
from typing import Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.first import DEFAULT_VIEWS
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, Texts, code, expect
from helpdesk_tui.store import pages
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, NotFound
from helpdesk_tui.vocabulary.filter_problem import FilterProblem
from helpdesk_tui.vocabulary.filters import parse_filter
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.records import Instant, ViewTab
from helpdesk_tui.vocabulary.roles import Permission, Scope

_DEFAULTS: Final = {name: (label, query) for name, label, query in DEFAULT_VIEWS}
_COLUMNS: Final = "SELECT v.id, v.code, v.label, v.owner_id, v.query, v.position, v.version FROM saved_view v"
_VISIBLE: Final = _COLUMNS + " WHERE v.owner_id IS NULL OR v.owner_id = ? ORDER BY v.position, v.id"
_ONE: Final = _COLUMNS + " WHERE v.code = ?1 AND (v.owner_id IS NULL OR v.owner_id = ?2)"
# Counts of the default views from the tally, which triggers keep: a sum over a few rows whatever the desk's size.
_TALLY: Final = {
    "mine": "SELECT coalesce(sum(n), 0) FROM tally WHERE assignee_id = ? AND phase < 3",
    "unassigned": "SELECT coalesce(sum(n), 0) FROM tally WHERE assignee_id = 0 AND phase < 3",
    "open": "SELECT coalesce(sum(n), 0) FROM tally WHERE phase < 3",
    "all": "SELECT coalesce(sum(n), 0) FROM tally",
}
_TEAM: Final = "SELECT coalesce(sum(n), 0) FROM tally WHERE team_id = ? AND phase < 3"
MAX_VIEWS: Final = 200


class Views(Noun):
    """Saved views."""

    def _visible(self) -> "list[tuple[Any, ...]]":
        return self.desk.store.query(_VISIBLE, (self.desk.actor.id,))

    def _find(self, name: str) -> tuple[Any, ...]:
        found = self.desk.store.query(_ONE, numbered(name.strip().casefold(), self.desk.actor.id))
        if not found:
            known = ", ".join(r[1] for r in self._visible())
            raise NotFound(N_("there is no view {name}; known are: {known}"), name=name, known=known)
        return found[0]

    @staticmethod
    def _json(r: tuple[Any, ...]) -> Object:
        return {"code": r[1], "label": r[2], "shared": r[3] is None, "query": r[4], "position": r[5], "version": r[6]}

    @verb("view.show", Permission.VIEW_OWN, reads=True)
    def show(self, code: str) -> Object:
        """One view, shared or one's own."""
        return self._json(self._find(code))

    # -- counts ------------------------------------------------------------------------------------------------

    def tabs(self, now: Instant | None = None) -> "list[ViewTab]":
        """The visible views as tabs with counts at `now`: exact where the tally has them, others counted to 9,999.

        Labels of the default views are in the viewer's language. A view whose filter no longer reads has no count.
        """
        self.desk.require(Permission.VIEW_OWN, "view.list")
        rows = self._visible()
        counted = self.desk.scope(Permission.TICKET_READ) is not Scope.NONE
        hidden = self.desk.reading.hidden() if counted else []
        out: list[ViewTab] = []
        for _id, name, label, _owner, query, _position, _version in rows:
            default = _DEFAULTS.get(name)
            shown = _(label) if default is not None and default[0] == label else label
            count, capped = self._count(name, query, now, hidden) if counted else (None, False)
            out.append(ViewTab(name, shown, query, count, capped))
        return out

    def _count(self, name: str, query: str, now: Instant | None, hidden: Objects) -> tuple[int | None, bool]:
        default = _DEFAULTS.get(name)
        if default is not None and default[1] == query and self.desk.scope(Permission.TICKET_READ) is Scope.ALL:
            found = self._tallied(name, hidden)
            if found is not None:
                return found, False
        try:
            count = self._counted(query, now)
        except FilterProblem:
            return None, False
        return (pages.CAP, True) if count > pages.CAP else (count, False)

    def _tallied(self, name: str, hidden: Objects) -> int | None:
        """The count of a default view from the tally, which holds every ticket: without those not for the actor."""
        me, teams = self.desk.actor.id, self.desk.actor.teams
        if name == "team":
            found = sum(int(self.desk.store.query(_TEAM, (team,))[0][0]) for team in teams)
        elif name in _TALLY:
            found = int(self.desk.store.query(_TALLY[name], (me,) if name == "mine" else ())[0][0])
        else:
            return None
        return found - sum(1 for row in hidden if _tallies(name, row, teams))

    def _counted(self, query: str, now: Instant | None) -> int:
        from dataclasses import replace

        from helpdesk_tui.store.query import Compiler

        conn = self.desk.store.reader()
        viewer = self.desk.reading.viewer()
        if now is not None:
            viewer = replace(viewer, now=now)
        return pages.count(conn, Compiler(conn, viewer).condition(parse_filter(query)))

    # -- keeping -----------------------------------------------------------------------------------------------

    def _may_change(self, owner_id: int | None, name: str) -> None:
        """What is not one's own needs the right to share; another's own views are not there to be found."""
        if owner_id != self.desk.actor.id:
            self.desk.require(Permission.VIEW_SHARE, name)

    @verb("view.save", Permission.VIEW_OWN)
    def save(
        self, code: str, label: str, query: str, *, shared: bool | None = None, version: int | None = None
    ) -> Object:
        """Keep a filter under a code: new, or in place of the view of that code.

        `shared` decides whether everybody sees it (needs the right to share); without it a new view is one's own and an
        old one stays as it is. Raises FilterProblem where the filter cannot be read.
        """
        from helpdesk_tui.store.apply import new_row

        name = _code(code)
        text = fields.bounded("label", label, fields.MAX_NAME, empty=False).strip()
        parse_filter(query)
        me = self.desk.actor.id
        with self.desk.work("view.save") as work:
            found = work.rows("SELECT id FROM saved_view WHERE code = ?", (name,))
            row: Row | None = work.row("saved_view", found[0][0]) if found else None
            if row is not None and row["owner_id"] not in (None, me):
                raise Conflict(N_("{field} {value} is already taken"), field="code", value=name)
            owner = (me if row is None else row["owner_id"]) if shared is None else (None if shared else me)
            if row is not None:
                expect(row, version, name)
                self._may_change(row["owner_id"], "view.save")
            self._may_change(owner, "view.save")
            values = {"label": text, "query": query.strip(), "owner_id": owner}
            if row is None:
                count, last = work.rows("SELECT count(*), coalesce(max(position), -1) FROM saved_view")[0]
                mine = work.rows("SELECT count(*) FROM saved_view WHERE owner_id IS ?", (owner,))[0][0]
                if mine >= MAX_VIEWS:
                    raise Conflict(N_("there are already {n} views; delete some first"), n=count)
                key = work.next_id("saved_view")
                made = new_row("saved_view", id=key, code=name, position=last + 1, **values)
                work.entity("view.save", "saved_view", key, None, made)
            else:
                work.entity("view.save", "saved_view", row["id"], row, {**row, **values})
        return self.show(name)

    @verb("view.delete", Permission.VIEW_OWN)
    def delete(self, code: str) -> Object:
        """Take a view away; shared ones need the right to share."""
        with self.desk.work("view.delete") as work:
            # Found within: whose it is cannot change any more.
            found = self._find(code)
            self._may_change(found[3], "view.delete")
            row = work.row("saved_view", found[0])
            work.entity("view.delete", "saved_view", found[0], row, None)
        return {"code": found[1], "deleted": True}

    @verb("view.reorder", Permission.VIEW_OWN)
    def reorder(self, codes: Texts) -> Objects:
        """Put views in this order; those not named follow in theirs. Moving a shared view needs the right to share."""
        with self.desk.work("view.reorder") as work:
            wanted = [self._find(c)[0] for c in dict.fromkeys(codes)]
            rows = [r[0] for r in work.rows(_VISIBLE, (self.desk.actor.id,))]
            order = [*wanted, *(key for key in rows if key not in wanted)]
            changes: list[RowChange] = []
            for position, key in enumerate(order):
                row = work.row("saved_view", key)
                if row is None or row["position"] == position:
                    continue
                self._may_change(row["owner_id"], "view.reorder")
                before = {"position": row["position"], "version": row["version"]}
                after = {"position": position, "version": row["version"] + 1}
                changes.append(RowChange("saved_view", (key,), before, after))
            if changes:
                work.record(Entry("view.reorder", "saved_view", changes[0].key[0], work.at, rows=changes))
        return self.list()

    @verb("view.list", Permission.VIEW_OWN, reads=True)
    def list(self) -> Objects:
        """Shared views and one's own, in order: `{"code", "label", "shared", "query", "position", "version"}`."""
        return [self._json(r) for r in self._visible()]


def _tallies(name: str, row: Row, teams: Collection[int]) -> bool:
    """Whether a sensitive ticket that is not for the actor, so not theirs either, stands in the tally's count of a view."""
    if name == "all":
        return True
    fits = {"unassigned": row["assignee_id"] is None, "team": row["team_id"] in teams, "open": True}.get(name, False)
    return fits and row["phase"] < Phase.RESOLVED


def _code(text: str) -> str:
    return code("code", text)
