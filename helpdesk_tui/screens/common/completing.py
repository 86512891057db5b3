"""What may stand next on the command line: words, and the arguments of each word."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from helpdesk_tui.settings.schema import KEYMAPS, OPTIONS, THEMES
from helpdesk_tui.vocabulary.filter_complete import Completion
from helpdesk_tui.vocabulary.filter_complete import complete as complete_filter
from helpdesk_tui.vocabulary.i18n import LANGUAGES, N_, _
from helpdesk_tui.vocabulary.kinds import PREFIX
from helpdesk_tui.vocabulary.text import one_line

Named = tuple[str, str]
"""A word and what it is."""
MOST: Final = 50
TICKET_WORDS: Final = frozenset(prefix.lower() for prefix in PREFIX.values()) | {"ticket", "t", "link", "merge"}
"""Words that a ticket's number follows."""
COMMANDS: Final[dict[str, str]] = {
    "queue": N_("the queue with a filter: queue sla:breached"),
    "view": N_("a saved view: view mine"),
    "inc": N_("a ticket by its number: inc 1042"),
    "assign": N_("hand over: assign ana, assign team:network, assign none"),
    "state": N_("change the state: state in_progress"),
    "theme": N_("the colours: theme light"),
    "language": N_("the language: language zh_CN"),
    "keymap": N_("the keys: keymap arrows"),
    "set": N_("a setting: set bell off"),
    "help": N_("all keys"),
    "q": N_("quit"),
}
"""Words beyond the names of the actions, and those of actions that take an argument."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to complete with: the desk's names (`filters` by the filter's lists), and the words of a screen."""

    words: Mapping[str, str] = field(default_factory=dict)
    views: Sequence[Named] = ()
    states: Sequence[Named] = ()
    tickets: Sequence[Named] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)


def fold(text: str) -> str:
    """Full-width and ASCII forms alike, without regard to case."""
    return unicodedata.normalize("NFKC", text).casefold()


def complete(text: str, cursor: int, known: Known) -> list[Completion]:
    """What may stand at the cursor of a command line, best first, at most fifty. Never raises, whatever the text."""
    cursor = max(0, min(cursor, len(text)))
    start = len(text) - len(text.lstrip(" :："))
    end = text.find(" ", start)
    if end < 0 or cursor <= end:
        word = fold(text[start:cursor])
        found = _matching(word, known.words.items(), explained=False)
        return [Completion(start, len(text) if end < 0 else end, name, help_) for name, help_ in found if name != word]
    word, rest = fold(text[start:end]), end + 1
    if word in ("queue", "list"):
        inner = complete_filter(text[rest:], cursor - rest, known.filters)
        return [replace(each, start=each.start + rest, end=each.end + rest) for each in inner][:MOST]
    if word == "set":
        return _setting(text, rest, cursor)
    start = rest + len(text[rest:cursor]) - len(text[rest:cursor].lstrip())
    typed = fold(text[start:cursor])
    return [Completion(start, len(text), name, help_) for name, help_ in _matching(typed, _arguments(word, known))]


def _arguments(word: str, known: Known) -> Iterable[Named]:
    if word == "view":
        return known.views
    if word == "state":
        return known.states
    if word in TICKET_WORDS:
        return known.tickets
    if word == "assign":
        return _assignees(known)
    if word == "theme":
        return [(name, "") for name in THEMES]
    if word == "keymap":
        return [(name, "") for name in KEYMAPS]
    if word == "language":
        return [(name, "") for name in LANGUAGES]
    return ()


def _assignees(known: Known) -> Iterator[Named]:
    yield "me", _("myself")
    yield "none", _("nobody")
    for name in known.filters.get("people", ()):
        yield name, _("person")
    for name in known.filters.get("teams", ()):
        yield f"team:{name}", _("team")


def _setting(text: str, rest: int, cursor: int) -> list[Completion]:
    end = text.find(" ", rest)
    if end < 0 or cursor <= end:
        names = [(key, _(option.help)) for key, option in OPTIONS.items()]
        return [
            Completion(rest, len(text) if end < 0 else end, *pair)
            for pair in _matching(text[rest:cursor], names, explained=False)
        ]
    option = OPTIONS.get(text[rest:end].partition(".")[0])
    if option is None:
        return []
    choices = ("true", "false") if option.kind == "switch" else option.choices
    typed = fold(text[end + 1 : cursor].strip())
    return [Completion(end + 1, len(text), *pair) for pair in _matching(typed, [(choice, "") for choice in choices])]


def _matching(typed: str, names: Iterable[Named], *, explained: bool = True) -> list[Named]:
    """Those that begin with what is typed, then those that hold it (with `explained` in what they are, too).

    What would not be inert is left out.
    """
    begin, within = [], []
    for name, help_ in names:
        if one_line(name) != name:
            continue
        if fold(name).startswith(typed):
            begin.append((name, one_line(help_, 80)))
        elif len(typed) >= 2 and typed in fold(f"{name} {help_}" if explained else name):
            within.append((name, one_line(help_, 80)))
    return [*begin, *within][:MOST]
