"""Every screen, dialog and state of the console in turn, and which of the words on it are not to be read whole."""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from console_desk import Console
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import OptionList
from tui import SIZES, screen_strips

from helpdesk_tui.screens.common.conflict import ConflictScreen, differences
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.ticket.file_text import FileText
from helpdesk_tui.screens.ticket.ticket import TicketScreen
from helpdesk_tui.vocabulary import i18n, reasons
from helpdesk_tui.widgets.banner import Banner
from helpdesk_tui.widgets.ticket_list import TicketList

Play = Callable[[Console], Awaitable[None]]


@dataclass(frozen=True)
class State:
    """One state, how it comes about from the queue, and the larger sizes at which more stands on it than at 80x24."""

    name: str
    play: Play
    sizes: tuple[tuple[int, int], ...] = ()


def keys(*names: str) -> Play:
    async def play(c: Console) -> None:
        await c.press(*names)

    return play


async def write(c: Console, text: str) -> None:
    """Type a text at one go."""
    await c.pilot.press(*("space" if char == " " else char for char in text))
    await c.settle()


def typed(before: tuple[str, ...], text: str, *after: str) -> Play:
    async def play(c: Console) -> None:
        await c.press(*before)
        await write(c, text)
        await c.press(*after)

    return play


def command(line: str) -> Play:
    return typed(("colon",), line, "enter")


def ticket(*names: str) -> Play:
    """The ticket's screen, then keys."""

    async def play(c: Console) -> None:
        c.app.call_later(c.app.open_ticket, 2)
        await c.until(lambda: isinstance(c.app.screen, TicketScreen) and c.app.screen.focused)
        await c.settle()
        await c.press(*names)

    return play


async def conflict(c: Console) -> None:
    before = {"title": "VPN", "tags": "", "impact": "low", "description": "slow"}
    mine, theirs = before | {"title": "VPN drops", "impact": "high"}, before | {"title": "VPN down", "tags": "vpn"}
    from helpdesk_tui.screens.common.editing import label_of

    fields = differences(tuple(before), before, mine, theirs, label_of, frozenset({"description"}))
    c.app.push_screen(ConflictScreen("INC-2", fields, c.app.drafts, DraftKey("ana", 2, "edit")))
    await c.settle()


async def file_text(c: Console) -> None:
    c.app.push_screen(FileText("wifi.txt  2.1 KB", "09:41 signal -52 dBm\n09:44 lost\n" * 40, cut=True))
    await c.settle()


async def banner(c: Console) -> None:
    c.queue.mount(Banner("the disk of the desk is full", severe=True), before=0)
    await c.settle()


async def offer(c: Console) -> None:
    c.app.offering = True
    c.app.dress()
    await c.settle()


async def bulk(c: Console) -> None:
    await c.press("V", "c")
    c.queue.composer.set_text("all of you")
    await c.press("ctrl+s")


async def found(c: Console) -> None:
    await c.press("n", "f8")  # without what an earlier state has left as a draft
    await write(c, "zoe")


async def judged(c: Console) -> None:
    await found(c)
    await c.press("enter")
    await write(c, "vpn drops")


ON_CALL: Final = """\
name = "Payments 支付值班"
timezone = "UTC"
[[layers]]
name = "first"
users = ["ana"]
rotation = { unit = "week", start = "2025-10-06T09:00" }
"""


def on_call(*names: str) -> Play:
    """The on-call screen of a desk with a schedule and what was laid over it, then keys."""

    async def play(c: Console) -> None:
        if not c.desk.on_call.schedules():
            now = c.desk.now()
            c.desk.on_call.add("payments", ON_CALL)
            c.desk.on_call.temporary("payments", start=now + 3_600, end=now + 7_200, shifts=[])
            c.desk.on_call.swap("payments", start=now, end=now + 86_400)
        await c.press("D", *names)

    return play


def room(*names: str) -> Play:
    """The war room of an incident with a line, a task and an offered role, then keys."""

    async def play(c: Console) -> None:
        known = c.desk.incidents.list("all")
        number = (
            known[0]["number"] if known else c.desk.incidents.declare("Payments API down", severity="SEV1")["number"]
        )
        if not known:
            c.desk.incidents.note(number, "10m ago failing over 切换到备用", pin=True)
            c.desk.incidents.task(number, "drain pay-api-01")
            c.desk.reviews.draft(number)
        c.app.show_room(number)
        await c.settle()
        await c.press(*names)

    return play


