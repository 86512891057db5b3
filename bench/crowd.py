"""Rows about many at once: processes that write as fast as they can, and processes that watch one writer."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.corpus import open_desk
from bench.measure import Row, Spread, single
from bench.writes import Copies
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Conflict, DeskError

Measure = Callable[[], Row]
TICKETS: Final = 40
FREE: Final = 400
POLL: Final = 0.25
PACE: Final = 0.2
ROOM: Final = Path(__file__).resolve().parents[1]
# More than ten times the patience of SQLite (5 s): in a short run nobody could have waited long enough to fail.
LEAST: Final = 60.0


def measures(
    copies: Copies, writers: int, seconds: float, watchers: int, commits: int
) -> Iterator[tuple[str, Measure]]:
    """Names and measurements on a desk that may be written to."""
    yield "writers", lambda: _writers(copies.ours, writers, seconds)
    yield "watchers", lambda: _watchers(copies.ours, watchers, commits)


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
        if child.returncode or not out.strip():
            raise RuntimeError(f"{child.args!r} ended with {child.returncode}"[:200])
        found.append(json.loads(out.strip().splitlines()[-1]))
    return found


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the writers work on: tickets that all talk on and count up, tickets that each tries to take."""

    talked: list[int]
    free: list[int]
    comments: int
    head: int
    counted: int


def _ground(desk: Desk, n: int) -> _Ground:
    """Give `n` agents their rights and look where everything stands."""
    held = {who for (who,) in desk.store.query("SELECT person_id FROM person_role WHERE role = 'service_desk'")}
    for place in range(n):
        if place + 2 not in held:
            desk.people.grant(f"agent{place:04d}", ["service_desk"])
    talked = desk.store.query("SELECT number FROM ticket WHERE phase = 1 ORDER BY number LIMIT ?", (TICKETS,))
    numbers = [t for (t,) in talked]
    free = _free(desk)
    if len(free) < FREE:
        # An earlier run took them: what others hold is handed back.
        held_by = "SELECT number FROM ticket WHERE phase = 1 AND assignee_id IS NOT NULL ORDER BY number DESC LIMIT ?"
        given_back = [t for (t,) in desk.store.query(held_by, (FREE - len(free),)) if t not in numbers]
        desk.bulk.edit(numbers=given_back, set={"assignee": "none"})
        free = [*free, *given_back]
    return _Ground(numbers, free, *_counts(desk, numbers))


def _free(desk: Desk) -> list[int]:
    sql = "SELECT number FROM ticket WHERE phase = 0 AND assignee_id IS NULL ORDER BY number LIMIT ?"
    return [t for (t,) in desk.store.query(sql, (FREE,))]


def _counts(desk: Desk, numbers: list[int]) -> tuple[int, int, int]:
    marks = ", ".join("?" * len(numbers))
    sql = f"SELECT coalesce(sum(affected_users), 0) FROM ticket WHERE number IN ({marks})"
    comments = int(desk.store.query("SELECT count(*) FROM comment")[0][0])
    return comments, desk.store.head(), int(desk.store.query(sql, numbers)[0][0])


def _writers(path: Path, n: int, seconds: float) -> Row:
    """`n` processes, each another agent, write without a pause between two tries.

    They are at work already: each has read a ticket and the policy before any of them begins, and none ends before all
    have written their last, so that neither start nor end of a program is part of anybody's wait. In turn a note, a count that is read, raised and written back with the version read, and a ticket taken that was
    free when it was read. Nothing may be refused but a version that is old, no count lost, no ticket taken twice.
    """
    desk = open_desk(path)
    stood = _ground(desk, n)
    told_all = json.dumps({"talked": stood.talked, "free": stood.free})
    stood = _Ground(stood.talked, stood.free, *_counts(desk, stood.talked))
    children = [_spawn("write", path, str(seconds), str(place), told_all) for place in range(n)]
    _go(children)
    _go(children)
    told = _answers(children)
    latencies = sorted(x for t in told for x in t["latencies"])
    done = [t["commits"] for t in told]
    errors = [e for t in told for e in t["errors"]]
    comments, head, counted = _counts(desk, stood.talked)
    lost = sum(t["notes"] for t in told) - (comments - stood.comments)
    lost += sum(t["counts"] for t in told) - (counted - stood.counted)
    missing = sum(done) - (head - stood.head)
    takers: dict[int, list[int]] = {}
    for place, t in enumerate(told):
        for number in t["taken"]:
            takers.setdefault(number, []).append(place)
    logins = dict(desk.store.query("SELECT t.number, p.login FROM ticket t JOIN person p ON p.id = t.assignee_id"))
    double = sum(1 for number, who in takers.items() if [f"agent{w:04d}" for w in who] != [logins.get(number)])
    desk.close()
    what = f"{n} processes at work for {seconds:g} s, no think time: milliseconds a try, refused ones too"
    row = single("writers", what, latencies)
    p99 = latencies[int(len(latencies) * 0.99)]
    fairness = max(done) / max(1, min(done))
    row.goal = "p99 ≤ 250 ms, 0 errors, 0 lost, 0 double, max/min ≤ 2"
    row.met = not errors and not lost and not missing and not double and p99 <= 250 and fairness <= 2
    row.note = (
        f"{sum(done) / seconds:,.0f}/s, p99 {p99:.0f} ms, max {latencies[-1]:.0f} ms, {len(errors)} errors,"
        f" {lost} lost, {double} double of {len(takers)} taken, max/min {fairness:.2f}"
    )
    row.more = {
        "writers": n, "commits": sum(done), "p99": p99, "max": latencies[-1], "errors": errors[:5], "lost": lost,
        "entries_missing": missing, "double": double, "taken": len(takers), "fairness": fairness,
        "refused": sum(t["refused"] for t in told),
    }  # fmt: skip
    return judged_for(row, seconds)


