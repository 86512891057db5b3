"""The bench runs and reports; how fast anything is stays out of the tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import crowd, loads, measure, report
from bench.corpus import build, kept
from bench.measure import Row, Spread, compared, figure, single

ROOM = Path(__file__).resolve().parents[1]
PAGED = {"queue", "sort due", "sort updated", "sort created", "filter mine", "filter team", "filter breached"}
PROMISED = {
    *(f"page: {name}" for name in PAGED), "page: short page", *(f"growth: {name}" for name in PAGED),
    "ticket + 20 comments", "tab counts", "search AND", "search OR", "search AND 中文", "search OR 中文", "search p95",
    "audit verify", "replay", "replay, rows", "cold --help", "cold ticket list", "cold ticket show", "cold search", "console first paint",
    "console memory", "cursor move", "cursor move, preview", "held key", "idle", "burst", "burst, cursor", "burst, bytes", "import", "import memory", "bulk assign",
    "bulk assign, undo", "bulk urgency", "bulk urgency, undo", "write during import", "read during import",
    "sla recompute", "write during recompute", "read during recompute", "writers", "watchers",
    "event storm", "tick", "tick growth", "room echo", "room idle",
}  # fmt: skip


def test_every_promised_row_has_its_measurement(tmp_path: Path) -> None:
    args = bench.arguments(["--quick"])
    assert {name for name, _ in bench.sections(args, bench.QUICK, tmp_path)} >= PROMISED


def test_some_rows_are_measured_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["tab counts", "ticket + 20 comments", "search AND", "page: queue", "one reply"]
    asked = [word for name in chosen for word in ("--only", name)]
    assert bench.run(["--quick", *asked, "--out", str(tmp_path), "--work", str(tmp_path / "work")]) == 0
    (written,) = tmp_path.glob("*-quick.json")
    data = json.loads(written.read_text("utf-8"))
    rows = {row["name"]: row for row in data["rows"]}
    assert rows.keys() >= set(chosen)
    for row in rows.values():
        assert not row["note"].startswith(("failed", "different")), row
        assert row["value"] is not None or row["ours"]["n"] >= 1, row
    assert "tab counts" in capsys.readouterr().out
    assert data["machine"]["cpus"]


@pytest.mark.soak  # the same as `make bench QUICK=1`
@pytest.mark.timeout(300)  # it starts some thirty processes, and machines are shared
def test_the_quick_form_measures_every_promised_row(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--out", str(tmp_path), "--work", str(tmp_path / "work")],
        cwd=ROOM, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    (written,) = tmp_path.glob("*-quick.json")
    data = json.loads(written.read_text("utf-8"))
    rows = {row["name"]: row for row in data["rows"]}
    assert rows.keys() >= PROMISED
    failed = {
        name: row["note"] for name, row in rows.items() if row["note"].startswith(("failed", "different", "the replay"))
    }
    assert not failed, failed
    assert run.returncode == 0, run.stderr
    for name in PROMISED:
        row = rows[name]
        assert row["value"] is not None or row["ours"]["n"] >= 1, name
    assert "tab counts" in run.stdout
    assert data["machine"]["cpus"]


def test_the_same_seed_makes_the_same_desk(tmp_path: Path) -> None:
    desks = [build(tmp_path / f"{i}.db", 120) for i in range(2)]
    sql = "SELECT number, title, description, state, assignee_id, due_at FROM ticket ORDER BY number"
    first, second = (d.store.query(sql) for d in desks)
    assert first == second
    assert len(first) == 120
    assert desks[0].store.query("SELECT count(*) FROM comment WHERE number = 100")[0][0] == 20
    for desk in desks:
        desk.close()


@pytest.mark.parametrize(
    ("mine", "theirs", "met"), [([2.0, 2.0, 2.0], [1.0, 1.0, 1.0], False), ([1.0, 1.2], [1.0, 1.0], True)]
)
def test_a_ratio_is_judged_by_its_median(mine: list[float], theirs: list[float], met: bool) -> None:
    assert compared("x", "", mine, theirs, most=1.5).met is met


def test_a_row_is_rejected_where_the_machine_drifts(monkeypatch: pytest.MonkeyPatch) -> None:
    speeds = iter([1.0, 2.0, 1.0, 1.5, 1.0, 3.0])
    monkeypatch.setattr(measure, "loop", lambda: next(speeds))
    row = measure.steady(lambda: Row("x", "", value=1.0, met=True))
    assert (row.rejected, row.met, row.drift) == (True, None, 0.5)
    assert "drift" in report.table([row])


def test_a_row_is_taken_again_until_the_machine_is_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    speeds = iter([1.0, 2.0, 1.0, 1.2])
    monkeypatch.setattr(measure, "loop", lambda: next(speeds))
    taken: list[Row] = []

    def take() -> Row:
        taken.append(Row("x", "", value=1.0, met=True))
        return taken[-1]

    row = measure.steady(take)
    assert row is taken[1] and len(taken) == 2
    assert (row.rejected, row.met) == (False, True)


def test_rows_of_one_measurement_are_rejected_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is only handed over: while that is done no machine drifts."""
    speeds = iter([1.0, 2.0, 1.0, 3.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.1])
    monkeypatch.setattr(measure, "loop", lambda: next(speeds))
    rows: dict[str, Row] = {}

    def part(name: str) -> Row:
        if name not in rows:
            rows.update({each: Row(each, "", value=1.0, met=True) for each in ("a", "b")})
            measure.together(rows["a"], rows["b"])
        return rows.pop(name)

    assert measure.steady(lambda: part("a")).rejected
    left = rows["b"]
    assert left.drift == 3.0 and not left.rejected
    again = measure.steady(lambda: part("b"))
    assert again is not left and (again.met, again.drift) == (True, 0.1)
    assert "kin" not in again.data() and json.dumps(again.data())


