"""Writing to a ticket: templates with a look before, mentions, files, the editor, and who will read a public reply."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.widgets import OptionList

from helpdesk_tui.screens.common import files
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.writing import edited
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.widgets.pickers import Confirm, Pick
from helpdesk_tui.widgets.template_view import TemplateView
from tests.console_desk import Clock, Console, console, make_desk
from tests.tui import HOSTILE_FEW, assert_inert, assert_snapshot, screen_text


async def paste(c: Console, text: str) -> None:
    """What a terminal sends for a pasted block."""
    c.app.post_message(events.Paste(text))
    await c.settle()


async def test_a_template_is_chosen_filled_seen_and_inserted(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, Clock(), tickets=2)
    body = "Dear {{requester.name}},\n\n{{ticket.ref}}: please bring {{what}} on {{day}}.\n{{agent.name}}"
    desk.templates.save("bring", body, name="Bring it [/red] \x1b[2J")
    async with console(tmp_path, size=(80, 24), desk=desk) as c:
        await c.press("colon", "2", "enter", "c")
        await paste(c, "Hello. ")
        await c.press("f3")
        assert isinstance(c.app.screen, Pick)
        await c.press("enter")
        assert isinstance(c.app.screen, TemplateView)
        assert "INC-2: please bring {{what}} on {{day}}." in screen_text(c.app)
        assert_inert(c.app)
        await paste(c, "the laptop")
        await c.press("enter")
        await paste(c, "Monday")
        assert_snapshot(c.app, "composer-template-80x24")
        await c.press("enter")
        wanted = "Hello. Dear zoe,\n\nINC-2: please bring the laptop on Monday.\nAna Admin"
        assert c.ticket.composer.text == wanted
        await c.press("f3", "escape", "f3", "enter", "escape")
        assert c.ticket.composer.text == wanted, "Esc inserts nothing"


async def test_a_mention_is_completed_and_follows(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, Clock(), tickets=2)
    desk.people.add("Bob Builder", login="bob", agent=True, teams=["network"], roles=["technical_support"])
    desk.people.add("包青天", login="bao", agent=True)
    desk.people.add("Bobby Caller", email="bobby@example.org")
    async with console(tmp_path, size=(80, 24), desk=desk) as c:
        await c.press("colon", "2", "enter", "i")
        await c.type("ask @b")
        people = c.ticket.composer.query_one("#composer-people", OptionList)
        await c.until(lambda: people.display and people.option_count == 2)
        await c.type("o")
        await c.until(lambda: people.option_count == 1)
        assert_snapshot(c.app, "composer-mention-80x24")
        await c.press("enter")
        assert c.ticket.composer.text == "ask @bob "
        await c.type("or @baoqing")
        await c.until(lambda: people.display)
        await c.press("tab", "enter", "@", "b")
        await c.until(lambda: people.display)
        await c.press("escape", "escape")
        assert not c.ticket.composer.is_open, "the first Esc puts the names away, the second the composer"
        await c.press("i", "ctrl+s")
        assert c.desk.tickets.comments(2)[-1].body == "ask @bob or @bao \n@b"
        assert sorted(c.desk.tickets.watchers(2)) == ["bao", "bob"]


async def test_a_reply_tells_its_readers_and_takes_files_along(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, Clock(), tickets=2)
    desk.tickets.watch(2)
    here = tmp_path / "files"
    (here / "logs").mkdir(parents=True)
    (here / "logs" / "vpn [x].log").write_bytes(b"tunnel down\n")
    (here / ".hidden").write_text("x")
    async with console(tmp_path, size=(80, 24), desk=desk) as c:
        await c.press("colon", "2", "enter", "c")
        await paste(c, "see the log")
        await c.press("f4")
        assert isinstance(c.app.screen, files.PathPick)
        await paste(c, f"{here}/l")
        await c.until(lambda: "logs/" in screen_text(c.app))
        await c.press("enter")
        await c.until(lambda: "vpn [x].log" in screen_text(c.app))
        await c.press("enter")
        assert "vpn [x].log (12 B)" in screen_text(c.app)
        key = DraftKey("ana", 2, "reply")
        await c.press("escape")
        assert c.app.drafts.load(key)["files"].endswith("vpn [x].log")
        await c.press("c", "ctrl+s")
        await c.until(lambda: isinstance(c.app.screen, Confirm) and "follower" in screen_text(c.app))
        shown = screen_text(c.app)
        assert "zoe@example.org" in shown and "and 1 follower: ana" in shown and "recorded, not sent" in shown
        await c.press("n")
        assert len(c.desk.tickets.comments(2)) == 0 and c.ticket.composer.text == "see the log"
        await c.press("ctrl+s")
        await c.until(lambda: isinstance(c.app.screen, Confirm))
        await c.press("y")
        await c.until(lambda: not c.ticket.composer.is_open)
        (comment,) = c.desk.tickets.comments(2)
        (attached,) = c.desk.attachments.list(2)
        assert (attached["name"], attached["comment"]) == ("vpn [x].log", comment.id)
        assert c.desk.attachments.read(attached["id"]) == b"tunnel down\n"
        assert not c.app.drafts.path(key).exists()
        # A file that is gone by then stops the whole, and nothing typed is lost.
        await c.press("i")
        await paste(c, "once more")
        (here / "logs" / "b.txt").write_text("b")
        c.ticket.composer.set_files([str(here / "logs" / "b.txt")])
        (here / "logs" / "b.txt").unlink()
        await c.press("ctrl+s")
        await c.until(lambda: "is no file" in screen_text(c.app))
        assert len(c.desk.tickets.comments(2)) == 1 and c.ticket.composer.text == "once more"


async def test_a_pasted_block_is_text_and_never_keys(tmp_path: Path) -> None:
    """A hundred kilobytes with everything that could be a key, into the list first and then into a note."""
    block = "t\ru\rx\x13\x1b[B:q\r" * 9_000
    async with console(tmp_path, size=(80, 24), tickets=2) as c:
        head = c.desk.store.head()
        await paste(c, block)
        assert c.desk.store.head() == head and c.queue.is_current
        await c.press("i")
        await paste(c, block)
        text = c.queue.composer.text
        assert len(text) > 100_000 and text.count("t\nu\nx") == 9_000 and "\x1b" not in text and "\x13" not in text
        await c.press("ctrl+s")
        (note,) = c.desk.tickets.comments(c.queue.subject or 0)
        assert note.body.count("u\n") == 9_000


# -- without a screen ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _suspended() -> Iterator[None]:
    yield


@pytest.mark.parametrize(
    ("editor", "text", "problem"),
    [
        ("sh -c 'printf \" more\\n\" >> $0'", "dear more", ""),
        ("false", None, "ended with 1"),
        ("/no/such/editor", None, "did not start"),
        ("'", None, "did not start"),
        ("sh -c 'rm $0'", None, "did not start"),
    ],
)
def test_the_editor_s_text_comes_back_or_stays(
    monkeypatch: pytest.MonkeyPatch, editor: str, text: str | None, problem: str
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    found, told = edited("dear", _suspended)
    assert found == text and problem in told and bool(told) == bool(problem)


def test_interrupts_typed_at_the_editor_are_not_for_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nkill -INT $PPID; kill -QUIT $PPID; echo written > "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)]
    assert edited("dear", _suspended) == ("written", "")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)] == before


@pytest.mark.parametrize("text", HOSTILE_FEW)
def test_the_editor_gets_any_text(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)
    assert edited(text, _suspended)[1] == ""


def test_paths_are_completed_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Ordner").mkdir()
    (tmp_path / "offer.pdf").write_bytes(b"x" * 2048)
    (tmp_path / ".secret").write_text("s")
    (tmp_path / "bad\x1b[2J.txt").write_text("b")
    found = {c.value.removeprefix(f"{tmp_path}/"): c.hint for c in files.listed(f"{tmp_path}/")}
    assert found == {"Ordner/": "", "offer.pdf": "2.0 KiB", "bad\x1b[2J.txt": "1 B"}
    assert [c.value for c in files.listed(f"{tmp_path}/.s")] == [f"{tmp_path}/.secret"]
    assert [c.value for c in files.listed(f"{tmp_path}/o")] == [f"{tmp_path}/Ordner/", f"{tmp_path}/offer.pdf"]
    assert files.listed("/no/such/place/x") == [] and files.listed("\0") == []
    for path in (str(tmp_path), str(tmp_path / "none"), "\0", ""):
        with pytest.raises(Invalid):
            files.checked(path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Invalid):
        files.checked(str(tmp_path / "pipe"))
    monkeypatch.setattr(files, "MAX_SIZE", 2_000)
    with pytest.raises(Invalid):
        files.read([str(tmp_path / "offer.pdf")])
