"""Reads that a screen needs to offer choices: possible moves, and what the rules would propose for a new ticket."""

from typing import Any, Final

from helpdesk_tui.desk import decisions, dynamic, fields, forms
from helpdesk_tui.desk.moves import move_facts
from helpdesk_tui.desk.ticket_around import TicketAround
from helpdesk_tui.desk.ticket_opening import NewTicket, build
from helpdesk_tui.desk.work import Draft
from helpdesk_tui.rules import lifecycle, routing
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.roles import Permission

_SHOWN: Final = ("kind", "category", "service_id", "impact", "urgency", "priority", "team_id", "assignee_id")


_MORE: Final = ("severity", "affected_users", "cause", "resolution", "resolution_code")


class TicketConsole(TicketAround):
    """Reading what could be done."""

    def details(self, number: int) -> dict[str, Any]:
        """Every field of a ticket in its outward form, and what hangs on it, as far as the actor may know it.

        The ticket's JSON keys and `severity affected_users cause resolution resolution_code organisation pinned
        pending_until merged_into watchers time_spent checklist` (seconds; instants in ISO 8601).
        """
        desk = self.desk
        found = desk.tickets.show(number)
        row = desk.tickets.facts(number)
        namer = forms.Namer(desk.store.reader())
        return {
            **found,
            **{name: row[name] for name in _MORE},
            "organisation": namer.value("organisation_id", row["organisation_id"]),
            "pinned": bool(row["pinned"]),
            "pending_until": namer.value("pending_until", row["pending_until"]),
            "merged_into": row["merged_into"],
            "watchers": desk.tickets.watchers(number),
            "time_spent": desk.tickets.time_spent(number),
            "checklist": desk.tickets.checklist(number),
        }

    def moves(self, number: int) -> list[dict[str, Any]]:
        """The states that the actor may bring this ticket to, in the policy's order.

        Each is `{"to", "label", "phase", "requires", "reason", "missing"}`: the label is a catalogue text, `requires`
        the fields asked for, `reason` whether one must say why, `missing` what is not filled yet.
        """
        desk = self.desk
        row = desk.tickets.facts(number)
        policy = desk.policies.current().policy
        found = lifecycle.permitted_moves(policy, Kind(row["kind"]), row["state"], desk.actor.roles)
        facts = move_facts(Draft(row, at=desk.now()))
        return [
            {
                "to": move.to,
                "label": move.label,
                "phase": move.phase.code,
                "requires": list(move.requires),
                "reason": move.reason,
                "missing": move.missing(facts, None),
            }
            for move in found
            if desk.allows_on(move.permission, row)
        ]

    def propose(
        self,
        title: str,
        description: str = "",
        requester: str | None = None,
        set: dict[str, str] | None = None,  # noqa: A002 - the contract's own word
    ) -> dict[str, Any]:
        """What the rules would make of a new ticket with these texts, without opening it.

        `{"values": {field: value in its outward form}, "reasons": {field: [reason, …]}}`; fields in `set` win.
        """
        desk = self.desk
        desk.require(Permission.TICKET_CREATE, "ticket.open")
        columns = fields.parse_fields(desk, set or {})
        pinned = columns.pop("priority", None)
        person = desk.directory.find(requester) if requester else None
        if person is not None:
            columns |= {"requester_id": person.id, "organisation_id": person.organisation_id}
        new = NewTicket(
            title=fields.title(title), description=fields.bounded("description", description, fields.MAX_TEXT)
        )
        new.columns = columns
        with desk.rehearsal("ticket.open") as work:
            draft = build(work, new)
            dynamic.weigh(work)
            if pinned is not None:
                draft.set(priority=pinned)
            namer = forms.Namer(work.tx.conn)
            values = {c.removesuffix("_id"): namer.value(c, draft[c]) for c in _SHOWN}
            reasons = list(draft.reasons)
        return {"values": values, "reasons": self._reasons(reasons, new)}

    def _reasons(self, kept: list[dict[str, Any]], new: NewTicket) -> dict[str, list[dict[str, Any]]]:
        """The reasons of the kept decisions by the field they speak of."""
        out: dict[str, list[dict[str, Any]]] = {}
        policy = self.desk.policies.current()
        for reason in kept:
            if reason.get("code") != "decision":
                continue
            outcome = reason["outcome"]
            if reason["decision"] == decisions.CLASSIFICATION:
                found = decisions.run_classification(policy, new.title, new.description, reason.get("inputs", {}))
                out["category"] = [r.data() for r in found.reasons()]
            elif reason["decision"] == decisions.PRIORITY:
                out["priority"] = list(outcome["steps"])
            elif reason["decision"] == dynamic.DYNAMIC:
                out["priority"] = [*out.get("priority", []), *outcome["steps"]]
            elif reason["decision"] == decisions.ROUTING:
                out["team"] = list(routing.reproduce(policy.policy, outcome["inputs"]).data()["steps"])
        return out
