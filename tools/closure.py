"""Which distributions the project's requirements pull in, read from what is installed here.

Roots are the requirements written in `pyproject.toml` (so the answer does not depend on whether the
project itself is installed); from there the metadata of the installed distributions is followed, with
environment markers and extras.
"""

import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def declared(extras: Iterable[str] = (), *, core: bool = True, root: Path = ROOT) -> list[Requirement]:
    """Return the requirements of `pyproject.toml`: the core's (unless `core` is false) and those of `extras`."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    lines: list[str] = list(project["dependencies"]) if core else []
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def extras(root: Path = ROOT) -> list[str]:
    """Return the names of the declared extras, `dev` included."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return sorted(project.get("optional-dependencies", {}))


def _applies(requirement: Requirement, wanted: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in wanted or frozenset({""}))


def closure(requirements: Iterable[Requirement]) -> dict[NormalizedName, Distribution]:
    """Return every distribution that the requirements need here, by normalised name, in name order.

    Raises:
        SystemExit: one of them is not installed; it is named.
    """
    found: dict[NormalizedName, Distribution] = {}
    seen: set[tuple[NormalizedName, frozenset[str]]] = set()
    todo = [r for r in requirements if _applies(r, frozenset())]
    while todo:
        requirement = todo.pop()
        name, wanted = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError as error:
            raise SystemExit(f"{name} is required and not installed: run make setup") from error
        needs = [Requirement(line) for line in found[name].requires or ()]
        todo += [need for need in needs if _applies(need, wanted)]
    return dict(sorted(found.items()))
