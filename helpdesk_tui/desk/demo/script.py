"""Reads the scenario texts of the `content_*` modules.

A family opens with `== code | service | category | impact urgency | weight | hours | options`, where hours is
the span of working time to a solution, and options are words: `request`, `approval`, `vendor`, `first` (solved
at first contact), `monitoring`, `external` (customers and partners only), `both`, `code:X` (resolution code).
`tags:` and `ci:` follow; then, under `en:` and `zh:`, one letter a line: T title, D description, Q question,
A its answer, N internal note, C cause, F resolution, S checklist step. Indented lines continue the text above,
` // ` is a line break. `{slots}` are filled per ticket.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_CJK_FROM: Final = 0x2E80


@dataclass(slots=True)
class Talk:
    """How one family sounds in one language."""

    reports: list[tuple[str, str]] = field(default_factory=list)
    asks: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fixes: list[tuple[str, str]] = field(default_factory=list)
    checklist: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Family:
    """A fault or request that comes back in many shapes. `hours` are working hours, low and high."""

    code: str
    service: str
    category: str
    impact: int
    urgency: int
    weight: float
    hours: tuple[float, float]
    options: frozenset[str]
    resolution_code: str
    tags: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    talk: dict[str, Talk] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return "request" if "request" in self.options else "incident"


def join(first: str, second: str) -> str:
    """Join two lines of running text; Chinese takes no space between them."""
    if not first or not second:
        return first or second
    tight = ord(first[-1]) >= _CJK_FROM or ord(second[0]) >= _CJK_FROM
    return f"{first}{second}" if tight else f"{first} {second}"


def lines(script: str) -> Iterator[str]:
    """The logical lines of a script: continuations joined, blank lines gone."""
    pending = ""
    for raw in script.splitlines():
        if raw.startswith("  "):
            pending = join(pending, raw.strip())
            continue
        if pending:
            yield pending.replace(" // ", "\n").replace("//", "\n")
        pending = raw.strip()
    if pending:
        yield pending.replace(" // ", "\n").replace("//", "\n")


def _head(line: str) -> Family:
    code, service, category, levels, weight, hours, options = (p.strip() for p in line[2:].split("|"))
    low, _, high = hours.partition("-")
    impact, urgency = levels.split()
    words = frozenset(options.split())
    coded = [w[5:] for w in words if w.startswith("code:")]
    default = "fulfilled" if "request" in words else "fixed"
    return Family(
        code=code,
        service=service,
        category=category,
        impact=int(impact),
        urgency=int(urgency),
        weight=float(weight),
        hours=(float(low), float(high)),
        options=words,
        resolution_code=coded[0] if coded else default,
    )


def families(script: str) -> list[Family]:
    """Every family of a script. Raises ValueError with the line where it is malformed."""
    found: list[Family] = []
    talk = Talk()
    held = ""
    for line in lines(script):
        letter, text = line[:2], line[2:]
        if line.startswith("=="):
            found.append(_head(line))
        elif line.startswith("tags:"):
            found[-1].tags = tuple(t.strip() for t in line[5:].split(","))
        elif line.startswith("ci:"):
            found[-1].cis = tuple(t.strip() for t in line[3:].split(","))
        elif line in ("en:", "zh:"):
            talk = found[-1].talk.setdefault(line[:2], Talk())
        elif letter in ("T ", "Q ", "C "):
            held = text
        elif letter == "D ":
            talk.reports.append((held, text))
            held = ""
        elif letter == "A ":
            talk.asks.append((held, text))
            held = ""
        elif letter == "F ":
            talk.fixes.append((held, text))
            held = ""
        elif letter == "N ":
            talk.notes.append(text)
        elif letter == "S ":
            talk.checklist.append(text)
        else:
            raise ValueError(f"demo script: {line!r}")
    return found
