"""What notices of monitoring systems do to the desk: alerts, groups of alerts, tickets. The engine of `event.ingest`.

An `Intake` works within one `Work`: it takes notices one after another; what became of them is written at its end. All it
needs is read for many at once, so that a body of hundreds of alerts costs a handful of statements.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import alert_rows, event_tickets, maintenance_windows
from helpdesk_tui.desk.alert_rows import Slot, alert_of, brief
from helpdesk_tui.rules import event_groups, event_rules, events
from helpdesk_tui.rules.event_groups import Group, Window
from helpdesk_tui.rules.event_rules import ATTACH, IGNORE, OPEN, CompiledEvents, EventDecision
from helpdesk_tui.rules.events import Alert, AlertState, identity
from helpdesk_tui.store.apply import columns, new_row
from helpdesk_tui.store.changes import Entry, Row, RowChange, update
from helpdesk_tui.vocabulary.events import Event, EventSeverity, canonical
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.policybox import Governing
    from helpdesk_tui.desk.work import Work

register(
    {
        "alert.released": N_("maintenance {window} is over and the alert still fires: it begins anew"),
        "alert.ignored": N_("the rule says to ignore it: the notice was counted, no alert is kept"),
        "alert.quiet": N_("nothing was heard for {span}: the alert counts as over"),
    }
)
CHUNK: Final = 500
"""Events that one transaction takes."""
# Steps after which it is asked what becomes of the alert.
_ASKED: Final = frozenset({"opened", "recurred", "reopened", "raised", "noted"})
# Steps that are told on the alert's ticket.
_TOLD: Final = frozenset({"opened", "recurred", "reopened", "resolved", "acknowledged", "unacknowledged"})
_ALERTS: Final = "SELECT identity, id FROM alert WHERE identity IN (SELECT value FROM json_each(?))"
_MEMORIES: Final = (
    "SELECT alert_id, told, last_at, document FROM alert_memory WHERE alert_id IN (SELECT value FROM json_each(?))"
)
_ROWS: Final = f"SELECT {', '.join(columns('alert'))} FROM alert WHERE id IN (SELECT value FROM json_each(?))"  # sql: the table's own columns
_LAST_GROUPS: Final = (
    f"SELECT {', '.join(columns('alert_group'))} FROM alert_group WHERE id IN ("  # sql: the table's own columns
    "SELECT max(id) FROM alert_group WHERE key IN (SELECT value FROM json_each(?)) GROUP BY key)"
)
_ITEMS: Final = (
    "SELECT lower(name), id, service_id FROM configuration_item WHERE name COLLATE NOCASE IN"
    " (SELECT value FROM json_each(?))"
)
_REMEMBER: Final = (
    "INSERT INTO alert_memory (alert_id, told, last_at, document) VALUES (?, ?, ?, ?) ON CONFLICT (alert_id) DO UPDATE"
    " SET told = told + excluded.told, last_at = max(last_at, excluded.last_at), document = excluded.document"
)
_EVENT: Final = (
    "INSERT INTO event (received_at, source, status, severity, what, alert_id, number, digest, document)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SWEEP: Final = (
    "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE received_at < ? ORDER BY received_at LIMIT ?)"
)


@dataclass(slots=True)
class GroupSlot:
    """A group at work: its row as it stands (None: it is new) and what becomes of it."""

    id: int
    row: Row | None
    group: Group
    number: int | None
    by: Event | None = None
    decision: EventDecision | None = None

    @property
    def waiting(self) -> bool:
        """Whether its incident is not open yet."""
        return self.number is None


@dataclass(slots=True)
class Outcome:
    """What one notice did."""

    event: Event
    what: str
    slot: Slot | None
    action: str
    reasons: tuple[Reason, ...] = ()
    group: GroupSlot | None = None
    opened: bool = False

    @property
    def number(self) -> int | None:
        """The ticket it belongs to by now."""
        return self.slot.number if self.slot is not None else None


def compiled_events(governing: "Governing") -> CompiledEvents:
    """The event rules of a policy version, compiled once."""
    known: CompiledEvents | None = governing.memo.get(("event",))
    return known or governing.remember(("event",), event_rules.compile_events(governing.policy))


def group_id(key: str) -> str:
    """A group's key as the store has it."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


