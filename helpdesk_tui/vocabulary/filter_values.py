"""One value of the filter language: its text to what the tables hold, by the type of its field."""

import re
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.vocabulary import filter_problem as problem
from helpdesk_tui.vocabulary.filter_fields import FIELDS, FieldType, FilterField, find_field, fold
from helpdesk_tui.vocabulary.filter_nodes import Span, Special, Value
from helpdesk_tui.vocabulary.filter_times import Relative, parse_when
from helpdesk_tui.vocabulary.kinds import parse_ref

NONE_WORDS: Final = frozenset({"none", "nobody", "empty", "无", "空", "没有"})
ME_WORDS: Final = frozenset({"me", "@me", "mine", "我", "我的"})
YES_WORDS: Final = frozenset({"yes", "true", "on", "y", "1", "是"})
NO_WORDS: Final = frozenset({"no", "false", "off", "n", "0", "否"})
_INTEGER: Final = re.compile(r"[0-9]{1,12}")
_REFERENCES: Final = frozenset({"number", "parent", "merged_into"})


@dataclass(frozen=True, slots=True)
class Operand:
    """A value as it stands in the text: unescaped, whether it was quoted, and where."""

    text: str
    quoted: bool
    at: Span


def takes_me(field: FilterField) -> bool:
    """Whether `me` (teams: `mine`) is a value of the field."""
    return field.type is FieldType.PERSON or field.name == "team"


def _number(field: FilterField, text: str) -> int | None:
    if field.name in _REFERENCES:
        return parse_ref(text)
    return int(text) if _INTEGER.fullmatch(text) else None


def read_value(field: FilterField, text: str, quoted: bool) -> Value | None:
    """The value written as `text`, or None where the field has no such value."""
    word = fold(text)
    if field.codes:
        code = field.find(text)
        if code is not None:
            return code.value
    if field.nullable and not quoted and word in NONE_WORDS:
        return Special.NONE
    if field.codes:
        return None
    if field.type is FieldType.FLAG:
        return True if word in YES_WORDS else False if word in NO_WORDS else None
    if field.type is FieldType.NUMBER:
        return _number(field, word)
    if field.timed:
        when = parse_when(word)
        backwards = isinstance(when, Relative) and when.seconds < 0 and field.type is FieldType.PAST
        return None if backwards else when
    if takes_me(field) and not quoted and word in ME_WORDS:
        return Special.ME
    return text


def sort_field(text: str, name: str, at: Span) -> FilterField:
    """The field to sort by. Raises FilterProblem."""
    field = find_field(name)
    if field is None or not field.sortable:
        raise problem.bad_sort(text, *at, name, [f.name for f in FIELDS if f.sortable])
    return field
