"""How much a plain installation weighs: `python -m tools.size`.

Counts the distributions of the core (no extra) and their unpacked files without bytecode, the program
itself included, against the budget. Exit code 1 when it is over.
"""

import sys
from importlib.metadata import Distribution
from pathlib import Path
from typing import Final, NamedTuple

from tools.closure import ROOT, closure, declared

MAX_BYTES: Final = 55_000_000
MAX_DISTRIBUTIONS: Final = 30
_PROGRAM: Final = "helpdesk-tui"


class Weight(NamedTuple):
    """One distribution and the bytes of its files on disk, bytecode not counted."""

    name: str
    size: int


def _is_bytecode(path: Path) -> bool:
    return "__pycache__" in path.parts or path.suffix == ".pyc"


def _weigh(installed: Distribution) -> int:
    located = (Path(str(installed.locate_file(file))) for file in installed.files or ())
    return sum(path.stat().st_size for path in located if not _is_bytecode(path) and path.is_file())


def weights() -> list[Weight]:
    """Return the weight of the program and of each distribution that it needs, heaviest first."""
    rows = [Weight(name, _weigh(installed)) for name, installed in closure(declared()).items()]
    own = (path for path in (ROOT / "helpdesk_tui").rglob("*") if path.is_file() and not _is_bytecode(path))
    rows.append(Weight(_PROGRAM, sum(path.stat().st_size for path in own)))
    return sorted(rows, key=lambda row: (-row.size, row.name))


def main() -> int:
    """Print the table and the totals beside their limits."""
    rows = weights()
    for row in rows:
        print(f"{row.size / 1e6:8.2f} MB  {row.name}")
    total = sum(row.size for row in rows)
    print(
        f"{total / 1e6:8.2f} MB  in {len(rows)} distributions (at most {MAX_BYTES / 1e6:.0f} MB in {MAX_DISTRIBUTIONS})"
    )
    return int(total > MAX_BYTES or len(rows) > MAX_DISTRIBUTIONS)


if __name__ == "__main__":
    sys.exit(main())
