"""Outside text made inert, and measured in terminal cells.

Text is stored as it arrived (`at_rest` only replaces what no store can hold); `safe_text` is applied on
output, at the edge of every screen and of the terminal printer.
"""

import re
import unicodedata
from typing import Final

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_BIDI: Final = {
    "\u061c": "ALM", "\u200e": "LRM", "\u200f": "RLM",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
}  # fmt: skip
_TABLE: Final[dict[int, str | None]] = {}
for _n in range(0x20):
    _TABLE[_n] = chr(0x2400 + _n)  # the control's picture, e.g. U+241B for ESC
_TABLE[0x7F] = "\u2421"
for _n in range(0x80, 0xA0):
    _TABLE[_n] = "\ufffd"
for _char, _name in _BIDI.items():
    _TABLE[ord(_char)] = f"<{_name}>"
# Invisible characters that change the meaning or the width of what stands beside them.
for _n in (0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xFEFF):
    _TABLE[_n] = None
for _n in (*range(0x206A, 0x2070), *range(0xFE00, 0xFE10), *range(0xFFF9, 0xFFFC)):
    _TABLE[_n] = None
for _n in (*range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0), *range(0xD800, 0xE000)):
    _TABLE[_n] = "\ufffd" if 0xD800 <= _n < 0xE000 else None
_TABLE[0x2028] = _TABLE[0x2029] = "\n"
_MULTILINE: Final = {**_TABLE, 0x0A: "\n", 0x09: "    ", 0x0D: None}
_ONE_LINE: Final = {**_TABLE, 0x0A: " ", 0x09: " ", 0x0D: " ", 0x2028: " ", 0x2029: " "}
_PLAIN: Final = re.compile(r"[\x20-\x7e]*")
_MAX_MARKS: Final = 4
_MARK_RUN: Final = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]{5,}")


def at_rest(text: str) -> str:
    """What may be stored: NUL and lone surrogates become U+FFFD, all else stays as it arrived."""
    return _SURROGATES.sub("\ufffd", text.replace("\0", "\ufffd"))


def _inert(text: str, table: dict[int, str | None]) -> str:
    return _MARK_RUN.sub(lambda m: m.group()[:_MAX_MARKS], text.translate(table))


def safe_text(text: str) -> str:
    """Inert multi-line text: no control, escape, direction or invisible character survives; tabs become blanks.

    Controls show as their pictures, direction overrides as `<RLO>`; stacked marks are cut at four.
    Idempotent; the result is safe to write to a terminal, but never safe to parse as markup.
    """
    return text if _PLAIN.fullmatch(text) else _inert(text, _MULTILINE)


def one_line(text: str, limit: int | None = None) -> str:
    """Inert text on one line; longer than `limit` characters it is cut with `...`."""
    if limit is not None and len(text) > limit * 4 + 16:
        text = text[: limit * 4 + 16]
    result = text if _PLAIN.fullmatch(text) else _inert(text, _ONE_LINE)
    if limit is not None and len(result) > limit:
        result = result[: max(0, limit - 3)] + "..."
    return result


def cell_width(text: str) -> int:
    """Terminal cells of inert text: wide and full-width characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    width = 0
    for char in text:
        if unicodedata.combining(char):
            continue
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return width


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Inert one-line text cut and padded to exactly `width` cells; a cut ends in `~`."""
    if width <= 0:
        return ""
    have = cell_width(text)
    if have > width:
        kept: list[str] = []
        room = width - 1
        for char in text:
            cells = cell_width(char)
            if cells > room:
                break
            kept.append(char)
            room -= cells
        text = "".join(kept) + "~"
        have = cell_width(text)
    pad = " " * (width - have)
    return pad + text if right else text + pad
