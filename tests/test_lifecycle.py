"""The life of a ticket: moves, what they need, what is refused and how."""

from dataclasses import dataclass
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.lifecycle import (
    FIELD_LABELS,
    allowed_moves,
    check_move,
    describe,
    equivalent_state,
    faults,
    follow,
    initial_state,
    move_reason,
    pausing_states,
    permitted_moves,
    reachable,
    target_of,
)
from helpdesk_tui.rules.policy import parse_policy
from helpdesk_tui.rules.policy_work import Lifecycle, Lifecycles
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid, NotPermitted
from helpdesk_tui.vocabulary.kinds import STATES, Kind, Phase, phase_of
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.roles import Role

DEFAULT = parse_policy(files("helpdesk_tui.rules").joinpath("policy.toml").read_text("utf-8"))
EVERYONE = frozenset(Role)
FULL = dict.fromkeys(FIELD_LABELS, "x")
KINDS = st.sampled_from(Kind)


@dataclass(frozen=True)
class Living:
    """The one section that the life cycle reads."""

    lifecycle: Lifecycles


def living(**incident: object) -> Living:
    """The default policy with another incident."""
    life = Lifecycle.model_validate(
        {
            "initial": "new",
            "assign": "assigned",
            "take": "in_progress",
            "resolve": "resolved",
            "close": "closed",
            "reopen": "in_progress",
            "cancel": "cancelled",
            "resume": "in_progress",
            "pausing": ["awaiting_user"],
            **incident,
        }
    )
    return Living(DEFAULT.lifecycle.model_copy(update={"incident": life}))


SMALL = living(
    moves=[
        {"from": ["new"], "to": "assigned", "requires": ["assignee"]},
        {"from": ["new", "assigned", "awaiting_user"], "to": "in_progress"},
        {"from": ["in_progress"], "to": "awaiting_user", "reason": True, "requires": ["pending_until"]},
        {"from": ["in_progress"], "to": "resolved", "requires": ["resolution"]},
        # The office may close work at once, with a reason; the others may not.
        {"from": ["in_progress"], "to": "closed", "roles": ["smo"], "reason": True, "permission": "ticket.close"},
        {"from": ["resolved"], "to": "closed", "permission": "ticket.close"},
        {"from": ["resolved"], "to": "in_progress", "permission": "ticket.reopen"},
    ]
)
DESK = [Role.SERVICE_DESK]


def test_moves_are_those_of_the_policy_in_its_order() -> None:
    assert [m.to for m in allowed_moves(SMALL, Kind.INCIDENT, "in_progress")] == ["awaiting_user", "resolved", "closed"]
    assert [m.to for m in permitted_moves(SMALL, Kind.INCIDENT, "in_progress", DESK)] == ["awaiting_user", "resolved"]
    assert [m.to for m in permitted_moves(SMALL, Kind.INCIDENT, "resolved", [Role.REQUESTER])] == ["in_progress"]
    assert permitted_moves(SMALL, Kind.INCIDENT, "new", []) == []
    assert allowed_moves(SMALL, Kind.INCIDENT, "closed") == []


def test_a_move_that_has_what_it_asks() -> None:
    move = check_move(SMALL, Kind.INCIDENT, "new", "assigned", {"assignee": 7}, DESK)
    assert (move.to, move.phase, move.label) == ("assigned", Phase.OPEN, "Assigned")
    fields = {"pending_until": 1_800_000_000}
    assert check_move(SMALL, Kind.INCIDENT, "in_progress", "awaiting_user", fields, DESK, reason="asked back").reason
    assert sentence(move_reason("new", "assigned").data(), english=True) == "new -> assigned"


def test_a_refused_move_lists_the_possible_ones_with_labels() -> None:
    with pytest.raises(Conflict) as refused:
        check_move(SMALL, Kind.INCIDENT, "new", "closed", {}, EVERYONE)
    expected = "no move from New (new) to Closed (closed); possible: Assigned (assigned), In progress (in_progress)"
    assert str(refused.value) == expected
    assert refused.value.english == expected
    with pytest.raises(Conflict, match=r"no move leads on from Closed \(closed\)"):
        check_move(SMALL, Kind.INCIDENT, "closed", "new", {}, EVERYONE)
    with pytest.raises(Conflict, match=r"no state fulfilled for this kind.* Assigned \(assigned\)"):
        check_move(SMALL, Kind.INCIDENT, "new", "fulfilled", {}, EVERYONE)


