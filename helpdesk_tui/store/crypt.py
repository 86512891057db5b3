"""Encrypted files: AES-256 in Galois/counter mode over chunks, with a key from a passphrase (scrypt) or a key file.

The file begins with `MAGIC`, the length of a header (4 bytes, big-endian) and the header, canonical JSON. Then
chunks of 64 KiB follow, each with its 16-byte tag. Every file has a key of its own (a random salt), so a chunk's nonce
is its number and whether it is the last: chunks cannot be changed, swapped, repeated, cut off or added unnoticed.
The header is authenticated with every chunk. The construction is the one of STREAM (Hoang, Reyhanitabar, Rogaway,
Vizár: Online authenticated-encryption and its nonce-reuse misuse-resistance, 2015).
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from helpdesk_tui.vocabulary.errors import DeskError, Invalid, StoreFault
from helpdesk_tui.vocabulary.i18n import N_

MAGIC: Final = b"HDSKENC1"
CHUNK: Final = 64 * 1024
_TAG: Final = 16
_MAX_HEADER: Final = 4096
_MAX_CHUNKS: Final = 1 << 40
# scrypt: 2^17 * 8 * 128 = 128 MiB and well under a second; a file that asks for more is refused.
COST: Final = {"n": 1 << 17, "r": 8, "p": 1}
_MOST: Final = {"n": 1 << 18, "r": 8, "p": 4}
_MEMORY: Final = 1 << 29
MIN_PASSPHRASE: Final = 8
PASSPHRASE: Final = "passphrase"  # noqa: S105 - the kind of a secret, not one
KEY: Final = "key"


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens a file: `kind` is `passphrase` or `key`."""

    kind: str
    raw: bytes

    def __repr__(self) -> str:
        return f"Secret({self.kind})"


def passphrase(text: str) -> Secret:
    """A passphrase that somebody typed. Raises Invalid for a very short one."""
    if len(text) < MIN_PASSPHRASE:
        raise Invalid(N_("a passphrase has at least {n} characters"), n=MIN_PASSPHRASE)
    return Secret(PASSPHRASE, text.encode("utf-8", "surrogatepass"))


def key_file(path: Path) -> Secret:
    """A key of 32 bytes, as they are or as 64 hexadecimal digits. Raises Invalid for anything else."""
    try:
        with path.open("rb") as file:
            raw = file.read(200)
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) else error
        raise StoreFault(N_("{path} cannot be read: {error}"), path=path, error=text) from error
    if len(raw) != 32:
        try:
            raw = bytes.fromhex(raw.decode("ascii").strip())
        except ValueError:
            raw = b""
    if len(raw) != 32:
        raise Invalid(N_("{path} is no key: 32 random bytes, or 64 hexadecimal digits"), path=path)
    return Secret(KEY, raw)


def require() -> None:
    """Raise DeskError where the library for encrypted files is not installed."""
    _cipher(bytes(32))


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise DeskError(
            N_("encrypted backups need a library that is not installed: pip install 'helpdesk-tui[backup]'")
        ) from error
    return AESGCM(key)


def is_encrypted(path: Path) -> bool:
    """Whether a file begins as ours do. Raises StoreFault where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise StoreFault(N_("{path} cannot be read: {error}"), path=path, error=error.strerror or error) from error


def _derive(secret: Secret, header: dict[str, Any]) -> tuple[bytes, str]:
    """The file's key, and the mark by which a wrong secret is told from a damaged file."""
    salt = bytes.fromhex(header["salt"])
    if secret.kind == PASSPHRASE:
        cost = header["scrypt"]
        root = hashlib.scrypt(secret.raw, salt=salt, n=cost["n"], r=cost["r"], p=cost["p"], maxmem=_MEMORY, dklen=32)
    else:
        root = hmac.digest(salt, secret.raw, "sha256")
    return hmac.digest(root, b"helpdesk backup key", "sha256"), hmac.digest(root, b"helpdesk key check", "sha256").hex()


def _nonce(n: int, last: bool) -> bytes:
    return n.to_bytes(11, "big") + bytes([last])


