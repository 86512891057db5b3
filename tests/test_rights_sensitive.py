"""Sensitive tickets: for those named on them and the service management office, and for nobody else by any door.

Three ways to look: every question answers as if the ticket had been deleted; every verb of the registry answers as for a
number that there is not; and what SQL lets through is what the rule says, ticket by ticket.
"""
# ruff: noqa: F811

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import actor, registry
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.duplicates import duplicates
from helpdesk_tui.desk.grouping import GROUPS, grouped_numbers, grouped_page
from helpdesk_tui.rules.access import TicketFacts, scope_of, ticket_scope_allows
from helpdesk_tui.store.query import Compiler
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.filters import parse_filter
from helpdesk_tui.vocabulary.roles import Permission, Role
from tests import rights_stage as stages
from tests.cli_runner import Cli
from tests.desk_fixtures import ANA, FixedClock, as_person, clock, desk, fresh_desk  # noqa: F401
from tests.rights_stage import CASES, EVERYBODY, Stage
from tests.test_rights_matrix import REACH, TABLE, VERBS, arguments, refused, state
from tests.test_rights_visibility import WORDS as SEEN
from tests.test_rights_visibility import reads, told

# In every field of the sensitive ticket a word that stands nowhere else.
WORDS = ("abulia", "bathysm", "chorea", "dyslogy", "ecdysis", "fibroma", "glaucic", "hyalite", "ictusal", "jecoral", "kyphose",
         "labiate")  # fmt: skip
NAMED = ("rita", "worker", "friend", "x-smo")
UNNAMED = ("x-service_desk", "team", "x-technical_support", "x-customer_service", "x-quality", "x-requester", "x-auditor",
           "x-administrator", "x-service_account", "nobody")  # fmt: skip


@dataclass(slots=True)
class World:
    """The file, and the tickets in it: `ours` is the sensitive one."""

    path: Path
    clock: FixedClock
    ours: int = 0
    theirs: int = 0
    child: int = 0
    logged: int = 0
    rita: int = 0
    attachments: list[int] = field(default_factory=list)

    def enter(self, who: str) -> Desk:
        return Desk.open(self.path, user=OsUser(1 if who == "ana" else 2000, who), clock=self.clock)


def make(path: Path) -> World:
    """A desk on which one ticket among others is to become sensitive."""
    made = World(path, FixedClock())
    with made.enter("ana") as desk:
        people = {"rita": ["requester"], "worker": ["service_desk"], "friend": ["technical_support"], "team": ["technical_support"],
                  "nobody": [], **{f"x-{role.value}": [role.value] for role in Role}}  # fmt: skip
        teams = {
            "worker": ["network"],
            "team": ["network"],
            "friend": ["applications"],
            "x-technical_support": ["applications"],
        }
        for login, roles in people.items():
            desk.people.add(login.title(), login=login, agent=login not in ("rita", "nobody", "x-requester"), roles=roles,
                            teams=teams.get(login), email=f"{login}@example.org")  # fmt: skip
        made.rita = desk.directory.require("rita").id
        desk.cis.add(SEEN["items"][0], owner="rita", service="vpn")
        made.theirs = desk.tickets.open(
            "vpn is slow abroad again", requester="rita", set={"team": "network", "ci": SEEN["items"][0]}
        )["number"]
        w = WORDS
        ours = made.ours = desk.tickets.open(
            f"vpn is slow abroad {w[0]}", description=w[1], requester="rita", tags=[w[2]],
            set={"ci": SEEN["items"][0], "parent": str(made.theirs), "external_id": w[3], "service": "vpn", "team": "network"},
        )["number"]  # fmt: skip
        made.child = desk.tickets.open("a part of it", requester="x-requester", set={"team": "service_desk"})["number"]
        desk.tickets.edit(made.child, set={"parent": str(ours)})
        made.logged = desk.tickets.open(f"vpn is slow abroad {w[11]}", requester="rita", set={"team": "network"})[
            "number"
        ]
        desk.tickets.assign(ours, team="network", assignee="worker", reason=w[4])
        desk.tickets.reply(ours, w[5])
        note = desk.tickets.note(ours, w[6])["comment"]
        made.attachments = [desk.attachments.add(ours, f"{w[7]}.txt", b"x")["id"]]
        made.attachments.append(desk.attachments.add(ours, f"{w[8]}.txt", b"x", comment=note)["id"])
        desk.tickets.checklist_add(ours, [w[9]])
        desk.tickets.log_time(ours, 60, note=w[10])
        desk.tickets.link(ours, made.theirs)
        desk.tickets.watch(ours, person="friend")
        desk.tickets.merge(made.logged, ours)
    with made.enter("worker") as desk:
        desk.presence.enter(ours, "s")
        desk.tickets.note(made.theirs, "@team look")
    settle(made)
    return made


