"""Outside text on every screen: inert, whatever it holds, and the program goes on."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console, make_desk
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from tui import HOSTILE, HOSTILE_FEW, assert_inert

from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.wall import clean_strip


async def walk(c: Console) -> None:
    """Show every screen on every ticket."""
    for row in list(c.queue.tickets.rows):
        c.queue.tickets.move_to(row.number)
        await c.settle()
        assert_inert(c.app)
        await c.press("Y")
        c.app.open_ticket(row.number)
        await c.settle()
        for _ in range(5):
            assert_inert(c.app)
            await c.press("right_square_bracket")
        await c.press("escape")
    for key in ("w", "e", "s", "a", "exclamation_mark", "x", "question_mark", "colon", "L", "c", "i", "n"):
        await c.press(key)
        assert_inert(c.app)
        await c.press("escape", "escape")


@pytest.mark.parametrize("size", [pytest.param((80, 24), marks=pytest.mark.soak), (200, 60)], ids=str)
async def test_hostile_texts_are_inert_on_every_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = Clock()
    desk = make_desk(tmp_path, clock, 0)
    for text in HOSTILE_FEW:
        title = text.replace("\ud800", "?") or "empty"
        number = desk.tickets.open(title[:10_000], description=title, requester="zoe@example.org")["number"]
        desk.tickets.reply(number, title)
        desk.tickets.note(number, title)
    desk.people.edit("zoe@example.org", {"name": "[/zoe]\x1b]52;c;aGk=\x07\u202e"[:200]})
    async with console(tmp_path, desk=desk, size=size, view="all") as c:
        await walk(c)


async def test_hostile_subjects_in_the_list(tmp_path: Path) -> None:
    clock = Clock()
    desk = make_desk(tmp_path, clock, 0)
    for text in HOSTILE:
        desk.tickets.open(text.encode("utf-8", "replace").decode() or "empty")
    async with console(tmp_path, desk=desk, view="all") as c:
        assert len(c.queue.tickets.rows) == len(HOSTILE)
        assert_inert(c.app)
        await c.press("V", "t")
        assert_inert(c.app)


async def test_hostile_filters_commands_and_drafts(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        for text in HOSTILE_FEW:
            c.app.show_queue(text[:2_000])
            await c.settle()
            assert_inert(c.app)
            c.queue.run_command(text[:500] or "x")
            await c.settle()
            assert_inert(c.app)
            c.app.drafts.write([(DraftKey("ana", 1, "note"), {"text": text or "x"})])
            c.app.open_ticket(1)
            await c.settle()
            await c.press("i")
            assert_inert(c.app)
            await c.press("escape", "escape")


def test_the_wall_lets_no_control_out_and_keeps_widths() -> None:
    style = Style(color="red")
    for text in HOSTILE:
        strip = Strip([Segment(text, style), Segment("plain", None)])
        cleaned = clean_strip(strip)
        shown = cleaned.text
        assert not any(
            ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u202e\u202c\u2066\u2069" for char in shown
        )
        assert cleaned.cell_length == strip.cell_length
        assert sum(segment.cell_length for segment in cleaned) == strip.cell_length
        assert all(segment.style in (style, None) for segment in cleaned)


def test_the_wall_passes_harmless_strips_on_as_they_are() -> None:
    strip = Strip([Segment("新员工 VPN ├─ ok", Style(bold=True))])
    assert clean_strip(strip) is strip
