"""Runs command lines inside the test's own process, on a copy of a desk that was made once."""

import functools
import io
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.cli import main


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Cli:
    """Calls `helpdesk` with arguments; keeps nothing between calls but the desk's file."""

    def __init__(self, db: Path, patch: pytest.MonkeyPatch) -> None:
        self.db = db
        self._patch = patch

    def __call__(self, *arguments: str, stdin: str | bytes = "", ok: int | None = 0, db: bool = True) -> Ended:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with self._patch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main.run([*(["--db", str(self.db)] if db else []), *arguments])
            out.flush()
            err.flush()
        ended = Ended(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]
        if ok is not None:
            assert ended.code == ok, ended
        return ended

    def new(self, title: str, *more: str) -> int:
        """Open a ticket; its number."""
        return int(self("ticket", "new", *more, "-o", "json", "--", title).json[0]["number"])


@functools.cache
def _fresh() -> bytes:
    """The file of a fresh desk of whoever runs the tests: made once a process."""
    from helpdesk_tui.desk.desk import Desk

    with tempfile.TemporaryDirectory(prefix="helpdesk-fresh-") as folder:
        path = Path(folder) / "made.db"
        with Desk.open(path) as desk:
            desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return path.read_bytes()


def make_desk(folder: Path) -> Path:
    """A fresh desk's file, closed."""
    path = folder / "made.db"
    path.write_bytes(_fresh())
    return path


def copy_desk(made: Path, folder: Path) -> Path:
    """A copy to work on."""
    path = folder / "desk.db"
    shutil.copyfile(made, path)
    return path
