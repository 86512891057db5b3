"""`desk.presence`: who has a ticket open now, and who is away. Operational: never journalled, gone after a minute."""

from typing import Any, Final

from helpdesk_tui.desk import fields, masking
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

SEEN_FOR: Final = 60
ACTIVITIES: Final = ("viewing", "replying", "noting", "editing")
AWAY: Final = "away"
_FRESH: Final = 10
_STALE: Final = 86_400


class PresenceBoard(Noun):
    """Presence."""

    @verb("presence.enter", Permission.PRESENCE)
    def enter(self, number: int, session: str, activity: str = "viewing") -> Objects:
        """Say that this session has a ticket open (repeat it within a minute to stay). The others who have it open."""
        desk = self.desk
        desk.reading.readable(number)
        key = fields.bounded("session", session, 64, empty=False)
        if activity not in ACTIVITIES:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="activity", value=activity, choices=", ".join(ACTIVITIES),
            )  # fmt: skip
        now, me = desk.now(), desk.actor.id
        known = desk.store.query(
            "SELECT 1 FROM presence WHERE number = ? AND person_id = ? AND session = ? AND activity = ? AND seen_at > ?",
            (number, me, key, activity, now - _FRESH),
        )
        if not known:
            with desk.store.write() as tx:
                tx.conn.execute("DELETE FROM presence WHERE number <> 0 AND seen_at < ?", (now - _STALE,))
                tx.conn.execute(
                    "INSERT INTO presence (number, person_id, session, activity, seen_at) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT (number, person_id, session)"
                    " DO UPDATE SET activity = excluded.activity, seen_at = excluded.seen_at",
                    (number, me, key, activity, now),
                )
        return [p for p in self.who(number) if p["id"] != me]

    @verb("presence.leave", Permission.PRESENCE)
    def leave(self, session: str, number: int | None = None) -> Object:
        """Say that this session has closed a ticket, or (without one) all of its tickets. `{"left": n}`."""
        with self.desk.store.write() as tx:
            done = tx.conn.execute(
                "DELETE FROM presence WHERE person_id = ?1 AND session = ?2 AND number <> 0 AND (?3 IS NULL OR number = ?3)",
                numbered(self.desk.actor.id, session, number),
            )
        return {"left": done.rowcount}

    @verb("presence.who", Permission.PRESENCE, reads=True)
    def who(self, number: int, now: Instant | None = None) -> Objects:
        """Who has a ticket open: `[{"id", "who", "name", "activity", "seen_at"}]`, each person once, busiest first."""
        self.desk.reading.readable(number)
        at = self.desk.now() if now is None else now
        rows = self.desk.store.query(
            "SELECT p.id, coalesce(p.login, p.name), p.name, x.activity, x.seen_at FROM presence x"
            " JOIN person p ON p.id = x.person_id WHERE x.number = ? AND x.seen_at > ?"
            " ORDER BY x.activity = 'viewing', x.seen_at DESC, p.id",
            (number, at - SEEN_FOR),
        )
        found: dict[int, dict[str, Any]] = {}
        veil = masking.veil(self.desk)
        for person, who, name, activity, seen in rows:
            if veil is not None:
                who, name = veil.person(person, who), veil.person(person, name)
            found.setdefault(
                person, {"id": person, "who": who, "name": name, "activity": activity, "seen_at": when(seen)}
            )
        return [*found.values()]

    @verb("presence.away", Permission.PRESENCE)
    def away(self, away: bool = True) -> Object:
        """Say that you are away (routing gives you nothing) or back."""
        with self.desk.store.write() as tx:
            tx.conn.execute("DELETE FROM presence WHERE person_id = ? AND number = 0", (self.desk.actor.id,))
            if away:
                tx.conn.execute(
                    "INSERT INTO presence (number, person_id, session, activity, seen_at) VALUES (0, ?, '', ?, ?)",
                    (self.desk.actor.id, AWAY, self.desk.now()),
                )
        return {"away": away}

    def is_away(self) -> bool:
        """Whether the actor is away."""
        sql = "SELECT 1 FROM presence WHERE person_id = ? AND number = 0 AND activity = 'away'"
        return bool(self.desk.store.query(sql, (self.desk.actor.id,)))
