"""Many programs at one desk: nothing lost, nothing done twice, nobody told that something is locked."""

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import driver, journal
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Busy
from tests.desk_random import check_replay, check_tally

PROCESSES = 8


def start(mode: str, path: Path, login: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.concurrent_deeds", mode, str(path), login, str(count)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    )


def finish(process: "subprocess.Popen[str]") -> Counter[str]:
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    return Counter(json.loads(out))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A desk with eight agents."""
    path = tmp_path / "desk.db"
    with Desk.open(path, user=OsUser(1, "ana", "Ana")) as desk:
        for i in range(PROCESSES):
            desk.people.add(f"Agent {i}", login=f"a{i}", agent=True, roles=["service_desk"])
        desk.tickets.open("the one that everybody notes on")
    return path


def check(path: Path) -> Desk:
    desk = Desk.open(path, user=OsUser(1, "ana", "Ana"))
    assert journal.verify(desk.store.reader()).ok
    assert desk.store.query("PRAGMA integrity_check") == [("ok",)]
    check_tally(desk)
    check_replay(desk, path.parent)
    return desk


def test_no_update_is_lost(path: Path) -> None:
    each = 5
    running = [start("write", path, f"a{i}", each) for i in range(PROCESSES)] + [start("read", path, "ana", 30)]
    seen = sum(map(finish, running), Counter())
    assert seen == {"done": PROCESSES * each, "read": 30}
    with check(path) as desk:
        bodies = [c.body for c in desk.tickets.comments(1)]
        assert sorted(bodies) == sorted(f"a{i} {n}" for i in range(PROCESSES) for n in range(each))
        assert desk.tickets.show(1)["version"] == 1 + PROCESSES * each
        assert desk.tickets.count("", None) == 1 + PROCESSES * each
        numbers = [n for (n,) in desk.store.query("SELECT number FROM ticket ORDER BY number")]
        assert numbers == list(range(1, len(numbers) + 1))


def test_no_ticket_is_taken_twice(path: Path) -> None:
    with Desk.open(path, user=OsUser(1, "ana", "Ana")) as desk:
        for i in range(19):
            desk.tickets.open(f"free {i}")
    running = [start("take", path, f"a{i}", 20) for i in range(PROCESSES)]
    seen = sum(map(finish, running), Counter())
    assert seen["taken"] == 20
    assert set(seen) <= {"taken", "late", "Conflict"}
    assert seen.total() == PROCESSES * 20
    with check(path) as desk:
        assert desk.store.query("SELECT count(*) FROM journal WHERE verb = 'ticket.take'") == [(20,)]
        assert desk.tickets.count("is:unassigned", None) == 0


def test_a_stuck_holder_is_named_after_a_while(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = start("hold", path, "-", 0)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy) as busy, driver.writer_lock(path, 0.2):
            pass
        assert "another program" in str(busy.value)
        assert "\n" not in str(busy.value)
        monkeypatch.setattr(driver, "_WAIT_SECONDS", 0.2)
        monkeypatch.setattr(driver.writer_lock.__wrapped__, "__defaults__", (0.2,))
        with Desk.open(path, user=OsUser(1, "ana", "Ana")) as desk:
            assert desk.tickets.show(1)["number"] == 1  # reading goes on
            with pytest.raises(Busy):
                desk.tickets.note(1, "waits in vain")
    finally:
        holder.kill()
        holder.communicate()
    # Whoever waited in vain holds nothing back, and what was refused was not written.
    with Desk.open(path, user=OsUser(1, "ana", "Ana")) as desk:
        desk.tickets.note(1, "goes through")
        assert [c.body for c in desk.tickets.comments(1)] == ["goes through"]


def test_a_killed_writer_leaves_nothing_behind(path: Path) -> None:
    with Desk.open(path, user=OsUser(1, "ana", "Ana")) as desk:
        head = desk.store.head()
        writer = start("hang", path, "a0", 0)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        assert desk.tickets.show(1)["title"].startswith("the one")  # readers see none of it
        waiting = start("write", path, "a1", 3)
        writer.kill()
        writer.communicate()
        assert finish(waiting) == {"done": 3}
        assert desk.tickets.show(1)["title"].startswith("the one")
        assert desk.store.head() == head + 6
    check(path).close()


def test_threads_share_a_store(path: Path) -> None:
    """Each thread reads on its own connection; writes come one after another."""
    failures: list[BaseException] = []
    with Desk.open(path, user=OsUser(1, "ana", "Ana")) as desk:

        def work(name: int) -> None:
            try:
                for i in range(5):
                    desk.tickets.note(1, f"t{name} {i}")
                    desk.tickets.page("is:open")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(desk.tickets.comments(1)) == 30
        assert journal.verify(desk.store.reader()).ok


def test_two_first_starts_make_one_desk(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    running = [start("read", path, "ana", 1) for _ in range(4)]
    for process in running:
        # There is no ticket 1 to read yet; what counts is that all come in and one desk is made.
        assert finish(process) == {"NotFound": 1}
    store = Store(path)
    assert store.query("SELECT count(*) FROM person") == [(1,)]
    assert store.query("SELECT count(*) FROM policy_version") == [(1,)]
    assert journal.verify(store.reader()).ok
    store.close()


def test_what_another_program_committed_is_noticed(path: Path) -> None:
    with Desk.open(path, user=OsUser(1, "ana", "Ana")) as desk:
        before, head = desk.store.data_version(), desk.store.head()
        assert desk.store.data_version() == before
        assert finish(start("write", path, "a0", 1)) == {"done": 1}
        assert desk.store.data_version() != before
        assert desk.store.head() == head + 2
