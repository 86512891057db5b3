"""What an on-call schedule consists of: layers of people, and what is laid over them by hand.

People are names (or any other text that stands for a person). Spans are half-open, [start, end), in UTC seconds.
"""

from dataclasses import dataclass, field
from itertools import chain
from typing import Final, Literal

from helpdesk_tui.rules.oncall_patterns import Always, Rotation, Window
from helpdesk_tui.rules.oncall_recur import Recurrence
from helpdesk_tui.rules.oncall_wall import EARLIEST, LATEST, Wall, wall_of
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

Group = tuple[str, ...]
Kind = Literal["cover", "replace", "add", "remove"]
KINDS: Final[tuple[Kind, ...]] = ("cover", "replace", "add", "remove")
MAX_LAYERS: Final = 200
MAX_LAID_OVER: Final = 5_000


@dataclass(frozen=True, slots=True)
class Layer:
    """Groups of people and when they are on. A window limits the pattern and leaves its turns as they are.

    Of the layers with somebody on, those of the highest priority count, all of them together.
    """

    name: str
    groups: tuple[Group, ...]
    pattern: Rotation | Recurrence | Always
    priority: int = 0
    window: Window | None = None

    def people(self, place: int | None) -> Group:
        """The group of a turn, or everybody."""
        return tuple(chain.from_iterable(self.groups)) if place is None else self.groups[place]


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end); an end before the start is Invalid, an equal one is never."""

    start: Instant = EARLIEST
    end: Instant = LATEST

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Invalid(N_("the end is before the start"))


@dataclass(frozen=True, slots=True)
class Override(Period):
    """A change for a while: `cover` replaces everyone by `people` (of several covers those of the highest priority),
    `replace` puts `people` in the place of `removed` where that one is on, `add` adds `people`, `remove` takes `removed`
    off. `ref` names it in reasons."""

    kind: Kind = "cover"
    people: Group = ()
    removed: str = ""
    priority: int = 0
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Fixed(Period):
    """One shift of a temporary schedule."""

    people: Group = ()


@dataclass(frozen=True, slots=True)
class Temporary(Period):
    """A fixed schedule that suspends everything else in its span, its gaps included."""

    shifts: tuple[Fixed, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Swap(Period):
    """The taker does what the requester would have to do; without a taker nothing changes."""

    requester: str = ""
    taker: str | None = None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who is on call when, in a time zone. Raises Invalid for an unknown zone or more parts than anyone can mean."""

    tz: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Temporary, ...] = ()
    swaps: tuple[Swap, ...] = ()
    wall: Wall = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wall", wall_of(self.tz))
        for parts, most in (
            (self.layers, MAX_LAYERS),
            (self.overrides, MAX_LAID_OVER),
            (self.temporary, MAX_LAID_OVER),
            (self.swaps, MAX_LAID_OVER),
        ):
            if len(parts) > most:
                raise Invalid(
                    N_("{n} parts of one kind are more than the {most} of a schedule"), n=len(parts), most=most
                )
