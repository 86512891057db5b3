"""Working from the command line: tickets through their life, bulk, undo, batch, texts, time travel, the other nouns."""

import json
import re
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from tests.cli_runner import Cli, copy_desk, make_desk
from tests.desk_fixtures import FixedClock


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk(tmp_path_factory.mktemp("made"))


@pytest.fixture
def cli(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(copy_desk(made, tmp_path), monkeypatch)


@pytest.fixture(scope="module")
def crowded(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with 25 tickets."""
    path = copy_desk(made, tmp_path_factory.mktemp("crowded"))
    with Desk.open(path) as desk:
        for n in range(25):
            desk.tickets.open(f"printer {n} jams", description="paper everywhere")
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return path


def many(crowded: Path, tmp_path: Path, patch: pytest.MonkeyPatch) -> Cli:
    folder = tmp_path / "many"
    folder.mkdir()
    return Cli(copy_desk(crowded, folder), patch)


# ── one ticket ───────────────────────────────────────────────────────────────────────────────────
def one(cli: Cli, *arguments: str, **more: str) -> dict[str, object]:
    (ticket,) = cli(*arguments, "-o", "json", **more).json  # type: ignore[arg-type]
    return dict(ticket)


def test_a_ticket_goes_through_its_life(cli: Cli) -> None:
    opened = one(cli, "ticket", "new", "VPN drops", "-m", "-", "--set", "impact=high", stdin="every hour\n")
    assert (opened["ref"], opened["description"], opened["impact"]) == ("INC-1", "every hour", "high")
    assert one(cli, "ticket", "take", "1")["phase"] == "open"
    assert cli("ticket", "reply", "1", "-", "-o", "json", stdin="we look\n").json["kind"] == "reply"
    assert cli("ticket", "note", "INC-1", "-m", "seen before", "-o", "json").json["kind"] == "note"
    assert one(cli, "ticket", "pend", "#1", "--until", "2d", "--reason", "vendor")["phase"] == "pending"
    assert one(cli, "ticket", "state", "1", "in_progress")["state"] == "in_progress"
    assert one(cli, "ticket", "resolve", "1", "-m", "new client", "--cause", "old client")["phase"] == "resolved"
    assert one(cli, "ticket", "close", "1")["phase"] == "closed"
    assert one(cli, "ticket", "reopen", "1", "--reason", "it is back")["reopen_count"] == 1
    assert one(cli, "ticket", "pin", "1", "critical", "--reason", "board")["priority"] == "critical"
    assert one(cli, "ticket", "prioritise", "1", "--urgency", "low", "--impact", "low")["priority"] == "low"
    assert one(cli, "ticket", "tag", "1", "vpn", "Home Office")["tags"] == ["home-office", "vpn"]
    assert one(cli, "ticket", "tag", "1", "--remove", "vpn")["tags"] == ["home-office"]
    assert (
        one(cli, "ticket", "edit", "1", "--set", "title=VPN drops hourly", "--tag", "a")["title"] == "VPN drops hourly"
    )
    assert one(cli, "ticket", "classify", "1", "--set", "category=network")["category"] == "network"
    assert cli("ticket", "time", "1", "1h30m", "-m", "logs", "-o", "json").json["total"] == 5400
    assert [
        step["text"] for step in cli("ticket", "checklist", "1", "--add", "a", "--add", "b", "-o", "json").json
    ] == ["a", "b"]
    log = cli("ticket", "log", "1", "-o", "json").json
    assert list(log[0]) == ["seq", "at", "recorded_at", "actor", "origin", "verb", "changes", "reasons"]
    assert [entry["verb"] for entry in log][:3] == ["ticket.open", "ticket.take", "ticket.reply"]
    assert log == sorted(log, key=lambda entry: (entry["at"], entry["seq"]))
    assert {item["field"] for item in cli("ticket", "why", "1", "-o", "json").json} >= {"priority", "team", "kind"}
    shown = cli("ticket", "show", "1").out
    assert "we look" in shown
    assert "seen before" in shown
    assert "new client" in shown


def test_tickets_are_tied_merged_and_split(cli: Cli) -> None:
    first, second = cli.new("mail is down"), cli.new("no mail since nine")
    cli("ticket", "link", str(first), str(second), "--type", "blocks")
    assert cli("ticket", "merge", str(second), str(first), "-o", "json").json == {
        "number": second,
        "merged_into": first,
    }
    assert cli("ticket", "reply", str(second), "-m", "hello", "-o", "json").json["number"] == first
    cli("ticket", "unmerge", str(second))
    assert one(cli, "ticket", "split", str(first), "printer too", "-m", "and the printer")["number"] == 3
    cli("ticket", "delete", str(second), "--reason", "a test")
    assert second not in [t["number"] for t in cli("ticket", "list", "-o", "json").json]
    assert cli("undo", "-o", "json").json["undone"] == 1
    assert second in [t["number"] for t in cli("ticket", "list", "-o", "json").json]
    assert cli("undo", "--redo", "-o", "json").json["undone"] == 1


def test_a_pasted_password_is_removed_after_a_question(cli: Cli) -> None:
    cli.new("cannot log in", "-m", "my password is hunter22")
    cli("ticket", "redact", "1", "-m", "hunter22", ok=2)
    cli("ticket", "redact", "1", "-m", "hunter22", "--yes")
    assert "hunter22" not in cli("audit", "export").out + cli("ticket", "show", "1", "-o", "json").out
    assert cli("audit", "verify", "-o", "json").json["ok"]


def test_files_come_back_as_they_went_in(cli: Cli, tmp_path: Path) -> None:
    cli.new("see the picture")
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(range(256)))
    (made,) = cli("ticket", "attach", "1", str(file), "-o", "json").json
    out = tmp_path / "b.bin"
    cli("ticket", "attachments", "1", "--get", str(made["id"]), "--out", str(out))
    assert out.read_bytes() == file.read_bytes()
    cli("ticket", "attachments", "1", "--get", str(made["id"]), "--out", str(out), ok=1)


def test_a_text_needs_a_source(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.new("x")
    assert "-m" in cli("ticket", "note", "1", ok=2).err
    cli("ticket", "note", "1", "-m", "", ok=6)


def test_the_editor_writes_the_text(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "written there\\n# dropped\\n" > "$1"\n', "utf-8")
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))
    cli("ticket", "new", "x", "--edit")
    assert one(cli, "ticket", "show", "1")["description"] == "written there"
    editor.write_text("#!/bin/sh\nexit 3\n", "utf-8")
    cli("ticket", "new", "y", "--edit", ok=1)
    editor.write_text('#!/bin/sh\n: > "$1"\n', "utf-8")
    cli("ticket", "new", "y", "--edit", ok=6)


def test_the_past_is_shown_as_it_was(cli: Cli) -> None:
    cli("ticket", "new", "x", "--at", "2h")
    cli("ticket", "take", "1")
    assert one(cli, "ticket", "show", "1", "--at", "1h")["assignee"] is None
    assert one(cli, "ticket", "show", "1")["assignee"] is not None
    assert len(cli("ticket", "list", "--where", "state:new", "--at", "1h ago", "-o", "json").json) == 1
    assert cli("ticket", "list", "--at", "3h", "-o", "json").json == []
    assert [e["verb"] for e in cli("ticket", "log", "1", "--at", "1h", "-o", "json").json] == ["ticket.open"]


# ── many tickets ─────────────────────────────────────────────────────────────────────────────────
def test_bulk_shows_changes_and_undoes(crowded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = many(crowded, tmp_path, monkeypatch)
    before = cli("ticket", "list", "-o", "json").json
    dry = cli(
        "bulk", "edit", "--where", "printer", "--set", "impact=high", "--tag", "jam", "--dry-run", "-o", "json"
    ).json
    assert (dry["matched"], dry["changed"], dry["batch"]) == (25, 25, None)
    assert dry["preview"][0]["changes"]["impact"][1] == "high"
    assert cli("ticket", "list", "-o", "json").json == before
    assert "Impact    Medium  High" in cli("bulk", "edit", "-w", "printer", "--set", "impact=high", "--dry-run").out
    asked = cli("bulk", "edit", "-w", "printer", "--set", "impact=high", ok=2)
    assert "--yes" in asked.err
    done = cli("bulk", "edit", "-w", "printer", "--set", "impact=high", "--yes", "-o", "json").json
    assert (done["matched"], done["changed"], done["skipped"]) == (25, 25, [])
    again = cli("bulk", "edit", "-w", "printer", "--set", "impact=high", "--yes", "-o", "json").json
    assert (again["changed"], len(again["skipped"])) == (0, 25)
    assert "--yes" in cli("undo", done["batch"], ok=2).err
    assert cli("undo", done["batch"], "--yes", "-o", "json").json["undone"] == 25
    after = cli("ticket", "list", "-o", "json").json
    drop = {"version", "updated_at"}
    assert [{k: v for k, v in t.items() if k not in drop} for t in after] == [
        {k: v for k, v in t.items() if k not in drop} for t in before
    ]


@pytest.mark.parametrize(
    "numbers",
    ["1 2\n3\n", "number\n1\n2\n3\n", "INC-1,#2,3", '{"number": 1}\n{"number": 2}\n{"number": 3}\n', "1\r\n2\r\n3"],
)
def test_bulk_takes_numbers_from_standard_input(
    crowded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbers: str
) -> None:
    cli = many(crowded, tmp_path, monkeypatch)
    done = cli("bulk", "take", "-", "-o", "json", stdin=numbers).json
    assert (done["matched"], done["changed"]) == (3, 3)


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["bulk", "take"], ""), (["bulk", "take", "-"], "1 x"), (["bulk", "take", "-", "--where", "x"], "1"),
        (["bulk", "edit", "--where", ""], ""), (["bulk", "take", "5"], ""), (["bulk", "note", "-"], "1"),
    ],
)  # fmt: skip
def test_bulk_needs_tickets_and_a_change(cli: Cli, arguments: list[str], stdin: str) -> None:
    cli(*arguments, stdin=stdin, ok=2)


def test_every_bulk_verb_works(crowded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = many(crowded, tmp_path, monkeypatch)
    for arguments in (
        ["assign", "--team", "network"], ["note", "-m", "seen"], ["reply", "-m", "we look"], ["take"],
        ["edit", "--tag", "a"], ["resolve", "-m", "done", "--cause", "dust"], ["close"],
        ["reopen", "--reason", "again"], ["state", "assigned"], ["cancel", "--reason", "enough"],
        ["delete", "--reason", "gone"],
    ):  # fmt: skip
        verb, *rest = arguments
        done = cli(
            "bulk", *(["state", rest.pop(0)] if verb == "state" else [verb]), *rest, "-", "-o", "json", stdin="1 2"
        )
        assert done.json["changed"] == 2, (arguments, done)


# ── batch ────────────────────────────────────────────────────────────────────────────────────────
def test_batch_answers_line_by_line(cli: Cli) -> None:
    lines = [
        {"verb": "ticket.open", "args": {"title": "from a batch"}},
        {"verb": "ticket.take", "args": {"number": 1}},
        {"verb": "ticket.take", "args": {"number": 77}},
        {"verb": "ticket.frob"},
        {"verb": "ticket.take", "args": {"nummer": 1}},
        {"verb": "ticket.comments", "args": {"number": 1}},
        {"verb": "ticket.show", "args": {"number": 1}, "extra": 1},
        ["ticket.show"],
    ]
    text = "\n".join(map(json.dumps, lines)) + "\n\nno json\n"
    ended = cli("batch", stdin=text, ok=1)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [a["ok"] for a in answers] == [True, True, False, False, False, True, False, False, False]
    assert answers[0]["result"]["number"] == 1
    assert [a["error"]["code"] for a in answers if not a["ok"]] == ["not_found", *["usage"] * 5]
    assert cli("batch", stdin='{"verb": "ticket.show", "args": {"number": 1}}').code == 0
    table = {row["verb"]: row for row in cli("batch", "--list", "-o", "json").json}
    assert table["ticket.take"]["permission"] == "ticket.assign"


# ── other nouns ──────────────────────────────────────────────────────────────────────────────────
def test_search_is_never_a_filter(cli: Cli) -> None:
    cli.new("VPN drops: state:new (again")
    for text in ("state:new (", '"', "vpn", "-", "AND OR NOT", "drops*", "证书"):
        cli("search", "-o", "json", "--", *text.split(), stdin="vpn" if text == "-" else "")
    (found,) = cli("search", "vpn", "drops", "-o", "json").json
    assert found["score"] > 0
    assert cli("search", "-", "-o", "json", stdin="vpn").json[0]["number"] == 1


def test_views_people_teams_services_items_and_templates(cli: Cli) -> None:
    cli("view", "save", "vpn", "service:vpn", "--label", "VPN", "--shared")
    cli.new("VPN drops", "--set", "service=vpn")
    assert len(cli("view", "run", "vpn", "-o", "json").json) == 1
    assert len(cli("ticket", "list", "--view", "vpn", "-o", "json").json) == 1
    cli("view", "save", "bad", "statex:1", ok=2)
    cli("view", "delete", "vpn")
    (bo,) = cli(
        "people",
        "add",
        "Bo Chen",
        "--login",
        "bo",
        "--agent",
        "--role",
        "service_desk",
        "--skill",
        "vpn=3",
        "-o",
        "json",
    ).json
    assert (bo["roles"], bo["skills"]) == (["service_desk"], {"vpn": 3})
    cli("people", "add", "x", "--skill", "vpn=9", ok=2)
    cli("people", "edit", "bo", "--set", "phone=+1")
    cli("people", "grant", "bo", "auditor")
    assert cli("people", "revoke", "bo", "auditor", "-o", "json").json[0]["roles"] == ["service_desk"]
    cli("team", "add", "field", "Field service", "--strategy", "least_loaded")
    cli("team", "member", "field", "bo", "--lead")
    cli("team", "edit", "field", "--set", "strategy=manual")
    cli("team", "skill", "bo", "wifi", "2")
    assert cli("team", "show", "field", "-o", "json").json[0]["members"] == 1
    cli("team", "member", "field", "bo", "--remove")
    cli("service", "add", "wiki", "Wiki", "--criticality", "low")
    cli("service", "edit", "wiki", "--set", "criticality=high")
    assert cli("service", "show", "wiki", "-o", "json").json[0]["criticality"] == "high"
    cli("ci", "add", "a", "--class", "server", "--set", "serial=1")
    cli("ci", "add", "b")
    cli("ci", "relate", "a", "b")
    cli("ci", "unrelate", "a", "b")
    cli("ci", "edit", "b", "--set", "attributes={", ok=2)
    cli("template", "save", "hi", "-", "--name", "Hello", stdin="Dear {{requester.name}}, {{ticket.ref}}")
    assert "INC-1" in cli("template", "render", "hi", "--ticket", "1").out
    cli("template", "delete", "hi")
    cli("people", "deactivate", "bo")
    cli("people", "activate", "bo")
    cli("people", "erase", "bo", ok=2)
    cli("people", "erase", "bo", "--yes")
    cli("people", "organisations", "--add", "Acme", "--kind", "customer")


def test_policy_and_service_levels(cli: Cli, tmp_path: Path) -> None:
    document = cli("policy", "show").out
    policy = tmp_path / "policy.toml"
    policy.write_text(document, "utf-8")
    assert cli("policy", "check", str(policy), "-o", "json").json["ok"]
    assert cli("policy", "diff", str(policy), "-o", "json").json == []
    cli("policy", "check", "-", stdin="nonsense = [", ok=6)
    cli("policy", "apply", "-", stdin="nonsense = [", ok=6)
    cli("policy", "apply", str(policy), ok=5)
    policy.write_text(document + "\n# reviewed\n", "utf-8")
    assert cli("policy", "apply", str(policy), "-m", "reviewed", "-o", "json").json["version"] == 2
    cli.new("VPN drops")
    assert cli("policy", "backtest", "1", "-o", "json").json["tickets"] == 1
    assert cli("sla", "explain", "1", "-o", "json").json["number"] == 1
    told = cli("sla", "explain", "1", "--at", "2100-01-01").out
    assert "INC-1" in told
    assert not re.search(r"\b\d{3,} s of working time|\b\d{3,}$", told, re.MULTILINE)  # no raw seconds for people
    windows = cli("sla", "explain", "1", "-o", "json").json["ledger"]
    assert all(isinstance(window["seconds"], int) for window in windows)
    cli("sla", "holidays", "add", "office", "--day", "2030-12-24", "--name", "party")
    cli("sla", "holidays", "remove", "office", "--day", "2030-12-24")
    cli("sla", "holidays", "add", "office", ok=2)
    cli("sla", "simulate", "-", stdin="{", ok=6)
    assert cli("sla", "simulate", "-", stdin="[]").json == []


def test_the_shared_cases_are_answered_in_their_order(cli: Cli, test_data: Path) -> None:
    file = test_data / "sla-cases.json"
    answers = cli("sla", "simulate", str(file)).json
    assert [a["id"] for a in answers] == [case["id"] for case in json.loads(file.read_text("utf-8"))["cases"]]
    assert all(list(a) == ["id", "result", "ledger"] for a in answers)


def test_the_journal_is_verified_anchored_and_exported(cli: Cli, tmp_path: Path) -> None:
    from helpdesk_tui.store.driver import connect

    cli.new("x")
    anchor = tmp_path / "anchor.jsonl"
    cli("audit", "anchor", str(anchor))
    found = cli("audit", "verify", "--anchor", str(anchor), "-o", "json").json
    assert list(found) == ["ok", "entries", "head", "first_bad"]
    exported = cli("audit", "export").out.splitlines()
    assert len(exported) == found["entries"]
    assert json.loads(exported[-1])["hash"] == found["head"]
    assert cli("db", "check", "-o", "json").json["ok"]
    assert cli("db", "stats", "-o", "json").json["tickets"] == 1
    conn = connect(cli.db)
    for (trigger,) in conn.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'journal'"
    ).fetchall():
        conn.execute(f'DROP TRIGGER "{trigger}"')
    conn.execute("UPDATE journal SET verb = 'ticket.close' WHERE seq = 37")
    conn.close()
    broken = cli("audit", "verify", "-o", "json", ok=1).json
    assert broken["ok"] is False
    assert broken["first_bad"] == 37
    cli("db", "check", ok=1)


def test_the_demo_has_a_desk_of_its_own(cli: Cli, tmp_path: Path) -> None:
    cli.new("my own ticket")
    assert "--db" in cli("demo", ok=5).err
    path = tmp_path / "demo.db"
    first = cli("--db", str(path), "demo", "--tickets", "60", db=False).out
    assert len(first.splitlines()) >= 20
    assert all(line.split("-")[1].split()[0].isdecimal() for line in first.splitlines())
    again = cli("--db", str(path), "demo", "-o", "json", db=False).json
    assert len(again) >= 20


def test_a_tick_does_what_is_due_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "desk.db"
    clock = FixedClock(1_577_955_600)  # years before anybody runs this
    with Desk.open(path, clock=clock) as desk:
        number = desk.tickets.open("Waits", set={"kind": "incident", "impact": "low", "urgency": "low"})["number"]
        desk.tickets.take(number)
        clock.forward(60)
        desk.tickets.state(number, "awaiting_user", until=clock.now + 3_600, reason="asked the user")
    cli = Cli(path, monkeypatch)
    assert f"woken: {number}" in cli("tick").out
    assert cli("tick").out == "nothing was due\n"
    assert cli("tick", "-o", "json").json == {
        "fired": 0, "failed": [], "latest": 0, "woken": [], "escalated": []
    }  # fmt: skip
    assert cli("ticket", "list", "-o", "json").json[0]["state"] == "in_progress"


def test_a_review_for_programs_has_the_same_headings_in_every_language(cli: Cli) -> None:
    number = str(cli("incident", "declare", "Payments down", "--severity", "SEV3", "-o", "json").json["number"])
    cli("review", "draft", number)
    told = [cli("--lang", name, "review", "show", number, "-o", "json").json for name in ("en", "zh_CN")]
    assert told[0] == told[1] and "## What happened" in told[0]["text"]
    assert "## 概要" in cli("--lang", "zh_CN", "review", "show", number, "--markdown").out
