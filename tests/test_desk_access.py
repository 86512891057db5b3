"""Who may do what: every verb for every role, tickets out of one's reach, acting for others, and no right by claiming it."""
# ruff: noqa: F811

import contextlib
import inspect
import os
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest

from helpdesk_tui.desk import first, mentions, registry
from helpdesk_tui.desk.actor import OsUser, os_user
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.rules.access import FIRST_USER_ROLES, PERMISSIONS, scope_of
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from helpdesk_tui.vocabulary.roles import Permission, Role, Scope
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401

VERBS = registry.verbs()


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One person of each role and one without any, at one desk."""
    path, clock = tmp_path_factory.mktemp("access") / "desk.db", FixedClock()
    with Desk.open(path, user=OsUser(1, "ana", "Ana"), clock=clock) as desk:
        desk.tickets.open("vpn drops", description="secret", requester="somebody@example.org")
        for role in Role:
            desk.people.add(f"The {role}", login=f"r-{role}", agent=True, roles=[role.value])
        desk.people.add("Nobody", login="r-none")
        made = {r.value: Desk.open(path, user=OsUser(2, f"r-{r}"), clock=clock) for r in Role}
        made["none"] = Desk.open(path, user=OsUser(2, "r-none"), clock=clock)
        yield made
        for other in made.values():
            other.close()


def _sample(annotation: Any) -> Any:
    """Some value of a parameter's type."""
    if isinstance(annotation, str):
        annotation = {"int": int, "str": str, "bool": bool}.get(annotation, str)
    if get_origin(annotation) in (Union, UnionType):
        return _sample(get_args(annotation)[0])
    return {int: 1, bool: False, float: 1.0, list: ["x"], dict: {"title": "x"}}.get(
        get_origin(annotation) or annotation, "1"
    )


def _arguments(spec: registry.VerbSpec) -> dict[str, Any]:
    parameters = list(spec.signature.parameters.values())[1:]
    return {
        p.name: _sample(p.annotation)
        for p in parameters
        if p.default is inspect.Parameter.empty and p.kind is not p.VAR_KEYWORD
    }


def _done(made: Any) -> None:
    """A verb that gives its results one by one does nothing before the first is asked for."""
    if inspect.isgenerator(made):
        next(made)


def test_every_verb_has_a_permission_with_a_row() -> None:
    assert len(VERBS) > 60
    for spec in VERBS.values():
        assert spec.permission in PERMISSIONS, spec.name
        assert set(PERMISSIONS[spec.permission]) == set(Role), spec.name
    assert set(PERMISSIONS) == set(Permission)


@pytest.mark.parametrize("name", sorted(VERBS))
def test_denied_by_default(cast: dict[str, Desk], name: str) -> None:
    """Where the table gives nothing the verb is refused before anything else, and nothing is written."""
    spec = VERBS[name]
    for role, who in cast.items():
        if scope_of([] if role == "none" else [Role(role)], spec.permission) is not Scope.NONE:
            continue
        head = who.store.head()
        method = getattr(getattr(who, spec.noun), spec.method)
        with pytest.raises(NotPermitted) as refused:
            _done(method(**_arguments(spec)))
        assert spec.permission.value in refused.value.english, role
        assert who.store.head() == head, role


def test_the_table_denies_enough_to_test(cast: dict[str, Desk]) -> None:
    denied = sum(scope_of([r], s.permission) is Scope.NONE for r in Role for s in VERBS.values())
    allowed = sum(scope_of([r], s.permission) is not Scope.NONE for r in Role for s in VERBS.values())
    assert denied > 200
    assert allowed > 100


