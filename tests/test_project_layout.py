"""The shape of the project: sizes of files, honest tests, rooms, and what the checks of the source say."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools import inert_lint

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 700
SOURCES = sorted(
    path for folder in ("helpdesk_tui", "tests", "tools", "bench") for path in (ROOT / folder).rglob("*.py")
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_outgrows_its_idea() -> None:
    # `shape.py` is written by a machine, for machines.
    read = [path for path in SOURCES if path.name != "shape.py"]
    lengths = {relative(path): len(path.read_text("utf-8").splitlines()) for path in read}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_everything_looked_at_is_there() -> None:
    assert "helpdesk_tui/vocabulary/i18n.py" in map(relative, SOURCES)
    assert "tests/conftest.py" in map(relative, TESTS)


WALL_CLOCK = {
    ("time", "sleep"),
    ("time", "time"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}


def wall_clock_uses(source: str) -> list[int]:
    """Lines that sleep or ask what time it is. `# real time: why` on the line excuses one (two processes, a deadline)."""
    lines = source.splitlines()
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if (name, node.func.attr) in WALL_CLOCK:
                found.append(node.lineno)
        elif (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and any(a.name in {"sleep", "time"} for a in node.names)
        ):
            found.append(node.lineno)
    return [line for line in found if "# real time: " not in lines[line - 1]]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import time\ntime.sleep(1)", [2]),
        ("from time import sleep", [1]),
        ("import datetime as d\nd.datetime.now()", [2]),
        ("from datetime import date\ndate.today()", [2]),
        ("time.sleep(1)  # real time: the other process must see it", []),
        ("time.monotonic()\nsleepy.now(3)", []),
    ],
)
def test_the_search_for_wall_clocks_finds_them(source: str, lines: list[int]) -> None:
    assert wall_clock_uses(source) == lines


def test_tests_neither_sleep_nor_ask_the_clock() -> None:
    uses = [f"{relative(path)}:{line}" for path in TESTS for line in wall_clock_uses(path.read_text("utf-8"))]
    assert uses == [], "give the test its instant, or say why on the line: # real time: …"


def test_sql_is_parameters_and_outside_text_is_inert() -> None:
    assert [str(fault) for fault in inert_lint.faults([ROOT / "helpdesk_tui"])] == []


def test_every_room_looks_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_a_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    held = {module.removeprefix("helpdesk_tui.") for contract in contracts for module in contract["source_modules"]}
    rooms = {path.parent.name for path in (ROOT / "helpdesk_tui").glob("*/*.py")}
    assert rooms <= held
