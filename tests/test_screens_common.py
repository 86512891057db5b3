"""What the screens share: the registry of actions, drafts, edits, and what starting loads."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from console_desk import Clock
from hypothesis import given
from hypothesis import strategies as st
from textual.css.query import NoMatches

from helpdesk_tui.desk.places import local_zone
from helpdesk_tui.screens.common import actions
from helpdesk_tui.screens.common.configured import theme_of
from helpdesk_tui.screens.common.drafts import DraftBox, DraftKey
from helpdesk_tui.screens.common.editing import changes_of
from helpdesk_tui.settings.schema import Settings
from helpdesk_tui.vocabulary.calls import split_text
from helpdesk_tui.vocabulary.i18n import _, set_language

KEY = DraftKey("ana", 7, "reply")
NAMES = {
    "ticket.new", "ticket.take", "ticket.assign", "ticket.state", "ticket.reply", "ticket.note", "ticket.resolve",
    "ticket.edit", "ticket.priority", "ticket.classify", "ticket.why", "ticket.link", "ticket.merge", "ticket.close",
    "ticket.reopen", "ticket.cancel", "ticket.copy_number", "ticket.copy_line", "desk.undo", "desk.redo",
    "desk.copy_command", "queue.open", "queue.filter", "queue.next_view", "queue.previous_view", "queue.refresh",
    "queue.preview", "queue.preview_down", "queue.preview_up", "queue.sort", "detail.next_tab", "detail.previous_tab",
    "detail.next", "detail.previous", "detail.back", "app.command", "app.help", "app.theme", "app.redraw", "app.quit",
}  # fmt: skip


def box(folder: Path, desk: str = "desk") -> DraftBox:
    return DraftBox(folder / "drafts", desk, Clock())


# -- actions ---------------------------------------------------------------------------------------------------


def test_no_action_vanishes_from_the_registry() -> None:
    assert set(actions.BY_ID) >= NAMES


@pytest.mark.parametrize("scope", [actions.QUEUE, actions.TICKET])
def test_no_two_actions_of_a_screen_share_a_key(scope: str) -> None:
    keys = [key for spec in actions.of_scope(scope) for key in spec.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("scope", [actions.QUEUE, actions.TICKET])
def test_keys_that_terminals_and_habits_need_are_free(scope: str) -> None:
    keys = {key for spec in actions.of_scope(scope) for key in spec.keys}
    unwanted = {"d", "ctrl+h", "ctrl+i", "ctrl+m", "ctrl+b", "ctrl+a", "ctrl+j", "ctrl+k", "f10", "f11", "ctrl+@"}
    assert not keys & unwanted
    assert not any(key.startswith("alt+") for key in keys)


@pytest.mark.parametrize("scope", [actions.QUEUE, actions.TICKET])
def test_the_footer_shows_at_most_six(scope: str) -> None:
    # Where nobody is paged there is nothing to acknowledge.
    shown = actions.footer(spec for spec in actions.of_scope(scope) if spec.id != "ticket.ack")
    assert len(shown) == 6
    assert [spec.keys[0] for spec in shown] == ["n", "t", "a", "s", "c", "i"]
    assert len(actions.footer(actions.of_scope(scope))) == 6


def test_full_width_punctuation_reaches_the_same_actions() -> None:
    for key, action in (("fullwidth_colon", "app.command"), ("fullwidth_question_mark", "app.help"),
                        ("fullwidth_solidus", "queue.filter"), ("ideographic_comma", "queue.filter")):  # fmt: skip
        assert key in actions.BY_ID[action].keys


def test_every_label_and_help_is_a_catalogue_text() -> None:
    set_language("zh_CN")
    for spec in actions.ACTIONS:
        assert _(spec.label)
        assert _(spec.help)


# -- drafts ----------------------------------------------------------------------------------------------------


def test_a_draft_is_written_read_and_removed(tmp_path: Path) -> None:
    drafts = box(tmp_path)
    typed = {"text": "halb 中文"}
    drafts.watch(KEY, lambda: dict(typed))
    assert not drafts.path(KEY).exists()
    typed["text"] += " …"
    drafts.save()
    assert box(tmp_path).load(KEY) == typed
    assert drafts.path(KEY).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "drafts").stat().st_mode & 0o777 == 0o700
    assert drafts.waiting() == 1
    drafts.discard(KEY)
    assert drafts.load(KEY) == {}
    assert not list((tmp_path / "drafts").iterdir())


def test_an_ending_writes_what_a_thread_was_told_to_write_and_has_not(tmp_path: Path) -> None:
    drafts, typed, other = box(tmp_path), {"text": ""}, {"text": ""}
    beside = DraftKey("ana", 9, "note")
    drafts.watch(KEY, lambda: dict(typed))
    drafts.watch(beside, lambda: dict(other))
    typed["text"], other["text"] = "half a thought", "another"
    # The look tells a thread to write; a signal comes before that thread runs.
    assert drafts.look()
    drafts.save()
    assert drafts.load(KEY) == typed and drafts.load(beside) == other
    assert not drafts.look()
    # One draft is written by itself: the other is still owed.
    typed["text"], other["text"] = "half a thought and more", "another one"
    drafts.save(KEY)
    assert drafts.load(beside) == {"text": "another"} and drafts.look()
    drafts.flush()
    assert drafts.load(beside) == other
    # What was sent does not come back because a thread is late.
    typed["text"] = "sent"
    assert drafts.look()
    drafts.discard(KEY)
    drafts.flush()
    assert drafts.load(KEY) == {}


def test_what_a_full_disk_refused_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts, typed = box(tmp_path), {"text": ""}
    drafts.watch(KEY, lambda: dict(typed))
    typed["text"] = "kept in the end"
    with monkeypatch.context() as full:
        full.setattr(DraftBox, "_put", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        drafts.save()
        assert drafts.load(KEY) == {} and drafts.look()
    drafts.save()
    assert drafts.load(KEY) == typed and not drafts.look()


def test_a_field_that_is_just_going_costs_no_draft(tmp_path: Path) -> None:
    drafts = box(tmp_path)
    going, other = {"text": ""}, {"text": ""}
    gone = False

    def read() -> dict[str, str]:
        if gone:
            raise NoMatches("No nodes match '#new-text'")
        return dict(going)

    drafts.watch(KEY, read)
    beside = DraftKey(KEY.person, 8, KEY.kind)
    drafts.watch(beside, lambda: dict(other))
    going["text"] = "half an ans"
    drafts.save()
    gone = True
    other["text"] = "of another screen"
    drafts.save()
    assert drafts.load(KEY) == {"text": "half an ans"}
    assert drafts.load(beside) == {"text": "of another screen"}


def test_drafts_of_people_desks_tickets_and_kinds_are_apart(tmp_path: Path) -> None:
    keys = [
        KEY,
        DraftKey("bo", 7, "reply"),
        DraftKey("ana", 8, "reply"),
        DraftKey("ana", 7, "note"),
        DraftKey("ana", None, "new"),
    ]
    paths = {box(tmp_path, desk).path(key) for desk in ("one", "two") for key in keys}
    assert len(paths) == 10


def test_an_emptied_field_removes_its_draft(tmp_path: Path) -> None:
    drafts = box(tmp_path)
    typed = {"text": "x"}
    drafts.watch(KEY, lambda: dict(typed))
    typed["text"] = "y"
    drafts.save()
    typed["text"] = " "
    drafts.save()
    assert not drafts.path(KEY).exists()


def test_fields_that_are_gone_do_not_remove_a_draft(tmp_path: Path) -> None:
    drafts = box(tmp_path)
    drafts.write([(KEY, {"text": "kept"})])
    drafts.watch(KEY, lambda: None)
    drafts.save()
    assert drafts.load(KEY) == {"text": "kept"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"[" * 100_000, b'{"fields": 3}', b"\xff\xfe", b'{"fields": {"text": 3}}']
)
def test_a_broken_draft_file_is_no_draft(tmp_path: Path, content: bytes) -> None:
    drafts = box(tmp_path)
    drafts.path(KEY).parent.mkdir(parents=True)
    drafts.path(KEY).write_bytes(content)
    assert drafts.load(KEY) == {}


def test_a_disk_that_fails_does_not_stop_the_typing(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file in the way")
    drafts = box(tmp_path)
    drafts.write([(KEY, {"text": "x"})])
    assert drafts.load(KEY) == {}
    drafts.discard(KEY)


def test_many_threads_leave_one_whole_draft(tmp_path: Path) -> None:
    drafts = box(tmp_path)
    texts = [str(n) * 10_000 for n in range(8)]
    threads = [threading.Thread(target=drafts.write, args=([(KEY, {"text": text})],)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drafts.load(KEY)["text"] in texts
    assert [path.suffix for path in (tmp_path / "drafts").iterdir()] == [".json"]


@given(st.dictionaries(st.sampled_from(["text", "cause", "caller"]), st.text(min_size=1, max_size=50), min_size=1))
def test_any_text_survives_in_a_draft(fields: dict[str, str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        drafts = box(Path(folder))
        drafts.write([(KEY, fields)])
        if any(text.strip() for text in fields.values()):
            expected = {n: t.encode("utf-8", "replace").decode() for n, t in fields.items()}
            assert drafts.load(KEY) == expected
            assert json.loads(drafts.path(KEY).read_text("utf-8"))["kind"] == "reply"


# -- editing and new tickets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"title": "a", "tags": ""}, {"title": "a", "tags": ""}, {}),
        ({"title": "a"}, {"title": "b"}, {"set": {"title": "b"}}),
        ({"service": "vpn"}, {"service": ""}, {"set": {"service": ""}}),
        ({"tags": "x, y"}, {"tags": "y，z"}, {"add_tags": ["z"], "remove_tags": ["x"]}),
        ({"description": "a\n"}, {"description": "a"}, {}),
    ],
)
def test_changes_of_a_form(before: dict[str, str], after: dict[str, str], changes: dict[str, object]) -> None:
    assert changes_of(before, after) == changes


@pytest.mark.parametrize(
    ("text", "title", "description"),
    [
        ("one line", "one line", ""),
        ("  one line \n", "one line", ""),
        ("first\nsecond", "first", "first\nsecond"),
        ("x" * 300, "x" * 200, "x" * 300),
        ("", "", ""),
        ("\n\nlate start\nmore", "late start", "late start\nmore"),
    ],
)
def test_a_free_text_becomes_title_and_description(text: str, title: str, description: str) -> None:
    assert split_text(text) == (title, description)


# -- surroundings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "theme"),
    [
        ({}, "light"),
        ({"NO_COLOR": "1"}, "mono"),
        ({"HELPDESK_NO_COLOR": "1", "HELPDESK_THEME": "light"}, "mono"),
        ({"HELPDESK_NO_COLOR": ""}, "light"),
    ],
)
def test_no_colour_beats_the_theme_of_the_settings(environ: dict[str, str], theme: str) -> None:
    assert theme_of(Settings(theme="light"), environ) == theme


@pytest.mark.parametrize(("named", "zone"), [("Asia/Shanghai", "Asia/Shanghai"), (":UTC", "UTC"), ("No/Where", "UTC")])
def test_the_zone_of_an_environment(monkeypatch: pytest.MonkeyPatch, named: str, zone: str) -> None:
    monkeypatch.setenv("TZ", named)
    assert local_zone() == zone


PAINT = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from console_desk import ANA, Clock, make_app
from helpdesk_tui.desk.desk import Desk
async def main():
    desk = Desk.open(Path(sys.argv[1]) / "desk.db", user=ANA, clock=Clock())
    app = make_app(desk, Path(sys.argv[1]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for _ in range(200):
            if app.queue.tickets.rows:
                break
            await asyncio.sleep(0.02)
        assert app.queue.tickets.rows
        app.queue.workers.cancel_node(app.queue)
        print(*sorted({"sqlmodel", "sqlalchemy", "alembic"} & set(FIRST)))
FIRST = []
import helpdesk_tui.screens.queue.feed as feed
shown = feed.Feed._started
def started(self, found):
    FIRST.extend(sys.modules)
    shown(self, found)
feed.Feed._started = started
asyncio.run(main())
"""


def test_the_first_rows_come_without_the_entity_libraries(tmp_path: Path) -> None:
    from console_desk import make_desk

    make_desk(tmp_path, Clock(), 3).close()
    done = subprocess.run(
        [sys.executable, "-c", PAINT, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True, text=True, timeout=60, env=os.environ | {"TERM": "xterm"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
