"""Completion of the filter language at a cursor: fields, values, names the caller knows, orders.

Pure and quick (a few hundred comparisons); the caller gives the names it has at hand in `known`, by the lists that
the fields name: `people`, `teams`, `services`, `cis`, `organisations`, `categories`, `tags`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.vocabulary.filter_fields import FIELDS, FieldType, FilterField, find_field, fold, is_sort
from helpdesk_tui.vocabulary.filter_format import format_value
from helpdesk_tui.vocabulary.filter_parser import find_close, opens_quote, plain_syntax
from helpdesk_tui.vocabulary.filter_values import takes_me
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line

LIMIT: Final = 50
_JOINERS: Final = {0x200C: None, 0x200D: None}
_PAST_TIMES: Final = (
    ("today", N_("the whole day")),
    ("yesterday", N_("the whole day")),
    ("<1h", N_("less than an hour ago")),
    ("<4h", N_("less than four hours ago")),
    ("<1d", N_("less than a day ago")),
    (">7d", N_("more than a week ago")),
    ("1d..7d", N_("between a day and a week ago")),
)
_DUE_TIMES: Final = (
    ("<now", N_("overdue")),
    ("<1h", N_("within an hour, or overdue")),
    ("<4h", N_("within four hours, or overdue")),
    ("today", N_("the whole day")),
    ("tomorrow", N_("the whole day")),
    ("1d..7d", N_("between a day and a week from now")),
)


@dataclass(frozen=True, slots=True)
class Completion:
    """Put `text` in place of `[start:end]`; `help` says what it is, in the viewer's language, and is inert."""

    start: int
    end: int
    text: str
    help: str


def _term_start(plain: str, cursor: int) -> tuple[int, int | None]:
    """Where the term under the cursor begins, and where a quote that is still open at the cursor opens."""
    start = i = 0
    fresh = True  # a quote opens only where a value or a term begins
    while i < cursor:
        char = plain[i]
        if opens_quote(char) and fresh:
            close = find_close(plain, i)
            if close < 0 or close >= cursor:
                return start, i
            i, fresh = close + 1, False
            continue
        if char.isspace() or (char == "(" and i == start):
            start = i + 1
        fresh = char.isspace() or char in "(,:<>=-" or plain.startswith("..", i - 1)
        i += 1
    return start, None


def _rank(wanted: str, spellings: Iterable[str]) -> int | None:
    """0 the name begins so, 1 another spelling does, 2 one of them contains it; None: no match."""
    best: int | None = None
    for n, spelling in enumerate(spellings):
        folded = fold(spelling)
        if folded.startswith(wanted):
            return 0 if n == 0 else 1
        if len(wanted) >= 2 and wanted in folded:
            best = 2
    return best


def _fields(wanted: str) -> Iterator[tuple[int, str, str]]:
    for field in FIELDS:
        rank = _rank(wanted, (field.name, *field.aliases, _(field.label)))
        if rank is not None:
            yield rank, f"{field.name}:", _(field.label)
    rank = _rank(wanted, ("sort", "order", "排序"))
    if rank is not None:
        yield rank, "sort:", _("Order of the list")


def _values_anywhere(wanted: str) -> Iterator[tuple[int, str, str]]:
    """`over` offers `is:overdue`, `crit` offers `priority:critical`."""
    if len(wanted) < 2:
        return
    for field in FIELDS:
        for code in field.codes:
            if _rank(wanted, (code.code, *code.aliases, _(code.label))) in (0, 1):
                yield 3, f"{field.name}:{code.code}", f"{_(field.label)}: {_(code.label)}"


def _values(field: FilterField, wanted: str, known: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, str, str]]:
    for code in field.codes:
        rank = _rank(wanted, (code.code, *code.aliases, _(code.label)))
        if rank is not None:
            yield rank, code.code, _(code.label)
    words: list[tuple[str, str]] = []
    if takes_me(field):
        words.append(("mine", _("my teams")) if field.type is FieldType.LINKED else ("me", _("myself")))
    if field.type is FieldType.FLAG:
        words += [("yes", ""), ("no", "")]
    if field.timed:
        words += [(text, _(help_)) for text, help_ in (_PAST_TIMES if field.type is FieldType.PAST else _DUE_TIMES)]
    if field.nullable and not any(code.code == "none" for code in field.codes):
        words.append(("none", _("nothing set")))
    for text, help_ in words:
        rank = _rank(wanted, (text,))
        if rank is not None:
            yield rank, text, help_
    for name in known.get(field.known, ()) if field.known else ():
        # A name with controls or direction marks in it is never put into somebody's input line.
        inert = one_line(name) == name.translate(_JOINERS)
        rank = _rank(wanted, (name,)) if inert else None
        if rank is not None:
            yield rank, format_value(field, name), _(field.label)


