"""The ticket list: paging through 100,000 rows, the cursor's ticket, marks, and what is repainted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.records import NEVER, Page
from helpdesk_tui.widgets.themes import THEME_NAMES
from helpdesk_tui.widgets.ticket_list import TicketList
from helpdesk_tui.widgets.window import Marked, Window
from tests.tui import HOSTILE, SIZES, assert_inert, assert_snapshot, screen_lines, screen_strips
from tests.widget_rows import NOW, ListApp, page, page_of, row


@contextmanager
def repaints(widget: TicketList) -> Iterator[list[Region]]:
    """The regions that a widget asks to repaint; the whole widget counts as its own region."""
    seen: list[Region] = []
    plain = widget.refresh

    def refresh(*regions: Region, **options: bool) -> TicketList:
        seen.extend(regions or (widget.size.region,))
        return plain(*regions, **options)

    widget.refresh = refresh  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        del widget.refresh


@pytest.mark.parametrize("size", SIZES)
async def test_the_picture(size: tuple[int, int]) -> None:
    app = ListApp()
    async with app.run_test(size=size) as pilot:
        await pilot.press("j", "space", "j")
        assert_inert(app)
        assert_snapshot(app, f"ticket_list_{size[0]}x{size[1]}")


async def test_chinese_keeps_every_column_in_its_place() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)):
        set_language("zh_CN")
        app.list.refresh()
        rows = [line for line in screen_lines(app) if "新员工" in line or "VPN drops" in line]
        from rich.cells import cell_len

        ends = {cell_len(line) for line in rows}
        assert len(rows) >= 2
        assert len(ends) == 1


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_titles_are_inert(size: tuple[int, int]) -> None:
    app = ListApp(last=0)
    async with app.run_test(size=size) as pilot:
        rows = [
            row(n, text, service=text, team=text, assignee=text, requester=text, category=text, state=text, kind=text)
            for n, text in enumerate(HOSTILE, 1)
        ]
        app.list.set_page(page_of(rows))
        app.list.set_columns(None)
        for _step in range(len(rows)):
            app.list.action_move(1)
            assert_inert(app)
        app.list.show_problem("[/red] \x1b]52;c;aGk=\x07")
        app.list.set_page(page_of([]))
        app.list.show_problem("[/red] \x1b]52;c;aGk=\x07")
        await pilot.pause()
        assert_inert(app)
        assert "[/red]" in "".join(screen_lines(app))


async def test_walking_down_reads_pages_ahead_and_holds_few() -> None:
    app = ListApp(limit=400)
    async with app.run_test(size=(120, 40)) as pilot:
        for _step in range(25):
            app.list.action_page(1, 1)
            await pilot.pause()
        assert app.list.cursor == 25 * 38 + 1
        assert len(app.list.rows) <= 400
        numbers = [r.number for r in app.list.rows]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert app.list.position == app.list.cursor
        assert app.reads.count("after") >= 5
        for _step in range(25):
            app.list.action_page(-1, 1)
            await pilot.pause()
        assert app.list.cursor == 1
        assert app.list.position == 1
        assert "before" in app.reads
        assert app.list.visible_numbers[0] == 1


async def test_both_ends_of_a_hundred_thousand() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("G")
        await pilot.pause()
        assert app.list.cursor == 100_000
        assert app.list.position == 100_000
        assert app.list.visible_numbers[-1] == 100_000
        await pilot.press("k", "g")
        await pilot.pause()
        assert (app.list.cursor, app.list.position) == (1, 1)
        assert app.reads.count("last") == app.reads.count("first") == 1


async def test_the_view_jumps_half_a_page_when_the_cursor_leaves_it() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        for _step in range(38):
            app.list.action_move(1)
        assert app.list.visible_numbers[0] == 1
        await pilot.press("down")
        assert app.list.cursor == 40
        assert app.list.visible_numbers[0] == 40 - 39 // 2
        await pilot.press("up")
        assert app.list.visible_numbers[0] == 40 - 39 // 2


async def test_a_move_repaints_two_lines() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        with repaints(app.list) as seen:
            app.list.action_move(1)
        assert seen == [Region(0, 1, 120, 1), Region(0, 2, 120, 1)]
        await pilot.pause()
        assert [m for m in app.messages if m[0] == "highlighted"][-1] == ("highlighted", 2)


async def test_changed_rows_are_repainted_where_they_stand() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j")
        same = app.list.rows[4]
        with repaints(app.list) as seen:
            app.list.update_rows(
                {
                    7: row(7, "other words", priority=4, due_at=NOW - 99),
                    5: same,
                    150: row(150, "far below"),
                    99_999: row(99_999),
                }
            )
        assert seen == [Region(0, 7, 120, 1)]
        await pilot.pause()
        assert "other words" in screen_lines(app)[7]
        assert [r.number for r in app.list.rows[:8]] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert app.list.rows[149].title == "far below"
        assert app.list.cursor == 3


async def test_tickets_that_left_are_marked_until_the_refresh() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        app.list.update_rows({}, gone=[2, 77_777])
        await pilot.pause()
        assert screen_lines(app)[2].startswith("   ~ REQ-2")
        app.list.update_rows({2: row(2, "back again")})
        await pilot.pause()
        assert screen_lines(app)[2].startswith("     REQ-2")
        app.list.update_rows({}, gone=[2])
        app.list.set_page(page_of([row(1), row(3)]))
        await pilot.pause()
        assert [r.number for r in app.list.rows] == [1, 3]


async def test_new_tickets_are_only_counted() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        before = app.list.visible_numbers
        app.list.set_fresh({100_001, 100_002, 5})
        await pilot.pause()
        assert app.list.fresh == 2
        assert app.messages[-1] == ("fresh", 2)
        assert app.list.visible_numbers == before
        app.list.set_page(page(1, 200))
        await pilot.pause()
        assert app.messages[-1] == ("fresh", 0)


async def test_the_cursor_stays_on_its_ticket_through_a_refresh() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        for _step in range(50):
            app.list.action_move(1)
        offset = app.list.visible_numbers.index(51)
        rows = [row(n) for n in (900, 901, 902, *range(1, 200))]
        app.list.set_page(Page(rows, (900,), (199,), False, False))
        await pilot.pause()
        assert app.list.cursor == 51
        assert app.list.visible_numbers.index(51) == offset
        app.list.set_page(page_of([r for r in rows if r.number != 51]))
        assert app.list.cursor == 52, "the line stays when the ticket is gone"
        app.list.set_page(page_of([row(1), row(2)]))
        assert app.list.cursor == 2
        app.list.set_page(page_of([]))
        await pilot.pause()
        assert app.list.cursor is None
        assert app.messages[-1] == ("highlighted", None)


async def test_marks_follow_the_tickets() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "j", "space")
        assert app.list.marked.numbers == {1, 2, 4}
        assert app.messages[-1] in {("marks", 3), ("highlighted", 5)}
        app.list.set_page(page(1, 100))
        assert app.list.marked.numbers == {1, 2, 4}
        await pilot.press("k", "space")
        assert app.list.marked.numbers == {1, 2}
        await pilot.press("escape")
        assert not app.list.marked


async def test_a_range_grows_and_shrinks_and_keeps_old_marks() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "j", "j", "v", "j", "j", "j", "k")
        assert app.list.marked.numbers == {1, 4, 5, 6}
        await pilot.press("v", "j")
        assert app.list.marked.numbers == {1, 4, 5, 6}
        await pilot.press("g", "v", "pagedown")
        assert app.list.marked.numbers == {*range(1, 40)}


async def test_shifted_arrows_mark_and_a_plain_move_ends_it() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "shift+down", "shift+down", "down", "down")
        assert app.list.marked.numbers == {2, 3, 4}
        await pilot.press("shift+up")
        assert app.list.marked.numbers == {2, 3, 4, 5, 6}


async def test_a_range_longer_than_the_window() -> None:
    app = ListApp(limit=400)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v")
        for _step in range(25):
            app.list.action_page(1, 1)
            await pilot.pause()
        assert app.list.cursor is not None
        assert app.list.marked.numbers == set(range(1, app.list.cursor + 1))


async def test_all_in_the_filter_and_exceptions() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("V")
        assert app.messages[-1] == ("marks", 100_000)
        await pilot.press("space")
        assert app.list.marked == Marked(frozenset({1}), everything=True)
        assert ("marks", 99_999) in app.messages
        assert 1 not in app.list.marked
        assert 54_321 in app.list.marked
        app.list.set_total(None)
        await pilot.pause()
        assert app.messages[-1] == ("marks", None)
        await pilot.press("V")
        assert not app.list.marked


async def test_only_moved_clocks_are_repainted() -> None:
    app = ListApp(last=0)
    async with app.run_test(size=(120, 40)) as pilot:
        day = 86_400
        steady: dict[str, Any] = {"created_at": NOW - 3 * day, "sla_run": "running"}
        app.list.set_page(
            page_of(
                [
                    row(1, due_at=NEVER, warn_at=NEVER, **steady),
                    row(2, due_at=NOW + 3_600, warn_at=NEVER, **steady),
                    row(3, due_at=NOW + 3_630, warn_at=NEVER, **steady),
                    row(4, due_at=NEVER, warn_at=NEVER, created_at=NOW - 59, sla_run="none"),
                ]
            )
        )
        await pilot.pause()
        with repaints(app.list) as seen:
            app.list.tick(NOW)
        assert seen == []
        with repaints(app.list) as seen:
            app.list.tick(NOW + 1)
        assert [(r.y, r.width < 120) for r in seen] == [(2, True), (4, False)]
        await pilot.pause()
        assert "00:59" in screen_lines(app)[2]
        assert "01:00" in screen_lines(app)[3]
        with repaints(app.list) as seen:
            app.list.tick(NOW + 1)
        assert seen == []


async def test_seconds_under_the_cursor_only() -> None:
    app = ListApp(last=0)
    async with app.run_test(size=(120, 40)) as pilot:
        app.list.set_page(page_of([row(n, due_at=NOW + 600, warn_at=0, sla_run="running") for n in (1, 2)]))
        await pilot.pause()
        assert "10:00s wa" in screen_lines(app)[1]
        assert "00:10 wa" in screen_lines(app)[2]
        await pilot.press("j")
        assert "00:10 wa" in screen_lines(app)[1]
        assert "10:00s wa" in screen_lines(app)[2]


async def test_empty_loading_and_failing_say_so() -> None:
    app = ListApp(last=0)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Loading..." in screen_lines(app)[2]
        app.list.set_page(page_of([]))
        await pilot.pause()
        assert "No ticket matches. Esc clears the filter" in screen_lines(app)[2]
        app.list.show_problem("The desk is busy; R tries again.")
        await pilot.pause()
        assert "The desk is busy" in screen_lines(app)[2]
        app.list.set_page(page_of([row(1)]))
        app.list.show_problem("ignored while rows are there")
        await pilot.pause()
        assert "ignored" not in "".join(screen_lines(app))
        await pilot.press("j", "k", "G", "g", "pageup", "ctrl+d", "space", "enter")
        assert app.messages[-1] == ("opened", 1)


class SilentApp(ListApp):
    """Takes the wishes for pages and does not answer."""

    def on_ticket_list_need_after(self, message: TicketList.NeedAfter) -> None:
        message.prevent_default()
        self.messages.append(("after", message.key))


async def test_a_failed_page_is_asked_for_again() -> None:
    app = SilentApp(last=0)
    async with app.run_test(size=(120, 40)) as pilot:
        app.list.set_page(Page([row(1), row(2)], (1,), (2,), False, True))
        await pilot.pause()
        await pilot.press("j", "k")
        assert app.messages.count(("after", (2,))) == 1, "one page at a time"
        app.list.page_failed()
        await pilot.press("j")
        assert app.messages.count(("after", (2,))) == 2


async def test_the_mouse_moves_opens_marks_and_scrolls() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.click(TicketList, offset=(30, 5))
        assert app.list.cursor == 5
        await pilot.click(TicketList, offset=(30, 5))
        assert app.messages[-1] == ("opened", 5)
        await pilot.click(TicketList, offset=(2, 3))
        assert app.list.marked.numbers == {3}
        await pilot.click(TicketList, offset=(30, 0))
        assert app.list.cursor == 3
        app.list._scroll(3)
        assert app.list.visible_numbers[0] == 4
        assert app.list.cursor == 3, "the wheel leaves the cursor on its ticket"


async def test_resizing_keeps_the_cursor_in_view() -> None:
    app = ListApp()
    async with app.run_test(size=(200, 60)) as pilot:
        for _step in range(50):
            app.list.action_move(1)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert 51 in app.list.visible_numbers
        assert app.list.column_codes == ("number", "priority", "sla", "summary", "assignee")
        assert_inert(app)


async def test_an_escape_without_marks_is_left_to_the_screen() -> None:
    app = ListApp()
    async with app.run_test(size=(120, 40)):
        assert app.list.check_action("unmark", ()) is False
        app.list.action_mark()
        assert app.list.check_action("unmark", ()) is True


@given(st.lists(st.sampled_from(["after", "before", "edge", "top"]), max_size=40), st.integers(1, 60))
def test_a_window_is_always_a_stretch_of_the_list(steps: list[str], size: int) -> None:
    window, last = Window(limit=100), 1_000
    window.replace(page(1, size, last), last)
    for step in steps:
        if step == "after" and window.more_after:
            assert window.last_key is not None
            window.append(page(window.last_key[0] + 1, size, last))
        elif step == "before" and window.more_before:
            assert window.first_key is not None
            first = max(1, window.first_key[0] - size)
            window.prepend(page(first, window.first_key[0] - first, last))
        elif step == "edge":
            window.replace(page(last - size + 1, size, last), last)
        elif step == "top":
            window.replace(page(1, size, last), last)
        numbers = [r.number for r in window.rows]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len(numbers) <= 100 + size
        assert window.base == numbers[0] - 1
        assert window.more_before is (numbers[0] > 1)
        assert window.more_after is (numbers[-1] < last)
        assert (window.first_key, window.last_key) == ((numbers[0],), (numbers[-1],))
        assert all(window.place(number) == index for index, number in enumerate(numbers))


def test_a_row_that_moved_between_two_reads_stands_once() -> None:
    window = Window()
    window.replace(Page([row(1), row(2)], (1,), (2,), False, True))
    window.append(Page([row(2, "moved"), row(3)], (2,), (3,), True, False))
    assert [r.number for r in window.rows] == [1, 2, 3]
    assert window.rows[1].title != "moved"
    window.append(Page([], None, None, True, False))
    assert window.last_key == (3,)


async def test_without_focus_the_cursor_line_is_drawn_otherwise() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        focused = app.list.render_line(1)
        app.screen.set_focus(None)
        await pilot.pause()
        with repaints(app.list):
            blurred = next(iter(screen_strips(app)[1]))
        assert next(iter(focused)).style == app.list.style_of("cursor")
        assert blurred.style == app.list.style_of("blurred")
        assert app.list.style_of("blurred") != app.list.style_of("cursor")


@pytest.mark.parametrize("theme", THEME_NAMES)
async def test_a_theme_chosen_later_repaints(theme: str) -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        before = [segment.style for segment in screen_strips(app)[5]]
        app.theme = "light" if theme == "dark" else theme
        await pilot.pause()
        assert [segment.style for segment in screen_strips(app)[5]] != before
        assert_inert(app)
