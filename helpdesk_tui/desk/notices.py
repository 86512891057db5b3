"""`desk.notices`: what concerns the actor since they last looked, from the journal and from the clocks of their tickets.

The cost is bounded: at most the last `LOOK` entries of the journal are looked at and `MOST` of them read, in a fixed
number of statements, however many tickets the desk holds. Only tickets that the actor may read are told of.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.desk.sight import Eyes, Sight
from helpdesk_tui.rules.access import TicketFacts
from helpdesk_tui.rules.notices import Stake, kind_of
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.notices import Notice, NoticeKind
from helpdesk_tui.vocabulary.records import NEVER, Instant, QueueRow
from helpdesk_tui.vocabulary.roles import Permission

LOOK: Final = 100_000
"""Entries of the journal that are looked at, at most: the last ones."""
MOST: Final = 1_000
"""Entries about one's tickets that are read, at most: the last ones."""
CLOCKS: Final = 200
"""Clocks of one's own tickets that are told of at once, at most."""
DAY: Final = 86_400
Records = list[tuple[Any, ...]]
_MINE: Final = (
    "(t.assignee_id = :me OR t.requester_id = :me"
    " OR (t.assignee_id IS NULL AND t.team_id IN (SELECT team_id FROM team_member WHERE person_id = :me))"
    " OR EXISTS (SELECT 1 FROM watcher w WHERE w.number = t.number AND w.person_id = :me))"
)
# Whoever is paged or asked need have nothing to do with the ticket yet.
_NAMED_IN: Final = (
    "(instr(j.reasons, '\"notify.people\"') > 0 AND EXISTS (SELECT 1 FROM json_each(j.reasons) r,"
    " json_each(r.value, '$.people') p WHERE json_extract(r.value, '$.code') = 'notify.people' AND p.value = :me))"
)
# Along the journal by its sequence, never along the tickets: somebody may have any number of those.
_NEWS: Final = (
    "SELECT j.seq, j.at, j.actor_id, j.subject_type, j.subject, j.ops, j.reasons, t.assignee_id, t.requester_id,"
    " t.team_id, EXISTS (SELECT 1 FROM watcher w WHERE w.number = t.number AND w.person_id = :me)"
    " FROM journal j CROSS JOIN ticket t ON t.number = j.subject"
    " WHERE j.seq > :since AND j.seq <= :head AND j.recorded_at > :after"
    " AND (j.actor_id IS NULL OR j.actor_id <> :me) AND (j.on_behalf_of IS NULL OR j.on_behalf_of <> :me)"
    " AND t.deleted_at IS NULL AND (" + _MINE + " OR " + _NAMED_IN + ")"
    " AND NOT EXISTS (SELECT 1 FROM journal u WHERE u.undoes = j.seq)"
    " ORDER BY j.seq DESC LIMIT :most"
)
_RUNNING: Final = "FROM ticket WHERE assignee_id = ? AND phase < 3 AND deleted_at IS NULL AND sla_run = 'running' "
_LATE: Final = "SELECT number, warn_at, due_at " + _RUNNING + "AND warn_at <= ? ORDER BY due_at DESC, number LIMIT ?"
_NEXT: Final = "SELECT min(CASE WHEN warn_at > ? THEN warn_at ELSE due_at END) " + _RUNNING + "AND due_at > ?"


@dataclass(frozen=True, slots=True)
class Concerns:
    """What concerns a person: from the journal and from the clocks that are late now, each the newest first.

    `head` is the sequence number up to which the journal was read, `more` whether it held more than was read,
    `next_at` when a clock will have something to tell next (NEVER: none will).
    """

    news: tuple[Notice, ...]
    late: tuple[Notice, ...]
    head: int
    more: bool
    next_at: Instant


