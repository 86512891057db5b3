"""Keymaps: the keys of every action by its id, from a named map and a person's own, with what is wrong told in one line.

A key belongs to one thing at a time. Where a person gives a key to an action, whatever had it there before loses it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Final

from textual.binding import Binding

from helpdesk_tui.screens.common.actions import ACTIONS, APP_KEYS, ON_CALL, QUEUE, ROOM, TICKET
from helpdesk_tui.settings.reading import Loaded, Problem, nearest
from helpdesk_tui.vocabulary.errors import DeskError, Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.widgets.keys import SAME, key_name, nearest_key, shown_key, with_full_width

Keys = Mapping[str, tuple[str, ...]]
"""Key names by the id of a binding."""
UNBOUND: Final = "unbound"
"""A key that no terminal sends: for a binding that has none."""

ARROWS: Final[dict[str, str]] = {
    "list.down": "down",
    "list.up": "up",
    "list.first": "home",
    "list.last": "end",
    "list.half_down": "",
    "list.half_up": "",
    "list.mark": "space insert",
    "list.range": "",  # shift with the arrows does it
    "list.mark_all": "asterisk",
    "lines.down": "down",
    "lines.up": "up",
    "lines.page_down": "pagedown",
    "lines.page_up": "pageup",
    "lines.first": "home",
    "lines.last": "end",
    "timeline.down": "down",
    "timeline.up": "up",
    "timeline.unfold": "enter",
    "timeline.machine": "f2",
    "some.down": "down",
    "some.up": "up",
    "some.later": "shift+down",
    "some.sooner": "shift+up",
    "some.reset": "delete",
    "choice.next": "right",
    "choice.previous": "left",
    "ticket.new": "f7",
    "ticket.take": "ctrl+t",
    "ticket.assign": "f6",
    "ticket.state": "f12",
    "ticket.reply": "ctrl+r",
    "ticket.note": "ctrl+n",
    "ticket.resolve": "f8",
    "ticket.edit": "f4",
    "ticket.priority": "exclamation_mark",
    "ticket.why": "f3",
    "app.lock": "f10",
    "desk.undo": "ctrl+z",
    "desk.redo": "ctrl+y",
    "queue.filter": "slash ctrl+f",
    "queue.next_view": "right right_square_bracket",
    "queue.previous_view": "left left_square_bracket",
    "queue.refresh": "f5",
    "queue.preview_down": "ctrl+down",
    "queue.preview_up": "ctrl+up",
    "queue.quit": "",
    "detail.next_tab": "right right_square_bracket",
    "detail.previous_tab": "left left_square_bracket",
    "detail.next": "full_stop ctrl+pagedown",
    "detail.previous": "comma ctrl+pageup",
    "detail.escape": "escape",
    "oncall.override": "f4",
    "oncall.swap": "f6",
    "oncall.take_over": "ctrl+t",
    "oncall.withdraw": "f8",
    "oncall.next_schedule": "right right_square_bracket",
    "oncall.previous_schedule": "left left_square_bracket",
    "oncall.back": "escape 1",
    "ticket.room": "f11",
    "room.note": "ctrl+n",
    "room.update": "ctrl+r",
    "room.severity": "f4",
    "room.role": "f6",
    "room.todo": "f7",
    "room.stamp": "f8",
    "room.page": "f12",
    "room.ack": "ctrl+t",
    "room.whole_ticket": "f3",
    "room.pin": "f2",
    "room.recovery": "ctrl+b",
    "room.skip_step": "ctrl+x",
    "room.copy_check": "ctrl+v",
    "room.follow_up": "ctrl+f",
    "room.resolve": "ctrl+e",
    "room.report": "ctrl+o",
    "room.back": "escape 1",
}
"""For people who never saw vim. A letter alone does nothing; what has no key is in the palette."""

VIM: Final[dict[str, str]] = {
    "list.page_down": "pagedown ctrl+f",
    "list.page_up": "pageup ctrl+b",
    "lines.page_down": "pagedown ctrl+d ctrl+f",
    "lines.page_up": "pageup ctrl+u ctrl+b",
    "queue.next_view": "l right_square_bracket",
    "queue.previous_view": "h left_square_bracket",
    "queue.open": "o 2",
    "queue.preview_down": "ctrl+e J",
    "queue.preview_up": "ctrl+y K",
    "detail.next_tab": "l right_square_bracket",
    "detail.previous_tab": "h left_square_bracket",
    "oncall.next_schedule": "l right_square_bracket",
    "oncall.previous_schedule": "h left_square_bracket",
    "desk.redo": "ctrl+r U",
}
"""For fingers that know vim: h and l walk the views and tabs, ctrl+r takes an undo back."""

MAPS: Final[dict[str, dict[str, str]]] = {"default": {}, "arrows": ARROWS, "vim": VIM}

_ASKING: Final = frozenset({"confirm"})
"""Questions that name the letters of their answers."""
_OWN_CHAIN: Final = {"list": QUEUE, "timeline": TICKET, "lines": TICKET}
"""Whose keys come together on a screen: those of its main widget, its own, and the application's."""


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """What is wrong with a person's own keys: at which id, why, and what is nearest."""

    id: str
    error: DeskError
    nearest: str | None = None


@cache
def defaults() -> dict[str, tuple[str, ...]]:
    """The default keys of everything that has a key: actions, and what the widgets themselves answer to.

    It loads every widget and screen, so it is asked only where somebody has keys of their own, and by the tests.
    """
    from helpdesk_tui import screens, widgets

    found = {spec.id: spec.keys for spec in (*ACTIONS, *APP_KEYS)}
    for package in (widgets, screens):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            for thing in vars(import_module(module.name)).values():
                if isinstance(thing, type) and thing.__module__ == module.name:
                    for binding in vars(thing).get("BINDINGS", ()):
                        if isinstance(binding, Binding) and binding.id:
                            found.setdefault(binding.id, tuple(binding.key.split(",")))
    return found


