"""Reading tickets: one, many, its log, its talk, and why it is as it is."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from helpdesk_tui.desk import disclosure, forms, outside
from helpdesk_tui.desk.listings import Listings
from helpdesk_tui.desk.registry import verb
from helpdesk_tui.desk.sight import Eyes
from helpdesk_tui.desk.ticket_parts import TicketParts
from helpdesk_tui.rules.access import TicketFacts
from helpdesk_tui.store import journal, pages
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.store.conditions import HIDDEN, ROOM_OF
from helpdesk_tui.store.pages import Listing
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.store.query import Compiler, Viewer
from helpdesk_tui.store.sorting import order
from helpdesk_tui.vocabulary.errors import ticket_not_found
from helpdesk_tui.vocabulary.filters import Filter, parse_filter
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import CommentRow, Page, QueueRow, TimelineItem
from helpdesk_tui.vocabulary.roles import Permission, Scope

FAMILY = (
    "WITH RECURSIVE kin(n) AS (SELECT ?1 UNION SELECT t.number FROM ticket t JOIN kin ON t.merged_into = kin.n)"
    " SELECT n, (SELECT sensitive FROM ticket WHERE number = n) FROM kin"
)
# Into the archive and back: the whole ticket moves, and nothing about it is different.
MOVES = frozenset({"ticket.archive", "ticket.unarchive"})
_FACTS = (
    "SELECT t.team_id, t.assignee_id, t.requester_id, t.sensitive,"
    " EXISTS (SELECT 1 FROM watcher w WHERE w.number = t.number AND w.person_id = ?2),"
    f" ({ROOM_OF}) FROM ticket t WHERE t.number = ?1"  # sql: constant
)
_HIDDEN = (
    f"SELECT team_id, assignee_id, phase FROM ticket WHERE number IN ({HIDDEN}) AND deleted_at IS NULL"  # sql: constant
)


class TicketReading(TicketParts):
    """Reading tickets."""

    # -- lists -------------------------------------------------------------------------------------------------

    def viewer(self, *, rooms: bool = True) -> Viewer:
        """For whom lists are evaluated: the actor, what they may see and search, now; with the war `rooms` they are in."""
        desk, sight = self.desk, self._eyes.now()
        return Viewer(
            now=desk.now(),
            person_id=sight.actor.id,
            teams=sight.actor.teams,
            notes=sight.notes is Scope.ALL,
            own_only=sight.read in (Scope.OWN, Scope.NONE),
            teams_only=sight.read is Scope.TEAM,
            rooms=rooms,
            sensitive=sight.sensitive is Scope.ALL,
            veiled=sight.veil is not None,
            tz=desk.tz,
        )

    def listing(self, query: str | Filter, default_sort: str = "", *, rooms: bool = True) -> Listing:
        """A compiled list for the actor. Raises FilterProblem for a mistake in the query.

        Without `rooms` the tickets of other teams are left out that a role in their war room shows.
        """
        return self._listings.of(query, default_sort, self.viewer(rooms=rooms))

    @cached_property
    def _listings(self) -> Listings:
        return Listings(self.desk)

    @cached_property
    def _eyes(self) -> Eyes:
        return Eyes(self.desk)

    def page(
        self,
        query: str | Filter,
        *,
        limit: int = 200,
        after: Sequence[Any] | None = None,
        before: Sequence[Any] | None = None,
        last: bool = False,
    ) -> Page:
        """A page of the queue as rows to draw."""
        head = self.desk.store.head()
        self.desk.require(Permission.TICKET_READ, "ticket.list", head)
        listing = self._listings.of(query, "", self.viewer(), head)
        found = pages.page(self.desk.store.reader(), listing, limit=limit, after=after, before=before, last=last)
        self._veiled(found.rows)
        return found

    def rows(self, query: str | Filter, numbers: Sequence[int]) -> list[QueueRow]:
        """Fresh rows of these tickets as far as they still meet the query."""
        self.desk.require(Permission.TICKET_READ, "ticket.list")
        return self._veiled(pages.rows_of(self.desk.store.reader(), self.listing(query).condition, numbers))

    def _veiled(self, rows: list[QueueRow]) -> list[QueueRow]:
        """Lines of a list with the people masked whom the actor may not know (changed in place)."""
        veil = self._eyes.now().veil
        if veil is not None:
            for row in rows:
                veil.row(row)
        return rows

    def count(self, query: str | Filter, cap: int | None = pages.CAP) -> int:
        """How many tickets meet a query (counting stops one beyond `cap`)."""
        self.desk.require(Permission.TICKET_READ, "ticket.list")
        return pages.count(self.desk.store.reader(), self.listing(query).condition, cap)

    def numbers(self, query: str | Filter, limit: int | None = None) -> list[int]:
        """The numbers of all tickets that meet a query, in its order."""
        self.desk.require(Permission.TICKET_READ, "ticket.list")
        return pages.numbers(self.desk.store.reader(), self.listing(query), limit)

    @verb("ticket.list", Permission.TICKET_READ, reads=True)
    def select(self, where: str = "", *, sort: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
        """Tickets as JSON objects; without a filter all of them, by number."""
        return list(self.stream(where, sort=sort, limit=limit))

    def stream(self, where: str = "", *, sort: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Like `select`, one at a time."""
        self.desk.require(Permission.TICKET_READ, "ticket.list")
        query = parse_filter(where)
        by = parse_filter(f"sort:{sort}").sort if sort else query.sort
        condition = Compiler(self.desk.store.reader(), self.viewer()).condition(query)
        order_by = Listing(condition, tuple(order(by))).order_by
        found = forms.many(self.desk.store.reader(), condition, order_by, self.desk.now(), limit)
        veil = self._eyes.now().veil
        return found if veil is None else map(veil.ticket, found)

    # -- one ---------------------------------------------------------------------------------------------------

    def readable(self, number: int) -> None:
        """Raise NotFound where there is no such ticket, or none that the actor may know of (as of now: see `refresh`)."""
        self.desk.refresh()
        if not self.knows(number):
            raise ticket_not_found(number)

    def knows(self, number: int) -> bool:
        """Whether the actor may know of a ticket."""
        facts = self._facts_of(number)
        return facts is not None and self._may_know(facts)

    def inside(self, number: int) -> bool:
        """Whether the actor works on this ticket, so that what is internal (notes, reasons, checklist) is for them."""
        sight = self._eyes.now()
        if sight.notes is Scope.ALL and sight.all_sensitive:
            return True
        facts = self._facts_of(number)
        return facts is not None and self._works_on(facts)

    def _facts_of(self, number: int) -> TicketFacts | None:
        """The team of a ticket, the people on it (of its watchers and in its room the actor alone); None where there is no such ticket."""
        me = self.desk.actor.id
        found = self.desk.store.query(_FACTS, numbered(number, me))
        if not found:
            return None
        team, assignee, requester, sensitive, watches, room = found[0]
        standing = tuple(room.split(",")) if room else ()
        return TicketFacts(team, assignee, requester, (me,) if watches else (), sensitive is not None, standing)

    def _may_know(self, facts: TicketFacts) -> bool:
        return self.desk.holds(Permission.TICKET_READ, facts)

    def _works_on(self, facts: TicketFacts) -> bool:
        return self.desk.holds(Permission.NOTE_READ, facts)

    def opened(self, number: int, facts: TicketFacts | None = None) -> None:
        """The actor opens a ticket that they may know of; where it is sensitive and they are not named on it, the journal
        tells (see `disclosure`)."""
        if self._eyes.now().all_sensitive:
            found = facts if facts is not None else self._facts_of(number)
            if found is not None and found.sensitive and not found.names(self.desk.actor.id):
                disclosure.tell(self.desk, number)

    @verb("ticket.show", Permission.TICKET_READ, reads=True, abreast=True)
    def show(self, number: int) -> dict[str, Any]:
        """One ticket as its JSON object."""
        sight = self._eyes.now()
        found = self.desk.store.query(forms.ONE, numbered(number, sight.all_sensitive, sight.actor.id))
        self.desk.require(Permission.TICKET_READ, "ticket.show", found[0][-1] if found else None)
        if self._eyes.now() is not sight:  # other rights than a moment ago
            sight = self._eyes.now()
            found = self.desk.store.query(forms.ONE, numbered(number, sight.all_sensitive, sight.actor.id))
        if not found:
            raise ticket_not_found(number)
        ticket = forms.ticket_json(found[0], self.desk.now())
        if sight.read is not Scope.ALL or "sensitive" in ticket:
            facts = self._facts_of(number)
            if facts is None or not self._may_know(facts):
                raise ticket_not_found(number)
            self.opened(number, facts)
        return ticket if sight.veil is None else sight.veil.ticket(ticket)

    def outcome(self, number: int) -> dict[str, Any]:
        """A ticket as a verb has just left it, for that verb's result: handing it on may have taken it out of sight."""
        found = forms.one(self.desk.store.reader(), number, self.desk.now())
        if found is None:
            raise ticket_not_found(number)
        return found

    def facts(self, number: int) -> dict[str, Any]:
        """All columns of a ticket row (for screens that edit); read-checked, what is internal left out for others."""
        self.readable(number)
        conn = self.desk.store.reader()
        cursor = conn.execute("SELECT * FROM ticket WHERE number = ?", (number,))
        names = [d[0] for d in cursor.description]
        row = cursor.fetchone()
        if row is None:
            raise ticket_not_found(number)
        found = dict(zip(names, row, strict=True))
        return found if self.inside(number) else outside.columns(found)

    def hidden(self) -> list[dict[str, Any]]:
        """The sensitive tickets that stand in the desk's counts and are not for the actor: what counting them asks."""
        if self._eyes.now().all_sensitive:
            return []
        rows = self.desk.store.query(_HIDDEN, (self.desk.actor.id,) * 3)
        return [dict(zip(("team_id", "assignee_id", "phase"), row, strict=True)) for row in rows]

    def family(self, number: int) -> list[int]:
        """The ticket and everything merged into it, directly or by way of others, as far as the actor may know it.

        Whoever works on the survivor sees what was merged into it; a requester only what they take part in.
        """
        members = self.desk.store.query(FAMILY, numbered(number))
        own = self._eyes.now().read is Scope.OWN
        return [n for n, sensitive in members if n == number or not (own or sensitive) or self.knows(n)]

    @verb("ticket.comments", Permission.TICKET_READ, reads=True, abreast=True)
    def comments(self, number: int) -> list[CommentRow]:
        """Replies, and for those who may read them notes, of a ticket and of those merged into it, in time order."""
        lines, head = pages.talk(self.desk.store.query(pages.TALK, numbered(number)))
        self.desk.require(Permission.TICKET_READ, "ticket.comments", None if head is None else head.journal)
        if head is None:
            raise ticket_not_found(number)
        sight = self._eyes.now()
        if sight.plainly and not head.has_merged and not head.sensitive:
            return pages.comments(lines, notes=True)
        facts = self._facts_of(number)
        if facts is None or not self._may_know(facts):
            raise ticket_not_found(number)
        self.opened(number, facts)
        if head.has_merged:
            for member in self.family(number):
                if member != number:
                    lines += pages.talk(self.desk.store.query(pages.TALK, numbered(member)))[0]
            lines.sort(key=pages.IN_TIME)
        found = pages.comments(lines, notes=self._works_on(facts))
        veil = sight.veil_on(facts)
        if veil is not None:
            for comment in found:
                comment.author = veil.person(comment.author_id, comment.author)
        return found

    # -- history -----------------------------------------------------------------------------------------------

    def entries(self, number: int) -> list[Entry]:
        """The journal entries of a ticket in time order (read-checked)."""
        self.readable(number)
        self.opened(number)
        return list(journal.read(self.desk.store.reader(), journal.OF_SUBJECT, ("ticket", number)))

    @verb("ticket.log", Permission.TICKET_READ, reads=True)
    def log(self, number: int) -> list[dict[str, Any]]:
        """Everything that happened to a ticket, in time order, as the contract's objects."""
        return [
            {
                "seq": item.seq,
                "at": iso(item.at),
                "recorded_at": iso(item.recorded_at),
                "actor": item.actor,
                "origin": item.origin,
                "verb": item.verb,
                "changes": item.changes,
                "reasons": [{**r, "sentence": sentence(r, english=True)} for r in item.reasons],
            }
            for item in self.timeline(number)
        ]

    @verb("ticket.timeline", Permission.TICKET_READ, reads=True)
    def timeline(self, number: int) -> list[TimelineItem]:
        """Everything that happened to a ticket and to those merged into it, in time order, for people to read."""
        from helpdesk_tui.desk.history import standing
        from helpdesk_tui.desk.voices import of_the_customer

        conn = self.desk.store.reader()
        facts = self._facts_of(number)
        if facts is None or not self._may_know(facts):
            raise ticket_not_found(number)
        self.opened(number, facts)
        notes = self._works_on(facts)
        namer = forms.Namer(conn, self._eyes.now().veil_on(facts))
        items: list[TimelineItem] = []
        for member in self.family(number):
            entries = list(journal.read(conn, journal.OF_SUBJECT, ("ticket", member)))
            stand = {e.seq for e in standing(entries)}
            undone = {e.undoes: e.seq for e in entries if e.undoes is not None}
            hidden = set() if notes else _notes_of(entries)
            theirs = of_the_customer(entries, member, self._is_agent)
            for entry in entries:
                item = _item(entry, namer, notes, hidden)
                if item is not None and not notes:
                    mine = self.desk.actor.id in (entry.actor_id, entry.on_behalf_of)
                    item = outside.item(item, mine, self.knows, namer.person(self.desk.actor.id))
                if item is not None:
                    item.by_requester = entry.seq in theirs
                    if entry.seq not in stand and entry.undoes is None:
                        item.undone_by = undone.get(entry.seq or 0)
                    items.append(item)
        items.sort(key=lambda i: (i.at, i.seq))
        return items

    def _is_agent(self, person_id: int) -> bool:
        person = self.desk.directory.person(person_id)
        return person is not None and person.agent

    @verb("ticket.why", Permission.TICKET_READ, reads=True)
    def why(self, number: int, field: str | None = None) -> list[dict[str, Any]]:
        """The reasons behind every automatic value (or one): policy, rule, inputs, what would change it."""
        from helpdesk_tui.desk import why

        told = why.explain(self.desk, self.entries(number), field)
        return told if self.inside(number) else [outside.why(each) for each in told]


