"""What each role gets to see, value by value: a word of its own stands in every field, graded by hand below.

Public values are for all who see the ticket, internal ones for those who work there, personal ones plain for some and
masked for others. Whoever may not see a word must not be able to find out about it either: every question answers as
if the word were any other.
"""
# ruff: noqa: F811

import csv
import inspect
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import registry
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.duplicates import duplicates
from helpdesk_tui.desk.import_rows import LogCase, LogStep
from helpdesk_tui.vocabulary.errors import DeskError, NotFound, NotPermitted
from helpdesk_tui.vocabulary.roles import Role
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401

# Words that occur nowhere else, by grade. `theirs`: another requester's ticket; `person`: Rita, who asked for ours.
WORDS: dict[str, tuple[str, ...]] = {
    "public": ("abaculus", "bdellium", "cabochon", "dactylic", "eburnean", "fabulist"),
    "internal": ("gabbroic", "habanera", "iatrical", "jabberer", "labdanum", "macarize"),
    # Kept, and shown in no list: what was noted with time spent.
    "kept": ("kabuking",),
    "theirs": ("nacreous", "oblation", "pabulums", "nailless", "radicate"),
    # Who did it, by the log that their ticket was brought in from.
    "logged": ("galliard",),
    "person": ("quaestor", "rabboni.ridge@example.org", "sabulous", "5551927466"),
    "agent": ("tabescent", "uberrima@example.net", "vacuolar"),
    "items": ("wagonlit", "xanthoma", "yatagans"),
}
# Which grades a role sees plainly. Rita is the requester, who sees herself; `team` stands in the ticket's team.
SEES: dict[str, set[str]] = {
    "smo": {"public", "internal", "theirs", "logged", "person", "agent", "items"},
    "service_desk": {"public", "internal", "theirs", "logged", "person", "agent", "items"},
    "team": {"public", "internal", "person", "agent", "items"},
    "technical_support": {"person", "agent", "items"},
    "customer_service": {"public", "internal", "theirs", "logged", "person", "agent", "items"},
    "quality": {"public", "internal", "theirs", "items"},
    "rita": {"public", "person"},
    "stranger": set(),
    "auditor": {"public", "internal", "theirs", "items"},
    "administrator": {"person", "agent", "items"},
    "service_account": set(),
    "nobody": set(),
}
# Words of the agent that a requester sees on a ticket: by which name they are spoken to.
SPOKEN = {"tabescent"}
AUDIT = ("audit.log",)


