"""What a filter means, said on plain values: for rule conditions, permissions, and as the measure of the SQL.

A record is a mapping with the keys of the ticket's JSON, instants as whole seconds (None where missing), codes or
level numbers. Beyond the JSON it may carry `due_at` (next due), `watchers`, `deleted_at`, `merged_into`, `pinned`,
`vip`, `organisation`, `severity`, `affected_users`, `attachments`, `checklist`, `links`, `children` (numbers or
lists), and `text` (all that a full-text search sees; without it title and description are searched). People and
things are a string, a mapping with `code`, `name`, `login`, `email`, or a list of such.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Final

from helpdesk_tui.vocabulary.channels import SlaState
from helpdesk_tui.vocabulary.filter_fields import FieldType, FilterField, fold
from helpdesk_tui.vocabulary.filter_nodes import (
    And,
    Cmp,
    In,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Range,
    Special,
    Value,
    Words,
    time_bounds,
)
from helpdesk_tui.vocabulary.kinds import Phase, parse_ref
from helpdesk_tui.vocabulary.records import NEVER, Instant

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: every name by which records may call this person, and the teams (codes, names) they belong to."""

    names: frozenset[str] = field(default_factory=frozenset)
    teams: frozenset[str] = field(default_factory=frozenset)

    @staticmethod
    def of(names: Iterable[str], teams: Iterable[str] = ()) -> "Viewer":
        """A viewer from names and teams in any case."""
        return Viewer(frozenset(map(fold, names)), frozenset(map(fold, teams)))


NOBODY: Final = Viewer()


def _names(value: object) -> Iterator[str]:
    """Every folded name in a record's person, thing or list of them."""
    if isinstance(value, str):
        if value:
            yield fold(value)
    elif isinstance(value, Mapping):
        for key in ("code", "name", "login", "email"):
            yield from _names(value.get(key))
    elif isinstance(value, Iterable):
        for item in value:
            yield from _names(item)


def _is_wide(char: str) -> bool:
    code = ord(char)
    return (
        0x2E80 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF
    )


def units(text: str) -> list[list[str]]:
    """The runs of a text as lists of units: a word is one unit, each Chinese, Japanese or Korean sign is one."""
    runs: list[list[str]] = []
    word: list[str] = []
    wide: list[str] = []

    def end() -> None:
        if word:
            runs.append(["".join(word)])
            word.clear()
        if wide:
            runs.append(wide.copy())
            wide.clear()

    for char in unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()):
        if not char.isalnum():
            end()
        elif _is_wide(char):
            if word:
                end()
            wide.append(char)
        else:
            if wide:
                end()
            word.append(char)
    end()
    return runs


def _contains(hay: list[str], needle: list[str]) -> bool:
    n = len(needle)
    return any(hay[i : i + n] == needle for i in range(len(hay) - n + 1))


def text_has(text: str, wanted: str, *, phrase: bool = False) -> bool:
    """Whether every word of `wanted` stands in `text`; as a phrase, side by side. Signs other than letters are skipped.

    A run of Chinese signs must stand there unbroken. Nothing to look for is never found.
    """
    runs = units(wanted)
    if not runs:
        return False
    if phrase:
        return _contains([u for run in units(text) for u in run], [u for run in runs for u in run])
    hay = units(text)
    return all(any(_contains(run, part) for run in hay) for part in runs)


def _count(value: object) -> int:
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, (str, Mapping, list, tuple, set, frozenset)):
        return len(value)
    return 0 if value is None else 1


