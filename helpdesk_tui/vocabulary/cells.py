"""Texts as cells of a spreadsheet: never a formula, and read back exactly as they were.

A text that a spreadsheet could run (it begins, after blanks and invisible characters, with `=`, `+`, `-`, `@` or their
full-width forms, or with a tab or a line break) gets one apostrophe in front; so does one that only has apostrophes
before such a beginning, so that taking one away is always right. Source: OWASP, "CSV Injection".
"""

import re
from typing import Final

_INVISIBLE: Final = "\\s\\x00-\\x20\\x7f-\\xa0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3000\u3164\ufeff\uffa0"
_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212"
_FORMULA: Final = re.compile(f"'*(?:[{_INVISIBLE}]*[{_SIGNS}]|[\\t\\r\\n\\x00])")


def defuse(text: str) -> str:
    """The text as a cell that is never a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def restore(cell: str) -> str:
    """The text of a cell that `defuse` made."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
