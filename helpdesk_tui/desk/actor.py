"""Who is at the desk. The person behind a verb is found from the operating-system user; claims grant nothing."""

import os
import pwd
import sqlite3
from dataclasses import dataclass, field
from typing import Final

from helpdesk_tui.vocabulary.roles import Role
from helpdesk_tui.vocabulary.text import at_rest


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting: the id of their row, what they may, their teams.

    `real_id` is the person at the keyboard where somebody acts for another; the journal keeps both.
    """

    id: int
    name: str
    login: str | None
    roles: frozenset[Role] = frozenset()
    teams: frozenset[int] = frozenset()
    real_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class OsUser:
    """The operating-system user as the kernel tells it (never `$USER`)."""

    uid: int
    login: str
    full_name: str = field(default="")


def os_user() -> OsUser:
    """The effective user of this process, from the user database; a number where there is no entry."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return OsUser(uid, f"uid{uid}", f"uid{uid}")
    name = entry.pw_gecos.split(",")[0].strip() or entry.pw_name
    return OsUser(uid, entry.pw_name, name)


_COLUMNS: Final = "SELECT id, name, login, language FROM person WHERE active = 1 AND "


def find(conn: sqlite3.Connection, who: str) -> Actor | None:
    """The active person with this login, e-mail address, `#id`, or (where it is one person's only) name."""
    who = at_rest(who)
    row = conn.execute(_COLUMNS + "login = ?", (who,)).fetchone()
    if row is None and "@" in who:
        row = conn.execute(_COLUMNS + "email IS NOT NULL AND lower(email) = lower(?)", (who,)).fetchone()
    if row is None and who.startswith("#") and who[1:].isdecimal() and len(who) < 16:
        row = conn.execute(_COLUMNS + "id = ?", (int(who[1:]),)).fetchone()
    if row is None:
        named = conn.execute(_COLUMNS + "name = ? COLLATE NOCASE LIMIT 2", (who,)).fetchall()
        row = named[0] if len(named) == 1 else None
    return None if row is None else _actor(conn, row)


def by_id(conn: sqlite3.Connection, person_id: int) -> Actor | None:
    """The active person with this id."""
    row = conn.execute(_COLUMNS + "id = ?", (person_id,)).fetchone()
    return None if row is None else _actor(conn, row)


def _actor(conn: sqlite3.Connection, row: tuple[int, str, str | None, str | None]) -> Actor:
    known = {r.value for r in Role}
    roles = frozenset(
        Role(r) for (r,) in conn.execute("SELECT role FROM person_role WHERE person_id = ?", (row[0],)) if r in known
    )
    teams = frozenset(t for (t,) in conn.execute("SELECT team_id FROM team_member WHERE person_id = ?", (row[0],)))
    return Actor(row[0], row[1], row[2], roles, teams, None, row[3])


def find_login(conn: sqlite3.Connection, login: str) -> Actor | None:
    """The active person of this operating-system login."""
    row = conn.execute(_COLUMNS + "login = ?", (login,)).fetchone()
    return None if row is None else _actor(conn, row)
