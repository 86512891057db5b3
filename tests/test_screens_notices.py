"""Notices in the console: said, counted, listed, rung; what happened since one left; the screen that hides itself."""

import functools
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest
from textual.widgets import Input

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.notices import Concerns
from helpdesk_tui.screens.common import locking, noticing
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.screens.common.inbox import Inbox, summary, told
from helpdesk_tui.screens.common.locking import picture
from helpdesk_tui.screens.common.notice_screen import NoticeScreen
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.notices import Notice, NoticeKind
from helpdesk_tui.vocabulary.records import NEVER
from tests.console_desk import Clock, Console, console, make_desk
from tests.terminal import Terminal
from tests.tui import HOSTILE_FEW, SNAPSHOTS, assert_dialog, assert_inert, screen_lines, screen_text

LANGUAGES = ("en", "zh_CN")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noticing, "EVERY", 0.01)
    monkeypatch.setattr(noticing, "SHOWN_FOR", 600)
    monkeypatch.setattr(noticing, "SINCE_FOR", 600)


# -- the inbox ------------------------------------------------------------------------------------------------------


def notice(kind: str, seq: int, number: int = 1, at: int | None = None, **more: Any) -> Notice:
    return Notice(NoticeKind(kind), seq if at is None else at, number, f"INC-{number}", "VPN", "bo", seq, **more)


def late(kind: str, at: int, number: int = 1) -> Notice:
    return Notice(NoticeKind(kind), at, number, f"INC-{number}", "VPN", due_at=at)


def said(*news: Notice, clocks: tuple[Notice, ...] = (), head: int = 0, more: bool = False) -> Concerns:
    return Concerns(news, clocks, head or max([n.seq for n in news], default=0), more, NEVER)


def keys(notices: list[Notice]) -> list[str]:
    return [each.key for each in notices]


def test_a_first_start_knows_of_nothing_old() -> None:
    inbox = Inbox()
    assert inbox.take_up({}) is None and inbox.take_up({"seen": "x", "seen_at": "1"}) is None
    inbox.begin(said(clocks=(late("breached", 5),), head=40))
    assert inbox.take(said(clocks=(late("breached", 5),), head=40)) == [] and inbox.head == 40
    assert keys(inbox.take(said(notice("assigned", 41), clocks=(late("breached", 5),)))) == ["41"]


def test_what_is_unread_is_taken_up_again_and_what_was_read_is_not() -> None:
    inbox = Inbox()
    inbox.begin(said(head=10))
    clock = late("warning", 90, 3)
    inbox.take(said(notice("assigned", 11, 1), notice("replied", 12, 2), clocks=(clock,)))
    assert inbox.unread == 3 and inbox.read(1) and not inbox.read(1) and inbox.unread == 2
    kept = inbox.remember(100)
    again = Inbox()
    assert again.take_up(kept) == 11
    fresh = again.take(
        said(notice("replied", 12, 2), notice("assigned", 11, 1), notice("mentioned", 14, 1), clocks=(clock,))
    )
    assert keys(fresh) == ["14"] and keys(again.notices) == ["w3@90", "14", "12"] and again.left_at == 100
    assert again.unread == 3
    assert again.read() and again.unread == 0 and Inbox().take_up(again.remember(200)) == 14


def test_clocks_are_told_once_and_go_when_they_are_met() -> None:
    inbox = Inbox()
    inbox.begin(said(head=1))
    warning, breach = late("warning", 5), late("breached", 9)
    assert inbox.take(said(clocks=(warning,))) == [warning] and inbox.take(said(clocks=(warning,))) == []
    assert inbox.take(said(clocks=(breach,))) == [breach] and inbox.notices == [breach]
    assert inbox.take(said()) == [] and inbox.notices == [] and inbox.unread == 0
    # Handed over when it was late already, it is told once; what comes after that is told.
    assert keys(inbox.take(said(notice("assigned", 20), clocks=(late("warning", 5),)))) == ["20"]
    assert keys(inbox.take(said(clocks=(late("breached", 30),)))) == ["b1@30"]


