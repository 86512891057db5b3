"""Deeds done one after another to the same line of the queue, and what is asked of many lines before they are changed."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console, make_desk
from tui import screen_text

from helpdesk_tui.screens.common.asking import choice_of
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.widgets.composer import Composer
from helpdesk_tui.widgets.field_form import Form, FormField
from helpdesk_tui.widgets.pickers import Ask, Confirm, Pick


def refused(c: Console) -> list[str]:
    return [toast for toast in c.toasts if "somebody else" in toast]


async def test_a_ticket_that_left_the_view_is_shown_as_it_is_now(tmp_path: Path) -> None:
    async with console(tmp_path, view="unassigned") as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("t")
        await c.until(lambda: "~" in screen_text(c.app))
        row = c.queue.tickets.cursor_row
        assert row is not None
        assert (row.number, row.assignee, row.state) == (number, "ana", "in_progress")


async def test_the_second_deed_to_such_a_ticket_is_not_refused(tmp_path: Path) -> None:
    async with console(tmp_path, view="unassigned") as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("t")
        await c.until(lambda: "~" in screen_text(c.app))
        await c.press("x", "tab")
        await c.type("solved at once")
        await c.press("f2")
        await c.until(lambda: c.desk.tickets.show(number)["phase"] == "resolved")
        assert not refused(c)


async def test_deeds_typed_ahead_are_done_to_what_the_one_before_left(tmp_path: Path) -> None:
    async with console(tmp_path, view="unassigned") as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.pilot.press("t", "x", "tab", "o", "k", "f2")
        await c.until(lambda: c.desk.tickets.show(number)["phase"] == "resolved")
        assert not refused(c)


async def test_all_of_the_filter_does_not_mark_what_left_it(tmp_path: Path) -> None:
    async with console(tmp_path, view="unassigned") as c:
        await c.press("V")
        assert screen_text(c.app).count(" * ") == 5
        await c.press("t")
        await c.until(lambda: "0 tickets" in screen_text(c.app))
        assert " * " not in screen_text(c.app)


async def test_what_works_on_one_ticket_says_so_before_it_asks(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("space", "space")
        for key in ("M", "L"):
            await c.press(key)
            assert not isinstance(c.app.screen, Ask)
        assert sum("one ticket at a time" in toast for toast in c.toasts) == 2


async def test_many_tickets_are_not_asked_for_what_could_not_be_written(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("space", "space", "s")
        assert isinstance(c.app.screen, Pick)
        shown = screen_text(c.app)
        assert "one ticket at a time" in shown
        assert "for many tickets: x" in shown
        await c.type("on hold")
        await c.press("enter")
        assert isinstance(c.app.screen, Pick), "a move that asks for a time cannot be chosen for many"


def test_only_for_many_a_move_that_asks_for_more_is_closed() -> None:
    hold = {"to": "on_hold", "label": "On hold", "requires": ["pending_until"], "missing": [], "reason": True}
    wait = {"to": "awaiting_user", "label": "Awaiting user", "requires": [], "missing": [], "reason": True}
    assert choice_of(hold, many=True).disabled
    assert not choice_of(hold, many=False).disabled
    assert not choice_of(wait, many=True).disabled


async def test_a_reply_to_many_does_not_name_one_reader(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("space", "space", "c")
        await c.until(lambda: c.queue.composer.is_open)
        shown = str(c.queue.query_one(Composer).query_one("#composer-to").render())
        assert "the requester of each ticket" in shown


async def test_what_many_would_become_is_told_in_the_readers_words(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, Clock(), 22)
    set_language("zh_CN")
    try:
        async with console(tmp_path, desk=desk) as c:
            await c.press("V", "t")
            await c.until(lambda: isinstance(c.app.screen, Confirm))
            shown = screen_text(c.app)
            assert "in_progress" not in shown
            assert "处理中" in shown
    finally:
        set_language("en")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("theme li", "theme cannot be li; did you mean light?"),
        ("view", "view: a saved view: view mine"),
        ("inc abc", "inc: a ticket by its number: inc 1042"),
        ("take 3", "nothing may follow take"),
        ("foo", "there is no command foo"),
    ],
)
async def test_a_command_that_cannot_be_obeyed_says_what_is_wrong_with_it(tmp_path: Path, line: str, said: str) -> None:
    async with console(tmp_path, tickets=1) as c:
        await c.press("colon")
        await c.type(line)
        await c.press("enter")
        assert any(toast.startswith(said) for toast in c.toasts), c.toasts


async def test_a_form_that_was_not_touched_changes_nothing(tmp_path: Path) -> None:
    """A form shows tabs and line ends made harmless; that alone must not rewrite the text it was opened on."""
    text = "log:\n\tcolumn\tcolumn\r\nzero\u200bwidth"
    async with console(tmp_path, tickets=1) as c:
        c.desk.tickets.edit(1, set={"description": text})
        stored = c.desk.tickets.show(1)["description"]
        await c.press("e", "end")
        await c.type(" now")
        await c.press("f2")
        await c.until(lambda: c.desk.tickets.show(1)["title"].endswith(" now"))
        assert c.desk.tickets.show(1)["description"] == stored
        assert "description" not in c.desk.tickets.timeline(1)[-1].changes


async def test_a_kept_edit_says_that_it_is_back_and_can_be_begun_anew(tmp_path: Path) -> None:
    async with console(tmp_path, tickets=1) as c:
        title = c.desk.tickets.show(1)["title"]
        await c.press("e", "end")
        await c.type(" odd")
        await c.press("escape")
        assert not any("draft is back" in toast for toast in c.toasts)
        await c.press("e")
        assert any("draft is back" in toast for toast in c.toasts)
        assert f"{title} odd" in screen_text(c.app)
        await c.press("f8", "escape", "e")
        assert f"{title} odd" not in screen_text(c.app)


async def test_what_many_were_given_is_not_offered_to_the_next(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("space", "e")
        assert isinstance(c.app.screen, Form)
        c.app.screen.put("urgency", "high")
        await c.press("f2")
        await c.until(lambda: c.app.last_command)
        await c.press("e")
        assert isinstance(c.app.screen, Form)
        assert not any(c.app.screen.values.values())


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
async def test_a_long_form_keeps_its_last_lines_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    """What is wrong and which key saves stand below the fields, however many those are."""
    async with console(tmp_path, size=size, tickets=1) as c:
        fields = [FormField(f"f{n}", f"Field {n}", required=n == 12, hint="now: this (was: that)") for n in range(13)]
        await c.app.push_screen(Form("It was changed meanwhile: " + "yours stands here " * 3, fields))
        await c.settle()
        assert "ctrl+s or F2 saves" in screen_text(c.app)
        await c.press("f2")
        shown = screen_text(c.app)
        assert "Field 12 is needed." in shown
        assert "ctrl+s or F2 saves" in shown


async def test_long_details_leave_room_for_the_answer(tmp_path: Path) -> None:
    async with console(tmp_path, size=(80, 24), tickets=1) as c:
        await c.app.push_screen(Confirm("Close", action="close", count=30, details=["word " * 60] * 10))
        await c.settle()
        await c.type("31")
        await c.press("enter")
        shown = screen_text(c.app)
        assert " 31 " in shown
        assert "That is not 30" in shown
