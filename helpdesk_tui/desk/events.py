"""`desk.events`: notices of monitoring systems: taken in, looked at, and what would become of them."""

import json
from collections.abc import Sequence
from typing import Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.alert_rows import read_event
from helpdesk_tui.desk.garbage import no_cycles
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, reason, when
from helpdesk_tui.desk.work import Work
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.events import Event
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission

MOST: Final = 10_000
_KEPT: Final = 3_600
_MAX_DELIVERY: Final = 128
_FIRING: Final = "SELECT severity, count(*) FROM alert WHERE state <> 'resolved' GROUP BY severity"
_OPEN: Final = "SELECT coalesce(sum(n), 0) FROM tally WHERE phase < 3"
_OUTBOX: Final = "SELECT state, count(*) FROM outbox GROUP BY state"
_LATE: Final = "SELECT count(*), min(due_at) FROM timer WHERE fired_at IS NULL AND due_at <= ?"
_LIST: Final = (
    "SELECT e.id, e.received_at, e.source, e.status, e.severity, e.what, e.alert_id, e.number,"
    " coalesce(json_extract(e.document, '$.summary'), ''), coalesce(json_extract(e.document, '$.key'), '')"
    " FROM event e WHERE (?1 IS NULL OR e.source = ?1) AND (?2 IS NULL OR e.alert_id = ?2) AND (?3 IS NULL OR e.what = ?3)"
    " ORDER BY e.id DESC LIMIT ?4"
)
_SHOW: Final = (
    "SELECT id, received_at, source, status, severity, what, alert_id, number, digest, document FROM event WHERE id = ?"
)