def settle(world: World) -> None:
    with world.enter("ana") as desk:
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def copied(world: World, tmp_path: Path) -> World:
    path = tmp_path / "copy.db"
    path.write_bytes(world.path.read_bytes())
    return World(path, world.clock, world.ours, world.theirs, world.child, world.logged, world.rita, world.attachments)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The ticket is marked, by the one who works on it."""
    return marked(tmp_path_factory.mktemp("sensitive"))


def marked(folder: Path) -> World:
    made = make(folder / "desk.db")
    with made.enter("worker") as desk:
        desk.tickets.sensitive(made.ours, "an illness is spoken of")
    settle(made)
    return made


@pytest.fixture(scope="module")
def gone(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The same desk where the ticket, with what was merged into it, was deleted and tied to nothing."""
    return deleted(world, tmp_path_factory.mktemp("gone") / "desk.db")


def deleted(world: World, path: Path) -> World:
    path.write_bytes(world.path.read_bytes())
    copy = World(path, world.clock, world.ours, world.theirs, world.child, world.logged, world.rita)
    with copy.enter("ana") as desk, desk.store.write() as tx:
        tx.conn.execute(
            "UPDATE ticket SET deleted_at = 1, sensitive = NULL WHERE number IN (?, ?)", (world.ours, world.logged)
        )
        tx.conn.execute("DELETE FROM link")
        tx.conn.execute("UPDATE ticket SET parent_number = NULL WHERE number = ?", (world.ours,))
    settle(copy)
    return copy


# -- what is said -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [*NAMED, *UNNAMED])
def test_no_answer_holds_a_word_of_it_but_for_those_named(world: World, tmp_path: Path, who: str) -> None:
    copy = copied(world, tmp_path)  # whose reading the journal may tell
    with copy.enter(who) as desk:
        answers = dict(reads(desk, copy))
        with contextlib.suppress(DeskError):
            answers["audit by subject"] = told(desk.audit.log(subject=f"ticket:{world.ours}"))
        with contextlib.suppress(DeskError):
            answers["audit by the merged"] = told(desk.audit.log(subject=f"ticket:{world.logged}"))
    found = {word for word in WORDS for text in answers.values() if word in text}
    if who in NAMED:
        # What is internal is not for the requester, what is written with working time for no list.
        assert found >= {WORDS[0], WORDS[1], WORDS[2], WORDS[5], WORDS[7]}, who
    else:
        assert found == set(), (who, {word: [what for what, text in answers.items() if word in text] for word in found})


