"""Under which licences the program's distributions come: `python -m tools.licences`.

No GPL and no AGPL anywhere; LGPL only among the development tools (a library that tests import and
nobody ships). A distribution that states no licence is a fault too: somebody has to read it and add it
to `READ_BY_HAND`. Exit code 1 names each fault.
"""

import re
import sys
from importlib.metadata import Distribution
from typing import Final

from tools.closure import closure, declared, extras

READ_BY_HAND: Final[dict[str, str]] = {}

_GPL = re.compile(r"\bA?GPL|(?:affero|(?<!lesser )(?<!library )(?<!library or lesser ))general public license", re.I)
_LGPL = re.compile(r"\bLGPL|(?:lesser|library) general public license", re.I)


def licence_of(installed: Distribution) -> str:
    """Return what the distribution states: its SPDX expression, else its classifiers, else its licence line; or ''."""
    stated = installed.metadata.json
    if expression := stated.get("license_expression"):
        return str(expression)
    classifiers = [line for line in stated.get("classifier", ()) if line.startswith("License ::")]
    named = {line.rsplit("::", 1)[-1].strip() for line in classifiers} - {"OSI Approved"}
    if named:
        return " AND ".join(sorted(named))
    line = str(stated.get("license", "")).strip().split("\n", 1)[0]
    return line if line.upper() != "UNKNOWN" else ""


def fault(licence: str, *, shipped: bool) -> str:
    """Return why this licence cannot be had here, or ''. `shipped` says that users install the distribution."""
    if not licence:
        return "states no licence: read it and add it to READ_BY_HAND"
    if _GPL.search(licence):
        return f"is under {licence}"
    if shipped and _LGPL.search(licence):
        return f"is under {licence}: allowed for development only"
    return ""


def faults() -> list[str]:
    """Return one line per distribution whose licence is a fault, shipped ones first."""
    shipped = closure(declared([extra for extra in extras() if extra != "dev"]))
    lines = []
    for is_shipped, group in ((True, shipped), (False, closure(declared(["dev"], core=False)))):
        for name, installed in group.items():
            if not is_shipped and name in shipped:
                continue
            why = fault(READ_BY_HAND.get(name) or licence_of(installed), shipped=is_shipped)
            if why:
                lines.append(f"{name} {why}")
    return lines


def main() -> int:
    """Print the licences of what is shipped and every fault."""
    for name, installed in closure(declared([extra for extra in extras() if extra != "dev"])).items():
        print(f"{name:<20} {READ_BY_HAND.get(name) or licence_of(installed)}")
    found = faults()
    for line in found:
        print(f"FAULT: {line}")
    print(f"licences: {len(found)} faults")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
