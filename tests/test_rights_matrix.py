"""Who may do what, cell by cell: role x verb x way in x whose ticket, against `rights_matrix.txt`, which stands by itself.

The table was written from the rules for the roles and is compared with what the desk does, never made from the desk's
own table. Refused cells are tried through every way in; allowed ones prove that nothing else refuses.
"""

import contextlib
import inspect
import io
import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import nouns, registry
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.rules import access
from helpdesk_tui.vocabulary.errors import DeskError, NotFound, NotPermitted
from helpdesk_tui.vocabulary.roles import Role, Scope
from tests import rights_stage as stages
from tests.cli_runner import Cli
from tests.rights_stage import (
    CASES,
    ELSEWHERE,
    EVERYBODY,
    PAIRS,
    RELATIONS,
    SOON,
    WHO,
    Case,
    Stage,
    Tickets,
    argument_json,
)

VERBS = registry.verbs()
REACH = {"-": (), "own": ("own",), "team": ("own", "team"), "all": RELATIONS, "yes": ("",)}


def _table() -> dict[str, dict[str, str]]:
    lines = [line for line in Path(__file__).with_name("rights_matrix.txt").read_text("utf-8").splitlines() if line]
    heads = lines[0].split()
    return {(cells := line.split())[0]: dict(zip(heads[1:], cells[1:], strict=True)) for line in lines[1:]}


