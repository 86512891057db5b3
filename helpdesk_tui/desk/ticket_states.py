"""Verbs that move a ticket through its life: take, assign, state, pend, resolve, close, reopen, cancel."""

from typing import Any

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.moves import follow, given, hand_over, move
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, Usage
from helpdesk_tui.vocabulary.filter_fields import BY_NAME, fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import STATES, Kind, Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

register(
    {
        "assign.by_hand": N_("assigned by hand to {team} / {assignee}"),
        "take": N_("taken by {who}"),
        "pend.until": N_("until {until}"),
    }
)


def state_code(kind: Kind, text: str) -> str:
    """A state of this kind by its code, label or alias. Raises Invalid naming the kind's states."""
    wanted = fold(text).replace("-", "_").replace(" ", "_")
    codes = [s.code for s in STATES[kind]]
    if wanted in codes:
        return wanted
    found = BY_NAME["state"].find(text)
    if found is not None and found.value in codes:
        return str(found.value)
    raise Invalid(
        N_("{kind} has no state {state}; its states are: {known}"), kind=kind.value, state=text, known=", ".join(codes)
    )


def apply_assign(work: Work, draft: Draft, team_id: int | None, assignee_id: int | None, reason: str | None) -> None:
    """Hand a ticket over and follow the life cycle from a new state."""
    if not hand_over(draft, team_id=team_id, assignee_id=assignee_id):
        return
    directory = work.desk.directory
    names: dict[str, Any] = {"team": directory.team_code(team_id) or "-", "assignee": assignee_id or "-"}
    draft.because(Reason("assign.by_hand", names), *given(reason))
    if assignee_id is not None:
        follow(work, draft, "assign")


def handed(work: Work, draft: Draft, values: dict[str, Any]) -> tuple[int | None, int | None]:
    """Team and assignee after handing over: another team keeps the assignee only where they belong to it."""
    team_id, assignee_id = values.get("team_id", draft["team_id"]), values.get("assignee_id", draft["assignee_id"])
    if "assignee_id" not in values and team_id != draft["team_id"] and assignee_id is not None:
        sql = "SELECT 1 FROM team_member WHERE team_id = ? AND person_id = ?"
        assignee_id = assignee_id if work.rows(sql, (team_id, assignee_id)) else None
    return team_id, assignee_id


def apply_take(work: Work, draft: Draft) -> None:
    """Give a ticket to the actor, in one of their teams if it stands in none of them."""
    actor = work.desk.actor
    if draft["phase"] >= Phase.RESOLVED:
        raise Conflict(N_("{ref} is resolved or closed; reopen it first"), ref=draft.ref)
    team_id = draft["team_id"]
    if team_id is None and actor.teams:
        team_id = min(actor.teams)
    if draft["assignee_id"] == actor.id and draft["phase"] != Phase.NEW:
        raise Conflict(N_("{ref} is already yours"), ref=draft.ref)
    hand_over(draft, team_id=team_id, assignee_id=actor.id)
    draft.because(Reason("take", {"who": actor.id}))
    follow(work, draft, "take")


def resolve_texts(draft: Draft, resolution: str | None, cause: str | None, code: str | None) -> None:
    """Put the texts of a resolution into the draft (bounded), leaving those not given."""
    if resolution is not None:
        draft.set(resolution=fields.bounded("resolution", resolution, fields.MAX_TEXT) or None)
    if cause is not None:
        draft.set(cause=fields.bounded("cause", cause, fields.MAX_TEXT) or None)
    if code is not None:
        draft.set(resolution_code=fields.bounded("resolution_code", code, 64) or None)


def named_target(work: Work, draft: Draft, name: str) -> str:
    """Where the verb of this name leads in the life cycle of the ticket's kind."""
    policy = work.desk.policies.current().policy
    target = lifecycle.target_of(policy, Kind(draft["kind"]), name)  # type: ignore[arg-type]
    if target is None:
        raise Conflict(N_("{ref}: the policy knows no {verb} for this kind"), ref=draft.ref, verb=name)
    return target


