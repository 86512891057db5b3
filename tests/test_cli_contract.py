"""The command contract: exit codes, machine forms that no language changes, settings and their order, questions."""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpdesk_tui.cli import commands, errors, output
from helpdesk_tui.cli.context import Context, database_path
from helpdesk_tui.cli.demo import demo_path
from helpdesk_tui.desk.forms import KEYS
from helpdesk_tui.screens.common.drafts import state_folder
from helpdesk_tui.vocabulary.errors import Busy, Conflict, DeskError, Invalid, NotFound, NotPermitted, StoreFault, Usage
from tests.cli_runner import Cli, copy_desk, make_desk

HOSTILE = "\x1b]52;c;ZXZpbA==\x07[@click=app.quit]x[/] \u202eevil\u202c \x9b31m\u200b=1+1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk(tmp_path_factory.mktemp("made"))


@pytest.fixture
def cli(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(copy_desk(made, tmp_path), monkeypatch)


# ── exit codes ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ticket", "list"], 0),
        (["ticket", "frob"], 2),
        (["tickte", "list"], 2),
        (["ticket", "list", "-o", "xml"], 2),
        (["ticket", "list", "--where", "statex:new"], 2),
        (["ticket", "list", "--columns", "nonsense"], 2),
        (["ticket", "list", "--at", "yestermorrow"], 2),
        (["ticket", "list", "--tz", "Mars/Base"], 2),
        (["ticket", "list", "--limit", "-1"], 2),
        (["ticket", "show", "abc"], 2),
        (["ticket", "show", "99"], 3),
        (["view", "show", "nowhere"], 3),
        (["--as", "no.such.person", "ticket", "list"], 3),
        (["ticket", "new", "x", "--set", "impact=enormous"], 6),
        (["ticket", "new", "x", "--set", "impact"], 2),
        (["ticket", "new", " "], 6),
        (["undo"], 3),
        (["undo", "bffffffff"], 3),
        (["--lang", "xx", "ticket", "list"], 2),
    ],
)
def test_exit_codes(cli: Cli, arguments: list[str], code: int) -> None:
    ended = cli(*arguments, ok=code)
    if code:
        assert ended.out == ""
        assert ended.err.startswith("helpdesk: ")
        assert "Traceback" not in ended.err


def test_a_typing_error_names_what_is_near(cli: Cli) -> None:
    assert "ticket" in cli("tickte", "list", ok=2).err
    problem = cli("ticket", "list", "--where", "stat:new", ok=2).err
    assert "state" in problem
    assert "^^^^" in problem


def test_a_change_that_somebody_overtook_is_a_conflict(cli: Cli) -> None:
    number = cli.new("printer jams")
    cli("ticket", "edit", str(number), "--set", "impact=low", "--if-version", "1")
    ended = cli("ticket", "edit", str(number), "--set", "impact=high", "--if-version", "1", ok=5)
    assert "version" in ended.err


def test_a_requester_may_not_close_and_the_journal_keeps_both_names(cli: Cli) -> None:
    cli("people", "add", "Zoe", "--login", "zoe", "--role", "requester")
    number = cli.new("printer jams", "--requester", "zoe")
    cli("--as", "zoe", "ticket", "take", str(number), ok=4)
    cli("--as", "zoe", "ticket", "reply", str(number), "-m", "any news?")
    entry = cli("audit", "log", "-n", "1", "-o", "json").json[0]
    assert entry["on_behalf_of"] == "zoe"
    assert entry["actor"] not in (None, "zoe")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DeskError("x"), 1), (Usage("x"), 2), (NotFound("x"), 3), (NotPermitted("x"), 4), (Conflict("x"), 5),
        (Invalid("x"), 6), (Busy("x"), 1), (StoreFault("x"), 1), (KeyboardInterrupt(), 130), (BrokenPipeError(), 0),
        (ValueError("x"), 1), (FileNotFoundError(2, "no such file", "a"), 1),
    ],
)  # fmt: skip
def test_every_ending_has_its_code_and_one_line(
    error: BaseException, code: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "hush", lambda: None)
    assert errors.exit_code(error) == code
    told = capfd.readouterr().err
    assert told.count("\n") == (0 if isinstance(error, BrokenPipeError) else 1)