# Everything that takes the number of a ticket first, with arguments that would be right.
ON_TICKETS: dict[str, dict[str, Any]] = {
    "ticket.show": {}, "ticket.comments": {}, "ticket.log": {}, "ticket.timeline": {}, "ticket.why": {}, "ticket.similar": {}, "ticket.take": {},
    "ticket.assign": {"team": "network"}, "ticket.state": {"to": "assigned"}, "ticket.pend": {"reason": "x"}, "ticket.resolve": {"resolution": "x"},
    "ticket.close": {}, "ticket.reopen": {"reason": "x"}, "ticket.cancel": {"reason": "x"}, "ticket.edit": {"set": {"title": "x"}},
    "ticket.classify": {}, "ticket.prioritise": {"impact": "low"}, "ticket.pin": {"priority": "low", "reason": "x"},
    "ticket.demand": {"business_impact": 1, "likelihood": 1, "benefit": 1, "reach": 1, "effort": 1}, "ticket.delete": {}, "ticket.redact": {"text": "secret"},
    "ticket.reply": {"text": "x"}, "ticket.note": {"text": "x"}, "ticket.link": {"other": 2}, "ticket.merge": {"into": 2}, "ticket.unmerge": {},
    "ticket.sensitive": {"reason": "x"}, "ticket.split": {"title": "x"}, "ticket.watch": {}, "ticket.checklist.add": {"items": ["x"]}, "ticket.checklist.tick": {"item": 1},
    "ticket.checklist.remove": {"item": 1}, "ticket.log_time": {"seconds": 60},
}  # fmt: skip


def _numbered() -> set[str]:
    return {
        s.name for s in VERBS.values()
        if s.name.startswith("ticket.") and list(s.signature.parameters)[1:2] == ["number"]
    }  # fmt: skip


def test_all_ticket_verbs_are_covered() -> None:
    assert set(ON_TICKETS) == _numbered()


@pytest.mark.parametrize("login", ["bob", "rita"])
@pytest.mark.parametrize("name", sorted(ON_TICKETS))
def test_what_is_out_of_reach_does_not_exist(desk: Desk, login: str, name: str) -> None:
    """To technical support another team's ticket, to a requester another's: as if there were none, whatever the verb."""
    one = desk.tickets.open("vpn drops", description="secret", requester="somebody@example.org")["number"]
    two = desk.tickets.open("printer jam")["number"]
    for number in (one, two):
        desk.tickets.assign(number, team="applications")
    role = {"bob": "technical_support", "rita": "requester"}[login]
    with as_person(desk, login, role, agent=login == "bob", teams=["network"] if login == "bob" else None) as other:
        spec, before = VERBS[name], desk.store.head()
        wanted = NotFound if scope_of([Role(role)], spec.permission) is not Scope.NONE else NotPermitted
        with pytest.raises(wanted) as refused:
            getattr(other.tickets, spec.method)(one, **ON_TICKETS[name])
        if wanted is NotFound:
            with pytest.raises(NotFound) as missing:
                getattr(other.tickets, spec.method)(98_765, **ON_TICKETS[name])
            # Not even the wording tells them apart.
            assert missing.value.english.replace("98765", str(one)) == refused.value.english
        assert desk.store.head() == before
        for reading in (
            other.tickets.facts,
            other.tickets.watchers,
            other.tickets.links,
            other.tickets.children,
            other.tickets.checklist,
            other.tickets.time_spent,
        ):
            with pytest.raises(NotFound):
                reading(one)
        assert other.tickets.select() == []
        assert other.tickets.count("") == 0
        assert other.searching.ranked("vpn", limit=5) == []
        assert other.searching.ranked(str(one), limit=5) == []
        assert other.tickets.rows("", [one, two]) == []


