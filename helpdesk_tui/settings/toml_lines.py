"""Where things stand in a TOML document: the lines of its keys, and the places of their values.

For documents that a parser has accepted already: this only finds places, it judges nothing.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any, Final

Key = tuple[str, ...]
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_PART: Final = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')[ \t]*""")


@dataclass(frozen=True, slots=True)
class Entry:
    """A `key = value`: its whole key with the table's, its line (from 1) and places (characters of the document)."""

    key: Key
    line: int
    start: int
    value: int
    value_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A `[table]` line: its name, line (from 1), and where the line begins and ends. `[[many]]` is `listed`."""

    name: Key
    line: int
    start: int
    end: int
    listed: bool


def scan(text: str) -> tuple[list[Entry], list[Table]]:
    """The entries and table lines of a document, in their order."""
    entries: list[Entry] = []
    tables: list[Table] = []
    at, inside = 0, ()  # type: int, Key
    while at < len(text):
        start = _blank(text, at)
        if start >= len(text):
            break
        line = text.count("\n", 0, start) + 1
        begin = text.rfind("\n", 0, start) + 1
        if text[start] == "#":
            at = _next_line(text, start)
            continue
        if text[start] == "[":
            listed = text.startswith("[[", start)
            inside, after = _key(text, start + (2 if listed else 1))
            at = _next_line(text, after)
            tables.append(Table(inside, line, begin, at, listed))
            continue
        name, after = _key(text, start)
        value = _inline(text, after + 1)
        value_end = _value(text, value)
        at = _next_line(text, value_end)
        entries.append(Entry(inside + name, line, begin, value, value_end, at))
    return entries, tables


def line_of(text: str, key: Key) -> int | None:
    """The line of a key, or of the table or inline table that holds it."""
    entries, tables = scan(text)
    lines = {table.name: table.line for table in reversed(tables)} | {entry.key: entry.line for entry in entries}
    wanted = ".".join(key)  # `a."b.c"` and `a.b.c` are the same to whoever reads the message
    holding = [name for name in lines if f"{wanted}.".startswith(f"{'.'.join(name)}.")]
    if holding:
        return lines[max(holding, key=lambda name: len(".".join(name)))]
    return min((line for name, line in lines.items() if ".".join(name).startswith(f"{wanted}.")), default=None)


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _inline(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _next_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _key(text: str, at: int) -> tuple[Key, int]:
    """A dotted key and the place behind it."""
    parts: list[str] = []
    while found := _PART.match(text, at):
        part = found[1]
        parts.append(next(iter(tomllib.loads(f"{part}=0"))) if part[0] in "\"'" else part)
        at = found.end()
        if at >= len(text) or text[at] != ".":
            break
        at += 1
    return tuple(parts), at


def _string(text: str, at: int) -> int:
    """The place behind a string that begins here."""
    quote = text[at]
    if text.startswith(quote * 3, at):
        at += 3
        while not text.startswith(quote * 3, at):
            at += 2 if quote == '"' and text[at] == "\\" else 1
        at += 3
        while at < len(text) and text[at] == quote:  # up to two quotes may stand before the closing three
            at += 1
        return at
    at += 1
    while text[at] != quote:
        at += 2 if quote == '"' and text[at] == "\\" else 1
    return at + 1


def _value(text: str, at: int) -> int:
    """The place behind a value that begins here."""
    if text[at] in "\"'":
        return _string(text, at)
    if text[at] not in "[{":
        end = at
        while end < len(text) and text[end] not in "#\r\n":
            end += 1
        return at + len(text[at:end].rstrip())
    depth = 0
    while at < len(text):
        if text[at] in "\"'":
            at = _string(text, at)
            continue
        if text[at] == "#":
            at = _next_line(text, at)
            continue
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text[at], 0)
        at += 1
        if not depth:
            break
    return at


# -- writing -------------------------------------------------------------------------------------------------------


def written_key(key: Key) -> str:
    """A key as a document has it."""
    return ".".join(part if _BARE.fullmatch(part) else _text(part) for part in key)


def written(value: Any) -> str:
    """A value as a document has it. Texts, switches, whole numbers, lists and tables of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{written_key((name,))} = {written(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return "[" + ", ".join(written(each) for each in value) + "]"


def _text(value: str) -> str:
    clean = value.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def with_value(text: str, key: Key, value: Any) -> str:
    """The document with one value put or replaced; everything else, comments too, stays as it is."""
    entries, tables = scan(text)
    entry = next((each for each in entries if each.key == key), None)
    if entry is not None:
        return text[: entry.value] + written(value) + text[entry.value_end :]
    outer = next((each for each in entries if len(each.key) < len(key) and key[: len(each.key)] == each.key), None)
    if outer is not None:
        return _in_inline(text, outer, key, lambda table, name: table.__setitem__(name, value))
    table = next((each for each in tables if each.name == key[:-1] and not each.listed), None)
    if len(key) > 1 and table is not None:
        end = min((each.start for each in tables if each.start > table.start), default=len(text))
        place = max((each.end for each in entries if table.end <= each.start < end), default=table.end)
        return _insert(text, place, f"{written_key(key[-1:])} = {written(value)}")
    first = min((each.start for each in tables), default=len(text))
    kin = [each.end for each in entries if each.start < first and each.key[:-1] == key[:-1]]
    if len(key) > 1 and not kin:
        gap = "\n" if text.strip() else ""
        ended = text if not text or text.endswith("\n") else text + "\n"
        return f"{ended}{gap}[{written_key(key[:-1])}]\n{written_key(key[-1:])} = {written(value)}\n"
    place = max(kin, default=-1)
    if place < 0:
        place = max((each.end for each in entries if each.start < first), default=first if tables else len(text))
        if tables and place == first:
            return _insert(text, _above_comments(text, first), f"{written_key(key)} = {written(value)}\n")
    return _insert(text, place, f"{written_key(key)} = {written(value)}")


def without(text: str, key: Key) -> str:
    """The document without a key; everything else stays as it is."""
    entries, _tables = scan(text)
    for entry in entries:
        if entry.key == key:
            return text[: entry.start] + text[entry.end :]
        if len(entry.key) < len(key) and key[: len(entry.key)] == entry.key:
            return _in_inline(text, entry, key, lambda table, name: table.pop(name, None))
    return text


def _in_inline(text: str, entry: Entry, key: Key, change: Any) -> str:
    whole = tomllib.loads(f"x = {text[entry.value : entry.value_end]}")["x"]
    table = whole
    for name in key[len(entry.key) : -1]:
        table = table.setdefault(name, {})
    change(table, key[-1])
    return text[: entry.value] + written(whole) + text[entry.value_end :]


def _above_comments(text: str, at: int) -> int:
    """The place above the comment lines that stand right over a line: they belong to it."""
    while at > 0:
        before = text.rfind("\n", 0, at - 1) + 1
        if not text[before:at].lstrip().startswith("#"):
            break
        at = before
    return at


def _insert(text: str, at: int, line: str) -> str:
    head = text[:at]
    if head and not head.endswith("\n"):
        head += "\n"
    return f"{head}{line}\n{text[at:]}"
