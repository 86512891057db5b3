"""Arranging the queue: the next work, groups, columns, orders, own views, long ranges, and starting as one left."""

from pathlib import Path

import pytest
from console_desk import Clock, console, make_app, make_desk
from hypothesis import given
from hypothesis import strategies as st
from tui import assert_snapshot, screen_text
from widget_rows import row as make_row

from helpdesk_tui.desk.grouping import GROUPS, grouped_numbers, grouped_page
from helpdesk_tui.screens.queue.arranging import code_of, sorted_by
from helpdesk_tui.screens.queue.shown import NEXT
from helpdesk_tui.widgets.chooser import ChooseSome
from helpdesk_tui.widgets.screen_lines import ScreenLines

# -- where rows stand ----------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from("aab"), max_size=30), st.integers(0, 30), st.integers(1, 12))
def test_lines_with_headings_agree_with_each_other(teams: list[str], top: int, height: int) -> None:
    rows = [make_row(n + 1, team=team) for n, team in enumerate(teams)]
    lines = ScreenLines(lambda row: row.team or "")
    seen = lines.visible(rows, top, height)
    assert len(seen) <= height
    assert [lines.shown_at(rows, top, height, y) for y in range(len(seen))] == seen
    for y, what in enumerate(seen):
        if isinstance(what, int):
            assert lines.line_of(rows, top, height, what) == y
    assert lines.count(rows, top, height) == sum(isinstance(what, int) for what in seen)
    if rows and height > 1:
        lowest = lines.lowest_top(rows, height)
        assert lines.line_of(rows, lowest, height, len(rows) - 1) is not None
        assert lowest == 0 or lines.line_of(rows, lowest - 1, height, len(rows) - 1) is None
        for index in range(len(rows)):
            assert lines.line_of(rows, lines.top_for(rows, index, height), height, index) is not None


def test_groups_on_pages_are_the_whole_list_in_order(tmp_path: Path) -> None:
    with make_desk(tmp_path, Clock(), 14) as desk:
        for number, team in zip(range(1, 15), ["network", "security", None] * 5, strict=False):
            if team:
                desk.tickets.assign(number, team=team)
            desk.tickets.edit(number, set={"service": "vpn" if number % 2 else "email"})
        reading = desk.tickets
        for by in GROUPS:
            whole = grouped_numbers(reading, "is:open sort:number", by)
            assert sorted(whole) == list(range(1, 15))
            pages, key = [], None
            for _ in range(6):
                page = grouped_page(reading, "is:open sort:number", by, limit=3, after=key)
                pages += [row.number for row in page.rows]
                assert page.more_before is (key is not None)
                key = page.last
                if not page.more_after:
                    break
            assert pages == whole
            back = grouped_page(reading, "is:open sort:number", by, limit=3, last=True)
            assert [row.number for row in back.rows] == whole[-3:] and not back.more_after
            before = grouped_page(reading, "is:open sort:number", by, limit=4, before=back.first)
            assert [row.number for row in before.rows] == whole[-7:-3] and before.more_after and before.more_before
        values = [row.team for row in grouped_page(reading, "is:open", "team").rows]
        assert values == sorted(filter(None, values)) + [None] * values.count(None)
        assert grouped_page(reading, "tag:none-such", "team").rows == []


@pytest.mark.parametrize(
    ("query", "order", "expected"),
    [
        ("is:open sort:-priority,due", "number", "is:open sort:number"),
        ("", "-updated", "sort:-updated"),
        ("(team:a or team:b) x", "due", None),
        ("state:", "due", "state:"),
    ],
)
def test_another_order_keeps_the_filter(query: str, order: str, expected: str | None) -> None:
    found = sorted_by(query, order)
    assert found == expected if expected is not None else found.endswith("sort:due") and "or" in found.casefold()


def test_codes_of_views() -> None:
    assert code_of("VPN now!", []) == "vpn-now"
    assert code_of("VPN now", ["vpn-now"]) == "vpn-now-2"
    assert code_of("银行", []) == "view"
    assert code_of("7 days", []) == "view-7-days"


# -- on the screen -------------------------------------------------------------------------------------------------


async def test_next_up_shows_reasons_and_takes_the_first(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        c.clock.now += 3_600
        await c.press("N")
        c.queue._tick()
        await c.settle()
        assert c.queue.view_tabs.selected == NEXT
        assert "why" in c.queue.tickets.column_codes and "overdue 1h, " in screen_text(c.app)
        assert [row.number for row in c.queue.tickets.rows] == [line["number"] for line in c.desk.tickets.next()]
        assert_snapshot(c.app, "queue_next_up")
        first = c.queue.tickets.cursor
        assert first is not None
        await c.press("t")
        assert c.desk.tickets.show(first)["assignee"] == "ana"
        await c.press("V", "i")
        targets = c.queue.targets()
        assert targets is not None and targets.query is None and len(targets.numbers) == len(c.queue.tickets.rows)


async def test_groups_have_headings_and_the_cursor_walks_over_them(tmp_path: Path) -> None:
    async with console(tmp_path, tickets=12) as c:
        await c.press("b")
        await c.type("priority")
        await c.press("enter")
        assert "-- Critical --" in screen_text(c.app) or "-- Medium --" in screen_text(c.app)
        assert_snapshot(c.app, "queue_groups")
        numbers = [row.number for row in c.queue.tickets.rows]
        seen = [c.queue.tickets.cursor]
        for _ in numbers[1:]:
            await c.press("j")
            seen.append(c.queue.tickets.cursor)
        assert seen == numbers
        await c.press("b")
        await c.type("no groups")
        await c.press("enter")
        assert "-- Critical" not in screen_text(c.app) and "-- Medium" not in screen_text(c.app)


async def test_columns_orders_and_place_are_there_at_the_next_start(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("O")
        assert isinstance(c.app.screen, ChooseSome)
        await c.press("j", "space", "enter")
        assert "priority" not in c.queue.tickets.column_codes
        await c.press("S")
        await c.type("greatest first")
        await c.press("enter", "j")
        assert [row.number for row in c.queue.tickets.rows] == [5, 4, 3, 2, 1] and c.queue.tickets.cursor == 4
        await c.press("O", "r")
        assert "priority" in c.queue.tickets.column_codes
        code = c.queue.view_tabs.selected
        c.app.leave()
        again = make_app(c.desk, tmp_path)
        async with again.run_test(size=(120, 40)) as pilot:
            for _ in range(200):
                await pilot.pause()
                if again.queue is not None and again.queue.tickets.rows:
                    break
            assert again.queue is not None and again.queue.view_tabs.selected == code
            assert [row.number for row in again.queue.tickets.rows] == [5, 4, 3, 2, 1]
            assert again.queue.tickets.cursor == 4


async def test_a_filter_becomes_a_view_with_a_count(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await c.press("slash")
        await c.type("vpn is:open")
        await c.press("enter", "F")
        await c.type("VPN now")
        await c.press("enter")
        await c.type("everybody")
        await c.press("enter")
        view = c.desk.views.show("vpn-now")
        assert view["shared"] and view["query"].endswith("vpn is:open")
        assert c.queue.view_tabs.selected == "vpn-now" and "VPN now 1" in screen_text(c.app)
        assert "--shared" in c.app.last_command


async def test_a_range_to_the_end_covers_what_was_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk_tui.screens.queue.feed.PAGE", 4)
    async with console(tmp_path, tickets=40, size=(80, 12)) as c:
        await c.press("j", "v", "G")
        expected = c.desk.tickets.numbers(c.queue.query_text)[1:]
        assert c.queue.tickets.marked.numbers == frozenset(expected) and len(expected) == 39
