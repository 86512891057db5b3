"""Series of faults: many kill points, many cut disks, many failing calls; counted by what was found afterwards.

The short form in the tests and the long one of `make soak` are the same functions with other numbers.
"""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from tests.faults import deeds, power, traced
from tests.faults.deeds import Variant
from tests.faults.judge import Found, judge

FAST: Final = Path("/dev/shm")
Point = tuple[str, int]


@dataclass(slots=True)
class Tally:
    """What a series found. `met` faults came to pass; `problems` names those after which the desk was not sound."""

    met: int = 0
    found: Counter[Found] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    refused: int = 0

    def add(self, other: "Tally") -> None:
        """Count another series in."""
        self.met += other.met
        self.found += other.found
        self.problems += other.problems
        self.refused += other.refused

    @property
    def bad(self) -> int:
        return sum(n for found, n in self.found.items() if not found.good)


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder in memory where there is one: what is built here is about the order of writes, not about a disk."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-faults-", dir=FAST if FAST.is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def run_of(
    folder: Path, seed: int, count: int, *, first: bool, variant: Variant
) -> Iterator[tuple[traced.Work, Path, Path]]:
    """A fresh desk (or with `first` none yet) and the work to be done on it: work, desk, ledger."""
    place = folder / "run"
    (place / "at").mkdir(parents=True)
    desk, ledger = place / "at" / "desk.db", place / "ledger"
    if not first:
        shutil.copy(deeds.template(), desk)
    try:
        yield partial(deeds.work, desk, ledger, seed, count, variant), desk, ledger
    finally:
        shutil.rmtree(place)


def points(counted: Counter[str]) -> list[Point]:
    """Every call of a run: its name and the how-manieth of that name."""
    return [(call, n) for call, many in sorted(counted.items()) for n in range(1, many + 1)]


def kill(
    seed: int, count: int, *, deeds_each: int = 10, first: bool = False, variant: Variant = Variant.PROPER,
    calls: Sequence[str] = traced.CALLS,
) -> Tally:  # fmt: skip
    """Kill the same run at `count` of its system calls, chosen at random; judge what each leaves behind."""
    deeds.template()
    tally, chance = Tally(), random.Random(seed)
    with workplace() as folder:
        with run_of(folder, seed, deeds_each, first=first, variant=variant) as (work, _desk, _ledger):
            known = points(traced.counted(work, calls))
        for number, (call, when) in enumerate(chance.sample(known, min(count, len(known)))):
            with run_of(folder, seed, deeds_each, first=first, variant=variant) as (work, desk, ledger):
                tally.met += traced.killed(work, call, when)
                verdict = judge(desk, deeds.read_ledger(ledger).last, goes_on=number % 8 == 0)
            tally.found[verdict.found] += 1
            if not verdict.found.good:
                tally.problems.append(f"seed {seed}, killed at {call} {when}: {verdict.found.value}: {verdict.detail}")
    return tally


def cut_power(
    seed: int, count: int, *, deeds_each: int = 25, first: bool = False, variant: Variant = Variant.PROPER, lies: bool = False
) -> Tally:  # fmt: skip
    """Record one run, build `count` disks as a power cut would leave them, judge the desk on each."""
    deeds.template()
    tally = Tally()
    with workplace() as folder:
        with run_of(folder, seed, deeds_each, first=first, variant=variant) as (work, desk, ledger):
            recording = power.record(work, desk, ledger)
        (folder / "disk").mkdir()
        for what, verdict in power.judged(recording, count, seed, folder / "disk", "desk.db", lies=lies):
            tally.met += 1
            tally.found[verdict.found] += 1
            if not verdict.found.good:
                tally.problems.append(f"seed {seed}, power lost {what}: {verdict.found.value}: {verdict.detail}")
    return tally


def fail(
    seed: int, count: int, error: str, *, lasting: bool = False, stop: bool = False, deeds_each: int = 10, calls: Sequence[str] = traced.WRITES,
    variant: Variant = Variant.PROPER,
) -> Tally:  # fmt: skip
    """Let `count` of a run's writes and syncs fail (`lasting`: all from there on); the run goes on and tells.

    Judged is whether what was acknowledged is there and nothing else: a refused verb must have changed nothing. With
    `stop` the program is gone right after the first refusal, before anything could be put straight.
    """
    deeds.template()
    tally, chance = Tally(), random.Random(seed)
    with workplace() as folder:
        with run_of(folder, seed, deeds_each, first=False, variant=variant) as (work, desk, ledger):
            known = points(traced.counted(work, calls, *_files(desk)))
        for call, when in chance.sample(known, min(count, len(known))):
            with run_of(folder, seed, deeds_each, first=False, variant=variant) as (work, desk, ledger):
                code = traced.failing(partial(work, stop=stop), call, f"{when}{'+' * lasting}", error, *_files(desk))
                assert code == 0, code
                told = deeds.read_ledger(ledger)
                verdict = judge(desk, told.last)
            tally.met += bool(told.refusals)
            tally.refused += len(told.refusals)
            tally.found[verdict.found] += 1
            last = told.last.seq if told.last else 0
            where = f"seed {seed}, {error} at {call} {when}{'+' * lasting}"
            if not (told.ended or (stop and told.refusals)):
                tally.problems.append(f"{where}: the run did not end")
            if not verdict.found.good:
                tally.problems.append(f"{where}: {verdict.found.value}: {verdict.detail}")
            elif last and verdict.head != last and not any("look whether" in line for line in told.refusals):
                tally.problems.append(
                    f"{where}: entries up to {verdict.head} although {last} was the last acknowledged"
                )
            tally.problems += [f"{where}: {line}" for line in told.refusals if "\n" in line or "Traceback" in line]
    return tally


def _files(desk: Path) -> tuple[Path, ...]:
    return (desk, desk.with_name(desk.name + "-wal"), desk.parent)
