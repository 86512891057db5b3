"""What an agent should take next, over all open work: a bounded look at the best of each priority, whatever there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.rules import routing
from helpdesk_tui.rules.next_up import OpenWork, Rank, at_most, rank
from helpdesk_tui.rules.policy_levels import NextUpRules
from helpdesk_tui.store import pages
from helpdesk_tui.store.conditions import Sql
from helpdesk_tui.store.pages import Listing
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import Instant, QueueRow
from helpdesk_tui.vocabulary.roles import Permission

_MINE: Final = "is:open -state:pending assignee:me"
_NOBODYS: Final = "is:open -state:pending assignee:none"
_ORDER: Final = "sort:-priority,due"
_CHUNK: Final = 100
_DEEPEST: Final = 1_000
"""So many of one priority are looked at, at most: beyond them only a ticket that waits very long could be missed."""
MOST: Final = 500

# Beside the queue's columns: what the ranking asks. A ticket waits from the first public words that nobody of the desk
# has answered: those after the last reply by another than the requester, or its opening while there is no response.
_FACTS: Final = (
    "SELECT t.number, t.service_id, t.requester_id, t.channel, t.language, t.first_response_at, t.created_at,"
    " (SELECT min(c.created_at) FROM comment c WHERE c.id > coalesce((SELECT max(x.id) FROM comment x"
    "   WHERE x.id BETWEEN t.number << 20 AND (t.number << 20) + 1048575 AND x.kind = 'reply'"
    "   AND x.author_id IS NOT t.requester_id), t.number << 20)"
    "  AND c.id <= (t.number << 20) + 1048575 AND c.kind = 'reply')"
    " FROM ticket t WHERE t.number IN ({marks})"
)


@dataclass(frozen=True, slots=True)
class Next:
    """One line of the view: the ticket as the queue shows it, and why it stands there."""

    row: QueueRow
    rank: Rank


class TicketNext(Noun):
    """The ranking of open work."""

    @verb("ticket.next", Permission.TICKET_ASSIGN, reads=True)
    def next(self, limit: int = 20) -> list[dict[str, Any]]:
        """What to take next: one's own open work and what is nobody's yet, the most pressing first, with reasons.

        `[{"number", "ref", "title", "priority", "due_at", "team", "assignee", "points", "reasons": [{"code", "points",
        …, "text"}]}]`; `limit` is at most 500. The points are the policy's (`[next_up]`).
        """
        from helpdesk_tui.vocabulary.instants import iso
        from helpdesk_tui.vocabulary.records import NEVER

        return [
            {
                "number": item.row.number,
                "ref": ref(item.row.kind, item.row.number),
                "title": item.row.title,
                "priority": Priority(item.row.priority).code,
                "due_at": iso(item.row.due_at) if item.row.due_at < NEVER else None,
                "team": item.row.team,
                "assignee": item.row.assignee,
                "points": item.rank.points,
                "reasons": [{**part, "text": sentence(part, english=True)} for part in item.rank.data()],
            }
            for item in self.next_up(limit)
        ]

    def next_up(self, limit: int = 200) -> list[Next]:
        """The same as rows to draw, best first."""
        desk = self.desk
        desk.require(Permission.TICKET_ASSIGN, "ticket.next")
        desk.require(Permission.TICKET_READ, "ticket.next")
        now, rules = desk.now(), desk.policies.current().policy.next_up
        wanted = min(max(limit, 1), MOST)
        found = self._ranked(pages.page(desk.store.reader(), self._listing(_MINE), limit=_DEEPEST).rows, rules, now)
        for priority in reversed(Priority):
            found += self._of_priority(priority, found, wanted, rules, now)
        found.sort(key=lambda item: item.rank.key)
        rows = found[:wanted]
        desk.tickets._veiled([item.row for item in rows])
        return rows

    def _of_priority(
        self, priority: Priority, found: list[Next], wanted: int, rules: NextUpRules, now: Instant
    ) -> list[Next]:
        """Nobody's work of one priority, as far down its due times as any of it could still be among the wanted."""
        listing = self._listing(_NOBODYS)
        # In the index's own words, so that it runs along (priority, due) and stops where we stop.
        narrowed = Sql(f"{listing.condition.text} AND -t.priority = ?", [*listing.condition.params, -int(priority)])
        level = Listing(narrowed, listing.terms[1:])
        out: list[Next] = []
        after = None
        while len(out) < _DEEPEST:
            page = pages.page(self.desk.store.reader(), level, limit=_CHUNK, after=after)
            out += self._ranked(page.rows, rules, now)
            if not page.more_after:
                break
            after = page.last
            points = sorted((item.rank.points for item in (*found, *out)), reverse=True)
            worst_wanted = points[wanted - 1] if len(points) >= wanted else -1
            if at_most(rules, priority, page.rows[-1].due_at, now) < worst_wanted:
                break
        return out

    def _listing(self, query: str) -> Listing:
        # Nobody takes a ticket whose room they only help in.
        return self.desk.tickets.listing(f"{query} {_ORDER}", rooms=False)

    def _ranked(self, rows: list[QueueRow], rules: NextUpRules, now: Instant) -> list[Next]:
        if not rows:
            return []
        numbers = [row.number for row in rows]
        text = _FACTS.format(marks=", ".join("?" * len(numbers)))  # sql: as many marks as values
        facts = {f[0]: f for f in self.desk.store.query(text, tuple(numbers))}
        mine = self._my_skills()
        return [
            Next(row, rank(rules, self._work(row, facts[row.number], mine), now)) for row in rows if row.number in facts
        ]

    def _my_skills(self) -> dict[str, int]:
        sql = "SELECT skill, level FROM person_skill WHERE person_id = ?"
        return {str(skill): int(level) for skill, level in self.desk.store.query(sql, (self.desk.actor.id,))}

    def _work(self, row: QueueRow, facts: tuple[Any, ...], mine: Mapping[str, int]) -> OpenWork:
        _number, service, requester, channel, language, answered, created, asked = facts
        person = self.desk.directory.person(requester)
        waiting = asked if asked is not None else (created if answered is None else None)
        skills: dict[str, int] = {}
        if mine:
            ticket = {
                "kind": row.kind, "category": row.category, "service_id": service, "requester_id": requester,
                "priority": row.priority, "channel": channel, "language": language,
            }  # fmt: skip
            skills = {skill: mine[skill] for skill in self._wished(ticket) if skill in mine}
        return OpenWork(
            row.number,
            Priority(row.priority),
            row.due_at,
            waiting_since=waiting,
            vip=bool(person and person.vip),
            mine=row.assignee_id == self.desk.actor.id,
            team=row.team_id in self.desk.actor.teams,
            skills=skills,
        )

    def _wished(self, ticket: Mapping[str, Any]) -> tuple[str, ...]:
        """The skills that the routing would wish for; the same facts are asked once."""
        from helpdesk_tui.desk.decisions import route_input

        desk = self.desk
        asked = route_input(desk, ticket)
        return routing.choose_team(desk.policies.current().policy, asked).skills
