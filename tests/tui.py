"""Helpers for tests of widgets and screens: the screen as plain lines, snapshots, hostile texts."""

import os
import re
from pathlib import Path
from typing import Any, Final

from textual.app import App
from textual.strip import Strip

SNAPSHOTS: Final = Path(__file__).parent / "snapshots"
SIZES: Final = ((80, 24), (120, 40), (200, 60))
HOSTILE: Final = (
    "[/",
    "[/red]",
    "[@click=app.quit]x[/]",
    "[type=x, v={'a[0]'}]",
    "[link=file:///etc/passwd]y[/link]",
    "$t $(x) {0} {name} %s",
    "\x1b]52;c;aGk=\x07 copied",
    "\x9d52;c;aGk=\x9c",
    "\x1b[2J\x1b[31mred",
    "invoice \u202egpj.exe\u202c",
    "\u2066iso\u2069 \u200bzero\u200dwidth\ufe0f",
    "nul\x00byte",
    "line\none\r\ntwo\tthree\u2028four",
    "x" * 10_000,
    "\u4e2d\u6587" * 5_000,
    "z\u0335\u0336\u0337\u0338\u0334\u0333\u0332\u0331algo",
    "\ud800 lone",
    "\u0e01\u0e33\u0e49 \u0915\u094d\u0937\u093f \u1100\u1161\u11a8",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e8\U0001f1f3 \u2764\ufe0f",
    "",
)
HOSTILE_FEW: Final = (
    "[/",
    "[/red]",
    " ".join(text for text in HOSTILE if 2 < len(text) < 1_000),
    "[@click=app.quit]x[/]" * 500,
    "\u4e2d\x1b\u202e" * 3_000,
    "",
)
"""The same in a few texts, for tests that build a screen for each."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def screen_strips(app: App[Any]) -> list[Strip]:
    """The strips that the compositor would draw now."""
    return app.screen._compositor.render_strips()


def screen_lines(app: App[Any]) -> list[str]:
    """The active screen as text, one string per line, blanks at the end cut."""
    return [strip.text.rstrip() for strip in screen_strips(app)]


def screen_text(app: App[Any]) -> str:
    """The active screen as one text."""
    return "\n".join(screen_lines(app)) + "\n"


def assert_inert(app: App[Any]) -> None:
    """No control or direction character, no action, no link, and exact widths in anything drawn."""
    for y, strip in enumerate(screen_strips(app)):
        width = 0
        for segment in strip:
            assert not _CONTROL.search(segment.text), (y, segment.text)
            width += segment.cell_length
            if segment.style is not None:
                assert "@click" not in segment.style.meta, (y, segment)
                assert segment.style.link is None, (y, segment)
        assert width == app.size.width, (y, width, strip.text)


def assert_dialog(app: App[Any], name: str) -> None:
    """Compare the box of the dialog on top with `snapshots/NAME.txt`, whatever is beneath it."""
    box = app.screen.query("Dialog > Vertical").first().region
    strips = screen_strips(app)[box.y : box.bottom]
    _compare("\n".join(strip.crop(box.x, box.right).text.rstrip() for strip in strips) + "\n", name)


def assert_snapshot(app: App[Any], name: str) -> None:
    """Compare the screen with `snapshots/NAME.txt`; SNAPSHOTS=update writes it anew."""
    _compare(screen_text(app), name)


def _compare(have: str, name: str) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "update":
        path.parent.mkdir(exist_ok=True)
        path.write_text(have, encoding="utf-8")
        return
    assert path.exists(), f"no snapshot {path.name}; SNAPSHOTS=update writes it"
    assert have == path.read_text(encoding="utf-8"), f"{path.name} differs:\n{have}"