ROWS = _table()
_WIDTH = ("-", "own", "team", "all", "yes")
# Where two roles together give less than the wider of them: following a ticket may not make one its own, and nothing is
# masked for those who see the directory plainly (None: not tried).
_LESS = {
    ("technical_support+quality", "ticket.watch"): "team", ("requester+auditor", "ticket.watch"): "own",
    ("technical_support+quality", "people.unmask"): None,
}  # fmt: skip
TABLE: dict[str, dict[str, str | None]] = {
    name: {
        **row,
        **{
            pair: _LESS.get((pair, name), max((row[role] for role in pair.split("+")), key=_WIDTH.index))
            for pair in PAIRS
        },
    }
    for name, row in ROWS.items()
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stages.build(tmp_path_factory.mktemp("stage"))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some cases write files of a name without a folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def play(stage: Stage, tmp_path: Path) -> Path:
    path = tmp_path / "play.db"
    stage.reset(path)
    return path


def cells(who: str, *, allowed: bool) -> Iterator[tuple[Case, str]]:
    """The cases of a person, each with a relation where it is about a ticket, that the table allows or refuses."""
    for case in CASES:
        cell = TABLE[case.name][who]
        reach = REACH[cell] if cell is not None else (*RELATIONS, "") if not allowed else ()
        for relation in RELATIONS if case.on_ticket else ("",):
            if (relation in reach) == allowed:
                yield case, relation


def arguments(stage: Stage, case: Case, who: str, relation: str) -> dict[str, Any]:
    return argument_json(case.arguments(stage, who, stage.tickets[who, relation or "own"]))


def state(desk: Desk) -> tuple[int, list[Any]]:
    """What a call could have changed: the journal's head, and who is present."""
    return desk.store.head(), desk.store.query("SELECT number, person_id, activity FROM presence ORDER BY 1, 2")


def refused(call: Callable[[], Any], permission: str = "", verb: str = "", *, hidden: bool = False) -> bool:
    """Whether a call says that this may not be, or is not there.

    With a permission: that the verb needs just this, which is missing. `hidden`: as what is not there, and not otherwise.
    """
    try:
        made = call()
        if inspect.isgenerator(made):
            next(made, None)
    except (NotPermitted, NotFound) as error:
        if permission:
            return isinstance(error, NotPermitted) and error.params == {
                "permission": permission,
                "verb": verb or error.params.get("verb"),
            }
        return not hidden or isinstance(error, NotFound)
    # Many tickets at once: those out of reach are reported, one by one, as any other that is not there.
    if permission or not isinstance(made, dict) or made.get("changed") != 0:
        return False
    kinds = NotFound if hidden else (NotFound, NotPermitted)
    told = [skipped["reason"].error for skipped in made["skipped"]]
    return len(told) == made["matched"] > 0 and all(isinstance(error, kinds) for error in told)


# -- the table ----------------------------------------------------------------------------------------------------------


def test_every_verb_has_cases_and_every_case_a_row() -> None:
    assert {case.verb for case in CASES} == set(VERBS)
    assert {case.name for case in CASES} == set(ROWS)
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        row = ROWS[case.name]
        assert list(row) == list(WHO)
        assert set(row.values()) <= ({"-", "own", "team", "all"} if case.on_ticket else {"-", "yes"}), case.name
        assert set(row.values()) != {"-"} or case.name in ("people.grant#own", "people.revoke#own"), case.name
        assert row["nobody"] == "-"


def test_every_verb_about_a_ticket_is_tried_on_all_three_kinds() -> None:
    for case in CASES:
        names = set(VERBS[case.verb].signature.parameters)
        if names & {"number", "numbers", "attachment", "seq", "batch"} and case.verb not in (
            "presence.leave",
            "db.unarchive",
        ):
            assert case.on_ticket or case.name == "undo.entry#own", case.name


_NEVER = {who: {c.verb for c in CASES} - {c.verb for c in CASES if TABLE[c.name][who] != "-"} for who in EVERYBODY}


# What else a verb needs, of those who hold its own permission.
_ALSO = {
    ("administrator", "policy.backtest"): "ticket.read",
    # Those who work in a room give back what is theirs; the rest is for who leads it.
    ("customer_service", "incident.release"): "incident.command",
    ("customer_service", "incident.strike"): "incident.command",
    # Those who may change many at once are told of each ticket that they may not delete it.
    **{(who, "bulk.delete"): "" for who in ("service_desk", "technical_support", "technical_support+quality")},
    # Those who may undo are told whose batch it is.
    **{(who, "undo.batch"): "" for who in EVERYBODY if TABLE["undo.entry#own"][who] == "yes"},
}


# -- refused ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_the_table_refuses_is_refused_by_name_and_by_method(stage: Stage, play: Path, who: str) -> None:
    with stage.enter(play, who) as desk:
        before = state(desk)
        for case, relation in cells(who, allowed=False):
            spec, given = VERBS[case.verb], arguments(stage, case, who, relation)
            # Without any right to a verb it is refused as such, before anything is looked at.
            missing = _ALSO.get((who, case.verb), spec.permission.value) if case.verb in _NEVER[who] else ""
            told = (missing, "" if (who, case.verb) in _ALSO else case.verb)
            # A ticket that may not be read is not there, whatever is asked for.
            hidden = case.on_ticket and not missing and relation not in REACH[TABLE["ticket.show"][who] or "-"]
            hidden = hidden and spec.noun != "undoing"
            about = (who, case.name, relation)
            assert refused(lambda: registry.call(desk, case.verb, given), *told, hidden=hidden), about  # noqa: B023
            parsed = registry._parse(spec, given)
            method = getattr(getattr(desk, spec.noun), spec.method)
            assert refused(lambda: method(**parsed), *told, hidden=hidden), about  # noqa: B023
            assert state(desk) == before, about


def test_a_refusal_within_a_verb_names_the_right_that_is_missing(stage: Stage, play: Path) -> None:
    """Not the reach of one that the person has nowhere."""
    with stage.enter(play, "service_desk") as desk:
        skipped = desk.bulk.delete(numbers=[stage.tickets["service_desk", "team"].open])["skipped"]
        assert skipped[0]["reason"].error.params == {"permission": "ticket.delete", "verb": "bulk.delete"}


def _nonsense(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_nonsense(each) for each in value]
    if isinstance(value, dict):
        return {key: _nonsense(each) for key, each in value.items()}
    return "no such" if isinstance(value, str) else 999_999 if type(value) is int else value


def test_without_a_right_to_the_verb_nothing_is_looked_at(stage: Stage, play: Path) -> None:
    """What is asked for makes no difference: names of nothing, numbers of nothing."""
    with stage.enter(play, "nobody") as desk:
        for case in CASES:
            spec = VERBS[case.verb]
            given = {key: _nonsense(value) for key, value in arguments(stage, case, "nobody", "own").items()}
            method = getattr(getattr(desk, spec.noun), spec.method)
            assert refused(lambda: method(**given), spec.permission.value, case.verb), case.name  # noqa: B023


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_the_table_refuses_is_refused_in_a_batch(stage: Stage, play: Path, who: str, door: "Door") -> None:
    tried = list(cells(who, allowed=False))
    lines = [json.dumps({"verb": c.verb, "args": arguments(stage, c, who, relation)}) for c, relation in tried]
    with stage.enter(play, who) as desk:
        before = state(desk)
    ended = door(play, who)("batch", stdin="\n".join(lines), ok=1)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert len(answers) == len(tried)
    for (case, relation), answer in zip(tried, answers, strict=True):
        if answer["ok"]:
            assert answer["result"]["changed"] == 0, (who, case.name, relation)
        else:
            assert answer["error"]["code"] in ("not_permitted", "not_found"), (who, case.name, relation, answer)
    with stage.enter(play, who) as desk:
        assert state(desk) == before


Door = Callable[[Path, str], Cli]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    """The command line as one of these people."""
    from helpdesk_tui.desk import actor

    def enter(path: Path, who: str) -> Cli:
        monkeypatch.setattr(actor, "os_user", lambda: actor.OsUser(2000, stages.login(who)))
        return Cli(path, monkeypatch)

    return enter


# Commands by case; `{…}` are arguments of the case or one of its tickets.
COMMANDS: dict[str, str] = {
    "attachment.add": "ticket attach {number} {file}",
    "attachment.list": "ticket attachments {number}",
    "audit.log": "audit log", "audit.verify": "audit verify", "audit.anchor": "audit anchor {file}",
    "bulk.assign": "bulk assign - --assignee spare --yes", "bulk.cancel": "bulk cancel - --reason x --yes",
    "bulk.close": "bulk close - --yes", "bulk.delete": "bulk delete - --yes", "bulk.edit": "bulk edit - --set title=x --yes",
    "bulk.note": "bulk note - -m x --yes", "bulk.reopen": "bulk reopen - --reason x --yes", "bulk.reply": "bulk reply - -m x --yes",
    "bulk.resolve": "bulk resolve - -m x --cause x --yes", "bulk.state": "bulk state awaiting_user - --reason x --yes",
    "bulk.take": "bulk take - --yes",
    "alert.ack": "alert ack 1", "alert.link": "alert link 1 {number}", "alert.list": "alert list", "alert.resolve": "alert resolve 1",
    "alert.show": "alert show 1", "alert.unack": "alert unack 2", "alert.unlink": "alert unlink 3", "event.ingest": "event ingest {file} --source syslog",
    "event.explain": "event explain {file} --source syslog", "event.list": "event list", "event.show": "event show 1",
    "maintenance.add": "maintenance add x --ci x --for 2h", "maintenance.end": "maintenance end 1", "maintenance.list": "maintenance list",
    "ci.add": "ci add ci-new --service apps", "ci.edit": "ci edit ci-other --set status=retired", "ci.list": "ci list",
    "ci.relate": "ci relate ci-other ci-team --type uses", "ci.show": "ci show ci-team",
    "ci.unrelate": "ci unrelate ci-other ci-team --type runs_on",
    "escalation.ack": "ack {number}", "escalation.hold": "escalation hold {number} --until 2h --reason x", "escalation.list": "escalation list",
    "escalation.page": "escalation page {number} --reason x", "escalation.release": "escalation release {number}",
    "escalation.show": "escalation show {number}", "escalation.unack": "escalation unack {number}",
    **{f"export.{what}": f"export {what}" for what in ("cis", "people", "services", "teams", "tickets")},
    "people.activate": "people activate gone@example.org", "people.add": "people add New",
    "people.add_organisation": "people organisations --add New", "people.deactivate": "people deactivate spare",
    "people.edit": "people edit spare --set title=Prof", "people.erase": "people erase spare --yes",
    "people.grant": "people grant spare requester", "people.list": "people list", "people.organisations": "people organisations",
    "people.revoke": "people revoke rolled customer_service", "people.search": "people list spare", "people.show#name": "people show spare", "people.unmask": "people unmask spare --reason x",
    "policy.list": "policy list", "policy.show": "policy show", "redo.last": "redo --yes", "search.tickets": "search changed",
    "service.add": "service add new New", "service.edit": "service edit net --set name=X", "service.list": "service list",
    "service.show": "service show net", "sla.calendars": "sla calendars", "sla.explain": "sla explain {number}",
    "sla.recompute": "sla recompute", "sla.targets": "sla targets", "team.add": "team add new New",
    "team.add_member": "team member applications spare", "team.edit": "team edit network --set name=X", "team.list": "team list",
    "team.set_skill": "team skill spare vpn 2", "team.show": "team show network", "template.delete": "template delete hello",
    "template.list": "template list", "template.render": "template render hello --ticket {number}",
    "template.save": "template save new -m x", "template.show": "template show hello",
    "ticket.assign": "ticket assign {number} spare", "ticket.cancel": "ticket cancel {number} --reason x",
    "ticket.checklist.add": "ticket checklist {number} --add x", "ticket.checklist.remove": "ticket checklist {number} --remove {item}",
    "ticket.checklist.tick": "ticket checklist {number} --tick {item}", "ticket.classify": "ticket classify {number}",
    "ticket.close": "ticket close {number}", "ticket.comments": "ticket comments {number}", "ticket.delete": "ticket delete {number} --yes",
    "ticket.demand": "ticket demand {number} --business-impact 1 --likelihood 1 --benefit 1 --reach 1 --effort 1",
    "ticket.edit": "ticket edit {number} --set title=x", "ticket.link": "ticket link {number} {other}", "ticket.list": "ticket list",
    "ticket.log": "ticket log {number}", "ticket.log_time": "ticket time {number} 1h", "ticket.merge": "ticket merge {number} {into}",
    "ticket.note": "ticket note {number} -m x", "ticket.open#other": "ticket new x --requester other@example.org",
    "ticket.pend": "ticket pend {number} --until 2d --reason x", "ticket.pin": "ticket pin {number} low --reason x",
    "ticket.prioritise": "ticket prioritise {number} --impact low", "ticket.redact": "ticket redact {number} --yes -m changed",
    "ticket.reopen": "ticket reopen {number} --reason x", "ticket.reply": "ticket reply {number} -m x",
    "ticket.resolve": "ticket resolve {number} -m x --cause x", "ticket.show": "ticket show {number}",
    "ticket.sensitive": "ticket sensitive {number} --reason x", "ticket.split": "ticket split {number} x", "ticket.state": "ticket state {number} awaiting_user --reason x",
    "ticket.take": "ticket take {number}", "ticket.unmerge": "ticket unmerge {number}", "ticket.watch": "ticket watch {number}",
    "ticket.watch#another": "ticket watch {number} --person spare", "ticket.why": "ticket why {number}", "timer.tick": "tick",
    "undo.batch": "undo {batch} --yes", "undo.entry": "undo {seq} --yes", "undo.last": "undo --yes", "view.delete#shared": "view delete shared",
    "view.list": "view list", "view.save": "view save new is:open", "view.save#shared": "view save new is:open --shared", "view.show": "view show shared",
}  # fmt: skip


def _command(case: Case, given: dict[str, Any], file: Path) -> tuple[list[str], str]:
    words = COMMANDS[case.name].split()
    numbers = "\n".join(str(n) for n in given.get("numbers", ()))
    return [word.format(**given, file=file) if "{" in word else word for word in words], numbers


def _on_the_command_line(stage: Stage, play: Path, who: str, door: Door, tried: list[tuple[Case, str]]) -> None:
    file = play.with_name("file.txt")
    file.write_text("hello", "utf-8")
    with stage.enter(play, who) as desk:
        before = state(desk)
        run = door(play, who)
        for case, relation in tried:
            words, numbers = _command(case, arguments(stage, case, who, relation), file)
            ended = run(*words, stdin=numbers, ok=None)
            about = (who, case.name, relation, ended)
            assert ended.code in ((0, 3, 4) if case.name.startswith("bulk.") else (3, 4)), about
            assert state(desk) == before, about
            assert ended.err.count("\n") <= 3 + numbers.count("\n"), about
    assert file.read_text("utf-8") == "hello"


def test_the_command_line_refuses_whom_the_table_refuses(stage: Stage, play: Path, door: Door) -> None:
    """Every command for somebody without any role, and for one whose teams end before the ticket."""
    _on_the_command_line(
        stage,
        play,
        "nobody",
        door,
        [(c, r) for c, r in cells("nobody", allowed=False) if c.name in COMMANDS and r in ("", "other")],
    )
    _on_the_command_line(
        stage, play, "technical_support", door,
        [(c, r) for c, r in cells("technical_support", allowed=False) if c.name in COMMANDS and r == "other"],
    )  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("who", EVERYBODY)
def test_the_command_line_refuses_all_that_the_table_refuses(stage: Stage, play: Path, who: str, door: Door) -> None:
    _on_the_command_line(stage, play, who, door, [(c, r) for c, r in cells(who, allowed=False) if c.name in COMMANDS])


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_administrators_put_another_file_in_the_place_of_a_desk(
    stage: Stage, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk_tui.desk import actor, upkeep

    monkeypatch.setattr(actor, "os_user", lambda: actor.OsUser(2000, stages.login(who)))
    assert refused(lambda: upkeep.ask_leave(stage.path, None, "db.restore")) == (who != "administrator")


# -- tables that nobody has ---------------------------------------------------------------------------------------------

# Where everybody who holds one right holds another as well, a check of the one could stand for that of the other. With
# these tables it cannot: technical support reads everything and acts within its teams only, or the other way round.


def drawn(monkeypatch: pytest.MonkeyPatch, default: Scope, **others: Scope) -> None:
    """Another column of the table for technical support."""
    known = {p.name.lower(): p for p in access.PERMISSIONS}
    assert set(others) <= set(known)
    for name, permission in known.items():
        row = access.PERMISSIONS[permission]
        monkeypatch.setitem(row, Role.TECHNICAL_SUPPORT, others.get(name, default))


def test_each_deed_asks_for_its_own_right_on_the_ticket(
    stage: Stage, play: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch, Scope.TEAM, ticket_read=Scope.ALL, note_read=Scope.ALL)
    who = "technical_support"
    team, other = stage.tickets[who, "team"], stage.tickets[who, "other"]
    with stage.enter(play, "smo") as desk:
        desk.tickets.merge(team.waiting, other.waiting)
    across: list[tuple[str, dict[str, Any]]] = [
        ("ticket.merge", {"number": team.fresh, "into": other.open}),
        ("ticket.merge", {"number": other.open, "into": team.fresh}),
        ("ticket.reply", {"number": team.waiting, "text": "x"}),
        ("attachment.add", {"number": team.waiting, "name": "a.txt", "data": "aGk=", "encoding": "base64"}),
    ]
    with stage.enter(play, who) as desk:
        before = state(desk)
        # Who is at a ticket is for those who read it, and to take a role is for those who were asked.
        beside = ("presence.enter", "incident.accept")
        for case in (c for c in CASES if c.on_ticket and not VERBS[c.verb].reads and c.verb not in beside):
            given = arguments(stage, case, who, "other")
            assert refused(lambda: registry.call(desk, case.verb, given)), case.name  # noqa: B023
        for verb, given in across:
            assert refused(lambda: registry.call(desk, verb, given)), (verb, given)  # noqa: B023
        assert state(desk) == before
        assert desk.tickets.moves(other.resolved) == []


def test_notes_ask_for_their_own_right(stage: Stage, play: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = "technical_support"
    team, other = stage.tickets[who, "team"], stage.tickets[who, "other"]
    drawn(monkeypatch, Scope.ALL, note_read=Scope.TEAM)
    with stage.enter(play, who) as desk:
        assert [c.kind for c in desk.tickets.comments(team.open)] == ["note"]
        assert desk.tickets.comments(other.open) == []
        assert refused(lambda: desk.tickets.split(other.open, "x", comment=other.note))
    drawn(monkeypatch, Scope.TEAM, note_read=Scope.ALL)
    with stage.enter(play, who) as desk:
        assert [c.kind for c in desk.tickets.comments(team.open)] == ["note"]
        assert refused(lambda: desk.tickets.comments(other.open), hidden=True)


def test_exports_ask_for_both_rights(stage: Stage, play: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = "technical_support"
    both = {stage.tickets[who, "team"].open, stage.tickets[who, "other"].open}
    for reading, exporting in ((Scope.TEAM, Scope.ALL), (Scope.ALL, Scope.TEAM), (Scope.ALL, Scope.ALL)):
        drawn(monkeypatch, Scope.ALL, ticket_read=reading, export=exporting)
        with stage.enter(play, who) as desk:
            found = {json.loads(line)["number"] for line in desk.exporting.tickets().splitlines()} & both
        wide = Scope.TEAM not in (reading, exporting)
        assert found == (both if wide else {stage.tickets[who, "team"].open}), (reading, exporting)
    drawn(monkeypatch, Scope.ALL, ticket_read=Scope.NONE)
    with stage.enter(play, who) as desk:
        assert refused(lambda: desk.tickets.next_up()), "what is next is read and taken"


def test_an_import_edits_what_its_person_may_edit(stage: Stage, play: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = "technical_support"
    row = {"title": "brought in", "external_id": "far-1", "team": ELSEWHERE}
    with stage.enter(play, "smo") as desk:
        assert desk.importing.tickets([row])["created"] == 1
    drawn(monkeypatch, Scope.ALL, ticket_edit=Scope.TEAM)
    with stage.enter(play, who) as desk:
        head = desk.store.head()
        told = desk.importing.tickets([{**row, "title": "mine now"}])
        assert (told["updated"], len(told["errors"])) == (0, 1)
        assert desk.store.head() == head


# -- allowed ------------------------------------------------------------------------------------------------------------


def _allowed(stage: Stage, path: Path, who: str, tried: list[tuple[Case, str]], *, by_method: bool = False) -> None:
    desk = stage.enter(path, who)
    try:
        for case, relation in tried:
            spec, given, before = VERBS[case.verb], arguments(stage, case, who, relation), state(desk)
            if spec.name == "db.backup":
                given["path"] = str(path.with_name("backup"))
            try:
                if by_method:
                    made = getattr(getattr(desk, spec.noun), spec.method)(**registry._parse(spec, given))
                else:
                    made = registry.call(desk, case.verb, given)
            except DeskError as error:
                if case.name == "db.unarchive" and "no archive" in error.english:
                    continue
                raise AssertionError((who, case.name, relation, str(error))) from error
            assert not (isinstance(made, dict) and made.get("changed") == 0 and made.get("skipped")), (case.name, made)
            if spec.reads:
                assert state(desk) == before
            if state(desk) != before:
                desk.close()
                stage.reset(path)
                desk = stage.enter(path, who)
    finally:
        desk.close()


def _narrowest() -> dict[str, list[tuple[Case, str]]]:
    """For each case one role of each width that the table gives, on the farthest ticket of its reach."""
    found: dict[str, list[tuple[Case, str]]] = {who: [] for who in WHO}
    for case in CASES:
        seen = set()
        for who in reversed(WHO):
            cell = TABLE[case.name][who]
            if cell != "-" and cell not in seen:
                seen.add(cell)
                found[who].append((case, REACH[cell][-1]))
    return found


NARROWEST = _narrowest()


@pytest.mark.parametrize("who", [who for who in WHO if NARROWEST[who]])
def test_what_the_table_allows_is_allowed(stage: Stage, play: Path, who: str) -> None:
    _allowed(stage, play, who, NARROWEST[who])


@pytest.mark.soak
@pytest.mark.parametrize("by_method", [False, True])
@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != "nobody"])
def test_all_that_the_table_allows_is_allowed(stage: Stage, play: Path, who: str, by_method: bool) -> None:
    _allowed(stage, play, who, list(cells(who, allowed=True)), by_method=by_method)


# -- what screens and commands ask beside the verbs ---------------------------------------------------------------------

# Reads of nouns that are no verbs: which verb's row they follow. None: they tell nothing that needs a right.
BESIDE: dict[str, str | None] = {
    "tickets.checklist": "ticket.show", "tickets.children": "ticket.show", "tickets.details": "ticket.show",
    "tickets.entries": "ticket.show", "tickets.facts": "ticket.show", "tickets.links": "ticket.show",
    "tickets.moves": "ticket.show", "tickets.readable": "ticket.show", "tickets.time_spent": "ticket.show",
    "tickets.watchers": "ticket.show", "sla.measured": "sla.explain", "attachments.read": "attachment.get",
    "tickets.count": "ticket.list", "tickets.numbers": "ticket.list", "tickets.page": "ticket.list",
    "tickets.rows": "ticket.list", "tickets.stream": "ticket.list", "tickets.next_up": "ticket.next", "searching.ranked": "search.tickets",
    "searching.rows": "search.tickets", "tickets.propose": "ticket.open", "views.tabs": "view.list",
    "exporting.stream": "export.tickets", "audit.export": "audit.log", "audit.why": "audit.log",
    "undoing.describe": "undo.last", "bulk.matched": "ticket.list", "people.person": "people.show#name", "people.devices": "people.list", "people.agents": "people.list",
    "paging.head": "escalation.show", "tickets.around": "ticket.show", "tickets.likely": "ticket.show", "tickets.moved": "ticket.show",
    "tickets.proofs": "ticket.list", "tickets.tree": "ticket.show", "notices.since": "notice.list",
    "templates.preview": "template.show", "upkeep.look": "db.check",
    "upkeep.archive_path": None, "upkeep.archived": None,
    # Asked of the answer, not of the desk: each is behind one of the others.
    "tickets.family": None, "tickets.inside": None, "tickets.knows": None, "tickets.listing": None, "tickets.outcome": None,
    "tickets.viewer": None, "tickets.hidden": None, "tickets.opened": None, "bulk.run": None, "bulk.progress": None, "people.open_requests": None, "templates.fields": None,
    "teams.team": None, "services.service": None, "presence.is_away": None, "exporting.kinds": None,
    "importing.breathe": None, "importing.busy": None, "importing.last_batch": None, "importing.monotonic": None, "importing.progress": None,
    "importing.unfinished": None, "alerts.of_ticket": None, "alerts.firing": None, "events.gauges": None,
}  # fmt: skip


def _given(name: str, t: Tickets) -> list[Any]:
    if name == "attachments.read":
        return [t.attachment]
    if name == "bulk.matched":
        return ["", None]
    if name in ("tickets.count", "tickets.numbers", "tickets.page", "tickets.stream"):
        return [""]
    if name in ("searching.ranked", "searching.rows"):
        return ["changed"]
    if name in ("views.tabs", "undoing.describe", "audit.export", "audit.why", "upkeep.look"):
        return []
    more = {"tickets.rows": ["", [t.open]], "tickets.propose": ["x"], "exporting.stream": ["tickets", "jsonl"],
            "people.person": ["spare"], "people.devices": [1], "people.agents": ["sp"],
            "templates.preview": ["hello"], "tickets.proofs": [[t.edited]], "tickets.likely": [t.open, []], "notices.since": [0]}  # fmt: skip
    return more.get(name, [t.open])


def test_every_public_method_of_a_noun_is_a_verb_or_listed_here() -> None:
    found = set()
    for attribute, (module, name) in nouns._WHERE.items():
        kind = getattr(import_module(f"helpdesk_tui.desk.{module}"), name)
        known = {spec.method for spec in VERBS.values() if spec.noun == attribute or attribute == "reading"}
        names = {n for n, _ in inspect.getmembers(kind) if not n.startswith("_") and n != "desk"} - known
        found |= {f"{'tickets' if attribute == 'reading' else attribute}.{n}" for n in names}
    assert found == set(BESIDE)


@pytest.mark.parametrize("who", EVERYBODY)
def test_reads_beside_the_verbs_follow_the_same_rows(stage: Stage, play: Path, who: str) -> None:
    with stage.enter(play, who) as desk:
        for name, row in BESIDE.items():
            if row is None:
                continue
            cell = TABLE[row][who] or "-"
            for relation in RELATIONS if cell != "yes" and cell in REACH and row in _ON_TICKETS else ("",):
                noun, method = name.split(".")
                given = _given(name, stage.tickets[who, relation or "own"])
                limits = {"limit": 5} if name.startswith("searching.") else {}
                denied = refused(lambda: getattr(getattr(desk, noun), method)(*given, **limits))  # noqa: B023
                assert denied == (relation not in REACH[cell]), (who, name, relation)
        if "ticket.show" in _NEVER[who]:
            return
        # What an entry hashes to is for those who see all of it.
        proved = {r for r in RELATIONS if desk.tickets.proofs([stage.tickets[who, r].edited])}
        plain = set(REACH[TABLE["ticket.note"][who]]) if "quality" not in who else set()
        assert proved == (set(RELATIONS) if who == "customer_service" else plain), who
        # Where one may read and not act there is nothing to choose.
        for relation in REACH[TABLE["ticket.show"][who]]:
            offered = {move["to"] for move in desk.tickets.moves(stage.tickets[who, relation].resolved)}
            assert bool(offered) == (relation in REACH[TABLE["ticket.reopen"][who]]), (who, relation, offered)


def test_what_is_revoked_ends_at_once_beside_the_verbs(stage: Stage, play: Path) -> None:
    """With no verb in between, which would have told that the role is gone."""
    who, role = "service_desk", "service_desk"
    t = stage.tickets[who, "own"]
    still: list[str] = []
    with stage.enter(play, who) as desk, Desk.open(play, user=OsUser(1, "ana"), clock=stage.clock) as ana:
        for name, row in BESIDE.items():
            if row is None or TABLE[row][who] == "-":
                continue
            noun, method = name.split(".")
            limits = {"limit": 5} if name.startswith("searching.") else {}
            ask = lambda: getattr(getattr(desk, noun), method)(*_given(name, t), **limits)  # noqa: E731, B023
            assert not refused(ask), name
            ana.people.revoke(stages.login(who), [role])
            if not refused(ask):
                still.append(name)
            ana.people.grant(stages.login(who), [role])
    assert still == []


_ON_TICKETS = {case.name for case in CASES if case.on_ticket}


@pytest.mark.parametrize("who", EVERYBODY)
def test_lists_hold_what_may_be_read_and_nothing_else(stage: Stage, play: Path, who: str) -> None:
    """Every way to a list of tickets gives exactly the tickets within the person's reach."""
    reach = REACH[TABLE["ticket.show"][who] or "-"]
    with stage.enter(play, who) as desk:
        own, team = stage.tickets[who, "own"].open, stage.tickets[who, "team"].open
        everything = {n for (n,) in desk.store.query("SELECT number FROM ticket")}
        mine = {
            n for (n,) in desk.store.query(
                "SELECT number FROM ticket WHERE :me IN (requester_id, assignee_id)"
                " OR number IN (SELECT number FROM watcher WHERE person_id = :me)", {"me": desk.actor.id}
            )
        }  # fmt: skip
        teams = {
            n
            for (n,) in desk.store.query(
                "SELECT t.number FROM ticket t JOIN team g ON g.id = t.team_id WHERE g.code = 'network'"
            )
        }
        # The rooms into which all of them were asked.
        rooms = {one.asked for one in stage.tickets.values()}
        wanted = (
            everything if "other" in reach else mine | teams | rooms if "team" in reach else mine if reach else set()
        )
        assert (own in mine, team in teams) == (True, True)
        lists: dict[str, Callable[[], Any]] = {
            "select": lambda: {t["number"] for t in desk.tickets.select()},
            "stream": lambda: {t["number"] for t in desk.tickets.stream("sort:-number")},
            "numbers": lambda: set(desk.tickets.numbers("")),
            "page": lambda: {r.number for r in desk.tickets.page("", limit=500).rows},
            "rows": lambda: {r.number for r in desk.tickets.rows("", sorted(everything))},
            "matched": lambda: set(desk.bulk.matched("", None)),
            "search": lambda: {n for n, _ in desk.searching.ranked("pw", limit=500)},
            "by number": lambda: {n for number in everything for n, _ in desk.searching.ranked(f"#{number}", limit=1)},
            "count": lambda: desk.tickets.count("", None),
            "views": lambda: {tab.code: tab.count for tab in desk.views.tabs()}["all"],
        }  # fmt: skip
        for name, ask in lists.items():
            if not reach:
                if name != "views":
                    with pytest.raises(NotPermitted):
                        ask()
                continue
            found = ask()
            assert found == (len(wanted) if name in ("count", "views") else wanted), (who, name)
        if TABLE["timer.due"][who] == "yes":
            waiting = {stage.tickets[who, relation].waiting for relation in RELATIONS}
            assert {t["number"] for t in desk.timers.due(SOON)} & waiting == waiting & wanted
        export = TABLE["export.tickets"][who]
        if export == "yes":
            scope = {"service_desk": mine | teams, "customer_service": mine | teams}.get(who, wanted)
            for form in ("jsonl", "csv"):
                text = desk.exporting.tickets(form=form)
                numbers = (
                    {json.loads(line)["number"] for line in text.splitlines()} if form == "jsonl" else _column(text)
                )
                assert numbers == scope, (who, form)


def _column(text: str) -> set[int]:
    import csv

    return {int(row["number"]) for row in csv.DictReader(io.StringIO(text))}


def test_a_batch_line_that_is_refused_does_not_stop_the_next(stage: Stage, play: Path, door: Door) -> None:
    ticket = stage.tickets["requester", "own"].open
    lines = [
        {"verb": "ticket.take", "args": {"number": ticket}},
        {"verb": "ticket.reply", "args": {"number": ticket, "text": "x"}},
    ]
    ended = door(play, "requester")("batch", stdin="\n".join(map(json.dumps, lines)), ok=1)
    assert [json.loads(line)["ok"] for line in ended.out.splitlines()] == [False, True]


def test_the_table_is_wide_enough_to_bite() -> None:
    denied = sum(1 for who in WHO for _ in cells(who, allowed=False))
    allowed = sum(1 for who in WHO for _ in cells(who, allowed=True))
    assert denied > 1_000
    assert allowed > 800
    with contextlib.suppress(KeyError):
        assert TABLE["ticket.redact"]["technical_support"] == "-"
