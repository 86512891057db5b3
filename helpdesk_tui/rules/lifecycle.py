"""The life of a ticket, per kind, as the policy declares it: which moves there are, what they need, who may.

States and their phases are the vocabulary's (`vocabulary.kinds`); the policy declares the moves between them, the states
that pause the clocks, and where the named verbs (assign, take, resolve, close, reopen, cancel, resume) lead.
A refused move says which moves are possible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from helpdesk_tui.rules.access import holders, scope_of
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, Labels, NotPermitted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import KIND_LABELS, STATES, Kind, Phase, phase_of
from helpdesk_tui.vocabulary.kinds import state as state_of
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.roles import ROLE_LABELS, Permission, Role, Scope

if TYPE_CHECKING:
    # The policy's classes stand on Pydantic, which a mere decision need not load.
    from helpdesk_tui.rules.policy_work import Lifecycle, Lifecycles

Verb = Literal["initial", "assign", "take", "resolve", "close", "reopen", "cancel", "resume"]

# The states in which the desk waits for the requester: only from there does a requester's reply lead on.
WAITS_FOR_REQUESTER: Final = frozenset({"awaiting_user"})

FIELD_LABELS: Final[dict[str, str]] = {
    "assignee": N_("assignee"),
    "team": N_("team"),
    "requester": N_("requester"),
    "service": N_("service"),
    "category": N_("category"),
    "ci": N_("configuration item"),
    "cause": N_("cause"),
    "resolution": N_("resolution"),
    "resolution_code": N_("resolution code"),
    "pending_until": N_("date until which it waits"),
    "moscow": N_("MoSCoW class"),
    "severity": N_("severity"),
    "affected_users": N_("number of affected users"),
    "reason": N_("reason"),
}

register(
    {
        "lifecycle.move": N_("{state} -> {to}"),
        "lifecycle.unreachable": N_("{kind}: no move leads to {state}"),
        "lifecycle.dead_end": N_("{kind}: from {state} no move leads to a closed state"),
        "lifecycle.no_move": N_("{kind}: {verb} leads to {to}, but no move does"),
    }
)
_STATE_WORDS: Final = {state.code: state.label for states in STATES.values() for state in states}
for _param in ("state", "to"):
    register_labels(_param, _STATE_WORDS)
register_labels("kind", {kind.value: label for kind, label in KIND_LABELS.items()})


class LifecyclePolicy(Protocol):
    """The policy section this module reads."""

    @property
    def lifecycle(self) -> Lifecycles: ...


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move: where it leads and what it asks."""

    kind: Kind
    state: str
    to: str
    permission: Permission
    roles: tuple[Role, ...]
    requires: tuple[str, ...]
    reason: bool

    @property
    def label(self) -> str:
        """The label of the state it leads to (a catalogue text)."""
        return state_of(self.kind, self.to).label

    @property
    def phase(self) -> Phase:
        """The phase it leads to."""
        return phase_of(self.kind, self.to)

    def permits(self, roles: Collection[Role]) -> bool:
        """Whether these roles may make it (on some ticket; the scope is checked on the ticket)."""
        return scope_of(roles, self.permission) is not Scope.NONE and (
            not self.roles or any(role in self.roles for role in roles)
        )

    def missing(self, fields: Mapping[str, Any], reason: str | None) -> list[str]:
        """What it asks and does not have, by field name; `reason` last."""
        absent = [name for name in self.requires if fields.get(name) in (None, "")]
        if self.reason and not (reason or "").strip():
            absent.append("reason")
        return absent

    def data(self) -> dict[str, Any]:
        """The JSON form, always in this order of keys."""
        return {
            "to": self.to,
            "label": self.label,
            "phase": self.phase.code,
            "permission": self.permission.value,
            "roles": [role.value for role in self.roles],
            "requires": list(self.requires),
            "reason": self.reason,
        }


def allowed_moves(policy: LifecyclePolicy, kind: Kind, state: str) -> list[Move]:
    """Every move from a state in the policy's order, whoever may make it; two lines may lead to the same state."""
    return [
        Move(kind, state, line.to, line.permission, tuple(line.roles), tuple(line.requires), line.reason)
        for line in policy.lifecycle.of(kind).moves
        if state in line.from_
    ]


