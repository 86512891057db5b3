"""Keys as a Chinese input method sends them: full-width punctuation stands for the ASCII sign, in every binding."""

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
