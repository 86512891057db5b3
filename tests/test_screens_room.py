"""The war room: how it stands, and the deeds of its keys."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console, make_desk
from tui import SIZES, assert_inert, assert_snapshot, screen_text

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.room.room import RoomScreen, clocks
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import set_language

HOSTILE = "[bold]evil[/] \x1b[31m @click=app.quit"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    clock = Clock()
    made = make_desk(tmp_path, clock, 2)
    made.people.add("Bo Zhang", login="bo", email="bo@example.org", agent=True, roles=["service_desk"])
    number = made.incidents.declare(number=1, severity="SEV1", impact_started=clock() - 300)["number"]
    made.incidents.note(number, f"10m ago {HOSTILE}", pin=True)
    made.incidents.note(number, "dmesg\n" * 40, capture=True)
    made.incidents.task(number, "drain pay-api-01", owner="bo")
    made.incidents.offer(number, "communications", "bo")
    return made


async def opened(c: Console) -> RoomScreen:
    c.app.show_room(1)
    await c.pilot.pause()
    await c.settle()
    screen = c.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES)
async def test_it_stands_at_every_size_in_both_languages(
    tmp_path: Path, desk: Desk, size: tuple[int, int], language: str
) -> None:
    set_language(language)
    try:
        async with console(tmp_path, desk=desk, size=size) as c:
            await opened(c)
            assert_inert(c.app)
            text = screen_text(c.app)
            assert "INC-1 SEV1" in text and "drain pay-api-01" in text and "[bold]evil" in text
            if language == "en":
                assert_snapshot(c.app, f"room-{size[0]}x{size[1]}")
    finally:
        set_language("en")


async def test_keys_write_and_the_room_follows(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        await c.press("i", *"5m ago restarted", "ctrl+s")
        assert "restarted" in screen_text(c.app)
        assert "restarted" in [entry["body"] for entry in desk.incidents.show(1)["entries"]]
        await c.press("T", *"look at the disk", "ctrl+s")
        assert [task["text"] for task in desk.incidents.show(1)["tasks"]] == ["drain pay-api-01", "look at the disk"]
        await c.press("s", *"sev2", "enter")
        assert desk.incidents.show(1)["severity"] == "SEV2"
        assert "INC-1 SEV2" in screen_text(c.app)
        await c.press("m", *"mitigated", "enter")
        assert desk.incidents.show(1)["stamps"]["mitigated"]
        screen.pane.move_to(("task", 1))
        await c.press("space")
        assert desk.incidents.show(1)["tasks"][-1]["done_by"] == "ana"
        await c.press("r", *"scribe", "enter")
        await c.press("enter")
        assert desk.incidents.show(1)["roles"]["scribe"]["person"] == "ana"
        await c.press("escape")
        assert not isinstance(c.app.screen, RoomScreen)


async def test_what_a_colleague_writes_is_there_at_once_and_the_cursor_stays(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        screen = await opened(c)
        screen.pane.move_to(("entry", 3))
        with Desk.open(desk.store.path, user=OsUser(4001, "bo"), clock=desk.clock, origin=Origin.CLI) as his:
            his.incidents.note(1, "bo writes")
        c.app.nudge()
        await c.until(lambda: "bo writes" in screen_text(c.app))
        assert screen.pane.subject == ("entry", 3)


async def test_an_incident_is_declared_from_its_ticket(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        c.app.open_ticket(2)
        await c.settle()
        await c.press("W")
        await c.press(*"sev3", "enter")
        await c.settle()
        assert isinstance(c.app.screen, RoomScreen) and c.app.screen.number == 2
        assert desk.incidents.show(2)["severity"] == "SEV3"
        assert c.app.last_command == "helpdesk incident declare 2 --severity SEV3"


def test_the_clocks_of_a_room(desk: Desk) -> None:
    room, now = desk.incidents.show(1), desk.now()
    assert clocks(room, now) == "5 min · update 15 min · outside 30 min"
    assert clocks(room, now + 3_600) == "1 h 5 min · update 45 min overdue · outside 30 min overdue"


async def test_a_typed_word_means_what_it_means_in_the_room(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        await opened(c)
        await c.press("colon", *"note", "enter")
        await c.press(*"typed in the room", "ctrl+s")
        assert "typed in the room" in [entry["body"] for entry in desk.incidents.show(1)["entries"]]
        assert desk.tickets.comments(1) == [] or "typed" not in desk.tickets.comments(1)[-1].body
