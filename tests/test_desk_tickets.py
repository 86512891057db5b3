"""The life of single tickets: opening, merging in chains, replies that reach the survivor, and the past."""
# ruff: noqa: F811

import itertools
import random
from typing import Any

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.history import fold
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, Usage
from tests import desk_random as world
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401
from tests.desk_random import BOOKKEEPING, DEEDS, Pick, attempt, tables


def opened(desk: Desk, title: str = "VPN drops", **more: Any) -> int:
    return int(desk.tickets.open(title, **more)["number"])


# -- opening ------------------------------------------------------------------------------------------------------------


def test_opening(desk: Desk, clock: FixedClock) -> None:
    made = desk.tickets.open(
        "VPN\ndrops",
        description="a\0b",
        requester="Zoe@Example.org",
        tags=["Jam", "jam", "two words"],
        set={"urgency": "高"},
    )
    assert made["title"] == "VPN drops"
    assert made["description"] == "a\ufffdb"
    assert made["requester"] == "Zoe@Example.org"
    assert made["tags"] == ["jam", "two-words"]
    assert made["urgency"] == "high"
    assert made["version"] == 1
    assert desk.tickets.open("again", requester="zoe@EXAMPLE.org")["requester"] == "Zoe@Example.org"
    assert desk.store.query("SELECT count(*) FROM person") == [(2,)]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"title": " "}, Invalid), ({"title": "x" * 10_001}, Invalid), ({"title": "x", "description": "x" * 1_048_577}, Invalid),
        ({"title": "x", "set": {"nonsense": "1"}}, Invalid), ({"title": "x", "set": {"impact": "huge"}}, Invalid),
        ({"title": "x", "set": {"parent": "77"}}, Invalid), ({"title": "x", "requester": "nobody at all"}, Invalid),
        ({"title": "x", "tags": ["a,b"]}, Invalid), ({"title": "x", "channel": "pigeon"}, Invalid), ({"title": "x", "at": 99_999_999_999}, Invalid),
    ],
)  # fmt: skip
def test_refused_openings_leave_nothing(desk: Desk, arguments: dict[str, Any], kind: type[Exception]) -> None:
    head = desk.store.head()
    with pytest.raises(kind):
        desk.tickets.open(**arguments)
    assert desk.store.head() == head
    assert opened(desk) == 1  # nor was a number used up


def test_bounds_are_taken(desk: Desk) -> None:
    number = opened(desk, "x" * 10_000, description="y" * 1_048_576)
    assert len(desk.tickets.show(number)["title"]) == 10_000
    desk.tickets.reply(number, "z" * 1_048_576)
    with pytest.raises(Invalid):
        desk.tickets.reply(number, "z" * 1_048_577)
    with pytest.raises(Invalid):
        desk.tickets.note(number, " \n ")


def test_a_ticket_may_be_told_late(desk: Desk, clock: FixedClock) -> None:
    number = opened(desk, at=clock.now - 7_200)
    row = desk.tickets.facts(number)
    assert row["created_at"] == clock.now - 7_200
    entry = desk.tickets.entries(number)[0]
    assert (entry.at, entry.recorded_at) == (clock.now - 7_200, clock.now)


# -- states -------------------------------------------------------------------------------------------------------------


def test_moves_and_what_follows(desk: Desk, clock: FixedClock) -> None:
    number = opened(desk)
    assert desk.tickets.take(number)["state"] == "in_progress"
    with pytest.raises(Conflict):
        desk.tickets.take(number)
    with pytest.raises(Invalid, match="resolution"):
        desk.tickets.state(number, "resolved")
    with pytest.raises(Invalid):
        desk.tickets.pend(number, reason="no date")
    with pytest.raises(Invalid, match="past"):
        desk.tickets.pend(number, until=clock.now, reason="x")
    desk.tickets.pend(number, until=clock.now + 600, reason="vendor")
    assert desk.tickets.show(number)["phase"] == "pending"
    clock.forward(60)
    done = desk.tickets.resolve(number, resolution="new cable", cause="dust")
    assert (done["phase"], desk.tickets.facts(number)["pending_until"]) == ("resolved", None)
    assert done["resolved_at"] is not None
    again = desk.tickets.reopen(number, reason="not solved")
    assert (again["resolved_at"], again["reopen_count"]) == (None, 1)
    with pytest.raises(Conflict, match="nothing to reopen"):
        desk.tickets.reopen(number, reason="x")
    with pytest.raises(Invalid, match="its states are"):
        desk.tickets.state(number, "approved")
    with pytest.raises(Conflict):
        desk.tickets.close(number)


def test_a_requesters_answer_goes_on(desk: Desk, clock: FixedClock) -> None:
    with as_person(desk, "zoe", "requester") as zoe:
        number = zoe.tickets.open("VPN drops")["number"]
        desk.tickets.take(number)
        desk.tickets.state(number, "awaiting_user", reason="which VPN?")
        zoe.tickets.reply(number, "the usual one")
        assert desk.tickets.show(number)["state"] == "in_progress"
        desk.tickets.resolve(number, resolution="done")
        zoe.tickets.reply(number, "not at all")
        assert (desk.tickets.show(number)["state"], desk.tickets.show(number)["reopen_count"]) == ("in_progress", 1)
        desk.tickets.resolve(number, resolution="done")
        desk.tickets.close(number)
        zoe.tickets.reply(number, "thanks")
        assert desk.tickets.show(number)["state"] == "closed"


