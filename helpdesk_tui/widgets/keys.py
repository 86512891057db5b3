"""The names of keys: as people write them, as they are shown, and as a Chinese input method sends them.

Full-width punctuation stands for the ASCII sign, in every binding.
"""

import re
import unicodedata
from typing import Final

FULL_WIDTH: Final[dict[str, tuple[str, ...]]] = {
    "slash": ("fullwidth_solidus", "ideographic_comma"),
    "question_mark": ("fullwidth_question_mark",),
    "colon": ("fullwidth_colon",),
    "exclamation_mark": ("fullwidth_exclamation_mark",),
    "comma": ("fullwidth_comma",),
    "full_stop": ("ideographic_full_stop", "fullwidth_full_stop"),
    "plus": ("fullwidth_plus_sign",),
    "minus": ("fullwidth_hyphen_minus",),
    "left_square_bracket": ("left_black_lenticular_bracket", "fullwidth_left_square_bracket"),
    "right_square_bracket": ("right_black_lenticular_bracket", "fullwidth_right_square_bracket"),
    "space": ("ideographic_space",),
    "at": ("fullwidth_commercial_at",),
}
"""Textual's key names; `、` (ideographic comma) is what some input methods send for `/`."""

_NAMES: Final = {
    "/": "slash",
    "?": "question_mark",
    ":": "colon",
    "!": "exclamation_mark",
    ",": "comma",
    ".": "full_stop",
    "+": "plus",
    "-": "minus",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "@": "at",
}


def with_full_width(keys: str) -> str:
    """The keys of a binding (separated by commas; a comma itself is `comma`) with their full-width forms added.

    Digits get their full-width form too (`１`).
    """
    result: list[str] = []
    for key in filter(None, (part.strip() for part in keys.split(","))):
        name = _NAMES.get(key, key)
        result.append(name)
        result += FULL_WIDTH.get(name, ())
        if len(name) == 1 and name in "0123456789":
            result.append(chr(ord(name) + 0xFEE0))
    return ",".join(dict.fromkeys(result))


_SHOWN: Final = {name: char for char, name in _NAMES.items()} | {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "insert": "Ins",
    "delete": "Del",
    "backspace": "BkSp",
}
_WRITTEN: Final = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "page_down": "pagedown",
    "del": "delete",
    "ins": "insert",
    "bksp": "backspace",
    "control": "ctrl",
    "strg": "ctrl",
}
PLAIN: Final = frozenset(
    {*(f"f{n}" for n in range(1, 25)), "enter", "escape", "space", "tab", "up", "down", "left", "right", "home", "end"}
    | {"pageup", "pagedown", "insert", "delete", "backspace"}
)
"""Keys that have a name and no sign."""
SAME: Final = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape"}
"""What a terminal sends for both alike."""
_MODIFIERS: Final = ("ctrl", "alt", "shift", "super")
_FUNCTION: Final = re.compile(r"F(\d+)", re.IGNORECASE)


def shown_key(key: str) -> str:
    """A key as people write it: `?`, `F5`, `Ctrl+d`, `PgDn`."""
    if key in _SHOWN:
        return _SHOWN[key]
    if _FUNCTION.fullmatch(key):
        return key.upper()
    if "+" in key:
        modifier, _plus, rest = key.partition("+")
        return f"{modifier}+{shown_key(rest)}" if rest in _SHOWN and len(_SHOWN[rest]) == 1 else key
    return key


def key_name(written: str) -> str | None:
    """Textual's name of a key as people write it (`Ctrl+T`, `F6`, `?`, `PgDn`, `T`); None for what is no key."""
    text = written.strip()
    if not text:
        return "space" if written else None
    head, plus, last = text.rpartition("+")
    if text == "+" or text.endswith("++"):
        head, plus, last = text[:-2], "+" if len(text) > 1 else "", "+"
    held = [_WRITTEN.get(part.strip().casefold(), part.strip().casefold()) for part in head.split("+")] if plus else []
    if any(part not in _MODIFIERS for part in held) or len(set(held)) != len(held):
        return None
    name = _plain_name(last.strip())
    if name is None:
        return None
    if held == ["shift"] and len(name) == 1:
        return name.upper() if name.upper() != name else None
    if held and len(name) == 1:
        name = name.lower()
    return "+".join([*sorted(set(held), key=_MODIFIERS.index), name])


def _plain_name(text: str) -> str | None:
    if len(text) == 1:
        if text.isalnum():
            return text
        try:
            named = unicodedata.name(text).lower().replace("-", "_").replace(" ", "_")
        except ValueError:
            return None
        return _NAMES.get(text) or _ALIASES.get(named, named)
    folded = text.casefold()
    folded = _WRITTEN.get(folded, folded)
    if folded in PLAIN or folded in _SHOWN:
        return folded
    try:
        sign = unicodedata.lookup(folded.replace("_", " "))
    except KeyError:
        return _ALIASES.get(folded) if folded in _ALIASES else folded if folded in _ALIASES.values() else None
    return folded if not sign.isalnum() else None


_ALIASES: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Textual's own names for signs that Unicode names otherwise."""


def nearest_key(written: str) -> str | None:
    """The key that is most like what somebody wrote, as people write it."""
    import difflib

    *held, last = [part.strip().casefold() for part in written.split("+")]
    known = [*PLAIN, *_WRITTEN, *(name for name in _SHOWN if name not in PLAIN)]
    found = [last] if len(last) == 1 else difflib.get_close_matches(last, known, n=1, cutoff=0.5)
    modifiers = [m for part in held for m in difflib.get_close_matches(part, [*_MODIFIERS, "control"], n=1, cutoff=0.5)]
    if not found:
        return None
    name = "+".join([*modifiers, found[0]])
    real = key_name(name)
    return None if real is None else shown_key(real)