def _notes_of(entries: Sequence[Entry]) -> set[Any]:
    """The ids of the notes that these entries write, redact or remove."""
    return {
        change.key[0]
        for entry in entries
        for change in entry.rows
        if change.table == "comment" and "note" in ((change.after or {}).get("kind"), (change.before or {}).get("kind"))
    }


def _item(entry: Entry, namer: forms.Namer, notes: bool, hidden: set[Any]) -> TimelineItem | None:
    changes: dict[str, list[Any]] = {}
    text = kind = None
    opened = any(change.table == "ticket" and change.before is None for change in entry.rows)
    for change in () if entry.verb in MOVES else entry.rows:
        if change.table == "ticket":
            changes.update(namer.changes(change.before, change.after))
        elif change.table == "comment" and change.after is not None:
            kind = change.after.get("kind") or (change.before or {}).get("kind")
            if (kind == "note" and not notes) or change.key[0] in hidden:
                if not opened:
                    return None
                kind = None
                continue
            text = change.after.get("body")
            if change.before is None:
                changes["comment"] = [None, kind]
        elif change.table == "comment":
            kind = (change.before or {}).get("kind")
            if kind == "note" and not notes:
                return None
            changes["comment"] = [kind, None]
        elif change.table == "attachment" and ((change.after or change.before or {}).get("comment_id") in hidden):
            return None
        else:
            _count_row(changes, change.table, change.before, change.after, namer)
    return TimelineItem(
        seq=entry.seq or 0,
        at=entry.at,
        recorded_at=entry.recorded_at or entry.at,
        actor=namer.person(entry.actor_id) or "desk",
        origin=entry.origin,
        verb=entry.verb,
        changes=changes,
        reasons=namer.reasons(entry.reasons),
        text=text,
        comment_kind=kind,
        batch=entry.batch,
        undoes=entry.undoes,
        on_behalf_of=namer.person(entry.on_behalf_of),
    )


_SHOWN_AS = {
    "ticket_tag": ("tags", "tag"),
    "watcher": ("watchers", "person_id"),
    "link": ("links", "other"),
    "checklist_item": ("checklist", "text"),
    "attachment": ("attachments", "name"),
    "time_entry": ("time_spent", "seconds"),
}


def _count_row(
    changes: dict[str, list[Any]],
    table: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    namer: forms.Namer,
) -> None:
    """Rows that hang on a ticket, as lists of what went and what came."""
    shown = _SHOWN_AS.get(table)
    if shown is None:
        return
    field, column = shown
    slot = changes.setdefault(field, [[], []])
    for place, row in enumerate((before, after)):
        if row is not None and column in row:
            slot[place] = [*(slot[place] or []), namer.value(column, row[column])]