def test_an_unexpected_error_goes_to_the_log_and_not_to_the_screen(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk_tui.desk.ticket_reading import TicketReading

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("boom\x1b[31m")

    monkeypatch.setattr(TicketReading, "stream", fail)
    ended = cli("ticket", "list", ok=1)
    path = ended.err.rsplit(" ", 1)[1].strip()
    assert "Traceback" not in ended.err
    assert "boom" in Path(path).read_text("utf-8")
    assert Path(path).stat().st_mode & 0o77 == 0


def test_the_console_needs_a_terminal(cli: Cli) -> None:
    bare = cli(ok=2)
    assert bare.out == ""
    assert "ticket" in bare.err
    for word in ("1042", "#1042", "INC-1042"):
        assert "terminal" in cli(word, ok=2).err


# ── machine output ───────────────────────────────────────────────────────────────────────────────
def test_a_list_is_an_array_of_whole_objects(cli: Cli) -> None:
    assert cli("ticket", "list", "-o", "json").json == []
    first, second = cli.new("printer jams"), cli.new("vpn drops", "--tag", "vpn")
    found = cli("ticket", "list", "-o", "json").json
    assert [ticket["number"] for ticket in found] == [first, second] == [1, 2]
    assert all(tuple(ticket) == KEYS for ticket in found)
    assert found[1]["tags"] == ["vpn"]
    assert found[0]["created_at"].endswith("Z")
    shown = cli("ticket", "show", "INC-1", "2", "-o", "json").json
    assert shown == found
    lines = cli("ticket", "list", "-o", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == found
    picked = cli("ticket", "list", "-o", "json", "--columns", "title,number").json
    assert picked[0] == {"title": "printer jams", "number": 1}
    assert cli("ticket", "list", "-o", "csv", "--columns", "number,title").out == (
        "number,title\n1,printer jams\n2,vpn drops\n"
    )
    assert cli("ticket", "list", "-o", "csv").out.splitlines()[0] == ",".join(KEYS)
    assert (
        cli("ticket", "list", "-o", "tsv", "--columns", "number,tags", "--where", "tag:vpn").out
        == "number\ttags\n2\tvpn\n"
    )


@pytest.mark.parametrize("how", ["json", "jsonl", "csv", "tsv"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["ticket", "list"], ["ticket", "log", "1"], ["ticket", "why", "1"], ["sla", "explain", "1", "--at", "2027-01-01"],
        ["people", "list"], ["view", "list"], ["team", "list"], ["service", "list"], ["policy", "list"],
        ["audit", "log"], ["sla", "targets"], ["sla", "calendars"],
    ],
)  # fmt: skip
def test_no_language_changes_machine_output(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: list[str], how: str
) -> None:
    # What is left of a time is told as it is now: both are asked at one instant.
    monkeypatch.setattr("helpdesk_tui.desk.desk.time", SimpleNamespace(time=lambda: 1_780_000_000.0))
    cli.new("打印机卡纸 printer jams")
    english = cli("--lang", "en", *arguments, "-o", how)
    assert cli("--lang", "zh_CN", *arguments, "-o", how).out == english.out
    assert english.out


def test_hostile_text_is_inert_and_complete_in_every_form(cli: Cli) -> None:
    number = cli.new(HOSTILE, "-m", HOSTILE)
    for how in ("table", "json", "jsonl"):
        told = cli("ticket", "list", "-o", how).out + cli("ticket", "show", str(number), "-o", how).out
        assert not set(told) & set("\x1b\x07\x9b\u202e\u202c\u200b")
    assert cli("ticket", "list", "-o", "json").json[0]["title"] == HOSTILE
    assert cli("ticket", "show", "1", "-o", "json").json[0]["description"] == HOSTILE


@pytest.mark.parametrize("title", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "＝1+1"])
def test_no_cell_is_a_formula(cli: Cli, title: str) -> None:
    cli.new(title)
    assert cli("ticket", "list", "-o", "csv", "--columns", "title").out == f"title\n'{title}\n"


def test_astral_and_lone_characters_survive_json() -> None:
    for text in ("\U000e0041", "\u2028", "\x7f", "\ufeff", "\U0001f600", "新员工"):
        assert json.loads(output.to_json({"a": text})) == {"a": text}
    assert "\U000e0041" not in output.to_json("\U000e0041")


def test_rows_of_the_desk_have_machine_instants() -> None:
    from helpdesk_tui.vocabulary.records import NEVER, CommentRow, TimelineItem

    comment = CommentRow(1, 2, "note", 3, "ana", 0, "text", "cli")
    assert json.loads(output.to_json(comment))["created_at"] == "1970-01-01T00:00:00Z"
    item = TimelineItem(1, 0, NEVER, "ana", "cli", "ticket.open")
    assert [json.loads(output.to_json(item))[key] for key in ("seq", "at", "recorded_at")] == [
        1,
        "1970-01-01T00:00:00Z",
        None,
    ]


def test_help_is_translated_when_it_is_built(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_", lambda text: f"<{text}>" if text else text)
    shown = cli("--help", db=False).out
    assert "<Open, read and work tickets.>" in " ".join(shown.split())
    shown = " ".join(cli("ticket", "list", "--help", db=False).out.split())
    assert "<A saved view.>" in shown
    assert "<Examples>" in shown


# ── settings ─────────────────────────────────────────────────────────────────────────────────────
def test_a_persons_things_lie_under_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = {name: tmp_path / name for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    for name, folder in folders.items():
        monkeypatch.setenv(name, str(folder))
    config, data, state = (folder / "helpdesk" for folder in folders.values())
    settings = Context(environment={})
    assert settings.config_path().value == str(config / "config.toml")
    assert settings.get("database").value == str(data / "desk.db")
    assert demo_path() == data / "demo.db"
    assert state_folder() == state / "drafts"
    assert Path(errors.log(ValueError("x"))) == state / "errors.log"


def test_typed_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    where = {"HELPDESK_CONFIG": str(config)}
    assert Context(environment=where).get("database").origin == "default"
    config.write_text('database = "/a/file.db"\nlang = "zh_CN"\n', "utf-8")
    assert Context(environment=where).get("database").value == "/a/file.db"
    assert Context(environment=where).language() == "zh_CN"
    where["HELPDESK_DATABASE"] = "/an/environment.db"
    assert Context(environment=where).get("database").value == "/an/environment.db"
    typed = Context(typed={"database": "/typed.db", "lang": "en"}, environment=where)
    assert typed.get("database").value == "/typed.db"
    assert typed.get("database").origin == "command line"
    assert typed.language() == "en"


def test_config_show_tells_the_origin(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_ACTOR", "somebody")
    rows = {row["key"]: row for row in cli("config", "show", "--origin", "-o", "json").json}
    assert rows["database"] == {"key": "database", "value": str(cli.db), "origin": "command line"}
    assert rows["actor"]["origin"] == "environment"
    assert rows["config"]["origin"] == "default"
    assert "origin" not in cli("config", "show", "-o", "json").json[0]


@pytest.mark.parametrize("text", ["database = 3\n", "databse = 'x'\n", "= 3\n", "database = 'postgresql://h/d'\n"])
def test_a_wrong_config_file_is_named(cli: Cli, tmp_path: Path, text: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text, "utf-8")
    assert str(config) in cli("config", "validate", str(config), ok=6).err or "postgresql" in text
    cli("--config", str(config), "ticket", "list", ok=0 if "postgresql" in text else 2)


def test_a_broken_config_file_can_be_found_and_mended(cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("= 3\n", "utf-8")
    where = ["--config", str(config)]
    assert "config" in cli(*where, "--help").out
    assert cli(*where, "config", "path").out.strip() == str(config)
    assert str(config) in cli(*where, "config", "validate", ok=6).err
    cli(*where, "ticket", "list", ok=2)


def test_a_config_file_that_does_not_exist_is_empty(cli: Cli, tmp_path: Path) -> None:
    assert "empty" in cli("--config", str(tmp_path / "none.toml"), "config", "validate").out
    assert cli("--config", str(tmp_path / "none.toml"), "config", "path").out.strip() == str(tmp_path / "none.toml")


@pytest.mark.parametrize("url", ["postgresql://host/desk", "postgres://h/d", "postgresql+psycopg://h/d", "mysql://h/d"])
def test_other_databases_are_refused_in_one_line(cli: Cli, url: str) -> None:
    ended = cli("--db", url, "ticket", "list", ok=2, db=False)
    assert ended.err.count("\n") == 1


def test_a_desk_is_named_by_path_or_url(tmp_path: Path) -> None:
    assert database_path("/a/b.db") == database_path("sqlite:////a/b.db") == Path("/a/b.db")
    assert database_path("~/b.db") == Path.home() / "b.db"
    with pytest.raises(Usage):
        database_path(str(tmp_path))


def test_the_first_command_makes_the_desk_and_says_once_who_can_change_it(cli: Cli, tmp_path: Path) -> None:
    fresh = tmp_path / "deep" / "fresh.db"
    first = cli("--db", str(fresh), "ticket", "list", "-o", "json", db=False)
    assert first.json == []
    assert str(fresh) in first.err
    assert "anyone who can open this file" in first.err
    assert cli("--db", str(fresh), "ticket", "list", "-o", "json", db=False).err == ""


def test_reading_loads_no_entities_and_no_screen(cli: Cli) -> None:
    import subprocess

    cli.new("vpn drops")
    probe = (
        "import sys; from helpdesk_tui.cli.main import run; code = run(sys.argv[1:]);"
        "print(code, *sorted({n.partition('.')[0] for n in sys.modules}), file=sys.stderr)"
    )
    for arguments in (["ticket", "list"], ["ticket", "show", "1"], ["search", "vpn"], ["view", "list"]):
        done = subprocess.run(
            [sys.executable, "-c", probe, "--db", str(cli.db), *arguments],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, env=dict(os.environ), check=True,
        )  # fmt: skip
        code, *loaded = done.stderr.split()
        assert code == "0"
        assert {"textual", "sqlmodel", "sqlalchemy", "alembic", "pydantic", "holidays"} & set(loaded) == set(), (
            arguments
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ["ticket"], ["ticket", "lst"], ["ticket", "frobnicate"], ["ticket", "list", "--wher", "x"],
        ["ticket", "list", "--qqq"], ["ticket", "show"], ["ticket", "take", "1042", "extra"],
        ["ticket", "list", "--where"], ["ticket", "pin", "1042", "high"], ["ticket", "list", "-o", "xml"],
        ["ticket", "list", "--help=1"],
    ],
)  # fmt: skip
def test_what_the_parser_says_can_be_translated(
    cli: Cli, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    english = cli(*arguments, ok=2).err.splitlines()[0]
    monkeypatch.setattr(errors, "_", lambda text: f"<{text}>")
    told = cli(*arguments, ok=2).err.splitlines()[0]
    assert told == english.replace("helpdesk: ", "helpdesk: <") + ">"
