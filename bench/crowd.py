"""Rows about many at once: processes that write as fast as they can, and processes that watch one writer."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from bench.corpus import open_desk
from bench.measure import Row, Spread, single

Measure = Callable[[], Row]
TICKETS: Final = 40
POLL: Final = 0.25
PACE: Final = 0.2
ROOM: Final = Path(__file__).resolve().parents[1]


def measures(path: Path, writers: int, seconds: float, watchers: int, commits: int) -> Iterator[tuple[str, Measure]]:
    """Names and measurements on a desk that may be written to."""
    yield "writers", lambda: _writers(path, writers, seconds)
    yield "watchers", lambda: _watchers(path, watchers, commits)


def _spawn(role: str, path: Path, *arguments: str) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-m", "bench.crowd", role, str(path), *arguments]
    return subprocess.Popen(argv, cwd=ROOM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _go(children: "list[subprocess.Popen[str]]") -> None:
    """Wait until all are ready, then let all begin."""
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()


def _answers(children: "list[subprocess.Popen[str]]") -> list[dict[str, Any]]:
    found = []
    for child in children:
        out, _ = child.communicate(timeout=600)
        found.append(json.loads(out.strip().splitlines()[-1]))
    return found


def _writers(path: Path, n: int, seconds: float) -> Row:
    """`n` processes write notes on the same few tickets without a pause. Nothing may be lost or refused."""
    desk = open_desk(path)
    numbers = [
        t for (t,) in desk.store.query("SELECT number FROM ticket WHERE phase = 1 ORDER BY number LIMIT ?", (TICKETS,))
    ]
    count = "SELECT count(*) FROM comment"
    before, head = desk.store.query(count)[0][0], desk.store.head()
    children = [_spawn("write", path, str(seconds), json.dumps(numbers)) for _ in range(n)]
    _go(children)
    told = _answers(children)
    latencies = sorted(x for t in told for x in t["latencies"])
    done = [len(t["latencies"]) for t in told]
    errors = [e for t in told for e in t["errors"]]
    lost = sum(done) - (desk.store.query(count)[0][0] - before)
    missing = sum(done) - (desk.store.head() - head)
    desk.close()
    row = single("writers", f"{n} processes for {seconds:g} s: milliseconds a commit", latencies)
    assert row.ours is not None
    p99 = latencies[int(len(latencies) * 0.99)]
    fairness = max(done) / max(1, min(done))
    row.goal = "p99 ≤ 250 ms, 0 errors, max/min ≤ 2"
    row.met = not errors and lost == 0 and missing == 0 and p99 <= 250 and fairness <= 2
    row.note = f"{sum(done) / seconds:,.0f}/s, p99 {p99:.0f} ms, max {latencies[-1]:.0f} ms, {len(errors)} errors, {lost} lost, max/min {fairness:.2f}"
    row.more = {
        "writers": n,
        "commits": sum(done),
        "p99": p99,
        "errors": errors[:5],
        "lost": lost,
        "fairness": fairness,
    }
    return row


def _watchers(path: Path, n: int, commits: int) -> Row:
    """`n` processes ask four times a second whether something was committed, and read the head when so."""
    desk = open_desk(path)
    number = desk.store.query("SELECT number FROM ticket WHERE phase = 1 LIMIT 1")[0][0]
    last = desk.store.head() + commits
    children = [_spawn("watch", path, str(last)) for _ in range(n)]
    _go(children)
    time.sleep(2 * POLL)
    stamps: dict[int, float] = {}
    start = time.time()
    for _ in range(commits):
        desk.tickets.note(number, "watched")
        stamps[desk.store.head()] = time.time()
        time.sleep(PACE)
    told = _answers(children)
    span = time.time() - start
    desk.close()
    late = []
    unseen = 0
    for t in told:
        seen = {int(k): v for k, v in t["seen"].items()}
        for seq, stamp in stamps.items():
            first = min((at for head, at in seen.items() if head >= seq), default=None)
            if first is None:
                unseen += 1
            else:
                late.append((first - stamp) * 1000)
    share = sum(t["cpu"] for t in told) / span
    row = single("watchers", f"{n} processes, {commits} commits: milliseconds until seen", late)
    p95 = Spread.of(late).p95
    row.goal = "all seen, p95 ≤ 300 ms, ≤ 5 % of a core"
    row.met = unseen == 0 and p95 <= 300 and share <= 0.05
    row.note = f"p95 {p95:.0f} ms, {unseen} unseen, {share:.1%} of a core together"
    row.more = {"watchers": n, "unseen": unseen, "cpu_share": share}
    return row


# -- the other processes -------------------------------------------------------------------------------------------


def _ready() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


def _write(path: Path, seconds: float, numbers: list[int]) -> None:
    from helpdesk_tui.vocabulary.errors import DeskError

    desk = open_desk(path)
    desk.tickets.show(numbers[0])
    latencies: list[float] = []
    errors: list[str] = []
    _ready()
    end = time.perf_counter() + seconds
    place = 0
    while (start := time.perf_counter()) < end:
        place += 1
        try:
            desk.tickets.note(numbers[place % len(numbers)], "written under load")
        except DeskError as error:
            errors.append(error.english)
        else:
            latencies.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"latencies": latencies, "errors": errors}))


def _watch(path: Path, last: int) -> None:
    desk = open_desk(path)
    head = desk.store.head()
    version = desk.store.data_version()
    _ready()
    seen: dict[int, float] = {}
    cpu = time.process_time()
    end = time.monotonic() + 60
    while head < last and time.monotonic() < end:
        time.sleep(POLL)
        now = desk.store.data_version()
        if now != version:
            version, head = now, desk.store.head()
            seen[head] = time.time()
    print(json.dumps({"seen": seen, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    role, file, *rest = sys.argv[1:]
    if role == "write":
        _write(Path(file), float(rest[0]), json.loads(rest[1]))
    else:
        _watch(Path(file), int(rest[0]))
