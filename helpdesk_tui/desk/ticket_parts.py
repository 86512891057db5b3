"""What hangs on a ticket, to read: its ties, watchers, checklist, time spent."""

from typing import Any

from helpdesk_tui.desk import masking
from helpdesk_tui.desk.registry import Noun
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.instants import iso


class TicketParts(Noun):
    """Reading what belongs to one ticket."""

    def links(self, number: int) -> list[dict[str, Any]]:
        """All ties of a ticket in both directions: number, type, other, and the other's title and state.

        `merged` says that the other was merged into this one.
        """
        self.desk.reading.readable(number)
        rows = self.desk.store.query(
            "SELECT l.number, l.type, l.other, t.number, t.kind, t.title, t.state, t.phase, t.merged_into IS ?1 FROM link l"
            " JOIN ticket t ON t.number = CASE WHEN l.number = ?1 THEN l.other ELSE l.number END"
            " WHERE (l.number = ?1 OR l.other = ?1) AND t.deleted_at IS NULL ORDER BY l.type, t.number",
            numbered(number),
        )
        names = ("number", "type", "other", "ticket", "kind", "title", "state", "phase", "merged")
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [link for link in found if self.desk.reading.knows(link["ticket"])]

    def children(self, number: int) -> list[dict[str, Any]]:
        """Child tickets with their state, for the parent's progress."""
        self.desk.reading.readable(number)
        rows = self.desk.store.query(
            "SELECT number, kind, title, state, phase FROM ticket WHERE parent_number = ? AND deleted_at IS NULL"
            " ORDER BY number",
            (number,),
        )
        found = [dict(zip(("number", "kind", "title", "state", "phase"), row, strict=True)) for row in rows]
        return [child for child in found if self.desk.reading.knows(child["number"])]

    def watchers(self, number: int) -> list[str]:
        """Who follows a ticket; those who do not work on it see only themselves."""
        self.desk.reading.readable(number)
        inside = self.desk.reading.inside(number)
        rows = self.desk.store.query(
            "SELECT p.id, coalesce(p.login, p.email, p.name) FROM watcher w JOIN person p ON p.id = w.person_id"
            " WHERE w.number = ? ORDER BY p.id",
            (number,),
        )
        veil = masking.veil(self.desk)
        return [
            name if veil is None else veil.person(key, name) or ""
            for key, name in rows
            if inside or key == self.desk.actor.id
        ]

    def checklist(self, number: int) -> list[dict[str, Any]]:
        """The steps of a ticket in their order; none for those who do not work on it."""
        self.desk.reading.readable(number)
        if not self.desk.reading.inside(number):
            return []
        rows = self.desk.store.query(
            "SELECT c.id, c.position, c.text, c.done_at, coalesce(p.login, p.name), p.id FROM checklist_item c"
            " LEFT JOIN person p ON p.id = c.done_by WHERE c.number = ? ORDER BY c.position, c.id",
            (number,),
        )
        veil = masking.veil(self.desk)
        return [
            {
                "item": r[0],
                "position": r[1],
                "text": r[2],
                "done_at": None if r[3] is None else iso(r[3]),
                "done_by": r[4] if veil is None else veil.person(r[5], r[4]),
            }
            for r in rows
        ]

    def time_spent(self, number: int) -> int:
        """Seconds worked on a ticket by everybody; 0 for those who do not work on it."""
        self.desk.reading.readable(number)
        if not self.desk.reading.inside(number):
            return 0
        rows = self.desk.store.query("SELECT coalesce(sum(seconds), 0) FROM time_entry WHERE number = ?", (number,))
        return int(rows[0][0])
