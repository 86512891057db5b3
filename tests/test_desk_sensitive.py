"""Sensitive tickets: who marks them and takes the mark off, what joins them, and what the journal and the past tell."""
# ruff: noqa: F811

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import disclosure
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.desk.import_rows import Incoming
from helpdesk_tui.store import replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from helpdesk_tui.vocabulary.roles import Permission
from tests.desk_fixtures import ANA, FixedClock, as_person, clock, desk, fresh_desk  # noqa: F401
from tests.test_rights_sensitive import WORDS, World, copied, world  # noqa: F401

# -- marking ------------------------------------------------------------------------------------------------------------


def test_who_marks_stays_on_it_and_what_was_merged_goes_along(desk: Desk) -> None:
    one, two = (desk.tickets.open(title, set={"team": "network"})["number"] for title in ("one", "two"))
    desk.tickets.merge(two, one)
    with (
        as_person(desk, "may", "service_desk", agent=True) as may,
        as_person(desk, "ben", "service_desk", agent=True) as ben,
    ):
        assert ben.tickets.show(one).get("sensitive") is None
        for reason in ("", "  ", "x" * 1_001):
            with pytest.raises(Invalid):
                may.tickets.sensitive(one, reason)
        assert may.tickets.sensitive(one, "health") == {"number": one, "sensitive": True}
        assert [may.tickets.show(n).get("sensitive") for n in (one, two)] == [True, True]
        assert may.tickets.watchers(one) == ["may"]
        with pytest.raises(NotFound):
            ben.tickets.show(two)
        with pytest.raises(Conflict):
            may.tickets.sensitive(one, "again")
        with pytest.raises(NotPermitted):
            may.tickets.sensitive(one, "a mistake", remove=True)
        told = may.tickets.log(one)[-1]
        assert (told["verb"], told["changes"]["sensitive"]) == ("ticket.sensitive", [False, True])
        assert [r["code"] for r in told["reasons"]] == ["sensitive.marked", "given"]
        may.undoing.last()  # one's own act, while one reads the ticket
        assert (("sensitive" in ben.tickets.show(one)), ("sensitive" in ben.tickets.show(two))) == (False, False)
        assert may.tickets.watchers(one) == []
        may.undoing.redo()
        with pytest.raises(NotFound):
            ben.tickets.show(one)
    # The office is not put on it, and takes the mark off.
    assert desk.tickets.sensitive(one, "no more", remove=True) == {"number": one, "sensitive": False}
    assert "ana" not in desk.tickets.watchers(one)
    with pytest.raises(Conflict):
        desk.tickets.sensitive(one, "no more", remove=True)


def test_the_assignee_takes_the_mark_off_and_a_requester_does_not_set_it(desk: Desk) -> None:
    number = desk.tickets.open("x", set={"team": "network"})["number"]
    with (
        as_person(desk, "may", "service_desk", agent=True, teams=["network"]) as may,
        as_person(desk, "rita", "requester") as rita,
    ):
        may.tickets.take(number)
        may.tickets.sensitive(number, "health")
        assert may.tickets.watchers(number) == []
        assert may.tickets.sensitive(number, "no", remove=True)["sensitive"] is False
        own = rita.tickets.open("mine")["number"]
        with pytest.raises(NotPermitted):
            rita.tickets.sensitive(own, "x")


def test_what_one_may_not_read_does_not_go_along(desk: Desk) -> None:
    one = desk.tickets.open("one", set={"team": "network"})["number"]
    other = desk.tickets.open("other", set={"team": "applications"})["number"]
    desk.tickets.merge(other, one)
    with as_person(desk, "tess", "technical_support", agent=True, teams=["network"]) as tess:
        tess.tickets.sensitive(one, "health")
    assert [("sensitive" in desk.tickets.show(n)) for n in (one, other)] == [True, False]
    assert desk.tickets.watchers(other) == []


