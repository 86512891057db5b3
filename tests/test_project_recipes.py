"""The bulk recipes of the documentation run as they stand, in a shell, on the demo desk."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.desk.demoing import build_demo
from helpdesk_tui.desk.desk import Desk
from tools.closure import ROOT

NOW = 1_763_629_200  # 2025-11-20T09:00:00Z, a Thursday
READING = frozenset(
    {
        "See what a filter means before anything changes",
        "Find what nobody has touched, oldest first",
        "A list for the morning meeting",
        "What was changed, by whom, and back to yesterday",
    }
)
"""Recipes that change nothing."""
LEFT = {
    "Raise everything about a failing service, and take it back": "tag:vpn-outage",
    "Cover for a colleague on leave": "assignee:ben.fischer is:open -is:pending",
    "Hand a team's unassigned work to another team": "is:unassigned is:open service:vpn -team:applications",
    "One outage, many tickets: gather, answer, resolve": "service:vpn kind:incident is:open parent:none -has:child",
    "Close what was solved long ago": "phase:resolved resolved:>1d",
    "Rename a tag everywhere": "tag:certificate",
}
"""What no ticket may meet any more afterwards."""


def recipes() -> Iterator[tuple[str, list[str]]]:
    """Each heading with its commands."""
    for part in re.split(r"^## ", (ROOT / "docs" / "recipes.md").read_text("utf-8"), flags=re.M)[1:]:
        fences = re.findall(r"^```console\n(.*?)^```", part, re.S | re.M)
        yield part.splitlines()[0], [line[2:] for fence in fences for line in fence.splitlines() if line[:2] == "$ "]


RECIPES = dict(recipes())


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("company") / "demo.db"
    build_demo(path, now=NOW, tickets=300)
    return path


def carry_out(lines: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Paste the lines into a shell whose desk is the one in the folder; the first that fails ends it."""
    shim = folder / "bin" / "helpdesk"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m helpdesk_tui "$@"\n', "utf-8")
    shim.chmod(0o755)
    return subprocess.run(
        ["sh", "-eu", "-c", "\n".join(lines)],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{shim.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HELPDESK_DATABASE": str(folder / "desk.db"),
            "XDG_CONFIG_HOME": str(folder / "config"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipe_runs(name: str, company: Path, tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    shutil.copyfile(company, path)
    with Desk.open(path) as desk:
        before = desk.store.head()
        if name in LEFT:
            found = desk.tickets.count(LEFT[name], None)
            assert found or name.startswith("Raise"), "the recipe would have nothing to do"
    ended = carry_out(RECIPES[name], tmp_path)
    assert ended.returncode == 0, (ended.stdout, ended.stderr)
    assert '"ok": false' not in ended.stdout
    with Desk.open(path) as desk:
        assert (desk.store.head() == before) == (name in READING)
        if name in LEFT:
            assert desk.tickets.count(LEFT[name], None) == 0


def test_every_recipe_is_known() -> None:
    assert len(RECIPES) >= 12
    assert not (READING | LEFT.keys()) - RECIPES.keys()


def test_a_recipe_that_fails_is_noticed(company: Path, tmp_path: Path) -> None:
    shutil.copyfile(company, tmp_path / "desk.db")
    assert carry_out(["helpdesk bulk edit --where 'colour:red' --tag x --yes", "true"], tmp_path).returncode == 2
