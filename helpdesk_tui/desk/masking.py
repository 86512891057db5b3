"""Personal values for those who may know that somebody is there, but not who (quality, auditors)."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.vocabulary.records import QueueRow
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

MASK: Final = "***"


def name(value: str | None) -> str | None:
    """The first character of a name or login."""
    return value[:1] + MASK if value else value


def email(value: str | None) -> str | None:
    """The first character of an address, and its domain."""
    if not value:
        return value
    local, at, domain = value.rpartition("@")
    return f"{local[:1]}{MASK}@{domain}" if at else name(value)


def phone(value: str | None) -> str | None:
    """The last two digits of a number."""
    return MASK + value[-2:] if value and len(value) > 4 else (MASK if value else value)


def person(found: Object) -> Object:
    """A person's object with the personal values masked, its other values as they are."""
    return {
        **found,
        "name": name(found["name"]),
        "email": email(found["email"]),
        "login": name(found["login"]),
        "phone": phone(found["phone"]),
        "initials": None,
        "title": None,
    }


def ticket(found: Object) -> Object:
    """A ticket's object with the people on it masked."""
    return {**found, "requester": email(found["requester"]), "assignee": email(found["assignee"])}


class Veil:
    """How one actor sees the people on tickets: plainly as far as their roles work there, masked beyond that."""

    __slots__ = ("_me", "_own", "_scope", "_teams")

    def __init__(self, desk: "Desk", permission: Permission = Permission.TICKET_READ) -> None:
        actor = desk.actor
        self._scope = desk.plain_scope(permission)
        self._me = actor.id
        found = desk.store.query("SELECT login, name, email FROM person WHERE id = ?", (actor.id,))
        self._own = frozenset(value for record in found for value in record if value)
        marks = ", ".join("?" * len(actor.teams))
        sql = f"SELECT id, code FROM team WHERE id IN ({marks})"  # sql: places only
        self._teams: dict[int, str] = {r[0]: r[1] for r in desk.store.query(sql, (*actor.teams,))}

    def person(self, person_id: int | None, value: str | None) -> str | None:
        """Somebody's name, login or address."""
        return value if person_id in (None, self._me) else email(value)

    def ticket(self, found: Object) -> Object:
        """A ticket's object."""
        mine = self._own & {found["requester"], found["assignee"]}
        team = self._scope is Scope.TEAM and found["team"] in self._teams.values()
        return found if self._scope is not Scope.NONE and (mine or team) else ticket(found)

    def row(self, found: QueueRow) -> QueueRow:
        """A line of a list (changed in place)."""
        mine = found.assignee_id == self._me or found.requester in self._own
        team = self._scope is Scope.TEAM and found.team_id in self._teams
        if self._scope is Scope.NONE or not (mine or team):
            found.requester, found.assignee = email(found.requester), email(found.assignee)
        return found


def veil(desk: "Desk", permission: Permission = Permission.TICKET_READ) -> Veil | None:
    """The actor's veil (over what they read, or export); None for those who see all of it plainly, which costs nothing."""
    return None if desk.plain_scope(permission) is desk.scope(permission) else Veil(desk, permission)
