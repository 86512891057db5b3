"""The command lines that a person typed, over all their sessions: a bounded file of their own in the state folder."""

import contextlib
import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Final

from helpdesk_tui.vocabulary.text import one_line

MOST: Final = 200
"""Lines that are kept."""
LONGEST: Final = 4_000
_BYTES: Final = MOST * LONGEST * 8


def history_path(folder: Path, person: str) -> Path:
    """The file of a person below the state folder."""
    who = hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return folder / "history" / f"{who}.json"


class History:
    """Reads and writes the file; a disk that fails loses a habit, never a command."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def read(self) -> list[str]:
        """The lines, oldest first; none where the file is missing or damaged."""
        try:
            if self.path.stat().st_size > _BYTES:
                return []
            data = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return []
        lines = data if isinstance(data, list) else []
        return [one_line(line)[:LONGEST] for line in lines if isinstance(line, str) and line.strip()][-MOST:]

    def add(self, line: str) -> None:
        """Put a line behind the others; the same one further back goes."""
        with self._lock:
            lines = [each for each in self.read() if each != line]
            with contextlib.suppress(OSError):
                self._write([*lines, line[:LONGEST]][-MOST:])

    def _write(self, lines: list[str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.path.with_suffix(f".{os.getpid()}.part")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(lines, ensure_ascii=False).encode("utf-8", "replace"))
            partial.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
