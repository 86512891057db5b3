"""Every deed of the console copies a command; the commands, run on a copy of the desk, write the very same journal."""

import json
import re
import shlex
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli
from console_desk import Console, console
from tui import screen_text

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.command_copy import on_desk
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.widgets.field_form import Form
from helpdesk_tui.widgets.fields import SafeTextArea

HOSTILE = 'it\'s "odd"; rm -rf / $(x) `y`\n第二行 -m --yes | helpdesk ticket'
_MOMENT = re.compile(r"\b1[6-9]\d{8}\b|\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
Step = Callable[[Console], Awaitable[None]]


def make(path: Path) -> Desk:
    """A desk of whoever runs the tests, in the real time: the commands are of both, too."""
    desk = Desk.open(path, origin=Origin.TUI)
    desk.people.add("Bo", login="bo", roles=["service_desk"], agent=True)
    for n in range(1, 26):
        desk.tickets.open(f"printer jam {n}", description="paper", requester="zoe@example.org")
    desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return desk


def journal(desk: Desk, after: int) -> list[dict[str, Any]]:
    """What the entries after a sequence number say, without when and through which door."""
    found = desk.audit.log(limit=1_000, since=after)
    told = [
        {name: entry[name] for name in ("actor", "verb", "subject", "undoes", "rows", "reasons")} for entry in found
    ]
    plain: list[dict[str, Any]] = json.loads(_MOMENT.sub("0", json.dumps(told, ensure_ascii=False)))
    for entry in plain:
        for row in entry["rows"]:
            for side in ("before", "after"):
                row[side] = {name: value for name, value in (row[side] or {}).items() if not _moves(row["table"], name)}
        entry["rows"] = [row for row in entry["rows"] if row["before"] or row["after"]]
    return plain


def _moves(table: str, name: str) -> bool:
    """What differs by the second, by the door, or is drawn by lot."""
    if (table, name) == ("comment", "channel"):
        return True
    return name.endswith("_at") or name in ("origin", "batch_id", "hash", "elapsed", "paused", "anchor")


def on(number: int, *keys: str) -> Step:
    async def step(c: Console) -> None:
        c.queue.tickets.move_to(number)
        await c.settle()
        await c.press(*keys)

    return step


def said(number: int, line: str, *keys: str) -> Step:
    """A command typed at a ticket, then keys."""

    async def step(c: Console) -> None:
        await on(number, "colon")(c)
        await c.type(line)
        await c.press("enter", *keys)

    return step


def filled(number: int, open_it: Step, **texts: str) -> Step:
    """A form opened by a step, filled and sent."""

    async def step(c: Console) -> None:
        await open_it(c)
        assert isinstance(c.app.screen, Form)
        for name, text in texts.items():
            c.app.screen.put(name, text)
        await c.press("f2")

    return step


def written(number: int, key: str, text: str, *keys: str) -> Step:
    async def step(c: Console) -> None:
        await on(number, key)(c)
        c.queue.composer.query_one(SafeTextArea).text = text
        await c.press("ctrl+s", *keys)

    return step


async def with_a_file(c: Console) -> None:
    path = c.folder / "it's a file.txt"
    path.write_text("see there")
    await on(2, "i")(c)
    c.queue.composer.query_one(SafeTextArea).text = "with a file"
    c.queue.composer.set_files([str(path)])
    await c.press("ctrl+s")


async def everything(c: Console) -> None:
    await c.press("V", "i")
    c.queue.composer.query_one(SafeTextArea).text = "seen by all"
    await c.press("ctrl+s")
    for char in "25":
        await c.press(char)
    await c.press("enter")


async def all_but_two(c: Console) -> None:
    c.queue.tickets.move_to(3)
    await c.press("V", "space", "down", "space", "t")
    for char in "23":
        await c.press(char)
    await c.press("enter")


async def marked(c: Console) -> None:
    c.queue.tickets.move_to(4)
    await c.press("space", "space", "colon")
    await c.type("assign team:network")
    await c.press("enter")


async def called(c: Console) -> None:
    await c.press("escape", "n")
    await c.type("zoe")
    await c.press("enter")
    await c.type("the vpn is broken 'again'")
    await c.press("f2")
    await c.until(lambda: c.app.last_command.startswith("helpdesk ticket new") or None)


async def view_kept(c: Console) -> None:
    await c.press("escape", "colon")
    await c.type("queue -team:network")
    await c.press("enter", "F")
    await c.type("others")
    await c.press("enter", "enter")


STEPS: dict[str, Step] = {
    "take": on(1, "t"),
    "assign": said(1, "assign bo"),
    "team": said(1, "assign team:network"),
    "state": said(1, "state assigned"),
    "pend": filled(1, said(1, "state awaiting_user"), reason="asked 'why'"),
    "note": written(2, "i", HOSTILE),
    "reply": written(2, "c", HOSTILE, "y"),
    "files": with_a_file,
    "resolve": filled(2, on(2, "x"), cause="a fuse", resolution=HOSTILE, code="fixed"),
    "close": said(2, "close", "y"),
    "reopen": said(2, "reopen"),
    "edit": filled(3, on(3, "e"), title='it\'s -- "new"', tags="vpn, -odd", impact="high"),
    "priority": filled(3, on(3, "exclamation_mark"), impact="high", urgency="high"),
    "pin": filled(3, on(3, "exclamation_mark"), pin="low", reason="the board's"),
    "classify": on(3, "C"),
    "link": said(5, "link 6"),
    "merge": said(7, "merge 6"),
    "cancel": said(8, "cancel"),
    "marked": marked,
    "everything": everything,
    "all_but_two": all_but_two,
    "new": called,
    "view": view_kept,
    "follow": on(9, "f"),
    "unfollow": on(9, "f"),
    "follower": said(9, "watchers", "b", "o", "enter"),
    "follower_off": said(9, "watchers", "enter"),
    "time": filled(9, on(9, "H"), time="1h 30m", note="-looked 'through' it"),
    "split": filled(9, on(9, "B"), title='-x "odd"', text=HOSTILE, reason="another matter"),
    "split_bare": filled(9, on(9, "B"), title="a second one"),
    "wait": filled(9, on(9, "z"), pending_until="2031-05-05 09:00", reason="the 'part' is ordered"),
    "undone": said(9, "assign bo"),
    "undo": said(9, "undo"),
    "redo": said(9, "redo"),
}


async def test_copied_commands_write_the_same_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make(tmp_path / "desk.db")
    twin = tmp_path / "twin.db"
    with sqlite3.connect(twin) as copy:
        desk.store.reader().backup(copy)
    head = desk.audit.log(limit=1)[0]["seq"]
    lines: dict[str, str] = {}
    heads = {}
    async with console(tmp_path, desk=desk, view="all") as c:
        for name, step in STEPS.items():
            c.app.last_command = ""
            await step(c)
            if name in ("reopen", "cancel"):
                await c.type("'tis back")
                await c.press("enter")
            await c.settle()
            assert c.app.last_command, f"{name}: {c.toasts[-2:]}\n{screen_text(c.app)[-2600:]}"
            await c.press("escape", "escape")
            lines[name], heads[name] = c.app.last_command, desk.audit.log(limit=1)[0]["seq"]
        have = journal(desk, head)
    cli = Cli(twin, monkeypatch)
    monkeypatch.setenv("HELPDESK_LANG", "en")
    for name, line in lines.items():
        before, _pipe, after = line.partition(" | ") if line.startswith("printf") else ("", "", line)
        words = shlex.split(after)
        assert words[0] == "helpdesk", line
        numbers = "\n".join(shlex.split(before)[2:])
        ended = cli(*words[1:], stdin=numbers, ok=None)
        assert ended.code == 0, (name, line, ended.err)
        with Desk.open(twin) as other:
            assert other.audit.log(limit=1)[0]["seq"] == heads[name], (name, line)
    with Desk.open(twin) as other:
        got = journal(other, head)
    for mine, theirs in zip(have, got, strict=True):
        assert json.dumps(theirs, indent=1, ensure_ascii=False) == json.dumps(mine, indent=1, ensure_ascii=False)
    verbs = {entry["verb"] for entry in have}
    assert {
        "ticket.take",
        "ticket.merge",
        "ticket.pin",
        "bulk.note",
        "bulk.take",
        "view.save",
        "ticket.open",
        "ticket.watch",
        "ticket.log_time",
        "ticket.split",
        "ticket.pend",
    } <= verbs, verbs


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("helpdesk ticket take 1", "helpdesk --db '/a b/desk.db' ticket take 1"),
        ("printf '%s\\n' 1 2 | helpdesk bulk take -", "printf '%s\\n' 1 2 | helpdesk --db '/a b/desk.db' bulk take -"),
        ("helpdesk ticket note 1 -m ' | helpdesk x'", "helpdesk --db '/a b/desk.db' ticket note 1 -m ' | helpdesk x'"),
        ("make coffee", "make coffee"),
    ],
)
def test_a_line_names_its_desk(line: str, expected: str) -> None:
    assert on_desk(line, ["--db", "/a b/desk.db"]) == expected
    assert on_desk(line, []) == line


async def test_only_the_default_desk_goes_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "helpdesk").mkdir()
    for folder, named in ((tmp_path / "helpdesk", ""), (tmp_path, f" --db {tmp_path / 'desk.db'}")):
        desk = Desk.open(folder / "desk.db")
        desk.tickets.open("printer")
        async with console(tmp_path, desk=desk) as c:
            await c.press("t")
            await c.until(lambda: c.app.last_command)
            await c.press("colon")
            await c.type("copy_command")
            await c.press("enter")
            assert c.app.clipboard == f"helpdesk{named} ticket take 1"
