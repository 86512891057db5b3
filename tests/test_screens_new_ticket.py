"""A call becomes a ticket: who calls, what they have, what it repeats, and the way on."""

from pathlib import Path

import pytest
from textual import events

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.new_ticket import NewTicketScreen
from helpdesk_tui.vocabulary.i18n import set_language
from tests.console_desk import Clock, Console, console, make_desk
from tests.tui import assert_inert, assert_snapshot, screen_text


def peopled(folder: Path, clock: Clock) -> Desk:
    """A desk with callers who own devices and have open tickets."""
    desk = make_desk(folder, clock, tickets=1)
    desk.people.add_organisation("Lanhai 蓝海", "customer")
    desk.people.add(
        "陈东", email="chen.d@lanhai.example", phone="+86 755 5550 2101", organisation="Lanhai 蓝海", vip=True
    )
    desk.people.add("陈冬明", email="cdm@lanhai.example")
    desk.cis.add("LT-0042", ci_class="laptop", owner="chen.d@lanhai.example")
    desk.tickets.open("VPN drops every ten minutes", requester="chen.d@lanhai.example")
    return desk


def form(c: Console) -> NewTicketScreen:
    screen = c.app.screen
    assert isinstance(screen, NewTicketScreen)
    return screen


async def judged(c: Console) -> None:
    """Wait until the desk has proposed something for what stands in the form, and looked for what it repeats."""
    await c.until(lambda: form(c)._judged == form(c)._call())
    await c.settle()


async def say(c: Console, text: str) -> None:
    """Write a text at once, as a paste brings it."""
    c.app.post_message(events.Paste(text))
    await c.pilot.pause()


LOOKS = (("en", (80, 24)), ("zh", (80, 24)), ("zh", (120, 40)), ("en", (200, 60)))


@pytest.mark.parametrize(("language", "size"), LOOKS, ids=[f"{lang}-{w}x{h}" for lang, (w, h) in LOOKS])
async def test_the_form_at_every_size(tmp_path: Path, size: tuple[int, int], language: str) -> None:
    set_language("zh_CN" if language == "zh" else language)
    async with console(tmp_path, size=size, desk=peopled(tmp_path, Clock())) as c:
        name = f"new-{language}-{size[0]}x{size[1]}"
        await c.press("n")
        await say(c, "chend")
        await c.until(lambda: "陈冬明" in screen_text(c.app))
        assert_snapshot(c.app, f"{name}-caller")
        await c.press("enter")
        await say(c, "vpn drops again")
        await judged(c)
        assert_inert(c.app)
        assert_snapshot(c.app, f"{name}-judged")
        await c.press("f2")
        assert form(c)._number is None, "what it repeats is to be looked at first"
        assert_snapshot(c.app, f"{name}-warned")
        await c.press("f2")
        await c.until(lambda: form(c)._number)
        assert_snapshot(c.app, f"{name}-opened")


async def test_a_caller_what_is_theirs_and_what_the_call_repeats(tmp_path: Path) -> None:
    async with console(tmp_path, desk=peopled(tmp_path, Clock())) as c:
        await c.press("n")
        await say(c, "chendong")
        await c.until(lambda: "VIP" in screen_text(c.app))
        await c.press("down", "up", "tab")
        await c.until(lambda: "LT-0042 laptop" in screen_text(c.app))
        assert "INC-2" in screen_text(c.app) and "+86 755 5550 2101" in screen_text(c.app)
        await say(c, "vpn drops again")
        await judged(c)
        assert "! INC-2" in screen_text(c.app)
        # To look at it first: the draft waits.
        await c.press("f3")
        assert c.ticket.number == 2
        await c.press("n")
        await c.until(lambda: "LT-0042" in screen_text(c.app) and "! INC-2" in screen_text(c.app))
        assert "vpn drops again" in screen_text(c.app)
        await c.press("f4")
        await c.until(lambda: not isinstance(c.app.screen, NewTicketScreen))
        assert c.ticket.number == 2
        assert [n.body for n in c.desk.tickets.comments(2)] == ["陈东 called:\nvpn drops again"]
        assert c.desk.tickets.watchers(2) == []
        # Another caller about the same follows it from now on.
        await c.press("n")
        assert "vpn drops again" not in screen_text(c.app), "the draft is used up"
        await say(c, "cdm")
        await c.press("enter")
        await say(c, "VPN drops every few minutes")
        await judged(c)
        await c.press("f4")
        await c.until(lambda: c.desk.tickets.watchers(2))
        assert "cdm@lanhai.example" in str(c.desk.tickets.watchers(2))


