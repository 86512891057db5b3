"""The command line of the console: what it completes, what it remembers, and what it does with arguments."""

import json
import threading
from pathlib import Path

import pytest
from console_desk import Console, console
from hypothesis import given
from hypothesis import strategies as st
from tui import assert_dialog, screen_text

from helpdesk_tui.screens.common.command_line import CommandLine
from helpdesk_tui.screens.common.completing import COMMANDS, Known, complete
from helpdesk_tui.screens.common.history import LONGEST, MOST, History, history_path
from helpdesk_tui.settings.schema import OPTIONS, THEMES
from helpdesk_tui.widgets.fields import SafeInput

KNOWN = Known(
    words=COMMANDS | {"take": "Take the ticket", "merge": "Merge"},
    views=[("mine", "Mine"), ("all-open", "All open"), ("odd\x1bname", "x")],
    states=[("in_progress", "In progress"), ("on_hold", "On hold")],
    tickets=[("1042", "INC-1042 VPN drops"), ("1040", "INC-1040 Printer")],
    filters={"people": ["ana", "bo"], "teams": ["network"]},
)


def texts(line: str, cursor: int | None = None) -> list[str]:
    """The whole lines that the proposals would make."""
    at = len(line) if cursor is None else cursor
    return [line[: c.start] + c.text + line[c.end :] for c in complete(line, at, KNOWN)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ta", ["take", "state"]),
        (":tak", [":take"]),
        ("：ｔａk", ["：take"]),
        ("view ", ["view mine", "view all-open"]),
        ("view open", ["view all-open"]),
        ("state in", ["state in_progress"]),
        ("state hold", ["state on_hold"]),
        ("inc 104", ["inc 1042", "inc 1040"]),
        ("merge vpn", ["merge 1042"]),
        ("assign b", ["assign bo"]),
        ("assign team:n", ["assign team:network"]),
        ("assign m", ["assign me"]),
        ("theme d", ["theme dark"]),
        ("language zh", ["language zh_CN"]),
        ("keymap v", ["keymap vim"]),
        ("set bel", ["set bell"]),
        ("set bell s", ["set bell sound"]),
        ("set plain ", ["set plain true", "set plain false"]),
        ("set nonsuch ", []),
        ("queue assignee", ["queue assignee:"]),
        ("queue is:open assignee:b", ["queue is:open assignee:bo"]),
        ("queue team:net", ["queue team:network"]),
        ("take x", []),
        ("nonsuch x", []),
    ],
)
def test_what_may_stand_next(line: str, found: list[str]) -> None:
    assert texts(line) == found


def test_all_themes_and_settings_are_offered_and_nothing_that_is_not_inert() -> None:
    assert texts("theme ") == [f"theme {name}" for name in THEMES]
    assert texts("set ") == [f"set {key}" for key in OPTIONS]
    assert not any("\x1b" in each for each in texts("view "))
    assert texts("ta x", 2) == ["take x", "state x"]


@given(st.text(max_size=40) | st.sampled_from(["queue ", "set ", "view "]).flatmap(lambda s: st.text(max_size=9).map(s.__add__)),
       st.integers(-5, 60))  # fmt: skip
def test_completing_never_fails(line: str, cursor: int) -> None:
    for each in complete(line, cursor, KNOWN):
        assert 0 <= each.start <= each.end <= len(line)


# -- history -----------------------------------------------------------------------------------------------------