class _Look:
    """One record under one viewer at one instant."""

    def __init__(self, record: Record, now: Instant, tz: tzinfo, me: Viewer) -> None:
        self.record = record
        self.now = now
        self.tz = tz
        self.me = me

    # -- values of the record ------------------------------------------------------------------------------------

    def instant(self, key: str) -> Instant | None:
        value = self.record.get(key)
        if key == "due_at" and key not in self.record:
            value = min((at for at in map(self.instant, _DUE_KEYS) if at is not None), default=None)
        return value if isinstance(value, int) and value != NEVER else None

    def level(self, field: FilterField) -> int | None:
        value = self.record.get(field.key)
        if isinstance(value, str):
            code = field.find(value)
            value = code.value if code else None
        return value if isinstance(value, int) else None

    def phase(self) -> int:
        value = self.record.get("phase", Phase.NEW)
        if isinstance(value, str):
            return Phase[value.upper()]
        return value if isinstance(value, int) else Phase.NEW

    def integer(self, field: FilterField) -> int | None:
        value = self.record.get(field.key)
        if isinstance(value, str):
            value = parse_ref(value)
        return value if isinstance(value, int) else None

    # -- is: and has: --------------------------------------------------------------------------------------------

    def state_of(self, code: str) -> bool:
        return _IS[code](self)

    def has(self, code: str) -> bool:
        return _count(self.record.get(_HAS_KEYS[code])) > 0

    def is_me(self, key: str) -> bool:
        return not self.me.names.isdisjoint(_names(self.record.get(key)))

    # -- leaves --------------------------------------------------------------------------------------------------

    def equals(self, field: FilterField, value: Value) -> bool:
        if value is Special.NONE:
            return self.missing(field)
        if field.name == "is":
            return self.state_of(str(value))
        if field.name == "has":
            return self.has(str(value))
        if field.name == "state" and isinstance(value, Phase):
            return self.phase() == value
        if field.name == "phase":
            return self.phase() == value
        if field.type is FieldType.LEVEL:
            return self.level(field) == value
        if field.type is FieldType.CODE:
            return self.record.get(field.key) == value
        if field.type is FieldType.FLAG:
            return bool(self.record.get(field.key)) == value
        if field.type is FieldType.NUMBER:
            return self.integer(field) == value
        if value is Special.ME:
            mine = self.me.teams if field.name == "team" else self.me.names
            return not mine.isdisjoint(_names(self.record.get(field.key)))
        return fold(str(value)) in _names(self.record.get(field.key))

    def missing(self, field: FilterField) -> bool:
        if field.timed:
            return self.instant(field.key) is None
        value = self.record.get(field.key)
        return value is None or (not isinstance(value, (int, float)) and _count(value) == 0)

    def in_time(self, leaf: In | Cmp | Range) -> bool:
        at = self.instant(leaf.field.key)
        if at is None:
            return isinstance(leaf, In) and Special.NONE in leaf.values
        return any(
            (low is None or at >= low) and (high is None or at < high)
            for low, high in time_bounds(leaf, self.now, self.tz)
        )

    def number(self, field: FilterField) -> int | None:
        if field.name == "phase":
            return self.phase()
        return self.level(field) if field.type is FieldType.LEVEL else self.integer(field)

    def text(self, leaf: Words | Phrase) -> bool:
        phrase = isinstance(leaf, Phrase)
        if leaf.field.key:
            return text_has(str(self.record.get(leaf.field.key) or ""), leaf.text, phrase=phrase)
        number = parse_ref(leaf.text)
        if number is not None and number == self.record.get("number"):
            return True
        text = self.record.get("text")
        if text is None:
            text = "\n".join(str(self.record.get(key) or "") for key in ("title", "description"))
        return text_has(str(text), leaf.text, phrase=phrase)

    def leaf(self, leaf: Leaf) -> bool:
        if isinstance(leaf, (Words, Phrase)):
            return self.text(leaf)
        if leaf.field.timed:
            return self.in_time(leaf)
        if isinstance(leaf, In):
            return any(self.equals(leaf.field, value) for value in leaf.values)
        have = self.number(leaf.field)
        if have is None:
            return False
        if isinstance(leaf, Range):
            above = not isinstance(leaf.low, int) or have >= leaf.low
            return above and (not isinstance(leaf.high, int) or have <= leaf.high)
        if not isinstance(leaf.value, int):
            raise TypeError(f"{leaf.field.name} is compared with {leaf.value!r}")
        return {
            "<": have < leaf.value,
            "<=": have <= leaf.value,
            ">": have > leaf.value,
            ">=": have >= leaf.value,
        }[leaf.op]

    def node(self, node: Node) -> bool:
        if isinstance(node, And):
            return all(map(self.node, node.nodes))
        if isinstance(node, Or):
            return any(map(self.node, node.nodes))
        if isinstance(node, Not):
            return not self.node(node.node)
        return self.leaf(node)


_DUE_KEYS: Final = ("response_due_at", "update_due_at", "resolution_due_at")
_HAS_KEYS: Final = {
    "attachment": "attachments",
    "checklist": "checklist",
    "link": "links",
    "parent": "parent",
    "child": "children",
    "tag": "tags",
}


def _overdue(look: _Look) -> bool:
    due = look.instant("due_at")
    return due is not None and due <= look.now and look.phase() < Phase.RESOLVED


_IS: Final[dict[str, Callable[[_Look], bool]]] = {
    "open": lambda look: look.phase() < Phase.RESOLVED,
    "done": lambda look: look.phase() >= Phase.RESOLVED,
    "new": lambda look: look.phase() == Phase.NEW,
    "pending": lambda look: look.phase() == Phase.PENDING,
    "resolved": lambda look: look.phase() == Phase.RESOLVED,
    "closed": lambda look: look.phase() == Phase.CLOSED,
    "unassigned": lambda look: not any(_names(look.record.get("assignee"))),
    "assigned": lambda look: any(_names(look.record.get("assignee"))),
    "mine": lambda look: look.is_me("assignee"),
    "watched": lambda look: look.is_me("watchers"),
    "major": lambda look: bool(look.record.get("major")),
    "overdue": _overdue,
    "paused": lambda look: look.record.get("sla_state") == SlaState.PAUSED,
    "pinned": lambda look: bool(look.record.get("pinned")),
    "vip": lambda look: bool(look.record.get("vip")),
    "merged": lambda look: look.record.get("merged_into") is not None,
    "deleted": lambda look: look.record.get("deleted_at") is not None,
}


def matches(node: Node | None, record: Record, now: Instant, tz: tzinfo = UTC, me: Viewer | None = None) -> bool:
    """Whether a record is what the tree asks for. None matches everything.

    Missing values make a comparison false (and its negation true). `me` None is nobody: `assignee:me` never holds.
    """
    return node is None or _Look(record, now, tz, me or NOBODY).node(node)
