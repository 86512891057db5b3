"""The filter language: text to tree. One grammar for the filter bar, `--where`, saved views, rules and permissions.

    kind:incident state:new,open -team:network priority:high.. created:>=2026-01-01 due:<4h "a phrase" words sort:-due

Terms stand side by side (all must hold); `OR` in capitals and parentheses group them, AND binds tighter. A term is
`field:value`, a word, or a quoted phrase; `-` before it negates; a comma in a value is or; `low..high`, `<`, `<=`,
`>`, `>=` compare fields that have an order, and `X..` is the same as `>=X`. On past fields a duration counts back:
`created:<4h` is less than four hours ago, `created:1d..7d` one to seven days ago, and a bare `created:4h` is within
four hours. On due fields it counts ahead: `due:<4h` is within four hours from now, or overdue. Dates mean whole days
(`2026-01` a month), instants their minute or second. Full-width forms equal ASCII. A quoted value is taken literally:
`assignee:"none"` is a person of that name.
"""

import unicodedata
from dataclasses import replace
from typing import Final

from helpdesk_tui.vocabulary import filter_problem as problem
from helpdesk_tui.vocabulary.filter_fields import TEXT, FieldType, FilterField, find_field, is_sort
from helpdesk_tui.vocabulary.filter_nodes import (
    And,
    Cmp,
    Filter,
    In,
    Node,
    Not,
    Op,
    Or,
    Phrase,
    Range,
    Sort,
    Span,
    Special,
    Value,
    Words,
)
from helpdesk_tui.vocabulary.filter_problem import FilterProblem
from helpdesk_tui.vocabulary.filter_times import Relative
from helpdesk_tui.vocabulary.filter_values import Operand, read_value, sort_field

__all__ = ["FilterProblem", "find_close", "opens_quote", "parse_filter", "plain_syntax"]

_OPEN_QUOTES: Final = '"“”„‟「『«'
_CLOSE: Final = {"「": "」", "『": "』", "«": "»"}
_LATIN_CLOSE: Final = '"“”„‟'
_FORMS: Final = {0x3000: " ", 0x3001: ",", 0x300A: "<", 0x3008: "<", 0x300B: ">", 0x3009: ">", 0xFF02: '"', 0x7F: " "}
_FORMS.update({n: chr(n - 0xFEE0) for n in range(0xFF01, 0xFF5F) if n != 0xFF02})
# Controls and direction marks separate like blanks; the joiners 200C and 200D belong to words.
_FORMS.update(dict.fromkeys((*range(0x20), *range(0x80, 0xA0)), " "))
_FORMS.update(dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x061C), " "))
_FORMS.update(dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)), " "))


def plain_syntax(text: str) -> str:
    """The text with full-width syntax as ASCII and controls as blanks, character for character (same length)."""
    return text.translate(_FORMS).replace("。。", "..")


def opens_quote(char: str) -> bool:
    """Whether a character (after `plain_syntax`) opens a quoted text."""
    return char in _OPEN_QUOTES


def find_close(plain: str, start: int) -> int:
    """Index of the quote that closes the one at `start`, or -1. A backslash keeps a quote inside."""
    closers = _CLOSE.get(plain[start], _LATIN_CLOSE)
    i = start + 1
    while i < len(plain):
        if plain[i] == "\\":
            i += 2
            continue
        if plain[i] in closers:
            return i
        i += 1
    return -1


def _unescape(raw: str) -> str:
    out: list[str] = []
    i = 0
    while i < len(raw):
        if raw[i] == "\\" and i + 1 < len(raw) and (raw[i + 1] == "\\" or raw[i + 1] in '"“”„‟＂」』»'):
            i += 1
        char = raw[i]
        out.append(" " if unicodedata.category(char) in ("Cc", "Cs") else char)
        i += 1
    return "".join(out).strip()