def test_labels_follow_the_viewers_language_and_codes_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = {"no move from {state} to {to}; possible: {moves}": "不能从{state}到{to};可以:{moves}", "New": "新建"}
    for module in ("errors", "reasons"):
        monkeypatch.setattr(f"helpdesk_tui.vocabulary.{module}._", lambda text: chinese.get(text, text))
    with pytest.raises(Conflict) as refused:
        check_move(SMALL, Kind.INCIDENT, "new", "closed", {}, EVERYONE)
    assert str(refused.value).startswith("不能从新建 (new)到Closed (closed)")
    assert refused.value.english.startswith("no move from New (new) to Closed (closed)")
    assert sentence(move_reason("new", "assigned").data()) == "新建 -> assigned"


def test_missing_fields_and_reasons_are_named_together() -> None:
    with pytest.raises(Invalid) as refused:
        check_move(SMALL, Kind.INCIDENT, "in_progress", "awaiting_user", {"pending_until": None}, DESK, reason="  ")
    assert str(refused.value).startswith("to reach Awaiting user (awaiting_user) this is missing: ")
    assert "(pending_until)" in str(refused.value)
    assert "(reason)" in str(refused.value)


def test_a_move_beyond_ones_roles_names_who_may() -> None:
    with pytest.raises(NotPermitted) as refused:
        check_move(SMALL, Kind.INCIDENT, "in_progress", "closed", {}, DESK, reason="x")
    assert "ticket.close" in str(refused.value)
    assert str(refused.value).endswith("Service management office (smo)")
    check_move(SMALL, Kind.INCIDENT, "in_progress", "closed", {}, [Role.SERVICE_DESK, Role.SMO], reason="x")
    with pytest.raises(NotPermitted):
        check_move(SMALL, Kind.INCIDENT, "new", "in_progress", {}, [])
    with pytest.raises(NotPermitted):
        check_move(SMALL, Kind.INCIDENT, "new", "in_progress", {}, [Role.AUDITOR, Role.ADMINISTRATOR])


def test_of_two_lines_to_one_state_the_one_that_is_satisfied_counts() -> None:
    two = living(
        moves=[
            {"from": ["new"], "to": "closed", "requires": ["resolution"]},
            {"from": ["new"], "to": "closed", "roles": ["smo"], "reason": True},
        ]
    )
    assert check_move(two, Kind.INCIDENT, "new", "closed", {"resolution": "x"}, DESK).roles == ()
    assert check_move(two, Kind.INCIDENT, "new", "closed", {}, [Role.SMO], reason="x").roles == (Role.SMO,)
    with pytest.raises(Invalid, match="resolution"):
        check_move(two, Kind.INCIDENT, "new", "closed", {}, DESK, reason="x")


def test_what_follows_by_itself() -> None:
    assert initial_state(SMALL, Kind.INCIDENT) == "new"
    assert target_of(SMALL, Kind.INCIDENT, "resolve") == "resolved"
    assert follow(SMALL, Kind.INCIDENT, "new", "assign") == "assigned"
    assert follow(SMALL, Kind.INCIDENT, "in_progress", "assign") is None
    assert follow(SMALL, Kind.INCIDENT, "new", "take") == "in_progress"
    assert follow(SMALL, Kind.INCIDENT, "assigned", "take") == "in_progress"
    assert follow(SMALL, Kind.INCIDENT, "awaiting_user", "take") is None
    assert follow(SMALL, Kind.INCIDENT, "awaiting_user", "resume") == "in_progress"
    assert follow(SMALL, Kind.INCIDENT, "awaiting_vendor", "resume") is None
    assert follow(SMALL, Kind.INCIDENT, "in_progress", "resume") is None


def test_a_reviewer_is_told_what_cannot_work() -> None:
    found = {(fault.code.removeprefix("lifecycle."), fault.params.get("state")) for fault in faults(SMALL)}
    assert ("unreachable", "awaiting_vendor") in found
    assert ("no_move", None) in found
    stuck = living(moves=[{"from": ["new"], "to": "in_progress"}])
    assert "incident: from in_progress no move leads to a closed state" in {
        sentence(fault.data(), english=True) for fault in faults(stuck)
    }


# ── the default policy ──


def test_the_default_policy_has_no_fault() -> None:
    assert [sentence(fault.data(), english=True) for fault in faults(DEFAULT)] == []


@pytest.mark.parametrize("kind", list(Kind))
def test_every_state_is_reached_and_leads_to_a_closed_one(kind: Kind) -> None:
    graph = {s.code: {m.to for m in allowed_moves(DEFAULT, kind, s.code)} for s in STATES[kind]}
    assert reachable(graph, initial_state(DEFAULT, kind)) == {s.code for s in STATES[kind]}
    for state in STATES[kind]:
        assert "closed" in reachable(graph, state.code) or state.phase is Phase.CLOSED, state.code


