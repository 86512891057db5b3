"""Random keys on the real program, on every screen, with hostile tickets; and that what is wrong would be seen."""

import os
import random
import sqlite3

import pytest

from tests.wild import desk, run
from tests.wild.keys import Step, keys, parse
from tests.wild.sent import Strict, not_restored, of_console

FEW = ("queue", "timeline", "note", "new")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> run.Place:
    """One small hostile desk for all of them."""
    return run.Place(tmp_path_factory.mktemp("wild"), desk.texts(6))


def test_a_few_hundred_keys_in_one_go(place: run.Place) -> None:
    place.fresh()
    chance = random.Random("a few")
    with place.start() as session:
        for screen in FEW:
            if session.ended:
                break
            session.go_to(screen, 3)
            for step in keys(chance, 60, place.hostile):
                if not session.ended:
                    session.play(step)
        session.look()
        if not session.ended:
            session.leave()
    place.sound()


@pytest.mark.soak
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("screen", run.SCREENS)
def test_ten_thousand_keys_on_every_screen(screen: str) -> None:
    sound, told = run.one(screen, 10_000, int(os.environ.get("WILD_SEED", "1")))
    assert sound, told


REDRAW = Step("send", b"\x0c", settle=True)
QUIET = [Step("send", b"j"), Step("send", b"k"), Step("send", b"\x1b[B")]


@pytest.mark.parametrize(
    ("trap", "seen"),
    [("crash", "it ended with 1"), ("fault", "a fault that it only told"), ("leak", "no reason to send")],
)
def test_a_program_that_is_wrong_is_caught(place: run.Place, trap: str, seen: str) -> None:
    assert seen in run.replay(place, [*QUIET, REDRAW], trap=trap)


@pytest.mark.soak
@pytest.mark.parametrize(("trap", "seen"), [("copy", "copied by data"), ("hang", "it does not answer")])
def test_these_are_caught_as_well(place: run.Place, trap: str, seen: str) -> None:
    assert seen in run.replay(place, [*QUIET, REDRAW], trap=trap)


@pytest.mark.soak
def test_a_crash_is_made_short(place: run.Place) -> None:
    steps = [*QUIET * 4, REDRAW, *QUIET * 3]
    best, how = run.shrink(place, steps, trap="crash")
    assert [step.bytes for step in best] == [b"\x0c"]
    assert "a trace on the terminal" in how


def test_a_change_without_its_entry_is_seen(place: run.Place) -> None:
    place.fresh()
    conn = sqlite3.connect(place.path)
    with conn:
        conn.execute("UPDATE ticket SET title = 'changed by nobody' WHERE number = 1")
    conn.close()
    with pytest.raises(run.Failure, match="not in the journal"):
        place.sound()


def test_the_same_seed_presses_the_same_keys() -> None:
    once, again = (keys(random.Random("x"), 300, ["a", "b"]) for _ in range(2))
    assert once == again != keys(random.Random("y"), 300, ["a", "b"])
    assert parse(" ".join(step.told() for step in once)) == once
    assert {step.kind for step in once} == {"send", "size", "pause"}


@pytest.mark.parametrize("size", [1, 3, 1_000])
@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ("\x1b[?1049h\x1b[1;38;5;252;48;5;233m 中文 \x1b[0m\r\n\x1b[20;1H\x1b[2J\x1b[?25l\x1b[>25u\x1b[?2026$p", False),
        ("\x1b]52;c;SU5DLTE=\x07\x1b]22;default\x07", False),
        ("\x1b]52;c;cHduZWQ=\x07", True),
        ("\x1b]0;owned\x07", True),
        ("\x1b]52;c;aGk", False),  # not at its end yet
        ("\x1bP+q544e\x1b\\", True),
        ("\x1b[c", True),
        ("\x1b[?1004$p", True),
        ("\x1b[?9001h", True),
        ("a\x9bm", True),
        ("a\u202eb", True),
        ("a\x00b", True),
        ("a\x7fb", True),
    ],
)
def test_what_a_console_has_no_reason_to_send(sent: str, wrong: bool, size: int) -> None:
    strict, data = Strict(desk.PLANTED), sent.encode()
    for start in range(0, len(data), size):
        strict.feed(data[start : start + size])
    assert bool(strict.wrong) is wrong, strict.wrong


def test_what_was_not_given_back_is_named() -> None:
    taken = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?7l\x1b[>25u"
    assert not_restored(taken + b"\x1b[?2004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h") == []
    assert not_restored(taken + b"\x1b[?1049l") == [
        "the cursor", "bracketed pastes", "wrapped lines", "the keyboard protocol",
    ]  # fmt: skip
    assert of_console(b"a\x1b[?1049l^]\x08\x1b[?1049hb\x1b[?1049lc") == b"ab"