@dataclass(slots=True)
class World:
    path: Path
    clock: FixedClock
    ours: int = 0
    theirs: int = 0
    rita: int = 0
    child: int = 0
    logged: int = 0
    attachments: list[int] = field(default_factory=list)

    def enter(self, who: str) -> Desk:
        return Desk.open(
            self.path, user=OsUser(2000, WORDS["person"][2] if who == "rita" else f"x-{who}"), clock=self.clock
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(tmp_path_factory.mktemp("sight") / "desk.db")


def make(path: Path) -> World:
    """The desk with all words in their places."""
    made = World(path, FixedClock())
    public, internal, theirs = WORDS["public"], WORDS["internal"], WORDS["theirs"]
    name, address, login, phone = WORDS["person"]
    with Desk.open(made.path, user=OsUser(1, "ana", "Ana"), clock=made.clock) as desk:
        desk.people.add(f"Rita {name}", email=address, login=login, phone=phone, roles=["requester"])
        desk.people.add(
            "Agent",
            login=WORDS["agent"][0],
            email=WORDS["agent"][1],
            title=WORDS["agent"][2],
            agent=True,
            teams=["network"],
            roles=["service_desk"],
        )
        for role in [*Role, "team", "stranger", "nobody"]:
            roles = {"team": ["technical_support"], "stranger": ["requester"], "nobody": []}.get(role, [role])
            teams = {"team": ["network"], "technical_support": ["applications"]}.get(role)
            desk.people.add(
                role, login=f"x-{role}", agent=role not in ("requester", "stranger", "nobody"), roles=roles, teams=teams
            )
        desk.people.add_organisation(WORDS["items"][2])
        desk.cis.add("a laptop", owner=login, service="vpn")
        room = {"room": WORDS["items"][1]}
        desk.cis.add(WORDS["items"][0], owner=WORDS["agent"][0], service="vpn", attributes=room)
        desk.cis.relate("a laptop", "uses", WORDS["items"][0])
        made.rita = desk.directory.require(login).id
        made.ours = desk.tickets.open(
            f"vpn {public[0]}",
            description=public[1],
            requester=login,
            tags=[public[2]],
            set={"team": "network", "ci": "a laptop"},
        )["number"]
        with Desk.open(made.path, user=OsUser(2000, login), clock=made.clock) as hers:
            hers.tickets.reply(made.ours, f"still {public[3]}")
            made.attachments.append(hers.attachments.add(made.ours, f"{public[4]}.txt", b"x")["id"])
        desk.tickets.assign(made.ours, assignee=WORDS["agent"][0], reason=f"because {internal[0]}")
        note = desk.tickets.note(made.ours, f"seen {internal[1]}")["comment"]
        made.attachments.append(desk.attachments.add(made.ours, f"{internal[2]}.txt", b"x", comment=note)["id"])
        step = desk.tickets.checklist_add(made.ours, [f"ask {internal[3]}"])[0]["item"]
        desk.tickets.log_time(made.ours, 60, note=WORDS["kept"][0])
        with Desk.open(made.path, user=OsUser(2000, WORDS["agent"][0]), clock=made.clock) as agents:
            agents.tickets.checklist_tick(made.ours, step)
            agents.tickets.watch(made.ours)
            agents.presence.enter(made.ours, "s")
            agents.tickets.pin(made.ours, priority="high", reason=internal[4])
            agents.tickets.resolve(made.ours, resolution=public[5], cause=internal[5])
        made.theirs = desk.tickets.open(
            theirs[0], description=theirs[1], requester="x-requester", set={"team": "service_desk"}
        )["number"]
        desk.tickets.note(made.theirs, theirs[2])
        made.attachments.append(desk.attachments.add(made.theirs, f"{theirs[3]}.txt", b"x")["id"])
        desk.tickets.link(made.ours, made.theirs)
        desk.tickets.watch(made.ours, person="x-stranger")
        desk.tickets.watch(made.ours, person="x-stranger", remove=True)
        made.child = desk.tickets.open(
            theirs[4], requester="x-requester", set={"team": "service_desk", "parent": str(made.ours)}
        )["number"]
        values = {"title": "brought in", "team": "service_desk", "requester": "x-requester"}
        steps = [
            LogStep(line, made.clock.now - 100 + line, WORDS["logged"][0], {**values, "state": state, **more})
            for line, state, more in ((1, "new", {}), (2, "resolved", {"resolved_by": WORDS["agent"][0]}))
        ]
        desk.importing.log([LogCase("far-1", 1, 2, steps)])
        made.logged = max(desk.tickets.numbers(""))
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return made


def told(answer: Any) -> str:
    """Everything an answer says."""

    def plain(value: Any) -> Any:
        return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)

    if not isinstance(answer, dict | list | str | int | bytes | None) and not is_dataclass(answer):
        answer = list(answer)
    return json.dumps(answer, default=plain, ensure_ascii=False)


