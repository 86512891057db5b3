"""Rows about long work: imports, clocks derived again, proof and replay of the journal, and who else can work meanwhile."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from bench import child, floors
from bench.corpus import open_desk
from bench.measure import Row, Spread, clocked, compared, figure
from bench.measure import together as measured_together
from helpdesk_tui.desk.desk import Desk

Measure = Callable[[], Row]
# A desk of more is not filled from nothing: this many rows are imported onto the desk that stands.
FRESH: Final = 100_000
ONTO: Final = 10_000
OPEN: Final = 100_000
PAUSE: Final = 0.02
# A list of all rows or entries would grow by far more; the store's own cache may still fill up.
FLAT_MIB: Final = 48


def imports(path: Path, folder: Path, size: int, rounds: int | None) -> Iterator[tuple[str, Measure]]:
    """The import against inserting the very rows that it made: into a fresh desk, and onto the one that stands."""
    found: list[Row] = []

    def fresh() -> Row:
        found[:] = _import(folder, None, 1, min(size, FRESH), rounds)
        return found[0]

    yield "import", fresh
    yield "import memory", lambda: found[1] if found else _import(folder, None, 1, min(size, FRESH), 1)[1]
    if size > FRESH:
        yield "import onto", lambda: _import(folder, path, size + 1, ONTO, rounds)[0]


def _import(folder: Path, onto: Path | None, first: int, size: int, rounds: int | None) -> tuple[Row, Row]:
    """Rows a CPU second: validation, classification, priority, route, clocks, journal and index included."""
    mine: list[float] = []
    theirs: list[float] = []
    told: list[dict[str, Any]] = []
    copier: floors.Copier | None = None
    # Fifteen pairs where one takes less than ten seconds, else five.
    least = rounds or 15
    turn = 0

    def ours() -> None:
        nonlocal copier
        path = _fresh(folder / "import-ours.db", onto)
        desk = open_desk(path)
        head = desk.store.head()
        desk.close()
        told.append(child.told("import", path, first, size))
        if told[-1]["created"] != size:
            raise RuntimeError(f"{told[-1]['created']} of {size} imported")
        mine.append(size / told[-1]["cpu_ms"] * 1000)
        if copier is None:
            desk = open_desk(path)
            copier = floors.Copier(desk.store.reader(), head)
            desk.close()

    def floor() -> None:
        assert copier is not None
        path = _fresh(folder / "import-floor.db", onto)
        raw = floors.connect(path)
        # In as many transactions as the desk took: how long one may last is the desk's promise to other writers.
        chunks = round(statistics.median(t["transactions"] for t in told))
        cpu, _ = clocked(lambda: copier.write(raw, chunks))
        theirs.append(size / cpu * 1000)
        raw.close()

    while turn < least:
        for side in (ours, floor) if turn % 2 == 0 else (floor, ours):
            side()
        turn += 1
        if rounds is None and told[-1]["wall_ms"] > 10_000:
            least = 5
    _same(folder)
    name = "import" if onto is None else "import onto"
    what = f"{size:,} rows into an empty desk" if onto is None else f"{size:,} rows onto {first - 1:,} tickets"
    row = compared(name, f"{what}: rows a CPU second", mine, theirs, most=None)
    row.unit = "rows/s"
    row.goal, row.met = "≥ 0.6 × floor", row.ratio is not None and row.ratio.median >= 0.6
    row.more = {"told": told}
    row.note = "the floor looks people and external ids up, seals and indexes as well; it decides nothing"
    if size == FRESH and first == 1 and onto is None:
        row.note += f"; larger desks by `import onto`, {ONTO:,} rows more"
    grown = max(t["growth_mib"] for t in told)
    memory = figure("import memory", "MiB that an import grows by after its first tenth", grown, "MiB", most=FLAT_MIB)
    memory.more = {"peak_mib": max(t["peak_mib"] for t in told)}
    for each in ("import-ours.db", "import-floor.db"):
        _gone(folder / each)
    return row, memory


def _fresh(path: Path, onto: Path | None) -> Path:
    _gone(path)
    if onto is None:
        open_desk(path).close()
    else:
        shutil.copyfile(onto, path)
    return path


def _gone(path: Path) -> None:
    for each in path.parent.glob(path.name + "*"):
        each.unlink()


def _same(folder: Path) -> None:
    """Both sides have written the same number of rows; a floor that skips something would be none."""
    ours, floor = (floors.connect(folder / name) for name in ("import-ours.db", "import-floor.db"))
    for table in (*floors.Copier.TABLES, "search_text", "search_note", "person_key", "tally", "counter", "batch"):
        sql = f"SELECT count(*) FROM {table}"
        if ours.execute(sql).fetchone() != floor.execute(sql).fetchone():
            raise RuntimeError(f"the floor wrote another number of rows of {table}")
    ours.close()
    floor.close()


# -- beside others -------------------------------------------------------------------------------------------------


def _beside(desk: Desk, going: Callable[[], bool]) -> tuple[list[float], list[float], list[float]]:
    """Wall milliseconds of a person's pages and notes, taken in turn while something goes on, and the pages' CPU."""
    number = desk.store.query("SELECT number FROM ticket WHERE phase = 1 LIMIT 1")[0][0]
    pages: list[tuple[float, float]] = []
    notes: list[float] = []
    while going():
        pages.append(clocked(lambda: desk.tickets.page("is:open sort:-priority,due", limit=50)))
        time.sleep(PAUSE)
        notes.append(clocked(lambda: desk.tickets.note(number, "written meanwhile"))[1])
        time.sleep(PAUSE)
    return [wall for _, wall in pages], notes, [cpu for cpu, _ in pages]


def _during(name: str, seconds: float, role: str, path: Path, *arguments: object) -> tuple[Row, Row, dict[str, Any]]:
    """A person's work at a desk on which a process does something long, against the same work in idle seconds."""
    desk = open_desk(path)
    worker = child.start(role, path, *arguments)
    child.ready(worker)
    idle_until = time.monotonic() + seconds
    idle_pages, idle_notes, idle_work = _beside(desk, lambda: time.monotonic() < idle_until)
    child.go(worker)
    pages, notes, work = _beside(desk, lambda: worker.poll() is None)
    told = child.answer(worker)
    desk.close()
    write = Row(f"write during {name}", "a note, wall", Spread.of(notes), Spread.of(idle_notes))
    write.goal, write.met = "p95 ≤ 100 ms", Spread.of(notes).p95 <= 100
    write.note = (
        f"p95 {Spread.of(notes).p95:.1f} ms, max {max(notes):.0f} ms, idle p95 {Spread.of(idle_notes).p95:.1f} ms"
    )
    busy, quiet = Spread.of(pages), Spread.of(idle_pages)
    read = Row(f"read during {name}", "a queue page, wall", busy, quiet)
    read.ratio = Spread.of([p / statistics.median(idle_pages) for p in pages])
    read.goal, read.met = "p95 ≤ 2 × idle", busy.p95 <= 2 * quiet.p95
    # A wall holds what a scheduler with too few cores adds; CPU shows what the desk itself makes a reader do.
    read.note = f"p95 {busy.p95:.2f} ms, idle {quiet.p95:.2f} ms; CPU {Spread.of(work).p95:.2f}, {Spread.of(idle_work).p95:.2f} ms"
    return write, read, told


