"""What is wrong with a filter: where, what is nearest, and the quoted form as a way out."""

import difflib
from collections.abc import Iterable
from typing import Final

from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.filter_fields import FieldType, FilterField, field_names, fold
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import cell_width, one_line

Span = tuple[int, int]
MAX_CHARS: Final = 4000
MAX_TERMS: Final = 100
MAX_DEPTH: Final = 20
_NEAR: Final = 160


class FilterProblem(Usage):
    """A filter that cannot be read.

    `text[start:end]` is the piece in question (characters of `text`, from 0), `nearest` a valid field or value, or
    None, `quoted` a replacement for `text[term[0]:term[1]]` that searches for it as text, or None.
    """

    code = "filter"

    def __init__(
        self,
        message: str,
        *,
        text: str,
        start: int,
        end: int,
        nearest: str | None = None,
        term: Span | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, column=start + 1, **params)
        self.text = text
        self.start = start
        self.end = end
        self.nearest = nearest
        self.term = term or (start, end)
        piece = text[self.term[0] : self.term[1]]
        self.quoted = quote(piece) if term is not None and any(map(str.isalnum, piece)) else None

    def repaired(self) -> str | None:
        """The whole filter with the term in quotes, or None where that is no way out."""
        if self.quoted is None:
            return None
        return self.text[: self.term[0]] + self.quoted + self.text[self.term[1] :]

    def _hinted(self, line: str, near: str, quote: str) -> str:
        if self.nearest is not None:
            line += near.format(nearest=one_line(self.nearest, 80))
        if self.quoted is not None:
            line += quote.format(quoted=one_line(self.quoted, 80))
        return line

    def __str__(self) -> str:
        return self._hinted(
            super().__str__(), _("; did you mean {nearest}?"), _("; to search for the text write {quoted}")
        )

    @property
    def english(self) -> str:
        """The whole sentence untranslated."""
        return self._hinted(
            super().english, N_("; did you mean {nearest}?"), N_("; to search for the text write {quoted}")
        )

    def marked(self) -> str:
        """Two inert lines for a terminal: the filter, and `^` under the piece in question; of a long one what is near."""
        begin = max(0, self.start - _NEAR)
        before, piece = one_line(self.text[begin : self.start]), one_line(self.text[self.start : self.end], _NEAR)
        before = ("..." if begin else "") + before
        marks = "^" * max(1, cell_width(piece))
        return f"{before}{piece}{one_line(self.text[self.end :], _NEAR)}\n{' ' * cell_width(before)}{marks}"


