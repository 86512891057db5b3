"""How text becomes search terms, the same way for indexing and for asking.

Words are left to SQLite's `unicode61`; a run of Han, kana or hangul is written as overlapping pairs of characters
plus its last single character, so that a word of two characters is found as surely as an English one, in any
position, without a dictionary. Changing anything here needs a new `TOKENISER` and a reindex.
"""

import re
import unicodedata
from functools import cache
from operator import add
from typing import Final

TOKENISER: Final = "1"
MAX_QUERY: Final = 400
MAX_TERMS: Final = 20
_CJK: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(f"[{_CJK}]+")


def _pairs(match: re.Match[str]) -> str:
    run = match.group()
    return f" {' '.join(map(add, run, run[1:]))} {run[-1]} "


def index_text(text: str) -> str:
    """The form of a text that is handed to the index."""
    if text.isascii():
        return text.replace("\0", " ")
    return _RUN.sub(_pairs, _fold(text).replace("\0", " "))


def _fold(text: str) -> str:
    """Width and case do not matter, in any script: `unicode61` alone would keep `ß` and `ss` apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def query_terms(text: str) -> list[str]:
    """The distinct FTS5 terms of what a person typed, quoted, so that no text can be query syntax.

    A Han run is one phrase of its pairs; a single Han character asks for every pair that begins with it.
    At most MAX_TERMS terms of the first MAX_QUERY characters; a text without letters or digits has none.
    """
    terms: dict[str, None] = {}
    for word in _words(text):
        if _RUN.fullmatch(word):
            found = f'"{word}"*' if len(word) == 1 else f'"{" ".join(_inside(word))}"'
        else:
            found = f'"{word}"'
        terms[found] = None
        if len(terms) == MAX_TERMS:
            break
    return list(terms)


def phrase_term(text: str) -> str | None:
    """The words of a text side by side as one FTS5 phrase; None for a text without letters or digits.

    A Han run that goes on into the next word ends, as in the index, with its last single character; one at the
    very end may be the beginning of a longer run.
    """
    words = _words(text)
    if not words:
        return None
    tokens: list[str] = []
    for word in words[:-1]:
        tokens += [*_inside(word), word[-1]] if _RUN.fullmatch(word) else [word]
    last = words[-1]
    open_end = len(last) == 1 and _RUN.fullmatch(last) is not None
    tokens += [last] if open_end or not _RUN.fullmatch(last) else _inside(last)
    return f'"{" ".join(tokens)}"' + ("*" if open_end else "")


@cache
def _term() -> re.Pattern[str]:
    return re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")  # takes a millisecond or two, which lists without words save


def _words(text: str) -> list[str]:
    """Words and Han runs in their order, folded as in the index."""
    words: list[str] = _term().findall(_fold(text[: MAX_QUERY * 2])[:MAX_QUERY])
    return words


def _inside(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]
