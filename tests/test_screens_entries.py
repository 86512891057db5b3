"""What comes in by the console's own forms: the same texts and the same limits as at every other door."""

from pathlib import Path

import pytest
from console_desk import Clock, Console, console, make_desk
from textual import events
from tui import HOSTILE, assert_inert, screen_text

from helpdesk_tui.screens.common.new_ticket import NewTicketScreen
from helpdesk_tui.vocabulary.calls import split_text
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.text import safe_text
from helpdesk_tui.widgets.fields import SafeTextArea

MIB = 1_048_576
# A lone surrogate cannot come out of a terminal: what is read there was decoded.
TEXTS = [text.encode("utf-8", "replace").decode() for text in HOSTILE]


def typed(text: str) -> str:
    """A text as a paste leaves it in a form."""
    return safe_text(text.replace("\r\n", "\n").replace("\r", "\n"))


async def paste(c: Console, text: str) -> None:
    """What a terminal sends for a pasted block."""
    c.app.post_message(events.Paste(text))
    await c.settle()


def form(c: Console) -> NewTicketScreen:
    screen = c.app.screen
    assert isinstance(screen, NewTicketScreen)
    return screen


async def opened(c: Console) -> int:
    """Send the form, a second time where similar tickets are shown first; the ticket's number."""
    for _ in range(3):
        await c.press("ctrl+s")
        if form(c)._number:
            break
    number = form(c)._number
    assert number, screen_text(c.app)
    return number


@pytest.mark.parametrize(("language", "start"), [("en", 0), ("zh_CN", 1)])
async def test_hostile_texts_come_in_by_the_form_as_inert_words(tmp_path: Path, language: str, start: int) -> None:
    """Half of them in each language."""
    set_language(language)
    try:
        async with console(tmp_path, desk=make_desk(tmp_path, Clock(), 0), size=(80, 24)) as c:
            for text in TEXTS[start::2]:
                head = c.desk.store.head()
                await c.press("n", "tab")
                await paste(c, text)
                assert_inert(c.app)
                title, description = split_text(typed(text))
                if not title:
                    await c.press("ctrl+s")
                    assert form(c)._number is None and c.desk.store.head() == head
                    await c.press("escape")
                    continue
                number = await opened(c)
                assert_inert(c.app)
                found = c.desk.tickets.show(number)
                assert (found["title"], found["description"] or "") == (title, description)
                await c.press("escape")
            assert c.app._exception is None
            assert c.desk.audit.verify()["ok"]
    finally:
        set_language("en")


async def test_hostile_texts_come_in_as_notes_and_titles(tmp_path: Path) -> None:
    async with console(tmp_path, tickets=2, size=(80, 24)) as c:
        c.app.open_ticket(2)
        await c.settle()
        for text in TEXTS:
            before = len(c.desk.tickets.comments(2))
            await c.press("i")
            await paste(c, text)
            await c.press("ctrl+s")
            assert_inert(c.app)
            said = c.desk.tickets.comments(2)
            if typed(text).strip():
                assert [note.body for note in said[before:]] == [typed(text).strip()]
            else:
                assert len(said) == before
                await c.press("escape")
        assert c.app._exception is None


async def _filled(c: Console, text: str) -> None:
    """The form with this text, judged; set at once: a mebibyte of typing tests the terminal."""
    form(c).query_one("#new-text", SafeTextArea).load_text(text)
    await c.settle()


@pytest.mark.parametrize("more", [0, 1])
async def test_the_form_keeps_the_limit_of_a_description(tmp_path: Path, more: int) -> None:
    """What just fits is opened whole; one character more is refused in one line, and the words stay."""
    async with console(tmp_path, desk=make_desk(tmp_path, Clock(), 0), size=(80, 24)) as c:
        head = c.desk.store.head()
        await c.press("n", "tab")
        text = "title\n" + "x" * (MIB + more - len("title\n"))
        await _filled(c, text)
        if not more:
            found = c.desk.tickets.show(await opened(c))
            assert found["description"] == text
            return
        await c.press("ctrl+s", "ctrl+s")
        assert form(c)._number is None and c.desk.store.head() == head
        assert "1048576" in screen_text(c.app).replace(",", "")
        assert form(c).query_one("#new-text", SafeTextArea).text == text


@pytest.mark.parametrize("more", [0, 1])
async def test_the_composer_keeps_the_limit_of_a_note(tmp_path: Path, more: int) -> None:
    async with console(tmp_path, tickets=2, size=(80, 24)) as c:
        c.app.open_ticket(2)
        await c.settle()
        await c.press("i")
        text = "x" * (MIB + more)
        c.ticket.composer.query_one("#composer-text", SafeTextArea).load_text(text)
        await c.press("ctrl+s")
        said = c.desk.tickets.comments(2)
        if more:
            assert not said and c.ticket.composer.text == text
        else:
            assert [note.body for note in said] == [text]


@pytest.mark.parametrize("more", [0, 1])
async def test_a_field_keeps_the_limit_of_a_title(tmp_path: Path, more: int) -> None:
    async with console(tmp_path, tickets=2, size=(80, 24)) as c:
        stood = c.desk.tickets.show(2)["title"]
        c.app.open_ticket(2)
        await c.settle()
        await c.press("right_square_bracket")
        c.ticket.details.move_to(("field", "title"))
        await c.press("e")
        await paste(c, "y" * (10_000 + more - len(stood)))
        await c.press("enter")
        title, editor = c.desk.tickets.show(2)["title"], c.ticket.details.editor
        if more:
            assert title == stood and editor is not None and len(editor.value) == 10_001
            assert "10000" in screen_text(c.app).replace(",", "")
        else:
            assert editor is None and title == stood + "y" * (10_000 - len(stood))
