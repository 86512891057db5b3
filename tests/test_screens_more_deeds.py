"""Putting off, tying, following, time worked and splitting by keys alone; their commands are held in test_copied_commands."""

import asyncio
from pathlib import Path

from console_desk import Console, console
from tui import assert_inert, screen_text

from helpdesk_tui.screens.common.other_ticket import TicketPick
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.widgets.field_form import Form
from helpdesk_tui.widgets.fields import SafeTextArea
from helpdesk_tui.widgets.pickers import Choice, Pick
from helpdesk_tui.widgets.timeline import Timeline


async def to_entry(c: Console, kind: str) -> None:
    """Put the timeline's cursor on the last entry of a kind."""
    await c.press("G")
    for _ in range(20):
        item = c.ticket.query_one(Timeline).cursor
        if item is not None and item.comment_kind == kind:
            return
        await c.press("k")
    raise AssertionError(kind)


async def test_following_time_and_a_second_matter_from_the_ticket(tmp_path: Path) -> None:
    async with console(tmp_path, size=(80, 24)) as c:
        desk = c.desk
        desk.tickets.reply(2, "two things: vpn, and a new mouse")
        desk.tickets.note(2, "the boss, for once")
        c.app.open_ticket(2)
        await c.settle()
        await c.press("f")
        assert desk.tickets.watchers(2) == ["ana"]
        await c.press("f")
        assert desk.tickets.watchers(2) == []
        await c.press("P", *"ana", "enter")
        assert desk.tickets.watchers(2) == ["ana"]
        assert "ana follows" in c.toasts[-1]

        # The note is for the desk: its words never begin what the requester will read.
        await to_entry(c, "note")
        await c.press("B")
        assert isinstance(c.app.screen, Form)
        assert c.app.screen.query_one(SafeTextArea).text == ""
        await c.press("escape")
        await to_entry(c, "reply")
        await c.press("B")
        assert c.app.screen.query_one(SafeTextArea).text == "two things: vpn, and a new mouse"
        assert_inert(c.app)
        await c.type("A new mouse")
        await c.press("f2")
        made = desk.tickets.show(6)
        assert (made["title"], made["requester"]) == ("A new mouse", desk.tickets.show(2)["requester"])
        assert "split off" in c.toasts[-1]
        assert len([toast for toast in c.toasts if "split" in toast]) == 1

        await c.press("H")
        await c.type("a while")
        await c.press("f2")
        assert "a while" in screen_text(c.app)
        assert desk.tickets.time_spent(2) == 0
        await c.press(*["backspace"] * 7)
        await c.type("1h 30m")
        await c.press("f2")
        assert desk.tickets.time_spent(2) == 5_400

        # On the details the lines of followers and time lead to the same.
        await c.press("right_square_bracket")
        c.ticket.details.move_to(("field", "time_spent"))
        await c.press("e")
        assert "Time worked on" in screen_text(c.app)


async def test_marked_tickets_are_followed_one_by_one(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("space", "space", "f")
        assert "one ticket at a time" in c.toasts[-1]


async def test_a_merge_offers_what_is_like_it_and_takes_any_number(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        twin = c.desk.tickets.open("Every ten minutes the VPN drops", requester="zoe@example.org")["number"]
        other = c.desk.tickets.open("Monitor flickers")["number"]
        await c.press("R")
        c.queue.tickets.move_to(twin)
        await c.press("M")
        assert isinstance(c.app.screen, TicketPick)
        offered = [choice.value for choice in c.app.screen._shown]
        assert offered[0] == "2"
        assert str(twin) not in offered
        assert str(other) not in offered
        # A number means that ticket at once, whatever is listed.
        await c.pilot.press("1", "enter")
        await c.settle()
        assert c.desk.tickets.details(twin)["merged_into"] == 1
        await c.press("u", "M")
        await c.type("monitor")
        assert [choice.value for choice in c.app.screen._shown] == [str(other)]
        await c.press("enter")
        assert c.desk.tickets.details(twin)["merged_into"] == other
        c.queue.tickets.move_to(1)
        await c.press("L")
        await c.type("no such words anywhere")
        await c.press("enter")
        assert isinstance(c.app.screen, TicketPick)
        await c.press("escape")


async def test_enter_waits_for_what_was_typed(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        gate = asyncio.Event()
        answers: list[str | None] = []

        async def search(text: str) -> list[Choice]:
            await gate.wait()
            return [Choice(f"found {text}", text)]

        c.app.push_screen(Pick("who", [Choice("first", "first")], search=search), answers.append)
        await c.pilot.pause()
        await c.pilot.press("x", "enter")
        assert answers == []
        gate.set()
        await c.settle()
        assert answers == ["found x"]


async def test_a_ticket_is_put_off_until_a_day_and_a_wrong_day_is_told(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        c.queue.tickets.move_to(1)
        await c.press("z")
        await c.type("someday")
        await c.press("enter")
        await c.type("a part is ordered")
        await c.press("enter")
        assert "someday is no date or time" in screen_text(c.app)
        await c.press("f2")
        await c.press(*["backspace"] * 7)
        await c.type("monday")
        await c.press("f2")
        facts = c.desk.tickets.facts(1)
        assert (facts["state"], facts["pending_until"]) == ("on_hold", parse_instant("2025-10-13", 0))
        await c.press("u")
        assert c.desk.tickets.facts(1)["state"] != "on_hold"
