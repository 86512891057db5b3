"""The bench runs and reports; how fast anything is stays out of the tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import report
from bench.corpus import build
from bench.measure import Row, Spread, compared, figure, single

ROOM = Path(__file__).resolve().parents[1]
PROMISED = {
    "page: queue", "page: sort due", "page: sort updated", "page: sort created", "page: filter mine", "page: filter team",
    "page: filter breached", "ticket + 20 comments", "tab counts", "search AND", "search OR", "search AND 中文",
    "search OR 中文", "audit verify", "replay", "cold --help", "cold ticket list", "cold ticket show", "cold search",
    "console first paint", "console memory", "import", "sla recompute", "bulk assign", "bulk assign, undo", "writers",
    "watchers",
}  # fmt: skip


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


def test_figures_are_judged_on_the_right_side() -> None:
    assert figure("x", "", 41_000, "entries/s", least=40_000).met
    assert not figure("x", "", 11, "s", most=10).met
    assert not single("x", "", [4, 6, 6], most=5).met


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
