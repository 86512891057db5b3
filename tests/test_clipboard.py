"""Copying: the text is shown, what stands in its way is said once, and what is too long is put into a file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from helpdesk_tui.desk import doctor
from helpdesk_tui.screens.common.clipboard import LIMIT, SHOWN
from tests.console_desk import Console, console

TMUX = {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"}


@asynccontextmanager
async def copying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> AsyncIterator[tuple[Console, list[str]]]:
    """A console in an environment, and what it sends to the clipboard."""
    async with console(tmp_path) as c:
        sent: list[str] = []
        c.app.surroundings = environ
        monkeypatch.setattr(type(c.app), "copy_to_clipboard", lambda _app, text: sent.append(text))
        yield c, sent


async def test_what_is_copied_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with copying(tmp_path, monkeypatch, {"TERM": "xterm-256color"}) as (c, sent):
        await c.press("y")
        assert len(sent) == 1
        assert c.toasts[-1] == f"copied: {sent[0]}"
        c.app.copy_text("x" * (SHOWN + 9))
        await c.settle()
        assert c.toasts[-1] == "copied: " + "x" * SHOWN + " ..."
        c.app.copy_text("a\x1b[31m")
        await c.settle()
        assert sent[-1] == "a\x1b[31m"
        assert "\x1b" not in c.toasts[-1]


@pytest.mark.parametrize(("option", "hints"), [("on", 0), ("external", 1), ("off", 1), (None, 1)])
async def test_inside_tmux_its_one_line_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str | None, hints: int
) -> None:
    asked: list[str | None] = []
    real = doctor.clipboard

    def clipboard(environ: dict[str, str]) -> doctor.Line:
        asked.append(option)
        return real(environ, lambda: option)

    monkeypatch.setattr(doctor, "clipboard", clipboard)
    async with copying(tmp_path, monkeypatch, TMUX) as (c, sent):
        await c.press("y", "y", "Y")
        assert len(sent) == 3
        assert asked == [option]  # tmux is asked once
        assert sum("set -s set-clipboard on" in toast for toast in c.toasts) == hints
        assert all(text in toast for text, toast in zip(sent, c.toasts, strict=True))
        assert {toast.startswith("copied: ") for toast in c.toasts} == {not hints}


@pytest.mark.parametrize(
    ("environ", "sends", "told"),
    [
        ({"TERM": "dumb"}, False, "this terminal has no clipboard"),
        ({"TERM": "linux"}, True, "this terminal has no clipboard"),
        ({"TERM": "screen", "STY": "1.pts-0"}, True, "GNU screen passes no clipboard on"),
    ],
)
async def test_where_nothing_is_passed_on_the_message_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], sends: bool, told: str
) -> None:
    async with copying(tmp_path, monkeypatch, environ) as (c, sent):
        c.app.copy_text("INC-1")
        await c.settle()
        assert (sent == ["INC-1"]) is sends
        assert c.toasts[-1].startswith("perhaps not copied: INC-1\n")
        assert told in c.toasts[-1]


async def test_what_is_too_long_goes_into_a_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with copying(tmp_path, monkeypatch, {}) as (c, sent):
        c.app.copy_text("x" * LIMIT)
        await c.settle()
        assert len(sent) == 1
        c.app.copy_text("界" * (LIMIT // 3 + 1))
        await c.settle()
        assert len(sent) == 1
        path = c.app.drafts.folder.parent / "copied.txt"
        assert f"it stands in {path}" in c.toasts[-1]
        assert path.read_text("utf-8") == "界" * (LIMIT // 3 + 1)
        assert path.stat().st_mode & 0o777 == 0o600
        path.unlink()
        path.mkdir()
        c.app.copy_text("x" * (LIMIT + 1))
        await c.settle()
        assert "too long to copy" in c.toasts[-1]