def _chunks(file: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Chunks with their numbers and whether each is the last; an empty file has one empty chunk."""
    held, n = file.read(size), 0
    while True:
        following = file.read(size) if len(held) == size else b""
        yield n, held, not following
        if not following:
            return
        held, n = following, n + 1
        if n >= _MAX_CHUNKS:
            raise OverflowError


def encrypt(source: Path, target: Path, secret: Secret) -> dict[str, Any]:
    """Write the encrypted form of `source` to the new file `target` (mode 0600). Returns the header.

    Raises DeskError where the library is missing, OSError where reading or writing fails.
    """
    header: dict[str, Any] = {"cipher": "AES-256-GCM", "secret": secret.kind, "salt": os.urandom(16).hex()}
    if secret.kind == PASSPHRASE:
        header["scrypt"] = dict(COST)
    key, header["check"] = _derive(secret, header)
    cipher = _cipher(key)
    raw = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    with (
        source.open("rb") as plain,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out,
    ):
        out.write(MAGIC + len(raw).to_bytes(4, "big") + raw)
        for n, chunk, last in _chunks(plain, CHUNK):
            out.write(cipher.encrypt(_nonce(n, last), chunk, raw))
    return header


def read_header(path: Path) -> tuple[dict[str, Any], bytes, int]:
    """The header of an encrypted file, its bytes, and where the chunks begin. Raises StoreFault for a damaged one."""
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC) + 4)
            size = int.from_bytes(start[len(MAGIC) :], "big")
            raw = file.read(size) if size <= _MAX_HEADER else b""
        header = json.loads(raw)
        _bounded(header)
    except OSError as error:
        raise StoreFault(N_("{path} cannot be read: {error}"), path=path, error=error.strerror or error) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreFault(N_("{path} is damaged: its header cannot be read"), path=path) from error
    return header, raw, len(start) + size


def _bounded(header: Any) -> None:
    """Raise ValueError for a header that this program would not have written, or that asks for too much work."""
    if header["cipher"] != "AES-256-GCM" or header["secret"] not in (PASSPHRASE, KEY):
        raise ValueError("cipher")
    if len(bytes.fromhex(header["salt"])) != 16 or len(bytes.fromhex(header["check"])) != 32:
        raise ValueError("salt")
    if header["secret"] == PASSPHRASE:
        cost = header["scrypt"]
        if any(type(cost[k]) is not int or not 1 <= cost[k] <= most for k, most in _MOST.items()):
            raise ValueError("cost")
        if cost["n"] < 2 or cost["n"] & (cost["n"] - 1):
            raise ValueError("cost")


def decrypt(source: Path, target: Path, secret: Secret) -> None:
    """Write the plain form of `source` to the new file `target` (mode 0600).

    Raises Invalid for the wrong secret, StoreFault for a damaged or cut-off file (naming the first byte that does not
    hold), DeskError where the library is missing, OSError where writing fails. What was written before a fault is no
    good: use it only after this has returned.
    """
    header, raw, start = read_header(source)
    if header["secret"] != secret.kind:
        text = (
            N_("{path} is encrypted with a passphrase, not with a key file")
            if header["secret"] == PASSPHRASE
            else N_("{path} is encrypted with a key file, not with a passphrase")
        )
        raise Invalid(text, path=source)
    key, mark = _derive(secret, header)
    if not hmac.compare_digest(mark, header["check"]):
        raise Invalid(N_("this is not the passphrase or key that {path} was encrypted with"), path=source)
    cipher = _cipher(key)
    from cryptography.exceptions import InvalidTag

    with (
        source.open("rb") as sealed,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out,
    ):
        sealed.seek(start)
        for n, chunk, last in _chunks(sealed, CHUNK + _TAG):
            try:
                out.write(cipher.decrypt(_nonce(n, last), chunk, raw))
            except InvalidTag:
                raise StoreFault(
                    N_("{path} is damaged or cut off at byte {byte}; use another backup"),
                    path=source,
                    byte=start + n * (CHUNK + _TAG),
                ) from None
