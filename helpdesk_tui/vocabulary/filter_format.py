"""Trees back to text, and the removable chips of the filter bar."""

import re
from dataclasses import dataclass, replace
from typing import Final

from helpdesk_tui.vocabulary.filter_fields import TEXT, FieldType, FilterField
from helpdesk_tui.vocabulary.filter_nodes import (
    And,
    Cmp,
    Filter,
    In,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Sort,
    Special,
    Value,
    Words,
    conjuncts,
)
from helpdesk_tui.vocabulary.filter_parser import parse_filter, plain_syntax
from helpdesk_tui.vocabulary.filter_problem import FilterProblem, quote
from helpdesk_tui.vocabulary.filter_values import ME_WORDS, NONE_WORDS, takes_me

_BARE: Final = re.compile(r"[\w@+/#&.-]+")


def format_value(field: FilterField, value: Value) -> str:
    """A value as the language writes it, quoted where it must be."""
    if value is Special.NONE:
        return "none"
    if value is Special.ME:
        return "mine" if field.type is FieldType.LINKED else "me"
    if field.codes and isinstance(value, (int, str)):
        return field.code_of(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value)
    return value if _is_bare(field, value) else quote(value)


def _is_bare(field: FilterField, text: str) -> bool:
    if not _BARE.fullmatch(text) or ".." in text or text.startswith(".") or plain_syntax(text) != text:
        return False
    # The dot before a range or at the end of a value would join with what follows.
    word = text.casefold()
    return not (text.endswith(".") or (field.nullable and word in NONE_WORDS) or (takes_me(field) and word in ME_WORDS))


def _words(node: Words, grouped: bool) -> str:
    named = f"{node.field.name}:"
    for prefix in ("", named) if node.field == TEXT else (named,):
        bare = prefix + node.text
        try:
            # Inside a group a `)` ends a word, outside it does not.
            if parse_filter(f"({bare})" if grouped else bare).where == node:
                return bare
        except FilterProblem:
            continue
    return ("" if node.field == TEXT else named) + quote(node.text)


def _leaf(node: Leaf, grouped: bool) -> str:
    name = node.field.name
    if isinstance(node, Words):
        return _words(node, grouped)
    if isinstance(node, Phrase):
        return ("" if node.field == TEXT else f"{name}:") + quote(node.text)
    if isinstance(node, In):
        return f"{name}:" + ",".join(format_value(node.field, v) for v in node.values)
    if isinstance(node, Cmp):
        return f"{name}:{node.op}{format_value(node.field, node.value)}"
    low = "" if node.low is None else format_value(node.field, node.low)
    high = "" if node.high is None else format_value(node.field, node.high)
    return f"{name}:{low}..{high}"


def format_node(node: Node, *, grouped: bool = False) -> str:
    """A tree as text that parses to the same tree (`grouped`: to stand inside parentheses)."""
    if isinstance(node, Or):
        return " OR ".join(format_node(child, grouped=grouped) for child in node.nodes)
    if isinstance(node, And):
        return " ".join(
            f"({format_node(n, grouped=True)})" if isinstance(n, Or) else format_node(n, grouped=grouped)
            for n in node.nodes
        )
    if isinstance(node, Not):
        inner = format_node(node.node, grouped=grouped)
        if isinstance(node.node, (And, Or)) or inner.startswith("-"):
            return f"-({format_node(node.node, grouped=True)})"
        return "-" + inner
    return _leaf(node, grouped)


def format_sort(sort: tuple[Sort, ...]) -> str:
    """`sort:-priority,due`, or nothing."""
    steps = ",".join(("-" if step.descending else "") + step.field.name for step in sort)
    return f"sort:{steps}" if steps else ""


def format_filter(parsed: Filter) -> str:
    """The canonical text: `parse_filter(format_filter(f)) == f` for every filter that was parsed.

    Trees made by hand also come back, except that a Words with blanks or syntax in it becomes a phrase.
    """
    parts = ([format_node(parsed.where)] if parsed.where is not None else []) + [format_sort(parsed.sort)]
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Chip:
    """A removable piece of a filter: its text as typed, `source[start:end]`."""

    text: str
    start: int
    end: int


def chips(parsed: Filter) -> list[Chip]:
    """The top-level terms and orders in the order they were typed. Their text is data: make it inert to show it."""
    spans = [node.at for node in conjuncts(parsed.where)]
    spans += dict.fromkeys(step.at for step in parsed.sort)
    return [Chip(parsed.text[a:b], a, b) for a, b in sorted(spans)]


def remove_chip(text: str, index: int) -> str:
    """The filter without one of its `chips`, otherwise as typed. Raises FilterProblem, IndexError."""
    parsed = parse_filter(text)
    chip = chips(parsed)[index]
    at = (chip.start, chip.end)
    nodes = tuple(node for node in conjuncts(parsed.where) if node.at != at)
    where: Node | None = And(nodes) if len(nodes) > 1 else (nodes[0] if nodes else None)
    rest = replace(parsed, where=where, sort=tuple(step for step in parsed.sort if step.at != at))
    cut = " ".join(part for part in (text[: chip.start].rstrip(), text[chip.end :].lstrip()) if part)
    try:
        return cut if parse_filter(cut) == rest else format_filter(rest)
    except FilterProblem:
        return format_filter(rest)
