"""Data made visible: exact cells, wrapping, columns and their texts."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.color import Color

from helpdesk_tui.vocabulary.records import NEVER, QueueRow
from helpdesk_tui.vocabulary.text import safe_text
from helpdesk_tui.widgets.columns import COLUMNS, GAP, GUTTER, layout, sla_cell
from helpdesk_tui.widgets.inert import cells, line, plain, width_of, wrap
from helpdesk_tui.widgets.lines import TONES, Line, LineView, ToneWidget, text_line
from helpdesk_tui.widgets.themes import THEME_NAMES, THEMES, register_themes
from tests.tui import HOSTILE, assert_inert, screen_lines
from tests.widget_rows import NOW, row

ANY_TEXT = st.one_of(st.text(max_size=200), st.sampled_from(HOSTILE))


@given(ANY_TEXT, st.integers(0, 60), st.booleans())
def test_cells_are_exact_for_every_text(text: str, width: int, right: bool) -> None:
    assert cell_len(cells(text, width, right=right)) == width


@given(ANY_TEXT, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_only_blanks(text: str, width: int) -> None:
    inert = safe_text(text)
    lines = wrap(inert, width)
    assert all(cell_len(part) <= width for part in lines)
    assert "".join("".join(lines).split()) == "".join(inert.split())


@given(ANY_TEXT, st.integers(2, 40), st.integers(0, 5))
def test_a_limit_tells_that_text_is_left(text: str, width: int, limit: int) -> None:
    inert = safe_text(text)
    assert wrap(inert, width, limit) == wrap(inert, width)[: limit + 1]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("a-very-long-name", 8, ["a-very-", "long-", "name"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("新员工开通邮箱，和门禁", 14, ["新员工开通邮", "箱，和门禁"]),
        ("请（立即）处理", 4, ["请", "（立", "即）", "处理"]),
        ("VPN断开", 4, ["VPN", "断开"]),
        ("a\n\nb", 9, ["a", "", "b"]),
        ("", 9, [""]),
    ],
)
def test_where_lines_break(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize("text", HOSTILE)
def test_content_of_data_holds_no_style_and_no_control(text: str) -> None:
    for content in (plain(text), line(text, 100)):
        assert content.spans == []
        assert not any((ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160 for char in content.plain)


SLA = [
    ({"due_at": NOW + 2_460, "warn_at": NOW - 1}, " 00:41 wa", "warning"),
    ({"due_at": NOW + 2_460, "warn_at": NOW + 1}, " 00:41", "plain"),
    ({"due_at": NOW + 2_460, "warn_at": NOW}, " 00:41 wa", "warning"),
    ({"due_at": NOW - 720, "warn_at": NOW - 9_000}, "-00:12 BR", "breached"),
    ({"due_at": NOW - 1, "warn_at": NOW - 9}, "-00:00 BR", "breached"),
    ({"due_at": NOW, "warn_at": NOW + 1}, " 00:00", "plain"),
    ({"due_at": NOW + 93_600, "warn_at": NEVER}, " 1d 02h", "plain"),
    ({"due_at": NOW - 93_600, "warn_at": 0}, "-1d02h BR", "breached"),
    ({"due_at": NEVER, "warn_at": NEVER}, " -", "muted"),
    ({"due_at": NEVER, "sla_run": "paused"}, " paused", "muted"),
    ({"due_at": NOW - 9, "sla_run": "met"}, " met", "plain"),
    ({"due_at": NOW - 9, "sla_run": "missed"}, " missed", "high"),
    ({"due_at": NOW + 9, "sla_run": "none"}, " -", "muted"),
]


@pytest.mark.parametrize(("changes", "text", "tone"), SLA)
def test_the_clock_is_said_in_digits_and_a_word(changes: dict[str, Any], text: str, tone: str) -> None:
    one = row(1, **{"sla_run": "running", **changes})
    assert sla_cell(one, NOW) == (text, tone)


def test_the_short_clock_counts_seconds() -> None:
    one = row(1, sla_run="running", due_at=NOW + 847, warn_at=NOW - 99)
    assert sla_cell(one, NOW, seconds=True) == (" 14:07s wa", "warning")
    assert sla_cell(one, NOW - 60, seconds=True) == (" 00:15 wa", "warning")


@given(
    st.sampled_from(["none", "running", "paused", "met", "missed", "?"]),
    st.integers(0, NEVER),
    st.integers(0, NEVER),
    st.integers(0, NEVER),
)
def test_a_clock_always_fits_its_column(run: str, due: int, warn: int, now: int) -> None:
    assert width_of(sla_cell(row(1, sla_run=run, due_at=due, warn_at=warn), now)[0]) <= COLUMNS["sla"].width


@given(st.integers(0, 260), st.integers(8, 16), st.none() | st.lists(st.sampled_from([*COLUMNS, "nonsense"])))
def test_columns_fill_the_line_exactly(width: int, digits: int, chosen: list[str] | None) -> None:
    made = layout(width, chosen, digits)
    codes = [column.code for column, _width in made.columns]
    assert "number" in codes
    assert "summary" in codes
    total = GUTTER + sum(w for _column, w in made.columns) + GAP * (len(codes) - 1)
    assert total == width or (total > width and width < 40)


WIDTHS = [
    (79, "number priority sla summary assignee"),
    (80, "number priority sla summary assignee"),
    (120, "number priority sla state summary service team assignee age"),
    (160, "number priority sla state summary requester service team assignee updated age"),
    (200, "number priority sla state summary requester service category team assignee updated age"),
    (220, "number priority sla state summary requester service category team assignee impact urgency updated age"),
]


@pytest.mark.parametrize(("width", "codes"), WIDTHS)
def test_the_width_chooses_the_columns(width: int, codes: str) -> None:
    assert [column.code for column, _width in layout(width).columns] == codes.split()


def test_columns_that_do_not_fit_give_way_by_rank() -> None:
    codes = [column.code for column, _width in layout(60, list(COLUMNS)).columns]
    assert "channel" not in codes
    assert codes[0] == "number"
    assert dict(layout(60, list(COLUMNS)).columns)[COLUMNS["summary"]] >= 16


def test_odd_rows_still_have_every_cell() -> None:
    odd = row(1, kind="later", state="unheard", priority=9, impact=0, urgency=7, channel="fax")
    for column in COLUMNS.values():
        text, tone = column.draw(odd, NOW)
        assert isinstance(text, str)
        assert tone in TONES


class Pane(LineView):
    def layout_lines(self, width: int) -> Sequence[Line]:
        return [text_line(text, tone) for tone in TONES for text in HOSTILE]


class PaneApp(App[None]):
    def __init__(self, theme: str) -> None:
        super().__init__()
        self.wanted = theme

    def compose(self) -> ComposeResult:
        yield Pane()

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = self.wanted


@pytest.mark.parametrize("theme", THEME_NAMES)
async def test_every_theme_draws_every_tone_inert(theme: str) -> None:
    app = PaneApp(theme)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.query_one(Pane)
        pane.focus()
        await pilot.pause()
        seen = []
        for _step in range(20):
            pane.action_scroll_page(1)
            assert_inert(app)
            seen += screen_lines(app)
        assert any("[@click=app.quit]x[/]" in text for text in seen)
        assert pane.top == len(pane.lines) - 24
        await pilot.press("g")
        assert pane.top == 0


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast", "colour-blind"])
async def test_every_tone_can_be_read(theme: str) -> None:
    app = PaneApp(theme)
    async with app.run_test(size=(80, 24)):
        pane = app.query_one(ToneWidget)
        for tone in TONES:
            style = pane.style_of(tone)
            assert style.color is not None
            assert style.bgcolor is not None
            ratio = contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
            assert ratio >= (7 if theme == "high-contrast" else 4.5), (tone, ratio)


def contrast(one: Color, other: Color) -> float:
    """The WCAG 2 contrast ratio."""

    def light(colour: Color) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_rows_are_plain_values() -> None:
    assert isinstance(row(5), QueueRow)


# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
_SEEN_BY = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def _lab(color: Color, eyes: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as these eyes see it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in color.rgb)]
    r, g, b = (min(1.0, max(0.0, sum(w * c for w, c in zip(row, linear, strict=True)))) for row in eyes)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("eyes", _SEEN_BY)
def test_the_colour_blind_theme_keeps_its_signals_apart(eyes: str) -> None:
    theme = next(theme for theme in THEMES if theme.name == "colour-blind")
    signals = {name: getattr(theme, name) for name in ("foreground", "warning", "error", "success", "accent")}
    labs = {name: _lab(Color.parse(value), _SEEN_BY[eyes]) for name, value in signals.items()}
    for one, other in combinations(signals, 2):
        if {one, other} == {"success", "accent"}:
            continue  # both say that all is well
        assert math.dist(labs[one], labs[other]) >= 12, (one, other, math.dist(labs[one], labs[other]))
