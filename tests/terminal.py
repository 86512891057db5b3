"""A program on a pseudo-terminal of its own, for tests of the console as people run it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

PROGRAM: Final = Path(__file__).with_name("console_desk.py")


class Terminal:
    """A program on a terminal of its own, in a session of its own."""

    def __init__(
        self,
        desk: Path,
        home: Path,
        size: tuple[int, int] = (80, 24),
        *,
        program: Path = PROGRAM,
        handles: tuple[int, ...] = (),
        **environ: str,
    ) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(self.slave)
        env = (
            os.environ | {"TERM": "xterm-256color", "HOME": str(home), "XDG_STATE_HOME": str(home / "state")} | environ
        )
        env.pop("COLORTERM", None)
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(desk)],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=env,
            cwd=home,
            pass_fds=handles,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.bytes = bytearray()
        self._closed = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # Never blocked in a read: a handle that is being read is not closed by closing it.
        while not self._closed.is_set():
            try:
                if not select.select([self.master], [], [], 0.02)[0]:
                    continue
                data = os.read(self.master, 65_536)
            except (OSError, ValueError):
                return
            if not data:
                return
            self.bytes += data

    def wait_for(self, true: Callable[[], object], what: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None or true(), (what, bytes(self.bytes[-2_000:]))
            assert time.monotonic() < end, (what, bytes(self.bytes[-2_000:]))
            time.sleep(0.02)  # real time: the program runs beside the test

    def see(self, text: str, start: int = 0) -> None:
        """Wait until a text was sent since byte `start`."""
        self.wait_for(lambda: text.encode() in self.bytes[start:], text)

    def quiet(self, for_seconds: float = 0.4) -> None:
        """Wait until nothing was sent for a while."""
        size, since = len(self.bytes), time.monotonic()
        while time.monotonic() - since < for_seconds:
            time.sleep(0.02)  # real time: the program runs beside the test
            if len(self.bytes) != size:
                size, since = len(self.bytes), time.monotonic()

    def send(self, text: str) -> None:
        os.write(self.master, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the window; the kernel tells the program (SIGWINCH)."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self, seconds: float = 10) -> int:
        return self.process.wait(seconds)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal."""
        self._closed.set()
        self._reader.join(5)
        for handle in (self.master, self.slave):
            try:
                os.close(handle)
            except OSError:
                continue
