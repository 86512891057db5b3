"""JSON read strictly: no NaN, no repeated key, no number beyond measure, no nesting beyond 64, no surprise on memory."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final, TextIO

from helpdesk_tui.intake.limits import MAX_DEPTH, MAX_LINE
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

_MAX_DIGITS: Final = 300
# A string that never ends is one match too: were it none, every quote in it would be tried anew.
_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[\[{]|[\]}]', re.DOTALL)
_TOKEN: Final = re.compile(r'["\\\[\]{},]')
_BLOCK: Final = 1 << 16
_BLANK: Final = " \t\r\n"


def _constant(text: str) -> Any:
    raise Invalid(N_("{value} is no number that JSON knows"), value=text)


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise Invalid(N_("a number of {n} digits is refused"), n=len(text))
    return int(text)


def _float(text: str) -> float:
    value = float(text) if len(text) <= 2 * _MAX_DIGITS else math.inf
    if not math.isfinite(value):
        raise Invalid(N_("{value} is too large a number"), value=text[:40])
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Invalid(N_("the key {key} stands there twice"), key=again)
    return found


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_int, parse_float=_float, strict=True
)


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKET.finditer(text):
        char = match.group()
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def loads(text: str) -> Any:
    """One JSON value. Raises Invalid with a short cause."""
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise Invalid(N_("nested deeper than {depth} levels"), depth=MAX_DEPTH)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Invalid(
            N_("this is no JSON: {problem} at column {column}"), problem=error.msg, column=error.colno
        ) from None
    except RecursionError:
        raise Invalid(N_("nested deeper than {depth} levels"), depth=MAX_DEPTH) from None


def elements(stream: TextIO) -> Iterator[tuple[int, str]]:
    """The elements of the array that a stream holds, one after another, as `(line, text)`.

    Raises Invalid where it is no array, where one element is larger than 8 MiB or nested too deeply, and for anything
    after the end.
    """
    line = 1
    block = stream.read(_BLOCK)
    at = 0
    while block and not block.strip(_BLANK):
        line += block.count("\n")
        block = stream.read(_BLOCK)
    while at < len(block) and block[at] in _BLANK:
        at += 1
    line += block.count("\n", 0, at)
    if not block or block[at] != "[":
        raise Invalid(N_("this is no JSON array"))
    at += 1
    parts: list[str] = []
    size = depth = 0
    start = line
    in_string = ended = False
    first = True
    while True:
        begin = at
        while match := _TOKEN.search(block, at):
            char, place = match.group(), match.start()
            at = place + 1
            if in_string:
                if char == '"':
                    in_string = False
                elif char == "\\":
                    at += 1
                continue
            if char == '"':
                in_string = True
            elif char in "[{":
                depth += 1
                if depth >= MAX_DEPTH:
                    raise Invalid(N_("nested deeper than {depth} levels"), depth=MAX_DEPTH)
            elif char in "]}" and depth:
                depth -= 1
            elif (char == "," and not depth) or char == "]":
                parts.append(block[begin:place])
                text = "".join(parts)
                begin, parts, size = at, [], 0
                if char == "]" and first and not text.strip(_BLANK):
                    ended = True
                    break
                if not text.strip(_BLANK):
                    raise Invalid(N_("line {line}: this is no JSON: a value is missing"), line=start + text.count("\n"))
                lead = len(text) - len(text.lstrip(_BLANK))
                yield start + text.count("\n", 0, lead), text
                start += text.count("\n")
                first = False
                if char == "]":
                    ended = True
                    break
            elif char == "}":
                raise Invalid(N_("line {line}: this is no JSON: a bracket too many"), line=start)
        if ended:
            break
        # An escape may begin at the very end of a block: what it escapes is the first character of the next.
        overhang = max(0, at - len(block))
        parts.append(block[begin:])
        size += len(block) - begin
        if size > MAX_LINE:
            raise Invalid(N_("line {line}: an element is larger than {size} MiB"), line=start, size=MAX_LINE >> 20)
        block = stream.read(_BLOCK)
        at = 0
        if not block:
            raise Invalid(N_("this is no JSON: it ends in the middle"))
        if overhang:
            parts.append(block[:overhang])
            block = block[overhang:]
    rest = block[at:]
    while rest or (rest := stream.read(_BLOCK)):
        if rest.strip(_BLANK):
            raise Invalid(N_("this is no JSON: something stands after the end"))
        rest = ""