@dataclass(slots=True)
class Names:
    """What the names in events mean on this desk: services by folded name and code, items by folded name."""

    services: dict[str, str]
    items: dict[str, tuple[int, int | None]] = field(default_factory=dict)


class Intake:
    """Takes notices into a unit of work; what became of them is written when the work ends. Get it with `of`."""

    @classmethod
    def of(cls, work: "Work") -> "Intake":
        """The one of this work."""
        found: Intake | None = work.shared.get("intake")
        return found if found is not None else cls(work)

    def __init__(self, work: "Work") -> None:
        self.work = work
        self.now: Instant = work.now
        self.governing = work.desk.policies.current()
        self.rules = compiled_events(self.governing)
        self.windows: list[Window] = maintenance_windows.at(work.tx.conn, self.now)
        directory = work.desk.directory
        known: dict[str, str] | None = directory.memo.get(("event.services",))
        if known is None:
            known = {s.name.casefold(): s.code for s in directory.services().values()}
            known |= {s.code.casefold(): s.code for s in directory.services().values()}
            directory.memo["event.services",] = known
        self.names = Names(known)
        self.tickets = event_tickets.Tickets(work)
        self.slots: dict[str, Slot] = {}
        self.groups: dict[str, GroupSlot | None] = {}
        self.outcomes: list[Outcome] = []
        work.shared["intake"] = self
        work.closing.append(self._finish)

    # -- reading -----------------------------------------------------------------------------------------------

    def ready(self, batch: Sequence[Event]) -> None:
        """Read what these notices need."""
        ids = {identity(event) for event in batch} - self.slots.keys()
        found = self.work.rows(_ALERTS, (json.dumps(sorted(ids)),))
        self.load(key for _identity, key in found)
        names = {event.ci.casefold() for event in batch if event.ci} - self.names.items.keys()
        if names:
            rows = self.work.rows(_ITEMS, (at_rest(json.dumps(sorted(names), ensure_ascii=False)),))
            self.names.items.update({name.casefold(): (key, service) for name, key, service in rows})
        keys = {group_id(event_groups.group_key(event, self.rules.group_by)) for event in batch} - self.groups.keys()
        for row in self.work.rows(_LAST_GROUPS, (json.dumps(sorted(keys)),)):
            self._known_group(dict(zip(columns("alert_group"), row, strict=True)))
        for key in keys:
            self.groups.setdefault(key, None)

    def load(self, ids: Iterable[int]) -> list[Slot]:
        """Alerts by their ids, ready to be worked on."""
        asked = [*ids]
        known = {slot.id: slot for slot in self.slots.values()} if self.slots else {}
        made = [known[key] for key in asked if key in known]
        wanted = json.dumps([key for key in asked if key not in known])
        memories = {key: rest for key, *rest in self.work.rows(_MEMORIES, (wanted,))}
        for record in self.work.rows(_ROWS, (wanted,)):
            row = dict(zip(columns("alert"), record, strict=True))
            document = json.loads(row["document"])
            flags = {name: document[name] for name in alert_rows.FLAGS if name in document}
            memory = memories.get(row["id"])
            marks = json.loads(memory[2]) if memory else document.get("notices", {})
            slot = Slot(
                row["id"], row, alert_of(row["identity"], marks), document.get("event", {}),
                {name: row[name] for name in (*alert_rows.MATERIAL, "summary", "service_id", "ci_id")},
                flags=flags, was=dict(flags), remembered=memory is not None,
            )  # fmt: skip
            self.slots[row["identity"]] = slot
            made.append(slot)
        return made

    def _known_group(self, row: Row) -> GroupSlot:
        data = json.loads(row["document"])
        group = Group(**{**data, "severity": EventSeverity(data["severity"])})
        slot = self.groups[row["key"]] = GroupSlot(row["id"], row, group, row["number"])
        return slot

    # -- taking ------------------------------------------------------------------------------------------------

    def take(self, event: Event) -> Outcome:
        """Take one notice."""
        key = identity(event)
        slot = self.slots.get(key)
        fresh = slot is None
        if slot is None:
            slot = self._new(key, event)
        alert, step = events.apply(slot.alert, event, self.rules.alert_times)
        slot.alert = alert
        slot.told += 1
        slot.last_at = max(slot.last_at, event.received_at)
        outcome = Outcome(event, step.what, slot, "", step.reasons)
        if fresh or step.what not in ("duplicate", "repeated", "late", "unmatched"):
            slot.event = brief(event)
            if event.summary:
                slot.new["summary"] = at_rest(event.summary)
        self._stand(slot)
        if step.what in _ASKED and (step.what != "noted" or self.rules.rules):
            self._ask(slot, event, outcome)
            if outcome.action == IGNORE and fresh:
                outcome.slot = None
                outcome.reasons += (Reason("alert.ignored"),)
                self.outcomes.append(outcome)
                self.work.take_back("alert", slot.id - 1)
                return outcome
        if fresh:
            self.slots[key] = slot
        slot.reasons += outcome.reasons
        if step.what in _TOLD and slot.number is not None and not outcome.opened:
            self.tickets.tell(slot.number, step.what, slot.id, slot.new["summary"])
        self.outcomes.append(outcome)
        return outcome

    def _new(self, key: str, event: Event) -> Slot:
        service, item = self._placed(event)
        new: Row = {
            "state": "", "severity": "", "number": None, "group_id": None, "opened_at": None, "resolved_at": None,
            "summary": at_rest(event.summary), "service_id": service, "ci_id": item,
        }  # fmt: skip
        return Slot(self.work.next_id("alert"), None, Alert(key), {}, new)

    def _placed(self, event: Event) -> tuple[int | None, int | None]:
        """The service and the item that an event means here; an item tells its service."""
        item, service = self.names.items.get(event.ci.casefold(), (None, None)) if event.ci else (None, None)
        code = self.names.services.get(event.service.casefold()) if event.service else None
        named = self.work.desk.directory.service_id(code) if code else None
        return named if named is not None else service, item

    def _stand(self, slot: Slot) -> None:
        """Bring the columns of an alert in line with what it remembers."""
        found = events.standing(slot.alert, self.rules.alert_times)
        view = events.seen(found, self.now, self.rules.alert_times)
        slot.new |= {
            "state": view.state.value,
            "severity": found.severity.value if found.opened_at is not None else slot.event.get("severity", "unknown"),
            "opened_at": found.opened_at,
            "resolved_at": found.resolved_at if view.state is AlertState.RESOLVED else None,
        }
        self._flag(slot, "flapping", view.flapping or None)
        self._flag(slot, "hold_until", view.hold_until)
        if view.state is AlertState.RESOLVED:
            self._flag(slot, "held", None)
        if view.state is not AlertState.ACKNOWLEDGED:
            self._flag(slot, "acknowledged_by", None)

    @staticmethod
    def _flag(slot: Slot, name: str, value: Any) -> None:
        if value is None:
            slot.flags.pop(name, None)
        else:
            slot.flags[name] = value

    # -- deciding ----------------------------------------------------------------------------------------------

    def _ask(self, slot: Slot, event: Event, outcome: Outcome) -> None:
        """Ask what becomes of an alert, and do it."""
        window = self._window(slot, event)
        if window is not None:
            decision = event_rules.decide(self.rules, event, window=window)
            self._flag(slot, "held", window.id)
            outcome.action = decision.action
            outcome.reasons += decision.steps
            return
        self._flag(slot, "held", None)
        number = self.tickets.living(slot.number, again=outcome.what == "reopened")
        group = None if number is not None else self._group(event)
        ticket = number if group is None else group.number
        decision = event_rules.decide(
            self.rules, self.as_known(slot, event), services=self.names.services, ticket=ticket
        )
        outcome.action = decision.action
        outcome.reasons += decision.steps
        if decision.action == ATTACH and ticket is not None:
            slot.new["number"] = ticket
            if group is not None:
                self._join(group, slot, event, outcome)
            self.tickets.graver(ticket, decision)
        elif decision.action == OPEN:
            joined = self._join(group, slot, event, outcome)
            joined.decision = decision if joined.decision is None else joined.decision
            if event_groups.opens_at(joined.group, self.rules.group_times) <= self.now:
                self._open(joined, slot, event, decision)
                outcome.opened = True
            else:
                slot.new["number"] = None
                self.work.timers["alert_group", joined.id] = {
                    "open": event_groups.opens_at(joined.group, self.rules.group_times)
                }

    def _window(self, slot: Slot, event: Event) -> Window | None:
        if not self.windows:
            return None
        return event_groups.maintenance(self.windows, event, self.now) or event_groups.maintenance(
            self.windows, self.as_known(slot, event), self.now
        )

    def as_known(self, slot: Slot, event: Event) -> Event:
        """The event with the service that it means here, where its item tells it."""
        code = self.work.desk.directory.service_code(slot.new["service_id"])
        return replace(event, service=code) if code and not event.service else event

    def _group(self, event: Event) -> GroupSlot | None:
        """The last group of an event's key, if it still takes in and its incident is open or still to be opened."""
        found = self.groups.get(group_id(event_groups.group_key(event, self.rules.group_by)))
        if found is None:
            return None
        number = self.tickets.living(found.number) if found.number is not None else None
        if found.number is not None and number is None:
            return None
        found.number = number
        how = event_groups.takes(found.group, self.now, self.rules.group_times, incident_open=number is not None)
        return found if how is not None else None

    def _join(self, group: GroupSlot | None, slot: Slot, event: Event, outcome: Outcome) -> GroupSlot:
        times, by = self.rules.group_times, self.rules.group_by
        told = replace(event, received_at=self.now)
        grown, joined = event_groups.join(
            group.group if group else None, told, times, by, incident_open=group is not None and not group.waiting
        )
        if group is None:
            group = GroupSlot(self.work.next_id("alert_group"), None, grown, None)
            self.groups[group_id(grown.key)] = group
        group.group = grown
        if group.by is None or event.severity.rank > group.by.severity.rank:
            group.by = event
        slot.new["group_id"] = group.id
        outcome.group = group
        outcome.reasons += (joined.reason,)
        return group

    def _open(self, group: GroupSlot, slot: Slot, event: Event, decision: EventDecision) -> None:
        number = self.tickets.open(slot, event, decision, self.governing.version)
        group.number = number
        slot.new["number"] = number
        if group.row is not None and group.group.members > 1:
            self.gather(group, number)

    def gather(self, group: GroupSlot, number: int) -> None:
        """Give all alerts of a group that waited to the ticket that was opened for it."""
        known = {slot.id: slot for slot in self.slots.values()}
        waiting = self.work.rows("SELECT id FROM alert WHERE group_id = ? AND number IS NULL", (group.id,))
        known |= {slot.id: slot for slot in self.load(key for (key,) in waiting)}
        for slot in known.values():
            if slot.new["group_id"] == group.id and slot.new["number"] is None:
                slot.new["number"] = number
                self.tickets.tell(number, "opened", slot.id, slot.new["summary"])

    def group(self, key: int) -> GroupSlot | None:
        """A group by its id, ready to be worked on."""
        known = next((slot for slot in self.groups.values() if slot is not None and slot.id == key), None)
        if known is not None:
            return known
        row = self.work.row("alert_group", key)
        return None if row is None else self._known_group(row)

    def by_hand(self, slot: Slot, event: Event, why: Reason) -> None:
        """Let a notice that no sender sent change an alert: a person's, or that of time."""
        slot.alert, step = events.apply(slot.alert, event, self.rules.alert_times)
        self._stand(slot)
        slot.reasons += (*step.reasons, why)
        if step.what in _TOLD and slot.number is not None:
            self.tickets.tell(slot.number, step.what, slot.id, slot.new["summary"])

    # -- what time brings --------------------------------------------------------------------------------------

    def release(self, slot: Slot) -> Outcome:
        """Decide anew about an alert that maintenance held back and that still fires."""
        event = replace(alert_rows.event_from(slot.event), received_at=self.now)
        window = str(slot.flags.get("held", ""))
        outcome = Outcome(event, "opened", slot, "", (Reason("alert.released", {"window": window}),))
        self._stand(slot)
        if slot.new["state"] != AlertState.RESOLVED.value:
            self._ask(slot, event, outcome)
        else:
            self._flag(slot, "held", None)
        slot.reasons += outcome.reasons
        if slot.number is not None and not outcome.opened:
            self.tickets.tell(slot.number, "opened", slot.id, slot.new["summary"])
        return outcome

    def settle(self, slot: Slot) -> bool:
        """Bring an alert up to date with the time (an end that was held is believed now). Whether that changed it."""
        was: str = slot.new["state"]
        self._stand(slot)
        over: bool = was != slot.new["state"] == AlertState.RESOLVED.value
        if over:
            slot.reasons.append(Reason("alert.resolved", {"at": _iso(slot.new["resolved_at"] or self.now)}))
            if slot.number is not None:
                self.tickets.tell(slot.number, "resolved", slot.id, slot.new["summary"])
        return over

    # -- writing -----------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Put everything that changed into the work."""
        for group in self.groups.values():
            if group is not None:
                self._write_group(group)
        for slot in self.slots.values():
            if slot.changed:
                self._write_alert(slot)
        self.tickets.finish(self.slots.values())
        self.work.after_rows.append(self._remember)

    def _write_group(self, slot: GroupSlot) -> None:
        group = slot.group
        new = {
            "number": slot.number,
            "first_at": group.first_at,
            "last_at": group.last_at,
            "document": at_rest(canonical(group.data())),
        }
        if slot.row is None:
            whole = new_row("alert_group", id=slot.id, key=group_id(group.key), **new)
            change: RowChange | None = RowChange("alert_group", (slot.id,), None, whole)
        else:
            change = _versioned("alert_group", slot.id, slot.row, new)
        if change is not None:
            self.work.record(Entry(self.work.verb, "alert_group", slot.id, self.work.at, rows=[change]))

    def _write_alert(self, slot: Slot) -> None:
        new = {**slot.new, "document": slot.document(), "changed_at": self.now}
        if slot.row is None:
            of = slot.event
            whole = new_row(
                "alert", id=slot.id, identity=slot.alert.identity, source=of["source"], key=at_rest(of.get("key", "")),
                instance=at_rest(of.get("instance", "")), **new,
            )  # fmt: skip
            change: RowChange | None = RowChange("alert", (slot.id,), None, whole)
        else:
            change = _versioned("alert", slot.id, slot.row, new)
        if change is None:
            return
        reasons = [reason.data() for reason in slot.reasons]
        self.work.record(Entry(self.work.verb, "alert", slot.id, self.work.at, rows=[change], reasons=reasons))
        timers = self._timers(slot)
        if timers or slot.row is not None:
            self.work.timers["alert", slot.id] = timers

    def _timers(self, slot: Slot) -> dict[str, Instant]:
        timers: dict[str, Instant] = {}
        if "hold_until" in slot.flags:
            timers["hold"] = slot.flags["hold_until"]
        if slot.event.get("source") in self.rules.section.quiet_sources:
            over = events.quiet_at(events.standing(slot.alert, self.rules.alert_times), self.rules.alert_times)
            if over is not None:
                timers["quiet"] = over
        return timers

    def _remember(self) -> None:
        """Keep the notices themselves and what the alerts remember; nothing of it is journalled."""
        conn = self.work.tx.conn
        self.work.tx.wrote = True
        memories = [
            (slot.id, slot.told if slot.remembered or slot.row is None else slot.told + 1, slot.last_at,
             at_rest(canonical(alert_rows.notices(slot.alert))))
            for slot in self.slots.values()
            if (slot.row is not None and (slot.told or slot.remembered)) or slot.told > 1
        ]  # fmt: skip
        conn.executemany(_REMEMBER, memories)
        kept = [
            (outcome.event.received_at, outcome.event.source, outcome.event.status.value, outcome.event.severity.value,
             outcome.what if outcome.action != IGNORE else "ignored", outcome.slot.id if outcome.slot else None,
             outcome.number, *alert_rows.kept(outcome.event))
            for outcome in self.outcomes
        ]  # fmt: skip
        conn.executemany(_EVENT, kept)
        old = self.now - self.rules.section.keep.seconds
        conn.execute(_SWEEP, (old, 2 * len(kept) + 100))


def _versioned(table: str, key: int, row: Row, new: Row) -> RowChange | None:
    change = update(table, (key,), row, new)
    if change is not None and change.before is not None and change.after is not None:
        change.before["version"], change.after["version"] = row["version"], row["version"] + 1
    return change


def _iso(at: Instant) -> str:
    from helpdesk_tui.vocabulary.instants import iso

    return iso(at)
