"""Filter bar, composer and questions: what they answer, what they keep, and that pasted text is inert."""

from collections.abc import Sequence
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList

from helpdesk_tui.vocabulary.errors import NotFound
from helpdesk_tui.widgets.composer import Composer
from helpdesk_tui.widgets.field_form import ChoiceField, Form, FormField
from helpdesk_tui.widgets.fields import SafeInput, SafeTextArea
from helpdesk_tui.widgets.filter_bar import Completion, FilterBar
from helpdesk_tui.widgets.pickers import Ask, Choice, Confirm, Dialog, Pick, matching
from helpdesk_tui.widgets.themes import THEME_NAMES, register_themes
from tests.tui import HOSTILE_FEW, SIZES, assert_inert, assert_snapshot, screen_lines, screen_strips, screen_text

WORDS = ("state:open", "state:new", "state:pending", "sla:breached", "team:网络")


async def complete(text: str, position: int) -> Sequence[Completion]:
    """Proposals for the word before the cursor."""
    start = text.rfind(" ", 0, position) + 1
    word = text[start:position]
    if word.startswith("boom"):
        raise NotFound("nobody knows {what}", what=word)
    return [Completion(w, start, position, "a hint") for w in WORDS if word and w.startswith(word)]


class Inputs(App[None]):
    """Widgets under test and the messages they send."""

    BINDINGS = [Binding("slash,fullwidth_solidus,ideographic_comma", "filter", "Filter")]

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.seen: list[Any] = []
        self.answers: list[Any] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def action_filter(self) -> None:
        self.query_one(FilterBar).edit()

    def ask(self, question: Screen[Any]) -> None:
        self.push_screen(question, self.answers.append)

    def on_filter_bar_applied(self, message: FilterBar.Applied) -> None:
        self.seen.append(("applied", message.text))

    def on_filter_bar_left(self, message: FilterBar.Left) -> None:
        self.seen.append(("left",))

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        self.seen.append(("submitted", message.kind, message.text))

    def on_composer_left(self, message: Composer.Left) -> None:
        self.seen.append(("left", message.kind, message.text))

    def on_composer_draft_changed(self, message: Composer.DraftChanged) -> None:
        self.seen.append(("draft", message.composer.text))

    def on_composer_editor_wanted(self, message: Composer.EditorWanted) -> None:
        self.seen.append(("editor", message.text))


# -- filter bar ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_filter_bar_picture(size: tuple[int, int]) -> None:
    bar = FilterBar(complete)
    app = Inputs(bar)
    async with app.run_test(size=size) as pilot:
        bar.set_info("812 tickets, 3 marked")
        bar.set_text("state:open,new team:network")
        await pilot.pause()
        assert_inert(app)
        assert_snapshot(app, f"filter_bar_{size[0]}x{size[1]}")


@pytest.mark.parametrize("key", ["slash", "fullwidth_solidus", "ideographic_comma"])
async def test_typing_a_filter_with_proposals(key: str) -> None:
    bar = FilterBar(complete)
    app = Inputs(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key, "s", "t", "a")
        await pilot.pause()
        assert "state:pending" in screen_text(app)
        assert_inert(app)
        await pilot.press("down", "down", "tab")
        assert bar.input.value == "state:new"
        assert "state:pending" not in screen_text(app)
        await pilot.press("enter")
        assert app.seen == [("applied", "state:new"), ("left",)]
        assert bar.text == "state:new"
        assert not bar.editing
        assert screen_lines(app)[0].startswith(" / state:new x")


async def test_enter_takes_a_chosen_proposal_first() -> None:
    bar = FilterBar(complete)
    app = Inputs(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "s", "l")
        await pilot.pause()
        await pilot.press("down", "enter")
        assert bar.input.value == "sla:breached"
        assert app.seen == []
        await pilot.press("enter")
        assert app.seen[0] == ("applied", "sla:breached")