class Notices(Noun):
    """What concerns the actor."""

    @verb("notice.list", Permission.TICKET_READ, reads=True)
    def list(self, after: Instant | None = None, limit: int = 100) -> Objects:
        """What others did that concerns you, and your clocks that ran out or soon will, the newest first.

        Since `after`, without it in the last day: `[{"at", "kind", "number", "ref", "title", "who", "state", "seq",
        "due_at"}]`.
        """
        start = self.desk.now() - DAY if after is None else after
        found = self.since(0, after=start)
        told = [*found.news, *(notice for notice in found.late if notice.at > start)]
        told.sort(key=lambda notice: (notice.at, notice.seq), reverse=True)
        return [_json(notice) for notice in told[: max(1, limit)]]

    def since(self, seq: int, *, after: Instant = 0) -> Concerns:
        """What concerns the actor after a sequence number of the journal and after an instant, and their late clocks."""
        desk = self.desk
        head = desk.store.head()
        desk.require(Permission.TICKET_READ, "notice.list", head)
        records = self._records(max(seq, head - LOOK), head, after) if head > seq else []
        now = desk.now()
        late = desk.store.query(_LATE, (desk.actor.id, now, CLOCKS))
        coming = desk.store.query(_NEXT, (now, desk.actor.id, now))[0][0]
        numbers = {record[4] for record in records} | {number for number, _warn, _due in late}
        rows = {row.number: row for row in desk.reading.rows("", sorted(numbers))} if numbers else {}
        told = _late([each for each in late if each[0] in rows], rows, now)
        next_at = NEVER if coming is None else coming
        return Concerns(self._news(records, rows), told, head, len(records) >= MOST, next_at)

    @cached_property
    def _eyes(self) -> Eyes:
        return Eyes(self.desk)

    def _records(self, since: int, head: int, after: Instant) -> Records:
        given = {"me": self.desk.actor.id, "since": since, "head": head, "after": after, "most": MOST}
        return self.desk.store.query(_NEWS, given)

    def _news(self, records: Records, rows: dict[int, QueueRow]) -> tuple[Notice, ...]:
        """The entries that concern the actor, of tickets (`rows`) that they may read."""
        if not records:
            return ()
        desk, sight = self.desk, self._eyes.now()
        people = self._people(records)
        inside: dict[int, bool] = {}
        out = []
        for seq, at, actor, subject, number, ops, reasons, assignee, requester, team, follows in records:
            row = rows.get(number)
            if subject != "ticket" or row is None:
                continue
            stake = Stake(desk.actor.id, desk.actor.teams, assignee, requester, team, bool(follows))
            changes = json.loads(ops)
            kind = kind_of(number, changes, json.loads(reasons), stake, lambda who: people.get(who, ("", False))[1])
            if kind is NoticeKind.MENTIONED and not inside.setdefault(number, desk.reading.inside(number)):
                continue
            if kind is not None:
                who = _named(sight, stake, actor, people.get(actor, ("", False))[0])
                out.append(_notice(kind, seq, at, row, who, _state(number, changes)))
        return tuple(out)

    def _people(self, records: Records) -> dict[Any, tuple[str, bool]]:
        """Name and whether they work at the desk, of everybody in these entries."""
        ids = {record[2] for record in records} | {author for record in records for author in _authors(record[5])}
        known = sorted(each for each in ids if each is not None)
        marks = ", ".join("?" * len(known))
        sql = f"SELECT id, coalesce(login, name), agent FROM person WHERE id IN ({marks})"  # sql: places only
        return {key: (who, bool(agent)) for key, who, agent in self.desk.store.query(sql, known)}


def _late(clocks: Records, rows: dict[int, QueueRow], now: Instant) -> tuple[Notice, ...]:
    """Clocks whose time runs out or has run out."""
    found = []
    for number, warn_at, due_at in clocks:
        row, over = rows[number], due_at <= now
        kind, at = (NoticeKind.BREACHED, due_at) if over else (NoticeKind.WARNING, warn_at)
        found.append(Notice(kind, at, number, ref(row.kind, number), row.title, due_at=due_at))
    return tuple(sorted(found, key=lambda notice: notice.at, reverse=True))


def _authors(ops: str) -> Iterable[Any]:
    """The writers of the comments of an entry."""
    if '["comment",' not in ops:
        return ()
    return [after.get("author_id") for table, _key, _before, after in json.loads(ops) if table == "comment" and after]


def _named(sight: Sight, stake: Stake, actor: int | None, who: str) -> str | None:
    veil = sight.veil_on(TicketFacts(stake.team, stake.assignee, stake.requester))
    return (who if veil is None else veil.person(actor, who)) or None


def _state(number: int, changes: Iterable[Any]) -> str:
    for table, key, _before, after in changes:
        if table == "ticket" and key[0] == number and after is not None and "state" in after:
            return str(after["state"])
    return ""


def _notice(kind: NoticeKind, seq: int, at: Instant, row: QueueRow, who: str | None, state: str) -> Notice:
    return Notice(kind, at, row.number, ref(row.kind, row.number), row.title, who, seq, state)


def _json(notice: Notice) -> Object:
    return {
        "at": when(notice.at),
        "kind": notice.kind.value,
        "number": notice.number,
        "ref": notice.ref,
        "title": notice.title,
        "who": notice.who,
        "state": notice.state or None,
        "seq": notice.seq or None,
        "due_at": when(notice.due_at),
    }