def together(path: Path, folder: Path, size: int, quick: bool) -> Iterator[tuple[str, Measure]]:
    """A person beside an import and beside a recomputation, and what the recomputation itself costs."""
    idle = 0.5 if quick else 5.0
    importing: dict[str, Row] = {}
    deriving: dict[str, Row] = {}

    def imported() -> None:
        copy = _fresh(folder / "beside.db", path)
        write, read, told = _during("import", idle, "import", copy, size + 1, 300 if quick else ONTO)
        write.more = read.more = told
        measured_together(write, read)
        importing.update({row.name: row for row in (write, read)})
        _gone(copy)

    def derived() -> None:
        copy = folder / f"clocks-{size}.db"
        if not copy.exists():
            _fresh(copy, path)
        # Two fifths of the tickets are open.
        write, read, told = _during("recompute", idle, "recompute", copy, min(size, OPEN * 5 // 2))
        seconds = told["cpu_ms"] / 1000 * OPEN / max(1, told["matched"])
        row = figure("sla recompute", "CPU seconds for 100,000 open tickets", seconds, "s per 100k", most=10)
        row.more = told
        row.note = f"after a calendar change: {told['changed']:,} of {told['matched']:,} changed"
        measured_together(row, write, read)
        deriving.update({r.name: r for r in (row, write, read)})

    def one_of(rows: dict[str, Row], make: Callable[[], None], name: str) -> Measure:
        def measure() -> Row:
            if name not in rows:
                make()
            # Asked again because the machine drifted: measured again.
            return rows.pop(name)

        return measure

    for name in ("write during import", "read during import"):
        yield name, one_of(importing, imported, name)
    for name in ("sla recompute", "write during recompute", "read during recompute"):
        yield name, one_of(deriving, derived, name)


# -- the journal ---------------------------------------------------------------------------------------------------


def journal(path: Path, folder: Path, quick: bool) -> Iterator[tuple[str, Measure]]:
    """Proof and replay of the whole journal."""
    found: dict[str, Row] = {}

    def replayed(name: str) -> Measure:
        def measure() -> Row:
            if name not in found:
                found.update({row.name: row for row in _replay(path, folder)})
            # Asked again because the machine drifted: measured again.
            return found.pop(name)

        return measure

    yield "audit verify", lambda: _verify(path, 1 if quick else 3)
    for name in ("replay", "replay, rows"):
        yield name, replayed(name)


def _verify(path: Path, times: int) -> Row:
    told = [child.told("verify", path) for _ in range(times)]
    rate = statistics.median(t["entries"] / t["cpu_ms"] * 1000 for t in told)
    row = figure("audit verify", "entries a CPU second", rate, "entries/s", least=40_000)
    row.more = {"told": told}
    row.met = bool(row.met) and all(t["ok"] for t in told)
    return row


def _replay(path: Path, folder: Path) -> tuple[Row, Row]:
    """A whole desk made from its journal, and the same without the search index, which is not what the journal tells."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        told = child.told("replay", path, made)
    return replay_rows(told)


def replay_rows(told: dict[str, Any]) -> tuple[Row, Row]:
    """Both rows are held to the same rate: a load is not done before its texts can be found."""
    whole, part = told["cpu_ms_search"], told["cpu_ms"]
    rows = []
    for name, what, cost in (
        ("replay", "rows, indexes, counts and the search index", whole),
        ("replay, rows", "rows, indexes and counts, no search index", part),
    ):
        rate = told["entries"] / cost * 1000
        row = figure(name, f"entries a CPU second: {what}", rate, "entries/s", least=40_000)
        row.goal += f", memory flat within {FLAT_MIB} MiB"
        row.met = bool(row.met) and told["growth_mib"] <= FLAT_MIB
        row.more = told
        if not told["same_counts"]:
            row.met, row.note = False, "the replay differs"
        rows.append(row)
    if told["same_counts"]:
        rows[0].note = (
            f"the search index takes {1 - part / whole:.0%} of it; {told['entries']:,} entries,"
            f" memory grows by {told['growth_mib']:.0f} to {told['peak_mib']:.0f} MiB"
        )
        rows[1].note = "without the search index"
    measured_together(rows[0], rows[1])
    return rows[0], rows[1]
