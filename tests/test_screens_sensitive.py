"""Marking a ticket sensitive from the console: by its word, with a reason, and off again; what others then see."""

from pathlib import Path

from console_desk import console
from tui import assert_inert, screen_text

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk


async def test_a_ticket_is_marked_by_its_word_and_says_so(tmp_path: Path) -> None:
    async with console(tmp_path, size=(80, 24), view="all") as c:
        desk = c.desk
        desk.people.add("May", login="may", agent=True, roles=["service_desk"])
        c.app.open_ticket(2)
        await c.settle()
        assert "SENSITIVE" not in screen_text(c.app)
        await c.press("colon", *"sensitive", "enter")
        await c.type("an illness -- hers")
        await c.press("enter")
        await c.settle()
        assert desk.tickets.show(2).get("sensitive") is True
        assert "SENSITIVE" in screen_text(c.app).splitlines()[1]
        assert c.app.last_command.endswith("ticket sensitive 2 --reason 'an illness -- hers'")
        assert_inert(c.app)
        with Desk.open(desk.store.path, user=OsUser(2000, "may"), clock=desk.clock) as may:
            assert not may.reading.knows(2)
        await c.press("1")
        await c.settle()
        assert "SENSITIVE " + desk.tickets.show(2)["title"][:10] in screen_text(c.app)
        # Its last is taken back like any other, and the mark comes off by the same word.
        await c.press("2", "colon", *"sensitive", "enter")
        assert "Take the mark off" in screen_text(c.app)
        await c.type("a mistake")
        await c.press("enter")
        await c.settle()
        assert desk.tickets.show(2).get("sensitive") is None
        assert "ticket sensitive 2 --off --reason 'a mistake'" in c.app.last_command
        await c.press("u", "enter")
        await c.settle()
        assert desk.tickets.show(2).get("sensitive") is True
