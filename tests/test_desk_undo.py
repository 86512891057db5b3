"""Taking back: what was done goes, what was done since stays and is named."""
# ruff: noqa: F811

import sqlite3
from typing import Any

import pytest

from helpdesk_tui.desk import registry, undo_plan
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.errors import Conflict, NotFound, NotPermitted
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401
from tests.desk_random import BOOKKEEPING, tables

Rows = dict[str, list[tuple[Any, ...]]]


def rows(desk: Desk) -> Rows:
    return tables(desk.store.reader(), BOOKKEEPING)


def opened(desk: Desk, title: str = "VPN drops", **more: Any) -> int:
    return int(desk.tickets.open(title, **more)["number"])


def last_seq(desk: Desk) -> int:
    return desk.store.head()


def test_undo_and_redo_are_identities(desk: Desk, clock: FixedClock) -> None:
    number = opened(desk)
    clock.forward(600)
    before = rows(desk)
    desk.tickets.take(number)
    after = rows(desk)
    clock.forward(3_600)
    assert desk.undoing.last() == {"undone": 1, "conflicts": [], "batch": None}
    assert rows(desk) == before
    desk.undoing.redo()
    assert rows(desk) == after
    assert [i.undone_by for i in desk.tickets.timeline(number)] == [None, None, None, None]


def test_several_steps_back_and_forth(desk: Desk) -> None:
    number = opened(desk, "one")
    states = [rows(desk)]
    for title in ("two", "three", "four"):
        desk.tickets.edit(number, set={"title": title})
        states.append(rows(desk))
    for place in (2, 1, 0):
        desk.undoing.last()
        assert rows(desk) == states[place]
    for place in (1, 2, 3):
        desk.undoing.redo()
        assert rows(desk) == states[place]
    with pytest.raises(NotFound):
        desk.undoing.redo()
    desk.undoing.last()
    desk.undoing.last()
    desk.tickets.edit(number, set={"title": "another way"})
    with pytest.raises(NotFound):
        desk.undoing.redo()  # something new was done since
    desk.undoing.last()
    assert rows(desk) == states[1]


def test_later_edits_are_kept_and_named(desk: Desk) -> None:
    number = opened(desk)
    desk.tickets.edit(number, set={"title": "mine", "category": "network", "affected_users": "7"})
    mine = last_seq(desk)
    desk.tickets.edit(number, set={"title": "somebody's"})
    told = desk.undoing.entry(mine)
    assert told["undone"] == 1
    assert told["conflicts"] == [{"number": number, "fields": ["title"], "reason": "edited later"}]
    shown = desk.tickets.show(number)
    assert shown["title"] == "somebody's"
    assert desk.tickets.facts(number)["affected_users"] is None
    # As much as could be has been taken back: the next undo takes the next deed.
    assert desk.undoing.last()["undone"] == 1
    assert desk.tickets.show(number)["title"] == "mine"


def test_nothing_left_to_take_back_changes_nothing(desk: Desk) -> None:
    number = opened(desk)
    desk.tickets.edit(number, set={"title": "mine"})
    mine = last_seq(desk)
    desk.tickets.edit(number, set={"title": "later"})
    head, version = desk.store.head(), desk.tickets.show(number)["version"]
    told = desk.undoing.entry(mine)
    assert (told["undone"], len(told["conflicts"])) == (0, 1)
    assert (desk.store.head(), desk.tickets.show(number)["version"]) == (head, version)


def test_undo_of_undo(desk: Desk) -> None:
    number = opened(desk)
    before = rows(desk)
    desk.tickets.edit(number, set={"title": "two"})
    after, edit = rows(desk), last_seq(desk)
    desk.undoing.entry(edit)
    undo = last_seq(desk)
    desk.undoing.entry(undo)
    assert rows(desk) == after
    with pytest.raises(Conflict, match="already undone"):
        desk.undoing.entry(undo)
    desk.undoing.entry(edit)
    assert rows(desk) == before
    with pytest.raises(Conflict, match="already undone"):
        desk.undoing.entry(edit)