def judged_for(row: Row, seconds: float) -> Row:
    """No verdict in favour of writers that were not watched long enough."""
    if row.met and seconds < LEAST:
        row.met, row.note = None, f"{row.note}; {seconds:g} s are too short for a verdict"
    return row


def _watchers(path: Path, n: int, commits: int) -> Row:
    """`n` processes ask four times a second whether something was committed, and read the new entries when so."""
    desk = open_desk(path)
    number = desk.store.query("SELECT number FROM ticket WHERE phase = 1 LIMIT 1")[0][0]
    last = desk.store.head() + commits
    children = [_spawn("watch", path, str(last)) for _ in range(n)]
    _go(children)
    time.sleep(2 * POLL)
    stamps: dict[int, float] = {}
    for _ in range(commits):
        desk.tickets.note(number, "watched")
        stamps[desk.store.head()] = time.time()
        time.sleep(PACE)
    told = _answers(children)
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
    # Each by its own clock, from ready until it had seen the last: the time they take to end would flatter them.
    share = sum(t["cpu"] / t["wall"] for t in told)
    if not late:
        return Row("watchers", f"{n} processes", met=False, note=f"nothing was seen: {told}"[:300])
    row = single("watchers", f"{n} processes, {commits} commits: milliseconds until the new entries are read", late)
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


class _Writer:
    """One agent at the desk, and the record of what they did."""

    def __init__(self, desk: Desk, talked: list[int], free: list[int]) -> None:
        self.desk, self.talked, self.free = desk, talked, free
        self.latencies: list[float] = []
        self.errors: list[str] = []
        self.taken: list[int] = []
        self.notes = self.counts = self.refused = 0

    def turn(self, place: int) -> None:
        """One try at one of the three; what it costs counts whether it succeeds or not."""
        number = self.talked[place % len(self.talked)]
        begun = time.perf_counter()
        try:
            if place % 4 == 1:
                self._count(number)
            elif place % 4 == 3:
                self._take(place)
            else:
                self.desk.tickets.note(number, "written under load")
                self.notes += 1
        except Conflict:
            self.refused += 1
        except DeskError as error:
            self.errors.append(error.english)
        self.latencies.append((time.perf_counter() - begun) * 1000)

    def _count(self, number: int) -> None:
        sql = "SELECT coalesce(affected_users, 0), version FROM ticket WHERE number = ?"
        users, version = self.desk.store.query(sql, (number,))[0]
        self.desk.tickets.edit(number, set={"affected_users": str(users + 1)}, version=version)
        self.counts += 1

    def _take(self, place: int) -> None:
        number = self.free[place % len(self.free)]
        found = self.desk.tickets.show(number)
        if found["assignee"] is None:
            self.desk.tickets.take(number, version=found["version"])
            self.taken.append(number)
        else:
            # Somebody was faster: a note, so that every turn is a try to write.
            self.desk.tickets.note(number, "taken already")
            self.notes += 1


def _write(path: Path, seconds: float, place: int, ground: dict[str, list[int]]) -> None:
    writer = _Writer(open_desk(path).acting_as(f"agent{place:04d}"), **ground)
    # Agents at work, not fifty programs that start at one moment: what is read once a process is read.
    writer.desk.tickets.show(writer.talked[0])
    writer.desk.policies.ready(writer.desk.now())
    _ready()
    end = time.perf_counter() + seconds
    turns = place
    while time.perf_counter() < end:
        turns += 1
        writer.turn(turns)
    commits = writer.notes + writer.counts + len(writer.taken)
    # Nobody's end (a program that takes itself apart) is part of another's last wait.
    _ready()
    print(
        json.dumps(
            {"latencies": writer.latencies, "errors": writer.errors, "taken": writer.taken, "notes": writer.notes,
             "counts": writer.counts, "refused": writer.refused, "commits": commits}
        )
    )  # fmt: skip


_NEW: Final = "SELECT seq, verb, subject FROM journal WHERE seq > ? ORDER BY seq"


def _watch(path: Path, last: int) -> None:
    desk = open_desk(path)
    head = desk.store.head()
    version = desk.store.data_version()
    _ready()
    seen: dict[int, float] = {}
    cpu, begun = time.process_time(), time.monotonic()
    while head < last and time.monotonic() < begun + 60:
        time.sleep(POLL)
        now = desk.store.data_version()
        if now != version:
            version = now
            for seq, _verb, _subject in desk.store.query(_NEW, (head,)):
                head = seq
            seen[head] = time.time()
    print(json.dumps({"seen": seen, "cpu": time.process_time() - cpu, "wall": time.monotonic() - begun}))


if __name__ == "__main__":
    role, file, *rest = sys.argv[1:]
    if role == "write":
        _write(Path(file), float(rest[0]), int(rest[1]), json.loads(rest[2]))
    else:
        _watch(Path(file), int(rest[0]))