COUNTS: dict[str, Callable[[Desk, World], Any]] = {
    "tabs": lambda d, w: d.views.tabs(),
    "count": lambda d, w: d.tickets.count("", None),
    "count open": lambda d, w: d.tickets.count("is:open", None),
    "count capped": lambda d, w: d.tickets.count("is:open"),
    "count marked": lambda d, w: d.tickets.count("sensitive:yes", None),
    "count not marked": lambda d, w: d.tickets.count("sensitive:no", None),
    "numbers": lambda d, w: d.tickets.numbers("sort:number"),
    "page": lambda d, w: [row.number for row in d.tickets.page("sort:number").rows],
    "rows": lambda d, w: sorted(row.number for row in d.tickets.rows("", [w.ours, w.theirs, w.child, w.logged])),
    "stream": lambda d, w: [t["number"] for t in d.tickets.stream("")],
    "next": lambda d, w: [t["number"] for t in d.tickets.next(500)],
    "search": lambda d, w: [n for n, _ in d.searching.ranked("vpn slow abroad", limit=50)],
    "search by a word": lambda d, w: d.searching.rows(WORDS[1]),
    "search by number": lambda d, w: [n for n, _ in d.searching.ranked(f"#{w.ours}", limit=5)],
    "search notes": lambda d, w: d.searching.tickets(WORDS[6]),
    "similar": lambda d, w: d.tickets.similar(w.theirs),
    "tree": lambda d, w: d.tickets.tree(w.theirs),
    "children": lambda d, w: d.tickets.children(w.theirs),
    "links": lambda d, w: d.tickets.links(w.theirs),
    "has link": lambda d, w: d.tickets.numbers("has:link"),
    "has child": lambda d, w: d.tickets.numbers("has:child"),
    "duplicates": lambda d, w: duplicates(d, "vpn is slow abroad", requester=w.rita, service="vpn"),
    "ci": lambda d, w: d.cis.show(SEEN["items"][0])["tickets"],
    "around": lambda d, w: d.tickets.around(w.theirs),
    "service": lambda d, w: d.services.show("vpn"),
    "team": lambda d, w: (d.teams.show("network"), d.teams.list()),
    "worker": lambda d, w: d.people.show("worker"),
    "caller": lambda d, w: (d.people.show(f"#{w.rita}"), d.people.search("Rita")),
    "notices": lambda d, w: d.notices.list(after=0),
    "timers": lambda d, w: d.timers.due(2_000_000_000),
    "jsonl": lambda d, w: d.exporting.tickets(),
    "csv": lambda d, w: d.exporting.tickets(form="csv"),
    "xes": lambda d, w: d.exporting.tickets(form="xes").count("<trace>"),
    "bulk": lambda d, w: d.bulk.matched("sort:number", None),
    "dry run": lambda d, w: d.bulk.edit(where="sort:number", add_tags=["x"], dry_run=True)["matched"],
    "stats": lambda d, w: {k: v for k, v in d.upkeep.stats().items() if k in ("tickets", "open")},
    **{f"group {by}": lambda d, w, by=by: ([r.number for r in grouped_page(d.reading, "", by).rows],  # type: ignore[misc]
                                           grouped_numbers(d.reading, "", by)) for by in GROUPS},
}  # fmt: skip


def answer(ask: Callable[[], Any]) -> str:
    try:
        return told(ask())
    except DeskError as error:
        return f"{error.code}: {error.english}"


@pytest.mark.parametrize("who", UNNAMED)
def test_what_is_counted_and_listed_is_as_if_it_had_been_deleted(world: World, gone: World, who: str) -> None:
    with world.enter(who) as here, gone.enter(who) as there:
        for name, ask in COUNTS.items():
            assert answer(lambda: ask(here, world)) == answer(lambda: ask(there, gone)), (who, name)  # noqa: B023
        if here.reading.knows(world.child):
            assert here.tickets.tree(world.child)["above"] == [], "nor what lies beyond it"


def test_those_named_find_it_by_every_way(world: World, gone: World, tmp_path: Path) -> None:
    """Or the comparison above would compare nothing: each way tells a desk with the ticket from one without."""
    copy = copied(world, tmp_path)
    alike = {}
    for who in ("x-smo", "worker"):
        with copy.enter(who) as here, gone.enter(who) as there:
            asked = {name: (partial(ask, here, copy), partial(ask, there, gone)) for name, ask in COUNTS.items()}
            alike[who] = {name for name, (one, other) in asked.items() if answer(one) == answer(other)}
    assert alike["x-smo"] <= {"count not marked", "timers", "next", "notices"}
    assert alike["x-smo"] & alike["worker"] <= {"count not marked", "timers"}
    with copy.enter("rita") as desk:
        assert desk.tickets.numbers("sensitive:yes") == [copy.ours, copy.logged]
        assert desk.tickets.count("is:open sensitive:yes") == 1


# -- one ticket ---------------------------------------------------------------------------------------------------------


def _heard(desk: Desk, ask: Callable[[], Any]) -> tuple[str, list[str]]:
    heard: list[str] = []
    conn = desk.store.reader()
    conn.set_trace_callback(heard.append)
    try:
        said = answer(ask)
    finally:
        conn.set_trace_callback(None)
    return said, heard


