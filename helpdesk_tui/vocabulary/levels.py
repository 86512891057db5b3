"""Impact, urgency, priority, severity, MoSCoW: ordered so that the graver one is the greater one."""

from enum import IntEnum, StrEnum
from typing import Final

from helpdesk_tui.vocabulary.i18n import N_, _


class Level(IntEnum):
    """Impact or urgency: how far it reaches, how soon it hurts."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def code(self) -> str:
        return self.name.lower()


class Priority(IntEnum):
    """The order of work. `sort:-priority` starts with critical."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def code(self) -> str:
        return self.name.lower()


class Severity(IntEnum):
    """Severity of a major incident; SEV1 is the gravest and has the smallest number by custom."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4
    SEV5 = 5


class Moscow(StrEnum):
    """MoSCoW class of a demand."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"
    WONT = "wont"


LEVEL_LABELS: Final[dict[Level, str]] = {
    Level.LOW: N_("Low"),
    Level.MEDIUM: N_("Medium"),
    Level.HIGH: N_("High"),
}
PRIORITY_LABELS: Final[dict[Priority, str]] = {
    Priority.LOW: N_("Low"),
    Priority.MEDIUM: N_("Medium"),
    Priority.HIGH: N_("High"),
    Priority.CRITICAL: N_("Critical"),
}
PRIORITY_GLYPHS: Final[dict[Priority, str]] = {
    Priority.LOW: "L",
    Priority.MEDIUM: "M",
    Priority.HIGH: "H!",
    Priority.CRITICAL: "C!!",
}
MOSCOW_LABELS: Final[dict[Moscow, str]] = {
    Moscow.MUST: N_("Must have"),
    Moscow.SHOULD: N_("Should have"),
    Moscow.COULD: N_("Could have"),
    Moscow.WONT: N_("Won't have this time"),
}


def level(code: str) -> Level:
    """The level named by `low`, `medium` or `high`. Raises KeyError otherwise."""
    return Level[code.upper()]


def priority(code: str) -> Priority:
    """The priority named by its code. Raises KeyError otherwise."""
    return Priority[code.upper()]


def priority_label(value: Priority | int) -> str:
    """The priority in the viewer's language."""
    return _(PRIORITY_LABELS[Priority(value)])


def level_label(value: Level | int) -> str:
    """The level in the viewer's language."""
    return _(LEVEL_LABELS[Level(value)])
