"""Finding a caller while they speak: part of a name, an address, the digits of a phone, pinyin initials."""

from typing import Any, Final

from helpdesk_tui.desk import person_rows
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, like
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.roles import Permission, Scope

# Every form of the same question; the place of the first that holds is the rank.
_FOUND: Final = (
    "SELECT p.id, CASE"
    " WHEN p.login = ?1 OR lower(p.email) = ?1 OR p.name = ?1 COLLATE NOCASE THEN 0"
    " WHEN p.name LIKE ?2 ESCAPE '\\' THEN 1"
    " WHEN p.name LIKE ?3 ESCAPE '\\' THEN 2"
    " WHEN p.initials LIKE ?2 ESCAPE '\\' THEN 3"
    " WHEN p.login LIKE ?2 ESCAPE '\\' OR p.email LIKE ?2 ESCAPE '\\' THEN 4"
    " WHEN ?5 <> '' AND replace(replace(replace(replace(replace(replace(p.phone, ' ', ''), '-', ''), '(', ''), ')', ''),"
    " '.', ''), '/', '') LIKE ?5 THEN 5"
    " WHEN p.name LIKE ?4 ESCAPE '\\' OR p.email LIKE ?4 ESCAPE '\\' THEN 6 ELSE 9 END AS rank"
    " FROM person p WHERE p.active AND rank < 9 AND (?6 IS NULL OR p.id = ?6) ORDER BY rank, p.name, p.id LIMIT ?7"
)
_OPEN: Final = "SELECT count(*) FROM ticket WHERE requester_id = ? AND phase < 3 AND deleted_at IS NULL"
MAX_FOUND: Final = 200


class PeopleSearch(Noun):
    """Looking people up."""

    @verb("people.search", Permission.PEOPLE_READ, reads=True)
    def search(self, text: str, limit: int = 20) -> Objects:
        """Active people by part of a name, address, phone digits or initials, nearest first, with open tickets.

        Each is the person's object and `open_tickets`: how many open tickets they asked for (null where one may not
        know). Any text is a valid question; an empty one finds nobody.
        """
        wanted = fold(text)
        if not wanted:
            return []
        most = max(1, min(limit, MAX_FOUND))
        if not person_rows.plainly(self.desk):
            active = [person for person in self.desk.people.list() if person["active"]]
            return [self._with_open(person) for person in person_rows.matching(active, text)[:most]]
        only = None if self.desk.scope(Permission.PEOPLE_READ) is Scope.ALL else self.desk.actor.id
        digits = "".join(c for c in wanted if c.isdigit())
        phone = f"%{digits}" + "%" if len(digits) >= 3 and not any(c.isalpha() for c in wanted) else ""
        part = like(wanted)
        bound = numbered(wanted, f"{part}%", f"% {part}%", f"%{part}%", phone, only, most)
        rows: list[tuple[Any, ...]] = []
        for person, _rank in self.desk.store.query(_FOUND, bound):
            rows += self.desk.store.query(person_rows.BY_ID, (person,))
        found = person_rows.shown(self.desk, [person_rows.person_json(r) for r in rows])
        return [self._with_open(row) for row in found]

    def _with_open(self, person: Object) -> Object:
        return {**person, "open_tickets": self.open_requests(person["id"])}

    def open_requests(self, person_id: int) -> int | None:
        """How many open tickets a person asked for, as far as the actor sees them; None without that right."""
        scope = self.desk.scope(Permission.TICKET_READ)
        if scope is Scope.NONE:
            return None
        if scope is Scope.ALL:
            return int(self.desk.store.query(_OPEN, (person_id,))[0][0])
        return self.desk.reading.count(f"requester:#{person_id} is:open", None)