def test_nothing_to_do_is_nothing_done(desk: Desk) -> None:
    number = opened(desk)
    head = desk.store.head()
    desk.tickets.edit(number, set={"title": "VPN drops"})
    assert desk.store.head() == head
    with pytest.raises(Usage):
        desk.tickets.edit(number)
    with pytest.raises(NotFound):
        desk.tickets.edit(99, set={"title": "x"})
    with pytest.raises(Conflict, match="its own ancestor"):
        desk.tickets.edit(number, set={"parent": str(number)})


# -- merging ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_chains_come_apart_in_any_order(desk: Desk, order: tuple[int, ...]) -> None:
    """A into B into C into D; whichever is taken apart first, in the end everything stands as before."""
    numbers = [opened(desk, f"ticket {i}", requester=f"p{i}@example.org") for i in range(4)]
    before = tables(desk.store.reader(), BOOKKEEPING)
    for one, other in itertools.pairwise(numbers):
        assert desk.tickets.merge(one, other)["merged_into"] == other
    for place in order:
        desk.tickets.unmerge(numbers[place])
    after = tables(desk.store.reader(), BOOKKEEPING)
    # Whoever follows a survivor by way of a ticket that was merged into it meanwhile may stay its watcher.
    extra = [row for row in after.pop("watcher") if row not in before["watcher"]]
    before.pop("watcher")
    assert after == before
    assert len(extra) <= 2


def test_merging_into_a_merged_ticket_reaches_the_survivor(desk: Desk) -> None:
    a, b, c = (opened(desk, name) for name in "abc")
    desk.tickets.merge(b, c)
    assert desk.tickets.merge(a, b)["merged_into"] == c
    for one, other in ((c, a), (c, b), (a, a)):
        with pytest.raises(Conflict):
            desk.tickets.merge(one, other)
    with pytest.raises(Conflict, match="already merged"):
        desk.tickets.merge(a, c)
    with pytest.raises(Conflict, match="unmerge"):
        desk.tickets.reopen(a, reason="x")


def test_what_is_said_on_a_merged_ticket_reaches_the_survivor(desk: Desk) -> None:
    with as_person(desk, "zoe", "requester") as zoe:
        a = zoe.tickets.open("mine")["number"]
        zoe.tickets.reply(a, "said before")
        b, c = opened(desk, "b"), opened(desk, "c")
        desk.tickets.merge(a, b)
        desk.tickets.merge(b, c)
        told = zoe.tickets.reply(a, "said after")
        assert told["number"] == c
        assert desk.tickets.note(a, "and a note")["number"] == c
        assert [x.body for x in desk.tickets.comments(c)] == ["said before", "said after", "and a note"]
        assert any(r["code"] == "merge.redirect" for item in desk.tickets.timeline(c) for r in item.reasons)
        skipped = desk.bulk.reply("to all", numbers=[a, b, c])
        assert (skipped["changed"], [s["number"] for s in skipped["skipped"]]) == (1, [a, b])
        desk.tickets.unmerge(a)
        assert zoe.tickets.reply(a, "mine again")["number"] == a
        # What reached the survivor stays there, and nothing of it is lost.
        assert [x.body for x in desk.tickets.comments(c)] == ["said after", "and a note", "to all"]
        assert [x.body for x in desk.tickets.comments(a)] == ["said before", "mine again"]


def test_a_merge_that_was_edited_later_comes_apart(desk: Desk) -> None:
    a, b = opened(desk, "a"), opened(desk, "b")
    desk.tickets.merge(a, b)
    desk.tickets.edit(a, set={"title": "a, said better"})
    desk.tickets.unmerge(a)
    assert desk.tickets.show(a)["title"] == "a, said better"
    assert desk.tickets.show(a)["phase"] == "new"
    assert desk.tickets.links(a) == []
    with pytest.raises(Conflict):
        desk.tickets.unmerge(a)


def test_splitting(desk: Desk) -> None:
    number = opened(desk, "two things", requester="zoe@example.org")
    comment = desk.tickets.reply(number, "and the printer jams")["comment"]
    made = desk.tickets.split(number, "printer jams", comment=comment)
    assert made["description"] == "and the printer jams"
    assert made["requester"] == "zoe@example.org"
    assert [(x["type"], x["other"]) for x in desk.tickets.links(made["number"])] == [("split_from", number)]
    with pytest.raises(Invalid):
        desk.tickets.split(number, "x", comment=comment + 1)


def test_comments_stand_on_their_own_numbers(desk: Desk) -> None:
    a, b = opened(desk), opened(desk)
    keys = [desk.tickets.reply(n, f"{n}")["comment"] for n in (a, b, a)]
    assert keys == [a << 20 | 1, b << 20 | 1, a << 20 | 2]
    desk.undoing.last()
    assert desk.tickets.reply(a, "again")["comment"] == a << 20 | 3  # a number is never given twice


