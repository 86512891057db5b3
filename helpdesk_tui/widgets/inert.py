"""The one way in which data becomes visible: inert text, no markup, exact terminal cells.

Widgets measure with the same table as Textual's compositor (`rich.cells`): a row whose width were one cell off
would push its neighbour out of place.
"""

from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from helpdesk_tui.vocabulary.text import fit, one_line, safe_text

LINE_LIMIT: Final = 2_000
"""Characters of one line that are looked at; no terminal is wider."""

_NO_START: Final = frozenset("，。、；：？！）》」』】〕”’…,.;:?!)]}%")
_NO_END: Final = frozenset("（《「『【〔“‘([{")


def plain(text: object) -> Content:
    """Multi-line data as inert content: controls shown as pictures, nothing read as markup."""
    return Content(safe_text(str(text)))


def line(text: object, limit: int | None = None) -> Content:
    """Data on one line as inert content, at most `limit` characters."""
    return Content(one_line(str(text), limit))


def cells(text: str, width: int, *, right: bool = False) -> str:
    """Data made inert, cut and padded to exactly `width` cells as the compositor counts them."""
    if width <= 0:
        return ""
    if len(text) > LINE_LIMIT:
        text = text[:LINE_LIMIT]
    fitted = fit(one_line(text), width, right=right)
    if fitted.isascii() or cell_len(fitted) == width:
        return fitted
    # Scripts with joined or zero-width letters, where the two width tables differ.
    return set_cell_size(fitted, width)


def shortened(text: str, width: int) -> str:
    """Data made inert and cut to at most `width` cells, the cut shown by `~`; nothing is padded."""
    return cells(text, width).rstrip(" ")


def width_of(text: str) -> int:
    """Terminal cells of inert text as the compositor counts them."""
    return len(text) if text.isascii() else cell_len(text)


def wrap(text: str, width: int, limit: int | None = None) -> list[str]:
    """Inert text broken into lines of at most `width` cells, at most `limit` lines (one more tells that text is left).

    Western words stay whole where they fit, Chinese breaks between characters; closing punctuation never starts
    a line and opening punctuation never ends one.
    """
    width = max(2, width)
    lines: list[str] = []
    for raw in text.split("\n"):
        if limit is not None and len(lines) > limit:
            break
        if width_of(raw) <= width:
            lines.append(raw)
        else:
            _wrap_one(raw, width, lines, None if limit is None else limit + 1)
    return lines if limit is None else lines[: limit + 1]


def _wrap_one(raw: str, width: int, lines: list[str], limit: int | None) -> None:
    start = used = index = 0
    breaks = -1
    size = len(raw)
    while index < size:
        char = raw[index]
        wide = 1 if char.isascii() else cell_len(char)
        if used + wide > width and index > start:
            cut = index if char == " " or breaks <= start else breaks
            lines.append(raw[start:cut].rstrip(" "))
            if limit is not None and len(lines) >= limit:
                return
            start = cut
            while start < size and raw[start] == " ":
                start += 1
            if start == size:
                return
            index = max(index, start)
            used = width_of(raw[start:index])
            breaks = -1
            continue
        used += wide
        index += 1
        if index < size and _may_break(char, raw[index], wide):
            breaks = index
    lines.append(raw[start:])


def _may_break(before: str, after: str, wide: int) -> bool:
    if before == " ":
        return after != " "
    if after in _NO_START or before in _NO_END:
        return False
    return wide == 2 or before == "-" or cell_len(after) == 2
