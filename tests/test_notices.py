"""What concerns whom: decided from journal entries in a table, and asked of a desk under every kind of right."""
# ruff: noqa: F811

from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk_tui.desk import notices
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.rules.notices import Stake, kind_of
from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.notices import QUIET, URGENT, Notice, NoticeKind
from helpdesk_tui.vocabulary.records import NEVER
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401

ME, BOB, CALLER = 1, 2, 3
MINE = {"assignee": ME, "requester": CALLER, "team": 7}


def ticket(before: dict[str, Any] | None, after: dict[str, Any], number: int = 10) -> list[Any]:
    return ["ticket", [number], before, after]


def said(author: int | None, kind: str = "reply") -> list[Any]:
    return ["comment", [99], None, {"number": 10, "kind": kind, "author_id": author}]


@pytest.mark.parametrize(
    ("changes", "stake", "kind"),
    [
        ([ticket({"assignee_id": None}, {"assignee_id": ME})], MINE, "assigned"),
        ([ticket(None, {"assignee_id": ME, "phase": 0})], MINE, "assigned"),
        ([ticket({"assignee_id": None}, {"assignee_id": ME})], {"assignee": BOB}, None),  # handed on since
        ([ticket({"assignee_id": None}, {"assignee_id": ME}, 11)], MINE, None),  # another ticket's row
        ([ticket({"assignee_id": ME}, {"assignee_id": BOB})], {"assignee": BOB}, None),
        ([ticket(None, {"team_id": 7, "phase": 0})], {"team": 7}, "queued"),
        ([ticket({"team_id": 8}, {"team_id": 7})], {"team": 7}, "queued"),
        ([ticket({"team_id": 8}, {"team_id": 7})], {"team": 7, "assignee": BOB}, None),  # somebody has it
        ([ticket({"team_id": 8}, {"team_id": 9})], {"team": 9}, None),
        ([ticket({"assignee_id": BOB}, {"assignee_id": None})], {"team": 7}, "queued"),
        ([ticket({"phase": 1}, {"phase": 3, "state": "resolved"})], MINE, "finished"),
        ([ticket({"phase": 1}, {"phase": 4})], {"requester": ME}, "finished"),
        ([ticket({"phase": 1}, {"phase": 4})], {"follows": True}, "finished"),
        ([ticket({"phase": 1}, {"phase": 4})], {"team": 7}, None),
        ([ticket({"phase": 3}, {"phase": 4})], MINE, None),
        ([ticket({"phase": 0}, {"phase": 1})], MINE, None),
        ([ticket({"phase": 3}, {"phase": 1})], MINE, "reopened"),
        ([ticket({"phase": 1, "merged_into": None}, {"phase": 4, "merged_into": 12})], MINE, "merged"),
        ([ticket({"merged_into": 12, "phase": 4}, {"merged_into": None, "phase": 1})], MINE, "reopened"),
        ([ticket({"title": "a"}, {"title": "b"})], MINE, None),
        ([said(CALLER)], MINE, "replied"),
        ([said(None)], MINE, "replied"),
        ([said(BOB)], MINE, None),  # a colleague's words
        ([said(CALLER, "note")], MINE, None),
        ([said(BOB)], {"requester": ME}, "replied"),
        ([said(BOB)], {"follows": True}, "replied"),
        ([said(CALLER)], {"team": 7}, None),
        ([said(ME)], {"requester": ME}, None),
        ([said(CALLER), ticket({"phase": 3}, {"phase": 1})], MINE, "replied"),
        ([["checklist_item", [1], None, {"text": "x"}]], MINE, None),
        ([ticket({"title": "a"}, None)], MINE, None),  # type: ignore[arg-type]
    ],
)
def test_what_an_entry_is_to_a_person(changes: list[Any], stake: dict[str, Any], kind: str | None) -> None:
    whole = Stake(ME, frozenset({7}), **stake)
    assert kind_of(10, changes, (), whole, lambda who: who in (ME, BOB)) == kind
    mention = {"code": "mention", "who": ME}
    told = kind_of(10, changes, [mention], whole, lambda who: who in (ME, BOB))
    assert told == ("assigned" if kind == "assigned" else "mentioned")
    assert kind_of(10, [], [mention | {"who": BOB}], whole, lambda who: True) is None


