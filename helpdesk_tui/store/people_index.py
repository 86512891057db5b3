"""The index by which people are found while somebody types: every beginning that one would type, in one sorted table.

`person_key` holds for each person the forms of their name, address, login and phone number; a question reads one
stretch of it, so that it takes as long among a million people as among ten. Changing what a form is needs a reindex.
"""

import sqlite3
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from helpdesk_tui.store.changes import RowChange
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.pinyin import is_han, spelled

COLUMNS: Final = ("name", "email", "login", "phone", "initials")
"""What of a person's row can be asked for."""
POOL: Final = 400
"""Entries of the index that one question reads at most."""
MOST: Final = 32
"""Forms of one person at most."""
LONGEST: Final = 64
_PARTS: Final = 5
_TAILS: Final = (11, 8, 4)

Values = tuple[str | None, ...]


def words_of(text: str) -> list[str]:
    """The words of a name without accents and punctuation, small; each Chinese character is a word."""
    plain = "".join(c for c in unicodedata.normalize("NFD", fold(text)) if not unicodedata.combining(c))
    words: list[str] = [""]
    for character in unicodedata.normalize("NFC", plain):
        if is_han(character):
            words += [character, ""]
        elif character.isalnum():
            words[-1] += character
        elif character not in "'\u2019":
            words.append("")
    return [word for word in words if word]


def digits_of(text: str) -> str:
    """The digits of a phone number as it is typed; nothing for a text with letters or fewer than three digits."""
    digits = "".join(c for c in fold(text) if c.isdecimal())
    return digits if len(digits) >= 3 and not any(c.isalpha() for c in text) else ""


def _turned(parts: list[str]) -> list[str]:
    """A name from each of its words on: who types the given name first finds it, too."""
    return ["".join((*parts[at:], *parts[:at])) for at in range(min(len(parts), _PARTS))]


def keys_of(
    name: str | None, email: str | None, login: str | None, phone: str | None, initials: str | None
) -> set[str]:
    """The forms under which a person is found, each by any beginning of it."""
    found: dict[str, None] = {}
    words = words_of(name or "")
    found.update(dict.fromkeys(_turned(words)))
    if any(is_han(word) for word in words):
        for way in spelled(words):
            first = "".join(part[0] for part in way)
            found.update(dict.fromkeys((*_turned(way), first, way[0] + first[1:])))
    elif len(words) > 1:
        found["".join(word[0] for word in words)] = None
    address = fold(email or "")
    found.update(dict.fromkeys((fold(initials or ""), fold(login or ""), address)))
    local = words_of(address.rpartition("@")[0])
    found.update(dict.fromkeys(local[1:]))
    digits = "".join(c for c in fold(phone or "") if c.isdecimal())
    if digits:
        groups = "".join(c if c.isdecimal() else " " for c in fold(phone or "")).split()
        found.update(dict.fromkeys("".join(groups[at:]) for at in range(min(len(groups), _PARTS))))
        found.update(dict.fromkeys(digits[-tail:] for tail in _TAILS if len(digits) > tail))
    found.pop("", None)
    return {key[:LONGEST] for key in list(found)[:MOST]}


def questions(text: str) -> tuple[list[str], list[str]]:
    """What to look up for a typed text: beginnings of which any will do, and words that must all be met otherwise."""
    words = words_of(text)
    asked = dict.fromkeys((fold(text)[:LONGEST], "".join(words)[:LONGEST], digits_of(text)[:LONGEST]))
    asked.pop("", None)
    return list(asked), words if len(words) > 1 else []


# -- asking --------------------------------------------------------------------------------------------------------

FOUND: Final = (
    "SELECT DISTINCT k.person_id FROM (SELECT person_id FROM person_key WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3) k"
    " JOIN person p ON p.id = k.person_id WHERE p.active AND (?4 IS NULL OR p.id = ?4) AND (NOT ?5 OR p.agent)"
)
"""The active people (?5: agents) under one beginning; ?4, where it is no null, names the only one to be found."""


def after(beginning: str) -> str:
    """The first text that no longer begins like this."""
    return beginning + "\U0010ffff"


# -- upkeep --------------------------------------------------------------------------------------------------------

_ADD: Final = "INSERT INTO person_key (person_id, key) VALUES (?, ?)"
_DROP: Final = "DELETE FROM person_key WHERE person_id = ?"
_ALL: Final = "SELECT id, name, email, login, phone, initials FROM person"
_ONE: Final = _ALL + " WHERE id = ?"


def _entries(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, str]]:
    return [(row[0], key) for row in rows for key in sorted(keys_of(*row[1:]))]


def touches(change: RowChange) -> bool:
    """Whether a change of a person's row changes how they are found."""
    return change.before is None or change.after is None or any(column in change.after for column in COLUMNS)


def update(conn: sqlite3.Connection, changes: list[RowChange]) -> None:
    """Bring the index to the rows as they stand now (same transaction)."""
    touched = [change for change in changes if touches(change)]
    conn.executemany(_DROP, [change.key for change in touched if change.before is not None])
    here = [change.key for change in touched if change.after is not None]
    conn.executemany(_ADD, _entries(row for key in here for row in conn.execute(_ONE, key)))


def rebuild(conn: sqlite3.Connection) -> None:
    """Write the index anew from the rows (inside a write transaction)."""
    conn.execute("DELETE FROM person_key")
    cursor = conn.execute(_ALL)
    while rows := cursor.fetchmany(500):
        conn.executemany(_ADD, _entries(rows))


def differing(conn: sqlite3.Connection) -> list[int]:
    """The people whose index entries are not those of their row, and entries of nobody."""
    wrong = [
        key
        for (key,) in conn.execute(
            "SELECT DISTINCT person_id FROM person_key WHERE person_id NOT IN (SELECT id FROM person)"
        )
    ]
    for row in conn.execute(_ALL):
        stored = {key for (key,) in conn.execute("SELECT key FROM person_key WHERE person_id = ?", (row[0],))}
        if stored != keys_of(*row[1:]):
            wrong.append(row[0])
    return wrong
