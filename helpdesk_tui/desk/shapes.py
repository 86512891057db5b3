"""Shapes that verbs take and return, and small steps that verbs on rows share.

Named here because a noun's own verb `list` hides the builtin inside its class.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.reason_homes import ensure
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, Usage
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason, sentence
from helpdesk_tui.vocabulary.records import NEVER, Instant
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work

Object = dict[str, Any]
Objects = list[dict[str, Any]]
Texts = list[str]
Numbers = list[int]
# Called with what is done and what there is altogether.
Progress = Callable[[int, int], None]

NOTHING: Final = frozenset({"", "none", "-", "null"})
_CODE: Final = re.compile(r"\w[\w.-]{0,63}")


def code(field: str, text: str) -> str:
    """A code people choose (team, service, view, template): folded, 1 to 64 letters, digits, `.`, `-`, `_`."""
    folded = fold(at_rest(text))
    if not _CODE.fullmatch(folded):
        raise Invalid(
            N_("{field}: {value} is no code; write 1 to 64 letters, digits, points, dashes"), field=field, value=text
        )
    return folded


def file(text: str) -> Path:
    """A path that somebody typed. Raises Usage for one that no file can have."""
    try:
        raw = os.fsencode(Path(text).expanduser())
        Path(os.fsdecode(raw)).stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass  # whoever opens it will say so
    except (OSError, ValueError, RuntimeError):
        raw = b""
    if not raw or b"\0" in raw or not text:
        raise Usage(N_("{value} names no file"), value=text)
    return Path(os.fsdecode(raw))


def expect(row: Row, version: int | None, what: str) -> None:
    """Raise Conflict where a row is not at the version the caller saw."""
    if version is not None and row["version"] != version:
        raise Conflict(
            N_("{what} was changed by somebody else since version {version} (it is now {now}); look again and repeat"),
            what=what,
            version=version,
            now=row["version"],
        )


def unused(work: "Work", table: str, column: str, value: object, but: int | None = None) -> None:
    """Raise Conflict where another row of a table already has this value."""
    sql = f"SELECT id FROM {table} WHERE {column} = ? COLLATE NOCASE AND id IS NOT ?"  # sql: names are constants of callers
    if work.rows(sql, (value, but)):
        raise Conflict(N_("{field} {value} is already taken"), field=column, value=value)


def when(value: Instant | None) -> str | None:
    """An instant in its machine form; None where there is none."""
    return None if value is None or value >= NEVER else iso(value)


def reason(data: Reason | dict[str, Any]) -> Object:
    """A reason for machines: its code, its parameters and the English sentence."""
    plain = data.data() if isinstance(data, Reason) else data
    ensure(plain.get("code"))
    return {**plain, "sentence": sentence(plain, english=True)}


def like(text: str) -> str:
    """A text as part of a LIKE pattern (with ESCAPE '\\')."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")[:900]


def split(joined: str | None) -> Texts:
    """The parts that `group_concat(…, char(31))` joined."""
    return joined.split("\x1f") if joined else []
