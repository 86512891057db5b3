"""Tabs, preview, timeline, reasons and ledger: their pictures, their keys, hostile data."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from helpdesk_tui.vocabulary.records import NEVER, CommentRow, TimelineItem, ViewTab
from helpdesk_tui.widgets.ledger_view import CLOSED, COUNTED, PAUSED, LedgerClock, LedgerView, LedgerWindow, bar
from helpdesk_tui.widgets.lines import text_line
from helpdesk_tui.widgets.preview import Preview, PreviewData
from helpdesk_tui.widgets.sentences import (
    FIELDS,
    VERBS,
    change_sentences,
    is_machine,
    reason_texts,
    value_text,
    verb_sentence,
)
from helpdesk_tui.widgets.timeline import FOLD, Timeline
from helpdesk_tui.widgets.view_tabs import ViewTabs, count_text
from helpdesk_tui.widgets.why_pane import WhyPane, WhySection
from tests.tui import HOSTILE, HOSTILE_FEW, SIZES, assert_inert, assert_snapshot, screen_lines, screen_text
from tests.widget_rows import NOW

TABS = [
    ViewTab("mine", "Mine", "assignee:me", 7),
    ViewTab("team", "Team", "team:mine", 23),
    ViewTab("unassigned", "Unassigned", "assignee:none", 4),
    ViewTab("breached", "Breached", "sla:breached"),
    ViewTab("all", "All open", "is:open", 9_999, True),
    ViewTab("vpn", "无线网络", "service:vpn", 12),
]


def entry(seq: int, verb: str = "ticket.edit", **values: object) -> TimelineItem:
    """An entry of the journal, ten minutes after the one before."""
    base: dict[str, object] = {"seq": seq, "at": NOW + seq * 600, "recorded_at": NOW + seq * 600, "actor": "ana"}
    return TimelineItem(**{**base, "origin": "tui", "verb": verb, **values})  # type: ignore[arg-type]


STORY = [
    entry(1, "ticket.open", actor="li", changes={"state": [None, "new"], "priority": [None, 3]}),
    entry(2, "ticket.sla", actor="timer", origin="timer", changes={"due_at": [NEVER, NOW + 3_600]}),
    entry(3, "ticket.sla", actor="timer", origin="timer"),
    entry(4, "ticket.take", changes={"state": ["new", "assigned"], "assignee": [None, "ana"], "version": [1, 2]}),
    entry(5, "ticket.reply", text="您好，我们正在处理支付接口的问题，预计十分钟后恢复。", comment_kind="reply"),
    entry(6, "ticket.note", text="failing over to the standby,\nETA ten minutes", comment_kind="note"),
    entry(
        7,
        "ticket.prioritise",
        changes={"priority": [3, 4]},
        reasons=[{"code": "not.registered"}],
        undone_by=8,
        on_behalf_of="bo",
    ),
    entry(8, "undo", undoes=7),
    entry(9 + 140, "ticket.resolve", changes={"state": ["in_progress", "resolved"], "resolved_at": [None, NOW]}),
]


class Panes(App[None]):
    """One widget under test, its messages kept."""

    def __init__(self, *widgets: object) -> None:
        super().__init__()
        self.widgets = widgets
        self.seen: list[Any] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets  # type: ignore[misc]

    def on_view_tabs_selected(self, message: ViewTabs.Selected) -> None:
        self.seen.append(message.code)

    def on_timeline_highlighted(self, message: Timeline.Highlighted) -> None:
        self.seen.append(message.seq)


# -- tabs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_tabs_show_counts_and_keep_the_chosen_one_in_view(size: tuple[int, int]) -> None:
    tabs = ViewTabs("Queue")
    app = Panes(tabs)
    async with app.run_test(size=size) as pilot:
        tabs.set_tabs([ViewTab(t.code, t.label, t.query, t.count, t.capped) for t in TABS], "mine")
        tabs.set_status("ana@desk · 14:32 CST · 2 new · R")
        await pilot.pause()
        first = screen_lines(app)[0]
        assert first.startswith(" Queue  [Mine 7] Team 23")
        assert first.endswith("2 new · R")
        tabs.step(-1)
        await pilot.pause()
        assert "[无线网络 12]" in screen_lines(app)[0]
        assert app.seen == ["vpn"]
        assert_inert(app)
        tabs.step(1)
        tabs.set_count("mine", 8)
        await pilot.pause()
        assert "[Mine 8]" in screen_lines(app)[0]
        if size[0] >= 120:
            assert "All open 9,999+" in screen_lines(app)[0]
        await pilot.click(ViewTabs, offset=(19, 0))
        assert app.seen[-1] == "team"
        tabs.set_tabs(TABS[3:])
        assert tabs.selected == ""


def test_counts_are_said_exactly_capped_or_not_at_all() -> None:
    assert [count_text(tab) for tab in TABS[:1] + TABS[3:5]] == ["7", "", "9,999+"]


async def test_tabs_with_hostile_names() -> None:
    tabs = ViewTabs("[/red]")
    app = Panes(tabs)
    async with app.run_test(size=(80, 24)) as pilot:
        tabs.set_tabs([ViewTab(str(i), text, "", i) for i, text in enumerate(HOSTILE)], "0")
        tabs.set_status(HOSTILE[6])
        for _step in HOSTILE:
            tabs.step(1)
            await pilot.pause()
            assert_inert(app)


# -- preview -------------------------------------------------------------------------------------------------


def comment(text: str, kind: str = "note") -> CommentRow:
    return CommentRow(1, 1042, kind, 1, "ana", NOW, text, "tui")


PREVIEW = PreviewData(
    ref="INC-1042",
    title="Payments API down for all branches",
    why="high impact x high urgency = critical",
    facts=["requester Zhang Wei, Finance", "service payments (critical)", "CI pay-api-01", "14 similar"],
    description="Since 14:00 no branch can take cards.\n\n分行全部无法刷卡。",
    comments=[comment("failing over to the standby, ETA ten minutes"), comment("We are on it.", "reply")],
)


@pytest.mark.parametrize("size", SIZES)
async def test_preview_picture(size: tuple[int, int]) -> None:
    preview = Preview()
    app = Panes(preview)
    async with app.run_test(size=size) as pilot:
        preview.show(PREVIEW)
        await pilot.pause()
        assert_inert(app)
        assert_snapshot(app, f"preview_{size[0]}x{size[1]}")


@pytest.mark.parametrize("text", HOSTILE_FEW)
async def test_preview_of_hostile_text(text: str) -> None:
    preview = Preview()
    app = Panes(preview)
    async with app.run_test(size=(80, 24)) as pilot:
        row = CommentRow(1, 1, "note", None, text, NOW, text, text)
        preview.show(PreviewData(text, text, text, [text, text], text, [row]))
        await pilot.pause()
        assert_inert(app)
        preview.show(None, text)
        await pilot.pause()
        assert_inert(app)


async def test_preview_keeps_the_place_of_the_same_ticket_only() -> None:
    preview = Preview()
    app = Panes(preview)
    async with app.run_test(size=(80, 24)) as pilot:
        long = PreviewData("INC-1", "t", description="word\n" * 60)
        preview.show(long)
        await pilot.pause()
        preview.action_scroll_page(1)
        assert preview.top == 6
        preview.show(PreviewData("INC-1", "changed", description="word\n" * 60))
        assert preview.top == 6
        preview.show(PreviewData("INC-2", "t", description="word\n" * 60))
        assert preview.top == 0


# -- timeline ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_timeline_picture(size: tuple[int, int]) -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=size) as pilot:
        timeline.focus()
        timeline.set_items(STORY)
        await pilot.press("j", "j")
        assert_inert(app)
        assert_snapshot(app, f"timeline_{size[0]}x{size[1]}")


async def test_replies_and_notes_cannot_be_mistaken_without_colour() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline.set_items(STORY)
        await pilot.pause()
        lines = screen_lines(app)
        assert any("| PUBLIC REPLY" in text for text in lines)
        assert any(": INTERNAL NOTE" in text for text in lines)
        assert any("[undone]" in text for text in lines)
        assert any("state: New -> Assigned; assignee: ana" in text for text in lines)
        assert not any("version" in text for text in lines)


async def test_machine_entries_fold_and_open() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.focus()
        timeline.set_items(STORY)
        await pilot.pause()
        assert "2 changes by rules" in screen_text(app)
        assert "SLA clock" not in screen_text(app)
        await pilot.press("j", "m")
        assert screen_text(app).count("SLA clock") == 2
        assert timeline.cursor is not None
        assert timeline.cursor.seq == 2
        await pilot.press("j", "m")
        assert "2 changes by rules" in screen_text(app)
        assert timeline.cursor.seq in {2, 3}


async def test_one_run_of_machine_entries_unfolds_without_the_others() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    runs = [entry(n, "ticket.sla", actor="timer", origin="timer") for n in (2, 3, 4)]
    runs += [entry(5), *(entry(n, "ticket.sla", actor="timer", origin="import") for n in (6, 7))]
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.focus()
        timeline.set_items(runs)
        await pilot.pause()
        assert "3 changes by rules  (Enter unfolds)" in screen_text(app)
        assert "2 imported entries" in screen_text(app)
        await pilot.press("enter", "j")
        assert screen_text(app).count("SLA clock") == 3
        assert "2 imported entries" in screen_text(app)
        assert timeline.cursor is not None
        assert timeline.cursor.seq == 3
        timeline.set_items([*runs, entry(8)])
        assert screen_text(app).count("SLA clock") == 3
        await pilot.press("enter")
        assert "3 changes by rules" in screen_text(app)
        assert timeline.cursor.seq == 2


async def test_quotes_and_signatures_fold() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    mail = "> old one\n> old two\n\nStill broken.\n\nKind regards,\nZoe Ott\n\n在 3月2日，王强 写道：\n请重启\n谢谢"
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.focus()
        timeline.set_items([entry(1, "ticket.reply", comment_kind="reply", text=mail)])
        await pilot.pause()
        folded = [line.strip() for line in screen_lines(app) if "|" in line]
        assert folded == ["| PUBLIC REPLY", "| > 2 quoted lines", "| Still broken.", "| -- signature of 2 lines",
                          "| > 3 quoted lines  (Enter unfolds)"]  # fmt: skip
        await pilot.press("enter")
        assert all(line in screen_text(app) for line in ("old two", "Zoe Ott", "请重启"))
        await pilot.press("enter")
        assert "Zoe Ott" not in screen_text(app)


async def test_mentioned_tickets_have_their_prefix() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    items = [entry(1, "ticket.link", changes={"links": [[], [2808, 7]]}), entry(2, changes={"parent": [None, 2808]})]
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.set_items(items, refs={2808: "INC-2808"})
        await pilot.pause()
        assert "linked with INC-2808, #7" in screen_text(app)
        assert "parent: INC-2808" in screen_text(app)
        timeline.set_items(items, refs={2808: "PRB-2808"})
        await pilot.pause()
        assert "INC-2808" not in screen_text(app)


async def test_a_long_note_unfolds() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(80, 60)) as pilot:
        timeline.focus()
        timeline.set_items(
            [entry(1, "ticket.note", comment_kind="note", text="\n".join(f"line {n}" for n in range(40)))]
        )
        await pilot.pause()
        assert f"line {FOLD - 1}" in screen_text(app)
        assert "line 20" not in screen_text(app)
        await pilot.press("enter")
        assert "line 39" in screen_text(app)
        await pilot.press("o")
        assert "line 39" not in screen_text(app)


async def test_two_thousand_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[int] = []
    made = Timeline._entry

    def counted(self: Timeline, item: TimelineItem, time: str, width: int) -> Any:
        laid_out.append(item.seq)
        return made(self, item, time, width)

    monkeypatch.setattr(Timeline, "_entry", counted)
    items = [
        entry(n, "ticket.note", text=f"entry {n} " + "words of some length " * 8, comment_kind="note")
        for n in range(1, 2_001)
    ]
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(120, 40)) as pilot:
        timeline.focus()
        timeline.set_items(items)
        assert laid_out == list(range(1, 2_001)), "each entry once"
        laid_out.clear()
        timeline.set_items([*items, entry(2_001, text="one more")], follow=True)
        assert laid_out == [2_001], "what was laid out stays so"
        await pilot.pause()
        assert "one more" in screen_text(app)
        assert app.seen[-1] == 2_001
        await pilot.press("g")
        assert "entry 1 words" in screen_text(app)
        for expected in range(2, 30):
            timeline.action_step(1)
            assert timeline.cursor is not None
            assert timeline.cursor.seq == expected
            top, height = timeline.top, timeline.size.height
            assert top <= timeline._first_line() < top + height
        await pilot.press("G")
        assert timeline.cursor.seq == 2_001


async def test_the_cursor_stays_on_its_entry_when_others_come() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline.focus()
        timeline.set_items(STORY[3:])
        await pilot.press("j", "j")
        assert timeline.cursor is not None
        seq = timeline.cursor.seq
        timeline.set_items([*STORY, entry(500)])
        assert timeline.cursor.seq == seq
        timeline.set_items([])
        await pilot.press("j", "k", "g", "G", "enter", "m", "pagedown")
        assert timeline.cursor is None
        assert "Nothing has happened yet." in screen_text(app)


async def test_a_text_taller_than_the_screen_is_read_by_half_pages() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(80, 20)) as pilot:
        timeline.focus()
        long = "\n".join(f"line {n}" for n in range(60))
        timeline.set_items([entry(1, text=long), entry(2)])
        await pilot.press("enter")
        seen = screen_text(app)
        for _step in range(12):
            await pilot.press("j")
            seen += screen_text(app)
        assert all(f"line {n}" in seen for n in range(60))
        assert timeline.cursor is not None
        assert timeline.cursor.seq == 2


@pytest.mark.parametrize("text", HOSTILE_FEW)
async def test_timeline_of_hostile_text(text: str) -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.focus()
        timeline.set_items(
            [
                entry(n, verb, actor=text or "-", origin=origin, text=text, comment_kind=kind, on_behalf_of=text or None,
                      changes={"title": ["a", text], text or "x": [text, [text, 1, None, {"k": text}]]},
                      reasons=[{"code": text, "x": text}], undone_by=undone)
                for n, (verb, origin, kind, undone) in enumerate(
                    [("ticket.note", "tui", "note", None), ("ticket.reply", "mail", "reply", 3), (text, text, None, None)], 1
                )
            ]
        )  # fmt: skip
        for key in ("j", "enter", "j", "enter", "m", "k", "enter"):
            await pilot.press(key)
            assert_inert(app)


def test_sentences() -> None:
    assert verb_sentence(entry(1, "ticket.take")) == "took the ticket"
    assert verb_sentence(entry(1, "later.verb")) == "later.verb"
    assert is_machine(entry(1, origin="timer"))
    assert not is_machine(entry(1, origin="timer", text="words"))
    assert not is_machine(entry(1))
    assert value_text("priority", 4, "UTC") == "Critical"
    assert value_text("priority", 40, "UTC") == "40"
    assert value_text("impact", 3, "UTC") == "High"
    assert value_text("due_at", NEVER, "UTC") == "-"
    assert value_text("due_at", 0, "Asia/Shanghai") == "1970-01-01 08:00"
    assert value_text("tags", ["a", "b"], "UTC") == "a, b"
    assert value_text("major", True, "UTC") == "yes"
    assert value_text("kind", "problem", "UTC") == "Problem"
    assert value_text("team_id", 4, "UTC", lambda name, value: f"team {value}") == "team 4"
    assert change_sentences(entry(1, changes={"team_id": [None, 4], "odd": [1], "version": [1, 2]}), "UTC") == [
        "team: 4"
    ]
    assert all(VERBS.values())
    assert all(FIELDS.values())


# -- reasons and ledger --------------------------------------------------------------------------------------

HOUR = 3_600
LEDGER = [
    LedgerClock(
        "Resolution",
        8 * HOUR,
        5 * HOUR + 61,
        NOW + 9 * HOUR,
        "warning",
        "warning",
        [
            LedgerWindow(NOW, NOW + 2 * HOUR, COUNTED, "Mon 09:00-18:00"),
            LedgerWindow(NOW + 2 * HOUR, NOW + 3 * HOUR, PAUSED, "awaiting user"),
            LedgerWindow(NOW + 3 * HOUR, NOW + 6 * HOUR + 61, COUNTED),
            LedgerWindow(NOW + 6 * HOUR + 61, NOW + 20 * HOUR, CLOSED, "night"),
        ],
    ),
    LedgerClock("Response", 900, 120, NEVER, "met", "good"),
]


@pytest.mark.parametrize("size", SIZES)
async def test_ledger_and_reasons_picture(size: tuple[int, int]) -> None:
    ledger, why = LedgerView(), WhyPane()
    app = Panes(ledger, why)
    async with app.run_test(size=size) as pilot:
        ledger.show(LEDGER, "Asia/Shanghai")
        why.show(
            [
                WhySection(
                    "priority",
                    "Critical",
                    ["high impact x high urgency = critical", "the service payments is critical"],
                    ["rule vpn-words voted for network"],
                    "policy 3, rule matrix",
                ),
                WhySection("team"),
            ]
        )
        await pilot.pause()
        assert_inert(app)
        assert_snapshot(app, f"ledger_why_{size[0]}x{size[1]}")
        assert "5:01:01" in screen_text(app)


@given(
    st.lists(st.tuples(st.integers(0, 90_000), st.sampled_from([COUNTED, PAUSED, CLOSED])), max_size=30),
    st.integers(0, 200),
)
def test_the_bar_has_its_width_and_only_kinds_that_occur(parts: list[tuple[int, str]], width: int) -> None:
    windows, at = [], NOW
    for length, how in parts:
        windows.append(LedgerWindow(at, at + length, how))
        at += length
    drawn = bar(windows, width)
    assert len(drawn) == (width if windows else 0)
    assert set(drawn) <= {how for _length, how in parts}


def test_the_bar_shows_shares() -> None:
    windows = [LedgerWindow(0, 30, COUNTED), LedgerWindow(30, 40, PAUSED), LedgerWindow(40, 100, CLOSED)]
    assert bar(windows, 10) == [COUNTED] * 3 + [PAUSED] + [CLOSED] * 6


@pytest.mark.parametrize("text", HOSTILE_FEW)
async def test_ledger_and_reasons_of_hostile_text(text: str) -> None:
    ledger, why = LedgerView(), WhyPane()
    app = Panes(ledger, why)
    async with app.run_test(size=(80, 40)) as pilot:
        ledger.show([LedgerClock(text, None, 5, NOW, text, text, [LedgerWindow(0, 9, text, text)])])
        why.show([WhySection(text, text, [text], [text], text)])
        await pilot.pause()
        assert_inert(app)
        ledger.show([])
        why.show([])
        await pilot.pause()
        assert "No service level applies" in screen_text(app)
        assert "No reasons are recorded" in screen_text(app)


# -- what entries say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"verb": "ticket.reply", "comment_kind": "reply", "text": "hello"}, "replied to the requester"),
        ({"verb": "ticket.reply", "comment_kind": "reply", "text": "hello", "by_requester": True}, "wrote"),
        ({"verb": "ticket.open", "comment_kind": "reply", "text": "x", "by_requester": True}, "opened the ticket"),
        ({"verb": "ticket.note", "comment_kind": "note", "text": "x", "by_requester": True}, "wrote an internal note"),
        ({"verb": "bulk.take"}, "took the ticket"),
        ({"verb": "bulk.edit"}, "edited the ticket"),
        ({"verb": "no.such verb"}, "no.such verb"),
    ],
)
def test_what_somebody_did(values: dict[str, Any], says: str) -> None:
    assert verb_sentence(entry(1, **values)) == says


def test_every_verb_that_writes_on_tickets_has_its_words() -> None:
    from helpdesk_tui.desk import registry

    written = {name for name, spec in registry.verbs().items() if name.startswith("ticket.") and not spec.reads}
    assert written - VERBS.keys() - {"ticket.cancel"} == set()
    assert {f"ticket.{name[5:]}" for name in registry.verbs() if name.startswith("bulk.")} <= VERBS.keys()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tags": [[], ["vpn", "home"]]}, ["tagged vpn, home"]),
        ({"tags": [["old"], ["new"]]}, ["tagged new", "no longer tagged old"]),
        ({"checklist": [[], []]}, []),
        ({"links": [[12], []]}, ["no longer linked with #12"]),
        ({"time_spent": [[], [5_400]]}, ["1 h 30 min of work"]),
        ({"comment": [None, "reply"]}, ["a public reply"]),
        ({"comment": ["note", None]}, ["a note is gone"]),
        ({"priority": ["medium", "high"]}, ["priority: Medium -> High"]),
        ({"pending_until": [None, "2026-03-02T09:00:00Z"]}, ["pending until: 2026-03-02 17:00"]),
        ({"resolved_at": [None, "2026-03-02T09:00:00Z"], "version": [1, 2]}, []),
    ],
)
def test_what_changed(changes: dict[str, list[Any]], says: list[str]) -> None:
    assert change_sentences(entry(1, changes=changes), "Asia/Shanghai") == says


def test_a_comment_shown_below_is_not_told_again() -> None:
    item = entry(1, "ticket.reply", text="hello", comment_kind="reply", changes={"comment": [None, "reply"]})
    assert change_sentences(item, "UTC") == []


def test_reasons_are_told_once_and_in_the_words_given() -> None:
    reasons: list[dict[str, Any]] = [
        {"code": "lifecycle.move", "state": "new", "to": "in_progress"},
        {"code": "lifecycle.follow", "state": "new", "to": "in_progress", "verb": "take"},
        {"code": "take", "who": "ana"},
        {"code": "tags", "added": "vpn", "removed": "-"},
        {"code": "given", "text": "the whole floor"},
        {"code": "given", "text": "the whole floor"},
    ]
    assert reason_texts(entry(1, reasons=reasons)) == ["because the whole floor"]


async def test_an_undo_says_what_it_took_back() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(100, 20)) as pilot:
        timeline.set_items([entry(1, "ticket.pin"), entry(2, "undo", undoes=1), entry(3, "redo", undoes=2)])
        await pilot.pause()
        seen = screen_text(app)
        assert "took back: pinned the priority" in seen
        assert "did again: pinned the priority" in seen


async def test_a_requesters_words_wear_their_name() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(100, 20)) as pilot:
        timeline.set_items(
            [entry(1, "ticket.reply", actor="zoe", text="it works", comment_kind="reply", by_requester=True)]
        )
        await pilot.pause()
        seen = screen_text(app)
        assert "zoe  wrote" in seen
        assert "| REQUESTER" in seen
        assert "PUBLIC REPLY" not in seen


async def test_what_was_asked_comes_before_what_was_made_of_it() -> None:
    timeline = Timeline()
    app = Panes(timeline)
    async with app.run_test(size=(100, 20)) as pilot:
        timeline.set_items([entry(1, "ticket.open", text="my vpn drops", changes={"kind": [None, "incident"]})])
        await pilot.pause()
        lines = [line.strip() for line in screen_lines(app)]
        assert lines.index("my vpn drops") < lines.index("kind: Incident")


def test_nothing_is_said_of_a_ticket_that_is_still_being_read() -> None:
    loading = [text_line(" Loading...", "muted")]
    assert list(Timeline().layout_lines(80)) == loading
    assert list(LedgerView().layout_lines(80)) == loading
