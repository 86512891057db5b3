"""Rows of CSV, TSV, JSON and JSON lines files as a stream, packed with gzip or not, each with its line."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from helpdesk_tui.desk.import_rows import Incoming
from helpdesk_tui.intake import strict_json, texts
from helpdesk_tui.intake.limits import MAX_COLUMNS, MAX_LINE, Source
from helpdesk_tui.vocabulary.cells import restore
from helpdesk_tui.vocabulary.errors import DeskError, Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_

FORMATS: Final = ("csv", "tsv", "jsonl", "json")
_OF_SUFFIX: Final = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_BLANK: Final = " \t\r\n\ufeff"


class Table:
    """A file as rows. `encoding` and `format` tell how it is read; `rows()` may be asked for again.

    Raises Invalid for a file that cannot be read at all, Usage for a form or encoding that nobody knows.
    """

    def __init__(self, source: Source, *, form: str | None = None, encoding: str | None = None) -> None:
        self.source = source
        if form is not None and form not in FORMATS:
            raise Usage(
                N_("{value} is no form that can be imported; use {known}"), value=form, known=", ".join(FORMATS)
            )
        self.encoding = texts.detect(source, encoding)
        self.format = form or _OF_SUFFIX.get(source.suffix) or self._sniff()
        if self.format in ("json", "jsonl") and encoding is None and self.encoding.name not in ("utf-8", "utf-8-sig"):
            self.encoding = texts.detect(source, strict=True)
        if self.format == "json" and self._first() == "{":
            self.format = self._one_object_or_lines()
        self.delimiter = self._delimiter() if self.format in ("csv", "tsv") else ""

    # -- looking -----------------------------------------------------------------------------------------------

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self.source.open(), encoding=self.encoding.name, errors="strict", newline="")

    def _head(self) -> str:
        try:
            with self._text() as text:
                return text.read(1 << 16)
        except UnicodeDecodeError:
            raise texts.undecodable(self.source.name, self.encoding.name, 1) from None

    def _first(self) -> str:
        return self._head().lstrip(_BLANK)[:1]

    def _sniff(self) -> str:
        head = self._head()
        first = head.lstrip(_BLANK)[:1]
        if first in ("{", "["):
            return "jsonl" if first == "{" else "json"
        line = head.lstrip(_BLANK).split("\n", 1)[0]
        return "tsv" if line.count("\t") > line.count(",") else "csv"

    def _one_object_or_lines(self) -> str:
        line = self._head().lstrip(_BLANK).split("\n", 1)[0]
        try:
            strict_json.loads(line)
        except Invalid:
            return "object"
        return "jsonl"

    def _delimiter(self) -> str:
        if self.format == "tsv":
            return "\t"
        line = self._head().lstrip("\ufeff").split("\n", 1)[0]
        best = max(",;\t|", key=line.count)
        return best if line.count(best) else ","

    # -- reading -----------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Incoming]:
        """Every row in the order of the file; one that cannot be read carries its problem.

        Raises Invalid where reading cannot go on (a bomb, a file that breaks off).
        """
        if self.format in ("csv", "tsv"):
            yield from self._separated()
        elif self.format == "jsonl":
            yield from self._json_lines()
        elif self.format == "object":
            yield from self._object()
        else:
            yield from self._json()

    def _json_lines(self) -> Iterator[Incoming]:
        if self.encoding.name not in ("utf-8", "utf-8-sig"):
            with self._text() as text:
                for number, line in enumerate(self._lines(text), 1):
                    if line.strip(_BLANK):
                        yield _parsed(number, line)
            return
        with self.source.open() as opened:
            number = 0
            while raw := opened.readline(MAX_LINE + 1):
                number += 1
                if len(raw) > MAX_LINE:
                    while raw and not raw.endswith(b"\n"):
                        raw = opened.readline(MAX_LINE)
                    yield Incoming(number, problem=_too_long())
                    continue
                try:
                    line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    yield Incoming(number, problem=Invalid(N_("byte {at} of the line is no UTF-8"), at=error.start + 1))
                    continue
                if not line.isspace():
                    yield _parsed(number, line)

    def _json(self) -> Iterator[Incoming]:
        try:
            with self._text() as text:
                for number, element in strict_json.elements(text):
                    yield _parsed(number, element.strip(" \t\r\n"))
        except UnicodeDecodeError:
            raise texts.undecodable(self.source.name, "UTF-8", 1) from None

    def _object(self) -> Iterator[Incoming]:
        try:
            with self._text() as text:
                whole = text.read(MAX_LINE + 1)
        except UnicodeDecodeError:
            raise texts.undecodable(self.source.name, "UTF-8", 1) from None
        yield Incoming(1, problem=_too_long()) if len(whole) > MAX_LINE else _parsed(1, whole.strip(_BLANK))

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        """Lines with their ends; a line beyond all measure comes cut, and is refused by whoever reads it."""
        number = 0
        try:
            while line := text.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    rest = line
                    while rest and not rest.endswith(("\n", "\r")):
                        rest = text.readline(MAX_LINE)
                yield line
        except UnicodeDecodeError:
            raise texts.undecodable(self.source.name, self.encoding.name, number + 1) from None

    def _separated(self) -> Iterator[Incoming]:
        csv.field_size_limit(MAX_LINE)
        with self._text() as text:
            reader = csv.reader(self._lines(text), delimiter=self.delimiter, strict=True)
            header: list[str] | None = None
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    if header is None:
                        raise Invalid(N_("{name}: the first line is no header: {problem}"),
                                      name=self.source.name, problem=error) from None  # fmt: skip
                    yield Incoming(line, problem=Invalid(N_("this is no row: {problem}"), problem=error))
                    continue
                if header is None:
                    if any(cell.strip() for cell in cells):
                        header = self._header(cells)
                    continue
                if not any(cells):
                    continue
                if len(cells) > len(header) and any(cells[len(header) :]):
                    yield Incoming(
                        line, problem=Invalid(N_("{n} cells, but the header has {m}"), n=len(cells), m=len(header))
                    )
                    continue
                yield Incoming(line, dict(zip(header, map(restore, cells), strict=False)))

    def _header(self, cells: list[str]) -> list[str]:
        if len(cells) > MAX_COLUMNS:
            raise Invalid(
                N_("{name} has {n} columns; at most {limit} are taken"),
                name=self.source.name,
                n=len(cells),
                limit=MAX_COLUMNS,
            )
        names = [cell.strip().lstrip("\ufeff") or f"column {place}" for place, cell in enumerate(cells, 1)]
        for name in names:
            if names.count(name) > 1:
                raise Invalid(N_("{name}: two columns are called {column}"), name=self.source.name, column=name)
        return names


def _too_long() -> DeskError:
    return Invalid(N_("longer than {size} MiB"), size=MAX_LINE >> 20)


def _parsed(line: int, text: str) -> Incoming:
    try:
        value: Any = strict_json.loads(text)
    except Invalid as problem:
        return Incoming(line, problem=problem)
    if not isinstance(value, dict):
        return Incoming(line, problem=Invalid(N_("a row must be an object with named values")))
    if len(value) > MAX_COLUMNS:
        return Incoming(
            line, problem=Invalid(N_("{n} values; at most {limit} are taken"), n=len(value), limit=MAX_COLUMNS)
        )
    return Incoming(line, value)
