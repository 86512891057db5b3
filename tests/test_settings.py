"""Settings: what is read from where, what is wrong with a file and where, and changing it without harm to the rest."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.settings import editing, toml_lines
from helpdesk_tui.settings.json_schema import json_schema
from helpdesk_tui.settings.reading import Loaded, from_text, load
from helpdesk_tui.settings.schema import COLUMNS, KEYMAPS, OPTIONS, THEMES, Settings, terminal
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid, Usage

DOCUMENT = """# my settings
theme = "light"   # for the morning
idle_lock = 5
mouse = false

# keys I know
[keys]
"ticket.take" = ["T", "f6"]
'ticket.assign' = "A"

[columns]
mine = [
  "number",  # always
  "sla",
]
"""


def loaded(folder: Path, text: str, **environ: str) -> Loaded:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return load(path, environ)


def test_a_file_is_read_with_types(tmp_path: Path) -> None:
    found = loaded(tmp_path, DOCUMENT)
    assert found.problems == ()
    settings = found.require()
    assert (settings.theme, settings.idle_lock, settings.mouse) == ("light", 5, "off")
    assert settings.keys == {"ticket.take": ("T", "f6"), "ticket.assign": ("A",)}
    assert settings.columns == {"mine": ("number", "sla")}
    assert settings.keymap == Settings().keymap
    assert (found.origins["theme"], found.origins["keymap"]) == ("file", "default")


def test_typed_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert load(path, {}).settings.theme == "dark"
    path.write_text('theme = "light"\n', "utf-8")
    assert load(path, {}).settings.theme == "light"
    environ = {"HELPDESK_THEME": "mono"}
    assert load(path, environ).settings.theme == "mono"
    typed = load(path, environ, {"theme": "ansi"})
    assert (typed.settings.theme, typed.origins["theme"]) == ("ansi", "command line")


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("HELPDESK_IDLE_LOCK", "0", "idle_lock", 0),
        ("HELPDESK_PLAIN", "Yes", "plain", True),
        ("HELPDESK_MOUSE", "off", "mouse", "off"),
        ("HELPDESK_TIMEZONE", "Asia/Shanghai", "timezone", "Asia/Shanghai"),
    ],
)
def test_the_environment_is_read_with_types(tmp_path: Path, variable: str, text: str, key: str, value: Any) -> None:
    found = load(tmp_path / "none.toml", {variable: text})
    assert getattr(found.settings, key) == value
    assert found.origins[key] == "environment"


@pytest.mark.parametrize(
    ("text", "line", "key", "nearest"),
    [
        ('# x\n\ntheem = "dark"\n', 3, "theem", "theme"),
        ('theme = "drak"\n', 1, "theme", "dark"),
        ("idle_lock = -1\n", 1, "idle_lock", None),
        ("idle_lock = 1.5\n", 1, "idle_lock", None),
        ("plain = 1\n", 1, "plain", None),
        ("fps = true\n", 1, "fps", None),
        ('timezone = "Mars/Olympus"\n', 1, "timezone", None),
        ('editor = "vi \'x"\n', 1, "editor", None),
        ('mouse = "of"\n', 1, "mouse", "off"),
        ('[columns]\n\nmine = ["number", "statee"]\n', 3, "columns.mine", "state"),
        ('columns = { a = ["sla"], b = ["numbr"] }\n', 1, "columns.b", "number"),
        ("keys = 3\n", 1, "keys", None),
        ('[keys]\n"ticket.take" = 3\n', 2, "keys.ticket.take", None),
        ("[themes]\nx = 1\n", 1, "themes", "theme"),
        ('text = """\n = \n"""\nnonsuch = 1\n', 1, "text", None),
        ("= 3\n", 1, "", None),
        ("lang = 'fr'\n", 1, "lang", None),
    ],
)
def test_a_problem_has_its_line_its_key_and_what_is_nearest(
    tmp_path: Path, text: str, line: int, key: str, nearest: str | None
) -> None:
    found = loaded(tmp_path, text)
    problem = found.problems[0]
    assert (problem.line, problem.key) == (line, key)
    if nearest is not None:
        assert problem.nearest == nearest
        assert nearest in str(problem.told())
    told = str(problem.told())
    assert told.startswith(f"{tmp_path / 'config.toml'}, line {line}: ")
    assert "\n" not in told
    assert found.settings.theme == "dark"
    with pytest.raises(Usage):
        found.require()


def test_names_with_dots_need_no_quotes(tmp_path: Path) -> None:
    text = '[keys]\nticket.take = ["T"]\nqueue = { sort = "f4", filter = 3 }\n'
    found = loaded(tmp_path, text)
    assert found.settings.keys == {"ticket.take": ("T",), "queue.sort": ("f4",)}
    (problem,) = found.problems
    assert (problem.line, problem.key) == (3, "keys.queue.filter")
    assert found.line_of("keys", "ticket.take") == 2
    editing.change(found.path, "keys.ticket.take", ("X",))
    assert found.path.read_text() == text.replace('["T"]', '["X"]')
    editing.change(found.path, "keys.ticket.take", None)
    editing.change(found.path, "keys.ticket.note", ("N",))
    assert found.path.read_text() == '[keys]\nqueue = { sort = "f4", filter = 3 }\n"ticket.note" = ["N"]\n'


def test_all_problems_are_found_and_what_is_right_holds(tmp_path: Path) -> None:
    found = loaded(tmp_path, 'theme = "light"\nbell = "loud"\n[columns]\nx = 3\nmine = ["sla"]\n')
    assert [problem.line for problem in found.problems] == [2, 4]
    assert found.settings.theme == "light"
    assert found.settings.columns == {"mine": ("sla",)}


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    found = load(tmp_path / "none", {"HELPDESK_THEME": "lihgt"})
    assert "HELPDESK_THEME: " in str(found.problems[0].told())
    assert found.problems[0].nearest == "light"


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"x = " + b"[" * 100_000, b"#" * 1_048_577, b"a" + b".a" * 5_000 + b"=1"])
def test_no_document_ends_the_program(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(raw)
    assert len(load(path, {}).problems) == 1
    assert len(load(tmp_path, {}).problems) == 1  # a folder


def test_choices_are_those_of_the_program() -> None:
    from helpdesk_tui.widgets.columns import COLUMNS as DRAWN
    from helpdesk_tui.widgets.themes import DEFAULT_THEME, THEME_NAMES

    assert THEMES == THEME_NAMES
    assert Settings().theme == DEFAULT_THEME
    assert set(COLUMNS) == set(DRAWN)
    assert Settings().keymap == KEYMAPS[0]


def test_every_setting_is_documented_and_has_a_variable_or_is_a_table() -> None:
    for key, option in OPTIONS.items():
        assert option.help.endswith((".", "why")), key
        assert (option.kind == "lists") != bool(option.variable), key
        if option.variable:
            assert option.variable == f"HELPDESK_{key.upper()}"


@pytest.mark.parametrize(
    ("settings", "environ", "expected"),
    [
        ({}, {}, (False, True, True, 60)),
        ({}, {"SSH_CONNECTION": "a 1 b 2"}, (True, False, False, 15)),
        ({"mouse": "on", "fps": 30}, {"SSH_CONNECTION": "x"}, (True, True, False, 30)),
        ({"animation": "on"}, {"SSH_CONNECTION": "x"}, (True, False, True, 15)),
        ({"remote": "off"}, {"SSH_CONNECTION": "x"}, (False, True, True, 60)),
        ({"remote": "on", "mouse": "auto"}, {}, (True, False, False, 15)),
        ({"mouse": "off"}, {}, (False, False, True, 60)),
    ],
)
def test_a_slow_line_is_spared_unless_told_otherwise(
    settings: dict[str, Any], environ: dict[str, str], expected: tuple[bool, bool, bool, int]
) -> None:
    found = terminal(Settings(**settings), environ)
    assert (found.remote, found.mouse, found.animation, found.fps) == expected


def test_the_schema_agrees_with_the_reader(tmp_path: Path) -> None:
    schema = json_schema()
    assert set(schema["properties"]) == set(OPTIONS)
    for key, rule in schema["properties"].items():
        for choice in rule.get("enum", ()):
            assert from_text(key, choice) == choice
        if "maximum" in rule:
            assert from_text(key, str(rule["maximum"])) == rule["maximum"]
            with pytest.raises(Invalid):
                from_text(key, str(rule["maximum"] + 1))


# -- changing the file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("theme", "mono", 'theme = "light"   #', 'theme = "mono"   #'),
        ("mouse", "on", "mouse = false\n", 'mouse = "on"\n'),
        ("bell", "sound", "mouse = false\n", 'mouse = false\nbell = "sound"\n'),
        ("idle_lock", None, "idle_lock = 5\n", ""),
        ("keys.ticket.take", ("X",), '["T", "f6"]', '["X"]'),
        ("keys.queue.sort", ("f4",), '= "A"\n', '= "A"\n"queue.sort" = ["f4"]\n'),
        ("columns.mine", ("number",), '[\n  "number",  # always\n  "sla",\n]', '["number"]'),
        ("columns.mine", None, 'mine = [\n  "number",  # always\n  "sla",\n]\n', ""),
        ("columns.all", ("sla",), '  "sla",\n]\n', '  "sla",\n]\nall = ["sla"]\n'),
    ],
)
def test_one_setting_changes_and_nothing_else(tmp_path: Path, key: str, value: Any, old: str, new: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(DOCUMENT, "utf-8")
    assert DOCUMENT.count(old) == 1
    editing.change(path, key, value)
    assert path.read_text("utf-8") == DOCUMENT.replace(old, new)


@pytest.mark.parametrize(
    ("text", "key", "value", "after"),
    [
        ("", "theme", "light", 'theme = "light"\n'),
        ("# only words", "theme", "light", '# only words\ntheme = "light"\n'),
        ("# mine\n\n[keys]\n", "theme", "light", '# mine\n\ntheme = "light"\n\n[keys]\n'),
        ("# of the table\n[keys]\n", "fps", 9, "fps = 9\n\n# of the table\n[keys]\n"),
        ('a = 1\nthemes = "x"\n[x]\ny = 2\n', "theme", "a\"b\\\n\x7f", 'a = 1\nthemes = "x"\ntheme = "a\\"b\\\\\\n\\u007f"\n[x]\ny = 2\n'),
        ("", "keys.ticket.take", ("T",), '[keys]\n"ticket.take" = ["T"]\n'),
        ("theme = 'dark'", "columns.mine", ("sla",), "theme = 'dark'\n\n[columns]\nmine = [\"sla\"]\n"),
        ("columns = { mine = ['sla'] }\n", "columns.x", ("age",), 'columns = { mine = ["sla"], x = ["age"] }\n'),
        ("columns.mine = ['sla']\nfps = 1\n", "columns.x", ("age",), "columns.mine = ['sla']\ncolumns.x = [\"age\"]\nfps = 1\n"),
        ("theme = '''\nx\n'''\r\nfps = 2 # n\r\n", "theme", "dark", 'theme = "dark"\r\nfps = 2 # n\r\n'),
        ("theme = \"\"\"a\"\"\"\"\nfps = 2\n", "fps", 3, "theme = \"\"\"a\"\"\"\"\nfps = 3\n"),
    ],
)  # fmt: skip
def test_changes_of_other_files(tmp_path: Path, text: str, key: str, value: Any, after: str) -> None:
    path = tmp_path / "sub" / "config.toml"
    if text:
        path.parent.mkdir()
        path.write_bytes(text.encode())
    editing.change(path, key, value)
    assert path.read_bytes().decode() == after
    tomllib.loads(after)


def test_a_file_that_is_no_document_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("= 3\n")
    with pytest.raises(Invalid):
        editing.change(path, "theme", "dark")
    path.write_text("[[columns]]\nx = 1\n")
    with pytest.raises(Conflict):
        editing.change(path, "columns.mine", ("sla",))
    assert path.read_text() == "[[columns]]\nx = 1\n"


def test_a_linked_file_stays_a_link_and_keeps_its_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("fps = 1\n")
    real.chmod(0o640)
    link.symlink_to(real)
    editing.change(link, "fps", 2)
    assert link.is_symlink()
    assert real.read_text() == "fps = 2\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert {p.name for p in tmp_path.iterdir()} == {"dotfiles.toml", "config.toml"}


def test_a_new_file_is_its_owners_only_and_an_unwritable_place_is_told(tmp_path: Path) -> None:
    editing.change(tmp_path / "new.toml", "fps", 2)
    assert (tmp_path / "new.toml").stat().st_mode & 0o777 == 0o600
    (tmp_path / "way").write_text("")
    with pytest.raises(DeskError):
        editing.change(tmp_path / "way" / "config.toml", "fps", 2)


VALUES = st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=6), st.lists(st.text(max_size=4), max_size=3))
NAMES = st.text(st.sampled_from("ab-. \"'#=[]字"), max_size=4)


@given(
    st.dictionaries(NAMES, VALUES, max_size=4),
    st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3),
    st.tuples(NAMES) | st.tuples(NAMES, NAMES),
    VALUES,
)
def test_any_document_changes_only_where_it_was_meant(
    top: dict[str, Any], tables: dict[str, dict[str, Any]], key: tuple[str, ...], value: Any
) -> None:
    tables = {name: table for name, table in tables.items() if name not in top}
    text = "".join(f"{toml_lines.written_key((n,))} = {toml_lines.written(v)} # c\n" for n, v in top.items())
    for name, table in tables.items():
        text += f"\n# about\n[{toml_lines.written_key((name,))}]\n"
        text += "".join(f"{toml_lines.written_key((n,))} = {toml_lines.written(v)}\n" for n, v in table.items())
    before: dict[str, Any] = tomllib.loads(text)
    if (key[0] in tables and len(key) == 1) or (key[0] in top and len(key) == 2):
        return
    changed = toml_lines.with_value(text, key, value)
    wanted = tomllib.loads(text)
    inner = wanted if len(key) == 1 else wanted.setdefault(key[0], {})
    inner[key[-1]] = value
    assert tomllib.loads(changed) == wanted
    assert changed.count("# about") == len(tables)
    if key not in [e.key for e in toml_lines.scan(text)[0]]:
        back = tomllib.loads(toml_lines.without(changed, key))
        assert {n: v for n, v in back.items() if v != {}} == {n: v for n, v in before.items() if v != {}}


def test_nothing_of_the_settings_loads_a_screen_or_a_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys, helpdesk_tui.settings.reading as r, pathlib; r.load(pathlib.Path('/none'), {}); "
        "print(*{n.partition('.')[0] for n in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert {"textual", "pydantic", "sqlmodel", "typer", "rich", "platformdirs", "tomllib"} & set(
        done.stdout.split()
    ) == set()


# -- the commands --------------------------------------------------------------------------------------------------


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("HELPDESK_CONFIG", str(tmp_path / "config.toml"))
    return Cli(tmp_path / "none.db", monkeypatch)


def test_show_has_every_setting_with_its_origin(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(DOCUMENT, "utf-8")
    monkeypatch.setenv("HELPDESK_FPS", "30")
    rows = {row["key"]: row for row in cli("config", "show", "--origin", "-o", "json").json}
    assert list(rows) == [*OPTIONS, "config"]
    assert rows["fps"] == {"key": "fps", "value": 30, "origin": "environment"}
    assert rows["mouse"] == {"key": "mouse", "value": "off", "origin": "file"}
    assert rows["keys"]["value"] == {"ticket.take": ["T", "f6"], "ticket.assign": ["A"]}
    assert rows["bell"]["origin"] == "default"
    assert '"ticket.take" = ["T", "f6"]' in cli("config", "show").out


def test_validate_tells_every_line_key_and_nearest_key(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('theem = "dark"\n\nfps = "x"\ndatabase = "mysql://h/d"\n', "utf-8")
    ended = cli("config", "validate", "-o", "json", ok=6)
    assert [(row["line"], row["key"], row["nearest"]) for row in ended.json] == [
        (1, "theem", "theme"), (3, "fps", None), (4, "database", None),
    ]  # fmt: skip
    shown = cli("config", "validate", ok=6)
    assert shown.out == ""
    assert [f"line {n}: " in text for n, text in zip((1, 3, 4), shown.err.splitlines(), strict=True)] == [True] * 3
    assert cli("config", "validate", str(tmp_path / "none"), ok=2).out == ""


def test_set_and_unset_change_the_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(DOCUMENT, "utf-8")
    cli("config", "set", "theme", "mono")
    cli("config", "set", "columns.mine", "number, age")
    cli("config", "unset", "keys.ticket.take")
    found = load(path, {}).require()
    assert (found.theme, found.columns, list(found.keys)) == ("mono", {"mine": ("number", "age")}, ["ticket.assign"])
    assert "# for the morning" in path.read_text()
    assert "did you mean theme" in cli("config", "set", "theem", "x", ok=2).err
    assert "did you mean theme" in cli("config", "unset", "theem", ok=2).err
    assert "did you mean dark" in cli("config", "set", "theme", "drak", ok=6).err
    assert "columns.NAME" in cli("config", "set", "columns", "number", ok=6).err


def test_the_schema_is_printed(cli: Cli) -> None:
    assert cli("config", "schema").json == json_schema()


def test_a_device_or_a_pipe_is_never_replaced_by_a_file_of_settings(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="Invalid argument"):
        editing._write(pipe, "theme = 'mono'\n")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]