def permitted_moves(policy: LifecyclePolicy, kind: Kind, state: str, roles: Collection[Role]) -> list[Move]:
    """The moves from a state that these roles may make, one per target (the first line that fits)."""
    found: dict[str, Move] = {}
    for move in allowed_moves(policy, kind, state):
        if move.permits(roles):
            found.setdefault(move.to, move)
    return list(found.values())


def check_move(
    policy: LifecyclePolicy,
    kind: Kind,
    state: str,
    to: str,
    fields: Mapping[str, Any],
    roles: Collection[Role],
    *,
    reason: str | None = None,
) -> Move:
    """The move from `state` to `to`, if it exists, is permitted and has what it asks.

    `fields` holds the ticket's values as they will stand after the move; None and "" count as missing.
    Raises Conflict (listing the possible moves with their labels) where no such move exists, NotPermitted where the
    roles lack it, Invalid where fields or the reason are missing.
    """
    moves = [move for move in allowed_moves(policy, kind, state) if move.to == to]
    if not moves:
        raise _no_such_move(policy, kind, state, to)
    permitted = [move for move in moves if move.permits(roles)]
    if not permitted:
        raise _not_permitted(moves)
    complete = [move for move in permitted if not move.missing(fields, reason)]
    if complete:
        return complete[0]
    absent = permitted[0].missing(fields, reason)
    raise Invalid(
        N_("to reach {to} this is missing: {missing}"),
        to=_state_labels(kind, [to]),
        missing=Labels(tuple((name, FIELD_LABELS.get(name, name)) for name in absent)),
    )


def _state_labels(kind: Kind, codes: Collection[str]) -> Labels:
    known = {state.code: state.label for state in STATES[kind]}
    return Labels(tuple((code, known.get(code, code)) for code in codes))


def _no_such_move(policy: LifecyclePolicy, kind: Kind, state: str, to: str) -> Conflict:
    known = {each.code for each in STATES[kind]}
    targets = list(dict.fromkeys(move.to for move in allowed_moves(policy, kind, state)))
    if not targets:
        return Conflict(
            N_("no move leads on from {state}; asked for: {to}"),
            state=_state_labels(kind, [state]),
            to=_state_labels(kind, [to]),
        )
    if to not in known:
        return Conflict(
            N_("there is no state {to} for this kind; from {state} it can go to: {moves}"),
            to=to,
            state=_state_labels(kind, [state]),
            moves=_state_labels(kind, targets),
        )
    return Conflict(
        N_("no move from {state} to {to}; possible: {moves}"),
        state=_state_labels(kind, [state]),
        to=_state_labels(kind, [to]),
        moves=_state_labels(kind, targets),
    )


def _not_permitted(moves: list[Move]) -> NotPermitted:
    named = {role for move in moves for role in (move.roles or [Role(code) for code in holders(move.permission)])}
    return NotPermitted(
        N_("moving to {to} needs the permission {permission} and one of these roles: {roles}"),
        to=_state_labels(moves[0].kind, [moves[0].to]),
        permission=", ".join(dict.fromkeys(move.permission.value for move in moves)),
        roles=Labels(tuple((role.value, ROLE_LABELS[role]) for role in Role if role in named)),
    )


def move_reason(state: str, to: str) -> Reason:
    """The journal's reason for a change of state."""
    return Reason("lifecycle.move", {"state": state, "to": to})


# ── states of a kind ──


def initial_state(policy: LifecyclePolicy, kind: Kind) -> str:
    """Where a new ticket of a kind starts."""
    return policy.lifecycle.of(kind).initial


def target_of(policy: LifecyclePolicy, kind: Kind, verb: Verb) -> str | None:
    """Where a verb leads for a kind, or None where the policy leaves the state alone."""
    return policy.lifecycle.of(kind).targets().get(verb)