def _without_letters(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if not (len(key) == 1 and key.isalpha()))


def named(name: str, known: Keys | None = None) -> dict[str, tuple[str, ...]]:
    """A named map: the keys that differ from the default ones, of the actions and the widgets of the map, or of all `known`."""
    found: dict[str, tuple[str, ...]] = {}
    if name == "arrows":
        usual = {spec.id: spec.keys for spec in ACTIONS} if known is None else known
        for each, keys in usual.items():
            plain = _without_letters(keys)
            if plain != tuple(keys) and each.partition(".")[0] not in _ASKING:
                found[each] = plain
    return found | {each: tuple(keys.split()) for each, keys in MAPS[name].items()}


def resolve(
    keymap: str, own: Mapping[str, Iterable[str]], *, whole: bool = False
) -> tuple[dict[str, tuple[str, ...]], list[KeyProblem]]:
    """The keys that differ from the default ones, with a person's own over the named map, and what is wrong with them.

    With own keys or `whole` every widget is looked at (and loaded), else only the actions and what the map names.
    """
    if not own and not whole:
        return named(keymap), []
    found = named(keymap, defaults())
    known = defaults() | found
    mine, problems = _read(own, known)
    problems += _settle(mine, known)
    for chain in _chains(known):
        taken = {key for name in chain for key in mine.get(name, ())}
        for name in chain:
            now = known[name]
            if name not in mine and taken & set(now) and not _shared(name, mine, known):
                found[name] = tuple(key for key in now if key not in taken)
    return found | mine, problems


def _read(own: Mapping[str, Iterable[str]], known: Keys) -> tuple[dict[str, tuple[str, ...]], list[KeyProblem]]:
    """A person's own keys by their names, and what is none."""
    mine: dict[str, tuple[str, ...]] = {}
    problems: list[KeyProblem] = []
    for name, keys in own.items():
        if name not in known:
            near = nearest(name, known)
            text = N_("there is no action {id}; did you mean {nearest}?") if near else N_("there is no action {id}")
            problems.append(KeyProblem(name, Invalid(text, id=name, nearest=near), near))
            continue
        written = tuple(keys)
        found = []
        for key in written:
            real, problem = _checked(name, key)
            if problem is not None:
                problems.append(problem)
            elif real is not None:
                found.append(real)
        if found or not written:
            mine[name] = tuple(dict.fromkeys(found))
    return mine, problems


def _checked(name: str, written: str) -> tuple[str | None, KeyProblem | None]:
    real = key_name(written)
    if real is None:
        near = nearest_key(written)
        text = N_("{id}: {key} is no key; did you mean {nearest}?") if near else N_("{id}: {key} is no key")
        return None, KeyProblem(name, Invalid(text, id=name, key=written, nearest=near), near)
    if real in SAME:
        other = shown_key(SAME[real])
        text = N_("{id}: terminals send the same for {key} and {other}")
        return None, KeyProblem(name, Invalid(text, id=name, key=written, other=other), other)
    return real, None


def _chains(known: Keys) -> list[list[str]]:
    """The ids whose keys meet: on each screen, and in each widget."""
    everywhere = [spec.id for spec in APP_KEYS]
    chains: dict[str, list[str]] = {
        scope: [*(spec.id for spec in ACTIONS if scope in spec.scopes), *everywhere]
        for scope in (QUEUE, TICKET, ON_CALL, ROOM)
    }
    listed = {spec.id for spec in ACTIONS} | set(everywhere)
    for name in known:
        prefix = name.partition(".")[0]
        if name not in listed:
            chains.setdefault(_OWN_CHAIN.get(prefix, f"widget {prefix}"), []).append(name)
    return list(chains.values())


def _shared(name: str, mine: Keys, known: Keys) -> bool:
    """Whether every own key that this one has, too, was both's from the beginning (Esc steps back through several)."""
    return all(set(keys) & set(known[name]) <= set(known[other]) for other, keys in mine.items())


def _settle(mine: dict[str, tuple[str, ...]], known: Keys) -> list[KeyProblem]:
    """A key that a person gave to two things stays with the first."""
    problems = []
    for chain in _chains(known):
        owners: dict[str, str] = {}
        for name in sorted((each for each in chain if each in mine), key=list(mine).index):
            for key in mine[name]:
                first = owners.setdefault(key, name)
                alike = first.partition(".")[2] == name.partition(".")[2]
                if first == name or alike or (key in known[name] and key in known[first]):
                    continue
                mine[name] = tuple(each for each in mine[name] if each != key)
                text = N_("the key {key} is given to {first} and to {second}; {first} has it")
                error = Invalid(text, key=shown_key(key), first=first, second=name)
                problems.append(KeyProblem(name, error, first))
    return problems


def for_textual(keys: Keys) -> dict[str, str]:
    """The keys as `App.set_keymap` takes them, with their full-width forms; what has none gets one that is never sent."""
    return {name: with_full_width(",".join(each)) or UNBOUND for name, each in keys.items()}


def check(loaded: Loaded) -> list[Problem]:
    """What is wrong with the keys of a settings file, in the order of its lines."""
    settings = loaded.settings
    source = str(loaded.path)
    found = [
        Problem(source, loaded.line_of("keys", each.id), f"keys.{each.id}", each.error, each.nearest)
        for each in resolve(settings.keymap, settings.keys)[1]
    ]
    return sorted(found, key=lambda problem: problem.line or 0)