def test_own_tickets(desk: Desk) -> None:
    with as_person(desk, "rita", "requester") as rita:
        mine = rita.tickets.open("my vpn drops")["number"]
        desk.tickets.note(mine, "she forgot to pay")
        other = desk.tickets.open("another vpn")["number"]
        desk.tickets.link(mine, other)
        assert [t["number"] for t in rita.tickets.select()] == [mine]
        assert rita.tickets.links(mine) == []  # what hers is tied to is none of hers
        assert [c.kind for c in rita.tickets.comments(mine)] == []
        assert "pay" not in repr(rita.tickets.log(mine)) + repr(rita.tickets.timeline(mine))
        assert rita.searching.ranked("forgot", limit=5) == []
        assert rita.tickets.select("forgot") == []
        assert [n for n, _ in desk.searching.ranked("forgot", limit=5)] == [mine]
        rita.tickets.reply(mine, "hello?")
        for refused in (
            lambda: rita.tickets.edit(mine, set={"title": "x"}),
            lambda: rita.tickets.take(mine),
            lambda: rita.tickets.resolve(mine, resolution="x"),
            lambda: rita.tickets.open("for ana", requester="ana"),
            lambda: rita.tickets.open("mine", set={"assignee": "ana"}),
            lambda: rita.tickets.open("mine", set={"team": "network"}),
            lambda: rita.tickets.open("mine", set={"priority": "critical"}),
            lambda: rita.bulk.edit(where="", set={"title": "x"}),
            lambda: rita.tickets.note(mine, "x"),
        ):
            with pytest.raises(NotPermitted):
                refused()
        desk.tickets.watch(other, person="rita")
        assert {t["number"] for t in rita.tickets.select()} == {mine, other}
        assert [link["ticket"] for link in rita.tickets.links(mine)] == [other]


def test_a_requester_of_the_survivor_sees_it_and_not_the_others_words(desk: Desk) -> None:
    with as_person(desk, "rita", "requester") as rita:
        mine = rita.tickets.open("my vpn drops")["number"]
        other = desk.tickets.open("vpn", description="salary of the boss", requester="somebody@example.org")["number"]
        desk.tickets.reply(other, "about the salary")
        desk.tickets.merge(other, mine)
        assert "salary" not in repr(rita.tickets.comments(mine)) + repr(rita.tickets.log(mine))
        assert "salary" in repr(desk.tickets.comments(mine)) + repr(desk.tickets.log(mine))


@pytest.mark.parametrize("role", ["service_account", "technical_support", "customer_service"])
def test_opening_what_one_cannot_read(desk: Desk, role: str) -> None:
    """A ticket goes where the rules send it, maybe out of sight of whoever brought it; that is no failure."""
    with as_person(desk, "door", role, agent=True) as door:
        made = door.tickets.open("vpn drops", requester="somebody@example.org")
        assert made["ref"] == f"INC-{made['number']}"
        assert desk.tickets.show(made["number"])["title"] == "vpn drops"


def test_a_ticket_without_a_requester_is_ones_own_for_those_who_open_for_themselves_only(desk: Desk) -> None:
    with as_person(desk, "rita", "requester") as rita, as_person(desk, "sue", "service_desk", agent=True) as sue:
        assert rita.tickets.open("vpn")["requester"] == "rita"
        assert sue.tickets.open("vpn")["requester"] is None


def test_a_mention_on_what_one_reads_no_more_is_not_told(desk: Desk) -> None:
    number = desk.tickets.open("sap", set={"team": "applications"})["number"]
    with as_person(desk, "nell", "technical_support", agent=True, teams=["network"]) as nell:
        desk.tickets.note(number, "@nell look")
        assert [told["number"] for told in mentions.of_me(nell)] == [number]
        desk.tickets.watch(number, person="nell", remove=True)
        assert mentions.of_me(nell) == []


def test_a_parent_out_of_reach_is_no_ticket(desk: Desk) -> None:
    """Naming another team's ticket as the parent tells nothing that naming no ticket does not tell."""
    mine = desk.tickets.open("vpn", set={"team": "network"})["number"]
    other = desk.tickets.open("sap", set={"team": "applications"})["number"]
    with as_person(desk, "nell", "technical_support", agent=True, teams=["network"]) as nell:
        told = set()
        for parent in (other, 999):
            with pytest.raises(Invalid) as refused:
                nell.tickets.edit(mine, set={"parent": str(parent)})
            told.add(refused.value.english.replace(str(parent), "?"))
        assert len(told) == 1
        assert nell.tickets.facts(mine)["parent_number"] is None


def test_people_stand_plainly_on_what_one_follows(desk: Desk) -> None:
    """Following counts as being on it: for what a template fills in as for reading."""
    desk.people.add("Rita", login="rita", roles=["requester"])
    number = desk.tickets.open("vpn", requester="rita", set={"team": "network"})["number"]
    desk.templates.save("hello", "Hello {{requester.name}}")
    with as_person(desk, "tess", "technical_support", agent=True, teams=["applications"]) as tess:
        desk.tickets.watch(number, person="tess")
        assert tess.templates.render("hello", number)["text"] == "Hello Rita"


