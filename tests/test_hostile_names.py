"""Hostile names of everything that has one (views, teams, services, people, items, files, templates, tags, reasons) on every screen and command, in both languages."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from console_desk import Clock, console, make_desk
from tui import assert_inert

from helpdesk_tui.cli import main
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.i18n import set_language
from tests.cli_runner import Cli

NAME = "\x1b]52;c;aGk=\x07\x9b31m\u202egpj\u2066[@click=app.quit]x[/] [/ {0.__class__} %s\U000e0041 \x1b]8;;http://x\x1b\\y"
FORBIDDEN = set("\x1b\x07\x9b\x9d\u202e\u2066\U000e0041\0")
LISTS = (
    ("ticket", "list"), ("ticket", "show", "1"), ("ticket", "log", "1"), ("ticket", "comments", "1"),
    ("ticket", "attachments", "1"), ("ticket", "checklist", "1"), ("ticket", "watch", "1", "--list"), ("view", "list"),
    ("template", "list"), ("template", "show", "evil"), ("template", "render", "evil", "-t", "1"), ("people", "list"),
    ("people", "show", "evil"), ("people", "organisations"), ("team", "list"), ("team", "show", "evil"),
    ("service", "list"), ("service", "show", "evil"), ("ci", "list"), ("ci", "show", NAME), ("audit", "log"),
    ("search", "gpj"),
)  # fmt: skip


def spoil(desk: Desk) -> None:
    """Give everything a hostile name."""
    desk.people.add_organisation(NAME)
    desk.people.add(NAME, email="evil@example.org", login="evil", organisation=NAME, agent=True)
    desk.people.grant("evil", ["service_desk"])
    desk.teams.add("evil", NAME)
    desk.teams.add_member("evil", "evil")
    desk.services.add("evil", NAME)
    desk.cis.add(NAME)
    desk.views.save("evil", NAME[:100], "is:open", shared=True)
    desk.templates.save("evil", NAME + " {{number}} {{title}} {{nothing}}", name=NAME[:100])
    number = desk.tickets.open(NAME, description=NAME, requester="evil", set={"service": "evil", "ci": NAME})["number"]
    desk.tickets.edit(number, set={"category": NAME[:64]}, add_tags=["[@click=app.quit]x[/]", "[/"], reason=NAME)
    desk.tickets.assign(number, team="evil", assignee="evil", reason=NAME)
    note = desk.tickets.note(number, NAME)["comment"]
    desk.attachments.add(number, NAME, b"x", comment=note)
    desk.tickets.checklist_add(number, [NAME])
    desk.tickets.watch(number, person="evil")
    desk.tickets.pin(number, priority="high", reason=NAME)


@pytest.mark.parametrize(("size", "language"), [((80, 24), "en"), ((120, 40), "zh_CN")], ids=str)
async def test_hostile_names_are_inert_on_every_screen(tmp_path: Path, size: tuple[int, int], language: str) -> None:
    set_language(language)
    try:
        desk = make_desk(tmp_path, Clock(), 0)
        spoil(desk)
        async with console(tmp_path, desk=desk, size=size, view="evil") as c:
            for key in ("w", "s", "a", "e", "ctrl+p"):
                await c.press(key)
                assert_inert(c.app)
                await c.press("escape", "escape")
            for key in ("n", "colon", "slash"):
                await c.press(key)
                await c.type("evi")
                assert_inert(c.app)
                await c.press("escape", "escape", "escape")
            c.app.open_ticket(1)
            await c.settle()
            for _ in range(5):
                assert_inert(c.app)
                await c.press("right_square_bracket")
            assert c.app._exception is None
    finally:
        set_language("en")


class Terminal(io.TextIOWrapper):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "desk.db"
    with Desk.open(path) as desk:
        spoil(desk)
    return path


def on_terminal(db: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    out = Terminal(io.BytesIO(), "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b""), "utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", out)
        code = main.run(["--db", str(db), *words])
        out.flush()
    return code, out.buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "tsv"])
def test_hostile_names_are_inert_in_every_command(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch, form: str, language: str
) -> None:
    for words in LISTS:
        code, told = on_terminal(spoilt, monkeypatch, "--lang", language, *words, "-o", form)
        assert code == 0, (words, told)
        assert not set(told) & FORBIDDEN, (words, set(told) & FORBIDDEN)
    set_language("en")


@pytest.mark.parametrize(
    "words",
    [
        ("tickets", "-f", "csv"), ("tickets", "-f", "jsonl"), ("tickets", "-f", "xes"), ("people", "-f", "csv"),
        ("people", "-f", "jsonl"), ("services", "-f", "csv"),
    ],
)  # fmt: skip
def test_an_export_is_inert_on_a_terminal_and_whole_in_a_file(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    code, told = on_terminal(spoilt, monkeypatch, "export", *words)
    assert code == 0
    assert "gpj" in told
    assert not set(told) & FORBIDDEN
    plain = Cli(spoilt, monkeypatch)("export", *words).out
    assert "\u202e" in plain or "\\u202e" in plain


def test_closed_streams_and_full_disks_are_told(spoilt: Path, tmp_path: Path) -> None:
    import subprocess

    program = f"{sys.executable} -m helpdesk_tui --db {spoilt}"
    cases: tuple[tuple[str, int, str], ...] = (
        ("ticket list <&-", 0, ""),
        ("ticket list >&-", 0, ""),
        ("ticket list <&- >&- 2>&-", 0, ""),
        ("ticket show 99 2>&-", 3, ""),
        ("ticket list >/dev/full", 1, "No space left"),
    )
    for words, code, says in cases:
        done = subprocess.run(["sh", "-c", f"{program} {words}"], capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (words, done)
        assert says in done.stderr
        assert "Traceback" not in done.stderr and "inside" not in done.stderr, (words, done)


@pytest.mark.parametrize(("option", "code"), [("--db", 2), ("--as", 3), ("--lang", 2), ("--config", 2)])
def test_an_option_typed_empty_is_no_default(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch, option: str, code: int
) -> None:
    ended = Cli(spoilt, monkeypatch)(option, "", "ticket", "list", ok=None)
    assert ended.code == code, ended


def test_what_is_no_file_is_no_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/dev/null", "/dev/zero"):
        ended = Cli(Path(path), monkeypatch)("ticket", "list", ok=None)
        assert ended.code == 1
        assert "is no desk file" in ended.err


def test_the_names_are_what_the_tests_say(spoilt: Path) -> None:
    with Desk.open(spoilt) as desk:
        found: Any = [desk.views.show("evil")["label"], desk.tickets.show(1)["title"], desk.teams.show("evil")["name"]]
        assert all("\x1b" in name and "\u202e" in name for name in found)


def test_an_import_that_ends_does_not_speak_of_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: Path
) -> None:
    from helpdesk_tui.desk.importing import Importing

    cli = Cli(tmp_path / "desk.db", monkeypatch)
    file = tmp_path / "a.csv"
    file.write_text("title\nvpn drops\n")
    monkeypatch.setattr(Importing, "unfinished", lambda *_: "b00000000")
    told = cli("import", "tickets", str(file)).err
    assert "interrupted; --resume b00000000" in told
    assert "stopped" not in told
