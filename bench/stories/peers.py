"""What the best comparable program asks for in each story: its keys, how they were counted, and where that is written.

Rules, kind to the peer: a shortcut is one key, its modifiers are free; a click is one key, wherever the hand was before; a
drop-down is one to open and one to choose; texts and search words are free, letters that look a person up count as in
our stories; logging in again after a crash is free. A program of which only a page is public is counted from that page.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Peer:
    """The best peer of a story: `steps` are its keys and clicks, one each; `note` what the count leaves open."""

    name: str
    steps: tuple[str, ...]
    source: str
    note: str = ""

    @property
    def keys(self) -> int:
        """How many."""
        return len(self.steps)


_ZAMMAD: Final = "Zammad"
_TASKS: Final = "taskwarrior-tui"
_KEYS: Final = "zammad: keyboard_shortcuts.coffee"
_DOCS: Final = "user-docs.zammad.org: "
_TUI: Final = "kdheepak/taskwarrior-tui: docs/keybindings.md"

PEERS: Final[dict[str, Peer]] = {
    "log a call": Peer(
        _ZAMMAD,
        ("n", "Tab to customer", "letter", "letter", "Enter", "Tab to text", "open group", "choose group", "submit"),
        f"{_KEYS}; {_DOCS}create-tickets",
        "its ticket is neither classified nor prioritised",
    ),
    "take and solve": Peer(
        _TASKS,
        ("s start", "A annotate", "Enter", "d done"),
        _TUI,
        "one text instead of cause and resolution; Zammad: Enter, open owner, choose, m, c = 5",
    ),
    "hand over": Peer(
        _ZAMMAD,
        ("Enter", "m note", "open owner", "choose owner", "submit"),
        f"{_KEYS}; {_DOCS}update-tickets, attributes",
    ),
    "merge and unmerge": Peer(
        _ZAMMAD,
        ("Enter", "Ticket menu", "Merge", "choose from the list", "submit"),
        f"{_DOCS}ticket-actions/merge",
        "it cannot take a merge apart; Znuny says that a merge is irreversible",
    ),
    "bulk close with undo": Peer(
        _ZAMMAD,
        ("s search", "Enter", "mark all", "open state", "choose closed", "confirm",
         "s search", "Enter", "mark all", "open state", "choose", "confirm"),
        f"{_KEYS}; {_DOCS}find-tickets",
        "without undo everything is done again backwards. taskwarrior-tui needs 5 (/ Enter V d u) and wins: it asks"
        " nothing; of our 12, 6 are the number that more than twenty tickets ask for, twice",
    ),
    "find last month's fix": Peer(
        _ZAMMAD,
        ("s search", "down", "Enter"),
        f"{_KEYS}; {_DOCS}find-tickets",
        "the words of the search are free here; we need none",
    ),
    "pend until Monday": Peer(
        _TASKS,
        ("m modify", "Enter", "A annotate", "Enter"),
        _TUI,
        "without a reason it is 2 (m wait:monday Enter); our policy asks for one. Zammad: 6",
    ),
    "a draft in conflict": Peer(
        _ZAMMAD,
        ("Enter", "click title", "m note", "click its tab", "submit", "click title", "submit"),
        f"{_DOCS}update-tickets",
        "it warns by a picture and overwrites; retyping the colleague's title is counted, finding it out is not",
    ),
    "build and share a view": Peer(
        "Jira",
        ("/ search", "Enter", "Save as", "submit", "Details", "Edit permissions", "open viewers", "choose all", "Add",
         "Save"),
        "confluence.atlassian.com: Managing filters",
        "in Zammad only an administrator makes overviews",
    ),
    "recover after a kill": Peer(
        _ZAMMAD,
        ("Enter", "m note", "click note", "submit"),
        f"{_DOCS}glossary, Autosave",
        "the browser opens the ticket again by itself",
    ),
}  # fmt: skip