def test_undo_of_open(desk: Desk) -> None:
    before = rows(desk)
    number = opened(desk, description="with a contact", requester="new.face@example.org", tags=["jam"])
    assert desk.store.query("SELECT count(*) FROM person")[0][0] == 2
    after = rows(desk)
    assert desk.undoing.last()["undone"] == 2
    assert rows(desk) == before
    assert desk.searching.ranked("contact", limit=5) == []
    with pytest.raises(NotFound):
        desk.tickets.show(number)
    assert opened(desk) == number + 1  # a number is never given twice
    desk.undoing.last()
    desk.undoing.redo()
    desk.undoing.last()
    batch = desk.store.query(
        "SELECT batch FROM journal WHERE verb = 'undo' AND batch IS NOT NULL ORDER BY seq LIMIT 1"
    )[0][0]
    desk.undoing.batch(batch)
    assert rows(desk) == after
    assert [n for n, _ in desk.searching.ranked("contact", limit=5)] == [number]


def test_undo_of_open_keeps_what_was_worked_on(desk: Desk) -> None:
    number = opened(desk)
    entry = last_seq(desk)
    desk.tickets.reply(number, "hello")
    told = desk.undoing.entry(entry)
    assert told["undone"] == 0
    assert told["conflicts"][0]["reason"] == "edited later"
    assert desk.tickets.show(number)["number"] == number
    desk.undoing.last()
    assert desk.undoing.entry(entry)["undone"] == 1


@pytest.mark.parametrize("tie", ["link", "parent", "merge"])
def test_undo_of_open_keeps_what_others_hang_on(desk: Desk, tie: str) -> None:
    number = opened(desk)
    entry, other = last_seq(desk), opened(desk, "other")
    if tie == "link":
        desk.tickets.link(other, number)
    elif tie == "parent":
        desk.tickets.edit(other, set={"parent": str(number)})
    else:
        desk.tickets.merge(other, number)
    assert desk.undoing.entry(entry)["undone"] == 0
    assert desk.tickets.show(number)


def test_a_contact_stays_while_somebody_refers_to_them(desk: Desk) -> None:
    opened(desk, requester="new.face@example.org")
    batch = desk.store.query("SELECT batch FROM journal WHERE verb = 'ticket.open'")[0][0]
    second = opened(desk, requester="new.face@example.org")
    told = desk.undoing.batch(batch)
    assert told["undone"] == 1
    assert [c["subject"] for c in told["conflicts"]] == ["person 2"]
    assert desk.tickets.show(second)["requester"] == "new.face@example.org"


@pytest.mark.parametrize("how", ["role", "acted", "member"])
def test_people_who_have_done_something_stay(desk: Desk, how: str) -> None:
    desk.people.add("Bob", login="bob", agent=True)
    entry = last_seq(desk)
    if how == "role":
        desk.people.grant("bob", ["service_desk"])
    elif how == "member":
        desk.teams.add_member("network", "bob")
    else:
        desk.people.grant("bob", ["service_desk"])
        bob = as_person(desk, "bob")
        opened(bob)
        bob.close()
        desk.people.revoke("bob", ["service_desk"])
    told = desk.undoing.entry(entry)
    assert told["undone"] == 0
    assert told["conflicts"][0]["fields"] == ["in use"]
    assert desk.directory.find("bob") is not None


def test_a_batch_is_taken_back_as_far_as_it_goes(desk: Desk) -> None:
    numbers = [opened(desk, f"printer {i} jam") for i in range(5)]
    before = {n: desk.tickets.show(n) for n in numbers}
    batch = desk.bulk.edit(numbers=numbers, set={"urgency": "high"}, add_tags=["jam"])["batch"]
    desk.tickets.edit(numbers[1], set={"urgency": "low"})
    desk.tickets.edit(numbers[2], remove_tags=["jam"])
    told = desk.undoing.batch(batch)
    assert told["undone"] == 5
    assert {c["number"]: c["fields"] for c in told["conflicts"]} == {numbers[1]: ["urgency", "priority"]} or numbers[
        1
    ] in {c["number"] for c in told["conflicts"]}
    same = ("version", "updated_at")
    for n in (numbers[0], numbers[2], numbers[3], numbers[4]):
        assert {k: v for k, v in desk.tickets.show(n).items() if k not in same} == {
            k: v for k, v in before[n].items() if k not in same
        }
    assert desk.tickets.show(numbers[1])["urgency"] == "low"
    assert desk.tickets.show(numbers[1])["tags"] == []


