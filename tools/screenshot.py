"""The pictures of `docs/`: the console on a demo desk, drawn without a terminal.

    python -m tools.screenshot [--folder docs] [--svg]

The desk is told anew at a fixed instant, so the same source gives the same picture. PNG needs `rsvg-convert`, DejaVu
Sans Mono and Noto Sans Mono CJK, and becomes small where there is `pngquant`; `--svg`, or a machine without
`rsvg-convert`, writes SVG.
"""

import argparse
import asyncio
import contextlib
import html
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.demoing import build_demo
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.drafts import DraftBox
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.text import cell_width
from tools.closure import ROOT

NOW: Final = 1_795_157_520  # Friday 2026-11-20 06:52 UTC: 14:52 in Shanghai, 07:52 in Hamburg
ZONE: Final = "Asia/Shanghai"
ANA: Final = OsUser(1000, "ana", "Ana Ribeiro")
WIDTH: Final = 120
CELL: Final = 12.2  # the width of a column in the exported SVG, in pixels
OPEN_VIEW: Final = 5  # views from the first one to all open tickets
CALL: Final = "The VPN drops every ten minutes, I cannot work"
# Font sizes at which the advance of each font is exactly one column, or two.
NARROW: Final = "font-family:'DejaVu Sans Mono';font-size:20.26px"
WIDE: Final = "font-family:'Noto Sans Mono CJK SC';font-size:22px"
NBSP: Final = "\xa0"
_TEXT: Final = re.compile(r'<text class="([^"]+)" x="([0-9.]+)" y="([0-9.]+)"[^>]*?(clip-path="[^"]+")?>(.*?)</text>')
_FONT_FACE: Final = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """A file's name and the keys that lead to what it shows, from the queue or from a ticket's screen."""

    name: str
    keys: tuple[str, ...]
    ticket: int | None = None
    language: str = "en"
    height: int = 36


async def _draw(desk: Desk, folder: Path, picture: Picture) -> str:
    set_language(picture.language)
    drafts = DraftBox(folder / f"drafts-{picture.name}", "pictures", desk.clock)
    app = HelpdeskApp(desk, drafts, tz=ZONE, ticket=picture.ticket)
    async with app.run_test(size=(WIDTH, picture.height)) as pilot:
        await _settle(app, pilot)
        for key in picture.keys:
            await pilot.press(key)
            await _settle(app, pilot)
        return app.export_screenshot(title="helpdesk")


async def _settle(app: HelpdeskApp, pilot: Pilot[int]) -> None:
    for _ in range(4):
        with contextlib.suppress(WorkerCancelled):  # a newer look at the desk took its place
            await app.workers.wait_for_complete()
        await pilot.pause()


def aligned(svg: str) -> str:
    """The SVG with installed fonts, every wide character on its own two columns."""
    svg = _FONT_FACE.sub("", svg)

    def place(match: re.Match[str]) -> str:
        style, left, top, clip, raw = match.groups()
        pieces = []
        column, run, start = 0, "", 0
        for char in html.unescape(raw) + "\0":
            width = 0 if char == "\0" else cell_width(char)
            if width == 1 and not unicodedata.combining(char):
                if not run:
                    start = column
                run += char
            elif run:
                pieces.append((start, run, NARROW, 0.0))
                run = ""
            if width == 2:
                pieces.append((column, char, WIDE, (2 * CELL - 22) / 2))
            column += width
        # Converters drop blanks at the beginning of a text: begin at its first letter instead.
        placed = ((at + len(text) - len(text.lstrip()), text.strip(), font, shift) for at, text, font, shift in pieces)
        return "".join(
            f'<text class="{style}" x="{float(left) + at * CELL + shift:.1f}" y="{top}" style="{font}"'
            f" {clip or ''}>{html.escape(text).replace(' ', '&#160;').replace(NBSP, '&#160;')}</text>"
            for at, text, font, shift in placed
            if text
        )

    return _TEXT.sub(place, svg)


def _pictures(desk: Desk) -> list[Picture]:
    """The queue in both languages, a call, and of the tickets whose clock runs the one in English with the longest talk."""
    numbers = desk.tickets.numbers("kind:incident is:open -is:new sla:ok,warning language:en")
    number = max(numbers, key=lambda n: (len(desk.tickets.comments(n)), n))
    to_open = ("right_square_bracket",) * OPEN_VIEW
    call = ("n", "z", "h", "a", "n", "g", "enter", *("space" if char == " " else char for char in CALL))
    return [
        Picture("queue", (*to_open, "down", "down")),
        Picture("ticket", (), ticket=number, height=30),
        Picture("new-ticket", call, height=30),
        Picture("queue-zh", (*to_open, "down"), language="zh_CN"),
    ]


def _outage(path: Path) -> int:
    """An outage that is being worked on, in the desk of the pictures; its number."""
    moment = NOW - 47 * 60
    with Desk.open(path, user=ANA, clock=lambda: moment) as desk:
        alert = {"source": "alertmanager", "status": "firing", "severity": "critical", "key": "PayApiDown",
                 "summary": "PayApiDown: 80 % of payments fail", "service": "payments"}  # fmt: skip
        number: int = desk.events.ingest([alert])["events"][0]["number"]
        moment += 3 * 60
        desk.incidents.declare(number=number, severity="SEV1", impact_started=NOW - 50 * 60)
        moment += 60
        for role, person in (("operations", "xia.yu"), ("communications", "wang.fang")):
            with contextlib.suppress(DeskError):
                desk.incidents.offer(number, role, person)
        steps = [step["id"] for step in desk.incidents.show(number)["steps"]]
        for minutes, words in (
            (4, "pay-db-01 does not answer, disk full since the log rotation stopped"),
            (6, "备用节点 pay-db-02 已就绪，延迟 40 秒"),
            (5, "tills queue card payments by themselves for 20 minutes"),
        ):
            moment += minutes * 60
            desk.incidents.note(number, words, pin="disk full" in words)
        for step in steps[:2]:
            desk.incidents.step(number, step)
        moment += 5 * 60
        desk.incidents.step(number, steps[2], "begun")
        desk.incidents.publish(
            number, internal="failing over to the standby", external="Card payments fail; cash works."
        )
        desk.incidents.task(number, "drain pay-api-01", owner="me")
        desk.incidents.task(number, "tell the stores by phone")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures; exit code 1 where a converter fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshot", description="the pictures of docs/")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs")
    parser.add_argument("--svg", action="store_true", help="write SVG also where PNG could be made")
    options = parser.parse_args(arguments)
    convert = None if options.svg else shutil.which("rsvg-convert")
    shrink = shutil.which("pngquant")
    if convert is None and not options.svg:
        print("no rsvg-convert here: writing SVG", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "demo.db"
        build_demo(path, user=ANA, now=NOW)
        burning = _outage(path)
        with Desk.open(path, user=ANA, clock=lambda: NOW, origin=Origin.TUI) as desk:
            for picture in (*_pictures(desk), Picture("war-room", ("W",), ticket=burning, height=34)):
                svg = aligned(asyncio.run(_draw(desk, Path(scratch), picture)))
                target = options.folder / f"{picture.name}.{'png' if convert else 'svg'}"
                if convert is None:
                    target.write_text(svg, encoding="utf-8")
                    continue
                made = subprocess.run(
                    [convert, "--width", "1240", "--output", str(target)], input=svg.encode(), check=False
                )
                if made.returncode:
                    return 1
                if shrink is not None:
                    subprocess.run([shrink, "--force", "--ext", ".png", "64", str(target)], check=False)
                print(f"{target} {target.stat().st_size // 1024} KB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