def test_tickets_with_something_new_come_first_and_the_oldest_give_way() -> None:
    inbox = Inbox()
    inbox.begin(said(head=1))
    inbox.take(said(notice("replied", 2, 1), notice("replied", 3, 2), notice("assigned", 4, 1)))
    assert [[n.seq for n in group] for group in inbox.by_ticket()] == [[4, 2], [3]]
    inbox.read(1)
    assert [[n.seq for n in group] for group in inbox.by_ticket()] == [[3], [4, 2]]
    inbox.take(said(*(notice("replied", n, n) for n in range(5, 1_005)), head=1_004, more=True))
    assert len(inbox.notices) == inbox.unread == 500 and inbox.notices[-1].seq == 505 and inbox.more


def test_many_are_said_in_one_line_and_quiet_ones_not_at_all() -> None:
    few = [notice("replied", 3, 2), notice("assigned", 2, 1), notice("queued", 1, 5)]
    assert told(few, 3) == ["INC-1: bo assigned it to you · VPN", "INC-2: bo replied · VPN"]
    many = [notice("replied", n) for n in range(9)] + few
    assert told(many, 3) == ["1 assigned to you, 10 replies"]
    assert summary(many) == "1 assigned to you, 10 replies, 1 in your team's queue"
    every = [notice(kind, 1) for kind in NoticeKind] * 2
    assert summary(every) == (
        "2 pages, 2 out of time, 2 soon out of time, 2 status updates due, 2 roles offered, 2 assigned to you,"
        " 2 mentions, 2 replies, 2 merged, 2 reopened, 2 finished, 2 in your team's queue"
    )


# -- on the screen --------------------------------------------------------------------------------------------------


@functools.cache
def _made() -> tuple[bytes, int]:
    """The file of a desk with a colleague who has all of its tickets, and what time it is there."""
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="helpdesk-notices-") as folder:
        with make_desk(Path(folder), clock) as desk:
            desk.people.add("Bo", login="bo", agent=True, roles=["service_desk"])
            desk.bulk.assign(numbers=[1, 2, 3, 4, 5], assignee="bo")
            desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return (Path(folder) / "desk.db").read_bytes(), clock.now


@pytest.fixture
def bo(tmp_path: Path) -> Iterator[Desk]:
    """A colleague at the same desk file, for whom the clock stands still."""
    data, now = _made()
    clock = Clock(now)
    (tmp_path / "desk.db").write_bytes(data)
    other = Desk.open(tmp_path / "desk.db", user=OsUser(1001, "bo"), clock=clock)
    yield other
    other.close()


def opened(folder: Path, bo: Desk) -> Desk:
    return Desk.open(folder / "desk.db", user=OsUser(1000, "ana"), clock=bo.clock)


async def heard(c: Console, unread: str) -> None:
    """Wait until so much is unread."""
    c.app.nudge()
    await c.until(lambda: c.app.unread == unread)
    await c.settle()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_colleagues_deed_is_said_counted_and_listed(tmp_path: Path, bo: Desk, language: str) -> None:
    set_language(language)
    async with console(tmp_path, desk=opened(tmp_path, bo), size=(80, 24), view="all") as c:
        await c.until(lambda: c.app.inbox is not None)
        assert c.app.unread == ""
        bo.tickets.assign(2, assignee="ana")
        await heard(c, "@1")
        assert len(c.toasts) == 1 and "INC-2" in c.toasts[0] and "bo" in c.toasts[0] and "VPN" in c.toasts[0]
        assert screen_lines(c.app)[0].endswith("@1")
        bo.tickets.reply(3, "looking")  # nothing of ana's
        bo.tickets.note(4, "@ana please look")
        await heard(c, "@2")
        await c.press("at")
        assert isinstance(c.app.screen, NoticeScreen)
        assert_dialog(c.app, f"notices-80x24-{language}")
        await c.press("down", "enter")
        await c.until(lambda: c.app.unread == "@1")
        assert c.ticket.number == 2 and any(line.endswith("@1 · 4 / 5") for line in screen_lines(c.app))
        await c.press("at", "a")
        assert c.app.unread == "" and "@1" not in screen_text(c.app)