def reads(desk: Desk, world: World) -> Iterator[tuple[str, str]]:
    """Every reading verb, and every read of the screens, with what it answers to this person."""
    values: dict[str, list[Any]] = {
        "number": [world.ours, world.theirs, world.child, world.logged], "attachment": world.attachments,
        "form": ["jsonl", "csv", "xes"], "where": [""], "text": ["vpn", "x"],
        "person": [f"#{world.rita}", "me"], "code": ["mine"], "cases": [[]], "team": ["network"],
        "name": [WORDS["items"][0], "a laptop"], "service": ["vpn"],
    }  # fmt: skip
    for name, spec in registry.verbs().items():
        if not spec.reads or name.startswith(("policy.check", "policy.diff", "policy.backtest")):
            continue
        params = [*spec.signature.parameters.values()][1:]
        needed = [p.name for p in params if p.default is inspect.Parameter.empty]
        varied = next((key for key in values if key in [p.name for p in params]), None)
        for value in values[varied] if varied else [None]:
            given = {key: values.get(key, ["x"])[0] for key in needed} | ({varied: value} if varied else {})
            try:
                yield f"{name} {value}", told(registry.call(desk, name, given))
            except DeskError:
                continue
    noun = desk.tickets
    for number in (world.ours, world.theirs, world.child, world.logged):
        for read in (noun.details, noun.facts, noun.links, noun.watchers, noun.checklist, noun.children, noun.moves):
            try:
                yield f"{read.__name__} {number}", told(read(number))
            except DeskError:
                continue
    lists = {
        "page": lambda: noun.page("", limit=500).rows, "stream": lambda: noun.stream(""), "tabs": lambda: desk.views.tabs(),
        "rows": lambda: noun.rows("", [world.ours, world.theirs]), "search rows": lambda: desk.searching.rows("vpn"),
        "audit lines": lambda: desk.audit.export(),
    }  # fmt: skip
    for name, ask in lists.items():
        try:
            yield name, told(ask())
        except DeskError:
            continue


@pytest.mark.parametrize("who", sorted(SEES))
def test_every_word_is_seen_by_those_of_its_grade_and_by_nobody_else(world: World, who: str) -> None:
    with world.enter(who) as desk:
        answers = dict(reads(desk, world))
    everything = "\n".join(text for what, text in answers.items() if not what.startswith("audit"))
    for grade, words in WORDS.items():
        for word in words:
            spoken = who == "rita" and word in SPOKEN
            where = [what for what, text in answers.items() if word in text and not what.startswith("audit")]
            if grade in SEES[who] or spoken:
                assert word in everything, (who, grade, word)
            else:
                assert not where, (who, grade, word, where)
    # The audit trail is plain for auditors, which is their office, and masked for administrators.
    trail = "\n".join(text for what, text in answers.items() if what.startswith("audit"))
    known = {grade for grade, words in WORDS.items() for word in words if word in trail}
    assert known == set(WORDS) if who == "auditor" else known <= SEES[who], (who, known)


def test_who_acts_for_another_sees_no_more_than_either(world: World) -> None:
    with world.enter("smo") as chief:
        for who in ("auditor", "quality"):
            acting = chief.acting_as(f"x-{who}")
            assert acting.tickets.show(world.ours)["requester"] == "r***@example.org"
            assert acting.people.show(f"#{world.rita}")["email"] == "r***@example.org"
            assert WORDS["person"][1] not in acting.exporting.tickets()
        with pytest.raises(NotFound):
            chief.acting_as("x-technical_support").tickets.show(world.ours)


def test_masked_values_say_that_somebody_is_there(world: World) -> None:
    with world.enter("smo") as desk:
        assert desk.cis.show(WORDS["items"][0])["owner"] == WORDS["agent"][0]
        assert {a["author"] for a in desk.attachments.list(world.ours)} == {WORDS["person"][2], "ana"}
        assert [p["who"] for p in desk.presence.who(world.ours)] == [WORDS["agent"][0]]
    for who in ("quality", "auditor"):
        with world.enter(who) as desk:
            assert desk.tickets.show(world.ours)["requester"] == "r***@example.org"
            assert desk.tickets.show(world.ours)["assignee"] == "t***"
            assert desk.people.show(f"#{world.rita}")["phone"] == "***66"
            assert desk.cis.show(WORDS["items"][0])["owner"] == "t***"
            if who == "quality":
                assert [(p["who"], p["name"]) for p in desk.presence.who(world.ours)] == [("t***", "A***")]
            assert {a["author"] for a in desk.attachments.list(world.ours)} == {"s***", "a***"}
            assert desk.tickets.checklist(world.ours)[0]["done_by"] == "t***"


# How much of the directory a role reads: all of it plainly, all of it masked, oneself, or nothing.
DIRECTORY = {
    **dict.fromkeys(("smo", "service_desk", "team", "technical_support", "customer_service", "administrator"), "plain"),
    **dict.fromkeys(("quality", "auditor"), "masked"),
    **dict.fromkeys(("rita", "stranger"), "self"),
    **dict.fromkeys(("service_account", "nobody"), ""),
}


