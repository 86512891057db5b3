"""A pane with a cursor over subjects: keys, what is repainted, and that the cursor stays on its subject."""

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.geometry import Region

from helpdesk_tui.widgets.lines import Line, text_line
from helpdesk_tui.widgets.subject_view import SubjectView
from tests.tui import screen_lines


class Listing(SubjectView):
    """Subjects of two lines each, with a heading above and a long text below."""

    def __init__(self, names: Sequence[str], tail: int = 0) -> None:
        super().__init__()
        self.names, self.tail = list(names), tail
        self.painted: list[Region] = []

    def layout_subjects(self, width: int) -> Sequence[Line]:
        lines: list[Line] = [text_line(" heading", "title")]
        for name in self.names:
            subject = self.add(name)
            lines += [Line(((f" {name}", "plain"),), subject), Line(((f"   more of {name}", "muted"),), subject)]
        return [*lines, *(text_line(f" tail {n}") for n in range(self.tail))]

    def refresh(self, *regions: Region, **options: bool) -> "Listing":
        self.painted += regions or (Region(0, 0, 999, 999),)
        super().refresh(*regions, **options)
        return self


class Shown(App[None]):
    def __init__(self, view: Listing) -> None:
        super().__init__()
        self.view = view
        self.chosen: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_subject_view_chosen(self, message: SubjectView.Chosen) -> None:
        self.chosen.append(message.subject)


async def test_keys_walk_and_choose() -> None:
    view = Listing([f"item {n}" for n in range(30)], tail=20)
    app = Shown(view)
    async with app.run_test(size=(40, 12)) as pilot:
        view.focus()
        await pilot.press("j", "down", "k", "enter")
        assert app.chosen == ["item 1"]
        await pilot.press("G", "enter")
        assert app.chosen[-1] == "item 29"
        assert screen_lines(app)[-1] == " tail 19"
        await pilot.press("g")
        assert (view.subject, view.top) == ("item 0", 0)
        for _ in range(60):
            await pilot.press("j")
            assert view.subject in view.subjects
        assert view.subject == "item 29"
        assert screen_lines(app)[-1] == " tail 19", "what stands below the last subject can be read"
        await pilot.press("g", "pagedown")
        spot = view.spot_of(view.subject or "")
        assert spot is not None
        assert view.top <= spot < view.top + 12
        await pilot.click(Listing, offset=(3, spot - view.top))
        assert app.chosen[-1] == view.subject
        assert not view.move_to("no such thing")


async def test_the_cursor_stays_on_its_subject_and_only_what_differs_is_painted() -> None:
    view = Listing(["a", "b", "c"])
    app = Shown(view)
    async with app.run_test(size=(40, 12)) as pilot:
        view.focus()
        await pilot.press("j")
        view.painted.clear()
        view.reflow(keep_top=True)
        assert view.painted == []
        view.names[2] = "changed"
        view.reflow(keep_top=True)
        assert {region.y for region in view.painted} == {5, 6}
        view.names.insert(0, "new")
        view.reflow(keep_top=True)
        assert view.subject == "b"
        await pilot.pause()
        assert [line for line in screen_lines(app) if line.startswith(">")] == [">b"]
        view.painted.clear()
        await pilot.press("j")
        assert {(region.width, region.y) for region in view.painted} == {(1, 5), (1, 7)}
        view.names.clear()
        view.reflow(keep_top=True)
        await pilot.press("j", "k", "enter", "G", "g", "pagedown")
        assert view.subject is None
