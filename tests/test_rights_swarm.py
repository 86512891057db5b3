"""People of other teams in a war room: what a role there opens to them, verb by verb, and that it closes again.

Each guest stands in rooms of tickets that their own team does not reach. What they may do is written here by hand; every
other verb about a ticket must refuse them, through every ticket of the stage.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import registry
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.rules import access
from helpdesk_tui.rules.access import ASKED, ROOM, TicketFacts
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, NotFound, NotPermitted
from helpdesk_tui.vocabulary.incidents import ROLES
from helpdesk_tui.vocabulary.roles import Permission, Role, Scope
from tests import rights_stage as stages
from tests.desk_fixtures import FixedClock, as_person, clock, desk
from tests.rights_stage import CASES, Stage, argument_json
from tests.test_rights_matrix import VERBS, drawn, refused, stage, state

__all__ = ["clock", "desk", "stage"]
WHO = "technical_support"
READ = frozenset({
    "attachment.get", "attachment.get#note", "attachment.list", "escalation.show", "incident.export", "incident.score", "incident.show",
    "presence.enter", "presence.who", "review.show", "sla.explain", "template.render", "ticket.comments", "ticket.log",
    "ticket.show", "ticket.similar", "ticket.timeline", "ticket.why",
})  # fmt: skip
WORK = READ | {
    "escalation.ack", "escalation.unack", "incident.backfill", "incident.done", "incident.follow", "incident.last_good",
    "incident.merge", "incident.note", "incident.pin", "incident.recover", "incident.runbook", "incident.step",
    "incident.task", "review.draft", "review.edit",
}  # fmt: skip
LEAD = WORK | {
    "escalation.hold", "escalation.page", "escalation.release", "incident.impact", "incident.offer",
    "incident.offer#held", "incident.release", "incident.severity", "incident.stamp", "incident.strike",
}  # fmt: skip
# Technical support publishes nothing anywhere, so not here either.
MAY = {
    ASKED: READ, "commander": LEAD, "deputy": LEAD, "operations": WORK, "communications": WORK,
    # The case hands over the role that they hold.
    "scribe": WORK | {"incident.offer"},
}  # fmt: skip
LAST = ("incident.recover", "incident.offer", "incident.release")
ROOMS = ("open", "resolved", "survivor", "fresh", "waiting", "incident", "reviewed", "asked", "drill")


@pytest.fixture
def play(stage: Stage, tmp_path: Path) -> Path:
    path = tmp_path / "play.db"
    stage.reset(path)
    return path


def put(path: Path, stage: Stage, standing: str) -> None:
    """Every ticket of another team has a live war room, and the guest stands so in all of them, and in no other."""
    numbers = sorted({asdict(stage.tickets[WHO, "other"])[name] for name in ROOMS})
    role, accepted = ("scribe", None) if standing == ASKED else (standing, 2)
    with sqlite3.connect(path) as conn:
        (guest,) = conn.execute("SELECT id FROM person WHERE login = ?", (stages.login(WHO),)).fetchone()
        conn.execute("UPDATE incident_role SET ended_at = 1 WHERE person_id = ?", (guest,))
        conn.executemany(
            "INSERT OR IGNORE INTO incident (number, nature, severity, document, version, declared_at)"
            " VALUES (?, 'real', 4, '{}', 1, 1)",
            [(number,) for number in numbers],
        )
        conn.executemany(
            "INSERT INTO incident_role (id, number, role, person_id, offered_at, accepted_at)"
            " SELECT max(id) + 1, ?, ?, ?, 1, ? FROM incident_role",
            [(number, role, guest, accepted) for number in numbers],
        )
    conn.close()


@pytest.mark.parametrize("standing", [*MAY])
def test_what_a_role_does_not_open_stays_shut(stage: Stage, play: Path, standing: str) -> None:
    put(play, stage, standing)
    with stage.enter(play, WHO) as desk:
        before = state(desk)
        for case in CASES:
            if not case.on_ticket or case.name in MAY[standing] or case.verb == "incident.accept":
                continue
            given = argument_json(case.arguments(stage, WHO, stage.tickets[WHO, "other"]))
            assert refused(lambda: registry.call(desk, case.verb, given)), (standing, case.name)  # noqa: B023
        assert state(desk) == before


@pytest.mark.parametrize("standing", [*MAY])
def test_what_it_opens_is_open(stage: Stage, play: Path, standing: str) -> None:
    """Nothing else refuses it either: it is done, or is said to make no sense just there."""
    put(play, stage, standing)
    tickets = stage.tickets[WHO, "other"]
    with stage.enter(play, WHO) as desk:
        # What ends a role, or takes away what another case asks for, comes last.
        for name in sorted(MAY[standing], key=lambda name: (name.startswith(LAST), name)):
            case = next(case for case in CASES if case.name == name)
            try:
                registry.call(desk, case.verb, argument_json(case.arguments(stage, WHO, tickets)))
            except (NotPermitted, NotFound) as error:
                raise AssertionError((standing, name)) from error
            except DeskError:
                assert not VERBS[case.verb].reads, (standing, name)
        shown = {ticket["number"] for ticket in desk.tickets.select()}
        assert shown >= {tickets.open, tickets.incident}
        assert {number for number, _ in desk.searching.ranked("pw", limit=500)} >= {tickets.open}


ENDS = {
    "the role is given back": "UPDATE incident_role SET ended_at = 3 WHERE person_id = :guest",
    "the incident is closed": "UPDATE incident SET closed_at = 3",
    "the ticket is closed": "UPDATE ticket SET phase = 4, state = 'closed' WHERE number = :number",
    "the ticket is deleted": "UPDATE ticket SET deleted_at = 3 WHERE number = :number",
    "the ticket is merged": "UPDATE ticket SET merged_into = :other WHERE number = :number",
    "the ticket is sensitive": "UPDATE ticket SET sensitive = 1 WHERE number = :number",
    "nobody asked them": "DELETE FROM incident_role WHERE person_id = :guest",
    "they hold no role at the desk": "DELETE FROM person_role WHERE person_id = :guest",
}


@pytest.mark.parametrize("end", [*ENDS])
@pytest.mark.parametrize("standing", [ASKED, "commander"])
def test_it_closes_again(stage: Stage, play: Path, standing: str, end: str) -> None:
    put(play, stage, standing)
    mine, other = stage.tickets[WHO, "other"], stage.tickets[WHO, "own"]
    with sqlite3.connect(play) as conn:
        (guest,) = conn.execute("SELECT id FROM person WHERE login = ?", (stages.login(WHO),)).fetchone()
        asked = {"guest": guest, "number": mine.incident, "other": other.open}
        conn.execute(ENDS[end], {name: value for name, value in asked.items() if f":{name}" in ENDS[end]})
    conn.close()
    with stage.enter(play, WHO) as desk:
        before = state(desk)
        for case in CASES:
            if case.on_ticket and "incident" in case.name:
                given = argument_json(case.arguments(stage, WHO, mine))
                if mine.incident in (given.get("number"), *given.get("numbers", ())):
                    assert refused(lambda: registry.call(desk, case.verb, given)), (end, case.name)  # noqa: B023
        for ask in (desk.tickets.show, desk.tickets.comments, desk.incidents.show, desk.tickets.timeline):
            assert refused(lambda: ask(mine.incident)), end  # noqa: B023
        if end != "they hold no role at the desk":
            assert mine.incident not in {ticket["number"] for ticket in desk.tickets.select("is:open or is:done")}
        assert state(desk) == before


# -- as it is lived ----------------------------------------------------------------------------------------------------


@pytest.fixture
def guest(desk: Desk) -> Iterator[Desk]:
    """Gus of technical support, in the team of applications."""
    with as_person(desk, "gus", "technical_support", agent=True, teams=["applications"]) as opened:
        yield opened


@pytest.fixture
def number(desk: Desk) -> int:
    made = int(desk.incidents.declare("Router down", severity="SEV2")["number"])
    desk.tickets.assign(made, team="network", assignee="none")
    return made


def said(desk: Desk, number: int) -> list[tuple[str, str]]:
    """Who came and went by the timeline."""
    told = (entry["said"] for entry in desk.incidents.show(number)["entries"])
    return [(one["code"], one["team"]) for one in told if one and one["code"] in ("incident.joined", "incident.left")]


def test_a_guest_is_asked_joins_works_and_leaves(desk: Desk, guest: Desk, number: int, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        guest.incidents.show(number)
    desk.incidents.offer(number, "operations", "gus")
    assert guest.tickets.numbers("") == [number]
    assert guest.tickets.next_up() == []
    assert guest.incidents.show(number)["roles"]["operations"]["offered"] == "gus"
    with pytest.raises(NotPermitted):
        guest.incidents.note(number, "on it")
    assert [one["number"] for one in guest.incidents.list()] == [number]
    clock.forward(60)
    guest.incidents.accept(number)
    guest.incidents.note(number, "looking at the switch")
    task = guest.incidents.task(number, "swap the module", owner="gus")["id"]
    guest.incidents.done(number, task)
    assert said(desk, number) == [("incident.joined", "applications")]
    # A second role is no second arrival, and giving one of two back is no departure.
    desk.incidents.offer(number, "scribe", "gus")
    guest.incidents.accept(number)
    guest.incidents.release(number, "scribe")
    assert len(said(desk, number)) == 1
    shown = guest.incidents.release(number, "operations")
    assert shown["roles"]["operations"]["person"] is None
    assert said(desk, number) == [("incident.joined", "applications"), ("incident.left", "applications")]
    for ask in (guest.incidents.show, guest.tickets.show, guest.incidents.accept):
        with pytest.raises(NotFound):
            ask(number)
    assert guest.tickets.numbers("") == []


def test_declining_needs_no_role_and_leaves_nothing_open(desk: Desk, guest: Desk, number: int) -> None:
    desk.incidents.offer(number, "scribe", "gus")
    guest.incidents.accept(number, decline=True)
    assert not guest.reading.knows(number)
    assert said(desk, number) == []


def test_a_hand_over_takes_the_last_one_out(desk: Desk, guest: Desk, number: int) -> None:
    desk.incidents.offer(number, "commander", "gus")
    guest.incidents.accept(number)
    guest.incidents.severity(number, "SEV1")
    guest.incidents.offer(number, "commander", "ana")
    desk.incidents.accept(number)
    assert not guest.reading.knows(number)
    assert said(desk, number) == [
        ("incident.joined", "applications"), ("incident.joined", "service_desk"), ("incident.left", "applications"),
    ]  # fmt: skip


def test_own_people_join_without_a_word(desk: Desk, number: int) -> None:
    with as_person(desk, "ned", "technical_support", agent=True, teams=["network"]) as ned:
        ned.incidents.offer(number, "scribe")
        ned.incidents.release(number, "scribe")
    assert said(desk, number) == []


def test_a_guest_takes_and_gives_no_role_but_their_own(desk: Desk, guest: Desk, number: int) -> None:
    desk.people.add("Ida", login="ida", agent=True, roles=["technical_support"])
    desk.incidents.offer(number, "scribe", "gus")
    guest.incidents.accept(number)
    for role, who in (("deputy", "me"), ("operations", "ida"), ("commander", "me")):
        with pytest.raises(NotPermitted):
            guest.incidents.offer(number, role, who)
    guest.incidents.offer(number, "scribe", "ida")
    assert guest.incidents.show(number)["roles"]["scribe"]["offered"] == "ida"


def test_a_guest_gets_no_more_by_following_the_ticket(desk: Desk, guest: Desk, number: int) -> None:
    desk.incidents.offer(number, "commander", "gus")
    guest.incidents.accept(number)
    with pytest.raises(NotPermitted):
        guest.tickets.watch(number)
    with pytest.raises(Conflict):
        guest.paging.page(number, reason="x", people=["me"])
    with pytest.raises(NotPermitted):
        guest.tickets.resolve(number, resolution="x", cause="x")
    with pytest.raises(NotPermitted):
        guest.tickets.note(number, "@gus")


def test_what_a_guest_did_they_take_back_while_they_are_there(desk: Desk, guest: Desk, number: int) -> None:
    desk.incidents.offer(number, "scribe", "gus")
    guest.incidents.accept(number)
    guest.incidents.task(number, "wrong room")
    guest.undoing.last()
    assert desk.incidents.show(number)["tasks"] == []
    guest.incidents.task(number, "again")
    desk.incidents.release(number, "scribe")
    with pytest.raises((NotFound, NotPermitted, Conflict)):
        guest.undoing.last()
    assert len(desk.incidents.show(number)["tasks"]) == 1


def test_closing_ends_it_and_opening_again_resumes_it(desk: Desk, guest: Desk, number: int, clock: FixedClock) -> None:
    desk.incidents.offer(number, "scribe", "gus")
    guest.incidents.accept(number)
    desk.tickets.take(number)
    desk.tickets.resolve(number, resolution="x", cause="x")
    assert guest.incidents.show(number)["stamps"]["resolved"] is not None
    desk.reviews.waive(number, reason="small") if desk.incidents.show(number)["review"] else None
    desk.tickets.close(number)
    assert not guest.reading.knows(number)
    clock.forward(60)
    desk.tickets.reopen(number, reason="back")
    assert guest.reading.knows(number)


def test_exports_hold_nothing_of_a_room(desk: Desk, guest: Desk, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may export what their teams have does not take along what they were shown in a room."""
    drawn(monkeypatch, Scope.TEAM)
    desk.incidents.offer(number, "scribe", "gus")
    assert [ticket["number"] for ticket in guest.tickets.select()] == [number]
    assert guest.exporting.tickets() == ""
    desk.tickets.assign(number, team="applications")
    assert json.loads(guest.exporting.tickets())["number"] == number