@pytest.mark.parametrize("who", sorted(SEES))
def test_the_directory_and_what_it_counts_is_for_those_who_read_all_of_it(world: World, who: str) -> None:
    with world.enter(who) as desk:
        if not DIRECTORY[who]:
            for read in (desk.people.list, desk.people.organisations, desk.teams.list, desk.services.list):
                with pytest.raises(NotPermitted):
                    read()
            return
        alone, plain = DIRECTORY[who] == "self", DIRECTORY[who] == "plain"
        ids = {login: key for key, login in desk.store.query("SELECT id, login FROM person")}
        me, agent = desk.actor.id, ids[WORDS["agent"][0]]
        assert {p["id"] for p in desk.people.list()} == ({me} if alone else set(ids.values()))
        assert {p["id"] for p in desk.people.search("Agent")} == ({agent} if plain else set())
        assert [p["id"] for p in desk.people.agents(WORDS["agent"][0][:6])] == ([agent] if plain else [])
        assert [o["name"] for o in desk.people.organisations()] == ([] if alone else [WORDS["items"][2]])
        devices = {owner: [d["name"] for d in desk.people.devices(owner)] for owner in (agent, world.rita)}
        assert devices == {
            agent: [] if alone else [WORDS["items"][0]],
            world.rita: ["a laptop"] if who == "rita" or not alone else [],
        }
        team = desk.teams.show("network")
        names = {p["id"]: (p["who"], p["name"]) for p in team["people"]}
        assert names.get(agent) == (None if alone else (WORDS["agent"][0], "Agent") if plain else (f"#{agent}",) * 2)
        assert (team["unassigned"], team["open"]) == ((None, None) if alone else (0, 0))
        assert {t["open"] is None for t in desk.teams.list()} == {alone}
        service = desk.services.show("vpn")
        mine = ["a laptop"] if who == "rita" else []
        assert service["cis"] == (mine if alone else ["a laptop", WORDS["items"][0]])
        assert (service["open_by_priority"] is None) == (who == "administrator")
        # How many open tickets somebody asked for, as far as one sees them.
        if not alone:
            asked = desk.people.show(f"#{ids['x-requester']}")["open_tickets"]
            assert asked == {"administrator": None, "technical_support": 0, "team": 0}.get(who, 2)
        assert {tab.count is None for tab in desk.views.tabs()} == {who == "administrator"}


def test_who_reads_no_ticket_is_told_of_none_that_a_new_one_may_repeat(world: World) -> None:
    for who in ("smo", "administrator", "service_account", "nobody"):
        with world.enter(who) as desk:
            key = next(k for k, n in desk.store.query("SELECT id, login FROM person") if n == "x-requester")
            found = duplicates(desk, WORDS["theirs"][0], requester=key, service="vpn")
            assert [each["number"] for each in found] == ([world.theirs] if who == "smo" else []), who


def test_what_hangs_on_a_ticket_is_for_those_who_work_on_it(world: World) -> None:
    for who, inside in (("smo", True), ("team", True), ("rita", False)):
        with world.enter(who) as desk:
            hanging = (desk.tickets.watchers(world.ours), desk.tickets.time_spent(world.ours))
            assert hanging == (([WORDS["agent"][0]], 60) if inside else ([], 0)), who
            assert bool(desk.tickets.checklist(world.ours)) == inside
            children = [child["number"] for child in desk.tickets.children(world.ours)]
            assert children == ([world.child] if who == "smo" else []), who
            if who != "team":  # which may not export
                events = desk.exporting.tickets(form="xes")
                assert ('helpdesk:verb" value="ticket.note"' in events) == inside
    for who, above in (("smo", [world.ours]), ("requester", [])):
        with world.enter(who) as desk:
            assert [each["number"] for each in desk.tickets.tree(world.child)["above"]] == above, who
    with world.enter("smo") as desk:
        assert str(world.ours) in desk.exporting.tickets(WORDS["internal"][1]), "notes are searched"


# -- asking without seeing ----------------------------------------------------------------------------------------------

