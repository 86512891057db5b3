"""A desk of any size from a seed: teams, people, tickets in every phase, talk, and the journal of all of it.

Rows go in through `store.apply`, the one writing path, in large change sets; only the rules are not asked, since
what is measured on this desk is reading. The same seed and size give the same rows.
"""

import random
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bench.words import Words
from helpdesk_tui.desk.actor import OsUser, os_user
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store.apply import new_row
from helpdesk_tui.store.changes import ChangeSet, Entry, Row, RowChange
from helpdesk_tui.store.schema import SCHEMA_FILE
from helpdesk_tui.vocabulary.kinds import Kind, phase_of
from helpdesk_tui.vocabulary.records import NEVER

NOW: Final = 1_760_000_000
# Whoever runs the bench, so that its commands as new processes know them as well.
USER: Final[OsUser] = os_user()
AGENTS: Final = 200
CONTACTS: Final = 2_000
CHUNK: Final = 5_000
SEED: Final = 20260
# Goes up whenever the same seed would give other rows than before, so that a desk kept from then is not taken for one of now.
MAKING: Final = 2
# A ticket with exactly this many comments stands at every hundredth number.
TALK: Final = 20
_STATES: Final = (
    (Kind.INCIDENT, ("closed",) * 8 + ("resolved",) * 4 + ("new", "assigned", "assigned", "in_progress", "in_progress", "awaiting_user", "awaiting_vendor", "on_hold")),
    (Kind.REQUEST, ("closed",) * 8 + ("fulfilled",) * 4 + ("new", "approval", "approved", "in_fulfilment", "in_fulfilment", "awaiting_user", "awaiting_vendor", "on_hold")),
)  # fmt: skip
_CATEGORIES: Final = tuple(f"category-{n}" for n in range(40))


def clock() -> int:
    """The bench's unmoving present."""
    return NOW


def open_desk(path: Path) -> Desk:
    """The desk at this path as its administrator."""
    return Desk.open(path, user=USER, clock=clock)


def build(path: Path, size: int, say: Callable[[str], None] = lambda _: None) -> Desk:
    """A new desk with this many tickets."""
    desk = open_desk(path)
    # What is measured on this desk is reading: while it is made nothing needs to outlive a power cut.
    for pragma in ("synchronous = OFF", "cache_size = -400000"):
        desk.store.reader().execute(f"PRAGMA {pragma}")  # sql: from the line above
    maker = _Maker(desk, size)
    maker.people()
    for done in maker.tickets():
        if done % 50_000 == 0:
            say(f"  loaded {done:,} tickets")
    desk.directory.forget()
    return open_again(desk, path)


def kept(path: Path, size: int, say: Callable[[str], None] = lambda _: None) -> Desk:
    """The desk of this size at this path, made anew unless one of the same making stands there from an earlier run."""
    mark = path.with_suffix(".made")
    making = sha256(SCHEMA_FILE.read_bytes() + f"{SEED} {MAKING} {size} {USER.login}".encode()).hexdigest()
    if path.exists() and mark.exists() and mark.read_text() == making:
        return open_desk(path)
    for rest in path.parent.glob(path.name + "*"):
        rest.unlink()
    say(f"building a desk of {size:,} tickets")
    desk = build(path, size, say)
    mark.write_text(making)
    return desk


def open_again(desk: Desk, path: Path) -> Desk:
    """The same desk through a new connection, its write-ahead log moved into the file."""
    desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    desk.close()
    return open_desk(path)


