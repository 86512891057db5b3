"""Starting is quick because each door loads only what it needs."""

import os
import subprocess
import sys

import pytest

HEAVY = {"textual", "sqlmodel", "sqlalchemy", "alembic", "pydantic", "holidays", "re2"}
SCREEN = {"textual"}

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
