"""The demo desk as it lies on disk: the same for the same seed, its journal and tables at one, its clocks as they should be."""

from pathlib import Path

import pytest

from helpdesk_tui.desk import mentions
from helpdesk_tui.desk.demoing import build_demo
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import journal, replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.instants import iso
from tests.desk_random import tables

NOW = 1_790_000_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    build_demo(path, now=NOW, tickets=200)
    return path


def opened(path: Path) -> Desk:
    return Desk.open(path, clock=lambda: NOW)


def test_the_same_seed_makes_the_same_rows(built: Path, tmp_path: Path) -> None:
    build_demo(tmp_path / "again.db", now=NOW, tickets=200)
    with opened(built) as one, opened(tmp_path / "again.db") as other:
        assert tables(one.store.reader()) == tables(other.store.reader())


def test_the_journal_is_whole_and_makes_the_same_tables(built: Path, tmp_path: Path) -> None:
    with opened(built) as desk:
        verdict = journal.verify(desk.store.reader())
        assert verdict.ok, verdict
        again = Store(tmp_path / "replayed.db")
        replay.replay(desk.store.reader(), again)
        assert tables(again.reader()) == tables(desk.store.reader())
        again.close()


def test_its_clocks_stand_as_they_would_be_derived_now(built: Path) -> None:
    with opened(built) as desk:
        done = desk.sla.recompute()
        assert done["matched"] > 20 and done["changed"] == 0


def test_the_company_has_its_holidays(built: Path) -> None:
    with opened(built) as desk:
        named = [c for c in desk.sla.calendars() if c["regions"]]
        assert {r for c in named for r in c["regions"]} == {"CN", "DE"}
        for calendar in named:
            years = {day["day"][:4] for day in calendar["days"]}
            assert iso(NOW)[:4] in years
            assert any(day["kind"] == "holiday" and day["source"].startswith("holidays ") for day in calendar["days"])


def test_the_company_is_on_call_and_its_next_hand_offs_are_to_come(built: Path) -> None:
    with opened(built) as desk:
        assert all(row["people"] and row["next_people"] for row in desk.on_call.now())
        due = [at for (at,) in desk.store.query("SELECT due_at FROM timer WHERE subject_type = 'on_call_schedule'")]
        assert len(due) == 2 and min(due) > NOW


def test_every_tab_and_preview_has_something_to_show(built: Path) -> None:
    with opened(built) as desk:
        title = "新员工入职：供应链规划师 孟瑶（下周一到岗）"
        (joins,) = [t for t in desk.tickets.select("", sort="number") if t["title"] == title]
        number = joins["number"]
        assert [child["kind"] for child in desk.tickets.children(number)] == ["request"] * 3
        assert len(desk.tickets.checklist(number)) == 5
        assert {"chen.xiao", desk.actor.login} <= set(desk.tickets.watchers(number))
        assert desk.tickets.time_spent(number) == 900
        (file,) = desk.attachments.list(number)
        assert "孟瑶" in desk.attachments.read(file["id"]).decode("utf-8")
        me = [found["number"] for found in mentions.of_me(desk)]
        assert number in me
        store = desk.store
        for sql in (
            "SELECT 1 FROM link WHERE type = 'caused_by'",
            "SELECT 1 FROM link l JOIN ticket t USING (number) WHERE type = 'duplicates' AND merged_into IS NULL",
            "SELECT 1 FROM ticket WHERE merged_into IS NOT NULL",
        ):
            assert store.query(sql + " LIMIT 1"), sql
        for query in ("sla:breached", "sla:paused", "due:<4h", "language:zh", "language:en"):
            assert desk.tickets.select(f"is:open {query}", limit=1), query


def test_what_is_tied_twice_is_journalled_once(built: Path) -> None:
    with opened(built) as desk:
        inserted = [
            (row["table"], tuple(row["key"]))
            for entry in desk.audit.log(limit=100_000)
            for row in entry["rows"]
            if row["table"] in ("link", "watcher") and row["before"] is None
        ]
        assert len(inserted) == len(set(inserted)) > 5