async def test_the_list_is_kept_up_while_it_is_open(tmp_path: Path, bo: Desk) -> None:
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all") as c:
        await c.until(lambda: c.app.inbox is not None)
        await c.press("at")
        assert "Nothing has happened that concerns you." in screen_text(c.app)
        for number in (1, 2, 3):
            bo.tickets.assign(number, assignee="ana")
        await heard(c, "@3")
        assert_dialog(c.app, "notices-120x40")
        await c.press("r")
        await heard(c, "@2")
        await c.press("escape", "colon")
        await c.type("notices")
        await c.press("enter")
        assert isinstance(c.app.screen, NoticeScreen)


async def test_a_flood_is_one_line_and_a_second_one_waits(tmp_path: Path, bo: Desk) -> None:
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all") as c:
        await c.until(lambda: c.app.inbox is not None)
        bo.bulk.assign(numbers=[1, 2, 3, 4, 5], assignee="ana")
        await heard(c, "@5")
        assert c.toasts == ["5 assigned to you · @ shows them"]
        bo.tickets.note(1, "@ana look")
        await heard(c, "@6")
        assert len(c.toasts) == 1  # within a few seconds nothing else is said
        bo.clock.now += noticing.APART  # type: ignore[attr-defined]
        bo.tickets.note(2, "@ana look")
        await heard(c, "@7")
        assert c.toasts[1:] == [
            "INC-1: bo mentioned you · Payments API down for all branches",
            "INC-2: bo mentioned you · VPN drops every ten minutes",
        ]