_TAB: Final = "right_square_bracket"
STATES: Final = (
    State("queue", keys(), SIZES[1:]),
    State("queue, filter", keys("slash")),
    State("queue, filter completed", typed(("slash",), "sl")),
    State("queue, filter wrong", typed(("slash",), "prioriti:x", "enter")),
    State("queue, empty", typed(("slash",), "nowhere", "enter")),
    State("queue, marked", keys("space", "v", "j")),
    State("queue, preview", keys("p")),
    State("queue, next up", keys("N"), SIZES[1:]),
    State("queue, all", command("view all"), SIZES[1:2]),
    State("queue, offer of the tour", offer),
    State("queue, banner", banner),
    State("note", keys("i"), SIZES[1:2]),
    State("reply", keys("c")),
    State("reply to all of the filter", bulk),
    State("command line", keys("colon")),
    State("command line, completed", typed(("colon",), "assign ")),
    State("palette", keys("ctrl+p"), SIZES[2:]),
    State("help", keys("question_mark"), SIZES[1:2]),
    State("why", keys("w")),
    State("assign", keys("a")),
    State("state", keys("s")),
    State("resolve", keys("x")),
    State("resolve, refused", keys("x", "f2")),
    State("edit", keys("e")),
    State("edit many", keys("space", "space", "e")),
    State("priority", keys("exclamation_mark")),
    State("link", keys("L")),
    State("merge", keys("M")),
    State("split", keys("B")),
    State("time", keys("H")),
    State("followers", keys("P")),
    State("cancel", command("cancel")),
    State("reopen", command("reopen")),
    State("close", command("close")),
    State("sort", keys("S")),
    State("group", keys("b")),
    State("columns", keys("O")),
    State("save view", keys("F")),
    State("save view, for whom", typed(("F",), "my own", "enter")),
    State("delete view", command("delete_view")),
    State("colours", command("theme")),
    State("language", command("language")),
    State("settings", keys("f9")),
    State("new ticket", keys("n")),
    State("new ticket, found", found),
    State("new ticket, judged", judged, SIZES[1:2]),
    State("conflict", conflict),
    State("file", file_text),
    State("ticket", ticket("1")),
    State("ticket, timeline", ticket(), SIZES[1:]),
    State("ticket, details", ticket(_TAB), SIZES[1:2]),
    State("ticket, details, step", ticket("T")),
    State("ticket, sla", ticket(_TAB, _TAB), SIZES[1:2]),
    State("ticket, links", ticket(*[_TAB] * 3), SIZES[1:2]),
    State("ticket, knowledge", ticket(*[_TAB] * 4)),
    State("ticket, audit", ticket(*[_TAB] * 5), SIZES[2:]),
    State("ticket, note", ticket("i")),
    State("ticket, help", ticket("question_mark")),
    State("ticket, attach", ticket("A")),
    State("on call, no schedule", keys("D")),
    State("on call", on_call(), SIZES[1:]),
    State("on call, help", on_call("question_mark"), SIZES[1:2]),
    State("on call, override", on_call("o")),
    State("on call, offer", on_call("s")),
    State("on call, withdraw", on_call("j", "x")),
    State("room", room(), SIZES[1:2]),
    State("room, help", room("question_mark"), SIZES[1:2]),
    State("room, note", room("i")),
    State("room, update", room("c")),
    State("room, update text", room("c", *"monitoring", "enter")),
    State("room, recovery", room("B", "enter"), SIZES[1:2]),
    State("room, what follows", room("F")),
    State("room, resolve", room("x")),
    State("room, review", room("V")),
    State("room, review edited", room("V", "e")),
    State("room, stamp", room("m")),
    State("room, role", room("r")),
    State("room, severity", room("s")),
    State("room, task", room("T")),
    State("room, page", room("P")),
)


