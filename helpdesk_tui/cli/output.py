"""The printer: rows as a table that fits the terminal, JSON, JSON lines, CSV or TSV.

Whatever comes from outside is inert on a terminal. JSON escapes controls, direction marks and invisible characters
everywhere, so that its bytes are the same on a terminal and in a file; CSV and TSV cells that a spreadsheet would run
as a formula get a leading apostrophe.
"""

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from enum import StrEnum
from itertools import chain, islice
from typing import Annotated, Any, Final

import typer

from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import NEVER
from helpdesk_tui.vocabulary.text import cell_width, fit, one_line, safe_text

Row = Mapping[str, Any]


class Output(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help=N_("How to print: a table, or for programs."))]
ColumnsOption = Annotated[
    str | None, typer.Option("--columns", metavar="KEY,KEY", help=N_("Print only these keys, in this order."))
]

_HOSTILE: Final = re.compile(
    "[\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SAMPLE: Final = 500
_PIPED_CELL: Final = 200
_READABLE: Final = 32


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the key of the value, its heading (a catalogue text), how to show it.

    `show` gets the value and the whole row; `flexible` columns give way when the terminal is narrow, and those with
    the greatest `spare` are left out first where that is not enough.
    """

    key: str
    heading: str
    show: Callable[[Any, Row], str] | None = None
    right: bool = False
    flexible: bool = False
    spare: int = 0

    def cell(self, row: Row) -> str:
        """The inert text of this column in a row."""
        value = row.get(self.key)
        return one_line(self.show(value, row) if self.show is not None else plain(value), 2_000)


def plain(value: Any) -> str:
    """A value as people read it in a cell."""
    if value is None or value == [] or value == {}:
        return "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(v) for v in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {plain(v)}" for k, v in value.items())
    return str(value)


# -- machine forms -----------------------------------------------------------------------------------------------


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _instant(key: str, value: Any) -> Any:
    """The machine form of an instant in a plain row of the desk; everything else as it is."""
    if isinstance(value, int) and (key == "at" or key.endswith("_at")):
        return None if value >= NEVER else iso(value)
    return value


def _default(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {key: _instant(key, item) for key, item in asdict(value).items()}
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    return str(value)


def to_json(value: Any, *, indent: int | None = None) -> str:
    """JSON that is safe to look at on a terminal: readable letters, everything else escaped."""
    return inert_json(json.dumps(value, ensure_ascii=False, indent=indent, default=_default))


def inert_json(text: str) -> str:
    """JSON text with every control, direction mark and invisible character escaped; it means the same."""
    return _HOSTILE.sub(_escape, text)


def csv_cell(value: Any) -> str:
    """A value as a spreadsheet's cell that cannot be a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        if all(isinstance(v, str | int) and not isinstance(v, bool) for v in value):
            value = ",".join(str(v) for v in value)
        else:
            value = to_json(value)
    elif isinstance(value, Mapping):
        value = to_json(value)
    text = str(value)
    if isinstance(value, str) and text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        text = "'" + text
    return safe_text(text) if sys.stdout.isatty() else text


def write(text: str) -> None:
    """Text that is already inert (or for a program), on standard output."""
    sys.stdout.write(text)


def line(text: str) -> None:
    """One inert line on standard output."""
    sys.stdout.write(one_line(text) + "\n")


# -- rows --------------------------------------------------------------------------------------------------------


def named(columns: str | None, keys: Sequence[str]) -> list[str] | None:
    """The keys that `--columns` names. Raises Usage for one that does not exist."""
    if columns is None:
        return None
    wanted = [part.strip() for part in columns.replace("，", ",").split(",") if part.strip()]
    unknown = [part for part in wanted if part not in keys]
    if unknown or not wanted:
        raise Usage(
            N_("there is no column {value}; known are: {known}"), value=", ".join(unknown) or "-", known=", ".join(keys)
        )
    return wanted


def print_rows(
    rows: Iterable[Row],
    table: Sequence[Column],
    *,
    output: Output,
    columns: str | None = None,
    keys: Sequence[str] | None = None,
    empty: str = "",
) -> int:
    """Print a list; returns how many rows there were.

    `keys` are those of a whole object (of the first row where not given); `columns` is the text of `--columns`.
    `empty` is said on standard error where a table has no row.
    """
    stream = iter(rows)
    first = next(stream, None)
    known = list(keys if keys is not None else (first or {}))
    wanted = named(columns, known) if columns is not None and (known or first is not None) else None
    stream = stream if first is None else chain((first,), stream)
    counter = _Counter(stream)
    if output is Output.TABLE:
        shown = table if wanted is None else [_column(key, table) for key in wanted]
        _print_table(counter, shown)
        if not counter.n and empty:
            from helpdesk_tui.cli.context import say

            say(empty)
    elif output is Output.JSON:
        _print_json(_picked(counter, wanted))
    elif output is Output.JSONL:
        for row in _picked(counter, wanted):
            write(to_json(row) + "\n")
    else:
        _print_separated(counter, wanted or known, "\t" if output is Output.TSV else ",")
    return counter.n


class _Counter:
    """Counts what passes through."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.n = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.n += 1
            yield row


def _picked(rows: Iterable[Row], wanted: Sequence[str] | None) -> Iterator[Row]:
    for row in rows:
        yield row if wanted is None else {key: row.get(key) for key in wanted}


def _column(key: str, table: Sequence[Column]) -> Column:
    found = next((column for column in table if column.key == key), None)
    return found or Column(key, key, flexible=key in ("title", "description"))


def _print_json(rows: Iterable[Row]) -> None:
    empty = True
    for row in rows:
        write(("[\n" if empty else ",\n") + to_json(row))
        empty = False
    write("[]\n" if empty else "\n]\n")


def _print_separated(rows: Iterable[Row], keys: Sequence[str], delimiter: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    if keys:
        writer.writerow(keys)
    for n, row in enumerate(rows, 1):
        writer.writerow([csv_cell(row.get(key)) for key in keys])
        if n % 200 == 0:
            write(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
    write(buffer.getvalue())


def _print_table(rows: Iterable[Row], columns: Sequence[Column]) -> None:
    """Columns as wide as the first rows need; on a terminal the flexible ones shrink until a row fits its width."""
    stream = iter(rows)
    first = list(islice(stream, _SAMPLE))
    if not first:
        return
    tty = sys.stdout.isatty()
    limit = 10_000 if tty else _PIPED_CELL
    sample = [[column.cell(row) for row in first] for column in columns]
    widths = [
        min(limit, max(cell_width(_(column.heading)), *map(cell_width, cells)))
        for column, cells in zip(columns, sample, strict=True)
    ]
    if tty:
        room = shutil.get_terminal_size((80, 24)).columns
        shown = _afforded(widths, columns, room)
        columns, sample = [columns[n] for n in shown], [sample[n] for n in shown]
        widths = [widths[n] for n in shown]
        _shrink(widths, columns, room)
    _write_cells([_(column.heading) for column in columns], widths, columns)
    for cells in zip(*sample, strict=True):
        _write_cells(cells, widths, columns)
    for row in stream:
        _write_cells([column.cell(row) for column in columns], widths, columns)


def _afforded(widths: Sequence[int], columns: Sequence[Column], room: int) -> list[int]:
    """Which columns are shown: the spare ones go, one by one, until the flexible ones have a readable width."""
    shown = list(range(len(columns)))
    while True:
        needed = sum(min(widths[n], _READABLE) if columns[n].flexible else widths[n] for n in shown)
        most = max(shown, key=lambda n: columns[n].spare)
        if needed + 2 * (len(shown) - 1) <= room or not columns[most].spare:
            return shown
        shown.remove(most)


def _shrink(widths: list[int], columns: Sequence[Column], room: int) -> None:
    """Take cells from the flexible columns first, then from any but the first, always from the widest."""
    excess = sum(widths) + 2 * (len(widths) - 1) - room
    for group in ([n for n, c in enumerate(columns) if c.flexible], list(range(1, len(columns))) or [0]):
        floor = 12 if group and columns[group[0]].flexible and len(group) < len(columns) else 4
        while excess > 0:
            widest = max(group, key=lambda n: widths[n], default=None)
            if widest is None or widths[widest] <= floor:
                break
            widths[widest] -= 1
            excess -= 1


def _write_cells(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> None:
    parts = [fit(cell, width, right=column.right) for cell, width, column in zip(cells, widths, columns, strict=True)]
    write("  ".join(parts).rstrip() + "\n")


# -- one result --------------------------------------------------------------------------------------------------


def print_result(result: Row, *, output: Output, lines: Sequence[str] | None = None) -> None:
    """Print one answer (no list): as an object for programs, as `lines` or `key value` for people."""
    if output in (Output.JSON, Output.JSONL):
        write(to_json(result) + "\n")
    elif output is Output.TABLE:
        if lines is not None:
            for text in lines:
                line(text)
        else:
            print_facts(result)
    else:
        _print_separated([result], list(result), "\t" if output is Output.TSV else ",")


def print_facts(facts: Row) -> None:
    """Keys and values, one a line; long texts are indented under their key."""
    from helpdesk_tui.cli import labels

    shown = [(one_line(labels.label(key)), safe_text(plain(labels.value(key, value)))) for key, value in facts.items()]
    width = max((cell_width(heading) for heading, _text in shown), default=0)
    for heading, text in shown:
        if "\n" in text:
            write(f"{heading}:\n" + "".join(f"  {part}\n" for part in text.splitlines()))
        else:
            write(f"{fit(heading, width)}  {text}\n")


def print_entity(thing: Row, *, output: Output, columns: str | None = None) -> None:
    """Print one person, team, view …: keys and values for people, a list of one whole object for programs."""
    if output is Output.TABLE and columns is None:
        print_facts(thing)
    else:
        print_rows([thing], (), output=output, columns=columns)