async def test_a_mistake_is_marked_where_it_stands() -> None:
    bar = FilterBar(complete)
    app = Inputs(bar)
    async with app.run_test(size=(120, 40)) as pilot:
        bar.set_text("网络 nosuchfield:x")
        bar.edit()
        await pilot.press("enter")
        await pilot.pause()
        lines = screen_lines(app)
        assert app.seen == []
        assert bar.editing
        assert lines[1].index("^") == 3 + 5
        assert "nosuchfield" in lines[0]
        assert_inert(app)
        await pilot.press("x")
        await pilot.pause()
        assert "^" not in screen_lines(app)[1]


async def test_escape_goes_back_one_step_at_a_time() -> None:
    bar = FilterBar(complete)
    app = Inputs(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        bar.set_text("state:open")
        bar.edit()
        await pilot.press("space", "s", "t")
        await pilot.pause()
        assert "state:pending" in screen_text(app)
        await pilot.press("escape")
        assert "state:pending" not in screen_text(app)
        assert app.seen == []
        await pilot.press("escape")
        assert bar.input.value == "state:open", "what was typed is dropped, what the list shows stays"
        assert bar.editing
        await pilot.press("escape")
        assert app.seen == [("left",)]
        assert not bar.editing


async def test_a_mistake_is_left_without_changing_what_the_list_shows() -> None:
    bar = FilterBar(complete)
    app = Inputs(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        bar.set_text("state:open")
        bar.edit()
        bar.input.value = "state:nonsense"
        await pilot.press("enter")
        assert "^" in screen_text(app)
        await pilot.press("escape")
        assert "^" not in screen_text(app)
        await pilot.press("escape")
        assert app.seen == [("left",)]
        bar.edit()
        await pilot.press("escape")
        assert app.seen == [("left",), ("left",)]


async def test_leaving_by_focus_drops_what_was_not_applied() -> None:
    bar, other = FilterBar(complete), SafeInput()
    app = Inputs(bar, other)
    async with app.run_test(size=(80, 24)) as pilot:
        bar.set_text("state:open")
        bar.edit()
        await pilot.press("space", "x")
        other.focus()
        await pilot.pause()
        assert not bar.editing
        assert (bar.text, bar.input.value) == ("state:open", "state:open")


async def test_a_chip_is_taken_away_with_a_click() -> None:
    bar = FilterBar()
    app = Inputs(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        bar.set_text("state:open team:网络 words")
        await pilot.pause()
        at = screen_lines(app)[0].index("team:网络 x") + len("team:网络") + 2 + 1
        await pilot.click("#filter-chips", offset=(at - 3, 0))
        assert app.seen == [("applied", "state:open words")]


async def test_a_failing_completion_is_no_failure() -> None:
    bar = FilterBar(complete)
    app = Inputs(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"boom", "enter")
        assert ("applied", "boom") in app.seen


@pytest.mark.parametrize("text", HOSTILE_FEW)
async def test_filter_bar_with_hostile_text(text: str) -> None:
    async def hostile(typed: str, position: int) -> Sequence[Completion]:
        return [Completion(text, 0, position, text)] * 3

    bar = FilterBar(hostile)
    app = Inputs(bar)
    async with app.run_test(size=(80, 24)) as pilot:
        bar.set_text(text)
        bar.set_info(text)
        await pilot.pause()
        assert_inert(app)
        bar.edit()
        await pilot.press("x")
        await pilot.pause()
        assert_inert(app)
        await pilot.press("down", "tab")
        bar.show_error(text, 3)
        await pilot.pause()
        assert_inert(app)
        await pilot.press("enter", "enter")
        assert_inert(app)


# -- composer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["reply", "note"])
async def test_composer_picture(size: tuple[int, int], kind: str) -> None:
    composer = Composer()
    app = Inputs(composer)
    async with app.run_test(size=size) as pilot:
        composer.open(kind, ref="INC-1042", draft="草稿 draft", recipients="Zhang Wei <zhang@example.org>")
        await pilot.pause()
        assert_inert(app)
        assert_snapshot(app, f"composer_{kind}_{size[0]}x{size[1]}")


async def test_reply_and_note_differ_in_word_border_and_colour() -> None:
    composer = Composer()
    app = Inputs(composer)
    async with app.run_test(size=(80, 24)) as pilot:
        looks = {}
        for kind in ("reply", "note"):
            composer.open(kind)
            await pilot.pause()
            label = composer.query_one("#composer-label")
            looks[kind] = (screen_text(app), composer.styles.border_top[0], label.styles.color)
        for reply, note in zip(looks["reply"], looks["note"], strict=True):
            assert reply != note
        assert "PUBLIC REPLY" in looks["reply"][0]
        assert "recorded, not sent" in looks["reply"][0]
        assert "INTERNAL NOTE" in looks["note"][0]
        assert "recorded, not sent" not in looks["note"][0]
        composer.open("reply", delivered=True)
        await pilot.pause()
        assert "recorded, not sent" not in screen_text(app)


@pytest.mark.parametrize("key", ["ctrl+s", "f2"])
async def test_submitting_keeps_the_text_until_it_is_cleared(key: str) -> None:
    composer = Composer()
    app = Inputs(composer)
    async with app.run_test(size=(80, 24)) as pilot:
        composer.open("reply", draft="dear ")
        await pilot.press(key)
        assert app.seen[-1] == ("submitted", "reply", "dear")
        await pilot.press("a", "enter", "b")
        assert app.seen[-1] == ("draft", "dear a\nb")
        await pilot.press(key)
        assert app.seen[-1] == ("submitted", "reply", "dear a\nb")
        assert composer.is_open
        composer.clear()
        await pilot.pause()
        assert not composer.is_open
        assert composer.text == ""


async def test_leaving_keeps_the_draft_and_nothing_is_no_text() -> None:
    composer = Composer()
    app = Inputs(composer)
    async with app.run_test(size=(80, 24)) as pilot:
        composer.open("note")
        await pilot.pause()
        assert app.seen == [], "opening is no change of the draft"
        await pilot.press("ctrl+s")
        assert "nothing to send" in screen_text(app)
        await pilot.press("h", "i", "ctrl+o", "escape")
        assert ("editor", "hi") in app.seen
        assert app.seen[-1] == ("left", "note", "hi")
        assert composer.text == "hi"


@pytest.mark.parametrize("text", HOSTILE_FEW)
async def test_pasted_and_loaded_text_is_inert(text: str) -> None:
    composer, field = Composer(), SafeInput()
    app = Inputs(composer, field)
    async with app.run_test(size=(80, 24)) as pilot:
        composer.open("reply", ref=text, draft=text, recipients=text)
        await pilot.pause()
        assert_inert(app)
        composer.area.post_message(events.Paste(text))
        field.post_message(events.Paste(text))
        composer.show_problem(text)
        await pilot.pause()
        assert_inert(app)
        field.value = text
        await pilot.pause()
        assert_inert(app)
        assert not any(ord(c) < 32 for c in field.value)


async def test_a_paste_of_two_lines_is_kept_whole_and_once() -> None:
    field, area = SafeInput(), SafeTextArea()
    app = Inputs(field, area)
    async with app.run_test(size=(80, 24)) as pilot:
        field.post_message(events.Paste("one\r\ntwo\t中文\n"))
        area.post_message(events.Paste("one\r\ntwo\x1b[31m"))
        await pilot.pause()
        assert field.value == "one two 中文"
        assert area.text == "one\ntwo\u241b[31m"


async def test_the_lines_of_a_paste_end_as_a_terminal_sends_them() -> None:
    """Terminals send CR, the Enter key, for the end of a line; a log pasted must not become one line."""
    field, area = SafeInput(), SafeTextArea()
    app = Inputs(field, area)
    async with app.run_test(size=(80, 24)) as pilot:
        field.post_message(events.Paste("one\rtwo\r"))
        area.post_message(events.Paste("one\rtwo\r\rfour\r\nfive"))
        await pilot.pause()
        assert field.value == "one two"
        assert area.text == "one\ntwo\n\nfour\nfive"


# -- questions -----------------------------------------------------------------------------------------------

PEOPLE = [
    Choice("1", "Ana Silva", "network"),
    Choice("2", "Bo Li", "desk"),
    Choice("3", "王小明", "desk"),
    Choice("4", "Carla Bo", "away", disabled=True),
]


@pytest.mark.parametrize("size", SIZES)
async def test_questions_picture(size: tuple[int, int]) -> None:
    app = Inputs()
    async with app.run_test(size=size) as pilot:
        app.ask(Pick("Assign to", PEOPLE, selected="3"))
        await pilot.pause()
        assert_inert(app)
        assert_snapshot(app, f"pick_{size[0]}x{size[1]}")
        await pilot.press("escape")
        app.ask(Confirm("Close 3 tickets?", action="close 3 tickets", count=3, details=["INC-1 VPN", "INC-2 打印机"]))
        await pilot.pause()
        assert_snapshot(app, f"confirm_{size[0]}x{size[1]}")
        await pilot.press("n")
        app.ask(form())
        await pilot.pause()
        assert_snapshot(app, f"form_{size[0]}x{size[1]}")


async def test_picking_by_typing() -> None:
    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(Pick("Assign to", PEOPLE))
        await pilot.press("b", "o", "enter")
        assert app.answers == ["2"]
        app.ask(Pick("Assign to", PEOPLE))
        await pilot.press("down", "down", "down", "up", "enter")
        assert app.answers[-1] == "2"
        app.ask(Pick("Assign to", PEOPLE))
        await pilot.press("z", "z", "enter", "escape")
        assert app.answers[-1] is None


def test_matching_takes_words_in_any_form() -> None:
    assert [c.value for c in matching(PEOPLE, "ＢＯ")] == ["2", "4"]
    assert [c.value for c in matching(PEOPLE, "desk li")] == ["2"]
    assert [c.value for c in matching(PEOPLE, "小明")] == ["3"]
    assert len(matching(PEOPLE, "")) == 4


async def test_picking_from_a_search() -> None:
    async def search(text: str) -> Sequence[Choice]:
        if text == "zz":
            raise NotFound("there is nobody called {name}", name=text)
        return [Choice(text, f"found {text}")]

    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(Pick("Caller", PEOPLE[:1], search=search))
        await pilot.press("q", "u", "x")
        await pilot.pause()
        assert "found qux" in screen_text(app)
        await pilot.press("enter")
        assert app.answers == ["qux"]
        app.ask(Pick("Caller", search=search))
        await pilot.press("z", "z")
        await pilot.pause()
        assert "there is nobody called zz" in screen_text(app)


async def test_a_small_confirmation_never_says_yes_by_accident() -> None:
    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, answer in [(["enter"], False), (["down", "enter"], True), (["y"], True), (["escape"], False)]:
            app.ask(Confirm("Reply to 1 person?", action="reply"))
            await pilot.press(*keys)
            assert app.answers[-1] is answer


async def test_more_than_twenty_need_the_number() -> None:
    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(Confirm("Close 1,234 tickets?", action="close", count=1_234, details=[f"INC-{n}" for n in range(30)]))
        await pilot.press("y", "enter")
        assert app.answers == []
        assert "That is not 1234" in screen_text(app)
        assert "... and 20 more" in screen_text(app)
        await pilot.press("backspace", *"1234", "enter")
        assert app.answers == [True]
        app.ask(Confirm("x", action="y", count=21))
        await pilot.press("escape")
        assert app.answers[-1] is False
        app.ask(Confirm("x", action="y", count=20))
        await pilot.pause()
        assert app.screen.query(OptionList)


async def test_asking_for_a_text() -> None:
    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(Ask("Name", value="ab", check=lambda text: "too short" if len(text) < 4 else None))
        await pilot.press("enter")
        assert "too short" in screen_text(app)
        await pilot.press("c", "d", "enter")
        assert app.answers == ["abcd"]
        app.ask(Ask("Why", lines=True, hint="the audit keeps it"))
        await pilot.press("f2")
        assert "This is needed." in screen_text(app)
        await pilot.press("a", "enter", "b", "ctrl+s")
        assert app.answers[-1] == "a\nb"
        app.ask(Ask("Why", required=False))
        await pilot.press("enter")
        assert app.answers[-1] == ""


LEVELS = [Choice("low", "Low"), Choice("medium", "Medium"), Choice("high", "High")]


def form(**changes: Any) -> Form:
    """Three fields of three kinds."""
    return Form(
        "Edit INC-1042",
        [
            FormField("title", "Title", "Payments API down", required=True),
            FormField("impact", "Impact", "low", choices=LEVELS, hint="how far it reaches"),
            FormField("text", "Description", "first\nsecond", lines=True),
        ],
        **changes,
    )


async def test_a_form_answers_all_fields() -> None:
    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(form())
        await pilot.press("end", "!", "enter", "right", "right")
        await pilot.press("tab", "down", "end", "x", "ctrl+s")
        assert app.answers == [{"title": "Payments API down!", "impact": "high", "text": "first\nsecondx"}]
        app.ask(form())
        await pilot.press("down", "enter")
        await pilot.press(*"med", "enter", "f2")
        assert app.answers[-1]["impact"] == "medium"
        app.ask(form())
        await pilot.press("down", "delete", "left", "escape")
        assert app.answers[-1] is None


async def test_a_form_says_which_field_is_wrong() -> None:
    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(form(check=lambda values: {"impact": "too low"} if values["impact"] == "low" else {}))
        await pilot.press("end", "ctrl+u", "f2")
        assert "Title is needed." in screen_text(app)
        await pilot.press("x", "f2")
        assert "too low" in screen_text(app)
        assert isinstance(app.focused, ChoiceField)
        await pilot.press("right", "f2")
        assert app.answers[-1]["impact"] == "medium"


async def test_a_searched_field_keeps_the_name_of_what_was_found() -> None:
    async def search(text: str) -> Sequence[Choice]:
        return [Choice("77", f"person {text}")]

    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(Form("Caller", [FormField("person", "Person", "5", search=search, shown="Ana")]))
        await pilot.pause()
        assert "< Ana >" in screen_text(app)
        await pilot.press("enter", *"abc")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "< person abc >" in screen_text(app)
        await pilot.press("f2")
        assert app.answers == [{"person": "77"}]


@pytest.mark.parametrize("text", HOSTILE_FEW)
async def test_questions_with_hostile_text(text: str) -> None:
    choices = [Choice(text, text, text), Choice("b", text)]
    questions: list[Dialog[Any]] = [
        Pick(text, choices, empty=text),
        Pick(text, empty=text),
        Confirm(text, action=text, count=3, details=[text] * 12),
        Confirm(text, action=text, count=30, details=[text]),
        Ask(text, value=text, hint=text, check=lambda typed: text or None),
        Ask(text, value=text, lines=True),
        Form(text, [FormField("a", text, text, hint=text), FormField("b", text, text, choices=choices, shown=text),
                    FormField("c", text, text, lines=True)], check=lambda values: {"": text}),
    ]  # fmt: skip
    app = Inputs()
    async with app.run_test(size=(80, 24)) as pilot:
        for question in questions:
            app.ask(question)
            await pilot.pause()
            assert_inert(app)
            await pilot.press("f2")
            if len(app.screen_stack) > 1:
                question.show_problem(text) if question.query(".dialog-problem") else None
                await pilot.pause()
                assert_inert(app)
                await pilot.press("escape")
        assert len(app.screen_stack) == 1


@pytest.mark.parametrize("theme", THEME_NAMES)
async def test_every_theme_styles_every_widget(theme: str) -> None:
    bar, composer = FilterBar(complete), Composer()
    app = Inputs(bar, composer)
    async with app.run_test(size=(80, 24)) as pilot:
        register_themes(app)
        app.theme = theme
        composer.open("reply", draft="x")
        await pilot.press("escape")
        app.ask(form())
        await pilot.pause()
        assert "Edit INC-1042" in screen_text(app)
        assert_inert(app)


@pytest.mark.parametrize("width", [26, 30, 34, 40, 60, 120])
async def test_chips_end_before_what_stands_beside_them(width: int) -> None:
    """What has no place is cut with a sign of it, and a blank stays before the count."""
    bar = FilterBar()
    app = Inputs(bar)
    async with app.run_test(size=(width, 10)) as pilot:
        bar.set_text("is:mine is:open sort:-priority,due")
        bar.set_info("16 tickets")
        await pilot.pause()
        drawn = bar.query_one("#filter-chips").region
        chips = "".join(strip.text for strip in screen_strips(app)[:1])[drawn.x : drawn.right]
        assert chips.endswith(" "), chips
        assert ("~" in chips) is ("sort:-priority,due x" not in chips), chips