def test_the_office_is_not_put_on_what_it_marks(desk: Desk) -> None:
    number = desk.tickets.open("x", set={"team": "network"})["number"]
    desk.tickets.sensitive(number, "health")
    assert desk.tickets.watchers(number) == []


def test_being_named_gives_no_right_that_ones_roles_lack(desk: Desk) -> None:
    number = desk.tickets.open("x", set={"team": "network"})["number"]
    with as_person(desk, "quentin", "quality", agent=True) as quentin:
        desk.tickets.watch(number, person="quentin")
        desk.tickets.sensitive(number, "health")
        assert quentin.tickets.show(number)["number"] == number
        for ask in (
            lambda: quentin.tickets.edit(number, set={"title": "y"}),
            lambda: quentin.tickets.note(number, "y"),
            lambda: quentin.tickets.sensitive(number, "no", remove=True),
        ):
            with pytest.raises(NotPermitted):
                ask()
        assert not quentin.allows_on(Permission.TICKET_EDIT, desk.tickets.facts(number))


def test_what_was_merged_and_is_sensitive_alone_stays_out_of_the_survivors_talk(desk: Desk) -> None:
    one, other = (desk.tickets.open(title, set={"team": "network"})["number"] for title in ("one", "other"))
    desk.tickets.reply(other, "of an illness")
    desk.tickets.merge(other, one)
    desk.tickets.sensitive(other, "health")
    for role in ("service_desk", "auditor", "technical_support"):
        teams = ["network"] if role == "technical_support" else None
        with as_person(desk, f"a-{role.replace('_', '-')}", role, agent=True, teams=teams) as who:
            assert who.tickets.family(one) == [one]
            assert "illness" not in str(who.tickets.comments(one)) + str(who.tickets.timeline(one))
    assert desk.tickets.family(one) == [one, other]
    assert "illness" in str(desk.tickets.comments(one))


def test_a_ticket_can_be_born_sensitive(desk: Desk) -> None:
    with as_person(desk, "may", "service_desk", agent=True) as may, as_person(desk, "rita", "requester") as rita:
        number = may.tickets.open("about rita", requester="rita", sensitive=True, set={"team": "network"})["number"]
        assert may.tickets.watchers(number) == ["may"]
        assert rita.tickets.show(number).get("sensitive") is True
        own = rita.tickets.open("of my own", sensitive=True)["number"]
        assert rita.tickets.facts(own)["sensitive"]
        assert not may.reading.knows(own)
        assert may.tickets.count("", None) == 1
        split = may.tickets.split(number, "another matter", text="still about rita")
        assert split.get("sensitive") is True


def test_a_category_can_be_sensitive(desk: Desk) -> None:
    text = default_policy_text()
    code = desk.policies.current().policy.categories[0].code
    place = text.index(f'code = "{code}"')
    desk.policy.apply(text[:place] + "sensitive = true\n" + text[place:])
    with (
        as_person(desk, "may", "service_desk", agent=True) as may,
        as_person(desk, "ben", "service_desk", agent=True) as ben,
    ):
        number = may.tickets.open("x", set={"category": code})["number"]
        other = may.tickets.open("y", set={"category": "other"})["number"]
        assert (("sensitive" in may.tickets.show(number)), ("sensitive" in may.tickets.show(other))) == (True, False)
        assert not ben.reading.knows(number)
        may.tickets.edit(other, set={"category": code})
        assert may.tickets.show(other).get("sensitive") is True
        assert not ben.reading.knows(other)


def test_what_is_sensitive_is_not_joined_with_what_is_not(desk: Desk) -> None:
    one, two = desk.tickets.open("one", sensitive=True)["number"], desk.tickets.open("two")["number"]
    for source, target in ((one, two), (two, one)):
        with pytest.raises(Conflict):
            desk.tickets.merge(source, target)
    desk.tickets.sensitive(two, "as well")
    assert desk.tickets.merge(one, two)["merged_into"] == two


