"""Measuring on a machine that is not ours alone: interleaved pairs, quartiles, and a loop that tells when to distrust.

Ratios come from CPU time, since a neighbour changes walls and not work. Each pair runs A then B, the next B then A.
A measurement across which a fixed loop of arithmetic changed its own CPU time by more than `DRIFT` is done again.
"""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

DRIFT: Final = 0.25
TRIES: Final = 3
Work = Callable[[], Any]


@dataclass(slots=True)
class Spread:
    """Median and quartiles of one quantity (milliseconds, or a plain number), with the 95th percentile."""

    q1: float
    median: float
    q3: float
    p95: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of at least one value."""
        ordered = sorted(values)
        if len(ordered) == 1:
            return cls(ordered[0], ordered[0], ordered[0], ordered[0], 1)
        q1, median, q3 = statistics.quantiles(ordered, n=4, method="inclusive")
        place = min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))
        return cls(q1, median, q3, ordered[place], len(ordered))


@dataclass(slots=True)
class Row:
    """One line of the report. `ratio` is ours over the floor; `value` stands for rows that have no floor."""

    name: str
    what: str
    ours: Spread | None = None
    floor: Spread | None = None
    ratio: Spread | None = None
    value: float | None = None
    unit: str = "ms"
    goal: str = ""
    met: bool | None = None
    drift: float = 0.0
    rejected: bool = False
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    kin: tuple["Row", ...] = ()

    def data(self) -> dict[str, Any]:
        """As plain values for JSON."""
        found = asdict(replace(self, kin=()))
        del found["kin"]
        return found


def together(*rows: Row) -> None:
    """These came out of one measurement: where the machine drifted across it, none of them counts."""
    for row in rows:
        row.kin = tuple(other for other in rows if other is not row)


def loop() -> float:
    """CPU seconds of a fixed piece of arithmetic: the best of five, so that only the processor's own speed shows."""
    best = 1e9
    for _ in range(5):
        start = time.process_time()
        total = 0
        for i in range(120_000):
            total += i * i & 7
        best = min(best, time.process_time() - start)
    return best


def steady(measure: Callable[[], Row]) -> Row:
    """A measurement taken while the machine kept its speed; after `TRIES` the steadiest one, rejected: no verdict."""
    best: Row | None = None
    for _ in range(TRIES):
        before = loop()
        row = measure()
        after = loop()
        # A row that was measured with another brings the drift of that measurement along.
        row.drift = max(row.drift, round(max(before, after) / min(before, after) - 1, 3))
        for other in row.kin:
            other.drift = row.drift
        if row.drift <= DRIFT:
            return row
        if best is None or row.drift < best.drift:
            best = row
    assert best is not None
    best.met, best.rejected = None, True
    best.note = f"rejected: the machine drifted by {best.drift:.0%}; {best.note}".rstrip("; ")
    return best


def clocked(work: Work) -> tuple[float, float]:
    """CPU and wall milliseconds of one run."""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    work()
    return (time.process_time_ns() - cpu) / 1e6, (time.perf_counter_ns() - wall) / 1e6


def pairs(name: str, what: str, ours: Work, floor: Work, n: int, *, most: float | None = None, batch: int = 1) -> Row:
    """`n` interleaved pairs of two pieces of work; the ratio of their CPU times, pair by pair.

    `batch` repeats each side within one sample, where one run is near the clock's own cost.
    """
    ours()
    floor()
    mine: list[float] = []
    theirs: list[float] = []
    walls: list[float] = []

    def many(work: Work) -> Work:
        def run() -> None:
            for _ in range(batch):
                work()

        return run if batch > 1 else work

    a, b = many(ours), many(floor)
    for i in range(n):
        if i % 2 == 0:
            (x, wall), (y, _) = clocked(a), clocked(b)
        else:
            (y, _), (x, wall) = clocked(b), clocked(a)
        mine.append(x / batch)
        theirs.append(y / batch)
        walls.append(wall / batch)
    return compared(name, what, mine, theirs, most=most, more={"wall": asdict(Spread.of(walls))})


def compared(
    name: str,
    what: str,
    mine: Sequence[float],
    theirs: Sequence[float],
    *,
    most: float | None,
    more: dict[str, Any] | None = None,
) -> Row:
    """A row from paired samples of CPU milliseconds."""
    ratio = Spread.of([x / y for x, y in zip(mine, theirs, strict=True) if y > 0])
    row = Row(name, what, Spread.of(mine), Spread.of(theirs), ratio, more=more or {})
    if most is not None:
        row.goal = f"≤ {most:g} × floor"
        row.met = ratio.median <= most
    return row


def single(
    name: str, what: str, values: Sequence[float], *, most: float | None = None, unit: str = "ms", tail: bool = False
) -> Row:
    """A row without a floor: its own spread against an absolute figure: the median, or with `tail` the 95th percentile."""
    row = Row(name, what, Spread.of(values), unit=unit)
    if most is not None and row.ours is not None:
        row.goal = f"{'p95 ' if tail else ''}≤ {most:g} {unit}"
        row.met = (row.ours.p95 if tail else row.ours.median) <= most
    return row


def figure(
    name: str, what: str, value: float, unit: str, *, least: float | None = None, most: float | None = None
) -> Row:
    """A row of one number."""
    row = Row(name, what, value=value, unit=unit)
    if least is not None:
        row.goal, row.met = f"≥ {least:g} {unit}", value >= least
    elif most is not None:
        row.goal, row.met = f"≤ {most:g} {unit}", value <= most
    return row


@dataclass(slots=True)
class Process:
    """What a process cost."""

    cpu: float
    wall: float
    code: int
    peak_kib: int


def process(argv: Sequence[str], env: dict[str, str] | None = None) -> Process:
    """Run a program to its end with its output thrown away: CPU (user and system) and wall in milliseconds."""
    start = time.perf_counter()
    child = subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = (time.perf_counter() - start) * 1000
    return Process((usage.ru_utime + usage.ru_stime) * 1000, wall, child.returncode, usage.ru_maxrss)


def processes(
    name: str, what: str, ours: Sequence[str], floor: Sequence[str], n: int, env: dict[str, str], *, most: float | None
) -> Row:
    """`n` interleaved pairs of cold processes by CPU; the first pair warms the page cache and is dropped."""
    mine: list[Process] = []
    theirs: list[Process] = []
    for i in range(n + 1):
        for argv, into in ((ours, mine), (floor, theirs)) if i % 2 else ((floor, theirs), (ours, mine)):
            into.append(process(argv, env))
    codes = sorted({p.code for p in mine})
    row = compared(name, what, [p.cpu for p in mine[1:]], [p.cpu for p in theirs[1:]], most=most,
                   more={"wall": asdict(Spread.of([p.wall for p in mine[1:]])), "exit_codes": codes,
                         "peak_mib": round(max(p.peak_kib for p in mine) / 1024, 1)})  # fmt: skip
    if codes != [0]:
        row.note = f"exit codes {codes}"
        row.met = False
    return row
