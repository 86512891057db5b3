"""The queue on a real desk: its picture, its keys, marks and bulk, filter and views, and other people's changes."""

from pathlib import Path

import pytest
from console_desk import Clock, console, make_desk, second_desk
from textual.command import CommandPalette
from textual.widgets import OptionList
from tui import SIZES, assert_inert, assert_snapshot, screen_text

from helpdesk_tui.screens.common.actions import BY_ID
from helpdesk_tui.screens.common.command_line import CommandLine
from helpdesk_tui.screens.common.conflict import ConflictScreen
from helpdesk_tui.screens.common.help import HelpScreen
from helpdesk_tui.screens.common.why import WhyScreen
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.widgets.field_form import Form
from helpdesk_tui.widgets.pickers import Confirm, Pick
from helpdesk_tui.widgets.preview import Preview


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_queue_looks_as_designed(tmp_path: Path, size: tuple[int, int]) -> None:
    async with console(tmp_path, size=size) as c:
        assert_snapshot(c.app, f"queue_{size[0]}x{size[1]}")
        assert_inert(c.app)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_queue_in_chinese(tmp_path: Path, size: tuple[int, int]) -> None:
    set_language("zh_CN")
    async with console(tmp_path, size=size) as c:
        assert "新员工开通邮箱和门禁"[:4] in screen_text(c.app)
        assert_inert(c.app)


async def test_it_opens_on_the_first_view_that_is_not_empty(tmp_path: Path) -> None:
    async with console(tmp_path, view=None) as c:
        assert c.queue.view_tabs.selected == "team"
        assert len(c.queue.tickets.rows) == c.queue.total == 2


async def test_an_empty_desk_says_how_to_begin(tmp_path: Path) -> None:
    async with console(tmp_path, tickets=0, view=None) as c:
        assert c.queue.view_tabs.selected == "mine"
        assert "n opens the first ticket" in screen_text(c.app)
        await c.press("t")
        assert any("there is no ticket here" in toast for toast in c.toasts)


