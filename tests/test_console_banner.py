"""A desk that cannot be written says so on every screen while it lasts; what is being typed is kept."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.drafts import DraftBox, DraftKey
from helpdesk_tui.store import filesystem
from helpdesk_tui.store.filesystem import MIB, Ballast, BallastState, Space
from helpdesk_tui.store.room import Trouble
from helpdesk_tui.store.store import Store
from helpdesk_tui.widgets.banner import Banner
from tests.console_desk import Console, console


class Room:
    """A disk whose room the test decides."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.free = 500 * MIB
        patch.setenv("HELPDESK_BALLAST", "1")
        patch.setattr(filesystem, "space", lambda _path: Space(self.free, 1_000 * MIB, False))

    def fill(self, desk: Desk) -> None:
        """The next write finds the disk full."""
        assert Ballast(desk.store.path).make()
        pages = desk.store.query("PRAGMA page_count")[0][0]
        self.free = 0
        self._limit(desk, pages)

    def free_up(self, desk: Desk) -> None:
        """Somebody has cleaned up."""
        self.free = 500 * MIB
        self._limit(desk, 1_000_000)

    @staticmethod
    def _limit(desk: Desk, pages: int) -> None:
        for conn in desk.store._all:
            with contextlib.suppress(sqlite3.Error):
                conn.execute(f"PRAGMA max_page_count = {pages}")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


def banners(running: Console) -> list[str]:
    return [banner.text for banner in running.app.screen.query(Banner)]


async def test_a_full_disk_shows_a_banner_and_keeps_the_draft(tmp_path: Path, room: Room) -> None:
    async with console(tmp_path, size=(80, 24)) as running:
        number = running.queue.tickets.rows[0].number
        await running.press("i")
        await running.type("half a thought about certificates")
        assert banners(running) == []
        Ballast(running.desk.store.path).make()
        room.fill(running.desk)
        Ballast(running.desk.store.path).release()  # as the first write that found no room did
        await running.press("ctrl+s")
        await running.until(lambda: banners(running))
        assert "read-only: the disk is full" in banners(running)[0]
        assert "drafts are kept" in banners(running)[0]
        # What was typed stands in its field, and in its file.
        running.app.drafts.save()
        assert running.app.drafts.load(DraftKey("ana", number, "note"))
        assert running.desk.tickets.comments(number) == []
        room.free_up(running.desk)
        await running.press("ctrl+s")
        assert [c.body for c in running.desk.tickets.comments(number)] == ["half a thought about certificates"]
        assert Ballast(running.desk.store.path).state() is BallastState.HELD
        running.app._look()
        await running.until(lambda: not banners(running))


async def test_every_screen_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Trouble | None] = [Trouble("read-only: the disk under the desk cannot be written; your drafts are kept")]
    monkeypatch.setattr(Store, "trouble", lambda _self: told[0])
    async with console(tmp_path) as running:
        await running.until(lambda: banners(running))
        await running.press("enter")
        assert running.ticket is not None
        await running.until(lambda: banners(running))
        banner = running.app.screen.query_one(Banner)
        assert banner.has_class("-severe")
        assert banner.region.y == 0 and banner.region.width == 120
        told[0] = Trouble("only {free} MiB are left on the desk's disk", {"free": 12}, severe=False)
        running.app._look()
        await running.until(lambda: banners(running) == ["only 12 MiB are left on the desk's disk"])
        assert not banner.has_class("-severe")
        told[0] = None
        running.app._look()
        await running.until(lambda: not banners(running))
        await running.press("q")
        assert banners(running) == []


async def test_a_sound_desk_shows_nothing(tmp_path: Path) -> None:
    async with console(tmp_path) as running:
        running.app._look()
        await running.settle()
        assert banners(running) == []


@pytest.mark.parametrize("width", [40, 80, 200])
async def test_a_banner_is_inert_and_never_taller_than_two_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(
        Store, "trouble", lambda _self: Trouble("[red]x[/] \x1b]52;c;aGk\x07 {error}", {"error": "[/ " + "long " * 80})
    )
    async with console(tmp_path, size=(width, 24)) as running:
        await running.until(lambda: banners(running))
        banner = running.app.screen.query_one(Banner)
        assert banner.region.height <= 2
        assert "\x1b" not in banner.render().plain
        assert "[red]x[/]" in banner.render().plain


def test_a_draft_that_finds_no_room_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts, key, typed = DraftBox(tmp_path, "desk", lambda: 0), DraftKey("ana", 7, "note"), [{"text": "one"}]
    drafts.watch(key, lambda: typed[0])
    typed[0] = {"text": "one two"}
    drafts.save()

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    typed[0] = {"text": "one two three"}
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        drafts.save()
        assert drafts.load(key) == {"text": "one two"}
        assert [p.suffix for p in tmp_path.iterdir()] == [".json"]
    drafts.save()  # nothing more was typed
    assert drafts.load(key) == {"text": "one two three"}
