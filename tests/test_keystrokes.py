"""The stories of `bench/keystrokes.py` reach their ends with no more keys than they may take."""

from pathlib import Path

import pytest

from bench import keystrokes


@pytest.mark.parametrize("name", sorted(keystrokes.STORIES))
async def test_a_story_takes_no_more_keys_than_it_may(name: str, tmp_path: Path) -> None:
    found = await keystrokes.count(keystrokes.STORIES[name], tmp_path)
    assert len(found.keys) <= found.story.most, found.keys
    assert found.story.name in keystrokes.table([found])


def test_a_call_is_allowed_twenty_five_keys() -> None:
    assert keystrokes.STORIES["log a call"].most == 25
