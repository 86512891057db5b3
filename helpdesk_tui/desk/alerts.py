"""`desk.alerts`: what monitoring systems tell of: seen, acknowledged, linked to tickets, ended by hand."""

import json
from dataclasses import replace
from typing import Any, Final

from helpdesk_tui.desk import alert_rows
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, reason, when
from helpdesk_tui.desk.work import Work
from helpdesk_tui.rules.events import AlertState
from helpdesk_tui.store import journal
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound
from helpdesk_tui.vocabulary.events import EventStatus
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

register({"alert.by_hand": N_("a person did it, not the sender")})
STATES: Final = ("open", "firing", "acknowledged", "resolved", "all")
_INSTANTS: Final = ("opened_at", "resolved_at", "changed_at", "last_at")
# Only the numbers are sorted: an alert's document is long.
_LIST: Final = (
    f"SELECT {alert_rows.COLUMNS} WHERE a.id IN (SELECT x.id FROM alert x"  # sql: constant
    " WHERE (?1 = 'all' OR x.state = ?1 OR (?1 = 'open' AND x.state <> 'resolved'))"
    " AND (?2 IS NULL OR x.number = ?2) AND (?3 IS NULL OR x.service_id = ?3) AND (?4 IS NULL OR x.source = ?4)"
    " ORDER BY x.changed_at DESC, x.id DESC LIMIT ?5) ORDER BY a.changed_at DESC, a.id DESC"
)
_OF_TICKET: Final = (
    f"SELECT {alert_rows.COLUMNS} WHERE a.id IN (SELECT x.id FROM alert x WHERE x.number = ?1"  # sql: constant
    " ORDER BY x.state = 'resolved', x.changed_at DESC, x.id DESC LIMIT ?2)"
    " ORDER BY a.state = 'resolved', a.changed_at DESC, a.id DESC"
)
_ONE: Final = f"SELECT {alert_rows.COLUMNS} WHERE a.id = ?"  # sql: constant
_FIRING: Final = "SELECT count(*) FROM alert WHERE state <> 'resolved'"


