"""The filter language as a tree: frozen nodes that SQL, predicates and screens read.

Two trees are equal when they mean the same by construction: places in the source text do not count.
Logic is two-valued: a comparison with a missing value is false, and `Not` of it is true.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as slot
from datetime import UTC, tzinfo
from enum import Enum
from typing import Final, Literal

from helpdesk_tui.vocabulary.filter_fields import FieldType, FilterField
from helpdesk_tui.vocabulary.filter_times import Date, Day, Now, Relative, Stamp, When, span
from helpdesk_tui.vocabulary.records import Instant

Span = tuple[int, int]
Op = Literal["<", "<=", ">", ">="]
_NOWHERE: Final[Span] = (0, 0)


class Special(Enum):
    """Values that stand for something else: no value at all; the viewer (for teams: one of the viewer's)."""

    NONE = "none"
    ME = "me"


# LEVEL: the level as int. CODE: the code as str, or a Phase for `state:open` and `state:pending`. FLAG: bool.
# NUMBER: int. NAME, TAG, LINKED, PERSON: str as written. PAST, DUE: a symbolic time.
Value = int | str | Special | When


@dataclass(frozen=True, slots=True)
class In:
    """The field equals one of the values (for tags and watchers: one of the ticket's does)."""

    field: FilterField
    values: tuple[Value, ...]
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cmp:
    """The field compared with one value. Durations compare as durations: `created:<4h` is less than 4 h ago."""

    field: FilterField
    op: Op
    value: Value
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included; None is open."""

    field: FilterField
    low: Value | None
    high: Value | None
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """Every word of `text` stands in the field (in field `text`: anywhere in the ticket)."""

    field: FilterField
    text: str
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of `text` stand in the field side by side and in this order."""

    field: FilterField
    text: str
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that `node` does not match."""

    node: "Node"
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more nodes; never directly inside another And."""

    nodes: tuple["Node", ...]
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more nodes; never directly inside another Or."""

    nodes: tuple["Node", ...]
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


Leaf = In | Cmp | Range | Words | Phrase
Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Sort:
    """One step of the order. `priority` descending starts with critical."""

    field: FilterField
    descending: bool = False
    at: Span = slot(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: `where` None matches everything; `text` is what was typed."""

    where: Node | None = None
    sort: tuple[Sort, ...] = ()
    text: str = slot(default="", compare=False, repr=False)


def leaves(node: Node | None) -> Iterator[Leaf]:
    """Every leaf of a tree, from left to right."""
    if isinstance(node, (And, Or)):
        for child in node.nodes:
            yield from leaves(child)
    elif isinstance(node, Not):
        yield from leaves(node.node)
    elif node is not None:
        yield node


def mentions(node: Node | None, name: str, value: object = None) -> bool:
    """Whether a leaf speaks of the field `name` (with this value, e.g. `is`, `deleted`)."""
    for leaf in leaves(node):
        if leaf.field.name == name and (value is None or (isinstance(leaf, In) and value in leaf.values)):
            return True
    return False


def conjuncts(node: Node | None) -> tuple[Node, ...]:
    """The nodes that must all hold: the members of a top-level And, or the node itself, or none."""
    if node is None:
        return ()
    return node.nodes if isinstance(node, And) else (node,)


def both(a: Node | None, b: Node | None) -> Node | None:
    """A tree that holds where both hold (None holds everywhere)."""
    nodes = conjuncts(a) + conjuncts(b)
    return And(nodes) if len(nodes) > 1 else (nodes[0] if nodes else None)


Bounds = tuple[Instant | None, Instant | None]


def _point(value: Value | None, now: Instant, tz: tzinfo, past: bool) -> tuple[Instant, Instant]:
    if isinstance(value, Relative):
        at = now - value.seconds if past else now + value.seconds
        return at, at + 1
    if isinstance(value, (Now, Day, Date, Stamp)):
        return span(value, now, tz)
    raise TypeError(f"{value!r} is no time")


def _compared(op: Op, value: Value, now: Instant, tz: tzinfo, past: bool) -> Bounds:
    start, end = _point(value, now, tz, past)
    if past and isinstance(value, Relative):  # longer ago is earlier
        return {"<": (end, None), "<=": (start, None), ">": (None, start), ">=": (None, end)}[op]
    return {"<": (None, start), "<=": (None, end), ">": (end, None), ">=": (start, None)}[op]


def time_bounds(leaf: In | Cmp | Range, now: Instant, tz: tzinfo = UTC) -> list[Bounds]:
    """What a leaf of a PAST or DUE field means at `now`: spans `[from, to)`, None is open, any of them may hold.

    `Special.NONE` gives no span: ask `Special.NONE in leaf.values` beside it. Missing instants lie in no span.
    """
    past = leaf.field.type is FieldType.PAST
    if isinstance(leaf, In):
        return [_point(v, now, tz, past) for v in leaf.values if v is not Special.NONE]
    if isinstance(leaf, Cmp):
        return [_compared(leaf.op, leaf.value, now, tz, past)]
    if leaf.low is not None and leaf.high is not None:
        # Durations may be written either way round (`1d..7d` ago); so may the rest, which costs nothing.
        low, high = _point(leaf.low, now, tz, past), _point(leaf.high, now, tz, past)
        return [(min(low[0], high[0]), max(low[1], high[1]))]
    if leaf.low is not None:
        return [_compared(">=", leaf.low, now, tz, past)]
    if leaf.high is not None:
        return [_compared("<=", leaf.high, now, tz, past)]
    return [(None, None)]
