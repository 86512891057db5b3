"""The filter tree as SQL over `ticket t`. Values are always bound; names come only from the tables below.

Teams, services, people, organisations and configuration items are looked up while compiling, so that the query
itself compares ids and can use the indexes. Logic is two-valued as the language says: `NOT` is `IS NOT TRUE`.
"""

import enum
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, Final

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
    Sort,
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

    `own_only` and `teams_only` narrow to what the viewer's scope allows (neither: everything).
    """

    now: Instant
    person_id: int = 0
    teams: frozenset[int] = frozenset()
    notes: bool = False
    own_only: bool = False
    teams_only: bool = False
    tz: tzinfo = UTC


@dataclass(slots=True)
class Sql:
    """A condition and its bound values, in order."""

    text: str
    params: list[Any] = field(default_factory=list)


class Moment(enum.Enum):
    """Stands among bound values for the present instant, so that a compiled filter can be asked again later."""

    NOW = "now"


def at(sql: Sql, now: Instant) -> Sql:
    """A compiled condition at an instant."""
    if Moment.NOW not in sql.params:
        return sql
    return Sql(sql.text, [now if value is Moment.NOW else value for value in sql.params])


_COLUMN: Final[dict[str, str]] = {
    "number": "t.number",
    "kind": "t.kind",
    "phase": "t.phase",
    "priority": "t.priority",
    "impact": "t.impact",
    "urgency": "t.urgency",
    "severity": "t.severity",
    "team": "t.team_id",
    "assignee": "t.assignee_id",
    "requester": "t.requester_id",
    "organisation": "t.organisation_id",
    "service": "t.service_id",
    "ci": "t.ci_id",
    "category": "t.category",
    "due": "t.due_at",
    "response_due": "t.response_due_at",
    "update_due": "t.update_due_at",
    "resolution_due": "t.resolution_due_at",
    "pending_until": "t.pending_until",
    "created": "t.created_at",
    "updated": "t.updated_at",
    "first_response": "t.first_response_at",
    "resolved": "t.resolved_at",
    "closed": "t.closed_at",
    "age": "t.created_at",
    "channel": "t.channel",
    "moscow": "t.moscow",
    "major": "t.major",
    "pinned": "t.pinned",
    "title": "t.title",
    "description": "t.description",
    "cause": "t.cause",
    "resolution": "t.resolution",
    "resolution_code": "t.resolution_code",
    "external_id": "t.external_id",
    "language": "t.language",
    "parent": "t.parent_number",
    "merged_into": "t.merged_into",
    "affected_users": "t.affected_users",
    "reopen_count": "t.reopen_count",
    "reassignment_count": "t.reassignment_count",
    "version": "t.version",
    "state": "t.state",
}
# One's own tickets: as requester, assignee or watcher.
_OWN: Final = (
    "(t.requester_id = ? OR t.assignee_id = ?"
    " OR EXISTS (SELECT 1 FROM watcher x WHERE x.number = t.number AND x.person_id = ?))"
)
# What is internal (see `desk/outside.py`), so that no filter may tell those who see only their own tickets.
_INTERNAL: Final = frozenset({"cause", "pinned"})
_HAS: Final[dict[str, str]] = {
    "attachment": "EXISTS (SELECT 1 FROM attachment x WHERE x.number = t.number)",
    "checklist": "EXISTS (SELECT 1 FROM checklist_item x WHERE x.number = t.number)",
    "link": "EXISTS (SELECT 1 FROM link x WHERE x.number = t.number OR x.other = t.number)",
    "parent": "t.parent_number IS NOT NULL",
    "child": "EXISTS (SELECT 1 FROM ticket x WHERE x.parent_number = t.number)",
    "tag": "EXISTS (SELECT 1 FROM ticket_tag x WHERE x.number = t.number)",
}


def _is(code: str, viewer: Viewer) -> Sql:
    me = viewer.person_id
    fixed = {
        "open": "t.phase < 3",
        "done": "t.phase >= 3",
        "new": "t.phase = 0",
        "pending": "t.phase = 2",
        "resolved": "t.phase = 3",
        "closed": "t.phase = 4",
        "unassigned": "t.assignee_id IS NULL",
        "assigned": "t.assignee_id IS NOT NULL",
        "major": "t.major",
        "paused": "t.sla_run = 'paused'",
        "pinned": "t.pinned",
        "vip": "EXISTS (SELECT 1 FROM person x WHERE x.id = t.requester_id AND x.vip)",
        "merged": "t.merged_into IS NOT NULL",
        "deleted": "t.deleted_at IS NOT NULL",
    }
    if code == "mine":
        return Sql("t.assignee_id = ?", [me])
    if code == "watched":
        return Sql("EXISTS (SELECT 1 FROM watcher x WHERE x.number = t.number AND x.person_id = ?)", [me])
    if code == "overdue":
        return Sql("(t.due_at <= ? AND t.phase < 3)", [Moment.NOW])
    return Sql(fixed[code])


def _sla(code: str) -> Sql:
    now = Moment.NOW
    if code == "breached":
        return Sql("(t.sla_run = 'running' AND t.due_at <= ?)", [now])
    if code == "warning":
        return Sql("(t.sla_run = 'running' AND t.due_at > ? AND t.warn_at <= ?)", [now, now])
    if code == "ok":
        return Sql("(t.sla_run = 'running' AND t.due_at > ? AND t.warn_at > ?)", [now, now])
    return Sql("t.sla_run = ?", [code])


def _join(parts: list[Sql], word: str) -> Sql:
    if not parts:
        return Sql("0")
    if len(parts) == 1:
        return parts[0]
    return Sql("(" + f" {word} ".join(p.text for p in parts) + ")", [v for p in parts for v in p.params])


def _marks(n: int) -> str:
    return ", ".join("?" * n)


def _one_of(column: str, values: list[Any], none: bool = False) -> Sql:
    parts = []
    if len(values) == 1:
        parts.append(Sql(f"{column} = ?", values))
    elif values:
        parts.append(Sql(f"{column} IN ({_marks(len(values))})", values))
    if none:
        parts.append(Sql(f"{column} IS NULL"))
    return _join(parts, "OR")


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
        parts = [] if mentions(filter_.where, "is", "deleted") else [Sql("t.deleted_at IS NULL")]
        narrowed = self._visible()
        if narrowed is not None:
            parts.append(narrowed)
        if filter_.where is not None:
            parts.append(self.node(filter_.where))
        return _join(parts, "AND") if parts else Sql("1")

    def _visible(self) -> Sql | None:
        viewer = self.viewer
        if not viewer.own_only and not viewer.teams_only:
            return None
        parts = [Sql(_OWN, [viewer.person_id] * 3)]
        if viewer.teams_only and viewer.teams:
            parts.append(_one_of("t.team_id", sorted(viewer.teams)))
        return _join(parts, "OR")

    def node(self, node: Node) -> Sql:
        """The condition of one node."""
        if isinstance(node, And):
            return _join([self.node(n) for n in node.nodes], "AND")
        if isinstance(node, Or):
            return _join([self.node(n) for n in node.nodes], "OR")
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
            return _join([self._is(str(v)) for v in values], "OR")
        if name == "has":
            return _join([self._has(str(v)) for v in values], "OR")
        if name == "sla":
            return _join([_sla(str(v)) for v in values], "OR")
        if name == "state":
            return self._states(values)
        if name == "watcher":
            return self._watchers(values, none)
        if leaf.field.type is FieldType.TAG:
            return self._tags([fold(str(v)) for v in values], none)
        column = _COLUMN[name]
        if leaf.field.type is FieldType.LINKED:
            return _one_of(column, self._linked(name, values), none)
        if leaf.field.type is FieldType.PERSON:
            return _one_of(column, self._people(values), none)
        if leaf.field.type is FieldType.NAME:
            return self._names(leaf.field, [str(v) for v in values], none)
        return _one_of(column, [v.value if isinstance(v, Phase) else v for v in values], none)

    def _is(self, code: str) -> Sql:
        return Sql("0") if code in ("pinned", "vip") and self.viewer.own_only else _is(code, self.viewer)

    def _has(self, code: str) -> Sql:
        """What hangs on a ticket, as far as the viewer may know of it: who sees only their own sees nothing internal."""
        if not self.viewer.own_only:
            return Sql(_HAS[code])
        if code == "checklist":
            return Sql("0")
        if code == "attachment":
            return Sql(
                "EXISTS (SELECT 1 FROM attachment x LEFT JOIN comment c ON c.id = x.comment_id"
                " WHERE x.number = t.number AND c.kind IS NOT 'note')"
            )
        if code not in ("link", "child"):
            return Sql(_HAS[code])
        tied = (
            "EXISTS (SELECT 1 FROM link x WHERE (x.number = t.number AND x.other = o.number)"
            " OR (x.number = o.number AND x.other = t.number))"
            if code == "link"
            else "o.parent_number = t.number"
        )
        known = _OWN.replace("t.", "o.")
        text = f"EXISTS (SELECT 1 FROM ticket o WHERE o.deleted_at IS NULL AND {known} AND {tied})"  # sql: constants
        return Sql(text, [self.viewer.person_id] * 3)

    def _states(self, values: list[Any]) -> Sql:
        phases = [v.value for v in values if isinstance(v, Phase)]
        codes = [v for v in values if not isinstance(v, Phase)]
        parts = []
        if phases:
            parts.append(_one_of("t.phase", phases))
        if codes:
            parts.append(_one_of("t.state", codes))
        return _join(parts, "OR")

    def _names(self, spec: FilterField, values: list[str], none: bool) -> Sql:
        column = _COLUMN[spec.name]
        parts = [_same(column, v) for v in values]
        if parts and spec.name == "external_id":
            # Asked inside, the comparison runs over the index of external ids and not over the tickets.
            inner = _join([_same("x.external_id", v) for v in values], "OR")
            parts = [
                Sql(
                    f"t.number IN (SELECT x.number FROM ticket x WHERE x.external_id IS NOT NULL AND {inner.text})",
                    inner.params,
                )
            ]
        if none:
            parts.append(Sql(f"{column} IS NULL"))
        return _join(parts, "OR")

    def _tags(self, values: list[str], none: bool) -> Sql:
        parts = []
        if values:
            inner = (
                f"SELECT x.number FROM ticket_tag x WHERE x.tag IN ({_marks(len(values))})"  # sql: placeholders only
            )
            parts.append(Sql(f"t.number IN ({inner})", list(values)))
        if none:
            parts.append(Sql("NOT EXISTS (SELECT 1 FROM ticket_tag x WHERE x.number = t.number)"))
        return _join(parts, "OR")

    def _watchers(self, values: list[Any], none: bool) -> Sql:
        parts = []
        people = self._people(values)
        if self.viewer.own_only:
            people, none = [p for p in people if p == self.viewer.person_id], False
        if people:
            inner = (
                f"SELECT x.number FROM watcher x WHERE x.person_id IN ({_marks(len(people))})"  # sql: placeholders only
            )
            parts.append(Sql(f"t.number IN ({inner})", list(people)))
        if none:
            parts.append(Sql("NOT EXISTS (SELECT 1 FROM watcher x WHERE x.number = t.number)"))
        return _join(parts, "OR")

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
                named = _join([_same(c, text) for c in ("login", "email", "name")], "OR")
                number = int(text[1:]) if text[:1] == "#" and text[1:].isdecimal() and len(text) < 16 else None
                sql = f"SELECT id FROM person WHERE {named.text} OR id = ?"  # sql: names from above, values bound
                out.extend(i for (i,) in self.conn.execute(sql, [*named.params, number]))
        return out

    # -- order and time ----------------------------------------------------------------------------------------

    def _ordered(self, leaf: Cmp | Range) -> Sql:
        column = _COLUMN[leaf.field.name]
        if isinstance(leaf, Cmp):
            return Sql(f"{column} {leaf.op} ?", [_plain(leaf.value)])
        parts = []
        if leaf.low is not None:
            parts.append(Sql(f"{column} >= ?", [_plain(leaf.low)]))
        if leaf.high is not None:
            parts.append(Sql(f"{column} <= ?", [_plain(leaf.high)]))
        return _join(parts, "AND") if parts else Sql(f"{column} IS NOT NULL")

    def _time(self, leaf: In | Cmp | Range) -> Sql:
        column = _COLUMN[leaf.field.name]
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
            parts.append(_join(bounds, "AND"))
        if isinstance(leaf, In) and Special.NONE in leaf.values:
            parts.append(Sql(f"{column} >= {NEVER}" if leaf.field.name == "due" else f"{column} IS NULL"))
        return _join(parts, "OR")

    # -- text --------------------------------------------------------------------------------------------------

    def _text(self, leaf: Words | Phrase) -> Sql:
        name = leaf.field.name
        terms = query_terms(leaf.text)
        if not terms:
            # Nothing but punctuation: there is no word to find, so nothing is asked.
            return Sql("1")
        if name in ("cause", "resolution"):
            return Sql(f"has_words({_COLUMN[name]}, ?, ?)", [leaf.text, int(isinstance(leaf, Phrase))])
        match = phrase_match(leaf.text) if isinstance(leaf, Phrase) else " AND ".join(terms)
        if name == "title":
            return self._match("search_text", f"title : ({match})", "")
        if name == "description":
            return self._match("search_text", f"body : ({match})", " AND rowid & 1048575 = 0")
        # Each word may stand elsewhere in the ticket: one in the title, another in a reply.
        each = [match] if isinstance(leaf, Phrase) else terms
        found = _join([self._anywhere(term) for term in each], "AND")
        number = parse_ref(leaf.text)
        return found if number is None else _join([Sql("t.number = ?", [number]), found], "OR")

    def _anywhere(self, match: str) -> Sql:
        parts = [self._match("search_text", match, "")]
        if self.viewer.notes:
            parts.append(self._match("search_note", match, ""))
        return _join(parts, "OR")

    @staticmethod
    def _match(table: str, match: str, more: str) -> Sql:
        return Sql(f"t.number IN (SELECT rowid >> 20 FROM {table} WHERE {table} MATCH ?{more})", [match])


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Phase) else int(value) if isinstance(value, bool) else value


def _same(column: str, text: str) -> Sql:
    """Equal but for case, width and outer blanks. Plain letters are compared by SQLite, signs without case as they are."""
    wanted = fold(text)
    if wanted.isascii():
        return Sql(f"{column} = ? COLLATE NOCASE", [wanted])
    if wanted == text and text.upper() == text.lower():
        return Sql(f"{column} = ?", [text])
    return Sql(f"folded({column}) = ?", [wanted])


def phrase_match(text: str) -> str:
    """The words of a text as one FTS5 phrase (a Han run as its pairs)."""
    return phrase_term(text) or '""'


# Expressions to sort by, ascending; `True` marks those whose natural "first" is the greater.
_SORTS: Final[dict[str, str]] = {
    **_COLUMN,
    "team": "(SELECT x.code FROM team x WHERE x.id = t.team_id)",
    "service": "(SELECT x.code FROM service x WHERE x.id = t.service_id)",
    "assignee": "(SELECT coalesce(x.login, x.name) FROM person x WHERE x.id = t.assignee_id)",
    "requester": "(SELECT coalesce(x.email, x.name) FROM person x WHERE x.id = t.requester_id)",
    "organisation": "(SELECT x.name FROM organisation x WHERE x.id = t.organisation_id)",
    "ci": "(SELECT x.name FROM configuration_item x WHERE x.id = t.ci_id)",
    "title": "substr(t.title, 1, 200)",
}
_NULLABLE: Final = frozenset(
    {
        "severity", "response_due", "update_due", "resolution_due", "pending_until", "first_response", "resolved",
        "closed", "moscow", "resolution_code", "external_id", "language", "parent", "merged_into", "affected_users",
    }
)  # fmt: skip
_TEXTUAL: Final = frozenset(
    {
        "moscow", "resolution_code", "external_id", "language", "team", "service", "assignee", "requester",
        "organisation", "ci", "category",
    }
)  # fmt: skip
_FIRST_TEXT: Final = "''"
_LAST_TEXT: Final = "char(1114111)"  # behind every text in any script


@dataclass(frozen=True, slots=True)
class Term:
    """One expression of the order."""

    expression: str
    descending: bool


def order(sorts: tuple[Sort, ...]) -> list[Term]:
    """The terms of an order, made total by the number. Missing values come last either way.

    Descending priority is written as ascending `-priority`, which is how the queue's index runs.
    """
    terms: list[Term] = []
    for sort in sorts or ():
        name = sort.field.name
        descending = sort.descending != sort.field.reverse
        if name in ("priority", "phase", "impact", "urgency") and descending:
            terms.append(Term(f"-{_COLUMN[name]}", False))
            continue
        expression = _SORTS[name]
        if name in _TEXTUAL:
            expression = f"coalesce({expression}, {_FIRST_TEXT if descending else _LAST_TEXT})"
        elif name in _NULLABLE:
            expression = f"coalesce({expression}, {-1 if descending else NEVER})"
        elif name == "due" and descending:
            expression = f"CASE WHEN {expression} < {NEVER} THEN {expression} ELSE -1 END"
        terms.append(Term(expression, descending))
        if name == "number":
            return terms
    terms.append(Term("t.number", terms[-1].descending if terms else False))
    return terms
