"""The war room: how it stands, and the deeds of its keys."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console, make_desk
from textual.screen import Screen
from tui import SIZES, assert_inert, assert_snapshot, screen_text

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.room.clocks import clock, clocks
from helpdesk_tui.screens.room.pane import RoomPane
from helpdesk_tui.screens.room.review import ReviewScreen
from helpdesk_tui.screens.room.room import RoomScreen
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


async def stand(c: Console, subject: tuple[str, int]) -> None:
    """Put the cursor there, on whichever side it is."""
    pane = next(pane for pane in c.app.screen.query(RoomPane) if pane.display and subject in pane.subjects)
    pane.focus()
    pane.move_to(subject)
    await c.pilot.pause()


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
        await opened(c)
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
        await stand(c, ("task", 1))
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
        await stand(c, ("entry", 3))
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
    assert clocks(room, now) == "5m · update 15m · outside 30m"
    assert clocks(room, now, 20) == "5m · update 15m"
    assert clocks(room, now + 3_600) == "1h05m · update late 45m · outside late 30m"


async def test_a_typed_word_means_what_it_means_in_the_room(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        await opened(c)
        await c.press("colon", *"note", "enter")
        await c.press(*"typed in the room", "ctrl+s")
        assert "typed in the room" in [entry["body"] for entry in desk.incidents.show(1)["entries"]]
        assert desk.tickets.comments(1) == [] or "typed" not in desk.tickets.comments(1)[-1].body


# -- recovery and review ------------------------------------------------------------------------------------------------

PLAN = 'rto = "1h"\nrpo = "15m"\n[[steps]]\nstage = "restore"\ntext = "Promote the standby"\nverify = "pg_ctl status"\n'
BOOK = 'name = "Failover"\n[[steps]]\ntext = "Stop writers"\n'


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """The desk with a plan and a runbook for the ticket's service."""
    desk.services.add("pay", "Payments")
    desk.tickets.edit(1, set={"service": "pay"})
    desk.plans.save("pay", PLAN)
    desk.runbooks.save("failover", BOOK)
    return desk


def test_a_clock_takes_few_cells() -> None:
    assert [clock(n) for n in (59, 250, 2_820, 3_900, 97_200, -90)] == [
        "0m59s",
        "4m10s",
        "47m",
        "1h05m",
        "1d03h",
        "1m30s",
    ]


async def test_the_recovery_is_walked_by_keys(tmp_path: Path, ready: Desk) -> None:
    async with console(tmp_path, desk=ready) as c:
        await opened(c)
        await c.press("B", "enter")
        steps = ready.incidents.show(1)["steps"]
        assert [step["stage"] for step in steps] == ["identify", "mobilise", "restore", "verify", "confirm"]
        assert "restore: Promote the standby" in screen_text(c.app) and "RTO 55m" in screen_text(c.app)
        await stand(c, ("step", steps[2]["id"]))
        await c.press("space")
        assert ready.incidents.show(1)["steps"][2]["state"] == "begun" and ready.incidents.show(1)["stamps"]["engaged"]
        await c.press("enter")
        assert ready.incidents.show(1)["steps"][2]["state"] == "done"
        await c.press("v")
        assert "pg_ctl status" in screen_text(c.app)
        await stand(c, ("step", steps[3]["id"]))
        await c.press("minus", *"no users yet", "ctrl+s")
        skipped = ready.incidents.show(1)["steps"][3]
        assert (skipped["state"], skipped["note"]) == ("skipped", "no users yet")
        await c.press("B", *"fail", "enter")
        assert "failover 0/1" in screen_text(c.app)
        await c.press("B", *"last", "enter", *"10m ago", "ctrl+s")
        assert ready.incidents.show(1)["recovery"]["last_good_at"] is not None