async def test_keys_typed_ahead_still_warn_once(tmp_path: Path) -> None:
    """Caller, text and the key that opens arrive before any answer: the warning comes first, the same key goes on."""
    async with console(tmp_path, desk=peopled(tmp_path, Clock())) as c:
        await c.pilot.press("n")
        for text, key in (("chendong", "enter"), ("VPN drops", "ctrl+s")):
            c.app.post_message(events.Paste(text))
            c.app.post_message(events.Key(key, None))
        await c.until(lambda: "similar open ticket" in screen_text(c.app))
        assert c.desk.tickets.count("is:open", None) == 2
        await c.press("ctrl+s")
        await c.until(lambda: form(c)._number)
        assert c.desk.tickets.show(3)["requester"] == "chen.d@lanhai.example"
        await c.press("escape")
        assert c.queue.tickets.cursor == 3


async def test_an_unknown_caller_is_made_in_the_form(tmp_path: Path) -> None:
    async with console(tmp_path, desk=peopled(tmp_path, Clock())) as c:
        await c.press("n")
        await say(c, "Maria Lopez")
        await c.until(lambda: "nobody found" in screen_text(c.app))
        await c.press("enter", "tab")
        await say(c, "0151 445566")
        await c.press("tab")
        await say(c, "no address")
        await c.press("ctrl+s")
        await c.until(lambda: any("no e-mail address" in toast for toast in c.toasts))
        assert "0151 445566" in screen_text(c.app), "refused, and nothing typed is lost"
        await c.press("tab", "tab", "end", "ctrl+u")
        await say(c, "maria@example.org")
        await c.press("ctrl+s")
        await c.until(lambda: isinstance(c.app.screen, NewTicketScreen))
        await say(c, "cannot print")
        await c.press("ctrl+s")
        await c.until(lambda: form(c)._number)
        assert c.desk.tickets.show(3)["requester"] == "maria@example.org"
        assert c.desk.people.show("maria@example.org")["phone"] == "0151 445566"


async def test_the_next_call_follows_at_once_and_a_letter_corrects(tmp_path: Path) -> None:
    async with console(tmp_path, desk=peopled(tmp_path, Clock())) as c:
        await c.press("n")
        await say(c, "no such person")
        await c.press("escape", "tab")
        await say(c, "the vpn is broken")
        await c.press("ctrl+s")
        await c.until(lambda: "nobody is known as" in screen_text(c.app))
        assert "the vpn is broken" in screen_text(c.app) and form(c)._number is None
        await c.press("shift+tab", "end", "ctrl+u", "tab", "tab", "p", "right")
        value = form(c)._choices["priority"].value
        await judged(c)
        await c.press("ctrl+s")
        await c.until(lambda: form(c)._number)
        assert c.desk.tickets.show(3)["priority"] == value
        assert (
            c.app.last_command == f"helpdesk ticket new --channel phone --set priority={value} -- 'the vpn is broken'"
        )
        await c.press("n")
        await say(c, "chendong")
        await c.press("enter")
        await say(c, "second matter")
        await c.press("ctrl+s")
        await c.until(lambda: form(c)._number == 4)
        await c.press("enter")
        assert c.ticket.number == 4