@pytest.mark.parametrize("who", UNNAMED)
def test_it_is_no_more_there_than_a_number_that_never_was(world: World, who: str) -> None:
    never = 7_654_321
    with world.enter(who) as desk:
        for ask in (
            lambda n: desk.tickets.show(n), lambda n: desk.tickets.comments(n), lambda n: desk.tickets.timeline(n),
            lambda n: desk.tickets.log(n), lambda n: desk.tickets.why(n), lambda n: desk.tickets.facts(n),
            lambda n: desk.tickets.details(n), lambda n: desk.attachments.list(n), lambda n: desk.presence.who(n),
            lambda n: desk.tickets.similar(n), lambda n: desk.sla.explain(n), lambda n: desk.tickets.watch(n),
        ):  # fmt: skip
            said = answer(lambda: ask(world.ours))  # noqa: B023
            assert said == answer(lambda: ask(never)).replace(str(never), str(world.ours)), (who, said)  # noqa: B023
            assert said.startswith(("not_found", "not_permitted")), (who, said)
        if desk.scope(Permission.TICKET_READ):
            work = [len(_heard(desk, lambda: desk.tickets.show(n))[1]) for n in (world.ours, never)]  # noqa: B023
            assert work[0] == work[1], "as much is asked of the file for either"
            entries = "SELECT seq FROM journal WHERE subject_type = 'ticket' AND subject IN (?, ?)"
            assert desk.tickets.proofs(seq for (seq,) in desk.store.query(entries, (world.ours, world.logged))) == {}


def test_the_command_line_ends_the_same_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "os_user", lambda: OsUser(2000, "x-service_desk"))
    door = Cli(world.path, monkeypatch)
    for command in (
        "ticket show {n}",
        "ticket log {n} -o json",
        "ticket note {n} -m x",
        "ticket sensitive {n} --off --reason x",
    ):
        ours, never = (door(*command.format(n=n).split(), ok=3) for n in (world.ours, 765_432))
        assert (ours.out, ours.err) == (never.out, never.err.replace("765432", str(world.ours)))


# -- every verb ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The stage of the matrix with every ticket marked."""
    return everything_sensitive(tmp_path_factory.mktemp("stage"))


def everything_sensitive(folder: Path) -> Stage:
    made = stages.build(folder)
    with made.enter(made.path, "smo") as desk:
        with desk.store.write() as tx:
            tx.conn.execute("UPDATE ticket SET sensitive = 1")
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return made


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != "smo"])
def test_no_verb_reaches_what_one_is_not_named_on(stage: Stage, tmp_path: Path, who: str) -> None:
    play = tmp_path / "play.db"
    stage.reset(play)
    tried = 0
    with stage.enter(play, who) as desk:
        before = state(desk)
        for case in CASES:
            for relation in ("team", "other") if case.on_ticket else ():
                given = arguments(stage, case, who, relation)
                hidden = TABLE[case.name][who] != "-" and VERBS[case.verb].noun != "undoing"
                about = (who, case.name, relation)
                assert refused(lambda: registry.call(desk, case.verb, given), hidden=hidden), about  # noqa: B023
                assert state(desk) == before, about
                tried += hidden
        mine = {n for (n,) in desk.store.query(
            "SELECT number FROM ticket WHERE :me IN (requester_id, assignee_id)"
            " OR number IN (SELECT number FROM watcher WHERE person_id = :me)", {"me": desk.actor.id})}  # fmt: skip
        if TABLE["ticket.list"][who] != "-":
            assert set(desk.tickets.numbers("")) == mine
            assert {tab.code: tab.count for tab in desk.views.tabs()}["all"] == len(mine)
            assert {n for n, _ in desk.searching.ranked("pw", limit=500)} == mine
        if TABLE["timer.due"][who] != "-":
            assert {t["number"] for t in desk.timers.due(stages.SOON)} <= mine
    assert tried > 20 or who in ("requester", "administrator", "service_account", "nobody"), tried


@pytest.mark.parametrize("who", ["smo", "service_desk", "requester"])
def test_those_named_do_what_they_may_on_any_ticket(stage: Stage, tmp_path: Path, who: str) -> None:
    """The mark takes nothing from those it is not meant for."""
    play = tmp_path / "play.db"
    names = (
        "ticket.show",
        "ticket.reply",
        "ticket.edit",
        "bulk.edit",
        "ticket.resolve",
        "attachment.get",
        "ticket.log",
    )
    for case in [case for case in CASES if case.name in names]:
        for relation in REACH[TABLE[case.name][who] or "-"] if who == "smo" else ("own",):
            stage.reset(play)
            with stage.enter(play, who) as desk:
                given = arguments(stage, case, who, relation)
                allowed = relation in REACH[TABLE[case.name][who] or "-"]
                assert refused(lambda: registry.call(desk, case.verb, given)) != allowed, (who, case.name)  # noqa: B023


