"""Plain mode on a real terminal: line editing, Ctrl-C and Ctrl-D, a lost connection, and not one escape."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from tests.terminal import Terminal

SCRIPT = "import sys\nfrom helpdesk_tui.cli.main import run\nsys.exit(run(['--db', sys.argv[1], *{options!r}]))\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain-pty") / "desk.db"
    with Desk.open(path) as made:
        made.tickets.open("VPN drops \x1b[31mevery ten minutes \x9b2J", description="\x1b]0;x\x07 since today")
    return path


class Line:
    """A session of plain mode; what was sent and seen since the last look."""

    def __init__(self, desk: Path, home: Path, options: tuple[str, ...] = ("--plain",), **environ: str) -> None:
        program = home / "program.py"
        program.write_text(SCRIPT.format(options=options))
        self.terminal = Terminal(desk, home, (40, 24), program=program, **environ)
        self.at = 0

    def sees(self, text: str) -> None:
        """Wait for a text after what was seen before."""
        self.terminal.see(text, self.at)
        self.at = self.terminal.bytes.index(text.encode(), self.at) + len(text.encode())

    def types(self, text: str | bytes) -> None:
        os.write(self.terminal.master, text if isinstance(text, bytes) else text.encode())

    def keeps(self, text: str, home: Path, name: str) -> None:
        """Wait until a text stands in the draft of INC-1."""
        kept = home / "state" / "helpdesk" / "drafts"
        self.terminal.wait_for(lambda: any(text in p.read_text("utf-8") for p in kept.glob(f"*-1-{name}.json")), text)

    def ends(self) -> int:
        """The exit code, once it has ended."""
        self.terminal.wait_for(lambda: self.terminal.process.poll() is not None, "the end")
        return self.terminal.process.returncode


@pytest.fixture
def line(desk: Path, tmp_path: Path) -> Iterator[Line]:
    found = Line(desk, tmp_path)
    yield found
    found.terminal.close()
    assert b"\x1b" not in found.terminal.bytes
    assert b"\x9b" not in found.terminal.bytes.replace("\u241b".encode(), b"")
    assert b"Traceback" not in found.terminal.bytes


def test_a_session_with_its_line_editor(line: Line) -> None:
    line.sees("> ")
    line.types("1\n")
    line.sees("INC-1> ")
    # Typed wrong, mended with the editor's keys: to the beginning, deleted, history, completion.
    line.types("xtake\x01\x04\n")
    line.sees("take done")
    line.sees("INC-1> ")
    line.types("\x1b[A\x1b[A\n")
    # Lines break by how long the due time is, so a line of its own is waited for.
    line.sees("Service: vpn")
    line.sees("INC-1> ")
    line.types("timel\t\n")
    line.sees("root opened the")
    line.sees("INC-1> ")
    line.types("note " + "long " * 30 + "end\n")
    line.sees("note written")
    line.sees("INC-1> ")
    line.types(b"note \xff\xfe\n")
    line.sees("it is no")
    line.sees("INC-1> ")
    line.types("\x04")
    line.sees("goodbye")
    assert line.ends() == 0
    widest = max(len(each) for each in line.terminal.bytes.decode("utf-8", "replace").replace("\r", "\n").splitlines())
    assert widest <= 40


def test_ctrl_c_leaves_the_question_and_never_the_program(line: Line, tmp_path: Path) -> None:
    line.sees("> ")
    line.types("\x03")
    line.sees("quit leaves the program")
    line.types("INC-1\n")
    line.sees("INC-1> ")
    line.types("state\n")
    line.sees("State of INC-1: ")
    line.types("\x03")
    line.sees("INC-1> ")
    line.types("i\n")
    line.sees("full stop alone")
    line.types("kept line\n")
    line.keeps("kept line", tmp_path, "note")
    line.types("\x03")
    line.sees("written is kept")
    line.sees("INC-1> ")
    line.types("i\n")
    line.sees("kept line")
    line.types(".q\n")
    line.sees("the draft is kept")
    line.types("x\n")
    # Only what is asked for can be left: a ctrl+d before that may be lost while the terminal changes hands.
    line.sees(".q keep for later")
    line.types("\x04")
    line.sees("nothing was done")
    line.sees("INC-1> ")
    line.types("quit\n")
    assert line.ends() == 0


def test_a_lost_connection_keeps_every_line_that_was_ended(line: Line, tmp_path: Path) -> None:
    line.sees("> ")
    line.types("INC-1\nreply\n")
    line.sees("full stop alone")
    line.types("first line\nsecond line\n")
    line.keeps("second line", tmp_path, "reply")
    os.killpg(line.terminal.process.pid, signal.SIGHUP)
    line.ends()


def test_a_terminal_that_can_do_nothing_gets_plain_mode_by_itself(desk: Path, tmp_path: Path) -> None:
    line = Line(desk, tmp_path, (), TERM="dumb", HELPDESK_LANG="zh_CN")
    try:
        line.sees("> ")
        line.types("quit\n")
        assert line.ends() == 0
        assert b"\x1b" not in line.terminal.bytes
        assert b"INC-1" in line.terminal.bytes
    finally:
        line.terminal.close()