class _Parser:
    """Recursive descent over one text; `s` is the plain form, `text` what was typed, both equally long."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.s = plain_syntax(text)
        self.i = 0
        self.depth = 0
        self.terms = 0
        self.sort: list[Sort] = []

    # -- groups --------------------------------------------------------------------------------------------------

    def skip(self) -> None:
        while self.i < len(self.s) and self.s[self.i].isspace():
            self.i += 1

    def at_end(self) -> bool:
        self.skip()
        return self.i >= len(self.s) or (self.depth > 0 and self.s[self.i] == ")")

    def keyword(self, word: str) -> bool:
        if not self.s.startswith(word, self.i):
            return False
        after = self.s[self.i + len(word) : self.i + len(word) + 1]
        return not after or after.isspace() or after == "(" or (self.depth > 0 and after == ")")

    def either(self) -> Node | None:
        """terms [OR terms …]"""
        start = self.i
        parts: list[Node] = []
        waiting: int | None = None
        while True:
            node = self.all_of()
            if node is None and waiting is not None:
                raise problem.lonely_or(self.text, waiting, "OR")
            if node is not None:
                parts.extend(node.nodes if isinstance(node, Or) else (node,))
            if not self.at_end() and self.keyword("OR"):
                if node is None:
                    raise problem.lonely_or(self.text, self.i, "OR")
                waiting = self.i
                self.i += 2
                continue
            break
        if len(parts) > 1:
            return Or(tuple(parts), (start, self.i))
        return parts[0] if parts else None

    def all_of(self) -> Node | None:
        nodes: list[Node] = []
        first: int | None = None
        last = self.i
        waiting: int | None = None
        while not self.at_end() and not self.keyword("OR"):
            if self.keyword("AND"):
                if not nodes or waiting is not None:
                    raise problem.lonely_or(self.text, self.i, "AND")
                waiting = self.i
                self.i += 3
                continue
            if first is None:
                first = self.i
            node = self.term()
            if node is not None:
                nodes.extend(node.nodes if isinstance(node, And) else (node,))
                waiting = None
            last = self.i
        if waiting is not None:
            raise problem.lonely_or(self.text, waiting, "AND")
        if len(nodes) > 1:
            return And(tuple(nodes), (first or 0, last))
        return nodes[0] if nodes else None

    def term(self) -> Node | None:
        start = self.i
        following = self.s[start + 1 : start + 2]
        negated = self.s[start] == "-" and bool(following) and following != "-" and not following.isspace()
        if negated:
            self.i += 1
        char = self.s[self.i]
        node: Node | None
        if char == "(":
            node = self.group()
        else:
            self.count_term(start)
            if opens_quote(char):
                node = self.phrase(TEXT)
            else:
                node = self.word_or_field(start, negated)
        if node is None:
            return None
        if negated:
            return replace(node.node, at=(start, self.i)) if isinstance(node, Not) else Not(node, (start, self.i))
        return node

    def count_term(self, start: int, before: int = 1) -> None:
        """One more leaf; the first of a term's own (`before` 0) was counted with the term."""
        self.terms += before > 0
        if self.terms > problem.MAX_TERMS:
            raise problem.too_many(self.text, start)

    def group(self) -> Node:
        start = self.i
        if self.depth >= problem.MAX_DEPTH:
            raise problem.too_deep(self.text, start)
        self.depth += 1
        self.i += 1
        node = self.either()
        self.skip()
        if self.i >= len(self.s):
            raise problem.open_group(self.text, start)
        self.i += 1
        self.depth -= 1
        if node is None:
            raise problem.empty_group(self.text, start, self.i)
        # A flattened And keeps the places of its members; any other node is removed with its parentheses.
        return node if isinstance(node, And) else replace(node, at=(start, self.i))

    # -- words ---------------------------------------------------------------------------------------------------

    def quoted(self) -> Operand:
        start = self.i
        close = find_close(self.s, start)
        if close < 0:
            raise problem.open_quote(self.text, start)
        self.i = close + 1
        return Operand(_unescape(self.text[start + 1 : close]), True, (start, self.i))

    def phrase(self, field: FilterField) -> Node:
        operand = self.quoted()
        self.check_words(operand)
        return Phrase(field, operand.text, operand.at)

    def check_words(self, operand: Operand) -> None:
        if not any(char.isalnum() for char in operand.text):
            raise problem.nothing_to_find(self.text, *operand.at)

    def word_end(self, start: int, stops: str = "") -> int:
        """Where a run without blanks ends; inside a group an unbalanced `)` ends it too."""
        inner = 0
        i = start
        while i < len(self.s):
            char = self.s[i]
            if char.isspace() or char in stops or (stops and self.s.startswith("..", i)):
                break
            if char == "(":
                inner += 1
            elif char == ")":
                if self.depth and not inner:
                    break
                inner -= 1
            i += 1
        return i

    def word_or_field(self, term_start: int, negated: bool) -> Node | None:
        start = self.i
        end = self.word_end(start)
        colon = self.s.find(":", start, end)
        if colon > start and self.s[start].isalpha() and self.is_name(self.s[start:colon]):
            return self.field_term(start, colon, term_start, negated)
        self.suggest_colon(start, end)
        self.i = end
        operand = Operand(self.text[start:end], False, (start, end))
        self.check_words(operand)
        return Words(TEXT, operand.text, operand.at)

    @staticmethod
    def is_name(text: str) -> bool:
        return all(char.isalnum() or char in "_-." for char in text)

    def suggest_colon(self, start: int, end: int) -> None:
        """`priority>=high` and `state=new` are surely meant as fields: say so instead of searching for them."""
        run = self.s[start:end]
        name = run
        for op in "<>=!≤≥":
            name = name.split(op, 1)[0]
        if len(name) < len(run) and name and name[0].isalpha() and (field := find_field(name)) is not None:
            rest = run[len(name) :]
            better = f"-{field.name}:{rest[2:]}" if rest.startswith("!=") else f"{field.name}:{rest.lstrip('=')}"
            raise problem.no_colon(self.text, start, end, better)

    # -- fields --------------------------------------------------------------------------------------------------

    def field_term(self, start: int, colon: int, term_start: int, negated: bool) -> Node | None:
        name = self.s[start:colon]
        if is_sort(name):
            if negated or self.depth:
                raise problem.misplaced_sort(self.text, term_start, self.word_end(start))
            self.i = colon + 1
            self.read_sort(start)
            return None
        field = find_field(name)
        if field is None:
            raise problem.unknown_field(self.text, start, colon, name, self.word_end(start))
        self.i = colon + 1
        equal: list[Value] = []
        nodes: list[Node] = []
        while True:
            piece = self.piece(field, start)
            if isinstance(piece, In):
                if not equal:
                    self.count_term(start, len(nodes))
                    nodes.append(piece)
                equal.extend(v for v in piece.values if v not in equal)
            elif piece not in nodes:
                self.count_term(start, len(nodes))
                nodes.append(piece)
            if self.i < len(self.s) and self.s[self.i] == ",":
                self.i += 1
                continue
            break
        at = (start, self.i)
        done = [In(field, tuple(equal), at) if isinstance(n, In) else replace(n, at=at) for n in nodes]
        return done[0] if len(done) == 1 else Or(tuple(done), at)

    def operator(self) -> str:
        for text, op in (("<=", "<="), (">=", ">="), ("≤", "<="), ("≥", ">="), ("<", "<"), (">", ">"), ("=", "=")):
            if self.s.startswith(text, self.i):
                self.i += len(text)
                return op
        return ""

    def operand(self, field: FilterField) -> Operand | None:
        """One quoted or bare value at the cursor, or None where there is none."""
        if self.i < len(self.s) and opens_quote(self.s[self.i]):
            operand = self.quoted()
            ends = self.i >= len(self.s) or self.s[self.i].isspace() or self.s[self.i] in ",)"
            if not (ends or self.s.startswith("..", self.i)):
                raise problem.after_quotes(self.text, self.i, field.name)
            return operand
        start = self.i
        self.i = self.word_end(start, ",")
        if self.i == start:
            return None
        source = self.text if field.type is FieldType.TEXT else self.s
        return Operand(source[start : self.i], False, (start, self.i))

    def piece(self, field: FilterField, term_start: int) -> Node:
        """One of the values between commas, as a leaf."""
        start = self.i
        if self.s.startswith("!", start):
            end = self.word_end(start)
            better = f"-{field.name}:{self.s[start:end].lstrip('!=') or '...'}"
            raise problem.use_minus(self.text, start, end, better)
        op = self.operator()
        low = self.operand(field)
        ranged = self.s.startswith("..", self.i)
        high: Operand | None = None
        if ranged:
            self.i += 2
            high = self.operand(field)
        at = (start, self.i)
        if (low is None and high is None) or (op and low is None):
            raise problem.no_value(self.text, term_start, max(self.i, start), field.name)
        if (low and not low.text) or (high and not high.text):
            raise problem.no_value(self.text, *at, field.name)
        if not field.ordered and (ranged or op not in ("", "=")):
            raise problem.no_order(self.text, *at, field, self.text[start : self.i], self.whole(term_start))
        if ranged and op:
            better = f"{field.name}:{self.s[start : self.i].lstrip('<>=≤≥')}"
            raise problem.two_comparisons(self.text, *at, better)
        if ranged:
            return self.range_of(field, low, high, at, term_start)
        assert low is not None  # the case was refused above
        if field.type is FieldType.TEXT:
            self.check_words(low)
            return Phrase(field, low.text, at) if low.quoted else Words(field, low.text, at)
        value = self.value(field, low, term_start)
        if op in ("", "="):
            if isinstance(value, Relative):
                return Cmp(field, "<=", value, at)
            return In(field, (value,), at)
        if value is Special.NONE:
            raise problem.bad_value(self.text, *low.at, field, low.text, self.whole(term_start))
        ops: dict[str, Op] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
        return Cmp(field, ops[op], value, at)

    def whole(self, term_start: int) -> Span:
        """The span of the term that is being read, for the quoted way out."""
        return term_start, self.word_end(self.i)

    def value(self, field: FilterField, operand: Operand, term_start: int) -> Value:
        value = read_value(field, operand.text, operand.quoted)
        if value is None:
            raise problem.bad_value(self.text, *operand.at, field, operand.text, self.whole(term_start))
        return value

    def range_of(self, field: FilterField, low: Operand | None, high: Operand | None, at: Span, start: int) -> Node:
        ends: list[Value | None] = []
        for operand in (low, high):
            value = None if operand is None else self.value(field, operand, start)
            if operand is not None and value is Special.NONE:
                raise problem.bad_value(self.text, *operand.at, field, operand.text, self.whole(start))
            ends.append(value)
        first, last = ends
        if isinstance(first, int) and isinstance(last, int) and first > last:
            first, last = last, first
        return Range(field, first, last, at)

    def read_sort(self, start: int) -> None:
        while True:
            here = self.i
            descending = self.s.startswith("-", here)
            if descending or self.s.startswith("+", here):
                self.i += 1
            name_start = self.i
            self.i = self.word_end(name_start, ",")
            if self.i == name_start:
                raise problem.no_value(self.text, start, max(self.i, here), "sort")
            field = sort_field(self.text, self.s[name_start : self.i], (here, self.i))
            if all(step.field != field for step in self.sort):
                self.sort.append(Sort(field, descending, (start, self.i)))
            if self.i < len(self.s) and self.s[self.i] == ",":
                self.i += 1
                continue
            break
        # A chip is the whole term, so every step of it carries the term's place.
        self.sort = [replace(step, at=(start, self.i)) if step.at[0] == start else step for step in self.sort]


def parse_filter(text: str) -> Filter:
    """Read a filter. An empty text matches everything. Raises FilterProblem, and nothing else.

    At most 4,000 characters and 100 terms; where a field is sorted by twice, the first counts.
    """
    if len(text) > problem.MAX_CHARS:
        raise problem.too_long(text)
    parser = _Parser(text)
    where = parser.either()
    return Filter(where, tuple(parser.sort), text)
