"""The ten stories of a day at the desk, walked by keys alone: at three sizes, in both languages, with no key too many."""

from pathlib import Path

import pytest
from tui import SIZES

from bench import keystrokes
from bench.stories import STORIES, Unfinished
from bench.stories.console import at_console
from bench.stories.peers import PEERS
from bench.stories.play import played
from helpdesk_tui.vocabulary.i18n import set_language

NAMES = list(STORIES)
DAY = (Path(__file__).parent.parent / "docs" / "desk-staff.md").read_text("utf-8").splitlines()
# Keys and look-ups of each. Without the last of them it ends elsewhere; the soak leaves out each in turn.
ACTS = {
    "log a call": 4, "take and solve": 4, "hand over": 5, "merge and unmerge": 3, "bulk close with undo": 10,
    "find last month's fix": 3, "pend until Monday": 3, "a draft in conflict": 7, "build and share a view": 6,
    "recover after a kill": 3,
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", NAMES)
async def test_a_story_reaches_its_end_by_keys_alone(
    name: str, size: tuple[int, int], language: str, tmp_path: Path
) -> None:
    set_language(language)
    found = await keystrokes.count(STORIES[name], tmp_path, size)
    assert len(found.keys) <= found.story.most, found.keys
    assert len(found.keys) <= found.peer.keys, (found.keys, found.peer)
    assert found.acts == ACTS[name]
    assert found.row in DAY, f"docs/desk-staff.md: {found.row}"


@pytest.mark.parametrize(
    ("name", "without"),
    [
        pytest.param(name, act, marks=[] if act == ACTS[name] - 1 else [pytest.mark.soak])
        for name in NAMES
        for act in range(ACTS[name])
    ],
)
async def test_a_story_with_a_key_left_out_ends_elsewhere(name: str, without: int, tmp_path: Path) -> None:
    async with at_console(tmp_path, without=without) as player:
        with pytest.raises(Unfinished):
            await played(STORIES[name], player)


def test_there_are_ten_stories_and_each_has_a_peer() -> None:
    assert len(STORIES) == 10
    assert list(PEERS) == NAMES
    assert all(peer.steps and peer.source for peer in PEERS.values())


def test_a_call_is_allowed_twenty_five_keys() -> None:
    assert STORIES["log a call"].most <= 25


async def test_the_table_names_keys_and_peers(tmp_path: Path) -> None:
    found = await keystrokes.count(STORIES["pend until Monday"], tmp_path)
    told = keystrokes.table([found])
    assert "pend until Monday           3    4  taskwarrior-tui" in told
    assert "z enter enter" in told
    assert "docs/keybindings.md" in told
