"""A desk for tests: a fresh file, an administrator `ana`, a clock that only moves when told to."""

import functools
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import registry
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import journal
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.instants import parse_instant
from tests import journal_guard

ANA = OsUser(1000, "ana", "Ana Admin")
# A Monday morning.
START = parse_instant("2026-03-02T09:00:00Z", 0)


class FixedClock:
    """The time is what the test says."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: int) -> int:
        """Let time pass; the new time."""
        self.now += seconds
        return self.now


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@functools.cache
def fresh_desk() -> bytes:
    """The file of a desk as its first start leaves it at START, with the guard of the journal: made once a process."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-fresh-") as folder:
        path = Path(folder) / "desk.db"
        empty = Store(path)
        journal_guard.install(empty.reader())
        empty.close()
        with Desk.open(path, user=ANA, clock=FixedClock()) as opened:
            opened.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return path.read_bytes()


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock) -> Iterator[Desk]:
    """A desk of its own. When the test ends, its journal must tell of every change of a row, and verify."""
    (tmp_path / "desk.db").write_bytes(fresh_desk())
    with Desk.open(tmp_path / "desk.db", user=ANA, clock=clock) as opened:
        yield opened
        assert journal_guard.unjournalled(opened.store.reader()) == []
        assert journal.verify(opened.store.reader()).ok


def as_person(desk: Desk, login: str, *roles: str, agent: bool = False, teams: list[str] | None = None) -> Desk:
    """The same desk file as another operating-system user, made with these roles on first use."""
    if desk.directory.find(login) is None:
        desk.people.add(login.title(), login=login, agent=agent, roles=list(roles), teams=teams)
    return Desk.open(desk.store.path, user=OsUser(2000, login), clock=desk.clock)


def by_json(desk: Desk, name: str, args: dict[str, Any]) -> Any:
    """Call a verb as `helpdesk batch` does: by name, with arguments that came as JSON."""
    getattr(desk, registry.NOUN_OF_PREFIX[name.partition(".")[0]])
    spec = registry._VERBS[name]
    result = getattr(getattr(desk, spec.noun), spec.method)(**registry._parse(spec, json.loads(json.dumps(args))))
    return json.loads(json.dumps(result))
