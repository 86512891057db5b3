"""Texts in lines of a bounded width, as terminals measure it."""

from typing import Final

from helpdesk_tui.vocabulary.text import cell_width

# Closing signs never begin a line.
_NO_START: Final = "，。、；：！？）】》」』”"


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` cells, broken at blanks and between wide characters."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        current, cells, gap = "", 0, 0  # gap: how much of `current` may stay on its line
        for char in paragraph.strip():
            wide = cell_width(char)
            if wide == 2 and char not in _NO_START:
                gap = len(current)
            current, cells = current + char, cells + wide
            if cells > width:
                cut = gap or len(current) - 1
                lines.append(current[:cut].rstrip())
                current = current[cut:].lstrip()
                cells, gap = cell_width(current), 0
            if char == " ":
                gap = len(current)
        lines.append(current.rstrip())
    return lines
