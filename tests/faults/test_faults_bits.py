"""Single bits that flip in the file: what the journal and its tables say is checked against each other, and seen."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from tests.faults.bits import cells, flip
from tests.faults.deeds import ANA, place
from tests.faults.judge import Found, judge


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk with some text in it, in one file."""
    path = place(tmp_path)
    with Desk.open(path, user=ANA) as opened:
        for i in range(30):
            number = opened.tickets.open(f"printer {i} is on fire", description="words " * 40)["number"]
            opened.tickets.note(number, "seen " * 30)
        opened.store.flush()
    return path


def test_a_flipped_bit_in_a_row_of_tickets_or_journal_is_found(desk: Path, tmp_path: Path) -> None:
    before, chance = desk.read_bytes(), random.Random(1)
    other = tmp_path / "flipped" / "desk.db"
    other.parent.mkdir()
    missed = []
    for table in ("ticket", "comment", "journal", "journal_text"):
        places = cells(desk, table)
        assert len(places) >= 10
        for _ in range(12):
            at = chance.choice(places)
            bit = (chance.choice(range(*at)), chance.randrange(8))
            for path in other.parent.iterdir():
                path.unlink()
            other.write_bytes(flip(before, *bit))
            found = judge(other, None).found
            if found.good:
                missed.append((table, bit))
    assert missed == []


def test_a_flip_is_one_bit(desk: Path) -> None:
    before = desk.read_bytes()
    after = flip(before, 1_000, 3)
    assert [(i, a ^ b) for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [(1_000, 8)]
    assert flip(after, 1_000, 3) == before


def test_the_places_of_rows_are_those_of_their_texts(desk: Path) -> None:
    data = desk.read_bytes()
    with closing(sqlite3.connect(desk)) as conn:
        bodies = [row[0] for row in conn.execute("SELECT body FROM comment")]
    texts = [data[start:end] for start, end in cells(desk, "comment")]
    assert len(texts) == len(bodies) == 30
    assert all(any(body.encode() in text for text in texts) for body in bodies)
    assert judge(desk, None).found is Found.SOUND
