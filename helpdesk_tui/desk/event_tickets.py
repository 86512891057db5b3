"""The tickets of alerts: opened by events, told what their alerts do, never closed by them.

When all alerts of a ticket are over, it gets the tag `all-clear` and a line that proposes to resolve it; a person decides.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import decisions, paging
from helpdesk_tui.desk.moves import set_state
from helpdesk_tui.desk.ticket_opening import NewTicket, build
from helpdesk_tui.desk.work import Draft
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.rules.event_rules import EventDecision
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.channels import Channel
from helpdesk_tui.vocabulary.events import Event
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.reasons import Reason, register, sentence
from helpdesk_tui.vocabulary.text import at_rest, one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.alert_rows import Slot
    from helpdesk_tui.desk.work import Work

register(
    {
        "alerts.opened": N_("alert {alert} fires: {text}"),
        "alerts.recurred": N_("alert {alert} fires anew: {text}"),
        "alerts.reopened": N_("alert {alert} fires again: {text}"),
        "alerts.resolved": N_("alert {alert} is over: {text}"),
        "alerts.acknowledged": N_("alert {alert} was acknowledged: {text}"),
        "alerts.unacknowledged": N_("the acknowledgement of alert {alert} was taken back: {text}"),
        "alerts.linked": N_("alert {alert} was linked: {text}"),
        "alerts.unlinked": N_("alert {alert} was unlinked: {text}"),
        "alerts.more": N_("and {n} more of the same kind"),
        "alerts.clear": N_("all alerts of this ticket are over; it may be resolved"),
        "alerts.severity": N_("a graver alert raises the severity from {before} to {after}"),
        "alerts.severity_room": N_(
            "a graver alert means {after}; the incident stands at {before}, its commander decides"
        ),
        "alerts.reopen": N_("its alert fires again, soon after its end: it is open again"),
    }
)
ALL_CLEAR: Final = "all-clear"
"""The tag of a ticket whose alerts are all over."""
_NAMED: Final = 5
_STILL: Final = (
    "SELECT EXISTS (SELECT 1 FROM alert WHERE number = ?1 AND state <> 'resolved'"
    " AND id NOT IN (SELECT value FROM json_each(?2)))"
)
_STAMPS: Final = "helpdesk_tui.desk.incident_stamps"


@dataclass(slots=True)
class _Told:
    """What a ticket is told of its alerts: by what happened, the alerts and their summaries."""

    lines: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


class Tickets:
    """The tickets that the alerts of one work belong to."""

    def __init__(self, work: "Work") -> None:
        self.work = work
        self.told: dict[int, _Told] = {}
        self.opened: dict[int, int] = {}
        self.raised: dict[int, tuple[int, int]] = {}
        self.reopened: set[int] = set()
        self._rows: dict[int, Row | None] = {}
        self._living: dict[int, int | None] = {}

    def row(self, number: int) -> "Row | Draft | None":
        """A ticket as it will stand."""
        draft = self.work.drafts.get(number)
        if draft is not None:
            return draft
        if number not in self._rows:
            self._rows[number] = self.work.row("ticket", number)
        return self._rows[number]

    def draft(self, number: int) -> Draft:
        """A ticket to be changed."""
        draft = self.work.drafts.get(number)
        if draft is None:
            row = self.work.row("ticket", number)
            assert row is not None, "only tickets that are there are changed"
            draft = self.work.drafts[number] = Draft(row, at=self.work.at)
        return draft

    def living(self, number: int | None, *, again: bool = False) -> int | None:
        """The open ticket that this one is by now (merged ones lead on); None where it is over or gone.

        `again`: one that is resolved but not closed is opened again, where the life cycle has such a move.
        """
        for _step in range(10):
            if number is None or (row := self.row(number)) is None or row["deleted_at"] is not None:
                return None
            if row["merged_into"] is None:
                break
            number = row["merged_into"]
        else:
            return None
        if row["phase"] < Phase.RESOLVED:
            return number
        return self._reopen(number, row["kind"], row["state"]) if again and row["phase"] == Phase.RESOLVED else None

    def _reopen(self, number: int, kind: str, state: str) -> int | None:
        policy = self.work.desk.policies.current().policy
        target = lifecycle.target_of(policy, Kind(kind), "reopen")
        if target is None or target not in {move.to for move in lifecycle.allowed_moves(policy, Kind(kind), state)}:
            return None
        draft = self.draft(number)
        set_state(draft, target, self.work.at)
        draft.because(Reason("alerts.reopen"))
        self.reopened.add(number)
        return number

    # -- opening -----------------------------------------------------------------------------------------------

    def open(self, slot: "Slot", event: Event, decision: EventDecision, policy: int) -> int:
        """Open the ticket that an event asks for; its number."""
        directory = self.work.desk.directory
        service = directory.service_id(decision.service) if decision.service else slot.new["service_id"]
        columns: dict[str, Any] = {
            "kind": decision.kind or Kind.INCIDENT.value,
            "service_id": service,
            "ci_id": slot.new["ci_id"],
            "severity": int(decision.severity) if decision.severity is not None else None,
        }
        if decision.team is not None:
            team = next((t.id for t in directory.teams().values() if t.code == decision.team), None)
            if team is not None:
                columns["team_id"] = team
        new = NewTicket(
            title=at_rest(title_of(event)), description=at_rest(description_of(event)), columns=columns,
            channel=Channel.MONITORING.value, auto_assign=False,
        )  # fmt: skip
        draft = build(self.work, new)
        draft.because(
            decisions.kept("event", policy, {"action": decision.action, "rule": decision.rule, "alert": slot.id}),
            *decision.steps,
            *decision.lost[:20],
        )
        self.opened[draft.number] = int(decision.severity or Severity.SEV3)
        return draft.number

    def graver(self, number: int, decision: EventDecision) -> None:
        """Raise the severity of a ticket that a graver alert came to; never lower it."""
        row = self.row(number)
        if decision.severity is None or row is None:
            return
        before, after = row["severity"], int(decision.severity)
        if before is not None and before <= after:
            return
        names = {"before": f"SEV{before}" if before else "-", "after": f"SEV{after}"}
        if self.work.row("incident", number) is not None:
            if self.raised.get(number, (0, 9))[1] > after:
                self.raised[number] = (before or after, after)
                self._say(number, [Reason("alerts.severity_room", names).data()])
            return
        draft = self.draft(number)
        draft.set(severity=after)
        draft.because(Reason("alerts.severity", names))
        decisions.prioritise(self.work, draft)
        if number in self.opened:
            self.opened[number] = after
        else:
            self.raised[number] = (self.raised.get(number, (before or after, 0))[0], after)

    # -- telling -----------------------------------------------------------------------------------------------

    def tell(self, number: int, what: str, alert: int, summary: str) -> None:
        """Note for a ticket's timeline what one of its alerts did."""
        self.told.setdefault(number, _Told()).lines.setdefault(what, []).append((alert, summary))

    def finish(self, slots: "Iterable[Slot]") -> None:
        """Write what the tickets are told; mark those whose alerts are all over; page."""
        known = list(slots)
        for number, told in self.told.items():
            living = self.living(number)
            reasons: list[dict[str, Any]] = []
            for what, alerts in told.lines.items():
                for alert, summary in alerts[:_NAMED]:
                    reasons.append(
                        {**Reason(f"alerts.{what}", {"alert": alert}).data(), "text": one_line(summary, 300)}
                    )
                if len(alerts) > _NAMED:
                    reasons.append(Reason("alerts.more", {"n": len(alerts) - _NAMED}).data())
            if living is not None:
                reasons += self._mark(living, known, told)
            self._say(number, reasons)
        for number, severity in self.opened.items():
            paging.begin(self.work, self.work.drafts[number], severity, cause="alert")
        for number in self.reopened:
            paging.begin(self.work, number, self.work.drafts[number]["severity"] or Severity.SEV3, cause="reopened")
        for number, (before, after) in self.raised.items():
            if before != after and self.work.row("incident", number) is None:
                paging.severity_changed(self.work, number, before, after)

    def _mark(self, number: int, slots: "list[Slot]", told: _Told) -> list[dict[str, Any]]:
        """Set or take away the mark of a ticket whose alerts are all over."""
        fires = any(slot.number == number and slot.new["state"] != "resolved" for slot in slots)
        if not fires:
            ids = json.dumps([slot.id for slot in slots])
            fires = bool(self.work.rows(_STILL, numbered(number, ids))[0][0])
        marked = number not in self.opened and bool(
            self.work.rows("SELECT 1 FROM ticket_tag WHERE number = ? AND tag = ?", (number, ALL_CLEAR))
        )
        row = {"number": number, "tag": ALL_CLEAR}
        if fires and marked:
            self.draft(number).remove("ticket_tag", (number, ALL_CLEAR), row)
        elif not fires and not marked and "resolved" in told.lines:
            self.draft(number).insert("ticket_tag", (number, ALL_CLEAR), row)
            return [Reason("alerts.clear").data()]
        return []

    def _say(self, number: int, reasons: list[dict[str, Any]]) -> None:
        """A line of a ticket's timeline, with what else changes on it or by itself; one of its war room, too."""
        if not reasons:
            return
        draft = self.work.drafts.get(number)
        if draft is not None and draft.changed:
            draft.because(*reasons)
        else:
            self.work.record(Entry(self.work.verb, "ticket", number, self.work.at, reasons=reasons))
        if number not in self.opened and find_spec(_STAMPS) is not None:
            body = "\n".join(sentence(reason, english=True) for reason in reasons)
            import_module(_STAMPS).entry(self.work, number, "alert", at_rest(body), at=self.work.at)


def title_of(event: Event) -> str:
    """The title of the ticket that an event opens: its summary in one line, else what it is about."""
    return one_line(event.summary, 300).strip() or one_line(f"{event.source_name}: {event.ci or event.key}", 300)


def description_of(event: Event) -> str:
    """The description of the ticket that an event opens: details, then what is known, as `name: value` lines."""
    facts = [
        ("source", event.source_name + (f" ({event.instance})" if event.instance else "")),
        ("host", event.ci or ""),
        ("service", event.service or ""),
        *sorted(event.labels.items())[:60],
    ]
    lines = [f"{name}: {one_line(value, 500)}" for name, value in facts if value]
    links = [f"{name}: {url}" for name, url in sorted(event.urls.items())[:20]]
    blocks = (event.details.strip(), "\n".join(lines), "\n".join(links))
    return "\n\n".join(block for block in blocks if block)
