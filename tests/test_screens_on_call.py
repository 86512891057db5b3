"""The on-call screen: who is on, what is laid over it, and the deeds of its keys."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console, make_desk
from tui import SIZES, assert_inert, assert_snapshot, screen_text

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.conflict import ConflictScreen
from helpdesk_tui.screens.on_call.on_call import OnCallScreen
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.instants import DAY, HOUR
from helpdesk_tui.widgets.field_form import Form
from helpdesk_tui.widgets.pickers import Confirm

FILE = """\
name = "Payments 支付值班"
timezone = "UTC"
[[layers]]
name = "first"
users = ["ana", "bo"]
rotation = { unit = "week", start = "2025-10-06T09:00" }
"""
NIGHTS = """\
name = "Nights"
timezone = "Asia/Shanghai"
[[layers]]
name = "nights"
users = ["bo"]
rotation = { unit = "week", start = "2025-10-06T09:00" }
window = { start = "20:00", end = "08:00" }
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = make_desk(tmp_path, Clock(), 2)
    made.people.add("Bo Zhang", login="bo", email="bo@example.org", agent=True, roles=["technical_support"])
    made.on_call.add("payments", FILE)
    made.on_call.add("nights", NIGHTS)
    return made


def bos(desk: Desk) -> Desk:
    """The same desk, bo at it."""
    return Desk.open(desk.store.path, user=OsUser(4001, "bo"), clock=desk.clock, origin=Origin.CLI)


async def opened(c: Console) -> OnCallScreen:
    await c.press("D")
    screen = c.app.screen
    assert isinstance(screen, OnCallScreen)
    return screen


def changed(desk: Desk) -> None:
    """A cover by bo that is to come, and turns that bo offers."""
    now = desk.now()
    desk.on_call.override("payments", start=now + DAY, end=now + DAY + 4 * HOUR, people=["bo"], note="training")
    with bos(desk) as his:
        his.on_call.swap("nights", start=now, end=now + 2 * DAY, note="wedding [/] \x1b[31m")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES)
async def test_it_stands_at_every_size_in_both_languages(
    tmp_path: Path, desk: Desk, size: tuple[int, int], language: str
) -> None:
    changed(desk)
    set_language(language)
    try:
        async with console(tmp_path, desk=desk, size=size) as c:
            screen = await opened(c)
            assert_inert(c.app)
            text = screen_text(c.app)
            assert "payments" in text and "nights" in text and "OC-1" in text and "OC-2" in text
            assert screen.pane.data.chosen == "payments"  # ana's own turn
            if language == "en":
                assert_snapshot(c.app, f"on_call-{size[0]}x{size[1]}")
    finally:
        set_language("en")


