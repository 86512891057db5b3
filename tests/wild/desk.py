"""A desk of hostile tickets under watch, and what must be true of it after anything was done to it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store.store import Store
from helpdesk_tui.store.tables import business_tables
from helpdesk_tui.vocabulary.text import at_rest
from tests import journal_guard
from tests.tui import HOSTILE

PLANTED: Final = frozenset({"planted", "pwned", "hi", "cHduZWQ=", "aGk=", "aGk"})
"""What the hostile texts would put on somebody's clipboard."""
_FEW: Final = 40


def texts(limit: int = _FEW) -> list[str]:
    """Hostile texts: of the shared data where they are at hand, and our own."""
    found = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    named = os.environ.get("HELPDESK_TEST_DATA")
    if named:
        shared: list[str] = []
        bad = Path(named) / "bad-input"
        for path in sorted(bad.rglob("*.jsonl")):
            shared += [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
        shared += json.loads((bad / "strings" / "blns.json").read_text("utf-8"))
        found += [text.encode("utf-8", "replace").decode() for text in shared[:: max(1, len(shared) // limit)]]
    return found


def build(path: Path, hostile: Sequence[str]) -> None:
    """A desk with a ticket for each text, with it in every place that a ticket has, and something of everything else."""
    empty = Store(path)
    journal_guard.install(empty.reader())
    empty.close()
    with Desk.open(path) as desk:
        worst = "\x1b]52;c;aGk=\x07\u202e[@click=app.quit]x[/] [/ {0.__class__} %s"
        desk.people.add(at_rest(worst), email="evil@example.org", login="evil", agent=True, roles=["service_desk"])
        desk.people.add("张伟", email="zhang.wei@example.org", phone="+86 755 5550 2101")
        desk.teams.add("evil", at_rest(worst))
        desk.views.save("evil", at_rest(worst)[:100], "is:open", shared=True)
        desk.templates.save("evil", at_rest(worst) + " {{number}} {{title}}", name=at_rest(worst)[:100])
        before = None
        for place, text in enumerate(hostile):
            kept = at_rest(text)[:20_000]
            title = " ".join(kept.split())[:500].strip() or "empty"
            person = ("evil@example.org", "zhang.wei@example.org", "zoe@example.org")[place % 3]
            number = desk.tickets.open(title, description=kept, requester=person)["number"]
            if kept.strip():
                (desk.tickets.note if place % 2 else desk.tickets.reply)(number, kept)
            if place % 4 == 0:
                desk.tickets.checklist_add(number, [title])
            if before is not None and place % 5 == 0:
                desk.tickets.link(number, before)
            before = number


def copy(source: Path, target: Path) -> None:
    """A desk at rest as another file."""
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def made(folder: Path, hostile: Sequence[str]) -> Path:
    """The desk, its rows watched by triggers in the file, at rest in a file below `folder`."""
    path = folder / "made.db"
    with tempfile.TemporaryDirectory() as place:
        built = Path(place) / "desk.db"
        build(built, hostile)
        conn = sqlite3.connect(built)
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.close()
        shutil.copyfile(built, path)
    return path


def problems(path: Path) -> Iterator[str]:
    """What is wrong with a desk that nobody has open any more; afterwards it is watched no more."""
    conn = sqlite3.connect(path)
    try:
        if journal_guard.recorded(conn):
            yield from (f"not in the journal: {line}" for line in journal_guard.unjournalled(conn)[:5])
        with conn:
            for table in business_tables():
                for event in ("insert", "update", "delete"):
                    conn.execute(f"DROP TRIGGER IF EXISTS test_{table}_{event}")
                conn.execute(f"DROP TABLE IF EXISTS {journal_guard._RECORD}{table}")
    finally:
        conn.close()
    checked = subprocess.run(
        [sys.executable, "-m", "helpdesk_tui", "--db", str(path), "db", "check"], capture_output=True, text=True
    )
    if checked.returncode:
        yield f"db check: {checked.stdout[-1_000:]}{checked.stderr[-1_000:]}"