def test_what_one_handed_on_is_not_taken_back(desk: Desk) -> None:
    """Undo asks who may read the ticket now, not who could."""
    number = desk.tickets.open("x", set={"team": "network"})["number"]
    with as_person(desk, "may", "service_desk", agent=True, teams=["network"]) as may, as_person(
        desk, "ben", "service_desk", agent=True, teams=["network"]
    ) as ben:  # fmt: skip
        may.tickets.edit(number, set={"impact": "high"})
        batch = may.bulk.edit(numbers=[number, may.tickets.open("y")["number"]], add_tags=["many"])["batch"]
        may.tickets.take(number)
        may.tickets.sensitive(number, "health")
        may.tickets.assign(number, assignee="ben")
        seq = desk.store.head()
        before = desk.tickets.show(number)
        for ask in (lambda: may.undoing.entry(seq), lambda: may.undoing.describe(str(seq))):
            with pytest.raises(NotFound):
                ask()
        with pytest.raises(NotFound):
            may.tickets.watch(number)
        # The last that can be taken back is the batch, for what it did elsewhere.
        assert may.undoing.describe()["target"] == batch
        answer = may.undoing.last()
        assert answer["conflicts"] == [{"number": number, "fields": [], "reason": "gone"}]
        assert desk.tickets.show(number) == before
        assert ben.tickets.show(number)["assignee"] == "ben"


def test_an_external_id_that_it_has_is_taken_and_no_more_is_said(world: World, tmp_path: Path) -> None:
    with copied(world, tmp_path).enter("x-service_desk") as desk:
        for ask in (
            lambda: desk.tickets.edit(world.theirs, set={"external_id": WORDS[3]}),
            lambda: desk.tickets.open("x", set={"external_id": WORDS[3]}),
        ):
            with pytest.raises(Conflict) as caught:
                ask()
            assert str(world.ours) not in str(caught.value)
        done = desk.importing.tickets([{"title": "mine now", "external_id": WORDS[3]}])
        assert (done["created"], done["updated"], len(done["errors"])) == (0, 0, 1)
        assert str(world.ours) not in str(done["errors"][0]["reason"].error)


# -- what the journal tells ---------------------------------------------------------------------------------------------


def test_the_office_opening_it_is_told_once_a_day(world: World, tmp_path: Path) -> None:
    copy = copied(world, tmp_path)
    clock = FixedClock(world.clock.now)
    copy.clock = clock

    def told_of(desk: Desk) -> list[tuple[Any, ...]]:
        return desk.store.query("SELECT subject, actor_id FROM journal WHERE verb = ?", (disclosure.VERB,))

    with copy.enter("x-smo") as desk:
        desk.tickets.page("")
        desk.searching.tickets("vpn")
        desk.exporting.tickets()
        assert told_of(desk) == [], "lists are not openings"
        desk.tickets.show(world.theirs)
        desk.tickets.show(world.ours)
        desk.tickets.comments(world.ours)
        desk.tickets.details(world.ours)
        assert told_of(desk) == [(world.ours, desk.actor.id)]
        with pytest.raises(NotFound):
            desk.undoing.last()
        clock.forward(86_400)
        desk.tickets.comments(world.ours)
        assert len(told_of(desk)) == 2
        with desk.at(clock.now) as past:
            clock.forward(86_400)
            past.tickets.show(world.ours)
        assert len(told_of(desk)) == 3, "nor is the past a way around"
        desk.tickets.log(world.logged)
        desk.attachments.read(world.attachments[0])
        assert [n for n, _ in told_of(desk)] == [world.ours, world.ours, world.ours, world.logged]
        with pytest.raises(Conflict):
            desk.undoing.entry(desk.store.head())
    for who in ("worker", "rita", "friend"):
        with copy.enter(who) as desk:
            before = desk.store.head()
            desk.tickets.show(world.ours)
            desk.tickets.comments(world.ours)
            desk.tickets.timeline(world.ours)
            assert desk.store.head() == before
    with copy.enter("worker") as desk:
        assert [e["actor"] for e in desk.tickets.log(world.ours) if e["verb"] == disclosure.VERB] == ["x-smo"] * 4, (
            "one on what was merged"
        )


