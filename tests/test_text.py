"""Outside text is inert and measured right, whatever it holds."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from helpdesk_tui.vocabulary.text import at_rest, cell_width, fit, one_line, safe_text

_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ANY = st.text(st.characters(), max_size=200)  # surrogates too
_NASTY = st.text(
    st.one_of(
        st.characters(max_codepoint=0xA0),
        st.sampled_from(sorted(_BIDI)),
        st.sampled_from("\u200b\u200d\ufe0f\u0301\u0e31\u0bcd\u3164\U000e0041\ud800\U0001f3fd汉Ａ "),
    ),
    max_size=80,
)
_TEXT = st.one_of(_ANY, _NASTY)


def _assert_inert(text: str, *, newline: bool) -> None:
    for char in text:
        assert (newline and char == "\n") or unicodedata.category(char) not in ("Cc", "Cs"), ascii(text)
    assert not _BIDI & set(text)
    assert "\u2028" not in text and "\u2029" not in text
    assert not any(0xE0000 <= ord(char) < 0xE1000 for char in text)


@given(_TEXT)
def test_safe_text_holds_no_control_escape_or_direction(text: str) -> None:
    _assert_inert(safe_text(text), newline=True)


@given(_TEXT)
def test_safe_text_and_one_line_are_idempotent(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)
    assert one_line(one_line(text)) == one_line(text)


@given(_TEXT, st.one_of(st.none(), st.integers(0, 40)))
def test_one_line_is_one_inert_line_within_its_limit(text: str, limit: int | None) -> None:
    line = one_line(text, limit)
    _assert_inert(line, newline=False)
    assert limit is None or len(line) <= limit


@given(_TEXT, st.integers(0, 60), st.booleans())
def test_fit_is_exactly_as_wide_as_asked(text: str, width: int, right: bool) -> None:
    fitted = fit(one_line(text), width, right=right)
    assert cell_width(fitted) == width


@given(st.text(st.characters(exclude_categories=("Cn", "Cs", "Co")), max_size=60))
def test_widths_agree_with_the_screen_library(text: str) -> None:
    line = one_line(text)
    assert cell_width(line) == cell_len(line), ascii(line)


def test_every_assigned_character_has_the_width_of_the_screen_library() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) not in ("Cn", "Cs", "Co") and safe_text(char) == char != "\n":
            assert cell_width(char) == cell_len(char), hex(code)


@given(_TEXT)
def test_text_at_rest_can_be_stored_and_stays_as_it_was(text: str) -> None:
    stored = at_rest(text)
    stored.encode("utf-8")
    assert "\0" not in stored and len(stored) == len(text)
    assert all(a == b or a == "\0" or "\ud800" <= a <= "\udfff" for a, b in zip(text, stored, strict=True))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b]52;c;cHduZWQ=\x07", "␛]52;c;cHduZWQ=␇"),
        ("\x9b31m", "\ufffd31m"),
        ("a\tb\r\nc", "a    b\nc"),
        ("invoice \u202egpj.exe", "invoice <RLO>gpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 4),
        ("ก" + "\u0e34" * 40, "ก" + "\u0e34" * 4),
        ("x\U000e0068\U000e0069", "x"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("\ud83d", "\ufffd"),
        ("line\u2028sep", "line\nsep"),
        ("[/red]", "[/red]"),
        ("新员工，开通邮箱", "新员工，开通邮箱"),
        ("", ""),
    ],
)
def test_what_is_shown_for_what_came(text: str, shown: str) -> None:
    assert safe_text(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("a\nb\tc\r", None, "a b c "),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc..."),
        ("abcdefg", 2, ".."),
        ("\u200b" * 5000 + "the end", 20, "..."),  # what was cut away unseen is told
        ("\x1b" * 9, 5, "␛␛..."),
    ],
)
def test_one_line_cuts_with_dots(text: str, limit: int | None, line: str) -> None:
    assert one_line(text, limit) == line


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 5, "abcd~"),
        ("汉字汉字", 5, "汉字~"),
        ("汉字汉字", 6, "汉字~ "),
        ("汉", 1, "~"),
        ("", 3, "   "),
        ("abc", 0, ""),
        ("abc", -4, ""),
    ],
)
def test_fit_cuts_by_cells(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted


def test_fit_to_the_right() -> None:
    assert fit("7", 4, right=True) == "   7"


def test_long_text_is_cut_before_it_is_cleaned() -> None:
    assert one_line("\x1b" * 10_000_000, 80) == "␛" * 77 + "..."


def _payloads() -> Iterator[str]:
    place = os.environ.get("HELPDESK_TEST_DATA")
    if not place:
        pytest.skip("HELPDESK_TEST_DATA is not set")
    bad = Path(place) / "bad-input"
    for line in (bad / "terminal" / "payloads.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]
    yield from json.loads((bad / "strings" / "blns.json").read_text(encoding="utf-8"))


def test_known_payloads_are_inert() -> None:
    count = 0
    for payload in _payloads():
        _assert_inert(safe_text(payload), newline=True)
        _assert_inert(one_line(payload), newline=False)
        assert cell_width(fit(one_line(payload), 33)) == 33
        count += 1
    assert count > 100