# -- the past -----------------------------------------------------------------------------------------------------------


def _folded(desk: Desk, instant: int) -> dict[int, dict[str, Any]]:
    rows = fold(journal.read(desk.store.reader(), journal.UP_TO, (instant,)))
    return {key[0]: row for (table, key), row in rows.items() if table == "ticket"}


def test_the_past_of_one_ticket(desk: Desk, clock: FixedClock) -> None:
    times: list[tuple[int, str, str]] = []
    number = opened(desk)
    times.append((clock.now, "new", "VPN drops"))
    clock.forward(600)
    desk.tickets.take(number)
    times.append((clock.now, "in_progress", "VPN drops"))
    clock.forward(600)
    desk.tickets.edit(number, set={"title": "VPN is back"})
    desk.tickets.resolve(number, resolution="by itself")
    times.append((clock.now, "resolved", "VPN is back"))
    clock.forward(600)
    desk.tickets.delete(number)
    for instant, state, title in times:
        for late in (0, 599):
            with desk.at(instant + late) as past:
                shown = past.tickets.show(number)
                assert (shown["state"], shown["title"]) == (state, title)
                assert past.now() == instant + late
                assert past.tickets.numbers(f"state:{state}") == [number]
                assert [n for n, _ in past.searching.ranked(title, limit=3)] == [number]
    with desk.at(times[0][0] - 1) as past:
        assert past.tickets.select() == []
    with desk.at(clock.now) as past:
        assert past.tickets.numbers("") == []
        with pytest.raises(Conflict):
            past.tickets.open("no way back")
    assert desk.tickets.numbers("is:deleted") == [number]


@pytest.mark.parametrize("seed", range(4))
def test_the_past_equals_the_fold_of_its_entries(seed: int) -> None:
    dice = random.Random(seed)
    with world.fresh_desk() as (cast, clock):
        desk, instants = cast["ana"], []
        for _ in range(50):
            attempt(
                lambda: DEEDS[dice.choice(sorted(DEEDS))](
                    cast[dice.choice(("ana", "sue"))], Pick([dice.randrange(999) for _ in range(8)])
                )
            )
            if dice.randrange(5) == 0:
                attempt(desk.undoing.last)
            clock.forward(dice.choice((1, 300, 9_000)))
            instants.append(clock.now - 1)
        for instant in dice.sample(instants, 4):
            wanted = _folded(desk, instant)
            with desk.at(instant) as past:
                cursor = past.store.reader().execute("SELECT * FROM ticket")
                names = [d[0] for d in cursor.description]
                found = {r[0]: dict(zip(names, r, strict=True)) for r in cursor.fetchall()}
                assert found.keys() == wanted.keys()
                for number, row in wanted.items():
                    assert found[number] == {name: row.get(name) for name in names}
                alive = sorted(n for n, row in found.items() if row["deleted_at"] is None and row["phase"] < 3)
                assert sorted(past.tickets.numbers("is:open")) == alive
                assert past.tickets.count("is:open", None) == len(alive)
                overdue = sorted(n for n in alive if found[n]["due_at"] <= instant)
                assert sorted(past.tickets.numbers("is:overdue")) == overdue


def test_the_past_where_addresses_were_exchanged(desk: Desk, clock: FixedClock) -> None:
    """Two people who never had an address at the same time, told out of order, do not stand in each other's way."""
    desk.people.add("Bob", login="bob", email="x@example.org")
    clock.forward(100)
    desk.people.edit("bob", {"email": "y@example.org"})
    clock.forward(100)
    desk.people.add("Cleo", login="cleo", email="x@example.org")
    clock.forward(100)
    desk.people.edit("cleo", {"email": "z@example.org"})
    desk.people.edit("bob", {"email": "x@example.org"})
    world.check_replay(desk, desk.store.path.parent)
    with desk.at(clock.now - 50) as past:
        assert past.directory.require("x@example.org").login == "cleo"
    with desk.at(clock.now) as past:
        assert past.directory.require("x@example.org").login == "bob"


def test_replay_in_small_chunks_with_exchanged_addresses(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is folded into one step may not want a value before another row has let it go."""
    from helpdesk_tui.store import replay

    for i in range(6):
        desk.people.add(f"P{i}", login=f"p{i}", email=f"p{i}@example.org")
    for i in range(6):
        desk.people.edit(f"p{i}", {"email": f"q{i}@example.org"})
        desk.people.edit(f"p{(i + 1) % 6}", {"email": f"r{i}@example.org"})
        desk.people.edit(f"p{(i + 1) % 6}", {"email": f"p{i}@example.org"})
    desk.people.add("Old", login="old", email="contact@example.org")
    old = desk.store.head()
    desk.undoing.entry(old)
    desk.people.add("New", login="new", email="contact@example.org")
    for chunk in (1, 2, 3, 5, 7, old, 2_000):
        monkeypatch.setattr(replay, "CHUNK", chunk)
        world.check_replay(desk, desk.store.path.parent)
