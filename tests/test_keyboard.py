"""What a terminal sends becomes keys: any byte at all, in any pieces, and nothing that was pasted."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.app import App
from textual.message import Message

from helpdesk_tui.screens.common.keyboard import ALONE, LEAST, STALLED, Keyboard, Reader
from helpdesk_tui.screens.common.palette import Palette


@dataclass
class Seconds:
    """A clock that only tests move."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def told(found: Iterable[Message]) -> list[str]:
    """Messages as words: a key by its name, a paste by its text."""
    return [
        f"paste {m.text!r}" if isinstance(m, events.Paste) else m.key if isinstance(m, events.Key) else type(m).__name__
        for m in found
    ]


def read(*pieces: bytes) -> list[str]:
    reader = Reader()
    return [word for piece in pieces for word in told(reader.feed(piece))]


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (b"jk", ["j", "k"]),
        ("中，".encode(), ["中", "fullwidth_comma"]),
        (b"\x1b[A\x1bOP\x1b[27u\x1b[97;5u", ["up", "f1", "escape", "ctrl+a"]),
        (b"\x1b[[A\x1b[[B", ["f1", "f2"]),
        (b"\x1b[<0;3;4M\x1b[<0;3;4m", ["MouseDown", "MouseUp"]),
        (b"\x1b[I\x1b[O", ["AppFocus", "AppBlur"]),
        # no UTF-8, half a character, another encoding
        (b"\xffj", ["\ufffd", "j"]),
        (b"\xc4\xe3\xba\xc3q"[:2] + b"q", ["\ufffd", "\ufffd", "q"]),
        # codes that are no character
        (b"\x1b[1114112uj", ["j"]),
        (b"\x1b[99999999999uj", ["j"]),
        (b"\x1b[55296uj", ["j"]),
        (b"\x1b[57344;99;1114115uj", ["j"]),
        # answers to questions that somebody else has asked
        (b"\x1b[?62;4cj", ["j"]),
        (b"\x1b[>0;276;0cj", ["j"]),
        (b"\x1b]11;rgb:0000/0000/0000\x1b\\j", ["j"]),
        (b"\x1bP1$r0m\x1b\\j", ["j"]),
        (b"\x1b_Gi=1;OK\x1b\\j", ["j"]),
    ],
)
def test_bytes_are_keys_or_nothing(sent: bytes, wanted: list[str]) -> None:
    found = [word.replace("replacement_character", "\ufffd") for word in read(sent)]
    assert found == wanted


PASTED = "one\rtwo \x1b]52;c;aGk=\x07 \x1b[48;9999;9999;0;0t \x1b[31m" + "q:q" * 40 + "\x1b 你好"


def test_a_paste_is_one_text_and_presses_no_key() -> None:
    sent = b"j\x1b[200~" + PASTED.encode() + b"\x1b[201~k"
    assert read(sent) == ["j", f"paste {PASTED!r}", "k"]


@given(st.lists(st.integers(1, 40), max_size=30))
def test_a_paste_is_whole_in_whatever_pieces_it_comes(cuts: list[int]) -> None:
    rest = b"j\x1b[200~" + PASTED.encode() + b"\x1b[201~k\x1b[200~again\x1b[201~"
    pieces = []
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    pieces = [piece for piece in [*pieces, rest] if piece]
    assert read(*pieces) == ["j", f"paste {PASTED!r}", "k", "paste 'again'"]


def test_a_paste_whose_end_was_lost_does_not_take_the_keyboard() -> None:
    clock = Seconds()
    reader = Reader(clock)
    assert told(reader.feed(b"\x1b[200~half a text")) == []
    clock.now += STALLED - 0.1
    assert told(reader.tick()) == []
    clock.now += 0.1
    assert told(reader.tick()) == ["paste 'half a text'"]
    assert told(reader.feed(b"j")) == ["j"]
    assert told(reader.feed(b"\x1b[201~j")) == ["j"]


def test_an_esc_after_a_pause_leaves_a_paste() -> None:
    clock = Seconds()
    reader = Reader(clock)
    assert told(reader.feed(b"\x1b[200~half")) == []
    assert told(reader.feed(b"\x1b")) == [], "it may be the text's"
    clock.now += ALONE
    assert told(reader.feed(b"\x1b")) == ["paste 'half\\x1b'"]


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_end_it(pieces: list[bytes]) -> None:
    reader = Reader()
    for piece in pieces:
        list(reader.feed(piece))
        list(reader.tick())
    # Whatever was begun is over, and a key is a key.
    list(reader.feed(b"\x1b[201~"))
    for _ in range(40):
        list(reader.feed(b"k"))
    assert told(reader.feed(b"j")) == ["j"]


@given(st.text(alphabet="\x1b[0123456789;:<>?uMmRt~$yABIO", max_size=50))
def test_no_sequence_ends_it(text: str) -> None:
    reader = Reader()
    list(reader.feed(b"\x1b" + text.encode()))
    list(reader.feed(b"\x1b[201~"))
    for _ in range(40):
        list(reader.feed(b"k"))
    assert told(reader.feed(b"j")) == ["j"]


def test_a_window_of_one_column_is_drawn_as_one_of_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1")
    monkeypatch.setenv("LINES", "1")
    assert Keyboard._get_terminal_size(object.__new__(Keyboard)) == LEAST
    monkeypatch.setenv("COLUMNS", "99")
    monkeypatch.setenv("LINES", "40")
    assert Keyboard._get_terminal_size(object.__new__(Keyboard)) == (99, 40)


async def test_a_click_beside_a_window_that_became_smaller_only_closes_the_palette() -> None:
    class Small(App[None]):
        def on_mount(self) -> None:
            self.push_screen(Palette())

    app = Small()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        palette = app.screen
        assert isinstance(palette, Palette)
        click = events.Click(palette, 88, 7, 0, 0, 1, False, False, False, screen_x=88, screen_y=7)
        palette.post_message(click)
        await pilot.pause()
        await pilot.pause()
        assert not isinstance(app.screen, Palette)


def test_a_large_paste_costs_no_more_than_its_length() -> None:
    reader = Reader()
    list(reader.feed(b"\x1b[200~"))
    piece = os.urandom(2_048).hex().encode()
    for _ in range(500):
        list(reader.feed(piece))
    assert told(reader.feed(b"\x1b[201~")) == [f"paste {(piece * 500).decode()!r}"]
