"""Changing one setting in its file: comments, order and unknown keys stay; the file is never half-written."""

import contextlib
import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpdesk_tui.settings.reading import read_file
from helpdesk_tui.settings.schema import OPTIONS
from helpdesk_tui.settings.toml_lines import Key, with_value, without
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.toml_text import read_toml


def change(path: Path, key: str, value: Any) -> None:
    """Put a setting into the file (`None` takes it out), `columns.mine` for a list in a table, `columns` for all of them.

    Raises Invalid where the file is no TOML document, Conflict where it cannot be changed by a program.
    """
    name, _dot, inner = key.partition(".")
    if not inner and OPTIONS[name].kind == "lists":
        _change_lists(path, name, value or {})
        return
    place: Key = (name, inner) if inner and OPTIONS[name].kind == "lists" else (key,)
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        old = read_toml(before)
        place = _nested(old, place)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("{path} is no TOML document: {error}"), path=path, error=error) from error
    except OSError as error:
        raise Invalid(N_("{path} cannot be read: {error}"), path=path, error=error.strerror) from error
    after = without(before, place) if value is None else with_value(before, place, _plain(value))
    if not _as_wanted(after, old, place, value):
        raise Conflict(
            N_("{path} is written in a way that only a person can change: set {key} there"), path=path, key=key
        )
    if after != before:
        try:
            _write(path, after)
        except OSError as error:
            raise DeskError(N_("{path} cannot be written: {error}"), path=path, error=error.strerror) from error


def _nested(document: Mapping[str, Any], place: Key) -> Key:
    """The place as the document has it: where `ticket.take` stands without quotes it is a table in a table."""
    deep = tuple(".".join(place).split("."))
    found: Any = document
    for part in deep:
        found = found.get(part) if isinstance(found, Mapping) else None
    return place if found is None else deep


def _change_lists(path: Path, name: str, lists: Mapping[str, Any]) -> None:
    """Make the lists of a table these, one after the other."""
    for inner in read_file(path)[0].get(name, {}).keys() | lists.keys():
        change(path, f"{name}.{inner}", lists.get(inner))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _as_wanted(after: str, old: dict[str, Any], place: Key, value: Any) -> bool:
    """Whether exactly the wanted change was made."""
    wanted = old
    for part in place[:-1]:
        wanted = wanted.setdefault(part, {})
        if not isinstance(wanted, dict):
            return False
    if value is None:
        wanted.pop(place[-1], None)
    else:
        wanted[place[-1]] = _plain(value)
    try:
        found = read_toml(after)
    except (ValueError, RecursionError):
        return False
    return _filled(found) == _filled(old)


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    """A document's table without the tables in it that hold nothing."""
    inner = {name: _filled(value) if isinstance(value, dict) else value for name, value in table.items()}
    return {name: value for name, value in inner.items() if value != {}}


def _write(path: Path, text: str) -> None:
    path = path.resolve()  # a link to a file kept elsewhere stays a link
    if path.exists() and not path.is_file():
        # A device or a pipe would be replaced by a file: for a root user that is the end of /dev/null.
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