class _Maker:
    """Holds the ids while a desk is filled."""

    def __init__(self, desk: Desk, size: int) -> None:
        self.desk = desk
        self.size = size
        self.words = Words(SEED)
        self.teams = [i for (i,) in desk.store.query("SELECT id FROM team ORDER BY id")]
        self.services = [i for (i,) in desk.store.query("SELECT id FROM service ORDER BY id")]
        self.agents: list[int] = []
        self.contacts: list[int] = []
        self.team_of: dict[int, int] = {}

    def people(self) -> None:
        """Agents in teams, contacts in organisations; the administrator joins the first team."""
        entries: list[Entry] = []
        orgs = list(range(1, 21))
        for key in orgs:
            row = new_row("organisation", id=key, name=f"Department {key}")
            entries.append(
                Entry(
                    "organisation.add", "organisation", key, NOW, 1, rows=[RowChange("organisation", (key,), None, row)]
                )
            )
        for n in range(AGENTS + CONTACTS):
            key, agent = n + 2, n < AGENTS
            name = f"{'Agent' if agent else 'Contact'} {n:04d}"
            login = f"agent{n:04d}" if agent else None
            row = new_row("person", id=key, name=name, login=login, email=f"p{n:04d}@example.org", agent=agent,
                          organisation_id=orgs[n % 20], vip=n % 50 == 0)  # fmt: skip
            rows = [RowChange("person", (key,), None, row)]
            if agent:
                team = self.teams[n % len(self.teams)]
                self.team_of[key] = team
                self.agents.append(key)
                rows.append(RowChange("person_role", (key, "agent"), None, {"person_id": key, "role": "agent"}))
                rows.append(
                    RowChange("team_member", (team, key), None, {"team_id": team, "person_id": key, "lead": False})
                )
            else:
                self.contacts.append(key)
            entries.append(Entry("people.add", "person", key, NOW - 500 * 86_400, 1, rows=rows))
        # Whoever measures has four times the work of another agent: the console's first view fills a page at 10,000.
        self.agents += [1] * 4
        self.team_of[1] = self.teams[0]
        self._write(entries)

    def _write(self, entries: list[Entry]) -> None:
        with self.desk.store.write() as tx:
            tx.apply(ChangeSet(entries, NOW))

    def tickets(self) -> Iterator[int]:
        """Write all tickets; yields how many stand."""
        for start in range(1, self.size + 1, CHUNK):
            entries: list[Entry] = []
            last = min(start + CHUNK, self.size + 1)
            for number in range(start, last):
                entries += self.ticket(number)
            self._write(entries)
            yield last - 1

    def ticket(self, number: int) -> list[Entry]:
        """A ticket's life so far: opened, moved to where it stands, talked about."""
        chance = random.Random(SEED * 31 + number)
        title, body, language = self.words.ticket(number)
        kind, states = _STATES[0 if chance.random() < 0.7 else 1]
        state = chance.choice(states)
        phase = int(phase_of(kind, state))
        # Numbers follow time: the newest number was opened last.
        created = NOW - int((self.size - number + 1) * (365 * 86_400 / self.size)) - 60
        row = new_row("ticket", number=number, kind=kind.value, state="new", title=title, description=body, priority=chance.choices((1, 2, 3, 4), (35, 45, 15, 5))[0],
                      impact=chance.randint(1, 3), urgency=chance.randint(1, 3), service_id=chance.choice(self.services), requester_id=chance.choice(self.contacts),
                      created_at=created, updated_at=created, category=chance.choice(_CATEGORIES), channel="email", language=language, policy_version=1)  # fmt: skip
        entries = [Entry("ticket.open", "ticket", number, created, 1, rows=[RowChange("ticket", (number,), None, row)])]
        values = self._standing(chance, state, phase, created)
        comments = list(self._talk(chance, number, created, row["requester_id"], values["assignee_id"]))
        values["comment_seq"] = len(comments)
        moved = {c: v for c, v in values.items() if row[c] != v}
        if moved:
            at = min(NOW, created + 3_600)
            before = {**{c: row[c] for c in moved}, "version": 1}
            entries.append(
                Entry(
                    "ticket.state",
                    "ticket",
                    number,
                    at,
                    1,
                    rows=[RowChange("ticket", (number,), before, {**moved, "version": 2})],
                )
            )
        entries += [
            Entry(
                f"ticket.{c['kind']}",
                "ticket",
                number,
                c["created_at"],
                c["author_id"],
                rows=[RowChange("comment", (c["id"],), None, c)],
            )
            for c in comments
        ]
        return entries

    def _standing(self, chance: random.Random, state: str, phase: int, created: int) -> Row:
        assigned = state != "new" and chance.random() < 0.9
        agent = chance.choice(self.agents) if assigned else None
        team = self.team_of[agent] if agent else chance.choice(self.teams)
        running = phase < 2
        due = NOW + chance.randint(-2 * 86_400, 8 * 86_400) if phase < 3 else created + 86_400
        values: dict[str, Any] = {
            "state": state, "phase": phase, "team_id": team, "assignee_id": agent, "updated_at": min(NOW, created + chance.randint(3_600, 900_000)),
            "sla_run": "running" if running else "paused" if phase == 2 else "met", "due_at": due if phase < 3 else NEVER,
            "warn_at": due - 7_200 if phase < 3 else NEVER, "resolution_due_at": due, "response_due_at": created + 14_400,
            "first_response_at": created + 7_200 if assigned else None, "resolved_at": min(NOW, created + 80_000) if phase >= 3 else None,
            "closed_at": min(NOW, created + 90_000) if phase == 4 else None,
        }  # fmt: skip
        return values

    def _talk(
        self, chance: random.Random, number: int, created: int, requester: int, agent: int | None
    ) -> Iterator[Row]:
        n = TALK if number % 100 == 0 else chance.choices((0, 1, 2), (60, 30, 10))[0]
        for i in range(1, n + 1):
            key = (number << 20) | i
            author = requester if i % 2 else agent or 1
            kind = "note" if i % 5 == 0 else "reply"
            yield new_row(
                "comment",
                id=key,
                number=number,
                kind=kind,
                author_id=author,
                created_at=min(NOW, created + i * 600),
                channel="email",
                body=self.words.comment(key),
            )