def test_every_kind_has_words_and_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in NoticeKind:
        notice = Notice(kind, 5, 10, "INC-10", "x", "bob", 0 if kind in ("breached", "warning") else 7, "resolved")
        assert "{" not in notice.sentence() and notice.urgent == (kind in URGENT) and notice.quiet == (kind in QUIET)
        assert ("bob" in notice.sentence()) == (kind not in ("breached", "warning", "paged", "update_due"))
    keys = {Notice(kind, 5, 10, "INC-10", "x").key for kind in (NoticeKind.BREACHED, NoticeKind.WARNING)}
    assert len(keys) == 2 and Notice(NoticeKind.REPLIED, 5, 10, "INC-10", "x", "bob", 7).key == "7"


@pytest.fixture
def bob(desk: Desk) -> Iterator[Desk]:
    person = as_person(desk, "bob", "service_desk", agent=True, teams=["network"])
    yield person
    person.close()


def told(who: Desk, since: int = 0) -> list[tuple[str, int, str | None]]:
    return [(each.kind.value, each.number, each.who) for each in who.notices.since(since).news]


def test_what_others_do_to_my_tickets_and_never_what_i_do(desk: Desk, bob: Desk, clock: FixedClock) -> None:
    caller = as_person(desk, "caller", "requester")
    number = caller.tickets.open("VPN drops")["number"]
    other = desk.tickets.open("Mail is slow")["number"]
    desk.bulk.assign(numbers=[number, other], assignee="ana")
    start = desk.store.head()
    assert told(bob, start) == []
    desk.tickets.assign(number, assignee="bob")
    assert told(bob, start) == [("assigned", number, "ana")] and told(desk, start) == []
    bob.tickets.take(other)
    bob.tickets.note(number, "@ana look, please")
    assert told(desk, start) == [("mentioned", number, "bob")]
    caller.tickets.reply(number, "any news?")
    assert told(bob, start)[0] == ("replied", number, "caller")
    desk.tickets.reply(number, "we are on it")
    assert told(caller, start) == [("replied", number, "ana")] and len(told(bob, start)) == 2
    desk.tickets.resolve(number, resolution="restarted", cause="overload")
    assert told(bob, start)[0] == ("finished", number, "ana") and bob.notices.since(start).news[0].state == "resolved"
    assert told(caller, start)[0] == ("finished", number, "ana")
    desk.tickets.merge(other, number)
    assert told(bob, start)[0] == ("merged", other, "ana")
    desk.undoing.last()  # the merge never was
    assert [kind for kind, _n, _w in told(bob, start)] == ["reopened", "finished", "replied", "assigned"]
    found = bob.notices.since(start)
    assert found.head == desk.store.head() and not found.more and told(bob, found.head) == []
    assert [n.seq for n in found.news] == sorted((n.seq for n in found.news), reverse=True)
    desk.tickets.delete(number, reason="a test")
    assert all(n != number for _k, n, _w in told(bob, start))
    caller.close()


def test_a_teams_queue_is_told_until_somebody_takes_it(desk: Desk, bob: Desk) -> None:
    number = desk.tickets.open("Switch is down")["number"]
    desk.tickets.assign(number, team="network", assignee="")
    assert told(bob) == [("queued", number, "ana")]
    assert bob.notices.since(0).news[0].quiet
    desk.tickets.take(number)
    assert told(bob) == []


def test_nobody_hears_of_what_they_may_not_read(desk: Desk, bob: Desk) -> None:
    """Following a ticket gives rights; who lost them, or was never given any, is told nothing."""
    support = as_person(desk, "sue", "technical_support", agent=True, teams=["facilities"])
    caller = as_person(desk, "caller", "requester")
    nobody = as_person(desk, "adam", "administrator")
    number = desk.tickets.open("Payroll differs", requester="x@example.org")["number"]
    desk.tickets.note(number, "@sue the salary is on page two")
    desk.tickets.reply(number, "we look at it")
    assert [k for k, _n, _w in told(support)] == ["replied", "mentioned"]
    desk.tickets.watch(number, person="sue", remove=True)
    assert told(support) == [] and told(caller) == []
    desk.tickets.watch(number, person="caller")
    desk.tickets.note(number, "internal, @caller")
    desk.tickets.reply(number, "done")
    assert told(caller) == [("replied", number, "ana"), ("replied", number, "ana")]
    with pytest.raises(NotPermitted):
        nobody.notices.since(0)
    desk.people.revoke("sue", ["technical_support"])
    with pytest.raises(NotPermitted):
        support.notices.since(0)
    support.close(), caller.close(), nobody.close()


