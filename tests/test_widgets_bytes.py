"""What a ticket list sends down a slow line, counted on a pty of 120 by 40."""

import os
import sys
from pathlib import Path

import pexpect
import pytest

from tests.widget_rows import DONE

DEMO = Path(__file__).parent / "widget_rows.py"
KEYS = 20
F5, F6 = b"\x1b[15~", b"\x1b[17~"


def drawn(child: "pexpect.spawn[bytes]", keys: bytes) -> int:
    """Bytes that these keys make the program send, until it says that it has drawn them."""
    child.send(keys + F6)
    child.expect_exact(DONE.encode())
    return len(child.before or b"")


def start(theme: str) -> "pexpect.spawn[bytes]":
    env = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(DEMO.parent.parent),
    }
    child = pexpect.spawn(sys.executable, [str(DEMO), theme], env=env, dimensions=(40, 120), timeout=50)
    child.delaybeforesend = None
    child.expect_exact(b"INC-")
    drawn(child, b"")
    return child


@pytest.mark.timeout(60)
@pytest.mark.parametrize("theme", ["dark", "ansi"])
def test_cursor_and_held_key_stay_small(theme: str) -> None:
    child = start(theme)
    try:
        sizes = [drawn(child, b"j") for _ in range(KEYS)]
        assert min(sizes) > 50, "every key must show"
        assert sum(sizes) / KEYS <= 600, sizes
        assert max(sizes) <= 700, sizes
        held = [drawn(child, b"j") for _ in range(50)]
        assert max(held) > 2_000, "half a page is drawn at once where the cursor leaves the view"
        assert sum(held) / 50 <= 1500, held
    finally:
        child.close(force=True)


@pytest.mark.timeout(60)
def test_idle_with_live_clocks() -> None:
    child = start("dark")
    try:
        sent = [drawn(child, F5) for _ in range(60)]
        assert 0 < sum(sent) / 60 <= 1000, sent
    finally:
        child.close(force=True)
