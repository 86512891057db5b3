"""Two versions of the program at one file: the older one stops writing at once, and says that it must be restarted."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import driver, migrate, schema
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import StoreFault
from tests.faults.deeds import ANA, place
from tests.test_migrations import ADD_BY_BATCH, Revisions, revisions

__all__ = ["revisions"]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Desk]:
    """A desk that a program of the present version has open."""
    (tmp_path / "desks").mkdir()
    with Desk.open(place(tmp_path / "desks"), user=ANA) as desk:
        desk.tickets.note(1, "before")
        yield desk


def new_program(path: Path, revisions: Revisions) -> None:
    """A newer program opens the desk, and so upgrades it."""
    version = schema.SCHEMA_VERSION + 1
    migrate.upgrade(path, target=version, versions=revisions(ADD_BY_BATCH, after=schema.SCHEMA_VERSION))


def test_the_older_program_stops_writing_and_goes_on_reading(old: Desk, revisions: Revisions) -> None:
    path = old.store.path
    new_program(path, revisions)
    before, newer = old.store.head(), schema.SCHEMA_VERSION + 1
    for verb in (
        lambda: old.tickets.note(1, "after"),
        lambda: old.tickets.open("after"),
        lambda: old.presence.enter(1, "session"),
    ):
        with pytest.raises(
            StoreFault, match=rf"upgraded by another program meanwhile \(schema {newer}\); restart this one"
        ):
            verb()
    assert old.store.head() == before
    assert [c.body for c in old.tickets.comments(1)] == ["before"]
    with pytest.raises(StoreFault, match="newer program"):
        Desk.open(path, user=ANA)


def test_without_the_check_the_older_program_would_write(
    old: Desk, revisions: Revisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the check is for: SQLite itself lets it happen."""
    new_program(old.store.path, revisions)
    monkeypatch.setattr(Store, "_same_schema", lambda _self, _conn: None)
    old.tickets.note(1, "after")
    assert [c.body for c in old.tickets.comments(1)] == ["before", "after"]


def test_the_version_is_looked_up_inside_every_write(old: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    conn = old.store.reader()
    conn.set_trace_callback(seen.append)
    old.tickets.note(1, "one")
    old.people.add("Late", login="late")
    old.presence.enter(1, "session")
    conn.set_trace_callback(None)
    begins = [i for i, sql in enumerate(seen) if sql.startswith("BEGIN IMMEDIATE")]
    assert len(begins) == 3
    assert all(seen[i + 1] == "PRAGMA user_version" for i in begins)


def test_an_upgrade_between_opening_and_the_first_write_is_seen(old: Desk, revisions: Revisions) -> None:
    """The lock is taken first: whoever upgrades has either finished or not begun."""
    path = old.store.path
    upgraded: list[bool] = []
    real = driver.writer_lock

    def upgrade_just_before(where: Path, *rest: float) -> object:
        if not upgraded:
            upgraded.append(True)
            new_program(path, revisions)
        return real(where, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "writer_lock", upgrade_just_before)
        with pytest.raises(StoreFault, match="restart this one"):
            old.tickets.note(1, "after")
    with sqlite3.connect(path) as conn:
        assert conn.execute("SELECT count(*) FROM comment WHERE body = 'after'").fetchone() == (0,)
    conn.close()