class Alerts(Noun):
    """Alerts."""

    @verb("alert.list", Permission.EVENT_READ, reads=True)
    def list(
        self,
        state: str = "open",
        *,
        ticket: int | None = None,
        service: str | None = None,
        source: str | None = None,
        limit: int = 200,
    ) -> Objects:
        """Alerts, the latest change first: `{"id", "source", "instance", "key", "state",
        "severity", "summary", "service", "ci", "number", "opened_at", "resolved_at", "changed_at", "told", "last_at",
        "flapping", "held", "version"}`. `told` counts its notices, `held` names the maintenance that holds it back."""
        wanted = fold(state)
        if wanted not in STATES:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="state",
                value=state,
                choices=", ".join(STATES),
            )
        of = self.desk.services.service(service).id if service is not None else None
        rows = self.desk.store.query(_LIST, numbered(wanted, ticket, of, source, max(1, min(limit, 10_000))))
        return self._seen([alert_rows.shown(row) for row in rows])

    def of_ticket(self, number: int, limit: int = 50) -> Objects:
        """The alerts of a ticket that one may read, each with `why`: the reasons of its last change. Empty without right.

        `{"id", "state", "severity", "summary", "source", "flapping", "opened_at", "resolved_at", "why"}`.
        """
        from helpdesk_tui.vocabulary.roles import Scope

        if self.desk.scope(Permission.EVENT_READ) is Scope.NONE or not self.desk.reading.knows(number):
            return []
        rows = self.desk.store.query(_OF_TICKET, numbered(number, limit))
        found = self._seen([alert_rows.shown(row) for row in rows])
        for one in found:
            one["why"] = [reason(each) for each in self._why(one["id"])]
        return found

    def _why(self, alert: int) -> Objects:
        rows = self.desk.store.query(
            "SELECT reasons FROM journal WHERE subject_type = 'alert' AND subject = ? ORDER BY seq DESC LIMIT 1",
            (alert,),
        )
        return json.loads(rows[0][0]) if rows else []

    def firing(self) -> int | None:
        """How many alerts are open; None for those who may not know."""
        from helpdesk_tui.vocabulary.roles import Scope

        if self.desk.scope(Permission.EVENT_READ) is Scope.NONE:
            return None
        return int(self.desk.store.query(_FIRING)[0][0])

    @verb("alert.show", Permission.EVENT_READ, reads=True)
    def show(self, alert: int) -> Object:
        """One alert: as in `alert.list`, with `details`, `labels`, `urls`, `group` (its id), and `log`: what happened to
        it, `{"at", "actor", "verb", "state", "reasons"}`, the latest first."""
        found = self._found(alert)
        said = found.pop("document").get("event", {})
        entries = [*journal.read(self.desk.store.reader(), journal.OF_SUBJECT, ("alert", alert))][-50:]
        namer = self._namer()
        log = [
            {
                "at": when(entry.at),
                "actor": namer.person(entry.actor_id) or "desk",
                "verb": entry.verb,
                "state": next(((c.after or {}).get("state") for c in entry.rows if c.table == "alert"), None),
                "reasons": [reason(each) for each in entry.reasons],
            }
            for entry in reversed(entries)
        ]
        more = {"details": said.get("details", ""), "labels": said.get("labels", {}), "urls": said.get("urls", {})}
        return {**self._instants(found), **more, "log": log}

    @verb("alert.ack", Permission.ALERT_EDIT)
    def ack(self, alert: int) -> Object:
        """Acknowledge an alert that fires: until it is over its repetitions are only counted."""
        return self._by_hand("alert.ack", alert, EventStatus.ACKNOWLEDGED)

    @verb("alert.unack", Permission.ALERT_EDIT)
    def unack(self, alert: int) -> Object:
        """Take the acknowledgement of an alert back."""
        return self._by_hand("alert.unack", alert, EventStatus.ACKNOWLEDGED, phase="end")

    @verb("alert.resolve", Permission.ALERT_EDIT)
    def resolve(self, alert: int) -> Object:
        """End an alert by hand; where its sender still tells of it after a while, it fires again."""
        return self._by_hand("alert.resolve", alert, EventStatus.RESOLVED)

    @verb("alert.link", Permission.ALERT_EDIT)
    def link(self, alert: int, number: int) -> Object:
        """Make an alert one of a ticket's; it leaves the one it was linked to."""
        return self._tie("alert.link", alert, number)

    @verb("alert.unlink", Permission.ALERT_EDIT)
    def unlink(self, alert: int) -> Object:
        """Take an alert away from its ticket."""
        return self._tie("alert.unlink", alert, None)

    # -- steps -------------------------------------------------------------------------------------------------

    def _slot(self, work: Work, alert: int) -> Any:
        from helpdesk_tui.desk.event_intake import Intake

        intake = Intake.of(work)
        slots = intake.load([alert])
        if not slots:
            raise NotFound(N_("there is no alert {alert}; `helpdesk alert list` shows what there is"), alert=alert)
        return intake, slots[0]

    def _by_hand(self, name: str, alert: int, status: EventStatus, phase: str = "") -> Object:
        with self.desk.work(name) as work:
            intake, slot = self._slot(work, alert)
            was = slot.new["state"]
            fits = was == AlertState.ACKNOWLEDGED if phase else was != AlertState.RESOLVED
            if not fits or (status is EventStatus.ACKNOWLEDGED and not phase and was == AlertState.ACKNOWLEDGED):
                raise Conflict(N_("alert {alert} is {alert_state}"), alert=alert, alert_state=was)
            kept = alert_rows.event_from(slot.event)
            event = replace(
                kept,
                status=status,
                phase=phase,
                received_at=work.now,
                started_at=work.now,
                ended_at=work.now,
                warnings=(),
            )
            intake.by_hand(slot, event, Reason("alert.by_hand"))
            if status is EventStatus.ACKNOWLEDGED and not phase:
                slot.flags["acknowledged_by"] = self.desk.actor.id
        return self.show(alert)

    def _tie(self, name: str, alert: int, number: int | None) -> Object:
        with self.desk.work(name) as work:
            intake, slot = self._slot(work, alert)
            was = slot.new["number"]
            if was == number:
                raise Conflict(
                    N_("alert {alert} is linked to no ticket")
                    if number is None
                    else N_("alert {alert} is linked to it already"),
                    alert=alert,
                )
            for each in (was, number):
                row = work.row("ticket", each) if each is not None else None
                if each is not None and (row is None or row["deleted_at"] is not None):
                    if each == number:
                        from helpdesk_tui.vocabulary.errors import ticket_not_found

                        raise ticket_not_found(each)
                    continue
                if row is not None:
                    self.desk.require_on(Permission.TICKET_EDIT, row, name)
                    if each == number and row["phase"] >= Phase.RESOLVED and slot.new["state"] != AlertState.RESOLVED:
                        raise Conflict(N_("ticket {number} is over; reopen it first"), number=number)
                    what = "linked" if each == number else "unlinked"
                    intake.tickets.tell(each, what, slot.id, slot.new["summary"])
            slot.new["number"] = number
            slot.reasons.append(Reason("alert.by_hand"))
        return self.show(alert)

    def _found(self, alert: int) -> Object:
        rows = self.desk.store.query(_ONE, (alert,))
        if not rows:
            raise NotFound(N_("there is no alert {alert}; `helpdesk alert list` shows what there is"), alert=alert)
        found = alert_rows.shown(rows[0])
        if found["number"] is not None and not self.desk.reading.knows(found["number"]):
            found["number"] = None
        return found

    def _seen(self, found: Objects) -> Objects:
        """In outward form, without the numbers of tickets that one may not know of."""
        knows = self.desk.reading.knows
        known: dict[int, bool] = {}
        for one in found:
            for name in ("document", "group"):
                one.pop(name)
            number = one["number"]
            if number is not None and number not in known:
                known[number] = knows(number)
            if number is not None and not known[number]:
                one["number"] = None
            self._instants(one)
        return found

    @staticmethod
    def _instants(one: Object) -> Object:
        one.update({name: when(one[name]) for name in _INSTANTS})
        return one

    def _namer(self) -> Any:
        from helpdesk_tui.desk.forms import Namer

        return Namer(self.desk.store.reader())
