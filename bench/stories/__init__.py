"""A day at the desk as ten stories: each is written once, and played by whoever has a console and keys.

`bench.keystrokes` counts their keys, the tests walk them at three sizes in both languages and on a real terminal.
"""

from bench.stories.play import Player, Story, Unfinished
from bench.stories.told import STORIES

__all__ = ["STORIES", "Player", "Story", "Unfinished"]
