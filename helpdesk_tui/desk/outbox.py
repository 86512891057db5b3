"""The outbox: messages made of the journal by a cursor, claimed by one worker at a time, sent at least once.

Every `notify.people` reason of an entry becomes a message for each channel of each person. A message waits a few
seconds so that an undo of its entry withdraws it; those of one ticket to one address go out in their order. What is
here is operational: a replay neither makes nor needs it. The receiver knows a message that comes twice by its key.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import messages
from helpdesk_tui.rules import delivery
from helpdesk_tui.rules.delivery import Quiet
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    import sqlite3

    from helpdesk_tui.desk.desk import Desk

CONSOLE: Final = "console"
CHANNELS: Final = (CONSOLE, "email", "webhook", "command", "apprise")
CURSOR: Final = "outbox_cursor"
_MANY: Final = 500
_NEWS: Final = (
    "SELECT seq, subject_type, subject, undoes, reasons FROM journal WHERE seq > ? AND"
    " (undoes IS NOT NULL OR instr(reasons, '\"notify.people\"') > 0) ORDER BY seq LIMIT ?"
)
_HEAD: Final = "SELECT seq FROM journal_head WHERE id = 1"
_PUT: Final = (
    "INSERT OR IGNORE INTO outbox (dedupe, seq, number, person_id, channel, address, severity, created_at, due_at,"
    " state, attempts, taken_by, error, document, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', ?, ?)"
)
_RULES: Final = (
    "SELECT r.channel, r.address, r.severity, r.quiet_from, r.quiet_to, r.quiet_severity, r.tz, p.email, p.language"
    " FROM person p LEFT JOIN notification_rule r ON r.person_id = p.id AND r.active = 1"
    " WHERE p.id = ? AND p.active = 1 ORDER BY r.id"
)
_TICKET: Final = "SELECT number, kind, title, sensitive FROM ticket WHERE number = ? AND deleted_at IS NULL"
_DRILL: Final = "SELECT 1 FROM incident WHERE number = ? AND nature = 'drill'"
_LATELY: Final = "SELECT count(*) FROM outbox WHERE channel = ? AND address IS ? AND person_id = ? AND created_at > ?"
# Taken where nobody holds it and nothing older of the same ticket waits for the same address.
_FREE: Final = (
    "SELECT o.id FROM outbox o WHERE o.state = 'waiting' AND o.due_at <= ?1 AND o.channel = ?4"
    " AND (o.taken_at IS NULL OR o.taken_at <= ?2)"
    " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.state = 'waiting' AND e.number = o.number AND e.id < o.id"
    " AND e.channel = o.channel AND e.address IS o.address)"
    " ORDER BY o.due_at, o.id LIMIT ?3"
)
_WAITING: Final = "SELECT DISTINCT channel FROM outbox WHERE state = 'waiting' AND due_at <= ?"
_TAKE: Final = "UPDATE outbox SET taken_by = ?, taken_at = ?, attempts = attempts + 1 WHERE id = ?"
_ONE: Final = "SELECT id, dedupe, channel, address, severity, number, attempts, document FROM outbox WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is given. `key` is the same however often it is sent; `thread` is of one ticket."""

    id: int
    key: str
    channel: str
    address: str
    severity: int
    subject: str
    body: str
    number: int | None
    attempts: int
    params: Mapping[str, Any]

    @property
    def thread(self) -> str:
        """What messages about the same thing share."""
        return f"ticket-{self.number}" if self.number is not None else self.key


def collect(desk: "Desk") -> int:
    """Make messages of what the journal says since the last look; how many there are to send.

    The cursor and the messages are written together, so a kill between them makes none twice and loses none.
    """
    made = 0
    while True:
        with desk.store.write() as tx:
            conn, now = tx.conn, desk.now()
            cursor = _cursor(conn)
            head = conn.execute(_HEAD).fetchone()[0]
            if cursor is None:
                # Until somebody wants to be told there is nothing to send; then it does not begin with the past.
                return made
            news = conn.execute(_NEWS, (cursor, _MANY)).fetchall()
            for seq, subject_type, subject, undoes, reasons in news:
                if undoes is not None:
                    conn.execute("UPDATE outbox SET state = 'withdrawn' WHERE seq = ? AND state = 'waiting'", (undoes,))
                for reason in json.loads(reasons):
                    if reason.get("code") == messages.CODE:
                        made += _spread(conn, seq, subject if subject_type == "ticket" else None, reason, now)
            _keep(conn, news[-1][0] if len(news) == _MANY else head)
        if len(news) < _MANY:
            return made


def begin(conn: "sqlite3.Connection") -> None:
    """Follow the journal from here on, where it is not followed yet: somebody wants to be told."""
    if _cursor(conn) is None:
        _keep(conn, conn.execute(_HEAD).fetchone()[0])


def _cursor(conn: "sqlite3.Connection") -> int | None:
    found = conn.execute("SELECT value FROM meta WHERE key = ?", (CURSOR,)).fetchone()
    return None if found is None else int(found[0])


def _keep(conn: "sqlite3.Connection", seq: int) -> None:
    conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (CURSOR, str(seq)),
    )