@pytest.mark.parametrize("kind", list(Kind))
def test_open_work_can_be_resolved_cancelled_and_finished_work_reopened(kind: Kind) -> None:
    graph = {s.code: {m.to for m in allowed_moves(DEFAULT, kind, s.code)} for s in STATES[kind]}
    cancel, reopen = target_of(DEFAULT, kind, "cancel"), target_of(DEFAULT, kind, "reopen")
    resolve = target_of(DEFAULT, kind, "resolve")
    for state in STATES[kind]:
        if state.phase < Phase.RESOLVED:
            assert cancel in graph[state.code], state.code
            assert resolve in reachable(graph, state.code), state.code
        if state.phase is Phase.RESOLVED:
            assert reopen in graph[state.code], state.code


@pytest.mark.parametrize("kind", list(Kind))
def test_somebody_may_make_every_move(kind: Kind) -> None:
    for state in STATES[kind]:
        for move in allowed_moves(DEFAULT, kind, state.code):
            assert any(move.permits([role]) for role in Role), move
            assert set(move.requires) <= set(FIELD_LABELS)


@pytest.mark.parametrize("kind", [Kind.INCIDENT, Kind.REQUEST])
@pytest.mark.parametrize("role", [Role.SMO, Role.SERVICE_DESK, Role.TECHNICAL_SUPPORT])
def test_an_agent_can_carry_a_ticket_through(kind: Kind, role: Role) -> None:
    graph = {s.code: {m.to for m in permitted_moves(DEFAULT, kind, s.code, [role])} for s in STATES[kind]}
    assert {target_of(DEFAULT, kind, "resolve"), "closed", "cancelled"} <= reachable(graph, "new")


def test_pausing_states_wait() -> None:
    for kind in Kind:
        assert all(phase_of(kind, code) is Phase.PENDING for code in pausing_states(DEFAULT, kind))
    assert "awaiting_user" in pausing_states(DEFAULT, Kind.INCIDENT)


@given(KINDS, st.data(), st.sets(st.sampled_from(Role)), st.booleans(), st.booleans())
def test_a_move_is_made_exactly_where_the_policy_has_it(
    kind: Kind, data: st.DataObject, roles: set[Role], full: bool, reasoned: bool
) -> None:
    states = [s.code for s in STATES[kind]]
    state, to = data.draw(st.sampled_from(states)), data.draw(st.sampled_from(states))
    lines = [line for line in DEFAULT.lifecycle.of(kind).moves if state in line.from_ and line.to == to]
    fields, reason = (FULL if full else {}), ("because" if reasoned else None)
    permitted = [m for m in allowed_moves(DEFAULT, kind, state) if m.to == to and m.permits(roles)]
    complete = [m for m in permitted if not m.missing(fields, reason)]
    if complete:
        assert check_move(DEFAULT, kind, state, to, fields, roles, reason=reason) == complete[0]
        assert lines
        assert roles
        return
    expected: type[DeskError] = Invalid if permitted else NotPermitted if lines else Conflict
    with pytest.raises(expected):
        check_move(DEFAULT, kind, state, to, fields, roles, reason=reason)
    assert not (full and reasoned and permitted)


@given(KINDS, st.data(), st.sets(st.sampled_from(Role)), st.sampled_from(Role))
def test_a_further_role_never_takes_a_move_away(kind: Kind, data: st.DataObject, roles: set[Role], more: Role) -> None:
    state = data.draw(st.sampled_from([s.code for s in STATES[kind]]))
    before = {m.to for m in permitted_moves(DEFAULT, kind, state, roles)}
    assert before <= {m.to for m in permitted_moves(DEFAULT, kind, state, roles | {more})}


@given(KINDS, KINDS, st.data())
def test_another_kind_keeps_the_phase_where_it_has_one(kind: Kind, to: Kind, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from([s.code for s in STATES[kind]]))
    there = equivalent_state(DEFAULT, kind, state, to)
    phase = phase_of(kind, state)
    assert phase_of(to, there) is phase or (phase is Phase.PENDING and phase_of(to, there) is Phase.OPEN)
    if kind is to:
        assert there == state


def test_a_description_for_the_docs_lists_everything() -> None:
    described = {entry["kind"]: entry for entry in describe(DEFAULT)}
    assert set(described) == {kind.value for kind in Kind}
    for kind in Kind:
        entry = described[kind.value]
        assert [s["state"] for s in entry["states"]] == [s.code for s in STATES[kind]]
        moves = sum(len(s["moves"]) for s in entry["states"])
        assert moves == sum(len(line.from_) for line in DEFAULT.lifecycle.of(kind).moves)
        assert entry["targets"]["initial"] == "new"