def quote(text: str) -> str:
    """A text as a quoted value of the filter language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _nearest(word: str, choices: Iterable[str]) -> str | None:
    wanted = fold(word)[:60]
    known = {fold(choice): choice for choice in choices}
    found = difflib.get_close_matches(wanted, list(known), n=1, cutoff=0.6)
    return known[found[0]] if found else None


def too_long(text: str) -> FilterProblem:
    return FilterProblem(
        N_("the filter is longer than {limit} characters"), text=text, start=MAX_CHARS, end=len(text), limit=MAX_CHARS
    )


def too_many(text: str, start: int) -> FilterProblem:
    return FilterProblem(
        N_("the filter has more than {limit} terms"), text=text, start=start, end=len(text), limit=MAX_TERMS
    )


def too_deep(text: str, start: int) -> FilterProblem:
    return FilterProblem(
        N_("more than {limit} parentheses stand inside each other (character {column})"),
        text=text,
        start=start,
        end=start + 1,
        limit=MAX_DEPTH,
    )


def open_quote(text: str, start: int) -> FilterProblem:
    return FilterProblem(
        N_("the quotes that open at character {column} are not closed"), text=text, start=start, end=len(text)
    )


def open_group(text: str, start: int) -> FilterProblem:
    return FilterProblem(
        N_("the parenthesis that opens at character {column} is not closed"),
        text=text,
        start=start,
        end=start + 1,
        term=(start, len(text)),
    )


def empty_group(text: str, start: int, end: int) -> FilterProblem:
    return FilterProblem(
        N_("nothing stands between the parentheses at character {column}"), text=text, start=start, end=end
    )


def lonely_or(text: str, start: int, word: str) -> FilterProblem:
    return FilterProblem(
        N_("{word} at character {column} needs a term on both sides"),
        text=text,
        start=start,
        end=start + len(word),
        term=(start, start + len(word)),
        word=word,
    )


def nothing_to_find(text: str, start: int, end: int) -> FilterProblem:
    return FilterProblem(
        N_("{piece} at character {column} has no letter and no digit to search for; leave it out"),
        text=text,
        start=start,
        end=end,
        piece=text[start:end],
    )


def unknown_field(text: str, start: int, end: int, name: str, term_end: int) -> FilterProblem:
    """`text[start:end]` is the name, the term goes on to `term_end`."""
    return FilterProblem(
        N_("there is no field {name} (character {column})"),
        text=text,
        start=start,
        end=end,
        nearest=(near + ":") if (near := _nearest(name, field_names())) else None,
        term=(start, term_end),
        name=name,
    )


def no_colon(text: str, start: int, end: int, better: str) -> FilterProblem:
    return FilterProblem(
        N_("a field and its value are joined by a colon (character {column}); write {better}"),
        text=text,
        start=start,
        end=end,
        term=(start, end),
        better=better,
    )


def no_value(text: str, start: int, end: int, name: str) -> FilterProblem:
    return FilterProblem(
        N_("{name} needs a value at character {column}, without a blank before it"),
        text=text,
        start=start,
        end=end,
        name=name + ":",
    )


def after_quotes(text: str, start: int, name: str) -> FilterProblem:
    return FilterProblem(
        N_("after the closing quotes of {name} a blank or a comma is expected (character {column})"),
        text=text,
        start=start,
        end=start + 1,
        name=name + ":",
    )


def use_minus(text: str, start: int, end: int, better: str) -> FilterProblem:
    return FilterProblem(
        N_("to exclude a value put - before the field (character {column}); write {better}"),
        text=text,
        start=start,
        end=end,
        better=better,
    )


def no_order(text: str, start: int, end: int, field: FilterField, value: str, term: Span) -> FilterProblem:
    """A comparison on a field without order. `term` is the span of the whole term."""
    textual = field.type not in (FieldType.CODE, FieldType.FLAG)
    return FilterProblem(
        N_("{name} has no order, so < > and .. mean nothing (character {column}); write {better}"),
        text=text,
        start=start,
        end=end,
        better=f"{field.name}:{quote(value)}" if textual else f"{field.name}:{value.strip('.<>=') or '...'}",
        name=field.name + ":",
        term=term,
    )


def two_comparisons(text: str, start: int, end: int, better: str) -> FilterProblem:
    return FilterProblem(
        N_("a range takes no < or > before it (character {column}); write {better}"),
        text=text,
        start=start,
        end=end,
        better=better,
    )


def bad_value(text: str, start: int, end: int, field: FilterField, value: str, term: Span) -> FilterProblem:
    """A value that a field does not know; says what it knows."""
    wanted, choices = _expected(field)
    near = _nearest(value, choices)
    found = field.find(near) if near and field.codes else None
    return FilterProblem(
        N_("{value} at character {column} is no value of {name}; it takes {wanted}"),
        text=text,
        start=start,
        end=end,
        nearest=f"{field.name}:{found.code if found else near}" if near else None,
        term=term,
        value=value,
        name=field.name + ":",
        wanted=wanted,
    )


def _expected(field: FilterField) -> tuple[str, list[str]]:
    none = ["none"] if field.nullable else []
    if field.type in (FieldType.LEVEL, FieldType.CODE):
        codes = [code.code for code in field.codes]
        spellings = [s for code in field.codes for s in (code.code, *code.aliases)]
        return ", ".join(codes + none), spellings + none
    if field.type is FieldType.FLAG:
        return "yes, no", ["yes", "no", "true", "false"]
    if field.type is FieldType.NUMBER:
        example = "1042, INC-1042, 100..200" if field.name in ("number", "parent", "merged_into") else "3, >3, 1..5"
        return ", ".join([example, *none]), none
    if field.type is FieldType.DUE:
        return ", ".join(["<4h, 1d..3d, today, 2026-01-31, 2026-01-31T09:00Z", *none]), [
            "today",
            "tomorrow",
            "now",
            *none,
        ]
    return ", ".join(["<4h, >30m, 1d..7d, today, 2026-01-31, 2026-01-31T09:00Z", *none]), [
        "today",
        "yesterday",
        "now",
        *none,
    ]


def misplaced_sort(text: str, start: int, end: int) -> FilterProblem:
    return FilterProblem(
        N_("the order at character {column} stands outside parentheses and is not negated: sort:-priority,due"),
        text=text,
        start=start,
        end=end,
    )


def bad_sort(text: str, start: int, end: int, name: str, sortable: list[str]) -> FilterProblem:
    return FilterProblem(
        N_("tickets cannot be sorted by {name} (character {column})"),
        text=text,
        start=start,
        end=end,
        nearest=f"sort:{near}" if (near := _nearest(name.strip("-+"), sortable)) else None,
        name=name,
    )
