"""The tour by its own keys: offered once, led on a desk of its own, noticed step by step, left at any time."""

import functools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from console_desk import ANA, Clock, Console, console
from tui import assert_inert, screen_lines

from helpdesk_tui import app as application
from helpdesk_tui.desk.demoing import build_demo, is_demo
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common import touring
from helpdesk_tui.screens.common.tour import STEPS, Tour
from helpdesk_tui.settings.reading import load
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.widgets.keys import key_name
from helpdesk_tui.widgets.tour_strip import TourStrip

NOW = 1_790_000_000


@functools.cache
def _made() -> bytes:
    """The file of a tour's desk, made once a process."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-tour-") as folder:
        path = Path(folder) / "tour.db"
        build_demo(path, user=ANA, now=NOW, tickets=touring.TICKETS)
        with Desk.open(path, user=ANA) as desk:
            desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return path.read_bytes()


@asynccontextmanager
async def on_tour(folder: Path, size: tuple[int, int] = (80, 24), **settings: str) -> AsyncIterator[Console]:
    """The console on the desk of a tour, as `run` starts it."""
    path = folder / touring.TOUR_FILE
    path.write_bytes(_made())
    clock = Clock(NOW)
    desk = Desk.open(path, user=ANA, clock=clock, origin=Origin.TUI)
    loaded = load(folder / "none.toml", {}, settings)
    app = application.HelpdeskApp(desk, touring.seated(desk, folder), tz="UTC", warm=False, loaded=loaded)
    app.touring = True
    async with app.run_test(size=size, notifications=True) as pilot:
        c = Console(app, pilot, desk, clock, folder)
        await c.until(lambda: app.tour is not None and c.queue.tickets.rows)
        await c.settle()
        yield c
    desk.close()


def strip(c: Console) -> TourStrip:
    """The strip of the screen on top, all of it to be read."""
    (shown,) = c.app.screen.query(TourStrip)
    assert shown.visible
    region, screen = shown.region, c.app.screen.region
    assert region.width == screen.width and 2 <= region.height <= 4
    assert screen.contains_region(region)
    drawn = "".join("".join(screen_lines(c.app)[region.y : region.bottom]).split())
    assert "".join(shown.text.split()) in drawn, (shown.text, drawn)
    return shown


def keys(c: Console, *names: str) -> list[str]:
    """The keys of bindings, as the tour tells them."""
    tour = c.app.tour
    assert tour is not None
    return [key_name(tour.key(name)) or tour.key(name) for name in names]


async def press(c: Console, *names: str) -> None:
    """Press what the tour names."""
    await c.press(*keys(c, *names))
    assert_inert(c.app)


def at(c: Console) -> str:
    """What the tour waits for."""
    assert c.app.tour is not None
    step = c.app.tour.step
    return "" if step is None else step.event


@pytest.mark.parametrize(("language", "keymap"), [("en", "default"), ("zh_CN", "arrows"), ("en", "vim")])
async def test_the_whole_tour_by_the_keys_it_names(tmp_path: Path, language: str, keymap: str) -> None:
    set_language(language)
    try:
        async with on_tour(tmp_path, keymap=keymap) as c:
            assert at(c) == "list.move"  # nothing moved before a key was pressed
            assert "1/11" in strip(c).text
            await press(c, "list.down")
            assert at(c) == "queue.open"
            await press(c, "list.open")
            assert at(c) == "ticket.why"
            strip(c)
            await press(c, "ticket.why")
            assert at(c) == "ticket.take"
            strip(c)
            await press(c, "dialog.back", "ticket.take")
            assert at(c) == "ticket.note", c.toasts
            number = c.ticket.number
            assert c.desk.tickets.show(number)["assignee"] == "ana"
            await press(c, "ticket.note")
            strip(c)
            await c.type("seen")
            await press(c, "composer.submit")
            assert at(c) == "ticket.state"
            await press(c, "ticket.state")
            strip(c)
            moves = c.desk.tickets.moves(number)
            bare = next(i for i, move in enumerate(moves) if not move["requires"] and not move["reason"])
            await c.press(*["down"] * bare, "enter")
            assert at(c) == "desk.undo", c.toasts
            await press(c, "desk.undo")
            assert at(c) == "queue.filter"
            told = strip(c).text
            await press(c, "detail.back")
            assert strip(c).text != told  # on the list there is no way back to it to tell
            await press(c, "queue.filter")
            await c.type("service:vpn")
            assert at(c) == "queue.filter"
            await c.press("enter")
            assert at(c) == "app.palette"
            await press(c, "app.palette")
            assert at(c) == "app.help"
            strip(c)
            await press(c, "dialog.back", "app.help")
            assert at(c) == "ticket.new"
            strip(c)
            await press(c, "dialog.back", "ticket.new")
            strip(c)
            await c.type("zha")
            await c.until(lambda: c.app.screen.query_one("#new-people").display)
            await c.press("enter")
            await c.type("vpn down again")
            await press(c, "new.accept")
            await c.until(lambda: at(c) == "")
            assert c.app.tour is not None
            await c.settle()
            assert c.app.tour.key("app.leave") in strip(c).text
            assert is_demo(c.desk.store)
    finally:
        set_language("en")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_every_step_is_readable_and_can_be_skipped(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    set_language(language)
    try:
        async with on_tour(tmp_path, size) as c:
            seen = set()
            for number in range(1, len(STEPS) + 1):
                assert f"{number}/{len(STEPS)}" in strip(c).text
                seen.add(strip(c).text)
                await press(c, "tour.skip")
            assert at(c) == "" and len(seen) == len(STEPS)
            strip(c)
            await c.press("ctrl+g")
            assert at(c) == ""
            await c.press("colon")
            assert "ctrl+q" in strip(c).text
            await c.type("tour")
            await c.press("enter")
            assert "ctrl+q" in c.toasts[-1]
            await press(c, "app.leave")
            assert c.app.ended_by is None and c.app.tour_folder is None
    finally:
        set_language("en")


async def test_another_language_keeps_the_strip(tmp_path: Path) -> None:
    async with on_tour(tmp_path) as c:
        c.app.change_setting("lang", "zh_CN", keep=False)
        await c.settle()
        assert "1/11" in strip(c).text
        c.app.change_setting("lang", "en", keep=False)
        await c.settle()
        assert "move through the list" in strip(c).text


async def test_what_is_open_to_anybody_can_be_taken(tmp_path: Path) -> None:
    async with on_tour(tmp_path, (120, 40)) as c:
        assert c.queue.view_tabs.selected == touring.FIRST_VIEW
        numbers = [row.number for row in c.queue.tickets.rows]
        assert len(numbers) >= 4
        for number in numbers[:6]:
            c.desk.tickets.take(number)


async def test_the_offer_takes_no_key_and_goes_with_the_first_deed(tmp_path: Path) -> None:
    desk_folder = tmp_path / "one"
    async with console(desk_folder) as c:
        assert not c.app.screen.query(TourStrip)
        c.app.offering = True
        c.app.dress()
        await c.settle()
        (line,) = c.app.screen.query(TourStrip)
        assert ":tour" in line.text and line.region.height == 1
        await c.press("j", "k", "ctrl+g")
        assert c.app.screen.query(TourStrip)
        await c.press("t")
        assert not c.app.screen.query(TourStrip)
        assert c.desk.tickets.select("assignee:ana")


def test_it_is_offered_once_to_a_person(tmp_path: Path) -> None:
    for number, expected in enumerate((True, False, False)):
        with Desk.open(tmp_path / f"{number}.db", user=ANA, clock=Clock()) as desk:
            assert touring.first_time(desk, tmp_path / "drafts") is expected


async def test_from_a_real_desk_nothing_of_it_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(touring, "TICKETS", 20)
    async with console(tmp_path / "own") as c:
        head = c.desk.audit.log(limit=1)[0]["seq"]
        c.app.open_ticket(2)
        await c.settle()
        await c.press("colon")
        await c.type("tour")
        await c.press("enter")
        await c.until(lambda: c.app.tour_folder is not None, 30)
        assert c.app.left_ticket == 2
        assert c.app.tour_folder is not None and c.app.tour_folder.parent == tmp_path
        with Desk.open(c.app.tour_folder / touring.TOUR_FILE) as made:
            assert is_demo(made.store)
        assert c.desk.audit.log(limit=1)[0]["seq"] == head


def test_the_way_there_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    visits: list[tuple[str, bool, bool, int | None, str]] = []

    def played(self: application.HelpdeskApp, **_options: object) -> None:
        """One run: leaves for the tour from the first desk, does something on the tour, then goes."""
        visits.append(
            (Path(self.desk.store.path).name, self.touring, self.offering, self._first_ticket, self.settings.theme)
        )
        if len(visits) == 1:
            folder = tmp_path / "tour"
            folder.mkdir()
            touring.make_desk(folder)
            self.tour_folder, self.left_ticket = folder, 1
        elif self.touring:
            self.desk.tickets.open("only here")
            self.settings = replace(self.settings, theme="light")

    monkeypatch.setattr(touring, "TICKETS", 20)
    monkeypatch.setattr(application.HelpdeskApp, "run", played)
    path = tmp_path / "own.db"
    with Desk.open(path) as desk:
        desk.tickets.open("mine")
    assert application.run(path, None, "en") == 0
    assert visits == [
        ("own.db", False, True, None, "dark"),
        ("tour.db", True, False, None, "dark"),
        ("own.db", False, False, 1, "light"),
    ]
    assert not (tmp_path / "tour").exists()
    with Desk.open(path) as desk:
        assert [ticket["title"] for ticket in desk.tickets.select("")] == ["mine"]


def test_what_was_done_ahead_of_its_turn_is_not_asked_again() -> None:
    tour = Tour(lambda _name, usual: usual)
    assert not tour.did("list.move", begun=False)  # before any key: the list itself
    tour.touched()
    assert not tour.did("ticket.take", begun=True)  # its dialog is no deed
    assert not tour.did("ticket.take", begun=False)
    assert tour.did("list.move", begun=False)
    assert tour.did("queue.open", begun=False)
    assert tour.did("ticket.why", begun=True)
    assert tour.step is not None and tour.step.event == "ticket.note"
    said = tour.said("queue")
    assert said.lead == "Tour 5/11" and "ctrl+s" in said.text and "Done: why." in said.below


def test_the_words_name_the_keys_of_ones_own() -> None:
    tour = Tour(lambda name, usual: {"list.down": ("f6",), "list.up": (), "tour.skip": ()}.get(name, usual))
    said = tour.said("queue")
    assert "F6" in said.text and ":skip" in said.below
