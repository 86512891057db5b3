"""`python -m bench [--quick] [--size N] [--only WORD]`: measure, write JSON, print the table."""

import argparse
import fnmatch
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import report
from bench.measure import DRIFT, Row, loop, steady

OUT = Path(__file__).with_name("out")
QUICK = 1_500
# What larger desks are compared with; smaller ones with a fifth of themselves.
BASE = 10_000
# Larger desks are not copied for the console to be watched on.
SHOWN = 100_000


def arguments(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast the desk is, against its floors.")
    parser.add_argument("--size", type=int, default=10_000, help="tickets on the desk that is read (default 10000)")
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK} tickets and few repetitions: that it runs, not how fast"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="PATTERN", help="only rows whose name holds or matches this"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the JSON (default bench/out)")
    parser.add_argument(
        "--work", type=Path, default=None, help="where desks are built and kept for the next run (default: not kept)"
    )
    parser.add_argument("--rounds", type=int, default=None, help="pairs of long work (default: 15, or 5 beyond 10 s)")
    parser.add_argument("--writers", type=int, default=50, help="writing processes (default 50)")
    parser.add_argument("--seconds", type=float, default=60, help="how long they write (default 60)")
    parser.add_argument("--watchers", type=int, default=50, help="watching processes (default 50)")
    return parser.parse_args(argv)


def sections(args: argparse.Namespace, size: int, folder: Path) -> Iterator[tuple[str, Callable[[], Row]]]:
    """All measurements by name, in order. What only some of them need is built when the first of these is wanted."""
    from bench import bursts, cold, crowd, lines, loads, reads, response, writes
    from bench.corpus import kept

    quick = args.quick
    small = BASE if size > BASE else max(100, size // 5)
    path, base_path = folder / f"read-{size}.db", folder / f"read-{small}.db"
    desk = kept(path, size, say)
    base = kept(base_path, small, say)
    yield from reads.measures(desk, path, 40 if quick else 400)
    yield from reads.growth(desk, base, 40 if quick else 400)
    base.close()
    yield from cold.measures(desk, path, folder, 1 if quick else args.rounds or 15)
    desk.close()
    shown = path if size <= SHOWN else base_path
    yield from lines.measures(shown, folder, quick)
    yield from bursts.measures(shown, folder, quick)
    yield from loads.journal(path, folder, quick)
    yield from loads.imports(path, folder, QUICK // 3 if quick else size, 1 if quick else args.rounds)
    copies = writes.Copies(path, folder)
    yield from writes.measures(copies, 2 if quick else args.rounds or 15)
    yield from response.measures(copies, shown, folder, 2 if quick else args.rounds or 15, quick)
    yield from loads.together(path, folder, size, quick)
    yield from crowd.measures(copies, *((3, 1.0, 2, 3) if quick else (args.writers, args.seconds, args.watchers, 25)))
    copies.close()


def wanted(name: str, patterns: list[str]) -> bool:
    """Whether a row was asked for."""
    return not patterns or any(p in name or fnmatch.fnmatch(name, p) for p in patterns)


def say(text: str) -> None:
    """Progress for the person who waits."""
    print(text, file=sys.stderr, flush=True)


def run(argv: list[str]) -> int:
    """Measure what is asked for; 0 unless something could not be measured at all."""
    args = arguments(argv)
    size = QUICK if args.quick else args.size
    speed = loop()
    header = {
        "size": size,
        "quick": args.quick,
        "at": int(time.time()),
        "machine": report.machine(),
        "loop_ms": speed * 1000,
    }
    rows: list[Row] = []
    failed = 0
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as made:
        folder = args.work or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        for name, measure in sections(args, size, folder):
            if not wanted(name, args.only):
                continue
            say(f"{name} …")
            try:
                rows.append(measure() if args.quick else steady(measure))
            except Exception as error:  # one broken row must not cost the others
                failed += 1
                rows.append(Row(name, "", met=False, note=f"failed: {type(error).__name__}: {error}"[:200]))
    after = loop()
    header["load_after"] = report.machine()["load"]
    header["loop_ms_after"] = after * 1000
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    target = args.out / f"{stamp}-{'quick' if args.quick else size}.json"
    report.write(target, header, rows)
    print(
        f"{size:,} tickets; CPU milliseconds unless said; load {header['machine']['load']} → {header['load_after']};"
        f" a fixed loop took {speed * 1000:.1f} → {after * 1000:.1f} ms\n"
    )
    print(report.table(rows))
    if max(speed, after) > (1 + DRIFT) * min(speed, after):
        print("\nThe machine changed its speed during this run: rows stand for themselves, not against each other.")
    print(f"\n{target}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