# -- the rule ----------------------------------------------------------------------------------------------------------


def test_every_role_of_a_room_is_told_of_and_opens_no_more_than_reading_and_incidents() -> None:
    assert set(ROOM) == {ASKED, *ROLES}
    opened = {permission.value for each in ROOM.values() for permission in each}
    assert opened == {"ticket.read", "ticket.note.read", "incident.respond", "incident.command", "incident.publish"}
    assert ROOM[ASKED] == {Permission.TICKET_READ, Permission.NOTE_READ}


@pytest.mark.parametrize("scope", [*Scope])
def test_a_room_widens_a_scope_of_teams_alone(scope: Scope) -> None:
    for role in (*ROOM, "captain"):
        for permission in Permission:
            allowed = access.room_allows(scope, permission, (role,), sensitive=False)
            assert allowed == (scope is Scope.TEAM and permission in ROOM.get(role, ()))
            assert not access.room_allows(scope, permission, (role,), sensitive=True)
    assert not access.room_allows(scope, Permission.TICKET_READ, (), sensitive=False)


def test_facts_without_a_room_stand_in_none() -> None:
    facts: Any = TicketFacts(1, 2, 3)
    assert facts.room == ()
    assert access.scope_of([Role.TECHNICAL_SUPPORT], Permission.INCIDENT_PUBLISH) is Scope.NONE
