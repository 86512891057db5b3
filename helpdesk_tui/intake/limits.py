"""Files from outside, opened within bounds: packed ones are unpacked as a stream and never grow without limit."""

import gzip
import hashlib
import io
import os
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_

# A file may unpack to a hundred times its size, and always to FREE bytes; never to more than MAX_BYTES.
MAX_RATIO: Final = 100
FREE: Final = 10 * 1024 * 1024
MAX_BYTES: Final = 2 * 1024 * 1024 * 1024
MAX_LINE: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_COLUMNS: Final = 500
_GZIP: Final = b"\x1f\x8b"
_BLOCK: Final = 1 << 16
# What people send by mistake, by its first bytes.
_FOREIGN: Final = (
    (b"PK\x03\x04", N_("{name} is a ZIP archive or an Excel workbook; save the sheet as CSV and import that")),
    (b"\xd0\xcf\x11\xe0", N_("{name} is an old Excel workbook; save the sheet as CSV and import that")),
    (b"%PDF", N_("{name} is a PDF; import a CSV, TSV, JSON or JSON lines file")),
    (b"SQLite format 3", N_("{name} is a database; export its rows as CSV and import that")),
    (b"BZh", N_("{name} is packed with bzip2; unpack it first, or pack it with gzip")),
    (b"\xfd7zXZ\x00", N_("{name} is packed with xz; unpack it first, or pack it with gzip")),
    (b"\x28\xb5\x2f\xfd", N_("{name} is packed with zstd; unpack it first, or pack it with gzip")),
)


class _Counted(io.RawIOBase):
    """A stream that knows how much was read from it."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self.n = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        self.n += len(data)
        return len(data)

    def close(self) -> None:
        """Close the file too."""
        self._inner.close()
        super().close()


class _Bounded(io.RawIOBase):
    """What a packed file unpacks to, refused where it grows beyond bounds or is damaged."""

    def __init__(self, name: str, packed: _Counted) -> None:
        self._name = name
        self._packed = packed
        self._inner = gzip.GzipFile(fileobj=packed, mode="rb")
        self._out = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer. Raises Invalid for a bomb or a damaged file."""
        try:
            data = self._inner.read(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            raise Invalid(N_("{name} is damaged: it does not unpack"), name=self._name) from error
        buffer[: len(data)] = data
        self._out += len(data)
        if self._out > FREE and self._out > MAX_RATIO * max(1, self._packed.n):
            raise Invalid(
                N_("{name} unpacks to more than {ratio} times its size; unpack it yourself if you trust it"),
                name=self._name,
                ratio=MAX_RATIO,
            )
        if self._out > MAX_BYTES:
            raise Invalid(N_("{name} unpacks to more than {size} MiB"), name=self._name, size=MAX_BYTES >> 20)
        return len(data)

    def close(self) -> None:
        """Close both."""
        self._inner.close()
        self._packed.close()
        super().close()


class Source:
    """A file (or standard input, set aside) that can be read more than once.

    `digest` is the SHA-256 of its bytes as they lie, to know it again when an import is resumed.
    Raises Usage where it cannot be read, Invalid where it is of a kind that cannot be imported.
    """

    def __init__(self, path: Path | str, stdin: BinaryIO | None = None) -> None:
        self._spool: Any = None
        if str(path) == "-":
            self.name, self.path = "-", None
            self._spool = _set_aside(stdin or sys.stdin.buffer)
        else:
            self.path = Path(path)
            self.name = self.path.name
            if not self.path.is_file():
                raise Usage(N_("{path} is no file that can be read"), path=path)
        with self._raw() as raw:
            head = raw.read(512)
        self.packed = head.startswith(_GZIP)
        if not self.packed:
            self._look(head)
            self._size_fits()
        else:
            with self.open() as opened:
                self._look(opened.read(512))

    def _look(self, head: bytes) -> None:
        for mark, why in _FOREIGN:
            if head.startswith(mark):
                raise Invalid(why, name=self.name)
        if self.packed and head.startswith(_GZIP):
            raise Invalid(N_("{name} is packed twice; unpack it once"), name=self.name)

    def _size_fits(self) -> None:
        with self._raw() as raw:
            if raw.seek(0, os.SEEK_END) > MAX_BYTES:
                raise Invalid(N_("{name} is larger than {size} MiB"), name=self.name, size=MAX_BYTES >> 20)

    @property
    def suffix(self) -> str:
        """The ending that tells the form: `.csv`, `.jsonl` …, without `.gz`; empty where there is none."""
        suffixes = [s.lower() for s in Path(self.name).suffixes]
        if suffixes and suffixes[-1] in (".gz", ".gzip"):
            suffixes.pop()
        return suffixes[-1] if suffixes else ""

    def _raw(self) -> BinaryIO:
        if self._spool is not None:
            return os.fdopen(os.open(self._spool.name, os.O_RDONLY), "rb")
        assert self.path is not None
        try:
            return self.path.open("rb")
        except OSError as error:
            raise Usage(N_("{path} cannot be read: {error}"), path=self.path, error=error.strerror) from error

    def open(self) -> io.BufferedReader:
        """The bytes from the beginning, unpacked."""
        raw = self._raw()
        if not self.packed:
            return io.BufferedReader(_Counted(raw), _BLOCK)
        return io.BufferedReader(_Bounded(self.name, _Counted(raw)), _BLOCK)

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        found = hashlib.sha256()
        with self._raw() as raw:
            while block := raw.read(1 << 20):
                found.update(block)
        return found.hexdigest()

    def close(self) -> None:
        """Throw away what was set aside."""
        if self._spool is not None:
            self._spool.close()


def _set_aside(stream: BinaryIO) -> Any:
    spool = tempfile.NamedTemporaryFile(prefix="helpdesk-import-")  # noqa: SIM115 - lives as long as the source
    total = 0
    while block := stream.read(1 << 20):
        total += len(block)
        if total > MAX_BYTES:
            spool.close()
            raise Invalid(N_("{name} is larger than {size} MiB"), name="-", size=MAX_BYTES >> 20)
        spool.write(block)
    spool.flush()
    return spool


Say = Callable[[str], None]