async def test_a_burst_is_asked_about_seldom(tmp_path: Path, bo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the desk moves, one question is under way and one more is remembered."""
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all") as c:
        await c.until(lambda: c.app.inbox is not None and not c.app._asking)
        monkeypatch.setattr(noticing, "EVERY", 3_600)
        asked: list[int] = []
        since = c.desk.notices.since
        monkeypatch.setattr(c.desk.notices, "since", lambda seq: asked.append(seq) or since(seq))
        for _ in range(50):
            c.app.read_notices()
        await c.settle()
        assert len(asked) == 1 and c.app._ask_again
        c.app._asked()
        c.app._asked()
        await c.settle()
        assert len(asked) == 2 and not c.app._ask_again


async def test_a_clock_calls_when_its_time_comes(tmp_path: Path, bo: Desk) -> None:
    number = bo.tickets.open("Nobody can pay", set={"impact": "high", "urgency": "high"})["number"]
    bo.tickets.assign(number, assignee="ana")
    warn, due = bo.store.query("SELECT warn_at, due_at FROM ticket WHERE number = ?", (number,))[0]
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all") as c:
        await c.until(lambda: c.app._due is not None)
        assert c.app._due is not None and c.app._due._interval == min(noticing.LONGEST, warn - bo.now())
        bo.clock.now = warn  # type: ignore[attr-defined]
        c.app.read_notices()  # as the timer does
        await heard(c, "@1")
        bo.clock.now = due  # type: ignore[attr-defined]
        c.app.read_notices()
        await c.until(lambda: len(c.toasts) == 2)
        assert ["running out" in c.toasts[0], "ran out" in c.toasts[1], c.app.unread] == [True, True, "@1"]
        await c.press("at")
        assert f"its time ran out: due {local(due)[11:]}" in screen_text(c.app)


async def test_the_bell(tmp_path: Path, bo: Desk) -> None:
    """What it rings for, and never twice within a few seconds."""
    bo.bulk.assign(numbers=[1, 2, 3, 4, 5], assignee="ana")
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all") as c:
        await c.until(lambda: c.app.inbox is not None)
        rung: list[str] = []
        c.app.bell = lambda: rung.append(c.app.settings.bell)  # type: ignore[method-assign]
        said: list[str] = []
        c.app.notify = lambda text, **_more: said.append(text)  # type: ignore[method-assign]
        for round_, bell in enumerate(("off", "visual", "urgent", "sound")):
            c.app.change_setting("bell", bell, keep=False)
            said.clear()
            bo.clock.now += 10  # type: ignore[attr-defined]
            bo.tickets.resolve((1, 3, 4, 5)[round_], resolution="restarted", cause="overload")
            await heard(c, f"@{1 + 3 * round_}")
            bo.clock.now += 10  # type: ignore[attr-defined]
            bo.tickets.note(2, "@ana look")
            await heard(c, f"@{2 + 3 * round_}")
            bo.tickets.note(2, "@ana look again")
            await heard(c, f"@{3 + 3 * round_}")
            # What waited at the end of a round is said in the next one.
            wanted = {"off": (0, 0), "visual": (0, 2), "urgent": (1, 3), "sound": (2, 3)}
            assert (rung.count(bell), len(said)) == wanted[bell]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_happened_since_one_left(tmp_path: Path, bo: Desk, language: str) -> None:
    set_language(language)
    bo.tickets.assign(1, assignee="ana")
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all") as c:
        await c.until(lambda: c.app.inbox is not None)
        assert c.toasts == []
        await c.press("ctrl+q")
    bo.clock.now += 3_600  # type: ignore[attr-defined]
    bo.bulk.assign(numbers=[2, 3], assignee="ana")
    bo.tickets.note(1, "@ana and?")
    bo.tickets.resolve(3, resolution="restarted", cause="overload")
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all", size=(80, 24)) as c:
        await c.until(lambda: c.app.unread == "@4")
        assert len(c.toasts) == 1 and "@" in c.toasts[0]
        # Who types at once is heard: the line takes no key.
        await c.press("slash")
        await c.type("vpn")
        assert isinstance(c.app.focused, Input) and c.app.focused.value.endswith("vpn")
        await c.press("escape", "escape", "at")
        assert_dialog(c.app, f"since-{language}")
        await c.press("a", "escape", "ctrl+q")
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all") as c:
        await c.until(lambda: c.app.inbox is not None)
        await c.settle()
        assert c.toasts == [] and c.app.unread == ""


async def test_hostile_texts_are_inert(tmp_path: Path, bo: Desk) -> None:
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all", size=(80, 24)) as c:
        await c.until(lambda: c.app.inbox is not None)
        for text in HOSTILE_FEW:
            if text:
                number = bo.tickets.open(text[:2_000])["number"]
                bo.tickets.assign(number, assignee="ana")
        await c.until(lambda: c.app.unread == f"@{len(HOSTILE_FEW) - 1}")
        await c.settle()
        assert_inert(c.app)
        await c.press("at")
        assert_inert(c.app)


async def test_who_may_read_no_ticket_is_asked_nothing(tmp_path: Path) -> None:
    with make_desk(tmp_path, Clock()) as first:
        first.people.add("Adam", login="adam", roles=["administrator"])
    desk = Desk.open(tmp_path / "desk.db", user=OsUser(1002, "adam"), clock=Clock())
    async with console(tmp_path, desk=desk, view=None) as c:
        c.app.nudge()
        await c.settle()
        assert c.app.inbox is None
        await c.press("at")
        assert "ticket.read" in c.toasts[-1]


# -- the lock -------------------------------------------------------------------------------------------------------


class Idle:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_locked_console_shows(language: str) -> None:
    set_language(language)
    drawn = []
    for size in ((80, 24), (40, 4), (3, 2)):
        drawn.append(f"{size[0]}x{size[1]}")
        drawn += [f"{row:>3} {column:>3} {text}" for row, column, text in picture(*size, 3)]
        assert all(row <= size[1] and column > 0 for row, column, _text in picture(*size, 3))
    have = "\n".join(drawn) + "\n"
    path = SNAPSHOTS / f"lock-{language}.txt"
    if os.environ.get("SNAPSHOTS") == "update":
        path.write_text(have, "utf-8")
    assert have == path.read_text("utf-8")
    assert len(picture(80, 24, 0)) == 2 and len(picture(80, 24, 1)) == 3


async def test_an_idle_console_hides_and_keeps_what_was_typed(
    tmp_path: Path, bo: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(DeskApp, "_display", lambda _app, _screen, what: drawn.append(what) if what else None)
    async with console(tmp_path, desk=opened(tmp_path, bo), view="all", size=(80, 24)) as c:
        await c.until(lambda: c.app.inbox is not None)
        idle = Idle()
        c.app.idle_clock = idle
        await c.press("i")
        await c.type("half a thought")
        number = c.queue.subject
        idle.now += 14 * 60
        c.app.lock_if_idle()
        assert not c.app.locked
        idle.now += 60
        c.app.lock_if_idle()
        await c.settle()
        assert c.app.locked and drawn
        assert c.app.drafts.load(DraftKey("ana", number, "note"))["text"] == "half a thought"
        drawn.clear()
        rung: list[int] = []
        c.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        c.app.settings = type(c.app.settings)(bell="urgent")
        bo.tickets.assign(2, assignee="ana")
        await heard(c, "@1")
        assert drawn == [] and rung == [1] and c.toasts == []
        await c.press("x", "q", "at", "ctrl+p", "escape")  # nobody acts on what they do not see
        assert drawn == [] and c.app.locked and c.queue.composer.text == "half a thought"
        await c.press("enter")
        assert not c.app.locked and drawn and len(c.toasts) == 1
        assert c.queue.composer.text == "half a thought" and c.queue.composer.is_open
        assert next(row for row in c.queue.tickets.rows if row.number == 2).assignee == "ana"
        # The machine slept: the first key finds the screen locked.
        idle.now += 8 * 3_600
        await c.type("secret")
        assert c.app.locked and c.queue.composer.text == "half a thought"


async def test_a_key_and_a_word_lock_and_the_setting_decides(tmp_path: Path) -> None:
    async with console(tmp_path, view="all") as c:
        idle = Idle()
        c.app.idle_clock = idle
        await c.press("Z")
        assert c.app.locked
        await c.press("enter", "colon")
        await c.type("lock")
        await c.press("enter")
        assert c.app.locked
        await c.press("enter")
        c.app.change_setting("idle_lock", 0, keep=False)
        idle.now += 1e9
        await c.press("j")
        assert not c.app.locked
        c.app.change_setting("idle_lock", 2, keep=False)
        idle.now -= 1e9  # the clock was set back
        await c.press("j")
        idle.now += 119
        c.app.lock_if_idle()
        assert not c.app.locked
        idle.now += 1
        c.app.lock_if_idle()
        assert c.app.locked
        await c.press("ctrl+q")
        assert c.app._exit
    assert locking.LOOK < 60


def shown(terminal: Terminal) -> list[str]:
    """What stands on the terminal now, as the one who sits there sees it."""
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(bytes(terminal.bytes))
    return [line.rstrip() for line in screen.display]


def test_a_locked_terminal_shows_and_sends_nothing_of_the_desk(tmp_path: Path) -> None:
    """On the real terminal: everything is hidden, other people's changes send no byte, Enter brings all of it back."""
    path, home = tmp_path / "desk.db", tmp_path / "home"
    home.mkdir()
    with Desk.open(path) as desk:
        for index in range(30):
            desk.tickets.open(f"Secret matter {index}", requester="zoe@example.org")
        terminal = Terminal(path, home)
        try:
            terminal.see("Secret matter 0")
            terminal.quiet()
            before = shown(terminal)
            start = len(terminal.bytes)
            terminal.send("Z")
            terminal.see("Enter goes on", start)
            terminal.quiet()
            wanted = {row: text for row, _column, text in picture(80, 24, 0)}
            hidden = [line.strip() for line in shown(terminal)]
            assert hidden == [wanted.get(row, "") for row in range(1, 25)]
            start = len(terminal.bytes)
            desk.tickets.edit(1, set={"title": "Something else"})
            terminal.quiet(1.1)  # longer than the queue's clock and the look at the desk
            assert bytes(terminal.bytes[start:]) == b""
            terminal.send("jjq")
            terminal.quiet(0.2)
            assert bytes(terminal.bytes[start:]) == b""
            terminal.send("\r")
            terminal.see("Something else", start)
            terminal.quiet()
            after = shown(terminal)
            # The minutes beside them may have gone on.
            matters = set(re.findall(r"Secret matter [1-9]", "\n".join(before)))
            assert matters and matters <= set(re.findall(r"Secret matter [1-9]", "\n".join(after)))
            assert after[-1] == before[-1] and not re.search(rb"\x1b\][012];", bytes(terminal.bytes))
            terminal.send("\x11")
            assert terminal.end() == 0
        finally:
            terminal.close()
