"""Paging on a ticket's screen: the line that says who is paged, acknowledging by a key, paging by hand."""

from pathlib import Path

from console_desk import Console, console
from tui import assert_inert, screen_lines, screen_text

from helpdesk_tui.screens.ticket.header import HeadData, TicketHeader
from helpdesk_tui.widgets.inert import width_of
from tests.widget_rows import NOW, row


async def opened(c: Console, number: int = 2) -> None:
    c.desk.people.add("Bo Chen", login="bo", agent=True, roles=["technical_support"])
    c.desk.paging.page(number, reason="alone with it", people=["bo"])
    await c.settle()
    c.app.open_ticket(number)
    await c.settle()


def keys(c: Console) -> str:
    return screen_lines(c.app)[-1]


async def test_acknowledging_by_a_key_and_taking_it_back(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        assert "bo paged by hand · next in" in screen_lines(c.app)[3]
        assert "K: ack" in screen_lines(c.app)[3]
        assert keys(c).split()[:4] == ["n", "new", "K", "ack"]
        await c.press("K")
        assert c.desk.paging.show(2)["acknowledged_by"] == ["ana"]
        assert "acknowledged by ana" in screen_lines(c.app)[3]
        assert c.app.last_command == "helpdesk escalation ack 2"
        await c.press("u")
        assert c.desk.paging.show(2)["state"] == "running"
        assert "bo paged by hand" in screen_lines(c.app)[3]
        assert_inert(c.app)
        # Where nobody is paged there is no line, and the key says so.
        c.app.open_ticket(3)
        await c.settle()
        assert "K ack" not in keys(c)
        await c.press("K")
        assert "nobody is being paged for it" in screen_text(c.app)


async def test_paging_by_hand(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        await c.press("K", "E")
        await c.type("a switch is needed")
        await c.press("down")
        await c.type("bo")
        await c.press("f2")
        shown = c.desk.paging.show(2)
        assert (shown["state"], shown["told"]) == ("running", ["bo"])
        given = [r["text"] for e in c.desk.tickets.entries(2) for r in e.reasons if r["code"] == "given"]
        assert given == ["alone with it", "a switch is needed"]
        assert c.app.last_command == "helpdesk escalation page 2 --to bo --reason 'a switch is needed'"


RUN = {
    "state": "running", "level": 2, "levels": 3, "told": ["ana", "bo"], "next_at": None, "acknowledged_by": [],
    "missing": 0, "nobody_on": False,
}  # fmt: skip


def test_the_line_of_every_state_fits() -> None:
    for width in (40, 80, 120):
        for more, said in (
            ({}, "paged level 2 of 3: ana, bo"),
            ({"state": "acknowledged", "acknowledged_by": ["ana"]}, "acknowledged by ana"),
            ({"state": "held"}, "paging is held"),
            ({"state": "exhausted"}, "nobody answered"),
            ({"nobody_on": True}, "nobody is on call"),
            ({"told": ["x" * 80, "\x1b[31m[red]"]}, "paged level 2 of 3: xxx"),
        ):
            header = TicketHeader(tz="UTC")
            header._data, header._now = HeadData(row(1), "title", paging={**RUN, **more}, ack_key="K"), NOW
            *_head, line = header._lines(width)
            text = "".join(part for part, _tone in line)
            assert said[: width - 12] in text
            assert width_of(text) <= width
            assert "\x1b" not in text
            assert text.endswith("K: ack")