def test_undo_of_merge_and_of_unmerge(desk: Desk) -> None:
    one, two = opened(desk, "one", requester="a@example.org"), opened(desk, "two", requester="b@example.org")
    before = rows(desk)
    desk.tickets.merge(one, two)
    merged = rows(desk)
    desk.undoing.last()
    assert rows(desk) == before
    desk.undoing.redo()
    assert rows(desk) == merged
    desk.tickets.unmerge(one)
    assert rows(desk) == before
    desk.undoing.last()
    assert rows(desk) == merged
    desk.tickets.unmerge(one)
    assert rows(desk) == before


def test_undo_never_makes_a_circle(desk: Desk) -> None:
    one, two = opened(desk, "one"), opened(desk, "two")
    desk.tickets.merge(one, two)
    desk.tickets.unmerge(one)
    unmerged = last_seq(desk)
    desk.tickets.merge(two, one)
    told = desk.undoing.entry(unmerged)
    assert "merged_into" in told["conflicts"][0]["fields"]
    assert desk.tickets.facts(one)["merged_into"] is None
    desk.tickets.edit(one, set={"parent": "none", "title": "x"})
    three, four = opened(desk, "three"), opened(desk, "four")
    desk.tickets.edit(three, set={"parent": str(four)})
    desk.tickets.edit(three, set={"parent": "none"})
    untied = last_seq(desk)
    desk.tickets.edit(four, set={"parent": str(three)})
    assert desk.undoing.entry(untied)["conflicts"][0]["fields"] == ["parent_number"]


def test_a_state_goes_back_only_to_one_of_its_kind(desk: Desk) -> None:
    number = opened(desk)
    desk.tickets.resolve(number, resolution="done")
    desk.tickets.close(number)
    closed = last_seq(desk)
    desk.tickets.edit(number, set={"kind": "change"})
    told = desk.undoing.entry(closed)
    assert {"state", "phase"} <= set(told["conflicts"][0]["fields"])
    shown = desk.tickets.show(number)
    assert (shown["kind"], shown["state"], shown["phase"]) == ("change", "closed", "closed")
    desk.tickets.edit(number, set={"kind": "incident"})


def test_what_cannot_be_undone_says_so(desk: Desk) -> None:
    number = opened(desk, "secret stuff")
    desk.people.add("Bob", login="bob")
    desk.people.grant("bob", ["requester"])
    grant = last_seq(desk)
    with pytest.raises(Conflict, match=r"people.grant cannot be undone"):
        desk.undoing.entry(grant)
    desk.tickets.redact(number, "secret")
    with pytest.raises(Conflict, match=r"ticket.redact cannot be undone"):
        desk.undoing.last()
    with pytest.raises(Conflict, match=r"desk.init cannot be undone"):
        desk.undoing.entry(1)
    with pytest.raises(NotFound):
        desk.undoing.target("bnothing")
    with pytest.raises(NotFound):
        desk.undoing.target("999999")