@pytest.mark.parametrize("read", ["show", "comments", "timeline", "log", "why", "entries", "details"])
def test_every_way_to_open_it_is_told(world: World, tmp_path: Path, read: str) -> None:
    with copied(world, tmp_path).enter("x-smo") as desk:
        before = desk.store.head()
        getattr(desk.tickets, read)(world.ours)
        assert desk.store.head() == before + 1


def test_who_acts_for_another_reads_no_further_than_either(world: World, tmp_path: Path) -> None:
    with copied(world, tmp_path).enter("x-smo") as desk:
        with pytest.raises(NotFound):
            desk.acting_as("x-service_desk").tickets.show(world.ours)
        assert desk.acting_as("worker").tickets.show(world.ours)["number"] == world.ours


def test_auditors_see_that_entries_are_there_and_nothing_of_them(world: World, tmp_path: Path) -> None:
    for who in ("x-auditor", "x-administrator"):
        with copied(world, tmp_path).enter(who) as desk:
            entries = desk.audit.log(subject=f"ticket:{world.ours}", limit=500)
            assert len(entries) > 8
            for entry in entries:
                assert (entry["rows"], entry["reasons"], entry["withheld"]) == ([], [], True)
                assert entry["verb"] and entry["at"] and len(entry["hash"]) == 64
            others = desk.audit.log(subject=f"ticket:{world.theirs}")
            assert others and all(
                not entry["withheld"] and entry["rows"] for entry in others if entry["verb"] != "ticket.link"
            )
            lines = [json.loads(line) for line in desk.audit.export()]
            assert {line["subject"] for line in lines if line["withheld"]} == {world.ours, world.logged}
            assert desk.audit.verify()["ok"]


def test_an_opening_that_was_taken_back_stays_withheld(desk: Desk) -> None:
    number = desk.tickets.open("about her health", sensitive=True)["number"]
    desk.undoing.last()
    assert desk.store.query("SELECT 1 FROM ticket WHERE number = ?", (number,)) == []
    plain = desk.tickets.open("a printer")["number"]
    desk.undoing.last()
    with as_person(desk, "audrey", "auditor") as auditor:
        told = {n: auditor.audit.log(subject=f"ticket:{n}") for n in (number, plain)}
        assert [e["withheld"] for e in told[number]] == [True, True]
        assert [e["withheld"] for e in told[plain]] == [False, False]
        assert "health" not in json.dumps(told[number])
    assert "health" in json.dumps(desk.audit.log(subject=f"ticket:{number}")), "the office reads it as any other"


def test_the_past_keeps_what_is_secret_today(desk: Desk, clock: FixedClock) -> None:
    number = desk.tickets.open("about her health")["number"]
    other = desk.tickets.open("a printer")["number"]
    then = clock.now
    clock.forward(3_600)
    desk.tickets.sensitive(number, "health")
    with as_person(desk, "may", "service_desk", agent=True) as may, may.at(then) as past:
        assert past.tickets.numbers("") == [other]
        assert past.tickets.count("", None) == {t.code: t.count for t in past.views.tabs()}["all"] == 1
        with pytest.raises(NotFound):
            past.tickets.show(number)
    clock.forward(3_600)
    desk.tickets.sensitive(number, "no more", remove=True)
    with as_person(desk, "may") as may, may.at(clock.now - 1_800) as past:
        assert past.tickets.show(number)["number"] == number


