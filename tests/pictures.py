"""Screens kept as text: what stands on each line, and in which styles of which theme."""

import difflib
import os
import re
from typing import Any, ClassVar, Final

from textual._context import visible_screen_stack
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from tui import SNAPSHOTS, screen_strips

from helpdesk_tui.widgets.lines import ALL_TONES, ToneWidget

FOLDER: Final = SNAPSHOTS / "gallery"
LEGEND: Final = "Styles of each line from the left, plain blanks left out. A line like the one above is not repeated."


def unsent(screen: Screen[Any]) -> None:
    """In the place of `Screen._compositor_refresh`: nothing is drawn for a terminal that is not there."""
    if screen is screen.app.screen:
        screen._dirty_widgets.clear()
        screen._compositor._dirty_regions.clear()


def drawn(app: App[Any]) -> list[Strip]:
    """The strips of the screen on top; around a dialog nothing, whatever is beneath it."""
    visible_screen_stack.set([])
    return screen_strips(app)


def text_of(strips: list[Strip], folder: str = "") -> str:
    """The lines, blanks at their ends cut, the path of a folder replaced by a name."""
    text = "\n".join(strip.text.rstrip() for strip in strips) + "\n"
    return text.replace(folder, "FOLDER") if folder else text


def styles_of(strips: list[Strip]) -> list[str]:
    """The styles of each line by name and colour, with its number from 1."""
    found: list[str] = []
    before = ""
    for at, strip in enumerate(strips, 1):
        styles: dict[str, None] = {}
        grounds = set()
        for segment in strip:
            style = segment.style
            if style is None or not segment.text:
                continue
            shows = bool(segment.text.strip()) or style.reverse or style.underline
            if shows or style.bgcolor not in grounds:
                styles[str(style) if shows else f"blank on {style.bgcolor.name if style.bgcolor else 'default'}"] = None
            grounds.add(style.bgcolor)
        line = "; ".join(styles)
        if line != before:
            found.append(f"{at:3} {line}")
        before = line
    return found


class EveryTone(ToneWidget):
    """One widget that has the style of every tone."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(ALL_TONES)
    DEFAULT_CSS = "EveryTone { height: 1; }"


def slug(name: str) -> str:
    """The name of a state as that of a file."""
    return re.sub(r"\W+", "-", name).strip("-")


def difference(name: str, have: str) -> list[str]:
    """What is not as it is kept in `snapshots/gallery/NAME.txt`; SNAPSHOTS=update writes it anew."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "update":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(have, encoding="utf-8")
    want = path.read_text(encoding="utf-8") if path.exists() else ""
    return list(difflib.unified_diff(want.splitlines(), have.splitlines(), path.name, "now", lineterm="", n=1))


def strays(names: set[str]) -> list[str]:
    """Kept pictures of nothing; SNAPSHOTS=update takes them away."""
    left = [path for path in sorted(FOLDER.glob("*.txt")) if path.stem not in names]
    if os.environ.get("SNAPSHOTS") == "update":
        for path in left:
            path.unlink()
        return []
    return [path.name for path in left]
