"""Values that are none: placeholders which the sender never filled (`$SERVICE`, `{EVENT.X}`, `*insert computer name*`)."""

import re
from collections.abc import Iterable
from typing import Any, Final

from helpdesk_tui.intake.events.draft import scalar

_PLACEHOLDER: Final = re.compile(
    r"\$[A-Z][A-Z0-9_]{1,80}|\$\{[^{}]{1,80}\}|\{\{[^{}]{1,80}\}\}|\{[A-Z0-9_.#$]{2,80}\}|\*insert [^*]{1,80}\*|\*UNKNOWN\*"
    r"|null|undefined|None"
)


def given(value: Any) -> str:
    """The text of a value, empty where it is a placeholder."""
    text = scalar(value)
    return "" if len(text) <= 90 and _PLACEHOLDER.fullmatch(text) else text


def keep_given(data: dict[str, Any], used: Iterable[str | None]) -> dict[str, Any]:
    """The keys that found no place and say something."""
    gone = set(used)
    return {
        name: value
        for name, value in data.items()
        if name not in gone and value is not None and (not isinstance(value, str) or given(value))
    }
