"""The console on a real pseudo-terminal: how it ends, what it sends, and that no outside byte gets through."""

import random
import signal
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tui import HOSTILE

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store.filesystem import Ballast, BallastState
from tests.faults.disks import small_disk
from tests.terminal import Terminal

PAYLOADS = (b"\x1b]52;c;aGk", b"\x9d52", b"\xc2\x9d", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\x1b[2J\x1b[31mred", b"\x00")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk of the user who runs the tests."""
    path = tmp_path / "desk.db"
    with Desk.open(path) as made:
        for index in range(60):
            made.tickets.open(f"VPN drops every ten minutes {index}", requester="zoe@example.org")
    return path


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def writing(desk: Path, home: Path, terminals: list[Terminal]) -> Terminal:
    """A console in which somebody types a note on the first ticket."""
    terminal = Terminal(desk, home)
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet()
    terminal.send("i")
    terminal.see("INTERNAL NOTE")
    terminal.send("half a thought about certificates")
    terminal.see("certificates")
    return terminal


def kept(home: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted((home / "state").rglob("*.json")))


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_keeps_the_draft_and_restores_the_terminal(
    desk: Path, home: Path, terminals: list[Terminal], number: signal.Signals
) -> None:
    terminal = writing(desk, home, terminals)
    terminal.send(" and more")
    terminal.see("and more")
    terminal.process.send_signal(number)
    assert terminal.end() == 0
    assert "half a thought about certificates and more" in kept(home)
    terminal.quiet(0.1)
    sent = bytes(terminal.bytes)
    assert sent.rfind(b"\x1b[?1049l") > sent.rfind(b"\x1b[?1049h")
    assert sent.rfind(b"\x1b[?25h") > sent.rfind(b"\x1b[?25l")
    after = termios.tcgetattr(terminal.slave)
    assert after[3] & termios.ECHO == terminal.before[3] & termios.ECHO
    assert after[3] & termios.ICANON == terminal.before[3] & termios.ICANON


def test_a_closed_terminal_keeps_the_draft(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = writing(desk, home, terminals)
    terminal.hang_up()
    assert terminal.end() == 0
    assert "half a thought about certificates" in kept(home)


def test_a_killed_program_loses_less_than_a_second(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = writing(desk, home, terminals)
    terminal.wait_for(lambda: "half a thought about certificates" in kept(home), "draft", 3)
    terminal.process.kill()
    terminal.end()
    again = Terminal(desk, home)
    terminals.append(again)
    again.see("minutes 0")
    again.quiet()
    again.send("i")
    again.see("half a thought about certificates")


def leave(terminal: Terminal) -> None:
    """Quit by the command line, each key when the one before has had its effect."""
    for keys in (":", "q", "\r"):
        terminal.quiet()
        terminal.send(keys)
    assert terminal.end() == 0


@pytest.mark.parametrize("changes", [60, pytest.param(2_000, marks=[pytest.mark.soak, pytest.mark.timeout(600)])])
def test_a_storm_of_window_sizes_while_typing_loses_no_letter(
    desk: Path, home: Path, terminals: list[Terminal], changes: int
) -> None:
    terminal = Terminal(desk, home)
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet()
    terminal.send("i")
    terminal.see("INTERNAL NOTE")
    chance, typed = random.Random(changes), ""
    for number in range(changes):
        terminal.resize(chance.choice((1, 20, 40, 79, 80, 120, 300)), chance.choice((1, 3, 10, 24, 60)))
        if number % 3 == 0:
            letter = chance.choice("abcdefghij")
            typed += letter
            terminal.send(letter)
        if number % 10 == 0:
            time.sleep(0.03)  # real time: the program runs beside the test
    terminal.resize(80, 24)
    terminal.quiet()
    terminal.send("\x13")
    terminal.see("note written")
    leave(terminal)
    assert b"Traceback" not in terminal.bytes
    with Desk.open(desk) as made:
        bodies = [c.body for n in range(1, 61) for c in made.tickets.comments(n)]
    assert bodies == [typed]


def test_a_storm_of_endings_is_one_ending(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = writing(desk, home, terminals)
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP) * 4:
        if terminal.process.poll() is None:
            terminal.process.send_signal(number)
    terminal.hang_up()
    assert terminal.end() == 0
    assert "half a thought about certificates" in kept(home)
    with Desk.open(desk) as made:
        assert made.tickets.comments(1) == []
        assert made.store.query("PRAGMA integrity_check") == [("ok",)]


def stop(terminal: Terminal) -> None:
    """Stop the program, and wait until it stands still: a SIGCONT takes back a SIGSTOP that has not had its effect."""
    terminal.process.send_signal(signal.SIGSTOP)
    status = Path(f"/proc/{terminal.process.pid}/status")
    terminal.wait_for(lambda: "State:\tT" in status.read_text("utf-8"), "stopped")


def test_stopped_and_continued_it_goes_on(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = writing(desk, home, terminals)
    before = len(list(Path(f"/proc/{terminal.process.pid}/task").iterdir()))
    for _ in range(3):
        stop(terminal)
        terminal.send("x")
        terminal.process.send_signal(signal.SIGCONT)
        terminal.quiet(0.2)
    # One reader of keys, not one more for each time.
    assert len(list(Path(f"/proc/{terminal.process.pid}/task").iterdir())) < before + 3
    terminal.send("\x13")
    terminal.see("note written")
    leave(terminal)
    with Desk.open(desk) as made:
        found = [c.body for n in range(1, 61) for c in made.tickets.comments(n)]
    assert found == ["half a thought about certificatesxxx"]
    after = termios.tcgetattr(terminal.slave)
    assert after[3] & (termios.ECHO | termios.ICANON) == terminal.before[3] & (termios.ECHO | termios.ICANON)


def test_continued_after_a_shell_took_the_terminal(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = writing(desk, home, terminals)
    stop(terminal)
    termios.tcsetattr(terminal.slave, termios.TCSANOW, terminal.before)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for(
        lambda: not termios.tcgetattr(terminal.slave)[3] & (termios.ECHO | termios.ICANON), "the terminal is ours again"
    )
    terminal.quiet()
    terminal.send(" and more")
    terminal.see("and more")
    terminal.send("\x13")
    terminal.see("note written")
    leave(terminal)
    after = termios.tcgetattr(terminal.slave)
    assert after[3] & (termios.ECHO | termios.ICANON) == terminal.before[3] & (termios.ECHO | termios.ICANON)


@pytest.mark.parametrize("cuts", [2, pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(3_000)])])
def test_a_line_that_is_cut_while_typing_loses_nothing_that_was_seen(
    desk: Path, home: Path, terminals: list[Terminal], cuts: int
) -> None:
    chance = random.Random(cuts)
    for cut in range(cuts):
        terminal = Terminal(desk, home)
        terminals.append(terminal)
        terminal.see("minutes 0")
        terminal.quiet()
        terminal.send("i")
        terminal.see("INTERNAL NOTE")
        terminal.send("\x15" * 3)  # whatever an earlier cut has left
        word = (
            f"cut{cut}"
            + "".join(chance.choice("abcdefghij") for _ in range(chance.randrange(3, 25)))
            + chr(0x410 + cut)
        )
        start = len(terminal.bytes)
        terminal.send(word)
        terminal.see(word[-1], start)
        how = chance.choice(("closed", "hup", "term"))
        if how == "closed":
            terminal.hang_up()
        else:
            terminal.process.send_signal(signal.SIGHUP if how == "hup" else signal.SIGTERM)
        assert terminal.end() == 0
        assert word in kept(home), how
        terminal.close()


def test_a_disk_that_fills_up_shows_a_banner_and_gives_the_note_back(
    tmp_path: Path, home: Path, terminals: list[Terminal]
) -> None:
    with small_disk(tmp_path, 12) as disk:
        path = disk.point / "desk.db"
        with Desk.open(path) as made:
            for index in range(3):
                made.tickets.open(f"VPN drops every ten minutes {index}")
        terminal = Terminal(path, home, HELPDESK_BALLAST="1")
        terminals.append(terminal)
        terminal.see("minutes 0")
        terminal.quiet()
        assert Ballast(path).make(1_048_576)
        filler = disk.fill()
        terminal.send("i")
        terminal.see("INTERNAL NOTE")
        terminal.send("half a thought about certificates")
        terminal.quiet()
        terminal.send("\x13")
        terminal.see("read-only: the disk is full")
        terminal.quiet()
        assert "half a thought about certificates" in kept(home)
        filler.unlink()
        terminal.send("\x13")
        terminal.see("note written")
        leave(terminal)
        with Desk.open(path) as made:
            assert [c.body[:12] for n in (1, 2, 3) for c in made.tickets.comments(n)] == ["half a thoug"]
        assert Ballast(path).state() is BallastState.HELD


def test_quitting_by_key_is_clean(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(desk, home)
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet()
    terminal.send(":q\r")
    assert terminal.end() == 0
    assert b"Traceback" not in terminal.bytes


def test_keys_that_arrive_together_go_where_they_belong(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(desk, home, (120, 40))
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet()
    terminal.send(":7\riseems the certificate\x13")
    terminal.see("note written")
    terminal.send("qaservice_desk\r")
    terminal.see("assign done")
    terminal.send(":q\r")
    assert terminal.end() == 0
    with Desk.open(desk) as made:
        assert [c.body for c in made.tickets.comments(7)] == ["seems the certificate"]
        assert made.tickets.show(7)["team"] == "service_desk"


def test_hostile_texts_send_none_of_their_bytes(tmp_path: Path, home: Path, terminals: list[Terminal]) -> None:
    path = tmp_path / "hostile.db"
    with Desk.open(path) as made:
        for text in HOSTILE:
            title = text.encode("utf-8", "replace").decode() or "empty"
            number = made.tickets.open(title, description=title)["number"]
            made.tickets.note(number, title)
    terminal = Terminal(path, home, (120, 40))
    terminals.append(terminal)
    terminal.see("INC-3")
    terminal.quiet()
    start = len(terminal.bytes)
    for _ in HOSTILE:
        terminal.send("\r")
        terminal.quiet(0.15)
        for _tab in range(2):
            terminal.send("]")
            terminal.quiet(0.1)
        terminal.send("q")
        terminal.quiet(0.1)
        terminal.send("j")
    terminal.send("w")
    terminal.quiet(0.3)
    terminal.send("\x1b")
    terminal.quiet(0.3)
    terminal.send("e")
    terminal.quiet(0.3)
    assert terminal.process.poll() is None
    sent = bytes(terminal.bytes[start:])
    for payload in PAYLOADS:
        assert payload not in sent, payload
    sent.decode("utf-8")


def test_moving_the_cursor_sends_few_bytes(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(desk, home, (80, 24))
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet(1.2)
    spent = []
    for _ in range(8):
        start = len(terminal.bytes)
        terminal.send("j")
        terminal.quiet(0.12)
        spent.append(len(terminal.bytes) - start)
    assert sorted(spent)[len(spent) // 2] <= 600, spent


def test_held_keys_send_few_bytes(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(desk, home, (80, 24))
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet(1.2)
    start = len(terminal.bytes)
    for _ in range(50):
        terminal.send("j")
        time.sleep(0.033)  # real time: the program runs beside the test
    terminal.quiet(0.3)
    assert (len(terminal.bytes) - start) / 50 <= 1_500


def test_an_idle_queue_is_silent(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(desk, home, (120, 40))
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet(2.5)
    start = len(terminal.bytes)
    time.sleep(3)  # real time: the program runs beside the test
    assert (len(terminal.bytes) - start) / 3 <= 1_000


def test_a_far_connection_gets_no_mouse_and_mono_no_colour(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(desk, home, (80, 24), SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22", NO_COLOR="1")
    terminals.append(terminal)
    terminal.see("minutes 0")
    terminal.quiet()
    sent = bytes(terminal.bytes)
    assert b"\x1b[?1000h" not in sent
    assert b"38;5;" not in sent
    assert b"38;2;" not in sent


def test_a_setting_overrules_what_a_far_connection_means(desk: Path, home: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(desk, home, (80, 24), SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22", HELPDESK_MOUSE="on")
    terminals.append(terminal)
    terminal.see("minutes 0")
    assert b"\x1b[?1000h" in bytes(terminal.bytes)
