"""Thousands of kills and power cuts: `python -m tools.soak [--points 5000] [--images 20000] [--failures 2000] [--jobs 2]`.

Every run is random but repeatable: `--seed` and the seed in a line of the report make it again. The negative controls
come first: programs that break their promises on purpose, of which each must be caught. Exit code 1 where a desk was
not sound or a control was not caught, 3 where nothing can be traced here.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.faults import runs, traced
from tests.faults.deeds import Variant
from tests.faults.judge import Found
from tests.faults.runs import Tally

_KILLS: Final = 125  # of one recorded run
_CUTS: Final = 250
_FAILURES: Final = 50
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the work: which series it counts to, and how to do it."""

    series: str
    do: Callable[[], Tally]


CONTROLS: Final[dict[str, tuple[Callable[[], Tally], Found | None]]] = {
    "power, log not synced": (partial(runs.cut_power, 1, 300, variant=Variant.NORMAL), Found.LOST),
    "power, nothing synced": (partial(runs.cut_power, 1, 300, variant=Variant.OFF), Found.CORRUPT),
    "power, no transactions": (partial(runs.cut_power, 1, 300, variant=Variant.BARE), Found.TORN),
    "power, a disk that lies": (partial(runs.cut_power, 1, 300, lies=True), Found.CORRUPT),
    "kill, no transactions": (partial(runs.kill, 1, 40, variant=Variant.BARE, calls=("pwrite64",)), Found.TORN),
    "failing sync, log kept": (
        partial(runs.fail, 1, 20, "EIO", stop=True, calls=("fdatasync",), variant=Variant.FORGETFUL),
        None,
    ),
}


def parts(points: int, images: int, failures: int, seed: int) -> Iterator[Part]:
    """The whole work in pieces; a fifth of the kills and cuts fall into the first start of a desk."""
    for number, count in enumerate(_shares(points, _KILLS)):
        first = number % 5 == 4
        yield Part(
            "kill, first start" if first else "kill, at work",
            partial(runs.kill, seed + number, count, first=first, deeds_each=3 if first else 12),
        )
    for number, count in enumerate(_shares(images, _CUTS)):
        first = number % 5 == 4
        yield Part(
            "power, first start" if first else "power, at work",
            partial(runs.cut_power, seed + number, count, first=first, deeds_each=5 if first else 30),
        )
    errors = ("EIO", "ENOSPC", "EDQUOT", "EFBIG")
    for number, count in enumerate(_shares(failures, _FAILURES)):
        error = errors[number % len(errors)]
        how = number % 3
        yield Part(
            ("failing once", "failing for good", "failing, then killed")[how],
            partial(runs.fail, seed + number, count, error, lasting=how == 1, stop=how == 2),
        )


def _shares(total: int, size: int) -> list[int]:
    return [size] * (total // size) + ([total % size] if total % size else [])


def _do(part: Part) -> tuple[str, Tally]:
    return part.series, part.do()


def _line(series: str, tally: Tally) -> str:
    met = sum(tally.found.values())
    names = ", ".join(f"{many} {found.name.lower()}" for found, many in sorted(tally.found.items(), key=str))
    return f"{series:<24} {met:>6} runs, fault met in {tally.met:>6}: {names}"


def controls(pool: ProcessPoolExecutor) -> bool:
    """Run what must be caught; whether all were."""
    caught = True
    for name, future in [(name, pool.submit(_do, Part(name, do))) for name, (do, _) in CONTROLS.items()]:
        tally, wanted = future.result()[1], CONTROLS[name][1]
        many = len(tally.problems) if wanted is None else tally.found[wanted]
        caught = caught and many > 0
        verdict = f"caught in {many} of {sum(tally.found.values())}" if many else "NOT CAUGHT"
        print(f"control: {name:<24} {verdict}", flush=True)
    return caught


def main(arguments: list[str]) -> int:
    """Do the whole work and tell; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--points", type=int, default=5_000, help="system calls at which the program is killed")
    parser.add_argument("--images", type=int, default=20_000, help="disks after a power cut")
    parser.add_argument("--failures", type=int, default=2_000, help="calls that fail")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0, help="begin nothing new after so long (0: do it all)")
    options = parser.parse_args(arguments)
    reason = traced.why_not()
    if reason is not None:
        print(f"soak: nothing can be traced here: {reason}")
        return 3
    began = time.monotonic()
    tallies: dict[str, Tally] = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        good = controls(pool)
        work = [*parts(options.points, options.images, options.failures, options.seed)]
        # Spread, so that a run that is cut short has something of everything.
        work = [part for start in range(7) for part in work[start::7]]
        futures: list[Future[tuple[str, Tally]]] = [pool.submit(_do, part) for part in work]
        for number, future in enumerate(as_completed(futures), start=1):
            if future.cancelled():
                continue
            series, tally = future.result()
            tallies.setdefault(series, Tally()).add(tally)
            spent = time.monotonic() - began
            if options.minutes and spent > options.minutes * 60:
                for waiting in futures:
                    waiting.cancel()
            if number % 10 == 0:
                print(f"… {number} of {len(futures)} parts, {spent:.0f} s", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    for series in sorted(tallies):
        print(_line(series, tallies[series]))
    problems = [line for tally in tallies.values() for line in tally.problems]
    for line in problems[:_SHOWN]:
        print(f"PROBLEM: {line}")
    total = sum(sum(tally.found.values()) for tally in tallies.values())
    print(
        f"soak: {total} faults in {seconds:.0f} s, {len(problems)} problems; controls {'caught' if good else 'MISSED'}"
    )
    return 0 if good and not problems else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