# -- acting for others --------------------------------------------------------------------------------------------------


def test_acting_for_another_never_widens(desk: Desk) -> None:
    desk.people.add("Audrey", login="audrey", roles=["auditor"])
    desk.people.add("Zoe", login="zoe", roles=["requester"])
    number = desk.tickets.open("vpn")["number"]
    with as_person(desk, "max", "smo", agent=True) as chief:
        for login, roles in (("zoe", [Role.REQUESTER]), ("audrey", [Role.AUDITOR]), ("ana", list(FIRST_USER_ROLES))):
            acting = chief.acting_as(login)
            for permission in Permission:
                wanted = min(scope_of([Role.SMO], permission), scope_of(roles, permission))
                assert acting.scope(permission) == wanted, (login, permission)
            with acting.at(acting.now()) as past:
                for permission in Permission:
                    assert past.scope(permission) == acting.scope(permission)
        zoe = chief.acting_as("zoe")
        with pytest.raises(NotFound):
            zoe.tickets.show(number)
        with pytest.raises(NotPermitted):
            zoe.acting_as("ana")  # she may not act for anybody, so neither may who acts for her


def test_acting_for_another_shrinks_with_ones_own_rights(desk: Desk) -> None:
    number = desk.tickets.open("vpn", requester="rita@example.org")["number"]
    with as_person(desk, "max", "smo", agent=True) as chief:
        acting = chief.acting_as("ana")
        assert acting.tickets.show(number)["requester"] == "rita@example.org"
        desk.people.grant("max", ["quality"])
        desk.people.revoke("max", ["smo"])
        with pytest.raises(NotPermitted):
            acting.tickets.take(number)
        assert acting.tickets.show(number)["requester"] == "r***@example.org", "masked as for oneself"


def test_acting_in_a_chain_starts_from_the_keyboard(desk: Desk) -> None:
    """Acting for one who may act for others must not add up rights along the way."""
    with as_person(desk, "max", "smo", agent=True) as chief:
        chain = chief.acting_as("ana").acting_as("ana")
        assert chain.scope(Permission.ROLE_GRANT) is Scope.NONE
        desk.people.add("Root", login="root", roles=["administrator", "smo"])
        chain = chief.acting_as("ana").acting_as("root")
        assert chain.scope(Permission.ROLE_GRANT) is Scope.NONE
        assert chain.keyboard.login == "max"
        number = chain.tickets.open("vpn")["number"]
        ids = {p: desk.directory.require(p).id for p in ("max", "root")}
        assert desk.store.query(
            "SELECT actor_id, on_behalf_of FROM journal WHERE subject = ? AND verb = 'ticket.open'", (number,)
        ) == [(ids["max"], ids["root"])]
        back = chief.acting_as("ana").acting_as("max")
        assert (back.actor.login, back.actor.real_id) == ("max", None)


def test_the_journal_keeps_both_names(desk: Desk) -> None:
    desk.people.add("Zoe", login="zoe", roles=["requester"])
    number = desk.acting_as("zoe").tickets.open("my vpn")["number"]
    item = desk.tickets.timeline(number)[0]
    assert (item.actor, item.on_behalf_of) == ("ana", "zoe")
    assert desk.tickets.show(number)["requester"] == "zoe"
    with pytest.raises(NotFound):
        desk.acting_as("ghost")
    desk.people.deactivate("zoe")
    with pytest.raises(NotFound):
        desk.acting_as("zoe")


@pytest.mark.parametrize("role", [r for r in Role if scope_of([r], Permission.ACT_FOR) is Scope.NONE])
def test_acting_needs_the_permission(desk: Desk, role: Role) -> None:
    with as_person(desk, "x", role.value) as other, pytest.raises(NotPermitted):
        other.acting_as("ana")
    with pytest.raises(NotPermitted):
        Desk.open(desk.store.path, act_as="ana", user=OsUser(9, "x"))


# -- who one is ---------------------------------------------------------------------------------------------------------


