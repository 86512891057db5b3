"""Changes of state: what a move does to a ticket beside its state, the same for every verb that moves one."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.rules import lifecycle
from helpdesk_tui.vocabulary.errors import Conflict, Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase, phase_of, state_label
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

MAX_REASON: Final = 10_000
register({"given": N_("reason given: {text}")})

# What a policy calls a required field, and the column that holds it.
_REQUIRED: Final = {
    "assignee": "assignee_id",
    "team": "team_id",
    "requester": "requester_id",
    "service": "service_id",
    "ci": "ci_id",
}


def move_facts(draft: "Draft") -> dict[str, Any]:
    """The fields that a move may require, by the policy's names."""
    names = (
        "category", "cause", "resolution", "resolution_code", "pending_until", "moscow", "severity", "affected_users",
    )  # fmt: skip
    facts = {name: draft[name] for name in names}
    facts.update({name: draft[column] for name, column in _REQUIRED.items()})
    return facts


def given(reason: str | None) -> list[dict[str, Any]]:
    """A reason that a person typed, as the journal keeps it (its text can be erased). Raises Invalid for a very long one."""
    if not reason:
        return []
    if len(reason) > MAX_REASON:
        raise Invalid(
            N_("{field} has {n} characters; at most {limit} are taken"), field="reason", n=len(reason), limit=MAX_REASON
        )
    return [{"code": "given", "text": reason}]


def move(work: "Work", draft: "Draft", to: str, reason: str | None = None, *, judged: bool = True) -> None:
    """Bring a ticket to another state of its kind, with everything that follows from it.

    `judged=False` records a fact of an import or an undo without asking the life cycle. Raises Conflict with the
    possible moves where there is no such move or something it requires is missing, NotPermitted where roles lack.
    """
    policy = work.desk.policies.current().policy
    kind, state = Kind(draft["kind"]), draft["state"]
    if to == state:
        raise Conflict(N_("{ref} is already {state}"), ref=draft.ref, state=state_label(state))
    if judged:
        allowed = lifecycle.check_move(policy, kind, state, to, move_facts(draft), work.desk.actor.roles, reason=reason)
        work.desk.require_on(allowed.permission, draft.row, work.verb)
        if phase_of(kind, to) == Phase.CLOSED and kind == Kind.INCIDENT:
            from helpdesk_tui.desk import review_rows

            review_rows.gate(work, draft, Phase.CLOSED)
    set_state(draft, to, draft.at)
    draft.because(lifecycle.move_reason(state, to), *given(reason))


def set_state(draft: "Draft", to: str, at: Instant) -> None:
    """The state and the columns that follow it: phase, resolution and closing instants, reopenings, the wake-up time."""
    was = Phase(draft["phase"])
    phase = phase_of(Kind(draft["kind"]), to)
    draft.set(state=to, phase=int(phase))
    if phase != Phase.PENDING and draft["pending_until"] is not None:
        draft.set(pending_until=None)
    if phase == Phase.RESOLVED and was < Phase.RESOLVED:
        draft.set(resolved_at=at)
    if phase == Phase.CLOSED and was < Phase.CLOSED:
        draft.set(closed_at=at)
    if phase < Phase.RESOLVED <= was:
        draft.set(resolved_at=None, closed_at=None, reopen_count=draft["reopen_count"] + 1)
    elif phase == Phase.RESOLVED and was == Phase.CLOSED:
        draft.set(closed_at=None)


def follow(work: "Work", draft: "Draft", verb: str) -> None:
    """Where assigning, taking or a requester's answer leads by the life cycle, go there (without a further question)."""
    policy = work.desk.policies.current().policy
    state = draft["state"]
    target = lifecycle.follow(policy, Kind(draft["kind"]), state, verb)  # type: ignore[arg-type]
    if target is not None and target != state:
        set_state(draft, target, draft.at)
        draft.because(Reason("lifecycle.follow", {"state": state, "to": target, "verb": verb}))


register({"lifecycle.follow": N_("{verb} leads from {state} to {to}")})


def hand_over(draft: "Draft", *, team_id: int | None, assignee_id: int | None) -> bool:
    """Set team and assignee; counts a reassignment where work passes from one to another. Whether anything changed."""
    old_team, old_person = draft["team_id"], draft["assignee_id"]
    if (old_team, old_person) == (team_id, assignee_id):
        return False
    passed = (old_person is not None and assignee_id is not None and old_person != assignee_id) or (
        old_team is not None and team_id is not None and old_team != team_id
    )
    draft.set(team_id=team_id, assignee_id=assignee_id)
    if passed:
        draft.set(reassignment_count=draft["reassignment_count"] + 1)
    return True