async def home(c: Console) -> None:
    """Back to the queue as it was, whatever is open."""
    c.app.call_later(c.app.show_queue, None)
    await c.until(lambda: c.app.screen is c.queue)
    await c.settle()
    queue = c.queue
    queue.leave_composer()
    c.app.offering = False
    c.app.dress()
    for shown in queue.query(Banner):
        shown.remove()
    queue._preview_wanted = None
    queue._fit(c.app.size)
    c.app.clear_notifications()
    queue.tickets.focus()
    queue.tickets.clear_marks()
    if queue.view_tabs.selected != "open":
        queue.view_tabs.select("open")
    await c.settle()
    queue.tickets.move_to(2)
    await c.settle()


# -- what cannot be read whole -------------------------------------------------------------------------------


class Label(str):
    """A translated text that knows when it is filled in."""

    __slots__ = ()

    def format(self, *values: object, **fields: object) -> str:
        return _kept(super().format(*values, **fields))

    def format_map(self, fields: Any) -> str:
        return _kept(super().format_map(fields))


_seen: set[str] = set()


def _kept(text: str) -> str:
    _seen.add(str(text))
    return Label(text)


class _Listening:
    """A catalogue that notes which of its texts are asked for."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def gettext(self, text: str) -> str:
        if text in reasons._TEMPLATES.values():
            return str(self.inner.gettext(text))  # a sentence of data: cut where it stands in a line, whole under `w`
        return _kept(self.inner.gettext(text))

    def ngettext(self, one: str, many: str, n: int) -> str:
        return _kept(self.inner.ngettext(one, many, n))


@contextmanager
def listening(language: str) -> Iterator[set[str]]:
    """In a language; the texts that are asked for meanwhile."""
    i18n.set_language(language)
    i18n._translation = _Listening(i18n._translation)  # type: ignore[assignment]
    _seen.clear()
    try:
        yield _seen
    finally:
        i18n.set_language("en")


_FRAME: Final = re.compile("[\u2500-\u259f\\[\\]|]")
SHORTEST: Final = 4
LEAST: Final = 10
"""Letters of a label at the end of a last line that make it a cut one, where nothing else tells."""


def _blank(text: str) -> str:
    return "".join(text.split())


def panes(app: App[Any], strips: list[Strip]) -> Iterator[tuple[Widget, list[str]]]:
    """The widgets on top that draw something themselves, with their lines, frames taken out."""
    screen: Screen[Any] = app.screen
    for widget in screen.query("*"):
        region = widget.content_region.intersection(screen.region)
        if not widget.display or not region or (widget.children and not isinstance(widget, OptionList)):
            continue
        lines = [strip.crop(region.x, region.right).text for strip in strips[region.y : region.bottom]]
        yield widget, [_FRAME.sub(" ", line) for line in lines]


def cut(app: App[Any], labels: set[str], strips: list[Strip] | None = None) -> list[str]:
    """Labels of which only the beginning stands on the screen (its lines, where they are known), up to a `~` or an edge."""
    found = []
    shown = list(panes(app, screen_strips(app) if strips is None else strips))
    whole = [_blank("".join(lines)) for _widget, lines in shown]
    wanted = {_blank(_FRAME.sub(" ", label)) for label in labels if "{" not in label}
    wanted = {text for text in wanted if len(text) >= SHORTEST}
    wanted = {text for text in wanted if not any(text in each for each in whole)}
    for widget, lines in shown:
        if isinstance(widget, TicketList):
            lines = lines[:1]  # the heads of its columns; below are data
        further = widget.scroll_offset.y < widget.max_scroll_y  # the rest of the last line's text is read by scrolling
        for at, line in enumerate(lines):
            rest = line.rstrip()
            last = at == len(lines) - 1 and not further
            marked = rest.endswith("~") or "~ " in rest
            if not marked and len(rest) < len(line) and not last:
                continue
            least = SHORTEST if marked or len(rest) == len(line) else LEAST
            above = "".join(lines[:at])
            for end in [match.start() for match in re.finditer("~", rest)] or [len(rest)]:
                head = _blank(above + rest[:end])
                for text in wanted:
                    if head[-SHORTEST:] not in text:
                        continue
                    size = next((n for n in range(len(text) - 1, least - 1, -1) if head.endswith(text[:n])), 0)
                    if size:
                        found.append(f"{text!r} only as {text[:size]!r} in {widget!r}")
    return sorted(set(found))