def test_masked_roles_hear_masked_names(desk: Desk) -> None:
    quality = as_person(desk, "quentin", "quality", agent=True)
    number = desk.tickets.open("Complaint")["number"]
    desk.tickets.note(number, "@quentin please read")
    assert told(quality) == [("mentioned", number, "a***")]
    listed = quality.notices.list()
    assert [(each["kind"], each["who"], each["ref"]) for each in listed] == [("mentioned", "a***", f"INC-{number}")]
    quality.close()


def test_clocks_that_run_out_or_soon_will(desk: Desk, bob: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("Everything is down", set={"impact": "high", "urgency": "high"})["number"]
    assert bob.notices.since(0).next_at == NEVER
    desk.tickets.assign(number, assignee="bob")
    warn, due = desk.store.query("SELECT warn_at, due_at FROM ticket WHERE number = ?", (number,))[0]
    assert clock.now < warn < due < NEVER
    found = bob.notices.since(0)
    assert (found.next_at, found.late) == (warn, ()) and desk.notices.since(0).next_at == NEVER
    clock.now = warn
    found = bob.notices.since(0)
    assert [(n.kind, n.at, n.due_at, n.number) for n in found.late] == [("warning", warn, due, number)]
    assert found.next_at == due and desk.notices.since(0).late == ()
    clock.now = due
    found = bob.notices.since(0)
    assert [(n.kind, n.at) for n in found.late] == [("breached", due)] and found.next_at == NEVER
    assert [each["kind"] for each in bob.notices.list()] == ["breached", "assigned"]
    bob.tickets.resolve(number, resolution="restarted", cause="overload")
    assert bob.notices.since(0).late == ()


def test_a_flood_is_cut_and_says_so(desk: Desk, bob: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [desk.tickets.open(f"Ticket {n}")["number"] for n in range(6)]
    desk.bulk.assign(numbers=numbers, assignee="bob")
    assert len(told(bob)) == 6 and not bob.notices.since(0).more
    monkeypatch.setattr(notices, "MOST", 4)
    found = bob.notices.since(0)
    assert found.more and [n.number for n in found.news] == numbers[:1:-1]
    monkeypatch.setattr(notices, "LOOK", 2)
    assert len(told(bob)) == 2


def statements(who: Desk, since: int) -> int:
    conn = who.store.reader()
    heard: list[str] = []
    conn.set_trace_callback(heard.append)
    try:
        who.notices.since(since)
    finally:
        conn.set_trace_callback(None)
    return len(heard)


def test_the_statements_do_not_grow_with_the_tickets(desk: Desk, bob: Desk) -> None:
    first = desk.tickets.open("One")["number"]
    desk.tickets.assign(first, assignee="bob")
    bob.notices.since(0)
    few = statements(bob, 0)
    numbers = [desk.tickets.open(f"Ticket {n}")["number"] for n in range(40)]
    desk.bulk.assign(numbers=numbers, assignee="bob")
    bob.notices.since(0)
    assert statements(bob, 0) == few <= 10
    assert statements(bob, desk.store.head()) <= 6


def test_the_journal_is_read_along_its_sequence(desk: Desk, bob: Desk) -> None:
    given = {"me": bob.actor.id, "since": 5, "head": 9, "after": 0, "most": 10}
    plan = [row[3] for row in desk.store.query("EXPLAIN QUERY PLAN " + notices._NEWS, given)]
    assert plan[0] == "SEARCH j USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", plan
    # What an entry says of people is looked at within it.
    plan = [line for line in plan if "VIRTUAL TABLE" not in line]
    assert not [line for line in plan if "SCAN" in line or "TEMP B-TREE" in line], plan
    for sql, count in ((notices._LATE, 3), (notices._NEXT, 3)):
        plan = [row[3] for row in desk.store.query("EXPLAIN QUERY PLAN " + sql, (1,) * count)]
        assert "USING INDEX ix_ticket_assignee (assignee_id=?)" in plan[0], plan
