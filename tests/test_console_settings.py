"""Settings in the console: keymaps, the settings screen, and another language while it runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli
from console_desk import Clock, console, make_desk
from textual import screen as screens
from tui import assert_dialog, screen_text

from helpdesk_tui.screens.common import keymaps
from helpdesk_tui.screens.settings.settings import SettingsScreen
from helpdesk_tui.settings.reading import Loaded, load
from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.i18n import language, set_language
from helpdesk_tui.widgets.keys import key_name, nearest_key, shown_key


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    set_language("en")
    dates.set_date_style("iso")


def loaded(folder: Path, text: str = "") -> Loaded:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return load(path, {})


# -- keys ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name", "shown"),
    [
        ("t", "t", "t"), ("T", "T", "T"), ("shift+t", "T", "T"), ("Ctrl+T", "ctrl+t", "ctrl+t"), ("F6", "f6", "F6"),
        ("f12", "f12", "F12"), ("?", "question_mark", "?"), ("question_mark", "question_mark", "?"), (",", "comma", ","),
        ("PgDn", "pagedown", "PgDn"), ("Page_Down", "pagedown", "PgDn"), ("esc", "escape", "Esc"), ("+", "plus", "+"),
        ("ctrl++", "ctrl+plus", "ctrl++"), ("ctrl+shift+F3", "ctrl+shift+f3", "ctrl+shift+f3"), (" ", "space", "Space"),
        ("space", "space", "Space"), ("/", "slash", "/"), ("@", "at", "@"), ("：", "fullwidth_colon", "fullwidth_colon"),
        ("字", "字", "字"), ("control+x", "ctrl+x", "ctrl+x"),
        ("", None, ""), ("F99", None, ""), ("ctl+t", None, ""), ("entre", None, ""), ("\x1b", None, ""), ("a b", None, ""),
        ("ctrl+ctrl+a", None, ""), ("+a", None, ""),
    ],
)  # fmt: skip
def test_keys_as_people_write_them(written: str, name: str | None, shown: str) -> None:
    assert key_name(written) == name
    if name is not None:
        assert shown_key(name) == shown


@pytest.mark.parametrize(
    ("written", "near"), [("entre", "Enter"), ("ctl+t", "ctrl+t"), ("pagdown", "PgDn"), ("qqqqqqqq", None)]
)
def test_the_nearest_key(written: str, near: str | None) -> None:
    assert nearest_key(written) == near


@pytest.mark.parametrize("name", list(keymaps.MAPS))
def test_a_named_map_has_no_clash_and_leaves_nothing_unreachable(name: str) -> None:
    known = keymaps.defaults()
    found = keymaps.resolve(name, {}, whole=True)[0]
    assert set(found) <= set(known), set(found) - set(known)
    for chain in keymaps._chains(known):
        for at, first in enumerate(chain):
            for second in chain[at + 1 :]:
                now = set((known | found)[first]) & set((known | found)[second])
                alike = first.partition(".")[2] == second.partition(".")[2]
                assert alike or now <= set(known[first]) & set(known[second]), (first, second, now)
    for keys in found.values():
        assert all(key_name(key) == key for key in keys if "fullwidth" not in key and "ideographic" not in key), keys
    # What moves the cursor, opens, steps back, helps and lists everything has a key in every map.
    for must in ("list.down", "list.up", "list.open", "list.mark", "app.help", "app.command", "app.palette", "queue.back",
                 "detail.escape", "ticket.take", "ticket.reply", "ticket.note", "ticket.state", "ticket.new",
                 "desk.undo", "queue.filter"):  # fmt: skip
        assert (known | found)[must], must


def test_in_arrows_no_letter_alone_does_anything() -> None:
    found = keymaps.defaults() | keymaps.resolve("arrows", {}, whole=True)[0]
    assert found["confirm.yes"] == ("y", "Y")  # the question itself names these
    lettered = {name: keys for name, keys in found.items() if any(len(key) == 1 and key.isalpha() for key in keys)}
    assert {name.partition(".")[0] for name in lettered} <= {"confirm"}, lettered


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('[keys]\n"ticket.tkae" = ["T"]\n', 2, "there is no action ticket.tkae; did you mean ticket.take?"),
        ('[keys]\n\n"ticket.take" = ["T", "entre"]\n', 3, "ticket.take: entre is no key; did you mean Enter?"),
        ('[keys]\n"ticket.take" = ["ctrl+i"]\n', 2, "ticket.take: terminals send the same for ctrl+i and Tab"),
        ('[keys]\n"ticket.take" = ["T"]\n"ticket.note" = ["T"]\n', 3,
         "the key T is given to ticket.take and to ticket.note; ticket.take has it"),
        ('keys = { "list.mark" = ["T"], "ticket.note" = "T" }\n', 1,
         "the key T is given to list.mark and to ticket.note; list.mark has it"),
    ],
)  # fmt: skip
def test_wrong_keys_are_told_in_one_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    (problem,) = keymaps.check(loaded(tmp_path, text))
    assert str(problem.told()) == f"{tmp_path / 'config.toml'}, line {line}: {told}"


def test_config_validate_knows_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(tmp_path, 'fps = "x"\n[keys]\n"ticket.tkae" = ["T"]\n')
    cli = Cli(tmp_path / "none.db", monkeypatch)
    rows = cli("config", "validate", str(tmp_path / "config.toml"), "-o", "json", ok=6).json
    assert [(row["line"], row["nearest"]) for row in rows] == [(1, None), (3, "ticket.take")]


def test_a_persons_key_is_taken_from_whatever_had_it() -> None:
    found, problems = keymaps.resolve("default", {"ticket.take": ["a", "j"], "ticket.merge": []})
    assert problems == []
    assert found["ticket.take"] == ("a", "j")
    assert found["ticket.assign"] == ()
    assert found["list.down"] == ("down",)
    assert found["timeline.down"] == ("down",)
    assert found["ticket.merge"] == ()
    assert "ticket.note" not in found
    assert keymaps.for_textual({"x": ("slash", "2"), "y": ()}) == {
        "x": "slash,fullwidth_solidus,ideographic_comma,2,２", "y": keymaps.UNBOUND,
    }  # fmt: skip


async def test_own_keys_work_and_are_shown_everywhere(tmp_path: Path) -> None:
    text = '[keys]\n"ticket.take" = ["f6", "j"]\n"list.mark" = "insert"\n"queue.sort" = []\n"bad.id" = "x"\n'
    async with console(tmp_path, loaded=loaded(tmp_path, text)) as c:
        await c.until(lambda: any("bad.id" in toast for toast in c.toasts))
        assert "line 5" in next(toast for toast in c.toasts if "bad.id" in toast)
        number = c.queue.tickets.cursor
        assert "F6 take" in screen_text(c.app)
        await c.press("j")
        await c.until(lambda: c.app.last_command)
        assert c.app.last_command == f"helpdesk ticket take {number}"
        await c.press("down", "insert")
        assert c.queue.tickets.marked
        await c.press("S", "t", "space")
        assert c.app.screen is c.queue
        await c.press("question_mark")
        await c.type("take")
        assert "F6 j" in screen_text(c.app)
        await c.press("escape", "ctrl+p")
        await c.type("take")
        await c.until(lambda: "(F6)" in screen_text(c.app))
        await c.press("escape")


async def test_the_arrows_map_walks_and_works(tmp_path: Path) -> None:
    async with console(tmp_path, loaded=loaded(tmp_path, 'keymap = "arrows"\n')) as c:
        first = c.queue.tickets.cursor
        await c.press("j", "t", "x", "G")
        assert c.queue.tickets.cursor == first
        assert c.app.screen is c.queue
        assert (
            screen_text(c.app)
            .splitlines()[-1]
            .startswith(" F7 new  ctrl+t take  F6 assign  F12 state  ctrl+r reply  ctrl+n note ")
        )
        await c.press("down", "insert", "ctrl+t")
        await c.until(lambda: c.app.last_command)
        assert c.desk.tickets.count("is:mine") == 1
        await c.press("right")
        assert c.queue.view_tabs.selected != "open"
        await c.press("left", "enter")
        assert c.ticket.number
        await c.press("right")
        assert c.ticket.tab == "details"
        await c.press("q", "escape")
        assert c.app.screen is c.queue


# -- the settings screen -----------------------------------------------------------------------------------------


async def test_what_is_changed_is_in_force_and_kept(tmp_path: Path) -> None:
    file = loaded(tmp_path, '# mine\nbell = "off" # quiet\nnonsuch = 1\n[columns]\nmine = ["sla"]\n')
    async with console(tmp_path, loaded=file) as c:
        await c.press("f9")
        screen = c.app.screen
        assert isinstance(screen, SettingsScreen)
        for key, press in (("theme", ["right"]), ("keymap", ["left"]), ("bell", ["right"] * 3), ("idle_lock", ["left"]),
                           ("columns", ["enter"])):  # fmt: skip
            screen._at = [row.key for row in screen.rows()].index(key)
            screen._show()
            await c.press(*press)
        assert c.app.theme == c.app.settings.theme == "light"
        await c.press("escape")
        await c.press("l")
        assert c.app.settings.keymap == "vim"
        assert c.queue.view_tabs.selected != "open"
    written = file.path.read_text("utf-8")
    assert '# mine\nbell = "sound" # quiet\nnonsuch = 1\n' in written
    again = load(file.path, {}).settings
    assert (again.theme, again.keymap, again.bell, again.idle_lock, again.columns) == ("light", "vim", "sound", 10, {})


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_settings_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with console(tmp_path, size=size) as c:
        await c.press("f9", "down", "down")
        assert_dialog(c.app, f"settings_{size[0]}x{size[1]}")


async def test_a_number_is_asked_for_and_checked(tmp_path: Path) -> None:
    file = loaded(tmp_path)
    async with console(tmp_path, loaded=file) as c:
        await c.press("colon")
        await c.type("settings")
        await c.press("enter")
        screen = c.app.screen
        assert isinstance(screen, SettingsScreen)
        screen._at = [row.key for row in screen.rows()].index("idle_lock")
        screen._show()
        await c.press("enter")
        await c.type("9x")
        await c.press("enter")
        assert "whole number" in screen_text(c.app)
        await c.press("backspace", "enter", "escape")
        assert c.app.settings.idle_lock == 159
    assert file.path.read_text() == "idle_lock = 159\n"


async def test_a_file_that_cannot_be_written_is_told_and_the_setting_holds(tmp_path: Path) -> None:
    file = loaded(tmp_path)
    file.path.unlink()
    file.path.mkdir()
    async with console(tmp_path, loaded=file) as c:
        c.app.change_setting("theme", "light")
        await c.until(lambda: any("config.toml" in toast for toast in c.toasts))
        assert c.app.theme == "light"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_switched_language_shows_what_a_start_in_it_would(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "desk").mkdir()
    desk = make_desk(tmp_path / "desk", Clock())
    desk.close()
    set_language("zh_CN")
    async with console(tmp_path, size=size, desk=_reopened(tmp_path)) as c:
        await c.press("home", "down", "space")  # where one stood last may be kept already
        queue = screen_text(c.app)
        await c.press("enter")
        ticket = screen_text(c.app)
        await c.press("escape", "f9")
        settings = screen_text(c.app)
    set_language("en")
    async with console(tmp_path, size=size, desk=_reopened(tmp_path)) as c:
        await c.press("home", "down", "space")  # where one stood last may be kept already
        english = screen_text(c.app)
        c.app.change_setting("lang", "zh_CN")
        await c.settle()
        assert language() == "zh_CN"
        assert screen_text(c.app) == queue != english
        await c.press("enter")
        c.app.change_setting("lang", "en")
        await c.settle()
        c.app.change_setting("lang", "zh_CN")
        await c.settle()
        assert screen_text(c.app) == ticket
        await c.press("escape", "f9")
        assert screen_text(c.app) == settings
        await c.press("right", "right", "escape")
        assert screen_text(c.app) == queue


def _reopened(folder: Path) -> Any:
    from console_desk import ANA

    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.vocabulary.channels import Origin

    clock = Clock()
    clock.now += 1_500
    return Desk.open(folder / "desk" / "desk.db", user=ANA, clock=clock, origin=Origin.TUI)


async def test_the_preview_and_the_columns_follow_their_settings_at_once(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        assert c.queue.has_class("-preview")
        c.app.change_setting("preview", "off")
        assert not c.queue.has_class("-preview")
        await c.press("p")
        assert c.queue.has_class("-preview")
        c.app.change_setting("preview", "auto")
        usual = c.queue.tickets.column_codes
        c.app.change_setting("columns", {"default": ("number", "summary")})
        await c.settle()
        assert c.queue.tickets.column_codes == ("number", "summary")
        c.app.change_setting("columns", {})
        await c.settle()
        assert c.queue.tickets.column_codes == usual
        c.app.change_setting("dates", "words")
        await c.settle()
        await c.press("enter")
        assert "9 Oct 2025" in screen_text(c.app)


async def test_the_line_is_spared_and_unspared_while_it_runs(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        c.app.surroundings = {"SSH_CONNECTION": "x"}
        c.app.change_setting("mouse", "auto")
        assert (c.app.animation_level, c.app.line.mouse, screens.UPDATE_PERIOD) == ("none", False, 1 / 15)
        c.app.change_setting("remote", "off")
        assert (c.app.animation_level, c.app.line.mouse, screens.UPDATE_PERIOD) == ("full", True, 1 / 60)


def test_dates_in_words() -> None:
    at = 1_760_000_000
    assert (dates.day(at), dates.moment(at, seconds=True), dates.short(at)) == (
        "2025-10-09", "2025-10-09 08:53:20", "10-09 08:53",
    )  # fmt: skip
    dates.set_date_style("words")
    assert (dates.day(at), dates.moment(at), dates.short(at)) == ("9 Oct 2025", "9 Oct 2025 08:53", "9 Oct 08:53")


async def test_an_empty_desk_teaches_with_this_persons_keys(tmp_path: Path) -> None:
    async with console(tmp_path, tickets=0, view=None) as c:
        assert "n opens the first ticket" in screen_text(c.app)
        c.app.change_setting("keymap", "arrows")
        await c.settle()
        assert "F7 opens the first ticket" in screen_text(c.app)
        c.app.change_setting("keys", {"ticket.new": ()})
        await c.settle()
        assert ":new opens the first ticket" in screen_text(c.app)
        await c.press("slash")
        await c.type("vpn")
        await c.press("enter")
        assert "Left and Right change the view, :new opens a ticket" in screen_text(c.app)