class TicketStates(Noun):
    """Taking, assigning and moving tickets."""

    @verb("ticket.take", Permission.TICKET_ASSIGN)
    def take(self, number: int, *, version: int | None = None) -> dict[str, Any]:
        """Take a ticket: it becomes yours and work on it begins."""
        with self.desk.work("ticket.take") as work:
            apply_take(work, work.ticket(number, Permission.TICKET_ASSIGN, version))
        return self.desk.tickets.outcome(number)

    @verb("ticket.assign", Permission.TICKET_ASSIGN)
    def assign(
        self,
        number: int,
        *,
        team: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        version: int | None = None,
    ) -> dict[str, Any]:
        """Hand a ticket to a team, a person or both (`none` takes it away from them)."""
        if team is None and assignee is None:
            raise Usage(N_("name a team, an assignee or both"))
        with self.desk.work("ticket.assign") as work:
            draft = work.ticket(number, Permission.TICKET_ASSIGN, version)
            named = {k: v for k, v in (("team", team), ("assignee", assignee)) if v is not None}
            apply_assign(work, draft, *handed(work, draft, fields.parse_fields(self.desk, named)), reason)
        return self.desk.tickets.outcome(number)

    @verb("ticket.state", Permission.TICKET_TRANSITION)
    def state(
        self,
        number: int,
        to: str,
        *,
        reason: str | None = None,
        until: Instant | None = None,
        resolution: str | None = None,
        cause: str | None = None,
        code: str | None = None,
        version: int | None = None,
    ) -> dict[str, Any]:
        """Move a ticket to another state of its kind; what the move requires may be given along."""
        with self.desk.work("ticket.state") as work:
            draft = work.ticket(number, Permission.TICKET_READ, version)
            self._pend_until(work, draft, until)
            resolve_texts(draft, resolution, cause, code)
            move(work, draft, state_code(Kind(draft["kind"]), to), reason)
        return self.desk.tickets.outcome(number)

    @verb("ticket.pend", Permission.TICKET_TRANSITION)
    def pend(
        self,
        number: int,
        *,
        until: Instant | None = None,
        reason: str | None = None,
        to: str | None = None,
        version: int | None = None,
    ) -> dict[str, Any]:
        """Put a ticket on hold (or into another waiting state), with the time it wakes up and the reason."""
        with self.desk.work("ticket.pend") as work:
            draft = work.ticket(number, Permission.TICKET_READ, version)
            kind = Kind(draft["kind"])
            target = state_code(kind, to) if to else self._waiting_state(work, draft)
            self._pend_until(work, draft, until)
            if target == draft["state"] and until is not None:
                work.desk.require_on(Permission.TICKET_TRANSITION, draft.row, work.verb)
                draft.because(*given(reason))
            else:
                move(work, draft, target, reason)
        return self.desk.tickets.outcome(number)

    @staticmethod
    def _waiting_state(work: Work, draft: Draft) -> str:
        policy = work.desk.policies.current().policy
        moves = lifecycle.allowed_moves(policy, Kind(draft["kind"]), draft["state"])
        waiting = [m.to for m in moves if m.phase == Phase.PENDING]
        if not waiting:
            raise Conflict(
                N_("{ref} cannot wait from here; possible states: {moves}"),
                ref=draft.ref,
                moves=", ".join(m.to for m in moves) or "-",
            )
        return "on_hold" if "on_hold" in waiting else waiting[0]

    @staticmethod
    def _pend_until(work: Work, draft: Draft, until: Instant | None) -> None:
        if until is None:
            return
        if until <= draft.at:
            raise Invalid(N_("until: {until} lies in the past"), until=iso(until))
        draft.set(pending_until=until)
        draft.because(Reason("pend.until", {"until": iso(until)}))

    @verb("ticket.resolve", Permission.TICKET_TRANSITION)
    def resolve(
        self,
        number: int,
        *,
        resolution: str | None = None,
        cause: str | None = None,
        code: str | None = None,
        reason: str | None = None,
        version: int | None = None,
    ) -> dict[str, Any]:
        """Resolve a ticket: what the cause was and what was done."""
        with self.desk.work("ticket.resolve") as work:
            draft = work.ticket(number, Permission.TICKET_READ, version)
            resolve_texts(draft, resolution, cause, code)
            move(work, draft, named_target(work, draft, "resolve"), reason)
        return self.desk.tickets.outcome(number)

    @verb("ticket.close", Permission.TICKET_CLOSE)
    def close(self, number: int, *, reason: str | None = None, version: int | None = None) -> dict[str, Any]:
        """Close a resolved ticket for good."""
        return self._to("ticket.close", number, "close", reason, version)

    @verb("ticket.reopen", Permission.TICKET_REOPEN)
    def reopen(self, number: int, *, reason: str | None = None, version: int | None = None) -> dict[str, Any]:
        """Open a resolved or closed ticket again."""
        return self._to("ticket.reopen", number, "reopen", reason, version)

    @verb("ticket.cancel", Permission.TICKET_CLOSE)
    def cancel(self, number: int, *, reason: str | None = None, version: int | None = None) -> dict[str, Any]:
        """Cancel a ticket that will not be worked on."""
        return self._to("ticket.cancel", number, "cancel", reason, version)

    def _to(self, name: str, number: int, target: str, reason: str | None, version: int | None) -> dict[str, Any]:
        with self.desk.work(name) as work:
            draft = work.ticket(number, Permission.TICKET_READ, version)
            if target == "reopen" and draft["phase"] < Phase.RESOLVED:
                raise Conflict(N_("{ref} is not resolved or closed, so there is nothing to reopen"), ref=draft.ref)
            if target == "reopen" and draft["merged_into"] is not None:
                raise Conflict(
                    N_("{ref} was merged into {number}; unmerge it instead"), ref=draft.ref, number=draft["merged_into"]
                )
            move(work, draft, named_target(work, draft, target), reason)
        return self.desk.tickets.outcome(number)
