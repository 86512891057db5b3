"""What a far connection (SSH_CONNECTION) means for the console, and that each part of it can be set otherwise."""

import os
import re
from pathlib import Path

import pytest

from helpdesk_tui import app as console
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.settings.reading import load
from tests.terminal import Terminal

FAR = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}
MOUSE = re.compile(rb"\x1b\[\?(?:1000|1002|1003|1005|1006|1015|1016)h")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("far") / "desk.db"
    with Desk.open(path) as made:
        made.tickets.open("Mail is slow")
    return path


@pytest.mark.parametrize(
    ("environ", "file", "mouse", "animated", "fps"),
    [
        ({}, "", True, True, 60),
        (FAR, "", False, False, 15),
        (FAR | {"HELPDESK_MOUSE": "on"}, "", True, False, 15),
        (FAR | {"HELPDESK_ANIMATION": "on"}, "", False, True, 15),
        (FAR | {"HELPDESK_FPS": "30"}, "", False, False, 30),
        (FAR | {"HELPDESK_REMOTE": "off"}, "", True, True, 60),
        (FAR | {"TEXTUAL_FPS": "5"}, "", False, False, 60),  # Textual's own, which it has read itself
        ({"HELPDESK_REMOTE": "on"}, "", False, False, 15),
        (FAR, 'mouse = "on"\nfps = 20', True, False, 20),
        (FAR, 'remote = "off"\nanimation = "off"', True, False, 60),
        (FAR | {"HELPDESK_MOUSE": "off"}, 'mouse = "on"', False, False, 15),
    ],
)
def test_the_console_is_started_as_the_line_needs_it(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], file: str, mouse: bool,
    animated: bool, fps: int,
) -> None:  # fmt: skip
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    started: list[tuple[bool, bool]] = []
    rates = [60]
    monkeypatch.setattr(
        console.HelpdeskApp, "run", lambda self, mouse: started.append((mouse, self.animation_level != "none"))
    )
    monkeypatch.setattr(console, "use_fps", rates.append)
    path = tmp_path / "config.toml"
    path.write_text(file, "utf-8")
    assert console.run(desk, None, "en", loaded=load(path, dict(os.environ))) == 0
    assert started == [(mouse, animated)]
    assert rates[-1] == fps


@pytest.mark.parametrize(
    ("environ", "mouse"),
    [(FAR, False), (FAR | {"HELPDESK_MOUSE": "on"}, True), (FAR | {"HELPDESK_REMOTE": "off"}, True)],
)
def test_on_a_terminal_the_mouse_is_asked_for_or_not_at_all(
    desk: Path, tmp_path: Path, environ: dict[str, str], mouse: bool
) -> None:
    terminal = Terminal(desk, tmp_path, (80, 24), **environ)
    try:
        terminal.see("Mail is slow")
        terminal.send("\x11")
        assert terminal.end() == 0
        assert bool(MOUSE.search(bytes(terminal.bytes))) is mouse
    finally:
        terminal.close()
