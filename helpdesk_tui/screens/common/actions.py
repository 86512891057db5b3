"""The actions of the console as Textual has them: bindings of the registry (`vocabulary.actions`, where all of them stand)."""

from textual.binding import Binding

from helpdesk_tui.vocabulary.actions import (
    ACTIONS,
    APP_KEYS,
    BOTH,
    BY_ID,
    BY_WORD,
    EVERYWHERE,
    FOOTER,
    ON_CALL,
    QUEUE,
    ROOM,
    TICKET,
    ActionSpec,
    by_word,
    footer,
    of_scope,
)
from helpdesk_tui.widgets.keys import with_full_width

__all__ = [
    "ACTIONS",
    "APP_KEYS",
    "BOTH",
    "BY_ID",
    "BY_WORD",
    "EVERYWHERE",
    "FOOTER",
    "ON_CALL",
    "QUEUE",
    "ROOM",
    "TICKET",
    "ActionSpec",
    "bindings",
    "by_word",
    "footer",
    "of_scope",
]


def bindings(scope: str) -> list[Binding]:
    """A screen's key bindings; each has the action's id, so that a keymap can change it."""
    return [
        Binding(with_full_width(",".join(spec.keys)), f"do('{spec.id}')", spec.label, show=False, id=spec.id)
        for spec in of_scope(scope)
        if spec.keys
    ]