ASKED = (
    "{}", '"{}"', "title:{}", "description:{}", "text:{}", "cause:{}", "resolution:{}", "tag:{}", "requester:{}", "assignee:{}",
    "watcher:{}", "ci:{}", "external_id:{}", "-requester:{}", "requester:{} or assignee:{}",
)  # fmt: skip


def _questions(desk: Desk, word: str, world: World) -> Iterator[tuple[str, str]]:
    """Every question that takes a word, and the shape of its answer (the word itself taken out)."""

    def ask(name: str, call: Any) -> tuple[str, str]:
        try:
            answer = told(call())
        except (NotFound, NotPermitted) as error:
            answer = error.code
        except DeskError as error:
            answer = error.english
        return name, answer.replace(word, "?")

    for form in ASKED:
        query = form.format(word, word)
        yield ask(f"count {form}", lambda: desk.tickets.count(query, None))  # noqa: B023
        yield ask(f"list {form}", lambda: desk.tickets.select(query))  # noqa: B023
        yield ask(f"page {form}", lambda: desk.tickets.page(query).rows)  # noqa: B023
        yield ask(f"export {form}", lambda: desk.exporting.tickets(query))  # noqa: B023
        yield ask(f"matched {form}", lambda: desk.bulk.matched(query, None))  # noqa: B023
    for text in (word, word[:6], word.partition("@")[0]):
        yield ask(f"search {len(text)}", lambda: desk.searching.tickets(text))  # noqa: B023
        yield ask(f"people.search {len(text)}", lambda: desk.people.search(text))  # noqa: B023
        yield ask(f"people.list {len(text)}", lambda: desk.people.list(text))  # noqa: B023
        yield ask(f"ci.list {len(text)}", lambda: desk.cis.list(text))  # noqa: B023
    yield ask("people.show", lambda: desk.people.show(word))
    yield ask("ci.show", lambda: desk.cis.show(word))


@pytest.mark.parametrize("who", sorted(set(SEES) - {"smo", "service_desk", "customer_service"}))
def test_no_question_tells_of_a_word_that_is_not_shown(world: World, who: str) -> None:
    """Answers to a hidden word are those to a word of the same form that nobody ever wrote."""
    asked = 0
    with world.enter(who) as desk:
        for grade, words in WORDS.items():
            if grade in SEES[who]:
                continue
            for word in words:
                if who == "rita" and word in SPOKEN:
                    continue
                never = "zyzzyvas" + word[8:] if not word[0].isdigit() else "4443036255"
                left, right = (dict(_questions(desk, w, world)) for w in (word, never))
                different = {q: (left[q], right[q]) for q in left if left[q] != right[q]}
                assert not different, (who, word, different)
                asked += len(left)
    assert asked > 200 or who in ("team", "technical_support")


# -- unmasking ----------------------------------------------------------------------------------------------------------


def test_unmasking_is_journalled_with_its_reason(world: World, tmp_path: Path) -> None:
    import shutil

    copy = World(tmp_path / "desk.db", world.clock, world.ours, world.theirs, world.rita)
    shutil.copyfile(world.path, copy.path)
    for who in ("quality", "auditor"):
        with copy.enter(who) as desk:
            head = desk.store.head()
            shown = registry.call(desk, "people.unmask", {"person": f"#{world.rita}", "reason": f"complaint of {who}"})
            assert (shown["email"], shown["phone"]) == (WORDS["person"][1], WORDS["person"][3])
            assert desk.store.head() == head + 1
            assert desk.people.show(f"#{world.rita}")["email"] == "r***@example.org", "once, not from then on"
            by_ticket = desk.people.unmask(f"INC-{world.ours}", "call back")
            assert by_ticket == shown
            for refused in ("", "  ", "x" * 1_001):
                with pytest.raises(DeskError):
                    desk.people.unmask(f"#{world.rita}", refused)
            assert desk.store.head() == head + 2
            with pytest.raises(NotFound):
                desk.people.unmask("INC-999", "x")
    with copy.enter("auditor") as desk:
        entries = desk.audit.log(subject=f"person:{world.rita}", verb="people.unmask")
        assert [(e["actor"], e["reasons"][1]["text"]) for e in entries] == [
            ("x-quality", "complaint of quality"), ("x-quality", "call back"),
            ("x-auditor", "complaint of auditor"), ("x-auditor", "call back"),
        ]  # fmt: skip
        assert desk.audit.verify()["ok"]
    with Desk.open(copy.path, user=OsUser(1, "ana"), clock=world.clock) as desk, pytest.raises(DeskError):
        desk.people.unmask(f"#{world.rita}", "nothing is masked for me")
    with Desk.open(copy.path, user=OsUser(1, "ana"), clock=world.clock) as desk, pytest.raises(DeskError):
        desk.undoing.entry(entries[0]["seq"])


