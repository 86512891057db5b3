"""Outside text made inert, and measured in terminal cells.

Text is stored as it arrived (`at_rest` only replaces what no store can hold); `safe_text` is applied on
output, at the edge of every screen and of the terminal printer.
"""

import re
import unicodedata
from functools import lru_cache
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
# (Unicode's Default_Ignorable_Code_Point; the skin tones, which terminals draw two cells wide or none.)
for _n in (0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x200B, 0x200C, 0x200D, 0x3164, 0xFEFF, 0xFFA0):
    _TABLE[_n] = None
for _n in (*range(0x180B, 0x1810), *range(0x2060, 0x2066), *range(0x206A, 0x2070), *range(0xFE00, 0xFE10)):
    _TABLE[_n] = None
for _n in (*range(0xFFF0, 0xFFFC), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0x1F3FB, 0x1F400)):
    _TABLE[_n] = None
_TABLE.update(dict.fromkeys(range(0xE0000, 0xE1000)))
_TABLE.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
_TABLE[0x2028] = _TABLE[0x2029] = "\n"
_MULTILINE: Final = {**_TABLE, 0x0A: "\n", 0x09: "    ", 0x0D: None}
_ONE_LINE: Final = {**_TABLE, 0x0A: " ", 0x09: " ", 0x0D: " ", 0x2028: " ", 0x2029: " "}
_PLAIN: Final = re.compile(r"[\x20-\x7e]*")
_MAX_MARKS: Final = 4
# A combining mark is never a word character, so marks of every script stand in such runs.
_MARK_RUN: Final = re.compile(r"[^\w\x00-\u02ff]{5,}")
# Format characters that are drawn: signs that stand before or around a number.
_PREPENDED: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Drawn two cells wide since Unicode 16, which Python's tables may be too old to know.
_NEWLY_WIDE: Final = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D376))


def at_rest(text: str) -> str:
    """What may be stored: NUL and lone surrogates become U+FFFD, all else stays as it arrived."""
    if text.isascii() and "\0" not in text:
        return text
    return _SURROGATES.sub("\ufffd", text.replace("\0", "\ufffd"))


def _unstacked(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in match.group():
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _inert(text: str, table: dict[int, str | None]) -> str:
    return _MARK_RUN.sub(_unstacked, text.translate(table))


def safe_text(text: str) -> str:
    """Inert multi-line text: no control, escape, direction or invisible character survives; tabs become blanks.

    Controls show as their pictures, direction overrides as `<RLO>`; stacked marks are cut at four.
    Idempotent; the result is safe to write to a terminal, but never safe to parse as markup.
    """
    return text if _PLAIN.fullmatch(text) else _inert(text, _MULTILINE)


def one_line(text: str, limit: int | None = None) -> str:
    """Inert text on one line; longer than `limit` characters it is cut with `...`."""
    cut = limit is not None and len(text) > limit * 4 + 16
    if limit is not None and cut:
        text = text[: limit * 4 + 16]  # long text costs no more than short text
    result = text if _PLAIN.fullmatch(text) else _inert(text, _ONE_LINE)
    if limit is not None and (cut or len(result) > limit):
        result = result[: max(0, limit - 3)] + "..."[: max(0, limit)]
    return result


@lru_cache(maxsize=16384)
def _cells(char: str) -> int:
    category = unicodedata.category(char)
    code = ord(char)
    if (
        category in ("Mn", "Me", "Mc")
        or (category == "Cf" and char not in _PREPENDED)
        or 0x1160 <= code <= 0x11FF
        or 0xD7B0 <= code <= 0xD7FF
    ):
        return 0
    if category == "Cn":  # newer than Python's tables: emoji and ideographs come in known places
        return (
            2
            if 0x1FA70 <= code <= 0x1FAFF or 0x20000 <= code <= 0x3FFFD or 0x18800 <= code <= 0x18DFF or code == 0x1F6DC
            else 1
        )
    wide = unicodedata.east_asian_width(char) in "WF" or any(low <= code <= high for low, high in _NEWLY_WIDE)
    return 2 if wide else 1


def cell_width(text: str) -> int:
    """Terminal cells of inert text: wide and full-width characters take two, combining marks none.

    Agrees with the tables of the screen library, so that a column fitted here is as wide there.
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Inert one-line text cut and padded to exactly `width` cells; a cut ends in `~`."""
    if width <= 0:
        return ""
    have = cell_width(text)
    if have > width:
        kept: list[str] = []
        room = width - 1
        for char in text:
            cells = _cells(char)
            if cells > room:
                break
            kept.append(char)
            room -= cells
        text = "".join(kept) + "~"
        have = cell_width(text)
    pad = " " * (width - have)
    return pad + text if right else text + pad
