"""Starting is quick because each door loads only what it needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk_tui.cli.main import bare
from helpdesk_tui.desk.desk import Desk

HEAVY = {"textual", "sqlmodel", "sqlalchemy", "alembic", "pydantic", "holidays", "re2"}
SCREEN = {"textual"}
WRITING = ("desk.tickets", "desk.decisions", "desk.derive", "rules.sla", "rules.policy", "store.apply", "store.tables")

PROBE = """
import sys
sys.argv = ["helpdesk", *sys.argv[1:]]
from helpdesk_tui.cli.main import main
try:
    main()
except SystemExit as end:
    print("exit", end.code or 0, file=sys.stderr)
finally:
    print("loaded", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded_by(*arguments: str, **environment: str) -> tuple[set[str], str]:
    """Run the program in an interpreter of its own; return the top-level packages it loaded and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    lines = done.stderr.splitlines()
    assert lines, done.stdout
    assert lines[-1].startswith("loaded "), done.stderr
    return set(lines[-1].split()[1:]), done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ticket", "--help"], ["ticket", "list", "--help"]])
def test_help_loads_neither_the_screens_nor_the_store(arguments: list[str]) -> None:
    modules, printed = loaded_by(*arguments)
    assert "helpdesk" in printed
    assert modules & HEAVY == set()


def test_completion_loads_neither_the_screens_nor_the_store() -> None:
    modules, printed = loaded_by(_HELPDESK_COMPLETE="complete_bash", COMP_WORDS="helpdesk tick", COMP_CWORD="1")
    assert "ticket" in printed
    assert modules & HEAVY == set()


def test_a_command_that_prints_tickets_loads_no_screen() -> None:
    modules, printed = loaded_by("ticket", "list", "-o", "json")
    assert printed.strip() == "[]"
    assert modules & SCREEN == set()


def test_the_probe_sees_what_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sqlmodel, sys; print(*{n.partition('.')[0] for n in sys.modules})"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert {"sqlmodel", "sqlalchemy", "pydantic"} <= set(done.stdout.split())


@pytest.mark.parametrize("arguments", [["ticket", "list"], ["ticket", "show", "1"], ["search", "printer"]])
def test_reading_loads_nothing_that_writes(arguments: list[str], tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with Desk.open(path) as desk:
        desk.tickets.open("the printer burns")
    code = "import sys; from helpdesk_tui.cli.main import run; sys.exit(run(sys.argv[1:]) or print(*sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, "--db", str(path), *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "the printer burns" in done.stdout
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "helpdesk_tui.desk.ticket_reading" in loaded
    assert {f"helpdesk_tui.{name}" for name in WRITING} & loaded == set()
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], True),
        (["--db", "a.db"], True),
        (["--db=a.db", "--as", "ana", "--lang", "en", "--config=x"], True),
        (["--db"], False),
        (["--db", "--help"], False),
        (["--help"], False),
        (["--version"], False),
        (["1042"], False),
        (["--db", "a.db", "ticket"], False),
        (["--unknown=1"], False),
    ],
)
def test_a_command_line_without_a_command_means_the_console(arguments: list[str], expected: bool) -> None:
    assert bare(arguments) is expected


def test_a_question_for_completions_is_no_wish_for_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_HELPDESK_COMPLETE", "complete_bash")
    assert not bare([])


def test_the_console_loads_neither_the_command_tree_nor_the_ticket_screen() -> None:
    code = "import sys; import helpdesk_tui.cli.main, helpdesk_tui.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stdout.split())
    assert "helpdesk_tui.screens.queue.queue" in loaded
    late = {"typer", "helpdesk_tui.screens.ticket.ticket", "helpdesk_tui.vocabulary.filter_complete"}
    assert loaded & (late | {f"helpdesk_tui.{name}" for name in WRITING}) == set()
