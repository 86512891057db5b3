"""One ticket's screen on a real desk: tabs, composer and drafts, moves between tickets, conflicts, others at work."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console, make_desk, second_desk
from tui import SIZES, assert_inert, assert_snapshot, screen_text

from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.help import HelpScreen
from helpdesk_tui.screens.ticket.header import HeadData, TicketHeader
from helpdesk_tui.screens.ticket.reading import ledger_clocks, read_ticket
from helpdesk_tui.screens.ticket.ticket import TicketScreen
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.widgets.inert import width_of
from helpdesk_tui.widgets.pickers import Pick
from tests.widget_rows import NOW, row


async def opened(c: Console, number: int = 2) -> None:
    """Show a ticket with some history."""
    c.desk.tickets.take(number)
    c.clock.now += 60
    c.desk.tickets.note(number, "seems the 证书 certificate")
    c.clock.now += 60
    c.desk.tickets.reply(number, "we look into it")
    await c.settle()
    c.app.open_ticket(number)
    await c.settle()


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_ticket_looks_as_designed(tmp_path: Path, size: tuple[int, int]) -> None:
    async with console(tmp_path, size=size) as c:
        await opened(c)
        await c.until(lambda: not c.toasts)
        assert_snapshot(c.app, f"ticket_{size[0]}x{size[1]}")
        assert_inert(c.app)


async def test_what_happened_to_a_merged_ticket_is_not_told_as_the_survivors(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        c.desk.tickets.merge(5, 4)
        c.desk.tickets.merge(4, 2)
        items = {(item.verb, item.of) for item in read_ticket(c.desk, 2, "timeline").timeline}
        assert {("ticket.open", None), ("ticket.open", "INC-4"), ("ticket.open", "INC-5")} <= items
        assert {("ticket.merge", "INC-4"), ("ticket.merge", "INC-5")} <= items
        assert not any(item.of for item in read_ticket(c.desk, 1, "timeline").timeline)
        await opened(c, 2)
        lines = screen_text(c.app).splitlines()
        assert [line for line in lines if "merged the ticket" in line and "[INC-5]" in line]


async def test_the_ticket_in_chinese(tmp_path: Path) -> None:
    set_language("zh_CN")
    async with console(tmp_path, size=(80, 24)) as c:
        await opened(c, 3)
        for _ in range(6):
            assert_inert(c.app)
            await c.press("right_square_bracket")


async def test_reply_note_and_undo(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        await c.press("c")
        assert "PUBLIC REPLY" in screen_text(c.app)
        assert "zoe" in screen_text(c.app)
        await c.type("it works again")
        await c.press("ctrl+s", "y")
        assert "it works again" in screen_text(c.app)
        assert c.desk.tickets.comments(2)[-1].kind == "reply"
        await c.press("i")
        await c.type("router rebooted")
        await c.press("f2")
        assert c.desk.tickets.comments(2)[-1].body == "router rebooted"
        await c.press("u")
        assert c.desk.tickets.comments(2)[-1].body == "it works again"


async def test_the_queue_s_actions_work_here_too(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c, 3)
        await c.press("a")
        await c.type("workplace")
        await c.press("enter")
        assert c.desk.tickets.show(3)["team"] == "workplace"
        await c.press("e")
        await c.type("!")
        await c.press("f2")
        assert c.desk.tickets.show(3)["title"].endswith("!")
        await c.press("s")
        assert isinstance(c.app.screen, Pick)
        await c.press("escape", "question_mark")
        assert isinstance(c.app.screen, HelpScreen)
        await c.press("escape", "escape")
        assert c.queue.is_current
        assert c.queue.tickets.cursor == 3


async def test_a_draft_comes_back_and_goes_once_sent(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        await c.press("c")
        await c.type("half a sent")
        await c.press("escape", "escape")
        assert c.queue.is_current
        key = DraftKey("ana", 2, "reply")
        assert c.app.drafts.load(key) == {"text": "half a sent"}
        assert c.app.drafts.path(key).stat().st_mode & 0o777 == 0o600
        await c.press("colon", "2", "enter", "c")
        assert "half a sent" in screen_text(c.app)
        await c.type("ence")
        await c.press("f2", "y")
        assert c.desk.tickets.comments(2)[-1].body == "half a sentence"
        assert c.app.drafts.load(key) == {}
        assert not c.app.drafts.path(key).exists()


async def test_drafts_of_two_tickets_and_kinds_do_not_mix(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        await c.press("c")
        await c.type("to two")
        await c.press("escape", "i")
        await c.type("note on two")
        await c.press("escape", "full_stop")
        assert c.ticket.number != 2
        await c.press("c")
        assert c.ticket.composer.text == ""
        await c.press("escape", "comma", "c")
        assert c.ticket.composer.text == "to two"
        await c.press("escape", "i")
        assert c.ticket.composer.text == "note on two"


async def test_a_reply_on_a_changed_ticket_shows_the_change_and_keeps_the_draft(tmp_path: Path) -> None:
    clock = Clock()
    desk = make_desk(tmp_path, clock)
    async with console(tmp_path, desk=desk) as c:
        c.clock = clock
        await opened(c)
        await c.press("c")
        await c.type("my answer")
        other = second_desk(tmp_path, clock)
        other.tickets.reply(2, "their answer")
        await c.press("f2", "y")
        assert [m.body for m in desk.tickets.comments(2) if m.kind == "reply"] == ["we look into it", "their answer"]
        assert c.ticket.composer.text == "my answer"
        await c.until(lambda: "their answer" in screen_text(c.app), 2)
        assert "changed the ticket meanwhile" in screen_text(c.app)
        await c.press("f2", "y")
        assert desk.tickets.comments(2)[-1].body == "my answer"
        other.close()


async def test_others_entries_appear_within_the_poll(tmp_path: Path) -> None:
    clock = Clock()
    desk = make_desk(tmp_path, clock)
    async with console(tmp_path, desk=desk) as c:
        await opened(c)
        other = second_desk(tmp_path, clock)
        other.tickets.note(2, "from the other side")
        await c.until(lambda: "from the other side" in screen_text(c.app), 2)
        other.close()


async def test_next_and_previous_follow_the_queue(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        numbers = [row.number for row in c.queue.tickets.rows]
        await c.press("g", "enter")
        assert c.ticket.number == numbers[0]
        await c.press("full_stop", "full_stop")
        assert c.ticket.number == numbers[2]
        await c.press("comma")
        assert c.ticket.number == numbers[1]
        await c.press("1")
        assert c.queue.tickets.cursor == numbers[1]
        await c.press("2")
        assert c.ticket.number == numbers[1]


async def test_links_are_made_and_followed(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        await c.press("L")
        await c.type("4")
        await c.press("enter", *["right_square_bracket"] * 3)
        assert "Printer jam" in screen_text(c.app)
        await c.press("enter")
        assert c.ticket.number == 4
        await c.press("escape")
        assert c.ticket.number == 2


async def test_a_ticket_that_vanishes_closes_its_screen(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        c.desk.tickets.delete(2)
        await c.until(lambda: c.queue.is_current, 3)


async def test_news_for_screens_that_are_not_put_together(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        for screen in (TicketScreen(2), type(c.queue)()):
            screen.desk_moved(99)
            assert not screen.children


async def test_an_unknown_number_says_so(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("colon", "9", "9", "enter")
        assert any("no ticket 99" in toast for toast in c.toasts)
        assert c.queue.is_current


async def test_merge_and_undo(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c, 4)
        await c.press("M")
        await c.type("2")
        await c.press("enter")
        assert c.desk.tickets.facts(4)["merged_into"] == 2
        await c.press("u")
        assert c.desk.tickets.facts(4)["merged_into"] is None


# -- what its lines say --------------------------------------------------------------------------------------------


def test_a_clock_that_has_ended_is_counted_no_further() -> None:
    clock = {"run": "met", "missed": False, "target_seconds": 3_600, "target_days": 0, "elapsed": 600, "due": None,
             "promised": "2026-03-02T10:00:00Z", "ended": "2026-03-02T09:10:00Z"}  # fmt: skip
    ledger = [
        {"clock": "response", "from": "2026-03-02T08:00:00Z", "to": "2026-03-02T09:00:00Z", "kind": "not_started"},
        {"clock": "response", "from": "2026-03-02T09:00:00Z", "to": "2026-03-02T09:10:00Z", "kind": "counted"},
        {"clock": "response", "from": "2026-03-02T09:10:00Z", "to": "2026-03-09T09:10:00Z", "kind": "after"},
    ]
    (met,) = ledger_clocks({"clocks": {"response": clock}, "ledger": ledger})
    assert [window.how for window in met.windows] == ["waiting", "counted"]
    assert (met.ended, met.due) == (parse_instant(clock["ended"], 0), parse_instant(clock["promised"], 0))  # type: ignore[arg-type]
    late = clock | {"run": "running", "missed": True, "ended": None, "due": clock["promised"]}
    (running,) = ledger_clocks({"clocks": {"response": late}, "ledger": ledger})
    assert [window.how for window in running.windows] == ["waiting", "counted", "late"]
    assert running.ended is None


@pytest.mark.parametrize("others", [[], ["bo", "li"]])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_cut_head_says_so(width: int, others: list[str]) -> None:
    header = TicketHeader(tz="UTC")
    row_of = row(7, "VPN", requester="Somebody With A Long Name", team="infrastructure", assignee="xia.yu")
    header._data = HeadData(row_of, "VPN", "service criticality critical: medium -> high", others=others)
    header._now = NOW
    third = "".join(text for text, _tone in header._lines(width)[2])
    assert width_of(third) <= width
    if others:
        assert third.endswith(("also here: bo, li", "(w: why)"))
    assert "~" in third or "(w: why)" not in third or "critical: medium -> high (w: why)" in third
    assert ("9h old" in third) is (width >= 80) or "~" in third


async def test_a_ticket_that_goes_while_a_form_stands_on_it_is_left_after_the_form(tmp_path: Path) -> None:
    async with console(tmp_path, tickets=2) as c:
        c.app.open_ticket(2)
        await c.settle()
        await c.press("e")
        form = c.app.screen
        assert not isinstance(form, TicketScreen)
        c.desk.tickets.delete(2)
        c.app.nudge()
        await c.until(lambda: any("no ticket 2" in said for said in c.toasts))
        await c.settle()
        assert c.app.screen is form
        await c.press("escape")
        await c.until(lambda: c.app.screen is c.queue)