def test_claims_grant_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "USER",
        "LOGNAME",
        "LNAME",
        "USERNAME",
        "SUDO_USER",
        "SUDO_UID",
        "HELPDESK_USER",
        "HELPDESK_AS",
        "HELPDESK_ROLE",
        "HELPDESK_ROLES",
    ):
        monkeypatch.setenv(name, "ana")
    assert os_user().uid == os.geteuid()
    assert os_user().login != "ana"
    with pytest.raises(NotPermitted, match="helpdesk people add"):
        Desk.open(desk.store.path)


def test_an_unknown_second_user_is_told_what_to_do(desk: Desk) -> None:
    with pytest.raises(NotPermitted) as refused:
        Desk.open(desk.store.path, user=OsUser(7, "mallory"))
    assert "mallory" in str(refused.value)
    assert "helpdesk people add" in str(refused.value)
    assert "\n" not in str(refused.value)
    desk.people.add("Mallory", login="mallory")
    desk.people.deactivate("mallory")
    with pytest.raises(NotPermitted):
        Desk.open(desk.store.path, user=OsUser(7, "mallory"))


def test_the_first_user(tmp_path: Path) -> None:
    with Desk.open(tmp_path / "new.db", user=OsUser(1, "first", "First One")) as desk:
        assert (
            desk.actor.roles == set(FIRST_USER_ROLES) == {Role.ADMINISTRATOR, Role.SMO, Role.SERVICE_DESK, Role.AUDITOR}
        )
        assert desk.actor.name == "First One"
    with Desk.open(tmp_path / "new.db", user=OsUser(1, "first")) as desk:
        assert desk.actor.roles == set(FIRST_USER_ROLES)


def test_who_comes_second_at_the_first_start_is_told_so(desk: Desk) -> None:
    """Two first users at the same time: one of them makes the desk."""
    with pytest.raises(NotPermitted, match="another user has just made this desk"):
        first.initialise(Desk, desk.store, OsUser(7, "mallory"), desk.clock)


def test_revoked_at_once(desk: Desk) -> None:
    """A console that stays open loses what its person loses, and the person who is sent away loses all."""
    with as_person(desk, "sue", "service_desk", agent=True) as sue:
        number = sue.tickets.open("vpn")["number"]
        desk.people.revoke("sue", ["service_desk"])
        for refused in (
            lambda: sue.tickets.take(number),
            lambda: sue.tickets.show(number),
            lambda: sue.tickets.page(""),
        ):
            with pytest.raises(NotPermitted):
                refused()
        desk.people.grant("sue", ["service_desk"])
        assert sue.tickets.take(number)["assignee"] == "sue"
        desk.people.deactivate("sue")
        with pytest.raises(NotPermitted, match="not known"):
            sue.tickets.show(number)


def test_the_past_grants_nothing_and_takes_nothing(desk: Desk, clock: FixedClock) -> None:
    with as_person(desk, "sue", "service_desk", agent=True) as sue:
        number = sue.tickets.open("vpn")["number"]
        then = clock.now
        clock.forward(1_000)
        desk.people.revoke("sue", ["service_desk"])
        with pytest.raises(NotPermitted), sue.at(then) as past:
            past.tickets.show(number)
        with desk.at(then) as past, pytest.raises(Conflict, match="past cannot be changed"):
            past.tickets.take(number)


def test_refusals_are_ours(cast: dict[str, Desk]) -> None:
    for who in cast.values():
        with contextlib.suppress(NotPermitted):
            who.tickets.page("")


def test_who_works_on_the_survivor_reads_what_was_merged_into_it(desk: Desk) -> None:
    one, two = (
        desk.tickets.open(title, set={"team": team})["number"]
        for title, team in (("VPN drops", "network"), ("ERP is slow", "applications"))
    )
    desk.tickets.reply(two, "since this morning")
    desk.tickets.merge(two, one)
    with as_person(desk, "nell", "technical_support", agent=True, teams=["network"]) as nell:
        assert nell.reading.family(one) == [one, two]
        assert "since this morning" in [row.body for row in nell.reading.comments(one)]
