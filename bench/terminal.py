"""A program on a pseudo-terminal: what it costs, and every byte that it sends."""

import os
import pty
import re
import select
import signal
import struct
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Final

SIZE: Final = (40, 120)
PATIENCE: Final = 60.0
_STYLE: Final = re.compile(rb"\x1b\[[0-9;:?]*[A-Za-z]")


class Terminal:
    """A program on a pseudo-terminal of 120 columns and 40 rows."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        ioctl(self.fd, TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self.seen = b""
        self.sent = bytearray()

    def until(self, wanted: str) -> bool:
        """Read until a text stands on the terminal (styling between its letters aside)."""
        end = time.monotonic() + PATIENCE
        target = wanted.encode()
        while time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.5)
            if not ready:
                continue
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:
                return False
            self.seen += data
            self.sent += data
            if target in _STYLE.sub(b"", self.seen):
                return True
        return False

    def settle(self, seconds: float) -> int:
        """Keep reading for a while; how many bytes came."""
        end = time.monotonic() + seconds
        n = 0
        while time.monotonic() < end:
            n += self._more(0.05)
        return n

    def quiet(self, seconds: float = 0.3, patience: float = 10.0) -> int:
        """Keep reading until nothing came for so long; how many bytes did."""
        end = time.monotonic() + patience
        since, n = time.monotonic(), 0
        while time.monotonic() - since < seconds and time.monotonic() < end:
            got = self._more(0.05)
            if got:
                since, n = time.monotonic(), n + got
        return n

    def _more(self, seconds: float) -> int:
        if not select.select([self.fd], [], [], seconds)[0]:
            return 0
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return 0
        self.sent += data
        return len(data)

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.fd, keys)

    def hold(self, key: bytes, times: int, pause: float) -> int:
        """A key held down: pressed again after each pause; how many bytes came until all was drawn."""
        start, n = time.monotonic(), 0
        for place in range(1, times + 1):
            self.press(key)
            while (left := start + place * pause - time.monotonic()) > 0:
                n += self._more(left)
        return n + self.quiet()

    def cpu(self) -> float:
        """CPU milliseconds of all threads so far."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e6

    def resident(self) -> float:
        """Resident MiB now."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) / 1024

    def end(self) -> None:
        """End the program and free its terminal."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
