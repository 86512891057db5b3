"""What an installation is made of: pinned versions, Python versions, licences, weight."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import helpdesk_tui
from tools import closure, licences, size

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in requirements}


def test_constraints_pin_exact_versions_and_name_no_host() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    for line in lines:
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line
    names = [canonicalize_name(line.split("==")[0]) for line in lines if not line.startswith("#")]
    assert names == sorted(set(names))


def test_everything_the_project_needs_is_installed_at_its_pinned_version() -> None:
    needed = closure.closure(closure.declared(closure.extras()))
    assert {name: installed.version for name, installed in needed.items()} == {
        name: version for name, version in pins().items() if name in needed
    }


def test_constraints_hold_nothing_that_nobody_needs() -> None:
    installed = {name for name in pins() if _is_installed(name)}
    assert installed - set(closure.closure(closure.declared(closure.extras()))) == set()


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def test_pins_satisfy_what_is_declared() -> None:
    pinned = pins()
    for requirement in closure.declared(closure.extras()):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), str(requirement)


def test_python_versions_agree() -> None:
    allowed = SpecifierSet(PROJECT["requires-python"])
    stated = {line.rsplit(" ", 1)[-1] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert stated == {"3.11", "3.12", "3.13"}
    assert {f"3.{minor}" for minor in range(8, 20) if allowed.contains(f"3.{minor}")} == stated


def test_the_entry_point_and_the_version_are_ours() -> None:
    assert PROJECT["scripts"] == {"helpdesk": "helpdesk_tui.cli.main:main"}
    heading = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert heading is not None
    assert heading[1] in {"Unreleased", helpdesk_tui.__version__}


def test_a_plain_installation_stays_small() -> None:
    rows = size.weights()
    assert len(rows) <= size.MAX_DISTRIBUTIONS, [row.name for row in rows]
    assert sum(row.size for row in rows) <= size.MAX_BYTES, rows[:5]
    assert {"textual", "sqlalchemy", "helpdesk-tui"} <= {row.name for row in rows}
    assert not {"pytest", "mypy"} & {row.name for row in rows}
    assert all(row.size > 0 for row in rows), "a distribution without a list of files cannot be weighed"


def test_no_licence_binds_the_users_of_the_program() -> None:
    assert licences.faults() == []


@pytest.mark.parametrize(
    ("licence", "shipped", "good"),
    [
        ("MIT", True, True),
        ("MPL-2.0", True, True),
        ("Python Software Foundation License", True, True),
        ("GPL-3.0-or-later", False, False),
        ("GPLv2", True, False),
        ("AGPL-3.0-only", True, False),
        ("GNU Affero General Public License v3", False, False),
        ("GNU General Public License v3 (GPLv3)", False, False),
        ("MIT AND GPL-2.0-only", True, False),
        ("LGPL-3.0-only", True, False),
        ("LGPL-3.0-only", False, True),
        ("GNU Lesser General Public License v3 (LGPLv3)", False, True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True, False),
        ("GNU Library or Lesser General Public License (LGPL)", False, True),
        ("", False, False),
    ],
)
def test_which_licences_may_come_in(licence: str, shipped: bool, good: bool) -> None:
    assert (licences.fault(licence, shipped=shipped) == "") is good
