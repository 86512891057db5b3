"""SQLite's locks on the desk file outlive whatever else this process does with that file.

POSIX drops every lock that a process holds on a file as soon as it closes any handle to it. A desk whose lock is gone
loses its write-ahead log to the next process that closes the desk, and with the log whatever is committed after that.
"""

import subprocess
import sys
from pathlib import Path

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import migrate

ANA = OsUser(1000, "ana", "Ana Admin")
OTHER = "import sys; from tests.test_store_locks import visit; visit(sys.argv[1])"


def visit(path: str) -> None:
    """Another process: opens the desk, tells how many tickets it sees, closes it."""
    with Desk.open(path, user=ANA) as desk:
        print(desk.tickets.count(""))


def visited(path: Path) -> int:
    room = Path(__file__).resolve().parents[1]
    run = subprocess.run([sys.executable, "-c", OTHER, str(path)], cwd=room, capture_output=True, text=True, check=True)
    return int(run.stdout)


def test_looking_at_an_open_desk_keeps_its_log(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with Desk.open(path, user=ANA) as desk:
        desk.tickets.open("first")
        log = (tmp_path / "desk.db-wal").stat().st_ino
        migrate.look(path)
        with Desk.open(path, user=ANA) as again:
            assert again.tickets.count("") == 1
        assert visited(path) == 1
        assert (tmp_path / "desk.db-wal").stat().st_ino == log
        desk.tickets.open("second")
        assert visited(path) == 2
    assert visited(path) == 2