# -- many roles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("masked", ["auditor", "quality"])
@pytest.mark.parametrize("other", ["requester", "technical_support", ""])
def test_a_second_role_unmasks_no_further_than_it_reaches(
    world: World, tmp_path: Path, masked: str, other: str
) -> None:
    """An auditor who is also somebody's customer, or in a team, sees people plainly there and masked elsewhere."""
    import shutil

    path = tmp_path / "desk.db"
    shutil.copyfile(world.path, path)
    with Desk.open(path, user=OsUser(1, "ana"), clock=world.clock) as desk:
        roles = [masked, other] if other else [masked]
        desk.people.add("Both", login="both", agent=True, roles=roles, teams=["applications"])
        mine = desk.tickets.open(
            "mine", requester="both" if other == "requester" else "x-stranger", set={"team": "applications"}
        )["number"]
        there = desk.tickets.open("there", requester="x-stranger", set={"team": "applications"})["number"]
        if not other:  # on it, and with no role that works there
            desk.tickets.assign(mine, assignee="both")
        desk.templates.save("hello", "{{requester.name}} {{requester.email}}")
    with Desk.open(path, user=OsUser(2000, "both"), clock=world.clock) as desk:
        name, address, login, _phone = WORDS["person"]
        texts = dict(reads(desk, world)) | {"render": told(desk.templates.render("hello", world.ours))}
        directory = ("people.", "export.people", "ci.", "export.cis") if other == "technical_support" else ()
        found = [
            what
            for what, text in texts.items()
            if not what.startswith(("audit", *directory)) and any(w in text for w in (name, address, login))
        ]
        assert not found
        wanted = "both" if other == "requester" else "x-stranger" if other else "x***"
        assert desk.tickets.show(mine)["requester"] == wanted
        plain = {"requester": {mine}, "technical_support": {mine, there}, "": set()}[other]
        listed = {ticket["number"]: ticket["requester"] for ticket in desk.tickets.select()}
        drawn = {row.number: row.requester for row in desk.tickets.page("").rows}
        for number in (mine, there):
            shown = (desk.tickets.show(number)["requester"], listed[number], drawn[number])
            assert {"***" in str(value) for value in shown} == {number not in plain}, (number, shown)
        exported = {row["number"]: row for row in csv.DictReader(io.StringIO(desk.exporting.tickets(form="csv")))}
        assert exported[str(world.ours)]["requester"] == "r***@example.org"
        if other == "requester":
            assert exported[str(mine)]["requester"] == wanted
        # Following somebody's ticket makes it one's own: not where that would give more than reading.
        if other == "requester":
            with pytest.raises(NotPermitted):
                desk.tickets.watch(world.ours)
            with pytest.raises(NotPermitted):
                desk.tickets.reply(world.ours, "x")


def test_following_a_ticket_lifts_no_mask(desk: Desk) -> None:
    """Whoever sees people masked may follow what they read, and whoever follows a ticket has it as their own."""
    desk.people.add("Rita", login="rita", email="rita@example.org", roles=["requester"])
    number = desk.tickets.open("x", requester="rita")["number"]
    desk.tickets.reply(number, "looking")
    desk.people.add("Quentin", login="quentin", agent=True, roles=["quality", "requester"])
    desk.tickets.watch(number, person="quentin")
    with as_person(desk, "quentin") as quentin:
        assert [comment.author for comment in quentin.tickets.comments(number)] == ["A***"]
        assert {item.actor for item in quentin.tickets.timeline(number)} == {"a***"}