def test_pairs_alternate_their_order() -> None:
    said: list[str] = []
    row = measure.pairs("x", "", lambda: said.append("a"), lambda: said.append("b"), 4)
    assert "".join(said) == "ab" + "abbaabba"
    assert row.ours is not None and row.ours.n == 4


def test_a_desk_is_kept_for_the_next_run_unless_it_would_be_another(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    said: list[str] = []
    for size in (30, 30, 40):
        desk = kept(path, size, said.append)
        assert desk.store.query("SELECT count(*) FROM ticket") == [(size,)]
        desk.close()
    assert [line.split()[4] for line in said] == ["30", "40"]


def test_a_replay_is_held_to_its_rate_with_the_search_index_and_to_its_memory() -> None:
    told = {"entries": 80_000, "cpu_ms": 1_000.0, "cpu_ms_search": 4_000.0, "growth_mib": 10.0, "peak_mib": 70.0}
    whole, rows = loads.replay_rows({**told, "same_counts": True})
    assert (whole.value, whole.met, rows.value, rows.met) == (20_000, False, 80_000, True)
    assert "75%" in whole.note and "search index" in whole.what
    fast = {**told, "cpu_ms_search": 1_500.0}
    assert [row.met for row in loads.replay_rows({**fast, "same_counts": True})] == [True, True]
    assert [row.met for row in loads.replay_rows({**fast, "same_counts": True, "growth_mib": 60.0})] == [False, False]
    assert [row.met for row in loads.replay_rows({**fast, "same_counts": False})] == [False, False]


def test_writers_that_were_watched_too_briefly_get_no_verdict() -> None:
    assert crowd.judged_for(Row("writers", "", met=True), 60).met is True
    assert crowd.judged_for(Row("writers", "", met=True), 14).met is None
    assert crowd.judged_for(Row("writers", "", met=False), 14).met is False


def test_figures_are_judged_on_the_right_side() -> None:
    assert figure("x", "", 41_000, "entries/s", least=40_000).met
    assert not figure("x", "", 11, "s", most=10).met
    assert not single("x", "", [4, 6, 6], most=5).met
    assert single("x", "", [1, 1, 1, 9], most=5).met
    assert not single("x", "", [1, 1, 1, 9], most=5, tail=True).met


def test_quartiles_of_few_values() -> None:
    assert Spread.of([3.0]) == Spread(3.0, 3.0, 3.0, 3.0, 1)
    spread = Spread.of([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (spread.q1, spread.median, spread.q3, spread.p95) == (2.0, 3.0, 4.0, 5.0)


def test_the_table_names_misses() -> None:
    text = report.table(
        [Row("slow", "", value=2.0, unit="s", goal="≤ 1 s", met=False), Row("fine", "", value=1.0, met=True)]
    )
    assert [line.split()[0] for line in text.splitlines()[2:]] == ["slow", "fine"]
    assert "NO" in text.splitlines()[2]


def test_rows_are_chosen_by_word_or_pattern() -> None:
    assert bench.wanted("page: queue", [])
    assert bench.wanted("page: queue", ["queue"])
    assert bench.wanted("page: queue", ["page*"])
    assert not bench.wanted("page: queue", ["search"])