async def test_what_follows_is_written_down_and_becomes_a_ticket(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        await opened(c)
        await stand(c, ("entry", 1))
        await c.press("F", *"alert on disks", "ctrl+s")
        action = desk.incidents.show(1)["tasks"][0]
        assert (action["kind"], action["action"], action["owner"]) == ("action", "prevent", "ana")
        await stand(c, ("task", action["id"]))
        await c.press("F", *"change", "enter")
        made = desk.incidents.show(1)["tasks"][0]["result"]
        assert desk.tickets.show(made)["kind"] == "change" and f"#{made}" in screen_text(c.app)


async def test_an_update_begins_with_a_template(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        await opened(c)
        await c.press("c", *"monitoring", "enter", "ctrl+s")
        update = desk.incidents.show(1)["updates"][0]
        assert update["internal"].startswith("Mitigated: Payments API down") and "继续观察" in update["external_zh"]


async def test_the_review_lives_on_keys(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk, size=(120, 40)) as c:
        await opened(c)
        await c.press("x", *"disk full", "tab", *"freed", "ctrl+s")
        assert desk.tickets.show(1)["state"] == "resolved"
        await c.press("V")
        assert isinstance(c.app.screen, ReviewScreen) and "draft" in screen_text(c.app)
        await c.press("a")
        assert "still lacks" in screen_text(c.app)
        await c.press("n")
        assert "disk full" in screen_text(c.app)
        await c.press("e", "ctrl+end", "ctrl+s")
        assert desk.reviews.show(1)["document"]["factors"][0]["text"] == "disk full"
        await c.press("a")
        assert desk.reviews.show(1)["state"] == "approved"
        await c.press("p")
        assert desk.reviews.show(1)["state"] == "published"
        await c.press("e")
        assert "published" in screen_text(c.app)
        await c.press("escape")
        assert isinstance(c.app.screen, RoomScreen)


async def test_a_waiver_is_signed(tmp_path: Path, desk: Desk) -> None:
    async with console(tmp_path, desk=desk) as c:
        await opened(c)
        await c.press("V", "w", *"same as before", "enter")
        assert desk.reviews.show(1)["waiver"] == "same as before"
        assert c.app.last_command == "helpdesk review waive 1 --reason 'same as before'"


async def test_whoever_is_let_go_leaves_the_room(tmp_path: Path, desk: Desk) -> None:
    """Somebody of another team sees the room by their role in it, and not a moment longer."""
    desk.people.add("Gus", login="gus", agent=True, roles=["technical_support"], teams=["applications"])
    desk.tickets.assign(1, team="network", assignee="none")
    desk.incidents.offer(1, "scribe", "gus")
    gus = Desk.open(desk.store.path, user=OsUser(4002, "gus"), clock=desk.clock, origin=Origin.TUI)
    async with console(tmp_path, desk=gus, view=None) as c:
        await opened(c)
        await c.press("A")
        assert gus.incidents.show(1)["roles"]["scribe"]["person"] == "gus"
        await c.press("i", *"on it", "ctrl+s")
        assert "on it" in screen_text(c.app)
        desk.incidents.release(1, "scribe")
        await c.press("i", *"still here", "ctrl+s")
        assert not isinstance(c.app.screen, RoomScreen)
    assert [entry["body"] for entry in desk.incidents.show(1)["entries"]][-1] != "still here"


async def test_a_covered_screen_draws_nothing_through_the_one_above(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(tmp_path, desk=desk) as c:
        c.app.open_ticket(1)
        await c.settle()
        below = c.app.screen
        await opened(c)
        drawn: list[object] = []
        really = c.app._display

        def counting(screen: Screen[object], update: object) -> None:
            drawn.append(screen)
            really(screen, update)

        monkeypatch.setattr(c.app, "_display", counting)
        below.refresh()
        below._on_timer_update()
        c.app.screen._on_timer_update()
        assert drawn == []
        c.app.screen.refresh()
        c.app.screen._on_timer_update()
        assert drawn == [c.app.screen]
        await c.press("escape")
        assert c.app.screen is below and drawn[-1] is below
