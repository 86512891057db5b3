"""Work done in processes of their own: what they cost and how much memory they take is then theirs alone.

`python -m bench.child ROLE PATH [ARGUMENTS]` says `ready`, waits for a line, works, and answers with one line of JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.corpus import NOW, SEED, open_desk
from bench.words import Words
from helpdesk_tui.vocabulary.instants import iso

ROOM: Final = Path(__file__).resolve().parents[1]
PATIENCE: Final = 7_200
# Tickets of a year stand on the desk, and each clock runs over a few days only.
WEEKS: Final = 52
Child = subprocess.Popen[str]


def start(role: str, path: Path, *arguments: object) -> Child:
    """A process that will work once it is told to."""
    argv = [sys.executable, "-m", "bench.child", role, str(path), *map(str, arguments)]
    return subprocess.Popen(argv, cwd=ROOM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ready(child: Child) -> None:
    """Wait until it has made ready."""
    assert child.stdout is not None
    if child.stdout.readline().strip() != "ready":
        raise RuntimeError(f"{child.args!r} did not come up")


def go(child: Child) -> None:
    """Let it begin."""
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def answer(child: Child) -> dict[str, Any]:
    """What it has to tell at its end."""
    out, _ = child.communicate(timeout=PATIENCE)
    if child.returncode or not out.strip():
        raise RuntimeError(f"{child.args!r} ended with {child.returncode}")
    told: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return told


def told(role: str, path: Path, *arguments: object) -> dict[str, Any]:
    """The whole way: started, ready, gone, answered."""
    child = start(role, path, *arguments)
    ready(child)
    go(child)
    return answer(child)


# -- the work ------------------------------------------------------------------------------------------------------


def resident() -> float:
    """MiB of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def peak() -> float:
    """MiB of this process at its greatest, what started it not counted."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _ready() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


class Incoming:
    """Rows to import, made one at a time; the CPU time of making them and the memory seen on the way are kept apart."""

    def __init__(self, first: int, size: int) -> None:
        self.first, self.size = first, size
        self.words = Words(SEED)
        self.spent = 0
        self.memory: list[float] = []

    def __iter__(self) -> Iterator[dict[str, Any]]:
        step = max(1, self.size // 20)
        for place in range(self.size):
            start = time.process_time_ns()
            if place % step == 0:
                self.memory.append(resident())
            number = self.first + place
            title, body, _ = self.words.ticket(number)
            row = {
                "external_id": f"X-{number}", "title": title, "description": body,
                "requester": f"p{number % 2_000}@example.org", "created_at": iso(NOW - (self.size - place) * 60),
                "channel": "email",
            }  # fmt: skip
            self.spent += time.process_time_ns() - start
            yield row
        self.memory.append(resident())


def _import(path: Path, first: int, size: int) -> dict[str, Any]:
    """Import rows; memory once a tenth is done, and at its highest after that.

    A load is measured from its first transaction to its last, so the policy is read and compiled before.
    """
    rows = Incoming(first, size)
    desk = open_desk(path)
    desk.policies.current()
    transactions: list[int] = []
    desk.importing.progress = lambda behind, _: transactions.append(behind)
    _ready()
    cpu, wall = time.process_time_ns(), time.perf_counter()
    done = desk.importing.tickets(iter(rows))
    desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    spent = time.process_time_ns() - cpu - rows.spent
    early = rows.memory[min(2, len(rows.memory) - 1)]
    return {
        "created": done["created"], "transactions": len(transactions), "cpu_ms": spent / 1e6, "wall_ms": (time.perf_counter() - wall) * 1000,
        "early_mib": early, "peak_mib": max(rows.memory), "growth_mib": max(rows.memory) - early,
    }  # fmt: skip


def _recompute(path: Path, upto: int) -> dict[str, Any]:
    """Clocks derived again after a day of each week was closed in every calendar, or opened again the next time.

    Before that they are brought in line with the calendars as they stand.
    """
    desk = open_desk(path)
    where = f"number:1..{upto}"
    settled = desk.store.path.with_suffix(".settled")
    if not settled.exists():
        desk.sla.recompute(where)
        settled.touch()
    closed = desk.store.query("SELECT count(*) FROM calendar_day WHERE source = 'by hand'")[0][0]
    for calendar in desk.sla.calendars():
        for week in range(WEEKS):
            day = iso(NOW - (1 + 7 * week) * 86_400)[:10]
            if closed:
                desk.sla.remove_day(calendar["code"], day, recompute=False)
            else:
                desk.sla.add_day(calendar["code"], day, "holiday", "measured", recompute=False)
    open_tickets = desk.tickets.count(f"is:open {where}", None)
    desk.policies.current()  # reading the policy is no part of deriving clocks
    _ready()
    cpu, wall = time.process_time_ns(), time.perf_counter()
    done = desk.sla.recompute(where)
    return {
        "open": open_tickets, "matched": done["matched"], "changed": done["changed"],
        "cpu_ms": (time.process_time_ns() - cpu) / 1e6, "wall_ms": (time.perf_counter() - wall) * 1000,
        "peak_mib": resident(),
    }  # fmt: skip


def _replay(path: Path, folder: str) -> dict[str, Any]:
    """The journal into an empty store, without and with the search index: CPU, memory, and whether the same came out."""
    from helpdesk_tui.store.replay import replay
    from helpdesk_tui.store.store import Store

    desk = open_desk(path)
    memory: list[float] = []
    spent: list[float] = []
    entries = 0
    same = True
    targets = [(Store(Path(folder) / f"replay-{search}.db"), search) for search in (False, True)]
    _ready()
    for target, search in targets:
        cpu = time.process_time_ns()
        entries = replay(desk.store.reader(), target, search=search, progress=lambda _: memory.append(resident()))
        spent.append((time.process_time_ns() - cpu) / 1e6)
        memory.append(peak())
        # A tally row that fell to zero stays where it fell; a replay in chunks need not pass through it.
        tables = ["ticket", "comment", "person", "tally WHERE n > 0"] + ["search_text", "search_note"] * search
        same = same and all(
            desk.store.query(f"SELECT count(*) FROM {t}") == target.query(f"SELECT count(*) FROM {t}") for t in tables
        )
        target.close()
    early = memory[len(memory) // 10]
    return {
        "entries": entries, "cpu_ms": spent[0], "cpu_ms_search": spent[1], "same_counts": same, "early_mib": early,
        "peak_mib": max(memory), "growth_mib": max(memory) - early,
    }  # fmt: skip


def _verify(path: Path) -> dict[str, Any]:
    """The whole chain walked once."""
    from helpdesk_tui.store import journal

    desk = open_desk(path)
    _ready()
    cpu = time.process_time_ns()
    verdict = journal.verify(desk.store.reader())
    spent = (time.process_time_ns() - cpu) / 1e6
    return {"entries": desk.store.head(), "ok": verdict.ok, "cpu_ms": spent, "peak_mib": resident()}


def main(argv: list[str]) -> None:
    """One role, to its end."""
    role, path, *rest = argv
    found: dict[str, Any]
    if role == "import":
        found = _import(Path(path), int(rest[0]), int(rest[1]))
    elif role == "recompute":
        found = _recompute(Path(path), int(rest[0]))
    elif role == "replay":
        found = _replay(Path(path), rest[0])
    else:
        found = _verify(Path(path))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
