"""Every text and list that the desk takes has a limit: what just fits is kept whole, one more is refused in one line.

The same at every door: a verb called by name, a line of a batch, the command line, an imported file.
"""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import registry
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import DeskError
from tests.cli_runner import Cli, copy_desk, make_desk

MIB = 1_048_576
X = "x"


def _set(field: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {"number": 1, "set": {field: text}}


NAMED_BOOK = 'name = "x"\nsteps = [{ text = "x" }]\n'
TURNS = json.dumps({"layers": [{"users": ["bo"], "always": True}]})


def _maintenance(title: str = X, **scope: Any) -> dict[str, Any]:
    return {"title": title, "start": 4_000_000_000, "end": 4_000_003_600, **scope}


# What, its limit in characters, the verb, and the arguments that hold a text of that length.
LIMITS: dict[str, tuple[int, str, Callable[[str], dict[str, Any]]]] = {
    "title": (10_000, "ticket.open", lambda t: {"title": t}),
    "title edited": (10_000, "ticket.edit", _set("title")),
    "description": (MIB, "ticket.open", lambda t: {"title": X, "description": t}),
    "description edited": (MIB, "ticket.edit", _set("description")),
    "external id": (255, "ticket.edit", _set("external_id")),
    "category": (64, "ticket.edit", _set("category")),
    "language": (16, "ticket.edit", _set("language")),
    "cause": (MIB, "ticket.edit", _set("cause")),
    "resolution": (MIB, "ticket.edit", _set("resolution")),
    "resolution code": (64, "ticket.edit", _set("resolution_code")),
    "tag": (64, "ticket.edit", lambda t: {"number": 1, "add_tags": [t]}),
    "tag at opening": (64, "ticket.open", lambda t: {"title": X, "tags": [t]}),
    "reply": (MIB, "ticket.reply", lambda t: {"number": 1, "text": t}),
    "note": (MIB, "ticket.note", lambda t: {"number": 1, "text": t}),
    "bulk note": (MIB, "bulk.note", lambda t: {"numbers": [1], "text": t}),
    "reason": (10_000, "ticket.edit", lambda t: {"number": 1, "set": {"title": "other"}, "reason": t}),
    "reason of a pin": (10_000, "ticket.pin", lambda t: {"number": 1, "priority": "low", "reason": t}),
    "resolution at resolving": (MIB, "ticket.resolve", lambda t: {"number": 1, "resolution": t, "cause": X}),
    "cause at resolving": (MIB, "ticket.resolve", lambda t: {"number": 1, "resolution": X, "cause": t}),
    "text of a split": (MIB, "ticket.split", lambda t: {"number": 1, "title": X, "text": t}),
    "title of a split": (10_000, "ticket.split", lambda t: {"number": 1, "title": t}),
    "step": (1_000, "ticket.checklist.add", lambda t: {"number": 1, "items": [t]}),
    "note on time": (1_000, "ticket.log_time", lambda t: {"number": 1, "seconds": 60, "note": t}),
    "name of a file": (255, "attachment.add", lambda t: {"number": 1, "name": t, "data": "aGk=", "encoding": "base64"}),
    "name of a person": (255, "people.add", lambda t: {"name": t}),
    "login": (64, "people.add", lambda t: {"name": X, "login": t}),
    "phone": (64, "people.add", lambda t: {"name": X, "phone": t}),
    "address": (255, "people.add", lambda t: {"name": X, "email": t[: -len("@example.org")] + "@example.org"}),
    "title of a person": (255, "people.add", lambda t: {"name": X, "title": t}),
    "initials": (64, "people.add", lambda t: {"name": X, "initials": t}),
    "language of a person": (16, "people.add", lambda t: {"name": X, "language": t}),
    "skill": (64, "people.add", lambda t: {"name": X, "agent": True, "skills": {t: 1}}),
    "organisation": (255, "people.add_organisation", lambda t: {"name": t}),
    "name of a team": (255, "team.add", lambda t: {"code": X, "name": t}),
    "code of a team": (64, "team.add", lambda t: {"code": t, "name": X}),
    "name of a service": (255, "service.add", lambda t: {"code": X, "name": t}),
    "code of a service": (64, "service.add", lambda t: {"code": t, "name": X}),
    "name of an item": (255, "ci.add", lambda t: {"name": t}),
    "class of an item": (64, "ci.add", lambda t: {"name": X, "ci_class": t}),
    "attributes of an item": (65_536, "ci.add", lambda t: {"name": X, "attributes": {"a": t[: -len('{"a": ""}')]}}),
    "label of a view": (255, "view.save", lambda t: {"code": X, "label": t, "query": "is:open"}),
    "code of a view": (64, "view.save", lambda t: {"code": t, "label": X, "query": "is:open"}),
    "filter of a view": (4_000, "view.save", lambda t: {"code": X, "label": X, "query": t}),
    "filter": (4_000, "ticket.list", lambda t: {"where": t}),
    "filter of an export": (4_000, "export.tickets", lambda t: {"where": t}),
    "filter of a bulk change": (4_000, "bulk.edit", lambda t: {"where": t, "set": {"title": X}}),
    "body of a template": (MIB, "template.save", lambda t: {"code": X, "body": t}),
    "name of a template": (255, "template.save", lambda t: {"code": X, "body": X, "name": t}),
    "code of a template": (64, "template.save", lambda t: {"code": t, "body": X}),
    "session": (64, "presence.enter", lambda t: {"number": 1, "session": t}),
    "title of a maintenance": (255, "maintenance.add", lambda t: _maintenance(t, sources=[X])),
    "source of a maintenance": (255, "maintenance.add", lambda t: _maintenance(sources=[t])),
    "item of a maintenance": (255, "maintenance.add", lambda t: _maintenance(cis=[t])),
    "label of a maintenance": (255, "maintenance.add", lambda t: _maintenance(labels={X: [t]})),
    "code of a schedule": (64, "oncall.add", lambda t: {"schedule": t, "text": TURNS}),
    "name of a schedule": (255, "oncall.add", lambda t: {"schedule": X, "text": TURNS, "name": t}),
    "text of a schedule": (MIB, "oncall.add", lambda t: {"schedule": X, "text": TURNS + " " * (len(t) - len(TURNS))}),
    "note of an override": (1_000, "oncall.override", lambda t: {"schedule": "kept", "start": 4_000_000_000, "end": 4_000_003_600, "people": ["bo"], "note": t}),
    "title of an incident": (10_000, "incident.declare", lambda t: {"title": t}),
    "line of a room": (MIB, "incident.note", lambda t: {"number": 2, "text": t}),
    "task of a room": (1_000, "incident.task", lambda t: {"number": 2, "text": t}),
    "status update": (10_000, "incident.update", lambda t: {"number": 2, "internal": t}),
    "status update outside": (10_000, "incident.update", lambda t: {"number": 2, "external": t}),
    "status update in Chinese": (10_000, "incident.update", lambda t: {"number": 2, "internal_zh": t}),
    "status update outside in Chinese": (10_000, "incident.update", lambda t: {"number": 2, "external_zh": t}),
    "note of a step": (1_000, "incident.step", lambda t: {"number": 2, "step": 1, "to": "skipped", "note": t}),
    "recovery plan": (2_097_152, "plan.save", lambda t: {"service": "net", "text": f'rto = "1h"\n#{t[12:]}'}),
    "scenario": (2_097_152, "incident.drill", lambda t: {"text": f'title = "x"\n#{t[13:]}'}),
    "runbook": (2_097_152, "runbook.save", lambda t: {"code": X, "text": NAMED_BOOK + f"#{t[1 + len(NAMED_BOOK):]}"}),
    "source of a copy": (255, "plan.backup", lambda t: {"service": "net", "source": t}),
    "review": (MIB, "review.edit", lambda t: {"number": 2, "text": "## Summary\n" + t[11:]}),
    "waiver of a review": (1_000, "review.waive", lambda t: {"number": 2, "reason": t}),
    "where messages go": (1_000, "notify.add", lambda t: {"channel": "webhook", "address": t}),
    "delivery of notices": (128, "event.ingest", lambda t: {"events": [{"source": "generic", "status": "firing", "severity": "info", "key": X, "summary": X}], "delivery": t}),
    "source of an import": (4_096, "import.tickets", lambda t: {"rows": [], "source": t}),
}  # fmt: skip
# Lists and numbers: what fits and what is one too many.
COUNTS: dict[str, tuple[str, Callable[[int], dict[str, Any]], int]] = {
    "steps": ("ticket.checklist.add", lambda n: {"number": 1, "items": [X] * n}, 500),
    "capacity": ("people.add", lambda n: {"name": X, "capacity": n}, 1_000),
    "level of a skill": ("team.set_skill", lambda n: {"person": "me", "skill": X, "level": n}, 3),
    "time": ("ticket.log_time", lambda n: {"number": 1, "seconds": n}, 31 * 86_400),
    "score": ("ticket.demand", lambda n: {"number": 1, "business_impact": n, "likelihood": 1, "benefit": 1, "reach": 1, "effort": 1}, 5),
    "terms of a filter": ("ticket.list", lambda n: {"where": "a " * n}, 100),
    "depth of a filter": ("ticket.list", lambda n: {"where": "(" * n + "a" + ")" * n}, 20),
    "affected": ("ticket.edit", lambda n: {"number": 1, "set": {"affected_users": str(n)}}, 100_000_000),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_desk(tmp_path_factory.mktemp("made"))
    with Desk.open(path) as desk:
        desk.tickets.open("the only one")
        desk.incidents.declare("an incident")
        desk.people.add("Bo", login="bo", agent=True)
        desk.services.add("net", "Net")
        desk.plans.save("net", "")
        desk.incidents.recover(2)
        desk.reviews.draft(2)
        desk.on_call.add("kept", TURNS)
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    return copy_desk(made, tmp_path)


def text_of(length: int, name: str) -> str:
    """A text of so many characters: words for filters, else one long word."""
    if not name.startswith("filter"):
        return X * length
    return ("title:" + "a" * 390 + " ") * (length // 397) + "b" * (length % 397)


def one_line(error: DeskError) -> None:
    said = str(error)
    assert said
    assert "\n" not in said
    assert len(said) < 500


@pytest.mark.parametrize("name", LIMITS)
def test_what_just_fits_is_taken_and_one_more_is_not(path: Path, name: str) -> None:
    limit, verb, arguments = LIMITS[name]
    with Desk.open(path) as desk:
        head = desk.store.head()
        with pytest.raises(DeskError) as refused:
            registry.call(desk, verb, arguments(text_of(limit + 1, name)))
        one_line(refused.value)
        assert desk.store.head() == head
        registry.call(desk, verb, arguments(text_of(limit, name)))
        assert desk.store.head() > head or verb in (
            "presence.enter",
            "import.tickets",
            "ticket.list",
            "export.tickets",
            "bulk.edit",
        )
        with pytest.raises(DeskError):
            registry.call(desk, verb, arguments(text_of(limit * 3 + 1, name)))


@pytest.mark.parametrize("name", COUNTS)
def test_numbers_and_lists_end_where_they_say(path: Path, name: str) -> None:
    verb, arguments, most = COUNTS[name]
    with Desk.open(path) as desk:
        head = desk.store.head()
        for wrong in (
            (most + 1, most * 1_000_000, -1) if "of a filter" not in name and name != "steps" else (most + 1, 2 * most)
        ):
            with pytest.raises(DeskError) as refused:
                registry.call(desk, verb, arguments(wrong))
            one_line(refused.value)
            assert desk.store.head() == head
        registry.call(desk, verb, arguments(most))
        assert desk.store.head() > head or verb == "ticket.list"


def test_attachments_end_at_25_mib(path: Path) -> None:
    from helpdesk_tui.desk.attachments import MAX_SIZE

    with Desk.open(path) as desk:
        head = desk.store.head()
        with pytest.raises(DeskError) as refused:
            desk.attachments.add(1, "big", b"x" * (MAX_SIZE + 1))
        one_line(refused.value)
        assert desk.store.head() == head
        assert desk.store.query("SELECT count(*) FROM blob") == [(0,)]
        assert desk.attachments.add(1, "big", bytes(MAX_SIZE))["size"] == MAX_SIZE == 25 * MIB


def test_every_text_that_a_verb_keeps_is_in_the_table() -> None:
    """Texts of verbs that write: each is in the table above, is a name of something, or is listed here with its reason."""
    covered = {(verb, key) for _n, verb, make in LIMITS.values() for key in make("x" * 400)}
    # The same field by another verb, through the same function; a name of what is there; a word out of a fixed list.
    named = {
        "set", "number", "numbers", "where", "reason", "text", "to", "team", "assignee", "priority", "person", "other", "into", "type",
        "impact", "urgency", "channel", "requester", "resolution", "cause", "code", "label", "query", "name", "service", "owner", "status",
        "organisation", "title", "description", "roles", "teams", "codes", "calendar", "day", "kind", "region", "batch", "target", "on_error",
        "resume", "form", "media_type", "encoding", "data", "add_tags", "remove_tags", "tags", "items", "strategy", "criticality", "state",
        "skill", "skills", "language", "activity", "session", "path", "passphrase_file", "key_file", "note", "body", "version", "attributes",
        "ci_class", "email", "login", "phone", "initials", "source", "rows", "cases", "people", "secret", "to_path", "older_than", "services", "events",
        "severity", "quiet", "quiet_severity", "tz", "schedule", "removed", "taker", "shifts", "role", "action",
        "nature", "stamp", "document", "runbook",
    }  # fmt: skip
    unknown = set()
    for spec in registry.verbs().values():
        for parameter in [*spec.signature.parameters.values()][1:]:
            takes_text = "str" in str(parameter.annotation)
            if (
                takes_text
                and not spec.reads
                and (spec.name, parameter.name) not in covered
                and parameter.name not in named
            ):
                unknown.add((spec.name, parameter.name))
    assert sorted(unknown) == []


# -- the other doors ----------------------------------------------------------------------------------------------------

AT_DOORS = (
    "title",
    "description",
    "reply",
    "note",
    "tag",
    "external id",
    "name of a person",
    "label of a view",
    "reason",
)


@pytest.mark.parametrize("name", AT_DOORS)
def test_a_batch_keeps_the_same_limits(path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    limit, verb, arguments = LIMITS[name]
    lines = [json.dumps({"verb": verb, "args": arguments(X * n)}) for n in (limit + 1, limit)]
    ended = Cli(path, monkeypatch)("batch", stdin="\n".join(lines), ok=1)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [answer["ok"] for answer in answers] == [False, True]
    assert answers[0]["error"]["code"] == "invalid"


COMMANDS: dict[str, Callable[[str], tuple[list[str], str]]] = {
    "title": lambda t: (["ticket", "new", t], ""),
    "description": lambda t: (["ticket", "new", X, "-m", "-"], t),
    "reply": lambda t: (["ticket", "reply", "1", "-"], t),
    "note": lambda t: (["ticket", "note", "1", "-"], t),
    "tag": lambda t: (["ticket", "tag", "1", t], ""),
    "external id": lambda t: (["ticket", "edit", "1", "--set", f"external_id={t}"], ""),
    "name of a person": lambda t: (["people", "add", t], ""),
    "label of a view": lambda t: (["view", "save", X, "is:open", "--label", t], ""),
    "reason": lambda t: (["ticket", "edit", "1", "--set", "title=y", "--reason", t], ""),
    "filter": lambda t: (["ticket", "list", "--where", t], ""),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_line_keeps_the_same_limits(path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    limit, cli = LIMITS[name][0], Cli(path, monkeypatch)
    words, stdin = COMMANDS[name](text_of(limit + 1, name))
    ended = cli(*words, stdin=stdin, ok=None)
    assert ended.code == (2 if name == "filter" else 6), ended.err[:300]
    assert len(ended.err) < 1_000
    assert ended.out == ""
    words, stdin = COMMANDS[name](text_of(limit, name))
    cli(*words, stdin=stdin)


IMPORTED = {"title": 10_000, "description": MIB, "external_id": 255, "tags": 64, "resolution": MIB, "category": 64}


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_imported_rows_keep_the_same_limits(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Of each field a row that just fits and one that is a character too long: those are reported, the others stand."""
    rows = [{"title": "t"} | {field: X * (limit + more)} for field, limit in IMPORTED.items() for more in (0, 1)]
    file = tmp_path / f"rows.{form}"
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, ["title", *(f for f in IMPORTED if f != "title")])
        writer.writeheader()
        writer.writerows(rows)
        file.write_text(out.getvalue(), "utf-8")
    else:
        file.write_text("\n".join(map(json.dumps, rows)) if form == "jsonl" else json.dumps(rows), "utf-8")
    ended = Cli(path, monkeypatch)("import", "tickets", str(file), "-o", "json", ok=None)
    answer = ended.json
    assert (answer["read"], answer["created"], len(answer["errors"])) == (12, 6, 6), answer
    with Desk.open(path) as desk:
        assert desk.audit.verify()["ok"]
        for field, limit in IMPORTED.items():
            if field != "tags":
                assert desk.store.query(f"SELECT count(*) FROM ticket WHERE length({field}) = {limit}") == [(1,)]
                assert desk.store.query(f"SELECT count(*) FROM ticket WHERE length({field}) > {limit}") == [(0,)]
