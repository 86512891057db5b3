"""The filter tree as SQL over `ticket t`. Values are always bound; names come only from `conditions` and the tables below.

Teams, services, people, organisations and configuration items are looked up while compiling, so that the query
itself compares ids and can use the indexes. Logic is two-valued as the language says: `NOT` is `IS NOT TRUE`.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Final

from helpdesk_tui.store.conditions import (
    COLUMN,
    OWN,
    Sql,
    at,
    being,
    having,
    in_rooms,
    join,
    marks,
    one_of,
    same,
    sla,
    unhidden,
)
from helpdesk_tui.store.tokens import phrase_term, query_terms
from helpdesk_tui.vocabulary.filter_fields import FieldType, FilterField, fold
from helpdesk_tui.vocabulary.filter_nodes import (
    And,
    Cmp,
    Filter,
    In,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Range,
    Special,
    Words,
    mentions,
    time_bounds,
)
from helpdesk_tui.vocabulary.kinds import Phase, parse_ref
from helpdesk_tui.vocabulary.records import NEVER, Instant


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a filter is evaluated: `me`, my teams, whether notes may be searched, what may be seen, and when.

    `own_only` and `teams_only` narrow to what the viewer's scope allows (neither: everything); with `rooms` the tickets
    of live war rooms in which they have a role are there, too. Of sensitive tickets only
    those are there on which the viewer is named, but all of them for those who read `sensitive` ones. To whom people are `veiled`, filters know others by `#id` only, or a count would tell a masked name.
    """

    now: Instant
    person_id: int = 0
    teams: frozenset[int] = frozenset()
    notes: bool = False
    own_only: bool = False
    teams_only: bool = False
    rooms: bool = False
    sensitive: bool = False
    veiled: bool = False
    tz: tzinfo = UTC


# What is internal (see `desk/outside.py`), so that no filter may tell those who see only their own tickets.
_INTERNAL: Final = frozenset({"cause", "pinned"})


