"""The mouse on a real terminal: a row, the wheel, a view, a tab and a button can be clicked; none of it is needed."""

from pathlib import Path

import pyte
from test_console_pty import home, terminals

from helpdesk_tui.desk.desk import Desk
from tests.terminal import Terminal

__all__ = ["home", "terminals"]


class Seen:
    """What stands on a terminal of 120 columns and 40 rows."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)
        self._read = 0

    @property
    def lines(self) -> list[str]:
        end = len(self._terminal.bytes)
        self._stream.feed(bytes(self._terminal.bytes[self._read : end]))
        self._read = end
        return [line.rstrip() for line in self._screen.display]

    def wait(self, text: str, mark: str = "") -> tuple[int, int]:
        """Column and row (from 1) of a text, once it stands there in a line that begins with `mark`."""
        place = (0, 0)

        def there() -> bool:
            nonlocal place
            for row, line in enumerate(self.lines, 1):
                if text in line and line.lstrip().startswith(mark):
                    place = (line.index(text) + 1, row)
                    return True
            return False

        try:
            self._terminal.wait_for(there, text, 15)
        except AssertionError:
            raise AssertionError("\n".join([text, *self.lines])) from None
        return place


def click(terminal: Terminal, place: tuple[int, int]) -> None:
    terminal.quiet(0.2)
    column, row = place
    terminal.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")


def test_rows_views_tabs_and_buttons_can_be_clicked(tmp_path: Path, home: Path, terminals: list[Terminal]) -> None:
    path = tmp_path / "desk.db"
    with Desk.open(path) as made:
        for index in range(60):
            made.tickets.open(f"VPN drops every ten minutes {index}", requester="zoe@example.org")
    terminal = Terminal(path, home, (120, 40))
    terminals.append(terminal)
    seen = Seen(terminal)
    seen.wait("minutes 0")
    seen.wait("All open 60")
    terminal.quiet()  # counts that come in move what stands behind them
    click(terminal, seen.wait("All open 60"))
    seen.wait("[All open 60]")
    # A row: the cursor is there.
    click(terminal, seen.wait("minutes 3"))
    seen.wait("minutes 3", ">")
    # The wheel: the list has moved on.
    column, row = seen.wait("minutes 3", ">")
    for _ in range(12):
        terminal.send(f"\x1b[<65;{column};{row}M")
    terminal.wait_for(lambda: not any("minutes 0" in line for line in seen.lines[:28]), "scrolled")
    # A second click opens the row; then a tab of the ticket.
    terminal.send("\r")
    click(terminal, seen.wait("Details"))
    seen.wait("[Details")
    # A button: one of the answers to a question.
    terminal.send(":theme\r")
    click(terminal, seen.wait("light"))
    terminal.wait_for(lambda: b"48;5;2" in terminal.bytes or b"48;5;15" in terminal.bytes, "another theme")
    terminal.quiet()
    terminal.send("\x11")
    assert terminal.end() == 0
    assert b"Traceback" not in terminal.bytes
