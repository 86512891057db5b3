"""`python -m bench [--quick] [--size N] [--only WORD]`: measure, write JSON, print the table."""

import argparse
import fnmatch
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import report
from bench.measure import Row, loop, steady

OUT = Path(__file__).with_name("out")
QUICK = 1_500
IMPORTED = 20_000


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
    parser.add_argument("--work", type=Path, default=None, help="where desks are built (default: a temporary folder)")
    parser.add_argument("--writers", type=int, default=8, help="writing processes (default 8; the figure is 50)")
    parser.add_argument("--seconds", type=float, default=10, help="how long they write (default 10; the figure is 60)")
    parser.add_argument("--watchers", type=int, default=10, help="watching processes (default 10; the figure is 50)")
    return parser.parse_args(argv)


def sections(args: argparse.Namespace, size: int, folder: Path) -> Iterator[tuple[str, Callable[[], Row]]]:
    """All measurements by name, in order. What they need is built when the first of them is asked for."""
    from bench import cold, crowd, reads, writes
    from bench.corpus import build, open_desk

    quick = args.quick
    path = folder / f"read-{size}.db"
    if not path.exists():
        say(f"building a desk of {size:,} tickets")
        build(path, size, say).close()
    desk = open_desk(path)
    yield from reads.measures(desk, path, 40 if quick else 400)
    yield from cold.measures(desk, path, folder, 1 if quick else 9)
    desk.close()
    yield from writes.imports(folder, min(size, QUICK // 3) if quick else min(size, IMPORTED), 1 if quick else 3)
    yield from writes.measures(path, folder, 2 if quick else 7)
    yield from crowd.measures(
        folder / "write-ours.db", *((2, 1.0, 2, 3) if quick else (args.writers, args.seconds, args.watchers, 25))
    )


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
    header = {
        "size": size,
        "quick": args.quick,
        "at": int(time.time()),
        "machine": report.machine(),
        "loop_ms": loop() * 1000,
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
    header["load_after"] = report.machine()["load"]
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    target = args.out / f"{stamp}-{'quick' if args.quick else size}.json"
    report.write(target, header, rows)
    print(
        f"{size:,} tickets; CPU milliseconds unless said; load {header['machine']['load']} → {header['load_after']}\n"
    )
    print(report.table(rows))
    print(f"\n{target}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