class Compiler:
    """Compiles filters for one viewer over one connection (used for the look-ups only).

    What was compiled holds for later as well, unless it `looked_up` names or is `timed`: reckoned from the present.
    """

    def __init__(self, conn: sqlite3.Connection, viewer: Viewer) -> None:
        self.conn = conn
        self.viewer = viewer
        self.looked_up = False
        self.timed = False

    def condition(self, filter_: Filter) -> Sql:
        """The whole WHERE: the filter, what the viewer may see, and no deleted tickets unless asked for."""
        return at(self.template(filter_), self.viewer.now)

    def template(self, filter_: Filter) -> Sql:
        """The same with `Moment.NOW` still standing for the present (see `at`)."""
        viewer = self.viewer
        parts = [] if mentions(filter_.where, "is", "deleted") else [Sql("t.deleted_at IS NULL")]
        narrowed = self._visible()
        if narrowed is not None:
            parts.append(narrowed)
        if filter_.where is not None:
            parts.append(self.node(filter_.where))
        if narrowed is None or viewer.own_only or viewer.teams_only:
            return join(parts, "AND") if parts else Sql("1")
        rest = [part for part in parts if part is not narrowed]
        whole, around = join(parts, "AND"), join(rest, "AND") if rest else Sql("1")
        return Sql(whole.text, whole.params, around, viewer.person_id)

    def _visible(self) -> Sql | None:
        """What of all tickets the viewer may see, as `access.ticket_scope_allows` says of one."""
        viewer = self.viewer
        if not viewer.own_only and not viewer.teams_only:
            return None if viewer.sensitive else unhidden(viewer.person_id)
        parts = [Sql(OWN, [viewer.person_id] * 3)]
        if viewer.teams_only and viewer.teams:
            theirs = one_of("t.team_id", sorted(viewer.teams))
            parts.append(theirs if viewer.sensitive else join([Sql("t.sensitive IS NULL"), theirs], "AND"))
        if viewer.teams_only and viewer.rooms:
            parts.append(in_rooms(viewer.person_id))
        return join(parts, "OR")

    def node(self, node: Node) -> Sql:
        """The condition of one node."""
        if isinstance(node, And):
            return join([self.node(n) for n in node.nodes], "AND")
        if isinstance(node, Or):
            return join([self.node(n) for n in node.nodes], "OR")
        if isinstance(node, Not):
            inner = self.node(node.node)
            return Sql(f"({inner.text}) IS NOT TRUE", inner.params)
        return self._leaf(node)

    def _leaf(self, leaf: Leaf) -> Sql:
        if leaf.field.name in _INTERNAL and self.viewer.own_only:
            return Sql("0")
        if isinstance(leaf, (Words, Phrase)):
            return self._text(leaf)
        kind = leaf.field.type
        if kind in (FieldType.PAST, FieldType.DUE):
            return self._time(leaf)
        if isinstance(leaf, In):
            return self._in(leaf)
        return self._ordered(leaf)

    # -- equality ----------------------------------------------------------------------------------------------

    def _in(self, leaf: In) -> Sql:
        name = leaf.field.name
        none = Special.NONE in leaf.values
        values = [v for v in leaf.values if v is not Special.NONE]
        if name == "is":
            return join([self._is(str(v)) for v in values], "OR")
        if name == "has":
            return join([self._has(str(v)) for v in values], "OR")
        if name == "sla":
            return join([sla(str(v)) for v in values], "OR")
        if name == "state":
            return self._states(values)
        if name == "watcher":
            return self._watchers(values, none)
        if leaf.field.type is FieldType.TAG:
            return self._tags([fold(str(v)) for v in values], none)
        column = COLUMN[name]
        if leaf.field.type is FieldType.LINKED:
            return one_of(column, self._linked(name, values), none)
        if leaf.field.type is FieldType.PERSON:
            return one_of(column, self._people(values), none)
        if leaf.field.type is FieldType.NAME:
            return self._names(leaf.field, [str(v) for v in values], none)
        return one_of(column, [v.value if isinstance(v, Phase) else v for v in values], none)

    def _is(self, code: str) -> Sql:
        if code in ("pinned", "vip") and self.viewer.own_only:
            return Sql("0")
        return being(code, self.viewer.person_id)

    def _has(self, code: str) -> Sql:
        """What hangs on a ticket, as far as the viewer may know of it: who sees only their own sees nothing internal."""
        viewer = self.viewer
        return having(
            code, viewer.person_id if viewer.own_only else None, None if viewer.sensitive else viewer.person_id
        )

    def _states(self, values: list[Any]) -> Sql:
        phases = [v.value for v in values if isinstance(v, Phase)]
        codes = [v for v in values if not isinstance(v, Phase)]
        parts = []
        if phases:
            parts.append(one_of("t.phase", phases))
        if codes:
            parts.append(one_of("t.state", codes))
        return join(parts, "OR")

    def _names(self, spec: FilterField, values: list[str], none: bool) -> Sql:
        column = COLUMN[spec.name]
        parts = [same(column, v) for v in values]
        if parts and spec.name == "external_id":
            # Asked inside, the comparison runs over the index of external ids and not over the tickets.
            inner = join([same("x.external_id", v) for v in values], "OR")
            parts = [
                Sql(
                    f"t.number IN (SELECT x.number FROM ticket x WHERE x.external_id IS NOT NULL AND {inner.text})",
                    inner.params,
                )
            ]
        if none:
            parts.append(Sql(f"{column} IS NULL"))
        return join(parts, "OR")

    def _tags(self, values: list[str], none: bool) -> Sql:
        parts = []
        if values:
            inner = f"SELECT x.number FROM ticket_tag x WHERE x.tag IN ({marks(len(values))})"  # sql: placeholders only
            parts.append(Sql(f"t.number IN ({inner})", list(values)))
        if none:
            parts.append(Sql("NOT EXISTS (SELECT 1 FROM ticket_tag x WHERE x.number = t.number)"))
        return join(parts, "OR")

    def _watchers(self, values: list[Any], none: bool) -> Sql:
        parts = []
        people = self._people(values)
        if self.viewer.own_only:
            people, none = [p for p in people if p == self.viewer.person_id], False
        if people:
            inner = (
                f"SELECT x.number FROM watcher x WHERE x.person_id IN ({marks(len(people))})"  # sql: placeholders only
            )
            parts.append(Sql(f"t.number IN ({inner})", list(people)))
        if none:
            parts.append(Sql("NOT EXISTS (SELECT 1 FROM watcher x WHERE x.number = t.number)"))
        return join(parts, "OR")

    def _linked(self, name: str, values: list[Any]) -> list[int]:
        """Ids by code or name; `me` means my teams. What nobody knows matches nothing."""
        table, code = {
            "team": ("team", "code"),
            "service": ("service", "code"),
            "organisation": ("organisation", "name"),
            "ci": ("configuration_item", "name"),
        }[name]
        out: list[int] = []
        if Special.ME in values:
            out.extend(sorted(self.viewer.teams))
        wanted = {fold(v) for v in values if isinstance(v, str)}
        if not wanted:
            return out
        self.looked_up = True
        sql = f"SELECT id, {code}, name FROM {table}"  # sql: names from the table above
        return out + [i for i, c, n in self.conn.execute(sql) if fold(c) in wanted or fold(n) in wanted]

    def _people(self, values: list[Any]) -> list[int]:
        out: list[int] = []
        for value in values:
            if value is Special.ME:
                out.append(self.viewer.person_id)
            elif isinstance(value, str):
                text = value.strip()
                self.looked_up = True
                named = join([same(c, text) for c in ("login", "email", "name")], "OR")
                if self.viewer.veiled or self.viewer.own_only:
                    # Only what is shown may be asked for: oneself, and by their handle those who work on one's tickets.
                    mine = Sql(f"id = ? AND {named.text}", [self.viewer.person_id, *named.params])  # sql: from above
                    named = mine if self.viewer.veiled else join([mine, same("coalesce(login, name)", text)], "OR")
                number = int(text[1:]) if text[:1] == "#" and text[1:].isdecimal() and len(text) < 16 else None
                sql = f"SELECT id FROM person WHERE {named.text} OR id = ?"  # sql: names from above, values bound
                out.extend(i for (i,) in self.conn.execute(sql, [*named.params, number]))
        return out

    # -- order and time ----------------------------------------------------------------------------------------

    def _ordered(self, leaf: Cmp | Range) -> Sql:
        column = COLUMN[leaf.field.name]
        if isinstance(leaf, Cmp):
            return Sql(f"{column} {leaf.op} ?", [_plain(leaf.value)])
        parts = []
        if leaf.low is not None:
            parts.append(Sql(f"{column} >= ?", [_plain(leaf.low)]))
        if leaf.high is not None:
            parts.append(Sql(f"{column} <= ?", [_plain(leaf.high)]))
        return join(parts, "AND") if parts else Sql(f"{column} IS NOT NULL")

    def _time(self, leaf: In | Cmp | Range) -> Sql:
        column = COLUMN[leaf.field.name]
        present = f"{column} < {NEVER}" if leaf.field.name == "due" else f"{column} IS NOT NULL"
        self.timed = True
        parts = []
        for low, high in time_bounds(leaf, self.viewer.now, self.viewer.tz):
            bounds = []
            if low is not None:
                bounds.append(Sql(f"{column} >= ?", [low]))
            if high is not None:
                bounds.append(Sql(f"{column} < ?", [high]))
            if high is None:
                bounds.append(Sql(present))
            parts.append(join(bounds, "AND"))
        if isinstance(leaf, In) and Special.NONE in leaf.values:
            parts.append(Sql(f"{column} >= {NEVER}" if leaf.field.name == "due" else f"{column} IS NULL"))
        return join(parts, "OR")

    # -- text --------------------------------------------------------------------------------------------------

    def _text(self, leaf: Words | Phrase) -> Sql:
        name = leaf.field.name
        terms = query_terms(leaf.text)
        if not terms:
            # Nothing but punctuation: there is no word to find, so nothing is asked.
            return Sql("1")
        if name in ("cause", "resolution"):
            return Sql(f"has_words({COLUMN[name]}, ?, ?)", [leaf.text, int(isinstance(leaf, Phrase))])
        match = phrase_match(leaf.text) if isinstance(leaf, Phrase) else " AND ".join(terms)
        if name == "title":
            return self._match("search_text", f"title : ({match})", "")
        if name == "description":
            return self._match("search_text", f"body : ({match})", " AND rowid & 1048575 = 0")
        # Each word may stand elsewhere in the ticket: one in the title, another in a reply.
        each = [match] if isinstance(leaf, Phrase) else terms
        found = join([self._anywhere(term) for term in each], "AND")
        number = parse_ref(leaf.text)
        return found if number is None else join([Sql("t.number = ?", [number]), found], "OR")

    def _anywhere(self, match: str) -> Sql:
        parts = [self._match("search_text", match, "")]
        if self.viewer.notes:
            parts.append(self._match("search_note", match, ""))
        return join(parts, "OR")

    @staticmethod
    def _match(table: str, match: str, more: str) -> Sql:
        return Sql(f"t.number IN (SELECT rowid >> 20 FROM {table} WHERE {table} MATCH ?{more})", [match])


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Phase) else int(value) if isinstance(value, bool) else value


def phrase_match(text: str) -> str:
    """The words of a text as one FTS5 phrase (a Han run as its pairs)."""
    return phrase_term(text) or '""'
