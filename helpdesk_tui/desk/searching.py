"""Search: any text a person types finds tickets, ranked; never a syntax error."""

from typing import Any

from helpdesk_tui.desk import forms, masking
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.store import search
from helpdesk_tui.store.query import Compiler
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.kinds import parse_ref
from helpdesk_tui.vocabulary.records import QueueRow
from helpdesk_tui.vocabulary.roles import Permission


class Searching(Noun):
    """Finding tickets by their words."""

    @verb("search.tickets", Permission.TICKET_READ, reads=True)
    def tickets(self, text: str, *, limit: int = 20) -> list[dict[str, Any]]:
        """Tickets by number, title, description, replies (and notes, where one may read them), best first."""
        conn = self.desk.store.reader()
        now = self.desk.now()
        found = [(forms.one(conn, number, now), score) for number, score in self.ranked(text, limit=limit)]
        veil = masking.veil(self.desk)
        return [
            {**(ticket if veil is None else veil.ticket(ticket)), "score": round(score, 4)}
            for ticket, score in found
            if ticket is not None
        ]

    def rows(self, text: str, *, limit: int = 100) -> list[QueueRow]:
        """The same as rows to draw, best first."""
        numbers = [n for n, _ in self.ranked(text, limit=limit)]
        rows = {r.number: r for r in self.desk.reading.rows(Filter(), numbers)}
        return [rows[n] for n in numbers if n in rows]

    def ranked(self, text: str, *, limit: int) -> list[tuple[int, float]]:
        """`(number, score)` of the best matches that the actor may see; a number typed comes first."""
        self.desk.require(Permission.TICKET_READ, "search")
        viewer = self.desk.reading.viewer()
        conn = self.desk.store.reader()
        visible = Compiler(conn, viewer).condition(Filter())
        direct = parse_ref(text)
        hits: list[tuple[int, float]] = []
        if direct is not None and search.seen(conn, visible, direct):
            hits.append((direct, 1e6))
        for number, score in search.ranked(conn, text, visible, notes=viewer.notes, limit=limit):
            if number != direct and len(hits) < limit:
                hits.append((number, score))
        return hits