def test_a_journal_from_before_the_mark_tells_the_same(desk: Desk, tmp_path: Path) -> None:
    """Entries say nothing of it where there is nothing to say, as those of the first schema; check and replay agree."""
    one, two = (desk.tickets.open(title)["number"] for title in ("one", "two"))
    told = desk.store.query("SELECT ops FROM journal WHERE verb = 'ticket.open'")
    assert len(told) == 2 and not any("sensitive" in ops for (ops,) in told)
    desk.tickets.sensitive(one, "health")
    desk.tickets.sensitive(two, "health")
    desk.tickets.sensitive(two, "no more", remove=True)
    assert desk.upkeep.check(deep=True)["ok"]
    with contextlib.closing(Store(tmp_path / "again.db")) as again:
        replay.replay(desk.store.reader(), again)
        sql = "SELECT number, sensitive FROM ticket ORDER BY number"
        assert again.query(sql) == desk.store.query(sql) == [(one, 1), (two, None)]


def test_it_is_as_secret_in_the_archive(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "desk.db").write_bytes(fresh_desk())
    with Desk.open(tmp_path / "desk.db", user=ANA, clock=clock) as opened:
        _archived(opened, clock)


def _archived(desk: Desk, clock: FixedClock) -> None:
    number, other = (
        desk.tickets.open(title, set={"team": "network"})["number"] for title in ("her health", "a printer")
    )
    for each in (number, other):
        desk.tickets.resolve(each, resolution="x", cause="y", code="fixed")
        desk.tickets.close(each)
    desk.tickets.sensitive(number, "health")
    may, boss = (as_person(desk, login, role, agent=True) for login, role in (("may", "service_desk"), ("boss", "smo")))
    clock.forward(400 * 86_400)
    desk.upkeep.archive("1y")
    with may, may.upkeep.archived() as kept:
        assert (kept.tickets.numbers(""), kept.tickets.count("", None)) == ([other], 1)
        assert {t.code: t.count for t in kept.views.tabs()}["all"] == 1
        for ask in (kept.tickets.show, kept.tickets.comments, kept.tickets.log):
            with pytest.raises(NotFound):
                ask(number)
    with boss, boss.upkeep.archived() as kept:
        before = desk.store.head()
        assert kept.tickets.show(number)["title"] == "her health"
        assert desk.store.query("SELECT verb, subject FROM journal WHERE seq > ?", (before,)) == [
            (disclosure.VERB, number)
        ]
    with as_person(desk, "audrey", "auditor") as auditor:
        assert {entry["withheld"] for entry in auditor.audit.log(subject=f"ticket:{number}")} == {True}
        assert {entry["withheld"] for entry in auditor.audit.log(subject=f"ticket:{other}")} == {False}
    assert desk.upkeep.check(deep=True)["ok"]
    desk.upkeep.unarchive([number])
    assert desk.upkeep.check(deep=True)["ok"]
    assert desk.tickets.show(number).get("sensitive") is True


def test_the_filter_knows_the_mark(desk: Desk) -> None:
    one, two = desk.tickets.open("one", sensitive=True)["number"], desk.tickets.open("two")["number"]
    assert desk.tickets.numbers("sensitive:yes") == [one]
    assert desk.tickets.numbers("sensitive:no") == [two]
    assert desk.tickets.numbers("-sensitive:yes") == [two]


def test_a_file_brings_the_mark_along_and_never_takes_it_off(desk: Desk) -> None:
    rows = [{"title": "sick leave", "external_id": "A", "sensitive": "true"}, {"title": "printer", "external_id": "B"}]
    desk.importing.tickets([Incoming(n, dict(row)) for n, row in enumerate(rows, 1)])
    assert [t.get("sensitive") for t in desk.tickets.select()][-2:] == [True, None]
    again = [{"external_id": "A", "title": "sick leave, until May", "sensitive": "no"}]
    desk.importing.tickets([Incoming(1, again[0])])
    assert [(t["title"], t.get("sensitive")) for t in desk.tickets.select()][-2] == ("sick leave, until May", True)
