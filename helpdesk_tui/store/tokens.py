"""How text becomes search terms, the same way for indexing and for asking.

Words are left to SQLite's `unicode61`; a run of Han, kana or hangul is written as overlapping pairs of characters
plus its last single character, so that a word of two characters is found as surely as an English one, in any
position, without a dictionary. Changing anything here needs a new `TOKENISER` and a reindex.
"""

import re
import unicodedata
from typing import Final

TOKENISER: Final = "1"
MAX_QUERY: Final = 400
MAX_TERMS: Final = 20
_CJK: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(f"[{_CJK}]+")
_TERM: Final = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")


def _pairs(match: re.Match[str]) -> str:
    run = match.group()
    return " " + " ".join(run[i : i + 2] for i in range(len(run))) + " "


def index_text(text: str) -> str:
    """The form of a text that is handed to the index."""
    if text.isascii():
        return text.replace("\0", " ")
    return _RUN.sub(_pairs, unicodedata.normalize("NFKC", text).replace("\0", " "))


def query_terms(text: str) -> list[str]:
    """The distinct FTS5 terms of what a person typed, quoted, so that no text can be query syntax.

    A Han run is one phrase of its pairs; a single Han character asks for every pair that begins with it.
    At most MAX_TERMS terms of the first MAX_QUERY characters; a text without letters or digits has none.
    """
    folded = unicodedata.normalize("NFKC", text[: MAX_QUERY * 2])[:MAX_QUERY].casefold()
    terms: dict[str, None] = {}
    for word in _TERM.findall(folded):
        if _RUN.fullmatch(word):
            if len(word) == 1:
                terms[f'"{word}"*'] = None
            else:
                pairs = " ".join(word[i : i + 2] for i in range(len(word) - 1))
                terms[f'"{pairs}"'] = None
        else:
            terms[f'"{word}"'] = None
        if len(terms) == MAX_TERMS:
            break
    return list(terms)
