"""The permission table and its questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.access import (
    FIRST_USER_ROLES,
    FOUR_EYES,
    MASKED,
    PERMISSION_LABELS,
    PERMISSIONS,
    TicketFacts,
    acting_scope,
    check_grant,
    check_ticket,
    holders,
    person_scope_allows,
    require,
    scope_of,
    table_markdown,
    table_rows,
    ticket_scope_allows,
    unmasked_scope,
)
from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.roles import Permission, Role, Scope

ROLES = st.sets(st.sampled_from(Role))
PERMISSION = st.sampled_from(Permission)
FACTS = st.builds(
    TicketFacts,
    team_id=st.none() | st.integers(1, 4),
    assignee_id=st.none() | st.integers(1, 4),
    requester_id=st.none() | st.integers(1, 4),
    watcher_ids=st.lists(st.integers(1, 4), max_size=3).map(tuple),
)


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_has_a_row_for_every_role_and_a_holder(permission: Permission) -> None:
    assert set(PERMISSIONS[permission]) == set(Role)
    assert holders(permission)
    assert PERMISSION_LABELS[permission]


def test_the_first_user_holds_everything() -> None:
    for permission in Permission:
        assert scope_of(FIRST_USER_ROLES, permission) >= (
            Scope.OWN if permission is Permission.VIEW_OWN else Scope.ALL
        ), permission
        assert unmasked_scope(FIRST_USER_ROLES, permission) == scope_of(FIRST_USER_ROLES, permission)


def test_no_roles_no_rights() -> None:
    assert all(scope_of((), permission) is Scope.NONE for permission in Permission)


@pytest.mark.parametrize(
    ("role", "permission", "scope"),
    [
        (Role.SERVICE_DESK, Permission.TICKET_ASSIGN, Scope.ALL),
        (Role.TECHNICAL_SUPPORT, Permission.TICKET_READ, Scope.TEAM),
        (Role.TECHNICAL_SUPPORT, Permission.TICKET_CLOSE, Scope.TEAM),
        (Role.CUSTOMER_SERVICE, Permission.NOTE_READ, Scope.ALL),
        (Role.CUSTOMER_SERVICE, Permission.NOTE_WRITE, Scope.NONE),
        (Role.CUSTOMER_SERVICE, Permission.TICKET_ASSIGN, Scope.NONE),
        (Role.QUALITY, Permission.TICKET_EDIT, Scope.NONE),
        (Role.REQUESTER, Permission.TICKET_READ, Scope.OWN),
        (Role.REQUESTER, Permission.TICKET_REOPEN, Scope.OWN),
        (Role.REQUESTER, Permission.TICKET_CLOSE, Scope.NONE),
        (Role.REQUESTER, Permission.NOTE_READ, Scope.NONE),
        (Role.AUDITOR, Permission.AUDIT_READ, Scope.ALL),
        (Role.ADMINISTRATOR, Permission.AUDIT_READ, Scope.NONE),
        (Role.SMO, Permission.AUDIT_READ, Scope.NONE),
        (Role.SMO, Permission.ROLE_GRANT, Scope.NONE),
        (Role.SERVICE_DESK, Permission.TICKET_DELETE, Scope.NONE),
    ],
)
def test_rows_that_matter(role: Role, permission: Permission, scope: Scope) -> None:
    assert scope_of([role], permission) is scope


def test_the_administrator_sees_no_ticket_text_and_the_auditor_changes_nothing() -> None:
    for permission in (Permission.TICKET_READ, Permission.NOTE_READ, Permission.EXPORT, Permission.ACT_FOR):
        assert scope_of([Role.ADMINISTRATOR], permission) is Scope.NONE
    held = {p for p in Permission if scope_of([Role.AUDITOR], p) is not Scope.NONE}
    assert held == {
        Permission.TICKET_READ,
        Permission.TICKET_SENSITIVE,
        Permission.NOTE_READ,
        Permission.PEOPLE_READ,
        Permission.PEOPLE_UNMASK,
        Permission.POLICY_READ,
        Permission.VIEW_OWN,
        Permission.EXPORT,
        Permission.AUDIT_READ,
        Permission.AUDIT_VERIFY,
        Permission.ON_CALL_READ,
        Permission.EVENT_READ,
    }


def test_the_machine_account_only_brings_tickets_and_events_in_and_keeps_the_clock() -> None:
    held = {p for p in Permission if scope_of([Role.SERVICE_ACCOUNT], p) is not Scope.NONE}
    assert held == {Permission.TICKET_CREATE, Permission.EVENT_INGEST, Permission.TIMER_RUN}


@given(ROLES, st.sampled_from(Role), PERMISSION)
def test_a_further_role_never_takes_a_right_away(roles: set[Role], more: Role, permission: Permission) -> None:
    assert scope_of(roles | {more}, permission) >= scope_of(roles, permission)
    assert scope_of(roles | {more}, permission) == max(scope_of(roles, permission), scope_of([more], permission))
    assert unmasked_scope(roles | {more}, permission) >= unmasked_scope(roles, permission)


@given(ROLES, PERMISSION)
def test_plain_sight_never_reaches_beyond_sight(roles: set[Role], permission: Permission) -> None:
    assert unmasked_scope(roles, permission) <= scope_of(roles, permission)


@given(ROLES, ROLES, PERMISSION)
def test_acting_for_another_gains_nothing(own: set[Role], other: set[Role], permission: Permission) -> None:
    assert acting_scope(own, other, permission) <= scope_of(own, permission)
    assert acting_scope(own, other, permission) <= scope_of(other, permission)


@given(FACTS, st.integers(1, 4), st.sets(st.integers(1, 4), max_size=3))
def test_a_wider_scope_includes_the_narrower(facts: TicketFacts, actor: int, teams: set[int]) -> None:
    answers = [ticket_scope_allows(scope, actor, teams, facts) for scope in sorted(Scope)]
    assert answers == sorted(answers)
    assert answers[0] is False
    assert answers[-1] is True


def test_scopes_on_a_ticket() -> None:
    ticket = TicketFacts(team_id=7, assignee_id=1, requester_id=2, watcher_ids=(3,))
    for person in (1, 2, 3):
        assert ticket_scope_allows(Scope.OWN, person, (), ticket)
    assert not ticket_scope_allows(Scope.OWN, 4, (7,), ticket)
    assert ticket_scope_allows(Scope.TEAM, 4, (7,), ticket)
    assert not ticket_scope_allows(Scope.TEAM, 4, (8,), ticket)
    assert not ticket_scope_allows(Scope.TEAM, 4, (8,), TicketFacts())


def test_refusals_name_the_permission() -> None:
    with pytest.raises(NotPermitted, match=r"ticket\.delete, held by: smo"):
        require([Role.SERVICE_DESK], Permission.TICKET_DELETE)
    theirs = TicketFacts(team_id=9)
    with pytest.raises(NotPermitted, match=r"ticket\.close for your teams' tickets only"):
        check_ticket([Role.TECHNICAL_SUPPORT], Permission.TICKET_CLOSE, 4, (7,), theirs)
    with pytest.raises(NotPermitted, match="own tickets only"):
        check_ticket([Role.REQUESTER], Permission.TICKET_REOPEN, 4, (9,), theirs)
    mine = TicketFacts(team_id=7)
    assert check_ticket([Role.TECHNICAL_SUPPORT], Permission.TICKET_CLOSE, 4, (7,), mine) is Scope.TEAM


def test_masking_lifts_within_the_scope_of_a_role_that_works_there() -> None:
    both = [Role.QUALITY, Role.TECHNICAL_SUPPORT]
    assert scope_of(both, Permission.TICKET_READ) is Scope.ALL
    assert unmasked_scope(both, Permission.TICKET_READ) is Scope.TEAM
    assert unmasked_scope([Role.AUDITOR], Permission.TICKET_READ) is Scope.NONE
    for permission, roles in MASKED.items():
        assert all(PERMISSIONS[permission][role] is not Scope.NONE for role in roles)


def test_nobody_changes_their_own_roles_but_the_first_user() -> None:
    check_grant([Role.ADMINISTRATOR], 1, 2)
    check_grant([], 1, 1, first_run=True)
    with pytest.raises(NotPermitted, match="their own roles"):
        check_grant([Role.ADMINISTRATOR], 1, 1)
    with pytest.raises(NotPermitted, match=r"role\.grant"):
        check_grant([Role.SMO], 1, 2)


def test_people() -> None:
    assert person_scope_allows(Scope.OWN, 1, 1)
    assert not person_scope_allows(Scope.OWN, 1, 2, same_team=True)
    assert person_scope_allows(Scope.TEAM, 1, 2, same_team=True)
    assert not person_scope_allows(Scope.NONE, 1, 1)
    assert person_scope_allows(Scope.ALL, 1, 2)


def test_the_docs_table_has_every_row_and_says_what_qualifies_it() -> None:
    rows = {row["permission"]: row for row in table_rows()}
    assert set(rows) == {p.value for p in Permission}
    assert rows["ticket.read"]["auditor"] == "all m"
    assert rows["ticket.delete"]["smo"] == "all 2^"
    assert rows["ticket.delete"]["service_desk"] == "-"
    assert all("2" in rows[p.value][holders(p)[0]] for p in FOUR_EYES)
    text = table_markdown()
    assert len(text.splitlines()) == len(Permission) + 2
    assert len({line.count("|") for line in text.splitlines()}) == 1
