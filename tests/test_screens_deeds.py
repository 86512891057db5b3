"""What the console says after a deed: the command that does the same, what an undo took back, why some were left out."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_desk import Clock, Console, console

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.command_copy import Typed, options, settings
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.screens.common.undone import deed_name, named
from helpdesk_tui.vocabulary.errors import Conflict, Machine, told
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.widgets.fields import SafeTextArea

HOSTILE = 'it\'s "odd"; rm -rf / $(x) `y`\n第二行 -m --yes'


@pytest.fixture
def chinese() -> Iterator[None]:
    set_language("zh_CN")
    yield
    set_language("en")


def own_desk(folder: Path, tickets: int = 3) -> Desk:
    """A desk of the user who runs the tests, so that a command may work on it too."""
    desk = Desk.open(folder / "desk.db", clock=Clock())
    for n in range(tickets):
        desk.tickets.open(f"printer jam {n}")
    return desk


def run(line: str, desk: Path) -> str:
    """A copied line as a shell runs it; what it printed."""
    place = Path(sys.executable).parent
    env = os.environ | {"PATH": f"{place}:{os.environ['PATH']}", "HELPDESK_DATABASE": str(desk), "HELPDESK_LANG": "en"}
    done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout


async def copied(c: Console) -> str:
    """What `copy as command` puts on the clipboard."""
    await c.press("colon")
    await c.type("copy_command")
    await c.press("enter")
    return c.app.clipboard


async def test_the_command_of_marked_tickets_runs(tmp_path: Path) -> None:
    async with console(tmp_path, desk=own_desk(tmp_path)) as c:
        await c.press("space", "space", "t")
        await c.until(lambda: c.app.last_command)
        line = await copied(c)
        numbers = sorted(row.number for row in c.queue.tickets.rows if row.assignee)
        assert len(numbers) == 2
        c.desk.undoing.last()
        assert c.desk.tickets.count("is:mine") == 0
        run(line, c.desk.store.path)
        assert sorted(c.desk.tickets.numbers("is:mine")) == numbers


async def test_the_command_of_everything_in_the_filter_runs(tmp_path: Path) -> None:
    async with console(tmp_path, desk=own_desk(tmp_path)) as c:
        await c.press("V", "i")
        await c.type("seen by all")
        await c.press("ctrl+s")
        await c.until(lambda: c.app.last_command)
        line = await copied(c)
        assert "--where" in line
        run(line, c.desk.store.path)
        assert all(len(c.desk.tickets.comments(n)) == 2 for n in c.desk.tickets.numbers(""))


async def test_the_command_of_a_note_has_its_very_words(tmp_path: Path) -> None:
    async with console(tmp_path, desk=own_desk(tmp_path)) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        await c.press("i")
        c.queue.composer.query_one(SafeTextArea).text = HOSTILE
        await c.press("ctrl+s")
        await c.until(lambda: c.app.last_command)
        run(await copied(c), c.desk.store.path)
        first, again = c.desk.tickets.comments(number)
        assert first.body == again.body
        assert "rm -rf" in again.body


@pytest.mark.parametrize(
    ("typed", "one", "many"),
    [
        (Typed("take"), "helpdesk ticket take 7", "printf '%s\\n' 7 8 | helpdesk bulk take -"),
        (
            Typed("pin", ["high", *options({"reason": "the board"})], ("edit", *settings({"priority": "high"}))),
            "helpdesk ticket pin 7 high --reason 'the board'",
            "printf '%s\\n' 7 8 | helpdesk bulk edit --set priority=high -",
        ),
        (
            Typed("state", ["on_hold", *options({"until": "2026-03-02T09:00:00Z", "reason": ""})]),
            "helpdesk ticket state 7 on_hold --until 2026-03-02T09:00:00Z",
            "printf '%s\\n' 7 8 | helpdesk bulk state on_hold --until 2026-03-02T09:00:00Z -",
        ),
    ],
)
def test_lines(typed: Typed, one: str, many: str) -> None:
    assert typed.on_one(7) == one
    assert typed.on_many(Targets((7, 8), marked=True), [7, 8]) == many


def test_many_say_yes_and_any_text_is_one_word() -> None:
    typed = Typed("note", ["-m", HOSTILE])
    assert shlex.split(typed.on_one(7)) == ["helpdesk", "ticket", "note", "7", "-m", HOSTILE]
    numbers = list(range(1, 40))
    line = typed.on_many(Targets(tuple(numbers), marked=True), numbers)
    assert shlex.split(line)[-2:] == ["--yes", "-"]
    by_filter = typed.on_many(Targets((3, 4), marked=True, query='team:"a b"'), numbers)
    assert shlex.split(by_filter)[-3:] == ["--where", 'team:"a b" -number:3,4', "--yes"]


# -- undo ----------------------------------------------------------------------------------------------------------


async def test_an_undo_is_told_as_a_person_would(tmp_path: Path) -> None:
    async with console(tmp_path) as c:
        number = c.queue.tickets.cursor
        assert number is not None
        c.desk.tickets.note(number, "odd")
        await c.press("u")
        await c.until(lambda: any("Undone" in toast for toast in c.toasts))
        assert f"Undone: note on INC-{number} (U does it again)" in c.toasts
        await c.press("U")
        await c.until(lambda: any("Done again: 1 change" in toast for toast in c.toasts))


def test_the_names_of_deeds(tmp_path: Path) -> None:
    desk = own_desk(tmp_path, 7)
    desk.tickets.checklist_add(1, ["call back"])
    what = named(desk, desk.undoing.describe())
    assert (what["deed"], what["on"]) == ("checklist", ["INC-1"])
    desk.bulk.take(where="")
    what = named(desk, desk.undoing.describe())
    assert what["deed"] == "take"
    assert what["on"][-1] == "2 more"
    desk.people.add("Zoe", login="zoe")
    what = named(desk, desk.undoing.describe())
    assert (what["deed"], what["on"]) == ("person", ["person zoe"])
    assert deed_name("ticket.checklist.tick") == "checklist"
    assert deed_name("unheard.of") == "unheard.of"
    desk.close()


# -- why not -------------------------------------------------------------------------------------------------------


def test_reasons_are_english_for_machines_and_told_to_people(tmp_path: Path, chinese: None) -> None:
    desk = own_desk(tmp_path)
    desk.tickets.take(1)
    skipped = desk.bulk.take(numbers=[1, 99])["skipped"]
    assert [s["reason"].partition(";")[0] for s in skipped] == ["INC-1 is already yours", "there is no ticket 99"]
    shown = [told(s["reason"]) for s in skipped]
    assert all(any("\u4e00" <= char <= "\u9fff" for char in text) for text in shown), shown
    assert told("as it is") == "as it is"
    assert isinstance(Machine.of(Conflict("x {n}", n=1)), str)
    desk.close()


async def test_a_screen_tells_why_in_its_language(tmp_path: Path, chinese: None) -> None:
    async with console(tmp_path) as c:
        c.desk.bulk.take(where="")
        await c.press("R", "space", "space", "t")
        await c.until(lambda: any("INC-" in toast for toast in c.toasts))
        assert not any("already yours" in toast for toast in c.toasts)