def test_lines_are_kept_privately_and_bounded(tmp_path: Path) -> None:
    history = History(history_path(tmp_path, "ana"))
    assert history.read() == []
    for n in range(MOST + 5):
        history.add(f"inc {n}")
    history.add("inc 10")
    lines = History(history.path).read()
    assert (len(lines), lines[0], lines[-2:]) == (MOST, "inc 5", [f"inc {MOST + 4}", "inc 10"])
    history.add("x" * 9_999)
    assert len(history.read()[-1]) == LONGEST
    assert history.path.stat().st_mode & 0o777 == 0o600
    assert history.path.parent.stat().st_mode & 0o777 == 0o700
    assert history_path(tmp_path, "bo") != history.path
    assert [path.name for path in history.path.parent.iterdir()] == [history.path.name]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, null]", b"\xff", b"[" * 100_000, b'["", "  "]'])
def test_a_damaged_history_is_none(tmp_path: Path, content: bytes) -> None:
    history = History(tmp_path / "h.json")
    history.path.write_bytes(content)
    assert history.read() == []
    history.add("take")
    assert history.read() == ["take"]


def test_a_history_that_cannot_be_written_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("in the way")
    History(history_path(tmp_path, "ana")).add("take")


def test_what_stands_in_the_file_is_made_inert(tmp_path: Path) -> None:
    history = History(tmp_path / "h.json")
    history.path.write_text(json.dumps(["a\x1b[2Jb\nc"]))
    assert "\x1b" not in history.read()[0] and "\n" not in history.read()[0]


def test_many_writers_leave_a_whole_file(tmp_path: Path) -> None:
    history = History(tmp_path / "h.json")
    threads = [threading.Thread(target=history.add, args=(f"inc {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(history.read()) == [f"inc {n}" for n in range(8)]


# -- in the console ----------------------------------------------------------------------------------------------


async def command(c: Console, line: str) -> None:
    await c.press("colon")
    await c.type(line)
    await c.press("enter")


def field(c: Console) -> str:
    assert isinstance(c.app.screen, CommandLine)
    return c.app.screen.query_one(SafeInput).value


async def test_tab_completes_and_the_arrows_remember(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        await command(c, "queue is:open service:vpn")
        assert c.queue.query_text == "is:open service:vpn"
        await command(c, "view open")
        await c.press("colon")
        await c.type("the")
        await c.press("tab")
        assert field(c) == "theme "
        assert_dialog(c.app, "command_line_120x40")
        await c.press("tab", "tab")
        assert field(c) == "theme light "
        await c.press("shift+tab")
        assert field(c) == "theme dark "
        await c.press("ctrl+u")
        await c.type("assign team:net")
        await c.until(lambda: "network" in screen_text(c.app))
        await c.press("tab", "ctrl+u", "up")
        assert field(c) == "view open"
        await c.press("up", "up")
        assert field(c) == "queue is:open service:vpn"
        await c.press("down", "down")
        assert field(c) == ""
        await c.type("q")
        await c.press("up")
        assert field(c) == "queue is:open service:vpn"
        await c.press("escape")
    (kept,) = (tmp_path / "history").iterdir()
    assert json.loads(kept.read_text()) == ["queue is:open service:vpn", "view open"]


async def test_words_with_arguments_do_what_the_keys_do(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await command(c, "assign team:network")
        await c.until(lambda: c.app.last_command)
        assert c.app.last_command == f"helpdesk ticket assign {number} --team network"
        await command(c, "assign me")
        await c.until(lambda: c.desk.tickets.show(number)["assignee"] == "ana")
        await command(c, "state in progress")
        await c.until(lambda: c.desk.tickets.show(number)["state"] == "in_progress")
        await command(c, "state nowhere")
        assert any("no move leads to nowhere" in toast for toast in c.toasts)
        other = next(row.number for row in c.queue.tickets.rows if row.number != number)
        await command(c, f"link {other}")
        await c.until(lambda: c.app.last_command == f"helpdesk ticket link {number} {other}")
        await command(c, "merge nowhere")
        assert "that is no ticket number" in c.toasts
        await command(c, "theme light")
        assert c.app.theme == "light"
        await command(c, "theme lihgt")
        assert any("did you mean light" in toast for toast in c.toasts)
        await command(c, "set idle_lock 7")
        assert c.app.settings.idle_lock == 7
        await command(c, "set keys.ticket.take T")
        assert c.app.settings.keys == {"ticket.take": ("T",)}
        await command(c, "tkae")
        assert any("did you mean take" in toast for toast in c.toasts)
        await command(c, "language zh_CN")
        assert c.app.settings.lang == "zh_CN"
        await c.until(lambda: "队列" in screen_text(c.app))
        await command(c, "language en")
        await c.until(lambda: "Queue" in screen_text(c.app))