async def test_a_desk_without_schedules_says_how_to_begin(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await opened(c)
        assert "no schedule is in use" in screen_text(c.app) and "oncall schedule CODE FILE" in screen_text(c.app)
        await c.press("o")
        assert c.toasts == ["override: no schedule is in use"]
        await c.press("escape")
        assert c.app.screen is c.app.queue


async def test_schedules_are_walked_by_keys_and_chosen_by_enter(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        assert screen.pane.subject == ("schedule", "nights") and screen.pane.data.chosen == "payments"
        await c.press("enter")
        assert screen.pane.data.chosen == "nights" and "Nights: 14 days" in screen_text(c.app)
        assert any(row["gap"] for row in screen.pane.data.shifts)
        await c.press("right_square_bracket")
        assert screen.pane.data.chosen == "payments" and screen.pane.subject == ("schedule", "nights")
        await c.press("left_square_bracket", "q")
        assert c.app.screen is c.app.queue
        await c.press("colon")
        await c.type("on_call")
        await c.press("enter")
        assert isinstance(c.app.screen, OnCallScreen)


async def test_turns_that_a_colleague_offers_are_seen_at_once_and_taken_over(tmp_path: Path, desk: Desk) -> None:
    now = desk.now()
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        await c.press("t")
        assert c.toasts[-1] == "take over: nobody offers their turns"
        with bos(desk) as his:
            his.on_call.swap("nights", start=now, end=now + 2 * DAY)
        await c.until(lambda: screen.pane.data.changes)
        assert screen.pane.data.changes[0]["state"] == "asked"
        await c.press("t")
        assert "put the cursor on an override or a swap" in c.toasts[-1]
        assert screen.pane.move_to(("change", 1))
        await c.press("t")
        assert c.toasts[-1] == "OC-1: you take over"
        assert c.app.last_command == "helpdesk oncall take OC-1"
        (row,) = desk.on_call.changes()
        assert (row["state"], row["people"], row["removed"]) == ("standing", ["ana"], "bo")
        assert "standing" in screen_text(c.app)


async def test_who_was_slower_is_told_and_sees_what_stands(tmp_path: Path, desk: Desk) -> None:
    changed(desk)
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        screen.pane.move_to(("change", 2))
        stale = screen.pane.data
        with bos(desk) as his:
            his.on_call.withdraw(2)
        await c.until(lambda: len(screen.pane.data.changes) == 1)
        screen.pane.show(stale)
        screen.pane.move_to(("change", 2))
        await c.press("t")
        assert "withdrawn" in c.toasts[-1] and not isinstance(c.app.screen, ConflictScreen)
        await c.until(lambda: len(screen.pane.data.changes) == 1)


async def test_withdrawing_asks_first(tmp_path: Path, desk: Desk) -> None:
    changed(desk)
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        screen.pane.move_to(("change", 1))
        await c.press("x")
        assert isinstance(c.app.screen, Confirm) and "payments: covers, Bo Zhang" in screen_text(c.app)
        await c.press("n")
        assert len(desk.on_call.changes()) == 2
        await c.press("x", "y")
        assert [row["ref"] for row in desk.on_call.changes()] == ["OC-2"]
        assert c.app.last_command == "helpdesk oncall withdraw OC-1"


async def test_an_override_begins_at_the_shift_under_the_cursor(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        later = screen.pane.data.shifts[1]
        assert later["people"] == ["bo"] and screen.pane.move_to(("shift", later["start_at"]))
        await c.press("o")
        form = c.app.screen
        assert isinstance(form, Form)
        assert form.values["start"] == "2025-10-13 09:00" and form.values["removed"] == "bo"
        await c.press("ctrl+s")
        assert "On call is needed." in screen_text(c.app)
        form.put("person", "ana")
        form.put("end", "4h")
        await c.press("ctrl+s")
        (row,) = desk.on_call.changes()
        assert (row["kind"], row["people"]) == ("cover", ["ana"])
        assert (row["start_at"], row["end_at"]) == ("2025-10-13T09:00:00Z", "2025-10-13T13:00:00Z")
        assert c.toasts[-1] == "OC-1 stands on payments"
        assert c.app.last_command.startswith("helpdesk oncall override payments --person ana --from 2025-10-13T09:00")
        assert "OC-1" in screen_text(c.app)


async def test_a_wrong_end_is_said_in_the_form_and_what_was_typed_comes_back(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        await opened(c)
        await c.press("s")
        form = c.app.screen
        assert isinstance(form, Form)
        form.put("end", "2025-10-01 09:00")
        await c.press("ctrl+s")
        assert "the end must come after the start" in screen_text(c.app)
        note = form._inputs["note"]
        note.focus()
        await c.type("wedding")
        await c.press("escape", "s")
        again = c.app.screen
        assert isinstance(again, Form)
        assert (again.values["note"], again.values["end"]) == ("wedding", "2025-10-01 09:00")
        again.put("end", "2d")
        await c.press("ctrl+s")
        (row,) = desk.on_call.changes()
        assert (row["state"], row["removed"], row["note"]) == ("asked", "ana", "wedding")
        await c.press("s")
        assert isinstance(c.app.screen, Form) and c.app.screen.values["note"] == ""


async def test_a_role_that_may_not_change_is_told_why(tmp_path: Path, desk: Desk) -> None:
    desk.people.add("Vera", login="vera", email="vera@example.org", agent=True, roles=["auditor"])
    desk.close()
    hers = Desk.open(tmp_path / "desk.db", user=OsUser(4002, "vera"), clock=Clock(), origin=Origin.TUI)
    async with console(tmp_path, desk=hers) as c:
        await opened(c)
        await c.press("o")
        assert "lack the permission oncall.override" in c.toasts[-1]


async def test_a_minute_later_the_next_one_is_on(tmp_path: Path, desk: Desk) -> None:
    clock = desk.clock
    assert isinstance(clock, Clock)
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        assert screen.pane.data.now[1]["people"] == ["ana"]
        clock.now += 7 * DAY
        screen._tick()
        await c.settle()
        assert screen.pane.data.now[1]["people"] == ["bo"]
