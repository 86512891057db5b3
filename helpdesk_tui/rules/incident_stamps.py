"""The stamps of an incident: the order in which they must lie, and how often the people outside are told how it stands.

Impact started <= detected <= declared <= acknowledged; declared <= repair begun <= mitigated <= resolved <= closed. An
acknowledgement may come after all of the second line. Indicators are worked out from the stamps, so none may contradict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.vocabulary.incidents import STAMPS
from helpdesk_tui.vocabulary.records import Instant

_STEPS: Final = (
    ("impact_started", "detected"),
    ("detected", "declared"),
    ("declared", "acknowledged"),
    ("declared", "engaged"),
    ("engaged", "mitigated"),
    ("mitigated", "resolved"),
    ("resolved", "closed"),
)
CADENCE: Final[dict[int, tuple[int | None, int | None]]] = {
    1: (15 * 60, 30 * 60), 2: (30 * 60, 60 * 60), 3: (60 * 60, None), 4: (None, None), 5: (None, None),
}  # fmt: skip
"""Seconds between two status updates by severity: for people inside, for people outside (None: nothing is owed)."""
AFTER_MITIGATION: Final = 2
"""Once users can work again updates may be so many times rarer."""


def _before() -> dict[str, frozenset[str]]:
    """Of each stamp those that may not lie after it."""
    found: dict[str, frozenset[str]] = {name: frozenset() for name in STAMPS}
    for earlier, later in _STEPS:
        found[later] |= {earlier} | found[earlier]
    return found


BEFORE: Final = _before()


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a stamp cannot be set: `other` would lie on the wrong side of it. `late`: it would lie before `other`."""

    other: str
    late: bool


def clash(stamps: Mapping[str, Instant | None], name: str, at: Instant) -> Clash | None:
    """What speaks against setting a stamp to an instant; None where nothing does.

    Stamps that are missing speak against nothing.
    """
    for other in STAMPS:
        known = stamps.get(other)
        if known is None or other == name:
            continue
        if other in BEFORE[name] and known > at:
            return Clash(other, late=True)
        if name in BEFORE[other] and known < at:
            return Clash(other, late=False)
    return None


def fitted(stamps: Mapping[str, Instant | None], name: str, at: Instant) -> Instant:
    """The nearest instant to one that clashes with nothing: for stamps that the desk sets by itself."""
    low = [known for other in BEFORE[name] if (known := stamps.get(other)) is not None]
    high = [known for other in STAMPS if name in BEFORE[other] and (known := stamps.get(other)) is not None]
    return min([max([at, *low]), *high])


def due(severity: int, last: Instant, *, mitigated: bool, pace: int = 1) -> tuple[Instant | None, Instant | None]:
    """When the next status updates are due, inside and outside, after the last one.

    `pace` is how much faster than real a drill runs.
    """
    factor = AFTER_MITIGATION if mitigated else 1
    inside, outside = CADENCE[severity]
    return (
        None if inside is None else last + max(1, inside * factor // pace),
        None if outside is None else last + max(1, outside * factor // pace),
    )
