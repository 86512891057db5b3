"""What comes too late is harmless: answers, timers and clicks that reach a screen which is gone; a fault tells one line."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from console_desk import console
from textual.css.query import NoMatches
from textual.widgets import OptionList
from textual.widgets._toast import Toast
from textual.worker import WorkerFailed

from helpdesk_tui.screens.common import fault, files
from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.screens.common.palette import Palette
from helpdesk_tui.screens.common.toasts import SHORTEST, Told
from helpdesk_tui.screens.ticket import steps_files
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.widgets.alive import alive, owner
from helpdesk_tui.widgets.fields import SafeInput
from helpdesk_tui.widgets.pickers import Choice, Pick


async def test_answers_timers_and_a_second_goodbye_come_too_late(tmp_path: Path) -> None:
    async with console(tmp_path) as running:
        app, pilot = running.app, running.pilot
        queue: Any = app.screen
        for gone in (Pick("title", [Choice("a", "A")]), Palette(id="--command-palette")):
            await app.push_screen(gone)
            await pilot.pause()
            assert alive(gone)
            gone.dismiss()
            gone.dismiss()
            assert app.screen is queue
            await pilot.pause()
            assert not alive(gone)
            assert app.screen_stack == [queue]
        told: list[str] = []
        standing = Pick("title", [Choice("a", "A")])
        await app.push_screen(standing)
        late = Pick("late", [Choice("a", "A")])
        queue._tell(late._fill, [], standing)
        queue._tell(partial(late._fill), [], standing)
        queue._tell(told.append, "told", standing)
        with pytest.raises(NoMatches):
            queue._tell(lambda _value: queue.query_one("#nobody"), None, standing)
        await late._find("text that waits")
        standing.dismiss()
        await pilot.pause()
        queue._tell(lambda _value: standing.query_one(SafeInput), None, standing)
        assert told == ["told"]
        other = DeskScreen()
        assert other._while_alive(lambda: told.append("after the end"))() is None  # type: ignore[misc]
        queue._while_alive(lambda: told.append("while it stands"))()
        assert told == ["told", "while it stands"]


def test_owners_of_callbacks() -> None:
    screen = DeskScreen()
    assert owner(screen.refresh) is screen
    assert owner(partial(partial(screen.refresh))) is screen
    assert owner(len) is None
    assert owner(lambda: None) is None


async def test_a_fault_ends_the_console_in_one_line_and_keeps_what_was_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it comes out where the console ends
        async with console(tmp_path) as running:
            app = running.app
            monkeypatch.setattr(app.drafts, "save", lambda: app.drafts.folder.mkdir(parents=True, exist_ok=True))
            app.screen.call_later(lambda: 1 // 0)
            await running.pilot.pause()
    assert app.return_code == 1
    report = app.drafts.folder.parent / fault.NAME
    assert "ZeroDivisionError" in report.read_text("utf-8")
    assert report.stat().st_mode & 0o777 == 0o600
    assert app.drafts.folder.is_dir()
    # The renderables of the end: one line, no trace.
    assert "Traceback" not in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_no_second_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert fault.keep(ValueError("x"), tmp_path / "file", 0) is None
    assert "Report" not in fault.sentence(None)
    kept = fault.keep(ValueError("x" * 200_000), tmp_path, 0)
    assert kept is not None
    assert kept.stat().st_size < 2 * fault.MOST
    assert str(kept) in fault.sentence(kept)


async def test_a_window_without_room_has_no_page_to_move_by(tmp_path: Path) -> None:
    async with console(tmp_path) as running:
        app, pilot = running.app, running.pilot
        for shown in (Pick("title", [Choice("a", "A"), Choice("b", "B")]), Palette(id="--command-palette")):
            await app.push_screen(shown)
            await pilot.pause()
            await pilot.press("down")
            options = shown.query_one(OptionList)
            options.styles.height = 0
            await pilot.pause()
            options.highlighted = 0 if options.option_count else None
            assert not options.scrollable_content_region
            await pilot.press("pagedown", "pageup", "down", "up")
            assert app.screen is shown
            await shown.dismiss()


async def test_nothing_stands_once_the_program_ends(tmp_path: Path) -> None:
    async with console(tmp_path) as running:
        queue: Any = running.app.screen
        assert alive(queue)
        running.app.exit()
        assert not alive(queue)


def test_a_report_names_what_a_worker_failed_of(tmp_path: Path) -> None:
    try:
        raise KeyError("the cause")
    except KeyError as error:
        failed = WorkerFailed(error)
    path = fault.keep(failed, tmp_path, 0)
    assert path is not None
    assert "in test_a_report_names_what_a_worker_failed_of" in path.read_text()


async def test_the_pointer_finds_nothing_that_was_taken_away(tmp_path: Path) -> None:
    async with console(tmp_path) as running:
        app, pilot = running.app, running.pilot
        await app.push_screen(Pick("title", [Choice("a", "A")]))
        await pilot.pause()
        screen = app.screen
        place = screen.query_one(OptionList).region.offset
        widget, _offset = screen.get_widget_and_offset_at(*place)
        assert widget is screen.query_one(OptionList)
        box = widget.parent
        widget._detach()
        assert screen.get_widget_and_offset_at(*place) == (None, None)
        widget._attach(box)


@pytest.mark.parametrize("typed", ["x" * 300, "/" + "y/" * 3_000, "~nobody-of-this-name/x", "a\0b", "\udc80"])
async def test_a_path_that_no_file_can_have_is_only_not_there(tmp_path: Path, typed: str) -> None:
    assert files.listed(typed) == []
    with pytest.raises(Invalid):
        files.checked(typed)
    with pytest.raises(Invalid):
        files.read([typed])
    assert steps_files.file_problem(typed)
    assert steps_files.folder_problem(typed)
    async with console(tmp_path) as running:
        pick = files.PathPick()
        await running.app.push_screen(pick)
        await running.pilot.pause()
        pick.query_one(SafeInput).value = typed
        await running.pilot.press("enter")
        await running.pilot.pause()
        assert running.app.is_running


async def test_a_toast_that_comes_too_late_goes_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time runs out between being chosen and being shown: a timer for less than none would turn for ever."""
    async with console(tmp_path) as running:
        running.app.say("said")
        await running.pilot.pause()
        assert [type(one) for one in running.app._notifications] == [Told]
    monkeypatch.setattr("textual.notifications.time", lambda: 1_000.0)
    late = Told("late", timeout=5, raised_at=994.999)
    assert late.has_expired
    assert Toast(late)._timeout == late.time_left == SHORTEST
    fresh = Told("fresh", timeout=5, raised_at=999)
    assert not fresh.has_expired
    assert fresh.time_left == 4