# -- the rule and its twin ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, dict[int, TicketFacts], int]]:
    """One ticket in every relation to one person that there is."""
    desk = Desk.open(tmp_path_factory.mktemp("facts") / "desk.db", user=OsUser(1, "ana"), clock=FixedClock())
    me = desk.people.add("Me", login="me.self", agent=True, teams=["network"])["id"]
    teams = {code: key for key, code in desk.store.query("SELECT id, code FROM team")}
    made: dict[int, TicketFacts] = {}
    spread = itertools.product(
        (None, me, desk.actor.id), (None, me, desk.actor.id), (False, True), (None, teams["network"], teams["applications"]),
        (False, True),
    )  # fmt: skip
    with desk.store.write() as tx:
        for number, (requester, assignee, watches, team, sensitive) in enumerate(spread, 1):
            tx.conn.execute(
                "INSERT INTO ticket (number, kind, state, phase, priority, impact, urgency, title, team_id, assignee_id,"
                " requester_id, created_at, updated_at, due_at, warn_at, sla_run, major, version, channel, pinned,"
                " reopen_count, reassignment_count, comment_seq, description, sensitive)"
                " VALUES (?, 'incident', 'new', 0, 2, 2, 2, 'x', ?, ?, ?, 0, 0, 0, 0, 'none', 0, 1, 'cli', 0, 0, 0, 0, '', ?)",
                (number, team, assignee, requester, 1 if sensitive else None),
            )
            watchers = (me,) if watches else (desk.actor.id,)
            tx.conn.executemany("INSERT INTO watcher VALUES (?, ?)", [(number, one) for one in watchers])
            made[number] = TicketFacts(team, assignee, requester, watchers, sensitive)
    yield desk, made, me
    desk.close()


ROLES = [frozenset(roles) for n in range(3) for roles in itertools.combinations(Role, n)]


@pytest.mark.parametrize(
    "actor_has", [frozenset(roles) for n in (1, 2) for roles in itertools.combinations(Role, n)], ids=sorted
)
def test_what_sql_lets_through_is_what_the_rule_says(
    facts: tuple[Desk, dict[int, TicketFacts], int], actor_has: frozenset[Role]
) -> None:
    desk, tickets, me = facts
    with desk.store.write() as tx:
        tx.conn.execute("DELETE FROM person_role WHERE person_id = ?", (me,))
        tx.conn.executemany("INSERT INTO person_role VALUES (?, ?)", [(me, role.value) for role in actor_has])
    read, reach = (scope_of(actor_has, p) for p in (Permission.TICKET_READ, Permission.TICKET_SENSITIVE))
    with Desk.open(desk.store.path, user=OsUser(2000, "me.self"), clock=desk.clock) as mine:
        teams = mine.actor.teams
        wanted = {n for n, one in tickets.items() if ticket_scope_allows(read, me, teams, one, reach)}
        if read:
            assert set(mine.tickets.numbers("")) == wanted
            assert mine.tickets.count("", None) == mine.tickets.count("") == len(wanted)
            assert {tab.code: tab.count for tab in mine.views.tabs()}["all"] == len(wanted)
            assert {tab.code: tab.count for tab in mine.views.tabs()}["unassigned"] == sum(
                1 for n in wanted if tickets[n].assignee_id is None
            )
        condition = Compiler(mine.store.reader(), mine.reading.viewer()).condition(parse_filter(""))
        rows = mine.store.query(f"SELECT t.number FROM ticket t WHERE {condition.text}", tuple(condition.params))
        if read:
            assert {n for (n,) in rows} == wanted
        assert {n for n in tickets if mine.reading.knows(n)} == wanted
        assert {n for n in tickets if mine.allows_on(Permission.TICKET_READ, _row(mine, n))} == wanted
        entry = next(iter(desk.tickets.entries(1)), None)
        assert entry is None
        shown = {n for n in tickets if not refused(lambda: mine.tickets.show(n))}  # noqa: B023
        assert shown == wanted


def _row(desk: Desk, number: int) -> dict[str, Any]:
    cursor = desk.store.reader().execute("SELECT * FROM ticket WHERE number = ?", (number,))
    return dict(zip([d[0] for d in cursor.description], cursor.fetchone(), strict=True))