def pausing_states(policy: LifecyclePolicy, kind: Kind) -> frozenset[str]:
    """States in which the service-level clocks stand still."""
    return frozenset(policy.lifecycle.of(kind).pausing)


def follow(policy: LifecyclePolicy, kind: Kind, state: str, verb: Literal["assign", "take", "resume"]) -> str | None:
    """The state that follows by itself, or None where the state stays.

    assign: from a new ticket. take: from a new one, or where assigning led. resume: a requester's reply, from a state
    that waits for the requester. Never a move that the policy does not have.
    """
    life = policy.lifecycle.of(kind)
    target = life.targets().get(verb)
    new = phase_of(kind, state) is Phase.NEW
    due = {
        "assign": new,
        "take": new or (state == life.assign and state != target),
        "resume": state in WAITS_FOR_REQUESTER,
    }[verb]
    if target is None or not due:
        return None
    return target if any(move.to == target for move in allowed_moves(policy, kind, state)) else None


def equivalent_state(policy: LifecyclePolicy, kind: Kind, state: str, to_kind: Kind) -> str:
    """Where a ticket stands after it becomes another kind: the same state if that kind has it, else one of its phase."""
    phase = phase_of(kind, state)
    same_phase = [each.code for each in STATES[to_kind] if each.phase is phase]
    if state in same_phase:
        return state
    life = policy.lifecycle.of(to_kind)
    if phase is Phase.CLOSED:
        return life.close if state == policy.lifecycle.of(kind).close else life.cancel
    wished = {Phase.NEW: life.initial, Phase.OPEN: life.take, Phase.PENDING: "on_hold", Phase.RESOLVED: life.resolve}
    wish = wished[phase]
    # Change has no state for waiting work but its approval and schedule: it then stands as open work.
    if wish in same_phase:
        return wish
    opened = [each.code for each in STATES[to_kind] if each.phase is Phase.OPEN]
    return opened[0] if phase is Phase.PENDING else same_phase[0]


# ── the whole life ──


def _onward(life: Lifecycle) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for line in life.moves:
        for state in line.from_:
            graph.setdefault(state, set()).add(line.to)
    return graph


def reachable(graph: Mapping[str, Collection[str]], start: str) -> set[str]:
    """Every state that moves lead to from `start`, itself included."""
    seen = {start}
    todo = [start]
    while todo:
        for state in graph.get(todo.pop(), ()):
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return seen


def faults(policy: LifecyclePolicy) -> list[Reason]:
    """What a reviewer of a policy should see: states no move reaches, states without a way to a closed one, verbs whose
    target no move reaches. An empty list means all is well.
    """
    return [fault for kind in Kind for fault in _faults_of(policy.lifecycle.of(kind), kind)]


def _faults_of(life: Lifecycle, kind: Kind) -> Iterator[Reason]:
    graph = _onward(life)
    reached = reachable(graph, life.initial)
    for state in STATES[kind]:
        if state.code not in reached:
            yield Reason("lifecycle.unreachable", {"kind": kind.value, "state": state.code})
        elif not any(phase_of(kind, code) is Phase.CLOSED for code in reachable(graph, state.code)):
            yield Reason("lifecycle.dead_end", {"kind": kind.value, "state": state.code})
    arrived = {line.to for line in life.moves}
    for verb, target in life.targets().items():
        if verb != "initial" and target not in arrived:
            yield Reason("lifecycle.no_move", {"kind": kind.value, "verb": verb, "to": target})


def describe(policy: LifecyclePolicy) -> list[dict[str, Any]]:
    """Every kind with its states and moves as plain data, for the docs (labels are catalogue texts)."""
    found: list[dict[str, Any]] = []
    for kind in Kind:
        life = policy.lifecycle.of(kind)
        states = [
            {
                "state": state.code,
                "label": state.label,
                "phase": state.phase.code,
                "pausing": state.code in life.pausing,
                "moves": [move.data() for move in allowed_moves(policy, kind, state.code)],
            }
            for state in STATES[kind]
        ]
        found.append({"kind": kind.value, "label": KIND_LABELS[kind], "targets": life.targets(), "states": states})
    return found
