"""Following, time worked and splitting by keys alone; their commands are held in test_copied_commands."""

from pathlib import Path

from console_desk import Console, console
from tui import assert_inert, screen_text

from helpdesk_tui.widgets.field_form import Form
from helpdesk_tui.widgets.fields import SafeTextArea
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
