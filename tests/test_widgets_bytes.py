"""What a ticket list sends down a slow line, measured on a pty of 120 by 40."""

import os
import sys
import time
from pathlib import Path

import pexpect
import pytest

DEMO = Path(__file__).parent / "widget_rows.py"
KEYS = 20


def drain(child: "pexpect.spawn[bytes]", quiet: float) -> int:
    """Bytes until the program has been silent for `quiet` seconds."""
    total = 0
    while True:
        try:
            total += len(child.read_nonblocking(65536, timeout=quiet))
        except pexpect.TIMEOUT:
            return total


def count(child: "pexpect.spawn[bytes]", seconds: float) -> int:
    """Bytes within `seconds`."""
    total, end = 0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            total += len(child.read_nonblocking(65536, timeout=left))
        except pexpect.TIMEOUT:
            break
    return total


def start(theme: str, **extra: str) -> "pexpect.spawn[bytes]":
    env = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(DEMO.parent.parent),
        **extra,
    }
    child = pexpect.spawn(sys.executable, [str(DEMO), theme], env=env, dimensions=(40, 120), timeout=20)
    child.delaybeforesend = None
    child.expect_exact(b"INC-")
    drain(child, 0.5)
    return child


@pytest.mark.timeout(60)
@pytest.mark.parametrize("theme", ["dark", "ansi"])
def test_cursor_and_held_key_stay_small(theme: str) -> None:
    child = start(theme)
    try:
        sizes = []
        for _ in range(KEYS):
            child.send(b"j")
            sizes.append(drain(child, 0.04))
        assert min(sizes) > 50, "every key must show"
        assert sum(sizes) / KEYS <= 600, sizes
        assert max(sizes) <= 700, sizes
        total, held = 0, 50
        for _ in range(held):
            child.send(b"j")
            total += count(child, 0.03)
        total += drain(child, 0.3)
        assert total / held <= 1500, total / held
    finally:
        child.close(force=True)


@pytest.mark.timeout(60)
def test_ten_seconds_idle_with_live_clocks() -> None:
    child = start("dark", TICKING="1")
    try:
        # The demo's second lasts a tenth of one, so that two seconds show twenty.
        sent = count(child, 2.0)
        assert 0 < sent / 20 <= 1000, sent / 20
    finally:
        child.close(force=True)