class Events(Noun):
    """Notices of monitoring systems."""

    @verb("event.ingest", Permission.EVENT_INGEST)
    def ingest(self, events: list[dict[str, Any]], *, delivery: str | None = None, brief: bool = False) -> Object:
        """Take notices in, in their order, in transactions of up to 500; each wholly or not at all.

        `delivery` names the request that brought them: the same one is taken once (for an hour), whoever else listens.
        `brief` leaves the reasons out of the answer.

        `{"events": [{"source", "status", "severity", "key", "what", "action", "alert", "number", "summary", "reasons"}],
        "opened": [numbers]}`. `what` tells what a notice did to its alert (`opened`, `repeated`, `duplicate`,
        `resolved`, `unmatched` …), `action` what the rules made of it (`open`, `attach`, `note`, `ignore`; empty where
        they were not asked). Raises Invalid for what is no event, before anything is written, and Conflict for a
        delivery that was taken already.
        """
        from helpdesk_tui.desk.event_intake import CHUNK, Intake

        read = self._read(events)
        if delivery is not None and not 1 <= len(delivery) <= 128:
            raise Invalid(N_("{field}: write a text of at most {most} characters"), field="delivery", most=128)
        told: Objects = []
        opened: list[int] = []
        for start in range(0, len(read), CHUNK):
            chunk = read[start : start + CHUNK]
            with no_cycles(), self.desk.work("event.ingest") as work:
                if delivery is not None:
                    _once(work, delivery, last=start + CHUNK >= len(read))
                intake = Intake.of(work)
                intake.ready(chunk)
                outcomes = [intake.take(event) for event in chunk]
            told += [_told(outcome, brief=brief) for outcome in outcomes]
            opened += intake.tickets.opened
        return {"events": self._seen(told), "opened": opened}

    @verb("event.explain", Permission.EVENT_INGEST, reads=True)
    def explain(self, events: list[dict[str, Any]]) -> Objects:
        """What would become of notices and why, without taking them in: as the `events` of `event.ingest`.

        Each also has `warnings` (what was odd about the notice) and, where a ticket would be opened, `number` null.
        """
        from helpdesk_tui.desk.event_intake import Intake

        read = self._read(events)
        work = self.desk.rehearsal("event.explain")
        with work:
            intake = Intake.of(work)
            intake.ready(read)
            outcomes = [intake.take(event) for event in read]
            made = set(intake.tickets.opened)
        told = self._seen([_told(outcome) for outcome in outcomes])
        for one, event in zip(told, read, strict=True):
            one["number"] = None if one["number"] in made else one["number"]
            one["warnings"] = [reason(warning) for warning in event.warnings]
        return told

    @verb("event.list", Permission.EVENT_READ, reads=True)
    def list(
        self, source: str | None = None, *, alert: int | None = None, what: str | None = None, limit: int = 100
    ) -> Objects:
        """The latest notices, the newest first: `{"id", "received_at", "source", "status", "severity", "what", "alert",
        "number", "summary", "key"}`."""
        names = ("id", "received_at", "source", "status", "severity", "what", "alert", "number", "summary", "key")
        rows = self.desk.store.query(_LIST, numbered(source, alert, what, max(1, min(limit, 10_000))))
        found = [dict(zip(names, row, strict=True)) for row in rows]
        for one in found:
            one["received_at"] = when(one["received_at"])
        return self._seen(found)

    @verb("event.show", Permission.EVENT_READ, reads=True)
    def show(self, event: int) -> Object:
        """One notice as it was read: as in `event.list`, with `digest` and `event`, all that it said."""
        rows = self.desk.store.query(_SHOW, (event,))
        if not rows:
            raise NotFound(N_("there is no event {event}; old ones are swept away"), event=event)
        names = ("id", "received_at", "source", "status", "severity", "what", "alert", "number", "digest")
        found = dict(zip(names, rows[0], strict=False))
        said = json.loads(rows[0][9])
        for name in ("received_at", "started_at", "ended_at"):
            if isinstance(said.get(name), int):
                said[name] = when(said[name])
        if "warnings" in said:
            said["warnings"] = [reason(warning) for warning in said["warnings"]]
        found |= {"received_at": when(found["received_at"]), "event": said}
        return self._seen([found])[0]

    def gauges(self) -> Object:
        """Figures of the desk for whoever watches it, without a word of any ticket: `tickets_open`, `alerts_firing` (by
        severity), `outbox` (by state), `timers_due`, `timers_late` (seconds of the longest overdue)."""
        now, store = self.desk.now(), self.desk.store
        due, oldest = store.query(_LATE, (now,))[0]
        return {
            "tickets_open": int(store.query(_OPEN)[0][0]),
            "alerts_firing": dict(store.query(_FIRING)),
            "outbox": dict(store.query(_OUTBOX)),
            "timers_due": due,
            "timers_late": now - oldest if oldest is not None else 0,
        }

    def _read(self, events: Sequence[dict[str, Any] | Event]) -> Sequence[Event]:
        if len(events) > MOST:
            raise Usage(N_("{n} events are more than the {limit} of one call"), n=len(events), limit=MOST)
        now = self.desk.now()
        return [event if isinstance(event, Event) else read_event(event, now) for event in events]

    def _seen(self, found: Objects) -> Objects:
        """Without the numbers of tickets that one may not know of."""
        knows = self.desk.reading.knows
        known: dict[int, bool] = {}
        for one in found:
            number = one["number"]
            if number is not None and number not in known:
                known[number] = knows(number)
            if number is not None and not known[number]:
                one["number"] = None
        return found


def _once(work: Work, delivery: str, *, last: bool) -> None:
    """Refuse a delivery that was taken; note it with its last notices, so that one that failed may come again."""
    fields.bounded("delivery", delivery, _MAX_DELIVERY, empty=False)
    conn = work.tx.conn
    if conn.execute("SELECT 1 FROM delivery WHERE id = ?", (delivery,)).fetchone():
        raise Conflict(N_("this request was taken already"))
    if last:
        conn.execute("DELETE FROM delivery WHERE expires_at < ?", (work.now,))
        conn.execute("INSERT INTO delivery (id, expires_at) VALUES (?, ?)", (delivery, work.now + _KEPT))


def _told(outcome: Any, *, brief: bool = False) -> Object:
    event = outcome.event
    told = {
        "source": event.source,
        "status": event.status.value,
        "severity": event.severity.value,
        "key": event.key,
        "what": outcome.what,
        "action": outcome.action,
        "alert": outcome.slot.id if outcome.slot is not None else None,
        "number": outcome.number,
        "summary": event.summary,
    }
    return told if brief else {**told, "reasons": [reason(each) for each in outcome.reasons]}