async def test_take_assign_and_undo(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("t")
        assert c.desk.tickets.show(number)["assignee"] == "ana"
        await c.press("u")
        assert c.desk.tickets.show(number)["assignee"] is None
        await c.press("U")
        assert c.desk.tickets.show(number)["assignee"] == "ana"
        await c.press("a")
        assert isinstance(c.app.screen, Pick)
        await c.type("network")
        await c.press("enter")
        assert c.desk.tickets.show(number)["team"] == "network"


async def test_state_lists_possible_moves_and_asks_what_they_need(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("s")
        shown = screen_text(c.app)
        assert "Awaiting user" in shown
        assert "Closed" not in shown
        await c.type("awaiting user")
        await c.press("enter")
        assert isinstance(c.app.screen, Form)
        await c.type("waiting for the log")
        await c.press("f2")
        assert c.desk.tickets.show(number)["state"] == "awaiting_user"


async def test_resolve_asks_for_cause_and_resolution(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("x")
        await c.type("a full disk")
        await c.press("tab")
        await c.type("log rotated")
        await c.press("f2")
        facts = c.desk.tickets.facts(number)
        assert (facts["cause"], facts["resolution"]) == ("a full disk", "log rotated")
        assert c.desk.tickets.show(number)["phase"] == "resolved"


async def test_a_refused_deed_says_why_and_what_next(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("t", "t")
        assert any("already yours" in toast for toast in c.toasts)


async def test_edit_writes_only_what_was_changed(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        before = c.desk.tickets.show(number)
        await c.press("e")
        await c.type(" again")
        await c.press("f2")
        after = c.desk.tickets.show(number)
        assert after["title"] == before["title"] + " again"
        same = set(before) - {"title", "version", "updated_at"}
        assert {k: before[k] for k in same} == {k: after[k] for k in same}


async def test_a_refused_edit_shows_both_versions(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("e")
        await c.type(" mine")
        c.desk.tickets.edit(number, set={"title": "theirs"})
        await c.press("f2")
        assert isinstance(c.app.screen, ConflictScreen)
        shown = screen_text(c.app)
        assert "( ) theirs" in shown
        assert " mine" in shown
        await c.press("f2")
        assert c.desk.tickets.show(number)["title"].endswith(" mine")


async def test_priority_by_the_matrix_and_pinned(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        c.desk.tickets.prioritise(number, impact="medium", urgency="medium")
        await c.until(lambda: c.queue.tickets.cursor_row and c.queue.tickets.cursor_row.priority == 2)
        await c.settle()
        await c.press("exclamation_mark", "left", "f2")
        assert c.desk.tickets.show(number)["impact"] == "high"
        assert c.desk.tickets.show(number)["priority"] == "high"


async def test_reply_and_note_from_the_queue(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("i")
        assert "INTERNAL NOTE" in screen_text(c.app)
        await c.type("the 证书 expired")
        await c.press("f2")
        await c.press("c")
        assert "PUBLIC REPLY" in screen_text(c.app)
        assert "recorded, not sent" in screen_text(c.app)
        await c.type("we look into it")
        await c.press("f2", "y")
        assert [(m.kind, m.body) for m in c.desk.tickets.comments(number)] == [
            ("note", "the 证书 expired"),
            ("reply", "we look into it"),
        ]
        assert not c.queue.composer.is_open


async def test_marks_and_bulk(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("space", "space", "space")
        assert "3 marked" in screen_text(c.app)
        await c.press("t")
        mine = [n for n in range(1, 6) if c.desk.tickets.show(n)["assignee"] == "ana"]
        assert len(mine) == 3
        await c.press("u")
        assert all(c.desk.tickets.show(n)["assignee"] is None for n in range(1, 6))


async def test_more_than_twenty_want_their_number_typed(tmp_path: Path) -> None:
    async with console(tmp_path, tickets=25) as c:
        await c.press("V", "t")
        assert isinstance(c.app.screen, Confirm)
        shown = screen_text(c.app)
        assert "25 of 25 would change" in shown
        await c.type("24")
        await c.press("enter")
        assert isinstance(c.app.screen, Confirm)
        assert c.desk.tickets.show(1)["assignee"] is None
        await c.press("backspace")
        await c.type("5")
        await c.press("enter")
        assert all(c.desk.tickets.show(n)["assignee"] == "ana" for n in range(1, 26))
        await c.press("u")
        await c.type("25")
        await c.press("enter")
        assert all(c.desk.tickets.show(n)["assignee"] is None for n in range(1, 26))


async def test_bulk_edit_of_a_range(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("v", "j", "v", "e")
        for _ in range(6):
            await c.press("tab")
        await c.type("wave-1")
        await c.press("f2")
        assert sum("wave-1" in c.desk.tickets.show(n)["tags"] for n in range(1, 6)) == 2


async def test_filter_with_completion_and_a_mistake(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("slash")
        for _ in range(60):
            await c.pilot.press("backspace")
        await c.type("prio")
        assert c.queue.filter_bar.query_one("#filter-proposals", OptionList).display
        await c.press("tab")
        assert c.queue.filter_bar.input.value == "priority:"
        await c.type("nonsense")
        await c.press("enter")
        assert "nonsense" in screen_text(c.app)
        assert "^" in screen_text(c.app)
        await c.press("escape")
        for _ in range(30):
            await c.pilot.press("backspace")
        await c.type("printer")
        await c.press("enter")
        assert [row.title for row in c.queue.tickets.rows] == ["Printer jam on the third floor"]
        assert c.queue.view_tabs.selected == ""


async def test_views_by_brackets_and_command(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("right_square_bracket", "right_square_bracket")
        assert c.queue.view_tabs.selected == "mine"
        await c.press("left_square_bracket")
        assert c.queue.view_tabs.selected == "all"
        await c.press("colon")
        assert isinstance(c.app.screen, CommandLine)
        await c.type("view open")
        await c.press("enter")
        assert c.queue.view_tabs.selected == "open"
        await c.press("colon")
        await c.type("queue laptop")
        await c.press("enter")
        assert [row.number for row in c.queue.tickets.rows] == [5]
        await c.press("colon")
        await c.type("bogus")
        await c.press("enter")
        assert any("no command bogus" in toast for toast in c.toasts)


async def test_command_line_opens_tickets_by_any_form(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        for text in ("3", "inc 3", "REQ-3", "#3"):
            await c.press("colon")
            for char in text:
                await c.pilot.press({" ": "space", "#": "number_sign", "-": "minus"}.get(char, char))
            await c.press("enter")
            assert c.ticket.number == 3
            await c.press("escape")


async def test_help_lists_and_does(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("question_mark")
        assert isinstance(c.app.screen, HelpScreen)
        await c.type("it becomes yours")
        await c.press("enter")
        await c.settle()
        assert c.desk.tickets.show(number)["assignee"] == "ana"


async def test_why_and_copy(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("w")
        assert isinstance(c.app.screen, WhyScreen)
        assert "priority" in screen_text(c.app)
        await c.press("escape", "y")
        row = c.queue.tickets.cursor_row
        assert row is not None
        assert c.app.clipboard.endswith(f"-{row.number}")
        await c.press("Y")
        assert row.title in c.app.clipboard


async def test_the_preview_follows_the_cursor(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("g")
        await c.press("j")
        row = c.queue.tickets.cursor_row
        assert row is not None
        await c.until(lambda: row.title in c.app.screen.query_one(Preview).lines[1].pieces[1][0])
    async with console(tmp_path / "narrow", size=(80, 24)) as c:
        assert not c.queue.query_one(Preview).display
        await c.press("p")
        assert c.queue.query_one(Preview).display


async def test_another_process_is_seen_within_the_poll(tmp_path: Path) -> None:
    clock = Clock()
    desk = make_desk(tmp_path, clock)
    async with console(tmp_path, desk=desk) as c:
        order = [row.number for row in c.queue.tickets.rows]
        cursor = c.queue.tickets.cursor
        other = second_desk(tmp_path, clock)
        other.tickets.edit(order[2], set={"title": "changed elsewhere"})
        await c.until(lambda: "changed elsewhere" in screen_text(c.app), 2)
        clock.now += 5
        opened = other.tickets.open("A new one from elsewhere", requester="zoe@example.org")["number"]
        await c.until(lambda: c.queue.tickets.fresh == 1, 2)
        await c.until(lambda: "1 new · R" in screen_text(c.app), 2)
        assert [row.number for row in c.queue.tickets.rows] == order
        assert c.queue.tickets.cursor == cursor
        other.tickets.resolve(order[0], resolution="gone", cause="x")
        await c.until(lambda: "~" in screen_text(c.app), 2)
        assert [row.number for row in c.queue.tickets.rows] == order
        await c.press("R")
        numbers = [row.number for row in c.queue.tickets.rows]
        assert opened in numbers
        assert order[0] not in numbers
        other.close()


async def test_the_sla_column_follows_the_clock(tmp_path: Path) -> None:
    clock = Clock()
    desk = make_desk(tmp_path, clock)
    async with console(tmp_path, desk=desk) as c:
        before = screen_text(c.app)
        clock.now += 86_400 * 9
        c.queue._tick()
        await c.settle()
        assert before != screen_text(c.app)
        assert "BR" in screen_text(c.app)


async def test_a_new_ticket_for_a_caller(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("n")
        await c.type("zoe")
        await c.press("enter")
        await c.type("the vpn is broken for everybody")
        await c.until(lambda: "vpn" in screen_text(c.app).split("Service")[-1])
        await c.press("f2")
        found = c.desk.tickets.show(6)
        assert (found["title"], found["requester"]) == ("the vpn is broken for everybody", "zoe@example.org")
        assert found["service"] == "vpn"
        assert found["channel"] == "phone"


async def test_a_proposal_can_be_corrected(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("n", "tab")
        await c.type("the vpn is broken")
        await c.press("tab", "tab")
        await c.press("right")
        kind = c.desk.tickets.propose("the vpn is broken")["values"]["kind"]
        await c.press("f2")
        assert kind == "incident"
        assert c.desk.tickets.show(6)["kind"] == "request"


async def test_a_half_typed_new_ticket_comes_back(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("n")
        await c.type("zoe")
        await c.press("enter")
        await c.type("half a thought")
        await c.press("escape")
        assert c.queue.is_current
        await c.press("n")
        assert "half a thought" in screen_text(c.app)
        await c.press("f8")
        assert "half a thought" not in screen_text(c.app)


async def test_every_listed_key_does_something(tmp_path: Path) -> None:
    """The registry's keys do what they say for every action that has a method (no dead keys in the help)."""
    async with console(tmp_path) as c:
        for spec in c.queue.specs():
            assert hasattr(c.queue, spec.method), spec.id
            assert BY_ID[spec.id] is spec
        await c.press("enter")
        for spec in c.ticket.specs():
            assert hasattr(c.ticket, spec.method), spec.id


async def test_the_palette_finds_actions_and_does_them(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("ctrl+p")
        assert isinstance(c.app.screen, CommandPalette)
        await c.type("becomes yours")
        await c.until(lambda: "Take the ticket" in screen_text(c.app))
        assert_inert(c.app)
        await c.press("enter")
        await c.until(lambda: c.desk.tickets.show(number)["assignee"] == "ana")
        await c.settle()
        await c.press("colon")
        await c.type("copy_command")
        await c.press("enter")
        assert c.app.clipboard == f"helpdesk --db {c.desk.store.path} ticket take {number}"


async def test_order_theme_and_filter_in_the_way_back(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("S")
        await c.type("newest")
        await c.press("enter")
        assert [row.number for row in c.queue.tickets.rows] == [5, 4, 3, 2, 1]
        await c.press("escape")
        assert c.queue.view_tabs.selected == "open"
        await c.press("colon")
        await c.type("theme light")
        await c.press("enter")
        assert c.app.theme == "light"


async def test_close_and_cancel_ask_first(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("colon")
        await c.type("cancel")
        await c.press("enter")
        await c.type("opened twice")
        await c.press("enter")
        assert c.desk.tickets.show(number)["state"] == "cancelled"
        await c.press("u")
        assert c.desk.tickets.show(number)["state"] == "new"


async def test_a_bulk_reply_names_its_tickets_first(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("space", "space", "c")
        await c.type("all systems are back")
        await c.press("f2")
        assert isinstance(c.app.screen, Confirm)
        assert "2 of 2 would change" in screen_text(c.app)
        await c.press("n")
        assert c.queue.composer.text == "all systems are back"
        await c.press("f2", "y")
        assert [len(c.desk.tickets.comments(n)) for n in range(1, 6)].count(1) == 2
        assert not c.queue.composer.is_open


async def test_without_the_right_an_action_says_so(tmp_path: Path) -> None:
    clock = Clock()
    desk = make_desk(tmp_path, clock)
    desk.people.add("Aud Itor", login="aud", roles=["auditor"], agent=True)
    async with console(tmp_path, desk=desk.acting_as("aud")) as c:
        await c.press("t")
        assert any("ticket.assign" in toast for toast in c.toasts)
        await c.press("question_mark")
        assert "not now" in screen_text(c.app)
        await c.press("escape")
        assert "take" not in screen_text(c.app).splitlines()[-1]


async def test_a_fault_of_ours_keeps_the_draft(tmp_path: Path) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    async def write_and_break() -> None:
        async with console(tmp_path) as c:
            await c.press("i")
            await c.type("half a note")
            c.queue.call_later(broken)
            await c.pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await write_and_break()
    kept = [path for path in (tmp_path / "drafts").iterdir() if not path.stem.endswith("-seat")]
    assert len(kept) == 1
    assert "half a note" in kept[0].read_text("utf-8")
