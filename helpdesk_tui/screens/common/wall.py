"""The last wall before the terminal: no control, escape or direction character leaves in the text of a strip.

Widgets make outside text inert already (`widgets.inert`); this catches what a widget of a library lets through.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, InlineUpdate, LayoutUpdate
from textual.strip import Strip

HARMFUL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def _instead(match: re.Match[str]) -> str:
    # As many cells as the compositor has counted, or the neighbours would move.
    return "?" * max(0, cell_len(match.group()))


def clean_strip(strip: Strip) -> Strip:
    """The strip itself when its texts are harmless, else one without the harmful characters."""
    if not any(HARMFUL.search(segment.text) for segment in strip._segments):
        return strip
    segments = [Segment(HARMFUL.sub(_instead, text), style) for text, style, _ in strip._segments]
    return Strip(segments, strip.cell_length)


def clean(update: Any) -> Any:
    """A compositor update of clean strips; anything else is returned as it is."""
    if not isinstance(update, CompositorUpdate):
        return update
    if isinstance(update, LayoutUpdate):
        return LayoutUpdate([[clean_strip(strip) for strip in line] for line in update.strips], update.region)
    if isinstance(update, InlineUpdate):
        return InlineUpdate([clean_strip(strip) for strip in update.strips], update.clear)
    if isinstance(update, ChopsUpdate):
        touched = {y for y, _x1, _x2 in update.spans}
        chops: list[Mapping[int, Strip | None]] = [
            {x: None if strip is None else clean_strip(strip) for x, strip in line.items()} if y in touched else line
            for y, line in enumerate(update.chops)
        ]
        return ChopsUpdate(chops, update.spans, update.chop_ends)
    return update
