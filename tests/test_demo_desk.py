"""The demo desk as it lies on disk: the same for the same seed, its journal and tables at one, its clocks as they should be."""

from pathlib import Path

import pytest

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