def _spread(conn: "sqlite3.Connection", seq: int, number: int | None, reason: Mapping[str, Any], now: Instant) -> int:
    """One reason to everybody it names, by every channel they want."""
    number = reason.get("number", number)
    found = None if number is None else conn.execute(_TICKET, (number,)).fetchone()
    ticket = None if found is None else {
        "number": found[0], "ref": ref(found[1], found[0]), "title": found[2], "sensitive": bool(found[3])
    }  # fmt: skip
    severity, count = int(reason.get("severity", 5)), 0
    drill = number is not None and bool(conn.execute(_DRILL, (number,)).fetchone())
    for person in reason["people"]:
        for channel, address, due, language in _ways(conn, person, severity, now):
            if drill and channel != CONSOLE:
                # A drill never leaves the program.
                continue
            words = messages.words(str(reason["what"]), reason, ticket, language)
            key = f"{seq}:{person}:{channel}:{address or ''}:{reason['what']}"[:128]
            document = json.dumps({"subject": words.subject, "body": words.body, "what": reason["what"]})
            place = (seq, number, person, channel, address)
            if channel == CONSOLE:
                # The console reads the journal itself; the row says that there was somebody to tell.
                conn.execute(_PUT, (key, *place, severity, now, now, "sent", document, now))
            elif _many(conn, person, channel, address, now):
                count += _sum_up(conn, person, channel, address, words.subject, language, now)
            else:
                count += conn.execute(_PUT, (key, *place, severity, now, due, "waiting", document, None)).rowcount
    return count


def _ways(
    conn: "sqlite3.Connection", person: int, severity: int, now: Instant
) -> Iterable[tuple[str, str | None, Instant, str | None]]:
    """By which channels, where, from when on and in which language a person is told; the console in any case."""
    rows = conn.execute(_RULES, (person,)).fetchall()
    if not rows:
        return
    yield CONSOLE, None, now, rows[0][8]
    for channel, address, least, start, end, breaks, tz, email, language in rows:
        if channel is None or channel == CONSOLE or severity > least:
            continue
        where = address or (email if channel == "email" else None)
        if where is None:
            continue
        quiet = None if start is None or end is None else Quiet(start, end, tz, breaks)
        yield channel, where, delivery.due(now, severity, quiet), language


def _many(conn: "sqlite3.Connection", person: int, channel: str, address: str | None, now: Instant) -> bool:
    return bool(conn.execute(_LATELY, (channel, address, person, now - 60)).fetchone()[0] >= delivery.BURST)


def _sum_up(
    conn: "sqlite3.Connection",
    person: int,
    channel: str,
    address: str | None,
    last: str,
    language: str | None,
    now: Instant,
) -> int:
    """One message a minute for all that is too much; it goes out when the minute is over."""
    key = f"digest:{person}:{channel}:{address or ''}:{now // 60}"[:128]
    found = conn.execute("SELECT id, document FROM outbox WHERE dedupe = ? AND state = 'waiting'", (key,)).fetchone()
    count = 1 + (json.loads(found[1])["count"] if found else 0)
    words = messages.digest(count, last, language)
    document = json.dumps({"subject": words.subject, "body": words.body, "what": "digest", "count": count})
    if found:
        conn.execute("UPDATE outbox SET document = ? WHERE id = ?", (document, found[0]))
        return 0
    after = (now // 60 + 1) * 60
    row = (key, 0, None, person, channel, address, 5, now, after, "waiting", document, None)
    return conn.execute(_PUT, row).rowcount


def waiting(desk: "Desk") -> list[str]:
    """The channels that have something to send now."""
    return [channel for (channel,) in desk.store.query(_WAITING, (desk.now(),))]


def take(desk: "Desk", worker: str, channel: str, limit: int = 1) -> list[Message]:
    """Messages of a channel that are due, for this worker alone until its lease is over.

    The lease is that of one message after another: who takes many at once has to send them within it.
    """
    with desk.store.write() as tx:
        now = desk.now()
        free = tx.conn.execute(_FREE, numbered(now, now - delivery.LEASE, limit, channel)).fetchall()
        tx.conn.executemany(_TAKE, [(worker, now, key) for (key,) in free])
        rows = [tx.conn.execute(_ONE, found).fetchone() for found in free]
    return [_message(row) for row in rows]


def _message(row: tuple[Any, ...]) -> Message:
    key, dedupe, channel, address, severity, number, attempts, document = row
    said = json.loads(document)
    return Message(
        key, dedupe, channel, address or "", severity, said["subject"], said["body"], number, attempts,
        {name: value for name, value in said.items() if name not in ("subject", "body")},
    )  # fmt: skip


def settle(desk: "Desk", worker: str, message: Message, error: str | None, *, final: bool = False) -> str:
    """Say what became of a message that one took: sent (no error), to be tried again, or failed. The state it has then.

    Where the lease was over and somebody else took it meanwhile their word counts.
    """
    with desk.store.write() as tx:
        now = desk.now()
        pause = None if final else delivery.wait(message.attempts)
        state = "sent" if error is None else "failed" if pause is None else "waiting"
        tx.conn.execute(
            "UPDATE outbox SET state = ?, sent_at = ?, due_at = ?, error = ?, taken_by = '', taken_at = NULL"
            " WHERE id = ? AND taken_by = ? AND state = 'waiting'",
            (
                state, now if error is None else None, now + (pause or 0), one_line(error or "", 500), message.id, worker,
            ),
        )  # fmt: skip
    return state


def sweep(desk: "Desk") -> int:
    """Forget messages that were settled long ago; how many."""
    before = desk.now() - delivery.KEEP
    with desk.store.write() as tx:
        return tx.conn.execute("DELETE FROM outbox WHERE state <> 'waiting' AND created_at < ?", (before,)).rowcount


def standing(desk: "Desk") -> dict[str, int]:
    """How many messages stand in each state."""
    return dict(desk.store.query("SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state"))
