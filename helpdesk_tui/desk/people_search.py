"""Finding a caller while they speak: name, address, digits of a phone; Chinese names by pinyin or its initials, too."""

from typing import Any, Final

from helpdesk_tui.desk import person_rows
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects
from helpdesk_tui.rules.access import person_scope_allows
from helpdesk_tui.store import people_index
from helpdesk_tui.store.conditions import knowable
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.roles import Permission, Scope

_OPEN: Final = (
    "SELECT count(*) FROM ticket t WHERE t.requester_id = ?1 AND t.phase < 3 AND t.deleted_at IS NULL"
    f" AND {knowable('t', '?2', '?3')}"  # sql: constant
)
_OWNED: Final = (
    "SELECT c.name, c.ci_class, s.code FROM configuration_item c LEFT JOIN service s ON s.id = c.service_id"
    " WHERE c.owner_id = ? AND c.status <> 'retired' ORDER BY c.name LIMIT ?"
)
MAX_FOUND: Final = 200
_CANDIDATE: Final = "SELECT id, name, email, login, phone, initials FROM person WHERE id = ?"


class PeopleSearch(Noun):
    """Looking people up."""

    @verb("people.search", Permission.PEOPLE_READ, reads=True)
    def search(self, text: str, limit: int = 20) -> Objects:
        """Active people by the beginning of a name (also in pinyin), address, login, phone number or initials.

        Nearest first; each is the person's object and `open_tickets`: how many open tickets they asked for (null
        where one may not know). Several words must all be met. Any text is a valid question; an empty one finds nobody.
        """
        if not fold(text):
            return []
        most = max(1, min(limit, MAX_FOUND))
        if not person_rows.plainly(self.desk):
            # Masked people answer to what is shown of them and to nothing else.
            active = [person for person in self.desk.people.list() if person["active"]]
            return [self._with_open(person) for person in person_rows.matching(active, text)[:most]]
        rows: list[tuple[Any, ...]] = []
        for person in self._nearest(text)[:most]:
            rows += self.desk.store.query(person_rows.BY_ID, (person,))
        found = person_rows.shown(self.desk, [person_rows.person_json(r) for r in rows])
        return [self._with_open(row) for row in found]

    def agents(self, text: str, limit: int = 6) -> Objects:
        """Active agents with a login that a typed beginning means, nearest first: `{"id", "login", "name"}`."""
        scope = self.desk.require(Permission.PEOPLE_READ, "people.search")
        if scope is not Scope.ALL or not person_rows.plainly(self.desk) or not fold(text):
            return []
        sql = "SELECT id, login, name FROM person WHERE id = ? AND login IS NOT NULL"
        rows = [
            row for key in self._nearest(text, agents=True)[: limit * 2] for row in self.desk.store.query(sql, (key,))
        ]
        return [dict(zip(("id", "login", "name"), row, strict=True)) for row in rows[:limit]]

    def _nearest(self, text: str, *, agents: bool = False) -> list[int]:
        """Ids of the people meant, nearest first: of those under one beginning, and of those under all words."""
        asked, words = people_index.questions(text)
        candidates = dict.fromkeys(key for beginning in asked for key in self._under(beginning, agents))
        if words and not candidates:
            candidates = dict.fromkeys(self._under(max(words, key=len), agents))
        ranked = []
        for key in candidates:
            for row in self.desk.store.query(_CANDIDATE, (key,)):
                rank = _rank(row, asked, words)
                if rank is not None:
                    ranked.append((rank, row[1], key))
        return [key for _how, _name, key in sorted(ranked)]

    def _under(self, beginning: str, agents: bool) -> list[int]:
        only = None if self.desk.scope(Permission.PEOPLE_READ) is Scope.ALL else self.desk.actor.id
        bound = numbered(beginning, people_index.after(beginning), people_index.POOL, only, agents)
        return [key for (key,) in self.desk.store.query(people_index.FOUND, bound)]

    def devices(self, person_id: int, limit: int = 20) -> Objects:
        """Configuration items that a person owns and that are in use, by name: `{"name", "class", "service"}`.

        Of others than oneself only for those who may read everybody.
        """
        scope = self.desk.require(Permission.PEOPLE_READ, "people.show")
        if not person_scope_allows(scope, self.desk.actor.id, person_id):
            return []
        rows = self.desk.store.query(_OWNED, (person_id, limit))
        return [dict(zip(("name", "class", "service"), row, strict=True)) for row in rows]

    def _with_open(self, person: Object) -> Object:
        return {**person, "open_tickets": self.open_requests(person["id"])}

    def open_requests(self, person_id: int) -> int | None:
        """How many open tickets a person asked for, as far as the actor sees them; None without that right."""
        scope = self.desk.scope(Permission.TICKET_READ)
        if scope is Scope.NONE:
            return None
        if scope is Scope.ALL:
            all_sensitive = self.desk.scope(Permission.TICKET_SENSITIVE) is Scope.ALL
            found = self.desk.store.query(_OPEN, numbered(person_id, all_sensitive, self.desk.actor.id))
            return int(found[0][0])
        return self.desk.reading.count(f"requester:#{person_id} is:open", None)


def _rank(row: tuple[Any, ...], asked: list[str], words: list[str]) -> int | None:
    """How near a person (id, name, email, login, phone, initials) is to what was asked; None where they are not meant."""
    _key, name, email, login, phone, initials = row
    keys = people_index.keys_of(name, email, login, phone, initials)
    if not any(key.startswith(one) for key in keys for one in asked):
        return 6 if words and all(any(key.startswith(word) for key in keys) for word in words) else None
    whole = asked[0]
    if whole in (fold(login or ""), fold(email or ""), fold(name)):
        return 0
    if fold(name).startswith(whole) or "".join(people_index.words_of(name)).startswith(tuple(asked)):
        return 1
    if keys.intersection(asked):
        return 2
    address = tuple(filter(None, (fold(login or ""), fold(email or ""))))
    return 4 if any(one.startswith(whole) for one in address) else 3