def test_there_is_nothing_to_undo_on_a_new_desk(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.undoing.last()
    with pytest.raises(NotFound):
        desk.undoing.redo()


def test_ones_own_and_what_others_did(desk: Desk) -> None:
    number = opened(desk)
    desk.tickets.edit(number, set={"title": "by ana"})
    anas = last_seq(desk)
    with as_person(desk, "sue", "service_desk", agent=True) as sue:
        sue.tickets.edit(number, set={"description": "by sue"})
        with pytest.raises(NotPermitted):
            sue.undoing.entry(anas)
        # Not on the ticket herself, and still may take back what she did to it.
        assert sue.undoing.last()["undone"] == 1
        with pytest.raises(NotFound):
            sue.undoing.last()
        sue.tickets.edit(number, set={"description": "by sue"})
        sues = last_seq(desk)
    # Ana's last deed was to add Sue, who has acted since: she stays, with all her roles.
    told = desk.undoing.last()
    assert (told["undone"], told["conflicts"][0]["fields"]) == (0, ["in use"])
    assert desk.people.show("sue")["roles"] == ["service_desk"]
    assert desk.undoing.entry(anas)["undone"] == 1
    assert desk.tickets.show(number)["title"] == "VPN drops"
    assert desk.tickets.show(number)["description"] == "by sue"
    assert desk.undoing.target(str(sues))["undone"] == 1  # ana may take back what others did
    assert desk.tickets.show(number)["description"] == ""
    with as_person(desk, "rita", "requester") as rita, pytest.raises(NotPermitted):
        rita.undoing.last()


def test_handed_on_and_taken_back(desk: Desk) -> None:
    """Technical support sees its teams' tickets only; handing one on by mistake can be taken back all the same."""
    number = opened(desk)
    desk.tickets.assign(number, team="network")
    with as_person(desk, "bob", "technical_support", agent=True, teams=["network"]) as bob:
        bob.tickets.assign(number, team="applications")
        with pytest.raises(NotFound):
            bob.tickets.show(number)
        assert bob.undoing.last()["undone"] == 1
        assert bob.tickets.show(number)["team"] == "network"


def test_a_role_that_is_gone_undoes_nothing(desk: Desk) -> None:
    number = opened(desk)
    with as_person(desk, "sue", "service_desk", agent=True) as sue:
        sue.tickets.edit(number, set={"title": "by sue"})
        desk.people.revoke("sue", ["service_desk"])
        with pytest.raises(NotPermitted):
            sue.undoing.last()
        with pytest.raises(NotPermitted):
            sue.tickets.edit(number, set={"title": "again"})
    assert desk.tickets.show(number)["title"] == "by sue"


def test_taking_back_needs_what_doing_needed(desk: Desk) -> None:
    """Who may still take back, but no longer do what they did, takes none of it back."""
    number = opened(desk)
    with as_person(desk, "sue", "service_desk", agent=True) as sue:
        deeds = {
            "ticket.edit": lambda: sue.tickets.edit(number, set={"title": "by sue"}),
            "ticket.open": lambda: sue.tickets.open("hers"),
            "ticket.delete": lambda: None,
            "template.save": lambda: sue.templates.save("hers", "x"),
        }
        seqs = {}
        for name, deed in deeds.items():
            deed()
            seqs[name] = last_seq(desk)
        gone = int(sue.tickets.open("gone")["number"])
        desk.people.grant("sue", ["smo"])
        sue.tickets.delete(gone)
        seqs["ticket.delete"] = last_seq(desk)
        desk.people.grant("sue", ["quality"])
        desk.people.revoke("sue", ["service_desk", "smo"])
        head = desk.store.head()
        for name, seq in seqs.items():
            with pytest.raises(NotPermitted) as refused:
                sue.undoing.entry(seq)
            assert refused.value.params["permission"] == registry.verbs()[name].permission.value, name
        assert desk.store.head() == head
        desk.people.grant("sue", ["smo"])
        assert [sue.undoing.entry(seq)["undone"] for seq in seqs.values()] == [1] * len(seqs)


def test_waiting_is_taken_back_with_its_timer(desk: Desk, clock: FixedClock) -> None:
    number = opened(desk)
    desk.tickets.take(number)
    desk.tickets.pend(number, until=clock.now + 3_600, reason="waiting")
    timers = "SELECT subject, due_at FROM timer WHERE fired_at IS NULL"
    assert desk.store.query(timers) == [(number, clock.now + 3_600)]
    desk.undoing.last()
    assert desk.store.query(timers) == []
    desk.undoing.redo()
    assert desk.store.query(timers) == [(number, clock.now + 3_600)]
    desk.tickets.delete(number)
    assert desk.store.query(timers) == []
    desk.undoing.last()
    assert desk.store.query(timers) == [(number, clock.now + 3_600)]
    clock.forward(4_000)
    assert desk.timers.fire_due()["woken"] == [number]
    assert desk.timers.fire_due()["woken"] == []


def test_describing_does_nothing(desk: Desk) -> None:
    number = opened(desk)
    desk.tickets.edit(number, set={"title": "two"})
    head = desk.store.head()
    told = desk.undoing.describe()
    assert (told["verb"], told["entries"], told["subjects"]) == ("ticket.edit", 1, [f"ticket {number}"])
    assert desk.undoing.describe(told["target"]) == told
    assert desk.store.head() == head


def test_an_external_id_taken_meanwhile_stays_where_it_is(desk: Desk) -> None:
    one = opened(desk, set={"external_id": "SN-1"})
    entry = last_seq(desk)
    desk.undoing.entry(entry)
    undone = last_seq(desk)
    two = opened(desk, set={"external_id": "SN-1"})
    assert desk.undoing.entry(undone)["undone"] == 0
    assert desk.tickets.show(two)["external_id"] == "SN-1"
    with pytest.raises(NotFound):
        desk.tickets.show(one)


# -- what a plan of an undo holds ------------------------------------------------------------------------------------


def _grouped(entries: list[Entry]) -> list[list[list[int | None]]]:
    """The order of an undo made the plain way, from whole entries (newest first), as one list of groups a rank."""
    by_subject: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        by_subject.setdefault((entry.subject_type, entry.subject), []).append(entry)
    ranks: list[list[list[int | None]]] = [[], [], []]
    for (kind, _), group in by_subject.items():
        opened = any(c.table == "ticket" and c.before is None for c in group[-1].rows)
        for part in [group] if opened or kind != "ticket" else [[e] for e in group]:
            removes = any(c.after is None for e in part for c in e.rows)
            ranks[1 if kind == "ticket" else 0 if removes else 2].append([e.seq for e in part])
    return ranks


def test_the_plan_of_an_undo_is_that_of_its_entries(desk: Desk) -> None:
    rows = [
        {"external_id": f"X{n}", "title": f"printer {n} jams", "requester": f"p{n % 5}@example.org", "number": str(n),
         "parent": str(n + 1) if n % 3 == 0 else None, "tags": ["a", "b"], "comments": ["hello"]}
        for n in range(30)
    ]  # fmt: skip
    batches = [desk.importing.tickets(iter(rows))["batch"]]
    batches.append(
        desk.importing.tickets(
            iter([{**row, "title": "scanner", "tags": ["c"], "comments": ["more"]} for row in rows])
        )["batch"]
    )
    batches.append(desk.undoing.batch(batches[1])["batch"])
    batches.append(desk.undoing.batch(batches[0])["batch"])
    batches.append(desk.undoing.redo()["batch"])
    for batch in batches:
        entries = list(journal.read(desk.store.reader(), journal.OF_BATCH, (batch,)))[::-1]
        plan = undo_plan.plan(desk.store, batch, None, [])
        assert plan.entries == len(entries) >= 30, batch
        assert [group for chunk in plan.chunks() for group in chunk] == [g for rank in _grouped(entries) for g in rank]
        for chunk in plan.chunks():
            loaded = undo_plan.load(desk.store.reader(), chunk)
            assert [[e.seq for e in group] for group in loaded] == chunk
            subjects = [(group[0].subject_type, group[0].subject) for group in loaded]
            assert len(set(subjects)) == len(subjects)
        left = undo_plan.plan(desk.store, batch, None, [e.seq or 0 for e in entries[::2]])
        assert [g for c in left.chunks() for g in c] == [g for rank in _grouped(entries[1::2]) for g in rank]


def test_families_that_came_together_go_together(desk: Desk) -> None:
    before = rows(desk)
    family = [{"title": f"part {n}", "number": str(n), "parent": parent} for n, parent in enumerate("1234", 0)]
    batch = desk.importing.tickets(iter([*family, {"title": "whole", "number": "4"}]))["batch"]
    assert desk.store.query("SELECT count(*) FROM ticket WHERE parent_number IS NOT NULL") == [(4,)]
    after = rows(desk)
    assert desk.undoing.batch(batch) | {"batch": None} == {"undone": 9, "conflicts": [], "batch": None}
    assert rows(desk) == before
    desk.undoing.redo()
    assert rows(desk) == after
    # One that somebody works on keeps those on which it hangs.
    desk.tickets.note(2, "mine")
    told = desk.undoing.batch(batch)
    assert sorted(c["number"] for c in told["conflicts"]) == [2, 3, 4, 5]
    assert desk.store.query("SELECT number FROM ticket ORDER BY number") == [(2,), (3,), (4,), (5,)]


def test_an_undo_reads_its_entries_some_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_plan, "CHUNK", 7)
    batch = desk.importing.tickets(iter([{"title": f"printer {n} jams"} for n in range(60)]))["batch"]
    read: list[int] = []
    parse = journal.parse

    def counting(record: tuple[object, ...]) -> Entry:
        read[-1] += 1
        return parse(record)

    load = undo_plan.load

    def loading(conn: sqlite3.Connection, chunk: list[list[int]]) -> list[list[Entry]]:
        read.append(0)
        return load(conn, chunk)

    monkeypatch.setattr(journal, "parse", counting)
    monkeypatch.setattr(undo_plan, "load", loading)
    assert desk.undoing.batch(batch)["undone"] == 60
    assert read == [7] * 8 + [4]
