"""Personal values for those who may know that somebody is there, but not who (quality, auditors)."""

from typing import Final

from helpdesk_tui.desk.shapes import Object

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
