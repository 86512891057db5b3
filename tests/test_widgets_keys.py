"""Full-width punctuation does what the ASCII sign does."""

import unicodedata

import pytest
from textual.app import App
from textual.binding import Binding
from textual.keys import _character_to_key

from helpdesk_tui.widgets.keys import FULL_WIDTH, with_full_width


@pytest.mark.parametrize(
    ("keys", "full"),
    [
        ("/", "slash,fullwidth_solidus,ideographic_comma"),
        ("slash, f3", "slash,fullwidth_solidus,ideographic_comma,f3"),
        ("1", "1,１"),
        ("j,down", "j,down"),
        ("comma", "comma,fullwidth_comma"),
    ],
)
def test_forms_are_added(keys: str, full: str) -> None:
    assert with_full_width(keys) == full


def test_every_name_is_what_a_terminal_key_is_called() -> None:
    for name, forms in FULL_WIDTH.items():
        for form in (name, *forms):
            char = unicodedata.lookup(form.upper().replace("_", " ").replace("HYPHEN MINUS", "HYPHEN-MINUS")) if (
                form not in {"slash", "plus", "minus", "space", "at"}
            ) else {"slash": "/", "plus": "+", "minus": "-", "space": " ", "at": "@"}[form]  # fmt: skip
            assert _character_to_key(char) == form


class Keys(App[None]):
    BINDINGS = [Binding(with_full_width("?"), "help"), Binding(with_full_width(":"), "command")]

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def action_help(self) -> None:
        self.done.append("help")

    def action_command(self) -> None:
        self.done.append("command")


async def test_they_reach_the_action() -> None:
    app = Keys()
    async with app.run_test() as pilot:
        await pilot.press("?", "？", "：", ":")
        assert app.done == ["help", "help", "command", "command"]