def _compared(field: FilterField, before: str, wanted: str) -> Iterator[tuple[int, str, str]]:
    """Values after `<`, `>` or `..`: no lists of names, and times without an operator of their own."""
    if not field.ordered:
        return
    operator = before[len(before.rstrip("<>=")) :]
    for _rank_, value, help_ in _values(field, "" if field.timed else wanted, {}):
        if value == "none":
            continue
        bare = value.removeprefix(operator) if operator else value
        plain_time = ".." not in bare and bare[0] not in "<>"
        if not field.timed or (plain_time and bare.startswith(wanted)):
            yield _rank_, bare, help_


def _orders(wanted: str, minus: str) -> Iterator[tuple[int, str, str]]:
    for field in FIELDS:
        rank = _rank(wanted, (field.name, *field.aliases, _(field.label))) if field.sortable else None
        if rank is not None:
            yield rank, minus + field.name, _(field.label)


def _value_start(plain: str, start: int, cursor: int, open_quote: int | None) -> int:
    """Where the value under the cursor begins: after the last comma, operator or `..` outside quotes."""
    begin = i = start
    while i < (cursor if open_quote is None else open_quote):
        if opens_quote(plain[i]) and i == begin:
            close = find_close(plain, i)
            if 0 <= close < cursor:
                i = close + 1
                continue
        if plain[i] == "," or (plain[i] in "<>=≤≥" and i == begin):
            begin = i + 1
        elif plain.startswith("..", i):
            begin, i = i + 2, i + 1
        i += 1
    return min(begin, cursor) if open_quote is None else open_quote


def _value_end(plain: str, cursor: int, quoted: bool) -> int:
    end = cursor
    if quoted:  # replace an already closed quotation whole
        while end < len(plain) and plain[end] not in '"“”」』»':
            end += 1
        return end + 1 if end < len(plain) else cursor
    while end < len(plain) and not plain[end].isspace() and plain[end] not in ",)" and not plain.startswith("..", end):
        end += 1
    return end


def complete(text: str, cursor: int, known: Mapping[str, Sequence[str]]) -> list[Completion]:
    """What may stand at the cursor, best first, at most 50; `known` gives the names of people, teams and so on.

    Never raises, whatever the text; a list already in the value (`state:new,`) is not offered again.
    """
    cursor = max(0, min(cursor, len(text)))
    plain = plain_syntax(text)
    start, open_quote = _term_start(plain, cursor)
    if plain.startswith("-", start) and start < cursor:
        start += 1
    if open_quote is not None and open_quote <= start:
        return []  # a phrase: nothing to propose
    colon = plain.find(":", start, cursor)
    if colon < 0:
        end = cursor
        while end < len(plain) and (plain[end].isalnum() or plain[end] == "_"):
            end += 1
        if plain.startswith(":", end):
            end += 1
        wanted = fold(plain[start:cursor])
        found = [*_fields(wanted), *_values_anywhere(wanted)]
        return _sorted(found, start, end, set())
    name = plain[start:colon]
    begin = _value_start(plain, colon + 1, cursor, open_quote)
    if is_sort(name):
        minus = "-" if plain.startswith("-", begin) else ""
        used = {piece.lstrip("-+") for piece in plain[colon + 1 : begin].split(",")}
        end = _value_end(plain, cursor, False)
        return _sorted(
            _orders(fold(plain[begin + len(minus) : cursor]), minus), begin, end, used | {"-" + u for u in used}
        )
    field = find_field(name)
    if field is None:
        return []
    wanted = fold(text[begin + 1 : cursor] if open_quote is not None else plain[begin:cursor])
    compared = begin > colon + 1 and plain[begin - 1] != ","
    found = list(_compared(field, plain[colon + 1 : begin], wanted) if compared else _values(field, wanted, known))
    used = set(plain[colon + 1 : begin].split(","))
    return _sorted(found, begin, _value_end(plain, cursor, open_quote is not None), used)


def _sorted(found: Iterable[tuple[int, str, str]], start: int, end: int, used: set[str]) -> list[Completion]:
    ranked = sorted(found, key=lambda item: item[0])  # stable: the order of the catalogue within a rank
    unique = {text: help_ for _rank_, text, help_ in reversed(ranked) if text not in used}
    texts = dict.fromkeys(text for _rank_, text, _help in ranked if text in unique)
    return [Completion(start, end, text, one_line(unique[text], 80)) for text in list(texts)[:LIMIT]]
